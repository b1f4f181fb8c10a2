package snowflake

import (
	"context"
	"strings"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

// getDDL writes the statement that makes an object again.
func getDDL(c *catalog, _ context.Context, a []sqlengine.Value) (sqlengine.Value, error) {
	typ, _ := a[0].(string)
	text, _ := a[1].(string)
	name, err := sqlengine.ParseName(sqlengine.Snowflake, text)
	if err != nil {
		return nil, err
	}
	long := len(a) > 2 && a[2] == true
	switch strings.ToUpper(typ) {
	case "POLICY":
		return c.policyDDL(name, long)
	case "VIEW", "TABLE":
		o, err := c.scope.relation(name)
		if err != nil {
			return nil, err
		}
		return relationDDL(o, long), nil
	}
	return nil, errUnsupported("GET_DDL of %s", typ)
}

func (c *catalog) policyDDL(name sqlengine.Name, long bool) (sqlengine.Value, error) {
	o, err := c.scope.look(kindMasking, name)
	if err != nil {
		return nil, err
	}
	if o == nil || !c.scope.may.lists(o) {
		return nil, errMissing(kindMasking, full(name))
	}
	p := o.policy
	params := make([]string, len(p.params))
	for i, x := range p.params {
		params[i] = quoteIfNeeded(x.Name) + " " + x.Type.SQL(sqlengine.Snowflake)
	}
	out := "create or replace " + o.kind.words() + " " + ddlName(o, long) + " as (" + strings.Join(params, ", ") + ") returns " + returnType(o) + " ->\n" + p.body + "\n"
	if o.comment != "" {
		out += "\tcomment=" + sqlengine.Snowflake.Literal(o.comment) + "\n"
	}
	if p.exempt {
		out += "\texempt_other_policies=true\n"
	}
	return out + ";", nil
}

func ddlName(o *object, long bool) string {
	if long {
		return o.dotted()
	}
	return quoteIfNeeded(o.name)
}

// returnType writes what a policy returns.
func returnType(o *object) string {
	switch o.kind {
	case kindProjection:
		return "PROJECTION_CONSTRAINT"
	case kindAggregation:
		return "AGGREGATION_CONSTRAINT"
	case kindJoin:
		return "JOIN_CONSTRAINT"
	}
	return o.policy.returns.SQL(sqlengine.Snowflake)
}

func relationDDL(o *object, long bool) string {
	if o.rel.text != "" {
		return o.rel.text + ";"
	}
	lines := make([]string, len(o.rel.columns))
	for i, c := range o.rel.columns {
		lines[i] = "\t" + quoteIfNeeded(c.name) + " " + c.typ.SQL(sqlengine.Snowflake)
		if c.notNull {
			lines[i] += " NOT NULL"
		}
		if c.def != "" {
			lines[i] += " DEFAULT " + c.def
		}
		if c.comment != "" {
			lines[i] += " COMMENT " + sqlengine.Snowflake.Literal(c.comment)
		}
	}
	return "create or replace TABLE " + ddlName(o, long) + " (\n" + strings.Join(lines, ",\n") + "\n);"
}
