package plan

import (
	"github.com/polsync/polsync/state"
)

// Snowflake lets a column be in the signature of one policy of its table, unless the masking policy was made with
// EXEMPT_OTHER_POLICIES, which cannot be changed while it is attached. polsync makes all its masking policies so. One
// that is there without it, from before, gives way to another of a new name only where another policy looks at what it
// masks; the new name then stays.

// exemptSuffix stands behind the mask's name in that of the policy that takes the place of one without the property.
const exemptSuffix = "_exempt"

// policyName returns the name of the policy that carries out a mask for a family.
func (r *resolver) policyName(name string, f state.Family, args []string, columns []carriedColumn) state.Securable {
	on := r.in.Dialect.Policy(name, f, r.in.Home)
	if r.in.Dialect.Name() != "snowflake" {
		return on
	}
	other := r.in.Dialect.Policy(name+exemptSuffix, f, r.in.Home)
	is := r.in.Actual.Policy(on)
	if r.in.Actual.Policy(other) == nil && (is == nil || is.Exempt || !r.lookedAtAny(f, args, columns)) {
		return on
	}
	if is != nil {
		r.target.Instead[other] = on
	}
	return other
}

// lookedAtAny reports whether another policy looks at a column of a family, or at one that the mask's own conditions
// look at.
func (r *resolver) lookedAtAny(f state.Family, args []string, columns []carriedColumn) bool {
	for _, c := range columns {
		if r.in.Actual.Objects[c.on].Type.Family != f {
			continue
		}
		if r.looked.filters[c.on] || r.looked.conditions[c.on] {
			return true
		}
		for _, a := range args {
			sibling := c.on
			sibling.Column = a
			if r.looked.filters[sibling] {
				return true
			}
		}
	}
	return false
}

// lookedAt holds the columns that policies look at besides those that mask them.
type lookedAt struct {
	filters    map[state.Securable]bool // row filters, declared or there
	conditions map[state.Securable]bool // conditions of declared masks
}

// lookedAt finds them before any policy has its name. What is wrong with filters and masks is said when they are planned.
func (r *resolver) lookedAt() lookedAt {
	all := lookedAt{map[state.Securable]bool{}, map[state.Securable]bool{}}
	if r.in.Dialect.Name() != "snowflake" {
		return all
	}
	quiet := len(r.target.Notices)
	for k, f := range r.in.Actual.Facts {
		if filter, ok := f.Value.(state.Filter); ok && k.Fact == state.FactFilter {
			for _, name := range filter.Using {
				all.filters[sibling(k.On, name)] = true
			}
		}
	}
	for _, d := range r.in.Declarations.RowFilters {
		if !r.here(d.In) {
			continue
		}
		for _, table := range r.filterTables(d) {
			column := sibling(table, r.in.Dialect.FoldPart(unquote(d.Column)))
			if d.ColumnTag != "" {
				column, _ = r.taggedColumn(d, table)
			}
			all.filters[column] = true
		}
	}
	for _, d := range r.in.Declarations.Masks {
		args := r.siblings(d)
		if !r.here(d.In) || len(args) == 0 {
			continue
		}
		for _, c := range r.maskedBy(d) {
			for _, name := range args {
				all.conditions[sibling(c, name)] = true
			}
		}
	}
	r.target.Notices = r.target.Notices[:quiet]
	return all
}

// maskedBy returns the columns that a mask is declared for, whatever their types.
func (r *resolver) maskedBy(d state.MaskDeclaration) []state.Securable {
	if d.Tag == "" {
		return r.expand(d.On, d.Except, isColumn, true)
	}
	var found []state.Securable
	if info := r.tags[d.Tag]; info != nil {
		for _, c := range r.covered(info.on) {
			found = append(found, c.on)
		}
	}
	return found
}

func sibling(of state.Securable, name string) state.Securable {
	of.Kind, of.Column = state.KindColumn, name
	return of
}

// closedMask returns the masking policy that keeps other policies from looking at a column. Those of declared masks
// do not, and take the place of what is there.
func (r *resolver) closedMask(column state.Securable) (state.Securable, bool) {
	if r.in.Dialect.Name() != "snowflake" {
		return state.Securable{}, false
	}
	k := state.Key{Fact: state.FactMask, On: column}
	m, there := r.in.Actual.Value(k).(state.Mask)
	if !there || r.target.State.Has(k) || r.leaves(k) {
		return state.Securable{}, false
	}
	p := r.in.Actual.Policy(m.Policy)
	return m.Policy, p != nil && !p.Exempt
}

// exempting puts the swap of a policy for the one that takes its place before whatever looks at the column. Since no row
// filter is in force by then, the new policy shows no more than the old one until the run's end; interim says what.
func (d *difference) exempting() {
	for i := range d.changes {
		c := &d.changes[i]
		was, swapped := c.Was.(state.Mask)
		want, _ := c.Want.(state.Mask)
		if by, there := d.target.Instead[want.Policy]; swapped && there && by == was.Policy {
			c.Order = orderExempt
		}
	}
}

// interim returns what a new policy shows until everything is in place.
func (d *difference) interim(want *state.MaskingPolicy) *state.MaskingPolicy {
	was := d.known[d.target.Instead[want.Name]]
	if was == nil || d.same(was, want) {
		return want
	}
	return common(was, want)
}
