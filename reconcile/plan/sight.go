package plan

import (
	"slices"

	"github.com/polsync/polsync/state"
)

// Sight is who will read a sensitive column in clear, or partly, that does not now, and the other way round. A column
// is sensitive when a mask covers it before or after; of a relation with a row filter, then in place of the column, it is
// who sees more rows, and who fewer. Principals are roles, groups and users that the plan or the
// masks speak of, with what they have through others.
type Sight struct {
	Column state.Securable   `json:"column"`
	Gains  []state.Securable `json:"gains,omitempty"`
	Loses  []state.Securable `json:"loses,omitempty"`
}

// Sights compares who sees what before a plan and after it. A rule with conditions counts as showing what it shows,
// since for some rows it does. Opaque masks show nobody anything that could be told. Columns for which the answer is
// the same share its slices.
func Sights(in Input, target *Target, changes []Change) []Sight {
	if len(changes) == 0 {
		return nil
	}
	d := &difference{in: in, target: target}
	d.recognise()
	was := facts{in.Actual, nil}
	will := facts{in.Actual, outcomes(changes)}
	who := newPrincipals(in.Dialect.Fold(state.Everyone), was, will)
	before, then := newViewer(was, who, in.Dialect.TagMasks(), d.known), newViewer(will, who, in.Dialect.TagMasks(), d.known)
	before.rowRules, then.rowRules = d.rows, d.rows
	names := map[string][]state.Securable{}
	var all []Sight
	for _, c := range touched(was, changes) {
		if !before.masked(c) && !then.masked(c) {
			continue
		}
		now, later := before.clear(c), then.clear(c)
		if slices.Equal(now, later) {
			continue
		}
		all = append(all, Sight{Column: c, Gains: who.named(later.without(now), names), Loses: who.named(now.without(later), names)})
	}
	return append(all, rowSights(before, then, filteredTables(was, will, changes), names)...)
}

// Masked returns a function that reports whether a column is masked in a state, by a policy of its own or of a tag.
func Masked(s *state.State) func(column state.Securable) bool {
	return newViewer(facts{s, nil}, nil, true, nil).masked
}

// facts are those of a state once some have moved.
type facts struct {
	*state.State
	moved map[state.Key]state.Value // nil: removed
}

// outcomes returns what changes lead to. Policies come as their last change leaves them.
func outcomes(changes []Change) map[state.Key]state.Value {
	moved := make(map[state.Key]state.Value, len(changes))
	for _, c := range changes {
		moved[c.Key] = c.Want
	}
	return moved
}

// Value returns the value of the fact with that key, nil where there is none.
func (f facts) Value(k state.Key) state.Value {
	if v, ok := f.moved[k]; ok {
		return v
	}
	return f.State.Value(k)
}

// each calls do for every fact.
func (f facts) each(do func(state.Key, state.Value)) {
	for k, fact := range f.Facts {
		if len(f.moved) > 0 {
			if _, changed := f.moved[k]; changed {
				continue
			}
		}
		do(k, fact.Value)
	}
	for k, v := range f.moved {
		if v != nil {
			do(k, v)
		}
	}
}

// owners calls do for every table and view with its owner, who reads it without being granted to.
func (f facts) owners(do func(on, owner state.Securable)) {
	for on := range f.Objects {
		if !on.Kind.Relation() {
			continue
		}
		if owner, ok := f.Value(state.Key{Fact: state.FactOwner, On: on}).(state.Owner); ok {
			do(on, state.Securable(owner))
		}
	}
}

// touched returns the columns whose cover or readers a plan changes, in order.
func touched(actual facts, changes []Change) []state.Securable {
	places, tags, policies, everything := map[state.Securable]bool{}, map[state.Securable]bool{}, map[state.Securable]bool{}, false
	for table := range filteredTables(actual, facts{actual.State, outcomes(changes)}, changes) {
		places[placeOf(table)] = true
	}
	for _, c := range changes {
		switch c.Key.Fact {
		case state.FactMask, state.FactTagged, state.FactGrant, state.FactOwner, state.FactABAC:
			places[placeOf(c.Key.On)] = true
		case state.FactBinding:
			tags[c.Key.On] = true
		case state.FactPolicy:
			policies[c.Key.On] = true
		case state.FactMember:
			everything = true
		}
	}
	if len(policies) > 0 {
		for k, f := range actual.Facts {
			policy, ok := state.Attached(f.Value)
			switch {
			case !ok || !policies[policy]:
			case k.Fact == state.FactMask || k.Fact == state.FactABAC:
				places[placeOf(k.On)] = true
			case k.Fact == state.FactBinding:
				tags[k.On] = true
			}
		}
	}
	if len(tags) > 0 {
		for k := range actual.Facts {
			if k.Fact == state.FactTagged && tags[k.With] {
				places[placeOf(k.On)] = true
			}
		}
	}
	return columnsAt(actual, places, everything)
}

// columnsAt returns the columns at places and below them, in order; or all of them.
func columnsAt(s facts, places map[state.Securable]bool, everything bool) []state.Securable {
	inside := map[state.Securable]bool{} // relation -> whether it lies in one of the places
	var columns []state.Securable
	for c := range s.Objects {
		if c.Kind != state.KindColumn {
			continue
		}
		table := c.Table()
		within, known := inside[table]
		if !known {
			within = everything
			for up, ok := table, true; ok && !within; up, ok = up.Parent() {
				within = places[placeOf(up)]
			}
			inside[table] = within
		}
		if within || places[c] {
			columns = append(columns, c)
		}
	}
	slices.SortFunc(columns, state.Securable.Compare)
	return columns
}
