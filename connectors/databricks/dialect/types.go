package dialect

import (
	"regexp"
	"strings"

	"github.com/polsync/polsync/state"
)

// types names the parameter and result of a family's functions. Numbers have ten places and up to twenty-eight digits
// before the point, as on Snowflake; a longer one makes the query fail, which shows nothing.
var types = map[state.Family]string{
	state.FamilyString: "STRING", state.FamilyNumber: "DECIMAL(38,10)", state.FamilyFloat: "DOUBLE", state.FamilyBoolean: "BOOLEAN",
	state.FamilyDate: "DATE", state.FamilyTimestampNTZ: "TIMESTAMP_NTZ", state.FamilyTimestampLTZ: "TIMESTAMP",
	state.FamilyBinary: "BINARY", state.FamilyVariant: "VARIANT",
}

// typeOf returns how a family's type is written, "" for a family that no function can take.
func typeOf(f state.Family) string {
	if t := types[f]; t != "" {
		return t
	}
	if own, ok := Nested(string(f)); ok && own == f {
		return string(f)
	}
	return ""
}

// Nested returns the family of an array, a map or a struct. No function takes all of them, so each type is a family of
// its own that is called by the type, in lower case and without blanks. It returns false for other types, and for one
// that cannot be written again from what the platform says of it: with names in quotes, comments, or cut short.
func Nested(full string) (state.Family, bool) {
	own := blanks.ReplaceAllString(strings.ToLower(full), "$1")
	return state.Family(own), nested.MatchString(own) && len(own) <= maxNested && strings.Count(own, "<") == strings.Count(own, ">")
}

const maxNested = 4000 // bytes

var (
	blanks = regexp.MustCompile(`\s*([<>,:()])\s*`)
	nested = regexp.MustCompile(`^(array|map|struct)<[a-z0-9_<>,:()]+>$`)
)
