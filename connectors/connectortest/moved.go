package connectortest

import (
	"maps"
	"testing"

	"github.com/polsync/polsync/state"
)

const movedTag = "suite_moved"

// moved declares one thing throughout, while tables are made anew and renamed, then nothing.
func moved(f *Fixture) []*state.Declarations {
	same := func() *decls {
		return start(f).tag(movedTag, "email").assign(movedTag, "email", f.Column(0, "EMAIL"), f.Column(1, "EMAIL")).
			mask(state.MaskDeclaration{Name: movedTag, Tag: movedTag, Rules: []state.RuleDeclaration{rule(clear, f.Readers[0])}}).
			mask(state.MaskDeclaration{Name: "suite_salary", On: selectors([]state.Securable{f.Column(0, "SALARY"), f.Column(1, "SALARY")})}).
			grant(f.Readers[0], []string{"SELECT"}, selector(f.Tables[0]), selector(f.Tables[1]))
	}
	return steps(same(), same(), same(), same(), start(f))
}

// elsewhere is the first table under the name it has for a while.
func elsewhere(f *Fixture) state.Securable {
	t := f.Tables[0]
	t.Name += "_" + f.Column(0, "MOVED").Column // in the case that the table has
	return t
}

func move(t *testing.T, f *Fixture, before int) {
	switch before {
	case 1:
		f.Recreate(t, f.Tables[1])
	case 2:
		f.Rename(t, f.Tables[0], elsewhere(f).Name)
	case 3:
		f.Rename(t, elsewhere(f), f.Tables[0].Name)
	}
}

func checkMoved(t *testing.T, f *Fixture, after int) {
	first, second := f.Column(0, "EMAIL"), f.Column(1, "EMAIL")
	want := map[state.Securable]string{first: "email", second: "email"}
	switch after {
	case 2: // what stood on the table went with it
		there := first
		there.Name = elsewhere(f).Name
		delete(want, first)
		want[there] = "email"
	case 4:
		want = map[state.Securable]string{}
	}
	if got := f.Tag(t, movedTag).On; !maps.Equal(got, want) {
		t.Errorf("after step %d the platform holds %v, want %v", after, got, want)
	}
}
