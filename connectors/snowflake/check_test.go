package snowflake

import (
	"strings"
	"testing"

	"github.com/polsync/polsync/connectors"
	emulator "github.com/polsync/polsync/connectors/emulator/snowflake"
	"github.com/polsync/polsync/state"
)

// TestCheck holds that what is missing is named with a statement that gives it: run, nothing is missing any more.
func TestCheck(t *testing.T) {
	b := newBed(t, emulator.Options{})
	if missing, err := b.Check(t.Context(), crm); err != nil || len(missing) > 0 {
		t.Fatalf("with all rights: %v, %v", missing, err)
	}
	b.admin(`REVOKE APPLY TAG, MANAGE GRANTS, CREATE ROLE ON ACCOUNT FROM ROLE POLSYNC`, `REVOKE CREATE TAG ON SCHEMA GOV.POLSYNC FROM ROLE POLSYNC`)
	missing, err := b.Check(t.Context(), crm)
	if err != nil {
		t.Fatal(err)
	}
	if len(missing) != 4 {
		t.Errorf("missing: %v", missing)
	}
	for _, m := range missing {
		if m.What == "" {
			t.Errorf("%s is not said what for", m.SQL)
		}
		b.admin(m.SQL)
	}
	if missing, err := b.Check(t.Context(), crm); err != nil || len(missing) > 0 {
		t.Errorf("after what was said: %v, %v", missing, err)
	}
}

func TestCheckOfAMissingHome(t *testing.T) {
	b := newBed(t, emulator.Options{})
	scope := connectors.Scope{Home: state.Securable{Kind: state.KindSchema, Catalog: "GOV", Schema: "nowhere"}}
	missing, err := b.Check(t.Context(), scope)
	if err != nil || len(missing) == 0 || !strings.HasPrefix(missing[0].SQL, `CREATE SCHEMA IF NOT EXISTS "GOV"."nowhere"`) {
		t.Fatalf("missing: %v, %v", missing, err)
	}
	for _, m := range missing {
		b.admin(m.SQL)
	}
	if missing, err := b.Check(t.Context(), scope); err != nil || len(missing) > 0 {
		t.Errorf("after what was said: %v, %v", missing, err)
	}
}

func TestCheckSignsIn(t *testing.T) {
	b := newBed(t, emulator.Options{}, func(o *Options) { o.Role = "NOBODY" })
	if _, err := b.Check(t.Context(), crm); err == nil {
		t.Error("a role that is not granted passes")
	}
}
