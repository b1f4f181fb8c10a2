package declare

import (
	"slices"
	"strings"

	"github.com/polsync/polsync/state"
	"github.com/polsync/polsync/state/declare/document"
)

func (l *loader) principal(p document.Pair) {
	name := p.Key.Text()
	l.once("principal "+name, p.Key)
	if slices.Contains([]string{"everyone", "PUBLIC"}, name) {
		p.Key.Errorf("%s is built in", name)
	}
	m := state.PrincipalMapping{Name: name, On: map[string][]state.PrincipalRef{}, Origin: origin(p.Key)}
	for _, on := range p.Value.Pairs() {
		l.platform(on.Key, on.Key.Text())
		for _, e := range on.Value.List() {
			ref, problem := parsePrincipal(l.fill(e, e.Text()), true)
			if problem == "kind" {
				// On a platform a name may well hold a colon; only what stands before it was meant as a kind.
				ref, problem = state.PrincipalRef{Name: e.Text(), Quoted: true}, ""
			}
			if problem != "" {
				e.Errorf("%s", problem)
			}
			ref.Origin = origin(e)
			m.On[on.Key.Text()] = append(m.On[on.Key.Text()], ref)
		}
	}
	l.d.Principals[name] = m
}

// maxTagValue is the length of a tag value on both platforms, in characters.
const maxTagValue = 256

func (l *loader) tag(n document.Node) {
	t := state.TagDeclaration{Name: n.Get("name").Text(), Comment: n.Get("comment").Text(), In: l.in(n), Origin: origin(n)}
	l.once("tag "+t.Name, n.Get("name"))
	t.AnyValue = !n.Has("values")
	if n.Has("values") && !n.Get("values").Given() {
		n.Key("values").Errorf("values has nothing under it; leave it out for any value, or write [] for none")
	}
	t.Values = n.Get("values").Texts()
	l.tagValues(n.Get("values"))
	if schema := n.Get("snowflake").Get("schema"); schema.Given() {
		parts, problem := split(l.fill(schema, schema.Text()))
		if problem != "" || len(parts) != 2 {
			schema.Errorf("expected a database and a schema, such as GOV.TAGS")
		}
		t.Schema = &state.Pattern{Parts: parts, Text: schema.Text()}
	}
	l.propagation(&t, n.Get("snowflake"))
	governed := n.Get("databricks").Get("governed")
	t.Governed = governed.Bool(false)
	if t.Governed && t.AnyValue {
		governed.Errorf("a governed tag cannot allow any value; give tag %s its values", t.Name)
	}
	l.d.Tags = append(l.d.Tags, t)
}

// propagation reads how Snowflake passes a tag on.
func (l *loader) propagation(t *state.TagDeclaration, n document.Node) {
	t.Propagate, t.MultiValue = n.Get("propagate").Text(), n.Get("multi_value").Bool(false)
	conflict := n.Get("on_conflict")
	if !conflict.Given() {
		return
	}
	t.OnConflict = conflict.Text()
	for _, way := range [...]string{state.ConflictSequence, state.ConflictMerge} {
		if strings.EqualFold(t.OnConflict, way) {
			t.OnConflict = way // Snowflake tells such a value from the way of that name in no listing
		}
	}
	switch {
	case t.Propagate == "" || t.Propagate == "none":
		conflict.Errorf("on_conflict is about values that are passed on; say with propagate when tag %s is", t.Name)
	case t.OnConflict == "":
		conflict.Errorf("on_conflict has nothing in it")
	case t.OnConflict == state.ConflictSequence && len(t.Values) == 0:
		conflict.Errorf("allowed_values_sequence takes the first of the allowed values; give tag %s its values, in that order", t.Name)
	case t.OnConflict == state.ConflictMerge && !t.MultiValue:
		conflict.Errorf("merge gives one place several values; say multi_value: true for tag %s", t.Name)
	case len([]rune(t.OnConflict)) > maxTagValue:
		conflict.Errorf("a tag value has %d characters at most", maxTagValue)
	}
}

func (l *loader) tagValues(n document.Node) {
	seen := map[string]bool{}
	for _, v := range n.List() {
		if seen[v.Text()] {
			v.Errorf("the value stands here twice")
		}
		seen[v.Text()] = true
		if len([]rune(v.Text())) > maxTagValue {
			v.Errorf("a tag value has %d characters at most", maxTagValue)
		}
	}
}

func (l *loader) assignment(n document.Node) {
	in := l.in(n)
	t := takes{parts: []int{1, 2, 3, 4}, kinds: true, what: "tag assignments"}
	on := limited(n.Get("on"), l.selectors(n.Get("on"), t), in)
	common := state.AssignmentDeclaration{Except: l.selectors(n.Get("except"), t), Kinds: kindsOf(n.Get("kinds")), Absent: n.Get("ensure").Text() == "absent"}
	if n.Has("tag") {
		l.assign(n.Get("tag"), n.Get("value"), on, common)
	} else if n.Has("value") {
		n.Key("value").Errorf("value belongs to tag; under tags each tag has its own")
	}
	for _, p := range n.Get("tags").Pairs() {
		l.assign(p.Key, p.Value, on, common)
	}
	for _, c := range n.Get("columns").Pairs() {
		columns := l.columnsOf(n.Get("on"), c.Key, on)
		for _, p := range c.Value.Pairs() {
			l.assign(p.Key, p.Value, columns, state.AssignmentDeclaration{Except: common.Except, Absent: common.Absent})
		}
	}
	if !n.Has("tag") && !n.Has("tags") && !n.Has("columns") {
		n.Errorf("a tag assignment has tag, tags or columns")
	}
}

// limited keeps the selectors of the platforms that a declaration is limited to, and narrows tag selectors to them.
// That none is left is an error at n: the declaration would do nothing without a word.
func limited(n document.Node, on []state.Selector, in []string) []state.Selector {
	if len(in) == 0 {
		return on
	}
	var kept []state.Selector
	for _, s := range on {
		if s.Tag == "" && slices.Contains(in, s.Pattern.Platform) {
			kept = append(kept, s)
		}
		if s.Tag == "" {
			continue
		}
		if s.Under = underOf(s.Under, in); len(s.Under) > 0 {
			kept = append(kept, s)
		}
	}
	if len(kept) == 0 && len(on) > 0 {
		n.Errorf("none of these places is on the platforms that `in:` names")
	}
	return kept
}

// underOf narrows the places of a tag selector to some platforms; without places these are the whole platforms.
func underOf(under []state.Pattern, in []string) []state.Pattern {
	if len(under) > 0 {
		return slices.DeleteFunc(slices.Clone(under), func(p state.Pattern) bool { return !slices.Contains(in, p.Platform) })
	}
	var all []state.Pattern
	for _, p := range in {
		all = append(all, state.Pattern{Platform: p, Deep: true, Text: p + ":**"})
	}
	return all
}

// columnsOf puts a column's name behind each of the tables.
func (l *loader) columnsOf(at, column document.Node, on []state.Selector) []state.Selector {
	parts, problem := split(l.fill(column, column.Text()))
	if problem != "" || len(parts) != 1 {
		column.Errorf("expected the name of one column")
		return nil
	}
	out := slices.Clone(on)
	for i := range out {
		p := &out[i].Pattern
		if len(p.Parts) != 3 {
			at.Errorf("columns are tagged through names of tables, with three parts")
			return nil
		}
		p.Parts = append(slices.Clone(p.Parts), parts[0])
		p.Text += "." + column.Text()
		out[i].Origin = origin(column)
	}
	return out
}

// assign adds the assignment of one tag; what the declaration says for all its tags is in common.
func (l *loader) assign(tag, value document.Node, on []state.Selector, common state.AssignmentDeclaration) {
	absent := common.Absent
	decl := l.knownTag(tag, tag.Text())
	v := l.fill(value, value.Text())
	at := value
	if !value.Given() {
		at = tag
	}
	if decl != nil && !absent {
		switch {
		case !decl.AnyValue && len(decl.Values) == 0 && v != "":
			at.Errorf("tag %s allows no value", decl.Name)
		case !decl.AnyValue && len(decl.Values) > 0 && !slices.Contains(decl.Values, v):
			at.Errorf("tag %s does not allow the value %q; %s", decl.Name, v, document.OneOf(v, decl.Values))
		case decl.AnyValue && !value.Given():
			at.Errorf("tag %s needs a value", decl.Name)
		}
	}
	if len([]rune(v)) > maxTagValue {
		at.Errorf("a tag value has %d characters at most", maxTagValue)
	}
	for _, s := range on {
		l.oneValue(tag.Text(), v, s, absent, at)
	}
	a := common
	a.Tag, a.Value, a.On, a.Origin = tag.Text(), v, on, origin(at)
	l.d.Assignments = append(l.d.Assignments, a)
}

// oneValue reports a plain name that is given two values of one tag, with both places. What globs give is only seen
// on a platform, and the planner reports it there.
func (l *loader) oneValue(tag, value string, s state.Selector, absent bool, at document.Node) {
	if s.Pattern.Wild() || s.Tag != "" {
		return
	}
	what := "the value of tag " + tag + " on " + s.Pattern.Text
	said := value
	if absent {
		said = "\x00absent"
	}
	key := what + "\x00"
	if first, there := l.places[key]; there {
		if first.Row != said {
			at.Errorf("%s is declared differently at %s", what, first.Place())
		}
		return
	}
	o := origin(at)
	o.Row = said
	l.places[key] = o
}
