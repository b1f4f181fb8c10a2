package plan

import (
	"slices"

	"github.com/polsync/polsync/state"
)

// anyOther stands for all values of rows that no rule names, NULL among them.
const anyOther = "\x00"

// filter returns the row policy in force on a relation with its rules where they can be known, and whether one is.
func (v *viewer) filter(table state.Securable) (*state.RowPolicy, bool) {
	if !v.filters {
		return nil, false
	}
	for _, kind := range samePlace(table.Kind) {
		at := table
		at.Kind = kind
		f, ok := v.Value(state.Key{Fact: state.FactFilter, On: at}).(state.Filter)
		if !ok {
			continue
		}
		key := state.Key{Fact: state.FactRowPolicy, On: f.Policy}
		p, _ := v.Value(key).(*state.RowPolicy)
		if _, changes := v.moved[key]; p != nil && p.Opaque && !changes && v.rowRules[f.Policy] != nil {
			p = v.rowRules[f.Policy]
		}
		return p, true
	}
	return nil, false
}

// seesRows returns who sees at least some rows of a relation. A lookup counts as opening some to everybody; of a
// filter that nobody can read the rules of, nobody can be said to see any.
func (v *viewer) seesRows(table state.Securable) crowd {
	p, filtered := v.filter(table)
	if !filtered {
		return v.who.all()
	}
	if p == nil || p.Opaque {
		return v.who.none()
	}
	if p.Lookup != nil {
		return v.who.all()
	}
	all := v.who.none()
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
	p, filtered := v.filter(table)
	switch {
	case !filtered:
		return v.reading(table)
	case p == nil || p.Opaque:
		return v.who.none()
	}
	return v.reading(table).both(v.opened(p, value))
}

// rowSights compares who sees which rows of the filtered relations that a plan touches. What a lookup opens is not
// known, and not said.
func rowSights(before, then *viewer, tables map[state.Securable]bool, names map[string][]state.Securable) []Sight {
	var all []Sight
	for table := range tables {
		was, filteredBefore := before.filter(table)
		will, filteredThen := then.filter(table)
		if !filteredBefore && !filteredThen {
			continue
		}
		gains, loses := before.who.none(), before.who.none()
		for _, value := range slices.Concat(rowValues(was), rowValues(will), []string{anyOther}) {
			now, later := before.seesWhich(table, value), then.seesWhich(table, value)
			gains.join(later.without(now))
			loses.join(now.without(later))
		}
		if !slices.Equal(gains, before.who.none()) || !slices.Equal(loses, before.who.none()) {
			all = append(all, Sight{Column: table, Gains: before.who.named(gains, names), Loses: before.who.named(loses, names)})
		}
	}
	slices.SortFunc(all, func(a, b Sight) int { return a.Column.Compare(b.Column) })
	return all
}

// filteredTables returns the relations whose filter or readers a plan changes.
func filteredTables(was, will facts, changes []Change) map[state.Securable]bool {
	places, policies, everything := map[state.Securable]bool{}, map[state.Securable]bool{}, false
	for _, c := range changes {
		switch c.Key.Fact {
		case state.FactFilter, state.FactGrant:
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
		inside := everything || policies[f.Policy]
		for up, ok := k.On, true; ok && !inside; up, ok = up.Parent() {
			inside = places[placeOf(up)]
		}
		tables[k.On] = tables[k.On] || inside
	}
	was.each(take)
	will.each(take)
	for t, inside := range tables {
		if !inside {
			delete(tables, t)
		}
	}
	return tables
}
