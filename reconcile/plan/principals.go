package plan

import (
	"slices"
	"strings"

	"github.com/polsync/polsync/state"
)

// indexPrincipals makes principals findable without regard to case where the platform has none.
func (r *resolver) indexPrincipals() {
	r.principals = map[state.Securable]state.Securable{}
	for s := range r.in.Actual.Objects {
		if s.Kind.Principal() {
			r.principals[r.caseless(s)] = s
		}
	}
}

func (r *resolver) caseless(s state.Securable) state.Securable {
	s.Name = r.in.Dialect.FoldPart(state.Part{Text: s.Name, Quoted: true})
	return s
}

// principal returns what a written principal is on this platform. None and no notice means that it is not mapped
// here; exists is false for those that are mapped but not there.
func (r *resolver) principal(ref state.PrincipalRef) (all []state.Securable, mapped bool) {
	if ref.Kind != state.KindNone {
		return []state.Securable{r.physical(ref)}, true
	}
	m, ok := r.in.Declarations.Principals[ref.Name]
	if !ok {
		return nil, false
	}
	refs, ok := m.On[r.in.Platform]
	if !ok {
		return nil, false
	}
	for _, p := range refs {
		all = append(all, r.physical(p))
	}
	return all, true
}

// physical returns the securable of a principal written with its kind; without one it is a role, which a platform
// that has none folds into a group.
func (r *resolver) physical(ref state.PrincipalRef) state.Securable {
	kind := ref.Kind
	if kind == state.KindEveryone {
		return r.in.Dialect.Fold(state.Everyone)
	}
	if kind == state.KindNone {
		kind = state.KindRole
	}
	s := state.Securable{Kind: kind}
	if kind == state.KindDatabaseRole {
		catalog, name := splitTwo(ref.Name)
		s.Catalog, s.Name = r.in.Dialect.FoldPart(catalog), r.in.Dialect.FoldPart(name)
	} else {
		s.Name = r.in.Dialect.FoldPart(state.Part{Text: ref.Name, Quoted: ref.Quoted})
	}
	s = r.in.Dialect.Fold(s)
	if there, ok := r.principals[r.caseless(s)]; ok {
		return there
	}
	return s
}

// splitTwo splits a two-part name at its first dot outside quotes.
func splitTwo(name string) (catalog, last state.Part) {
	quoted := false
	for i, c := range name {
		switch {
		case c == '"':
			quoted = !quoted
		case c == '.' && !quoted:
			return unquote(name[:i]), unquote(name[i+1:])
		}
	}
	return state.Part{}, unquote(name)
}

func unquote(part string) state.Part {
	if len(part) >= 2 && part[0] == '"' && part[len(part)-1] == '"' {
		return state.Part{Text: strings.ReplaceAll(part[1:len(part)-1], `""`, `"`), Quoted: true}
	}
	return state.Part{Text: part}
}

// exists reports whether a principal is there or will be, because a role of that name is declared.
func (r *resolver) exists(p state.Securable) bool {
	if r.in.Offline || p == r.in.Dialect.Fold(state.Everyone) || p.Kind == state.KindEveryone {
		return true
	}
	_, there := r.in.Actual.Objects[p]
	return there || r.target.State.Has(state.Key{Fact: state.FactRole, On: p})
}

// named returns those of the principals a rule names that are there, sorted; each other one is a notice. A rule that
// hides goes on naming whom an incomplete reading may have missed, or a later rule would show them more.
func (r *resolver) named(refs []state.PrincipalRef, what string, hides bool) []state.Securable {
	var all []state.Securable
	for _, ref := range refs {
		found, mapped := r.principal(ref)
		if !mapped {
			r.noteAlways(ref.Origin, "%s names %s, which is not mapped for %s: the rule names nobody there", what, ref, r.in.Platform)
		}
		for _, p := range found {
			missed := hides && r.in.Actual.UnknownReason(state.Key{Fact: state.FactRole, On: p}) != ""
			if !r.exists(p) && !missed {
				r.note(Warning, p, ref.Origin, "%s names %s, which is not there: no rule names it", what, p)
				continue
			}
			all = append(all, p)
		}
	}
	slices.SortFunc(all, state.Securable.Compare)
	return slices.Compact(all)
}

// roles states the declared roles and memberships.
func (r *resolver) roles() {
	for _, d := range r.in.Declarations.Roles {
		if !r.here(d.In) {
			continue
		}
		for _, one := range r.eachRole(d) {
			if !one.Bare {
				r.role(one)
			}
		}
	}
	for _, d := range r.in.Declarations.Roles {
		if !r.here(d.In) {
			continue
		}
		for _, one := range r.eachRole(d) {
			r.members(one)
		}
	}
}

func (r *resolver) roleName(d state.RoleDeclaration) state.Securable {
	s := state.Securable{Kind: d.Kind, Name: r.in.Dialect.FoldPart(d.Name)}
	if d.Kind == state.KindDatabaseRole {
		s.Catalog = r.in.Dialect.FoldPart(d.Catalog)
	}
	s = r.in.Dialect.Fold(s)
	if there, ok := r.principals[r.caseless(s)]; ok {
		return there
	}
	return s
}

func (r *resolver) role(d state.RoleDeclaration) {
	on := r.roleName(d)
	key := state.Key{Fact: state.FactRole, On: on}
	want := state.Role{Comment: d.Comment}
	if is, ok := r.in.Actual.Value(key).(state.Role); ok && d.Comment == "" {
		want = is
	}
	r.put(state.Fact{Key: key, Value: want, Origin: d.Origin})
}

func (r *resolver) members(d state.RoleDeclaration) {
	on := r.roleName(d)
	for _, ref := range append(slices.Clone(d.Members), d.Users...) {
		r.member(on, ref, placed(ref, d.Origin), false)
	}
	for _, ref := range d.Absent {
		r.member(on, ref, placed(ref, d.Origin), true)
	}
	for _, ref := range d.MemberOf {
		o := placed(ref, d.Origin)
		for _, of := range r.mapped(ref, o) {
			r.join(of, on, o, false)
		}
	}
}

// placed returns where a principal is written, or the declaration's own place where that is not known.
func placed(ref state.PrincipalRef, o state.Origin) state.Origin {
	if ref.Origin.Line == 0 {
		return o
	}
	return ref.Origin
}

func (r *resolver) member(on state.Securable, ref state.PrincipalRef, o state.Origin, absent bool) {
	for _, m := range r.mapped(ref, o) {
		r.join(on, m, o, absent)
	}
}

// mapped returns the principals a role or grant names; one that is not mapped here is an error.
func (r *resolver) mapped(ref state.PrincipalRef, o state.Origin) []state.Securable {
	found, ok := r.principal(ref)
	if !ok {
		r.note(Error, state.Securable{}, o, "%s is not mapped for %s; map it under principals or limit the declaration with `in:`", ref, r.in.Platform)
	}
	return found
}

func (r *resolver) join(role, member state.Securable, o state.Origin, absent bool) {
	key := state.Key{Fact: state.FactMember, On: role, With: member}
	if absent {
		r.absent(key, o)
		return
	}
	for _, p := range [...]state.Securable{role, member} {
		if !r.exists(p) {
			r.hold(key, o, p.String()+" is not there")
			return
		}
	}
	r.put(state.Fact{Key: key, Value: state.Nil{}, Origin: o})
}

// hold keeps a declared fact out of the plan, and from being removed, until what it needs is there.
func (r *resolver) hold(k state.Key, o state.Origin, reason string) {
	if _, said := r.target.Held[k]; said {
		return
	}
	r.target.Held[k] = reason
	r.note(Held, k.On, o, "%s: %s", k, reason)
}
