package plan

import "github.com/polsync/polsync/state"

// Readers returns a function that names who reads a column in clear as things are, through roles and groups too: of
// those that grants, memberships and masks speak of. A column of a mask that nobody can read the rules of has none.
func Readers(in Input, target *Target) func(column state.Securable) []state.Securable {
	d := &difference{in: in, target: target}
	d.recognise()
	now := facts{in.Actual, nil}
	who := newPrincipals(in.Dialect.Fold(state.Everyone), now)
	v := newViewer(now, who, in.Dialect.TagMasks(), d.known)
	v.rowRules = d.rows
	names := map[string][]state.Securable{}
	return func(c state.Securable) []state.Securable { return who.named(v.clear(c), names) }
}
