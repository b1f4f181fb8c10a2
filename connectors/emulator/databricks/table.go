package databricks

import (
	"strings"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

// Table types, as REST and the information schema spell them.
const (
	typeManaged   = "MANAGED"
	typeExternal  = "EXTERNAL"
	typeView      = "VIEW"
	typeMatView   = "MATERIALIZED_VIEW"
	typeStreaming = "STREAMING_TABLE"
)

// table is what a securable of kind TABLE holds: rows, or a query for views.
type table struct {
	tableType  string
	columns    []*column
	rows       []sqlengine.Row
	query      *sqlengine.Query                 // views
	definition string                           // text of query
	scope      scope                            // of the query's names
	generate   func(*Workspace) []sqlengine.Row // tables the platform fills; nil: rows
	filter     *binding
	properties map[string]string
}

// scope is the current catalog and schema when a view or function was made; its
// unqualified names are looked up there, whoever uses it.
type scope struct{ catalog, schema string }

type column struct {
	name     string // case as written; matched without case
	typ      sqlengine.Type
	nullable bool
	comment  string
	deflt    sqlengine.Expr
	defText  string // text of deflt
	tags     tagSet
	mask     *binding
}

// binding attaches a function to a column (mask) or table (row filter). The
// function is named, not pointed at: if it is dropped the binding stays, and
// queries are refused.
type binding struct {
	function string // catalog.schema.name
	args     []bindArg
}

// bindArg is a column of the table or a constant.
type bindArg struct {
	column   string
	constant string // literal as written
	value    sqlengine.Value
	typ      sqlengine.Type
}

func (b bindArg) isColumn() bool { return b.column != "" }

func (t *table) isView() bool { return t.tableType == typeView }

// refreshes: materialized views and streaming tables take REFRESH.
func (t *table) refreshes() bool { return t.tableType == typeMatView || t.tableType == typeStreaming }

// column finds a column without regard to case, with its position; -1 if absent.
func (t *table) column(name string) (*column, int) {
	for i, c := range t.columns {
		if strings.EqualFold(c.name, name) {
			return c, i
		}
	}
	return nil, -1
}

// bindings lists the row filter and the masks.
func (t *table) bindings() []*binding {
	var out []*binding
	if t.filter != nil {
		out = append(out, t.filter)
	}
	for _, c := range t.columns {
		if c.mask != nil {
			out = append(out, c.mask)
		}
	}
	return out
}

// reads reports whether the binding takes the named column as an argument.
func (b *binding) reads(column string) bool {
	for _, a := range b.args {
		if a.isColumn() && strings.EqualFold(a.column, column) {
			return true
		}
	}
	return false
}

// routine is a SQL scalar function.
type routine struct {
	params        []routineParam
	returns       sqlengine.Type
	body          sqlengine.Expr
	scope         scope // of the body's names
	definition    string
	deterministic bool
}

type routineParam struct {
	name    string
	typ     sqlengine.Type
	comment string
}

// typeName is the REST enum of a type: STRING, INT, DECIMAL...
func typeName(t sqlengine.Type) string {
	switch t.Kind {
	case sqlengine.KindBoolean:
		return "BOOLEAN"
	case sqlengine.KindNumber:
		return map[int]string{0: "DECIMAL", 8: "BYTE", 16: "SHORT", 32: "INT", 64: "LONG"}[t.Bits]
	case sqlengine.KindFloat:
		if t.Bits == 32 {
			return "FLOAT"
		}
		return "DOUBLE"
	case sqlengine.KindText:
		return "STRING"
	case sqlengine.KindTimestampNTZ:
		return "TIMESTAMP_NTZ"
	case sqlengine.KindTimestampLTZ, sqlengine.KindTimestampTZ:
		return "TIMESTAMP"
	case sqlengine.KindNull:
		return "NULL"
	default:
		full := strings.ToUpper(typeText(t))
		if i := strings.IndexByte(full, '<'); i > 0 {
			full = full[:i]
		}
		return full
	}
}

// typeText is the type as DESCRIBE and full_data_type write it.
func typeText(t sqlengine.Type) string { return t.SQL(sqlengine.Databricks) }
