package sqlengine

import (
	"strings"
)

func (p *Parser) primary() (Expr, error) {
	t, at := p.Peek(), p.here()
	switch t.Kind {
	case TokenString:
		s, err := p.StringLiteral()
		return &Literal{At: at, Value: s, Type: Text(max(len([]rune(s)), 1)).of(p.dialect)}, err
	case TokenNumber:
		v, typ, err := p.NumberLiteral()
		return &Literal{At: at, Value: v, Type: typ}, err
	case TokenBind:
		p.Next()
		p.binds++
		return &Bind{At: at, Index: p.binds}, nil
	case TokenDollar:
		p.Next()
		return dollarExpr(at, nil, t.Text), nil
	case TokenQuoted:
		return p.nameExpr()
	case TokenWord:
		return p.wordExpr(t)
	case TokenOp:
		return p.markExpr(t)
	}
	return nil, p.Errorf("expected an expression")
}

// of drops the length of text on Databricks, whose literals are STRING.
func (t Type) of(d Dialect) Type {
	if d == Databricks && t.Kind == KindText {
		t.Length = 0
	}
	return t
}

func dollarExpr(at At, qualifier Name, text string) Expr {
	n := 0
	for _, c := range text {
		if c < '0' || c > '9' || n > 1e6 {
			return &Variable{At: at, Name: strings.ToUpper(text)}
		}
		n = n*10 + int(c-'0')
	}
	return &PositionRef{At: at, Qualifier: qualifier, Index: n}
}

func (p *Parser) markExpr(t Token) (Expr, error) {
	at := At{t.Pos}
	switch t.Text {
	case "(":
		return p.parenthesized()
	case "*":
		p.Next()
		return p.starTail(&Star{At: at})
	case "[":
		if p.dialect == Snowflake {
			p.Next()
			items, err := p.listUntil("]")
			return &ArrayLit{At: at, Items: items}, err
		}
	case "{":
		if p.dialect == Snowflake {
			return p.objectLiteral()
		}
	case ":":
		return p.namedBind()
	}
	return nil, p.Errorf("expected an expression")
}

func (p *Parser) namedBind() (Expr, error) {
	at := p.here()
	p.Next()
	t := p.Peek()
	switch {
	case t.Kind == TokenWord:
		p.Next()
		return &Bind{At: at, Name: t.Text}, nil
	case t.Kind == TokenNumber:
		n, err := p.IntLiteral()
		return &Bind{At: at, Index: n}, err
	}
	return nil, p.Errorf("expected a parameter name")
}

func (p *Parser) listUntil(end string) ([]Expr, error) {
	if p.AcceptKeyword(end) {
		return nil, nil
	}
	items, err := p.ExprList()
	if err != nil {
		return nil, err
	}
	return items, p.ExpectKeyword(end)
}

func (p *Parser) objectLiteral() (Expr, error) {
	lit := &ObjectLit{At: p.here()}
	p.Next()
	if p.AcceptKeyword("}") {
		return lit, nil
	}
	for {
		key, err := p.StringLiteral()
		if err != nil {
			return nil, err
		}
		if err := p.ExpectKeyword(":"); err != nil {
			return nil, err
		}
		v, err := p.Expr()
		if err != nil {
			return nil, err
		}
		lit.Keys, lit.Values = append(lit.Keys, key), append(lit.Values, v)
		if !p.AcceptKeyword(",") {
			return lit, p.ExpectKeyword("}")
		}
	}
}

// parenthesized reads a lambda's parameters, a subquery, a tuple, or an expression in parentheses.
func (p *Parser) parenthesized() (Expr, error) {
	at := p.here()
	if params, ok := p.lambdaParams(); ok {
		return p.lambdaBody(at, params)
	}
	p.Next()
	if p.atQuery() {
		q, err := p.Query()
		if err != nil {
			return nil, err
		}
		return &Subquery{At: at, Query: q}, p.ExpectKeyword(")")
	}
	items, err := p.ExprList()
	if err != nil {
		return nil, err
	}
	if err := p.ExpectKeyword(")"); err != nil {
		return nil, err
	}
	if len(items) > 1 {
		return &Tuple{At: at, Items: items}, nil
	}
	return items[0], nil
}

// lambdaParams reads "(a, b) ->" and, on Snowflake, "(a int, b int) ->".
func (p *Parser) lambdaParams() ([]string, bool) {
	mark := p.Mark()
	p.Next()
	var params []string
	for p.Peek().Kind == TokenWord {
		params = append(params, p.dialect.Fold(p.Next().Text))
		if p.Peek().Kind == TokenWord {
			if _, err := p.Type(); err != nil {
				break
			}
		}
		if p.AcceptKeyword(",") {
			continue
		}
		if p.AcceptKeyword(")", "->") {
			return params, true
		}
		break
	}
	p.Reset(mark)
	return nil, false
}

func (p *Parser) lambdaBody(at At, params []string) (Expr, error) {
	body, err := p.Expr()
	if err != nil {
		return nil, err
	}
	return &Lambda{At: at, Params: params, Body: body}, nil
}

// atQuery tells whether the next token begins a query. Parentheses may open a query or an expression: the token behind them decides.
func (p *Parser) atQuery() bool {
	n := 0
	for p.PeekAt(n).Is("(") {
		n++
	}
	t := p.PeekAt(n)
	return t.Is("SELECT") || t.Is("WITH") || n == 0 && t.Is("VALUES")
}

func (p *Parser) wordExpr(t Token) (Expr, error) {
	at := At{t.Pos}
	switch t.upper {
	case "NULL":
		p.Next()
		return &Literal{At: at}, nil
	case "TRUE", "FALSE":
		p.Next()
		return &Literal{At: at, Value: t.upper == "TRUE", Type: TypeBoolean}, nil
	case "CASE":
		return p.caseExpr()
	case "CAST", "TRY_CAST":
		if p.PeekAt(1).Is("(") {
			return p.castExpr()
		}
	case "EXISTS":
		if p.PeekAt(1).Is("(") {
			return p.existsExpr()
		}
	case "EXTRACT":
		if p.PeekAt(1).Is("(") {
			return p.extractExpr()
		}
	case "POSITION":
		if p.PeekAt(1).Is("(") {
			return p.positionExpr()
		}
	case "TRIM":
		if p.PeekAt(1).Is("(") {
			return p.trimExpr()
		}
	case "INTERVAL":
		if k := p.PeekAt(1).Kind; k == TokenString || k == TokenNumber {
			return p.intervalExpr()
		}
	case "DATE", "TIMESTAMP", "TIME", "TIMESTAMP_NTZ", "TIMESTAMP_LTZ":
		if p.PeekAt(1).Kind == TokenString {
			return p.typedLiteral()
		}
	case "X":
		if n := p.PeekAt(1); n.Kind == TokenString && n.Pos.Offset == t.End {
			return p.hexLiteral()
		}
	}
	if p.PeekAt(1).Is("->") {
		p.Next()
		p.Next()
		return p.lambdaBody(at, []string{p.dialect.Fold(t.Text)})
	}
	return p.nameExpr()
}

func (p *Parser) caseExpr() (Expr, error) {
	c := &Case{At: p.here()}
	p.Next()
	var err error
	if !p.PeekKeyword("WHEN") {
		if c.Operand, err = p.Expr(); err != nil {
			return nil, err
		}
	}
	for p.AcceptKeyword("WHEN") {
		var w When
		if w.Cond, err = p.Expr(); err != nil {
			return nil, err
		}
		if err := p.ExpectKeyword("THEN"); err != nil {
			return nil, err
		}
		if w.Then, err = p.Expr(); err != nil {
			return nil, err
		}
		c.Whens = append(c.Whens, w)
	}
	if len(c.Whens) == 0 {
		return nil, p.Errorf("expected WHEN")
	}
	if p.AcceptKeyword("ELSE") {
		if c.Else, err = p.Expr(); err != nil {
			return nil, err
		}
	}
	return c, p.ExpectKeyword("END")
}

func (p *Parser) castExpr() (Expr, error) {
	c := &Cast{At: p.here(), Try: p.Next().upper == "TRY_CAST"}
	p.Next()
	var err error
	if c.X, err = p.Expr(); err != nil {
		return nil, err
	}
	if err := p.ExpectKeyword("AS"); err != nil {
		return nil, err
	}
	if c.Type, err = p.Type(); err != nil {
		return nil, err
	}
	return c, p.ExpectKeyword(")")
}

func (p *Parser) existsExpr() (Expr, error) {
	e := &Exists{At: p.here()}
	p.Next()
	p.Next()
	if !p.atQuery() { // Databricks' exists(array, lambda)
		args, err := p.listUntil(")")
		return &Call{At: e.At, Name: Name{{Text: p.dialect.Fold("exists")}}, Args: args}, err
	}
	var err error
	if e.Query, err = p.Query(); err != nil {
		return nil, err
	}
	return e, p.ExpectKeyword(")")
}
