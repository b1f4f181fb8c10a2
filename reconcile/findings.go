package reconcile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
	"github.com/polsync/polsync/state/declare"
	"github.com/polsync/polsync/state/ledger"
)

// Standing is what a finding may do.
type Standing string

// The standings.
const (
	StandingFound    Standing = "found"    // nobody decided, and its scan waits for nobody
	StandingWaiting  Standing = "waiting"  // its scan says review: true, and nobody decided
	StandingApproved Standing = "approved" // somebody did
	StandingRejected Standing = "rejected"
	StandingNative   Standing = "native" // the platform's own classification says so; it tags nothing
)

// Reviewed is a finding with what was decided about it.
type Reviewed struct {
	state.Finding
	Standing Standing `json:"standing"`
	Decision int64    `json:"decision,omitempty"` // id of the one in the state that holds; 0 where none does
	By       string   `json:"by,omitempty"`       // who decided: a place in the policy files, or a person and the day
	Reason   string   `json:"reason,omitempty"`
	Differs  string   `json:"differs,omitempty"` // what the platform's own classification says instead, in its words
}

// Review looks up what was decided about a platform's findings. A decision of the policy files goes before one of the
// state. Of several in one of the two, that about the column goes before that about its table, and that before a
// pattern; one that names the classifier before one that does not; then in the state the newest, and in the files the
// approval, since it protects.
func Review(platform string, dialect plan.Dialect, d *state.Declarations, stored []ledger.Decision, findings []state.Finding) []Reviewed {
	r := newReview(platform, dialect, d, stored, findings)
	out := make([]Reviewed, len(findings))
	for i, f := range findings {
		out[i] = r.of(f)
	}
	return out
}

// WithStanding returns the findings that have one of some standings.
func WithStanding(reviewed []Reviewed, standings ...Standing) []state.Finding {
	var out []state.Finding
	for _, r := range reviewed {
		if slices.Contains(standings, r.Standing) {
			out = append(out, r.Finding)
		}
	}
	return out
}

// ruled is one decision about the columns it reaches.
type ruled struct {
	ruling     state.Ruling
	classifier string
	rank       [4]int64 // higher goes first: declared, narrowness, classifier named, order
	id         int64
	by, reason string
}

// narrowness of a place: the narrower decides.
const (
	byPattern = iota
	byTable
	byColumn
)

type review struct {
	waits  map[string]bool                     // scans with review: true
	native map[state.Securable][]state.Finding // of the platform's own classification
	on     map[state.Securable][]ruled
}

func newReview(platform string, dialect plan.Dialect, d *state.Declarations, stored []ledger.Decision, findings []state.Finding) *review {
	r := &review{waits: map[string]bool{}, native: map[state.Securable][]state.Finding{}, on: map[state.Securable][]ruled{}}
	for _, s := range d.Scans {
		r.waits[s.Name] = s.Review
	}
	for _, f := range findings {
		if f.Scan == NativeScan {
			r.native[f.Column] = append(r.native[f.Column], f)
		}
	}
	if len(d.Decisions)+len(stored) == 0 {
		return r
	}
	there := plan.NewFinder(plan.Input{Platform: platform, Dialect: dialect, Declarations: &state.Declarations{}, Actual: placesOf(findings)})
	for _, dd := range d.Decisions {
		r.declared(there, dd)
	}
	for _, s := range stored {
		if s.Platform == platform {
			r.stored(there, s)
		}
	}
	for _, list := range r.on {
		slices.SortStableFunc(list, func(a, b ruled) int { return slices.Compare(b.rank[:], a.rank[:]) })
	}
	return r
}

// placesOf is a state with nothing in it but the columns of findings and what they stand in.
func placesOf(findings []state.Finding) *state.State {
	s := state.New()
	for _, f := range findings {
		for at, ok := f.Column, true; ok; at, ok = at.Parent() {
			s.Objects[at] = state.Object{}
		}
	}
	return s
}

func (r *review) declared(there *plan.Finder, d state.DecisionDeclaration) {
	for _, sel := range d.On {
		narrow := byPattern
		if !sel.Pattern.Wild() {
			narrow = byTable + len(sel.Pattern.Parts) - 3
		}
		approval := int64(0)
		if d.Ruling == state.Approved {
			approval = 1
		}
		one := ruled{ruling: d.Ruling, classifier: d.Classifier, rank: [4]int64{1, int64(narrow), named(d.Classifier), approval}, by: d.Origin.String(), reason: strings.Join(d.Reasons, ", ")}
		columns, _ := there.Columns([]state.Selector{sel}, d.Except)
		r.add(columns, one)
	}
}

func (r *review) stored(there *plan.Finder, d ledger.Decision) {
	one := ruled{ruling: d.Ruling, classifier: d.Classifier, id: d.ID, by: fmt.Sprintf("%s, %s", d.By, d.At.Format("2006-01-02")), reason: d.Reason}
	rank := func(narrow int) [4]int64 { return [4]int64{0, int64(narrow), named(d.Classifier), d.ID} }
	switch {
	case d.Pattern != "":
		one.rank = rank(byPattern)
		r.add(matching(there, d.Pattern), one)
	case d.On.Kind == state.KindColumn:
		one.rank = rank(byColumn)
		r.add([]state.Securable{d.On}, one)
	default:
		one.rank = rank(byTable)
		r.add(there.Below(d.On), one)
	}
}

// matching returns the columns that a written name with globs reaches. A name that cannot be read reaches none.
func matching(there *plan.Finder, pattern string) []state.Securable {
	p, problem := declare.ParseName(pattern)
	if problem != "" {
		return nil
	}
	columns, _ := there.Columns([]state.Selector{{Pattern: p}}, nil)
	return columns
}

func named(classifier string) int64 { return int64(min(1, len(classifier))) }

func (r *review) add(columns []state.Securable, one ruled) {
	for _, c := range columns {
		r.on[c] = append(r.on[c], one)
	}
}

func (r *review) of(f state.Finding) Reviewed {
	if f.Scan == NativeScan {
		return Reviewed{Finding: f, Standing: StandingNative}
	}
	out := Reviewed{Finding: f, Standing: StandingFound, Differs: differing(f, r.native[f.Column])}
	if r.waits[f.Scan] {
		out.Standing = StandingWaiting
	}
	for _, d := range r.on[f.Column] {
		if d.classifier == "" || d.classifier == f.Classifier {
			out.Standing, out.Decision, out.By, out.Reason = Standing(d.ruling), d.id, d.by, d.reason
			break
		}
	}
	return out
}
