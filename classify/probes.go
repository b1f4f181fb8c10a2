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

// The bounds of one Probe. A statement with more expressions, or more text, than this takes a platform longer to
// compile than to run; Snowflake refuses statements of 1 MB.
const (
	MaxExpressions = 1000
	MaxProbeText   = 400_000 // bytes of patterns and words
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
	expressions, text := 0, 0
	add := func(c Column, check Check) {
		size := checkSize(check)
		if len(out) == 0 || expressions+1 > MaxExpressions || text+size > MaxProbeText {
			out = append(out, Probe{Table: t.Table, Rows: scan.Rows})
			expressions, text = 0, 0
		}
		p := &out[len(out)-1]
		if n := len(p.Columns); n == 0 || p.Columns[n-1].Column != c.Column {
			p.Columns = append(p.Columns, ColumnProbe{Column: c.Column, Type: c.Type})
			expressions += 4 // values, distinct, shortest, longest
		}
		last := &p.Columns[len(p.Columns)-1]
		last.Checks = append(last.Checks, check)
		expressions, text = expressions+1, text+size
	}
	for _, c := range t.Columns {
		for _, check := range rules.checks(c, can, scan.Values == ValuesSample) {
			add(c, check)
		}
	}
	return out
}

func checkSize(c Check) int {
	n := 40 + len(c.Pattern)
	for _, w := range c.Words {
		n += len(w) + 3
	}
	return n
}

// checks lists what to count on a column, without duplicates, in the order of classifiers, then shapes. Alone adds the
// tests of types that no name says.
func (r *Rules) checks(c Column, can func(string) bool, alone bool) []Check {
	var out []Check
	seen := map[string]bool{}
	add := func(check Check) {
		if !seen[check.Name] {
			seen[check.Name] = true
			out = append(out, check)
		}
	}
	e := r.newEvidence(c, context{}, nil)
	for i := range r.list {
		for _, check := range r.list[i].wanted(e, can, alone) {
			add(check)
		}
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

// fits reports whether a column of the family can hold what the classifier finds.
func (c *ready) fits(f state.Family) bool {
	if c.rule != nil {
		return textual(f) || slices.Contains(numeric, f) || slices.Contains(dates, f)
	}
	return textual(f) || slices.Contains(c.Types, f)
}

// wanted lists the checks of a classifier that tell something of the column. A checksum the platform cannot compute is
// left out; the form it is counted of stands in.
func (c *ready) wanted(e *evidence, can func(string) bool, alone bool) []Check {
	if !c.fits(e.column.Type.Family) {
		return nil
	}
	if c.rule != nil {
		return pushable(c.rule.checks(), can)
	}
	var out []Check
	if !c.NeedsName || c.named(e) > 0 {
		out = appendChecks(out, c.Tests)
	}
	if alone {
		out = appendChecks(out, c.Alone)
	}
	return pushable(out, can)
}

func appendChecks(out []Check, tests []Test) []Check {
	for _, t := range tests {
		out = append(out, t.Check)
	}
	return out
}

func pushable(checks []Check, can func(string) bool) []Check {
	var out []Check
	for _, c := range checks {
		switch {
		case c.Checksum == "" || can(c.Checksum):
			out = append(out, c)
		case softChecksum(c.Checksum):
			c.Checksum = ""
			out = append(out, c)
		}
	}
	return out
}

// softChecksum reports whether the pattern alone is nearly as good: these only refine it.
func softChecksum(name string) bool { return name == "phone_digits" || name == "ipv6" }
