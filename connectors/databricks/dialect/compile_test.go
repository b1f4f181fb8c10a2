package dialect_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/polsync/polsync/connectors/databricks/dialect"
	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
)

// hostile are names that break statements and paths where they are not quoted.
var hostile = []string{"a`b", "a#b", "a/b", "a?b", "a%41", "two words", "café", "select", "it's", `back\slash`, `"`, "--x", "/*", ";", "${x}"}

func column(parts ...string) state.Securable {
	return state.Securable{Kind: state.KindColumn, Catalog: parts[0], Schema: parts[1], Name: parts[2], Column: parts[3]}
}

var (
	tag    = state.Securable{Kind: state.KindTag, Name: "pii"}
	email  = column("main", "crm", "customers", "email")
	table  = email.Table()
	policy = state.Securable{Kind: state.KindMaskingPolicy, Catalog: "main", Schema: "gov", Name: "polsync_pii_string"}
	crew   = state.Securable{Kind: state.KindGroup, Name: "pii-readers"}
	user   = state.Securable{Kind: state.KindUser, Name: "a@example.com"}
)

func rules() *state.MaskingPolicy {
	return &state.MaskingPolicy{Name: policy, Family: state.FamilyString, Rules: []state.Rule{{To: []state.Securable{crew}, Show: state.Show{Kind: state.ShowClear}}}}
}

func compile(t *testing.T, d dialect.Dialect, changes ...plan.Change) []plan.Statement {
	t.Helper()
	steps, err := d.Compile(plan.PhaseDefine, changes)
	if err != nil {
		t.Fatal(err)
	}
	var all []plan.Statement
	for _, s := range steps {
		all = append(all, s.Statements...)
	}
	return all
}

var rowsOf = state.Securable{Kind: state.KindRowPolicy, Catalog: "main", Schema: "gov", Name: "r`x"}

func TestCompile(t *testing.T) {
	view := state.Securable{Kind: state.KindMaterializedView, Catalog: "main", Schema: "crm", Name: "mv"}
	d := dialect.New(func() dialect.Known {
		return dialect.Known{Metastore: "m-1", Kinds: map[state.Securable]state.Kind{{Kind: state.KindTable, Catalog: "main", Schema: "crm", Name: "mv"}: state.KindMaterializedView}}
	})
	tagged := func(on state.Securable, key string) state.Key {
		return state.Key{Fact: state.FactTagged, On: on, With: state.Securable{Kind: state.KindTag, Name: key}}
	}
	grant := func(on, with state.Securable, name string) state.Key {
		return state.Key{Fact: state.FactGrant, On: on, With: with, Name: name}
	}
	value := state.Key{Fact: state.FactAllowedValue, On: tag, Name: "ssn"}
	for _, c := range []struct {
		name string
		in   []plan.Change
		want string // SQL, or method path body
	}{
		{"tag column", []plan.Change{{Key: tagged(email, "pii"), Want: state.Text("it's \\ a `b`")}},
			"ALTER TABLE `main`.`crm`.`customers` ALTER COLUMN `email` SET TAGS ('pii' = 'it\\'s \\\\ a `b`')"},
		{"two tags", []plan.Change{{Key: tagged(table, "a"), Want: state.Text("")}, {Key: tagged(table, "b"), Want: state.Text("x")}},
			"ALTER TABLE `main`.`crm`.`customers` SET TAGS ('a' = '', 'b' = 'x')"},
		{"untag", []plan.Change{{Key: tagged(email, "a"), Was: state.Text("1")}, {Key: tagged(email, "b"), Was: state.Text("1")}},
			"ALTER TABLE `main`.`crm`.`customers` ALTER COLUMN `email` UNSET TAGS ('a', 'b')"},
		{"tag catalog", []plan.Change{{Key: tagged(state.Securable{Kind: state.KindCatalog, Catalog: "main"}, "d"), Want: state.Text("x")}}, "ALTER CATALOG `main` SET TAGS ('d' = 'x')"},
		{"tag materialized view", []plan.Change{{Key: tagged(view, "d"), Want: state.Text("x")}}, "ALTER MATERIALIZED VIEW `main`.`crm`.`mv` SET TAGS ('d' = 'x')"},
		{"mask column of materialized view", []plan.Change{{Key: state.Key{Fact: state.FactMask, On: column("main", "crm", "mv", "c")}, Want: state.Mask{Policy: policy}}},
			"ALTER MATERIALIZED VIEW `main`.`crm`.`mv` ALTER COLUMN `c` SET MASK `main`.`gov`.`polsync_pii_string`"},
		{"swap mask", []plan.Change{{Key: state.Key{Fact: state.FactMask, On: email}, Was: state.Mask{Policy: tag}, Want: state.Mask{Policy: policy, Using: []string{"country", "a`b"}}}},
			"ALTER TABLE `main`.`crm`.`customers` ALTER COLUMN `email` SET MASK `main`.`gov`.`polsync_pii_string` USING COLUMNS (`country`, `a``b`)"},
		{"unmask", []plan.Change{{Key: state.Key{Fact: state.FactMask, On: email}, Was: state.Mask{Policy: policy}}},
			"ALTER TABLE `main`.`crm`.`customers` ALTER COLUMN `email` DROP MASK"},
		{"new policy", []plan.Change{{Key: state.Key{Fact: state.FactPolicy, On: policy}, Want: rules()}},
			"CREATE FUNCTION `main`.`gov`.`polsync_pii_string`(val STRING) RETURNS STRING COMMENT 'managed by polsync' RETURN CASE WHEN is_account_group_member('pii-readers') THEN val ELSE CAST(NULL AS STRING) END"},
		{"drop policy", []plan.Change{{Key: state.Key{Fact: state.FactPolicy, On: policy}, Was: rules()}}, "DROP FUNCTION IF EXISTS `main`.`gov`.`polsync_pii_string`"},
		{"new row policy", []plan.Change{{Key: state.Key{Fact: state.FactRowPolicy, On: rowsOf}, Want: &state.RowPolicy{Family: state.FamilyString, Body: "val = 'it\\'s'"}}},
			"CREATE FUNCTION `main`.`gov`.`r``x`(val STRING) RETURNS BOOLEAN COMMENT 'managed by polsync' RETURN val = 'it\\'s'"},
		{"change row policy", []plan.Change{{Key: state.Key{Fact: state.FactRowPolicy, On: rowsOf}, Was: &state.RowPolicy{Family: state.FamilyString}, Want: &state.RowPolicy{Family: state.FamilyString, Comment: "c", Body: "TRUE"}}},
			"CREATE OR REPLACE FUNCTION `main`.`gov`.`r``x`(val STRING) RETURNS BOOLEAN COMMENT 'c' RETURN TRUE"},
		{"drop row policy", []plan.Change{{Key: state.Key{Fact: state.FactRowPolicy, On: rowsOf}, Was: &state.RowPolicy{}}}, "DROP FUNCTION IF EXISTS `main`.`gov`.`r``x`"},
		{"swap row filter", []plan.Change{{Key: state.Key{Fact: state.FactFilter, On: table}, Was: state.Filter{Policy: policy}, Want: state.Filter{Policy: rowsOf, Using: []string{"a`b"}}}},
			"ALTER TABLE `main`.`crm`.`customers` SET ROW FILTER `main`.`gov`.`r``x` ON (`a``b`)"},
		{"filter materialized view", []plan.Change{{Key: state.Key{Fact: state.FactFilter, On: view}, Want: state.Filter{Policy: rowsOf, Using: []string{"c"}}}},
			"ALTER MATERIALIZED VIEW `main`.`crm`.`mv` SET ROW FILTER `main`.`gov`.`r``x` ON (`c`)"},
		{"filter no more", []plan.Change{{Key: state.Key{Fact: state.FactFilter, On: table}, Was: state.Filter{Policy: rowsOf}}}, "ALTER TABLE `main`.`crm`.`customers` DROP ROW FILTER"},
		{"owner", []plan.Change{{Key: state.Key{Fact: state.FactOwner, On: table}, Want: state.Owner(crew)}}, "ALTER TABLE `main`.`crm`.`customers` OWNER TO `pii-readers`"},
		{"owner of a connection", []plan.Change{{Key: state.Key{Fact: state.FactOwner, On: state.Securable{Kind: state.KindConnection, Name: "a#b"}}, Want: state.Owner(crew)}},
			`PATCH /api/2.1/unity-catalog/connections/a%23b {"owner":"pii-readers"}`},
		{"owner of a model", []plan.Change{{Key: state.Key{Fact: state.FactOwner, On: state.Securable{Kind: state.KindModel, Catalog: "main", Schema: "ml", Name: "m?"}}, Want: state.Owner(crew)}},
			`PATCH /api/2.1/unity-catalog/models/main.ml.m%3F {"owner":"pii-readers"}`},
		{"owner of a share", []plan.Change{{Key: state.Key{Fact: state.FactOwner, On: state.Securable{Kind: state.KindShare, Name: "s"}}, Want: state.Owner(crew)}},
			`PATCH /api/2.1/unity-catalog/shares/s {"owner":"pii-readers"}`},
		{"owner of the metastore", []plan.Change{{Key: state.Key{Fact: state.FactOwner, On: state.Securable{Kind: state.KindMetastore}}, Want: state.Owner(crew)}},
			`PATCH /api/2.1/unity-catalog/metastores/m-1 {"owner":"pii-readers"}`},
		{"grant on a model", []plan.Change{{Key: grant(state.Securable{Kind: state.KindModel, Catalog: "main", Schema: "ml", Name: "m"}, crew, "CREATE MODEL VERSION"), Want: state.Option(false)}},
			`PATCH /api/2.1/unity-catalog/permissions/function/main.ml.m {"changes":[{"add":["CREATE_MODEL_VERSION"],"principal":"pii-readers"}]}`},
		{"grant on a service credential", []plan.Change{{Key: grant(state.Securable{Kind: state.KindServiceCredential, Name: "c"}, crew, "ACCESS"), Want: state.Option(false)}},
			`PATCH /api/2.1/unity-catalog/permissions/credential/c {"changes":[{"add":["ACCESS"],"principal":"pii-readers"}]}`},
		{"plain tag", []plan.Change{{Key: state.Key{Fact: state.FactTag, On: tag}, Want: state.Tag{AnyValue: true}}}, ""},
		{"governed tag", []plan.Change{{Key: state.Key{Fact: state.FactTag, On: tag}, Want: state.Tag{Governed: true, Comment: "d"}, List: []string{"email", "ssn"}}},
			`POST /api/2.1/tag-policies {"tag_key":"pii","description":"d","values":[{"name":"email"},{"name":"ssn"}]}`},
		{"governed tag with the values it is made with", []plan.Change{{Key: state.Key{Fact: state.FactTag, On: tag}, Want: state.Tag{Governed: true}, List: []string{"ssn"}}, {Key: value, Want: state.Nil{}, List: []string{"ssn"}}},
			`POST /api/2.1/tag-policies {"tag_key":"pii","values":[{"name":"ssn"}]}`},
		{"allowed value", []plan.Change{{Key: value, Want: state.Nil{}, List: []string{"email", "ssn"}}},
			`PATCH /api/2.1/tag-policies/pii?update_mask=values {"tag_key":"pii","values":[{"name":"email"},{"name":"ssn"}]}`},
		{"last value off", []plan.Change{{Key: value, Was: state.Nil{}}}, `PATCH /api/2.1/tag-policies/pii?update_mask=values {"tag_key":"pii"}`},
		{"drop governed tag", []plan.Change{{Key: state.Key{Fact: state.FactTag, On: state.Securable{Kind: state.KindTag, Name: "a/b#c"}}, Was: state.Tag{Governed: true}}},
			"DELETE /api/2.1/tag-policies/a%2Fb%23c"},
		{"grants of one securable", []plan.Change{{Key: grant(table, user, "SELECT"), Want: state.Option(false)}, {Key: grant(table, crew, "SELECT"), Was: state.Option(false)},
			{Key: grant(table, crew, "APPLY TAG"), Want: state.Option(false)}, {Key: grant(table, state.Everyone, "SELECT"), Want: state.Option(false)}},
			`PATCH /api/2.1/unity-catalog/permissions/table/main.crm.customers {"changes":[{"add":["SELECT"],"principal":"a@example.com"},` +
				`{"add":["SELECT"],"principal":"account users"},{"add":["APPLY_TAG"],"principal":"pii-readers","remove":["SELECT"]}]}`},
		{"grant on a hostile name", []plan.Change{{Key: grant(state.Securable{Kind: state.KindVolume, Catalog: "a#b", Schema: "c?d", Name: "é %41"}, crew, "READ VOLUME"), Want: state.Option(false)}},
			`PATCH /api/2.1/unity-catalog/permissions/volume/a%23b.c%3Fd.%C3%A9%20%2541 {"changes":[{"add":["READ_VOLUME"],"principal":"pii-readers"}]}`},
		{"metastore", []plan.Change{{Key: grant(state.Securable{Kind: state.KindMetastore}, crew, "CREATE CATALOG"), Want: state.Option(false)}},
			`PATCH /api/2.1/unity-catalog/permissions/metastore/m-1 {"changes":[{"add":["CREATE_CATALOG"],"principal":"pii-readers"}]}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := compile(t, d, c.in...)
			if c.want == "" {
				if len(got) > 0 {
					t.Errorf("got %+v, want nothing", got)
				}
				return
			}
			if len(got) != 1 {
				t.Fatalf("got %d statements, want one", len(got))
			}
			text := strings.TrimSpace(got[0].SQL + got[0].Method + " " + got[0].Path + " " + got[0].Body)
			if text != c.want {
				t.Errorf("got\n%s\nwant\n%s", text, c.want)
			}
			if strings.ContainsAny(got[0].Comment, "\n\r") || got[0].Comment == "" {
				t.Errorf("comment %q is not one line", got[0].Comment)
			}
		})
	}
}

// TestHostileNames writes every name in every place and reads it back with a lexer of its own.
func TestHostileNames(t *testing.T) {
	for _, n := range hostile {
		c := column(n, n, n, n)
		p := rules()
		p.Name = state.Securable{Kind: state.KindMaskingPolicy, Catalog: n, Schema: n, Name: n}
		p.Args, p.ArgType, p.Comment = []string{n}, []state.Family{state.FamilyString}, n
		p.Rules[0].To = []state.Securable{{Kind: state.KindGroup, Name: n}}
		p.Rules[0].When = []state.Condition{{Column: n, Op: state.OpIn, Values: []string{n}}}
		for want, change := range map[string]plan.Change{
			"4 names 2 strings": {Key: state.Key{Fact: state.FactTagged, On: c, With: state.Securable{Kind: state.KindTag, Name: n}}, Want: state.Text(n)},
			"8 names 0 strings": {Key: state.Key{Fact: state.FactMask, On: c}, Want: state.Mask{Policy: p.Name, Using: []string{n}}},
			"5 names 3 strings": {Key: state.Key{Fact: state.FactPolicy, On: p.Name}, Was: p, Want: p},
			"4 names 0 strings": {Key: state.Key{Fact: state.FactOwner, On: c.Table()}, Want: state.Owner{Kind: state.KindGroup, Name: n}},
		} {
			sql := compile(t, dialect.Dialect{}, change)[0].SQL
			if got := readBack(t, sql, n); got != want {
				t.Errorf("%s reads back as %s, want %s", sql, got, want)
			}
		}
	}
}

// TestEveryChangeCompilesOrSaysWhy goes over all kinds of fact and all verbs.
func TestEveryChangeCompilesOrSaysWhy(t *testing.T) {
	rowPolicy := state.Securable{Kind: state.KindRowPolicy, Catalog: "main", Schema: "gov", Name: "r"}
	rowPol := &state.RowPolicy{Name: rowPolicy, Family: state.FamilyString, Body: "TRUE"}
	values := map[state.FactKind][2]state.Value{
		state.FactRole: {state.Role{}, state.Role{Comment: "x"}}, state.FactTag: {state.Tag{Governed: true}, state.Tag{Governed: true, Comment: "x"}},
		state.FactAllowedValue: {state.Nil{}, state.Nil{}}, state.FactPolicy: {rules(), rules()}, state.FactMask: {state.Mask{Policy: policy}, state.Mask{Policy: policy}},
		state.FactBinding: {state.Mask{Policy: policy}, state.Mask{Policy: policy}}, state.FactTagged: {state.Text("a"), state.Text("b")},
		state.FactMember: {state.Nil{}, state.Nil{}}, state.FactGrant: {state.Option(false), state.Option(true)}, state.FactOwner: {state.Owner(crew), state.Owner(user)},
		state.FactManaged:   {state.Nil{}, state.Nil{}},
		state.FactRowPolicy: {rowPol, rowPol}, state.FactFilter: {state.Filter{Policy: rowPolicy, Using: []string{"a"}}, state.Filter{Policy: rowPolicy, Using: []string{"b"}}},
		state.FactABAC:             {state.ABAC{Policy: policy, To: []state.Securable{crew}, Mask: "m", Columns: []state.ABACColumn{{Alias: "m", Tags: "has_tag('a')"}}}, state.ABAC{Policy: rowPolicy, To: []state.Securable{crew}}},
		state.FactConstraintPolicy: {&state.ConstraintPolicy{}, &state.ConstraintPolicy{}}, state.FactConstraint: {state.Filter{}, state.Filter{}},
	}
	on := map[state.FactKind]state.Securable{state.FactRole: crew, state.FactTag: tag, state.FactAllowedValue: tag, state.FactPolicy: policy, state.FactMask: email,
		state.FactBinding: tag, state.FactTagged: email, state.FactMember: crew, state.FactGrant: table, state.FactOwner: table, state.FactManaged: table,
		state.FactRowPolicy: rowPolicy, state.FactFilter: table, state.FactConstraintPolicy: {Kind: state.KindJoinPolicy, Name: "x"}, state.FactConstraint: table, state.FactABAC: table}
	unsupported := map[string]bool{}
	for _, name := range state.FactKindNames() {
		kind, _ := state.ParseFactKind(name)
		v, ok := values[kind]
		if !ok {
			t.Fatalf("no values for facts of kind %s: add them", name)
		}
		for _, c := range []plan.Change{{Want: v[0]}, {Was: v[0], Want: v[1]}, {Was: v[1]}} {
			c.Key = state.Key{Fact: kind, On: on[kind], With: crew, Name: "SELECT"}
			if kind == state.FactAllowedValue && c.Want != nil {
				c.List = []string{"SELECT"}
			}
			steps, err := dialect.Dialect{}.Compile(plan.PhaseDefine, []plan.Change{c})
			var u *plan.UnsupportedError
			switch {
			case err != nil && (!errors.Is(err, plan.ErrUnsupported) || !errors.As(err, &u) || u.Change.Key != c.Key || u.Reason == ""):
				t.Errorf("%s %s: %v does not say which change and why", c.Verb(), name, err)
			case err != nil:
				unsupported[c.Verb().String()+name] = true
			case len(steps) != 1 || len(steps[0].Statements) != 1 || len(steps[0].Changes) != 1:
				t.Errorf("%s %s: %+v", c.Verb(), name, steps)
			}
		}
	}
	want := []string{"+role", "~role", "-role", "+member", "~member", "-member", "+binding", "~binding", "-binding", "~grant", "-owner", "+managed_access", "~managed_access", "-managed_access",
		"+constraint_policy", "~constraint_policy", "-constraint_policy", "+constraint", "~constraint", "-constraint"}
	for _, w := range want {
		if !unsupported[w] {
			t.Errorf("%s compiles, and should not", w)
		}
		delete(unsupported, w)
	}
	if len(unsupported) > 0 {
		t.Errorf("does not compile: %v", unsupported)
	}
}

func TestRefusals(t *testing.T) {
	for name, c := range map[string]plan.Change{
		"control character": {Key: state.Key{Fact: state.FactMask, On: column("a", "b", "c", "d\n")}, Want: state.Mask{Policy: policy}},
		"empty name":        {Key: state.Key{Fact: state.FactMask, On: column("a", "b", "c", "d")}, Want: state.Mask{}},
		"NUL in a value":    {Key: state.Key{Fact: state.FactTagged, On: email, With: tag}, Want: state.Text("a\x00")},
		"bad UTF-8":         {Key: state.Key{Fact: state.FactTagged, On: email, With: tag}, Want: state.Text("\xff")},
		"dot in a path":     {Key: state.Key{Fact: state.FactGrant, On: state.Securable{Kind: state.KindCatalog, Catalog: "a.b"}, With: crew, Name: "SELECT"}, Want: state.Option(false)},
		"share":             {Key: state.Key{Fact: state.FactGrant, On: state.Securable{Kind: state.KindShare, Name: "s"}, With: crew, Name: "SELECT"}, Want: state.Option(false)},
		"grant to a share":  {Key: state.Key{Fact: state.FactGrant, On: table, With: state.Securable{Kind: state.KindShare, Name: "s"}, Name: "SELECT"}, Want: state.Option(false)},
		"system tag":        {Key: state.Key{Fact: state.FactTagged, On: email, With: state.Securable{Kind: state.KindTag, Name: "class.email_address"}}, Want: state.Text("")},
		"governed value":    {Key: state.Key{Fact: state.FactAllowedValue, On: tag, Name: "a/b"}, Want: state.Nil{}, List: []string{"a/b"}},
		"unknown list":      {Key: state.Key{Fact: state.FactAllowedValue, On: tag, Name: "a"}, Want: state.Nil{}},
		"future grant":      {Key: state.Key{Fact: state.FactGrant, On: table, With: crew, Name: "SELECT", Future: state.KindTable}, Want: state.Option(false)},
		"deleted principal": {Key: state.Key{Fact: state.FactGrant, On: table, With: state.Securable{Kind: state.KindGroup}, Name: "SELECT"}, Was: state.Option(false)},
		"ungovern":          {Key: state.Key{Fact: state.FactTag, On: tag}, Was: state.Tag{Governed: true}, Want: state.Tag{}},
	} {
		if _, err := (dialect.Dialect{}).Compile(plan.PhaseDefine, []plan.Change{c}); !errors.Is(err, plan.ErrUnsupported) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestBodiesAreValidJSON(t *testing.T) {
	for _, n := range hostile {
		c := plan.Change{Key: state.Key{Fact: state.FactGrant, On: table, With: state.Securable{Kind: state.KindGroup, Name: n}, Name: "SELECT"}, Want: state.Option(false)}
		var body struct {
			Changes []struct{ Principal string }
		}
		if err := json.Unmarshal([]byte(compile(t, dialect.Dialect{}, c)[0].Body), &body); err != nil || len(body.Changes) != 1 || body.Changes[0].Principal != n {
			t.Errorf("%q came back as %+v, %v", n, body, err)
		}
	}
}

func TestTaggedBy(t *testing.T) {
	for _, on := range []state.Securable{email, table, {Kind: state.KindSchema, Catalog: "a", Schema: "b"}, {Kind: state.KindCatalog, Catalog: "a"},
		{Kind: state.KindVolume, Catalog: "a`", Schema: "b.c", Name: "d"}, column("a", "b", "c", "x.y")} {
		for _, c := range []plan.Change{{Want: state.Text("set")}, {Was: state.Text("x")}} {
			c.Key = state.Key{Fact: state.FactTagged, On: on, With: tag}
			if got, ok := dialect.TaggedBy(compile(t, dialect.Dialect{}, c)[0].SQL); !ok || got != on {
				t.Errorf("got %v %t, want %v", got, ok, on)
			}
		}
	}
	if _, ok := dialect.TaggedBy("ALTER TABLE `a`.`b`.`c` ALTER COLUMN `d` DROP MASK"); ok {
		t.Error("a mask is taken for a tag")
	}
}

// TestPrivilegeSpelling: privileges are written with spaces or underscores in any case, and sent with underscores.
func TestPrivilegeSpelling(t *testing.T) {
	for _, written := range []string{"USE SCHEMA", "use_schema", " Use  Schema ", "USE_SCHEMA", "usage"} {
		if got, err := (dialect.Dialect{}).Privileges(written, state.KindSchema); err != nil || len(got) != 1 || got[0] != "USE SCHEMA" {
			t.Errorf("%q is %v, %v", written, got, err)
		}
	}
	for _, k := range append(dialect.Singles(), state.KindMetastore, state.KindTable) {
		all, err := (dialect.Dialect{}).Privileges("ALL", k)
		if dialect.Grantable(k) != (err == nil) {
			t.Errorf("ALL on a %s: %v, %v", k, all, err)
		}
		for _, p := range all {
			if p == "MANAGE" || p == dialect.AllPrivileges || strings.HasPrefix(p, "EXTERNAL USE") {
				t.Errorf("ALL on a %s gives %s", k, p)
			}
		}
	}
}
