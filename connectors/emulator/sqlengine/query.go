package sqlengine

import "sort"

// plan is a compiled relation. scan calls yield for each row until it fails; rows must not be changed by anyone behind it.
type plan struct {
	cols []column
	scan func(r *run, outer *frame, yield func(Row) error) error
}

// cteScope is the list of WITH entries in sight, innermost first.
type cteScope struct {
	name  string
	plan  *plan
	outer *cteScope
}

func (s *cteScope) find(key string) *plan {
	for ; s != nil; s = s.outer {
		if s.name == key {
			return s.plan
		}
	}
	return nil
}

// query compiles a query whose correlated names are found in outer.
func (c *compiler) query(q *Query, outer *scope) (*plan, error) {
	saved := c.ctes
	defer func() { c.ctes = saved }()
	if q.Recursive {
		return nil, unsupported("WITH RECURSIVE", q.Pos())
	}
	for _, cte := range q.With {
		p, err := c.query(cte.Query, outer)
		if err != nil {
			return nil, err
		}
		p, err = c.renamed(p, Alias{Name: cte.Name, Columns: cte.Columns}, cte.Query.Pos())
		if err != nil {
			return nil, err
		}
		c.ctes = &cteScope{name: c.dialect.key(cte.Name.Text), plan: shared(p, outer == nil), outer: c.ctes}
	}
	p, err := c.ordered(q, outer)
	if err != nil {
		return nil, err
	}
	return c.limited(p, q, outer)
}

// shared reads a relation once per run, however often it is used. A correlated one is read anew each time.
func shared(p *plan, closed bool) *plan {
	if !closed {
		return p
	}
	out := &plan{cols: p.cols}
	out.scan = func(r *run, outer *frame, yield func(Row) error) error {
		rows, ok := r.cache[out].([]Row)
		if !ok {
			var err error
			if rows, err = collect(p, r, outer); err != nil {
				return err
			}
			r.cache[out] = rows
		}
		return each(rows, yield)
	}
	return out
}

func collect(p *plan, r *run, outer *frame) ([]Row, error) {
	rows := []Row{}
	err := p.scan(r, outer, func(row Row) error {
		rows = append(rows, row)
		return r.tick()
	})
	return rows, err
}

func each(rows []Row, yield func(Row) error) error {
	for _, row := range rows {
		if err := yield(row); err != nil {
			return err
		}
	}
	return nil
}

// ordered compiles the body with its ORDER BY.
func (c *compiler) ordered(q *Query, outer *scope) (*plan, error) {
	if s, ok := q.Body.(*Select); ok {
		return c.selectBlock(s, q.OrderBy, q.OrderAll, outer)
	}
	p, err := c.body(q.Body, outer)
	if err != nil || len(q.OrderBy) == 0 {
		return p, err
	}
	sc := &scope{cols: p.cols, outer: outer}
	keys, err := c.orderKeys(q.OrderBy, q.OrderAll, p.cols, sc, nil)
	if err != nil {
		return nil, err
	}
	return sorted(p, len(p.cols), keys), nil
}

func (c *compiler) body(b QueryBody, outer *scope) (*plan, error) {
	switch b := b.(type) {
	case *Select:
		return c.selectBlock(b, nil, false, outer)
	case *Query:
		return c.query(b, outer)
	case *Values:
		return c.values(b, outer)
	case *SetOp:
		return c.setOp(b, outer)
	}
	return nil, unsupported("query body", b.Pos())
}

// sortKey is one ORDER BY term: a node over the rows to sort, or a column of the output where out is at least 0.
type sortKey struct {
	node       *node
	out        int
	desc       bool
	nullsFirst bool
}

// orderKeys resolves ORDER BY terms: positions and names of output columns first, expressions in the scope otherwise. With DISTINCT, given by
// its select list, only what is selected is left to sort by.
func (c *compiler) orderKeys(items []OrderItem, all bool, cols []column, sc *scope, distinct []SelectItem) ([]sortKey, error) {
	if all {
		first := items[0]
		items = nil
		for i := range cols {
			items = append(items, OrderItem{Expr: &Literal{Value: int64(i + 1), Type: TypeNumber}, Desc: first.Desc, Nulls: first.Nulls})
		}
	}
	var out []sortKey
	for _, it := range items {
		k := sortKey{out: -1, desc: it.Desc, nullsFirst: c.nullsFirst(it)}
		i, err := c.outputColumn(it.Expr, cols)
		if err != nil {
			return nil, err
		}
		if i < 0 && distinct != nil {
			if i = c.selectedAt(it.Expr, distinct, sc); i < 0 {
				return nil, errorf(ErrNotGrouped, "ORDER BY", it.Expr.Pos(), "ORDER BY with DISTINCT takes what is selected only")
			}
		}
		if k.out = i; i < 0 {
			if k.node, err = c.expr(it.Expr, sc); err != nil {
				return nil, err
			}
		}
		out = append(out, k)
	}
	return out, nil
}

// selectedAt finds an expression in a select list, -1 where it is not.
func (c *compiler) selectedAt(e Expr, items []SelectItem, sc *scope) int {
	key := c.exprKey(e, sc)
	for i, it := range items {
		if c.exprKey(it.Expr, sc) == key {
			return i
		}
	}
	return -1
}

// nullsFirst gives the vendor's default: Snowflake puts NULL above all values, Databricks below.
func (c *compiler) nullsFirst(it OrderItem) bool {
	if it.Nulls != "" {
		return it.Nulls == "FIRST"
	}
	if c.dialect == Databricks {
		return !it.Desc
	}
	return it.Desc
}

// outputColumn finds the select-list column an ORDER BY term names by position or alias, -1 where it names none.
func (c *compiler) outputColumn(e Expr, cols []column) (int, error) {
	switch e := e.(type) {
	case *Literal:
		n, ok := e.Value.(int64)
		if !ok {
			return -1, nil
		}
		if n < 1 || n > int64(len(cols)) {
			return -1, errorf(ErrBadOrdinal, "ORDER BY", e.Pos(), "position %d is not in the select list", n)
		}
		return int(n - 1), nil
	case *ColumnRef:
		if len(e.Name) != 1 {
			return -1, nil
		}
		for i := range cols {
			if c.dialect.SameName(cols[i].Name, e.Name[0].Text) {
				return i, nil
			}
		}
	}
	return -1, nil
}

// sorted sorts the rows of p, of which the first width values are the output and the rest belongs to the sort.
func sorted(p *plan, width int, keys []sortKey) *plan {
	return &plan{cols: p.cols[:width], scan: func(r *run, outer *frame, yield func(Row) error) error {
		type keyed struct{ row, key Row }
		var all []keyed
		f := &frame{outer: outer, run: r}
		err := p.scan(r, outer, func(row Row) error {
			key := make(Row, len(keys))
			f.row = row
			for i, k := range keys {
				if k.out >= 0 {
					key[i] = row[k.out]
					continue
				}
				v, err := k.node.eval(f)
				if err != nil {
					return err
				}
				key[i] = v
			}
			all = append(all, keyed{row[:width:width], key})
			return r.tick()
		})
		if err != nil {
			return err
		}
		sort.SliceStable(all, func(i, j int) bool { return lessKeys(all[i].key, all[j].key, keys) })
		for _, k := range all {
			if err := yield(k.row); err != nil {
				return err
			}
		}
		return nil
	}}
}

func lessKeys(a, b Row, keys []sortKey) bool {
	for i, k := range keys {
		if o := k.order(a[i], b[i]); o != 0 {
			return o < 0
		}
	}
	return false
}

// order compares two values under a sort key.
func (k sortKey) order(a, b Value) int {
	if a == nil || b == nil {
		o := compareNullable(a, b)
		if !k.nullsFirst {
			return -o
		}
		return o
	}
	o := compareNullable(a, b)
	if k.desc {
		return -o
	}
	return o
}

// limited compiles LIMIT and OFFSET, which are constants.
func (c *compiler) limited(p *plan, q *Query, outer *scope) (*plan, error) {
	if q.Limit == nil && q.Offset == nil {
		return p, nil
	}
	limit, err := c.rowCount(q.Limit, -1)
	if err != nil {
		return nil, err
	}
	offset, err := c.rowCount(q.Offset, 0)
	if err != nil {
		return nil, err
	}
	return window(p, offset, limit), nil
}

// rowCount gives the number in a LIMIT, otherwise where there is none or NULL.
func (c *compiler) rowCount(e Expr, otherwise int64) (int64, error) {
	if e == nil {
		return otherwise, nil
	}
	n, err := c.expr(e, nil)
	if err != nil {
		return 0, err
	}
	if n, err = c.cast(n, TypeNumber, e.Pos()); err != nil {
		return 0, err
	}
	if n.isConst && n.value == nil {
		return otherwise, nil
	}
	count, ok := n.value.(int64)
	if !n.isConst || !ok || count < 0 {
		return 0, errorf(ErrInvalidArgument, "LIMIT", e.Pos(), "a row count must be a constant of 0 or more")
	}
	return count, nil
}

// window passes limit rows behind the first offset; all where limit is negative.
func window(p *plan, offset, limit int64) *plan {
	return &plan{cols: p.cols, scan: func(r *run, outer *frame, yield func(Row) error) error {
		if limit == 0 {
			return nil
		}
		seen := int64(0)
		stop := &stopMark{}
		err := p.scan(r, outer, func(row Row) error {
			if seen++; seen <= offset {
				return nil
			}
			if err := yield(row); err != nil {
				return err
			}
			if limit > 0 && seen == offset+limit {
				return stop
			}
			return nil
		})
		if err == error(stop) {
			return nil
		}
		return err
	}}
}

// stopMark ends one scan; nested limits have marks of their own.
type stopMark struct{ _ byte }

func (*stopMark) Error() string { return "enough rows" }

func (c *compiler) values(v *Values, outer *scope) (*plan, error) {
	width := len(v.Rows[0])
	cells := make([][]*node, width)
	for _, row := range v.Rows {
		if len(row) != width {
			return nil, errorf(ErrSetColumns, "VALUES", v.Pos(), "VALUES rows differ in length")
		}
		nodes, err := c.exprs(row, outer)
		if err != nil {
			return nil, err
		}
		for i, n := range nodes {
			cells[i] = append(cells[i], n)
		}
	}
	p := &plan{}
	for i := range cells {
		unified, typ, err := c.unify(cells[i], "VALUES", v.Pos())
		if err != nil {
			return nil, err
		}
		cells[i] = unified
		name := map[Dialect]string{Snowflake: "COLUMN", Databricks: "col"}[c.dialect] + itoa(i+1)
		p.cols = append(p.cols, column{Column: Column{Name: name, Type: typ, Nullable: anyNullable(unified)}})
	}
	p.scan = func(r *run, outer *frame, yield func(Row) error) error {
		f := outer
		if f == nil {
			f = &frame{run: r}
		}
		for i := range v.Rows {
			row := make(Row, width)
			for j := range cells {
				var err error
				if row[j], err = cells[j][i].eval(f); err != nil {
					return err
				}
			}
			if err := yield(row); err != nil {
				return err
			}
		}
		return nil
	}
	return p, nil
}

func anyNullable(nodes []*node) bool {
	for _, n := range nodes {
		if n.nullable {
			return true
		}
	}
	return false
}
