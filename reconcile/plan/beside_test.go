package plan_test

import (
	"reflect"
	"testing"

	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
)

func TestWaits(t *testing.T) {
	table := func(name string) state.Securable {
		return state.Securable{Kind: state.KindTable, Catalog: "C", Schema: "S", Name: name}
	}
	column := func(name string) state.Securable {
		return state.Securable{Kind: state.KindColumn, Catalog: "C", Schema: "S", Name: name, Column: "X"}
	}
	view := table("A")
	view.Kind = state.KindView
	other := state.Securable{Kind: state.KindTable, Catalog: "D", Schema: "S", Name: "A"}
	step := func(fact state.FactKind, on ...state.Securable) plan.Step {
		var s plan.Step
		for _, o := range on {
			s.Changes = append(s.Changes, plan.Change{Key: state.Key{Fact: fact, On: o}})
		}
		return s
	}
	request := func(on state.Securable, path string) plan.Step {
		s := step(state.FactGrant, on)
		s.Statements = []plan.Statement{{Method: "PATCH", Path: path}}
		return s
	}
	role := func(name string) state.Securable { return state.Securable{Kind: state.KindRole, Name: name} }
	for _, c := range []struct {
		name  string
		stage []plan.Step
		want  [][]int
	}{
		{"columns of a relation, and it itself", []plan.Step{step(state.FactTagged, column("A")), step(state.FactTagged, table("B")), step(state.FactTagged, view)}, [][]int{nil, nil, {0}}},
		{"only the last of several", []plan.Step{step(state.FactGrant, table("A")), step(state.FactGrant, table("A")), step(state.FactGrant, table("A"))}, [][]int{nil, {0}, {1}}},
		{"several places", []plan.Step{step(state.FactMask, column("A")), step(state.FactMask, column("B")), step(state.FactMask, column("B"), column("A"))}, [][]int{nil, nil, {1, 0}}},
		{"owners of a catalog", []plan.Step{step(state.FactOwner, table("A")), step(state.FactManaged, table("B")), step(state.FactOwner, other)}, [][]int{nil, {0}, nil}},
		{"roles", []plan.Step{step(state.FactMember, role("R")), step(state.FactMember, role("S")), step(state.FactMember, role("R"))}, [][]int{nil, nil, {0}}},
		{"owners of roles", []plan.Step{step(state.FactOwner, role("R")), step(state.FactOwner, role("S"))}, [][]int{nil, nil}},
		{"requests to one path", []plan.Step{request(table("A"), "/policies?a=1"), request(table("B"), "/policies"), request(table("C"), "/others")}, [][]int{nil, {0}, nil}},
	} {
		if got := plan.Waits(c.stage); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}
