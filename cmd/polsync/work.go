package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/polsync/polsync/reconcile"
	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/reconcile/report"
	"github.com/polsync/polsync/state"
	"github.com/polsync/polsync/state/declare/config"
	"github.com/polsync/polsync/state/ledger"
)

// work is what plan, reconcile and the daemon share: the loaded files and the open state.
type work struct {
	*app
	conf         *config.Config
	store        ledger.Store
	declarations *state.Declarations
	expire       bool // the declarations are those of the last good load, and only what has expired is ended
}

// badPolicies are errors of the policy files, or that too much of them is gone. What has expired ends all the same.
type badPolicies struct{ error }

// Unwrap returns the errors.
func (b *badPolicies) Unwrap() error { return b.error }

// load reads the configuration and the policy files and opens the state.
func (a *app) load(ctx context.Context, open func(context.Context, *config.Config) (ledger.Store, error), allowShrink bool) (*work, error) {
	c, err := a.loadConfig()
	if err != nil {
		return nil, err
	}
	return a.loadWith(ctx, c, open, allowShrink)
}

// loadWith is load with a configuration that was read before.
func (a *app) loadWith(ctx context.Context, c *config.Config, open func(context.Context, *config.Config) (ledger.Store, error), allowShrink bool) (*work, error) {
	d, err := a.loadPolicies(c)
	if err != nil {
		return nil, &badPolicies{err}
	}
	store, err := open(ctx, c)
	if err != nil {
		return nil, err
	}
	w := &work{app: a, conf: c, store: store, declarations: d}
	if !allowShrink {
		if err := checkShrink(ctx, store, c, d); err != nil {
			return nil, errors.Join(err, store.Close())
		}
	}
	return w, nil
}

// lastGood returns the work of the last good load, of which only the end of what has expired is to be done; nil where
// there is none.
func (a *app) lastGood(ctx context.Context, c *config.Config) (*work, error) {
	store, err := a.openState(ctx, c)
	if err != nil {
		return nil, err
	}
	last, ok, err := store.LastLoad(ctx, loadName(c))
	if err != nil || !ok || len(last.Content) == 0 {
		return nil, errors.Join(err, store.Close())
	}
	d := &state.Declarations{}
	if err := json.Unmarshal(last.Content, d); err != nil {
		return nil, errors.Join(fmt.Errorf("read the last good load of the policy files: %w", err), store.Close())
	}
	return &work{app: a, conf: c, store: store, declarations: d, expire: true}, nil
}

// expiring does what is left to do when the policy files cannot be used: it ends what has expired by the last good
// load. It returns what it did, besides the error that keeps the rest from being done.
func (a *app) expiring(ctx context.Context, c *config.Config, command string, only []config.Platform, bad error) (results []*reconcile.Result, err error) {
	w, err := a.lastGood(ctx, c)
	if err != nil || w == nil {
		return nil, errors.Join(bad, err)
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	results = make([]*reconcile.Result, len(c.Platforms))
	err = a.each(ctx, c, func(ctx context.Context, i int, p config.Platform) error {
		if len(only) > 0 && !slices.ContainsFunc(only, func(o config.Platform) bool { return o.Name == p.Name }) {
			return nil
		}
		res, err := w.runOne(ctx, command, p, nil, passes{})
		if res != nil && (res.Run != "" || err != nil) {
			results[i] = res
		}
		return err
	})
	return results, errors.Join(bad, err)
}

// Close closes the state.
func (w *work) Close() error { return w.store.Close() }

// classification is the name that findings have as a source.
const classification = "classification"

// mayTag returns why findings may not ask for some tags.
func (w *work) mayTag(d *state.Declarations) error {
	if errs := w.conf.May[classification].Check(classification, d); len(errs) > 0 {
		return errs
	}
	return nil
}

// on opens a platform and hands it over with the declarations.
func (w *work) on(ctx context.Context, p config.Platform, do func(*session, *state.Declarations) error) (err error) {
	s, err := w.open(ctx, w.conf, p, w.store, openOptions{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	s.reconciler.May = w.mayTag
	return do(s, sharedRoles(w.conf, p, w.declarations))
}

// write prints the results that there are, in the order of the configuration.
func (a *app) write(results []*reconcile.Result) error {
	results = slices.DeleteFunc(slices.Clone(results), func(r *reconcile.Result) bool { return r == nil })
	return report.Write(a.out, results, report.Options{Format: a.flags.format, Colour: a.colour(a.out), Verbose: a.flags.verbose})
}

// guards returns what the guards would say of a plan.
func (s *session) guards(ctx context.Context, p *plan.Plan, pass plan.Passes) error {
	ours, err := s.reconciler.Store.Owned(ctx, s.conf.Name)
	if err != nil {
		return err
	}
	return plan.Guard(p, len(ours), s.reconciler.Limits, pass)
}
