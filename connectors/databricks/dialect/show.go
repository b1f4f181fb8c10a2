package dialect

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/polsync/polsync/state"
)

// show returns the expression of what is seen. What a family cannot show is NULL.
func show(b *builder, s state.Show, f state.Family) (string, error) {
	switch s.Word() {
	case state.ShowClear:
		return Value, nil
	case state.ShowSQL:
		return "(" + s.Text + ")", wellFormed(s.Text)
	case state.ShowFunction:
		return call(b, s), nil
	case state.ShowConst:
		return constant(b, s.Text, f)
	case state.ShowConstant:
		if e, ok := constants[f]; ok {
			return e, nil
		}
	case state.ShowConstDate:
		if dated(f) {
			return "CAST('9999-12-31' AS " + types[f] + ")", nil
		}
	case state.ShowYear:
		if dated(f) {
			return "CAST(date_trunc('YEAR', " + Value + ") AS " + types[f] + ")", nil
		}
	}
	if f == state.FamilyString {
		if e, ok := textShow(s); ok {
			return e, nil
		}
	}
	return "CAST(NULL AS " + typeOf(f) + ")", nil
}

var constants = map[state.Family]string{
	state.FamilyString: "'*'", state.FamilyNumber: "CAST(1 AS DECIMAL(38,10))", state.FamilyFloat: "CAST(1 AS DOUBLE)",
	state.FamilyDate: "CAST('2000-01-01' AS DATE)", state.FamilyTimestampNTZ: "CAST('2000-01-01' AS TIMESTAMP_NTZ)",
	state.FamilyTimestampLTZ: "CAST('2000-01-01' AS TIMESTAMP)",
}

// dated reports whether a family is one of dates that Databricks has.
func dated(f state.Family) bool { return f.Dated() && f != state.FamilyTimestampTZ }

const (
	stars  = "repeat('*', length(val))"
	domain = "split_part(val, '@', -1)" // behind the last @; the pattern ^.*@ would stop at a line break
)

// textShow returns what only text can show. A value too short to keep a part of, or without an @, is hidden whole.
func textShow(s state.Show) (string, bool) {
	n := strconv.Itoa(s.N)
	switch s.Word() {
	case state.ShowFull:
		return stars, true
	case state.ShowRedact:
		return "regexp_replace(regexp_replace(regexp_replace(regexp_replace(val, '[A-Z]', 'X'), '[a-z]', 'x'), '[0-9]', '0'), '[^ -~]', 'x')", true
	case state.ShowLast:
		return "if(length(val) > " + n + ", concat(regexp_replace(left(val, length(val) - " + n + "), '[^ ./()-]', '*'), right(val, " + n + ")), " + stars + ")", true
	case state.ShowFirst:
		return "if(length(val) > " + n + ", concat(left(val, " + n + "), repeat('*', length(val) - " + n + ")), " + stars + ")", true
	case state.ShowEmailDomain:
		return "if(instr(val, '@') > 0, concat('****@', " + domain + "), " + stars + ")", true
	case state.ShowHash:
		return "sha2(val, 256)", true
	case state.ShowEmailHash:
		return "if(instr(val, '@') > 0, concat(sha2(left(val, length(val) - length(" + domain + ") - 1), 256), '@', " + domain + "), sha2(val, 256))", true
	case state.ShowLastHash:
		return "if(length(val) > " + n + ", concat(sha2(val, 256), '-', right(val, " + n + ")), sha2(val, 256))", true
	}
	return "", false
}

// constant returns a constant of the author's in the family's type.
func constant(b *builder, text string, f state.Family) (string, error) {
	switch f {
	case state.FamilyString:
		return b.escaped(text), nil
	case state.FamilyNumber, state.FamilyFloat, state.FamilyBoolean, state.FamilyDate, state.FamilyTimestampNTZ, state.FamilyTimestampLTZ:
	default:
		return "CAST(NULL AS " + typeOf(f) + ")", nil
	}
	if !state.ConstantFits(text, f) {
		return "", fmt.Errorf("the constant does not fit a %s", f)
	}
	return "CAST(" + b.escaped(text) + " AS " + types[f] + ")", nil
}

func call(b *builder, s state.Show) string {
	parts := strings.Split(strings.ToLower(s.Text), ".")
	for i, p := range parts {
		parts[i] = b.quote(p)
	}
	args := []string{Value}
	for _, a := range s.Args {
		args = append(args, b.quote(a))
	}
	return strings.Join(parts, ".") + "(" + strings.Join(args, ", ") + ")"
}
