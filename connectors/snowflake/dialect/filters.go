package dialect

import (
	"errors"
	"fmt"
	"strings"

	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
)

// RowPolicy implements plan.Dialect: POLSYNC_FILTER_FAMILY_ROWS in the home schema. All kinds of policy share the names
// of a schema, and no masking policy ends so.
func (d Dialect) RowPolicy(filter string, family state.Family, home state.Securable) state.Securable {
	s := d.Policy(filter, family+"_rows", home)
	s.Kind = state.KindRowPolicy
	return s
}

// RowArgument implements plan.Dialect.
func (Dialect) RowArgument() string { return value }

// Filterable implements plan.Dialect. An external table takes a policy on its VALUE column alone.
func (Dialect) Filterable(on state.Kind) string {
	switch on {
	case state.KindMaterializedView:
		return "a materialized view takes no row access policy"
	case state.KindExternalTable:
		return "an external table takes a row access policy on no column of its own"
	}
	return ""
}

// RowBody implements plan.Dialect.
func (Dialect) RowBody(p *state.RowPolicy) (string, error) {
	if types[p.Family] == "" {
		return "", fmt.Errorf("no row access policy can take a %s", p.Family)
	}
	if p.Opaque {
		return p.Body, wellFormed(p.Body)
	}
	b := new(builder)
	text, err := plan.RowBody(p, plan.RowSQL{
		Named: func(to []state.Securable) (string, error) { return anyActive(b, to) },
		Values: func(values []string) (string, error) {
			list, err := rowConstants(b, values, p.Family)
			return "val IN (" + list + ")", err
		},
		Lookup: func(l *state.Lookup) (string, string, error) { return lookup(b, l, p.Family) },
	})
	if err != nil {
		return "", err
	}
	b.raw(text)
	return b.done()
}

// anyActive returns the test for one of several principals being active in the session.
func anyActive(b *builder, to []state.Securable) (string, error) {
	tests := make([]string, len(to))
	for i, p := range to {
		test, err := active(b, p, false)
		if err != nil {
			return "", err
		}
		tests[i] = test
	}
	if len(tests) == 1 {
		return tests[0], nil
	}
	return "(" + strings.Join(tests, " OR ") + ")", nil
}

// rowConstants writes the values of rows as the column's type.
func rowConstants(b *builder, values []string, f state.Family) (string, error) {
	return plan.RowConstants(values, f, func(v string) (string, error) { return constant(b, v, f) })
}

// lookup returns whether a lookup's table names a principal of the session, and whether it does so for the row's value.
func lookup(b *builder, l *state.Lookup, f state.Family) (names, matches string, err error) {
	principal, val := "polsync_map."+b.quote(l.Principal), "polsync_map."+b.quote(l.Value)
	who := ""
	switch l.By {
	case state.ByRole, state.ByGroup:
		who = "IS_ROLE_IN_SESSION(" + principal + ")"
	case state.ByUser:
		who = principal + " = CURRENT_USER()"
	default:
		return "", "", fmt.Errorf("nothing can be looked up by %q", l.By)
	}
	from := "EXISTS (SELECT 1 FROM " + fqn(l.Table) + " AS polsync_map WHERE " + who
	if l.Table.Name == "" {
		return "", "", errors.New("the lookup's table has no name")
	}
	match := val + " = val"
	if l.All != nil {
		all, err := rowConstants(b, []string{*l.All}, f)
		if err != nil {
			return "", "", fmt.Errorf("the value that stands for every row: %w", err)
		}
		match = "(" + match + " OR " + val + " = " + all + ")"
	}
	return from + ")", from + " AND " + match + ")", nil
}

// ConstraintPolicy implements plan.Dialect.
func (d Dialect) ConstraintPolicy(kind state.Kind, content string, home state.Securable) state.Securable {
	return state.Securable{Kind: kind, Catalog: home.Catalog, Schema: home.Schema, Name: d.FoldPart(state.Part{Text: "polsync_" + state.ConstraintSort(kind) + "_" + content})}
}

// ConstraintBody implements plan.Dialect.
func (Dialect) ConstraintBody(p *state.ConstraintPolicy) (string, error) {
	if p.Opaque {
		return p.Body, wellFormed(p.Body)
	}
	b := new(builder)
	var binds, frees string
	switch p.Name.Kind {
	case state.KindAggregationPolicy:
		binds, frees = fmt.Sprintf("AGGREGATION_CONSTRAINT(MIN_GROUP_SIZE => %d)", p.MinGroup), "NO_AGGREGATION_CONSTRAINT()"
	case state.KindProjectionPolicy:
		binds, frees = "PROJECTION_CONSTRAINT(ALLOW => "+boolean(p.Allow)+")", "PROJECTION_CONSTRAINT(ALLOW => TRUE)"
	case state.KindJoinPolicy:
		binds, frees = "JOIN_CONSTRAINT(JOIN_REQUIRED => "+boolean(!p.Free)+")", "JOIN_CONSTRAINT(JOIN_REQUIRED => FALSE)"
	default:
		return "", fmt.Errorf("a %s is no constraint", p.Name.Kind)
	}
	if len(p.Except) == 0 {
		b.raw(binds)
		return b.done()
	}
	who, err := anyActive(b, p.Except)
	if err != nil {
		return "", err
	}
	b.raw("CASE WHEN ", who, " THEN ", frees, " ELSE ", binds, " END")
	return b.done()
}

func boolean(v bool) string { return map[bool]string{true: "TRUE", false: "FALSE"}[v] }
