package databricks

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/polsync/polsync/connectors"
	"github.com/polsync/polsync/connectors/databricks/dialect"
	"github.com/polsync/polsync/state"
)

// Check implements connectors.Platform. It signs in, runs a statement, and looks for the rights that reading and writing
// take. Rights are asked for as effective ones, so that what a container or a group hands down counts.
func (p *Platform) Check(ctx context.Context, scope connectors.Scope) ([]connectors.Missing, error) {
	r := newReader(p, scope)
	if err := r.together(ctx, r.metastore, r.whoami); err != nil {
		return nil, p.wrap("check the connection", err)
	}
	missing, err := r.checkWarehouse(ctx)
	if err != nil || len(missing) > 0 {
		return missing, err
	}
	if err := r.readObjects(ctx); err != nil {
		return nil, p.wrap("check the rights", err)
	}
	for _, s := range r.state.Securables() {
		o := r.state.Objects[s]
		if s.Kind != state.KindCatalog || o.Foreign != "" || r.me.is(o.Owner.Name) || r.me.is(r.me.metastoreOwner) {
			continue
		}
		more, err := r.lacks(ctx, s, "USE CATALOG", "USE SCHEMA", "MANAGE", "APPLY TAG")
		if err != nil {
			return nil, p.wrap("check the rights on "+s.String(), err)
		}
		missing = append(missing, more...)
	}
	more, err := r.checkHome(ctx)
	if err != nil {
		return nil, p.wrap("check the home schema", err)
	}
	return slices.Concat(missing, more, r.checkAccount(ctx)), nil
}

// checkAccount asks the account for what reading and writing groups takes: its administrators may.
func (r *reader) checkAccount(ctx context.Context) []connectors.Missing {
	if r.p.account == nil {
		return nil
	}
	o := r.p.opt.Account
	err := r.accountGet(ctx, o.path()+"/scim/v2/Groups?attributes=id&count=1&startIndex=1", &struct{}{})
	if err == nil && o.Assign {
		err = r.assigned(ctx, &dialect.Account{})
	}
	if err == nil {
		return nil
	}
	who := cmp.Or(o.SignIn.ClientID, "whoever polsync signs in to the account as")
	return []connectors.Missing{{What: "read and write groups of the account (" + err.Error() + ")",
		SQL: "-- in the account console: give the role account admin to " + who + ", and compare account.id, account.host and the credentials"}}
}

// checkWarehouse runs the cheapest statement there is, which starts the warehouse.
func (r *reader) checkWarehouse(ctx context.Context) ([]connectors.Missing, error) {
	_, err := r.query(ctx, "SELECT catalog_name FROM system.information_schema.catalogs LIMIT 1")
	switch {
	case err == nil:
		return nil, nil
	case errors.Is(err, connectors.ErrNotFound):
		return nil, r.p.wrap("check the SQL warehouse", err)
	case errors.Is(err, connectors.ErrDenied), errors.Is(err, connectors.ErrUnknown):
		me := dialect.QuoteName(r.me.name)
		return []connectors.Missing{{What: "read the information schema (" + err.Error() + ")",
			SQL: "GRANT USE CATALOG ON CATALOG `system` TO " + me + "; GRANT USE SCHEMA, SELECT ON SCHEMA `system`.`information_schema` TO " + me}}, nil
	}
	return nil, r.p.wrap("check the SQL warehouse", err)
}

// whatFor says what each right is needed for.
var whatFor = map[string]string{
	"USE CATALOG": "see the catalog", "USE SCHEMA": "see its schemas", "MANAGE": "set masks and grants in it", "APPLY TAG": "set tags in it",
	"CREATE FUNCTION": "create mask functions in it", "EXECUTE": "set masks made of its functions",
}

// lacks returns those of the privileges that the caller does not hold on a securable.
func (r *reader) lacks(ctx context.Context, s state.Securable, privileges ...string) ([]connectors.Missing, error) {
	held, err := r.effective(ctx, s)
	if err != nil {
		return nil, err
	}
	word := map[state.Kind]string{state.KindCatalog: "CATALOG", state.KindSchema: "SCHEMA"}[s.Kind]
	var missing []connectors.Missing
	for _, p := range privileges {
		if held[p] || held[dialect.AllPrivileges] && p != "MANAGE" {
			continue
		}
		missing = append(missing, connectors.Missing{What: fmt.Sprintf("%s (%s on %s)", whatFor[p], p, s),
			SQL: "GRANT " + p + " ON " + word + " " + dialect.QualifiedName(s.Parts()...) + " TO " + dialect.QuoteName(r.me.name)})
	}
	return missing, nil
}

// effective returns the privileges of the caller on a securable, of whatever source.
func (r *reader) effective(ctx context.Context, s state.Securable) (map[string]bool, error) {
	held := map[string]bool{}
	path := dialect.EffectivePath(s)
	for token := ""; ; {
		var page struct {
			Assignments []struct {
				Principal  string `json:"principal"`
				Privileges []struct {
					Privilege string `json:"privilege"`
				} `json:"privileges"`
			} `json:"privilege_assignments"`
			Next string `json:"next_page_token"`
		}
		if err := r.get(ctx, path+query("page_token", token), &page); err != nil {
			if errors.Is(err, connectors.ErrDenied) || errors.Is(err, connectors.ErrNotFound) {
				return held, nil // what may not even be looked at holds nothing for the caller
			}
			return nil, err
		}
		for _, a := range page.Assignments {
			for _, v := range a.Privileges {
				if r.me.is(a.Principal) || lower(a.Principal) == dialect.AccountUsers {
					held[dialect.Privilege(v.Privilege)] = true
				}
			}
		}
		if page.Next == "" || page.Next == token {
			return held, nil
		}
		token = page.Next
	}
}

// checkHome looks for the schema of what polsync creates, and for the right to create there.
func (r *reader) checkHome(ctx context.Context) ([]connectors.Missing, error) {
	h := r.scope.Home
	if h.Schema == "" {
		return nil, nil
	}
	h = state.Securable{Kind: state.KindSchema, Catalog: lower(h.Catalog), Schema: lower(h.Schema)}
	o, there := r.state.Objects[h]
	switch {
	case !there:
		return []connectors.Missing{{What: "create mask functions (there is no schema " + h.String() + ")", SQL: "CREATE SCHEMA " + dialect.QualifiedName(h.Parts()...)}}, nil
	case r.me.is(o.Owner.Name) || r.me.is(r.me.metastoreOwner):
		return nil, nil
	}
	return r.lacks(ctx, h, "USE SCHEMA", "CREATE FUNCTION", "EXECUTE")
}
