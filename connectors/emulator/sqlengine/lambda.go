package sqlengine

// lambda compiles a lambda whose parameters have the given types; fewer parameters than types are allowed.
func (c *compiler) lambda(e Expr, sc *scope, types ...Type) (*node, int, error) {
	l, ok := e.(*Lambda)
	if !ok {
		return nil, 0, errorf(ErrArgumentType, "->", e.Pos(), "a lambda is needed here")
	}
	if len(l.Params) > len(types) {
		return nil, 0, errorf(ErrArgumentCount, "->", e.Pos(), "the lambda has too many parameters")
	}
	inner := &scope{outer: sc}
	for i, p := range l.Params {
		inner.cols = append(inner.cols, column{Column: Column{Name: p, Type: types[i], Nullable: true}})
	}
	n, err := c.expr(l.Body, inner)
	return n, len(l.Params), err
}

// arrayArg compiles an argument that must be an array.
func (c *compiler) arrayArg(e *Call, i int, sc *scope) (*node, Type, error) {
	n, err := c.expr(e.Args[i], sc)
	if err != nil {
		return nil, TypeNull, err
	}
	if n.typ.Kind == KindVariant {
		n, err = c.cast(n, TypeArray, e.Pos())
	}
	if err == nil && n.typ.Kind != KindArray && n.typ.Kind != KindNull {
		err = errorf(ErrArgumentType, upper(e.Name.Last()), e.Pos(), "%s takes an array", upper(e.Name.Last()))
	}
	return n, elemOr(n.typ.Elem), err
}

// each element of an array is given to a lambda with its index.
type elementLoop struct {
	array, body *node
	params      int
}

func (c *compiler) elementLoop(e *Call, sc *scope) (*elementLoop, Type, error) {
	if err := e.count(2, 2); err != nil {
		return nil, TypeNull, err
	}
	array, elem, err := c.arrayArg(e, 0, sc)
	if err != nil {
		return nil, elem, err
	}
	body, n, err := c.lambda(e.Args[1], sc, elem, c.integer())
	return &elementLoop{array, body, n}, elem, err
}

// run calls visit with each element and what the lambda gives for it; false stops.
func (l *elementLoop) run(f *frame, visit func(elem, result Value) bool) (bool, error) {
	v, err := l.array.eval(f)
	if v == nil || err != nil {
		return false, err
	}
	inner := &frame{outer: f, run: f.run}
	for i, elem := range v.(Array) {
		inner.row = Row{elem, int64(i)}[:l.params]
		out, err := l.body.eval(inner)
		if err != nil {
			return false, err
		}
		if !visit(elem, out) {
			break
		}
	}
	return true, nil
}

func compileTransform(c *compiler, e *Call, sc *scope) (*node, error) {
	loop, _, err := c.elementLoop(e, sc)
	if err != nil {
		return nil, err
	}
	typ := TypeArray
	if c.dialect == Databricks {
		typ = ArrayOf(loop.body.typ)
	}
	return fold(&node{typ: typ, nullable: true, eval: func(f *frame) (Value, error) {
		out := Array{}
		ok, err := loop.run(f, func(_, r Value) bool {
			out = append(out, r)
			return true
		})
		if !ok || err != nil {
			return nil, err
		}
		return out, nil
	}}, loop.array, loop.body), nil
}

func compileFilterArray(c *compiler, e *Call, sc *scope) (*node, error) {
	loop, _, err := c.elementLoop(e, sc)
	if err != nil {
		return nil, err
	}
	if loop.body, err = c.cast(loop.body, TypeBoolean, e.Pos()); err != nil {
		return nil, err
	}
	return fold(&node{typ: loop.array.typ, nullable: true, eval: func(f *frame) (Value, error) {
		out := Array{}
		ok, err := loop.run(f, func(elem, r Value) bool {
			if r == true {
				out = append(out, elem)
			}
			return true
		})
		if !ok || err != nil {
			return nil, err
		}
		return out, nil
	}}, loop.array, loop.body), nil
}

// quantifier: exists (any true) and forall (all true), with SQL's NULL where the answer is open.
func quantifier(some bool) func(*compiler, *Call, *scope) (*node, error) {
	return func(c *compiler, e *Call, sc *scope) (*node, error) {
		loop, _, err := c.elementLoop(e, sc)
		if err != nil {
			return nil, err
		}
		if loop.body, err = c.cast(loop.body, TypeBoolean, e.Pos()); err != nil {
			return nil, err
		}
		return fold(&node{typ: TypeBoolean, nullable: true, eval: func(f *frame) (Value, error) {
			answer := Value(!some)
			ok, err := loop.run(f, func(_, r Value) bool {
				if r == some {
					answer = some
					return false
				}
				if r == nil {
					answer = nil
				}
				return true
			})
			if !ok || err != nil {
				return nil, err
			}
			return answer, nil
		}}, loop.array, loop.body), nil
	}
}

// compileReduce: reduce(array, start, (acc, x) -> ... [, acc -> ...]). The accumulator has the type of what the lambda makes of it.
func compileReduce(c *compiler, e *Call, sc *scope) (*node, error) {
	if err := e.count(3, 4); err != nil {
		return nil, err
	}
	array, elem, err := c.arrayArg(e, 0, sc)
	if err != nil {
		return nil, err
	}
	start, err := c.expr(e.Args[1], sc)
	if err != nil {
		return nil, err
	}
	typ := start.typ
	var step *node
	for range 3 { // the type settles after a step or two
		if step, _, err = c.lambda(e.Args[2], sc, typ, elem); err != nil {
			return nil, err
		}
		common, ok := commonType(c.dialect, typ, step.typ)
		if !ok {
			return nil, errorf(ErrTypeMismatch, "REDUCE", e.Pos(), "reduce of %s and %s", typ.SQL(c.dialect), step.typ.SQL(c.dialect))
		}
		if common.Equal(typ) {
			break
		}
		typ = common
	}
	if start, err = c.cast(start, typ, e.Pos()); err != nil {
		return nil, err
	}
	if step, err = c.cast(step, typ, e.Pos()); err != nil {
		return nil, err
	}
	finish := columnNode(0, 0, typ, true)
	if len(e.Args) == 4 {
		if finish, _, err = c.lambda(e.Args[3], sc, typ); err != nil {
			return nil, err
		}
	}
	return fold(&node{typ: finish.typ, nullable: true, eval: reducer(array, start, step, finish)}, array, start, step, finish), nil
}

func reducer(array, start, step, finish *node) evalFunc {
	return func(f *frame) (Value, error) {
		v, err := array.eval(f)
		if v == nil || err != nil {
			return nil, err
		}
		acc, err := start.eval(f)
		if err != nil {
			return nil, err
		}
		inner := &frame{outer: f, run: f.run}
		for _, elem := range v.(Array) {
			inner.row = Row{acc, elem}
			if acc, err = step.eval(inner); err != nil {
				return nil, err
			}
		}
		inner.row = Row{acc}
		return finish.eval(inner)
	}
}
