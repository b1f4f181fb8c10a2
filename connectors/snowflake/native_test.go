package snowflake

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/polsync/polsync/connectors"
	emulator "github.com/polsync/polsync/connectors/emulator/snowflake"
	"github.com/polsync/polsync/state"
)

// TestNativeReadsTheLastClassification has Snowflake classify a table and reads what it says, within a scope, without
// the right to, and past the lag.
func TestNativeReadsTheLastClassification(t *testing.T) {
	b := newBed(t, emulator.Options{AccountUsageLag: -1})
	if err := b.emu.Script("ACCOUNTADMIN", `USE WAREHOUSE POLSYNC_WH; CALL SYSTEM$CLASSIFY('CRM.SALES.CUSTOMERS', {'auto_tag': true})`); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Native(t.Context(), connectors.Scope{}); err == nil {
		t.Error("it was read without the right to")
	}
	if err := b.emu.Script("ACCOUNTADMIN", `GRANT DATABASE ROLE SNOWFLAKE.GOVERNANCE_VIEWER TO ROLE POLSYNC`); err != nil {
		t.Fatal(err)
	}
	list := func(scope connectors.Scope) string {
		t.Helper()
		found, err := b.Native(t.Context(), scope)
		if err != nil {
			t.Fatal(err)
		}
		var lines []string
		for _, n := range found {
			lines = append(lines, fmt.Sprintf("%s %s %s %.2f %s", n.Column.Path(), n.Says, n.Detail, n.Score, n.How))
		}
		slices.Sort(lines)
		return strings.Join(lines, "\n")
	}
	want := `CRM.SALES.CUSTOMERS.COUNTRY COUNTRY  0.95 confidence HIGH, 100 % of the valid values
CRM.SALES.CUSTOMERS.EMAIL EMAIL  0.95 confidence HIGH, 100 % of the valid values
CRM.SALES.CUSTOMERS.SALARY SALARY  0.95 confidence HIGH, 100 % of the valid values`
	if got := list(connectors.Scope{}); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := list(connectors.Scope{Within: []state.Securable{orders}}); got != "" {
		t.Errorf("outside the scope: %s", got)
	}
}

func TestNativeScore(t *testing.T) {
	for _, c := range []struct {
		confidence, coverage string
		score                float64
		how                  string
	}{
		{"HIGH", "1", 0.95, "confidence HIGH, 100 % of the valid values"},
		{"LOW", "0.314", 0.4, "confidence LOW, 31 % of the valid values"},
		{"", "0.8", 0.75, "80 % of the valid values"},
		{"", "", 0.75, ""},
		{"SURE", "x", 0.75, ""},
		{"HIGH", "7", 0.95, "confidence HIGH"},
	} {
		if score, how := nativeScore(c.confidence, c.coverage); score != c.score || how != c.how {
			t.Errorf("%q %q: %v %q", c.confidence, c.coverage, score, how)
		}
	}
}
