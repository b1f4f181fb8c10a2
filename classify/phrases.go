package classify

import (
	"slices"
	"strings"
	"unicode"
)

// phraseKind says what a phrase in a name is evidence of.
type phraseKind uint8

const (
	phrasePlain phraseKind = iota // Classifier.Names
	phraseHint                    // Classifier.Hints
	phraseNot                     // Classifier.Not
)

// entry is a phrase of one classifier in the index.
type entry struct {
	phrase
	kind       phraseKind
	classifier string
	affixed    bool // a whole name may have affixes
}

// phraseIndex finds the phrases of all classifiers in a name without trying each.
type phraseIndex struct {
	first  map[string][]entry // by the first word
	joined map[string][]entry // of several words, by all of them written as one
	heads  map[string][]entry // that may end a compound
}

func newPhraseIndex(list []ready) phraseIndex {
	x := phraseIndex{first: map[string][]entry{}, joined: map[string][]entry{}, heads: map[string][]entry{}}
	for i := range list {
		c := &list[i]
		for kind, phrases := range [][]phrase{phrasePlain: c.names, phraseHint: c.hints, phraseNot: c.not} {
			for _, p := range phrases {
				x.add(entry{phrase: p, kind: phraseKind(kind), classifier: c.Name, affixed: ofPeople[c.Family]})
			}
		}
		for _, p := range parsePhrases(c.Heads) {
			x.heads[p.joined] = append(x.heads[p.joined], entry{phrase: p, kind: phraseHint, classifier: c.Name})
		}
	}
	return x
}

func (x phraseIndex) add(e entry) {
	if len(e.words) == 0 {
		return
	}
	x.first[e.words[0]] = append(x.first[e.words[0]], e)
	if len(e.words) > 1 {
		x.joined[e.joined] = append(x.joined[e.joined], e)
	}
}

// hit is a phrase found in a name.
type hit struct {
	span
	kind phraseKind
	text string
}

// find returns the hits in the tokens, by classifier.
func (x phraseIndex) find(toks []string) map[string][]hit {
	out := map[string][]hit{}
	for i := range toks {
		if !x.findAt(toks, i, out) {
			x.findInside(toks, i, out)
		}
	}
	return out
}

// findAt finds the phrases that begin with the token.
func (x phraseIndex) findAt(toks []string, i int, out map[string][]hit) (found bool) {
	add := func(e entry, to int) {
		if !e.whole || wholeName(toks, i, to) || e.affixed && affixes(toks, i, to) {
			found = true
			out[e.classifier] = append(out[e.classifier], hit{span{i, to}, e.kind, strings.Join(e.words, " ")})
		}
	}
	for _, e := range x.first[toks[i]] {
		if n := len(e.words); i+n <= len(toks) && slices.Equal(toks[i:i+n], e.words) {
			add(e, i+n)
		}
	}
	for _, e := range x.joined[toks[i]] {
		add(e, i+1)
	}
	return found
}

// findInside finds what a token that is no phrase is composed with: the last part of a compound, and in scripts that do
// not space words, the first or last.
func (x phraseIndex) findInside(toks []string, i int, out map[string][]hit) {
	runes := []rune(toks[i])
	least := 0
	if unspaced(runes) {
		least = 2
	}
	for cut := 1; cut < len(runes); cut++ {
		end := string(runes[cut:])
		if len(runes)-cut >= 6 && cut >= 3 {
			for _, e := range x.heads[end] {
				out[e.classifier] = append(out[e.classifier], hit{span{i, i + 1}, phrasePlain, end})
			}
		}
		if least == 0 {
			continue
		}
		if len(runes)-cut >= least {
			x.part(end, i, out)
		}
		if cut >= least {
			x.part(string(runes[:cut]), i, out)
		}
	}
}

// part adds the phrases that are a part of the token at i. They are hints: what stands beside it may change it.
func (x phraseIndex) part(text string, i int, out map[string][]hit) {
	for _, e := range x.first[text] {
		if len(e.words) == 1 && !e.whole {
			out[e.classifier] = append(out[e.classifier], hit{span{i, i + 1}, max(e.kind, phraseHint), text})
		}
	}
}

// unspaced reports whether a word is of a script that writes words without spaces.
func unspaced(runes []rune) bool {
	return slices.ContainsFunc(runes, func(r rune) bool {
		return unicode.In(r, unicode.Han, unicode.Hangul, unicode.Hiragana, unicode.Katakana, unicode.Thai)
	})
}

// spans are where phrases stand that a shorter phrase inside means nothing beside.
func spans(hits map[string][]hit) []span {
	var out []span
	for _, list := range hits {
		for _, h := range list {
			if h.kind == phrasePlain || h.to-h.from > 1 {
				out = append(out, h.span)
			}
		}
	}
	return out
}

// digraphs are how marked letters are spelled where there are none.
var digraphs = strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "ø", "oe", "å", "aa")

func parsePhrases(texts []string) []phrase {
	out := make([]phrase, 0, len(texts))
	for _, t := range texts {
		out = append(out, parsePhrase(t))
		if other := digraphs.Replace(t); other != t {
			out = append(out, parsePhrase(other))
		}
	}
	return out
}

// ofPeople are the families of what columns say of people in one word, whoever it is said of.
var ofPeople = map[string]bool{"person_name": true, "birth": true, "gender": true, "age": true, "demographic": true, "income": true,
	"address": true, "city": true, "state_region": true, "country": true, "postal_code": true, "phone": true, "email": true}

// affixWords stand before or behind the names of columns and say of whom the column is, or what it is made of.
var affixWords = list(`txt text val value str string char fld src raw stg cust customer client clients cli clt emp employee empl pat patient ptnt mbr member pers person prsn
contact cntct usr user kunde kd kunden klient klant guest student tenant pt vic provider prov owner borrower subscriber applicant insured holder cliente clientes`)

// affixes reports whether only numbers, single letters and affixes stand outside the range.
func affixes(toks []string, from, to int) bool {
	for i, t := range toks {
		if i >= from && i < to || digitsOnly(t) || len(t) == 1 {
			continue
		}
		if _, ok := slices.BinarySearch(affixWords, t); !ok {
			return false
		}
	}
	return true
}
