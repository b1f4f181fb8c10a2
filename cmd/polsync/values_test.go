package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"github.com/polsync/polsync/classify"
	"github.com/polsync/polsync/connectors"
	"github.com/polsync/polsync/state"
	"github.com/polsync/polsync/state/ledger"
)

// wire stands between the drivers and the embedded warehouses and keeps what the warehouses answer.
type wire struct {
	mu    sync.Mutex
	said  bytes.Buffer
	heard func(answer string) // nil for nothing
}

func (w *wire) between(h http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		r.Header.Del("Accept-Encoding") // answers in plain text
		h.ServeHTTP(&tee{ResponseWriter: rw, to: w}, r)
	})
}

// take returns what was answered since the last call.
func (w *wire) take() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := w.said.String()
	w.said.Reset()
	return s
}

type tee struct {
	http.ResponseWriter
	to *wire
}

func (t *tee) Write(b []byte) (int, error) {
	t.to.mu.Lock()
	t.to.said.Write(b)
	if t.to.heard != nil {
		t.to.heard(string(b))
	}
	t.to.mu.Unlock()
	return t.ResponseWriter.Write(b)
}

// recorded is the embedded warehouses behind a wire, with a configuration of them.
type recorded struct {
	t    *testing.T
	dir  string
	wire *wire
	box  *sandbox
	log  string // level
}

func newRecorded(t *testing.T) *recorded {
	t.Helper()
	r := &recorded{t: t, dir: t.TempDir(), wire: &wire{}, log: "debug"}
	r.box = &sandbox{dir: r.dir, policies: []string{"sample"}, failed: make(chan error, len(embeddings))}
	t.Cleanup(func() {
		if err := r.box.Close(); err != nil {
			t.Error(err)
		}
	})
	for _, embed := range embeddings {
		e, err := embed()
		if err != nil {
			t.Fatal(err)
		}
		e.handler = r.wire.between(e.handler)
		r.box.warehouses = append(r.box.warehouses, e)
		if err := r.box.serve(e); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.box.write(); err != nil {
		t.Fatal(err)
	}
	return r
}

// policies replaces the policy files by one.
func (r *recorded) policies(text string) {
	r.t.Helper()
	files, err := filepath.Glob(filepath.Join(r.dir, "policies", "*.yaml"))
	if err != nil {
		r.t.Fatal(err)
	}
	for _, f := range files {
		if err := os.Remove(f); err != nil {
			r.t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(r.dir, "policies", "all.yaml"), []byte("apiVersion: polsync/v1\n"+text), 0o600); err != nil {
		r.t.Fatal(err)
	}
}

// run runs a command line and returns all it printed and logged.
func (r *recorded) run(code int, args ...string) string {
	r.t.Helper()
	var out output
	if got := run(r.t.Context(), newApp(&out, &out, os.LookupEnv, time.Now), append([]string{"-c", filepath.Join(r.dir, "polsync.yaml"), "--log-level", r.log}, args...)); got != code {
		r.t.Fatalf("polsync %s ended with %d:\n%s", strings.Join(args, " "), got, &out)
	}
	return out.String()
}

// sessions opens every platform as the commands do.
func (r *recorded) sessions(do func(*session)) {
	r.t.Helper()
	a := newApp(&bytes.Buffer{}, &bytes.Buffer{}, os.LookupEnv, time.Now)
	a.flags.config = filepath.Join(r.dir, "polsync.yaml")
	c, err := a.loadConfig()
	if err != nil {
		r.t.Fatal(err)
	}
	store, err := ledger.Open(r.t.Context(), filepath.Join(r.t.TempDir(), "s.db"), ledger.Options{})
	if err != nil {
		r.t.Fatal(err)
	}
	defer store.Close()
	for _, p := range c.Platforms {
		s, err := a.open(r.t.Context(), c, p, store, openOptions{})
		if err != nil {
			r.t.Fatal(err)
		}
		do(s)
		if err := s.Close(); err != nil {
			r.t.Fatal(err)
		}
	}
}

// readable are the schemas of the sample workspace that polsync may select from.
var readable = []string{"crm", "hr"}

// tablesOf reads the tables of a platform that hold the sample data, with their columns.
func tablesOf(t *testing.T, s *session) []classify.TableColumns {
	t.Helper()
	now, err := s.platform.Snapshot(t.Context(), connectors.Scope{})
	if err != nil {
		t.Fatal(err)
	}
	var all []classify.TableColumns
	for _, o := range now.Securables() {
		relation, ok := now.Relation(o)
		if o.Kind != state.KindColumn || !ok || relation.Kind != state.KindTable || now.Objects[o].Foreign != "" || strings.EqualFold(o.Schema, "information_schema") || s.conf.Name == "lake" && (o.Catalog != "main" || !slices.Contains(readable, o.Schema)) {
			continue
		}
		if n := len(all); n == 0 || all[n-1].Table != o.Table() {
			all = append(all, classify.TableColumns{Table: o.Table()})
		}
		last := &all[len(all)-1]
		last.Columns = append(last.Columns, classify.Column{Column: o, Type: now.Objects[o].Type, Comment: now.Objects[o].Comment})
	}
	return all
}

// cells lists values of the sample that cannot be taken for anything else, such as addresses and phone numbers.
func (r *recorded) cells() []string {
	found := map[string]bool{}
	r.sessions(func(s *session) {
		for _, table := range tablesOf(r.t, s) {
			err := s.platform.Sample(r.t.Context(), table.Table, table.Columns, 20, func(row []classify.Value) {
				for _, v := range row {
					if telling(v.Text) {
						found[v.Text] = true
					}
				}
			})
			if err != nil {
				r.t.Fatal(err)
			}
		}
	})
	r.wire.take()
	var all []string
	for v := range found {
		all = append(all, v)
	}
	slices.Sort(all)
	if len(all) < 500 {
		r.t.Fatalf("only %d values to look for", len(all))
	}
	return all
}

// telling reports whether a text is long and odd enough to come up nowhere but as a value.
func telling(text string) bool {
	digits := 0
	for _, c := range text {
		if unicode.IsDigit(c) {
			digits++
		}
	}
	return len(text) >= 9 && (strings.Contains(text, "@") || digits >= 7 && !strings.HasPrefix(text, "20"))
}

func hits(in string, values []string) []string {
	return slices.DeleteFunc(slices.Clone(values), func(v string) bool { return !strings.Contains(in, v) })
}

const everything = `scans:
  - {name: all, on: ["snow:*.**", "lake:main.crm.**", "lake:main.hr.**"], rows: 5000, values: %s}
`

// TestValuesStayHome runs scans of everything over the drivers and looks for cells in each answer of the warehouses, in
// what is printed and logged, and in the state. A scan that asks for rows gets them, which shows that the looking works,
// and keeps none.
func TestValuesStayHome(t *testing.T) {
	r := newRecorded(t)
	values := r.cells()
	for _, how := range []string{"pushdown", "names", "sample"} {
		t.Run(how, func(t *testing.T) {
			r.policies(fmt.Sprintf(everything, how))
			printed := r.run(exitDone, "classify", "--verbose") + r.run(exitDone, "findings", "--format", "json")
			if !strings.Contains(printed, "email") {
				t.Fatalf("nothing was found:\n%s", printed)
			}
			crossed := hits(r.wire.take(), values)
			switch {
			case how != "sample" && len(crossed) > 0:
				t.Errorf("%d of %d values left the warehouses, such as %q", len(crossed), len(values), crossed[0])
			case how == "sample" && len(crossed) < len(values)/2:
				t.Errorf("only %d of %d values are seen where rows were asked for: this test would see nothing", len(crossed), len(values))
			}
			if seen := hits(printed, values); len(seen) > 0 {
				t.Errorf("%d values were printed or logged", len(seen))
			}
			if seen := hits(r.state(), values); len(seen) > 0 {
				t.Errorf("%d values are in the state", len(seen))
			}
		})
	}
}

// state returns the bytes of the state and of what stands beside it.
func (r *recorded) state() string {
	var all []byte
	files, err := filepath.Glob(filepath.Join(r.dir, "state", "*"))
	if err != nil || len(files) == 0 {
		r.t.Fatal("no state", err)
	}
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			r.t.Fatal(err)
		}
		all = append(all, data...)
	}
	return string(all)
}

// TestCountsInTheWarehousesAreThoseOfRows counts every column of the sample in the embedded warehouses and in process,
// with the very checks of a scan, and expects the same numbers and so the same verdicts.
func TestCountsInTheWarehousesAreThoseOfRows(t *testing.T) {
	r := newRecorded(t)
	rules, err := classify.NewRules(classify.Suite(), nil, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	r.sessions(func(s *session) {
		found := 0
		for _, table := range tablesOf(t, s) {
			scan := state.ScanDeclaration{Name: "s", Rows: 5000}
			probes := classify.Probes(scan, []classify.TableColumns{table}, rules)
			inside, err := s.platform.Count(t.Context(), probes)
			if err != nil {
				t.Fatal(err)
			}
			outside := rowsCounted(t.Context(), t, s, table, probes)
			if diff := cmp.Diff(outside, inside, cmp.Comparer(func(a, b error) bool { return a == b })); diff != "" {
				t.Errorf("%s: %s: from rows (-) and in the warehouse (+)\n%s", s.conf.Name, table.Table, diff)
			}
			at := time.Now()
			a, b := classify.Decide(scan, s.conf.Name, table, inside, rules, at), classify.Decide(scan, s.conf.Name, table, outside, rules, at)
			if diff := cmp.Diff(a, b); diff != "" {
				t.Errorf("%s: %s: verdicts differ\n%s", s.conf.Name, table.Table, diff)
			}
			found += len(classify.Findings(a))
		}
		if found < 20 {
			t.Errorf("%s: only %d columns were found to be anything", s.conf.Name, found)
		}
	})
}

func rowsCounted(ctx context.Context, t *testing.T, s *session, table classify.TableColumns, probes []classify.Probe) []classify.Counts {
	t.Helper()
	counter, err := classify.NewCounter(probes, table.Columns)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.platform.Sample(ctx, table.Table, table.Columns, 5000, counter.Add); err != nil {
		t.Fatal(err)
	}
	counts := counter.Counts()
	for i := range counts {
		for j := range counts[i].Columns {
			counts[i].Columns[j].Rising = 0 // rows have no order in a warehouse
		}
	}
	return counts
}

// TestInterruptedClassifyGoesOn stops the program after the first answer with counts, as Ctrl-C does.
func TestInterruptedClassifyGoesOn(t *testing.T) {
	r := newRecorded(t)
	r.policies(strings.Replace(fmt.Sprintf(everything, "sample"), "rows: 5000", "rows: 5000, parallel: 1", 1))
	numbers := slices.DeleteFunc(r.cells(), func(v string) bool { return strings.Contains(v, "@") }) // which name nobody
	ctx, cancel := context.WithCancel(t.Context())
	r.wire.mu.Lock()
	r.wire.heard = func(answer string) {
		if len(hits(answer, numbers)) > 0 { // rows of a table have come
			cancel()
		}
	}
	r.wire.mu.Unlock()
	var out output
	if code := run(ctx, newApp(&out, &out, os.LookupEnv, time.Now), []string{"-c", filepath.Join(r.dir, "polsync.yaml"), "classify"}); code != exitPartly {
		t.Fatalf("ended with %d:\n%s", code, &out)
	}
	if !strings.Contains(out.String(), "the scan was interrupted") {
		t.Errorf("that it was interrupted is not said:\n%s", &out)
	}
	r.wire.mu.Lock()
	r.wire.heard = nil
	r.wire.mu.Unlock()
	if status := r.run(exitDone, "classify", "status"); !strings.Contains(status, "to go on: the scan was interrupted") {
		t.Errorf("status says\n%s", status)
	}
	if rest := r.run(exitDone, "classify"); !strings.Contains(rest, " as before, 0 not looked at") {
		t.Errorf("the next one did not end:\n%s", rest)
	}
}
