package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/polsync/polsync/reconcile"
	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
	"github.com/polsync/polsync/state/declare/config"
)

// passes are the flags that let a guard pass once.
type passes struct {
	plan.Passes
	shrink bool
}

func (p *passes) register(f *pflag.FlagSet) {
	f.BoolVar(&p.Removals, "allow-removals", false, "let more removals pass than guards.removals and removal_share, once")
	f.BoolVar(&p.Unmaskings, "allow-unmasking", false, "let more unmaskings pass than guards.unmaskings, once")
	f.BoolVar(&p.Statements, "allow-statements", false, "let more statements pass than guards.statements, once")
	f.BoolVar(&p.Repeats, "allow-repeats", false, "let what is fought over be changed again, past guards.repeats, once")
	f.BoolVar(&p.Clock, "allow-clock", false, "take the clock as it is though it is behind the last run, once")
	f.BoolVar(&p.shrink, "allow-shrink", false, "let the policy files lose more than guards.source_shrink, once")
}

func (a *app) registerStrict(f *pflag.FlagSet) {
	f.BoolVar(&a.flags.strict, "strict", false, "read everything live, whatever the platforms are configured for; takes many more statements in a large account")
}

func (a *app) planCommand() *cobra.Command {
	var (
		out  string
		pass passes
	)
	c := &cobra.Command{
		Use:   "plan",
		Short: "Shows what would change, and changes nothing",
		Long: `Reads the policy files and the platforms and shows what reconcile would do, statement by statement, with the reason
for each. Nothing is written, on a platform or in the state. A plan that a guard would stop says so.` + exitHelp,
		Example: "  polsync plan\n  polsync plan --format sql > changes.sql\n  polsync plan --out plan.json && polsync reconcile --plan plan.json",
		GroupID: "write",
		Args:    noArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return a.plan(c.Context(), out, pass) },
	}
	c.Flags().StringVar(&out, "out", "", "save the plan in this `file`, for reconcile --plan")
	pass.register(c.Flags())
	a.registerStrict(c.Flags())
	return c
}

func (a *app) plan(ctx context.Context, out string, pass passes) (err error) {
	w, err := a.load(ctx, a.readState, pass.shrink)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	results := make([]*reconcile.Result, len(w.conf.Platforms))
	saved := make([]savedPlan, len(w.conf.Platforms))
	verdict := a.each(ctx, w.conf, func(ctx context.Context, i int, p config.Platform) error {
		return w.on(ctx, p, func(s *session, d *state.Declarations) error {
			o := s.options
			o.Pass = pass.Passes
			var err error
			if o.NoJoins, err = w.joinsWait(ctx, s, d, o); err != nil {
				return err
			}
			res, err := s.reconciler.Plan(ctx, d, o)
			if err != nil {
				return err
			}
			results[i], saved[i] = res, savePlan(res, s.platform.identity, a.now())
			if res.Refused = s.guards(ctx, res.Plan, pass.Passes); res.Refused != nil {
				return res.Refused
			}
			return planVerdict(res.Plan)
		})
	})
	if err := a.write(results); err != nil {
		return err
	}
	if out != "" && exitCode(verdict) != exitCannot {
		if err := writeJSON(out, savedOf(results, saved)); err != nil {
			return err
		}
	}
	return verdict
}

func savedOf(results []*reconcile.Result, saved []savedPlan) savedFile {
	f := savedFile{Format: savedFormat, Plans: []savedPlan{}}
	for i, r := range results {
		if r != nil && !r.Plan.Refused() {
			f.Plans = append(f.Plans, saved[i])
		}
	}
	return f
}
