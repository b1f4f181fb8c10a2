package plan_test

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/polsync/polsync/connectors/memory"
	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
)

// account is a platform of about n facts of which one in drift differs from the target: columns with a tag, a mask by
// tag, tables with a grant.
func account(n, drift int) (plan.Input, *plan.Target) {
	actual, want := state.New(), state.New()
	tag := state.Securable{Kind: state.KindTag, Name: "PII"}
	policy := &state.MaskingPolicy{Name: state.Securable{Kind: state.KindMaskingPolicy, Name: "P"}, Family: state.FamilyString, Tag: tag}
	both := func(f state.Fact, differs bool) {
		want.Put(f)
		if !differs {
			actual.Put(f)
		}
	}
	both(state.Fact{Key: state.Key{Fact: state.FactTag, On: tag}, Value: state.Tag{AnyValue: true}}, false)
	both(state.Fact{Key: state.Key{Fact: state.FactPolicy, On: policy.Name}, Value: policy}, false)
	both(state.Fact{Key: state.Key{Fact: state.FactBinding, On: tag, Name: "string"}, Value: state.Mask{Policy: policy.Name}}, false)
	owned := plan.Owned{}
	for i := range n {
		t := state.Securable{Kind: state.KindTable, Catalog: fmt.Sprintf("C%d", i/100000), Schema: fmt.Sprintf("S%d", i/1000), Name: fmt.Sprintf("T%d", i/10)}
		if i%10 == 0 {
			actual.Objects[t] = state.Object{}
			role := state.Securable{Kind: state.KindRole, Name: fmt.Sprintf("R%d", i/10%300)}
			both(state.Fact{Key: state.Key{Fact: state.FactGrant, On: t, With: role, Name: "SELECT"}, Value: state.Option(false)}, drift > 0 && i%(drift*10) == 0)
			continue
		}
		c := t
		c.Kind, c.Column = state.KindColumn, fmt.Sprintf("COL%d", i%10)
		actual.Objects[c] = state.Object{Type: state.DataType{Family: state.FamilyString, Text: "VARCHAR"}}
		f := state.Fact{Key: state.Key{Fact: state.FactTagged, On: c, With: tag}, Value: state.Text("email")}
		both(f, drift > 0 && i%drift == 1)
		owned[f.Key] = plan.Ownership{Value: f.Value, Run: "1"}
	}
	want.Objects = actual.Objects
	in := plan.Input{Platform: "mem", Dialect: memory.Dialect{}, Actual: actual, Owned: owned, Declarations: &state.Declarations{}}
	return in, &plan.Target{State: want, Absent: map[state.Key]state.Origin{}, Held: map[state.Key]string{}, Expired: map[state.Key]state.Origin{}}
}

// BenchmarkPlan diffs, orders and compiles accounts of growing size, of which 1% differs. Time and bytes per fact
// should hardly grow.
func BenchmarkPlan(b *testing.B) {
	for _, n := range []int{10_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprintf("facts=%d", n), func(b *testing.B) {
			in, target := account(n, 100)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			changes := 0
			for b.Loop() {
				cs, _, _, _ := plan.Diff(in, target)
				if _, _, err := plan.Compile(in.Dialect, cs); err != nil {
					b.Fatal(err)
				}
				changes = len(cs)
			}
			runtime.ReadMemStats(&after)
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/fact")
			b.ReportMetric(float64(after.TotalAlloc-before.TotalAlloc)/float64(b.N)/float64(n), "B/fact")
			b.ReportMetric(float64(changes), "changes")
		})
	}
}

// BenchmarkSights tells who gains and loses sight in an account of a million columns, 1,500 roles and 3,000 users, where
// one tagged column in four gets its tag and so its mask.
func BenchmarkSights(b *testing.B) {
	in, target, changes := society(1_000_000, 1500, 3000)
	for b.Loop() {
		if n := len(plan.Sights(in, target, changes)); n == 0 {
			b.Fatal("nobody gains or loses anything")
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(changes)), "ns/change")
}

// society is an account of columns, one in 25 tagged, that roles can read by schema, with users in roles and roles in
// roles, and the changes that tag a quarter of those.
func society(columns, roles, users int) (plan.Input, *plan.Target, []plan.Change) {
	s := state.New()
	tag := state.Securable{Kind: state.KindTag, Name: "PII"}
	role := func(i int) state.Securable { return state.Securable{Kind: state.KindRole, Name: fmt.Sprintf("R%d", i)} }
	policy := &state.MaskingPolicy{Name: state.Securable{Kind: state.KindMaskingPolicy, Name: "P"}, Family: state.FamilyString, Tag: tag,
		Rules: []state.Rule{{To: []state.Securable{role(1), role(7), role(70)}, Show: state.Show{Kind: state.ShowClear}}}}
	s.Put(state.Fact{Key: state.Key{Fact: state.FactPolicy, On: policy.Name}, Value: policy})
	s.Put(state.Fact{Key: state.Key{Fact: state.FactBinding, On: tag, Name: "string"}, Value: state.Mask{Policy: policy.Name}})
	for i := range roles {
		if i > 0 {
			s.Put(state.Fact{Key: state.Key{Fact: state.FactMember, On: role(i), With: role((i - 1) / 4)}, Value: state.Option(false)})
		}
	}
	for i := range users {
		s.Put(state.Fact{Key: state.Key{Fact: state.FactMember, On: role(i % roles), With: state.Securable{Kind: state.KindUser, Name: fmt.Sprintf("U%d", i)}}, Value: state.Option(false)})
	}
	var changes []plan.Change
	for i := range columns {
		schema := state.Securable{Kind: state.KindSchema, Catalog: fmt.Sprintf("C%d", i/100000), Schema: fmt.Sprintf("S%d", i/1000)}
		t := state.Securable{Kind: state.KindTable, Catalog: schema.Catalog, Schema: schema.Schema, Name: fmt.Sprintf("T%d", i/20)}
		if i%20 == 0 {
			s.Objects[t] = state.Object{}
			s.Put(state.Fact{Key: state.Key{Fact: state.FactGrant, On: t, With: role(i / 1000 % roles), Name: "SELECT"}, Value: state.Option(false)})
		}
		c := t
		c.Kind, c.Column = state.KindColumn, fmt.Sprintf("COL%d", i%20)
		s.Objects[c] = state.Object{Type: state.DataType{Family: state.FamilyString, Text: "VARCHAR"}}
		f := state.Fact{Key: state.Key{Fact: state.FactTagged, On: c, With: tag}, Value: state.Text("email")}
		switch {
		case i%100 == 0:
			changes = append(changes, plan.Change{Key: f.Key, Want: f.Value, Phase: plan.PhaseTag})
		case i%100 < 4:
			s.Put(f)
		}
	}
	in := plan.Input{Platform: "mem", Dialect: memory.Dialect{}, Actual: s, Owned: plan.Owned{}, Declarations: &state.Declarations{}}
	return in, &plan.Target{State: state.New()}, changes
}
