package databricks_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	emulator "github.com/polsync/polsync/connectors/emulator/databricks"
)

// TestLargeResultsAreReadInParts compares a snapshot whose answers are cut small with one that was read whole.
func TestLargeResultsAreReadInParts(t *testing.T) {
	read := func(limit int) (got any, reads int, w *workspace) {
		w = governed(t, emulator.Options{InlineLimit: limit, Clock: func() time.Time { return time.Unix(1_800_000_000, 0) }})
		w.exec(t, "CREATE FUNCTION main.gov.n(v STRING) RETURNS STRING RETURN NULL")
		for n := range 60 {
			w.exec(t, fmt.Sprintf("CREATE TABLE main.crm.t%d (a STRING, b BIGINT)", n), fmt.Sprintf("GRANT SELECT ON TABLE main.crm.t%d TO `readers-a`", n),
				fmt.Sprintf("ALTER TABLE main.crm.t%d SET TAGS ('n' = '%d')", n, n), fmt.Sprintf("ALTER TABLE main.crm.t%d ALTER COLUMN a SET MASK main.gov.n", n))
		}
		s := snapshot(t, w.open(t, daemon), scope)
		if len(s.Unknown) > 0 {
			t.Errorf("unknown with a limit of %d bytes: %v", limit, s.Unknown)
		}
		reads, s.Reads = s.Reads, 0
		return s, reads, w
	}
	whole, once, _ := read(0)
	parts, more, w := read(600)
	if diff := cmp.Diff(whole, parts); diff != "" {
		t.Errorf("in parts it reads differently (-whole +parts):\n%s", diff)
	}
	finer := 0
	for _, st := range w.Statements() {
		if strings.Contains(st.SQL, ", 64)) = ") {
			finer++
		}
	}
	if more <= once || finer == 0 {
		t.Errorf("%d reads after %d, %d of parts of parts: the test looks at too little", more, once, finer)
	}
}
