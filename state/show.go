package state

import (
	"regexp"
	"slices"
	"time"
)

// Fits reports whether values of a type can be shown so; where not, nothing is seen of them. Whether a constant is of the
// type is told by ConstantFits.
func (s Show) Fits(f Family) bool {
	switch s.Word() {
	case ShowClear, ShowNothing, ShowSQL, ShowFunction:
		return true
	case ShowConst:
		return f == FamilyString || f == FamilyNumber || f == FamilyFloat || f == FamilyBoolean || dated(f)
	case ShowConstant:
		return f == FamilyString || f == FamilyNumber || f == FamilyFloat || dated(f)
	case ShowConstDate, ShowYear:
		return dated(f)
	}
	return f == FamilyString
}

func dated(f Family) bool {
	return f == FamilyDate || f == FamilyTimestampNTZ || f == FamilyTimestampLTZ || f == FamilyTimestampTZ
}

var decimal = regexp.MustCompile(`^[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]+)?$`)

// ConstantFits reports whether a constant is of a type. A type that takes no constant is taken to fit any: it shows
// nothing instead.
func ConstantFits(text string, f Family) bool {
	switch {
	case f == FamilyNumber || f == FamilyFloat:
		return decimal.MatchString(text)
	case f == FamilyBoolean:
		return text == "true" || text == "false"
	case f == FamilyDate:
		_, err := time.Parse(time.DateOnly, text)
		return err == nil
	case dated(f):
		return slices.ContainsFunc([]string{time.DateOnly, time.DateTime, "2006-01-02T15:04:05", time.RFC3339Nano, "2006-01-02 15:04:05 -0700"}, func(form string) bool {
			_, err := time.Parse(form, text)
			return err == nil
		})
	}
	return true
}
