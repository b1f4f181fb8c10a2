package plan

import (
	"fmt"
	"slices"

	"github.com/polsync/polsync/state"
)

// opens reports whether a change lets somebody see more. A policy counts as protecting: what it goes through on its way
// must not be left half done.
func opens(c Change) bool {
	switch c.Phase {
	case PhaseUntag, PhaseUnmask:
		return true
	case PhasePermit:
		return !c.Key.Fact.Policy()
	case PhaseTag:
		return c.Opens
	}
	return false
}

// leaveFought takes out what lets somebody in and what somebody else undid as often as runs made it, before anything
// else is made to fit it. What covers data is made again all the same.
func (d *difference) leaveFought() {
	if len(d.in.Fought) == 0 {
		return
	}
	d.changes = slices.DeleteFunc(d.changes, func(c Change) bool {
		n := d.in.Fought[c.Key]
		if n == 0 || !opens(c) {
			return false
		}
		d.notices = append(d.notices, Notice{Held, c.Key.On, fmt.Sprintf("%s is fought over: %d runs in succession made this change, and each time it was undone (--allow-repeats lets it be made again once)", c.Key, n), c.Why})
		if c.Key.Fact == state.FactMember {
			d.unjoined = append(d.unjoined, c)
		}
		return true
	})
}

// holdUnjoined takes back what would let in members of roles that they do not get: a role may hide what another shows,
// so what opens to somebody who was to join one, or to a role that somebody has, waits for it.
func (d *difference) holdUnjoined() {
	if len(d.unjoined) == 0 {
		return
	}
	waits, hiding := d.aroundUnjoined(), d.hidingUnjoined()
	d.changes = slices.DeleteFunc(d.changes, func(c Change) bool {
		if len(hiding) > 0 && d.uncovers(c) {
			join := firstJoin(hiding)
			d.notices = append(d.notices, Notice{Held, c.Key.On, fmt.Sprintf("%s waits for %s, which is fought over", c.Key, join), c.Why})
			return true
		}
		if c.Phase != PhasePermit {
			join, ok := d.shownBefore(c, hiding)
			if ok {
				d.notices = append(d.notices, Notice{Held, c.Key.On, fmt.Sprintf("%s waits for %s, which is fought over", c.Key, join), c.Why})
			}
			return ok
		}
		with := c.Key.With
		if owner, moves := c.Want.(state.Owner); moves {
			with = state.Securable(owner)
		}
		join, ok := waits[with]
		if p, is := c.Want.(*state.MaskingPolicy); is && !c.Back {
			for _, to := range p.Principals() {
				if j, there := waits[to]; there {
					join, ok = j, true
				}
			}
		}
		if ok {
			d.notices = append(d.notices, Notice{Held, c.Key.On, fmt.Sprintf("%s waits for %s, which is fought over", c.Key, join), c.Why})
		}
		return ok
	})
}

// uncovers reports whether a change shows more rows, or lets rows be read one by one: a filter or constraint that goes,
// or a policy of one that comes to allow more. Whose masks hide a column by a role that somebody was to join would be
// seen in rows that nobody was to see so. A row policy whose default turns counts from its first step: what it shows on
// its way is nearly nothing, and it must not be left so.
func (d *difference) uncovers(c Change) bool {
	switch c.Key.Fact {
	case state.FactFilter, state.FactConstraint:
		return c.Want == nil
	case state.FactABAC:
		return c.Want == nil && filters(c)
	case state.FactRowPolicy:
		was, want := d.rows[c.Key.On], d.target.State.RowPolicy(c.Key.On)
		return c.Phase == PhasePermit && !c.Back || was != nil && want != nil && was.Default != want.Default
	case state.FactConstraintPolicy:
		return c.Phase == PhasePermit && !c.Back
	}
	return false
}

// firstJoin returns the first membership that hiding policies wait for.
func firstJoin(hiding map[state.Securable]state.Key) state.Key {
	var first state.Key
	for _, j := range hiding {
		if first == (state.Key{}) || j.Compare(first) < 0 {
			first = j
		}
	}
	return first
}

// shownBefore returns the membership without which a change shows somebody what a role that is not joined would hide:
// another value of a tag, or another policy, under a policy that hides from such a role.
func (d *difference) shownBefore(c Change, hiding map[state.Securable]state.Key) (join state.Key, ok bool) {
	switch c.Key.Fact {
	case state.FactTagged:
		for _, p := range d.policiesOf(c.Key.With) {
			if j, hides := hiding[p.Name]; hides && c.Opens && c.Want != nil {
				return j, true
			}
		}
	case state.FactMask, state.FactBinding, state.FactABAC:
		if policy, swaps := state.Attached(c.Want); swaps && c.Was != nil {
			join, ok = hiding[policy]
		}
	}
	return join, ok
}

// hidingUnjoined returns the declared policies that hide something from a role that somebody was to join, or that one is
// in: masks by what they show it, row policies by naming it where whom they do not name sees all rows.
func (d *difference) hidingUnjoined() map[state.Securable]state.Key {
	roles := map[state.Securable][]state.Securable{}
	for _, s := range [...]*state.State{d.in.Actual, d.target.State} {
		for k := range s.Facts {
			if k.Fact == state.FactMember {
				roles[k.With] = append(roles[k.With], k.On)
			}
		}
	}
	given := map[state.Securable]state.Key{}
	for _, c := range d.unjoined {
		for front := []state.Securable{c.Key.On}; len(front) > 0; {
			r := front[len(front)-1]
			front = front[:len(front)-1]
			if old, there := given[r]; !there || c.Key.Compare(old) < 0 {
				given[r] = c.Key
				front = append(front, roles[r]...)
			}
		}
	}
	hiding := map[state.Securable]state.Key{}
	note := func(policy, to state.Securable) {
		if j, gets := given[to]; gets {
			if old, there := hiding[policy]; !there || j.Compare(old) < 0 {
				hiding[policy] = j
			}
		}
	}
	for k, p := range d.fewWanted().policies {
		for _, r := range p.Rules {
			for _, to := range r.To {
				if r.Show.Word() != state.ShowClear {
					note(k.On, to)
				}
			}
		}
	}
	for k, v := range d.fewWanted().definitions {
		if p, ok := v.(*state.RowPolicy); ok && p.Default {
			for _, to := range p.Principals() {
				note(k.On, to)
			}
		}
	}
	return hiding
}

// aroundUnjoined returns who was to join a role, everybody that has one of these, and all roles that any of them has,
// with the membership that each waits for.
func (d *difference) aroundUnjoined() map[state.Securable]state.Key {
	members, roles := map[state.Securable][]state.Securable{}, map[state.Securable][]state.Securable{}
	for _, s := range [...]*state.State{d.in.Actual, d.target.State} {
		for k := range s.Facts {
			if k.Fact == state.FactMember {
				members[k.On] = append(members[k.On], k.With)
				roles[k.With] = append(roles[k.With], k.On)
			}
		}
	}
	waits := map[state.Securable]state.Key{}
	reach := func(from state.Securable, next map[state.Securable][]state.Securable, why state.Key, visit func(state.Securable)) {
		seen := map[state.Securable]bool{from: true}
		for front := []state.Securable{from}; len(front) > 0; {
			p := front[len(front)-1]
			front = front[:len(front)-1]
			if old, there := waits[p]; !there || why.Compare(old) < 0 {
				waits[p] = why
			}
			if visit != nil {
				visit(p)
			}
			for _, q := range next[p] {
				if !seen[q] {
					seen[q] = true
					front = append(front, q)
				}
			}
		}
	}
	for _, c := range d.unjoined {
		reach(c.Key.With, members, c.Key, func(p state.Securable) { reach(p, roles, c.Key, nil) })
	}
	return waits
}

// warnFought says of what is made again that it is undone each time.
func (d *difference) warnFought() {
	if len(d.in.Fought) == 0 {
		return
	}
	for _, c := range d.changes {
		if n := d.in.Fought[c.Key]; n > 0 {
			d.notices = append(d.notices, Notice{Warning, c.Key.On, fmt.Sprintf("%s is fought over: %d runs in succession made this change, and each time it was undone; it is made again, since it protects data", c.Key, n), c.Why})
		}
	}
}

// opening marks changes of tag values by which a policy shows somebody more than it does now.
func (d *difference) opening() {
	moved := map[state.Key]state.Value{} // nil: removed
	for _, c := range d.changes {
		if c.Key.Fact == state.FactTagged {
			moved[c.Key] = c.Want
		}
	}
	for i := range d.changes {
		c := &d.changes[i]
		if c.Key.Fact != state.FactTagged {
			continue
		}
		policies := d.policiesOf(c.Key.With)
		if d.abacTags()[c.Key.With] {
			was, covered := d.inForce(c.Key, nil)
			will, stays := d.inForce(c.Key, moved)
			c.Opens = covered && (!stays || was != will) // each value has policies of its own, strangers' among them
		}
		if len(policies) == 0 {
			continue
		}
		was, covered := d.inForce(c.Key, nil)
		will, stays := d.inForce(c.Key, moved)
		for _, p := range policies {
			c.Opens = c.Opens || covered && (!stays || d.showsMore(p, was, will))
		}
	}
}

// inForce returns the value of a tag that a securable has, of its own or from above, once some facts have moved.
func (d *difference) inForce(k state.Key, moved map[state.Key]state.Value) (string, bool) {
	for up, ok := k.On, true; ok; up, ok = up.Parent() {
		for _, kind := range samePlace(up.Kind) {
			at := k
			at.On = up
			at.On.Kind = kind
			v, changed := moved[at]
			if !changed {
				v = d.in.Actual.Value(at)
			}
			if text, ok := v.(state.Text); ok {
				return string(text), true
			}
		}
	}
	return "", false
}

// samePlace returns the kinds of what may stand where something of a kind does: a column does not know whether it is a
// table's or a view's.
func samePlace(k state.Kind) []state.Kind {
	if k.Relation() {
		return relations
	}
	return []state.Kind{k}
}

var relations = []state.Kind{state.KindTable, state.KindView, state.KindMaterializedView, state.KindDynamicTable, state.KindExternalTable}

// policiesOf returns what masks by a tag, now or when the plan is done.
func (d *difference) policiesOf(tag state.Securable) []*state.MaskingPolicy {
	if d.byTag == nil {
		d.byTag = map[state.Securable][]*state.MaskingPolicy{}
		note := func(tag state.Securable, p *state.MaskingPolicy) {
			if p != nil && tag != (state.Securable{}) && !slices.Contains(d.byTag[tag], p) {
				d.byTag[tag] = append(d.byTag[tag], p)
			}
		}
		for k, m := range d.fewThere().bindings {
			note(k.On, d.known[m.Policy])
		}
		for _, p := range d.fewWanted().policies {
			note(p.Tag, p)
		}
	}
	return d.byTag[tag]
}

// shift is a change of tag values under a policy.
type shift struct {
	policy    *state.MaskingPolicy
	was, will string
}

// showsMore reports whether a policy shows some session more of a value tagged will than of one tagged was. The rule
// that decides for a session is the first that names one of its principals, so two principals, one for each rule, are
// enough to try every pair of rules that can meet.
func (d *difference) showsMore(p *state.MaskingPolicy, was, will string) bool {
	if p.Opaque {
		return true
	}
	key := shift{p, was, will}
	if more, known := d.shifts[key]; known {
		return more
	}
	if d.shifts == nil {
		d.shifts = map[shift]bool{}
	}
	everyone := d.in.Dialect.Fold(state.Everyone)
	who := append(p.Principals(), everyone)
	before, after := deciding(p, was, everyone, who), deciding(p, will, everyone, who)
	more := false
	for i := range who {
		for j := i; j < len(who) && !more; j++ {
			more = exceeds(shownBy(p, min(after[i], after[j])), shownBy(p, min(before[i], before[j])))
		}
	}
	d.shifts[key] = more
	return more
}

// deciding returns, for each principal, which rule decides what it is shown of a value: the first that names it or
// everyone, or the number of rules where none does. A rule with conditions counts as holding, since for some rows it
// does.
func deciding(p *state.MaskingPolicy, value string, everyone state.Securable, who []state.Securable) []int {
	first := map[state.Securable]int{}
	for i, r := range p.Rules {
		if !r.Matches(value) {
			continue
		}
		for _, to := range r.To {
			if _, named := first[to]; !named {
				first[to] = i
			}
		}
	}
	all, named := first[everyone]
	if !named {
		all = len(p.Rules)
	}
	rules := make([]int, len(who))
	for i, to := range who {
		rules[i] = all
		if n, named := first[to]; named {
			rules[i] = min(n, all)
		}
	}
	return rules
}

// exceeds reports whether one show lets through something of a value that another does not.
func exceeds(a, b state.Show) bool {
	switch a.Word() {
	case state.ShowNothing, state.ShowFull, state.ShowConst, state.ShowConstant, state.ShowConstDate:
		return false
	}
	return b.Word() != state.ShowClear && !a.Equal(b)
}

// shownBy is what the rule of that number shows, or the default.
func shownBy(p *state.MaskingPolicy, rule int) state.Show {
	if rule < len(p.Rules) {
		return p.Rules[rule].Show
	}
	return p.Default
}
