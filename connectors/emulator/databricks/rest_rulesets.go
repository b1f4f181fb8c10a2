package databricks

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// roleSet says who has which role: by role, the principals in lower case. Each
// change moves its version, which is the etag.
type roleSet struct {
	rules   map[string]map[string]bool
	version int
}

func (r *roleSet) give(role string, principals []string) {
	if r.rules == nil {
		r.rules = map[string]map[string]bool{}
	}
	if r.rules[role] == nil {
		r.rules[role] = map[string]bool{}
	}
	for _, p := range principals {
		r.rules[role][strings.ToLower(p)] = true
	}
	r.version++
}

// ruleSet is an access-control rule set on the wire.
type ruleSet struct {
	Name  string      `json:"name"`
	Etag  string      `json:"etag"`
	Rules []grantRule `json:"grant_rules,omitempty"`
}

type grantRule struct {
	Role       string   `json:"role"`
	Principals []string `json:"principals,omitempty"`
}

// ruleSetOf finds the roles a name stands for, and those that may be given there.
// The names are accounts/A/ruleSets/default and accounts/A/tagPolicies/ID/ruleSets/default.
func (c *call) ruleSetOf(name string) (*roleSet, []string, error) {
	rest, ok := strings.CutPrefix(name, "accounts/"+c.w.opt.AccountID+"/")
	if ok && rest == "ruleSets/default" {
		if !c.id.owns(c.w.root) {
			return nil, nil, errDenied("Only account admins may use rule set %s.", name)
		}
		return &c.w.tagRoles, []string{roleCreator, roleManager, roleAssigner}, nil
	}
	if id, isTag := strings.CutPrefix(rest, "tagPolicies/"); ok && isTag {
		id, _ = strings.CutSuffix(id, "/ruleSets/default")
		for _, p := range c.w.listTagPolicies() {
			if p.id != id {
				continue
			}
			if !c.w.mayManageTag(c.id, p) {
				return nil, nil, errDenied("User does not have MANAGE on tag policy '%s'.", p.key)
			}
			return &p.roles, []string{roleManager, roleAssigner}, nil
		}
	}
	return nil, nil, errResourceNotFound("Rule set %s does not exist.", name)
}

func (c *call) ruleSetDoc(name string, r *roleSet) ruleSet {
	out := ruleSet{Name: name, Etag: fmt.Sprintf("v%d", r.version)}
	for _, role := range slices.Sorted(maps.Keys(r.rules)) {
		g := grantRule{Role: role}
		for _, p := range slices.Sorted(maps.Keys(r.rules[role])) {
			g.Principals = append(g.Principals, c.w.resourceName(p))
		}
		if len(g.Principals) > 0 {
			out.Rules = append(out.Rules, g)
		}
	}
	return out
}

// resourceName writes a principal as rule sets do.
func (w *Workspace) resourceName(lower string) string {
	p := w.principal(lower)
	switch {
	case p == nil || p.kind == kindGroup:
		return "groups/" + w.nameOr(lower)
	case p.kind == kindSP:
		return "servicePrincipals/" + p.name
	}
	return "users/" + p.name
}

func (w *Workspace) nameOr(lower string) string {
	if s := w.spelling(lower); s != "" {
		return s
	}
	return lower
}

func (c *call) getRuleSet() (any, error) {
	name := c.query.Get("name")
	r, _, err := c.ruleSetOf(name)
	if err != nil {
		return nil, err
	}
	return c.ruleSetDoc(name, r), nil
}

// putRuleSet replaces the rules if the etag is the current one.
func (c *call) putRuleSet() (any, error) {
	var req struct {
		Name string  `json:"name"`
		Set  ruleSet `json:"rule_set"`
	}
	if err := c.decode(&req); err != nil {
		return nil, err
	}
	r, roles, err := c.ruleSetOf(req.Name)
	if err != nil {
		return nil, err
	}
	if now := c.ruleSetDoc(req.Name, r); req.Set.Etag != now.Etag {
		return nil, &Error{409, "ABORTED", "ABORTED", "40000", "The rule set was changed since it was read; its etag is " + now.Etag + "."}
	}
	next := roleSet{version: r.version + 1}
	for _, g := range req.Set.Rules {
		if !slices.Contains(roles, g.Role) {
			return nil, errInvalid("Role %s cannot be given in rule set %s.", g.Role, req.Name)
		}
		names, err := c.ruleNames(g.Principals)
		if err != nil {
			return nil, err
		}
		next.give(g.Role, names)
	}
	*r = next
	return c.ruleSetDoc(req.Name, r), nil
}

// ruleNames checks principals such as users/alice@example.com.
func (c *call) ruleNames(principals []string) ([]string, error) {
	var out []string
	for _, p := range principals {
		_, name, ok := strings.Cut(p, "/")
		if !ok {
			return nil, errInvalid("Principal %s is not valid.", p)
		}
		stored, err := c.w.grantable(name)
		if err != nil {
			return nil, err
		}
		out = append(out, stored)
	}
	return out, nil
}
