package databricks

import "strings"

const (
	privAll       = "ALL_PRIVILEGES"
	privApplyTag  = "APPLY_TAG"
	privBrowse    = "BROWSE"
	privExecute   = "EXECUTE"
	privManage    = "MANAGE"
	privModify    = "MODIFY"
	privSelect    = "SELECT"
	privUseCat    = "USE_CATALOG"
	privUseSchema = "USE_SCHEMA"
)

// applicable lists, per securable type, the privileges that may be granted on
// it. Those a container takes for its descendants flow down.
var applicable = map[kind][]string{
	kindMetastore: {"CREATE_CATALOG", "CREATE_CLEAN_ROOM", "CREATE_CONNECTION", "CREATE_EXTERNAL_LOCATION", "CREATE_PROVIDER",
		"CREATE_RECIPIENT", "CREATE_SHARE", "CREATE_SERVICE_CREDENTIAL", "CREATE_STORAGE_CREDENTIAL", "SET_SHARE_PERMISSION",
		"USE_MARKETPLACE_ASSETS", "USE_PROVIDER", "USE_RECIPIENT", "USE_SHARE", "MANAGE_ALLOWLIST"},
	kindCatalog:  append([]string{privBrowse, "CREATE_SCHEMA", privUseCat}, schemaPrivileges...),
	kindSchema:   schemaPrivileges,
	kindTable:    {privAll, privApplyTag, privManage, privSelect, privModify, "REFRESH"},
	kindVolume:   {privAll, privApplyTag, privManage, "READ_VOLUME", "WRITE_VOLUME"},
	kindFunction: {privAll, privExecute, privManage},
	kindModel:    {privAll, privApplyTag, "CREATE_MODEL_VERSION", privExecute, privManage},

	kindConnection: {privAll, "CREATE_FOREIGN_CATALOG", privManage, "USE_CONNECTION"},
	kindExternalLocation: {privAll, privBrowse, "CREATE_EXTERNAL_TABLE", "CREATE_EXTERNAL_VOLUME", "CREATE_FOREIGN_SECURABLE",
		"CREATE_MANAGED_STORAGE", "EXTERNAL_USE_LOCATION", privManage, "READ_FILES", "WRITE_FILES"},
	kindStorageCredential: {privAll, "CREATE_EXTERNAL_LOCATION", "CREATE_EXTERNAL_TABLE", privManage, "READ_FILES", "WRITE_FILES"},
	kindServiceCredential: {"ACCESS", privAll, "CREATE_CONNECTION", privManage},
	kindCleanRoom:         {privAll, privBrowse, "EXECUTE_CLEAN_ROOM_TASK", privManage, "MODIFY_CLEAN_ROOM"},
}

var schemaPrivileges = []string{privAll, privApplyTag, privManage, privUseSchema, "CREATE_TABLE", "CREATE_VOLUME",
	"CREATE_FUNCTION", "CREATE_MODEL", "CREATE_MATERIALIZED_VIEW", "EXTERNAL_USE_SCHEMA", privSelect, privModify,
	"REFRESH", privExecute, "READ_VOLUME", "WRITE_VOLUME"}

// underscored is a privilege as REST and the information schema spell it.
func underscored(p string) string {
	return strings.ReplaceAll(strings.ToUpper(strings.TrimSpace(p)), " ", "_")
}

// spaced is a privilege as SQL and messages spell it.
func spaced(p string) string { return strings.ReplaceAll(p, "_", " ") }

// applies reports whether a privilege may be granted on a securable. Views take
// neither MODIFY nor REFRESH, plain tables no REFRESH.
func applies(p string, s *securable) bool {
	if s.kind == kindTable && s.table != nil {
		switch {
		case p == "REFRESH":
			return s.table.refreshes()
		case p == privModify:
			return !s.table.isView()
		}
	}
	return contains(applicable[s.kind], p)
}

// implied reports whether ALL PRIVILEGES stands for p.
func implied(p string) bool {
	switch p {
	case privManage, "EXTERNAL_USE_SCHEMA", "EXTERNAL_USE_LOCATION", privAll:
		return false
	}
	return true
}

func checkPrivilege(p string, s *securable) error {
	if !applies(p, s) {
		return errInvalid("Privilege %s is not applicable to this entity [%s:%s/%s].", spaced(p), s.fullName(), s.kind, s.kind)
	}
	return nil
}
