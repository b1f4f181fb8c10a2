package databricks

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/polsync/polsync/connectors"
	"github.com/polsync/polsync/connectors/databricks/dialect"
	"github.com/polsync/polsync/state"
)

const scim = "/api/2.0/preview/scim/v2/"

// identity is who the platform is read as.
type identity struct {
	name           string
	groups         []string
	metastoreOwner string
}

// is reports whether a principal's name is the caller's or one of its groups'.
func (me identity) is(name string) bool {
	return strings.EqualFold(name, me.name) || slices.ContainsFunc(me.groups, func(g string) bool { return strings.EqualFold(g, name) })
}

// scimEntry is a user, group or service principal.
type scimEntry struct {
	ID            string `json:"id"`
	UserName      string `json:"userName"`
	DisplayName   string `json:"displayName"`
	ApplicationID string `json:"applicationId"`
	Groups        []struct {
		Display string `json:"display"`
	} `json:"groups"`
	Members []struct {
		Value   string `json:"value"`
		Display string `json:"display"`
		Ref     string `json:"$ref"`
	} `json:"members"`
	Meta struct {
		ResourceType string `json:"resourceType"`
	} `json:"meta"`
}

// readPrincipals reads who there is. Groups of the workspace alone cannot be granted anything and are left out.
func (r *reader) readPrincipals(ctx context.Context) error {
	if err := r.whoami(ctx); err != nil {
		return err
	}
	r.add(state.Securable{Kind: state.KindGroup, Name: dialect.AccountUsers})
	byID := map[string]state.Securable{}
	var groups []scimEntry
	for _, list := range []struct{ path, attributes string }{
		{"Users", "id,userName"}, {"ServicePrincipals", "id,applicationId,displayName"}, {"Groups", "id,displayName,members,meta"},
	} {
		entries, err := r.scimList(ctx, list.path, list.attributes)
		if errors.Is(err, connectors.ErrDenied) {
			r.unknown(state.Securable{}, "principals: "+err.Error(), state.FactRole, state.FactMember)
			continue
		}
		if err != nil {
			return fmt.Errorf("%s: %w", list.path, err)
		}
		for _, e := range entries {
			s, ok := e.securable(list.path)
			if !ok {
				continue
			}
			byID[e.ID] = s
			r.add(s)
			if s.Kind == state.KindGroup {
				groups = append(groups, e)
				r.put(state.Key{Fact: state.FactRole, On: s}, state.Role{})
			}
		}
	}
	r.members(groups, byID)
	return nil
}

func (r *reader) members(groups []scimEntry, byID map[string]state.Securable) {
	for _, g := range groups {
		for _, m := range g.Members {
			if member, ok := byID[m.Value]; ok {
				r.put(state.Key{Fact: state.FactMember, On: byID[g.ID], With: member}, state.Nil{})
			}
		}
	}
}

func (e scimEntry) securable(list string) (state.Securable, bool) {
	switch list {
	case "Users":
		return state.Securable{Kind: state.KindUser, Name: e.UserName}, e.UserName != ""
	case "ServicePrincipals":
		return state.Securable{Kind: state.KindServicePrincipal, Name: e.ApplicationID}, e.ApplicationID != ""
	}
	return state.Securable{Kind: state.KindGroup, Name: e.DisplayName}, e.DisplayName != "" && e.Meta.ResourceType != "WorkspaceGroup"
}

func (r *reader) whoami(ctx context.Context) error {
	var me scimEntry
	if err := r.get(ctx, scim+"Me", &me); err != nil {
		return fmt.Errorf("who the caller is: %w", err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.me.name = me.UserName
	if me.UserName != "" {
		// A service principal's user name is its application id; the answer does not say which of the two it is.
		r.state.Self = []state.Securable{{Kind: state.KindUser, Name: me.UserName}, {Kind: state.KindServicePrincipal, Name: me.UserName}}
	}
	for _, g := range me.Groups {
		r.me.groups = append(r.me.groups, g.Display)
	}
	return nil
}

// scimPage is how many entries a request asks for.
const scimPage = 10000

// scimList reads a whole list: pages until one is empty. A page that repeats an entry ends in an error, since a service
// that ignores the index would go on for ever.
func (r *reader) scimList(ctx context.Context, path, attributes string) ([]scimEntry, error) {
	var all []scimEntry
	seen := map[string]bool{}
	for {
		var page struct {
			Resources []scimEntry `json:"Resources"`
			Total     *int        `json:"totalResults"`
		}
		err := r.get(ctx, scim+path+"?attributes="+strings.ReplaceAll(attributes, ",", "%2C")+"&count="+strconv.Itoa(scimPage)+"&startIndex="+strconv.Itoa(len(all)+1), &page)
		if err != nil {
			return nil, err
		}
		for _, e := range page.Resources {
			if seen[e.ID] {
				return nil, fmt.Errorf("the list gives entry %s twice: %w", e.ID, errCut)
			}
			seen[e.ID] = true
		}
		all = append(all, page.Resources...)
		if len(page.Resources) == 0 || page.Total != nil && len(all) >= *page.Total {
			return all, nil
		}
	}
}

// add makes a principal known, once.
func (r *reader) add(s state.Securable) {
	r.mu.Lock()
	defer r.mu.Unlock()
	key := lower(s.Name)
	if _, there := r.principals[key]; !there {
		r.principals[key] = s
		r.state.Objects[s] = state.Object{}
	}
}

var uuid = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

// principal returns what a name in a grant or of an owner stands for. Names have one space for all kinds; one that the
// lists do not have is told by its form.
func (r *reader) principal(name string) state.Securable {
	r.mu.Lock()
	s, ok := r.principals[lower(name)]
	r.mu.Unlock()
	switch {
	case ok:
		return s
	case name == "":
		return state.Securable{}
	case uuid.MatchString(name):
		return state.Securable{Kind: state.KindServicePrincipal, Name: name}
	case strings.Contains(name, "@"):
		return state.Securable{Kind: state.KindUser, Name: name}
	}
	return state.Securable{Kind: state.KindGroup, Name: name}
}
