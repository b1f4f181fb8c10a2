package snowflake

import (
	"strings"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

const informationSchema = "INFORMATION_SCHEMA"

// systemView is a view of an information schema: its columns in the short form of SHOW, and its rows for a database.
type systemView struct {
	columns string
	rows    func(c *catalog, db *object) []sqlengine.Row
}

func informationViews() map[string]systemView {
	return map[string]systemView{
		"DATABASES":                       {"DATABASE_NAME,DATABASE_OWNER,IS_TRANSIENT,COMMENT,@CREATED,@LAST_ALTERED,#RETENTION_TIME,TYPE,OWNER_ROLE_TYPE", databaseRows},
		"SCHEMATA":                        {"CATALOG_NAME,SCHEMA_NAME,SCHEMA_OWNER,IS_TRANSIENT,IS_MANAGED_ACCESS,#RETENTION_TIME,DEFAULT_CHARACTER_SET_CATALOG,DEFAULT_CHARACTER_SET_SCHEMA,DEFAULT_CHARACTER_SET_NAME,SQL_PATH,@CREATED,@LAST_ALTERED,COMMENT,OWNER_ROLE_TYPE", schemaRows},
		"TABLES":                          {"TABLE_CATALOG,TABLE_SCHEMA,TABLE_NAME,TABLE_OWNER,TABLE_TYPE,IS_TRANSIENT,CLUSTERING_KEY,#ROW_COUNT,#BYTES,#RETENTION_TIME,SELF_REFERENCING_COLUMN_NAME,REFERENCE_GENERATION,USER_DEFINED_TYPE_CATALOG,USER_DEFINED_TYPE_SCHEMA,USER_DEFINED_TYPE_NAME,IS_INSERTABLE_INTO,IS_TYPED,COMMIT_ACTION,@CREATED,@LAST_ALTERED,@LAST_DDL,LAST_DDL_BY,AUTO_CLUSTERING_ON,COMMENT,IS_TEMPORARY,IS_ICEBERG,IS_DYNAMIC,IS_IMMUTABLE,IS_HYBRID", tableRows},
		"VIEWS":                           {"TABLE_CATALOG,TABLE_SCHEMA,TABLE_NAME,TABLE_OWNER,VIEW_DEFINITION,CHECK_OPTION,IS_UPDATABLE,INSERTABLE_INTO,IS_SECURE,@CREATED,@LAST_ALTERED,@LAST_DDL,LAST_DDL_BY,COMMENT", viewRows},
		"COLUMNS":                         {"TABLE_CATALOG,TABLE_SCHEMA,TABLE_NAME,COLUMN_NAME,#ORDINAL_POSITION,COLUMN_DEFAULT,IS_NULLABLE,DATA_TYPE,#CHARACTER_MAXIMUM_LENGTH,#CHARACTER_OCTET_LENGTH,#NUMERIC_PRECISION,#NUMERIC_PRECISION_RADIX,#NUMERIC_SCALE,#DATETIME_PRECISION,COLLATION_NAME,IS_IDENTITY,IDENTITY_START,IDENTITY_INCREMENT,COMMENT", columnRows},
		"OBJECT_PRIVILEGES":               {"GRANTOR,GRANTEE,GRANTED_TO,OBJECT_CATALOG,OBJECT_SCHEMA,OBJECT_NAME,OBJECT_TYPE,PRIVILEGE_TYPE,IS_GRANTABLE,@CREATED", objectPrivilegeRows},
		"TABLE_PRIVILEGES":                {"GRANTOR,GRANTEE,GRANTED_TO,TABLE_CATALOG,TABLE_SCHEMA,TABLE_NAME,PRIVILEGE_TYPE,IS_GRANTABLE,WITH_HIERARCHY,@CREATED", tablePrivilegeRows},
		"USAGE_PRIVILEGES":                {"GRANTOR,GRANTEE,GRANTED_TO,OBJECT_CATALOG,OBJECT_SCHEMA,OBJECT_NAME,OBJECT_TYPE,PRIVILEGE_TYPE,IS_GRANTABLE,@CREATED", usagePrivilegeRows},
		"APPLICABLE_ROLES":                {"GRANTEE,ROLE_NAME,ROLE_OWNER,IS_GRANTABLE", applicableRoleRows},
		"ENABLED_ROLES":                   {"ROLE_NAME,ROLE_OWNER", enabledRoleRows},
		"FUNCTIONS":                       {"FUNCTION_CATALOG,FUNCTION_SCHEMA,FUNCTION_NAME,FUNCTION_OWNER,ARGUMENT_SIGNATURE,DATA_TYPE,FUNCTION_DEFINITION,FUNCTION_LANGUAGE,@CREATED,COMMENT", functionRows},
		"STAGES":                          {"STAGE_CATALOG,STAGE_SCHEMA,STAGE_NAME,STAGE_URL,STAGE_TYPE,STAGE_OWNER,COMMENT,@CREATED,@LAST_ALTERED", stageRows},
		"SEQUENCES":                       {"SEQUENCE_CATALOG,SEQUENCE_SCHEMA,SEQUENCE_NAME,SEQUENCE_OWNER,#NEXT_VALUE,#INCREMENT,COMMENT,@CREATED,@LAST_ALTERED", sequenceRows},
		"INFORMATION_SCHEMA_CATALOG_NAME": {"CATALOG_NAME", func(_ *catalog, db *object) []sqlengine.Row { return []sqlengine.Row{{db.name}} }},
	}
}

// systemTable resolves views of information schemas and of SNOWFLAKE.ACCOUNT_USAGE. nil, nil: the name is none of these.
func (c *catalog) systemTable(name sqlengine.Name) (*sqlengine.Table, error) {
	if len(name) < 2 && (c.scope.schema == nil || c.scope.schema.plain() != systemDatabase+".ACCOUNT_USAGE") {
		return nil, nil
	}
	if len(name) >= 2 && name[len(name)-2].Text == informationSchema {
		return c.informationView(name)
	}
	db, sch, err := c.qualify(name)
	if err != nil || db != systemDatabase || sch != "ACCOUNT_USAGE" {
		return nil, nil //nolint:nilerr // the ordinary resolution reports it
	}
	return c.usageView(name.Last())
}

// qualify gives the database and schema that a name lies in.
func (c *catalog) qualify(name sqlengine.Name) (db, sch string, err error) {
	in, _, err := c.scope.place(kindTable, name)
	if err != nil {
		return "", "", err
	}
	return in.parent.name, in.name, nil
}

func (c *catalog) informationView(name sqlengine.Name) (*sqlengine.Table, error) {
	db, err := c.scope.databaseOf(kindTable, name, len(name)-3)
	if err != nil {
		return nil, err
	}
	v, ok := informationViews()[name.Last()]
	if !ok {
		if documentedViews[name.Last()] {
			return nil, errUnsupported("view INFORMATION_SCHEMA.%s", name.Last())
		}
		return nil, errMissing(kindTable, full(name))
	}
	if !c.scope.may.resolves(db) {
		return nil, errMissing(kindDatabase, db.name)
	}
	if err := c.s.requireWarehouse(); err != nil {
		return nil, err
	}
	c.limited = true
	return &sqlengine.Table{Columns: upperColumns(v.columns), Rows: sqlengine.RowsOf(v.rows(c, db))}, nil
}

// documentedViews exist at Snowflake and not here.
var documentedViews = map[string]bool{"PROCEDURES": true, "PIPES": true, "REFERENTIAL_CONSTRAINTS": true, "TABLE_CONSTRAINTS": true, "FILE_FORMATS": true,
	"EXTERNAL_TABLES": true, "TABLE_STORAGE_METRICS": true, "LOAD_HISTORY": true, "PACKAGES": true, "REPLICATION_DATABASES": true, "SHARES": true}

func upperColumns(spec string) []sqlengine.Column {
	cols := columnsOf(spec)
	for i := range cols {
		if cols[i].Type.Kind == sqlengine.KindTimestampLTZ {
			cols[i].Type = sqlengine.TypeTimestampLTZ
		}
	}
	return cols
}

// visible tells whether information schemas show an object.
func (c *catalog) visible(o *object) bool {
	may := c.scope.may
	if c.s.a.opt.InformationSchemaManageGrants && may.overview() {
		return true
	}
	return (may.someOwn(o) || o.imported() && may.reads("", o)) && (o.parent.kind == kindAccount || may.enters(o.parent))
}

// visibleRelations lists the tables and views of a database that can be seen, by schema and name.
func (c *catalog) visibleRelations(db *object) []*object {
	var out []*object
	for _, sch := range db.list("schema") {
		for _, o := range sch.list("relation") {
			if c.visible(o) {
				out = append(out, o)
			}
		}
	}
	return out
}

func yesWord(b bool) string {
	if b {
		return "YES"
	}
	return "NO"
}

func databaseRows(c *catalog, _ *object) (out []sqlengine.Row) {
	for _, db := range c.s.a.root.list("database") {
		if c.visible(db) {
			out = append(out, sqlengine.Row{db.name, orNull(db.ownerName()), yesWord(db.prop("transient", "") != ""), orNull(db.comment), db.created, db.altered,
				number(db.prop("DATA_RETENTION_TIME_IN_DAYS", "1")), db.prop("kind", "STANDARD"), orNull(db.ownerType())})
		}
	}
	return out
}

func schemaRows(c *catalog, db *object) (out []sqlengine.Row) {
	for _, s := range db.list("schema") {
		if c.visible(s) {
			out = append(out, sqlengine.Row{db.name, s.name, orNull(s.ownerName()), yesWord(s.prop("transient", "") != ""), yesWord(s.managed()),
				number(s.prop("DATA_RETENTION_TIME_IN_DAYS", "1")), nil, nil, nil, nil, s.created, s.altered, orNull(s.comment), orNull(s.ownerType())})
		}
	}
	return append(out, sqlengine.Row{db.name, informationSchema, nil, "NO", "NO", int64(1), nil, nil, nil, nil, db.created, db.created,
		"Views describing the contents of schemas in this database", nil})
}

// tableType writes TABLE_TYPE.
func tableType(o *object) string {
	switch {
	case o.kind == kindView:
		return "VIEW"
	case o.kind == kindMaterialized, o.kind == kindExternal:
		return o.kind.keywords()
	case o.rel.sort == sortEvent:
		return "EVENT TABLE"
	case o.rel.temporary:
		return "LOCAL TEMPORARY"
	}
	return "BASE TABLE"
}

func tableRows(c *catalog, db *object) (out []sqlengine.Row) {
	for _, o := range c.visibleRelations(db) {
		row := sqlengine.Row{db.name, o.schema().name, o.name, orNull(o.ownerName()), tableType(o), nil, nil, nil, nil, nil, nil, nil, nil, nil, nil,
			yesWord(o.kind == kindTable), "YES", nil, o.created, o.altered, o.altered, nil, "NO", orNull(o.comment), yesWord(o.rel.temporary),
			yesWord(o.rel.sort == sortIceberg), yesWord(o.kind == kindDynamic), "NO", yesWord(o.rel.sort == sortHybrid)}
		if !o.kind.isQuery() {
			n := len(o.rel.rows)
			row[5], row[6], row[7], row[8], row[9] = yesWord(o.rel.transient), orNull(o.prop("cluster_by", "")), int64(n), int64(n*64*len(o.rel.columns)), int64(1)
		}
		out = append(out, row)
	}
	return out
}

func viewRows(c *catalog, db *object) (out []sqlengine.Row) {
	for _, o := range c.visibleRelations(db) {
		if o.kind.isQuery() {
			out = append(out, sqlengine.Row{db.name, o.schema().name, o.name, orNull(o.ownerName()), o.rel.text, "NONE", "NO", "NO", yesWord(o.rel.secure),
				o.created, o.altered, o.altered, nil, orNull(o.comment)})
		}
	}
	return out
}

func columnRows(c *catalog, db *object) (out []sqlengine.Row) {
	for _, o := range c.visibleRelations(db) {
		for i, col := range o.rel.columns {
			out = append(out, append(sqlengine.Row{db.name, o.schema().name, o.name}, columnFacts(col, i)...))
		}
	}
	return out
}

// columnFacts gives COLUMN_NAME to COMMENT of COLUMNS.
func columnFacts(col *column, at int) sqlengine.Row {
	row := sqlengine.Row{col.name, int64(at + 1), orNull(col.def), yesWord(!col.notNull), catalogType(col.typ), nil, nil, nil, nil, nil, nil, nil,
		yesWord(col.identity > 0), nil, nil, orNull(col.comment)}
	t := col.typ
	switch t.Kind {
	case sqlengine.KindText:
		row[5], row[6] = int64(textLength(t)), int64(min(4*textLength(t), sqlengine.MaxText))
	case sqlengine.KindBinary:
		row[6] = int64(binaryLength(t))
	case sqlengine.KindNumber:
		row[7], row[8], row[9] = int64(t.Precision), int64(10), int64(t.Scale)
	case sqlengine.KindTime, sqlengine.KindTimestampNTZ, sqlengine.KindTimestampLTZ, sqlengine.KindTimestampTZ:
		row[10] = int64(t.Scale)
	}
	if col.identity > 0 {
		row[13], row[14] = "1", "1"
	}
	return row
}

// visibleGrants gives the grants on what can be seen of a database.
func (c *catalog) visibleGrants(db *object) (out []grantRow) {
	c.s.a.walk(db, func(o *object) {
		if c.visible(o) {
			out = append(out, grantsOn(o)...)
		}
	})
	return out
}

func privilegeRow(g grantRow) sqlengine.Row {
	o := g.on
	row := sqlengine.Row{orNull(nameOf(g.by)), g.to.name, string(g.to.kind), o.database().name, nil, o.name, o.kind.keywords(), g.privilege, yesWord(g.option), g.created}
	if sch := o.schema(); sch != nil {
		row[4] = sch.name
	}
	return row
}

func objectPrivilegeRows(c *catalog, db *object) (out []sqlengine.Row) {
	for _, g := range c.visibleGrants(db) {
		out = append(out, privilegeRow(g))
	}
	return out
}

func usagePrivilegeRows(c *catalog, db *object) (out []sqlengine.Row) {
	for _, g := range c.visibleGrants(db) {
		if g.privilege == privUsage || g.privilege == privOwnership && !g.on.kind.isRelation() {
			out = append(out, privilegeRow(g))
		}
	}
	return out
}

func tablePrivilegeRows(c *catalog, db *object) (out []sqlengine.Row) {
	for _, g := range c.visibleGrants(db) {
		if g.on.kind.isRelation() {
			r := privilegeRow(g)
			out = append(out, sqlengine.Row{r[0], r[1], r[2], r[3], r[4], r[5], r[7], r[8], "NO", r[9]})
		}
	}
	return out
}

// applicableRoleRows lists the roles that can be used, each with who it was granted to.
func applicableRoleRows(c *catalog, _ *object) (out []sqlengine.Row) {
	for _, r := range c.s.a.root.list("role") {
		if !c.s.a.closure(c.s.user)[r] {
			continue
		}
		for _, g := range r.grants {
			out = append(out, sqlengine.Row{g.to.name, r.name, orNull(r.ownerName()), yesWord(g.option)})
		}
	}
	return out
}

func enabledRoleRows(c *catalog, _ *object) (out []sqlengine.Row) {
	for _, r := range c.s.a.root.list("role") {
		if c.activeRoles()[r] {
			out = append(out, sqlengine.Row{r.name, orNull(r.ownerName())})
		}
	}
	return out
}

// visibleOfKind lists the objects of a kind in a database that can be seen.
func (c *catalog) visibleOfKind(db *object, k kind) (out []*object) {
	for _, o := range objectsIn(db, k) {
		if c.visible(o) {
			out = append(out, o)
		}
	}
	return out
}

func functionRows(c *catalog, db *object) (out []sqlengine.Row) {
	for _, o := range c.visibleOfKind(db, kindFunction) {
		base, _, _ := strings.Cut(o.name, "(")
		out = append(out, sqlengine.Row{db.name, o.schema().name, base, orNull(o.ownerName()), signature(o.policy), bareType(o.policy.returns), o.policy.body, "SQL", o.created, orNull(o.comment)})
	}
	return out
}

func stageRows(c *catalog, db *object) (out []sqlengine.Row) {
	for _, o := range c.visibleOfKind(db, kindStage) {
		out = append(out, sqlengine.Row{db.name, o.schema().name, o.name, orNull(o.prop("URL", "")), stageType(o), orNull(o.ownerName()), orNull(o.comment), o.created, o.altered})
	}
	return out
}

func sequenceRows(c *catalog, db *object) (out []sqlengine.Row) {
	for _, o := range c.visibleOfKind(db, kindSequence) {
		out = append(out, sqlengine.Row{db.name, o.schema().name, o.name, orNull(o.ownerName()), number(o.prop("START", "1")), number(o.prop("INCREMENT", "1")), orNull(o.comment), o.created, o.altered})
	}
	return out
}
