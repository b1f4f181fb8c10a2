package declare

import (
	"github.com/polsync/polsync/state"
	"github.com/polsync/polsync/state/declare/document"
)

func (l *loader) rowFilter(n document.Node) {
	f := state.RowFilterDeclaration{Name: n.Get("name").Text(), Tag: n.Get("tag").Text(), In: l.in(n), Default: n.Get("default").Text() == "all",
		SQL: sqlOf(n.Get("sql")), Origin: origin(n)}
	l.once("row filter "+f.Name, n.Get("name"))
	l.filterPlaces(n, &f)
	if c := n.Get("column"); c.IsMap() {
		f.ColumnTag = c.Get("tag").Text()
		l.knownTag(c.Get("tag"), f.ColumnTag)
	} else {
		f.Column = c.Text()
	}
	if engine := n.Get("databricks").Get("engine"); engine.Text() == "abac" {
		f.ABAC = true
		if n.Has("on") || f.ColumnTag == "" {
			engine.Errorf("engine: abac goes by tags; give row filter %s a tag, and its column as {tag: ...}", f.Name)
		}
	}
	for _, r := range n.Get("rules").List() {
		f.Rules = append(f.Rules, l.rowRule(r))
	}
	if look := n.Get("lookup"); look.Given() {
		f.Lookup = l.lookup(look)
	}
	switch {
	case !n.Has("sql") && !n.Has("rules") && !n.Has("lookup"):
		n.Errorf("row filter %s has rules, a lookup, or both", f.Name)
	case n.Has("sql") && (n.Has("rules") || n.Has("lookup") || n.Has("default")):
		n.Key("sql").Errorf("the sql of row filter %s decides alone; rules, lookup and default do not stand beside it", f.Name)
	}
	l.d.RowFilters = append(l.d.RowFilters, f)
}

// filterPlaces reads what a filter is on: tables and views, or what carries a tag.
func (l *loader) filterPlaces(n document.Node, f *state.RowFilterDeclaration) {
	f.On = limited(n.Get("on"), l.selectors(n.Get("on"), takes{deep: true, tags: true, parts: []int{3}, what: "row filters"}), f.In)
	f.Except = l.selectors(n.Get("except"), takes{deep: true, tags: true, what: "row filters"})
	f.Within = l.patterns(n.Get("within"), true)
	if n.Has("tag") == n.Has("on") {
		n.Errorf("row filter %s has either a tag or on", f.Name)
	}
	if n.Has("within") && !n.Has("tag") {
		n.Key("within").Errorf("within belongs to filters of a tag; a filter on tables names them")
	}
	if n.Has("except") && n.Has("tag") {
		n.Key("except").Errorf("except belongs to filters on tables")
	}
	for _, s := range f.On {
		if !s.Pattern.Wild() && s.Tag == "" {
			l.first("the row filter of "+s.Pattern.Text, s.Origin)
		}
	}
	if n.Has("tag") {
		l.knownTag(n.Get("tag"), f.Tag)
	}
}

func (l *loader) rowRule(n document.Node) state.RowRuleDeclaration {
	r := state.RowRuleDeclaration{To: l.refs(n.Get("to")), Origin: origin(n)}
	if len(r.To) == 0 {
		n.Errorf("a rule names somebody under to")
	}
	if r.All, r.Values = rowValues(n.Get("values")); !r.All && len(r.Values) == 0 {
		n.Get("values").Errorf("a rule of a row filter opens rows: name their values, or all")
	}
	return r
}

// rowValues reads values of rows: the word all by itself, or a list, in which it is a value like any other.
func rowValues(n document.Node) (all bool, values []string) {
	if !n.IsList() && n.Text() == "all" {
		return true, nil
	}
	return false, n.Texts()
}

func (l *loader) lookup(n document.Node) *state.LookupDeclaration {
	look := &state.LookupDeclaration{Table: l.pattern(n.Get("table"), false), Principal: n.Get("principal").Text(), By: state.LookupBy(n.Get("by").Text()),
		Value: n.Get("value").Text(), Origin: origin(n)}
	if len(look.Table.Parts) > 0 && (look.Table.Wild() || len(look.Table.Parts) != 3) {
		n.Get("table").Errorf("a lookup reads one table, by its plain name")
	}
	if all := n.Get("all"); all.Given() {
		text := all.Text()
		look.All = &text
	}
	return look
}

func (l *loader) constraint(n document.Node) {
	c := state.ConstraintDeclaration{ExceptTo: l.refs(n.Get("except_to")), In: l.in(n), Origin: origin(n)}
	c.On = limited(n.Get("on"), l.selectors(n.Get("on"), takes{deep: true, parts: []int{3, 4}, what: "constraints"}), c.In)
	if n.Has("aggregate") {
		c.MinGroup = n.Get("aggregate").Get("min_group").Int(1)
	}
	if p := n.Get("project"); p.Given() {
		allow := p.Get("allow").Bool(false)
		c.Project = &allow
	}
	if j := n.Get("join"); j.Given() {
		required := j.Get("required").Bool(true)
		c.Join = &required
	}
	if !n.Has("aggregate") && !n.Has("project") && !n.Has("join") {
		n.Errorf("a constraint has aggregate, project or join")
	}
	l.constraintPlaces(n, c)
	l.d.Constraints = append(l.d.Constraints, c)
}

// constraintPlaces reports what a constraint cannot stand on: relations are aggregated and joined, columns projected,
// and Snowflake alone knows either.
func (l *loader) constraintPlaces(n document.Node, c state.ConstraintDeclaration) {
	for _, s := range c.On {
		at := document.Error{File: s.Origin.File, Line: s.Origin.Line, Column: s.Origin.Column}
		fail := func(message string) {
			at.Message = message
			l.errs = append(l.errs, at)
		}
		parts := len(s.Pattern.Parts)
		if l.o.Platforms[s.Pattern.Platform] == "databricks" {
			fail("constraints cannot be set on " + s.Pattern.Platform + ", a Databricks workspace")
			continue
		}
		if !s.Pattern.Deep && c.Project != nil && parts == 3 {
			fail("project is about columns; " + s.Pattern.Text + " names a table or view")
		}
		if !s.Pattern.Deep && (c.MinGroup > 0 || c.Join != nil) && parts == 4 {
			fail("aggregate and join are about tables and views; " + s.Pattern.Text + " names a column")
		}
		if s.Pattern.Wild() {
			continue
		}
		for _, sort := range c.Sorts() {
			l.first("the "+sort+" constraint of "+s.Pattern.Text, s.Origin)
		}
	}
}
