package databricks

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/polsync/polsync/connectors"
	"github.com/polsync/polsync/connectors/databricks/dialect"
	"github.com/polsync/polsync/state"
)

// maxPermissionReads bounds the requests for grants in catalogs whose privilege views do not show everything.
const maxPermissionReads = 5000

// readGrants reads direct grants: from the privilege views in catalogs that the caller owns, which show it everything,
// and by a request for each securable in the others.
func (r *reader) readGrants(ctx context.Context) error {
	if !r.scope.Wants(state.FactGrant) {
		return nil
	}
	owned, others := r.ownership()
	if len(owned) > 0 {
		if err := r.privilegeViews(ctx, owned); err != nil {
			return err
		}
	}
	return r.permissionRequests(ctx, others, func(k state.Kind) bool { return k != state.KindFunction })
}

// readFunctionGrants asks for the grants of functions, which are read last, where the views do not show them.
func (r *reader) readFunctionGrants(ctx context.Context) error {
	if !r.scope.Wants(state.FactGrant) {
		return nil
	}
	_, others := r.ownership()
	return r.permissionRequests(ctx, others, func(k state.Kind) bool { return k == state.KindFunction })
}

// ownership tells the catalogs whose privilege views show everything from those where each securable is asked.
func (r *reader) ownership() (owned []string, others map[string]bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	others = map[string]bool{}
	for s, o := range r.state.Objects {
		switch {
		case s.Kind != state.KindCatalog || o.Foreign != "":
		case r.me.is(r.me.metastoreOwner) || r.me.is(o.Owner.Name):
			owned = append(owned, s.Catalog)
		default:
			others[s.Catalog] = true
		}
	}
	slices.Sort(owned)
	return owned, others
}

// privilegeView is one of the views and how its columns name the securable.
type privilegeView struct {
	kind    state.Kind
	name    string
	columns []string
}

var privilegeViews = []privilegeView{
	{state.KindCatalog, "catalog_privileges", []string{"catalog_name"}},
	{state.KindSchema, "schema_privileges", []string{"catalog_name", "schema_name"}},
	{state.KindTable, "table_privileges", []string{"table_catalog", "table_schema", "table_name"}},
	{state.KindFunction, "routine_privileges", []string{"specific_catalog", "specific_schema", "specific_name"}},
	{state.KindVolume, "volume_privileges", []string{"volume_catalog", "volume_schema", "volume_name"}},
}

// privilegeViews reads the views. That of volumes is read apart, since its columns are not certain.
func (r *reader) privilegeViews(ctx context.Context, catalogs []string) error {
	var parts []string
	for _, v := range privilegeViews[:4] {
		parts = append(parts, v.sql(r, catalogs))
	}
	if err := r.partly(r.bulk(ctx, "grants", strings.Join(parts, " UNION ALL "), r.grantRows), state.Securable{}, "grants", state.FactGrant); err != nil {
		return err
	}
	return r.partly(r.bulk(ctx, "grants on volumes", privilegeViews[4].sql(r, catalogs), r.grantRows), state.Securable{}, "grants on volumes", state.FactGrant)
}

// sql selects direct grants; what a container hands down has its level in inherited_from.
func (v privilegeView) sql(r *reader, catalogs []string) string {
	names := append(slices.Clone(v.columns), "''", "''")[:3]
	return fmt.Sprintf("SELECT '%s' AS kind, %s AS c, %s AS s, %s AS n, grantee, privilege_type FROM system.information_schema.%s"+
		" WHERE coalesce(inherited_from, 'NONE') = 'NONE' AND %s IN (%s) AND %s", v.kind, names[0], names[1], names[2], v.name, names[0], literals(catalogs), r.within(v.columns...))
}

func (r *reader) grantRows(t *table) error {
	for i := range t.rows {
		on := column(t, i)
		on.Kind, _ = state.ParseKind(t.text(i, "kind"))
		if on.Kind == state.KindTable {
			on = r.asThere(on)
		}
		r.granted(on, t.text(i, "grantee"), t.text(i, "privilege_type"))
	}
	return nil
}

// granted states a privilege; ALL PRIVILEGES states those it gives as well, so that a declared one is there.
func (r *reader) granted(on state.Securable, grantee, privilege string) {
	if grantee == "" { // of a principal that was deleted, which can be neither named nor revoked
		r.mu.Lock()
		r.orphaned[on]++
		r.mu.Unlock()
		return
	}
	name := dialect.Privilege(privilege)
	all := []string{name}
	if name == dialect.AllPrivileges {
		all = append(all, dialect.Implied(on.Kind)...)
	}
	with := r.principal(grantee)
	for _, p := range all {
		k := state.Key{Fact: state.FactGrant, On: on, With: with, Name: p}
		r.put(k, state.Option(false))
		if ofTheWorkspace(with.Name) {
			r.fix(k, "a grant that the workspace made to a group of its own")
		}
	}
}

// ofTheWorkspace knows the groups that a workspace makes for itself, and grants to, when its catalog is made.
func ofTheWorkspace(group string) bool {
	return strings.HasPrefix(lower(group), "_workspace_users_") || strings.HasPrefix(lower(group), "_workspace_admins_")
}

// permissionRequests asks for the grants of each securable in some catalogs.
func (r *reader) permissionRequests(ctx context.Context, catalogs map[string]bool, of func(state.Kind) bool) error {
	ask := r.asked(catalogs, of)
	if len(ask) > maxPermissionReads {
		for _, c := range sortedKeys(catalogs) {
			r.unknown(state.Securable{Kind: state.KindCatalog, Catalog: c}, fmt.Sprintf("the caller owns neither the metastore nor the catalog, "+
				"and asking for the grants of %d securables one by one is too much", len(ask)), state.FactGrant)
		}
		return nil
	}
	return r.forEach(ctx, ask, r.permissionsOf)
}

// forEach asks about securables, as many at a time as there may be requests under way.
func (r *reader) forEach(ctx context.Context, ask []state.Securable, do func(context.Context, state.Securable) error) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(r.p.opt.Concurrency)
	for _, s := range ask {
		g.Go(func() error { return do(ctx, s) })
	}
	return g.Wait()
}

// asked lists what can be granted on in some catalogs, in order.
func (r *reader) asked(catalogs map[string]bool, of func(state.Kind) bool) []state.Securable {
	r.mu.Lock()
	defer r.mu.Unlock()
	var ask []state.Securable
	for s := range r.state.Objects {
		_, can := dialect.PermissionsPath(s)
		if catalogs[s.Catalog] && can && s.Kind != state.KindModel && of(s.Kind) && s.Schema != informationSchema && r.scope.Covers(s) {
			ask = append(ask, s)
		}
	}
	slices.SortFunc(ask, state.Securable.Compare)
	return ask
}

func (r *reader) permissionsOf(ctx context.Context, s state.Securable) error {
	named := s
	if s.Kind == state.KindMetastore {
		named.Name = r.known.Metastore
	}
	path, can := dialect.PermissionsPath(named)
	if !can {
		r.unreadable(s, "its name cannot be asked for")
		return nil
	}
	held, err := r.c.permissions(ctx, path)
	switch {
	case errors.Is(err, connectors.ErrDenied), errors.Is(err, connectors.ErrNotFound):
		r.unreadable(s, err.Error())
		return nil
	case err != nil:
		return fmt.Errorf("grants of %s: %w", s, err)
	}
	r.mu.Lock()
	r.answered = append(r.answered, s)
	r.mu.Unlock()
	for _, grantee := range sortedKeys(held) {
		for _, p := range held[grantee] {
			r.granted(s, grantee, p)
		}
	}
	return nil
}

// unreadable says that the grants on a securable are not known; those on what it holds are a matter of their own.
func (r *reader) unreadable(s state.Securable, reason string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.state.Unknown = append(r.state.Unknown, state.Area{Facts: []state.FactKind{state.FactGrant}, Within: s, Only: true, Reason: "grants: " + reason})
}
