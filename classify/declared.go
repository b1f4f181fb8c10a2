package classify

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/polsync/polsync/state"
)

// rule is how a classifier the user wrote decides: all of All, one of Any if there are any, none of Not.
type rule struct {
	all, any, not []condition
}

// condition is one predicate: a test of a name, or of the share of values that pass a check.
type condition struct {
	what  string // column, table, comment, type, or "" for a check on values
	re    *regexp.Regexp
	check Check
	ratio float64
}

// String describes the rule for the version hash.
func (r *rule) String() string {
	if r == nil {
		return ""
	}
	var b strings.Builder
	for _, list := range [][]condition{r.all, r.any, r.not} {
		for _, c := range list {
			fmt.Fprintf(&b, "%s %v %+v %g;", c.what, c.re, c.check, c.ratio)
		}
		b.WriteByte('/')
	}
	return b.String()
}

// defaultRatio is the share of values that must pass where min_ratio is left out. For a Not one in five is enough to
// rule the column out.
const (
	defaultRatio    = 0.8
	defaultNotRatio = 0.2
)

// FromDeclaration makes the Classifier of one the user wrote. Patterns of values become the shared subset (Portable);
// patterns of names are matched in process, anywhere in the name. A checksum looks at the value in capitals without
// separators (FormAlnum); together with a pattern, both look at the value as it stands.
func FromDeclaration(d state.ClassifierDeclaration) (Classifier, error) {
	if len(d.All)+len(d.Any) == 0 {
		return Classifier{}, fmt.Errorf("nothing says how to recognise it: write all or any")
	}
	r := &rule{}
	for _, part := range []struct {
		name string
		from []state.Predicate
		to   *[]condition
	}{{"all", d.All, &r.all}, {"any", d.Any, &r.any}, {"not", d.Not, &r.not}} {
		for i, p := range part.from {
			c, err := newCondition(fmt.Sprintf("own.%s.%s%d", d.Name, part.name, i+1), p, part.name == "not")
			if err != nil {
				return Classifier{}, fmt.Errorf("%s, entry %d: %w", part.name, i+1, err)
			}
			*part.to = append(*part.to, c)
		}
	}
	return Classifier{Name: d.Name, Doc: "declared in " + cmp.Or(d.Origin.String(), "the policy"), Version: 1, Class: ClassOwn, Family: "own", rule: r}, nil
}

func newCondition(name string, p state.Predicate, not bool) (condition, error) {
	if p.MinRatio < 0 || p.MinRatio > 1 {
		return condition{}, fmt.Errorf("min_ratio %g is not between 0 and 1", p.MinRatio)
	}
	if p.MinLength < 0 || p.MaxLength < 0 || p.MaxLength > 0 && p.MaxLength < p.MinLength {
		return condition{}, fmt.Errorf("lengths %d to %d hold for no value", p.MinLength, p.MaxLength)
	}
	what, expr, err := tested(p)
	switch {
	case err != nil:
		return condition{}, err
	case what != "":
		return nameCondition(what, expr, p)
	}
	return valueCondition(name, p, not)
}

// tested returns which name a predicate tests, "" for values. One predicate tests one thing.
func tested(p state.Predicate) (what, expr string, err error) {
	set := []string{}
	for _, f := range [...]struct{ what, expr string }{{"column", p.Column}, {"table", p.Table}, {"comment", p.Comment}, {"type", p.Type}} {
		if f.expr != "" {
			what, expr = f.what, f.expr
			set = append(set, f.what)
		}
	}
	if len(set) > 0 && (p.Value != "" || p.Checksum != "" || len(p.Dictionary) > 0) {
		set = append(set, "values")
	}
	if len(set) > 1 {
		return "", "", fmt.Errorf("it tests %s at once: write one entry for each", strings.Join(set, " and "))
	}
	return what, expr, nil
}

func nameCondition(what, expr string, p state.Predicate) (condition, error) {
	if p.MinRatio != 0 || p.MinLength != 0 || p.MaxLength != 0 {
		return condition{}, fmt.Errorf("min_ratio and lengths are of values, and this tests the %s", what)
	}
	if len(expr) > maxPatternText {
		return condition{}, fmt.Errorf("%s: pattern is longer than %d characters", what, maxPatternText)
	}
	re, err := regexp.Compile(expr)
	if err != nil {
		return condition{}, fmt.Errorf("%s: %w", what, err)
	}
	return condition{what: what, re: re}, nil
}

func valueCondition(name string, p state.Predicate, not bool) (condition, error) {
	c := Check{Name: name, Checksum: p.Checksum, MinLen: p.MinLength, MaxLen: p.MaxLength}
	if p.Value == "" && p.Checksum == "" && len(p.Dictionary) == 0 && p.MinLength == 0 && p.MaxLength == 0 {
		return condition{}, fmt.Errorf("it tests nothing: write one of value, checksum, dictionary, min_length, max_length, column, table, comment, type")
	}
	if p.Value != "" {
		pattern, err := Portable(p.Value)
		if err != nil {
			return condition{}, fmt.Errorf("value: %w", err)
		}
		c.Pattern = pattern
	}
	if p.Checksum != "" {
		if _, ok := findChecksum(p.Checksum); !ok {
			return condition{}, fmt.Errorf("no checksum is called %q; there are %s", p.Checksum, strings.Join(Checksums(), ", "))
		}
		c.Form = FormAlnum
		if p.Value != "" {
			c.Form = FormTrim
		}
	}
	c.Words = dictionary(p.Dictionary)
	ratio := defaultRatio
	if not {
		ratio = defaultNotRatio
	}
	return condition{check: c, ratio: cmp.Or(p.MinRatio, ratio)}, nil
}

func dictionary(words []string) []string {
	var out []string
	for _, w := range words {
		out = append(out, strings.ToLower(strings.Trim(w, " ")))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// checks lists the value checks of a rule.
func (r *rule) checks() []Check {
	var out []Check
	for _, c := range slices.Concat(r.all, r.any, r.not) {
		if c.what == "" {
			out = append(out, c.check)
		}
	}
	return out
}

// verdict is what a condition says of a column.
type verdict int

const (
	unknown verdict = iota // no values were looked at
	no
	yes
)

// decide returns the rule's log odds and the evidence in words; ok is false where it does not hold.
func (r *rule) decide(e *evidence) (logit float64, words []string, ok bool) {
	byValues, byName := false, false
	note := func(c condition) verdict {
		v, text := c.holds(e)
		if v == yes {
			words = append(words, text)
			byValues, byName = byValues || c.what == "", byName || c.what != ""
		}
		return v
	}
	for _, c := range r.not {
		if v, _ := c.holds(e); v == yes {
			return 0, nil, false
		}
	}
	for _, c := range r.all {
		if note(c) == no {
			return 0, nil, false
		}
	}
	anyHolds := len(r.any) == 0
	for _, c := range r.any {
		anyHolds = note(c) == yes || anyHolds
	}
	switch {
	case !anyHolds || !byValues && !byName:
		return 0, nil, false
	case byValues:
		return 7, words, true
	}
	return 3, words, true
}

func (c condition) holds(e *evidence) (verdict, string) {
	var text string
	switch c.what {
	case "column":
		text = e.column.Column.Column
	case "table":
		text = e.column.Column.Table().Path()
	case "comment":
		text = e.column.Comment
	case "type":
		text = cmp.Or(e.column.Type.Text, string(e.column.Type.Family))
	default:
		return c.counted(e)
	}
	if c.re.MatchString(text) {
		return yes, fmt.Sprintf("%s matches %s", c.what, c.re)
	}
	return no, ""
}

func (c condition) counted(e *evidence) (verdict, string) {
	matched, ok := e.matched(c.check.Name)
	if !ok || e.values() == 0 {
		return unknown, ""
	}
	share := float64(matched) / float64(e.values())
	if share < c.ratio {
		return no, ""
	}
	text := fmt.Sprintf("%d of %d values pass %s (at least %.0f%% asked for)", matched, e.values(), strings.TrimPrefix(c.check.Name, "own."), 100*c.ratio)
	return yes, text
}
