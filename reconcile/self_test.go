package reconcile_test

import (
	"context"
	"testing"

	"github.com/polsync/polsync/connectors"
	"github.com/polsync/polsync/connectors/memory"
	"github.com/polsync/polsync/reconcile"
	"github.com/polsync/polsync/state"
)

// knowing is a platform that says whom it takes polsync for.
type knowing struct {
	*memory.Warehouse
	self state.Securable
}

func (k knowing) Snapshot(ctx context.Context, scope connectors.Scope) (*state.State, error) {
	s, err := k.Warehouse.Snapshot(ctx, scope)
	if err == nil {
		s.Self = []state.Securable{k.self}
	}
	return s, err
}

// TestOwnRightsStayWhateverTheConfigurationSays holds that with a token alone, which names nobody, polsync does not take
// its own rights.
func TestOwnRightsStayWhateverTheConfigurationSays(t *testing.T) {
	b := newBench(t)
	on := state.Securable{Kind: state.KindTable, Catalog: "C", Schema: "S", Name: "T"}
	self := state.Securable{Kind: state.KindRole, Name: "R"}
	s := b.w.State()
	s.Put(state.Fact{Key: state.Key{Fact: state.FactGrant, On: on, With: self, Name: "SELECT"}, Value: state.Option(false)})
	o := state.Origin{Layer: state.LayerYAML, File: "p.yaml", Line: 1}
	d := &state.Declarations{Exclusives: []state.ExclusiveDeclaration{{Privileges: []string{"SELECT"}, Origin: o,
		On: []state.Selector{{Pattern: state.Pattern{Platform: "mem", Parts: []state.Part{{Text: "C"}, {Text: "S"}, {Text: "T"}}}, Origin: o}}}}}
	w := memory.New(memory.Dialect{}, s)
	for _, c := range []struct {
		platform connectors.Platform
		changes  int
	}{{knowing{w, self}, 0}, {w, 1}} {
		res, err := b.reconciler(b.store(), c.platform, "one").Plan(t.Context(), d, reconcile.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if n := len(res.Plan.Changes()); n != c.changes {
			t.Errorf("%T: %d changes, want %d: %v", c.platform, n, c.changes, res.Plan.Changes())
		}
	}
}
