package declare

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/polsync/polsync/state"
	"github.com/polsync/polsync/state/declare/document"
)

func (l *loader) accessLevel(p document.Pair) {
	name := p.Key.Text()
	l.once("access level "+name, p.Key)
	if slices.Contains([]string{"read", "write", "own"}, name) {
		p.Key.Errorf("%s is built in", name)
	}
	level := state.AccessLevel{Name: name, Privileges: map[state.Kind][]string{}, Origin: origin(p.Key)}
	for _, k := range p.Value.Pairs() {
		kind, ok := state.ParseKind(k.Key.Text())
		if !ok {
			k.Key.Errorf("no kind of securable is called %q; %s", k.Key.Text(), document.OneOf(k.Key.Text(), state.KindNames()))
		}
		level.Privileges[kind] = privilegesOf(k.Value)
	}
	l.d.Access[name] = level
}

func privilegesOf(n document.Node) []string {
	var all []string
	for _, w := range n.Texts() {
		all = append(all, strings.ToUpper(strings.Join(strings.Fields(strings.ReplaceAll(w, "_", " ")), " ")))
	}
	return all
}

func (l *loader) role(n document.Node) {
	r := state.RoleDeclaration{Kind: state.KindRole, In: l.in(n), Comment: n.Get("comment").Text(), Origin: origin(n)}
	template, vars := l.template(n.Get("for_each"))
	r.ForEach = template
	name := n.Get("name")
	text, isDatabase := strings.CutPrefix(l.fill(name, name.Text(), vars...), "database_role:")
	text = strings.TrimPrefix(text, "role:")
	parts, problem := split(text)
	switch {
	case problem != "":
		name.Errorf("%s", problem)
	case isDatabase && len(parts) == 2:
		r.Kind, r.Catalog, r.Name = state.KindDatabaseRole, parts[0], parts[1]
	case !isDatabase && len(parts) == 1:
		r.Name = parts[0]
	default:
		name.Errorf("a role has one part, a database_role: two; put a name with a dot in quotes")
	}
	absent := n.Get("ensure").Text() == "absent"
	if !absent {
		l.once("role "+text+" in "+strings.Join(r.In, ","), name)
	}
	if len(r.In) == 0 {
		n.Errorf("a role says with `in:` on which platforms it is")
	}
	members, users := l.refs(n.Get("members"), vars...), l.users(n.Get("users"), vars...)
	r.MemberOf = l.refs(n.Get("member_of"), vars...)
	if !absent {
		r.Members, r.Users = members, users
		l.d.Roles = append(l.d.Roles, r)
		return
	}
	r.Bare = true
	if r.Absent = append(members, users...); len(r.Absent) == 0 || len(r.MemberOf) > 0 {
		n.Get("ensure").Errorf("ensure: absent takes members or users from a role; name those")
	}
	l.d.Roles = append(l.d.Roles, r)
}

// users reads users; a bare name that is not logical is the user's own.
func (l *loader) users(n document.Node, templates ...string) []state.PrincipalRef {
	var all []state.PrincipalRef
	for _, e := range n.List() {
		text := l.fill(e, e.Text(), templates...)
		ref, problem := parsePrincipal(text, true)
		if _, logical := l.d.Principals[text]; problem != "" || ref.Kind != state.KindNone || logical {
			all = append(all, l.ref(e, templates...))
			continue
		}
		ref.Kind, ref.Origin = state.KindUser, origin(e)
		all = append(all, ref)
	}
	return all
}

// mergeRoles joins what `ensure: absent` takes from a role with the role's declaration, if there is one, and reports
// members that are declared both ways.
func (l *loader) mergeRoles() {
	var kept []state.RoleDeclaration
	for _, r := range l.d.Roles {
		same := slices.IndexFunc(kept, func(k state.RoleDeclaration) bool {
			return k.Kind == r.Kind && k.Name == r.Name && k.Catalog == r.Catalog && slices.Equal(k.In, r.In) && (len(k.Absent) > 0 || len(r.Absent) > 0) && r.ForEach == nil && k.ForEach == nil
		})
		if same < 0 {
			kept = append(kept, r)
			continue
		}
		k := &kept[same]
		if len(r.Absent) == 0 {
			k.Origin, k.Comment = r.Origin, r.Comment
		}
		k.Bare = k.Bare && r.Bare
		k.Members, k.Users, k.MemberOf, k.Absent = append(k.Members, r.Members...), append(k.Users, r.Users...), append(k.MemberOf, r.MemberOf...), append(k.Absent, r.Absent...)
	}
	l.d.Roles = kept
	for _, r := range kept {
		for _, a := range r.Absent {
			for _, m := range append(slices.Clone(r.Members), r.Users...) {
				if m.String() == a.String() {
					l.errs = append(l.errs, document.Error{File: a.Origin.File, Line: a.Origin.Line, Column: a.Origin.Column,
						Message: fmt.Sprintf("%s is declared absent here and a member of %s at %s", a, r.Name.Text, m.Origin.Place())})
				}
			}
		}
	}
}

func (l *loader) grant(n document.Node) {
	switch {
	case n.Has("owner") || n.Has("managed_access"):
		l.owner(n)
		return
	case n.Has("exclusive"):
		l.exclusive(n)
		return
	case n.Get("access").Text() == "own":
		l.own(n)
		return
	}
	g := state.GrantDeclaration{Access: n.Get("access").Text(), Privileges: privilegesOf(n.Get("privileges")), Future: n.Get("future").Bool(false), Until: l.until(n.Get("until")),
		GrantOption: n.Get("grant_option").Bool(false), Reasons: n.Get("reason").Texts(), Absent: n.Get("ensure").Text() == "absent", Origin: origin(n)}
	template, vars := l.template(n.Get("for_each"))
	g.ForEach = template
	g.To = l.refs(n.Get("to"), vars...)
	t := takes{deep: true, tags: true, kinds: true, parts: []int{1, 2, 3}, what: "grants"}
	g.On, g.Except = l.selectors(n.Get("on"), t, vars...), l.selectors(n.Get("except"), t, vars...)
	if in := l.in(n); template == nil {
		g.On = limited(n.Get("on"), g.On, in)
	} else if len(in) > 0 && !slices.Contains(in, template.Pattern.Platform) {
		n.Get("in").Errorf("for_each names another platform")
	}
	g.Parents = n.Get("parents").Bool(g.Access != "")
	g.Kinds = kindsOf(n.Get("kinds"))
	l.checkGrant(n, g)
	l.contradictions(n, g)
	l.d.Grants = append(l.d.Grants, g)
}

// kindsOf reads kinds of securable, whose words the shape has checked.
func kindsOf(n document.Node) []state.Kind {
	var all []state.Kind
	for _, w := range n.Texts() {
		k, _ := state.ParseKind(w)
		all = append(all, k)
	}
	return all
}

func (l *loader) checkGrant(n document.Node, g state.GrantDeclaration) {
	if len(g.To) == 0 {
		n.Errorf("a grant names somebody under to")
	}
	if (g.Access != "") == (len(g.Privileges) > 0) {
		n.Errorf("a grant has either privileges or access")
	}
	if _, named := l.d.Access[g.Access]; g.Access != "" && !named && g.Access != "read" && g.Access != "write" {
		known := append([]string{"read", "write", "own"}, slices.Sorted(maps.Keys(l.d.Access))...)
		l.unknown(n.Get("access"), "no access level is called %q; %s", g.Access, document.OneOf(g.Access, known))
	}
	if slices.Contains(g.Privileges, "OWNERSHIP") {
		n.Get("privileges").Errorf("ownership moves with `owner:`, it is not granted")
	}
	if g.Future {
		wholeContainers(n, g.On, len(g.Except) > 0)
	}
}

// wholeContainers checks that what is to hold for objects to come is said of whole containers.
func wholeContainers(n document.Node, on []state.Selector, except bool) {
	if except {
		n.Key("future").Errorf("a future grant takes no except: the platform would grant it all the same")
	}
	for i, s := range on {
		last := len(s.Pattern.Parts) - 1
		whole := s.Pattern.Deep || last > 0 && s.Pattern.Parts[last].Text == "*" && !s.Pattern.Parts[last].Quoted
		if s.Tag != "" || s.Kind != state.KindNone || !whole {
			nodes := n.Get("on").List()
			nodes[min(i, len(nodes)-1)].Errorf("a future grant needs a whole container, as in A.B.* or A.**")
		}
	}
}

// contradictions reports a plain grant that is declared both present and absent, with both places. What globs give is
// only seen on a platform, and the planner reports it there.
func (l *loader) contradictions(n document.Node, g state.GrantDeclaration) {
	said := "\x00present"
	if g.Absent {
		said = "\x00absent"
	}
	for _, s := range g.On {
		if s.Pattern.Wild() || s.Tag != "" || g.ForEach != nil {
			continue
		}
		for _, to := range g.To {
			for _, p := range append(slices.Clone(g.Privileges), g.Access) {
				if p == "" {
					continue
				}
				what := p + " of " + to.String() + " on " + s.Kind.String() + " " + s.Pattern.Text
				if first, there := l.places[what+"\x00"]; there && first.Row != said {
					n.Errorf("%s is declared present and absent; the other is at %s", strings.Join(strings.Fields(what), " "), first.Place())
				}
				o := origin(n)
				o.Row = said
				l.places[what+"\x00"] = o
			}
		}
	}
}
