package classify

import (
	"encoding/binary"
	"math/bits"
	"regexp/syntax"
	"slices"
	"sort"
	"unicode"
)

// symbol stands for all characters that no check of an Engine tells apart: an ASCII character is its own symbol, the
// others share what is above 127.
type symbol = uint8

// maxWide is how many symbols characters beyond ASCII may need before patterns that tell many of them apart are left
// to package regexp.
const maxWide = 120

// symbols is a set of symbols.
type symbols [4]uint64

func (s *symbols) has(c symbol) bool { return s[c>>6]>>(c&63)&1 != 0 }
func (s *symbols) add(c symbol)      { s[c>>6] |= 1 << (c & 63) }

func (s *symbols) and(o *symbols) symbols {
	return symbols{s[0] & o[0], s[1] & o[1], s[2] & o[2], s[3] & o[3]}
}

func (s *symbols) andNot(o *symbols) symbols {
	return symbols{s[0] &^ o[0], s[1] &^ o[1], s[2] &^ o[2], s[3] &^ o[3]}
}

// first returns the lowest symbol of a set that has one.
func (s *symbols) first() symbol {
	i := 0
	for s[i] == 0 {
		i++
	}
	return symbol(64*i + bits.TrailingZeros64(s[i]))
}

// charset is a set of characters some pattern asks for.
type charset struct {
	ranges []rune  // pairs, sorted
	plain  symbols // the symbols in it
	upper  symbols // those whose upper case is in it
	use    [2]atomUse
}

// atomUse says of the atoms which lie wholly in a charset and which at least in part; index 1 of charset.use is for
// texts in upper case.
type atomUse struct{ all, some uint64 }

func (c *charset) contains(r rune) bool {
	n := sort.Search(len(c.ranges)/2, func(i int) bool { return c.ranges[2*i+1] >= r })
	return n < len(c.ranges)/2 && c.ranges[2*n] <= r
}

// alphabet maps characters to symbols and symbols to atoms, the coarser classes a profile is made of.
type alphabet struct {
	starts []rune // of intervals beyond ASCII, the first is 128
	syms   []symbol
	reps   [256]rune // a character of each symbol
	size   int       // symbols in use
	low    [0x250]symbol
	atoms  [256]uint64 // of a symbol, one bit; of a byte from 128 on in a raw text, wideByte
	spaces uint64      // the atom of the space
	seps   uint64      // the atoms that forms leave out
	cased  [2]uint64   // the atoms of lower and upper case letters of ASCII
	misc   uint64      // the atom of what found no bit of its own
}

// wideByte marks in a profile of raw bytes that the text is not all ASCII.
const wideByte = 1 << 63

// wide returns the symbol of a character beyond ASCII.
func (a *alphabet) wide(r rune) symbol {
	if int(r) < len(a.low) {
		return a.low[r]
	}
	return a.find(r)
}

func (a *alphabet) find(r rune) symbol {
	lo, hi := 0, len(a.starts)
	for hi-lo > 1 {
		mid := int(uint(lo+hi) >> 1)
		if a.starts[mid] <= r {
			lo = mid
		} else {
			hi = mid
		}
	}
	return a.syms[lo]
}

// wideCuts returns where the set begins or ends beyond ASCII.
func wideCuts(ranges []rune) []rune {
	var cuts []rune
	for i := 0; i < len(ranges); i += 2 {
		if ranges[i] > 128 {
			cuts = append(cuts, ranges[i])
		}
		if ranges[i+1] >= 128 && ranges[i+1] < unicode.MaxRune {
			cuts = append(cuts, ranges[i+1]+1)
		}
	}
	return cuts
}

// upperPairs lists the characters beyond ASCII that have another upper case.
func upperPairs() []rune {
	var out []rune
	for _, c := range unicode.CaseRanges {
		for r := rune(c.Lo); r <= rune(c.Hi); r++ {
			if r > 127 && unicode.ToUpper(r) != r {
				out = append(out, r)
			}
		}
	}
	return out
}

// newAlphabet divides the characters by the sets; letters in own are no atom with others. It reports false where more symbols would be needed than there are.
func newAlphabet(sets []*charset, own map[rune]bool) (*alphabet, bool) {
	cuts := []rune{128}
	for _, s := range sets {
		cuts = append(cuts, wideCuts(s.ranges)...)
	}
	slices.Sort(cuts)
	cuts = slices.Compact(cuts)
	a := &alphabet{size: 128}
	for i := range 128 {
		a.reps[i] = rune(i)
	}
	if !a.divide(cuts, sets) {
		return nil, false
	}
	for r := range a.low {
		if r < 128 {
			a.low[r] = symbol(r)
		} else {
			a.low[r] = a.find(rune(r))
		}
	}
	for _, s := range sets {
		a.fill(s)
	}
	a.makeAtoms(sets, own)
	return a, true
}

// divide gives the intervals between cuts their symbols, and single characters within whose upper case is of another
// interval a symbol of their own kind.
func (a *alphabet) divide(cuts []rune, sets []*charset) bool {
	base := make([]string, len(cuts))
	for i, c := range cuts {
		base[i] = kind(c, sets)
	}
	at := func(r rune) string { return base[sort.Search(len(cuts), func(i int) bool { return cuts[i] > r })-1] }
	exceptions := map[rune]string{}
	for _, r := range upperPairs() {
		own, up := at(r), unicode.ToUpper(r)
		of := ""
		if up < 128 {
			of = kind(up, sets)
		} else {
			of = at(up)
		}
		if of != own {
			exceptions[r] = own + of
		}
	}
	known := map[string]symbol{}
	give := func(k string, r rune) bool {
		s, ok := known[k]
		if !ok {
			if a.size >= 128+maxWide {
				return false
			}
			s = symbol(a.size)
			a.size++
			known[k], a.reps[s] = s, r
		}
		a.starts, a.syms = append(a.starts, r), append(a.syms, s)
		return true
	}
	ordered := make([]rune, 0, len(exceptions))
	for r := range exceptions {
		ordered = append(ordered, r)
	}
	slices.Sort(ordered)
	for i, c := range cuts {
		end := rune(unicode.MaxRune + 1)
		if i+1 < len(cuts) {
			end = cuts[i+1]
		}
		next := c // of the interval, not yet given
		for len(ordered) > 0 && ordered[0] < end {
			r := ordered[0]
			ordered = ordered[1:]
			if next < r && !give(base[i], next) || !give(exceptions[r], r) {
				return false
			}
			next = r + 1
		}
		if next < end && !give(base[i], next) {
			return false
		}
	}
	return true
}

// kind says which sets a character is in.
func kind(r rune, sets []*charset) string {
	b := make([]byte, (len(sets)+7)/8)
	for i, s := range sets {
		if s.contains(r) {
			b[i/8] |= 1 << (i % 8)
		}
	}
	return string(b)
}

// fill sets the symbols of a set. A symbol whose characters differ in upper case has those of its representative,
// which is one of them.
func (a *alphabet) fill(s *charset) {
	for c := range a.size {
		if s.contains(a.reps[c]) {
			s.plain.add(symbol(c))
		}
		if s.contains(unicode.ToUpper(a.reps[c])) {
			s.upper.add(symbol(c))
		}
	}
}

func isSeparator(c symbol) bool {
	return c == ' ' || c == '.' || c == '/' || c == '(' || c == ')' || c == '-'
}

// makeAtoms gives digits, capitals and small letters a bit each, but for those in own, and one to all other symbols
// that no set tells apart.
func (a *alphabet) makeAtoms(sets []*charset, own map[rune]bool) {
	const digits, uppers, lowers = 1, 2, 4
	next, known := uint(3), map[string]uint64{}
	for i := range a.size {
		c := symbol(i)
		switch {
		case own[rune(c)] && c < 128:
			a.atoms[c] = 1 << min(next, 54)
			next++
		case c >= '0' && c <= '9':
			a.atoms[c] = digits
		case c >= 'A' && c <= 'Z':
			a.atoms[c] = uppers
		case c >= 'a' && c <= 'z':
			a.atoms[c] = lowers
		default:
			k := a.usage(c, sets)
			if known[k] == 0 {
				known[k] = 1 << min(next, 54)
				next++
			}
			a.atoms[c] = known[k]
		}
		if isSeparator(c) {
			a.seps |= a.atoms[c]
		}
	}
	a.spaces = a.atoms[' ']
	for i := range symbol(26) {
		a.cased[0] |= a.atoms['a'+i]
		a.cased[1] |= a.atoms['A'+i]
	}
	if next > 54 {
		a.misc = 1 << 54
	}
	for _, s := range sets {
		s.use = [2]atomUse{a.useOf(&s.plain), a.useOf(&s.upper)}
	}
}

// usage says in which sets a symbol is, as it is and in upper case, and what forms do with it.
func (a *alphabet) usage(c symbol, sets []*charset) string {
	b := []byte{0}
	if isSeparator(c) {
		b[0] = c // separators are kept apart
	} else if c > 127 {
		b[0] = 1
	}
	for i, s := range sets {
		if s.plain.has(c) {
			b = binary.AppendUvarint(b, uint64(2*i))
		}
		if s.upper.has(c) {
			b = binary.AppendUvarint(b, uint64(2*i+1))
		}
	}
	return string(b)
}

func (a *alphabet) useOf(s *symbols) atomUse {
	u := atomUse{all: ^uint64(0)}
	for c := range a.size {
		if s.has(symbol(c)) {
			u.some |= a.atoms[c]
		} else {
			u.all &^= a.atoms[c]
		}
	}
	return u
}

// rangesOf returns what a pattern's step matches as ranges, its case folding written out.
func rangesOf(op syntax.InstOp, runes []rune, fold bool) []rune {
	switch op {
	case syntax.InstRuneAny:
		return []rune{0, unicode.MaxRune}
	case syntax.InstRuneAnyNotNL:
		return []rune{0, '\n' - 1, '\n' + 1, unicode.MaxRune}
	}
	if len(runes) != 1 {
		return runes
	}
	members := []rune{runes[0]}
	for f := unicode.SimpleFold(runes[0]); fold && f != runes[0]; f = unicode.SimpleFold(f) {
		members = append(members, f)
	}
	slices.Sort(members)
	var out []rune
	for _, r := range members {
		out = append(out, r, r)
	}
	return out
}
