package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/polsync/polsync/state"
)

// exclusives states which privileges nobody holds but who is declared to. They are stated like those that must not be:
// with the future grants that would bring them back.
func (r *resolver) exclusives() {
	for _, d := range r.in.Declarations.Exclusives {
		for _, one := range r.eachGrant(state.GrantDeclaration{Privileges: d.Privileges, On: d.On, Except: d.Except, Kinds: d.Kinds, Absent: true, ForEach: d.ForEach, Origin: d.Origin}) {
			r.exclusive(one, d)
		}
	}
}

func (r *resolver) exclusive(g state.GrantDeclaration, d state.ExclusiveDeclaration) {
	if !r.speaksHere(g.On) {
		return
	}
	keys, found := r.openedBy(g)
	if found && len(keys) == 0 && !r.erred(d.Origin) {
		r.note(Warning, state.Securable{}, d.Origin, "exclusive says nothing on %s: %s is not for the kinds that it names", r.in.Platform, strings.Join(d.Privileges, ", "))
	}
	o := d.Origin
	o.Reasons = d.Reasons
	for _, k := range keys {
		if _, said := r.target.Exclusive[k.key]; !said {
			r.target.Exclusive[k.key] = o
		}
	}
}

// speaksHere reports whether one of the selectors can mean this platform.
func (r *resolver) speaksHere(on []state.Selector) bool {
	return slices.ContainsFunc(on, func(s state.Selector) bool { return s.Tag != "" || s.Pattern.Platform == r.in.Platform })
}

// forAnybody is the key of a grant without the grantee.
func forAnybody(k state.Key) state.Key {
	k.With = state.Securable{}
	return k
}

// allPrivileges is what Databricks calls the one grant that stands for all others of a securable. Who holds it holds
// them, whatever is revoked one by one.
const allPrivileges = "ALL PRIVILEGES"

// exclusive returns the declaration by which nobody holds a privilege that is not declared.
func (d *difference) exclusive(k state.Key) (state.Origin, bool) {
	if k.Fact != state.FactGrant || len(d.target.Exclusive) == 0 || d.in.ExpireOnly { // what expires is declared, a stranger's grant is not
		return state.Origin{}, false
	}
	if k.Name != allPrivileges {
		o, ok := d.target.Exclusive[forAnybody(k)]
		return o, ok
	}
	var o state.Origin
	each, err := d.in.Dialect.Privileges(k.Name, k.On.Kind)
	for _, p := range each {
		one := forAnybody(k)
		one.Name = p
		said, ok := d.target.Exclusive[one]
		if !ok {
			return o, false
		}
		o = said
	}
	return o, err == nil && len(each) > 0
}

// takeExclusive takes a grant that is not declared where nobody else may hold it, or lists why it stays.
func (d *difference) takeExclusive(k state.Key, is state.Fact, o state.Origin) {
	if reason := d.spared(k); reason != "" {
		d.keep(is, "exclusive, but "+reason)
		return
	}
	if d.comesWithAll(k, o) {
		d.keep(is, "exclusive, but it comes with "+allPrivileges)
		return
	}
	if above, declared := d.declaredAbove(k); declared {
		d.keep(is, fmt.Sprintf("exclusive, but %s is declared, which reaches it", above))
		return
	}
	d.add(k, is.Value, nil, o, "exclusive: no entry declares it")
}

// spared returns why a grant stays where nobody else may hold it, or "".
func (d *difference) spared(k state.Key) string {
	switch tool, fixed := d.in.manages(k), d.in.Actual.Fixed[k]; {
	case d.protected(k):
		return "a right of polsync's own"
	case d.in.Actual.Objects[k.On].Owner == k.With:
		return "of its owner"
	case tool != "":
		return managedBy(tool)
	case fixed != "":
		return fixed
	case d.target.Held[k] != "":
		return "held: " + d.target.Held[k]
	case d.in.Actual.UnknownReason(k) != "":
		return "could not be read completely: " + d.in.Actual.UnknownReason(k)
	}
	return ""
}

// comesWithAll reports, as held, a privilege that cannot be taken by itself.
func (d *difference) comesWithAll(k state.Key, o state.Origin) bool {
	all := k
	all.Name = allPrivileges
	if k.Fact != state.FactGrant || k.Name == allPrivileges || !d.in.Actual.Has(all) || d.goes(all) {
		return false
	}
	d.notices = append(d.notices, Notice{Held, k.On, fmt.Sprintf("%s comes with %s, which stays: say it of ALL, or take that away", k, allPrivileges), o})
	return true
}

// declaredAbove returns the grant on a container by which an entry gives a privilege, on platforms where grants reach
// what is in it. Its holder is no stranger, and the container's grant may still have to wait.
func (d *difference) declaredAbove(k state.Key) (state.Key, bool) {
	if d.in.Dialect.FutureContainers() || d.in.Dialect.Usage(k.On.Kind) == k.Name {
		return state.Key{}, false
	}
	for up, ok := k.On.Parent(); ok; up, ok = up.Parent() {
		above := k
		above.On = up
		if d.target.State.Has(above) || d.target.Held[above] != "" {
			return above, true
		}
	}
	return state.Key{}, false
}

// goes reports whether a grant of everything is to be taken, too.
func (d *difference) goes(all state.Key) bool {
	_, exclusive := d.exclusive(all)
	return exclusive && !d.target.State.Has(all) && d.spared(all) == ""
}

// reachedFromAbove warns of grants on containers that reach into what is exclusive, on platforms where grants do.
func (d *difference) reachedFromAbove() {
	if len(d.target.Exclusive) == 0 || d.in.Dialect.FutureContainers() {
		return
	}
	above := map[state.Key]state.Key{}
	for k := range d.target.Exclusive {
		for up, ok := k.On.Parent(); ok; up, ok = up.Parent() {
			at := k
			at.On = up
			if first, there := above[at]; !there || k.Compare(first) < 0 {
				above[at] = k
			}
		}
	}
	for k := range d.in.Actual.Facts {
		if k.Fact != state.FactGrant || d.target.State.Has(k) || d.in.Dialect.Usage(k.On.Kind) == k.Name || !d.wanted(k) {
			continue
		}
		inside, reaches := above[forAnybody(k)]
		if _, exclusive := d.exclusive(k); !reaches || exclusive || d.protected(k) {
			continue
		}
		d.notices = append(d.notices, Notice{Warning, k.On, fmt.Sprintf("%s reaches also %s, where %s is exclusive, and stays", k, inside.On, k.Name), d.target.Exclusive[inside]})
	}
}
