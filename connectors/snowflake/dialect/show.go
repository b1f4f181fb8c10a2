package dialect

import (
	"fmt"
	"regexp"
	"slices"
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
		if e, ok := constants[f]; ok {
			return e, nil
		}
	case state.ShowConstDate:
		if dated(f) {
			return "TO_" + types[f] + "('9999-12-31')", nil
		}
	case state.ShowYear:
		if dated(f) {
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

var constants = map[state.Family]string{state.FamilyString: "'*'", state.FamilyNumber: "1", state.FamilyFloat: "1", state.FamilyDate: "TO_DATE('2000-01-01')",
	state.FamilyTimestampNTZ: "TO_TIMESTAMP_NTZ('2000-01-01')", state.FamilyTimestampLTZ: "TO_TIMESTAMP_LTZ('2000-01-01')", state.FamilyTimestampTZ: "TO_TIMESTAMP_TZ('2000-01-01')"}

func dated(f state.Family) bool {
	return f == state.FamilyDate || f == state.FamilyTimestampNTZ || f == state.FamilyTimestampLTZ || f == state.FamilyTimestampTZ
}

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

func constant(b *builder, text string, f state.Family) (string, error) {
	switch f {
	case state.FamilyString:
		return b.escaped(text), nil
	case state.FamilyNumber, state.FamilyFloat:
		if number.MatchString(text) {
			return text, nil
		}
	case state.FamilyBoolean:
		if text == "true" || text == "false" {
			return strings.ToUpper(text), nil
		}
	case state.FamilyDate, state.FamilyTimestampNTZ, state.FamilyTimestampLTZ, state.FamilyTimestampTZ:
		if instant(text, f) {
			return "TO_" + types[f] + "(" + b.escaped(text) + ")", nil
		}
	default:
		return nothing, nil
	}
	return "", fmt.Errorf("the constant does not fit a %s", f)
}

var number = regexp.MustCompile(`^[+-]?[0-9]{1,28}([.][0-9]{1,10})?$`)

// instant reports whether a text is a date, or for timestamps also a date with a time, with a zone where the type has
// one.
func instant(text string, f state.Family) bool {
	forms := []string{time.DateOnly}
	if f != state.FamilyDate {
		forms = append(forms, time.DateTime, "2006-01-02T15:04:05")
	}
	if f == state.FamilyTimestampLTZ || f == state.FamilyTimestampTZ {
		forms = append(forms, time.RFC3339Nano, "2006-01-02 15:04:05 -0700")
	}
	return slices.ContainsFunc(forms, func(form string) bool {
		_, err := time.Parse(form, text)
		return err == nil
	})
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
