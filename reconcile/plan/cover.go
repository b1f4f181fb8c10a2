package plan

import (
	"fmt"
	"slices"

	"github.com/polsync/polsync/state"
)

// uncovered holds where cover that is declared will still be missing after a run: because it lies outside what the run
// was narrowed to, or was refused before.
type uncovered struct {
	at    map[state.Securable]state.Key // by place
	above map[state.Securable]state.Key // by those places and all that contains them
}

// holdUncovered takes back what lets somebody in, and what takes cover off, where cover that is declared will still be
// missing when the run is done.
func (d *difference) holdUncovered() {
	u := d.uncovered()
	if len(u.at) == 0 {
		return
	}
	reached, carried := d.reach(u), d.carried(u)
	d.changes = slices.DeleteFunc(d.changes, func(c Change) bool {
		var missing state.Key
		found := false
		switch {
		case (c.Key.Fact == state.FactGrant || c.Key.Fact == state.FactOwner) && c.Phase == PhasePermit, c.Phase == PhaseUntag, c.Phase == PhaseUnmask && c.Key.Fact != state.FactBinding:
			missing, found = u.meets(c.Key.On)
		case c.Phase == PhaseUnmask:
			missing, found = carried[c.Key.On]
		case c.Key.Fact == state.FactMember && c.Phase == PhasePermit:
			missing, found = reached[c.Key.On]
		}
		if found {
			d.notices = append(d.notices, Notice{Held, c.Key.On, fmt.Sprintf("%s waits for %s, which is declared and will not be there after this run", c.Key, missing), c.Why})
		}
		return found
	})
}

// meets returns the missing cover of something at, above or below a place, the first in canonical order.
func (u uncovered) meets(on state.Securable) (state.Key, bool) {
	if k, ok := u.above[placeOf(on)]; ok {
		return k, true
	}
	for up, ok := on, true; ok; up, ok = up.Parent() {
		if k, missing := u.at[placeOf(up)]; missing {
			return k, true
		}
	}
	return state.Key{}, false
}

func (u uncovered) add(place state.Securable, missing state.Key) {
	first := func(m map[state.Securable]state.Key, at state.Securable) {
		if old, ok := m[at]; !ok || missing.Compare(old) < 0 {
			m[at] = missing
		}
	}
	first(u.at, placeOf(place))
	for up, ok := place, true; ok; up, ok = up.Parent() {
		first(u.above, placeOf(up))
	}
	first(u.above, state.Securable{Kind: state.KindAccount})
	first(u.above, state.Securable{Kind: state.KindMetastore})
}

// uncovered finds the declared cover that is neither there nor among the changes. A policy that is missing leaves open
// what it masks, and a binding what carries its tag.
func (d *difference) uncovered() uncovered {
	u := uncovered{map[state.Securable]state.Key{}, map[state.Securable]state.Key{}}
	late := d.late()
	if len(late) == 0 {
		return u
	}
	open := map[state.Securable]state.Key{} // tags
	for k, f := range d.target.State.Facts {
		policy, attached := state.Attached(f.Value)
		missing, is := k, late[k]
		if of := state.PolicyKey(policy); attached && !is && late[of] {
			missing, is = of, true
		}
		switch {
		case !is || k.Fact.Policy():
		case k.Fact == state.FactBinding:
			if old, ok := open[k.On]; !ok || missing.Compare(old) < 0 {
				open[k.On] = missing
			}
		default:
			u.add(k.On, missing)
		}
	}
	for _, s := range [...]*state.State{d.target.State, d.in.Actual} {
		for k := range s.Facts {
			if missing, ok := open[k.With]; ok && k.Fact == state.FactTagged {
				u.add(k.On, missing)
			}
		}
	}
	return u
}

func (d *difference) late() map[state.Key]bool {
	made := map[state.Key]bool{}
	for _, c := range d.changes {
		made[c.Key] = made[c.Key] || c.Want != nil
	}
	late := map[state.Key]bool{}
	for k, want := range d.fewWanted().definitions {
		if is := d.knownAs(k.On); !made[k] && (is == nil || !d.same(is, want)) {
			late[k] = true
		}
	}
	for _, k := range d.unmet() {
		if slices.Contains(coverFacts[:], k.Fact) && !made[k] {
			late[k] = true
		}
	}
	return late
}

// carried returns the tags that stand today where cover is missing.
func (d *difference) carried(u uncovered) map[state.Securable]state.Key {
	tags := map[state.Securable]state.Key{}
	for k := range d.in.Actual.Facts {
		if k.Fact != state.FactTagged {
			continue
		}
		if missing, ok := u.meets(k.On); ok {
			if old, known := tags[k.With]; !known || missing.Compare(old) < 0 {
				tags[k.With] = missing
			}
		}
	}
	return tags
}

// reach returns the roles whose members can, through grants of these or of what these are members of, read where
// cover is missing.
func (d *difference) reach(u uncovered) map[state.Securable]state.Key {
	reached, below := map[state.Securable]state.Key{}, map[state.Securable][]state.Securable{}
	var front []state.Securable
	mark := func(role state.Securable, missing state.Key) {
		if old, ok := reached[role]; !ok || missing.Compare(old) < 0 {
			reached[role] = missing
			front = append(front, role)
		}
	}
	for _, s := range [...]*state.State{d.in.Actual, d.target.State} {
		for k := range s.Facts {
			switch k.Fact {
			case state.FactMember:
				below[k.On] = append(below[k.On], k.With)
			case state.FactGrant:
				if missing, ok := u.meets(k.On); ok {
					mark(k.With, missing)
				}
			}
		}
	}
	for len(front) > 0 {
		role := front[len(front)-1]
		front = front[:len(front)-1]
		for _, member := range below[role] {
			mark(member, reached[role])
		}
	}
	return reached
}
