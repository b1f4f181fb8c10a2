package snowflake

// Names of the roles every account has.
const (
	roleAccountAdmin  = "ACCOUNTADMIN"
	roleSecurityAdmin = "SECURITYADMIN"
	roleUserAdmin     = "USERADMIN"
	roleSysAdmin      = "SYSADMIN"
	rolePublic        = "PUBLIC"
)

const systemDatabase = "SNOWFLAKE"

// systemGrants are the account's privileges that the system's roles have from the start.
var systemGrants = map[string][]string{
	roleSecurityAdmin: {"MANAGE GRANTS", "CREATE NETWORK POLICY"},
	roleUserAdmin:     {"CREATE USER", "CREATE ROLE"},
	roleSysAdmin:      {"CREATE DATABASE", "CREATE WAREHOUSE"},
}

// viewerRoles are the database roles of SNOWFLAKE, with the views of ACCOUNT_USAGE they show.
var viewerRoles = map[string][]string{
	"OBJECT_VIEWER":     {"COLUMNS", "DATABASES", "SCHEMATA", "TABLES", "VIEWS", "TAGS"},
	"GOVERNANCE_VIEWER": {"TAG_REFERENCES", "POLICY_REFERENCES", "MASKING_POLICIES", "ROW_ACCESS_POLICIES", "PROJECTION_POLICIES", "AGGREGATION_POLICIES", "JOIN_POLICIES", "QUERY_HISTORY", "TAGS", "DATA_CLASSIFICATION_LATEST"},
	"SECURITY_VIEWER":   {"GRANTS_TO_ROLES", "GRANTS_TO_USERS", "ROLES", "USERS"},
	"USAGE_VIEWER":      {"QUERY_HISTORY"},
}

// bootstrap makes what a new account has.
func (a *Account) bootstrap() {
	a.root = &object{id: a.nextID(), kind: kindAccount, name: a.opt.Account, created: a.now(), children: map[childKey]*object{}}
	role := map[string]*object{}
	for _, name := range []string{roleAccountAdmin, roleSecurityAdmin, roleUserAdmin, roleSysAdmin, rolePublic} {
		role[name] = a.add(kindRole, a.root, name, nil)
	}
	for _, edge := range [][2]string{{roleSysAdmin, roleAccountAdmin}, {roleSecurityAdmin, roleAccountAdmin}, {roleUserAdmin, roleSecurityAdmin}} {
		a.addGrant(&grant{privilege: privUsage, on: role[edge[0]], to: role[edge[1]]})
	}
	for _, name := range []string{roleSecurityAdmin, roleUserAdmin, roleSysAdmin} {
		for _, p := range systemGrants[name] {
			a.addGrant(&grant{privilege: p, on: a.root, to: role[name], option: true})
		}
	}
	for _, p := range kindAccount.grantable() {
		if p != "MANAGE GRANTS" {
			a.addGrant(&grant{privilege: p, on: a.root, to: role[roleAccountAdmin], option: true})
		}
	}
	a.addSystemDatabase(role[roleAccountAdmin])
	admin := a.add(kindUser, a.root, AdminUser, role[roleUserAdmin])
	admin.user = &user{password: AdminPassword, loginName: AdminUser}
	admin.setProp("DEFAULT_ROLE", roleAccountAdmin)
	a.addGrant(&grant{privilege: privUsage, on: role[roleAccountAdmin], to: admin, by: role[roleAccountAdmin]})
	a.touch(a.root) // the usage views have privileges on the account too
	a.settle()
}

func (a *Account) addSystemDatabase(admin *object) {
	db := a.add(kindDatabase, a.root, systemDatabase, nil)
	db.setProp("kind", "APPLICATION")
	core := a.add(kindSchema, db, "CORE", nil)
	a.add(kindSchema, db, "ACCOUNT_USAGE", nil)
	for _, name := range []string{"SEMANTIC_CATEGORY", "PRIVACY_CATEGORY"} {
		a.add(kindTag, core, name, nil).tag = &tagDef{}
	}
	for _, name := range []string{"GOVERNANCE_VIEWER", "OBJECT_VIEWER", "SECURITY_VIEWER", "USAGE_VIEWER"} {
		r := a.add(kindDatabaseRole, db, name, nil)
		a.addGrant(&grant{privilege: privUsage, on: r, to: admin})
	}
	a.addGrant(&grant{privilege: privUsage, on: db, to: admin, option: true})
}

// add puts a new object into its container.
func (a *Account) add(k kind, parent *object, name string, owner *object) *object {
	now := a.now()
	o := &object{id: a.nextID(), kind: k, name: name, parent: parent, owner: owner, created: now, altered: now}
	if k == kindDatabase || k == kindSchema {
		o.children = map[childKey]*object{}
	}
	parent.children[childKey{o.space(), name}] = o
	a.touch(o)
	return o
}

// touch notes that objects changed, for ACCOUNT_USAGE and for caches.
func (a *Account) touch(objects ...*object) {
	for _, o := range objects {
		o.altered = a.now()
		a.dirty = append(a.dirty, o)
	}
}

// touchGrant notes that a grant was made, changed or taken away.
func (a *Account) touchGrant(g *grant) { a.regrant = append(a.regrant, g) }

// settle ends a statement that may have changed the catalogue.
func (a *Account) settle() {
	if len(a.dirty)+len(a.regrant) == 0 {
		return
	}
	a.version++
	a.passDependencies()
	a.usage.record(a, a.dirty)
	a.usage.recordGrants(a, a.now(), a.regrant)
	a.dirty, a.regrant = a.dirty[:0], a.regrant[:0]
}
