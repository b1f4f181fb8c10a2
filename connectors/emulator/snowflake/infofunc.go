package snowflake

import (
	"context"
	"strings"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

const (
	policyReferenceColumns = "POLICY_DB,POLICY_SCHEMA,POLICY_NAME,POLICY_KIND,REF_DATABASE_NAME,REF_SCHEMA_NAME,REF_ENTITY_NAME,REF_ENTITY_DOMAIN,REF_COLUMN_NAME,REF_ARG_COLUMN_NAMES,TAG_DATABASE,TAG_SCHEMA,TAG_NAME,POLICY_STATUS"
	tagReferenceColumns    = "TAG_DATABASE,TAG_SCHEMA,TAG_NAME,TAG_VALUE,APPLY_METHOD,LEVEL,OBJECT_DATABASE,OBJECT_SCHEMA,OBJECT_NAME,DOMAIN,COLUMN_NAME"
)

// TableFunction resolves the table functions of information schemas and RESULT_SCAN.
func (c *catalog) TableFunction(_ context.Context, name sqlengine.Name, args []sqlengine.Argument) (*sqlengine.Table, error) {
	fn := strings.ToUpper(name.Last())
	if fn == "RESULT_SCAN" && len(name) == 1 {
		return c.resultScan(args)
	}
	if len(name) < 2 || name[len(name)-2].Text != informationSchema {
		if sch := c.scope.schema; len(name) > 1 || sch == nil || sch.name != informationSchema {
			return nil, compilation(codeParentMissing, "02000", "Unknown table function %s", full(name))
		}
	}
	home, err := c.scope.databaseOf(kindTable, name, len(name)-3)
	if err != nil {
		return nil, err
	}
	if err := c.s.requireWarehouse(); err != nil {
		return nil, err
	}
	in := *c
	in.scope = &scope{a: c.scope.a, may: c.scope.may, database: home, schema: c.scope.schema}
	switch fn {
	case "POLICY_REFERENCES":
		return in.policyReferences(args)
	case "TAG_REFERENCES":
		return in.tagReferences(args)
	case "TAG_REFERENCES_ALL_COLUMNS":
		return in.tagReferencesAllColumns(args)
	case "QUERY_HISTORY":
		return in.queryHistory()
	}
	return nil, errUnsupported("table function %s", fn)
}

// textArg gives a text argument by name or, where unnamed ones are allowed, by position.
func textArg(args []sqlengine.Argument, name string, at int) (string, bool) {
	for i, a := range args {
		if a.Name == name || a.Name == "" && i == at {
			s, ok := a.Value.(string)
			return s, ok
		}
	}
	return "", false
}

func tableOf(spec string, rows []sqlengine.Row) *sqlengine.Table {
	return &sqlengine.Table{Columns: upperColumns(spec), Rows: sqlengine.RowsOf(rows)}
}

// policyReferences lists where a policy is attached, or which policies are attached to something.
func (c *catalog) policyReferences(args []sqlengine.Argument) (*sqlengine.Table, error) {
	policyName, byPolicy := textArg(args, "POLICY_NAME", -1)
	entity, byEntity := textArg(args, "REF_ENTITY_NAME", -1)
	domain, hasDomain := textArg(args, "REF_ENTITY_DOMAIN", -1)
	switch {
	case byPolicy && !byEntity && !hasDomain:
		rows, err := c.referencesOfPolicy(policyName)
		return tableOf(policyReferenceColumns, rows), err
	case byEntity && hasDomain && !byPolicy:
		rows, err := c.referencesOfEntity(entity, strings.ToUpper(domain))
		return tableOf(policyReferenceColumns, rows), err
	}
	return nil, compilation(codeInvalidValue, "22023", "POLICY_REFERENCES takes POLICY_NAME, or REF_ENTITY_NAME and REF_ENTITY_DOMAIN.")
}

func (c *catalog) referencesOfPolicy(text string) ([]sqlengine.Row, error) {
	name, err := sqlengine.ParseName(sqlengine.Snowflake, text)
	if err != nil {
		return nil, err
	}
	p, err := c.scope.look(kindMasking, name)
	if err != nil {
		return nil, err
	}
	if p == nil || !c.scope.may.lists(p) {
		return nil, compilation(codeMissing, "02000", "Policy '%s' does not exist or not authorized.", full(name))
	}
	all := c.scope.may.global("APPLY "+p.kind.keywords()) || c.scope.may.owns(p)
	var rows []sqlengine.Row
	c.s.a.eachAttachment(func(at place) {
		if at.policy == p && (all || c.scope.may.owns(at.on)) {
			rows = append(rows, referenceRow(at, nil, statusActive))
		}
	})
	return rows, nil
}

// entityDomain is the domain that references name a relation by.
func entityDomain(o *object) string {
	if o.rel != nil && (o.rel.sort == sortIceberg || o.rel.sort == sortEvent) {
		return o.rel.sort
	}
	return string(o.kind)
}

// referenceRow writes an attachment. tag is the tag a policy comes through, where it is not attached itself.
func referenceRow(at place, tag *object, state string) sqlengine.Row {
	p := at.policy
	row := sqlengine.Row{p.database().name, p.schema().name, p.name, string(p.kind), at.on.database().name, at.on.schema().name, at.on.name, entityDomain(at.on),
		nil, nil, nil, nil, nil, state}
	var args []string
	if at.col != nil {
		row[8] = at.col.name
		args = at.args[1:]
	} else {
		args = at.args
	}
	if len(args) > 0 {
		row[9] = `[ "` + strings.Join(args, `", "`) + `" ]`
	}
	if at.on.kind == kindTag {
		tag = at.on
	}
	if tag != nil {
		row[10], row[11], row[12] = tag.database().name, tag.schema().name, tag.name
	}
	return row
}

func (c *catalog) referencesOfEntity(text, domain string) ([]sqlengine.Row, error) {
	name, err := sqlengine.ParseName(sqlengine.Snowflake, text)
	if err != nil {
		return nil, err
	}
	var rows []sqlengine.Row
	switch domain {
	case "TABLE", "VIEW":
		o, err := c.scope.relation(name)
		if err != nil {
			return nil, err
		}
		if err := c.mayListReferences(o); err != nil {
			return nil, err
		}
		return c.visibleReferences(o), nil
	case "TAG":
		t, err := c.scope.find(kindTag, name)
		if err != nil {
			return nil, err
		}
		for _, m := range t.tag.masks {
			rows = append(rows, referenceRow(place{m, t, nil}, nil, statusActive))
		}
		return rows, nil
	case "USER", "ACCOUNT", "INTEGRATION":
		return nil, nil
	}
	return nil, compilation(codeInvalidValue, "22023", "invalid value [%s] for parameter 'REF_ENTITY_DOMAIN'", domain)
}

// mayListReferences: object ownership alone is not enough.
func (c *catalog) mayListReferences(o *object) error {
	may := c.scope.may
	if may.describesAll() {
		return nil
	}
	found := false
	o.eachAttachment(func(at place) { found = found || may.holds(privApply, at.policy) })
	if found && may.owns(o) {
		return nil
	}
	return errDenied(o)
}

// visibleReferences gives the policies in force on a table or view that the role may know of: those whose kind it may apply anywhere, and
// those it may apply to what it owns.
func (c *catalog) visibleReferences(o *object) []sqlengine.Row {
	var rows []sqlengine.Row
	c.s.a.relationReferences(o, func(at place, tag *object, state string) {
		if c.scope.may.global("APPLY "+at.policy.kind.keywords()) || c.scope.may.owns(o) && c.scope.may.holds(privApply, at.policy) {
			rows = append(rows, referenceRow(at, tag, state))
		}
	})
	return rows
}

// relationReferences gives the policies in force on a table or view: attached ones, and those that come through tags.
func (a *Account) relationReferences(o *object, visit func(at place, tag *object, state string)) {
	o.eachAttachment(func(at place) { visit(at, nil, statusActive) })
	for _, col := range o.rel.columns {
		for _, m := range a.masksOn(o, col) {
			if m.tag != nil {
				visit(place{m.attachment, o, col}, m.tag, m.status)
			}
		}
	}
}

func (c *catalog) tagReferences(args []sqlengine.Argument) (*sqlengine.Table, error) {
	text, ok1 := textArg(args, "OBJECT_NAME", 0)
	domain, ok2 := textArg(args, "OBJECT_DOMAIN", 1)
	if !ok1 || !ok2 {
		return nil, compilation(codeInvalidValue, "22023", "TAG_REFERENCES takes an object name and a domain.")
	}
	o, col, err := c.tagged(text, domain)
	if err != nil {
		return nil, err
	}
	return tableOf(tagReferenceColumns, c.s.a.referenceRows(o, col)), nil
}

func (c *catalog) tagReferencesAllColumns(args []sqlengine.Argument) (*sqlengine.Table, error) {
	text, ok := textArg(args, "OBJECT_NAME", 0)
	if domain, has := textArg(args, "OBJECT_DOMAIN", 1); !ok || !has || strings.ToUpper(domain) != "TABLE" {
		return nil, compilation(codeInvalidValue, "22023", "TAG_REFERENCES_ALL_COLUMNS takes an object name and the domain 'TABLE'.")
	}
	o, _, err := c.tagged(text, "TABLE")
	if err != nil {
		return nil, err
	}
	var rows []sqlengine.Row
	for _, col := range o.rel.columns {
		rows = append(rows, c.s.a.referenceRows(o, col)...)
	}
	return tableOf(tagReferenceColumns, rows), nil
}

// referenceRows gives the tags in force on an object or column, set there or above.
func (a *Account) referenceRows(o *object, col *column) []sqlengine.Row {
	var rows []sqlengine.Row
	domain := o.kind.keywords()
	if o.kind.isRelation() {
		domain = "TABLE"
	}
	if col != nil {
		domain = "COLUMN"
	}
	for _, t := range a.tagsOn(o, col) {
		method := t.method
		if t.level != kind(strings.ReplaceAll(domain, " ", "_")) {
			method = "INHERITED"
		}
		row := sqlengine.Row{t.tag.database().name, t.tag.schema().name, t.tag.name, t.value, method, t.level.keywords(), nil, nil, o.name, domain, nil}
		placeNames(row[6:9], o)
		if col != nil {
			row[10] = col.name
		}
		rows = append(rows, row)
	}
	return rows
}

// placeNames writes database, schema and name of an object, as far as it has them.
func placeNames(row sqlengine.Row, o *object) {
	row[2] = o.name
	if db := o.database(); db != nil && db != o {
		row[0] = db.name
	}
	if sch := o.schema(); sch != nil && sch != o {
		row[1] = sch.name
	}
}

// resultScan gives the result of a statement of the last day again.
func (c *catalog) resultScan(args []sqlengine.Argument) (*sqlengine.Table, error) {
	if err := c.s.requireWarehouse(); err != nil {
		return nil, err
	}
	id, ok := textArg(args, "", 0)
	if !ok {
		return nil, compilation(codeInvalidValue, "22023", "RESULT_SCAN takes a query id.")
	}
	r := c.s.a.resultOf(id, c.s)
	if r == nil {
		return nil, errorf(codeNoSuchStatement, "02000", "Statement %s not found", id)
	}
	return &sqlengine.Table{Columns: r.Columns, Rows: sqlengine.RowsOf(r.Rows)}, nil
}
