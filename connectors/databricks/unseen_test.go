package databricks_test

import (
	"testing"

	"github.com/polsync/polsync/connectors"
	"github.com/polsync/polsync/connectors/databricks/dialect"
	emulator "github.com/polsync/polsync/connectors/emulator/databricks"
	"github.com/polsync/polsync/state"
)

// TestOursThatNoListShows: what polsync granted on, and may not see any more, is unknown, and what is not there is not. So it
// is for catalogs where no scope names them.
func TestOursThatNoListShows(t *testing.T) {
	w := newWorkspace(t, emulator.Options{})
	w.addKinds(t)
	w.exec(t, "CREATE CATALOG hidden")
	p := w.open(t, daemon)
	place, dropped := state.Securable{Kind: state.KindExternalLocation, Name: odd}, state.Securable{Kind: state.KindExternalLocation, Name: "dropped"}
	model := object(state.KindModel, "main", "crm", "model-"+odd)
	hidden, gone := object(state.KindCatalog, "hidden"), object(state.KindCatalog, "gone")
	s := connectors.Scope{Home: home, Kinds: everyGrant().Kinds, GrantsOf: everyGrant().GrantsOf, Ours: []state.Securable{hidden, gone, place, dropped, model}}
	unknown := func(on state.Securable) bool {
		for _, a := range snapshot(t, p, s).Unknown {
			if a.Within == on && len(a.Facts) == 0 {
				return true
			}
		}
		return false
	}
	if unknown(place) || unknown(model) {
		t.Error("what shows is unknown")
	}
	w.exec(t, "REVOKE MANAGE ON EXTERNAL LOCATION "+dialect.QuoteName(odd)+" FROM `"+daemon+"`",
		"REVOKE USE CATALOG, USE SCHEMA, MANAGE, APPLY TAG ON CATALOG main FROM `"+daemon+"`")
	for _, on := range []state.Securable{place, model, hidden} {
		if !unknown(on) {
			t.Errorf("%s is not unknown", on)
		}
	}
	for _, on := range []state.Securable{dropped, gone} {
		if unknown(on) {
			t.Errorf("%s is unknown", on)
		}
	}
}
