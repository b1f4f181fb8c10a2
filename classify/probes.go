package classify

import (
	"slices"

	"github.com/polsync/polsync/state"
)

// Column is what is known of a column without looking at its values.
type Column struct {
	Column  state.Securable
	Type    state.DataType
	Comment string
}

// TableColumns is a table with the columns of it that a scan covers, and its comment.
type TableColumns struct {
	Table   state.Securable
	Comment string
	Columns []Column
}

// The bounds of one Probe, and of the probes that one statement answers. A check is written once for all columns, so
// its text counts once. A statement with more takes a platform longer to compile than to run; Snowflake refuses statements of 1 MB.
const (
	MaxColumns   = 500     // of all probes of a statement
	MaxProbeText = 400_000 // bytes of patterns and words
	MaxTables    = 20      // of a statement
)

// Values says where values are looked at: a scan's `values`.
const (
	ValuesPushdown = "pushdown" // counted in the platform; the default
	ValuesSample   = "sample"   // sampled rows are counted in process: all checksums
	ValuesNames    = "names"    // not at all
)

// Probes says what to count for a scan: for each table all columns that values can tell something of, with the checks
// their type and name leave possible. A table has one Probe, or several where the bounds ask for it; a scan by names
// has none. The order is that of tables and columns.
func Probes(scan state.ScanDeclaration, tables []TableColumns, rules *Rules) []Probe {
	if scan.Values == ValuesNames {
		return nil
	}
	can := rules.can
	if scan.Values == ValuesSample {
		can = func(string) bool { return true }
	}
	var out []Probe
	for _, t := range tables {
		out = append(out, tableProbes(scan, t, rules, can)...)
	}
	return out
}

func tableProbes(scan state.ScanDeclaration, t TableColumns, rules *Rules, can func(string) bool) []Probe {
	var out []Probe
	written, text := map[string]bool{}, 0
	add := func(c Column, check Check) {
		more := 0
		if !written[check.Name] {
			more = checkSize(check)
		}
		full := len(out) > 0 && (text+more > MaxProbeText || len(out[len(out)-1].Columns) == MaxColumns && out[len(out)-1].Columns[MaxColumns-1].Column != c.Column)
		if len(out) == 0 || full {
			out = append(out, Probe{Table: t.Table, Rows: scan.Rows})
			written, text = map[string]bool{}, 0
			more = checkSize(check)
		}
		p := &out[len(out)-1]
		if n := len(p.Columns); n == 0 || p.Columns[n-1].Column != c.Column {
			p.Columns = append(p.Columns, ColumnProbe{Column: c.Column, Type: c.Type})
		}
		last := &p.Columns[len(p.Columns)-1]
		last.Checks = append(last.Checks, check)
		written[check.Name], text = true, text+more
	}
	for _, c := range t.Columns {
		for _, check := range rules.checks(c, can) {
			add(c, check)
		}
	}
	return out
}

// Together says how many of the probes at the beginning one statement may answer: sampled ones, within the bounds. What
// is read whole is asked by itself. There is always one.
func Together(probes []Probe) int {
	written, text, columns := map[string]bool{}, 0, 0
	for n, p := range probes {
		columns += len(p.Columns)
		for _, c := range p.Columns {
			for _, check := range c.Checks {
				if !written[check.Name] {
					written[check.Name] = true
					text += checkSize(check)
				}
			}
		}
		if n > 0 && (p.Rows == 0 || probes[0].Rows == 0 || n == MaxTables || columns > MaxColumns || text > MaxProbeText) {
			return n
		}
	}
	return len(probes)
}

func checkSize(c Check) int {
	n := 40 + len(c.Pattern)
	if c.Checksum != "" {
		n += 2000 // about what most take
	}
	for _, w := range c.Words {
		n += len(w) + 3
	}
	return n
}

// checks lists what to count on a column, without duplicates, in the order of classifiers, then shapes.
func (r *Rules) checks(c Column, can func(string) bool) []Check {
	out := make([]Check, 0, 160) // most text columns have so many
	seen := make(map[string]bool, cap(out))
	add := func(check Check) {
		if !seen[check.Name] {
			seen[check.Name] = true
			out = append(out, check)
		}
	}
	e := r.newEvidence(c, context{}, nil)
	for i := range r.list {
		r.list[i].wanted(e, can, add)
	}
	if len(out) == 0 || !textual(c.Type.Family) && !slices.Contains(numeric, c.Type.Family) {
		return out
	}
	for _, s := range shapes {
		if textual(c.Type.Family) || s.Check.Name == "shape.digits" || s.Check.Name == "shape.epoch" {
			add(s.Check)
		}
	}
	return out
}

// textual reports whether a column of the family holds text. A family that is not known is taken for text.
func textual(f state.Family) bool { return f == state.FamilyString || f == state.FamilyNone }

// fits reports whether a column of the family can hold what the classifier finds, where the name weighs that much.
func (c *ready) fits(f state.Family, name float64) bool {
	if c.rule != nil {
		return textual(f) || slices.Contains(numeric, f) || slices.Contains(dates, f)
	}
	return textual(f) || slices.Contains(c.Types, f) || name > 0 && slices.Contains(c.NamedTypes, f)
}

// wanted adds the checks of a classifier that tell something of the column. A checksum the platform cannot compute is
// left out; the form it is counted of stands in.
func (c *ready) wanted(e *evidence, can func(string) bool, add func(Check)) {
	name, _ := c.nameEvidence(e)
	switch {
	case !c.fits(e.column.Type.Family, name):
	case c.rule != nil:
		for _, check := range c.rule.checks() {
			addPushable(check, can, add)
		}
	default:
		for _, t := range c.testsFor(name) {
			addPushable(t.Check, can, add)
		}
	}
}

func addPushable(c Check, can func(string) bool, add func(Check)) {
	switch {
	case c.Checksum == "" || can(c.Checksum):
		add(c)
	case softChecksum(c.Checksum):
		c.Checksum = ""
		add(c)
	}
}

// softChecksum reports whether the pattern alone is nearly as good: these only refine it.
func softChecksum(name string) bool { return name == "phone_digits" || name == "ipv6" }
