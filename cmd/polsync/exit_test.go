package main

import (
	"errors"
	"fmt"
	"testing"

	"github.com/polsync/polsync/reconcile"
	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
	"github.com/polsync/polsync/state/declare/document"
	"github.com/polsync/polsync/state/ledger"
)

func TestExitCode(t *testing.T) {
	partial := fmt.Errorf("run: %w", &reconcile.PartialError{Platform: "a", Failed: 1})
	broken := errors.New("cannot connect")
	for _, c := range []struct {
		name string
		err  error
		want int
	}{
		{"nothing", nil, exitDone},
		{"bad files", document.Errors{{File: "a.yaml", Message: "no"}}, exitCannot},
		{"bad flag", usagef("no such flag"), exitCannot},
		{"differences", errDiffers, exitDiffers},
		{"broken log", &ledger.BrokenError{Seq: 1}, exitDiffers},
		{"another log", &ledger.HistoryError{}, exitDiffers},
		{"partly", partial, exitPartly},
		{"partly, and something else", errors.Join(broken, partial), exitPartly},
		{"guard", &plan.GuardError{Platform: "a", Breaches: []string{"too many"}}, exitPartly},
		{"shrunk files", refusef("fewer"), exitPartly},
		{"wrapped refusal", fmt.Errorf("read: %w", refusef("moved")), exitPartly},
		{"lease", fmt.Errorf("take: %w", &ledger.HeldError{Platform: "a"}), exitPartly},
		{"paused", &ledger.PausedError{}, exitPartly},
		{"fenced", &ledger.FencedError{}, exitPartly},
		{"plan used", ledger.ErrPlanUsed, exitPartly},
		{"stopped", reconcile.ErrStopped, exitPartly},

		{"the only platform could not run", joinPlatforms(1, []error{broken}), exitCannot},
		{"one of two could not run", joinPlatforms(2, []error{nil, broken}), exitPartly},
		{"neither could run", joinPlatforms(2, []error{broken, broken}), exitCannot},
		{"one differs", joinPlatforms(2, []error{nil, errDiffers}), exitDiffers},
		{"one differs, one is held", joinPlatforms(2, []error{errDiffers, partial}), exitPartly},
		{"one differs, one could not run", joinPlatforms(2, []error{errDiffers, broken}), exitPartly},
		{"all in sync", joinPlatforms(2, []error{nil, nil}), exitDone},
	} {
		if got := exitCode(c.err); got != c.want {
			t.Errorf("%s: exit code %d, want %d", c.name, got, c.want)
		}
	}
}

func TestPlanVerdict(t *testing.T) {
	step := []plan.Step{{Phase: plan.PhaseTag}}
	notice := func(l plan.Level) []plan.Notice { return []plan.Notice{{Level: l, Text: "because"}} }
	for _, c := range []struct {
		name string
		plan plan.Plan
		want int
	}{
		{"empty", plan.Plan{}, exitDone},
		{"kept only", plan.Plan{Kept: []plan.Kept{{Fact: state.Fact{}, Reason: "not ours"}}}, exitDone},
		{"warned", plan.Plan{Notices: notice(plan.Warning)}, exitDone},
		{"steps", plan.Plan{Steps: step}, exitDiffers},
		{"steps, something held", plan.Plan{Steps: step, Notices: notice(plan.Held)}, exitPartly},
		{"held", plan.Plan{Notices: notice(plan.Held)}, exitPartly},
		{"refused", plan.Plan{Notices: notice(plan.Error)}, exitCannot},
	} {
		if got := exitCode(planVerdict(&c.plan)); got != c.want {
			t.Errorf("%s: exit code %d, want %d", c.name, got, c.want)
		}
	}
}

func TestErrorsArePrintedOnce(t *testing.T) {
	err := joinPlatforms(3, []error{errors.New("a: down"), errDiffers, errors.New("c: down")})
	if got, want := message(err), "a: down\nc: down"; got != want {
		t.Errorf("message is %q, want %q", got, want)
	}
	if got := message(joinPlatforms(1, []error{errDiffers})); got != "" {
		t.Errorf("differences print %q", got)
	}
}

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "abc", 3}, {"plan", "plan", 0}, {"fromat", "format", 2}, {"only", "on", 2}} {
		if got := distance(c.a, c.b); got != c.want {
			t.Errorf("distance(%q, %q) = %d, want %d", c.a, c.b, got, c.want)
		}
	}
}
