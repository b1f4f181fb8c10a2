package evaluate

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/polsync/polsync/classify"
)

// The climb goes step by step to where the most is gained, within bounds, and stays where gains are not worth the way.
func TestClimbFindsWhatIsWorthMost(t *testing.T) {
	hill := func(top steps, height float64) func(steps) (float64, error) {
		return func(s steps) (float64, error) {
			away := 0
			for i := range s {
				away += max(s[i]-top[i], top[i]-s[i])
			}
			return -height * float64(away), nil
		}
	}
	for _, c := range []struct {
		top    steps
		height float64
		want   steps
	}{
		{steps{0, 2, 0, -1, 3}, 1, steps{0, 2, 0, -1, 3}},
		{steps{9, 0, 0, 0, -9}, 1, steps{mostSteps, 0, 0, 0, -mostSteps}},
		{steps{1, -1, 1, 1, 1}, stepCost / 2, steps{}},
	} {
		got, err := climb(hill(c.top, c.height))
		if err != nil || got != c.want {
			t.Errorf("top %v: %v, want %v, %v", c.top, got, c.want, err)
		}
	}
	broken := errors.New("broken")
	if _, err := climb(func(s steps) (float64, error) {
		if s == (steps{}) {
			return 0, nil
		}
		return 0, broken
	}); !errors.Is(err, broken) {
		t.Errorf("an error on the way: %v", err)
	}
}

// write makes a labelled folder of small tables: names that say e-mail over values that are, and look-alikes.
func write(t *testing.T, tables int) string {
	t.Helper()
	dir := t.TempDir()
	var labels, schema []string
	if err := os.Mkdir(filepath.Join(dir, "tables"), 0o755); err != nil {
		t.Fatal(err)
	}
	for i := range tables {
		rows := "email,note_email\n"
		for j := range 12 {
			rows += fmt.Sprintf("user%d.%d@example.com,see page %d\n", i, j, j)
		}
		name := fmt.Sprintf("t%d", i)
		if err := os.WriteFile(filepath.Join(dir, "tables", name+".csv"), []byte(rows), 0o644); err != nil {
			t.Fatal(err)
		}
		labels = append(labels, fmt.Sprintf(`%q: {"columns": {"email": {"type": "email"}, "note_email": {"type": "none", "hard": "note"}}}`, name))
		schema = append(schema, fmt.Sprintf(`%q: {"columns": [{"name": "email"}, {"name": "note_email"}]}`, name))
	}
	for name, text := range map[string]string{
		"labels.json": `{"types": {"email": {"family": "email"}}, "tables": {` + strings.Join(labels, ", ") + `}}`,
		"schema.json": `{` + strings.Join(schema, ", ") + `}`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func open(t *testing.T, dir string) (*classify.Rules, Set) {
	t.Helper()
	rules, err := classify.NewRules(classify.Suite(), nil, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	set, err := Open(context.Background(), dir, rules, false)
	if err != nil {
		t.Fatal(err)
	}
	return rules, set
}

// What is held out is judged by strengths that were fitted without it: wrong labels in one part leave what is worth most
// to its own fit as it was, and trouble those of the others.
func TestStrengthsAreFittedWithoutWhatTheyJudge(t *testing.T) {
	rules, set := open(t, write(t, 12))
	w := NewWeighing(rules, []string{"all"}, []Set{set})
	part := foldOf("t0")
	for table, l := range set.Labels.Tables {
		if foldOf(table) == part {
			l.Columns["email"] = Label{Type: "ipv4"}
		}
	}
	for k := range uint32(folds) {
		worth, err := w.worth(steps{}, k)
		if err != nil || (worth == 1) != (k == part) {
			t.Errorf("part %d of wrong labels in %d: worth %g, %v", k, part, worth, err)
		}
	}
}

func TestWhatIsFittedWithoutGainIsBuiltIn(t *testing.T) {
	rules, set := open(t, write(t, 12))
	w := NewWeighing(rules, []string{"all"}, []Set{set})
	crossed, fits, err := w.Cross()
	if err != nil || len(fits) != folds || len(crossed) != 1 || len(crossed[0].Cases) != 24 {
		t.Fatal(len(fits), len(crossed), err)
	}
	if f := set.Labels.Score(crossed[0].Cases, Exact); f.Tally != (Tally{Hits: 12}) {
		t.Errorf("held out: %+v", f.Tally)
	}
	for _, f := range fits {
		if f != classify.BuiltinStrengths() {
			t.Errorf("nothing is gained, but fitted were %+v", f)
		}
	}
}

// Counts are concluded from as often as is asked, each time with other strengths, and what was concluded before stays.
func TestCountsAreConcludedFromAgain(t *testing.T) {
	rules, set := open(t, write(t, 2))
	first, err := set.Cases(rules)
	if err != nil {
		t.Fatal(err)
	}
	none := classify.BuiltinStrengths()
	none.Names, none.For = 0.01, 0.01
	weak, err := set.Cases(rules.WithStrengths(none))
	if err != nil {
		t.Fatal(err)
	}
	again, err := set.Cases(rules)
	if err != nil {
		t.Fatal(err)
	}
	if first[0].Found != "email" || weak[0].Found != "" {
		t.Errorf("as built in %q, with hardly any strength %q", first[0].Found, weak[0].Found)
	}
	if first[0].Found != again[0].Found || first[0].Score != again[0].Score {
		t.Errorf("first %+v, again %+v", first[0], again[0])
	}
}

func TestReportOfStrengths(t *testing.T) {
	rules, set := open(t, write(t, 6))
	var b strings.Builder
	if err := NewWeighing(rules, []string{"With names"}, []Set{set}).Write(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"| With names | built in | 1.0000 | 1.0000 | 0 of 6 (0.00 %) |\n",
		"| With names | fitted, held out | 1.0000 | 1.0000 | 0 of 6 (0.00 %) |\n",
		"| Part | Prior | Names | Context | For | Against |\n", "| 5 | 1.00 | 1.00 | 1.00 | 1.00 | 1.00 |\n",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
}
