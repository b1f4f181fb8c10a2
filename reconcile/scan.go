package reconcile

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/polsync/polsync/classify"
	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
	"github.com/polsync/polsync/state/ledger"
)

// Scanned is what one scan concluded about one platform.
type Scanned struct {
	Platform   string
	Scan       string
	Decisions  []classify.Decision // of the columns that were looked at, by table
	Tables     int                 // looked at
	Unchanged  int                 // tables that an incremental scan passed over
	Left       []Unlooked          // what should have been looked at and was not; what was found there before stays
	Masked     []state.Securable   // columns that are masked, whose values cannot be counted; likewise
	Statements int                 // sent to count values
	Notices    []plan.Notice
}

// Unlooked is a table or column that a scan did not look at, and why.
type Unlooked struct {
	On     state.Securable
	Reason string
}

// Findings returns what was found.
func (s *Scanned) Findings() []state.Finding { return classify.Findings(s.Decisions) }

// Scan runs the declared scans, all where none is named, and keeps their findings in the store. What a scan does not
// look at, because its budget ends, a table cannot be counted or a mask hides the values from polsync itself, is said,
// and nothing found there before is withdrawn.
func (r *Reconciler) Scan(ctx context.Context, d *state.Declarations, names ...string) ([]*Scanned, error) {
	in, _, err := r.observe(ctx, d, Options{})
	if err != nil {
		return nil, err
	}
	var all []*Scanned
	for _, scan := range d.Scans {
		if len(names) > 0 && !slices.Contains(names, scan.Name) {
			continue
		}
		s, err := r.scan(ctx, in, scan)
		if err != nil {
			return all, fmt.Errorf("%s: scan %s: %w", r.Name, scan.Name, err)
		}
		all = append(all, s)
	}
	return all, nil
}

func (r *Reconciler) scan(ctx context.Context, in plan.Input, scan state.ScanDeclaration) (*Scanned, error) {
	if scan.Values == classify.ValuesSample {
		return nil, errors.New("values: sample is not offered by this version; use pushdown or names")
	}
	rules, err := classify.NewRules(classify.Suite(), in.Declarations.Classifiers, in.Declarations.Collections, scan.Collection)
	if err != nil {
		return nil, err
	}
	s := &Scanned{Platform: r.Name, Scan: scan.Name}
	columns, notices := plan.Columns(in, scan.On, scan.Except)
	s.Notices = notices
	tables, err := r.due(ctx, scan, tablesOf(in.Actual, s.unmasked(in.Actual, columns)), rules, s)
	if err != nil {
		return nil, err
	}
	probes := s.budgeted(classify.Probes(scan, tables, rules), scan.Budget.Statements)
	counts, err := r.count(ctx, probes)
	if err != nil {
		return nil, err
	}
	s.Statements, s.Tables = len(probes), len(tables)
	looked := map[state.Securable]bool{}
	for _, l := range classify.Covered(scan, r.Name, tables, counts, rules).Columns {
		looked[l.Column] = l.Looked
	}
	for _, t := range tables {
		s.decide(classify.Decide(scan, r.Name, t, countsOf(counts, t.Table), rules, r.now().UTC()), looked, t, counts)
	}
	return s, r.keep(ctx, s, scan, tables, looked, rules)
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

// due leaves out the tables that an incremental scan has covered as they are now, with the same rules.
func (r *Reconciler) due(ctx context.Context, scan state.ScanDeclaration, tables []classify.TableColumns, rules *classify.Rules, s *Scanned) ([]classify.TableColumns, error) {
	if scan.Mode != "incremental" {
		return tables, nil
	}
	looks, err := r.Store.Looks(ctx, r.Name, scan.Name)
	if err != nil {
		return nil, fmt.Errorf("read what scans covered: %w", err)
	}
	due := slices.DeleteFunc(tables, func(t classify.TableColumns) bool {
		digest := columnsDigest(t)
		return !slices.ContainsFunc(t.Columns, func(c classify.Column) bool {
			m, ok := looks[c.Column]
			return !ok || m.Rules != rules.Version || m.Digest != digest
		})
	})
	s.Unchanged = len(tables) - len(due)
	return due, nil
}

// budgeted cuts probes off after a number of statements; 0 is no bound.
func (s *Scanned) budgeted(probes []classify.Probe, statements int) []classify.Probe {
	if statements == 0 || len(probes) <= statements {
		return probes
	}
	for _, p := range probes[statements:] {
		if n := len(s.Left); n == 0 || s.Left[n-1].On != p.Table {
			s.Left = append(s.Left, Unlooked{p.Table, "the scan's budget of statements was used up"})
		}
	}
	return probes[:statements]
}

// decide takes over the decisions about the columns of a table that were looked at.
func (s *Scanned) decide(decisions []classify.Decision, looked map[state.Securable]bool, t classify.TableColumns, counts []classify.Counts) {
	whole := true
	for _, d := range decisions {
		if looked[d.Column] {
			s.Decisions = append(s.Decisions, d)
		}
		whole = whole && looked[d.Column]
	}
	if whole {
		return
	}
	for _, c := range counts {
		if c.Table == t.Table && c.Err != nil {
			s.Left = append(s.Left, Unlooked{t.Table, c.Err.Error()})
			return
		}
	}
}

// count evaluates the probes inside the platform.
func (r *Reconciler) count(ctx context.Context, probes []classify.Probe) ([]classify.Counts, error) {
	if len(probes) == 0 {
		return nil, nil
	}
	counts, err := r.Platform.Count(ctx, probes)
	if err != nil {
		return nil, fmt.Errorf("count values: %w", err)
	}
	return counts, nil
}

func countsOf(counts []classify.Counts, table state.Securable) []classify.Counts {
	var own []classify.Counts
	for _, c := range counts {
		if c.Table == table && c.Err == nil {
			own = append(own, c)
		}
	}
	return own
}

// tablesOf groups columns, which are in order, by their tables.
func tablesOf(actual *state.State, columns []state.Securable) []classify.TableColumns {
	var tables []classify.TableColumns
	for _, c := range columns {
		on := c.Table()
		if n := len(tables); n == 0 || tables[n-1].Table != on {
			relation, _ := actual.Relation(on)
			tables = append(tables, classify.TableColumns{Table: on, Comment: actual.Objects[relation].Comment})
		}
		t := &tables[len(tables)-1]
		t.Columns = append(t.Columns, classify.Column{Column: c, Type: actual.Objects[c].Type, Comment: actual.Objects[c].Comment})
	}
	return tables
}

// keep stores the findings of the columns that were looked at.
func (r *Reconciler) keep(ctx context.Context, s *Scanned, scan state.ScanDeclaration, tables []classify.TableColumns, looked map[state.Securable]bool, rules *classify.Rules) error {
	result := ledger.ScanResult{Platform: r.Name, Scan: s.Scan, Rules: rules.Version, Findings: s.Findings()}
	for _, t := range tables {
		for _, c := range t.Columns {
			if looked[c.Column] {
				result.Looks = append(result.Looks, ledger.Look{Column: c.Column, Digest: columnsDigest(t), Rules: rules.Version, How: scan.Values, At: r.now()})
			}
		}
	}
	if err := r.Store.PutFindings(ctx, result); err != nil {
		return fmt.Errorf("keep the findings: %w", err)
	}
	return nil
}

// columnsDigest changes when a column comes, goes or changes its type, or a comment that classifiers read changes.
func columnsDigest(t classify.TableColumns) string {
	lines := []string{t.Comment}
	for _, c := range t.Columns {
		lines = append(lines, c.Column.Column, c.Type.Text, c.Comment)
	}
	return digestOf(slices.Values(lines))
}

// tagged returns the declarations with the tag assignments that the stored findings ask for.
func (r *Reconciler) tagged(ctx context.Context, in plan.Input) (*state.Declarations, error) {
	d := in.Declarations
	if len(d.Autotag) == 0 {
		return d, nil
	}
	findings, err := r.Store.Findings(ctx, ledger.FindingFilter{Platform: r.Name})
	if err != nil {
		return nil, fmt.Errorf("%s: read the findings: %w", r.Name, err)
	}
	coverage, err := r.coverage(ctx, in)
	if err != nil {
		return nil, err
	}
	reviewed, err := r.reviewed(ctx, in.Declarations, current(findings, in))
	if err != nil {
		return nil, err
	}
	input := classify.TagInput{Findings: WithStanding(reviewed, StandingFound, StandingApproved), Waiting: WithStanding(reviewed, StandingWaiting),
		Rejected: WithStanding(reviewed, StandingRejected), Present: r.present(in), Coverage: coverage}
	tagging, err := classify.Assignments(input, d.Autotag...)
	if err != nil {
		return nil, fmt.Errorf("%s: autotag: %w", r.Name, err)
	}
	if r.May != nil {
		if err := r.May(&state.Declarations{Assignments: tagging.Assignments}); err != nil {
			return nil, err
		}
	}
	for _, l := range tagging.Left {
		r.Log.Info().Str("warehouse", l.Platform).Str("securable", l.Column.Path()).Str("tag", l.Tag).Str("value", l.Value).Msg("not tagged by its finding: " + l.Why)
	}
	with := *d
	with.Assignments = append(slices.Clone(d.Assignments), tagging.Assignments...)
	return &with, nil
}

// current leaves out the findings of columns that are gone.
func current(findings []state.Finding, in plan.Input) []state.Finding {
	return slices.DeleteFunc(findings, func(f state.Finding) bool {
		_, there := in.Actual.Objects[f.Column]
		return !there
	})
}

// reviewed looks up what was decided about findings.
func (r *Reconciler) reviewed(ctx context.Context, d *state.Declarations, findings []state.Finding) ([]Reviewed, error) {
	stored, err := r.Store.Decided(ctx, r.Name)
	if err != nil {
		return nil, fmt.Errorf("%s: read the decisions about findings: %w", r.Name, err)
	}
	return Review(r.Name, r.Platform.Dialect(), d, stored, findings), nil
}

// coverage says which columns the stored findings speak of: those of tables that a scan covered as they are now.
func (r *Reconciler) coverage(ctx context.Context, in plan.Input) ([]classify.Coverage, error) {
	var all []classify.Coverage
	for _, scan := range in.Declarations.Scans {
		looks, err := r.Store.Looks(ctx, r.Name, scan.Name)
		if err != nil {
			return nil, fmt.Errorf("%s: read what scans covered: %w", r.Name, err)
		}
		c := classify.Coverage{Platform: r.Name, Scan: scan.Name}
		columns, _ := plan.Columns(in, scan.On, scan.Except)
		for _, t := range tablesOf(in.Actual, columns) {
			for _, col := range t.Columns {
				m, ok := looks[col.Column]
				c.Columns = append(c.Columns, classify.Look{Column: col.Column, Looked: ok && m.Digest == columnsDigest(t)})
			}
		}
		all = append(all, c)
	}
	return all, nil
}

// present returns the declared tags that columns carry, and which of them an earlier finding brought.
func (r *Reconciler) present(in plan.Input) []classify.Tagged {
	names := plan.Tags(in)
	var all []classify.Tagged
	for k, f := range in.Actual.Facts {
		decl, ok := names[k.With]
		if k.Fact != state.FactTagged || k.On.Kind != state.KindColumn || !ok {
			continue
		}
		value, _ := f.Value.(state.Text)
		t := classify.Tagged{Platform: r.Name, Column: k.On, Tag: decl.Name, Value: string(value)}
		if o, ours := in.Owned[k]; ours && o.Origin.Layer == state.LayerClassification {
			t.Ours, t.Classifier = true, o.Origin.Finding
		}
		all = append(all, t)
	}
	slices.SortFunc(all, func(a, b classify.Tagged) int { return a.Column.Compare(b.Column) })
	return all
}

// TagDelta is what refreshing the cache of one tag's values changed.
type TagDelta struct {
	Tag    state.Securable
	Values []ledger.TagCount
	ledger.TagDelta
}

// ErrUnread says that the tags could not be read completely.
var ErrUnread = errors.New("the tags could not be read completely")

// RefreshTags reads which values the platform's tags carry, and how often, into the cache.
func (r *Reconciler) RefreshTags(ctx context.Context) ([]TagDelta, error) {
	scope := r.Scope
	scope.Facts = []state.FactKind{state.FactTag, state.FactAllowedValue, state.FactTagged}
	actual, err := r.Platform.Snapshot(ctx, scope)
	if err != nil {
		return nil, fmt.Errorf("%s: read the platform: %w", r.Name, err)
	}
	for _, area := range actual.Unknown {
		if len(area.Facts) > 0 && !slices.Contains(area.Facts, state.FactTagged) {
			continue
		}
		why := area.Reason
		return nil, fmt.Errorf("%s: %w, what was known stays: %s", r.Name, ErrUnread, why)
	}
	counts := map[state.Securable]map[string]int64{}
	for _, k := range actual.Keys() {
		switch k.Fact {
		case state.FactTag:
			counts[k.On] = map[string]int64{}
		case state.FactTagged:
			if counts[k.With] == nil {
				counts[k.With] = map[string]int64{}
			}
			counts[k.With][string(actual.Value(k).(state.Text))]++
		}
	}
	before, err := r.Store.TagValues(ctx, r.Name)
	if err != nil {
		return nil, fmt.Errorf("%s: read the cached tag values: %w", r.Name, err)
	}
	for _, t := range before {
		if counts[t.Tag] == nil {
			counts[t.Tag] = map[string]int64{} // it is in use no more
		}
	}
	return r.putTagValues(ctx, counts)
}

func (r *Reconciler) putTagValues(ctx context.Context, counts map[state.Securable]map[string]int64) ([]TagDelta, error) {
	tags := make([]state.Securable, 0, len(counts))
	for t := range counts {
		tags = append(tags, t)
	}
	slices.SortFunc(tags, state.Securable.Compare)
	var all []TagDelta
	for _, t := range tags {
		var values []ledger.TagCount
		for v, n := range counts[t] {
			values = append(values, ledger.TagCount{Value: v, Count: n})
		}
		slices.SortFunc(values, func(a, b ledger.TagCount) int {
			if a.Value < b.Value {
				return -1
			}
			return 1
		})
		delta, err := r.Store.PutTagValues(ctx, r.Name, t, values)
		if err != nil {
			return all, fmt.Errorf("%s: keep the values of %s: %w", r.Name, t, err)
		}
		all = append(all, TagDelta{Tag: t, Values: values, TagDelta: delta})
	}
	return all, nil
}
