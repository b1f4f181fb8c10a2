package sqlengine

import "sort"

// accumulator collects the rows of one group. result may be asked for in between.
type accumulator interface {
	add(args []Value) error
	result() (Value, error)
}

// aggregation is one aggregate call, compiled.
type aggregation struct {
	typ      Type
	nullable bool
	args     []*node
	filter   *node
	distinct bool
	order    []sortKey
	keepNull bool // rows whose first argument is NULL count too
	make     func() accumulator
	buf      []Value
}

// feed adds the row of a frame to a group.
func (a *aggregation) feed(acc accumulator, f *frame) error {
	if a.filter != nil {
		v, err := a.filter.eval(f)
		if err != nil || v != true {
			return err
		}
	}
	for i, n := range a.args {
		v, err := n.eval(f)
		if err != nil {
			return err
		}
		if v == nil && !a.keepNull {
			return nil
		}
		a.buf[i] = v
	}
	if o, ok := acc.(*orderedAcc); ok {
		return o.addOrdered(a.buf, f)
	}
	return acc.add(a.buf)
}

func (c *compiler) isAggregate(call *Call) bool {
	if call.Over != nil || len(call.Name) != 1 {
		return false
	}
	_, ok := aggregateTable()[upper(call.Name[0].Text)]
	return ok && c.speaks(aggregateTable()[upper(call.Name[0].Text)].dialects)
}

func (c *compiler) speaks(d dialects) bool { return d == both || int(d) == int(c.dialect)+1 }

// aggregate compiles an aggregate call over the rows of a scope.
func (c *compiler) aggregate(call *Call, sc *scope) (*aggregation, error) {
	name := upper(call.Name.Last())
	def := aggregateTable()[name]
	a := &aggregation{distinct: call.Distinct, keepNull: def.keepNull}
	var err error
	if call.Filter != nil {
		if a.filter, err = c.boolean(call.Filter, sc); err != nil {
			return nil, err
		}
	}
	if call.Nulls != "" && name != "ANY_VALUE" {
		return nil, unsupported(call.Nulls+" NULLS of "+name, call.Pos())
	}
	args := call.Args
	if len(args) == 1 {
		if star, ok := args[0].(*Star); ok && name == "COUNT" && len(star.Qualifier) == 0 && !call.Distinct {
			args = nil
		}
	}
	if a.args, err = c.exprs(args, sc); err != nil {
		return nil, err
	}
	if len(args) < def.min || len(args) > def.max || len(call.Named) > 0 {
		return nil, errorf(ErrArgumentCount, name, call.Pos(), "%s takes %d to %d arguments, not %d", name, def.min, def.max, len(args))
	}
	if err := def.compile(c, a, call); err != nil {
		return nil, err
	}
	if err := c.orderWithin(a, call, sc); err != nil {
		return nil, err
	}
	a.buf = make([]Value, len(a.args))
	if a.distinct {
		inner := a.make
		a.make = func() accumulator { return &distinctAcc{inner: inner(), seen: map[string]struct{}{}} }
	}
	return a, nil
}

// orderWithin compiles WITHIN GROUP (ORDER BY ...).
func (c *compiler) orderWithin(a *aggregation, call *Call, sc *scope) error {
	for _, it := range call.OrderBy {
		n, err := c.expr(it.Expr, sc)
		if err != nil {
			return err
		}
		a.order = append(a.order, sortKey{node: n, desc: it.Desc, nullsFirst: c.nullsFirst(it)})
	}
	if len(a.order) > 0 {
		inner, distinct := a.make, a.distinct
		a.distinct = false
		a.make = func() accumulator {
			acc := inner()
			if distinct {
				acc = &distinctAcc{inner: acc, seen: map[string]struct{}{}}
			}
			return &orderedAcc{inner: acc, order: a.order}
		}
	}
	return nil
}

// distinctAcc passes each combination of arguments once.
type distinctAcc struct {
	inner accumulator
	seen  map[string]struct{}
	buf   []byte
}

func (d *distinctAcc) add(args []Value) error {
	d.buf = rowKey(d.buf[:0], args)
	if _, ok := d.seen[string(d.buf)]; ok {
		return nil
	}
	d.seen[string(d.buf)] = struct{}{}
	return d.inner.add(args)
}

func (d *distinctAcc) result() (Value, error) { return d.inner.result() }

// orderedAcc keeps the rows of a group to add them in order at the end.
type orderedAcc struct {
	inner accumulator
	order []sortKey
	rows  []orderedRow
}

type orderedRow struct{ args, key Row }

func (o *orderedAcc) addOrdered(args []Value, f *frame) error {
	key := make(Row, len(o.order))
	for i, k := range o.order {
		v, err := k.node.eval(f)
		if err != nil {
			return err
		}
		key[i] = v
	}
	o.rows = append(o.rows, orderedRow{append(Row{}, args...), key})
	return nil
}

func (o *orderedAcc) add(args []Value) error { return o.inner.add(args) }

func (o *orderedAcc) result() (Value, error) {
	sort.SliceStable(o.rows, func(i, j int) bool { return lessKeys(o.rows[i].key, o.rows[j].key, o.order) })
	for _, r := range o.rows {
		if err := o.inner.add(r.args); err != nil {
			return nil, err
		}
	}
	o.rows = nil
	return o.inner.result()
}
