package databricks

import (
	"strings"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

// alter dispatches ALTER <kind> name ....
func (c *cursor) alter() (action, error) {
	t, err := c.target()
	if err != nil {
		return nil, err
	}
	switch {
	case c.AcceptKeyword("SET", "TAGS"):
		return c.setTags(t, "")
	case c.AcceptKeyword("UNSET", "TAGS"):
		return c.unsetTags(t, "")
	case c.AcceptKeyword("SET", "OWNER", "TO"), c.AcceptKeyword("OWNER", "TO"):
		return c.setOwner(t)
	case t.kind == kindTable:
		return c.alterTable(t)
	}
	return nil, errUnsupported("ALTER %s ... %s is not supported.", t.word, c.Peek().Text)
}

func (c *cursor) setOwner(t target) (action, error) {
	who, err := c.principalName()
	if err != nil {
		return nil, err
	}
	return func() (*Result, error) {
		x, err := c.find(t)
		if err != nil {
			return nil, err
		}
		return done(), c.s.w.setOwner(c.s.id, x, who)
	}, nil
}

// setOwner moves ownership to an existing account-level principal.
func (w *Workspace) setOwner(id identity, x *securable, who string) error {
	if x.readOnly() {
		return errDenied("'%s' is read only.", x.fullName())
	}
	if err := id.manages(x); err != nil {
		return err
	}
	name, err := w.grantable(who)
	if err != nil {
		return err
	}
	x.owner = name
	w.touch(x, id.name)
	w.audit(id, "update"+title(x.kind)+"s", "full_name_arg", x.fullName(), "owner", name)
	return nil
}

func (c *cursor) alterTable(t target) (action, error) {
	switch {
	case c.AcceptKeyword("ALTER"), c.AcceptKeyword("CHANGE"):
		c.AcceptKeyword("COLUMN")
		return c.alterColumn(t)
	case c.AcceptKeyword("SET", "ROW", "FILTER"):
		return c.setFilter(t)
	case c.AcceptKeyword("DROP", "ROW", "FILTER"):
		return c.changeTable(t, c.dropFilter), nil
	case c.AcceptKeyword("ADD"):
		return c.addColumns(t)
	case c.AcceptKeyword("DROP"):
		return c.dropColumns(t)
	case c.AcceptKeyword("RENAME", "COLUMN"):
		return c.renameColumn(t)
	case c.AcceptKeyword("RENAME", "TO"):
		return c.renameTable(t)
	case c.AcceptKeyword("SET", "TBLPROPERTIES"):
		return c.setProperties(t)
	}
	return nil, errUnsupported("ALTER %s ... %s is not supported.", t.word, c.Peek().Text)
}

// changeTable is the action of a change that needs ownership or MANAGE.
func (c *cursor) changeTable(t target, change func(*securable) error) action {
	return func() (*Result, error) {
		x, err := c.find(t)
		if err != nil {
			return nil, err
		}
		if err := c.s.id.alters(x); err != nil {
			return nil, err
		}
		if err := change(x); err != nil {
			return nil, err
		}
		c.s.w.touch(x, c.s.id.name)
		c.s.w.audit(c.s.id, "updateTables", "full_name_arg", x.fullName())
		return done(), nil
	}
}

// alterColumn reads one clause for one column.
func (c *cursor) alterColumn(t target) (action, error) {
	name, err := c.AnyIdent()
	if err != nil {
		return nil, err
	}
	col := name.Text
	switch {
	case c.AcceptKeyword("SET", "MASK"):
		def, err := c.maskDef()
		return c.changeTable(t, func(x *securable) error { return c.setMask(x, col, def) }), err
	case c.AcceptKeyword("DROP", "MASK"):
		return c.changeTable(t, func(x *securable) error { return dropMask(x, col) }), nil
	case c.AcceptKeyword("SET", "TAGS"):
		return c.setTags(t, col)
	case c.AcceptKeyword("UNSET", "TAGS"):
		return c.unsetTags(t, col)
	case c.PeekKeyword("COMMENT"):
		text, err := c.comment()
		return c.changeColumn(t, col, func(x *column) { x.comment = text }), err
	case c.AcceptKeyword("SET", "NOT", "NULL"):
		return c.changeColumn(t, col, func(x *column) { x.nullable = false }), nil
	case c.AcceptKeyword("DROP", "NOT", "NULL"):
		return c.changeColumn(t, col, func(x *column) { x.nullable = true }), nil
	}
	return nil, errUnsupported("ALTER COLUMN ... %s is not supported.", c.Peek().Text)
}

func (c *cursor) changeColumn(t target, name string, change func(*column)) action {
	return c.changeTable(t, func(x *securable) error {
		col, _ := x.table.column(name)
		if col == nil {
			return errUnresolvedColumn(name)
		}
		change(col)
		return nil
	})
}

// setMask replaces the mask of a column in one step.
func (c *cursor) setMask(x *securable, name string, def *bindingDef) error {
	b, err := c.bindMask(x, name, def)
	if err != nil {
		return err
	}
	col, _ := x.table.column(name)
	col.mask = b
	return nil
}

func dropMask(x *securable, name string) error {
	col, _ := x.table.column(name)
	if col == nil {
		return errUnresolvedColumn(name)
	}
	if col.mask == nil {
		return errInvalidClass("COLUMN_MASK_DOES_NOT_EXIST", "Column %s of '%s' has no mask.", quoted([]string{col.name}), x.fullName())
	}
	col.mask = nil
	return nil
}

func (c *cursor) setFilter(t target) (action, error) {
	def, err := c.filterDef()
	return c.changeTable(t, func(x *securable) error {
		b, err := c.bindFilter(x, def)
		if err == nil {
			x.table.filter = b
		}
		return err
	}), err
}

func (c *cursor) dropFilter(x *securable) error {
	if x.table.filter == nil {
		return errInvalidClass("ROW_FILTER_DOES_NOT_EXIST", "'%s' has no row filter.", x.fullName())
	}
	x.table.filter = nil
	return nil
}

func (c *cursor) addColumns(t target) (action, error) {
	if c.AcceptAny("COLUMN", "COLUMNS") == "" {
		return nil, errUnsupported("ALTER TABLE ... ADD %s is not supported.", c.Peek().Text)
	}
	def := &tableDef{}
	item := func() error { return c.columnDef(def) }
	var err error
	if c.PeekKeyword("(") {
		err = c.parens(item)
	} else {
		err = c.commaList(item)
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
		err = c.parens(item)
	} else {
		err = c.commaList(item)
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

func (c *cursor) renameTable(t target) (action, error) {
	to, err := c.Name()
	return c.changeTable(t, func(x *securable) error {
		parts := to.Texts()
		if len(parts) == 1 {
			parts = []string{x.up(kindCatalog).name, x.parent.name, parts[0]}
		}
		if strings.ToLower(strings.Join(parts[:len(parts)-1], ".")) != x.parent.fullName() {
			return errUnsupported("moving a table to another schema is not supported.")
		}
		name := lower(parts[len(parts)-1])
		if err := checkName(name); err != nil {
			return err
		}
		if x.parent.child(kindTable, name) != nil {
			return errExists(kindTable, x.parent.fullName()+"."+name)
		}
		remove(x)
		x.name = name
		x.parent.children[childKey{kindTable, name}] = x
		return nil
	}), err
}

func (c *cursor) setProperties(t target) (action, error) {
	props, err := c.pairs()
	return c.changeTable(t, func(x *securable) error {
		if x.table.properties == nil {
			x.table.properties = map[string]string{}
		}
		for k, v := range props {
			x.table.properties[k] = v
		}
		return nil
	}), err
}

// commentOn reads COMMENT ON <kind> name IS 'text' | NULL.
func (c *cursor) commentOn() (action, error) {
	if c.AcceptKeyword("COLUMN") {
		return c.commentOnColumn()
	}
	t, err := c.target()
	if err != nil {
		return nil, err
	}
	text, err := c.commentText()
	if err != nil {
		return nil, err
	}
	return func() (*Result, error) {
		x, err := c.s.securable(t.kind, t.name)
		if err != nil {
			return nil, err
		}
		if err := c.s.id.alters(x); err != nil {
			return nil, err
		}
		x.comment = text
		c.s.w.touch(x, c.s.id.name)
		return done(), nil
	}, nil
}

func (c *cursor) commentText() (string, error) {
	if err := c.ExpectKeyword("IS"); err != nil {
		return "", err
	}
	if c.AcceptKeyword("NULL") {
		return "", nil
	}
	return c.StringLiteral()
}

func (c *cursor) commentOnColumn() (action, error) {
	name, err := c.Name()
	if err != nil {
		return nil, err
	}
	text, err := c.commentText()
	if err != nil {
		return nil, err
	}
	if len(name) < 2 {
		return nil, errUnresolvedColumn(name.Last())
	}
	t := target{kindTable, "TABLE", name[:len(name)-1]}
	return c.changeColumn(t, name.Last(), func(x *column) { x.comment = text }), nil
}
