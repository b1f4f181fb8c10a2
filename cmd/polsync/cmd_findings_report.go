package main

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/polsync/polsync/reconcile"
	"github.com/polsync/polsync/reconcile/report"
	"github.com/polsync/polsync/state"
	"github.com/polsync/polsync/state/declare/config"
)

func (a *app) findingsReportCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "report",
		Short: "Says by database what was looked at, found, tagged and masked, and who reads it in clear",
		Long: `Reads the platforms and says, for each database, how many columns scans have looked at, what was found, tagged and masked,
and for each finding its tags, whether a mask covers it, and who reads it in clear. --format csv or html for others to
read: the page refers to nothing outside of itself. Nothing is written.` + exitHelp,
		Example:     "  polsync findings report --format html > findings.html",
		Annotations: map[string]string{formatsOf: strings.Join(report.FindingsFormats(), " ")},
		Args:        noArgs,
		RunE:        func(c *cobra.Command, _ []string) error { return a.findingsReport(c.Context()) },
	}
}

func (a *app) findingsReport(ctx context.Context) error {
	return a.withState(ctx, a.readState, func(w *work) error {
		chosen, err := w.chosen(w.conf)
		if err != nil {
			return err
		}
		surveys := make([]*reconcile.Survey, len(chosen))
		verdict := w.each(ctx, w.conf, func(ctx context.Context, i int, p config.Platform) (err error) {
			surveys[i], err = w.survey(ctx, p)
			return err
		})
		read := slices.DeleteFunc(surveys, func(s *reconcile.Survey) bool { return s == nil })
		if err := report.WriteFindings(a.out, report.SurveyFindings(a.now(), read), a.flags.format); err != nil {
			return err
		}
		for _, s := range read {
			if len(s.Unread) > 0 && verdict == nil {
				verdict = refusef("%s: not read completely; see the report", s.Platform)
			}
		}
		return verdict
	})
}

// survey reads one platform, narrowed by --on.
func (w *work) survey(ctx context.Context, p config.Platform) (out *reconcile.Survey, err error) {
	s, err := w.open(ctx, w.conf, p, w.store, openOptions{})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if out, err = s.reconciler.Survey(ctx, w.declarations); err != nil {
		return nil, err
	}
	if on := s.options.On; len(on) > 0 {
		out.Columns = slices.DeleteFunc(out.Columns, func(c reconcile.SurveyedColumn) bool {
			return !slices.ContainsFunc(on, func(s state.Securable) bool { return s.Covers(c.Column) })
		})
		out.Catalogs = slices.DeleteFunc(out.Catalogs, func(c reconcile.CatalogCoverage) bool {
			return !slices.ContainsFunc(on, func(s state.Securable) bool { return s.Catalog == c.Catalog })
		})
	}
	return out, nil
}
