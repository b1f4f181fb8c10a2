package reconcile

import (
	"context"
	"fmt"
	"slices"

	"github.com/polsync/polsync/classify"
	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
	"github.com/polsync/polsync/state/ledger"
)

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
	if tagging, err = r.protective(in, tagging); err != nil {
		return nil, err
	}
	if r.May != nil {
		if err := r.May(&state.Declarations{Assignments: tagging.Assignments}); err != nil {
			return nil, err
		}
	}
	for _, l := range tagging.Left {
		r.Log.Info().Str("warehouse", l.Platform).Str("securable", l.Column.Path()).Str("tag", l.Tag).Str("value", l.Value).Msg("not tagged by its finding: " + l.Why)
	}
	return withTags(d, tagging), nil
}

func withTags(d *state.Declarations, tagging classify.Tagging) *state.Declarations {
	with := *d
	with.Assignments = append(slices.Clone(d.Assignments), tagging.Assignments...)
	return &with
}

// protective leaves out what would replace a value set by hand and let somebody see more than they do now: what a mask
// shows may depend on the value. A plan made as if all were replaced tells.
func (r *Reconciler) protective(in plan.Input, tagging classify.Tagging) (classify.Tagging, error) {
	if len(tagging.Replaced) == 0 {
		return tagging, nil
	}
	in.Declarations = withTags(in.Declarations, tagging)
	in.Scope, in.Only = nil, nil
	trial, err := plan.Make(in)
	if err != nil {
		return tagging, err
	}
	more := map[state.Securable]bool{}
	for _, s := range trial.Sights {
		more[s.Column] = more[s.Column] || len(s.Gains) > 0
	}
	for _, c := range trial.Changes() {
		if c.Key.Fact == state.FactTagged && c.Opens || c.Key.Fact == state.FactMask && c.Was != nil {
			more[c.Key.On] = true
		}
	}
	return tagging.Without(func(p classify.Replaced) string {
		if !more[p.Column] {
			return ""
		}
		return fmt.Sprintf("carries %s, which polsync did not set, and %s may show somebody more", p.Was, p.Value)
	}), nil
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

// coverage says which columns the stored findings speak of: those that a scan looked at as their tables are now.
func (r *Reconciler) coverage(ctx context.Context, in plan.Input) ([]classify.Coverage, error) {
	var all []classify.Coverage
	tables := indexTables(in.Actual)
	for _, scan := range in.Declarations.Scans {
		looks, err := r.Store.Looks(ctx, r.Name, scan.Name)
		if err != nil {
			return nil, fmt.Errorf("%s: read what scans covered: %w", r.Name, err)
		}
		c := classify.Coverage{Platform: r.Name, Scan: scan.Name}
		columns, _ := plan.Columns(in, scan.On, scan.Except)
		for _, t := range tables.of(columns) {
			for _, col := range t.asked.Columns {
				l, ok := looks[col.Column]
				c.Columns = append(c.Columns, classify.Look{Column: col.Column, Looked: ok && l.Digest == t.digest})
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
