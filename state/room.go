package state

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

var (
	lengthOf = regexp.MustCompile(`(?i)^(?:var)?char(?:acter)?\(([0-9]+)\)$`)
	digitsOf = regexp.MustCompile(`(?i)^(?:number|numeric|decimal)\(([0-9]+), *([0-9]+)\)$`)
)

// hashLength is that of a SHA-256 in hex, which every word with a hash gives at least.
const hashLength = 64

// TooLong says what is longer than a column of the type holds, "" where everything that is shown fits or nobody can tell
// without the values. Both platforms then fail every query that reads the column for those who are shown it so (Snowflake
// since behavior change 1355 of bundle 2024_04).
func (s Show) TooLong(t DataType) string {
	if m := lengthOf.FindStringSubmatch(t.Text); m != nil && t.Family == FamilyString {
		length := map[ShowKind]int{ShowHash: hashLength, ShowEmailHash: hashLength, ShowLastHash: hashLength, ShowConst: utf8.RuneCountInString(s.Text)}[s.Word()]
		if n, err := strconv.Atoi(m[1]); err == nil && length > n {
			return fmt.Sprintf("%s gives %d characters, and %s holds %d", s.Word(), length, strings.ToUpper(t.Text), n)
		}
	}
	if p, scale, ok := t.digits(); ok && (s.Word() == ShowConst || s.Word() == ShowConstant) {
		whole := "1"
		if s.Word() == ShowConst {
			whole, _, _ = strings.Cut(strings.TrimLeft(s.Text, "+-0"), ".")
		}
		if len(whole) > p-scale {
			return fmt.Sprintf("%s has %d digits before the point, and %s holds %d", s.Word(), len(whole), strings.ToUpper(t.Text), p-scale)
		}
	}
	return ""
}

// digits returns how many digits a number's type has, and how many of them behind the point.
func (t DataType) digits() (all, behind int, ok bool) {
	m := digitsOf.FindStringSubmatch(t.Text)
	if m == nil || t.Family != FamilyNumber {
		return 0, 0, false
	}
	all, errAll := strconv.Atoi(m[1])
	behind, errBehind := strconv.Atoi(m[2])
	return all, behind, errAll == nil && errBehind == nil
}

// MaskedScale is how many digits behind the point a masked number keeps, also for those who see it clear.
const MaskedScale = 10

// LosesDigits reports whether values of the type have more than MaskedScale digits behind the point.
func (t DataType) LosesDigits() bool {
	_, behind, ok := t.digits()
	return ok && behind > MaskedScale
}
