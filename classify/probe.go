package classify

import (
	"slices"

	"github.com/polsync/polsync/state"
)

// Form says how a value is put before it is tested. Every form starts from the value's text: NULL is no value, text
// is stripped of leading and trailing spaces (U+0020 only, as SQL TRIM does), text that is then empty is no value
// either, and only the first MaxText characters are looked at.
type Form uint8

// The forms, each with the SQL that says the same of the trimmed text x. Both platforms have every function.
const (
	FormTrim      Form = iota // x
	FormUpper                 // UPPER(x)
	FormDigits                // REGEXP_REPLACE(x, '[ ./()-]', '')
	FormAlnum                 // UPPER(REGEXP_REPLACE(x, '[ ./()-]', ''))
	FormFirstWord             // SPLIT_PART(x, ' ', 1)
	FormLastWord              // SPLIT_PART(x, ' ', -1)
)

// MaxText is the number of characters of a value that checks look at: LEFT(x, 512). Lengths are counted before.
const MaxText = 512

// Check is a test of one value, as a closed set that each platform can say in SQL and that Go can evaluate alike. All
// that is set must hold. A Check with nothing but a Name holds for every value.
type Check struct {
	Name     string   // unique within a Probe's column; results are keyed by it
	Form     Form     // what the rest looks at; the trimmed text where left out
	Pattern  string   // a regular expression in the subset both dialects share, matched against the whole text; "" for none
	Checksum string   // luhn, iban, ...: holds besides the pattern; "" for none. See Pushdown
	Words    []string // LOWER(text) is one of these, which are lower-case and sorted; none for no dictionary
	MinLen   int      // characters the trimmed value has at least, before Form and MaxText; 0 for no bound
	MaxLen   int      // and at most; 0 for no bound
}

// Equal reports whether two checks are one.
func (c Check) Equal(o Check) bool {
	return c.Name == o.Name && c.Form == o.Form && c.Pattern == o.Pattern && c.Checksum == o.Checksum &&
		c.MinLen == o.MinLen && c.MaxLen == o.MaxLen && slices.Equal(c.Words, o.Words)
}

// ColumnProbe is the checks to count on one column. Of a number, date or timestamp the text is its cast to a string; of
// a float it is that with a trailing ".0", ".00", ... taken off: REGEXP_REPLACE(CAST(c AS STRING), '[.]0+$', ”).
type ColumnProbe struct {
	Column state.Securable
	Type   state.DataType
	Checks []Check
}

// Probe asks for counts of columns of one table over at most Rows rows. A table wider than one statement can hold has
// several Probes, and a column with very many words to look for is in more than one of them.
type Probe struct {
	Table   state.Securable
	Rows    int // sampled rows at most; 0 for all
	Columns []ColumnProbe
}

// ColumnCounts is what was counted on one column.
type ColumnCounts struct {
	Column   state.Securable
	Values   int64 // neither NULL nor blank
	Distinct int64 // approximately, of the trimmed text
	MinLen   int64 // characters of the trimmed text
	MaxLen   int64
	Matched  map[string]int64 // by Check.Name
	// Rising is how many values are whole numbers above the one in the row before, as a numbering has them. Only a
	// Counter counts it; platforms have no order of rows.
	Rising int64
}

// Counts is the answer to a Probe.
type Counts struct {
	Table   state.Securable
	Rows    int64 // rows looked at, NULL or not
	Columns []ColumnCounts
	Err     error // why this table could not be counted; others still may be
}
