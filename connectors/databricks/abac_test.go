package databricks_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/polsync/polsync/connectors"
	"github.com/polsync/polsync/connectors/databricks"
	emulator "github.com/polsync/polsync/connectors/emulator/databricks"
	"github.com/polsync/polsync/reconcile"
	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
	"github.com/polsync/polsync/state/ledger"
)

// watched asks, after each statement, what somebody sees who is to see nothing in clear.
type watched struct {
	*databricks.Platform
	after func(plan.Statement)
}

func (w watched) Exec(ctx context.Context, s plan.Statement) (connectors.Outcome, error) {
	out, err := w.Platform.Exec(ctx, s)
	w.after(s)
	return out, err
}

// TestEnginesChangeWithoutAClearMoment goes from masks on columns to attribute-based policies and back, to narrower places and
// another value, with a warehouse where tags and policies take minutes to be in effect. No state in between shows what is masked.
func TestEnginesChangeWithoutAClearMoment(t *testing.T) {
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	w := newWorkspace(t, emulator.Options{Clock: clock, TagLag: 2 * time.Minute, PolicyLag: 4 * time.Minute})
	store, err := ledger.Open(t.Context(), filepath.Join(t.TempDir(), "polsync.db"), ledger.Options{Now: clock})
	must(t, err)
	t.Cleanup(func() { must(t, store.Close()) })
	secret := false // from when on the column is to be masked
	look := func(s plan.Statement) {
		r, err := w.Query(bob, "SELECT email FROM main.crm.customers WHERE id = 1")
		if err == nil && secret && len(r.Rows) == 1 && strings.Contains(fmt.Sprint(r.Rows[0][0]), "ann@") {
			t.Errorf("after %s%s %s bob reads the column in clear", s.SQL, s.Method, s.Path)
		}
	}
	r := &reconcile.Reconciler{Name: "lake", Platform: watched{w.open(t, daemon), look}, Store: store, Home: home, Scope: scope, Holder: "test", Now: clock, EffectDelay: 5 * time.Minute,
		Sleep: func(ctx context.Context, d time.Duration) error {
			if d > 10*time.Second {
				<-ctx.Done()
			}
			return ctx.Err()
		}}
	email := object(state.KindColumn, "main", "crm", "customers", "email")
	table := email.Table()
	for i, step := range []struct {
		abac   bool
		value  string
		within state.Securable
	}{{false, "email", object(state.KindCatalog, "main")}, {true, "email", object(state.KindCatalog, "main")}, {true, "email", object(state.KindSchema, "main", "crm")},
		{true, "phone", object(state.KindSchema, "main", "crm")}, {true, "phone", table}, {false, "phone", table}} {
		d := engineDeclarations(step.abac, step.value, step.within, email)
		for range 2 { // what is held in the first run goes in the second
			_, err := r.Run(t.Context(), d, reconcile.Options{Command: "test", Pass: plan.Passes{Removals: true, Unmaskings: true}})
			if err != nil && !strings.Contains(err.Error(), " held") {
				t.Fatalf("step %d: %v", i, err)
			}
			now = now.Add(6 * time.Minute)
		}
		res, err := r.Run(t.Context(), d, reconcile.Options{Command: "test", Pass: plan.Passes{Removals: true, Unmaskings: true}})
		if err != nil || !res.Plan.Empty() && i < 5 {
			t.Fatalf("step %d does not settle: %d steps, %v", i, len(res.Plan.Steps), err)
		}
		secret = true
		look(plan.Statement{SQL: "step"})
	}
}

// engineDeclarations masks a column by a tag, by either engine, and lets bob's group read the table.
func engineDeclarations(abac bool, value string, within, on state.Securable) *state.Declarations {
	at := state.Origin{Layer: state.LayerYAML, File: "p.yaml", Line: 1, Column: 1}
	pattern := func(s state.Securable) state.Pattern {
		p := state.Pattern{Platform: "lake", Text: "lake:" + s.Path()}
		for _, part := range s.Parts() {
			p.Parts = append(p.Parts, state.Part{Text: part, Quoted: true})
		}
		return p
	}
	to := []state.PrincipalRef{{Kind: state.KindGroup, Name: "readers-a"}}
	readers := []state.PrincipalRef{{Kind: state.KindGroup, Name: "readers-b"}}
	return &state.Declarations{Principals: map[string]state.PrincipalMapping{},
		Tags:        []state.TagDeclaration{{Name: "pii", Values: []string{"email", "phone"}, Governed: true, Origin: at}},
		Assignments: []state.AssignmentDeclaration{{Tag: "pii", Value: value, On: []state.Selector{{Pattern: pattern(on)}}, Origin: at}},
		Masks: []state.MaskDeclaration{{Name: "m", Tag: "pii", ABAC: abac, Within: []state.Pattern{pattern(within)}, Origin: at,
			Rules: []state.RuleDeclaration{{To: to, Show: state.ShowDeclaration{Show: state.Show{Kind: state.ShowClear}}, Origin: at}}}},
		Grants: []state.GrantDeclaration{{To: readers, Privileges: []string{"SELECT"}, On: []state.Selector{{Pattern: pattern(on.Table())}}, Origin: at}},
	}
}
