package reconcile_test

import (
	"context"
	"errors"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/polsync/polsync/connectors"
	"github.com/polsync/polsync/connectors/memory"
	"github.com/polsync/polsync/reconcile"
	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
	"github.com/polsync/polsync/state/ledger"
)

// bench is one platform, one state file and a clock that stands still unless moved.
type bench struct {
	t    *testing.T
	path string
	w    *memory.Warehouse
	mu   sync.Mutex
	at   time.Time
}

func newBench(t *testing.T) *bench {
	s := state.New()
	table := state.Securable{Kind: state.KindTable, Catalog: "C", Schema: "S", Name: "T"}
	other := table
	other.Name = "U"
	for _, o := range []state.Securable{other, {Kind: state.KindCatalog, Catalog: "C"}, {Kind: state.KindSchema, Catalog: "C", Schema: "S"}, table, {Kind: state.KindRole, Name: "R"}} {
		s.Objects[o] = state.Object{}
	}
	for _, c := range []string{"A", "B", "D"} {
		column := table
		column.Kind, column.Column = state.KindColumn, c
		s.Objects[column] = state.Object{Type: state.DataType{Family: state.FamilyString}}
	}
	return &bench{t: t, path: filepath.Join(t.TempDir(), "polsync.db"), w: memory.New(memory.Dialect{}, s), at: time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)}
}

func (b *bench) now() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.at
}

func (b *bench) pass(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.at = b.at.Add(d)
}

func (b *bench) store() *ledger.SQLite {
	b.t.Helper()
	s, err := ledger.Open(b.t.Context(), b.path, ledger.Options{Now: b.now})
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { s.Close() })
	return s
}

// reconciler returns one whose waits pass the clock on and take no time.
func (b *bench) reconciler(store ledger.Store, p connectors.Platform, holder string) *reconcile.Reconciler {
	return &reconcile.Reconciler{Name: "mem", Platform: p, Store: store, Holder: holder, Now: b.now,
		Sleep: func(ctx context.Context, d time.Duration) error {
			if d == 20*time.Second { // the lease's renewal
				<-ctx.Done()
				return ctx.Err()
			}
			b.pass(d)
			return ctx.Err()
		}}
}

// tagged declares the tag PII on the columns named.
func tagged(columns ...string) *state.Declarations {
	d := &state.Declarations{Tags: []state.TagDeclaration{{Name: "PII", AnyValue: true, Origin: state.Origin{Layer: state.LayerYAML, File: "p.yaml", Line: 1}}}}
	for i, c := range columns {
		p := state.Pattern{Platform: "mem", Parts: []state.Part{{Text: "C"}, {Text: "S"}, {Text: "T"}, {Text: c}}}
		o := state.Origin{Layer: state.LayerYAML, File: "p.yaml", Line: 2 + i}
		d.Assignments = append(d.Assignments, state.AssignmentDeclaration{Tag: "PII", Value: "x", On: []state.Selector{{Pattern: p, Origin: o}}, Origin: o})
	}
	return d
}

func (b *bench) tags() []string {
	var all []string
	for k := range b.w.State().Facts {
		if k.Fact == state.FactTagged {
			all = append(all, k.On.Column)
		}
	}
	slices.Sort(all)
	return all
}

func (b *bench) owned(s ledger.Store) []state.Key {
	b.t.Helper()
	o, err := s.Owned(b.t.Context(), "mem")
	if err != nil {
		b.t.Fatal(err)
	}
	return slices.SortedFunc(maps.Keys(o), state.Key.Compare)
}

func (b *bench) run(r *reconcile.Reconciler, d *state.Declarations, o reconcile.Options) *reconcile.Result {
	b.t.Helper()
	o.Command = "test"
	res, err := r.Run(b.t.Context(), d, o)
	if err != nil {
		b.t.Fatal(err)
	}
	return res
}

func TestSteadyStateWritesNothing(t *testing.T) {
	b := newBench(t)
	s := b.store()
	r := b.reconciler(s, b.w, "a")
	if first := b.run(r, tagged("A", "B"), reconcile.Options{}); first.Run == "" || !first.Left.Empty() {
		t.Fatalf("the first run: %+v", first)
	}
	head, err := s.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	sent := 0
	b.w.Fail(func(int, string) error { sent++; return nil })
	if again := b.run(r, tagged("A", "B"), reconcile.Options{}); again.Run != "" || sent != 0 {
		t.Errorf("the second run sent %d statements", sent)
	}
	if now, err := s.Head(t.Context()); err != nil || now != head {
		t.Errorf("the log went from %v to %v, %v", head, now, err)
	}
	if lease, err := s.CurrentLease(t.Context(), "mem"); err != nil || lease.Epoch != 1 {
		t.Errorf("the lease was taken for nothing: %+v, %v", lease, err)
	}
}

func TestPlanWritesNothing(t *testing.T) {
	b := newBench(t)
	s := b.store()
	sent := 0
	b.w.Fail(func(int, string) error { sent++; return nil })
	res, err := b.reconciler(s, b.w, "a").Plan(t.Context(), tagged("A"), reconcile.Options{})
	if err != nil || res.Plan.Empty() || sent > 0 || len(b.owned(s)) > 0 {
		t.Errorf("%v, %d sent", err, sent)
	}
}

func TestUndeclaredGoesAndForeignStays(t *testing.T) {
	b := newBench(t)
	s := b.store()
	r := b.reconciler(s, b.w, "a")
	b.run(r, tagged("A"), reconcile.Options{})
	if _, err := b.w.Exec(t.Context(), plan.Statement{SQL: `put {"fact":"tagged","on":"column C.S.T.B","with":"tag PII"} = "by hand"`}); err != nil {
		t.Fatal(err)
	}
	b.run(r, tagged("D"), reconcile.Options{})
	if diff := cmp.Diff([]string{"B", "D"}, b.tags()); diff != "" {
		t.Error(diff)
	}
}

func TestGuardStopsBeforeTheFirstStatement(t *testing.T) {
	b := newBench(t)
	s := b.store()
	r := b.reconciler(s, b.w, "a")
	b.run(r, tagged("A", "B", "D"), reconcile.Options{})
	r.Limits = plan.Limits{Removals: 1, Share: 1, Unmaskings: 10, Statements: 100}
	sent := 0
	b.w.Fail(func(int, string) error { sent++; return nil })
	_, err := r.Run(t.Context(), tagged("A"), reconcile.Options{})
	var guard *plan.GuardError
	if !errors.As(err, &guard) || sent > 0 || !strings.Contains(err.Error(), "--allow-removals") {
		t.Fatalf("%v, %d sent", err, sent)
	}
	b.run(r, tagged("A"), reconcile.Options{Pass: plan.Passes{Removals: true}})
	if diff := cmp.Diff([]string{"A"}, b.tags()); diff != "" {
		t.Error(diff)
	}
}

func TestAFailedStepHoldsWhatComesAfter(t *testing.T) {
	b := newBench(t)
	s := b.store()
	r := b.reconciler(s, b.w, "a")
	b.w.Fail(func(_ int, line string) error {
		if strings.Contains(line, `"fact":"tag"`) {
			return connectors.ErrTransient
		}
		return nil
	})
	res, err := r.Run(t.Context(), tagged("A", "B"), reconcile.Options{})
	var partial *reconcile.PartialError
	if !errors.As(err, &partial) || partial.Done != 0 || partial.Failed != 1 || partial.Held != 2 {
		t.Fatalf("%v: %+v", err, res.Steps)
	}
	b.w.Fail(nil)
	b.run(r, tagged("A", "B"), reconcile.Options{})
	if diff := cmp.Diff([]string{"A", "B"}, b.tags()); diff != "" {
		t.Error(diff)
	}
}

// One broken column must not hold the others for ever.
func TestWhatIsRefusedForGoodIsSetAside(t *testing.T) {
	b := newBench(t)
	s := b.store()
	r := b.reconciler(s, b.w, "a")
	b.w.Fail(func(_ int, line string) error {
		if strings.Contains(line, "C.S.T.A") {
			return connectors.ErrDenied
		}
		return nil
	})
	d := tagged("A", "B")
	u := state.Pattern{Platform: "mem", Parts: []state.Part{{Text: "C"}, {Text: "S"}, {Text: "U"}}}
	d.Grants = []state.GrantDeclaration{{To: []state.PrincipalRef{{Kind: state.KindRole, Name: "R"}}, Privileges: []string{"SELECT"}, On: []state.Selector{{Pattern: u}}, Origin: state.Origin{Layer: state.LayerYAML, File: "p.yaml", Line: 9}}}
	grants := func() (n int) {
		for k := range b.w.State().Facts {
			if k.Fact == state.FactGrant {
				n++
			}
		}
		return n
	}
	for run, want := range []int{0, 1} {
		if _, err := r.Run(t.Context(), d, reconcile.Options{}); err == nil {
			t.Errorf("run %d: what was refused went unsaid", run)
		}
		if grants() != want {
			t.Errorf("run %d: %d grants, want %d", run, grants(), want)
		}
	}
	b.w.Fail(nil)
	b.run(r, d, reconcile.Options{})
	if diff := cmp.Diff([]string{"A", "B"}, b.tags()); diff != "" {
		t.Errorf("what was refused was not tried again: %s", diff)
	}
}

func TestTransientFailuresAreTriedAgain(t *testing.T) {
	b := newBench(t)
	tries := 0
	b.w.Fail(func(_ int, line string) error {
		if tries++; tries%3 != 0 {
			return connectors.ErrTransient
		}
		return nil
	})
	b.run(b.reconciler(b.store(), b.w, "a"), tagged("A"), reconcile.Options{})
}

func TestTwoWritersNeverWriteTogether(t *testing.T) {
	b := newBench(t)
	s := b.store()
	if _, err := s.AcquireLease(t.Context(), "mem", "other", time.Minute); err != nil {
		t.Fatal(err)
	}
	r := b.reconciler(s, b.w, "a")
	_, err := r.Run(t.Context(), tagged("A"), reconcile.Options{})
	if !errors.Is(err, ledger.ErrHeld) || len(b.tags()) > 0 {
		t.Fatalf("%v, %v", err, b.tags())
	}
	b.pass(2 * time.Minute)
	before := b.now()
	b.run(r, tagged("A"), reconcile.Options{})
	if waited := b.now().Sub(before); waited < 45*time.Second {
		t.Errorf("the predecessor's grace was not waited out: %s", waited)
	}
}

func TestPausedPlatformIsLeftAlone(t *testing.T) {
	b := newBench(t)
	s := b.store()
	if err := s.Pause(t.Context(), "mem", "someone", "audit"); err != nil {
		t.Fatal(err)
	}
	_, err := b.reconciler(s, b.w, "a").Run(t.Context(), tagged("A"), reconcile.Options{})
	if !errors.Is(err, ledger.ErrPaused) || len(b.tags()) > 0 {
		t.Fatalf("%v, %v", err, b.tags())
	}
}

func TestCancelLetsTheStatementEnd(t *testing.T) {
	b := newBench(t)
	s := b.store()
	ctx, cancel := context.WithCancel(t.Context())
	b.w.Fail(func(n int, _ string) error {
		if n == 2 {
			cancel()
		}
		return nil
	})
	res, err := b.reconciler(s, b.w, "a").Run(ctx, tagged("A", "B", "D"), reconcile.Options{})
	if err == nil || len(b.tags()) != 1 {
		t.Fatalf("%v, %v", err, b.tags())
	}
	if claims, err := s.Claims(t.Context(), "mem"); err != nil || len(claims) > 0 {
		t.Errorf("the statement's outcome was not stored: %v, %v", claims, err)
	}
	held := 0
	for _, step := range res.Steps {
		if step.Status == reconcile.Held {
			held++
		}
	}
	if held != 2 {
		t.Errorf("%d steps are held, not 2", held)
	}
}

// stuck carries out statements up to one, which it never answers; whether that one took effect is settable. It stands
// for a process that is killed: nothing that was deferred runs.
type stuck struct {
	connectors.Platform
	at     int
	effect bool
	n      int
	dead   chan struct{}
}

func (p *stuck) Exec(ctx context.Context, s plan.Statement) (connectors.Outcome, error) {
	if p.n++; p.n < p.at {
		return p.Platform.Exec(ctx, s)
	}
	if p.effect {
		if _, err := p.Platform.Exec(ctx, s); err != nil {
			return connectors.Outcome{}, err
		}
	}
	close(p.dead)
	select {}
}

// TestKilledAnywhereConverges kills a run at each statement, before and after its effect; the next run must reach what
// the undisturbed run reaches, own the same facts, and leave nobody's behind when all is undeclared.
func TestKilledAnywhereConverges(t *testing.T) {
	whole := newBench(t)
	ws := whole.store()
	whole.run(whole.reconciler(ws, whole.w, "a"), tagged("A", "B", "D"), reconcile.Options{})
	want, owned := whole.w.State().Keys(), whole.owned(ws)
	for at := 1; at <= 4; at++ {
		for _, effect := range []bool{false, true} {
			b := newBench(t)
			p := &stuck{Platform: b.w, at: at, effect: effect, dead: make(chan struct{})}
			first := b.store()
			go b.reconciler(first, p, "killed").Run(context.WithoutCancel(t.Context()), tagged("A", "B", "D"), reconcile.Options{}) //nolint:errcheck // it never returns
			<-p.dead
			first.Close()
			b.pass(5 * time.Minute)
			s := b.store()
			r := b.reconciler(s, b.w, "next")
			b.run(r, tagged("A", "B", "D"), reconcile.Options{})
			if diff := cmp.Diff(want, b.w.State().Keys()); diff != "" {
				t.Errorf("killed at %d, effect %v: %s", at, effect, diff)
			}
			if diff := cmp.Diff(owned, b.owned(s)); diff != "" {
				t.Errorf("killed at %d, effect %v, owned: %s", at, effect, diff)
			}
			b.run(r, &state.Declarations{}, reconcile.Options{Pass: plan.Passes{Removals: true, Unmaskings: true}})
			if left := b.w.State().Facts; len(left) > 0 {
				t.Errorf("killed at %d, effect %v: an orphan stays: %v", at, effect, left)
			}
			if _, err := s.Verify(t.Context(), ledger.Head{}); err != nil {
				t.Errorf("killed at %d, effect %v: %v", at, effect, err)
			}
		}
	}
}

// A saved plan runs as it was shown, or not at all.
func TestSavedPlanRunsOnlyAsItWasShown(t *testing.T) {
	b := newBench(t)
	s := b.store()
	r := b.reconciler(s, b.w, "a")
	shown, err := r.Plan(t.Context(), tagged("A"), reconcile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	saved := &reconcile.Saved{Digest: reconcile.Digest(shown.Plan)}
	if _, err := r.Run(t.Context(), tagged("A", "B"), reconcile.Options{Saved: saved}); !errors.Is(err, reconcile.ErrMoved) || len(b.tags()) > 0 {
		t.Errorf("another plan than the saved one: %v, tagged %v", err, b.tags())
	}
	if b.run(r, tagged("A"), reconcile.Options{Saved: saved}); len(b.tags()) != 1 {
		t.Errorf("tagged %v", b.tags())
	}
}

// TestFoughtOver undoes what runs do. What lets somebody in is made as often as allowed and then held, until it is let
// pass once; what covers is made again each time, with a warning.
func TestFoughtOver(t *testing.T) {
	b := newBench(t)
	store := b.store()
	r := b.reconciler(store, b.w, "one")
	r.Repeats = 2
	r.Limits = plan.Limits{Removals: 100, Share: 1, Unmaskings: 100}
	d := tagged("A")
	o := state.Origin{Layer: state.LayerYAML, File: "p.yaml", Line: 9}
	table := state.Pattern{Platform: "mem", Parts: []state.Part{{Text: "C"}, {Text: "S"}, {Text: "T"}}}
	d.Grants = append(d.Grants, state.GrantDeclaration{To: []state.PrincipalRef{{Kind: state.KindRole, Name: "R"}}, Privileges: []string{"SELECT"},
		On: []state.Selector{{Pattern: table, Origin: o}}, Origin: o})
	grant := state.Key{Fact: state.FactGrant, On: state.Securable{Kind: state.KindTable, Catalog: "C", Schema: "S", Name: "T"}, With: state.Securable{Kind: state.KindRole, Name: "R"}, Name: "SELECT"}
	tag := state.Key{Fact: state.FactTagged, On: state.Securable{Kind: state.KindColumn, Catalog: "C", Schema: "S", Name: "T", Column: "A"}, With: state.Securable{Kind: state.KindTag, Name: "PII"}}
	undo := func() {
		for _, line := range []string{`drop {"fact":"grant","on":"table C.S.T","with":"role R","name":"SELECT"}`, `drop {"fact":"tagged","on":"column C.S.T.A","with":"tag PII"}`} {
			if _, err := b.w.Exec(t.Context(), plan.Statement{SQL: line}); err != nil {
				t.Fatal(err)
			}
		}
		b.pass(time.Hour)
	}
	for range 2 {
		b.run(r, d, reconcile.Options{})
		undo()
	}
	res, err := r.Run(t.Context(), d, reconcile.Options{Command: "test"})
	var partial *reconcile.PartialError
	if !errors.As(err, &partial) || partial.Failed > 0 || b.w.State().Has(grant) || !b.w.State().Has(tag) {
		t.Fatalf("the third time: %v; grant %v, tag %v", err, b.w.State().Has(grant), b.w.State().Has(tag))
	}
	for level, want := range map[plan.Level]string{plan.Held: grant.String() + " is fought over: 2 runs", plan.Warning: tag.String() + " is fought over: 2 runs"} {
		if !slices.ContainsFunc(res.Plan.Notices, func(n plan.Notice) bool { return n.Level == level && strings.Contains(n.Text, want) }) {
			t.Errorf("no notice %q of level %s in %v", want, level, res.Plan.Notices)
		}
	}
	if res := b.run(r, d, reconcile.Options{Pass: plan.Passes{Repeats: true}}); len(res.Steps) != 1 || !b.w.State().Has(grant) {
		t.Errorf("let pass: %d steps", len(res.Steps))
	}
	undo()
	b.run(r, d, reconcile.Options{}) // counted anew
	d.Assignments = append(d.Assignments, tagged("B").Assignments...)
	b.run(r, d, reconcile.Options{}) // what was made before has stayed
	undo()
	b.run(r, d, reconcile.Options{})
	undo()
	b.run(r, d, reconcile.Options{})
	b.run(r, d, reconcile.Options{}) // nothing to do: it has stayed
	undo()
	b.run(r, d, reconcile.Options{})
	if !b.w.State().Has(grant) {
		t.Error("a change that had stayed still counted as fought over")
	}
}

// TestKilledAfterTheLastStatement: nothing is left to do on the platform, but the state does not know it yet.
func TestKilledAfterTheLastStatement(t *testing.T) {
	b := newBench(t)
	s := b.store()
	b.run(b.reconciler(s, b.w, "before"), tagged("A"), reconcile.Options{})
	p := &stuck{Platform: b.w, at: 1, effect: true, dead: make(chan struct{})}
	killed := b.store()
	go b.reconciler(killed, p, "killed").Run(context.WithoutCancel(t.Context()), tagged("A", "B"), reconcile.Options{}) //nolint:errcheck // it never returns
	<-p.dead
	killed.Close()
	r := b.reconciler(s, b.w, "next")
	res, err := r.Run(t.Context(), tagged("A", "B"), reconcile.Options{})
	if !errors.Is(err, ledger.ErrHeld) || !res.Open || !res.Plan.Empty() {
		t.Fatalf("while the lease runs: %v, open %v", err, res.Open)
	}
	b.pass(5 * time.Minute)
	if res := b.run(r, tagged("A", "B"), reconcile.Options{}); len(res.Settled) != 1 || res.Run != "" {
		t.Errorf("afterwards: %d settled, run %q", len(res.Settled), res.Run)
	}
	want := b.owned(s)
	if res := b.run(r, tagged("A", "B"), reconcile.Options{}); res.Open || len(want) != 3 {
		t.Errorf("ours is %v, open %v", want, res.Open)
	}
}

// TestWhatEndedStaysEnded sets the clock back after a grant has ended.
func TestWhatEndedStaysEnded(t *testing.T) {
	b := newBench(t)
	s := b.store()
	r := b.reconciler(s, b.w, "one")
	o := state.Origin{Layer: state.LayerYAML, File: "p.yaml", Line: 9}
	table := state.Pattern{Platform: "mem", Parts: []state.Part{{Text: "C"}, {Text: "S"}, {Text: "T"}}}
	d := tagged()
	d.Grants = append(d.Grants, state.GrantDeclaration{To: []state.PrincipalRef{{Kind: state.KindRole, Name: "R"}}, Privileges: []string{"SELECT"},
		On: []state.Selector{{Pattern: table, Origin: o}}, Until: b.now().Add(time.Hour), Origin: o})
	grants := func() (n int) {
		for k := range b.w.State().Facts {
			if k.Fact == state.FactGrant {
				n++
			}
		}
		return n
	}
	b.run(r, d, reconcile.Options{})
	given := grants()
	b.pass(2 * time.Hour)
	b.run(r, d, reconcile.Options{})
	if given != 1 || grants() != 0 {
		t.Fatalf("%d grants, then %d", given, grants())
	}
	b.pass(-90 * time.Minute)
	d.Assignments = tagged("A").Assignments // something to do, so that a run is recorded
	for range 2 {
		res := b.run(r, d, reconcile.Options{})
		if grants() != 0 {
			t.Fatal("the grant came back with the clock")
		}
		if !slices.ContainsFunc(res.Plan.Notices, func(n plan.Notice) bool { return strings.Contains(n.Text, "1h30m0s behind the last run") }) {
			t.Errorf("not a word about the clock: %v", res.Plan.Notices)
		}
	}
	if b.run(r, d, reconcile.Options{Pass: plan.Passes{Clock: true}}); grants() != 1 {
		t.Error("--allow-clock does not take the clock as it is")
	}
	b.pass(2 * time.Minute)
	if res := b.run(r, d, reconcile.Options{}); len(res.Steps) != 0 || len(res.Plan.Notices) != 0 {
		t.Errorf("afterwards: %d steps, %v", len(res.Steps), res.Plan.Notices)
	}
	// With nothing to do the flag is remembered too.
	b.pass(-time.Hour)
	if res := b.run(r, d, reconcile.Options{}); len(res.Plan.Notices) != 1 {
		t.Errorf("the clock is behind again: %v", res.Plan.Notices)
	}
	b.run(r, d, reconcile.Options{Pass: plan.Passes{Clock: true}})
	if res := b.run(r, d, reconcile.Options{}); len(res.Plan.Notices) != 0 {
		t.Errorf("it was let pass: %v", res.Plan.Notices)
	}
}
