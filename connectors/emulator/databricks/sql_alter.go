package databricks

import "strings"

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
		return errReadOnly(x)
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
