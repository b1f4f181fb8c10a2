package plan

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/polsync/polsync/state"
)

// skew is how far the clocks of machines that share a state may differ without a word about it.
const skew = time.Minute

// Make plans one platform: Desired, Diff, Order and Compile in one go. Changes that the platform cannot make are
// left out and reported as held together with what waits for them. An Error notice leaves the plan without steps.
func Make(in Input) (*Plan, error) {
	target := Desired(in)
	changes, kept, notices, unchanged := Diff(in, target)
	p := &Plan{Platform: in.Platform, Kept: kept, Unchanged: unchanged, Reads: in.Actual.Reads, Freshness: in.Actual.Freshness}
	p.Notices = append(target.Notices, notices...)
	if in.ExpireOnly {
		p.Notices, p.Kept = nil, nil // all that is said of what is not done now
	}
	if in.Behind >= skew {
		p.Notices = append(p.Notices, Notice{Level: Warning, Text: fmt.Sprintf("the clock is %s behind the last run: what had ended by then stays ended (--allow-clock takes the clock as it is, once)", in.Behind.Round(time.Second))})
	}
	for _, a := range in.Actual.Unknown {
		p.Notices = append(p.Notices, Notice{Level: Held, On: a.Within, Text: "could not be read completely: " + a.Reason})
	}
	p.Notices = append(p.Notices, leftElsewhere(in, target)...)
	p.Notices = append(p.Notices, narrowedToNothing(in, target)...)
	if err := p.compile(in, target, changes); err != nil {
		return nil, err
	}
	slices.SortStableFunc(p.Notices, compareNotices)
	p.Notices = slices.CompactFunc(p.Notices, func(a, b Notice) bool {
		return a.Level == b.Level && a.On == b.On && a.Text == b.Text && a.Origin.Compare(b.Origin) == 0
	})
	if p.Refused() {
		p.Steps = nil
	}
	p.Sights = Sights(in, target, p.Changes())
	p.Base = Fingerprint(in.Actual)
	return p, nil
}

// leftElsewhere says what is declared here, is not so, and is another platform's to write; and what is ours there and no
// longer declared.
func leftElsewhere(in Input, target *Target) []Notice {
	if len(in.Actual.Left) == 0 || in.ExpireOnly {
		return nil
	}
	var all []Notice
	for k, f := range target.State.Facts {
		if reason := in.Actual.LeftTo(k); reason != "" {
			if is, there := in.Actual.Fact(k); !there || !state.Equal(is.Value, f.Value) {
				all = append(all, Notice{Held, k.On, fmt.Sprintf("%s is left: %s", k, reason), f.Origin})
			}
		}
	}
	for k, o := range in.Owned {
		if reason := in.Actual.LeftTo(k); reason != "" && in.Actual.Has(k) && !target.State.Has(k) {
			all = append(all, Notice{Held, k.On, fmt.Sprintf("%s is no longer declared, and left: %s", k, reason), o.Origin})
		}
	}
	return all
}

// narrowedToNothing warns of places that a run was narrowed to and that are neither there nor spoken of: a plan of a
// mistyped name is empty, and would pass for one in sync. A name that no platform can have stands for another's.
func narrowedToNothing(in Input, target *Target) []Notice {
	var all []Notice
	for _, s := range in.Scope {
		found := strings.Contains(s.Catalog, "\x00")
		for on := range in.Actual.Objects {
			found = found || s.Covers(on)
		}
		for k := range target.State.Facts {
			found = found || s.Covers(k.On)
		}
		if !found {
			all = append(all, Notice{Level: Warning, On: s, Text: "nothing here is called " + s.Path() + ", to which the run was narrowed"})
		}
	}
	return all
}

func compareNotices(a, b Notice) int {
	rank := map[Level]int{Error: 0, Held: 1, Warning: 2, Info: 3}
	if c := rank[a.Level] - rank[b.Level]; c != 0 {
		return c
	}
	if c := a.Origin.Compare(b.Origin); c != 0 {
		return c
	}
	if c := a.On.Compare(b.On); c != 0 {
		return c
	}
	if a.Text < b.Text {
		return -1
	}
	return 1
}

// Refused reports whether an error keeps the plan from running at all.
func (p *Plan) Refused() bool { return p.has(Error) }

// Partial reports whether something declared, or something to be removed, had to be left for another time.
func (p *Plan) Partial() bool { return p.has(Held) }

func (p *Plan) has(l Level) bool {
	return slices.ContainsFunc(p.Notices, func(n Notice) bool { return n.Level == l })
}

// compile fills in the statements, phase by phase. When a change cannot be made it is set aside, which takes with it
// what depends on it, and the rest is compiled anew.
func (p *Plan) compile(in Input, target *Target, changes []Change) error {
	for {
		steps, refused, err := Compile(in.Dialect, changes)
		if err == nil {
			p.Steps = steps
			return nil
		}
		if refused == nil {
			return err
		}
		d := difference{in: in, target: target, changes: changes}
		d.recognise()
		d.in.Aside = map[state.Key]string{refused.Key: err.Error()}
		before := len(d.changes)
		d.holdBack()
		if len(d.changes) == before {
			return fmt.Errorf("compile the plan for %s: %w", in.Platform, err)
		}
		changes, p.Notices, p.Kept = d.changes, append(p.Notices, d.notices...), append(p.Kept, d.kept...)
	}
}

// UnsupportedError says which change a dialect cannot compile; it wraps ErrUnsupported.
type UnsupportedError struct {
	Change Change
	Reason string
}

// Error names the change and the reason.
func (e *UnsupportedError) Error() string { return fmt.Sprintf("%s: %s", e.Change.Key, e.Reason) }

// Unwrap makes the error an ErrUnsupported.
func (e *UnsupportedError) Unwrap() error { return ErrUnsupported }

// Compile turns changes, which are in order, into steps. For a change that the dialect refuses it returns that change
// with the error.
func Compile(d Dialect, changes []Change) ([]Step, *Change, error) {
	var steps []Step
	for from := 0; from < len(changes); {
		to := from
		for to < len(changes) && changes[to].Phase == changes[from].Phase && changes[to].Order == changes[from].Order {
			to++
		}
		made, err := d.Compile(changes[from].Phase, changes[from:to])
		if err != nil {
			var u *UnsupportedError
			if errors.As(err, &u) {
				return nil, &u.Change, err
			}
			return nil, nil, err
		}
		for i := range made {
			made[i].Stage = changes[from].Order
		}
		steps = append(steps, made...)
		from = to
	}
	return steps, nil, nil
}

// Fingerprint returns a digest of a state's facts: equal states have equal fingerprints.
func Fingerprint(s *state.State) string {
	h := sha256.New()
	enc := json.NewEncoder(h)
	for _, k := range s.Keys() {
		f := s.Facts[k]
		if err := enc.Encode([]any{k, f.Value, s.Objects[k.On].Identity}); err != nil {
			panic(err) // keys and values are plain data
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}
