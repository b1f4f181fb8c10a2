package dialect

import (
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/polsync/polsync/state"
)

// builder writes SQL. It is the only way names and values get into a statement. The first name or value that SQL
// cannot hold makes its error.
type builder struct {
	text strings.Builder
	err  error
}

func (b *builder) fail(format string, args ...any) {
	if b.err == nil {
		b.err = fmt.Errorf(format, args...)
	}
}

// raw writes SQL that is part of the program, or an expression the author wrote and wellFormed passed.
func (b *builder) raw(sql ...string) *builder {
	for _, s := range sql {
		b.text.WriteString(s)
	}
	return b
}

// name writes the parts of a name in backticks, joined by dots.
func (b *builder) name(parts ...string) *builder {
	for i, p := range parts {
		if i > 0 {
			b.text.WriteByte('.')
		}
		b.text.WriteString(b.quote(p))
	}
	return b
}

// literal writes a string.
func (b *builder) literal(s string) *builder { return b.raw(b.escaped(s)) }

func (b *builder) done() (string, error) { return b.text.String(), b.err }

// quote returns a name part in backticks. No name on the platform holds control characters.
func (b *builder) quote(part string) string {
	switch {
	case part == "":
		b.fail("a name is empty")
	case !utf8.ValidString(part):
		b.fail("a name is not valid UTF-8: %q", part)
	case strings.ContainsFunc(part, control):
		b.fail("a name holds a control character: %q", part)
	}
	return QuoteName(part)
}

// escaped returns a string literal. A backslash escapes in literals here, and two adjacent literals are joined by
// older releases, so quotes are escaped and never doubled.
func (b *builder) escaped(s string) string {
	switch {
	case !utf8.ValidString(s):
		b.fail("a value is not valid UTF-8: %q", s)
	case strings.ContainsRune(s, 0):
		b.fail("a value holds a NUL: %q", s)
	}
	return Literal(s)
}

func control(r rune) bool { return r < 0x20 || r == 0x7f }

// QuoteName returns a name part in backticks.
func QuoteName(part string) string { return "`" + strings.ReplaceAll(part, "`", "``") + "`" }

// Literal returns a string literal.
func Literal(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'"
}

// QualifiedName returns the parts of a name in backticks, joined by dots.
func QualifiedName(parts ...string) string {
	quoted := make([]string, len(parts))
	for i, p := range parts {
		quoted[i] = QuoteName(p)
	}
	return strings.Join(quoted, ".")
}

// fullName returns the dotted name of a securable as requests spell it in a path, escaped. Dots inside a part could
// not be told from those between, and no name on the platform has one.
func fullName(s state.Securable) (string, error) {
	for _, p := range s.Parts() {
		if strings.Contains(p, ".") || strings.ContainsFunc(p, control) || !utf8.ValidString(p) {
			return "", fmt.Errorf("%q cannot be a name on Databricks", p)
		}
	}
	return url.PathEscape(strings.Join(s.Parts(), ".")), nil
}
