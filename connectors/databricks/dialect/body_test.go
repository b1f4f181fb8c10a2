package dialect_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/polsync/polsync/connectors/databricks/dialect"
	"github.com/polsync/polsync/state"
)

func TestBody(t *testing.T) {
	sp := state.Securable{Kind: state.KindServicePrincipal, Name: "ABC-1"}
	for _, c := range []struct {
		name, want string
		p          state.MaskingPolicy
	}{
		{"default alone", "CAST(NULL AS DATE)", state.MaskingPolicy{Family: state.FamilyDate}},
		{"several principals", "CASE WHEN (is_account_group_member('pii-readers') OR lower(session_user()) = 'a@example.com' OR lower(session_user()) = 'abc-1') THEN val ELSE sha2(val, 256) END",
			state.MaskingPolicy{Family: state.FamilyString, Default: state.Show{Kind: state.ShowHash}, Rules: []state.Rule{{To: []state.Securable{crew, user, sp}, Show: state.Show{Kind: state.ShowClear}}}}},
		{"everyone", "CASE WHEN TRUE THEN CAST(1 AS DECIMAL(38,10)) ELSE CAST(NULL AS DECIMAL(38,10)) END",
			state.MaskingPolicy{Family: state.FamilyNumber, Rules: []state.Rule{{To: []state.Securable{crew, {Kind: state.KindGroup, Name: "account users"}}, Show: state.Show{Kind: state.ShowConstant}}}}},
		{"conditions", "CASE WHEN is_account_group_member('pii-readers') AND `country` NOT IN ('US', 'it\\'s') AND `n` > CAST('1.5' AS DECIMAL(38,10)) AND `x` LIKE 'a\\\\\\\\%' THEN val ELSE CAST(NULL AS STRING) END",
			state.MaskingPolicy{Family: state.FamilyString, Args: []string{"country", "n", "x"}, Rules: []state.Rule{{To: []state.Securable{crew}, Show: state.Show{Kind: state.ShowClear},
				When: []state.Condition{{Column: "country", Op: state.OpNotIn, Values: []string{"US", "it's"}}, {Column: "n", Op: state.OpGT, Values: []string{"1.5"}, Number: true}, {Column: "x", Op: state.OpLike, Values: []string{`a\%`}}}}}}},
		{"not for the type", "CAST(NULL AS BINARY)", state.MaskingPolicy{Family: state.FamilyBinary, Default: state.Show{Kind: state.ShowHash}}},
		{"author's sql", "(round(val, -4))", state.MaskingPolicy{Family: state.FamilyNumber, Default: state.Show{Kind: state.ShowSQL, Text: "round(val, -4)"}}},
		{"function", "`main`.`gov`.`f`(val, `country`)", state.MaskingPolicy{Family: state.FamilyString, Args: []string{"country"}, Default: state.Show{Kind: state.ShowFunction, Text: "Main.gov.f", Args: []string{"country"}}}},
	} {
		got, err := dialect.Dialect{}.Body(&c.p)
		if err != nil || got != c.want {
			t.Errorf("%s: got %v\n%s\nwant\n%s", c.name, err, got, c.want)
		}
	}
}

func TestBodyRefuses(t *testing.T) {
	to := []state.Securable{crew}
	clear := state.Show{Kind: state.ShowClear}
	for name, p := range map[string]state.MaskingPolicy{
		"array":           {Family: state.FamilyArray},
		"primary":         {Family: state.FamilyString, Primary: true},
		"tag values":      {Family: state.FamilyString, Rules: []state.Rule{{To: to, Values: []string{"email"}, Show: clear}}},
		"database role":   {Family: state.FamilyString, Rules: []state.Rule{{To: []state.Securable{{Kind: state.KindDatabaseRole, Name: "r"}}, Show: clear}}},
		"argument val":    {Family: state.FamilyString, Args: []string{"VAL"}},
		"constant":        {Family: state.FamilyNumber, Default: state.Show{Kind: state.ShowConst, Text: "1; DROP"}},
		"date constant":   {Family: state.FamilyDate, Default: state.Show{Kind: state.ShowConst, Text: "soon"}},
		"number":          {Family: state.FamilyString, Rules: []state.Rule{{To: to, Show: clear, When: []state.Condition{{Column: "n", Op: state.OpGT, Values: []string{"x"}, Number: true}}}}},
		"open bracket":    {Family: state.FamilyString, Default: state.Show{Kind: state.ShowSQL, Text: "upper(val"}},
		"closes too much": {Family: state.FamilyString, Default: state.Show{Kind: state.ShowSQL, Text: "val) END, (1"}},
		"comment":         {Family: state.FamilyString, Default: state.Show{Kind: state.ShowSQL, Text: "val -- "}},
		"semicolon":       {Family: state.FamilyString, Opaque: true, Body: "val; DROP TABLE x"},
		"empty":           {Family: state.FamilyString, Opaque: true},
	} {
		if got, err := (dialect.Dialect{}).Body(&p); err == nil {
			t.Errorf("%s: got %s", name, got)
		}
	}
}

func TestSameBody(t *testing.T) {
	a := "CASE WHEN is_account_group_member('a b') THEN val ELSE CAST(NULL AS STRING) END"
	for body, want := range map[string]bool{
		"case  when is_account_group_member( \"a b\" )\n then `val` else cast(null as string) end": true,
		"/* x */ " + a + " -- y":                        true,
		strings.Replace(a, "a b", "a  b", 1):            false,
		strings.Replace(a, "a b", "A b", 1):             false,
		strings.Replace(a, "'a b'", "a b", 1):           false,
		strings.Replace(a, "THEN val", "THEN 'val'", 1): false,
		strings.Replace(a, "'a b'", `r'a b'`, 1):        true,
		strings.Replace(a, "'a b'", "'a b", 1):          false,
	} {
		if got := (dialect.Dialect{}).SameBody(a, body); got != want {
			t.Errorf("%s: got %t", body, got)
		}
	}
}

func TestPrivileges(t *testing.T) {
	d := dialect.Dialect{}
	for _, c := range []struct {
		written string
		on      state.Kind
		want    string
	}{
		{"select", state.KindTable, "SELECT"}, {"use_catalog", state.KindCatalog, "USE CATALOG"}, {"Usage", state.KindSchema, "USE SCHEMA"},
		{"ALL", state.KindTable, "APPLY TAG MODIFY SELECT"}, {"all_privileges", state.KindFunction, "EXECUTE"}, {"MANAGE", state.KindVolume, "MANAGE"},
	} {
		got, err := d.Privileges(c.written, c.on)
		if err != nil || strings.Join(got, " ") != c.want {
			t.Errorf("%s on %s: got %v, %v", c.written, c.on, got, err)
		}
	}
	for _, k := range []state.Kind{state.KindMetastore, state.KindCatalog, state.KindSchema, state.KindTable, state.KindView, state.KindMaterializedView, state.KindDynamicTable,
		state.KindVolume, state.KindFunction, state.KindModel, state.KindConnection, state.KindExternalLocation, state.KindStorageCredential} {
		all, err := d.Privileges("ALL PRIVILEGES", k)
		if err != nil || len(all) == 0 || !slices.IsSorted(all) || slices.Contains(all, "MANAGE") {
			t.Errorf("%s: %v, %v", k, all, err)
		}
	}
	if _, err := d.Privileges("INSERT", state.KindTable); err == nil || !strings.Contains(err.Error(), "MODIFY") {
		t.Errorf("INSERT: %v", err)
	}
	if _, err := d.Privileges("SELECT", state.KindWarehouse); err == nil {
		t.Error("a warehouse has SELECT")
	}
}

func TestNames(t *testing.T) {
	d := dialect.Dialect{}
	home := state.Securable{Kind: state.KindSchema, Catalog: "main", Schema: "gov"}
	if got := d.Policy("pii", state.FamilyString, home); got != policy {
		t.Errorf("got %v", got)
	}
	seen := map[string]bool{}
	for _, mask := range append([]string{"pii", "PII", "p.i", "p_i", strings.Repeat("x", 300), strings.Repeat("x", 301)}, hostile...) {
		name := d.Policy(mask, state.FamilyString, home).Name
		if seen[name] || len(name) > 255 || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789_") != "" {
			t.Errorf("%q became %q, seen before: %t", mask, name, seen[name])
		}
		seen[name] = true
	}
	for in, want := range map[state.Securable]state.Securable{
		state.Everyone:                          {Kind: state.KindGroup, Name: "account users"},
		{Kind: state.KindRole, Name: "PUBLIC"}:  {Kind: state.KindGroup, Name: "account users"},
		{Kind: state.KindRole, Name: "Support"}: {Kind: state.KindGroup, Name: "Support"},
	} {
		if got := d.Fold(in); got != want || d.Fold(got) != want {
			t.Errorf("%v folds to %v", in, got)
		}
	}
	if got := d.Tag("Pii", state.Securable{}, home); got != (state.Securable{Kind: state.KindTag, Name: "Pii"}) {
		t.Errorf("got %v", got)
	}
}
