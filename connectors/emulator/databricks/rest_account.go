package databricks

import (
	"slices"
	"strconv"
	"time"
)

// AddAccountAdmin lets a principal use the account's API, without any right in
// the metastore.
func (w *Workspace) AddAccountAdmin(name string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	p := w.principal(name)
	if p == nil {
		return errNoPrincipal(name)
	}
	w.accountAdmins[p.id] = true
	return nil
}

// AddProvisionedGroup adds an account group that an identity provider keeps: it
// has an external id, and changes of its members are refused.
func (w *Workspace) AddProvisionedGroup(name, externalID string, members ...string) error {
	if err := w.AddGroup(name, members...); err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.principal(name).external = externalID
	return nil
}

// Assigned reports what a principal may do in the workspace, such as USER; none
// means that it is not assigned to it.
func (w *Workspace) Assigned(name string) []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	if p := w.principal(name); p != nil {
		return slices.Clone(w.assigned[p.id])
	}
	return nil
}

// Members lists the direct members of a group by name; there is false for a
// group that does not exist.
func (w *Workspace) Members(group string) (names []string, there bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	g := w.principal(group)
	if g == nil || g.kind != kindGroup {
		return nil, false
	}
	for _, id := range g.members {
		if p := w.principals[id]; p != nil {
			names = append(names, p.name)
		}
	}
	return names, true
}

// administers reports whether the caller may use the account's API.
func (c *call) administers() bool { return c.id.owns(c.w.root) || c.w.accountAdmins[c.id.principal.id] }

// isLate reports a group of the account that the workspace does not know yet.
func (w *Workspace) isLate(p *principal) bool {
	return w.opt.AccountLag > 0 && !p.made.IsZero() && w.now().Sub(p.made) < w.opt.AccountLag
}

// accountOIDC is the discovery document of the account's token endpoint.
func (c *call) accountOIDC() (any, error) {
	base := c.base() + "/oidc/accounts/" + c.args[0]
	return map[string]any{"issuer": base, "authorization_endpoint": base + "/v1/authorize", "token_endpoint": base + "/v1/token",
		"grant_types_supported": []string{"client_credentials"}, "scopes_supported": []string{"all-apis"}}, nil
}

func (c *call) accountToken() (any, error) {
	if c.args[0] != c.w.opt.AccountID {
		return nil, oauthError{404, "invalid_request", "There is no such account."}
	}
	return c.oauthToken()
}

// workspaceAssignments answers who is assigned to the workspace, and as what.
func (c *call) workspaceAssignments() (any, error) {
	if err := c.thisWorkspace(); err != nil {
		return nil, err
	}
	out := []any{}
	for _, k := range []principalKind{kindUser, kindSP, kindGroup} {
		for _, p := range c.w.listPrincipals(k) {
			if held := c.w.assigned[p.id]; len(held) > 0 {
				out = append(out, workspaceRights(p, held))
			}
		}
	}
	return map[string]any{"permission_assignments": out}, nil
}

func workspaceRights(p *principal, held []string) map[string]any {
	who := map[string]any{"principal_id": number(p.id), "display_name": p.display}
	switch p.kind {
	case kindGroup:
		who["group_name"] = p.name
	case kindSP:
		who["service_principal_name"] = p.name
	default:
		who["user_name"] = p.name
	}
	return map[string]any{"principal": who, "permissions": held}
}

func (c *call) thisWorkspace() error {
	if c.args[0] != c.w.workspaceNumber() {
		return errResourceNotFound("Workspace %s does not exist.", c.args[0])
	}
	return nil
}

// assign replaces what a principal may do in the workspace; an empty list ends it.
func (c *call) assign() (any, error) {
	if err := c.thisWorkspace(); err != nil {
		return nil, err
	}
	p := c.w.principals[c.args[1]]
	if p == nil || p.local {
		return nil, errResourceNotFound("Principal %s does not exist.", c.args[1])
	}
	var req struct {
		Permissions []string `json:"permissions"`
	}
	if err := c.decode(&req); err != nil {
		return nil, err
	}
	held := slices.DeleteFunc(req.Permissions, func(s string) bool { return s != "USER" && s != "ADMIN" })
	if slices.Contains(held, "ADMIN") {
		held = []string{"ADMIN"}
	}
	c.w.assigned[p.id] = held
	return workspaceRights(p, held), nil
}

func (c *call) unassign() (any, error) {
	if err := c.thisWorkspace(); err != nil {
		return nil, err
	}
	delete(c.w.assigned, c.args[1])
	return nil, nil
}

// maxMembers bounds the members that one request may add or remove.
const maxMembers = 100

// checkPatch refuses what the account does not do to a group.
func (c *call) checkPatch(g *principal, ops []patchOp) error {
	n := 0
	for _, op := range ops {
		n += max(1, len(op.Value.Members))
	}
	switch {
	case g.external != "" && c.account:
		return scimError{403, "Group " + g.name + " is managed by an identity provider and cannot be changed here."}
	case n > maxMembers:
		return scimError{400, "A request can change at most " + strconv.Itoa(maxMembers) + " members."}
	}
	return nil
}

// listedGroup leaves the members out where lists of the account have none.
func (c *call) listedGroup(doc map[string]any) map[string]any {
	if c.account && c.w.opt.ListsWithoutMembers {
		delete(doc, "members")
	}
	return doc
}

// accountState is what the account knows besides identities.
type accountState struct {
	accountAdmins map[string]bool     // ids
	assigned      map[string][]string // by principal id: USER, ADMIN
}

func newAccountState() accountState { return accountState{map[string]bool{}, map[string][]string{}} }

// begun is when a group was made through the account's API; groups that were
// there from the beginning have none.
func (c *call) begun() time.Time {
	if !c.account {
		return time.Time{}
	}
	return c.w.now()
}
