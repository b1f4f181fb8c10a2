package snowflake

import (
	"strings"
	"testing"

	emulator "github.com/polsync/polsync/connectors/emulator/snowflake"
	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
)

// TestTagsOnEveryKind: what is named by its kind carries tags as tables do, and of the rest of an account nothing is asked.
func TestTagsOnEveryKind(t *testing.T) {
	b := newBed(t, emulator.Options{})
	b.admin(`CREATE STAGE CRM.SALES.CUSTOMERS_IN`, `CREATE STAGE CRM.SALES."CUSTOMERS"`, `CREATE FUNCTION CRM.SALES.TWICE(X NUMBER) RETURNS NUMBER AS 'X * 2'`, `CREATE DATABASE ROLE CRM.LOCAL`,
		`GRANT ALL ON ALL STAGES IN SCHEMA CRM.SALES TO ROLE POLSYNC`, `GRANT USAGE ON FUNCTION CRM.SALES.TWICE(NUMBER) TO ROLE POLSYNC`, `GRANT DATABASE ROLE CRM.LOCAL TO ROLE POLSYNC`)
	const tag = `
tags: [{name: team, values: [crm, ops]}]
masks: [{name: team, tag: team}]
`
	const policies = tag + `
tag_assignments:
  - {tag: team, value: crm, on: [{kind: warehouse, names: "snow:POLSYNC_WH"}, {kind: role, names: "snow:READER_*"}, {kind: user, names: "snow:ALICE"}, {kind: database_role, names: "snow:CRM.LOCAL"}]}
  - {tag: team, value: ops, on: [{kind: stage, names: "snow:CRM.SALES.CUSTOMERS"}, {kind: function, names: "snow:CRM.SALES.\"TWICE(NUMBER)\""}]}
`
	done := strings.Join(b.apply(policies, nil), "\n")
	for _, want := range []string{`ALTER WAREHOUSE "POLSYNC_WH" SET TAG`, `ALTER ROLE "READER_A" SET TAG`, `ALTER ROLE "READER_B" SET TAG`, `ALTER USER "ALICE" SET TAG`,
		`ALTER DATABASE ROLE "CRM"."LOCAL" SET TAG`, `ALTER STAGE "CRM"."SALES"."CUSTOMERS" SET TAG`, `ALTER FUNCTION "CRM"."SALES"."TWICE"(NUMBER) SET TAG`} {
		if !strings.Contains(done, want) {
			t.Errorf("%s is missing", want)
		}
	}
	if strings.Contains(done, "MASKING") {
		t.Errorf("the tag of a stage masks a table of its name:\n%s", done)
	}
	b.admin(`ALTER USER POLSYNC_SVC SET TAG GOV.POLSYNC.TEAM = 'ops'`)
	b.emu.ResetLog()
	owned := plan.Owned{}
	for k, f := range b.snapshotOf(policies).Facts {
		if k.Fact == state.FactTagged {
			owned[k] = plan.Ownership{Value: f.Value}
		}
	}
	if len(owned) != 7 {
		t.Errorf("%d tags are told of: %v", len(owned), owned)
	}
	for _, st := range b.emu.Statements() {
		if strings.Contains(st.SQL, "POLSYNC_SVC") && strings.Contains(st.SQL, "TAG_REFERENCES") {
			t.Errorf("it asks about what nobody named: %s", st.SQL)
		}
	}
	gone := strings.Join(b.apply(tag, owned), "\n")
	if strings.Count(gone, " UNSET TAG ") != 7 || strings.Contains(gone, "POLSYNC_SVC") {
		t.Errorf("what is no longer declared goes by\n%s", gone)
	}
}

func TestKindsWithoutTags(t *testing.T) {
	b := newBed(t, emulator.Options{})
	b.admin(`CREATE SEQUENCE CRM.SALES.NUMBERS`, `GRANT USAGE ON SEQUENCE CRM.SALES.NUMBERS TO ROLE POLSYNC`)
	for kind, name := range map[string]string{"sequence": "snow:CRM.SALES.NUMBERS", "account": "snow:"} {
		p := b.plan(`{tags: {name: team}, tag_assignments: {tag: team, value: x, on: {kind: `+kind+`, names: "`+name+`"}}}`, nil)
		if !p.Refused() || !strings.Contains(p.Notices[0].Text, "does not let a "+kind+" carry tags") {
			t.Errorf("%s: %v", kind, p.Notices)
		}
	}
}
