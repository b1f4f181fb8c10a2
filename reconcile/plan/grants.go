package plan

import (
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
				for _, o := range r.openedBy(one) {
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
	for _, ref := range d.To {
		found, mapped := r.principal(ref)
		if !mapped && r.speaksOnlyHere(d) {
			r.note(Error, state.Securable{}, d.Origin, "%s is not mapped for %s; map it under principals", ref, r.in.Platform)
		}
		to = append(to, found...)
	}
	if len(to) == 0 {
		return
	}
	keys := r.openedBy(d)
	for _, p := range to {
		for _, o := range keys {
			o.key.With = p
			r.granted(o.key, d)
		}
	}
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

// openedBy returns the keys, without grantee, of everything one grant gives.
func (r *resolver) openedBy(d state.GrantDeclaration) []opened {
	set := map[state.Key]bool{}
	for _, sel := range d.On {
		if sel.Tag == "" && sel.Pattern.Platform != r.in.Platform {
			continue
		}
		targets := r.expand([]state.Selector{sel}, d.Except, r.acceptFor(sel, d.Kinds), false)
		for _, on := range targets {
			r.openOn(set, on, sel, d)
		}
		if d.Future || d.Absent {
			r.openFuture(set, sel, d)
		}
	}
	keys := make([]opened, 0, len(set))
	for k := range set {
		keys = append(keys, opened{k})
	}
	slices.SortFunc(keys, func(a, b opened) int { return a.key.Compare(b.key) })
	return keys
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
	inside := r.below(on, func(s state.Securable) bool { return s != on && (s.Kind == state.KindSchema || s.Kind.Relation()) })
	rest := r.less(slices.Clone(inside), d.Except)
	if len(rest) == len(inside) {
		return false
	}
	r.note(Error, on, d.Origin, "%s on %s reaches all that is in it, also what `except` takes out; name what is to be opened instead", privilege, on)
	return true
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
			return r.in.Dialect.Access(d.Access, on.Kind)
		}
		written = level.Privileges[on.Kind]
	}
	var all []string
	for _, w := range written {
		names, err := r.in.Dialect.Privileges(w, on.Kind)
		if err != nil {
			if !sel.Pattern.Wild() && sel.Tag == "" {
				r.note(Error, on, d.Origin, "%s: %v", on, err)
			}
			continue
		}
		all = append(all, names...)
	}
	return all
}

// openFuture adds the grants on objects to come: of its own on each kind, or on the container that hands them down.
func (r *resolver) openFuture(set map[state.Key]bool, sel state.Selector, d state.GrantDeclaration) {
	container := sel.Pattern
	switch {
	case sel.Tag != "":
		return
	case container.Deep:
		container.Deep = false
	case len(container.Parts) > 1 && isStar(container.Parts[len(container.Parts)-1]):
		container.Parts = container.Parts[:len(container.Parts)-1]
	default:
		return
	}
	kinds := d.Kinds
	if len(kinds) == 0 {
		kinds = []state.Kind{state.KindTable, state.KindView}
	}
	accept := func(s state.Securable) bool { return s.Kind == state.KindCatalog || s.Kind == state.KindSchema }
	for _, on := range r.inv.find(container, accept) {
		for _, k := range kinds {
			probe := state.Securable{Kind: k, Catalog: on.Catalog, Schema: on.Schema, Name: "x"}
			for _, p := range r.privilegesOn(probe, state.Selector{Pattern: state.Pattern{Deep: true}}, d) {
				key := state.Key{Fact: state.FactGrant, On: on, Name: p}
				if r.in.Dialect.FutureContainers() {
					key.Future = k
				}
				set[key] = true
			}
		}
		if d.Parents && !d.Absent {
			r.openParents(set, on)
		}
		if d.Future && !d.Absent {
			r.warnUntagged(on, d)
		}
	}
	if d.Future && !r.in.Dialect.FutureContainers() {
		r.dropCovered(set)
	}
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

// eachGrant spells out for_each.
func (r *resolver) eachGrant(d state.GrantDeclaration) []state.GrantDeclaration {
	if d.ForEach == nil {
		return []state.GrantDeclaration{d}
	}
	var all []state.GrantDeclaration
	for _, s := range r.matches(d.ForEach, d.Origin) {
		one, v := d, templated{d.ForEach.Var, s, r.in.Dialect.FoldPart}
		one.ForEach = nil
		one.To = v.refs(d.To)
		one.On, one.Except = v.selectors(d.On, r.in.Platform), v.selectors(d.Except, r.in.Platform)
		all = append(all, one)
	}
	return all
}

func (r *resolver) eachRole(d state.RoleDeclaration) []state.RoleDeclaration {
	if d.ForEach == nil {
		return []state.RoleDeclaration{d}
	}
	var all []state.RoleDeclaration
	for _, s := range r.matches(d.ForEach, d.Origin) {
		one, v := d, templated{d.ForEach.Var, s, r.in.Dialect.FoldPart}
		one.ForEach = nil
		one.Name, one.Catalog = v.part(d.Name), v.part(d.Catalog)
		one.Members, one.Users, one.MemberOf = v.refs(d.Members), v.refs(d.Users), v.refs(d.MemberOf)
		all = append(all, one)
	}
	return all
}

func (r *resolver) matches(t *state.Template, o state.Origin) []state.Securable {
	if t.Pattern.Platform != r.in.Platform {
		return nil
	}
	found := r.inv.find(t.Pattern, func(s state.Securable) bool {
		return s.Kind == state.KindCatalog || s.Kind == state.KindSchema || s.Kind.Relation()
	})
	if len(found) == 0 {
		r.note(Warning, state.Securable{}, o, "for_each: %s matches nothing on %s", t.Pattern.Text, r.in.Platform)
	}
	return found
}

// templated fills one match of a for_each into names.
type templated struct {
	name string
	is   state.Securable
	fold func(state.Part) string
}

func (v templated) fill(text string) string {
	last := v.is.Parts()[depth(v.is)-1]
	return strings.NewReplacer("${"+v.name+"}", last, "${"+v.name+".name}", last, "${"+v.name+".catalog}", v.is.Catalog,
		"${"+v.name+".schema}", v.is.Schema, "${"+v.name+".table}", v.is.Name).Replace(text)
}

// part fills a name part. What comes from the platform is already in its spelling, so what is written around it is
// folded and the whole is quoted.
func (v templated) part(p state.Part) state.Part {
	if p.Quoted || !strings.Contains(p.Text, "${") {
		return state.Part{Text: v.fill(p.Text), Quoted: p.Quoted}
	}
	var b strings.Builder
	rest := p.Text
	for rest != "" {
		open := strings.Index(rest, "${")
		end := strings.IndexByte(rest, '}')
		if open < 0 || end < open {
			b.WriteString(v.fold(state.Part{Text: rest}))
			break
		}
		if open > 0 {
			b.WriteString(v.fold(state.Part{Text: rest[:open]}))
		}
		b.WriteString(v.fill(rest[open : end+1]))
		rest = rest[end+1:]
	}
	return state.Part{Text: b.String(), Quoted: true}
}

func (v templated) refs(refs []state.PrincipalRef) []state.PrincipalRef {
	out := slices.Clone(refs)
	for i := range out {
		p := v.part(state.Part{Text: out[i].Name, Quoted: out[i].Quoted})
		out[i].Name, out[i].Quoted = p.Text, p.Quoted
	}
	return out
}

// selectors fills patterns; a first part that is the variable alone stands for the whole dotted name of the match.
func (v templated) selectors(sels []state.Selector, platform string) []state.Selector {
	out := slices.Clone(sels)
	for i := range out {
		p := &out[i].Pattern
		parts := make([]state.Part, 0, len(p.Parts)+2)
		for j, part := range p.Parts {
			if j == 0 && part.Text == "${"+v.name+"}" {
				for _, s := range v.is.Parts() {
					parts = append(parts, state.Part{Text: s, Quoted: true})
				}
				if p.Platform == "" {
					p.Platform = platform
				}
				continue
			}
			parts = append(parts, v.part(part))
		}
		p.Parts = parts
	}
	return out
}
