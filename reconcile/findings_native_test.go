package reconcile_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/polsync/polsync/reconcile"
	"github.com/polsync/polsync/state"
	"github.com/polsync/polsync/state/ledger"
)

// TestNativeClassification has the platform's own verdicts beside ours: agreeing, differing, alone, and gone again.
func TestNativeClassification(t *testing.T) {
	b := newBench(t)
	b.w = people(t)
	s := b.store()
	r := b.reconciler(s, b.w, "a")
	d := scans()
	says := func(column string, tag state.Securable, value string) state.Key {
		k := state.Key{Fact: state.FactTagged, On: emailOn(column, "").Column, With: tag}
		b.w.Peek().Put(state.Fact{Key: k, Value: state.Text(value)})
		return k
	}
	category := state.Securable{Kind: state.KindTag, Catalog: "SNOWFLAKE", Schema: "CORE", Name: "SEMANTIC_CATEGORY"}
	agrees := says("A", category, "EMAIL")
	says("D", state.Securable{Kind: state.KindTag, Name: "class.credit_card"}, "")
	says("B", state.Securable{Kind: state.KindTag, Name: "class.something_new"}, "")
	says("B", state.Securable{Kind: state.KindTag, Name: "classless"}, "x")

	list := func() string {
		t.Helper()
		if _, err := r.Scan(t.Context(), d, reconcile.ScanOptions{}); err != nil {
			t.Fatal(err)
		}
		found, err := s.Findings(t.Context(), ledger.FindingFilter{})
		if err != nil {
			t.Fatal(err)
		}
		var lines []string
		for _, f := range reconcile.Review("mem", b.w.Dialect(), d, nil, found) {
			lines = append(lines, fmt.Sprintf("%s %s %s %s", f.Column.Column, f.Classifier, f.Standing, f.Differs))
		}
		slices.Sort(lines)
		return strings.Join(lines, "\n")
	}
	if got, want := list(), "A email found \nA email native \nB class.something_new native \nD credit_card native "; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	b.run(r, d, reconcile.Options{})
	for k := range b.w.State().Facts {
		if k.Fact == state.FactTagged && k.With.Name == "PII" && k.On.Column != "A" {
			t.Errorf("a verdict of the platform tagged %s", k.On)
		}
	}

	// What could not be read stays; what is gone goes.
	delete(b.w.Peek().Facts, agrees)
	b.w.Peek().Unknown = []state.Area{{Facts: []state.FactKind{state.FactTagged}, Reason: "denied"}}
	if !strings.Contains(list(), "A email native") {
		t.Error("a verdict of the platform went with a reading that failed")
	}
	b.w.Peek().Unknown = nil
	if strings.Contains(list(), "A email native") {
		t.Error("a verdict of the platform that is gone is still there")
	}
	says("A", state.Securable{Kind: state.KindTag, Name: "class.phone_number"}, "")
	if got := list(); !strings.Contains(got, "A email found class.phone_number\n") || !strings.Contains(got, "A phone native ") {
		t.Errorf("that the platform says otherwise is not said:\n%s", got)
	}
}
