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
	globs   []glob // alternatives; none for a literal
}

func (inv *inventory) compile(p state.Pattern) match {
	m := match{deep: p.Deep, parts: make([]matchPart, 0, len(p.Parts))}
	for _, part := range p.Parts {
		if part.Wild() {
			var p matchPart
			for _, text := range braces(part.Text) {
				p.globs = append(p.globs, newGlob(text))
			}
			m.parts = append(m.parts, p)
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
	lower := []rune(strings.ToLower(name))
	return slices.ContainsFunc(p.globs, func(g glob) bool { return g.match(lower) })
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
