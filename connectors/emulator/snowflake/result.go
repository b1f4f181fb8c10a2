package snowflake

import (
	"fmt"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

// Statement types of the wire. Drivers tell from them whether a row count is meant.
const (
	typeSelect       = 0x1000
	typeInsert       = 0x3100
	typeUpdate       = 0x3200
	typeDelete       = 0x3300
	typeAlterSession = 0x4100
	typeUse          = 0x4300
	typeShow         = 0x4400
	typeDescribe     = 0x4500
	typeTransaction  = 0x5000
	typeDDL          = 0x6000
	typeMulti        = 0xA000
)

// Result is what a statement gives. It always has a column.
type Result struct {
	Columns []sqlengine.Column
	Rows    []sqlengine.Row
	typeID  int
	ids     string // of several statements in one request
	types   string
}

// status is the result of DDL: one row with a text.
func status(format string, args ...any) *Result {
	r := textResult(typeDDL, "status")
	r.Rows = []sqlengine.Row{{fmt.Sprintf(format, args...)}}
	return r
}

func done() *Result { return status("Statement executed successfully.") }

// textResult makes an empty result of text columns.
func textResult(typeID int, columns ...string) *Result {
	r := &Result{typeID: typeID}
	for _, c := range columns {
		r.Columns = append(r.Columns, sqlengine.Column{Name: c, Type: sqlengine.TypeText, Nullable: true})
	}
	return r
}

// affected is the result of DML.
func affected(typeID int, names []string, counts ...int) *Result {
	r := &Result{typeID: typeID, Rows: []sqlengine.Row{nil}}
	for i, n := range names {
		r.Columns = append(r.Columns, sqlengine.Column{Name: n, Type: sqlengine.TypeNumber})
		r.Rows[0] = append(r.Rows[0], int64(counts[i]))
	}
	return r
}
