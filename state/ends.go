package state

import (
	"slices"
	"time"
)

// Ended returns the grants and exceptions whose time is over by then, by place and time, in order: a name that stays the
// same until another ends or a declaration changes.
func (d *Declarations) Ended(now time.Time) []string {
	var all []string
	add := func(o Origin, until time.Time) {
		if !until.IsZero() && !now.Before(until) {
			all = append(all, o.String()+" until "+until.UTC().Format(time.RFC3339Nano))
		}
	}
	for _, g := range d.Grants {
		add(g.Origin, g.Until)
	}
	for _, e := range d.Exceptions {
		add(e.Origin, e.Until)
	}
	slices.Sort(all)
	return slices.Compact(all)
}
