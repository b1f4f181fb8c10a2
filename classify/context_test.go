package classify

import (
	"fmt"
	"testing"

	"github.com/polsync/polsync/state"
)

// Values and the columns beside decide where names say nothing, in process.
func TestValuesAndSiblingsAlone(t *testing.T) {
	rules := mustRules(t)
	fraction := func(whole, spread int) []string {
		var out []string
		for i := range 60 {
			out = append(out, fmt.Sprintf("%d.%06d", whole+i%spread, randomish(i)%1000000))
		}
		return out
	}
	table := []sample{
		{name: "c1", values: several(60, "%d Market Street", func(i int) int { return i*7 + 1 }), want: "street_address"},
		{name: "c2", values: []string{"Paris", "Berlin", "Madrid", "Rome", "Vienna", "Prague", "Dublin", "Lisbon", "Oslo", "Turin"}, want: "city"},
		{name: "c3", values: several(60, "%05d", func(i int) int { return 10000 + randomish(i)%89999 }), want: "postal_code"},
		{name: "c4", family: state.FamilyFloat, values: fraction(41, 12), want: "latitude"},
		{name: "c5", family: state.FamilyFloat, values: fraction(95, 40), want: "longitude"},
		{name: "c6", values: []string{"F", "M"}, want: "gender"},
		{name: "c7", values: []string{"v", "m", "a"}, want: ""},
	}
	for i, d := range classifyTable(state.ScanDeclaration{Values: ValuesSample}, "T", rules, table...) {
		if d.Finding.Classifier != table[i].want {
			t.Errorf("%s: found %q, want %q (%s, closest %s %.2f)", table[i].name, d.Finding.Classifier, table[i].want, d.Passed, d.RunnerUp, d.Score)
		}
	}
	weights := []sample{{name: "w1", family: state.FamilyFloat, values: fraction(1, 9)}, {name: "w2", family: state.FamilyFloat, values: fraction(2, 9)}, {name: "w3", family: state.FamilyFloat, values: fraction(3, 9)}}
	for _, d := range classifyTable(state.ScanDeclaration{Values: ValuesSample}, "T", rules, weights...) {
		if d.Found {
			t.Errorf("three columns of fractions in a row are measurements: %+v", d)
		}
	}
	alone := classifyTable(state.ScanDeclaration{Values: ValuesSample}, "T", rules, table[2])[0]
	if alone.Found {
		t.Errorf("five digits by themselves: %+v", alone)
	}
	said := sample{name: "warehouse", values: table[2].values}
	if d := classifyTable(state.ScanDeclaration{Values: ValuesSample}, "T", rules, table[0], said)[1]; d.Found {
		t.Errorf("a name that says otherwise: %+v", d)
	}
}

// A Counter sees a numbering; values out of order are none.
func TestNumberingIsNoType(t *testing.T) {
	e := &evidence{counts: &ColumnCounts{Values: 100, Distinct: 100, Rising: 99}}
	if !e.numbering() {
		t.Error("a numbering")
	}
	e.counts.Rising = 60
	if e.numbering() {
		t.Error("no numbering")
	}
}

func TestCalibratedRisesAndStaysBelowCertainty(t *testing.T) {
	last := 0.0
	for i := 1; i < 1000; i++ {
		s := calibrated(float64(i) / 1000)
		if s < last || s > maxScore {
			t.Fatalf("%g at %d", s, i)
		}
		last = s
	}
}
