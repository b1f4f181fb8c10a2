package snowflake

import (
	"slices"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

func (c *cursor) renameColumn(t target) (action, error) {
	from, err := c.Ident()
	if err != nil {
		return nil, err
	}
	if err := c.ExpectKeyword("TO"); err != nil {
		return nil, err
	}
	to, err := c.Ident()
	return t.act(c, c.owned(func(o *object) error {
		col, _ := o.rel.column(from.Text)
		if col == nil {
			return errInvalidIdentifier(from.Text)
		}
		if dup, _ := o.rel.column(to.Text); dup != nil {
			return errExists(to.Text)
		}
		col.name = to.Text
		o.rel.renameArgs(from.Text, to.Text)
		return nil
	})), err
}

// renameArgs lets attachments follow a column to its new name.
func (r *relation) renameArgs(from, to string) {
	follow := func(at *attachment) *attachment {
		if at == nil || !contains(at.args, from) {
			return at
		}
		next := *at
		next.args = slices.Clone(at.args)
		next.args[slices.Index(next.args, from)] = to
		return &next
	}
	r.rowAccess, r.aggregate, r.join = follow(r.rowAccess), follow(r.aggregate), follow(r.join)
	for _, c := range r.columns {
		c.mask, c.projection = follow(c.mask), follow(c.projection)
	}
}

func (c *cursor) addColumns(t target) (action, error) {
	c.AcceptKeyword("COLUMN")
	ifNot := c.ifNotExists()
	var defs []*columnDef
	err := c.CommaList(func() error {
		c.AcceptKeyword("COLUMN")
		def, err := c.columnDef()
		defs = append(defs, def)
		return err
	})
	return t.act(c, c.owned(func(o *object) error {
		return atomically(o, func(o *object) error {
			for _, d := range defs {
				if have, _ := o.rel.column(d.name); have != nil && ifNot {
					continue
				}
				if err := c.s.addColumnTo(o, d); err != nil {
					return err
				}
			}
			return nil
		})
	})), err
}

// addColumnTo adds a column and its value to all rows.
func (s *session) addColumnTo(o *object, d *columnDef) error {
	if err := s.addColumn(o, d); err != nil {
		return err
	}
	col := o.rel.columns[len(o.rel.columns)-1]
	v, err := s.defaultOf(col)
	if err != nil {
		return err
	}
	if v == nil && col.notNull && len(o.rel.rows) > 0 {
		return errNull(col)
	}
	rows := make([]sqlengine.Row, len(o.rel.rows))
	for i, r := range o.rel.rows {
		rows[i] = append(slices.Clone(r), v)
	}
	o.rel.rows = rows
	return s.attachColumn(o, col, d)
}

func (c *cursor) dropColumns(t target) (action, error) {
	c.AcceptKeyword("COLUMN")
	ifExists := c.ifExists()
	var names []string
	err := c.CommaList(func() error {
		p, err := c.Ident()
		names = append(names, p.Text)
		return err
	})
	return t.act(c, c.owned(func(o *object) error {
		return atomically(o, func(o *object) error {
			for _, n := range names {
				if err := o.dropColumn(n, ifExists); err != nil {
					return err
				}
			}
			return nil
		})
	})), err
}

func (o *object) dropColumn(name string, ifExists bool) error {
	col, at := o.rel.column(name)
	if col == nil {
		if ifExists {
			return nil
		}
		return errInvalidIdentifier(name)
	}
	var err error
	o.eachAttachment(func(p place) {
		if contains(p.args, name) && p.col != col {
			err = errInUse(p.policy)
		}
	})
	if err != nil {
		return err
	}
	if len(o.rel.columns) == 1 {
		return compilation(codeCompilation, "42601", "Cannot drop the only column of table '%s'.", o.dotted())
	}
	o.rel.columns = slices.Delete(slices.Clone(o.rel.columns), at, at+1)
	rows := make([]sqlengine.Row, len(o.rel.rows))
	for i, r := range o.rel.rows {
		rows[i] = slices.Delete(slices.Clone(r), at, at+1)
	}
	o.rel.rows = rows
	return nil
}
