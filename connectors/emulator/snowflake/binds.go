package snowflake

import (
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

// bindings are the values of a statement's markers.
type bindings struct {
	positional []sqlengine.Parameter
	named      map[string]sqlengine.Parameter
	rows       [][]sqlengine.Parameter // of array binds: one set of positional values per row
}

func (s *session) setBinds(b *bindings) {
	s.binds, s.named = nil, nil
	if b != nil {
		s.binds, s.named = b.positional, b.named
	}
}

func errBind(name string) *Error {
	return compilation(codeInvalidValue, "22023", "invalid value for bind variable '%s'", name)
}

// readBindings decodes the values of a request: numbered ones, named ones, or one array per column.
func readBindings(m map[string]bindingJSON) (*bindings, error) {
	if len(m) == 0 {
		return nil, nil
	}
	b := &bindings{named: map[string]sqlengine.Parameter{}}
	columns := map[int][]sqlengine.Parameter{}
	for _, name := range bindNames(m) {
		values, array, err := m[name].values(name)
		if err != nil {
			return nil, err
		}
		at, err := strconv.Atoi(name)
		switch {
		case err != nil:
			b.named[strings.ToUpper(name)] = values[0]
		case array:
			columns[at] = values
		default:
			b.positional = append(b.positional, values[0])
		}
	}
	return b, b.transpose(columns)
}

// bindNames orders the names of binds: numbers by value, then names.
func bindNames(m map[string]bindingJSON) []string {
	set := map[string]bool{}
	for n := range m {
		if _, err := strconv.Atoi(n); err == nil {
			n = strings.Repeat("0", max(0, 9-len(n))) + n
		}
		set[n] = true
	}
	names := slices.Sorted(maps.Keys(set))
	for i, n := range names {
		if t := strings.TrimLeft(n, "0"); t != "" && m[n].Type == "" {
			names[i] = t
		}
	}
	return names
}

// transpose turns arrays per column into rows.
func (b *bindings) transpose(columns map[int][]sqlengine.Parameter) error {
	for at := 1; at <= len(columns); at++ {
		for i, v := range columns[at] {
			if at == 1 {
				b.rows = append(b.rows, nil)
			}
			if i >= len(b.rows) || len(b.rows[i]) != at-1 {
				return errBind(strconv.Itoa(at))
			}
			b.rows[i] = append(b.rows[i], v)
		}
	}
	return nil
}

func (j bindingJSON) values(name string) ([]sqlengine.Parameter, bool, error) {
	var list []*string
	array := len(j.Value) > 0 && j.Value[0] == '['
	if array {
		if err := json.Unmarshal(j.Value, &list); err != nil {
			return nil, true, errBind(name)
		}
	} else {
		var one *string
		if len(j.Value) > 0 && json.Unmarshal(j.Value, &one) != nil {
			return nil, false, errBind(name)
		}
		list = []*string{one}
	}
	var out []sqlengine.Parameter
	for _, text := range list {
		v, err := bindValue(j.Type, text)
		if err != nil {
			return nil, array, errBind(name)
		}
		out = append(out, v)
	}
	return out, array, nil
}

func bindValue(typ string, text *string) (sqlengine.Parameter, error) {
	t := bindTypes[strings.ToUpper(typ)]
	if text == nil {
		return sqlengine.Parameter{Type: t}, nil
	}
	v, err := bindScalar(t, *text)
	if d, ok := v.(sqlengine.Decimal); ok {
		t = sqlengine.Number(38, d.Scale)
	}
	return sqlengine.Parameter{Value: v, Type: t}, err
}

var bindTypes = map[string]sqlengine.Type{"FIXED": sqlengine.TypeNumber, "REAL": sqlengine.TypeFloat, "TEXT": sqlengine.TypeText, "BOOLEAN": sqlengine.TypeBoolean,
	"DATE": sqlengine.TypeDate, "TIME": sqlengine.TypeTime, "TIMESTAMP_NTZ": sqlengine.TypeTimestampNTZ, "TIMESTAMP_LTZ": sqlengine.TypeTimestampLTZ,
	"TIMESTAMP_TZ": sqlengine.TypeTimestampTZ, "BINARY": sqlengine.TypeBinary}

func bindScalar(t sqlengine.Type, text string) (sqlengine.Value, error) {
	switch t.Kind {
	case sqlengine.KindNumber:
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			return n, nil
		}
		return sqlengine.ParseDecimal(text)
	case sqlengine.KindFloat:
		return strconv.ParseFloat(text, 64)
	case sqlengine.KindBoolean:
		return strconv.ParseBool(text)
	case sqlengine.KindBinary:
		return hex.DecodeString(text)
	case sqlengine.KindText:
		return text, nil
	}
	number, offset, zoned := strings.Cut(text, " ")
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return text, nil // a text of a date or time, to be cast
	}
	switch t.Kind {
	case sqlengine.KindDate:
		return sqlengine.DateOf(time.UnixMilli(n).UTC()), nil
	case sqlengine.KindTime:
		return sqlengine.TimeOfDay(n), nil
	}
	at := time.Unix(0, n).UTC()
	if zoned {
		minutes, err := strconv.Atoi(offset)
		if err != nil {
			return nil, err
		}
		at = at.In(time.FixedZone("", (minutes-1440)*60))
	}
	return at, nil
}
