package evaluate

import "slices"

// Fitted is what is fitted on labelled tables: the line that scores are put through, and the score from which a column
// is found to be of a type.
type Fitted struct{ Slope, Offset, MinScore float64 }

// The scores from which things may be found: so many, from the lowest up in steps. Of the hard negatives no larger part
// than the limit may be found where there is a choice.
const (
	lowestMin, stepMin = 0.30, 0.025
	stepsMin           = 27
	hardLimit          = 0.015
)

// FitAll fits line and score on the cases: of the scores the one with the best micro F1 of those that find few of the
// hard negatives, or of all where none does; of equals the highest, which finds least.
func (l Labels) FitAll(cases []Case) Fitted {
	f := Fitted{}
	f.Slope, f.Offset = Fit(l.points(cases))
	best, bestFew := -1.0, false
	for n := range stepsMin {
		try := f
		try.MinScore = lowestMin + float64(n)*stepMin
		figures := l.Score(try.Apply(cases), Exact)
		few := share(figures.HardFalse[0], figures.HardFalse[1]) <= hardLimit
		if few && !bestFew || few == bestFew && figures.F1() >= best {
			best, bestFew, f.MinScore = figures.F1(), few, try.MinScore
		}
	}
	return f
}

// Apply returns the cases as they turn out with what was fitted.
func (f Fitted) Apply(cases []Case) []Case {
	out := slices.Clone(cases)
	for i := range out {
		c := &out[i]
		c.Found = ""
		if c.Best == "" {
			continue
		}
		c.Score = onLine(c.Score, f.Slope, f.Offset)
		if c.Score >= f.MinScore {
			c.Found = c.Best
		}
	}
	return out
}

// CrossApply returns the cases of each half as they turn out with what was fitted on all halves of the other parts of
// the set, and what that was, part by part. Tables are never split, and one that is fitted on is not judged by it.
func (l Labels) CrossApply(halves []Half) ([]Half, []Fitted) {
	out := make([]Half, len(halves))
	for i, h := range halves {
		out[i] = Half{Title: h.Title, Cases: slices.Clone(h.Cases)}
	}
	var fits []Fitted
	for k := range uint32(folds) {
		var rest []Case
		for _, h := range halves {
			for _, c := range h.Cases {
				if foldOf(c.Table) != k {
					rest = append(rest, c)
				}
			}
		}
		f := l.FitAll(rest)
		fits = append(fits, f)
		for i, h := range halves {
			for j, c := range f.Apply(h.Cases) {
				if foldOf(c.Table) == k {
					out[i].Cases[j] = c
				}
			}
		}
	}
	return out, fits
}
