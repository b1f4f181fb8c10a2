package snowflake

import (
	"context"
	"slices"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

// columnDef is a column as a statement defines it.
type columnDef struct {
	name       string
	typ        sqlengine.Type
	notNull    bool
	def        string
	identity   bool
	expression string
	primary    bool
	comment    string
	mask       *policyRef
	project    *policyRef
	tags       []tagPair
}

// policyRef is a policy with its columns as written.
type policyRef struct {
	name sqlengine.Name
	args []string
}

// tableDef is a CREATE TABLE or CREATE VIEW as written.
type tableDef struct {
	columns   []*columnDef
	primary   []string
	rowAccess *policyRef
	aggregate *policyRef
	join      *policyRef
	query     *sqlengine.Query
	like      sqlengine.Name
	clone     sqlengine.Name
	text      string
}

func (c *cursor) createTable(d *definition) error {
	t := &tableDef{}
	d.fill = func(o *object) error { return c.s.fillTable(o, d, t) }
	switch {
	case c.AcceptKeyword("LIKE"):
		var err error
		t.like, err = c.Name()
		return err
	case c.AcceptKeyword("CLONE"):
		var err error
		t.clone, err = c.Name()
		d.copyGrants = d.copyGrants || c.words("COPY GRANTS")
		return err
	}
	switch {
	case d.modifiers[sortEvent]:
		if err := t.asEventTable(); err != nil {
			return err
		}
	case c.PeekKeyword("("):
		if err := c.Parens(func() error { return c.tableItem(t) }); err != nil {
			return err
		}
	}
	if err := c.relationOptions(d, t); err != nil {
		return err
	}
	if t.query == nil && len(t.columns) == 0 {
		return c.Errorf("expected columns")
	}
	return nil
}

// tableItem is a column or a constraint of the table.
func (c *cursor) tableItem(t *tableDef) error {
	if c.AcceptKeyword("CONSTRAINT") {
		if _, err := c.Ident(); err != nil {
			return err
		}
	}
	switch {
	case c.words("PRIMARY KEY"):
		var err error
		t.primary, err = c.idents()
		return err
	case c.PeekKeyword("UNIQUE", "("), c.PeekKeyword("FOREIGN", "KEY"):
		_, err := c.RestUntil(",")
		return err
	}
	col, err := c.columnDef()
	t.columns = append(t.columns, col)
	return err
}

// columnDef reads a column of a table. In CREATE TABLE ... AS the type may be left out.
func (c *cursor) columnDef() (*columnDef, error) {
	name, err := c.Ident()
	if err != nil {
		return nil, err
	}
	col := &columnDef{name: name.Text}
	if !c.PeekKeyword(",") && !c.PeekKeyword(")") {
		if col.typ, err = c.Type(); err != nil {
			return nil, err
		}
	}
	return col, c.columnOptions(col)
}

func (c *cursor) columnOptions(col *columnDef) error {
	for !c.AtEnd() && !c.PeekKeyword(",") && !c.PeekKeyword(")") && !c.PeekKeyword(";") {
		if err := c.columnOption(col); err != nil {
			return err
		}
	}
	return nil
}

func (c *cursor) columnOption(col *columnDef) (err error) {
	c.AcceptKeyword("WITH")
	switch {
	case c.words("NOT NULL"):
		col.notNull = true
	case c.AcceptKeyword("NULL"):
	case c.words("PRIMARY KEY"):
		col.primary, col.notNull = true, true
	case c.AcceptKeyword("UNIQUE"):
	case c.AcceptKeyword("DEFAULT"):
		from := c.Offset()
		if _, err = c.Expr(); err == nil {
			col.def = c.Text(from, c.LastEnd())
		}
	case c.AcceptAny("AUTOINCREMENT", "IDENTITY") != "":
		col.identity = true
		if c.PeekKeyword("(") {
			_, err = c.RestUntil(",")
		}
	case c.AcceptKeyword("COLLATE"):
		return errUnsupported("COLLATE")
	case c.AcceptKeyword("COMMENT"):
		c.AcceptKeyword("=")
		col.comment, err = c.StringLiteral()
	case c.words("MASKING POLICY"):
		col.mask, err = c.policyRef("USING")
	case c.words("PROJECTION POLICY"):
		col.project, err = c.policyRef("USING")
	case c.AcceptKeyword("TAG"):
		col.tags, err = c.tagPairsInParens()
	default:
		return c.Errorf("unexpected token in a column definition")
	}
	return err
}

// policyRef reads a policy's name and, behind a word, its columns.
func (c *cursor) policyRef(word string) (*policyRef, error) {
	name, err := c.Name()
	if err != nil {
		return nil, err
	}
	ref := &policyRef{name: name}
	if c.words(word) {
		ref.args, err = c.idents()
	}
	return ref, err
}

// relationOptions reads what follows the columns of a table or view, AS query included.
func (c *cursor) relationOptions(d *definition, t *tableDef) (err error) {
	for !c.AtEnd() && !c.PeekKeyword(";") && err == nil {
		c.AcceptKeyword("WITH")
		err = c.relationOption(d, t)
	}
	return err
}

func (c *cursor) relationOption(d *definition, t *tableDef) error {
	if found, err := c.derivedOption(d); found || err != nil {
		return err
	}
	var err error
	switch {
	case c.AcceptKeyword("AS"):
		t.query, err = c.Query()
	case c.words("COPY GRANTS"):
		d.copyGrants = true
	case c.AcceptKeyword("TAG"):
		d.tags, err = c.tagPairsInParens()
	case c.words("ROW ACCESS POLICY"):
		t.rowAccess, err = c.policyRef("ON")
	case c.words("AGGREGATION POLICY"):
		t.aggregate, err = c.policyRef("ENTITY KEY")
	case c.words("JOIN POLICY"):
		t.join, err = c.policyRef("ALLOWED JOIN KEYS")
	case c.AcceptKeyword("COMMENT"):
		d.comment, err = c.commentValue()
	case c.words("CLUSTER BY"):
		err = c.clusterBy(d)
	case c.words("CHANGE_TRACKING =") || c.words("DATA_RETENTION_TIME_IN_DAYS =") || c.words("ENABLE_SCHEMA_EVOLUTION ="):
		_, err = c.settingValue()
	default:
		return c.Errorf("unexpected token in a definition")
	}
	return err
}

func (c *cursor) clusterBy(d *definition) error {
	from := c.Offset()
	if err := c.Parens(func() error { _, err := c.Expr(); return err }); err != nil {
		return err
	}
	d.props = append(d.props, setting{"cluster_by", "LINEAR" + c.Text(from, c.LastEnd())})
	return nil
}

// fillTable gives a new table its columns, rows and policies.
func (s *session) fillTable(o *object, d *definition, t *tableDef) error {
	o.rel = &relation{transient: d.modifiers["TRANSIENT"], temporary: d.modifiers["TEMPORARY"]}
	for _, w := range tableSorts {
		if d.modifiers[w+"_TABLE"] {
			o.rel.sort = w + "_TABLE"
		}
	}
	switch {
	case t.like != nil:
		return s.copyTable(o, t.like, false)
	case t.clone != nil:
		return s.copyTable(o, t.clone, true)
	case t.query != nil:
		if err := s.fillFromQuery(o, t); err != nil {
			return err
		}
	}
	if len(o.rel.columns) == 0 {
		for _, def := range t.columns {
			if err := s.addColumn(o, def); err != nil {
				return err
			}
		}
	}
	for _, name := range t.primary {
		col, _ := o.rel.column(name)
		if col == nil {
			return errInvalidIdentifier(name)
		}
		col.notNull = true
	}
	return s.attachDefined(o, t)
}

// attachDefined attaches the policies and tags of a definition.
func (s *session) attachDefined(o *object, t *tableDef) error {
	for _, def := range t.columns {
		col, _ := o.rel.column(def.name)
		if err := s.attachColumn(o, col, def); err != nil {
			return err
		}
	}
	if t.rowAccess != nil {
		if err := s.addRowAccess(o, t.rowAccess); err != nil {
			return err
		}
	}
	if t.aggregate != nil {
		if err := s.setWhole(kindAggregation, o, t.aggregate, false); err != nil {
			return err
		}
	}
	if t.join != nil {
		return s.setWhole(kindJoin, o, t.join, false)
	}
	return nil
}

func (s *session) attachColumn(o *object, col *column, def *columnDef) error {
	if def.mask != nil {
		if err := s.setMask(o, col, def.mask, false); err != nil {
			return err
		}
	}
	if def.project != nil {
		if err := s.setProjection(o, col, def.project, false); err != nil {
			return err
		}
	}
	if err := s.checkTagPairs(o, col, def.tags); err != nil {
		return err
	}
	s.setTagPairs(o, col, def.tags)
	return nil
}

func (s *session) addColumn(o *object, def *columnDef) error {
	if def.typ.Kind == sqlengine.KindNull {
		return compilation(codeCompilation, "42601", "Missing type of column '%s'.", def.name)
	}
	if c, _ := o.rel.column(def.name); c != nil {
		return compilation(2025, "42601", "duplicate column name '%s'", def.name)
	}
	col := &column{id: s.a.nextID(), name: def.name, typ: def.typ, notNull: def.notNull, def: def.def, expression: def.expression, comment: def.comment}
	if def.identity {
		col.identity = 1
	}
	o.rel.columns = append(o.rel.columns, col)
	return nil
}

// fillFromQuery is CREATE TABLE ... AS: what the role sees, masked where it sees masks, goes into the table.
func (s *session) fillFromQuery(o *object, t *tableDef) error {
	st, err := s.engine().Prepare(context.Background(), t.query)
	if err != nil {
		return err
	}
	if len(t.columns) > 0 && len(t.columns) != len(st.Columns) {
		return compilation(2057, "21S01", "number of columns in the definition does not match the query: %d and %d", len(t.columns), len(st.Columns))
	}
	for i, qc := range st.Columns {
		def := &columnDef{name: qc.Name, typ: storedType(qc.Type)}
		if len(t.columns) > 0 {
			given := *t.columns[i]
			if given.typ.Kind == sqlengine.KindNull {
				given.typ = def.typ
			}
			def = &given
		}
		if err := s.addColumn(o, def); err != nil {
			return err
		}
	}
	rows, err := st.Run(context.Background())
	if err != nil {
		return err
	}
	for _, r := range rows {
		out, err := s.castRow(o.rel.columns, st.Columns, r)
		if err != nil {
			return err
		}
		o.rel.rows = append(o.rel.rows, out)
	}
	return s.passMoved(o, o.rel.columns, t.query)
}

// storedType is the type a column of a query has when it is stored.
func storedType(t sqlengine.Type) sqlengine.Type {
	if t.Kind == sqlengine.KindNull {
		return sqlengine.TypeText
	}
	return t
}

// copyTable is LIKE and CLONE: both copy columns, tags and policies, CLONE the rows too.
func (s *session) copyTable(o *object, name sqlengine.Name, rows bool) error {
	src, err := s.scope().find(kindTable, name)
	if err != nil {
		return err
	}
	if err := s.may().require(src, privSelect); err != nil {
		return err
	}
	for _, c := range src.rel.columns {
		dup := *c
		dup.id = s.a.nextID()
		dup.tags = slices.Clone(c.tags)
		o.rel.columns = append(o.rel.columns, &dup)
	}
	o.tags = slices.Clone(src.tags)
	o.rel.rowAccess, o.rel.aggregate, o.rel.join = src.rel.rowAccess, src.rel.aggregate, src.rel.join
	if rows {
		o.rel.rows = src.rel.rows
	}
	return nil
}
