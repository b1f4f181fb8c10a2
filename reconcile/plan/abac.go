package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/polsync/polsync/state"
)

// What attribute-based policies may hold (vendor's limits page, 2026).
const (
	maxABACColumns    = 3
	maxABACPrincipals = 20
)

var maxABAC = map[state.Kind]int{state.KindCatalog: 100, state.KindSchema: 100, state.KindTable: 50}

// Aliases of the columns in the policies that polsync makes.
const (
	maskedAlias = "masked"
	valueAlias  = "filtered_by"
)

// attributed is what a declared mask or filter must come to on a column or relation through attribute-based policies.
type attributed struct {
	by     string // the mask or filter, as a reader knows it
	policy state.Securable
	using  []string
	at     state.Origin
}

// byAttributes reports whether a declaration's engine is that of attribute-based policies here.
func (r *resolver) byAttributes(abac bool) bool { return abac && r.in.Dialect.Name() == "databricks" }

// abacMask states the policies of a tag's mask: in each scope one for each value that columns may carry themselves, and one
// for each that tables, or what contains them, carry. The latter are for columns without a value of their own, so that no
// column comes under two.
func (r *resolver) abacMask(d state.MaskDeclaration, info *tagInfo, columns []carriedColumn) {
	what := "mask " + d.Name
	if !r.governed(info, what, d.Origin) {
		return
	}
	columns = slices.DeleteFunc(slices.Clone(columns), func(c carriedColumn) bool {
		if maskable(r.in.Actual, c.on) {
			return false
		}
		r.note(Warning, c.on, d.Origin, "%s: columns of views cannot carry a mask here; mask the table's", c.on)
		return true
	})
	siblings, ok := r.siblingTags(d, info.on, columns)
	if !ok {
		return
	}
	for _, scope := range r.abacScopes(what, d.Within, info.on, d.Origin) {
		inside := slices.DeleteFunc(slices.Clone(columns), func(c carriedColumn) bool { return !scope.Covers(c.on) })
		for _, value := range r.abacValues(info, inside) {
			for _, own := range [...]bool{true, false} {
				r.abacValue(d, info, scope, value, own, columns, inside, siblings)
			}
		}
	}
}

// governed reports whether attribute-based policies know a tag, and says what to declare where they do not.
func (r *resolver) governed(info *tagInfo, what string, at state.Origin) bool {
	is, _ := r.in.Actual.Value(state.Key{Fact: state.FactTag, On: info.on}).(state.Tag)
	if info.decl.Governed || is.Governed {
		return true
	}
	r.note(Error, info.on, at, "%s goes by tag %s, and attribute-based policies know governed tags alone: declare it with its values and `databricks: {governed: true}`", what, info.decl.Name)
	return false
}

// abacValues returns the values that a tag allows or that columns carry, sorted.
func (r *resolver) abacValues(info *tagInfo, columns []carriedColumn) []string {
	values := slices.Clone(info.decl.Values)
	for k := range r.in.Actual.Facts {
		if k.Fact == state.FactAllowedValue && k.On == info.on && !r.leaves(k) {
			values = append(values, k.Name)
		}
	}
	for _, c := range columns {
		values = append(values, c.value)
	}
	slices.Sort(values)
	return slices.Compact(values)
}

// abacScopes returns the securables that policies of a declaration stand on, the narrowest that hold what it is for: what
// `within` names, a trailing * being what contains it, or else each catalog that has something with the tag.
func (r *resolver) abacScopes(what string, within []state.Pattern, tag state.Securable, at state.Origin) []state.Securable {
	var found []state.Securable
	for _, p := range within {
		if p.Platform != "*" && p.Platform != r.in.Platform {
			continue
		}
		switch p = container(p); len(p.Parts) {
		case 0:
			within = nil
		case 1, 2, 3:
			found = append(found, r.inv.find(p, abacScope)...)
		default:
			r.note(Error, state.Securable{}, at, "%s is within %s, and attribute-based policies stand on catalogs, schemas and tables, not on columns", what, p.Text)
		}
	}
	if len(within) == 0 {
		for _, t := range r.tagged[tag] {
			catalog := state.Securable{Kind: state.KindCatalog, Catalog: t.on.Catalog}
			if _, there := r.in.Actual.Objects[catalog]; there && !r.inv.foreign(catalog) {
				found = append(found, catalog)
			}
		}
	}
	slices.SortFunc(found, state.Securable.Compare)
	found = slices.Compact(found)
	return slices.DeleteFunc(slices.Clone(found), func(s state.Securable) bool {
		return slices.ContainsFunc(found, func(o state.Securable) bool { return o != s && o.Covers(s) })
	})
}

// container returns the pattern of what holds all that p names, where it ends in a *.
func container(p state.Pattern) state.Pattern {
	p.Deep = false
	for n := len(p.Parts); n > 0 && p.Parts[n-1].Wild() && strings.Trim(p.Parts[n-1].Text, "*") == ""; n = len(p.Parts) {
		p.Parts = p.Parts[:n-1]
	}
	return p
}

// abacScope reports whether a policy may stand on something.
func abacScope(s state.Securable) bool {
	return s.Kind == state.KindCatalog || s.Kind == state.KindSchema || s.Kind.Relation() && s.Kind != state.KindView
}

// abacValue states the policy of one value in one scope, and what it must come to on the columns that have it.
func (r *resolver) abacValue(d state.MaskDeclaration, info *tagInfo, scope state.Securable, value string, own bool, all, inside []carriedColumn, siblings []state.ABACColumn) {
	columns := slices.DeleteFunc(slices.Clone(inside), func(c carriedColumn) bool { return c.value != value || c.own != own })
	if len(columns) == 0 && (!own || len(siblings) > 0) {
		return // nothing tells a type, or where the siblings' tags would be
	}
	family := r.abacFamily(d, columns)
	if family == state.FamilyVariant && len(siblings) > 0 && !r.oneFamily(columns) {
		r.note(Error, scope, d.Origin, "mask %s has conditions on other columns, and tag %s = %s is on columns of several types in %s: give each type a value of its own", d.Name, d.Tag, value, scope)
		return
	}
	p := r.policy(d, value, family, state.Securable{}, all)
	if p == nil {
		return
	}
	r.noteMixed(d, value, scope, p, columns)
	key := info.on.Name
	a := state.ABAC{Policy: p.Name, To: []state.Securable{r.in.Dialect.Fold(state.Everyone)}, Mask: maskedAlias,
		Columns: append([]state.ABACColumn{{Alias: maskedAlias, Tags: state.HasTag(key, value, false).String()}}, siblings...)}
	name := "columns"
	if !own {
		name, a.When, a.Columns[0].Tags = "tables", state.HasTag(key, value, false).String(), state.HasTag(key, "", true).Not().String()
	}
	for _, s := range siblings {
		a.Using = append(a.Using, state.ABACArg{Alias: s.Alias})
	}
	name = r.in.Dialect.Policy(d.Name+"_"+value, state.Family(name), r.in.Home).Name
	r.put(state.Fact{Key: state.Key{Fact: state.FactABAC, On: scope, Name: name}, Value: a, Origin: d.Origin})
	for _, c := range columns {
		r.abac[c.on] = attributed{"mask " + d.Name, p.Name, p.Args, d.Origin}
	}
}

// abacFamily returns the type that a policy's function takes: that of all the columns, or variant, which any type goes
// through, where there are several or none yet.
func (r *resolver) abacFamily(d state.MaskDeclaration, columns []carriedColumn) state.Family {
	switch {
	case len(columns) > 0 && r.oneFamily(columns):
		return r.in.Actual.Objects[columns[0].on].Type.Family
	case len(columns) == 0 && len(d.Types) == 1:
		return d.Types[0]
	}
	return state.FamilyVariant
}

func (r *resolver) oneFamily(columns []carriedColumn) bool {
	first := r.in.Actual.Objects[columns[0].on].Type.Family
	return !slices.ContainsFunc(columns, func(c carriedColumn) bool { return r.in.Actual.Objects[c.on].Type.Family != first })
}

// noteMixed says where columns of several types share a function, what it shows nothing of.
func (r *resolver) noteMixed(d state.MaskDeclaration, value string, scope state.Securable, p *state.MaskingPolicy, columns []carriedColumn) {
	if len(columns) == 0 || r.oneFamily(columns) {
		return
	}
	lost := map[string]bool{}
	for _, rule := range p.Rules {
		if !rule.Show.Fits(p.Family) {
			lost[rule.Show.String()] = true
		}
	}
	if !p.Default.Fits(p.Family) {
		lost[p.Default.String()] = true
	}
	if len(lost) > 0 {
		r.note(Warning, scope, d.Origin, "mask %s shows nothing (NULL) in %s where it says %s: tag %s = %s is on columns of several types there, which one policy cannot tell apart%s; give each type a value of its own",
			d.Name, scope, someNames(lost), d.Tag, value, onColumns(columns))
	}
}

// siblingTags returns how a policy finds the columns that a mask's conditions look at: by a governed tag that each has in
// every covered table, and no other column there.
func (r *resolver) siblingTags(d state.MaskDeclaration, tag state.Securable, columns []carriedColumn) ([]state.ABACColumn, bool) {
	args := r.siblings(d)
	if len(args) >= maxABACColumns {
		r.note(Error, state.Securable{}, d.Origin, "mask %s has conditions on %d columns, and an attribute-based policy takes %d besides the one that it masks", d.Name, len(args), maxABACColumns-1)
		return nil, false
	}
	if len(args) == 0 || len(columns) == 0 {
		return nil, true
	}
	tables := map[state.Securable]bool{}
	for _, c := range columns {
		tables[c.on.Table()] = true
	}
	var all []state.ABACColumn
	for i, arg := range args {
		key, found := r.siblingTag(arg, tag, tables)
		if !found {
			r.note(Error, state.Securable{}, d.Origin, "mask %s has conditions on the column %s, which an attribute-based policy finds by a tag: give it in each covered table a governed tag, the same one, that no other column of the table carries", d.Name, arg)
			return nil, false
		}
		all = append(all, state.ABACColumn{Alias: fmt.Sprintf("sibling_%d", i+1), Tags: state.HasTag(key, "", true).String()})
	}
	return all, true
}

// siblingTag returns the first governed tag but one that in each table exactly the column of that name carries.
func (r *resolver) siblingTag(name string, but state.Securable, tables map[state.Securable]bool) (key string, found bool) {
	for _, info := range r.tags {
		tag := info.on
		if tag == but || !info.decl.Governed || found && tag.Name >= key {
			continue
		}
		carriers := map[state.Securable]int{}
		right := 0
		for _, t := range r.tagged[tag] {
			if t.on.Kind == state.KindColumn && tables[t.on.Table()] {
				if carriers[t.on.Table()]++; t.on.Column == name {
					right++
				}
			}
		}
		one := right == len(tables)
		for _, n := range carriers {
			one = one && n == 1
		}
		if one {
			key, found = tag.Name, true
		}
	}
	return key, found
}

// filteredBy is a relation that a filter's policy is for.
type filteredBy struct {
	table, column state.Securable
	policy        *state.RowPolicy
}

// abacFilter states the policies of a tag's row filter, one for each scope.
func (r *resolver) abacFilter(d state.RowFilterDeclaration, tables []filteredBy) {
	info, by := r.tags[d.Tag], r.tags[d.ColumnTag]
	what := "row filter " + d.Name
	if info == nil || by == nil || len(tables) == 0 || !r.governed(info, what, d.Origin) || !r.governed(by, what, d.Origin) {
		return
	}
	for _, scope := range r.abacScopes(what, d.Within, info.on, d.Origin) {
		inside := slices.DeleteFunc(slices.Clone(tables), func(t filteredBy) bool { return !scope.Covers(t.table) })
		if len(inside) == 0 {
			continue
		}
		p := inside[0].policy
		if other := slices.IndexFunc(inside, func(t filteredBy) bool { return t.policy != p }); other >= 0 {
			t := inside[other]
			r.note(Error, t.table, d.Origin, "row filter %s is by columns of several types in %s, %s being a %s, and one policy takes one type: limit it with `within`", d.Name, scope, t.column, t.policy.Family)
			continue
		}
		for _, t := range inside {
			r.abacRows[placeOf(t.table)] = attributed{what, p.Name, []string{t.column.Column}, d.Origin}
		}
		a := state.ABAC{Policy: p.Name, To: []state.Securable{r.in.Dialect.Fold(state.Everyone)}, When: state.HasTag(info.on.Name, "", true).String(),
			Columns: []state.ABACColumn{{Alias: valueAlias, Tags: state.HasTag(by.on.Name, "", true).String()}}, Using: []state.ABACArg{{Alias: valueAlias}}}
		name := r.in.Dialect.Policy(d.Name, "rows", r.in.Home).Name
		r.put(state.Fact{Key: state.Key{Fact: state.FactABAC, On: scope, Name: name}, Value: a, Origin: d.Origin})
	}
}

// PolicyPlaces returns which schemas and tables of a platform attribute-based policies may be declared for, stand on
// because polsync put them there, or could meet those that are declared; nil for none.
func PolicyPlaces(d *state.Declarations, platform string, dialect Dialect, owned Owned) func(s state.Securable, tagged bool) bool {
	r := resolver{in: Input{Platform: platform, Dialect: dialect}, inv: &inventory{dialect: dialect}}
	var within [][]state.Pattern
	for _, m := range d.Masks {
		if r.here(m.In) && r.byAttributes(m.ABAC) {
			within = append(within, m.Within)
		}
	}
	for _, f := range d.RowFilters {
		if r.here(f.In) && r.byAttributes(f.ABAC) {
			within = append(within, f.Within)
		}
	}
	ours := map[state.Securable]bool{}
	for k := range owned {
		if k.Fact == state.FactABAC {
			ours[placeOf(k.On)] = true
		}
	}
	if len(within)+len(ours) == 0 {
		return nil
	}
	var places []match
	everywhere := false
	for _, patterns := range within {
		whole := slices.Clone(patterns)
		for i, p := range whole {
			whole[i] = container(p)
		}
		some, all, _ := r.within(whole)
		places, everywhere = append(places, some...), everywhere || all
	}
	return func(s state.Securable, tagged bool) bool {
		if ours[placeOf(s)] {
			return true
		}
		schema := s.Kind == state.KindSchema
		return slices.ContainsFunc(places, func(m match) bool {
			return m.covers(s) || schema && (m.liesIn(s) || tagged && m.reaches(s))
		}) || schema && tagged && everywhere
	}
}
