package databricks

import (
	"maps"
	"slices"
	"strings"
)

func (c *call) metastoreSummary() (any, error) {
	root := c.w.root
	return map[string]any{"metastore_id": root.id, "name": root.name, "owner": root.owner, "cloud": "aws", "region": "us-west-2",
		"global_metastore_id": "aws:us-west-2:" + root.id, "privilege_model_version": "1.0", "delta_sharing_scope": "INTERNAL",
		"created_at": millis(root.created.at), "created_by": root.created.by, "updated_at": millis(root.altered.at), "updated_by": root.altered.by}, nil
}

func (c *call) metastoreAssignment() (any, error) {
	return map[string]any{"metastore_id": c.w.root.id, "workspace_id": c.w.opt.WorkspaceID, "default_catalog_name": "main"}, nil
}

func (c *call) getMetastore() (any, error) {
	if c.args[0] != c.w.root.id {
		return nil, errNotFound(kindMetastore, c.args[0])
	}
	if !c.id.owns(c.w.root) {
		return nil, errDenied("User is not an owner of Metastore '%s'.", c.w.root.id)
	}
	return c.metastoreSummary()
}

func (c *call) patchMetastore() (any, error) {
	return c.patch(kindMetastore, func(*securable) map[string]any {
		m, _ := c.metastoreSummary()
		return m.(map[string]any)
	})
}

// info is what all objects carry over REST.
func (c *call) info(x *securable) map[string]any {
	m := map[string]any{"name": x.name, "full_name": x.fullName(), "owner": x.owner, "metastore_id": c.w.root.id,
		"created_at": millis(x.created.at), "created_by": x.created.by, "updated_at": millis(x.altered.at), "updated_by": x.altered.by,
		"browse_only": c.id.browses(x) && !c.id.ownsAbove(x) && !c.id.interacts(x), "securable_type": string(x.kind)}
	if x.comment != "" {
		m["comment"] = x.comment
	}
	if s := x.up(kindSchema); s != nil && s != x {
		m["schema_name"] = s.name
	}
	if cat := x.up(kindCatalog); cat != nil && cat != x {
		m["catalog_name"] = cat.name
	}
	return m
}

func (c *call) catalogInfo(x *securable) map[string]any {
	m := c.info(x)
	m["catalog_type"], m["isolation_mode"] = x.catalogType, "OPEN"
	return m
}

func (c *call) schemaInfo(x *securable) map[string]any {
	m := c.info(x)
	m["schema_id"], m["catalog_type"] = x.id, x.parent.catalogType
	return m
}

func (c *call) tableInfo(x *securable) map[string]any {
	m := c.info(x)
	t := x.table
	m["table_id"], m["table_type"] = x.id, t.tableType
	if t.isView() || t.tableType == typeMatView {
		m["view_definition"] = t.definition
	} else {
		m["data_source_format"] = "DELTA"
	}
	if !c.flag("omit_properties") && len(t.properties) > 0 {
		m["properties"] = t.properties
	}
	if !c.flag("omit_columns") {
		m["columns"] = columnInfos(t)
	}
	if f := t.filter; f != nil && !c.browseOnly(m) {
		m["row_filter"] = map[string]any{"function_name": f.function, "input_column_names": nonNil(f.columns()), "input_arguments": arguments(f)}
	}
	return m
}

func (c *call) browseOnly(m map[string]any) bool { return m["browse_only"] == true }

func nonNil(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}

func columnInfos(t *table) []any {
	out := make([]any, 0, len(t.columns))
	for i, col := range t.columns {
		m := map[string]any{"name": col.name, "position": i, "nullable": col.nullable, "type_name": typeName(col.typ), "type_text": typeText(col.typ)}
		if d := dimensionsOf(col.typ); d.precision != nil && typeName(col.typ) == "DECIMAL" {
			m["type_precision"], m["type_scale"] = d.precision, d.scale
		}
		if col.comment != "" {
			m["comment"] = col.comment
		}
		if col.mask != nil {
			mask := map[string]any{"function_name": col.mask.function}
			if len(col.mask.args) > 0 {
				mask["using_column_names"], mask["using_arguments"] = col.mask.columns(), arguments(col.mask)
			}
			m["mask"] = mask
		}
		out = append(out, m)
	}
	return out
}

func arguments(b *binding) []any {
	var out []any
	for _, a := range b.args {
		if a.isColumn() {
			out = append(out, map[string]string{"column": a.column})
		} else {
			out = append(out, map[string]string{"constant": a.constant})
		}
	}
	return out
}

func (c *call) functionInfo(x *securable) map[string]any {
	m := c.info(x)
	r := x.routine
	var params []any
	for i, p := range r.params {
		params = append(params, map[string]any{"name": p.name, "position": i, "parameter_mode": "IN", "parameter_type": "PARAM",
			"type_name": typeName(p.typ), "type_text": typeText(p.typ), "comment": p.comment})
	}
	m["function_id"], m["specific_name"], m["data_type"], m["full_data_type"] = x.id, x.name, typeName(r.returns), typeText(r.returns)
	m["input_params"] = map[string]any{"parameters": params}
	m["routine_body"], m["routine_definition"], m["security_type"] = "SQL", r.definition, "DEFINER"
	m["is_deterministic"], m["sql_data_access"], m["parameter_style"] = r.deterministic, "CONTAINS_SQL", "S"
	return m
}

func (c *call) volumeInfo(x *securable) map[string]any {
	m := c.info(x)
	m["volume_id"], m["volume_type"] = x.id, x.volume.kind
	if x.volume.location != "" {
		m["storage_location"] = x.volume.location
	}
	return m
}

// listed gives the shown children of a container as JSON.
func (c *call) listed(in *securable, k kind, info func(*securable) map[string]any) []any {
	var out []any
	for _, x := range in.sorted(k) {
		if c.id.sees(x) {
			out = append(out, info(x))
		}
	}
	return out
}

func (c *call) listCatalogs() (any, error) {
	all := c.listed(c.w.root, kindCatalog, c.catalogInfo)
	if c.flag("include_unbound") {
		for _, x := range c.w.root.sorted(kindCatalog) {
			if x.bound() != nil && c.id.ownsAbove(x) { // for who may change what it is bound to
				all = append(all, c.catalogInfo(x))
			}
		}
	}
	return c.paged("catalogs", "max_results", 1000, all)
}

// Unbind binds a catalog to other workspaces than this one, which then shows
// nothing of it.
func (w *Workspace) Unbind(catalog string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	c := w.root.children[childKey{kindCatalog, strings.ToLower(catalog)}]
	if c == nil {
		return errNotFound(kindCatalog, catalog)
	}
	c.unbound = true
	return nil
}

// bound refuses what lies in a catalog that this workspace is not bound to.
func (s *securable) bound() error {
	if c := s.up(kindCatalog); c != nil && c.unbound {
		return errDenied("Catalog '%s' is not accessible in current workspace", c.name)
	}
	return nil
}

// required reads a query parameter that must be there.
func (c *call) required(name string) (string, error) {
	v := c.query.Get(name)
	if v == "" {
		return "", errInvalid("Missing required field: %s", name)
	}
	return v, nil
}

func (c *call) listSchemas() (any, error) {
	name, err := c.required("catalog_name")
	if err != nil {
		return nil, err
	}
	cat, err := c.shown(kindCatalog, name)
	if err != nil {
		return nil, err
	}
	return c.paged("schemas", "max_results", 1000, c.listed(cat, kindSchema, c.schemaInfo))
}

// shown finds a securable that the caller may see.
func (c *call) shown(k kind, name string) (*securable, error) {
	x, err := c.w.lookup(k, name)
	if err != nil {
		return nil, err
	}
	return x, c.id.show(x)
}

// schemaOf finds the schema that catalog_name and schema_name give.
func (c *call) schemaOf() (*securable, error) {
	cat, err := c.required("catalog_name")
	if err != nil {
		return nil, err
	}
	sch, err := c.required("schema_name")
	if err != nil {
		return nil, err
	}
	return c.shown(kindSchema, cat+"."+sch)
}

// tablesPage is the largest page of tables: they carry their columns.
const tablesPage = 50

func (c *call) listTables() (any, error) {
	return c.listOf("tables", kindTable, tablesPage, c.tableInfo)
}
func (c *call) listFunctions() (any, error) {
	return c.listOf("functions", kindFunction, 1000, c.functionInfo)
}
func (c *call) listVolumes() (any, error) { return c.listOf("volumes", kindVolume, 1000, c.volumeInfo) }

func (c *call) listOf(key string, k kind, limit int, info func(*securable) map[string]any) (any, error) {
	sch, err := c.schemaOf()
	if err != nil {
		return nil, err
	}
	return c.paged(key, "max_results", limit, c.listed(sch, k, info))
}

// listTableSummaries matches names by SQL patterns: % and _.
func (c *call) listTableSummaries() (any, error) {
	name, err := c.required("catalog_name")
	if err != nil {
		return nil, err
	}
	cat, err := c.shown(kindCatalog, name)
	if err != nil {
		return nil, err
	}
	var out []any
	for _, s := range cat.sorted(kindSchema) {
		if !like(c.query.Get("schema_name_pattern"), s.name) {
			continue
		}
		for _, t := range s.sorted(kindTable) {
			if like(c.query.Get("table_name_pattern"), t.name) && c.id.sees(t) {
				out = append(out, map[string]any{"full_name": t.fullName(), "table_type": t.table.tableType})
			}
		}
	}
	return c.paged("tables", "max_results", 10000, out)
}

// like matches a SQL LIKE pattern; an empty one matches all.
func like(pattern, s string) bool {
	if pattern == "" {
		return true
	}
	return likeRunes([]rune(strings.ToLower(pattern)), []rune(s))
}

func likeRunes(p, s []rune) bool {
	if len(p) == 0 {
		return len(s) == 0
	}
	if p[0] == '%' {
		for i := 0; i <= len(s); i++ {
			if likeRunes(p[1:], s[i:]) {
				return true
			}
		}
		return false
	}
	return len(s) > 0 && (p[0] == '_' || p[0] == s[0]) && likeRunes(p[1:], s[1:])
}

func (c *call) getCatalog() (any, error)  { return c.get(kindCatalog, c.catalogInfo) }
func (c *call) getSchema() (any, error)   { return c.get(kindSchema, c.schemaInfo) }
func (c *call) getTable() (any, error)    { return c.get(kindTable, c.tableInfo) }
func (c *call) getFunction() (any, error) { return c.get(kindFunction, c.functionInfo) }
func (c *call) getVolume() (any, error)   { return c.get(kindVolume, c.volumeInfo) }

func (c *call) get(k kind, info func(*securable) map[string]any) (any, error) {
	x, err := c.shown(k, c.args[0])
	if err != nil {
		return nil, err
	}
	return info(x), nil
}

func (c *call) tableExists() (any, error) {
	x, err := c.w.lookup(kindTable, c.args[0])
	return map[string]bool{"table_exists": err == nil && c.id.sees(x)}, nil
}

func (c *call) patchCatalog() (any, error)  { return c.patch(kindCatalog, c.catalogInfo) }
func (c *call) patchSchema() (any, error)   { return c.patch(kindSchema, c.schemaInfo) }
func (c *call) patchTable() (any, error)    { return c.patch(kindTable, c.tableInfo) }
func (c *call) patchFunction() (any, error) { return c.patch(kindFunction, c.functionInfo) }
func (c *call) patchVolume() (any, error)   { return c.patch(kindVolume, c.volumeInfo) }

// patch changes owner and comment; any other field is refused.
func (c *call) patch(k kind, info func(*securable) map[string]any) (any, error) {
	x, err := c.shown(k, c.args[0])
	if err != nil {
		return nil, err
	}
	fields := map[string]any{}
	if err := c.decode(&fields); err != nil {
		return nil, err
	}
	owner, comment := "", (*string)(nil)
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		v, ok := fields[name].(string)
		switch {
		case name == "owner" && ok:
			owner = v
		case name == "comment" && ok && k != kindTable && k != kindFunction:
			comment = &v
		case name == "name" || name == "full_name" || name == "full_name_arg":
		default:
			return nil, errInvalid("Field %s cannot be updated.", name)
		}
	}
	if comment != nil {
		if err := c.id.alters(x); err != nil {
			return nil, err
		}
	}
	if owner != "" {
		if err := c.w.setOwner(c.id, x, owner); err != nil {
			return nil, err
		}
	}
	if comment != nil {
		x.comment = *comment
		c.w.touch(x, c.id.name)
	}
	return info(x), nil
}
