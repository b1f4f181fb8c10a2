package databricks_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/polsync/polsync/connectors"
	"github.com/polsync/polsync/connectors/databricks"
	emulator "github.com/polsync/polsync/connectors/emulator/databricks"
	"github.com/polsync/polsync/connectors/emulator/databricks/generate"
	"github.com/polsync/polsync/state"
)

var generatedScope = connectors.Scope{Home: state.Securable{Kind: state.KindSchema, Catalog: generate.Catalog, Schema: generate.Policies}}

// generated is a generated metastore whose tagged columns are masked, and the connector to it.
func generated(t *testing.T, size generate.Size, opt emulator.Options, change ...func(*databricks.Options)) (*workspace, *databricks.Platform) {
	t.Helper()
	const mask = generate.Catalog + "." + generate.Policies + ".hide"
	w, err := generate.New(size, 0, generate.Masks{Functions: []string{"CREATE FUNCTION " + mask + "(v STRING) RETURNS STRING RETURN NULL"},
		ByValue: map[string]string{"email": mask, "phone": mask, "name": mask}}, opt)
	must(t, err)
	srv := httptest.NewServer(w)
	t.Cleanup(func() { srv.Close(); w.Close() })
	o := databricks.Options{Name: "lake", Host: srv.URL, Token: generate.Token, WarehouseID: generate.Warehouse, RateLimit: 10000}
	for _, c := range change {
		c(&o)
	}
	p, err := databricks.Open(t.Context(), o)
	must(t, err)
	t.Cleanup(func() { must(t, p.Close()) })
	return &workspace{w, srv.URL}, p
}

// TestRequestsOfMetastores holds what it takes to read a metastore of a size; docs/benchmarks.md has the seconds.
func TestRequestsOfMetastores(t *testing.T) {
	if testing.Short() {
		t.Skip("generated metastores")
	}
	for _, c := range []struct {
		size generate.Size
		most int
	}{{generate.S, 25}, {generate.M, 40}} {
		t.Run(c.size.Name, func(t *testing.T) {
			w, p := generated(t, c.size, emulator.Options{})
			s := snapshot(t, p, generatedScope)
			sent := w.Requests()
			if s.Reads > c.most || len(sent) > c.most+2 { // a contact comes before
				t.Errorf("%d requests counted, %d sent, more than %d", s.Reads, len(sent), c.most)
			}
			if len(s.Unknown) > 0 {
				t.Errorf("unread: %v", s.Unknown)
			}
			kinds, columns := map[state.FactKind]int{}, 0
			for k := range s.Facts {
				kinds[k.Fact]++
			}
			for on := range s.Objects {
				if on.Kind == state.KindColumn && on.Catalog != "system" {
					columns++
				}
			}
			if columns != c.size.Columns || kinds[state.FactTagged] != c.size.Tagged || kinds[state.FactMask] != c.size.Tagged+c.size.Masks || kinds[state.FactFilter] != c.size.Filters {
				t.Errorf("%d columns, %d of them tagged, %d masked, %d tables filtered: %+v", columns, kinds[state.FactTagged], kinds[state.FactMask], kinds[state.FactFilter], c.size)
			}
			for _, st := range w.Statements() {
				if !strings.HasPrefix(st.SQL, "SELECT ") {
					t.Errorf("a snapshot sent %s", st.SQL)
				}
			}
		})
	}
}

// TestLargeMetastoresAreReadByCatalog compares a metastore whose answers are cut small with one that was read whole: by catalogs first, by a hash
// where one catalog is too large, and without asking in vain again.
func TestLargeMetastoresAreReadByCatalog(t *testing.T) {
	_, p := generated(t, generate.S, emulator.Options{DocumentedMasks: true})
	whole := snapshot(t, p, generatedScope)
	w, cut := generated(t, generate.S, emulator.Options{DocumentedMasks: true, InlineLimit: 50_000})
	parts := snapshot(t, cut, generatedScope)
	if parts.Unknown != nil || len(whole.Facts) != len(parts.Facts) {
		t.Errorf("unread: %v; %d facts, %d whole", parts.Unknown, len(parts.Facts), len(whole.Facts))
	}
	if diff := cmp.Diff(facts(whole), facts(parts)); diff != "" {
		t.Errorf("in parts it reads differently (-whole +parts):\n%.2000s", diff)
	}
	byCatalog, byHash, masks, refused := 0, 0, 0, 0
	for _, st := range w.Statements() {
		switch {
		case strings.Contains(st.SQL, "xxhash64"):
			byHash++
		case strings.Contains(st.SQL, "WHERE c IN ("):
			byCatalog++
		}
		if strings.Contains(st.SQL, "column_masks") && strings.Contains(st.SQL, "WHERE c IN (") {
			masks++
		}
	}
	if byCatalog == 0 || byHash == 0 || masks == 0 {
		t.Errorf("%d statements by catalogs, %d by a hash, %d of masks: the test looks at too little", byCatalog, byHash, masks)
	}
	w.ResetLog()
	snapshot(t, cut, generatedScope)
	for _, st := range w.Statements() {
		if st.State == "FAILED" && !strings.Contains(st.SQL, "WHERE c IN (") {
			refused++
		}
	}
	if refused > 0 {
		t.Errorf("%d statements were too large again", refused)
	}
}

// facts are the facts of a state without what tells one workspace from another.
func facts(s *state.State) map[state.Key]state.Value {
	out := map[state.Key]state.Value{}
	for k, f := range s.Facts {
		out[k] = f.Value
	}
	return out
}
