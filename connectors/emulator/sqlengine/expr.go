package sqlengine

// expr compiles a scalar expression in a scope.
func (c *compiler) expr(e Expr, sc *scope) (*node, error) {
	if *c.nodes++; *c.nodes > maxNodes {
		return nil, errorf(ErrTooDeep, "statement", e.Pos(), "the statement is too large")
	}
	if n, err := c.slotOf(e, sc); n != nil || err != nil {
		return n, err
	}
	switch e := e.(type) {
	case *Literal:
		return constant(e.Value, e.Type), nil
	case *ColumnRef:
		return c.columnRef(e, sc)
	case *PositionRef:
		return c.positionRef(e, sc)
	case *slotRef:
		return c.slotRefNode(e, sc)
	case *onceExpr:
		return e.held, nil
	case *Bind:
		return c.bind(e)
	case *Variable:
		if v, ok := c.s.Variables[e.Name]; ok {
			return constant(v.Value, v.Type), nil
		}
		return nil, errorf(ErrUnknownParameter, e.Name, e.Pos(), "variable $%s is not set", e.Name)
	case *Call:
		return c.call(e, sc)
	case *Unary:
		return c.unary(e, sc)
	case *Binary:
		return c.binary(e, sc)
	case *Is:
		return c.is(e, sc)
	case *IsDistinct:
		return c.isDistinct(e, sc)
	case *In:
		return c.in(e, sc)
	case *Between:
		return c.between(e, sc)
	case *Like:
		return c.like(e, sc)
	case *Exists:
		return c.exists(e, sc)
	case *Subquery:
		return c.subquery(e, sc)
	case *Case:
		return c.caseOf(e, sc)
	case *Cast:
		return c.castOf(e, sc)
	case *Access:
		return c.access(e, sc)
	case *ArrayLit:
		return c.call(&Call{At: e.At, Name: Name{{Text: c.dialect.Fold("array_construct")}}, Args: e.Items}, sc)
	case *ObjectLit:
		return c.objectLit(e, sc)
	case *Tuple:
		return nil, unsupported("row value outside IN", e.Pos())
	case *Star:
		return nil, errorf(ErrArgumentType, "*", e.Pos(), "* is no expression")
	case *Lambda:
		return nil, errorf(ErrArgumentType, "->", e.Pos(), "a lambda is only allowed as an argument of the functions that take one")
	}
	return nil, unsupported("expression", e.Pos())
}

func (c *compiler) exprs(list []Expr, sc *scope) ([]*node, error) {
	out := make([]*node, len(list))
	for i, e := range list {
		n, err := c.expr(e, sc)
		if err != nil {
			return nil, err
		}
		out[i] = n
	}
	return out, nil
}

// boolean compiles a condition.
func (c *compiler) boolean(e Expr, sc *scope) (*node, error) {
	n, err := c.expr(e, sc)
	if err != nil {
		return nil, err
	}
	return c.cast(n, TypeBoolean, e.Pos())
}

func (c *compiler) columnRef(e *ColumnRef, sc *scope) (*node, error) {
	r, ok, err := c.lookup(sc, e.Name, e.Pos())
	if err != nil {
		return nil, err
	}
	if ok {
		return c.resolvedNode(r)
	}
	if n, err := c.aliasRef(e, sc); n != nil || err != nil {
		return n, err
	}
	if n, err := c.fieldRef(e, sc); n != nil || err != nil {
		return n, err
	}
	if len(e.Name) == 1 && !e.Name[0].Quoted && niladic[upper(e.Name[0].Text)] {
		return c.call(&Call{At: e.At, Name: e.Name, Bare: true}, sc)
	}
	if c.goneColumn(e, sc) {
		return nil, errorf(ErrNotGrouped, e.Name.String(), e.Pos(), "%s is neither grouped nor aggregated", e.Name)
	}
	return nil, errorf(ErrUnknownColumn, e.Name.String(), e.Pos(), "unknown column %s", e.Name)
}

// niladic are the functions that may be written without parentheses.
var niladic = wordSet(`CURRENT_DATE CURRENT_TIMESTAMP CURRENT_TIME LOCALTIME LOCALTIMESTAMP CURRENT_USER CURRENT_ROLE SYSDATE SESSION_USER
	CURRENT_CATALOG CURRENT_SCHEMA CURRENT_DATABASE`)

func (c *compiler) resolvedNode(r resolved) (*node, error) {
	c.held |= r.col.held
	if r.col.use != nil {
		if err := r.col.use(); err != nil {
			return nil, err
		}
	}
	return columnNode(r.depth, r.index, r.col.Type, r.col.Nullable), nil
}

// goneColumn tells whether a column was there before grouping.
func (c *compiler) goneColumn(e *ColumnRef, sc *scope) bool {
	for s := sc; s != nil; s = s.outer {
		if s.grouped == nil {
			continue
		}
		if i, err := c.find(s.grouped.cols, e.Name, e.Pos()); i >= 0 || err != nil {
			return true
		}
	}
	return false
}

// fieldRef reads a.b as field b of column a, where no table a is in sight.
func (c *compiler) fieldRef(e *ColumnRef, sc *scope) (*node, error) {
	for cut := len(e.Name) - 1; cut > 0; cut-- {
		r, ok, err := c.lookup(sc, e.Name[:cut], e.Pos())
		if err != nil {
			return nil, err
		}
		if !ok || r.col.Type.Kind != KindStruct && r.col.Type.Kind != KindMap {
			continue
		}
		n, err := c.resolvedNode(r)
		for _, part := range e.Name[cut:] {
			if err != nil {
				return nil, err
			}
			n, err = c.fieldOf(n, part.Text, e.Pos())
		}
		return n, err
	}
	return nil, nil
}

// slotRefNode reads a column of a star; behind GROUP BY only grouped ones are left, and they have slots.
func (c *compiler) slotRefNode(e *slotRef, sc *scope) (*node, error) {
	if sc.grouped != nil {
		return nil, errorf(ErrNotGrouped, e.name, e.Pos(), "%s is neither grouped nor aggregated", e.name)
	}
	return c.resolvedNode(resolved{0, e.index, &sc.cols[e.index]})
}

func (c *compiler) positionRef(e *PositionRef, sc *scope) (*node, error) {
	seen := 0
	for i := range sc.cols {
		if sc.cols[i].guard != nil || !c.qualifies(&sc.cols[i], e.Qualifier) {
			continue
		}
		if seen++; seen == e.Index {
			return c.resolvedNode(resolved{0, i, &sc.cols[i]})
		}
	}
	return nil, errorf(ErrUnknownColumn, "$"+itoa(e.Index), e.Pos(), "unknown column $%d", e.Index)
}

func (c *compiler) bind(e *Bind) (*node, error) {
	if e.Name == "" {
		if e.Index >= 1 && e.Index <= len(c.s.Positional) {
			p := c.s.Positional[e.Index-1]
			return constant(p.Value, p.Type), nil
		}
		return nil, errorf(ErrUnknownParameter, itoa(e.Index), e.Pos(), "parameter %d is not set", e.Index)
	}
	if p, ok := c.s.Named[e.Name]; ok {
		return constant(p.Value, p.Type), nil
	}
	return nil, errorf(ErrUnknownParameter, e.Name, e.Pos(), "parameter :%s is not set", e.Name)
}

func (c *compiler) unary(e *Unary, sc *scope) (*node, error) {
	if e.Op == "NOT" {
		x, err := c.boolean(e.X, sc)
		if err != nil {
			return nil, err
		}
		return fold(&node{typ: TypeBoolean, nullable: x.nullable, eval: func(f *frame) (Value, error) {
			v, err := x.eval(f)
			if v == nil || err != nil {
				return nil, err
			}
			return !v.(bool), nil
		}}, x), nil
	}
	x, err := c.numeric(e.X, sc, e.Op)
	if err != nil || e.Op == "+" {
		return x, err
	}
	return fold(&node{typ: x.typ, nullable: x.nullable, eval: func(f *frame) (Value, error) {
		v, err := x.eval(f)
		if v == nil || err != nil {
			return nil, err
		}
		return negate(v), nil
	}}, x), nil
}

// fold computes a node whose operands are constant once, unless it fails: then the error belongs to the rows that reach it.
func fold(n *node, operands ...*node) *node {
	for _, o := range operands {
		if !o.isConst {
			return n
		}
	}
	v, err := n.eval(&frame{})
	if err != nil {
		return n
	}
	return constant(v, n.typ)
}

func (c *compiler) binary(e *Binary, sc *scope) (*node, error) {
	switch e.Op {
	case "AND", "OR":
		return c.logical(e, sc)
	case "=", "<>", "<", "<=", ">", ">=":
		return c.comparison(e, sc)
	case "||":
		return c.call(&Call{At: e.At, Name: Name{{Text: c.dialect.Fold("concat")}}, Args: []Expr{e.L, e.R}}, sc)
	}
	l, err := c.expr(e.L, sc)
	if err != nil {
		return nil, err
	}
	r, err := c.expr(e.R, sc)
	if err != nil {
		return nil, err
	}
	return c.arithmetic(e.Op, l, r, e.Pos())
}

// logical compiles AND and OR: the right side is only computed where the left leaves the answer open.
func (c *compiler) logical(e *Binary, sc *scope) (*node, error) {
	l, err := c.boolean(e.L, sc)
	if err != nil {
		return nil, err
	}
	r, err := c.boolean(e.R, sc)
	if err != nil {
		return nil, err
	}
	decides := e.Op == "OR"
	return fold(&node{typ: TypeBoolean, nullable: l.nullable || r.nullable, eval: func(f *frame) (Value, error) {
		a, err := l.eval(f)
		if err != nil || a == decides {
			return a, err
		}
		b, err := r.eval(f)
		if err != nil || b == decides {
			return b, err
		}
		if a == nil || b == nil {
			return nil, nil
		}
		return !decides, nil
	}}, l, r), nil
}

func (c *compiler) is(e *Is, sc *scope) (*node, error) {
	var x *node
	var err error
	if e.What == "NULL" {
		x, err = c.expr(e.X, sc)
	} else {
		x, err = c.boolean(e.X, sc)
	}
	if err != nil {
		return nil, err
	}
	var want Value
	if e.What == "TRUE" || e.What == "FALSE" {
		want = e.What == "TRUE"
	}
	return fold(&node{typ: TypeBoolean, eval: func(f *frame) (Value, error) {
		v, err := x.eval(f)
		if err != nil {
			return nil, err
		}
		if want == nil {
			return (v == nil) != e.Not, nil
		}
		return (v == want) != e.Not, nil
	}}, x), nil
}

// branches gives the first then whose condition is true, else the last then, all cast to their common type.
func (c *compiler) branches(conds, thens []*node, at Pos) (*node, error) {
	thens, typ, err := c.unify(thens, "CASE", at)
	if err != nil {
		return nil, err
	}
	nullable := false
	for _, t := range thens {
		nullable = nullable || t.nullable
	}
	otherwise := thens[len(conds)]
	return fold(&node{typ: typ, nullable: nullable, eval: func(f *frame) (Value, error) {
		for i, cond := range conds {
			v, err := cond.eval(f)
			if err != nil {
				return nil, err
			}
			if v == true {
				return thens[i].eval(f)
			}
		}
		return otherwise.eval(f)
	}}, append(append([]*node{}, conds...), thens...)...), nil
}

// unify casts nodes to their common type.
func (c *compiler) unify(nodes []*node, name string, at Pos) ([]*node, Type, error) {
	typ := TypeNull
	for _, n := range nodes {
		common, ok := commonType(c.dialect, typ, n.typ)
		if !ok {
			return nil, typ, errorf(ErrTypeMismatch, name, at, "%s of %s and %s", name, typ.SQL(c.dialect), n.typ.SQL(c.dialect))
		}
		typ = common
	}
	out := make([]*node, len(nodes))
	for i, n := range nodes {
		var err error
		if out[i], err = c.cast(n, typ, at); err != nil {
			return nil, typ, err
		}
	}
	return out, typ, nil
}

func (c *compiler) castOf(e *Cast, sc *scope) (*node, error) {
	x, err := c.expr(e.X, sc)
	if err != nil {
		return nil, err
	}
	if e.Try && c.dialect == Snowflake && x.typ.Kind != KindText && x.typ.Kind != KindNull {
		return nil, errorf(ErrTypeMismatch, "TRY_CAST", e.Pos(), "TRY_CAST takes text, not %s", x.typ.SQL(c.dialect))
	}
	return c.castWith(x, e.Type, e.Try, e.Pos())
}

// cast converts a node to a type, where it is not of it already.
func (c *compiler) cast(n *node, to Type, at Pos) (*node, error) { return c.castWith(n, to, false, at) }

func (c *compiler) castWith(n *node, to Type, try bool, at Pos) (*node, error) {
	if n.typ.Equal(to) {
		return n, nil
	}
	conv, err := c.caster(n.typ, to, try, at)
	if err != nil {
		return nil, err
	}
	if conv == nil {
		out := *n
		out.typ = to
		return &out, nil
	}
	return fold(&node{typ: to, nullable: n.nullable || try || n.typ.Kind == KindVariant, eval: func(f *frame) (Value, error) {
		v, err := n.eval(f)
		if v == nil || err != nil {
			return nil, err
		}
		return conv(v)
	}}, n), nil
}

// numeric compiles an operand that must be a number; text is cast.
func (c *compiler) numeric(e Expr, sc *scope, op string) (*node, error) {
	x, err := c.expr(e, sc)
	if err != nil {
		return nil, err
	}
	return c.asNumber(x, op, e.Pos())
}

func (c *compiler) asNumber(x *node, op string, at Pos) (*node, error) {
	switch x.typ.Kind {
	case KindNumber, KindFloat:
		return x, nil
	case KindText:
		if c.dialect == Databricks {
			return c.cast(x, TypeDouble, at)
		}
		return c.cast(x, Number(38, 5), at)
	case KindNull:
		return c.cast(x, TypeNumber, at)
	case KindVariant:
		return c.cast(x, TypeFloat, at)
	}
	return nil, errorf(ErrTypeMismatch, op, at, "%s does not take %s", op, x.typ.SQL(c.dialect))
}
