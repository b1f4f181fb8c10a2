package plan_test

import (
	"testing"
	"testing/fstest"

	databricks "github.com/polsync/polsync/connectors/databricks/dialect"
	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
	"github.com/polsync/polsync/state/declare"
)

// TestGrantsOf: a platform that is asked for each thing's grants is asked for what declarations name by its kind, and for
// what polsync granted or gave away.
func TestGrantsOf(t *testing.T) {
	of := func(text string, owned plan.Owned) func(state.Securable) bool {
		t.Helper()
		d, err := declare.Load(fstest.MapFS{"p.yaml": {Data: []byte("apiVersion: polsync/v1\n" + text)}}, []string{"p.yaml"}, declare.Options{Platforms: map[string]string{"lake": "databricks", "other": "databricks"}})
		if err != nil {
			t.Fatal(err)
		}
		return plan.GrantsOf(d, "lake", databricks.Dialect{}, owned)
	}
	if of(`grants: [{to: "group:a", privileges: SELECT, on: "lake:main.crm.*"}]`, plan.Owned{}) != nil {
		t.Error("tables are asked for one by one")
	}
	location := func(name string) state.Securable {
		return state.Securable{Kind: state.KindExternalLocation, Name: name}
	}
	ours := state.Securable{Kind: state.KindConnection, Name: "ours"}
	asked := of(`
grants:
  - {to: "group:a", privileges: READ FILES, on: [{kind: external_location, names: ["lake:Land_*"]}]}
  - {to: "group:a", privileges: CREATE CATALOG, on: [{kind: metastore, names: ["lake:"]}]}
  - {to: "group:a", privileges: READ FILES, on: [{kind: external_location, names: ["other:elsewhere"]}]}
  - {exclusive: true, privileges: ACCESS, on: [{kind: service_credential, names: ["lake:vault"]}]}
  - {owner: "group:a", on: [{kind: share, names: ["lake:s"]}]}
`, plan.Owned{{Fact: state.FactGrant, On: ours, Name: "USE CONNECTION"}: {}, {Fact: state.FactTagged, On: state.Securable{Kind: state.KindVolume, Name: "v"}}: {}})
	for s, want := range map[state.Securable]bool{
		location("land_eu"): true, location("elsewhere"): false, {Kind: state.KindStorageCredential, Name: "land_eu"}: false, {Kind: state.KindMetastore}: true,
		{Kind: state.KindServiceCredential, Name: "vault"}: true, {Kind: state.KindShare, Name: "s"}: true, {Kind: state.KindShare, Name: "t"}: false,
		ours: true, {Kind: state.KindVolume, Name: "v"}: false,
	} {
		if asked(s) != want {
			t.Errorf("%s: %t", s, !want)
		}
	}
}
