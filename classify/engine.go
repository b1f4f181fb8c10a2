package classify

import (
	"fmt"
	"math"
	"regexp/syntax"
	"slices"
	"sync"
	"sync/atomic"
	"unicode"
	"unicode/utf8"
)

// Engine evaluates many Checks on values in one pass over their bytes. What it costs to look at a value hardly depends
// on how many checks there are:
//
//	value ── profile ──────> plan ──────────────> automaton ─────> sums, words
//	         length, which   which checks hold    one walk for     checksum and dictionary
//	         characters      or fail by that      all that the     of those whose form
//	         occur           alone                profile leaves   fits
//
// Plans and automata are worked out when a value first needs them and kept within bounds; a pattern that an automaton
// cannot hold is left to package regexp, which decides the same. An Engine is safe for concurrent use.
type Engine struct {
	checks   []checker
	units    []unit
	alphabet *alphabet
	bytes    [256]uint64 // the atom of a byte of ASCII, and wideByte of any other
	wide     uint64      // the atoms of characters beyond ASCII
	words    *wordTable
	tests    []verifier // by check
	classes  []uint8    // by length, up to the last bound of any check: lengths of one class have the same plans
	space    atomic.Pointer[space]
	building sync.Mutex
	scratch  sync.Pool
}

// checker is a Check ready to run.
type checker struct {
	compiled
	slow     bool        // left to package regexp
	far      bool        // has bounds past all classes of length
	parts    []shapeNode // the alternatives of the pattern, until units are made of them
	units    []uint16    // of the pattern; none where there is none, or it is left to package regexp
	digits   func(*digits) bool
	wordLens lengths
	wordOf   uint64 // the atoms words have
}

// unit is a part of a check's pattern: all its alternatives of one group, or one that is open. A text that one of a
// check's units matches is one that the pattern matches.
type unit struct {
	check uint16
	form  Form
	group group
	prog  *program // of groupTrailing, from the end
	shape shapeNode
	reads []*symbols // the different sets of characters of the positions
}

// verifier is what a check asks for besides length and pattern, kept apart from what only plans look at.
type verifier struct {
	digits func(*digits) bool // in place of sum
	sum    func(string) bool
	words  bool
	many   bool // has several units: more than one may say that it holds
	form   Form
}

// verified reports whether the check asks for more than length and pattern.
func (c *checker) verified() bool { return c.sum != nil || c.words != nil }

// variant says which of two charset uses a form looks at: 1 for upper case.
func (f Form) variant() int {
	if f == FormUpper || f == FormAlnum {
		return 1
	}
	return 0
}

func (c *charset) symbols(variant int) *symbols {
	if variant == 1 {
		return &c.upper
	}
	return &c.plain
}

// Compile makes an Engine. It fails on a pattern that is no regular expression and on a checksum that does not exist.
func Compile(checks []Check) (*Engine, error) {
	e := &Engine{checks: make([]checker, len(checks))}
	trees := make([]*syntax.Regexp, len(checks))
	for i, c := range checks {
		k, err := compileCheck(c)
		if err != nil {
			return nil, fmt.Errorf("compile check %s: %w", c.Name, err)
		}
		e.checks[i].compiled = k
		e.checks[i].digits = digitSums[c.Checksum]
		if trees[i], err = syntax.Parse(c.Pattern, syntax.Perl); err != nil {
			return nil, fmt.Errorf("compile check %s: %w", c.Name, err)
		}
	}
	sets := e.divide(trees)
	e.words = newWordTable(e.checks)
	for i := range e.checks {
		if e.checks[i].parts != nil {
			e.makeUnits(uint16(i), alternatives(trees[i]), sets)
		}
		e.checks[i].prepare(e.alphabet)
	}
	e.tests = make([]verifier, len(e.checks))
	for i := range e.checks {
		c := &e.checks[i]
		e.tests[i] = verifier{digits: c.digits, sum: c.sum, words: c.words != nil, many: len(c.units) > 1, form: c.form}
	}
	e.classes = lengthClasses(e.checks)
	e.profile()
	e.space.Store(newSpace(e))
	e.scratch.New = func() any { return newScratch(e) }
	return e, nil
}

func (e *Engine) profile() {
	for c := range e.alphabet.size {
		if c >= 128 {
			e.wide |= e.alphabet.atoms[c]
		} else {
			e.bytes[c] = e.alphabet.atoms[c]
		}
	}
	for c := 128; c < 256; c++ {
		e.bytes[c] = wideByte
	}
}

// wideCost is how many characters beyond ASCII a pattern may tell apart in an Engine that has too many of them; the
// rounds of divide lower it.
var wideCost = []int{2000, 64, 8, 0}

// divide compiles the patterns over one alphabet. Where they tell more characters apart than it can hold, those that
// tell most apart are left to package regexp.
func (e *Engine) divide(trees []*syntax.Regexp) *charsets {
	for _, most := range wideCost {
		var sets charsets
		for i, t := range trees {
			c := &e.checks[i]
			c.parts, c.slow = nil, false
			if c.re == nil {
				continue
			}
			var own charsets
			_, err := newProgram(t, &own)
			if c.slow = err != nil || own.cuts() > most; c.slow {
				continue
			}
			for _, alternative := range alternatives(t) {
				c.parts = append(c.parts, newShape(alternative, &sets))
			}
		}
		a, ok := newAlphabet(sets.list, e.rare())
		if ok {
			e.alphabet = a
			return &sets
		}
	}
	return nil // not reached: a round without wide characters always fits
}

// alternatives returns what a pattern is a choice of.
func alternatives(t *syntax.Regexp) []*syntax.Regexp {
	for t.Op == syntax.OpCapture {
		t = t.Sub[0]
	}
	if t.Op != syntax.OpAlternate {
		return []*syntax.Regexp{t}
	}
	var out []*syntax.Regexp
	for _, sub := range t.Sub {
		out = append(out, alternatives(sub)...)
	}
	return out
}

// makeUnits makes the units of a check's pattern.
func (e *Engine) makeUnits(k uint16, trees []*syntax.Regexp, sets *charsets) {
	c := &e.checks[k]
	var by [groupOpen + 1][]*syntax.Regexp
	for i := range c.parts {
		c.parts[i].learn()
		g := c.parts[i].group(e.alphabet.cased[0] | e.alphabet.cased[1])
		if c.form == FormFirstWord || c.form == FormLastWord {
			g = groupClosed
		}
		by[g] = append(by[g], trees[i])
	}
	c.parts = nil
	for g := range group(groupOpen) {
		if len(by[g]) > 0 {
			e.addUnit(k, g, &syntax.Regexp{Op: syntax.OpAlternate, Sub: by[g]}, sets)
		}
	}
	for _, t := range by[groupOpen] {
		e.addUnit(k, groupOpen, t, sets)
	}
}

func (e *Engine) addUnit(k uint16, g group, t *syntax.Regexp, sets *charsets) {
	c := &e.checks[k]
	if t.Op == syntax.OpAlternate && len(t.Sub) == 1 {
		t = t.Sub[0]
	}
	prog, err := newProgram(t, sets)
	if err != nil || len(e.units) == math.MaxUint16 {
		c.slow = true
		return
	}
	if g == groupTrailing {
		prog = prog.reversed()
	}
	u := unit{check: k, form: c.form, group: g, prog: prog, shape: newShape(t, sets)}
	u.shape.learn()
	for i := range prog.positions {
		p := &prog.positions[i]
		if p.reads = p.set.symbols(c.form.variant()); !slices.Contains(u.reads, p.reads) {
			u.reads = append(u.reads, p.reads)
		}
	}
	c.units = append(c.units, uint16(len(e.units)))
	e.units = append(e.units, u)
}

// rare returns the letters that patterns which may begin with anything cannot do without: a profile that says whether
// they occur spares most values a walk. The shapes do not know atoms yet, so patterns of few letters count too.
func (e *Engine) rare() map[rune]bool {
	out := map[rune]bool{}
	for i := range e.checks {
		c := &e.checks[i]
		for j := range c.parts {
			part := &c.parts[j]
			if part.op != syntax.OpConcat || len(part.subs) == 0 || !part.subs[0].anything() {
				continue
			}
			letters, ok := part.few()
			if ok && len(letters) <= 8 && len(out) < 8 {
				for _, r := range letters {
					out[r] = out[r] || unicode.IsLetter(r)
				}
			}
		}
	}
	return out
}

// cuts returns in how many places the sets divide the characters beyond ASCII.
func (c *charsets) cuts() int {
	n := 0
	for _, s := range c.list {
		n += len(wideCuts(s.ranges))
	}
	return n
}

// prepare works out what a profile must have for the check to be worth trying.
func (c *checker) prepare(a *alphabet) {
	c.digits = c.digitsOnly()
	for _, w := range c.words {
		n := 0
		for _, r := range w {
			n++
			if r < 128 {
				c.wordOf |= a.atoms[r]
			}
		}
		c.wordLens |= 1 << min(n, maxExact+1)
	}
	if c.wordOf&a.cased[0] != 0 {
		c.wordOf |= a.cased[1]
	}
	for s := 128; s < a.size; s++ {
		c.wordOf |= a.atoms[s] // what its lower case is does not matter here
	}
}

// digitsOnly returns the fast checksum where the pattern lets nothing through but so many digits as it can hold.
func (c *checker) digitsOnly() func(*digits) bool {
	if len(c.units) == 0 || c.text.max < 0 || c.text.max > maxDigits || c.text.classes&^classDigit != 0 {
		return nil
	}
	return c.digits
}

// maxLengthClasses is how many classes of lengths there may be; a check whose bounds need more is left to the slow way.
const maxLengthClasses = 250

// lengthClasses numbers the lengths: one each up to maxExact, then one for all between two bounds of checks.
func lengthClasses(checks []checker) []uint8 {
	var bounds []int
	for i := range checks {
		for _, b := range []int{checks[i].minLen, checks[i].maxLen + 1} {
			if b > maxExact {
				bounds = append(bounds, b)
			}
		}
	}
	slices.Sort(bounds)
	bounds = slices.Compact(append([]int{maxExact + 1}, bounds...))
	if most := maxLengthClasses - maxExact; len(bounds) > most {
		bounds = bounds[:most]
	}
	for bounds[len(bounds)-1] > maxBound {
		bounds = bounds[:len(bounds)-1]
	}
	last := bounds[len(bounds)-1]
	for i := range checks {
		c := &checks[i]
		c.far = max(c.minLen, c.maxLen+1) > last
		c.slow = c.slow || c.far
	}
	out := make([]uint8, last+1)
	for n := range out[1:] {
		out[n+1] = out[n]
		if _, at := slices.BinarySearch(bounds, n+1); at || n < maxExact {
			out[n+1]++
		}
	}
	return out
}

// maxBound is the longest length bound that has a class.
const maxBound = 4096

// lengthClass returns the class of a length.
func (e *Engine) lengthClass(chars int) uint8 { return e.classes[min(chars, len(e.classes)-1)] }

// Match appends to hits the indexes of the checks that hold for the value, as Compile got them, in order, and returns
// it. A blank value satisfies none.
func (e *Engine) Match(value string, hits []int) []int {
	text := trimSpaces(bytesOf(value))
	if len(text) == 0 {
		return hits
	}
	s := e.scratch.Get().(*scratch)
	defer e.scratch.Put(s)
	s.take(text)
	p := e.planOf(s)
	s.evaluate(p, nil)
	from := len(hits)
	for _, k := range p.base {
		hits = append(hits, int(k))
	}
	for _, k := range s.hits {
		hits = append(hits, int(k))
	}
	slices.Sort(hits[from:])
	return hits
}

// trimSpaces takes U+0020 off both ends.
func trimSpaces(v []byte) []byte {
	for len(v) > 0 && v[0] == ' ' {
		v = v[1:]
	}
	for len(v) > 0 && v[len(v)-1] == ' ' {
		v = v[:len(v)-1]
	}
	return v
}

// firstBytes returns how many bytes the first MaxText characters have.
func firstBytes(v []byte) int {
	if len(v) <= MaxText {
		return len(v)
	}
	at := 0
	for range MaxText {
		if at == len(v) {
			break
		}
		_, n := utf8.DecodeRune(v[at:])
		at += n
	}
	return at
}
