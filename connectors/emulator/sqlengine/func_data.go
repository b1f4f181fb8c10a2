package sqlengine

import (
	"sort"
	"strings"
)

func dataFunctions() map[string]builtin {
	variant, array, boolean, integer := returns(TypeVariant), returns(TypeArray), returns(TypeBoolean), resultRule(returnsInteger)
	size := builtin{params: "x", result: integer, eval: sizeOf}
	toJSON := builtin{params: "x", result: returns(TypeText), eval: func(x *callInfo, a []Value) (Value, error) { return x.JSON(a[0]), nil }}
	isKind := func(test func(Value) bool) builtin {
		return builtin{dialects: onlySnowflake, params: "x", result: boolean, eval: func(_ *callInfo, a []Value) (Value, error) { return test(a[0]), nil }}
	}
	contains := builtin{params: "xx", result: boolean, eval: arrayContains}
	construct := builtin{params: "x*", result: arrayType, nulls: true, eval: func(_ *callInfo, a []Value) (Value, error) {
		return append(Array{}, a...), nil
	}}
	return map[string]builtin{
		"PARSE_JSON":     {params: "t", result: variant, eval: parseJSON},
		"TRY_PARSE_JSON": {params: "t", result: variant, eval: trying(parseJSON)},
		"TO_JSON":        toJSON, "TO_VARIANT": {dialects: onlySnowflake, params: "x", result: variant, eval: firstArg},
		"TO_ARRAY": {dialects: onlySnowflake, params: "x", result: array, eval: func(_ *callInfo, a []Value) (Value, error) {
			if _, ok := a[0].(Array); ok {
				return a[0], nil
			}
			return Array{a[0]}, nil
		}},
		"TO_OBJECT":  {dialects: onlySnowflake, params: "x", result: returns(TypeObject), eval: func(x *callInfo, a []Value) (Value, error) { return x.castValue(a[0], TypeVariant, TypeObject) }},
		"ARRAY_SIZE": size, "SIZE": only(size, onlyDatabricks), "CARDINALITY": only(size, onlyDatabricks),
		"ARRAY_CONTAINS": contains, "ARRAY_CONSTRUCT": construct, "ARRAY": only(construct, onlyDatabricks),
		"ARRAY_TO_STRING": {dialects: onlySnowflake, params: "xt", result: returns(TypeText), eval: joinArray},
		"ARRAY_JOIN":      {dialects: onlyDatabricks, params: "xt", result: returns(TypeText), eval: joinArray},
		"ARRAY_DISTINCT":  {params: "x", result: returnsArg(0), eval: arrayDistinct},
		"ARRAY_SORT":      {params: "x", result: returnsArg(0), eval: sortedArray},
		"SORT_ARRAY":      {dialects: onlyDatabricks, params: "x", result: returnsArg(0), eval: sortedArray},
		"ARRAY_CAT":       {dialects: onlySnowflake, params: "xx", result: returnsArg(0), eval: arrayConcat},
		"ARRAY_APPEND":    {params: "xx", result: returnsArg(0), eval: func(_ *callInfo, a []Value) (Value, error) { return arrayWith(a[0], a[1]) }},
		"ARRAYS_OVERLAP":  {params: "xx", result: boolean, eval: arraysOverlap},
		"ARRAY_POSITION":  {params: "xx", result: integer, eval: arrayPosition},
		"ELEMENT_AT":      {dialects: onlyDatabricks, params: "xx", result: elementType, eval: elementAt},
		"SPLIT":           {params: "tt?i", result: splitType, eval: splitText},
		"GET":             {params: "xx", result: variant, eval: getPart}, "GET_IGNORE_CASE": {dialects: onlySnowflake, params: "xt", result: variant, eval: getIgnoreCase},
		"GET_PATH":             {dialects: onlySnowflake, params: "xt", result: variant, eval: getPath},
		"GET_JSON_OBJECT":      {dialects: onlyDatabricks, params: "tt", result: returns(TypeText), eval: getJSONObject},
		"OBJECT_KEYS":          {dialects: onlySnowflake, params: "x", result: array, eval: objectKeys},
		"MAP_KEYS":             {dialects: onlyDatabricks, params: "x", result: returns(ArrayOf(TypeText)), eval: objectKeys},
		"OBJECT_DELETE":        {dialects: onlySnowflake, params: "xt*", result: returns(TypeObject), eval: objectDelete},
		"OBJECT_INSERT":        {dialects: onlySnowflake, params: "xtx?b", nulls: true, result: returns(TypeObject), eval: objectInsert},
		"SEQUENCE":             {dialects: onlyDatabricks, params: "ii?i", result: func(_ *compiler, _ []*node) Type { return ArrayOf(TypeInt) }, eval: sequence},
		"ARRAY_GENERATE_RANGE": {dialects: onlySnowflake, params: "ii?i", result: array, eval: sequence},
		"TYPEOF":               {params: "x", nulls: true, result: returns(TypeText), eval: typeName},
		"IS_NULL_VALUE":        isKind(func(v Value) bool { _, ok := v.(JSONNull); return ok }),
		"IS_ARRAY":             isKind(func(v Value) bool { _, ok := v.(Array); return ok }),
		"IS_OBJECT":            isKind(func(v Value) bool { _, ok := v.(*Map); return ok }),
		"IS_VARCHAR":           isKind(func(v Value) bool { _, ok := v.(string); return ok }),
		"IS_INTEGER":           isKind(func(v Value) bool { _, ok := v.(int64); return ok }),
		"IS_BOOLEAN":           isKind(func(v Value) bool { _, ok := v.(bool); return ok }),
		"MAP":                  {dialects: onlyDatabricks, params: "x*", nulls: true, result: mapType, eval: mapOf},
		"NAMED_STRUCT":         {dialects: onlyDatabricks, params: "x*", nulls: true, result: structType, eval: structOf},
	}
}

func firstArg(_ *callInfo, a []Value) (Value, error) { return a[0], nil }

func parseJSON(x *callInfo, a []Value) (Value, error) {
	if strings.TrimSpace(a[0].(string)) == "" && x.dialect == Snowflake {
		return nil, nil
	}
	v, err := ParseJSON(a[0].(string))
	if err != nil {
		return nil, x.invalid("text is not JSON")
	}
	return v, nil
}

func arrayType(c *compiler, args []*node) Type {
	if c.dialect == Snowflake {
		return TypeArray
	}
	elem := TypeNull
	for _, a := range args {
		if t, ok := commonType(c.dialect, elem, a.typ); ok {
			elem = t
		}
	}
	return ArrayOf(elem)
}

func elementType(_ *compiler, args []*node) Type { return elemOr(args[0].typ.Elem) }

func sizeOf(x *callInfo, a []Value) (Value, error) {
	switch v := a[0].(type) {
	case Array:
		return int64(len(v)), nil
	case *Map:
		if x.dialect == Databricks {
			return int64(len(v.Keys)), nil
		}
	}
	if x.types[0].Kind == KindVariant {
		return nil, nil
	}
	return nil, x.wrongKind()
}

func (x *callInfo) wrongKind() error {
	return errorf(ErrArgumentType, x.name, x.at, "%s does not take %s", x.name, x.types[0].SQL(x.dialect))
}

func splitType(c *compiler, _ []*node) Type {
	if c.dialect == Databricks {
		return ArrayOf(TypeText)
	}
	return TypeArray
}

// splitText: the separator is a text on Snowflake, a regular expression on Databricks.
func splitText(x *callInfo, a []Value) (Value, error) {
	limit, err := intArg(x, a, 2, -1)
	if err != nil {
		return nil, err
	}
	var parts []string
	if x.dialect == Databricks {
		re, err := x.regex(a[1].(string), "", x.at)
		if err != nil {
			return nil, err
		}
		if limit <= 0 {
			limit = -1
		}
		parts = re.Split(a[0].(string), limit)
	} else {
		if len(a) > 2 {
			return nil, errorf(ErrArgumentCount, x.name, x.at, "SPLIT takes 2 arguments")
		}
		parts = []string{a[0].(string)}
		if a[1] != "" {
			parts = strings.Split(a[0].(string), a[1].(string))
		}
	}
	out := make(Array, len(parts))
	for i, p := range parts {
		out[i] = p
	}
	return out, nil
}

func getPart(x *callInfo, a []Value) (Value, error) {
	switch data := a[0].(type) {
	case Array:
		if n, ok := a[1].(int64); ok && n >= 0 && n < int64(len(data)) {
			return data[n], nil
		}
	case *Map:
		if k, ok := a[1].(string); ok {
			v, _ := data.Get(k)
			return v, nil
		}
	}
	return nil, nil
}

func getIgnoreCase(_ *callInfo, a []Value) (Value, error) {
	m, ok := a[0].(*Map)
	if !ok {
		return nil, nil
	}
	if v, ok := m.Get(a[1].(string)); ok {
		return v, nil
	}
	for i, k := range m.Keys {
		if strings.EqualFold(k, a[1].(string)) {
			return m.Values[i], nil
		}
	}
	return nil, nil
}

// getPath follows a path a.b[0]['c'].
func getPath(x *callInfo, a []Value) (Value, error) {
	p := NewParser(x.dialect, "x:"+a[1].(string))
	e, err := p.Expr()
	if err != nil || !p.AtEnd() {
		return nil, x.invalid("not a path")
	}
	return followPath(e, a[0]), nil
}

func followPath(e Expr, root Value) Value {
	acc, ok := e.(*Access)
	if !ok {
		return root
	}
	v := followPath(acc.X, root)
	switch data := v.(type) {
	case *Map:
		key := acc.Field
		if lit, ok := acc.Index.(*Literal); ok {
			key, _ = lit.Value.(string)
		}
		out, _ := data.Get(key)
		return out
	case Array:
		if lit, ok := acc.Index.(*Literal); ok {
			if n, ok := lit.Value.(int64); ok && n >= 0 && n < int64(len(data)) {
				return data[n]
			}
		}
	}
	return nil
}

func getJSONObject(x *callInfo, a []Value) (Value, error) {
	root, err := ParseJSON(a[0].(string))
	path, ok := strings.CutPrefix(a[1].(string), "$")
	if err != nil || !ok {
		return nil, nil
	}
	if path == "" {
		return x.JSON(root), nil
	}
	p := NewParser(x.dialect, "x:y"+path)
	e, err := p.Expr()
	if err != nil || !p.AtEnd() {
		return nil, x.invalid("not a path")
	}
	switch v := followPath(e, &Map{Keys: []string{"y"}, Values: []Value{root}}).(type) {
	case nil, JSONNull:
		return nil, nil
	case string:
		return v, nil
	default:
		return x.JSON(v), nil
	}
}

func objectKeys(x *callInfo, a []Value) (Value, error) {
	m, ok := a[0].(*Map)
	if !ok {
		return nil, x.wrongKind()
	}
	keys := append([]string{}, m.Keys...)
	if x.dialect == Snowflake {
		sort.Strings(keys)
	}
	out := make(Array, len(keys))
	for i, k := range keys {
		out[i] = k
	}
	return out, nil
}

func objectDelete(x *callInfo, a []Value) (Value, error) {
	m, ok := a[0].(*Map)
	if !ok {
		return nil, x.wrongKind()
	}
	out := &Map{}
	for i, k := range m.Keys {
		gone := false
		for _, d := range a[1:] {
			gone = gone || d == k
		}
		if !gone {
			out.Set(k, m.Values[i])
		}
	}
	return out, nil
}

func objectInsert(x *callInfo, a []Value) (Value, error) {
	m, ok := a[0].(*Map)
	if a[0] == nil || a[1] == nil {
		return nil, nil
	}
	if !ok {
		return nil, x.wrongKind()
	}
	key := a[1].(string)
	if _, exists := m.Get(key); exists && (len(a) < 4 || a[3] != true) {
		return nil, x.invalid("the key is there already")
	}
	out := &Map{Keys: append([]string{}, m.Keys...), Values: append([]Value{}, m.Values...)}
	if a[2] != nil {
		out.Set(key, a[2])
	}
	return out, nil
}

const maxSequence = 1 << 22

// sequence counts from a to b, both included on Databricks, b left out on Snowflake.
func sequence(x *callInfo, a []Value) (Value, error) {
	from, ok := a[0].(int64)
	to, ok2 := a[1].(int64)
	step := int64(1)
	if from > to && x.dialect == Databricks {
		step = -1
	}
	if len(a) > 2 {
		n, err := whole(x, a[2])
		if err != nil {
			return nil, err
		}
		step = int64(n)
	}
	if !ok || !ok2 || step == 0 {
		return nil, x.invalid("bounds")
	}
	if x.dialect == Snowflake {
		to -= step / absStep(step)
	}
	out := Array{}
	for n := from; step > 0 && n <= to || step < 0 && n >= to; n += step {
		if len(out) >= maxSequence {
			return nil, x.invalid("sequence is too long")
		}
		out = append(out, n)
	}
	return out, nil
}

func absStep(n int64) int64 { return max(n, -n) }

var typeNamesOf = map[Kind]string{KindBoolean: "BOOLEAN", KindNumber: "DECIMAL", KindFloat: "DOUBLE", KindText: "VARCHAR", KindBinary: "BINARY",
	KindDate: "DATE", KindTime: "TIME", KindTimestampNTZ: "TIMESTAMP_NTZ", KindArray: "ARRAY", KindObject: "OBJECT"}

func typeName(x *callInfo, a []Value) (Value, error) {
	if x.dialect == Databricks {
		return x.types[0].SQL(Databricks), nil
	}
	switch a[0].(type) {
	case nil:
		return nil, nil
	case JSONNull:
		return "NULL_VALUE", nil
	case int64:
		return "INTEGER", nil
	}
	return typeNamesOf[TypeOf(a[0]).Kind], nil
}

func mapType(c *compiler, args []*node) Type {
	key, value := TypeNull, TypeNull
	for i, a := range args {
		side := &key
		if i%2 == 1 {
			side = &value
		}
		if t, ok := commonType(c.dialect, *side, a.typ); ok {
			*side = t
		}
	}
	return MapOf(key, value)
}

func mapOf(x *callInfo, a []Value) (Value, error) {
	if len(a)%2 != 0 {
		return nil, errorf(ErrArgumentCount, x.name, x.at, "map takes keys and values in pairs")
	}
	out := &Map{}
	for i := 0; i < len(a); i += 2 {
		if a[i] == nil {
			return nil, x.invalid("a key is NULL")
		}
		out.Set(x.text(a[i], x.types[i]), a[i+1])
	}
	return out, nil
}

// structType: the names of named_struct are constant texts.
func structType(_ *compiler, args []*node) Type {
	t := Type{Kind: KindStruct}
	for i := 0; i+1 < len(args); i += 2 {
		name, _ := args[i].value.(string)
		t.Fields = append(t.Fields, Field{Name: name, Type: args[i+1].typ})
	}
	return t
}

func structOf(x *callInfo, a []Value) (Value, error) {
	if len(a)%2 != 0 {
		return nil, errorf(ErrArgumentCount, x.name, x.at, "named_struct takes names and values in pairs")
	}
	out := &Map{}
	for i, f := range x.typ.Fields {
		out.Keys, out.Values = append(out.Keys, f.Name), append(out.Values, a[2*i+1])
	}
	return out, nil
}
