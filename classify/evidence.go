package classify

import (
	"fmt"
	"slices"
)

// evidence is everything known about one column.
type evidence struct {
	column  Column
	name    []string // tokens
	comment []string
	// The phrases in both, by classifier, and where they stand; a phrase inside a longer one says nothing.
	nameHits, commentHits   map[string][]hit
	nameSpans, commentSpans []span
	people, things          bool
	common                  map[string]bool      // words that most columns of the table have in their names
	counts                  *ColumnCounts        // nil where nothing was counted
	siblings                map[string][]sibling // what the other columns were found to be, by family
	strengths               Strengths
	pair                    string // the half of a pair of coordinates it looks like, with the column beside it
}

// context is what a table says about its columns.
type context struct {
	people, things bool
	common         map[string]bool
}

// thingWords name in names of tables what has names, and is no person.
var thingWords = list(`product products item items article articles artikel producto productos produit produits prodotti produto produtos track tracks song songs album albums
movie movies film films book books game games file files document documents storm storms vessel vessels ship ships vehicle vehicles car cars model models part parts
asset assets device devices server servers host hosts project projects event events course courses category categories brand brands company companies vendor vendors
supplier suppliers organization organizations store stores shop shops restaurant restaurants hotel hotels school schools airport airports station stations city cities
country countries region regions department departments plan plans campaign campaigns species drug drugs recipe recipes menu planet planets mountain mountains`)

// peopleWords name people in names of tables and columns.
var peopleWords = list(`customer customers client clients patient patients employee employees person persons people user users member members student
students contact contacts applicant applicants teacher teachers staff worker citizen resident tenant guest guests passenger subscriber
subscribers insured candidate candidates lead leads owner owners driver drivers voter voters donor donors crew player players hr payroll
kunde kunden mitglied mitglieder mitarbeiter versicherte versicherter cliente clientes empleado empleados persona personas usuario usuarios
client salarie salaries employe patient adherent cliente dipendenti paziente klant klanten medewerker kunder kund anstalld pracownik pracownicy
klient klienci kokyaku shain legislators officer officers birth gender surname ssn email phone`)

func newContext(t TableColumns) context {
	name := tokens(t.Table.Name)
	things := slices.ContainsFunc(name, func(w string) bool { _, ok := slices.BinarySearch(thingWords, w); return ok })
	words := append(name, tokens(t.Comment)...)
	seen := map[string]int{}
	for _, c := range t.Columns {
		of := tokens(c.Column.Column)
		words = append(words, of...)
		for _, w := range slices.Compact(slices.Sorted(slices.Values(of))) {
			seen[w]++
		}
	}
	common := map[string]bool{}
	for w, n := range seen {
		common[w] = n >= 3 && 2*n > len(t.Columns)
	}
	for _, w := range words {
		if isPeople(w) {
			return context{people: true, things: things && !slices.ContainsFunc(name, isPeople), common: common}
		}
	}
	return context{things: things, common: common}
}

func isPeople(word string) bool {
	_, ok := slices.BinarySearch(peopleWords, word)
	return ok
}

func (r *Rules) newEvidence(c Column, ctx context, counts *ColumnCounts) *evidence {
	e := &evidence{column: c, name: r.short.expand(c.Column.Column, tokens(c.Column.Column)), comment: tokens(c.Comment), people: ctx.people, things: ctx.things, common: ctx.common, counts: counts, strengths: r.strengths}
	e.nameHits, e.commentHits = r.phrases.find(e.name), r.phrases.find(e.comment)
	dropOwners(e.nameHits)
	dropOwners(e.commentHits)
	e.nameSpans, e.commentSpans = spans(e.nameHits), spans(e.commentHits)
	return e
}

// values is the number of values looked at.
func (e *evidence) values() int64 {
	if e.counts == nil {
		return 0
	}
	return e.counts.Values
}

// numbering reports whether nearly every value is a whole number above the one before: 12 or more in a row of rows are
// no chance.
func (e *evidence) numbering() bool {
	v := e.values()
	return v >= 12 && e.counts.Rising*100 >= v*95
}

// repeated reports whether the same few values come again and again: less than one in twelve is another.
func (e *evidence) repeated() bool {
	v := e.values()
	return v >= 60 && e.counts.Distinct < 60 && e.counts.Distinct*12 < v
}

// matched is how many values passed a check, and whether it was counted.
func (e *evidence) matched(check string) (int64, bool) {
	if e.counts == nil {
		return 0, false
	}
	n, ok := e.counts.Matched[check]
	return n, ok
}

// trust grows with the number of distinct values behind a share: a third with one, nearly all from twenty on.
// Of a type that has few values it grows with the values.
func (e *evidence) trust(base int64, few bool) float64 {
	distinct := float64(base)
	if v := e.values(); !few && v > 0 && e.counts.Distinct < v {
		distinct *= float64(e.counts.Distinct) / float64(v)
	}
	return distinct / (distinct + 2)
}

// passed says why nothing was found, by what came closest.
func (e *evidence) passed(best candidate) string {
	for _, s := range shapes {
		if n, ok := e.matched(s.Check.Name); ok && s.For < 0 && e.values() > 0 && float64(n) > s.Full*float64(e.values()) {
			return fmt.Sprintf("%d of %d values %s", n, e.values(), describe(s))
		}
	}
	return fmt.Sprintf("closest is %s with %.2f, below %.2f", best.c.Name, best.score, MinScore)
}

// derived are words that make a column something about the type, not the type itself.
var derived = list(`flag status type types count verified has is hash hashed md5 sha sha1 sha256 digest version ver length len score rank total
enabled optin opt consent valid validated domain source method provider preference preferences created updated modified changed seen ts
timestamp time category group level index idx seq bool exists missing format model label limit masked encrypted token days months pct percent
rate ratio avg average min max std sum reason language template sent opened clicked bounced brand kind
initial initials salt strength band bracket err error precision accuracy distance decoded pop population density rel relation relationship deviation delta diff quality confidence`)

// ofWords are those of derived that say so behind the phrase only: an email provider is none, a provider's email is one.
var ofWords = list(`provider source template method preference group level domain language brand kind model class category relation relationship quality`)

// numberedWords say that a column numbers the thing.
var numberedWords = list(`id ids key code number pk fk uuid guid ref reference sk identifier`)

// loudest returns the weight of the best phrase, the longest plain one or the first hint, and the phrase.
func loudest(hits []hit, spans []span, plain, hint float64) (weight float64, best hit) {
	for _, h := range hits {
		switch {
		case h.kind == phraseNot || h.within(spans):
		case h.kind == phrasePlain && (weight < plain || h.to-h.from > best.to-best.from):
			weight, best = plain, h
		case h.kind == phraseHint && weight == 0:
			weight, best = hint, h
		}
	}
	return weight, best
}

// contrary returns a phrase that makes the column something else.
func contrary(hits []hit) (hit, bool) {
	i := slices.IndexFunc(hits, func(h hit) bool { return h.kind == phraseNot })
	if i < 0 {
		return hit{}, false
	}
	return hits[i], true
}

// nameEvidence weighs the column's name and comment.
func (c *ready) nameEvidence(e *evidence) (float64, []string) {
	weight, best := loudest(e.nameHits[c.Name], e.nameSpans, nameWeight, hintWeight)
	var words []string
	if weight > 0 {
		words = append(words, fmt.Sprintf("name says %q", best.text))
		if w, why := c.qualified(e.name, best.from, best.to); w != 0 {
			weight += w
			words = append(words, why)
		}
	}
	if h, ok := contrary(e.nameHits[c.Name]); ok {
		return notWeight, []string{fmt.Sprintf("name says %q", h.text)}
	}
	if w, text := c.commentEvidence(e); w > 0 && weight < w {
		weight = w
		words = append(words, text)
	}
	return weight, words
}

func (c *ready) commentEvidence(e *evidence) (float64, string) {
	w, best := loudest(e.commentHits[c.Name], e.commentSpans, commentWeight, commentHint)
	if w == 0 || len(e.comment) > 40 {
		return 0, ""
	}
	if q, _ := c.qualified(e.comment, best.from, best.to); q != 0 {
		return 0, ""
	}
	if _, ok := contrary(e.commentHits[c.Name]); ok {
		return 0, ""
	}
	return w, fmt.Sprintf("comment says %q", best.text)
}

// qualified looks at the words beside the phrase for one that changes its meaning.
func (c *ready) qualified(toks []string, from, to int) (float64, string) {
	for i, t := range toks {
		if i >= from && i < to {
			continue
		}
		if _, ok := slices.BinarySearch(derived, t); ok && (i >= to || !isOf(t)) {
			return derivedWeight, fmt.Sprintf("but also %q", t)
		}
		if _, ok := slices.BinarySearch(numberedWords, t); ok && !c.Numbered && i >= to && !(c.Coded && t == "code") {
			return numberedWeight, fmt.Sprintf("but also %q", t)
		}
	}
	return 0, ""
}

func isOf(word string) bool {
	_, ok := slices.BinarySearch(ofWords, word)
	return ok
}
