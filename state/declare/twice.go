package declare

import (
	"slices"
	"strings"

	"github.com/polsync/polsync/state"
	"github.com/polsync/polsync/state/declare/document"
)

// plainPrincipal is a principal in a form that can be compared.
type plainPrincipal struct {
	kind   state.Kind
	name   string
	quoted bool
}

// same reports whether two principals are one on some platform.
func (l *loader) same(x, y state.PrincipalRef) bool {
	if x.Kind == y.Kind && x.String() == y.String() {
		return true
	}
	for _, p := range l.platformNames() {
		theirs := l.calledOn(y, p)
		if slices.ContainsFunc(l.calledOn(x, p), func(one plainPrincipal) bool { return slices.Contains(theirs, one) }) {
			return true
		}
	}
	return false
}

// calledOn returns what a principal is called on a platform: bare names with their kind, case folded where it does
// not count.
func (l *loader) calledOn(ref state.PrincipalRef, platform string) []plainPrincipal {
	written := []state.PrincipalRef{ref}
	if ref.Kind == state.KindNone {
		written = l.d.Principals[ref.Name].On[platform]
	}
	var all []plainPrincipal
	for _, r := range written {
		out := plainPrincipal{r.Kind, r.Name, r.Quoted}
		databricks := l.o.Platforms[platform] == "databricks"
		switch {
		case r.Kind == state.KindEveryone:
			out = plainPrincipal{kind: r.Kind}
		case (r.Kind == state.KindNone || r.Kind == state.KindRole) && databricks:
			out.kind = state.KindGroup
		case r.Kind == state.KindNone:
			out.kind = state.KindRole
		}
		if databricks || !r.Quoted {
			out.name = strings.ToUpper(r.Name)
		}
		all = append(all, out)
	}
	return all
}

// secondMask reports a column or a tag that two masks would cover, with both places, where the files alone show it.
func (l *loader) secondMask(n document.Node, m state.MaskDeclaration) {
	in := m.In
	if len(in) == 0 {
		in = l.platformNames()
	}
	if m.Tag != "" && len(m.Within) == 0 {
		for _, p := range in {
			if !l.first("the mask of tag "+m.Tag+" on "+p, origin(n.Get("tag"))) {
				return
			}
		}
	}
	for _, s := range m.On {
		if !s.Pattern.Wild() && s.Tag == "" {
			l.first("the mask of "+s.Pattern.Text, s.Origin)
		}
	}
}

// first reports whether something is declared at this place first; if not it is an error with both places.
func (l *loader) first(what string, at state.Origin) bool {
	first, there := l.places[what]
	if !there {
		l.places[what] = at
		return true
	}
	l.errs = append(l.errs, document.Error{File: at.File, Line: at.Line, Column: at.Column, Message: what + " is declared twice; first at " + first.Place()})
	return false
}
