package snowflake

import "strings"

// kind is the type of an object, spelled as SHOW GRANTS spells it in granted_on.
type kind string

const (
	kindAccount      kind = "ACCOUNT"
	kindDatabase     kind = "DATABASE"
	kindSchema       kind = "SCHEMA"
	kindTable        kind = "TABLE"
	kindView         kind = "VIEW"
	kindMaterialized kind = "MATERIALIZED_VIEW"
	kindDynamic      kind = "DYNAMIC_TABLE"
	kindExternal     kind = "EXTERNAL_TABLE"
	kindTag          kind = "TAG"
	kindMasking      kind = "MASKING_POLICY"
	kindRowAccess    kind = "ROW_ACCESS_POLICY"
	kindProjection   kind = "PROJECTION_POLICY"
	kindAggregation  kind = "AGGREGATION_POLICY"
	kindJoin         kind = "JOIN_POLICY"
	kindRole         kind = "ROLE"
	kindDatabaseRole kind = "DATABASE_ROLE"
	kindUser         kind = "USER"
	kindWarehouse    kind = "WAREHOUSE"
	kindStage        kind = "STAGE"
	kindSequence     kind = "SEQUENCE"
	kindFunction     kind = "FUNCTION"
	kindFileFormat   kind = "FILE_FORMAT"
	kindProcedure    kind = "PROCEDURE"
	kindStream       kind = "STREAM"
	kindTask         kind = "TASK"
	kindPipe         kind = "PIPE"
	kindSecret       kind = "SECRET"
	kindIntegration  kind = "INTEGRATION"
	kindMonitor      kind = "RESOURCE_MONITOR"
	kindNetwork      kind = "NETWORK_POLICY"
	kindShare        kind = "SHARE"
)

// kindInfo is what the grammar, names and privileges need to know of a kind.
type kindInfo struct {
	kind       kind
	plural     string // as in ON ALL <plural> IN
	in         kind   // what contains it
	space      string // names are unique among the kinds with the same space
	create     string // privilege on the container that lets create it
	privileges string // what can be granted on it besides OWNERSHIP, separated by commas
}

const (
	schemaCreates = "CREATE TABLE,CREATE VIEW,CREATE TAG,CREATE MASKING POLICY,CREATE ROW ACCESS POLICY,CREATE PROJECTION POLICY,CREATE AGGREGATION POLICY," +
		"CREATE STAGE,CREATE SEQUENCE,CREATE FUNCTION,CREATE FILE FORMAT,CREATE PROCEDURE,CREATE STREAM,CREATE TASK,CREATE PIPE,CREATE DYNAMIC TABLE," +
		"CREATE EXTERNAL TABLE,CREATE MATERIALIZED VIEW,CREATE JOIN POLICY,CREATE PRIVACY POLICY,CREATE PASSWORD POLICY,CREATE SESSION POLICY,CREATE SECRET," +
		"CREATE ICEBERG TABLE,CREATE HYBRID TABLE,CREATE EVENT TABLE,CREATE ALERT,CREATE STREAMLIT,CREATE NOTEBOOK,CREATE MODEL,CREATE NETWORK RULE"
	accountPrivileges = "CREATE DATABASE,CREATE ROLE,CREATE USER,CREATE WAREHOUSE,CREATE INTEGRATION,CREATE SHARE,CREATE NETWORK POLICY,CREATE ACCOUNT," +
		"CREATE APPLICATION,CREATE COMPUTE POOL,CREATE EXTERNAL VOLUME,CREATE FAILOVER GROUP,CREATE REPLICATION GROUP," +
		"APPLY AGGREGATION POLICY,APPLY AUTHENTICATION POLICY,APPLY JOIN POLICY,APPLY MASKING POLICY,APPLY PACKAGES POLICY,APPLY PASSWORD POLICY," +
		"APPLY PRIVACY POLICY,APPLY PROJECTION POLICY,APPLY ROW ACCESS POLICY,APPLY SESSION POLICY,APPLY TAG,ATTACH POLICY,AUDIT,CANCEL QUERY," +
		"EXECUTE ALERT,EXECUTE AUTO CLASSIFICATION,EXECUTE MANAGED TASK,EXECUTE TASK,IMPORT SHARE,MANAGE GRANTS,MANAGE WAREHOUSES,MONITOR EXECUTION," +
		"MONITOR ROLE,MONITOR SECURITY,MONITOR USAGE,MONITOR USER,MODIFY LOG LEVEL,MODIFY TRACE LEVEL,OVERRIDE SHARE RESTRICTIONS,READ SESSION," +
		"RESOLVE ALL,VIEW LINEAGE"
)

// kinds lists the kinds, those with longer words before those that are their beginning.
var kinds = []kindInfo{
	{kindAccount, "", "", "", "", accountPrivileges},
	{kindDatabaseRole, "DATABASE ROLES", kindDatabase, "role", "CREATE DATABASE ROLE", ""},
	{kindDatabase, "DATABASES", kindAccount, "database", "CREATE DATABASE",
		"APPLYBUDGET,CREATE DATABASE ROLE,CREATE SCHEMA,EXECUTE AUTO CLASSIFICATION,MODIFY,MONITOR,REFERENCE_USAGE,USAGE"},
	{kindSchema, "SCHEMAS", kindDatabase, "schema", "CREATE SCHEMA", "ADD SEARCH OPTIMIZATION,APPLYBUDGET,EXECUTE AUTO CLASSIFICATION,MODIFY,MONITOR,USAGE," + schemaCreates},
	{kindTable, "TABLES", kindSchema, "relation", "CREATE TABLE", "APPLYBUDGET,DELETE,EVOLVE SCHEMA,INSERT,REFERENCES,SELECT,TRUNCATE,UPDATE"},
	{kindView, "VIEWS", kindSchema, "relation", "CREATE VIEW", "REFERENCES,SELECT"},
	{kindMaterialized, "MATERIALIZED VIEWS", kindSchema, "relation", "CREATE MATERIALIZED VIEW", "APPLYBUDGET,REFERENCES,SELECT"},
	{kindDynamic, "DYNAMIC TABLES", kindSchema, "relation", "CREATE DYNAMIC TABLE", "MONITOR,OPERATE,SELECT"},
	{kindExternal, "EXTERNAL TABLES", kindSchema, "relation", "CREATE EXTERNAL TABLE", "REFERENCES,SELECT"},
	{kindTag, "TAGS", kindSchema, "tag", "CREATE TAG", "APPLY,READ"},
	{kindMasking, "MASKING POLICIES", kindSchema, "policy", "CREATE MASKING POLICY", "APPLY"},
	{kindRowAccess, "ROW ACCESS POLICIES", kindSchema, "policy", "CREATE ROW ACCESS POLICY", "APPLY"},
	{kindProjection, "PROJECTION POLICIES", kindSchema, "policy", "CREATE PROJECTION POLICY", "APPLY"},
	{kindAggregation, "AGGREGATION POLICIES", kindSchema, "policy", "CREATE AGGREGATION POLICY", "APPLY"},
	{kindJoin, "JOIN POLICIES", kindSchema, "policy", "CREATE JOIN POLICY", "APPLY"},
	{kindRole, "ROLES", kindAccount, "role", "CREATE ROLE", ""},
	{kindUser, "USERS", kindAccount, "user", "CREATE USER", "IMPERSONATE,MODIFY PROGRAMMATIC AUTHENTICATION METHODS,MONITOR"},
	{kindWarehouse, "WAREHOUSES", kindAccount, "warehouse", "CREATE WAREHOUSE", "APPLYBUDGET,MODIFY,MONITOR,OPERATE,USAGE"},
	{kindStage, "STAGES", kindSchema, "stage", "CREATE STAGE", "READ,WRITE,USAGE"},
	{kindSequence, "SEQUENCES", kindSchema, "sequence", "CREATE SEQUENCE", "USAGE"},
	{kindFunction, "FUNCTIONS", kindSchema, "function", "CREATE FUNCTION", "USAGE"},
	{kindFileFormat, "FILE FORMATS", kindSchema, "file format", "CREATE FILE FORMAT", "USAGE"},
	{kindProcedure, "PROCEDURES", kindSchema, "procedure", "CREATE PROCEDURE", "USAGE"},
	{kindStream, "STREAMS", kindSchema, "stream", "CREATE STREAM", "SELECT"},
	{kindTask, "TASKS", kindSchema, "task", "CREATE TASK", "APPLYBUDGET,MONITOR,OPERATE"},
	{kindPipe, "PIPES", kindSchema, "pipe", "CREATE PIPE", "APPLYBUDGET,MONITOR,OPERATE"},
	{kindSecret, "SECRETS", kindSchema, "secret", "CREATE SECRET", "READ,USAGE"},
	{kindIntegration, "INTEGRATIONS", kindAccount, "integration", "CREATE INTEGRATION", "USAGE,USE_ANY_ROLE"},
	{kindMonitor, "RESOURCE MONITORS", kindAccount, "resource monitor", "CREATE RESOURCE MONITOR", "MODIFY,MONITOR"},
	{kindNetwork, "NETWORK POLICIES", kindAccount, "network policy", "CREATE NETWORK POLICY", ""},
	{kindShare, "SHARES", kindAccount, "share", "CREATE SHARE", ""},
}

var kindInfos = func() map[kind]*kindInfo {
	m := map[kind]*kindInfo{}
	for i := range kinds {
		m[kinds[i].kind] = &kinds[i]
	}
	return m
}()

func (k kind) info() *kindInfo { return kindInfos[k] }

// keywords gives the words of the kind as SQL writes them: MASKING POLICY.
func (k kind) keywords() string { return strings.ReplaceAll(string(k), "_", " ") }

// words gives the kind for the middle of a sentence, title for its beginning.
func (k kind) words() string { return strings.ToLower(k.keywords()) }

func (k kind) title() string {
	w := k.words()
	return strings.ToUpper(w[:1]) + w[1:]
}

// isPolicy tells whether the kind is one of the policies, which share one space of names.
func (k kind) isPolicy() bool { return k.info() != nil && k.info().space == "policy" }

// takesColumns tells whether the policies of the kind are given columns, and not only say what a query must be like.
func (k kind) takesColumns() bool { return k == kindMasking || k == kindRowAccess }

// isRelation tells whether the kind has columns.
func (k kind) isRelation() bool { return k.info() != nil && k.info().space == "relation" }

// isQuery tells whether the kind holds no rows of its own, but what its query gives when it is read.
func (k kind) isQuery() bool { return k == kindView || k == kindMaterialized }

// isGrantee tells whether privileges can be granted to the kind.
func (k kind) isGrantee() bool {
	return k == kindRole || k == kindDatabaseRole || k == kindUser || k == kindShare
}

// isRoutine tells whether the kind is named with argument types.
func (k kind) isRoutine() bool { return k == kindFunction || k == kindProcedure }

// grantable gives the privileges that can be granted on a kind, in the order of the documentation.
func (k kind) grantable() []string {
	if k.info() == nil || k.info().privileges == "" {
		return nil
	}
	return strings.Split(k.info().privileges, ",")
}

func (k kind) allows(privilege string) bool {
	for _, p := range k.grantable() {
		if p == privilege {
			return true
		}
	}
	return privilege == privOwnership || privilege == privManageGrants && (k == kindDatabase || k == kindSchema) || // neither is part of ALL
		privilege == privIngest && k == kindTable
}
