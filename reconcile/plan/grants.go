package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/polsync/polsync/state"
)

// grants states the declared privileges.
func (r *resolver) grants() {
	for _, d := range r.in.Declarations.Grants {
		if !d.Until.IsZero() && !r.in.Now.Before(d.Until) {
			r.expire(d) // from then on it is as if undeclared
			continue
		}
		for _, one := range r.eachGrant(d) {
			r.grant(one)
		}
	}
}

// expire remembers what an expired grant gave, since guards do not count its end.
func (r *resolver) expire(d state.GrantDeclaration) {
	quiet := len(r.target.Notices)
	for _, one := range r.eachGrant(d) {
		for _, ref := range one.To {
			to, _ := r.principal(ref)
			for _, p := range to {
				keys, _ := r.openedBy(one)
				for _, o := range keys {
					o.key.With = p
					r.target.Expired[o.key] = d.Origin
				}
			}
		}
	}
	r.target.Notices = r.target.Notices[:quiet]
}

// opened is one securable a grant reaches and the privileges given on it.
type opened struct {
	key state.Key // without the grantee
}

func (r *resolver) grant(d state.GrantDeclaration) {
	if !slices.ContainsFunc(d.On, func(s state.Selector) bool { return s.Tag != "" || s.Pattern.Platform == r.in.Platform }) {
		return
	}
	var to []state.Securable
	var unmapped []state.PrincipalRef
	for _, ref := range d.To {
		found, mapped := r.principal(ref)
		if !mapped {
			unmapped = append(unmapped, ref)
		}
		to = append(to, found...)
	}
	if len(to) == 0 && len(unmapped) == 0 {
		return
	}
	keys, found := r.openedBy(d)
	if found && len(keys) == 0 && !r.erred(d.Origin) {
		what := cmp.Or(d.Access, strings.Join(d.Privileges, ", "))
		r.note(Warning, state.Securable{}, d.Origin, "the grant says nothing on %s: %s is not for the kinds that it names", r.in.Platform, what)
	}
	for _, ref := range unmapped {
		if r.speaksOnlyHere(d) || len(keys) > 0 {
			r.note(Error, state.Securable{}, d.Origin, "%s is not mapped for %s; map it under principals, or limit the grant with `in:`", ref, r.in.Platform)
		}
	}
	for _, p := range to {
		for _, o := range keys {
			o.key.With = p
			r.granted(o.key, d)
		}
	}
}

// erred reports whether a declaration is known to be wrong already.
func (r *resolver) erred(o state.Origin) bool {
	return slices.ContainsFunc(r.target.Notices, func(n Notice) bool { return n.Level == Error && n.Origin.Compare(o) == 0 })
}

// speaksOnlyHere reports whether none of the grant's selectors could mean another platform.
func (r *resolver) speaksOnlyHere(d state.GrantDeclaration) bool {
	return slices.ContainsFunc(d.On, func(s state.Selector) bool { return s.Pattern.Platform == r.in.Platform })
}

func (r *resolver) granted(k state.Key, d state.GrantDeclaration) {
	o := d.Origin
	o.Reasons = d.Reasons
	switch {
	case d.Absent:
		r.absent(k, o)
	case !r.exists(k.With):
		r.hold(k, o, k.With.String()+" is not there")
	default:
		r.putGrant(state.Fact{Key: k, Value: state.Option(d.GrantOption), Origin: o})
	}
}

// putGrant merges grants of one privilege: the reasons of all, and grant option if any gives it.
func (r *resolver) putGrant(f state.Fact) {
	if old, there := r.target.State.Facts[f.Key]; there && old.Origin.Layer == f.Origin.Layer {
		old.Value = state.Option(bool(old.Value.(state.Option)) || bool(f.Value.(state.Option)))
		for _, reason := range f.Origin.Reasons {
			if !slices.Contains(old.Origin.Reasons, reason) {
				old.Origin.Reasons = append(slices.Clone(old.Origin.Reasons), reason)
			}
		}
		r.target.State.Put(old)
		return
	}
	r.put(f)
}

// openedBy returns the keys, without grantee, of everything one grant gives, and whether its names were found at all.
func (r *resolver) openedBy(d state.GrantDeclaration) (keys []opened, found bool) {
	set := map[state.Key]bool{}
	for _, sel := range d.On {
		if sel.Tag == "" && sel.Pattern.Platform != r.in.Platform {
			continue
		}
		if on, ok := r.importedBy(sel, d); ok {
			r.openOn(set, on, sel, d)
			found = true
			continue
		}
		targets := r.expand([]state.Selector{sel}, d.Except, r.acceptFor(sel, d.Kinds), false)
		for _, on := range targets {
			r.openOn(set, on, sel, d)
		}
		if d.Future || d.Absent {
			r.openFuture(set, sel, d)
		}
		found = found || len(targets) > 0
	}
	for k := range set {
		keys = append(keys, opened{k})
	}
	slices.SortFunc(keys, func(a, b opened) int { return a.key.Compare(b.key) })
	return keys, found
}

// importedBy returns the shared or imported catalog that a grant of what is for such alone names plainly. Nothing else
// is declared about a foreign place.
func (r *resolver) importedBy(sel state.Selector, d state.GrantDeclaration) (state.Securable, bool) {
	if sel.Tag != "" || sel.Kind != state.KindNone || len(sel.Pattern.Parts) != 1 || sel.Pattern.Wild() || len(d.Privileges) != 1 || d.Access != "" || d.Future {
		return state.Securable{}, false
	}
	on := r.literal(sel.Pattern)
	if r.in.Actual == nil || r.in.Actual.Objects[on].Foreign == "" || r.in.Actual.Objects[on].Sort == "" {
		return state.Securable{}, false
	}
	all, err := r.in.Dialect.Privileges(d.Privileges[0], on.Kind)
	if err != nil {
		return state.Securable{}, false
	}
	fits, err := r.in.Dialect.Sift(all, on.Kind, r.sort(on))
	return on, err == nil && len(fits) == 1
}

// acceptFor returns which objects a selector of a grant takes: what the number of parts says, of the kinds asked for;
// under ** and tags tables and views.
func (r *resolver) acceptFor(sel state.Selector, kinds []state.Kind) func(state.Securable) bool {
	relations := sel.Pattern.Deep || sel.Tag != ""
	return func(s state.Securable) bool {
		switch {
		case s.Kind == state.KindColumn || s.Kind.Principal() || s.Kind == state.KindTag || s.Kind == state.KindMaskingPolicy:
			return false
		case len(kinds) > 0:
			return slices.Contains(kinds, s.Kind)
		case relations || len(sel.Pattern.Parts) == 3:
			return s.Kind.Relation()
		}
		return s.Kind == state.KindCatalog || s.Kind == state.KindSchema
	}
}

func (r *resolver) openOn(set map[state.Key]bool, on state.Securable, sel state.Selector, d state.GrantDeclaration) {
	given := false
	container := on.Kind == state.KindCatalog || on.Kind == state.KindSchema
	for _, p := range r.privilegesOn(on, sel, d) {
		if container && !d.Absent && r.leavesOut(on, p, d) {
			continue
		}
		set[state.Key{Fact: state.FactGrant, On: on, Name: p}] = true
		given = true
	}
	if d.Access != "" && container {
		for _, below := range r.less(r.below(on, r.acceptFor(state.Selector{Pattern: state.Pattern{Deep: true}}, d.Kinds)), d.Except) {
			r.openOn(set, below, state.Selector{Pattern: state.Pattern{Deep: true}}, d)
		}
		given = true
	}
	if given && d.Parents && !d.Absent {
		r.openParents(set, on)
	}
}

// leavesOut reports, as an error, a privilege on a container that reaches all below it, while `except` takes some of
// that out: nothing can be held back from such a grant.
func (r *resolver) leavesOut(on state.Securable, privilege string, d state.GrantDeclaration) bool {
	if len(d.Except) == 0 || r.in.Dialect.FutureContainers() || r.in.Dialect.Usage(on.Kind) == privilege {
		return false
	}
	if !r.takesOut(on, d.Except) {
		return false
	}
	r.note(Error, on, d.Origin, "%s on %s reaches all that is in it, also what `except` takes out; name what is to be opened instead", privilege, on)
	return true
}

// takesOut reports whether except takes out something inside a container.
func (r *resolver) takesOut(container state.Securable, except []state.Selector) bool {
	if len(except) == 0 {
		return false
	}
	inside := r.below(container, func(s state.Securable) bool {
		return s != container && (s.Kind == state.KindSchema || s.Kind.Relation())
	})
	return len(r.less(slices.Clone(inside), except)) < len(inside)
}

func (r *resolver) openParents(set map[state.Key]bool, on state.Securable) {
	if u := r.in.Dialect.Usage(on.Kind); u != "" {
		set[state.Key{Fact: state.FactGrant, On: on, Name: u}] = true
	}
	for up, ok := on.Parent(); ok; up, ok = up.Parent() {
		if u := r.in.Dialect.Usage(up.Kind); u != "" {
			set[state.Key{Fact: state.FactGrant, On: up, Name: u}] = true
		}
	}
}

// privilegesOn returns what a grant gives on one securable. A privilege that the kind does not have is an error on a
// plain name and passed over under a glob.
func (r *resolver) privilegesOn(on state.Securable, sel state.Selector, d state.GrantDeclaration) []string {
	written := d.Privileges
	if d.Access != "" {
		level, named := r.in.Declarations.Access[d.Access]
		if !named {
			fits, _ := r.in.Dialect.Sift(r.in.Dialect.Access(d.Access, on.Kind), on.Kind, r.sort(on))
			return fits
		}
		written = level.Privileges[on.Kind]
	}
	var all []string
	for _, w := range written {
		names, err := r.in.Dialect.Privileges(w, on.Kind)
		if err != nil {
			if !sel.Pattern.Wild() && sel.Tag == "" && !r.in.Offline { // offline the kind is a guess
				r.note(Error, on, d.Origin, "%s: %v", on, err)
			}
			continue
		}
		fits, err := r.in.Dialect.Sift(names, on.Kind, r.sort(on))
		if len(fits) == 0 && !sel.Pattern.Wild() && sel.Tag == "" && !r.in.Offline {
			if err == nil {
				err = fmt.Errorf("it is a %s of the sort %s, which has no privilege %s", on.Kind, cmp.Or(r.sort(on), "plain"), w)
			}
			r.note(Error, on, d.Origin, "%s: %v", on, err)
		}
		all = append(all, fits...)
	}
	return all
}

// sort returns the sort that something is of its kind; objects to come may be of any.
func (r *resolver) sort(on state.Securable) string {
	if on.Name == toCome {
		return AnySort
	}
	if r.in.Actual == nil {
		return ""
	}
	return r.in.Actual.Objects[on].Sort
}

// toCome is the name that stands for those of objects to come. No platform has such a name.
const toCome = "\x00"

// openFuture adds the grants on objects to come: of its own on each kind, or on the container that hands them down. A
// grant that must not be has them also on the containers inside: there each has future grants of its own.
func (r *resolver) openFuture(set map[state.Key]bool, sel state.Selector, d state.GrantDeclaration) {
	container, kinds, ok := futureOf(sel, d)
	if !ok {
		return
	}
	accept := func(s state.Securable) bool { return s.Kind == state.KindCatalog || s.Kind == state.KindSchema }
	for _, on := range r.less(r.inv.find(container, accept), d.Except) {
		if d.Absent && r.takesOut(on, d.Except) {
			r.note(Warning, on, d.Origin, "what is granted on objects to come in %s stays: it reaches also what `except` takes out", on)
			continue
		}
		reads := false
		for _, k := range kinds {
			probe := state.Securable{Kind: k, Catalog: on.Catalog, Schema: on.Schema, Name: toCome}
			for _, p := range r.privilegesOn(probe, state.Selector{Pattern: state.Pattern{Deep: true}}, d) {
				key := state.Key{Fact: state.FactGrant, On: on, Name: p}
				if r.in.Dialect.FutureContainers() {
					key.Future = k
				}
				set[key] = true
				reads = reads || p == "SELECT"
			}
		}
		if d.Parents && !d.Absent {
			r.openParents(set, on)
		}
		if reads && d.Future && !d.Absent {
			r.warnUntagged(on, d)
		}
	}
	if d.Future && !r.in.Dialect.FutureContainers() {
		r.dropCovered(set)
	}
}

// futureOf returns the containers that a grant's selector means whole, and the kinds that are to come in them: tables
// and views, schemas for CATALOG.*, or those that `kinds` names. What must not be is looked for on every kind.
func futureOf(sel state.Selector, d state.GrantDeclaration) (container state.Pattern, kinds []state.Kind, ok bool) {
	container = sel.Pattern
	last := len(container.Parts) - 1
	kinds = []state.Kind{state.KindTable, state.KindView}
	if d.Absent {
		kinds = []state.Kind{state.KindTable, state.KindView, state.KindMaterializedView, state.KindDynamicTable, state.KindExternalTable}
	}
	switch {
	case sel.Tag != "" || sel.Kind != state.KindNone:
		return container, nil, false
	case container.Deep:
		container.Deep = d.Absent
	case last > 0 && last < 3 && isStar(container.Parts[last]):
		container.Parts = container.Parts[:last]
		container.Deep = d.Absent && d.Access != ""
		if last == 1 && d.Access == "" {
			kinds = []state.Kind{state.KindSchema}
		}
	case last >= 0 && last < 2 && d.Absent && d.Access != "":
		container.Deep = true // a level on a container is for all that is in it
	default:
		return container, nil, false
	}
	if len(d.Kinds) > 0 {
		kinds = d.Kinds
	}
	return container, kinds, true
}

// dropCovered takes out grants that one on a container already gives.
func (r *resolver) dropCovered(set map[state.Key]bool) {
	for k := range set {
		for up, ok := k.On.Parent(); ok; up, ok = up.Parent() {
			above := k
			above.On = up
			if set[above] && r.in.Dialect.Usage(k.On.Kind) != k.Name {
				delete(set, k)
				break
			}
		}
	}
}

// warnUntagged says that tables to come can be read before anything has tagged them.
func (r *resolver) warnUntagged(on state.Securable, d state.GrantDeclaration) {
	if r.masked == nil {
		r.masked = r.maskedPlaces()
	}
	for up, ok := on, true; ok; up, ok = up.Parent() {
		if r.masked[up] {
			return
		}
	}
	r.note(Warning, on, d.Origin, "%s carries no masked tag itself, so tables created in it can be read before they are tagged", on)
}

// maskedPlaces returns the catalogs and schemas that carry a tag with a mask.
func (r *resolver) maskedPlaces() map[state.Securable]bool {
	places := map[state.Securable]bool{}
	for k := range r.target.State.Facts {
		if k.Fact != state.FactBinding {
			continue
		}
		for _, t := range r.tagged[k.On] {
			if t.on.Kind == state.KindCatalog || t.on.Kind == state.KindSchema {
				places[t.on] = true
			}
		}
	}
	return places
}

func isStar(p state.Part) bool { return !p.Quoted && p.Text == "*" }
