package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"github.com/polsync/polsync/classify"
	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
	"github.com/polsync/polsync/state/ledger"
)

// scanned is what one scan did on one platform.
type scanned struct {
	findings []state.Finding
	tables   int      // looked at
	skipped  int      // unchanged since an earlier scan
	left     []string // tables not looked at, or not completely, with the reason
}

// scan runs one scan on a platform and records what it found. Only counts leave the platform.
func (w *work) scan(ctx context.Context, s *session, now *state.State, d state.ScanDeclaration) (*scanned, error) {
	if d.Values == classify.ValuesSample {
		return nil, fmt.Errorf("scan %s: values: sample needs rows in this process, which no platform hands out; leave values out to count on the platform", d.Name)
	}
	rules, err := classify.NewRules(classify.Suite(), w.declarations.Classifiers, w.declarations.Collections, d.Collection)
	if err != nil {
		return nil, fmt.Errorf("scan %s: %w", d.Name, err)
	}
	marks, err := w.store.Marks(ctx, s.conf.Name, d.Name)
	if err != nil {
		return nil, err
	}
	all := w.tablesOf(s, now, d)
	tables := all
	if d.Mode == "incremental" {
		tables = slices.DeleteFunc(slices.Clone(all), func(t classify.TableColumns) bool {
			m, ok := marks[t.Table]
			return ok && m.Rules == rules.Version && m.Digest == tableDigest(t)
		})
	}
	probes, beyond := budget(classify.Probes(d, tables, rules), d.Statements)
	counts, err := s.platform.Count(ctx, probes)
	if err != nil {
		return nil, fmt.Errorf("scan %s: count: %w", d.Name, err)
	}
	result, left := concluded(d, s.conf.Name, tables, counts, beyond, rules, w.now())
	if err := w.store.PutFindings(ctx, result); err != nil {
		return nil, err
	}
	return &scanned{findings: result.Findings, tables: len(tables), skipped: len(all) - len(tables), left: left}, nil
}

// budget cuts probes off after a number of statements; 0 is no bound. It returns the tables that lose some.
func budget(probes []classify.Probe, statements int) (within []classify.Probe, beyond map[state.Securable]bool) {
	beyond = map[state.Securable]bool{}
	if statements == 0 || len(probes) <= statements {
		return probes, beyond
	}
	for _, p := range probes[statements:] {
		beyond[p.Table] = true
	}
	return probes[:statements], beyond
}

// concluded decides about every table. A table that was not counted completely is marked as not covered: what earlier
// scans found there stays.
func concluded(d state.ScanDeclaration, platform string, tables []classify.TableColumns, counts []classify.Counts, beyond map[state.Securable]bool, rules *classify.Rules, now time.Time) (ledger.ScanResult, []string) {
	result := ledger.ScanResult{Platform: platform, Scan: d.Name, Rules: rules.Version}
	looked := map[state.Securable]bool{}
	for _, l := range classify.Covered(d, platform, tables, counts, rules).Columns {
		looked[l.Column] = l.Looked
	}
	byTable := map[state.Securable][]classify.Counts{}
	for _, c := range counts {
		byTable[c.Table] = append(byTable[c.Table], c)
	}
	var left []string
	for _, t := range tables {
		if beyond[t.Table] {
			left = append(left, t.Table.Path()+": the scan's budget of statements was used up")
			continue
		}
		whole := true
		for _, decision := range classify.Decide(d, platform, t, byTable[t.Table], rules, now.UTC()) {
			if !looked[decision.Column] {
				whole = false
				continue
			}
			result.Columns = append(result.Columns, decision.Column)
			if decision.Found {
				result.Findings = append(result.Findings, decision.Finding)
			}
		}
		if !whole {
			left = append(left, t.Table.Path()+": "+why(byTable[t.Table]))
			continue
		}
		result.Marks = append(result.Marks, ledger.Mark{Table: t.Table, Digest: tableDigest(t), Rules: rules.Version, At: now})
	}
	return result, left
}

func why(counts []classify.Counts) string {
	for _, c := range counts {
		if c.Err != nil {
			return c.Err.Error()
		}
	}
	return "no counts came back"
}

// tableDigest changes when a column comes, goes or changes its type, or a comment that classifiers read changes.
func tableDigest(t classify.TableColumns) string {
	h := sha256.New()
	fmt.Fprintf(h, "%q\n", t.Comment)
	for _, c := range t.Columns {
		fmt.Fprintf(h, "%q %q %q\n", c.Column.Column, c.Type.Text, c.Comment)
	}
	return hex.EncodeToString(h.Sum(nil)[:12])
}

// tablesOf lists the columns that a scan names on a platform, by table.
func (w *work) tablesOf(s *session, now *state.State, d state.ScanDeclaration) []classify.TableColumns {
	var tables []classify.TableColumns
	for _, column := range w.columnsOf(s, now, d) {
		table, there := now.Relation(column)
		if !there {
			continue
		}
		if n := len(tables); n == 0 || tables[n-1].Table != table {
			tables = append(tables, classify.TableColumns{Table: table, Comment: now.Objects[table].Comment})
		}
		t := &tables[len(tables)-1]
		o := now.Objects[column]
		t.Columns = append(t.Columns, classify.Column{Column: column, Type: o.Type, Comment: o.Comment})
	}
	for _, t := range tables {
		slices.SortStableFunc(t.Columns, func(a, b classify.Column) int {
			return now.Objects[a.Column].Position - now.Objects[b.Column].Position
		})
	}
	return tables
}

// columnsOf matches a scan's selectors the way the planner matches those of a tag: a tag that no name can have is
// declared on what the scan covers, and whoever would carry it is covered.
func (w *work) columnsOf(s *session, now *state.State, d state.ScanDeclaration) []state.Securable {
	const scanTag = "\x00scan"
	declared := &state.Declarations{
		Tags:        []state.TagDeclaration{{Name: scanTag, AnyValue: true}},
		Assignments: []state.AssignmentDeclaration{{Tag: scanTag, On: w.namesOnly(s, now, d.On), Except: w.namesOnly(s, now, d.Except)}},
	}
	target := plan.Desired(plan.Input{Platform: s.conf.Name, Dialect: s.platform.Dialect(), Home: s.reconciler.Home, Declarations: declared, Actual: now, Now: w.now()})
	named := map[state.Securable]bool{}
	for k := range target.State.Facts {
		if k.Fact == state.FactTagged {
			named[k.On] = true
		}
	}
	covered := masked(now)
	var columns []state.Securable
	for _, o := range now.Securables() {
		table, _ := now.Relation(o)
		if o.Kind != state.KindColumn || !named[o] && !named[table] || !s.reconciler.Scope.Covers(o) {
			continue
		}
		if covered(o) {
			w.log.Info().Str("warehouse", s.conf.Name).Str("securable", o.Path()).Msg("masked, so its values cannot be counted; what was found there before stays")
			continue
		}
		columns = append(columns, o)
	}
	return columns
}

// scanFacts are the kinds of fact that a scan must know of.
var scanFacts = []state.FactKind{state.FactTagged, state.FactPolicy, state.FactMask, state.FactBinding}

// masked returns a function that reports whether a column is masked, by a policy on it or on a tag that it carries.
// polsync may see the mask's output there, and would withdraw the very finding that led to the mask.
func masked(now *state.State) func(column state.Securable) bool {
	binding := map[state.Securable]bool{}
	for k := range now.Facts {
		if k.Fact == state.FactBinding {
			binding[k.On] = true
		}
	}
	byTag := map[state.Securable]bool{} // what carries such a tag
	for k := range now.Facts {
		if k.Fact == state.FactTagged && binding[k.With] {
			byTag[k.On] = true
		}
	}
	return func(column state.Securable) bool {
		if now.Has(state.Key{Fact: state.FactMask, On: column}) || byTag[column] {
			return true
		}
		table, _ := now.Relation(column)
		schema := state.Securable{Kind: state.KindSchema, Catalog: column.Catalog, Schema: column.Schema}
		return byTag[table] || byTag[schema] || byTag[state.Securable{Kind: state.KindCatalog, Catalog: column.Catalog}]
	}
}

// namesOnly puts the names of what carries a tag in place of the selectors that ask for the tag.
func (w *work) namesOnly(s *session, now *state.State, selectors []state.Selector) []state.Selector {
	var out []state.Selector
	tags := w.tagNames(s)
	for _, sel := range selectors {
		if sel.Tag == "" {
			out = append(out, sel)
			continue
		}
		for _, k := range now.Keys() {
			value, _ := now.Value(k).(state.Text)
			if k.Fact != state.FactTagged || tags[k.With] != sel.Tag || len(sel.TagValues) > 0 && !slices.Contains(sel.TagValues, string(value)) {
				continue
			}
			p := state.Pattern{Platform: s.conf.Name, Deep: true, Text: k.On.Path()}
			for _, part := range k.On.Parts() {
				p.Parts = append(p.Parts, state.Part{Text: part, Quoted: true})
			}
			out = append(out, state.Selector{Pattern: p, Origin: sel.Origin})
		}
	}
	return out
}
