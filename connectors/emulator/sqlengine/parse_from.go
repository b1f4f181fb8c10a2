package sqlengine

func (p *Parser) from(s *Select) error {
	for {
		t, err := p.joined()
		if err != nil {
			return err
		}
		s.From = append(s.From, t)
		if !p.AcceptKeyword(",") {
			break
		}
	}
	for p.dialect == Databricks && p.AcceptKeyword("LATERAL", "VIEW") {
		lv, err := p.lateralView()
		if err != nil {
			return err
		}
		s.Laterals = append(s.Laterals, lv)
	}
	return nil
}

func (p *Parser) lateralView() (LateralView, error) {
	lv := LateralView{Outer: p.AcceptKeyword("OUTER")}
	call, err := p.callOnly()
	if err != nil {
		return lv, err
	}
	lv.Call = call
	if t := p.Peek(); isWordy(t) && !aliasStop[t.upper] {
		if lv.Alias.Name, err = p.AnyIdent(); err != nil {
			return lv, err
		}
	}
	if !p.AcceptKeyword("AS") {
		return lv, nil
	}
	for {
		id, err := p.Ident()
		if err != nil {
			return lv, err
		}
		lv.Alias.Columns = append(lv.Alias.Columns, id)
		if !p.AcceptKeyword(",") {
			return lv, nil
		}
	}
}

func (p *Parser) callOnly() (*Call, error) {
	t := p.Peek()
	e, err := p.nameExpr()
	if err != nil {
		return nil, err
	}
	c, ok := e.(*Call)
	if !ok {
		return nil, p.errorAt(t, "expected a table function")
	}
	return c, nil
}

// TableRef reads a table, a query in parentheses or a table function, with its alias.
func (p *Parser) TableRef() (TableExpr, error) { return p.tablePrimary() }

// joined reads an entry of FROM with the joins behind it.
func (p *Parser) joined() (TableExpr, error) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer p.leave()
	left, err := p.tablePrimary()
	if err != nil {
		return nil, err
	}
	for {
		j := &Join{At: At{left.Pos()}, L: left}
		if ok, err := p.joinKind(j); err != nil || !ok {
			return left, err
		}
		if j.R, err = p.tablePrimary(); err != nil {
			return nil, err
		}
		if err := p.joinCondition(j); err != nil {
			return nil, err
		}
		left = j
	}
}

// joinKind reads the words of a join; false where none follows.
func (p *Parser) joinKind(j *Join) (bool, error) {
	for _, w := range []string{"PIVOT", "UNPIVOT", "ASOF", "MATCH_RECOGNIZE"} {
		if p.PeekKeyword(w) && (p.PeekAt(1).Is("(") || p.PeekAt(1).Is("JOIN")) {
			return false, unsupported(w, p.Peek().Pos)
		}
	}
	mark := p.Mark()
	j.Natural = p.AcceptKeyword("NATURAL")
	j.Kind = "INNER"
	switch p.AcceptAny("INNER", "LEFT", "RIGHT", "FULL", "CROSS", "SEMI", "ANTI") {
	case "LEFT":
		j.Kind = "LEFT"
		if p.dialect == Databricks && (p.PeekKeyword("SEMI") || p.PeekKeyword("ANTI")) {
			j.Kind = p.Next().upper
		}
	case "RIGHT":
		j.Kind = "RIGHT"
	case "FULL":
		j.Kind = "FULL"
	case "CROSS":
		j.Kind = "CROSS"
	case "SEMI":
		j.Kind = "SEMI"
	case "ANTI":
		j.Kind = "ANTI"
	}
	if j.Kind == "LEFT" || j.Kind == "RIGHT" || j.Kind == "FULL" {
		p.AcceptKeyword("OUTER")
	}
	if !p.AcceptKeyword("JOIN") {
		p.Reset(mark)
		return false, nil
	}
	return true, nil
}

func (p *Parser) joinCondition(j *Join) error {
	var err error
	switch {
	case j.Kind == "CROSS" || j.Natural:
	case p.AcceptKeyword("ON"):
		j.On, err = p.Expr()
	case p.AcceptKeyword("USING"):
		if err := p.ExpectKeyword("("); err != nil {
			return err
		}
		j.Using, err = p.idents()
	}
	return err
}

func (p *Parser) tablePrimary() (TableExpr, error) {
	at := p.here()
	lateral := p.PeekKeyword("LATERAL") && !p.PeekKeyword("LATERAL", "VIEW") && p.AcceptKeyword("LATERAL")
	switch {
	case p.PeekKeyword("("):
		return p.parenthesizedTable(at, lateral)
	case p.PeekKeyword("VALUES"):
		v, err := p.values()
		if err != nil {
			return nil, err
		}
		return p.derivedTail(&Derived{At: at, Query: &Query{At: at, Body: v}, Lateral: lateral})
	case p.PeekKeyword("TABLE", "("):
		p.Next()
		p.Next()
		return p.tableFunction(at, lateral)
	case p.Peek().Kind == TokenOp && p.PeekKeyword("@"):
		return nil, unsupported("stage", at.Place)
	case lateral:
		call, err := p.callOnly()
		if err != nil {
			return nil, err
		}
		return p.functionTail(&TableFunc{At: at, Call: call, Lateral: true})
	}
	return p.namedTable(at)
}

func (p *Parser) parenthesizedTable(at At, lateral bool) (TableExpr, error) {
	p.Next()
	if p.atQuery() || p.PeekKeyword("VALUES") {
		q, err := p.Query()
		if err != nil {
			return nil, err
		}
		if err := p.ExpectKeyword(")"); err != nil {
			return nil, err
		}
		return p.derivedTail(&Derived{At: at, Query: q, Lateral: lateral})
	}
	t, err := p.joined()
	if err != nil {
		return nil, err
	}
	return t, p.ExpectKeyword(")")
}

// tableFunction reads what TABLE( ... ) holds: a function call, or a table named by a text literal.
func (p *Parser) tableFunction(at At, lateral bool) (TableExpr, error) {
	if p.Peek().Kind == TokenString {
		text, err := p.StringLiteral()
		if err != nil {
			return nil, err
		}
		name, err := ParseName(p.dialect, text)
		if err != nil {
			return nil, err
		}
		if err := p.ExpectKeyword(")"); err != nil {
			return nil, err
		}
		return p.tableTail(&TableName{At: at, Name: name})
	}
	call, err := p.callOnly()
	if err != nil {
		return nil, err
	}
	if err := p.ExpectKeyword(")"); err != nil {
		return nil, err
	}
	// TABLE(f(...)) may use the columns of the tables before it on Snowflake whether or not LATERAL is written.
	return p.functionTail(&TableFunc{At: at, Call: call, Lateral: lateral || p.dialect == Snowflake})
}

func (p *Parser) namedTable(at At) (TableExpr, error) {
	name, err := p.Name()
	if err != nil {
		return nil, err
	}
	if p.PeekKeyword("(") {
		e, err := p.call(at, name)
		if err != nil {
			return nil, err
		}
		return p.functionTail(&TableFunc{At: at, Call: e.(*Call)})
	}
	return p.tableTail(&TableName{At: at, Name: name})
}

func (p *Parser) tableTail(t *TableName) (TableExpr, error) {
	for _, w := range []string{"AT", "BEFORE", "CHANGES"} {
		if p.PeekKeyword(w, "(") {
			return nil, unsupported(w+" (time travel)", p.Peek().Pos)
		}
	}
	if p.dialect == Databricks && (p.PeekKeyword("VERSION", "AS") || p.PeekKeyword("TIMESTAMP", "AS")) {
		return nil, unsupported(p.Peek().upper+" AS OF (time travel)", p.Peek().Pos)
	}
	var err error
	t.Sample, t.Alias, err = p.sampleAndAlias()
	return t, err
}

func (p *Parser) functionTail(t *TableFunc) (TableExpr, error) {
	var err error
	t.Sample, t.Alias, err = p.sampleAndAlias()
	return t, err
}

func (p *Parser) derivedTail(t *Derived) (TableExpr, error) {
	var err error
	t.Sample, t.Alias, err = p.sampleAndAlias()
	return t, err
}

// sampleAndAlias reads both in either order: Snowflake documents the sample behind the alias, and takes it before.
func (p *Parser) sampleAndAlias() (*Sample, Alias, error) {
	sample, err := p.sample()
	if err != nil {
		return nil, Alias{}, err
	}
	alias, err := p.tableAlias()
	if err != nil {
		return nil, Alias{}, err
	}
	if sample == nil {
		sample, err = p.sample()
	}
	return sample, alias, err
}

func (p *Parser) tableAlias() (Alias, error) {
	var a Alias
	t := p.Peek()
	if !p.AcceptKeyword("AS") && !(t.Kind == TokenQuoted || t.Kind == TokenWord && !aliasStop[t.upper] && !p.dialect.IsReserved(t.upper)) {
		return a, nil
	}
	var err error
	if a.Name, err = p.Ident(); err != nil {
		return a, err
	}
	if p.AcceptKeyword("(") {
		a.Columns, err = p.idents()
	}
	return a, err
}

func (p *Parser) sample() (*Sample, error) {
	if p.AcceptAny("SAMPLE", "TABLESAMPLE") == "" {
		return nil, nil
	}
	s := &Sample{}
	switch p.AcceptAny("BERNOULLI", "ROW", "SYSTEM", "BLOCK") {
	case "SYSTEM", "BLOCK":
		s.Block = true
	}
	if err := p.ExpectKeyword("("); err != nil {
		return nil, err
	}
	if p.PeekKeyword("BUCKET") {
		return nil, unsupported("TABLESAMPLE BUCKET", p.Peek().Pos)
	}
	n, err := p.additive()
	if err != nil {
		return nil, err
	}
	switch {
	case p.AcceptKeyword("ROWS"):
		s.Rows = n
	case p.AcceptKeyword("PERCENT"), p.dialect == Snowflake:
		s.Percent = n
	default:
		return nil, p.Errorf("expected ROWS or PERCENT")
	}
	if err := p.ExpectKeyword(")"); err != nil {
		return nil, err
	}
	if p.AcceptAny("SEED", "REPEATABLE") != "" {
		s.Seed, err = p.parenthesizedNumber()
	}
	return s, err
}

func (p *Parser) parenthesizedNumber() (Expr, error) {
	if err := p.ExpectKeyword("("); err != nil {
		return nil, err
	}
	n, err := p.additive()
	if err != nil {
		return nil, err
	}
	return n, p.ExpectKeyword(")")
}
