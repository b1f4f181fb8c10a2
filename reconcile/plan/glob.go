package plan

import (
	"strings"
	"unicode"
)

// asIs stands before each character of a wild part that is no wildcard whatever it looks like. No name has it.
const asIs = '\x00'

// verbatim returns a text that, within a wild part, matches only itself, in any case like all of such a part.
func verbatim(text string) string {
	var b strings.Builder
	for _, r := range text {
		b.WriteRune(asIs)
		b.WriteRune(r)
	}
	return b.String()
}

// braces spells out {a,b} alternatives; nested ones are spelled out from the outside in.
func braces(text string) []string {
	depth, open, start := 0, 0, 0
	var choices []string
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case asIs:
			i++ // the first byte of the next character; none of its others looks like one of these
		case '{':
			if depth == 0 {
				open, start = i, i+1
			}
			depth++
		case ',':
			if depth == 1 {
				choices, start = append(choices, text[start:i]), i+1
			}
		case '}':
			if depth == 0 {
				continue
			}
			if depth--; depth > 0 {
				continue
			}
			choices = append(choices, text[start:i])
			var all []string
			for _, c := range choices {
				all = append(all, braces(text[:open]+c+text[i+1:])...)
			}
			return all
		}
	}
	return []string{text}
}

// glob is a part with * and ? in it, and no braces.
type glob []globRune

type globRune struct {
	is   rune // lower case
	asIs bool // no wildcard
}

func newGlob(text string) glob {
	var g glob
	marked := false
	for _, r := range text {
		if r == asIs && !marked {
			marked = true
			continue
		}
		g, marked = append(g, globRune{unicode.ToLower(r), marked}), false
	}
	return g
}

func (r globRune) many() bool { return r.is == '*' && !r.asIs }

func (r globRune) matches(lower rune) bool { return r.is == lower || r.is == '?' && !r.asIs }

// match reports whether a name in lower case fits, in time proportional to the product of the lengths.
func (g glob) match(lower []rune) bool {
	star, mark, i, j := -1, 0, 0, 0
	for j < len(lower) {
		switch {
		case i < len(g) && !g[i].many() && g[i].matches(lower[j]):
			i, j = i+1, j+1
		case i < len(g) && g[i].many():
			star, mark, i = i, j, i+1
		case star >= 0:
			mark++
			i, j = star+1, mark
		default:
			return false
		}
	}
	for i < len(g) && g[i].many() {
		i++
	}
	return i == len(g)
}
