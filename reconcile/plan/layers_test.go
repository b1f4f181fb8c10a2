package plan_test

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
	"github.com/polsync/polsync/state/declare"
)

// weaker makes the assignments whose value is "found" those of a classifier.
func weaker(in *plan.Input) {
	for i := range in.Declarations.Assignments {
		a := &in.Declarations.Assignments[i]
		if a.Value == "found" {
			a.Origin = state.Origin{Layer: state.LayerClassification, Finding: "email", Score: 0.9}
		}
	}
}

// Layers meet per fact: files decide against findings on the same securable and tag, whichever comes first, and leave
// them what they do not speak of.
func TestFilesBeatFindings(t *testing.T) {
	for name, assignments := range map[string]string{
		"files first": `[{tag: pii, value: said, on: "mem:CRM.HR.*"}, {tag: pii, value: found, on: "mem:CRM.HR.P*"}, {tag: pii, value: found, on: "mem:CRM.PUBLIC.*"}]`,
		"files last":  `[{tag: pii, value: found, on: "mem:CRM.HR.P*"}, {tag: pii, value: found, on: "mem:CRM.PUBLIC.*"}, {tag: pii, value: said, on: "mem:CRM.HR.*"}]`,
	} {
		t.Run(name, func(t *testing.T) {
			p := planned(t, "tags: [{name: pii}]\ntag_assignments: "+assignments+"\n", "facts: []", "facts: []", weaker)
			expect(t, p, []string{"+ CRM.HR.PAY tagged", "+ CRM.PUBLIC.CUSTOMERS tagged", "info: CRM.HR.PAY tagged tag PII: overridden by p.yaml:"}, []string{"error"})
			for _, c := range p.Changes() {
				want := map[string]string{"PAY": "said", "CUSTOMERS": "found"}[c.Key.On.Name]
				if v, ok := c.Want.(state.Text); ok && string(v) != want {
					t.Errorf("%s is %s", c.Key, v)
				}
			}
		})
	}
}

// What files say must not be no finding brings back, whichever comes first.
func TestAbsentBeatsFindings(t *testing.T) {
	for name, assignments := range map[string]string{
		"absent first": `[{tag: pii, on: "mem:CRM.HR.*", ensure: absent}, {tag: pii, value: found, on: "mem:CRM.HR.P*"}]`,
		"absent last":  `[{tag: pii, value: found, on: "mem:CRM.HR.P*"}, {tag: pii, on: "mem:CRM.HR.*", ensure: absent}]`,
	} {
		t.Run(name, func(t *testing.T) {
			facts := "facts: [{fact: tag, on: tag PII, value: {any_value: true}}, {fact: tagged, on: table CRM.HR.PAY, with: tag PII, value: found}]"
			p := planned(t, "tags: [{name: pii}]\ntag_assignments: "+assignments+"\n", facts, "facts: []", weaker)
			expect(t, p, []string{"- CRM.HR.PAY tagged"}, []string{"error", "+ "})
		})
	}
}

// A finding opens no access, though it brings the tag and its mask.
func TestFindingsOpenNothing(t *testing.T) {
	p := planned(t, `
tags: [{name: pii}]
tag_assignments: [{tag: pii, value: found, on: ["mem:CRM.HR.*", "mem:CRM.HR.PAY.AMOUNT"]}, {tag: pii, value: said, on: "mem:CRM.PUBLIC"}]
masks: [{name: pii, tag: pii}]
grants: [{to: analyst, privileges: SELECT, on: {tag: pii}}]
`, "facts: []", "facts: []", weaker)
	expect(t, p, []string{"+ CRM.HR.PAY tagged", "+ tag PII binding number", "+ CRM.PUBLIC.CUSTOMERS grant SELECT"}, []string{"CRM.HR.PAY grant"})
}

// Globs are matched anew with each plan: a table that came since gets what is declared.
func TestGlobsMatchAnew(t *testing.T) {
	policies := `grants: [{to: analyst, privileges: SELECT, on: "mem:CRM.**"}]`
	expect(t, planned(t, policies, "", "", nil), nil, []string{"CRM.HR.NEW"})
	expect(t, planned(t, policies, "  - {on: table CRM.HR.NEW}\n", "", nil), []string{"+ CRM.HR.NEW grant SELECT"}, nil)
}

// A run that is narrowed compares only what is inside, and removes nothing outside.
func TestNarrowedRunLeavesTheRest(t *testing.T) {
	facts := `facts:
  - {fact: grant, on: table CRM.HR.PAY, with: role SUPPORT, name: SELECT}
  - {fact: grant, on: table CRM.PUBLIC.CUSTOMERS, with: role SUPPORT, name: SELECT}
`
	policies := `grants: [{to: analyst, privileges: SELECT, on: "mem:CRM.**"}]`
	p := planned(t, policies, facts, facts, func(in *plan.Input) {
		in.Scope = []state.Securable{{Kind: state.KindSchema, Catalog: "CRM", Schema: "HR"}}
	})
	expect(t, p, []string{"+ CRM.HR.PAY grant SELECT role ANALYST", "- CRM.HR.PAY grant SELECT role SUPPORT"}, []string{"CRM.PUBLIC"})
	for name, warned := range map[string]bool{"HR": false, "HT": true} {
		p = planned(t, policies, facts, facts, func(in *plan.Input) {
			in.Scope = []state.Securable{{Kind: state.KindSchema, Catalog: "CRM", Schema: name}}
		})
		if says := slices.ContainsFunc(p.Notices, func(n plan.Notice) bool { return strings.Contains(n.Text, "nothing here is called CRM.HT") }); says != warned {
			t.Errorf("narrowed to CRM.%s: warned %v, want %v", name, says, warned)
		}
	}
	p = planned(t, policies, facts, facts, func(in *plan.Input) { in.Only = []state.FactKind{state.FactMask} })
	expect(t, p, nil, []string{"+", "- "})
}

// What a scan covers by a tag is every column that carries it, declared or there, and what lies below what does.
func TestScansByTag(t *testing.T) {
	in := plan.Input{Platform: "mem", Dialect: dialects[""], Now: now, Owned: plan.Owned{}, Declarations: loaded(t, `
tags: [{name: pii}]
tag_assignments: [{tag: pii, value: x, on: "mem:CRM.HR.PAY"}]
scans:
  - {name: all, on: {tag: pii}}
  - {name: some, on: {tag: pii, under: "mem:CRM.PUBLIC"}}
  - {name: deep, on: "mem:CRM.**", except: {tag: pii}}
  - {name: table, on: "mem:CRM.PUBLIC.CUSTOMERS", except: "mem:*.*.*.EMAIL"}
`), Actual: read(t, place+`facts: [{fact: tag, on: tag PII, value: {any_value: true}}, {fact: tagged, on: column CRM.PUBLIC.CUSTOMERS.ID, with: tag PII, value: y}]`)}
	want := map[string]string{"all": "CRM.HR.PAY.AMOUNT CRM.PUBLIC.CUSTOMERS.ID", "some": "CRM.PUBLIC.CUSTOMERS.ID", "deep": "CRM.PUBLIC.CUSTOMERS.EMAIL", "table": "CRM.PUBLIC.CUSTOMERS.ID"}
	for _, s := range in.Declarations.Scans {
		columns, notices := plan.Columns(in, s.On, s.Except)
		paths := make([]string, len(columns))
		for i, c := range columns {
			paths[i] = c.Path()
		}
		if got := strings.Join(paths, " "); got != want[s.Name] || len(notices) > 0 {
			t.Errorf("%s: %s, %v", s.Name, got, notices)
		}
	}
}

func loaded(t *testing.T, policies string) *state.Declarations {
	t.Helper()
	d, err := declare.Load(fstest.MapFS{"p.yaml": {Data: []byte(names + policies)}}, []string{"p.yaml"}, declare.Options{Platforms: map[string]string{"mem": "memory"}})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// Narrowed to a kind of fact, a run makes what is missing of the definitions that such facts need, and changes none that is there.
func TestNarrowedToAKindBringsItsDefinitions(t *testing.T) {
	const policies = `
tags: [{name: pii, values: [x]}]
tag_assignments: [{tag: pii, value: x, on: "mem:CRM.PUBLIC.CUSTOMERS.EMAIL"}]
row_filters: [{name: own, on: "mem:CRM.PUBLIC.CUSTOMERS", column: EMAIL, rules: [{to: "role:ANALYST", values: all}]}]
masks: [{name: m, on: "mem:CRM.PUBLIC.CUSTOMERS.ID", rules: [{to: "role:ANALYST", show: clear}]}]
`
	only := func(kind state.FactKind, facts string) []string {
		var keys []string
		p := planned(t, policies, facts, facts, func(in *plan.Input) { in.Only = []state.FactKind{kind} })
		for _, c := range p.Changes() {
			keys = append(keys, c.Key.Fact.String())
		}
		slices.Sort(keys)
		return slices.Compact(keys)
	}
	for kind, want := range map[state.FactKind][]string{state.FactFilter: {"row_filter", "row_policy"}, state.FactMask: {"mask", "policy"}, state.FactTagged: {"allowed_value", "tag", "tagged"}} {
		if got := only(kind, ""); !slices.Equal(got, want) {
			t.Errorf("only %s plans %q, want %q", kind, got, want)
		}
	}
	changed := `facts: [{fact: policy, on: masking_policy M_NUMBER, value: {name: masking_policy M_NUMBER, family: number}}]`
	if got := only(state.FactMask, changed); !slices.Equal(got, []string{"mask"}) {
		t.Errorf("a policy that is there is changed too: %q", got)
	}
}
