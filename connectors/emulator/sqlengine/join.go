package sqlengine

import "errors"

// conjuncts cuts a condition at its ANDs.
func conjuncts(e Expr) []Expr {
	if e == nil {
		return nil
	}
	if b, ok := e.(*Binary); ok && b.Op == "AND" {
		return append(conjuncts(b.L), conjuncts(b.R)...)
	}
	return []Expr{e}
}

func (c *compiler) joinExpr(j *Join, outer *scope) (*plan, error) {
	left, err := c.table(j.L, outer)
	if err != nil {
		return nil, err
	}
	if isLateral(j.R) {
		right, err := c.table(j.R, lateralScope(left, outer))
		if err != nil {
			return nil, err
		}
		if len(j.Using) > 0 || j.Natural || j.Kind == "RIGHT" || j.Kind == "FULL" || j.Kind == "SEMI" || j.Kind == "ANTI" {
			return nil, unsupported(j.Kind+" JOIN LATERAL with USING or a kind but INNER and LEFT", j.Pos())
		}
		return c.lateralJoin(j.Kind, left, right, j.On, outer)
	}
	right, err := c.table(j.R, outer)
	if err != nil {
		return nil, err
	}
	if err := distinctAliases(left, right, j.R.Pos()); err != nil {
		return nil, err
	}
	using := j.Using
	if j.Natural {
		using = c.sharedNames(left, right)
	}
	if len(using) > 0 {
		return c.joinUsing(j, left, right, using, outer)
	}
	p, err := c.join(j.Kind, left, right, conjuncts(j.On), j.On, outer)
	if err != nil {
		return nil, err
	}
	return p, c.checkJoin(j, left, right, p, nil)
}

// sharedNames are the columns a NATURAL join compares.
func (c *compiler) sharedNames(l, r *plan) []Part {
	var out []Part
	for i := range l.cols {
		for k := range r.cols {
			if l.cols[i].guard == nil && r.cols[k].guard == nil && c.dialect.SameName(l.cols[i].Name, r.cols[k].Name) {
				out = append(out, Part{Text: l.cols[i].Name, Quoted: true})
				break
			}
		}
	}
	return out
}

// joinUsing compares columns of the same name, of which only one stays visible without a qualifier.
func (c *compiler) joinUsing(j *Join, l, r *plan, using []Part, outer *scope) (*plan, error) {
	if j.Kind == "FULL" {
		return nil, unsupported("FULL JOIN with USING", j.Pos())
	}
	var on Expr
	var pairs [][2]int
	for _, u := range using {
		li, err := c.find(l.cols, Name{u}, j.Pos())
		if err != nil {
			return nil, err
		}
		ri, err := c.find(r.cols, Name{u}, j.Pos())
		if err != nil {
			return nil, err
		}
		if li < 0 || ri < 0 {
			return nil, errorf(ErrUnknownColumn, u.Text, j.Pos(), "column %s of USING is not on both sides", u.Text)
		}
		pairs = append(pairs, [2]int{li, ri})
		eq := &Binary{At: j.At, Op: "=", L: &slotRef{At: j.At, index: li}, R: &slotRef{At: j.At, index: len(l.cols) + ri}}
		if on == nil {
			on = eq
		} else {
			on = &Binary{At: j.At, Op: "AND", L: on, R: eq}
		}
	}
	p, err := c.joinOn(j.Kind, l, r, pairs, on, outer)
	if err != nil {
		return nil, err
	}
	if err := c.checkJoin(j, l, r, p, pairs); err != nil {
		return nil, err
	}
	for _, pair := range pairs {
		if j.Kind == "RIGHT" {
			p.cols[pair[0]].hidden = true
		} else if j.Kind != "SEMI" && j.Kind != "ANTI" {
			p.cols[len(l.cols)+pair[1]].hidden = true
		}
	}
	return p, nil
}

// joinOn joins on pairs of columns.
func (c *compiler) joinOn(kind string, l, r *plan, pairs [][2]int, on Expr, outer *scope) (*plan, error) {
	jn := c.newJoiner(kind, l, r)
	for _, pair := range pairs {
		lc, rc := &l.cols[pair[0]], &r.cols[pair[1]]
		a, err := c.resolvedNode(resolved{0, pair[0], lc})
		if err != nil {
			return nil, err
		}
		b, err := c.resolvedNode(resolved{0, pair[1], rc})
		if err != nil {
			return nil, err
		}
		if a, b, err = c.comparable("=", a, b, on.Pos()); err != nil {
			return nil, err
		}
		jn.lkeys, jn.rkeys = append(jn.lkeys, a), append(jn.rkeys, b)
	}
	return jn.plan(), nil
}

// join joins two relations. Equalities among the terms between the two sides make it a hash join; on is the whole condition.
func (c *compiler) join(kind string, l, r *plan, terms []Expr, on Expr, outer *scope) (*plan, error) {
	jn := c.newJoiner(kind, l, r)
	for _, t := range terms {
		if eq, ok := t.(*Binary); ok && eq.Op == "=" {
			if err := c.addHashKey(jn, eq, outer); err != nil {
				return nil, err
			}
		}
	}
	if on != nil {
		cond, err := c.boolean(on, &scope{cols: jn.both, outer: outer})
		if err != nil {
			return nil, err
		}
		jn.cond = cond
	}
	return jn.plan(), nil
}

// addHashKey takes an equality whose sides each belong to one of the joined relations.
func (c *compiler) addHashKey(jn *joiner, eq *Binary, outer *scope) error {
	both := &scope{cols: jn.both, outer: outer}
	ls, rs := c.sideOf(eq.L, both, len(jn.l.cols)), c.sideOf(eq.R, both, len(jn.l.cols))
	a, b := eq.L, eq.R
	switch {
	case ls == 1 && rs == 2:
	case ls == 2 && rs == 1:
		a, b = b, a
	default:
		return nil
	}
	x, err := c.expr(a, &scope{cols: jn.l.cols, outer: outer})
	if err != nil {
		return err
	}
	y, err := c.expr(b, &scope{cols: jn.r.cols, outer: outer})
	if err != nil {
		return err
	}
	x, y, err = c.comparable("=", x, y, eq.Pos())
	var e *Error
	if errors.As(err, &e) && e.Code == ErrTypeMismatch {
		return nil // the condition itself will say so
	}
	if err != nil || x.typ.Kind == KindVariant {
		return err
	}
	jn.lkeys, jn.rkeys = append(jn.lkeys, x), append(jn.rkeys, y)
	return nil
}

// sideOf tells which relation a plain column belongs to: 1 left, 2 right, 0 neither or not a plain column.
func (c *compiler) sideOf(e Expr, both *scope, split int) int {
	if cast, ok := e.(*Cast); ok {
		return c.sideOf(cast.X, both, split)
	}
	if call, ok := e.(*Call); ok && len(call.Args) == 1 && len(call.Named) == 0 && call.Over == nil && !c.isAggregate(call) {
		return c.sideOf(call.Args[0], both, split)
	}
	ref, ok := e.(*ColumnRef)
	if !ok {
		return 0
	}
	i, err := c.find(both.cols, ref.Name, ref.Pos())
	switch {
	case err != nil || i < 0:
		return 0
	case i < split:
		return 1
	}
	return 2
}

// joiner joins rows of l and r, by hash where there are keys.
type joiner struct {
	kind         string
	l, r         *plan
	both         []column
	lkeys, rkeys []*node
	cond         *node
}

func (c *compiler) newJoiner(kind string, l, r *plan) *joiner {
	jn := &joiner{kind: kind, l: l, r: r, both: append(append([]column{}, l.cols...), r.cols...)}
	for i := range jn.both {
		if i < len(l.cols) && (kind == "RIGHT" || kind == "FULL") || i >= len(l.cols) && (kind == "LEFT" || kind == "FULL") {
			jn.both[i].Nullable = true
		}
	}
	return jn
}

func (jn *joiner) plan() *plan {
	cols := jn.both
	if jn.kind == "SEMI" || jn.kind == "ANTI" {
		cols = jn.l.cols
	}
	return &plan{cols: cols, scan: jn.scan}
}

// joinRun is the state of one scan of a join.
type joinRun struct {
	*joiner
	run     *run
	outer   *frame
	rows    []Row // of the right side
	byKey   map[string][]int
	matched []bool
	all     []int
	buf     []byte
	frame   frame
}

func (jn *joiner) scan(r *run, outer *frame, yield func(Row) error) error {
	x := &joinRun{joiner: jn, run: r, outer: outer, frame: frame{outer: outer, run: r}}
	if err := x.build(); err != nil {
		return err
	}
	if err := jn.l.scan(r, outer, func(l Row) error { return x.probe(l, yield) }); err != nil {
		return err
	}
	if jn.kind != "RIGHT" && jn.kind != "FULL" {
		return nil
	}
	for i, row := range x.rows {
		if !x.matched[i] {
			if err := yield(append(make(Row, len(jn.l.cols), len(jn.both)), row...)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (x *joinRun) build() error {
	var err error
	if x.rows, err = collect(x.r, x.run, x.outer); err != nil {
		return err
	}
	x.matched = make([]bool, len(x.rows))
	if len(x.rkeys) == 0 {
		x.all = make([]int, len(x.rows))
		for i := range x.all {
			x.all[i] = i
		}
		return nil
	}
	x.byKey = make(map[string][]int, len(x.rows))
	f := &frame{outer: x.outer, run: x.run}
	for i, row := range x.rows {
		f.row = row
		ok, err := x.key(f, x.rkeys)
		if err != nil {
			return err
		}
		if ok {
			x.byKey[string(x.buf)] = append(x.byKey[string(x.buf)], i)
		}
	}
	return nil
}

// key writes the join key of a row to buf; false where a part is NULL, which equals nothing.
func (x *joinRun) key(f *frame, keys []*node) (bool, error) {
	x.buf = x.buf[:0]
	for _, k := range keys {
		v, err := k.eval(f)
		if v == nil || err != nil {
			return false, err
		}
		x.buf = appendKey(x.buf, v)
	}
	return true, nil
}

func (x *joinRun) candidates(l Row) ([]int, error) {
	if len(x.lkeys) == 0 {
		return x.all, nil
	}
	x.frame.row = l
	ok, err := x.key(&x.frame, x.lkeys)
	if !ok || err != nil {
		return nil, err
	}
	return x.byKey[string(x.buf)], nil
}

func (x *joinRun) probe(l Row, yield func(Row) error) error {
	candidates, err := x.candidates(l)
	if err != nil {
		return err
	}
	found := false
	for _, i := range candidates {
		row := append(append(make(Row, 0, len(x.both)), l...), x.rows[i]...)
		ok, err := x.accepts(row)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		found, x.matched[i] = true, true
		if x.kind == "SEMI" || x.kind == "ANTI" {
			break
		}
		if err := yield(row); err != nil {
			return err
		}
	}
	switch {
	case x.kind == "SEMI" && found, x.kind == "ANTI" && !found:
		return yield(l)
	case !found && (x.kind == "LEFT" || x.kind == "FULL"):
		return yield(append(append(make(Row, 0, len(x.both)), l...), make(Row, len(x.r.cols))...))
	}
	return x.run.tick()
}

func (x *joinRun) accepts(row Row) (bool, error) {
	if err := x.run.tick(); err != nil || x.cond == nil {
		return err == nil, err
	}
	x.frame.row = row
	v, err := x.cond.eval(&x.frame)
	return v == true, err
}

// lateralJoin scans the right side anew for each row of the left.
func (c *compiler) lateralJoin(kind string, l, r *plan, on Expr, outer *scope) (*plan, error) {
	if l.guarded(unsettled) || r.guarded(unsettled) {
		return nil, errGroups(Pos{}, "lateral join of a table with an aggregation or join policy")
	}
	jn := c.newJoiner(kind, l, r)
	if on != nil {
		cond, err := c.boolean(on, &scope{cols: jn.both, outer: outer})
		if err != nil {
			return nil, err
		}
		jn.cond = cond
	}
	return &plan{cols: jn.both, scan: func(x *run, outer *frame, yield func(Row) error) error {
		state := &joinRun{joiner: jn, run: x, outer: outer, frame: frame{outer: outer, run: x}}
		return l.scan(x, outer, func(left Row) error { return state.lateral(left, yield) })
	}}, nil
}

func (x *joinRun) lateral(left Row, yield func(Row) error) error {
	found := false
	err := x.r.scan(x.run, &frame{row: left, outer: x.outer, run: x.run}, func(right Row) error {
		row := append(append(make(Row, 0, len(x.both)), left...), right...)
		ok, err := x.accepts(row)
		if err != nil || !ok {
			return err
		}
		found = true
		return yield(row)
	})
	if err != nil || found || x.kind != "LEFT" {
		return err
	}
	return yield(append(append(make(Row, 0, len(x.both)), left...), make(Row, len(x.r.cols))...))
}
