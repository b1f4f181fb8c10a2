package dialect

import (
	"net/url"
	"slices"

	"github.com/polsync/polsync/state"
)

// unityCatalog is where requests for securables go.
const unityCatalog = "/api/2.1/unity-catalog/"

// securable says how requests and statements call a kind (Unity Catalog REST reference, checked November 2026).
type securable struct {
	permission string // in the path of a permissions request; "" for kinds without privileges
	word       string // in GRANT, and in ALTER where alter is empty
	alter      string // in ALTER; "" where only a request can
	collection string // path of the list and, with a name, of one
}

// securables lists the kinds. Views, materialized views and streaming tables are tables in requests, and models are
// functions in those for permissions.
var securables = map[state.Kind]securable{
	state.KindMetastore:         {permission: "metastore", word: "METASTORE", collection: unityCatalog + "metastores"},
	state.KindCatalog:           {"catalog", "CATALOG", "CATALOG", unityCatalog + "catalogs"},
	state.KindSchema:            {"schema", "SCHEMA", "SCHEMA", unityCatalog + "schemas"},
	state.KindTable:             {"table", "TABLE", "TABLE", unityCatalog + "tables"},
	state.KindExternalTable:     {"table", "TABLE", "TABLE", unityCatalog + "tables"},
	state.KindView:              {"table", "TABLE", "VIEW", unityCatalog + "tables"},
	state.KindMaterializedView:  {"table", "TABLE", "MATERIALIZED VIEW", unityCatalog + "tables"},
	state.KindDynamicTable:      {"table", "TABLE", "STREAMING TABLE", unityCatalog + "tables"},
	state.KindVolume:            {"volume", "VOLUME", "VOLUME", unityCatalog + "volumes"},
	state.KindFunction:          {"function", "FUNCTION", "FUNCTION", unityCatalog + "functions"},
	state.KindModel:             {permission: "function", word: "FUNCTION", collection: unityCatalog + "models"},
	state.KindConnection:        {permission: "connection", word: "CONNECTION", collection: unityCatalog + "connections"},
	state.KindExternalLocation:  {permission: "external_location", word: "EXTERNAL LOCATION", collection: unityCatalog + "external-locations"},
	state.KindStorageCredential: {permission: "storage_credential", word: "STORAGE CREDENTIAL", collection: unityCatalog + "storage-credentials"},
	state.KindServiceCredential: {permission: "credential", word: "SERVICE CREDENTIAL", collection: unityCatalog + "credentials"},
	state.KindCleanRoom:         {permission: "clean_room", word: "CLEAN ROOM", collection: "/api/2.0/clean-rooms"},
	state.KindShare:             {word: "SHARE", collection: unityCatalog + "shares"},
	state.KindRecipient:         {word: "RECIPIENT", collection: unityCatalog + "recipients"},
	state.KindProvider:          {word: "PROVIDER", collection: unityCatalog + "providers"},
}

// PermissionsPath returns the path of the grants on a securable, with its name escaped, and false where the kind has
// none or a name cannot be. The metastore goes by its id, which is the name here.
func PermissionsPath(s state.Securable) (string, bool) {
	if s.Kind != state.KindMetastore && len(s.Parts()) == 0 {
		return "", false
	}
	name, err := fullName(s)
	t := securables[s.Kind].permission
	return unityCatalog + "permissions/" + t + "/" + name, t != "" && err == nil
}

// EffectivePath returns the path of the privileges on a securable together with those handed down to it.
func EffectivePath(s state.Securable) string {
	name, _ := fullName(s) // one that cannot be makes a path that finds nothing
	return unityCatalog + "effective-permissions/" + securables[s.Kind].permission + "/" + name
}

// CollectionPath returns where a kind is listed, "" for one that is not.
func CollectionPath(k state.Kind) string { return securables[k].collection }

// Singles returns the kinds that are listed by requests alone, sorted.
func Singles() []state.Kind {
	var all []state.Kind
	for k := range securables {
		if k != state.KindMetastore && k != state.KindCatalog && k != state.KindSchema && k != state.KindVolume && k != state.KindFunction && !k.Relation() {
			all = append(all, k)
		}
	}
	slices.Sort(all)
	return all
}

// Grantable reports whether groups and users can hold privileges on a kind.
func Grantable(k state.Kind) bool { return len(privileges[k]) > 0 }

// OnePath returns the path of one securable that is not the metastore.
func OnePath(s state.Securable) (string, error) {
	name, err := fullName(s)
	return securables[s.Kind].collection + "/" + name, err
}

// onePath returns the path of one securable.
func (d Dialect) onePath(s state.Securable) (string, error) {
	if s.Kind == state.KindMetastore {
		id, err := d.metastore()
		return securables[s.Kind].collection + "/" + url.PathEscape(id), err
	}
	return OnePath(s)
}
