package snowflake

import (
	"context"
	"strconv"
	"strings"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

const describeColumns = "name,type,kind,null?,default,primary key,unique key,check,expression,comment,policy name,privacy domain"

func (c *cursor) describe() (action, error) {
	k, ok := c.kind()
	if !ok {
		return nil, c.unknownKind()
	}
	name, err := c.targetName(k)
	return func(context.Context) (*Result, error) { return c.s.describeObject(k, name) }, err
}

func (s *session) describeObject(k kind, name sqlengine.Name) (*Result, error) {
	sc := s.scope()
	if k.isRelation() {
		o, err := sc.relation(name)
		if err != nil {
			return nil, err
		}
		return describeRelation(o), nil
	}
	o, err := sc.find(k, name)
	if err != nil {
		return nil, err
	}
	switch {
	case k.isPolicy():
		r := textResult(typeDescribe, "name", "signature", "return_type", "body")
		r.Rows = []sqlengine.Row{{o.name, signature(o.policy), returnType(o), o.policy.body}}
		return r, nil
	case k == kindUser:
		return s.describeUser(o)
	case k == kindSchema, k == kindDatabase:
		return describeContainer(o, sc.may), nil
	}
	return nil, errUnsupported("DESCRIBE %s", k.keywords())
}

func describeRelation(o *object) *Result {
	r := &Result{Columns: columnsOf(describeColumns), typeID: typeDescribe}
	if !o.kind.isQuery() {
		r.Columns = append(r.Columns, columnsOf("schema evolution record")...)
	}
	for _, c := range o.rel.columns {
		policy := sqlengine.Value(nil)
		if c.mask != nil {
			policy = c.mask.policy.dotted()
		}
		row := sqlengine.Row{c.name, c.typ.SQL(sqlengine.Snowflake), c.kind(), yesNo(!c.notNull), orNull(c.def), "N", "N", nil, orNull(c.expression), orNull(c.comment), policy, nil}
		if !o.kind.isQuery() {
			row = append(row, nil)
		}
		r.Rows = append(r.Rows, row)
	}
	return r
}

func (s *session) describeUser(o *object) (*Result, error) {
	may := s.may()
	if !may.owns(o) && !may.global("MONITOR USER") && o != s.user {
		return nil, errDenied(o)
	}
	r := textResult(typeDescribe, "property", "value", "default", "description")
	add := func(name, value string) {
		r.Rows = append(r.Rows, sqlengine.Row{name, value, "null", ""})
	}
	add("NAME", o.name)
	add("COMMENT", o.comment)
	add("LOGIN_NAME", o.user.loginName)
	for _, p := range kindOptions[kindUser] {
		if p != "PASSWORD" && p != "LOGIN_NAME" && !strings.HasPrefix(p, "RSA_") {
			add(p, o.prop(p, "null"))
		}
	}
	for i, p := range []string{"RSA_PUBLIC_KEY_FP", "RSA_PUBLIC_KEY_2_FP"} {
		fp := "null"
		if k := o.user.keys[i]; k != nil {
			fp = fingerprint(k)
		}
		add(p, fp)
	}
	add("HAS_PASSWORD", strconv.FormatBool(o.user.password != ""))
	return r, nil
}

func describeContainer(o *object, may *rights) *Result {
	r := &Result{Columns: columnsOf("@created_on,name,kind"), typeID: typeDescribe}
	for _, c := range o.list("") {
		if may.lists(c) {
			r.Rows = append(r.Rows, sqlengine.Row{c.created, c.name, string(c.kind)})
		}
	}
	return r
}
