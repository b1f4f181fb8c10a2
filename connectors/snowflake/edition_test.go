package snowflake

import (
	"errors"
	"strings"
	"testing"

	"github.com/polsync/polsync/connectors"
	emulator "github.com/polsync/polsync/connectors/emulator/snowflake"
	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
)

// TestEdition: what the account's edition lacks is found by reading, is no part that could not be read, and is refused
// as such where it is tried all the same.
func TestEdition(t *testing.T) {
	b := newBed(t, emulator.Options{Edition: emulator.Standard})
	s := b.snapshot(connectors.Scope{Within: []state.Securable{sales}, Home: home, Without: []state.FactKind{state.FactFilter, state.FactRowPolicy, state.FactConstraint, state.FactConstraintPolicy}})
	for _, f := range []state.FactKind{state.FactPolicy, state.FactMask, state.FactBinding} {
		if !strings.Contains(s.Lacks[f], "Enterprise Edition") {
			t.Errorf("%s: %q", f, s.Lacks[f])
		}
	}
	whole := b.snapshot(connectors.Scope{Within: []state.Securable{sales}, Home: home})
	for _, f := range []state.FactKind{state.FactRowPolicy, state.FactFilter, state.FactConstraintPolicy, state.FactConstraint} {
		if !strings.Contains(whole.Lacks[f], "Enterprise Edition") {
			t.Errorf("%s: %q", f, whole.Lacks[f])
		}
	}
	if len(s.Unknown) > 0 || s.Lacks[state.FactTagged] != "" {
		t.Errorf("%v, %v", s.Unknown, s.Lacks)
	}
	_, err := b.Exec(t.Context(), plan.Statement{SQL: "CREATE MASKING POLICY GOV.POLSYNC.M AS (val VARCHAR) RETURNS VARCHAR -> NULL"})
	if !errors.Is(err, plan.ErrUnsupported) {
		t.Error(err)
	}
	missing, err := b.Check(t.Context(), connectors.Scope{Home: home})
	said := 0
	for _, m := range missing {
		if strings.Contains(m.What, "Enterprise Edition") {
			said++
		}
		if strings.Contains(m.SQL, "POLICY") {
			t.Errorf("%s gives nothing in this edition", m.SQL)
		}
	}
	if err != nil || said != 5 {
		t.Errorf("%v, %v", missing, err)
	}
}
