package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/polsync/polsync/classify"
	"github.com/polsync/polsync/state"
	"github.com/polsync/polsync/state/ledger"
)

// classification is the name that findings have as a source.
const classification = "classification"

// tagged returns the declarations completed with the tags that findings ask for on a platform. Without autotag they
// are returned as they are, and nothing more is read.
func (w *work) tagged(ctx context.Context, s *session) (*state.Declarations, error) {
	if len(w.declarations.Autotag) == 0 {
		return w.declarations, nil
	}
	in, err := w.tagInput(ctx, s)
	if err != nil {
		return nil, fmt.Errorf("%s: tag what was found: %w", s.conf.Name, err)
	}
	tagging, err := classify.Assignments(in, w.declarations.Autotag...)
	if err != nil {
		return nil, refusal{fmt.Errorf("%s: %w", s.conf.Name, err)}
	}
	for _, l := range tagging.Left {
		w.log.Info().Str("warehouse", l.Platform).Str("securable", l.Column.Path()).Str("tag", l.Tag).Str("value", l.Value).Msg("not tagged by its finding: " + l.Why)
	}
	found := &state.Declarations{Assignments: tagging.Assignments}
	if errs := w.conf.May[classification].Check(classification, found); len(errs) > 0 {
		return nil, errs
	}
	d := *w.declarations
	d.Assignments = append(slices.Clone(d.Assignments), tagging.Assignments...)
	return &d, nil
}

// tagInput gathers findings, the tags that are there, and which tables the scans have covered.
func (w *work) tagInput(ctx context.Context, s *session) (classify.TagInput, error) {
	var in classify.TagInput
	scope := s.reconciler.Scope
	scope.Facts = []state.FactKind{state.FactTagged}
	now, err := s.platform.Platform.Snapshot(ctx, scope)
	if err != nil {
		return in, err
	}
	ours, err := w.store.Owned(ctx, s.conf.Name)
	if err != nil {
		return in, err
	}
	in.Present = present(s.conf.Name, now, ours, w.tagNames(s))
	for _, scan := range w.declarations.Scans {
		if scan.Review {
			continue // its findings wait for a person
		}
		findings, err := w.store.Findings(ctx, ledger.FindingFilter{Platform: s.conf.Name, Scan: scan.Name})
		if err != nil {
			return in, err
		}
		marks, err := w.store.Marks(ctx, s.conf.Name, scan.Name)
		if err != nil {
			return in, err
		}
		in.Findings = append(in.Findings, stillThere(findings, now)...)
		in.Coverage = append(in.Coverage, covered(s.conf.Name, scan.Name, now, marks))
	}
	return in, nil
}

// tagNames maps the tags of a platform to their logical names.
func (w *work) tagNames(s *session) map[state.Securable]string {
	d := s.platform.Dialect()
	names := map[state.Securable]string{}
	for _, t := range w.declarations.Tags {
		var schema state.Securable
		if t.Schema != nil {
			schema = place(d, *t.Schema)
		}
		names[d.Tag(t.Name, schema, s.reconciler.Home)] = t.Name
	}
	return names
}

// present lists the declared tags that columns carry.
func present(platform string, now *state.State, ours map[state.Key]ledger.Owned, names map[state.Securable]string) []classify.Tagged {
	var all []classify.Tagged
	for _, k := range now.Keys() {
		name, declared := names[k.With]
		if k.Fact != state.FactTagged || k.On.Kind != state.KindColumn || !declared {
			continue
		}
		value, _ := now.Value(k).(state.Text)
		owned, is := ours[k]
		all = append(all, classify.Tagged{Platform: platform, Column: k.On, Tag: name, Value: string(value), Ours: is, Classifier: owned.Origin.Finding})
	}
	return all
}

// stillThere leaves out findings on columns that are gone.
func stillThere(findings []state.Finding, now *state.State) []state.Finding {
	return slices.DeleteFunc(findings, func(f state.Finding) bool {
		_, there := now.Objects[f.Column]
		return !there
	})
}

// covered says of every column whether the scan covered its table.
func covered(platform, scan string, now *state.State, marks map[state.Securable]ledger.Mark) classify.Coverage {
	c := classify.Coverage{Platform: platform, Scan: scan}
	for _, s := range now.Securables() {
		if s.Kind != state.KindColumn {
			continue
		}
		table, _ := now.Relation(s)
		if _, marked := marks[table]; marked {
			c.Columns = append(c.Columns, classify.Look{Column: s, Looked: true})
		}
	}
	return c
}
