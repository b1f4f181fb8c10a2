package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/polsync/polsync/reconcile"
	"github.com/polsync/polsync/reconcile/report"
	"github.com/polsync/polsync/state"
	"github.com/polsync/polsync/state/ledger"
)

func (a *app) explainFindingCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "explain <column>",
		Short: "Says why a column was found to be what it was, and why not something else",
		Long: `Says, from the state, how each scan came to its verdict on a column: the type it found with its evidence, and the types
that came next with theirs. Also for columns where nothing was found. No platform is asked.` + exitHelp,
		Example: "  polsync findings explain snow:CRM.PUBLIC.CUSTOMERS.EMAIL",
		Args: func(c *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usagef("%s takes one column, such as CRM.PUBLIC.CUSTOMERS.EMAIL", c.CommandPath())
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error { return a.explainFinding(c.Context(), args[0]) },
	}
}

// explained is how one scan judged a column, as --format json gives it.
type explained struct {
	Platform    string              `json:"platform"`
	Column      state.Securable     `json:"column"`
	Scan        string              `json:"scan"`
	Values      string              `json:"values"` // pushdown, sample or names
	At          time.Time           `json:"at"`
	Rules       string              `json:"rules"`
	Finding     *reconcile.Reviewed `json:"finding,omitempty"`
	Explanation state.Explanation   `json:"explanation"`
}

func (a *app) explainFinding(ctx context.Context, name string) error {
	return a.withState(ctx, a.readState, func(w *work) error {
		all, err := w.explained(ctx, name)
		if err != nil {
			return err
		}
		if len(all) == 0 {
			return fmt.Errorf("%s: no scan has looked at such a column; it may be masked, outside of the scans, or not there", name)
		}
		switch a.flags.format {
		case "json":
			enc := json.NewEncoder(a.out)
			enc.SetIndent("", "  ")
			return enc.Encode(all)
		case "text":
		default:
			return usagef("--format %s: an explanation is text or json", a.flags.format)
		}
		for i, e := range all {
			if i > 0 {
				fmt.Fprintln(a.out)
			}
			fmt.Fprint(a.out, e.text())
		}
		return nil
	})
}

func (w *work) explained(ctx context.Context, name string) ([]explained, error) {
	chosen, err := w.chosen(w.conf)
	if err != nil {
		return nil, err
	}
	all := []explained{}
	for _, p := range chosen {
		at, here, err := parsePlace(w.conf, p.Name, dialectOf(p), name)
		switch {
		case err != nil:
			return nil, usagef("%s: %s", name, err)
		case !here:
			continue
		case at.Kind != state.KindColumn:
			return nil, usagef("%s: a column has four parts, such as CRM.PUBLIC.CUSTOMERS.EMAIL", name)
		}
		looks, err := w.store.Explained(ctx, p.Name, at)
		if err != nil {
			return nil, err
		}
		found, err := w.store.Findings(ctx, ledger.FindingFilter{Platform: p.Name, Within: at})
		if err != nil {
			return nil, err
		}
		reviewed, err := w.review(ctx, p, found)
		if err != nil {
			return nil, err
		}
		for _, l := range looks {
			e := explained{Platform: p.Name, Column: at, Scan: l.Scan, Values: l.How, At: l.At, Rules: l.Rules, Explanation: l.Explanation}
			for i, r := range reviewed {
				if r.Scan == l.Scan {
					e.Finding = &reviewed[i]
				}
			}
			all = append(all, e)
		}
	}
	return all, nil
}

func (e explained) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s:%s   scan %s, %s, %s, rules %s\n", e.Platform, e.Column.Path(), e.Scan, e.Values, e.At.Format("2006-01-02 15:04"), e.Rules)
	if e.Explanation.Values > 0 {
		fmt.Fprintf(&b, "  %d values looked at, about %d different\n", e.Explanation.Values, e.Explanation.Distinct)
	} else {
		fmt.Fprintln(&b, "  no values looked at")
	}
	if e.Finding != nil {
		fmt.Fprintf(&b, "  found: %s, score %.2f; %s\n", e.Finding.Classifier, e.Finding.Score, standingText(*e.Finding))
	} else {
		fmt.Fprintf(&b, "  nothing found: %s\n", report.OneLine(e.Explanation.Passed))
	}
	for _, c := range e.Explanation.Cases {
		what := "against it"
		if e.Finding != nil && c.Classifier == e.Finding.Classifier {
			what = "for it"
		}
		if e.Finding == nil {
			what = "closest"
		}
		fmt.Fprintf(&b, "  %s: %s %.2f (version %d, evidence %+.1f)\n", what, c.Classifier, c.Score, c.Version, c.Weight)
		for i, piece := range c.Evidence {
			weight := "     "
			if i < len(c.Weights) && c.Weights[i] != 0 {
				weight = fmt.Sprintf("%+5.1f", c.Weights[i])
			}
			fmt.Fprintf(&b, "    %s  %s\n", weight, report.OneLine(piece))
		}
	}
	return b.String()
}
