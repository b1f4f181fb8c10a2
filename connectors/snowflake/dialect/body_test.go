package dialect

import (
	"strings"
	"testing"

	"github.com/polsync/polsync/state"
)

func policyOf(f state.Family, def state.Show, rules ...state.Rule) *state.MaskingPolicy {
	return &state.MaskingPolicy{Name: polA, Family: f, Tag: pii, Rules: rules, Default: def}
}

func TestBody(t *testing.T) {
	clear := state.Show{Kind: state.ShowClear}
	public := state.Securable{Kind: state.KindRole, Name: "PUBLIC"}
	primary := policyOf(state.FamilyString, state.Show{}, state.Rule{To: []state.Securable{oddRole}, Show: clear})
	primary.Primary = true
	tests := []struct {
		name string
		p    *state.MaskingPolicy
		want string
	}{
		{"nobody", policyOf(state.FamilyDate, state.Show{}), "CAST(NULL AS DATE)"},
		{"everybody hidden", policyOf(state.FamilyNumber, state.Show{}, state.Rule{To: []state.Securable{public}}), "CASE WHEN TRUE THEN NULL ELSE CAST(NULL AS NUMBER(38, 10)) END"},
		{"one role", policyOf(state.FamilyString, state.Show{Kind: state.ShowHash}, state.Rule{To: []state.Securable{reader}, Show: clear}), "CASE WHEN IS_ROLE_IN_SESSION('reader') THEN val ELSE SHA2(val, 256) END"},
		{"principals", policyOf(state.FamilyString, state.Show{}, state.Rule{To: []state.Securable{oddRole, dbRole, user}, Show: clear}),
			`CASE WHEN (IS_ROLE_IN_SESSION(` + oddLiteral + `) OR IS_DATABASE_ROLE_IN_SESSION('"CRM"."R"') OR CURRENT_USER() = 'ANN') THEN val ELSE NULL END`},
		{"primary role", primary, `CASE WHEN CURRENT_ROLE() = ` + oddLiteral + ` THEN val ELSE NULL END`},
		{"values", policyOf(state.FamilyString, state.Show{Kind: state.ShowConst, Text: odd}, state.Rule{To: []state.Securable{reader}, Values: []string{"a", odd}, Show: clear}),
			`CASE WHEN IS_ROLE_IN_SESSION('reader') AND SYSTEM$GET_TAG_ON_CURRENT_COLUMN('"GOV"."TAGS"."PII"') IN ('a', ` + oddLiteral + `) THEN val ELSE ` + oddLiteral + ` END`},
		{"conditions", policyOf(state.FamilyString, state.Show{}, state.Rule{To: []state.Securable{reader}, Show: clear, When: []state.Condition{
			{Column: odd, Op: state.OpIn, Values: []string{"US", odd}}, {Column: "A", Op: state.OpNotIn, Values: []string{"x"}}, {Column: "B", Op: state.OpLike, Values: []string{"x%"}},
			{Column: "C", Op: state.OpGT, Values: []string{"5"}, Number: true}, {Column: "D", Op: state.OpLT, Values: []string{"z"}},
		}}), `CASE WHEN IS_ROLE_IN_SESSION('reader') AND ` + oddName + ` IN ('US', ` + oddLiteral + `) AND "A" NOT IN ('x') AND "B" LIKE 'x%' AND "C" > ('5')::NUMBER(38, 10) AND "D" < 'z' THEN val ELSE NULL END`},
		{"author's sql", policyOf(state.FamilyNumber, state.Show{}, state.Rule{To: []state.Securable{reader}, Show: state.Show{Kind: state.ShowSQL, Text: "ROUND(val, -4)"}}), "CASE WHEN IS_ROLE_IN_SESSION('reader') THEN (ROUND(val, -4)) ELSE NULL END"},
		{"author's function", policyOf(state.FamilyString, state.Show{}, state.Rule{To: []state.Securable{reader}, Show: state.Show{Kind: state.ShowFunction, Text: `gov.fn."mask It"`, Args: []string{"COUNTRY"}}}),
			`CASE WHEN IS_ROLE_IN_SESSION('reader') THEN "GOV"."FN"."mask It"(val, "COUNTRY") ELSE NULL END`},
		{"not for the type", policyOf(state.FamilyBoolean, state.Show{Kind: state.ShowHash}, state.Rule{To: []state.Securable{reader}, Show: clear}), "CASE WHEN IS_ROLE_IN_SESSION('reader') THEN val ELSE NULL END"},
		{"dates", policyOf(state.FamilyTimestampTZ, state.Show{Kind: state.ShowConstDate}, state.Rule{To: []state.Securable{reader}, Show: state.Show{Kind: state.ShowYear}}),
			"CASE WHEN IS_ROLE_IN_SESSION('reader') THEN DATE_TRUNC('YEAR', val) ELSE TO_TIMESTAMP_TZ('9999-12-31', 'YYYY-MM-DD') END"},
	}
	for _, tt := range tests {
		got, err := Dialect{}.Body(tt.p)
		if err != nil || got != tt.want {
			t.Errorf("%s: %v\n got %s\nwant %s", tt.name, err, got, tt.want)
		}
	}
}

func TestBodyRefuses(t *testing.T) {
	show := func(f state.Family, s state.Show) *state.MaskingPolicy {
		return policyOf(f, state.Show{}, state.Rule{To: []state.Securable{reader}, Show: s})
	}
	dated := func(op state.Op, value string) *state.MaskingPolicy {
		p := policyOf(state.FamilyString, state.Show{}, state.Rule{To: []state.Securable{reader}, When: []state.Condition{{Column: "D", Op: op, Values: []string{value}}}})
		p.Args, p.ArgType = []string{"D"}, []state.Family{state.FamilyDate}
		return p
	}
	tests := map[string]*state.MaskingPolicy{
		"like on a date":          dated(state.OpLike, "2020%"),
		"no date":                 dated(state.OpGT, "2020-13-01"),
		"family without a policy": show(state.FamilyOther, state.Show{}),
		"group":                   policyOf(state.FamilyString, state.Show{}, state.Rule{To: []state.Securable{{Kind: state.KindGroup, Name: "g"}}}),
		"sql with a comment":      show(state.FamilyString, state.Show{Kind: state.ShowSQL, Text: "val --"}),
		"sql that closes":         show(state.FamilyString, state.Show{Kind: state.ShowSQL, Text: "val) OR (TRUE"}),
		"sql with two statements": show(state.FamilyString, state.Show{Kind: state.ShowSQL, Text: "val; DROP ROLE X"}),
		"sql with an open quote":  show(state.FamilyString, state.Show{Kind: state.ShowSQL, Text: `'\'`}),
		"sql with an open $$":     show(state.FamilyString, state.Show{Kind: state.ShowSQL, Text: "$$ val"}),
		"no sql":                  show(state.FamilyString, state.Show{Kind: state.ShowSQL}),
		"function with arguments": show(state.FamilyString, state.Show{Kind: state.ShowFunction, Text: "f(1); x"}),
		"text for a number":       show(state.FamilyNumber, state.Show{Kind: state.ShowConst, Text: "1; DROP"}),
		"no day":                  show(state.FamilyDate, state.Show{Kind: state.ShowConst, Text: "2024-02-31"}),
		"neither true nor false":  show(state.FamilyBoolean, state.Show{Kind: state.ShowConst, Text: "yes"}),
		"whole sql ends early":    {Family: state.FamilyString, Opaque: true, Body: "val COMMENT = 'x'"},
		"sibling called VAL":      {Family: state.FamilyString, Args: []string{"VAL"}, ArgType: []state.Family{state.FamilyString}},
		"value without a tag":     {Family: state.FamilyString, Rules: []state.Rule{{To: []state.Securable{reader}, Values: []string{"a"}}}},
	}
	for name, p := range tests {
		if body, err := (Dialect{}).Body(p); err == nil {
			t.Errorf("%s: %s", name, body)
		}
	}
}

func TestSameBody(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		same bool
	}{
		{"CASE WHEN x THEN val END", "case  when X\n then VAL -- why\n end", true},
		{"f('a')", "f('A')", false},
		{`"a"`, `"A"`, false},
		{"a /* b */ + c", "a+c", true},
		{"'--' || val", "'--'||val", true},
		{"'a' 'b'", "'a b'", false},
		{"a b", "ab", false},
		{"$$x$$", "'x'", false},
	} {
		if got := (Dialect{}).SameBody(tt.a, tt.b); got != tt.same {
			t.Errorf("%q and %q are the same: %v", tt.a, tt.b, got)
		}
	}
}

// TestBodyIsWellFormed reads every body of every show and family back.
func TestBodyIsWellFormed(t *testing.T) {
	shows := []state.Show{{Kind: state.ShowLast, N: 4}, {Kind: state.ShowFirst, N: 2}, {Kind: state.ShowLastHash, N: 4}}
	for _, w := range state.ShowWords() {
		shows = append(shows, state.Show{Kind: w})
	}
	for _, f := range state.Families() {
		for _, s := range shows {
			body, err := Dialect{}.Body(policyOf(f, s, state.Rule{To: []state.Securable{reader}, Show: s}))
			if err != nil {
				t.Errorf("%s for %s: %v", s, f, err)
				continue
			}
			if err := wellFormed(body); err != nil || strings.Count(body, "CASE") != 1 {
				t.Errorf("%s for %s: %s: %v", s, f, body, err)
			}
		}
	}
}
