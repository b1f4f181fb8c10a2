package reconcile_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/polsync/polsync/connectors"
	"github.com/polsync/polsync/connectors/memory"
	"github.com/polsync/polsync/reconcile"
	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
)

// slow is a sender whose statements take their time, and the journal of what it is sent.
type slow struct {
	to    *memory.Warehouse // nil for none
	takes func(sql string) time.Duration
	fails func(sql string) error

	mu     sync.Mutex
	open   map[int64]string // intents without an outcome
	trail  []string
	most   int
	under  int
	before func()
}

func (s *slow) Intend(_ context.Context, _ plan.Step, st plan.Statement, _ bool) (int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := int64(len(s.trail) + 1)
	if s.open == nil {
		s.open = map[int64]string{}
	}
	s.open[id] = st.SQL
	s.trail = append(s.trail, "intend "+st.SQL)
	return id, nil
}

func (s *slow) Outcome(_ context.Context, id int64, status reconcile.Status, _ string, _ error, _ time.Duration, _ int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.trail = append(s.trail, string(status)+" "+s.open[id])
	delete(s.open, id)
	return nil
}

func (s *slow) Exec(ctx context.Context, st plan.Statement) (connectors.Outcome, error) {
	s.mu.Lock()
	if !slices.Contains(s.trail, "intend "+st.SQL) {
		s.mu.Unlock()
		return connectors.Outcome{}, errors.New("it was not intended")
	}
	s.under++
	s.most = max(s.most, s.under)
	s.mu.Unlock()
	time.Sleep(s.takes(st.SQL))
	s.mu.Lock()
	defer s.mu.Unlock()
	s.under--
	if s.before != nil {
		s.before()
	}
	if s.fails != nil {
		if err := s.fails(st.SQL); err != nil {
			return connectors.Outcome{}, err
		}
	}
	if s.to == nil {
		return connectors.Outcome{}, nil
	}
	return s.to.Exec(ctx, st)
}

// at is a step of one statement on a table.
func at(phase plan.Phase, stage int, table, sql string) plan.Step {
	on := state.Securable{Kind: state.KindColumn, Catalog: "C", Schema: "S", Name: table, Column: sql}
	return plan.Step{Phase: phase, Stage: stage, Changes: []plan.Change{{Key: state.Key{Fact: state.FactMask, On: on}}}, Statements: []plan.Statement{{SQL: sql}}}
}

// where returns at which place of a trail something stands, -1 for nowhere.
func where(trail []string, what string) int { return slices.Index(trail, what) }

func TestStepsRunBesideEachOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &slow{takes: func(sql string) time.Duration {
			return map[string]time.Duration{"a1": 9 * time.Second, "b1": time.Second}[sql] + time.Second
		}}
		var reported []string
		e := reconcile.Executor{Sender: s, Journal: s, Beside: 3, Report: func(r reconcile.StepResult) {
			reported = append(reported, r.Step.Statements[0].SQL)
		}}
		steps := []plan.Step{at(plan.PhaseMask, 0, "A", "a1"), at(plan.PhaseMask, 0, "A", "a2"), at(plan.PhaseMask, 0, "B", "b1"), at(plan.PhaseMask, 0, "C", "c1"),
			at(plan.PhaseMask, 0, "B", "b2"), at(plan.PhaseMask, 0, "D", "d1"), at(plan.PhaseMask, 1, "E", "e1"), at(plan.PhaseTag, 0, "A", "f1")}
		began := time.Now()
		results, err := e.Execute(t.Context(), &plan.Plan{Steps: steps})
		if err != nil {
			t.Fatal(err)
		}
		// a1 and a2 take 11 s, then a stage and a phase of a second each; one after the other all would take 18.
		if took := time.Since(began); took != 13*time.Second || s.most != 3 {
			t.Errorf("it took %v with at most %d at a time", took, s.most)
		}
		for i, r := range results {
			if r.Status != reconcile.Done || r.Step.Statements[0].SQL != steps[i].Statements[0].SQL || reported[i] != steps[i].Statements[0].SQL {
				t.Errorf("step %d: %s of %s, reported %s", i, r.Status, r.Step.Statements[0].SQL, reported[i])
			}
		}
		for _, order := range [][2]string{{"done a1", "intend a2"}, {"done b1", "intend b2"}, {"done a2", "intend e1"}, {"done d1", "intend e1"}, {"done e1", "intend f1"}} {
			if before, after := where(s.trail, order[0]), where(s.trail, order[1]); before < 0 || after < before {
				t.Errorf("%q is not before %q in %q", order[0], order[1], s.trail)
			}
		}
	})
}

func TestAStepWaitsForAllThatTouchWhatItTouches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &slow{takes: func(sql string) time.Duration {
			return map[string]time.Duration{"a": time.Second, "b": 5 * time.Second, "both": time.Second}[sql]
		}}
		both := at(plan.PhaseMask, 0, "A", "both")
		both.Changes = append(both.Changes, at(plan.PhaseMask, 0, "B", "both").Changes...)
		e := reconcile.Executor{Sender: s, Journal: s, Beside: 4}
		if _, err := e.Execute(t.Context(), &plan.Plan{Steps: []plan.Step{at(plan.PhaseMask, 0, "A", "a"), at(plan.PhaseMask, 0, "B", "b"), both}}); err != nil {
			t.Fatal(err)
		}
		want := []string{"done a", "done b", "intend both", "done both"}
		if got := s.trail[2:]; !slices.Equal(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	})
}

func TestACancelledRunLetsWhatIsUnderWayEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		s := &slow{takes: func(string) time.Duration { return 10 * time.Second }}
		e := reconcile.Executor{Sender: s, Journal: s, Beside: 2}
		steps := []plan.Step{at(plan.PhaseMask, 0, "A", "a"), at(plan.PhaseMask, 0, "B", "b"), at(plan.PhaseMask, 0, "C", "c")}
		time.AfterFunc(time.Second, cancel)
		results, err := e.Execute(ctx, &plan.Plan{Steps: steps})
		if !errors.Is(err, context.Canceled) || len(s.open) > 0 {
			t.Errorf("%v, open %v", err, s.open)
		}
		if results[0].Status != reconcile.Done || results[1].Status != reconcile.Done || results[2].Status != reconcile.Held {
			t.Errorf("%s, %s, %s", results[0].Status, results[1].Status, results[2].Status)
		}
	})
}

// TestFailuresInARowEndTheStage holds that side by side no more steps than run at a time begin once so many failed.
func TestFailuresInARowEndTheStage(t *testing.T) {
	for _, one := range []struct{ beside, least, most int }{{1, 5, 5}, {4, 5, 8}} {
		synctest.Test(t, func(t *testing.T) {
			sent := 0
			s := &slow{takes: func(string) time.Duration { return time.Second }, fails: func(string) error { sent++; return errors.New("made to fail") }}
			e := reconcile.Executor{Sender: s, Journal: s, Beside: one.beside}
			var steps []plan.Step
			for i := range 40 {
				steps = append(steps, at(plan.PhaseMask, 0, fmt.Sprint("T", i), fmt.Sprint("s", i)))
			}
			steps = append(steps, at(plan.PhaseMask, 1, "Z", "later"))
			results, err := e.Execute(t.Context(), &plan.Plan{Steps: steps})
			if err != nil || sent < one.least || sent > one.most {
				t.Errorf("%d beside each other: %d sent, %v", one.beside, sent, err)
			}
			if last := results[len(results)-1]; last.Status != reconcile.Held {
				t.Errorf("the later stage is %s", last.Status)
			}
		})
	}
}

// TestNobodySeesMoreSideBySide carries out random plans with statements that take random times, some of which fail.
func TestNobodySeesMoreSideBySide(t *testing.T) {
	overlapped := 0
	for seed := range uint64(300) {
		rng := rand.New(rand.NewPCG(seed, 3))
		w := newWorld(rng)
		start, end := w.state(), w.state()
		in, target := w.input(start, end)
		changes, _, notices, _ := plan.Diff(in, target)
		steps, _, err := plan.Compile(in.Dialect, changes)
		if err != nil {
			t.Fatal(err)
		}
		if slices.ContainsFunc(notices, func(n plan.Notice) bool { return n.Level == plan.Error }) {
			continue
		}
		reached := w.reached(t, start, steps)
		if w.contradicts(reached) {
			continue
		}
		before, after := w.cells(w.warehouse(start)), w.cells(w.warehouse(reached))
		synctest.Test(t, func(t *testing.T) {
			m := w.warehouse(start)
			var times sync.Mutex
			s := &slow{to: m, takes: func(string) time.Duration {
				times.Lock()
				defer times.Unlock()
				return time.Duration(1 + rng.IntN(1000))
			}}
			s.before = func() { w.compare(t, m, before, after, fmt.Sprintf("seed %d, %s", seed, strings.Join(s.trail, "; "))) }
			failing := rng.IntN(3) == 0
			if failing {
				s.fails = func(string) error {
					times.Lock()
					defer times.Unlock()
					if rng.IntN(10) == 0 {
						return errors.New("made to fail")
					}
					return nil
				}
			}
			e := reconcile.Executor{Sender: s, Journal: s, Beside: 2 + rng.IntN(5)}
			if _, err := e.Execute(t.Context(), &plan.Plan{Steps: steps}); err != nil {
				t.Fatal(err)
			}
			s.before()
			if s.most > 1 {
				overlapped++
			}
			if !failing && !slices.Equal(m.State().Keys(), reached.Keys()) {
				t.Errorf("seed %d: side by side the end is another", seed)
			}
		})
		if t.Failed() {
			return
		}
	}
	if overlapped < 100 {
		t.Errorf("statements ran beside each other in only %d plans", overlapped)
	}
}

// lateIntent is a journal that answers when the run is over: the store was slow, or the process stood still.
type lateIntent struct {
	*slow
	over context.CancelFunc
	at   int
}

func (l *lateIntent) Intend(ctx context.Context, step plan.Step, st plan.Statement, more bool) (int64, error) {
	id, err := l.slow.Intend(ctx, step, st, more)
	if l.at--; l.at == 0 {
		l.over()
	}
	return id, err
}

// TestWhatIsNotedTooLateIsNotSent: another writer may have begun by then.
func TestWhatIsNotedTooLateIsNotSent(t *testing.T) {
	two := at(plan.PhaseMask, 0, "A", "a1")
	two.Statements = append(two.Statements, plan.Statement{SQL: "a2"})
	for late, want := range map[int][]reconcile.Status{1: {reconcile.Held, reconcile.Held}, 2: {reconcile.Failed, reconcile.Held}, 3: {reconcile.Done, reconcile.Held}} {
		ctx, cancel := context.WithCancel(t.Context())
		var sent []string
		s := &slow{takes: func(sql string) time.Duration { sent = append(sent, sql); return 0 }}
		e := reconcile.Executor{Sender: s, Journal: &lateIntent{s, cancel, late}}
		results, err := e.Execute(ctx, &plan.Plan{Steps: []plan.Step{two, at(plan.PhaseMask, 1, "B", "b1")}})
		if len(results) != 2 || results[0].Status != want[0] || results[1].Status != want[1] || !errors.Is(err, context.Canceled) {
			t.Errorf("intent %d came late: %+v, %v", late, results, err)
		}
		if len(sent) != late-1 || len(s.open) > 0 {
			t.Errorf("intent %d came late: %v was sent, %d claims are open", late, sent, len(s.open))
		}
	}
}
