package dialect

import (
	"fmt"
	"regexp"

	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
)

var plainAlias = regexp.MustCompile(`^[a-z_][a-z0-9_]*$`)

// attributePolicy creates an attribute-based policy, replaces one in one step, or drops it.
func attributePolicy(c plan.Change) (*plan.Statement, error) {
	on := c.Key.On
	var word string
	switch {
	case on.Kind == state.KindCatalog:
		word = "CATALOG"
	case on.Kind == state.KindSchema:
		word = "SCHEMA"
	case on.Kind.Relation() && on.Kind != state.KindView:
		word = "TABLE"
	default:
		return nil, fmt.Errorf("an attribute-based policy cannot stand on a %s", on.Kind)
	}
	place := func(b *builder) *builder {
		return b.name(c.Key.Name).raw(" ON ", word, " ").name(on.Parts()...)
	}
	want, ok := c.Want.(state.ABAC)
	if !ok {
		return sql(place(new(builder).raw("DROP POLICY ")), false, "drop policy "+c.Key.Name+" on "+on.String())
	}
	b := new(builder).raw("CREATE ", map[bool]string{true: "", false: "OR REPLACE "}[c.Was == nil], "POLICY ")
	place(b).raw(" COMMENT ").literal(Marker).raw(map[bool]string{true: " ROW FILTER ", false: " COLUMN MASK "}[want.Filters()])
	b.name(want.Policy.Catalog, want.Policy.Schema, want.Policy.Name)
	principals(b.raw(" TO "), want.To)
	if len(want.Except) > 0 {
		principals(b.raw(" EXCEPT "), want.Except)
	}
	b.raw(" FOR TABLES")
	if err := attributeConditions(b, want); err != nil {
		return nil, err
	}
	return sql(b, c.Was != nil, "policy "+c.Key.Name+" on "+on.String())
}

func principals(b *builder, all []state.Securable) {
	for i, p := range all {
		if i > 0 {
			b.raw(", ")
		}
		b.name(principal(p))
	}
}

// attributeConditions writes what a policy asks of tags, and the columns that it hands to its function.
func attributeConditions(b *builder, want state.ABAC) error {
	if want.When != "" {
		if err := tagCondition(b.raw(" WHEN "), want.When); err != nil {
			return err
		}
	}
	for i, c := range want.Columns {
		if err := tagCondition(b.raw([]string{" MATCH COLUMNS ", ", "}[min(i, 1)]), c.Tags); err != nil {
			return err
		}
		alias(b.raw(" AS "), c.Alias)
	}
	if !want.Filters() {
		alias(b.raw(" ON COLUMN "), want.Mask)
	}
	for i, a := range want.Using {
		b.raw([]string{" USING COLUMNS (", ", "}[min(i, 1)])
		if a.Alias == "" {
			return fmt.Errorf("polsync gives no constants to policies, and %s is one", a.Constant)
		}
		alias(b, a.Alias)
	}
	if len(want.Using) > 0 {
		b.raw(")")
	}
	return nil
}

func alias(b *builder, name string) {
	if plainAlias.MatchString(name) {
		b.raw(name)
		return
	}
	b.name(name)
}

// tagCondition writes a condition anew from what it says, so that nothing else gets into the statement.
func tagCondition(b *builder, text string) error {
	c, err := state.ParseTagCondition(text)
	if err != nil {
		return err
	}
	c.Each(func(key, value string, _ bool) { b.escaped(key); b.escaped(value) })
	b.raw(c.String())
	return nil
}
