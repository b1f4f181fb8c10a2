package classify

import (
	"math/rand/v2"
	"testing"

	"github.com/polsync/polsync/classify/classifytest"
)

// TestFormulasDecideLikeChecksums changes examples at random, keeping to what the checks' patterns let through, and
// compares each formula with its checksum.
func TestFormulasDecideLikeChecksums(t *testing.T) {
	patterns := map[string][]Check{}
	for _, c := range Suite() {
		for _, test := range append(c.Tests, c.Alone...) {
			if test.Check.Checksum != "" {
				patterns[test.Check.Checksum] = append(patterns[test.Check.Checksum], test.Check)
			}
		}
	}
	random := rand.New(rand.NewPCG(7, 7))
	said := 0
	for _, name := range Checksums() {
		f, ok := FormulaOf(name)
		if !ok {
			continue
		}
		said++
		if !FormulaHolds(f, validNumbers[name]) {
			t.Errorf("%s does not hold as a formula for %s", name, validNumbers[name])
		}
		checks := patterns[name]
		held, tried := 0, 0
		text := validNumbers[name]
		for range 10_000 {
			b := []byte(classifytest.Near(text, 1, random)[0])
			fits := len(checks) == 0
			for _, c := range checks {
				fits = fits || whole(c.Pattern).Match(b)
			}
			if !fits {
				continue
			}
			tried++
			want := ChecksumHolds(name, string(b))
			if want {
				held++
				text = string(b)
			}
			if got := FormulaHolds(f, string(b)); got != want {
				t.Errorf("%s of %q: %v as a formula, %v as a checksum", name, b, got, want)
				break
			}
		}
		if tried < 500 || held < 5 {
			t.Errorf("%s: only %d texts tried, of which %d hold", name, tried, held)
		}
	}
	if said < 43 {
		t.Errorf("only %d checksums are formulas", said)
	}
}
