package main

import (
	"context"
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"github.com/polsync/polsync/reconcile"
	"github.com/polsync/polsync/state"
	"github.com/polsync/polsync/state/declare/config"
)

func (a *app) classifyCommand() *cobra.Command {
	var only []string
	c := &cobra.Command{
		Use:   "classify",
		Short: "Runs the scans and lists what they find",
		Long: `Counts, inside the platforms, how many values of each column look like an e-mail address, a card number and so on, and
concludes what the columns hold. No value leaves the platform. Findings are kept in the state, where plan and reconcile
turn them into tags as autotag says.` + exitHelp,
		GroupID: "look",
		Args:    noArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return a.classify(c.Context(), only) },
	}
	c.Flags().StringArrayVar(&only, "scan", nil, "only the scan of this `name`; may be repeated")
	return c
}

func (a *app) classify(ctx context.Context, only []string) (err error) {
	w, err := a.load(ctx, a.openState, true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	scans, err := chosenScans(w.declarations.Scans, only)
	if err != nil {
		return err
	}
	found := make([][]state.Finding, len(w.conf.Platforms))
	verdict := w.each(ctx, w.conf, func(ctx context.Context, i int, p config.Platform) (err error) {
		found[i], err = w.classifyOne(ctx, p, scans)
		return err
	})
	var all []state.Finding
	for _, f := range found {
		all = append(all, f...)
	}
	reviewed, err := w.reviewedOf(ctx, all)
	if err != nil {
		return err
	}
	if err := a.listReviewed(reviewed, "nothing was found"); err != nil {
		return err
	}
	return verdict
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

// classifyOne runs the scans on one platform.
func (w *work) classifyOne(ctx context.Context, p config.Platform, scans []state.ScanDeclaration) (found []state.Finding, err error) {
	s, err := w.open(ctx, w.conf, p, w.store, openOptions{})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	names := make([]string, len(scans))
	for i, d := range scans {
		names[i] = d.Name
	}
	done, err := s.reconciler.Scan(ctx, w.declarations, reconcile.ScanOptions{Names: names})
	var left []string
	for _, one := range done {
		w.log.Info().Str("warehouse", p.Name).Str("scan", one.Scan).Int("tables", one.Tables).Int("unchanged", one.Unchanged).Int("statements", one.Statements).Int("findings", len(one.Findings())).Msg("scan ended")
		found = append(found, one.Findings()...)
		for _, c := range one.Masked {
			w.log.Info().Str("warehouse", p.Name).Str("securable", c.Path()).Msg("masked, so its values cannot be counted; what was found there before stays")
		}
		for _, l := range one.Left {
			left = append(left, l.On.Path()+": "+l.Reason)
		}
	}
	if err != nil {
		return found, err
	}
	if len(left) > 0 {
		return found, refusef("%s: not looked at:\n  %s", p.Name, strings.Join(left, "\n  "))
	}
	return found, nil
}
