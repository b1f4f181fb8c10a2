package files

import (
	"regexp"
	"strings"

	"github.com/polsync/polsync/state"
)

// SchemaColumn is what a schema says of a column. Type is SQL of any dialect, "" to have it guessed.
type SchemaColumn struct {
	Name    string
	Type    string
	Comment string
}

// SchemaTable is what a schema says of a table.
type SchemaTable struct {
	Comment string
	Columns []SchemaColumn
}

// Schema is what is known of tables besides their rows, by table name.
type Schema map[string]SchemaTable

// families maps the first word of an SQL type to its family. What is not here is taken for text.
var families = map[string]state.Family{
	"NUMBER": state.FamilyNumber, "NUMERIC": state.FamilyNumber, "DECIMAL": state.FamilyNumber, "DEC": state.FamilyNumber, "INT": state.FamilyNumber, "INTEGER": state.FamilyNumber,
	"BIGINT": state.FamilyNumber, "SMALLINT": state.FamilyNumber, "TINYINT": state.FamilyNumber, "BYTEINT": state.FamilyNumber, "LONG": state.FamilyNumber, "SHORT": state.FamilyNumber,
	"BYTE": state.FamilyNumber, "FLOAT": state.FamilyFloat, "FLOAT4": state.FamilyFloat, "FLOAT8": state.FamilyFloat, "DOUBLE": state.FamilyFloat, "REAL": state.FamilyFloat,
	"BOOLEAN": state.FamilyBoolean, "BOOL": state.FamilyBoolean, "DATE": state.FamilyDate, "TIME": state.FamilyTime, "DATETIME": state.FamilyTimestampNTZ,
	"TIMESTAMP": state.FamilyTimestampNTZ, "TIMESTAMP_NTZ": state.FamilyTimestampNTZ, "TIMESTAMP_LTZ": state.FamilyTimestampLTZ, "TIMESTAMP_TZ": state.FamilyTimestampTZ,
	"TIMESTAMPTZ": state.FamilyTimestampTZ, "TIMESTAMPNTZ": state.FamilyTimestampNTZ, "TIMESTAMPLTZ": state.FamilyTimestampLTZ,
	"BINARY": state.FamilyBinary, "VARBINARY": state.FamilyBinary, "BYTES": state.FamilyBinary,
}

// dataType is the type an SQL text names. Semi-structured columns are text in a CSV file, and are looked at as such.
func dataType(sql string) state.DataType {
	word, _ := firstWord(sql)
	f, ok := families[word]
	if !ok {
		f = state.FamilyString
	}
	return state.DataType{Family: f, Text: sql}
}

// firstWord returns the name that a type begins with, in upper case, and what is behind it.
func firstWord(sql string) (word, rest string) {
	sql = strings.ToUpper(strings.TrimSpace(sql))
	if i := strings.IndexAny(sql, " \t(<["); i >= 0 {
		return sql[:i], strings.TrimSpace(sql[i:])
	}
	return sql, ""
}

var (
	typeName = regexp.MustCompile(`^[\pL_][\pL\pN_.$]*$`)
	digits   = regexp.MustCompile(`^\([ \t]*[0-9]+[ \t]*(,[ \t]*-?[0-9]+[ \t]*)?\)`)
)

// isType reports whether a text has the form of an SQL type: a name, and brackets that close; in those of a number or
// time, digits. The name may be one that is not known here.
func isType(sql string) bool {
	word, rest := firstWord(sql)
	if !typeName.MatchString(word) {
		return false
	}
	if _, known := families[word]; known && strings.HasPrefix(rest, "(") && !digits.MatchString(rest) {
		return false
	}
	return closes(rest)
}

// closes reports whether the brackets of a text outside of its quotes pair up.
func closes(s string) bool {
	var open []rune
	var quote rune
	for _, r := range s {
		switch {
		case quote != 0:
			if r == quote {
				quote = 0
			}
		case r == '\'' || r == '"' || r == '`':
			quote = r
		case r == '(':
			open = append(open, ')')
		case r == '<':
			open = append(open, '>')
		case r == '[':
			open = append(open, ']')
		case r == ')' || r == '>' || r == ']':
			if len(open) == 0 || open[len(open)-1] != r {
				return false
			}
			open = open[:len(open)-1]
		}
	}
	return len(open) == 0 && quote == 0
}
