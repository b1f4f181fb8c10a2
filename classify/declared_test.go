package classify

import (
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/polsync/polsync/state"
)

func TestPortable(t *testing.T) {
	for in, want := range map[string]string{
		`^E\d{6}$`:      `E([0-9]){6}`,
		`E\d`:           `.*E[0-9].*`,
		`^a+$`:          `(a)+`,
		`^(?:ab|cd)$`:   `(ab|cd)`,
		`^(?i)no$`:      `[Nn][Oo]`,
		`^[^a-c]$`:      `[^a-c]`,
		`^a.b[.]$`:      `a.b[.]`,
		`^\w{2,}$`:      `([0-9A-Z_a-z]){2,}`,
		`^x{1,3}y?$`:    `(x){1,3}(y)?`,
		`^[\[&^\]-]+$`:  `([\&\-\[\]\^])+`,
		`^(a$|^b$)`:     "",
		`\bword\b`:      "",
		`a+?`:           "",
		`a^b`:           "",
		`(`:             "",
		`^(a+)+$`:       "",
		`^(a|b*)*$`:     "",
		`^(a*b?)+$`:     "",
		`^(a+[.])+$`:    `(((a)+[.]))+`,
		`(?m)^a$`:       "",
		`^(x{900}){9}$`: "",
		strings.Repeat("(", 40) + "a" + strings.Repeat(")", 40): "",
		strings.Repeat("a", 1001):                               "",
	} {
		got, err := Portable(in)
		if got != want && want != "" || (err != nil) != (want == "") {
			t.Errorf("%.40s: %q, %v; want %q", in, got, err, want)
		}
	}
}

// A pattern means the same before and after: found anywhere in the value, against the whole of it.
func TestPortableKeepsTheMeaning(t *testing.T) {
	atoms := []string{`a`, `[a-c]`, `[^a-c]`, `\d`, `.`, `(a|bc)`, `\w`, `(?i:x)`, `[.]`, `\-`, `é`, `\s`}
	repeats := []string{``, `*`, `+`, `?`, `{2}`, `{1,2}`, `{2,}`}
	rapid.Check(t, func(rt *rapid.T) {
		var expr strings.Builder
		if rapid.Bool().Draw(rt, "begin") {
			expr.WriteString("^")
		}
		for range rapid.IntRange(1, 4).Draw(rt, "n") {
			expr.WriteString(rapid.SampledFrom(atoms).Draw(rt, "atom") + rapid.SampledFrom(repeats).Draw(rt, "repeat"))
		}
		if rapid.Bool().Draw(rt, "end") {
			expr.WriteString("$")
		}
		p, err := Portable(expr.String())
		if err != nil {
			rt.Fatalf("%s: %v", &expr, err)
		}
		v := rapid.StringMatching(`[abcxX0-9.é_-]{0,6}`).Draw(rt, "value")
		if want, got := regexp.MustCompile(expr.String()).MatchString(v), regexp.MustCompile(`\A(?:`+p+`)\z`).MatchString(v); got != want {
			rt.Fatalf("%s as %s on %q: %v, want %v", &expr, p, v, got, want)
		}
	})
}

func TestDeclaredClassifier(t *testing.T) {
	d := state.ClassifierDeclaration{Name: "employee_id",
		Any: []state.Predicate{{Value: `^E\d{6}$`, MinRatio: 0.8}, {Column: `(?i)emp(loyee)?_?(id|no)`}}, Not: []state.Predicate{{Column: `(?i)hash`}}}
	rules := mustRules(t, d)
	ids := several(40, "E%06d", func(i int) int { return i })
	half := append(several(20, "E%06d", func(i int) int { return i }), several(20, "X%06d", func(i int) int { return i })...)
	for _, tt := range []sample{
		{name: "x", values: ids, want: "employee_id"}, {name: "y", values: half}, {name: "emp_no", values: half, want: "employee_id"},
		{name: "emp_no_hash", values: ids}, {name: "z", values: nil}, {name: "employee_id", values: nil, want: "employee_id"},
	} {
		got := classifyTable(state.ScanDeclaration{}, "t", rules, tt)[0]
		if got.Finding.Classifier != tt.want {
			t.Errorf("%s: %+v, want %q", tt.name, got, tt.want)
		}
	}
	if rules.Version == mustRules(t).Version {
		t.Error("a classifier of one's own must change the version")
	}
}

func TestDeclaredAllAndDictionaryAndChecksum(t *testing.T) {
	d := state.ClassifierDeclaration{Name: "loyalty_card", All: []state.Predicate{
		{Checksum: "luhn", MinLength: 12, MaxLength: 12}, {Table: "(?i)loyal"}, {Type: "string"}}, Not: []state.Predicate{{Dictionary: []string{"000000000000"}, MinRatio: 0.5}}}
	rules := mustRules(t, d)
	values := sample{name: "c", values: luhnNumbers(40, "99", 12, true)}
	if got := classifyTable(state.ScanDeclaration{}, "LOYALTY", rules, values)[0]; got.Finding.Classifier != "loyalty_card" || got.Finding.Matched != 200 {
		t.Errorf("%+v", got)
	}
	if got := classifyTable(state.ScanDeclaration{}, "ORDERS", rules, values)[0]; got.Finding.Classifier == "loyalty_card" {
		t.Errorf("another table: %+v", got)
	}
}

func TestDisableOverrideCollections(t *testing.T) {
	mails := sample{name: "email", values: several(40, "user%d@example.com", randomish)}
	off := mustRules(t, state.ClassifierDeclaration{Name: "email", Disabled: true})
	if d := classifyTable(state.ScanDeclaration{}, "t", off, mails)[0]; d.Finding.Classifier == "email" {
		t.Errorf("disabled: %+v", d)
	}
	own := mustRules(t, state.ClassifierDeclaration{Name: "email", Any: []state.Predicate{{Column: "^never$"}}})
	if d := classifyTable(state.ScanDeclaration{}, "t", own, mails)[0]; d.Finding.Classifier == "email" {
		t.Errorf("overridden: %+v", d)
	}
	few, err := NewRules(Suite(), nil, map[string][]string{"c": {"phone"}}, "c")
	if err != nil {
		t.Fatal(err)
	}
	if d := classifyTable(state.ScanDeclaration{}, "t", few, mails)[0]; d.Found || d.RunnerUp != "email" || len(few.Reported()) != 1 {
		t.Errorf("not in the collection: %+v", d)
	}
}

func TestDeclarationErrors(t *testing.T) {
	at := state.Origin{File: "p.yaml", Line: 3, Column: 5}
	for want, d := range map[string]state.ClassifierDeclaration{
		"write all or any":           {Name: "x"},
		"any, entry 1: value":        {Name: "x", Any: []state.Predicate{{Value: "("}}},
		"any, entry 1: column":       {Name: "x", Any: []state.Predicate{{Column: "("}}},
		"no checksum is called":      {Name: "x", All: []state.Predicate{{Checksum: "nope"}}},
		"not between 0 and 1":        {Name: "x", All: []state.Predicate{{Value: "a", MinRatio: 2}}},
		"it tests nothing":           {Name: "x", All: []state.Predicate{{}}},
		"column and values at once":  {Name: "x", All: []state.Predicate{{Column: "a", Value: "b"}}},
		"are of values":              {Name: "x", All: []state.Predicate{{Column: "a", MinRatio: 0.5}}},
		"hold for no value":          {Name: "x", All: []state.Predicate{{Value: "a", MinLength: 5, MaxLength: 2}}},
		"there is none of that name": {Name: "x", Disabled: true},
	} {
		d.Origin = at
		_, err := NewRules(Suite(), []state.ClassifierDeclaration{d}, nil, "")
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "p.yaml:3:5") {
			t.Errorf("%s: %v", want, err)
		}
	}
	if _, err := NewRules(Suite(), nil, map[string][]string{"c": {"nope"}}, "c"); err == nil {
		t.Error("a collection of nothing known")
	}
	if _, err := NewRules(Suite(), nil, nil, "c"); err == nil {
		t.Error("no such collection")
	}
}
