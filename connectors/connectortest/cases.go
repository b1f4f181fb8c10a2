package connectortest

import (
	"testing"

	"github.com/polsync/polsync/connectors"
	"github.com/polsync/polsync/state"
)

// platformName is what the platform under test is called in names.
const platformName = "under test"

// Cases lists the cases in an order in which a newcomer would make them pass.
func Cases() []Case {
	return []Case{
		{Name: "tag definition", Steps: tagDefinition},
		{Name: "column tags", Steps: columnTags, Check: checkColumnTags},
		{Name: "table tags", Steps: tableTags},
		{Name: "tag propagation", Steps: tagPropagation, Check: checkTagPropagation},
		{Name: "governed tags", Steps: governedTags, Meanwhile: strangersValue, Check: checkGovernedTags},
		{Name: "direct mask", Steps: directMask},
		{Name: "tag mask", Steps: tagMask},
		{Name: "conditional mask", Steps: conditionalMask},
		{Name: "every show", Steps: everyShow},
		{Name: "row filters", Steps: rowFilters, Check: checkRowFilters},
		{Name: "attribute-based masks", Steps: abacMasks, Check: checkAbacMasks},
		{Name: "attribute-based filters", Steps: abacFilters, Check: checkAbacFilters},
		{Name: "constraints", Steps: constraints, Check: checkConstraints},
		{Name: "nested types", Steps: nestedTypes, Check: checkNestedTypes},
		{Name: "grants", Steps: grants, Check: checkGrants},
		{Name: "future grants", Steps: futureGrants},
		{Name: "kinds", Steps: otherKinds, Check: checkOtherKinds},
		{Name: "exclusive", Steps: exclusives, Meanwhile: strangersGrant, Check: checkExclusives},
		{Name: "owners", Steps: owners, Meanwhile: handOver, Check: checkOwners},
		{Name: "owners of kinds", Steps: kindOwners, Meanwhile: handOverKinds, Check: checkKindOwners},
		{Name: "managed access", Steps: managedAccess, Check: checkManagedAccess},
		{Name: "roles", Steps: roles},
		{Name: "members", Steps: members},
		{Name: "odd names", Steps: oddNames, Check: checkOddNames},
		{Name: "odd roles", Steps: oddRoles},
		{Name: "recreated and renamed", Steps: moved, Meanwhile: move, Check: checkMoved, Unmet: []int{2}},
		{Name: "all at once", Steps: allAtOnce},
	}
}

// decls builds declarations step by step; each method returns the same value for chaining.
type decls struct {
	f *Fixture
	d *state.Declarations
	n int
}

func start(f *Fixture) *decls {
	return &decls{f: f, d: &state.Declarations{Principals: map[string]state.PrincipalMapping{}}}
}

func (b *decls) origin() state.Origin {
	b.n++
	return state.Origin{Layer: state.LayerYAML, File: "suite.yaml", Line: b.n, Column: 1}
}

func (b *decls) tag(name string, values ...string) *decls {
	b.d.Tags = append(b.d.Tags, state.TagDeclaration{Name: name, Values: values, AnyValue: len(values) == 0, Origin: b.origin()})
	return b
}

func (b *decls) governed(name, comment string, values ...string) *decls {
	b.d.Tags = append(b.d.Tags, state.TagDeclaration{Name: name, Comment: comment, Values: values, Governed: true, Origin: b.origin()})
	return b
}

func (b *decls) assign(tag, value string, on ...state.Securable) *decls {
	b.d.Assignments = append(b.d.Assignments, state.AssignmentDeclaration{Tag: tag, Value: value, On: selectors(on), Origin: b.origin()})
	return b
}

func (b *decls) mask(m state.MaskDeclaration) *decls {
	m.Origin = b.origin()
	for i := range m.Rules {
		m.Rules[i].Origin = b.origin()
	}
	b.d.Masks = append(b.d.Masks, m)
	return b
}

func (b *decls) grant(to state.Securable, privileges []string, on ...state.Selector) *decls {
	b.d.Grants = append(b.d.Grants, state.GrantDeclaration{To: refs(to), Privileges: privileges, On: on, Parents: true, Origin: b.origin()})
	return b
}

func (b *decls) done() *state.Declarations { return b.d }

func selectors(on []state.Securable) []state.Selector {
	out := make([]state.Selector, len(on))
	for i, s := range on {
		out[i] = selector(s)
	}
	return out
}

func selector(s state.Securable) state.Selector {
	p := state.Pattern{Platform: platformName, Text: platformName + ":" + s.Path()}
	for _, part := range s.Parts() {
		p.Parts = append(p.Parts, state.Part{Text: part, Quoted: true})
	}
	return state.Selector{Pattern: p}
}

// below returns the selector of everything directly in the schema of a table.
func below(table state.Securable) state.Selector {
	s := selector(state.Securable{Catalog: table.Catalog, Schema: table.Schema})
	s.Pattern.Parts = append(s.Pattern.Parts, state.Part{Text: "*"})
	return s
}

func refs(principals ...state.Securable) []state.PrincipalRef {
	out := make([]state.PrincipalRef, len(principals))
	for i, p := range principals {
		name := p.Name
		if p.Kind == state.KindDatabaseRole {
			name = p.Path()
		}
		out[i] = state.PrincipalRef{Kind: p.Kind, Name: name, Quoted: true}
	}
	return out
}

func rule(show state.Show, to ...state.Securable) state.RuleDeclaration {
	return state.RuleDeclaration{To: refs(to...), Show: state.ShowDeclaration{Show: show}}
}

var clear = state.Show{Kind: state.ShowClear}

func steps(all ...*decls) []*state.Declarations {
	out := make([]*state.Declarations, len(all))
	for i, b := range all {
		out[i] = b.done()
	}
	return out
}

func tagDefinition(f *Fixture) []*state.Declarations {
	return steps(start(f), start(f).tag("suite_pii", "email"), start(f).tag("suite_pii", "email", "it's \\ \"odd\" é"),
		start(f).tag("suite_pii", "phone"), start(f).tag("suite_pii", "phone").tag("suite_domain", "crm"), start(f).tag("suite_pii"), start(f).tag("suite_pii", "a", "b"), start(f))
}

func columnTags(f *Fixture) []*state.Declarations {
	email, phone, other := f.Column(0, "EMAIL"), f.Column(0, "PHONE"), f.Column(1, "EMAIL")
	tag := func() *decls { return start(f).tag("suite_pii", "email", "phone") }
	return steps(tag(), tag().assign("suite_pii", "email", email), tag().assign("suite_pii", "email", email, other).assign("suite_pii", "phone", phone),
		tag().assign("suite_pii", "phone", email).assign("suite_pii", "phone", phone), tag(), start(f))
}

func checkColumnTags(t *testing.T, f *Fixture, after int) {
	if after != 3 {
		return
	}
	s, err := f.Platform.Snapshot(t.Context(), f.Scope)
	if err != nil {
		t.Fatal(err)
	}
	tagged := map[state.Securable]string{}
	for k, fact := range s.Facts {
		if k.Fact == state.FactTagged {
			tagged[k.On] = string(fact.Value.(state.Text))
		}
	}
	if tagged[f.Column(0, "EMAIL")] != "phone" || tagged[f.Column(1, "EMAIL")] != "" {
		t.Errorf("read back %v", tagged)
	}
}

func tableTags(f *Fixture) []*state.Declarations {
	schema := state.Securable{Kind: state.KindSchema, Catalog: f.Tables[0].Catalog, Schema: f.Tables[0].Schema}
	tag := func() *decls { return start(f).tag("suite_domain", "crm", "sales") }
	return steps(tag().assign("suite_domain", "crm", f.Tables[0]), tag().assign("suite_domain", "sales", f.Tables[0], f.Tables[1]),
		tag().assign("suite_domain", "crm", schema), tag(), start(f))
}

func directMask(f *Fixture) []*state.Declarations {
	on := func(show state.Show, rules ...state.RuleDeclaration) *decls {
		return start(f).mask(state.MaskDeclaration{Name: "suite_direct", On: selectors([]state.Securable{f.Column(0, "EMAIL")}), Rules: rules,
			Default: map[state.Family]state.ShowDeclaration{state.FamilyOther: {Show: show}}})
	}
	two := on(state.Show{}, rule(clear, f.Readers[0])).mask(state.MaskDeclaration{Name: "suite_other", On: selectors([]state.Securable{f.Column(1, "SALARY")})})
	return steps(on(state.Show{}), on(state.Show{}, rule(clear, f.Readers[0])), on(state.Show{Kind: state.ShowHash}, rule(clear, f.Readers[1])), two,
		on(state.Show{}, rule(state.Show{Kind: state.ShowLast, N: 4}, f.Readers[0]), rule(clear, f.Readers[1])), start(f))
}

func tagMask(f *Fixture) []*state.Declarations {
	base := func() *decls { return start(f).tag("suite_pii", "email", "phone") }
	masked := func(rules ...state.RuleDeclaration) *decls {
		return base().assign("suite_pii", "email", f.Column(0, "EMAIL")).assign("suite_pii", "phone", f.Column(0, "PHONE")).
			mask(state.MaskDeclaration{Name: "suite_tagged", Tag: "suite_pii", Rules: rules})
	}
	valued := rule(state.Show{Kind: state.ShowEmailDomain}, f.Readers[0])
	valued.Values = []string{"email"}
	number := masked(valued).assign("suite_pii", "phone", f.Column(1, "SALARY"))
	return steps(base(), masked(), masked(valued), masked(valued, rule(clear, f.Readers[1])), number, base(), start(f))
}

func conditionalMask(f *Fixture) []*state.Declarations {
	us := rule(clear, f.Readers[0])
	us.When = []state.Condition{{Column: "COUNTRY", Op: state.OpIn, Values: []string{"US", "it's"}}}
	masked := func(rules ...state.RuleDeclaration) *decls {
		return start(f).mask(state.MaskDeclaration{Name: "suite_when", On: selectors([]state.Securable{f.Column(0, "EMAIL")}), Rules: rules})
	}
	return steps(masked(us), masked(rule(clear, f.Readers[0])), masked(us, rule(state.Show{Kind: state.ShowHash}, f.Readers[1])), start(f))
}

func everyShow(f *Fixture) []*state.Declarations {
	shows := []state.Show{{Kind: state.ShowFirst, N: 2}, {Kind: state.ShowLast, N: 4}, {Kind: state.ShowLastHash, N: 4}, {Kind: state.ShowConst, Text: "it's \\ é"}}
	for _, w := range state.ShowWords() {
		shows = append(shows, state.Show{Kind: w})
	}
	var all []*decls
	for _, s := range shows {
		column := f.Column(0, "EMAIL")
		all = append(all, start(f).mask(state.MaskDeclaration{Name: "suite_show", On: selectors([]state.Securable{column}), Rules: []state.RuleDeclaration{rule(s, f.Readers[0])}}))
	}
	return steps(append(all, start(f))...)
}

func grants(f *Fixture) []*state.Declarations {
	a, b := f.Readers[0], f.Readers[1]
	one, two := selector(f.Tables[0]), selector(f.Tables[1])
	return steps(start(f).grant(a, []string{"SELECT"}, one), start(f).grant(a, []string{"SELECT"}, one, two).grant(b, []string{"select"}, two),
		start(f).grant(b, []string{"SELECT"}, two), start(f).grant(a, []string{"SELECT"}, below(f.Tables[0])), start(f))
}

func checkGrants(t *testing.T, f *Fixture, after int) {
	reader, ok := f.Platform.(connectors.Reader)
	if !ok {
		return
	}
	_, errA := reader.ReadAs(t.Context(), f.Readers[0], f.Column(0, "EMAIL"), 1)
	_, errB := reader.ReadAs(t.Context(), f.Readers[1], f.Column(1, "EMAIL"), 1)
	wantA := [...]bool{true, true, false, true, false}[after]
	wantB := [...]bool{false, true, true, false, false}[after]
	if (errA == nil) != wantA || (errB == nil) != wantB {
		t.Errorf("after step %d the first reader: %v, the second: %v", after, errA, errB)
	}
}

func futureGrants(f *Fixture) []*state.Declarations {
	with := func(future bool) *decls {
		b := start(f).grant(f.Readers[0], []string{"SELECT"}, below(f.Tables[0]))
		b.d.Grants[0].Future = future
		return b
	}
	return steps(with(true), with(false), with(true), start(f))
}

func roles(f *Fixture) []*state.Declarations {
	role := func(names ...string) *decls {
		b := start(f)
		for _, n := range names {
			b.d.Roles = append(b.d.Roles, state.RoleDeclaration{Kind: state.KindRole, Name: state.Part{Text: n, Quoted: true}, Comment: "made by the suite", Origin: b.origin()})
		}
		return b
	}
	return steps(role("SUITE_A"), role("SUITE_A", "Suite \"b\".c"), role("SUITE_A"), start(f))
}

func members(f *Fixture) []*state.Declarations {
	with := func(members ...state.Securable) *decls {
		b := start(f)
		b.d.Roles = []state.RoleDeclaration{{Kind: state.KindRole, Name: state.Part{Text: "SUITE_GROUP", Quoted: true}, Users: refs(members...), Origin: b.origin()}}
		return b
	}
	return steps(with(), with(f.Member), with(f.Member, f.Readers[0]), with(f.Readers[0]), start(f))
}

// allAtOnce moves everything between two states and back.
func allAtOnce(f *Fixture) []*state.Declarations {
	a := start(f).tag("suite_pii", "email", "phone").assign("suite_pii", "email", f.Column(0, "EMAIL")).
		mask(state.MaskDeclaration{Name: "suite_a", Tag: "suite_pii", Rules: []state.RuleDeclaration{rule(clear, f.Readers[0])}}).
		mask(state.MaskDeclaration{Name: "suite_salary", On: selectors([]state.Securable{f.Column(1, "SALARY")})}).
		grant(f.Readers[0], []string{"SELECT"}, selector(f.Tables[0]))
	b := start(f).tag("suite_pii", "email", "phone").assign("suite_pii", "phone", f.Column(0, "EMAIL")).assign("suite_pii", "phone", f.Column(1, "PHONE")).
		mask(state.MaskDeclaration{Name: "suite_b", Tag: "suite_pii", Rules: []state.RuleDeclaration{rule(state.Show{Kind: state.ShowHash}, f.Readers[0]), rule(clear, f.Readers[1])}}).
		grant(f.Readers[1], []string{"SELECT"}, selector(f.Tables[0]), selector(f.Tables[1]))
	return []*state.Declarations{a.done(), b.done(), a.done(), b.done(), start(f).done()}
}
