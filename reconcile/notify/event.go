// Package notify tells webhooks what became of runs: as a text for Slack and its like, or as a signed event with its
// fields. What it says holds neither secrets nor cell values, since results hold none.
package notify

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/polsync/polsync/reconcile"
	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
)

// Kind is what an event tells of.
type Kind string

// The kinds that a notification can be asked for.
const (
	Change  Kind = "change"  // something was changed
	Failure Kind = "failure" // a run could not be done, or a statement failed
	Held    Kind = "held"    // something declared, or something to be removed, was left for another time
	Drift   Kind = "drift"   // somebody else had changed what polsync set; it was, or is to be, set again
	Guard   Kind = "guard"   // a guard stopped a plan before its first statement
)

// most is how many lines an event has at most; the rest is counted.
const most = 20

// Event is one thing that happened on one platform.
type Event struct {
	ID       string    `json:"id"` // the same for each try and each webhook
	Kind     Kind      `json:"event"`
	Platform string    `json:"platform"`
	Job      string    `json:"job"`           // reconcile, classify, ...
	Run      string    `json:"run,omitempty"` // as polsync history names it
	At       time.Time `json:"at"`
	Summary  string    `json:"summary"`         // one line
	Lines    []string  `json:"lines"`           // what it is about, at most 20
	More     int       `json:"more"`            // lines left out
	Over     bool      `json:"over"`            // what was told of before is over
	Head     *Head     `json:"audit,omitempty"` // of the audit log after the run, to hold the log against later
}

// Head is the end of the audit log.
type Head struct {
	Sequence int64  `json:"sequence"`
	Hash     string `json:"hash"` // hexadecimal
}

// Outcome is what became of a job on a platform.
type Outcome struct {
	Platform, Job string
	At            time.Time
	Result        *reconcile.Result // nil where there is none
	Err           error
}

// Events returns what there is to tell of an outcome, in the order of the kinds; nothing where all is well and nothing
// was changed.
func Events(o Outcome) []Event {
	var all []Event
	for _, f := range []func(Outcome) *Event{guarded, failed, drift, changed, held} {
		if e := f(o); e != nil {
			e.Platform, e.Job, e.At = o.Platform, o.Job, o.At.UTC()
			if r := o.Result; r != nil {
				e.Run = r.Run
				if r.Head.Seq > 0 {
					e.Head = &Head{r.Head.Seq, r.Head.Hash}
				}
			}
			all = append(all, *e)
		}
	}
	return all
}

func guarded(o Outcome) *Event {
	var g *plan.GuardError
	if !errors.As(o.Err, &g) {
		return nil
	}
	return event(Guard, "stopped before the first statement", g.Breaches)
}

func failed(o Outcome) *Event {
	var (
		g       *plan.GuardError
		partial *reconcile.PartialError
	)
	if o.Err == nil || errors.As(o.Err, &g) {
		return nil
	}
	if errors.As(o.Err, &partial) {
		if partial.Failed == 0 {
			return nil
		}
		var lines []string
		for _, err := range partial.Unwrap() {
			lines = append(lines, err.Error())
		}
		return event(Failure, counted(partial.Failed, "statement")+" failed", lines)
	}
	return event(Failure, "could not run", strings.Split(o.Err.Error(), "\n"))
}

func drift(o Outcome) *Event {
	if o.Result == nil || len(o.Result.Drifted) == 0 {
		return nil
	}
	return event(Drift, counted(len(o.Result.Drifted), "fact")+" changed by others", linesOf(o.Result.Drifted))
}

func changed(o Outcome) *Event {
	if o.Result == nil {
		return nil
	}
	var done []plan.Change
	for _, s := range o.Result.Steps {
		if s.Status == reconcile.Done {
			done = append(done, s.Step.Changes...)
		}
	}
	if len(done) == 0 {
		return nil
	}
	var lines []string
	for _, s := range o.Result.Plan.Sights {
		lines = append(lines, seen(s))
	}
	return event(Change, counted(len(done), "change")+" made", append(lines, linesOf(done)...))
}

// seen says who sees more of a column than before, and who less.
func seen(s plan.Sight) string {
	text := s.Column.String()
	if len(s.Gains) > 0 {
		text += ": more is seen by " + listed(s.Gains)
	}
	if len(s.Loses) > 0 {
		text += ": less is seen by " + listed(s.Loses)
	}
	return text
}

func listed(all []state.Securable) string {
	const some = 5
	var names []string
	for _, s := range all[:min(len(all), some)] {
		names = append(names, s.String())
	}
	if len(all) > some {
		names = append(names, fmt.Sprintf("%d more", len(all)-some))
	}
	return strings.Join(names, ", ")
}

func held(o Outcome) *Event {
	if o.Result == nil || o.Result.Plan == nil {
		return nil
	}
	var lines []string
	for _, n := range o.Result.Plan.Notices {
		if n.Level == plan.Held {
			text := n.Text
			if n.On != (state.Securable{}) {
				text = n.On.String() + ": " + text
			}
			lines = append(lines, text)
		}
	}
	for _, s := range o.Result.Steps {
		if s.Status == reconcile.Held {
			lines = append(lines, linesOf(s.Step.Changes)...)
		}
	}
	if len(lines) == 0 {
		return nil
	}
	return event(Held, counted(len(lines), "thing")+" held", lines)
}

func event(k Kind, summary string, lines []string) *Event {
	e := &Event{Kind: k, Summary: summary}
	e.Lines, e.More = cut(lines)
	return e
}

// cut keeps the first lines, once each, and counts the others.
func cut(lines []string) ([]string, int) {
	some := []string{}
	seen := map[string]bool{}
	for _, l := range lines {
		if !seen[l] {
			seen[l] = true
			some = append(some, l)
		}
	}
	return some[:min(len(some), most)], max(len(some)-most, 0)
}

func linesOf(changes []plan.Change) []string {
	var all []string
	for _, c := range changes {
		all = append(all, fmt.Sprintf("%s %s %s", c.Verb(), c.Key.Fact, c.Key.On)+about(c))
	}
	return all
}

// about names the other half of a fact: the tag, the policy, the one who is granted to.
func about(c plan.Change) string {
	var parts []string
	if c.Key.Name != "" {
		parts = append(parts, c.Key.Name)
	}
	if c.Key.With != (state.Securable{}) {
		parts = append(parts, c.Key.With.String())
	}
	if len(parts) == 0 {
		return ""
	}
	return " (" + strings.Join(parts, ", ") + ")"
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
