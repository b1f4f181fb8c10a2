package connectortest

import (
	"testing"

	"github.com/polsync/polsync/state"
)

// rowFilter declares a filter of a table by the column that stands for a country, or by the one named.
func (b *decls) rowFilter(f state.RowFilterDeclaration) *decls {
	f.Origin = b.origin()
	for i := range f.Rules {
		f.Rules[i].Origin = b.origin()
	}
	b.d.RowFilters = append(b.d.RowFilters, f)
	return b
}

func rows(to state.Securable, values ...string) state.RowRuleDeclaration {
	return state.RowRuleDeclaration{To: refs(to), Values: values, All: len(values) == 0}
}

func on(tables ...state.Securable) []state.Selector { return selectors(tables) }

// columnName returns a column's name as a declaration would have to write it.
func columnName(c state.Securable) string { return state.QuotePart(c.Column) }

// rowFilters walks through what can become of a filter: it comes with a grant, shows more and less, moves to another
// column and to another policy, looks up in a table, and goes.
func rowFilters(f *Fixture) []*state.Declarations {
	first, second := f.Tables[0], f.Tables[1]
	a, bb := f.Readers[0], f.Readers[1]
	country, email := columnName(f.Column(0, "COUNTRY")), columnName(f.Column(0, "EMAIL"))
	odd, star := f.Odd[0], "*"
	oddTable := odd.Table()
	lookup := &state.LookupDeclaration{Table: selector(second).Pattern, Principal: columnName(f.Column(1, "EMAIL")), By: state.ByRole, Value: columnName(f.Column(1, "COUNTRY")), All: &star}
	filter := func(name, column string, tables []state.Selector, rules ...state.RowRuleDeclaration) state.RowFilterDeclaration {
		return state.RowFilterDeclaration{Name: name, On: tables, Column: column, Rules: rules}
	}
	looked := filter("by country", country, on(first), rows(a, "US"))
	looked.Lookup = lookup
	open := filter("by country", country, on(first, second), rows(a, "US"), rows(bb))
	open.Default = true
	return steps(
		start(f).rowFilter(filter("by country", country, on(first), rows(a, "US"))).grant(a, []string{"SELECT"}, selector(first)),
		start(f).rowFilter(filter("by country", country, on(first, second), rows(a, "US", "it's \\ odd"), rows(bb))).grant(a, []string{"SELECT"}, selector(first)),
		start(f).rowFilter(filter("by country", country, on(first), rows(a, "DE"), rows(state.Everyone, "US"))),
		start(f).rowFilter(filter("by country", email, on(first), rows(a, "DE"), rows(bb))),
		start(f).rowFilter(filter("by mail", email, on(first), rows(a, "ann@example.org"))),
		start(f).rowFilter(looked),
		start(f).rowFilter(open),
		start(f).rowFilter(filter("by pay", columnName(f.Column(0, "SALARY")), on(first), rows(a, "1", "2"))).
			rowFilter(filter("odd \"f\\", columnName(odd), selectors([]state.Securable{oddTable}), rows(f.OddReader, "x"), rows(bb, "\u6f22", "y"))),
		start(f),
	)
}

// held returns the facts of a kind that the platform has.
func (f *Fixture) held(t *testing.T, kind state.FactKind) map[state.Key]state.Value {
	t.Helper()
	scope := f.Scope
	scope.Policies = func(state.Securable, bool) bool { return true }
	s, err := f.Platform.Snapshot(t.Context(), scope)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Unknown) > 0 {
		t.Fatalf("not all could be read: %v", s.Unknown)
	}
	all := map[state.Key]state.Value{}
	for k, fact := range s.Facts {
		if k.Fact == kind {
			all[k] = fact.Value
		}
	}
	return all
}

func checkRowFilters(t *testing.T, f *Fixture, after int) {
	want := [...][2]int{{1, 1}, {2, 1}, {1, 1}, {1, 1}, {1, 1}, {1, 1}, {2, 1}, {2, 2}, {0, 0}}[after]
	filters := f.held(t, state.FactFilter)
	if len(filters) != want[0] {
		t.Errorf("after step %d %d relations are filtered, not %d: %v", after, len(filters), want[0], filters)
	}
	policies := map[state.Securable]bool{}
	for _, v := range filters {
		p, _ := state.Attached(v)
		policies[p] = true
	}
	if len(policies) != want[1] {
		t.Errorf("after step %d by %d policies, not %d: %v", after, len(policies), want[1], policies)
	}
	for k := range f.held(t, state.FactRowPolicy) {
		if k.On.Catalog == f.Home.Catalog && k.On.Schema == f.Home.Schema && !policies[k.On] {
			t.Errorf("after step %d %s is left behind", after, k.On)
		}
	}
}

func (b *decls) constraint(c state.ConstraintDeclaration) *decls {
	c.Origin = b.origin()
	b.d.Constraints = append(b.d.Constraints, c)
	return b
}

// constraints walks through the sorts of constraint, with and without exceptions, beside each other, and on odd names.
func constraints(f *Fixture) []*state.Declarations {
	first, second := f.Tables[0], f.Tables[1]
	a, bb := f.Readers[0], f.Readers[1]
	groups := func(n int, tables []state.Selector, except ...state.Securable) state.ConstraintDeclaration {
		return state.ConstraintDeclaration{On: tables, MinGroup: n, ExceptTo: refs(except...)}
	}
	project := func(allow bool, column state.Securable, except ...state.Securable) state.ConstraintDeclaration {
		return state.ConstraintDeclaration{On: selectors([]state.Securable{column}), Project: &allow, ExceptTo: refs(except...)}
	}
	join := func(required bool, tables []state.Selector, except ...state.Securable) state.ConstraintDeclaration {
		return state.ConstraintDeclaration{On: tables, Join: &required, ExceptTo: refs(except...)}
	}
	return steps(
		start(f).constraint(groups(5, on(first, second), a)).grant(a, []string{"SELECT"}, selector(first)),
		start(f).constraint(groups(3, on(first), bb)).constraint(project(false, f.Column(1, "EMAIL"))),
		start(f).constraint(groups(3, on(first), bb)).constraint(project(false, f.Column(1, "EMAIL"), a, f.OddReader)).constraint(project(false, f.Odd[0])),
		start(f).constraint(join(true, on(second))).constraint(groups(7, selectors([]state.Securable{f.Odd[0].Table()}), f.OddReader)),
		start(f).constraint(join(false, on(second))),
		start(f).constraint(join(true, on(first, second), a)).constraint(project(true, f.Column(0, "PHONE"))),
		start(f),
	)
}

func checkConstraints(t *testing.T, f *Fixture, after int) {
	want := [...]int{2, 2, 3, 2, 1, 3, 0}[after]
	attached := f.held(t, state.FactConstraint)
	if len(attached) != want {
		t.Errorf("after step %d %d constraints stand, not %d: %v", after, len(attached), want, attached)
	}
	policies := map[state.Securable]bool{}
	for _, v := range attached {
		p, _ := state.Attached(v)
		policies[p] = true
	}
	for k := range f.held(t, state.FactConstraintPolicy) {
		if k.On.Catalog == f.Home.Catalog && k.On.Schema == f.Home.Schema && !policies[k.On] {
			t.Errorf("after step %d %s is left behind", after, k.On)
		}
	}
}
