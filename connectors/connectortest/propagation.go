package connectortest

import (
	"slices"
	"testing"

	"github.com/polsync/polsync/state"
)

const passedOn = "suite_passed_on"

// tagPropagation walks through how a platform passes a tag on, and through the order of its values where that decides.
func tagPropagation(f *Fixture) []*state.Declarations {
	tag := func(propagate, conflict string, values ...string) *decls {
		b := start(f).tag(passedOn, values...)
		b.d.Tags[0].Propagate, b.d.Tags[0].OnConflict, b.d.Tags[0].MultiValue = propagate, conflict, conflict == state.ConflictMerge
		return b
	}
	const dependency, movement = "on_dependency", "on_data_movement"
	return steps(
		tag(dependency, "it's \\ mixed"), tag(movement, "it's \\ mixed"), tag(dependency, "other"), tag("", ""), tag("none", ""), tag("", ""),
		tag(dependency, state.ConflictSequence, "z", "a"),
		tag(dependency, state.ConflictSequence, "a", "m", "z"),
		tag(dependency, state.ConflictSequence, "z", "m").assign(passedOn, "m", f.Column(0, "EMAIL")),
		tag("", "", "b", "z", "m"),
		tag(dependency, "other", "z"),
		tag("on_dependency_and_data_movement", state.ConflictMerge),
		start(f),
	)
}

func checkTagPropagation(t *testing.T, f *Fixture, after int) {
	if f.Platform.Dialect().Name() == "databricks" {
		return // where no tag is passed on, and the declaration's details are another platform's
	}
	s, err := f.Platform.Snapshot(t.Context(), f.Scope)
	if err != nil {
		t.Fatal(err)
	}
	is, there := s.Value(state.Key{Fact: state.FactTag, On: f.Platform.Dialect().Tag(passedOn, state.Securable{}, f.Home)}).(state.Tag)
	const dependency, sequence = "on_dependency", state.ConflictSequence
	want := []struct {
		propagate, conflict string
		order               []string
	}{
		{dependency, "it's \\ mixed", nil}, {"on_data_movement", "it's \\ mixed", nil}, {dependency, "other", nil}, {dependency, "other", nil}, {}, {},
		{dependency, sequence, []string{"z", "a"}}, {dependency, sequence, []string{"a", "m", "z"}}, {dependency, sequence, []string{"z", "m"}},
		{dependency, sequence, []string{"z", "m", "b"}}, {dependency, "other", nil}, {"on_dependency_and_data_movement", state.ConflictMerge, nil},
	}
	switch {
	case after == len(want):
		if there {
			t.Errorf("it is still there: %+v", is)
		}
	case !there || is.Propagate != want[after].propagate || is.Propagate != "" && is.OnConflict != want[after].conflict:
		t.Errorf("after step %d the tag is %+v, not %+v", after, is, want[after])
	case f.Platform.Dialect().Name() == "snowflake" && !slices.Equal(is.Sequence, want[after].order):
		t.Errorf("after step %d the order of its values is %q, not %q", after, is.Sequence, want[after].order)
	}
}
