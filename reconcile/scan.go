package reconcile

import (
	"context"
	"errors"
	"fmt"
	"slices"

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
	Decisions  []classify.Decision // by table and column
	Coverage   classify.Coverage
	Statements int // sent to count values
	Notices    []plan.Notice
}

// Findings returns what was found.
func (s *Scanned) Findings() []state.Finding { return classify.Findings(s.Decisions) }

// Scan runs the declared scans, all where none is named, and keeps their findings in the store. A scan whose budget
// ends, or whose tables cannot be counted, keeps the findings it has and withdraws none of those it did not look at.
func (r *Reconciler) Scan(ctx context.Context, d *state.Declarations, names ...string) ([]*Scanned, error) {
	in, _, err := r.read(ctx, d, Options{})
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
	columns, notices := plan.Columns(in, scan.On, scan.Except)
	tables := tablesOf(in.Actual, columns)
	probes := classify.Probes(scan, tables, rules)
	if scan.Statements > 0 && len(probes) > scan.Statements {
		probes = probes[:scan.Statements]
	}
	counts, err := r.count(ctx, probes)
	if err != nil {
		return nil, err
	}
	s := &Scanned{Platform: r.Name, Scan: scan.Name, Statements: len(probes), Notices: notices}
	s.Coverage = classify.Covered(scan, r.Name, tables, counts, rules)
	for _, t := range tables {
		s.Decisions = append(s.Decisions, classify.Decide(scan, r.Name, t, countsOf(counts, t.Table), rules, r.now())...)
	}
	return s, r.keep(ctx, s, tables, rules)
}

// count evaluates the probes; columns of platforms that cannot count are decided by name.
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
func (r *Reconciler) keep(ctx context.Context, s *Scanned, tables []classify.TableColumns, rules *classify.Rules) error {
	result := ledger.ScanResult{Platform: r.Name, Scan: s.Scan, Rules: rules.Version}
	looked := map[state.Securable]bool{}
	for _, l := range s.Coverage.Columns {
		if l.Looked {
			looked[l.Column] = true
			result.Columns = append(result.Columns, l.Column)
		}
	}
	for _, f := range s.Findings() {
		if looked[f.Column] {
			result.Findings = append(result.Findings, f)
		}
	}
	for _, t := range tables {
		if !slices.ContainsFunc(t.Columns, func(c classify.Column) bool { return !looked[c.Column] }) {
			result.Marks = append(result.Marks, ledger.Mark{Table: t.Table, Digest: columnsDigest(t), Rules: rules.Version, At: r.now()})
		}
	}
	if err := r.Store.PutFindings(ctx, result); err != nil {
		return fmt.Errorf("keep the findings: %w", err)
	}
	return nil
}

// columnsDigest changes when a column comes, goes or changes its type.
func columnsDigest(t classify.TableColumns) string {
	var lines []string
	for _, c := range t.Columns {
		lines = append(lines, c.Column.Column, c.Type.Text)
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
	input := classify.TagInput{Findings: withoutReview(findings, d.Scans), Present: r.present(in), Coverage: coverage}
	tagging, err := classify.Assignments(input, d.Autotag...)
	if err != nil {
		return nil, fmt.Errorf("%s: autotag: %w", r.Name, err)
	}
	with := *d
	with.Assignments = append(slices.Clone(d.Assignments), tagging.Assignments...)
	return &with, nil
}

// withoutReview leaves out the findings of scans whose findings wait for a person.
func withoutReview(findings []state.Finding, scans []state.ScanDeclaration) []state.Finding {
	return slices.DeleteFunc(slices.Clone(findings), func(f state.Finding) bool {
		return slices.ContainsFunc(scans, func(s state.ScanDeclaration) bool { return s.Name == f.Scan && s.Review })
	})
}

// coverage says which columns the stored findings speak of: those of tables that a scan covered as they are now.
func (r *Reconciler) coverage(ctx context.Context, in plan.Input) ([]classify.Coverage, error) {
	var all []classify.Coverage
	for _, scan := range in.Declarations.Scans {
		marks, err := r.Store.Marks(ctx, r.Name, scan.Name)
		if err != nil {
			return nil, fmt.Errorf("%s: read what scans covered: %w", r.Name, err)
		}
		c := classify.Coverage{Platform: r.Name, Scan: scan.Name}
		columns, _ := plan.Columns(in, scan.On, scan.Except)
		for _, t := range tablesOf(in.Actual, columns) {
			m, ok := marks[t.Table]
			for _, col := range t.Columns {
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

// RefreshTags reads which values the platform's tags carry, and how often, into the cache.
func (r *Reconciler) RefreshTags(ctx context.Context) ([]TagDelta, error) {
	scope := r.Scope
	scope.Facts = []state.FactKind{state.FactTag, state.FactAllowedValue, state.FactTagged}
	actual, err := r.Platform.Snapshot(ctx, scope)
	if err != nil {
		return nil, fmt.Errorf("%s: read the platform: %w", r.Name, err)
	}
	if why := actual.UnknownReason(state.Key{Fact: state.FactTagged}); why != "" {
		return nil, fmt.Errorf("%s: tags could not be read completely: %s: %w", r.Name, why, connectors.ErrDenied)
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
