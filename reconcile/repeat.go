package reconcile

import (
	"context"
	"fmt"
	"maps"

	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
	"github.com/polsync/polsync/state/ledger"
)

// plan makes the plan of what was read, without what was refused for good, so that it holds up nothing else; when
// nothing else is left, what was refused is tried again. What is fought over is told apart in either.
func (r *Reconciler) plan(ctx context.Context, in plan.Input, pass plan.Passes) (*plan.Plan, error) {
	p, err := r.unfought(ctx, in, pass)
	if err != nil || !p.Empty() || len(in.Aside) == 0 {
		return p, err
	}
	tried := len(in.Aside)
	maps.DeleteFunc(in.Aside, func(_ state.Key, reason string) bool { return reason != stuckReason || pass.Repeats })
	if len(in.Aside) == tried {
		return p, nil
	}
	return r.unfought(ctx, in, pass)
}

// unfought plans, and where the plan would make a change that as many runs in succession made as are allowed, plans
// anew with those known.
func (r *Reconciler) unfought(ctx context.Context, in plan.Input, pass plan.Passes) (*plan.Plan, error) {
	p, err := plan.Make(in)
	if err != nil || p.Empty() || pass.Repeats {
		return p, err
	}
	if in.Fought, err = r.fought(ctx, in, p); err != nil || len(in.Fought) == 0 {
		return p, err
	}
	return plan.Make(in)
}

// fought returns the changes of a plan that as many runs in succession made before as are allowed, with their number.
func (r *Reconciler) fought(ctx context.Context, in plan.Input, p *plan.Plan) (map[state.Key]int, error) {
	repeats, err := r.Store.Repeats(ctx, r.Name)
	if err != nil || len(repeats) == 0 {
		return nil, err
	}
	fought := map[state.Key]int{}
	for _, c := range p.Changes() {
		n, ok := repeats[c.Key]
		if !ok || n.Count < r.repeats() {
			continue
		}
		same, err := n.Of(ledger.Change{Key: c.Key, Want: c.Want, Identity: in.Actual.Objects[c.Key.On].Identity})
		if err != nil {
			return nil, fmt.Errorf("%s: compare with what was changed before: %w", r.Name, err)
		}
		if same {
			fought[c.Key] = n.Count
		}
	}
	return fought, nil
}

// settleRepeats forgets the changes that stayed: runs in succession made them, as many as least or more, and this run,
// which looked at everything, does not have to make them again. A run that has nothing to do forgets only what was made
// more than once, so that the runs after a change do not all write.
func (r *Reconciler) settleRepeats(ctx context.Context, in plan.Input, p *plan.Plan, least int) error {
	repeats, err := r.Store.Repeats(ctx, r.Name)
	if err != nil || len(repeats) == 0 || len(in.Scope)+len(in.Only) > 0 {
		return err
	}
	for _, c := range p.Changes() {
		delete(repeats, c.Key)
	}
	var stayed []state.Key
	for k, n := range repeats {
		if n.Count >= least && !in.Actual.Late(k) && state.Equal(in.Actual.Value(k), in.Owned[k].Value) {
			stayed = append(stayed, k)
		}
	}
	if len(stayed) == 0 {
		return nil
	}
	return r.Store.ClearRepeats(ctx, r.Name, stayed)
}
