package snowflake

import (
	"slices"
	"testing"

	"github.com/polsync/polsync/state"
)

func TestSecurable(t *testing.T) {
	for _, tt := range []struct {
		kind state.Kind
		name string
		want state.Securable
		ok   bool
	}{
		{state.KindTable, `CRM."s.x"."a ""b"""`, state.Securable{Catalog: "CRM", Schema: "s.x", Name: `a "b"`}, true},
		{state.KindTable, `CRM.T`, state.Securable{}, false},
		{state.KindCatalog, `"c.d"`, state.Securable{Catalog: "c.d"}, true},
		{state.KindSchema, `CRM."s"`, state.Securable{Catalog: "CRM", Schema: "s"}, true},
		{state.KindDatabaseRole, `CRM.R`, state.Securable{Catalog: "CRM", Name: "R"}, true},
		{state.KindWarehouse, `WH.1`, state.Securable{Name: "WH.1"}, true},
		{state.KindFunction, `D.S."F(ARG NUMBER, ""odd , "" VARCHAR):NUMBER(38,0)"`, state.Securable{Catalog: "D", Schema: "S", Name: "F(NUMBER, VARCHAR)"}, true},
		{state.KindFunction, `D.S."F(NUMBER, VARCHAR):TABLE (A NUMBER)"`, state.Securable{Catalog: "D", Schema: "S", Name: "F(NUMBER, VARCHAR)"}, true},
		{state.KindProcedure, `D.S."P():VARCHAR"`, state.Securable{Catalog: "D", Schema: "S", Name: "P()"}, true},
		{state.KindFunction, `D.S.F`, state.Securable{}, false},
		{state.KindNone, `D.S.F`, state.Securable{}, false},
	} {
		got, ok := securable(tt.kind, tt.name)
		tt.want.Kind = tt.kind
		if ok != tt.ok || ok && got != tt.want {
			t.Errorf("%s %s is %#v, %v", tt.kind, tt.name, got, ok)
		}
	}
}

func TestSplitArguments(t *testing.T) {
	got := splitArguments(`VAL VARCHAR, "my ""c"", x" NUMBER(38,0), V VECTOR(FLOAT, 768), T TIMESTAMP_NTZ(9)`)
	want := []argument{{"VAL", "VARCHAR"}, {`my "c", x`, "NUMBER"}, {"V", "VECTOR(FLOAT, 768)"}, {"T", "TIMESTAMP_NTZ"}}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if got := splitArguments(""); len(got) != 0 {
		t.Errorf("no arguments are %q", got)
	}
}

func TestFamily(t *testing.T) {
	for text, want := range map[string]state.Family{"VARCHAR(16777216)": state.FamilyString, "NUMBER(38,0)": state.FamilyNumber, "timestamp_tz(9)": state.FamilyTimestampTZ, "GEOMETRY": state.FamilyOther, "VECTOR(FLOAT, 3)": state.FamilyOther, "": state.FamilyOther} {
		if got := family(text); got != want {
			t.Errorf("%s is a %s", text, got)
		}
	}
}

func TestMemberOf(t *testing.T) {
	dr := state.Securable{Kind: state.KindDatabaseRole, Catalog: "CRM", Name: "DR"}
	for _, tt := range []struct {
		role     state.Securable
		to, name string
		want     state.Securable
	}{
		{readerA, "USER", "USER$X", state.Securable{Kind: state.KindUser, Name: "USER$X"}},
		{dr, "USER", "USER$X", state.Securable{Kind: state.KindUser, Name: "X"}},
		{dr, "DATABASE_ROLE", "CRM.OTHER", state.Securable{Kind: state.KindDatabaseRole, Catalog: "CRM", Name: "OTHER"}},
		{dr, "DATABASE_ROLE", "OTHER", state.Securable{Kind: state.KindDatabaseRole, Catalog: "CRM", Name: "OTHER"}},
		{readerA, "ROLE", "a.b", state.Securable{Kind: state.KindRole, Name: "a.b"}},
	} {
		if got, ok := memberOf(tt.role, tt.to, tt.name); !ok || got != tt.want {
			t.Errorf("%s %s in %s is %#v", tt.to, tt.name, tt.role, got)
		}
	}
	if _, ok := memberOf(readerA, "SHARE", "x"); ok {
		t.Error("a share is a member")
	}
}

func TestAllowedValues(t *testing.T) {
	for _, tt := range []struct {
		text   string
		listed bool
		want   []string
	}{{"", false, nil}, {"null", true, nil}, {"[]", true, []string{}}, {`["a","it's \"x\" \\"]`, true, []string{"a", `it's "x" \`}}} {
		got, err := allowedValues(tt.text, tt.listed)
		if err != nil || !slices.Equal(got, tt.want) || (got == nil) != (tt.want == nil) {
			t.Errorf("%s: %q, %v", tt.text, got, err)
		}
	}
	if _, err := allowedValues("[a]", true); err == nil {
		t.Error("what is no JSON is read")
	}
}

// TestArgumentColumns covers the shapes in which accounts tell of a mask's sibling columns.
func TestArgumentColumns(t *testing.T) {
	for text, want := range map[string][]string{`[ "COUNTRY", "x y" ]`: {"COUNTRY", "x y"}, `["EMAIL","COUNTRY"]`: {"COUNTRY"}, `[]`: {}} {
		if got, said := argumentColumns(text, "EMAIL"); !said || !slices.Equal(got, want) {
			t.Errorf("%s: %q, %v", text, got, said)
		}
	}
	if _, said := argumentColumns("", "EMAIL"); said {
		t.Error("NULL says something")
	}
}

func TestClean(t *testing.T) {
	for text, want := range map[string]string{
		"Numeric value 'secret 4111' is not recognized":                      "Numeric value '...' is not recognized",
		"Post \"https://x.snowflakecomputing.com/q?token=abc&b=1\": refused": `Post "the account's address": refused`,
		"a\nb\x1b[31m": "a b\uFFFD[31m",
	} {
		if got := clean(text); got != want {
			t.Errorf("%q becomes %q", text, got)
		}
	}
	long := make([]byte, 5000)
	for i := range long {
		long[i] = 'x'
	}
	if got := clean(string(long)); len(got) > maxMessage+3 {
		t.Errorf("%d characters are left", len(got))
	}
}
