package plan_test

import (
	"slices"
	"testing"

	"github.com/polsync/polsync/state"
)

// TestStrangersPoliciesCountInSight: a grant shows what somebody else's attribute-based policy masks to those alone whom the
// policy leaves out, and what it does not mask to all.
func TestStrangersPoliciesCountInSight(t *testing.T) {
	p := semanticsOf(t, map[string]string{"dialect": "databricks", "policies": `apiVersion: polsync/v1
grants: {to: ["group:readers", "group:support"], privileges: SELECT, on: "mem:main.crm.t"}
`, "warehouse": `
objects:
  - {on: catalog main}
  - {on: schema main.crm}
  - {on: table main.crm.t}
  - {on: column main.crm.t.email, type: string}
  - {on: column main.crm.t.phone, type: string}
  - {on: group readers}
  - {on: group support}
facts:
  - {fact: tagged, on: column main.crm.t.email, with: tag pii, value: email}
  - {fact: abac_policy, on: catalog main, name: theirs, value: {policy: masking_policy main.x.f, to: [group "account users"], except: [group readers], columns: [{alias: c, tags: "hasTag('pii')"}], mask: c}}
`})
	var gains []state.Securable
	for _, s := range p.Sights {
		if s.Column.Column == "email" {
			gains = s.Gains
		} else {
			t.Errorf("%s counts as masked", s.Column)
		}
	}
	if want := []state.Securable{{Kind: state.KindGroup, Name: "readers"}}; !slices.Equal(gains, want) {
		t.Errorf("email becomes clear to %v, want %v", gains, want)
	}
}
