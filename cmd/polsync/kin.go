package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/polsync/polsync/connectors/databricks"
	"github.com/polsync/polsync/reconcile"
	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
	"github.com/polsync/polsync/state/declare/config"
	"github.com/polsync/polsync/state/ledger"
)

// Several workspaces may show one metastore, and all workspaces of an account its groups. The platform that comes first in
// the configuration writes what they share; the others see it done.

// before returns the Databricks platforms that come before one in the configuration.
func before(c *config.Config, p config.Platform) []config.Platform {
	var all []config.Platform
	for _, q := range c.Platforms {
		if q.Name == p.Name {
			break
		}
		if q.Databricks != nil {
			all = append(all, q)
		}
	}
	return all
}

// groupsWriter returns the platform that writes the groups of a platform's account, and whether there is one: the first
// that has credentials of it.
func groupsWriter(c *config.Config, p config.Platform) (config.Platform, bool) {
	if p.Databricks == nil || p.Databricks.Account == nil {
		return config.Platform{}, false
	}
	for _, q := range c.Platforms {
		if sameAccount(q, p) {
			return q, true
		}
	}
	return config.Platform{}, false
}

func sameAccount(p, q config.Platform) bool {
	return p.Databricks != nil && q.Databricks != nil && p.Databricks.Account != nil && q.Databricks.Account != nil &&
		strings.EqualFold(p.Databricks.Account.ID, q.Databricks.Account.ID)
}

// groupsLeft returns why a platform leaves the groups of its account to another, "" where it does not.
func groupsLeft(c *config.Config, p config.Platform) string {
	if w, ok := groupsWriter(c, p); ok && w.Name != p.Name {
		return fmt.Sprintf("the groups of the account are written by %s, which comes before %s in the configuration", w.Name, p.Name)
	}
	return ""
}

// elsewhere returns what asks which catalogs earlier platforms on the same metastore govern. A platform that cannot be
// asked governs what it governed when it last could, which is all its scope.
func (a *app) elsewhere(c *config.Config, p config.Platform, store ledger.Store) func(context.Context, string) (func(string) string, error) {
	earlier := before(c, p)
	if len(earlier) == 0 {
		return nil
	}
	return func(ctx context.Context, metastore string) (func(string) string, error) {
		governs := map[string]string{} // platform by catalog
		all := ""                      // a platform that governs every catalog
		for _, q := range earlier {
			catalogs, shared, err := a.governs(ctx, q, metastore, store)
			if err != nil {
				return nil, err
			}
			if shared && catalogs == nil && all == "" {
				all = q.Name
			}
			for _, name := range catalogs {
				if governs[name] == "" {
					governs[name] = q.Name
				}
			}
		}
		return func(catalog string) string {
			if by := governs[catalog]; by != "" {
				return governedBy(by, p.Name)
			}
			if all != "" {
				return governedBy(all, p.Name)
			}
			return ""
		}, nil
	}
}

func governedBy(by, name string) string {
	return fmt.Sprintf("the catalog is governed through %s, which shares the metastore and comes before %s in the configuration; give both a scope to part them", by, name)
}

// governs returns the catalogs that a platform governs, if it is on that metastore; nil stands for all.
func (a *app) governs(ctx context.Context, q config.Platform, metastore string, store ledger.Store) (catalogs []string, shared bool, err error) {
	for _, s := range q.Scope {
		if len(s.Parts) > 0 {
			catalogs = append(catalogs, strings.ToLower(s.Parts[0].Text))
		}
	}
	opened, asked := a.askable(ctx, q)
	if asked == nil {
		defer func() { err = errors.Join(err, opened.Close()) }()
		var id string
		if id, asked = opened.Metastore(ctx); asked == nil && id != metastore {
			return nil, false, nil
		}
		if asked == nil && len(catalogs) == 0 {
			catalogs, asked = opened.Catalogs(ctx)
		}
	}
	if asked == nil {
		return catalogs, true, nil
	}
	pinned, err := store.Pin(ctx, q.Name, "")
	return catalogs, err == nil && pinned == metastore, err
}

// askable opens a platform to ask it what it is.
func (a *app) askable(ctx context.Context, q config.Platform) (*databricks.Platform, error) {
	opened, err := openDatabricks(ctx, q, openOptions{log: a.log})
	if err != nil {
		return nil, err
	}
	w, ok := opened.(*databricks.Platform)
	if !ok {
		return nil, errors.Join(fmt.Errorf("%s is no workspace", q.Name), opened.Close())
	}
	return w, nil
}

// sharedRoles returns the declarations as the platform that writes an account's groups has to see them: groups that are
// declared for another workspace of the account are the account's, so they are declared for it as well.
func sharedRoles(c *config.Config, p config.Platform, d *state.Declarations) *state.Declarations {
	w, ok := groupsWriter(c, p)
	if !ok || w.Name != p.Name {
		return d
	}
	out := *d
	for _, q := range c.Platforms {
		if q.Name == p.Name || !sameAccount(p, q) {
			continue
		}
		out.Roles = slices.Clone(out.Roles)
		for i, r := range out.Roles {
			if slices.Contains(r.In, q.Name) && !slices.Contains(r.In, p.Name) {
				r.In = append(slices.Clone(r.In), p.Name)
				r.Members, r.Users = lent(r.Members, d.Principals, q.Name), lent(r.Users, d.Principals, q.Name)
				r.MemberOf, r.Absent = lent(r.MemberOf, d.Principals, q.Name), lent(r.Absent, d.Principals, q.Name)
				out.Roles[i] = r
			}
		}
	}
	return &out
}

// lent returns references that mean on one platform what they mean on another: people and groups of an account are called
// the same in all its workspaces. Only references change: what a name stands for elsewhere, in a mask's rule or a grant,
// stays as it is written.
func lent(refs []state.PrincipalRef, names map[string]state.PrincipalMapping, from string) []state.PrincipalRef {
	var all []state.PrincipalRef
	for _, r := range refs {
		mapped := names[r.Name].On[from]
		if r.Kind != state.KindNone || mapped == nil {
			all = append(all, r)
			continue
		}
		for _, m := range mapped {
			m.Origin = r.Origin
			all = append(all, m)
		}
	}
	return all
}

// joinsWait returns why nobody may become a member of a group for now: what the group opens in another workspace of the
// account may still lack its masks. It is "" where no other workspace has its groups written from here, and where nobody
// is to become a member.
func (w *work) joinsWait(ctx context.Context, s *session, d *state.Declarations, o reconcile.Options) (string, error) {
	var others []config.Platform
	for _, q := range w.conf.Platforms {
		if writer, ok := groupsWriter(w.conf, q); ok && writer.Name == s.conf.Name && q.Name != s.conf.Name {
			others = append(others, q)
		}
	}
	if len(others) == 0 || o.Expire {
		return "", nil
	}
	res, err := s.reconciler.Plan(ctx, d, o)
	if err != nil {
		return "", err
	}
	joins := func(c plan.Change) bool { return c.Key.Fact == state.FactMember && c.Want != nil }
	if !slices.ContainsFunc(res.Plan.Changes(), joins) {
		return "", nil
	}
	for _, q := range others {
		left := groupsLeft(w.conf, q)
		open := true
		err := w.on(ctx, q, func(s *session, d *state.Declarations) error {
			res, err := s.reconciler.Plan(ctx, d, s.options)
			if err == nil {
				open = len(res.Plan.Steps) > 0 || slices.ContainsFunc(res.Plan.Notices, func(n plan.Notice) bool {
					return (n.Level == plan.Held || n.Level == plan.Error) && !strings.HasSuffix(n.Text, left)
				})
			}
			return err
		})
		if err != nil {
			return fmt.Sprintf("what the group opens in %s, of the same account, cannot be known: %v", q.Name, err), nil
		}
		if open {
			return fmt.Sprintf("%s, of the same account, is not as declared yet, and the group may open something there", q.Name), nil
		}
	}
	return "", nil
}
