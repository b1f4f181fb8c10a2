package sqlengine

import "strings"

// groupable are the aggregate functions that may read a table with a rule of Grouping.
var groupable = wordSet("AVG COUNT HLL SUM")

// checkGroups fails where a block that reads tables with a rule of Grouping does more than the rule allows.
func (c *compiler) checkGroups(items []SelectItem, calls []*Call, p *plan, at Pos) error {
	if p.guarded(unjoined) {
		return errJoins(at, "a table with a join policy must be joined before it is aggregated")
	}
	if !p.guarded(groups) {
		return nil
	}
	for _, it := range items {
		if converts(it.Expr) {
			return errGroups(at, "conversions that may fail are not allowed where an aggregation policy holds")
		}
	}
	for _, call := range calls {
		name := upper(call.Name.Last())
		if !groupable[name] {
			return errGroups(call.Pos(), "aggregate function %s is not allowed where an aggregation policy holds", name)
		}
		for _, a := range call.Args {
			if !plainArgument(a) {
				return errGroups(call.Pos(), "%s takes columns only where an aggregation policy holds", name)
			}
		}
	}
	return nil
}

// plainArgument accepts a column, a constant, * and what tries to convert one.
func plainArgument(e Expr) bool {
	switch e := e.(type) {
	case *ColumnRef, *slotRef, *Literal, *Star:
		return true
	case *Cast:
		return e.Try && plainArgument(e.X)
	case *Call:
		return strings.HasPrefix(upper(e.Name.Last()), "TRY_TO_") && len(e.Args) > 0 && plainArgument(e.Args[0])
	}
	return false
}

// guardedGroup is a group with its rows and with what they came from.
type guardedGroup struct {
	*group
	rows []Row
	from []map[string]struct{} // per guard
}

func (g *grouper) newGuardedGroup(keys Row, n int) *guardedGroup {
	x := &guardedGroup{group: g.newGroup(keys), from: make([]map[string]struct{}, n)}
	for i := range x.from {
		x.from[i] = map[string]struct{}{}
	}
	return x
}

func (x *guardedGroup) add(row Row, guards []int) {
	x.rows = append(x.rows, row)
	for i, at := range guards {
		if v := row[at]; v != nil {
			x.from[i][string(rowKey(nil, Row{v}))] = struct{}{}
		}
	}
}

// scanGuarded is scan where tables with a rule of Grouping are read: what is too small goes into one group without keys, and into no group
// at all where that is too small.
func (g *grouper) scanGuarded(r *run, outer *frame, yield func(Row) error) error {
	byKey := map[string]*guardedGroup{}
	var order []*guardedGroup
	f := &frame{outer: outer, run: r}
	keyRow := make(Row, len(g.keys))
	err := g.source.scan(r, outer, func(row Row) error {
		f.row = row
		for i, k := range g.keys {
			v, err := k.eval(f)
			if err != nil {
				return err
			}
			keyRow[i] = v
		}
		key := string(rowKey(nil, keyRow))
		x := byKey[key]
		if x == nil {
			x = g.newGuardedGroup(append(Row{}, keyRow...), len(g.guards))
			byKey[key] = x
			order = append(order, x)
		}
		x.add(row, g.guards)
		return r.tick()
	})
	if err != nil {
		return err
	}
	rest := g.newGuardedGroup(nil, len(g.guards))
	var out []*group
	for _, x := range order {
		if g.large(x) {
			if err := g.feedAll(x, f); err != nil {
				return err
			}
			out = append(out, x.group)
			continue
		}
		for _, row := range x.rows {
			rest.add(row, g.guards)
		}
	}
	if err := g.yield(out, yield); err != nil {
		return err
	}
	if len(rest.rows) == 0 && (len(order) > 0 || len(g.keys) > 0) {
		return nil
	}
	if !g.large(rest) {
		return yield(make(Row, len(g.out.cols)))
	}
	if err := g.feedAll(rest, f); err != nil {
		return err
	}
	return g.yield([]*group{rest.group}, yield)
}

func (g *grouper) large(x *guardedGroup) bool {
	for i, at := range g.guards {
		if int64(len(x.from[i])) < g.source.cols[at].guard.min {
			return false
		}
	}
	return true
}

func (g *grouper) feedAll(x *guardedGroup, f *frame) error {
	for _, row := range x.rows {
		f.row = row
		for i, a := range g.aggs {
			if err := a.feed(x.accs[i], f); err != nil {
				return err
			}
		}
	}
	return nil
}
