package sqlengine

import (
	"errors"
	"regexp"
	"strings"
	"unicode/utf8"
)

var errEscape = errors.New("escape character ends the pattern")

// likeMatcher compiles a LIKE pattern. escape 0: none.
func likeMatcher(pattern string, escape rune, ignoreCase bool) (func(string) bool, error) {
	var b strings.Builder
	literal, kinds, wild := "", "", false
	for i := 0; i < len(pattern); {
		r, size := utf8.DecodeRuneInString(pattern[i:])
		i += size
		switch {
		case escape != 0 && r == escape:
			if i >= len(pattern) {
				return nil, errEscape
			}
			next, n := utf8.DecodeRuneInString(pattern[i:])
			i += n
			b.WriteString(regexp.QuoteMeta(string(next)))
			literal += string(next)
			kinds += "c"
		case r == '%':
			b.WriteString(".*")
			kinds += "%"
		case r == '_':
			b.WriteString(".")
			wild = true
		default:
			b.WriteString(regexp.QuoteMeta(string(r)))
			literal += string(r)
			kinds += "c"
		}
	}
	if m := simpleLike(literal, kinds, wild || ignoreCase); m != nil {
		return m, nil
	}
	flags := "s"
	if ignoreCase {
		flags += "i"
	}
	re, err := regexp.Compile("(?" + flags + `)\A` + b.String() + `\z`)
	if err != nil {
		return nil, errEscape
	}
	return re.MatchString, nil
}

// simpleLike avoids the regular expression where the pattern is a text with % only at its ends; nil where it is not.
func simpleLike(literal, kinds string, hard bool) func(string) bool {
	if hard || strings.Contains(strings.Trim(kinds, "%"), "%") {
		return nil
	}
	front, back := strings.HasPrefix(kinds, "%"), strings.HasSuffix(kinds, "%")
	switch {
	case front && back:
		return func(s string) bool { return strings.Contains(s, literal) }
	case front:
		return func(s string) bool { return strings.HasSuffix(s, literal) }
	case back:
		return func(s string) bool { return strings.HasPrefix(s, literal) }
	}
	return func(s string) bool { return s == literal }
}

func (c *compiler) like(e *Like, sc *scope) (*node, error) {
	x, err := c.textOperand(e.X, e.Op, sc)
	if err != nil {
		return nil, err
	}
	escape, err := c.escapeRune(e, sc)
	if err != nil {
		return nil, err
	}
	tests := make([]*node, len(e.Patterns))
	for i, p := range e.Patterns {
		pattern, err := c.textOperand(p, e.Op, sc)
		if err != nil {
			return nil, err
		}
		if tests[i], err = c.patternTest(e, x, pattern, escape); err != nil {
			return nil, err
		}
	}
	n := tests[0]
	for _, t := range tests[1:] {
		n = either(n, t, e.Quantifier == "ANY")
	}
	if e.Not {
		inner := n
		n = fold(&node{typ: TypeBoolean, nullable: n.nullable, eval: func(f *frame) (Value, error) {
			v, err := inner.eval(f)
			if v == nil || err != nil {
				return nil, err
			}
			return !v.(bool), nil
		}}, inner)
	}
	return n, nil
}

// either joins two conditions with OR, or with AND.
func either(a, b *node, or bool) *node {
	return fold(&node{typ: TypeBoolean, nullable: true, eval: func(f *frame) (Value, error) {
		x, err := a.eval(f)
		if err != nil || x == or {
			return x, err
		}
		y, err := b.eval(f)
		if err != nil || y == or {
			return y, err
		}
		if x == nil || y == nil {
			return nil, nil
		}
		return !or, nil
	}}, a, b)
}

func (c *compiler) textOperand(e Expr, op string, sc *scope) (*node, error) {
	n, err := c.expr(e, sc)
	if err != nil {
		return nil, err
	}
	return c.coerce(n, 't', op, e.Pos())
}

// escapeRune gives the escape character: Databricks has the backslash by default, Snowflake none.
func (c *compiler) escapeRune(e *Like, sc *scope) (rune, error) {
	if e.Escape == nil {
		if c.dialect == Databricks {
			return '\\', nil
		}
		return 0, nil
	}
	n, err := c.expr(e.Escape, sc)
	if err != nil {
		return 0, err
	}
	s, ok := n.value.(string)
	if !ok || utf8.RuneCountInString(s) != 1 {
		return 0, errorf(ErrInvalidArgument, "ESCAPE", e.Pos(), "ESCAPE takes one character")
	}
	r, _ := utf8.DecodeRuneInString(s)
	return r, nil
}

func (c *compiler) patternTest(e *Like, x, pattern *node, escape rune) (*node, error) {
	at := e.Pos()
	compile := func(p string) (func(string) bool, error) {
		if e.Op == "RLIKE" {
			re, err := c.regexpTest(p, "", at)
			if err != nil {
				return nil, err
			}
			return re.MatchString, nil
		}
		key := "like" + string(escape) + e.Op + "\x00" + p
		m, err := patterns.get(key, func() (any, error) {
			m, err := likeMatcher(p, escape, e.Op == "ILIKE")
			return m, err
		})
		if err != nil {
			return nil, errorf(ErrInvalidArgument, e.Op, at, "invalid %s pattern", e.Op)
		}
		return m.(func(string) bool), nil
	}
	n := &node{typ: TypeBoolean, nullable: x.nullable || pattern.nullable}
	if p, ok := pattern.value.(string); ok && pattern.isConst {
		match, err := compile(p)
		if err != nil {
			return nil, err
		}
		n.eval = func(f *frame) (Value, error) {
			v, err := x.eval(f)
			if v == nil || err != nil {
				return nil, err
			}
			return match(v.(string)), nil
		}
		return fold(n, x), nil
	}
	n.eval = func(f *frame) (Value, error) {
		v, err := x.eval(f)
		if v == nil || err != nil {
			return nil, err
		}
		p, err := pattern.eval(f)
		if p == nil || err != nil {
			return nil, err
		}
		match, err := compile(p.(string))
		if err != nil {
			return nil, err
		}
		return match(v.(string)), nil
	}
	return fold(n, x, pattern), nil
}
