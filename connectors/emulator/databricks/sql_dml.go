package databricks

import (
	"context"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

// insert reads INSERT INTO|OVERWRITE [TABLE] t [(columns)] query.
func (c *cursor) insert() (action, error) {
	overwrite := c.AcceptKeyword("OVERWRITE")
	if !overwrite {
		if err := c.ExpectKeyword("INTO"); err != nil {
			return nil, err
		}
	}
	c.AcceptKeyword("TABLE")
	name, err := c.Name()
	if err != nil {
		return nil, err
	}
	var columns []string
	if c.PeekKeyword("(") && !c.PeekKeyword("(", "SELECT") && !c.PeekKeyword("(", "WITH") {
		err := c.Parens(func() error {
			n, err := c.AnyIdent()
			columns = append(columns, n.Text)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	q, err := c.Query()
	if err != nil {
		return nil, err
	}
	return func() (*Result, error) {
		x, err := c.writable(name)
		if err != nil {
			return nil, err
		}
		return c.s.insertRows(x, columns, q, overwrite)
	}, nil
}

// writable finds a table that takes rows and that the caller may modify.
func (c *cursor) writable(name sqlengine.Name) (*securable, error) {
	x, err := c.s.securable(kindTable, name)
	if err != nil {
		return nil, tableNotFound(c.s.parts(kindTable, name), err)
	}
	if x.readOnly() {
		return nil, errReadOnly(x)
	}
	if err := c.s.id.require(privModify, x); err != nil {
		return nil, err
	}
	if x.table.isView() || x.table.tableType == typeMatView {
		return nil, errSQL("EXPECT_TABLE_NOT_VIEW.NO_ALTERNATIVE", "42809", "The operation expects a table but %s is a view.", quoted([]string{x.fullName()}))
	}
	return x, nil
}

func (s *session) insertRows(x *securable, columns []string, q *sqlengine.Query, overwrite bool) (*Result, error) {
	r, err := s.query(q)
	if err != nil {
		return nil, err
	}
	at, err := positions(x.table, columns)
	if err != nil {
		return nil, err
	}
	if len(r.Columns) != len(at) {
		return nil, errSQL("INSERT_COLUMN_ARITY_MISMATCH", "21S01", "Cannot write to '%s': %d columns are given, %d are expected.", x.fullName(), len(r.Columns), len(at))
	}
	fill, err := s.filler(x.table, r.Columns, at)
	if err != nil {
		return nil, err
	}
	added := make([]sqlengine.Row, 0, len(r.Rows))
	for _, row := range r.Rows {
		full, err := fill(row)
		if err != nil {
			return nil, err
		}
		added = append(added, full)
	}
	old := x.table.rows
	if overwrite {
		old = nil
	}
	x.table.rows = append(old[:len(old):len(old)], added...)
	return &Result{[]sqlengine.Column{{Name: "num_affected_rows", Type: sqlengine.TypeBigInt}, {Name: "num_inserted_rows", Type: sqlengine.TypeBigInt}},
		[]sqlengine.Row{{int64(len(added)), int64(len(added))}}}, nil
}

// positions gives where the named columns stand, all of them if none is named.
func positions(t *table, columns []string) ([]int, error) {
	var at []int
	if columns == nil {
		for i := range t.columns {
			at = append(at, i)
		}
	}
	seen := map[int]bool{}
	for _, n := range columns {
		_, i := t.column(n)
		if i < 0 {
			return nil, errUnresolvedColumn(n)
		}
		if seen[i] {
			return nil, errSQL("COLUMN_ALREADY_EXISTS", "42711", "The column %s is named twice.", quoted([]string{n}))
		}
		seen[i] = true
		at = append(at, i)
	}
	return at, nil
}

// filler makes full rows of the given values: cast, with defaults for the rest.
func (s *session) filler(t *table, from []sqlengine.Column, at []int) (func(sqlengine.Row) (sqlengine.Row, error), error) {
	casts := make([]*sqlengine.Program, len(at))
	base := make(sqlengine.Row, len(t.columns))
	for i, col := range t.columns {
		if col.deflt == nil {
			continue
		}
		v, _, err := s.engine().EvalConstant(&sqlengine.Cast{X: col.deflt, Type: col.typ})
		if err != nil {
			return nil, err
		}
		base[i] = v
	}
	for i, pos := range at {
		var err error
		if casts[i], err = s.caster(from[i].Type, t.columns[pos].typ); err != nil {
			return nil, err
		}
	}
	return func(in sqlengine.Row) (sqlengine.Row, error) {
		out := append(sqlengine.Row(nil), base...)
		for i, pos := range at {
			v, err := casts[i].Eval(context.Background(), in[i:i+1])
			if err != nil {
				return nil, err
			}
			out[pos] = v
		}
		return out, notNull(t, out)
	}, nil
}

// caster makes the conversion of a value to the type of a column.
func (s *session) caster(from, to sqlengine.Type) (*sqlengine.Program, error) {
	e := &sqlengine.Cast{X: &sqlengine.ColumnRef{Name: sqlengine.NameOf("value")}, Type: to}
	return s.engine().PrepareExpr(context.Background(), e, []sqlengine.Param{{Name: "value", Type: from}})
}

func notNull(t *table, row sqlengine.Row) error {
	for i, col := range t.columns {
		if !col.nullable && row[i] == nil {
			return errSQL("DELTA_NOT_NULL_CONSTRAINT_VIOLATED", "23502", "NOT NULL constraint violated for column: %s.", col.name)
		}
	}
	return nil
}

// update reads UPDATE t [AS a] SET c = e, ... [WHERE cond].
func (c *cursor) update() (action, error) {
	ch, err := c.changed()
	if err != nil {
		return nil, err
	}
	if err := c.ExpectKeyword("SET"); err != nil {
		return nil, err
	}
	err = c.CommaList(func() error {
		n, err := c.Name()
		if err != nil {
			return err
		}
		if err := c.ExpectKeyword("="); err != nil {
			return err
		}
		e, err := c.Expr()
		ch.columns, ch.values = append(ch.columns, n.Last()), append(ch.values, e)
		return err
	})
	if err != nil {
		return nil, err
	}
	if err := c.where(ch); err != nil {
		return nil, err
	}
	return func() (*Result, error) { return c.changeRows(ch) }, nil
}

// delete reads DELETE FROM t [AS a] [WHERE cond].
func (c *cursor) delete() (action, error) {
	ch, err := c.changed()
	if err != nil {
		return nil, err
	}
	if err := c.where(ch); err != nil {
		return nil, err
	}
	return func() (*Result, error) { return c.changeRows(ch) }, nil
}

func (c *cursor) truncate() (action, error) {
	name, err := c.Name()
	return func() (*Result, error) {
		x, err := c.writable(name)
		if err == nil {
			x.table.rows = nil
		}
		return done(), err
	}, err
}

// rowChange is an UPDATE, or a DELETE where it sets no column.
type rowChange struct {
	name    sqlengine.Name
	alias   sqlengine.Part
	columns []string
	values  []sqlengine.Expr
	where   sqlengine.Expr
}

func (c *cursor) changed() (*rowChange, error) {
	name, err := c.Name()
	if err != nil {
		return nil, err
	}
	ch := &rowChange{name: name, alias: sqlengine.Part{Text: name.Last(), Quoted: true}}
	if c.AcceptKeyword("AS") || !c.PeekKeyword("SET") && !c.PeekKeyword("WHERE") && !c.PeekKeyword(";") && !c.AtEnd() {
		ch.alias, err = c.Ident()
	}
	return ch, err
}

func (c *cursor) where(ch *rowChange) (err error) {
	if c.AcceptKeyword("WHERE") {
		ch.where, err = c.Expr()
	}
	return err
}

// rowNumber is the name under which a change reads the place of a row.
const rowNumber = "_metadata_row_number"

// numbered resolves names as its session does, but gives one table an extra
// column with the place of each row.
type numbered struct {
	*session
	of *securable
}

func (n numbered) Table(ctx context.Context, name sqlengine.Name) (*sqlengine.Table, error) {
	if name.String() != rowNumber {
		return n.session.Table(ctx, name)
	}
	t, err := n.rows(n.of)
	if err != nil {
		return nil, err
	}
	t.Columns = append(t.Columns, sqlengine.Column{Name: rowNumber, Type: sqlengine.TypeBigInt})
	rows := make([]sqlengine.Row, len(n.of.table.rows))
	for i, r := range n.of.table.rows {
		rows[i] = append(append(sqlengine.Row(nil), r...), int64(i))
	}
	t.Rows = sqlengine.RowsOf(rows)
	return t, nil
}

// changeRows finds the rows with their new values by a query, so that masks,
// filters and the rules of expressions hold as they do when reading.
func (c *cursor) changeRows(ch *rowChange) (*Result, error) {
	x, err := c.writable(ch.name)
	if err != nil {
		return nil, err
	}
	if err := c.s.id.require(privSelect, x); err != nil {
		return nil, err
	}
	at, err := positions(x.table, append([]string{}, ch.columns...))
	if err != nil {
		return nil, err
	}
	hits, err := c.s.hits(x, ch, at)
	if err != nil {
		return nil, err
	}
	if err := applyRows(x.table, hits, at); err != nil {
		return nil, err
	}
	return affected(len(hits)), nil
}

// hits runs the query of a change: the place of each row, then the new values.
func (s *session) hits(x *securable, ch *rowChange, at []int) ([]sqlengine.Row, error) {
	sel := &sqlengine.Select{
		Items: []sqlengine.SelectItem{{Expr: &sqlengine.ColumnRef{Name: sqlengine.NameOf(rowNumber)}}},
		From:  []sqlengine.TableExpr{&sqlengine.TableName{Name: sqlengine.NameOf(rowNumber), Alias: sqlengine.Alias{Name: ch.alias}}},
		Where: ch.where,
	}
	for i, v := range ch.values {
		sel.Items = append(sel.Items, sqlengine.SelectItem{Expr: &sqlengine.Cast{X: v, Type: x.table.columns[at[i]].typ}})
	}
	e := s.engine()
	e.Catalog = numbered{s, x}
	st, err := e.Prepare(context.Background(), &sqlengine.Query{Body: sel})
	if err != nil {
		return nil, err
	}
	return st.Run(s.ctx)
}

func applyRows(t *table, hits []sqlengine.Row, at []int) error {
	next := append([]sqlengine.Row(nil), t.rows...)
	gone := map[int]bool{}
	for _, h := range hits {
		i, ok := h[0].(int64)
		if !ok {
			return errBadRequest("row number is not a number")
		}
		if len(at) == 0 {
			gone[int(i)] = true
			continue
		}
		row := append(sqlengine.Row(nil), next[i]...)
		for j, pos := range at {
			row[pos] = h[j+1]
		}
		if err := notNull(t, row); err != nil {
			return err
		}
		next[i] = row
	}
	t.rows = keep(next, gone)
	return nil
}
