package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/user"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/polsync/polsync/connectors"
	"github.com/polsync/polsync/reconcile"
	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
	"github.com/polsync/polsync/state/declare"
	"github.com/polsync/polsync/state/declare/config"
	"github.com/polsync/polsync/state/ledger"
)

// session is one open platform with its reconciler.
type session struct {
	conf       config.Platform
	platform   *watched
	reconciler *reconcile.Reconciler
	options    reconcile.Options // narrowed by --only and --on
}

// watched is a platform that remembers the identity a snapshot gave, and that can be held to a saved plan.
type watched struct {
	connectors.Platform
	identity string
	pinned   *savedPlan // every snapshot before the first statement must be the one this was made from
	began    atomic.Bool
}

// Snapshot implements connectors.Platform.
func (w *watched) Snapshot(ctx context.Context, scope connectors.Scope) (*state.State, error) {
	s, err := w.Platform.Snapshot(ctx, scope)
	if err != nil {
		return nil, err
	}
	w.identity = s.Identity
	if w.pinned != nil && !w.began.Load() && s.Lag == nil { // a plan that rests on something that lags is held to its base once that is confirmed
		if err := w.pinned.fits(s); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// Confirm implements connectors.Confirmer.
func (w *watched) Confirm(ctx context.Context, scope connectors.Scope, s *state.State, q plan.Question) error {
	c, ok := w.Platform.(connectors.Confirmer)
	if !ok {
		return errors.New("what was read cannot be confirmed")
	}
	return c.Confirm(ctx, scope, s, q)
}

// Exec implements connectors.Platform.
func (w *watched) Exec(ctx context.Context, s plan.Statement) (connectors.Outcome, error) {
	if w.pinned != nil && !w.pinned.has(s) {
		return connectors.Outcome{}, errors.New("the statement is not one of the saved plan")
	}
	w.began.Store(true)
	return w.Platform.Exec(ctx, s)
}

// open opens one platform and puts its reconciler together.
func (a *app) open(ctx context.Context, c *config.Config, p config.Platform, store ledger.Store, o openOptions) (*session, error) {
	o.log = a.log.With().Str("warehouse", p.Name).Logger()
	if p.Databricks != nil {
		o.elsewhere, o.groups = a.elsewhere(c, p, store), groupsLeft(c, p)
	}
	opened, err := openPlatform(ctx, p, o)
	if err != nil {
		return nil, err
	}
	d := opened.Dialect()
	s := &session{conf: p, platform: &watched{Platform: opened}}
	r := &reconcile.Reconciler{EffectDelay: p.EffectDelay(), Name: p.Name, Platform: s.platform, Store: store, Foreign: foreignOf(d, c, p.Name), Self: selfOf(d, p),
		Limits: plan.Limits{Removals: c.Guards.Removals, Share: c.Guards.RemovalShare, Unmaskings: c.Guards.Unmaskings, Statements: c.Guards.Statements},
		Log:    a.log, MaxRow: c.Guards.FailuresInRow, Beside: p.Connection, Repeats: c.Guards.Repeats, Holder: holder(), Lease: a.flags.lease, Grace: a.flags.grace, Timeout: p.Timeout, Version: version(), By: invoker(), Now: a.now}
	if p.Home != nil {
		r.Home = place(d, *p.Home)
	}
	r.Scope.Home = r.Home
	for _, w := range p.Scope {
		r.Scope.Within = append(r.Scope.Within, place(d, w))
	}
	s.reconciler = r
	s.options.Strict = a.flags.strict
	if s.options.Only, err = a.onlyKinds(); err == nil {
		s.options.On, err = a.narrowed(c, p.Name, d)
	}
	if err != nil {
		return nil, errors.Join(err, opened.Close())
	}
	return s, nil
}

// Close closes the platform.
func (s *session) Close() error {
	if err := s.platform.Close(); err != nil {
		return fmt.Errorf("%s: close: %w", s.conf.Name, err)
	}
	return nil
}

// narrowed returns what --on names on a platform. A name may begin with the platform's.
func (a *app) narrowed(c *config.Config, platform string, d plan.Dialect) ([]state.Securable, error) {
	var all []state.Securable
	for _, text := range a.flags.on {
		s, there, err := parsePlace(c, platform, d, text)
		if err != nil {
			return nil, usagef("--on %s: %s", text, err)
		}
		if there {
			all = append(all, s)
		}
	}
	if len(a.flags.on) > 0 && len(all) == 0 {
		all = []state.Securable{nowhere} // all that was named is elsewhere; an empty list would mean the whole platform
	}
	return all, nil
}

// nowhere is a place that no platform has.
var nowhere = state.Securable{Kind: state.KindCatalog, Catalog: "\x00"}

// parsePlace reads "platform:name" or "name"; there is false where the name is another platform's.
func parsePlace(c *config.Config, platform string, d plan.Dialect, text string) (s state.Securable, there bool, err error) {
	name := text
	if before, after, ok := strings.Cut(text, ":"); ok && !strings.Contains(before, `"`) {
		if _, known := c.Platform(before); !known {
			return s, false, fmt.Errorf("no platform is called %s", before)
		}
		if before != platform {
			return s, false, nil
		}
		name = after
	}
	parts, problem := declare.SplitName(name)
	if problem != "" {
		return s, false, errors.New(problem)
	}
	for _, p := range parts {
		if p.Wild() {
			return s, false, errors.New("a plain name stands here, no glob")
		}
	}
	if len(parts) == 0 || len(parts) > 4 {
		return s, false, errors.New("it is a catalog, schema, table or column, such as CRM.PUBLIC.CUSTOMERS")
	}
	return placeOf(d, parts), true, nil
}

// each runs a function on every chosen platform at once and joins what became of them, in the order of the
// configuration. A platform that fails never holds another.
func (a *app) each(ctx context.Context, c *config.Config, do func(ctx context.Context, i int, p config.Platform) error) error {
	chosen, err := a.chosen(c)
	if err != nil {
		return err
	}
	errs := make([]error, len(chosen))
	var g sync.WaitGroup
	for i, p := range chosen {
		g.Go(func() { errs[i] = do(ctx, i, p) })
	}
	g.Wait()
	return joinPlatforms(len(chosen), errs)
}

// holder names this process among those that share a state: host, process id, and something no other has.
func holder() string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	var b [4]byte
	rand.Read(b[:]) // never fails
	return fmt.Sprintf("%s/%d/%s", host, os.Getpid(), hex.EncodeToString(b[:]))
}

// invoker names who runs the program.
func invoker() string {
	name := "unknown"
	if u, err := user.Current(); err == nil {
		name = u.Username
	}
	if host, err := os.Hostname(); err == nil {
		name += "@" + host
	}
	return name
}
