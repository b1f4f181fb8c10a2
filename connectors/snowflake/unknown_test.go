package snowflake

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/polsync/polsync/connectors"
	emulator "github.com/polsync/polsync/connectors/emulator/snowflake"
	"github.com/polsync/polsync/state"
)

// reasons lists why facts of a kind on a securable cannot be relied on.
func reasons(s *state.State, f state.FactKind, on state.Securable) string {
	return s.UnknownReason(state.Key{Fact: f, On: on})
}

// TestWithoutRightsNothingIsKnown holds that a list which may lack rows is never taken for complete.
func TestWithoutRightsNothingIsKnown(t *testing.T) {
	for privilege, kinds := range map[string][]state.FactKind{
		"APPLY TAG":            {state.FactTag, state.FactAllowedValue, state.FactTagged},
		"APPLY MASKING POLICY": {state.FactPolicy, state.FactMask, state.FactBinding},
		"MANAGE GRANTS":        {state.FactRole, state.FactMember, state.FactGrant},
	} {
		b := governedBed(t, emulator.Options{})
		b.admin(`REVOKE ` + privilege + ` ON ACCOUNT FROM ROLE POLSYNC`)
		s := b.snapshot(crm)
		for _, k := range kinds {
			if why := reasons(s, k, customers); !strings.Contains(why, privilege) {
				t.Errorf("without %s a %s of the table: %q", privilege, k, why)
			}
		}
		if privilege == "APPLY TAG" && reasons(s, state.FactGrant, customers) != "" {
			t.Error("grants are doubted for want of a right on tags")
		}
	}
}

// TestRightThroughARoleBelow holds that rights count which the role has through another.
func TestRightThroughARoleBelow(t *testing.T) {
	b := governedBed(t, emulator.Options{})
	b.admin(`REVOKE APPLY TAG ON ACCOUNT FROM ROLE POLSYNC`, `CREATE ROLE TAGGER`, `CREATE ROLE MIDDLE`, `GRANT APPLY TAG ON ACCOUNT TO ROLE TAGGER`, `GRANT ROLE TAGGER TO ROLE MIDDLE`, `GRANT ROLE MIDDLE TO ROLE POLSYNC`)
	if s := b.snapshot(crm); len(s.Unknown) > 0 {
		t.Errorf("unknown: %v", s.Unknown)
	}
}

// TestRightLostWhileReading holds that the rights are looked up after the reading too.
func TestRightLostWhileReading(t *testing.T) {
	b := governedBed(t, emulator.Options{})
	b.emu.Faults().Add(emulator.Fault{SQL: regexp.MustCompile(`^SHOW TAGS`), Match: func(emulator.Request) bool {
		if err := b.emu.Exec("ACCOUNTADMIN", `REVOKE APPLY TAG ON ACCOUNT FROM ROLE POLSYNC`); err != nil {
			t.Error(err)
		}
		return false
	}})
	if s := b.snapshot(crm); reasons(s, state.FactTag, tagNamed("PII")) == "" {
		t.Error("the tags are taken for complete")
	}
}

// TestHiddenTable holds that a table the role sees no columns of is there, and nothing about its cover is known.
func TestHiddenTable(t *testing.T) {
	b := governedBed(t, emulator.Options{})
	b.admin(`CREATE TABLE CRM.SALES.HIDDEN (A VARCHAR)`)
	s := b.snapshot(crm)
	hidden := state.Securable{Kind: state.KindTable, Catalog: "CRM", Schema: "SALES", Name: "HIDDEN"}
	if _, ok := s.Objects[hidden]; !ok {
		t.Fatal("the table is not told of")
	}
	if reasons(s, state.FactMask, column(hidden, "A")) == "" || reasons(s, state.FactMask, column(customers, "EMAIL")) != "" {
		t.Errorf("unknown: %v", s.Unknown)
	}
}

// TestOneRefusedOfMany holds that what cannot be read is found in its batch and stands alone.
func TestOneRefusedOfMany(t *testing.T) {
	b := governedBed(t, emulator.Options{})
	for i := range 7 {
		b.admin(fmt.Sprintf(`CREATE TABLE CRM.SALES.T%d (A VARCHAR)`, i), fmt.Sprintf(`GRANT SELECT ON TABLE CRM.SALES.T%d TO ROLE POLSYNC`, i), fmt.Sprintf(`ALTER TABLE CRM.SALES.T%d MODIFY COLUMN A SET TAG GOV.POLSYNC.PII = 'email'`, i))
	}
	b.emu.Faults().Add(emulator.Fault{SQL: regexp.MustCompile(`ALL_COLUMNS\('"CRM"."SALES"."T3"'`), Code: 2003, SQLState: "02000", Message: "Object 'T3' does not exist or not authorized."})
	s := b.snapshot(crm)
	for i := range 7 {
		on := state.Securable{Kind: state.KindTable, Catalog: "CRM", Schema: "SALES", Name: fmt.Sprintf("T%d", i)}
		k := state.Key{Fact: state.FactTagged, On: column(on, "A"), With: tagNamed("PII")}
		if s.Has(k) != (i != 3) || (s.UnknownReason(k) != "") != (i == 3) {
			t.Errorf("T%d: known %v, unknown because %q", i, s.Has(k), s.UnknownReason(k))
		}
	}
}

// TestEachReadThatFails fails every statement of a snapshot in turn: what it would have told is unknown, never absent.
func TestEachReadThatFails(t *testing.T) {
	b := governedBed(t, emulator.Options{}, func(o *Options) { o.Concurrency = 1 })
	b.emu.ResetLog()
	whole := b.snapshot(crm)
	var statements []string
	for _, st := range b.emu.Statements() {
		if strings.HasPrefix(st.SQL, "SHOW") || strings.HasPrefix(st.SQL, "SELECT") || strings.HasPrefix(st.SQL, "DESCRIBE") {
			statements = append(statements, st.SQL)
		}
	}
	if len(statements) != whole.Reads {
		t.Fatalf("%d statements, %d reads", len(statements), whole.Reads)
	}
	slices.Sort(statements)
	for _, sql := range slices.Compact(statements) {
		// The whole of it, and what it may be halved or narrowed to.
		remove := b.emu.Faults().Add(emulator.Fault{Match: func(r emulator.Request) bool { return r.SQL != "" && strings.Contains(sql, r.SQL) }, Code: 3001, SQLState: "42501", Message: "Insufficient privileges"})
		s, err := b.Snapshot(t.Context(), crm)
		remove()
		if err != nil {
			if s != nil {
				t.Errorf("%s: a state and an error", sql)
			}
			continue
		}
		for k := range whole.Facts {
			if !s.Has(k) && s.UnknownReason(k) == "" {
				t.Errorf("%.120s fails, and %s counts as gone", sql, k)
			}
		}
	}
}

// TestCutListings holds that a listing of exactly the limit is narrowed and paged until it is whole.
func TestCutListings(t *testing.T) {
	for _, fails := range []bool{false, true} {
		b := newBed(t, emulator.Options{ShowLimit: 4, ShowOverflowFails: fails}, func(o *Options) { o.rows = 4 })
		for i := range 9 {
			b.admin(fmt.Sprintf(`CREATE TABLE CRM.SALES.T%d (A VARCHAR)`, i), fmt.Sprintf(`CREATE ROLE R%d`, i), fmt.Sprintf(`CREATE MASKING POLICY CRM.SALES.P%d AS (val VARCHAR) RETURNS VARCHAR -> NULL`, i))
		}
		s := b.snapshot(connectors.Scope{Within: []state.Securable{{Kind: state.KindCatalog, Catalog: "CRM"}}, Home: sales})
		for i := range 9 {
			if !s.Has(state.Key{Fact: state.FactRole, On: state.Securable{Kind: state.KindRole, Name: fmt.Sprintf("R%d", i)}}) {
				t.Errorf("fails %v: R%d is missing: %v", fails, i, s.Unknown)
			}
			if s.Policy(state.Securable{Kind: state.KindMaskingPolicy, Catalog: "CRM", Schema: "SALES", Name: fmt.Sprintf("P%d", i)}) == nil {
				t.Errorf("fails %v: P%d is missing: %v", fails, i, s.Unknown)
			}
			if _, ok := s.Objects[state.Securable{Kind: state.KindTable, Catalog: "CRM", Schema: "SALES", Name: fmt.Sprintf("T%d", i)}]; !ok {
				t.Errorf("fails %v: T%d is missing: %v", fails, i, s.Unknown)
			}
		}
	}
}

// TestCutTags holds that a list of tags, which cannot be paged, is unknown when it is cut in one schema.
func TestCutTags(t *testing.T) {
	b := newBed(t, emulator.Options{ShowLimit: 4}, func(o *Options) { o.rows = 4 })
	for i := range 5 {
		b.admin(fmt.Sprintf(`CREATE TAG GOV.POLSYNC.T%d`, i))
	}
	s := b.snapshot(connectors.Scope{Home: home})
	if why := reasons(s, state.FactTag, tagNamed("T4")); !strings.Contains(why, "cut") {
		t.Errorf("the fifth tag: %q", why)
	}
}

func TestNothingCanBeRead(t *testing.T) {
	b := newBed(t, emulator.Options{}, func(o *Options) { o.Credentials = Fixed(Credentials{Password: "wrong"}) })
	if _, err := b.Snapshot(t.Context(), crm); !errors.Is(err, connectors.ErrAuth) || strings.Contains(err.Error(), "wrong") {
		t.Errorf("a wrong password: %v", err)
	}
}
