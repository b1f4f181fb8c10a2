package plan

import (
	"slices"

	"github.com/polsync/polsync/state"
)

// expiry returns the changes that end what has expired and nothing else: grants that are ours go, and policies lose the
// rules of exceptions. Whatever else a policy is not as declared stays as it is.
func (d *difference) expiry() []Change {
	d.undeclared()
	changes := slices.DeleteFunc(d.changes, func(c Change) bool {
		_, over := d.target.Expired[c.Key]
		return !over || c.Key.Fact != state.FactGrant || c.Want != nil
	})
	d.changes = changes
	for on, ended := range d.target.Ended {
		k := state.Key{Fact: state.FactPolicy, On: on}
		was := d.known[on]
		if was == nil || was.Opaque || !d.wanted(k) {
			continue
		}
		left := *was
		left.Rules = slices.DeleteFunc(slices.Clone(was.Rules), func(r state.Rule) bool { return slices.ContainsFunc(ended, func(e Ended) bool { return e.made(r) }) })
		if len(left.Rules) < len(was.Rules) {
			d.change(k, was, &left, PhaseNarrow, 0, ended[0].Why, Expired+": the exception of "+ended[0].Why.String())
		}
	}
	slices.SortFunc(d.changes, Change.Compare)
	return d.changes
}

// made reports whether a rule is what the exception became.
func (e Ended) made(r state.Rule) bool {
	return len(e.To) > 0 && r.Show.Word() == state.ShowClear && len(r.Values) == 0 && len(r.When) == 0 && slices.Equal(r.To, e.To)
}
