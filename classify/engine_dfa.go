package classify

import (
	"encoding/binary"
	"math/bits"
	"slices"
	"sync/atomic"
)

// The bounds on one automaton. Past them its checks are shared out to two, and one of a single check leaves it to
// package regexp.
const (
	maxStates = 2048
	maxCells  = 1 << 18
)

// What a cell of an automaton's table has where no state is.
const (
	cellUnknown = 0 // not worked out yet
	cellDead    = 1 // nothing matches whatever follows
)

// accept is the checks whose patterns match a text that ends in a state.
type accept struct {
	base   []uint16 // hold
	many   []uint16 // hold, if no other automaton has said so before
	verify []uint16 // hold if their checksum and words do
}

// dfa is the automaton of some units, worked out as far as values have led. Reading it takes no lock:
// cells only ever go from unknown to known, and a grown table is another table.
type dfa struct {
	space  *space
	units  []uint16
	class  [256]uint8 // of symbols
	reps   []symbol   // a symbol of each class
	stride uint32     // cells of a state: its number, then a target for each class
	table  atomic.Pointer[dfaTable]
	parts  atomic.Pointer[[2]*dfa] // where it was shared out
	slow   atomic.Bool             // left to package regexp

	// Below is for the builder, under the engine's lock.
	locals  []localPosition
	back    bool    // texts are read from their end
	revives bool    // a last word begins anew after nothing fitted
	offset  []int32 // where the positions of each check begin
	frozen  []int32 // of each check the position that stands for a first word that matched, or -1
	states  [][]uint64
	index   map[string]uint32
	accepts map[string]*accept
	next    []uint64
}

// dfaTable is the states known so far; accepts is by the number of a state.
type dfaTable struct {
	cells   []uint32
	accepts []*accept
}

// localPosition is a position of one of the automaton's checks.
type localPosition struct {
	*position
	check int // index in checks
	form  Form
}

// newDFA makes the automaton with its first state only.
func newDFA(s *space, units []uint16) *dfa {
	d := &dfa{space: s, units: units, index: map[string]uint32{}, accepts: map[string]*accept{}}
	for i, k := range units {
		c := &s.engine.units[k]
		d.offset = append(d.offset, int32(len(d.locals)))
		for j := range c.prog.positions {
			d.locals = append(d.locals, localPosition{&c.prog.positions[j], i, c.form})
		}
		d.frozen = append(d.frozen, -1)
		d.back = c.group == groupTrailing
		d.revives = d.revives || c.form == FormLastWord
		if c.form == FormFirstWord {
			d.frozen[i] = int32(len(d.locals))
			d.locals = append(d.locals, localPosition{nil, i, c.form})
		}
	}
	d.next = make([]uint64, (len(d.locals)+63)/64+(len(units)+63)/64)
	d.classes()
	d.table.Store(&dfaTable{})
	d.start()
	return d
}

// words of a state's bit set before the bits of the checks that match.
func (d *dfa) words() int { return (len(d.locals) + 63) / 64 }

// classes joins the symbols that none of the automaton's patterns tells apart.
func (d *dfa) classes() {
	size := d.space.engine.alphabet.size
	group := make([]uint16, size)
	groups := uint16(1)
	split := func(in func(symbol) bool) {
		fresh := map[uint16]uint16{}
		for c := range size {
			if !in(symbol(c)) {
				continue
			}
			g, ok := fresh[group[c]]
			if !ok {
				g = groups
				groups++
				fresh[group[c]] = g
			}
			group[c] = g
		}
	}
	done := map[*charset][2]bool{}
	var forms [FormLastWord + 1]bool
	for i := range d.locals {
		l := &d.locals[i]
		forms[l.form] = true
		if l.position == nil {
			continue
		}
		v := l.form.variant()
		if flags := done[l.set]; !flags[v] {
			flags[v] = true
			done[l.set] = flags
			split(l.set.symbols(v).has)
		}
	}
	if forms[FormDigits] || forms[FormAlnum] {
		split(isSeparator)
	}
	if forms[FormFirstWord] || forms[FormLastWord] {
		split(func(c symbol) bool { return c == ' ' })
	}
	d.number(group)
}

func (d *dfa) number(group []uint16) {
	numbers := map[uint16]uint8{}
	for c, g := range group {
		n, ok := numbers[g]
		if !ok {
			n = uint8(len(d.reps) + 1) // cell 0 is the state's number
			numbers[g] = n
			d.reps = append(d.reps, symbol(c))
		}
		d.class[c] = n
	}
	d.stride = uint32(len(d.reps) + 1)
}

func (d *dfa) set(p int32)       { d.next[p>>6] |= 1 << (p & 63) }
func (d *dfa) matched(check int) { d.next[d.words()+check>>6] |= 1 << (check & 63) }

// begin adds the first positions of a check to the state being made.
func (d *dfa) begin(check int) {
	p := d.space.engine.units[d.units[check]].prog
	for _, f := range p.first {
		d.set(d.offset[check] + f)
	}
	if p.empty {
		d.matched(check)
	}
}

func (d *dfa) start() {
	clear(d.next)
	for i := range d.units {
		d.begin(i)
	}
	if _, ok := d.intern(); !ok {
		d.slow.Store(true)
	}
}

// first is the cell offset of the first state; offset 0 stays unused, so that no state is cellUnknown or cellDead.
func (d *dfa) first() uint32 { return d.stride }

// intern returns the cell of the state in d.next, and false past the bounds.
func (d *dfa) intern() (uint32, bool) {
	any := uint64(0)
	for _, w := range d.next {
		any |= w
	}
	if any == 0 && len(d.states) > 0 && !d.revives {
		return cellDead, true
	}
	key := make([]byte, 0, 8*len(d.next))
	for _, w := range d.next {
		key = binary.LittleEndian.AppendUint64(key, w)
	}
	if at, ok := d.index[string(key)]; ok {
		return at, true
	}
	number := len(d.states)
	at := uint32(number+1) * d.stride
	if number >= maxStates || at+d.stride > maxCells || !d.space.spend(int(d.stride)) {
		return 0, false
	}
	t := d.table.Load()
	if int(at+d.stride) > len(t.cells) {
		t = d.grow(t)
	}
	d.states = append(d.states, append([]uint64(nil), d.next...))
	d.index[string(key)] = at
	t.cells[at] = uint32(number)
	t.accepts[number] = d.acceptOf(d.next[d.words():])
	return at, true
}

func (d *dfa) grow(t *dfaTable) *dfaTable {
	n := max(8, 2*len(t.accepts))
	bigger := &dfaTable{cells: make([]uint32, (n+1)*int(d.stride)), accepts: make([]*accept, n)}
	copy(bigger.cells, t.cells)
	copy(bigger.accepts, t.accepts)
	d.table.Store(bigger)
	return bigger
}

func (d *dfa) acceptOf(matched []uint64) *accept {
	var a accept
	key := make([]byte, 0, 8*len(matched))
	for i, w := range matched {
		key = binary.LittleEndian.AppendUint64(key, w)
		for ; w != 0; w &= w - 1 {
			k := d.space.engine.units[d.units[64*i+bits.TrailingZeros64(w)]].check
			list := &a.base
			if d.space.engine.checks[k].verified() {
				list = &a.verify
			} else if d.space.engine.tests[k].many {
				list = &a.many
			}
			if !slices.Contains(*list, k) {
				*list = append(*list, k)
			}
		}
	}
	if len(a.base)+len(a.many)+len(a.verify) == 0 {
		return nil
	}
	if known, ok := d.accepts[string(key)]; ok {
		return known
	}
	d.accepts[string(key)] = &a
	return &a
}

// walk returns what matches the text, nil for nothing. It reports false where the automaton is past its bounds.
func (d *dfa) walk(text []symbol) (*accept, bool) {
	if d.back {
		return d.walkBack(text)
	}
	t := d.table.Load()
	cells, class := t.cells, &d.class
	s := d.first()
	for _, c := range text {
		n := atomic.LoadUint32(&cells[s+uint32(class[c])])
		if n <= cellDead {
			if n == cellDead {
				return nil, true
			}
			if t, n = d.extend(s, d.class[c]); t == nil {
				return nil, false
			}
			if n == cellDead {
				return nil, true
			}
			cells = t.cells
		}
		s = n
	}
	return t.accepts[t.cells[s]], true
}

func (d *dfa) walkBack(text []symbol) (*accept, bool) {
	t := d.table.Load()
	s := d.first()
	for i := len(text) - 1; i >= 0; i-- {
		class := d.class[text[i]]
		n := atomic.LoadUint32(&t.cells[s+uint32(class)])
		if n == cellUnknown {
			if t, n = d.extend(s, class); t == nil {
				return nil, false
			}
		}
		if n == cellDead {
			return nil, true
		}
		s = n
	}
	return t.accepts[t.cells[s]], true
}

// extend works out where a state goes on a class, and returns the table that knows. It returns nil past the bounds.
func (d *dfa) extend(state uint32, class uint8) (*dfaTable, uint32) {
	d.space.engine.building.Lock()
	defer d.space.engine.building.Unlock()
	if d.parts.Load() != nil || d.slow.Load() {
		return nil, 0
	}
	cell := state + uint32(class)
	if n := atomic.LoadUint32(&d.table.Load().cells[cell]); n != cellUnknown {
		return d.table.Load(), n
	}
	d.step(d.states[state/d.stride-1], d.reps[class-1])
	n, ok := d.intern()
	if !ok {
		d.overflow()
		return nil, 0
	}
	t := d.table.Load()
	atomic.StoreUint32(&t.cells[cell], n)
	return t, n
}

// step makes the state that follows one on a symbol.
func (d *dfa) step(state []uint64, c symbol) {
	clear(d.next)
	words := d.words()
	for i, w := range state[:words] {
		for ; w != 0; w &= w - 1 {
			d.advance(int32(64*i+bits.TrailingZeros64(w)), c)
		}
	}
	for i, w := range state[words:] {
		for ; w != 0; w &= w - 1 {
			d.keep(64*i+bits.TrailingZeros64(w), c)
		}
	}
	if c != ' ' {
		return
	}
	for i, k := range d.units {
		if d.space.engine.units[k].form == FormLastWord {
			d.begin(i)
		}
	}
}

// advance reads a symbol at a position. Forms that leave separators out stay where they are on one; the last word
// begins anew after a space, the first is over there.
func (d *dfa) advance(p int32, c symbol) {
	l := &d.locals[p]
	switch {
	case l.position == nil:
		d.set(p)
		d.matched(l.check)
		return
	case (l.form == FormDigits || l.form == FormAlnum) && isSeparator(c):
		d.set(p)
		return
	case (l.form == FormFirstWord || l.form == FormLastWord) && c == ' ':
		return
	}
	if !l.set.symbols(l.form.variant()).has(c) {
		return
	}
	for _, f := range l.follow {
		d.set(d.offset[l.check] + f)
	}
	if l.last {
		d.matched(l.check)
	}
}

// keep lets a check go on matching over symbols that its form leaves out.
func (d *dfa) keep(check int, c symbol) {
	switch f := d.space.engine.units[d.units[check]].form; {
	case (f == FormDigits || f == FormAlnum) && isSeparator(c):
		d.matched(check)
	case f == FormFirstWord && c == ' ':
		d.set(d.frozen[check])
		d.matched(check)
	}
}

// overflow shares the checks out to two automata.
func (d *dfa) overflow() {
	if len(d.units) == 1 || d.space.spent() {
		d.slow.Store(true)
	} else {
		half := len(d.units) / 2
		d.parts.Store(&[2]*dfa{d.space.dfaOf(d.units[:half]), d.space.dfaOf(d.units[half:])})
	}
	d.states, d.index, d.accepts = nil, nil, nil
	d.table.Store(&dfaTable{cells: make([]uint32, 2*d.stride), accepts: make([]*accept, 1)})
}
