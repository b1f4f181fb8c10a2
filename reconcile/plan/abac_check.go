package plan

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/polsync/polsync/state"
)

// checkAttributes holds what attribute-based policies will come to against what is declared, since the platform tells of
// a conflict only when somebody asks, and of a condition that no column meets never: a policy of which one condition is
// met by no column is in force on none. What remains there of strangers' counts.
func (r *resolver) checkAttributes() {
	if len(r.abac)+len(r.abacRows) == 0 {
		return
	}
	v := newViewer(facts{r.remaining(), nil}, nil, r.in.Dialect.TagMasks(), nil)
	for _, c := range slices.SortedFunc(maps.Keys(r.abac), state.Securable.Compare) {
		r.checkWorn(v, c, r.abac[c], v.masksOn(c), "mask")
		r.checkArguments(v, c, r.abac[c])
	}
	for _, t := range slices.SortedFunc(maps.Keys(r.abacRows), state.Securable.Compare) {
		r.checkWorn(v, t, r.abacRows[t], v.filtersOn(t), "row filter")
		r.checkArguments(v, t, r.abacRows[t])
	}
	r.checkQuotas(v)
}

// remaining returns what will be there of tags and of what masks and filters, declared or kept.
func (r *resolver) remaining() *state.State {
	end := state.New()
	end.Objects = r.in.Actual.Objects
	for k, f := range r.in.Actual.Facts {
		if !attributeFact(k.Fact) || r.target.State.Has(k) {
			continue
		}
		if !r.leaves(k) {
			end.Put(f)
		}
	}
	for k, f := range r.target.State.Facts {
		if attributeFact(k.Fact) {
			end.Put(f)
		}
	}
	return end
}

// attributeFact reports whether facts of a kind decide what masks and filters a column or relation.
func attributeFact(k state.FactKind) bool {
	return k == state.FactABAC || k == state.FactMask || k == state.FactFilter || k == state.FactTagged
}

// checkWorn says where what is declared would not be in force, or where queries would fail.
func (r *resolver) checkWorn(v *viewer, on state.Securable, want attributed, worn []wornBy, sort string) {
	found := false
	var other *wornBy
	for _, w := range worn {
		if w.ambiguous != "" {
			r.note(Error, on, want.at, "%s: %s looks at one column by the condition %s of %s, which several columns of the table meet: every query of it would fail", on, want.by, w.ambiguous, abacText(w.key))
			return
		}
		if w.policy == want.policy && slices.Equal(w.using, want.using) {
			found = true
		} else if other == nil {
			other = &w
		}
	}
	switch {
	case other != nil:
		r.note(Error, on, want.at, "%s would have two %ss, of %s and by %s, and every query of it would fail: %s", on, sort, want.by, wornText(*other), remedy(*other))
	case !found:
		r.note(Error, on, want.at, "%s is to be under %s and would not be: %s", on, want.by, r.unmet(v, on, want.policy))
	}
}

func wornText(w wornBy) string {
	if w.key.Fact == state.FactABAC {
		return abacText(w.key)
	}
	return w.policy.String() + " on itself"
}

func remedy(w wornBy) string {
	if w.key.Fact == state.FactABAC {
		return "limit one of them, or take the tag off"
	}
	return "take that one off, or the tag"
}

// unmet says why a policy is not in force on something.
func (r *resolver) unmet(v *viewer, on, policy state.Securable) string {
	for _, s := range v.abac {
		if s.abac.Policy != policy || !s.key.On.Covers(on) {
			continue
		}
		_, missing := v.meets(s, on.Relation())
		i := slices.IndexFunc(s.abac.Columns, func(c state.ABACColumn) bool { return c.Alias == missing })
		if i >= 0 {
			return fmt.Sprintf("no column of the table meets %s, and then %s is in force on none", s.abac.Columns[i].Tags, abacText(s.key))
		}
	}
	return "no policy is in force on it"
}

// checkArguments says where a policy looks at a column that another one masks.
func (r *resolver) checkArguments(v *viewer, on state.Securable, want attributed) {
	for _, name := range want.using {
		arg := on.Relation()
		arg.Kind, arg.Column = state.KindColumn, name
		for _, w := range v.masksOn(arg) {
			if w.key.Fact == state.FactABAC {
				r.note(Error, on, want.at, "%s looks at %s, which %s masks: every query of it would fail", want.by, arg, abacText(w.key))
				return
			}
		}
	}
}

// checkQuotas says where the platform takes no more policies, or no policy for so many principals.
func (r *resolver) checkQuotas(v *viewer) {
	count, ours := map[state.Securable]int{}, map[state.Securable]state.Origin{}
	for _, s := range v.abac {
		at := placeOf(s.key.On)
		count[at]++
		f, declared := r.target.State.Facts[s.key]
		if !declared {
			continue
		}
		ours[at] = f.Origin
		if n := len(s.abac.To) + len(s.abac.Except); n > maxABACPrincipals {
			r.note(Error, s.key.On, f.Origin, "%s names %d principals, more than %d", abacText(s.key), n, maxABACPrincipals)
		}
	}
	for at, origin := range ours {
		if limit := maxABAC[at.Kind]; count[at] > limit {
			r.note(Error, at, origin, "%s would have %d attribute-based policies, more than the platform's %d; narrow them with `within`, or give the tag fewer values", strings.TrimSpace(at.Kind.String()+" "+at.Path()), count[at], limit)
		}
	}
}
