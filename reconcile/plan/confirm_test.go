package plan_test

import (
	"slices"
	"testing"
	"time"

	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
)

func TestUnconfirmed(t *testing.T) {
	table := func(n string) state.Securable {
		return state.Securable{Kind: state.KindTable, Catalog: "C", Schema: "S", Name: n}
	}
	column := func(n string) state.Securable {
		return state.Securable{Kind: state.KindColumn, Catalog: "C", Schema: "S", Name: n, Column: "X"}
	}
	view := state.Securable{Kind: state.KindView, Catalog: "C", Schema: "S", Name: "V"}
	schema := state.Securable{Kind: state.KindSchema, Catalog: "C", Schema: "S"}
	role := func(n string) state.Securable { return state.Securable{Kind: state.KindRole, Name: n} }
	user := state.Securable{Kind: state.KindUser, Name: "U"}
	masked, plain := state.Securable{Kind: state.KindTag, Catalog: "C", Schema: "S", Name: "MASKED"}, state.Securable{Kind: state.KindTag, Catalog: "C", Schema: "S", Name: "PLAIN"}
	s := state.New()
	s.Lag = &state.Lag{By: time.Hour, Live: map[state.Securable]bool{table("LIVE"): true}}
	put := func(k state.Key, v state.Value) { s.Put(state.Fact{Key: k, Value: v}) }
	put(state.Key{Fact: state.FactBinding, On: masked, Name: "string"}, state.Mask{})
	put(state.Key{Fact: state.FactTagged, On: column("A"), With: masked}, state.Text("x"))
	put(state.Key{Fact: state.FactTagged, On: column("V"), With: masked}, state.Text("x"))
	put(state.Key{Fact: state.FactTagged, On: column("LIVE"), With: masked}, state.Text("x"))
	put(state.Key{Fact: state.FactTagged, On: column("B"), With: plain}, state.Text("x"))
	put(state.Key{Fact: state.FactMember, On: role("UP"), With: role("R")}, state.Nil{})
	put(state.Key{Fact: state.FactGrant, On: table("A"), With: role("UP"), Name: "SELECT"}, state.Option(false))
	for _, c := range []struct {
		name       string
		change     plan.Change
		all        bool
		relations  []state.Securable
		principals []state.Securable
	}{
		{"tag on a column", plan.Change{Key: state.Key{Fact: state.FactTagged, On: column("B"), With: plain}, Want: state.Text("y")}, false, []state.Securable{table("B")}, nil},
		{"tag on what was read live", plan.Change{Key: state.Key{Fact: state.FactTagged, On: column("LIVE"), With: masked}}, false, nil, nil},
		{"tag that comes off a schema", plan.Change{Key: state.Key{Fact: state.FactTagged, On: schema, With: masked}, Was: state.Text("x")}, false, []state.Securable{table("A"), table("V")}, nil},
		{"tag that goes on a schema", plan.Change{Key: state.Key{Fact: state.FactTagged, On: schema, With: masked}, Want: state.Text("x")}, false, nil, nil},
		{"grant on a view", plan.Change{Key: state.Key{Fact: state.FactGrant, On: view, With: role("R"), Name: "SELECT"}, Want: state.Option(false)}, false, []state.Securable{table("V")}, []state.Securable{role("R")}},
		{"grant on a schema", plan.Change{Key: state.Key{Fact: state.FactGrant, On: schema, With: role("R"), Name: "USAGE"}, Want: state.Option(false)}, false, []state.Securable{table("A"), table("V")}, []state.Securable{role("R")}},
		{"grant on what is to come", plan.Change{Key: state.Key{Fact: state.FactGrant, On: schema, With: role("R"), Name: "SELECT", Future: state.KindTable}, Want: state.Option(false)}, false, nil, []state.Securable{role("R")}},
		{"revoke", plan.Change{Key: state.Key{Fact: state.FactGrant, On: schema, With: role("R"), Name: "USAGE"}, Was: state.Option(false)}, false, nil, []state.Securable{role("R")}},
		{"new member", plan.Change{Key: state.Key{Fact: state.FactMember, On: role("R"), With: user}, Want: state.Nil{}}, false, []state.Securable{table("A")}, []state.Securable{role("R"), role("UP")}},
		{"member that goes", plan.Change{Key: state.Key{Fact: state.FactMember, On: role("R"), With: user}, Was: state.Nil{}}, false, nil, []state.Securable{role("R")}},
		{"mask on a tag swapped", plan.Change{Key: state.Key{Fact: state.FactBinding, On: masked, Name: "string"}, Was: state.Mask{}, Want: state.Mask{Policy: plain}}, false, []state.Securable{table("A"), table("V")}, nil},
		{"mask on a tag taken off", plan.Change{Key: state.Key{Fact: state.FactBinding, On: masked, Name: "string"}, Was: state.Mask{}}, true, nil, nil},
		{"tag that goes", plan.Change{Key: state.Key{Fact: state.FactTag, On: plain}, Was: state.Tag{}}, true, nil, nil},
		{"allowed value that goes", plan.Change{Key: state.Key{Fact: state.FactAllowedValue, On: plain, Name: "x"}, Was: state.Nil{}}, true, nil, nil},
		{"mask on a column", plan.Change{Key: state.Key{Fact: state.FactMask, On: column("B")}, Was: state.Mask{}}, false, []state.Securable{table("B")}, nil},
	} {
		q := plan.Unconfirmed(s, []plan.Change{c.change})
		if q.All != c.all || !slices.Equal(q.Relations, c.relations) || !slices.Equal(q.Principals, c.principals) {
			t.Errorf("%s: asks for %+v, want all %v, %v, %v", c.name, q, c.all, c.relations, c.principals)
		}
	}
	s.Lag = nil
	if q := plan.Unconfirmed(s, []plan.Change{{Key: state.Key{Fact: state.FactTag, On: plain}, Was: state.Tag{}}}); !q.Empty() {
		t.Errorf("of a state that does not lag something is asked: %+v", q)
	}
}
