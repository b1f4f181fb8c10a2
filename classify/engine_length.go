package classify

import (
	"math/bits"
	"regexp/syntax"
)

// lengths is a set of text lengths, a bit each; the last stands for all from maxExact+1 on, where it may say too much.
type lengths uint64

const (
	maxExact  = 62
	manyChars = lengths(1) << 63
)

// shape is a pattern reduced to what decides by profile: how long the texts over some atoms are that it matches.
type shapeNode struct {
	op       syntax.Op // OpCharClass, OpConcat, OpAlternate, OpRepeat
	set      *charset
	subs     []shapeNode
	min, max int       // of OpRepeat; max -1 for no bound
	atoms    [2]uint64 // that a matching text may have, by variant; learn fills them in
}

func newShape(re *syntax.Regexp, sets *charsets) shapeNode {
	switch re.Op {
	case syntax.OpLiteral:
		n := shapeNode{op: syntax.OpConcat}
		for _, r := range re.Rune {
			n.subs = append(n.subs, shapeNode{op: syntax.OpCharClass, set: sets.of(rangesOf(syntax.InstRune1, []rune{r}, re.Flags&syntax.FoldCase != 0))})
		}
		return n
	case syntax.OpCharClass:
		return shapeNode{op: syntax.OpCharClass, set: sets.of(re.Rune)}
	case syntax.OpAnyChar:
		return shapeNode{op: syntax.OpCharClass, set: sets.of(rangesOf(syntax.InstRuneAny, nil, false))}
	case syntax.OpAnyCharNotNL:
		return shapeNode{op: syntax.OpCharClass, set: sets.of(rangesOf(syntax.InstRuneAnyNotNL, nil, false))}
	case syntax.OpNoMatch:
		return shapeNode{op: syntax.OpAlternate}
	case syntax.OpCapture:
		return newShape(re.Sub[0], sets)
	}
	n := shapeNode{op: re.Op}
	for _, sub := range re.Sub {
		n.subs = append(n.subs, newShape(sub, sets))
	}
	switch re.Op {
	case syntax.OpStar:
		n.op, n.min, n.max = syntax.OpRepeat, 0, -1
	case syntax.OpPlus:
		n.op, n.min, n.max = syntax.OpRepeat, 1, -1
	case syntax.OpQuest:
		n.op, n.min, n.max = syntax.OpRepeat, 0, 1
	case syntax.OpRepeat:
		n.min, n.max = re.Min, re.Max
	case syntax.OpAlternate:
	default: // a concatenation, or what matches the empty text
		n.op = syntax.OpConcat
	}
	return n
}

// over returns the lengths of the matching texts whose characters are all of the atoms in mask. It may say too many;
// where exact is true, every text of such a length over these atoms matches. variant 1 is for texts in upper case.
func (n *shapeNode) over(mask uint64, variant int) (l lengths, exact bool) {
	switch n.op {
	case syntax.OpCharClass:
		u := &n.set.use[variant]
		if mask&u.some == 0 {
			return 0, true
		}
		return 2, mask&^u.all == 0
	case syntax.OpConcat:
		if n.lacks(mask, variant) {
			return 0, true
		}
		l, exact = 1, true
		for i := range n.subs {
			k, e := n.subs[i].over(mask, variant)
			if k == 0 {
				return 0, true
			}
			l, exact = l.plus(k), exact && e
		}
		return l, exact
	case syntax.OpAlternate:
		exact = true
		for i := range n.subs {
			k, e := n.subs[i].over(mask, variant)
			l, exact = l|k, exact && e
		}
		return l, exact
	}
	k, exact := n.subs[0].over(mask, variant)
	l = k.times(n.min)
	switch {
	case n.max < 0:
		l = l.plus((1 | k).times(maxExact + 2))
	case n.max > n.min:
		l = l.plus((1 | k).times(n.max - n.min))
	}
	return l, exact
}

// plus returns the lengths of a text of one set followed by one of the other.
func (l lengths) plus(k lengths) lengths {
	if k == 1 {
		return l
	}
	var out lengths
	for rest := uint64(k); rest != 0; rest &= rest - 1 {
		n := bits.TrailingZeros64(rest)
		out |= l << n
		if n > 0 && l>>(63-n) != 0 {
			out |= manyChars
		}
	}
	return out
}

// times returns the lengths of n texts of the set in a row.
func (l lengths) times(n int) lengths {
	out, power := lengths(1), l
	for ; n > 0; n >>= 1 {
		if n&1 != 0 {
			out = out.plus(power)
		}
		if n > 1 {
			power = power.plus(power)
		}
	}
	return out
}

// learn fills in atoms, once the sets know theirs.
func (n *shapeNode) learn() {
	for v := range n.atoms {
		if n.op == syntax.OpCharClass {
			n.atoms[v] = n.set.use[v].some
		}
	}
	for i := range n.subs {
		n.subs[i].learn()
		for v := range n.atoms {
			n.atoms[v] |= n.subs[i].atoms[v]
		}
	}
}

// whole is over for a whole text: it has all atoms in mask, and begins with one in first.
func (n *shapeNode) whole(mask, first uint64, variant int) (l lengths, exact bool) {
	if mask&^n.atoms[variant] != 0 {
		return 0, true
	}
	switch n.op {
	case syntax.OpAlternate:
		exact = true
		for i := range n.subs {
			k, e := n.subs[i].whole(mask, first, variant)
			l, exact = l|k, exact && e
		}
		return l, exact
	case syntax.OpConcat:
		if n.lacks(mask, variant) {
			return 0, true
		}
		if n.contains(mask, variant) {
			return ^lengths(1), true
		}
		l, exact = 1, true
		begun := false
		for i := range n.subs {
			k, e := n.subs[i].front(mask, first, variant, begun)
			if k == 0 {
				return 0, true
			}
			begun = begun || k != 1
			l, exact = l.plus(k), exact && e
		}
		return l, exact
	}
	return n.front(mask, first, variant, false)
}

// lacks reports whether the concatenation has to have a character that no text over the mask has.
func (n *shapeNode) lacks(mask uint64, variant int) bool {
	for i := range n.subs {
		sub := &n.subs[i]
		if sub.op == syntax.OpRepeat && sub.min > 0 {
			sub = &sub.subs[0]
		}
		if sub.op == syntax.OpCharClass && mask&sub.set.use[variant].some == 0 {
			return true
		}
	}
	return false
}

// contains reports whether the pattern asks for no more than one character anywhere, and the mask says that there is.
func (n *shapeNode) contains(mask uint64, variant int) bool {
	if len(n.subs) != 3 || n.subs[1].op != syntax.OpCharClass {
		return false
	}
	for _, i := range []int{0, 2} {
		sub := &n.subs[i]
		if sub.op != syntax.OpRepeat || sub.min != 0 || sub.max >= 0 || sub.subs[0].op != syntax.OpCharClass || mask&^sub.subs[0].set.use[variant].all != 0 {
			return false
		}
	}
	return mask&n.subs[1].set.use[variant].all != 0
}

// front is over for a part of a text, whose first character is one in first unless the text has begun before.
func (n *shapeNode) front(mask, first uint64, variant int, begun bool) (l lengths, exact bool) {
	switch {
	case begun:
	case n.op == syntax.OpCharClass:
		return n.over(first, variant)
	case n.op == syntax.OpRepeat && n.subs[0].op == syntax.OpCharClass && n.max != 0:
		rest := shapeNode{op: n.op, subs: n.subs, min: max(n.min-1, 0), max: n.max}
		if n.max > 0 {
			rest.max--
		}
		k, e := n.subs[0].over(first, variant)
		l, exact = rest.over(mask, variant)
		l, exact = l.plus(k), exact && e
		if k == 0 {
			l, exact = 0, true
		}
		if n.min == 0 {
			l |= 1
		}
		return l, exact
	}
	return n.over(mask, variant)
}

// anything reports whether the node is a repetition of any character.
func (n *shapeNode) anything() bool {
	return n.op == syntax.OpRepeat && n.max < 0 && n.subs[0].op == syntax.OpCharClass && n.subs[0].set.contains('a') && n.subs[0].set.contains('0')
}

// few returns letters of which every matching text has one, and whether there are such.
func (n *shapeNode) few() (letters []rune, ok bool) {
	switch {
	case n.op == syntax.OpCharClass:
		return n.set.members(2)
	case n.op == syntax.OpRepeat && n.min > 0:
		return n.subs[0].few()
	case n.op == syntax.OpConcat:
		for i := range n.subs {
			if l, found := n.subs[i].few(); found && (!ok || len(l) < len(letters)) {
				letters, ok = l, true
			}
		}
		return letters, ok
	case n.op == syntax.OpAlternate:
		for i := range n.subs {
			l, found := n.subs[i].few()
			if !found {
				return nil, false
			}
			letters = append(letters, l...)
		}
		return letters, true
	}
	return nil, false
}

// members lists the characters of a set that has no more than most.
func (c *charset) members(most int) ([]rune, bool) {
	var out []rune
	for i := 0; i < len(c.ranges); i += 2 {
		for r := c.ranges[i]; r <= c.ranges[i+1]; r++ {
			if len(out) == most {
				return nil, false
			}
			out = append(out, r)
		}
	}
	return out, true
}

// run reports whether the pattern is a single class repeated without end, and how often at least.
func (n *shapeNode) run() (set *charset, least int, ok bool) {
	if n.op == syntax.OpConcat && len(n.subs) == 1 {
		return n.subs[0].run()
	}
	if n.op == syntax.OpRepeat && n.max < 0 && n.subs[0].op == syntax.OpCharClass && n.min <= maxExact {
		return n.subs[0].set, n.min, true
	}
	return nil, 0, false
}

// group says with which other patterns one shares an automaton.
type group uint8

const (
	groupClosed   group = iota // the texts it matches are of few kinds: most others soon fail
	groupTrailing              // anything may stand in front of an end of few kinds: read from the end, most soon fail
	groupOpen                  // anything may stand in the middle or at the end
)

// open is how many characters of any letters a repetition takes for the pattern to be open there.
const open = 8

func (n *shapeNode) group(letters uint64) group {
	if !n.isOpen(letters) {
		return groupClosed
	}
	if n.trailing(letters) {
		return groupTrailing
	}
	if n.op == syntax.OpConcat && len(n.subs) > 0 {
		if _, few := n.subs[0].few(); few { // begins with one of few words
			return groupClosed
		}
	}
	return groupOpen
}

func (n *shapeNode) isOpen(letters uint64) bool {
	if n.op == syntax.OpRepeat && (n.max < 0 || n.max >= open) && n.subs[0].any(letters) {
		return true
	}
	for i := range n.subs {
		if n.subs[i].isOpen(letters) {
			return true
		}
	}
	return false
}

// any reports whether the node takes any letter.
func (n *shapeNode) any(letters uint64) bool {
	return n.op == syntax.OpCharClass && letters&^n.set.use[0].all == 0
}

// trailing reports whether the pattern is open at its beginning and nowhere else.
func (n *shapeNode) trailing(letters uint64) bool {
	if n.op != syntax.OpConcat || len(n.subs) < 2 || !n.subs[0].isOpen(letters) {
		return false
	}
	for i := range n.subs[1:] {
		if n.subs[1+i].isOpen(letters) {
			return false
		}
	}
	return true
}
