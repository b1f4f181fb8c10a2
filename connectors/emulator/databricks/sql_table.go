package databricks

import (
	"context"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

// columnDef is a column as CREATE TABLE or ADD COLUMN writes it.
type columnDef struct {
	column
	maskCall *bindingDef
}

// bindingDef is a mask or filter as written: its function and arguments.
type bindingDef struct {
	function sqlengine.Name
	args     []sqlengine.Expr
}

// tableDef is a table as CREATE TABLE writes it.
type tableDef struct {
	creation
	columns    []columnDef
	filter     *bindingDef
	query      *sqlengine.Query
	properties map[string]string
}

func (c *cursor) createTable(replace bool, tableType string) (action, error) {
	n, err := c.creationOf(kindTable, "CREATE_TABLE")
	if err != nil {
		return nil, err
	}
	n.replace = replace
	def := &tableDef{creation: n}
	if c.PeekKeyword("(") {
		if err := c.Parens(func() error { return c.columnDef(def) }); err != nil {
			return nil, err
		}
	}
	if err := c.tableClauses(def); err != nil {
		return nil, err
	}
	if c.AcceptKeyword("AS") {
		if def.query, err = c.Query(); err != nil {
			return nil, err
		}
	}
	return func() (*Result, error) { return c.storeTable(def, tableType) }, nil
}

func (c *cursor) columnDef(def *tableDef) error {
	name, err := c.AnyIdent()
	if err != nil {
		return err
	}
	d := columnDef{column: column{name: name.Text, nullable: true}}
	if d.typ, err = c.Type(); err != nil {
		return err
	}
	if err := c.columnOptions(&d); err != nil {
		return err
	}
	def.columns = append(def.columns, d)
	return nil
}

func (c *cursor) columnOptions(d *columnDef) (err error) {
	for {
		switch {
		case c.AcceptKeyword("NOT", "NULL"):
			d.nullable = false
		case c.PeekKeyword("COMMENT"):
			if d.comment, err = c.comment(); err != nil {
				return err
			}
		case c.AcceptKeyword("DEFAULT"):
			from := c.Offset()
			if d.deflt, err = c.Expr(); err != nil {
				return err
			}
			d.defText = c.Text(from, c.LastEnd())
		case c.AcceptKeyword("MASK"):
			if d.maskCall, err = c.maskDef(); err != nil {
				return err
			}
		default:
			return nil
		}
	}
}

// maskDef reads f [USING COLUMNS (...)].
func (c *cursor) maskDef() (*bindingDef, error) {
	name, err := c.Name()
	if err != nil {
		return nil, err
	}
	b := &bindingDef{function: name}
	if c.AcceptKeyword("USING", "COLUMNS") {
		err = c.Parens(func() error { return c.bindingArg(b) })
	}
	return b, err
}

// filterDef reads f ON (...).
func (c *cursor) filterDef() (*bindingDef, error) {
	name, err := c.Name()
	if err != nil {
		return nil, err
	}
	b := &bindingDef{function: name}
	if err := c.ExpectKeyword("ON"); err != nil {
		return nil, err
	}
	return b, c.Parens(func() error { return c.bindingArg(b) })
}

func (c *cursor) bindingArg(b *bindingDef) error {
	e, err := c.Expr()
	if err == nil {
		b.args = append(b.args, e)
	}
	return err
}

// tableClauses reads what stands between the columns and AS.
func (c *cursor) tableClauses(def *tableDef) (err error) {
	for {
		switch {
		case c.AcceptKeyword("USING"):
			if format, ferr := c.AnyIdent(); ferr != nil {
				return ferr
			} else if lower(format.Text) != "delta" {
				return errUnsupported("data source %s is not supported.", format.Text)
			}
		case c.PeekKeyword("COMMENT"):
			if def.comment, err = c.comment(); err != nil {
				return err
			}
		case c.AcceptKeyword("TBLPROPERTIES"):
			if def.properties, err = c.pairs(); err != nil {
				return err
			}
		case c.AcceptKeyword("WITH", "ROW", "FILTER"):
			if def.filter, err = c.filterDef(); err != nil {
				return err
			}
		default:
			return nil
		}
	}
}

// pairs reads ('k' = 'v', ...); the value may be left out.
func (c *cursor) pairs() (map[string]string, error) {
	out := map[string]string{}
	err := c.Parens(func() error {
		k, err := c.StringLiteral()
		if err != nil {
			return err
		}
		if !c.AcceptKeyword("=") {
			out[k] = ""
			return nil
		}
		out[k], err = c.StringLiteral()
		return err
	})
	return out, err
}

func (c *cursor) storeTable(def *tableDef, tableType string) (*Result, error) {
	t := &table{tableType: tableType, properties: def.properties}
	if err := c.fill(t, def); err != nil {
		return nil, err
	}
	made, replaced, err := c.make(def.creation)
	if err != nil || made == nil && replaced == nil {
		return done(), err
	}
	if replaced != nil {
		if err := checkWord(replaced, "TABLE"); err != nil {
			return nil, err
		}
		inheritPolicies(t, replaced.table)
		replaced.table, replaced.comment = t, def.comment
		c.s.w.touch(replaced, c.s.id.name)
		return done(), c.attachAll(replaced, def)
	}
	made.table = t
	if err := c.attachAll(made, def); err != nil {
		remove(made)
		return nil, err
	}
	return done(), nil
}

// fill gives a new table its columns and, for CREATE TABLE AS, its rows.
func (c *cursor) fill(t *table, def *tableDef) error {
	seen := map[string]bool{}
	for i := range def.columns {
		col := def.columns[i].column
		if seen[lower(col.name)] {
			return errSQL("COLUMN_ALREADY_EXISTS", "42711", "The column %s already exists.", quoted([]string{col.name}))
		}
		seen[lower(col.name)] = true
		t.columns = append(t.columns, &col)
	}
	if def.query == nil {
		if len(t.columns) == 0 {
			return errSQL("DELTA_EMPTY_DATA", "428GU", "A table needs at least one column.")
		}
		return nil
	}
	if len(t.columns) > 0 {
		return errUnsupported("CREATE TABLE with columns and AS is not supported.")
	}
	r, err := c.s.query(def.query)
	if err != nil {
		return err
	}
	for _, col := range r.Columns {
		t.columns = append(t.columns, &column{name: col.Name, typ: col.Type, nullable: true})
	}
	t.rows = r.Rows
	return nil
}

// inheritPolicies keeps the row filter, and masks and tags of columns of the same
// name, when a table is replaced.
func inheritPolicies(next, old *table) {
	next.filter = old.filter
	for _, n := range next.columns {
		if o, _ := old.column(n.name); o != nil {
			n.mask, n.tags = o.mask, o.tags
		}
	}
}

func (c *cursor) attachAll(t *securable, def *tableDef) error {
	for _, d := range def.columns {
		if d.maskCall == nil {
			continue
		}
		b, err := c.bindMask(t, d.name, d.maskCall)
		if err != nil {
			return err
		}
		col, _ := t.table.column(d.name)
		col.mask = b
	}
	if def.filter == nil {
		return nil
	}
	b, err := c.bindFilter(t, def.filter)
	if err == nil {
		t.table.filter = b
	}
	return err
}

// createView reads [(a [COMMENT 'x'], ...)] [COMMENT 'x'] AS query.
func (c *cursor) createView(replace bool, tableType string) (action, error) {
	n, err := c.creationOf(kindTable, "CREATE_TABLE")
	if err != nil {
		return nil, err
	}
	n.replace = replace
	var cols []column
	if c.PeekKeyword("(") {
		if err := c.Parens(func() error { return c.viewColumn(&cols) }); err != nil {
			return nil, err
		}
	}
	if n.comment, err = c.comment(); err != nil {
		return nil, err
	}
	if err := c.ExpectKeyword("AS"); err != nil {
		return nil, err
	}
	from := c.Offset()
	q, err := c.Query()
	if err != nil {
		return nil, err
	}
	t := &table{tableType: tableType, query: q, definition: c.Text(from, c.LastEnd()), scope: c.s.scope()}
	return func() (*Result, error) { return c.storeView(n, t, cols) }, nil
}

func (c *cursor) viewColumn(cols *[]column) error {
	name, err := c.AnyIdent()
	if err != nil {
		return err
	}
	if c.PeekKeyword("MASK") {
		return errSQL("UNSUPPORTED_FEATURE.COLUMN_MASK_ON_VIEW", "0A000", "Column masks cannot be set on views.")
	}
	comment, err := c.comment()
	*cols = append(*cols, column{name: name.Text, comment: comment})
	return err
}

func (c *cursor) storeView(n creation, t *table, named []column) (*Result, error) {
	st, err := c.s.engine().Prepare(context.Background(), t.query)
	if err != nil {
		return nil, err
	}
	if len(named) > 0 && len(named) != len(st.Columns) {
		return nil, errSQL("CREATE_VIEW_COLUMN_ARITY_MISMATCH", "21S01", "The view names %d columns but its query gives %d.", len(named), len(st.Columns))
	}
	for i, col := range st.Columns {
		v := &column{name: col.Name, typ: col.Type, nullable: col.Nullable}
		if len(named) > 0 {
			v.name, v.comment = named[i].name, named[i].comment
		}
		t.columns = append(t.columns, v)
	}
	if t.tableType == typeMatView {
		// A materialized view stores what its owner saw when it was made.
		if t.rows, err = st.Run(c.s.ctx); err != nil {
			return nil, err
		}
		t.query = nil
	}
	made, replaced, err := c.make(n)
	if err != nil || made == nil && replaced == nil {
		return done(), err
	}
	if replaced != nil {
		if err := checkWord(replaced, wordOfType[t.tableType]); err != nil {
			return nil, err
		}
		inheritPolicies(t, replaced.table)
		replaced.comment, made = n.comment, replaced
	}
	made.table = t
	c.s.w.touch(made, c.s.id.name)
	return done(), nil
}
