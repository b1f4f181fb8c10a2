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
	if o.rel.sort == sortEvent && (privilege == "INSERT" || privilege == "UPDATE") {
		return nil, errorf(codeUnsupportedFeature, "0A000", "Unsupported feature '%s on an event table'.", privilege)
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
			rows, err := c.s.queryRows(ctx, cols, q)
			if err != nil {
				return nil, err
			}
			return rows, c.s.passMoved(o, cols, q)
		})
	}, err
}

// valueRows reads (a, b), (c, DEFAULT); nil stands for DEFAULT.
func (c *cursor) valueRows() ([][]sqlengine.Expr, error) {
	var rows [][]sqlengine.Expr
	err := c.CommaList(func() error {
		var row []sqlengine.Expr
		err := c.Parens(func() error {
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
