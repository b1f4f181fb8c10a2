package classify

import (
	"fmt"
	"maps"
	"math"
	"slices"
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

// kinOf is kin of one family, in order of families: adding floats in another order adds up to another number.
type kinOf struct {
	family string
	weight float64
}

func kinOfFamily(family string) []kinOf {
	var out []kinOf
	for _, f := range slices.Sorted(maps.Keys(kin[family])) {
		out = append(out, kinOf{family: f, weight: kin[family][f]})
	}
	return out
}

// sibling is a type that other columns of the table were found to be, and the best score of these, less from far.
type sibling struct {
	name  string
	score float64
}

// kinship is what the siblings lend to a classifier's case, and the sibling that lends most.
func (c *ready) kinship(e *evidence) (weight float64, text string) {
	top := 0.0
	for _, k := range c.kin {
		for _, s := range e.siblings[k.family] {
			if s.name == c.Name {
				continue
			}
			w := k.weight * s.score
			weight += w
			if w > top || w == top && s.name < text {
				top, text = w, s.name
			}
		}
	}
	if text != "" {
		text = "stands beside " + text
	}
	return math.Min(weight, kinLimit), text
}

// household is the types that the columns of a table were found to be, gathered once for all columns.
type household struct {
	found []Decision
	types []inhabitant // in order of names
}

// inhabitant is a type with the two columns that have it with the best scores: what one column sees of the others is the first
// that is not itself.
type inhabitant struct {
	name, family  string
	first, second float64
	at            int // the column of first
}

func (r *Rules) newHousehold(found []Decision) household {
	types := map[string]*inhabitant{}
	for i, d := range found {
		if !lends(d) {
			continue
		}
		t := types[d.Finding.Classifier]
		switch score := d.Finding.Score; {
		case t == nil:
			types[d.Finding.Classifier] = &inhabitant{name: d.Finding.Classifier, family: r.families[d.Finding.Classifier], first: score, at: i}
		case score > t.first:
			t.first, t.second, t.at = score, t.first, i
		default:
			t.second = max(t.second, score)
		}
	}
	h := household{found: found}
	for _, name := range slices.Sorted(maps.Keys(types)) {
		h.types = append(h.types, *types[name])
	}
	return h
}

// lends reports whether a column is certain enough to speak for others.
func lends(d Decision) bool { return d.Found && d.Finding.Score >= namedLikely }

// siblingsOf lists what the other columns of the table are to one of them, by family.
func (h household) siblingsOf(at int) map[string][]sibling {
	out := map[string][]sibling{}
	for _, t := range h.types {
		score := t.first
		if t.at == at {
			score = t.second
		}
		score *= kinFar
		for i := max(0, at-kinNear); i <= min(len(h.found)-1, at+kinNear); i++ {
			if d := &h.found[i]; i != at && d.Finding.Classifier == t.name && lends(*d) {
				score = max(score, d.Finding.Score)
			}
		}
		if score > 0 {
			out[t.family] = append(out[t.family], sibling{name: t.name, score: score})
		}
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
