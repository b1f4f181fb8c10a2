package snowflake

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

// constraintFunc is a function that bodies of policies without arguments give their decision with. It takes named arguments only.
type constraintFunc struct {
	args     []sqlengine.Param // the first required of them must be given
	required int
	eval     func(args []sqlengine.Value) (string, error)
}

// constraintFuncs gives the functions of a kind of policy, by name. The first is the one that restricts.
func constraintFuncs(k kind) (string, map[string]constraintFunc) {
	switch k {
	case kindProjection:
		return "PROJECTION_CONSTRAINT", map[string]constraintFunc{"PROJECTION_CONSTRAINT": {
			[]sqlengine.Param{{Name: "ALLOW", Type: sqlengine.TypeBoolean}, {Name: "ENFORCEMENT", Type: sqlengine.TypeText}}, 1, projectionDecision}}
	case kindAggregation:
		size := sqlengine.TypeNumber
		return "AGGREGATION_CONSTRAINT", map[string]constraintFunc{"AGGREGATION_CONSTRAINT": {
			[]sqlengine.Param{{Name: "MIN_GROUP_SIZE", Type: size}, {Name: "MIN_ROW_COUNT", Type: size}, {Name: "MIN_ENTITY_COUNT", Type: size}}, 0, groupDecision},
			"NO_AGGREGATION_CONSTRAINT": {nil, 0, func([]sqlengine.Value) (string, error) { return decisionFree, nil }}}
	case kindJoin:
		return "JOIN_CONSTRAINT", map[string]constraintFunc{"JOIN_CONSTRAINT": {
			[]sqlengine.Param{{Name: "JOIN_REQUIRED", Type: sqlengine.TypeBoolean}}, 1, joinDecision}}
	}
	return "", nil
}

// The decisions of such policies, in the engine. That of AGGREGATION_CONSTRAINT holds its numbers.
const (
	decisionFree = "free"
	decisionFail = "fail"
	decisionNull = "null"
)

func projectionDecision(args []sqlengine.Value) (string, error) {
	enforcement, _ := args[1].(string)
	switch {
	case args[0] == true:
		return decisionFree, nil
	case enforcement == "NULLIFY":
		return decisionNull, nil
	case enforcement == "FAIL" || args[1] == nil:
		return decisionFail, nil
	}
	return "", compilation(codeInvalidValue, "22023", "invalid value [%s] for ENFORCEMENT", enforcement)
}

func joinDecision(args []sqlengine.Value) (string, error) {
	if args[0] == false {
		return decisionFree, nil
	}
	return decisionFail, nil
}

// groupDecision writes size, rows and entities, "-" for what is not given.
func groupDecision(args []sqlengine.Value) (string, error) {
	parts := make([]string, len(args))
	for i, v := range args {
		n, ok := v.(int64)
		switch {
		case v == nil:
			parts[i] = "-"
		case !ok || n < 0:
			return "", compilation(codeInvalidValue, "22023", "AGGREGATION_CONSTRAINT takes whole numbers of 0 or more.")
		default:
			parts[i] = strconv.FormatInt(n, 10)
		}
	}
	if (parts[0] == "-") == (parts[1] == "-") || (parts[1] == "-") != (parts[2] == "-") {
		return "", compilation(codeInvalidValue, "22023", "AGGREGATION_CONSTRAINT takes MIN_GROUP_SIZE, or MIN_ROW_COUNT and MIN_ENTITY_COUNT.")
	}
	return strings.Join(parts, " "), nil
}

// constraintBody checks that a body decides by the functions of its kind, in CASE and IFF, and gives their arguments places.
func constraintBody(k kind, e sqlengine.Expr) (sqlengine.Expr, error) {
	main, funcs := constraintFuncs(k)
	switch e := e.(type) {
	case *sqlengine.Case:
		out := *e
		out.Whens = nil
		for _, w := range e.Whens {
			then, err := constraintBody(k, w.Then)
			if err != nil {
				return nil, err
			}
			out.Whens = append(out.Whens, sqlengine.When{Cond: w.Cond, Then: then})
		}
		if e.Else == nil {
			return &out, nil
		}
		var err error
		out.Else, err = constraintBody(k, e.Else)
		return &out, err
	case *sqlengine.Call:
		name := strings.ToUpper(e.Name.Last())
		if f, ok := funcs[name]; ok && len(e.Name) == 1 {
			return f.placed(name, e)
		}
		if name == "IFF" && len(e.Args) == 3 {
			out := *e
			out.Args = []sqlengine.Expr{e.Args[0], nil, nil}
			for i := 1; i < 3; i++ {
				var err error
				if out.Args[i], err = constraintBody(k, e.Args[i]); err != nil {
					return nil, err
				}
			}
			return &out, nil
		}
	}
	return nil, compilation(codePolicyMismatch, "42601", "The body of a %s must return what %s gives.", k.words(), main)
}

func (f constraintFunc) placed(name string, e *sqlengine.Call) (sqlengine.Expr, error) {
	if len(e.Args) > 0 {
		return nil, compilation(codePolicyMismatch, "42601", "%s takes named arguments.", name)
	}
	out := &sqlengine.Call{At: e.At, Name: e.Name}
	for i, p := range f.args {
		var value sqlengine.Expr
		for _, n := range e.Named {
			if n.Name == p.Name {
				value = n.Value
			}
		}
		if value == nil && i < f.required {
			return nil, compilation(codePolicyMismatch, "42601", "%s needs %s.", name, p.Name)
		}
		if value == nil {
			value = &sqlengine.Literal{At: e.At, Type: sqlengine.TypeNull}
		}
		out.Args = append(out.Args, value)
	}
	for _, n := range e.Named {
		if !f.takes(n.Name) {
			return nil, compilation(codePolicyMismatch, "42601", "%s has no argument %s.", name, n.Name)
		}
	}
	return out, nil
}

func (f constraintFunc) takes(name string) bool {
	for _, p := range f.args {
		if p.Name == name {
			return true
		}
	}
	return false
}

// constraintFunction gives a function that only bodies of the kind may call.
func (c *catalog) constraintFunction(name string) *sqlengine.Function {
	_, funcs := constraintFuncs(c.body)
	f, ok := funcs[name]
	if !ok {
		return nil
	}
	params := f.args
	if params == nil {
		params = []sqlengine.Param{}
	}
	return &sqlengine.Function{Params: params, Result: sqlengine.TypeText, Eval: func(_ context.Context, args []sqlengine.Value) (sqlengine.Value, error) {
		return f.eval(args)
	}}
}

// errBodyReads says that bodies of the kind may name no tables, views and functions of users.
func errBodyReads(k kind) *Error {
	return compilation(codePolicyMismatch, "42601", "The body of a %s cannot reference a user-defined function, table, or view.", k.words())
}

func (k kind) readsNothing() bool { return k == kindAggregation || k == kindJoin }

// decide evaluates a policy without arguments for who queries. What gives NULL restricts.
func (c *catalog) decide(o *object, col *column, at *attachment) (string, error) {
	if at.policy.isDropped() {
		return "", compilation(codeMissing, "42S02", "%s of '%s' does not exist or not authorized.", at.policy.kind.title(), o.dotted())
	}
	if c.depth >= maxPolicyDepth {
		return "", compilation(codePolicyOverlap, "42601", "Policy '%s' is nested too deep.", at.policy.plain())
	}
	in := c.s.policyCatalog(at.policy, o, col, c.invoker)
	in.as, in.depth = c.as, c.depth+1
	es := c.s.engine()
	es.Catalog = in
	prog, err := es.PrepareExpr(context.Background(), at.policy.policy.expr, nil)
	if err != nil {
		return "", err
	}
	v, err := prog.Eval(context.Background(), nil)
	if err != nil {
		return "", err
	}
	if v == nil {
		return decisionFail, nil
	}
	return fmt.Sprint(v), nil
}

// maxPolicyDepth ends policies whose bodies read tables with policies that read them.
const maxPolicyDepth = 16

// restrict adds what projection, aggregation and join policies ask for.
func (c *catalog) restrict(o *object, t *sqlengine.Table) error {
	for i, col := range o.rel.columns {
		if col.projection == nil {
			continue
		}
		d, err := c.decide(o, col, col.projection)
		if err != nil {
			return err
		}
		if d != decisionFree {
			t.Projections = append(t.Projections, sqlengine.Projection{Column: i, Null: d == decisionNull})
		}
	}
	if at := o.rel.aggregate; at != nil {
		d, err := c.decide(o, nil, at)
		if err != nil {
			return err
		}
		if t.Grouping, err = grouping(o, at, d); err != nil {
			return err
		}
	}
	if at := o.rel.join; at != nil {
		d, err := c.decide(o, nil, at)
		if err != nil {
			return err
		}
		if d != decisionFree {
			t.Joining = &sqlengine.Joining{Keys: o.rel.positions(at.args)}
		}
	}
	return nil
}

// grouping reads a decision of an aggregation policy. With an entity key, the size of a group is its number of entities.
func grouping(o *object, at *attachment, decision string) (*sqlengine.Grouping, error) {
	switch decision {
	case decisionFree:
		return nil, nil
	case decisionFail:
		return nil, compilation(codeAggregation, "23001", "Aggregation policy '%s' gives no constraint.", at.policy.plain())
	}
	var n [3]int64
	for i, p := range strings.Fields(decision) {
		if p == "-" {
			continue
		}
		var err error
		if n[i], err = strconv.ParseInt(p, 10, 64); err != nil {
			return nil, err
		}
	}
	g := &sqlengine.Grouping{MinRows: n[0] + n[1], Entity: o.rel.positions(at.args), MinEntities: n[2]}
	if g.Entity != nil && strings.HasSuffix(decision, "- -") {
		g.MinRows, g.MinEntities = 0, n[0]
	}
	return g, nil
}

// positions gives the places of columns, nil for none.
func (r *relation) positions(names []string) []int {
	var out []int
	for _, n := range names {
		if _, i := r.column(n); i >= 0 {
			out = append(out, i)
		}
	}
	return out
}
