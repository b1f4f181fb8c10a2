package ledger_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/polsync/polsync/state/ledger"
)

// BenchmarkStatement is what the journal costs a statement: an intent and its outcome, both durable.
func BenchmarkStatement(b *testing.B) {
	s := open(b, filepath.Join(b.TempDir(), "state.db"), ledger.Options{})
	defer closed(b, s)
	lease, err := s.AcquireLease(b.Context(), "snow", "bench", time.Hour)
	check(b, err)
	run, err := s.BeginRun(b.Context(), ledger.Run{Platform: "snow"})
	check(b, err)
	in := intent(run, "EMAIL")
	for b.Loop() {
		id, err := s.Intend(b.Context(), lease.Epoch, in)
		check(b, err)
		check(b, s.Outcome(b.Context(), id, lease.Epoch, ledger.Result{Status: ledger.StatusDone, QueryID: "q"}))
	}
}

// BenchmarkVerify verifies 100,000 records; BenchmarkOpen opens the same file, BenchmarkOwned reads 10,000 facts of it.
func BenchmarkVerify(b *testing.B) {
	s := open(b, filled(b), ledger.Options{})
	defer closed(b, s)
	for b.Loop() {
		_, err := s.Verify(b.Context(), ledger.Head{})
		check(b, err)
	}
}

func BenchmarkOpen(b *testing.B) {
	path := filled(b)
	for b.Loop() {
		closed(b, open(b, path, ledger.Options{}))
	}
}

func BenchmarkOwned(b *testing.B) {
	s := open(b, filled(b), ledger.Options{})
	defer closed(b, s)
	for b.Loop() {
		owned, err := s.Owned(b.Context(), "snow")
		check(b, err)
		if len(owned) != 10_000 {
			b.Fatal(len(owned))
		}
	}
}

func filled(b *testing.B) string {
	b.Helper()
	path := filepath.Join(b.TempDir(), "state.db")
	s := open(b, path, ledger.Options{})
	defer closed(b, s)
	check(b, s.Fill(b.Context(), 50_000))
	return path
}
