package state

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSecurableTextReadsBack(t *testing.T) {
	for _, s := range []Securable{
		{Kind: KindColumn, Catalog: "CRM", Schema: "PUBLIC", Name: "T", Column: "C"},
		{Kind: KindColumn, Catalog: `a"b`, Schema: "x.y", Name: "na me", Column: "é\n"},
		{Kind: KindDatabaseRole, Catalog: "D", Name: "R"},
		{Kind: KindRole, Name: `"`},
		{Kind: KindTag, Catalog: "G", Schema: "T", Name: "PII"},
		{Kind: KindTag, Name: "pii"},
		{Kind: KindCatalog, Catalog: "C"}, {Kind: KindSchema, Catalog: "C", Schema: "S"},
		{Kind: KindAccount}, Everyone, {Kind: KindGroup, Name: "account users"}, {},
	} {
		text, err := s.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		var back Securable
		if err := back.UnmarshalText(text); err != nil || back != s {
			t.Errorf("%#v was written as %q and read as %#v, %v", s, text, back, err)
		}
	}
}

func TestSecurableTextRefusesWhatIsNone(t *testing.T) {
	for _, text := range []string{"tabel A.B.C", `table "A`, "table A.", `table "A"B`, "column A.B.C.D.E", "table"} {
		var s Securable
		if err := s.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q was read as %#v", text, s)
		}
	}
}

func TestValuesReadBack(t *testing.T) {
	p := &MaskingPolicy{Name: Securable{Kind: KindMaskingPolicy, Catalog: "G", Schema: "P", Name: "X"}, Family: FamilyString,
		Rules: []Rule{{To: []Securable{{Kind: KindRole, Name: "R"}}, Values: []string{"v"}, Show: Show{Kind: ShowLast, N: 4}}}}
	for kind, v := range map[FactKind]Value{FactRole: Role{Comment: "c"}, FactTag: Tag{AnyValue: true, Comment: "x"},
		FactAllowedValue: Nil{}, FactPolicy: p, FactMask: Mask{Policy: p.Name, Using: []string{"A"}}, FactTagged: Text("email"),
		FactRowPolicy: &RowPolicy{Name: Securable{Kind: KindRowPolicy, Name: "F"}, Family: FamilyNumber, Rules: []RowRule{{To: []Securable{Everyone}, Values: []string{"1"}}}, Default: true,
			Lookup: &Lookup{Table: Securable{Kind: KindView, Catalog: "A", Schema: "B", Name: "C"}, Principal: "P", By: ByUser, Value: "V", All: new(string)}},
		FactFilter: Filter{Policy: Securable{Kind: KindRowPolicy, Name: "F"}, Using: []string{"A"}}, FactConstraint: Filter{Policy: Securable{Kind: KindJoinPolicy, Name: "J"}},
		FactConstraintPolicy: &ConstraintPolicy{Name: Securable{Kind: KindAggregationPolicy, Name: "G"}, MinGroup: 5, Except: []Securable{Everyone}},
		FactABAC: ABAC{Policy: p.Name, To: []Securable{Everyone}, Except: []Securable{{Kind: KindGroup, Name: "g"}}, When: "has_tag('a')", Columns: []ABACColumn{{Alias: "m", Tags: "TRUE"}}, Mask: "m",
			Using: []ABACArg{{Alias: "n"}, {Constant: "4"}}, Unread: "x"},
		FactGrant: Option(true), FactOwner: Owner{Kind: KindRole, Name: "O"}} {
		data, err := EncodeValue(v)
		if err != nil {
			t.Fatal(err)
		}
		back, err := DecodeValue(kind, data)
		if err != nil || cmp.Diff(v, back) != "" {
			t.Errorf("%v: %s\n%v %s", kind, data, err, cmp.Diff(v, back))
		}
	}
}

func TestCoversAndParents(t *testing.T) {
	column := Securable{Kind: KindColumn, Catalog: "C", Schema: "S", Name: "T", Column: "X"}
	for up, ok := column.Parent(); ok; up, ok = up.Parent() {
		if !up.Covers(column) || column.Covers(up) {
			t.Errorf("%v and %v", up, column)
		}
	}
	if (Securable{Kind: KindTable, Catalog: "C", Schema: "S", Name: "T2"}).Covers(column) {
		t.Error("another table covers the column")
	}
	if role := (Securable{Kind: KindRole, Name: "C"}); role.Covers(Securable{Kind: KindCatalog, Catalog: "C"}) {
		t.Error("a role covers a catalog of its name")
	}
}

func TestPartsCannotDriveATerminal(t *testing.T) {
	if got := QuotePart("a\x1b[31m\u202e"); got != `"a\u001b[31m\u202e"` {
		t.Errorf("got %s", got)
	}
}
