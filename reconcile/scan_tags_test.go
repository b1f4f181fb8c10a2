package reconcile_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/polsync/polsync/connectors"
	"github.com/polsync/polsync/connectors/memory"
	"github.com/polsync/polsync/reconcile"
	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
	"github.com/polsync/polsync/state/declare"
	"github.com/polsync/polsync/state/ledger"
)

// Support sees emails, and no social security numbers.
const supportSeesEmail = `apiVersion: polsync/v1
principals: {support: {mem: SUPPORT}}
tags: [{name: PII, values: [ssn, email]}]
masks:
  - name: pii
    tag: PII
    default: nothing
    rules:
      - {to: support, values: [email], show: clear}
scans: [{name: all, on: "mem:C.**"}]
autotag: [{scans: [all], conflict: replace, map: [{classifier: email, tag: PII, value: email, min_score: 0.7}]}]
`

const supportReads = `objects:
  - {on: catalog C}
  - {on: schema C.S}
  - {on: table C.S.T}
  - {on: column C.S.T.A, type: string}
  - {on: role SUPPORT}
facts:
  - {fact: tag, on: tag PII, value: {any_value: false}}
  - {fact: allowed_value, on: tag PII, name: ssn}
  - {fact: grant, on: table C.S.T, with: role SUPPORT, name: SELECT}
`

const taggedByHand = "  - {fact: tagged, on: column C.S.T.A, with: tag PII, value: ssn}\n"

var taggedA = state.Key{Fact: state.FactTagged, On: state.Securable{Kind: state.KindColumn, Catalog: "C", Schema: "S", Name: "T", Column: "A"}, With: state.Securable{Kind: state.KindTag, Name: "PII"}}

func policiesOf(t *testing.T, text string) *state.Declarations {
	t.Helper()
	d, err := declare.Load(fstest.MapFS{"p.yaml": {Data: []byte(text)}}, []string{"p.yaml"}, declare.Options{Platforms: map[string]string{"mem": "memory"}})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func warehouseOf(t *testing.T, text string) *memory.Warehouse {
	t.Helper()
	path := filepath.Join(t.TempDir(), "mem.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	w, err := memory.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// foundEmail stores what a scan found in the column.
func foundEmail(t *testing.T, s ledger.Store) {
	t.Helper()
	f := state.Finding{Platform: "mem", Column: taggedA.On, Scan: "all", Classifier: "email", Score: 0.9, Rows: 10, Matched: 9}
	if err := s.PutFindings(t.Context(), ledger.ScanResult{Platform: "mem", Scan: "all", Rules: "v1", Looks: []ledger.Look{{Column: taggedA.On, Digest: "x"}}, Findings: []state.Finding{f}}); err != nil {
		t.Fatal(err)
	}
}

// denying is a platform that refuses for good every statement with a word in it.
type denying struct {
	*memory.Warehouse
	word string // "" refuses nothing
}

func (p *denying) Exec(ctx context.Context, s plan.Statement) (connectors.Outcome, error) {
	if p.word != "" && strings.Contains(s.SQL, p.word) {
		return connectors.Outcome{}, fmt.Errorf("no: %w", connectors.ErrDenied)
	}
	return p.Warehouse.Exec(ctx, s)
}

// TestReplaceShowsNobodyMoreBesideWhatWasRefused has a change of the tag refused for good, so that every change of a
// value waits, and the right to make it arrive later.
func TestReplaceShowsNobodyMoreBesideWhatWasRefused(t *testing.T) {
	b := newBench(t)
	p := &denying{warehouseOf(t, supportReads+taggedByHand), ""}
	s := b.store()
	r := b.reconciler(s, p, "a")
	r.Limits = plan.Limits{Removals: 100, Share: 1, Unmaskings: 100, Statements: 100}
	foundEmail(t, s)
	more := strings.Replace(supportSeesEmail, "values: [ssn, email]}]", "values: [ssn, email, phone]}]", 1)
	for _, step := range []struct{ name, policies, refused string }{
		{"nothing refused", supportSeesEmail, ""},
		{"a new value refused", more, "allowed_value"},
		{"still refused", more, "allowed_value"},
		{"allowed again", more, ""},
		{"afterwards", more, ""},
	} {
		p.word = step.refused
		_, err := r.Run(t.Context(), policiesOf(t, step.policies), reconcile.Options{Command: "test"})
		if (err != nil) != (step.refused != "") {
			t.Errorf("%s: %v", step.name, err)
		}
		if got := p.State().Value(taggedA); got != state.Text("ssn") {
			t.Errorf("%s: tagged %v, which shows the column to support", step.name, got)
		}
		b.pass(time.Hour)
	}
}

// TestReplaceShowsNobodyMoreWhereThePlanIsRefused has somebody else's policy under the declared one's name.
func TestReplaceShowsNobodyMoreWhereThePlanIsRefused(t *testing.T) {
	b := newBench(t)
	w := warehouseOf(t, supportReads+taggedByHand+`  - {fact: allowed_value, on: tag PII, name: email}
  - {fact: policy, on: masking_policy PII_STRING, value: {name: masking_policy PII_STRING, family: string, tag: tag PII, args: [X], arg_types: [string], rules: [{to: [role SUPPORT], values: [email], show: {kind: clear}}]}}
  - {fact: binding, on: tag PII, name: string, value: {policy: masking_policy PII_STRING}}
`)
	s := b.store()
	r := b.reconciler(s, w, "a")
	r.Limits = plan.Limits{Removals: 100, Share: 1, Unmaskings: 100, Statements: 100}
	foundEmail(t, s)
	d := policiesOf(t, supportSeesEmail)
	wide, err := r.Plan(t.Context(), d, reconcile.Options{})
	if err != nil || !wide.Plan.Refused() {
		t.Fatalf("the whole plan is to be refused: %v", err)
	}
	if _, err := r.Run(t.Context(), d, reconcile.Options{Command: "test", Only: []state.FactKind{state.FactTagged}}); err != nil {
		t.Error(err)
	}
	if got := w.State().Value(taggedA); got != state.Text("ssn") {
		t.Errorf("tagged %v, which shows the column to support", got)
	}
}

// TestAFindingTakesOverFromADeclaration takes a tag out of the policy files on a column where a finding wants another
// value, or the same: at no time is the column without.
func TestAFindingTakesOverFromADeclaration(t *testing.T) {
	keep := strings.Replace(supportSeesEmail, "conflict: replace", "conflict: keep-manual", 1)
	for _, value := range []state.Text{"ssn", "email"} {
		t.Run(string(value), func(t *testing.T) {
			b := newBench(t)
			w := warehouseOf(t, supportReads)
			s := b.store()
			r := b.reconciler(s, w, "a")
			foundEmail(t, s)
			b.run(r, policiesOf(t, keep+fmt.Sprintf("tag_assignments: [{tag: PII, value: %s, on: \"mem:C.S.T.A\"}]\n", value)), reconcile.Options{})
			if got := w.State().Value(taggedA); got != value {
				t.Fatalf("declared: tagged %v", got)
			}
			r.Limits = plan.Limits{Share: 1, Unmaskings: 1, Statements: 100} // no removal
			res := b.run(r, policiesOf(t, keep), reconcile.Options{})
			for _, c := range res.Plan.Changes() {
				if c.Want == nil || c.Key != taggedA {
					t.Errorf("%s is changed to %v", c.Key, c.Want)
				}
			}
			if got := w.State().Value(taggedA); got != state.Text("email") {
				t.Errorf("tagged %v", got)
			}
			if again := b.run(r, policiesOf(t, keep), reconcile.Options{}); again.Run != "" {
				t.Error("it does not settle")
			}
		})
	}
}

// TestAHandOnADeclaredTagIsAHand changes by hand the value that a declaration brought, then takes the declaration away:
// the value is no longer ours, and stays.
func TestAHandOnADeclaredTagIsAHand(t *testing.T) {
	b := newBench(t)
	w := warehouseOf(t, supportReads)
	s := b.store()
	r := b.reconciler(s, w, "a")
	foundEmail(t, s)
	keep := strings.Replace(supportSeesEmail, "conflict: replace", "conflict: keep-manual", 1)
	keep = strings.Replace(keep, "values: [ssn, email]}]", "values: [ssn, email, phone]}]", 1)
	b.run(r, policiesOf(t, keep+"tag_assignments: [{tag: PII, value: ssn, on: \"mem:C.S.T.A\"}]\n"), reconcile.Options{})
	w.Peek().Put(state.Fact{Key: taggedA, Value: state.Text("phone")})
	res := b.run(r, policiesOf(t, keep), reconcile.Options{})
	if got := w.State().Value(taggedA); got != state.Text("phone") || slices.ContainsFunc(res.Plan.Changes(), func(c plan.Change) bool { return c.Key == taggedA }) {
		t.Errorf("tagged %v", got)
	}
}
