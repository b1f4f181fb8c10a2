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
	apart := []sample{{name: "g1", family: state.FamilyFloat, values: fraction(41, 12)}, {name: "g2", values: []string{"x"}}, {name: "g3", family: state.FamilyFloat, values: fraction(95, 40)}}
	south := []sample{{name: "s1", family: state.FamilyFloat, values: negated(fraction(25, 9))}, {name: "s2", family: state.FamilyFloat, values: fraction(27, 9)}}
	for _, pair := range [][]sample{{apart[0], apart[1], apart[2]}, south} {
		got := classifyTable(state.ScanDeclaration{Values: ValuesSample}, "T", rules, pair...)
		if a, b := got[0].Finding.Classifier, got[len(got)-1].Finding.Classifier; a != "latitude" || b != "longitude" {
			t.Errorf("coordinates %s and %s: %q, %q", pair[0].name, pair[len(pair)-1].name, a, b)
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

func negated(numbers []string) []string {
	out := make([]string, len(numbers))
	for i, n := range numbers {
		out[i] = "-" + n
	}
	return out
}

// Values alone say what is nobody's, and whose number it is.
func TestValuesAloneTellLikeThingsApart(t *testing.T) {
	rules := mustRules(t)
	for _, tt := range []sample{
		{name: "c1", values: []string{"The Golden River", "The Lost Empire", "The Silent Winter", "A Hidden Code", "The Great Garden"}},
		{name: "c1", values: []string{`{"name": "Ada"}`, `{"name": "Max"}`, `{"name": "Eva"}`}},
		{name: "c1", values: []string{"Marketing", "Finance", "Legal", "Operations", "Sales"}},
		{name: "c1", values: several(60, "D%02d.3", func(i int) int { return i })},
		{name: "c1", values: []string{"E11.9", "I10", "Z00.00", "J45.909", "M54.5", "F32.9", "K21.9", "N39.0", "R07.9", "E78.5"}, want: "icd10"},
		{name: "c1", values: several(60, "NL%09dB01", func(i int) int { return 100000000 + randomish(i)%899999999 }), want: "org_tax_id"},
		{name: "c1", values: hanNames(), want: "full_name"},
		{name: "c1", values: []string{"DE", "FR", "US", "JP", "BR", "PL", "GB", "IT", "SE", "ZA", "KR", "AT", "BE", "HU", "TR", "GR", "DK", "FI", "AU", "CH"}, want: "country"},
		{name: "language", values: []string{"Polish", "French", "German", "Spanish", "Italian", "Dutch"}},
	} {
		d := classifyTable(state.ScanDeclaration{Values: ValuesSample}, "T", rules, tt)[0]
		if d.Finding.Classifier != tt.want {
			t.Errorf("%s: found %q %.2f, want %q (%s, closest %s %.2f)", tt.values[0], d.Finding.Classifier, d.Finding.Score, tt.want, d.Passed, d.RunnerUp, d.Score)
		}
	}
}

func hanNames() []string {
	var out []string
	for _, family := range []string{"王", "李", "张", "刘", "陈", "杨"} {
		for _, given := range []string{"小明", "秀英", "伟", "静", "磊"} {
			out = append(out, family+given)
		}
	}
	return out
}
