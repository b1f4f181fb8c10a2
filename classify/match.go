package classify

import (
	"fmt"
	"math/bits"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// compiled is a Check evaluated by itself, by package regexp, with what must hold before that is worth doing. It is the
// way of single values, and what an Engine is tested against.
type compiled struct {
	form           Form
	re             *regexp.Regexp // nil for no pattern
	sum            func(string) bool
	words          []string
	minLen, maxLen int     // of the trimmed value; maxLen 0 for no bound
	text           bounded // of the form's text, drawn from the pattern
}

// bounded is what a pattern asks of any text it matches.
type bounded struct {
	min, max int   // characters; max is -1 for no bound
	classes  class // the classes its characters come from
	needs    class // those it has for certain
}

// class is a set of character classes.
type class uint16

// The classes. A character is in exactly one.
const (
	classDigit class = 1 << iota
	classUpper
	classLower
	classDash
	classUnderscore
	classDot
	classColon
	classSlash
	classSpace
	classAt
	classParen
	classOther // of ASCII
	classWide  // beyond ASCII
	classAll   = classWide<<1 - 1
)

var asciiClass = func() (t [128]class) {
	marks := map[byte]class{'-': classDash, '_': classUnderscore, '.': classDot, ':': classColon, '/': classSlash, ' ': classSpace, '@': classAt,
		'(': classParen, ')': classParen}
	for i := range t {
		switch c := byte(i); {
		case c >= '0' && c <= '9':
			t[i] = classDigit
		case c >= 'A' && c <= 'Z':
			t[i] = classUpper
		case c >= 'a' && c <= 'z':
			t[i] = classLower
		case marks[c] != 0:
			t[i] = marks[c]
		default:
			t[i] = classOther
		}
	}
	return t
}()

// patterns keeps compiled patterns by their text; there are as many as the suite and the loaded policy have.
var patterns sync.Map

// pattern is a compiled pattern and its bounds.
type pattern struct {
	re   *regexp.Regexp
	text bounded
}

func compilePattern(text string) (pattern, error) {
	if p, ok := patterns.Load(text); ok {
		return p.(pattern), nil
	}
	re, err := regexp.Compile(`\A(?:` + text + `)\z`)
	if err != nil {
		return pattern{}, err
	}
	tree, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		return pattern{}, err
	}
	p := pattern{re: re, text: bounds(tree)}
	patterns.Store(text, p)
	return p, nil
}

func compileCheck(c Check) (compiled, error) {
	k := compiled{form: c.Form, words: c.Words, minLen: c.MinLen, maxLen: c.MaxLen, text: bounded{max: -1, classes: classAll}}
	if c.Pattern != "" {
		p, err := compilePattern(c.Pattern)
		if err != nil {
			return compiled{}, err
		}
		k.re, k.text = p.re, p.text
	}
	if c.Checksum != "" {
		sum, ok := findChecksum(c.Checksum)
		if !ok {
			return compiled{}, fmt.Errorf("no checksum is called %q", c.Checksum)
		}
		k.sum = sum.holds
	}
	return k, nil
}

// Match reports whether the check holds for the value. A check that does not compile holds for none. For more than a
// few values an Engine is faster.
func (c Check) Match(value string) bool {
	k, err := compileCheck(c)
	v := newView(value)
	return err == nil && v.trimmed != "" && k.holds(&v)
}

// view is one value in all its forms, each made when first asked for.
type view struct {
	trimmed string // the whole
	chars   int    // of trimmed
	forms   [FormLastWord + 1]formed
	lowered [FormLastWord + 1]string
}

// formed is a text with its profile.
type formed struct {
	text    string
	chars   int
	classes class
	made    bool
}

func newView(value string) view {
	t := strings.Trim(value, " ")
	return view{trimmed: t, chars: utf8.RuneCountInString(t)}
}

// form returns the text in a form.
func (v *view) form(f Form) *formed {
	g := &v.forms[f]
	if !g.made {
		g.text = f.apply(firstChars(v.trimmed, v.chars))
		g.made = true
		g.profile()
	}
	return g
}

func firstChars(s string, chars int) string {
	if chars <= MaxText {
		return s
	}
	n := 0
	for i := range s {
		if n == MaxText {
			return s[:i]
		}
		n++
	}
	return s
}

func (g *formed) profile() {
	for _, r := range g.text {
		g.chars++
		if r < 128 {
			g.classes |= asciiClass[r]
		} else {
			g.classes |= classWide
		}
	}
}

var separators = strings.NewReplacer(" ", "", ".", "", "/", "", "(", "", ")", "", "-", "")

func (f Form) apply(s string) string {
	switch f {
	case FormUpper:
		return strings.ToUpper(s)
	case FormDigits:
		return separators.Replace(s)
	case FormAlnum:
		return strings.ToUpper(separators.Replace(s))
	case FormFirstWord:
		s, _, _ = strings.Cut(s, " ")
		return s
	case FormLastWord:
		return s[strings.LastIndexByte(s, ' ')+1:]
	}
	return s
}

func (k *compiled) holds(v *view) bool {
	if v.chars < k.minLen || k.maxLen > 0 && v.chars > k.maxLen {
		return false
	}
	g := v.form(k.form)
	if g.chars < k.text.min || k.text.max >= 0 && g.chars > k.text.max || g.classes&^k.text.classes != 0 || k.text.needs&^g.classes != 0 {
		return false
	}
	if k.re != nil && !k.re.MatchString(g.text) {
		return false
	}
	if k.sum != nil && !k.sum(g.text) {
		return false
	}
	if k.words == nil {
		return true
	}
	if v.lowered[k.form] == "" {
		v.lowered[k.form] = strings.ToLower(g.text)
	}
	_, ok := slices.BinarySearch(k.words, v.lowered[k.form])
	return ok
}

// bounds draws from a parsed pattern what every text it matches has. It may be wider than the truth, never narrower.
func bounds(re *syntax.Regexp) bounded {
	switch re.Op {
	case syntax.OpLiteral:
		return literalBounds(re)
	case syntax.OpCharClass:
		return one(rangeClasses(re.Rune))
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return bounded{min: 1, max: 1, classes: classAll}
	case syntax.OpCapture:
		return bounds(re.Sub[0])
	case syntax.OpStar:
		return repeated(bounds(re.Sub[0]), 0, -1)
	case syntax.OpPlus:
		return repeated(bounds(re.Sub[0]), 1, -1)
	case syntax.OpQuest:
		return repeated(bounds(re.Sub[0]), 0, 1)
	case syntax.OpRepeat:
		return repeated(bounds(re.Sub[0]), re.Min, re.Max)
	case syntax.OpConcat, syntax.OpAlternate:
		return combinedBounds(re)
	case syntax.OpEmptyMatch, syntax.OpBeginLine, syntax.OpEndLine, syntax.OpBeginText, syntax.OpEndText:
		return bounded{}
	}
	return bounded{max: -1, classes: classAll}
}

// one is a single character of the classes; of a single class, it is needed.
func one(classes class) bounded {
	b := bounded{min: 1, max: 1, classes: classes}
	if bits.OnesCount16(uint16(classes)) == 1 {
		b.needs = classes
	}
	return b
}

func literalBounds(re *syntax.Regexp) bounded {
	b := bounded{min: len(re.Rune), max: len(re.Rune)}
	if re.Flags&syntax.FoldCase != 0 {
		b.classes = classAll
		return b
	}
	for _, r := range re.Rune {
		b.classes |= rangeClasses([]rune{r, r})
	}
	b.needs = b.classes
	return b
}

func rangeClasses(ranges []rune) class {
	var c class
	for i := 0; i < len(ranges); i += 2 {
		for r := ranges[i]; r <= min(ranges[i+1], 127); r++ {
			c |= asciiClass[r]
		}
		if ranges[i+1] > 127 {
			c |= classWide
		}
	}
	return c
}

func repeated(b bounded, low, high int) bounded {
	b.min *= low
	if low == 0 {
		b.needs = 0
	}
	if high < 0 || b.max < 0 {
		b.max = -1
	} else {
		b.max *= high
	}
	return b
}

func combinedBounds(re *syntax.Regexp) bounded {
	total := bounds(re.Sub[0])
	for _, sub := range re.Sub[1:] {
		b := bounds(sub)
		total.classes |= b.classes
		if re.Op == syntax.OpConcat {
			total.min += b.min
			total.needs |= b.needs
			total.max = sumMax(total.max, b.max)
		} else {
			total.min = min(total.min, b.min)
			total.needs &= b.needs
			total.max = wider(total.max, b.max)
		}
	}
	return total
}

func sumMax(a, b int) int {
	if a < 0 || b < 0 {
		return -1
	}
	return a + b
}

func wider(a, b int) int {
	if a < 0 || b < 0 {
		return -1
	}
	return max(a, b)
}
