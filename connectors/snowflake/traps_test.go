package snowflake

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/polsync/polsync/connectors"
	emulator "github.com/polsync/polsync/connectors/emulator/snowflake"
	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
)

// The tests of docs/snowflake.md's table of traps that have no better place.

// exec carries a statement out as polsync does.
func (b *bed) exec(sql string) error {
	_, err := b.Exec(b.t.Context(), plan.Statement{SQL: sql})
	return err
}

// read returns what one column of a query holds, for the administrator or another.
func (b *bed) read(role, sql string) ([]string, error) {
	b.t.Helper()
	r, err := b.emu.Query(b.t.Context(), emulator.AdminUser, role, sql)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, row := range r.Rows {
		out = append(out, fmt.Sprint(row[0]))
	}
	return out, nil
}

func relation(schema, name string) state.Securable {
	return state.Securable{Kind: state.KindTable, Catalog: "CRM", Schema: schema, Name: name}
}

func granted(s *state.State, on, to state.Securable, privilege string) bool {
	return s.Has(state.Key{Fact: state.FactGrant, On: on, With: to, Name: privilege})
}

// TestTooMuchIsAskedBySchema: an information schema that refuses to answer for a whole database is asked schema by schema.
func TestTooMuchIsAskedBySchema(t *testing.T) {
	var states []*state.State
	for _, limit := range []int{0, 20} {
		b := newBed(t, emulator.Options{InformationSchemaLimit: limit})
		for i := range 3 {
			b.admin(fmt.Sprintf(`CREATE SCHEMA CRM.S%d`, i), fmt.Sprintf(`CREATE TABLE CRM.S%d.T (A NUMBER, B VARCHAR, C DATE)`, i),
				fmt.Sprintf(`GRANT USAGE ON SCHEMA CRM.S%d TO ROLE POLSYNC`, i), fmt.Sprintf(`GRANT SELECT ON TABLE CRM.S%d.T TO ROLE POLSYNC`, i))
		}
		states = append(states, b.snapshot(crm))
	}
	if _, ok := states[1].Objects[column(relation("S2", "T"), "C")]; !ok || len(states[1].Unknown) > 0 {
		t.Errorf("a column is missing: %v", states[1].Unknown)
	}
	if d := cmp.Diff(slices.Collect(keysOf(states[0])), slices.Collect(keysOf(states[1]))); d != "" {
		t.Error(d)
	}
}

func keysOf(s *state.State) func(func(string) bool) {
	return func(yield func(string) bool) {
		for _, on := range sortedKeys(s.Objects) {
			if !yield(on.String()) {
				return
			}
		}
	}
}

// TestEqualNamesInSeveralSchemas: pages continue behind a bare name, so that a listing of several schemas would lose tables of equal names.
func TestEqualNamesInSeveralSchemas(t *testing.T) {
	b := newBed(t, emulator.Options{ShowLimit: 5}, func(o *Options) { o.rows = 5 })
	for i := range 3 {
		b.admin(fmt.Sprintf(`CREATE SCHEMA CRM.S%d`, i))
		for k := range 7 {
			b.admin(fmt.Sprintf(`CREATE TABLE CRM.S%d.T%d (A NUMBER)`, i, k))
		}
	}
	b.emu.ResetLog()
	s := b.snapshot(crm)
	for i := range 3 {
		for k := range 7 {
			if _, ok := s.Objects[relation(fmt.Sprintf("S%d", i), fmt.Sprintf("T%d", k))]; !ok {
				t.Errorf("S%d.T%d is missing", i, k)
			}
		}
	}
	paged := 0
	for _, st := range b.emu.Statements() {
		if strings.Contains(st.SQL, " FROM '") && strings.HasPrefix(st.SQL, "SHOW OBJECTS") {
			paged++
			if !strings.Contains(st.SQL, " IN SCHEMA ") {
				t.Errorf("more than one schema is paged: %s", st.SQL)
			}
		}
	}
	if paged == 0 {
		t.Error("nothing was paged, so nothing is shown")
	}
}

// TestSnapshotAsksNoWiderThanItShould holds what the statements of a snapshot may be: SHOW of what lies in schemas says where, references are
// asked by policy and by tag, and no table of the account is read.
func TestSnapshotAsksNoWiderThanItShould(t *testing.T) {
	b := governedBed(t, emulator.Options{})
	b.emu.ResetLog()
	b.snapshot(crm)
	where := regexp.MustCompile(`^SHOW (DATABASES|ROLES|USERS|WAREHOUSES|GRANTS|FUTURE GRANTS|PARAMETERS)\b|^SHOW .* IN (ACCOUNT|DATABASE|SCHEMA)\b`)
	from := regexp.MustCompile(`(?i)\bFROM\s+([^\s(]+)`)
	domain := regexp.MustCompile(`REF_ENTITY_DOMAIN => '(\w+)'`)
	setup := b.opt.Session(false)
	for _, st := range b.emu.Statements() {
		switch {
		case slices.Contains(setup, st.SQL):
		case strings.HasPrefix(st.SQL, "SHOW") && !where.MatchString(st.SQL):
			t.Errorf("it does not say where: %s", st.SQL)
		case strings.HasPrefix(st.SQL, "SELECT"):
			for _, m := range from.FindAllStringSubmatch(st.SQL, -1) {
				if m[1] != "TABLE" && !strings.Contains(m[1], "INFORMATION_SCHEMA") && !strings.Contains(m[1], "ACCOUNT_USAGE") {
					t.Errorf("a table is read: %s", st.SQL)
				}
			}
			for _, m := range domain.FindAllStringSubmatch(st.SQL, -1) {
				if m[1] != "TAG" {
					t.Errorf("references of a %s: %s", m[1], st.SQL)
				}
			}
		}
	}
}

// TestClonesCarryTagsAndMasks: what was copied with a table is told of the copy, from wherever its policy comes.
func TestClonesCarryTagsAndMasks(t *testing.T) {
	b := governedBed(t, emulator.Options{})
	b.admin(`ALTER TABLE CRM.SALES.CUSTOMERS MODIFY COLUMN BORN SET MASKING POLICY CRM.SALES.ELSEWHERE`, `CREATE TABLE CRM.SALES.COPY CLONE CRM.SALES.CUSTOMERS`,
		`CREATE TABLE CRM.SALES.ALIKE LIKE CRM.SALES.CUSTOMERS`, `GRANT SELECT ON ALL TABLES IN SCHEMA CRM.SALES TO ROLE POLSYNC`)
	s := b.snapshot(crm)
	for _, name := range []string{"COPY", "ALIKE"} {
		on := relation("SALES", name)
		if v := s.Value(state.Key{Fact: state.FactTagged, On: column(on, "EMAIL"), With: tagNamed("PII")}); v != state.Text("email") {
			t.Errorf("the tag of %s is %v", name, v)
		}
		if m, _ := s.Value(state.Key{Fact: state.FactMask, On: column(on, "BORN")}).(state.Mask); m.Policy.Name != "ELSEWHERE" {
			t.Errorf("the mask of %s is %v", name, m)
		}
	}
}

// TestTagWithSeveralValues: what has several values of a tag has no one value that polsync could replace or take off. Nothing else waits for that.
func TestTagWithSeveralValues(t *testing.T) {
	b := newBed(t, emulator.Options{})
	b.admin(`CREATE TAG GOV.POLSYNC.MANY MULTI_VALUE = TRUE`, `ALTER TABLE CRM.SALES.CUSTOMERS MODIFY COLUMN EMAIL ADD VALUE 'a' FOR TAG GOV.POLSYNC.MANY`,
		`ALTER TABLE CRM.SALES.CUSTOMERS MODIFY COLUMN EMAIL ADD VALUE 'b' FOR TAG GOV.POLSYNC.MANY`, `ALTER TABLE CRM.SALES.CUSTOMERS MODIFY COLUMN PHONE ADD VALUE 'c' FOR TAG GOV.POLSYNC.MANY`)
	s := b.snapshot(crm)
	of := func(name string) state.Key {
		return state.Key{Fact: state.FactTagged, On: column(customers, name), With: tagNamed("MANY")}
	}
	if why := s.Fixed[of("EMAIL")]; s.Value(of("EMAIL")) != state.Text("a") || !strings.Contains(why, "several values") {
		t.Errorf("two values are told as %v, fixed because %q", s.Value(of("EMAIL")), why)
	}
	if s.Value(of("PHONE")) != state.Text("c") || s.Fixed[of("PHONE")] != "" || len(s.Unknown) > 0 {
		t.Errorf("one value is told as %v, fixed because %q; %v", s.Value(of("PHONE")), s.Fixed[of("PHONE")], s.Unknown)
	}
}

// TestSortsOfTables: SHOW GRANTS has names of its own for tables that GRANT calls TABLE.
func TestSortsOfTables(t *testing.T) {
	b := newBed(t, emulator.Options{})
	b.admin(`CREATE HYBRID TABLE CRM.SALES.HYBRID (A NUMBER PRIMARY KEY)`, `CREATE INTERACTIVE TABLE CRM.SALES.QUICK (A NUMBER)`)
	for _, name := range []string{"HYBRID", "QUICK"} {
		if err := b.exec(`GRANT SELECT ON TABLE "CRM"."SALES"."` + name + `" TO ROLE "READER_A"`); err != nil {
			t.Fatal(err)
		}
		b.admin(`GRANT SELECT ON TABLE CRM.SALES.` + name + ` TO ROLE POLSYNC`)
	}
	s := b.snapshot(crm)
	for _, name := range []string{"HYBRID", "QUICK"} {
		if !granted(s, relation("SALES", name), readerA, "SELECT") {
			t.Errorf("the grant on %s is not met: %v", name, facts(s, state.FactGrant))
		}
	}
}

// TestHiddenViewsOfSearchOptimization are neither objects nor grants of ours.
func TestHiddenViewsOfSearchOptimization(t *testing.T) {
	b := newBed(t, emulator.Options{})
	b.admin(`ALTER TABLE CRM.SALES.CUSTOMERS ADD SEARCH OPTIMIZATION`, `GRANT SELECT ON TABLE CRM.SALES.CUSTOMERS TO ROLE READER_A`)
	r, err := b.read("ACCOUNTADMIN", `SHOW GRANTS LIKE '%IDX\\_MV%' TO ROLE READER_A`)
	if err != nil || len(r) != 1 {
		t.Fatalf("the account shows %v, %v", r, err)
	}
	s := b.snapshot(crm)
	for on := range s.Objects {
		if strings.Contains(on.Name, "IDX_MV") {
			t.Errorf("%s is an object", on)
		}
	}
	for k := range s.Facts {
		if strings.Contains(k.On.Name, "IDX_MV") {
			t.Errorf("%s is a fact", k)
		}
	}
}

// TestMembersWithoutTheirDatabase: newer accounts name the database roles in a database role without their database.
func TestMembersWithoutTheirDatabase(t *testing.T) {
	for _, bare := range []bool{false, true} {
		b := newBed(t, emulator.Options{BareDatabaseRoles: bare})
		b.admin(`CREATE DATABASE ROLE CRM.UP`, `CREATE DATABASE ROLE CRM.DOWN`, `GRANT DATABASE ROLE CRM.DOWN TO DATABASE ROLE CRM.UP`)
		of := func(n string) state.Securable {
			return state.Securable{Kind: state.KindDatabaseRole, Catalog: "CRM", Name: n}
		}
		if s := b.snapshot(crm); !s.Has(state.Key{Fact: state.FactMember, On: of("DOWN"), With: of("UP")}) {
			t.Errorf("bare %v: %v", bare, facts(s, state.FactMember))
		}
	}
}

// TestInheritedPrivileges have no object in their row: they are no grant on one, and no REVOKE on one takes them.
func TestInheritedPrivileges(t *testing.T) {
	b := newBed(t, emulator.Options{})
	b.admin(`GRANT USAGE ON DATABASE CRM TO ROLE READER_A`, `GRANT USAGE ON SCHEMA CRM.SALES TO ROLE READER_A`, `GRANT INHERITED SELECT ON ALL TABLES IN SCHEMA CRM.SALES TO ROLE READER_A`)
	s := b.snapshot(crm)
	if granted(s, customers, readerA, "SELECT") || len(s.Unknown) > 0 {
		t.Errorf("an inherited privilege is a grant: %v, %v", facts(s, state.FactGrant), s.Unknown)
	}
	if err := b.exec(`REVOKE SELECT ON TABLE "CRM"."SALES"."CUSTOMERS" FROM ROLE "READER_A"`); err != nil {
		t.Error(err)
	}
	if got, err := b.read("READER_A", `SELECT COUNT(*) FROM CRM.SALES.CUSTOMERS`); err != nil || got[0] != "2" {
		t.Errorf("after the REVOKE the role reads %v, %v", got, err)
	}
	// What is declared is granted all the same, and then is a grant.
	if err := b.exec(`GRANT SELECT ON TABLE "CRM"."SALES"."CUSTOMERS" TO ROLE "READER_A"`); err != nil {
		t.Error(err)
	}
	if !granted(b.snapshot(crm), customers, readerA, "SELECT") {
		t.Error("a grant beside an inherited one is not met")
	}
}

// TestPrivilegesOfUsers: users may hold privileges themselves, and SHOW GRANTS TO USER has columns of its own.
func TestPrivilegesOfUsers(t *testing.T) {
	b := newBed(t, emulator.Options{})
	b.admin(`GRANT SELECT ON TABLE CRM.SALES.CUSTOMERS TO USER ALICE`, `GRANT ROLE READER_A TO USER ALICE`)
	scope := crm
	scope.Roles = []state.Securable{alice}
	s := b.snapshot(scope)
	if !granted(s, customers, alice, "SELECT") {
		t.Errorf("the user's own privilege is not met: %v", facts(s, state.FactGrant))
	}
	if !s.Has(state.Key{Fact: state.FactMember, On: readerA, With: alice}) {
		t.Error("the user's role is not met")
	}
}

// TestRevokeTakesWhatAllGrantorsGave: with MANAGE GRANTS a REVOKE reaches the rows of all grantors, and what they gave reads as one.
func TestRevokeTakesWhatAllGrantorsGave(t *testing.T) {
	b := newBed(t, emulator.Options{})
	b.admin(`CREATE ROLE HELPER`, `GRANT USAGE ON DATABASE CRM TO ROLE HELPER`, `GRANT USAGE ON SCHEMA CRM.SALES TO ROLE HELPER`,
		`GRANT SELECT ON TABLE CRM.SALES.CUSTOMERS TO ROLE HELPER WITH GRANT OPTION`, `GRANT SELECT ON TABLE CRM.SALES.CUSTOMERS TO ROLE READER_A`)
	if err := b.emu.Exec("HELPER", `GRANT SELECT ON TABLE CRM.SALES.CUSTOMERS TO ROLE READER_A`); err != nil {
		t.Fatal(err)
	}
	if r, err := b.read("ACCOUNTADMIN", `SHOW GRANTS LIKE '%CUSTOMERS' TO ROLE READER_A`); err != nil || len(r) != 2 {
		t.Fatalf("the account shows %v, %v", r, err)
	}
	if !granted(b.snapshot(crm), customers, readerA, "SELECT") {
		t.Error("what two gave is not met")
	}
	if err := b.exec(`REVOKE SELECT ON TABLE "CRM"."SALES"."CUSTOMERS" FROM ROLE "READER_A"`); err != nil {
		t.Fatal(err)
	}
	if granted(b.snapshot(crm), customers, readerA, "SELECT") {
		t.Error("somebody's row stayed")
	}
}

// TestRevokeWithDependents: REVOKE without CASCADE fails where the grantee handed the privilege on, and is no passing failure.
func TestRevokeWithDependents(t *testing.T) {
	b := newBed(t, emulator.Options{})
	b.admin(`GRANT USAGE ON DATABASE CRM TO ROLE READER_A`, `GRANT USAGE ON SCHEMA CRM.SALES TO ROLE READER_A`, `GRANT SELECT ON TABLE CRM.SALES.CUSTOMERS TO ROLE READER_A WITH GRANT OPTION`)
	if err := b.emu.Exec("READER_A", `GRANT SELECT ON TABLE CRM.SALES.CUSTOMERS TO ROLE READER_B`); err != nil {
		t.Fatal(err)
	}
	err := b.exec(`REVOKE SELECT ON TABLE "CRM"."SALES"."CUSTOMERS" FROM ROLE "READER_A"`)
	if number(err) != 3036 || errors.Is(err, connectors.ErrTransient) || errors.Is(err, connectors.ErrOutcome) {
		t.Errorf("the error is %v", err)
	}
	s := b.snapshot(crm)
	if !granted(s, customers, readerA, "SELECT") || !granted(s, customers, readerB, "SELECT") {
		t.Error("the failed REVOKE took something")
	}
}

// TestManageGrantsOfAContainer makes no listing complete.
func TestManageGrantsOfAContainer(t *testing.T) {
	b := governedBed(t, emulator.Options{})
	b.admin(`REVOKE MANAGE GRANTS ON ACCOUNT FROM ROLE POLSYNC`, `GRANT MANAGE GRANTS ON DATABASE CRM TO ROLE POLSYNC`)
	if why := reasons(b.snapshot(crm), state.FactGrant, customers); !strings.Contains(why, "MANAGE GRANTS on the account") {
		t.Errorf("grants are known: %q", why)
	}
	if err := b.exec(`GRANT OWNERSHIP ON TABLE "CRM"."SALES"."CUSTOMERS" TO ROLE "READER_A" COPY CURRENT GRANTS`); !errors.Is(err, connectors.ErrDenied) {
		t.Errorf("ownership moves with it: %v", err)
	}
	if err := b.exec(`GRANT SELECT ON TABLE "CRM"."SALES"."CUSTOMERS" TO ROLE "READER_B"`); err != nil {
		t.Errorf("it grants nothing: %v", err)
	}
}

// TestAccountThatFoldsQuotedNames: a session of ours reaches names in lower case, whatever the account's setting.
func TestAccountThatFoldsQuotedNames(t *testing.T) {
	b := newBed(t, emulator.Options{})
	b.admin(`CREATE TABLE CRM.SALES."lower" ("name" VARCHAR)`, `GRANT SELECT ON TABLE CRM.SALES."lower" TO ROLE POLSYNC`, `CREATE TAG GOV.POLSYNC.PII`,
		`ALTER ACCOUNT SET QUOTED_IDENTIFIERS_IGNORE_CASE = TRUE`)
	if err := b.exec(`ALTER TABLE "CRM"."SALES"."lower" MODIFY COLUMN "name" SET TAG "GOV"."POLSYNC"."PII" = 'x'`); err != nil {
		t.Fatal(err)
	}
	if s := b.snapshot(crm); !s.Has(state.Key{Fact: state.FactTagged, On: column(relation("SALES", "lower"), "name"), With: tagNamed("PII")}) {
		t.Errorf("the tag is not met: %v, %v", facts(s, state.FactTagged), s.Unknown)
	}
}

// TestPolicyThatIsGone: a table brought back with a mask whose policy is gone shows the column to nobody; our FORCE puts another there.
func TestPolicyThatIsGone(t *testing.T) {
	b := newBed(t, emulator.Options{})
	b.admin(`CREATE MASKING POLICY GOV.POLSYNC.OLD AS (val VARCHAR) RETURNS VARCHAR -> val`, `CREATE MASKING POLICY GOV.POLSYNC.NEW AS (val VARCHAR) RETURNS VARCHAR -> '***'`,
		`ALTER TABLE CRM.SALES.CUSTOMERS MODIFY COLUMN EMAIL SET MASKING POLICY GOV.POLSYNC.OLD`, `DROP TABLE CRM.SALES.CUSTOMERS`, `DROP MASKING POLICY GOV.POLSYNC.OLD`,
		`UNDROP TABLE CRM.SALES.CUSTOMERS`, `USE WAREHOUSE POLSYNC_WH`)
	if got, err := b.read("ACCOUNTADMIN", `SELECT EMAIL FROM CRM.SALES.CUSTOMERS`); err == nil {
		t.Errorf("the column is shown: %v", got)
	}
	if err := b.exec(`ALTER TABLE "CRM"."SALES"."CUSTOMERS" MODIFY COLUMN "EMAIL" SET MASKING POLICY "GOV"."POLSYNC"."NEW" FORCE`); err != nil {
		t.Fatal(err)
	}
	if got, err := b.read("ACCOUNTADMIN", `SELECT EMAIL FROM CRM.SALES.CUSTOMERS`); err != nil || got[0] != "***" {
		t.Errorf("after it the column shows %v, %v", got, err)
	}
}

// TestMaterializedViewInTheWay: a column below a materialized view takes no mask, and the refusal is for good.
func TestMaterializedViewInTheWay(t *testing.T) {
	b := newBed(t, emulator.Options{})
	b.emu.Faults().Add(emulator.Fault{SQL: regexp.MustCompile(`SET MASKING POLICY`), Code: 3540, SQLState: "42601",
		Message: "SQL compilation error:\nOne or more materialized views exist on the table. number of mvs=1, table name=CUSTOMERS."})
	err := b.exec(`ALTER TABLE "CRM"."SALES"."CUSTOMERS" MODIFY COLUMN "EMAIL" SET MASKING POLICY "GOV"."POLSYNC"."M" FORCE`)
	if number(err) != 3540 || !strings.Contains(err.Error(), "materialized views exist") {
		t.Errorf("the error is %v", err)
	}
	for _, passing := range []error{connectors.ErrTransient, connectors.ErrOutcome, connectors.ErrAuth} {
		if errors.Is(err, passing) {
			t.Errorf("the refusal is %v", passing)
		}
	}
}

// TestGrantsToPublicRole: everybody has PUBLIC, so that a membership in it is never told and GRANT ROLE PUBLIC changes nothing.
func TestGrantsToPublicRole(t *testing.T) {
	b := newBed(t, emulator.Options{})
	if err := b.exec(`GRANT ROLE "PUBLIC" TO ROLE "READER_A"`); err != nil && !errors.Is(err, connectors.ErrDenied) {
		t.Fatal(err)
	}
	public := state.Securable{Kind: state.KindRole, Name: "PUBLIC"}
	if s := b.snapshot(crm); s.Has(state.Key{Fact: state.FactMember, On: public, With: readerA}) {
		t.Error("a membership in PUBLIC is told")
	}
}
