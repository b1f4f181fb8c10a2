package plan

import "github.com/polsync/polsync/state"

// Replaced is the note of a change by which a finding takes the place of a value that polsync did not set. Guards count
// such changes as removals.
const Replaced = "replaces a value that polsync did not set"

// replaces returns the note of a change of a declared fact's value.
func (d *difference) replaces(k state.Key, o state.Origin) string {
	if _, ours := d.in.Owned[k]; !ours && o.Layer == state.LayerClassification {
		return Replaced
	}
	return ""
}
