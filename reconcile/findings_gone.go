package reconcile

import (
	"context"
	"fmt"
	"slices"

	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
)

// forgetGone takes out of the store what was found and looked at on columns that are no more, so that it does not grow
// with every table that ever was. What lies where the platform was not read completely stays. So does what was found
// where a tag is ours: a platform may leave out without a word what it does not show, and a tag whose finding is
// forgotten would be taken off when the column is shown again.
func (r *Reconciler) forgetGone(ctx context.Context, in plan.Input) error {
	tagged := map[state.Securable]bool{}
	for k := range in.Owned {
		if k.Fact == state.FactTagged {
			tagged[k.On] = true
		}
	}
	gone := func(column state.Securable) bool {
		if _, there := in.Actual.Objects[column]; there || tagged[column] || lateColumn(in.Actual, column) {
			return false
		}
		return !slices.ContainsFunc(in.Actual.Unknown, func(a state.Area) bool { return !a.Only && a.Within.Covers(column) })
	}
	if _, err := r.Store.ForgetFindings(ctx, r.Name, gone); err != nil {
		return fmt.Errorf("%s: forget findings on columns that are gone: %w", r.Name, err)
	}
	return nil
}

// lateColumn reports whether a column that is not seen may only not be seen yet: its table is there, and columns were read
// from a source that lags.
func lateColumn(s *state.State, column state.Securable) bool {
	if s.Lag == nil || s.Lag.TagsOnly || s.Lag.Live[column.Relation()] {
		return false
	}
	_, there := s.Relation(column.Table())
	return there
}
