package plan_test

import (
	"strings"
	"testing"

	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
)

// steps returns a plan of n changes of one sort, a statement each.
func steps(n int, c plan.Change) *plan.Plan {
	p := &plan.Plan{Platform: "mem"}
	for range n {
		p.Steps = append(p.Steps, plan.Step{Phase: c.Phase, Changes: []plan.Change{c}, Statements: []plan.Statement{{SQL: "x"}}})
	}
	return p
}

func TestGuards(t *testing.T) {
	grant := state.Key{Fact: state.FactGrant, Name: "SELECT"}
	mask := state.Key{Fact: state.FactMask}
	policy := state.Key{Fact: state.FactPolicy}
	removed := plan.Change{Key: grant, Was: state.Option(false), Phase: plan.PhaseRevoke}
	expired := removed
	expired.Note = plan.Expired + ": p.yaml:3"
	limits := plan.Limits{Removals: 5, Share: 0.5, Unmaskings: 3, Statements: 20}
	for name, c := range map[string]struct {
		plan  *plan.Plan
		owned int
		pass  plan.Passes
		says  string // "" for a plan that may run
	}{
		"few removals":                    {steps(5, removed), 9, plan.Passes{}, ""},
		"many removals":                   {steps(6, removed), 1000, plan.Passes{}, "--allow-removals"},
		"what is exclusive is taken":      {steps(6, plan.Change{Key: grant, Was: state.Option(false), Phase: plan.PhaseRevoke, Note: "exclusive: no entry declares it"}), 1000, plan.Passes{}, "--allow-removals"},
		"managed access off":              {steps(6, plan.Change{Key: state.Key{Fact: state.FactManaged}, Was: state.Nil{}, Phase: plan.PhasePermit}), 1000, plan.Passes{}, "--allow-removals"},
		"ownership moved":                 {steps(6, plan.Change{Key: state.Key{Fact: state.FactOwner}, Was: state.Owner{Kind: state.KindRole, Name: "O"}, Want: state.Owner{Kind: state.KindRole, Name: "P"}, Phase: plan.PhasePermit}), 1000, plan.Passes{}, "--allow-removals"},
		"ownership of what had no owner":  {steps(6, plan.Change{Key: state.Key{Fact: state.FactOwner}, Want: state.Owner{Kind: state.KindRole, Name: "P"}, Phase: plan.PhasePermit}), 1000, plan.Passes{}, ""},
		"many removals let pass":          {steps(6, removed), 1000, plan.Passes{Removals: true}, ""},
		"a large share of ten":            {steps(5, removed), 10, plan.Passes{}, ""},
		"expiry is no removal":            {steps(6, expired), 1000, plan.Passes{}, ""},
		"what is dropped last is none":    {steps(6, plan.Change{Key: policy, Was: &state.MaskingPolicy{}, Phase: plan.PhaseDrop}), 1000, plan.Passes{}, ""},
		"masks taken off":                 {steps(4, plan.Change{Key: mask, Was: state.Mask{}, Phase: plan.PhaseUnmask}), 1000, plan.Passes{}, "--allow-unmasking"},
		"masks swapped":                   {steps(4, plan.Change{Key: mask, Was: state.Mask{}, Want: state.Mask{Using: []string{"A"}}, Phase: plan.PhaseMask}), 1000, plan.Passes{}, "--allow-unmasking"},
		"masks put on":                    {steps(4, plan.Change{Key: mask, Want: state.Mask{}, Phase: plan.PhaseMask}), 1000, plan.Passes{}, ""},
		"filters taken off":               {steps(4, plan.Change{Key: state.Key{Fact: state.FactFilter}, Was: state.Filter{}, Phase: plan.PhaseUnmask}), 1000, plan.Passes{}, "--allow-unmasking"},
		"filters swapped":                 {steps(4, plan.Change{Key: state.Key{Fact: state.FactFilter}, Was: state.Filter{}, Want: state.Filter{Using: []string{"A"}}, Phase: plan.PhaseMask}), 1000, plan.Passes{}, "--allow-unmasking"},
		"filters put on":                  {steps(4, plan.Change{Key: state.Key{Fact: state.FactFilter}, Want: state.Filter{}, Phase: plan.PhaseMask}), 1000, plan.Passes{}, ""},
		"row policies widened":            {steps(4, plan.Change{Key: state.Key{Fact: state.FactRowPolicy}, Was: &state.RowPolicy{}, Want: &state.RowPolicy{}, Phase: plan.PhasePermit}), 1000, plan.Passes{}, "--allow-unmasking"},
		"constraints taken off":           {steps(4, plan.Change{Key: state.Key{Fact: state.FactConstraint}, Was: state.Filter{}, Phase: plan.PhaseUnmask}), 1000, plan.Passes{}, "--allow-unmasking"},
		"policies widened":                {steps(4, plan.Change{Key: policy, Was: &state.MaskingPolicy{}, Want: &state.MaskingPolicy{}, Phase: plan.PhasePermit}), 1000, plan.Passes{}, "--allow-unmasking"},
		"policies back to what they were": {steps(4, plan.Change{Key: policy, Was: &state.MaskingPolicy{}, Want: &state.MaskingPolicy{}, Phase: plan.PhasePermit, Back: true}), 1000, plan.Passes{}, ""},
		"many statements":                 {steps(21, plan.Change{Key: grant, Want: state.Option(false), Phase: plan.PhasePermit}), 1000, plan.Passes{}, "--allow-statements"},
	} {
		err := plan.Guard(c.plan, c.owned, limits, c.pass)
		if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	limits.Share = 0.1
	if err := plan.Guard(steps(2, removed), 10, limits, plan.Passes{}); err == nil || !strings.Contains(err.Error(), "20% of the 10 facts") {
		t.Errorf("a share beyond the limit: %v", err)
	}
	if err := plan.Guard(steps(2, removed), 9, limits, plan.Passes{}); err != nil {
		t.Errorf("of less than ten facts any is a large share: %v", err)
	}
}
