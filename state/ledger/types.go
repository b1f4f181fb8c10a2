package ledger

import (
	"time"

	"github.com/polsync/polsync/state"
)

// Owned is a fact that is ours, as it was when it became so.
type Owned struct {
	Key      state.Key
	Value    state.Value
	Origin   state.Origin // of the declaration that led to it
	Run      string       // that set it; empty for an adopted fact
	At       time.Time
	Identity string // of the securable then; another one under the same name is not ours
	Adopted  bool
	By       string // who adopted it
}

// Run is one run that wrote, or set out to.
type Run struct {
	ID       string
	Platform string
	Command  string // reconcile, daemon, ...
	By       string // who ran it: user and host, or API key
	Version  string // of the program
	Base     string // fingerprint of the snapshot the plan was made from
	Plan     string // digest of the plan
	Saved    bool   // the plan came from a file, and may run only once
	Planned  int    // statements
	Started  time.Time
	RunEnd
}

// RunEnd is how a run ended.
type RunEnd struct {
	Done, Failed, Unknown, Held int // statements
	Result                      string
	Ended                       time.Time // zero: filled in by EndRun
}

// RunFilter narrows a history. Zero fields do not narrow.
type RunFilter struct {
	Platform string
	ID       string
	Since    time.Time
	Limit    int
}

// Lease is the right to write to a platform. An epoch is never given twice.
type Lease struct {
	Platform string
	Holder   string
	Epoch    int64
	Expires  time.Time
	Released bool  // given up by its holder
	Prior    Prior // what was there before; set by AcquireLease only
}

// Prior is the lease that a new one followed.
type Prior struct {
	Holder  string // empty where there was none
	Expired time.Time
	Clean   bool // released by its holder, or there was none: no statement can be on its way
}

// Clean reports whether the holder may write at once, without waiting out a predecessor.
func (l Lease) Clean() bool { return l.Prior.Clean }

// Statement is what is about to be sent: SQL or a request. It holds no secret.
type Statement struct {
	SQL     string `json:"sql,omitempty"`
	Method  string `json:"method,omitempty"`
	Path    string `json:"path,omitempty"`
	Body    string `json:"body,omitempty"`
	Comment string `json:"comment,omitempty"`
}

// Change is a fact that a statement changes: from Was to Want, either of which is nil where it is absent.
type Change struct {
	Key      state.Key
	Was      state.Value
	Want     state.Value
	Origin   state.Origin // why
	Identity string       // of the securable, where known
	Note     string
}

// Lately is a fact as a statement left it.
type Lately struct {
	Key  state.Key
	Want state.Value // nil: absent
	At   time.Time   // when the statement was about to be sent
}

// Intent is a statement about to be sent, with the changes it makes. More says that further statements follow for the
// same changes: then a fact wanted is ours once this one is done, but a fact removed is only forgotten with the last.
type Intent struct {
	Platform  string
	Run       string
	Step      int // in the run, from 1
	Changes   []Change
	Statement Statement
	More      bool
}

// Status is how far an intent has come.
type Status string

// The statuses. StatusOpen and StatusUnknown are claims; the others are final.
const (
	StatusOpen    Status = "open"
	StatusDone    Status = "done"
	StatusFailed  Status = "failed"
	StatusUnknown Status = "unknown"
	StatusSettled Status = "settled"
)

// Final reports whether nothing may follow the status.
func (s Status) Final() bool { return s == StatusDone || s == StatusFailed || s == StatusSettled }

// Result is what came of a statement.
type Result struct {
	Status  Status // StatusDone, StatusFailed or StatusUnknown
	QueryID string // the platform's own id of the statement
	Error   string // without values and secrets
	Elapsed time.Duration
	Tries   int
}

// Claim is an intent whose effect is not known.
type Claim struct {
	ID      int64
	Epoch   int64
	At      time.Time
	Status  Status // StatusOpen or StatusUnknown
	QueryID string // where an unknown outcome had one
	Live    bool   // its lease is still running
	Intent
}

// Verdict is what reading said about one change of a claim.
type Verdict string

// The verdicts.
const (
	WasDone    Verdict = "done"     // what was wanted is there
	WasNotDone Verdict = "not_done" // what was there before still is
	Differs    Verdict = "differs"  // something else is there; worth a report
)

// Judge compares what is there now, nil for absent, with a change. same says whether two values that are both there
// are the same; nil stands for state.Equal.
func Judge(c Change, now state.Value, same func(a, b state.Value) bool) Verdict {
	if same == nil {
		same = state.Equal
	}
	eq := func(a, b state.Value) bool { return a == nil && b == nil || a != nil && b != nil && same(a, b) }
	switch {
	case eq(now, c.Want):
		return WasDone
	case eq(now, c.Was):
		return WasNotDone
	}
	return Differs
}

// Pause says who paused a platform, when and why.
type Pause struct {
	Platform string
	By       string
	Reason   string
	Since    time.Time
}

// Repeat counts how often in succession the same change was made. A change counts as the same when key, wanted value
// and the securable's identity are; runs count as successive when no other recorded run of the platform lies between
// them. The count stays while the change is held, until it is cleared or another change is made.
type Repeat struct {
	Count int
	Run   string // that made it last
	First time.Time
	Last  time.Time

	Digest string // of the change: see Of
}

// Refused is a change the platform refused for good: rights, gone, unsupported.
type Refused struct {
	Key    state.Key
	Reason string
	Run    string
	At     time.Time
}

// Load is a source's last good load.
type Load struct {
	Source  string
	Digest  string
	Count   int    // of declarations
	Content []byte // the load itself, where the source may be stood in for; the ledger does not look into it
	At      time.Time
}

// ScanResult is what a scan, or a part of it, found.
type ScanResult struct {
	Platform string
	Scan     string
	Rules    string          // version of the classifiers' rules
	Looks    []Look          // one for each column that was looked at
	Findings []state.Finding // on those columns only
}

// FindingFilter narrows findings. Zero fields do not narrow.
type FindingFilter struct {
	Platform   string
	Scan       string
	Classifier string
	Within     state.Securable
	MinScore   float64
}

// RulesVersion is a version of the classifiers' rules and when a scan used it.
type RulesVersion struct {
	Scan        string
	Rules       string
	First, Last time.Time
}

// Decision is what a person decided about findings. It holds for every finding that its place and classifier fit, those
// of later scans too.
type Decision struct {
	ID         int64           `json:"id,omitempty"` // the sequence number of the record that made it
	Platform   string          `json:"platform"`
	Ruling     state.Ruling    `json:"ruling"`
	On         state.Securable `json:"on,omitzero"`          // a column, or a table for all its columns; zero with Pattern
	Pattern    string          `json:"pattern,omitempty"`    // a written name with globs, such as snow:CRM.*.*.EMAIL
	Classifier string          `json:"classifier,omitempty"` // "" for findings of any
	Reason     string          `json:"reason,omitempty"`
	By         string          `json:"by"`
	At         time.Time       `json:"at,omitzero"`
}

// Place returns what the decision is about, for people.
func (d Decision) Place() string {
	if d.Pattern != "" {
		return d.Pattern
	}
	return d.Platform + ":" + d.On.Path()
}

// TagCount is a value of a tag and how many securables carry it.
type TagCount struct {
	Value string
	Count int64
}

// TagDelta is what a refresh changed, sorted.
type TagDelta struct {
	Added, Removed []string
}

// TagValues is what is cached of one tag.
type TagValues struct {
	Tag       state.Securable
	Refreshed time.Time
	Values    []TagValue // sorted by value
}

// TagValue is a value of a tag. Count is 0 once it is no longer carried.
type TagValue struct {
	Value       string
	Count       int64
	First, Last time.Time // seen
}
