package databricks

import (
	"context"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

// createFunction reads name(p TYPE, ...) RETURNS TYPE [clauses] RETURN expr.
func (c *cursor) createFunction(replace bool) (action, error) {
	n, err := c.creationOf(kindFunction, "CREATE_FUNCTION")
	if err != nil {
		return nil, err
	}
	n.replace = replace
	r := &routine{scope: c.s.scope()}
	if err := c.Parens(func() error { return c.parameter(r) }); err != nil {
		return nil, err
	}
	typed := c.AcceptKeyword("RETURNS")
	if typed {
		if r.returns, err = c.Type(); err != nil {
			return nil, err
		}
	}
	if err := c.routineClauses(&n, r); err != nil {
		return nil, err
	}
	if err := c.ExpectKeyword("RETURN"); err != nil {
		return nil, err
	}
	from := c.Offset()
	if r.body, err = c.Expr(); err != nil {
		return nil, err
	}
	r.definition = c.Text(from, c.LastEnd())
	return func() (*Result, error) { return c.storeFunction(n, r, typed) }, nil
}

func (c *cursor) parameter(r *routine) error {
	name, err := c.AnyIdent()
	if err != nil {
		return err
	}
	p := routineParam{name: name.Text}
	if p.typ, err = c.Type(); err != nil {
		return err
	}
	if c.PeekKeyword("DEFAULT") {
		return errUnsupported("parameter defaults are not supported.")
	}
	if p.comment, err = c.comment(); err != nil {
		return err
	}
	for _, q := range r.params {
		if lower(q.name) == lower(p.name) {
			return errSQL("DUPLICATE_ROUTINE_PARAMETER_NAMES", "42734", "Found duplicate name %s in the parameter list.", quoted([]string{p.name}))
		}
	}
	r.params = append(r.params, p)
	return nil
}

// routineClauses reads the characteristics, which may come in any order.
func (c *cursor) routineClauses(n *creation, r *routine) (err error) {
	for {
		switch {
		case c.PeekKeyword("COMMENT"):
			if n.comment, err = c.comment(); err != nil {
				return err
			}
		case c.AcceptKeyword("DETERMINISTIC"):
			r.deterministic = true
		case c.AcceptKeyword("NOT", "DETERMINISTIC"):
			r.deterministic = false
		case c.AcceptKeyword("LANGUAGE", "SQL"), c.AcceptKeyword("CONTAINS", "SQL"), c.AcceptKeyword("READS", "SQL", "DATA"),
			c.AcceptKeyword("SQL", "SECURITY", "DEFINER"):
		case c.PeekKeyword("LANGUAGE"):
			return errUnsupported("functions in other languages than SQL are not supported.")
		default:
			return nil
		}
	}
}

func (c *cursor) storeFunction(n creation, r *routine, typed bool) (*Result, error) {
	prog, err := c.s.engine().PrepareExpr(context.Background(), r.body, engineParams(r))
	if err != nil {
		return nil, err
	}
	if !typed {
		r.returns = prog.Type
	}
	if !castable(prog.Type, r.returns) {
		return nil, errSQL("DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION", "42K09", "The body of the function gives %s, which cannot be cast to %s.",
			typeText(prog.Type), typeText(r.returns))
	}
	made, replaced, err := c.make(n)
	switch {
	case err != nil:
		return nil, err
	case replaced != nil:
		replaced.routine, replaced.comment = r, n.comment
		c.s.w.touch(replaced, c.s.id.name)
		c.s.w.audit(c.s.id, "createFunction", "full_name_arg", replaced.fullName())
	case made != nil:
		made.routine = r
	}
	return done(), nil
}

// castable reports whether values of one type can be cast to another at all.
func castable(from, to sqlengine.Type) bool {
	f, t := family(from), family(to)
	switch {
	case f == t, f == "null", f == "variant", t == "variant":
		return f != "nested" || from.Equal(to) || from.Kind == to.Kind
	case t == "text":
		return true
	case f == "text":
		return t != "nested"
	case f == "number" || f == "boolean":
		return t == "number" || t == "boolean" || t == "timestamp" && f == "number"
	case f == "date" || f == "timestamp":
		return t == "date" || t == "timestamp" || f == "timestamp" && t == "number"
	}
	return false
}

func family(t sqlengine.Type) string {
	switch t.Kind {
	case sqlengine.KindNull:
		return "null"
	case sqlengine.KindBoolean:
		return "boolean"
	case sqlengine.KindNumber, sqlengine.KindFloat:
		return "number"
	case sqlengine.KindText:
		return "text"
	case sqlengine.KindBinary:
		return "binary"
	case sqlengine.KindDate:
		return "date"
	case sqlengine.KindTimestampLTZ, sqlengine.KindTimestampNTZ, sqlengine.KindTimestampTZ:
		return "timestamp"
	case sqlengine.KindVariant:
		return "variant"
	default:
		return "nested"
	}
}
