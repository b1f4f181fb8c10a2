package sqlengine

import "sort"

// tableFunc compiles a function in FROM: the engine's own, then the catalogue's.
func (c *compiler) tableFunc(t *TableFunc, sc *scope) (*plan, error) {
	var p *plan
	var err error
	name := upper(t.Call.Name.Last())
	if gen, ok := generatorTable()[name]; ok && len(t.Call.Name) == 1 && c.speaks(gen.dialects) {
		p, err = c.generated(gen, t, sc)
	} else {
		p, err = c.catalogTable(t, sc)
	}
	if err != nil {
		return nil, err
	}
	if p, err = c.sampled(p, t.Sample); err != nil {
		return nil, err
	}
	alias := t.Alias
	if alias.Name.Text == "" && len(alias.Columns) == 0 {
		return p, nil
	}
	return c.renamed(p, alias, t.Pos())
}

// generated compiles a function of the engine. All that it gives is derived from its arguments.
func (c *compiler) generated(gen generator, t *TableFunc, sc *scope) (p *plan, err error) {
	h, err := c.traced(func() (err error) {
		p, err = gen.compile(c, t, sc)
		return err
	})
	if err != nil {
		return nil, err
	}
	for i := range p.cols {
		p.cols[i].held |= h
	}
	return p, nil
}

// catalogTable asks the catalogue, with the values of the arguments: they must be constant.
func (c *compiler) catalogTable(t *TableFunc, sc *scope) (*plan, error) {
	if c.catalog == nil {
		return nil, errorf(ErrUnknownFunction, t.Call.Name.String(), t.Pos(), "unknown table function %s", t.Call.Name)
	}
	var args []Argument
	add := func(name string, e Expr) error {
		n, err := c.expr(e, sc)
		if err != nil {
			return err
		}
		if !n.isConst {
			v, err := n.eval(&frame{run: c.s.newRun(c.ctx)})
			if err != nil {
				return err
			}
			n = constant(v, n.typ)
		}
		args = append(args, Argument{Name: name, Value: n.value, Type: n.typ})
		return nil
	}
	sc = nil // no columns in sight
	for _, a := range t.Call.Args {
		if err := add("", a); err != nil {
			return nil, err
		}
	}
	for _, a := range t.Call.Named {
		if err := add(a.Name, a.Value); err != nil {
			return nil, err
		}
	}
	table, err := c.catalog.TableFunction(c.ctx, t.Call.Name, args)
	if err != nil {
		return nil, err
	}
	return c.relation(table, t.Call.Name, t.Pos())
}

// generator is a table function of the engine.
type generator struct {
	dialects dialects
	compile  func(c *compiler, t *TableFunc, sc *scope) (*plan, error)
}

// newGenerators makes the table of table functions, by upper-case name.
func newGenerators() map[string]generator {
	return map[string]generator{
		"FLATTEN": {onlySnowflake, compileFlatten}, "GENERATOR": {onlySnowflake, compileGenerator},
		"SPLIT_TO_TABLE": {onlySnowflake, compileSplitToTable}, "EXPLODE": {onlyDatabricks, compileExplode(false, false)},
		"EXPLODE_OUTER": {onlyDatabricks, compileExplode(false, true)}, "POSEXPLODE": {onlyDatabricks, compileExplode(true, false)},
		"POSEXPLODE_OUTER": {onlyDatabricks, compileExplode(true, true)}, "STACK": {onlyDatabricks, compileStack},
		"RANGE": {onlyDatabricks, compileRange},
	}
}

// rowsFrom makes a plan whose rows are computed from the frame around it.
func rowsFrom(cols []column, rows func(f *frame, yield func(Row) error) error) *plan {
	return &plan{cols: cols, scan: func(r *run, outer *frame, yield func(Row) error) error {
		f := outer
		if f == nil {
			f = &frame{run: r}
		}
		return rows(f, yield)
	}}
}

func col(name string, t Type) column {
	return column{Column: Column{Name: name, Type: t, Nullable: true}}
}

// flattenArgs sorts the arguments of FLATTEN by name.
func flattenArgs(call *Call) (map[string]Expr, error) {
	out := map[string]Expr{}
	for i, a := range call.Args {
		if i > 0 {
			return nil, errorf(ErrArgumentCount, "FLATTEN", call.Pos(), "FLATTEN takes one positional argument")
		}
		out["INPUT"] = a
	}
	for _, n := range call.Named {
		switch n.Name {
		case "INPUT", "PATH", "OUTER", "RECURSIVE", "MODE":
			out[n.Name] = n.Value
		default:
			return nil, errorf(ErrArgumentType, "FLATTEN", call.Pos(), "FLATTEN has no argument %s", n.Name)
		}
	}
	if out["INPUT"] == nil {
		return nil, errorf(ErrArgumentCount, "FLATTEN", call.Pos(), "FLATTEN needs INPUT")
	}
	return out, nil
}

// compileFlatten gives a row per element of an array or object: SEQ, KEY, PATH, INDEX, VALUE, THIS.
func compileFlatten(c *compiler, t *TableFunc, sc *scope) (*plan, error) {
	args, err := flattenArgs(t.Call)
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"RECURSIVE", "MODE", "PATH"} {
		if args[name] != nil {
			return nil, unsupported("FLATTEN with "+name, t.Pos())
		}
	}
	input, err := c.expr(args["INPUT"], sc)
	if err != nil {
		return nil, err
	}
	if k := input.typ.Kind; k != KindVariant && k != KindArray && k != KindObject && k != KindNull {
		return nil, errorf(ErrArgumentType, "FLATTEN", t.Pos(), "FLATTEN does not take %s", input.typ.SQL(c.dialect))
	}
	outer := false
	if args["OUTER"] != nil {
		n, err := c.boolean(args["OUTER"], nil)
		if err != nil {
			return nil, err
		}
		outer = n.value == true
	}
	cols := []column{col("SEQ", TypeNumber), col("KEY", TypeText), col("PATH", TypeText), col("INDEX", TypeNumber), col("VALUE", TypeVariant), col("THIS", TypeVariant)}
	seq := int64(0)
	return rowsFrom(cols, func(f *frame, yield func(Row) error) error {
		v, err := input.eval(f)
		if err != nil {
			return err
		}
		seq++
		rows := flattened(v, seq)
		if len(rows) == 0 && outer {
			rows = []Row{{seq, nil, nil, nil, nil, nil}}
		}
		return each(rows, yield)
	}), nil
}

func flattened(v Value, seq int64) []Row {
	var rows []Row
	switch data := v.(type) {
	case Array:
		for i, e := range data {
			rows = append(rows, Row{seq, nil, "[" + itoa(i) + "]", int64(i), e, v})
		}
	case *Map:
		keys := append([]string{}, data.Keys...)
		sort.Strings(keys)
		for _, k := range keys {
			e, _ := data.Get(k)
			rows = append(rows, Row{seq, k, k, nil, e, v})
		}
	}
	return rows
}

// compileExplode gives a row per element: col, or key and value of a map; with pos where positions are asked for.
func compileExplode(positions, outer bool) func(*compiler, *TableFunc, *scope) (*plan, error) {
	return func(c *compiler, t *TableFunc, sc *scope) (*plan, error) {
		if err := t.Call.count(1, 1); err != nil {
			return nil, err
		}
		input, err := c.expr(t.Call.Args[0], sc)
		if err != nil {
			return nil, err
		}
		cols, err := c.explodeColumns(input, positions, t)
		if err != nil {
			return nil, err
		}
		return rowsFrom(cols, func(f *frame, yield func(Row) error) error {
			v, err := input.eval(f)
			if err != nil {
				return err
			}
			rows := exploded(v, positions)
			if len(rows) == 0 && (outer || t.Outer) {
				rows = []Row{make(Row, len(cols))}
			}
			return each(rows, yield)
		}), nil
	}
}

func (c *compiler) explodeColumns(input *node, positions bool, t *TableFunc) ([]column, error) {
	var cols []column
	if positions {
		cols = append(cols, col("pos", TypeInt))
	}
	switch input.typ.Kind {
	case KindArray, KindNull:
		return append(cols, col("col", elemOr(input.typ.Elem))), nil
	case KindMap:
		return append(cols, col("key", elemOr(input.typ.Key)), col("value", elemOr(input.typ.Elem))), nil
	}
	return nil, errorf(ErrArgumentType, upper(t.Call.Name.Last()), t.Pos(), "explode does not take %s", input.typ.SQL(c.dialect))
}

func exploded(v Value, positions bool) []Row {
	var rows []Row
	add := func(i int, cells ...Value) {
		if positions {
			cells = append(Row{int64(i)}, cells...)
		}
		rows = append(rows, cells)
	}
	switch data := v.(type) {
	case Array:
		for i, e := range data {
			add(i, e)
		}
	case *Map:
		for i, k := range data.Keys {
			add(i, k, data.Values[i])
		}
	}
	return rows
}

// compileStack deals its arguments into n rows.
func compileStack(c *compiler, t *TableFunc, sc *scope) (*plan, error) {
	if err := t.Call.count(2, many); err != nil {
		return nil, err
	}
	rows, err := c.rowCount(t.Call.Args[0], 0)
	if err != nil || rows < 1 {
		return nil, errorf(ErrInvalidArgument, "STACK", t.Pos(), "stack needs a constant number of rows")
	}
	cells, err := c.exprs(t.Call.Args[1:], sc)
	if err != nil {
		return nil, err
	}
	n := int(min(rows, int64(len(cells))))
	width := (len(cells) + n - 1) / n
	for len(cells) < n*width {
		cells = append(cells, constant(nil, TypeNull))
	}
	cols := make([]column, width)
	for i := range cols {
		var same []*node
		for r := range n {
			same = append(same, cells[r*width+i])
		}
		unified, typ, err := c.unify(same, "STACK", t.Pos())
		if err != nil {
			return nil, err
		}
		for r := range n {
			cells[r*width+i] = unified[r]
		}
		cols[i] = col("col"+itoa(i), typ)
	}
	return rowsFrom(cols, func(f *frame, yield func(Row) error) error {
		for r := range n {
			row := make(Row, width)
			for i := range row {
				var err error
				if row[i], err = cells[r*width+i].eval(f); err != nil {
					return err
				}
			}
			if err := yield(row); err != nil {
				return err
			}
		}
		return nil
	}), nil
}

// compileRange: range(end), range(start, end [, step]).
func compileRange(c *compiler, t *TableFunc, sc *scope) (*plan, error) {
	if err := t.Call.count(1, 3); err != nil {
		return nil, err
	}
	n := []int64{0, 0, 1}
	for i, a := range t.Call.Args {
		v, err := c.expr(a, nil)
		if err != nil {
			return nil, err
		}
		k, ok := v.value.(int64)
		if !ok {
			return nil, errorf(ErrInvalidArgument, "RANGE", t.Pos(), "range takes constant whole numbers")
		}
		if len(t.Call.Args) == 1 {
			n[1] = k
		} else {
			n[i] = k
		}
	}
	if n[2] == 0 {
		return nil, errorf(ErrInvalidArgument, "RANGE", t.Pos(), "range step is zero")
	}
	return &plan{cols: []column{{Column: Column{Name: "id", Type: TypeBigInt}}}, scan: func(r *run, _ *frame, yield func(Row) error) error {
		for i := n[0]; n[2] > 0 && i < n[1] || n[2] < 0 && i > n[1]; i += n[2] {
			if err := r.tick(); err != nil {
				return err
			}
			if err := yield(Row{i}); err != nil {
				return err
			}
		}
		return nil
	}}, nil
}

// compileGenerator is Snowflake's GENERATOR(ROWCOUNT => n), rows without columns.
func compileGenerator(c *compiler, t *TableFunc, sc *scope) (*plan, error) {
	if len(t.Call.Named) == 0 {
		return nil, errorf(ErrArgumentCount, "GENERATOR", t.Pos(), "GENERATOR needs ROWCOUNT")
	}
	for _, a := range t.Call.Named {
		if a.Name != "ROWCOUNT" {
			return nil, unsupported("GENERATOR with "+a.Name, t.Pos())
		}
	}
	n, err := c.rowCount(t.Call.Named[0].Value, 0)
	if err != nil {
		return nil, err
	}
	return &plan{scan: func(r *run, _ *frame, yield func(Row) error) error {
		for range n {
			if err := r.tick(); err != nil {
				return err
			}
			if err := yield(Row{}); err != nil {
				return err
			}
		}
		return nil
	}}, nil
}

// compileSplitToTable gives SEQ, INDEX (from 1) and VALUE for each part of a text.
func compileSplitToTable(c *compiler, t *TableFunc, sc *scope) (*plan, error) {
	if err := t.Call.count(2, 2); err != nil {
		return nil, err
	}
	list, err := c.expr(&Call{At: t.At, Name: Name{{Text: "SPLIT"}}, Args: t.Call.Args}, sc)
	if err != nil {
		return nil, err
	}
	cols := []column{col("SEQ", TypeNumber), col("INDEX", TypeNumber), col("VALUE", TypeText)}
	seq := int64(0)
	return rowsFrom(cols, func(f *frame, yield func(Row) error) error {
		v, err := list.eval(f)
		if v == nil || err != nil {
			return err
		}
		seq++
		for i, part := range v.(Array) {
			if err := yield(Row{seq, int64(i + 1), part}); err != nil {
				return err
			}
		}
		return nil
	}), nil
}

// hoistGenerators moves generators of a Databricks select list, explode(x) AS y, into a LATERAL VIEW.
func (c *compiler) hoistGenerators(s *Select) *Select {
	if c.dialect != Databricks {
		return s
	}
	out := *s
	out.Items = append([]SelectItem{}, s.Items...)
	for i, it := range s.Items {
		call, ok := it.Expr.(*Call)
		if !ok || len(call.Name) != 1 || !hoistable[upper(call.Name[0].Text)] {
			continue
		}
		alias := Alias{Name: Part{Text: "\x00generated" + itoa(i), Quoted: true}, Columns: it.Names}
		if it.Alias.Text != "" {
			alias.Columns = []Part{it.Alias}
		}
		out.Laterals = append(append([]LateralView{}, out.Laterals...), LateralView{Call: call, Alias: alias})
		out.Items[i] = SelectItem{Expr: &Star{At: call.At, Qualifier: Name{alias.Name}}}
	}
	return &out
}

var hoistable = wordSet("EXPLODE EXPLODE_OUTER POSEXPLODE POSEXPLODE_OUTER STACK")
