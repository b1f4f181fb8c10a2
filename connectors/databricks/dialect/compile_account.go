package dialect

import (
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strings"

	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
)

// Account is what Compile has to know of the account that a workspace belongs to. It is zero where there are no
// credentials of the account.
type Account struct {
	ID        string                     // of the account
	IDs       map[state.Securable]string // of users, service principals and groups, in the account
	Workspace string                     // id of the workspace that groups are assigned to; "" for none
	Assigned  map[string]bool            // ids of principals that are assigned to it
}

// membersPerRequest bounds how many members one request adds or removes. SCIM services refuse long lists, and a request
// is all or nothing.
const membersPerRequest = 100

const (
	scimGroupSchema = "urn:ietf:params:scim:schemas:core:2.0:Group"
	scimPatchSchema = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
)

// reference begins what stands for the id of a group that is made in the same plan: a SCIM filter in braces, which the
// connector resolves when the request is sent.
const reference = "{displayName eq "

// Reference returns what stands for the id of a group that has none yet.
func Reference(group string) string {
	name, err := json.Marshal(group)
	if err != nil {
		return reference + `""}` // a string always marshals
	}
	return reference + string(name) + "}"
}

// Referenced returns the name of the group that an id stands for, and whether it is a reference at all.
func Referenced(id string) (group string, ok bool) {
	text, ok := strings.CutPrefix(id, reference)
	if !ok || !strings.HasSuffix(text, "}") {
		return "", false
	}
	err := json.Unmarshal([]byte(strings.TrimSuffix(text, "}")), &group)
	return group, err == nil && group != ""
}

// idOf returns the id of a principal, or for a group that has none yet what stands for it.
func (a Account) idOf(s state.Securable) (string, error) {
	s = Dialect{}.Fold(s)
	switch id := a.IDs[s]; {
	case id != "":
		return id, nil
	case s.Kind == state.KindGroup:
		return Reference(s.Name), nil
	}
	return "", errors.New(s.String() + " is not in the account")
}

func (a Account) groups() string {
	return "/api/2.0/accounts/" + url.PathEscape(a.ID) + "/scim/v2/Groups"
}

// role makes or deletes a group of the account.
func (d Dialect) role(c plan.Change) (*plan.Statement, error) {
	a, name := d.knows().Account, principal(c.Key.On)
	switch {
	case c.Key.On.Kind != state.KindGroup && c.Key.On.Kind != state.KindRole:
		return nil, errors.New("only groups can be made")
	case name == AccountUsers:
		return nil, errors.New("everybody in the account is in this group; it is the platform's own")
	case a.ID == "":
		return nil, errors.New("groups belong to the account: give polsync its credentials, `account` of the platform in polsync.yaml, or have it made there")
	case c.Want == nil:
		id, err := a.idOf(c.Key.On)
		if err != nil {
			return nil, err
		}
		return request("DELETE", a.groups()+"/"+url.PathEscape(id), nil, "account: group "+name+" is deleted", true)
	case c.Was != nil:
		return nil, nil // what differs is the comment, which groups have not
	}
	body := struct {
		DisplayName string   `json:"displayName"`
		Schemas     []string `json:"schemas"`
	}{name, []string{scimGroupSchema}}
	return request("POST", a.groups(), body, "account: group "+name+" is made", false)
}

type scimValue struct {
	Value string `json:"value"`
}

type scimOperation struct {
	Op    string `json:"op"`
	Path  string `json:"path,omitempty"`
	Value *struct {
		Members []scimValue `json:"members"`
	} `json:"value,omitempty"`
}

type scimPatch struct {
	Operations []scimOperation `json:"Operations"`
	Schemas    []string        `json:"schemas"`
}

// members adds members to a group, or takes them off it, with one request. It may be repeated.
func (d Dialect) members(group []plan.Change) (*plan.Statement, error) {
	a, on := d.knows().Account, group[0].Key.On
	switch {
	case a.ID == "":
		return nil, errors.New("membership is changed in the account: give polsync its credentials, `account` of the platform in polsync.yaml, or have it changed there")
	case principal(on) == AccountUsers:
		return nil, errors.New("everybody in the account is in this group")
	}
	id, err := a.idOf(on)
	if err != nil {
		return nil, err
	}
	patch, names := scimPatch{Schemas: []string{scimPatchSchema}}, make([]string, 0, len(group))
	add := group[0].Want != nil
	if add {
		patch.Operations = []scimOperation{{Op: "add", Value: &struct {
			Members []scimValue `json:"members"`
		}{}}}
	}
	for _, c := range group {
		member, err := a.idOf(c.Key.With)
		if err != nil {
			return nil, &refusal{c, err}
		}
		names = append(names, c.Key.With.Name)
		if add {
			patch.Operations[0].Value.Members = append(patch.Operations[0].Value.Members, scimValue{member})
			continue
		}
		if _, unknown := Referenced(member); unknown {
			return nil, &refusal{c, errors.New(c.Key.With.String() + " is not in the account")}
		}
		quoted, err := json.Marshal(member)
		if err != nil {
			return nil, &refusal{c, err}
		}
		patch.Operations = append(patch.Operations, scimOperation{Op: "remove", Path: "members[value eq " + string(quoted) + "]"})
	}
	did := map[bool]string{true: " gains ", false: " loses "}[add]
	return request("PATCH", a.groups()+"/"+url.PathEscape(id), patch, "account: group "+principal(on)+did+strings.Join(names, ", "), true)
}

// assignment returns the request that assigns a group to the workspace, nil where it is not wanted or not needed. A group
// that is assigned is left as it is: the request would replace what it may do there.
func (d Dialect) assignment(c plan.Change) (*plan.Statement, error) {
	a := d.knows().Account
	if c.Want == nil || a.Workspace == "" || c.Key.Fact == state.FactRole && c.Was != nil {
		return nil, nil
	}
	id, err := a.idOf(c.Key.On)
	if err != nil || a.Assigned[id] {
		return nil, err
	}
	body := struct {
		Permissions []string `json:"permissions"`
	}{[]string{"USER"}}
	path := "/api/2.0/accounts/" + url.PathEscape(a.ID) + "/workspaces/" + url.PathEscape(a.Workspace) + "/permissionassignments/principals/" + url.PathEscape(id)
	return request("PUT", path, body, "account: group "+principal(c.Key.On)+" may use the workspace", true)
}

// account returns the further requests that a change of a group takes.
func (d Dialect) account(group []plan.Change) ([]plan.Statement, error) {
	if !slices.Contains([]state.FactKind{state.FactRole, state.FactMember}, group[0].Key.Fact) {
		return nil, nil
	}
	s, err := d.assignment(group[0])
	if err != nil || s == nil {
		return nil, err
	}
	return []plan.Statement{*s}, nil
}
