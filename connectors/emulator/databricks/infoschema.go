package databricks

import (
	"maps"
	"slices"
	"strings"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

// view is one information schema view: its columns and how its rows are found.
type infoView struct {
	columns string // names; "name:int" and "name:ts" where not text
	rows    func(*infoReader)
}

// infoReader collects the rows of one view for one identity.
type infoReader struct {
	w    *Workspace
	id   identity
	only *securable // the catalog the view spans; nil: all
	out  []sqlengine.Row
}

func (r *infoReader) add(values ...sqlengine.Value) { r.out = append(r.out, values) }

// infoViews lists the views by name.
func infoViews() map[string]infoView {
	return map[string]infoView{
		"catalogs":             {"catalog_name catalog_owner comment created:ts created_by last_altered:ts last_altered_by", infoCatalogs},
		"schemata":             {"catalog_name schema_name schema_owner comment created:ts created_by last_altered:ts last_altered_by", infoSchemata},
		"tables":               {"table_catalog table_schema table_name table_type is_insertable_into commit_action table_owner comment created:ts created_by last_altered:ts last_altered_by data_source_format storage_path storage_sub_directory", infoTables},
		"views":                {"table_catalog table_schema table_name view_definition check_option is_updatable is_insertable_into sql_path is_materialized", infoViewsRows},
		"columns":              {"table_catalog table_schema table_name column_name ordinal_position:int column_default is_nullable full_data_type data_type character_maximum_length:long character_octet_length:long numeric_precision:int numeric_precision_radix:int numeric_scale:int datetime_precision:int interval_type interval_precision:int maximum_cardinality:long is_identity identity_generation identity_start identity_increment identity_maximum identity_minimum identity_cycle is_generated generation_expression is_system_time_period_start is_system_time_period_end system_time_period_timestamp_generation is_updatable partition_index:int comment", infoColumns},
		"volumes":              {"volume_catalog volume_schema volume_name volume_type volume_owner comment storage_location created:ts created_by last_altered:ts last_altered_by", infoVolumes},
		"routines":             {"specific_catalog specific_schema specific_name routine_catalog routine_schema routine_name routine_type data_type character_maximum_length:long character_octet_length:long full_data_type numeric_precision:int numeric_precision_radix:int numeric_scale:int routine_body routine_definition external_name external_language parameter_style is_deterministic sql_data_access is_null_call security_type as_locator comment created:ts created_by last_altered:ts last_altered_by sql_path routine_owner", infoRoutines},
		"parameters":           {"specific_catalog specific_schema specific_name ordinal_position:int parameter_mode is_result as_locator parameter_name data_type full_data_type character_maximum_length:long character_octet_length:long numeric_precision:int numeric_precision_radix:int numeric_scale:int parameter_default comment", infoParameters},
		"catalog_tags":         {"catalog_name tag_name tag_value", infoCatalogTags},
		"schema_tags":          {"catalog_name schema_name tag_name tag_value", infoSchemaTags},
		"table_tags":           {"catalog_name schema_name table_name tag_name tag_value", infoTableTags},
		"column_tags":          {"catalog_name schema_name table_name column_name tag_name tag_value", infoColumnTags},
		"volume_tags":          {"catalog_name schema_name volume_name tag_name tag_value", infoVolumeTags},
		"metastore_privileges": {"grantor grantee metastore_id privilege_type is_grantable", infoMetastorePrivileges},
		"catalog_privileges":   {"grantor grantee catalog_name privilege_type is_grantable inherited_from", infoCatalogPrivileges},
		"schema_privileges":    {"grantor grantee catalog_name schema_name privilege_type is_grantable inherited_from", infoSchemaPrivileges},
		"table_privileges":     {"grantor grantee table_catalog table_schema table_name privilege_type is_grantable inherited_from", infoTablePrivileges},
		"volume_privileges":    {"grantor grantee volume_catalog volume_schema volume_name privilege_type is_grantable inherited_from", infoVolumePrivileges},
		"routine_privileges":   {"grantor grantee specific_catalog specific_schema specific_name routine_catalog routine_schema routine_name privilege_type is_grantable inherited_from", infoRoutinePrivileges},
		"column_masks":         {"table_catalog table_schema table_name column_name mask_name using_columns", infoColumnMasks},
		"row_filters":          {"table_catalog table_schema table_name filter_name target_columns", infoRowFilters},
	}
}

// documentedViews replace those of the same name under Options.DocumentedMasks.
var documentedViews = map[string]infoView{
	"column_masks": {"catalog_name schema_name table_name column_name mask_catalog mask_schema mask_name mask_col_usage", infoColumnMasksDocumented},
	"row_filters":  {"catalog_name schema_name table_name filter_catalog filter_schema filter_name filter_col_usage", infoRowFiltersDocumented},
}

// informationTable resolves catalog.information_schema.view for the engine. The
// rows are those the identity may see.
func (s *session) informationTable(parts []string) (*sqlengine.Table, error) {
	cat, err := s.w.find(kindCatalog, parts[:1])
	if err != nil {
		return nil, tableNotFound(parts, err)
	}
	view, ok := infoViews()[parts[2]]
	if d, documented := documentedViews[parts[2]]; documented && s.w.opt.DocumentedMasks {
		view = d
	}
	if !ok {
		return nil, tableNotFound(parts, errNotFound(kindTable, strings.Join(parts, ".")))
	}
	sch := cat.child(kindSchema, informationSchema)
	id := s.rights()
	if !id.has(privUseCat, cat) && !id.ownsAbove(cat) {
		return nil, errLacks(privUseCat, cat)
	}
	for _, p := range []string{privUseSchema, privSelect} {
		if !id.has(p, sch) {
			return nil, errLacks(p, sch)
		}
	}
	r := &infoReader{w: s.w, id: id, only: cat}
	if cat.catalogType == catalogSystem {
		r.only = nil
	}
	view.rows(r)
	return &sqlengine.Table{Columns: infoColumnTypes(view.columns), Rows: sqlengine.RowsOf(r.out)}, nil
}

func infoColumnTypes(spec string) []sqlengine.Column {
	var out []sqlengine.Column
	for _, f := range strings.Fields(spec) {
		name, kind, _ := strings.Cut(f, ":")
		c := sqlengine.Column{Name: name, Type: sqlengine.TypeText, Nullable: true}
		switch kind {
		case "int":
			c.Type = sqlengine.TypeInt
		case "long":
			c.Type = sqlengine.TypeBigInt
		case "ts":
			c.Type = sqlengine.TypeTimestampLTZ
		}
		out = append(out, c)
	}
	return out
}

// catalogs visits the catalogs in scope that are shown.
func (r *infoReader) catalogs(visit func(*securable)) {
	for _, c := range r.w.root.sorted(kindCatalog) {
		if (r.only == nil || r.only == c) && r.id.sees(c) {
			visit(c)
		}
	}
}

func (r *infoReader) schemas(visit func(*securable)) {
	r.catalogs(func(c *securable) {
		for _, s := range c.sorted(kindSchema) {
			if r.id.sees(s) {
				visit(s)
			}
		}
	})
}

func (r *infoReader) objects(k kind, visit func(*securable)) {
	r.schemas(func(s *securable) {
		for _, x := range s.sorted(k) {
			if r.id.sees(x) {
				visit(x)
			}
		}
	})
}

// at gives catalog, schema and name of an object.
func at(x *securable) (catalog, schema, name string) {
	return x.up(kindCatalog).name, x.parent.name, x.name
}

// orNull makes NULL of the empty text.
func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func yesNo(b bool) string {
	if b {
		return "YES"
	}
	return "NO"
}

func infoCatalogs(r *infoReader) {
	r.catalogs(func(c *securable) {
		r.add(c.name, c.owner, orNull(c.comment), c.created.at, c.created.by, c.altered.at, c.altered.by)
	})
}

func infoSchemata(r *infoReader) {
	r.schemas(func(s *securable) {
		r.add(s.parent.name, s.name, s.owner, orNull(s.comment), s.created.at, s.created.by, s.altered.at, s.altered.by)
	})
}

func infoTables(r *infoReader) {
	r.objects(kindTable, func(x *securable) {
		c, s, n := at(x)
		format := any("DELTA")
		if x.table.isView() {
			format = nil
		}
		r.add(c, s, n, x.table.tableType, yesNo(!x.table.isView()), "PRESERVE", x.owner, orNull(x.comment),
			x.created.at, x.created.by, x.altered.at, x.altered.by, format, nil, nil)
	})
	r.infoTables()
}

// infoTables lists the information schema views themselves, as the platform does.
func (r *infoReader) infoTables() {
	r.schemas(func(s *securable) {
		if s.name != informationSchema {
			return
		}
		for _, name := range slices.Sorted(maps.Keys(infoViews())) {
			r.add(s.parent.name, s.name, name, typeView, "NO", "PRESERVE", s.owner, nil, s.created.at, s.created.by, s.altered.at, s.altered.by, nil, nil, nil)
		}
	})
}

func infoViewsRows(r *infoReader) {
	r.objects(kindTable, func(x *securable) {
		if x.table.isView() || x.table.tableType == typeMatView {
			c, s, n := at(x)
			var text any
			if r.id.ownsAbove(x) {
				text = x.table.definition
			}
			r.add(c, s, n, text, "NONE", "NO", "NO", nil, x.table.tableType == typeMatView)
		}
	})
}

func infoColumns(r *infoReader) {
	r.objects(kindTable, func(x *securable) {
		c, s, n := at(x)
		for i, col := range x.table.columns {
			d := dimensionsOf(col.typ)
			r.add(c, s, n, col.name, int64(i+1), orNull(col.defText), yesNo(col.nullable), typeText(col.typ), typeName(col.typ),
				d.length, d.length, d.precision, d.radix, d.scale, d.fraction, nil, nil, nil, "NO", nil, nil, nil, nil, nil, nil, "NO", nil,
				"NO", "NO", nil, yesNo(!x.table.isView()), nil, orNull(col.comment))
		}
	})
}

// dimensions are the sizes of a type; NULL where it has none.
type dimensions struct{ length, precision, radix, scale, fraction any }

func dimensionsOf(t sqlengine.Type) dimensions {
	var d dimensions
	switch {
	case t.Kind == sqlengine.KindText:
		d.length = int64(0)
		if t.Length > 0 {
			d.length = int64(t.Length)
		}
	case t.Kind == sqlengine.KindNumber && t.Bits == 0:
		d.precision, d.radix, d.scale = int64(t.Precision), int64(10), int64(t.Scale)
	case t.IsNumeric():
		d.precision, d.radix, d.scale = int64(t.Bits), int64(2), int64(0)
	case t.Kind == sqlengine.KindDate:
		d.fraction = int64(0)
	case t.IsTimestamp():
		d.fraction = int64(6)
	}
	return d
}

func infoVolumes(r *infoReader) {
	r.objects(kindVolume, func(x *securable) {
		c, s, n := at(x)
		r.add(c, s, n, x.volume.kind, x.owner, orNull(x.comment), orNull(x.volume.location), x.created.at, x.created.by, x.altered.at, x.altered.by)
	})
}

func infoRoutines(r *infoReader) {
	r.objects(kindFunction, func(x *securable) {
		c, s, n := at(x)
		d := dimensionsOf(x.routine.returns)
		r.add(c, s, n, c, s, n, "FUNCTION", typeName(x.routine.returns), d.length, d.length, typeText(x.routine.returns), d.precision, d.radix, d.scale,
			"SQL", x.routine.definition, nil, nil, "STRING", yesNo(x.routine.deterministic), "CONTAINS_SQL", "NO", "DEFINER", "NO",
			orNull(x.comment), x.created.at, x.created.by, x.altered.at, x.altered.by, nil, x.owner)
	})
}

func infoParameters(r *infoReader) {
	r.objects(kindFunction, func(x *securable) {
		c, s, n := at(x)
		for i, p := range x.routine.params {
			d := dimensionsOf(p.typ)
			r.add(c, s, n, int64(i), "IN", "NO", "NO", p.name, typeName(p.typ), typeText(p.typ), d.length, d.length, d.precision, d.radix, d.scale, nil, orNull(p.comment))
		}
	})
}
