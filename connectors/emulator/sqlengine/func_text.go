package sqlengine

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

type evalArgs = func(x *callInfo, a []Value) (Value, error)

// textOf lifts a function of one text.
func textOf(f func(string) string) evalArgs {
	return func(_ *callInfo, a []Value) (Value, error) { return f(a[0].(string)), nil }
}

func textTest(f func(s, t string) bool) evalArgs {
	return func(_ *callInfo, a []Value) (Value, error) { return f(a[0].(string), a[1].(string)), nil }
}

// sameText gives text of the argument's length, which the function does not exceed.
func sameText(i int) resultRule {
	return func(_ *compiler, args []*node) Type {
		if args[i].typ.Kind == KindText {
			return args[i].typ
		}
		return TypeText
	}
}

func textFunctions() map[string]builtin {
	text, integer, boolean := returns(TypeText), resultRule(returnsInteger), returns(TypeBoolean)
	length := builtin{params: "y", result: integer, eval: lengthOf}
	substr := builtin{params: "yi?i", result: sameText(0), eval: substring}
	position := builtin{params: "tt?i", result: integer, eval: func(x *callInfo, a []Value) (Value, error) {
		return positionOf(x, a[0].(string), a[1].(string), a[2:])
	}}
	instr := builtin{dialects: onlyDatabricks, params: "tt", result: integer, eval: func(x *callInfo, a []Value) (Value, error) {
		return positionOf(x, a[1].(string), a[0].(string), nil)
	}}
	contains := builtin{params: "tt", result: boolean, eval: textTest(strings.Contains)}
	starts := builtin{params: "tt", result: boolean, eval: textTest(strings.HasPrefix)}
	ends := builtin{params: "tt", result: boolean, eval: textTest(strings.HasSuffix)}
	upperCase := builtin{params: "t", result: sameText(0), eval: textOf(strings.ToUpper)}
	lowerCase := builtin{params: "t", result: sameText(0), eval: textOf(strings.ToLower)}
	chr := builtin{params: "i", result: text, eval: chrOf}
	ascii := builtin{params: "t", result: integer, eval: asciiOf}
	t := map[string]builtin{
		"LENGTH": length, "LEN": length, "CHAR_LENGTH": length, "CHARACTER_LENGTH": length,
		"OCTET_LENGTH": {params: "y", result: integer, eval: byteLength},
		"UPPER":        upperCase, "LOWER": lowerCase, "UCASE": only(upperCase, onlyDatabricks), "LCASE": only(lowerCase, onlyDatabricks),
		"SUBSTR": substr, "SUBSTRING": substr, "MID": only(substr, onlySnowflake),
		"LEFT": {params: "ti", result: sameText(0), eval: leftOf}, "RIGHT": {params: "ti", result: sameText(0), eval: rightOf},
		"LTRIM": {params: "t?t", result: sameText(0), eval: trimmer(strings.TrimLeft)},
		"RTRIM": {params: "t?t", result: sameText(0), eval: trimmer(strings.TrimRight)},
		"TRIM":  {params: "t?t", result: sameText(0), eval: trimmer(strings.Trim)},
		"BTRIM": {dialects: onlyDatabricks, params: "t?t", result: sameText(0), eval: trimmer(strings.Trim)},
		"REPLACE": {params: "tt?t", result: text, eval: func(_ *callInfo, a []Value) (Value, error) {
			with := ""
			if len(a) > 2 {
				with = a[2].(string)
			}
			if a[1] == "" {
				return a[0], nil
			}
			return strings.ReplaceAll(a[0].(string), a[1].(string), with), nil
		}},
		"TRANSLATE":  {params: "ttt", result: text, eval: translate},
		"CONCAT":     {params: "t*", result: concatType, eval: concat},
		"CONCAT_WS":  {params: "xx*", result: text, nulls: true, eval: concatWS},
		"SPLIT_PART": {params: "tti", result: text, eval: splitPart},
		"POSITION":   position, "CHARINDEX": position, "LOCATE": only(position, onlyDatabricks), "INSTR": instr,
		"LPAD": {params: "ti?t", result: text, eval: padder(true)}, "RPAD": {params: "ti?t", result: text, eval: padder(false)},
		"REPEAT": {params: "ti", result: text, eval: repeat}, "REVERSE": {params: "t", result: sameText(0), eval: textOf(reverseText)},
		"ASCII": ascii, "UNICODE": only(ascii, onlySnowflake), "CHR": chr, "CHAR": chr,
		"INITCAP":    {params: "t", result: sameText(0), eval: textOf(initcap)},
		"STARTSWITH": starts, "ENDSWITH": ends, "CONTAINS": contains,
		"SPACE":        {params: "i", result: text, eval: func(x *callInfo, a []Value) (Value, error) { return repeat(x, []Value{" ", a[0]}) }},
		"EDITDISTANCE": {dialects: onlySnowflake, params: "tt", result: integer, eval: levenshtein},
		"LEVENSHTEIN":  {dialects: onlyDatabricks, params: "tt", result: integer, eval: levenshtein},
	}
	return t
}

func only(f builtin, d dialects) builtin {
	f.dialects = d
	return f
}

func lengthOf(_ *callInfo, a []Value) (Value, error) {
	if b, ok := a[0].([]byte); ok {
		return int64(len(b)), nil
	}
	return int64(utf8.RuneCountInString(a[0].(string))), nil
}

func byteLength(_ *callInfo, a []Value) (Value, error) {
	if b, ok := a[0].([]byte); ok {
		return int64(len(b)), nil
	}
	return int64(len(a[0].(string))), nil
}

// whole gives a whole-number argument, bounded so that positions and lengths fit.
func whole(x *callInfo, v Value) (int, error) {
	n, ok := v.(int64)
	if !ok {
		return 0, x.invalid("number out of range")
	}
	return int(max(min(n, 1<<31), -1<<31)), nil
}

// substring counts from 1, negative starts from the end; 0 is taken as 1.
func substring(x *callInfo, a []Value) (Value, error) {
	start, err := whole(x, a[1])
	if err != nil {
		return nil, err
	}
	length := 1 << 31
	if len(a) > 2 {
		if length, err = whole(x, a[2]); err != nil {
			return nil, err
		}
	}
	if b, ok := a[0].([]byte); ok {
		from, to := sliceBounds(len(b), start, length, x.dialect)
		return b[from:to], nil
	}
	s := a[0].(string)
	if isASCII(s) {
		from, to := sliceBounds(len(s), start, length, x.dialect)
		return s[from:to], nil
	}
	r := []rune(s)
	from, to := sliceBounds(len(r), start, length, x.dialect)
	return string(r[from:to]), nil
}

// sliceBounds turns start and length into bounds within n. A negative start before the first character gives nothing on Snowflake; on
// Databricks the part that would lie before the text is cut off.
func sliceBounds(n, start, length int, d Dialect) (int, int) {
	from := start - 1
	switch {
	case start == 0:
		from = 0
	case start < 0:
		from = n + start
		if from < 0 && d == Snowflake {
			return 0, 0
		}
	}
	to := min(from+max(length, 0), n)
	from = max(from, 0)
	if from >= to {
		return 0, 0
	}
	return from, to
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func leftOf(x *callInfo, a []Value) (Value, error) {
	n, err := whole(x, a[1])
	if err != nil {
		return nil, err
	}
	r := []rune(a[0].(string))
	return string(r[:max(min(n, len(r)), 0)]), nil
}

func rightOf(x *callInfo, a []Value) (Value, error) {
	n, err := whole(x, a[1])
	if err != nil {
		return nil, err
	}
	r := []rune(a[0].(string))
	return string(r[len(r)-max(min(n, len(r)), 0):]), nil
}

// trimmer: Snowflake's LTRIM, RTRIM and TRIM take the characters second; Databricks' LTRIM and RTRIM take them first, BTRIM second.
func trimmer(trim func(s, cutset string) string) evalArgs {
	return func(x *callInfo, a []Value) (Value, error) {
		s, set := a[0].(string), " "
		if len(a) > 1 {
			set = a[1].(string)
			if x.dialect == Databricks && x.name != "BTRIM" {
				s, set = set, s
			}
		}
		return trim(s, set), nil
	}
}

func translate(_ *callInfo, a []Value) (Value, error) {
	from, to := []rune(a[1].(string)), []rune(a[2].(string))
	return strings.Map(func(r rune) rune {
		for i, f := range from {
			if f != r {
				continue
			}
			if i < len(to) {
				return to[i]
			}
			return -1
		}
		return r
	}, a[0].(string)), nil
}

func concatType(_ *compiler, args []*node) Type {
	n := 0
	for _, a := range args {
		if a.typ.Length == 0 || a.typ.Kind != KindText {
			return TypeText
		}
		n += a.typ.Length
	}
	return Text(min(n, MaxText))
}

func concat(_ *callInfo, a []Value) (Value, error) {
	if len(a) == 2 {
		return a[0].(string) + a[1].(string), nil
	}
	var b strings.Builder
	for _, v := range a {
		b.WriteString(v.(string))
	}
	return b.String(), nil
}

// concatWS: a NULL among the values is skipped on Databricks, and makes the result NULL on Snowflake.
func concatWS(x *callInfo, a []Value) (Value, error) {
	if a[0] == nil {
		return nil, nil
	}
	var parts []string
	for i, v := range a[1:] {
		switch v := v.(type) {
		case nil:
			if x.dialect == Snowflake {
				return nil, nil
			}
		case Array:
			for _, e := range v {
				if e != nil {
					parts = append(parts, x.text(e, elemOr(x.types[i+1].Elem)))
				}
			}
		default:
			parts = append(parts, x.text(v, x.types[i+1]))
		}
	}
	return strings.Join(parts, x.text(a[0], x.types[0])), nil
}

// splitPart counts from 1, or from the end with a negative number; what is not there is ”. Snowflake takes 0 as 1.
func splitPart(x *callInfo, a []Value) (Value, error) {
	n, err := whole(x, a[2])
	if err != nil {
		return nil, err
	}
	parts := []string{a[0].(string)}
	if a[1] != "" {
		parts = strings.Split(a[0].(string), a[1].(string))
	}
	switch {
	case n == 0 && x.dialect == Databricks:
		return nil, x.invalid("the index 0 is invalid")
	case n == 0:
		n = 1
	case n < 0:
		n = len(parts) + n + 1
	}
	if n < 1 || n > len(parts) {
		return "", nil
	}
	return parts[n-1], nil
}

func positionOf(x *callInfo, needle, text string, rest []Value) (Value, error) {
	from := 1
	if len(rest) > 0 {
		var err error
		if from, err = whole(x, rest[0]); err != nil {
			return nil, err
		}
	}
	r := []rune(text)
	if from < 1 || from > len(r)+1 {
		return int64(0), nil
	}
	i := strings.Index(string(r[from-1:]), needle)
	if i < 0 {
		return int64(0), nil
	}
	return int64(from + utf8.RuneCountInString(string(r[from-1:])[:i])), nil
}

// maxMade is the longest text a function makes: what a VARCHAR holds.
const maxMade = MaxText

func padder(left bool) evalArgs {
	return func(x *callInfo, a []Value) (Value, error) {
		n, err := whole(x, a[1])
		if err != nil {
			return nil, err
		}
		if n > maxMade {
			return nil, x.invalid("result is too long")
		}
		r, pad := []rune(a[0].(string)), []rune(" ")
		if len(a) > 2 {
			pad = []rune(a[2].(string))
		}
		if n <= len(r) || len(pad) == 0 {
			return string(r[:max(min(n, len(r)), 0)]), nil
		}
		fill := make([]rune, n-len(r))
		for i := range fill {
			fill[i] = pad[i%len(pad)]
		}
		if left {
			return string(fill) + string(r), nil
		}
		return string(r) + string(fill), nil
	}
}

func repeat(x *callInfo, a []Value) (Value, error) {
	n, err := whole(x, a[1])
	if err != nil {
		return nil, err
	}
	s := a[0].(string)
	if n > 0 && len(s) > maxMade/n {
		return nil, x.invalid("result is too long")
	}
	return strings.Repeat(s, max(n, 0)), nil
}

func reverseText(s string) string {
	r := []rune(s)
	for i, j := 0, len(r)-1; i < j; i, j = i+1, j-1 {
		r[i], r[j] = r[j], r[i]
	}
	return string(r)
}

func asciiOf(_ *callInfo, a []Value) (Value, error) {
	s := a[0].(string)
	if s == "" {
		return int64(0), nil
	}
	r, _ := utf8.DecodeRuneInString(s)
	return int64(r), nil
}

func chrOf(x *callInfo, a []Value) (Value, error) {
	n, err := whole(x, a[0])
	if err != nil {
		return nil, err
	}
	if x.dialect == Databricks {
		if n < 0 {
			return "", nil
		}
		n %= 256
	}
	if n < 0 || !utf8.ValidRune(rune(n)) {
		return nil, x.invalid("no such code point")
	}
	return string(rune(n)), nil
}

// initcap starts words at every character that is no letter or digit; Databricks only at blanks.
func initcap(s string) string {
	start := true
	return strings.Map(func(r rune) rune {
		out := unicode.ToLower(r)
		if start {
			out = unicode.ToUpper(r)
		}
		start = !unicode.IsLetter(r) && !unicode.IsDigit(r)
		return out
	}, s)
}

func levenshtein(_ *callInfo, a []Value) (Value, error) {
	s, t := []rune(a[0].(string)), []rune(a[1].(string))
	row := make([]int, len(t)+1)
	for j := range row {
		row[j] = j
	}
	for i, r := range s {
		diagonal := row[0]
		row[0] = i + 1
		for j, q := range t {
			cost := diagonal
			if r != q {
				cost = min(diagonal, row[j], row[j+1]) + 1
			}
			diagonal, row[j+1] = row[j+1], cost
		}
	}
	return int64(row[len(t)]), nil
}
