package connectortest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/polsync/polsync/classify"
	"github.com/polsync/polsync/classify/classifytest"
	"github.com/polsync/polsync/connectors"
	"github.com/polsync/polsync/state"
)

// valuesPerCheck is how many values each check of the suite is tried on at once.
const valuesPerCheck = 60

// Counts tries every check that the built-in types and shapes push down, and such as users write, on values made for it: some that its pattern
// or checksum fits, some that just miss. What the platform counts has to be what counting in process gives. Fill makes
// a table of text columns with rows of values; it is called several times, each time for the same table.
func Counts(t *testing.T, p connectors.Platform, fill func(columns []string, rows [][]string) state.Securable) {
	random := rand.New(rand.NewPCG(3, 9))
	matched := 0
	for batch := range slices.Chunk(pushedDown(t), 12) {
		columns, rows := make([]string, len(batch)), make([][]string, valuesPerCheck)
		for i := range batch {
			columns[i] = fmt.Sprintf("c%d", i)
		}
		for r := range rows {
			for _, check := range batch {
				rows[r] = append(rows[r], valueFor(t, check, r, random))
			}
		}
		on := fill(columns, rows)
		probe := classify.Probe{Table: on}
		for i, check := range batch {
			at := on
			at.Kind, at.Column = state.KindColumn, columns[i]
			probe.Columns = append(probe.Columns, classify.ColumnProbe{Column: at, Type: state.DataType{Family: state.FamilyString}, Checks: []classify.Check{check}})
		}
		values := make([][]classify.Value, len(rows))
		for r, row := range rows {
			for _, text := range row {
				values[r] = append(values[r], classify.Value{Text: text})
			}
		}
		want := classify.CountValues(probe, values)
		got, err := p.Count(t.Context(), []classify.Probe{probe})
		if err != nil || got[0].Err != nil {
			t.Fatal(err, got)
		}
		for i, c := range got[0].Columns {
			c.Distinct, want.Columns[i].Distinct = 0, 0 // approximate
			if diff := cmp.Diff(want.Columns[i], c); diff != "" {
				t.Errorf("check %+v: in process (-) and on the platform (+):\n%s", batch[i], diff)
			}
			if n := want.Columns[i].Matched[batch[i].Name]; n > 0 && n < valuesPerCheck {
				matched++
			}
		}
	}
	if all := len(pushedDown(t)); matched < all*9/10 {
		t.Errorf("only %d of %d checks held for some values and not for others", matched, all)
	}
}

// pushedDown lists the checks that platforms compute, each once.
func pushedDown(t *testing.T) []classify.Check {
	var all []classify.Check
	seen := map[string]bool{}
	for _, check := range classify.SuiteChecks() {
		if !seen[check.Name] && (check.Checksum == "" || classify.Pushdown(check.Checksum)) {
			seen[check.Name] = true
			all = append(all, check)
		}
	}
	if len(all) < 100 {
		t.Fatalf("only %d checks", len(all))
	}
	return append(all, declared(t)...)
}

// declared lists checks as users write them: each kind of predicate on values, and what patterns are made of.
func declared(t *testing.T) []classify.Check {
	var mine []state.Predicate
	for _, p := range []string{`^E\d{6}$`, `[A-Z]{2}-\d+`, `^(?i)(yes|no)$`, `^[^,]+, ?\w+$`, `^a.b[.]$`, `é|ß`, `^[\[&^\]-]+$`, `\$ ?[0-9]+`} {
		mine = append(mine, state.Predicate{Value: p})
	}
	mine = append(mine, state.Predicate{Dictionary: []string{"Straße", "O'Brien", `back\slash`, "two words"}}, state.Predicate{MinLength: 5, MaxLength: 9}, state.Predicate{Checksum: "luhn"},
		state.Predicate{Checksum: "iban", MinLength: 20}, state.Predicate{Checksum: "luhn", Value: `^[0-9]{16}$`})
	rules, err := classify.NewRules(classify.Suite(), []state.ClassifierDeclaration{{Name: "mine", Any: mine}}, map[string][]string{"mine": {"mine"}}, "")
	if err != nil {
		t.Fatal(err)
	}
	on := state.Securable{Kind: state.KindTable, Catalog: "c", Schema: "s", Name: "t"}
	at := on
	at.Kind, at.Column = state.KindColumn, "c"
	var out []classify.Check
	for _, probe := range classify.Probes(state.ScanDeclaration{Rows: 1}, []classify.TableColumns{{Table: on, Columns: []classify.Column{{Column: at, Type: state.DataType{Family: state.FamilyString}}}}}, rules) {
		for _, check := range probe.Columns[0].Checks {
			if strings.HasPrefix(check.Name, "own.mine.") {
				out = append(out, check)
			}
		}
	}
	if len(out) != len(mine) {
		t.Fatalf("%d checks of %d predicates", len(out), len(mine))
	}
	return out
}

// valueFor makes up a value of row r for a check.
func valueFor(t *testing.T, c classify.Check, r int, random *rand.Rand) string {
	var text string
	switch {
	case len(c.Words) > 0 && r%3 > 0:
		text = c.Words[random.IntN(len(c.Words))]
		switch c.Form {
		case classify.FormFirstWord:
			text += " more"
		case classify.FormLastWord:
			text = "some " + text
		}
	case c.Checksum != "" && r%3 > 0:
		text = classifytest.Near(classifytest.Examples[c.Checksum], 1, random)[0]
	case c.Pattern != "":
		made, err := classifytest.Fitting(c.Pattern, random)
		if err != nil {
			t.Fatal(err)
		}
		text = made
	default:
		text = classifytest.Missing("Some 4111", random)
	}
	if r%4 == 3 {
		text = classifytest.Missing(text, random)
	}
	return strings.ReplaceAll(text, "\x00", "?") // which a pattern may take and no column of text holds
}
