package classify

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/polsync/polsync/state"
)

// MinScore is the score from which a column is found to be of a type. Below it, Decide says what came closest.
const MinScore = 0.65

// Decision is what a scan concludes about one column.
type Decision struct {
	Column   state.Securable
	Found    bool
	Finding  state.Finding // if Found
	RunnerUp string        // the next best type, or the best where nothing was found; "" for none worth a word
	Score    float64       // of RunnerUp
	Passed   string        // why nothing was found, in words; "" if Found
}

// Findings returns the findings among the decisions.
func Findings(decisions []Decision) []state.Finding {
	var out []state.Finding
	for _, d := range decisions {
		if d.Found {
			out = append(out, d.Finding)
		}
	}
	return out
}

// Decide concludes about every column of a table, in order, from names, types, comments and what was counted. Counts
// are the answers to the table's Probes, in any order; without any, names alone decide, with lower scores. The time is
// when the values were looked at.
func Decide(scan state.ScanDeclaration, platform string, table TableColumns, counts []Counts, rules *Rules, seen time.Time) []Decision {
	_, out := rules.judge(table, counts)
	for i, c := range table.Columns {
		d := &out[i]
		d.Column = c.Column
		if d.Found {
			d.Finding.Platform, d.Finding.Column, d.Finding.Scan = platform, c.Column, scan.Name
			d.Finding.Rules, d.Finding.Seen = rules.Version, seen
		}
	}
	return out
}

// judge gathers the evidence on each column of a table and decides: first about each by itself, then knowing what the
// others were found to be.
func (r *Rules) judge(table TableColumns, counts []Counts) ([]*evidence, []Decision) {
	merged := mergeCounts(counts)
	ctx := newContext(table)
	all := make([]*evidence, len(table.Columns))
	out := make([]Decision, len(table.Columns))
	for i, c := range table.Columns {
		all[i] = r.newEvidence(c, ctx, merged[c.Column])
		out[i] = r.decide(all[i])
	}
	pairCoordinates(all)
	for range kinPasses {
		out = r.decideAmong(all, out)
	}
	return all, out
}

// decideAmong decides anew about each column, knowing what the others were found to be.
func (r *Rules) decideAmong(all []*evidence, before []Decision) []Decision {
	out := make([]Decision, len(all))
	h := r.newHousehold(before)
	for i, e := range all {
		e.siblings = h.siblingsOf(i)
		out[i] = r.decide(e)
	}
	return out
}

// mergeCounts joins the answers on one column that came from several Probes.
func mergeCounts(counts []Counts) map[state.Securable]*ColumnCounts {
	out := map[state.Securable]*ColumnCounts{}
	for _, c := range counts {
		if c.Err != nil {
			continue
		}
		for _, col := range c.Columns {
			have, ok := out[col.Column]
			if !ok {
				have = &ColumnCounts{Column: col.Column, Values: col.Values, Distinct: col.Distinct, MinLen: col.MinLen, MaxLen: col.MaxLen, Matched: map[string]int64{}, Rising: col.Rising}
				out[col.Column] = have
			}
			for name, n := range col.Matched {
				have.Matched[name] = n
			}
		}
	}
	return out
}

// candidate is one classifier's case for a column.
type candidate struct {
	c       *ready
	logit   float64
	score   float64
	words   []string
	weights []float64 // of the words, where they are told apart
	matched int64
	denied  float64 // of logit, by values that are nothing of what the name says
}

// add adds a piece of evidence; one that is worth no word has none.
func (k *candidate) add(weight float64, text string) {
	k.logit += weight
	if text != "" {
		k.words, k.weights = append(k.words, text), append(k.weights, weight)
	}
}

// decide weighs all classifiers against each other and against "nothing sensitive".
func (r *Rules) decide(e *evidence) Decision {
	var list []candidate
	for i := range r.list {
		if k, ok := r.list[i].weigh(e); ok {
			list = append(list, k)
		}
	}
	normalise(list, e)
	slices.SortStableFunc(list, func(a, b candidate) int { return cmp.Compare(b.score, a.score) })
	if len(list) == 0 {
		return Decision{Passed: "nothing points to a type"}
	}
	best := list[0]
	if best.score < MinScore {
		d := Decision{Passed: e.passed(best)}
		if best.score >= 0.05 {
			d.RunnerUp, d.Score = best.c.Name, round(best.score)
		}
		return d
	}
	if !r.reported[best.c.Name] {
		return Decision{RunnerUp: best.c.Name, Score: round(best.score), Passed: "it is " + best.c.Name + ", which the scan does not report"}
	}
	return r.found(e, list)
}

func (r *Rules) found(e *evidence, list []candidate) Decision {
	best := list[0]
	d := Decision{Found: true, Finding: state.Finding{Classifier: best.c.Name, Score: round(best.score), Rows: e.values(), Matched: best.matched, Evidence: best.words}}
	if len(list) > 1 && list[1].score >= 0.02 {
		d.RunnerUp, d.Score = list[1].c.Name, round(list[1].score)
		d.Finding.Evidence = append(d.Finding.Evidence, fmt.Sprintf("runner-up: %s %.2f", d.RunnerUp, d.Score))
	}
	return d
}

func round(score float64) float64 { return math.Round(score*1000) / 1000 }

// normalise turns log odds into scores that, with that of "nothing sensitive", add up to 1. Names alone are worth less.
func normalise(list []candidate, e *evidence) {
	total := 1.0
	for _, k := range list {
		total += math.Exp(k.claim())
	}
	factor := 1.0
	if e.values() == 0 {
		factor = namesAloneFactor
	}
	for i := range list {
		list[i].score = factor * calibrated(math.Exp(list[i].logit)/total)
	}
}

// weigh makes a classifier's case; false where it has none.
func (c *ready) weigh(e *evidence) (candidate, bool) {
	k := candidate{c: c}
	name, words := c.nameEvidence(e)
	if !c.fits(e.column.Type.Family, name) {
		return k, false
	}
	if c.rule != nil {
		logit, words, ok := c.rule.decide(e)
		k.logit, k.words, k.matched = logit, words, c.ruleMatched(e)
		return k, ok
	}
	k.logit = priorWeight * e.strengths.Prior
	for i, text := range words {
		if i == 0 {
			k.add(name*e.strengths.Names, text) // what qualifies it is in its weight
		} else {
			k.add(0, text)
		}
	}
	tests := c.testsFor(name)
	if name <= 0 && len(tests) == 0 {
		return k, false
	}
	if c.People && e.people {
		k.add(peopleWeight*e.strengths.Context, "stands among data on people")
	}
	c.addContext(e, &k, name)
	supported := c.weighValues(e, &k, tests, name > 0)
	return k, (supported || name > 0) && k.claim() > -8
}

// testsFor are the tests that count where the name weighs that much.
func (c *ready) testsFor(name float64) []Test {
	switch {
	case name > 0:
		return c.Tests
	case len(c.Alone) > 0:
		return c.Alone
	case c.NeedsName:
		return nil
	}
	return c.Tests
}

// addContext adds what the siblings lend and, where Alone decides, what the name says otherwise.
func (c *ready) addContext(e *evidence, k *candidate, name float64) {
	add := func(w float64, text string) {
		if w != 0 {
			k.add(w, text)
		}
	}
	s := e.strengths
	lent, beside := c.kinship(e)
	if name <= 0 && len(c.Alone) > 0 {
		other, why := c.otherwise(e)
		add(other*s.Names, why)
		if other != 0 {
			lent *= kinOtherwise
		}
	}
	add(lent*s.Context, beside)
	if e.pair == c.Name {
		add(pairWeight*s.Context, "makes a pair with the column beside it")
	}
	if c.Family == "person_name" && e.things {
		add(thingsWeight*s.Context, "stands in a table of things")
	}
}

// ruleMatched is the largest count of a rule's checks.
func (c *ready) ruleMatched(e *evidence) int64 {
	var most int64
	for _, check := range c.rule.checks() {
		n, _ := e.matched(check.Name)
		most = max(most, n)
	}
	return most
}

// weighValues adds what the counts say, and reports whether any of it speaks for the type. A type that nothing speaks
// for is no candidate, or the many of them would crowd out the one that something does.
func (c *ready) weighValues(e *evidence, k *candidate, tests []Test, named bool) (supported bool) {
	if e.values() == 0 {
		k.add(0, "no values were looked at")
		return false
	}
	s := e.strengths
	if c.tooMany(e) {
		k.add(s.of(manyWeight), fmt.Sprintf("%d distinct values", e.counts.Distinct))
	}
	if c.Varied && !named && e.repeated() {
		k.add(s.of(repeatedWeight), fmt.Sprintf("only %d distinct values", e.counts.Distinct))
	}
	if e.numbering() {
		k.add(s.of(numberingWeight), "the values are a numbering")
	}
	for _, t := range tests {
		w, text, n := t.weigh(e, c.Few > 0)
		k.add(s.of(w), text)
		supported = supported || w > 0.5
		if w > 0 || t.Check.Checksum != "" && n > 0 {
			k.matched = max(k.matched, n)
		}
	}
	if named {
		c.addDenial(e, k, tests, supported)
	}
	for _, t := range shapes {
		if t.For != 0 && !slices.Contains(c.Allows, t.Check.Name) {
			w, text, _ := t.weigh(e, false)
			if w >= -0.5 {
				text = ""
			}
			k.add(s.of(w), text)
		}
	}
	return supported
}

// tooMany reports whether the column has more distinct values than the type has.
func (c *ready) tooMany(e *evidence) bool { return c.Few > 0 && e.counts.Distinct > c.Few }

// weigh returns what a test's share is worth, the sentence that says so, and the number of values that pass.
func (t Test) weigh(e *evidence, few bool) (weight float64, text string, matched int64) {
	base := e.values()
	if t.Of != "" {
		base, _ = e.matched(t.Of)
		if base == 0 || float64(base) < 0.05*float64(e.values()) {
			return 0, "", 0
		}
	}
	matched, ok := e.matched(t.Check.Name)
	if !ok {
		if t.Of != "" && t.Check.Checksum != "" {
			return 0, fmt.Sprintf("checksum %s is not computed in the platform; the form of %d values stood in", t.Check.Checksum, base), base
		}
		return 0, "", 0
	}
	share := float64(matched) / float64(base)
	weight = t.worth(share)
	if t.Of != "" && weight > 0 { // few of the form are no evidence on the column
		weight *= min(1, float64(base)/(0.3*float64(e.values())))
	}
	weight *= e.trust(base, few || t.ByValues || weight < 0)
	if math.Abs(weight) < 0.05 {
		return weight, "", matched
	}
	return weight, fmt.Sprintf("%d of %d values %s", matched, base, describe(t)), matched
}

// worth is the weight of a share: from -Against at Chance to For at Full.
func (t Test) worth(share float64) float64 {
	switch {
	case share <= t.Chance:
		return -t.Against
	case share >= t.Full:
		return t.For
	}
	return -t.Against + (t.For+t.Against)*(share-t.Chance)/(t.Full-t.Chance)
}

func describe(t Test) string {
	switch {
	case t.Of != "" && t.Check.Checksum != "":
		return "of the form satisfy checksum " + t.Check.Checksum
	case len(t.Check.Words) > 0:
		return "are in the list of " + t.Check.Name
	}
	return "have the form of " + strings.TrimSuffix(t.Check.Name, ".form")
}
