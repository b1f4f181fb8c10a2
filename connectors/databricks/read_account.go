package databricks

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"

	"github.com/polsync/polsync/connectors"
	"github.com/polsync/polsync/connectors/databricks/dialect"
	"github.com/polsync/polsync/state"
)

// readAccount reads the principals from the account itself.
func (r *reader) readAccount(ctx context.Context) error {
	o := r.p.opt.Account
	if err := r.readDirectory(ctx, directory{r.accountGet, o.path() + "/scim/v2/", true}); err != nil {
		return err
	}
	known := dialect.Account{ID: o.ID}
	if o.Assign {
		if err := r.assigned(ctx, &known); err != nil {
			return fmt.Errorf("assignments of the workspace: %w", err)
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	known.IDs = r.known.Account.IDs
	r.known.Account = known
	if c := o.SignIn; c.ClientID != "" {
		r.state.Self = append(r.state.Self, state.Securable{Kind: state.KindServicePrincipal, Name: c.ClientID})
	}
	return nil
}

func (r *reader) accountGet(ctx context.Context, path string, answer any) error {
	r.count()
	_, err := r.p.account.do(ctx, reads, "GET", path, nil, answer)
	return err
}

// refreshGroups puts what the account says of each group that this process wrote lately in place of what its list says,
// which may be older.
func (r *reader) refreshGroups(ctx context.Context, from directory, groups []scimEntry) ([]scimEntry, error) {
	for _, id := range r.p.groups.list() {
		var one scimEntry
		err := from.get(ctx, from.base+"Groups/"+url.PathEscape(id), &one)
		if err != nil && !errors.Is(err, connectors.ErrNotFound) {
			return nil, err
		}
		groups = slices.DeleteFunc(groups, func(e scimEntry) bool { return e.ID == id })
		if err == nil {
			groups = append(groups, one)
		}
	}
	return groups, nil
}

// assigned reads who is assigned to the workspace.
func (r *reader) assigned(ctx context.Context, known *dialect.Account) error {
	var here struct {
		Workspace string `json:"workspace_id"`
	}
	if err := r.workspaceOf(ctx, &here.Workspace); err != nil {
		return err
	}
	var list struct {
		Assignments []struct {
			Principal struct {
				ID scimID `json:"principal_id"`
			} `json:"principal"`
			Permissions []string `json:"permissions"`
		} `json:"permission_assignments"`
	}
	if err := r.accountGet(ctx, r.p.opt.Account.path()+"/workspaces/"+url.PathEscape(here.Workspace)+"/permissionassignments", &list); err != nil {
		return err
	}
	known.Workspace, known.Assigned = here.Workspace, map[string]bool{}
	for _, a := range list.Assignments {
		if len(a.Permissions) > 0 {
			known.Assigned[string(a.Principal.ID)] = true
		}
	}
	return nil
}

// workspaceOf returns the number of the workspace: the configured one, or what it says itself.
func (r *reader) workspaceOf(ctx context.Context, number *string) error {
	if *number = r.p.opt.WorkspaceID; *number != "" {
		return nil
	}
	var m struct {
		Workspace scimID `json:"workspace_id"`
	}
	if err := r.get(ctx, "/api/2.1/unity-catalog/current-metastore-assignment", &m); err != nil {
		return err
	}
	if *number = string(m.Workspace); *number == "" {
		return errors.New("the workspace does not say its number")
	}
	return nil
}

// scimID is an id that is a number in some answers and text in others.
type scimID string

// UnmarshalJSON implements json.Unmarshaler.
func (id *scimID) UnmarshalJSON(text []byte) error {
	*id = scimID(trimQuotes(string(text)))
	return nil
}

func trimQuotes(s string) string {
	if len(s) >= 2 && s[0] == '"' && s[len(s)-1] == '"' {
		return s[1 : len(s)-1]
	}
	return s
}
