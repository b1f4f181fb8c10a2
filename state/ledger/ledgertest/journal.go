package ledgertest

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/polsync/polsync/state"
	"github.com/polsync/polsync/state/ledger"
)

func ownership(t *testing.T, b *bench) {
	b.same(len(b.owned()), 0)
	mask := state.Mask{Policy: state.Securable{Kind: state.KindMaskingPolicy, Catalog: "GOV", Schema: "P", Name: "M"}, Using: []string{"C"}}
	key := state.Key{Fact: state.FactMask, On: column("PHONE")}
	b.ok(b.Adopt(b.ctx, snow, []ledger.Owned{
		{Key: tagged("EMAIL"), Value: state.Text("email"), Origin: origin, Identity: "t1", Run: "ignored"},
		{Key: key, Value: mask},
	}, "ann"))
	got := b.owned()
	b.same(got, map[state.Key]ledger.Owned{
		tagged("EMAIL"): {Key: tagged("EMAIL"), Value: state.Text("email"), Origin: origin, Identity: "t1", At: b.clock.Now(), Adopted: true, By: "ann"},
		key:             {Key: key, Value: mask, At: b.clock.Now(), Adopted: true, By: "ann"},
	})
	head := b.verified()
	b.ok(b.Release(b.ctx, snow, []state.Key{tagged("UNKNOWN")}, "ann"))
	b.same(b.verified(), head) // nothing to release writes nothing
	b.ok(b.Release(b.ctx, snow, []state.Key{key}, "ann"))
	b.same(len(b.owned()), 1)
	b.verified()
	if err := b.Adopt(b.ctx, snow, []ledger.Owned{{Key: key}}, "ann"); err == nil {
		t.Fatal("a fact without a value was adopted")
	}
}

func ownershipPerPlatform(_ *testing.T, b *bench) {
	b.ok(b.Adopt(b.ctx, "lake", []ledger.Owned{{Key: tagged("EMAIL"), Value: state.Text("email")}}, "ann"))
	b.same(len(b.owned()), 0)
	b.ok(b.Release(b.ctx, snow, []state.Key{tagged("EMAIL")}, "ann"))
	b.same(len(must[map[state.Key]ledger.Owned](b.t)(b.Owned(b.ctx, "lake"))), 1)
}

func ownershipByOutcome(_ *testing.T, b *bench) {
	run, epoch := b.begin()
	key := tagged("EMAIL")
	b.do(epoch, set(run, key, nil, state.Text("email")), ledger.StatusFailed)
	b.same(len(b.owned()), 0)
	b.do(epoch, set(run, key, nil, state.Text("email")), ledger.StatusDone)
	b.same(b.owned()[key], ledger.Owned{Key: key, Value: state.Text("email"), Origin: origin, Run: run, At: b.clock.Now(), Identity: "t1"})
	b.do(epoch, set(run, key, state.Text("email"), state.Text("mail")), ledger.StatusFailed)
	b.same(b.owned()[key].Value, state.Value(state.Text("email")))
	b.do(epoch, set(run, key, state.Text("email"), nil), ledger.StatusFailed)
	b.same(len(b.owned()), 1)
	b.do(epoch, set(run, key, state.Text("email"), nil), ledger.StatusDone)
	b.same(len(b.owned()), 0)
	b.verified()
}

// settleTable is the table in the ledger's package comment, each row from nothing owned and from the fact owned before.
func settleTable(t *testing.T, b *bench) {
	a, z := state.Text("a"), state.Text("z")
	for _, c := range []struct {
		name      string
		was, want state.Value
		now       state.Value
		verdict   ledger.Verdict
		before    state.Value // owned before
		after     state.Value
	}{
		{"creation done", nil, a, a, ledger.WasDone, nil, a},
		{"creation not done", nil, a, nil, ledger.WasNotDone, nil, nil},
		{"creation, other value", nil, a, z, ledger.Differs, nil, nil},
		{"replacement done", z, a, a, ledger.WasDone, z, a},
		{"replacement not done", z, a, z, ledger.WasNotDone, z, z},
		{"replacement of a foreign value not done", z, a, z, ledger.WasNotDone, nil, nil},
		{"replacement, gone", z, a, nil, ledger.Differs, z, z},
		{"removal done", a, nil, nil, ledger.WasDone, a, nil},
		{"removal not done", a, nil, a, ledger.WasNotDone, a, a},
		{"removal, other value", a, nil, z, ledger.Differs, a, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, b.open)
			key := tagged("EMAIL")
			if c.before != nil {
				b.ok(b.Adopt(b.ctx, snow, []ledger.Owned{{Key: key, Value: c.before}}, "ann"))
			}
			run, epoch := b.begin()
			in := set(run, key, c.was, c.want)
			id := b.do(epoch, in, ledger.StatusUnknown)
			verdict := ledger.Judge(in.Changes[0], c.now, nil)
			b.same(verdict, c.verdict)
			b.ok(b.Settle(b.ctx, id, epoch, []ledger.Verdict{verdict}))
			b.same(b.owned()[key].Value, c.after)
			b.same(len(must[[]ledger.Claim](t)(b.Claims(b.ctx, snow))), 0)
			b.verified()
		})
	}
}

func moreStatements(_ *testing.T, b *bench) {
	run, epoch := b.begin()
	key := tagged("EMAIL")
	in := set(run, key, nil, state.Text("email"))
	in.More = true
	b.do(epoch, in, ledger.StatusDone)
	b.same(len(b.owned()), 1) // created by the first of two statements
	in = set(run, key, state.Text("email"), nil)
	in.More = true
	b.do(epoch, in, ledger.StatusDone)
	b.same(len(b.owned()), 1) // not yet removed
	in.More = false
	b.do(epoch, in, ledger.StatusDone)
	b.same(len(b.owned()), 0)
}

func reopenKeepsClaims(t *testing.T, b *bench) {
	run, epoch := b.begin()
	in := set(run, tagged("EMAIL"), nil, state.Text("email"))
	in.Statement.Comment, in.Changes[0].Note = "set a tag", "drift"
	open := must[int64](t)(b.Intend(b.ctx, epoch, in))
	at := b.clock.Now()
	unknown := b.do(epoch, set(run, tagged("PHONE"), nil, state.Text("phone")), ledger.StatusUnknown)
	b.do(epoch, set(run, tagged("FAX"), nil, state.Text("fax")), ledger.StatusDone)
	claims := must[[]ledger.Claim](t)(b.another().Claims(b.ctx, snow))
	b.same(len(claims), 2)
	b.same(claims[0], ledger.Claim{ID: open, Epoch: epoch, At: at, Status: ledger.StatusOpen, Live: true, Intent: in})
	b.same(claims[1].ID, unknown)
	b.same(claims[1].Status, ledger.StatusUnknown)
	b.same(claims[1].QueryID, "q1")
	b.verified()
}

func leases(t *testing.T, b *bench) {
	b.same(must[ledger.Lease](t)(b.CurrentLease(b.ctx, snow)), ledger.Lease{})
	first := must[ledger.Lease](t)(b.AcquireLease(b.ctx, snow, "a", time.Minute))
	b.same(first.Epoch, int64(1))
	b.same(first.Clean(), true)
	_, err := b.AcquireLease(b.ctx, snow, "b", time.Minute)
	var held *ledger.HeldError
	if !errors.As(err, &held) || held.Holder != "a" || !held.Until.Equal(first.Expires) {
		t.Fatalf("got %v, want held by a until %v", err, first.Expires)
	}
	_, err = b.AcquireLease(b.ctx, snow, "a", time.Minute)
	b.is(err, ledger.ErrHeld) // the same name is another process
	must[ledger.Lease](t)(b.AcquireLease(b.ctx, "lake", "b", time.Minute))

	b.clock.Add(50 * time.Second)
	b.ok(b.RenewLease(b.ctx, snow, 1, time.Minute))
	b.clock.Add(50 * time.Second)
	_, err = b.AcquireLease(b.ctx, snow, "b", time.Minute)
	b.is(err, ledger.ErrHeld)
	b.clock.Add(10 * time.Second)
	second := must[ledger.Lease](t)(b.AcquireLease(b.ctx, snow, "b", time.Minute))
	b.same(second.Epoch, int64(2))
	b.same(second.Prior, ledger.Prior{Holder: "a", Expired: b.clock.Now(), Clean: false})
	b.is(b.RenewLease(b.ctx, snow, 1, time.Minute), ledger.ErrFenced)
	b.is(b.ReleaseLease(b.ctx, snow, 1), ledger.ErrFenced)

	b.ok(b.ReleaseLease(b.ctx, snow, 2))
	b.is(b.ReleaseLease(b.ctx, snow, 2), ledger.ErrFenced)
	third := must[ledger.Lease](t)(b.AcquireLease(b.ctx, snow, "c", time.Minute))
	b.same(third.Epoch, int64(3))
	b.same(third.Clean(), true)
	current := must[ledger.Lease](t)(b.CurrentLease(b.ctx, snow))
	third.Prior = ledger.Prior{}
	b.same(current, third)
}

// leaseContention has many openers ask at once: one may win each epoch.
func leaseContention(t *testing.T, b *bench) {
	stores := []ledger.Store{b.Store, b.another(), b.another()}
	var mu sync.Mutex
	won := map[int64]int{}
	var wg sync.WaitGroup
	for i := range 12 {
		wg.Go(func() {
			l, err := stores[i%len(stores)].AcquireLease(context.Background(), snow, string(rune('a'+i)), time.Minute)
			if err != nil && !errors.Is(err, ledger.ErrHeld) {
				t.Errorf("acquire: %v", err)
			}
			if err == nil {
				mu.Lock()
				won[l.Epoch]++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	b.same(won, map[int64]int{1: 1})
}

func fenced(t *testing.T, b *bench) {
	run, epoch := b.begin()
	b.clock.Add(2 * time.Minute)
	must[int64](t)(b.Intend(b.ctx, epoch, set(run, tagged("A"), nil, state.Text("a")))) // ran out, but nobody took it
	l := must[ledger.Lease](t)(b.another().AcquireLease(b.ctx, snow, "other", time.Minute))
	before := b.verified()
	_, err := b.Intend(b.ctx, epoch, set(run, tagged("EMAIL"), nil, state.Text("email")))
	var f *ledger.FencedError
	if !errors.As(err, &f) || f.Mine != epoch || f.Now != l.Epoch {
		t.Fatalf("got %v, want fenced by epoch %d", err, l.Epoch)
	}
	b.same(b.verified(), before) // nothing was stored
	b.ok(b.ReleaseLease(b.ctx, snow, l.Epoch))
	for _, e := range []int64{epoch, l.Epoch, l.Epoch + 1, 0} {
		_, err := b.Intend(b.ctx, e, set(run, tagged("EMAIL"), nil, state.Text("email")))
		b.is(err, ledger.ErrFenced)
	}
}

func lateOutcome(t *testing.T, b *bench) {
	run, epoch := b.begin()
	key := tagged("EMAIL")
	id := must[int64](t)(b.Intend(b.ctx, epoch, set(run, key, nil, state.Text("email"))))
	b.clock.Add(2 * time.Minute)
	l := must[ledger.Lease](t)(b.AcquireLease(b.ctx, snow, "other", time.Minute))
	b.is(b.Outcome(b.ctx, id, epoch, ledger.Result{Status: ledger.StatusDone, QueryID: "late-1"}), ledger.ErrFenced)
	b.same(len(b.owned()), 0)
	b.is(b.Outcome(b.ctx, id, l.Epoch, ledger.Result{Status: ledger.StatusDone}), ledger.ErrFenced) // not its intent
	claims := must[[]ledger.Claim](t)(b.Claims(b.ctx, snow))
	b.same(len(claims), 1)
	records := must[[]ledger.Record](t)(b.Records(b.ctx, ledger.RecordFilter{Run: run}))
	late := records[len(records)-2]
	b.same([]any{late.Kind, late.QueryID, late.Intent}, []any{ledger.RecordLate, "late-1", id})
	b.ok(b.Settle(b.ctx, id, l.Epoch, []ledger.Verdict{ledger.WasDone}))
	b.same(b.owned()[key].Run, run)
	b.verified()
}

func liveClaim(t *testing.T, b *bench) {
	run, epoch := b.begin()
	id := must[int64](t)(b.Intend(b.ctx, epoch, set(run, tagged("EMAIL"), nil, state.Text("email"))))
	done := []ledger.Verdict{ledger.WasDone}
	b.same(must[[]ledger.Claim](t)(b.Claims(b.ctx, snow))[0].Live, true)
	b.is(b.Settle(b.ctx, id, 0, done), ledger.ErrLive)
	b.is(b.Settle(b.ctx, id, epoch+1, done), ledger.ErrFenced)
	b.clock.Add(time.Minute)
	b.same(must[[]ledger.Claim](t)(b.Claims(b.ctx, snow))[0].Live, false)
	b.ok(b.Settle(b.ctx, id, 0, done))
	b.same(len(b.owned()), 1)
}

func outcomeOnce(t *testing.T, b *bench) {
	run, epoch := b.begin()
	in := set(run, tagged("EMAIL"), nil, state.Text("email"))
	done, failed := ledger.Result{Status: ledger.StatusDone}, ledger.Result{Status: ledger.StatusFailed}
	id := b.do(epoch, in, ledger.StatusFailed)
	b.is(b.Outcome(b.ctx, id, epoch, done), ledger.ErrSettled)
	b.is(b.Settle(b.ctx, id, epoch, []ledger.Verdict{ledger.WasDone}), ledger.ErrSettled)
	id = b.do(epoch, in, ledger.StatusUnknown)
	b.is(b.Outcome(b.ctx, id, epoch, failed), ledger.ErrSettled)
	for _, verdicts := range [][]ledger.Verdict{nil, {"maybe"}, {ledger.WasDone, ledger.WasDone}} {
		if err := b.Settle(b.ctx, id, epoch, verdicts); err == nil {
			t.Fatalf("verdicts %q were accepted", verdicts)
		}
	}
	b.ok(b.Settle(b.ctx, id, epoch, []ledger.Verdict{ledger.WasNotDone}))
	b.is(b.Settle(b.ctx, id, epoch, []ledger.Verdict{ledger.WasDone}), ledger.ErrSettled)
	b.same(len(b.owned()), 0)
	b.is(b.Outcome(b.ctx, 999, epoch, done), ledger.ErrNotFound)
	if err := b.Outcome(b.ctx, id, epoch, ledger.Result{Status: ledger.StatusOpen}); err == nil {
		t.Fatal("an open outcome was accepted")
	}
	b.verified()
}

func pause(t *testing.T, b *bench) {
	run, epoch := b.begin()
	before := must[int64](t)(b.Intend(b.ctx, epoch, set(run, tagged("A"), nil, state.Text("a"))))
	other := b.another()
	b.ok(other.Pause(b.ctx, snow, "ann", "incident 7"))
	b.ok(other.Pause(b.ctx, snow, "bob", "again"))
	_, err := b.Intend(b.ctx, epoch, set(run, tagged("EMAIL"), nil, state.Text("email")))
	var p *ledger.PausedError
	if !errors.As(err, &p) || p.By != "ann" || p.Reason != "incident 7" || !p.Since.Equal(b.clock.Now()) {
		t.Fatalf("got %v, want paused by ann", err)
	}
	b.ok(b.Outcome(b.ctx, before, epoch, ledger.Result{Status: ledger.StatusDone})) // what was sent is still recorded
	b.same(must[*ledger.Pause](t)(b.another().Paused(b.ctx, snow)).By, "ann")
	b.same(must[*ledger.Pause](t)(b.Paused(b.ctx, "lake")), (*ledger.Pause)(nil))
	b.ok(b.Resume(b.ctx, snow, "ann"))
	head := b.verified()
	b.ok(b.Resume(b.ctx, snow, "ann"))
	b.same(b.verified(), head)
	b.do(epoch, set(run, tagged("EMAIL"), nil, state.Text("email")), ledger.StatusDone)
}

func intentRefusals(t *testing.T, b *bench) {
	run, epoch := b.begin()
	head := b.verified()
	_, err := b.Intend(b.ctx, epoch, set("none", tagged("A"), nil, state.Text("a")))
	b.is(err, ledger.ErrNotFound)
	for name, in := range map[string]ledger.Intent{
		"no platform":   {Run: run, Statement: ledger.Statement{SQL: "x"}},
		"no statement":  {Platform: snow, Run: run},
		"no value":      set(run, tagged("A"), nil, nil),
		"invalid UTF-8": set(run, tagged("A\xff"), nil, state.Text("a")),
		"invalid value": set(run, tagged("A"), nil, state.Text("a\xff")),
	} {
		if _, err := b.Intend(b.ctx, epoch, in); err == nil {
			t.Errorf("%s: the intent was accepted", name)
		}
	}
	b.ok(b.EndRun(b.ctx, snow, run, ledger.RunEnd{}))
	head2 := b.verified()
	b.same(head2.Seq, head.Seq+1)
	_, err = b.Intend(b.ctx, epoch, set(run, tagged("A"), nil, state.Text("a")))
	b.is(err, ledger.ErrNotFound)
}

func cancelled(_ *testing.T, b *bench) {
	run, epoch := b.begin()
	head := b.verified()
	ctx, cancel := context.WithCancel(b.ctx)
	cancel()
	_, err := b.Intend(ctx, epoch, set(run, tagged("A"), nil, state.Text("a")))
	b.is(err, context.Canceled)
	b.same(b.verified(), head)
	b.do(epoch, set(run, tagged("A"), nil, state.Text("a")), ledger.StatusDone)
}
