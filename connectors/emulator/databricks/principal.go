package databricks

import (
	"fmt"
	"sort"
	"strconv"
	"strings"
	"time"
)

// principalKind tells users, service principals and groups apart.
type principalKind string

const (
	kindUser  principalKind = "User"
	kindSP    principalKind = "ServicePrincipal"
	kindGroup principalKind = "Group"
)

// accountUsers is the group everybody in the account belongs to.
const accountUsers = "account users"

// principal is an identity. Its name is what grants use: the user name, the
// service principal's application id, the group's display name.
type principal struct {
	id       string
	kind     principalKind
	name     string
	display  string
	local    bool      // a workspace-local group, which cannot be granted anything
	external string    // id at an identity provider that keeps the group; "" for none
	made     time.Time // through the account's API; zero for what was there from the beginning
	members  []string  // ids, in the order added; groups only
}

// AddUser adds a user by user name (an e-mail address).
func (w *Workspace) AddUser(userName, displayName string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.addPrincipal(kindUser, userName, displayName)
}

// AddServicePrincipal adds a service principal. Its name in grants is the
// application id.
func (w *Workspace) AddServicePrincipal(applicationID, displayName string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.addPrincipal(kindSP, applicationID, displayName)
}

// AddGroup adds an account group with members given by name (users, service
// principals by application id, groups). An unknown member is an error.
func (w *Workspace) AddGroup(name string, members ...string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	g := w.addPrincipal(kindGroup, name, name)
	return w.join(g, members)
}

// AddWorkspaceGroup adds a workspace-local group, which Unity Catalog refuses
// as a grantee.
func (w *Workspace) AddWorkspaceGroup(name string, members ...string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	g := w.addPrincipal(kindGroup, name, name)
	g.local = true
	return w.join(g, members)
}

// RemovePrincipal deletes an identity. Its grants stay behind without a name, as
// on the platform.
func (w *Workspace) RemovePrincipal(name string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if p := w.principal(name); p != nil {
		w.deletePrincipal(p)
	}
}

func (w *Workspace) deletePrincipal(p *principal) {
	delete(w.principals, p.id)
	delete(w.byName, strings.ToLower(p.name))
	delete(w.assigned, p.id)
	delete(w.accountAdmins, p.id)
	for _, g := range w.principals {
		g.members = without(g.members, p.id)
	}
}

func (w *Workspace) addPrincipal(k principalKind, name, display string) *principal {
	if p := w.principal(name); p != nil {
		return p
	}
	w.nextPrincipal++
	p := &principal{id: strconv.Itoa(w.nextPrincipal), kind: k, name: name, display: display}
	w.principals[p.id] = p
	w.byName[strings.ToLower(name)] = p
	return p
}

func (w *Workspace) join(g *principal, members []string) error {
	for _, m := range members {
		p := w.principal(m)
		if p == nil {
			return fmt.Errorf("adding a member to group %s: %w", g.name, errNoPrincipal(m))
		}
		g.members = append(without(g.members, p.id), p.id)
	}
	return nil
}

func errNoPrincipal(name string) *Error {
	return &Error{404, "PRINCIPAL_DOES_NOT_EXIST", "PRINCIPAL_DOES_NOT_EXIST", "42704",
		fmt.Sprintf("Could not find principal with name %s.", name)}
}

func without(list []string, x string) []string {
	var out []string
	for _, v := range list {
		if v != x {
			out = append(out, v)
		}
	}
	return out
}

// principal finds an identity by name, ignoring case; nil if there is none.
func (w *Workspace) principal(name string) *principal { return w.byName[strings.ToLower(name)] }

// listPrincipals lists the identities of a kind in the order they were added.
func (w *Workspace) listPrincipals(k principalKind) []*principal {
	var out []*principal
	for _, p := range w.principals {
		if p.kind == k {
			out = append(out, p)
		}
	}
	sort.Slice(out, func(i, j int) bool { return number(out[i].id) < number(out[j].id) })
	return out
}

// number reads an id, which is always decimal.
func number(id string) int {
	n, _ := strconv.Atoi(id)
	return n
}

// groupsOf lists the groups a principal is in, directly or through groups.
func (w *Workspace) groupsOf(p *principal) []*principal {
	seen := map[string]bool{p.id: true}
	queue := []string{p.id}
	var out []*principal
	groups := w.listPrincipals(kindGroup)
	for len(queue) > 0 {
		id := queue[0]
		queue = queue[1:]
		for _, g := range groups {
			if !seen[g.id] && contains(g.members, id) {
				seen[g.id] = true
				queue = append(queue, g.id)
				out = append(out, g)
			}
		}
	}
	return out
}

func contains(list []string, x string) bool {
	for _, v := range list {
		if v == x {
			return true
		}
	}
	return false
}

// identity is a principal with all the names it acts under, in lower case:
// itself, its groups and "account users". Local groups are kept apart since
// only is_member sees them.
type identity struct {
	*principal
	as    map[string]bool
	local map[string]bool
	agent string // user agent of the request; "" without the wire
}

func (w *Workspace) identity(p *principal) identity {
	id := identity{principal: p, as: map[string]bool{strings.ToLower(p.name): true, accountUsers: true}, local: map[string]bool{"users": true}}
	if w.root != nil && id.owns(w.root) {
		id.local["admins"] = true
	}
	for _, g := range w.groupsOf(p) {
		if g.local {
			id.local[strings.ToLower(g.name)] = true
			continue
		}
		id.as[strings.ToLower(g.name)] = true
	}
	return id
}

// is reports whether the identity acts as the named principal.
func (id identity) is(name string) bool { return id.as[strings.ToLower(name)] }

// inGroup answers is_account_group_member: groups only, not the user's own name.
func (id identity) inGroup(name string) bool {
	return !strings.EqualFold(name, id.name) && id.is(name)
}

// inAnyGroup answers is_member, which sees workspace-local groups too.
func (id identity) inAnyGroup(name string) bool {
	return id.inGroup(name) || id.local[strings.ToLower(name)]
}

// grantable finds the principal a grant names and gives its stored spelling.
func (w *Workspace) grantable(name string) (string, error) {
	if strings.EqualFold(name, accountUsers) {
		return accountUsers, nil
	}
	p := w.principal(name)
	if p == nil || p.local || w.isLate(p) {
		return "", errNoPrincipal(name)
	}
	return p.name, nil
}

// Groups counts the account groups.
func (w *Workspace) Groups() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := 0
	for _, p := range w.principals {
		if p.kind == kindGroup && !p.local {
			n++
		}
	}
	return n
}
