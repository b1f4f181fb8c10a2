package classify

import (
	"cmp"
	"strings"

	"github.com/polsync/polsync/state"
)

// Value is one cell as text, or NULL.
type Value struct {
	Text string
	Null bool
}

// Text returns what checks see of a cell of a column of the family: the same for all but floats, which lose a trailing
// ".0". See ColumnProbe.
func Text(family state.Family, cell string) string {
	if family != state.FamilyFloat {
		return cell
	}
	cell = strings.Trim(cell, " ")
	if whole := strings.TrimRight(cell, "0"); len(whole) < len(cell) && strings.HasSuffix(whole, ".") {
		return whole[:len(whole)-1]
	}
	return cell
}

// CountValues answers a Probe in process, with the counts the platform would return for the same rows (the platform's
// distinct counts are approximate, these are exact up to maxDistinct). Each row has the Probe's columns in its order; a short row has
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
	t, err := newColumnTally(col)
	if err != nil {
		return ColumnCounts{Column: col.Column, Matched: map[string]int64{}}, err
	}
	for _, row := range rows {
		if at < len(row) && !row[at].Null {
			t.add(row[at].Text)
		}
	}
	return t.counts(), nil
}

// columnTally is the Tally of a ColumnProbe.
type columnTally struct {
	probe ColumnProbe
	tally *Tally
	index []int // of the probe's checks in the tally's engine
}

func newColumnTally(p ColumnProbe) (columnTally, error) {
	e, index, err := sharedEngine(p.Checks)
	if err != nil {
		return columnTally{}, err
	}
	return columnTally{probe: p, tally: e.NewTally(index...), index: index}, nil
}

// add counts a cell and returns its trimmed text.
func (c *columnTally) add(cell string) string {
	text := strings.Trim(Text(c.probe.Type.Family, cell), " ")
	c.tally.AddString(text)
	return text
}

func (c *columnTally) counts() ColumnCounts {
	out := ColumnCounts{Column: c.probe.Column, Values: c.tally.Values(), Distinct: c.tally.Distinct(), Matched: make(map[string]int64, len(c.index))}
	out.MinLen, out.MaxLen = c.tally.Lengths()
	for i, check := range c.probe.Checks {
		out.Matched[check.Name] = c.tally.Count(c.index[i])
	}
	return out
}
