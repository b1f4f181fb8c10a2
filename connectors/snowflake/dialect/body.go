package dialect

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/polsync/polsync/state"
)

// types names each family as a policy's argument. NUMBER alone would be NUMBER(38,0), which may cut decimals; whether
// it does is nowhere documented, so the argument has places of its own.
var types = map[state.Family]string{
	state.FamilyString: "VARCHAR", state.FamilyNumber: "NUMBER(38, 10)", state.FamilyFloat: "FLOAT", state.FamilyBoolean: "BOOLEAN", state.FamilyDate: "DATE", state.FamilyTime: "TIME",
	state.FamilyTimestampNTZ: "TIMESTAMP_NTZ", state.FamilyTimestampLTZ: "TIMESTAMP_LTZ", state.FamilyTimestampTZ: "TIMESTAMP_TZ", state.FamilyBinary: "BINARY",
	state.FamilyVariant: "VARIANT", state.FamilyObject: "OBJECT", state.FamilyArray: "ARRAY", state.FamilyGeography: "GEOGRAPHY",
}

// Type returns the SQL type of a family, "" for one that no policy can mask.
func Type(f state.Family) string { return types[f] }

// Body implements plan.Dialect: a CASE over the rules in their order.
func (Dialect) Body(p *state.MaskingPolicy) (string, error) {
	if types[p.Family] == "" {
		return "", fmt.Errorf("no masking policy can take a %s", p.Family)
	}
	if p.Opaque {
		return p.Body, wellFormed(p.Body)
	}
	b := new(builder)
	if err := cases(b, p); err != nil {
		return "", err
	}
	return b.done()
}

func cases(b *builder, p *state.MaskingPolicy) error {
	otherwise, err := show(b, p.Default, p.Family)
	if err != nil {
		return err
	}
	if len(p.Rules) == 0 {
		b.raw(otherwise)
		return nil
	}
	b.raw("CASE")
	for _, r := range p.Rules {
		shown, err := show(b, r.Show, p.Family)
		if err != nil {
			return err
		}
		when, err := matches(b, r, p)
		if err != nil {
			return err
		}
		b.raw(" WHEN ", when, " THEN ", shown)
	}
	b.raw(" ELSE ", otherwise, " END")
	return nil
}

// matches returns the condition under which a rule decides.
func matches(b *builder, r state.Rule, p *state.MaskingPolicy) (string, error) {
	var who []string
	for _, to := range r.To {
		w, err := active(b, to, p.Primary)
		if err != nil {
			return "", err
		}
		who = append(who, w)
	}
	all := []string{strings.Join(who, " OR ")}
	if len(who) > 1 {
		all[0] = "(" + all[0] + ")"
	}
	if len(r.Values) > 0 {
		value := "SYSTEM$GET_TAG_ON_CURRENT_COLUMN(" + b.escaped(fqn(p.Tag)) + ")"
		all = append(all, value+" IN ("+literals(b, r.Values)+")")
	}
	for _, c := range r.When {
		all = append(all, condition(b, c))
	}
	return strings.Join(all, " AND "), nil
}

func literals(b *builder, values []string) string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = b.escaped(v)
	}
	return strings.Join(out, ", ")
}

// active returns the test for a principal being active in the session. Account roles count with what they inherit;
// with primary the session's own role alone does.
func active(b *builder, to state.Securable, primary bool) (string, error) {
	switch {
	case to.Kind == state.KindRole && to.Name == "PUBLIC":
		return "TRUE", nil
	case to.Kind == state.KindRole && primary:
		return "CURRENT_ROLE() = " + b.escaped(to.Name), nil
	case to.Kind == state.KindRole:
		return "IS_ROLE_IN_SESSION(" + b.escaped(to.Name) + ")", nil
	case to.Kind == state.KindDatabaseRole:
		return "IS_DATABASE_ROLE_IN_SESSION(" + b.escaped(fqn(to)) + ")", nil
	case to.Kind == state.KindUser:
		return "CURRENT_USER() = " + b.escaped(to.Name), nil
	}
	return "", fmt.Errorf("a %s cannot be named by a rule on Snowflake", to.Kind)
}

// condition returns the test of a sibling column. NULL makes every one of them false or unknown, and so no match.
func condition(b *builder, c state.Condition) string {
	// A tag's policy binds its further arguments to columns by name, so they are called as the columns are.
	column, value := b.quote(c.Column), b.escaped
	if c.Number {
		value = func(v string) string { return "(" + b.escaped(v) + ")::NUMBER(38, 10)" }
	}
	switch c.Op {
	case state.OpIn, state.OpNotIn:
		out := make([]string, len(c.Values))
		for i, v := range c.Values {
			out[i] = value(v)
		}
		return column + map[state.Op]string{state.OpIn: " IN (", state.OpNotIn: " NOT IN ("}[c.Op] + strings.Join(out, ", ") + ")"
	case state.OpLike:
		return column + " LIKE " + value(c.Values[0])
	case state.OpGT:
		return column + " > " + value(c.Values[0])
	}
	return column + " < " + value(c.Values[0])
}

// show returns the expression of what is seen. What a type cannot show is NULL.
func show(b *builder, s state.Show, f state.Family) (string, error) {
	switch s.Word() {
	case state.ShowClear:
		return "val", nil
	case state.ShowNothing:
		return "NULL", nil
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
	return "NULL", nil
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
		if _, err := strconv.ParseFloat(text, 64); err != nil || strings.ContainsAny(text, "nNxXiI_") {
			return "", fmt.Errorf("the constant does not fit a %s", f)
		}
		return text, nil
	case state.FamilyBoolean:
		if text == "true" || text == "false" {
			return strings.ToUpper(text), nil
		}
	case state.FamilyDate, state.FamilyTimestampNTZ, state.FamilyTimestampLTZ, state.FamilyTimestampTZ:
		return "TO_" + types[f] + "(" + b.escaped(text) + ")", nil
	default:
		return "NULL", nil
	}
	return "", fmt.Errorf("the constant does not fit a %s", f)
}

func call(b *builder, s state.Show) (string, error) {
	parts := strings.Split(s.Text, ".")
	for i, p := range parts {
		parts[i] = b.quote(strings.ToUpper(p))
	}
	args := []string{"val"}
	for _, a := range s.Args {
		args = append(args, b.quote(a))
	}
	return strings.Join(parts, ".") + "(" + strings.Join(args, ", ") + ")", nil
}

// wellFormed reports an expression of the author's that would not end where it should.
func wellFormed(sql string) error {
	toks, err := lex(sql)
	if err != nil {
		return err
	}
	depth := 0
	for _, t := range toks {
		switch t {
		case "(":
			depth++
		case ")":
			depth--
		case ";":
			return fmt.Errorf("the sql holds a semicolon; it is one expression")
		}
		if depth < 0 {
			return fmt.Errorf("the sql closes a bracket that it does not open")
		}
	}
	if depth != 0 || len(toks) == 0 {
		return fmt.Errorf("the sql does not close a bracket, or is empty")
	}
	return nil
}

// SameBody implements plan.Dialect: bodies are one when their words are, whatever stands between them.
func (Dialect) SameBody(a, b string) bool {
	if a == b {
		return true
	}
	x, err := lex(a)
	y, err2 := lex(b)
	if err != nil || err2 != nil || len(x) != len(y) {
		return false
	}
	for i := range x {
		if x[i] != y[i] {
			return false
		}
	}
	return true
}

// lex cuts SQL into words: names in upper case unless quoted, literals as they are, no comments and no white space.
func lex(sql string) ([]string, error) {
	var toks []string
	for i := 0; i < len(sql); {
		switch c := sql[i]; {
		case c == ' ' || c == '\n' || c == '\t' || c == '\r':
			i++
		case strings.HasPrefix(sql[i:], "--") || strings.HasPrefix(sql[i:], "//"):
			i = skipTo(sql, i, "\n")
		case strings.HasPrefix(sql[i:], "/*"):
			i = skipTo(sql, i+2, "*/")
		case strings.HasPrefix(sql[i:], "$$"):
			end := strings.Index(sql[i+2:], "$$")
			if end < 0 {
				return nil, fmt.Errorf("the sql does not close a $$")
			}
			toks, i = append(toks, sql[i:i+end+4]), i+end+4
		case c == '\'' || c == '"':
			end := quotedEnd(sql, i)
			if end < 0 {
				return nil, fmt.Errorf("the sql does not close a quote")
			}
			toks, i = append(toks, sql[i:end]), end
		case wordByte(c):
			end := i
			for end < len(sql) && wordByte(sql[end]) {
				end++
			}
			toks, i = append(toks, strings.ToUpper(sql[i:end])), end
		default:
			toks, i = append(toks, string(c)), i+1
		}
	}
	return toks, nil
}

func skipTo(sql string, from int, end string) int {
	if n := strings.Index(sql[from:], end); n >= 0 {
		return from + n + len(end)
	}
	return len(sql)
}

// quotedEnd returns where a quoted run ends: doubled quotes stay inside, and in literals a backslash escapes.
func quotedEnd(sql string, i int) int {
	q := sql[i]
	for j := i + 1; j < len(sql); j++ {
		switch {
		case sql[j] == '\\' && q == '\'':
			j++
		case sql[j] == q && j+1 < len(sql) && sql[j+1] == q:
			j++
		case sql[j] == q:
			return j + 1
		}
	}
	return -1
}

func wordByte(c byte) bool {
	return c == '_' || c == '$' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}
