package sqlengine

// inner compiles a subquery; correlated tells whether its rows depend on the row around it.
func (c *compiler) inner(q *Query, sc *scope) (p *plan, correlated bool, err error) {
	boundary := &scope{outer: sc}
	saved, before := c.held, *c.grouped
	p, err = c.query(q, boundary)
	c.held = saved
	if err != nil {
		return nil, false, err
	}
	correlated = boundary.crossed
	if correlated && *c.grouped > before {
		return nil, false, errGroups(q.Pos(), "correlated subquery of a table with an aggregation policy")
	}
	if p, err = c.settled(p, q.Pos()); err != nil {
		return nil, false, err
	}
	inner := p.scan
	// The boundary is a level of its own, so that names resolved beyond it can be told.
	return &plan{cols: p.cols, scan: func(r *run, outer *frame, yield func(Row) error) error {
		return inner(r, &frame{outer: outer, run: r}, yield)
	}}, correlated, nil
}

func (c *compiler) oneColumn(p *plan, at Pos) error {
	if len(p.cols) != 1 {
		return errorf(ErrSubqueryColumns, "subquery", at, "subquery gives %d columns in place of 1", len(p.cols))
	}
	return nil
}

func (c *compiler) subquery(e *Subquery, sc *scope) (*node, error) {
	p, correlated, err := c.inner(e.Query, sc)
	if err != nil {
		return nil, err
	}
	if err := c.oneColumn(p, e.Pos()); err != nil {
		return nil, err
	}
	c.held |= p.cols[0].held
	n := &node{typ: p.cols[0].Type, nullable: true}
	single := func(f *frame) (Value, error) {
		var out Value
		rows := 0
		err := p.scan(f.run, f, func(row Row) error {
			if rows++; rows > 1 {
				return errorf(ErrSubqueryRows, "subquery", e.Pos(), "single-row subquery returns more than one row")
			}
			out = row[0]
			return nil
		})
		return out, err
	}
	n.eval = single
	if !correlated {
		n.eval = func(f *frame) (Value, error) { return cached(f.run, n, func() (Value, error) { return single(f) }) }
	}
	return n, nil
}

// cached keeps what compute gives for the rest of the run.
func cached[T any](r *run, key any, compute func() (T, error)) (T, error) {
	if v, ok := r.cache[key]; ok {
		out, _ := v.(T)
		return out, nil
	}
	v, err := compute()
	if err == nil {
		r.cache[key] = v
	}
	return v, err
}

func (c *compiler) exists(e *Exists, sc *scope) (*node, error) {
	p, correlated, err := c.inner(e.Query, sc)
	if err != nil {
		return nil, err
	}
	first := window(p, 0, 1)
	n := &node{typ: TypeBoolean}
	some := func(f *frame) (Value, error) {
		found := false
		err := first.scan(f.run, f, func(Row) error {
			found = true
			return nil
		})
		return found, err
	}
	n.eval = some
	if !correlated {
		n.eval = func(f *frame) (Value, error) { return cached(f.run, n, func() (Value, error) { return some(f) }) }
	}
	return n, nil
}

// in compiles x IN (...): true where some item equals, NULL where none does but one might, else false.
func (c *compiler) in(e *In, sc *scope) (*node, error) {
	left := []Expr{e.X}
	if t, ok := e.X.(*Tuple); ok {
		left = t.Items
	}
	xs, err := c.exprs(left, sc)
	if err != nil {
		return nil, err
	}
	var n *node
	if e.Query != nil {
		n, err = c.inQuery(e, xs, sc)
	} else {
		n, err = c.inList(e, xs, sc)
	}
	if err != nil || !e.Not {
		return n, err
	}
	return fold(&node{typ: TypeBoolean, nullable: n.nullable, eval: func(f *frame) (Value, error) {
		v, err := n.eval(f)
		if v == nil || err != nil {
			return nil, err
		}
		return !v.(bool), nil
	}}, n), nil
}

// set is a set of rows to look up, with a note of those that hold NULL.
type set struct {
	keys  map[string]struct{}
	nulls []Row
	size  int
}

func (s *set) add(row Row) {
	s.size++
	for _, v := range row {
		if v == nil {
			s.nulls = append(s.nulls, append(Row{}, row...))
			return
		}
	}
	s.keys[string(rowKey(nil, row))] = struct{}{}
}

// has gives SQL's answer to row IN set.
func (s *set) has(row Row, buf []byte) (Value, []byte) {
	if s.size == 0 {
		return false, buf
	}
	for _, v := range row {
		if v == nil {
			return nil, buf
		}
	}
	buf = rowKey(buf[:0], row)
	if _, ok := s.keys[string(buf)]; ok {
		return true, buf
	}
	for _, n := range s.nulls {
		if mightEqual(row, n) {
			return nil, buf
		}
	}
	return false, buf
}

// mightEqual tells whether two rows agree wherever both have a value.
func mightEqual(a, b Row) bool {
	for i := range a {
		if a[i] == nil || b[i] == nil {
			continue
		}
		if o, ok := compare(a[i], b[i]); !ok || o != 0 {
			return false
		}
	}
	return true
}

func (c *compiler) inQuery(e *In, xs []*node, sc *scope) (*node, error) {
	p, correlated, err := c.inner(e.Query, sc)
	if err != nil {
		return nil, err
	}
	if len(p.cols) != len(xs) {
		return nil, errorf(ErrSubqueryColumns, "IN", e.Pos(), "subquery gives %d columns in place of %d", len(p.cols), len(xs))
	}
	cols := append([]column{}, p.cols...)
	for i := range xs {
		c.held |= cols[i].held
		typ, ok := comparisonType(c.dialect, xs[i].typ, cols[i].Type)
		if !ok {
			return nil, errorf(ErrTypeMismatch, "IN", e.Pos(), "cannot compare %s with %s", xs[i].typ.SQL(c.dialect), cols[i].Type.SQL(c.dialect))
		}
		if cols[i].Type.Kind != typ.Kind && cols[i].Type.Kind != KindNull {
			cols[i].Type = typ
		}
		if xs[i], err = c.looseCast(xs[i], typ, e.Pos()); err != nil {
			return nil, err
		}
	}
	if p, err = c.castPlan(p, cols, e.Pos()); err != nil {
		return nil, err
	}
	n := &node{typ: TypeBoolean, nullable: true}
	load := func(f *frame) (*set, error) {
		s := &set{keys: map[string]struct{}{}}
		err := p.scan(f.run, f, func(row Row) error {
			s.add(row)
			return nil
		})
		return s, err
	}
	n.eval = membership(xs, func(f *frame) (*set, error) {
		if correlated {
			return load(f)
		}
		return cached(f.run, n, func() (*set, error) { return load(f) })
	})
	return n, nil
}

func membership(xs []*node, members func(*frame) (*set, error)) evalFunc {
	row := make(Row, len(xs))
	var buf []byte
	return func(f *frame) (Value, error) {
		s, err := members(f)
		if err != nil {
			return nil, err
		}
		for i, x := range xs {
			if row[i], err = x.eval(f); err != nil {
				return nil, err
			}
		}
		var v Value
		v, buf = s.has(row, buf)
		return v, nil
	}
}

func (c *compiler) inList(e *In, xs []*node, sc *scope) (*node, error) {
	var n Expr
	if len(xs) > 1 {
		return c.inTuples(e, sc)
	}
	if fast, err := c.inConstants(e, xs[0], sc); fast != nil || err != nil {
		return fast, err
	}
	x, err := c.once(e.X, sc)
	if err != nil {
		return nil, err
	}
	for _, item := range e.List {
		eq := &Binary{At: e.At, Op: "=", L: x, R: item}
		if n == nil {
			n = eq
		} else {
			n = &Binary{At: e.At, Op: "OR", L: n, R: eq}
		}
	}
	return x.wrap(c.expr(n, sc))
}

func (c *compiler) inTuples(e *In, sc *scope) (*node, error) {
	left := e.X.(*Tuple).Items
	var n Expr
	for _, item := range e.List {
		t, ok := item.(*Tuple)
		if !ok || len(t.Items) != len(left) {
			return nil, errorf(ErrSubqueryColumns, "IN", e.Pos(), "IN compares rows of different length")
		}
		var all Expr
		for i := range left {
			eq := &Binary{At: e.At, Op: "=", L: left[i], R: t.Items[i]}
			if all == nil {
				all = eq
			} else {
				all = &Binary{At: e.At, Op: "AND", L: all, R: eq}
			}
		}
		if n == nil {
			n = all
		} else {
			n = &Binary{At: e.At, Op: "OR", L: n, R: all}
		}
	}
	return c.expr(n, sc)
}

// inConstants compiles a list of constants of the left side's family as one look-up; nil where the list is not of that kind.
func (c *compiler) inConstants(e *In, x *node, sc *scope) (*node, error) {
	s := &set{keys: map[string]struct{}{}}
	for _, item := range e.List {
		n, err := c.expr(item, sc)
		if err != nil {
			return nil, err
		}
		if n.typ.Kind == KindText && (x.typ.Kind == KindDate || x.typ.IsTimestamp()) || n.typ.Kind == KindNumber && x.typ.Kind == KindFloat {
			if n, err = c.cast(n, x.typ, e.Pos()); err != nil {
				return nil, err
			}
		}
		if !n.isConst || n.typ.Kind != x.typ.Kind && n.typ.Kind != KindNull {
			return nil, nil
		}
		s.add(Row{n.value})
	}
	return fold(&node{typ: TypeBoolean, nullable: true, eval: membership([]*node{x}, func(*frame) (*set, error) { return s, nil })}, x), nil
}
