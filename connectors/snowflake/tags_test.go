package snowflake

import (
	"database/sql"
	"strings"
	"testing"

	"github.com/polsync/polsync/connectors"
	"github.com/polsync/polsync/state"
)

// TestOnlyTagsSetByHandAreFacts: what a tag came by otherwise would come back after it was taken off.
func TestOnlyTagsSetByHandAreFacts(t *testing.T) {
	names := strings.Split(tagColumns, ", ")
	a := &answer{columns: map[string]int{}}
	for i, n := range names {
		a.columns[n] = i
	}
	methods := []string{"MANUAL", "NONE", "", "manual", "PROPAGATED", "CLASSIFIED", "INHERITED", "SOMETHING NEW"}
	for _, m := range methods {
		cells := []string{"GOV", "POLSYNC", "PII", "email", m, "COLUMN", "CRM", "SALES", "CUSTOMERS", "COLUMN", "C " + m}
		row := make([]sql.NullString, len(cells))
		for i, c := range cells {
			row[i] = sql.NullString{String: c, Valid: c != ""}
		}
		a.rows = append(a.rows, row)
	}
	s := &snapshot{scope: connectors.Scope{}, st: state.New()}
	for i := range a.rows {
		s.taggedRow(a, i, nil)
	}
	for i, m := range methods {
		key := state.Key{Fact: state.FactTagged, On: column(customers, "C "+m), With: state.Securable{Kind: state.KindTag, Catalog: "GOV", Schema: "POLSYNC", Name: "PII"}}
		if got, want := s.st.Has(key), i < 4; got != want {
			t.Errorf("a tag by %q is a fact: %v, want %v", m, got, want)
		}
		if _, got := s.st.Brought[key]; got != (m == "PROPAGATED" || m == "CLASSIFIED") {
			t.Errorf("a tag by %q came by itself: %v", m, got)
		}
	}
}
