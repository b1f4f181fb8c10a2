package classify

import (
	"bytes"
	"math/bits"
	"slices"
	"unicode"
	"unicode/utf8"
	"unsafe"
)

// scratch is the room to evaluate one value in. It is for one goroutine.
type scratch struct {
	engine *Engine
	text   []byte // trimmed, its first MaxText characters
	chars  int    // of the whole trimmed value
	mask   uint64 // atoms in text
	bare   int    // characters of text that are no separators
	ascii  bool
	broken bool     // has bytes that are no UTF-8, and separators: left out, they may join bytes to a character
	syms   []symbol // of text; text itself where it is ASCII
	hits   []uint16 // checks that hold besides the plan's base

	buf    [MaxText]symbol
	forms  [FormLastWord + 1]formText
	found  [FormLastWord + 1]*wordEntry
	made   uint8 // bits of forms made
	looked uint8 // bits of forms looked up
	packed uint8 // bits of forms in digits
	digits [FormLastWord + 1]digits
	room   [3][]byte // for FormUpper, FormDigits and FormAlnum
}

type formText []byte

func newScratch(e *Engine) *scratch {
	return &scratch{engine: e, hits: make([]uint16, 0, len(e.checks))}
}

// bytesOf and stringOf look at the same bytes as another type. What they return is only read, and not kept.
func bytesOf(s string) []byte  { return unsafe.Slice(unsafe.StringData(s), len(s)) }
func stringOf(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// take makes the profile of a trimmed value that is not empty.
func (s *scratch) take(value []byte) {
	s.hits, s.made, s.looked, s.packed, s.broken = s.hits[:0], 0, 0, 0, false
	if len(value) > MaxText {
		s.takeLong(value)
		return
	}
	s.text = value
	atoms := &s.engine.bytes
	var m0, m1 uint64
	v := value
	for len(v) >= 4 {
		m0 |= atoms[v[0]] | atoms[v[1]]
		m1 |= atoms[v[2]] | atoms[v[3]]
		v = v[4:]
	}
	for _, c := range v {
		m0 |= atoms[c]
	}
	s.mask, s.ascii, s.syms, s.chars = m0|m1, true, value, len(value)
	if s.mask&wideByte != 0 {
		s.takeWide()
	} else if s.bare = len(value); s.mask&s.engine.alphabet.seps != 0 {
		s.bare -= separatorsIn(value)
	}
}

// separates is 1 for separators.
var separates = func() (t [256]uint8) {
	for c := range t {
		if isSeparator(symbol(c)) {
			t[c] = 1
		}
	}
	return t
}()

func separatorsIn(v []byte) int {
	n := 0
	for len(v) >= 4 {
		n += int(separates[v[0]] + separates[v[1]] + separates[v[2]] + separates[v[3]])
		v = v[4:]
	}
	for _, c := range v {
		n += int(separates[c])
	}
	return n
}

// key is the value's profile as far as plans depend on it.
func (s *scratch) key() planKey {
	first := bits.TrailingZeros64(s.engine.alphabet.atoms[s.syms[0]])
	return planKey{s.mask, uint32(s.engine.lengthClass(s.chars)) | uint32(min(s.bare, maxExact+1))<<8 | uint32(first)<<16}
}

// takeLong is take for a value of which only the beginning is looked at.
func (s *scratch) takeLong(value []byte) {
	n := firstBytes(value)
	s.text = value[:n]
	s.takeWide()
	s.chars += utf8.RuneCountInString(stringOf(value[n:])) // RuneCount makes a copy
}

// takeWide turns the text into symbols.
func (s *scratch) takeWide() {
	a := s.engine.alphabet
	n, mask, invalid := 0, uint64(0), false
	for i := 0; i < len(s.text); n++ {
		c := s.text[i]
		if c < utf8.RuneSelf {
			i++
		} else {
			r, size := utf8.DecodeRune(s.text[i:])
			c = a.wide(r)
			i += size
			invalid = invalid || size == 1
		}
		s.buf[n] = c
		mask |= a.atoms[c]
	}
	s.bare = n - separatorsIn(s.buf[:n])
	s.syms, s.mask, s.chars, s.ascii = s.buf[:n], mask, n, mask&s.engine.wide == 0
	s.broken = invalid && mask&a.seps != 0
}

// evaluate adds to hits the checks that hold besides the base of the plan. Of those that cost more than a walk, it may
// leave out what want does not have; nil wants all.
func (s *scratch) evaluate(p *plan, want []bool) {
	if s.broken {
		for k := range s.engine.checks {
			s.try(uint16(k), want)
		}
		return
	}
	for _, k := range p.sums {
		s.verify(k, want)
	}
	if p.forms != 0 {
		s.lookup(p)
	}
	for _, d := range p.dfas {
		s.run(d, want)
	}
	for _, k := range p.slow {
		s.try(k, want)
	}
}

// run lets an automaton, or those it was shared out to, decide.
func (s *scratch) run(d *dfa, want []bool) {
	if d.parts.Load() == nil && !d.slow.Load() {
		if a, ok := d.walk(s.syms); ok {
			s.accept(a, want)
			return
		}
	}
	if parts := d.parts.Load(); parts != nil {
		s.run(parts[0], want)
		s.run(parts[1], want)
		return
	}
	for _, u := range d.units {
		if k := s.engine.units[u].check; !slices.Contains(s.hits, k) {
			s.try(k, want)
		}
	}
	if d.space.spent() {
		s.engine.renew(d.space)
	}
}

func (s *scratch) accept(a *accept, want []bool) {
	if a == nil {
		return
	}
	s.hits = append(s.hits, a.base...)
	for _, k := range a.many {
		if !slices.Contains(s.hits, k) {
			s.hits = append(s.hits, k)
		}
	}
	for _, k := range a.verify {
		if !s.engine.tests[k].many || !slices.Contains(s.hits, k) {
			s.verify(k, want)
		}
	}
}

// try evaluates a check by itself, as compiled.holds does, but on the forms that are at hand.
func (s *scratch) try(k uint16, want []bool) {
	if want != nil && !want[k] {
		return
	}
	c := &s.engine.checks[k]
	if s.chars < c.minLen || c.maxLen > 0 && s.chars > c.maxLen {
		return
	}
	if c.re != nil && !c.re.Match(s.form(c.form)) {
		return
	}
	if c.sum != nil && !c.sum(stringOf(s.form(c.form))) {
		return
	}
	if c.words != nil {
		if e := s.word(c.form); e == nil || !slices.Contains(e.sets[c.form], k) {
			return
		}
	}
	s.hits = append(s.hits, k)
}

// verify evaluates what a check asks for besides its form.
func (s *scratch) verify(k uint16, want []bool) {
	if want != nil && !want[k] {
		return
	}
	c := &s.engine.tests[k]
	if c.digits != nil {
		if !c.digits(s.number(c.form)) {
			return
		}
	} else if c.sum != nil && !c.sum(stringOf(s.form(c.form))) {
		return
	}
	if c.words {
		e := s.word(c.form)
		if e == nil || !slices.Contains(e.sets[c.form], k) {
			return
		}
	}
	s.hits = append(s.hits, k)
}

// lookup adds the checks of a plan that list the text.
func (s *scratch) lookup(p *plan) {
	for forms := p.forms; forms != 0; forms &= forms - 1 {
		f := Form(bits.TrailingZeros8(forms))
		e := s.word(f)
		if e == nil {
			continue
		}
		for _, k := range e.sets[f] {
			if p.listed[k>>6]>>(k&63)&1 != 0 {
				s.hits = append(s.hits, k)
			}
		}
	}
}

// number returns the form's text, which has digits only, as digits.
func (s *scratch) number(f Form) *digits {
	if s.packed&(1<<f) == 0 {
		s.packed |= 1 << f
		s.digits[f].set(s.form(f))
	}
	return &s.digits[f]
}

// word looks the form's text up.
func (s *scratch) word(f Form) *wordEntry {
	if s.mask&s.engine.alphabet.spaces == 0 && (f == FormFirstWord || f == FormLastWord) {
		f = FormTrim // the same text
	}
	if s.looked&(1<<f) == 0 {
		s.looked |= 1 << f
		s.found[f] = s.engine.words.lookup(s.form(f), s.ascii)
	}
	return s.found[f]
}

// form returns the text in a form.
func (s *scratch) form(f Form) []byte {
	if f == FormTrim {
		return s.text
	}
	if s.made&(1<<f) == 0 {
		s.made |= 1 << f
		s.forms[f] = s.makeForm(f)
	}
	return s.forms[f]
}

func (s *scratch) makeForm(f Form) []byte {
	switch f {
	case FormUpper:
		if s.ascii && s.mask&s.engine.alphabet.cased[0] == 0 {
			return s.text
		}
	case FormDigits:
		if s.mask&s.engine.alphabet.seps == 0 {
			return s.text
		}
	case FormFirstWord:
		if i := bytes.IndexByte(s.text, ' '); i >= 0 {
			return s.text[:i]
		}
		return s.text
	case FormLastWord:
		return s.text[bytes.LastIndexByte(s.text, ' ')+1:]
	}
	if f == FormAlnum && s.broken {
		return s.rewrite(s.form(FormDigits), f) // bytes that separators kept apart may be a character by now
	}
	return s.rewrite(s.text, f)
}

// rewrite makes a form whose text is not part of the value's.
func (s *scratch) rewrite(text []byte, f Form) []byte {
	out := s.room[f-FormUpper][:0]
	for i := 0; i < len(text); {
		c := text[i]
		if c < utf8.RuneSelf {
			i++
			if f != FormUpper && isSeparator(c) {
				continue
			}
			if f != FormDigits && c >= 'a' && c <= 'z' {
				c -= 'a' - 'A'
			}
			out = append(out, c)
			continue
		}
		r, n := utf8.DecodeRune(text[i:])
		if f == FormDigits {
			out = append(out, text[i:i+n]...)
		} else {
			out = utf8.AppendRune(out, unicode.ToUpper(r))
		}
		i += n
	}
	s.room[f-FormUpper] = out
	return out
}
