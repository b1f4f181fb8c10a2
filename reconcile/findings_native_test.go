package reconcile_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/polsync/polsync/connectors"
	"github.com/polsync/polsync/connectors/memory"
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

// classifying is a warehouse whose own classification keeps results.
type classifying struct {
	*memory.Warehouse
	results []connectors.Native
	err     error
}

func (c *classifying) Native(context.Context, connectors.Scope) ([]connectors.Native, error) {
	return c.results, c.err
}

// TestNativeResults has what the platform's own classification keeps besides its tags.
func TestNativeResults(t *testing.T) {
	b := newBench(t)
	b.w = people(t)
	w := &classifying{Warehouse: b.w}
	s := b.store()
	r := b.reconciler(s, w, "a")
	d := scans()
	on := func(column, says, detail string) connectors.Native {
		return connectors.Native{Column: emailOn(column, "").Column, Says: says, Detail: detail, Score: 0.95, How: "confidence HIGH"}
	}
	k := state.Key{Fact: state.FactTagged, On: emailOn("A", "").Column, With: state.Securable{Kind: state.KindTag, Catalog: "SNOWFLAKE", Schema: "CORE", Name: "SEMANTIC_CATEGORY"}}
	b.w.Peek().Put(state.Fact{Key: k, Value: state.Text("EMAIL")})
	w.results = []connectors.Native{on("A", "EMAIL", ""), on("B", "NATIONAL_IDENTIFIER", "US_SSN"), on("B", "NATIONAL_IDENTIFIER", "UK_NATIONAL_INSURANCE_NUMBER"), on("GONE", "NAME", "")}
	list := func() (string, string) {
		t.Helper()
		scanned, err := r.Scan(t.Context(), d, reconcile.ScanOptions{})
		if err != nil {
			t.Fatal(err)
		}
		said := ""
		for _, n := range scanned[0].Notices {
			said += n.Text
		}
		found, err := s.Findings(t.Context(), ledger.FindingFilter{Scan: reconcile.NativeScan})
		if err != nil {
			t.Fatal(err)
		}
		var lines []string
		for _, f := range found {
			lines = append(lines, fmt.Sprintf("%s %s %.2f %s", f.Column.Column, f.Classifier, f.Score, strings.Join(f.Evidence, "; ")))
		}
		return strings.Join(lines, "\n"), said
	}
	want := "A email 0.95 the platform's own classification says EMAIL; confidence HIGH\nB us_ssn 0.95 the platform's own classification says NATIONAL_IDENTIFIER; more closely US_SSN; confidence HIGH"
	if got, said := list(); got != want || said != "" {
		t.Errorf("got\n%s (%s)\nwant\n%s", got, said, want)
	}
	w.results, w.err = nil, errors.New("not authorized")
	if got, said := list(); got != want || !strings.Contains(said, "not authorized") {
		t.Errorf("a reading that failed: %q\n%s", said, got)
	}
	w.err = nil
	if got, _ := list(); got != "A email 1.00 the platform's own classification says EMAIL" {
		t.Errorf("what is said no more is still there:\n%s", got)
	}
}

// TestNarrowerWordsDisagree: what the platform says closely is not agreed with by another type of the same category.
func TestNarrowerWordsDisagree(t *testing.T) {
	b := newBench(t)
	b.w = people(t)
	column := emailOn("A", "").Column
	w := &classifying{Warehouse: b.w}
	s := b.store()
	r := b.reconciler(s, w, "a")
	d := scans()
	for detail, differs := range map[string]string{"": "NATIONAL_IDENTIFIER", "US_SSN": "US_SSN", "XX_NEW_CARD": "XX_NEW_CARD"} {
		w.results = []connectors.Native{{Column: column, Says: "NATIONAL_IDENTIFIER", Detail: detail, Score: 1}}
		if _, err := r.Scan(t.Context(), d, reconcile.ScanOptions{}); err != nil {
			t.Fatal(err)
		}
		found, err := s.Findings(t.Context(), ledger.FindingFilter{})
		if err != nil {
			t.Fatal(err)
		}
		agreeing := found[0]
		agreeing.Scan, agreeing.Classifier = "crm", "uk_nino"
		for _, f := range reconcile.Review("mem", b.w.Dialect(), d, nil, append(found, agreeing)) {
			want := map[string]string{"email": differs, "uk_nino": differs}[f.Classifier]
			if f.Classifier == "uk_nino" && detail != "US_SSN" {
				want = ""
			}
			if f.Standing != reconcile.StandingNative && f.Differs != want {
				t.Errorf("%s beside %q: differs %q, want %q", f.Classifier, detail, f.Differs, want)
			}
		}
	}
}

// lagging is a warehouse of which snapshots say that they lag.
type lagging struct {
	*memory.Warehouse
	lag *state.Lag
}

func (l *lagging) Snapshot(ctx context.Context, scope connectors.Scope) (*state.State, error) {
	s, err := l.Warehouse.Snapshot(ctx, scope)
	if err == nil {
		s.Lag = l.lag
	}
	return s, err
}

// TestGoneColumnsAreForgotten: what was found on a column that is no more goes, unless its place could not be read.
func TestGoneColumnsAreForgotten(t *testing.T) {
	b := newBench(t)
	b.w = people(t)
	s := b.store()
	w := &lagging{Warehouse: b.w}
	r := b.reconciler(s, w, "a")
	d := scans()
	looks := func() int {
		t.Helper()
		if _, err := r.Scan(t.Context(), d, reconcile.ScanOptions{}); err != nil {
			t.Fatal(err)
		}
		l, err := s.Looks(t.Context(), "mem", d.Scans[0].Name)
		if err != nil {
			t.Fatal(err)
		}
		return len(l)
	}
	if got := looks(); got != 3 {
		t.Fatalf("%d columns looked at, want 3", got)
	}
	delete(b.w.Peek().Objects, emailOn("A", "").Column)
	b.w.Peek().Unknown = []state.Area{{Within: state.Securable{Kind: state.KindSchema, Catalog: "C", Schema: "S"}, Reason: "denied"}}
	if got := looks(); got != 3 {
		t.Errorf("a column that was not seen was forgotten: %d", got)
	}
	b.w.Peek().Unknown = nil
	tag := ledger.Owned{Key: state.Key{Fact: state.FactTagged, On: emailOn("A", "").Column, With: state.Securable{Kind: state.KindTag, Name: "PII"}}, Value: state.Text("email")}
	if err := s.Adopt(t.Context(), "mem", []ledger.Owned{tag}, "tester"); err != nil {
		t.Fatal(err)
	}
	if got := looks(); got != 3 {
		t.Errorf("what a tag of ours rests on was forgotten: %d", got)
	}
	if err := s.Release(t.Context(), "mem", []state.Key{tag.Key}, "tester"); err != nil {
		t.Fatal(err)
	}
	w.lag = &state.Lag{Live: map[state.Securable]bool{}}
	if got := looks(); got != 3 {
		t.Errorf("a column that a late source may not show yet was forgotten: %d", got)
	}
	w.lag.Live[emailOn("A", "").Column.Relation()] = true
	if got := looks(); got != 2 {
		t.Errorf("%d columns known, want 2", got)
	}
	if found, err := s.Findings(t.Context(), ledger.FindingFilter{}); err != nil || slices.ContainsFunc(found, func(f state.Finding) bool { return f.Column.Column == "A" }) {
		t.Errorf("the finding is still there: %v %v", found, err)
	}
}
