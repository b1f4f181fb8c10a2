package classify

import (
	"cmp"
	"slices"

	"github.com/polsync/polsync/state"
)

// explainedCases is how many types an Explanation holds at most: the one found, the runner-up and one more.
const explainedCases = 3

// Explain says, for every column of a table in order, how Decide comes to its verdict from the same counts: the types
// that come closest, each with its evidence piece by piece.
func Explain(table TableColumns, counts []Counts, rules *Rules) []state.Explanation {
	out := make([]state.Explanation, len(table.Columns))
	all, _ := rules.judge(table, counts)
	for i, e := range all {
		out[i] = rules.explain(e)
	}
	return out
}

func (r *Rules) explain(e *evidence) state.Explanation {
	out := state.Explanation{Values: e.values(), Passed: r.decide(e).Passed}
	if e.counts != nil {
		out.Distinct = e.counts.Distinct
	}
	var list []candidate
	for i := range r.list {
		if k, ok := r.list[i].weigh(e); ok {
			list = append(list, k)
		}
	}
	normalise(list, e)
	slices.SortStableFunc(list, func(a, b candidate) int { return cmp.Compare(b.score, a.score) })
	for _, k := range list[:min(explainedCases, len(list))] {
		if k.score < 0.005 {
			break
		}
		out.Cases = append(out.Cases, state.Case{Classifier: k.c.Name, Version: k.c.Version, Score: round(k.score), Weight: round(k.logit), Evidence: k.words, Weights: rounded(k.weights)})
	}
	return out
}

func rounded(weights []float64) []float64 {
	var out []float64
	for _, w := range weights {
		out = append(out, round(w))
	}
	return out
}
