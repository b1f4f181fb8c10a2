package reconcile_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
)

// side draws an order in which the steps of a stage may be carried out side by side: always one of those that wait for
// nothing that is left.
func side(rng *rand.Rand, steps []plan.Step) []plan.Step {
	var order []plan.Step
	for from := 0; from < len(steps); {
		to := from
		for to < len(steps) && steps[to].Phase == steps[from].Phase && steps[to].Stage == steps[from].Stage {
			to++
		}
		waits := plan.Waits(steps[from:to])
		done := make([]bool, len(waits))
		for range waits {
			var ready []int
			for i, all := range waits {
				if !done[i] && !slices.ContainsFunc(all, func(j int) bool { return !done[j] }) {
					ready = append(ready, i)
				}
			}
			next := ready[rng.IntN(len(ready))]
			done[next] = true
			order = append(order, steps[from+next])
		}
		from = to
	}
	return order
}

// sideBySide carries out the steps in random orders in which running side by side may have them take effect, with some
// statements failing, and asks after each who reads what in clear. It returns how often it asked.
func (w *world) sideBySide(t *testing.T, start *state.State, steps []plan.Step, before, after cells, seed uint64) (asked int) {
	t.Helper()
	for try := range 2 {
		rng := rand.New(rand.NewPCG(seed, uint64(try)))
		order := side(rng, steps)
		failing := map[int]bool{}
		for range 2 * try {
			failing[1+rng.IntN(len(steps))] = true
		}
		m, trail := w.warehouse(start), []string{}
		exec(t, m, order, func(n int, line string) error {
			asked++
			w.compare(t, m, before, after, fmt.Sprintf("seed %d, side by side %d, before %s", seed, try, line))
			if failing[n] {
				trail = append(trail, "failed: "+line)
				return errors.New("made to fail")
			}
			trail = append(trail, line)
			return nil
		})
		w.compare(t, m, before, after, fmt.Sprintf("seed %d, side by side %d, at the end", seed, try))
		if t.Failed() {
			t.Log(strings.Join(trail, "\n"))
			return asked
		}
		if try == 0 && !slices.Equal(m.State().Keys(), w.reached(t, start, steps).Keys()) {
			t.Errorf("seed %d: side by side the end is another", seed)
		}
	}
	return asked
}

func (w *world) reached(t *testing.T, start *state.State, steps []plan.Step) *state.State {
	m := w.warehouse(start)
	exec(t, m, steps, nil)
	return m.State()
}
