package connectortest

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/polsync/polsync/classify"
	"github.com/polsync/polsync/connectors"
	"github.com/polsync/polsync/state"
)

// wideColumns is how many columns the widest table of TestWide has.
const wideColumns = 5000

// Wide counts a table of 5,000 columns with a few of the built-in types, and one without rows. Every column has to be answered
// for, in as many statements as the bounds of classify say, and as counting in process does. Fill is as for Counts.
func Wide(t *testing.T, p connectors.Platform, fill func(columns []string, rows [][]string) state.Securable) {
	columns := make([]string, wideColumns)
	for i := range columns {
		columns[i] = fmt.Sprintf("c%d", i)
	}
	mails := make([]string, wideColumns)
	for i := range mails {
		mails[i] = fmt.Sprintf("person%d@example.com", i)
		if i%7 == 0 {
			mails[i] = "no address"
		}
	}
	rules, err := classify.NewRules(classify.Suite(), nil, map[string][]string{"few": {"email", "phone", "iban", "credit_card", "us_ssn"}}, "few")
	if err != nil {
		t.Fatal(err)
	}
	for _, rows := range [][][]string{{mails}, {}} {
		on := fill(columns, rows)
		table := classify.TableColumns{Table: on}
		for _, c := range columns {
			at := on
			at.Kind, at.Column = state.KindColumn, c
			table.Columns = append(table.Columns, classify.Column{Column: at, Type: state.DataType{Family: state.FamilyString}})
		}
		probes := classify.Probes(state.ScanDeclaration{Rows: 1000}, []classify.TableColumns{table}, rules)
		answered := 0
		for len(probes) > 0 {
			n := classify.Together(probes)
			got, err := p.Count(t.Context(), probes[:n])
			if err != nil {
				t.Fatal(err)
			}
			for i, c := range got {
				if c.Err != nil {
					t.Fatal(c.Err)
				}
				answered += len(c.Columns)
				compare(t, probes[i], c, columns, rows)
			}
			probes = probes[n:]
		}
		if answered != wideColumns {
			t.Errorf("%d columns were answered for, want %d", answered, wideColumns)
		}
	}
}

// compare counts the rows of a probe in process too. (cmp.Diff of all columns at once takes longer than counting them.)
func compare(t *testing.T, p classify.Probe, got classify.Counts, columns []string, rows [][]string) {
	t.Helper()
	at := map[string]int{}
	for i, c := range columns {
		at[c] = i
	}
	var values [][]classify.Value
	for _, row := range rows {
		var line []classify.Value
		for _, c := range p.Columns {
			line = append(line, classify.Value{Text: row[at[c.Column.Column]]})
		}
		values = append(values, line)
	}
	want := classify.CountValues(p, values)
	for i, c := range want.Columns {
		if !reflect.DeepEqual(c, got.Columns[i]) {
			t.Errorf("in process (-) and on the platform (+):\n%s", cmp.Diff(c, got.Columns[i]))
			return
		}
	}
}
