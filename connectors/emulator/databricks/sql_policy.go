package databricks

import (
	"strings"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

// policyOn reads name ON {CATALOG|SCHEMA|TABLE} x.
func (c *cursor) policyOn() (name string, t target, err error) {
	n, err := c.AnyIdent()
	if err != nil {
		return "", t, err
	}
	if err := c.ExpectKeyword("ON"); err != nil {
		return "", t, err
	}
	t, err = c.target()
	return n.Text, t, err
}

// createPolicy reads CREATE [OR REPLACE] POLICY.
func (c *cursor) createPolicy(replace bool) (action, error) {
	name, t, err := c.policyOn()
	if err != nil {
		return nil, err
	}
	p := &policy{name: name}
	if p.comment, err = c.comment(); err != nil {
		return nil, err
	}
	switch {
	case c.AcceptKeyword("COLUMN", "MASK"):
		p.policyType = policyMask
	case c.AcceptKeyword("ROW", "FILTER"):
		p.policyType = policyFilter
	default:
		return nil, errUnsupported("policies other than COLUMN MASK and ROW FILTER are not supported.")
	}
	function, err := c.Name()
	if err != nil {
		return nil, err
	}
	if err := c.policyAudience(p); err != nil {
		return nil, err
	}
	if err := c.policyColumns(p); err != nil {
		return nil, err
	}
	return func() (*Result, error) {
		if p.on, err = c.find(t); err != nil {
			return nil, err
		}
		p.function = strings.Join(c.s.parts(kindFunction, function), ".")
		var old *policy
		if replace {
			old = p.on.policies[name]
		}
		return done(), c.s.w.savePolicy(c.s.id, p, old)
	}, nil
}

func (c *cursor) principals() ([]string, error) {
	var out []string
	err := c.CommaList(func() error {
		n, err := c.principalName()
		out = append(out, n)
		return err
	})
	return out, err
}

// policyAudience reads TO ... [EXCEPT ...] FOR TABLES [WHEN ...].
func (c *cursor) policyAudience(p *policy) (err error) {
	if err := c.ExpectKeyword("TO"); err != nil {
		return err
	}
	if p.to, err = c.principals(); err != nil {
		return err
	}
	if c.AcceptKeyword("EXCEPT") {
		if p.except, err = c.principals(); err != nil {
			return err
		}
	}
	if err := c.ExpectKeyword("FOR", "TABLES"); err != nil {
		return err
	}
	if c.AcceptKeyword("WHEN") {
		p.when, err = c.condition()
	}
	return err
}

func (c *cursor) condition() (condition, error) {
	from := c.Offset()
	e, err := c.Expr()
	if err != nil {
		return condition{}, err
	}
	return condition{c.Text(from, c.LastEnd()), e}, nil
}

// policyColumns reads MATCH COLUMNS ..., ON COLUMN and USING COLUMNS.
func (c *cursor) policyColumns(p *policy) error {
	if c.AcceptKeyword("MATCH", "COLUMNS") {
		if err := c.CommaList(func() error { return c.matchColumn(p) }); err != nil {
			return err
		}
	}
	if p.policyType == policyMask {
		if err := c.ExpectKeyword("ON", "COLUMN"); err != nil {
			return err
		}
		alias, err := c.AnyIdent()
		if err != nil {
			return err
		}
		p.onColumn = alias.Text
	}
	if !c.AcceptKeyword("USING", "COLUMNS") {
		return nil
	}
	return c.Parens(func() error {
		e, err := c.Expr()
		if err != nil {
			return err
		}
		a, err := c.s.policyArg(e)
		p.using = append(p.using, a)
		return err
	})
}

func (c *cursor) matchColumn(p *policy) error {
	cond, err := c.condition()
	if err != nil {
		return err
	}
	m := matchColumn{cond: cond}
	if c.AcceptKeyword("AS") || !c.PeekKeyword(",") && !c.PeekKeyword("ON", "COLUMN") && !c.PeekKeyword("USING") && !c.PeekKeyword(";") && !c.AtEnd() {
		alias, err := c.AnyIdent()
		if err != nil {
			return err
		}
		m.alias = alias.Text
	}
	p.match = append(p.match, m)
	return nil
}

// policyArg reads an alias or a constant.
func (s *session) policyArg(e sqlengine.Expr) (bindArg, error) {
	if ref, ok := e.(*sqlengine.ColumnRef); ok && len(ref.Name) == 1 {
		return bindArg{column: ref.Name.Last()}, nil
	}
	v, typ, err := s.engine().EvalConstant(e)
	if err != nil {
		return bindArg{}, err
	}
	return bindArg{constant: literalText(v, typ), value: v, typ: typ}, nil
}

// literalText writes a constant as a SQL literal, which is how policies show it.
func literalText(v sqlengine.Value, t sqlengine.Type) string {
	if s, ok := v.(string); ok {
		return sqlengine.Databricks.Literal(s)
	}
	return constantText(v, t)
}

func (c *cursor) dropPolicy() (action, error) {
	name, t, err := c.policyOn()
	return func() (*Result, error) {
		x, err := c.find(t)
		if err != nil {
			return nil, err
		}
		return done(), c.s.w.dropPolicy(c.s.id, x, name)
	}, err
}

// showPolicies reads SHOW [EFFECTIVE] POLICIES ON ....
func (c *cursor) showPolicies(effective bool) (action, error) {
	if err := c.ExpectKeyword("ON"); err != nil {
		return nil, err
	}
	t, err := c.target()
	return func() (*Result, error) {
		x, err := c.find(t)
		if err != nil {
			return nil, err
		}
		list, err := c.s.w.policiesOn(c.s.id, x, effective)
		var rows [][]string
		for _, p := range list {
			rows = append(rows, append(append([]string{p.name, shortType(p)}, place(p.on)...), p.comment))
		}
		return texts([]string{"Policy Name", "Policy Type", "Catalog", "Schema", "Table", "Comment"}, rows...), err
	}, err
}

func shortType(p *policy) string { return strings.TrimPrefix(p.policyType, "POLICY_TYPE_") }

// place gives catalog, schema and table, empty below the securable.
func place(x *securable) []string {
	out := []string{"", "", ""}
	for i, k := range []kind{kindCatalog, kindSchema, kindTable} {
		if s := x.up(k); s != nil {
			out[i] = s.name
		}
	}
	return out
}

func (c *cursor) describePolicy() (action, error) {
	name, t, err := c.policyOn()
	return func() (*Result, error) {
		x, err := c.find(t)
		if err != nil {
			return nil, err
		}
		if err := c.s.id.manages(x); err != nil {
			return nil, err
		}
		p := x.policies[name]
		if p == nil {
			return nil, errPolicyNotFound(name, x)
		}
		return texts([]string{"info_name", "info_value"}, p.describe()...), nil
	}, err
}

func (p *policy) describe() [][]string {
	var match, using []string
	for _, m := range p.match {
		text := m.cond.text
		if m.alias != "" {
			text += " AS " + m.alias
		}
		match = append(match, text)
	}
	for _, a := range p.using {
		using = append(using, a.column+a.constant)
	}
	return [][]string{{"Name", p.name}, {"On Securable Type", string(p.on.kind)}, {"On Securable", p.on.fullName()},
		{"To Principals", strings.Join(p.to, ", ")}, {"Except Principals", strings.Join(p.except, ", ")}, {"For Securable Type", "TABLE"},
		{"When Condition", p.when.text}, {"Match Columns", strings.Join(match, ", ")}, {"Policy Type", shortType(p)}, {"Function Name", p.function},
		{"On Column", p.onColumn}, {"Using Columns", strings.Join(using, ", ")}, {"Created By", p.created.by}, {"Created At", when(p.created.at)},
		{"Updated By", p.altered.by}, {"Updated At", when(p.altered.at)}}
}
