package sqlengine

import (
	"encoding/hex"
	"strings"
)

// nameExpr reads a column, a call, or t.* and t.$1.
func (p *Parser) nameExpr() (Expr, error) {
	at, mark := p.here(), p.Mark()
	name, err := p.functionName()
	if err != nil {
		p.Reset(mark)
		return nil, p.Errorf("expected an expression")
	}
	switch {
	case p.PeekKeyword(".", "*"):
		p.Next()
		p.Next()
		return p.starTail(&Star{At: at, Qualifier: name})
	case p.PeekKeyword(".") && p.PeekAt(1).Kind == TokenDollar:
		p.Next()
		return dollarExpr(at, name, p.Next().Text), nil
	case p.PeekKeyword("("):
		return p.call(at, name)
	}
	return &ColumnRef{At: at, Name: name}, nil
}

// functionName reads a dotted name; words that are reserved as columns may still name functions: LEFT(...), IF(...).
func (p *Parser) functionName() (Name, error) {
	if t := p.Peek(); t.Kind == TokenWord && p.PeekAt(1).Is("(") && t.upper != "IDENTIFIER" && callableReserved[t.upper] {
		p.Next()
		return Name{{Text: p.dialect.Fold(t.Text)}}, nil
	}
	return p.Name()
}

var callableReserved = wordSet("INSERT RLIKE LIKE ILIKE REGEXP CURRENT LEFT RIGHT IF")

func (p *Parser) call(at At, name Name) (Expr, error) {
	p.Next()
	c := &Call{At: at, Name: name}
	c.Distinct = p.AcceptKeyword("DISTINCT")
	if !c.Distinct {
		p.AcceptKeyword("ALL")
	}
	if err := p.arguments(c); err != nil {
		return nil, err
	}
	return c, p.callTail(c)
}

func (p *Parser) arguments(c *Call) error {
	for !p.AcceptKeyword(")") {
		if len(c.Args)+len(c.Named) > 0 {
			if err := p.ExpectKeyword(","); err != nil {
				return err
			}
		}
		if isWordy(p.Peek()) && p.PeekAt(1).Is("=>") {
			name, err := p.AnyIdent()
			if err != nil {
				return err
			}
			p.Next()
			v, err := p.argument()
			if err != nil {
				return err
			}
			c.Named = append(c.Named, NamedArg{Name: name.Text, Value: v})
			continue
		}
		if len(c.Named) > 0 {
			return p.Errorf("positional argument behind a named one")
		}
		v, err := p.argument()
		if err != nil {
			return err
		}
		c.Args = append(c.Args, v)
	}
	return nil
}

// argument reads one argument; a query may stand without parentheses of its own (ARRAY(SELECT ...)).
func (p *Parser) argument() (Expr, error) {
	if t := p.Peek(); t.Is("SELECT") || t.Is("WITH") {
		at := p.here()
		q, err := p.Query()
		return &Subquery{At: at, Query: q}, err
	}
	return p.Expr()
}

func (p *Parser) callTail(c *Call) error {
	var err error
	if p.AcceptKeyword("WITHIN", "GROUP", "(") {
		if err := p.ExpectKeyword("ORDER", "BY"); err != nil {
			return err
		}
		if c.OrderBy, err = p.orderItems(); err != nil {
			return err
		}
		if err := p.ExpectKeyword(")"); err != nil {
			return err
		}
	}
	if p.AcceptKeyword("FILTER", "(", "WHERE") {
		if c.Filter, err = p.Expr(); err != nil {
			return err
		}
		if err := p.ExpectKeyword(")"); err != nil {
			return err
		}
	}
	for _, w := range []string{"IGNORE", "RESPECT"} {
		if p.AcceptKeyword(w, "NULLS") {
			c.Nulls = w
		}
	}
	if p.AcceptKeyword("OVER") {
		c.Over, err = p.window()
	}
	return err
}

func (p *Parser) window() (*Window, error) {
	if err := p.ExpectKeyword("("); err != nil {
		return nil, err
	}
	w := &Window{}
	var err error
	if p.AcceptKeyword("PARTITION", "BY") {
		if w.PartitionBy, err = p.ExprList(); err != nil {
			return nil, err
		}
	}
	if p.AcceptKeyword("ORDER", "BY") {
		if w.OrderBy, err = p.orderItems(); err != nil {
			return nil, err
		}
	}
	if unit := p.AcceptAny("ROWS", "RANGE"); unit != "" {
		if w.Frame, err = p.frame(unit == "ROWS"); err != nil {
			return nil, err
		}
	}
	return w, p.ExpectKeyword(")")
}

func (p *Parser) frame(rows bool) (*Frame, error) {
	f := &Frame{Rows: rows}
	var err error
	if !p.AcceptKeyword("BETWEEN") {
		f.Start, err = p.bound(-1)
		return f, err
	}
	if f.Start, err = p.bound(-1); err != nil {
		return nil, err
	}
	if err := p.ExpectKeyword("AND"); err != nil {
		return nil, err
	}
	f.End, err = p.bound(1)
	return f, err
}

// bound reads one end of a frame. UNBOUNDED PRECEDING is only good as a start, UNBOUNDED FOLLOWING only as an end.
func (p *Parser) bound(side int) (Bound, error) {
	if p.AcceptKeyword("CURRENT", "ROW") {
		return Bound{}, nil
	}
	if p.AcceptKeyword("UNBOUNDED") {
		word := map[int]string{-1: "PRECEDING", 1: "FOLLOWING"}[side]
		return Bound{Unbounded: true}, p.ExpectKeyword(word)
	}
	n, err := p.IntLiteral()
	if err != nil {
		return Bound{}, err
	}
	switch p.AcceptAny("PRECEDING", "FOLLOWING") {
	case "PRECEDING":
		return Bound{Offset: -n}, nil
	case "FOLLOWING":
		return Bound{Offset: n}, nil
	}
	return Bound{}, p.Errorf("expected PRECEDING or FOLLOWING")
}

// starTail reads what may narrow a star: ILIKE 'p', EXCLUDE (a), EXCEPT (a), RENAME (a AS b), REPLACE (e AS a).
func (p *Parser) starTail(s *Star) (Expr, error) {
	var err error
	if p.dialect == Snowflake && p.AcceptKeyword("ILIKE") {
		if s.ILike, err = p.StringLiteral(); err != nil {
			return nil, err
		}
	}
	if p.dialect == Snowflake && p.AcceptKeyword("EXCLUDE") || p.dialect == Databricks && p.PeekAt(1).Is("(") && p.AcceptKeyword("EXCEPT") {
		if s.Except, err = p.nameOrNames(); err != nil {
			return nil, err
		}
	}
	if p.dialect == Snowflake && p.AcceptKeyword("REPLACE") {
		if s.Replace, err = p.starItems(); err != nil {
			return nil, err
		}
	}
	if p.dialect == Snowflake && p.AcceptKeyword("RENAME") {
		if s.Rename, err = p.starItems(); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (p *Parser) nameOrNames() ([]Name, error) {
	if !p.AcceptKeyword("(") {
		n, err := p.Name()
		return []Name{n}, err
	}
	var out []Name
	for {
		n, err := p.Name()
		if err != nil {
			return nil, err
		}
		out = append(out, n)
		if !p.AcceptKeyword(",") {
			return out, p.ExpectKeyword(")")
		}
	}
}

func (p *Parser) starItems() ([]SelectItem, error) {
	if !p.AcceptKeyword("(") {
		item, err := p.starItem()
		return []SelectItem{item}, err
	}
	var out []SelectItem
	for {
		item, err := p.starItem()
		if err != nil {
			return nil, err
		}
		out = append(out, item)
		if !p.AcceptKeyword(",") {
			return out, p.ExpectKeyword(")")
		}
	}
}

func (p *Parser) starItem() (SelectItem, error) {
	e, err := p.Expr()
	if err != nil {
		return SelectItem{}, err
	}
	if err := p.ExpectKeyword("AS"); err != nil {
		return SelectItem{}, err
	}
	alias, err := p.AnyIdent()
	return SelectItem{Expr: e, Alias: alias}, err
}

// builtinCall makes a call of an unqualified function for syntax that stands for one.
func (p *Parser) builtinCall(at At, name string, args ...Expr) *Call {
	return &Call{At: at, Name: Name{{Text: p.dialect.Fold(name)}}, Args: args}
}

func (p *Parser) extractExpr() (Expr, error) {
	at := p.here()
	p.Next()
	p.Next()
	partAt, t := p.here(), p.Next()
	if t.Kind != TokenWord && t.Kind != TokenString {
		return nil, p.errorAt(t, "expected a date part")
	}
	if err := p.ExpectKeyword("FROM"); err != nil {
		return nil, err
	}
	x, err := p.Expr()
	if err != nil {
		return nil, err
	}
	part := &Literal{At: partAt, Value: t.Text, Type: TypeText}
	return p.builtinCall(at, "DATE_PART", part, x), p.ExpectKeyword(")")
}

func (p *Parser) positionExpr() (Expr, error) {
	at := p.here()
	p.Next()
	p.Next()
	first, err := p.additive()
	if err != nil {
		return nil, err
	}
	if !p.AcceptKeyword("IN") {
		c := p.builtinCall(at, "POSITION", first)
		if err := p.arguments(c); err != nil {
			return nil, err
		}
		return c, nil
	}
	second, err := p.Expr()
	if err != nil {
		return nil, err
	}
	return p.builtinCall(at, "POSITION", first, second), p.ExpectKeyword(")")
}

// trimExpr reads TRIM(x [, chars]) and TRIM([LEADING | TRAILING | BOTH] [chars] FROM x).
func (p *Parser) trimExpr() (Expr, error) {
	at := p.here()
	p.Next()
	p.Next()
	side := ""
	if k := p.Peek(); (k.Is("LEADING") || k.Is("TRAILING") || k.Is("BOTH")) && !p.PeekAt(1).Is(")") && !p.PeekAt(1).Is(",") {
		side = p.Next().upper
	}
	name := map[string]string{"LEADING": "LTRIM", "TRAILING": "RTRIM"}[side]
	if name == "" {
		name = "TRIM"
	}
	if p.AcceptKeyword("FROM") {
		x, err := p.Expr()
		if err != nil {
			return nil, err
		}
		return p.builtinCall(at, name, x), p.ExpectKeyword(")")
	}
	first, err := p.Expr()
	if err != nil {
		return nil, err
	}
	if p.AcceptKeyword("FROM") {
		x, err := p.Expr()
		if err != nil {
			return nil, err
		}
		return p.builtinCall(at, name, x, first).trimChars(p.dialect), p.ExpectKeyword(")")
	}
	c := p.builtinCall(at, name, first)
	return c, p.arguments(c)
}

// trimChars turns (text, characters) into the order in which the dialect's LTRIM and RTRIM take them: Databricks' two-argument forms take
// the characters first, its TRIM has no such form and gets one here.
func (c *Call) trimChars(d Dialect) *Call {
	if d == Databricks {
		c.Args[0], c.Args[1] = c.Args[1], c.Args[0]
		if strings.EqualFold(c.Name.Last(), "trim") {
			c.Name = Name{{Text: "btrim"}}
			c.Args[0], c.Args[1] = c.Args[1], c.Args[0]
		}
	}
	return c
}

// intervalExpr reads INTERVAL '1 day', INTERVAL '1' DAY, INTERVAL 1 DAY.
func (p *Parser) intervalExpr() (Expr, error) {
	at := p.here()
	p.Next()
	t := p.Next()
	text := t.Text
	if p.Peek().Kind == TokenWord {
		if _, ok := dateParts[strings.ToLower(p.Peek().Text)]; ok && !strings.ContainsAny(strings.TrimSpace(text), " ") {
			text += " " + p.Next().Text
		}
	}
	iv, err := parseInterval(text)
	if err != nil {
		return nil, p.errorAt(t, err.Error())
	}
	return &Literal{At: at, Value: iv, Type: Type{Kind: KindInterval}}, nil
}

func (p *Parser) typedLiteral() (Expr, error) {
	at := p.here()
	typ := typeNames[p.dialect][p.Next().upper]
	litAt := p.here()
	s, err := p.StringLiteral()
	if err != nil {
		return nil, err
	}
	return &Cast{At: at, X: &Literal{At: litAt, Value: s, Type: TypeText}, Type: typ}, nil
}

func (p *Parser) hexLiteral() (Expr, error) {
	at := p.here()
	p.Next()
	b, err := hex.DecodeString(p.Peek().Text)
	if err != nil {
		return nil, p.Errorf("not hexadecimal")
	}
	p.Next()
	return &Literal{At: at, Value: b, Type: TypeBinary}, nil
}
