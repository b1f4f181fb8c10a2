package files

import (
	"regexp"
	"strings"

	"github.com/polsync/polsync/state"
)

// claim holds the cells of a column against the type that a schema says it has.
type claim struct {
	looks       *regexp.Regexp // of a cell of that type; nil where any cell may be one
	fits, fails int64          // cells that are not empty
}

func (c *claim) add(cell string) {
	cell = strings.TrimSpace(cell)
	switch {
	case c.looks == nil || cell == "":
	case c.looks.MatchString(cell):
		c.fits++
	default:
		c.fails++
	}
}

// false reports that most cells are not of the type.
func (c *claim) false() bool { return c.fails > c.fits }

const (
	day   = `(0?[1-9]|[12][0-9]|3[01])`
	month = `(0?[1-9]|1[0-2])`
	named = `(?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[.]?`
	date  = `([0-9]{4}[-/.]` + month + `[-/.]` + day +
		`|` + day + `[-/.]` + day + `[-/.]([0-9]{4}|[0-9]{2})` +
		`|(1[0-9]|2[01])[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])` +
		`|` + day + `[- .]` + named + `[- ,]*([0-9]{4}|[0-9]{2})` +
		`|` + named + ` ` + day + `,? [0-9]{4})`
	clock = `[0-2]?[0-9]:[0-5][0-9](:[0-6][0-9]([.,][0-9]+)?)?( ?[AaPp][.]?[Mm][.]?)?`
	zone  = `( ?(Z|UTC|GMT|[-+][0-9]{2}:?([0-9]{2})?|[A-Za-z]+/[A-Za-z_/]+|[A-Z]{2,5}))?`
	// seconds to nanoseconds since 1970, of 2001 to 2033
	epoch = `1[0-9]{9}([.][0-9]+)?|1[0-9]{12}|1[0-9]{15}|1[0-9]{18}`
	// a point or a comma before the fraction, the other one or an apostrophe between thousands
	number = `[-+]?([0-9]*[.,]?[0-9]+([.,])?([eE][-+]?[0-9]+)?|[0-9]{1,3}(,[0-9]{3})+([.][0-9]*)?|[0-9]{1,3}([.][0-9]{3})+(,[0-9]*)?|[0-9]{1,3}('[0-9]{3})+([.,][0-9]*)?)`
)

// looks is how cells of a family look, generously: any way of writing that a program could read is one, and only what
// is plainly something else fails.
var looks = map[state.Family]*regexp.Regexp{
	state.FamilyNumber:       whole(number),
	state.FamilyFloat:        whole(number + `|(?i:[-+]?(inf(inity)?|nan))`),
	state.FamilyBoolean:      whole(`(?i:true|false|t|f|yes|no|y|n|on|off|0|1)`),
	state.FamilyDate:         whole(date + `([ T]` + clock + zone + `)?`),
	state.FamilyTime:         whole(clock + zone),
	state.FamilyTimestampNTZ: stamp,
	state.FamilyTimestampLTZ: stamp,
	state.FamilyTimestampTZ:  stamp,
	state.FamilyBinary:       whole(`(0x)?([0-9A-Fa-f]{2})+|([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})`),
}

var stamp = whole(date + `(,?[ T]` + clock + zone + `)?|` + epoch)

func whole(pattern string) *regexp.Regexp { return regexp.MustCompile(`^(` + pattern + `)$`) }
