package classify

import (
	"testing"

	"github.com/polsync/polsync/classify/classifytest"
)

// validNumbers has, for every checksum, a text that satisfies it.
var validNumbers = classifytest.Examples

func TestEveryChecksumHoldsForItsExample(t *testing.T) {
	for _, name := range Checksums() {
		text, ok := validNumbers[name]
		if !ok {
			t.Errorf("%s: no example", name)
			continue
		}
		if !ChecksumHolds(name, text) {
			t.Errorf("%s does not hold for %s", name, text)
		}
		for _, wrong := range []string{"", "0", "@@@@@@@@@@@@@@@@@", "日本語日本語日本語"} {
			if ChecksumHolds(name, wrong) {
				t.Errorf("%s holds for %q", name, wrong)
			}
		}
	}
	if ChecksumHolds("no such", "4111111111111111") {
		t.Error("a checksum that does not exist holds")
	}
}

// A single wrong digit must not pass where the checksum is known to find all of them.
func TestChecksumsFindASingleWrongDigit(t *testing.T) {
	partial := map[string]bool{"bic_country": true, "ipv6": true, "phone_digits": true, "vin": true, "au_medicare": true, "au_tfn": true, "fr_nif": true}
	for _, name := range Checksums() {
		if partial[name] {
			continue
		}
		text, passed, tried := validNumbers[name], 0, 0
		for i, c := range []byte(text) {
			for d := byte('0'); d <= '9' && c >= '0' && c <= '9'; d++ {
				if d == c {
					continue
				}
				tried++
				if ChecksumHolds(name, text[:i]+string(d)+text[i+1:]) {
					passed++
				}
			}
		}
		if passed*5 > tried {
			t.Errorf("%s: %d of %d single wrong digits pass", name, passed, tried)
		}
	}
}

// The steps of a weighted checksum are what a platform says in SQL; they must decide like the checksum.
func TestWeightedStepsAreWellFormed(t *testing.T) {
	n := 0
	for _, c := range checksums {
		if len(c.steps) == 0 {
			continue
		}
		n++
		for _, s := range c.steps {
			if len(s.Table) != s.Mod || s.From < 1 || s.At < 1 {
				t.Errorf("%s: step %+v", c.name, s)
			}
			for _, w := range s.Weights {
				if w < 0 {
					t.Errorf("%s: weight %d is negative", c.name, w)
				}
			}
		}
	}
	if n < 15 {
		t.Errorf("only %d weighted checksums", n)
	}
	if Pushdown("ipv6") || !Pushdown("luhn") || !Pushdown("iban") || !Pushdown("verhoeff") {
		t.Error("pushdown is luhn, iban and the formulas")
	}
}
