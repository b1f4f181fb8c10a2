package sqlengine

import (
	"encoding/hex"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Format gives the text of values of a type, as CAST(x AS text) has it. NULL becomes "".
func (s *Session) Format(v Value, t Type) string {
	if v == nil {
		return ""
	}
	c := &compiler{s: s, dialect: s.Dialect}
	return c.Format(t)(v)
}

// Format gives the function from values of a type to their text in the dialect.
func (c *compiler) Format(t Type) func(Value) string {
	return func(v Value) string { return c.text(v, t) }
}

func (c *compiler) text(v Value, t Type) string {
	switch x := v.(type) {
	case string:
		return x
	case bool:
		return strconv.FormatBool(x)
	case int64:
		if t.Kind == KindNumber && t.Scale > 0 {
			return DecimalOf(x, 0).rescale(t.Scale).String()
		}
		return strconv.FormatInt(x, 10)
	case Decimal:
		if t.Kind == KindVariant {
			x = x.trim()
		}
		return x.String()
	case float64:
		return c.floatText(x)
	case []byte:
		if c.dialect == Databricks {
			return string(x)
		}
		return strings.ToUpper(hex.EncodeToString(x))
	case Date:
		if layout, ok := c.inputLayout(c.s.Formats.DateOut); ok {
			return x.Time().Format(layout)
		}
		return x.String()
	case TimeOfDay:
		return time.Unix(0, int64(x)).UTC().Format("15:04:05")
	case time.Time:
		return c.timestampText(x, t)
	case Interval:
		return x.String()
	case Array, *Map, JSONNull:
	default:
		panic(fmt.Sprintf("sqlengine: value of foreign type %T", v))
	}
	if c.dialect == Databricks && (t.Kind == KindArray || t.Kind == KindMap || t.Kind == KindStruct) {
		return c.nestedText(v, t)
	}
	return c.JSON(v)
}

// floatText writes the shortest text that reads back as the number: exponents as the vendors do.
func (c *compiler) floatText(f float64) string {
	switch {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 0):
		name := map[Dialect]string{Snowflake: "inf", Databricks: "Infinity"}[c.dialect]
		if f < 0 {
			return "-" + name
		}
		return name
	}
	if c.dialect == Databricks {
		if a := math.Abs(f); a != 0 && (a < 1e-3 || a >= 1e7) {
			m, e, _ := strings.Cut(strconv.FormatFloat(f, 'E', -1, 64), "E")
			if !strings.Contains(m, ".") {
				m += ".0"
			}
			n, _ := strconv.Atoi(e)
			return m + "E" + strconv.Itoa(n)
		}
		s := strconv.FormatFloat(f, 'f', -1, 64)
		if !strings.Contains(s, ".") {
			s += ".0"
		}
		return s
	}
	if a := math.Abs(f); a != 0 && (a < 1e-5 || a >= 1e15) {
		return strconv.FormatFloat(f, 'e', -1, 64)
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}

func (c *compiler) timestampText(t time.Time, typ Type) string {
	t = c.wall(t, typ)
	if c.dialect == Databricks {
		return t.Format("2006-01-02 15:04:05.999999")
	}
	if typ.Kind == KindTimestampNTZ || typ.Kind == KindVariant {
		return t.Format("2006-01-02 15:04:05.000")
	}
	return t.Format("2006-01-02 15:04:05.000 -0700")
}

// nestedText writes arrays, maps and structs as Databricks' CAST AS STRING does.
func (c *compiler) nestedText(v Value, t Type) string {
	if v == nil {
		return "null"
	}
	var parts []string
	switch x := v.(type) {
	case Array:
		for _, e := range x {
			parts = append(parts, c.nestedText(e, elemOr(t.Elem)))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case *Map:
		for i, e := range x.Values {
			if t.Kind == KindMap {
				parts = append(parts, x.Keys[i]+" -> "+c.nestedText(e, elemOr(t.Elem)))
			} else {
				parts = append(parts, c.nestedText(e, t.Fields[i].Type))
			}
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
	return c.text(v, t)
}

// String writes the interval in months, days and a clock span.
func (iv Interval) String() string {
	var parts []string
	if iv.Months != 0 {
		parts = append(parts, strconv.FormatInt(iv.Months, 10)+" months")
	}
	if iv.Days != 0 {
		parts = append(parts, strconv.FormatInt(iv.Days, 10)+" days")
	}
	if iv.Span != 0 || len(parts) == 0 {
		parts = append(parts, strconv.FormatFloat(iv.Span.Seconds(), 'f', -1, 64)+" seconds")
	}
	return strings.Join(parts, " ")
}
