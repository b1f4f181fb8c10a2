package report

import (
	"fmt"
	"strings"

	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
)

func filterText(v state.Value) string {
	f, _ := v.(state.Filter)
	if len(f.Using) == 0 {
		return f.Policy.Path()
	}
	return f.Policy.Path() + " by " + strings.Join(f.Using, ", ")
}

// rowPolicyText says who sees which rows.
func rowPolicyText(c plan.Change) string {
	p, _ := c.Want.(*state.RowPolicy)
	switch {
	case p == nil:
		return ""
	case p.Opaque:
		return "the author's SQL"
	}
	var parts []string
	for _, r := range p.Rules {
		which := "rows with " + strings.Join(r.Values, ", ")
		if r.All {
			which = "all rows"
		} else if len(r.Values) == 0 {
			which = "no rows"
		}
		parts = append(parts, principalNames(r.To)+" "+which)
	}
	if l := p.Lookup; l != nil {
		parts = append(parts, fmt.Sprintf("each %s what %s pairs it with", l.By, l.Table.Path()))
	}
	rest := map[bool]string{true: "all rows", false: "no rows"}[p.Default]
	if len(parts) == 0 {
		return "everyone " + rest
	}
	return strings.Join(append(parts, "else "+rest), "; ")
}

// constraintText says what is not to be done by whom.
func constraintText(c plan.Change) string {
	p, _ := c.Want.(*state.ConstraintPolicy)
	switch {
	case p == nil:
		return ""
	case p.Opaque:
		return "the author's SQL"
	}
	var s string
	switch p.Name.Kind {
	case state.KindAggregationPolicy:
		s = fmt.Sprintf("groups of %d or more", p.MinGroup)
	case state.KindProjectionPolicy:
		s = map[bool]string{true: "may be in a result", false: "not in a result"}[p.Allow]
	case state.KindJoinPolicy:
		s = map[bool]string{true: "no join needed", false: "only in a join"}[p.Free]
	}
	if len(p.Except) > 0 {
		s += ", but for " + principalNames(p.Except)
	}
	return s
}

func principalNames(all []state.Securable) string {
	names := make([]string, len(all))
	for i, to := range all {
		names[i] = to.Name
		if to.Kind == state.KindEveryone {
			names[i] = "everyone"
		}
	}
	return strings.Join(names, ", ")
}

// abacText says by what an attribute-based policy masks or filters, and what it asks of tags.
func abacText(v state.Value) string {
	a, _ := v.(state.ABAC)
	var asked []string
	if a.When != "" {
		asked = append(asked, "tables: "+a.When)
	}
	for _, c := range a.Columns {
		asked = append(asked, c.Alias+": "+c.Tags)
	}
	return strings.TrimSpace(a.Policy.Name + " (" + strings.Join(asked, "; ") + ")")
}
