package plan_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/polsync/polsync/connectors/memory"
	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
	"github.com/polsync/polsync/state/declare"
)

const place = `
objects:
  - {on: catalog CRM}
  - {on: schema CRM.PUBLIC}
  - {on: table CRM.PUBLIC.CUSTOMERS}
  - {on: column CRM.PUBLIC.CUSTOMERS.ID, type: number}
  - {on: column CRM.PUBLIC.CUSTOMERS.EMAIL, type: string}
  - {on: schema CRM.HR}
  - {on: table CRM.HR.PAY}
  - {on: column CRM.HR.PAY.AMOUNT, type: number}
  - {on: role ANALYST}
  - {on: role SUPPORT}
`

const names = `
apiVersion: polsync/v1
principals: {analyst: {mem: ANALYST}, support: {mem: SUPPORT}}
`

// planned returns the plan for policies over the place with more facts of the warehouse, given as YAML, of which ours
// are polsync's.
func planned(t *testing.T, policies, facts, ours string, adapt func(*plan.Input)) *plan.Plan {
	t.Helper()
	fsys := fstest.MapFS{"p.yaml": {Data: []byte(names + policies)}}
	d, err := declare.Load(fsys, []string{"p.yaml"}, declare.Options{Platforms: map[string]string{"mem": "memory"}})
	if err != nil {
		t.Fatal(err)
	}
	actual := read(t, place+facts)
	in := plan.Input{Platform: "mem", Dialect: memory.Dialect{}, Declarations: d, Actual: actual, Owned: plan.Owned{}, Now: now}
	for k, f := range read(t, place+ours).Facts {
		in.Owned[k] = plan.Ownership{Value: f.Value, Run: "7"}
	}
	if adapt != nil {
		adapt(&in)
	}
	p, err := plan.Make(in)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// lines returns the plan's changes as verb and key, and its notices as level and text.
func lines(p *plan.Plan) string {
	var b strings.Builder
	for _, c := range p.Changes() {
		b.WriteString(c.Verb().String() + " " + c.Key.String() + "\n")
	}
	for _, n := range p.Notices {
		b.WriteString(string(n.Level) + ": " + n.Text + "\n")
	}
	return b.String()
}

func expect(t *testing.T, p *plan.Plan, has, lacks []string) {
	t.Helper()
	got := lines(p)
	for _, want := range has {
		if !strings.Contains(got, want) {
			t.Errorf("the plan lacks %q:\n%s", want, got)
		}
	}
	for _, not := range lacks {
		if strings.Contains(got, not) {
			t.Errorf("the plan has %q:\n%s", not, got)
		}
	}
}

// An access level on a container opens what is in it, but never what `except` takes out.
func TestExceptBelowContainer(t *testing.T) {
	p := planned(t, `
grants: [{to: analyst, access: read, on: "mem:CRM", except: "mem:CRM.HR"}]
`, "facts: []", "facts: []", nil)
	expect(t, p, []string{"+ CRM.PUBLIC.CUSTOMERS grant SELECT role ANALYST"}, []string{"+ CRM.HR.PAY grant SELECT"})
}

// A privilege on a container that reaches all below cannot leave anything out.
func TestExceptBelowInheritedPrivilege(t *testing.T) {
	p := planned(t, `
access_levels: {peek: {catalog: [CREATE SCHEMA]}}
grants: [{to: analyst, privileges: [CREATE SCHEMA], on: "mem:CRM", except: "mem:CRM.HR"}]
`, "facts: []", "facts: []", nil)
	expect(t, p, []string{"error: "}, []string{"+ CRM grant"})
}

// A mask by value and another mask can have one name for their policies; neither may be taken for the other.
func TestPolicyNameOfTwoMasks(t *testing.T) {
	p := planned(t, `
tags: [{name: pii, values: [email, phone]}]
tag_assignments: [{tag: pii, value: email, on: "mem:CRM.PUBLIC.CUSTOMERS.EMAIL"}, {tag: pii, value: phone, on: "mem:CRM.PUBLIC.CUSTOMERS.ID"}]
masks:
  - {name: pii, tag: pii, rules: [{to: everyone, show: clear}]}
  - {name: pii_phone, on: "mem:CRM.HR.PAY.AMOUNT", rules: []}
`, "facts: []", "facts: []", func(in *plan.Input) { in.Dialect = memory.Dialect{PerColumn: true} })
	expect(t, p, []string{"error: masks"}, nil)
}

// A column that carries the tag without a value is spoken of by no rule that names values.
func TestBareTagByValue(t *testing.T) {
	p := planned(t, `
tags: [{name: pii}]
masks: [{name: pii, tag: pii, rules: [{to: support, values: [email], show: clear}]}]
`, `facts: [{fact: tagged, on: column CRM.PUBLIC.CUSTOMERS.EMAIL, with: tag PII}]`, "facts: []",
		func(in *plan.Input) { in.Dialect = memory.Dialect{PerColumn: true} })
	for _, c := range p.Changes() {
		if m, ok := c.Want.(*state.MaskingPolicy); ok && len(m.Rules) > 0 {
			t.Errorf("%s has the rules %v", m.Name, m.Rules)
		}
	}
	expect(t, p, []string{"+ CRM.PUBLIC.CUSTOMERS.EMAIL mask"}, nil)
}

const boundTag = `
facts:
  - {fact: tag, on: tag PII, value: {any_value: true}}
  - {fact: policy, on: masking_policy PII_NUMBER, value: {name: masking_policy PII_NUMBER, family: number, tag: tag PII}}
  - {fact: binding, on: tag PII, name: number, value: {policy: masking_policy PII_NUMBER}}
`

// A declaration that something must not be contradicts one that it must, whichever comes first.
func TestAbsentBeforeDeclared(t *testing.T) {
	for _, grants := range []string{
		`[{to: analyst, privileges: SELECT, on: "mem:CRM.HR.*", ensure: absent}, {to: analyst, privileges: SELECT, on: "mem:CRM.HR.PAY"}]`,
		`[{to: analyst, privileges: SELECT, on: "mem:CRM.HR.PAY"}, {to: analyst, privileges: SELECT, on: "mem:CRM.HR.*", ensure: absent}]`,
	} {
		p := planned(t, "grants: "+grants, "facts: []", "facts: []", nil)
		expect(t, p, []string{"error: CRM.HR.PAY grant SELECT role ANALYST: declared"}, []string{"grant SELECT role ANALYST\n"})
	}
}

// A binding that our tag needs no longer stays while other carriers of the tag cannot be seen, and while the tag itself
// stays.
func TestBindingOutlivesWhatIsNotSeen(t *testing.T) {
	masked := `
tags: [{name: pii}]
masks: [{name: pii, tag: pii}]
`
	hidden := boundTag + `unknown: [{facts: [tagged, mask, binding, policy], within: table CRM.HR.PAY, reason: no privilege on it}]
`
	p := planned(t, masked, hidden, boundTag, nil)
	expect(t, p, nil, []string{"- tag PII binding"})

	changed := boundTag + "  - {fact: tagged, on: column CRM.HR.PAY.AMOUNT, with: tag PII, value: "
	p = planned(t, masked, changed+"theirs}\n", changed+"ours}\n", nil)
	expect(t, p, nil, []string{"- tag PII binding", "- CRM.HR.PAY.AMOUNT tagged"})
}

// A mask put on because of a tag stays while tags cannot be read.
func TestMaskOutlivesUnreadTag(t *testing.T) {
	masked := `
facts:
  - {fact: tag, on: tag PII, value: {any_value: true}}
  - {fact: policy, on: masking_policy PII_PAY_NUMBER, value: {name: masking_policy PII_PAY_NUMBER, family: number}}
  - {fact: mask, on: column CRM.HR.PAY.AMOUNT, value: {policy: masking_policy PII_PAY_NUMBER}}
`
	p := planned(t, "tags: [{name: pii}]\nmasks: [{name: pii, tag: pii}]\n",
		masked+"unknown: [{facts: [tagged], within: catalog CRM, reason: denied}]\n", masked, func(in *plan.Input) { in.Dialect = memory.Dialect{PerColumn: true} })
	expect(t, p, nil, []string{"- CRM.HR.PAY.AMOUNT mask", "- masking_policy"})
}

// A grant waits for the mask of what it opens, also where that is outside the narrowed part or was refused.
func TestGrantWaitsForMissingCover(t *testing.T) {
	policies := `
tags: [{name: pii, values: [pay]}]
tag_assignments: [{tag: pii, value: pay, on: "mem:CRM.HR.PAY.AMOUNT"}]
masks: [{name: pii, tag: pii}]
roles: [{name: ANALYST, in: [mem], members: [role:SUPPORT]}]
grants: [{to: analyst, privileges: SELECT, on: ["mem:CRM.HR.PAY", "mem:CRM.PUBLIC.CUSTOMERS"]}]
`
	binding := state.Key{Fact: state.FactBinding, On: state.Securable{Kind: state.KindTag, Name: "PII"}, Name: "number"}
	policy := state.Key{Fact: state.FactPolicy, On: state.Securable{Kind: state.KindMaskingPolicy, Name: "PII_NUMBER"}}
	for name, adapt := range map[string]func(*plan.Input){
		"only":    func(in *plan.Input) { in.Only = []state.FactKind{state.FactGrant, state.FactMember} },
		"binding": func(in *plan.Input) { in.Aside = map[state.Key]string{binding: "denied"} },
		"policy":  func(in *plan.Input) { in.Aside = map[state.Key]string{policy: "denied"} },
	} {
		t.Run(name, func(t *testing.T) {
			p := planned(t, policies, "facts: []", "facts: []", adapt)
			expect(t, p, []string{"+ CRM.PUBLIC.CUSTOMERS grant SELECT"}, []string{"+ CRM.HR.PAY grant SELECT", "+ role ANALYST member"})
		})
	}
}

// A policy that a column still has is not dropped because another was declared and refused.
func TestPolicyOfRefusedSwapStays(t *testing.T) {
	masked := `
facts:
  - {fact: policy, on: masking_policy OLD_NUMBER, value: {name: masking_policy OLD_NUMBER, family: number}}
  - {fact: mask, on: column CRM.HR.PAY.AMOUNT, value: {policy: masking_policy OLD_NUMBER}}
`
	pay := state.Key{Fact: state.FactMask, On: state.Securable{Kind: state.KindColumn, Catalog: "CRM", Schema: "HR", Name: "PAY", Column: "AMOUNT"}}
	p := planned(t, `masks: [{name: new, on: "mem:CRM.HR.PAY.AMOUNT"}]`, masked, masked, func(in *plan.Input) {
		in.Aside = map[state.Key]string{pay: "denied"}
	})
	expect(t, p, nil, []string{"- masking_policy OLD_NUMBER"})
}

// Where a mask of its own was to take the place of a tag's, and was refused, the tag's stays.
func TestBindingWaitsForWhatReplacesIt(t *testing.T) {
	tagged := boundTag + "  - {fact: tagged, on: column CRM.HR.PAY.AMOUNT, with: tag PII, value: pay}\n"
	pay := state.Key{Fact: state.FactMask, On: state.Securable{Kind: state.KindColumn, Catalog: "CRM", Schema: "HR", Name: "PAY", Column: "AMOUNT"}}
	p := planned(t, `masks: [{name: own, on: "mem:CRM.HR.PAY.AMOUNT"}]`, tagged, tagged, func(in *plan.Input) {
		in.Aside = map[state.Key]string{pay: "denied"}
	})
	expect(t, p, nil, []string{"- tag PII binding", "- CRM.HR.PAY.AMOUNT tagged", "- masking_policy PII_NUMBER"})
}

// A rule that hides names also whom an incomplete reading of the principals has missed; one that shows does not.
func TestHidingRuleNamesWhoWasNotRead(t *testing.T) {
	p := planned(t, `
masks:
  - name: m
    on: "mem:CRM.HR.PAY.AMOUNT"
    rules: [{to: "role:GUEST", show: nothing}, {to: "role:FRIEND", show: clear}, {to: everyone, show: clear}]
`, "unknown: [{facts: [role, member], reason: denied}]\n", "facts: []", nil)
	for _, c := range p.Changes() {
		m, ok := c.Want.(*state.MaskingPolicy)
		if !ok {
			continue
		}
		if len(m.Rules) != 2 || m.Rules[0].To[0].Name != "GUEST" || m.Rules[1].To[0] != state.Everyone {
			t.Errorf("%s has the rules %v", m.Name, m.Rules)
		}
		return
	}
	t.Error("no policy is made:\n" + lines(p))
}

// A mask of the column's own goes before that of its tag also where both are set on the column.
func TestDirectMaskBeforeTagByColumn(t *testing.T) {
	p := planned(t, `
tags: [{name: pii, values: [pay]}]
tag_assignments: [{tag: pii, value: pay, on: "mem:CRM.HR.PAY.AMOUNT"}]
masks: [{name: pii, tag: pii}, {name: own, on: "mem:CRM.HR.PAY.AMOUNT"}]
`, "facts: []", "facts: []", func(in *plan.Input) { in.Dialect = memory.Dialect{PerColumn: true} })
	expect(t, p, []string{"+ CRM.HR.PAY.AMOUNT mask", "+ masking_policy OWN_NUMBER"}, []string{"error:", "+ masking_policy PII"})
}

// What others may still use is not dropped while it cannot be read what they use.
func TestDefinitionOutlivesUnreadUsers(t *testing.T) {
	ours := `
facts:
  - {fact: role, on: role OLD}
  - {fact: tag, on: tag OLD, value: {any_value: true}}
  - {fact: policy, on: masking_policy OLD, value: {name: masking_policy OLD, family: number}}
`
	p := planned(t, "", ours+"unknown: [{facts: [tagged, mask, grant], within: table CRM.HR.PAY, reason: denied}]\n", ours, nil)
	expect(t, p, nil, []string{"- role OLD", "- tag OLD", "- masking_policy OLD"})
	p = planned(t, "", ours, ours, nil)
	expect(t, p, []string{"- role OLD", "- tag OLD", "- masking_policy OLD"}, nil)
}

// What is inside a narrowed part brings the definitions it refers to, and nothing else from outside.
func TestNarrowedPartBringsItsDefinitions(t *testing.T) {
	p := planned(t, `
tags: [{name: pii, values: [email, phone]}, {name: other}]
tag_assignments:
  - {tag: pii, value: email, on: "mem:CRM.PUBLIC.CUSTOMERS.EMAIL"}
  - {tag: other, value: x, on: "mem:CRM.HR.PAY.AMOUNT"}
masks:
  - {name: id, on: "mem:CRM.PUBLIC.CUSTOMERS.ID", rules: [{to: analyst, show: clear}]}
  - {name: pay, on: "mem:CRM.HR.PAY.AMOUNT", rules: [{to: analyst, show: clear}]}
`, "", "", func(in *plan.Input) {
		in.Scope = []state.Securable{{Kind: state.KindSchema, Catalog: "CRM", Schema: "PUBLIC"}}
	})
	got := map[string]bool{}
	for _, c := range p.Changes() {
		got[c.Key.String()] = true
	}
	for _, want := range []string{"tag PII tag", "tag PII allowed_value email", "masking_policy ID_NUMBER policy", "CRM.PUBLIC.CUSTOMERS.ID mask", "CRM.PUBLIC.CUSTOMERS.EMAIL tagged tag PII"} {
		if !got[want] {
			t.Errorf("%s is missing", want)
		}
		delete(got, want)
	}
	if len(got) > 0 {
		t.Errorf("from outside: %v", got)
	}
}
