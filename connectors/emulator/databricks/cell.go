package databricks

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

// cell writes a value, which is not NULL, as JSON_ARRAY results carry it.
func cell(v sqlengine.Value, t sqlengine.Type) string {
	switch v := v.(type) {
	case string:
		return v
	case bool:
		return boolText(v)
	case int64:
		return integer(v, t)
	case sqlengine.Decimal:
		return v.String()
	case float64:
		return float(v, t)
	case []byte:
		return base64.StdEncoding.EncodeToString(v)
	case sqlengine.Date:
		return v.String()
	case time.Time:
		return timestamp(v, t)
	case sqlengine.Array, *sqlengine.Map, sqlengine.JSONNull:
		if t.Kind == sqlengine.KindVariant {
			return (&sqlengine.Session{Dialect: sqlengine.Databricks}).Format(v, t)
		}
		return string(nested(v, t))
	default:
		return fmt.Sprint(v)
	}
}

// integer writes a whole number; a decimal type keeps its digits after the point.
func integer(v int64, t sqlengine.Type) string {
	s := strconv.FormatInt(v, 10)
	if t.Kind == sqlengine.KindNumber && t.Bits == 0 && t.Scale > 0 {
		s += "." + strings.Repeat("0", t.Scale)
	}
	return s
}

func float(v float64, t sqlengine.Type) string {
	switch {
	case math.IsNaN(v):
		return "NaN"
	case math.IsInf(v, 1):
		return "Infinity"
	case math.IsInf(v, -1):
		return "-Infinity"
	}
	bits := 64
	if t.Bits == 32 {
		bits = 32
	}
	if a := math.Abs(v); a != 0 && (a < 1e-3 || a >= 1e7) {
		m, e, _ := strings.Cut(strconv.FormatFloat(v, 'E', -1, bits), "E")
		if !strings.Contains(m, ".") {
			m += ".0" // as Java writes it
		}
		n, _ := strconv.Atoi(e) // FormatFloat's exponent is a number
		return m + "E" + strconv.Itoa(n)
	}
	s := strconv.FormatFloat(v, 'f', -1, bits)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	return s
}

func timestamp(v time.Time, t sqlengine.Type) string {
	s := v.UTC().Format("2006-01-02T15:04:05.000")
	if t.Kind == sqlengine.KindTimestampNTZ {
		return s
	}
	return s + "Z"
}

// nested writes arrays, maps and structs as JSON.
func nested(v sqlengine.Value, t sqlengine.Type) json.RawMessage {
	elem := sqlengine.TypeVariant
	if t.Elem != nil {
		elem = *t.Elem
	}
	var b strings.Builder
	switch v := v.(type) {
	case nil, sqlengine.JSONNull:
		return json.RawMessage("null")
	case sqlengine.Array:
		b.WriteByte('[')
		for i, e := range v {
			comma(&b, i)
			b.Write(nested(e, elem))
		}
		b.WriteByte(']')
	case *sqlengine.Map:
		b.WriteByte('{')
		for i, k := range v.Keys {
			comma(&b, i)
			b.Write(quote(k))
			b.WriteByte(':')
			b.Write(nested(v.Values[i], fieldType(t, i, elem)))
		}
		b.WriteByte('}')
	default:
		return quote(cell(v, t))
	}
	return json.RawMessage(b.String())
}

func fieldType(t sqlengine.Type, i int, elem sqlengine.Type) sqlengine.Type {
	if i < len(t.Fields) {
		return t.Fields[i].Type
	}
	return elem
}

func comma(b *strings.Builder, i int) {
	if i > 0 {
		b.WriteByte(',')
	}
}

func quote(s string) []byte {
	b, _ := json.Marshal(s) // a string always marshals
	return b
}
