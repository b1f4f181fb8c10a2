package plan

import (
	"slices"

	"github.com/polsync/polsync/state"
)

// noteUnmaskable says of a tagged column that its type takes no mask. Where files or a store put the tag on the column
// itself they ask for what cannot be, and that is an error; what comes with a container's tag, from a finding or from
// somebody else is only said, since one such column must not stop everything else.
func (r *resolver) noteUnmaskable(d state.MaskDeclaration, c carriedColumn, t state.DataType) {
	switch {
	case t.Family == state.FamilyNone:
		r.note(Warning, c.on, d.Origin, "the type of %s is not known, so no mask can cover it: whoever may read it sees it in clear", c.on)
		return
	case d.Tag != "" && (!c.own || c.layer < state.LayerStore):
		r.note(Warning, c.on, d.Origin, "%s has the type %s, which no mask can cover: whoever may read it sees it in clear", c.on, t.Text)
		return
	}
	r.note(Error, c.on, d.Origin, "%s is to be masked by %s, but no mask can cover its type %s: it would be shown in clear", c.on, d.Name, t.Text)
}

// noteShadowed says which columns of a tag's mask somebody else masks directly: that mask is in force there, not the
// tag's. Where masks are set column by column the declared one takes its place.
func (r *resolver) noteShadowed(d state.MaskDeclaration, columns []carriedColumn) {
	if !r.in.Dialect.TagMasks() {
		return
	}
	names := map[string]bool{}
	for _, c := range columns {
		k := state.Key{Fact: state.FactMask, On: c.on}
		if r.in.Actual.Has(k) && !r.target.State.Has(k) && !r.leaves(k) {
			names[c.on.Path()] = true
		}
	}
	if len(names) > 0 {
		r.note(Warning, state.Securable{}, d.Origin, "mask %s is not in force where somebody else's direct mask goes before it: %s", d.Name, someNames(names))
	}
}

// noteStrangersTags says which columns of tags' masks carry a tag, too, that somebody else bound a policy for their type
// to: such a column cannot be queried. That it comes to this is an error; that it is so already is only said.
func (r *resolver) noteStrangersTags(seen map[state.Securable]string, direct map[state.Securable]bool) {
	if !r.in.Dialect.TagMasks() || len(seen) == 0 {
		return
	}
	theirs, ours := map[state.Securable]map[state.Family]bool{}, map[string]state.Securable{}
	for k := range r.in.Actual.Facts {
		if k.Fact == state.FactBinding && !r.target.State.Has(k) && !r.leaves(k) {
			if theirs[k.On] == nil {
				theirs[k.On] = map[state.Family]bool{}
			}
			theirs[k.On][state.Family(k.Name)] = true
		}
	}
	for _, d := range r.in.Declarations.Masks {
		if info := r.tags[d.Tag]; info != nil {
			ours[d.Name] = info.on
		}
	}
	for tag, families := range theirs {
		for _, c := range r.covered(tag) {
			family := r.in.Actual.Objects[c.on].Type.Family
			mask, both := seen[c.on]
			if !both || direct[c.on] || !families[family] || ours[mask] == tag {
				continue
			}
			level := Error
			if r.in.Actual.Has(state.Key{Fact: state.FactBinding, On: ours[mask], Name: string(family)}) && r.carries(c.on, ours[mask]) {
				level = Warning
			}
			r.note(level, c.on, r.maskOrigin(mask), "%s carries %s, which somebody else masks by, besides the tag of mask %s: nobody can query a column with two masked tags", c.on, tag, mask)
		}
	}
}

func (r *resolver) maskOrigin(name string) state.Origin {
	for _, d := range r.in.Declarations.Masks {
		if d.Name == name {
			return d.Origin
		}
	}
	return state.Origin{}
}

// carries reports whether something, or what it lies in, has a tag today.
func (r *resolver) carries(on, tag state.Securable) bool {
	for up, ok := on, true; ok; up, ok = up.Parent() {
		for _, kind := range samePlace(up.Kind) {
			at := up
			at.Kind = kind
			if r.in.Actual.Has(state.Key{Fact: state.FactTagged, On: at, With: tag}) {
				return true
			}
		}
	}
	return false
}

// noteViews says which columns of views a mask covers although no table of their catalog has a column of that name
// under a mask: what a view selects from is not known here, and whoever may read that sees it in clear.
func (r *resolver) noteViews(d state.MaskDeclaration, columns []carriedColumn) {
	for _, c := range columns {
		relation, _ := r.in.Actual.Relation(c.on)
		if relation.Kind == state.KindView || relation.Kind == state.KindMaterializedView || relation.Kind == state.KindDynamicTable {
			r.ofViews = append(r.ofViews, viewColumn{c.on, d.Name, d.Origin})
			continue
		}
		if r.ofTables == nil {
			r.ofTables = map[[2]string]bool{}
		}
		r.ofTables[[2]string{c.on.Catalog, c.on.Column}] = true
	}
}

type viewColumn struct {
	on   state.Securable
	mask string
	at   state.Origin
}

// sayViews says what noteViews found, once all masks are known.
func (r *resolver) sayViews() {
	open := map[string]map[string]bool{}
	places := map[string]state.Origin{}
	for _, v := range r.ofViews {
		if r.ofTables[[2]string{v.on.Catalog, v.on.Column}] {
			continue
		}
		if open[v.mask] == nil {
			open[v.mask] = map[string]bool{}
		}
		open[v.mask][v.on.Path()], places[v.mask] = true, v.at
	}
	for mask, names := range open {
		r.note(Warning, state.Securable{}, places[mask], "mask %s covers columns of views alone: %s; whoever may read the tables behind them sees the values in clear", mask, someNames(names))
	}
	r.ofViews, r.ofTables = nil, nil
}

// noteBypass says which rules of a mask a session can leave behind by choosing its roles: a rule that hides something
// from a role holds only while that role is active, and on Snowflake a user with several roles need not have all of
// them active. Whoever then falls under a later rule, or the default, that shows clear can read what was to be hidden.
// Users cannot choose not to be themselves, and a role that comes with another is active with it.
func (r *resolver) noteBypass(d state.MaskDeclaration, p *state.MaskingPolicy) {
	if r.in.Dialect.Name() != "snowflake" {
		return
	}
	for i, hides := range p.Rules {
		if hides.Show.Word() == state.ShowClear {
			continue
		}
		for _, role := range hides.To {
			if role.Kind != state.KindRole && role.Kind != state.KindDatabaseRole || r.everyone(role) {
				continue
			}
			if by := r.wayAround(role, hides, p, i); by != "" {
				r.noteAlways(d.Origin, "mask %s can be bypassed: it hides from %s what it shows to %s, and a session need not have %s active (USE SECONDARY ROLES NONE, another primary role)", d.Name, role, by, role)
			}
		}
	}
}

// wayAround names whom a policy shows in clear, behind its i-th rule, what the rule hides from a role, if that can be
// somebody who has the role too; "" for nobody.
func (r *resolver) wayAround(role state.Securable, hides state.Rule, p *state.MaskingPolicy, i int) string {
	for _, later := range p.Rules[i+1:] {
		if later.Show.Word() != state.ShowClear || !sameValues(hides.Values, later.Values) {
			continue
		}
		for _, to := range later.To {
			comesWith := r.reaches(to, role) && !p.Primary && to.Kind != state.KindUser
			if r.everyone(to) || to != role && !comesWith && r.shared(role, to) {
				return to.String()
			}
		}
	}
	if p.Default.Word() == state.ShowClear {
		return "everybody else"
	}
	return ""
}

func sameValues(a, b []string) bool {
	return len(a) == 0 || len(b) == 0 || slices.ContainsFunc(a, func(v string) bool { return slices.Contains(b, v) })
}

func (r *resolver) everyone(p state.Securable) bool { return p == r.in.Dialect.Fold(state.Everyone) }

// shared reports whether somebody has both roles.
func (r *resolver) shared(a, b state.Securable) bool {
	have := r.holders(b)
	for member := range r.holders(a) {
		if member == b || have[member] {
			return true
		}
	}
	return have[a]
}

// reaches reports whether a principal has a role, directly or through others, now or once the run is done.
func (r *resolver) reaches(p, role state.Securable) bool { return r.holders(role)[p] }

// holders returns everybody who has a role, directly or through others, now or once the run is done.
func (r *resolver) holders(role state.Securable) map[state.Securable]bool {
	if all, known := r.holding[role]; known {
		return all
	}
	if r.membersOf == nil {
		r.holding, r.membersOf = map[state.Securable]map[state.Securable]bool{}, map[state.Securable][]state.Securable{}
		for _, s := range [...]*state.State{r.in.Actual, r.target.State} {
			for k := range s.Facts {
				if k.Fact == state.FactMember {
					r.membersOf[k.On] = append(r.membersOf[k.On], k.With)
				}
			}
		}
	}
	all := map[state.Securable]bool{}
	for front := []state.Securable{role}; len(front) > 0; front = front[1:] {
		for _, m := range r.membersOf[front[0]] {
			if !all[m] {
				all[m] = true
				front = append(front, m)
			}
		}
	}
	r.holding[role] = all
	return all
}
