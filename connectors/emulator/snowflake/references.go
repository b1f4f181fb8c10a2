package snowflake

import (
	"strings"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

// textTable makes a table of text columns.
func textTable(columns ...string) *sqlengine.Table {
	t := &sqlengine.Table{}
	for _, c := range columns {
		t.Columns = append(t.Columns, sqlengine.Column{Name: c, Type: sqlengine.TypeText, Nullable: true})
	}
	return t
}

// arguments reads the arguments of a table function that are texts: by position, or by name.
func arguments(function string, args []sqlengine.Argument, known ...string) (map[string]string, error) {
	out := map[string]string{}
	for i, a := range args {
		name := strings.ToUpper(a.Name)
		if name == "" && i < len(known) {
			name = known[i]
		}
		text, ok := a.Value.(string)
		if !contains(known, name) || !ok {
			return nil, compilation(codeInvalidValue, "22023", "Invalid argument %d of function %s.", i+1, function)
		}
		out[name] = text
	}
	return out, nil
}

// tagReferences is TAG_REFERENCES(object, domain): the tags in force on one object.
func (c *catalog) tagReferences(list []sqlengine.Argument) (*sqlengine.Table, error) {
	args, err := arguments("TAG_REFERENCES", list, "OBJECT_NAME", "OBJECT_DOMAIN")
	if err != nil {
		return nil, err
	}
	if len(args) != 2 {
		return nil, compilation(938, "22023", "not enough arguments for function [TAG_REFERENCES], expected 2, got %d", len(args))
	}
	o, col, err := c.tagged(args["OBJECT_NAME"], args["OBJECT_DOMAIN"])
	if err != nil {
		return nil, err
	}
	t := tagTable()
	t.Rows = sqlengine.RowsOf(c.tagRows(o, col))
	return t, nil
}

// tagReferencesAllColumns is TAG_REFERENCES_ALL_COLUMNS(table, 'TABLE'): the tags in force on the columns of one table or view.
func (c *catalog) tagReferencesAllColumns(list []sqlengine.Argument) (*sqlengine.Table, error) {
	args, err := arguments("TAG_REFERENCES_ALL_COLUMNS", list, "OBJECT_NAME", "OBJECT_DOMAIN")
	if err != nil {
		return nil, err
	}
	if d := strings.ToUpper(args["OBJECT_DOMAIN"]); d != "TABLE" && d != "VIEW" {
		return nil, compilation(codeInvalidValue, "22023", "invalid value [%s] for parameter 'domain'", args["OBJECT_DOMAIN"])
	}
	o, _, err := c.tagged(args["OBJECT_NAME"], "TABLE")
	if err != nil {
		return nil, err
	}
	t := tagTable()
	var rows []sqlengine.Row
	for _, col := range o.rel.columns {
		rows = append(rows, c.tagRows(o, col)...)
	}
	t.Rows = sqlengine.RowsOf(rows)
	return t, nil
}

func tagTable() *sqlengine.Table {
	return textTable("TAG_DATABASE", "TAG_SCHEMA", "TAG_NAME", "TAG_VALUE", "APPLY_METHOD", "LEVEL", "OBJECT_DATABASE", "OBJECT_SCHEMA",
		"OBJECT_NAME", "DOMAIN", "COLUMN_NAME")
}

// tagRows gives the rows for an object or column: LEVEL is where a tag was set, DOMAIN what was asked for.
func (c *catalog) tagRows(o *object, col *column) []sqlengine.Row {
	domain, column := string(o.kind), sqlengine.Value(nil)
	switch {
	case col != nil:
		domain, column = "COLUMN", col.name
	case o.kind.isRelation():
		domain = "TABLE"
	}
	database, schema := containers(o)
	var rows []sqlengine.Row
	for _, t := range c.s.a.tagsOn(o, col) {
		if t.tag.isDropped() {
			continue
		}
		method := t.method
		if string(t.level) != strings.ReplaceAll(domain, " ", "_") {
			method = "INHERITED"
		}
		rows = append(rows, sqlengine.Row{t.tag.database().name, t.tag.schema().name, t.tag.name, t.value, method, t.level.keywords(),
			database, schema, o.name, strings.ReplaceAll(domain, "_", " "), column})
	}
	return rows
}

// containers gives database and schema above an object; NULL where it lies in none.
func containers(o *object) (database, schema sqlengine.Value) {
	if db := o.database(); db != nil && db != o {
		database = db.name
	}
	if sch := o.schema(); sch != nil && sch != o {
		schema = sch.name
	}
	return database, schema
}

// policyReferences is POLICY_REFERENCES(POLICY_NAME => ...) or (REF_ENTITY_NAME => ..., REF_ENTITY_DOMAIN => ...).
func (c *catalog) policyReferences(list []sqlengine.Argument) (*sqlengine.Table, error) {
	args, err := arguments("POLICY_REFERENCES", list, "POLICY_NAME", "REF_ENTITY_NAME", "REF_ENTITY_DOMAIN")
	if err != nil {
		return nil, err
	}
	t := textTable("POLICY_DB", "POLICY_SCHEMA", "POLICY_NAME", "POLICY_KIND", "REF_DATABASE_NAME", "REF_SCHEMA_NAME", "REF_ENTITY_NAME",
		"REF_ENTITY_DOMAIN", "REF_COLUMN_NAME", "REF_ARG_COLUMN_NAMES", "TAG_DATABASE", "TAG_SCHEMA", "TAG_NAME", "POLICY_STATUS")
	name, byPolicy := args["POLICY_NAME"]
	var rows []sqlengine.Row
	switch {
	case byPolicy && len(args) == 1:
		rows, err = c.referencesOf(name)
	case !byPolicy && len(args) == 2:
		rows, err = c.referencesOn(args["REF_ENTITY_NAME"], args["REF_ENTITY_DOMAIN"])
	default:
		return nil, compilation(codeInvalidValue, "22023", "POLICY_REFERENCES takes a policy's name, or an entity's name and domain.")
	}
	t.Rows = sqlengine.RowsOf(rows)
	return t, err
}

// referencesOf lists where one policy is attached: columns and tables, and tags.
func (c *catalog) referencesOf(text string) ([]sqlengine.Row, error) {
	name, err := nameArgument(text)
	if err != nil {
		return nil, err
	}
	p, err := c.scope.look(kindMasking, name)
	if err != nil {
		return nil, err
	}
	if p == nil || !c.scope.may.lists(p) {
		return nil, errMissing(kindMasking, full(name))
	}
	all := c.scope.may.global("APPLY " + p.kind.keywords())
	var rows []sqlengine.Row
	c.s.a.eachAttachment(func(at place) {
		if at.policy == p && (all || c.scope.may.owns(p) || c.scope.may.owns(at.on)) {
			rows = append(rows, referenceRow(at, nil, statusActive))
		}
	})
	return rows, nil
}

// referencesOn lists the policies on one table, view or tag; those that come to its columns through tags name the tag.
func (c *catalog) referencesOn(text, domain string) ([]sqlengine.Row, error) {
	o, col, err := c.tagged(text, domain)
	if err != nil {
		return nil, err
	}
	if col != nil {
		return nil, compilation(codeInvalidValue, "22023", "invalid value [COLUMN] for parameter 'ref_entity_domain'")
	}
	if !c.scope.may.owns(o) && !c.scope.may.describesAll() {
		return nil, errDenied(o)
	}
	var rows []sqlengine.Row
	if o.kind == kindTag {
		for _, m := range o.tag.masks {
			rows = append(rows, referenceRow(place{m, o, nil}, nil, statusActive))
		}
		return rows, nil
	}
	if o.rel == nil {
		return nil, nil
	}
	o.eachAttachment(func(at place) { rows = append(rows, referenceRow(at, nil, statusActive)) })
	for _, col := range o.rel.columns {
		for _, m := range c.s.a.masksOn(o, col) {
			if m.tag != nil {
				rows = append(rows, referenceRow(place{m.attachment, o, col}, m.tag, m.status))
			}
		}
	}
	return rows, nil
}

// referenceRow describes one attachment. Of masking policies the further columns of USING are the arguments.
func referenceRow(at place, tag *object, status string) sqlengine.Row {
	p := at.policy
	row := sqlengine.Row{p.database().name, p.schema().name, p.name, string(p.kind)}
	database, schema := containers(at.on)
	row = append(row, database, schema, at.on.name, string(at.on.kind))
	args := at.args
	if at.col != nil {
		row = append(row, at.col.name)
		args = args[min(1, len(args)):]
	} else {
		row = append(row, nil)
	}
	if len(args) > 0 {
		row = append(row, "[ "+strings.Join(quoteAll(args), ", ")+" ]")
	} else {
		row = append(row, nil)
	}
	if tag != nil {
		return append(row, tag.database().name, tag.schema().name, tag.name, status)
	}
	return append(row, nil, nil, nil, status)
}

func quoteAll(list []string) []string {
	out := make([]string, len(list))
	for i, x := range list {
		out[i] = jsonText(x)
	}
	return out
}
