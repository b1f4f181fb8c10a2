package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/polsync/polsync/reconcile"
	"github.com/polsync/polsync/state"
	"github.com/polsync/polsync/state/declare/config"
	"github.com/polsync/polsync/state/ledger"
)

// Defaults of the lease: how long a writer that went silent keeps others out, and how long a statement of its own may
// still be on its way after that.
const (
	defaultLease = 60 * time.Second
	defaultGrace = 45 * time.Second
)

func (a *app) registerLease(f *pflag.FlagSet) {
	f.DurationVar(&a.flags.lease, "lease", defaultLease, "`time` after which a writer that went silent no longer keeps others out")
	f.DurationVar(&a.flags.grace, "grace", defaultGrace, "`time` to wait for a statement that such a writer may have sent; longer than statement_timeout")
}

func (a *app) reconcileCommand() *cobra.Command {
	var (
		saved string
		pass  passes
	)
	c := &cobra.Command{
		Use:     "reconcile",
		Aliases: []string{"apply"},
		Short:   "Brings the platforms to what the policy files declare",
		Long: `Plans, checks the guards, carries out the plan statement by statement, and reads again to see that nothing is left.
With nothing to do it writes nothing. Whatever it set is noted in the state; only that is ever removed.

With --plan a saved plan runs exactly as it was shown, or is refused because the platform, the policy files or what is
ours changed since, because it ran before, or because it is too old.

While a policy file cannot be read nothing runs but the end of grants and exceptions whose time is over, by the last
files that were good; the exit code is 1 all the same.` + exitHelp,
		Example: "  polsync reconcile\n  polsync reconcile --platform snow --only tags\n  polsync reconcile --plan plan.json",
		GroupID: "write",
		Args:    noArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return a.reconcile(c.Context(), saved, pass) },
	}
	c.Flags().StringVar(&saved, "plan", "", "run exactly the plan saved in this `file`")
	pass.register(c.Flags())
	a.registerStrict(c.Flags())
	a.registerLease(c.Flags())
	return c
}

func (a *app) reconcile(ctx context.Context, path string, pass passes) (err error) {
	var saved *savedFile
	if path != "" {
		if saved, err = readSaved(path); err != nil {
			return err
		}
	}
	c, err := a.loadConfig()
	if err != nil {
		return err
	}
	told := a.webhooks(c)
	defer told.close()
	w, err := a.loadWith(ctx, c, a.openState, pass.shrink)
	if bad := (*badPolicies)(nil); errors.As(err, &bad) && saved == nil {
		results, err := a.expiring(ctx, c, "expire", nil, err)
		if chosen, failed := a.chosen(c); failed == nil {
			told.all(chosen, "reconcile", results, err)
		}
		if slices.ContainsFunc(results, func(r *reconcile.Result) bool { return r != nil }) {
			err = errors.Join(a.write(results), err)
		}
		return err
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	results, verdict := w.runAll(ctx, "reconcile", saved, pass, told.of)
	if err := a.write(results); err != nil {
		return err
	}
	return verdict
}

// runAll reconciles every chosen platform and remembers the load if it was good for all of them.
func (w *work) runAll(ctx context.Context, command string, saved *savedFile, pass passes, tell func(platform, job string, res *reconcile.Result, err error)) ([]*reconcile.Result, error) {
	results := make([]*reconcile.Result, len(w.conf.Platforms))
	var bad atomic.Bool
	verdict := w.each(ctx, w.conf, func(ctx context.Context, i int, p config.Platform) (err error) {
		results[i], err = w.runOne(ctx, command, p, saved, pass)
		if !goodLoad(results[i], err) {
			bad.Store(true)
		}
		tell(p.Name, command, results[i], err)
		return err
	})
	if !bad.Load() {
		if err := rememberLoad(ctx, w.store, w.conf, w.declarations); err != nil {
			return results, errors.Join(verdict, err)
		}
	}
	return results, verdict
}

// goodLoad reports whether a run took its declarations as they are: no error in them and no guard kept it from beginning.
// That part of the work is left does not make them worse.
func goodLoad(res *reconcile.Result, err error) bool {
	var partial *reconcile.PartialError
	return res != nil && res.Plan != nil && !res.Plan.Refused() && (err == nil || errors.As(err, &partial))
}

func (w *work) runOne(ctx context.Context, command string, p config.Platform, saved *savedFile, pass passes) (res *reconcile.Result, err error) {
	err = w.on(ctx, p, func(s *session, d *state.Declarations) error {
		o := s.options
		o.Command, o.Pass, o.Expire = command, pass.Passes, w.expire
		var err error
		if o.NoJoins, err = w.joinsWait(ctx, s, d, o); err != nil {
			return err
		}
		if saved != nil {
			if err := s.hold(ctx, d, o, saved, w.conf.Guards.PlanAge); err != nil {
				return err
			}
			o.Saved = &s.platform.pinned.Saved
		}
		res, err = w.runPatiently(ctx, s, d, o)
		return errors.Join(err, refusedBy(res))
	})
	return res, err
}

// refusedBy returns an error where errors in the declarations kept the plan from running.
func refusedBy(res *reconcile.Result) error {
	if res != nil && res.Plan != nil && res.Plan.Refused() {
		return planVerdict(res.Plan)
	}
	return nil
}

// hold binds a session to a saved plan: what it says must be what would run now, and the platform must be as it was.
func (s *session) hold(ctx context.Context, d *state.Declarations, o reconcile.Options, saved *savedFile, age time.Duration) error {
	p := saved.of(s.conf.Name)
	if p == nil {
		return refusef("%s: the saved plan has nothing for this platform", s.conf.Name)
	}
	if err := p.fresh(s.reconciler.Now(), age); err != nil {
		return err
	}
	s.platform.pinned = p
	res, err := s.reconciler.Plan(ctx, d, o)
	if err != nil {
		return err
	}
	if res.Plan.Base != p.Base {
		return refusef("the platform has moved since the plan was saved; plan again")
	}
	return p.same(res.Plan)
}

// runPatiently runs, and where a writer that seems to have died still holds the lease, waits until the lease is over.
func (w *work) runPatiently(ctx context.Context, s *session, d *state.Declarations, o reconcile.Options) (*reconcile.Result, error) {
	deadline := time.Now().Add(s.reconciler.Lease + s.reconciler.Grace)
	for {
		res, err := s.reconciler.Run(ctx, d, o)
		var held *ledger.HeldError
		if !errors.As(err, &held) {
			return res, err
		}
		if alive(held.Holder) && res.Open {
			return res, nil // it will record the outcome itself
		}
		if alive(held.Holder) || time.Now().After(deadline) {
			return res, err
		}
		wait := max(held.Until.Sub(w.now()), 50*time.Millisecond)
		fmt.Fprintf(w.err, "polsync: %s: waiting %s for the lease of %s, which has not given it up\n", s.conf.Name, wait.Round(time.Second), held.Holder)
		if err := pause(ctx, wait); err != nil {
			return res, err
		}
	}
}

// pause waits, or returns the context's error.
func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
