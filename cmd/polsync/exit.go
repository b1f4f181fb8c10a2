package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/polsync/polsync/classify"
	"github.com/polsync/polsync/reconcile"
	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state/ledger"
)

// The exit codes of every command.
const (
	exitDone    = 0 // in sync, or all done
	exitCannot  = 1 // could not run; bad input too
	exitDiffers = 2 // plan found differences, or the audit log does not verify
	exitPartly  = 3 // partly done, held, unread, or refused by a guard
)

// exitHelp is the end of every command's help.
const exitHelp = `

Exit codes: 0 in sync or all done; 1 could not run, bad input too; 2 differences were found;
3 partly done, held, unread, or refused by a guard.`

// errDiffers says that a plan found differences. The report has said which; it is not printed.
var errDiffers = errors.New("differences were found")

// refusal is a run that was not begun, or not completed, for a reason that is no mistake in the input.
type refusal struct{ error }

// Unwrap returns the reason.
func (r refusal) Unwrap() error { return r.error }

func refusef(format string, args ...any) error { return refusal{fmt.Errorf(format, args...)} }

// platformsError joins what became of several platforms; all counts those that were to be done, failing or not.
type platformsError struct {
	all  int
	errs []error
}

// Error has a line for each platform that failed.
func (e *platformsError) Error() string {
	var lines []string
	for _, err := range e.errs {
		if text := message(err); text != "" {
			lines = append(lines, text)
		}
	}
	return strings.Join(lines, "\n")
}

// joinPlatforms returns nil where no platform has an error.
func joinPlatforms(all int, errs []error) error {
	e := &platformsError{all: all}
	for _, err := range errs {
		if err != nil {
			e.errs = append(e.errs, err)
		}
	}
	if len(e.errs) == 0 {
		return nil
	}
	return e
}

// exitCode is the code a command ends with, decided from its error alone.
//
//	one platform could not run, no other was to   1
//	one of several could not run                  3   the others were done: that is partly done
//	partly done, held, guard, lease, pause        3
//	differences, and none of the above            2
func exitCode(err error) int {
	var several *platformsError
	if !errors.As(err, &several) {
		return codeOf(err)
	}
	count := map[int]int{exitDone: several.all - len(several.errs)}
	for _, e := range several.errs {
		count[exitCode(e)]++
	}
	switch {
	case count[exitCannot] == several.all:
		return exitCannot
	case count[exitCannot]+count[exitPartly] > 0:
		return exitPartly
	case count[exitDiffers] > 0:
		return exitDiffers
	}
	return exitDone
}

func codeOf(err error) int {
	var (
		partial *reconcile.PartialError
		guard   *plan.GuardError
		refused refusal
	)
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &partial), errors.As(err, &guard), errors.As(err, &refused),
		errors.Is(err, ledger.ErrHeld), errors.Is(err, ledger.ErrPaused), errors.Is(err, ledger.ErrFenced), errors.Is(err, ledger.ErrPlanUsed),
		errors.Is(err, reconcile.ErrStopped), errors.Is(err, classify.ErrConflict), errors.Is(err, reconcile.ErrUnread), errors.Is(err, reconcile.ErrMoved):
		return exitPartly
	case errors.Is(err, errDiffers), errors.Is(err, ledger.ErrBroken), errors.Is(err, ledger.ErrHistory):
		return exitDiffers
	}
	return exitCannot
}

// planVerdict is the error that a plan which was only made stands for.
func planVerdict(p *plan.Plan) error {
	switch {
	case p.Refused():
		return fmt.Errorf("%s: the declarations cannot be planned; see the errors in the report", p.Platform)
	case p.Partial():
		return refusef("%s: something is held; see the report", p.Platform)
	case !p.Empty():
		return errDiffers
	}
	return nil
}
