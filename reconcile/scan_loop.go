package reconcile

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/polsync/polsync/classify"
	"github.com/polsync/polsync/connectors"
	"github.com/polsync/polsync/state"
	"github.com/polsync/polsync/state/ledger"
)

// kept is how many tables without a statement are kept in the store at once. A table that cost one is kept at once.
const kept = 200

// scanLoop looks at the tables of one scan, several at a time.
type scanLoop struct {
	r        *Reconciler
	scan     state.ScanDeclaration
	rules    *classify.Rules
	s        *Scanned
	began    time.Time
	seen     map[state.Securable]bool // columns found to be something by values
	progress func(ScanProgress)

	handing sync.Mutex // of the two below
	aside   int        // statements of the budget that tables have
	spent   string     // that the budget has none left; the tables that have theirs are looked at

	mu      sync.Mutex // of all below, and of s
	pending ledger.ScanResult
	waiting int // tables in pending
	done    int
	found   int
	err     error // that ends the scan
}

// job is tables to look at: several small ones that one statement answers, a probe each, or one with all its probes.
type job struct {
	tables     []scanTable
	probes     []classify.Probe
	statements int    // that the budget has left for it
	why        string // why there are not as many as it takes
}

// run looks at tables until there are none left, or something stops it. What was looked at is in the store then.
func (l *scanLoop) run(ctx context.Context, tables []scanTable) error {
	l.s.Tables = len(tables)
	jobs := make(chan job)
	var workers sync.WaitGroup
	for range max(1, min(l.scan.Parallel, len(tables))) {
		workers.Go(func() {
			for j := range jobs {
				l.look(ctx, j)
			}
		})
	}
	l.hand(ctx, tables, jobs)
	close(jobs)
	workers.Wait()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.flush(ctx)
	l.s.Stopped = cmp.Or(l.s.Stopped, l.spent) // nobody hands out any more
	slices.SortFunc(l.s.Decisions, func(a, b classify.Decision) int { return a.Column.Compare(b.Column) })
	slices.SortFunc(l.s.Empty, state.Securable.Compare)
	slices.SortFunc(l.s.Left, func(a, b Unlooked) int { return a.On.Compare(b.On) })
	return l.err
}

// hand makes jobs of the tables, in their order.
func (l *scanLoop) hand(ctx context.Context, tables []scanTable, jobs chan<- job) {
	var small job
	send := func() {
		if len(small.tables) > 0 {
			jobs <- l.afford(ctx, small, 1)
			small = job{}
		}
	}
	for _, t := range tables {
		probes := classify.Probes(l.scan, []classify.TableColumns{t.asked}, l.rules)
		if l.scan.Values == classify.ValuesSample || len(probes) != 1 {
			send()
			need := len(probes)
			if l.scan.Values == classify.ValuesSample {
				need = min(1, need) // one reading of the rows answers them all
			}
			jobs <- l.afford(ctx, job{tables: []scanTable{t}, probes: probes}, need)
			continue
		}
		if with := append(slices.Clip(small.probes), probes...); len(small.tables) >= l.most() || classify.Together(with) < len(with) {
			send()
		}
		small.tables, small.probes = append(small.tables, t), append(small.probes, probes...)
	}
	send()
}

// most is how many tables one statement may read, so that a bound on rows is not passed by many.
func (l *scanLoop) most() int {
	if l.scan.Budget.Rows == 0 {
		return classify.MaxTables
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return max(1, int((l.scan.Budget.Rows-l.s.Rows)/int64(max(1, l.scan.Rows))))
}

// afford sets statements of the budget aside for a job, in the order of tables, so that it is told which a scan reaches.
func (l *scanLoop) afford(ctx context.Context, j job, need int) job {
	l.handing.Lock()
	defer l.handing.Unlock()
	if j.why = cmp.Or(l.spent, l.stops(ctx)); j.why != "" {
		return j
	}
	j.statements = need
	if b := l.scan.Budget.Statements; b > 0 {
		j.statements = min(need, b-l.aside)
	}
	l.aside += j.statements
	if j.statements < need {
		j.why = "the scan's budget of statements was used up"
		l.spent = j.why
	}
	return j
}

// look counts what tables hold and takes the verdicts over.
func (l *scanLoop) look(ctx context.Context, j job) {
	if len(j.tables) > 1 {
		l.lookTogether(ctx, j)
		return
	}
	var counts []classify.Counts
	why := ""
	for sent := 0; sent < j.statements && why == ""; sent++ {
		if why = l.stops(ctx); why != "" {
			break
		}
		asked := j.probes
		if l.scan.Values != classify.ValuesSample {
			asked = j.probes[sent : sent+1]
		}
		some, err := l.ask(ctx, j.tables[0].asked, asked)
		if err != nil {
			why = l.fail(ctx, err)
			break
		}
		if counts = append(counts, some...); some[0].Err != nil {
			break
		}
	}
	l.take(ctx, j.tables[0], counts, cmp.Or(why, j.why), j.statements > 0)
}

// lookTogether counts what several tables hold with one statement. Where that is refused, it may be for one of them:
// each is asked by itself, as far as the budget goes.
func (l *scanLoop) lookTogether(ctx context.Context, j job) {
	var counts []classify.Counts
	why := j.why
	if why == "" {
		why = l.stops(ctx)
	}
	if why == "" {
		some, err := l.ask(ctx, j.tables[0].asked, j.probes)
		if err != nil {
			why = l.fail(ctx, err)
		}
		counts = some
	}
	for i, t := range j.tables {
		switch {
		case why != "" || counts == nil:
			l.take(ctx, t, nil, why, false)
		case counts[i].Err == nil:
			l.take(ctx, t, counts[i:i+1], "", true)
		default:
			l.look(ctx, l.afford(ctx, job{tables: j.tables[i : i+1], probes: j.probes[i : i+1]}, 1))
		}
	}
}

// ask sends one statement, which answers probes: of small tables one each, in a sample all of one table.
func (l *scanLoop) ask(ctx context.Context, t classify.TableColumns, probes []classify.Probe) (counts []classify.Counts, err error) {
	began := l.r.now()
	defer func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.s.Statements++
		l.s.Compute += l.r.now().Sub(began)
		for i, c := range counts {
			if i == 0 || c.Table != counts[i-1].Table {
				l.s.Rows += c.Rows
			}
		}
	}()
	if l.scan.Values == classify.ValuesSample {
		return l.sample(ctx, t, probes)
	}
	counts, err = l.r.Platform.Count(ctx, probes)
	if err != nil {
		return nil, fmt.Errorf("count values: %w", err)
	}
	return counts, nil
}

// sample counts rows as they come; none is kept.
func (l *scanLoop) sample(ctx context.Context, t classify.TableColumns, probes []classify.Probe) ([]classify.Counts, error) {
	var columns []classify.Column
	for _, p := range probes {
		for _, c := range p.Columns {
			if one := (classify.Column{Column: c.Column, Type: c.Type}); !slices.Contains(columns, one) {
				columns = append(columns, one)
			}
		}
	}
	counter, err := classify.NewCounter(probes, columns)
	if err != nil {
		return nil, err
	}
	sampler := l.r.Platform.(connectors.Sampler) // Scan has looked
	if err := sampler.Sample(ctx, t.Table, columns, l.scan.Rows, counter.Add); err != nil {
		if ctx.Err() != nil || errors.Is(err, connectors.ErrAuth) {
			return nil, fmt.Errorf("sample rows: %w", err)
		}
		return []classify.Counts{{Table: t.Table, Err: err}}, nil
	}
	return counter.Counts(), nil
}

// stops returns why nothing more is to be looked at, "" where nothing keeps the scan from going on.
func (l *scanLoop) stops(ctx context.Context) string {
	if ctx.Err() != nil {
		return l.stop(interrupted)
	}
	pause, err := l.r.Store.Paused(ctx, ScanPause(l.r.Name))
	if err != nil {
		return l.fail(ctx, fmt.Errorf("look for a pause: %w", err))
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.scan.Budget
	switch {
	case l.s.Stopped != "":
	case pause != nil:
		l.s.Stopped = "scans are paused by " + pause.By
		if pause.Reason != "" {
			l.s.Stopped += ": " + pause.Reason
		}
	case b.Rows > 0 && l.s.Rows >= b.Rows:
		l.s.Stopped = "the scan's budget of rows was used up"
	case b.Compute > 0 && l.s.Compute >= b.Compute:
		l.s.Stopped = "the scan's budget of warehouse seconds was used up"
	case b.Elapsed > 0 && l.r.now().Sub(l.began) >= b.Elapsed:
		l.s.Stopped = "the scan's budget of minutes was used up"
	}
	return l.s.Stopped
}

func (l *scanLoop) stop(why string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.s.Stopped == "" {
		l.s.Stopped = why
	}
	return l.s.Stopped
}

// fail ends the scan with an error, unless it is that it was told to end.
func (l *scanLoop) fail(ctx context.Context, err error) string {
	if ctx.Err() != nil {
		return l.stop(interrupted)
	}
	l.mu.Lock()
	l.err = errors.Join(l.err, err)
	l.mu.Unlock()
	return l.stop("the scan ended with an error")
}

// take takes over the verdicts on the columns of a table that were looked at, and says why others were not.
func (l *scanLoop) take(ctx context.Context, t scanTable, counts []classify.Counts, why string, cost bool) {
	now := l.r.now().UTC()
	looked := map[state.Securable]bool{}
	var decisions []classify.Decision
	var explained []state.Explanation
	if why == "" || len(counts) > 0 {
		for _, one := range classify.Covered(l.scan, l.r.Name, []classify.TableColumns{t.asked}, counts, l.rules).Columns {
			looked[one.Column] = one.Looked
		}
		decisions = classify.Decide(l.scan, l.r.Name, t.whole, counts, l.rules, now)
		explained = classify.Explain(t.whole, counts, l.rules)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	whole := true
	for i, d := range decisions {
		if !looked[d.Column] {
			continue
		}
		if l.seen[d.Column] && explained[i].Values == 0 {
			l.s.Empty = append(l.s.Empty, d.Column) // names alone would judge less than values did
			continue
		}
		d.Finding.How = l.scan.Values
		l.s.Decisions = append(l.s.Decisions, d)
		l.pending.Looks = append(l.pending.Looks, ledger.Look{Column: d.Column, Digest: t.digest, Rules: l.rules.Version, How: l.scan.Values, At: now, Explanation: explained[i]})
		if d.Found {
			l.found++
			l.pending.Findings = append(l.pending.Findings, d.Finding)
		}
	}
	for _, c := range t.asked.Columns {
		whole = whole && looked[c.Column]
	}
	if !whole {
		l.s.Left = append(l.s.Left, Unlooked{t.asked.Table, left(counts, why)})
	}
	l.done++
	if l.waiting++; cost && len(counts) > 0 || l.waiting >= kept {
		l.flush(ctx)
	}
	if l.progress != nil {
		l.progress(ScanProgress{l.r.Name, l.scan.Name, l.s.Tables, l.done, l.s.Statements, l.s.Rows, l.found})
	}
}

// left is why a table, or some columns of it, was not looked at.
func left(counts []classify.Counts, why string) string {
	for _, c := range counts {
		if c.Err != nil {
			return c.Err.Error()
		}
	}
	return why
}

// flush keeps in the store what is pending, also when the scan was interrupted.
func (l *scanLoop) flush(ctx context.Context) {
	l.pending.Platform, l.pending.Scan, l.pending.Rules = l.r.Name, l.scan.Name, l.rules.Version
	l.waiting = 0
	if len(l.pending.Looks) == 0 {
		return
	}
	err := l.r.Store.PutFindings(context.WithoutCancel(ctx), l.pending)
	l.pending = ledger.ScanResult{}
	if err != nil {
		l.err = errors.Join(l.err, fmt.Errorf("keep the findings: %w", err))
		l.s.Stopped = "the findings could not be kept"
	}
}
