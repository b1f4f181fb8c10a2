package reconcile_test

import (
	"context"
	"strings"
	"testing"

	"github.com/polsync/polsync/connectors"
	"github.com/polsync/polsync/connectors/memory"
	"github.com/polsync/polsync/reconcile"
	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
)

// otherGrantor is a platform on which a second grantor gave the same: what is revoked is there all the same.
type otherGrantor struct {
	*memory.Warehouse
	sent int
}

func (o *otherGrantor) Exec(ctx context.Context, s plan.Statement) (connectors.Outcome, error) {
	if strings.HasPrefix(s.SQL, "drop ") {
		o.sent++
		return connectors.Outcome{QueryID: "x"}, nil
	}
	return o.Warehouse.Exec(ctx, s)
}

// TestRevokeThatLeavesAnotherGrantorsRow: a revoke that changes nothing is made once, and then held with the reason.
func TestRevokeThatLeavesAnotherGrantorsRow(t *testing.T) {
	b := newBench(t)
	s := b.store()
	p := &otherGrantor{Warehouse: b.w}
	table := state.Securable{Kind: state.KindTable, Catalog: "C", Schema: "S", Name: "T"}
	key := state.Key{Fact: state.FactGrant, On: table, With: state.Securable{Kind: state.KindRole, Name: "R"}, Name: "SELECT"}
	b.w.Peek().Put(state.Fact{Key: key, Value: state.Option(false)})
	pattern := state.Pattern{Platform: "mem", Parts: []state.Part{{Text: "C"}, {Text: "S"}, {Text: "T"}}}
	d := &state.Declarations{Exclusives: []state.ExclusiveDeclaration{{Privileges: []string{"SELECT"}, On: []state.Selector{{Pattern: pattern}}, Origin: state.Origin{Layer: state.LayerYAML, File: "p.yaml", Line: 1}}}}
	r := b.reconciler(s, p, "a")
	for run := range 3 {
		res, err := r.Run(t.Context(), d, reconcile.Options{Command: "test"})
		if err == nil {
			t.Errorf("run %d: what is there all the same went unsaid", run)
		}
		if p.sent != 1 {
			t.Fatalf("run %d: %d revokes were sent", run, p.sent)
		}
		held := false
		for _, n := range res.Plan.Notices {
			held = held || n.Level == plan.Held && strings.Contains(n.Text, "another grantor")
		}
		if held != (run > 0) {
			t.Errorf("run %d: held with the reason: %v, %v", run, held, res.Plan.Notices)
		}
	}
}
