package reconcile_test

import (
	"testing"

	"github.com/polsync/polsync/reconcile"
	"github.com/polsync/polsync/state"
)

// TestDriftIsWhatOthersUndid: what is declared anew, or undeclared, is no drift.
func TestDriftIsWhatOthersUndid(t *testing.T) {
	b := newBench(t)
	r := b.reconciler(b.store(), b.w, "a")
	drift := func(columns ...string) (names []string) {
		t.Helper()
		for _, c := range b.run(r, tagged(columns...), reconcile.Options{}).Drifted {
			names = append(names, c.Key.On.Column)
		}
		return names
	}
	if got := drift("A", "B"); got != nil {
		t.Errorf("drift of a first run: %v", got)
	}
	facts := b.w.Peek().Facts
	for k := range facts {
		switch {
		case k.Fact != state.FactTagged:
		case k.On.Column == "A":
			delete(facts, k)
		case k.On.Column == "B":
			facts[k] = state.Fact{Key: k, Value: state.Text("other")}
		}
	}
	if got := drift("A", "B", "D"); len(got) != 2 {
		t.Errorf("others took off one tag and changed another: %v", got)
	}
	if got := drift("A"); got != nil {
		t.Errorf("drift where declarations went away: %v", got)
	}
}
