package sqlengine

import (
	"strings"
	"time"
)

// castFunctions are the conversions written as functions: TO_x fails on what does not fit, TRY_TO_x gives NULL.
func castFunctions() map[string]builtin {
	out := map[string]builtin{}
	add := func(names string, d dialects, params string, result resultRule, eval evalArgs) {
		for _, name := range strings.Fields(names) {
			out[name] = builtin{dialects: d, params: params, result: result, eval: eval}
			out["TRY_"+name] = builtin{dialects: d, params: params, result: result, eval: trying(eval)}
		}
	}
	add("TO_NUMBER TO_DECIMAL TO_NUMERIC", onlySnowflake, "x?xii", numberType, toNumberFn)
	add("TO_NUMBER", onlySnowflake, "x?xii", numberType, toNumberFn)
	add("TO_DOUBLE", onlySnowflake, "x", returns(TypeFloat), castTo(TypeFloat))
	add("TO_BOOLEAN", onlySnowflake, "x", returns(TypeBoolean), castTo(TypeBoolean))
	add("TO_DATE", both, "x?t", returns(TypeDate), timeTo(TypeDate))
	add("TO_TIME", onlySnowflake, "x?t", returns(TypeTime), timeTo(TypeTime))
	add("TO_TIMESTAMP_NTZ", both, "x?t", returns(TypeTimestampNTZ), timeTo(TypeTimestampNTZ))
	add("TO_TIMESTAMP_LTZ", both, "x?t", returns(TypeTimestampLTZ), timeTo(TypeTimestampLTZ))
	add("TO_TIMESTAMP_TZ", onlySnowflake, "x?t", returns(TypeTimestampTZ), timeTo(TypeTimestampTZ))
	add("TO_TIMESTAMP", both, "x?t", timestampType, func(x *callInfo, a []Value) (Value, error) { return timeTo(x.typ)(x, a) })
	add("TO_BINARY", both, "x?t", returns(TypeBinary), toBinaryFn)
	text := builtin{params: "x?t", result: returns(TypeText), eval: toTextFn}
	out["TO_VARCHAR"], out["TO_CHAR"] = text, text
	out["STRING"] = builtin{dialects: onlyDatabricks, params: "x", result: returns(TypeText), eval: castTo(TypeText)}
	out["DATE"] = builtin{params: "x?t", result: returns(TypeDate), eval: timeTo(TypeDate)}
	out["INT"] = builtin{dialects: onlyDatabricks, params: "x", result: returns(TypeInt), eval: castTo(TypeInt)}
	out["BIGINT"] = builtin{dialects: onlyDatabricks, params: "x", result: returns(TypeBigInt), eval: castTo(TypeBigInt)}
	out["DOUBLE"] = builtin{dialects: onlyDatabricks, params: "x", result: returns(TypeDouble), eval: castTo(TypeDouble)}
	out["BOOLEAN"] = builtin{dialects: onlyDatabricks, params: "x", result: returns(TypeBoolean), eval: castTo(TypeBoolean)}
	return out
}

// trying turns the errors of values that do not fit into NULL; type errors stay.
func trying(eval evalArgs) evalArgs {
	return func(x *callInfo, a []Value) (Value, error) {
		v, err := eval(x, a)
		switch CodeOf(err) {
		case ErrBadCast, ErrOutOfRange, ErrTooLong, ErrInvalidArgument:
			return nil, nil
		}
		return v, err
	}
}

func timestampType(c *compiler, _ []*node) Type {
	if c.dialect == Databricks {
		return TypeTimestampLTZ
	}
	return TypeTimestampNTZ
}

func castTo(t Type) evalArgs {
	return func(x *callInfo, a []Value) (Value, error) { return x.castValue(a[0], x.types[0], t) }
}

func (x *callInfo) castValue(v Value, from, to Type) (Value, error) {
	conv, err := x.caster(from, to, false, x.at)
	if err != nil || conv == nil {
		return v, err
	}
	return conv(v)
}

// numberType: TO_NUMBER(x [, format] [, precision [, scale]]), NUMBER(38,0) by default.
func numberType(_ *compiler, args []*node) Type {
	var n []int
	for i, a := range args[1:] {
		if a.typ.Kind == KindText && i == 0 {
			continue
		}
		if v, ok := a.value.(int64); ok && v >= 0 && v <= 38 {
			n = append(n, int(v))
		}
	}
	t := TypeNumber
	if len(n) > 0 {
		t.Precision = max(n[0], 1)
	}
	if len(n) > 1 {
		t.Scale = min(n[1], t.Precision)
	}
	return t
}

func toNumberFn(x *callInfo, a []Value) (Value, error) {
	if len(a) > 1 && x.types[1].Kind == KindText {
		return nil, unsupported("format of "+x.name, x.at)
	}
	return x.castValue(a[0], x.types[0], x.typ)
}

func toBinaryFn(x *callInfo, a []Value) (Value, error) {
	format := "HEX"
	if len(a) > 1 {
		format = upper(a[1].(string))
	} else if x.dialect == Databricks {
		format = "UTF-8"
	}
	switch format {
	case "HEX":
		c := *x.compiler
		c.dialect = Snowflake
		x = &callInfo{compiler: &c, name: x.name, at: x.at, types: x.types, typ: x.typ}
		return x.castValue(a[0], x.types[0], TypeBinary)
	case "UTF-8", "UTF8":
		return bytesOf(a[0]), nil
	}
	return nil, unsupported("format of "+x.name, x.at)
}

// toTextFn: TO_VARCHAR(x [, format]); a format is for dates and times, or HEX, BASE64, UTF-8 of binary.
func toTextFn(x *callInfo, a []Value) (Value, error) {
	if len(a) == 1 {
		return x.castValue(a[0], x.types[0], TypeText)
	}
	switch x.types[0].Kind {
	case KindDate, KindTime, KindTimestampNTZ, KindTimestampLTZ, KindTimestampTZ:
		return formatTime(x.pointIn(a[0], x.types[0]), a[1].(string), x.dialect)
	case KindBinary:
		if upper(a[1].(string)) == "UTF-8" {
			return string(a[0].([]byte)), nil
		}
	}
	return nil, unsupported("format of "+x.name, x.at)
}

// timeTo converts to a date or time, by a format where one is given.
func timeTo(t Type) evalArgs {
	return func(x *callInfo, a []Value) (Value, error) {
		if len(a) == 1 || x.types[0].Kind != KindText || upper(a[1].(string)) == "AUTO" {
			return x.numberTo(a[0], t)
		}
		layout, ok := layoutOf(a[1].(string), x.dialect)
		if !ok {
			return nil, unsupported("date format", x.at)
		}
		place := x.location()
		if t.Kind == KindTimestampNTZ || t.Kind == KindDate || t.Kind == KindTime {
			place = time.UTC
		}
		p, err := time.ParseInLocation(layout, a[0].(string), place)
		if err != nil {
			return nil, errorf(ErrBadCast, t.SQL(x.dialect), x.at, "text does not fit the date format")
		}
		switch t.Kind {
		case KindDate:
			return DateOf(p), nil
		case KindTime:
			return timeOfDay(p), nil
		}
		return p, nil
	}
}

// numberTo also takes numbers, as seconds, milliseconds and so on since 1970.
func (x *callInfo) numberTo(v Value, t Type) (Value, error) {
	if n, ok := v.(int64); ok && x.dialect == Snowflake {
		p := epochTime(n)
		if t.Kind == KindDate {
			return DateOf(p), nil
		}
		return x.moveTimestamp(p, TypeTimestampNTZ, t), nil
	}
	return x.castValue(v, x.types[0], t)
}
