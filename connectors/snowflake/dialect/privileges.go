package dialect

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
)

// each puts a word before each of the others.
func each(before string, words ...string) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = strings.TrimSpace(before + " " + w)
	}
	return out
}

func policies(before, after string, kinds ...string) []string {
	out := make([]string, len(kinds))
	for i, k := range kinds {
		out[i] = before + " " + k + " " + after
	}
	return out
}

// privileges is the matrix of Snowflake's GRANT page, checked November 2026, without OWNERSHIP, which moves. Each list
// is sorted.
var privileges = map[state.Kind][]string{
	state.KindAccount: sorted(
		each("CREATE", "ACCOUNT", "APPLICATION", "APPLICATION PACKAGE", "COMPUTE POOL", "DATABASE", "EXTERNAL VOLUME", "FAILOVER GROUP", "FEATURE POLICY", "INTEGRATION",
			"LISTING", "NETWORK POLICY", "NOTIFICATION INTEGRATION", "ORGANIZATION LISTING", "REPLICATION GROUP", "ROLE", "SHARE", "STORAGE INTEGRATION", "USER", "WAREHOUSE"),
		policies("APPLY", "POLICY", "AGGREGATION", "AUTHENTICATION", "DATA MOVEMENT", "FEATURE", "JOIN", "MASKING", "PACKAGES", "PASSWORD", "PRIVACY", "PROJECTION", "ROW ACCESS", "SESSION", "STORAGE LIFECYCLE"),
		each("EXECUTE", "ALERT", "AUTO CLASSIFICATION", "DATA METRIC FUNCTION", "MANAGED ALERT", "MANAGED TASK", "TASK"),
		each("MANAGE", "CALLER GRANTS", "GRANTS", "SHARE TARGET", "VISIBILITY", "WAREHOUSES"),
		each("MODIFY", "LOG LEVEL", "METRIC LEVEL", "SESSION LOG LEVEL", "SESSION TRACE LEVEL", "TRACE LEVEL"),
		each("MONITOR", "EXECUTION", "ROLE", "SECURITY", "USAGE", "USER"),
		[]string{"APPLY CONTACT", "APPLY TAG", "ATTACH POLICY", "AUDIT", "BIND SERVICE ENDPOINT", "CANCEL QUERY", "IMPORT SHARE", "OVERRIDE SHARE RESTRICTIONS",
			"PURCHASE DATA EXCHANGE LISTING", "READ SESSION", "RESOLVE ALL", "USE AI FUNCTIONS", "VIEW LINEAGE"}),
	state.KindUser:      {"IMPERSONATE", "MODIFY PROGRAMMATIC AUTHENTICATION METHODS", "MONITOR"},
	state.KindWarehouse: {"APPLYBUDGET", "MODIFY", "MONITOR", "OPERATE", "USAGE"},
	state.KindCatalog:   {"APPLYBUDGET", "CREATE DATABASE ROLE", "CREATE SCHEMA", "EXECUTE AUTO CLASSIFICATION", Imported, "MANAGE GRANTS", "MODIFY", "MONITOR", "REFERENCE_USAGE", "USAGE"},
	state.KindSchema: sorted(
		each("CREATE", "AGENT", "ALERT", "CORTEX SEARCH SERVICE", "DATA METRIC FUNCTION", "DATASET", "DBT PROJECT", "DYNAMIC TABLE", "EVENT TABLE", "EXPERIMENT", "EXTERNAL TABLE",
			"FILE FORMAT", "FUNCTION", "GATEWAY", "GIT REPOSITORY", "HYBRID TABLE", "ICEBERG TABLE", "IMAGE REPOSITORY", "INTERACTIVE TABLE", "MATERIALIZED VIEW", "MCP SERVER", "MODEL",
			"NETWORK RULE", "NOTEBOOK", "PIPE", "PROCEDURE", "SECRET", "SEMANTIC VIEW", "SEQUENCE", "SERVICE", "SNAPSHOT", "STAGE", "STREAM", "STREAMLIT", "TABLE", "TAG", "TASK", "TYPE",
			"VIEW", "WORKSPACE", "SNOWFLAKE.CORE.BUDGET", "SNOWFLAKE.DATA_PRIVACY.CLASSIFICATION_PROFILE", "SNOWFLAKE.DATA_PRIVACY.CUSTOM_CLASSIFIER"),
		policies("CREATE", "POLICY", "AGGREGATION", "AUTHENTICATION", "JOIN", "MASKING", "PACKAGES", "PASSWORD", "PRIVACY", "PROJECTION", "ROW ACCESS", "SESSION", "STORAGE LIFECYCLE"),
		[]string{"ADD SEARCH OPTIMIZATION", "APPLYBUDGET", "EXECUTE AUTO CLASSIFICATION", "MANAGE GRANTS", "MODIFY", "MONITOR", "USAGE"}),
	state.KindTable:            {"APPLYBUDGET", "DELETE", "EVOLVE SCHEMA", ingest, "INSERT", "REFERENCES", "SELECT", "SELECT ERROR TABLE", "TRUNCATE", "UPDATE"},
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
	state.KindConnection:       {"FAILOVER"},
	state.KindSecret:           {"READ", "USAGE"},
	state.KindAlert:            {"MONITOR", "OPERATE"},
	state.KindStreamlit:        {"USAGE"},
	state.KindNotebook:         {"USAGE"},
	state.KindResourceMonitor:  {"MODIFY", "MONITOR"},
	state.KindComputePool:      {"MODIFY", "MONITOR", "OPERATE", "USAGE"},
	state.KindExternalVolume:   {"USAGE"},
	state.KindTag:              {"APPLY", "READ"},
	state.KindMaskingPolicy:    {"APPLY"},
	state.KindRowPolicy:        {"APPLY"},
}

func sorted(lists ...[]string) []string {
	all := slices.Concat(lists...)
	slices.Sort(all)
	return all
}

// notInAll are privileges that ALL leaves out: those that hand on power over others' grants or policies, which are
// only given by name, those of an opt-in feature, and classes.
func notInAll(privilege string, on state.Kind) bool {
	return privilege == "MANAGE GRANTS" && on != state.KindAccount || privilege == "REFERENCE_USAGE" || privilege == Imported || strings.Contains(privilege, "SNOWFLAKE.") || privilege == "SELECT ERROR TABLE"
}

// Privileges implements plan.Dialect. Words are written in any case and joined by blanks or underscores. ALL is
// spelled out, since Snowflake stores no such grant.
func (Dialect) Privileges(written string, on state.Kind) ([]string, error) {
	known := privileges[on]
	if known == nil {
		return nil, fmt.Errorf("no privileges can be granted on a %s", on)
	}
	w := plain(written)
	if w == "ALL" || w == "ALL PRIVILEGES" {
		if on == state.KindTag || on == state.KindMaskingPolicy || on == state.KindRowPolicy {
			return nil, fmt.Errorf("a %s does not take ALL; name the privileges: %s", on, strings.Join(known, ", "))
		}
		return slices.DeleteFunc(slices.Clone(known), func(p string) bool { return notInAll(p, on) }), nil
	}
	for _, k := range known {
		if plain(k) == w {
			return []string{k}, nil
		}
	}
	return nil, fmt.Errorf("a %s has no privilege %s; it has %s", on, w, strings.Join(known, ", "))
}

// plain makes spellings of one privilege alike.
func plain(privilege string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(strings.ToUpper(privilege), "_", " ")), " ")
}

// sorts are what sorts of a kind take: tables that are no plain ones, and stages by where their files lie. INGEST
// TELEMETRY is of event tables alone.
var sorts = map[string][]string{
	"hybrid":      {"APPLYBUDGET", "DELETE", "INSERT", "REFERENCES", "SELECT", "TRUNCATE", "UPDATE"},
	"iceberg":     {"APPLYBUDGET", "DELETE", "INSERT", "REFERENCES", "SELECT", "TRUNCATE", "UPDATE"},
	"event":       {"APPLYBUDGET", "DELETE", ingest, "REFERENCES", "SELECT", "TRUNCATE"},
	"interactive": {"REFERENCES", "SELECT"},
	"internal":    {"READ", "WRITE"},
	"external":    {"USAGE"},
	"imported":    {Imported},
}

// Imported is the one privilege on a database that another account shares: to read what is in it.
const Imported = "IMPORTED PRIVILEGES"

const ingest = "INGEST TELEMETRY"

// Sift implements plan.Dialect.
func (Dialect) Sift(list []string, on state.Kind, sort string) ([]string, error) {
	switch known := sorts[sort]; {
	case sort == plan.AnySort:
		return list, nil
	case on == state.KindStage && known == nil && len(list) == len(privileges[on]):
		return nil, errors.New("whether the stage is an internal or an external one could not be read; name the privileges")
	case known == nil && (on == state.KindTable || on == state.KindCatalog):
		return slices.DeleteFunc(slices.Clone(list), func(p string) bool { return p == ingest || p == Imported }), nil
	case known == nil:
		return list, nil
	default:
		return slices.DeleteFunc(slices.Clone(list), func(p string) bool { return !slices.Contains(known, p) }), nil
	}
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
