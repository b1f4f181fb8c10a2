package connectortest

import (
	"testing"

	"github.com/polsync/polsync/state"
)

// Tags of the walks through attribute-based policies, which go by governed tags.
const (
	abacTag    = "suite_abac"
	abacBeside = "suite_beside"
	abacPlace  = "suite_place"
)

// abacTags declares the tags; values of the first are those that masks tell apart.
func abacTags(f *Fixture) *decls {
	return start(f).governed(abacTag, "", "email", "phone").governed(abacBeside, "", "country").governed(abacPlace, "", "sales", "hr")
}

// within limits a declaration to some places.
func within(places ...state.Securable) []state.Pattern {
	var all []state.Pattern
	for _, s := range places {
		all = append(all, selector(s).Pattern)
	}
	return all
}

// abacMasks walks through what can become of a tag's mask by attribute-based policies: it covers columns by their own
// values and by those of tables, moves to narrower places, takes columns of several types, looks at a sibling, goes over
// to masks set on columns and back, and goes. Platforms without such policies have nothing to walk through.
func abacMasks(f *Fixture) []*state.Declarations {
	if f.Platform.Dialect().Name() != "databricks" {
		return nil
	}
	first, second := f.Tables[0], f.Tables[1]
	schema := state.Securable{Kind: state.KindSchema, Catalog: first.Catalog, Schema: first.Schema}
	email, phone, salary, country := f.Column(0, "EMAIL"), f.Column(0, "PHONE"), f.Column(0, "SALARY"), f.Column(0, "COUNTRY")
	a, b := f.Readers[0], f.Readers[1]
	clear := state.ShowDeclaration{Show: state.Show{Kind: state.ShowClear}}
	last := state.ShowDeclaration{Show: state.Show{Kind: state.ShowLast, N: 4}}
	mask := func(abac bool, places []state.Pattern, rules ...state.RuleDeclaration) state.MaskDeclaration {
		return state.MaskDeclaration{Name: "by attributes", Tag: abacTag, ABAC: abac, Within: places, Rules: rules}
	}
	emails := state.RuleDeclaration{To: refs(a), Values: []string{"email"}, Show: clear}
	phones := state.RuleDeclaration{To: refs(b), Values: []string{"phone"}, Show: last}
	at := emails
	at.When = []state.Condition{{Column: country.Column, Op: state.OpIn, Values: []string{"US"}}}
	return steps(
		abacTags(f).mask(mask(true, nil, emails)).assign(abacTag, "email", email).grant(a, []string{"SELECT"}, selector(first)),
		abacTags(f).mask(mask(true, nil, emails, phones)).assign(abacTag, "email", email, f.Column(1, "EMAIL")).assign(abacTag, "phone", phone),
		abacTags(f).mask(mask(true, within(schema), phones)).assign(abacTag, "email", email).assign(abacTag, "phone", phone),
		abacTags(f).mask(mask(true, within(first, second), emails)).assign(abacTag, "phone", email),
		abacTags(f).mask(mask(false, nil, emails, phones)).assign(abacTag, "phone", email, f.Column(1, "PHONE")),
		abacTags(f).mask(mask(true, nil, emails, phones)).assign(abacTag, "phone", email, salary),
		abacTags(f).mask(mask(true, nil, emails)).assign(abacTag, "email", second).assign(abacTag, "phone", f.Column(1, "PHONE")),
		abacTags(f).mask(mask(true, nil, emails)).assign(abacTag, "phone", second).assign(abacTag, "email", f.Column(1, "PHONE"), email),
		abacTags(f).mask(mask(true, nil, at)).assign(abacTag, "email", email).assign(abacBeside, "country", country),
		abacTags(f).mask(mask(false, nil, at)).assign(abacTag, "email", email).assign(abacBeside, "country", country),
		start(f),
	)
}

// checkAbacMasks counts what stands: values that no column has are covered beforehand.
func checkAbacMasks(t *testing.T, f *Fixture, after int) {
	want := [...][2]int{{2, 0}, {2, 0}, {2, 0}, {4, 0}, {0, 2}, {2, 0}, {3, 0}, {3, 0}, {1, 0}, {0, 1}, {0, 0}}[after]
	policies, masks := f.held(t, state.FactABAC), f.held(t, state.FactMask)
	if len(policies) != want[0] || len(masks) != want[1] {
		t.Errorf("after step %d there are %d attribute-based policies and %d masks on columns, not %d and %d: %v", after, len(policies), len(masks), want[0], want[1], policies)
	}
	if after == len(abacMasks(f))-1 {
		for k := range f.held(t, state.FactPolicy) {
			if k.On.Catalog == f.Home.Catalog && k.On.Schema == f.Home.Schema {
				t.Errorf("%s is left behind", k.On)
			}
		}
	}
}

// abacFilters walks likewise through a row filter of what carries a tag, by the column that carries another.
func abacFilters(f *Fixture) []*state.Declarations {
	if f.Platform.Dialect().Name() != "databricks" {
		return nil
	}
	first, second := f.Tables[0], f.Tables[1]
	schema := state.Securable{Kind: state.KindSchema, Catalog: first.Catalog, Schema: first.Schema}
	a, b := f.Readers[0], f.Readers[1]
	filter := func(abac bool, places []state.Pattern, rules ...state.RowRuleDeclaration) state.RowFilterDeclaration {
		return state.RowFilterDeclaration{Name: "by attributes", Tag: abacPlace, ColumnTag: abacBeside, ABAC: abac, Within: places, Rules: rules}
	}
	placed := func(tables ...state.Securable) *decls { return abacTags(f).assign(abacPlace, "sales", tables...) }
	return steps(
		placed(first).assign(abacBeside, "country", f.Column(0, "COUNTRY")).rowFilter(filter(true, nil, rows(a, "US"))).grant(a, []string{"SELECT"}, selector(first)),
		placed(first, second).assign(abacBeside, "country", f.Column(0, "COUNTRY"), f.Column(1, "COUNTRY")).rowFilter(filter(true, nil, rows(a, "US"), rows(b))),
		placed(first, second).assign(abacBeside, "country", f.Column(0, "EMAIL"), f.Column(1, "COUNTRY")).rowFilter(filter(true, within(schema), rows(a, "DE"))),
		placed(first).assign(abacBeside, "country", f.Column(0, "COUNTRY")).rowFilter(filter(false, nil, rows(a, "US"))),
		placed(first).assign(abacBeside, "country", f.Column(0, "COUNTRY")).rowFilter(filter(true, within(first), rows(a, "US"))),
		placed(first).assign(abacBeside, "country", f.Column(0, "SALARY")).rowFilter(filter(true, within(first), rows(a, "1"))),
		start(f),
	)
}

func checkAbacFilters(t *testing.T, f *Fixture, after int) {
	want := [...][2]int{{1, 0}, {1, 0}, {1, 0}, {0, 1}, {1, 0}, {1, 0}, {0, 0}}[after]
	policies, filters := f.held(t, state.FactABAC), f.held(t, state.FactFilter)
	if len(policies) != want[0] || len(filters) != want[1] {
		t.Errorf("after step %d there are %d attribute-based policies and %d filters on tables, not %d and %d: %v", after, len(policies), len(filters), want[0], want[1], policies)
	}
	if after == len(abacFilters(f))-1 && len(f.held(t, state.FactRowPolicy)) > 0 {
		t.Error("a function is left behind")
	}
}
