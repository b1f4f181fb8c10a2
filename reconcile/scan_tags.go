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
// shows may depend on the value. Plans made as if all were replaced tell. The widest must make the change, for of what it
// leaves undone it says nothing; and no other plan that this run may make may show more by it.
func (r *Reconciler) protective(in plan.Input, tagging classify.Tagging) (classify.Tagging, error) {
	declared := in.Declarations
	for i, trial := range trialsOf(in) {
		if len(tagging.Replaced) == 0 {
			return tagging, nil
		}
		trial.Declarations = withTags(declared, tagging)
		t, err := makeTrial(trial)
		if err != nil {
			return tagging, err
		}
		tagging = tagging.Without(func(p classify.Replaced) string {
			why := ""
			switch {
			case t.refused:
				why = "whom %s shows more cannot be told, since the plan is refused"
			case t.more[p.Column]:
				why = "%s may show somebody more"
			case i == 0 && !t.sets[setting{p.Column, p.Tag, p.Value}]:
				why = "whom %s shows more cannot be told, since no plan sets it now"
			default:
				return ""
			}
			return fmt.Sprintf("carries %s, which polsync did not set, and "+why, p.Was, p.Value)
		})
	}
	return tagging, nil
}

// trialsOf returns the widest plan there can be, then what else a run plans: what it was asked for, with and without
// what was refused.
func trialsOf(in plan.Input) []plan.Input {
	in.Fought = nil
	asked, wide := in, in
	asked.Aside = nil
	wide.Scope, wide.Only, wide.ExpireOnly, wide.Aside = nil, nil, false, nil
	all := []plan.Input{wide}
	if len(in.Scope)+len(in.Only) > 0 || in.ExpireOnly {
		all = append(all, asked)
	}
	if len(in.Aside) > 0 {
		all = append(all, in)
	}
	return all
}

// setting is a value of a tag, by its logical name, on a column.
type setting struct {
	column     state.Securable
	tag, value string
}

// trial is what a plan that is not carried out tells.
type trial struct {
	refused bool
	more    map[state.Securable]bool // columns of which somebody may see more
	sets    map[setting]bool         // what it sets
}

func makeTrial(in plan.Input) (trial, error) {
	p, err := plan.Make(in)
	if err != nil {
		return trial{}, err
	}
	t := trial{refused: p.Refused(), more: map[state.Securable]bool{}, sets: map[setting]bool{}}
	names := plan.Tags(in)
	for _, s := range p.Sights {
		t.more[s.Column] = t.more[s.Column] || len(s.Gains) > 0
	}
	for _, c := range p.Changes() {
		if c.Key.Fact == state.FactTagged && c.Opens || c.Key.Fact == state.FactMask && c.Was != nil {
			t.more[c.Key.On] = true
		}
		if value, ok := c.Want.(state.Text); ok && c.Key.Fact == state.FactTagged {
			t.sets[setting{c.Key.On, names[c.Key.With].Name, string(value)}] = true
		}
	}
	return t, nil
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
	tables, there := indexTables(in.Actual), plan.NewFinder(in)
	for _, scan := range in.Declarations.Scans {
		looks, err := r.Store.Looks(ctx, r.Name, scan.Name)
		if err != nil {
			return nil, fmt.Errorf("%s: read what scans covered: %w", r.Name, err)
		}
		c := classify.Coverage{Platform: r.Name, Scan: scan.Name}
		columns, _ := there.Columns(scan.On, scan.Except)
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

// present returns the declared tags that columns carry, which of them are ours, and which an earlier finding brought.
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
		o, owned := in.Owned[k]
		switch {
		case owned && o.Origin.Layer == state.LayerClassification:
			t.Ours, t.Classifier = true, o.Origin.Finding
		case owned:
			t.Ours = plan.AsSet(in, k)
		}
		all = append(all, t)
	}
	slices.SortFunc(all, func(a, b classify.Tagged) int { return a.Column.Compare(b.Column) })
	return all
}
