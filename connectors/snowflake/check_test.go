package snowflake

import (
	"fmt"
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

// TestCheckOfBulkReading: what the views take is missing where they will be read, and not else.
func TestCheckOfBulkReading(t *testing.T) {
	want := []string{"OBJECT_VIEWER", "GOVERNANCE_VIEWER", "SECURITY_VIEWER"}
	for name, c := range map[string]struct {
		read  Reading
		roles int
		want  int
	}{"live": {Live, 160, 0}, "bulk": {Bulk, 0, 3}, "auto, little": {Auto, 0, 0}, "auto, much": {Auto, 160, 3}} {
		b := newBed(t, emulator.Options{}, func(o *Options) { o.Read = c.read })
		if c.read == Bulk {
			for _, v := range want {
				b.admin("REVOKE DATABASE ROLE SNOWFLAKE." + v + " FROM ROLE POLSYNC")
			}
		}
		for i := range c.roles {
			b.admin(fmt.Sprintf("CREATE ROLE R%d", i))
		}
		missing, err := b.Check(t.Context(), crm)
		if err != nil || len(missing) != c.want {
			t.Errorf("%s: %v, %v", name, missing, err)
			continue
		}
		for i, m := range missing {
			if !strings.Contains(m.SQL, want[i]) {
				t.Errorf("%s: %s", name, m.SQL)
			}
			b.admin(m.SQL)
		}
		if missing, err := b.Check(t.Context(), crm); err != nil || len(missing) > 0 {
			t.Errorf("%s: after what was said: %v, %v", name, missing, err)
		}
	}
}
