package plan

import "github.com/polsync/polsync/state"

// Replaced is the note of a change by which a finding takes the place of a value that polsync did not set. Guards count
// such changes as removals.
const Replaced = "replaces a value that polsync did not set"

// replaces returns the note of a change of a declared fact's value.
func (d *difference) replaces(k state.Key, o state.Origin) string {
	if o.Layer != state.LayerClassification {
		return ""
	}
	if owned, ours := d.in.Owned[k]; ours && owned.Origin.Layer == state.LayerClassification || AsSet(d.in, k) {
		return ""
	}
	return Replaced
}

// AsSet reports whether a fact is ours and still as polsync set it: with that value, on the very securable it was set on.
func AsSet(in Input, k state.Key) bool {
	owned, ours := in.Owned[k]
	if !ours || owned.Value != nil && !state.Equal(owned.Value, in.Actual.Value(k)) {
		return false
	}
	id := in.Actual.Objects[k.On].Identity
	return owned.Identity == "" || id == "" || id == owned.Identity
}
