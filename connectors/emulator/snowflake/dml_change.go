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
	var list []assignment
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
