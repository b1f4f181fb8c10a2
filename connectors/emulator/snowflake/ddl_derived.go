package snowflake

import (
	"context"
	"slices"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

// Sorts of tables that GRANT calls TABLE and that listings call by their own name. Iceberg tables have an ALTER of their own too.
const (
	sortHybrid      = "HYBRID_TABLE"
	sortInteractive = "INTERACTIVE_TABLE"
	sortEvent       = "EVENT_TABLE"
	sortIceberg     = "ICEBERG_TABLE"
)

// kind is what listings of columns call a column.
func (c *column) kind() string {
	if c.expression != "" {
		return "VIRTUAL_COLUMN"
	}
	return "COLUMN"
}

// listedAs tells whether SHOW TABLES, SHOW VIEWS and the SHOW of a sort of table list a relation.
func (o *object) listedAs(k kind) bool {
	switch k {
	case kindTable:
		return !o.kind.isQuery()
	case kindView:
		return o.kind.isQuery()
	}
	return o.rel.sort == string(k)
}

// base finds the one table that a materialized view reads. A query of several, or of what is masked or filtered, makes none.
func (s *session) base(q *sqlengine.Query) (*object, error) {
	var reads []*object
	es, cat := s.engine(), s.catalog()
	cat.reads = &reads
	es.Catalog = cat
	if _, err := es.Prepare(context.Background(), q); err != nil {
		return nil, err
	}
	if len(reads) != 1 || reads[0].kind.isQuery() {
		return nil, compilation(codeCompilation, "42601", "Invalid materialized view definition. A materialized view reads one table.")
	}
	if s.masked(reads[0]) {
		return nil, errorf(codeUnsupportedFeature, "0A000", "SQL compilation error:\nUnsupported feature 'CREATE ON MASKING POLICY COLUMN'.")
	}
	if reads[0].rel.rowAccess != nil {
		return nil, errorf(codeUnsupportedFeature, "0A000", "SQL compilation error:\nUnsupported feature 'CREATE ON OBJECTS ENFORCED BY ROW ACCESS POLICY'.")
	}
	return reads[0], nil
}

// stale fails for a materialized view that a policy on the table below has made invalid, as one that came through a tag later.
func (s *session) stale(o *object) error {
	if o.rel.base.isDropped() || s.masked(o.rel.base) {
		return compilation(codeMissing, "42601", "Failure during expansion of view '%s': materialized view is invalid.", o.name)
	}
	return nil
}

// materialized tells whether a materialized view reads the table.
func (a *Account) materialized(table *object) bool {
	found := false
	a.eachRelation(func(o *object) { found = found || o.kind == kindMaterialized && o.rel.base == table })
	return found
}

func (c *cursor) createDynamic(d *definition) error {
	t := &tableDef{}
	if c.PeekKeyword("(") {
		if err := c.Parens(func() error { return c.tableItem(t) }); err != nil {
			return err
		}
	}
	if err := c.relationOptions(d, t); err != nil {
		return err
	}
	if t.query == nil {
		return c.Errorf("expected AS")
	}
	for _, name := range []string{"TARGET_LAG", "WAREHOUSE"} {
		if !slices.ContainsFunc(d.props, func(p setting) bool { return p.name == name }) {
			return compilation(codeInvalidProperty, "22023", "Missing option(s): [%s]", name)
		}
	}
	t.text = c.Text(0, c.LastEnd())
	d.fill = func(o *object) error {
		o.rel = &relation{transient: d.modifiers["TRANSIENT"], text: t.text, query: t.query}
		if err := c.s.fillFromQuery(o, t); err != nil {
			return err
		}
		return c.s.attachDefined(o, t)
	}
	return nil
}

// refresh computes a dynamic table anew, with the rights of its owner. It happens when it is asked for only: no time passes here in which a
// warehouse could do it.
func (s *session) refresh(o *object) error {
	es := s.engine()
	cat := s.view(o).Catalog.(*catalog)
	cat.as = o.owner
	es.Catalog = cat
	st, err := es.Prepare(context.Background(), o.rel.query)
	if err != nil {
		return err
	}
	rows, err := st.Run(context.Background())
	if err != nil {
		return err
	}
	next := make([]sqlengine.Row, len(rows))
	for i, r := range rows {
		if next[i], err = s.castRow(o.rel.columns, st.Columns, r); err != nil {
			return err
		}
	}
	o.rel.rows = next
	return nil
}

// derivedOption reads an option that only dynamic, external or Iceberg tables have. It reports whether there was one.
func (c *cursor) derivedOption(d *definition) (bool, error) {
	var names []string
	switch {
	case d.kind == kindDynamic:
		names = []string{"TARGET_LAG", "WAREHOUSE", "REFRESH_MODE", "INITIALIZE"}
	case d.kind == kindExternal:
		names = []string{"AUTO_REFRESH", "REFRESH_ON_CREATE", "PATTERN", "TABLE_FORMAT"}
	case d.modifiers["ICEBERG_TABLE"]:
		names = []string{"EXTERNAL_VOLUME", "CATALOG", "BASE_LOCATION"}
	}
	if !slices.ContainsFunc(names, func(n string) bool { return c.PeekKeyword(n) }) {
		return false, nil
	}
	if c.PeekKeyword("INITIALIZE", "=", "ON_SCHEDULE") {
		return true, errUnsupported("dynamic tables that are filled later")
	}
	return true, c.setting(d)
}

// createExternal reads an external table: its column VALUE, and those that are computed from it. Nothing is loaded, so it has no rows.
func (c *cursor) createExternal(d *definition) error {
	t := &tableDef{columns: []*columnDef{{name: "VALUE", typ: sqlengine.TypeVariant}}}
	located := false
	if c.PeekKeyword("(") {
		if err := c.Parens(func() error { return c.virtualColumn(t) }); err != nil {
			return err
		}
	}
	for !c.AtEnd() && !c.PeekKeyword(";") {
		c.AcceptKeyword("WITH")
		var err error
		switch {
		case c.words("LOCATION ="):
			located = true
			d.props = append(d.props, setting{"LOCATION", c.location()})
		case c.words("FILE_FORMAT ="), c.words("PARTITION BY"):
			if !c.PeekKeyword("(") {
				return c.Errorf("expected a list in parentheses")
			}
			err = c.skipParens()
		default:
			err = c.relationOption(d, t)
		}
		if err != nil {
			return err
		}
	}
	if !located || t.query != nil {
		return c.Errorf("an external table has a LOCATION and no query")
	}
	d.fill = func(o *object) error {
		o.rel = &relation{}
		for _, def := range t.columns {
			if err := c.s.addColumn(o, def); err != nil {
				return err
			}
		}
		return c.s.attachDefined(o, t)
	}
	return nil
}

// virtualColumn reads <name> <type> AS ( <expression> ).
func (c *cursor) virtualColumn(t *tableDef) error {
	name, err := c.Ident()
	if err != nil {
		return err
	}
	col := &columnDef{name: name.Text}
	if col.typ, err = c.Type(); err != nil {
		return err
	}
	if err := c.ExpectKeyword("AS"); err != nil {
		return err
	}
	from := c.Offset()
	if _, err := c.Expr(); err != nil {
		return err
	}
	col.expression = c.Text(from, c.LastEnd())
	t.columns = append(t.columns, col)
	return c.columnOptions(col)
}

// location reads a stage and what stands behind it without a blank.
func (c *cursor) location() string {
	from := c.Offset()
	c.Next()
	for !c.AtEnd() && c.Peek().Pos.Offset == c.LastEnd() && !c.PeekKeyword(";") {
		c.Next()
	}
	return c.Text(from, c.LastEnd())
}

func (c *cursor) skipParens() error {
	depth := 0
	for {
		switch {
		case c.AtEnd():
			return c.Errorf("expected )")
		case c.PeekKeyword("("):
			depth++
		case c.PeekKeyword(")"):
			depth--
		}
		c.Next()
		if depth == 0 {
			return nil
		}
	}
}

// eventColumns are the columns that every event table has.
var eventColumns = [][2]string{{"TIMESTAMP", "TIMESTAMP_NTZ"}, {"START_TIMESTAMP", "TIMESTAMP_NTZ"}, {"OBSERVED_TIMESTAMP", "TIMESTAMP_NTZ"}, {"TRACE", "OBJECT"},
	{"RESOURCE", "OBJECT"}, {"RESOURCE_ATTRIBUTES", "OBJECT"}, {"SCOPE", "OBJECT"}, {"SCOPE_ATTRIBUTES", "OBJECT"}, {"RECORD_TYPE", "VARCHAR"}, {"RECORD", "OBJECT"},
	{"RECORD_ATTRIBUTES", "OBJECT"}, {"VALUE", "VARIANT"}, {"EXEMPLARS", "ARRAY"}}

func (t *tableDef) asEventTable() error {
	for _, c := range eventColumns {
		typ, err := sqlengine.NewParser(sqlengine.Snowflake, c[1]).Type()
		if err != nil {
			return err
		}
		t.columns = append(t.columns, &columnDef{name: c[0], typ: typ})
	}
	return nil
}

// alterDerived reads what follows ALTER DYNAMIC TABLE, ALTER MATERIALIZED VIEW and ALTER EXTERNAL TABLE. The columns of the last two are
// altered by ALTER VIEW and ALTER TABLE.
func (c *cursor) alterDerived(t target) (action, error) {
	switch {
	case t.kind == kindDynamic && c.AcceptKeyword("REFRESH"):
		return t.act(c, c.owned(c.s.refresh, "OPERATE")), nil
	case t.kind == kindExternal && c.AcceptKeyword("REFRESH"), t.kind != kindExternal && c.AcceptAny("SUSPEND", "RESUME") != "":
		return t.act(c, c.owned(func(*object) error { return nil }, "OPERATE")), nil
	case t.kind == kindDynamic && (c.PeekKeyword("SET", "TARGET_LAG") || c.PeekKeyword("SET", "WAREHOUSE")):
		c.Next()
		d := &definition{kind: t.kind}
		err := c.setting(d)
		return t.act(c, c.owned(func(o *object) error { o.setProp(d.props[0].name, d.props[0].value); return nil }, "OPERATE")), err
	case t.kind == kindDynamic && !c.PeekKeyword("RENAME", "COLUMN"):
		return c.alterGoverned(t)
	case t.kind == kindMaterialized && c.words("RENAME TO"):
		return c.rename(t)
	case t.kind == kindExternal && (c.PeekKeyword("SET", "TAG") || c.PeekKeyword("UNSET", "TAG")):
		return c.alterTags(t)
	case t.kind == kindMaterialized && (c.PeekKeyword("SET", "COMMENT") || c.PeekKeyword("UNSET", "COMMENT")):
		return c.alterObject(t)
	}
	return nil, c.Errorf("unexpected token in ALTER " + t.kind.keywords())
}

// showDerivedRow gives the row of SHOW MATERIALIZED VIEWS, DYNAMIC TABLES, EXTERNAL TABLES, EVENT TABLES and ICEBERG TABLES.
func showDerivedRow(o *object, k kind) sqlengine.Row {
	n, secure := int64(len(o.rel.rows)), "false"
	if o.rel.secure {
		secure = "true"
	}
	db, sch := o.database().name, o.schema().name
	switch k {
	case kindMaterialized:
		b := o.rel.base
		return sqlengine.Row{o.created, o.name, "", db, sch, o.prop("cluster_by", ""), int64(len(b.rel.rows)), int64(0), b.database().name, b.schema().name, b.name, o.created, o.created,
			o.ownerName(), "false", nil, "0s", o.comment, o.rel.text, secure, "OFF", o.ownerType(), nil}
	case kindDynamic:
		return sqlengine.Row{o.created, o.name, db, sch, o.prop("cluster_by", ""), n, n * 64, o.ownerName(), o.prop("TARGET_LAG", ""), o.prop("REFRESH_MODE", "FULL"), nil,
			o.prop("WAREHOUSE", ""), o.comment, o.rel.text, "OFF", "ACTIVE", nil, "false", "false", "false", o.altered, o.ownerType()}
	case kindExternal:
		return sqlengine.Row{o.created, o.name, db, sch, "false", nil, o.ownerName(), o.comment, nil, o.prop("LOCATION", ""), nil, nil, "AWS", nil, nil, o.created, "NONE", nil, o.ownerType()}
	case sortIceberg:
		return sqlengine.Row{o.created, o.name, db, sch, o.ownerName(), o.prop("EXTERNAL_VOLUME", ""), o.prop("CATALOG", "SNOWFLAKE"), "MANAGED", nil, nil, o.prop("BASE_LOCATION", ""), "Y",
			o.comment, o.ownerType()}
	}
	return sqlengine.Row{o.created, o.name, db, sch, o.ownerName(), o.comment, o.ownerType()}
}
