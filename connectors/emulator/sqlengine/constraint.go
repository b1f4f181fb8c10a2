package sqlengine

import "strings"

// Projection keeps a column out of results: what is derived from it may be compared, grouped and joined, and not returned.
type Projection struct {
	Column int  // position in the table
	Null   bool // the result has NULL in its place; else the query fails
}

// Grouping lets the rows of a table be read in groups of a size only. Groups that are too small are read as one, whose keys are NULL; where
// that is too small as well, all of its values are NULL.
type Grouping struct {
	MinRows     int64
	Entity      []int // columns that tell entities apart; nil: none
	MinEntities int64
}

// Joining lets a table be read only where it is joined to one without such a rule, by equality.
type Joining struct {
	Keys []int // the columns it may be joined on; nil: any
}

// held tells what became of a value's sources: bits of heldFail and heldNull, and above them those of Table.Marks.
type held uint64

const (
	heldFail held = 1 << iota // from a column that may not be returned
	heldNull                  // from a column that is returned as NULL

	heldBits = 2 // how many bits stand below marks
)

// guard is what a column without a name carries through a plan: a rule of a table that the query has yet to keep. The column holds, for each
// row, which row or entity of the table it came from.
type guard struct {
	min  int64    // of Grouping
	join *Joining // else of Joining
	met  bool     // the rule of Joining is kept
}

// joinKey marks a column of a table with a rule of Joining.
type joinKey struct {
	rule    *Joining
	allowed bool
}

func (p *plan) guarded(kind func(*guard) bool) bool {
	for i := range p.cols {
		if g := p.cols[i].guard; g != nil && kind(g) {
			return true
		}
	}
	return false
}

func anyGuard(*guard) bool    { return true }
func groups(g *guard) bool    { return g.join == nil }
func joins(g *guard) bool     { return g.join != nil }
func unjoined(g *guard) bool  { return g.join != nil && !g.met }
func unsettled(g *guard) bool { return g.join == nil || !g.met }

// width counts the columns that a query of the plan gives; guards stand behind them.
func (p *plan) width() int {
	n := 0
	for i := range p.cols {
		if p.cols[i].guard == nil {
			n++
		}
	}
	return n
}

func errGroups(at Pos, format string, args ...any) *Error {
	return errorf(ErrGrouping, "GROUP BY", at, format, args...)
}

func errJoins(at Pos, format string, args ...any) *Error {
	return errorf(ErrJoining, "JOIN", at, format, args...)
}

// constrained adds a table's rules to its rows.
func (c *compiler) constrained(p *plan, t *Table) *plan {
	for i, m := range t.Marks {
		p.cols[i].held |= held(m) << heldBits
	}
	for _, x := range t.Projections {
		if x.Null {
			p.cols[x.Column].held |= heldNull
		} else {
			p.cols[x.Column].held |= heldFail
		}
	}
	var marks []func(n int64, row Row) Value
	var guards []*guard
	if g := t.Grouping; g != nil {
		*c.grouped++
		if g.Entity == nil || g.MinRows > 0 {
			guards = append(guards, &guard{min: g.MinRows})
			marks = append(marks, func(n int64, _ Row) Value { return n })
		}
		if g.Entity != nil {
			guards = append(guards, &guard{min: g.MinEntities})
			marks = append(marks, func(_ int64, row Row) Value { return entityOf(row, g.Entity) })
		}
	}
	if j := t.Joining; j != nil {
		for i := range p.cols {
			p.cols[i].key = &joinKey{j, j.Keys == nil || containsInt(j.Keys, i)}
		}
		guards = append(guards, &guard{join: j})
		marks = append(marks, func(int64, Row) Value { return nil })
	}
	if len(guards) == 0 {
		return p
	}
	out := &plan{cols: append([]column{}, p.cols...)}
	for _, g := range guards {
		out.cols = append(out.cols, column{Column: Column{Nullable: true}, guard: g})
	}
	out.scan = func(r *run, outer *frame, yield func(Row) error) error {
		n := int64(0)
		return p.scan(r, outer, func(row Row) error {
			n++
			row = append(make(Row, 0, len(out.cols)), row...)
			for _, mark := range marks {
				row = append(row, mark(n, row))
			}
			return yield(row)
		})
	}
	return out
}

// entityOf tells entities apart by some columns of a row; a row with NULL among them counts for none.
func entityOf(row Row, columns []int) Value {
	key := make(Row, len(columns))
	for i, at := range columns {
		if key[i] = row[at]; key[i] == nil {
			return nil
		}
	}
	return string(rowKey(nil, key))
}

func containsInt(list []int, x int) bool {
	for _, v := range list {
		if v == x {
			return true
		}
	}
	return false
}

// settled fails unless a relation keeps the rules of the tables it reads, and takes the guards off its rows.
func (c *compiler) settled(p *plan, at Pos) (*plan, error) {
	switch {
	case p.guarded(groups):
		return nil, errGroups(at, "rows of a table with an aggregation policy must be aggregated")
	case p.guarded(unjoined):
		return nil, errJoins(at, "a table with a join policy must be joined")
	}
	n := p.width()
	if n == len(p.cols) {
		return p, nil
	}
	return &plan{cols: p.cols[:n], scan: func(r *run, outer *frame, yield func(Row) error) error {
		return p.scan(r, outer, func(row Row) error { return yield(row[:n:n]) })
	}}, nil
}

// returned applies rules of Projection to the result of a statement.
func (c *compiler) returned(p *plan, at Pos) (*plan, error) {
	var null []int
	for i := range p.cols {
		switch h := p.cols[i].held; {
		case h&heldFail != 0:
			return nil, errorf(ErrProjection, p.cols[i].Name, at, "column %s must not be returned", p.cols[i].Name)
		case h&heldNull != 0:
			null = append(null, i)
		}
	}
	if null == nil {
		return p, nil
	}
	return &plan{cols: p.cols, scan: func(r *run, outer *frame, yield func(Row) error) error {
		return p.scan(r, outer, func(row Row) error {
			row = append(Row{}, row...)
			for _, i := range null {
				row[i] = nil
			}
			return yield(row)
		})
	}}, nil
}

// traced tells from which held columns an expression that f compiles is derived.
func (c *compiler) traced(f func() error) (held, error) {
	saved := c.held
	c.held = 0
	err := f()
	got := c.held
	c.held = saved
	return got, err
}

// converts tells whether an expression has a conversion that may fail, which shows the value it fails on.
func converts(e any) bool {
	found := false
	walkNodes(e, func(x any) bool {
		switch x := x.(type) {
		case *Cast:
			found = found || !x.Try
		case *Call:
			found = found || strings.HasPrefix(upper(x.Name.Last()), "TO_")
		}
		return !found
	})
	return found
}

// keyOf gives the mark of a plain column that an item passes on.
func (c *compiler) keyOf(e Expr, sc *scope) *joinKey {
	switch e := e.(type) {
	case *slotRef:
		if sc.grouped == nil {
			return sc.cols[e.index].key
		}
	case *ColumnRef:
		if i, err := c.find(sc.cols, e.Name, e.Pos()); err == nil && i >= 0 {
			return sc.cols[i].key
		}
	}
	return nil
}

// checkBlock fails where a block without grouping does what the rules of its tables do not allow.
func (c *compiler) checkBlock(s *Select, items []SelectItem, p *plan) error {
	switch {
	case s.Distinct && p.guarded(groups):
		return errGroups(s.Pos(), "DISTINCT of a table with an aggregation policy")
	case s.Distinct && p.guarded(unjoined):
		return errJoins(s.Pos(), "DISTINCT of a table with a join policy")
	}
	for _, it := range items {
		if p.guarded(joins) && converts(it.Expr) {
			return errJoins(s.Pos(), "conversions that may fail are not allowed where a join policy holds")
		}
	}
	return nil
}
