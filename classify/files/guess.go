package files

import (
	"regexp"
	"strings"

	"github.com/polsync/polsync/state"
)

// shapes of cells by the type they would have; a column has the first that all its cells have.
var shapes = []struct {
	family state.Family
	text   string
	is     *regexp.Regexp
}{
	{state.FamilyBoolean, "BOOLEAN", regexp.MustCompile(`^(?i:true|false)$`)},
	{state.FamilyNumber, "NUMBER(38,0)", regexp.MustCompile(`^-?(0|[1-9][0-9]{0,37})$`)},
	{state.FamilyFloat, "FLOAT", regexp.MustCompile(`^-?(0|[1-9][0-9]*)([.][0-9]+)?([eE][-+]?[0-9]+)?$`)},
	{state.FamilyDate, "DATE", regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}$`)},
	{state.FamilyTimestampNTZ, "TIMESTAMP_NTZ", regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?Z?$`)},
}

// guess is which types a column's cells leave possible: a bit for each of shapes. A number with a leading zero, or too
// long for a number column, is text.
type guess struct {
	ruled uint8 // out
	seen  bool
}

func (g *guess) add(cell string) {
	cell = strings.Trim(cell, " ")
	if cell == "" {
		return
	}
	g.seen = true
	for i, s := range shapes {
		if g.ruled&(1<<i) == 0 && !s.is.MatchString(cell) {
			g.ruled |= 1 << i
		}
	}
}

func (g *guess) dataType() state.DataType {
	for i, s := range shapes {
		if g.seen && g.ruled&(1<<i) == 0 {
			return state.DataType{Family: s.family, Text: s.text}
		}
	}
	return text
}

// text is the type of what has no other.
var text = state.DataType{Family: state.FamilyString, Text: "VARCHAR"}
