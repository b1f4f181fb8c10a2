package declare_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/polsync/polsync/state/declare"
	"github.com/polsync/polsync/state/declare/config"
)

// bounds reads bounds as polsync.yaml has them.
func bounds(t *testing.T, may string) declare.Bounds {
	t.Helper()
	text := "platforms: {snow: {memory: {file: a}}, lake: {memory: {file: b}}}\npolicies: p\nmay: {yaml: " + may + "}\n"
	c, err := config.Parse("polsync.yaml", []byte(text), func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	return c.May["yaml"]
}

func TestBounds(t *testing.T) {
	const crm = `{on: ["snow:CRM.**"], to: [a], privileges: [SELECT]}`
	for _, c := range []struct{ name, may, yaml, want string }{
		{"within", crm, `grants: {to: a, privileges: SELECT, on: "snow:crm.S.*"}`, ""},
		{"another place", crm, `grants: {to: a, privileges: SELECT, on: "snow:HR.S.T"}`, "outside of what yaml may declare: snow:HR.S.T"},
		{"a wider place", crm, `grants: {to: a, privileges: SELECT, on: "snow:*.S.T"}`, "outside of what yaml may declare: snow:*.S.T"},
		{"another platform", crm, `grants: {to: a, privileges: SELECT, on: "lake:CRM.S.T"}`, "lake:CRM.S.T"},
		{"another principal", crm, `grants: {to: b, privileges: SELECT, on: "snow:CRM.S.T"}`, "may declare: b"},
		{"another privilege", crm, `grants: {to: a, privileges: INSERT, on: "snow:CRM.S.T"}`, "may declare: INSERT"},
		{"an access level", crm, `grants: {to: a, access: write, on: "snow:CRM.S.T"}`, "may declare: DELETE"},
		{"a tag", crm, `tag_assignments: {tag: free, value: x, on: "snow:HR.S.T"}`, "snow:HR.S.T"},
		{"a tag selector", crm, `grants: {to: a, privileges: SELECT, on: {tag: pii}}`, "narrow it with under"},
		{"a narrowed tag selector", crm, `grants: {to: a, privileges: SELECT, on: {tag: pii, under: "snow:CRM.**"}}`, ""},
		{"a mask everywhere", crm, `masks: {name: m, tag: pii, rules: {to: b, show: clear}}`, "narrow it with within"},
		{"control is closed by default", "{}", `grants: {to: a, privileges: MANAGE GRANTS, on: {kind: account, names: "snow:"}}`, "MANAGE GRANTS gives control over access"},
		{"so is what takes constraints off", "{}", `grants: {to: a, privileges: APPLY PROJECTION POLICY, on: {kind: account, names: "snow:"}}`, "APPLY PROJECTION POLICY gives control over access"},
		{"all on the account", "{}", `grants: {to: a, privileges: ALL, on: {kind: account, names: "snow:"}}`, "ALL gives control over access"},
		{"all on a table", "{}", `grants: {to: a, privileges: ALL, on: "snow:A.B.C"}`, ""},
		{"ownership is closed by default", "{}", `grants: {owner: a, on: "snow:A.B.C"}`, "OWNERSHIP gives control over access"},
		{"ownership opened", "{privileges: [OWNERSHIP]}", `grants: {owner: a, on: "snow:A.B.C"}`, ""},
		{"ownership of another", "{privileges: [OWNERSHIP], to: [a]}", `grants: {owner: b, on: "snow:A.B.C"}`, "may declare: b"},
		{"access own", "{}", `grants: {to: a, access: own, on: "snow:A.B"}`, "OWNERSHIP gives control over access"},
		{"managed access", crm, `grants: {managed_access: true, on: "snow:HR.S"}`, "snow:HR.S"},
		{"exclusive", "{}", `grants: {exclusive: true, privileges: SELECT, on: "snow:A.**"}`, ""},
		{"exclusive elsewhere", `{on: ["snow:CRM.**"]}`, `grants: {exclusive: true, privileges: SELECT, on: "snow:HR.**"}`, "snow:HR.**"},
		{"exclusive from everybody", `{to: [a]}`, `grants: {exclusive: true, privileges: SELECT, on: "snow:A.**"}`, "exclusive takes privileges from everybody"},
		{"control opened", "{privileges: [manage_grants]}", `grants: {to: a, privileges: MANAGE GRANTS, on: {kind: account, names: "snow:"}}`, ""},
		{"joining an admin role", "{}", `roles: {name: R, in: snow, member_of: "role:accountadmin"}`, "role:accountadmin is an admin role"},
		{"members of an admin role", "{}", `roles: {name: SECURITYADMIN, in: snow, members: "role:R"}`, "SECURITYADMIN is an admin role"},
		{"an admin role opened", `{to: ["role:ACCOUNTADMIN", "role:R"]}`, `roles: {name: R, in: snow, member_of: "role:ACCOUNTADMIN"}`, ""},
		{"a decision about findings", crm, `decisions: {reject: "snow:HR.S.T"}`, "outside of what yaml may declare: snow:HR.S.T"},
		{"a row filter", crm, `row_filters: {name: f, on: "snow:CRM.A.B", column: C, rules: {to: b, values: all}}`, ""},
		{"a row filter elsewhere", crm, `row_filters: {name: f, on: "snow:HR.A.B", column: C, rules: {to: b, values: all}}`, "snow:HR.A.B"},
		{"a row filter everywhere", crm, `row_filters: {name: f, tag: pii, column: C, rules: {to: b, values: all}}`, "row filter f holds wherever its tag is; narrow it with within"},
		{"a lookup elsewhere", crm, `row_filters: {name: f, on: "snow:CRM.A.B", column: C, lookup: {table: "snow:HR.A.B", principal: P, by: user, value: V}}`, "snow:HR.A.B"},
		{"a constraint elsewhere", crm, `constraints: {on: "snow:HR.A.B", join: {}}`, "snow:HR.A.B"},
		{"attribute-based policies", crm, `masks: {name: m, tag: pii, within: "snow:CRM", databricks: {engine: abac}, rules: {to: b, show: clear}}`, ""},
		{"attribute-based policies elsewhere", crm, `masks: {name: m, tag: pii, within: "snow:HR", databricks: {engine: abac}, rules: {to: b, show: clear}}`, "snow:HR"},
	} {
		t.Run(c.name, func(t *testing.T) {
			fsys := fstest.MapFS{"a.yaml": {Data: []byte(people + c.yaml + "\n")}}
			d, err := declare.Load(fsys, []string{"a.yaml"}, declare.Options{Platforms: platforms})
			if err != nil {
				t.Fatal(err)
			}
			errs := bounds(t, c.may).Check("yaml", d)
			switch {
			case c.want == "" && len(errs) > 0:
				t.Errorf("refused: %v", errs)
			case c.want != "" && !strings.Contains(errs.Error(), c.want):
				t.Errorf("got %v, want %s", errs, c.want)
			case c.want != "" && errs[0].Line != 4:
				t.Errorf("the place is %+v", errs[0])
			}
		})
	}
}
