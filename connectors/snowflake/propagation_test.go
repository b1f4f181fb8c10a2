package snowflake

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	emulator "github.com/polsync/polsync/connectors/emulator/snowflake"
	"github.com/polsync/polsync/reconcile"
	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
	"github.com/polsync/polsync/state/ledger"
)

// reconciler returns one with a store of its own that never waits.
func (b *bed) reconciler() *reconcile.Reconciler {
	b.t.Helper()
	store, err := ledger.Open(b.t.Context(), filepath.Join(b.t.TempDir(), "state", "polsync.db"), ledger.Options{})
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { store.Close() })
	return &reconcile.Reconciler{Name: "snow", Platform: b.Account, Store: store, Home: home, Scope: crm, Holder: "test",
		Sleep: func(ctx context.Context, d time.Duration) error {
			if d > 10*time.Second { // the lease's renewal
				<-ctx.Done()
			}
			return ctx.Err()
		}}
}

// tagsHeld returns value and method of a tag on columns, past the connector; what no column itself has is left out.
func (b *bed) tagsHeld(relations ...string) map[string]string {
	b.t.Helper()
	held := map[string]string{}
	for _, r := range relations {
		for _, row := range b.rows("SELECT COLUMN_NAME, TAG_VALUE, APPLY_METHOD, LEVEL FROM TABLE(CRM.INFORMATION_SCHEMA.TAG_REFERENCES_ALL_COLUMNS('CRM.SALES."+r+"', 'TABLE')) WHERE TAG_NAME = 'PII'", "COLUMN_NAME", "TAG_VALUE", "APPLY_METHOD", "LEVEL") {
			if row[3] == "COLUMN" {
				held[r+"."+row[0]] = row[1] + " " + row[2]
			}
		}
	}
	return held
}

// TestPropagationIsNotFought walks at random over what is declared, how the tag is passed on, and what somebody else does to sources and
// targets. After each run a second has nothing to do; what is declared is there by hand, and nothing else is there by hand but what others set.
func TestPropagationIsNotFought(t *testing.T) {
	relations := []string{"SRC", "V", "W", "DT", "COPY"}
	columns := []string{"SRC.EMAIL", "SRC.COUNTRY", "V.MAIL", "W.BOTH_OF", "DT.EMAIL", "COPY.X"}
	others := []string{"INSERT INTO CRM.SALES.COPY (X) SELECT EMAIL FROM CRM.SALES.SRC", "INSERT INTO CRM.SALES.COPY (X) SELECT COUNTRY FROM CRM.SALES.SRC", "ALTER DYNAMIC TABLE CRM.SALES.DT REFRESH",
		"CREATE OR REPLACE VIEW CRM.SALES.W AS SELECT MAIL || COUNTRY AS BOTH_OF FROM CRM.SALES.V", "CREATE OR REPLACE VIEW CRM.SALES.W AS SELECT COUNTRY AS BOTH_OF FROM CRM.SALES.V"}
	for delay, read := range map[time.Duration]Reading{0: Live, time.Minute: Bulk} {
		t.Run(fmt.Sprintf("%s, delay %s", read, delay), func(t *testing.T) {
			rnd := rand.New(rand.NewPCG(7, uint64(delay)+uint64(len(read))))
			start, passed := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), atomic.Int64{} // statements run side by side
			b := newBed(t, emulator.Options{Clock: func() time.Time { return start.Add(time.Duration(passed.Add(int64(time.Millisecond)))) }, TagPropagationDelay: delay}, func(o *Options) { o.Read = read })
			b.admin("CREATE TABLE CRM.SALES.SRC (EMAIL VARCHAR, COUNTRY VARCHAR)", "CREATE VIEW CRM.SALES.V AS SELECT LOWER(EMAIL) AS MAIL, COUNTRY FROM CRM.SALES.SRC", others[3],
				"CREATE DYNAMIC TABLE CRM.SALES.DT TARGET_LAG = '1 minute' WAREHOUSE = POLSYNC_WH AS SELECT EMAIL FROM CRM.SALES.SRC", "CREATE TABLE CRM.SALES.COPY (X VARCHAR)",
				"GRANT SELECT ON ALL TABLES IN SCHEMA CRM.SALES TO ROLE POLSYNC", "GRANT SELECT ON FUTURE VIEWS IN SCHEMA CRM.SALES TO ROLE POLSYNC", "GRANT SELECT ON ALL VIEWS IN SCHEMA CRM.SALES TO ROLE POLSYNC", "GRANT SELECT ON DYNAMIC TABLE CRM.SALES.DT TO ROLE POLSYNC")
			r := b.reconciler()
			for step := range 8 {
				want := map[string]string{}
				var tags strings.Builder
				for _, c := range columns {
					if rnd.IntN(3) == 0 {
						want[c] = []string{"a", "b", "c"}[rnd.IntN(3)]
						fmt.Fprintf(&tags, "  - {tag: pii, value: %s, on: \"snow:CRM.SALES.%s\"}\n", want[c], c)
					}
				}
				how := []string{"on_dependency", "on_data_movement", "on_dependency_and_data_movement, on_conflict: allowed_values_sequence", "on_dependency, on_conflict: mixed"}[rnd.IntN(4)]
				d, _ := b.declared("tags: [{name: pii, values: [a, b, c, mixed, CONFLICT], snowflake: {propagate: "+how+"}}]\nmasks: [{name: pii, tag: pii}]\ntag_assignments: ["+
					strings.TrimSuffix(strings.ReplaceAll(strings.ReplaceAll(tags.String(), "  - ", ""), "\n", ","), ",")+"]\n", nil)
				b.admin(others[rnd.IntN(len(others))])
				pass := reconcile.Options{Command: "test", Pass: plan.Passes{Removals: true, Unmaskings: true}}
				first, err := r.Run(t.Context(), d, pass)
				if err != nil {
					t.Fatalf("step %d: %v", step, err)
				}
				passed.Add(int64(delay))
				// What came in the meantime may be of a type, or beside a tag, that takes one more policy; after that all is quiet.
				if _, err := r.Run(t.Context(), d, pass); err != nil {
					t.Fatalf("step %d, again: %v", step, err)
				}
				again, err := r.Run(t.Context(), d, pass)
				if err != nil || len(again.Steps) > 0 || delay == 0 && first.Left != nil && !first.Left.Empty() {
					t.Fatalf("step %d does not settle: %v, %v", step, again.Plan.Changes(), err)
				}
				held := b.tagsHeld(relations...)
				for _, c := range columns {
					switch got := held[c]; {
					case want[c] != "" && got != want[c]+" MANUAL":
						t.Errorf("step %d: %s is %q, declared %s", step, c, got, want[c])
					case want[c] == "" && strings.HasSuffix(got, "MANUAL"):
						t.Errorf("step %d: %s is %q, not declared", step, c, got)
					}
				}
			}
		})
	}
}

// TestHowATagCame: set by hand, propagated, classified and inherited tags are told apart, live and in bulk; only the first are facts, and what
// came by itself is listed and masks.
func TestHowATagCame(t *testing.T) {
	const policies = `
tags: [{name: pii, values: [a, b], snowflake: {propagate: on_dependency}}]
masks: [{name: pii, tag: pii}]
tag_assignments: [{tag: pii, value: a, on: "snow:CRM.SALES.SRC.EMAIL"}]
`
	for _, read := range []Reading{Live, Bulk} {
		b := newBed(t, emulator.Options{AccountUsageLag: -1}, func(o *Options) { o.Read = read })
		b.admin("CREATE TABLE CRM.SALES.SRC (EMAIL VARCHAR, PHONE VARCHAR)", "CREATE VIEW CRM.SALES.V AS SELECT EMAIL FROM CRM.SALES.SRC", "GRANT SELECT ON ALL TABLES IN SCHEMA CRM.SALES TO ROLE POLSYNC", "GRANT SELECT ON ALL VIEWS IN SCHEMA CRM.SALES TO ROLE POLSYNC")
		b.apply(policies, nil)
		b.admin("ALTER SCHEMA CRM.SALES SET TAG GOV.POLSYNC.PII = 'b'")
		s := b.snapshotOf(policies)
		pii := state.Securable{Kind: state.KindTag, Catalog: "GOV", Schema: "POLSYNC", Name: "PII"}
		key := func(table, column string) state.Key {
			return state.Key{Fact: state.FactTagged, On: state.Securable{Kind: state.KindColumn, Catalog: "CRM", Schema: "SALES", Name: table, Column: column}, With: pii}
		}
		if !s.Has(key("SRC", "EMAIL")) || s.Has(key("V", "EMAIL")) || s.Has(key("SRC", "PHONE")) || len(s.Brought) != 1 {
			t.Errorf("%s: facts and what came by itself are %v", read, s.Brought)
		}
		if got := s.Brought[key("V", "EMAIL")]; got.Value != "a" || !strings.HasPrefix(got.By, "propagated") {
			t.Errorf("%s: %+v", read, got)
		}
		p := b.plan(policies, nil)
		if len(p.Kept) == 0 || !strings.Contains(fmt.Sprint(p.Kept), "propagated from what it is made of, not set there") {
			t.Errorf("%s: kept is %v", read, p.Kept)
		}
		if done := strings.Join(b.apply(policies, nil), "\n"); strings.Contains(done, "SET TAG") {
			t.Errorf("%s: %s", read, done)
		}
	}
}
