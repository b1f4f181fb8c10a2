package snowflake

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/polsync/polsync/connectors"
	emulator "github.com/polsync/polsync/connectors/emulator/snowflake"
	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
	"github.com/polsync/polsync/state/declare"
)

// declared loads policies and returns them with the scope that they ask for.
func (b *bed) declared(policies string, owned plan.Owned) (*state.Declarations, connectors.Scope) {
	b.t.Helper()
	if !strings.HasPrefix(policies, "{") {
		policies = "apiVersion: polsync/v1\n" + policies
	} else {
		policies = "{apiVersion: polsync/v1, " + policies[1:]
	}
	d, err := declare.Load(fstest.MapFS{"p.yaml": {Data: []byte(policies)}}, []string{"p.yaml"}, declare.Options{Platforms: map[string]string{"snow": "snowflake"}})
	if err != nil {
		b.t.Fatal(err)
	}
	scope := crm
	scope.Kinds, scope.TagsOf = plan.Kinds(d, "snow", owned), plan.TagsOf(d, "snow", b.Dialect(), owned)
	scope.Roles = plan.DatabaseRoles(d, "snow", b.Dialect(), owned)
	return d, scope
}

func (b *bed) snapshotOf(policies string) *state.State {
	b.t.Helper()
	_, scope := b.declared(policies, nil)
	return b.snapshot(scope)
}

// plan plans policies against the account, with nothing that is ours but what owned says.
func (b *bed) plan(policies string, owned plan.Owned) *plan.Plan {
	b.t.Helper()
	d, scope := b.declared(policies, owned)
	p, err := plan.Make(plan.Input{Platform: "snow", Dialect: b.Dialect(), Home: home, Declarations: d, Owned: owned, Actual: b.snapshot(scope)})
	if err != nil {
		b.t.Fatal(err)
	}
	return p
}

// make plans what nothing is wrong with and nothing is missing for.
func (b *bed) make(policies string, owned plan.Owned) *plan.Plan {
	b.t.Helper()
	p := b.plan(policies, owned)
	for _, n := range p.Notices {
		if n.Level == plan.Error || n.Level == plan.Held {
			b.t.Errorf("%s: %s", n.Level, n.Text)
		}
	}
	return p
}

// apply carries a plan out, and returns its statements. Planned anew, nothing is left to do.
func (b *bed) apply(policies string, owned plan.Owned) []string {
	b.t.Helper()
	var all []string
	for _, step := range b.make(policies, owned).Steps {
		for _, st := range step.Statements {
			all = append(all, st.SQL)
			if err := b.exec(st.SQL); err != nil {
				b.t.Fatalf("%s: %v", st.SQL, err)
			}
		}
	}
	if left := b.make(policies, owned); len(left.Steps) > 0 {
		b.t.Errorf("%s is left to do", left.Changes()[0].Key)
	}
	return all
}

// TestPoliciesMayLookAtMaskedColumns: a mask's condition, and a row access policy, look at columns that masks cover. A
// policy from before, which keeps them out, gives way for that without a moment in clear, and only there.
func TestPoliciesMayLookAtMaskedColumns(t *testing.T) {
	b := newBed(t, emulator.Options{})
	b.admin(`GRANT USAGE ON DATABASE CRM TO ROLE READER_A`, `GRANT USAGE ON SCHEMA CRM.SALES TO ROLE READER_A`, `GRANT SELECT ON TABLE CRM.SALES.CUSTOMERS TO ROLE READER_A`, `GRANT ROLE READER_A TO ROLE ACCOUNTADMIN`)
	owned := plan.Owned{}
	for mask, on := range map[string]string{"COUNTRY": "COUNTRY", "BORN": "BORN"} {
		family := map[string]string{"COUNTRY": "STRING", "BORN": "DATE"}[mask]
		typ := map[string]string{"COUNTRY": "VARCHAR", "BORN": "DATE"}[mask]
		name := "POLSYNC_" + mask + "_" + family
		for _, sql := range []string{`CREATE MASKING POLICY GOV.POLSYNC.` + name + ` AS (val ` + typ + `) RETURNS ` + typ + ` -> CAST(NULL AS ` + typ + `)`, `ALTER TABLE CRM.SALES.CUSTOMERS MODIFY COLUMN ` + on + ` SET MASKING POLICY GOV.POLSYNC.` + name} {
			if err := b.exec(sql); err != nil {
				t.Fatal(err)
			}
		}
		policy := state.Securable{Kind: state.KindMaskingPolicy, Catalog: "GOV", Schema: "POLSYNC", Name: name}
		owned[state.Key{Fact: state.FactPolicy, On: policy}] = plan.Ownership{Value: &state.MaskingPolicy{Name: policy, Family: state.Family(strings.ToLower(family))}}
	}
	if err := b.exec(`CREATE MASKING POLICY GOV.POLSYNC.CLOSED AS (val VARCHAR, COUNTRY VARCHAR) RETURNS VARCHAR -> val`); err != nil {
		t.Fatal(err)
	}
	if err := b.exec(`ALTER TABLE CRM.SALES.CUSTOMERS MODIFY COLUMN EMAIL SET MASKING POLICY GOV.POLSYNC.CLOSED USING (EMAIL, COUNTRY)`); err == nil {
		t.Fatal("the account lets a condition look at a masked column, so that nothing is shown here")
	}
	const policies = `
masks:
  - {name: country, on: "snow:CRM.SALES.CUSTOMERS.COUNTRY"}
  - {name: born, on: "snow:CRM.SALES.CUSTOMERS.BORN"}
  - {name: email, on: "snow:CRM.SALES.CUSTOMERS.EMAIL", rules: {to: "role:READER_A", when: {column: COUNTRY, in: US}, show: clear}}
`
	done := b.apply(policies, owned)
	swap := slices.IndexFunc(done, func(sql string) bool {
		return strings.Contains(sql, `SET MASKING POLICY "GOV"."POLSYNC"."POLSYNC_COUNTRY_EXEMPT_STRING" FORCE`)
	})
	look := slices.IndexFunc(done, func(sql string) bool { return strings.Contains(sql, `MODIFY COLUMN "EMAIL" SET MASKING POLICY`) })
	if swap < 0 || look < swap || len(done) != 5 || strings.Contains(strings.Join(done, "\n"), "UNSET") || strings.Contains(strings.Join(done, "\n"), "BORN") {
		t.Errorf("it was done by\n%s", strings.Join(done, "\n"))
	}
	seen := func(column string) string {
		t.Helper()
		rows, err := b.read("READER_A", `SELECT COALESCE(`+column+`::VARCHAR, 'nothing') FROM CRM.SALES.CUSTOMERS ORDER BY ID`)
		if err != nil {
			t.Fatal(err)
		}
		return strings.Join(rows, " ")
	}
	if email, country := seen("EMAIL"), seen("COUNTRY"); email != "ann@example.org nothing" || country != "nothing nothing" {
		t.Errorf("READER_A sees %s and %s", email, country)
	}
	b.admin(`CREATE ROW ACCESS POLICY GOV.POLSYNC.ROWS AS (c VARCHAR) RETURNS BOOLEAN -> c = 'US'`, `ALTER TABLE CRM.SALES.CUSTOMERS ADD ROW ACCESS POLICY GOV.POLSYNC.ROWS ON (COUNTRY)`)
	if email := seen("EMAIL"); email != "ann@example.org" {
		t.Errorf("of the rows with a filter READER_A sees %s", email)
	}
	if more := b.apply(policies, owned); len(more) > 0 {
		t.Errorf("and then %q", more)
	}
}
