package reconcile

import (
	"context"
	"fmt"
	"slices"

	"github.com/polsync/polsync/connectors"
	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
)

// rounds is how often a plan is made anew because reading live brought something that it did not rest on before; then
// everything is read live.
const rounds = 5

// snapshot reads the platform.
func (r *Reconciler) snapshot(ctx context.Context, scope connectors.Scope, strict bool) (*state.State, error) {
	scope.Strict = strict
	actual, err := r.Platform.Snapshot(ctx, scope)
	if err != nil {
		return nil, fmt.Errorf("%s: read the platform: %w", r.Name, err)
	}
	return actual, nil
}

// lately returns what polsync itself changed so lately that a platform whose snapshots lag may not show it.
func (r *Reconciler) lately(ctx context.Context) ([]connectors.Recent, error) {
	if _, lags := r.Platform.(connectors.Confirmer); !lags {
		return nil, nil
	}
	lately, err := r.Store.Lately(ctx, r.Name, r.now().Add(-connectors.Lag))
	if err != nil {
		return nil, fmt.Errorf("%s: read what was changed lately: %w", r.Name, err)
	}
	var recent []connectors.Recent
	for _, l := range lately {
		recent = append(recent, connectors.Recent{Key: l.Key, Value: l.Want, At: l.At})
	}
	return recent, nil
}

// confirmed makes a plan that rests on nothing that lags: what it and the facts with the keys rest on is read live, and the
// plan made anew, until it rests on nothing more.
func (r *Reconciler) confirmed(ctx context.Context, d *state.Declarations, o Options, in *plan.Input, propose func(plan.Input) (*plan.Plan, error), keys ...state.Key) (*plan.Plan, error) {
	for round := 0; ; round++ {
		p, err := propose(*in)
		if err != nil {
			return nil, err
		}
		q := plan.Unconfirmed(in.Actual, p.Changes(), slices.Concat(keys, p.Objections(), plan.OwnRights(*in, p.Changes()))...)
		if q.Empty() {
			return p, nil
		}
		q.All = q.All || round == rounds
		if err := r.ask(ctx, d, o, in, q); err != nil {
			return nil, err
		}
	}
}

// ask reads live what is asked, and puts together anew what follows from it.
func (r *Reconciler) ask(ctx context.Context, d *state.Declarations, o Options, in *plan.Input, q plan.Question) error {
	if q.Empty() {
		return nil
	}
	r.Log.Debug().Str("warehouse", r.Name).Bool("all", q.All).Int("relations", len(q.Relations)).Int("principals", len(q.Principals)).Msg("read live what the plan rests on")
	if err := r.readLive(ctx, d, o, in, q); err != nil {
		return err
	}
	in.Declarations = d
	var err error
	in.Declarations, err = r.tagged(ctx, *in)
	return err
}

func (r *Reconciler) readLive(ctx context.Context, d *state.Declarations, o Options, in *plan.Input, q plan.Question) error {
	scope, err := r.reads(ctx, in.Owned, d, o.Only)
	if err != nil {
		return err
	}
	if q.All {
		actual, err := r.snapshot(ctx, scope, true)
		if err != nil {
			return err
		}
		actual.Reads += in.Actual.Reads
		in.Actual = actual
		return nil
	}
	c, ok := r.Platform.(connectors.Confirmer)
	if !ok {
		return fmt.Errorf("%s: the platform says that its snapshot lags, and cannot confirm it", r.Name)
	}
	if err := c.Confirm(ctx, scope, in.Actual, q); err != nil {
		return fmt.Errorf("%s: read live what the plan rests on: %w", r.Name, err)
	}
	return nil
}

// unsettled returns the keys of claims that are open, and of changes that runs made again and again: what becomes of
// those is decided by reading.
func (r *Reconciler) unsettled(ctx context.Context) ([]state.Key, error) {
	claims, err := r.Store.Claims(ctx, r.Name)
	if err != nil {
		return nil, fmt.Errorf("%s: read open claims: %w", r.Name, err)
	}
	var keys []state.Key
	for _, c := range claims {
		for _, ch := range c.Changes {
			keys = append(keys, ch.Key)
		}
	}
	repeats, err := r.Store.Repeats(ctx, r.Name)
	if err != nil {
		return nil, fmt.Errorf("%s: read what was repeated: %w", r.Name, err)
	}
	for k, n := range repeats {
		if n.Count > 1 {
			keys = append(keys, k)
		}
	}
	return keys, nil
}
