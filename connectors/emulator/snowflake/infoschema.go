package snowflake

import (
	"strconv"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

// informationView is a view of an information schema.
type informationView struct {
	columns []sqlengine.Column
	rows    func(c *catalog, db *object) []sqlengine.Row
}

func informationViews() map[string]informationView {
	return map[string]informationView{
		"DATABASES":         {columnsOf("DATABASE_NAME,DATABASE_OWNER,IS_TRANSIENT,COMMENT,@CREATED,@LAST_ALTERED,#RETENTION_TIME,TYPE,OWNER_ROLE_TYPE"), databasesView},
		"SCHEMATA":          {columnsOf("CATALOG_NAME,SCHEMA_NAME,SCHEMA_OWNER,IS_TRANSIENT,IS_MANAGED_ACCESS,#RETENTION_TIME,DEFAULT_CHARACTER_SET_NAME,SQL_PATH,@CREATED,@LAST_ALTERED,COMMENT,OWNER_ROLE_TYPE"), schemataView},
		"TABLES":            {columnsOf("TABLE_CATALOG,TABLE_SCHEMA,TABLE_NAME,TABLE_OWNER,TABLE_TYPE,IS_TRANSIENT,CLUSTERING_KEY,#ROW_COUNT,#BYTES,#RETENTION_TIME,@CREATED,@LAST_ALTERED,@LAST_DDL,LAST_DDL_BY,AUTO_CLUSTERING_ON,COMMENT,IS_TEMPORARY,IS_ICEBERG,IS_DYNAMIC,IS_IMMUTABLE,IS_HYBRID,OWNER_ROLE_TYPE"), tablesView},
		"VIEWS":             {columnsOf("TABLE_CATALOG,TABLE_SCHEMA,TABLE_NAME,TABLE_OWNER,VIEW_DEFINITION,CHECK_OPTION,IS_UPDATABLE,INSERTABLE_INTO,IS_SECURE,@CREATED,@LAST_ALTERED,@LAST_DDL,LAST_DDL_BY,COMMENT,OWNER_ROLE_TYPE"), viewsView},
		"COLUMNS":           {columnsOf("TABLE_CATALOG,TABLE_SCHEMA,TABLE_NAME,COLUMN_NAME,#ORDINAL_POSITION,COLUMN_DEFAULT,IS_NULLABLE,DATA_TYPE,#CHARACTER_MAXIMUM_LENGTH,#CHARACTER_OCTET_LENGTH,#NUMERIC_PRECISION,#NUMERIC_PRECISION_RADIX,#NUMERIC_SCALE,#DATETIME_PRECISION,COLLATION_NAME,IS_IDENTITY,COMMENT,DATA_TYPE_ALIAS,KIND"), columnsView},
		"OBJECT_PRIVILEGES": {columnsOf("GRANTOR,GRANTEE,GRANTED_TO,OBJECT_CATALOG,OBJECT_SCHEMA,OBJECT_NAME,OBJECT_TYPE,PRIVILEGE_TYPE,IS_GRANTABLE,@CREATED"), privilegesView},
	}
}

// systemTable gives a view of an information schema; nil where the name is of something else.
func (c *catalog) systemTable(name sqlengine.Name) (*sqlengine.Table, error) {
	if len(name) >= 2 && name[0].Text == systemDatabase && name[len(name)-2].Text == "ACCOUNT_USAGE" {
		return nil, errUnsupported("view %s", full(name))
	}
	if len(name) < 2 || name[len(name)-2].Text != informationSchema {
		return nil, nil
	}
	db, err := c.informationDatabase(name)
	if err != nil {
		return nil, err
	}
	if err := c.s.requireWarehouse(); err != nil {
		return nil, err
	}
	v, ok := informationViews()[name.Last()]
	if !ok {
		return nil, errUnsupported("view %s", full(name))
	}
	return &sqlengine.Table{Columns: v.columns, Rows: sqlengine.RowsOf(v.rows(c, db))}, nil
}

// informs tells whether information schemas show an object: by the role's own privileges on it, whatever MANAGE GRANTS lets list.
func (r *rights) informs(o *object) bool {
	return r.some(o) && (o.parent.kind == kindAccount || r.enters(o.parent))
}

// informed gives the objects of some kinds in a database that information schemas show.
func (c *catalog) informed(db *object, kinds ...kind) []*object {
	var out []*object
	c.s.a.walk(db, func(o *object) {
		if contains(kinds, o.kind) && c.scope.may.informs(o) {
			out = append(out, o)
		}
	})
	return out
}

func longYes(b bool) string {
	if b {
		return "YES"
	}
	return "NO"
}

// retention gives DATA_RETENTION_TIME_IN_DAYS.
func retention(o *object) sqlengine.Value {
	n, err := strconv.ParseInt(o.prop("DATA_RETENTION_TIME_IN_DAYS", "1"), 10, 64)
	if err != nil {
		return nil
	}
	return n
}

func databasesView(c *catalog, _ *object) []sqlengine.Row {
	var rows []sqlengine.Row
	for _, o := range c.s.a.root.list("database") {
		if c.scope.may.informs(o) {
			rows = append(rows, sqlengine.Row{o.name, orNull(o.ownerName()), longYes(o.prop("transient", "") == "true"), orNull(o.comment),
				o.created, o.altered, retention(o), o.prop("kind", "STANDARD"), orNull(o.ownerType())})
		}
	}
	return rows
}

func schemataView(c *catalog, db *object) []sqlengine.Row {
	var rows []sqlengine.Row
	for _, o := range c.informed(db, kindSchema) {
		rows = append(rows, sqlengine.Row{db.name, o.name, orNull(o.ownerName()), longYes(o.prop("transient", "") == "true"), longYes(o.managed()),
			retention(o), nil, nil, o.created, o.altered, orNull(o.comment), orNull(o.ownerType())})
	}
	return rows
}

func tablesView(c *catalog, db *object) []sqlengine.Row {
	var rows []sqlengine.Row
	for _, o := range c.informed(db, kindTable, kindView) {
		typ, count, bytes := "VIEW", sqlengine.Value(nil), sqlengine.Value(nil)
		if o.kind == kindTable {
			typ, count, bytes = "BASE TABLE", int64(len(o.rel.rows)), int64(len(o.rel.rows)*len(o.rel.columns)*16)
		}
		if o.rel.temporary {
			typ = "LOCAL TEMPORARY"
		}
		rows = append(rows, sqlengine.Row{db.name, o.parent.name, o.name, orNull(o.ownerName()), typ, longYes(o.rel.transient), nil, count, bytes,
			int64(1), o.created, o.altered, o.altered, nil, "NO", orNull(o.comment), longYes(o.rel.temporary), "NO", "NO", "NO", "NO",
			orNull(o.ownerType())})
	}
	return rows
}

// viewsView shows the text of a view to its owner only.
func viewsView(c *catalog, db *object) []sqlengine.Row {
	var rows []sqlengine.Row
	for _, o := range c.informed(db, kindView) {
		text := sqlengine.Value(nil)
		if c.scope.may.owns(o) || !o.rel.secure {
			text = o.rel.text
		}
		rows = append(rows, sqlengine.Row{db.name, o.parent.name, o.name, orNull(o.ownerName()), text, "NONE", "NO", "NO", longYes(o.rel.secure),
			o.created, o.altered, o.altered, nil, orNull(o.comment), orNull(o.ownerType())})
	}
	return rows
}

func columnsView(c *catalog, db *object) []sqlengine.Row {
	var rows []sqlengine.Row
	for _, o := range c.informed(db, kindTable, kindView) {
		for i, col := range o.rel.columns {
			rows = append(rows, columnRow(db, o, col, i+1))
		}
	}
	return rows
}

func columnRow(db, o *object, col *column, position int) sqlengine.Row {
	var length, octets, precision, radix, scale, fraction sqlengine.Value
	switch col.typ.Kind {
	case sqlengine.KindText:
		n := textLength(col.typ)
		length, octets = int64(n), int64(min(4*n, sqlengine.MaxText))
	case sqlengine.KindBinary:
		length = int64(binaryLength(col.typ))
		octets = length
	case sqlengine.KindNumber:
		precision, radix, scale = int64(col.typ.Precision), int64(10), int64(col.typ.Scale)
	case sqlengine.KindTime, sqlengine.KindTimestampNTZ, sqlengine.KindTimestampLTZ, sqlengine.KindTimestampTZ:
		fraction = int64(col.typ.Scale)
	}
	return sqlengine.Row{db.name, o.parent.name, o.name, col.name, int64(position), orNull(col.def), longYes(!col.notNull), catalogType(col.typ),
		length, octets, precision, radix, scale, fraction, nil, longYes(col.identity != 0), orNull(col.comment), nil, "COLUMN"}
}

// privilegesView lists the grants on what the session may see, ownership included.
func privilegesView(c *catalog, db *object) []sqlengine.Row {
	var rows []sqlengine.Row
	c.s.a.walk(db, func(o *object) {
		if !c.scope.may.informs(o) && !c.scope.may.lists(o) {
			return
		}
		list := append([]*grant{}, o.grants...)
		if g := ownership(o); g != nil {
			list = append(list, g)
		}
		sortGrants(list)
		schema := sqlengine.Value(nil)
		if sch := o.schema(); sch != nil {
			schema = sch.name
		}
		for _, g := range list {
			rows = append(rows, sqlengine.Row{orNull(g.byName()), granteeName(g.to), g.to.kind.keywords(), db.name, schema, o.name, o.kind.keywords(),
				g.privilege, longYes(g.option), g.created})
		}
	})
	return rows
}
