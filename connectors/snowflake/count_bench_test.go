package snowflake

import (
	"fmt"
	"testing"

	"github.com/polsync/polsync/classify"
	"github.com/polsync/polsync/connectors/counting"
	"github.com/polsync/polsync/state"
)

// BenchmarkCountStatements writes the statements that look at a thousand tables of ten columns, and tells how many and
// how large they are.
func BenchmarkCountStatements(b *testing.B) {
	rules, err := classify.NewRules(classify.Suite(), nil, nil, "")
	if err != nil {
		b.Fatal(err)
	}
	var tables []classify.TableColumns
	for i := range 1000 {
		t := classify.TableColumns{Table: state.Securable{Kind: state.KindTable, Catalog: "C", Schema: fmt.Sprintf("S%d", i/50), Name: fmt.Sprintf("T%d", i)}}
		for j, name := range []string{"ID", "FULL_NAME", "EMAIL", "PHONE", "CITY", "STATUS", "SSN", "AMOUNT", "NOTES", fmt.Sprintf("X%d", i)} {
			c := t.Table
			c.Kind, c.Column = state.KindColumn, name
			family := state.FamilyString
			if j == 0 || j == 7 {
				family = state.FamilyNumber
			}
			t.Columns = append(t.Columns, classify.Column{Column: c, Type: state.DataType{Family: family}})
		}
		tables = append(tables, t)
	}
	statements, size := 0, 0
	for b.Loop() {
		statements, size = 0, 0
		probes := classify.Probes(state.ScanDeclaration{Rows: 1000}, tables, rules)
		for len(probes) > 0 {
			n := classify.Together(probes)
			s, err := counting.New(language, probes[:n])
			if err != nil {
				b.Fatal(err)
			}
			statements, size, probes = statements+1, size+len(s.SQL), probes[n:]
		}
	}
	b.ReportMetric(float64(statements), "statements")
	b.ReportMetric(float64(size)/float64(statements), "B/statement")
}
