package plan

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/polsync/polsync/state"
)

var constraintKinds = map[string]state.Kind{
	state.SortAggregation: state.KindAggregationPolicy, state.SortProjection: state.KindProjectionPolicy, state.SortJoin: state.KindJoinPolicy,
}

// constraints states the declared aggregation, projection and join policies and what they go on. A declaration has no
// name: a policy is called after what it says, and is shared by all that say the same.
func (r *resolver) constraints() {
	for _, d := range r.in.Declarations.Constraints {
		if !r.here(d.In) {
			continue
		}
		for _, sort := range d.Sorts() {
			r.constraint(d, sort)
		}
	}
}

func (r *resolver) constraint(d state.ConstraintDeclaration, sort string) {
	accept := isRelation
	if sort == state.SortProjection {
		accept = isColumn
	}
	on := r.expand(d.On, nil, accept, true)
	if len(on) == 0 {
		return
	}
	p := &state.ConstraintPolicy{Except: r.named(d.ExceptTo, "the "+sort+" constraint", false)}
	content := ""
	switch sort {
	case state.SortAggregation:
		p.MinGroup, content = d.MinGroup, fmt.Sprint(d.MinGroup)
	case state.SortProjection:
		p.Allow, content = *d.Project, map[bool]string{true: "allowed", false: "denied"}[*d.Project]
	case state.SortJoin:
		p.Free, content = !*d.Join, map[bool]string{true: "required", false: "free"}[*d.Join]
	}
	if len(p.Except) > 0 {
		content += "_" + digestOf(p.Except)
	}
	p.Name = r.in.Dialect.ConstraintPolicy(constraintKinds[sort], content, r.in.Home)
	text, err := r.in.Dialect.ConstraintBody(p)
	if err != nil {
		r.note(Error, p.Name, d.Origin, "the %s constraint: %v", sort, err)
		return
	}
	p.Body = text
	if is := r.in.Actual.ConstraintPolicy(p.Name); is != nil {
		p.Comment = is.Comment
	}
	r.put(state.Fact{Key: state.Key{Fact: state.FactConstraintPolicy, On: p.Name}, Value: p, Origin: d.Origin})
	for _, s := range on {
		r.put(state.Fact{Key: state.Key{Fact: state.FactConstraint, On: s, Name: sort}, Value: state.Filter{Policy: p.Name}, Origin: d.Origin})
	}
}

// digestOf tells sets of principals apart in a name.
func digestOf(who []state.Securable) string {
	h := sha256.New()
	for _, p := range who {
		fmt.Fprintf(h, "%s\x00%s\x00%s\x00", p.Kind, p.Catalog, p.Name)
	}
	return hex.EncodeToString(h.Sum(nil)[:4])
}
