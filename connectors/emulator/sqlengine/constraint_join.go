package sqlengine

// checkJoin decides whether a join keeps the rule of a table with Joining on one of its sides, and marks it in out. pairs are the columns that
// USING and NATURAL compare, by position on their sides; without them the condition of j counts.
func (c *compiler) checkJoin(j *Join, l, r, out *plan, pairs [][2]int) error {
	if (j.Kind == "SEMI" || j.Kind == "ANTI") && (r.guarded(unsettled) || l.guarded(unjoined)) {
		return errJoins(j.Pos(), "%s JOIN of a table with a policy", j.Kind)
	}
	boundL, boundR := l.guarded(joins), r.guarded(joins)
	if boundL && boundR {
		return errJoins(j.Pos(), "both sides of the join have a join policy")
	}
	side, ok := l, j.Kind == "INNER" || j.Kind == "RIGHT"
	if boundR {
		side, ok = r, j.Kind == "INNER" || j.Kind == "LEFT"
	}
	if !side.guarded(unjoined) {
		return nil
	}
	if !ok {
		return errJoins(j.Pos(), "%s JOIN is not allowed for a table with a join policy", j.Kind)
	}
	if pairs == nil {
		var err error
		if pairs, err = c.joinPairs(j.On, l, r); err != nil {
			return err
		}
	}
	return c.meet(j, side, out, pairs, boundR)
}

// joinPairs reads a condition of equalities between columns of both sides. Anything else in it is refused.
func (c *compiler) joinPairs(on Expr, l, r *plan) ([][2]int, error) {
	var pairs [][2]int
	for _, t := range conjuncts(on) {
		eq, ok := t.(*Binary)
		if !ok || eq.Op != "=" {
			return nil, errorf(ErrJoinKey, "JOIN", t.Pos(), "a table with a join policy is joined by equality of columns only")
		}
		a, b := c.columnAt(eq.L, l), c.columnAt(eq.R, r)
		if a < 0 || b < 0 {
			a, b = c.columnAt(eq.R, l), c.columnAt(eq.L, r)
		}
		if a < 0 || b < 0 {
			return nil, errorf(ErrJoinKey, "JOIN", t.Pos(), "a table with a join policy is joined by equality of columns only")
		}
		pairs = append(pairs, [2]int{a, b})
	}
	return pairs, nil
}

// columnAt gives the position of a plain column in a relation, -1 for anything else.
func (c *compiler) columnAt(e Expr, p *plan) int {
	ref, ok := e.(*ColumnRef)
	if !ok {
		return -1
	}
	i, err := c.find(p.cols, ref.Name, ref.Pos())
	if err != nil {
		return -1
	}
	return i
}

func (c *compiler) meet(j *Join, side, out *plan, pairs [][2]int, right bool) error {
	met := map[*Joining]bool{}
	for _, pair := range pairs {
		at := pair[0]
		if right {
			at = pair[1]
		}
		key := side.cols[at].key
		if key == nil {
			continue
		}
		if !key.allowed {
			return errorf(ErrJoinKey, side.cols[at].Name, j.Pos(), "column %s is no allowed join key", side.cols[at].Name)
		}
		met[key.rule] = true
	}
	for i := range out.cols {
		g := out.cols[i].guard
		if g == nil || !unjoined(g) {
			continue
		}
		if !met[g.join] {
			return errJoins(j.Pos(), "a table with a join policy must be joined on a column of its own")
		}
		out.cols[i].guard = &guard{join: g.join, met: true}
	}
	return nil
}

// setGuards applies the rules for set operations.
func setGuards(s *SetOp, l, r *plan) error {
	switch {
	case !l.guarded(anyGuard) && !r.guarded(anyGuard):
		return nil
	case s.Op == "UNION" && s.All && !l.guarded(joins) && !r.guarded(joins):
		return nil
	case l.guarded(groups) || r.guarded(groups):
		return errGroups(s.Pos(), "%s of a table with an aggregation policy", s.Op)
	case s.Op == "UNION", l.guarded(joins) && r.guarded(joins), s.Op != "INTERSECT" && l.guarded(unjoined):
		return errJoins(s.Pos(), "%s of a table with a join policy", s.Op)
	}
	return nil
}

// bare takes the guards off the rows of a set operation's side, which has been checked.
func bare(p *plan) *plan {
	n := p.width()
	if n == len(p.cols) {
		return p
	}
	return &plan{cols: p.cols[:n], scan: func(r *run, outer *frame, yield func(Row) error) error {
		return p.scan(r, outer, func(row Row) error { return yield(row[:n:n]) })
	}}
}

// withGuards gives both sides of UNION ALL the guards of both.
func withGuards(l, r *plan) (*plan, *plan) {
	n := l.width()
	gl, gr := l.cols[n:], r.cols[n:]
	if len(gl) == 0 && len(gr) == 0 {
		return l, r
	}
	a := &plan{cols: append(append(append([]column{}, l.cols[:n]...), gl...), gr...)}
	a.scan = func(x *run, outer *frame, yield func(Row) error) error {
		return l.scan(x, outer, func(row Row) error {
			return yield(append(append(make(Row, 0, len(a.cols)), row...), make(Row, len(gr))...))
		})
	}
	b := &plan{cols: append(append(append([]column{}, r.cols[:n]...), gl...), gr...)}
	b.scan = func(x *run, outer *frame, yield func(Row) error) error {
		return r.scan(x, outer, func(row Row) error {
			out := append(append(make(Row, 0, len(b.cols)), row[:n]...), make(Row, len(gl))...)
			return yield(append(out, row[n:]...))
		})
	}
	return a, b
}
