package dialect

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
)

// rowPolicy creates, replaces or drops a row filter's function.
func rowPolicy(c plan.Change) (*plan.Statement, error) {
	b, on := new(builder), c.Key.On
	want, ok := c.Want.(*state.RowPolicy)
	if !ok {
		return sql(b.raw("DROP FUNCTION IF EXISTS ").name(on.Catalog, on.Schema, on.Name), true, "drop "+on.String())
	}
	t := typeOf(want.Family)
	if t == "" {
		return nil, fmt.Errorf("no filter function can take every %s column: its type would have to be spelled out", want.Family)
	}
	verb := "CREATE FUNCTION "
	if c.Was != nil {
		if was, ok := c.Was.(*state.RowPolicy); ok && (was.Args != want.Args || was.Family != want.Family) {
			return nil, errors.New("a function's signature cannot change while a table uses it; give the filter another name")
		}
		verb = "CREATE OR REPLACE FUNCTION "
	}
	body := want.Body
	if body == "" {
		made, err := Dialect{}.RowBody(want)
		if err != nil {
			return nil, err
		}
		body = made
	}
	if err := wellFormed(body); err != nil {
		return nil, err
	}
	b.raw(verb).name(on.Catalog, on.Schema, on.Name).raw("(", Value, " ", t, ") RETURNS BOOLEAN COMMENT ").literal(cmp.Or(want.Comment, Marker)).raw(" RETURN ", body)
	return sql(b, c.Was != nil, "row policy "+on.String())
}

// filter puts a row filter on a relation, in the place of one that is there, or takes it off.
func filter(c plan.Change) (*plan.Statement, error) {
	word := alterWord(c.Key.On.Kind)
	if word == "" || word == "VIEW" || word == "CATALOG" || word == "SCHEMA" || word == "VOLUME" {
		return nil, fmt.Errorf("rows of a %s cannot be filtered on Databricks", c.Key.On.Kind)
	}
	b := new(builder).raw("ALTER ", word, " ").name(c.Key.On.Catalog, c.Key.On.Schema, c.Key.On.Name)
	want, ok := c.Want.(state.Filter)
	if !ok {
		return sql(b.raw(" DROP ROW FILTER"), false, "row filter off "+c.Key.On.String())
	}
	b.raw(" SET ROW FILTER ").name(want.Policy.Catalog, want.Policy.Schema, want.Policy.Name).raw(" ON (")
	for i, column := range want.Using {
		if i > 0 {
			b.raw(", ")
		}
		b.name(column)
	}
	return sql(b.raw(")"), true, "filter the rows of "+c.Key.On.String())
}
