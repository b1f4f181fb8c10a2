package classify

import "github.com/polsync/polsync/state"

// Check is a test of one value, as a closed set that each platform can say in SQL and that Go can evaluate alike.
type Check struct {
	Name     string   // unique within a Probe's column; results are keyed by it
	Pattern  string   // a regular expression in the subset both dialects share, matched against the whole trimmed value; "" for none
	Checksum string   // luhn, iban, ...: holds besides the pattern; "" for none
	Words    []string // the lower-cased value is one of these; none for no dictionary
}

// ColumnProbe is the checks to count on one column.
type ColumnProbe struct {
	Column state.Securable
	Type   state.DataType
	Checks []Check
}

// Probe asks for counts of all columns of one table over at most Rows rows; one statement per table.
type Probe struct {
	Table   state.Securable
	Rows    int // sampled rows at most; 0 for all
	Columns []ColumnProbe
}

// ColumnCounts is what was counted on one column.
type ColumnCounts struct {
	Column   state.Securable
	Values   int64 // non-NULL
	Distinct int64 // approximately
	MinLen   int64 // characters
	MaxLen   int64
	Matched  map[string]int64 // by Check.Name
}

// Counts is the answer to a Probe.
type Counts struct {
	Table   state.Securable
	Rows    int64
	Columns []ColumnCounts
	Err     error // why this table could not be counted; others still may be
}
