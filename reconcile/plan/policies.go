package plan

import (
	"slices"

	"github.com/polsync/polsync/state"
)

// policies adds the changes of masking policies. A policy that both narrows and widens changes twice: to what is
// common to the old and the new one before anything else happens, and to the new one when everything is in place.
//
// Three things make even an unchanged or a new policy take that detour. Leaving or joining a role that a rule hides
// something from can open what a later rule shows; a policy that goes on while tag values move would for a moment be
// asked about the old value; and a policy whose rules are not known has no common part with any other.
func (d *difference) policies() {
	d.exempting()
	moving := d.movingRoles()
	for k, want := range d.fewWanted().policies {
		if d.wanted(k) {
			d.policy(k, want, d.target.State.Facts[k].Origin, moving)
		}
	}
	d.rowPolicies(moving)
	d.constraintPolicies()
	d.quietRetired(moving)
}

func (d *difference) policy(k state.Key, want *state.MaskingPolicy, why state.Origin, moving func(state.Securable) bool) {
	was := d.known[k.On]
	if was != nil && (was.Family != want.Family || len(was.Args) != len(want.Args)) {
		d.notices = append(d.notices, Notice{Error, k.On, "a policy of that name is there with another signature, which no statement can change without a moment in clear; rename the mask or the policy", why})
		return
	}
	interim := want
	if was == nil {
		interim = d.interim(want)
	} else {
		interim = common(was, want)
		if d.same(was, want) {
			interim = want
		}
	}
	if moving != nil {
		interim = steadied(interim, moving)
	}
	if d.movesUnderneath(want) {
		interim = closed(interim)
	}
	d.stepsOf(k, present(was), interim, want, why)
}

// present returns a policy as a value that is nil where there is none.
func present[P any, V interface {
	*P
	state.Value
}](p V) state.Value {
	if p == nil {
		return nil
	}
	return p
}

// stepsOf adds the changes that lead from what a policy is, nil for one that is not there, by an interim form to what it
// is to be.
func (d *difference) stepsOf(k state.Key, was, interim, want state.Value, why state.Origin) {
	asWas, asWant := was != nil && d.same(was, interim), d.same(interim, want)
	switch {
	case asWas && asWant:
		d.unchanged++
	case was == nil:
		d.change(k, nil, interim, PhaseDefine, int(state.FactPolicy), why, "")
	case !asWas:
		note := ""
		if opaque(was) {
			note = "its body is not one that polsync knows"
		}
		d.change(k, was, interim, PhaseNarrow, 0, why, note)
	}
	if !asWant {
		d.change(k, interim, want, PhasePermit, orderWiden, why, "")
		d.changes[len(d.changes)-1].Back = was == nil || d.same(was, want)
	}
}

func (d *difference) change(k state.Key, was, want state.Value, phase Phase, order int, why state.Origin, note string) {
	c := Change{Key: k, Want: d.bodied(want), Phase: phase, Order: order, Why: why, Note: note}
	if was != nil {
		c.Was = d.bodied(was)
	}
	d.changes = append(d.changes, c)
}

// movingRoles returns which roles sessions gain or lose through this plan: the roles whose membership changes, with
// all that those are members of in turn. It is nil where no membership changes.
func (d *difference) movingRoles() func(state.Securable) bool {
	var front []state.Securable
	for _, c := range d.changes {
		if c.Key.Fact == state.FactMember {
			front = append(front, c.Key.On)
		}
	}
	if len(front) == 0 {
		return nil
	}
	above := map[state.Securable][]state.Securable{} // member -> roles it is in, before or after
	for _, s := range [...]*state.State{d.in.Actual, d.target.State} {
		for k := range s.Facts {
			if k.Fact == state.FactMember {
				above[k.With] = append(above[k.With], k.On)
			}
		}
	}
	moves := map[state.Securable]bool{}
	for len(front) > 0 {
		r := front[len(front)-1]
		front = front[:len(front)-1]
		if !moves[r] {
			moves[r] = true
			front = append(front, above[r]...)
		}
	}
	return func(s state.Securable) bool { return moves[s] }
}

// movesUnderneath reports whether the plan both attaches or detaches the policy and changes values of its tag: then it
// would for a moment be asked about a value that it is in force for neither before nor after.
func (d *difference) movesUnderneath(p *state.MaskingPolicy) bool {
	if p.Tag == (state.Securable{}) {
		return false
	}
	swaps, moves := false, false
	for _, c := range d.changes {
		switch c.Key.Fact {
		case state.FactMask, state.FactBinding:
			for _, v := range [...]state.Value{c.Was, c.Want} {
				m, ok := v.(state.Mask)
				swaps = swaps || ok && m.Policy == p.Name
			}
		case state.FactTagged:
			moves = moves || c.Key.With == p.Tag && (c.Was != nil || d.inherits(c.Key))
		}
	}
	return moves && (swaps || d.crossing()[p.Tag])
}

// crossing returns the tags with a policy that meet another such tag on some column today. Queries of such a column
// fail; once the first of the two goes, the other's policy is in force, and must not yet be asked about a value that
// is about to move.
func (d *difference) crossing() map[state.Securable]bool {
	if d.crossings != nil {
		return d.crossings
	}
	d.crossings = map[state.Securable]bool{}
	bound := map[state.Securable]bool{}
	for k := range d.fewThere().bindings {
		bound[k.On] = true
	}
	if len(bound) < 2 {
		return d.crossings
	}
	at := map[state.Securable][]state.Securable{} // place -> bound tags on it; a view's as a table's
	for k := range d.in.Actual.Facts {
		if k.Fact == state.FactTagged && bound[k.With] {
			at[placeOf(k.On)] = append(at[placeOf(k.On)], k.With)
		}
	}
	for place, tags := range at {
		for up, ok := place, true; ok; up, ok = up.Parent() {
			for _, mine := range tags {
				for _, other := range at[placeOf(up)] {
					if mine != other {
						d.crossings[mine], d.crossings[other] = true, true
					}
				}
			}
		}
	}
	return d.crossings
}

func placeOf(s state.Securable) state.Securable {
	if s.Kind.Relation() {
		s.Kind = state.KindTable
	}
	return s
}

// inherits reports whether something above a securable carries the tag, before or after.
func (d *difference) inherits(k state.Key) bool {
	for up, ok := k.On.Parent(); ok; up, ok = up.Parent() {
		for _, kind := range samePlace(up.Kind) {
			at := k
			at.On = up
			at.On.Kind = kind
			if d.in.Actual.Has(at) || d.target.State.Has(at) {
				return true
			}
		}
	}
	return false
}

// quietRetired narrows the policies that this plan drops, as long as they are still in force while roles or tag values
// move.
func (d *difference) quietRetired(moving func(state.Securable) bool) {
	for _, c := range slices.Clone(d.changes) {
		d.quietRows(c, moving)
		p := d.known[c.Key.On]
		if c.Key.Fact != state.FactPolicy || c.Want != nil || p == nil || p.Opaque {
			continue
		}
		quiet := p
		if moving != nil {
			quiet = steadied(quiet, moving)
		}
		if d.movesUnderneath(p) {
			quiet = closed(quiet)
		}
		if !d.same(p, quiet) {
			d.change(c.Key, p, quiet, PhaseNarrow, 0, c.Why, "until it is dropped")
		}
	}
}
