package reconcile

import (
	"context"
	"slices"

	"github.com/polsync/polsync/reconcile/plan"
)

// execution is one carrying out of a plan. What it holds belongs to the goroutine that calls Execute; steps run in
// others.
type execution struct {
	e        *Executor
	results  []StepResult
	ended    []bool // a prefix of the true ones is reported
	reported int

	stop    error // of the journal
	failing bool  // a step failed: no later stage begins
	inRow   int   // failed steps since one was done, in the order in which they ended
}

// stage carries out the steps from one to before another, which are those of a stage: as many at a time as may be, of
// those that wait for nothing the first ones first.
func (x *execution) stage(ctx context.Context, from, to int) {
	if x.e.Beside <= 1 {
		for i := from; i < to && x.mayBegin(ctx); i++ {
			r, stop := x.e.step(ctx, x.results[i].Step)
			x.take(i, r, stop)
		}
		return
	}
	waits := plan.Waits(stepsOf(x.results[from:to]))
	left, next := make([]int, len(waits)), make([][]int, len(waits)) // how many a step waits for; which wait for it
	var ready []int                                                  // ascending
	for i, all := range waits {
		for _, j := range all {
			next[j] = append(next[j], i)
		}
		if left[i] = len(all); left[i] == 0 {
			ready = append(ready, i)
		}
	}
	over := make(chan outcome)
	for running := 0; ; {
		for ; len(ready) > 0 && running < x.e.Beside && x.mayBegin(ctx); ready = ready[1:] {
			running++
			go func(i int, step plan.Step) {
				r, stop := x.e.step(ctx, step)
				over <- outcome{i, r, stop}
			}(ready[0], x.results[from+ready[0]].Step)
		}
		if running == 0 {
			return
		}
		o := <-over
		running--
		x.take(from+o.step, o.result, o.stop)
		for _, i := range next[o.step] {
			if left[i]--; left[i] == 0 {
				at, _ := slices.BinarySearch(ready, i)
				ready = slices.Insert(ready, at, i)
			}
		}
	}
}

// outcome is what became of a step of a stage, and the journal's error.
type outcome struct {
	step   int
	result StepResult
	stop   error
}

func stepsOf(results []StepResult) []plan.Step {
	steps := make([]plan.Step, len(results))
	for i, r := range results {
		steps[i] = r.Step
	}
	return steps
}

// mayBegin reports whether another step of the stage under way may begin.
func (x *execution) mayBegin(ctx context.Context) bool {
	return x.stop == nil && ctx.Err() == nil && x.inRow < x.e.maxRow()
}

// take notes what became of a step.
func (x *execution) take(i int, r StepResult, stop error) {
	x.results[i] = r
	if x.stop == nil {
		x.stop = stop
	}
	switch r.Status {
	case Done:
		x.inRow = 0
	case Failed, Unknown:
		x.inRow++
		x.failing = true
	}
	x.end(i)
}

// end marks a step as one that will not change any more, and reports those that are so up to the first that may.
func (x *execution) end(i int) {
	x.ended[i] = true
	for ; x.reported < len(x.ended) && x.ended[x.reported]; x.reported++ {
		if x.e.Report != nil {
			x.e.Report(x.results[x.reported])
		}
	}
}
