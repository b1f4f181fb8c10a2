package sqlengine

// onceExpr is an operand that is written once and compared several times: it is computed once per row, and held meanwhile.
type onceExpr struct {
	At
	source, held *node
	value        Value
}

func (c *compiler) once(e Expr, sc *scope) (*onceExpr, error) {
	n, err := c.expr(e, sc)
	if err != nil {
		return nil, err
	}
	o := &onceExpr{At: At{e.Pos()}, source: n, held: n}
	if !n.isConst {
		o.held = &node{typ: n.typ, nullable: n.nullable, eval: func(*frame) (Value, error) { return o.value, nil }}
	}
	return o, nil
}

// wrap computes the operand before the node that uses it.
func (o *onceExpr) wrap(n *node, err error) (*node, error) {
	if err != nil || o.source.isConst || n.isConst {
		return n, err
	}
	inner := n.eval
	return &node{typ: n.typ, nullable: n.nullable, eval: func(f *frame) (Value, error) {
		v, err := o.source.eval(f)
		if err != nil {
			return nil, err
		}
		o.value = v
		return inner(f)
	}}, nil
}

func (c *compiler) between(e *Between, sc *scope) (*node, error) {
	x, err := c.once(e.X, sc)
	if err != nil {
		return nil, err
	}
	var n Expr = &Binary{At: e.At, Op: "AND", L: &Binary{At: e.At, Op: ">=", L: x, R: e.Low}, R: &Binary{At: e.At, Op: "<=", L: x, R: e.High}}
	if e.Not {
		n = &Unary{At: e.At, Op: "NOT", X: n}
	}
	return x.wrap(c.expr(n, sc))
}

// caseOf compiles CASE; with an operand, each WHEN compares it.
func (c *compiler) caseOf(e *Case, sc *scope) (*node, error) {
	if e.Operand == nil {
		return c.searchedCase(e, sc)
	}
	x, err := c.once(e.Operand, sc)
	if err != nil {
		return nil, err
	}
	searched := &Case{At: e.At, Else: e.Else}
	for _, w := range e.Whens {
		searched.Whens = append(searched.Whens, When{&Binary{At: At{w.Cond.Pos()}, Op: "=", L: x, R: w.Cond}, w.Then})
	}
	return x.wrap(c.searchedCase(searched, sc))
}

func (c *compiler) searchedCase(e *Case, sc *scope) (*node, error) {
	conds, thens := make([]*node, len(e.Whens)), make([]*node, len(e.Whens)+1)
	for i, w := range e.Whens {
		var err error
		if conds[i], err = c.boolean(w.Cond, sc); err != nil {
			return nil, err
		}
		if thens[i], err = c.expr(w.Then, sc); err != nil {
			return nil, err
		}
	}
	thens[len(e.Whens)] = constant(nil, TypeNull)
	if e.Else != nil {
		n, err := c.expr(e.Else, sc)
		if err != nil {
			return nil, err
		}
		thens[len(e.Whens)] = n
	}
	return c.branches(conds, thens, e.Pos())
}
