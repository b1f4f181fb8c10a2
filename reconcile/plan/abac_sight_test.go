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

// TestStrangersTwoFiltersLeaveOthersFree: whoever neither of two filters acts on sees all rows, and gains by a grant.
func TestStrangersTwoFiltersLeaveOthersFree(t *testing.T) {
	p := semanticsOf(t, map[string]string{"dialect": "databricks", "policies": `apiVersion: polsync/v1
grants: {to: ["group:readers", "group:support", "group:others"], privileges: SELECT, on: "mem:main.crm.t"}
`, "warehouse": `
objects:
  - {on: catalog main}
  - {on: schema main.crm}
  - {on: table main.crm.t}
  - {on: column main.crm.t.email, type: string}
  - {on: group readers}
  - {on: group support}
  - {on: group others}
facts:
  - {fact: tag, on: tag pii, value: {governed: true}}
  - {fact: allowed_value, on: tag pii, name: email}
  - {fact: tagged, on: column main.crm.t.email, with: tag pii, value: email}
  - {fact: abac_policy, on: catalog main, name: m, value: {policy: masking_policy main.x.m, to: [group readers], columns: [{alias: c, tags: "has_tag('pii')"}], mask: c}}
  - {fact: abac_policy, on: catalog main, name: one, value: {policy: row_access_policy main.x.f, to: [group readers], columns: [{alias: c, tags: "has_tag('pii')"}], using: [{alias: c}]}}
  - {fact: abac_policy, on: catalog main, name: two, value: {policy: row_access_policy main.x.g, to: [group support], columns: [{alias: c, tags: "has_tag('pii')"}], using: [{alias: c}]}}
`})
	var got []string
	for _, s := range p.Sights {
		for _, g := range s.Gains {
			got = append(got, g.Name)
		}
	}
	if !slices.Contains(got, "others") {
		t.Errorf("gains: %v, and others is free of both filters", got)
	}
}
