package main

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/polsync/polsync/connectors/memory"
	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
	"github.com/polsync/polsync/state/declare/config"
)

func (a *app) testCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "test",
		Short: "Holds the tests of the policy files against the declarations, without a platform",
		Long: `Reads the policy files and says of each entry under tests whether the declarations alone make it true. No platform is
asked and no secret is read: what the files name plainly is taken to be there, columns as strings. Refused means that nothing
declared lets the principal read; what was granted elsewhere is not known here. A test that fails, and declarations that
could not be planned, end with 2.` + exitHelp,
		Example: "  polsync test\n  polsync test --platform snow --format json",
		GroupID: "write",
		Args:    noArgs,
		RunE:    func(c *cobra.Command, _ []string) error { return a.test(c.Context()) },
	}
}

// testResult is a test as --format json gives it.
type testResult struct {
	Place    string `json:"place"` // file:line
	As       string `json:"as"`
	Read     string `json:"read"`
	Expected string `json:"expected"`
	Got      string `json:"got,omitempty"` // left out where it could not be told
	Why      string `json:"why,omitempty"`
	Pass     bool   `json:"pass"`
}

// testReport is all of them.
type testReport struct {
	Version int          `json:"version"`
	Passed  int          `json:"passed"`
	Failed  int          `json:"failed"`
	Tests   []testResult `json:"tests"`
	Errors  []string     `json:"errors"` // that keep declarations from being planned
}

func (a *app) test(context.Context) error {
	if a.flags.format == "sql" {
		return usagef("test --format sql: it is text or json")
	}
	d, platforms, err := a.loadOffline()
	if err != nil {
		return err
	}
	r := testReport{Version: 1, Tests: []testResult{}, Errors: []string{}}
	for _, p := range platforms {
		verdicts, errs := plan.Check(a.offline(p, d))
		r.add(verdicts, errs)
	}
	if err := a.writeTests(r); err != nil {
		return err
	}
	if r.Failed+len(r.Errors) > 0 {
		return errDiffers
	}
	return nil
}

// offline returns what can be said of a platform without asking it.
func (a *app) offline(p config.Platform, d *state.Declarations) plan.Input {
	in := plan.Input{Platform: p.Name, Dialect: dialectOf(p), Declarations: d, Now: a.now()}
	if p.Memory != nil {
		in.Dialect = memory.Dialect{PerColumn: p.Memory.PerColumn}
	}
	if p.Home != nil {
		in.Home = place(in.Dialect, *p.Home)
	}
	return in
}

// unplanned says what plan would refuse or warn of on any platform of that name. It returns an error where plan would
// refuse.
func (a *app) unplanned(c *config.Config, d *state.Declarations) error {
	platforms, err := a.chosen(c)
	if err != nil {
		return err
	}
	refused := 0
	for _, p := range platforms {
		for _, n := range plan.Unplanned(a.offline(p, d)) {
			fmt.Fprintf(a.err, "polsync: %s: %s: %s\n", n.Origin.Place(), n.Level, n.Text)
			if n.Level == plan.Error {
				refused++
			}
		}
	}
	if refused > 0 {
		return fmt.Errorf("%s: plan would refuse these declarations", c.File)
	}
	return nil
}

func (r *testReport) add(verdicts []plan.Verdict, errs []plan.Notice) {
	for _, v := range verdicts {
		if v.Pass {
			r.Passed++
		} else {
			r.Failed++
		}
		r.Tests = append(r.Tests, testResult{v.Test.Origin.String(), v.Test.As.String(), v.Test.Read.Text, v.Expected, v.Got, v.Why, v.Pass})
	}
	for _, n := range errs {
		text := n.Text
		if o := n.Origin; o.File != "" {
			text = o.String() + ": " + text
		}
		r.Errors = append(r.Errors, text)
	}
}

func (a *app) writeTests(r testReport) error {
	if a.flags.format == "json" {
		enc := json.NewEncoder(a.out)
		enc.SetIndent("", "  ")
		return enc.Encode(r)
	}
	for _, t := range r.Tests {
		if err := a.writeTest(t); err != nil {
			return err
		}
	}
	for _, text := range r.Errors {
		if _, err := fmt.Fprintf(a.out, "%s\n", text); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(a.out, "%d passed, %d failed\n", r.Passed, r.Failed)
	return err
}

func (a *app) writeTest(t testResult) error {
	var err error
	switch {
	case t.Pass && a.flags.verbose:
		_, err = fmt.Fprintf(a.out, "%s: %s reads %s: %s\n", t.Place, t.As, t.Read, t.Expected)
	case t.Pass:
	case t.Got == "":
		_, err = fmt.Fprintf(a.out, "%s: %s reads %s: expected %s; %s\n", t.Place, t.As, t.Read, t.Expected, t.Why)
	default:
		_, err = fmt.Fprintf(a.out, "%s: %s reads %s: expected %s, but sees %s (%s)\n", t.Place, t.As, t.Read, t.Expected, t.Got, t.Why)
	}
	return err
}
