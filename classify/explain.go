package classify

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/polsync/polsync/state"
)

// explainedCases is how many types an Explanation holds at most: the one found, the runner-up and one more.
const explainedCases = 3

// Explain says, for every column of a table in order, how Decide comes to its verdict from the same counts: the types
// that come closest, with each piece of evidence and its weight. The pieces of a case add up to its weight.
func Explain(table TableColumns, counts []Counts, rules *Rules) []state.Explanation {
	merged := mergeCounts(counts)
	ctx := newContext(table)
	out := make([]state.Explanation, len(table.Columns))
	for i, c := range table.Columns {
		e := rules.newEvidence(c, ctx, merged[c.Column])
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
		c := state.Case{Classifier: k.c.Name, Version: k.c.Version, Score: round(k.score), Weight: round(k.logit), Pieces: k.c.pieces(e)}
		sum := 0.0
		for _, p := range c.Pieces {
			sum += p.Weight
		}
		if rest := round(k.logit - sum); math.Abs(rest) >= 0.05 {
			c.Pieces = append(c.Pieces, state.Piece{Says: "other evidence", Weight: rest})
		}
		out.Cases = append(out.Cases, c)
	}
	return out
}

// pieces lists what weigh adds up, one by one.
func (c *ready) pieces(e *evidence) []state.Piece {
	if c.rule != nil {
		logit, words, _ := c.rule.decide(e)
		return []state.Piece{{Says: strings.Join(words, "; "), Weight: round(logit), Matched: c.ruleMatched(e), Of: e.values()}}
	}
	out := []state.Piece{{Says: "before anything is known", Weight: priorWeight}}
	if name, words := c.nameEvidence(e); name != 0 || len(words) > 0 {
		out = append(out, state.Piece{Says: strings.Join(words, ", "), Weight: round(name)})
	}
	if c.People && e.people {
		out = append(out, state.Piece{Says: "stands among data on people", Weight: peopleWeight})
	}
	if e.values() == 0 {
		return append(out, state.Piece{Says: "no values were looked at"})
	}
	for _, t := range c.Tests {
		out = t.piece(out, e)
	}
	for _, s := range shapes {
		if s.For != 0 && !slices.Contains(c.Allows, s.Check.Name) {
			out = s.piece(out, e)
		}
	}
	return out
}

// piece adds what a test's share is worth, where that is worth a word.
func (t Test) piece(out []state.Piece, e *evidence) []state.Piece {
	weight, text, matched := t.weigh(e)
	if weight == 0 && text == "" {
		return out
	}
	of := e.values()
	if t.Of != "" {
		of, _ = e.matched(t.Of)
	}
	if text == "" {
		text = fmt.Sprintf("%d of %d values %s", matched, of, describe(t))
	}
	return append(out, state.Piece{Says: text, Weight: round(weight), Matched: matched, Of: of})
}
