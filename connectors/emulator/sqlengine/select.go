package sqlengine

import (
	"reflect"
	"strings"
)

// selectBlock compiles FROM, WHERE, GROUP BY, HAVING, windows, QUALIFY, the select list, DISTINCT and ORDER BY, in this order.
func (c *compiler) selectBlock(s *Select, order []OrderItem, orderAll bool, outer *scope) (*plan, error) {
	s = c.hoistGenerators(s)
	p, err := c.fromClause(s, outer)
	if err != nil {
		return nil, err
	}
	sc := &scope{cols: p.cols, outer: outer, aliases: newAliases(s.Items)}
	if s.Where != nil {
		sc.aliases.off = c.dialect == Databricks
		cond, err := c.boolean(s.Where, sc)
		if err != nil {
			return nil, err
		}
		sc.aliases.off = false
		p = filter(p, cond)
	}
	items, err := c.expandStars(s.Items, sc)
	if err != nil {
		return nil, err
	}
	sc.aliases = newAliases(items)
	if p, sc, err = c.grouping(s, items, order, p, sc); err != nil {
		return nil, err
	}
	if s.Having != nil {
		if p, err = c.filterBy(s.Having, p, sc); err != nil {
			return nil, err
		}
	}
	if p, sc, err = c.windows(s, items, order, p, sc); err != nil {
		return nil, err
	}
	if s.Qualify != nil {
		if p, err = c.filterBy(s.Qualify, p, sc); err != nil {
			return nil, err
		}
	}
	return c.project(s, items, order, orderAll, p, sc)
}

func (c *compiler) filterBy(e Expr, p *plan, sc *scope) (*plan, error) {
	cond, err := c.boolean(e, sc)
	if err != nil {
		return nil, err
	}
	return filter(p, cond), nil
}

// filter passes the rows for which a condition is true.
func filter(p *plan, cond *node) *plan {
	return &plan{cols: p.cols, scan: func(r *run, outer *frame, yield func(Row) error) error {
		f := &frame{outer: outer, run: r}
		return p.scan(r, outer, func(row Row) error {
			f.row = row
			v, err := cond.eval(f)
			if err != nil {
				return err
			}
			if v != true {
				return r.tick()
			}
			return yield(row)
		})
	}}
}

// project compiles the select list with what comes behind it.
func (c *compiler) project(s *Select, items []SelectItem, order []OrderItem, orderAll bool, p *plan, sc *scope) (*plan, error) {
	nodes := make([]*node, len(items))
	cols := make([]column, len(items))
	for i, it := range items {
		h, err := c.traced(func() (err error) {
			nodes[i], err = c.expr(it.Expr, sc)
			return err
		})
		if err != nil {
			return nil, err
		}
		n := nodes[i]
		cols[i] = column{Column: Column{Name: c.itemName(it), Type: n.typ, Nullable: n.nullable}, held: h, key: c.keyOf(it.Expr, sc)}
	}
	if p.guarded(anyGuard) {
		if err := c.checkBlock(s, items, p); err != nil {
			return nil, err
		}
		for i, col := range p.cols { // guards stay with the rows
			if col.guard != nil {
				nodes, cols = append(nodes, columnNode(0, i, col.Type, true)), append(cols, column{Column: col.Column, guard: col.guard})
			}
		}
	}
	var distinctItems []SelectItem
	if s.Distinct {
		distinctItems = items
	}
	keys, err := c.orderKeys(order, orderAll, cols, sc, distinctItems)
	if err != nil {
		return nil, err
	}
	// Terms that are no output column ride behind the output through the sort.
	for i, k := range keys {
		if k.out < 0 {
			nodes = append(nodes, k.node)
			keys[i].out = len(nodes) - 1
		}
	}
	out := &plan{cols: cols, scan: projection(p, nodes)}
	if s.Distinct {
		out = distinct(out)
	}
	if len(keys) > 0 {
		out = sorted(out, len(cols), keys)
	}
	return out, nil
}

func projection(p *plan, nodes []*node) func(*run, *frame, func(Row) error) error {
	return func(r *run, outer *frame, yield func(Row) error) error {
		f := &frame{outer: outer, run: r}
		return p.scan(r, outer, func(row Row) error {
			f.row = row
			out := make(Row, len(nodes))
			for i, n := range nodes {
				v, err := n.eval(f)
				if err != nil {
					return err
				}
				out[i] = v
			}
			if err := r.tick(); err != nil {
				return err
			}
			return yield(out)
		})
	}
}

// itemName gives the name of an output column: the alias, the column's own name, or the text as the vendor writes it.
func (c *compiler) itemName(it SelectItem) string {
	if it.Alias.Text != "" {
		return it.Alias.Text
	}
	switch e := it.Expr.(type) {
	case *ColumnRef:
		return e.Name.Last()
	case *slotRef:
		return e.name
	}
	if c.dialect == Databricks {
		return strings.Join(strings.Fields(it.Text), " ")
	}
	return strings.ToUpper(it.Text)
}

// slotRef is a column by its slot: what stars expand to.
type slotRef struct {
	At
	index int
	name  string
}

// expandStars replaces * and t.* by the columns they stand for.
func (c *compiler) expandStars(items []SelectItem, sc *scope) ([]SelectItem, error) {
	var out []SelectItem
	for _, it := range items {
		star, ok := it.Expr.(*Star)
		if !ok {
			out = append(out, it)
			continue
		}
		expanded, err := c.expandStar(star, sc)
		if err != nil {
			return nil, err
		}
		out = append(out, expanded...)
	}
	return out, nil
}

func (c *compiler) expandStar(star *Star, sc *scope) ([]SelectItem, error) {
	var out []SelectItem
	found := false
	var like func(string) bool
	if star.ILike != "" {
		m, err := likeMatcher(star.ILike, 0, true)
		if err != nil {
			return nil, err
		}
		like = m
	}
	for i := range sc.cols {
		col := &sc.cols[i]
		if col.guard != nil || !c.qualifies(col, star.Qualifier) || col.hidden && len(star.Qualifier) == 0 {
			continue
		}
		found = true
		if like != nil && !like(col.Name) || c.inNames(col, star.Except) {
			continue
		}
		item := SelectItem{Expr: &ColumnRef{At: star.At, Name: Name{{Text: col.Name, Quoted: true}}}, Alias: Part{Text: col.Name}}
		item.Expr = &slotRef{At: star.At, index: i, name: col.Name}
		for _, r := range star.Replace {
			if c.dialect.SameName(r.Alias.Text, col.Name) {
				item.Expr = r.Expr
			}
		}
		for _, r := range star.Rename {
			if ref, ok := r.Expr.(*ColumnRef); ok && c.dialect.SameName(ref.Name.Last(), col.Name) {
				item.Alias = r.Alias
			}
		}
		out = append(out, item)
	}
	if !found {
		if len(star.Qualifier) > 0 {
			return nil, errorf(ErrUnknownAlias, star.Qualifier.String(), star.Pos(), "%s.* names no table", star.Qualifier)
		}
		return nil, errorf(ErrUnknownAlias, "*", star.Pos(), "* without FROM")
	}
	return out, c.checkStarNames(star, sc)
}

// checkStarNames refuses EXCLUDE of columns that are not there.
func (c *compiler) checkStarNames(star *Star, sc *scope) error {
	for _, n := range star.Except {
		if i, err := c.find(sc.cols, n, star.Pos()); err == nil && i < 0 {
			return errorf(ErrUnknownColumn, n.String(), star.Pos(), "unknown column %s", n)
		}
	}
	return nil
}

func (c *compiler) inNames(col *column, names []Name) bool {
	for _, n := range names {
		if c.dialect.SameName(n.Last(), col.Name) && c.qualifies(col, n[:len(n)-1]) {
			return true
		}
	}
	return false
}

// aliases are the names of a select list, which other clauses and later items may use where no column has the name.
type aliases struct {
	items  []SelectItem
	active map[int]bool
	off    bool
}

func newAliases(items []SelectItem) *aliases { return &aliases{items: items, active: map[int]bool{}} }

func (c *compiler) aliasRef(e *ColumnRef, sc *scope) (*node, error) {
	if sc == nil || sc.aliases == nil || sc.aliases.off || len(e.Name) != 1 {
		return nil, nil
	}
	for i, it := range sc.aliases.items {
		if it.Alias.Text == "" || !c.dialect.SameName(it.Alias.Text, e.Name[0].Text) || sc.aliases.active[i] {
			continue
		}
		sc.aliases.active[i] = true
		n, err := c.expr(it.Expr, sc)
		delete(sc.aliases.active, i)
		return n, err
	}
	return nil, nil
}

// walk visits the calls in an expression, outer before inner, but not those in subqueries. visit false: do not go inside.
func walk(e any, visit func(*Call) bool) {
	walkNodes(e, func(x any) bool {
		call, ok := x.(*Call)
		return !ok || visit(call)
	})
}

// walkNodes is walk for nodes of all kinds.
func walkNodes(e any, visit func(any) bool) {
	walkValue(reflect.ValueOf(e), visit)
}

func walkValue(v reflect.Value, visit func(any) bool) {
	switch v.Kind() {
	case reflect.Interface, reflect.Pointer:
		if v.IsNil() || v.Type() == reflect.TypeFor[*Query]() {
			return
		}
		if v.Kind() == reflect.Pointer && !visit(v.Interface()) {
			return
		}
		if v.Kind() == reflect.Pointer && v.Elem().Kind() != reflect.Struct {
			return
		}
		walkValue(v.Elem(), visit)
	case reflect.Struct:
		if !strings.HasSuffix(v.Type().PkgPath(), "sqlengine") || v.Type() == reflect.TypeFor[Type]() || v.Type() == reflect.TypeFor[Literal]() {
			return
		}
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				walkValue(v.Field(i), visit)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			walkValue(v.Index(i), visit)
		}
	}
}
