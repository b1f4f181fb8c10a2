package plan

import (
	"fmt"
	"slices"

	"github.com/polsync/polsync/state"
)

// holdWidening takes back what makes a policy show more while something that is to have another still has it, since
// that waits, was refused before, or lies outside what the run was narrowed to. Nobody declared what would be seen there.
func (d *difference) holdWidening() {
	widens := func(c Change) bool { return c.Key.Fact.Policy() && c.Phase == PhasePermit && !c.Back }
	if !slices.ContainsFunc(d.changes, widens) {
		return
	}
	worn := d.worn()
	held := map[state.Key]bool{}
	d.changes = slices.DeleteFunc(d.changes, func(c Change) bool {
		by, found := worn[c.Key]
		if !found || !widens(c) {
			return false
		}
		held[c.Key] = true
		d.notices = append(d.notices, Notice{Held, c.Key.On, fmt.Sprintf("%s shows no more than before: %s still has it, and is to have another", c.Key, by), c.Why})
		return true
	})
	d.changes = slices.DeleteFunc(d.changes, func(c Change) bool { // its common part with anything is nothing at all
		return held[c.Key] && c.Phase == PhaseNarrow && opaque(c.Was)
	})
}

// worn returns the policies that will still be on something that is to have another when the run is done, with the
// first such thing.
func (d *difference) worn() map[state.Key]state.Key {
	changes := map[state.Key]bool{}
	for _, c := range d.changes {
		changes[c.Key] = true
	}
	worn := map[state.Key]state.Key{}
	for k, is := range d.in.Actual.Facts {
		policy, attached := state.Attached(is.Value)
		if !attached || changes[k] {
			continue
		}
		want, declared := d.target.State.Facts[k]
		if d.target.Held[k] == "" && (!declared || state.Equal(want.Value, is.Value)) {
			continue
		}
		of := state.PolicyKey(policy)
		if old, ok := worn[of]; !ok || k.Compare(old) < 0 {
			worn[of] = k
		}
	}
	return worn
}
