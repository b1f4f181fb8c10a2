package classify

import "fmt"

// What values say against a name that says the type, in log odds and shares.
const (
	fewWordsWeight = -5.0
	hardly         = 0.1 // the share below which values are not of the type
	fewWords       = 20  // distinct values at most that are few words
	fewTimes       = 5   // how often they stand in the column on the mean, at least
	shortWords     = 8   // characters of the longest: what has more is a name in some language, not a code
	strongTest     = 2.0 // what a test that tells the type from other words is worth, at least
)

// addDenial adds what speaks against the name: that hardly any value passes any test of the type, or that a few words
// come again and again which are in no list that the type has.
func (c *ready) addDenial(e *evidence, k *candidate, tests []Test, supported bool) {
	any, strong, lists := e.bestShares(tests)
	switch {
	case any < 0:
	case c.NeedsValues && !supported:
		k.deny(unlikeType*e.strengths.Against*e.trust(e.values(), true), fmt.Sprintf("nothing in %d values speaks for %s", e.values(), c.Name))
	case any < hardly:
		k.deny(unlikeType*e.strengths.Against*e.trust(e.values(), true), fmt.Sprintf("hardly any of %d values passes a test of %s", e.values(), c.Name))
	case lists && strong < hardly && e.fewWords():
		k.deny(fewWordsWeight*e.strengths.Against*e.trust(e.values(), true), fmt.Sprintf("a few words that are in no list of %s", c.Name))
	}
}

// deny takes weight from a case, but not from what it makes of the others: a column whose name says one type and whose
// values say no is not of another type for that.
func (k *candidate) deny(weight float64, text string) {
	k.add(weight, text)
	k.denied += weight
}

// claim is the log odds that the case had before it was denied.
func (k *candidate) claim() float64 { return k.logit - k.denied }

// bestShares is the largest share of the values that passes a test for the type and a strong one, -1 where none was
// counted, and whether one of these is of a list of words.
func (e *evidence) bestShares(tests []Test) (any, strong float64, lists bool) {
	any, strong = -1, -1
	for _, t := range tests {
		n, ok := e.matched(t.Check.Name)
		if !ok || t.For < 0 {
			continue
		}
		share := float64(n) / float64(e.values())
		any = max(any, share)
		if t.For >= strongTest {
			strong = max(strong, share)
			lists = lists || len(t.Check.Words) > 0
		}
	}
	return any, strong, lists
}

// fewWords reports whether the column holds the same few short words again and again. Digits and letters that stand by
// themselves are codes, which lists cannot know.
func (e *evidence) fewWords() bool {
	if !textual(e.column.Type.Family) || e.counts.MaxLen <= 1 || e.counts.MaxLen > shortWords || e.counts.Distinct > fewWords || e.counts.Distinct*fewTimes > e.values() {
		return false
	}
	return 2*e.counts.Matched["shape.digits"] < e.values()
}
