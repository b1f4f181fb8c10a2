package reconcile

import (
	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
)

// drifted returns the changes of a plan that set again what polsync had set before: somebody else has changed it since.
func drifted(p *plan.Plan, owned plan.Owned) []plan.Change {
	var all []plan.Change
	for _, c := range p.Changes() {
		if ours, ok := owned[c.Key]; ok && c.Want != nil && !state.Equal(c.Was, ours.Value) && state.Equal(c.Want, ours.Value) {
			all = append(all, c)
		}
	}
	return all
}
