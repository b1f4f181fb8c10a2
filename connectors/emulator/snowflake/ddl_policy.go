package snowflake

import (
	"context"
	"strings"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

// params reads (name TYPE, ...).
func (c *cursor) params() ([]sqlengine.Param, error) {
	var out []sqlengine.Param
	err := c.Parens(func() error {
		name, err := c.Ident()
		if err != nil {
			return err
		}
		t, err := c.Type()
		out = append(out, sqlengine.Param{Name: name.Text, Type: t})
		return err
	})
	return out, err
}

// createPolicy reads AS (args) RETURNS type -> body [options] for policies of all kinds.
func (c *cursor) createPolicy(d *definition) error {
	p := &policy{}
	if err := c.ExpectKeyword("AS"); err != nil {
		return err
	}
	var err error
	if p.params, err = c.params(); err != nil {
		return err
	}
	if err := c.ExpectKeyword("RETURNS"); err != nil {
		return err
	}
	if err := c.policyReturns(d.kind, p); err != nil {
		return err
	}
	if err := c.policyBody(p); err != nil {
		return err
	}
	if err := c.policyOptions(d, p); err != nil {
		return err
	}
	d.fill = func(o *object) error {
		o.policy = p
		return c.s.checkPolicy(o, p)
	}
	if d.kind.takesColumns() {
		d.change = func(o *object) error { return c.s.alterPolicyTo(o, p, d.comment) }
	}
	return nil
}

// policyReturns reads the result type. Projection and aggregation policies return a constraint.
func (c *cursor) policyReturns(k kind, p *policy) (err error) {
	switch k {
	case kindProjection:
		return c.ExpectKeyword("PROJECTION_CONSTRAINT")
	case kindAggregation:
		return c.ExpectKeyword("AGGREGATION_CONSTRAINT")
	case kindJoin:
		return c.ExpectKeyword("JOIN_CONSTRAINT")
	}
	p.returns, err = c.Type()
	return err
}

// policyBody reads -> <expr> and keeps its text.
func (c *cursor) policyBody(p *policy) error {
	if err := c.ExpectKeyword("->"); err != nil {
		return err
	}
	from := c.LastEnd()
	e, err := c.Expr()
	if err != nil {
		return err
	}
	p.expr, p.body = e, strings.TrimSpace(c.Text(from, c.LastEnd()))
	return nil
}

func (c *cursor) policyOptions(d *definition, p *policy) (err error) {
	for !c.AtEnd() && !c.PeekKeyword(";") && err == nil {
		switch {
		case c.AcceptKeyword("COMMENT"):
			d.comment, err = c.commentValue()
		case d.kind == kindMasking && c.words("EXEMPT_OTHER_POLICIES ="):
			p.exempt, err = c.boolean()
		case c.words("WITH TAG") || c.words("TAG"):
			d.tags, err = c.tagPairsInParens()
		default:
			return c.Errorf("unexpected token behind the body of a policy")
		}
	}
	return err
}

// checkPolicy checks signature and body of a policy.
func (s *session) checkPolicy(o *object, p *policy) error {
	switch o.kind {
	case kindProjection, kindAggregation, kindJoin:
		if len(p.params) > 0 {
			return compilation(codePolicyMismatch, "42601", "%s '%s' takes no arguments.", o.kind.title(), o.name)
		}
		var err error
		if p.expr, err = constraintBody(o.kind, p.expr); err != nil {
			return err
		}
		p.returns = sqlengine.TypeText
	case kindRowAccess:
		if p.returns.Kind != sqlengine.KindBoolean {
			return compilation(codeNotBoolean, "42601", "Row access policy return type is not BOOLEAN.")
		}
	}
	if len(p.params) == 0 && o.kind.takesColumns() {
		return compilation(codePolicyMismatch, "42601", "%s '%s' needs an argument.", o.kind.title(), o.name)
	}
	if o.kind == kindMasking && family(p.params[0].Type) != family(p.returns) {
		return compilation(codePolicyMismatch, "42601", "Masking policy function argument and return type mismatch.")
	}
	return s.checkBody(o, p)
}

// checkBody compiles the body with the rights of its owner.
func (s *session) checkBody(o *object, p *policy) error {
	es := s.engine()
	es.Catalog = s.policyCatalog(o, nil, nil, s.role)
	prog, err := es.PrepareExpr(context.Background(), p.expr, p.params)
	if err != nil {
		return err
	}
	if !fits(prog.Type, p.returns) {
		return compilation(codePolicyMismatch, "42601", "%s body returns %s, not %s.", o.kind.title(), bareType(prog.Type), bareType(p.returns))
	}
	return nil
}

// fits tells whether a body of one type can be the result of another.
func fits(body, want sqlengine.Type) bool {
	return body.Kind == sqlengine.KindNull || body.Kind == want.Kind || body.IsNumeric() && want.IsNumeric() ||
		body.Kind == sqlengine.KindVariant || want.Kind == sqlengine.KindVariant || body.IsTimestamp() && want.IsTimestamp() ||
		body.Kind == sqlengine.KindDate && want.IsTimestamp()
}

// alterPolicyTo is CREATE OR ALTER: body, comment and exemption may change, the signature may not.
func (s *session) alterPolicyTo(o *object, p *policy, comment string) error {
	if signature(o.policy) != signature(p) || o.policy.returns.Kind != p.returns.Kind {
		return compilation(codePolicyMismatch, "42601", "The signature of policy '%s' cannot be changed.", o.plain())
	}
	if o.policy.exempt != p.exempt && s.a.attached(o) {
		return errInUse(o)
	}
	if err := s.checkPolicy(o, p); err != nil {
		return err
	}
	o.policy, o.comment = p, comment
	return nil
}

// signature writes the parameters as DESCRIBE does.
func signature(p *policy) string {
	parts := make([]string, len(p.params))
	for i, x := range p.params {
		parts[i] = quoteIfNeeded(x.Name) + " " + bareType(x.Type)
	}
	return "(" + strings.Join(parts, ", ") + ")"
}

func errInUse(o *object) *Error {
	return compilation(codePolicyInUse, "23001", "Policy %s cannot be dropped/replaced as it is associated with one or more entities.", o.name)
}

// alterPolicy reads what follows ALTER <KIND> POLICY <name>.
func (c *cursor) alterPolicy(k kind) (func(o *object) error, error) {
	if !c.words("SET BODY") {
		return nil, c.Errorf("unexpected token in ALTER " + k.keywords())
	}
	p := &policy{}
	if err := c.policyBody(p); err != nil {
		return nil, err
	}
	return func(o *object) error {
		next := *o.policy
		next.body, next.expr = p.body, p.expr
		if err := c.s.checkPolicy(o, &next); err != nil {
			return err
		}
		o.policy = &next
		return nil
	}, nil
}
