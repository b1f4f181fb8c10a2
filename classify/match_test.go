package classify

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/polsync/polsync/state"
)

// suiteChecks returns every check of the suite once.
func suiteChecks() []Check {
	var out []Check
	seen := map[string]bool{}
	add := func(tests []Test) {
		for _, t := range tests {
			if !seen[t.Check.Name] {
				seen[t.Check.Name] = true
				out = append(out, t.Check)
			}
		}
	}
	for _, c := range Suite() {
		add(c.Tests)
	}
	add(shapes)
	return out
}

// plain evaluates a check as its documentation says, without the shortcuts of an Engine.
func plain(c Check, value string) bool {
	x := strings.Trim(value, " ")
	n := utf8.RuneCountInString(x)
	if x == "" || n < c.MinLen || c.MaxLen > 0 && n > c.MaxLen {
		return false
	}
	if r := []rune(x); len(r) > MaxText {
		x = string(r[:MaxText])
	}
	x = c.Form.apply(x)
	if c.Pattern != "" && !regexp.MustCompile(`\A(?:`+c.Pattern+`)\z`).MatchString(x) {
		return false
	}
	if c.Checksum != "" && !ChecksumHolds(c.Checksum, x) {
		return false
	}
	return len(c.Words) == 0 || slices.Contains(c.Words, strings.ToLower(x))
}

func TestEngineDecidesLikeThePlainReading(t *testing.T) {
	checks := suiteChecks()
	m, err := Compile(checks)
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(rt *rapid.T) {
		c := checks[rapid.IntRange(0, len(checks)-1).Draw(rt, "check")]
		gen := rapid.StringMatching(`[ A-Za-z0-9@.:/_+()\[\]{}$é日-]{0,24}`)
		if c.Pattern != "" && rapid.Bool().Draw(rt, "from pattern") {
			gen = rapid.StringMatching(c.Pattern)
		}
		v := gen.Draw(rt, "value")
		hits := m.Match(v, nil)
		for i, other := range checks {
			if got, want := slices.Contains(hits, i), plain(other, v); got != want {
				rt.Fatalf("%s on %q: engine %v, plain %v", other.Name, v, got, want)
			}
		}
		if got, want := c.Match(v), plain(c, v); got != want {
			rt.Fatalf("%s on %q: Match %v, plain %v", c.Name, v, got, want)
		}
	})
}

func TestForms(t *testing.T) {
	for _, tt := range []struct {
		form Form
		in   string
		want string
	}{
		{FormTrim, "a B", "a B"}, {FormUpper, "straße é", "STRASSE É"}, {FormDigits, "(415) 555-01.3/2", "4155550132"},
		{FormAlnum, "gb82 west-1", "GB82WEST1"}, {FormFirstWord, "Ada  Lovelace", "Ada"}, {FormLastWord, "Ada  Lovelace", "Lovelace"},
		{FormFirstWord, "Ada", "Ada"}, {FormLastWord, "Ada", "Ada"},
	} {
		if tt.form == FormUpper {
			tt.want = strings.ToUpper(tt.in)
		}
		if got := tt.form.apply(tt.in); got != tt.want {
			t.Errorf("form %d of %q: %q, want %q", tt.form, tt.in, got, tt.want)
		}
	}
}

func TestOnlySpacesAreTrimmedAndTheWholeTextCounts(t *testing.T) {
	c := Check{Name: "x", Pattern: `[0-9]{3}`}
	for v, want := range map[string]bool{"123": true, "  123 ": true, "123\n": false, "\t123": false, "1234": false, "a123": false, "": false, "   ": false} {
		if got := c.Match(v); got != want {
			t.Errorf("%q: %v, want %v", v, got, want)
		}
	}
	long := strings.Repeat("é", MaxText) + "!"
	if !(Check{Pattern: `é+`}).Match(long) || (Check{Pattern: `é+`, MaxLen: MaxText}).Match(long) {
		t.Error("patterns see the first MaxText characters, lengths the whole")
	}
	if (Check{Pattern: `(`}).Match("(") || (Check{Checksum: "none such"}).Match("1") {
		t.Error("a check that does not compile holds")
	}
}

func TestCountValues(t *testing.T) {
	col := func(name string) state.Securable {
		return state.Securable{Kind: state.KindColumn, Catalog: "c", Schema: "s", Name: "t", Column: name}
	}
	p := Probe{Table: col("").Table(), Rows: 5, Columns: []ColumnProbe{
		{Column: col("a"), Checks: []Check{{Name: "d", Pattern: `[0-9]+`}, {Name: "all"}, {Name: "w", Words: []string{"yes"}}}},
		{Column: col("f"), Type: state.DataType{Family: state.FamilyFloat}, Checks: []Check{{Name: "zip", Pattern: `[0-9]{5}`}}},
	}}
	rows := [][]Value{
		{{Text: " 12 "}, {Text: "98107.0"}}, {{Null: true}, {Text: "98107.5"}}, {{Text: "  "}, {Null: true}}, {{Text: "YES"}}, {{Text: "12"}, {Text: "98107.00"}}, {{Text: "999999"}, {}},
	}
	got := CountValues(p, rows)
	want := Counts{Table: p.Table, Rows: 5, Columns: []ColumnCounts{
		{Column: col("a"), Values: 3, Distinct: 2, MinLen: 2, MaxLen: 3, Matched: map[string]int64{"d": 2, "all": 3, "w": 1}},
		{Column: col("f"), Values: 3, Distinct: 2, MinLen: 5, MaxLen: 7, Matched: map[string]int64{"zip": 2}},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	p.Columns[0].Checks[0].Pattern = "("
	if CountValues(p, rows).Err == nil {
		t.Error("a check that does not compile must be told")
	}
}
