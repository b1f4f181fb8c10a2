package state_test

import (
	"testing"

	"github.com/polsync/polsync/state"
)

func TestConstantFits(t *testing.T) {
	for _, c := range []struct {
		text   string
		family state.Family
		want   bool
	}{
		{"anything", state.FamilyString, true}, {"-7.5", state.FamilyNumber, true}, {"1e3", state.FamilyFloat, true}, {"", state.FamilyNumber, false},
		{"NaN", state.FamilyFloat, false}, {"0x10", state.FamilyNumber, false}, {"1,5", state.FamilyNumber, false}, {"true", state.FamilyBoolean, true},
		{"yes", state.FamilyBoolean, false}, {"1970-01-01", state.FamilyDate, true}, {"1970-01-01 10:00:00", state.FamilyDate, false}, {"1970-02-30", state.FamilyDate, false},
		{"1970-01-01", state.FamilyTimestampNTZ, true}, {"1970-01-01T10:00:00Z", state.FamilyTimestampTZ, true}, {"10:00", state.FamilyTimestampLTZ, false},
		{"anything", state.FamilyBinary, true}, // shows nothing, which is said elsewhere
	} {
		if got := state.ConstantFits(c.text, c.family); got != c.want {
			t.Errorf("%q as %s: %t", c.text, c.family, got)
		}
	}
}

// TestFits holds which words each type can show, as docs/masks.md has them.
func TestFits(t *testing.T) {
	always := map[state.ShowKind]bool{state.ShowClear: true, state.ShowNothing: true, state.ShowSQL: true, state.ShowFunction: true}
	more := map[state.Family][]state.ShowKind{
		state.FamilyString: {state.ShowFull, state.ShowRedact, state.ShowLast, state.ShowFirst, state.ShowEmailDomain, state.ShowHash, state.ShowEmailHash, state.ShowLastHash, state.ShowConst, state.ShowConstant},
		state.FamilyNumber: {state.ShowConst, state.ShowConstant}, state.FamilyFloat: {state.ShowConst, state.ShowConstant}, state.FamilyBoolean: {state.ShowConst},
		state.FamilyDate:         {state.ShowConst, state.ShowConstant, state.ShowConstDate, state.ShowYear},
		state.FamilyTimestampNTZ: {state.ShowConst, state.ShowConstant, state.ShowConstDate, state.ShowYear},
	}
	words := append(state.ShowWords(), state.ShowLast, state.ShowFirst, state.ShowLastHash, state.ShowConst, state.ShowSQL, state.ShowFunction)
	for _, f := range []state.Family{state.FamilyString, state.FamilyNumber, state.FamilyFloat, state.FamilyBoolean, state.FamilyDate, state.FamilyTimestampNTZ, state.FamilyBinary, state.FamilyTime} {
		for _, w := range words {
			want := always[w]
			for _, m := range more[f] {
				want = want || m == w
			}
			if got := (state.Show{Kind: w}).Fits(f); got != want {
				t.Errorf("%s of a %s: %t", w, f, got)
			}
		}
	}
}
