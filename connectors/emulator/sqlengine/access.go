package sqlengine

import "strings"

// access compiles x:name, x.name and x[index].
func (c *compiler) access(e *Access, sc *scope) (*node, error) {
	x, err := c.expr(e.X, sc)
	if err != nil {
		return nil, err
	}
	if e.Index != nil {
		index, err := c.expr(e.Index, sc)
		if err != nil {
			return nil, err
		}
		return c.elementOf(x, index, e.Pos())
	}
	if e.Colon && x.typ.Kind == KindText && c.dialect == Databricks {
		if x, err = c.applyBuiltin("PARSE_JSON", builtinTable()["PARSE_JSON"], []*node{x}, e.Pos()); err != nil {
			return nil, err
		}
	}
	return c.fieldOf(x, e.Field, e.Pos())
}

// fieldOf reads a named part. Keys of semi-structured data are compared with their case, fields of a struct without.
func (c *compiler) fieldOf(x *node, field string, at Pos) (*node, error) {
	typ := TypeVariant
	switch x.typ.Kind {
	case KindVariant, KindObject, KindNull:
	case KindArray:
		if c.dialect == Databricks {
			return nil, errorf(ErrTypeMismatch, ".", at, "array has no field %s", field)
		}
	case KindMap:
		typ = elemOr(x.typ.Elem)
	case KindStruct:
		i := -1
		for k, f := range x.typ.Fields {
			if strings.EqualFold(f.Name, field) {
				i = k
			}
		}
		if i < 0 {
			return nil, errorf(ErrUnknownColumn, field, at, "unknown field %s", field)
		}
		field, typ = x.typ.Fields[i].Name, x.typ.Fields[i].Type
	default:
		return nil, errorf(ErrTypeMismatch, ".", at, "%s has no fields", x.typ.SQL(c.dialect))
	}
	return fold(&node{typ: typ, nullable: true, eval: func(f *frame) (Value, error) {
		v, err := x.eval(f)
		if err != nil {
			return nil, err
		}
		m, ok := v.(*Map)
		if !ok {
			return nil, nil
		}
		out, _ := m.Get(field)
		return out, nil
	}}, x), nil
}

// elementOf reads an element by index from 0, or a key of a map or object. What is not there is NULL on Snowflake, an error for Databricks'
// arrays.
func (c *compiler) elementOf(x, index *node, at Pos) (*node, error) {
	typ := TypeVariant
	switch x.typ.Kind {
	case KindVariant, KindNull:
	case KindObject, KindArray, KindMap:
		typ = elemOr(x.typ.Elem)
	default:
		return nil, errorf(ErrTypeMismatch, "[]", at, "%s has no elements", x.typ.SQL(c.dialect))
	}
	strict := c.dialect == Databricks && x.typ.Kind == KindArray
	keyText := c.Format(index.typ)
	return fold(&node{typ: typ, nullable: true, eval: func(f *frame) (Value, error) {
		v, err := x.eval(f)
		if v == nil || err != nil {
			return nil, err
		}
		i, err := index.eval(f)
		if i == nil || err != nil {
			return nil, err
		}
		switch data := v.(type) {
		case Array:
			n, ok := i.(int64)
			if ok && n >= 0 && n < int64(len(data)) {
				return data[n], nil
			}
			if strict {
				return nil, errorf(ErrInvalidArgument, "[]", at, "array index out of bounds")
			}
		case *Map:
			out, _ := data.Get(keyText(i))
			return out, nil
		}
		return nil, nil
	}}, x, index), nil
}

func (c *compiler) objectLit(e *ObjectLit, sc *scope) (*node, error) {
	args := make([]Expr, 0, 2*len(e.Keys))
	for i, k := range e.Keys {
		args = append(args, &Literal{At: e.At, Value: k, Type: TypeText}, e.Values[i])
	}
	return c.call(&Call{At: e.At, Name: Name{{Text: "OBJECT_CONSTRUCT"}}, Args: args}, sc)
}
