package sqlengine

import (
	"strconv"
	"strings"
)

// Parser is a cursor over the tokens of one text. Methods named Accept move only when they match; the others fail with *SyntaxError where
// the text is not what they expect. A Parser is not for concurrent use.
type Parser struct {
	dialect    Dialect
	src        string
	tokens     []Token
	at         int
	depth      int
	binds      int // number of ? seen so far
	identifier func(Expr) (string, error)
}

// NewParser places a cursor before the first token of sql.
func NewParser(d Dialect, sql string) *Parser {
	return &Parser{dialect: d, src: sql, tokens: lex(d, sql)}
}

// ResolveIdentifiers lets IDENTIFIER(?) and IDENTIFIER(:name) be read with the session's parameters; without it only literals are.
func (p *Parser) ResolveIdentifiers(s *Session) {
	p.identifier = func(e Expr) (string, error) {
		v, _, err := s.EvalConstant(e)
		if err != nil {
			return "", err
		}
		text, ok := v.(string)
		if !ok {
			return "", errorf(ErrArgumentType, "IDENTIFIER", e.Pos(), "IDENTIFIER needs a text")
		}
		return text, nil
	}
}

// Dialect gives the dialect of the text.
func (p *Parser) Dialect() Dialect { return p.dialect }

// Peek gives the next token without moving.
func (p *Parser) Peek() Token { return p.tokens[p.at] }

// PeekAt gives the token n behind the next, the end token where there are fewer.
func (p *Parser) PeekAt(n int) Token {
	if p.at+n < len(p.tokens) {
		return p.tokens[p.at+n]
	}
	return p.tokens[len(p.tokens)-1]
}

// Next gives the next token and moves behind it. At the end it stays.
func (p *Parser) Next() Token {
	t := p.tokens[p.at]
	if p.at < len(p.tokens)-1 {
		p.at++
	}
	return t
}

// AtEnd tells whether all tokens are read.
func (p *Parser) AtEnd() bool { return p.Peek().Kind == TokenEOF }

// Mark gives the cursor's place for Reset.
func (p *Parser) Mark() int { return p.at }

// Reset moves the cursor back to a Mark.
func (p *Parser) Reset(mark int) { p.at = mark }

// Offset gives the byte offset of the next token: the start of a Text.
func (p *Parser) Offset() int { return p.Peek().Pos.Offset }

// LastEnd gives the byte offset behind the last token read: the end of a Text.
func (p *Parser) LastEnd() int {
	if p.at == 0 {
		return 0
	}
	return p.tokens[p.at-1].End
}

// Text gives the raw text between two byte offsets, comments and all.
func (p *Parser) Text(from, to int) string { return p.src[from:to] }

// Errorf makes a SyntaxError at the next token.
func (p *Parser) Errorf(message string) *SyntaxError { return p.errorAt(p.Peek(), message) }

func (p *Parser) errorAt(t Token, message string) *SyntaxError {
	e := &SyntaxError{Line: t.Pos.Line, Column: t.Pos.Column, Near: p.src[t.Pos.Offset:t.End], Message: message}
	switch t.Kind {
	case TokenEOF:
		e.Near = "<EOF>"
	case TokenInvalid:
		e.Near, e.Message = firstRunes(e.Near, 20), t.Text
	}
	return e
}

func firstRunes(s string, n int) string {
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}

// PeekKeyword tells whether the next tokens are these keywords or marks, in this order. Keywords are given in upper case.
func (p *Parser) PeekKeyword(words ...string) bool {
	for i, w := range words {
		if !p.PeekAt(i).Is(w) {
			return false
		}
	}
	return true
}

// AcceptKeyword moves behind a sequence of keywords or marks, or not at all.
func (p *Parser) AcceptKeyword(words ...string) bool {
	if !p.PeekKeyword(words...) {
		return false
	}
	for range words {
		p.Next()
	}
	return true
}

// AcceptAny moves behind the first of the words that comes next, and gives it; "" where none does.
func (p *Parser) AcceptAny(words ...string) string {
	for _, w := range words {
		if p.AcceptKeyword(w) {
			return w
		}
	}
	return ""
}

// ExpectKeyword moves behind a sequence of keywords or marks, or fails at the first that differs.
func (p *Parser) ExpectKeyword(words ...string) error {
	for _, w := range words {
		if !p.AcceptKeyword(w) {
			return p.Errorf("expected " + w)
		}
	}
	return nil
}

// CommaList reads one or more items between commas.
func (p *Parser) CommaList(item func() error) error {
	for {
		if err := item(); err != nil {
			return err
		}
		if !p.AcceptKeyword(",") {
			return nil
		}
	}
}

// Parens reads "(item, ...)", which may be empty.
func (p *Parser) Parens(item func() error) error {
	if err := p.ExpectKeyword("("); err != nil {
		return err
	}
	if p.AcceptKeyword(")") {
		return nil
	}
	if err := p.CommaList(item); err != nil {
		return err
	}
	return p.ExpectKeyword(")")
}

// ExpectEnd fails unless all is read; one trailing semicolon is passed over.
func (p *Parser) ExpectEnd() error {
	p.AcceptKeyword(";")
	if !p.AtEnd() {
		return p.Errorf("unexpected token")
	}
	return nil
}

// Ident reads one identifier, quoted or not, folded. Reserved words must be quoted.
func (p *Parser) Ident() (Part, error) {
	t := p.Peek()
	if t.Kind == TokenWord && p.dialect.IsReserved(t.upper) {
		return Part{}, p.Errorf("reserved word in place of an identifier")
	}
	return p.AnyIdent()
}

// AnyIdent reads one identifier, reserved words included: parts after a dot, option names.
func (p *Parser) AnyIdent() (Part, error) {
	switch t := p.Peek(); t.Kind {
	case TokenWord:
		p.Next()
		return Part{Text: p.dialect.Fold(t.Text)}, nil
	case TokenQuoted:
		p.Next()
		return Part{Text: t.Text, Quoted: true}, nil
	}
	return Part{}, p.Errorf("expected an identifier")
}

// Name reads a dotted name, or IDENTIFIER(...). Snowflake's "db..t" has an empty part in the middle.
func (p *Parser) Name() (Name, error) {
	if p.PeekKeyword("IDENTIFIER", "(") {
		return p.identifierCall()
	}
	first, err := p.Ident()
	if err != nil {
		return nil, err
	}
	name := Name{first}
	for p.PeekKeyword(".") && len(name) < 8 {
		if k := p.PeekAt(1).Kind; k != TokenWord && k != TokenQuoted && !p.PeekAt(1).Is(".") {
			return name, nil // t.*, t.$1
		}
		p.Next()
		if p.PeekKeyword(".") {
			name = append(name, Part{})
			continue
		}
		part, err := p.AnyIdent()
		if err != nil {
			return nil, err
		}
		name = append(name, part)
	}
	return name, nil
}

func (p *Parser) identifierCall() (Name, error) {
	start := p.Peek()
	p.Next()
	p.Next()
	arg, err := p.Expr()
	if err != nil {
		return nil, err
	}
	if err := p.ExpectKeyword(")"); err != nil {
		return nil, err
	}
	text := ""
	if lit, ok := arg.(*Literal); ok {
		text, _ = lit.Value.(string)
	} else if p.identifier != nil {
		if text, err = p.identifier(arg); err != nil {
			return nil, err
		}
	}
	if text == "" {
		return nil, p.errorAt(start, "IDENTIFIER needs a text known before the statement runs")
	}
	return ParseName(p.dialect, text)
}

// ParseName reads a dotted name from a text of its own, as in the argument of a catalogue function.
func ParseName(d Dialect, text string) (Name, error) {
	p := NewParser(d, text)
	name, err := p.Name()
	if err != nil {
		return nil, err
	}
	if !p.AtEnd() {
		return nil, p.Errorf("unexpected text behind a name")
	}
	return name, nil
}

// StringLiteral reads a text literal; adjacent literals are joined on Databricks.
func (p *Parser) StringLiteral() (string, error) {
	t := p.Peek()
	if t.Kind != TokenString {
		return "", p.Errorf("expected a string literal")
	}
	p.Next()
	text := t.Text
	for p.dialect == Databricks && p.Peek().Kind == TokenString {
		text += p.Next().Text
	}
	return text, nil
}

// NumberLiteral reads a number with an optional sign.
func (p *Parser) NumberLiteral() (Value, Type, error) {
	negative := p.AcceptKeyword("-")
	if !negative {
		p.AcceptKeyword("+")
	}
	t := p.Peek()
	if t.Kind != TokenNumber {
		return nil, TypeNull, p.Errorf("expected a number")
	}
	v, typ, err := numberLiteral(p.dialect, t.Text, negative)
	if err != nil {
		return nil, TypeNull, p.Errorf(err.Error())
	}
	p.Next()
	return v, typ, nil
}

// IntLiteral reads an unsigned whole number.
func (p *Parser) IntLiteral() (int, error) {
	t := p.Peek()
	n, err := strconv.Atoi(t.Text)
	if t.Kind != TokenNumber || err != nil {
		return 0, p.Errorf("expected a whole number")
	}
	p.Next()
	return n, nil
}

// RestUntil moves to the first of the given words or marks outside parentheses and brackets, or to the end or a top-level semicolon, and
// gives the raw text passed, trimmed of surrounding blanks.
func (p *Parser) RestUntil(words ...string) (string, error) {
	from, end, depth := p.Offset(), p.Offset(), 0
	for {
		t := p.Peek()
		switch {
		case t.Kind == TokenInvalid:
			return "", p.Errorf("")
		case t.Kind == TokenEOF:
			if depth > 0 {
				return "", p.Errorf("unbalanced parentheses")
			}
			return strings.TrimSpace(p.src[from:end]), nil
		case depth == 0 && (t.Is(";") || t.Is(")") || isOneOf(t, words)):
			return strings.TrimSpace(p.src[from:end]), nil
		case t.Is("(") || t.Is("["):
			depth++
		case t.Is(")") || t.Is("]"):
			depth--
		}
		end = p.Next().End
	}
}

func isOneOf(t Token, words []string) bool {
	for _, w := range words {
		if t.Is(w) {
			return true
		}
	}
	return false
}

// Split cuts a script at its top-level semicolons into statements, without empty ones. Each keeps its raw text, leading comments included.
func Split(d Dialect, sql string) ([]string, error) {
	p := NewParser(d, sql)
	var out []string
	from, some := 0, false
	for {
		t := p.Next()
		switch {
		case t.Kind == TokenInvalid:
			return nil, p.errorAt(t, "")
		case t.Is(";") || t.Kind == TokenEOF:
			if some {
				out = append(out, strings.TrimSpace(sql[from:t.Pos.Offset]))
			}
			if t.Kind == TokenEOF {
				return out, nil
			}
			from, some = t.End, false
		default:
			some = true
		}
	}
}

// maxDepth bounds the nesting of expressions and queries, so that hostile text cannot exhaust the stack.
const maxDepth = 400

// enter counts one level of nesting; leave goes back.
func (p *Parser) enter() error {
	p.depth++
	if p.depth > maxDepth {
		return p.Errorf("nested too deep")
	}
	return nil
}

func (p *Parser) leave() { p.depth-- }
