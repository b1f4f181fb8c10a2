package plan_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
	"github.com/polsync/polsync/state/declare"
)

const expectations = `apiVersion: polsync/v1
principals: {analyst: {mem: ANALYST}, support: {mem: [SUPPORT, SUPPORT_LEAD]}, elsewhere: {other: X}}
tags: [{name: pii, values: [email, phone, odd]}]
tag_assignments:
  - {tag: pii, value: email, on: ["mem:crm.public.customers.email", "mem:CRM.*.*.mail"]}
  - {tag: pii, value: phone, on: "mem:CRM.PUBLIC.ORDERS"}
masks:
  - name: pii
    tag: pii
    default: {string: {const: "***"}, other: nothing}
    rules:
      - {to: analyst, values: email, show: clear}
      - {to: support, values: email, show: email_domain}
      - {to: support, values: phone, when: {column: COUNTRY, in: [US]}, show: {last: 4}}
      - {to: everyone, values: phone, show: hash}
  - {name: pay, on: "mem:HR.*.*.SALARY", types: number, rules: [{to: analyst, show: clear}, {to: support, show: constant}, {to: everyone, show: hash}]}
  - {name: own, on: "mem:HR.PUBLIC.PAY.IBAN", in: mem, sql: {memory: "upper(val)", snowflake: "upper(val)"}}
exceptions: [{mask: pii, to: "role:AUDITOR", until: 2026-12-01T00:00:00Z}, {mask: pii, to: "role:LATE", until: 2026-11-01T00:00:00Z}]
roles: [{name: SUPPORT, in: mem, members: "role:TRAINEE"}]
grants:
  - {to: analyst, access: read, on: "mem:CRM.PUBLIC.*"}
  - {to: support, privileges: SELECT, on: "mem:CRM.PUBLIC.CUSTOMERS"}
row_filters:
  - {name: sales, on: "mem:CRM.PUBLIC.SALES", column: REGION, rules: [{to: analyst, values: [EMEA, APAC]}, {to: "role:SUPPORT", values: [DACH]}, {to: "user:BOSS", values: all}]}
  - {name: looked, on: "mem:CRM.PUBLIC.LOOKED", column: REGION, lookup: {table: "mem:GOV.MAP.REGIONS", principal: P, by: user, value: V}}
  - {name: open, on: "mem:CRM.PUBLIC.OPEN", column: REGION, default: all, rules: [{to: analyst, values: [a]}]}
  - {name: written, on: "mem:CRM.PUBLIC.OWN", column: REGION, sql: {memory: "val = 1", snowflake: "val = 1"}}
`

// TestCheck holds what each principal is found to see, without a platform. want is "" for a test that passes.
func TestCheck(t *testing.T) {
	for _, c := range []struct{ test, want string }{
		{`{as: analyst, read: "mem:CRM.PUBLIC.CUSTOMERS.EMAIL", sees: clear}`, ""},
		{`{as: analyst, read: "mem:crm.public.CUSTOMERS.Email", sees: none}`, ""},
		{`{as: support, read: "mem:CRM.PUBLIC.CUSTOMERS.EMAIL", sees: email_domain}`, ""},
		{`{as: support, read: "mem:CRM.PUBLIC.CUSTOMERS.EMAIL", sees: clear}`, `expected clear, got email_domain, role SUPPORT: mask at p.yaml:8`},
		{`{as: "role:TRAINEE", read: "mem:CRM.PUBLIC.CUSTOMERS.EMAIL", sees: email_domain}`, ""},
		{`{as: "role:AUDITOR", read: "mem:CRM.PUBLIC.CUSTOMERS.EMAIL", sees: clear}`, ""},
		{`{as: "role:LATE", read: "mem:CRM.PUBLIC.CUSTOMERS.EMAIL", sees: {const: "***"}}`, ""},
		{`{as: everyone, read: "mem:CRM.PUBLIC.CUSTOMERS.EMAIL", sees: {const: "**"}}`, `expected {const: "**"}, got {const: "***"}, mask at p.yaml:8`},
		{`{as: everyone, read: "mem:CRM.ANY.T.MAIL", sees: {const: "***"}}`, ""},
		{`{as: everyone, read: "mem:CRM.PUBLIC.ORDERS.PHONE", sees: hash}`, ""},
		{`{as: support, read: "mem:CRM.PUBLIC.ORDERS.PHONE", sees: {last: 4}}`, `expected {last: 4}, got hash or {last: 4}, role SUPPORT: mask at p.yaml:8; by the conditions of its rules`},
		{`{as: analyst, read: "mem:HR.PUBLIC.PAY.SALARY", sees: clear}`, ""},
		{`{as: support, read: "mem:HR.PUBLIC.PAY.SALARY", sees: constant}`, ""},
		{`{as: everyone, read: "mem:HR.PUBLIC.PAY.SALARY", sees: nothing}`, ""}, // a number cannot be hashed
		{`{as: everyone, read: "mem:HR.PUBLIC.PAY.NAME", sees: nothing}`, `expected nothing, got clear, no mask covers it`},
		{`{as: everyone, read: "mem:HR.PUBLIC.PAY.IBAN", sees: nothing}`, `expected nothing, got , mask at p.yaml:17 is SQL of its author's: nobody can tell who sees clear`},
		{`{as: everyone, read: "mem:CRM.PUBLIC.CUSTOMERS", sees: refused}`, ""},
		{`{as: support, read: "mem:CRM.PUBLIC.ORDERS.PHONE", sees: refused}`, ""},
		{`{as: "role:TRAINEE", read: "mem:CRM.PUBLIC.CUSTOMERS.EMAIL", sees: refused}`, `expected refused, got may read it, p.yaml:22`},
		{`{as: analyst, read: "mem:CRM.PUBLIC.NEW", sees: refused}`, `expected refused, got may read it, p.yaml:21`},
		{`{as: elsewhere, read: "mem:CRM.PUBLIC.CUSTOMERS.EMAIL", sees: clear}`, `expected clear, got , elsewhere is not mapped for mem`},
		{`{as: analyst, read: "mem:CRM.PUBLIC.CUSTOMERS", rows: [EMEA]}`, `expected rows with EMEA, got all rows, no row filter covers it`},
		{`{as: analyst, read: "mem:CRM.PUBLIC.SALES", rows: [EMEA, APAC]}`, ""},
		{`{as: "role:TRAINEE", read: "mem:CRM.PUBLIC.SALES", rows: [DACH]}`, ""}, // through SUPPORT
		{`{as: analyst, read: "mem:CRM.PUBLIC.SALES", rows: all}`, `expected all rows, got rows with APAC, EMEA, row filter at p.yaml:24`},
		{`{as: everyone, read: "mem:CRM.PUBLIC.SALES", rows: none}`, ""},
		{`{as: "user:BOSS", read: "mem:CRM.PUBLIC.SALES", rows: all}`, ""},
		{`{as: support, read: "mem:CRM.PUBLIC.SALES", rows: [DACH]}`, `expected rows with DACH, got no rows, role SUPPORT_LEAD: row filter at p.yaml:24`},
		{`{as: everyone, read: "mem:CRM.PUBLIC.LOOKED", rows: none}`, `expected no rows, got , row filter at p.yaml:25 looks up in GOV.MAP.REGIONS, whose rows are not declared`},
		{`{as: everyone, read: "mem:CRM.PUBLIC.OPEN", rows: all}`, ""},
		{`{as: analyst, read: "mem:CRM.PUBLIC.OPEN", rows: none}`, `expected no rows, got rows with a, row filter at p.yaml:26`},
		{`{as: everyone, read: "mem:CRM.PUBLIC.OWN", rows: all}`, `expected all rows, got , row filter at p.yaml:27 is SQL of its author's: nobody can tell who sees which rows`},
	} {
		for _, dialect := range []string{"", "by column", "snowflake"} {
			t.Run(c.test+" "+dialect, func(t *testing.T) {
				verdicts, errs := checked(t, expectations+"tests: "+c.test+"\n", dialects[dialect])
				if len(verdicts) != 1 || len(errs) > 0 {
					t.Fatalf("%v, %v", verdicts, errs)
				}
				v, got := verdicts[0], ""
				if !v.Pass {
					got = fmt.Sprintf("expected %s, got %s, %s", v.Expected, v.Got, v.Why)
				}
				if got != c.want {
					t.Errorf("got %s", got)
				}
			})
		}
	}
}

// TestExamplesPassTheirOwnTests holds what the example policies say of themselves.
func TestExamplesPassTheirOwnTests(t *testing.T) {
	platforms := map[string]plan.Dialect{"snow": dialects["snowflake"], "lake": dialects["databricks"]}
	declared, err := declare.Load(os.DirFS("../../examples"), []string{"policies/*.yaml"}, declare.Options{Platforms: map[string]string{"snow": "snowflake", "lake": "databricks"}})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for name, d := range platforms {
		verdicts, errs := plan.Check(plan.Input{Platform: name, Dialect: d, Home: state.Securable{Kind: state.KindSchema, Catalog: "GOV", Schema: "HOME"}, Declarations: declared, Now: now})
		for _, v := range verdicts {
			n++
			if !v.Pass {
				t.Errorf("%s: expected %s, got %s, %s", v.Test.Origin, v.Expected, v.Got, v.Why)
			}
		}
		for _, e := range errs {
			t.Errorf("%s: %s", e.Origin, e.Text)
		}
	}
	if n == 0 {
		t.Error("the examples have no tests")
	}
}

// TestCheckErrors holds that what cannot be planned is said, and tests of other platforms are left out.
func TestCheckErrors(t *testing.T) {
	verdicts, errs := checked(t, expectations+`
tests: [{as: "role:A", read: "other:CRM.PUBLIC.CUSTOMERS.EMAIL", sees: clear}]
---
apiVersion: polsync/v1
masks: [{name: again, on: "mem:CRM.PUBLIC.CUSTOMERS.BORN", types: date, rules: {to: analyst, show: {const: "1970-01-01"}}}, {name: twice, on: "mem:CRM.PUBLIC.C*.BORN", rules: {to: analyst, show: clear}}]
`, dialects[""])
	if len(verdicts) > 0 || len(errs) != 1 || !strings.Contains(errs[0].Text, "CRM.PUBLIC.CUSTOMERS.BORN mask: declared differently") {
		t.Errorf("%v, %v", verdicts, errs)
	}
}

// TestUnplanned holds what is seen without a platform, and that nothing is that only one could tell: types, kinds, what
// is there.
func TestUnplanned(t *testing.T) {
	declared, err := declare.Load(fstest.MapFS{"p.yaml": {Data: []byte(`apiVersion: polsync/v1
principals: {analyst: {mem: ANALYST}, elsewhere: {other: X}}
tags: [{name: pii, values: [email]}]
tag_assignments: [{tag: pii, value: email, on: "mem:CRM.PUBLIC.T.C"}]
masks:
  - {name: pii, tag: pii, rules: [{to: analyst, show: year}, {to: everyone, show: clear}, {to: elsewhere, show: hash}]}
  - {name: own, on: "mem:CRM.PUBLIC.T.D", sql: {snowflake: "upper(val)"}}
  - {name: num, on: "mem:CRM.PUBLIC.T.E", types: number, rules: {to: analyst, show: constant}}
grants:
  - {to: elsewhere, privileges: SELECT, on: "mem:CRM.PUBLIC.T"}
  - {to: analyst, privileges: OPERATE, on: "mem:CRM.PUBLIC.DYN"}
  - {to: analyst, privileges: SELECT, on: ["mem:CRM.OTHER*.*", {kind: stage, names: "mem:CRM.PUBLIC.S"}]}
`)}}, []string{"p.yaml"}, declare.Options{Platforms: map[string]string{"mem": "snowflake", "other": "memory"}})
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for _, n := range plan.Unplanned(plan.Input{Platform: "mem", Dialect: dialects["snowflake"], Declarations: declared, Now: now, Home: state.Securable{Kind: state.KindSchema, Catalog: "GOV", Schema: "HOME"}}) {
		fmt.Fprintf(&got, "%s %s: %s\n", n.Origin, n.Level, n.Text)
	}
	want := `p.yaml:10 error: elsewhere is not mapped for mem; map it under principals, or limit the grant with ` + "`in:`" + `
p.yaml:6 warning: mask pii can be bypassed: it hides from role ANALYST what it shows to role PUBLIC, and a session need not have role ANALYST active (USE SECONDARY ROLES NONE, another primary role)
p.yaml:6 warning: mask pii names elsewhere, which is not mapped for mem: the rule names nobody there
p.yaml:7 warning: mask own is SQL of its author's: nobody can tell who sees clear
`
	if got.String() != want {
		t.Errorf("got\n%s", got.String())
	}
}

func checked(t *testing.T, policies string, d plan.Dialect) ([]plan.Verdict, []plan.Notice) {
	t.Helper()
	fsys := fstest.MapFS{"p.yaml": {Data: []byte(policies)}}
	declared, err := declare.Load(fsys, []string{"p.yaml"}, declare.Options{Platforms: map[string]string{"mem": d.Name(), "other": "memory"}})
	if err != nil {
		t.Fatal(err)
	}
	return plan.Check(plan.Input{Platform: "mem", Dialect: d, Home: state.Securable{Kind: state.KindSchema, Catalog: "GOV", Schema: "HOME"}, Declarations: declared, Now: now})
}
