package databricks

import "github.com/polsync/polsync/connectors/emulator/sqlengine"

func (c *cursor) addColumns(t target) (action, error) {
	if c.AcceptAny("COLUMN", "COLUMNS") == "" {
		return nil, errUnsupported("ALTER TABLE ... ADD %s is not supported.", c.Peek().Text)
	}
	def := &tableDef{}
	item := func() error { return c.columnDef(def) }
	var err error
	if c.PeekKeyword("(") {
		err = c.Parens(item)
	} else {
		err = c.CommaList(item)
	}
	return c.changeTable(t, func(x *securable) error { return c.appendColumns(x, def) }), err
}

// appendColumns gives the table new, empty columns. Nothing changes if one of
// them or its mask is refused.
func (c *cursor) appendColumns(x *securable, def *tableDef) error {
	next := *x.table
	next.columns = append([]*column(nil), x.table.columns...)
	for i := range def.columns {
		col := def.columns[i].column
		if old, _ := next.column(col.name); old != nil {
			return errSQL("FIELD_ALREADY_EXISTS", "42710", "Cannot add column, because %s already exists.", quoted([]string{col.name}))
		}
		if !col.nullable || col.deflt != nil {
			return errUnsupported("ADD COLUMN with NOT NULL or DEFAULT is not supported.")
		}
		next.columns = append(next.columns, &col)
	}
	next.rows = make([]sqlengine.Row, len(x.table.rows))
	for i, r := range x.table.rows {
		next.rows[i] = append(append(sqlengine.Row(nil), r...), make(sqlengine.Row, len(def.columns))...)
	}
	probe := *x
	probe.table = &next
	if err := c.attachAll(&probe, def); err != nil {
		return err
	}
	x.table = &next
	return nil
}

func (c *cursor) dropColumns(t target) (action, error) {
	if c.AcceptAny("COLUMN", "COLUMNS") == "" {
		return nil, errUnsupported("ALTER TABLE ... DROP %s is not supported.", c.Peek().Text)
	}
	ifExists := c.ifExists()
	var names []string
	item := func() error {
		n, err := c.AnyIdent()
		names = append(names, n.Text)
		return err
	}
	var err error
	if c.PeekKeyword("(") {
		err = c.Parens(item)
	} else {
		err = c.CommaList(item)
	}
	return c.changeTable(t, func(x *securable) error { return c.s.w.dropColumns(x, names, ifExists) }), err
}

func (w *Workspace) dropColumns(x *securable, names []string, ifExists bool) error {
	gone := map[int]bool{}
	for _, n := range names {
		col, i := x.table.column(n)
		if col == nil && ifExists {
			continue
		}
		if col == nil {
			return errUnresolvedColumn(n)
		}
		if err := w.mayDrop(x, col); err != nil {
			return err
		}
		gone[i] = true
	}
	next := *x.table
	next.columns, next.rows = keep(x.table.columns, gone), make([]sqlengine.Row, len(x.table.rows))
	for i, r := range x.table.rows {
		next.rows[i] = keep(r, gone)
	}
	x.table = &next
	return nil
}

func keep[T any](list []T, gone map[int]bool) []T {
	out := make([]T, 0, len(list))
	for i, v := range list {
		if !gone[i] {
			out = append(out, v)
		}
	}
	return out
}

// mayDrop: a column that carries a governed tag or a mask, or that a mask or
// filter reads, stays.
func (w *Workspace) mayDrop(x *securable, col *column) error {
	for _, t := range list(col.tags.now) {
		if w.tagPolicies[t.key] != nil {
			return errInvalidClass("CANNOT_DROP_TAGGED_COLUMN", "Column %s carries the governed tag '%s'.", quoted([]string{col.name}), t.key)
		}
	}
	return inUse(x, col, true)
}

func inUse(x *securable, col *column, masked bool) error {
	if masked && col.mask != nil {
		return errInvalidClass("COLUMN_HAS_MASK", "Column %s has a mask.", quoted([]string{col.name}))
	}
	for _, b := range x.table.bindings() {
		if b.reads(col.name) {
			return errInvalidClass("COLUMN_USED_BY_POLICY", "Column %s is an argument of '%s'.", quoted([]string{col.name}), b.function)
		}
	}
	return nil
}

func (c *cursor) renameColumn(t target) (action, error) {
	from, err := c.AnyIdent()
	if err != nil {
		return nil, err
	}
	if err := c.ExpectKeyword("TO"); err != nil {
		return nil, err
	}
	to, err := c.AnyIdent()
	return c.changeTable(t, func(x *securable) error {
		col, i := x.table.column(from.Text)
		if col == nil {
			return errUnresolvedColumn(from.Text)
		}
		if _, j := x.table.column(to.Text); j >= 0 && j != i {
			return errSQL("FIELD_ALREADY_EXISTS", "42710", "Cannot rename column, because %s already exists.", quoted([]string{to.Text}))
		}
		if err := inUse(x, col, false); err != nil {
			return err
		}
		col.name = to.Text
		return nil
	}), err
}
