package snowflake

import (
	"context"
	"strings"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

const describeColumns = "name,type,kind,null?,default,primary key,unique key,check,expression,comment,policy name,privacy domain"

func (c *cursor) describe() (action, error) {
	switch {
	case c.AcceptAny("TABLE", "VIEW") != "":
		name, err := c.Name()
		return func(context.Context) (*Result, error) { return c.s.describeRelation(name) }, err
	case c.words("MASKING POLICY"):
		return c.describePolicy(kindMasking)
	case c.words("ROW ACCESS POLICY"):
		return c.describePolicy(kindRowAccess)
	}
	return nil, errUnsupported("DESCRIBE %s", strings.ToUpper(c.Peek().Text))
}

// describeRelation needs a privilege on the table, or one of those that let describe every table.
func (s *session) describeRelation(name sqlengine.Name) (*Result, error) {
	o, err := s.scope().relation(name)
	if err != nil {
		return nil, err
	}
	r := &Result{Columns: columnsOf(describeColumns), typeID: typeDescribe}
	for _, c := range o.rel.columns {
		var policy, def, comment sqlengine.Value
		if c.mask != nil {
			policy = c.mask.policy.dotted()
		}
		if c.def != "" {
			def = c.def
		}
		if c.comment != "" {
			comment = c.comment
		}
		r.Rows = append(r.Rows, sqlengine.Row{c.name, c.typ.SQL(sqlengine.Snowflake), "COLUMN", yesNo(!c.notNull), def, "N", "N", nil, nil, comment, policy, nil})
	}
	return r, nil
}

func (c *cursor) describePolicy(k kind) (action, error) {
	name, err := c.Name()
	return func(context.Context) (*Result, error) {
		p, err := c.s.scope().find(k, name)
		if err != nil {
			return nil, err
		}
		r := textResult(typeDescribe, "name", "signature", "return_type", "body")
		r.Rows = []sqlengine.Row{{p.name, signature(p.policy), returnType(p), p.policy.body}}
		return r, nil
	}, err
}
