package classify

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	"github.com/polsync/polsync/state"
)

// Rules is a list of classifiers ready to use: the built-in ones with the user's in their place, and which of them a
// scan reports. All compete for a column, also those not reported, so that a column of another type is not taken for
// one that is.
type Rules struct {
	Version  string // changes whenever the same counts may decide otherwise
	list     []ready
	phrases  phraseIndex
	short    shortened
	families map[string]string // of the classifiers, by name
	reported map[string]bool
	can      func(checksum string) bool

	strengths Strengths
}

// ready is a Classifier with its phrases parsed.
type ready struct {
	Classifier
	names, hints, not []phrase
	kin               []kinOf
}

// NewRules makes Rules of the suite and what the policy declares. A declared classifier takes the place of the built-in
// one of its name; a disabled one takes it away. Collection names an entry of collections, or is "" for all. Errors
// name the classifier and, where it has one, its place in the policy.
func NewRules(suite []Classifier, declared []state.ClassifierDeclaration, collections map[string][]string, collection string) (*Rules, error) {
	list, err := merge(suite, declared)
	if err != nil {
		return nil, err
	}
	if err := Validate(list); err != nil {
		return nil, err
	}
	reported, err := members(list, collections, collection)
	if err != nil {
		return nil, err
	}
	r := &Rules{Version: version(list), reported: reported, can: Pushdown, families: map[string]string{}, strengths: builtinStrengths}
	for _, c := range list {
		r.families[c.Name] = c.Family
		r.list = append(r.list, ready{Classifier: c, names: parsePhrases(c.Names), hints: parsePhrases(c.Hints), not: parsePhrases(c.Not), kin: kinOfFamily(c.Family)})
	}
	r.phrases = newPhraseIndex(r.list)
	r.short = newShortened(r.list)
	return r, nil
}

// WithChecksums returns Rules for a platform that computes the checksums can says, instead of those of Pushdown.
func (r *Rules) WithChecksums(can func(name string) bool) *Rules {
	c := *r
	c.can = can
	return &c
}

// Reported lists the classifiers whose findings are reported, in order.
func (r *Rules) Reported() []Classifier {
	var out []Classifier
	for _, c := range r.list {
		if r.reported[c.Name] {
			out = append(out, c.Classifier)
		}
	}
	return out
}

// merge puts declared classifiers in place of built-in ones of their name, the others after them.
func merge(suite []Classifier, declared []state.ClassifierDeclaration) ([]Classifier, error) {
	list := slices.Clone(suite)
	var errs []error
	for _, d := range declared {
		at := slices.IndexFunc(list, func(c Classifier) bool { return c.Name == d.Name })
		if d.Disabled {
			if at < 0 {
				errs = append(errs, fmt.Errorf("%s: classifier %s is disabled, but there is none of that name", d.Origin.Place(), d.Name))
				continue
			}
			list = slices.Delete(list, at, at+1)
			continue
		}
		c, err := FromDeclaration(d)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: classifier %s: %w", d.Origin.Place(), d.Name, err))
			continue
		}
		if at >= 0 {
			list[at] = c
		} else {
			list = append(list, c)
		}
	}
	return list, errors.Join(errs...)
}

func members(list []Classifier, collections map[string][]string, collection string) (map[string]bool, error) {
	known := map[string]bool{}
	for _, c := range list {
		known[c.Name] = true
	}
	if collection == "" {
		return known, nil
	}
	names, ok := collections[collection]
	if !ok {
		return nil, fmt.Errorf("no collection is called %q", collection)
	}
	chosen := map[string]bool{}
	for _, n := range names {
		if !known[n] {
			return nil, fmt.Errorf("collection %s: no classifier is called %q", collection, n)
		}
		chosen[n] = true
	}
	return chosen, nil
}

// engineVersion is raised when scoring itself changes.
const engineVersion = 2

// version is a short hash over everything a decision depends on.
func version(list []Classifier) string {
	h := sha256.New()
	fmt.Fprintf(h, "engine %d\n", engineVersion)
	for _, t := range shapes {
		fmt.Fprintf(h, "%+v\n", t)
	}
	for _, c := range list {
		own := c.rule
		c.rule = nil
		fmt.Fprintf(h, "%+v %s\n", c, own)
	}
	return hex.EncodeToString(h.Sum(nil)[:6])
}
