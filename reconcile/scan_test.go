package reconcile_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/polsync/polsync/connectors/memory"
	"github.com/polsync/polsync/reconcile"
	"github.com/polsync/polsync/state"
)

// people is a warehouse file with a table whose columns do not tell by their names what they hold.
func people(t *testing.T) *memory.Warehouse {
	t.Helper()
	var b strings.Builder
	b.WriteString("objects:\n  - {on: catalog C}\n  - {on: schema C.S}\n  - {on: table C.S.T}\n")
	for _, c := range []string{"A", "B", "D"} {
		fmt.Fprintf(&b, "  - {on: column C.S.T.%s, type: string}\n", c)
	}
	b.WriteString("rows:\n  table C.S.T:\n")
	for i := range 60 {
		fmt.Fprintf(&b, "    - {A: 'person%d@example.com', B: 'ticket %d', D: '10.0.%d.%d'}\n", i, i*7, i, 250-i)
	}
	path := filepath.Join(t.TempDir(), "mem.yaml")
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	w, err := memory.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func scans() *state.Declarations {
	o := state.Origin{Layer: state.LayerYAML, File: "p.yaml", Line: 1}
	deep := state.Pattern{Platform: "mem", Parts: []state.Part{{Text: "C"}}, Deep: true, Text: "mem:C.**"}
	return &state.Declarations{
		Tags:    []state.TagDeclaration{{Name: "PII", Values: []string{"email"}, Origin: o}},
		Scans:   []state.ScanDeclaration{{Name: "all", On: []state.Selector{{Pattern: deep}}, Rows: 1000, Values: "pushdown", Origin: o}},
		Autotag: []state.AutotagDeclaration{{Scans: []string{"all"}, Map: []state.AutotagMap{{Classifier: "email", Tag: "PII", Value: "email", MinScore: 0.7, Origin: o}}, Conflict: "keep-manual", Origin: o}},
	}
}

func TestFindingsBecomeTags(t *testing.T) {
	b := newBench(t)
	b.w = people(t)
	s := b.store()
	r := b.reconciler(s, b.w, "a")
	if before := b.run(r, scans(), reconcile.Options{}); len(b.tags()) > 0 {
		t.Fatalf("tagged before anything was scanned: %+v", before.Plan)
	}
	scanned, err := r.Scan(t.Context(), scans(), reconcile.ScanOptions{})
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, f := range scanned[0].Findings() {
		found[f.Column.Column] = f.Classifier
		for _, e := range f.Evidence {
			if strings.Contains(e, "@example") || strings.Contains(e, "10.0.") {
				t.Errorf("a cell's value is in the evidence %q", e)
			}
		}
	}
	if found["A"] != "email" || found["B"] != "" || len(scanned[0].Left) > 0 || scanned[0].Statements != 1 {
		t.Errorf("found %v, left %+v", found, scanned[0].Left)
	}
	res := b.run(r, scans(), reconcile.Options{})
	if got := b.tags(); len(got) != 1 || got[0] != "A" {
		t.Fatalf("tagged %v", got)
	}
	for _, c := range res.Plan.Changes() {
		if c.Key.Fact == state.FactTagged && !strings.HasPrefix(c.Why.String(), "classifier email ") {
			t.Errorf("the tag's reason is %q", c.Why)
		}
	}
	if again := b.run(r, scans(), reconcile.Options{}); again.Run != "" {
		t.Error("it does not settle")
	}
}

func TestDeclaredTagsBeatFindings(t *testing.T) {
	b := newBench(t)
	b.w = people(t)
	r := b.reconciler(b.store(), b.w, "a")
	d := scans()
	d.Tags[0].Values = append(d.Tags[0].Values, "other")
	p := state.Pattern{Platform: "mem", Parts: []state.Part{{Text: "C"}, {Text: "S"}, {Text: "T"}, {Text: "A"}}}
	d.Assignments = []state.AssignmentDeclaration{{Tag: "PII", Value: "other", On: []state.Selector{{Pattern: p}}, Origin: state.Origin{Layer: state.LayerYAML, File: "p.yaml", Line: 7}}}
	if _, err := r.Scan(t.Context(), d, reconcile.ScanOptions{}); err != nil {
		t.Fatal(err)
	}
	b.run(r, d, reconcile.Options{})
	for k, f := range b.w.State().Facts {
		if k.Fact == state.FactTagged && f.Value != state.Text("other") {
			t.Errorf("%v is %v", k, f.Value)
		}
	}
}

func TestRefreshTagsSaysWhatCameAndWent(t *testing.T) {
	b := newBench(t)
	s := b.store()
	r := b.reconciler(s, b.w, "a")
	b.run(r, tagged("A", "B"), reconcile.Options{})
	first, err := r.RefreshTags(t.Context())
	if err != nil || len(first) != 1 || first[0].Values[0].Count != 2 || len(first[0].Added) != 1 {
		t.Fatalf("%+v, %v", first, err)
	}
	second, err := r.RefreshTags(t.Context())
	if err != nil || len(second[0].Added)+len(second[0].Removed) > 0 {
		t.Errorf("%+v, %v", second, err)
	}
}

// A column that a mask hides from polsync is not judged by what the mask shows, and keeps its tag.
func TestMaskedColumnsKeepTheirFindings(t *testing.T) {
	b := newBench(t)
	b.w = people(t)
	r := b.reconciler(b.store(), b.w, "a")
	d := scans()
	d.Masks = []state.MaskDeclaration{{Name: "pii", Tag: "PII", Origin: state.Origin{Layer: state.LayerYAML, File: "p.yaml", Line: 8}}}
	for range 2 {
		scanned, err := r.Scan(t.Context(), d, reconcile.ScanOptions{})
		if err != nil {
			t.Fatal(err)
		}
		b.run(r, d, reconcile.Options{})
		if got := b.tags(); len(got) != 1 || got[0] != "A" {
			t.Fatalf("tagged %v; %+v", got, scanned[0])
		}
	}
	scanned, err := r.Scan(t.Context(), d, reconcile.ScanOptions{})
	if err != nil || len(scanned[0].Masked) != 1 || scanned[0].Masked[0].Column != "A" {
		t.Errorf("masked %+v, %v", scanned[0].Masked, err)
	}
}

func TestIncrementalScansPassOverWhatIsAsItWas(t *testing.T) {
	b := newBench(t)
	b.w = people(t)
	r := b.reconciler(b.store(), b.w, "a")
	d := scans()
	d.Scans[0].Mode = "incremental"
	for i, want := range []int{1, 0} {
		scanned, err := r.Scan(t.Context(), d, reconcile.ScanOptions{})
		if err != nil || scanned[0].Statements != want || scanned[0].Unchanged != 1-want {
			t.Errorf("scan %d: %+v, %v", i, scanned[0], err)
		}
	}
}
