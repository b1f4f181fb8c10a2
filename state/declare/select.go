package declare

import (
	"slices"
	"strings"

	"github.com/polsync/polsync/state"
	"github.com/polsync/polsync/state/declare/document"
)

// pattern reads a name. Template variables are left for the planner.
func (l *loader) pattern(n document.Node, within bool, templates ...string) state.Pattern {
	before := len(l.errs)
	p, problem := parsePattern(l.fill(n, n.Text(), templates...))
	switch {
	case len(l.errs) > before:
		p.Parts = nil // a variable is not set; what would be left of the name means nothing
	case problem != "":
		n.Errorf("%s", problem)
		p.Parts = nil
	case within && p.Platform == "*":
	case strings.ContainsAny(p.Platform, "*?"):
		n.Errorf("the platform is a configured name, never a glob")
	case p.Platform != "":
		l.platform(n, p.Platform)
	}
	return p
}

func (l *loader) patterns(n document.Node, within bool) []state.Pattern {
	var all []state.Pattern
	for _, e := range n.List() {
		all = append(all, l.pattern(e, within))
	}
	return all
}

// takes says what selectors a declaration takes.
type takes struct {
	deep, tags, kinds bool
	parts             []int // numbers of parts; none means any
	what              string
}

func (l *loader) selectors(n document.Node, t takes, templates ...string) []state.Selector {
	var all []state.Selector
	for _, e := range n.List() {
		all = append(all, l.selector(e, t, templates...)...)
	}
	return all
}

func (l *loader) selector(n document.Node, t takes, templates ...string) []state.Selector {
	if !n.IsMap() {
		return []state.Selector{l.named(n, t, templates...)}
	}
	switch {
	case n.Has("tag") && (n.Has("kind") || n.Has("names")):
		n.Errorf("a selector has either tag or kind with names")
	case n.Has("tag"):
		return l.byTag(n, t)
	case n.Has("kind") && n.Has("names"):
		if !t.kinds {
			n.Errorf("%s take no kind with names", t.what)
		}
		kind, _ := state.ParseKind(n.Get("kind").Text())
		var all []state.Selector
		for _, e := range n.Get("names").List() {
			all = append(all, state.Selector{Kind: kind, Pattern: l.pattern(e, false, templates...), Origin: origin(e)})
		}
		return all
	default:
		n.Errorf("a selector has a tag, or a kind with names")
	}
	return nil
}

func (l *loader) named(n document.Node, t takes, templates ...string) state.Selector {
	p := l.pattern(n, false, templates...)
	switch {
	case p.Deep && !t.deep:
		n.Errorf("%s take no **", t.what)
	case len(p.Parts) > 0 && len(t.parts) > 0 && !p.Deep && !slices.Contains(t.parts, len(p.Parts)) && len(templates) == 0:
		n.Errorf("%s take names with %s", t.what, partsText(t.parts))
	}
	return state.Selector{Pattern: p, Origin: origin(n)}
}

func partsText(parts []int) string {
	words := map[int]string{1: "one part (a catalog)", 2: "two (a schema)", 3: "three (a table or view)", 4: "four (a column)"}
	out := make([]string, len(parts))
	for i, p := range parts {
		out[i] = words[p]
	}
	return strings.Join(out, ", ")
}

func (l *loader) byTag(n document.Node, t takes) []state.Selector {
	if !t.tags {
		n.Errorf("%s take no tag selectors", t.what)
	}
	under := l.patterns(n.Get("under"), false)
	tag := n.Get("tag")
	if !tag.IsMap() {
		l.knownTag(tag, tag.Text())
		return []state.Selector{{Tag: tag.Text(), Under: under, Origin: origin(n)}}
	}
	var all []state.Selector
	for _, p := range tag.Pairs() {
		l.knownTag(p.Key, p.Key.Text())
		all = append(all, state.Selector{Tag: p.Key.Text(), TagValues: p.Value.Texts(), Under: under, Origin: origin(n)})
	}
	return all
}

func (l *loader) knownTag(n document.Node, name string) *state.TagDeclaration {
	var known []string
	for i := range l.d.Tags {
		if l.d.Tags[i].Name == name {
			return &l.d.Tags[i]
		}
		known = append(known, l.d.Tags[i].Name)
	}
	if len(known) == 0 {
		l.unknown(n, "no tag is declared; declare %q under tags", name)
		return nil
	}
	l.unknown(n, "no tag is called %q; %s", name, document.OneOf(name, known))
	return nil
}
