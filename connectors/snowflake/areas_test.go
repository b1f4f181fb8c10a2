package snowflake

import (
	"testing"

	"github.com/polsync/polsync/state"
)

// Two reads that fail for one reason leave two kinds of fact unknown, not one.
func TestAreasOfOneReasonKeepTheirFacts(t *testing.T) {
	s := &snapshot{st: state.New(), refused: map[areaKey]bool{}}
	for range 2 {
		s.unknown(account, "denied", state.FactTagged)
		s.unknown(account, "denied", state.FactMask)
	}
	column := state.Securable{Kind: state.KindColumn, Catalog: "C", Schema: "S", Name: "T", Column: "X"}
	for _, fact := range []state.FactKind{state.FactTagged, state.FactMask} {
		if s.st.UnknownReason(state.Key{Fact: fact, On: column}) != "denied" {
			t.Errorf("%v counts as read", fact)
		}
	}
	if len(s.st.Unknown) != 2 {
		t.Errorf("%d areas, want 2", len(s.st.Unknown))
	}
}
