package plan

import (
	"slices"
	"sort"
	"strings"

	"github.com/polsync/polsync/state"
)

// inventory answers which objects a written name stands for. It keeps the objects in canonical order, so that the
// literal front of a pattern narrows the search to a stretch found by bisection.
type inventory struct {
	dialect Dialect
	all     []state.Securable // with a dotted path, in canonical order
	objects map[state.Securable]state.Object
}

func newInventory(d Dialect, actual *state.State) *inventory {
	inv := &inventory{dialect: d, objects: actual.Objects, all: make([]state.Securable, 0, len(actual.Objects))}
	for s := range actual.Objects {
		if !s.Kind.Principal() {
			inv.all = append(inv.all, s)
		}
	}
	slices.SortFunc(inv.all, state.Securable.Compare)
	return inv
}

// match is a pattern made ready for one dialect.
type match struct {
	parts []matchPart
	deep  bool
}

type matchPart struct {
	literal string
	globs   []string // alternatives, lower case; none for a literal
}

func (inv *inventory) compile(p state.Pattern) match {
	m := match{deep: p.Deep, parts: make([]matchPart, 0, len(p.Parts))}
	for _, part := range p.Parts {
		if part.Wild() {
			m.parts = append(m.parts, matchPart{globs: braces(strings.ToLower(part.Text))})
			continue
		}
		m.parts = append(m.parts, matchPart{literal: inv.dialect.FoldPart(part)})
	}
	return m
}

// covers reports whether the pattern names s itself, or with ** something above it.
func (m match) covers(s state.Securable) bool {
	parts := s.Parts()
	if len(parts) < len(m.parts) || len(parts) > len(m.parts) && !m.deep {
		return false
	}
	for i, p := range m.parts {
		if !p.fits(parts[i]) {
			return false
		}
	}
	return true
}

// reaches reports whether the pattern names s or a container of it.
func (m match) reaches(s state.Securable) bool {
	m.deep = true
	return m.covers(s)
}

// liesIn reports whether the pattern names something that may be in a container.
func (m match) liesIn(container state.Securable) bool {
	parts := container.Parts()
	if len(parts) >= len(m.parts) {
		return false
	}
	for i, part := range parts {
		if !m.parts[i].fits(part) {
			return false
		}
	}
	return true
}

func (p matchPart) fits(name string) bool {
	if p.globs == nil {
		return p.literal == name
	}
	lower := strings.ToLower(name)
	return slices.ContainsFunc(p.globs, func(g string) bool { return globMatch(g, lower) })
}

// find returns the objects a pattern names, of the kinds that accept says; system, shared and imported ones never.
func (inv *inventory) find(p state.Pattern, accept func(state.Securable) bool) []state.Securable {
	m := inv.compile(p)
	var found []state.Securable
	for _, s := range inv.stretch(m) {
		if accept(s) && m.covers(s) && !inv.foreign(s) {
			found = append(found, s)
		}
	}
	return found
}

// stretch returns the part of all that begins with the pattern's literal front.
func (inv *inventory) stretch(m match) []state.Securable {
	var front []string
	for _, p := range m.parts {
		if p.globs != nil {
			break
		}
		front = append(front, p.literal)
	}
	from := sort.Search(len(inv.all), func(i int) bool { return comparePrefix(inv.all[i], front) >= 0 })
	to := from + sort.Search(len(inv.all)-from, func(i int) bool { return comparePrefix(inv.all[from+i], front) > 0 })
	return inv.all[from:to]
}

// comparePrefix compares the first parts of s with front. The fields are compared by position, not by Parts, because
// canonical order does so too.
func comparePrefix(s state.Securable, front []string) int {
	fields := [...]string{s.Catalog, s.Schema, s.Name, s.Column}
	for i, f := range front {
		if i >= len(fields) {
			return 0
		}
		if c := strings.Compare(fields[i], f); c != 0 {
			return c
		}
	}
	return 0
}

func (inv *inventory) foreign(s state.Securable) bool {
	for {
		if inv.objects[s].Foreign != "" {
			return true
		}
		up, ok := s.Parent()
		if !ok {
			return false
		}
		s = up
	}
}

// braces spells out {a,b} alternatives; nested ones are spelled out from the outside in.
func braces(glob string) []string {
	open := strings.IndexByte(glob, '{')
	if open < 0 {
		return []string{glob}
	}
	depth, start := 0, open+1
	var choices []string
	for i := open; i < len(glob); i++ {
		switch glob[i] {
		case '{':
			depth++
		case ',':
			if depth == 1 {
				choices, start = append(choices, glob[start:i]), i+1
			}
		case '}':
			depth--
			if depth == 0 {
				choices = append(choices, glob[start:i])
				var all []string
				for _, c := range choices {
					all = append(all, braces(glob[:open]+c+glob[i+1:])...)
				}
				return all
			}
		}
	}
	return []string{glob}
}

// globMatch matches * and ? over one part, in time proportional to the product of the lengths.
func globMatch(glob, name string) bool {
	g, n := []rune(glob), []rune(name)
	star, mark, i, j := -1, 0, 0, 0
	for j < len(n) {
		switch {
		case i < len(g) && (g[i] == '?' || g[i] == n[j]) && g[i] != '*':
			i, j = i+1, j+1
		case i < len(g) && g[i] == '*':
			star, mark, i = i, j, i+1
		case star >= 0:
			mark++
			i, j = star+1, mark
		default:
			return false
		}
	}
	for i < len(g) && g[i] == '*' {
		i++
	}
	return i == len(g)
}
