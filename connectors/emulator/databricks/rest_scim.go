package databricks

import (
	"regexp"
	"strconv"
	"strings"
)

const (
	scimLists = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
	scimErr   = "urn:ietf:params:scim:api:messages:2.0:Error"
	scimUser  = "urn:ietf:params:scim:schemas:core:2.0:User"
	scimGroup = "urn:ietf:params:scim:schemas:core:2.0:Group"
	scimSP    = "urn:ietf:params:scim:schemas:core:2.0:ServicePrincipal"
)

// scimError has the error body of the SCIM endpoints.
type scimError struct {
	status int
	detail string
}

func (e scimError) Error() string { return e.detail }

func (e scimError) body() any {
	return map[string]any{"schemas": []string{scimErr}, "detail": e.detail, "status": strconv.Itoa(e.status)}
}

// ref is a member or group in a SCIM document.
func ref(p *principal) map[string]any {
	display := p.display
	if p.kind == kindUser {
		display = p.name
	}
	return map[string]any{"value": p.id, "display": display, "$ref": string(p.kind) + "s/" + p.id, "type": "direct"}
}

func (w *Workspace) userDoc(p *principal) map[string]any {
	m := map[string]any{"id": p.id, "displayName": p.display, "active": true, "groups": w.groupRefs(p)}
	if p.kind == kindSP {
		m["schemas"], m["applicationId"] = []string{scimSP}, p.name
		return m
	}
	m["schemas"], m["userName"] = []string{scimUser}, p.name
	m["emails"] = []any{map[string]any{"type": "work", "value": p.name, "primary": true}}
	return m
}

// groupRefs lists the groups a principal is a direct member of.
func (w *Workspace) groupRefs(p *principal) []any {
	var out []any
	for _, g := range w.listPrincipals(kindGroup) {
		if contains(g.members, p.id) {
			out = append(out, ref(g))
		}
	}
	return out
}

func (w *Workspace) groupDoc(g *principal) map[string]any {
	var members []any
	for _, id := range g.members {
		if p := w.principals[id]; p != nil {
			members = append(members, ref(p))
		}
	}
	rt := "Group"
	if g.local {
		rt = "WorkspaceGroup"
	}
	doc := map[string]any{"id": g.id, "displayName": g.name, "members": members, "groups": w.groupRefs(g),
		"schemas": []string{scimGroup}, "meta": map[string]string{"resourceType": rt}}
	if g.external != "" {
		doc["externalId"] = g.external
	}
	return doc
}

func (w *Workspace) doc(p *principal) map[string]any {
	if p.kind == kindGroup {
		return w.groupDoc(p)
	}
	return w.userDoc(p)
}

// me answers who the caller is; a service principal's user name is its application id.
func (c *call) me() (any, error) {
	m := c.w.userDoc(c.id.principal)
	m["userName"] = c.id.name
	return m, nil
}

func (c *call) listUsers() (any, error)             { return c.scimPage(kindUser) }
func (c *call) listServicePrincipals() (any, error) { return c.scimPage(kindSP) }
func (c *call) listGroups() (any, error)            { return c.scimPage(kindGroup) }

var scimFilter = regexp.MustCompile(`(?i)^\s*(userName|displayName|applicationId|id)\s+(eq|co|sw)\s+"?((?:[^"\\]|\\.)*)"?\s*$`)

// matcher reads a filter of one comparison.
func (c *call) matcher() (func(map[string]any) bool, error) {
	f := c.query.Get("filter")
	if f == "" {
		return func(map[string]any) bool { return true }, nil
	}
	m := scimFilter.FindStringSubmatch(f)
	if m == nil {
		return nil, scimError{400, "Given filter operator is not supported: " + f}
	}
	want := strings.ToLower(strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(m[3]))
	compare := map[string]func(string, string) bool{"co": strings.Contains, "sw": strings.HasPrefix}[strings.ToLower(m[2])]
	if compare == nil {
		compare = func(a, b string) bool { return a == b }
	}
	return func(doc map[string]any) bool {
		for name, v := range doc {
			if s, ok := v.(string); ok && strings.EqualFold(name, m[1]) {
				return compare(strings.ToLower(s), want)
			}
		}
		return false
	}, nil
}

// scimList is a page of identities.
type scimList struct {
	Schemas   []string `json:"schemas"`
	Total     int      `json:"totalResults"`
	Start     int      `json:"startIndex"`
	Count     int      `json:"itemsPerPage"`
	Resources []any    `json:"Resources"`
}

// scimPage honours startIndex, from 1, and count.
func (c *call) scimPage(k principalKind) (any, error) {
	matches, err := c.matcher()
	if err != nil {
		return nil, err
	}
	var docs []any
	for _, p := range c.w.listPrincipals(k) {
		if d := c.listedGroup(c.w.doc(p)); matches(d) && !(c.account && p.local) && (c.account || !c.w.isLate(p)) {
			docs = append(docs, c.attributes(d))
		}
	}
	start, err := c.int("startIndex", 1)
	if err != nil {
		return nil, err
	}
	count, err := c.int("count", 100)
	if err != nil {
		return nil, err
	}
	from := min(max(start-1, 0), len(docs))
	part := docs[from:min(from+count, len(docs))]
	return scimList{[]string{scimLists}, len(docs), max(start, 1), len(part), append([]any{}, part...)}, nil
}

// attributes keeps what the attributes parameter names.
func (c *call) attributes(d map[string]any) map[string]any {
	wanted := c.query.Get("attributes")
	if wanted == "" {
		return d
	}
	out := map[string]any{"id": d["id"]}
	for _, name := range strings.Split(wanted, ",") {
		top, _, _ := strings.Cut(strings.TrimSpace(name), ".")
		if v, ok := d[top]; ok {
			out[top] = v
		}
	}
	return out
}

func (c *call) getUser() (any, error)             { return c.scimGet(kindUser) }
func (c *call) getServicePrincipal() (any, error) { return c.scimGet(kindSP) }
func (c *call) getGroup() (any, error)            { return c.scimGet(kindGroup) }

func (c *call) scimGet(k principalKind) (any, error) {
	p, err := c.principal(k)
	if err != nil {
		return nil, err
	}
	return c.w.doc(p), nil
}

func (c *call) principal(k principalKind) (*principal, error) {
	p := c.w.principals[c.args[0]]
	if p == nil || p.kind != k || c.account && p.local {
		return nil, scimError{404, string(k) + " with id " + c.args[0] + " not found."}
	}
	return p, nil
}

// account wraps an endpoint of the account's API, which is for the account admin
// (the metastore's owner here) and shows no workspace-local groups.
func account(answer func(*call) (any, error)) func(*call) (any, error) {
	return func(c *call) (any, error) {
		if c.args[0] != c.w.opt.AccountID {
			return nil, scimError{404, "Account " + c.args[0] + " not found."}
		}
		if !c.administers() {
			return nil, scimError{403, "Only account admins can use this API."}
		}
		c.account, c.args = true, c.args[1:]
		return answer(c)
	}
}

// group finds a group the caller may change: account groups through the account's
// API, local ones through the workspace's.
func (c *call) group() (*principal, error) {
	g, err := c.principal(kindGroup)
	switch {
	case err != nil:
		return nil, err
	case !c.account && !g.local:
		return nil, scimError{403, "Account group " + g.name + " can only be changed through the account API."}
	case !c.account && !c.id.owns(c.w.root):
		return nil, scimError{403, "Only admins can change groups."}
	}
	return g, nil
}

func (c *call) createGroup() (any, error) {
	var req struct {
		DisplayName string `json:"displayName"`
		Members     []struct {
			Value string `json:"value"`
		} `json:"members"`
	}
	if err := c.decode(&req); err != nil {
		return nil, err
	}
	switch {
	case !c.account && !c.id.owns(c.w.root):
		return nil, scimError{403, "Only admins can create groups."}
	case req.DisplayName == "":
		return nil, scimError{400, "displayName is required."}
	case c.w.principal(req.DisplayName) != nil || strings.EqualFold(req.DisplayName, accountUsers):
		return nil, scimError{409, "Group with name " + req.DisplayName + " already exists."}
	}
	for _, m := range req.Members {
		if c.w.principals[m.Value] == nil {
			return nil, scimError{400, "Member " + m.Value + " not found."}
		}
	}
	g := c.w.addPrincipal(kindGroup, req.DisplayName, req.DisplayName)
	g.local, g.made = !c.account, c.begun()
	for _, m := range req.Members {
		g.members = append(without(g.members, m.Value), m.Value)
	}
	return c.w.groupDoc(g), nil
}

func (c *call) deleteGroup() (any, error) {
	g, err := c.group()
	if err != nil {
		return nil, err
	}
	c.w.deletePrincipal(g)
	return nil, nil
}

var memberPath = regexp.MustCompile(`^members\[value eq "([^"]+)"\]$`)

// patchGroup adds and removes members, all or none.
func (c *call) patchGroup() (any, error) {
	g, err := c.group()
	if err != nil {
		return nil, err
	}
	var req struct {
		Operations []patchOp `json:"Operations"`
	}
	if err := c.decode(&req); err != nil {
		return nil, err
	}
	if err := c.checkPatch(g, req.Operations); err != nil {
		return nil, err
	}
	members := append([]string(nil), g.members...)
	for _, op := range req.Operations {
		if members, err = c.w.patchMembers(members, op); err != nil {
			return nil, err
		}
	}
	g.members = members
	return c.w.groupDoc(g), nil
}

type patchOp struct {
	Op    string `json:"op"`
	Path  string `json:"path"`
	Value struct {
		Members []struct {
			Value string `json:"value"`
		} `json:"members"`
	} `json:"value"`
}

func (w *Workspace) patchMembers(members []string, op patchOp) ([]string, error) {
	path := memberPath.FindStringSubmatch(op.Path)
	switch strings.ToLower(op.Op) {
	case "add":
		for _, m := range op.Value.Members {
			if w.principals[m.Value] == nil {
				return nil, scimError{400, "Member " + m.Value + " not found."}
			}
			members = append(without(members, m.Value), m.Value)
		}
		return members, nil
	case "remove":
		if path != nil {
			return without(members, path[1]), nil
		}
	}
	return nil, scimError{400, "Patch operation " + op.Op + " " + op.Path + " is not supported."}
}
