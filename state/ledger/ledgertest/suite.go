package ledgertest

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/polsync/polsync/state"
	"github.com/polsync/polsync/state/ledger"
)

// Open opens the ledger at a place of the implementation's choosing under dir, an empty folder at first. A second call
// with the same dir opens the same ledger. The store must use the clock for everything it stamps.
type Open func(t *testing.T, dir string, now func() time.Time) ledger.Store

// Clock is a clock that tests move.
type Clock struct {
	mu sync.Mutex
	t  time.Time
}

// NewClock starts a clock at a fixed time.
func NewClock() *Clock { return &Clock{t: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)} }

// Now returns the clock's time.
func (c *Clock) Now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.t }

// Add moves the clock, backwards with a negative duration.
func (c *Clock) Add(d time.Duration) { c.mu.Lock(); defer c.mu.Unlock(); c.t = c.t.Add(d) }

// Run runs the suite.
func Run(t *testing.T, open Open) {
	for _, c := range []struct {
		name string
		run  func(*testing.T, *bench)
	}{
		{"Ownership", ownership}, {"OwnershipPerPlatform", ownershipPerPlatform}, {"OwnershipByOutcome", ownershipByOutcome},
		{"SettleTable", settleTable}, {"MoreStatements", moreStatements}, {"ReopenKeepsClaims", reopenKeepsClaims},
		{"Lease", leases}, {"LeaseContention", leaseContention}, {"Fenced", fenced}, {"LateOutcome", lateOutcome},
		{"LiveClaim", liveClaim}, {"OutcomeOnce", outcomeOnce}, {"Pause", pause}, {"Runs", runs}, {"SavedPlanOnce", savedPlanOnce},
		{"Repeats", repeats}, {"Lately", lately}, {"Refused", refused}, {"Pin", pin}, {"Load", load}, {"Findings", findings}, {"Decisions", decisions}, {"ScanRuns", scanRuns}, {"TagValues", tagValues},
		{"Chain", chain}, {"Heads", heads}, {"Records", records}, {"IntentRefusals", intentRefusals}, {"CancelledContext", cancelled},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(t, newBench(t, open)) })
	}
}

// bench is one ledger under test.
type bench struct {
	ledger.Store
	t     *testing.T
	ctx   context.Context
	clock *Clock
	dir   string
	open  Open
}

func newBench(t *testing.T, open Open) *bench {
	b := &bench{t: t, ctx: t.Context(), clock: NewClock(), dir: t.TempDir(), open: open}
	b.Store = b.another()
	return b
}

// another opens the same ledger once more.
func (b *bench) another() ledger.Store {
	s := b.open(b.t, b.dir, b.clock.Now)
	b.t.Cleanup(func() {
		if err := s.Close(); err != nil {
			b.t.Errorf("close: %v", err)
		}
	})
	return s
}

const snow = "snow"

func column(name string) state.Securable {
	return state.Securable{Kind: state.KindColumn, Catalog: "CRM", Schema: "PUBLIC", Name: "CUSTOMERS", Column: name}
}

var pii = state.Securable{Kind: state.KindTag, Catalog: "GOV", Schema: "TAGS", Name: "PII"}

func tagged(name string) state.Key {
	return state.Key{Fact: state.FactTagged, On: column(name), With: pii}
}

var origin = state.Origin{Layer: state.LayerYAML, File: "policies/crm.yaml", Line: 14, Reasons: []string{"JIRA-12"}}

// set is an intent of one change.
func set(run string, key state.Key, was, want state.Value) ledger.Intent {
	return ledger.Intent{Platform: snow, Run: run, Step: 1, Statement: ledger.Statement{SQL: "ALTER TABLE ..."},
		Changes: []ledger.Change{{Key: key, Was: was, Want: want, Origin: origin, Identity: "t1"}}}
}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func (b *bench) ok(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) is(err, want error) {
	b.t.Helper()
	if !errors.Is(err, want) {
		b.t.Fatalf("got error %v, want %v", err, want)
	}
}

func (b *bench) same(got, want any) {
	b.t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		b.t.Fatalf("-want +got\n%s", d)
	}
}

// begin begins a run and takes the lease, giving a former one up.
func (b *bench) begin() (run string, epoch int64) {
	b.t.Helper()
	run = must[string](b.t)(b.BeginRun(b.ctx, ledger.Run{Platform: snow, Command: "reconcile", By: "ann@host", Version: "1.2.3", Plan: "p1"}))
	l := must[ledger.Lease](b.t)(b.AcquireLease(b.ctx, snow, "host/1", time.Minute))
	return run, l.Epoch
}

// do records an intent and its outcome.
func (b *bench) do(epoch int64, in ledger.Intent, status ledger.Status) int64 {
	b.t.Helper()
	id := must[int64](b.t)(b.Intend(b.ctx, epoch, in))
	b.ok(b.Outcome(b.ctx, id, epoch, ledger.Result{Status: status, QueryID: "q1", Elapsed: time.Second, Tries: 1}))
	return id
}

func (b *bench) owned() map[state.Key]ledger.Owned {
	b.t.Helper()
	return must[map[state.Key]ledger.Owned](b.t)(b.Owned(b.ctx, snow))
}

func (b *bench) verified() ledger.Head {
	b.t.Helper()
	return must[ledger.Head](b.t)(b.Verify(b.ctx, ledger.Head{}))
}
