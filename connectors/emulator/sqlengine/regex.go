package sqlengine

import (
	"regexp"
	"strings"
	"sync"
)

// patternCache keeps compiled patterns of the process. It is emptied when full; patterns come from policies and scans, which repeat.
type patternCache struct {
	mu sync.RWMutex
	m  map[string]any
}

const maxPatterns = 4096

var patterns = patternCache{m: map[string]any{}}

func (p *patternCache) get(key string, compile func() (any, error)) (any, error) {
	p.mu.RLock()
	v, ok := p.m[key]
	p.mu.RUnlock()
	if ok {
		return v, nil
	}
	v, err := compile()
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	if len(p.m) >= maxPatterns {
		clear(p.m)
	}
	p.m[key] = v
	p.mu.Unlock()
	return v, nil
}

// regex compiles a vendor's pattern. flags are Snowflake's parameters c, i, m, s (e is the caller's).
func (c *compiler) regex(pattern, flags string, at Pos) (*regexp.Regexp, error) {
	key := string(rune('0'+c.dialect)) + flags + "\x00" + pattern
	v, err := patterns.get(key, func() (any, error) { return translateRegex(c.dialect, pattern, flags, at) })
	if err != nil {
		return nil, err
	}
	return v.(*regexp.Regexp), nil
}

func translateRegex(d Dialect, pattern, flags string, at Pos) (*regexp.Regexp, error) {
	if err := checkRegex(d, pattern, at); err != nil {
		return nil, err
	}
	mode, err := regexMode(d, flags, at)
	if err != nil {
		return nil, err
	}
	if d == Databricks {
		pattern = javaToGo(pattern)
	}
	re, err := regexp.Compile(mode + "(?:" + pattern + ")")
	if err != nil {
		return nil, errorf(ErrBadRegex, "regex", at, "invalid regular expression")
	}
	return re, nil
}

func regexMode(d Dialect, flags string, at Pos) (string, error) {
	mode := ""
	for _, f := range flags {
		switch f {
		case 'c':
			mode = strings.ReplaceAll(mode, "i", "")
		case 'i', 'm', 's':
			mode += string(f)
		case 'e':
		default:
			return "", errorf(ErrInvalidArgument, "regex", at, "invalid regular expression parameter")
		}
	}
	if mode == "" {
		return "", nil
	}
	return "(?" + mode + ")", nil
}

// checkRegex refuses what Go takes and the vendor does not, and what the vendor takes and Go cannot run.
func checkRegex(d Dialect, pattern string, at Pos) error {
	inClass := false
	for i := 0; i < len(pattern); i++ {
		rest := pattern[i:]
		switch {
		case rest[0] == '\\' && len(rest) > 1:
			if err := checkEscape(d, rest[1], at); err != nil {
				return err
			}
			i++
		case inClass:
			if rest[0] == ']' {
				inClass = false
			} else if strings.HasPrefix(rest, "[:") {
				if end := strings.Index(rest, ":]"); end > 0 {
					i += end + 1
				}
			} else if d == Databricks && (strings.HasPrefix(rest, "&&") || rest[0] == '[') {
				return unrunnable("set operation in a character class", at)
			}
		case rest[0] == '[':
			inClass = true
			if i+1 < len(pattern) && pattern[i+1] == '^' {
				i++
			}
			if i+1 < len(pattern) && pattern[i+1] == ']' && d == Snowflake {
				i++
			}
		case strings.HasPrefix(rest, "(?"):
			if err := checkGroup(d, rest[2:], at); err != nil {
				return err
			}
		default:
			if err := checkQuantifier(d, rest, at); err != nil {
				return err
			}
		}
	}
	return nil
}

func unrunnable(what string, at Pos) error {
	return errorf(ErrUnsupportedRegex, "regex", at, "regular expression: %s is not supported", what)
}

func invalidRegex(what string, at Pos) error {
	return errorf(ErrBadRegex, "regex", at, "invalid regular expression: %s", what)
}

func checkEscape(d Dialect, c byte, at Pos) error {
	switch {
	case c >= '1' && c <= '9':
		if d == Snowflake {
			return invalidRegex("back-reference", at)
		}
		return unrunnable("back-reference", at)
	case d == Snowflake && strings.IndexByte("pPQCAzaEKGXZ", c) >= 0:
		return invalidRegex("escape sequence", at)
	case d == Databricks && strings.IndexByte("GXRhHvVZkKce", c) >= 0:
		return unrunnable("escape sequence", at)
	case d == Databricks && strings.IndexByte("CK", c) >= 0:
		return invalidRegex("escape sequence", at)
	}
	return nil
}

// checkGroup looks behind "(?".
func checkGroup(d Dialect, rest string, at Pos) error {
	if d == Snowflake {
		if strings.HasPrefix(rest, ":") {
			return nil
		}
		return invalidRegex("group beginning with (?", at)
	}
	for _, look := range []string{"=", "!", "<=", "<!", ">"} {
		if strings.HasPrefix(rest, look) {
			return unrunnable("look-around or atomic group", at)
		}
	}
	if strings.HasPrefix(rest, "P<") {
		return invalidRegex("group beginning with (?P<", at)
	}
	flags, _, _ := strings.Cut(rest, ")")
	flags, _, _ = strings.Cut(flags, ":")
	if !strings.HasPrefix(rest, "<") && strings.ContainsAny(flags, "dxuU") && strings.Trim(flags, "idmsuxU-") == "" {
		return unrunnable("flag", at)
	}
	return nil
}

// checkQuantifier refuses lazy quantifiers on Snowflake and possessive ones.
func checkQuantifier(d Dialect, rest string, at Pos) error {
	q := quantifierLen(rest)
	if q == 0 || q >= len(rest) {
		return nil
	}
	switch rest[q] {
	case '?':
		if d == Snowflake {
			return invalidRegex("non-greedy quantifier", at)
		}
	case '+':
		if d == Databricks {
			return unrunnable("possessive quantifier", at)
		}
		return invalidRegex("repeated quantifier", at)
	case '*':
		return invalidRegex("repeated quantifier", at)
	}
	return nil
}

func quantifierLen(s string) int {
	switch s[0] {
	case '*', '+', '?':
		return 1
	case '{':
		end := strings.IndexByte(s, '}')
		if end > 1 && strings.Trim(s[1:end], "0123456789,") == "" && isDigit(s[1]) {
			return end + 1
		}
	}
	return 0
}

// javaToGo rewrites named groups and the classes of Java that Go spells otherwise.
func javaToGo(p string) string {
	r := strings.NewReplacer(`\p{Alpha}`, `[A-Za-z]`, `\p{Digit}`, `[0-9]`, `\p{Alnum}`, `[A-Za-z0-9]`, `\p{Upper}`, `[A-Z]`,
		`\p{Lower}`, `[a-z]`, `\p{Punct}`, `[!-/:-@\[-`+"`"+`{-~]`, `\p{Space}`, `\s`, `\p{IsAlphabetic}`, `\pL`, `\p{IsDigit}`, `\p{Nd}`)
	return r.Replace(p)
}

// matchWhole is a pattern that must match a text from end to end (Snowflake's REGEXP_LIKE).
func (c *compiler) matchWhole(pattern, flags string, at Pos) (*regexp.Regexp, error) {
	key := "whole" + string(rune('0'+c.dialect)) + flags + "\x00" + pattern
	v, err := patterns.get(key, func() (any, error) {
		if _, err := translateRegex(c.dialect, pattern, flags, at); err != nil {
			return nil, err
		}
		mode, err := regexMode(c.dialect, flags, at)
		if err != nil {
			return nil, err
		}
		re, err := regexp.Compile(`\A` + mode + `(?:` + pattern + `)\z`)
		if err != nil {
			return nil, invalidRegex("syntax", at)
		}
		return re, nil
	})
	if err != nil {
		return nil, err
	}
	return v.(*regexp.Regexp), nil
}

// regexpTest is what RLIKE asks: the whole text on Snowflake, any part of it on Databricks.
func (c *compiler) regexpTest(pattern, flags string, at Pos) (*regexp.Regexp, error) {
	if c.dialect == Snowflake {
		return c.matchWhole(pattern, flags, at)
	}
	return c.regex(pattern, flags, at)
}
