package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/polsync/polsync/reconcile"
	"github.com/polsync/polsync/state"
	"github.com/polsync/polsync/state/declare/config"
)

// classifyFlags are the flags of classify that are about scans.
type classifyFlags struct {
	only  []string
	fresh bool
}

func (a *app) classifyCommand() *cobra.Command {
	var f classifyFlags
	c := &cobra.Command{
		Use:   "classify",
		Short: "Runs the scans and lists what they find",
		Long: `Counts, inside the platforms, how many values of each column look like an e-mail address, a card number and so on, and
concludes what the columns hold. No value leaves the platform, unless a scan says values: sample. Findings are kept in
the state, where plan and reconcile turn them into tags as autotag says, table by table: a scan that is interrupted,
paused, or out of its budget has what it covered in the state, and the next one goes on from there.` + exitHelp,
		GroupID: "look",
		Args:    noArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return a.classify(c.Context(), f) },
	}
	c.Flags().StringArrayVar(&f.only, "scan", nil, "only the scan of this `name`; may be repeated")
	c.Flags().BoolVar(&f.fresh, "fresh", false, "begin scans anew that were cut short, instead of going on with them")
	c.AddCommand(a.scanPauseCommand(), a.scanResumeCommand(), a.scanStatusCommand())
	return c
}

func (a *app) classify(ctx context.Context, f classifyFlags) (err error) {
	w, err := a.load(ctx, a.openState, true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	scans, err := chosenScans(w.declarations.Scans, f.only)
	if err != nil {
		return err
	}
	progress := a.newProgress()
	done := make([][]*reconcile.Scanned, len(w.conf.Platforms))
	verdict := w.each(ctx, w.conf, func(ctx context.Context, i int, p config.Platform) (err error) {
		done[i], err = w.classifyOne(ctx, p, scans, reconcile.ScanOptions{Fresh: f.fresh, Progress: progress.say})
		return err
	})
	progress.end()
	var all []state.Finding
	for _, one := range done {
		for _, s := range one {
			all = append(all, s.Findings()...)
		}
	}
	reviewed, err := w.reviewedOf(context.WithoutCancel(ctx), all) // what was found before an interruption is listed too
	if err != nil {
		return err
	}
	if err := a.listReviewed(reviewed, "nothing was found"); err != nil {
		return err
	}
	a.summarize(done)
	return verdict
}

// summarize says what scans looked at and what it cost.
func (a *app) summarize(done [][]*reconcile.Scanned) {
	if a.flags.format != "text" {
		return
	}
	fmt.Fprintln(a.out)
	for _, platform := range done {
		for _, s := range platform {
			fmt.Fprintf(a.out, "%s: scan %s (%s): %d tables looked at, %d as before, %d not looked at, %d masked columns left out; %d statements, %d rows, %s, %s in the warehouse\n",
				s.Platform, s.Scan, s.Values, s.Tables-len(s.Left), s.Unchanged, len(s.Left), len(s.Masked), s.Statements, s.Rows, s.Elapsed.Round(time.Millisecond), s.Compute.Round(time.Millisecond))
			a.unseen(s.Masked, "masked, so it was not looked at; what was found there before stays")
			for _, n := range s.Notices {
				fmt.Fprintf(a.out, "  %s: %s\n", n.Level, n.Text)
			}
			a.unseen(s.Empty, "no rows are seen any more; what was found there before stays")
		}
	}
}

// unseen lists columns that a scan could not judge.
func (a *app) unseen(columns []state.Securable, why string) {
	for i, c := range columns {
		if i == leftShown && !a.flags.verbose {
			fmt.Fprintf(a.out, "  and %d more (--verbose lists them): %s\n", len(columns)-i, why)
			return
		}
		fmt.Fprintf(a.out, "  %s: %s\n", c.Path(), why)
	}
}

func chosenScans(scans []state.ScanDeclaration, only []string) ([]state.ScanDeclaration, error) {
	if len(scans) == 0 {
		return nil, errors.New("the policy files declare no scan")
	}
	if len(only) == 0 {
		return scans, nil
	}
	var some []state.ScanDeclaration
	for _, name := range only {
		found := false
		for _, s := range scans {
			if s.Name == name {
				some, found = append(some, s), true
			}
		}
		if !found {
			return nil, usagef("--scan %s: no scan is called so", name)
		}
	}
	return some, nil
}

// leftShown is how many places that were not looked at are listed.
const leftShown = 20

// classifyOne runs the scans on one platform.
func (w *work) classifyOne(ctx context.Context, p config.Platform, scans []state.ScanDeclaration, o reconcile.ScanOptions) (done []*reconcile.Scanned, err error) {
	s, err := w.open(ctx, w.conf, p, w.store, openOptions{})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	for _, d := range scans {
		o.Names = append(o.Names, d.Name)
	}
	o.On = s.options.On
	done, err = s.reconciler.Scan(ctx, w.declarations, o)
	var left []string
	for _, one := range done {
		w.log.Info().Str("warehouse", p.Name).Str("scan", one.Scan).Int("tables", one.Tables).Int("unchanged", one.Unchanged).Int("statements", one.Statements).
			Int64("rows", one.Rows).Int64("elapsed_ms", one.Elapsed.Milliseconds()).Int("findings", len(one.Findings())).Str("stopped", one.Stopped).Msg("scan ended")
		for _, c := range one.Masked {
			w.log.Info().Str("warehouse", p.Name).Str("securable", c.Path()).Msg("masked, so its values cannot be counted; what was found there before stays")
		}
		for _, c := range one.Empty {
			w.log.Info().Str("warehouse", p.Name).Str("securable", c.Path()).Msg("no rows are seen any more; what was found there before stays")
		}
		for _, n := range one.Notices {
			w.log.Info().Str("warehouse", p.Name).Str("scan", one.Scan).Msg(n.Text)
		}
		for _, l := range one.Left {
			left = append(left, l.On.Path()+": "+l.Reason)
		}
		if one.Stopped != "" && len(one.Left) == 0 {
			left = append(left, "scan "+one.Scan+": "+one.Stopped)
		}
	}
	if err != nil || len(left) == 0 {
		return done, err
	}
	if n := len(left) - leftShown; n > 0 {
		left = append(left[:leftShown], fmt.Sprintf("and %d more", n))
	}
	return done, refusef("%s: not looked at:\n  %s", p.Name, strings.Join(left, "\n  "))
}
