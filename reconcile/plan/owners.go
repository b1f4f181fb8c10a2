package plan

import (
	"fmt"
	"slices"

	"github.com/polsync/polsync/state"
)

// owners states who is to own what, and which schemas are to have managed access.
func (r *resolver) owners() {
	for _, d := range r.in.Declarations.Owners {
		for _, one := range r.eachOwner(d) {
			if r.speaksHere(one.On) {
				r.owned(one)
			}
		}
	}
}

// eachOwner spells out for_each.
func (r *resolver) eachOwner(d state.OwnerDeclaration) []state.OwnerDeclaration {
	if d.ForEach == nil {
		return []state.OwnerDeclaration{d}
	}
	var all []state.OwnerDeclaration
	for _, s := range r.matches(d.ForEach, d.Origin) {
		one, v := d, templated{d.ForEach.Var, s, r.in.Dialect.FoldPart}
		one.ForEach = nil
		if d.Owner != nil {
			one.Owner = &v.refs([]state.PrincipalRef{*d.Owner})[0]
		}
		one.On, one.Except = v.selectors(d.On, r.in.Platform), v.selectors(d.Except, r.in.Platform)
		all = append(all, one)
	}
	return all
}

func (r *resolver) owned(d state.OwnerDeclaration) {
	owner, named := r.owner(d)
	o := d.Origin
	o.Reasons = d.Reasons
	schemas, found := 0, 0
	for _, sel := range d.On {
		for _, on := range r.ownedBy(sel, d) {
			found++
			if d.Managed && on.Kind == state.KindSchema {
				schemas++
				r.put(state.Fact{Key: state.Key{Fact: state.FactManaged, On: on}, Value: state.Nil{}, Origin: o})
			}
			if named {
				r.ownOne(on, owner, o)
			}
		}
		if d.Future && named {
			r.ownFuture(sel, owner, d)
		}
	}
	if d.Managed && schemas == 0 && found > 0 {
		r.note(Warning, state.Securable{}, d.Origin, "managed_access says nothing on %s: it names no schema", r.in.Platform)
	}
}

// owner returns the one principal that a declaration gives things to.
func (r *resolver) owner(d state.OwnerDeclaration) (state.Securable, bool) {
	if d.Owner == nil {
		return state.Securable{}, false
	}
	to, mapped := r.principal(*d.Owner)
	switch {
	case !mapped:
		r.note(Error, state.Securable{}, d.Origin, "%s is not mapped for %s; map it under principals, or limit the entry with `in:`", *d.Owner, r.in.Platform)
	case len(to) != 1:
		r.note(Error, state.Securable{}, d.Origin, "%s stands for %d principals on %s, and everything has one owner", *d.Owner, len(to), r.in.Platform)
	case to[0] == r.in.Dialect.Fold(state.Everyone):
		r.note(Error, state.Securable{}, d.Origin, "everyone cannot own anything")
	default:
		return to[0], true
	}
	return state.Securable{}, false
}

// ownedBy returns what one selector of a declaration names; with `access: own` what lies in a container instead of it.
func (r *resolver) ownedBy(sel state.Selector, d state.OwnerDeclaration) []state.Securable {
	if sel.Tag == "" && sel.Pattern.Platform != r.in.Platform {
		return nil
	}
	found := r.expand([]state.Selector{sel}, d.Except, r.acceptFor(sel, d.Kinds), false)
	if !d.Below {
		return found
	}
	var all []state.Securable
	for _, on := range found {
		if on.Kind != state.KindCatalog && on.Kind != state.KindSchema {
			all = append(all, on)
			continue
		}
		all = append(all, r.less(r.below(on, r.acceptFor(state.Selector{Pattern: state.Pattern{Deep: true}}, d.Kinds)), d.Except)...)
	}
	return all
}

func (r *resolver) ownOne(on, owner state.Securable, o state.Origin) {
	k := state.Key{Fact: state.FactOwner, On: on}
	is := r.in.Actual.Objects[on].Owner
	switch reason := r.mustKeep(on, is, owner); {
	case is == owner || r.in.Offline:
	case !r.exists(owner):
		r.hold(k, o, owner.String()+" is not there")
		return
	case is == (state.Securable{}):
		r.hold(k, o, "who owns it now is not known")
		return
	case reason != "":
		r.hold(k, o, reason)
		return
	}
	r.put(state.Fact{Key: k, Value: state.Owner(owner), Origin: o})
}

// mustKeep returns why a securable does not change hands, or "".
func (r *resolver) mustKeep(on, is, owner state.Securable) string {
	for _, p := range [...]state.Securable{is, owner} {
		if tool := r.in.Foreign[p]; tool != "" {
			return managedBy(tool)
		}
	}
	if own := r.ownRoles(); !own[is] || own[owner] {
		return ""
	}
	home := r.in.Home
	switch {
	case home != (state.Securable{}) && (home.Covers(on) || on.Covers(home)):
		return "polsync owns it, and what it makes lives there"
	case on.Kind == state.KindTag || on.Kind == state.KindMaskingPolicy || on.Kind == state.KindRowPolicy:
		return "polsync owns it, and could not change it any more"
	case !r.managesGrants(on):
		return "polsync owns it, and holds no other right to manage what is granted on it"
	}
	return ""
}

func (r *resolver) ownRoles() map[state.Securable]bool { return r.in.ownRoles() }

// ownRoles returns the principals that polsync acts as, and all roles that they have. Where it acts as a role, what else
// its user has counts for nothing: statements run with the rights of the role.
func (in *Input) ownRoles() map[state.Securable]bool {
	own := map[state.Securable]bool{}
	if len(in.Self) == 0 {
		return own
	}
	of := map[state.Securable][]state.Securable{}
	for k := range in.Actual.Facts {
		if k.Fact == state.FactMember {
			of[k.With] = append(of[k.With], k.On)
		}
	}
	acts := slices.DeleteFunc(slices.Clone(in.Self), func(s state.Securable) bool { return s.Kind != state.KindRole })
	if len(acts) == 0 {
		acts = slices.Clone(in.Self)
	}
	for front := acts; len(front) > 0; front = front[1:] {
		if p := front[0]; !own[p] {
			own[p] = true
			front = append(front, of[p]...)
		}
	}
	return own
}

// managesGrants reports whether polsync may grant and revoke on something that it does not own.
func (r *resolver) managesGrants(on state.Securable) bool {
	own := r.ownRoles()
	holds := func(at state.Securable, privilege string) bool {
		return slices.ContainsFunc(sortedPrincipals(own), func(p state.Securable) bool {
			return r.in.Actual.Has(state.Key{Fact: state.FactGrant, On: at, With: p, Name: privilege})
		})
	}
	if own[state.Securable{Kind: state.KindRole, Name: "ACCOUNTADMIN"}] || own[state.Securable{Kind: state.KindRole, Name: "SECURITYADMIN"}] || holds(state.Securable{Kind: state.KindAccount}, "MANAGE GRANTS") {
		return true
	}
	if on.Kind != state.KindMetastore && own[r.in.Actual.Objects[state.Securable{Kind: state.KindMetastore}].Owner] {
		return true
	}
	for up, ok := on, true; ok; up, ok = up.Parent() {
		if holds(up, "MANAGE") || up != on && own[r.in.Actual.Objects[up].Owner] {
			return true
		}
	}
	return false
}

func sortedPrincipals(m map[state.Securable]bool) []state.Securable {
	all := make([]state.Securable, 0, len(m))
	for p := range m {
		all = append(all, p)
	}
	slices.SortFunc(all, state.Securable.Compare)
	return all
}

// ownership is the privilege that a future grant hands out with what is created.
const ownership = "OWNERSHIP"

// ownFuture states who is to own what is created in a container. Each kind has one such owner.
func (r *resolver) ownFuture(sel state.Selector, owner state.Securable, d state.OwnerDeclaration) {
	container, kinds, ok := futureOf(sel, state.GrantDeclaration{Future: true, Kinds: d.Kinds})
	if !ok || container.Platform != r.in.Platform {
		return
	}
	accept := func(s state.Securable) bool { return s.Kind == state.KindCatalog || s.Kind == state.KindSchema }
	for _, on := range r.inv.find(container, accept) {
		for _, kind := range kinds {
			k := state.Key{Fact: state.FactGrant, On: on, With: owner, Name: ownership, Future: kind}
			if !r.exists(owner) {
				r.hold(k, d.Origin, owner.String()+" is not there")
				continue
			}
			o := d.Origin
			o.Reasons = d.Reasons
			r.putGrant(state.Fact{Key: k, Value: state.Option(false), Origin: o})
		}
		if on.Kind == state.KindCatalog {
			r.warnManaged(on, d)
		}
	}
}

// warnManaged says that future ownership of a database passes by its schemas with managed access.
func (r *resolver) warnManaged(catalog state.Securable, d state.OwnerDeclaration) {
	for _, s := range r.below(catalog, func(s state.Securable) bool { return s.Kind == state.KindSchema }) {
		if r.in.Actual.Objects[s].Managed {
			r.note(Warning, s, d.Origin, "%s has managed access: what is created in it is not owned by what is declared for %s", s, catalog)
		}
	}
}

// heirs holds future ownership back while another principal has it: a kind of object has one owner to be.
func (d *difference) heirs() {
	given := map[state.Key][]state.Key{} // future ownership that stays, by container and kind
	going, _ := d.outcome()
	for k := range d.in.Actual.Facts {
		if k.Name == ownership && k.Future != state.KindNone && !going[k] {
			given[forAnybody(k)] = append(given[forAnybody(k)], k)
		}
	}
	if len(given) == 0 {
		return
	}
	d.changes = slices.DeleteFunc(d.changes, func(c Change) bool {
		if c.Key.Name != ownership || c.Want == nil {
			return false
		}
		for _, other := range given[forAnybody(c.Key)] {
			if other != c.Key {
				d.notices = append(d.notices, Notice{Held, c.Key.On, fmt.Sprintf("%s waits: %s has it, which polsync did not set; revoking it by hand makes room", c.Key, other.With), c.Why})
				return true
			}
		}
		return false
	})
}

// warnMoved says what a platform does to things that change hands.
func (d *difference) warnMoved() {
	for _, c := range d.changes {
		if c.Key.Fact != state.FactOwner {
			continue
		}
		if what := movedNotes[c.Key.On.Kind]; what != "" {
			d.notices = append(d.notices, Notice{Warning, c.Key.On, fmt.Sprintf("%s changes hands: %s", c.Key.On, what), c.Why})
		}
	}
}

// movedNotes says by kind what a transfer brings with it; Snowflake's GRANT OWNERSHIP page, checked November 2026.
var movedNotes = map[state.Kind]string{
	state.KindPipe:          "a pipe must be paused first, and is to be resumed afterwards",
	state.KindTask:          "a task is suspended by it, and is to be resumed afterwards",
	state.KindExternalTable: "AUTO_REFRESH is switched off by it",
}

// lastManaged takes managed access off schemas where polsync set it and nobody declares it any more.
func (d *difference) lastManaged() {
	for k, o := range d.in.Owned {
		_, declared := d.target.State.Facts[k]
		is, there := d.in.Actual.Fact(k)
		if k.Fact != state.FactManaged || declared || !there || !d.wanted(k) {
			continue
		}
		if reason := d.stays(k, is, o); reason != "" {
			d.keep(is, reason)
			continue
		}
		note := "no longer declared"
		if o.Run != "" {
			note += "; set by run " + o.Run
		}
		d.add(k, is.Value, nil, o.Origin, note)
	}
}
