package databricks

import (
	"sort"
	"strings"
)

// tagPolicy is a governed tag: an account-level key with its allowed values.
type tagPolicy struct {
	id, key     string
	description string
	values      []string // none: key-only assignments
	created     stamp
	altered     stamp
	roles       roleSet
}

// Roles on governed tags: on one of them, or for the account on all.
const (
	roleCreator  = "roles/tagPolicy.creator" // account only
	roleManager  = "roles/tagPolicy.manager"
	roleAssigner = "roles/tagPolicy.assigner"
)

// AllowTagAssignment gives principals ASSIGN on a governed tag.
func (w *Workspace) AllowTagAssignment(key string, principals ...string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	p := w.tagPolicies[key]
	if p == nil {
		return errNoTagPolicy(key)
	}
	p.roles.give(roleAssigner, principals)
	return nil
}

// AllowTagPolicies gives principals the account-level right to create governed
// tags. Whoever creates one manages it.
func (w *Workspace) AllowTagPolicies(principals ...string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.tagRoles.give(roleCreator, principals)
}

func errNoTagPolicy(key string) *Error {
	return &Error{404, "NOT_FOUND", "NOT_FOUND", "42704", "Tag policy '" + key + "' does not exist."}
}

// mayAssign: ASSIGN or MANAGE, on the tag or for the account.
func (w *Workspace) mayAssign(id identity, p *tagPolicy) bool {
	return w.mayManageTag(id, p) || anyOf(id, w.tagRoles.rules[roleAssigner]) || anyOf(id, p.roles.rules[roleAssigner])
}

func (w *Workspace) mayManageTag(id identity, p *tagPolicy) bool {
	return id.owns(w.root) || anyOf(id, w.tagRoles.rules[roleManager]) || anyOf(id, p.roles.rules[roleManager])
}

// mayCreateTags: account admins (here the metastore admins) and those allowed.
func (w *Workspace) mayCreateTags(id identity) bool {
	return id.owns(w.root) || anyOf(id, w.tagRoles.rules[roleCreator])
}

func anyOf(id identity, names map[string]bool) bool {
	for n := range names {
		if id.as[n] {
			return true
		}
	}
	return false
}

func (p *tagPolicy) checkValue(v string) error {
	switch {
	case len(p.values) == 0 && v == "", contains(p.values, v):
		return nil
	case len(p.values) == 0:
		return errInvalidClass("TAG_VALUE_NOT_ALLOWED", "Tag policy '%s' allows no value.", p.key)
	default:
		return errInvalidClass("TAG_VALUE_NOT_ALLOWED", "Value '%s' is not allowed by tag policy '%s'.", v, p.key)
	}
}

func checkGoverned(what, s string) error {
	bad := s == "" || len([]rune(s)) > 256 || s != strings.TrimSpace(s) || strings.ContainsAny(s, `*./<>%&?\=`)
	for _, r := range s {
		bad = bad || r < 0x20
	}
	if bad {
		return errInvalid("Tag %s '%s' is not valid: 1 to 256 characters, without * . / < > %% & ? \\ = and surrounding spaces.", what, s)
	}
	return nil
}

func checkGovernedValues(values []string) error {
	seen := map[string]bool{}
	for _, v := range values {
		if err := checkGoverned("value", v); err != nil {
			return err
		}
		if seen[v] {
			return errInvalid("Tag value '%s' is given twice.", v)
		}
		seen[v] = true
	}
	return nil
}

func (w *Workspace) createTagPolicy(id identity, key, description string, values []string) (*tagPolicy, error) {
	if !w.mayCreateTags(id) {
		return nil, errDenied("User does not have CREATE on tag policies.")
	}
	if err := checkGoverned("key", key); err != nil {
		return nil, err
	}
	if err := checkGovernedValues(values); err != nil {
		return nil, err
	}
	if w.tagPolicies[key] != nil {
		return nil, errAlreadyExists("Tag policy '%s' already exists.", key)
	}
	at := stamp{w.now(), id.name}
	p := &tagPolicy{id: w.newID(), key: key, description: description, values: values, created: at, altered: at}
	p.roles.give(roleManager, []string{id.name})
	w.tagPolicies[key] = p
	w.audit(id, "createTagPolicy", "tag_key", key)
	return p, nil
}

// alterTagPolicy changes what is not nil. Assignments are left as they are.
func (w *Workspace) alterTagPolicy(id identity, key string, description *string, values *[]string) (*tagPolicy, error) {
	p, err := w.managedTag(id, key)
	if err != nil {
		return nil, err
	}
	if values != nil {
		if err := checkGovernedValues(*values); err != nil {
			return nil, err
		}
		p.values = *values
	}
	if description != nil {
		p.description = *description
	}
	p.altered = stamp{w.now(), id.name}
	w.audit(id, "updateTagPolicy", "tag_key", key)
	return p, nil
}

// dropTagPolicy leaves assignments behind as ungoverned ones.
func (w *Workspace) dropTagPolicy(id identity, key string) error {
	if _, err := w.managedTag(id, key); err != nil {
		return err
	}
	delete(w.tagPolicies, key)
	w.audit(id, "deleteTagPolicy", "tag_key", key)
	return nil
}

func (w *Workspace) managedTag(id identity, key string) (*tagPolicy, error) {
	p := w.tagPolicies[key]
	if p == nil {
		return nil, errNoTagPolicy(key)
	}
	if !w.mayManageTag(id, p) {
		return nil, errDenied("User does not have MANAGE on tag policy '%s'.", key)
	}
	return p, nil
}

func (w *Workspace) listTagPolicies() []*tagPolicy {
	out := make([]*tagPolicy, 0, len(w.tagPolicies))
	for _, p := range w.tagPolicies {
		out = append(out, p)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].key < out[j].key })
	return out
}
