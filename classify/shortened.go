package classify

import (
	"slices"
	"strings"
)

// shortened writes out words that names have without their vowels ("LNGTD", "NTNLTY") or cut off at the end
// ("GEBURTSD", "PASSPOR"), as systems with short names force them to be. Only words that phrases or qualifiers are made
// of are written out, and only where one of them fits.
type shortened struct {
	known     map[string]bool
	skeletons map[string][]string // of words, to the words
	sorted    []string            // the words that may be cut off
	types     map[string][]string // the classifiers whose phrase a word is by itself
}

const (
	leastSkeleton = 4 // letters that a word without its vowels has at least
	leastStem     = 6 // and one that is cut off
	mostCut       = 5 // letters that are cut off at most
)

func newShortened(list []ready) shortened {
	s := shortened{known: map[string]bool{}, skeletons: map[string][]string{}, types: map[string][]string{}}
	for _, c := range list {
		for kind, phrases := range [][]phrase{c.names, c.hints, c.not} {
			for _, p := range phrases {
				for _, w := range p.words {
					s.add(w)
				}
				if kind < 2 {
					s.add(p.joined)
				}
				if kind < 2 && !slices.Contains(s.types[p.joined], c.Name) {
					s.types[p.joined] = append(s.types[p.joined], c.Name)
				}
			}
		}
	}
	for _, words := range [][]string{derived, numberedWords, thingWords, peopleWords, plainWords} {
		for _, w := range words {
			s.add(w)
		}
	}
	for w := range s.types {
		if isASCII(w) && len(w) > leastStem {
			s.sorted = append(s.sorted, w)
		}
	}
	slices.Sort(s.sorted)
	return s
}

func (s *shortened) add(w string) {
	if s.known[w] {
		return
	}
	s.known[w] = true
	k := skeleton(w)
	if !isASCII(w) || len(k) < leastSkeleton || k == w {
		return
	}
	s.skeletons[k] = append(s.skeletons[k], w)
}

// one is a word of several, if all of them say the same type or there is no other; "" else.
func (s shortened) one(words []string) string {
	if len(words) == 0 || slices.ContainsFunc(words, func(w string) bool { return !slices.Equal(s.types[w], s.types[words[0]]) }) {
		return ""
	}
	if len(words) > 1 && s.types[words[0]] == nil {
		return ""
	}
	return words[0]
}

// skeleton is a word without its vowels, but for one that it begins with, and without doubled letters.
func skeleton(w string) string {
	var b strings.Builder
	for i := range len(w) {
		if i > 0 && (strings.IndexByte("aeiou", w[i]) >= 0 || w[i] == w[i-1]) {
			continue
		}
		b.WriteByte(w[i])
	}
	return b.String()
}

// expand writes out the words of a name. Words are taken for cut off only at the end of a name that is as long as old
// systems let one be.
func (s shortened) expand(name string, toks []string) []string {
	out := toks
	limit := len(name) == 8 || len(name) == 10
	for i, t := range toks {
		if s.known[t] || len(t) < leastSkeleton || !isASCII(t) {
			continue
		}
		w := ""
		if !strings.ContainsAny(t[1:], "aeiou") {
			w = s.one(s.skeletons[skeleton(t)])
		}
		if w == "" && limit && i == len(toks)-1 && len(t) >= leastStem {
			w = s.stem(t)
		}
		if w != "" {
			if &out[0] == &toks[0] {
				out = slices.Clone(toks)
			}
			out[i] = w
		}
	}
	return out
}

// stem is the word that one is cut off from, if all that it may be cut off from say the same type.
func (s shortened) stem(t string) string {
	at, _ := slices.BinarySearch(s.sorted, t)
	var words []string
	for _, w := range s.sorted[at:] {
		if !strings.HasPrefix(w, t) {
			break
		}
		if len(w)-len(t) <= mostCut {
			words = append(words, w)
		}
	}
	return s.one(words)
}

// plainWords are words of names that say no type, so that what is short for them is not taken for another.
var plainWords = list(`amount balance batch branch building business carrier catalog channel charge class color colour command comment contract control cost counter credit currency current cycle
daily debit default delivery detail direction discount document duration element entry error exchange factor feature figure filter format freight gross heading height history image import
interest inventory invoice label language layer ledger length library limit machine margin market master material matrix measure member memory merchant message method module movement
net object operation option order package parameter parent partner payment percent period planned point policy portion posting premium pressure price print priority process processing
product profile program project promotion property purchase quality quantity quarter query queue quota range rating reason receipt record reference refund region release remark report request
reserve resource response result return revenue review route sample schedule section sector sequence service session setting shipment shipping size source standard start status stock storage
structure subject summary supply support surface survey system table target tariff task tax temperature template terminal ticket title total tracking trade transaction transfer transport
treatment trigger turnover unit update usage value variant vendor version volume voucher warehouse warranty weight width window workflow operator national nation international
personal person position station estate relation relative religion educational education employ employer employment passing passenger pension patent pattern address telemetry television
residual resident gender general generic location localization currency occurrence correct correction contact content context constraint credential electronic element marker material
license licensing postage postpone birthplace citizen bankrupt banking account accounting`)
