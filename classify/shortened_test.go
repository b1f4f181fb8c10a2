package classify

import (
	"slices"
	"testing"
)

// Words without vowels and words cut off are written out where one thing alone is meant.
func TestShortWordsAreWrittenOut(t *testing.T) {
	short := mustRules(t).short
	for name, want := range map[string][]string{
		"LNGTD":       {"longitude"},
		"NTNLT":       {"nationality"},
		"GEBURTSD":    {"geburtsdatum"},
		"vrfd_ts":     {"verified", "ts"},
		"zustand":     {"zustand"}, // not as long as old systems let names be
		"lngtd_place": {"longitude", "place"},
		"xqz":         {"xqz"},
		"passport":    {"passport"},
	} {
		got := short.expand(name, tokens(name))
		if len(got) != len(want) {
			t.Fatalf("%s: %v", name, got)
		}
		for i := range want {
			if got[i] != want[i] && !slices.Equal(short.types[got[i]], short.types[want[i]]) {
				t.Errorf("%s: %v, want %v", name, got, want)
			}
		}
	}
}

func TestSkeleton(t *testing.T) {
	for word, want := range map[string]string{"address": "adrs", "longitude": "lngtd", "ethnicity": "ethncty", "a": "a"} {
		if got := skeleton(word); got != want {
			t.Errorf("%s: %s, want %s", word, got, want)
		}
	}
}

// What stands around a whole name and says of whom it is leaves it whole; what says what it is of does not.
func TestAffixesOfWholeNames(t *testing.T) {
	for name, want := range map[string]bool{"c_first": true, "cust_first": true, "first_txt": true, "first_2": true, "first_product": false, "first_order_c": false} {
		toks := tokens(name)
		at := slices.Index(toks, "first")
		if got := affixes(toks, at, at+1); got != want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
