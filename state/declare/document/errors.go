package document

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Error is one mistake in a file. Messages name the place and the rule, never a value where a secret may stand.
type Error struct {
	File         string
	Line, Column int // from 1; 0 for the file as a whole
	Message      string

	shape bool // of the value's form; what is wrong with its meaning then goes unsaid
}

// Error returns "file:line:column: message".
func (e Error) Error() string {
	if e.Line == 0 {
		return e.File + ": " + e.Message
	}
	return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.Message)
}

// Errors is every mistake that was found, in the order of files and lines.
type Errors []Error

// Error lists all mistakes, one a line.
func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, one := range e {
		lines[i] = one.Error()
	}
	return strings.Join(lines, "\n")
}

// Sorted returns the errors in order without repeats, and without those about the meaning of a value whose form is
// wrong; nil for none.
func (e Errors) Sorted() Errors {
	type place struct {
		file         string
		line, column int
	}
	misshapen := map[place]bool{}
	for _, one := range e {
		if one.shape {
			misshapen[place{one.File, one.Line, one.Column}] = true
		}
	}
	e = slices.DeleteFunc(e, func(one Error) bool {
		return !one.shape && misshapen[place{one.File, one.Line, one.Column}]
	})
	slices.SortStableFunc(e, func(a, b Error) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), strings.Compare(a.Message, b.Message))
	})
	return slices.Compact(e)
}

// Nearest returns the known word closest to a written one, or "" if none is close.
func Nearest(word string, known []string) string {
	best, bestDistance := "", 1+nearEnough(word)
	for _, k := range known {
		if d := distance(strings.ToLower(word), strings.ToLower(k)); d < bestDistance {
			best, bestDistance = k, d
		}
	}
	return best
}

// nearEnough is how many letters may differ: none in the shortest words, where any other is as near.
func nearEnough(word string) int {
	if len(word) < 3 {
		return 0
	}
	return max(1, len(word)/3)
}

// OneOf phrases what was expected: the nearest word if one is close, else all of them.
func OneOf(word string, known []string) string {
	if near := Nearest(word, known); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	if len(known) == 0 {
		return "none is declared"
	}
	return "expected one of " + strings.Join(known, ", ")
}

// distance is the number of letters to add, drop, change or swap with a neighbour.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	prev2, prev := make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(x); i++ {
		row := make([]int, len(y)+1)
		row[0] = i
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			row[j] = min(row[j-1]+1, prev[j]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				row[j] = min(row[j], prev2[j-2]+1)
			}
		}
		prev2, prev = prev, row
	}
	return prev[len(y)]
}
