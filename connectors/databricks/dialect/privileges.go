package dialect

import (
	"fmt"
	"slices"
	"strings"

	"github.com/polsync/polsync/state"
)

// AllPrivileges is the privilege that stands for the others of its securable.
const AllPrivileges = "ALL PRIVILEGES"

// beyondAll are the privileges that ALL PRIVILEGES does not give.
var beyondAll = []string{AllPrivileges, "MANAGE", "EXTERNAL USE SCHEMA", "EXTERNAL USE LOCATION"}

// privileges lists what may be granted on each kind, sorted; grants on containers flow down (vendor privilege pages,
// checked August 2026).
var privileges = map[state.Kind][]string{
	state.KindMetastore: {"CREATE CATALOG", "CREATE CLEAN ROOM", "CREATE CONNECTION", "CREATE EXTERNAL LOCATION", "CREATE PROVIDER",
		"CREATE RECIPIENT", "CREATE SERVICE CREDENTIAL", "CREATE SHARE", "CREATE STORAGE CREDENTIAL", "MANAGE ALLOWLIST",
		"SET SHARE PERMISSION", "USE MARKETPLACE ASSETS", "USE PROVIDER", "USE RECIPIENT", "USE SHARE"},
	state.KindCatalog: {AllPrivileges, "APPLY TAG", "BROWSE", "CREATE FUNCTION", "CREATE MATERIALIZED VIEW", "CREATE MODEL", "CREATE SCHEMA",
		"CREATE TABLE", "CREATE VOLUME", "EXECUTE", "EXTERNAL USE SCHEMA", "MANAGE", "MODIFY", "READ VOLUME", "REFRESH", "SELECT",
		"USE CATALOG", "USE SCHEMA", "WRITE VOLUME"},
	state.KindSchema: {AllPrivileges, "APPLY TAG", "CREATE FUNCTION", "CREATE MATERIALIZED VIEW", "CREATE MODEL", "CREATE TABLE",
		"CREATE VOLUME", "EXECUTE", "EXTERNAL USE SCHEMA", "MANAGE", "MODIFY", "READ VOLUME", "REFRESH", "SELECT", "USE SCHEMA", "WRITE VOLUME"},
	state.KindTable:             {AllPrivileges, "APPLY TAG", "MANAGE", "MODIFY", "SELECT"},
	state.KindExternalTable:     {AllPrivileges, "APPLY TAG", "MANAGE", "MODIFY", "SELECT"},
	state.KindView:              {AllPrivileges, "APPLY TAG", "MANAGE", "SELECT"},
	state.KindMaterializedView:  {AllPrivileges, "APPLY TAG", "MANAGE", "REFRESH", "SELECT"},
	state.KindDynamicTable:      {AllPrivileges, "APPLY TAG", "MANAGE", "REFRESH", "SELECT"},
	state.KindVolume:            {AllPrivileges, "APPLY TAG", "MANAGE", "READ VOLUME", "WRITE VOLUME"},
	state.KindFunction:          {AllPrivileges, "EXECUTE", "MANAGE"},
	state.KindModel:             {AllPrivileges, "APPLY TAG", "CREATE MODEL VERSION", "EXECUTE", "MANAGE"},
	state.KindConnection:        {AllPrivileges, "CREATE FOREIGN CATALOG", "MANAGE", "USE CONNECTION"},
	state.KindExternalLocation:  {AllPrivileges, "BROWSE", "CREATE EXTERNAL TABLE", "CREATE EXTERNAL VOLUME", "CREATE FOREIGN SECURABLE", "CREATE MANAGED STORAGE", "EXTERNAL USE LOCATION", "MANAGE", "READ FILES", "WRITE FILES"},
	state.KindStorageCredential: {AllPrivileges, "CREATE EXTERNAL LOCATION", "CREATE EXTERNAL TABLE", "MANAGE", "READ FILES", "WRITE FILES"},
	state.KindServiceCredential: {"ACCESS", AllPrivileges, "CREATE CONNECTION", "MANAGE"},
	state.KindCleanRoom:         {AllPrivileges, "BROWSE", "EXECUTE CLEAN ROOM TASK", "MANAGE", "MODIFY CLEAN ROOM"},
}

// elsewhere says of kinds without privileges of groups and users where access to them is decided.
var elsewhere = map[state.Kind]string{
	state.KindShare:     "a recipient is given a share by SELECT on it, which no group or user can hold",
	state.KindRecipient: "USE RECIPIENT on the metastore is what there is",
	state.KindProvider:  "USE PROVIDER on the metastore is what there is",
}

func noPrivileges(k state.Kind) error {
	if why := elsewhere[k]; why != "" {
		return fmt.Errorf("a %s has no privileges on Databricks that groups or users could hold; %s", k, why)
	}
	return fmt.Errorf("a %s has no privileges on Databricks", k)
}

// Privilege returns a privilege as this package spells it: upper case, words separated by spaces.
func Privilege(written string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(strings.ToUpper(written), "_", " ")), " ")
}

// Privileges implements plan.Dialect. ALL is each privilege that ALL PRIVILEGES gives, one by one.
func (Dialect) Privileges(written string, on state.Kind) ([]string, error) {
	known, ok := privileges[on]
	if !ok {
		return nil, noPrivileges(on)
	}
	w := Privilege(written)
	switch {
	case w == "ALL" || w == AllPrivileges:
		return Implied(on), nil
	case w == "USAGE" && (on == state.KindCatalog || on == state.KindSchema):
		return []string{Dialect{}.Usage(on)}, nil
	case slices.Contains(known, w):
		return []string{w}, nil
	}
	return nil, fmt.Errorf("a %s has no privilege %s; it has %s", on, w, strings.Join(known, ", "))
}

// Implied returns the privileges that ALL PRIVILEGES gives on a kind.
func Implied(on state.Kind) []string {
	return slices.DeleteFunc(slices.Clone(privileges[on]), func(p string) bool { return slices.Contains(beyondAll, p) })
}

// Sift implements plan.Dialect: no kind has sorts that differ here.
func (Dialect) Sift(privileges []string, _ state.Kind, _ string) ([]string, error) {
	return privileges, nil
}

// Access implements plan.Dialect. Ownership is no privilege here, so own has none.
func (Dialect) Access(level string, on state.Kind) []string {
	switch {
	case level == "read" && on.Relation():
		return []string{"SELECT"}
	case level == "read" && on == state.KindVolume:
		return []string{"READ VOLUME"}
	case level == "write" && (on == state.KindTable || on == state.KindExternalTable):
		return []string{"MODIFY"}
	case level == "write" && on == state.KindVolume:
		return []string{"WRITE VOLUME"}
	}
	return nil
}

// Usage implements plan.Dialect.
func (Dialect) Usage(container state.Kind) string {
	switch container {
	case state.KindCatalog:
		return "USE CATALOG"
	case state.KindSchema:
		return "USE SCHEMA"
	}
	return ""
}
