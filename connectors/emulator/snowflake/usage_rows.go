package snowflake

import (
	"fmt"
	"strconv"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

const policyUsageColumns = "POLICY_NAME,#POLICY_ID,#POLICY_SCHEMA_ID,POLICY_SCHEMA,#POLICY_CATALOG_ID,POLICY_CATALOG,POLICY_OWNER,POLICY_SIGNATURE,POLICY_RETURN_TYPE,POLICY_BODY,POLICY_COMMENT,@CREATED,@LAST_ALTERED,@DELETED,OWNER_ROLE_TYPE,OPTIONS"

// usageColumns gives the columns of the views of ACCOUNT_USAGE.
var usageColumns = map[string]string{
	"DATABASES":                  "#DATABASE_ID,DATABASE_NAME,DATABASE_OWNER,IS_TRANSIENT,COMMENT,@CREATED,@LAST_ALTERED,@DELETED,#RETENTION_TIME,TYPE,OWNER_ROLE_TYPE",
	"SCHEMATA":                   "#SCHEMA_ID,SCHEMA_NAME,#CATALOG_ID,CATALOG_NAME,SCHEMA_OWNER,RETENTION_TIME,IS_TRANSIENT,IS_MANAGED_ACCESS,@CREATED,@LAST_ALTERED,COMMENT,@DELETED,OWNER_ROLE_TYPE",
	"TABLES":                     "#TABLE_ID,TABLE_NAME,#TABLE_SCHEMA_ID,TABLE_SCHEMA,#TABLE_CATALOG_ID,TABLE_CATALOG,TABLE_OWNER,TABLE_TYPE,IS_TRANSIENT,CLUSTERING_KEY,#ROW_COUNT,#BYTES,#RETENTION_TIME,@CREATED,@LAST_ALTERED,@LAST_DDL,LAST_DDL_BY,@DELETED,AUTO_CLUSTERING_ON,COMMENT,OWNER_ROLE_TYPE,#INSTANCE_ID,IS_ICEBERG,IS_DYNAMIC,IS_HYBRID",
	"VIEWS":                      "#TABLE_ID,TABLE_NAME,#TABLE_SCHEMA_ID,TABLE_SCHEMA,#TABLE_CATALOG_ID,TABLE_CATALOG,TABLE_OWNER,VIEW_DEFINITION,IS_SECURE,@CREATED,@LAST_ALTERED,@DELETED,COMMENT",
	"COLUMNS":                    "#COLUMN_ID,COLUMN_NAME,#TABLE_ID,TABLE_NAME,#TABLE_SCHEMA_ID,TABLE_SCHEMA,#TABLE_CATALOG_ID,TABLE_CATALOG,#ORDINAL_POSITION,COLUMN_DEFAULT,IS_NULLABLE,DATA_TYPE,#CHARACTER_MAXIMUM_LENGTH,#CHARACTER_OCTET_LENGTH,#NUMERIC_PRECISION,#NUMERIC_PRECISION_RADIX,#NUMERIC_SCALE,#DATETIME_PRECISION,COLLATION_NAME,IS_IDENTITY,IDENTITY_START,IDENTITY_INCREMENT,COMMENT,@DELETED,KIND",
	"TAGS":                       "#TAG_ID,TAG_NAME,#TAG_SCHEMA_ID,TAG_SCHEMA,#TAG_DATABASE_ID,TAG_DATABASE,TAG_OWNER,TAG_COMMENT,@CREATED,@LAST_ALTERED,@DELETED,ALLOWED_VALUES,OWNER_ROLE_TYPE,PROPAGATE,ON_CONFLICT",
	"TAG_REFERENCES":             "TAG_DATABASE,TAG_SCHEMA,#TAG_ID,TAG_NAME,TAG_VALUE,OBJECT_DATABASE,OBJECT_SCHEMA,#OBJECT_ID,OBJECT_NAME,@OBJECT_DELETED,DOMAIN,#COLUMN_ID,COLUMN_NAME,APPLY_METHOD",
	"MASKING_POLICIES":           policyUsageColumns,
	"ROW_ACCESS_POLICIES":        policyUsageColumns,
	"PROJECTION_POLICIES":        policyUsageColumns,
	"AGGREGATION_POLICIES":       policyUsageColumns,
	"JOIN_POLICIES":              policyUsageColumns,
	"POLICY_REFERENCES":          "POLICY_DB,POLICY_SCHEMA,#POLICY_ID,POLICY_NAME,POLICY_KIND,REF_DATABASE_NAME,REF_SCHEMA_NAME,REF_ENTITY_NAME,REF_ENTITY_DOMAIN,REF_COLUMN_NAME,REF_ARG_COLUMN_NAMES,TAG_DATABASE,TAG_SCHEMA,TAG_NAME,POLICY_STATUS",
	"GRANTS_TO_ROLES":            "@CREATED_ON,@MODIFIED_ON,PRIVILEGE,GRANTED_ON,NAME,TABLE_CATALOG,TABLE_SCHEMA,GRANTED_TO,GRANTEE_NAME,GRANT_OPTION,GRANTED_BY,@DELETED_ON,GRANTED_BY_ROLE_TYPE,OBJECT_INSTANCE",
	"GRANTS_TO_USERS":            "@CREATED_ON,@DELETED_ON,ROLE,GRANTED_TO,GRANTEE_NAME,GRANTED_BY",
	"ROLES":                      "#ROLE_ID,@CREATED_ON,@DELETED_ON,NAME,COMMENT,OWNER,ROLE_TYPE,ROLE_DATABASE_NAME,#ROLE_INSTANCE_ID,OWNER_ROLE_TYPE,IS_FROM_ORGANIZATION_USER_GROUP",
	"USERS":                      "#USER_ID,NAME,@CREATED_ON,@DELETED_ON,LOGIN_NAME,DISPLAY_NAME,FIRST_NAME,LAST_NAME,EMAIL,MUST_CHANGE_PASSWORD,HAS_PASSWORD,COMMENT,DISABLED,SNOWFLAKE_LOCK,DEFAULT_WAREHOUSE,DEFAULT_NAMESPACE,DEFAULT_ROLE,@LAST_SUCCESS_LOGIN,HAS_RSA_PUBLIC_KEY,OWNER,DEFAULT_SECONDARY_ROLE,HAS_PAT,TYPE",
	"DATA_CLASSIFICATION_LATEST": "#TABLE_ID,TABLE_NAME,#SCHEMA_ID,SCHEMA_NAME,#DATABASE_ID,DATABASE_NAME,$RESULT,STATUS,TRIGGER_TYPE,@LAST_CLASSIFIED_ON,@LAST_CLASSIFICATION_ATTEMPT,ERROR_MESSAGE",
	"QUERY_HISTORY":              "QUERY_ID,QUERY_TEXT,DATABASE_NAME,SCHEMA_NAME,QUERY_TYPE,#SESSION_ID,USER_NAME,ROLE_NAME,WAREHOUSE_NAME,QUERY_TAG,EXECUTION_STATUS,ERROR_CODE,ERROR_MESSAGE,@START_TIME,@END_TIME,#TOTAL_ELAPSED_TIME,#ROWS_PRODUCED,ROLE_TYPE",
}

// deletedColumns gives the place of the column that tells when what a row is about went away.
var deletedColumns = map[string]int{"DATABASES": 7, "SCHEMATA": 11, "TABLES": 17, "VIEWS": 11, "COLUMNS": 23, "TAGS": 10, "TAG_REFERENCES": 9, "MASKING_POLICIES": 13,
	"ROW_ACCESS_POLICIES": 13, "PROJECTION_POLICIES": 13, "AGGREGATION_POLICIES": 13, "JOIN_POLICIES": 13, "GRANTS_TO_ROLES": 11, "GRANTS_TO_USERS": 1, "ROLES": 2, "USERS": 3}

// usageRows gives all rows about an object as they are now; none if it is not in the catalogue.
func (a *Account) usageRows(o *object) []usageRow {
	if !o.installed() {
		return nil
	}
	var out []usageRow
	a.rowsAbout(o, "", func(view string, sub []any, row sqlengine.Row) {
		out = append(out, usageRow{usageKey{view, o.id, subKey(sub...)}, row})
	})
	return out
}

// rowsAbout visits the rows about an object in one view, or in all where none is named. sub tells the rows of a view apart.
func (a *Account) rowsAbout(o *object, view string, add func(view string, sub []any, row sqlengine.Row)) {
	wants := func(v string) bool { return view == "" || view == v }
	if own := ownView(o); own != "" && wants(own) {
		add(own, nil, a.ownRow(o))
	}
	if o.rel != nil {
		a.relationUsage(o, wants, add)
	}
	if wants("TAG_REFERENCES") {
		for _, t := range o.tags {
			add("TAG_REFERENCES", t.sub(), tagUsageRow(t, o, nil))
		}
	}
	if o.kind == kindTag && wants("POLICY_REFERENCES") {
		for _, m := range o.tag.masks {
			add("POLICY_REFERENCES", []any{m.policy.id}, policyUsageRow(referenceRow(place{m, o, nil}, nil, statusActive), m.policy))
		}
	}
	if wants("GRANTS_TO_ROLES") || wants("GRANTS_TO_USERS") {
		for _, g := range grantsOn(o) {
			if v, row := grantUsageRow(g); wants(v) {
				add(v, grantSub(g), row)
			}
		}
	}
}

// installed tells whether an object can be reached from the account.
func (o *object) installed() bool {
	for x := o; x.parent != nil; x = x.parent {
		if x.parent.children[childKey{x.space(), x.name}] != x {
			return false
		}
	}
	return true
}

// ownView is the view that has a row for each object of the kind, "" where there is none; relations are apart.
func ownView(o *object) string {
	if o.kind == kindUser && o.user == nil {
		return ""
	}
	return map[kind]string{kindDatabase: "DATABASES", kindSchema: "SCHEMATA", kindTag: "TAGS", kindMasking: "MASKING_POLICIES", kindRowAccess: "ROW_ACCESS_POLICIES",
		kindProjection: "PROJECTION_POLICIES", kindAggregation: "AGGREGATION_POLICIES", kindJoin: "JOIN_POLICIES",
		kindRole: "ROLES", kindDatabaseRole: "ROLES", kindUser: "USERS"}[o.kind]
}

func (a *Account) ownRow(o *object) sqlengine.Row {
	switch o.kind {
	case kindDatabase:
		return sqlengine.Row{o.id, o.name, orNull(o.ownerName()), yesWord(o.prop("transient", "") != ""), orNull(o.comment), o.created, o.altered, nil, int64(1), o.prop("kind", "STANDARD"), orNull(o.ownerType())}
	case kindSchema:
		return sqlengine.Row{o.id, o.name, o.parent.id, o.parent.name, orNull(o.ownerName()), "1", yesWord(o.prop("transient", "") != ""), yesWord(o.managed()), o.created, o.altered, orNull(o.comment), nil, orNull(o.ownerType())}
	case kindTag:
		allowed := sqlengine.Value(nil)
		if o.tag.listed {
			allowed = o.tag.allowedText()
		}
		return sqlengine.Row{o.id, o.name, o.parent.id, o.schema().name, o.database().id, o.database().name, orNull(o.ownerName()), orNull(o.comment), o.created, o.altered, nil, allowed, orNull(o.ownerType()), orNull(o.tag.propagate), orNull(o.tag.onConflict)}
	case kindMasking, kindRowAccess, kindProjection, kindAggregation, kindJoin:
		return policyObjectRow(o)
	case kindRole:
		return sqlengine.Row{o.id, o.created, nil, o.name, orNull(o.comment), orNull(o.ownerName()), "ROLE", nil, nil, orNull(o.ownerType()), "false"}
	case kindDatabaseRole:
		return sqlengine.Row{o.id, o.created, nil, o.name, orNull(o.comment), orNull(o.ownerName()), "DATABASE_ROLE", o.parent.name, nil, orNull(o.ownerType()), "false"}
	case kindUser:
		return userUsageRow(o)
	}
	return nil
}

func policyObjectRow(o *object) sqlengine.Row {
	return sqlengine.Row{o.name, o.id, o.parent.id, o.schema().name, o.database().id, o.database().name, orNull(o.ownerName()), signature(o.policy), returnType(o), o.policy.body,
		orNull(o.comment), o.created, o.altered, nil, orNull(o.ownerType()), orNull(policyOptions(o))}
}

func userUsageRow(o *object) sqlengine.Row {
	u := o.user
	return sqlengine.Row{o.id, o.name, o.created, nil, u.loginName, o.prop("DISPLAY_NAME", o.name), orNull(o.prop("FIRST_NAME", "")), orNull(o.prop("LAST_NAME", "")),
		orNull(o.prop("EMAIL", "")), o.prop("MUST_CHANGE_PASSWORD", "false"), strconv.FormatBool(u.password != ""), orNull(o.comment), o.prop("DISABLED", "false"), "false",
		orNull(o.prop("DEFAULT_WAREHOUSE", "")), orNull(o.prop("DEFAULT_NAMESPACE", "")), orNull(o.prop("DEFAULT_ROLE", "")), timeOrNull(u.lastLogin),
		strconv.FormatBool(u.keys[0] != nil || u.keys[1] != nil), orNull(o.ownerName()), o.prop("DEFAULT_SECONDARY_ROLES", ""), strconv.FormatBool(len(u.tokens) > 0), orNull(o.prop("TYPE", ""))}
}

// relationUsage visits the rows of a table or view, its columns, their tags and policies.
func (a *Account) relationUsage(o *object, wants func(string) bool, add func(view string, sub []any, row sqlengine.Row)) {
	sch, db := o.schema(), o.database()
	head := sqlengine.Row{o.id, o.name, sch.id, sch.name, db.id, db.name}
	if o.kind.isQuery() && wants("VIEWS") {
		add("VIEWS", nil, append(append(sqlengine.Row{}, head...), orNull(o.ownerName()), o.rel.text, yesWord(o.rel.secure), o.created, o.altered, nil, orNull(o.comment)))
	}
	if wants("TABLES") {
		add("TABLES", nil, tableUsageRow(o, head))
	}
	if o.rel.classified != nil && wants("DATA_CLASSIFICATION_LATEST") {
		add("DATA_CLASSIFICATION_LATEST", nil, classificationUsage(o))
	}
	if wants("COLUMNS") || wants("TAG_REFERENCES") {
		for i, c := range o.rel.columns {
			if wants("COLUMNS") {
				row := append(make(sqlengine.Row, 0, 26), c.id, c.name)
				row = append(append(row, head...), columnFacts(c, i)[1:]...)
				add("COLUMNS", []any{c.id}, append(row, nil, c.kind()))
			}
			if wants("TAG_REFERENCES") {
				for _, t := range c.tags {
					add("TAG_REFERENCES", append(t.sub(), "/", c.id), tagUsageRow(t, o, c))
				}
			}
		}
	}
	if wants("POLICY_REFERENCES") {
		o.eachAttachment(func(at place) {
			sub := []any{at.policy.id}
			if at.col != nil {
				sub = append(sub, "/", at.col.id)
			}
			add("POLICY_REFERENCES", sub, policyUsageRow(referenceRow(at, nil, statusActive), at.policy))
		})
	}
}

func tableUsageRow(o *object, head sqlengine.Row) sqlengine.Row {
	row := append(append(sqlengine.Row{}, head...), orNull(o.ownerName()), tableType(o), yesWord(o.rel.transient), orNull(o.prop("cluster_by", "")), nil, nil, nil,
		o.created, o.altered, o.altered, nil, nil, "NO", orNull(o.comment), orNull(o.ownerType()), nil,
		yesWord(o.rel.sort == sortIceberg), yesWord(o.kind == kindDynamic), yesWord(o.rel.sort == sortHybrid))
	if !o.kind.isQuery() {
		n := len(o.rel.rows)
		row[10], row[11], row[12] = int64(n), int64(n*64*len(o.rel.columns)), int64(1)
	}
	return row
}

// policyUsageRow adds the policy's id to a row of POLICY_REFERENCES.
func policyUsageRow(row sqlengine.Row, p *object) sqlengine.Row {
	return append(append(append(sqlengine.Row{}, row[:2]...), p.id), row[2:]...)
}

// sub tells the rows of one object's tags apart, also those of a tag with several values.
func (t *tagging) sub() []any {
	if t.tag.tag != nil && t.tag.tag.multi {
		return []any{t.tag.id, "=", t.value}
	}
	return []any{t.tag.id}
}

func tagUsageRow(t *tagging, o *object, c *column) sqlengine.Row {
	row := sqlengine.Row{t.tag.database().name, t.tag.schema().name, t.tag.id, t.tag.name, t.value, nil, nil, o.id, nil, nil, o.kind.keywords(), nil, nil, t.method}
	names := make(sqlengine.Row, 3)
	placeNames(names, o)
	row[5], row[6], row[8] = names[0], names[1], names[2]
	if o.kind.isRelation() {
		row[10] = "TABLE"
	}
	if isSystem(t.tag) {
		row[2] = nil
	}
	if c != nil {
		row[10], row[11], row[12] = "COLUMN", c.id, c.name
	}
	return row
}

// grantUsage gives the row of a grant.
func grantUsage(g grantRow) usageRow {
	view, row := grantUsageRow(g)
	return usageRow{usageKey{view, g.on.id, subKey(grantSub(g)...)}, row}
}

func grantSub(g grantRow) []any { return []any{g.privilege, "/", g.to.id, "/", nameOf(g.by)} }

// grantUsageRow gives the view that has a grant, and its row. GRANTS_TO_USERS has account roles only.
func grantUsageRow(g grantRow) (string, sqlengine.Row) {
	if g.to.kind == kindUser && g.privilege == privUsage && g.on.kind == kindRole {
		return "GRANTS_TO_USERS", sqlengine.Row{g.created, nil, g.on.name, "USER", g.to.name, orNull(nameOf(g.by))}
	}
	names := make(sqlengine.Row, 3)
	placeNames(names, g.on)
	by := sqlengine.Value(nil)
	if g.by != nil {
		by = string(g.by.kind)
	}
	return "GRANTS_TO_ROLES", sqlengine.Row{g.created, g.created, g.privilege, g.on.grantedOn(), names[2], names[0], names[1], string(g.to.kind), g.to.name,
		fmt.Sprint(g.option), orNull(nameOf(g.by)), nil, by, nil}
}
