package databricks

import (
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

// Policy types, as REST spells them.
const (
	policyMask   = "POLICY_TYPE_COLUMN_MASK"
	policyFilter = "POLICY_TYPE_ROW_FILTER"
)

// Quotas of ABAC policies (vendor limits page, 2026).
const (
	maxPolicyPrincipals = 20
	maxPolicyColumns    = 3
)

var maxPolicies = map[kind]int{kindCatalog: 100, kindSchema: 100, kindTable: 50}

// policy is an ABAC policy: a mask or filter for the tables at or below a
// securable, chosen by tags.
type policy struct {
	id, name   string
	on         *securable
	comment    string
	policyType string
	to, except []string
	when       condition
	match      []matchColumn
	function   string    // catalog.schema.name
	onColumn   string    // alias; masks only
	using      []bindArg // column holds an alias
	created    stamp
	altered    stamp
}

// condition is an expression over tags; the zero value holds always.
type condition struct {
	text string
	expr sqlengine.Expr
}

type matchColumn struct {
	alias string
	cond  condition
}

// names reports whether the policy acts on an identity.
func (p *policy) names(id identity) bool {
	for _, e := range p.except {
		if id.is(e) {
			return false
		}
	}
	for _, t := range p.to {
		if id.is(t) {
			return true
		}
	}
	return false
}

// parseCondition reads a condition from its text.
func parseCondition(text string) (condition, error) {
	p := sqlengine.NewParser(sqlengine.Databricks, text)
	e, err := p.Expr()
	if err != nil {
		return condition{}, err
	}
	return condition{text, e}, p.ExpectEnd()
}

// holds evaluates a condition for a set of tags. A key that is not governed, or
// no longer is, is an error: queries in the policy's scope fail.
func (w *Workspace) holds(e sqlengine.Expr, tags map[string]tag) (bool, error) {
	switch e := e.(type) {
	case nil:
		return true, nil
	case *sqlengine.Literal:
		if b, ok := e.Value.(bool); ok {
			return b, nil
		}
	case *sqlengine.Unary:
		if e.Op == "NOT" {
			b, err := w.holds(e.X, tags)
			return !b, err
		}
	case *sqlengine.Binary:
		if e.Op == "AND" || e.Op == "OR" {
			return w.holdsBoth(e, tags)
		}
	case *sqlengine.Call:
		return w.hasTag(e, tags)
	}
	return false, errInvalid("Policy conditions may only use has_tag, has_tag_value, AND, OR, NOT, TRUE and FALSE.")
}

// holdsBoth looks at both sides always, so that a bad key is found wherever it is.
func (w *Workspace) holdsBoth(e *sqlengine.Binary, tags map[string]tag) (bool, error) {
	l, err := w.holds(e.L, tags)
	if err != nil {
		return false, err
	}
	r, err := w.holds(e.R, tags)
	if e.Op == "AND" {
		return l && r, err
	}
	return l || r, err
}

func (w *Workspace) hasTag(call *sqlengine.Call, tags map[string]tag) (bool, error) {
	name := strings.ReplaceAll(lower(call.Name.String()), "_", "")
	var args []string
	for _, a := range call.Args {
		if lit, ok := a.(*sqlengine.Literal); ok {
			if s, ok := lit.Value.(string); ok {
				args = append(args, s)
			}
		}
	}
	if want := map[string]int{"hastag": 1, "hastagvalue": 2}[name]; want == 0 || len(args) != want || len(call.Args) != want {
		return false, errInvalid("Policy conditions may only call has_tag('key') and has_tag_value('key', 'value').")
	}
	if w.tagPolicies[args[0]] == nil {
		return false, errInvalidClass("UC_ABAC_UNKNOWN_TAG_POLICY", "Tag policy '%s' does not exist.", args[0])
	}
	t, ok := tags[args[0]]
	return ok && (len(args) == 1 || t.value == args[1]), nil
}

// applyPolicies adds to g what the policies above t give for who asks.
func (s *session) applyPolicies(t *securable, g *guards) error {
	native := g.filter
	masked := map[int]bool{}
	for _, on := range t.path() {
		for _, name := range slices.Sorted(maps.Keys(on.policies)) {
			p := on.policies[name]
			if !p.names(s.id) || s.w.now().Before(p.created.at.Add(s.w.opt.PolicyLag)) {
				continue
			}
			matched, err := s.w.matched(p, t)
			if err != nil {
				return err
			}
			if matched == nil {
				continue
			}
			if err := p.apply(t, matched, g, native, masked); err != nil {
				return err
			}
		}
	}
	return unmaskedArguments(t, g, masked)
}

// matched gives the columns of each alias; nil if the policy does not apply to
// the table, which is so as well if any alias finds no column.
func (w *Workspace) matched(p *policy, t *securable) (map[string][]int, error) {
	if ok, err := w.holds(p.when.expr, w.inherited(t)); err != nil || !ok {
		return nil, err
	}
	out := map[string][]int{}
	for _, m := range p.match {
		var found []int
		for i, col := range t.table.columns {
			ok, err := w.holds(m.cond.expr, w.lagged(&col.tags))
			if err != nil {
				return nil, err
			}
			if ok {
				found = append(found, i)
			}
		}
		if len(found) == 0 {
			return nil, nil
		}
		out[m.alias] = found
	}
	return out, nil
}

// apply merges one policy. Two different masks or filters block the query.
func (p *policy) apply(t *securable, matched map[string][]int, g *guards, native *binding, masked map[int]bool) error {
	b, err := p.bound(t, matched)
	if err != nil {
		return err
	}
	if p.policyType == policyFilter {
		switch {
		case g.filter == nil || same(g.filter, b):
			g.filter = b
			return nil
		case native != nil:
			return errInvalidClass("UC_ABAC_AND_NATIVE_ROW_FILTERS", "'%s' has a row filter and policy '%s' gives another.", t.fullName(), p.name)
		}
		return errInvalidClass("UC_ABAC_MULTIPLE_ROW_FILTERS", "More than one row filter applies to '%s'.", t.fullName())
	}
	for _, i := range matched[p.onColumn] {
		if g.masks[i] != nil && !same(g.masks[i], b) {
			return errSQL("COLUMN_MASKS_FEATURE_NOT_SUPPORTED.MULTIPLE_MASKS", "42KDJ", "More than one mask applies to column %s of '%s'.",
				quoted([]string{t.table.columns[i].name}), t.fullName())
		}
		g.masks[i] = b
		masked[i] = true
	}
	return nil
}

// bound replaces aliases by the columns they matched.
func (p *policy) bound(t *securable, matched map[string][]int) (*binding, error) {
	b := &binding{function: p.function}
	for _, a := range p.using {
		if a.isColumn() {
			at := matched[a.column]
			if len(at) > 1 {
				return nil, errInvalidClass("UC_ABAC_AMBIGUOUS_COLUMN_MATCH", "Alias '%s' of policy '%s' matches %d columns of '%s'.", a.column, p.name, len(at), t.fullName())
			}
			a = bindArg{column: t.table.columns[at[0]].name}
		}
		b.args = append(b.args, a)
	}
	return b, nil
}

func same(a, b *binding) bool { return a.function == b.function && reflect.DeepEqual(a.args, b.args) }

// unmaskedArguments: a column that a policy masks cannot feed another's function.
func unmaskedArguments(t *securable, g *guards, masked map[int]bool) error {
	for i, b := range g.masks {
		if b == nil || !masked[i] {
			continue
		}
		for _, name := range b.columns() {
			if _, at := t.table.column(name); at != i && masked[at] {
				return errInvalidClass("UC_ABAC_MASKED_COLUMN_ARGUMENT", "Column %s of '%s' is masked and cannot be an argument of '%s'.",
					quoted([]string{name}), t.fullName(), b.function)
			}
		}
	}
	return nil
}
