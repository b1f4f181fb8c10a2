package ledger_test

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/polsync/polsync/state"
	"github.com/polsync/polsync/state/ledger"
)

// model is what the ledger should hold, kept in maps: the rules of ownership written down a second time.
type model struct {
	t      *rapid.T
	path   string
	store  *ledger.SQLite
	now    time.Time
	owned  map[state.Key]state.Value
	claims map[int64]ledger.Intent
	status map[int64]ledger.Status
	epochs map[int64]int64
	lease  ledger.Lease
	held   bool // by somebody, by the clock
	run    string
	head   ledger.Head
}

// TestModel walks at random through writes, lost leases, crashes and reopenings.
func TestModel(t *testing.T) {
	dir := t.TempDir()
	n := 0
	rapid.Check(t, func(rt *rapid.T) {
		n++
		m := &model{t: rt, path: filepath.Join(dir, fmt.Sprintf("%d.db", n)), now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
			owned: map[state.Key]state.Value{}, claims: map[int64]ledger.Intent{}, status: map[int64]ledger.Status{}, epochs: map[int64]int64{}}
		m.reopen()
		defer func() {
			closed(t, m.store)
			check(t, os.Remove(m.path))
		}()
		rt.Repeat(map[string]func(*rapid.T){
			"": m.compare, "take": m.take, "expire": m.expire, "intend": m.intend, "outcome": m.outcome, "settle": m.settle,
			"adopt": m.adopt, "release": m.release, "crash": func(*rapid.T) { m.reopen() },
		})
		if head, err := m.store.Verify(t.Context(), m.head); err != nil || head.Seq < m.head.Seq {
			rt.Fatalf("%v: %v", head, err)
		}
	})
}

func (m *model) ok(err error) {
	m.t.Helper()
	if err != nil {
		m.t.Fatal(err)
	}
}

// reopen is a crash: nothing is closed in order but the file.
func (m *model) reopen() {
	if m.store != nil {
		m.ok(m.store.Close())
	}
	s, err := ledger.Open(m.t.Context(), m.path, ledger.Options{Now: func() time.Time { return m.now }})
	m.ok(err)
	m.store = s
}

func (m *model) take(t *rapid.T) {
	l, err := m.store.AcquireLease(t.Context(), "snow", "me", time.Minute)
	if m.held {
		if !errors.Is(err, ledger.ErrHeld) {
			t.Fatalf("a held lease was taken: %v", err)
		}
		return
	}
	m.ok(err)
	if l.Epoch != m.lease.Epoch+1 {
		t.Fatalf("epoch %d follows %d", l.Epoch, m.lease.Epoch)
	}
	m.lease, m.held = l, true
	m.run, err = m.store.BeginRun(t.Context(), ledger.Run{Platform: "snow"})
	m.ok(err)
}

func (m *model) expire(*rapid.T) {
	m.now, m.held = m.now.Add(time.Minute), false
}

func (m *model) change(t *rapid.T) ledger.Change {
	texts := rapid.SampledFrom([]state.Value{state.Text("a"), state.Text("b"), nil})
	c := intent("", rapid.SampledFrom([]string{"A", "B", "C"}).Draw(t, "column")).Changes[0]
	c.Was, c.Want = texts.Draw(t, "was"), texts.Draw(t, "want")
	if c.Was == nil && c.Want == nil {
		c.Want = state.Text("a")
	}
	return c
}

func (m *model) intend(t *rapid.T) {
	epoch := m.lease.Epoch - int64(rapid.SampledFrom([]int{0, 0, 0, 1}).Draw(t, "behind"))
	in := intent(m.run, "A")
	in.Changes = []ledger.Change{m.change(t)}
	in.More = rapid.Bool().Draw(t, "more")
	id, err := m.store.Intend(t.Context(), epoch, in)
	if epoch != m.lease.Epoch || epoch == 0 {
		if !errors.Is(err, ledger.ErrFenced) {
			t.Fatalf("an intent of epoch %d under %d: %v", epoch, m.lease.Epoch, err)
		}
		return
	}
	m.ok(err)
	m.claims[id], m.status[id], m.epochs[id] = in, ledger.StatusOpen, epoch
}

func (m *model) claim(t *rapid.T) int64 {
	if len(m.claims) == 0 {
		t.Skip("no claim")
	}
	return rapid.SampledFrom(slices.Sorted(maps.Keys(m.claims))).Draw(t, "claim")
}

func (m *model) outcome(t *rapid.T) {
	id := m.claim(t)
	status := rapid.SampledFrom([]ledger.Status{ledger.StatusDone, ledger.StatusFailed, ledger.StatusUnknown}).Draw(t, "status")
	err := m.store.Outcome(t.Context(), id, m.epochs[id], ledger.Result{Status: status})
	switch {
	case m.status[id] == ledger.StatusUnknown:
		if !errors.Is(err, ledger.ErrSettled) {
			t.Fatalf("an unknown outcome was overwritten: %v", err)
		}
		return
	case m.epochs[id] != m.lease.Epoch:
		if !errors.Is(err, ledger.ErrFenced) {
			t.Fatalf("an outcome of a former lease was taken: %v", err)
		}
		return
	}
	m.ok(err)
	if m.status[id] = status; status == ledger.StatusDone {
		m.apply(m.claims[id], ledger.WasDone)
	}
	if status.Final() {
		delete(m.claims, id)
	}
}

func (m *model) apply(in ledger.Intent, v ledger.Verdict) {
	c := in.Changes[0]
	if v == ledger.WasDone && c.Want != nil {
		m.owned[c.Key] = c.Want
	}
	if c.Want == nil && (v == ledger.WasDone && !in.More || v == ledger.Differs) {
		delete(m.owned, c.Key)
	}
}

func (m *model) settle(t *rapid.T) {
	id := m.claim(t)
	v := rapid.SampledFrom([]ledger.Verdict{ledger.WasDone, ledger.WasNotDone, ledger.Differs}).Draw(t, "verdict")
	err := m.store.Settle(t.Context(), id, 0, []ledger.Verdict{v})
	if m.held && m.epochs[id] == m.lease.Epoch {
		if !errors.Is(err, ledger.ErrLive) {
			t.Fatalf("a live claim was settled: %v", err)
		}
		err = m.store.Settle(t.Context(), id, m.lease.Epoch, []ledger.Verdict{v})
	}
	m.ok(err)
	m.apply(m.claims[id], v)
	delete(m.claims, id)
}

func (m *model) adopt(t *rapid.T) {
	c := m.change(t)
	if c.Want == nil {
		t.Skip("nothing to adopt")
	}
	m.ok(m.store.Adopt(t.Context(), "snow", []ledger.Owned{{Key: c.Key, Value: c.Want}}, "ann"))
	m.owned[c.Key] = c.Want
}

func (m *model) release(t *rapid.T) {
	c := m.change(t)
	m.ok(m.store.Release(t.Context(), "snow", []state.Key{c.Key}, "ann"))
	delete(m.owned, c.Key)
}

// compare is run after every move.
func (m *model) compare(t *rapid.T) {
	owned, err := m.store.Owned(t.Context(), "snow")
	m.ok(err)
	got := map[state.Key]state.Value{}
	for k, o := range owned {
		got[k] = o.Value
	}
	if d := cmp.Diff(m.owned, got); d != "" {
		t.Fatalf("owned: -want +got\n%s", d)
	}
	claims, err := m.store.Claims(t.Context(), "snow")
	m.ok(err)
	open := map[int64]ledger.Intent{}
	for _, c := range claims {
		open[c.ID] = c.Intent
		if c.Status != m.status[c.ID] || c.Live != (m.held && c.Epoch == m.lease.Epoch) {
			t.Fatalf("claim %d: %s, live %v", c.ID, c.Status, c.Live)
		}
	}
	if d := cmp.Diff(m.claims, open); d != "" {
		t.Fatalf("claims: -want +got\n%s", d)
	}
	m.ok(m.store.CheckHead(t.Context(), m.head))
	m.head, err = m.store.Head(t.Context())
	m.ok(err)
}
