package classify

import (
	"cmp"
	"fmt"
	"regexp/syntax"
	"slices"
	"strings"

	"github.com/polsync/polsync/state"
)

// Class is the kind of sensitivity a classifier stands for.
type Class string

// The classes. ClassQuasi identifies only together with others, or is sensitive without identifying.
const (
	ClassPII    Class = "PII"
	ClassPCI    Class = "PCI"
	ClassPHI    Class = "PHI"
	ClassSecret Class = "SECRET"
	ClassQuasi  Class = "QUASI"
	ClassOwn    Class = "OWN" // written by the user
)

// Classifier says how one type of data is recognised. It is a value: adding a type is adding a value to the suite.
//
// What is found adds up in log odds (natural logarithm) against "nothing sensitive": the name of the column, its
// comment, the table around it, and the shares of values its Tests count.
type Classifier struct {
	Name    string // never renamed; policies speak of it
	Doc     string // what it finds, in one line
	Version int    // raised when the same input may decide otherwise
	Class   Class
	Family  string // classifiers of one family are told apart by detail: ipv4 and ipv6

	// Names are phrases of a column's name that say the type plainly, Hints such that may mean something else. A phrase
	// is words in sequence, lower-case without accents ("first name" is also "firstname", "FirstName" and "frst_nm");
	// "=name" is the whole name. Both are looked for in the comment too.
	Names, Hints []string
	// Heads are those of Names that may be the last part of a compound written as one word.
	Heads []string
	// Not are phrases that make the column something else, whatever else the name says.
	Not []string
	// Numbered is set where words such as "id", "number" or "code" beside the phrase change nothing.
	Numbered bool
	// Coded is set where values are often codes: "code" beside the phrase changes nothing.
	Coded bool
	// People is set where standing among data on people is evidence.
	People bool
	// NeedsName is set where values prove nothing alone: without a phrase in name or comment the tests are not counted.
	NeedsName bool
	// NeedsValues is set where a name proves nothing once values were looked at: the tests must speak for the type too.
	NeedsValues bool

	Types []state.Family // besides strings
	// NamedTypes are more of them, where name or comment say the type: few of the numbers are dates.
	NamedTypes []state.Family
	Tests      []Test
	// Alone are the Tests where neither name nor comment says the type; none where Tests do as well.
	Alone []Test
	// Varied is set where a column in which the same few values come again and again is hardly of the type, if no name
	// says so.
	Varied bool
	// Few is how many distinct values the type has at most, as a code has: 0 for no bound. More speak against it, and
	// shares count by values and not by how different they are.
	Few    int64
	Allows []string // shapes (see shapes) that are no contradiction here

	rule *rule // of a classifier the user wrote: decides instead of all the above
}

// Test is a Check and what its share of the values says.
type Test struct {
	Check Check
	// Of names a Check of the same classifier: the share is taken of the values that pass it, instead of all. A checksum
	// is counted of the values that have the form.
	Of string
	// The share of passing values is worth -Against up to Chance, For from Full on, and what lies between in between.
	Chance, Full float64
	For, Against float64
	// ByValues is set where the share counts by values and not by how different they are: names of few states.
	ByValues bool
}

// The strengths of evidence, in log odds.
const (
	priorWeight      = -3.5 // before anything is known
	nameWeight       = 5.0
	hintWeight       = 3.0
	commentWeight    = 4.5
	commentHint      = 2.5
	peopleWeight     = 1.5
	thingsWeight     = -2.0 // a name in a table of things
	derivedWeight    = -6.0 // a flag, count, hash ... of the type
	numberedWeight   = -3.0 // an id or code of the type
	notWeight        = -9.0
	unlikeType       = -8.0
	repeatedWeight   = -3.5 // the same few values again and again
	pairWeight       = 5.0  // of coordinates beside each other
	numberingWeight  = -5.0 // each value is above the one before
	manyWeight       = -6.0 // more distinct values than a code has
	namesAloneFactor = 0.8  // on the score, where no value was looked at
)

// grammar is a test whose pattern is narrow enough to prove the type by itself, even in a mixed column.
func grammar(c Check) Test { return Test{Check: c, Chance: 0.02, Full: 0.2, For: 6.5, Against: 5} }

// loose is a test that many other things pass: it supports a name, and failing it contradicts one.
func loose(c Check) Test { return Test{Check: c, Chance: 0.15, Full: 0.6, For: 1, Against: 5} }

// anyWords is a test that any words pass: failing it contradicts a name, passing it supports none.
func anyWords(c Check) Test { return Test{Check: c, Chance: 0.15, Full: 0.6, For: 0.2, Against: 5} }

// sum is a test of a checksum of the values that have the form; chance is the share of random ones that pass.
func sum(c Check, of string, chance float64) Test {
	weight := 6.0
	if chance < 0.05 {
		weight = 7
	}
	return Test{Check: c, Of: of, Chance: 2 * chance, Full: 0.85, For: weight, Against: 2.5}
}

// Validate checks a list of classifiers: names are unique and well-formed, checks of one name are one check, patterns
// are in the shared subset, phrases can match.
func Validate(list []Classifier) error {
	names := map[string]bool{}
	checks := map[string]Check{}
	for _, c := range list {
		if err := c.validate(checks); err != nil {
			return fmt.Errorf("classifier %s: %w", cmp.Or(c.Name, "without a name"), err)
		}
		if names[c.Name] {
			return fmt.Errorf("classifier %s: there are two of that name", c.Name)
		}
		names[c.Name] = true
	}
	return nil
}

func (c Classifier) validate(checks map[string]Check) error {
	if !validName(c.Name) {
		return fmt.Errorf("a name has lower-case letters, digits and underscores, and begins with a letter")
	}
	if c.rule == nil && (c.Doc == "" || c.Class == "" || c.Family == "" || c.Version < 1) {
		return fmt.Errorf("doc, class, family and version must be set")
	}
	if c.rule == nil && len(c.Names)+len(c.Hints)+len(c.Tests) == 0 {
		return fmt.Errorf("nothing says how to recognise it")
	}
	for _, p := range slices.Concat(c.Names, c.Hints, c.Not) {
		if p != strings.ToLower(p) || strings.TrimPrefix(p, "=") == "" {
			return fmt.Errorf("phrase %q must be lower-case words", p)
		}
	}
	for _, t := range slices.Concat(c.Tests, c.Alone) {
		if err := t.validate(c, checks); err != nil {
			return fmt.Errorf("check %s: %w", t.Check.Name, err)
		}
	}
	return nil
}

func validName(s string) bool {
	for i, r := range s {
		if r >= 'a' && r <= 'z' || i > 0 && (r >= '0' && r <= '9' || r == '_') {
			continue
		}
		return false
	}
	return s != ""
}

func (t Test) validate(c Classifier, checks map[string]Check) error {
	if old, ok := checks[t.Check.Name]; ok && !sameCheck(old, t.Check) {
		return fmt.Errorf("there are two checks of that name")
	}
	checks[t.Check.Name] = t.Check
	if t.Check.Name == "" || t.Full <= t.Chance {
		return fmt.Errorf("a name, and a full share above the chance share, must be set")
	}
	if t.Of != "" && !slices.ContainsFunc(slices.Concat(c.Tests, c.Alone), func(o Test) bool { return o.Check.Name == t.Of }) {
		return fmt.Errorf("no check %s to take the share of", t.Of)
	}
	if err := portable(t.Check.Pattern); err != nil {
		return err
	}
	if !slices.IsSorted(t.Check.Words) {
		return fmt.Errorf("words must be sorted")
	}
	_, err := compileCheck(t.Check)
	return err
}

func sameCheck(a, b Check) bool {
	return a.Name == b.Name && a.Form == b.Form && a.Pattern == b.Pattern && a.Checksum == b.Checksum && a.MinLen == b.MinLen &&
		a.MaxLen == b.MaxLen && slices.Equal(a.Words, b.Words)
}

// portable reports whether a pattern is in the subset that Go, Snowflake (RE2, POSIX) and Databricks (Java) read alike:
// literals, classes in brackets, groups, alternation and greedy repetition; no anchors, flags or backslash classes.
func portable(p string) error {
	tree, err := syntax.Parse(p, syntax.POSIX)
	if err != nil {
		return err
	}
	for _, word := range []string{"(?", "[:", "$$"} {
		if strings.Contains(p, word) {
			return fmt.Errorf("pattern has %q, which not every platform reads alike", word)
		}
	}
	if err := portableClasses(p); err != nil {
		return err
	}
	return portableTree(tree)
}

// portableClasses refuses what Java reads as an operator within brackets: a bare [ and &&.
func portableClasses(p string) error {
	inside := false
	for i := 0; i < len(p); i++ {
		switch {
		case p[i] == '\\':
			i++
		case inside && (p[i] == '[' || strings.HasPrefix(p[i:], "&&")):
			return fmt.Errorf("pattern has %q in brackets; write it with a backslash", p[i:i+1])
		case p[i] == '[':
			inside = true
		case p[i] == ']':
			inside = false
		}
	}
	return nil
}

func portableTree(re *syntax.Regexp) error {
	switch re.Op {
	case syntax.OpBeginLine, syntax.OpEndLine, syntax.OpBeginText, syntax.OpEndText, syntax.OpWordBoundary, syntax.OpNoWordBoundary:
		return fmt.Errorf("pattern has an anchor; it always stands for the whole value")
	}
	if re.Flags&syntax.NonGreedy != 0 && (re.Op == syntax.OpStar || re.Op == syntax.OpPlus || re.Op == syntax.OpQuest) {
		return fmt.Errorf("pattern repeats lazily")
	}
	for _, sub := range re.Sub {
		if err := portableTree(sub); err != nil {
			return err
		}
	}
	return nil
}
