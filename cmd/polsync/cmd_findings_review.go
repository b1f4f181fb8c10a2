package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/polsync/polsync/classify"
	"github.com/polsync/polsync/reconcile"
	"github.com/polsync/polsync/reconcile/report"
	"github.com/polsync/polsync/state"
	"github.com/polsync/polsync/state/declare"
	"github.com/polsync/polsync/state/declare/config"
	"github.com/polsync/polsync/state/ledger"
)

// decideFlags are what a decision has besides names.
type decideFlags struct{ scope, classifier, reason string }

func (a *app) decideCommand(ruling state.Ruling) *cobra.Command {
	var f decideFlags
	verb, short, what := "approve", "Lets findings become tags", "A finding that is approved becomes a tag as autotag says, also where its scan says review: true."
	if ruling == state.Rejected {
		verb, short, what = "reject", "Keeps findings from ever becoming tags", "A finding that is rejected never becomes a tag; the tag that it brought goes with the next reconcile, within the guards."
	}
	c := &cobra.Command{
		Use:   verb + " <name>...",
		Short: short,
		Long: what + ` The decision is kept in the state with
author and time, and outlives rescans. With --scope column (the default) it is about what was found on each named column,
with table about all findings on a table, with pattern about those on all columns that a name with globs reaches, such
as snow:CRM.*.*.EMAIL, now and later. Decisions in policy files go before those of the state.` + exitHelp,
		Example: "  polsync findings " + verb + " CRM.PUBLIC.CUSTOMERS.EMAIL --reason DPO-12",
		Args: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("%s: name columns, or tables or patterns with --scope", c.CommandPath())
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error { return a.decide(c.Context(), ruling, args, f) },
	}
	c.Flags().StringVar(&f.scope, "scope", "column", "what the names are: column, table or `pattern`")
	c.Flags().StringVar(&f.classifier, "classifier", "", "only findings of the classifier of this `name`; left out: with --scope column of that which found the column now, else of any")
	c.Flags().StringVar(&f.reason, "reason", "", "`why`; shown with the finding")
	return c
}

func (a *app) decide(ctx context.Context, ruling state.Ruling, names []string, f decideFlags) error {
	if !slices.Contains([]string{"column", "table", "pattern"}, f.scope) {
		return usagef("--scope %s: it is column, table or pattern", f.scope)
	}
	return a.withState(ctx, a.openState, func(w *work) error {
		if err := w.knowsClassifier(f.classifier); err != nil {
			return err
		}
		decisions, err := w.decisions(ctx, names, f)
		if err != nil {
			return err
		}
		for i := range decisions {
			decisions[i].Ruling, decisions[i].Reason, decisions[i].By = ruling, f.reason, invoker()
		}
		made, err := w.store.Decide(ctx, decisions)
		if err != nil {
			return err
		}
		if err := w.overruled(ctx, made); err != nil {
			return err
		}
		return a.listDecisions(made, "")
	})
}

func (w *work) knowsClassifier(name string) error {
	known := name == ""
	for _, c := range classify.Suite() {
		known = known || c.Name == name
	}
	for _, c := range w.declarations.Classifiers {
		known = known || c.Name == name
	}
	if !known {
		return usagef("--classifier %s: no classifier is called so", name)
	}
	return nil
}

// decisions reads the places that names stand for on the chosen platforms; each must be one on a platform.
func (w *work) decisions(ctx context.Context, names []string, f decideFlags) ([]ledger.Decision, error) {
	chosen, err := w.chosen(w.conf)
	if err != nil {
		return nil, err
	}
	var all []ledger.Decision
	for _, name := range names {
		var some []ledger.Decision
		var found []string
		for _, p := range chosen {
			here, also, err := w.decisionsOn(ctx, p, name, f)
			if err != nil {
				return nil, usagef("%s: %s", name, err)
			}
			some, found = append(some, here...), append(found, also...)
		}
		if len(some) == 0 {
			text := "nothing was found there; --classifier says of which classifier findings to come are"
			if len(found) > 0 {
				text = "no finding is of that classifier; found: " + strings.Join(found, ", ")
			}
			return nil, usagef("%s: %s", name, text)
		}
		all = append(all, some...)
	}
	return all, nil
}

// decisionsOn returns the decisions that a name asks for on one platform: none where the name is another platform's, or
// where nothing was found on a column and no classifier is named.
func (w *work) decisionsOn(ctx context.Context, p config.Platform, name string, f decideFlags) (all []ledger.Decision, found []string, err error) {
	if f.scope == "pattern" {
		d, here, err := patternDecision(w.conf, p, name, f)
		if err != nil || !here {
			return nil, nil, err
		}
		return []ledger.Decision{d}, nil, nil
	}
	at, here, err := parsePlace(w.conf, p.Name, dialectOf(p), name)
	if err != nil || !here {
		return nil, nil, err
	}
	if f.scope == "table" {
		if at.Kind != state.KindColumn && at.Kind != state.KindTable {
			return nil, nil, errors.New("a table has three parts, such as CRM.PUBLIC.CUSTOMERS")
		}
		return []ledger.Decision{{Platform: p.Name, On: at.Table(), Classifier: f.classifier}}, nil, nil
	}
	if at.Kind != state.KindColumn {
		return nil, nil, errors.New("a column has four parts, such as CRM.PUBLIC.CUSTOMERS.EMAIL; --scope table is for tables")
	}
	if f.classifier != "" {
		return []ledger.Decision{{Platform: p.Name, On: at, Classifier: f.classifier}}, nil, nil
	}
	findings, err := w.store.Findings(ctx, ledger.FindingFilter{Platform: p.Name, Within: at})
	for _, one := range findings {
		if !slices.Contains(found, one.Classifier) { // several scans may have found the same
			found = append(found, one.Classifier)
			all = append(all, ledger.Decision{Platform: p.Name, On: one.Column, Classifier: one.Classifier})
		}
	}
	return all, found, err
}

// patternDecision reads a name with globs; without a platform before it, it is one on each.
func patternDecision(c *config.Config, p config.Platform, name string, f decideFlags) (d ledger.Decision, here bool, err error) {
	pattern, problem := declare.ParseName(name)
	if before, _, ok := strings.Cut(name, ":"); !ok || strings.ContainsAny(before, `".*`) {
		name = p.Name + ":" + name
		pattern, problem = declare.ParseName(name)
	}
	if problem != "" {
		return d, false, errors.New(problem)
	}
	if _, known := c.Platform(pattern.Platform); !known {
		return d, false, fmt.Errorf("no platform is called %s", pattern.Platform)
	}
	if n := len(pattern.Parts); !pattern.Deep && n != 3 && n != 4 {
		return d, false, errors.New("a pattern is of tables or columns, such as CRM.*.*.EMAIL or CRM.PUBLIC.**")
	}
	return ledger.Decision{Platform: p.Name, Pattern: name, Classifier: f.classifier}, pattern.Platform == p.Name, nil
}

// overruled tells of findings about which something stronger than the decisions just made decides otherwise.
func (w *work) overruled(ctx context.Context, made []ledger.Decision) error {
	all, err := w.reviewed(ctx, ledger.FindingFilter{})
	if err != nil {
		return err
	}
	for _, d := range made {
		alone := &state.Declarations{}
		for _, r := range all {
			if r.Platform != d.Platform {
				continue
			}
			p, _ := w.conf.Platform(d.Platform)
			own := reconcile.Review(d.Platform, dialectOf(p), alone, []ledger.Decision{d}, []state.Finding{r.Finding})[0]
			if own.Decision == d.ID && r.Standing != own.Standing {
				fmt.Fprintf(w.err, "polsync: %s:%s: %s stays %s\n", r.Platform, r.Column.Path(), r.Classifier, standingText(r))
			}
		}
	}
	return nil
}

func (a *app) listDecisions(all []ledger.Decision, none string) error {
	if all == nil {
		all = []ledger.Decision{}
	}
	return a.list(all, none, func(w *tabwriter.Writer) {
		fmt.Fprintln(w, "ID\tRULING\tPLACE\tCLASSIFIER\tBY\tAT\tREASON")
		for _, d := range all {
			of := d.Classifier
			if of == "" {
				of = "any"
			}
			id, at := "-", "-" // in a policy file
			if d.ID > 0 {
				id, at = strconv.FormatInt(d.ID, 10), d.At.UTC().Format("2006-01-02 15:04")
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", id, d.Ruling, report.OneLine(d.Place()), of, report.OneLine(d.By), at, report.OneLine(d.Reason))
		}
	}, len(all))
}

func (a *app) decisionsCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "decisions",
		Short: "Lists the decisions in force, those of the policy files too",
		Long:  "Lists what was decided about findings: first the decisions of the policy files, then those kept in the state, which withdraw takes away by id." + exitHelp,
		Args:  noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return a.withState(c.Context(), a.readState, func(w *work) error {
				chosen, err := w.chosen(w.conf)
				if err != nil {
					return err
				}
				var all []ledger.Decision
				for _, p := range chosen {
					all = append(all, declaredDecisions(w.declarations, p.Name)...)
				}
				for _, p := range chosen {
					some, err := w.store.Decided(c.Context(), p.Name)
					if err != nil {
						return err
					}
					all = append(all, some...)
				}
				return a.listDecisions(all, "nothing has been decided yet")
			})
		},
	}
}

// declaredDecisions puts the decisions of the policy files in the form of the others. They have no id and no time.
func declaredDecisions(d *state.Declarations, platform string) []ledger.Decision {
	var all []ledger.Decision
	for _, one := range d.Decisions {
		for _, s := range one.On {
			if s.Pattern.Platform == platform {
				all = append(all, ledger.Decision{Platform: platform, Ruling: one.Ruling, Pattern: s.Pattern.Text, Classifier: one.Classifier, By: one.Origin.String(), Reason: strings.Join(one.Reasons, ", ")})
			}
		}
	}
	return all
}

func (a *app) withdrawCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "withdraw <id>...",
		Short: "Takes decisions back, by the id that decisions lists",
		Long:  "Takes decisions of the state back, as if they had not been made. The log keeps both. Those of policy files are taken out of the files." + exitHelp,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("%s: name ids; polsync findings decisions lists them", c.CommandPath())
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error { return a.withdraw(c.Context(), args) },
	}
}

func (a *app) withdraw(ctx context.Context, args []string) error {
	var ids []int64
	for _, text := range args {
		id, err := strconv.ParseInt(text, 10, 64)
		if err != nil || id < 1 {
			return usagef("%s: an id is a number", text)
		}
		ids = append(ids, id)
	}
	return a.withState(ctx, a.openState, func(w *work) error {
		var gone []ledger.Decision
		for _, id := range ids {
			d, err := w.store.Recall(ctx, id, invoker())
			if err != nil {
				return errors.Join(fmt.Errorf("no decision %d is in force: %w", id, err), a.listDecisions(gone, ""))
			}
			gone = append(gone, d)
		}
		return a.listDecisions(gone, "")
	})
}
