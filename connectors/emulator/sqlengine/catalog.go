package sqlengine

import (
	"context"
	"iter"
	"time"
)

// Row is one row of values, one per column. Rows given to the engine are never changed by it and may be shared.
type Row = []Value

// Catalog resolves names for one session. Errors pass through the engine unchanged, wrapped nowhere, so they carry vendor codes.
type Catalog interface {
	// Table resolves a table or view by its name as written (one to three parts, folded). CTEs of the query were tried before.
	Table(ctx context.Context, name Name) (*Table, error)
	// TableFunction resolves TABLE(name(args)) or name(args) in FROM, for functions the engine does not have.
	TableFunction(ctx context.Context, name Name, args []Argument) (*Table, error)
	// Function resolves a scalar function that the engine does not have. nil, nil: there is none, and the engine says so.
	Function(ctx context.Context, name Name, args []Type) (*Function, error)
}

// Argument is an evaluated argument of a table function. Name is "" for positional ones, folded otherwise.
type Argument struct {
	Name  string
	Value Value
	Type  Type
}

// Table is a relation as a session sees it: either Rows or View is set.
type Table struct {
	Columns []Column
	Rows    iter.Seq2[Row, error]
	View    *View
	Filter  *Policy // row filter: rows for which it is not TRUE do not exist
	Masks   []Mask

	Marks       []uint64 // per column, nil for none: what Lineage follows
	Projections []Projection
	Grouping    *Grouping
	Joining     *Joining
}

// RowsOf makes the Rows of a Table from rows in memory.
func RowsOf(rows []Row) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// View is a stored query. Its names are resolved in Catalog, with the rights of its owner. Its result columns are matched to the Table's
// Columns by position, cast where the types differ; where Columns is nil they are the query's own.
type View struct {
	Query   *Query
	Catalog Catalog
}

// Policy is a function body applied to the rows of a table.
type Policy struct {
	Params  []Param
	Args    []PolicyArg // one per parameter; cast to its type
	Body    Expr
	Result  Type    // the body's value is cast to it; the zero Type leaves it
	Catalog Catalog // scope of the body; nil: the session's
}

// PolicyArg is a column of the table (by position), or a constant where Column is negative.
type PolicyArg struct {
	Column int
	Value  Value
	Type   Type // of Value
}

// Mask replaces the column at a position by what its policy gives.
type Mask struct {
	Column int
	Policy
}

// Param is a parameter of a function or policy.
type Param struct {
	Name string
	Type Type
}

// Function is a scalar function of a Catalog: native (Eval) or SQL (Body).
type Function struct {
	Params []Param // the arguments are cast to their types; nil with Eval: passed as they are
	Result Type
	Eval   func(ctx context.Context, args []Value) (Value, error)
	Body   Expr
	// Catalog is the scope of Body; nil: the caller's.
	Catalog Catalog
	// Stable functions give one answer per statement for the same arguments; with constant arguments they are called once.
	Stable bool
}

// Parameter is the value of a bind or named parameter.
type Parameter struct {
	Value Value
	Type  Type
}

// Session is what one statement sees. The zero value parses Snowflake and knows no tables.
type Session struct {
	Dialect    Dialect
	Catalog    Catalog
	Now        time.Time      // of CURRENT_TIMESTAMP; the zero value makes it an error of Prepare, never the wall clock
	Location   *time.Location // of the session; nil: UTC
	Seed       uint64         // of sampling and RANDOM
	Positional []Parameter    // for ?
	Named      map[string]Parameter
	Variables  map[string]Parameter // Snowflake $name, by upper-case name
	Formats    Formats              // Snowflake's, that casts without a format of their own go by
}

// Formats says how text is read and written as dates and timestamps; "" or AUTO for any of the usual forms.
type Formats struct{ DateIn, DateOut, TimestampIn string }
