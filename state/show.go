package state

import (
	"regexp"
	"strconv"
	"time"
)

// Fits reports whether values of a type can be shown so; where not, nothing is seen of them. Whether a constant is of the
// type is told by ConstantFits.
func (s Show) Fits(f Family) bool {
	switch s.Word() {
	case ShowClear, ShowNothing, ShowSQL, ShowFunction:
		return true
	case ShowConst:
		return f == FamilyString || f == FamilyNumber || f == FamilyFloat || f == FamilyBoolean || f.Dated()
	case ShowConstant:
		return f == FamilyString || f == FamilyNumber || f == FamilyFloat || f.Dated()
	case ShowConstDate, ShowYear:
		return f.Dated()
	}
	return f == FamilyString
}

var (
	fixed    = regexp.MustCompile(`^[+-]?[0-9]{1,28}([.][0-9]{1,10})?$`) // what NUMBER(38,10) and DECIMAL(38,10) hold
	floating = regexp.MustCompile(`^[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]+)?$`)
)

// ConstantFits reports whether a constant is of a type, on every platform that has the type. A type that takes no
// constant is taken to fit any: it shows nothing instead.
func ConstantFits(text string, f Family) bool {
	switch {
	case f == FamilyNumber:
		return fixed.MatchString(text)
	case f == FamilyFloat:
		_, err := strconv.ParseFloat(text, 64)
		return err == nil && floating.MatchString(text)
	case f == FamilyBoolean:
		return text == "true" || text == "false"
	case f.Dated():
		_, ok := ParseInstant(text, f)
		return ok
	}
	return true
}

// ParseInstant reads a constant of a date or timestamp type: a date of the years 1 to 9999, for timestamps also with a time
// to the microsecond, and where the type has a zone also with that. Without one it is
// read as UTC; Zoned tells the two apart.
func ParseInstant(text string, f Family) (time.Time, bool) {
	forms := []string{time.DateOnly}
	if f != FamilyDate {
		forms = append(forms, time.DateTime, "2006-01-02T15:04:05")
	}
	if f == FamilyTimestampLTZ || f == FamilyTimestampTZ {
		forms = append(forms, time.RFC3339, "2006-01-02 15:04:05Z07:00")
	}
	for _, form := range forms {
		if at, err := time.Parse(form, text); err == nil {
			return at, at.Year() > 0 && at.Nanosecond()%1000 == 0
		}
	}
	return time.Time{}, false
}

var zone = regexp.MustCompile(`(Z|[+-][0-9]{2}:[0-9]{2})$`)

// Zoned reports whether a constant that ParseInstant reads says a zone.
func Zoned(text string) bool { return len(text) > len(time.DateOnly) && zone.MatchString(text) }
