package databricks

// drop reads DROP <kind> [IF EXISTS] name [CASCADE | RESTRICT].
func (c *cursor) drop() (action, error) {
	k, word, ok := c.kindWord()
	if !ok {
		return nil, errUnsupported("DROP %s is not supported.", c.Peek().Text)
	}
	if word == "MATERIALIZED VIEW" {
		word = "VIEW"
	}
	ifExists := c.ifExists()
	name, err := c.Name()
	if err != nil {
		return nil, err
	}
	cascade := c.AcceptKeyword("CASCADE")
	if !cascade {
		c.AcceptKeyword("RESTRICT")
	}
	return func() (*Result, error) {
		x, err := c.s.securable(k, name)
		if err != nil {
			if e := asError(err); ifExists && e.Status == 404 {
				return done(), nil
			}
			if k == kindTable {
				err = tableNotFound(c.s.parts(k, name), err)
			}
			return nil, err
		}
		return done(), c.s.w.drop(c.s.id, x, word, cascade)
	}, nil
}

// drop removes a securable. A function goes even while masks use it: queries of
// their tables are refused from then on.
func (w *Workspace) drop(id identity, x *securable, word string, cascade bool) error {
	if x.readOnly() {
		return errReadOnly(x)
	}
	if err := id.manages(x); err != nil {
		return err
	}
	materialized := x.table != nil && x.table.tableType == typeMatView && word == "VIEW"
	if err := checkWord(x, word); err != nil && !materialized {
		return err
	}
	if !cascade && !empty(x) {
		return errSQL(string(x.kind)+"_NOT_EMPTY", "2BP01", "Cannot drop %s '%s' because it contains objects. Use CASCADE to drop it with them.",
			title(x.kind), x.fullName())
	}
	remove(x)
	w.audit(id, "delete"+title(x.kind), "full_name_arg", x.fullName())
	return nil
}

// empty: a catalog with its information schema and an empty default is empty.
func empty(x *securable) bool {
	for key, child := range x.children {
		if key.name == informationSchema {
			continue
		}
		if x.kind == kindSchema || key.name != "default" || !empty(child) {
			return false
		}
	}
	return true
}
