package reconcile

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/polsync/polsync/connectors"
	"github.com/polsync/polsync/reconcile/plan"
)

// Status is what became of a step.
type Status string

// The statuses. Unknown means that a statement was sent and nothing says whether it took effect; Held that it was not
// sent because something before it did not succeed.
const (
	Done    Status = "done"
	Failed  Status = "failed"
	Unknown Status = "unknown"
	Held    Status = "held"
)

// StepResult is what became of one step of a plan.
type StepResult struct {
	Step    plan.Step
	Status  Status
	Err     error
	QueryID string // of the step's last statement
	Elapsed time.Duration
}

// Sender carries out statements; connectors.Platform is one.
type Sender interface {
	Exec(ctx context.Context, s plan.Statement) (connectors.Outcome, error)
}

// Journal notes each statement before it is sent and what came of it. An error from Intend keeps the statement from
// being sent and stops the run; it wraps ErrStopped where the run lost the right to write.
type Journal interface {
	Intend(ctx context.Context, step plan.Step, s plan.Statement, more bool) (id int64, err error)
	Outcome(ctx context.Context, id int64, status Status, queryID string, err error, elapsed time.Duration, tries int) error
}

// ErrStopped says that no further statement may be sent: the lease was lost or the platform paused.
var ErrStopped = errors.New("stopped before the next statement")

// errNotSent is the outcome of a statement that was noted when the run was over already.
var errNotSent = errors.New("not sent: the run was over")

// Executor carries out plans. Sender and Journal must be safe for concurrent use where steps run side by side.
type Executor struct {
	Sender  Sender
	Journal Journal
	Timeout time.Duration                                    // of one statement; 0 for none
	Sleep   func(ctx context.Context, d time.Duration) error // between tries; nil means to wait for real
	Now     func() time.Time                                 // nil means time.Now
	Report  func(StepResult)                                 // of each step in the plan's order, never two at a time; nil for none
	Tries   int                                              // of an idempotent statement; 0 means 4
	MaxRow  int                                              // failed steps in a row, as they end, that end a phase; 0 means 5
	Beside  int                                              // steps at a time; 0 means 1
}

// Execute carries out a plan. When a step fails or its outcome is unknown, the rest of its stage is still done, no
// later stage or phase begins, and everything else is held. A cancelled context lets the statements under way end and holds the
// rest. The error is that of the journal, if it stopped the run. The results are in the plan's order.
func (e *Executor) Execute(ctx context.Context, p *plan.Plan) ([]StepResult, error) {
	x := &execution{e: e, results: make([]StepResult, len(p.Steps)), ended: make([]bool, len(p.Steps))}
	for i, step := range p.Steps {
		x.results[i] = StepResult{Step: step, Status: Held}
	}
	for from := 0; from < len(p.Steps); {
		to := from + 1
		for to < len(p.Steps) && !later(p.Steps[to], p.Steps[from]) {
			to++
		}
		if !x.failing {
			x.stage(ctx, from, to)
		}
		for ; from < to; from++ {
			x.end(from)
		}
	}
	if x.stop == nil {
		x.stop = ctx.Err()
	}
	return x.results, x.stop
}

func later(a, b plan.Step) bool {
	return a.Phase > b.Phase || a.Phase == b.Phase && a.Stage > b.Stage
}

func (e *Executor) maxRow() int {
	if e.MaxRow == 0 {
		return 5
	}
	return e.MaxRow
}

// step carries out a step's statements in order, up to the first that is not done.
func (e *Executor) step(ctx context.Context, step plan.Step) (StepResult, error) {
	began := e.now()
	r := StepResult{Step: step, Status: Done}
	for i, s := range step.Statements {
		if i > 0 && ctx.Err() != nil {
			r.Status, r.Err = Failed, ctx.Err()
			break
		}
		id, err := e.Journal.Intend(ctx, step, s, i+1 < len(step.Statements))
		if err != nil {
			r.Status, r.Err = Held, err
			if i > 0 {
				r.Status = Failed
			}
			return r, err
		}
		if ctx.Err() != nil { // the run is over, perhaps since another may write by now: what is noted is not sent
			if r.Status, r.Err = Held, ctx.Err(); i > 0 {
				r.Status = Failed
			}
			return r, e.Journal.Outcome(context.WithoutCancel(ctx), id, Failed, "", errNotSent, 0, 0)
		}
		start := e.now()
		status, out, tries, err := e.send(ctx, s)
		r.QueryID = out.QueryID
		// The outcome is stored even when the run is being cancelled, or the claim would stay open for nothing.
		if jerr := e.Journal.Outcome(context.WithoutCancel(ctx), id, status, out.QueryID, err, e.now().Sub(start), tries); jerr != nil {
			r.Status, r.Err = Unknown, jerr
			return r, jerr
		}
		if status != Done {
			r.Status, r.Err = status, err
			break
		}
	}
	r.Elapsed = e.now().Sub(began)
	return r, nil
}

// send sends one statement, an idempotent one again while that may help. The statement itself is not cancelled with
// the run: it ends, or runs into its own timeout.
func (e *Executor) send(ctx context.Context, s plan.Statement) (Status, connectors.Outcome, int, error) {
	tries := e.Tries
	if tries == 0 {
		tries = 4
	}
	if !s.Idempotent {
		tries = 1
	}
	for n := 1; ; n++ {
		out, err := e.once(ctx, s)
		if err == nil {
			return Done, out, n, nil
		}
		again := errors.Is(err, connectors.ErrTransient) || errors.Is(err, connectors.ErrOutcome)
		if n == tries || !again || ctx.Err() != nil || e.sleep(ctx, backoff(n)) != nil {
			if errors.Is(err, connectors.ErrOutcome) {
				return Unknown, out, n, err
			}
			return Failed, out, n, err
		}
	}
}

func (e *Executor) once(ctx context.Context, s plan.Statement) (connectors.Outcome, error) {
	ctx = context.WithoutCancel(ctx)
	if e.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, e.Timeout)
		defer cancel()
	}
	return e.Sender.Exec(ctx, s)
}

// backoff returns a random time up to a cap that doubles with each try: 250 ms, 500 ms, 1 s, ... 8 s.
func backoff(n int) time.Duration {
	limit := min(250*time.Millisecond<<min(n-1, 5), 8*time.Second)
	return rand.N(limit) + limit/8
}

func (e *Executor) sleep(ctx context.Context, d time.Duration) error {
	if e.Sleep != nil {
		return e.Sleep(ctx, d)
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (e *Executor) now() time.Time {
	if e.Now != nil {
		return e.Now()
	}
	return time.Now()
}
