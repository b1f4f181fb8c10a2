package classify

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/polsync/polsync/state"
)

// Hysteresis is how far below min_score a finding must fall before the tag it brought is withdrawn, so that a score
// near the line does not set and unset a tag from scan to scan.
const Hysteresis = 0.1

// ErrConflict is in the error of Assignments where a declaration's conflict is "fail" and a column carries another
// value that polsync did not set.
var ErrConflict = errors.New("column carries a value that polsync did not set")

// Tagged is a tag a column carries before the run.
type Tagged struct {
	Platform   string
	Column     state.Securable
	Tag, Value string // Tag is the logical name
	Ours       bool   // polsync set it
	Classifier string // with Ours, that of the earlier finding that brought it; "" where a declaration did
}

// TagInput is what Assignments works from.
type TagInput struct {
	Findings []state.Finding // that may become tags: of the scans that ran, and the approved ones of scans under review
	Waiting  []state.Finding // that a person has still to decide about: what they brought before stays
	Rejected []state.Finding // that a person rejected: what they brought before goes
	Present  []Tagged
	Coverage []Coverage // of the scans that ran; a column in none was not looked at
}

// Left is a tag that was not set, or was kept, and why.
type Left struct {
	Platform   string
	Column     state.Securable
	Tag, Value string
	Why        string
}

// Tagging is what findings ask for.
type Tagging struct {
	Assignments []state.AssignmentDeclaration // by platform, column and tag
	Left        []Left                        // by platform, column and tag
	Replaced    []Replaced                    // by platform, column and tag
}

// Replaced is an assignment that takes the place of a value that polsync did not set.
type Replaced struct {
	Left        // Value is what the finding asks for
	Was  string // the value that is there
	At   int    // of the assignment in Assignments
}

// Without returns the tagging without some of what it replaces; the values that are there stay, and why is said.
func (t Tagging) Without(gone func(Replaced) (why string)) Tagging {
	out := Tagging{Left: slices.Clone(t.Left)}
	drop := map[int]bool{}
	for _, r := range t.Replaced {
		if why := gone(r); why != "" {
			drop[r.At] = true
			l := r.Left
			l.Why = why
			out.Left = append(out.Left, l)
		}
	}
	moved := map[int]int{}
	for i, a := range t.Assignments {
		if !drop[i] {
			moved[i] = len(out.Assignments)
			out.Assignments = append(out.Assignments, a)
		}
	}
	for _, r := range t.Replaced {
		if at, stays := moved[r.At]; stays {
			r.At = at
			out.Replaced = append(out.Replaced, r)
		}
	}
	return out
}

// spot is one tag on one column.
type spot struct {
	platform string
	column   state.Securable
	tag      string
}

func (s spot) compare(o spot) int {
	return cmp.Or(cmp.Compare(s.platform, o.platform), s.column.Compare(o.column), cmp.Compare(s.tag, o.tag))
}

// offer is a value that a finding would give a spot.
type offer struct {
	value    string
	finding  state.Finding
	conflict string
	held     string // carried over, and why
}

// Assignments turns findings into tag assignments of the classification layer.
//
// A finding counts from its map entry's min_score on; where its tag is there and ours, down to Hysteresis below. Of two
// findings that want different values in one place the higher score wins; on a tie none does, and what is there stays
// if it is ours. A tag of ours on a column that no scan looked at stays, and so does one whose finding waits for a
// person; one whose finding was rejected does not. What a declaration brought is ours too: where it is no longer
// declared, a finding takes it over at once, with its value. Where a column carries another value that is not ours:
// keep-manual leaves it, replace asks for the new value, fail returns ErrConflict with all such columns, and no
// assignments.
func Assignments(in TagInput, autotag ...state.AutotagDeclaration) (Tagging, error) {
	present := map[spot]Tagged{}
	for _, t := range in.Present {
		present[spot{t.Platform, t.Column, t.Tag}] = t
	}
	offers := collect(in, present, autotag)
	carryOver(in, offers, autotag)
	spots := make([]spot, 0, len(offers))
	for s := range offers {
		spots = append(spots, s)
	}
	slices.SortFunc(spots, spot.compare)
	var out Tagging
	var failed []error
	for _, s := range spots {
		failed = append(failed, out.settle(s, offers[s], present[s]))
	}
	if err := errors.Join(failed...); err != nil {
		return Tagging{}, err
	}
	return out, nil
}

// collect lists what findings offer to each spot.
func collect(in TagInput, present map[spot]Tagged, autotag []state.AutotagDeclaration) map[spot][]offer {
	offers := map[spot][]offer{}
	for _, d := range autotag {
		for _, m := range d.Map {
			for _, f := range in.Findings {
				s := spot{f.Platform, f.Column, m.Tag}
				if f.Classifier == m.Classifier && covers(d, f.Scan) && f.Score >= threshold(m, present[s]) {
					offers[s] = append(offers[s], offer{value: m.Value, finding: f, conflict: d.Conflict})
				}
			}
		}
	}
	return offers
}

func covers(d state.AutotagDeclaration, scan string) bool {
	return len(d.Scans) == 0 || slices.Contains(d.Scans, scan)
}

// threshold is the score a finding needs: less where it keeps what is there and ours.
func threshold(m state.AutotagMap, p Tagged) float64 {
	least := m.MinScore
	if least == 0 {
		least = MinScore
	}
	if p.Ours && p.Value == m.Value {
		least -= Hysteresis
	}
	return least
}

// carryOver offers again what findings brought to columns that were not looked at, and what waits for a person, as long
// as an autotag entry still says so.
func carryOver(in TagInput, offers map[spot][]offer, autotag []state.AutotagDeclaration) {
	waiting, rejected, seen := placed(in.Waiting), placed(in.Rejected), seenIn(in.Coverage)
	for _, t := range in.Present {
		s := spot{t.Platform, t.Column, t.Tag}
		if !t.Ours || len(offers[s]) > 0 {
			continue
		}
		for _, classifier := range bringing(t, autotag) {
			at, why := finder{t.Platform, t.Column, classifier}, ""
			switch {
			case rejected[at]:
				continue
			case waiting[at]:
				why = "kept: its finding waits for a person to decide"
			case t.Classifier != "" && !seen[place{t.Platform, t.Column}]:
				why = "kept: the column was not looked at"
			default:
				continue
			}
			if t.Classifier == "" {
				why = "" // nothing is said of what may well be declared
			}
			offers[s] = []offer{{value: t.Value, held: why, finding: state.Finding{Platform: t.Platform, Column: t.Column, Classifier: classifier}}}
		}
	}
}

// place is a column of a platform, finder a classifier that found something in it.
type place struct {
	platform string
	column   state.Securable
}

type finder struct {
	platform   string
	column     state.Securable
	classifier string
}

func placed(findings []state.Finding) map[finder]bool {
	all := make(map[finder]bool, len(findings))
	for _, f := range findings {
		all[finder{f.Platform, f.Column, f.Classifier}] = true
	}
	return all
}

// seenIn returns the columns that some scan looked at.
func seenIn(coverage []Coverage) map[place]bool {
	seen := map[place]bool{}
	for _, c := range coverage {
		for _, l := range c.Columns {
			if l.Looked {
				seen[place{c.Platform, l.Column}] = true
			}
		}
	}
	return seen
}

// bringing returns the classifiers that an autotag entry lets bring a tag that is there: the one that did, or any for
// what a declaration brought.
func bringing(t Tagged, autotag []state.AutotagDeclaration) []string {
	var all []string
	for _, d := range autotag {
		for _, m := range d.Map {
			if m.Tag == t.Tag && m.Value == t.Value && (t.Classifier == "" || m.Classifier == t.Classifier) && !slices.Contains(all, m.Classifier) {
				all = append(all, m.Classifier)
			}
		}
	}
	return all
}

// settle decides one spot.
func (t *Tagging) settle(s spot, offers []offer, present Tagged) error {
	best, tie := strongest(offers)
	left := func(why string) { t.Left = append(t.Left, Left{s.platform, s.column, s.tag, best.value, why}) }
	foreign := present.Tag != "" && !present.Ours && present.Value != best.value
	switch {
	case tie:
		left(fmt.Sprintf("two findings ask for different values with the same score %.2f", best.finding.Score))
		if !present.Ours {
			return nil
		}
		best = offer{value: present.Value, held: "kept", finding: state.Finding{Classifier: present.Classifier}}
	case foreign && best.conflict == "fail":
		return fmt.Errorf("autotag %s = %s on %s:%s: %w: %s", s.tag, best.value, s.platform, s.column.Path(), ErrConflict, present.Value)
	case foreign && best.conflict != "replace":
		left(fmt.Sprintf("carries %s, which polsync did not set", present.Value))
		return nil
	case best.held != "":
		left(best.held)
	case foreign:
		t.Replaced = append(t.Replaced, Replaced{Left{s.platform, s.column, s.tag, best.value, ""}, present.Value, len(t.Assignments)})
	}
	t.Assignments = append(t.Assignments, state.AssignmentDeclaration{Tag: s.tag, Value: best.value, On: []state.Selector{literal(s.platform, s.column)},
		Origin: state.Origin{Layer: state.LayerClassification, Finding: cmp.Or(best.finding.Classifier, "earlier"), Score: best.finding.Score}})
	return nil
}

// strongest returns the offer with the highest score, and whether another value has the same.
func strongest(offers []offer) (best offer, tie bool) {
	for i, o := range offers {
		switch {
		case i == 0 || o.finding.Score > best.finding.Score:
			best, tie = o, false
		case o.finding.Score == best.finding.Score && o.value != best.value:
			tie = true
		}
	}
	return best, tie
}

// literal selects exactly one column: every part is quoted.
func literal(platform string, column state.Securable) state.Selector {
	p := state.Pattern{Platform: platform, Text: platform + ":" + column.Path()}
	for _, part := range column.Parts() {
		p.Parts = append(p.Parts, state.Part{Text: part, Quoted: true})
	}
	return state.Selector{Pattern: p}
}
