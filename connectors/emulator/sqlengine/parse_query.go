package sqlengine

// Query reads WITH ... SELECT ..., VALUES ..., or a query in parentheses.
func (p *Parser) Query() (*Query, error) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer p.leave()
	q := &Query{At: p.here()}
	var err error
	if p.AcceptKeyword("WITH") {
		q.Recursive = p.AcceptKeyword("RECURSIVE")
		if q.With, err = p.ctes(); err != nil {
			return nil, err
		}
	}
	if q.Body, err = p.setExpr(); err != nil {
		return nil, err
	}
	return q, p.queryTail(q)
}

func (p *Parser) ctes() ([]CTE, error) {
	var out []CTE
	for {
		var c CTE
		var err error
		if c.Name, err = p.Ident(); err != nil {
			return nil, err
		}
		if p.AcceptKeyword("(") {
			if c.Columns, err = p.idents(); err != nil {
				return nil, err
			}
		}
		if err := p.ExpectKeyword("AS", "("); err != nil {
			return nil, err
		}
		if c.Query, err = p.Query(); err != nil {
			return nil, err
		}
		if err := p.ExpectKeyword(")"); err != nil {
			return nil, err
		}
		out = append(out, c)
		if !p.AcceptKeyword(",") {
			return out, nil
		}
	}
}

// idents reads identifiers up to and with the closing parenthesis.
func (p *Parser) idents() ([]Part, error) {
	var out []Part
	for {
		id, err := p.Ident()
		if err != nil {
			return nil, err
		}
		out = append(out, id)
		if !p.AcceptKeyword(",") {
			return out, p.ExpectKeyword(")")
		}
	}
}

func (p *Parser) queryTail(q *Query) error {
	var err error
	if p.AcceptKeyword("ORDER", "BY") {
		if q.OrderBy, err = p.orderItems(); err != nil {
			return err
		}
		if c, ok := q.OrderBy[0].Expr.(*ColumnRef); ok && len(q.OrderBy) == 1 && len(c.Name) == 1 && c.Name[0].Text == "\x00ALL" {
			q.OrderAll = true
		}
	}
	for _, w := range []string{"CLUSTER", "DISTRIBUTE", "SORT"} {
		if p.PeekKeyword(w, "BY") {
			return unsupported(w+" BY", p.Peek().Pos)
		}
	}
	for {
		switch {
		case q.Limit == nil && p.AcceptKeyword("LIMIT"):
			q.Limit, err = p.limitExpr()
		case q.Offset == nil && p.AcceptKeyword("OFFSET"):
			if q.Offset, err = p.limitExpr(); err == nil {
				p.AcceptAny("ROWS", "ROW")
			}
		case q.Limit == nil && p.AcceptKeyword("FETCH"):
			q.Limit, err = p.fetch()
		default:
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (p *Parser) limitExpr() (Expr, error) {
	at := p.here()
	if p.AcceptKeyword("NULL") || p.dialect == Databricks && p.AcceptKeyword("ALL") {
		return &Literal{At: at}, nil
	}
	return p.additive()
}

func (p *Parser) fetch() (Expr, error) {
	p.AcceptAny("FIRST", "NEXT")
	n, err := p.additive()
	if err != nil {
		return nil, err
	}
	p.AcceptAny("ROWS", "ROW")
	p.AcceptKeyword("ONLY")
	return n, nil
}

func (p *Parser) orderItems() ([]OrderItem, error) {
	var out []OrderItem
	for {
		var it OrderItem
		var err error
		if it.Expr, err = p.orderExpr(); err != nil {
			return nil, err
		}
		if p.AcceptAny("ASC", "DESC") == "DESC" {
			it.Desc = true
		}
		if p.AcceptKeyword("NULLS") {
			if it.Nulls = p.AcceptAny("FIRST", "LAST"); it.Nulls == "" {
				return nil, p.Errorf("expected FIRST or LAST")
			}
		}
		out = append(out, it)
		if !p.AcceptKeyword(",") {
			return out, nil
		}
	}
}

// orderExpr reads an expression, or the word ALL, which stands for every column.
func (p *Parser) orderExpr() (Expr, error) {
	at := p.here()
	if p.AcceptKeyword("ALL") {
		return &ColumnRef{At: at, Name: Name{{Text: "\x00ALL", Quoted: true}}}, nil
	}
	return p.Expr()
}

// setExpr reads UNION, EXCEPT and INTERSECT, the latter binding closer.
func (p *Parser) setExpr() (QueryBody, error) {
	left, err := p.intersection()
	if err != nil {
		return nil, err
	}
	for {
		op := p.AcceptAny("UNION", "EXCEPT", "MINUS")
		if op == "" {
			return left, nil
		}
		if op == "MINUS" {
			op = "EXCEPT"
		}
		if left, err = p.setRight(left, op, p.intersection); err != nil {
			return nil, err
		}
	}
}

func (p *Parser) intersection() (QueryBody, error) {
	left, err := p.queryPrimary()
	if err != nil {
		return nil, err
	}
	for p.AcceptKeyword("INTERSECT") {
		if left, err = p.setRight(left, "INTERSECT", p.queryPrimary); err != nil {
			return nil, err
		}
	}
	return left, nil
}

func (p *Parser) setRight(left QueryBody, op string, operand func() (QueryBody, error)) (QueryBody, error) {
	so := &SetOp{At: At{left.Pos()}, Op: op, L: left}
	so.All = p.AcceptKeyword("ALL")
	if !so.All {
		p.AcceptKeyword("DISTINCT")
	}
	so.ByName = op == "UNION" && p.AcceptKeyword("BY", "NAME")
	var err error
	so.R, err = operand()
	return so, err
}

func (p *Parser) queryPrimary() (QueryBody, error) {
	switch {
	case p.PeekKeyword("SELECT"):
		return p.selectBlock()
	case p.PeekKeyword("VALUES"):
		return p.values()
	case p.AcceptKeyword("("):
		q, err := p.Query()
		if err != nil {
			return nil, err
		}
		return q, p.ExpectKeyword(")")
	}
	return nil, p.Errorf("expected SELECT")
}

func (p *Parser) values() (*Values, error) {
	v := &Values{At: p.here()}
	p.Next()
	for {
		row, err := p.valuesRow()
		if err != nil {
			return nil, err
		}
		v.Rows = append(v.Rows, row)
		if !p.AcceptKeyword(",") {
			return v, nil
		}
	}
}

func (p *Parser) valuesRow() ([]Expr, error) {
	if p.dialect == Databricks && !p.PeekKeyword("(") {
		e, err := p.Expr()
		return []Expr{e}, err
	}
	if err := p.ExpectKeyword("("); err != nil {
		return nil, err
	}
	row, err := p.ExprList()
	if err != nil {
		return nil, err
	}
	return row, p.ExpectKeyword(")")
}

func (p *Parser) selectBlock() (*Select, error) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer p.leave()
	s := &Select{At: p.here()}
	p.Next()
	s.Distinct = p.AcceptKeyword("DISTINCT")
	if !s.Distinct {
		p.AcceptKeyword("ALL")
	}
	if p.PeekKeyword("TOP") && p.PeekAt(1).Kind == TokenNumber {
		return nil, unsupported("TOP", p.Peek().Pos)
	}
	if err := p.selectItems(s); err != nil {
		return nil, err
	}
	if p.AcceptKeyword("FROM") {
		if err := p.from(s); err != nil {
			return nil, err
		}
	}
	return s, p.selectTail(s)
}

func (p *Parser) selectItems(s *Select) error {
	for {
		from := p.Offset()
		e, err := p.Expr()
		if err != nil {
			return err
		}
		item := SelectItem{Expr: e, Text: p.src[from:p.LastEnd()]}
		if p.dialect == Databricks && p.AcceptKeyword("AS", "(") {
			item.Names, err = p.idents()
		} else {
			item.Alias, err = p.itemAlias()
		}
		if err != nil {
			return err
		}
		s.Items = append(s.Items, item)
		if !p.AcceptKeyword(",") {
			return nil
		}
		if p.PeekKeyword("FROM") { // a trailing comma is allowed
			return nil
		}
	}
}

func (p *Parser) itemAlias() (Part, error) {
	if p.AcceptKeyword("AS") {
		return p.AnyIdent()
	}
	t := p.Peek()
	if t.Kind == TokenQuoted || t.Kind == TokenWord && !aliasStop[t.upper] && !p.dialect.IsReserved(t.upper) {
		return p.AnyIdent()
	}
	return Part{}, nil
}

func (p *Parser) selectTail(s *Select) error {
	var err error
	if p.AcceptKeyword("WHERE") {
		if s.Where, err = p.Expr(); err != nil {
			return err
		}
	}
	if p.AcceptKeyword("GROUP", "BY") {
		if err := p.groupBy(s); err != nil {
			return err
		}
	}
	if p.AcceptKeyword("HAVING") {
		if s.Having, err = p.Expr(); err != nil {
			return err
		}
	}
	if p.AcceptKeyword("QUALIFY") {
		if s.Qualify, err = p.Expr(); err != nil {
			return err
		}
	}
	if p.PeekKeyword("WINDOW") {
		return unsupported("WINDOW clause", p.Peek().Pos)
	}
	return nil
}

func (p *Parser) groupBy(s *Select) error {
	if p.AcceptKeyword("ALL") {
		s.GroupByAll = true
		return nil
	}
	for _, w := range []string{"ROLLUP", "CUBE", "GROUPING"} {
		if p.PeekKeyword(w) && (p.PeekAt(1).Is("(") || p.PeekAt(1).Is("SETS")) {
			return unsupported("GROUP BY "+w, p.Peek().Pos)
		}
	}
	var err error
	s.GroupBy, err = p.ExprList()
	return err
}
