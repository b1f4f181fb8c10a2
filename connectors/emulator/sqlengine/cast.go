package sqlengine

import (
	"encoding/hex"
	"errors"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

type convert func(Value) (Value, error)

// errCast is a value that a type cannot hold; casters add the type and place.
var errCast = errors.New("value does not fit the type")

// caster gives the conversion between two types, nil where values stay as they are. With try, values that do not fit become NULL.
func (c *compiler) caster(from, to Type, try bool, at Pos) (convert, error) {
	conv, ok := c.conversion(from, to)
	if !ok {
		return nil, errorf(ErrTypeMismatch, "CAST", at, "cannot cast %s to %s", from.SQL(c.dialect), to.SQL(c.dialect))
	}
	if conv == nil {
		return nil, nil
	}
	return func(v Value) (Value, error) {
		if v == nil {
			return nil, nil
		}
		out, err := conv(v)
		if err == nil || try {
			return out, nil
		}
		var known *Error
		if errors.As(err, &known) {
			return nil, err
		}
		name := to.SQL(c.dialect)
		if errors.Is(err, errTooLong) {
			return nil, errorf(ErrTooLong, name, at, "value is too long for %s", name)
		}
		return nil, errorf(ErrBadCast, name, at, "%s value is not recognized as %s", from.SQL(c.dialect), name)
	}, nil
}

var errTooLong = errors.New("too long")

// conversion gives the function from one family to another; false where the vendors have none.
func (c *compiler) conversion(from, to Type) (convert, bool) {
	if from.Kind == KindNull {
		return nil, true
	}
	if from.Kind == KindVariant && to.Kind != KindVariant {
		return c.fromVariant(to), true
	}
	switch to.Kind {
	case KindText:
		return c.toText(from, to)
	case KindNumber:
		return c.toNumber(from, to)
	case KindFloat:
		return c.toFloat(from, to)
	case KindBoolean:
		return toBoolean(from)
	case KindDate:
		return c.toDate(from)
	case KindTime:
		return c.toTime(from, to)
	case KindTimestampNTZ, KindTimestampLTZ, KindTimestampTZ:
		return c.toTimestamp(from, to)
	case KindBinary:
		return c.toBinary(from, to)
	case KindVariant:
		return nil, true
	case KindArray, KindMap, KindStruct, KindObject:
		return c.toNested(from, to)
	case KindInterval:
		return nil, from.Kind == KindInterval
	case KindNull:
		return nil, true
	}
	return nil, false
}

func (c *compiler) toText(from, to Type) (convert, bool) {
	limit := to.Length
	if from.Kind == KindText {
		if limit == 0 || from.Length > 0 && from.Length <= limit {
			return nil, true
		}
		return func(v Value) (Value, error) { return limited(v.(string), limit) }, true
	}
	f := c.Format(from)
	return func(v Value) (Value, error) { return limited(f(v), limit) }, true
}

func limited(s string, limit int) (Value, error) {
	if limit > 0 && len(s) > limit && utf8.RuneCountInString(s) > limit {
		return nil, errTooLong
	}
	return s, nil
}

func (c *compiler) toNumber(from, to Type) (convert, bool) {
	fit := func(d Decimal) (Value, error) {
		if to.Bits > 0 {
			d = d.truncate(0) // Databricks cuts fractions off
		}
		return fittedDecimal(d, to, Pos{})
	}
	switch from.Kind {
	case KindNumber:
		if to.Scale < 0 || from.Scale == to.Scale && from.Precision <= to.Precision && to.Bits == from.Bits {
			return nil, true
		}
		return func(v Value) (Value, error) {
			if n, ok := v.(int64); ok && to.Scale == 0 && to.Bits == 0 && to.Precision >= 19 {
				return n, nil
			}
			d, _ := toDecimal(v)
			return fit(d)
		}, true
	case KindFloat:
		return func(v Value) (Value, error) {
			d, err := decimalOfFloat(v.(float64))
			if err != nil {
				return nil, err
			}
			return fit(d)
		}, true
	case KindBoolean:
		return func(v Value) (Value, error) { return fit(DecimalOf(int64(boolInt(v.(bool))), 0)) }, true
	case KindText:
		return func(v Value) (Value, error) {
			s := v.(string)
			if n, ok := smallInt(s); ok && to.Scale <= 0 && to.Bits != 8 && to.Bits != 16 && to.Precision >= 9 {
				return n, nil
			}
			d, err := ParseDecimal(s)
			if err != nil {
				return nil, err
			}
			return fit(d)
		}, true
	case KindDate, KindTimestampLTZ, KindTimestampNTZ:
		return func(v Value) (Value, error) { return fit(DecimalOf(v.(time.Time).Unix(), 0)) }, c.dialect == Databricks && from.Kind != KindDate
	}
	return nil, false
}

// smallInt reads up to nine digits without the detour over big numbers.
func smallInt(s string) (int64, bool) {
	if s == "" || len(s) > 9 {
		return 0, false
	}
	n := int64(0)
	for i := range len(s) {
		if !isDigit(s[i]) {
			return 0, false
		}
		n = n*10 + int64(s[i]-'0')
	}
	return n, true
}

func decimalOfFloat(f float64) (Decimal, error) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return Decimal{}, errCast
	}
	if f == math.Trunc(f) && math.Abs(f) < 1<<62 {
		return DecimalOf(int64(f), 0), nil
	}
	return ParseDecimal(strconv.FormatFloat(f, 'f', -1, 64))
}

func (c *compiler) toFloat(from, to Type) (convert, bool) {
	narrow := func(f float64) (Value, error) {
		if to.Bits == 32 {
			return float64(float32(f)), nil
		}
		return f, nil
	}
	switch from.Kind {
	case KindFloat:
		if to.Bits != 32 {
			return nil, true
		}
		return func(v Value) (Value, error) { return narrow(v.(float64)) }, true
	case KindNumber:
		return func(v Value) (Value, error) {
			f, _ := toFloat(v)
			return narrow(f)
		}, true
	case KindBoolean:
		return func(v Value) (Value, error) { return float64(boolInt(v.(bool))), nil }, true
	case KindText:
		return func(v Value) (Value, error) {
			f, err := strconv.ParseFloat(strings.TrimSpace(v.(string)), 64)
			if err != nil || strings.ContainsAny(v.(string), "xX_pP") {
				return nil, errCast
			}
			return narrow(f)
		}, true
	}
	return nil, false
}

var booleanWords = map[string]bool{"true": true, "t": true, "yes": true, "y": true, "on": true, "1": true,
	"false": false, "f": false, "no": false, "n": false, "off": false, "0": false}

func toBoolean(from Type) (convert, bool) {
	switch from.Kind {
	case KindBoolean:
		return nil, true
	case KindNumber, KindFloat:
		return func(v Value) (Value, error) {
			o, _ := compareNumber(v, int64(0))
			return o != 0, nil
		}, true
	case KindText:
		return func(v Value) (Value, error) {
			b, ok := booleanWords[strings.ToLower(strings.TrimSpace(v.(string)))]
			if !ok {
				return nil, errCast
			}
			return b, nil
		}, true
	}
	return nil, false
}

func (c *compiler) toBinary(from, to Type) (convert, bool) {
	switch from.Kind {
	case KindBinary:
		if to.Length == 0 || from.Length > 0 && from.Length <= to.Length {
			return nil, true
		}
		return func(v Value) (Value, error) {
			if len(v.([]byte)) > to.Length {
				return nil, errTooLong
			}
			return v, nil
		}, true
	case KindText:
		if c.dialect == Databricks {
			return func(v Value) (Value, error) { return []byte(v.(string)), nil }, true
		}
		return func(v Value) (Value, error) {
			b, err := hex.DecodeString(v.(string))
			if err != nil {
				return nil, errCast
			}
			return b, nil
		}, true
	}
	return nil, false
}

// fromVariant converts by the family of the value at hand. The JSON null becomes NULL.
func (c *compiler) fromVariant(to Type) convert {
	return func(v Value) (Value, error) {
		if _, ok := v.(JSONNull); ok {
			return nil, nil
		}
		from := TypeOf(v)
		if from.Kind == KindNumber && from.Scale > 0 && to.Kind == KindText {
			d, _ := toDecimal(v)
			v = d.trim().value()
		}
		conv, ok := c.conversion(from, to)
		if !ok {
			return nil, errCast
		}
		if conv == nil {
			return v, nil
		}
		return conv(v)
	}
}

// TypeOf gives a type for a bare value, as TYPEOF and VARIANT data see it.
func TypeOf(v Value) Type {
	switch x := v.(type) {
	case bool:
		return TypeBoolean
	case int64:
		return Number(19, 0)
	case Decimal:
		return Number(38, x.Scale)
	case float64:
		return TypeFloat
	case string:
		return TypeText
	case []byte:
		return TypeBinary
	case Date:
		return TypeDate
	case TimeOfDay:
		return TypeTime
	case time.Time:
		return TypeTimestampNTZ
	case Array:
		return TypeArray
	case *Map:
		return TypeObject
	case Interval:
		return Type{Kind: KindInterval}
	}
	return TypeNull
}

func (c *compiler) toNested(from, to Type) (convert, bool) {
	switch {
	case from.Kind == KindArray && to.Kind == KindArray:
		return c.toArray(from, to)
	case from.Kind == to.Kind && (from.Kind == KindObject || from.Equal(to)):
		return nil, true
	case from.Kind == KindStruct && to.Kind == KindStruct && len(from.Fields) == len(to.Fields):
		return c.toStruct(from, to)
	case from.Kind == KindMap && to.Kind == KindMap:
		return nil, true
	case from.Kind == KindObject && (to.Kind == KindMap || to.Kind == KindStruct):
		return nil, true
	}
	return nil, false
}

func (c *compiler) toArray(from, to Type) (convert, bool) {
	if to.Elem == nil {
		return nil, true
	}
	conv, ok := c.conversion(elemOr(from.Elem), *to.Elem)
	if !ok || conv == nil {
		return nil, ok
	}
	return func(v Value) (Value, error) {
		in := v.(Array)
		out := make(Array, len(in))
		for i, e := range in {
			if e == nil {
				continue
			}
			x, err := conv(e)
			if err != nil {
				return nil, err
			}
			out[i] = x
		}
		return out, nil
	}, true
}

func (c *compiler) toStruct(from, to Type) (convert, bool) {
	convs := make([]convert, len(to.Fields))
	for i := range to.Fields {
		conv, ok := c.conversion(from.Fields[i].Type, to.Fields[i].Type)
		if !ok {
			return nil, false
		}
		convs[i] = conv
	}
	return func(v Value) (Value, error) {
		in, out := v.(*Map), &Map{}
		for i, f := range to.Fields {
			x := in.Values[i]
			if x != nil && convs[i] != nil {
				var err error
				if x, err = convs[i](x); err != nil {
					return nil, err
				}
			}
			out.Keys, out.Values = append(out.Keys, f.Name), append(out.Values, x)
		}
		return out, nil
	}, true
}
