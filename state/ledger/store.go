package ledger

import (
	"context"
	"io"
	"time"

	"github.com/polsync/polsync/state"
)

// Store is the whole ledger. Implementations are safe for concurrent use by several goroutines and processes. A method
// that writes has written durably when it returns nil; a context cancelled while it commits does not undo it. Methods
// that only read may be retried; a write that failed with an error not listed in its comment left nothing behind.
type Store interface {
	Ownership
	Runs
	Leases
	Journal
	Switch
	Memory
	Audit
	Findings
	Decisions
	Caches

	// Close releases the store. Open claims stay open.
	Close() error
}

// Ownership is which facts are ours.
type Ownership interface {
	// Owned returns every fact of the platform that is ours; never nil.
	Owned(ctx context.Context, platform string) (map[state.Key]Owned, error)

	// Adopt makes facts ours that polsync did not set. Of each Owned, Key, Value, Origin and Identity are kept; the
	// rest is filled in. A fact that is ours already is taken over with the new value.
	Adopt(ctx context.Context, platform string, facts []Owned, by string) error

	// Release makes facts no longer ours; they stay as they are on the platform. Keys that are not ours are ignored.
	Release(ctx context.Context, platform string, keys []state.Key, by string) error
}

// Runs is the history of runs.
type Runs interface {
	// BeginRun records a run about to write and returns its id: r.ID, or the next number where that is empty. It
	// returns ErrPlanUsed when r.Saved is set and a run of the same saved plan has begun before.
	BeginRun(ctx context.Context, r Run) (string, error)

	// EndRun records how a run ended. ErrNotFound where it never began, ErrEnded where it ended before.
	EndRun(ctx context.Context, platform, id string, end RunEnd) error

	// History returns runs, newest first. A run that never ended has a zero Ended.
	History(ctx context.Context, f RunFilter) ([]Run, error)
}

// Leases decides who may write to a platform.
type Leases interface {
	// AcquireLease takes the platform's lease for ttl and raises its epoch by one. The holder must be a name no other
	// process uses. It returns a *HeldError while another lease runs, whoever holds it. Unless the lease returned is
	// Clean, the caller must wait out its grace and read afresh before it writes.
	AcquireLease(ctx context.Context, platform, holder string, ttl time.Duration) (Lease, error)

	// RenewLease extends the lease for ttl from now. It returns a *FencedError when the epoch no longer holds.
	RenewLease(ctx context.Context, platform string, epoch int64, ttl time.Duration) error

	// ReleaseLease gives the lease up, so that the next holder need not wait. It returns a *FencedError when the
	// epoch no longer holds.
	ReleaseLease(ctx context.Context, platform string, epoch int64) error

	// CurrentLease returns the lease as it stands, the zero Lease where there never was one.
	CurrentLease(ctx context.Context, platform string) (Lease, error)
}

// Journal is intents and their outcomes.
type Journal interface {
	// Intend stores an intent durably and returns its id. A *FencedError says that the epoch no longer holds the
	// lease, a *PausedError that the platform is paused, ErrNotFound that the run never began; then, and on any other
	// error, the statement must not be sent.
	Intend(ctx context.Context, epoch int64, in Intent) (int64, error)

	// Outcome closes an intent. Done makes its facts ours, or forgets them. ErrSettled says that it was closed
	// before. A *FencedError says that the epoch is over: the answer is kept in the log as evidence, and the claim
	// stays open for the new holder to settle by reading.
	Outcome(ctx context.Context, id, epoch int64, r Result) error

	// Claims returns the platform's intents without a final outcome, in the order they were made.
	Claims(ctx context.Context, platform string) ([]Claim, error)

	// Settle closes a claim by what was read, one verdict per change (see Judge). epoch is the caller's own lease, or
	// 0 without one; without one, ErrLive says that the claim belongs to a lease still running, whose holder may be
	// about to record the outcome. ErrSettled says that it was closed before.
	Settle(ctx context.Context, id, epoch int64, verdicts []Verdict) error
}

// Switch is the pause switch of each platform. It survives a restart.
type Switch interface {
	// Pause stops new intents from now on. Pausing twice keeps the first pause.
	Pause(ctx context.Context, platform, by, reason string) error

	// Resume takes the pause away; without one it does nothing.
	Resume(ctx context.Context, platform, by string) error

	// Paused returns the pause in force, nil without one.
	Paused(ctx context.Context, platform string) (*Pause, error)
}

// Memory is what one run must know of those before it.
type Memory interface {
	// Repeats returns, for keys changed lately, how many runs in succession made the same change.
	Repeats(ctx context.Context, platform string) (map[state.Key]Repeat, error)

	// Lately returns what statements that were sent since then changed, oldest first: those that are done, and those without
	// an answer that reading found done.
	Lately(ctx context.Context, platform string, since time.Time) ([]Lately, error)

	// ClearRepeats starts counting the keys anew, all of the platform's without any.
	ClearRepeats(ctx context.Context, platform string, keys []state.Key) error

	// SetRefused replaces the platform's set of changes refused for good.
	SetRefused(ctx context.Context, platform, run string, refused []Refused) error

	// Refused returns that set in the order of its keys.
	Refused(ctx context.Context, platform string) ([]Refused, error)

	// Pin remembers the identity of the account or metastore at the first call and returns the one remembered.
	Pin(ctx context.Context, platform, identity string) (string, error)

	// PutLoad remembers a source's last good load; it writes nothing when digest and count are those remembered.
	PutLoad(ctx context.Context, l Load) error

	// LastLoad returns a source's last good load, and whether there is one.
	LastLoad(ctx context.Context, source string) (Load, bool, error)
}

// Audit is the chained log.
type Audit interface {
	// Head returns the last record's sequence and hash, the zero Head for an empty log.
	Head(ctx context.Context) (Head, error)

	// CheckHead returns a *HistoryError when the log does not contain the head remembered from before: the state is
	// older than the world, or has another history. The zero Head is always contained.
	CheckHead(ctx context.Context, remembered Head) error

	// AcceptHead records that a person accepted a state that CheckHead refuses, and the head that was lost.
	AcceptHead(ctx context.Context, lost Head, by string) error

	// Verify recomputes the chain and what it adds up to, and returns its head. A *BrokenError names the first record
	// that does not fit; a *HistoryError says that the remembered head is not in the log.
	Verify(ctx context.Context, remembered Head) (Head, error)

	// Records returns records in order.
	Records(ctx context.Context, f RecordFilter) ([]Record, error)

	// Export writes the records after a sequence number as lines of JSON that VerifyExport can check without the
	// store, and returns the head it reached.
	Export(ctx context.Context, w io.Writer, after int64) (Head, error)
}

// Findings is what scans found, and what they looked at.
type Findings interface {
	// PutFindings replaces what a scan found on the columns it looked at; other columns keep what they have, so that
	// a scan cut short withdraws nothing.
	PutFindings(ctx context.Context, s ScanResult) error

	// Findings returns findings in the order of column, scan and classifier.
	Findings(ctx context.Context, f FindingFilter) ([]state.Finding, error)

	// ForgetFindings takes out the looks and findings on columns of a platform that are gone, and returns how many
	// columns that were. Decisions about them stay.
	ForgetFindings(ctx context.Context, platform string, gone func(state.Securable) bool) (int, error)

	// RulesHistory returns the versions of the classifiers' rules each scan was run with, newest first.
	RulesHistory(ctx context.Context, platform string) ([]RulesVersion, error)

	// Looks returns when and how a scan last looked at each column, without explanations.
	Looks(ctx context.Context, platform, scan string) (map[state.Securable]Look, error)

	// Explained returns the looks of all scans at one column, with their explanations, in the order of scans.
	Explained(ctx context.Context, platform string, column state.Securable) ([]Explained, error)

	// BeginScan records that a scan begins and returns its run: the last one where that is unfinished, has the same
	// rules and began no earlier than since; else a new one.
	BeginScan(ctx context.Context, platform, scan, rules string, since time.Time) (ScanRun, error)

	// PutScan records how far a run has come. ErrNotFound where the scan never began.
	PutScan(ctx context.Context, r ScanRun) error

	// ScanRuns returns the last run of each scan of a platform, in the order of scans.
	ScanRuns(ctx context.Context, platform string) ([]ScanRun, error)
}

// Decisions is what people decided about findings. Each is in the log, and so is each withdrawal.
type Decisions interface {
	// Decide records decisions, all or none, and returns them with ID and, where it was zero, At. A decision takes the
	// place of an earlier one about the same place and classifier.
	Decide(ctx context.Context, decisions []Decision) ([]Decision, error)

	// Recall withdraws a decision in force. ErrNotFound where none has the id.
	Recall(ctx context.Context, id int64, by string) (Decision, error)

	// Decided returns the decisions in force, of all platforms where none is named, oldest first.
	Decided(ctx context.Context, platform string) ([]Decision, error)
}

// Caches is what was read from a platform and may be shown without reading again.
type Caches interface {
	// PutTagValues replaces the values seen of a tag and returns what was added and removed since the last time.
	PutTagValues(ctx context.Context, platform string, tag state.Securable, values []TagCount) (TagDelta, error)

	// TagValues returns what is cached of the platform's tags, in the order of the tags.
	TagValues(ctx context.Context, platform string) ([]TagValues, error)
}
