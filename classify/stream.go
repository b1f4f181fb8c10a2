package classify

import (
	"fmt"
	"strconv"

	"github.com/polsync/polsync/state"
)

// Counter answers Probes of one table from rows that come one at a time, in memory that does not grow with them: what
// CountValues says of the same rows, but that Distinct is exact only up to maxDistinct and an estimate above.
type Counter struct {
	probes  []Probe
	rows    int64
	columns [][]*columnCounter // by probe, as its columns
	places  [][]int            // where in a row each stands
}

// NewCounter makes a Counter for the Probes of one table, whose rows have the columns in the order given. It fails
// where a Probe asks for another column or has a check that does not compile.
func NewCounter(probes []Probe, columns []Column) (*Counter, error) {
	at := map[state.Securable]int{}
	for i, c := range columns {
		at[c.Column] = i
	}
	k := &Counter{probes: probes, columns: make([][]*columnCounter, len(probes)), places: make([][]int, len(probes))}
	for i, p := range probes {
		for _, col := range p.Columns {
			place, ok := at[col.Column]
			if !ok {
				return nil, fmt.Errorf("count %s: rows have no such column", col.Column.Path())
			}
			c, err := newColumnCounter(col)
			if err != nil {
				return nil, fmt.Errorf("count %s: %w", col.Column.Path(), err)
			}
			k.columns[i], k.places[i] = append(k.columns[i], c), append(k.places[i], place)
		}
	}
	return k, nil
}

// Add counts a row. A short row has NULL for the rest.
func (k *Counter) Add(row []Value) {
	for i, p := range k.probes {
		if p.Rows > 0 && k.rows >= int64(p.Rows) {
			continue
		}
		for j, c := range k.columns[i] {
			if at := k.places[i][j]; at < len(row) && !row[at].Null {
				c.add(row[at].Text)
			}
		}
	}
	k.rows++
}

// Counts returns the answers so far, in the order of the Probes.
func (k *Counter) Counts() []Counts {
	out := make([]Counts, len(k.probes))
	for i, p := range k.probes {
		out[i] = Counts{Table: p.Table, Rows: k.rows}
		if p.Rows > 0 {
			out[i].Rows = min(k.rows, int64(p.Rows))
		}
		for _, c := range k.columns[i] {
			out[i].Columns = append(out[i].Columns, c.counts())
		}
	}
	return out
}

// columnCounter counts one column of a Probe.
type columnCounter struct {
	probe   ColumnProbe
	matcher *Matcher
	out     ColumnCounts
	matched []int64
	hits    []int
	seen    distinct
	last    int64
}

func newColumnCounter(p ColumnProbe) (*columnCounter, error) {
	m, err := Compile(p.Checks)
	if err != nil {
		return nil, err
	}
	return &columnCounter{probe: p, matcher: m, out: ColumnCounts{Column: p.Column}, matched: make([]int64, len(p.Checks))}, nil
}

func (c *columnCounter) add(cell string) {
	v := newView(Text(c.probe.Type.Family, cell))
	if v.trimmed == "" {
		return
	}
	c.out.add(&v)
	c.seen.add(v.trimmed)
	if n, err := strconv.ParseInt(v.trimmed, 10, 64); err == nil {
		if n > c.last {
			c.out.Rising++
		}
		c.last = n
	}
	c.hits = c.matcher.matchView(&v, c.hits[:0])
	for _, h := range c.hits {
		c.matched[h]++
	}
}

func (c *columnCounter) counts() ColumnCounts {
	out := c.out
	out.Distinct = c.seen.count()
	out.Matched = make(map[string]int64, len(c.matched))
	for i, check := range c.probe.Checks {
		out.Matched[check.Name] = c.matched[i]
	}
	return out
}
