package sqlengine

// fromClause compiles FROM and Databricks' LATERAL VIEWs; without FROM there is one row without columns.
func (c *compiler) fromClause(s *Select, outer *scope) (*plan, error) {
	if len(s.From) == 0 && len(s.Laterals) == 0 {
		return &plan{scan: func(_ *run, _ *frame, yield func(Row) error) error { return yield(Row{}) }}, nil
	}
	var p *plan
	for _, t := range s.From {
		next, err := c.fromItem(p, t, conjuncts(s.Where), outer)
		if err != nil {
			return nil, err
		}
		p = next
	}
	if p == nil {
		p = &plan{scan: func(_ *run, _ *frame, yield func(Row) error) error { return yield(Row{}) }}
	}
	for _, lv := range s.Laterals {
		t := &TableFunc{At: lv.Call.At, Call: lv.Call, Lateral: true, Outer: lv.Outer, Alias: lv.Alias}
		right, err := c.table(t, lateralScope(p, outer))
		if err != nil {
			return nil, err
		}
		if p, err = c.lateralJoin("INNER", p, right, nil, outer); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// fromItem joins an entry of a comma list to those before it. Equalities in WHERE serve as the condition of a hash join; WHERE itself is
// still applied behind it.
func (c *compiler) fromItem(left *plan, t TableExpr, where []Expr, outer *scope) (*plan, error) {
	if left == nil {
		return c.table(t, outer)
	}
	if isLateral(t) {
		right, err := c.table(t, lateralScope(left, outer))
		if err != nil {
			return nil, err
		}
		return c.lateralJoin("INNER", left, right, nil, outer)
	}
	right, err := c.table(t, outer)
	if err != nil {
		return nil, err
	}
	if err := distinctAliases(left, right, t.Pos()); err != nil {
		return nil, err
	}
	return c.join("INNER", left, right, where, nil, outer)
}

func isLateral(t TableExpr) bool {
	switch t := t.(type) {
	case *TableFunc:
		return t.Lateral
	case *Derived:
		return t.Lateral
	case *Join:
		return isLateral(t.L)
	}
	return false
}

// lateralScope is the scope in which a lateral entry sees the tables before it.
func lateralScope(left *plan, outer *scope) *scope { return &scope{cols: left.cols, outer: outer} }

// distinctAliases refuses two sides of a join under one alias. Tables with the same name in different schemas may stand together.
func distinctAliases(l, r *plan, at Pos) error {
	seen := map[string]bool{}
	for i := range l.cols {
		seen[l.cols[i].table+"\x00"+l.cols[i].path.String()] = l.cols[i].table != ""
	}
	for i := range r.cols {
		if key := r.cols[i].table; seen[key+"\x00"+r.cols[i].path.String()] {
			return errorf(ErrDuplicateAlias, r.cols[i].path.Last(), at, "table alias %s is used twice", r.cols[i].path.Last())
		}
	}
	return nil
}

// table compiles one entry of FROM.
func (c *compiler) table(t TableExpr, outer *scope) (*plan, error) {
	switch t := t.(type) {
	case *TableName:
		return c.tableName(t)
	case *Derived:
		p, err := c.query(t.Query, outer)
		if err != nil {
			return nil, err
		}
		if p, err = c.sampled(p, t.Sample); err != nil {
			return nil, err
		}
		return c.renamed(p, t.Alias, t.Pos())
	case *TableFunc:
		return c.tableFunc(t, outer)
	case *Join:
		return c.joinExpr(t, outer)
	}
	return nil, unsupported("FROM entry", t.Pos())
}

func (c *compiler) tableName(t *TableName) (*plan, error) {
	var p *plan
	path := t.Name
	if len(t.Name) == 1 {
		p = c.ctes.find(c.dialect.key(t.Name[0].Text))
	}
	if p == nil {
		if c.catalog == nil {
			return nil, errorf(ErrUnknownTable, t.Name.String(), t.Pos(), "unknown table %s", t.Name)
		}
		table, err := c.catalog.Table(c.ctx, t.Name)
		if err != nil {
			return nil, err
		}
		if p, err = c.relation(table, t.Name, t.Pos()); err != nil {
			return nil, err
		}
	}
	p, err := c.sampled(p, t.Sample)
	if err != nil {
		return nil, err
	}
	alias := t.Alias
	if alias.Name.Text == "" {
		alias.Name = Part{Text: t.Name.Last()}
		return c.renamedAs(p, alias, path, t.Pos())
	}
	return c.renamed(p, alias, t.Pos())
}

// renamed gives a relation its alias and, where the alias lists them, its column names.
func (c *compiler) renamed(p *plan, alias Alias, at Pos) (*plan, error) {
	var path Name
	if alias.Name.Text != "" {
		path = Name{alias.Name}
	}
	return c.renamedAs(p, alias, path, at)
}

func (c *compiler) renamedAs(p *plan, alias Alias, path Name, at Pos) (*plan, error) {
	if len(alias.Columns) > 0 && len(alias.Columns) != p.width() {
		return nil, errorf(ErrSetColumns, alias.Name.Text, at, "alias %s lists %d columns for %d", alias.Name.Text, len(alias.Columns), p.width())
	}
	out := &plan{cols: append([]column{}, p.cols...), scan: p.scan}
	for i := range out.cols {
		out.cols[i].table, out.cols[i].path = c.dialect.key(alias.Name.Text), path
		out.cols[i].hidden = false
		if len(alias.Columns) > 0 && out.cols[i].guard == nil {
			out.cols[i].Name = alias.Columns[i].Text
		}
	}
	return out, nil
}

// relation compiles a table of the catalogue with its filter and masks.
func (c *compiler) relation(t *Table, name Name, at Pos) (*plan, error) {
	p, err := c.baseRows(t, name, at)
	if err != nil {
		return nil, err
	}
	if t.Filter != nil {
		cond, err := c.policy(t.Filter, p.cols, TypeBoolean, at)
		if err != nil {
			return nil, err
		}
		p = filter(p, cond)
	}
	p = c.constrained(p, t)
	if len(t.Masks) > 0 {
		return c.masked(p, t.Masks, at)
	}
	return p, nil
}

func (c *compiler) baseRows(t *Table, name Name, at Pos) (*plan, error) {
	cols := make([]column, len(t.Columns))
	for i, col := range t.Columns {
		cols[i] = column{Column: col}
	}
	if t.View == nil {
		rows := t.Rows
		return &plan{cols: cols, scan: func(r *run, _ *frame, yield func(Row) error) error {
			if rows == nil {
				return nil
			}
			for row, err := range rows {
				if err != nil {
					return err
				}
				if err := yield(row); err != nil {
					return err
				}
				if err := r.tick(); err != nil {
					return err
				}
			}
			return nil
		}}, nil
	}
	body, err := c.child(t.View.Catalog, name.String(), at)
	if err != nil {
		return nil, err
	}
	p, err := body.query(t.View.Query, nil)
	if err != nil || len(cols) == 0 {
		return p, err
	}
	if len(cols) != p.width() {
		return nil, errorf(ErrSetColumns, name.String(), at, "view %s declares %d columns, its query gives %d", name, len(cols), p.width())
	}
	return c.castPlan(p, cols, at)
}

// policy compiles the call of a policy's function on the raw rows with the given columns.
func (c *compiler) policy(p *Policy, cols []column, result Type, at Pos) (*node, error) {
	body, err := c.child(p.Catalog, "policy", at)
	if err != nil {
		return nil, err
	}
	if len(p.Args) != len(p.Params) {
		return nil, errorf(ErrArgumentCount, "policy", at, "policy with %d parameters given %d arguments", len(p.Params), len(p.Args))
	}
	args := make([]*node, len(p.Args))
	for i, a := range p.Args {
		n := constant(a.Value, a.Type)
		if a.Column >= 0 {
			n = columnNode(0, a.Column, cols[a.Column].Type, true)
		}
		if args[i], err = c.cast(n, p.Params[i].Type, at); err != nil {
			return nil, err
		}
	}
	value, err := body.expr(p.Body, paramScope(p.Params))
	if err != nil {
		return nil, err
	}
	if p.Result.Kind != KindNull {
		value = c.cutScale(value, p.Result)
		if value, err = c.cast(value, p.Result, at); err != nil {
			return nil, err
		}
	}
	if value, err = c.cast(value, result, at); err != nil {
		return nil, err
	}
	return applied(value, args), nil
}

// cutScale cuts what a policy gives to the digits that its column has behind the point, as Snowflake does; a cast rounds.
func (c *compiler) cutScale(value *node, to Type) *node {
	if c.dialect != Snowflake || value.typ.Kind != KindNumber || to.Kind != KindNumber || value.typ.Scale <= to.Scale {
		return value
	}
	cut := func(v Value) Value {
		d, ok := toDecimal(v)
		if !ok {
			return v
		}
		return d.truncate(to.Scale).value()
	}
	if value.isConst {
		return constant(cut(value.value), value.typ)
	}
	return &node{typ: value.typ, nullable: value.nullable, eval: func(f *frame) (Value, error) {
		v, err := value.eval(f)
		return cut(v), err
	}}
}

// applied evaluates a body over its arguments, in a frame of its own.
func applied(body *node, args []*node) *node {
	if body.isConst {
		return body
	}
	return &node{typ: body.typ, nullable: true, eval: func(f *frame) (Value, error) {
		row := make(Row, len(args))
		for i, a := range args {
			v, err := a.eval(f)
			if err != nil {
				return nil, err
			}
			row[i] = v
		}
		return body.eval(&frame{row: row, run: f.run})
	}}
}

// masked replaces masked columns. A mask is compiled when the query first uses its column, and only then is it evaluated.
func (c *compiler) masked(p *plan, masks []Mask, at Pos) (*plan, error) {
	out := &plan{cols: append([]column{}, p.cols...)}
	active := make([]*node, len(p.cols))
	for _, m := range masks {
		if m.Column < 0 || m.Column >= len(p.cols) {
			return nil, errorf(ErrInvalidArgument, "mask", at, "mask on column %d of %d", m.Column, len(p.cols))
		}
		inner := p.cols[m.Column].use
		out.cols[m.Column].Nullable = true
		out.cols[m.Column].use = func() error {
			if active[m.Column] != nil {
				return nil
			}
			for _, a := range m.Args { // the mask uses what it is given
				if a.Column >= 0 && p.cols[a.Column].use != nil {
					if err := p.cols[a.Column].use(); err != nil {
						return err
					}
				}
			}
			if inner != nil {
				if err := inner(); err != nil {
					return err
				}
			}
			n, err := c.policy(&m.Policy, p.cols, p.cols[m.Column].Type, at)
			active[m.Column] = n
			return err
		}
	}
	out.scan = maskedScan(p, active)
	return out, nil
}

func maskedScan(p *plan, active []*node) func(*run, *frame, func(Row) error) error {
	return func(r *run, outer *frame, yield func(Row) error) error {
		var used []int
		for i, n := range active {
			if n != nil {
				used = append(used, i)
			}
		}
		if len(used) == 0 {
			return p.scan(r, outer, yield)
		}
		f := &frame{run: r}
		return p.scan(r, outer, func(raw Row) error {
			f.row = raw
			row := append(make(Row, 0, len(raw)), raw...)
			for _, i := range used {
				v, err := active[i].eval(f)
				if err != nil {
					return err
				}
				row[i] = v
			}
			return yield(row)
		})
	}
}
