package classify

import (
	"slices"
	"strings"
)

// lexicon is what a language, or a system that fixes its own field names, calls things: phrases by type, separated by
// commas. "~" in front makes one a Hint, "!" one of the type's Not; "=" means what it does in Classifier.Names.
type lexicon struct {
	lang  string
	words map[string]string
}

// compounding are the languages that write compounds as one word whose last part is the thing: a Kundenvorname is a
// Vorname.
var compounding = list(`da de et fi hu is nl no sv`)

// withVocabulary adds to classifiers what the lexicons say of them.
func withVocabulary(suite []Classifier) []Classifier {
	out := slices.Clone(suite)
	for i := range out {
		c := &out[i]
		c.Names, c.Hints, c.Not = slices.Clone(c.Names), slices.Clone(c.Hints), slices.Clone(c.Not)
		for _, l := range lexicons() {
			for p := range strings.SplitSeq(l.words[c.Name], ",") {
				c.addPhrase(strings.TrimSpace(p), l.lang)
			}
		}
	}
	shareAmbiguous(out)
	return out
}

// shareAmbiguous makes a phrase that says one type in one language and another in the next a hint of each.
func shareAmbiguous(list []Classifier) {
	claims := map[string]string{}
	shared := map[string]bool{}
	key := func(p string) string { return strings.Join(parsePhrase(p).words, " ") }
	for _, c := range list {
		for _, p := range c.Names {
			k := key(p)
			if old, ok := claims[k]; ok && old != c.Name {
				shared[k] = true
			}
			claims[k] = c.Name
		}
	}
	for i := range list {
		c := &list[i]
		for _, p := range c.Names {
			if shared[key(p)] {
				c.Hints = append(c.Hints, p)
			}
		}
		c.Names = slices.DeleteFunc(c.Names, func(p string) bool { return shared[key(p)] })
	}
}

func (c *Classifier) addPhrase(p, lang string) {
	add := func(list *[]string, p string) {
		if p != "" && !slices.Contains(*list, p) {
			*list = append(*list, p)
		}
	}
	switch {
	case strings.HasPrefix(p, "~"):
		add(&c.Hints, p[1:])
	case strings.HasPrefix(p, "!"):
		add(&c.Not, p[1:])
	default:
		add(&c.Names, p)
		if _, ok := slices.BinarySearch(compounding, lang); ok && compoundHead(p) {
			add(&c.Heads, p)
		}
	}
}

// compoundHead reports whether a phrase is long enough to be told from the end of an unrelated word.
func compoundHead(p string) bool {
	return !strings.ContainsAny(p, " =") && len([]rune(p)) >= 6
}

func lexicons() []lexicon {
	return slices.Concat(westernWords, northernWords, centralWords, easternWords, furtherWords, systemWords)
}
