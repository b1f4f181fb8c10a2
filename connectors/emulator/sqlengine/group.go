package sqlengine

// grouping compiles GROUP BY and the aggregates of all later clauses. Without either, p and sc stay as they are.
func (c *compiler) grouping(s *Select, items []SelectItem, order []OrderItem, p *plan, sc *scope) (*plan, *scope, error) {
	calls := c.aggregateCalls(s, items, order)
	keys, err := c.groupExprs(s, items, sc)
	if err != nil {
		return nil, nil, err
	}
	if len(keys) == 0 && len(calls) == 0 && !s.GroupByAll && s.Having == nil {
		return p, sc, nil
	}
	if err := c.checkGroups(items, calls, p, s.Pos()); err != nil {
		return nil, nil, err
	}
	g := &grouper{out: &scope{outer: sc.outer, slots: map[string]slot{}, grouped: sc, aliases: sc.aliases}}
	for _, e := range keys {
		if err := c.addGroupKey(g, e, sc); err != nil {
			return nil, nil, err
		}
	}
	for _, call := range calls {
		key := c.exprKey(call, sc)
		if _, ok := g.out.slots[key]; ok {
			continue
		}
		var agg *aggregation
		h, err := c.traced(func() (err error) {
			agg, err = c.aggregate(call, sc)
			return err
		})
		if err != nil {
			return nil, nil, err
		}
		if upper(call.Name.Last()) == "COUNT" {
			if h != 0 && p.guarded(groups) {
				return nil, nil, errorf(ErrProjection, "COUNT", call.Pos(), "COUNT of a column that must not be returned")
			}
			h = 0
		}
		g.aggs = append(g.aggs, agg)
		g.addSlot(key, agg.typ, agg.nullable, column{held: h})
	}
	g.source = p
	for i := range p.cols {
		if x := p.cols[i].guard; x != nil && groups(x) {
			g.guards = append(g.guards, i)
		}
	}
	if len(g.guards) > 0 {
		return &plan{cols: g.out.cols, scan: g.scanGuarded}, g.out, nil
	}
	return &plan{cols: g.out.cols, scan: g.scan}, g.out, nil
}

// grouper collects rows into groups. Its output rows are the keys and then the aggregates.
type grouper struct {
	source *plan
	keys   []*node
	aggs   []*aggregation
	guards []int // columns of the source
	out    *scope
}

func (g *grouper) addSlot(key string, typ Type, nullable bool, col column) {
	g.out.slots[key] = slot{len(g.out.cols), typ, nullable, col.held}
	col.Type, col.Nullable, col.use = typ, nullable, nil
	g.out.cols = append(g.out.cols, col)
}

func (c *compiler) addGroupKey(g *grouper, e Expr, sc *scope) error {
	var n *node
	h, err := c.traced(func() (err error) {
		n, err = c.expr(e, sc)
		return err
	})
	if err != nil {
		return err
	}
	var col column
	if ref, ok := e.(*ColumnRef); ok {
		if i, err := c.find(sc.cols, ref.Name, ref.Pos()); err == nil && i >= 0 {
			col = sc.cols[i]
		}
	}
	if ref, ok := e.(*slotRef); ok {
		col = sc.cols[ref.index]
	}
	col.hidden, col.held, col.key = false, h, nil
	g.keys = append(g.keys, n)
	g.addSlot(c.exprKey(e, sc), n.typ, n.nullable, col)
	return nil
}

// groupExprs resolves the positions and aliases of GROUP BY, and ALL.
func (c *compiler) groupExprs(s *Select, items []SelectItem, sc *scope) ([]Expr, error) {
	if s.GroupByAll {
		var out []Expr
		for _, it := range items {
			if !c.hasAggregate(it.Expr) {
				out = append(out, it.Expr)
			}
		}
		return out, nil
	}
	out := make([]Expr, len(s.GroupBy))
	for i, e := range s.GroupBy {
		out[i] = c.unaliased(e, items, sc)
		lit, ok := e.(*Literal)
		if !ok {
			continue
		}
		n, ok := lit.Value.(int64)
		if !ok {
			continue
		}
		if n < 1 || n > int64(len(items)) {
			return nil, errorf(ErrBadOrdinal, "GROUP BY", e.Pos(), "position %d is not in the select list", n)
		}
		out[i] = items[n-1].Expr
	}
	for i, e := range out {
		if c.hasAggregate(e) {
			return nil, errorf(ErrAggregateMisuse, "GROUP BY", s.GroupBy[i].Pos(), "aggregate in GROUP BY")
		}
	}
	return out, nil
}

// unaliased replaces the alias of a select item by its expression, where no column has the name.
func (c *compiler) unaliased(e Expr, items []SelectItem, sc *scope) Expr {
	ref, ok := e.(*ColumnRef)
	if !ok || len(ref.Name) != 1 {
		return e
	}
	if _, found, err := c.lookup(&scope{cols: sc.cols}, ref.Name, ref.Pos()); found || err != nil {
		return e
	}
	for _, it := range items {
		if it.Alias.Text != "" && c.dialect.SameName(it.Alias.Text, ref.Name[0].Text) {
			return it.Expr
		}
	}
	return e
}

func (c *compiler) hasAggregate(e Expr) bool {
	found := false
	walk(e, func(call *Call) bool {
		found = found || c.isAggregate(call)
		return !found
	})
	return found
}

// aggregateCalls finds the aggregates of the select list, HAVING, QUALIFY and ORDER BY, but not what only serves as a window function.
func (c *compiler) aggregateCalls(s *Select, items []SelectItem, order []OrderItem) []*Call {
	var out []*Call
	visit := func(call *Call) bool {
		if c.isAggregate(call) {
			out = append(out, call)
			return false
		}
		return true
	}
	for _, it := range items {
		walk(it.Expr, visit)
	}
	if s.Having != nil {
		walk(s.Having, visit)
	}
	if s.Qualify != nil {
		walk(s.Qualify, visit)
	}
	for _, it := range order {
		walk(it.Expr, visit)
	}
	return out
}

type group struct {
	row  Row // keys, with room for the aggregates
	accs []accumulator
}

func (g *grouper) scan(r *run, outer *frame, yield func(Row) error) error {
	groups := map[string]*group{}
	var order []*group
	f := &frame{outer: outer, run: r}
	keyRow := make(Row, len(g.keys))
	var buf []byte
	err := g.source.scan(r, outer, func(row Row) error {
		f.row = row
		buf = buf[:0]
		for i, k := range g.keys {
			v, err := k.eval(f)
			if err != nil {
				return err
			}
			keyRow[i] = v
			buf = appendKey(buf, v)
		}
		grp := groups[string(buf)]
		if grp == nil {
			grp = g.newGroup(keyRow)
			groups[string(buf)] = grp
			order = append(order, grp)
		}
		for i, a := range g.aggs {
			if err := a.feed(grp.accs[i], f); err != nil {
				return err
			}
		}
		return r.tick()
	})
	if err != nil {
		return err
	}
	if len(order) == 0 && len(g.keys) == 0 {
		order = append(order, g.newGroup(nil))
	}
	return g.yield(order, yield)
}

func (g *grouper) newGroup(keys Row) *group {
	grp := &group{row: make(Row, len(g.out.cols)), accs: make([]accumulator, len(g.aggs))}
	copy(grp.row, keys)
	for i, a := range g.aggs {
		grp.accs[i] = a.make()
	}
	return grp
}

func (g *grouper) yield(groups []*group, yield func(Row) error) error {
	for _, grp := range groups {
		for i, acc := range grp.accs {
			v, err := acc.result()
			if err != nil {
				return err
			}
			grp.row[len(g.keys)+i] = v
		}
		if err := yield(grp.row); err != nil {
			return err
		}
	}
	return nil
}
