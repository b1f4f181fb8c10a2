package dialect

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
)

// EveryoneGroup is the group that everybody of the account is in.
const EveryoneGroup = "account users"

// Dialect is that of Databricks with masks column by column.
type Dialect struct{}

var _ plan.Dialect = Dialect{}

// Name implements plan.Dialect.
func (Dialect) Name() string { return "databricks" }

// FoldPart implements plan.Dialect: names are stored in lower case, quoted or not.
func (Dialect) FoldPart(p state.Part) string { return strings.ToLower(p.Text) }

// Fold implements plan.Dialect: roles are groups here, and everyone is the group of all account users.
func (Dialect) Fold(s state.Securable) state.Securable {
	switch s.Kind {
	case state.KindEveryone:
		return state.Securable{Kind: state.KindGroup, Name: EveryoneGroup}
	case state.KindRole:
		s.Kind = state.KindGroup
	}
	return s
}

// Tag implements plan.Dialect: a tag is its key, whose case counts.
func (Dialect) Tag(name string, _, _ state.Securable) state.Securable {
	return state.Securable{Kind: state.KindTag, Name: name}
}

// TagDefined implements plan.Dialect: only a governed tag has a definition.
func (Dialect) TagDefined(governed bool) bool { return governed }

// Policy implements plan.Dialect: a function in the home schema. What a name cannot hold is replaced, and a digest of
// the whole keeps two names apart.
func (Dialect) Policy(mask string, family state.Family, home state.Securable) state.Securable {
	written := strings.ToLower(mask + "_" + string(family))
	clean := strings.Map(func(r rune) rune {
		if r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' {
			return r
		}
		return '_'
	}, written)
	if clean != mask+"_"+string(family) || len(clean) > 200 {
		sum := sha256.Sum256([]byte(mask + "\x00" + string(family)))
		clean = clean[:min(len(clean), 200)] + "_" + hex.EncodeToString(sum[:4])
	}
	return state.Securable{Kind: state.KindMaskingPolicy, Catalog: home.Catalog, Schema: home.Schema, Name: "polsync_" + clean}
}

// TagMasks implements plan.Dialect: a mask function cannot ask for a tag's value.
func (Dialect) TagMasks() bool { return false }

// FutureContainers implements plan.Dialect: a grant on a container reaches what is created in it.
func (Dialect) FutureContainers() bool { return false }

// Usage implements plan.Dialect.
func (Dialect) Usage(container state.Kind) string {
	switch container {
	case state.KindCatalog:
		return "USE_CATALOG"
	case state.KindSchema:
		return "USE_SCHEMA"
	}
	return ""
}

// privileges that can be granted on each kind, those that a container hands down included; Unity Catalog's privilege
// reference, checked November 2026.
var privileges = map[state.Kind][]string{
	state.KindMetastore: {"CREATE_CATALOG", "CREATE_CLEAN_ROOM", "CREATE_CONNECTION", "CREATE_EXTERNAL_LOCATION", "CREATE_PROVIDER", "CREATE_RECIPIENT", "CREATE_SERVICE_CREDENTIAL",
		"CREATE_SHARE", "CREATE_STORAGE_CREDENTIAL", "MANAGE_ALLOWLIST", "SET_SHARE_PERMISSION", "USE_MARKETPLACE_ASSETS", "USE_PROVIDER", "USE_RECIPIENT", "USE_SHARE"},
	state.KindCatalog: {"APPLY_TAG", "BROWSE", "CREATE_FUNCTION", "CREATE_MATERIALIZED_VIEW", "CREATE_MODEL", "CREATE_SCHEMA", "CREATE_TABLE", "CREATE_VOLUME", "EXECUTE", "MODIFY",
		"READ_VOLUME", "REFRESH", "SELECT", "USE_CATALOG", "USE_SCHEMA", "WRITE_VOLUME"},
	state.KindSchema: {"APPLY_TAG", "CREATE_FUNCTION", "CREATE_MATERIALIZED_VIEW", "CREATE_MODEL", "CREATE_TABLE", "CREATE_VOLUME", "EXECUTE", "MODIFY", "READ_VOLUME", "REFRESH", "SELECT",
		"USE_SCHEMA", "WRITE_VOLUME"},
	state.KindTable:             {"APPLY_TAG", "MODIFY", "SELECT"},
	state.KindView:              {"APPLY_TAG", "SELECT"},
	state.KindMaterializedView:  {"APPLY_TAG", "REFRESH", "SELECT"},
	state.KindExternalTable:     {"APPLY_TAG", "MODIFY", "SELECT"},
	state.KindVolume:            {"APPLY_TAG", "READ_VOLUME", "WRITE_VOLUME"},
	state.KindFunction:          {"EXECUTE"},
	state.KindModel:             {"APPLY_TAG", "EXECUTE"},
	state.KindExternalLocation:  {"BROWSE", "CREATE_EXTERNAL_TABLE", "CREATE_EXTERNAL_VOLUME", "CREATE_MANAGED_STORAGE", "READ_FILES", "WRITE_FILES"},
	state.KindConnection:        {"CREATE_FOREIGN_CATALOG", "USE_CONNECTION"},
	state.KindStorageCredential: {"CREATE_EXTERNAL_LOCATION", "CREATE_EXTERNAL_TABLE", "READ_FILES", "WRITE_FILES"},
}

// Privileges implements plan.Dialect. ALL PRIVILEGES is spelled out, without MANAGE, which it never includes.
func (Dialect) Privileges(written string, on state.Kind) ([]string, error) {
	known := privileges[on]
	w := strings.ReplaceAll(strings.ToUpper(written), " ", "_")
	switch {
	case known == nil:
		return nil, fmt.Errorf("no privileges can be granted on a %s", on)
	case w == "ALL" || w == "ALL_PRIVILEGES":
		return known, nil
	case slices.Contains(known, w) || w == "MANAGE":
		return []string{w}, nil
	}
	return nil, fmt.Errorf("a %s has no privilege %s; it has %s", on, w, strings.Join(known, ", "))
}

// Access implements plan.Dialect.
func (Dialect) Access(level string, on state.Kind) []string {
	switch {
	case level == "read" && on.Relation():
		return []string{"SELECT"}
	case level == "write" && (on == state.KindTable || on == state.KindExternalTable):
		return []string{"MODIFY"}
	}
	return nil
}
