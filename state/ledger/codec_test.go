package ledger

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/polsync/polsync/state"
)

// word draws names that are hard on quoting and encoding.
func word() *rapid.Generator[string] {
	return rapid.OneOf(rapid.SampledFrom([]string{"EMAIL", "a.b", `q"q`, "<x>&", "\ufffd", `\ufffd`, "é", "e\u0301", "\u202e", "a b", "0", "\n", "\x00"}),
		rapid.StringN(1, 12, 40))
}

func securable(kinds ...state.Kind) *rapid.Generator[state.Securable] {
	return rapid.Custom(func(t *rapid.T) state.Securable {
		s := state.Securable{Kind: rapid.SampledFrom(kinds).Draw(t, "kind"), Name: word().Draw(t, "name")}
		switch s.Kind {
		case state.KindColumn:
			s.Column = word().Draw(t, "column")
			fallthrough
		case state.KindTable, state.KindMaskingPolicy, state.KindRowPolicy, state.KindAggregationPolicy, state.KindJoinPolicy:
			s.Catalog, s.Schema = word().Draw(t, "catalog"), word().Draw(t, "schema")
		}
		return s
	})
}

func values() *rapid.Generator[state.Value] {
	principal := securable(state.KindRole, state.KindGroup)
	return rapid.Custom(func(t *rapid.T) state.Value {
		text := word().Draw(t, "text")
		switch rapid.IntRange(0, 11).Draw(t, "type") {
		case 0:
			return state.Nil{}
		case 1:
			return state.Text(text)
		case 2:
			return state.Option(rapid.Bool().Draw(t, "option"))
		case 3:
			return state.Owner(principal.Draw(t, "owner"))
		case 4:
			return state.Role{Comment: text}
		case 5:
			return state.Tag{AnyValue: rapid.Bool().Draw(t, "any"), Comment: text, Propagate: "both", Governed: true}
		case 6:
			return state.Mask{Policy: securable(state.KindMaskingPolicy).Draw(t, "policy"), Using: []string{text}}
		case 7:
			return state.Filter{Policy: securable(state.KindRowPolicy, state.KindJoinPolicy).Draw(t, "policy"), Using: []string{text}}
		case 8:
			return &state.RowPolicy{Name: securable(state.KindRowPolicy).Draw(t, "policy"), Family: state.FamilyDate, Default: rapid.Bool().Draw(t, "default"), Comment: text, Body: text,
				Rules:  []state.RowRule{{To: []state.Securable{principal.Draw(t, "to")}, Values: []string{text}}, {To: []state.Securable{principal.Draw(t, "to")}, All: true}},
				Lookup: &state.Lookup{Table: securable(state.KindTable).Draw(t, "table"), Principal: text, By: state.ByRole, Value: text, All: &text}}
		case 10:
			return state.ABAC{Policy: securable(state.KindRowPolicy, state.KindMaskingPolicy).Draw(t, "policy"), To: []state.Securable{principal.Draw(t, "to")}, Except: []state.Securable{principal.Draw(t, "except")},
				When: text, Columns: []state.ABACColumn{{Alias: text, Tags: text}}, Mask: text, Using: []state.ABACArg{{Alias: text}, {Constant: text}}, Unread: text}
		case 9:
			return &state.ConstraintPolicy{Name: securable(state.KindAggregationPolicy).Draw(t, "policy"), MinGroup: 7, Allow: true, Free: true, Except: []state.Securable{principal.Draw(t, "except")},
				Comment: text, Opaque: true, Body: text}
		}
		return &state.MaskingPolicy{Name: securable(state.KindMaskingPolicy).Draw(t, "policy"), Family: state.FamilyString, Primary: true,
			Rules: []state.Rule{{To: []state.Securable{principal.Draw(t, "to")}, Values: []string{text}, Show: state.Show{Kind: state.ShowLast, N: 4},
				When: []state.Condition{{Column: text, Op: state.OpIn, Values: []string{text}, Number: true}}}},
			Default: state.Show{Kind: state.ShowConst, Text: text}, Args: []string{text}, ArgType: []state.Family{state.FamilyDate},
			Comment: text, Opaque: rapid.Bool().Draw(t, "opaque"), Body: text}
	})
}

func TestValuesReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := values().Draw(t, "value")
		data, err := EncodeValue(v)
		if err != nil {
			t.Fatal(err)
		}
		back, err := DecodeValue(data)
		if err != nil {
			t.Fatalf("%s: %v", data, err)
		}
		if d := cmp.Diff(v, back); d != "" {
			t.Fatalf("%s\n%s", data, d)
		}
	})
}

func TestRecordsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		key := state.Key{Fact: state.FactTagged, On: securable(state.KindColumn, state.KindTable).Draw(t, "on"),
			With: securable(state.KindTag).Draw(t, "with"), Name: word().Draw(t, "name"), Future: state.KindView}
		want := Record{Seq: 1, Kind: RecordIntent, Platform: word().Draw(t, "platform"), Statement: &Statement{SQL: word().Draw(t, "sql")},
			Changes: []Change{{Key: key, Was: values().Draw(t, "was"), Origin: state.Origin{File: "f", Score: 0.93}, Note: word().Draw(t, "note")}},
			Ours:    []Owned{{Key: key, Value: values().Draw(t, "value"), Identity: word().Draw(t, "identity"), Adopted: true}},
			Forgot:  []state.Key{key}}
		r, err := rowOf(&want)
		if err != nil {
			t.Fatal(err)
		}
		var back Record
		if err := unmarshal([]byte(r.body), &back); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, back); d != "" {
			t.Fatalf("%s\n%s", r.body, d)
		}
	})
}

// TestStoredForm pins what is in files: rows are found by these bytes, so a change of any needs a migration.
func TestStoredForm(t *testing.T) {
	column := state.Securable{Kind: state.KindColumn, Catalog: "CRM", Schema: "PUBLIC", Name: "T", Column: "<E>"}
	policy := state.Securable{Kind: state.KindMaskingPolicy, Catalog: "G", Schema: "P", Name: "m"}
	for _, c := range []struct {
		v    any
		want string
	}{
		{state.Key{Fact: state.FactTagged, On: column, With: state.Securable{Kind: state.KindTag, Name: "pii"}},
			`{"fact":"tagged","on":"column CRM.PUBLIC.T.\"<E>\"","with":"tag pii"}`},
		{state.Key{Fact: state.FactGrant, On: state.Securable{Kind: state.KindSchema, Catalog: "C", Schema: "S"}, With: state.Everyone,
			Name: "SELECT", Future: state.KindTable}, `{"fact":"grant","on":"schema C.S","with":"everyone","name":"SELECT","future":"table"}`},
		{value{nil}, `null`}, {value{state.Nil{}}, `{"type":"nil"}`}, {value{state.Text("")}, `{"type":"text","value":""}`},
		{value{state.Option(false)}, `{"type":"option","value":false}`}, {value{state.Role{}}, `{"type":"role","value":{}}`},
		{value{state.Owner{Kind: state.KindRole, Name: "R"}}, `{"type":"owner","value":"role R"}`},
		{value{state.Tag{AnyValue: true}}, `{"type":"tag","value":{"any_value":true}}`},
		{value{state.Mask{Policy: policy}}, `{"type":"mask","value":{"policy":"masking_policy G.P.m"}}`},
		{value{&state.MaskingPolicy{Name: policy, Family: state.FamilyDate}},
			`{"type":"policy","value":{"name":"masking_policy G.P.m","family":"date"}}`},
	} {
		if got, err := marshal(c.v); err != nil || string(got) != c.want {
			t.Errorf("got  %s (%v)\nwant %s", got, err, c.want)
		}
	}
}

func TestWhatWouldNotReadBackIsRefused(t *testing.T) {
	for _, k := range []state.Key{
		{Fact: state.FactTagged, On: state.Securable{Kind: state.KindTag, Catalog: "only"}},
		{Fact: state.FactTagged, On: state.Securable{Name: "no kind"}},
		{Fact: state.FactTagged, On: state.Securable{Kind: state.KindTag, Name: "\xff"}},
	} {
		if s, err := name(k); err == nil {
			t.Errorf("%#v was written as %s", k, s)
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	for _, s := range []string{``, `{}`, `{"type":"what"}`, `{"type":"text"}`, `{"type":"text","value":7}`, `{"type":"role","value":{"extra":1}}`,
		`{"type":"nil","more":1}`, `{"type":"nil"} {"type":"nil"}`, `[]`, `{"type":"owner","value":"tabel X"}`} {
		if v, err := DecodeValue([]byte(s)); err == nil {
			t.Errorf("%s was read as %#v", s, v)
		}
	}
}

func FuzzDecodeValue(f *testing.F) {
	for _, s := range []string{`null`, `{"type":"text","value":"x"}`, `{"type":"policy","value":{"name":"masking_policy P","family":"date"}}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		v, err := DecodeValue(data)
		if err != nil {
			return
		}
		again, err := EncodeValue(v)
		if err != nil {
			if strings.Contains(err.Error(), "UTF-8") {
				return
			}
			t.Fatalf("%s was read and cannot be written: %v", data, err)
		}
		if back, err := DecodeValue(again); err != nil || cmp.Diff(v, back) != "" {
			t.Fatalf("%s: %v %s", data, err, cmp.Diff(v, back))
		}
	})
}

func TestHeadsReadBack(t *testing.T) {
	for _, s := range []string{"x", "1:", "0:" + strings.Repeat("ab", 32), "1:abc", "-1:" + strings.Repeat("ab", 32), "1"} {
		if h, err := ParseHead(s); err == nil {
			t.Errorf("%q was read as %v", s, h)
		}
	}
}
