package databricks

import (
	"context"
	"fmt"
	"slices"

	"github.com/polsync/polsync/connectors"
	"github.com/polsync/polsync/state"
)

// elsewhere notes what other platforms of the configuration write that this one shows too: catalogs of a metastore that
// they share, and groups of an account. Catalogs that are bound to other workspaces cannot be read here at all.
func (r *reader) elsewhere(ctx context.Context) error {
	if why := r.p.opt.Groups; why != "" {
		r.state.Left = append(r.state.Left, state.Area{Facts: []state.FactKind{state.FactRole, state.FactMember}, Reason: why})
	}
	if err := r.unbound(ctx); err != nil || r.p.opt.Elsewhere == nil {
		return err
	}
	governed, err := r.p.opt.Elsewhere(ctx, r.known.Metastore)
	if err != nil || governed == nil {
		return err
	}
	for _, s := range r.state.Securables() {
		if s.Kind != state.KindCatalog || r.state.Objects[s].Foreign != "" {
			continue
		}
		if why := governed(s.Catalog); why != "" {
			r.state.Left = append(r.state.Left, state.Area{Within: s, Reason: why})
		}
	}
	return nil
}

// Metastore returns the id of the workspace's metastore.
func (p *Platform) Metastore(ctx context.Context) (string, error) {
	r := newReader(p, connectors.Scope{})
	if err := r.metastore(ctx); err != nil {
		return "", p.wrap("read the metastore", err)
	}
	return r.known.Metastore, nil
}

// Catalogs returns the names of the catalogs that the workspace shows, in lower case.
func (p *Platform) Catalogs(ctx context.Context) ([]string, error) {
	all, err := newReader(p, connectors.Scope{}).listCatalogs(ctx, false)
	if err != nil {
		return nil, p.wrap("list the catalogs", err)
	}
	return all, nil
}

// listCatalogs lists catalogs by name, with those bound to other workspaces or without.
func (r *reader) listCatalogs(ctx context.Context, unbound bool) ([]string, error) {
	var all []string
	path := "/api/2.1/unity-catalog/catalogs?max_results=1000"
	if unbound {
		path += "&include_unbound=true"
	}
	for token := ""; ; {
		var page struct {
			Catalogs []struct {
				Name string `json:"name"`
			} `json:"catalogs"`
			Next string `json:"next_page_token"`
		}
		more := ""
		if token != "" {
			more = "&" + query("page_token", token)[1:]
		}
		if err := r.get(ctx, path+more, &page); err != nil {
			return nil, err
		}
		for _, c := range page.Catalogs {
			all = append(all, lower(c.Name))
		}
		if page.Next == "" || page.Next == token {
			return all, nil
		}
		token = page.Next
	}
}

// unbound says of catalogs of the scope that do not show, but are there, that they are bound to other workspaces. What
// polsync set in them before stays its own.
func (r *reader) unbound(ctx context.Context) error {
	hidden := slices.DeleteFunc(slices.Clone(r.scope.Within), func(s state.Securable) bool {
		_, there := r.state.Objects[state.Securable{Kind: state.KindCatalog, Catalog: lower(s.Catalog)}]
		return s.Catalog == "" || there
	})
	if len(hidden) == 0 {
		return nil
	}
	all, err := r.listCatalogs(ctx, true)
	if err != nil {
		return fmt.Errorf("catalogs that do not show: %w", err)
	}
	for i, a := range r.state.Unknown {
		if a.Within.Kind == state.KindCatalog && len(a.Facts) == 0 && slices.Contains(all, a.Within.Catalog) && slices.ContainsFunc(hidden, func(s state.Securable) bool { return lower(s.Catalog) == a.Within.Catalog }) {
			r.state.Unknown[i].Reason = "the catalog is bound to other workspaces than this one"
		}
	}
	return nil
}
