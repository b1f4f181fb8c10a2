package databricks_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"testing/fstest"
	"time"

	"github.com/polsync/polsync/connectors"
	"github.com/polsync/polsync/connectors/databricks"
	emulator "github.com/polsync/polsync/connectors/emulator/databricks"
	"github.com/polsync/polsync/reconcile"
	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
	"github.com/polsync/polsync/state/declare"
	"github.com/polsync/polsync/state/ledger"
)

// reconciler brings a workspace to what policies say, with a record of its own.
type reconciler struct {
	*reconcile.Reconciler
	t *testing.T
}

func newReconciler(t *testing.T, p connectors.Platform) *reconciler {
	t.Helper()
	store, err := ledger.Open(t.Context(), filepath.Join(t.TempDir(), "state", "polsync.db"), ledger.Options{})
	must(t, err)
	t.Cleanup(func() { must(t, store.Close()) })
	return &reconciler{&reconcile.Reconciler{Name: "lake", Platform: p, Store: store, Home: home, Scope: scope, Holder: "test",
		Sleep: func(ctx context.Context, d time.Duration) error {
			if d > 10*time.Second { // the lease's renewal
				<-ctx.Done()
			}
			return ctx.Err()
		}}, t}
}

// policies reads the text of a policy file.
func policies(t *testing.T, text string) *state.Declarations {
	t.Helper()
	d, err := declare.Load(fstest.MapFS{"p.yaml": {Data: []byte("apiVersion: polsync/v1\n" + text)}}, []string{"p.yaml"}, declare.Options{Platforms: map[string]string{"lake": "databricks"}})
	must(t, err)
	return d
}

// run reconciles once and returns what came of it, with the error of a run that did a part.
func (r *reconciler) run(text string) (*reconcile.Result, error) {
	r.t.Helper()
	return r.Run(r.t.Context(), policies(r.t, text), reconcile.Options{Command: "test", Pass: plan.Passes{Removals: true, Unmaskings: true}})
}

// settle reconciles and fails unless all is done and a second run has nothing to do.
func (r *reconciler) settle(text string) *reconcile.Result {
	r.t.Helper()
	res, err := r.run(text)
	if err != nil || res.Plan.Refused() {
		for _, n := range res.Plan.Notices {
			r.t.Log(n.Level, n.Text)
		}
		for _, c := range res.Plan.Changes() {
			r.t.Log(c.Verb(), c.Key, c.Note, c.List)
		}
		r.t.Fatalf("not done: %v", err)
	}
	again, err := r.run(text)
	if err != nil || len(again.Steps) > 0 {
		r.t.Fatalf("not settled: %v, %d steps left: %v", err, len(again.Steps), again.Plan.Changes())
	}
	return res
}

const governedEmail = `
tags: [{name: pii, values: [email], databricks: {governed: true}}]
tag_assignments: [{tag: pii, value: email, on: "lake:main.crm.customers.email"}]
masks: [{name: pii, tag: pii}]
`

// TestCreateAfterAnUnansweredCreate: a request or statement that makes something, and of which it is not known whether
// it was carried out, is not sent on trust again. The next run sees what came of it, and it is ours.
func TestCreateAfterAnUnansweredCreate(t *testing.T) {
	for name, fault := range map[string]emulator.Fault{
		"carried out, no answer":       {CutAfter: true, Times: 1},
		"not carried out, no answer":   {CutBefore: true, Times: 1},
		"carried out, answered 503":    {Status: 503, Late: true, Times: 1},
		"carried out, answered 500":    {Status: 500, Late: true, Times: 1},
		"carried out, deadline in 504": {Status: 504, Late: true, Times: 1, Message: "deadline exceeded"},
		"not carried out, 503":         {Status: 503, Times: 1},
	} {
		for what, where := range map[string]emulator.Fault{"tag policy": {Method: "POST", Path: "/tag-policies"}, "function": {SQL: "CREATE FUNCTION"}} {
			t.Run(what+" "+name, func(t *testing.T) {
				t.Parallel()
				f := &emulator.Faults{}
				w := newWorkspace(t, emulator.Options{Faults: f})
				r := newReconciler(t, w.open(t, emulator.DefaultAdmin, func(o *databricks.Options) { o.RetryTimeout = 4 * time.Second }))
				fault := fault
				fault.Method, fault.Path, fault.SQL = where.Method, where.Path, where.SQL
				remove := f.Add(fault)
				_, err := r.run(governedEmail)
				remove()
				var part *reconcile.PartialError
				if err != nil && !errors.As(err, &part) {
					t.Fatal(err)
				}
				r.settle(governedEmail)
				r.settle("") // all of it is ours, and goes
				if held := w.heldTag(t, "pii"); held.There || len(held.On) > 0 {
					t.Errorf("left behind: %+v", held)
				}
				if left := w.rows(t, "SELECT specific_name FROM main.information_schema.routines WHERE specific_schema = 'gov'"); len(left) > 0 {
					t.Errorf("left behind: %v", left)
				}
			})
		}
	}
}
