package plan

import (
	"fmt"
	"slices"

	"github.com/polsync/polsync/state"
)

// rowPolicies adds the changes of row policies. As masking policies do, one that shows both more and fewer rows changes
// twice. So does one that takes the place of another on some relation: masks and grants may change in the same run,
// and while they do a relation shows only rows that it shows both before and after. Else somebody for whom a column
// becomes clear could read it in rows that he no longer sees by the end.
func (d *difference) rowPolicies(moving func(state.Securable) bool) {
	swaps := d.swaps(state.FactFilter)
	for k, v := range d.fewWanted().definitions {
		want, ok := v.(*state.RowPolicy)
		if !ok {
			continue
		}
		was, why := d.rows[k.On], d.target.State.Facts[k].Origin
		interim := want
		if was != nil && !d.same(was, want) {
			interim = commonRows(was, want, true)
		}
		for _, s := range swaps[k.On] {
			interim = commonRows(d.rows[s.from], interim, s.sameColumns)
		}
		if moving != nil {
			interim = steadiedRows(interim, moving)
		}
		switch {
		case !d.wanted(k):
			d.holdSwaps(k, was != nil && d.same(was, interim))
		case was != nil && (was.Family != want.Family || was.Args != want.Args):
			d.notices = append(d.notices, Notice{Error, k.On, "a policy of that name is there with another signature; rename the row filter or the policy", why})
		default:
			d.stepsOf(k, present(was), interim, want, why)
		}
	}
}

// constraintPolicies adds the changes of aggregation, projection and join policies, likewise.
func (d *difference) constraintPolicies() {
	swaps := d.swaps(state.FactConstraint)
	for k, v := range d.fewWanted().definitions {
		want, ok := v.(*state.ConstraintPolicy)
		if !ok {
			continue
		}
		was, interim := d.limits[k.On], want
		if was != nil && !d.same(was, want) {
			interim = commonConstraint(was, want)
		}
		for _, s := range swaps[k.On] {
			interim = commonConstraint(d.limits[s.from], interim)
		}
		if !d.wanted(k) {
			d.holdSwaps(k, was != nil && d.same(was, interim))
			continue
		}
		d.stepsOf(k, present(was), interim, want, d.target.State.Facts[k].Origin)
	}
}

// swapped is a policy that another takes the place of.
type swapped struct {
	from        state.Securable
	sameColumns bool
}

// swaps returns, by the policy that comes, those that it takes the place of.
func (d *difference) swaps(fact state.FactKind) map[state.Securable][]swapped {
	all := map[state.Securable][]swapped{}
	for _, c := range d.changes {
		was, ok := c.Was.(state.Filter)
		want, ok2 := c.Want.(state.Filter)
		if c.Key.Fact == fact && ok && ok2 {
			all[want.Policy] = append(all[want.Policy], swapped{was.Policy, slices.Equal(was.Using, want.Using)})
		}
		old, ok := c.Was.(state.ABAC)
		next, ok2 := c.Want.(state.ABAC)
		if fact == state.FactFilter && ok && ok2 && old.Filters() && next.Filters() {
			all[next.Policy] = append(all[next.Policy], swapped{old.Policy, old.SameReach(next) && slices.Equal(old.Using, next.Using)})
		}
	}
	return all
}

// holdSwaps takes out the swaps to a policy that would first have to show less, and that lies outside what the run was
// narrowed to.
func (d *difference) holdSwaps(policy state.Key, fits bool) {
	if fits {
		return
	}
	d.changes = slices.DeleteFunc(d.changes, func(c Change) bool {
		attached, ok := state.Attached(c.Want)
		if !ok || c.Was == nil || attached != policy.On {
			return false
		}
		d.notices = append(d.notices, Notice{Held, c.Key.On, fmt.Sprintf("%s waits for %s, which lies outside what the run was narrowed to", c.Key, policy), c.Why})
		return true
	})
}

// commonRows returns a policy that shows no session a row that either of two does not. What a session sees is what its
// principals are opened, all together, so that for each principal the rows that both open to it are enough. With other
// columns the values of the two have nothing to do with each other, and only those stay who
// see every row by both.
//
// Where both show all rows to those they name nowhere, so does the common one, and it names whom either of them names.
func commonRows(was, want *state.RowPolicy, sameColumns bool) *state.RowPolicy {
	if was == nil || was.Opaque || want.Opaque || was.Family != want.Family && sameColumns {
		return closedRows(want)
	}
	both := *want
	both.Rules, both.Lookup, both.Default = nil, nil, was.Default && want.Default && sameLookup(was, want, sameColumns)
	if sameColumns && was.Lookup.Equal(want.Lookup) {
		both.Lookup = want.Lookup
	}
	a, b, opens := was.Opens(), want.Opens(), map[state.Securable]state.Opened{}
	for _, to := range append(was.Principals(), want.Principals()...) {
		shared := sharedRows(a[to], b[to])
		if !sameColumns {
			shared.Values = nil
		}
		if shared.All || len(shared.Values) > 0 || both.Default {
			opens[to] = shared
		}
	}
	both.Rules = state.RowRules(opens)
	return &both
}

// sameLookup reports whether two policies' lookups name the same principals.
func sameLookup(a, b *state.RowPolicy, sameColumns bool) bool {
	return a.Lookup == nil && b.Lookup == nil || sameColumns && a.Lookup.Equal(b.Lookup)
}

func sharedRows(a, b state.Opened) state.Opened {
	switch {
	case a.All:
		return b
	case b.All:
		return a
	}
	var both []string
	for _, v := range a.Values {
		if slices.Contains(b.Values, v) {
			both = append(both, v)
		}
	}
	return state.Opened{Values: both}
}

// steadiedRows returns p cut so that nobody sees more rows while members of the roles in moving join and leave: being
// named by a rule hides rows only where those named nowhere see all.
func steadiedRows(p *state.RowPolicy, moving func(state.Securable) bool) *state.RowPolicy {
	byRole := p.Lookup != nil && p.Lookup.By != state.ByUser
	if !p.Default || !byRole && !slices.ContainsFunc(p.Principals(), moving) {
		return p
	}
	cut := *p
	cut.Default = false
	return &cut
}

// closedRows returns p with no row shown to anybody.
func closedRows(p *state.RowPolicy) *state.RowPolicy {
	return &state.RowPolicy{Name: p.Name, Family: p.Family, Args: p.Args, Comment: p.Comment}
}

// unlimited is more rows than any group has.
const unlimited = 1_000_000_000

// commonConstraint returns a policy that lets nobody do what either of two does not. Of one that nobody can read the
// strictest of all is in force.
func commonConstraint(was, want *state.ConstraintPolicy) *state.ConstraintPolicy {
	both := *want
	both.Except = nil
	if was == nil || was.Opaque || want.Opaque {
		both.Opaque, both.Allow, both.Free = false, false, false
		if want.Name.Kind == state.KindAggregationPolicy {
			both.MinGroup = unlimited
		}
		return &both
	}
	both.MinGroup = max(was.MinGroup, want.MinGroup)
	both.Allow, both.Free = was.Allow && want.Allow, was.Free && want.Free
	both.Except = intersect(was.Except, want.Except)
	return &both
}

// quietRows narrows a row policy that this plan drops, as long as it is still in force while roles move.
func (d *difference) quietRows(c Change, moving func(state.Securable) bool) {
	p := d.rows[c.Key.On]
	if c.Key.Fact != state.FactRowPolicy || c.Want != nil || p == nil || p.Opaque || moving == nil {
		return
	}
	if quiet := steadiedRows(p, moving); quiet != p {
		d.change(c.Key, p, quiet, PhaseNarrow, 0, c.Why, "until it is dropped")
	}
}

// declaresRows reports whether something declared filters or constrains what a grant opens. A membership may open
// anything.
func (d *difference) declaresRows(k state.Key) bool {
	if d.rowCover == nil {
		d.rowCover = &uncovered{map[state.Securable]state.Key{}, map[state.Securable]state.Key{}}
		for f := range d.target.State.Facts {
			if f.Fact == state.FactFilter || f.Fact == state.FactConstraint || f.Fact == state.FactABAC {
				d.rowCover.add(f.On, f)
			}
		}
	}
	if k.Fact == state.FactMember {
		return len(d.rowCover.at) > 0
	}
	_, meets := d.rowCover.meets(k.On)
	return meets
}
