package snowflake

import (
	"encoding/json"
	"strings"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

// bareType writes a type without length, precision or scale, as signatures of policies and functions have it.
func bareType(t sqlengine.Type) string {
	name, _, _ := strings.Cut(t.SQL(sqlengine.Snowflake), "(")
	return name
}

// family is what must be equal for a policy to fit a column: the type without its length, precision and scale.
func family(t sqlengine.Type) sqlengine.Kind { return t.Kind }

// catalogType writes a type as DATA_TYPE of the information schema does.
func catalogType(t sqlengine.Type) string {
	if t.Kind == sqlengine.KindText {
		return "TEXT"
	}
	return bareType(t)
}

// showType writes a type as the JSON of SHOW COLUMNS.
func showType(c *column) string {
	m := []struct {
		k string
		v any
	}{{"type", showTypeName(c.typ)}}
	add := func(k string, v any) {
		m = append(m, struct {
			k string
			v any
		}{k, v})
	}
	switch c.typ.Kind {
	case sqlengine.KindNumber, sqlengine.KindTime, sqlengine.KindTimestampNTZ, sqlengine.KindTimestampLTZ, sqlengine.KindTimestampTZ:
		precision := c.typ.Precision
		add("precision", precision)
		add("scale", c.typ.Scale)
	case sqlengine.KindText:
		add("length", textLength(c.typ))
		add("byteLength", min(4*textLength(c.typ), sqlengine.MaxText))
	case sqlengine.KindBinary:
		add("length", binaryLength(c.typ))
		add("byteLength", binaryLength(c.typ))
	}
	add("nullable", !c.notNull)
	if c.typ.Kind == sqlengine.KindText || c.typ.Kind == sqlengine.KindBinary {
		add("fixed", false)
	}
	parts := make([]string, len(m))
	for i, e := range m {
		v, err := json.Marshal(e.v)
		if err != nil {
			v = []byte("null")
		}
		parts[i] = `"` + e.k + `":` + string(v)
	}
	return "{" + strings.Join(parts, ",") + "}"
}

func showTypeName(t sqlengine.Type) string {
	switch t.Kind {
	case sqlengine.KindNumber:
		return "FIXED"
	case sqlengine.KindFloat:
		return "REAL"
	case sqlengine.KindText:
		return "TEXT"
	}
	return bareType(t)
}

func textLength(t sqlengine.Type) int {
	if t.Length == 0 {
		return sqlengine.MaxText
	}
	return t.Length
}

func binaryLength(t sqlengine.Type) int {
	if t.Length == 0 {
		return sqlengine.MaxBinary
	}
	return t.Length
}
