package evaluate

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/polsync/polsync/classify"
)

// made is a set of one answer of each kind.
func made() (Labels, []Case) {
	var l Labels
	l.Types = map[string]struct {
		Family string `json:"family"`
	}{"ipv4": {"network"}, "ipv6": {"network"}, "email": {"email"}}
	return l, []Case{
		{Label: Label{Type: "email"}, Found: "email", Best: "email", Score: 0.9},
		{Label: Label{Type: "email"}, Best: "email", Score: 0.4},
		{Label: Label{Type: "ipv4"}, Found: "ipv6", Best: "ipv6", Score: 0.8},
		{Label: Label{Type: "ipv4", Accept: []string{"ipv6"}}, Found: "ipv6", Best: "ipv6", Score: 0.8},
		{Label: Label{Type: "ipv4", Accept: []string{none}}},
		{Label: Label{Type: none, Hard: "version"}, Found: "ipv4", Best: "ipv4", Score: 0.7},
		{Label: Label{Type: none, Hard: "version"}},
		{Label: Label{Type: none, Accept: []string{"email"}}, Found: "email", Best: "email", Score: 0.7},
	}
}

func TestScore(t *testing.T) {
	l, cases := made()
	exact := l.Score(cases, Exact)
	want := map[string]Tally{"email": {Hits: 1, Misses: 1}, "ipv4": {Hits: 1, False: 1, Misses: 1}, "ipv6": {False: 1}}
	if diff := cmp.Diff(want, exact.Types); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(Tally{Hits: 2, False: 2, Misses: 2}, exact.Tally); diff != "" {
		t.Error(diff)
	}
	if exact.HardFalse != [2]int{1, 2} || exact.NoneFalse != [2]int{1, 3} {
		t.Errorf("hard %v, none %v", exact.HardFalse, exact.NoneFalse)
	}
	if math.Abs(exact.MacroF1-(2.0/3+0.5)/2) > 1e-9 {
		t.Errorf("macro %g", exact.MacroF1)
	}
	if f := l.Score(cases, Family); f.Types["network"] != (Tally{Hits: 2, False: 1}) {
		t.Errorf("family: %+v", f.Types)
	}
	if f := l.Score(cases, Binary); f.Tally != (Tally{Hits: 3, False: 1, Misses: 1}) {
		t.Errorf("binary: %+v", f.Tally)
	}
}

// A line fitted on scores that are too timid moves them to the share that is right, on tables it has not seen too.
func TestFitMovesScoresToTheShareThatIsRight(t *testing.T) {
	var points []Point
	for table := range 50 {
		for i := range 20 {
			points = append(points, Point{Table: string(rune('a' + table)), Score: 0.6, Right: i < 18}, Point{Table: string(rune('a' + table)), Score: 0.4, Right: i < 2})
		}
	}
	if e := CalibrationError(points); math.Abs(e-0.3) > 0.01 {
		t.Errorf("off by %g before", e)
	}
	if e := CalibrationError(CrossFit(points)); e > 0.02 {
		t.Errorf("off by %g after", e)
	}
}

// What is fitted on a table does not judge it: a score that only one table needs is learned for the others.
func TestCrossValidationFitsOnTheOtherTables(t *testing.T) {
	l, _ := made()
	var cases []Case
	for table := range 40 {
		name := string(rune('a' + table))
		for range 10 {
			cases = append(cases, Case{Table: name, Label: Label{Type: "email"}, Best: "email", Score: 0.6}, Case{Table: name, Label: Label{Type: none}, Best: "email", Score: 0.3})
		}
	}
	crossed, fits := l.CrossApply([]Half{{Title: "h", Cases: cases}})
	if len(fits) != folds || len(crossed) != 1 || len(crossed[0].Cases) != len(cases) {
		t.Fatalf("%d fits, %d halves", len(fits), len(crossed))
	}
	if f := l.Score(crossed[0].Cases, Exact); f.F1() != 1 || f.NoneFalse[0] != 0 {
		t.Errorf("%+v", f.Tally)
	}
	if cases[0].Found != "" {
		t.Error("the cases given were changed")
	}

	// One table whose scores mean the opposite: fitted on itself it would be right, fitted on the others it is wrong.
	odd := foldOf("odd")
	var mixed []Case
	for table := range 60 {
		name := string(rune('a' + table))
		if foldOf(name) == odd {
			continue
		}
		mixed = append(mixed, Case{Table: name, Label: Label{Type: "email"}, Best: "email", Score: 0.9}, Case{Table: name, Label: Label{Type: none, Hard: "x"}, Best: "email", Score: 0.5})
	}
	for range 10 {
		mixed = append(mixed, Case{Table: "odd", Label: Label{Type: "email"}, Best: "email", Score: 0.5})
	}
	crossed, _ = l.CrossApply([]Half{{Cases: mixed}})
	for _, c := range crossed[0].Cases {
		if c.Table == "odd" && c.Found != "" {
			t.Fatalf("%+v was fitted on itself", c)
		}
	}
	if f := l.FitAll(mixed[len(mixed)-10:]).Apply(mixed[len(mixed)-10:]); f[0].Found == "" {
		t.Error("alone it would have been found")
	}
}

// The report of a folder has its figures, and nothing of its tables.
func TestReportOfAFolder(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("tables/crew.csv", "mail,qty\nada@example.org,1\nbob@example.org,2\ncy@example.org,3\ndi@example.org,4\ned@example.org,5\nfay@example.org,6\n")
	write("schema.json", `{"crew": {"columns": [{"name": "mail", "type": "VARCHAR"}]}}`)
	write("labels.json", `{"types": {"email": {"family": "email"}}, "tables": {"crew": {"columns": {"mail": {"type": "email"}, "qty": {"type": "none", "hard": "digits"}}}}}`)
	rules, err := classify.NewRules(classify.Suite(), nil, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	labels, cases, err := Load(t.Context(), dir, rules, true)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := Write(&b, labels, []Half{{Title: "Names hidden", Cases: cases}}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), "| Names hidden | exact | 1.0000 | 1.0000 | 1.0000 | 1.0000 | 0 of 1 (0.00 %) |") || !strings.Contains(b.String(), "| Names hidden | cross-validated |") || strings.Contains(b.String(), "crew") || strings.Contains(b.String(), "example") {
		t.Error(b.String())
	}
	write("labels.json", `{"tables": {}}`)
	if _, _, err := Load(t.Context(), dir, rules, false); err == nil || !strings.Contains(err.Error(), "no label") {
		t.Errorf("a column without a label: %v", err)
	}
}
