package databricks

const (
	uc              = "/api/2.1/unity-catalog"
	scim            = "/api/2.0/preview/scim/v2"
	accountSCIM     = "/api/2.0/accounts/{account}/scim/v2"
	assignmentsPath = "/api/2.0/accounts/{account}/workspaces/{workspace}/permissionassignments"
	statementsPath  = "/api/2.0/sql/statements"
	tagPoliciesURL  = "/api/2.1/tag-policies"
	ruleSetsPath    = "/api/2.0/preview/accounts/access-control/rule-sets"
	entityTags      = uc + "/entity-tag-assignments"
)

// routes lists what the workspace answers.
func routes() router {
	return newRouter(append(singleRoutes(), []route{
		{"GET", "/.well-known/databricks-config", (*call).hostMetadata, open},
		{"GET", "/oidc/.well-known/oauth-authorization-server", (*call).oauthServer, open},
		{"POST", "/oidc/v1/token", (*call).oauthToken, open},

		{"GET", "/oidc/accounts/{account}/.well-known/oauth-authorization-server", (*call).accountOIDC, open},
		{"POST", "/oidc/accounts/{account}/v1/token", (*call).accountToken, open},

		{"GET", uc + "/metastore_summary", (*call).metastoreSummary, 0},
		{"GET", uc + "/current-metastore-assignment", (*call).metastoreAssignment, 0},
		{"GET", uc + "/metastores/{id}", (*call).getMetastore, 0},
		{"PATCH", uc + "/metastores/{id}", (*call).patchMetastore, 0},
		{"GET", uc + "/catalogs", (*call).listCatalogs, 0},
		{"GET", uc + "/catalogs/{name}", (*call).getCatalog, 0},
		{"PATCH", uc + "/catalogs/{name}", (*call).patchCatalog, 0},
		{"GET", uc + "/schemas", (*call).listSchemas, 0},
		{"GET", uc + "/schemas/{name}", (*call).getSchema, 0},
		{"PATCH", uc + "/schemas/{name}", (*call).patchSchema, 0},
		{"GET", uc + "/tables", (*call).listTables, 0},
		{"GET", uc + "/tables/{name}", (*call).getTable, 0},
		{"PATCH", uc + "/tables/{name}", (*call).patchTable, 0},
		{"GET", uc + "/tables/{name}/exists", (*call).tableExists, 0},
		{"GET", uc + "/table-summaries", (*call).listTableSummaries, 0},
		{"GET", uc + "/functions", (*call).listFunctions, 0},
		{"GET", uc + "/functions/{name}", (*call).getFunction, 0},
		{"PATCH", uc + "/functions/{name}", (*call).patchFunction, 0},
		{"GET", uc + "/volumes", (*call).listVolumes, 0},
		{"GET", uc + "/volumes/{name}", (*call).getVolume, 0},
		{"PATCH", uc + "/volumes/{name}", (*call).patchVolume, 0},

		{"GET", uc + "/permissions/{type}/{name}", (*call).getPermissions, 0},
		{"PATCH", uc + "/permissions/{type}/{name}", (*call).patchPermissions, 0},
		{"GET", uc + "/effective-permissions/{type}/{name}", (*call).effectivePermissions, 0},

		{"POST", entityTags, (*call).createEntityTag, 0},
		{"GET", entityTags + "/{type}/{name}/tags", (*call).listEntityTags, 0},
		{"GET", entityTags + "/{type}/{name}/tags/{key}", (*call).getEntityTag, 0},
		{"PATCH", entityTags + "/{type}/{name}/tags/{key}", (*call).patchEntityTag, 0},
		{"DELETE", entityTags + "/{type}/{name}/tags/{key}", (*call).deleteEntityTag, 0},

		{"GET", tagPoliciesURL, (*call).listGovernedTags, 0},
		{"POST", tagPoliciesURL, (*call).createGovernedTag, 0},
		{"GET", tagPoliciesURL + "/{key}", (*call).getGovernedTag, 0},
		{"PATCH", tagPoliciesURL + "/{key}", (*call).patchGovernedTag, 0},
		{"DELETE", tagPoliciesURL + "/{key}", (*call).deleteGovernedTag, 0},

		{"GET", ruleSetsPath, (*call).getRuleSet, 0},
		{"PUT", ruleSetsPath, (*call).putRuleSet, 0},

		{"POST", uc + "/policies", (*call).postPolicy, 0},
		{"GET", uc + "/policies/{type}/{name}", (*call).listPolicies, 0},
		{"GET", uc + "/policies/{type}/{name}/{policy}", (*call).getPolicy, 0},
		{"PATCH", uc + "/policies/{type}/{name}/{policy}", (*call).patchPolicy, 0},
		{"DELETE", uc + "/policies/{type}/{name}/{policy}", (*call).deletePolicy, 0},

		{"GET", scim + "/Me", (*call).me, 0},
		{"GET", scim + "/Users", (*call).listUsers, 0},
		{"GET", scim + "/Users/{id}", (*call).getUser, 0},
		{"GET", scim + "/ServicePrincipals", (*call).listServicePrincipals, 0},
		{"GET", scim + "/ServicePrincipals/{id}", (*call).getServicePrincipal, 0},
		{"GET", scim + "/Groups", (*call).listGroups, 0},
		{"POST", scim + "/Groups", (*call).createGroup, 0},
		{"GET", scim + "/Groups/{id}", (*call).getGroup, 0},
		{"PATCH", scim + "/Groups/{id}", (*call).patchGroup, 0},
		{"DELETE", scim + "/Groups/{id}", (*call).deleteGroup, 0},

		{"GET", accountSCIM + "/Users", account((*call).listUsers), 0},
		{"GET", accountSCIM + "/Users/{id}", account((*call).getUser), 0},
		{"GET", accountSCIM + "/ServicePrincipals", account((*call).listServicePrincipals), 0},
		{"GET", accountSCIM + "/ServicePrincipals/{id}", account((*call).getServicePrincipal), 0},
		{"GET", accountSCIM + "/Groups", account((*call).listGroups), 0},
		{"POST", accountSCIM + "/Groups", account((*call).createGroup), 0},
		{"GET", accountSCIM + "/Groups/{id}", account((*call).getGroup), 0},
		{"PATCH", accountSCIM + "/Groups/{id}", account((*call).patchGroup), 0},
		{"DELETE", accountSCIM + "/Groups/{id}", account((*call).deleteGroup), 0},
		{"GET", assignmentsPath, account((*call).workspaceAssignments), 0},
		{"PUT", assignmentsPath + "/principals/{principal}", account((*call).assign), 0},
		{"DELETE", assignmentsPath + "/principals/{principal}", account((*call).unassign), 0},

		{"GET", "/api/2.0/sql/warehouses", (*call).listWarehouses, 0},
		{"GET", "/api/2.0/sql/warehouses/{id}", (*call).getWarehouse, 0},
		{"POST", "/api/2.0/sql/warehouses/{id}/start", (*call).startWarehouse, 0},
		{"POST", "/api/2.0/sql/warehouses/{id}/stop", (*call).stopWarehouse, 0},
		{"POST", statementsPath, (*call).executeStatement, waits},
		{"GET", statementsPath + "/{id}", (*call).getStatement, waits},
		{"GET", statementsPath + "/{id}/result/chunks/{n}", (*call).getChunk, waits},
		{"POST", statementsPath + "/{id}/cancel", (*call).cancelStatement, waits},
	}...))
}
