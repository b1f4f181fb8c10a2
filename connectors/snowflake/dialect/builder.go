package dialect

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/polsync/polsync/state"
)

// ErrName says that a name or literal cannot be written in Snowflake's SQL.
var ErrName = errors.New("cannot be written")

// builder puts statements together. Every identifier and literal goes through it; there is no other way to SQL.
type builder struct {
	b   strings.Builder
	err error
}

// raw appends SQL of our own.
func (b *builder) raw(parts ...string) *builder {
	for _, p := range parts {
		b.b.WriteString(p)
	}
	return b
}

// name appends a dotted name, each part quoted.
func (b *builder) name(parts ...string) *builder {
	for i, p := range parts {
		if i > 0 {
			b.b.WriteByte('.')
		}
		b.b.WriteString(b.quote(p))
	}
	return b
}

func (b *builder) quote(part string) string {
	switch {
	case part == "" || !utf8.ValidString(part) || strings.ContainsRune(part, 0):
		b.err = fmt.Errorf("%w: a name part is empty, no UTF-8 or holds a NUL", ErrName)
	case utf8.RuneCountInString(part) > 255:
		b.err = fmt.Errorf("%w: a name part is longer than 255 characters", ErrName)
	}
	return `"` + strings.ReplaceAll(part, `"`, `""`) + `"`
}

// on appends a securable's name; a policy's, a tag's and a table's alike.
func (b *builder) on(s state.Securable) *builder { return b.name(s.Parts()...) }

// literal appends a string literal. A backslash escapes in Snowflake, so quotes alone are not enough.
func (b *builder) literal(text string) *builder {
	b.b.WriteString(b.escaped(text))
	return b
}

var escapes = strings.NewReplacer(`\`, `\\`, `'`, `\'`, "\n", `\n`, "\r", `\r`, "\t", `\t`)

func (b *builder) escaped(text string) string {
	if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		b.err = fmt.Errorf("%w: a literal is no UTF-8 or holds a NUL", ErrName)
	}
	return "'" + escapes.Replace(text) + "'"
}

// list appends items separated by commas.
func list[T any](b *builder, items []T, each func(T)) {
	for i, it := range items {
		if i > 0 {
			b.raw(", ")
		}
		each(it)
	}
}

func (b *builder) done() (string, error) { return b.b.String(), b.err }

// fqn returns the quoted full name, as functions take it inside a literal.
func fqn(s state.Securable) string {
	var b builder
	b.on(s)
	return b.b.String()
}

// Quoted returns a securable's name as SQL writes it.
func Quoted(s state.Securable) (string, error) {
	b := new(builder)
	return b.on(s).done()
}

// Literal returns a string literal.
func Literal(text string) (string, error) { return new(builder).literal(text).done() }

// Named returns a securable's name as SQL writes it, that of a function with the types of its arguments.
func Named(s state.Securable) (string, error) {
	if s.Kind != state.KindFunction && s.Kind != state.KindProcedure {
		return Quoted(s)
	}
	b := new(builder)
	if err := signature(b, "", s); err != nil {
		return "", err
	}
	name, err := b.done()
	return strings.TrimPrefix(name, " "), err
}
