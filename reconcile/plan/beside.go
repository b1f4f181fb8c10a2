package plan

import (
	"strings"

	"github.com/polsync/polsync/state"
)

// Waits returns for each step of a stage the earlier ones that have to end before it begins; the others may
// run beside it. Steps wait for each other that touch the same place: a platform locks what it changes, and what is
// written twice is to end as the plan has it. What tells stages apart is not looked at.
func Waits(stage []Step) [][]int {
	waits := make([][]int, len(stage))
	last := map[any]int{} // place -> the latest step that touches it
	for i, s := range stage {
		for _, p := range places(s) {
			if j, taken := last[p]; taken && j != i && (len(waits[i]) == 0 || waits[i][len(waits[i])-1] != j) {
				waits[i] = append(waits[i], j)
			}
			last[p] = i
		}
	}
	return waits
}

// places returns what a step touches: relations, whatever of them and of their columns changes, other securables, and
// the paths of requests. Who owns a thing may decide who may change what lies in it, so all of a catalog whose owners
// change is one place.
func places(s Step) []any {
	var all []any
	for _, c := range s.Changes {
		on := c.Key.On
		switch relation := on.Relation(); {
		case (c.Key.Fact == state.FactOwner || c.Key.Fact == state.FactManaged) && on.Catalog != "":
			on = state.Securable{Kind: state.KindCatalog, Catalog: on.Catalog}
		case relation != (state.Securable{}):
			on = relation
		}
		all = append(all, on)
	}
	for _, st := range s.Statements {
		if path, _, _ := strings.Cut(st.Path, "?"); path != "" {
			all = append(all, path)
		}
	}
	return all
}
