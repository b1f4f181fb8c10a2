package classify

import (
	"fmt"
	"regexp/syntax"
	"slices"
	"strconv"
	"strings"
)

// The bounds on a pattern a user writes. RE2 is linear in the value's length; these bound the factor.
const (
	maxPatternText  = 1000 // characters
	maxPatternDepth = 24   // nesting
	maxPatternSize  = 4000 // steps, repetition written out
)

// Portable turns a regular expression as users write it (RE2 syntax, found anywhere in the value unless anchored) into
// a Check's Pattern: the subset that all platforms read alike, standing for the whole value. It fails on what the
// subset cannot say (word boundaries, lazy repetition, multi-line anchors) and on patterns past the bounds.
func Portable(expr string) (string, error) {
	if len(expr) > maxPatternText {
		return "", fmt.Errorf("pattern is longer than %d characters", maxPatternText)
	}
	tree, err := syntax.Parse(expr, syntax.Perl&^syntax.UnicodeGroups)
	if err != nil {
		return "", err
	}
	if err := withinBounds(tree); err != nil {
		return "", err
	}
	begins, ends := anchored(tree, 0), anchored(tree, 1)
	var b strings.Builder
	if !begins {
		b.WriteString(".*")
	}
	if err := writePattern(&b, tree); err != nil {
		return "", err
	}
	if !ends {
		b.WriteString(".*")
	}
	return b.String(), portable(b.String())
}

func withinBounds(tree *syntax.Regexp) error {
	depth, size := measure(tree)
	if depth > maxPatternDepth {
		return fmt.Errorf("pattern nests deeper than %d", maxPatternDepth)
	}
	if size > maxPatternSize {
		return fmt.Errorf("pattern is larger than %d steps with its repetitions written out", maxPatternSize)
	}
	return nil
}

// measure returns how deep a pattern nests and how many steps it has.
func measure(re *syntax.Regexp) (depth, size int) {
	size = 1 + len(re.Rune)/2
	for _, sub := range re.Sub {
		d, s := measure(sub)
		depth, size = max(depth, d), size+s
	}
	if re.Op == syntax.OpRepeat {
		size *= max(re.Max, re.Min, 1)
	}
	return depth + 1, size
}

// anchored reports whether every match begins (side 0) or ends (side 1) where the value does.
func anchored(re *syntax.Regexp, side int) bool {
	switch re.Op {
	case syntax.OpBeginText:
		return side == 0
	case syntax.OpEndText:
		return side == 1
	case syntax.OpCapture:
		return anchored(re.Sub[0], side)
	case syntax.OpConcat:
		return anchored(re.Sub[side*(len(re.Sub)-1)], side)
	case syntax.OpAlternate:
		return !slices.ContainsFunc(re.Sub, func(sub *syntax.Regexp) bool { return !anchored(sub, side) })
	}
	return false
}

// writePattern writes a pattern in the shared subset. Anchors at the ends of the whole are said by standing for the
// whole value; portable refuses none since none is written, so one in the middle is refused here.
func writePattern(b *strings.Builder, re *syntax.Regexp) error {
	switch re.Op {
	case syntax.OpEmptyMatch, syntax.OpBeginText, syntax.OpEndText:
		return nil
	case syntax.OpLiteral:
		for _, r := range re.Rune {
			writeLiteral(b, r, re.Flags&syntax.FoldCase != 0)
		}
		return nil
	case syntax.OpCharClass:
		return writeClass(b, re.Rune)
	case syntax.OpAnyCharNotNL:
		b.WriteByte('.')
		return nil
	case syntax.OpAnyChar:
		b.WriteString("(.|[^.])")
		return nil
	case syntax.OpCapture:
		return writeGroup(b, re.Sub[0])
	case syntax.OpConcat:
		return writeConcat(b, re.Sub)
	case syntax.OpAlternate:
		return writeAlternate(b, re.Sub)
	case syntax.OpStar, syntax.OpPlus, syntax.OpQuest, syntax.OpRepeat:
		return writeRepeat(b, re)
	}
	return fmt.Errorf("pattern has %s, which not every platform can say", re)
}

func writeConcat(b *strings.Builder, subs []*syntax.Regexp) error {
	for i, sub := range subs {
		if sub.Op == syntax.OpBeginText && i > 0 || sub.Op == syntax.OpEndText && i < len(subs)-1 {
			return fmt.Errorf("pattern has an anchor in the middle")
		}
		if err := writePattern(b, sub); err != nil {
			return err
		}
	}
	return nil
}

// writeAlternate writes the choices. An anchor in some of them only would change what the others mean.
func writeAlternate(b *strings.Builder, subs []*syntax.Regexp) error {
	b.WriteByte('(')
	for i, sub := range subs {
		for side := range 2 {
			if anchored(sub, side) != anchored(subs[0], side) {
				return fmt.Errorf("pattern anchors some of its alternatives only")
			}
		}
		if i > 0 {
			b.WriteByte('|')
		}
		if err := writePattern(b, sub); err != nil {
			return err
		}
	}
	b.WriteByte(')')
	return nil
}

func writeGroup(b *strings.Builder, re *syntax.Regexp) error {
	b.WriteByte('(')
	if err := writePattern(b, re); err != nil {
		return err
	}
	b.WriteByte(')')
	return nil
}

func writeRepeat(b *strings.Builder, re *syntax.Regexp) error {
	if re.Flags&syntax.NonGreedy != 0 {
		return fmt.Errorf("pattern repeats lazily, which not every platform can say")
	}
	if unbounded(re) && explosive(re.Sub[0]) {
		return fmt.Errorf("pattern repeats a repetition, which a platform that backtracks may not finish")
	}
	if err := writeGroup(b, re.Sub[0]); err != nil {
		return err
	}
	switch re.Op {
	case syntax.OpStar:
		b.WriteByte('*')
	case syntax.OpPlus:
		b.WriteByte('+')
	case syntax.OpQuest:
		b.WriteByte('?')
	default:
		b.WriteString("{" + strconv.Itoa(re.Min))
		if re.Max != re.Min {
			b.WriteByte(',')
		}
		if re.Max > re.Min {
			b.WriteString(strconv.Itoa(re.Max))
		}
		b.WriteByte('}')
	}
	return nil
}

// unbounded reports whether the operator repeats without end.
func unbounded(re *syntax.Regexp) bool {
	return re.Op == syntax.OpStar || re.Op == syntax.OpPlus || re.Op == syntax.OpRepeat && re.Max < 0
}

// explosive reports whether nothing but a repetition stands in what is repeated, as in (a+)+ or (a|b*)*: one text can
// then be split in exponentially many ways. In (a+[.])+ the dot tells them apart.
func explosive(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpCapture:
		return explosive(re.Sub[0])
	case syntax.OpAlternate:
		return slices.ContainsFunc(re.Sub, explosive)
	case syntax.OpConcat:
		solid := func(sub *syntax.Regexp) bool { return !explosive(sub) && bounds(sub).min > 0 }
		return slices.ContainsFunc(re.Sub, explosive) && !slices.ContainsFunc(re.Sub, solid)
	}
	return unbounded(re)
}

// writeLiteral writes one character; where case does not matter, both cases in brackets.
func writeLiteral(b *strings.Builder, r rune, fold bool) {
	lower, upper := []rune(strings.ToLower(string(r))), []rune(strings.ToUpper(string(r)))
	switch {
	case fold && len(lower) == 1 && len(upper) == 1 && lower[0] != upper[0]:
		b.WriteString("[" + string(upper) + string(lower) + "]")
	case strings.ContainsRune(`.+*?()|[]{}$`, r):
		b.WriteString("[" + classRune(r) + "]")
	case r == '^' || r == '\\':
		b.WriteString(`\` + string(r))
	default:
		b.WriteRune(r)
	}
}

// writeClass writes a class from its ranges, turned around when it reaches the last character there is.
func writeClass(b *strings.Builder, ranges []rune) error {
	if len(ranges) == 0 {
		return fmt.Errorf("pattern has an empty class, which matches nothing")
	}
	b.WriteByte('[')
	if ranges[len(ranges)-1] == '\U0010FFFF' {
		b.WriteByte('^')
		ranges = complement(ranges)
		if len(ranges) == 0 {
			return fmt.Errorf("pattern has a class of everything; write a dot")
		}
	}
	for i := 0; i < len(ranges); i += 2 {
		b.WriteString(classRune(ranges[i]))
		if ranges[i+1] > ranges[i]+1 {
			b.WriteByte('-')
		}
		if ranges[i+1] > ranges[i] {
			b.WriteString(classRune(ranges[i+1]))
		}
	}
	b.WriteByte(']')
	return nil
}

// complement returns the ranges between the given ones, from the first character on.
func complement(ranges []rune) []rune {
	var out []rune
	next := rune(0)
	for i := 0; i < len(ranges); i += 2 {
		if ranges[i] > next {
			out = append(out, next, ranges[i]-1)
		}
		next = ranges[i+1] + 1
	}
	return out
}

// classRune writes a character for use in brackets. Java reads [ and & there as operators.
func classRune(r rune) string {
	if strings.ContainsRune(`[]^-\&`, r) {
		return `\` + string(r)
	}
	return string(r)
}
