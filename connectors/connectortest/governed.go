package connectortest

import (
	"maps"
	"slices"
	"testing"

	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
)

const (
	governedTag = "suite_governed"
	strangers   = "stranger's"
	oddValue    = "it's \"odd\" é $$ `x`"
)

// governedTags walks a tag whose list of values the platform keeps. A value that goes while columns carry it is
// replaced there in the same step.
func governedTags(f *Fixture) []*state.Declarations {
	email, phone, other := f.Column(0, "EMAIL"), f.Column(0, "PHONE"), f.Column(1, "EMAIL")
	tag := func(values ...string) *decls { return start(f).governed(governedTag, "made by the suite", values...) }
	return steps(
		tag("email", "phone"),
		tag("email", "phone", "ssn").assign(governedTag, "email", email).assign(governedTag, "ssn", phone),
		tag("email", "phone").assign(governedTag, "email", email).assign(governedTag, "phone", phone),
		tag("phone").assign(governedTag, "phone", email, phone), // a stranger's value has come into the list
		tag("phone", oddValue).assign(governedTag, oddValue, other).assign(governedTag, "phone", phone),
		start(f).governed(governedTag, "it's\nnew", "phone", oddValue).assign(governedTag, "phone", other),
		tag("mail").assign(governedTag, "mail", phone, other), // nothing of the list is left but the stranger's value
		start(f),    // which keeps the tag, though it is no longer declared
		tag("mail"), // and it is taken back
		start(f),
	)
}

// governedStates is what the platform must hold after each step.
func governedStates(f *Fixture) []HeldTag {
	email, phone, other := f.Column(0, "EMAIL"), f.Column(0, "PHONE"), f.Column(1, "EMAIL")
	type on = map[state.Securable]string
	const made = "made by the suite"
	return []HeldTag{
		{true, made, []string{"email", "phone"}, on{}},
		{true, made, []string{"email", "phone", "ssn"}, on{email: "email", phone: "ssn"}},
		{true, made, []string{"email", "phone"}, on{email: "email", phone: "phone"}},
		{true, made, []string{"phone", strangers}, on{email: "phone", phone: "phone"}},
		{true, made, []string{oddValue, "phone", strangers}, on{other: oddValue, phone: "phone"}},
		{true, "it's\nnew", []string{oddValue, "phone", strangers}, on{other: "phone"}},
		{true, made, []string{"mail", strangers}, on{phone: "mail", other: "mail"}},
		{true, made, []string{strangers}, on{}},
		{true, made, []string{"mail"}, on{}},
		{On: on{}},
	}
}

// strangersValue lets somebody else add a value to the list, and take it back.
func strangersValue(t *testing.T, f *Fixture, before int) {
	key := state.Key{Fact: state.FactAllowedValue, On: f.Platform.Dialect().Tag(governedTag, state.Securable{}, f.Home), Name: strangers}
	switch before {
	case 3:
		does(t, f, plan.Change{Key: key, Want: state.Nil{}, List: []string{"email", "phone", strangers}})
	case 8:
		does(t, f, plan.Change{Key: key, Was: state.Nil{}})
	}
}

// does carries out a change that no run of polsync knows of.
func does(t *testing.T, f *Fixture, c plan.Change) {
	t.Helper()
	steps, err := f.Platform.Dialect().Compile(plan.PhaseDefine, []plan.Change{c})
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range steps {
		for _, s := range step.Statements {
			if _, err := f.Platform.Exec(t.Context(), s); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func checkGovernedTags(t *testing.T, f *Fixture, after int) {
	want, got := governedStates(f)[after], f.Tag(t, governedTag)
	if got.There != want.There || got.Comment != want.Comment || !slices.Equal(got.Values, want.Values) || !maps.Equal(got.On, want.On) {
		t.Errorf("after step %d the platform holds\n%+v, want\n%+v", after, got, want)
	}
}
