package ledger

import (
	"time"

	"github.com/polsync/polsync/state"
)

// Look says that a scan looked at a column as it then was.
type Look struct {
	Column state.Securable
	Digest string // of the table's columns, types and comments
	Rules  string // version of the classifiers' rules
	How    string // pushdown, sample or names; type where the type holds nothing to find
	At     time.Time

	// Explanation is how the verdict came about. Looks leaves it out.
	Explanation state.Explanation
}

// Explained is a scan's look at a column with how the verdict came about.
type Explained struct {
	Scan string
	Look
}

// ScanRun is the last run of a scan on a platform, which may go on over several calls of the program.
type ScanRun struct {
	Platform   string        `json:"platform"`
	Scan       string        `json:"scan"`
	Rules      string        `json:"rules"`
	Started    time.Time     `json:"started"`
	Ended      time.Time     `json:"ended,omitzero"`    // zero while something is left to look at
	Stopped    string        `json:"stopped,omitempty"` // why something was left
	Columns    int           `json:"columns"`           // covered
	Left       int           `json:"left,omitempty"`    // tables
	Statements int           `json:"statements"`
	Rows       int64         `json:"rows"`
	Compute    time.Duration `json:"compute"` // nanoseconds that statements took, added up
	Resumed    bool          `json:"-"`       // set by BeginScan: an earlier call began it
}

// Unfinished reports whether the run has something left to look at.
func (r ScanRun) Unfinished() bool { return !r.Started.IsZero() && r.Ended.IsZero() }
