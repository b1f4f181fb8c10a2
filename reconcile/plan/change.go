package plan

import (
	"cmp"

	"github.com/polsync/polsync/state"
)

// Verb is what a Change does. Its constant is the character reports print for it.
type Verb byte

// The verbs.
const (
	Create  Verb = '+' // the fact is not there and will be
	Replace Verb = '~' // the fact is there with another value
	Remove  Verb = '-' // the fact is there and will not be
)

// String returns the verb's character.
func (v Verb) String() string { return string(rune(v)) }

// Phase is a stretch of a plan. A phase begins only when every step of the one before it is done.
//
// The order is what keeps anyone from seeing more on the way. Up to Define the audience only shrinks; from Mask to
// Tag cover only grows; Untag and Unmask take off what the earlier phases made needless; only then does Permit let
// anybody in, and Drop clears away what nothing refers to any more.
type Phase uint8

// The phases in their order.
const (
	PhaseNarrow Phase = iota // policies that change show no more than both the old and the new one
	PhaseRevoke              // grants and memberships end
	PhaseDefine              // roles, tags, allowed values and policies come to be
	PhaseMask                // masks and bindings go on or are swapped
	PhaseTag                 // tags are set
	PhaseUntag               // tags come off
	PhaseUnmask              // masks and bindings come off
	PhasePermit              // memberships, then full policies, ownership and grants
	PhaseDrop                // what is no longer referred to
)

var phaseNames = [...]string{"narrow", "revoke", "define", "mask", "tag", "untag", "unmask", "permit", "drop"}

// String returns the phase's name.
func (p Phase) String() string { return phaseNames[p] }

// MarshalText spells the phase for JSON.
func (p Phase) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// Change is one difference between what is and what should be: the fact under Key goes from Was to Want, either of
// which is nil where the fact is absent. It is data only.
type Change struct {
	Key   state.Key
	Was   state.Value
	Want  state.Value
	Phase Phase
	Why   state.Origin // of the declaration; for a removal, of the record that made the fact ours
	Note  string       // why it goes away, or what else a reader should know
	Table state.Kind   // of a column: what it is a column of, where that is known
	Sort  string       // of the relation that it stands on or in: its sort, see state.Object
	Order int          // a stage within the phase, which gates like a phase
	List  []string     // of an allowed value: all that the tag allows once the change's stage is done, sorted
	Opens bool         // a tag's new value, or its absence, lets a policy show somebody more
	Back  bool         // a policy goes back from its interim form to what it was, or gets what it was created for
}

// Verb returns what the change does.
func (c Change) Verb() Verb {
	switch {
	case c.Was == nil:
		return Create
	case c.Want == nil:
		return Remove
	}
	return Replace
}

// Compare is the whole order of a plan: phase, order within it, securable, kind of fact, name.
func (c Change) Compare(o Change) int {
	return cmp.Or(cmp.Compare(c.Phase, o.Phase), cmp.Compare(c.Order, o.Order), c.Key.Compare(o.Key))
}

// After reports whether the change belongs to a later phase, or a later stage of one, than o.
func (c Change) After(o Change) bool {
	return c.Phase > o.Phase || c.Phase == o.Phase && c.Order > o.Order
}

// Statement is what is sent: SQL, or an HTTP request where the platform is better served by one. It is printed and
// executed as the same value.
type Statement struct {
	SQL        string `json:"sql,omitempty"`
	Method     string `json:"method,omitempty"`     // of a request
	Path       string `json:"path,omitempty"`       // escaped, with its query
	Body       string `json:"body,omitempty"`       // JSON
	Comment    string `json:"comment,omitempty"`    // one line
	Idempotent bool   `json:"idempotent,omitempty"` // may be sent again when its outcome is unknown
}

// Step joins the changes that one batch of statements carries out to those statements.
type Step struct {
	Phase      Phase
	Stage      int // within the phase: no step of a later stage begins before all of an earlier one are done
	Changes    []Change
	Statements []Statement
}

// Kept is a fact in scope that was left alone, with the reason.
type Kept struct {
	Fact   state.Fact
	Reason string
}

// Notice is something a reader of the plan must know: a conflict, a declaration held, a glob without a match.
type Notice struct {
	Level  Level
	On     state.Securable
	Text   string
	Origin state.Origin
}

// Level grades a Notice.
type Level string

// The levels: an Error refuses the platform's plan; Held keeps a declaration out of it and makes the run partial;
// Warning and Info only inform.
const (
	Error   Level = "error"
	Held    Level = "held"
	Warning Level = "warning"
	Info    Level = "info"
)

// Plan is what a run would do to one platform.
type Plan struct {
	Platform  string
	Base      string // fingerprint of the snapshot it was made from
	Steps     []Step
	Kept      []Kept
	Notices   []Notice
	Sights    []Sight // who gains and who loses sight of sensitive columns
	Unchanged int
	Reads     int
	Freshness []state.Freshness
}

// Statements counts the statements of all steps.
func (p *Plan) Statements() int {
	n := 0
	for _, s := range p.Steps {
		n += len(s.Statements)
	}
	return n
}

// Changes returns the changes of all steps in order.
func (p *Plan) Changes() []Change {
	var all []Change
	for _, s := range p.Steps {
		all = append(all, s.Changes...)
	}
	return all
}

// Objections returns a key of each place that an error of the plan is about.
func (p *Plan) Objections() []state.Key {
	var keys []state.Key
	for _, n := range p.Notices {
		if n.Level == Error && n.On != (state.Securable{}) {
			keys = append(keys, state.Key{On: n.On})
		}
	}
	return keys
}

// Empty reports whether there is nothing to do.
func (p *Plan) Empty() bool { return len(p.Steps) == 0 }
