package classify

import (
	"cmp"
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
	back    bool              // texts are read from their end
	revives bool              // a last word begins anew after nothing fitted
	offset  []int32           // where the positions of each check begin
	states  []uint64          // of each state its bit set, one after the other
	index   map[uint64]uint32 // cells of states, by hash; one whose hash is taken is under the next that is free
	accepts map[string]*accept
	next    []uint64
}

// dfaTable is the states known so far; accepts is by the number of a state.
type dfaTable struct {
	cells   []uint32
	accepts []*accept
}

// newDFA makes the automaton with its first state only.
func newDFA(s *space, units []uint16) *dfa {
	d := &dfa{space: s, units: units, index: map[uint64]uint32{}, accepts: map[string]*accept{}}
	at := int32(0)
	for _, k := range units {
		u := &s.engine.units[k]
		d.offset = append(d.offset, at)
		d.back = u.group == groupTrailing
		d.revives = d.revives || u.form == FormLastWord
		at += int32(len(u.prog.positions))
		if u.form == FormFirstWord {
			at++ // stands for a first word that matched
		}
	}
	d.offset = append(d.offset, at)
	d.next = make([]uint64, d.words()+(len(units)+63)/64)
	d.classes()
	d.table.Store(&dfaTable{})
	d.start()
	return d
}

// words of a state's bit set before the bits of the checks that match.
func (d *dfa) words() int { return int(d.offset[len(d.units)]+63) / 64 }

// classes joins the symbols that none of the automaton's patterns tells apart.
func (d *dfa) classes() {
	groups := make([]symbols, 1, 64)
	for c := range d.space.engine.alphabet.size {
		groups[0].add(symbol(c))
	}
	split := func(s *symbols) {
		for i := range groups {
			if in, out := groups[i].and(s), groups[i].andNot(s); in != (symbols{}) && out != (symbols{}) {
				groups[i] = in
				groups = append(groups, out)
			}
		}
	}
	done := map[*symbols]bool{}
	var forms [FormLastWord + 1]bool
	for _, k := range d.units {
		u := &d.space.engine.units[k]
		forms[u.form] = true
		for _, r := range u.reads {
			if !done[r] {
				done[r] = true
				split(r)
			}
		}
	}
	if forms[FormDigits] || forms[FormAlnum] {
		split(&separatorSet)
	}
	if forms[FormFirstWord] || forms[FormLastWord] {
		split(&spaceSet)
	}
	d.number(groups)
}

// separatorSet and spaceSet are the symbols that forms leave out or divide texts at.
var separatorSet, spaceSet = func() (seps, space symbols) {
	for c := range symbol(128) {
		if isSeparator(c) {
			seps.add(c)
		}
	}
	space.add(' ')
	return seps, space
}()

// number gives the classes numbers in the order of their first symbols.
func (d *dfa) number(groups []symbols) {
	slices.SortFunc(groups, func(a, b symbols) int { return cmp.Compare(a.first(), b.first()) })
	for i := range groups {
		n := uint8(i + 1) // cell 0 is the state's number
		d.reps = append(d.reps, groups[i].first())
		for w, rest := range groups[i] {
			for ; rest != 0; rest &= rest - 1 {
				d.class[64*w+bits.TrailingZeros64(rest)] = n
			}
		}
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
	any, hash := uint64(0), uint64(hashA)
	for _, w := range d.next {
		any |= w
		hash = mix(hash^w, hashB)
	}
	number := len(d.states) / len(d.next)
	if any == 0 && number > 0 && !d.revives {
		return cellDead, true
	}
	for ; ; hash++ {
		at, ok := d.index[hash]
		if !ok {
			break
		}
		if slices.Equal(d.state(at), d.next) {
			return at, true
		}
	}
	at := uint32(number+1) * d.stride
	if number >= maxStates || at+d.stride > maxCells || !d.space.spend(int(d.stride)) {
		return 0, false
	}
	t := d.table.Load()
	if int(at+d.stride) > len(t.cells) {
		t = d.grow(t)
	}
	d.states = append(d.states, d.next...)
	d.index[hash] = at
	t.cells[at] = uint32(number)
	t.accepts[number] = d.acceptOf(d.next[d.words():])
	return at, true
}

// state returns the bit set of the state of a cell.
func (d *dfa) state(at uint32) []uint64 {
	from := int(at/d.stride-1) * len(d.next)
	return d.states[from : from+len(d.next)]
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
	if !slices.ContainsFunc(matched, func(w uint64) bool { return w != 0 }) {
		return nil
	}
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
	d.step(d.state(state), d.reps[class-1])
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
	at := -1 // in units
	var u *unit
	var to move
	for i, w := range state[:words] {
		for ; w != 0; w &= w - 1 {
			p := int32(64*i + bits.TrailingZeros64(w))
			for at < 0 || p >= d.offset[at+1] {
				at++
				u = &d.space.engine.units[d.units[at]]
				to = u.form.on(c)
			}
			switch {
			case int(p-d.offset[at]) == len(u.prog.positions): // a first word that matched
				d.set(p)
				d.matched(at)
			case to == moveStay:
				d.set(p)
			case to == moveOn:
				d.advance(at, &u.prog.positions[p-d.offset[at]], c)
			}
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

// move is what a symbol does to a text in a form.
type move uint8

const (
	moveOn   move = iota // it is read
	moveStay             // the form leaves it out
	moveEnd              // it ends a word: the last begins anew behind it, the first is over
)

func (f Form) on(c symbol) move {
	switch {
	case (f == FormDigits || f == FormAlnum) && isSeparator(c):
		return moveStay
	case (f == FormFirstWord || f == FormLastWord) && c == ' ':
		return moveEnd
	}
	return moveOn
}

// advance reads a symbol at a position of a unit.
func (d *dfa) advance(unit int, p *position, c symbol) {
	if !p.reads.has(c) {
		return
	}
	from := d.offset[unit]
	for _, f := range p.follow {
		d.set(from + f)
	}
	if p.last {
		d.matched(unit)
	}
}

// keep lets a check go on matching over symbols that its form leaves out.
func (d *dfa) keep(check int, c symbol) {
	switch f := d.space.engine.units[d.units[check]].form; {
	case (f == FormDigits || f == FormAlnum) && isSeparator(c):
		d.matched(check)
	case f == FormFirstWord && c == ' ':
		d.set(d.offset[check+1] - 1)
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
