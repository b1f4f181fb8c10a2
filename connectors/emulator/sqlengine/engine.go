package sqlengine

import "context"

// Statement is a query whose names and types are resolved. It may be run several times, but not at the same time.
type Statement struct {
	Columns []Column
	session *Session
	plan    *plan
}

// Run reads all rows of the result.
func (s *Statement) Run(ctx context.Context) ([]Row, error) {
	var rows []Row
	err := s.Each(ctx, func(r Row) error {
		rows = append(rows, r)
		return nil
	})
	return rows, err
}

// Each calls yield for each row of the result, in order, and ends with yield's error.
func (s *Statement) Each(ctx context.Context, yield func(Row) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return s.plan.scan(s.session.newRun(ctx), nil, yield)
}

// Prepare resolves a query. Errors: *Error and those of the Catalog.
func (s *Session) Prepare(ctx context.Context, q *Query) (*Statement, error) {
	c := s.compiler(ctx)
	p, err := c.query(q, nil)
	if err != nil {
		return nil, err
	}
	if p, err = c.settled(p, q.Pos()); err != nil {
		return nil, err
	}
	if p, err = c.returned(p, q.Pos()); err != nil {
		return nil, err
	}
	return s.statement(p), nil
}

func (s *Session) statement(p *plan) *Statement {
	st := &Statement{session: s, plan: p}
	for _, col := range p.cols {
		st.Columns = append(st.Columns, col.Column)
	}
	return st
}

// Describe gives the columns of a query that is to be kept as a view: rules of Projection, Grouping and Joining are left to who queries that.
func (s *Session) Describe(ctx context.Context, q *Query) ([]Column, error) {
	p, err := s.compiler(ctx).query(q, nil)
	if err != nil {
		return nil, err
	}
	return s.statement(bare(p)).Columns, nil
}

// MarkBits is how many of the lowest bits of Table.Marks a query carries on.
const MarkBits = 64 - heldBits

// Lineage gives, for each column of a query's result, the marks of the columns that it is derived from.
func (s *Session) Lineage(ctx context.Context, q *Query) ([]uint64, error) {
	p, err := s.compiler(ctx).query(q, nil)
	if err != nil {
		return nil, err
	}
	marks := make([]uint64, p.width())
	for i := range marks {
		marks[i] = uint64(p.cols[i].held >> heldBits)
	}
	return marks, nil
}

func (s *Session) compiler(ctx context.Context) *compiler {
	return &compiler{ctx: ctx, s: s, dialect: s.Dialect, catalog: s.Catalog, nodes: new(int), grouped: new(int)}
}

// Query parses, prepares and runs one query.
func (s *Session) Query(ctx context.Context, sql string) ([]Column, []Row, error) {
	p := NewParser(s.Dialect, sql)
	p.ResolveIdentifiers(s)
	q, err := p.Query()
	if err != nil {
		return nil, nil, err
	}
	if err := p.ExpectEnd(); err != nil {
		return nil, nil, err
	}
	st, err := s.Prepare(ctx, q)
	if err != nil {
		return nil, nil, err
	}
	rows, err := st.Run(ctx)
	return st.Columns, rows, err
}

// Program is an expression over parameters, resolved. It may be evaluated many times, but not at the same time.
type Program struct {
	Type    Type
	session *Session
	node    *node
}

// Eval computes the expression; args are the values of its parameters, in order and of their types.
func (p *Program) Eval(ctx context.Context, args []Value) (Value, error) {
	return p.node.eval(&frame{row: args, run: p.session.newRun(ctx)})
}

// PrepareExpr resolves an expression whose only columns are the parameters: a policy body, a DEFAULT, an INSERT value.
func (s *Session) PrepareExpr(ctx context.Context, e Expr, params []Param) (*Program, error) {
	n, err := s.compiler(ctx).expr(e, paramScope(params))
	if err != nil {
		return nil, err
	}
	return &Program{Type: n.typ, session: s, node: n}, nil
}

// paramScope offers parameters as columns.
func paramScope(params []Param) *scope {
	sc := &scope{}
	for _, p := range params {
		sc.cols = append(sc.cols, column{Column: Column{Name: p.Name, Type: p.Type, Nullable: true}})
	}
	return sc
}

// EvalConstant computes an expression without columns.
func (s *Session) EvalConstant(e Expr) (Value, Type, error) {
	pr, err := s.PrepareExpr(context.Background(), e, nil)
	if err != nil {
		return nil, TypeNull, err
	}
	v, err := pr.Eval(context.Background(), nil)
	return v, pr.Type, err
}

// Cast converts a value as an assignment to a column of the type does: text too long, numbers out of range and text that is no such value
// are *Error.
func (s *Session) Cast(v Value, from, to Type) (Value, error) {
	c := s.compiler(context.Background())
	conv, err := c.caster(from, to, false, Pos{})
	if err != nil || v == nil {
		return nil, err
	}
	if conv == nil {
		return v, nil // the types are one
	}
	return conv(v)
}
