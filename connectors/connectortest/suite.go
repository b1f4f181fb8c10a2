// Package connectortest is the suite that every connector passes.
//
// A Case walks a platform through a list of policy declarations. After each, the platform is reconciled and planned
// anew: the second plan must be empty, which says that what the connector writes, the platform keeps, and the
// connector reads back, are one thing. A case with Check then looks at the platform as a principal does, or at what it
// holds. In a case with Meanwhile somebody else is at work between the steps.
//
// To add a connector, write an Open that brings a platform with the Fixture's objects, and call Run.
package connectortest

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/polsync/polsync/connectors"
	"github.com/polsync/polsync/reconcile"
	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
	"github.com/polsync/polsync/state/ledger"
)

// Fixture is what a platform under test must have and how its things are called there.
type Fixture struct {
	Platform connectors.Platform
	Home     state.Securable
	Scope    connectors.Scope
	Self     []state.Securable // who the connector acts as, where it needs rights on the tables
	Tables   []state.Securable // two at least, each with the columns EMAIL, PHONE (text), SALARY (number), COUNTRY (text), in one schema
	Readers  []state.Securable // two roles or groups that hold nothing yet
	Member   state.Securable   // a user, if memberships can be written
	Skip     map[string]string // case -> why the platform cannot do it; the reason is shown

	// Odd are text columns of tables in the schema of Tables. Their names, and the tables', hold what the platform's
	// quoting must get right: quotes, dots, backslashes, $$, backticks, line breaks, letters of other scripts, lower
	// case, the greatest length; each as far as the platform has such names. OddReader is another reader, of such a name.
	Odd       []state.Securable
	OddReader state.Securable

	// Others are securables of other kinds than tables, one of each kind, on which the readers hold nothing.
	Others []state.Securable

	// Owned are securables of other kinds than tables whose ownership can be moved; none where that is not to be walked.
	Owned []state.Securable

	// Nested are columns of one table in the same schema: an array, and what the platform has of maps and records. The
	// table has a row, but for the memory platform, which has none of such values.
	Nested []state.Securable

	// What somebody else does to a table: Recreate drops it and makes it anew under its name, Rename gives it another.
	Recreate func(t *testing.T, table state.Securable)
	Rename   func(t *testing.T, table state.Securable, to string)

	// Tag says what the platform itself holds of a tag, read past the connector.
	Tag func(t *testing.T, name string) HeldTag
}

// HeldTag is a tag as a platform holds it.
type HeldTag struct {
	There   bool
	Comment string
	Values  []string                   // allowed ones, sorted
	On      map[state.Securable]string // columns that carry it, with their values
}

// Column returns a column of one of the fixture's tables, in the spelling of that table.
func (f *Fixture) Column(table int, name string) state.Securable {
	t := f.Tables[table]
	if t.Name == strings.ToLower(t.Name) {
		name = strings.ToLower(name)
	}
	return state.Securable{Kind: state.KindColumn, Catalog: t.Catalog, Schema: t.Schema, Name: t.Name, Column: name}
}

// Open brings a platform of its own for one case; it is closed by the test's cleanup.
type Open func(t *testing.T) *Fixture

// Case is a walk over states.
type Case struct {
	Name      string
	Steps     func(f *Fixture) []*state.Declarations
	Meanwhile func(t *testing.T, f *Fixture, before int) // what somebody else does to the platform before a step; nil for nothing
	Check     func(t *testing.T, f *Fixture, after int)  // after each step, from 0
	Unmet     []int                                      // steps that declare something of what is not there
}

// Run runs every case against platforms that open brings.
func Run(t *testing.T, open Open) {
	for _, c := range Cases() {
		t.Run(c.Name, func(t *testing.T) {
			f := open(t)
			if why := f.Skip[c.Name]; why != "" {
				t.Skipf("not on this platform: %s", why)
			}
			walk(t, f, c)
		})
	}
}

func walk(t *testing.T, f *Fixture, c Case) {
	r := newReconciler(t, f)
	for i, d := range c.Steps(f) {
		if c.Meanwhile != nil {
			c.Meanwhile(t, f, i)
		}
		res, err := r.Run(t.Context(), d, reconcile.Options{Command: "test", Pass: plan.Passes{Removals: true, Unmaskings: true}})
		if err := c.fails(i, err, res); err != nil {
			t.Fatalf("step %d: %v%s", i, err, dump(res))
		}
		if res.Left != nil && !res.Left.Empty() {
			t.Fatalf("step %d does not settle: %s is left%s", i, res.Left.Changes()[0].Key, dump(res))
		}
		again, err := r.Run(t.Context(), d, reconcile.Options{Command: "test"})
		if err := c.fails(i, err, again); err != nil || len(again.Steps) > 0 {
			t.Fatalf("step %d, run again: %d steps, %v%s", i, len(again.Steps), err, dump(again))
		}
		if c.Check != nil {
			c.Check(t, f, i)
		}
	}
}

// fails returns what is wrong with the outcome of a step's run.
func (c Case) fails(step int, err error, res *reconcile.Result) error {
	var part *reconcile.PartialError
	if slices.Contains(c.Unmet, step) {
		if !errors.As(err, &part) || part.Failed > 0 || part.Held > 0 {
			return fmt.Errorf("what is not there is not told: %w", err)
		}
		return nil
	}
	if err != nil {
		return err
	}
	for _, n := range res.Plan.Notices {
		if n.Level == plan.Error {
			return errors.New(n.Text)
		}
	}
	return nil
}

func dump(res *reconcile.Result) string {
	if res == nil || res.Plan == nil {
		return ""
	}
	var b strings.Builder
	for _, n := range res.Plan.Notices {
		fmt.Fprintf(&b, "\n  %s: %s", n.Level, n.Text)
	}
	if res.Left != nil {
		for _, c := range res.Left.Changes() {
			fmt.Fprintf(&b, "\n  left: %s %s %v -> %v", c.Verb(), c.Key, c.Was, c.Want)
		}
	}
	for i, s := range res.Plan.Steps {
		for _, st := range s.Statements {
			fmt.Fprintf(&b, "\n  %s: %s%s %s", s.Phase, st.SQL, st.Method+" "+st.Path, st.Body)
		}
		if i < len(res.Steps) && res.Steps[i].Err != nil {
			fmt.Fprintf(&b, "\n    %s: %v", res.Steps[i].Status, res.Steps[i].Err)
		}
	}
	return b.String()
}

// newReconciler returns a reconciler with a store of its own that never waits.
func newReconciler(t *testing.T, f *Fixture) *reconcile.Reconciler {
	t.Helper()
	store, err := ledger.Open(t.Context(), filepath.Join(t.TempDir(), "state", "polsync.db"), ledger.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	return &reconcile.Reconciler{Name: "under test", Platform: f.Platform, Store: store, Home: f.Home, Scope: f.Scope, Self: f.Self, Holder: "test",
		Sleep: func(ctx context.Context, d time.Duration) error {
			if d > 10*time.Second { // the lease's renewal; nothing else waits that long
				<-ctx.Done()
			}
			return ctx.Err()
		}}
}
