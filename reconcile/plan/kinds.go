package plan

import (
	"slices"

	"github.com/polsync/polsync/state"
)

// Kinds returns the kinds of securable that declarations name on a platform, or that polsync set something on, sorted.
func Kinds(d *state.Declarations, platform string, owned Owned) []state.Kind {
	seen := map[state.Kind]bool{}
	note := func(on []state.Selector, kinds []state.Kind) {
		here := slices.ContainsFunc(on, func(s state.Selector) bool {
			return s.Tag != "" || s.Pattern.Platform == platform || s.Pattern.Platform == ""
		})
		for _, s := range on {
			if s.Kind != state.KindNone && s.Pattern.Platform == platform {
				seen[s.Kind] = true
			}
		}
		for _, k := range kinds {
			seen[k] = seen[k] || here
		}
	}
	for _, a := range d.Assignments {
		note(a.On, a.Kinds)
	}
	for _, g := range d.Grants {
		note(g.On, g.Kinds)
	}
	for _, x := range d.Exclusives {
		note(x.On, x.Kinds)
	}
	for _, o := range d.Owners {
		note(o.On, o.Kinds)
	}
	for k := range owned {
		seen[k.On.Kind] = true
	}
	var all []state.Kind
	for k, is := range seen {
		if is && k != state.KindNone {
			all = append(all, k)
		}
	}
	slices.Sort(all)
	return all
}

// DatabaseRoles returns the database roles that declarations put somebody into, or that polsync did, in order. Those of
// a database that is not read are asked for one by one.
func DatabaseRoles(d *state.Declarations, platform string, dialect Dialect, owned Owned) []state.Securable {
	r := resolver{in: Input{Platform: platform, Dialect: dialect, Declarations: d}}
	seen := map[state.Securable]bool{}
	for _, role := range d.Roles {
		for _, ref := range role.MemberOf {
			found, _ := r.principal(ref)
			for _, p := range found {
				seen[p] = true
			}
		}
	}
	for k := range owned {
		if k.Fact == state.FactMember {
			seen[k.On] = true
		}
	}
	var all []state.Securable
	for p := range seen {
		if p.Kind == state.KindDatabaseRole {
			all = append(all, p)
		}
	}
	slices.SortFunc(all, state.Securable.Compare)
	return all
}

// Everybody reports whether declarations speak on a platform of what nobody else may hold, for which it must be known
// what everybody does.
func Everybody(d *state.Declarations, platform string) bool {
	return slices.ContainsFunc(d.Exclusives, func(x state.ExclusiveDeclaration) bool {
		if x.ForEach != nil && x.ForEach.Pattern.Platform == platform {
			return true
		}
		return slices.ContainsFunc(x.On, func(s state.Selector) bool { return s.Tag != "" || s.Pattern.Platform == platform })
	})
}

// TagsOf returns which securables that are no catalog, schema, relation or column have tags that a platform is asked
// for: those that an assignment names by their kind, and those that polsync tagged. It is nil where there are none.
func TagsOf(d *state.Declarations, platform string, dialect Dialect, owned Owned) func(state.Securable) bool {
	type named struct {
		kind state.Kind
		match
	}
	var all []named
	inv := inventory{dialect: dialect}
	for _, a := range d.Assignments {
		for _, s := range a.On {
			if s.Kind != state.KindNone && s.Pattern.Platform == platform {
				all = append(all, named{s.Kind, inv.compile(s.Pattern)})
			}
		}
	}
	ours := map[state.Securable]bool{}
	for k := range owned {
		if k.Fact == state.FactTagged {
			ours[k.On] = true
		}
	}
	if len(all) == 0 && len(ours) == 0 {
		return nil
	}
	return func(s state.Securable) bool {
		return ours[s] || slices.ContainsFunc(all, func(n named) bool { return n.kind == s.Kind && n.covers(s) })
	}
}

// GrantsOf returns which securables of kinds without a dotted path, or that live beside tables, have grants and owners
// that a platform is asked for one by one: those that a grant, an exclusive or an owner names by their kind, and those
// that polsync granted something on or gave away. It is nil where there are none.
func GrantsOf(d *state.Declarations, platform string, dialect Dialect, owned Owned) func(state.Securable) bool {
	type named struct {
		kind state.Kind
		any  bool
		match
	}
	var all []named
	inv := inventory{dialect: dialect}
	note := func(on []state.Selector, template bool) {
		for _, s := range on {
			if s.Kind != state.KindNone && s.Pattern.Platform == platform {
				whole := template || s.Kind == state.KindAccount || s.Kind == state.KindMetastore
				all = append(all, named{s.Kind, whole, inv.compile(s.Pattern)})
			}
		}
	}
	for _, g := range d.Grants {
		note(g.On, g.ForEach != nil)
	}
	for _, x := range d.Exclusives {
		note(x.On, x.ForEach != nil)
	}
	for _, o := range d.Owners {
		note(o.On, o.ForEach != nil)
	}
	ours := map[state.Securable]bool{}
	for k := range owned {
		if k.Fact == state.FactGrant || k.Fact == state.FactOwner {
			ours[k.On] = true
		}
	}
	if len(all) == 0 && len(ours) == 0 {
		return nil
	}
	return func(s state.Securable) bool {
		return ours[s] || slices.ContainsFunc(all, func(n named) bool { return n.kind == s.Kind && (n.any || n.covers(s)) })
	}
}
