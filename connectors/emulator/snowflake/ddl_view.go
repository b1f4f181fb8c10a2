package snowflake

import (
	"context"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

func (c *cursor) createView(d *definition) error {
	t := &tableDef{}
	if c.PeekKeyword("(") {
		if err := c.Parens(func() error { return c.viewColumn(t) }); err != nil {
			return err
		}
	}
	if err := c.relationOptions(d, t); err != nil {
		return err
	}
	if t.query == nil {
		return c.Errorf("expected AS")
	}
	t.text = c.Text(0, c.LastEnd())
	d.fill = func(o *object) error { return c.s.fillView(o, d, t) }
	return nil
}

func (c *cursor) viewColumn(t *tableDef) error {
	name, err := c.Ident()
	if err != nil {
		return err
	}
	col := &columnDef{name: name.Text}
	t.columns = append(t.columns, col)
	return c.columnOptions(col)
}

// fillView finds the columns of a view, with the rights of its owner to be.
func (s *session) fillView(o *object, d *definition, t *tableDef) error {
	o.rel = &relation{text: t.text, query: t.query, secure: d.modifiers["SECURE"], temporary: d.modifiers["TEMPORARY"]}
	if o.kind == kindMaterialized {
		var err error
		if o.rel.base, err = s.base(t.query); err != nil {
			return err
		}
	}
	columns, err := s.engine().Describe(context.Background(), t.query)
	if err != nil {
		return err
	}
	if len(t.columns) > 0 && len(t.columns) != len(columns) {
		return compilation(2057, "21S01", "Invalid column definition list: view has %d columns, its query %d.", len(t.columns), len(columns))
	}
	for i, qc := range columns {
		def := &columnDef{name: qc.Name}
		if len(t.columns) > 0 {
			def = t.columns[i]
		}
		col := &columnDef{name: def.name, typ: storedType(qc.Type), comment: def.comment, notNull: !qc.Nullable}
		if err := s.addColumn(o, col); err != nil {
			return err
		}
	}
	return s.attachDefined(o, t)
}

// view gives the stored query of a view, resolved with the rights of the view's owner where the view lies.
func (s *session) view(o *object) *sqlengine.View {
	return &sqlengine.View{Query: o.rel.query, Catalog: &catalog{
		s:       s,
		scope:   &scope{a: s.a, may: s.a.rightsOf(o.owner), database: o.database(), schema: o.schema()},
		invoker: o.owner,
	}}
}
