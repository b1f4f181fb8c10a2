package plan

import (
	"fmt"
	"strings"

	"github.com/polsync/polsync/state"
)

// Limits bound what one run may do to one platform. A zero limit of removals or unmaskings forbids any.
type Limits struct {
	Removals   int     // grants, memberships, tags and masks taken away, and ownership taken from somebody
	Share      float64 // of what is ours, once that is 10 or more; 0 to 1
	Unmaskings int     // masks, filters and constraints taken off or swapped, and audiences widened
	Statements int
}

// DefaultLimits are the limits where the configuration says nothing.
var DefaultLimits = Limits{Removals: 25, Share: 0.10, Unmaskings: 10, Statements: 5000}

// Passes are the guards that a person lets pass once.
type Passes struct {
	Removals, Unmaskings, Statements, Repeats bool
	Clock                                     bool // that the clock is not behind the last run
}

// GuardError says which guards stop a plan, and which flag lets each pass once.
type GuardError struct {
	Platform string
	Breaches []string
}

// Error lists the guards that spoke.
func (e *GuardError) Error() string {
	return e.Platform + ": stopped before the first statement: " + strings.Join(e.Breaches, "; ")
}

// shareFloor is how much must be ours before the share counts: of a few facts any is a large share.
const shareFloor = 10

// Guard returns a *GuardError if the plan does more than the limits allow, else nil. It never shortens a plan.
func Guard(p *Plan, owned int, l Limits, pass Passes) error {
	removals, unmaskings := 0, 0
	for _, c := range p.Changes() {
		if removal(c) {
			removals++
		}
		if unmasking(c) {
			unmaskings++
		}
	}
	var breaches []string
	if removals > l.Removals && !pass.Removals {
		breaches = append(breaches, fmt.Sprintf("%d removals, more than %d (--allow-removals lets them pass once)", removals, l.Removals))
	} else if share := float64(removals) / float64(max(owned, 1)); owned >= shareFloor && share > l.Share && !pass.Removals {
		breaches = append(breaches, fmt.Sprintf("%d removals are %.0f%% of the %d facts that are ours, more than %.0f%% (--allow-removals lets them pass once)", removals, share*100, owned, l.Share*100))
	}
	if unmaskings > l.Unmaskings && !pass.Unmaskings {
		breaches = append(breaches, fmt.Sprintf("%d unmaskings, more than %d (--allow-unmasking lets them pass once)", unmaskings, l.Unmaskings))
	}
	if n := p.Statements(); l.Statements > 0 && n > l.Statements && !pass.Statements {
		breaches = append(breaches, fmt.Sprintf("%d statements, more than %d (--allow-statements lets them pass once)", n, l.Statements))
	}
	if breaches == nil {
		return nil
	}
	return &GuardError{p.Platform, breaches}
}

// removal reports whether a change takes something away from somebody, such as a value set by hand, or ownership, which
// polsync never moves back by itself. Expiry was agreed to when it was declared;
// what is dropped in the last phase is no longer referred to.
func removal(c Change) bool {
	owner, moves := c.Was.(state.Owner)
	return c.Want == nil && c.Phase != PhaseDrop && !strings.HasPrefix(c.Note, Expired) || c.Note == Replaced || moves && owner != (state.Owner{})
}

// unmasking reports whether a change lets somebody see more of a value, or more rows.
func unmasking(c Change) bool {
	switch c.Key.Fact {
	case state.FactMask, state.FactBinding, state.FactFilter, state.FactConstraint, state.FactABAC:
		return c.Was != nil // another policy may show more
	case state.FactPolicy, state.FactRowPolicy, state.FactConstraintPolicy:
		return c.Phase == PhasePermit && !c.Back
	case state.FactTagged:
		return c.Opens
	}
	return false
}
