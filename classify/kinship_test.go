package classify

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/polsync/polsync/state"
)

// lentByDefinition is what the siblings of a column lend, by looking at every one of them: of each type the most, less from far.
func lentByDefinition(r *Rules, c *ready, at int, found []Decision) float64 {
	best := map[string]float64{}
	for i, d := range found {
		name := d.Finding.Classifier
		if i == at || name == c.Name || !d.Found || d.Finding.Score < namedLikely {
			continue
		}
		w := kin[c.Family][r.families[name]] * d.Finding.Score
		if max(i-at, at-i) > kinNear {
			w *= kinFar
		}
		best[name] = max(best[name], w)
	}
	sum := 0.0
	for _, w := range best {
		sum += w
	}
	return math.Min(sum, kinLimit)
}

// What a table's columns lend each other is gathered once, in the size of the suite and not of the table, and is what
// looking at each sibling of each column says.
func TestKinshipIsGatheredOnceForATable(t *testing.T) {
	r := mustRules(t)
	random := rand.New(rand.NewPCG(1, 2))
	for range 30 {
		found := make([]Decision, 1+random.IntN(40))
		for i := range found {
			c := r.list[random.IntN(len(r.list))]
			found[i] = Decision{Found: random.IntN(3) > 0, Finding: state.Finding{Classifier: c.Name, Score: 0.4 + 0.6*random.Float64()}}
		}
		h := r.newHousehold(found)
		for at := range found {
			e := &evidence{siblings: h.siblingsOf(at)}
			for i := range r.list {
				c := &r.list[i]
				got, _ := c.kinship(e)
				if want := lentByDefinition(r, c, at, found); math.Abs(got-want) > 1e-12 {
					t.Fatalf("column %d of %d lends %s %g, want %g", at, len(found), c.Name, got, want)
				}
			}
		}
	}
	wide := make([]Decision, 3000)
	for i := range wide {
		wide[i] = Decision{Found: true, Finding: state.Finding{Classifier: r.list[i%20].Name, Score: 0.9}}
	}
	n := 0
	for _, list := range r.newHousehold(wide).siblingsOf(7) {
		n += len(list)
	}
	if n != 20 {
		t.Errorf("%d siblings of 20 types in 3000 columns", n)
	}
}

// The same table has the same weights to the last bit, however often it is judged.
func TestKinshipAddsInOneOrder(t *testing.T) {
	r := mustRules(t)
	var found []Decision
	for i := range r.list {
		found = append(found, Decision{Found: true, Finding: state.Finding{Classifier: r.list[i].Name, Score: 0.7 + 0.2/float64(i+3)}})
	}
	say := func() string {
		text, h := "", r.newHousehold(found)
		for i := range r.list {
			e := &evidence{siblings: h.siblingsOf(i)}
			for _, c := range []string{"username", "email", "gender", "secret", "age", "income"} {
				k := ready{Classifier: Classifier{Name: "x", Family: c}, kin: kinOfFamily(c)}
				w, why := k.kinship(e)
				text += fmt.Sprint(math.Float64bits(w), why, " ")
			}
		}
		return text
	}
	first := say()
	for range 20 {
		if say() != first {
			t.Fatal("the same table has other weights")
		}
	}
}
