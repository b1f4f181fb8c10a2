package dialect_test

import (
	"fmt"
	"strings"
	"testing"
)

// readBack cuts a statement by the vendor's rules, character by character and apart from the package's own lexer, and
// counts the names in backticks and the strings that are exactly want. Anything left open, a second statement or a
// comment fails the test.
func readBack(t *testing.T, sql, want string) string {
	t.Helper()
	var names, texts int
	chars := []rune(sql)
	next := func(i int) rune {
		if i+1 < len(chars) {
			return chars[i+1]
		}
		return 0
	}
	for i := 0; i < len(chars); i++ {
		var value strings.Builder
		switch open := chars[i]; open {
		case '`':
			for i++; ; i++ {
				if i >= len(chars) {
					t.Fatalf("%s: a name is not closed", sql)
				}
				if chars[i] == '`' && next(i) != '`' {
					break
				}
				if chars[i] == '`' {
					i++
				}
				value.WriteRune(chars[i])
			}
			if value.String() == want {
				names++
			}
		case '\'', '"':
			for i++; i < len(chars) && chars[i] != open; i++ {
				if chars[i] == '\\' {
					i++
				}
				value.WriteRune(chars[i])
			}
			if i >= len(chars) {
				t.Fatalf("%s: a string is not closed", sql)
			}
			if value.String() == want {
				texts++
			}
		case ';':
			t.Fatalf("%s: has a second statement", sql)
		case '-':
			if next(i) == '-' {
				t.Fatalf("%s: has a comment", sql)
			}
		case '/':
			if next(i) == '*' {
				t.Fatalf("%s: has a comment", sql)
			}
		}
	}
	return fmt.Sprintf("%d names %d strings", names, texts)
}
