package snowflake

import (
	"strings"
	"testing"

	"github.com/polsync/polsync/connectors"
	emulator "github.com/polsync/polsync/connectors/emulator/snowflake"
	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
)

// TestImportedPrivileges: they are declared on shared databases alone, read back as what they are, and taken away when no longer declared;
// nothing else there is touched.
func TestImportedPrivileges(t *testing.T) {
	const policies = `
grants:
  - {to: "role:READER_A", privileges: [IMPORTED PRIVILEGES], on: "snow:IMP", reason: JIRA-1}
  - {to: "role:READER_B", privileges: [imported_privileges], on: "snow:SNOWFLAKE"}
`
	for name, edit := range map[string]func(*Options){"live": func(o *Options) { o.Read = Live }, "bulk": func(o *Options) { o.Read = Bulk }} {
		b := newBed(t, emulator.Options{AccountUsageLag: -1}, edit)
		b.admin("CREATE DATABASE SHARED", "CREATE TABLE SHARED.PUBLIC.T (A NUMBER)", "CREATE ROLE STRANGER")
		if err := b.emu.Offer("PROVIDER", "SALES", "SHARED"); err != nil {
			t.Fatal(err)
		}
		b.admin("CREATE DATABASE IMP FROM SHARE PROVIDER.SALES", "GRANT IMPORTED PRIVILEGES ON DATABASE IMP TO ROLE STRANGER")
		done := strings.Join(b.apply(policies, nil), "\n")
		if done != "GRANT IMPORTED PRIVILEGES ON DATABASE \"IMP\" TO ROLE \"READER_A\"\nGRANT IMPORTED PRIVILEGES ON DATABASE \"SNOWFLAKE\" TO ROLE \"READER_B\"" {
			t.Errorf("%s: %s", name, done)
		}
		imp := state.Securable{Kind: state.KindCatalog, Catalog: "IMP"}
		key := state.Key{Fact: state.FactGrant, On: imp, With: readerA, Name: "IMPORTED PRIVILEGES"}
		owned := plan.Owned{key: {Value: state.Option(false)}}
		if s := b.snapshot(crm); !s.Has(key) || s.Has(state.Key{Fact: state.FactGrant, On: imp, With: readerA, Name: "USAGE"}) {
			t.Errorf("%s: it is not read back", name)
		}
		if gone := b.apply("tags: []\n", owned); len(gone) != 1 || gone[0] != `REVOKE IMPORTED PRIVILEGES ON DATABASE "IMP" FROM ROLE "READER_A"` {
			t.Errorf("%s: %q", name, gone)
		}
		for wrong, says := range map[string]string{
			`{to: "role:READER_A", privileges: [IMPORTED PRIVILEGES], on: "snow:CRM"}`:                     "which has no privilege IMPORTED PRIVILEGES",
			`{to: "role:READER_A", privileges: [USAGE], on: "snow:IMP"}`:                                   "shared or imported place",
			`{to: "role:READER_A", privileges: [SELECT], on: "snow:IMP.PUBLIC.T"}`:                         "shared or imported place",
			`{to: "role:READER_A", privileges: [IMPORTED PRIVILEGES], on: "snow:IMP", grant_option: true}`: "takes no grant option",
		} {
			p := b.plan("grants: ["+wrong+"]\n", nil)
			said := ""
			for _, n := range p.Notices {
				said += n.Text
			}
			if !strings.Contains(said, says) || len(p.Steps) > 0 {
				t.Errorf("%s: %s: %s, %v", name, wrong, said, p.Changes())
			}
		}
	}
}

// TestDatabaseRolesOfImportedDatabases: they get members as others do, where they are named.
func TestDatabaseRolesOfImportedDatabases(t *testing.T) {
	for _, read := range []Reading{Live, Bulk} {
		b := newBed(t, emulator.Options{AccountUsageLag: -1}, func(o *Options) { o.Read = read })
		b.admin("CREATE DATABASE SHARED", "CREATE DATABASE ROLE SHARED.READER")
		if err := b.emu.Offer("PROVIDER", "SALES", "SHARED"); err != nil {
			t.Fatal(err)
		}
		b.admin("CREATE DATABASE IMP FROM SHARE PROVIDER.SALES")
		const policies = `roles: [{name: READER_A, in: [snow], member_of: ["database_role:IMP.READER", "database_role:SNOWFLAKE.OBJECT_VIEWER"]}]` + "\n"
		done := strings.Join(b.apply(policies, nil), "\n")
		if strings.Count(done, "GRANT DATABASE ROLE ") != 2 || strings.Contains(done, "CREATE") {
			t.Errorf("%s: %s", read, done)
		}
		reader := state.Securable{Kind: state.KindDatabaseRole, Catalog: "IMP", Name: "READER"}
		key := state.Key{Fact: state.FactMember, On: reader, With: readerA}
		if gone := b.apply("tags: []\n", plan.Owned{key: {Value: state.Nil{}}}); len(gone) != 1 || !strings.HasPrefix(gone[0], `REVOKE DATABASE ROLE "IMP"."READER" FROM ROLE "READER_A"`) {
			t.Errorf("%s: %q", read, gone)
		}
		if s := b.snapshot(connectors.Scope{Within: crm.Within, Home: home}); len(s.Unknown) > 0 {
			t.Error(s.Unknown)
		}
	}
}
