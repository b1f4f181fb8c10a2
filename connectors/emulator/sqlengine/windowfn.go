package sqlengine

import "sort"

// windows compiles the window functions of the select list, QUALIFY and ORDER BY: their values are added behind the rows of p.
func (c *compiler) windows(s *Select, items []SelectItem, order []OrderItem, p *plan, sc *scope) (*plan, *scope, error) {
	calls := windowCalls(s, items, order)
	if len(calls) == 0 {
		if s.Qualify != nil {
			return nil, nil, errorf(ErrAggregateMisuse, "QUALIFY", s.Qualify.Pos(), "QUALIFY without a window function")
		}
		return p, sc, nil
	}
	if p.guarded(groups) {
		return nil, nil, errGroups(calls[0].Pos(), "window function over a table with an aggregation policy")
	}
	out := &scope{cols: append([]column{}, sc.cols...), outer: sc.outer, grouped: sc.grouped, aliases: sc.aliases, slots: map[string]slot{}}
	for k, v := range sc.slots {
		out.slots[k] = v
	}
	var fns []*windowCall
	for _, call := range calls {
		key := c.exprKey(call, sc)
		if _, ok := out.slots[key]; ok {
			continue
		}
		var w *windowCall
		h, err := c.traced(func() (err error) {
			w, err = c.windowCall(call, sc)
			return err
		})
		if err != nil {
			return nil, nil, err
		}
		fns = append(fns, w)
		out.slots[key] = slot{len(out.cols), w.typ, true, h}
		out.cols = append(out.cols, column{Column: Column{Type: w.typ, Nullable: true}})
	}
	return windowPlan(p, out.cols, fns), out, nil
}

func windowCalls(s *Select, items []SelectItem, order []OrderItem) []*Call {
	var out []*Call
	visit := func(call *Call) bool {
		if call.Over != nil {
			out = append(out, call)
			return false
		}
		return true
	}
	for _, it := range items {
		walk(it.Expr, visit)
	}
	if s.Qualify != nil {
		walk(s.Qualify, visit)
	}
	for _, it := range order {
		walk(it.Expr, visit)
	}
	return out
}

// windowCall is one window function, compiled.
type windowCall struct {
	typ       Type
	partition []*node
	order     []sortKey
	compute   func(w *windowRows) error
}

// windowRows are the rows of one partition, in order, with the places for the results.
type windowRows struct {
	frame *frame
	rows  []Row
	keys  []Row // of ORDER BY
	order []sortKey
	set   func(i int, v Value)
}

func (w *windowRows) at(i int) *frame {
	w.frame.row = w.rows[i]
	return w.frame
}

// samePeer tells whether two rows are equal in the order of the window.
func (w *windowRows) samePeer(i, j int) bool {
	return !lessKeys(w.keys[i], w.keys[j], w.order) && !lessKeys(w.keys[j], w.keys[i], w.order)
}

func (c *compiler) windowCall(call *Call, sc *scope) (*windowCall, error) {
	w := &windowCall{}
	var err error
	if w.partition, err = c.exprs(call.Over.PartitionBy, sc); err != nil {
		return nil, err
	}
	for _, it := range call.Over.OrderBy {
		n, err := c.expr(it.Expr, sc)
		if err != nil {
			return nil, err
		}
		w.order = append(w.order, sortKey{node: n, desc: it.Desc, nullsFirst: c.nullsFirst(it)})
	}
	name := upper(call.Name.Last())
	if rank, ok := rankings[name]; ok {
		if len(w.order) == 0 && name != "ROW_NUMBER" {
			return nil, errorf(ErrAggregateMisuse, name, call.Pos(), "%s needs ORDER BY in its window", name)
		}
		w.typ, w.compute = c.bigint(), rank
		if c.dialect == Databricks {
			w.typ = TypeInt
		}
		return w, noArguments(name, call)
	}
	switch name {
	case "LAG", "LEAD":
		return w, c.shiftWindow(w, name, call, sc)
	case "FIRST_VALUE", "LAST_VALUE":
		return w, c.edgeWindow(w, name, call, sc)
	}
	return w, c.aggregateWindow(w, call, sc)
}

func noArguments(name string, call *Call) error {
	if len(call.Args) > 0 {
		return errorf(ErrArgumentCount, name, call.Pos(), "%s takes no arguments", name)
	}
	return nil
}

var rankings = map[string]func(*windowRows) error{
	"ROW_NUMBER": func(w *windowRows) error {
		for i := range w.rows {
			w.set(i, int64(i+1))
		}
		return nil
	},
	"RANK": func(w *windowRows) error {
		rank := int64(1)
		for i := range w.rows {
			if i > 0 && !w.samePeer(i-1, i) {
				rank = int64(i + 1)
			}
			w.set(i, rank)
		}
		return nil
	},
	"DENSE_RANK": func(w *windowRows) error {
		rank := int64(1)
		for i := range w.rows {
			if i > 0 && !w.samePeer(i-1, i) {
				rank++
			}
			w.set(i, rank)
		}
		return nil
	},
}

func (c *compiler) shiftWindow(w *windowCall, name string, call *Call, sc *scope) error {
	args, err := c.exprs(call.Args, sc)
	if err != nil {
		return err
	}
	if len(args) < 1 || len(args) > 3 {
		return errorf(ErrArgumentCount, name, call.Pos(), "%s takes 1 to 3 arguments", name)
	}
	by := int64(1)
	if len(args) > 1 {
		n, ok := args[1].value.(int64)
		if !ok {
			return errorf(ErrInvalidArgument, name, call.Pos(), "the offset of %s must be a constant", name)
		}
		by = n
	}
	if name == "LAG" {
		by = -by
	}
	otherwise := constant(nil, TypeNull)
	if len(args) > 2 {
		if otherwise, err = c.cast(args[2], args[0].typ, call.Pos()); err != nil {
			return err
		}
	}
	w.typ = args[0].typ
	w.compute = func(w *windowRows) error {
		for i := range w.rows {
			n, from := otherwise, i
			if j := int64(i) + by; j >= 0 && j < int64(len(w.rows)) {
				n, from = args[0], int(j)
			}
			v, err := n.eval(w.at(from))
			if err != nil {
				return err
			}
			w.set(i, v)
		}
		return nil
	}
	return nil
}

// edgeWindow compiles FIRST_VALUE and LAST_VALUE over the frame.
func (c *compiler) edgeWindow(w *windowCall, name string, call *Call, sc *scope) error {
	args, err := c.exprs(call.Args, sc)
	if err != nil {
		return err
	}
	if len(args) != 1 {
		return errorf(ErrArgumentCount, name, call.Pos(), "%s takes 1 argument", name)
	}
	if call.Nulls == "IGNORE" {
		return unsupported("IGNORE NULLS of "+name, call.Pos())
	}
	w.typ = args[0].typ
	frame := c.frameOf(call, name == "FIRST_VALUE" || name == "LAST_VALUE")
	w.compute = func(w *windowRows) error {
		for i := range w.rows {
			lo, hi := frame(w, i)
			if lo >= hi {
				w.set(i, nil)
				continue
			}
			from := lo
			if name == "LAST_VALUE" {
				from = hi - 1
			}
			v, err := args[0].eval(w.at(from))
			if err != nil {
				return err
			}
			w.set(i, v)
		}
		return nil
	}
	return nil
}

// frameOf gives the rows [lo, hi) that the window of row i holds. Without a frame clause: all rows, or with ORDER BY those up to the last
// peer; Snowflake's FIRST_VALUE and LAST_VALUE see all.
func (c *compiler) frameOf(call *Call, edge bool) func(*windowRows, int) (int, int) {
	f := call.Over.Frame
	if f == nil {
		if len(call.Over.OrderBy) == 0 || edge && c.dialect == Snowflake {
			return func(w *windowRows, _ int) (int, int) { return 0, len(w.rows) }
		}
		f = &Frame{Start: Bound{Unbounded: true}}
	}
	return func(w *windowRows, i int) (int, int) {
		lo, hi := i+f.Start.Offset, i+f.End.Offset+1
		if !f.Rows { // CURRENT ROW of RANGE is the row with its peers
			for lo > 0 && w.samePeer(lo-1, i) {
				lo--
			}
			for hi < len(w.rows) && w.samePeer(hi, i) {
				hi++
			}
		}
		if f.Start.Unbounded {
			lo = 0
		}
		if f.End.Unbounded {
			hi = len(w.rows)
		}
		return max(lo, 0), min(hi, len(w.rows))
	}
}

// aggregateWindow compiles an aggregate over the frame. A frame that begins with the partition grows, and is not added up anew.
func (c *compiler) aggregateWindow(w *windowCall, call *Call, sc *scope) error {
	plain := *call
	plain.Over = nil
	if !c.isAggregate(&plain) {
		return errorf(ErrUnknownFunction, call.Name.String(), call.Pos(), "unknown window function %s", call.Name)
	}
	if f := call.Over.Frame; f != nil && !f.Rows && (f.Start.Offset != 0 || f.End.Offset != 0) {
		return unsupported("RANGE with an offset", call.Pos())
	}
	agg, err := c.aggregate(&plain, sc)
	if err != nil {
		return err
	}
	frame := c.frameOf(call, false)
	w.typ = agg.typ
	w.compute = func(w *windowRows) error {
		var acc accumulator
		first, next := -1, 0
		for i := range w.rows {
			lo, hi := frame(w, i)
			if lo != first || hi < next || len(agg.order) > 0 {
				acc, first, next = agg.make(), lo, lo
			}
			for ; next < hi; next++ {
				if err := agg.feed(acc, w.at(next)); err != nil {
					return err
				}
			}
			v, err := acc.result()
			if err != nil {
				return err
			}
			w.set(i, v)
		}
		return nil
	}
	return nil
}

func windowPlan(p *plan, cols []column, fns []*windowCall) *plan {
	width := len(cols) - len(fns)
	return &plan{cols: cols, scan: func(r *run, outer *frame, yield func(Row) error) error {
		in, err := collect(p, r, outer)
		if err != nil {
			return err
		}
		rows := make([]Row, len(in))
		for i, row := range in {
			rows[i] = append(append(make(Row, 0, len(cols)), row[:width]...), make(Row, len(fns))...)
		}
		f := &frame{outer: outer, run: r}
		for k, fn := range fns {
			if err := fn.fill(rows, width+k, f); err != nil {
				return err
			}
		}
		return each(rows, yield)
	}}
}

// fill computes a window function for all rows into one of their slots.
func (fn *windowCall) fill(rows []Row, at int, f *frame) error {
	partitions := map[string]*windowRows{}
	var order []*windowRows
	var buf []byte
	for _, row := range rows {
		f.row = row
		buf = buf[:0]
		for _, n := range fn.partition {
			v, err := n.eval(f)
			if err != nil {
				return err
			}
			buf = appendKey(buf, v)
		}
		w := partitions[string(buf)]
		if w == nil {
			w = &windowRows{frame: f, order: fn.order}
			partitions[string(buf)] = w
			order = append(order, w)
		}
		key := make(Row, len(fn.order))
		for i, k := range fn.order {
			v, err := k.node.eval(f)
			if err != nil {
				return err
			}
			key[i] = v
		}
		w.rows, w.keys = append(w.rows, row), append(w.keys, key)
	}
	for _, w := range order {
		sort.Stable(w)
		w.set = func(i int, v Value) { w.rows[i][at] = v }
		if err := fn.compute(w); err != nil {
			return err
		}
	}
	return nil
}

func (w *windowRows) Len() int           { return len(w.rows) }
func (w *windowRows) Less(i, j int) bool { return lessKeys(w.keys[i], w.keys[j], w.order) }
func (w *windowRows) Swap(i, j int) {
	w.rows[i], w.rows[j] = w.rows[j], w.rows[i]
	w.keys[i], w.keys[j] = w.keys[j], w.keys[i]
}
