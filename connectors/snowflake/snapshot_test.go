package snowflake

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/polsync/polsync/connectors"
	emulator "github.com/polsync/polsync/connectors/emulator/snowflake"
	"github.com/polsync/polsync/state"
)

// governed puts on the sample what a snapshot has to find.
var governed = []string{
	`CREATE TAG GOV.POLSYNC.PII ALLOWED_VALUES 'email', 'phone' COMMENT = 'personal data'`, `CREATE TAG GOV.POLSYNC.ANYTHING`, `CREATE TAG GOV.POLSYNC.CLOSED ALLOWED_VALUES 'x'`, `ALTER TAG GOV.POLSYNC.CLOSED DROP ALLOWED_VALUES 'x'`,
	`CREATE MASKING POLICY GOV.POLSYNC.M AS (val VARCHAR) RETURNS VARCHAR -> CASE WHEN IS_ROLE_IN_SESSION('READER_A') THEN val ELSE NULL END COMMENT = 'hides'`,
	`CREATE MASKING POLICY GOV.POLSYNC.BY_COUNTRY AS (val VARCHAR, COUNTRY VARCHAR) RETURNS VARCHAR -> IFF(COUNTRY = 'US', val, NULL)`,
	`CREATE MASKING POLICY GOV.POLSYNC.N AS (val NUMBER) RETURNS NUMBER -> 0`, `CREATE MASKING POLICY CRM.SALES.ELSEWHERE AS (val DATE) RETURNS DATE -> NULL`,
	`ALTER TAG GOV.POLSYNC.PII SET MASKING POLICY GOV.POLSYNC.M`, `ALTER TAG GOV.POLSYNC.PII SET MASKING POLICY GOV.POLSYNC.N`,
	`ALTER TABLE CRM.SALES.CUSTOMERS MODIFY COLUMN EMAIL SET TAG GOV.POLSYNC.PII = 'email'`, `ALTER TABLE CRM.SALES.CUSTOMERS SET TAG GOV.POLSYNC.ANYTHING = 'it''s'`,
	`ALTER SCHEMA CRM.SALES SET TAG GOV.POLSYNC.ANYTHING = 'schema'`, `ALTER DATABASE CRM SET TAG GOV.POLSYNC.ANYTHING = 'database'`, `ALTER VIEW CRM.SALES.V_CUSTOMERS SET TAG GOV.POLSYNC.ANYTHING = 'view'`,
	`ALTER TABLE CRM.SALES.CUSTOMERS MODIFY COLUMN PHONE SET MASKING POLICY GOV.POLSYNC.BY_COUNTRY USING (PHONE, COUNTRY)`,
	`ALTER TABLE CRM.SALES."Orders ""x"".y" MODIFY COLUMN "mixed Case" SET MASKING POLICY GOV.POLSYNC.M`,
	`CREATE ROLE "odd ""r"".x"`, `GRANT ROLE READER_A TO ROLE "odd ""r"".x"`, `GRANT ROLE READER_A TO USER ALICE`, `CREATE DATABASE ROLE CRM.DR`, `GRANT DATABASE ROLE CRM.DR TO ROLE READER_B`,
	`GRANT SELECT ON TABLE CRM.SALES.CUSTOMERS TO ROLE READER_A WITH GRANT OPTION`, `GRANT SELECT ON TABLE CRM.SALES."Orders ""x"".y" TO DATABASE ROLE CRM.DR`, `GRANT SELECT ON VIEW CRM.SALES.V_CUSTOMERS TO ROLE READER_B`,
	`GRANT SELECT ON FUTURE TABLES IN SCHEMA CRM.SALES TO ROLE READER_B`, `GRANT USAGE ON FUTURE SCHEMAS IN DATABASE CRM TO ROLE READER_B`,
	`CREATE DATABASE OTHER`, `CREATE SCHEMA OTHER.S`, `CREATE TABLE OTHER.S.T (A VARCHAR)`, `GRANT SELECT ON TABLE OTHER.S.T TO ROLE READER_A`,
}

func governedBed(t *testing.T, opt emulator.Options, edit ...func(*Options)) *bed {
	b := newBed(t, opt, edit...)
	b.admin(governed...)
	return b
}

var crm = connectors.Scope{Within: []state.Securable{{Kind: state.KindCatalog, Catalog: "CRM"}}, Home: home}

func tagNamed(n string) state.Securable {
	return state.Securable{Kind: state.KindTag, Catalog: "GOV", Schema: "POLSYNC", Name: n}
}

func policyNamed(n string) state.Securable {
	return state.Securable{Kind: state.KindMaskingPolicy, Catalog: "GOV", Schema: "POLSYNC", Name: n}
}

// facts lists what a state says of some kinds, one line each.
func facts(s *state.State, kinds ...state.FactKind) []string {
	var out []string
	for _, k := range s.Keys() {
		if slices.Contains(kinds, k.Fact) {
			out = append(out, fmt.Sprintf("%s = %v", k, s.Value(k)))
		}
	}
	return out
}

func TestSnapshotOfTags(t *testing.T) {
	s := governedBed(t, emulator.Options{}).snapshot(crm)
	want := []string{
		`CRM tagged tag GOV.POLSYNC.ANYTHING = database`,
		`CRM.SALES tagged tag GOV.POLSYNC.ANYTHING = schema`,
		`CRM.SALES.CUSTOMERS tagged tag GOV.POLSYNC.ANYTHING = it's`,
		`CRM.SALES.CUSTOMERS.EMAIL tagged tag GOV.POLSYNC.PII = email`,
		`CRM.SALES.V_CUSTOMERS tagged tag GOV.POLSYNC.ANYTHING = view`,
		`tag GOV.POLSYNC.ANYTHING tag = {true   false  [] false}`,
		`tag GOV.POLSYNC.CLOSED tag = {false   false  [] false}`,
		`tag GOV.POLSYNC.PII tag = {false personal data  false  [] false}`,
		`tag GOV.POLSYNC.PII allowed_value email = {}`,
		`tag GOV.POLSYNC.PII allowed_value phone = {}`,
	}
	if d := cmp.Diff(want, facts(s, state.FactTag, state.FactAllowedValue, state.FactTagged)); d != "" {
		t.Error(d)
	}
	if !s.Has(state.Key{Fact: state.FactTagged, On: state.Securable{Kind: state.KindView, Catalog: "CRM", Schema: "SALES", Name: "V_CUSTOMERS"}, With: tagNamed("ANYTHING")}) {
		t.Error("the tag of a view does not stand on the view")
	}
	if len(s.Unknown) > 0 {
		t.Errorf("unknown: %v", s.Unknown)
	}
}

func TestSnapshotOfPolicies(t *testing.T) {
	s := governedBed(t, emulator.Options{}).snapshot(crm)
	masks := map[state.Securable]state.Mask{}
	bindings := map[string]string{}
	for _, k := range s.Keys() {
		switch v := s.Value(k).(type) {
		case state.Mask:
			if k.Fact == state.FactMask {
				masks[k.On] = v
			} else {
				bindings[k.On.Name+"/"+k.Name] = v.Policy.Name
			}
		}
	}
	want := map[state.Securable]state.Mask{
		column(customers, "PHONE"):   {Policy: policyNamed("BY_COUNTRY"), Using: []string{"COUNTRY"}},
		column(orders, "mixed Case"): {Policy: policyNamed("M")},
	}
	for on, m := range want {
		if !state.Equal(m, masks[on]) {
			t.Errorf("%s is masked by %v, want %v", on, masks[on], m)
		}
	}
	if len(masks) != len(want) {
		t.Errorf("masks: %v", masks)
	}
	if d := cmp.Diff(map[string]string{"PII/string": "M", "PII/number": "N"}, bindings); d != "" {
		t.Error(d)
	}
	by := s.Policy(policyNamed("BY_COUNTRY"))
	if by == nil || by.Family != state.FamilyString || !slices.Equal(by.Args, []string{"COUNTRY"}) || !slices.Equal(by.ArgType, []state.Family{state.FamilyString}) || !by.Opaque || by.Body == "" {
		t.Errorf("the conditional policy is %+v", by)
	}
	if m := s.Policy(policyNamed("M")); m == nil || m.Comment != "hides" || !strings.HasPrefix(m.Body, "CASE WHEN IS_ROLE_IN_SESSION('READER_A')") {
		t.Errorf("the policy is %+v", m)
	}
	if s.Policy(state.Securable{Kind: state.KindMaskingPolicy, Catalog: "CRM", Schema: "SALES", Name: "ELSEWHERE"}) != nil {
		t.Error("a policy that is neither attached nor at home was read")
	}
}

func TestSnapshotOfGrants(t *testing.T) {
	s := governedBed(t, emulator.Options{}).snapshot(crm)
	odd := state.Securable{Kind: state.KindRole, Name: `odd "r".x`}
	dr := state.Securable{Kind: state.KindDatabaseRole, Catalog: "CRM", Name: "DR"}
	view := state.Securable{Kind: state.KindView, Catalog: "CRM", Schema: "SALES", Name: "V_CUSTOMERS"}
	for k, want := range map[state.Key]state.Value{
		{Fact: state.FactGrant, On: customers, With: readerA, Name: "SELECT"}:                                                                                  state.Option(true),
		{Fact: state.FactGrant, On: orders, With: dr, Name: "SELECT"}:                                                                                          state.Option(false),
		{Fact: state.FactGrant, On: view, With: readerB, Name: "SELECT"}:                                                                                       state.Option(false),
		{Fact: state.FactGrant, On: sales, With: readerB, Name: "SELECT", Future: state.KindTable}:                                                             state.Option(false),
		{Fact: state.FactGrant, On: state.Securable{Kind: state.KindCatalog, Catalog: "CRM"}, With: readerB, Name: "USAGE", Future: state.KindSchema}:          state.Option(false),
		{Fact: state.FactGrant, On: state.Securable{Kind: state.KindWarehouse, Name: "POLSYNC_WH"}, With: readerA, Name: "USAGE"}:                              state.Option(false),
		{Fact: state.FactMember, On: readerA, With: odd}:                                                                                                       state.Nil{},
		{Fact: state.FactMember, On: readerA, With: alice}:                                                                                                     state.Nil{},
		{Fact: state.FactMember, On: dr, With: readerB}:                                                                                                        state.Nil{},
		{Fact: state.FactRole, On: odd}:                                                                                                                        state.Role{},
		{Fact: state.FactGrant, On: state.Securable{Kind: state.KindAccount}, With: state.Securable{Kind: state.KindRole, Name: "POLSYNC"}, Name: "APPLY TAG"}: state.Option(false),
	} {
		if got := s.Value(k); !state.Equal(got, want) {
			t.Errorf("%s is %v, want %v", k, got, want)
		}
	}
	for k := range s.Facts {
		if k.On.Catalog == "OTHER" {
			t.Errorf("%s is out of scope", k)
		}
		if k.Fact == state.FactGrant && k.Name == "OWNERSHIP" {
			t.Errorf("%s is no grant", k)
		}
	}
	if o := s.Objects[customers].Owner; o.Name != "ACCOUNTADMIN" {
		t.Errorf("the table is owned by %s", o)
	}
}

func TestSnapshotOfObjects(t *testing.T) {
	s := governedBed(t, emulator.Options{}).snapshot(crm)
	if got := s.Objects[column(customers, "SALARY")]; got.Type != (state.DataType{Family: state.FamilyNumber, Text: "NUMBER(10,2)"}) || got.Position != 4 {
		t.Errorf("the column is %+v", got)
	}
	if got := s.Objects[column(orders, "mixed Case")].Type.Family; got != state.FamilyString {
		t.Errorf("the odd column is a %s", got)
	}
	if s.Objects[home].Managed != true || s.Objects[sales].Managed {
		t.Error("managed access is not told")
	}
	if s.Objects[customers].Identity == "" || s.Objects[tagNamed("PII")].Identity == "" {
		t.Error("nothing tells a table or tag from another under its name")
	}
	if why := s.Objects[state.Securable{Kind: state.KindCatalog, Catalog: "SNOWFLAKE"}].Foreign; why != "system" {
		t.Errorf("the system's database is %q", why)
	}
	if want := []state.Securable{{Kind: state.KindRole, Name: "POLSYNC"}, {Kind: state.KindUser, Name: "POLSYNC_SVC"}}; !slices.Equal(s.Self, want) {
		t.Errorf("polsync is taken for %v, want %v", s.Self, want)
	}
	if s.Identity == "" || s.Reads == 0 {
		t.Errorf("identity %q, %d reads", s.Identity, s.Reads)
	}
	if _, seen := s.Objects[state.Securable{Kind: state.KindTable, Catalog: "OTHER", Schema: "S", Name: "T"}]; seen {
		t.Error("a table out of scope was read")
	}
}

// TestSnapshotIsTheSameTwice holds that no order of answers shows in the state.
func TestSnapshotIsTheSameTwice(t *testing.T) {
	b := governedBed(t, emulator.Options{})
	x, y := b.snapshot(crm), b.snapshot(crm)
	if d := cmp.Diff(x, y); d != "" {
		t.Error(d)
	}
}

// TestRecreatedTableIsAnother holds that a table made anew under its name has another identity.
func TestRecreatedTableIsAnother(t *testing.T) {
	b := newBed(t, emulator.Options{})
	before := b.snapshot(crm).Objects[customers].Identity
	b.admin(`CREATE OR REPLACE TABLE CRM.SALES.CUSTOMERS (EMAIL VARCHAR)`, `GRANT SELECT ON TABLE CRM.SALES.CUSTOMERS TO ROLE POLSYNC`)
	if after := b.snapshot(crm).Objects[customers].Identity; after == before || after == "" {
		t.Errorf("identity before %q, after %q", before, after)
	}
}

// TestSnapshotStatements keeps what a snapshot sends as a golden: no statement but reads, and no more than needed.
func TestSnapshotStatements(t *testing.T) {
	b := governedBed(t, emulator.Options{}, func(o *Options) { o.Concurrency = 1 })
	b.emu.ResetLog()
	s := b.snapshot(crm)
	var sent []string
	setup := b.opt.Session(false)
	for _, st := range b.emu.Statements() {
		if !slices.Contains(setup, st.SQL) {
			sent = append(sent, st.SQL)
		}
	}
	if len(sent) != s.Reads {
		t.Errorf("%d statements were sent, %d were counted", len(sent), s.Reads)
	}
	for _, sql := range sent {
		if verb, _, _ := strings.Cut(sql, " "); verb != "SHOW" && verb != "SELECT" && verb != "DESCRIBE" {
			t.Errorf("a snapshot sent %s", sql)
		}
	}
	golden := filepath.Join("testdata", "snapshot.sql")
	got := strings.Join(sent, ";\n") + ";\n"
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("run with UPDATE_GOLDEN=1 to accept:\n%s", d)
	}
}

// TestNarrowSnapshotReadsLess holds that what is not asked for is not read.
func TestNarrowSnapshotReadsLess(t *testing.T) {
	b := governedBed(t, emulator.Options{})
	narrow := crm
	narrow.Facts = []state.FactKind{state.FactTag, state.FactTagged}
	s := b.snapshot(narrow)
	for k := range s.Facts {
		if k.Fact != state.FactTag && k.Fact != state.FactTagged {
			t.Errorf("%s was not asked for", k)
		}
	}
	if whole := b.snapshot(crm); s.Reads >= whole.Reads {
		t.Errorf("%d statements for two kinds, %d for all", s.Reads, whole.Reads)
	}
}
