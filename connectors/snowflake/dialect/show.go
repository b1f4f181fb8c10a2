package dialect

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/polsync/polsync/state"
)

// nothing is what is seen of a value that is hidden whole.
const nothing = "NULL"

// show returns the expression of what is seen. What a type cannot show is NULL.
func show(b *builder, s state.Show, f state.Family) (string, error) {
	switch s.Word() {
	case state.ShowClear:
		return "val", nil
	case state.ShowNothing:
		return nothing, nil
	case state.ShowSQL:
		return "(" + s.Text + ")", wellFormed(s.Text)
	case state.ShowFunction:
		return call(b, s)
	case state.ShowConst:
		return constant(b, s.Text, f)
	case state.ShowConstant:
		if f.Dated() {
			return instant("2000-01-01", f), nil
		}
		if e, ok := constants[f]; ok {
			return e, nil
		}
	case state.ShowConstDate:
		if f.Dated() {
			return instant("9999-12-31", f), nil
		}
	case state.ShowYear:
		if f.Dated() {
			return "DATE_TRUNC('YEAR', val)", nil
		}
	}
	if f == state.FamilyString {
		if e, ok := textShow(s); ok {
			return e, nil
		}
	}
	return nothing, nil
}

var constants = map[state.Family]string{state.FamilyString: "'*'", state.FamilyNumber: "1", state.FamilyFloat: "1"}

const (
	stars  = "REPEAT('*', LENGTH(val))"
	domain = "SPLIT_PART(val, '@', -1)" // behind the last @; the pattern ^.*@ would stop at a line break
)

// textShow returns what only text can show. A value too short to keep a part of, or without an @, is hidden whole.
func textShow(s state.Show) (string, bool) {
	n := strconv.Itoa(s.N)
	switch s.Word() {
	case state.ShowFull:
		return stars, true
	case state.ShowRedact:
		return "REGEXP_REPLACE(REGEXP_REPLACE(REGEXP_REPLACE(REGEXP_REPLACE(val, '[A-Z]', 'X'), '[a-z]', 'x'), '[0-9]', '0'), '[^ -~]', 'x')", true
	case state.ShowLast:
		return "IFF(LENGTH(val) > " + n + ", REGEXP_REPLACE(LEFT(val, LENGTH(val) - " + n + "), '[^ ./()-]', '*') || RIGHT(val, " + n + "), " + stars + ")", true
	case state.ShowFirst:
		return "IFF(LENGTH(val) > " + n + ", LEFT(val, " + n + ") || REPEAT('*', LENGTH(val) - " + n + "), " + stars + ")", true
	case state.ShowEmailDomain:
		return "IFF(POSITION('@', val) > 0, '****@' || " + domain + ", " + stars + ")", true
	case state.ShowHash:
		return "SHA2(val, 256)", true
	case state.ShowEmailHash:
		return "IFF(POSITION('@', val) > 0, SHA2(LEFT(val, LENGTH(val) - LENGTH(" + domain + ") - 1), 256) || '@' || " + domain + ", SHA2(val, 256))", true
	case state.ShowLastHash:
		return "IFF(LENGTH(val) > " + n + ", SHA2(val, 256) || '-' || RIGHT(val, " + n + "), SHA2(val, 256))", true
	}
	return "", false
}

// constant returns a constant of the author's as the family's type, NULL for a family that has none.
func constant(b *builder, text string, f state.Family) (string, error) {
	switch f {
	case state.FamilyString:
		return b.escaped(text), nil
	case state.FamilyNumber, state.FamilyFloat, state.FamilyBoolean, state.FamilyDate, state.FamilyTimestampNTZ, state.FamilyTimestampLTZ, state.FamilyTimestampTZ:
	default:
		return nothing, nil
	}
	if !state.ConstantFits(text, f) {
		return "", fmt.Errorf("the constant does not fit a %s", f)
	}
	switch f {
	case state.FamilyNumber, state.FamilyFloat:
		return text, nil
	case state.FamilyBoolean:
		return strings.ToUpper(text), nil
	}
	return instant(text, f), nil
}

// instant writes a date or timestamp with its format. Without one the session's DATE_INPUT_FORMAT and the like would say
// how to read it, which whoever asks can set.
func instant(text string, f state.Family) string {
	at, _ := state.ParseInstant(text, f)
	layout, format := time.DateOnly, "YYYY-MM-DD"
	if at.Hour() != 0 || at.Minute() != 0 || at.Second() != 0 || at.Nanosecond() != 0 || state.Zoned(text) {
		layout, format = time.DateTime, "YYYY-MM-DD HH24:MI:SS"
	}
	if at.Nanosecond() != 0 {
		layout, format = layout+".000000", format+".FF6"
	}
	if state.Zoned(text) {
		layout, format = layout+" -07:00", format+" TZH:TZM"
	}
	return "TO_" + types[f] + "('" + at.Format(layout) + "', '" + format + "')"
}

// call writes a function of the author's over the value and sibling columns.
func call(b *builder, s state.Show) (string, error) {
	parts, err := functionName(s.Text)
	if err != nil {
		return "", err
	}
	for i, p := range parts {
		parts[i] = b.quote(p)
	}
	args := []string{"val"}
	for _, a := range s.Args {
		args = append(args, b.quote(a))
	}
	return strings.Join(parts, ".") + "(" + strings.Join(args, ", ") + ")", nil
}

// functionName splits a dotted name: parts in quotes keep their case, others are stored in upper case.
func functionName(text string) ([]string, error) {
	toks, err := lex(text, false)
	if err != nil {
		return nil, err
	}
	var parts []string
	for i, t := range toks {
		switch {
		case i%2 == 1 && t != ".", i%2 == 0 && t == ".":
			return nil, fmt.Errorf("%q is no name of a function", text)
		case t == ".":
		case strings.HasPrefix(t, `"`):
			parts = append(parts, strings.ReplaceAll(t[1:len(t)-1], `""`, `"`))
		case wordByte(t[0]):
			parts = append(parts, t)
		default:
			return nil, fmt.Errorf("%q is no name of a function", text)
		}
	}
	if len(toks)%2 == 0 || len(parts) > 3 {
		return nil, fmt.Errorf("%q is no name of a function", text)
	}
	return parts, nil
}
