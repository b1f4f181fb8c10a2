package classify

import (
	"fmt"
	"math"
)

// kin says how much a column of one family lends to the case for another of its table, in log odds at full score: a
// postal code stands beside a street, a surname beside a given name. What is not here lends nothing.
var kin = map[string]map[string]float64{
	"person_name":  {"person_name": 2, "email": 1, "phone": 0.8, "birth": 1, "national_id": 0.8, "address": 0.6, "gender": 0.6, "username": 0.5},
	"birth":        {"person_name": 1.5, "gender": 1.2, "national_id": 1.2, "email": 0.7, "phone": 0.7, "address": 0.7, "demographic": 0.7},
	"gender":       {"person_name": 1, "birth": 1, "demographic": 0.7, "email": 0.5, "phone": 0.5, "national_id": 0.7, "income": 0.5},
	"postal_code":  {"address": 2, "city": 2, "state_region": 1.2, "country": 0.7, "person_name": 0.3, "phone": 0.3},
	"city":         {"address": 2, "postal_code": 2, "state_region": 1.5, "country": 1, "geo": 0.5},
	"state_region": {"city": 1.5, "postal_code": 1.5, "address": 1.3, "country": 0.7},
	"country":      {"city": 1, "state_region": 0.7, "address": 0.7, "postal_code": 0.7},
	"address":      {"postal_code": 1.5, "city": 1.5, "state_region": 1, "person_name": 0.6, "phone": 0.6, "email": 0.5},
	"phone":        {"email": 1.2, "person_name": 0.8, "address": 1, "postal_code": 0.4, "city": 0.4},
	"payment_card": {"payment_card": 3, "bank": 0.3},
	"bank":         {"bank": 1.5, "payment_card": 0.3},
	"username":     {"email": 0.8, "secret": 1.5, "person_name": 0.5, "network": 0.4},
	"secret":       {"username": 1.5, "email": 0.7},
	"age":          {"person_name": 1, "gender": 1.5, "demographic": 1, "income": 1, "birth": 0.7},
	"demographic":  {"person_name": 0.7, "gender": 0.8, "birth": 0.8, "demographic": 0.7, "income": 0.7},
	"income":       {"person_name": 0.7, "demographic": 0.7, "birth": 0.7, "gender": 0.5},
	"national_id":  {"person_name": 0.5, "birth": 0.5, "gender": 0.3, "id_document": 0.4},
}

const (
	kinLimit     = 3.6  // what siblings lend together, at most
	kinNear      = 2    // columns away within which they lend in full
	kinFar       = 0.6  // the part they lend from further
	kinOtherwise = 0.5  // the part they lend where the name says something else
	kinPasses    = 2    // times the siblings are weighed anew
	namedLikely  = 0.5  // score from which a sibling lends
	otherName    = -1.5 // a name that says something, but not the type
	otherNeeded  = -3.0 // the same, of a type that names seldom leave unsaid
	contraryName = -3.0
)

// sibling is another column of the table and what it was found to be so far.
type sibling struct {
	name, family string
	score        float64
	distance     int
}

// kinship is what the siblings lend to a classifier's case, and the sibling that lends most.
func (c *ready) kinship(e *evidence) (weight float64, text string) {
	best := map[string]float64{}
	for _, s := range e.siblings {
		w := kin[c.Family][s.family] * s.score
		if w == 0 || s.name == c.Name {
			continue
		}
		if s.distance > kinNear {
			w *= kinFar
		}
		best[s.name] = max(best[s.name], w)
	}
	top := 0.0
	for name, w := range best {
		weight += w
		if w > top || w == top && name < text {
			top, text = w, name
		}
	}
	if text != "" {
		text = "stands beside " + text
	}
	return math.Min(weight, kinLimit), text
}

// siblingsOf lists what the other columns of a table were found to be.
func (r *Rules) siblingsOf(at int, found []Decision) []sibling {
	var out []sibling
	for i, d := range found {
		if i == at || !d.Found || d.Finding.Score < namedLikely {
			continue
		}
		distance := max(i-at, at-i)
		out = append(out, sibling{name: d.Finding.Classifier, family: r.families[d.Finding.Classifier], score: d.Finding.Score, distance: distance})
	}
	return out
}

// cryptic reports whether a name says nothing that could speak against a type: "c1", "field_07", "ATTRIBUTE3", or none.
// Common are the words that most columns of the table have in their names.
func cryptic(toks []string, common map[string]bool) bool {
	for _, t := range toks {
		if len([]rune(t)) > 2 && !digitsOnly(t) && !fillers[t] && !common[t] {
			return false
		}
	}
	return true
}

// fillers are words that names are made of where there is nothing to say.
var fillers = func() map[string]bool {
	m := map[string]bool{}
	for _, w := range list(`attr attribute col column fld field flex segment val value var text data udf custom unnamed item feld spalte champ campo colonna kolumna raw src ext c__c char string`) {
		m[w] = true
	}
	return m
}()

// otherwise is what a name that does not say the type says against it, where values speak for it by a form that much
// else has.
func (c *ready) otherwise(e *evidence) (float64, string) {
	if cryptic(e.name, e.common) {
		return 0, ""
	}
	if w, why := c.qualified(e.name, 0, 0); w != 0 {
		return contraryName, why
	}
	if c.NeedsName {
		return otherNeeded, fmt.Sprintf("name does not say %s", c.Name)
	}
	return otherName, fmt.Sprintf("name does not say %s", c.Name)
}
