package classify

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/polsync/polsync/state"
)

// Rows that come one at a time are counted as rows in memory are.
func TestCounterAgreesWithCountValues(t *testing.T) {
	rules := mustRules(t)
	table := TableColumns{Table: column("t", "").Table(), Columns: []Column{{Column: column("t", "mail")}, {Column: column("t", "n"), Type: state.DataType{Family: state.FamilyFloat}}}}
	var rows [][]Value
	for i := range 300 {
		rows = append(rows, []Value{{Text: fmt.Sprintf(" user%d@example.com", i%70)}, {Text: fmt.Sprintf("%d.0", i), Null: i%5 == 0}})
	}
	rows = append(rows, []Value{{Text: "short"}}, []Value{{Text: "  "}, {Text: "7"}})
	for _, limit := range []int{0, 100} {
		probes := Probes(state.ScanDeclaration{Values: ValuesSample, Rows: limit}, []TableColumns{table}, rules)
		counter, err := NewCounter(probes, table.Columns)
		if err != nil {
			t.Fatal(err)
		}
		var want []Counts
		for _, r := range rows {
			counter.Add(r)
		}
		for _, p := range probes {
			order := make([][]Value, len(rows))
			for i, r := range rows {
				for _, c := range p.Columns {
					at := 0
					if c.Column.Column == "n" {
						at = 1
					}
					v := Value{Null: true}
					if at < len(r) {
						v = r[at]
					}
					order[i] = append(order[i], v)
				}
			}
			want = append(want, CountValues(p, order))
		}
		if diff := cmp.Diff(want, counter.Counts(), cmpopts.IgnoreFields(ColumnCounts{}, "Rising")); diff != "" {
			t.Error(diff)
		}
	}
	if _, err := NewCounter([]Probe{{Columns: []ColumnProbe{{Column: column("t", "other")}}}}, table.Columns); err == nil {
		t.Error("a column that rows do not have must be told")
	}
}

// Different values are exact while few, then an estimate in bounded memory.
func TestDistinct(t *testing.T) {
	var d distinct
	add := func(i int) bool {
		v := []byte(fmt.Sprint(i))
		w := wordsOf(v)
		return d.add(hashWords(&w, len(v)))
	}
	for i := range 3 * maxDistinct {
		if again := add(i % 1000); again != (i >= 1000) {
			t.Fatalf("%d: there before %v", i, again)
		}
	}
	if d.count() != 1000 {
		t.Errorf("%d of 1000", d.count())
	}
	for i := range 200_000 {
		add(i)
		if d.kept > maxDistinct || len(d.slots) > 2*maxDistinct {
			t.Fatalf("%d kept in %d", d.kept, len(d.slots))
		}
	}
	if n := d.count(); n < 180_000 || n > 220_000 {
		t.Errorf("%d of 200000", n)
	}
}
