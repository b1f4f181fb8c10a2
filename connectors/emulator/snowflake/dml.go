package snowflake

import (
	"context"
	"slices"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

// dmlTable resolves the table of a DML statement and asks for a privilege on it.
func (s *session) dmlTable(name sqlengine.Name, privilege string) (*object, error) {
	sc := s.scope()
	o, err := sc.look(kindTable, name)
	if err != nil {
		return nil, err
	}
	if o == nil || !sc.may.enters(o.parent) || !sc.may.some(o) {
		return nil, errMissing(kindTable, full(name))
	}
	if o.kind != kindTable {
		return nil, wrongKind(o, kindTable)
	}
	if err := sc.may.require(o, privilege); err != nil {
		return nil, err
	}
	if err := s.requireWarehouse(); err != nil {
		return nil, err
	}
	return o, o.lockedError()
}

func (c *cursor) insert() (action, error) {
	overwrite := c.AcceptKeyword("OVERWRITE")
	if err := c.ExpectKeyword("INTO"); err != nil {
		return nil, err
	}
	name, err := c.Name()
	if err != nil {
		return nil, err
	}
	var columns []string
	if c.PeekKeyword("(") && !c.PeekKeyword("(", "SELECT") && !c.PeekKeyword("(", "WITH") {
		if columns, err = c.idents(); err != nil {
			return nil, err
		}
	}
	if c.AcceptKeyword("VALUES") {
		rows, err := c.valueRows()
		return func(ctx context.Context) (*Result, error) {
			return c.s.insertInto(name, columns, overwrite, func(o *object, cols []*column) ([]sqlengine.Row, error) {
				return c.s.evalRows(ctx, cols, rows)
			})
		}, err
	}
	q, err := c.Query()
	return func(ctx context.Context) (*Result, error) {
		return c.s.insertInto(name, columns, overwrite, func(o *object, cols []*column) ([]sqlengine.Row, error) {
			return c.s.queryRows(ctx, cols, q)
		})
	}, err
}

// valueRows reads (a, b), (c, DEFAULT); nil stands for DEFAULT.
func (c *cursor) valueRows() ([][]sqlengine.Expr, error) {
	var rows [][]sqlengine.Expr
	err := c.commaList(func() error {
		var row []sqlengine.Expr
		err := c.parens(func() error {
			if c.AcceptKeyword("DEFAULT") {
				row = append(row, nil)
				return nil
			}
			e, err := c.Expr()
			row = append(row, e)
			return err
		})
		rows = append(rows, row)
		return err
	})
	return rows, err
}

// insertInto adds the rows that source gives for the named columns; the others get their defaults.
func (s *session) insertInto(name sqlengine.Name, columns []string, overwrite bool, source func(o *object, cols []*column) ([]sqlengine.Row, error)) (*Result, error) {
	o, err := s.dmlTable(name, "INSERT")
	if err != nil {
		return nil, err
	}
	if overwrite {
		if err := s.may().require(o, "DELETE"); err != nil {
			return nil, err
		}
	}
	cols, err := o.rel.pick(columns)
	if err != nil {
		return nil, err
	}
	given, err := source(o, cols)
	if err != nil {
		return nil, err
	}
	rows := make([]sqlengine.Row, 0, len(o.rel.rows)+len(given))
	if !overwrite {
		rows = append(rows, o.rel.rows...)
	}
	for _, g := range given {
		row, err := s.fullRow(o, cols, g)
		if err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	s.replaceRows(o, rows)
	return affected(typeInsert, []string{"number of rows inserted"}, len(given)), nil
}

func (s *session) replaceRows(o *object, rows []sqlengine.Row) {
	s.tx.keep(o)
	o.rel.rows = rows
	s.a.touch(o)
}

// pick gives the named columns, all where none are named.
func (r *relation) pick(names []string) ([]*column, error) {
	if names == nil {
		return r.columns, nil
	}
	out := make([]*column, len(names))
	for i, n := range names {
		if out[i], _ = r.column(n); out[i] == nil {
			return nil, errInvalidIdentifier(n)
		}
	}
	return out, nil
}

// evalRows computes VALUES for columns.
func (s *session) evalRows(ctx context.Context, cols []*column, rows [][]sqlengine.Expr) ([]sqlengine.Row, error) {
	es := s.engine()
	var out []sqlengine.Row
	for _, exprs := range rows {
		if len(exprs) != len(cols) {
			return nil, compilation(2057, "21S01", "Insert value list does not match column list expecting %d but got %d", len(cols), len(exprs))
		}
		row := make(sqlengine.Row, len(cols))
		for i, e := range exprs {
			var err error
			if row[i], err = s.evalCell(ctx, es, cols[i], e); err != nil {
				return nil, err
			}
		}
		out = append(out, row)
	}
	return out, nil
}

func (s *session) evalCell(ctx context.Context, es *sqlengine.Session, col *column, e sqlengine.Expr) (sqlengine.Value, error) {
	if e == nil {
		return s.defaultOf(col)
	}
	if l, ok := e.(*sqlengine.Literal); ok {
		return cast(es, l.Value, l.Type, col.typ)
	}
	p, err := es.PrepareExpr(ctx, e, nil)
	if err != nil {
		return nil, err
	}
	v, err := p.Eval(ctx, nil)
	if err != nil {
		return nil, err
	}
	return cast(es, v, p.Type, col.typ)
}

// queryRows runs a query whose columns go into the given ones.
func (s *session) queryRows(ctx context.Context, cols []*column, q *sqlengine.Query) ([]sqlengine.Row, error) {
	r, err := s.query(ctx, q)
	if err != nil {
		return nil, err
	}
	if len(r.Columns) != len(cols) {
		return nil, compilation(2057, "21S01", "Insert value list does not match column list expecting %d but got %d", len(cols), len(r.Columns))
	}
	out := make([]sqlengine.Row, len(r.Rows))
	for i, row := range r.Rows {
		if out[i], err = s.castRow(cols, r.Columns, row); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (s *session) castRow(cols []*column, from []sqlengine.Column, row sqlengine.Row) (sqlengine.Row, error) {
	es := s.engine()
	out := make(sqlengine.Row, len(row))
	for i, v := range row {
		var err error
		if out[i], err = cast(es, v, from[i].Type, cols[i].typ); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// fullRow puts given values in place and adds defaults.
func (s *session) fullRow(o *object, cols []*column, given sqlengine.Row) (sqlengine.Row, error) {
	row := make(sqlengine.Row, len(o.rel.columns))
	for i, c := range o.rel.columns {
		var err error
		if at := slices.Index(cols, c); at >= 0 {
			row[i] = given[at]
		} else if row[i], err = s.defaultOf(c); err != nil {
			return nil, err
		}
		if row[i] == nil && c.notNull {
			return nil, errNull(c)
		}
	}
	return row, nil
}

// defaultOf computes the default of a column, NULL where it has none.
func (s *session) defaultOf(c *column) (sqlengine.Value, error) {
	if c.identity > 0 {
		c.identity++
		return c.identity - 1, nil
	}
	if c.def == "" {
		return nil, nil
	}
	e, err := sqlengine.NewParser(sqlengine.Snowflake, c.def).Expr()
	if err != nil {
		return nil, err
	}
	es := s.engine()
	v, t, err := es.EvalConstant(e)
	if err != nil {
		return nil, err
	}
	return cast(es, v, t, c.typ)
}

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
	var list []assignment
	err = c.commaList(func() error {
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
	if err != nil {
		return nil, err
	}
	if c.PeekKeyword("FROM") {
		return nil, errUnsupported("UPDATE with FROM")
	}
	where, err := c.where()
	return func(ctx context.Context) (*Result, error) { return c.s.updateTable(ctx, name, list, where) }, err
}

func (c *cursor) where() (sqlengine.Expr, error) {
	if !c.AcceptKeyword("WHERE") {
		return nil, nil
	}
	return c.Expr()
}

// program compiles an expression over the columns of a table. nil gives a program that is always true.
func (s *session) program(ctx context.Context, o *object, e sqlengine.Expr) (*sqlengine.Program, error) {
	if e == nil {
		e = &sqlengine.Literal{Value: true, Type: sqlengine.TypeBoolean}
	}
	params := make([]sqlengine.Param, len(o.rel.columns))
	for i, c := range o.rel.columns {
		params[i] = sqlengine.Param{Name: c.name, Type: c.typ}
	}
	return s.engine().PrepareExpr(ctx, e, params)
}

// refuseProtected: UPDATE and DELETE see rows through policies; the emulator carries that out for unprotected tables only.
func (s *session) refuseProtected(o *object, verb string) error {
	if o.rel.rowAccess != nil {
		return errUnsupported("%s of '%s', which has a row access policy", verb, o.dotted())
	}
	for _, c := range o.rel.columns {
		if len(s.a.masksOn(o, c)) > 0 {
			return errUnsupported("%s of '%s', which has masked columns", verb, o.dotted())
		}
	}
	return nil
}

func (s *session) updateTable(ctx context.Context, name sqlengine.Name, list []assignment, where sqlengine.Expr) (*Result, error) {
	o, err := s.dmlTable(name, "UPDATE")
	if err != nil {
		return nil, err
	}
	if err := s.refuseProtected(o, "UPDATE"); err != nil {
		return nil, err
	}
	cond, err := s.program(ctx, o, where)
	if err != nil {
		return nil, err
	}
	values := make([]*sqlengine.Program, len(list))
	at := make([]int, len(list))
	for i, a := range list {
		if _, at[i] = o.rel.column(a.column); at[i] < 0 {
			return nil, errInvalidIdentifier(a.column)
		}
		if values[i], err = s.program(ctx, o, a.value); err != nil {
			return nil, err
		}
	}
	rows := slices.Clone(o.rel.rows)
	n := 0
	for i, r := range rows {
		hit, err := cond.Eval(ctx, r)
		if err != nil {
			return nil, err
		}
		if hit != true {
			continue
		}
		n++
		if rows[i], err = s.updatedRow(ctx, o, r, values, at); err != nil {
			return nil, err
		}
	}
	s.replaceRows(o, rows)
	return affected(typeUpdate, []string{"number of rows updated", "number of multi-joined rows updated"}, n, 0), nil
}

func (s *session) updatedRow(ctx context.Context, o *object, r sqlengine.Row, values []*sqlengine.Program, at []int) (sqlengine.Row, error) {
	out := slices.Clone(r)
	es := s.engine()
	for i, p := range values {
		v, err := p.Eval(ctx, r)
		if err != nil {
			return nil, err
		}
		col := o.rel.columns[at[i]]
		if out[at[i]], err = cast(es, v, p.Type, col.typ); err != nil {
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
	if where != nil {
		if err := s.refuseProtected(o, "DELETE"); err != nil {
			return nil, err
		}
	}
	cond, err := s.program(ctx, o, where)
	if err != nil {
		return nil, err
	}
	var rows []sqlengine.Row
	for _, r := range o.rel.rows {
		hit, err := cond.Eval(ctx, r)
		if err != nil {
			return nil, err
		}
		if hit != true {
			rows = append(rows, r)
		}
	}
	n := len(o.rel.rows) - len(rows)
	s.replaceRows(o, rows)
	return affected(typeDelete, []string{"number of rows deleted"}, n), nil
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
