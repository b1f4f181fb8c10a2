package databricks

import "sort"

// setTags reads ('k' = 'v', ...) for a securable or one of its columns.
func (c *cursor) setTags(t target, column string) (action, error) {
	pairs, err := c.pairs()
	if err != nil {
		return nil, err
	}
	var tags []tag
	for k, v := range pairs {
		tags = append(tags, tag{key: k, value: v})
	}
	sort.Slice(tags, func(i, j int) bool { return tags[i].key < tags[j].key })
	return func() (*Result, error) {
		x, err := c.tagTarget(t, column)
		if err != nil {
			return nil, err
		}
		return done(), c.s.w.setTags(c.s.id, x, tags)
	}, nil
}

func (c *cursor) unsetTags(t target, column string) (action, error) {
	var keys []string
	err := c.Parens(func() error {
		k, err := c.StringLiteral()
		keys = append(keys, k)
		return err
	})
	if err != nil {
		return nil, err
	}
	return func() (*Result, error) {
		x, err := c.tagTarget(t, column)
		if err != nil {
			return nil, err
		}
		return done(), c.s.w.unsetTags(c.s.id, x, keys)
	}, nil
}

// tagTarget finds what is tagged. Columns of views are tagged through ALTER
// TABLE alone; functions take no tags this way.
func (c *cursor) tagTarget(t target, column string) (tagTarget, error) {
	if t.kind == kindFunction {
		return tagTarget{}, errUnsupported("tags on functions are not supported.")
	}
	x, err := c.s.securable(t.kind, t.name)
	if err != nil {
		if t.kind == kindTable {
			err = tableNotFound(c.s.parts(kindTable, t.name), err)
		}
		return tagTarget{}, err
	}
	if column == "" {
		return tagTarget{on: x}, checkWord(x, t.word)
	}
	if t.word == "VIEW" {
		return tagTarget{}, errUnsupported("ALTER VIEW has no ALTER COLUMN; use ALTER TABLE.")
	}
	if t.word != "TABLE" || !x.table.isView() {
		if err := checkWord(x, t.word); err != nil {
			return tagTarget{}, err
		}
	}
	col, _ := x.table.column(column)
	if col == nil {
		return tagTarget{}, errUnresolvedColumn(column)
	}
	return tagTarget{x, col}, nil
}

// setTagOn reads SET TAG ON <kind> name key [= value]. It fails if the key is
// assigned already.
func (c *cursor) setTagOn() (action, error) {
	find, key, err := c.tagOn()
	if err != nil {
		return nil, err
	}
	value := ""
	if c.AcceptKeyword("=") {
		if value, err = c.tagWord(); err != nil {
			return nil, err
		}
	}
	return func() (*Result, error) {
		x, err := find()
		if err != nil {
			return nil, err
		}
		return done(), c.s.w.createTag(c.s.id, x, tag{key: key, value: value})
	}, nil
}

func (c *cursor) unsetTagOn() (action, error) {
	find, key, err := c.tagOn()
	if err != nil {
		return nil, err
	}
	return func() (*Result, error) {
		x, err := find()
		if err != nil {
			return nil, err
		}
		return done(), c.s.w.deleteTag(c.s.id, x, key)
	}, nil
}

// tagOn reads the target and the key.
func (c *cursor) tagOn() (find func() (tagTarget, error), key string, err error) {
	if c.AcceptKeyword("COLUMN") {
		name, err := c.Name()
		if err != nil {
			return nil, "", err
		}
		if len(name) < 2 {
			return nil, "", errUnresolvedColumn(name.Last())
		}
		t := target{kindTable, "TABLE", name[:len(name)-1]}
		find = func() (tagTarget, error) { return c.tagTarget(t, name.Last()) }
	} else {
		t, err := c.target()
		if err != nil {
			return nil, "", err
		}
		find = func() (tagTarget, error) { return c.tagTarget(t, "") }
	}
	key, err = c.tagWord()
	return find, key, err
}

// tagWord reads a key or value, an identifier or a literal.
func (c *cursor) tagWord() (string, error) {
	if s, err := c.StringLiteral(); err == nil {
		return s, nil
	}
	id, err := c.AnyIdent()
	return id.Text, err
}

// createTag assigns a key that must not be there yet.
func (w *Workspace) createTag(id identity, t tagTarget, n tag) error {
	if err := w.mayTag(id, t, []tag{n}); err != nil {
		return err
	}
	if _, ok := t.set().now[n.key]; ok {
		return errAlreadyExists("Tag assignment with tag key %s already exists on %s.", n.key, t.name())
	}
	return w.setTags(id, t, []tag{n})
}

// deleteTag removes a key that must be there.
func (w *Workspace) deleteTag(id identity, t tagTarget, key string) error {
	if err := w.mayTag(id, t, []tag{{key: key}}); err != nil {
		return err
	}
	if _, ok := t.set().now[key]; !ok {
		return errResourceNotFound("Tag assignment with tag key %s does not exist on %s.", key, t.name())
	}
	return w.unsetTags(id, t, []string{key})
}
