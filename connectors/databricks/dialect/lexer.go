package dialect

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

var errUnclosed = errors.New("the sql does not close a quote or comment")

// tokens cuts SQL into words: names in lower case and without backticks, strings as the value they stand for behind a
// quote, no comments and no white space.
func tokens(sql string) ([]string, error) {
	var all []string
	for i := 0; i < len(sql); {
		tok, next, err := token(sql, i)
		if err != nil {
			return nil, err
		}
		if tok != "" {
			all = append(all, tok)
		}
		i = next
	}
	return all, nil
}

// token returns the word at i, "" for what is between words, and where the next one begins.
func token(sql string, i int) (string, int, error) {
	switch c := sql[i]; {
	case strings.IndexByte(" \t\r\n", c) >= 0:
		return "", i + 1, nil
	case strings.HasPrefix(sql[i:], "--"):
		if n := strings.IndexByte(sql[i:], '\n'); n >= 0 {
			return "", i + n, nil
		}
		return "", len(sql), nil
	case strings.HasPrefix(sql[i:], "/*"):
		n := strings.Index(sql[i+2:], "*/")
		if n < 0 {
			return "", 0, errUnclosed
		}
		return "", i + n + 4, nil
	case c == '`':
		return backticked(sql, i)
	case c == '\'' || c == '"':
		return quoted(sql, i, true)
	case (c == 'r' || c == 'R') && i+1 < len(sql) && (sql[i+1] == '\'' || sql[i+1] == '"'):
		return quoted(sql, i+1, false)
	case wordByte(c):
		end := i
		for end < len(sql) && wordByte(sql[end]) {
			end++
		}
		return strings.ToLower(sql[i:end]), end, nil
	default:
		return string(c), i + 1, nil
	}
}

func wordByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

func backticked(sql string, i int) (string, int, error) {
	var name strings.Builder
	for j := i + 1; j < len(sql); j++ {
		if sql[j] != '`' {
			name.WriteByte(sql[j])
			continue
		}
		if j+1 < len(sql) && sql[j+1] == '`' {
			name.WriteByte('`')
			j++
			continue
		}
		return strings.ToLower(name.String()), j + 1, nil
	}
	return "", 0, errUnclosed
}

func quoted(sql string, i int, escapes bool) (string, int, error) {
	quote := sql[i]
	value := strings.Builder{}
	value.WriteByte('\'')
	for j := i + 1; j < len(sql); j++ {
		switch {
		case sql[j] == '\\' && escapes && j+1 < len(sql):
			j++
			value.WriteString(unescaped(sql[j]))
		case sql[j] == quote:
			return value.String(), j + 1, nil
		default:
			value.WriteByte(sql[j])
		}
	}
	return "", 0, errUnclosed
}

// unescaped returns what a backslash and c stand for; % and _ keep theirs, which matters to LIKE.
func unescaped(c byte) string {
	switch c {
	case 'n':
		return "\n"
	case 't':
		return "\t"
	case 'r':
		return "\r"
	case 'b':
		return "\b"
	case '0':
		return "\x00"
	case '%', '_':
		return `\` + string(c)
	}
	return string(c)
}

// wellFormed reports an author's expression that would not end where it should: it closes what it opens, holds no
// semicolon, and no comment, which could swallow what follows it.
func wellFormed(sql string) error {
	toks, err := tokens(sql)
	switch {
	case err != nil:
		return err
	case len(toks) == 0:
		return errors.New("the sql is empty")
	case strings.ContainsRune(sql, 0):
		return errors.New("the sql holds a NUL")
	}
	if err := noComment(sql); err != nil {
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
			return errors.New("the sql holds a semicolon; it is one expression")
		}
		if depth < 0 {
			break
		}
	}
	if depth != 0 {
		return fmt.Errorf("the brackets of the sql do not match")
	}
	return nil
}

func noComment(sql string) error {
	for i := 0; i < len(sql); {
		if strings.HasPrefix(sql[i:], "--") || strings.HasPrefix(sql[i:], "/*") {
			return errors.New("the sql holds a comment")
		}
		_, next, err := token(sql, i)
		if err != nil {
			return err
		}
		i = next
	}
	return nil
}

// SameBody implements plan.Dialect: bodies are one when their words are, whatever stands between them.
func (Dialect) SameBody(a, b string) bool {
	if a == b {
		return true
	}
	x, err := tokens(a)
	if err != nil {
		return false
	}
	y, err := tokens(b)
	return err == nil && slices.Equal(x, y)
}
