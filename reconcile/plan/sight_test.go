package plan_test

import (
	"slices"
	"testing"

	"github.com/polsync/polsync/connectors/memory"
	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
)

// TestSights has one masked column, a role B that is in a role A, and a user U in B; each case changes one fact.
func TestSights(t *testing.T) {
	schema := state.Securable{Kind: state.KindSchema, Catalog: "C", Schema: "S"}
	table := state.Securable{Kind: state.KindTable, Catalog: "C", Schema: "S", Name: "T"}
	column := table
	column.Kind, column.Column = state.KindColumn, "X"
	a, b, u := state.Securable{Kind: state.KindRole, Name: "A"}, state.Securable{Kind: state.KindRole, Name: "B"}, state.Securable{Kind: state.KindUser, Name: "U"}
	policy := state.Securable{Kind: state.KindMaskingPolicy, Name: "P"}
	clear := state.Show{Kind: state.ShowClear}
	if2 := []state.Condition{{Column: "Y", Op: state.OpIn, Values: []string{"2"}}}
	reads := func(to, on state.Securable) state.Key {
		return state.Key{Fact: state.FactGrant, On: on, With: to, Name: "SELECT"}
	}
	member := func(role, who state.Securable) state.Key {
		return state.Key{Fact: state.FactMember, On: role, With: who}
	}
	joins := plan.Change{Key: member(a, b), Want: state.Option(false)}
	opens := plan.Change{Key: reads(a, schema), Want: state.Option(false)}
	for name, c := range map[string]struct {
		rules   []state.Rule
		primary bool
		already []state.Key
		change  plan.Change
		gains   []state.Securable
	}{
		"members of members join":             {[]state.Rule{{To: []state.Securable{a}, Show: clear}}, false, []state.Key{member(b, u), reads(a, table)}, joins, []state.Securable{b, u}},
		"a grant on the schema":               {[]state.Rule{{To: []state.Securable{a}, Show: clear}}, false, []state.Key{member(a, b), member(b, u)}, opens, []state.Securable{a, b, u}},
		"a grant to everyone":                 {[]state.Rule{{To: []state.Securable{b}, Show: clear}}, false, []state.Key{member(b, u)}, plan.Change{Key: reads(state.Everyone, table), Want: state.Option(false)}, []state.Securable{b, u}},
		"named by no rule":                    {[]state.Rule{{To: []state.Securable{u}, Show: clear}}, false, []state.Key{member(a, b)}, opens, nil},
		"hidden by a first rule":              {[]state.Rule{{To: []state.Securable{b}}, {To: []state.Securable{a}, Show: clear}}, false, []state.Key{member(a, b)}, opens, []state.Securable{a}},
		"hidden by a first rule in some rows": {[]state.Rule{{To: []state.Securable{b}, When: if2}, {To: []state.Securable{a}, Show: clear}}, false, []state.Key{member(a, b)}, opens, []state.Securable{a, b}},
		"shown in some rows":                  {[]state.Rule{{To: []state.Securable{b}, When: if2, Show: clear}}, false, []state.Key{member(a, b)}, opens, []state.Securable{b}},
		"only the active role counts":         {[]state.Rule{{To: []state.Securable{a}, Show: clear}}, true, []state.Key{member(a, b)}, opens, []state.Securable{a}},
		"everyone is active as well":          {[]state.Rule{{To: []state.Securable{state.Everyone}, Show: clear}}, true, []state.Key{member(a, b)}, opens, []state.Securable{a, b}},
	} {
		t.Run(name, func(t *testing.T) {
			s := state.New()
			s.Objects[table], s.Objects[column] = state.Object{}, state.Object{Type: state.DataType{Family: state.FamilyString}}
			s.Put(state.Fact{Key: state.Key{Fact: state.FactPolicy, On: policy}, Value: &state.MaskingPolicy{Name: policy, Family: state.FamilyString, Rules: c.rules, Primary: c.primary}})
			s.Put(state.Fact{Key: state.Key{Fact: state.FactMask, On: column}, Value: state.Mask{Policy: policy}})
			for _, k := range c.already {
				s.Put(state.Fact{Key: k, Value: state.Option(false)})
			}
			in := plan.Input{Platform: "mem", Dialect: memory.Dialect{}, Actual: s}
			target := &plan.Target{State: state.New()}
			var gains, loses []state.Securable
			for _, sight := range plan.Sights(in, target, []plan.Change{c.change}) {
				gains = append(gains, sight.Gains...)
			}
			gains = slices.DeleteFunc(gains, func(p state.Securable) bool { return p == state.Everyone })
			if !slices.Equal(gains, c.gains) {
				t.Errorf("gain sight: %v, want %v", gains, c.gains)
			}
			// The way back takes from them what the way there gave.
			s.Put(state.Fact{Key: c.change.Key, Value: c.change.Want})
			for _, sight := range plan.Sights(in, target, []plan.Change{{Key: c.change.Key, Was: c.change.Want}}) {
				loses = append(loses, sight.Loses...)
			}
			loses = slices.DeleteFunc(loses, func(p state.Securable) bool { return p == state.Everyone })
			if !slices.Equal(loses, c.gains) {
				t.Errorf("lose sight: %v, want %v", loses, c.gains)
			}
		})
	}
}
