package dialect

import (
	"errors"
	"fmt"
	"strings"
)

// wellFormed reports SQL of the author's that is not one expression: it would not end where it should, or holds a
// comment, which could hide what we write behind it.
func wellFormed(sql string) error {
	toks, err := lex(sql, false)
	if err != nil {
		return err
	}
	depth := 0
	for i, t := range toks {
		switch t {
		case "(":
			depth++
		case ")":
			depth--
		case ";":
			return errors.New("the sql holds a semicolon; it is one expression")
		case "COMMENT", "EXEMPT_OTHER_POLICIES":
			// Behind a policy's body these begin its properties.
			if depth == 0 && i+1 < len(toks) && toks[i+1] == "=" {
				return fmt.Errorf("the sql holds %s =, which would end the policy's body; put brackets around it", t)
			}
		}
		if depth < 0 {
			return errors.New("the sql closes a bracket that it does not open")
		}
	}
	if depth != 0 || len(toks) == 0 {
		return errors.New("the sql does not close a bracket, or is empty")
	}
	return nil
}

// SameBody implements plan.Dialect: bodies are one when their words are, whatever stands between them.
func (Dialect) SameBody(a, b string) bool {
	if a == b {
		return true
	}
	x, err := lex(a, true)
	y, err2 := lex(b, true)
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

// lex cuts SQL into words: names in upper case unless quoted, literals as they are, no white space. Comments are
// passed over, or refused.
func lex(sql string, comments bool) ([]string, error) {
	var toks []string
	for i := 0; i < len(sql); {
		end, word := i+1, true
		switch c := sql[i]; {
		case c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f' || c == '\v':
			word = false
		case begins(sql[i:], "--") || begins(sql[i:], "//") || begins(sql[i:], "/*"):
			if !comments {
				return nil, errors.New("the sql holds a comment; take it out")
			}
			end, word = commentEnd(sql, i), false
		case begins(sql[i:], "$$"):
			end = closing(sql, i+2, "$$")
		case c == '\'' || c == '"':
			end = quotedEnd(sql, i)
		case wordByte(c):
			for end < len(sql) && wordByte(sql[end]) {
				end++
			}
			toks, word = append(toks, strings.ToUpper(sql[i:end])), false
		}
		if end < 0 {
			return nil, errors.New("the sql does not close a quote or a comment")
		}
		if word {
			toks = append(toks, sql[i:end])
		}
		i = end
	}
	return toks, nil
}

func begins(sql, with string) bool { return strings.HasPrefix(sql, with) }

func commentEnd(sql string, i int) int {
	if begins(sql[i:], "/*") {
		return closing(sql, i+2, "*/")
	}
	if n := strings.IndexByte(sql[i:], '\n'); n >= 0 {
		return i + n + 1
	}
	return len(sql)
}

// closing returns the place behind the next end, -1 where there is none.
func closing(sql string, from int, end string) int {
	n := strings.Index(sql[from:], end)
	if n < 0 {
		return -1
	}
	return from + n + len(end)
}

// quotedEnd returns where a quoted run ends, -1 where it does not: doubled quotes stay inside, and in literals a
// backslash escapes.
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
