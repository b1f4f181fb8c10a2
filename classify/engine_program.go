package classify

import (
	"fmt"
	"regexp/syntax"
	"slices"
)

// The bounds on a pattern that the Engine takes on itself; larger ones are left to package regexp.
const (
	maxPositions = 6000
	maxFollows   = 1 << 16
)

// position is a place in a pattern where one character is read: the automaton of Glushkov, whose states are sets of
// positions and which has no empty steps.
type position struct {
	set    *charset
	reads  *symbols // what the form of the unit reads of set
	follow []int32  // positions of the same pattern that may read the next character
	last   bool     // the pattern may end after this character
}

// program is a pattern as positions.
type program struct {
	positions []position
	first     []int32
	empty     bool // the empty text matches
}

// charsets interns the sets of characters of patterns, so that those of equal content are one.
type charsets struct {
	known map[string]*charset
	list  []*charset
}

func (c *charsets) of(ranges []rune) *charset {
	k := string(ranges)
	if s, ok := c.known[k]; ok {
		return s
	}
	if c.known == nil {
		c.known = map[string]*charset{}
	}
	s := &charset{ranges: ranges}
	c.known[k] = s
	c.list = append(c.list, s)
	return s
}

// newProgram compiles a parsed pattern, which stands for the whole text. It fails on what positions cannot say
// (anchors within, word boundaries) and on patterns past the bounds.
func newProgram(tree *syntax.Regexp, sets *charsets) (*program, error) {
	prog, err := syntax.Compile(tree.Simplify())
	if err != nil {
		return nil, err
	}
	b := programBuilder{prog: prog, at: make([]int32, len(prog.Inst)), seen: make([]uint32, len(prog.Inst))}
	for pc, in := range prog.Inst {
		b.at[pc] = -1
		switch in.Op {
		case syntax.InstRune, syntax.InstRune1, syntax.InstRuneAny, syntax.InstRuneAnyNotNL:
			b.at[pc] = int32(len(b.pcs))
			b.pcs = append(b.pcs, uint32(pc))
		case syntax.InstEmptyWidth:
			return nil, fmt.Errorf("pattern has an anchor or boundary")
		}
	}
	if len(b.pcs) > maxPositions {
		return nil, fmt.Errorf("pattern has %d positions", len(b.pcs))
	}
	p := &program{positions: make([]position, len(b.pcs))}
	p.first, p.empty = b.closure(uint32(prog.Start))
	follows := 0
	for i, pc := range b.pcs {
		in := &prog.Inst[pc]
		follow, last := b.closure(in.Out)
		ranges := rangesOf(in.Op, in.Rune, syntax.Flags(in.Arg)&syntax.FoldCase != 0)
		p.positions[i] = position{set: sets.of(ranges), follow: follow, last: last}
		if follows += len(follow); follows > maxFollows {
			return nil, fmt.Errorf("pattern has more than %d successors", maxFollows)
		}
	}
	return p, nil
}

type programBuilder struct {
	prog  *syntax.Prog
	pcs   []uint32 // of positions
	at    []int32  // position of a pc
	seen  []uint32 // round a pc was last seen in
	round uint32
	stack []uint32
}

// closure returns the positions reached from pc without reading, and whether the end is.
func (b *programBuilder) closure(pc uint32) (reached []int32, end bool) {
	b.round++
	b.stack = append(b.stack[:0], pc)
	for len(b.stack) > 0 {
		pc := b.stack[len(b.stack)-1]
		b.stack = b.stack[:len(b.stack)-1]
		if b.seen[pc] == b.round {
			continue
		}
		b.seen[pc] = b.round
		in := &b.prog.Inst[pc]
		switch in.Op {
		case syntax.InstAlt, syntax.InstAltMatch:
			b.stack = append(b.stack, in.Out, in.Arg)
		case syntax.InstCapture, syntax.InstNop:
			b.stack = append(b.stack, in.Out)
		case syntax.InstMatch:
			end = true
		case syntax.InstFail:
		default:
			reached = append(reached, b.at[pc])
		}
	}
	slices.Sort(reached)
	return reached, end
}

// reversed returns the program of the texts read from their end.
func (p *program) reversed() *program {
	r := &program{positions: make([]position, len(p.positions)), empty: p.empty}
	for i := range p.positions {
		r.positions[i].set = p.positions[i].set
		if p.positions[i].last {
			r.first = append(r.first, int32(i))
		}
	}
	for i := range p.positions {
		for _, j := range p.positions[i].follow {
			r.positions[j].follow = append(r.positions[j].follow, int32(i))
		}
	}
	for _, i := range p.first {
		r.positions[i].last = true
	}
	return r
}
