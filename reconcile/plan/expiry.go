package plan

import (
	"slices"
	"sync"

	"github.com/polsync/polsync/state"
)

// expiry returns the changes that end what has expired and nothing else: grants that are ours go, and policies lose the
// rules of exceptions. Whatever else a policy is not as declared stays as it is.
func (d *difference) expiry() []Change {
	d.undeclared(sync.OnceValue(d.spokenOf))
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
		want := d.target.State.Policy(on)
		if want == nil {
			continue
		}
		left := *was
		left.Rules = slices.Clone(was.Rules)
		for _, e := range ended {
			left.Rules = e.takenFrom(left.Rules, e.count(want.Rules))
		}
		if len(left.Rules) < len(was.Rules) {
			d.change(k, was, &left, PhaseNarrow, 0, ended[0].Why, Expired+": the exception of "+ended[0].Why.String())
		}
	}
	slices.SortFunc(d.changes, Change.Compare)
	return d.changes
}

// takenFrom returns rules without those that the exception became: of rules that look like one all but the last few,
// since exceptions go before what is declared, and as many are declared without it.
func (e Ended) takenFrom(rules []state.Rule, declared int) []state.Rule {
	surplus := e.count(rules) - declared
	return slices.DeleteFunc(rules, func(r state.Rule) bool {
		if surplus <= 0 || !e.like(r) {
			return false
		}
		surplus--
		return true
	})
}

func (e Ended) count(rules []state.Rule) int {
	n := 0
	for _, r := range rules {
		if e.like(r) {
			n++
		}
	}
	return n
}

// like reports whether a rule is what the exception became, or looks like it.
func (e Ended) like(r state.Rule) bool {
	return len(e.To) > 0 && r.Show.Word() == state.ShowClear && len(r.Values) == 0 && len(r.When) == 0 && slices.Equal(r.To, e.To)
}
