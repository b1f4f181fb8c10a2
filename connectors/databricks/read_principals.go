package databricks

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sync/errgroup"

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
	ExternalID    string `json:"externalId"`
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

// readPrincipals reads who there is: in the account where there are credentials of it, which shows what was just written,
// or else what the workspace knows of it. Groups of the workspace alone cannot be granted anything and are left out.
func (r *reader) readPrincipals(ctx context.Context) error {
	if err := r.whoami(ctx); err != nil {
		return err
	}
	r.add(state.Securable{Kind: state.KindGroup, Name: dialect.AccountUsers}, state.Object{})
	if r.p.account == nil {
		return r.readDirectory(ctx, directory{r.get, scim, false})
	}
	err := r.readAccount(ctx)
	if err == nil || ctx.Err() != nil {
		return err
	}
	r.unknown(state.Securable{}, "the account: "+err.Error(), state.FactRole, state.FactMember)
	return r.readDirectory(ctx, directory{r.get, scim, false})
}

// directory is a service that lists users, service principals and groups.
type directory struct {
	get   func(ctx context.Context, path string, answer any) error
	base  string // of the paths, with a slash at its end
	whole bool   // it must be readable
}

// entryOf is an entry with who it is.
type entryOf struct {
	scimEntry
	is state.Securable
}

func (r *reader) readDirectory(ctx context.Context, from directory) error {
	var all []entryOf
	groups := "id,displayName,members,meta"
	if from.whole {
		groups += ",externalId"
	}
	for _, list := range []struct{ path, attributes string }{
		{"Users", "id,userName"}, {"ServicePrincipals", "id,applicationId,displayName"}, {"Groups", groups},
	} {
		entries, err := r.scimList(ctx, from, list.path, list.attributes)
		if errors.Is(err, connectors.ErrDenied) && !from.whole {
			r.unknown(state.Securable{}, "principals: "+err.Error(), state.FactRole, state.FactMember)
			continue
		}
		if err != nil {
			return fmt.Errorf("%s: %w", list.path, err)
		}
		if list.path == "Groups" {
			if entries, err = r.withMembers(ctx, from, entries); err == nil && from.whole {
				entries, err = r.refreshGroups(ctx, from, entries)
			}
			if err != nil {
				return fmt.Errorf("members of groups: %w", err)
			}
		}
		for _, e := range entries {
			if s, ok := e.securable(list.path); ok {
				all = append(all, entryOf{e, s})
			}
		}
	}
	r.directory(all)
	return nil
}

// directory states who there is and who is a member of what.
func (r *reader) directory(all []entryOf) {
	byID := map[string]state.Securable{}
	for _, e := range all {
		byID[e.ID] = e.is
		o := state.Object{}
		if e.is.Kind == state.KindGroup {
			if e.ExternalID != "" && !r.takesProvisioned() {
				o.Provisioned = "the identity provider"
			}
			r.put(state.Key{Fact: state.FactRole, On: e.is}, state.Role{})
		}
		r.add(e.is, o)
	}
	for _, g := range all {
		for _, m := range g.Members {
			if member, ok := byID[m.Value]; ok && g.is.Kind == state.KindGroup {
				r.put(state.Key{Fact: state.FactMember, On: g.is, With: member}, state.Nil{})
			}
		}
	}
	if r.p.account != nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.known.Account.IDs = map[state.Securable]string{}
		for id, s := range byID {
			r.known.Account.IDs[s] = id
		}
	}
}

func (r *reader) takesProvisioned() bool { return r.p.opt.Account != nil && r.p.opt.Account.External }

// withMembers asks for the members of each group where the list leaves them out, as it does for accounts that were made
// since August 2025. A list that has members of any group has them of all.
func (r *reader) withMembers(ctx context.Context, from directory, groups []scimEntry) ([]scimEntry, error) {
	if slices.ContainsFunc(groups, func(e scimEntry) bool { return len(e.Members) > 0 }) {
		return groups, nil
	}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(r.p.opt.Concurrency)
	for i, e := range groups {
		if e.Meta.ResourceType == "WorkspaceGroup" {
			continue
		}
		g.Go(func() error {
			var one scimEntry
			err := from.get(ctx, from.base+"Groups/"+url.PathEscape(e.ID), &one)
			if errors.Is(err, connectors.ErrNotFound) {
				return nil // deleted meanwhile, or an entry that the list shows late
			}
			groups[i].Members = one.Members
			return err
		})
	}
	return groups, g.Wait()
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
func (r *reader) scimList(ctx context.Context, from directory, path, attributes string) ([]scimEntry, error) {
	var all []scimEntry
	seen := map[string]bool{}
	for {
		var page struct {
			Resources []scimEntry `json:"Resources"`
			Total     *int        `json:"totalResults"`
		}
		err := from.get(ctx, from.base+path+"?attributes="+strings.ReplaceAll(attributes, ",", "%2C")+"&count="+strconv.Itoa(scimPage)+"&startIndex="+strconv.Itoa(len(all)+1), &page)
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
func (r *reader) add(s state.Securable, o state.Object) {
	r.mu.Lock()
	defer r.mu.Unlock()
	key := lower(s.Name)
	if _, there := r.principals[key]; !there {
		r.principals[key] = s
		r.state.Objects[s] = o
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
