package snowflake

import (
	"context"
	"slices"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

// assignment is one column = expression of an UPDATE.
type assignment struct {
	column string
	value  sqlengine.Expr
}

func (c *cursor) update() (action, error) {
	name, err := c.Name()
	if err != nil {
		return nil, err
	}
	if err := c.ExpectKeyword("SET"); err != nil {
		return nil, err
	}
	list, err := c.assignments()
	if err != nil {
		return nil, err
	}
	if c.PeekKeyword("FROM") {
		return nil, errUnsupported("UPDATE with FROM")
	}
	where, err := c.where()
	return func(ctx context.Context) (*Result, error) { return c.s.updateTable(ctx, name, list, where) }, err
}

// assignments reads what stands behind SET.
func (c *cursor) assignments() (list []assignment, err error) {
	err = c.CommaList(func() error {
		col, err := c.Name()
		if err != nil {
			return err
		}
		if err := c.ExpectKeyword("="); err != nil {
			return err
		}
		e, err := c.Expr()
		list = append(list, assignment{col.Last(), e})
		return err
	})
	return list, err
}

func (c *cursor) where() (sqlengine.Expr, error) {
	if !c.AcceptKeyword("WHERE") {
		return nil, nil
	}
	return c.Expr()
}

// rowNumber is the name under which a change reads the place of a row.
const rowNumber = "\x00ROW"

// numbered resolves names as its session does, but gives the first table that is read an extra column with the place of each row.
type numbered struct {
	*catalog
	of   *object
	done bool
}

func (n *numbered) Table(ctx context.Context, name sqlengine.Name) (*sqlengine.Table, error) {
	if n.done {
		return n.catalog.Table(ctx, name)
	}
	n.done = true
	t, err := n.table(n.of)
	if err != nil {
		return nil, err
	}
	t.Columns = append(t.Columns, sqlengine.Column{Name: rowNumber, Type: sqlengine.TypeNumber})
	rows := make([]sqlengine.Row, len(n.of.rel.rows))
	for i, r := range n.of.rel.rows {
		rows[i] = append(append(make(sqlengine.Row, 0, len(r)+1), r...), int64(i))
	}
	t.Rows = sqlengine.RowsOf(rows)
	return t, nil
}

// hit is a row that a change reaches, with the values it computes.
type hit struct {
	row    int
	values sqlengine.Row
}

// hits finds the rows of a change by a query, so that policies hold as they do for SELECT: rows that are not seen are not changed, and
// conditions and values see masks.
func (s *session) hits(ctx context.Context, name sqlengine.Name, o *object, where sqlengine.Expr, values []sqlengine.Expr) ([]hit, []sqlengine.Column, error) {
	sel := &sqlengine.Select{
		Items: []sqlengine.SelectItem{{Expr: &sqlengine.ColumnRef{Name: sqlengine.NameOf(rowNumber)}}},
		From:  []sqlengine.TableExpr{&sqlengine.TableName{Name: name}},
		Where: where,
	}
	for _, v := range values {
		sel.Items = append(sel.Items, sqlengine.SelectItem{Expr: v})
	}
	es := s.engine()
	es.Catalog = &numbered{catalog: s.catalog(), of: o}
	st, err := es.Prepare(ctx, &sqlengine.Query{Body: sel})
	if err != nil {
		return nil, nil, err
	}
	rows, err := st.Run(ctx)
	if err != nil {
		return nil, nil, err
	}
	out := make([]hit, len(rows))
	for i, r := range rows {
		at, ok := r[0].(int64)
		if !ok {
			return nil, nil, errorf(codeInternal, "XX000", "Processing aborted: row number is no number.")
		}
		out[i] = hit{int(at), r[1:]}
	}
	return out, st.Columns[1:], nil
}

func (s *session) updateTable(ctx context.Context, name sqlengine.Name, list []assignment, where sqlengine.Expr) (*Result, error) {
	o, err := s.dmlTable(name, "UPDATE")
	if err != nil {
		return nil, err
	}
	at := make([]int, len(list))
	values := make([]sqlengine.Expr, len(list))
	for i, a := range list {
		if _, at[i] = o.rel.column(a.column); at[i] < 0 {
			return nil, errInvalidIdentifier(a.column)
		}
		values[i] = a.value
	}
	hits, columns, err := s.hits(ctx, name, o, where, values)
	if err != nil {
		return nil, err
	}
	rows := slices.Clone(o.rel.rows)
	for _, h := range hits {
		if rows[h.row], err = s.updatedRow(o, rows[h.row], h.values, columns, at); err != nil {
			return nil, err
		}
	}
	s.replaceRows(o, rows)
	if err := s.passMoved(o, o.rel.at(at), selectOf(values, &sqlengine.TableName{Name: name})); err != nil {
		return nil, err
	}
	return affected(typeUpdate, []string{"number of rows updated", "number of multi-joined rows updated"}, len(hits), 0), nil
}

func (s *session) updatedRow(o *object, r, values sqlengine.Row, columns []sqlengine.Column, at []int) (sqlengine.Row, error) {
	out := slices.Clone(r)
	es := s.engine()
	for i, v := range values {
		col := o.rel.columns[at[i]]
		var err error
		if out[at[i]], err = cast(es, v, columns[i].Type, col.typ); err != nil {
			return nil, err
		}
		if out[at[i]] == nil && col.notNull {
			return nil, errNull(col)
		}
	}
	return out, nil
}

func (c *cursor) delete() (action, error) {
	name, err := c.Name()
	if err != nil {
		return nil, err
	}
	if c.PeekKeyword("USING") {
		return nil, errUnsupported("DELETE with USING")
	}
	where, err := c.where()
	return func(ctx context.Context) (*Result, error) { return c.s.deleteFrom(ctx, name, where) }, err
}

func (s *session) deleteFrom(ctx context.Context, name sqlengine.Name, where sqlengine.Expr) (*Result, error) {
	o, err := s.dmlTable(name, "DELETE")
	if err != nil {
		return nil, err
	}
	hits, _, err := s.hits(ctx, name, o, where, nil)
	if err != nil {
		return nil, err
	}
	gone := make(map[int]bool, len(hits))
	for _, h := range hits {
		gone[h.row] = true
	}
	var rows []sqlengine.Row
	for i, r := range o.rel.rows {
		if !gone[i] {
			rows = append(rows, r)
		}
	}
	s.replaceRows(o, rows)
	return affected(typeDelete, []string{"number of rows deleted"}, len(hits)), nil
}

func (c *cursor) truncate() (action, error) {
	c.AcceptKeyword("TABLE")
	ifExists := c.ifExists()
	name, err := c.Name()
	return func(context.Context) (*Result, error) {
		o, err := c.s.dmlTable(name, "TRUNCATE")
		if err != nil {
			if ifExists && asError(err).Code == codeMissing {
				return done(), nil
			}
			return nil, err
		}
		c.s.replaceRows(o, nil)
		return done(), nil
	}, err
}
