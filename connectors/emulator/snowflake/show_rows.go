package snowflake

import (
	"strconv"
	"strings"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

// showRow gives the row of an object in the columns of its kind; "" is SHOW OBJECTS.
func (s *session) showRow(o *object, k kind) sqlengine.Row {
	switch {
	case k == "":
		return s.showObjectRow(o)
	case k.isPolicy():
		return showPolicyRow(o)
	}
	switch k {
	case kindDatabase:
		return s.showDatabaseRow(o)
	case kindSchema:
		return s.showSchemaRow(o)
	case kindTable:
		return showTableRow(o)
	case kindView:
		return sqlengine.Row{o.created, o.name, "", o.database().name, o.schema().name, o.ownerName(), o.comment, o.rel.text, strconv.FormatBool(o.rel.secure), strconv.FormatBool(o.kind == kindMaterialized), o.ownerType(), "OFF"}
	case kindMaterialized, kindDynamic, kindExternal, sortEvent, sortIceberg:
		return showDerivedRow(o, k)
	case kindTag:
		return showTagRow(o)
	case kindRole:
		return s.showRoleRow(o)
	case kindDatabaseRole:
		return s.showDatabaseRoleRow(o)
	case kindUser:
		return s.showUserRow(o)
	case kindWarehouse:
		return s.showWarehouseRow(o)
	case kindStage:
		return sqlengine.Row{o.created, o.name, o.database().name, o.schema().name, o.prop("URL", ""), "N", "N", o.ownerName(), o.comment, nil, stageType(o), nil, nil, orNull(o.prop("STORAGE_INTEGRATION", "")), nil, o.ownerType(), "N"}
	case kindSequence:
		return sqlengine.Row{o.name, o.database().name, o.schema().name, number(o.prop("START", "1")), number(o.prop("INCREMENT", "1")), o.created, o.ownerName(), o.comment, o.ownerType(), "N"}
	case kindFunction:
		return showFunctionRow(o)
	case kindFileFormat:
	default:
		return showOtherRow(o)
	}
	return sqlengine.Row{o.created, o.name, o.database().name, o.schema().name, o.prop("TYPE", "CSV"), o.ownerName(), o.comment, "{}", o.ownerType()}
}

func number(s string) sqlengine.Value {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return nil
	}
	return n
}

func stageType(o *object) string {
	if o.prop("URL", "") == "" {
		return "INTERNAL"
	}
	return "EXTERNAL"
}

func (s *session) showDatabaseRow(o *object) sqlengine.Row {
	options := ""
	if o.prop("transient", "") != "" {
		options = "TRANSIENT"
	}
	origin := ""
	if isSystem(o) {
		origin = "SNOWFLAKE.ACCOUNT_USAGE"
	}
	origin = o.prop("origin", origin)
	return sqlengine.Row{o.created, o.name, yesNo(s.user.prop("DEFAULT_NAMESPACE", "") == o.name), yesNo(live(s.database) == o), origin, o.ownerName(), o.comment, options,
		o.prop("DATA_RETENTION_TIME_IN_DAYS", "1"), o.prop("kind", "STANDARD"), o.ownerType()}
}

func (s *session) showSchemaRow(o *object) sqlengine.Row {
	var options []string
	if o.prop("transient", "") != "" {
		options = append(options, "TRANSIENT")
	}
	if o.managed() {
		options = append(options, "MANAGED ACCESS")
	}
	return sqlengine.Row{o.created, o.name, "N", yesNo(live(s.schema) == o), o.database().name, o.ownerName(), o.comment, strings.Join(options, ", "),
		o.prop("DATA_RETENTION_TIME_IN_DAYS", "1"), o.ownerType()}
}

func tableKind(o *object) string {
	switch {
	case o.kind != kindTable:
		return o.kind.keywords()
	case o.rel.temporary:
		return "TEMPORARY"
	case o.rel.transient:
		return "TRANSIENT"
	}
	return "TABLE"
}

func showTableRow(o *object) sqlengine.Row {
	n := int64(len(o.rel.rows))
	return sqlengine.Row{o.created, o.name, o.database().name, o.schema().name, tableKind(o), o.comment, o.prop("cluster_by", ""), n, n * int64(64*len(o.rel.columns)),
		o.ownerName(), "1", "OFF", "OFF", "OFF", nil, nil, yesNo(o.kind == kindExternal), "N", o.ownerType(), yesNo(o.rel.sort == sortEvent), nil,
		yesNo(o.rel.sort == sortHybrid), yesNo(o.rel.sort == sortIceberg), yesNo(o.kind == kindDynamic)}
}

func (s *session) showObjectRow(o *object) sqlengine.Row {
	row := sqlengine.Row{o.created, o.name, o.database().name, o.schema().name, tableKind(o), o.comment, o.prop("cluster_by", ""), nil, nil, o.ownerName(), "1", o.ownerType(), nil}
	if !o.kind.isQuery() {
		row[7], row[8] = int64(len(o.rel.rows)), int64(len(o.rel.rows)*64*len(o.rel.columns))
	}
	return row
}

func showTagRow(o *object) sqlengine.Row {
	var allowed sqlengine.Value
	if o.tag.listed {
		allowed = o.tag.allowedText()
	}
	return sqlengine.Row{o.created, o.name, o.database().name, o.schema().name, o.ownerName(), o.comment, allowed, o.ownerType(), orNull(o.tag.propagate), orNull(o.tag.onConflict)}
}

func showPolicyRow(o *object) sqlengine.Row {
	return sqlengine.Row{o.created, o.name, o.database().name, o.schema().name, string(o.kind), o.ownerName(), o.comment, o.ownerType(), policyOptions(o)}
}

func policyOptions(o *object) string {
	if o.policy.exempt {
		return `{"EXEMPT_OTHER_POLICIES":"TRUE"}`
	}
	return ""
}

// membersOf counts the users and roles that were granted a role.
func membersOf(o *object) (users, roles, databaseRoles int64) {
	for _, g := range o.grants {
		if !g.isMembership() {
			continue
		}
		switch g.to.kind {
		case kindUser:
			users++
		case kindDatabaseRole:
			databaseRoles++
		default:
			roles++
		}
	}
	return users, roles, databaseRoles
}

func (s *session) showRoleRow(o *object) sqlengine.Row {
	users, roles, _ := membersOf(o)
	var granted int64
	for _, g := range o.roles {
		if g.on.kind == kindRole {
			granted++
		}
	}
	return sqlengine.Row{o.created, o.name, yesNo(s.user.prop("DEFAULT_ROLE", "") == o.name), yesNo(s.role == o), yesNo(s.role != o && s.may().roles[o]),
		users, roles, granted, o.ownerName(), o.comment}
}

func (s *session) showDatabaseRoleRow(o *object) sqlengine.Row {
	_, roles, databaseRoles := membersOf(o)
	var granted int64
	for _, g := range o.roles {
		if g.on.kind == kindDatabaseRole {
			granted++
		}
	}
	return sqlengine.Row{o.created, o.name, "N", "N", yesNo(s.may().roles[o]), roles, databaseRoles, granted, o.ownerName(), o.comment, o.ownerType()}
}

// showUserRow: who does not own a user and may not monitor users sees little of it.
func (s *session) showUserRow(o *object) sqlengine.Row {
	may := s.may()
	if !may.owns(o) && !may.global("MONITOR USER") && !may.global(privManageGrants) && o != s.user {
		row := make(sqlengine.Row, 29)
		row[0], row[1] = o.name, o.created
		return row
	}
	u := o.user
	secondary := "[]"
	if o.prop("DEFAULT_SECONDARY_ROLES", "") == secondaryAll {
		secondary = `["ALL"]`
	}
	return sqlengine.Row{o.name, o.created, u.loginName, o.prop("DISPLAY_NAME", o.name), o.prop("FIRST_NAME", ""), o.prop("LAST_NAME", ""), o.prop("EMAIL", ""), nil, nil,
		o.comment, o.prop("DISABLED", "false"), o.prop("MUST_CHANGE_PASSWORD", "false"), "false", o.prop("DEFAULT_WAREHOUSE", ""), o.prop("DEFAULT_NAMESPACE", ""),
		o.prop("DEFAULT_ROLE", ""), secondary, "false", "", nil, o.ownerName(), timeOrNull(u.lastLogin), nil, nil,
		strconv.FormatBool(u.password != ""), strconv.FormatBool(u.keys[0] != nil || u.keys[1] != nil), orNull(o.prop("TYPE", "")), "false", "false"}
}

func (s *session) showWarehouseRow(o *object) sqlengine.Row {
	return sqlengine.Row{o.name, "STARTED", o.prop("WAREHOUSE_TYPE", "STANDARD"), o.prop("WAREHOUSE_SIZE", "X-Small"), number(o.prop("MIN_CLUSTER_COUNT", "1")),
		number(o.prop("MAX_CLUSTER_COUNT", "1")), int64(1), int64(0), int64(0), yesNo(s.user.prop("DEFAULT_WAREHOUSE", "") == o.name), yesNo(live(s.warehouse) == o),
		number(o.prop("AUTO_SUSPEND", "600")), strings.ToLower(o.prop("AUTO_RESUME", "true")), "100", "0", "0", "0", o.created, o.created, o.altered, o.ownerName(),
		o.comment, "false", int64(8), "null", "1", "0", "0", "0", strconv.FormatInt(o.id, 10), o.prop("SCALING_POLICY", "STANDARD"), nil, o.ownerType(), nil}
}

func showFunctionRow(o *object) sqlengine.Row {
	n := int64(len(o.policy.params))
	base, _, _ := strings.Cut(o.name, "(")
	return sqlengine.Row{o.created, base, o.schema().name, "N", "N", "N", n, n, o.name + " RETURN " + bareType(o.policy.returns), o.comment, o.database().name,
		"N", "N", "N", nil, nil, "N", "SQL", "N", "N"}
}

// showColumns lists columns of what SHOW COLUMNS IN names.
func (s *session) showColumns(sh *showing) (*Result, error) {
	r := &Result{typeID: typeShow, Columns: columnsOf("table_name,schema_name,column_name,data_type,null?,default,kind,expression,comment,database_name,autoincrement,schema_evolution_record")}
	list, err := s.columnOwners(sh)
	if err != nil {
		return nil, err
	}
	match := likePattern(sh.like)
	may := s.may()
	for _, o := range list {
		if !may.lists(o) {
			continue
		}
		for _, c := range o.rel.columns {
			if match(c.name) {
				r.Rows = append(r.Rows, sqlengine.Row{o.name, o.schema().name, c.name, showType(c), strconv.FormatBool(!c.notNull), c.def, c.kind(), c.expression, c.comment, o.database().name, identityText(c), nil})
			}
		}
	}
	return s.capped(r, sh)
}

func identityText(c *column) string {
	if c.identity == 0 {
		return ""
	}
	return "IDENTITY START 1 INCREMENT 1 NOORDER"
}

func (s *session) columnOwners(sh *showing) ([]*object, error) {
	if sh.in.kind == kindTable {
		o, err := s.scope().relation(sh.in.name)
		return []*object{o}, err
	}
	in, err := s.within(sh)
	if err != nil {
		return nil, err
	}
	return s.listing(in, ""), nil
}
