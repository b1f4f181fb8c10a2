package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/polsync/polsync/classify"
	databricks "github.com/polsync/polsync/connectors/databricks/dialect"
	"github.com/polsync/polsync/connectors/memory"
	snowflake "github.com/polsync/polsync/connectors/snowflake/dialect"
	"github.com/polsync/polsync/reconcile"
	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/reconcile/report"
	"github.com/polsync/polsync/state"
	"github.com/polsync/polsync/state/declare/config"
	"github.com/polsync/polsync/state/ledger"
)

func (a *app) findingsCommand() *cobra.Command {
	var f ledger.FindingFilter
	var standing string
	c := &cobra.Command{
		Use:   "findings",
		Short: "Lists what scans have found, and records what people decide about it",
		Long: `Lists what the scans have found so far, from the state; no platform is asked. Each finding is found (it may become a tag as
autotag says), waiting (its scan says review: true, and nobody decided), approved or rejected; native ones are what the
platform's own classification says, which tags nothing here and is compared with what scans found.` + exitHelp,
		GroupID:     "look",
		Annotations: map[string]string{formatsOf: strings.Join(report.FindingsFormats(), " ")},
		Args:        noArgs,
		RunE:        func(c *cobra.Command, _ []string) error { return a.findings(c.Context(), f, standing) },
	}
	c.Flags().StringVar(&f.Scan, "scan", "", "only of the scan of this `name`")
	c.Flags().StringVar(&f.Classifier, "classifier", "", "only of the classifier of this `name`")
	c.Flags().Float64Var(&f.MinScore, "min-score", 0, "only from this `score` on, between 0 and 1")
	c.Flags().StringVar(&standing, "standing", "", "only those that are this `word`: found, waiting, approved, rejected or native")
	c.AddCommand(a.explainFindingCommand(), a.findingsReportCommand(), a.decideCommand(state.Approved), a.decideCommand(state.Rejected), a.decisionsCommand(), a.withdrawCommand())
	return c
}

var standings = []string{string(reconcile.StandingFound), string(reconcile.StandingWaiting), string(reconcile.StandingApproved), string(reconcile.StandingRejected), string(reconcile.StandingNative)}

func (a *app) findings(ctx context.Context, f ledger.FindingFilter, standing string) error {
	if standing != "" && !slices.Contains(standings, standing) {
		return usagef("--standing %s: it is %s", standing, strings.Join(standings, ", "))
	}
	return a.withState(ctx, a.readState, func(w *work) error {
		all, err := w.reviewed(ctx, f)
		if err != nil {
			return err
		}
		all = slices.DeleteFunc(all, func(r reconcile.Reviewed) bool { return standing != "" && string(r.Standing) != standing })
		if f := a.flags.format; f == "csv" || f == "html" {
			return report.WriteFindings(a.out, report.ListFindings(a.now(), all), f)
		}
		return a.listReviewed(all, "nothing has been found yet; polsync classify looks")
	})
}

// withState runs a function on the loaded files and the state; no platform is opened.
func (a *app) withState(ctx context.Context, open func(context.Context, *config.Config) (ledger.Store, error), do func(*work) error) (err error) {
	w, err := a.load(ctx, open, true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	return do(w)
}

// reviewed reads the findings of the chosen platforms and places, with what was decided about them.
func (w *work) reviewed(ctx context.Context, f ledger.FindingFilter) ([]reconcile.Reviewed, error) {
	chosen, err := w.chosen(w.conf)
	if err != nil {
		return nil, err
	}
	all := []reconcile.Reviewed{}
	for _, p := range chosen {
		f.Platform = p.Name
		found, err := w.store.Findings(ctx, f)
		if err != nil {
			return nil, err
		}
		on, err := w.narrowed(w.conf, p.Name, dialectOf(p))
		if err != nil {
			return nil, err
		}
		found = slices.DeleteFunc(found, func(f state.Finding) bool {
			return len(on) > 0 && !slices.ContainsFunc(on, func(s state.Securable) bool { return s.Covers(f.Column) })
		})
		some, err := w.review(ctx, p, found)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

func (w *work) review(ctx context.Context, p config.Platform, found []state.Finding) ([]reconcile.Reviewed, error) {
	decided, err := w.store.Decided(ctx, p.Name)
	if err != nil {
		return nil, err
	}
	return reconcile.Review(p.Name, dialectOf(p), w.declarations, decided, found), nil
}

// reviewedOf adds what was decided to findings of several platforms, in the order of the configuration.
func (w *work) reviewedOf(ctx context.Context, found []state.Finding) ([]reconcile.Reviewed, error) {
	all := []reconcile.Reviewed{}
	for _, p := range w.conf.Platforms {
		own := slices.DeleteFunc(slices.Clone(found), func(f state.Finding) bool { return f.Platform != p.Name })
		some, err := w.review(ctx, p, own)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

// dialectOf returns a platform's dialect without opening the platform.
func dialectOf(p config.Platform) plan.Dialect {
	switch p.Dialect() {
	case "snowflake":
		return snowflake.Dialect{}
	case "databricks":
		return databricks.Dialect{}
	}
	return memory.Dialect{}
}

func (a *app) listReviewed(all []reconcile.Reviewed, none string) error {
	return a.list(all, none, func(w *tabwriter.Writer) {
		fmt.Fprintln(w, "PLATFORM\tCOLUMN\tCLASSIFIER\tSCORE\tMATCHED\tSCAN\tSTANDING")
		for _, r := range all {
			how := ""
			if r.How == classify.ValuesSample {
				how = " (sample)"
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%.2f\t%d of %d%s\t%s\t%s\n", r.Platform, r.Column.Path(), r.Classifier, r.Score, r.Matched, r.Rows, how, r.Scan, standingText(r))
			if a.flags.verbose {
				fmt.Fprintf(w, "\t  %s\t\t\t\t\t\n", report.OneLine(strings.Join(r.Evidence, "; ")))
			}
		}
	}, len(all))
}

// standingText is a finding's standing with who decided, when, and why, in one line.
func standingText(r reconcile.Reviewed) string {
	s := string(r.Standing)
	if r.Differs != "" {
		s += ", but the platform says " + r.Differs
	}
	if r.By != "" {
		s += " (" + r.By
		if r.Reason != "" {
			s += ": " + r.Reason
		}
		s += ")"
	}
	return report.OneLine(s)
}
