package plan_test

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/polsync/polsync/connectors/memory"
	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
	"github.com/polsync/polsync/state/declare"
)

// settled is a platform that a plan has brought to what is declared.
func settled(t *testing.T, policies, more string) plan.Input {
	t.Helper()
	d := memory.Dialect{}
	declared, err := declare.Load(fstest.MapFS{"p.yaml": {Data: []byte(policies)}}, []string{"p.yaml"}, declare.Options{Platforms: map[string]string{"mem": d.Name()}})
	if err != nil {
		t.Fatal(err)
	}
	in := plan.Input{Platform: "mem", Dialect: d, Home: state.Securable{Kind: state.KindSchema, Catalog: "GOV", Schema: "HOME"}, Declarations: declared,
		Owned: plan.Owned{}, Now: now, Actual: read(t, everywhere+more)}
	carryOut(in, made(t, in))
	if p := made(t, in); !p.Empty() {
		t.Fatalf("it does not settle: %s", briefly(p))
	}
	return in
}

func made(t *testing.T, in plan.Input) *plan.Plan {
	t.Helper()
	p, err := plan.Make(in)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func carryOut(in plan.Input, p *plan.Plan) {
	for _, c := range p.Changes() {
		if c.Want == nil {
			delete(in.Actual.Facts, c.Key)
			delete(in.Owned, c.Key)
			continue
		}
		in.Actual.Put(state.Fact{Key: c.Key, Value: c.Want})
		in.Owned[c.Key] = plan.Ownership{Value: c.Want, Run: "1"}
	}
}

// only returns the one fact there of a kind.
func only(t *testing.T, in plan.Input, kind state.FactKind) state.Key {
	t.Helper()
	var found []state.Key
	for k := range in.Actual.Facts {
		if k.Fact == kind {
			found = append(found, k)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d facts of kind %s", len(found), kind)
	}
	return found[0]
}

const hides = `apiVersion: polsync/v1
principals: {analyst: {mem: ANALYST}, support: {mem: SUPPORT}, lead: {mem: SUPPORT_LEAD}}
roles: [{name: SUPPORT, in: [mem], users: [ALICE]}]
tags: [{name: pii, values: [email]}]
tag_assignments: [{tag: pii, value: email, on: "mem:CRM.PUBLIC.CUSTOMERS.EMAIL"}]
grants: [{to: analyst, privileges: SELECT, on: "mem:CRM.PUBLIC.CUSTOMERS"}]
exceptions: [{mask: pii, to: lead, until: 2020-01-01T00:00:00Z, reason: [X]}]
masks:
  - name: pii
    tag: pii
    default: nothing
    rules:
      - {to: support, show: hash}
      - {to: analyst, show: clear}
`

// TestFoughtMembershipClosesNothing: the detour that a policy takes while members join must not be begun for somebody
// who does not join, nor may those wait who have nothing to do with it.
func TestFoughtMembershipClosesNothing(t *testing.T) {
	in := settled(t, hides, "facts: [{fact: role, on: role SUPPORT}]\n")
	member := only(t, in, state.FactMember)
	delete(in.Actual.Facts, member)
	grant := only(t, in, state.FactGrant)
	delete(in.Actual.Facts, grant)
	in.Fought = map[state.Key]int{member: 3}
	p := made(t, in)
	changes := p.Changes()
	if len(changes) != 1 || changes[0].Key != grant || !p.Partial() {
		t.Errorf("beside a membership of others that is fought over: %s", briefly(p))
	}
	// What opens to the one who was to join waits: the role would hide what another role shows.
	alice := grant
	alice.With = state.Securable{Kind: state.KindRole, Name: "ANALYST"}
	in.Actual.Put(state.Fact{Key: state.Key{Fact: state.FactMember, On: alice.With, With: member.With}, Value: state.Option(false)})
	if p := made(t, in); len(p.Changes()) != 0 {
		t.Errorf("ALICE is in ANALYST, and does not come into SUPPORT, which hides: %s", briefly(p))
	}
}

// TestFoughtMembershipHoldsWhatItWouldHide: a tag value that opens, under a policy that hides from the role that is not
// joined, waits for the membership.
func TestFoughtMembershipHoldsWhatItWouldHide(t *testing.T) {
	policies := `apiVersion: polsync/v1
principals: {analyst: {mem: ANALYST}, support: {mem: SUPPORT}}
roles: [{name: SUPPORT, in: [mem], users: [ALICE]}]
tags: [{name: pii, values: [ssn, email]}]
tag_assignments: [{tag: pii, value: email, on: "mem:CRM.PUBLIC.CUSTOMERS.EMAIL"}]
masks: [{name: pii, tag: pii, default: nothing, rules: [{to: support, show: nothing}, {to: analyst, values: email, show: clear}]}]
`
	for hides, want := range map[bool]int{true: 0, false: 1} {
		text := policies
		if !hides {
			text = strings.Replace(policies, "{to: support, show: nothing}, ", "", 1)
		}
		in := settled(t, text, "facts: [{fact: role, on: role SUPPORT}]\n")
		member, tag := only(t, in, state.FactMember), only(t, in, state.FactTagged)
		delete(in.Actual.Facts, member)
		in.Actual.Put(state.Fact{Key: tag, Value: state.Text("ssn")})
		in.Owned[tag] = plan.Ownership{Value: state.Text("ssn"), Run: "1"}
		in.Fought = map[state.Key]int{member: 3}
		if p := made(t, in); len(p.Changes()) != want {
			t.Errorf("the policy hides from the role: %v; %s", hides, briefly(p))
		}
	}
}

// TestFoughtMembershipHoldsRows: where a mask or a filter hides something by a role that somebody does not get, no more
// rows are shown; fewer are, and nothing waits where nothing hides.
func TestFoughtMembershipHoldsRows(t *testing.T) {
	const policies = `apiVersion: polsync/v1
principals: {analyst: {mem: ANALYST}, support: {mem: SUPPORT}}
roles: [{name: SUPPORT, in: [mem], users: [ALICE]}]
masks: [{name: m, on: "mem:CRM.PUBLIC.CUSTOMERS.EMAIL", default: nothing, rules: [{to: support, show: nothing}, {to: analyst, show: clear}]}]
row_filters: [{name: f, on: "mem:CRM.PUBLIC.CUSTOMERS", column: COUNTRY, rules: [{to: analyst, values: [US]}]}]
`
	const all = `row_filters: [{name: f, on: "mem:CRM.PUBLIC.CUSTOMERS", column: COUNTRY, default: all, rules: [{to: support, values: [US]}]}]
`
	filter := policies[strings.Index(policies, "row_filters"):]
	mask := policies[strings.Index(policies, "masks:"):strings.Index(policies, "row_filters")]
	wider := strings.Replace(filter, "[US]", "[US, DE]", 1)
	for name, c := range map[string]struct {
		from, to string
		changes  int
	}{
		"more rows":                           {policies, strings.Replace(policies, filter, wider, 1), 0},
		"more rows, nothing hides":            {strings.Replace(policies, mask, "", 1), strings.Replace(strings.Replace(policies, mask, "", 1), filter, wider, 1), 1},
		"no filter":                           {policies, strings.Replace(policies, filter, "", 1), 0},
		"fewer rows":                          {strings.Replace(policies, filter, wider, 1), policies, 1},
		"all rows, but for the role's":        {strings.Replace(policies, mask, "", 1), strings.Replace(strings.Replace(policies, mask, "", 1), filter, all, 1), 0},
		"all rows, but for that of the other": {strings.Replace(policies, mask, "", 1), strings.Replace(strings.Replace(policies, mask, "", 1), filter, strings.Replace(all, "support", "analyst", 1), 1), 1},
	} {
		t.Run(name, func(t *testing.T) {
			in := settled(t, c.from, "facts: [{fact: role, on: role SUPPORT}]\n")
			member := only(t, in, state.FactMember)
			delete(in.Actual.Facts, member)
			in.Fought = map[state.Key]int{member: 3}
			declared, err := declare.Load(fstest.MapFS{"p.yaml": {Data: []byte(c.to)}}, []string{"p.yaml"}, declare.Options{Platforms: map[string]string{"mem": memory.Dialect{}.Name()}})
			if err != nil {
				t.Fatal(err)
			}
			in.Declarations = declared
			p := made(t, in)
			n := 0
			for _, ch := range p.Changes() {
				if ch.Key.Fact == state.FactRowPolicy || ch.Key.Fact == state.FactFilter {
					n++
				}
			}
			if n != c.changes {
				t.Errorf("%d changes of rows, want %d: %s", n, c.changes, briefly(p))
			}
		})
	}
}

// TestFoughtTagHoldsNoOther: a tag that would open, and is fought over, keeps no other from protecting.
func TestFoughtTagHoldsNoOther(t *testing.T) {
	in := settled(t, `apiVersion: polsync/v1
principals: {support: {mem: SUPPORT}}
tags: [{name: pii, values: [email, pub]}]
tag_assignments:
  - {tag: pii, value: pub, on: "mem:CRM.PUBLIC.CUSTOMERS.EMAIL"}
  - {tag: pii, value: email, on: "mem:CRM.STAGING"}
masks: [{name: pii, tag: pii, default: nothing, rules: [{to: support, values: pub, show: clear}]}]
`, "")
	in.Fought = map[state.Key]int{}
	var staging state.Key
	for k := range in.Actual.Facts {
		switch {
		case k.Fact != state.FactTagged:
		case k.On.Kind == state.KindColumn:
			in.Actual.Put(state.Fact{Key: k, Value: state.Text("email")})
			in.Fought[k] = 3
		default:
			staging = k
		}
	}
	delete(in.Actual.Facts, staging)
	p := made(t, in)
	changes := p.Changes()
	if !slices.ContainsFunc(changes, func(c plan.Change) bool { return c.Key == staging }) || slices.ContainsFunc(changes, func(c plan.Change) bool { return in.Fought[c.Key] > 0 }) {
		t.Errorf("%s", briefly(p))
	}
}

// TestTagsOfOnePolicyAllCount: two tags bound to one policy come off two columns, and each is an unmasking.
func TestTagsOfOnePolicyAllCount(t *testing.T) {
	for range 20 {
		facts := `
  - {fact: tagged, on: column CRM.PUBLIC.CUSTOMERS.EMAIL, with: tag PII, value: email}
  - {fact: tagged, on: column CRM.PUBLIC.ORDERS.EMAIL, with: tag PHI, value: x}
`
		in := settled(t, "apiVersion: polsync/v1\ntags: [{name: pii, values: [email]}, {name: phi, values: [x]}]\n", `  - {on: masking_policy GOV.HOME.P}
facts:
  - {fact: tag, on: tag PII, value: {any_value: false}}
  - {fact: tag, on: tag PHI, value: {any_value: false}}
  - {fact: allowed_value, on: tag PII, name: email}
  - {fact: allowed_value, on: tag PHI, name: x}
  - {fact: policy, on: masking_policy GOV.HOME.P, value: {name: masking_policy GOV.HOME.P, family: string}}
  - {fact: binding, on: tag PII, name: string, value: {policy: masking_policy GOV.HOME.P}}
  - {fact: binding, on: tag PHI, name: string, value: {policy: masking_policy GOV.HOME.P}}`+facts)
		for k, f := range in.Actual.Facts {
			if k.Fact == state.FactTagged {
				in.Owned[k] = plan.Ownership{Value: f.Value, Run: "1"}
			}
		}
		err := plan.Guard(made(t, in), 9, plan.Limits{Removals: 9, Share: 1, Unmaskings: 1, Statements: 99}, plan.Passes{})
		if err == nil || !strings.Contains(err.Error(), "2 unmaskings") {
			t.Fatalf("the guard says %v", err)
		}
	}
}

// TestExpiryEndsNothingElse: while only what has expired is ended, a policy whose exception ended long ago stays as it
// is, whatever else is to be done.
func TestExpiryEndsNothingElse(t *testing.T) {
	in := settled(t, hides, "facts: [{fact: role, on: role SUPPORT}]\n")
	delete(in.Actual.Facts, only(t, in, state.FactMember))
	in.ExpireOnly = true
	if p := made(t, in); !p.Empty() {
		t.Errorf("%s", briefly(p))
	}
	policy := only(t, in, state.FactPolicy)
	with := *in.Actual.Policy(policy.On)
	with.Rules = append([]state.Rule{{To: []state.Securable{{Kind: state.KindRole, Name: "SUPPORT_LEAD"}}, Show: state.Show{Kind: state.ShowClear}}}, with.Rules...)
	in.Actual.Put(state.Fact{Key: policy, Value: &with})
	p := made(t, in)
	if changes := p.Changes(); len(changes) != 1 || changes[0].Key != policy || len(changes[0].Want.(*state.MaskingPolicy).Rules) != len(with.Rules)-1 {
		t.Errorf("the exception's rule does not go alone: %s", briefly(p))
	}
}

// TestExpiryKeepsADeclaredRule: who is also named by a rule of the mask itself keeps what that shows.
func TestExpiryKeepsADeclaredRule(t *testing.T) {
	in := settled(t, strings.Replace(hides, "    rules:\n", "    rules:\n      - {to: lead, show: clear}\n", 1), "facts: [{fact: role, on: role SUPPORT}]\n")
	in.ExpireOnly = true
	if p := made(t, in); !p.Empty() {
		t.Errorf("a rule that never was an exception goes: %s", briefly(p))
	}
	policy := only(t, in, state.FactPolicy)
	with := *in.Actual.Policy(policy.On)
	with.Rules = append([]state.Rule{with.Rules[0]}, with.Rules...)
	in.Actual.Put(state.Fact{Key: policy, Value: &with})
	if changes := made(t, in).Changes(); len(changes) != 1 || len(changes[0].Want.(*state.MaskingPolicy).Rules) != len(with.Rules)-1 {
		t.Errorf("the exception's rule beside it: %v", changes)
	}
}

// TestSightOfOpaqueMasks: who saw clear by rules can no longer be told to, once the mask is SQL of its author's.
func TestSightOfOpaqueMasks(t *testing.T) {
	const head = `apiVersion: polsync/v1
principals: {analyst: {mem: ANALYST}}
tags: [{name: pii, values: [email]}]
tag_assignments: [{tag: pii, value: email, on: "mem:CRM.PUBLIC.CUSTOMERS.EMAIL"}]
grants: [{to: analyst, privileges: SELECT, on: "mem:CRM.PUBLIC.CUSTOMERS"}]
masks:
`
	in := settled(t, head+`  - {name: pii, tag: pii, default: nothing, rules: [{to: analyst, show: clear}]}`, "")
	in.Declarations = settled(t, head+`  - {name: pii, tag: pii, sql: {memory: "x"}}`, "").Declarations
	sights := made(t, in).Sights
	if len(sights) != 1 || !slices.ContainsFunc(sights[0].Loses, func(s state.Securable) bool { return s.Name == "ANALYST" }) {
		t.Errorf("%+v", sights)
	}
}
