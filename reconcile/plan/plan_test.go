package plan_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/polsync/polsync/connectors"
	"github.com/polsync/polsync/connectors/memory"
	"github.com/polsync/polsync/reconcile"
	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/reconcile/report"
	"github.com/polsync/polsync/state"
	"github.com/polsync/polsync/state/declare"
)

var update = flag.Bool("update", false, "rewrite the expected plans")

// now is the time that every case is planned at.
var now = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

// TestPlans reads testdata/*.txtar. Each holds policies.yaml; warehouse.yaml, a memory warehouse; ours.yaml, whose
// facts are those that polsync set (left out: none); foreign.txt, a role and the tool that manages it a line; and plan.txt, the plan as it is printed, phases and all.
func TestPlans(t *testing.T) {
	cases, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(cases) == 0 {
		t.Fatal("no cases", err)
	}
	for _, path := range cases {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			c := unpack(t, archive)
			got := c.plan(t)
			if *update {
				rewrite(t, path, archive, "plan.txt", got)
			} else if got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

type planCase struct {
	policies, want  string
	warehouse, ours string // paths
	foreign         plan.Foreign
}

func unpack(t *testing.T, a *txtar.Archive) planCase {
	t.Helper()
	var c planCase
	dir := t.TempDir()
	for _, f := range a.Files {
		path := filepath.Join(dir, f.Name)
		if err := os.WriteFile(path, f.Data, 0o600); err != nil {
			t.Fatal(err)
		}
		switch f.Name {
		case "policies.yaml":
			c.policies = string(f.Data)
		case "warehouse.yaml":
			c.warehouse = path
		case "ours.yaml":
			c.ours = path
		case "foreign.txt":
			c.foreign = plan.Foreign{}
			for line := range strings.Lines(string(f.Data)) {
				role, tool, _ := strings.Cut(strings.TrimSpace(line), " ")
				c.foreign[state.Securable{Kind: state.KindRole, Name: role}] = tool
			}
		case "plan.txt":
			c.want = string(f.Data)
		}
	}
	return c
}

func (c planCase) plan(t *testing.T) string {
	t.Helper()
	var out bytes.Buffer
	result := []*reconcile.Result{{Platform: "mem", Plan: c.make(t)}}
	for _, format := range []string{"text", "sql"} {
		if err := report.Write(&out, result, report.Options{Format: format}); err != nil {
			t.Fatal(err)
		}
	}
	return out.String()
}

func (c planCase) make(t *testing.T) *plan.Plan {
	t.Helper()
	fsys := fstest.MapFS{"policies.yaml": {Data: []byte(c.policies)}}
	d, err := declare.Load(fsys, []string{"policies.yaml"}, declare.Options{Platforms: map[string]string{"mem": "memory", "other": "memory"}})
	if err != nil {
		t.Fatal(err)
	}
	w, err := memory.Open(c.warehouse)
	if err != nil {
		t.Fatal(err)
	}
	actual, err := w.Snapshot(t.Context(), connectors.Scope{})
	if err != nil {
		t.Fatal(err)
	}
	in := plan.Input{Platform: "mem", Dialect: w.Dialect(), Declarations: d, Actual: actual, Owned: c.owned(t), Now: now, Foreign: c.foreign}
	p, err := plan.Make(in)
	if err != nil {
		t.Fatal(err)
	}
	again, err := plan.Make(in)
	if err != nil || reconcile.Digest(again) != reconcile.Digest(p) {
		t.Errorf("the same inputs gave another plan, %v", err)
	}
	return p
}

func (c planCase) owned(t *testing.T) plan.Owned {
	t.Helper()
	owned := plan.Owned{}
	if c.ours == "" {
		return owned
	}
	w, err := memory.Open(c.ours)
	if err != nil {
		t.Fatal(err)
	}
	for k, f := range w.State().Facts {
		owned[k] = plan.Ownership{Value: f.Value, Run: "7"}
	}
	return owned
}

// rewrite puts what came out in place of a file of a case.
func rewrite(t *testing.T, path string, a *txtar.Archive, name, got string) {
	t.Helper()
	files := a.Files[:0]
	for _, f := range a.Files {
		if f.Name != name {
			files = append(files, f)
		}
	}
	a.Files = append(files, txtar.File{Name: name, Data: []byte(got)})
	if err := os.WriteFile(path, txtar.Format(a), 0o644); err != nil {
		t.Fatal(err)
	}
}
