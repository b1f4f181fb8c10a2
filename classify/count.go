package classify

import (
	"cmp"
	"regexp"
	"strings"

	"github.com/polsync/polsync/state"
)

// Value is one cell as text, or NULL.
type Value struct {
	Text string
	Null bool
}

var trailingZeros = regexp.MustCompile(`[.]0+$`)

// Text returns what checks see of a cell of a column of the family: the same for all but floats, which lose a trailing
// ".0". See ColumnProbe.
func Text(family state.Family, cell string) string {
	if family == state.FamilyFloat {
		return trailingZeros.ReplaceAllString(strings.Trim(cell, " "), "")
	}
	return cell
}

// CountValues answers a Probe in process, with the counts the platform would return for the same rows (the platform's
// distinct counts are approximate, these are exact). Each row has the Probe's columns in its order; a short row has
// NULL for the rest. Rows beyond the Probe's are left out. A check that does not compile makes Err.
func CountValues(p Probe, rows [][]Value) Counts {
	if p.Rows > 0 && len(rows) > p.Rows {
		rows = rows[:p.Rows]
	}
	out := Counts{Table: p.Table, Rows: int64(len(rows)), Columns: make([]ColumnCounts, len(p.Columns))}
	for i, col := range p.Columns {
		c, err := countColumn(col, i, rows)
		out.Columns[i] = c
		out.Err = cmp.Or(out.Err, err)
	}
	return out
}

func countColumn(col ColumnProbe, at int, rows [][]Value) (ColumnCounts, error) {
	out := ColumnCounts{Column: col.Column, Matched: make(map[string]int64, len(col.Checks))}
	m, err := Compile(col.Checks)
	if err != nil {
		return out, err
	}
	seen := make(map[string]struct{})
	matched := make([]int64, len(col.Checks))
	var hits []int
	for _, row := range rows {
		if at >= len(row) || row[at].Null {
			continue
		}
		v := newView(Text(col.Type.Family, row[at].Text))
		if v.trimmed == "" {
			continue
		}
		out.add(&v)
		seen[v.trimmed] = struct{}{}
		hits = m.matchView(&v, hits[:0])
		for _, h := range hits {
			matched[h]++
		}
	}
	out.Distinct = int64(len(seen))
	for i, c := range col.Checks {
		out.Matched[c.Name] = matched[i]
	}
	return out, nil
}

func (c *ColumnCounts) add(v *view) {
	n := int64(v.chars)
	if c.Values == 0 || n < c.MinLen {
		c.MinLen = n
	}
	c.MaxLen = max(c.MaxLen, n)
	c.Values++
}
