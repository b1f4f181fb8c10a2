package databricks

import (
	"encoding/json"
	"strings"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

// show dispatches SHOW ....
func (c *cursor) show() (action, error) {
	switch {
	case c.AcceptKeyword("GRANTS"), c.AcceptKeyword("GRANT"):
		return c.showGrants()
	case c.AcceptKeyword("GOVERNED", "TAGS"):
		return c.showGovernedTags()
	case c.AcceptKeyword("POLICIES"):
		return c.showPolicies(false)
	case c.AcceptKeyword("EFFECTIVE", "POLICIES"):
		return c.showPolicies(true)
	case c.AcceptKeyword("CATALOGS"):
		return c.showCatalogs()
	case c.AcceptKeyword("SCHEMAS"), c.AcceptKeyword("DATABASES"):
		return c.showSchemas()
	case c.AcceptKeyword("TABLES"):
		return c.showIn(kindTable, []string{"database", "tableName", "isTemporary"}, everyTable)
	case c.AcceptKeyword("VIEWS"):
		return c.showIn(kindTable, []string{"namespace", "viewName", "isTemporary", "isMaterialized"}, viewsOnly)
	case c.AcceptKeyword("VOLUMES"):
		return c.showIn(kindVolume, []string{"database", "volume_name"}, func(x *securable) []string { return []string{x.parent.name, x.name} })
	case c.AcceptKeyword("USER", "FUNCTIONS"), c.AcceptKeyword("FUNCTIONS"):
		return c.showIn(kindFunction, []string{"function"}, func(x *securable) []string { return []string{x.fullName()} })
	case c.AcceptKeyword("COLUMNS"):
		return c.showColumns()
	}
	return nil, errUnsupported("SHOW %s is not supported.", c.Peek().Text)
}

func everyTable(x *securable) []string { return []string{x.parent.name, x.name, "false"} }

func viewsOnly(x *securable) []string {
	if !x.table.isView() && x.table.tableType != typeMatView {
		return nil
	}
	return []string{x.parent.name, x.name, "false", boolText(x.table.tableType == typeMatView)}
}

func boolText(b bool) string {
	if b {
		return "true"
	}
	return "false"
}

func (c *cursor) showCatalogs() (action, error) {
	match, err := c.likeRegex()
	return func() (*Result, error) {
		var rows [][]string
		for _, x := range c.s.w.root.sorted(kindCatalog) {
			if match(x.name) && c.s.id.sees(x) {
				rows = append(rows, []string{x.name})
			}
		}
		return texts([]string{"catalog"}, rows...), nil
	}, err
}

func (c *cursor) showSchemas() (action, error) {
	in := sqlengine.NameOf(c.s.currentCatalog())
	if c.AcceptAny("IN", "FROM") != "" {
		var err error
		if in, err = c.Name(); err != nil {
			return nil, err
		}
	}
	match, err := c.likeRegex()
	return func() (*Result, error) {
		cat, err := c.place(kindCatalog, in)
		if err != nil {
			return nil, err
		}
		var rows [][]string
		for _, x := range cat.sorted(kindSchema) {
			if match(x.name) && c.s.id.sees(x) {
				rows = append(rows, []string{x.name})
			}
		}
		return texts([]string{"databaseName"}, rows...), nil
	}, err
}

// place finds a container that the caller may look into.
func (c *cursor) place(k kind, name sqlengine.Name) (*securable, error) {
	x, err := c.s.securable(k, name)
	if err != nil {
		return nil, err
	}
	return x, c.s.id.show(x)
}

// showIn lists what is in a schema: SHOW TABLES [IN schema] [[LIKE] 'pattern'].
func (c *cursor) showIn(k kind, columns []string, row func(*securable) []string) (action, error) {
	in := sqlengine.NameOf(c.s.currentCatalog(), c.s.currentSchema())
	if c.AcceptAny("IN", "FROM") != "" {
		var err error
		if in, err = c.Name(); err != nil {
			return nil, err
		}
	}
	match, err := c.likeRegex()
	return func() (*Result, error) {
		sch, err := c.place(kindSchema, in)
		if err != nil {
			return nil, err
		}
		var rows [][]string
		for _, x := range sch.sorted(k) {
			if match(x.name) && c.s.id.sees(x) {
				if r := row(x); r != nil {
					rows = append(rows, r)
				}
			}
		}
		return texts(columns, rows...), nil
	}, err
}

func (c *cursor) showColumns() (action, error) {
	if c.AcceptAny("IN", "FROM") == "" {
		return nil, c.Errorf("expected IN")
	}
	name, err := c.Name()
	return func() (*Result, error) {
		x, err := c.seen(name)
		if err != nil {
			return nil, err
		}
		var rows [][]string
		for _, col := range x.table.columns {
			rows = append(rows, []string{col.name})
		}
		return texts([]string{"col_name"}, rows...), nil
	}, err
}

// seen finds a table whose metadata the caller may see.
func (c *cursor) seen(name sqlengine.Name) (*securable, error) {
	x, err := c.s.securable(kindTable, name)
	if err != nil {
		return nil, tableNotFound(c.s.parts(kindTable, name), err)
	}
	return x, c.s.id.show(x)
}

// describe dispatches DESCRIBE ....
func (c *cursor) describe() (action, error) {
	switch {
	case c.AcceptKeyword("GOVERNED", "TAG"):
		return c.describeGovernedTag()
	case c.AcceptKeyword("POLICY"):
		return c.describePolicy()
	case c.AcceptKeyword("CATALOG"):
		return c.describeContainer(kindCatalog)
	case c.AcceptKeyword("SCHEMA"), c.AcceptKeyword("DATABASE"):
		return c.describeContainer(kindSchema)
	case c.AcceptKeyword("FUNCTION"):
		return c.describeFunction()
	}
	c.AcceptKeyword("TABLE")
	extended := c.AcceptKeyword("EXTENDED")
	name, err := c.Name()
	if err != nil {
		return nil, err
	}
	asJSON := c.AcceptKeyword("AS", "JSON")
	if asJSON && !extended {
		return nil, c.Errorf("AS JSON needs EXTENDED")
	}
	return func() (*Result, error) {
		x, err := c.seen(name)
		switch {
		case err != nil:
			return nil, err
		case asJSON:
			return describeJSON(x)
		}
		return describeTable(x, extended), nil
	}, nil
}

func describeTable(x *securable, extended bool) *Result {
	var rows [][]string
	for _, col := range x.table.columns {
		rows = append(rows, []string{col.name, typeText(col.typ), col.comment})
	}
	if extended {
		rows = append(rows, []string{"", "", ""}, []string{"# Detailed Table Information", "", ""})
		for _, kv := range [][2]string{{"Catalog", x.up(kindCatalog).name}, {"Database", x.parent.name}, {"Table", x.name}, {"Owner", x.owner},
			{"Created Time", when(x.created.at)}, {"Type", x.table.tableType}, {"Comment", x.comment}, {"View Text", x.table.definition}} {
			if kv[1] != "" {
				rows = append(rows, []string{kv[0], kv[1], ""})
			}
		}
		rows = append(rows, describeBindings(x.table)...)
	}
	return texts([]string{"col_name", "data_type", "comment"}, rows...)
}

// describeBindings writes the masks and the filter as DESCRIBE EXTENDED does.
func describeBindings(t *table) [][]string {
	var rows [][]string
	if t.filter != nil {
		rows = append(rows, []string{"# Row Filter", "", ""}, []string{"Function", t.filter.function, ""},
			[]string{"Column Names", strings.Join(t.filter.columns(), ", "), ""})
	}
	for _, col := range t.columns {
		if col.mask != nil {
			rows = append(rows, []string{"# Column Masks", "", ""}, []string{col.name, col.mask.function, strings.Join(col.mask.columns(), ", ")})
		}
	}
	return rows
}

// columns lists the arguments that are columns.
func (b *binding) columns() []string {
	var out []string
	for _, a := range b.args {
		if a.isColumn() {
			out = append(out, a.column)
		}
	}
	return out
}

type functionJSON struct {
	Catalog  string `json:"catalog_name"`
	Schema   string `json:"schema_name"`
	Function string `json:"function_name"`
}

type maskJSON struct {
	Column   string       `json:"column_name"`
	Function functionJSON `json:"function_name"`
	Using    []string     `json:"using_column_names,omitempty"`
}

type filterJSON struct {
	Function functionJSON `json:"function_name"`
	Columns  []string     `json:"column_names"`
}

type columnJSON struct {
	Name     string            `json:"name"`
	Type     map[string]string `json:"type"`
	Nullable bool              `json:"nullable"`
	Comment  string            `json:"comment,omitempty"`
}

// describeJSON is DESCRIBE TABLE EXTENDED ... AS JSON: one cell of JSON.
func describeJSON(x *securable) (*Result, error) {
	doc := struct {
		Table   string       `json:"table_name"`
		Catalog string       `json:"catalog_name"`
		Schema  string       `json:"schema_name"`
		Columns []columnJSON `json:"columns"`
		Owner   string       `json:"owner"`
		Type    string       `json:"type"`
		Comment string       `json:"comment,omitempty"`
		Masks   []maskJSON   `json:"column_masks,omitempty"`
		Filter  *filterJSON  `json:"row_filter,omitempty"`
	}{Table: x.name, Catalog: x.up(kindCatalog).name, Schema: x.parent.name, Owner: x.owner, Type: x.table.tableType, Comment: x.comment}
	for _, col := range x.table.columns {
		doc.Columns = append(doc.Columns, columnJSON{col.name, map[string]string{"name": typeText(col.typ)}, col.nullable, col.comment})
		if col.mask != nil {
			doc.Masks = append(doc.Masks, maskJSON{col.name, functionName(col.mask.function), col.mask.columns()})
		}
	}
	if f := x.table.filter; f != nil {
		doc.Filter = &filterJSON{functionName(f.function), f.columns()}
	}
	text, err := json.Marshal(doc)
	return texts([]string{"json_metadata"}, []string{string(text)}), err
}

func functionName(full string) functionJSON {
	p := strings.Split(full, ".")
	return functionJSON{p[0], p[1], p[2]}
}

func (c *cursor) describeContainer(k kind) (action, error) {
	c.AcceptKeyword("EXTENDED")
	name, err := c.Name()
	return func() (*Result, error) {
		x, err := c.place(k, name)
		if err != nil {
			return nil, err
		}
		label := "Catalog Name"
		rows := [][]string{}
		if k == kindSchema {
			label = "Namespace Name"
			rows = append(rows, []string{"Catalog Name", x.parent.name})
		}
		rows = append(rows, []string{label, x.name}, []string{"Comment", x.comment}, []string{"Owner", x.owner})
		return texts([]string{"info_name", "info_value"}, rows...), nil
	}, err
}

func (c *cursor) describeFunction() (action, error) {
	c.AcceptKeyword("EXTENDED")
	name, err := c.Name()
	return func() (*Result, error) {
		x, err := c.place(kindFunction, name)
		if err != nil {
			return nil, err
		}
		var params []string
		for _, p := range x.routine.params {
			params = append(params, p.name+" "+strings.ToUpper(typeText(p.typ)))
		}
		lines := []string{"Function: " + x.fullName(), "Type: SCALAR", "Input: " + strings.Join(params, ", "),
			"Returns: " + strings.ToUpper(typeText(x.routine.returns)), "Comment: " + x.comment, "Owner: " + x.owner, "Body: " + x.routine.definition}
		var rows [][]string
		for _, l := range lines {
			rows = append(rows, []string{l})
		}
		return texts([]string{"function_desc"}, rows...), nil
	}, err
}
