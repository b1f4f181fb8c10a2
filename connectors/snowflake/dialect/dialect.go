package dialect

import (
	"fmt"
	"slices"
	"strings"

	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
)

// Dialect is Snowflake's.
type Dialect struct{}

var _ plan.Dialect = Dialect{}

// Name implements plan.Dialect.
func (Dialect) Name() string { return "snowflake" }

// FoldPart implements plan.Dialect: what is not quoted is stored in upper case.
func (Dialect) FoldPart(p state.Part) string {
	if p.Quoted {
		return p.Text
	}
	return strings.ToUpper(p.Text)
}

// Fold implements plan.Dialect: everyone is the role PUBLIC, and there are no groups but roles.
func (Dialect) Fold(s state.Securable) state.Securable {
	switch s.Kind {
	case state.KindEveryone:
		return state.Securable{Kind: state.KindRole, Name: "PUBLIC"}
	case state.KindGroup:
		s.Kind = state.KindRole
	case state.KindServicePrincipal:
		s.Kind = state.KindUser
	}
	return s
}

// Tag implements plan.Dialect: a tag lives in a schema.
func (d Dialect) Tag(name string, schema, home state.Securable) state.Securable {
	if schema == (state.Securable{}) {
		schema = home
	}
	return state.Securable{Kind: state.KindTag, Catalog: schema.Catalog, Schema: schema.Schema, Name: d.FoldPart(state.Part{Text: name})}
}

// TagDefined implements plan.Dialect.
func (Dialect) TagDefined(bool) bool { return true }

// Policy implements plan.Dialect: POLSYNC_MASK_FAMILY in the home schema.
func (d Dialect) Policy(mask string, family state.Family, home state.Securable) state.Securable {
	name := d.FoldPart(state.Part{Text: "polsync_" + mask + "_" + string(family)})
	return state.Securable{Kind: state.KindMaskingPolicy, Catalog: home.Catalog, Schema: home.Schema, Name: name}
}

// TagMasks implements plan.Dialect.
func (Dialect) TagMasks() bool { return true }

// FutureContainers implements plan.Dialect.
func (Dialect) FutureContainers() bool { return true }

// Usage implements plan.Dialect.
func (Dialect) Usage(container state.Kind) string {
	if container == state.KindCatalog || container == state.KindSchema {
		return "USAGE"
	}
	return ""
}

// relation privileges by kind; the whole matrix follows the GRANT page of Snowflake's manual, checked November 2026.
var privileges = map[state.Kind][]string{
	state.KindAccount: {"APPLY MASKING POLICY", "APPLY ROW ACCESS POLICY", "APPLY TAG", "CREATE DATABASE", "CREATE INTEGRATION", "CREATE ROLE", "CREATE SHARE", "CREATE USER", "CREATE WAREHOUSE",
		"EXECUTE MANAGED TASK", "EXECUTE TASK", "IMPORT SHARE", "MANAGE GRANTS", "MANAGE WAREHOUSES", "MONITOR EXECUTION", "MONITOR USAGE", "OVERRIDE SHARE RESTRICTIONS", "RESOLVE ALL"},
	state.KindWarehouse: {"APPLYBUDGET", "MODIFY", "MONITOR", "OPERATE", "USAGE"},
	state.KindCatalog:   {"APPLYBUDGET", "CREATE DATABASE ROLE", "CREATE SCHEMA", "MODIFY", "MONITOR", "USAGE"},
	state.KindSchema: {"ADD SEARCH OPTIMIZATION", "APPLYBUDGET", "CREATE ALERT", "CREATE DYNAMIC TABLE", "CREATE EVENT TABLE", "CREATE EXTERNAL TABLE", "CREATE FILE FORMAT", "CREATE FUNCTION",
		"CREATE ICEBERG TABLE", "CREATE MASKING POLICY", "CREATE MATERIALIZED VIEW", "CREATE MODEL", "CREATE PIPE", "CREATE PROCEDURE", "CREATE ROW ACCESS POLICY", "CREATE SEQUENCE", "CREATE STAGE",
		"CREATE STREAM", "CREATE TABLE", "CREATE TAG", "CREATE TASK", "CREATE VIEW", "MODIFY", "MONITOR", "USAGE"},
	state.KindTable:            {"APPLYBUDGET", "DELETE", "EVOLVE SCHEMA", "INSERT", "REFERENCES", "SELECT", "TRUNCATE", "UPDATE"},
	state.KindView:             {"REFERENCES", "SELECT"},
	state.KindMaterializedView: {"APPLYBUDGET", "REFERENCES", "SELECT"},
	state.KindDynamicTable:     {"MONITOR", "OPERATE", "SELECT"},
	state.KindExternalTable:    {"REFERENCES", "SELECT"},
	state.KindStage:            {"READ", "USAGE", "WRITE"},
	state.KindFunction:         {"USAGE"},
	state.KindProcedure:        {"USAGE"},
	state.KindSequence:         {"USAGE"},
	state.KindFileFormat:       {"USAGE"},
	state.KindModel:            {"READ", "USAGE"},
	state.KindStream:           {"SELECT"},
	state.KindTask:             {"APPLYBUDGET", "MONITOR", "OPERATE"},
	state.KindPipe:             {"APPLYBUDGET", "MONITOR", "OPERATE"},
	state.KindIntegration:      {"USAGE", "USE_ANY_ROLE"},
	state.KindTag:              {"APPLY", "READ"},
	state.KindMaskingPolicy:    {"APPLY"},
}

// Privileges implements plan.Dialect. ALL is spelled out, since Snowflake stores no such grant.
func (Dialect) Privileges(written string, on state.Kind) ([]string, error) {
	known := privileges[on]
	w := strings.ReplaceAll(strings.ToUpper(written), "_", " ")
	switch {
	case w == "USE ANY ROLE":
		w = "USE_ANY_ROLE"
	case w == "ALL" || w == "ALL PRIVILEGES":
		return known, nil
	}
	if slices.Contains(known, w) {
		return []string{w}, nil
	}
	if known == nil {
		return nil, fmt.Errorf("no privileges can be granted on a %s", on)
	}
	return nil, fmt.Errorf("a %s has no privilege %s; it has %s", on, w, strings.Join(known, ", "))
}

// Access implements plan.Dialect.
func (Dialect) Access(level string, on state.Kind) []string {
	switch {
	case level == "read" && on.Relation():
		return []string{"SELECT"}
	case level == "write" && on == state.KindTable:
		return []string{"DELETE", "INSERT", "TRUNCATE", "UPDATE"}
	}
	return nil
}
