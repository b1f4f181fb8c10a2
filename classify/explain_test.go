package classify

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/polsync/polsync/state"
)

// TestExplainSaysWhatDecideDecides compares explanations with verdicts over columns of every kind of outcome.
func TestExplainSaysWhatDecideDecides(t *testing.T) {
	rules := mustRules(t, state.ClassifierDeclaration{Name: "ticket_no", All: []state.Predicate{{Column: "(?i)^ticket$"}}})
	scan := state.ScanDeclaration{Name: "s"}
	table := TableColumns{Table: column("PEOPLE", "").Table()}
	values := map[string]func(i int) string{
		"EMAIL": mail, "F1": mail, "TICKET": func(i int) string { return fmt.Sprintf("T %d", i) },
		"EMAIL_HASH": func(i int) string { return fmt.Sprintf("%064x", randomish(i)) }, "NOTHING": func(i int) string { return fmt.Sprintf("thing %d", i) },
	}
	for _, name := range []string{"EMAIL", "F1", "TICKET", "EMAIL_HASH", "NOTHING"} {
		table.Columns = append(table.Columns, Column{Column: column("PEOPLE", name), Type: state.DataType{Family: state.FamilyString}})
	}
	var counts []Counts
	for _, p := range Probes(scan, []TableColumns{table}, rules) {
		rows := make([][]Value, 100)
		for i := range rows {
			for _, c := range p.Columns {
				rows[i] = append(rows[i], Value{Text: values[c.Column.Column](i)})
			}
		}
		counts = append(counts, CountValues(p, rows))
	}
	decisions := Decide(scan, "snow", table, counts, rules, now)
	explained := Explain(table, counts, rules)
	found := 0
	for i, d := range decisions {
		e := explained[i]
		if e.Values != 100 || e.Distinct != 100 || e.Passed != d.Passed {
			t.Errorf("%s: %+v, decided %+v", d.Column.Column, e, d)
		}
		if !d.Found {
			continue
		}
		found++
		if len(e.Cases) == 0 || e.Cases[0].Classifier != d.Finding.Classifier || e.Cases[0].Score != d.Finding.Score || len(e.Cases[0].Evidence) == 0 || e.Cases[0].Version < 1 && d.Finding.Classifier != "ticket_no" {
			t.Errorf("%s: %+v, decided %+v", d.Column.Column, e, d)
			continue
		}
		for _, c := range e.Cases {
			if len(c.Weights) != len(c.Evidence) && c.Classifier != "ticket_no" {
				t.Errorf("%s: %d pieces have %d weights", c.Classifier, len(c.Evidence), len(c.Weights))
			}
		}
		if d.RunnerUp != "" && e.Cases[1].Classifier != d.RunnerUp {
			t.Errorf("%s: the runner-up is %s, explained %s", d.Column.Column, d.RunnerUp, e.Cases[1].Classifier)
		}
	}
	if found < 3 {
		t.Errorf("%d found", found)
	}
	sum := 0.0
	for _, w := range explained[0].Cases[0].Weights {
		sum += w
	}
	if got := explained[0].Cases[0].Weight; math.Abs(got-priorWeight-sum) > 0.1 {
		t.Errorf("the case weighs %.2f, its evidence %.2f over the prior %.2f", got, sum, priorWeight)
	}
	if text := strings.Join(explained[0].Cases[0].Evidence, "; "); !strings.Contains(text, `name says "email"`) || !strings.Contains(text, "100 of 100 values have the form of email") {
		t.Errorf("the evidence is %q", text)
	}
}

func mail(i int) string { return fmt.Sprintf("user%d@example.com", randomish(i)) }
