package reconcile

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/polsync/polsync/state/ledger"
)

// mute is a store that renews a lease a few times and then does not answer until it is told to.
type mute struct {
	ledger.Store
	answers int
	speak   chan struct{}
}

func (m *mute) RenewLease(context.Context, string, int64, time.Duration) error {
	if m.answers--; m.answers < 0 {
		<-m.speak
	}
	return nil
}

// A writer whose store does not answer must not send again what it tried, since the next writer begins when the lease is over.
func TestLeaseThatCannotBeRenewedInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &mute{answers: 2, speak: make(chan struct{})}
		r := &Reconciler{Name: "mem", Store: store, Lease: 60 * time.Second}
		ctx, stop := r.keepLease(t.Context(), ledger.Lease{Epoch: 1})
		time.Sleep(99 * time.Second) // renewed at 20 and at 40
		if ctx.Err() != nil {
			t.Errorf("the lease renewed last at 40 s is over at 99 s: %v", context.Cause(ctx))
		}
		time.Sleep(2 * time.Second)
		if !errors.Is(context.Cause(ctx), ErrStopped) {
			t.Errorf("at 101 s the lease is still taken to be held: %v", context.Cause(ctx))
		}
		close(store.speak)
		stop()
	})
}
