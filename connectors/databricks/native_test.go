package databricks_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/polsync/polsync/connectors"
	emulator "github.com/polsync/polsync/connectors/emulator/databricks"
	"github.com/polsync/polsync/state"
)

// TestNativeReadsDataClassification reads what the platform's own classification found, within a scope and not without the right to; no sample of a
// column's values is asked for.
func TestNativeReadsDataClassification(t *testing.T) {
	w := newWorkspace(t, emulator.Options{})
	for _, d := range []emulator.Detection{
		{Column: "main.crm.customers.email", Class: "class.email_address", Samples: []string{"ann@example.com"}, Confidence: "HIGH", Frequency: 0.5},
		{Column: "main.crm.customers.phone", Class: "class.phone_number", Confidence: "LOW", Frequency: 1},
		{Column: "main.crm.orders.country", Class: "custom: region code", Confidence: "SURE"},
	} {
		must(t, w.Detect(d))
	}
	p := w.open(t, daemon)
	if _, err := p.Native(t.Context(), connectors.Scope{}); err == nil {
		t.Error("it was read without the right to")
	}
	w.exec(t, "GRANT USE SCHEMA, SELECT ON SCHEMA system.data_classification TO `"+daemon+"`")
	w.ResetLog()
	list := func(scope connectors.Scope) string {
		t.Helper()
		found, err := p.Native(t.Context(), scope)
		must(t, err)
		var lines []string
		for _, n := range found {
			lines = append(lines, fmt.Sprintf("%s|%s|%s|%.2f|%s", n.Column.Path(), n.Says, n.Detail, n.Score, n.How))
		}
		slices.Sort(lines)
		return strings.Join(lines, "\n")
	}
	want := `main.crm.customers.email|class.email_address||0.95|confidence HIGH, 50 % of the values
main.crm.customers.phone|class.phone_number||0.40|confidence LOW, 100 % of the values
main.crm.orders.country|custom|region code|0.40|0 % of the values`
	if got := list(connectors.Scope{}); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := list(connectors.Scope{Within: []state.Securable{object(state.KindTable, "main", "crm", "orders")}}); strings.Count(got, "\n") != 0 || !strings.Contains(got, "orders") {
		t.Errorf("within a table: %s", got)
	}
	for _, s := range w.Statements() {
		if strings.Contains(s.SQL, "samples,") || strings.Contains(s.SQL, "SELECT *") {
			t.Errorf("values are asked for: %s", s.SQL)
		}
	}
}
