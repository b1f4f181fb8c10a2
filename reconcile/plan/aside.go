package plan

import "github.com/polsync/polsync/state"

// aside are changes that were refused, by what they concern; of several the earliest.
type aside struct {
	at     map[state.Securable]Change // by place
	above  map[state.Securable]Change // by those places and all that contains them
	with   map[state.Securable]Change // by policy, tag and principal
	member *Change                    // a membership concerns everything
	any    *Change
}

func (a *aside) add(c Change) {
	earliest := func(m map[state.Securable]Change, k state.Securable) {
		if old, ok := m[k]; !ok || c.Compare(old) < 0 {
			m[k] = c
		}
	}
	earliest(a.at, placeOf(c.Key.On))
	for up, ok := c.Key.On, true; ok; up, ok = up.Parent() {
		earliest(a.above, placeOf(up))
	}
	for _, s := range related(c) {
		earliest(a.with, s)
	}
	if c.Key.Fact == state.FactMember && (a.member == nil || a.member.After(c)) {
		a.member = &c
	}
	if a.any == nil || a.any.After(c) {
		a.any = &c
	}
}

// concerns returns the refused change that one has to wait for: one of an earlier stage on its securable, above or below
// it, or of its policy, tag or principal.
func (a *aside) concerns(c Change) (state.Key, bool) {
	var found *Change
	try := func(r Change, ok bool) {
		if ok && c.After(r) && (found == nil || r.Compare(*found) < 0) {
			found = &r
		}
	}
	if a.member != nil {
		try(*a.member, true)
	}
	if a.any != nil {
		try(*a.any, c.Key.Fact == state.FactMember || everywhere(c.Key.On))
	}
	r, ok := a.above[placeOf(c.Key.On)]
	try(r, ok)
	for up, in := c.Key.On, true; in; up, in = up.Parent() {
		r, ok := a.at[placeOf(up)]
		try(r, ok)
	}
	for _, root := range [...]state.Kind{state.KindAccount, state.KindMetastore} {
		r, ok := a.at[state.Securable{Kind: root}]
		try(r, ok)
	}
	for _, s := range related(c) {
		r, ok := a.with[s]
		try(r, ok)
	}
	if found == nil {
		return state.Key{}, false
	}
	return found.Key, true
}

// everywhere reports whether something contains everything.
func everywhere(s state.Securable) bool {
	return s.Kind == state.KindAccount || s.Kind == state.KindMetastore
}

// related lists the securable, policy, tag and principal of a change.
func related(c Change) []state.Securable {
	var all []state.Securable
	for _, s := range [...]state.Securable{c.Key.On, c.Key.With} {
		if s != (state.Securable{}) {
			all = append(all, s)
		}
	}
	for _, v := range [...]state.Value{c.Was, c.Want} {
		if policy, ok := state.Attached(v); ok {
			all = append(all, policy)
		}
		if owner, ok := v.(state.Owner); ok {
			all = append(all, state.Securable(owner))
		}
	}
	return all
}
