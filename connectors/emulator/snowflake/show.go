package snowflake

import (
	"context"
	"regexp"
	"strings"
	"time"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

// showing is a SHOW statement as written.
type showing struct {
	terse      bool
	like       string // a pattern, "" for all
	in         nameOfKind
	startsWith string
	limit      int
	from       string
}

// kindEither marks IN <name>, which is a schema if there is one of the name, or else a database.
const kindEither kind = "?"

func (sc *scope) databaseOrSchema(name sqlengine.Name) (*object, error) {
	if o, err := sc.look(kindSchema, name); len(name) > 1 || err == nil && o != nil {
		return sc.find(kindSchema, name)
	}
	return sc.find(kindDatabase, name)
}

// typeCreated is the type of created_on in SHOW.
var typeCreated = sqlengine.Type{Kind: sqlengine.KindTimestampLTZ, Scale: 3}

// showKinds lists what SHOW <plural> can show, with its columns. "#" marks numbers, "@" timestamps.
var showKinds = []struct {
	plural  string
	kind    kind
	columns string
}{
	{"DATABASE ROLES", kindDatabaseRole, "@created_on,name,is_default,is_current,is_inherited,#granted_to_roles,#granted_to_database_roles,#granted_database_roles,owner,comment,owner_role_type"},
	{"DATABASES", kindDatabase, "@created_on,name,is_default,is_current,origin,owner,comment,options,retention_time,kind,owner_role_type"},
	{"SCHEMAS", kindSchema, "@created_on,name,is_default,is_current,database_name,owner,comment,options,retention_time,owner_role_type"},
	{"TABLES", kindTable, "@created_on,name,database_name,schema_name,kind,comment,cluster_by,#rows,#bytes,owner,retention_time,automatic_clustering,change_tracking,search_optimization,search_optimization_progress,search_optimization_bytes,is_external,enable_schema_evolution,owner_role_type,is_event,budget,is_hybrid,is_iceberg,is_dynamic"},
	{"VIEWS", kindView, "@created_on,name,reserved,database_name,schema_name,owner,comment,text,is_secure,is_materialized,owner_role_type,change_tracking"},
	{"MATERIALIZED VIEWS", kindMaterialized, "@created_on,name,reserved,database_name,schema_name,cluster_by,#rows,#bytes,source_database_name,source_schema_name,source_table_name,@refreshed_on,@compacted_on,owner,invalid,invalid_reason,behind_by,comment,text,is_secure,automatic_clustering,owner_role_type,budget"},
	{"DYNAMIC TABLES", kindDynamic, "@created_on,name,database_name,schema_name,cluster_by,#rows,#bytes,owner,target_lag,refresh_mode,refresh_mode_reason,warehouse,comment,text,automatic_clustering,scheduling_state,@last_suspended_on,is_clone,is_replica,is_iceberg,@data_timestamp,owner_role_type"},
	{"EXTERNAL TABLES", kindExternal, "@created_on,name,database_name,schema_name,invalid,invalid_reason,owner,comment,stage,location,file_format_name,file_format_type,cloud,region,notification_channel,@last_refreshed_on,table_format,last_refresh_details,owner_role_type"},
	{"EVENT TABLES", sortEvent, "@created_on,name,database_name,schema_name,owner,comment,owner_role_type"},
	{"ICEBERG TABLES", sortIceberg, "@created_on,name,database_name,schema_name,owner,external_volume_name,catalog_name,iceberg_table_type,catalog_table_name,catalog_namespace,base_location,can_write_metadata,comment,owner_role_type"},
	{"OBJECTS", "", "@created_on,name,database_name,schema_name,kind,comment,cluster_by,#rows,#bytes,owner,retention_time,owner_role_type,budget"},
	{"TAGS", kindTag, "@created_on,name,database_name,schema_name,owner,comment,allowed_values,owner_role_type,propagate,on_conflict"},
	{"MASKING POLICIES", kindMasking, policyColumns},
	{"ROW ACCESS POLICIES", kindRowAccess, policyColumns},
	{"PROJECTION POLICIES", kindProjection, policyColumns},
	{"AGGREGATION POLICIES", kindAggregation, policyColumns},
	{"JOIN POLICIES", kindJoin, policyColumns},
	{"ROLES", kindRole, "@created_on,name,is_default,is_current,is_inherited,#assigned_to_users,#granted_to_roles,#granted_roles,owner,comment"},
	{"USERS", kindUser, "name,@created_on,login_name,display_name,first_name,last_name,email,mins_to_unlock,days_to_expiry,comment,disabled,must_change_password,snowflake_lock,default_warehouse,default_namespace,default_role,default_secondary_roles,ext_authn_duo,ext_authn_uid,mins_to_bypass_mfa,owner,@last_success_login,@expires_at_time,@locked_until_time,has_password,has_rsa_public_key,type,has_mfa,has_workload_identity"},
	{"WAREHOUSES", kindWarehouse, "name,state,type,size,#min_cluster_count,#max_cluster_count,#started_clusters,#running,#queued,is_default,is_current,#auto_suspend,auto_resume,available,provisioning,quiescing,other,@created_on,@resumed_on,@updated_on,owner,comment,enable_query_acceleration,#query_acceleration_max_scale_factor,resource_monitor,actives,pendings,failed,suspended,uuid,scaling_policy,budget,owner_role_type,resource_constraint"},
	{"STAGES", kindStage, "@created_on,name,database_name,schema_name,url,has_credentials,has_encryption_key,owner,comment,region,type,cloud,notification_channel,storage_integration,endpoint,owner_role_type,directory_enabled"},
	{"SEQUENCES", kindSequence, "name,database_name,schema_name,#next_value,#interval,@created_on,owner,comment,owner_role_type,ordered"},
	{"USER FUNCTIONS", kindFunction, functionColumns},
	{"FUNCTIONS", kindFunction, functionColumns},
	{"FILE FORMATS", kindFileFormat, "@created_on,name,database_name,schema_name,type,owner,comment,format_options,owner_role_type"},
	{"USER PROCEDURES", kindProcedure, procedureColumns},
	{"PROCEDURES", kindProcedure, procedureColumns},
	{"STREAMS", kindStream, "@created_on,name,database_name,schema_name,owner,comment,table_name,source_type,base_tables,type,stale,mode,stale_after,invalid_reason,owner_role_type"},
	{"TASKS", kindTask, "@created_on,name,id,database_name,schema_name,owner,comment,warehouse,schedule,predecessors,state,definition,condition,allow_overlapping_execution,error_integration,last_committed_on,last_suspended_on,owner_role_type"},
	{"PIPES", kindPipe, "@created_on,name,database_name,schema_name,definition,owner,notification_channel,comment,integration,pattern,error_integration,owner_role_type,invalid_reason"},
	{"SECRETS", kindSecret, "@created_on,name,schema_name,database_name,owner,comment,secret_type,oauth_scopes,owner_role_type"},
	{"INTEGRATIONS", kindIntegration, "name,type,category,enabled,comment,@created_on"},
	{"RESOURCE MONITORS", kindMonitor, "name,credit_quota,used_credits,remaining_credits,level,frequency,start_time,end_time,notify_at,suspend_at,suspend_immediately_at,@created_on,owner,comment,notify_users"},
	{"NETWORK POLICIES", kindNetwork, "@created_on,name,comment,#entries_in_allowed_ip_list,#entries_in_blocked_ip_list,#entries_in_allowed_network_rules,#entries_in_blocked_network_rules"},
	{"SHARES", kindShare, "@created_on,kind,owner_account,name,database_name,to,owner,comment,listing_global_name,secure_objects_only"},
}

const (
	procedureColumns = "@created_on,name,schema_name,is_builtin,is_aggregate,is_ansi,#min_num_arguments,#max_num_arguments,arguments,description,catalog_name,is_table_function,valid_for_clustering,is_secure,secrets,external_access_integrations"
	policyColumns    = "@created_on,name,database_name,schema_name,kind,owner,comment,owner_role_type,options"
	functionColumns  = "@created_on,name,schema_name,is_builtin,is_aggregate,is_ansi,#min_num_arguments,#max_num_arguments,arguments,description,catalog_name,is_table_function,valid_for_clustering,is_secure,secrets,external_access_integrations,is_external_function,language,is_memoizable,is_data_metric"
)

// columnsOf makes the columns of a listing from their short form.
func columnsOf(spec string) []sqlengine.Column {
	var out []sqlengine.Column
	for _, name := range strings.Split(spec, ",") {
		c := sqlengine.Column{Name: name, Type: sqlengine.TypeText, Nullable: true}
		switch name[0] {
		case '#':
			c.Name, c.Type = name[1:], sqlengine.TypeNumber
		case '@':
			c.Name, c.Type = name[1:], typeCreated
		case '$':
			c.Name, c.Type = name[1:], sqlengine.TypeVariant
		}
		out = append(out, c)
	}
	return out
}

func (c *cursor) show() (action, error) {
	switch {
	case c.words("GRANTS"):
		return c.showGrants()
	case c.words("FUTURE GRANTS"):
		return c.showFutureGrants()
	case c.words("PARAMETERS"):
		return c.showParameters()
	case c.words("USER PROGRAMMATIC ACCESS TOKENS") || c.words("USER PATS"):
		return c.showTokens()
	}
	sh := &showing{terse: c.AcceptKeyword("TERSE")}
	if c.words("COLUMNS") {
		err := c.showClauses(sh, true)
		return func(context.Context) (*Result, error) { return c.s.showColumns(sh) }, err
	}
	for _, k := range showKinds {
		if !c.words(k.plural) {
			continue
		}
		if k.kind.isPolicy() && c.s.a.opt.Edition == Standard {
			return nil, errorf(codeUnsupportedFeature, "0A000", "Unsupported feature '%s'.", k.kind.keywords())
		}
		if c.AcceptKeyword("HISTORY") {
			return nil, errUnsupported("SHOW ... HISTORY")
		}
		err := c.showClauses(sh, k.kind != kindTag)
		return func(context.Context) (*Result, error) { return c.s.showObjects(sh, k.kind, columnsOf(k.columns)) }, err
	}
	if t := c.Peek(); t.Kind == sqlengine.TokenWord {
		return nil, errUnsupported("SHOW %s", strings.ToUpper(t.Text))
	}
	return nil, c.Errorf("expected what to show")
}

// showClauses reads LIKE, IN, STARTS WITH and LIMIT.
func (c *cursor) showClauses(sh *showing, paged bool) (err error) {
	if c.AcceptKeyword("LIKE") {
		if sh.like, err = c.StringLiteral(); err != nil {
			return err
		}
	}
	if c.AcceptKeyword("IN") {
		if err = c.showScope(sh); err != nil {
			return err
		}
	}
	if c.words("STARTS WITH") {
		if sh.startsWith, err = c.StringLiteral(); err != nil {
			return err
		}
	}
	if !paged || !c.AcceptKeyword("LIMIT") {
		return nil
	}
	if sh.limit, err = c.IntLiteral(); err != nil {
		return err
	}
	if sh.limit < 1 || sh.limit > 10000 {
		return compilation(codeInvalidValue, "22023", "invalid value [%d] for LIMIT: it must be between 1 and 10000", sh.limit)
	}
	if c.AcceptKeyword("FROM") {
		sh.from, err = c.StringLiteral()
	}
	return err
}

func (c *cursor) showScope(sh *showing) (err error) {
	switch c.AcceptAny("ACCOUNT", "DATABASE", "SCHEMA", "TABLE", "VIEW") {
	case "ACCOUNT":
		sh.in.kind = kindAccount
		return nil
	case "DATABASE":
		sh.in.kind = kindDatabase
	case "SCHEMA":
		sh.in.kind = kindSchema
	case "TABLE", "VIEW":
		sh.in.kind = kindTable
	default:
		sh.in.name, err = c.Name()
		sh.in.kind = kindEither
		return err
	}
	if t := c.Peek(); t.Kind == sqlengine.TokenQuoted || t.Kind == sqlengine.TokenWord && !t.Is("STARTS") && !t.Is("LIMIT") {
		sh.in.name, err = c.Name()
	}
	return err
}

// within gives the container a SHOW lists: as written, or the current database, or the account.
func (s *session) within(sh *showing) (*object, error) {
	sc := s.scope()
	if sh.in.kind == kindEither {
		return sc.databaseOrSchema(sh.in.name)
	}
	if sh.in.kind != "" {
		return sc.container(sh.in.kind, sh.in.name)
	}
	if sc.database != nil {
		return sc.database, nil
	}
	return s.a.root, nil
}

// showObjects lists objects of a kind; "" are tables and views.
func (s *session) showObjects(sh *showing, k kind, columns []sqlengine.Column) (*Result, error) {
	in := s.a.root
	if k.info() == nil || k.info().in != kindAccount {
		var err error
		if in, err = s.within(sh); err != nil {
			return nil, err
		}
	}
	match := likePattern(sh.like)
	r := &Result{Columns: columns, typeID: typeShow}
	may := s.may()
	for _, o := range s.listing(in, k) {
		if sh.skips(o.name, match) || !may.lists(o) {
			continue
		}
		r.Rows = append(r.Rows, s.showRow(o, k))
		if len(r.Rows) == sh.limit {
			break
		}
	}
	if k == kindShare && may.global("IMPORT SHARE") {
		r.Rows = append(r.Rows, s.a.offered()...)
	}
	if sh.terse {
		r = r.terse(k)
	}
	return s.capped(r, sh)
}

// terse keeps the columns that SHOW TERSE has.
func (r *Result) terse(k kind) *Result {
	out := &Result{Columns: columnsOf("@created_on,name,kind,database_name,schema_name"), typeID: r.typeID}
	for _, row := range r.Rows {
		short := make(sqlengine.Row, len(out.Columns))
		for i, c := range out.Columns {
			if at := r.index(c.Name); at >= 0 {
				short[i] = row[at]
			} else if c.Name == "kind" {
				short[i] = string(k)
			}
		}
		out.Rows = append(out.Rows, short)
	}
	return out
}

// listing gives the candidates of a SHOW, ordered by database, schema and name.
func (s *session) listing(in *object, k kind) []*object {
	if k.info() != nil && k.info().in == kindAccount {
		return s.a.root.list(k.info().space)
	}
	var containers []*object
	switch in.kind {
	case kindAccount:
		containers = s.a.root.list("database")
	case kindDatabase, kindSchema:
		containers = []*object{in}
	}
	var out []*object
	for _, c := range containers {
		switch {
		case k == "":
			out = append(out, objectsOfSpace(c, "relation")...)
		case k.info() == nil, k == kindTable, k == kindView:
			for _, o := range objectsOfSpace(c, "relation") {
				if o.listedAs(k) {
					out = append(out, o)
				}
			}
		default:
			out = append(out, objectsIn(c, k)...)
		}
	}
	return out
}

func objectsOfSpace(c *object, space string) []*object {
	if c.kind == kindSchema {
		return c.list(space)
	}
	var out []*object
	for _, sch := range c.list("schema") {
		out = append(out, sch.list(space)...)
	}
	return out
}

// skips tells whether the clauses leave a name out. LIMIT ... FROM goes on behind the first name that matches.
func (sh *showing) skips(name string, match func(string) bool) bool {
	return !match(name) || !strings.HasPrefix(name, sh.startsWith) || sh.from != "" && name <= sh.from
}

// capped cuts a listing at the limit of SHOW, or refuses it.
func (s *session) capped(r *Result, sh *showing) (*Result, error) {
	limit := s.a.opt.ShowLimit
	if len(r.Rows) <= limit || sh.limit > 0 && len(r.Rows) <= sh.limit {
		return r, nil
	}
	if s.a.opt.ShowOverflowFails {
		return nil, compilation(codeTooMuchData, "22000", "The result of SHOW has more than %d rows. Use LIMIT.", limit)
	}
	r.Rows = r.Rows[:limit]
	return r, nil
}

// likePattern makes a matcher of a LIKE pattern, which ignores case in SHOW. "" matches all.
func likePattern(pattern string) func(string) bool {
	if pattern == "" {
		return func(string) bool { return true }
	}
	var b strings.Builder
	escaped := false
	for _, r := range pattern {
		switch {
		case escaped:
			b.WriteString(regexp.QuoteMeta(string(r)))
			escaped = false
		case r == '\\':
			escaped = true
		case r == '%':
			b.WriteString(".*")
		case r == '_':
			b.WriteString(".")
		default:
			b.WriteString(regexp.QuoteMeta(string(r)))
		}
	}
	re := regexp.MustCompile(`(?is)^` + b.String() + `$`)
	return re.MatchString
}

// yesNo writes a flag as SHOW does.
func yesNo(b bool) string {
	if b {
		return "Y"
	}
	return "N"
}

// orNull gives NULL for an empty text.
func orNull(s string) sqlengine.Value {
	if s == "" {
		return nil
	}
	return s
}

func timeOrNull(t time.Time) sqlengine.Value {
	if t.IsZero() {
		return nil
	}
	return t
}

// showParameters lists session parameters.
func (c *cursor) showParameters() (action, error) {
	sh := &showing{}
	var err error
	if c.AcceptKeyword("LIKE") {
		if sh.like, err = c.StringLiteral(); err != nil {
			return nil, err
		}
	}
	level := "SESSION"
	if c.AcceptAny("IN", "FOR") != "" {
		if level = c.AcceptAny("SESSION", "ACCOUNT"); level == "" {
			return nil, errUnsupported("SHOW PARAMETERS IN %s", c.Peek().Text)
		}
	}
	return func(context.Context) (*Result, error) { return c.s.parameterList(sh, level), nil }, nil
}

func (s *session) parameterList(sh *showing, level string) *Result {
	r := textResult(typeShow, "key", "value", "default", "level", "description", "type")
	match := likePattern(sh.like)
	for _, n := range paramNames() {
		if !match(n) {
			continue
		}
		info := sessionParams[n]
		set := ""
		value := info.def
		if v, ok := s.a.root.props["param:"+n]; ok {
			value, set = v, "ACCOUNT"
		}
		if v, ok := s.params[n]; ok && level == "SESSION" {
			value, set = v, "SESSION"
		}
		r.Rows = append(r.Rows, sqlengine.Row{n, value, info.def, set, info.doc, info.typ})
	}
	return r
}

func (c *cursor) showTokens() (action, error) {
	name := sqlengine.NameOf(c.s.user.name)
	if c.words("FOR USER") {
		var err error
		if name, err = c.Name(); err != nil {
			return nil, err
		}
	}
	return func(context.Context) (*Result, error) {
		u, err := c.s.scope().find(kindUser, name)
		if err != nil {
			return nil, err
		}
		if u != c.s.user {
			if err := c.s.may().require(u, "MODIFY PROGRAMMATIC AUTHENTICATION METHODS"); err != nil {
				return nil, err
			}
		}
		return tokenList(u, c.s.now), nil
	}, nil
}

func tokenList(u *object, now time.Time) *Result {
	r := &Result{typeID: typeShow, Columns: columnsOf("name,user_name,role_restriction,@expires_at,status,comment,@created_on,created_by,mins_to_bypass_network_policy_requirement,rotated_to")}
	for _, t := range u.user.tokens {
		state := "ACTIVE"
		switch {
		case t.disabled:
			state = "DISABLED"
		case !now.Before(t.expires):
			state = "EXPIRED"
		}
		r.Rows = append(r.Rows, sqlengine.Row{t.name, u.name, orNull(nameOf(t.role)), t.expires, state, t.comment, t.created, t.by, nil, nil})
	}
	return r
}
