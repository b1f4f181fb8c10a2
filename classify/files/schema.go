package files

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/polsync/polsync/state"
)

// SchemaColumn is what a schema says of a column. Type is SQL of any dialect, "" to have it guessed.
type SchemaColumn struct {
	Name    string `json:"name"`
	Type    string `json:"type"`
	Comment string `json:"comment"`
}

// SchemaTable is what a schema says of a table.
type SchemaTable struct {
	Comment string         `json:"comment"`
	Columns []SchemaColumn `json:"columns"`
}

// Schema is what is known of tables besides their rows, by table name.
type Schema map[string]SchemaTable

// ReadSchema reads a schema from a JSON file: {table: {"comment", "columns": [{"name", "type", "comment"}]}}. Other
// keys are passed over.
func ReadSchema(path string) (Schema, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read schema: %w", err)
	}
	var s Schema
	if err := json.Unmarshal(text, &s); err != nil {
		return nil, fmt.Errorf("read schema: %s:%d: %w", path, lineOf(text, err), err)
	}
	return s, nil
}

// lineOf is the line a JSON error is on, counting from 1.
func lineOf(text []byte, err error) int {
	at := int64(0)
	switch e := err.(type) {
	case *json.SyntaxError:
		at = e.Offset
	case *json.UnmarshalTypeError:
		at = e.Offset
	}
	return 1 + strings.Count(string(text[:min(at, int64(len(text)))]), "\n")
}

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
	word := strings.ToUpper(strings.TrimSpace(sql))
	if i := strings.IndexAny(word, " (<"); i >= 0 {
		word = word[:i]
	}
	f, ok := families[word]
	if !ok {
		f = state.FamilyString
	}
	return state.DataType{Family: f, Text: sql}
}
