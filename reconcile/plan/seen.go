package plan

import (
	"slices"

	"github.com/polsync/polsync/state"
)

// anyOther stands for all values of rows that no rule names, NULL among them.
const anyOther = "\x00"

// filter returns the row policy in force on a relation with its rules where they can be known, on whom it does not act,
// and whether one is.
func (v *viewer) filter(table state.Securable) (*state.RowPolicy, crowd, bool) {
	f, free, ok := v.filterOn(table)
	if !ok {
		return nil, nil, false
	}
	key := state.Key{Fact: state.FactRowPolicy, On: f.Policy}
	p, _ := v.Value(key).(*state.RowPolicy)
	if _, changes := v.moved[key]; p != nil && p.Opaque && !changes && v.rowRules[f.Policy] != nil {
		p = v.rowRules[f.Policy]
	}
	return p, free, true
}

// filterOn returns what attaches the filter of a relation, and on whom none acts. Where two differ, those on whom either
// acts count as seeing no row, as if by a policy that shows nobody any.
func (v *viewer) filterOn(table state.Securable) (f state.Filter, free crowd, filtered bool) {
	if !v.filters {
		return state.Filter{}, nil, false
	}
	all := v.filtersOn(table)
	one, filtered, fails := onePolicy(all)
	f = state.Filter{Policy: one.policy, Using: one.using}
	if fails {
		f = state.Filter{}
	}
	for i, w := range all {
		if w.who == nil || v.who == nil {
			return f, nil, filtered
		}
		if i == 0 {
			free = v.who.all()
		}
		free = free.without(w.who)
	}
	return f, free, filtered
}

// seesRows returns who sees at least some rows of a relation. A lookup counts as opening some to everybody; of a
// filter that nobody can read the rules of, nobody can be said to see any.
func (v *viewer) seesRows(table state.Securable) crowd {
	p, free, filtered := v.filter(table)
	if !filtered {
		return v.who.all()
	}
	all := v.who.none()
	all.join(free)
	if p == nil || p.Opaque {
		return all
	}
	if p.Lookup != nil {
		return v.who.all()
	}
	for _, value := range append(rowValues(p), anyOther) {
		all.join(v.opened(p, value))
	}
	return all
}

// opened returns who sees the rows with a value by a policy's rules and default.
func (v *viewer) opened(p *state.RowPolicy, value string) crowd {
	sees, named := v.who.none(), v.who.none()
	for _, r := range p.Rules {
		for _, to := range r.To {
			named.join(v.having(to))
			if r.All || slices.Contains(r.Values, value) {
				sees.join(v.having(to))
			}
		}
	}
	if p.Default {
		sees.join(v.who.all().without(named))
	}
	return sees
}

func rowValues(p *state.RowPolicy) []string {
	var all []string
	if p != nil {
		for _, r := range p.Rules {
			all = append(all, r.Values...)
		}
	}
	return all
}

// seesWhich returns who may read rows with a value, of a relation that may be filtered or not.
func (v *viewer) seesWhich(table state.Securable, value string) crowd {
	p, free, filtered := v.filter(table)
	if !filtered {
		return v.reading(table)
	}
	sees := v.who.none()
	sees.join(free)
	if p != nil && !p.Opaque {
		sees.join(v.opened(p, value))
	}
	return v.reading(table).both(sees)
}

// rowSights compares who sees which rows of the filtered relations that a plan touches. What a lookup opens is not
// known, and not said.
func rowSights(before, then *viewer, tables map[state.Securable]bool, names map[string][]state.Securable) []Sight {
	var all []Sight
	for table := range tables {
		was, _, filteredBefore := before.filter(table)
		will, _, filteredThen := then.filter(table)
		if !filteredBefore && !filteredThen {
			continue
		}
		gains, loses := apart(before, then, table, slices.Concat(rowValues(was), rowValues(will)))
		if !slices.Equal(gains, before.who.none()) || !slices.Equal(loses, before.who.none()) {
			all = append(all, Sight{Column: table, Gains: before.who.named(gains, names), Loses: before.who.named(loses, names)})
		}
	}
	slices.SortFunc(all, func(a, b Sight) int { return a.Column.Compare(b.Column) })
	return all
}

// apart returns who sees more rows of a relation than before, and who fewer.
func apart(before, then *viewer, table state.Securable, values []string) (gains, loses crowd) {
	gains, loses = before.who.none(), before.who.none()
	was, _, filtered := before.filterOn(table)
	will, _, filters := then.filterOn(table)
	if filtered && filters && !slices.Equal(was.Using, will.Using) {
		// By another column a value means other rows: who sees any sees others, but for those who see all.
		some := func(v *viewer) crowd { return v.reading(table).both(v.seesRows(table)) }
		whole := func(v *viewer) crowd { return v.seesWhich(table, anyOther) }
		return some(then).without(whole(before)), some(before).without(whole(then))
	}
	for _, value := range append(values, anyOther) {
		now, later := before.seesWhich(table, value), then.seesWhich(table, value)
		gains.join(later.without(now))
		loses.join(now.without(later))
	}
	return gains, loses
}

// filteredTables returns the relations whose filter or readers a plan changes.
func filteredTables(was, will facts, changes []Change) map[state.Securable]bool {
	places, policies, everything := map[state.Securable]bool{}, map[state.Securable]bool{}, false
	for _, c := range changes {
		switch c.Key.Fact {
		case state.FactFilter, state.FactGrant, state.FactABAC, state.FactTagged:
			places[placeOf(c.Key.On)] = true
		case state.FactRowPolicy:
			policies[c.Key.On] = true
		case state.FactMember:
			everything = true
		}
	}
	tables := map[state.Securable]bool{}
	take := func(k state.Key, v state.Value) {
		f, ok := v.(state.Filter)
		if !ok || k.Fact != state.FactFilter {
			return
		}
		tables[k.On] = tables[k.On] || everything || policies[f.Policy] || lies(k.On, places)
	}
	attributed := map[state.Securable]bool{} // where attribute-based filters stand, and whether all below is touched
	note := func(k state.Key, v state.Value) {
		if take(k, v); k.Fact == state.FactABAC {
			if a, ok := v.(state.ABAC); ok && a.Filters() {
				attributed[k.On] = attributed[k.On] || everything || policies[a.Policy]
			}
		}
	}
	was.each(note)
	will.each(note)
	for on := range was.Objects {
		for at, whole := range attributed {
			if on.Kind.Relation() && at.Covers(on) {
				tables[on] = tables[on] || whole || lies(on, places)
			}
		}
	}
	for t, inside := range tables {
		if !inside {
			delete(tables, t)
		}
	}
	return tables
}

// lies reports whether something is one of some places or lies in one.
func lies(s state.Securable, places map[state.Securable]bool) bool {
	for up, ok := s, true; ok; up, ok = up.Parent() {
		if places[placeOf(up)] {
			return true
		}
	}
	return false
}
