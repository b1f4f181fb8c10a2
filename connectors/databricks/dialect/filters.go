package dialect

import (
	"errors"
	"fmt"

	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
)

// RowPolicy implements plan.Dialect: a function in the home schema, whose name is no mask's.
func (d Dialect) RowPolicy(filter string, family state.Family, home state.Securable) state.Securable {
	s := d.Policy(filter, family+"_rows", home)
	s.Kind = state.KindRowPolicy
	return s
}

// RowArgument implements plan.Dialect.
func (Dialect) RowArgument() string { return Value }

// Filterable implements plan.Dialect.
func (Dialect) Filterable(on state.Kind) string {
	switch on {
	case state.KindView:
		return "rows of a view cannot be filtered on Databricks"
	case state.KindExternalTable:
		return "rows of a foreign table cannot be filtered on Databricks"
	}
	return ""
}

// RowBody implements plan.Dialect.
func (Dialect) RowBody(p *state.RowPolicy) (string, error) {
	if typeOf(p.Family) == "" {
		return "", fmt.Errorf("no filter function can take every %s column: its type would have to be spelled out", p.Family)
	}
	if p.Opaque {
		return p.Body, wellFormed(p.Body)
	}
	b := new(builder)
	text, err := plan.RowBody(p, plan.RowSQL{
		Named: func(to []state.Securable) (string, error) { return audience(b, to) },
		Values: func(values []string) (string, error) {
			list, err := rowConstants(b, values, p.Family)
			return Value + " IN (" + list + ")", err
		},
		Lookup: func(l *state.Lookup) (string, string, error) { return lookup(b, l, p.Family) },
	})
	if err != nil {
		return "", err
	}
	b.raw(text)
	return b.done()
}

// rowConstants writes the values of rows as the column's type.
func rowConstants(b *builder, values []string, f state.Family) (string, error) {
	return plan.RowConstants(values, f, func(v string) (string, error) { return constant(b, v, f) })
}

// lookup returns whether a lookup's table names the one who asks, and whether it does so for the row's value.
func lookup(b *builder, l *state.Lookup, f state.Family) (names, matches string, err error) {
	principal, val := "polsync_map."+b.quote(l.Principal), "polsync_map."+b.quote(l.Value)
	who := ""
	switch l.By {
	case state.ByRole, state.ByGroup:
		who = "is_account_group_member(" + principal + ")"
	case state.ByUser:
		who = "lower(" + principal + ") = lower(session_user())"
	default:
		return "", "", fmt.Errorf("nothing can be looked up by %q", l.By)
	}
	if l.Table.Name == "" {
		return "", "", errors.New("the lookup's table has no name")
	}
	table := b.quote(l.Table.Catalog) + "." + b.quote(l.Table.Schema) + "." + b.quote(l.Table.Name)
	from := "EXISTS (SELECT 1 FROM " + table + " AS polsync_map WHERE " + who
	match := val + " = " + Value
	if l.All != nil {
		all, err := rowConstants(b, []string{*l.All}, f)
		if err != nil {
			return "", "", fmt.Errorf("the value that stands for every row: %w", err)
		}
		match = "(" + match + " OR " + val + " = " + all + ")"
	}
	return from + ")", from + " AND " + match + ")", nil
}

// ConstraintPolicy implements plan.Dialect; there are none here.
func (Dialect) ConstraintPolicy(kind state.Kind, content string, home state.Securable) state.Securable {
	return state.Securable{Kind: kind, Catalog: home.Catalog, Schema: home.Schema, Name: content}
}

// ConstraintBody implements plan.Dialect.
func (Dialect) ConstraintBody(*state.ConstraintPolicy) (string, error) {
	return "", errors.New("aggregation, projection and join policies are Snowflake's alone")
}
