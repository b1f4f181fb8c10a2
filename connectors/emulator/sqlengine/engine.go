package sqlengine

import "context"

// Statement is a query whose names and types are resolved. It may be run several times.
type Statement struct {
	Columns []Column
	run     func(ctx context.Context) ([]Row, error)
}

// Run reads all rows of the result.
func (s *Statement) Run(ctx context.Context) ([]Row, error) { return s.run(ctx) }

// Prepare resolves a query. Errors: *Error and those of the Catalog.
func (s *Session) Prepare(ctx context.Context, q *Query) (*Statement, error) {
	return nil, unsupported("query", q.Pos())
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

// Program is an expression over parameters, resolved.
type Program struct {
	Type Type
	eval func(ctx context.Context, args []Value) (Value, error)
}

// Eval computes the expression; args are the values of its parameters, in order and of their types.
func (p *Program) Eval(ctx context.Context, args []Value) (Value, error) { return p.eval(ctx, args) }

// PrepareExpr resolves an expression whose only columns are the parameters: a policy body, a DEFAULT, an INSERT value.
func (s *Session) PrepareExpr(ctx context.Context, e Expr, params []Param) (*Program, error) {
	return nil, unsupported("expression", e.Pos())
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
