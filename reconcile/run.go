package reconcile

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"

	"github.com/polsync/polsync/connectors"
	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
	"github.com/polsync/polsync/state/ledger"
)

// Reconciler brings one platform to what is declared.
type Reconciler struct {
	Name     string
	Platform connectors.Platform
	Store    ledger.Store
	Home     state.Securable
	Scope    connectors.Scope
	Foreign  plan.Foreign
	Self     []state.Securable
	Limits   plan.Limits
	Log      zerolog.Logger

	Holder  string        // name of this process among those that share the store
	Lease   time.Duration // 0 means 60 s
	Grace   time.Duration // a predecessor's statement may still be on its way; longer than Timeout. 0 means 45 s
	Repeats int           // runs in succession that may make one change that lets somebody in; 0 means 3
	MaxRow  int           // failed steps in a row that end a phase; 0 means 5
	Beside  int           // steps of a stage that are carried out at a time; 0 means 1
	Timeout time.Duration // of one statement, on the platform. 0 means 30 s
	Version string
	By      string

	May   func(*state.Declarations) error                  // what findings may ask for; nil for anything
	Now   func() time.Time                                 // nil means time.Now
	Sleep func(ctx context.Context, d time.Duration) error // nil means to wait for real

	// EffectDelay is how long attribute-based policies, and tags that they ask about, may take to be in effect; what would
	// open data waits for so long. 0 means not at all.
	EffectDelay time.Duration
}

// Options are what one run is asked to do.
type Options struct {
	Command string
	Only    []state.FactKind
	On      []state.Securable
	Pass    plan.Passes
	Saved   *Saved // run exactly this plan
	NoJoins string // why nobody becomes a member for now; "" where members may be added
	Expire  bool   // do nothing but end what has expired
	Strict  bool   // read only from sources that show the platform's own last write
	Report  func(StepResult)
}

// Saved is a plan kept in a file.
type Saved struct {
	Format   int       `json:"format"`
	Platform string    `json:"platform"`
	Identity string    `json:"identity"` // of the account or metastore
	Base     string    `json:"base"`
	Digest   string    `json:"digest"`
	Made     time.Time `json:"made"`
}

// Result is what a run found and did.
type Result struct {
	Platform string
	Run      string // "" where nothing was to be written
	Plan     *plan.Plan
	Steps    []StepResult
	Settled  []Settled
	Refused  error         // what the guards say of Plan, where they let nothing of it run
	Open     bool          // nothing was to be done, but another writer's statement had no outcome yet
	Left     *plan.Plan    // what a second reading still found to do; nil where nothing was written
	Drifted  []plan.Change // those of Plan that set again what somebody else undid
	Head     ledger.Head
	Started  time.Time
	Elapsed  time.Duration
}

// Settled is a statement of an earlier run whose outcome reading has now told.
type Settled struct {
	Statement ledger.Statement
	Verdicts  []ledger.Verdict
}

// PartialError says that a run did part of its work. Unwrap gives the errors of the steps that failed.
type PartialError struct {
	Platform           string
	Done, Failed, Held int
	errs               []error
}

// Error counts what was done, failed and held, and gives the first error.
func (e *PartialError) Error() string {
	s := fmt.Sprintf("%s: %d done, %d failed, %d held", e.Platform, e.Done, e.Failed, e.Held)
	if len(e.errs) > 0 {
		s += ": " + e.errs[0].Error()
	}
	return s
}

// Unwrap returns the errors of the steps.
func (e *PartialError) Unwrap() []error { return e.errs }

// ErrMoved says that what would run is not what a saved plan shows.
var ErrMoved = errors.New("what would run now is not what the saved plan shows; plan again")

// Plan reads and plans without writing anything, on the platform or in the store.
func (r *Reconciler) Plan(ctx context.Context, d *state.Declarations, o Options) (*Result, error) {
	res := &Result{Platform: r.Name, Started: r.now()}
	in, err := r.read(ctx, d, o)
	if err != nil {
		return nil, err
	}
	if res.Plan, err = r.confirmed(ctx, d, o, &in, func(in plan.Input) (*plan.Plan, error) { return r.plan(ctx, in, o.Pass) }); err != nil {
		return nil, err
	}
	res.Elapsed = r.now().Sub(res.Started)
	return res, nil
}

// Run brings the platform to what is declared. With nothing to do it writes nothing. It returns a *plan.GuardError
// before the first statement, a *PartialError after some, and the result besides either.
func (r *Reconciler) Run(ctx context.Context, d *state.Declarations, o Options) (*Result, error) {
	res := &Result{Platform: r.Name, Started: r.now()}
	defer func() { res.Elapsed = r.now().Sub(res.Started) }()
	in, err := r.planSettled(ctx, d, o, res, 0)
	clock := false // the clock that is let pass is to be written down with the run, or the next one would warn of it again
	if err == nil && res.Plan.Empty() {
		if err := r.settleRepeats(ctx, in, res.Plan, 2); err != nil {
			return res, err
		}
		// A writer that was killed after its last statement leaves nothing to do but to settle what became of it.
		res.Open, err = r.open(ctx)
		if err == nil && o.Pass.Clock {
			_, behind, asked := r.clock(ctx, plan.Passes{})
			clock, err = behind > 0, asked
		}
	}
	if err != nil || res.Plan.Empty() && !res.Open && !clock {
		return res, errors.Join(err, r.incomplete(res))
	}
	if res.Refused = plan.Guard(res.Plan, len(in.Owned), r.limits(), o.Pass); res.Refused != nil {
		return res, res.Refused
	}
	lease, err := r.acquire(ctx)
	if err != nil {
		return res, err
	}
	defer r.release(ctx, lease)
	digest := Digest(res.Plan)
	if !lease.Clean() {
		if err := r.sleep(ctx, r.grace()); err != nil {
			return res, err
		}
	}
	// Between the first reading and the lease another writer may have been at work: what is sent is planned under
	// the lease.
	if in, err = r.planSettled(ctx, d, o, res, lease.Epoch); err != nil || res.Plan.Empty() && !clock {
		return res, errors.Join(err, r.incomplete(res))
	}
	if o.Saved != nil && (Digest(res.Plan) != o.Saved.Digest || o.Saved.Base != "" && res.Plan.Base != o.Saved.Base) {
		return res, fmt.Errorf("%s: %w", r.Name, ErrMoved)
	}
	if Digest(res.Plan) != digest {
		if res.Refused = plan.Guard(res.Plan, len(in.Owned), r.limits(), o.Pass); res.Refused != nil {
			return res, res.Refused
		}
	}
	if err := r.execute(ctx, d, in, o, lease, res); err != nil {
		return res, err
	}
	return res, r.incomplete(res)
}

// planSettled reads, settles what earlier runs left open, and plans.
func (r *Reconciler) planSettled(ctx context.Context, d *state.Declarations, o Options, res *Result, epoch int64) (plan.Input, error) {
	in, err := r.read(ctx, d, o)
	if err != nil {
		return in, err
	}
	keys, err := r.unsettled(ctx)
	if err != nil {
		return in, err
	}
	if err := r.ask(ctx, d, o, &in, plan.Unconfirmed(in.Actual, nil, keys...)); err != nil {
		return in, err
	}
	settled, err := r.settle(ctx, in.Actual, epoch)
	if err != nil {
		return in, err
	}
	if len(settled) > 0 {
		res.Settled = append(res.Settled, settled...)
		if in.Owned, err = r.owned(ctx); err != nil {
			return in, err
		}
	}
	if res.Plan, err = r.confirmed(ctx, d, o, &in, func(in plan.Input) (*plan.Plan, error) { return r.plan(ctx, in, o.Pass) }); err != nil {
		return in, err
	}
	res.Drifted = drifted(res.Plan, in.Owned)
	return in, nil
}

// read takes a snapshot and puts together what the planner needs, with the tags that findings ask for.
func (r *Reconciler) read(ctx context.Context, d *state.Declarations, o Options) (plan.Input, error) {
	in, _, err := r.observe(ctx, d, o)
	if err == nil {
		in.Declarations, err = r.tagged(ctx, in)
	}
	return in, err
}

// observe takes a snapshot and puts together what is known of the platform.
func (r *Reconciler) observe(ctx context.Context, d *state.Declarations, o Options) (plan.Input, *state.State, error) {
	in := plan.Input{Platform: r.Name, Dialect: r.Platform.Dialect(), Home: r.Home, Declarations: d,
		Only: o.Only, Scope: o.On, NoJoins: o.NoJoins, ExpireOnly: o.Expire, Foreign: r.Foreign, Self: r.Self}
	var err error
	if in.Now, in.Behind, err = r.clock(ctx, o.Pass); err != nil {
		return in, nil, err
	}
	if in.Owned, err = r.owned(ctx); err != nil {
		return in, nil, err
	}
	scope, err := r.reads(ctx, in.Owned, d, o.Only)
	if err != nil {
		return in, nil, err
	}
	actual, err := r.snapshot(ctx, scope, o.Strict)
	if err != nil {
		return in, nil, err
	}
	in.Actual = actual
	for _, s := range actual.Self {
		if s = in.Dialect.Fold(s); !slices.Contains(in.Self, s) {
			in.Self = append(slices.Clone(in.Self), s)
		}
	}
	if pinned, err := r.pinned(ctx, actual.Identity); err != nil || pinned != actual.Identity {
		if err == nil {
			err = fmt.Errorf("%s: this is %s, but the state belongs to %s: give another platform another name", r.Name, actual.Identity, pinned)
		}
		return in, nil, err
	}
	if in.EffectDelay, in.Lately, err = r.unsettledPolicies(ctx, in.Now); err != nil {
		return in, nil, err
	}
	in.Aside, err = r.aside(ctx)
	return in, actual, err
}

// Reads returns the scope of what a run with these declarations reads.
func (r *Reconciler) Reads(ctx context.Context, d *state.Declarations) (connectors.Scope, error) {
	owned, err := r.owned(ctx)
	if err != nil {
		return r.Scope, err
	}
	return r.reads(ctx, owned, d, nil)
}

// reads returns the scope of a snapshot. Row filters and constraints are asked for only where some are declared or
// ours, or asked for by name: reading them takes statements, and rights, that those who have none need not give.
func (r *Reconciler) reads(ctx context.Context, owned plan.Owned, d *state.Declarations, only []state.FactKind) (connectors.Scope, error) {
	scope := r.Scope
	sorts := [...]struct {
		facts    []state.FactKind
		declared bool
	}{
		{[]state.FactKind{state.FactRowPolicy, state.FactFilter}, len(d.RowFilters) > 0},
		{[]state.FactKind{state.FactConstraintPolicy, state.FactConstraint}, len(d.Constraints) > 0},
	}
	ours, on, err := r.ours(ctx, owned)
	if err != nil {
		return scope, err
	}
	scope.Ours = on
	for _, s := range sorts {
		asked := slices.ContainsFunc(s.facts, func(k state.FactKind) bool { return ours[k] || slices.Contains(only, k) })
		if !s.declared && !asked {
			scope.Without = append(slices.Clone(scope.Without), s.facts...)
		}
	}
	scope.Kinds, scope.All = plan.Kinds(d, r.Name, owned), plan.Everybody(d, r.Name)
	scope.Policies = plan.PolicyPlaces(d, r.Name, r.Platform.Dialect(), owned)
	scope.Roles = plan.DatabaseRoles(d, r.Name, r.Platform.Dialect(), owned)
	scope.TagsOf = plan.TagsOf(d, r.Name, r.Platform.Dialect(), owned)
	scope.GrantsOf = plan.GrantsOf(d, r.Name, r.Platform.Dialect(), owned)
	scope.Recent, err = r.lately(ctx)
	return scope, err
}

// ours returns the kinds of fact that polsync has set, or may have set when it was interrupted, and what
// stands for where that is, as in a Scope.
func (r *Reconciler) ours(ctx context.Context, owned plan.Owned) (map[state.FactKind]bool, []state.Securable, error) {
	claims, err := r.Store.Claims(ctx, r.Name)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: read open claims: %w", r.Name, err)
	}
	kinds, on := map[state.FactKind]bool{}, map[state.Securable]bool{}
	note := func(k state.Key) {
		kinds[k.Fact] = true
		if k.On.Catalog != "" {
			on[state.Securable{Kind: state.KindCatalog, Catalog: k.On.Catalog}] = true
		}
		if k.On.Kind != state.KindColumn && !k.On.Kind.Relation() {
			on[k.On] = true
		}
	}
	for k := range owned {
		note(k)
	}
	for _, c := range claims {
		for _, change := range c.Changes {
			note(change.Key)
		}
	}
	return kinds, slices.SortedFunc(maps.Keys(on), state.Securable.Compare), nil
}

func (r *Reconciler) pinned(ctx context.Context, identity string) (string, error) {
	pinned, err := r.Store.Pin(ctx, r.Name, identity)
	if err != nil {
		return "", fmt.Errorf("%s: %w", r.Name, err)
	}
	return pinned, nil
}

func (r *Reconciler) owned(ctx context.Context) (plan.Owned, error) {
	ours, err := r.Store.Owned(ctx, r.Name)
	if err != nil {
		return nil, fmt.Errorf("%s: read what is ours: %w", r.Name, err)
	}
	owned := make(plan.Owned, len(ours))
	for k, o := range ours {
		owned[k] = plan.Ownership{Value: o.Value, Run: o.Run, Identity: o.Identity, Origin: o.Origin}
	}
	return owned, nil
}

// unsettledPolicies returns what was written so lately that it may not be in effect yet.
func (r *Reconciler) unsettledPolicies(ctx context.Context, now time.Time) (time.Duration, []plan.Recent, error) {
	if r.EffectDelay <= 0 {
		return 0, nil, nil
	}
	lately, err := r.Store.Lately(ctx, r.Name, now.Add(-r.EffectDelay))
	if err != nil {
		return 0, nil, fmt.Errorf("%s: read what was changed lately: %w", r.Name, err)
	}
	recent := make([]plan.Recent, 0, len(lately))
	for _, l := range lately {
		recent = append(recent, plan.Recent{Key: l.Key, Value: l.Want, At: l.At})
	}
	return r.EffectDelay, recent, nil
}

func (r *Reconciler) aside(ctx context.Context) (map[state.Key]string, error) {
	refused, err := r.Store.Refused(ctx, r.Name)
	if err != nil {
		return nil, fmt.Errorf("%s: read what was refused: %w", r.Name, err)
	}
	aside := map[state.Key]string{}
	for _, f := range refused {
		aside[f.Key] = f.Reason
	}
	return aside, nil
}

// settle closes the claims of earlier runs by what was read. A claim never causes a statement: the plan does.
func (r *Reconciler) settle(ctx context.Context, actual *state.State, epoch int64) ([]Settled, error) {
	claims, err := r.Store.Claims(ctx, r.Name)
	if err != nil {
		return nil, fmt.Errorf("%s: read open claims: %w", r.Name, err)
	}
	var settled []Settled
	for _, c := range claims {
		if c.Live && epoch == 0 {
			continue // its holder may be about to record the outcome
		}
		verdicts := make([]ledger.Verdict, len(c.Changes))
		for i, ch := range c.Changes {
			verdicts[i] = ledger.Judge(ch, actual.Value(ch.Key), r.same)
		}
		if err := r.Store.Settle(ctx, c.ID, epoch, verdicts); err != nil {
			if errors.Is(err, ledger.ErrLive) || errors.Is(err, ledger.ErrSettled) {
				continue
			}
			return settled, fmt.Errorf("%s: settle a claim: %w", r.Name, err)
		}
		settled = append(settled, Settled{c.Statement, verdicts})
	}
	return settled, nil
}

// open reports whether claims are left that only a writer can settle, since the lease they belong to still runs.
func (r *Reconciler) open(ctx context.Context) (bool, error) {
	claims, err := r.Store.Claims(ctx, r.Name)
	if err != nil {
		return false, fmt.Errorf("%s: read open claims: %w", r.Name, err)
	}
	return len(claims) > 0, nil
}

// same compares what was read with what a claim wanted; policies by their bodies, which is all that can be read.
func (r *Reconciler) same(a, b state.Value) bool {
	return plan.Same(r.Platform.Dialect(), a, b)
}

func (r *Reconciler) acquire(ctx context.Context) (ledger.Lease, error) {
	lease, err := r.Store.AcquireLease(ctx, r.Name, r.Holder, r.leaseTime())
	if err != nil {
		return lease, fmt.Errorf("%s: take the lease: %w", r.Name, err)
	}
	return lease, nil
}

func (r *Reconciler) release(ctx context.Context, l ledger.Lease) {
	if err := r.Store.ReleaseLease(context.WithoutCancel(ctx), r.Name, l.Epoch); err != nil {
		r.Log.Warn().Err(err).Str("warehouse", r.Name).Msg("the lease was not released; the next writer waits for it to run out")
	}
}

// execute carries out the plan under the lease, remembers what was refused for good, and reads again.
func (r *Reconciler) execute(ctx context.Context, d *state.Declarations, in plan.Input, o Options, lease ledger.Lease, res *Result) error {
	run, err := r.Store.BeginRun(ctx, ledger.Run{Platform: r.Name, Command: o.Command, By: r.By, Version: r.Version,
		Base: res.Plan.Base, Plan: Digest(res.Plan), Saved: o.Saved != nil, Planned: res.Plan.Statements(), Started: in.Now})
	if err != nil {
		return fmt.Errorf("%s: begin a run: %w", r.Name, err)
	}
	res.Run = run
	if err := r.settleRepeats(ctx, in, res.Plan, 1); err != nil {
		return err
	}
	j := &journal{r: r, run: run, epoch: lease.Epoch, actual: in.Actual}
	renewed, stopRenewing := r.keepLease(ctx, lease)
	e := Executor{Sender: r.Platform, Journal: j, Timeout: r.timeout(), Sleep: r.Sleep, Now: r.Now, Report: o.Report, MaxRow: r.MaxRow, Beside: r.Beside}
	var stopped error
	res.Steps, stopped = e.Execute(renewed, res.Plan)
	stopRenewing()
	err = errors.Join(stopped, r.remember(ctx, run, res))
	if ctx.Err() == nil {
		err = errors.Join(err, r.verify(ctx, d, o, res, lease.Epoch))
	}
	return errors.Join(err, r.end(ctx, run, res))
}

// keepLease renews the lease until stop is called; the context ends when the lease is lost. It also ends when the store
// has not answered for as long as the lease lasts: another writer may begin then, after a time that one try of a
// statement fits into, but not several.
func (r *Reconciler) keepLease(ctx context.Context, l ledger.Lease) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	silent := time.AfterFunc(r.leaseTime(), func() { cancel(fmt.Errorf("%w: the lease could not be renewed in time", ErrStopped)) })
	done := make(chan struct{})
	go func() {
		defer close(done)
		for r.sleep(ctx, r.leaseTime()/3) == nil {
			asked := time.Now()
			if err := r.Store.RenewLease(ctx, r.Name, l.Epoch, r.leaseTime()); err != nil {
				cancel(fmt.Errorf("%w: %w", ErrStopped, err))
				return
			}
			silent.Reset(r.leaseTime() - time.Since(asked))
		}
	}()
	return ctx, func() { silent.Stop(); cancel(nil); <-done }
}

// remember replaces the set of changes refused for good by those of this run.
func (r *Reconciler) remember(ctx context.Context, run string, res *Result, more ...ledger.Refused) error {
	refused := more
	for _, s := range res.Steps {
		final := errors.Is(s.Err, connectors.ErrDenied) || errors.Is(s.Err, connectors.ErrNotFound) || errors.Is(s.Err, connectors.ErrUnknown) || errors.Is(s.Err, plan.ErrUnsupported)
		if s.Status != Failed || !final {
			continue
		}
		for _, c := range s.Step.Changes {
			refused = append(refused, ledger.Refused{Key: c.Key, Reason: s.Err.Error(), Run: run, At: r.now()})
		}
	}
	if err := r.Store.SetRefused(context.WithoutCancel(ctx), r.Name, run, refused); err != nil {
		return fmt.Errorf("%s: remember what was refused: %w", r.Name, err)
	}
	return nil
}

// verify reads again, settles what this run left open and plans anew; what is left is in the result.
func (r *Reconciler) verify(ctx context.Context, d *state.Declarations, o Options, res *Result, epoch int64) error {
	in, err := r.read(ctx, d, o)
	if err != nil {
		return fmt.Errorf("%s: read again: %w", r.Name, err)
	}
	keys, err := r.unsettled(ctx)
	if err != nil {
		return err
	}
	// What this run changed is told by the platform, not by what lags or by our own record of it.
	for _, c := range res.Plan.Changes() {
		keys = append(keys, c.Key)
	}
	if err := r.ask(ctx, d, o, &in, plan.Unconfirmed(in.Actual, nil, keys...)); err != nil {
		return err
	}
	settled, err := r.settle(ctx, in.Actual, epoch)
	if err != nil {
		return err
	}
	res.Settled = append(res.Settled, settled...)
	if in.Owned, err = r.owned(ctx); err != nil {
		return err
	}
	if stuck := r.stuck(res, in.Actual); len(stuck) > 0 {
		if err := r.remember(ctx, res.Run, res, stuck...); err != nil {
			return err
		}
	}
	in.Aside = nil
	res.Left, err = r.confirmed(ctx, d, o, &in, func(in plan.Input) (*plan.Plan, error) { return r.unfought(ctx, in, o.Pass) })
	return err
}

// stuckReason is why a grant that was revoked is not revoked again; --allow-repeats has it tried once more.
const stuckReason = "it was revoked and is there all the same: it comes from another grantor too, or from a grant of everything (--allow-repeats lets it be tried again once)"

// stuck returns the grants that the platform revoked without a complaint and that are there all the same: somebody else
// granted them too, and polsync may not revoke that. Revoking them in each run would come to nothing in each.
func (r *Reconciler) stuck(res *Result, actual *state.State) []ledger.Refused {
	var all []ledger.Refused
	for _, s := range res.Steps {
		for _, c := range s.Step.Changes {
			if s.Status != Done || c.Key.Fact != state.FactGrant || c.Want != nil || !actual.Has(c.Key) {
				continue
			}
			all = append(all, ledger.Refused{Key: c.Key, Run: res.Run, At: r.now(),
				Reason: stuckReason})
		}
	}
	return all
}

func (r *Reconciler) end(ctx context.Context, run string, res *Result) error {
	ctx = context.WithoutCancel(ctx)
	end := ledger.RunEnd{Result: "done", Ended: r.now()}
	for _, s := range res.Steps {
		switch s.Status {
		case Done:
			end.Done += len(s.Step.Statements)
		case Failed:
			end.Failed += len(s.Step.Statements)
		case Unknown:
			end.Unknown += len(s.Step.Statements)
		case Held:
			end.Held += len(s.Step.Statements)
		}
	}
	if end.Failed+end.Unknown+end.Held > 0 {
		end.Result = "partial"
	}
	if err := r.Store.EndRun(ctx, r.Name, run, end); err != nil {
		return fmt.Errorf("%s: end the run: %w", r.Name, err)
	}
	head, err := r.Store.Head(ctx)
	if err != nil {
		return fmt.Errorf("%s: read the log's head: %w", r.Name, err)
	}
	res.Head = head
	r.Log.Info().Str("warehouse", r.Name).Str("run", run).Int("done", end.Done).Int("failed", end.Failed).
		Int("unknown", end.Unknown).Int("held", end.Held).Int64("head", head.Seq).Str("hash", head.Hash).Msg("run ended")
	return nil
}

// incomplete returns a *PartialError for a run after which something that should be done is not.
func (r *Reconciler) incomplete(res *Result) error {
	if res.Plan == nil {
		return nil
	}
	e := &PartialError{Platform: r.Name}
	for _, s := range res.Steps {
		switch s.Status {
		case Done:
			e.Done++
		case Held:
			e.Held++
		default:
			e.Failed++
			e.errs = append(e.errs, s.Err)
		}
	}
	left := res.Left != nil && !res.Left.Empty()
	if e.Failed+e.Held > 0 || res.Plan.Partial() || left {
		return e
	}
	return nil
}

func (r *Reconciler) limits() plan.Limits {
	if r.Limits == (plan.Limits{}) {
		return plan.DefaultLimits
	}
	return r.Limits
}

func (r *Reconciler) repeats() int {
	if r.Repeats == 0 {
		return 3
	}
	return r.Repeats
}

func (r *Reconciler) now() time.Time {
	if r.Now != nil {
		return r.Now()
	}
	return time.Now()
}

func (r *Reconciler) sleep(ctx context.Context, d time.Duration) error {
	e := Executor{Sleep: r.Sleep}
	return e.sleep(ctx, d)
}

func orDefault(d, otherwise time.Duration) time.Duration {
	if d == 0 {
		return otherwise
	}
	return d
}

func (r *Reconciler) leaseTime() time.Duration { return orDefault(r.Lease, 60*time.Second) }
func (r *Reconciler) grace() time.Duration     { return orDefault(r.Grace, 45*time.Second) }
func (r *Reconciler) timeout() time.Duration   { return orDefault(r.Timeout, 30*time.Second) }

// journal writes intents and outcomes of one run to the store. It is safe for concurrent use.
type journal struct {
	r      *Reconciler
	run    string
	epoch  int64
	actual *state.State
	sent   atomic.Int64
}

func (j *journal) Intend(ctx context.Context, step plan.Step, s plan.Statement, more bool) (int64, error) {
	in := ledger.Intent{Platform: j.r.Name, Run: j.run, Step: int(j.sent.Add(1)), More: more,
		Statement: ledger.Statement{SQL: s.SQL, Method: s.Method, Path: s.Path, Body: s.Body, Comment: s.Comment}}
	for _, c := range step.Changes {
		in.Changes = append(in.Changes, ledger.Change{Key: c.Key, Was: c.Was, Want: c.Want, Origin: c.Why,
			Identity: j.actual.Objects[c.Key.On].Identity, Note: c.Note})
	}
	id, err := j.r.Store.Intend(context.WithoutCancel(ctx), j.epoch, in)
	if err != nil {
		return 0, fmt.Errorf("%s: %w: %w", j.r.Name, ErrStopped, err)
	}
	return id, nil
}

func (j *journal) Outcome(ctx context.Context, id int64, status Status, queryID string, cause error, elapsed time.Duration, tries int) error {
	res := ledger.Result{Status: ledger.Status(status), QueryID: queryID, Elapsed: elapsed, Tries: tries}
	if cause != nil {
		res.Error = cause.Error()
	}
	if err := j.r.Store.Outcome(ctx, id, j.epoch, res); err != nil {
		return fmt.Errorf("%s: %w: %w", j.r.Name, ErrStopped, err)
	}
	return nil
}

// Digest returns a digest of a plan's statements in their order.
func Digest(p *plan.Plan) string {
	var lines []string
	for _, s := range p.Steps {
		for _, st := range s.Statements {
			lines = append(lines, st.SQL, st.Method, st.Path, st.Body)
		}
	}
	return digestOf(slices.Values(lines))
}
