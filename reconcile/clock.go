package reconcile

import (
	"context"
	"fmt"
	"time"

	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state/ledger"
)

// clock returns the time that decides what has ended: the clock's, but never before the last run on the platform
// began, so that what ended by then stays ended when the clock goes back. Runs have an order of their own: the last one
// is the one recorded last. behind is how far the clock is behind that run.
func (r *Reconciler) clock(ctx context.Context, pass plan.Passes) (now time.Time, behind time.Duration, err error) {
	now = r.now()
	if pass.Clock {
		return now, 0, nil
	}
	last, err := r.Store.History(ctx, ledger.RunFilter{Platform: r.Name, Limit: 1})
	if err != nil {
		return now, 0, fmt.Errorf("%s: read when the last run was: %w", r.Name, err)
	}
	if len(last) == 1 && last[0].Started.After(now) {
		return last[0].Started, last[0].Started.Sub(now), nil
	}
	return now, 0, nil
}
