package snowflake

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"time"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

// wireTypes are the names of types in a result's description; lower case, or drivers do not decode.
var wireTypes = map[sqlengine.Kind]string{
	sqlengine.KindNull: "text", sqlengine.KindBoolean: "boolean", sqlengine.KindNumber: "fixed", sqlengine.KindFloat: "real",
	sqlengine.KindText: "text", sqlengine.KindBinary: "binary", sqlengine.KindDate: "date", sqlengine.KindTime: "time",
	sqlengine.KindTimestampNTZ: "timestamp_ntz", sqlengine.KindTimestampLTZ: "timestamp_ltz", sqlengine.KindTimestampTZ: "timestamp_tz",
	sqlengine.KindVariant: "variant", sqlengine.KindArray: "array", sqlengine.KindObject: "object", sqlengine.KindMap: "object",
}

// rowType describes a column of a result.
func rowType(c sqlengine.Column) any {
	name, ok := wireTypes[c.Type.Kind]
	if !ok {
		name = "text"
	}
	out := map[string]any{"name": c.Name, "database": "", "schema": "", "table": "", "type": name, "length": nil, "byteLength": nil,
		"precision": nil, "scale": nil, "nullable": c.Nullable, "collation": nil}
	switch c.Type.Kind {
	case sqlengine.KindNumber:
		out["precision"], out["scale"] = c.Type.Precision, c.Type.Scale
	case sqlengine.KindTime, sqlengine.KindTimestampNTZ, sqlengine.KindTimestampLTZ, sqlengine.KindTimestampTZ:
		out["precision"], out["scale"] = 0, c.Type.Scale
	case sqlengine.KindText, sqlengine.KindNull:
		n := textLength(c.Type)
		out["length"], out["byteLength"] = n, min(4*n, sqlengine.MaxText)
	case sqlengine.KindBinary:
		n := binaryLength(c.Type)
		out["length"], out["byteLength"] = n, n
	}
	return out
}

// wireRow writes the cells of a row; nil is NULL.
func wireRow(s *sqlengine.Session, row sqlengine.Row, cols []sqlengine.Column) []*string {
	out := make([]*string, len(row))
	for i, v := range row {
		if v == nil {
			continue
		}
		text := wireCell(s, v, cols[i].Type)
		out[i] = &text
	}
	return out
}

func wireCell(s *sqlengine.Session, v sqlengine.Value, t sqlengine.Type) string {
	switch t.Kind {
	case sqlengine.KindVariant, sqlengine.KindArray, sqlengine.KindObject, sqlengine.KindMap:
		return s.JSON(v)
	}
	switch v := v.(type) {
	case string:
		return v
	case bool:
		if v {
			return "1"
		}
		return "0"
	case sqlengine.Date:
		return strconv.Itoa(int(v))
	case sqlengine.TimeOfDay:
		return fraction(int64(v)/1e9, int64(v)%1e9, t.Scale)
	case time.Time:
		return wireTime(v, t)
	case []byte:
		return strings.ToUpper(hex.EncodeToString(v))
	}
	return s.Format(v, t)
}

func wireTime(v time.Time, t sqlengine.Type) string {
	text := fraction(v.Unix(), int64(v.Nanosecond()), t.Scale)
	if t.Kind == sqlengine.KindTimestampTZ {
		_, offset := v.Zone()
		text += " " + strconv.Itoa(offset/60+1440)
	}
	return text
}

// fraction writes seconds with digits behind the point. Of times before 1970 the fraction counts towards the past.
func fraction(seconds, nanos int64, scale int) string {
	if scale <= 0 {
		return strconv.FormatInt(seconds, 10)
	}
	total := new(big.Int).Add(new(big.Int).Mul(big.NewInt(seconds), big.NewInt(1e9)), big.NewInt(nanos))
	sign := ""
	if total.Sign() < 0 {
		sign = "-"
		total.Abs(total)
	}
	digits := fmt.Sprintf("%010s", total.String())
	cut := len(digits) - 9
	return sign + digits[:cut] + "." + digits[cut:][:min(scale, 9)]
}

// wireValue is a bound value; Value is a text, null, or a list of them.
type wireValue struct {
	Type   string          `json:"type"`
	Value  json.RawMessage `json:"value"`
	Format string          `json:"fmt"`
}

// bindings are the values bound to a statement.
type bindings struct {
	positional []sqlengine.Parameter
	named      map[string]sqlengine.Parameter
}

func readBindings(list map[string]wireValue) (*bindings, error) {
	b := &bindings{named: map[string]sqlengine.Parameter{}}
	for i := 1; ; i++ {
		v, ok := list[strconv.Itoa(i)]
		if !ok {
			break
		}
		p, err := v.parameter()
		if err != nil {
			return nil, err
		}
		b.positional = append(b.positional, p)
	}
	for name, v := range list {
		if _, err := strconv.Atoi(name); err == nil {
			continue
		}
		p, err := v.parameter()
		if err != nil {
			return nil, err
		}
		b.named[strings.ToUpper(name)] = p
	}
	return b, nil
}

// bindTypes are the types of bound values.
var bindTypes = map[string]sqlengine.Type{"FIXED": sqlengine.TypeNumber, "REAL": sqlengine.TypeFloat, "TEXT": sqlengine.TypeText,
	"BOOLEAN": sqlengine.TypeBoolean, "DATE": sqlengine.TypeDate, "TIMESTAMP_NTZ": sqlengine.TypeTimestampNTZ,
	"TIMESTAMP_LTZ": sqlengine.TypeTimestampLTZ, "BINARY": sqlengine.TypeBinary}

func (v wireValue) parameter() (sqlengine.Parameter, error) {
	typ, ok := bindTypes[v.Type]
	if !ok {
		return sqlengine.Parameter{}, errUnsupported("bound values of type %s", v.Type)
	}
	var text *string
	if err := json.Unmarshal(v.Value, &text); err != nil {
		return sqlengine.Parameter{}, errUnsupported("bound lists of values")
	}
	if text == nil {
		return sqlengine.Parameter{Type: typ}, nil
	}
	value, err := bindValue(typ, *text)
	if err != nil {
		return sqlengine.Parameter{}, errorf(codeBadCast, "22018", "Bound value is not a %s", v.Type)
	}
	return sqlengine.Parameter{Value: value, Type: typ}, nil
}

func bindValue(t sqlengine.Type, text string) (sqlengine.Value, error) {
	switch t.Kind {
	case sqlengine.KindNumber:
		return strconv.ParseInt(text, 10, 64)
	case sqlengine.KindFloat:
		return strconv.ParseFloat(text, 64)
	case sqlengine.KindBoolean:
		return strconv.ParseBool(text)
	case sqlengine.KindBinary:
		return hex.DecodeString(text)
	case sqlengine.KindDate:
		ms, err := strconv.ParseInt(text, 10, 64)
		return sqlengine.DateOf(time.UnixMilli(ms).UTC()), err
	case sqlengine.KindTimestampNTZ, sqlengine.KindTimestampLTZ:
		ns, err := strconv.ParseInt(text, 10, 64)
		return time.Unix(0, ns).UTC(), err
	}
	return text, nil
}
