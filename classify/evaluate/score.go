package evaluate

import (
	"slices"
)

// Level is how fine an answer has to be to be right.
type Level string

// The levels: the type itself, any type of its family, or sensitive or not.
const (
	Exact  Level = "exact"
	Family Level = "family"
	Binary Level = "binary"
)

// Tally counts hits, false findings and misses.
type Tally struct{ Hits, False, Misses int }

// F1 is the harmonic mean of the shares of findings that are right and of things that are found; 0 where nothing was.
func (t Tally) F1() float64 {
	if t.Hits == 0 {
		return 0
	}
	return 2 * float64(t.Hits) / float64(2*t.Hits+t.False+t.Misses)
}

// Precision is the share of findings that are right, Recall that of things that are found.
func (t Tally) Precision() float64 { return share(t.Hits, t.Hits+t.False) }

// Recall is the share of things that are found.
func (t Tally) Recall() float64 { return share(t.Hits, t.Hits+t.Misses) }

func share(n, of int) float64 {
	if of == 0 {
		return 0
	}
	return float64(n) / float64(of)
}

// Figures is what Score counts at one level.
type Figures struct {
	Tally                       // over all columns: the micro average
	MacroF1   float64           // the mean of F1 over the types there are
	Types     map[string]Tally  // by type, family or "sensitive"
	Hard      map[string][2]int // by why it looks like something: false findings, columns
	HardFalse [2]int            // of all of those
	NoneFalse [2]int            // of all columns of nothing
	Confused  map[[2]string]int // truth and what was found instead, "none" for nothing
}

// Score counts how the cases turned out at a level.
func (l Labels) Score(cases []Case, level Level) Figures {
	f := Figures{Types: map[string]Tally{}, Hard: map[string][2]int{}, Confused: map[[2]string]int{}}
	for _, c := range cases {
		f.add(c, l.at(c.Label.Type, level), l.at(c.Found, level), l.right(c, level))
	}
	n := 0
	for _, t := range f.Types {
		f.Hits, f.False, f.Misses = f.Hits+t.Hits, f.False+t.False, f.Misses+t.Misses
		if t.Hits+t.Misses > 0 {
			f.MacroF1 += t.F1()
			n++
		}
	}
	if n > 0 {
		f.MacroF1 /= float64(n)
	}
	return f
}

// at is the name of a type at a level; "" and none stay themselves.
func (l Labels) at(name string, level Level) string {
	switch {
	case name == "" || name == none || level == Exact:
		return name
	case level == Binary:
		return "sensitive"
	}
	return l.Types[name].Family
}

// right reports whether what was found is the truth or accepted.
func (l Labels) right(c Case, level Level) bool {
	found := l.at(c.Found, level)
	return found != "" && (found == l.at(c.Label.Type, level) || slices.ContainsFunc(c.Label.Accept, func(a string) bool { return l.at(a, level) == found }))
}

func (f *Figures) add(c Case, truth, found string, right bool) {
	if truth == none {
		f.addNone(c, found, right)
		return
	}
	t := f.Types[truth]
	switch {
	case found == "" && slices.Contains(c.Label.Accept, none):
		return
	case right:
		t.Hits++
	default:
		t.Misses++
	}
	f.Types[truth] = t
	if !right {
		f.confuse(truth, found)
	}
}

func (f *Figures) addNone(c Case, found string, right bool) {
	wrong := found != "" && !right
	f.NoneFalse = counted(f.NoneFalse, wrong)
	if c.Label.Hard != "" {
		f.HardFalse = counted(f.HardFalse, wrong)
		f.Hard[c.Label.Hard] = counted(f.Hard[c.Label.Hard], wrong)
	}
	if wrong {
		f.confuse(none, found)
	}
}

// confuse counts a wrong answer, as a false finding of what was found where something was.
func (f *Figures) confuse(truth, found string) {
	if found == "" {
		f.Confused[[2]string{truth, none}]++
		return
	}
	t := f.Types[found]
	t.False++
	f.Types[found] = t
	f.Confused[[2]string{truth, found}]++
}

func counted(c [2]int, wrong bool) [2]int {
	c[1]++
	if wrong {
		c[0]++
	}
	return c
}
