package databricks

import (
	"strings"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

// policyInfo is an ABAC policy on the wire.
type policyInfo struct {
	ID         string       `json:"id,omitempty"`
	Name       string       `json:"name"`
	OnType     string       `json:"on_securable_type,omitempty"`
	OnName     string       `json:"on_securable_fullname,omitempty"`
	PolicyType string       `json:"policy_type"`
	ForType    string       `json:"for_securable_type"`
	Comment    string       `json:"comment,omitempty"`
	To         []string     `json:"to_principals"`
	Except     []string     `json:"except_principals,omitempty"`
	When       string       `json:"when_condition,omitempty"`
	Match      []matchInfo  `json:"match_columns,omitempty"`
	Mask       *functionUse `json:"column_mask,omitempty"`
	Filter     *functionUse `json:"row_filter,omitempty"`
	CreatedAt  int64        `json:"created_at,omitempty"`
	CreatedBy  string       `json:"created_by,omitempty"`
	UpdatedAt  int64        `json:"updated_at,omitempty"`
	UpdatedBy  string       `json:"updated_by,omitempty"`
}

type matchInfo struct {
	Alias     string `json:"alias,omitempty"`
	Condition string `json:"condition"`
}

type functionUse struct {
	Function string     `json:"function_name"`
	OnColumn string     `json:"on_column,omitempty"`
	Using    []usingArg `json:"using,omitempty"`
}

type usingArg struct {
	Alias    string `json:"alias,omitempty"`
	Constant string `json:"constant,omitempty"`
}

func (p *policy) info() policyInfo {
	out := policyInfo{ID: p.id, Name: p.name, OnType: string(p.on.kind), OnName: p.on.fullName(), PolicyType: p.policyType, ForType: "TABLE",
		Comment: p.comment, To: append([]string(nil), p.to...), Except: append([]string(nil), p.except...), When: p.when.text, CreatedAt: millis(p.created.at), CreatedBy: p.created.by,
		UpdatedAt: millis(p.altered.at), UpdatedBy: p.altered.by}
	for _, m := range p.match {
		out.Match = append(out.Match, matchInfo{m.alias, m.cond.text})
	}
	use := &functionUse{Function: p.function, OnColumn: p.onColumn}
	for _, a := range p.using {
		use.Using = append(use.Using, usingArg{a.column, a.constant})
	}
	if p.policyType == policyMask {
		out.Mask = use
	} else {
		out.Filter = use
	}
	return out
}

// policy builds what an info says. Its securable is given.
func (in policyInfo) policy(s *session, on *securable) (*policy, error) {
	if in.ForType != "TABLE" {
		return nil, errInvalid("for_securable_type must be TABLE.")
	}
	p := &policy{name: in.Name, on: on, comment: in.Comment, policyType: in.PolicyType, to: append([]string(nil), in.To...), except: append([]string(nil), in.Except...)}
	use := in.Mask
	switch in.PolicyType {
	case policyMask:
	case policyFilter:
		use = in.Filter
	default:
		return nil, errInvalid("policy_type '%s' is not supported.", in.PolicyType)
	}
	if use == nil || in.Mask != nil && in.Filter != nil {
		return nil, errInvalid("A policy takes column_mask or row_filter, the one that its policy_type says.")
	}
	p.function, p.onColumn = lower(use.Function), use.OnColumn
	var err error
	if in.When != "" {
		if p.when, err = parseCondition(in.When); err != nil {
			return nil, err
		}
	}
	for _, m := range in.Match {
		cond, err := parseCondition(m.Condition)
		if err != nil {
			return nil, err
		}
		p.match = append(p.match, matchColumn{m.Alias, cond})
	}
	p.using, err = use.args(s)
	return p, err
}

func (u *functionUse) args(s *session) ([]bindArg, error) {
	var out []bindArg
	for _, a := range u.Using {
		if a.Alias != "" {
			out = append(out, bindArg{column: a.Alias})
			continue
		}
		e, err := sqlengine.NewParser(sqlengine.Databricks, a.Constant).Expr()
		if err != nil {
			return nil, err
		}
		v, typ, err := s.engine().EvalConstant(e)
		if err != nil {
			return nil, err
		}
		out = append(out, bindArg{constant: a.Constant, value: v, typ: typ})
	}
	return out, nil
}

func (c *call) session() *session { return &session{w: c.w, id: c.id} }

func (c *call) postPolicy() (any, error) {
	var in policyInfo
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	k, err := parseKind(in.OnType)
	if err != nil {
		return nil, err
	}
	on, err := c.w.lookup(k, in.OnName)
	if err != nil {
		return nil, err
	}
	return c.save(in, on, nil)
}

func (c *call) save(in policyInfo, on *securable, old *policy) (any, error) {
	p, err := in.policy(c.session(), on)
	if err != nil {
		return nil, err
	}
	if err := c.w.savePolicy(c.id, p, old); err != nil {
		return nil, err
	}
	return p.info(), nil
}

func (c *call) listPolicies() (any, error) {
	x, err := c.securable()
	if err != nil {
		return nil, err
	}
	list, err := c.w.policiesOn(c.id, x, c.flag("include_inherited"))
	if err != nil {
		return nil, err
	}
	var out []any
	for _, p := range list {
		out = append(out, p.info())
	}
	return c.paged("policies", "max_results", 1000, out)
}

// namedPolicy finds the policy that {type}/{name}/{policy} say.
func (c *call) namedPolicy() (*policy, error) {
	x, err := c.securable()
	if err != nil {
		return nil, err
	}
	if err := c.id.manages(x); err != nil {
		return nil, err
	}
	p := x.policies[c.args[2]]
	if p == nil {
		return nil, errPolicyNotFound(c.args[2], x)
	}
	return p, nil
}

func (c *call) getPolicy() (any, error) {
	p, err := c.namedPolicy()
	if err != nil {
		return nil, err
	}
	return p.info(), nil
}

func (c *call) deletePolicy() (any, error) {
	p, err := c.namedPolicy()
	if err != nil {
		return nil, err
	}
	return nil, c.w.dropPolicy(c.id, p.on, p.name)
}

// patchPolicy changes the fields that update_mask names; a field named there and
// left out of the body is cleared. No mask, or "*", is every field of the body.
func (c *call) patchPolicy() (any, error) {
	old, err := c.namedPolicy()
	if err != nil {
		return nil, err
	}
	var in policyInfo
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	next := old.info()
	if mask := c.query.Get("update_mask"); mask == "" || mask == "*" {
		if err := c.decode(&next); err != nil {
			return nil, err
		}
	} else {
		for _, f := range strings.Split(mask, ",") {
			if err := next.set(f, in); err != nil {
				return nil, err
			}
		}
	}
	return c.save(next, old.on, old)
}

// set copies one field.
func (p *policyInfo) set(field string, from policyInfo) error {
	switch field {
	case "name":
		p.Name = from.Name
	case "comment":
		p.Comment = from.Comment
	case "to_principals":
		p.To = from.To
	case "except_principals":
		p.Except = from.Except
	case "when_condition":
		p.When = from.When
	case "match_columns":
		p.Match = from.Match
	case "column_mask":
		p.Mask = from.Mask
	case "row_filter":
		p.Filter = from.Filter
	case "policy_type":
		p.PolicyType = from.PolicyType
	case "for_securable_type":
		p.ForType = from.ForType
	default:
		return errInvalid("update_mask names the unknown field '%s'.", field)
	}
	return nil
}
