package sqlengine

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// lexer cuts one text into tokens. It never fails: what cannot be lexed becomes a TokenInvalid, and lexing stops there.
type lexer struct {
	dialect Dialect
	src     string
	off     int
	line    int // line of off, from 1
	bol     int // offset of the first byte of that line
	tokens  []Token

	counted int // offset up to which column counts
	column  int // of that offset, from 1
}

func lex(d Dialect, sql string) []Token {
	l := &lexer{dialect: d, src: sql, line: 1, tokens: make([]Token, 0, len(sql)/5+2)}
	for l.next() {
	}
	return l.tokens
}

// next appends one token and tells whether more may follow.
func (l *lexer) next() bool {
	if at, ok := l.skipBlank(); !ok {
		return l.invalid(at, "unterminated comment")
	}
	at := l.pos()
	if l.off >= len(l.src) {
		l.emit(TokenEOF, "", at)
		return false
	}
	r, size := utf8.DecodeRuneInString(l.src[l.off:])
	switch c := l.src[l.off]; {
	case r == utf8.RuneError && size == 1:
		return l.invalid(at, "text is not valid UTF-8")
	case c == '\'':
		return l.quotedString(at, '\'')
	case c == '"' && l.dialect == Databricks:
		return l.quotedString(at, '"')
	case c == '"', c == '`' && l.dialect == Databricks:
		return l.quotedIdent(at, c)
	case c == '$' && l.dialect == Snowflake:
		return l.dollar(at)
	case l.isRawString():
		return l.rawString(at)
	case isDigit(c), c == '.' && isDigit(l.peek(1)) && !l.afterName():
		return l.number(at)
	case isIdentStart(r):
		return l.word(at)
	}
	return l.operator(at)
}

// pos returns where the lexer stands. It counts on from where it counted last: statements of a scan are one line of
// hundreds of kilobytes.
func (l *lexer) pos() Pos {
	if l.column == 0 || l.counted < l.bol || l.counted > l.off {
		l.counted, l.column = l.bol, 1
	}
	l.column += utf8.RuneCountInString(l.src[l.counted:l.off])
	l.counted = l.off
	return Pos{Offset: l.off, Line: l.line, Column: l.column}
}

func (l *lexer) peek(n int) byte {
	if l.off+n < len(l.src) {
		return l.src[l.off+n]
	}
	return 0
}

// to moves to an offset, counting the lines passed.
func (l *lexer) to(off int) {
	for i := l.off; i < off; i++ {
		if l.src[i] == '\n' {
			l.line++
			l.bol = i + 1
		}
	}
	l.off = off
}

func (l *lexer) emit(kind TokenKind, text string, at Pos) bool {
	t := Token{Kind: kind, Text: text, Pos: at, End: l.off}
	if kind == TokenWord {
		t.upper = strings.ToUpper(text)
	}
	l.tokens = append(l.tokens, t)
	return true
}

func (l *lexer) invalid(at Pos, message string) bool {
	l.to(len(l.src))
	l.emit(TokenInvalid, message, at)
	return false
}

// skipBlank passes white space and comments; false with the place of a comment that has no end.
func (l *lexer) skipBlank() (Pos, bool) {
	for l.off < len(l.src) {
		r, size := utf8.DecodeRuneInString(l.src[l.off:])
		switch {
		case unicode.IsSpace(r) || r == '\ufeff':
			l.to(l.off + size)
		case r == '-' && l.peek(1) == '-', r == '/' && l.peek(1) == '/' && l.dialect == Snowflake:
			l.to(indexFrom(l.src, "\n", l.off, len(l.src)))
		case r == '/' && l.peek(1) == '*':
			at := l.pos()
			end := l.blockCommentEnd()
			if end < 0 {
				return at, false
			}
			l.to(end)
		default:
			return Pos{}, true
		}
	}
	return Pos{}, true
}

// blockCommentEnd finds the end of the comment at off; Databricks nests them, Snowflake does not. -1: there is none.
func (l *lexer) blockCommentEnd() int {
	depth := 0
	for i := l.off; i+1 < len(l.src); i++ {
		switch l.src[i : i+2] {
		case "/*":
			if depth == 0 || l.dialect == Databricks {
				depth++
				i++
			}
		case "*/":
			depth--
			i++
			if depth == 0 {
				return i + 1
			}
		}
	}
	return -1
}

func indexFrom(s, sub string, from, none int) int {
	if i := strings.Index(s[from:], sub); i >= 0 {
		return from + i
	}
	return none
}

func (l *lexer) quotedIdent(at Pos, quote byte) bool {
	var b strings.Builder
	for i := l.off + 1; i < len(l.src); i++ {
		if l.src[i] != quote {
			b.WriteByte(l.src[i])
			continue
		}
		if i+1 < len(l.src) && l.src[i+1] == quote {
			b.WriteByte(quote)
			i++
			continue
		}
		if b.Len() == 0 {
			return l.invalid(at, "empty quoted identifier")
		}
		l.to(i + 1)
		return l.emit(TokenQuoted, b.String(), at)
	}
	return l.invalid(at, "unterminated quoted identifier")
}

// quotedString reads a literal with backslash escapes; the doubled quote stands for one quote.
func (l *lexer) quotedString(at Pos, quote byte) bool {
	var b strings.Builder
	i := l.off + 1
	for i < len(l.src) {
		switch c := l.src[i]; {
		case c == '\\' && i+1 < len(l.src):
			i = l.escape(&b, i+1)
		case c == quote && i+1 < len(l.src) && l.src[i+1] == quote:
			b.WriteByte(quote)
			i += 2
		case c == quote:
			l.to(i + 1)
			return l.emit(TokenString, b.String(), at)
		default:
			b.WriteByte(c)
			i++
		}
	}
	return l.invalid(at, "unterminated string literal")
}

var simpleEscapes = map[byte]byte{'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// escape decodes the escape sequence whose first character after the backslash is at i, and gives the offset behind it.
func (l *lexer) escape(b *strings.Builder, i int) int {
	c := l.src[i]
	if v, ok := simpleEscapes[c]; ok && (l.dialect == Snowflake || c != 'f') {
		b.WriteByte(v)
		return i + 1
	}
	switch {
	case c == 'u':
		if end, ok := l.codePoint(b, i+1, 4, 16); ok {
			return end
		}
	case c == 'U' && l.dialect == Databricks:
		if end, ok := l.codePoint(b, i+1, 8, 16); ok {
			return end
		}
	case c == 'x' && l.dialect == Snowflake:
		if end, ok := l.codePoint(b, i+1, 2, 16); ok {
			return end
		}
	case c >= '0' && c <= '7':
		if end, ok := l.codePoint(b, i, 3, 8); ok {
			return end
		}
		if c == '0' {
			b.WriteByte(0)
			return i + 1
		}
	case (c == '%' || c == '_') && l.dialect == Databricks: // kept for LIKE
		b.WriteByte('\\')
	}
	r, size := utf8.DecodeRuneInString(l.src[i:])
	if r == utf8.RuneError && size == 1 {
		b.WriteByte(c)
		return i + 1
	}
	b.WriteRune(r)
	return i + size
}

func (l *lexer) codePoint(b *strings.Builder, from, digits, base int) (int, bool) {
	if from+digits > len(l.src) {
		return 0, false
	}
	n, err := strconv.ParseUint(l.src[from:from+digits], base, 32)
	if err != nil || !utf8.ValidRune(rune(n)) {
		return 0, false
	}
	b.WriteRune(rune(n))
	return from + digits, true
}

func (l *lexer) isRawString() bool {
	c := l.src[l.off]
	return l.dialect == Databricks && (c == 'r' || c == 'R') && (l.peek(1) == '\'' || l.peek(1) == '"')
}

func (l *lexer) rawString(at Pos) bool {
	quote := l.src[l.off+1]
	end := strings.IndexByte(l.src[l.off+2:], quote)
	if end < 0 {
		return l.invalid(at, "unterminated string literal")
	}
	text := l.src[l.off+2 : l.off+2+end]
	l.to(l.off + 2 + end + 1)
	return l.emit(TokenString, text, at)
}

// dollar reads $$text$$, $1 and $name.
func (l *lexer) dollar(at Pos) bool {
	if l.peek(1) == '$' {
		end := strings.Index(l.src[l.off+2:], "$$")
		if end < 0 {
			return l.invalid(at, "unterminated dollar-quoted string")
		}
		text := l.src[l.off+2 : l.off+2+end]
		l.to(l.off + 2 + end + 2)
		return l.emit(TokenString, text, at)
	}
	end := l.identEnd(l.off + 1)
	if end == l.off+1 {
		return l.invalid(at, "unexpected $")
	}
	text := l.src[l.off+1 : end]
	l.to(end)
	return l.emit(TokenDollar, text, at)
}

// afterName tells whether the last token ends a name directly before off, so that "t.1" is not a number.
func (l *lexer) afterName() bool {
	if len(l.tokens) == 0 {
		return false
	}
	t := l.tokens[len(l.tokens)-1]
	return t.End == l.off && (t.Kind == TokenWord || t.Kind == TokenQuoted)
}

func (l *lexer) number(at Pos) bool {
	i := l.off
	digits := func() {
		for i < len(l.src) && isDigit(l.src[i]) {
			i++
		}
	}
	digits()
	if i < len(l.src) && l.src[i] == '.' && !(i+1 < len(l.src) && l.src[i+1] == '.') {
		i++
		digits()
	}
	if i < len(l.src) && (l.src[i] == 'e' || l.src[i] == 'E') {
		j := i + 1
		if j < len(l.src) && (l.src[j] == '+' || l.src[j] == '-') {
			j++
		}
		if j < len(l.src) && isDigit(l.src[j]) {
			i = j
			digits()
		}
	}
	if l.dialect == Databricks {
		i = numberSuffix(l.src, i)
	}
	if r, _ := utf8.DecodeRuneInString(l.src[i:]); i < len(l.src) && isIdentStart(r) {
		return l.invalid(at, "number runs into a word")
	}
	text := l.src[l.off:i]
	l.to(i)
	return l.emit(TokenNumber, text, at)
}

// numberSuffix passes the type suffixes L, S, Y, D, F and BD of Databricks literals.
func numberSuffix(s string, i int) int {
	for _, suffix := range []string{"BD", "L", "S", "Y", "D", "F"} {
		end := i + len(suffix)
		if end <= len(s) && strings.EqualFold(s[i:end], suffix) && (end == len(s) || !isIdentByte(s[end])) {
			return end
		}
	}
	return i
}

func (l *lexer) word(at Pos) bool {
	end := l.identEnd(l.off)
	text := l.src[l.off:end]
	l.to(end)
	return l.emit(TokenWord, text, at)
}

func (l *lexer) identEnd(i int) int {
	for i < len(l.src) {
		r, size := utf8.DecodeRuneInString(l.src[i:])
		if !isIdentStart(r) && !(r < utf8.RuneSelf && isDigit(byte(r))) && (r != '$' || l.dialect != Snowflake) {
			return i
		}
		i += size
	}
	return i
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isIdentByte(c byte) bool { return isDigit(c) || c >= utf8.RuneSelf || isIdentStart(rune(c)) }

func isIdentStart(r rune) bool {
	return r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= utf8.RuneSelf && r != utf8.RuneError && unicode.IsLetter(r)
}

// Longest first.
var operators = []string{"<=>", "->>", "||", "::", "<=", ">=", "<>", "!=", "==", "=>", "->", "**", "<<", ">>",
	"(", ")", ",", ";", ".", "+", "-", "*", "/", "%", "=", "<", ">", ":", "[", "]", "{", "}", "@", "&", "|", "^", "~", "!"}

func (l *lexer) operator(at Pos) bool {
	if l.src[l.off] == '?' {
		l.to(l.off + 1)
		return l.emit(TokenBind, "?", at)
	}
	for _, op := range operators {
		if strings.HasPrefix(l.src[l.off:], op) {
			l.to(l.off + len(op))
			return l.emit(TokenOp, op, at)
		}
	}
	return l.invalid(at, "unexpected character")
}
