package classify

import (
	"math"
	"testing"

	"github.com/polsync/polsync/state"
)

// Each strength scales the evidence of its kind and no other; what it is of stays on its side.
func TestStrengthsScaleTheirKindOfEvidence(t *testing.T) {
	rules := mustRules(t)
	at := Column{Column: column("CUSTOMERS", "EMAIL"), Type: state.DataType{Family: state.FamilyString}}
	table := TableColumns{Table: column("CUSTOMERS", "").Table(), Columns: []Column{at}}
	counts := []Counts{{Columns: []ColumnCounts{{Column: at.Column, Values: 100, Distinct: 100, MinLen: 9, MaxLen: 30,
		Matched: map[string]int64{"email": 60, "shape.uuid": 40}}}}}
	logit := func(s Strengths) float64 {
		for _, c := range Explain(table, counts, rules.WithStrengths(s))[0].Cases {
			if c.Classifier == "email" {
				return c.Weight
			}
		}
		t.Fatalf("no case of email with %+v", s)
		return 0
	}
	built := logit(BuiltinStrengths())
	for _, c := range []struct {
		name string
		of   func(*Strengths) *float64
		sign float64
	}{
		{"prior", func(s *Strengths) *float64 { return &s.Prior }, -1},
		{"names", func(s *Strengths) *float64 { return &s.Names }, 1},
		{"for", func(s *Strengths) *float64 { return &s.For }, 1},
		{"against", func(s *Strengths) *float64 { return &s.Against }, -1},
	} {
		s := BuiltinStrengths()
		*c.of(&s) = 1.5
		more := logit(s)
		*c.of(&s) = 2
		twice := logit(s)
		if (more-built)*c.sign <= 0 || math.Abs((twice-built)-2*(more-built)) > 0.01 {
			t.Errorf("%s: %.3f as built in, %.3f with half as much more, %.3f with twice as much", c.name, built, more, twice)
		}
	}
}
