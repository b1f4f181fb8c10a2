package classify

import (
	"encoding/binary"
	"math"
	"math/bits"
)

// Tally counts the values of one column for an Engine: how many satisfy each check, how many are different, how long
// the shortest and the longest are. Its memory does not grow with the number of values, and counting one allocates
// nothing but what the bounded memory is made of, when it is first needed. It is for one goroutine.
type Tally struct {
	engine *Engine
	space  *space // whose plans are in plans
	want   []bool // by check; nil for all
	counts []int64
	values int64
	added  int64                  // of values, those that are in counts wholly
	shown  struct{ min, max int } // characters

	distinct distinct
	plans    [1 << planBits]planCount
	recent   *[1 << echoBits]echo // nil until a value comes again
	echoes   int64                // values that were remembered
	scratch  *scratch
}

// planBits is the logarithm of how many plans a column has at hand.
const planBits = 6

// planCount is a plan that values of the column had of late, and how many had it since.
type planCount struct {
	key   planKey
	plan  *plan
	count int64
}

// echo is a short value that came more than once or is likely to, what it satisfies, and how often it came since.
type echo struct {
	words [4]uint64 // with bytes, tells any two values of at most maxRepeated bytes apart
	plan  *plan
	count uint32
	bytes uint8 // 0 for none
	size  uint8 // of hits
	hits  [9]uint16
}

const (
	// echoBits is the logarithm of how many values are remembered.
	echoBits = 8
	// maxRepeated is the longest value, in bytes, that is, and the longest text that wordsOf tells apart.
	maxRepeated = 32
)

// NewTally makes a Tally of the checks with the indexes in want; of none, it counts all.
func (e *Engine) NewTally(want ...int) *Tally {
	t := &Tally{engine: e, space: e.space.Load(), counts: make([]int64, len(e.checks)), scratch: newScratch(e)}
	if len(want) > 0 {
		t.want = make([]bool, len(e.checks))
		for _, k := range want {
			t.want[k] = true
		}
	}
	return t
}

// Add counts a value; a blank one is none. It keeps nothing of it.
func (t *Tally) Add(value []byte) {
	v := value
	if len(v) == 0 {
		return
	}
	if v[0] == ' ' || v[len(v)-1] == ' ' {
		if v = trimSpaces(v); len(v) == 0 {
			return
		}
	}
	t.values++
	if len(v) > maxRepeated {
		t.distinct.add(hashLong(v))
		t.count(v)
		return
	}
	words := wordsOf(v)
	h := hashWords(&words, len(v))
	if t.recent != nil {
		r := &t.recent[h>>(64-echoBits)]
		if int(r.bytes) == len(v) && r.words[0] == words[0] && r.words[1] == words[1] && (len(v) <= 16 || r.words[2] == words[2] && r.words[3] == words[3]) && r.count < math.MaxUint32 {
			r.count++
			t.echoes++
			return
		}
	}
	again := t.distinct.add(h)
	p := t.count(v)
	// Where values often come again, a new one is worth remembering before it has.
	if again || 8*t.echoes > t.values || t.distinct.level > 0 && t.values&15 == 0 {
		t.remember(h, &words, len(v), p)
	}
}

// AddString is Add of a string.
func (t *Tally) AddString(value string) { t.Add(bytesOf(value)) }

// count evaluates a trimmed value.
func (t *Tally) count(v []byte) *plan {
	s := t.scratch
	s.take(v)
	if t.values == 1 || s.chars < t.shown.min {
		t.shown.min = s.chars
	}
	if s.chars > t.shown.max {
		t.shown.max = s.chars
	}
	p := t.planOf(s)
	s.evaluate(p, t.want)
	for _, k := range s.hits {
		t.counts[k]++
	}
	return p
}

// planOf returns the plan of the value and counts it in.
func (t *Tally) planOf(s *scratch) *plan {
	if s.broken {
		return &nothing
	}
	if now := t.engine.space.Load(); now != t.space {
		for i := range t.plans {
			t.settle(&t.plans[i])
			t.plans[i] = planCount{}
		}
		t.space = now
	}
	key := s.key()
	c := &t.plans[key.hash()>>(64-planBits)]
	if c.key.mask != key.mask || c.key.size != key.size || c.plan == nil {
		t.settle(c)
		*c = planCount{key: key, plan: t.engine.planOf(s)}
	}
	c.count++
	return c.plan
}

// settle moves what was counted on a plan to its checks.
func (t *Tally) settle(c *planCount) {
	if c.count == 0 {
		return
	}
	for _, k := range c.plan.base {
		t.counts[k] += c.count
	}
	c.count = 0
}

// remember keeps what was found of a value that comes again, in place of another.
func (t *Tally) remember(h uint64, words *[4]uint64, n int, p *plan) {
	hits := t.scratch.hits
	if t.recent == nil {
		t.recent = new([1 << echoBits]echo)
	}
	r := &t.recent[h>>(64-echoBits)]
	if len(hits) > len(r.hits) {
		return
	}
	t.repeat(r)
	r.words, r.bytes, r.size, r.plan = *words, uint8(n), uint8(len(hits)), p
	copy(r.hits[:], hits)
}

// repeat moves what was counted on a remembered value to its checks.
func (t *Tally) repeat(r *echo) {
	if r.count == 0 {
		return
	}
	for _, k := range r.plan.base {
		t.counts[k] += int64(r.count)
	}
	for _, k := range r.hits[:r.size] {
		t.counts[k] += int64(r.count)
	}
	r.count = 0
}

// Values returns how many values were added, blank ones not counted.
func (t *Tally) Values() int64 { return t.values }

// Distinct returns how many different values there were: exactly up to 3072, an estimate above, never more than Values.
func (t *Tally) Distinct() int64 { return min(t.distinct.count(), t.values) }

// Lengths returns the characters of the shortest and the longest value, trimmed; 0 without values.
func (t *Tally) Lengths() (shortest, longest int64) {
	return int64(t.shown.min), int64(t.shown.max)
}

// Count returns how many values satisfied the check with this index. Of a check that was not wanted it is undefined.
func (t *Tally) Count(check int) int64 {
	if t.added != t.values {
		t.settleAll()
	}
	return t.counts[check]
}

func (t *Tally) settleAll() {
	for i := range t.plans {
		t.settle(&t.plans[i])
	}
	for i := 0; t.recent != nil && i < len(t.recent); i++ {
		t.repeat(&t.recent[i])
	}
	t.added = t.values
}

// wordsOf returns a value of at most maxRepeated bytes as words: two that overlap, and from 17 bytes on two more.
func wordsOf(v []byte) (w [4]uint64) {
	n := len(v)
	switch {
	case n >= 8:
		w[0], w[1] = binary.LittleEndian.Uint64(v), binary.LittleEndian.Uint64(v[n-8:])
		if n > 16 {
			w[2], w[3] = binary.LittleEndian.Uint64(v[8:]), binary.LittleEndian.Uint64(v[n-16:])
		}
	case n >= 4:
		w[0], w[1] = uint64(binary.LittleEndian.Uint32(v)), uint64(binary.LittleEndian.Uint32(v[n-4:]))
	case n > 0:
		w[0] = uint64(v[0]) | uint64(v[n>>1])<<8 | uint64(v[n-1])<<16
	}
	return w
}

func hashWords(w *[4]uint64, n int) uint64 {
	h := mix(w[0]^hashA, w[1]^hashB) ^ uint64(n)*hashC
	if n > 16 {
		h ^= mix(w[2]^hashC, w[3]^hashD)
	}
	return mix(h, hashA)
}

// hashLong hashes a value of more than maxRepeated bytes.
func hashLong(v []byte) uint64 {
	h := uint64(len(v)) * hashA
	last := v[len(v)-16:]
	for ; len(v) > 16; v = v[16:] {
		h = mix(binary.LittleEndian.Uint64(v)^hashB^h, binary.LittleEndian.Uint64(v[8:])^hashC)
	}
	return mix(mix(binary.LittleEndian.Uint64(last)^hashD^h, binary.LittleEndian.Uint64(last[8:])^bits.RotateLeft64(h, 32)), hashA)
}
