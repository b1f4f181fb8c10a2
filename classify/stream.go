package classify

import (
	"fmt"
	"strconv"

	"github.com/polsync/polsync/state"
)

// Counter answers Probes of one table from rows that come one at a time, in memory that does not grow with them: what
// CountValues says of the same rows, and Rising besides.
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
	columnTally
	last   int64
	rising int64
}

func newColumnCounter(p ColumnProbe) (*columnCounter, error) {
	t, err := newColumnTally(p)
	return &columnCounter{columnTally: t}, err
}

func (c *columnCounter) add(cell string) {
	text := c.columnTally.add(cell)
	if n, ok := wholeNumber(text); ok {
		if n > c.last {
			c.rising++
		}
		c.last = n
	}
}

func (c *columnCounter) counts() ColumnCounts {
	out := c.columnTally.counts()
	out.Rising = c.rising
	return out
}

// wholeNumber reads a decimal number, as strconv does, but makes no error of what is none.
func wholeNumber(s string) (int64, bool) {
	if s == "" || s[0]-'0' > 9 && s[0] != '-' && s[0] != '+' {
		return 0, false
	}
	for i := 1; i < len(s); i++ {
		if s[i]-'0' > 9 {
			return 0, false
		}
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil
}
