package reconcile_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/polsync/polsync/connectors/memory"
	"github.com/polsync/polsync/reconcile"
	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
	"github.com/polsync/polsync/state/declare"
	"github.com/polsync/polsync/state/ledger"
)

func emailOn(column, scan string) state.Finding {
	return state.Finding{Platform: "mem", Scan: scan, Classifier: "email", Score: 0.9, Column: state.Securable{Kind: state.KindColumn, Catalog: "C", Schema: "S", Name: "T", Column: column}}
}

func declared(t *testing.T, ruling state.Ruling, classifier string, names ...string) state.DecisionDeclaration {
	t.Helper()
	d := state.DecisionDeclaration{Ruling: ruling, Classifier: classifier, Origin: state.Origin{Layer: state.LayerYAML, File: "p.yaml", Line: 3}}
	for _, n := range names {
		p, problem := declare.ParseName(n)
		if problem != "" {
			t.Fatal(problem)
		}
		d.On = append(d.On, state.Selector{Pattern: p})
	}
	return d
}

// TestReview has decisions that speak of one finding, and which of them holds.
func TestReview(t *testing.T) {
	f := emailOn("A", "s")
	table := f.Column.Table()
	yes, no := state.Approved, state.Rejected
	on := func(r state.Ruling, at state.Securable, classifier string) ledger.Decision {
		return ledger.Decision{Platform: "mem", Ruling: r, On: at, Classifier: classifier, By: "ann"}
	}
	glob := func(r state.Ruling, pattern string) ledger.Decision {
		return ledger.Decision{Platform: "mem", Ruling: r, Pattern: pattern, By: "ann"}
	}
	for _, c := range []struct {
		name     string
		declared []state.DecisionDeclaration
		stored   []ledger.Decision
		review   bool
		want     reconcile.Standing
	}{
		{"nobody decided", nil, nil, false, reconcile.StandingFound},
		{"nobody decided, review", nil, nil, true, reconcile.StandingWaiting},
		{"column", nil, []ledger.Decision{on(yes, f.Column, "email")}, true, reconcile.StandingApproved},
		{"of another classifier", nil, []ledger.Decision{on(no, f.Column, "phone")}, false, reconcile.StandingFound},
		{"of another platform", nil, []ledger.Decision{{Platform: "other", Ruling: no, On: f.Column}}, false, reconcile.StandingFound},
		{"table", nil, []ledger.Decision{on(no, table, "")}, false, reconcile.StandingRejected},
		{"another table", nil, []ledger.Decision{on(no, state.Securable{Kind: state.KindTable, Catalog: "C", Schema: "S", Name: "T2"}, "")}, false, reconcile.StandingFound},
		{"glob", nil, []ledger.Decision{glob(no, "mem:C.*.*.A")}, false, reconcile.StandingRejected},
		{"deep glob", nil, []ledger.Decision{glob(no, "mem:C.**")}, false, reconcile.StandingRejected},
		{"another glob", nil, []ledger.Decision{glob(no, "mem:C.*.*.B*")}, false, reconcile.StandingFound},
		{"column before table", nil, []ledger.Decision{on(yes, f.Column, ""), on(no, table, "email")}, false, reconcile.StandingApproved},
		{"table before glob", nil, []ledger.Decision{on(yes, table, ""), glob(no, "mem:C.S.T.A*")}, false, reconcile.StandingApproved},
		{"a classifier before any", nil, []ledger.Decision{on(no, f.Column, "email"), on(yes, f.Column, "")}, false, reconcile.StandingRejected},
		{"the newer of two globs", nil, []ledger.Decision{glob(yes, "mem:C.**"), glob(no, "mem:C.S.*.*")}, false, reconcile.StandingRejected},
		{"files before state", []state.DecisionDeclaration{declared(t, yes, "", "mem:C.**")}, []ledger.Decision{on(no, f.Column, "email")}, true, reconcile.StandingApproved},
		{"files: column before glob", []state.DecisionDeclaration{declared(t, yes, "", "mem:C.**"), declared(t, no, "", "mem:C.S.T.A")}, nil, true, reconcile.StandingRejected},
		{"files: the approval of two globs", []state.DecisionDeclaration{declared(t, yes, "", "mem:C.**"), declared(t, no, "", "mem:C.S.**")}, nil, true, reconcile.StandingApproved},
		{"files: letters fold", []state.DecisionDeclaration{declared(t, no, "", "mem:C.s.t.*")}, nil, false, reconcile.StandingRejected},
	} {
		t.Run(c.name, func(t *testing.T) {
			for i := range c.stored {
				c.stored[i].ID, c.stored[i].At = int64(i+1), time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
			}
			d := &state.Declarations{Decisions: c.declared, Scans: []state.ScanDeclaration{{Name: "s", Review: c.review}}}
			got := reconcile.Review("mem", memory.Dialect{}, d, c.stored, []state.Finding{f})[0]
			if got.Standing != c.want {
				t.Errorf("%s, by %q", got.Standing, got.By)
			}
			if decided := got.Standing == reconcile.StandingApproved || got.Standing == reconcile.StandingRejected; decided != (got.By != "") {
				t.Errorf("%s, by %q", got.Standing, got.By)
			}
		})
	}
}

// TestReviewGatesTags walks a scan under review from waiting to approved, rejected and withdrawn, rescans between.
func TestReviewGatesTags(t *testing.T) {
	b := newBench(t)
	b.w = people(t)
	s := b.store()
	r := b.reconciler(s, b.w, "a")
	d := scans()
	d.Scans[0].Review = true
	col := emailOn("A", "").Column
	step := func(what string, decide func() error, want ...string) {
		t.Helper()
		if err := decide(); err != nil {
			t.Fatal(err)
		}
		for range 2 { // a rescan changes nothing
			if _, err := r.Scan(t.Context(), d, reconcile.ScanOptions{}); err != nil {
				t.Fatal(err)
			}
			b.run(r, d, reconcile.Options{})
			if got := b.tags(); !slices.Equal(got, want) {
				t.Fatalf("%s: tagged %v, want %v", what, got, want)
			}
		}
	}
	var last int64
	rule := func(ruling state.Ruling) func() error {
		return func() error {
			made, err := s.Decide(t.Context(), []ledger.Decision{{Platform: "mem", Ruling: ruling, On: col, Classifier: "email", By: "ann"}})
			if err == nil {
				last = made[0].ID
			}
			return err
		}
	}
	step("waiting", func() error { return nil })
	step("approved", rule(state.Approved), "A")
	step("withdrawn: what it brought stays", func() error { _, err := s.Recall(t.Context(), last, "ann"); return err }, "A")
	step("rejected", rule(state.Rejected))
	d.Decisions = []state.DecisionDeclaration{declared(t, state.Approved, "", "mem:C.S.T.A")}
	step("approved in a file", func() error { return nil }, "A")
}

// TestReplacingWhatWasSetByHand has a tag that a person set and a finding that knows better, with conflict: replace.
func TestReplacingWhatWasSetByHand(t *testing.T) {
	pii := state.Securable{Kind: state.KindTag, Name: "PII"}
	key := state.Key{Fact: state.FactTagged, On: emailOn("A", "").Column, With: pii}
	o := state.Origin{Layer: state.LayerYAML, File: "p.yaml", Line: 8}
	rule := func(value string) state.RuleDeclaration {
		return state.RuleDeclaration{To: []state.PrincipalRef{{Kind: state.KindRole, Name: "R", Origin: o}}, Values: []string{value}, Show: state.ShowDeclaration{Show: state.Show{Kind: state.ShowClear}}, Origin: o}
	}
	for _, c := range []struct {
		name     string
		conflict string
		rules    []state.RuleDeclaration // of the mask by the tag; nil for no mask
		want     state.Text
	}{
		{"keep-manual", "keep-manual", nil, "phone"},
		{"no mask", "replace", nil, "email"},
		{"as well hidden", "replace", []state.RuleDeclaration{rule("phone"), rule("email")}, "email"},
		{"better hidden", "replace", []state.RuleDeclaration{rule("phone")}, "email"},
		{"less hidden", "replace", []state.RuleDeclaration{rule("email")}, "phone"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t)
			b.w = people(t)
			r := b.reconciler(b.store(), b.w, "a")
			d := scans()
			d.Tags[0].Values = []string{"email", "phone"}
			d.Autotag[0].Conflict = c.conflict
			b.w.Peek().Objects[state.Securable{Kind: state.KindRole, Name: "R"}] = state.Object{}
			b.w.Peek().Put(state.Fact{Key: state.Key{Fact: state.FactTag, On: pii}, Value: state.Tag{}})
			b.w.Peek().Put(state.Fact{Key: key, Value: state.Text("phone")})
			if _, err := r.Scan(t.Context(), d, reconcile.ScanOptions{}); err != nil {
				t.Fatal(err)
			}
			if c.rules != nil {
				d.Masks = []state.MaskDeclaration{{Name: "pii", Tag: "PII", Rules: c.rules, Origin: o}}
			}
			r.Limits = plan.Limits{Unmaskings: 100, Statements: 100, Share: 1}
			_, err := r.Run(t.Context(), d, reconcile.Options{})
			var guard *plan.GuardError
			if replaces := c.want == "email"; replaces != errors.As(err, &guard) {
				t.Fatalf("with no removal allowed: %v", err)
			}
			res, err := r.Run(t.Context(), d, reconcile.Options{Pass: plan.Passes{Removals: true}})
			if err != nil {
				t.Fatal(err)
			}
			if got := b.w.State().Value(key); got != c.want {
				t.Errorf("tagged %v, want %v", got, c.want)
			}
			for _, ch := range res.Plan.Changes() {
				if ch.Key == key && (ch.Note != plan.Replaced || ch.Was != state.Text("phone")) {
					t.Errorf("shown as %+v", ch)
				}
			}
			if again := b.run(r, d, reconcile.Options{}); again.Run != "" {
				t.Error("it does not settle")
			}
		})
	}
}
