package sqlengine

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

func regexFunctions() map[string]builtin {
	boolean, text, integer := returns(TypeBoolean), returns(TypeText), resultRule(returnsInteger)
	like := builtin{params: "tt?t", result: boolean, eval: func(x *callInfo, a []Value) (Value, error) {
		re, err := x.regexpTest(a[1].(string), flagsOf(a, 2), x.at)
		if err != nil {
			return nil, err
		}
		return re.MatchString(a[0].(string)), nil
	}}
	plain := like
	plain.params = "tt"
	substr := builtin{params: "tt?iiti", result: text, eval: regexpSubstr}
	return map[string]builtin{
		"REGEXP_LIKE": like, "RLIKE": like, "REGEXP": like,
		"REGEXP_REPLACE": {params: "tt?tiit", result: text, eval: regexpReplace},
		"REGEXP_SUBSTR":  substr, "REGEXP_EXTRACT": {dialects: onlyDatabricks, params: "tt?i", result: text, eval: regexpExtract},
		"REGEXP_EXTRACT_ALL": {dialects: onlyDatabricks, params: "tt?i", result: returns(ArrayOf(TypeText)), eval: regexpExtractAll},
		"REGEXP_COUNT":       {params: "tt?it", result: integer, eval: regexpCount},
		"REGEXP_INSTR":       {params: "tt?iiiti", result: integer, eval: regexpInstr},
	}
}

func flagsOf(a []Value, i int) string {
	if i < len(a) {
		s, _ := a[i].(string)
		return s
	}
	return ""
}

// intArg gives a whole-number argument, otherwise where it is left out.
func intArg(x *callInfo, a []Value, i, otherwise int) (int, error) {
	if i >= len(a) {
		return otherwise, nil
	}
	return whole(x, a[i])
}

// regexpFrom compiles the pattern and cuts the text at a position counted from 1.
func regexpFrom(x *callInfo, a []Value, posArg, flagArg int) (re *regexp.Regexp, skipped, rest string, err error) {
	flags := ""
	if flagArg > 0 {
		flags = flagsOf(a, flagArg)
	}
	if re, err = x.regex(a[1].(string), flags, x.at); err != nil {
		return
	}
	from, err := intArg(x, a, posArg, 1)
	if err != nil {
		return
	}
	if from < 1 {
		return nil, "", "", x.invalid("position must be positive")
	}
	text := a[0].(string)
	cut := 0
	for ; from > 1 && cut < len(text); from-- {
		_, n := utf8.DecodeRuneInString(text[cut:])
		cut += n
	}
	return re, text[:cut], text[cut:], nil
}

// regexpReplace: Snowflake replaces the occurrence-th match, all with 0, and writes groups as \1; Databricks replaces all and writes $1.
func regexpReplace(x *callInfo, a []Value) (Value, error) {
	re, skipped, rest, err := regexpFrom(x, a, 3, 5)
	if err != nil {
		return nil, err
	}
	occurrence, err := intArg(x, a, 4, 0)
	if err != nil {
		return nil, err
	}
	if occurrence < 0 || x.dialect == Databricks && len(a) > 4 {
		return nil, x.invalid("occurrence")
	}
	with := ""
	if len(a) > 2 {
		with = a[2].(string)
	}
	if !strings.ContainsAny(with, `\$`) && occurrence == 0 {
		return skipped + re.ReplaceAllLiteralString(rest, with), nil
	}
	template, err := x.replacement(with, re.NumSubexp())
	if err != nil {
		return nil, err
	}
	var out []byte
	last := 0
	for i, m := range re.FindAllStringSubmatchIndex(rest, -1) {
		if occurrence > 0 && i+1 != occurrence {
			continue
		}
		out = append(out, rest[last:m[0]]...)
		out = re.ExpandString(out, template, rest, m)
		last = m[1]
	}
	return skipped + string(append(out, rest[last:]...)), nil
}

// replacement turns a vendor's replacement text into Go's template.
func (x *callInfo) replacement(s string, groups int) (string, error) {
	mark := byte('\\')
	if x.dialect == Databricks {
		mark = '$'
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == mark && i+1 < len(s) && isDigit(s[i+1]):
			i++
			if int(s[i]-'0') > groups && x.dialect == Databricks {
				return "", x.invalid("no such group")
			}
			b.WriteString("${" + string(s[i]) + "}")
		case c == '\\' && i+1 < len(s):
			i++
			b.WriteString(strings.ReplaceAll(string(s[i]), "$", "$$"))
		case c == '$' && x.dialect == Databricks:
			return "", x.invalid("$ without a group")
		default:
			b.WriteString(strings.ReplaceAll(string(c), "$", "$$"))
		}
	}
	return b.String(), nil
}

// nthMatch gives the occurrence-th match, nil where there are fewer.
func nthMatch(re *regexp.Regexp, s string, occurrence int) []int {
	all := re.FindAllStringSubmatchIndex(s, occurrence)
	if occurrence < 1 || len(all) < occurrence {
		return nil
	}
	return all[occurrence-1]
}

// regexpSubstr(text, pattern [, position, occurrence, parameters, group]).
func regexpSubstr(x *callInfo, a []Value) (Value, error) {
	if x.dialect == Databricks && len(a) > 2 {
		return nil, errorf(ErrArgumentCount, x.name, x.at, "regexp_substr takes 2 arguments")
	}
	re, _, rest, err := regexpFrom(x, a, 2, 4)
	if err != nil {
		return nil, err
	}
	occurrence, err := intArg(x, a, 3, 1)
	if err != nil {
		return nil, err
	}
	group := 0
	if strings.Contains(flagsOf(a, 4), "e") {
		group = 1
	}
	if group, err = intArg(x, a, 5, group); err != nil {
		return nil, err
	}
	if group > re.NumSubexp() {
		return nil, nil
	}
	m := nthMatch(re, rest, occurrence)
	if m == nil || group < 0 || m[2*group] < 0 {
		return nil, nil
	}
	return rest[m[2*group]:m[2*group+1]], nil
}

// regexpExtract gives group 1 (or the one asked for) of the first match, ” where there is none.
func regexpExtract(x *callInfo, a []Value) (Value, error) {
	re, group, err := x.groupArg(a)
	if err != nil {
		return nil, err
	}
	m := re.FindStringSubmatch(a[0].(string))
	if m == nil {
		return "", nil
	}
	return m[group], nil
}

func (x *callInfo) groupArg(a []Value) (*regexp.Regexp, int, error) {
	re, err := x.regex(a[1].(string), "", x.at)
	if err != nil {
		return nil, 0, err
	}
	group, err := intArg(x, a, 2, 1)
	if err != nil {
		return nil, 0, err
	}
	if group < 0 || group > re.NumSubexp() {
		return nil, 0, x.invalid("no such group")
	}
	return re, group, nil
}

func regexpExtractAll(x *callInfo, a []Value) (Value, error) {
	re, group, err := x.groupArg(a)
	if err != nil {
		return nil, err
	}
	out := Array{}
	for _, m := range re.FindAllStringSubmatch(a[0].(string), -1) {
		out = append(out, m[group])
	}
	return out, nil
}

func regexpCount(x *callInfo, a []Value) (Value, error) {
	re, _, rest, err := regexpFrom(x, a, 2, 3)
	if err != nil {
		return nil, err
	}
	return int64(len(re.FindAllStringIndex(rest, -1))), nil
}

// regexpInstr(text, pattern [, position, occurrence, option, parameters, group]).
func regexpInstr(x *callInfo, a []Value) (Value, error) {
	re, skipped, rest, err := regexpFrom(x, a, 2, 5)
	if err != nil {
		return nil, err
	}
	occurrence, err := intArg(x, a, 3, 1)
	if err != nil {
		return nil, err
	}
	end, err := intArg(x, a, 4, 0)
	if err != nil {
		return nil, err
	}
	if len(a) > 6 {
		return nil, unsupported("group argument of REGEXP_INSTR", x.at)
	}
	m := nthMatch(re, rest, occurrence)
	if m == nil {
		return int64(0), nil
	}
	at := m[0]
	if end == 1 {
		at = m[1]
	}
	return int64(utf8.RuneCountInString(skipped) + utf8.RuneCountInString(rest[:at]) + 1), nil
}
