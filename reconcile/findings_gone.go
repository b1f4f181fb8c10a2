package reconcile

import (
	"context"
	"fmt"
	"slices"

	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
)

// forgetGone takes out of the store what was found and looked at on columns that are no more, so that it does not grow
// with every table that ever was. What lies where the platform was not read completely stays.
func (r *Reconciler) forgetGone(ctx context.Context, in plan.Input) error {
	gone := func(column state.Securable) bool {
		if _, there := in.Actual.Objects[column]; there {
			return false
		}
		return !slices.ContainsFunc(in.Actual.Unknown, func(a state.Area) bool { return a.Within.Covers(column) })
	}
	if _, err := r.Store.ForgetFindings(ctx, r.Name, gone); err != nil {
		return fmt.Errorf("%s: forget findings on columns that are gone: %w", r.Name, err)
	}
	return nil
}
