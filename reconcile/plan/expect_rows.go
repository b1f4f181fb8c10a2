package plan

import (
	"slices"
	"strings"

	"github.com/polsync/polsync/state"
)

// rowsSeen says which rows of a relation one principal sees, as far as the declarations tell: all, none, or those with
// some values. What a lookup's table holds they do not tell.
func (c *checker) rowsSeen(want *state.RowsSeen, p, table state.Securable) (got, why string, pass bool) {
	policy, _, filtered := c.v.filter(table) // what is declared acts on everybody
	if !filtered {
		return "all rows", "no row filter covers it", want.All
	}
	why = "row filter at " + c.v.Facts[c.v.filtersOn(table)[0].key].Origin.String()
	switch {
	case policy == nil:
		return "", "the row filter could not be planned", false
	case policy.Opaque:
		return "", why + " is SQL of its author's: nobody can tell who sees which rows", false
	case policy.Lookup != nil:
		return "", why + " looks up in " + policy.Lookup.Table.String() + ", whose rows are not declared", false
	}
	at, known := c.v.who.index[p]
	if !known {
		return "", why, false
	}
	sees := state.RowsSeen{All: c.v.opened(policy, anyOther).has(at)}
	for _, v := range rowValues(policy) {
		if !sees.All && c.v.opened(policy, v).has(at) {
			sees.Values = append(sees.Values, v)
		}
	}
	slices.Sort(sees.Values)
	sees.Values = slices.Compact(sees.Values)
	return rowsText(sees), why, sees.All == want.All && slices.Equal(sees.Values, want.Values)
}

// filterKey returns the key of the fact that filters a relation's rows.
func (v *viewer) filterKey(table state.Securable) state.Key {
	for _, kind := range samePlace(table.Kind) {
		k := state.Key{Fact: state.FactFilter, On: table}
		k.On.Kind = kind
		if v.Value(k) != nil {
			return k
		}
	}
	return state.Key{}
}

func rowsText(r state.RowsSeen) string {
	switch {
	case r.All:
		return "all rows"
	case len(r.Values) == 0:
		return "no rows"
	}
	return "rows with " + strings.Join(r.Values, ", ")
}
