package dialect

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
)

// permissionTypes are the types in the path of a permissions request.
var permissionTypes = map[state.Kind]string{
	state.KindMetastore: "metastore", state.KindCatalog: "catalog", state.KindSchema: "schema", state.KindTable: "table", state.KindExternalTable: "table",
	state.KindView: "table", state.KindMaterializedView: "table", state.KindDynamicTable: "table", state.KindVolume: "volume", state.KindFunction: "function",
	state.KindModel: "function", state.KindConnection: "connection", state.KindExternalLocation: "external_location",
	state.KindStorageCredential: "storage_credential",
}

// grantWords are the types in GRANT.
var grantWords = map[string]string{
	"metastore": "METASTORE", "catalog": "CATALOG", "schema": "SCHEMA", "table": "TABLE", "volume": "VOLUME", "function": "FUNCTION",
	"connection": "CONNECTION", "external_location": "EXTERNAL LOCATION", "storage_credential": "STORAGE CREDENTIAL",
}

// permissionChange is one principal's part of a permissions request.
type permissionChange struct {
	Add       []string `json:"add,omitempty"`
	Principal string   `json:"principal"`
	Remove    []string `json:"remove,omitempty"`
}

// grants sends what all principals gain and lose on one securable as one request, which is all or nothing and may be
// repeated.
func (d Dialect) grants(group []plan.Change) (*plan.Statement, error) {
	on := group[0].Key.On
	kind, ok := permissionTypes[on.Kind]
	if !ok {
		return nil, fmt.Errorf("a %s has no privileges on Databricks", on.Kind)
	}
	path, err := d.permissionPath(kind, on)
	if err != nil {
		return nil, err
	}
	byName := map[string]*permissionChange{}
	for _, c := range group {
		if err := grantable(c); err != nil {
			return nil, &refusal{c, err}
		}
		name := principal(c.Key.With)
		p := byName[name]
		if p == nil {
			p = &permissionChange{Principal: name}
			byName[name] = p
		}
		spelled := strings.ReplaceAll(c.Key.Name, " ", "_")
		if c.Want != nil {
			p.Add = append(p.Add, spelled)
		} else {
			p.Remove = append(p.Remove, spelled)
		}
	}
	body := struct {
		Changes []permissionChange `json:"changes"`
	}{}
	var same []string
	for _, name := range sortedKeys(byName) {
		p := byName[name]
		slices.Sort(p.Add)
		slices.Sort(p.Remove)
		body.Changes = append(body.Changes, *p)
		same = append(same, grantSQL(*p, kind, on)...)
	}
	return request("PATCH", path, body, strings.Join(same, "; "), true)
}

func grantable(c plan.Change) error {
	switch {
	case c.Key.Future != state.KindNone:
		return errors.New("there are no future grants; a grant on the container reaches what is created in it")
	case c.Want == state.Option(true):
		return errors.New("there is no grant option; MANAGE lets a principal grant")
	case !Dialect{}.Fold(c.Key.With).Kind.Principal() || c.Key.With.Kind == state.KindDatabaseRole:
		return fmt.Errorf("a %s cannot be granted anything", c.Key.With.Kind)
	case principal(c.Key.With) == "":
		return errors.New("the grant is of a principal that was deleted, which has no name to be revoked by")
	}
	return nil
}

func (d Dialect) permissionPath(kind string, on state.Securable) (string, error) {
	const base = "/api/2.1/unity-catalog/permissions/"
	if on.Kind == state.KindMetastore {
		id := d.knows().Metastore
		if id == "" {
			return "", errors.New("the metastore's id is not known")
		}
		return base + kind + "/" + id, nil
	}
	name, err := fullName(on)
	if err != nil {
		return "", err
	}
	return base + kind + "/" + name, nil
}

// grantSQL returns the statements that do what a request does, for people.
func grantSQL(p permissionChange, kind string, on state.Securable) []string {
	target := grantWords[kind]
	if parts := on.Parts(); len(parts) > 0 {
		target += " " + QualifiedName(parts...)
	}
	var all []string
	if len(p.Remove) > 0 {
		all = append(all, "REVOKE "+words(p.Remove)+" ON "+target+" FROM "+QuoteName(p.Principal))
	}
	if len(p.Add) > 0 {
		all = append(all, "GRANT "+words(p.Add)+" ON "+target+" TO "+QuoteName(p.Principal))
	}
	return all
}

func words(privileges []string) string {
	return strings.ReplaceAll(strings.Join(privileges, ", "), "_", " ")
}
