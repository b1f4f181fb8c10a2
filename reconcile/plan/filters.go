package plan

import (
	"fmt"
	"slices"

	"github.com/polsync/polsync/state"
)

// filters states the row policies of the declared filters and the relations that they go on.
func (r *resolver) filters() {
	on := map[state.Securable]filtered{}
	for _, d := range r.in.Declarations.RowFilters {
		if r.here(d.In) {
			r.rowFilter(d, on)
		}
	}
	for _, d := range r.in.Declarations.RowFilters {
		if table, ok := r.lookupTable(d); ok && r.here(d.In) {
			if by, there := on[placeOf(table)]; there {
				r.note(Error, table, d.Lookup.Origin, "row filter %s looks its rows up in %s, whose own rows filter %s takes out", d.Name, table, by.name)
			} else if what := r.hiddenFromLookup(d, table); what != "" {
				level, sees := Warning, "no row by it"
				if d.Default {
					level, sees = Error, "all rows"
				}
				r.note(level, table, d.Lookup.Origin, "row filter %s looks its rows up in %s, %s: who is not found there sees %s", d.Name, table, what, sees)
			}
		}
	}
}

// hiddenFromLookup returns what a policy may hide of a lookup table from the filter that looks there, or "".
func (r *resolver) hiddenFromLookup(d state.RowFilterDeclaration, table state.Securable) string {
	k := state.Key{Fact: state.FactFilter, On: table}
	if _, ours := r.in.Owned[k]; ours {
		return "" // no longer declared, so that it goes
	}
	if f, ok := r.in.Actual.Value(k).(state.Filter); ok {
		return "some of whose rows " + f.Policy.String() + " takes out"
	}
	for _, name := range [...]string{d.Lookup.Principal, d.Lookup.Value} {
		column := placeOf(table)
		column.Kind, column.Column = state.KindColumn, r.in.Dialect.FoldPart(unquote(name))
		for _, s := range [...]*state.State{r.in.Actual, r.target.State} {
			if m, ok := s.Value(state.Key{Fact: state.FactMask, On: column}).(state.Mask); ok {
				return "whose column " + column.Column + " " + m.Policy.String() + " masks"
			}
		}
	}
	return ""
}

// filtered is the filter that a relation has already.
type filtered struct {
	name string
	at   state.Origin
}

func (r *resolver) rowFilter(d state.RowFilterDeclaration, on map[state.Securable]filtered) {
	tables := r.filterTables(d)
	lookup, waits, ok := r.lookup(d, len(tables) > 0)
	var byAttributes []filteredBy
	for _, table := range tables {
		if other, there := on[placeOf(table)]; there && other.name != d.Name {
			r.note(Error, table, d.Origin, "%s has two row filters: %s, at %s, and %s", table, other.name, other.at, d.Name)
			continue
		}
		on[placeOf(table)] = filtered{d.Name, d.Origin}
		key := state.Key{Fact: state.FactFilter, On: table}
		if !ok {
			continue // as is said already
		}
		if waits != "" {
			r.hold(key, d.Origin, waits)
			continue
		}
		if column, ok := r.filterColumn(d, table); ok {
			p := r.rowPolicy(d, r.in.Actual.Objects[column].Type, column, lookup)
			switch {
			case p == nil:
			case r.byAttributes(d.ABAC):
				byAttributes = append(byAttributes, filteredBy{table, column, p})
			default:
				r.put(state.Fact{Key: key, Value: state.Filter{Policy: p.Name, Using: []string{column.Column}}, Origin: d.Origin})
			}
		}
	}
	r.abacFilter(d, byAttributes)
}

// filterTables returns the relations that a filter is for, less those that cannot have one, which are said.
func (r *resolver) filterTables(d state.RowFilterDeclaration) []state.Securable {
	var found []state.Securable
	if d.Tag == "" {
		found = r.expand(d.On, d.Except, isRelation, true)
	} else if info := r.tags[d.Tag]; info != nil {
		places, everywhere, any := r.within(d.Within)
		for _, t := range r.tagged[info.on] {
			for _, s := range r.below(t.on, isRelation) {
				if any && (everywhere || slices.ContainsFunc(places, func(m match) bool { return m.reaches(s) })) {
					found = append(found, s)
				}
			}
		}
		slices.SortFunc(found, state.Securable.Compare)
		found = slices.Compact(found)
	}
	return slices.DeleteFunc(found, func(s state.Securable) bool {
		reason := r.in.Dialect.Filterable(s.Kind)
		if reason == "" {
			return false
		}
		if d.Tag == "" {
			r.note(Error, s, d.Origin, "%s is to be filtered by %s, but %s: all its rows would be seen", s, d.Name, reason)
		} else {
			r.note(Warning, s, d.Origin, "%s carries tag %s, but %s: whoever may read it sees all rows", s, d.Tag, reason)
		}
		return true
	})
}

func isRelation(s state.Securable) bool { return s.Kind.Relation() }

// filterColumn returns the column that carries a relation's value.
func (r *resolver) filterColumn(d state.RowFilterDeclaration, table state.Securable) (state.Securable, bool) {
	column := table
	column.Kind, column.Column = state.KindColumn, r.in.Dialect.FoldPart(unquote(d.Column))
	if d.ColumnTag != "" {
		return r.taggedColumn(d, table)
	}
	if _, there := r.in.Actual.Objects[column]; !there {
		if r.unread(table) {
			r.hold(state.Key{Fact: state.FactFilter, On: table}, d.Origin, "its columns could not be read completely")
		} else {
			r.note(Error, table, d.Origin, "row filter %s is by the column %s, which %s does not have", d.Name, d.Column, table)
		}
		return column, false
	}
	return column, true
}

// taggedColumn returns the one column of a relation that itself carries the tag of a filter's column.
func (r *resolver) taggedColumn(d state.RowFilterDeclaration, table state.Securable) (state.Securable, bool) {
	var found []state.Securable
	if info := r.tags[d.ColumnTag]; info != nil {
		for _, t := range r.tagged[info.on] {
			if t.on.Kind == state.KindColumn && t.on.Table() == placeOf(table) {
				found = append(found, t.on)
			}
		}
	}
	switch len(found) {
	case 0:
		r.note(Error, table, d.Origin, "row filter %s is by the column with tag %s, and no column of %s carries it", d.Name, d.ColumnTag, table)
		return state.Securable{}, false
	case 1:
		return found[0], true
	}
	r.note(Error, table, d.Origin, "row filter %s is by the column with tag %s, which %s and %s both carry", d.Name, d.ColumnTag, found[0], found[1])
	return state.Securable{}, false
}

// rowPolicy states the policy of a filter for columns of a type, once, and returns it; nil when it cannot be said.
func (r *resolver) rowPolicy(d state.RowFilterDeclaration, t state.DataType, column state.Securable, lookup *state.Lookup) *state.RowPolicy {
	if by, closed := r.closedMask(column); closed {
		r.note(Error, column, d.Origin, "row filter %s is by %s, which %s masks: Snowflake lets a filter look at it only where that policy has EXEMPT_OTHER_POLICIES", d.Name, column, by)
		return nil
	}
	if lookup != nil {
		value := lookup.Table
		value.Kind, value.Column = state.KindColumn, lookup.Value
		if f := r.in.Actual.Objects[value].Type.Family; f != t.Family {
			r.note(Error, column, d.Lookup.Origin, "row filter %s compares %s, a %s, with %s, a %s: how one is read as the other depends on settings that whoever asks can change", d.Name, column, t.Family, value, f)
			return nil
		}
	}
	on := r.in.Dialect.RowPolicy(d.Name, t.Family, r.in.Home)
	if of, made := r.filterOf[on]; made {
		if of != d.Name {
			r.note(Error, on, d.Origin, "row filters %s and %s would both be called %s", of, d.Name, on)
			return nil
		}
		return r.target.State.RowPolicy(on)
	}
	r.filterOf[on] = d.Name
	p := &state.RowPolicy{Name: on, Family: t.Family, Lookup: lookup, Default: d.Default}
	if !r.rowRules(p, d, t) {
		return nil
	}
	text, err := body(r.in.Dialect, p)
	if err != nil {
		r.note(Error, on, d.Origin, "row filter %s by a column of the type %s: %v", d.Name, t.Text, err)
		return nil
	}
	p.Body = text
	if is := r.in.Actual.RowPolicy(on); is != nil {
		p.Comment = is.Comment
	}
	r.put(state.Fact{Key: state.Key{Fact: state.FactRowPolicy, On: on}, Value: p, Origin: d.Origin})
	return p
}

// rowRules turns the declared rules into the policy's: for each principal, all that any of them opens to it.
func (r *resolver) rowRules(p *state.RowPolicy, d state.RowFilterDeclaration, t state.DataType) bool {
	if d.SQL != nil {
		p.Opaque, p.Body = true, d.SQL[r.in.Dialect.Name()]
		if p.Body == "" {
			r.note(Error, p.Name, d.Origin, "row filter %s has no sql for %s", d.Name, r.in.Dialect.Name())
			return false
		}
		r.noteAlways(d.Origin, "row filter %s is SQL of its author's: nobody can tell who sees which rows", d.Name)
		return true
	}
	opens, fits := map[state.Securable]state.Opened{}, true
	for _, rule := range d.Rules {
		for _, v := range rule.Values {
			if !state.ConstantFits(v, t.Family) {
				r.note(Error, state.Securable{}, rule.Origin, "row filter %s opens rows with %q, which is not a %s, as the column is that it filters by", d.Name, v, t.Family)
				fits = false
			}
		}
		for _, to := range r.named(rule.To, "row filter "+d.Name, d.Default) {
			o := opens[to]
			opens[to] = state.Opened{All: o.All || rule.All, Values: append(slices.Clone(o.Values), rule.Values...)}
		}
	}
	for to, o := range opens {
		slices.Sort(o.Values)
		if o.Values = slices.Compact(o.Values); o.All {
			o.Values = nil
		}
		opens[to] = o
	}
	p.Rules = state.RowRules(opens)
	if d.Default {
		r.noteAlways(d.Origin, "row filter %s shows all rows to those it names nowhere (default: all), and to a session that has none of the roles active that it names", d.Name)
	}
	return fits
}

// lookupTable returns the table that a filter looks principals up in, on this platform.
func (r *resolver) lookupTable(d state.RowFilterDeclaration) (state.Securable, bool) {
	if d.Lookup == nil || d.Lookup.Table.Platform != r.in.Platform {
		return state.Securable{}, false
	}
	at := r.literal(d.Lookup.Table)
	table, there := r.in.Actual.Relation(at)
	if !there {
		table = at
	}
	return table, there
}

// lookup returns what a filter looks up here, nil for nothing, or why it has to wait. It is not ok where that cannot be.
func (r *resolver) lookup(d state.RowFilterDeclaration, needed bool) (look *state.Lookup, waits string, ok bool) {
	if d.Lookup == nil || !needed {
		return nil, "", true
	}
	if d.Lookup.Table.Platform != r.in.Platform {
		if d.Default {
			r.note(Error, state.Securable{}, d.Lookup.Origin, "row filter %s looks principals up on %s alone, and with default: all would show all rows on %s to those that it finds there", d.Name, d.Lookup.Table.Platform, r.in.Platform)
			return nil, "", false
		}
		r.noteAlways(d.Lookup.Origin, "row filter %s looks principals up on %s alone: on %s only its rules open rows", d.Name, d.Lookup.Table.Platform, r.in.Platform)
		return nil, "", true
	}
	table, there := r.lookupTable(d)
	if !there {
		return nil, fmt.Sprintf("it looks principals up in %s, which is not there or not visible", table), true
	}
	look = &state.Lookup{Table: table, Principal: r.in.Dialect.FoldPart(unquote(d.Lookup.Principal)), By: d.Lookup.By, Value: r.in.Dialect.FoldPart(unquote(d.Lookup.Value)), All: d.Lookup.All}
	for _, name := range [...]string{look.Principal, look.Value, r.in.Dialect.RowArgument()} {
		column := table
		column.Kind, column.Column = state.KindColumn, name
		_, there := r.in.Actual.Objects[column]
		argument := name == r.in.Dialect.RowArgument()
		switch {
		case there && argument:
			r.note(Error, table, d.Lookup.Origin, "row filter %s cannot look up in %s, which has a column called %s, as the policy calls the value it asks about", d.Name, table, name)
			return nil, "", false
		case !there && !argument:
			r.note(Error, table, d.Lookup.Origin, "row filter %s looks up by the column %s, which %s does not have", d.Name, name, table)
			return nil, "", false
		}
	}
	return look, "", true
}
