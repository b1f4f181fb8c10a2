package plan

import (
	"fmt"
	"sync"

	"github.com/polsync/polsync/state"
)

// warnOrphans says where principals that were deleted still hold privileges on what declarations speak of.
func (d *difference) warnOrphans(spoken func() map[state.Securable]bool) {
	exclusive := sync.OnceValue(func() map[state.Securable]bool {
		on := map[state.Securable]bool{}
		for k := range d.target.Exclusive {
			on[k.On] = true
		}
		return on
	})
	for on, o := range d.in.Actual.Objects {
		if o.Orphans > 0 && (spoken()[on] || exclusive()[on]) {
			d.notices = append(d.notices, Notice{Warning, on, fmt.Sprintf("%s: %s of principals that were deleted, which have no name to be revoked by; whoever manages it can take them away in the catalog explorer", on, privileges(o.Orphans)), state.Origin{}})
		}
	}
}

func privileges(n int) string {
	if n == 1 {
		return "1 privilege is left"
	}
	return fmt.Sprintf("%d privileges are left", n)
}
