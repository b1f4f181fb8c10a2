package plan

import (
	"slices"

	"github.com/polsync/polsync/state"
)

// protected reports rights that no plan takes: polsync's own, what a group or role of its gives it alone that it manages
// by, and the groups it is in. Nobody chooses among groups as among roles: what they have, all of their members have.
func (d *difference) protected(k state.Key) bool {
	switch k.Fact {
	case state.FactGrant:
		return slices.Contains(d.in.Self, k.With) || slices.Contains(managing, k.Name) && d.onlyThrough(k)
	case state.FactMember:
		return slices.Contains(d.in.Self, k.With) || d.actsWith(k.With)
	case state.FactRole:
		return d.actsWith(k.On)
	}
	return false
}

// actsWith reports whether polsync is in a group, directly or through others.
func (d *difference) actsWith(group state.Securable) bool {
	if group.Kind != state.KindGroup {
		return false
	}
	if d.own == nil {
		d.own = d.in.ownRoles()
	}
	return d.own[group]
}

// managing are the privileges by which polsync may grant, mask and tag.
var managing = []string{"MANAGE", "MANAGE GRANTS", "APPLY TAG", "APPLY MASKING POLICY", "APPLY ROW ACCESS POLICY"}

// onlyThrough reports whether polsync has a privilege by what it is in, and not itself.
func (d *difference) onlyThrough(k state.Key) bool {
	if d.own == nil {
		d.own = d.in.ownRoles()
	}
	if !d.own[k.With] || k.With == d.in.Dialect.Fold(state.Everyone) {
		return false
	}
	for up, ok := k.On, true; ok; up, ok = up.Parent() {
		if slices.Contains(d.in.Self, d.in.Actual.Objects[up].Owner) {
			return false
		}
		for _, self := range d.in.Self {
			if d.in.Actual.Has(state.Key{Fact: state.FactGrant, On: up, With: self, Name: k.Name}) {
				return false
			}
		}
	}
	return true
}
