package dialect_test

import (
	"strings"
	"testing"

	"github.com/polsync/polsync/connectors/databricks/dialect"
	"github.com/polsync/polsync/state"
)

func TestNested(t *testing.T) {
	for full, want := range map[string]state.Family{
		"ARRAY<STRING>":                           "array<string>",
		"map<string, int>":                        "map<string,int>",
		"STRUCT<Nr: INT, at: DECIMAL(10, 2)>":     "struct<nr:int,at:decimal(10,2)>",
		"array<struct<a:array<int>,b:timestamp>>": "array<struct<a:array<int>,b:timestamp>>",
		"string":                                   "",
		"array":                                    "",
		"array<string":                             "",
		"struct<`odd name`:int>":                   "",
		"struct<a:int COMMENT 'x'>":                "",
		"struct<a:int NOT NULL>":                   "",
		"struct<a:int,... 3 more fields>":          "",
		"array<int>) RETURN val; --<>":             "",
		"array<" + strings.Repeat("a", 5000) + ">": "",
	} {
		got, ok := dialect.Nested(full)
		if ok != (want != "") || ok && got != want {
			t.Errorf("%s is %q, %t; want %q", full, got, ok, want)
		}
	}
}

func TestBodyOfNestedTypes(t *testing.T) {
	body := func(f state.Family) (string, error) {
		return dialect.Dialect{}.Body(&state.MaskingPolicy{Family: f, Rules: []state.Rule{
			{To: []state.Securable{{Kind: state.KindGroup, Name: "r"}}, Show: state.Show{Kind: state.ShowClear}},
			{To: []state.Securable{{Kind: state.KindGroup, Name: "h"}}, Show: state.Show{Kind: state.ShowHash}}}})
	}
	const want = "CASE WHEN is_account_group_member('r') THEN val WHEN is_account_group_member('h') THEN CAST(NULL AS map<string,array<int>>) ELSE CAST(NULL AS map<string,array<int>>) END"
	if got, err := body("map<string,array<int>>"); err != nil || got != want {
		t.Errorf("%s, %v", got, err)
	}
	for _, f := range []state.Family{state.FamilyArray, state.FamilyObject, state.FamilyOther, "ARRAY<STRING>", "array<int>) RETURN val --<>"} {
		if got, err := body(f); err == nil {
			t.Errorf("%s: %s", f, got)
		}
	}
}
