package evaluate

import (
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/polsync/polsync/classify"
)

// steps says of each of the Strengths, in their order, how many steps it is above what is built in, or below.
type steps [5]int

const (
	// strengthStep is how many times more one step is.
	strengthStep = 1.15
	// mostSteps is how far from what is built in a strength may be fitted.
	mostSteps = 4
	// stepCost is what the square of the steps away from what is built in costs in F1: what gains less is chance.
	stepCost = 0.0003
	// hardCost is what a share of hard negatives above hardLimit costs.
	hardCost = 2.0
)

var strengthNames = [len(steps{})]string{"Prior", "Names", "Context", "For", "Against"}

func (s steps) strengths() classify.Strengths {
	of := func(i int, built float64) float64 { return built * math.Pow(strengthStep, float64(s[i])) }
	b := classify.BuiltinStrengths()
	return classify.Strengths{Prior: of(0, b.Prior), Names: of(1, b.Names), Context: of(2, b.Context), For: of(3, b.For), Against: of(4, b.Against)}
}

func (s steps) cost() float64 {
	total := 0
	for _, n := range s {
		total += n * n
	}
	return stepCost * float64(total)
}

// climb finds the steps that are worth most, less their cost: from those built in, one step of one strength at a time,
// as long as one gains.
func climb(worth func(steps) (float64, error)) (steps, error) {
	var at steps
	best, err := worth(at)
	for err == nil {
		next, gain := at, false
		for i := range at {
			for _, d := range []int{-1, 1} {
				try := at
				if try[i] += d; try[i] < -mostSteps || try[i] > mostSteps {
					continue
				}
				w, err := worth(try)
				if err != nil {
					return at, err
				}
				if w -= try.cost(); w > best+1e-9 {
					best, next, gain = w, try, true
				}
			}
		}
		if !gain {
			return at, nil
		}
		at = next
	}
	return at, err
}

// Weighing fits Strengths on a set with names and with names hidden. What was concluded with each is kept, since many
// fits come by the same ones.
type Weighing struct {
	rules  *classify.Rules
	titles []string
	sets   []Set
	cases  map[steps][]Half
}

// NewWeighing makes a Weighing of sets that are the same tables, with a title each.
func NewWeighing(rules *classify.Rules, titles []string, sets []Set) *Weighing {
	return &Weighing{rules: rules, titles: titles, sets: sets, cases: map[steps][]Half{}}
}

func (w *Weighing) halves(s steps) ([]Half, error) {
	if h, ok := w.cases[s]; ok {
		return h, nil
	}
	rules := w.rules.WithStrengths(s.strengths())
	var out []Half
	for i, set := range w.sets {
		cases, err := set.Cases(rules)
		if err != nil {
			return nil, err
		}
		out = append(out, Half{Title: w.titles[i], Cases: cases})
	}
	w.cases[s] = out
	return out, nil
}

// worth is the mean of micro and macro F1 over the halves, of the tables outside a part of the set, less what hard
// negatives found above the limit cost.
func (w *Weighing) worth(s steps, without uint32) (float64, error) {
	halves, err := w.halves(s)
	total := 0.0
	for i, h := range halves {
		f := w.sets[i].Labels.Score(outside(h.Cases, without), Exact)
		total += (f.F1()+f.MacroF1)/2 - hardCost*max(0, share(f.HardFalse[0], f.HardFalse[1])-hardLimit)
	}
	return total / float64(max(1, len(halves))), err
}

func outside(cases []Case, fold uint32) []Case {
	var out []Case
	for _, c := range cases {
		if foldOf(c.Table) != fold {
			out = append(out, c)
		}
	}
	return out
}

// Cross returns the cases as they turn out with strengths fitted on the other parts of the set, and these, part by part.
// Tables are never split, and one that is fitted on is not judged by it.
func (w *Weighing) Cross() ([]Half, []classify.Strengths, error) {
	built, err := w.halves(steps{})
	if err != nil {
		return nil, nil, err
	}
	out := make([]Half, len(built))
	for i, h := range built {
		out[i] = Half{Title: h.Title, Cases: append([]Case(nil), h.Cases...)}
	}
	var fits []classify.Strengths
	for k := range uint32(folds) {
		s, err := climb(func(s steps) (float64, error) { return w.worth(s, k) })
		if err != nil {
			return nil, nil, err
		}
		halves, err := w.halves(s)
		if err != nil {
			return nil, nil, err
		}
		for i, h := range halves {
			for j, c := range h.Cases {
				if foldOf(c.Table) == k {
					out[i].Cases[j] = c
				}
			}
		}
		fits = append(fits, s.strengths())
	}
	return out, fits, nil
}

// Write writes a Markdown section: the figures with the built-in strengths beside those with strengths fitted on the
// other tables.
func (w *Weighing) Write(to io.Writer) error {
	crossed, fits, err := w.Cross()
	if err != nil {
		return err
	}
	built, err := w.halves(steps{})
	if err != nil {
		return err
	}
	b := &strings.Builder{}
	fmt.Fprintf(b, "\n### Strengths of evidence\n\nAs built in, and fitted on the other tables (%d parts, split by table; factors of %.2f, a step away costs %.4f).\n\n", folds, strengthStep, stepCost)
	b.WriteString("| | | Micro F1 | Macro F1 | Hard negatives found |\n| --- | --- | --- | --- | --- |\n")
	for i := range built {
		for _, row := range []struct {
			how   string
			cases []Case
		}{{"built in", built[i].Cases}, {"fitted, held out", crossed[i].Cases}} {
			f := w.sets[i].Labels.Score(row.cases, Exact)
			fmt.Fprintf(b, "| %s | %s | %.4f | %.4f | %d of %d (%.2f %%) |\n", built[i].Title, row.how, f.F1(), f.MacroF1, f.HardFalse[0], f.HardFalse[1], 100*share(f.HardFalse[0], f.HardFalse[1]))
		}
	}
	fmt.Fprintf(b, "\n| Part | %s |\n|%s\n", strings.Join(strengthNames[:], " | "), strings.Repeat(" --- |", 1+len(strengthNames)))
	for k, f := range fits {
		fmt.Fprintf(b, "| %d | %.2f | %.2f | %.2f | %.2f | %.2f |\n", k+1, f.Prior, f.Names, f.Context, f.For, f.Against)
	}
	_, err = io.WriteString(to, b.String())
	return err
}
