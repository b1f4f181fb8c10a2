package declare

import (
	"slices"

	"github.com/polsync/polsync/state"
	"github.com/polsync/polsync/state/declare/document"
)

// alone reports keys of an entry that do not go together with what the entry says.
func alone(n document.Node, what string, keys ...string) {
	for _, key := range keys {
		if n.Has(key) {
			n.Key(key).Errorf("%s does not stand beside %s", key, what)
		}
	}
}

// reach is what an entry under grants stands on.
type reach struct {
	on, except []state.Selector
	kinds      []state.Kind
	template   *state.Template
	vars       []string
}

func (l *loader) reach(n document.Node) reach {
	var r reach
	r.template, r.vars = l.template(n.Get("for_each"))
	t := takes{deep: true, tags: true, kinds: true, parts: []int{1, 2, 3}, what: "grants"}
	r.on, r.except = l.selectors(n.Get("on"), t, r.vars...), l.selectors(n.Get("except"), t, r.vars...)
	if in := l.in(n); r.template == nil {
		r.on = limited(n.Get("on"), r.on, in)
	} else if len(in) > 0 && !slices.Contains(in, r.template.Pattern.Platform) {
		n.Get("in").Errorf("for_each names another platform")
	}
	r.kinds = kindsOf(n.Get("kinds"))
	return r
}

// exclusive reads that nobody else holds some privileges.
func (l *loader) exclusive(n document.Node) {
	alone(n, "exclusive", "to", "access", "future", "parents", "until", "grant_option", "ensure")
	if !n.Get("exclusive").Bool(false) {
		n.Get("exclusive").Errorf("exclusive is true, or left out")
	}
	privileges := privilegesOf(n.Get("privileges"))
	if len(privileges) == 0 {
		n.Errorf("exclusive: true needs the privileges that nobody else may have")
	}
	if slices.Contains(privileges, "OWNERSHIP") {
		n.Get("privileges").Errorf("everything has one owner; say with `owner:` who")
	}
	r := l.reach(n)
	l.d.Exclusives = append(l.d.Exclusives, state.ExclusiveDeclaration{Privileges: privileges, On: r.on, Except: r.except, Kinds: r.kinds,
		Reasons: n.Get("reason").Texts(), ForEach: r.template, Origin: origin(n)})
}

// owner reads who owns what, and which schemas have managed access.
func (l *loader) owner(n document.Node) {
	alone(n, "owner and managed_access", "to", "privileges", "access", "parents", "until", "grant_option", "ensure", "exclusive")
	if n.Has("managed_access") && !n.Get("managed_access").Bool(false) {
		n.Get("managed_access").Errorf("managed_access is true, or left out")
	}
	r := l.reach(n)
	d := state.OwnerDeclaration{Managed: n.Get("managed_access").Bool(false), Future: n.Get("future").Bool(false)}
	if o := n.Get("owner"); o.Given() {
		ref := l.ref(o, r.vars...)
		d.Owner = &ref
	} else if d.Future {
		n.Key("future").Errorf("future belongs to owner: what is created is owned by it")
	}
	if d.Managed {
		l.onlySnowflake(n.Get("managed_access"), r)
	}
	l.owned(n, d, r)
}

// own reads `access: own`, which is said of one principal.
func (l *loader) own(n document.Node) {
	alone(n, "access: own", "privileges", "until", "grant_option", "ensure", "parents")
	r := l.reach(n)
	d := state.OwnerDeclaration{Below: true, Future: n.Get("future").Bool(false)}
	to := l.refs(n.Get("to"), r.vars...)
	if len(to) != 1 {
		n.Errorf("everything has one owner: access: own names one principal under to")
		return
	}
	d.Owner = &to[0]
	l.owned(n, d, r)
}

func (l *loader) owned(n document.Node, d state.OwnerDeclaration, r reach) {
	d.On, d.Except, d.Kinds, d.ForEach = r.on, r.except, r.kinds, r.template
	d.Reasons, d.Origin = n.Get("reason").Texts(), origin(n)
	if d.Future {
		wholeContainers(n, d.On, len(d.Except) > 0)
		l.onlySnowflake(n.Key("future"), r)
	}
	l.d.Owners = append(l.d.Owners, d)
}

// onlySnowflake reports places on platforms that have no such thing.
func (l *loader) onlySnowflake(at document.Node, r reach) {
	for _, p := range l.ofDialect("databricks", nil) {
		there := slices.ContainsFunc(r.on, func(s state.Selector) bool { return s.Pattern.Platform == p })
		if there || r.template != nil && r.template.Pattern.Platform == p {
			at.Errorf("%s is a Databricks workspace, which has no such thing", p)
		}
	}
}
