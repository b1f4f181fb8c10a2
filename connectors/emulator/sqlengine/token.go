package sqlengine

// TokenKind is the lexical class of a token.
type TokenKind uint8

// The lexical classes.
const (
	TokenEOF     TokenKind = iota
	TokenWord              // an unquoted identifier or keyword; Text as written
	TokenQuoted            // a quoted identifier; Text without the quotes
	TokenString            // a text literal; Text is its value
	TokenNumber            // an unsigned number; Text as written
	TokenOp                // an operator or punctuation mark; Text is the mark
	TokenBind              // the positional parameter "?"
	TokenDollar            // "$1", "$name" (Snowflake); Text without the dollar sign
	TokenInvalid           // what cannot be lexed; Text is the message
)

// Token is one lexical unit. Raw text is sql[Pos.Offset:End].
type Token struct {
	Kind TokenKind
	Text string
	Pos  Pos
	End  int

	upper string // Text in upper case, for words
}

// Is tells whether the token is the given keyword (upper case) or operator. Quoted identifiers and literals never are.
func (t Token) Is(mark string) bool {
	return t.Kind == TokenWord && t.upper == mark || t.Kind == TokenOp && t.Text == mark
}
