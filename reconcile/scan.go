package reconcile

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/polsync/polsync/classify"
	"github.com/polsync/polsync/connectors"
	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
	"github.com/polsync/polsync/state/ledger"
)

// Scanned is what one scan concluded about one platform.
type Scanned struct {
	Platform   string
	Scan       string
	Values     string              // how values were looked at: pushdown, sample or names
	Decisions  []classify.Decision // of the columns that were looked at, by table
	Tables     int                 // to look at
	Unchanged  int                 // tables passed over: as they were when an incremental scan, or this one before it was cut short, looked at them
	Left       []Unlooked          // what should have been looked at and was not; what was found there before stays
	Masked     []state.Securable   // columns that are masked, whose values cannot be counted; likewise
	Empty      []state.Securable   // columns of which values were seen before and none now: rows are gone or hidden; what was found there stays
	Stopped    string              // why the scan ended before its end, "" where it did not; the next one goes on
	Statements int                 // sent to look at values
	Rows       int64               // that they looked at
	Compute    time.Duration       // that they took, added up
	Elapsed    time.Duration
	Notices    []plan.Notice
}

// Unlooked is a table or column that a scan did not look at, and why.
type Unlooked struct {
	On     state.Securable
	Reason string
}

// Findings returns what was found.
func (s *Scanned) Findings() []state.Finding { return classify.Findings(s.Decisions) }

// ScanOptions are what a call of Scan is asked to do.
type ScanOptions struct {
	Names    []string          // scans; none means all
	On       []state.Securable // only columns there; none means all. Such a scan begins anew each time
	Fresh    bool              // begin a scan anew that was cut short, instead of going on with it
	Progress func(ScanProgress)
}

// ScanProgress is how far a scan has come.
type ScanProgress struct {
	Platform, Scan string
	Tables, Done   int // to look at, and looked at
	Statements     int
	Rows           int64
	Findings       int
}

// resumable is how long ago a scan that was cut short may have begun to be gone on with. After that what it covered
// first is too old to count as part of one look at everything.
const resumable = 7 * 24 * time.Hour

// interrupted is why a scan stopped that was told to.
const interrupted = "the scan was interrupted"

// ScanPause is the name under which the store keeps the pause of a platform's scans; they go on while writing is
// paused, and the other way round.
func ScanPause(platform string) string { return platform + "/scans" }

// Scan runs the declared scans and keeps their findings in the store, table by table, so that whatever ends it loses
// nothing of what was looked at. What a scan does not look at, because its budget ends, it is interrupted or paused, a
// table cannot be counted or a mask hides the values from polsync itself, is said, and nothing found there before is
// withdrawn. It returns what was concluded besides an error too.
func (r *Reconciler) Scan(ctx context.Context, d *state.Declarations, o ScanOptions) ([]*Scanned, error) {
	in, _, err := r.observe(ctx, d, Options{})
	if err != nil {
		return nil, err
	}
	unread, err := r.keepNative(ctx, in)
	if err != nil {
		return nil, err
	}
	if err := r.forgetGone(ctx, in); err != nil {
		return nil, err
	}
	tables := indexTables(in.Actual)
	var all []*Scanned
	for _, scan := range d.Scans {
		if len(o.Names) > 0 && !slices.Contains(o.Names, scan.Name) {
			continue
		}
		s, err := r.scan(ctx, in, tables, scan, o)
		if s == nil && ctx.Err() != nil { // it had not begun
			s, err = &Scanned{Platform: r.Name, Scan: scan.Name, Values: scan.Values, Stopped: interrupted}, nil
		}
		if s != nil {
			if unread != nil && len(all) == 0 {
				s.Notices = append(s.Notices, *unread)
			}
			all = append(all, s)
		}
		if err != nil {
			return all, fmt.Errorf("%s: scan %s: %w", r.Name, scan.Name, err)
		}
	}
	return all, nil
}

func (r *Reconciler) scan(ctx context.Context, in plan.Input, tables tableIndex, scan state.ScanDeclaration, o ScanOptions) (*Scanned, error) {
	if _, ok := r.Platform.(connectors.Sampler); !ok && scan.Values == classify.ValuesSample {
		return nil, fmt.Errorf("values: sample: rows of this platform cannot be read; use pushdown or names: %w", plan.ErrUnsupported)
	}
	rules, err := classify.NewRules(classify.Suite(), in.Declarations.Classifiers, in.Declarations.Collections, scan.Collection)
	if err != nil {
		return nil, err
	}
	began := r.now()
	s := &Scanned{Platform: r.Name, Scan: scan.Name, Values: scan.Values}
	columns, notices := plan.Columns(in, scan.On, scan.Except)
	s.Notices = notices
	columns = slices.DeleteFunc(columns, func(c state.Securable) bool {
		return len(o.On) > 0 && !slices.ContainsFunc(o.On, func(on state.Securable) bool { return on.Covers(c) })
	})
	run, err := r.beginScan(ctx, scan, rules, o)
	if err != nil {
		return nil, err
	}
	jobs, err := r.due(ctx, s, scan, tables.of(s.unmasked(in.Actual, columns)), rules, run)
	if err != nil {
		return nil, err
	}
	l := &scanLoop{r: r, scan: scan, rules: rules, s: s, began: began, progress: o.Progress}
	if l.seen, err = r.seenValues(ctx, scan); err != nil {
		return nil, err
	}
	err = l.run(ctx, jobs)
	s.Elapsed = r.now().Sub(began)
	if end := r.endScan(ctx, s, run, o); err == nil {
		err = end
	}
	return s, err
}

// beginScan notes that a scan begins; a narrowed one leaves no note, since it covers a part only.
func (r *Reconciler) beginScan(ctx context.Context, scan state.ScanDeclaration, rules *classify.Rules, o ScanOptions) (ledger.ScanRun, error) {
	if len(o.On) > 0 {
		return ledger.ScanRun{}, nil
	}
	since := r.now().Add(-resumable)
	if o.Fresh {
		since = r.now().Add(time.Hour) // none is
	}
	run, err := r.Store.BeginScan(ctx, r.Name, scan.Name, rules.Version, since)
	if err != nil {
		return run, fmt.Errorf("begin: %w", err)
	}
	return run, nil
}

func (r *Reconciler) endScan(ctx context.Context, s *Scanned, run ledger.ScanRun, o ScanOptions) error {
	if len(o.On) > 0 {
		return nil
	}
	run.Columns += len(s.Decisions)
	run.Statements, run.Rows, run.Compute = run.Statements+s.Statements, run.Rows+s.Rows, run.Compute+s.Compute
	run.Left, run.Stopped = len(s.Left), s.Stopped
	if s.Stopped == "" {
		run.Ended = r.now()
	}
	if err := r.Store.PutScan(context.WithoutCancel(ctx), run); err != nil {
		return fmt.Errorf("note its end: %w", err)
	}
	return nil
}

// seenValues returns the columns that the scan found to be something by their values.
func (r *Reconciler) seenValues(ctx context.Context, scan state.ScanDeclaration) (map[state.Securable]bool, error) {
	if scan.Values == classify.ValuesNames {
		return nil, nil
	}
	findings, err := r.Store.Findings(ctx, ledger.FindingFilter{Platform: r.Name, Scan: scan.Name})
	if err != nil {
		return nil, fmt.Errorf("read what it found before: %w", err)
	}
	seen := map[state.Securable]bool{}
	for _, f := range findings {
		seen[f.Column] = f.Rows > 0
	}
	return seen, nil
}

// unmasked leaves out the columns whose values polsync itself may only see masked: it would judge the mask.
func (s *Scanned) unmasked(actual *state.State, columns []state.Securable) []state.Securable {
	masked := plan.Masked(actual)
	return slices.DeleteFunc(columns, func(c state.Securable) bool {
		if masked(c) {
			s.Masked = append(s.Masked, c)
			return true
		}
		return false
	})
}

// due leaves out the columns that need no look: in an incremental scan those looked at not too long ago, as their table
// is now, by the same rules and in the same way; in a scan gone on with those that its first part looked at.
func (r *Reconciler) due(ctx context.Context, s *Scanned, scan state.ScanDeclaration, tables []scanTable, rules *classify.Rules, run ledger.ScanRun) ([]scanTable, error) {
	looks, err := r.Store.Looks(ctx, r.Name, scan.Name)
	if err != nil {
		return nil, fmt.Errorf("read what it looked at: %w", err)
	}
	now := r.now()
	good := func(l ledger.Look, digest string) bool {
		if l.Rules != rules.Version || l.Digest != digest || l.How != scan.Values {
			return false
		}
		fresh := scan.Recheck == 0 || now.Sub(l.At) < scan.Recheck
		return scan.Mode == "incremental" && fresh || run.Resumed && !l.At.Before(run.Started)
	}
	var jobs []scanTable
	for _, t := range tables {
		t.asked.Columns = slices.DeleteFunc(slices.Clone(t.asked.Columns), func(c classify.Column) bool {
			l, ok := looks[c.Column]
			return ok && good(l, t.digest)
		})
		if len(t.asked.Columns) == 0 {
			s.Unchanged++
			continue
		}
		jobs = append(jobs, t)
	}
	return jobs, nil
}

// tableIndex is every table of a state with all its columns. What a scan makes of one column depends on the others.
type tableIndex map[state.Securable]*scanTable

// scanTable is a table with the columns of it that are to be looked at.
type scanTable struct {
	whole  classify.TableColumns
	asked  classify.TableColumns
	digest string // changes when a column comes, goes or changes its type, or a comment changes
}

func indexTables(actual *state.State) tableIndex {
	index := tableIndex{}
	for _, c := range actual.Securables() {
		if c.Kind != state.KindColumn {
			continue
		}
		t := index[c.Table()]
		if t == nil {
			relation, _ := actual.Relation(c.Table())
			t = &scanTable{whole: classify.TableColumns{Table: c.Table(), Comment: actual.Objects[relation].Comment}}
			index[c.Table()] = t
		}
		t.whole.Columns = append(t.whole.Columns, classify.Column{Column: c, Type: actual.Objects[c].Type, Comment: actual.Objects[c].Comment})
	}
	for _, t := range index { // what stands beside a column tells something of it
		slices.SortStableFunc(t.whole.Columns, func(a, b classify.Column) int {
			return cmp.Compare(actual.Objects[a.Column].Position, actual.Objects[b.Column].Position)
		})
		t.digest = columnsDigest(t.whole)
	}
	return index
}

// of groups columns, which are in order, by their tables.
func (index tableIndex) of(columns []state.Securable) []scanTable {
	var tables []scanTable
	asked := map[state.Securable]bool{}
	for _, c := range columns {
		asked[c] = true
	}
	var last state.Securable
	for _, c := range columns {
		at := c.Table()
		t := index[at]
		if t == nil || len(tables) > 0 && last == at {
			continue
		}
		last = at
		one := *t
		one.asked = classify.TableColumns{Table: t.whole.Table, Comment: t.whole.Comment}
		for _, col := range t.whole.Columns {
			if asked[col.Column] {
				one.asked.Columns = append(one.asked.Columns, col)
			}
		}
		tables = append(tables, one)
	}
	return tables
}

// columnsDigest changes when a column comes, goes or changes its type, or a comment that classifiers read changes.
func columnsDigest(t classify.TableColumns) string {
	lines := []string{t.Comment}
	for _, c := range t.Columns {
		lines = append(lines, c.Column.Column, c.Type.Text, c.Comment)
	}
	return digestOf(slices.Values(lines))
}
