package classify

import (
	"encoding/binary"
	"regexp/syntax"
	"slices"
	"sync"
	"sync/atomic"
)

// plan is what remains to be done for the values of one profile.
type plan struct {
	base     []uint16 // hold
	sums     []uint16 // have the form: hold if their checksum, and words, do
	words    []uint16 // have the form: hold if they list the text
	listed   []uint64 // the checks in words, a bit each
	forms    uint8    // in which words is looked up, a bit each
	residual []uint16 // units that automata decide about
	slow     []uint16 // left to package regexp
	dfas     []*dfa   // of residual
}

// The bounds on what an Engine works out, together about 60 MB. Past them it begins anew.
const (
	maxPlans      = 1 << 15
	maxTotalCells = 8 << 20
)

// space is the plans and automata worked out so far.
type space struct {
	engine *Engine
	recent [1 << 12]atomic.Pointer[planEntry] // by hash of the key

	mu       sync.Mutex
	profiles map[[2]uint64][]prospect
	entries  map[planKey]*planEntry
	plans    map[string]*plan
	cells    atomic.Int64

	dfas map[string]*dfa // under the engine's lock, as what they hold
}

// planEntry is the plan of a profile and length class.
type planEntry struct {
	key  planKey
	plan *plan
}

// planKey is a profile as far as plans depend on it.
type planKey struct {
	mask uint64
	size uint32 // length class, from bit 8 on the length without separators, up to maxExact+1, from 16 on the first atom
}

// first returns the atom of the first character.
func (k planKey) first() uint64 { return 1 << (k.size >> 16) }

// bare returns how many characters the text has without separators.
func (k planKey) bare() int { return int(k.size >> 8 & 0xff) }

func (k planKey) hash() uint64 { return (k.mask ^ uint64(k.size)<<44 ^ uint64(k.size)) * hashA }

// prospect is a check that some text of a profile may satisfy, and of which lengths those are.
type prospect struct {
	check   uint16
	unit    int // of its pattern, -1 for no pattern
	lengths lengths
	exact   bool // every text of such a length does
	long    bool // so does every text above maxExact
	bare    bool // the form leaves separators out
	word    bool // the form's text is one of several words, whose atoms and length are not known
}

func newSpace(e *Engine) *space {
	return &space{engine: e, profiles: map[[2]uint64][]prospect{}, entries: map[planKey]*planEntry{}, plans: map[string]*plan{}, dfas: map[string]*dfa{}}
}

// spend takes cells from what automata may have together.
func (s *space) spend(cells int) bool { return s.cells.Add(int64(cells)) <= maxTotalCells }

func (s *space) spent() bool { return s.cells.Load() > maxTotalCells }

// renew replaces a space that is full.
func (e *Engine) renew(full *space) { e.space.CompareAndSwap(full, newSpace(e)) }

// nothing is the plan of values that are evaluated the slow way.
var nothing plan

// planOf returns the plan of a value's profile.
func (e *Engine) planOf(v *scratch) *plan {
	if v.broken {
		return &nothing
	}
	s := e.space.Load()
	key := v.key()
	slot := &s.recent[key.hash()>>52]
	if p := slot.Load(); p != nil && p.key == key {
		return p.plan
	}
	p := s.entry(key, v.chars)
	slot.Store(p)
	return p.plan
}

func (s *space) entry(key planKey, chars int) *planEntry {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p, ok := s.entries[key]; ok {
		return p
	}
	p := &planEntry{key: key, plan: s.plan(key, chars)}
	if len(s.entries) >= maxPlans {
		s.engine.renew(s)
	} else {
		s.entries[key] = p
	}
	return p
}

// plan works out what the profile and length leave to be done.
func (s *space) plan(key planKey, chars int) *plan {
	profile := [2]uint64{key.mask, key.first()}
	prospects, ok := s.profiles[profile]
	if !ok {
		prospects = s.engine.prospects(key.mask, key.first())
		s.profiles[profile] = prospects
	}
	var p plan
	held := -1 // the last check that needs no unit any more
	for i := range prospects {
		if k := &prospects[i]; int(k.check) != held && s.engine.decide(&p, k, chars, key.bare()) {
			held = int(k.check)
		}
	}
	k := p.key()
	if known, ok := s.plans[k]; ok {
		return known
	}
	s.engine.building.Lock()
	for _, group := range s.engine.groups(p.residual) {
		p.dfas = append(p.dfas, s.dfaOf(group))
	}
	s.engine.building.Unlock()
	p.listed = make([]uint64, (len(s.engine.checks)+63)/64)
	for _, k := range p.words {
		p.listed[k>>6] |= 1 << (k & 63)
	}
	s.plans[k] = &p
	return &p
}

func (p *plan) key() string {
	var b []byte
	for _, list := range [][]uint16{p.base, p.sums, p.words, p.residual, p.slow} {
		b = binary.LittleEndian.AppendUint16(b, uint16(len(list)))
		for _, k := range list {
			b = binary.LittleEndian.AppendUint16(b, k)
		}
	}
	return string(b)
}

// groups shares units out to automata: the states of one are about the product of those of its patterns, unless these
// soon fail.
func (e *Engine) groups(units []uint16) [][]uint16 {
	var by [3][]uint16
	for _, k := range units {
		g := e.units[k].group
		by[g] = append(by[g], k)
	}
	return slices.DeleteFunc(by[:], func(g []uint16) bool { return len(g) == 0 })
}

// dfaOf returns the automaton of units. The engine's lock is held.
func (s *space) dfaOf(units []uint16) *dfa {
	b := make([]byte, 0, 2*len(units))
	for _, k := range units {
		b = binary.LittleEndian.AppendUint16(b, k)
	}
	d, ok := s.dfas[string(b)]
	if !ok {
		d = newDFA(s, units)
		s.dfas[string(b)] = d
	}
	return d
}

// prospects lists the checks that a text with the atoms in mask, which begins with first, may satisfy.
func (e *Engine) prospects(mask, first uint64) []prospect {
	var out []prospect
	for i := range e.checks {
		c := &e.checks[i]
		if c.slow || len(c.units) == 0 {
			k := prospect{check: uint16(i), unit: -1}
			if c.slow || c.prospect(e.alphabet, nil, mask, first, &k) {
				out = append(out, k)
			}
			continue
		}
		for _, u := range c.units {
			k := prospect{check: uint16(i), unit: int(u)}
			if c.prospect(e.alphabet, &e.units[u], mask, first, &k) {
				out = append(out, k)
			}
		}
	}
	return out
}

// prospect fills in what is to be known of the check and a unit of its pattern, or nil, for texts with the atoms in mask, and reports whether any of
// them may satisfy it.
func (c *checker) prospect(a *alphabet, u *unit, mask, first uint64, k *prospect) bool {
	k.lengths, k.exact, k.long = ^lengths(0), true, true
	switch c.form {
	case FormDigits, FormAlnum:
		k.bare = true
		mask &^= a.seps
		if first&a.seps != 0 {
			first = mask
		}
	case FormFirstWord, FormLastWord:
		k.word = mask&a.spaces != 0
	}
	if u == nil {
		if c.words == nil {
			return true
		}
		k.lengths = c.wordLens
		return k.word || mask&^c.wordOf == 0
	}
	v := c.form.variant()
	if k.word {
		k.exact = false
		return true
	}
	k.lengths, k.exact = u.shape.whole(mask, first, v)
	set, least, run := u.shape.run()
	k.long = run && least <= maxExact && mask&^set.use[v].all == 0 || u.shape.op == syntax.OpConcat && u.shape.contains(mask, v)
	return k.lengths != 0
}

// decide puts a prospect where the length says, and reports whether the check needs no unit any more.
func (e *Engine) decide(p *plan, k *prospect, chars, bare int) bool {
	c := &e.checks[k.check]
	if !c.far && (chars < c.minLen || c.maxLen > 0 && chars > c.maxLen) {
		return true
	}
	if c.slow {
		p.slow = append(p.slow, k.check)
		return true
	}
	possible, exact := k.at(chars, bare)
	if !possible {
		return false
	}
	if k.unit >= 0 && !exact {
		p.residual = append(p.residual, uint16(k.unit))
		return false
	}
	for n := len(p.residual) - 1; n >= 0 && e.units[p.residual[n]].check == k.check; n-- {
		p.residual = p.residual[:n]
	}
	switch {
	case c.sum != nil:
		p.sums = append(p.sums, k.check)
	case c.words != nil:
		p.words = append(p.words, k.check)
		p.forms |= 1 << c.form
	default:
		p.base = append(p.base, k.check)
	}
	return true
}

// at reports whether a value of so many characters may satisfy the prospect, and whether it does for certain; bare is
// how many there are without separators.
func (k *prospect) at(chars, bare int) (possible, exact bool) {
	if k.bare {
		chars = bare
	}
	switch {
	case k.word && chars > maxExact:
		return k.lengths != 0, false
	case k.word:
		return k.lengths&(1<<chars-1) != 0, false
	case chars > maxExact:
		return k.lengths&manyChars != 0, k.long
	}
	return k.lengths>>chars&1 != 0, k.exact
}
