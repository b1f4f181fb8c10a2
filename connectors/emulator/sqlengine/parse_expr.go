package sqlengine

// Expr reads one scalar expression.
func (p *Parser) Expr() (Expr, error) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer p.leave()
	return p.or()
}

// ExprList reads expressions separated by commas.
func (p *Parser) ExprList() ([]Expr, error) {
	var out []Expr
	for {
		e, err := p.Expr()
		if err != nil {
			return nil, err
		}
		out = append(out, e)
		if !p.AcceptKeyword(",") {
			return out, nil
		}
	}
}

func (p *Parser) here() At { return At{p.Peek().Pos} }

func (p *Parser) or() (Expr, error) {
	return p.leftAssociative(p.and, "OR")
}

func (p *Parser) and() (Expr, error) {
	return p.leftAssociative(p.not, "AND")
}

func (p *Parser) additive() (Expr, error) {
	return p.leftAssociative(p.multiplicative, "+", "-", "||")
}

func (p *Parser) multiplicative() (Expr, error) {
	if p.dialect == Databricks {
		return p.leftAssociative(p.unary, "*", "/", "%", "DIV")
	}
	return p.leftAssociative(p.unary, "*", "/", "%")
}

func (p *Parser) leftAssociative(operand func() (Expr, error), ops ...string) (Expr, error) {
	left, err := operand()
	if err != nil {
		return nil, err
	}
	for {
		op := p.AcceptAny(ops...)
		if op == "" {
			return left, nil
		}
		right, err := operand()
		if err != nil {
			return nil, err
		}
		left = &Binary{At: At{left.Pos()}, Op: op, L: left, R: right}
	}
}

func (p *Parser) not() (Expr, error) {
	at := p.here()
	if !p.AcceptKeyword("NOT") && !(p.dialect == Databricks && p.AcceptKeyword("!")) {
		return p.comparison()
	}
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer p.leave()
	x, err := p.not()
	if err != nil {
		return nil, err
	}
	return &Unary{At: at, Op: "NOT", X: x}, nil
}

func (p *Parser) comparison() (Expr, error) {
	left, err := p.additive()
	if err != nil {
		return nil, err
	}
	for {
		next, err := p.comparisonTail(left)
		if err != nil {
			return nil, err
		}
		if next == nil {
			return left, nil
		}
		left = next
	}
}

// comparisonTail reads one comparison behind its left side; nil where none follows.
func (p *Parser) comparisonTail(left Expr) (Expr, error) {
	at := At{left.Pos()}
	if p.AcceptKeyword("IS") {
		return p.isTail(at, left)
	}
	if op := p.AcceptAny("=", "==", "<>", "!=", "<=", ">=", "<", ">", "<=>"); op != "" {
		return p.comparisonRight(at, left, op)
	}
	mark := p.Mark()
	not := p.AcceptKeyword("NOT")
	switch {
	case p.AcceptKeyword("IN"):
		return p.inTail(at, left, not)
	case p.AcceptKeyword("BETWEEN"):
		return p.betweenTail(at, left, not)
	}
	if op := p.AcceptAny("LIKE", "ILIKE", "RLIKE", "REGEXP"); op != "" {
		return p.likeTail(at, left, not, op)
	}
	p.Reset(mark)
	return nil, nil
}

func (p *Parser) comparisonRight(at At, left Expr, op string) (Expr, error) {
	if op == "==" {
		if p.dialect == Snowflake {
			return nil, p.Errorf("unexpected ==")
		}
		op = "="
	}
	if op == "!=" {
		op = "<>"
	}
	if w := p.Peek(); (w.Is("ANY") || w.Is("ALL") || w.Is("SOME")) && p.PeekAt(1).Is("(") {
		return nil, unsupported("comparison with "+w.upper, w.Pos)
	}
	right, err := p.additive()
	if err != nil {
		return nil, err
	}
	if op == "<=>" {
		return &IsDistinct{At: at, L: left, R: right, Not: true}, nil
	}
	return &Binary{At: at, Op: op, L: left, R: right}, nil
}

func (p *Parser) isTail(at At, left Expr) (Expr, error) {
	not := p.AcceptKeyword("NOT")
	if p.AcceptKeyword("DISTINCT", "FROM") {
		right, err := p.additive()
		if err != nil {
			return nil, err
		}
		return &IsDistinct{At: at, L: left, R: right, Not: not}, nil
	}
	what := p.AcceptAny("NULL", "TRUE", "FALSE", "UNKNOWN")
	if what == "" {
		return nil, p.Errorf("expected NULL, TRUE, FALSE or DISTINCT FROM")
	}
	return &Is{At: at, X: left, Not: not, What: what}, nil
}

func (p *Parser) inTail(at At, left Expr, not bool) (Expr, error) {
	if err := p.ExpectKeyword("("); err != nil {
		return nil, err
	}
	in := &In{At: at, X: left, Not: not}
	var err error
	if p.atQuery() {
		in.Query, err = p.Query()
	} else {
		in.List, err = p.ExprList()
	}
	if err != nil {
		return nil, err
	}
	return in, p.ExpectKeyword(")")
}

func (p *Parser) betweenTail(at At, left Expr, not bool) (Expr, error) {
	if p.PeekKeyword("SYMMETRIC") {
		return nil, unsupported("BETWEEN SYMMETRIC", p.Peek().Pos)
	}
	low, err := p.additive()
	if err != nil {
		return nil, err
	}
	if err := p.ExpectKeyword("AND"); err != nil {
		return nil, err
	}
	high, err := p.additive()
	if err != nil {
		return nil, err
	}
	return &Between{At: at, X: left, Low: low, High: high, Not: not}, nil
}

func (p *Parser) likeTail(at At, left Expr, not bool, op string) (Expr, error) {
	like := &Like{At: at, X: left, Op: op, Not: not}
	if op == "REGEXP" {
		like.Op = "RLIKE"
	}
	var err error
	if q := p.Peek(); (q.Is("ANY") || q.Is("ALL")) && p.PeekAt(1).Is("(") {
		p.Next()
		p.Next()
		like.Quantifier = q.upper
		if like.Patterns, err = p.ExprList(); err != nil {
			return nil, err
		}
		if err := p.ExpectKeyword(")"); err != nil {
			return nil, err
		}
	} else {
		pattern, err := p.additive()
		if err != nil {
			return nil, err
		}
		like.Patterns = []Expr{pattern}
	}
	if op != "RLIKE" && op != "REGEXP" && p.AcceptKeyword("ESCAPE") {
		like.Escape, err = p.additive()
	}
	return like, err
}

func (p *Parser) unary() (Expr, error) {
	at := p.here()
	op := p.AcceptAny("-", "+")
	if op == "" {
		return p.postfix()
	}
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer p.leave()
	if t := p.Peek(); op == "-" && t.Kind == TokenNumber {
		v, typ, err := numberLiteral(p.dialect, t.Text, true)
		if err != nil {
			return nil, p.Errorf(err.Error())
		}
		p.Next()
		return p.postfixOf(&Literal{At: at, Value: v, Type: typ})
	}
	x, err := p.unary()
	if err != nil {
		return nil, err
	}
	return &Unary{At: at, Op: op, X: x}, nil
}

func (p *Parser) postfix() (Expr, error) {
	x, err := p.primary()
	if err != nil {
		return nil, err
	}
	return p.postfixOf(x)
}

// postfixOf reads the casts, paths and indexes behind an expression.
func (p *Parser) postfixOf(x Expr) (Expr, error) {
	for {
		at := At{x.Pos()}
		switch {
		case p.AcceptKeyword("::"):
			typ, err := p.Type()
			if err != nil {
				return nil, err
			}
			x = &Cast{At: at, X: x, Type: typ}
		case p.AcceptKeyword("["):
			index, err := p.Expr()
			if err != nil {
				return nil, err
			}
			if err := p.ExpectKeyword("]"); err != nil {
				return nil, err
			}
			x = &Access{At: at, X: x, Index: index}
		case p.colonPath():
			p.Next()
			field, err := p.pathField()
			if err != nil {
				return nil, err
			}
			x = &Access{At: at, X: x, Field: field, Colon: true}
		case p.PeekKeyword(".") && isAccessible(x) && isWordy(p.PeekAt(1)):
			p.Next()
			field, err := p.pathField()
			if err != nil {
				return nil, err
			}
			x = &Access{At: at, X: x, Field: field}
		default:
			return x, nil
		}
	}
}

// colonPath tells whether a path x:name or x:['name'] follows.
func (p *Parser) colonPath() bool {
	next := p.PeekAt(1)
	return p.PeekKeyword(":") && (isWordy(next) || next.Is("["))
}

// pathField reads a path element. Unlike identifiers, path elements keep their case; "" stands for an index to follow.
func (p *Parser) pathField() (string, error) {
	t := p.Peek()
	if t.Is("[") {
		p.Next()
		s, err := p.StringLiteral()
		if err != nil {
			return "", err
		}
		return s, p.ExpectKeyword("]")
	}
	p.Next()
	return t.Text, nil
}

func isWordy(t Token) bool { return t.Kind == TokenWord || t.Kind == TokenQuoted }

func isAccessible(x Expr) bool {
	switch x.(type) {
	case *Access, *Call, *Subquery:
		return true
	}
	return false
}
