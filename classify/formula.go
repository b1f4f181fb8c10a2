package classify

import (
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// A Formula is a checksum as every platform can say it in SQL: a condition over the text x that a Check looks at. It is
// data, a closed set of nodes, so that each dialect writes it and Go evaluates it from one source. Whatever cannot be
// computed (a character past the end, a letter where a digit has to be) is NULL, and a condition over NULL does not
// hold. There is no negation, so that NULL and false never differ.
type Formula interface{ isFormula() }

// FormulaText is a node that is text.
type FormulaText interface{ isFormulaText() }

// FormulaNumber is a node that is a whole number, not negative.
type FormulaNumber interface{ isFormulaNumber() }

// The conditions.
type (
	All  []Formula                  // each holds
	Any  []Formula                  // at least one holds
	Like struct{ Pattern string }   // the whole text x matches, in the subset that all dialects share
	Same struct{ A, B FormulaText } // two texts are one
)

// The texts. Positions count characters from 1.
type (
	Part     struct{ From, Len int }     // of the text x that a Check looks at
	LastPart struct{ Of, From, Len int } // of the last Of digits of x, all else left out
	Spelled  struct {
		From, Len int
		Old, New  string
	} // Part with one character for another, Old[i] by New[i]
	Join []FormulaText // one after the other
	Pick struct {      // Width characters of Table for number N, counted from 0
		Table string
		Width int
		N     FormulaNumber
	}
	Constant string // itself
)

// The numbers.
type (
	Int  struct{ Text FormulaText } // the number that digits spell, 18 at most
	Find struct {                   // where a single character stands in an alphabet, counted from 0; NULL for none
		Alphabet string
		Text     FormulaText
	}
	Count struct { // how often a character stands in a part of x
		Char      string
		From, Len int
	}
	Sum   []FormulaNumber
	Times struct { // K is not negative
		K int
		N FormulaNumber
	}
	Mod struct {
		N FormulaNumber
		M int
	}
	Whole int // itself
)

func (All) isFormula()  {}
func (Any) isFormula()  {}
func (Like) isFormula() {}
func (Same) isFormula() {}

func (Part) isFormulaText()     {}
func (LastPart) isFormulaText() {}
func (Spelled) isFormulaText()  {}
func (Join) isFormulaText()     {}
func (Pick) isFormulaText()     {}
func (Constant) isFormulaText() {}

func (Int) isFormulaNumber()   {}
func (Find) isFormulaNumber()  {}
func (Count) isFormulaNumber() {}
func (Sum) isFormulaNumber()   {}
func (Times) isFormulaNumber() {}
func (Mod) isFormulaNumber()   {}
func (Whole) isFormulaNumber() {}

// FormulaHolds evaluates a formula over a text of at most MaxText characters. It defines what the SQL has to say.
func FormulaHolds(f Formula, x string) bool {
	switch f := f.(type) {
	case All:
		for _, g := range f {
			if !FormulaHolds(g, x) {
				return false
			}
		}
		return true
	case Any:
		for _, g := range f {
			if FormulaHolds(g, x) {
				return true
			}
		}
	case Like:
		return whole(f.Pattern).MatchString(x)
	case Same:
		a, ok := formulaText(f.A, x)
		b, ok2 := formulaText(f.B, x)
		return ok && ok2 && a == b
	}
	return false
}

var wholes sync.Map // pattern -> *regexp.Regexp

func whole(pattern string) *regexp.Regexp {
	if re, ok := wholes.Load(pattern); ok {
		return re.(*regexp.Regexp)
	}
	re := regexp.MustCompile(`\A(?:` + pattern + `)\z`)
	wholes.Store(pattern, re)
	return re
}

func formulaText(t FormulaText, x string) (string, bool) {
	switch t := t.(type) {
	case Part:
		return part(x, t.From, t.Len), true
	case LastPart:
		d := keepDigits(x)
		return part(d[max(0, len(d)-t.Of):], t.From, t.Len), true
	case Spelled:
		return strings.Map(func(r rune) rune {
			if i := strings.IndexRune(t.Old, r); i >= 0 {
				return rune(t.New[i])
			}
			return r
		}, part(x, t.From, t.Len)), true
	case Join:
		var all strings.Builder
		for _, one := range t {
			s, ok := formulaText(one, x)
			if !ok {
				return "", false
			}
			all.WriteString(s)
		}
		return all.String(), true
	case Pick:
		n, ok := formulaNumber(t.N, x)
		return part(t.Table, n*t.Width+1, t.Width), ok
	case Constant:
		return string(t), true
	}
	return "", false
}

// part returns the characters that SUBSTR does.
func part(s string, from, n int) string {
	r := []rune(s)
	from = min(from-1, len(r))
	return string(r[from:min(from+n, len(r))])
}

func formulaNumber(n FormulaNumber, x string) (int, bool) {
	switch n := n.(type) {
	case Int:
		s, ok := formulaText(n.Text, x)
		if !ok || !digitsOnly(s) || len(s) > 18 {
			return 0, false
		}
		v, err := strconv.Atoi(s)
		return v, err == nil
	case Find:
		s, ok := formulaText(n.Text, x)
		at := strings.Index(n.Alphabet, s)
		return at, ok && at >= 0 && len(s) == 1
	case Count:
		return strings.Count(part(x, n.From, n.Len), n.Char), true
	case Sum:
		total := 0
		for _, one := range n {
			v, ok := formulaNumber(one, x)
			if !ok {
				return 0, false
			}
			total += v
		}
		return total, true
	case Times:
		v, ok := formulaNumber(n.N, x)
		return n.K * v, ok
	case Mod:
		v, ok := formulaNumber(n.N, x)
		return v % n.M, ok
	case Whole:
		return int(n), true
	}
	return 0, false
}
