package reconcile_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/polsync/polsync/classify"
	"github.com/polsync/polsync/connectors"
	"github.com/polsync/polsync/connectors/counting"
	"github.com/polsync/polsync/connectors/memory"
	"github.com/polsync/polsync/reconcile"
	"github.com/polsync/polsync/state"
	"github.com/polsync/polsync/state/ledger"
)

// tables is a warehouse with n tables of one column of mail addresses each.
func tables(t *testing.T, n int) *memory.Warehouse {
	t.Helper()
	var objects, rows strings.Builder
	objects.WriteString("objects:\n  - {on: catalog C}\n  - {on: schema C.S}\n")
	rows.WriteString("rows:\n")
	for i := range n {
		fmt.Fprintf(&objects, "  - {on: table C.S.T%02d}\n  - {on: column C.S.T%02d.A, type: string}\n", i, i)
		fmt.Fprintf(&rows, "  table C.S.T%02d:\n", i)
		for j := range 60 {
			fmt.Fprintf(&rows, "    - {A: 'person%d@example.com'}\n", j)
		}
	}
	path := filepath.Join(t.TempDir(), "mem.yaml")
	if err := os.WriteFile(path, []byte(objects.String()+rows.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	w, err := memory.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// counted is a warehouse that says which tables were counted, how many at once at most, and takes time for each.
type counted struct {
	*memory.Warehouse
	refuses string // a table, and with it all asked in one statement
	sent    int
	mu      sync.Mutex
	asked   []string
	at, top int
	before  func(table string) error
	takes   time.Duration
	pass    func(time.Duration)
}

func (c *counted) Count(ctx context.Context, probes []classify.Probe) ([]classify.Counts, error) {
	c.mu.Lock()
	c.at++
	c.top = max(c.top, c.at)
	for _, p := range probes {
		c.asked = append(c.asked, p.Table.Name)
	}
	c.sent++
	before := c.before
	c.mu.Unlock()
	if slices.ContainsFunc(probes, func(p classify.Probe) bool { return p.Table.Name == c.refuses }) {
		return counting.Answer(probes, nil, errors.New("refused")), nil
	}
	defer func() { c.mu.Lock(); c.at--; c.mu.Unlock() }()
	if before != nil {
		if err := before(probes[0].Table.Name); err != nil {
			return nil, err
		}
	}
	if c.pass != nil {
		c.pass(c.takes)
	}
	return c.Warehouse.Count(context.WithoutCancel(ctx), probes)
}

func (c *counted) reset() { c.asked, c.top, c.sent = nil, 0, 0 }

type loopBench struct {
	*bench
	c *counted
	r *reconcile.Reconciler
	d *state.Declarations
}

func newLoopBench(t *testing.T, n int) *loopBench {
	b := newBench(t)
	c := &counted{Warehouse: tables(t, n)}
	b.w = c.Warehouse
	d := scans()
	d.Scans[0].Rows = 0 // read whole, each table has a statement of its own
	return &loopBench{b, c, b.reconciler(b.store(), c, "a"), d}
}

// scan runs the scan and returns it with the tables that were counted.
func (l *loopBench) scan(o reconcile.ScanOptions) (*reconcile.Scanned, []string) {
	l.t.Helper()
	l.c.reset()
	all, err := l.r.Scan(l.t.Context(), l.d, o)
	if err != nil {
		l.t.Fatal(err)
	}
	slices.Sort(l.c.asked)
	return all[0], l.c.asked
}

func (l *loopBench) is(got []string, want ...string) {
	l.t.Helper()
	if !slices.Equal(got, want) {
		l.t.Errorf("counted %v, want %v", got, want)
	}
}

// TestBudgetsEndAScanAndTheNextGoesOn bounds a scan in each of the ways there are.
func TestBudgetsEndAScanAndTheNextGoesOn(t *testing.T) {
	for _, c := range []struct {
		name   string
		budget state.Budget
		why    string
	}{
		{"statements", state.Budget{Statements: 2}, "statements"},
		{"rows", state.Budget{Rows: 100}, "rows"},
		{"minutes", state.Budget{Elapsed: 90 * time.Second}, "minutes"},
		{"warehouse seconds", state.Budget{Compute: 100 * time.Second}, "warehouse seconds"},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := newLoopBench(t, 5)
			l.c.takes, l.c.pass = time.Minute, l.pass
			l.d.Scans[0].Budget = c.budget
			for i, want := range [][]string{{"T00", "T01"}, {"T02", "T03"}, {"T04"}, {"T00", "T01"}} {
				s, asked := l.scan(reconcile.ScanOptions{})
				l.is(asked, want...)
				cut := i != 2
				if cut != (s.Stopped == "the scan's budget of "+c.why+" was used up") || cut != (len(s.Left) > 0) || s.Statements != len(want) {
					t.Errorf("run %d: stopped by %q, left %v, %d statements", i, s.Stopped, s.Left, s.Statements)
				}
				if cut && s.Left[0].Reason != s.Stopped {
					t.Errorf("run %d: left %v", i, s.Left)
				}
			}
		})
	}
}

// TestSmallTablesAreCountedTogether samples tables, of which one refuses.
func TestSmallTablesAreCountedTogether(t *testing.T) {
	l := newLoopBench(t, 25)
	l.d.Scans[0].Rows, l.d.Scans[0].Parallel = 1000, 4
	s, asked := l.scan(reconcile.ScanOptions{})
	if len(asked) != 25 || l.c.sent != 2 || s.Statements != 2 || len(s.Decisions) != 25 || s.Rows != 25*60 {
		t.Errorf("%d tables with %d statements, said to be %d; %d decisions, %d rows", len(asked), l.c.sent, s.Statements, len(s.Decisions), s.Rows)
	}
	l.c.refuses = "T03"
	s, _ = l.scan(reconcile.ScanOptions{Fresh: true})
	if l.c.sent != 22 || len(s.Left) != 1 || s.Left[0].On.Name != "T03" || len(s.Decisions) != 24 {
		t.Errorf("%d statements, left %v, %d decisions", l.c.sent, s.Left, len(s.Decisions))
	}
	l.c.refuses = ""
	l.d.Scans[0].Budget.Rows, l.d.Scans[0].Parallel = 300, 1
	if _, asked = l.scan(reconcile.ScanOptions{Fresh: true}); len(asked) != 5 || l.c.sent != 5 {
		t.Errorf("with 300 rows to read: %v with %d statements", asked, l.c.sent)
	}
}

// TestTheBudgetChoosesTheSameTables bounds scans that have several statements at a time.
func TestTheBudgetChoosesTheSameTables(t *testing.T) {
	for range 20 {
		l := newLoopBench(t, 6)
		l.d.Scans[0].Parallel, l.d.Scans[0].Budget.Statements = 4, 3
		s, asked := l.scan(reconcile.ScanOptions{})
		l.is(asked, "T00", "T01", "T02")
		if s.Statements != 3 || len(s.Left) != 3 {
			t.Fatalf("%+v", s)
		}
	}
}

func TestFreshBeginsAScanAnew(t *testing.T) {
	l := newLoopBench(t, 3)
	l.d.Scans[0].Budget.Statements = 1
	_, asked := l.scan(reconcile.ScanOptions{})
	l.is(asked, "T00")
	_, asked = l.scan(reconcile.ScanOptions{Fresh: true})
	l.is(asked, "T00")
	_, asked = l.scan(reconcile.ScanOptions{})
	l.is(asked, "T01")
	l.pass(8 * 24 * time.Hour) // what was covered is too old to be part of one look
	_, asked = l.scan(reconcile.ScanOptions{})
	l.is(asked, "T00")
	_, asked = l.scan(reconcile.ScanOptions{On: []state.Securable{{Kind: state.KindTable, Catalog: "C", Schema: "S", Name: "T02"}}})
	l.is(asked, "T02")
	_, asked = l.scan(reconcile.ScanOptions{})
	l.is(asked, "T01")
}

// TestInterruptedScansKeepWhatTheyCovered cancels a scan while a statement runs, which then ends or is given up.
func TestInterruptedScansKeepWhatTheyCovered(t *testing.T) {
	for _, c := range []struct{ name, at string }{{"ends", "T01"}, {"given up", "T02"}} {
		t.Run(c.name, func(t *testing.T) {
			l := newLoopBench(t, 4)
			ctx, cancel := context.WithCancel(t.Context())
			second := l.d.Scans[0]
			second.Name = "second"
			l.d.Scans = append(l.d.Scans, second)
			l.c.before = func(table string) error {
				if table != c.at {
					return nil
				}
				cancel()
				if c.name == "given up" {
					return ctx.Err()
				}
				return nil
			}
			all, err := l.r.Scan(ctx, l.d, reconcile.ScanOptions{})
			if err != nil || all[0].Stopped != "the scan was interrupted" || len(all[0].Left) != 2 || len(all[0].Findings()) != 2 {
				t.Fatalf("%+v, %v", all, err)
			}
			if len(all) != 2 || all[1].Scan != "second" || all[1].Stopped != "the scan was interrupted" {
				t.Errorf("the scan after it: %+v", all[1:])
			}
			l.c.before = nil
			l.d.Scans = l.d.Scans[:1]
			s, asked := l.scan(reconcile.ScanOptions{})
			l.is(asked, "T02", "T03")
			if s.Stopped != "" || s.Unchanged != 2 {
				t.Errorf("%+v", s)
			}
			l.run(l.r, l.d, reconcile.Options{})
			if got := len(l.tags()); got != 4 {
				t.Errorf("%d tagged", got)
			}
		})
	}
}

// dying is a store that keeps nothing more from some moment on, as after a kill.
type dying struct {
	ledger.Store
	puts int
}

var errDead = errors.New("killed")

func (d *dying) PutFindings(ctx context.Context, r ledger.ScanResult) error {
	if d.puts--; d.puts < 0 {
		return errDead
	}
	return d.Store.PutFindings(ctx, r)
}

func (d *dying) PutScan(ctx context.Context, r ledger.ScanRun) error {
	if d.puts < 0 {
		return errDead
	}
	return d.Store.PutScan(ctx, r)
}

// TestKilledScansGoOn ends a scan after each number of tables as a kill would.
func TestKilledScansGoOn(t *testing.T) {
	for n := range 4 {
		l := newLoopBench(t, 4)
		store := l.store()
		_, err := l.reconciler(&dying{store, n}, l.c, "a").Scan(t.Context(), l.d, reconcile.ScanOptions{})
		if !errors.Is(err, errDead) {
			t.Fatal(err)
		}
		kept, err := store.Findings(t.Context(), ledger.FindingFilter{})
		if err != nil || len(kept) != n {
			t.Fatalf("after %d tables %d findings are kept, %v", n, len(kept), err)
		}
		_, asked := l.scan(reconcile.ScanOptions{})
		l.is(asked, []string{"T00", "T01", "T02", "T03"}[n:]...)
		_, asked = l.scan(reconcile.ScanOptions{})
		l.is(asked, "T00", "T01", "T02", "T03")
	}
}

// TestErrorsEndAScanButLoseNothing has the platform go away in the middle.
func TestErrorsEndAScanButLoseNothing(t *testing.T) {
	l := newLoopBench(t, 3)
	l.c.before = func(table string) error {
		if table == "T01" {
			return connectors.ErrAuth
		}
		return nil
	}
	all, err := l.r.Scan(t.Context(), l.d, reconcile.ScanOptions{})
	if err == nil || len(all) != 1 || len(all[0].Findings()) != 1 || len(all[0].Left) != 2 {
		t.Fatalf("%+v, %v", all, err)
	}
	l.c.before = nil
	_, asked := l.scan(reconcile.ScanOptions{})
	l.is(asked, "T01", "T02")
}

func TestScansPause(t *testing.T) {
	l := newLoopBench(t, 3)
	store := l.store()
	l.c.before = func(table string) error {
		if table == "T01" {
			return store.Pause(t.Context(), reconcile.ScanPause("mem"), "ann", "month end")
		}
		return nil
	}
	s, asked := l.scan(reconcile.ScanOptions{})
	l.is(asked, "T00", "T01")
	if s.Stopped != "scans are paused by ann: month end" {
		t.Errorf("stopped by %q", s.Stopped)
	}
	_, asked = l.scan(reconcile.ScanOptions{})
	l.is(asked)
	if err := store.Resume(t.Context(), reconcile.ScanPause("mem"), "ann"); err != nil {
		t.Fatal(err)
	}
	_, asked = l.scan(reconcile.ScanOptions{})
	l.is(asked, "T02")
}

// TestVerdictsAge has an incremental scan look again once a verdict is old, or something changed.
func TestVerdictsAge(t *testing.T) {
	l := newLoopBench(t, 2)
	l.d.Scans[0].Mode, l.d.Scans[0].Recheck = "incremental", 30*24*time.Hour
	step := func(what string, change func(), want ...string) {
		t.Helper()
		change()
		_, asked := l.scan(reconcile.ScanOptions{})
		if !slices.Equal(asked, want) {
			t.Errorf("%s: counted %v, want %v", what, asked, want)
		}
	}
	step("first", func() {}, "T00", "T01")
	step("again", func() { l.pass(29 * 24 * time.Hour) })
	step("old", func() { l.pass(24 * time.Hour) }, "T00", "T01")
	step("a column came", func() {
		l.w.Peek().Objects[state.Securable{Kind: state.KindColumn, Catalog: "C", Schema: "S", Name: "T01", Column: "B"}] = state.Object{Type: state.DataType{Family: state.FamilyString, Text: "string"}}
	}, "T01")
	step("a type changed", func() {
		l.w.Peek().Objects[state.Securable{Kind: state.KindColumn, Catalog: "C", Schema: "S", Name: "T00", Column: "A"}] = state.Object{Type: state.DataType{Family: state.FamilyString, Text: "string(10)"}}
	}, "T00")
	step("other rules", func() {
		l.d.Classifiers = []state.ClassifierDeclaration{{Name: "x", Any: []state.Predicate{{Column: "^x$"}}}}
	}, "T00", "T01")
	step("another way of looking", func() { l.d.Scans[0].Values = "names" })
	step("and back", func() { l.d.Scans[0].Values = "pushdown" }, "T00", "T01")
	step("never old", func() { l.d.Scans[0].Recheck = 0; l.pass(1000 * 24 * time.Hour) })
}

// TestNoRowsIsNoVerdict takes the rows of a table away, as a row filter does or somebody who loads it anew: what they
// showed is not judged anew by the name alone, and said. Once rows are back it is.
func TestNoRowsIsNoVerdict(t *testing.T) {
	l := newLoopBench(t, 2)
	full := l.c.Warehouse
	l.scan(reconcile.ScanOptions{})
	l.run(l.r, l.d, reconcile.Options{})
	gone := memory.New(memory.Dialect{}, full.State())
	l.c.Warehouse, l.w = gone, gone
	for range 2 {
		s, asked := l.scan(reconcile.ScanOptions{})
		l.is(asked, "T00", "T01")
		if len(s.Empty) != 2 || len(s.Left) > 0 || s.Empty[0].Name != "T00" {
			t.Fatalf("%+v", s)
		}
		if res := l.run(l.r, l.d, reconcile.Options{}); res.Run != "" || len(l.tags()) != 2 {
			t.Fatalf("the tags went: %+v", res.Plan.Changes())
		}
	}
	l.c.Warehouse = full
	if s, _ := l.scan(reconcile.ScanOptions{}); len(s.Empty) > 0 || len(s.Findings()) != 2 {
		t.Errorf("%+v", s)
	}
}

// TestStatementsAtATime holds statements until as many run as may, and expects never more.
func TestStatementsAtATime(t *testing.T) {
	l := newLoopBench(t, 9)
	l.d.Scans[0].Parallel = 3
	gate := make(chan struct{})
	var once sync.Once
	l.c.before = func(string) error {
		l.c.mu.Lock()
		full := l.c.at == 3
		l.c.mu.Unlock()
		if full {
			once.Do(func() { close(gate) })
		}
		<-gate
		return nil
	}
	var last reconcile.ScanProgress
	s, asked := l.scan(reconcile.ScanOptions{Progress: func(p reconcile.ScanProgress) { last = p }})
	if l.c.top != 3 || len(asked) != 9 || len(s.Findings()) != 9 {
		t.Errorf("%d at once, %d counted, %d found", l.c.top, len(asked), len(s.Findings()))
	}
	if want := (reconcile.ScanProgress{Platform: "mem", Scan: "all", Tables: 9, Done: 9, Statements: 9, Rows: 540, Findings: 9}); last != want {
		t.Errorf("progress %+v", last)
	}
	if !slices.IsSortedFunc(s.Decisions, func(a, b classify.Decision) int { return a.Column.Compare(b.Column) }) {
		t.Error("the verdicts come in no order")
	}
}

// TestSampledRowsGiveTheSameVerdicts compares a scan that counts in the platform with one that reads rows.
func TestSampledRowsGiveTheSameVerdicts(t *testing.T) {
	b := newBench(t)
	b.w = people(t)
	r := b.reconciler(b.store(), b.w, "a")
	d := scans()
	verdicts := func(values string) string {
		d.Scans[0].Values = values
		all, err := r.Scan(t.Context(), d, reconcile.ScanOptions{})
		if err != nil || len(all[0].Left) > 0 || all[0].Statements != 1 || all[0].Rows != 60 {
			t.Fatalf("%s: %+v, %v", values, all, err)
		}
		var lines []string
		for _, f := range all[0].Findings() {
			if f.How != values {
				t.Errorf("a finding by %s says it is by %q", values, f.How)
			}
			lines = append(lines, fmt.Sprintf("%s %s %.3f %d of %d", f.Column.Column, f.Classifier, f.Score, f.Matched, f.Rows))
		}
		return strings.Join(lines, "\n")
	}
	pushed, sampled := verdicts("pushdown"), verdicts("sample")
	if pushed != sampled || pushed == "" {
		t.Errorf("counted in the platform:\n%s\nfrom rows:\n%s", pushed, sampled)
	}
	d.Scans[0].Values = "sample"
	if _, err := b.reconciler(b.store(), struct{ connectors.Platform }{b.w}, "b").Scan(t.Context(), d, reconcile.ScanOptions{}); err == nil {
		t.Error("rows were sampled from a platform that hands out none")
	}
}
