package databricks

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/polsync/polsync/connectors"
	"github.com/polsync/polsync/connectors/databricks/dialect"
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

// unbound says of catalogs of the scope, and of those in which something is ours, that do not show, but are there, that
// they are bound to other workspaces. What polsync set in them before stays its own.
func (r *reader) unbound(ctx context.Context) error {
	hidden := map[string]bool{}
	for _, s := range slices.Concat(r.scope.Within, r.scope.Ours) {
		c := state.Securable{Kind: state.KindCatalog, Catalog: lower(s.Catalog)}
		if _, there := r.state.Objects[c]; !there && s.Catalog != "" && r.scope.Covers(c) {
			hidden[c.Catalog] = true
		}
	}
	if len(hidden) == 0 {
		return nil
	}
	all, err := r.listCatalogs(ctx, true)
	if err != nil {
		return fmt.Errorf("catalogs that do not show: %w", err)
	}
	r.state.Unknown = slices.DeleteFunc(r.state.Unknown, func(a state.Area) bool {
		return a.Within.Kind == state.KindCatalog && len(a.Facts) == 0 && hidden[a.Within.Catalog] && slices.Contains(all, a.Within.Catalog)
	})
	named := map[string]bool{}
	for _, a := range r.state.Unknown {
		named[a.Within.Catalog] = true
	}
	for _, c := range sortedKeys(hidden) {
		on := state.Securable{Kind: state.KindCatalog, Catalog: c}
		switch {
		case slices.Contains(all, c):
			r.unknown(on, "the catalog is bound to other workspaces than this one")
		case !named[c]:
			if _, err := r.askedAfter(ctx, on); err != nil {
				return err
			}
		}
	}
	return nil
}

// askedAfter asks for one securable that no list has, and returns what is said of it. What is refused is there, or may be:
// it is unknown. Nil is what is not there.
func (r *reader) askedAfter(ctx context.Context, s state.Securable) (*single, error) {
	path, err := dialect.OnePath(s)
	if err != nil {
		return nil, err
	}
	var one single
	err = r.get(ctx, path, &one)
	switch {
	case err == nil && s.Kind == state.KindCatalog:
		err = fmt.Errorf("it is there: %w", connectors.ErrUnknown)
	case err == nil:
		return &one, nil
	case errors.Is(err, connectors.ErrNotFound):
		return nil, nil
	}
	return nil, r.partly(err, s, "it shows in no list")
}
