package databricks

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unique"

	"github.com/polsync/polsync/connectors/databricks/dialect"
	"github.com/polsync/polsync/state"
)

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// relationKinds are the kinds of table_type; any other is a table.
var relationKinds = map[string]state.Kind{
	"VIEW": state.KindView, "METRIC_VIEW": state.KindView, "MATERIALIZED_VIEW": state.KindMaterializedView, "STREAMING_TABLE": state.KindDynamicTable,
}

// readObjects reads catalogs, schemas, tables and volumes in one statement.
func (r *reader) readObjects(ctx context.Context) error {
	const from = " FROM system.information_schema."
	sql := "SELECT 'catalog' AS kind, catalog_name AS c, '' AS s, '' AS n, '' AS type, catalog_owner AS owner, comment, CAST(created AS STRING) AS created" +
		from + "catalogs WHERE " + r.catalogs() +
		" UNION ALL SELECT 'schema', catalog_name, schema_name, '', '', schema_owner, comment, CAST(created AS STRING)" + from + "schemata WHERE " + r.schemata() +
		" UNION ALL SELECT 'table', table_catalog, table_schema, table_name, table_type, table_owner, comment, CAST(created AS STRING)" + from +
		"tables WHERE " + r.within("table_catalog", "table_schema", "table_name") +
		" UNION ALL SELECT 'volume', volume_catalog, volume_schema, volume_name, '', volume_owner, comment, CAST(created AS STRING)" + from +
		"volumes WHERE " + r.within("volume_catalog", "volume_schema", "volume_name")
	t, err := r.whole(ctx, "objects", sql)
	if err != nil {
		return fmt.Errorf("objects: %w", err)
	}
	for i := range t.rows {
		s := state.Securable{Catalog: lower(t.text(i, "c")), Schema: lower(t.text(i, "s")), Name: lower(t.text(i, "n"))}
		o := state.Object{Comment: t.text(i, "comment"), Identity: t.text(i, "created"), Owner: r.principal(t.text(i, "owner"))}
		switch t.text(i, "kind") {
		case "catalog":
			s.Kind, o.Foreign = state.KindCatalog, foreignCatalogs[s.Catalog]
		case "schema":
			s.Kind = state.KindSchema
			if s.Schema == informationSchema || foreignCatalogs[s.Catalog] != "" {
				o.Foreign = "part of the platform"
			}
		case "volume":
			s.Kind = state.KindVolume
		default:
			s.Kind = r.relation(s, t.text(i, "type"), &o)
		}
		r.object(s, o)
	}
	r.missing()
	return nil
}

// relation returns the kind of a table or view and notes those that are altered by a word of their own.
func (r *reader) relation(s state.Securable, tableType string, o *state.Object) state.Kind {
	kind, special := relationKinds[tableType]
	if !special {
		kind = state.KindTable
	}
	if tableType == "FOREIGN" {
		o.Foreign = "foreign table"
	}
	if special {
		s.Kind = state.KindTable
		r.mu.Lock()
		r.known.Kinds[s] = kind
		r.mu.Unlock()
	}
	return kind
}

// catalogs and schemata keep the platform's own in, so that they are known as foreign.
func (r *reader) catalogs() string { return orTrue(r.places([]string{"catalog_name"})) }

func (r *reader) schemata() string {
	return "catalog_name NOT IN (" + literals(sortedKeys(foreignCatalogs)) + ") AND (" + orTrue(r.places([]string{"catalog_name", "schema_name"})) + ")"
}

func orTrue(places []string) string {
	if len(places) == 0 {
		return "TRUE"
	}
	return strings.Join(places, " OR ")
}

// missing reports catalogs of the scope that do not show: they are gone, or hidden from the caller.
func (r *reader) missing() {
	for _, w := range r.scope.Within {
		if w.Catalog == "" {
			continue
		}
		c := state.Securable{Kind: state.KindCatalog, Catalog: lower(w.Catalog)}
		r.mu.Lock()
		_, there := r.state.Objects[c]
		r.mu.Unlock()
		if !there {
			r.unknown(c, "the catalog does not show: it is not there, or the caller lacks USE CATALOG and BROWSE")
		}
	}
}

// readColumns reads the columns of all tables in scope. They are called in lower case, as the platform matches them.
func (r *reader) readColumns(ctx context.Context) error {
	sql := "SELECT table_catalog AS c, table_schema AS s, table_name AS n, column_name, ordinal_position, data_type, full_data_type, comment" +
		" FROM system.information_schema.columns WHERE " + r.within("table_catalog", "table_schema", "table_name", "column_name")
	catalogs, err := r.catalogWeights(ctx)
	if err != nil {
		return fmt.Errorf("columns: %w", err)
	}
	if groups := grouped(catalogs, relationsTogether); len(groups) > 1 {
		err = r.groups(ctx, sql, groups, r.columnRows)
	} else {
		err = r.bulk(ctx, "columns", sql, r.columnRows)
	}
	if err != nil {
		return fmt.Errorf("columns: %w", err)
	}
	return nil
}

// columnRows states columns of whole tables.
func (r *reader) columnRows(t *table) error {
	first := 1
	for i := range t.rows {
		if t.text(i, "ordinal_position") == "0" {
			first = 0 // some workspaces count from 0
			break
		}
	}
	for i := range t.rows {
		position, err := strconv.Atoi(t.text(i, "ordinal_position"))
		if err != nil {
			return fmt.Errorf("the position of a column is no number: %w", err)
		}
		r.object(column(t, i), state.Object{Type: dataType(one(t.text(i, "data_type")), one(t.text(i, "full_data_type"))), Position: position + 1 - first, Comment: t.text(i, "comment")})
	}
	return nil
}

// one returns a text of which one copy is kept, however often it was read.
func one(s string) string { return unique.Make(s).Value() }

func column(t *table, i int) state.Securable {
	return state.Securable{Kind: state.KindColumn, Catalog: one(lower(t.text(i, "c"))), Schema: one(lower(t.text(i, "s"))), Name: one(lower(t.text(i, "n"))), Column: one(lower(t.text(i, "column_name")))}
}

func lower(s string) string { return strings.ToLower(s) }

var families = map[string]state.Family{
	"STRING": state.FamilyString, "VARCHAR": state.FamilyString, "CHAR": state.FamilyString, "BYTE": state.FamilyNumber, "TINYINT": state.FamilyNumber,
	"SHORT": state.FamilyNumber, "SMALLINT": state.FamilyNumber, "INT": state.FamilyNumber, "INTEGER": state.FamilyNumber, "LONG": state.FamilyNumber,
	"BIGINT": state.FamilyNumber, "DECIMAL": state.FamilyNumber, "NUMERIC": state.FamilyNumber, "DEC": state.FamilyNumber, "FLOAT": state.FamilyFloat,
	"REAL": state.FamilyFloat, "DOUBLE": state.FamilyFloat, "BOOLEAN": state.FamilyBoolean, "DATE": state.FamilyDate, "TIMESTAMP": state.FamilyTimestampLTZ,
	"TIMESTAMP_LTZ": state.FamilyTimestampLTZ, "TIMESTAMP_NTZ": state.FamilyTimestampNTZ, "BINARY": state.FamilyBinary, "VARIANT": state.FamilyVariant,
	"STRUCT": state.FamilyObject, "MAP": state.FamilyObject, "ARRAY": state.FamilyArray,
}

// dataType returns the family of a type by its first word; arrays, maps and structs have one for each type.
func dataType(short, full string) state.DataType {
	if full == "" {
		full = short
	}
	word := strings.ToUpper(short)
	if word == "" {
		word = strings.ToUpper(full)
	}
	if end := strings.IndexAny(word, "(< "); end >= 0 {
		word = word[:end]
	}
	f, ok := families[word]
	if !ok {
		f = state.FamilyOther
	}
	if own, ok := dialect.Nested(full); ok {
		f = own
	}
	return state.DataType{Family: f, Text: full}
}
