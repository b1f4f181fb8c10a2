package ledger

import (
	"errors"
	"fmt"
	"time"
)

// Errors that callers tell apart; the types below match them with errors.Is.
var (
	ErrFenced   = errors.New("the lease is no longer held")
	ErrHeld     = errors.New("the lease is held")
	ErrPaused   = errors.New("paused")
	ErrSettled  = errors.New("the intent has its outcome already")
	ErrLive     = errors.New("the claim belongs to a lease still running")
	ErrNotFound = errors.New("not in the ledger")
	ErrEnded    = errors.New("the run has ended already")
	ErrPlanUsed = errors.New("the saved plan was run before")
	ErrCorrupt  = errors.New("the state is damaged")
	ErrVersion  = errors.New("the state has another version")
	ErrHistory  = errors.New("the state is older than one seen before")
	ErrBroken   = errors.New("the audit log does not verify")
	ErrKey      = errors.New("the audit key does not fit the state")
	ErrReadOnly = errors.New("the state was opened for reading only")
)

// FencedError says that an epoch no longer holds a platform's lease. Now is the lease's epoch; it equals Mine where
// the lease was released.
type FencedError struct {
	Platform  string
	Mine, Now int64
}

// Error names both epochs.
func (e *FencedError) Error() string {
	if e.Mine == e.Now {
		return fmt.Sprintf("fenced on %s: the lease of epoch %d was released", e.Platform, e.Mine)
	}
	return fmt.Sprintf("fenced on %s: the lease has epoch %d, this writer %d", e.Platform, e.Now, e.Mine)
}

// Is matches ErrFenced.
func (e *FencedError) Is(target error) bool { return target == ErrFenced }

// HeldError says who holds a lease and until when.
type HeldError struct {
	Platform, Holder string
	Epoch            int64
	Until            time.Time
}

// Error names the holder.
func (e *HeldError) Error() string {
	return fmt.Sprintf("%s is being written by %s (epoch %d, until %s)", e.Platform, e.Holder, e.Epoch,
		e.Until.Format(time.RFC3339))
}

// Is matches ErrHeld.
func (e *HeldError) Is(target error) bool { return target == ErrHeld }

// PausedError is the pause that keeps statements from being sent.
type PausedError struct{ Pause }

// Error says who paused and why.
func (e *PausedError) Error() string {
	s := fmt.Sprintf("%s is paused by %s since %s", e.Platform, e.By, e.Since.Format(time.RFC3339))
	if e.Reason != "" {
		s += ": " + e.Reason
	}
	return s
}

// Is matches ErrPaused.
func (e *PausedError) Is(target error) bool { return target == ErrPaused }

// VersionError says that a state file was written in another version of its layout.
type VersionError struct {
	Path          string
	File, Program int
}

// Error names both versions.
func (e *VersionError) Error() string {
	if e.File > e.Program {
		return fmt.Sprintf("state %s has layout %d, this program knows up to %d: use a newer polsync", e.Path, e.File, e.Program)
	}
	return fmt.Sprintf("state %s has layout %d, this program uses %d: `polsync state upgrade` brings it up to date and does nothing else", e.Path, e.File, e.Program)
}

// Is matches ErrVersion.
func (e *VersionError) Is(target error) bool { return target == ErrVersion }

// CorruptError says that a state file cannot be trusted. The file is left as it is.
type CorruptError struct {
	Path string
	Err  error
}

// Error says what is wrong and what helps.
func (e *CorruptError) Error() string {
	return fmt.Sprintf("state %s is damaged and was left untouched: %v; restore a backup, or move it away to begin with nothing owned", e.Path, e.Err)
}

// Is matches ErrCorrupt.
func (e *CorruptError) Is(target error) bool { return target == ErrCorrupt }

// Unwrap returns the cause.
func (e *CorruptError) Unwrap() error { return e.Err }

// HistoryError says that the log does not contain a head seen before. Forked is true where the log is long enough but
// has another record in that place.
type HistoryError struct {
	Remembered, Have Head
	Forked           bool
}

// Error names both heads.
func (e *HistoryError) Error() string {
	if e.Forked {
		return fmt.Sprintf("the state has another history than the one seen before: record %d is not %s (head %s)",
			e.Remembered.Seq, e.Remembered, e.Have)
	}
	return fmt.Sprintf("the state is older than one seen before: it ends at %s, seen was %s", e.Have, e.Remembered)
}

// Is matches ErrHistory.
func (e *HistoryError) Is(target error) bool { return target == ErrHistory }

// BrokenError names the first record that does not fit.
type BrokenError struct {
	Seq  int64
	What string
}

// Error says which record and why.
func (e *BrokenError) Error() string { return fmt.Sprintf("audit record %d: %s", e.Seq, e.What) }

// Is matches ErrBroken.
func (e *BrokenError) Is(target error) bool { return target == ErrBroken }
