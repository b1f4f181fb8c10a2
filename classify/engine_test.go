package classify

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/polsync/polsync/classify/classifytest"
	"github.com/polsync/polsync/state"
)

// oddChecks are what users may write and the suite does not: every form with patterns and words, sets of characters
// beyond ASCII, patterns that no automaton can hold or that have anchors, bounds past all classes of length.
func oddChecks() []Check {
	list := []Check{
		{Name: "all"}, {Name: "empty", Pattern: ``}, {Name: "none", Pattern: `[^\x00-\x{10FFFF}]`}, {Name: "empty group", Pattern: `()*`}, {Name: "no words", Words: []string{}},
		{Name: "empty word", Form: FormDigits, Words: []string{""}}, {Name: "replacement", Words: []string{"k", "straße", "é b", "\ufffd"}}, {Name: "replaced", Pattern: "\ufffd+"},
		{Name: "anchor", Pattern: `(^a|b$|[0-9]\b.*)`}, {Name: "fold", Pattern: `(?i)(kelvin|straße|é+|σ)`}, {Name: "lines", Pattern: `(?s).+\n.+`}, {Name: "letters", Pattern: `[\p{L} ]+`},
		{Name: "states", Pattern: `(a|b)*a(a|b){14}`}, {Name: "large", Pattern: `((([a-z]{0,20}[0-9]?){0,10})[.]){0,4}`}, {Name: "long", MinLen: 500, Pattern: `.*`}, {Name: "longer", MinLen: 5000},
		{Name: "luhn", Checksum: "luhn"}, {Name: "greek", Form: FormUpper, Pattern: `[Α-Ω]+`}, {Name: "dotless", Form: FormUpper, Pattern: `[IS]+`},
		{Name: "phrase", Words: []string{"a phrase of many words, more than any table of short ones holds", "bed"}},
	}
	for f := FormTrim; f <= FormLastWord; f++ {
		list = append(list, Check{Name: fmt.Sprint("pattern ", f), Form: f, Pattern: `([A-Z]?[a-z]+|[0-9]{2,4}|É.*|)`}, Check{Name: fmt.Sprint("words ", f), Form: f, Words: []string{"", "12", "abc", "é"}},
			Check{Name: fmt.Sprint("both ", f), Form: f, Pattern: `[^ ]{0,3}`, Words: []string{"12", "abc", "é"}, MaxLen: 20}, Check{Name: fmt.Sprint("sum ", f), Form: f, Pattern: `[0-9]{9,10}`, Checksum: "nhs"})
	}
	return list
}

// madeUpValues makes up texts that checks hold for, that they just miss, and that have nothing to do with any.
func madeUpValues(checks []Check, n int, random *rand.Rand) []string {
	const alphabet = "aZ059 .-/()@:,_x+'\x00\n\xff\xc3\xa9é日ıſK\u00a0"
	var all []string
	for range n {
		c := checks[random.IntN(len(checks))]
		if c.Name == "none" {
			continue // nothing fits
		}
		text, err := classifytest.Fitting(c.Pattern, random)
		switch {
		case err != nil:
			continue
		case len(c.Words) > 0 && random.IntN(2) == 0:
			text = c.Words[random.IntN(len(c.Words))]
		case c.Checksum != "" && random.IntN(2) == 0:
			text = classifytest.Near(classifytest.Examples[c.Checksum], 1, random)[0]
		}
		near := classifytest.Missing(text, random)
		noise := make([]byte, random.IntN(14))
		for i := range noise {
			noise[i] = alphabet[random.IntN(len(alphabet))]
		}
		all = append(all, text, near, " "+near+"  ", classifytest.Missing(near, random), string(noise), text+" "+near, text+string(noise))
	}
	return all
}

// agree compares an Engine, value by value and in Tallies, with the checks evaluated one by one.
func agree(t *testing.T, checks []Check, values []string) {
	t.Helper()
	e, err := Compile(checks)
	if err != nil {
		t.Fatal(err)
	}
	one := mustReference(t, checks)
	tally, half := e.NewTally(), e.NewTally(0, len(checks)/2)
	counts := make([]int64, len(checks))
	lengths := []int64{0, 0}
	different := map[string]bool{}
	for _, v := range append(values, values[:len(values)/3]...) {
		tally.AddString(v)
		half.AddString(v)
		want, got := one.Match(v, nil), e.Match(v, nil)
		if !slices.Equal(want, got) {
			t.Fatalf("%.200q: engine %v, one by one %v", v, got, want)
		}
		for _, k := range want {
			counts[k]++
		}
		if n := newView(v); n.trimmed != "" {
			if len(different) == 0 || int64(n.chars) < lengths[0] {
				lengths[0] = int64(n.chars)
			}
			lengths[1] = max(lengths[1], int64(n.chars))
			different[n.trimmed] = true
		}
	}
	for k, c := range checks {
		if tally.Count(k) != counts[k] {
			t.Errorf("%s: counted %d, one by one %d", c.Name, tally.Count(k), counts[k])
		}
	}
	for _, k := range []int{0, len(checks) / 2} {
		if half.Count(k) != counts[k] {
			t.Errorf("%s, of few: counted %d, one by one %d", checks[k].Name, half.Count(k), counts[k])
		}
	}
	if a, b := tally.Lengths(); a != lengths[0] || b != lengths[1] {
		t.Errorf("lengths %d to %d, want %v", a, b, lengths)
	}
	if n := len(different); n <= maxDistinct && tally.Distinct() != int64(n) {
		t.Errorf("%d different, want %d", tally.Distinct(), n)
	}
}

func TestEngineAgreesWithChecksOneByOne(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 1))
	t.Run("suite", func(t *testing.T) { agree(t, SuiteChecks(), madeUpValues(SuiteChecks(), 500, random)) })
	t.Run("odd", func(t *testing.T) { agree(t, oddChecks(), madeUpValues(oddChecks(), 500, random)) })
	t.Run("all", func(t *testing.T) {
		all := slices.Concat(oddChecks(), SuiteChecks())
		agree(t, all, madeUpValues(all, 300, random))
	})
}

// Bytes that are no UTF-8 become a character when a form takes the separator between them out.
func TestEngineOnHostileValues(t *testing.T) {
	long := strings.Repeat("é", 2*MaxText)
	hostile := []string{"", " ", "\xff", "\xc3.\xa9", "\xc3 \xa9", "a\xc3-\xa9", "  \xe6\x97\xa5 ", strings.Repeat(" ", 600) + "x", strings.Repeat("a ", 400), long, long + "!", "ab" + strings.Repeat("\xff", 700),
		strings.Repeat("ab", 300), strings.Repeat("7", 511) + " 9", strings.Repeat("7", 512) + " 9", strings.Repeat("x", 511) + " y z", strings.Repeat("ba", 8), "ſſ", "ıı", "K", "\u212a", "\ufffd", "-", "(", "((((",
		strings.Repeat("x", 63), strings.Repeat("x", 62), strings.Repeat("5", 64), "A PHRASE of many words, more than any table of short ones holds", strings.Repeat("\n", 40),
		"\x00", "\x00\x00 4111 1111 1111 1111", "ada\x00@example.com", "\xc3/\xa9 straße 12", "(\xe6.\x97-\xa5) 日本", strings.Repeat("\xc3.\xa9 ", 200), "\xed\xa0\x80", "K\u0130.\xff", "A PHRASE\xff of many words, more than any table of short ones holds"}
	agree(t, slices.Concat(oddChecks(), SuiteChecks()), hostile)
}

// Values that come again are remembered by their words: those that differ in a byte are told apart, at every length.
func TestRepeatedValuesAreToldApart(t *testing.T) {
	var list []string
	for n := 1; n <= maxRepeated+2; n++ {
		for i := range n {
			v := []byte(strings.Repeat("4", n))
			list = append(list, string(v))
			v[i] = 'x'
			list = append(list, string(v))
		}
	}
	agree(t, []Check{{Name: "digits", Pattern: `[0-9]+`}, {Name: "x", Pattern: `.*x.*`}, {Name: "first", Pattern: `x.*`}, {Name: "last", Pattern: `.*x`}, {Name: "luhn", Checksum: "luhn", Pattern: `[0-9]+`}}, slices.Repeat(list, 5))
}

func TestEngineReadsTheBeginningOfHugeValues(t *testing.T) {
	e, err := Compile([]Check{{Name: "x", Pattern: `x+`}, {Name: "short", Pattern: `x+`, MaxLen: 1000}, {Name: "mail", Pattern: `.*@.*`}})
	if err != nil {
		t.Fatal(err)
	}
	tally := e.NewTally()
	tally.AddString(strings.Repeat("x", 10<<20) + "@")
	if _, n := tally.Lengths(); tally.Count(0) != 1 || tally.Count(1) != 0 || tally.Count(2) != 0 || n != 10<<20+1 {
		t.Errorf("%d, %d, %d of length %d", tally.Count(0), tally.Count(1), tally.Count(2), n)
	}
}

// What an Engine works out stays within bounds, whatever values come, and is worked out anew past them.
func TestEngineIsBounded(t *testing.T) {
	checks := slices.Concat([]Check{{Name: "states", Pattern: `(a|b)*a(a|b){14}`}}, SuiteChecks())
	e, err := Compile(checks)
	if err != nil {
		t.Fatal(err)
	}
	one := mustReference(t, checks[:1])
	random := rand.New(rand.NewPCG(3, 4))
	tally, want := e.NewTally(), int64(0)
	v := make([]byte, 40)
	for range 20_000 {
		for i := range v {
			v[i] = "ab"[random.IntN(2)]
		}
		tally.Add(v)
		want += int64(len(one.Match(string(v), nil)))
	}
	if tally.Count(0) != want {
		t.Errorf("%d, want %d", tally.Count(0), want)
	}
	s := e.space.Load()
	for _, d := range s.dfas {
		if n := len(d.table.Load().cells); n > 2*maxCells || len(d.states)/len(d.next) > maxStates {
			t.Errorf("automaton of %d states, %d cells", len(d.states)/len(d.next), n)
		}
	}
	e.renew(s)
	tally.Add([]byte("ada@example.com"))
	if tally.Add(v); e.space.Load() == s || tally.space == s {
		t.Error("a full space was not left")
	}
}

func TestEngineIsSafeForConcurrentUse(t *testing.T) {
	checks := SuiteChecks()
	list := madeUpValues(checks, 100, rand.New(rand.NewPCG(5, 6)))
	one := mustReference(t, checks)
	want := make([]int64, len(checks))
	for _, v := range list {
		for _, k := range one.Match(v, nil) {
			want[k]++
		}
	}
	e, err := Compile(checks)
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			tally := e.NewTally()
			for _, v := range list {
				tally.AddString(v)
			}
			for k := range checks {
				if tally.Count(k) != want[k] {
					t.Errorf("%s: %d, want %d", checks[k].Name, tally.Count(k), want[k])
				}
			}
		})
	}
	all.Wait()
}

func TestTallyAllocatesNothing(t *testing.T) {
	e, err := Compile(SuiteChecks())
	if err != nil {
		t.Fatal(err)
	}
	var list [][]byte
	for _, c := range madeUpColumns(200) {
		list = append(list, c...)
	}
	tally := e.NewTally()
	pass := func() {
		for _, v := range list {
			tally.Add(v)
		}
	}
	pass()
	pass()
	if n := testing.AllocsPerRun(3, pass); n != 0 {
		t.Errorf("%v allocations for %d values", n, len(list))
	}
}

// No value costs an allocation, however long it is and whatever it is made of: forms, words and what is left to package
// regexp are worked on in room that is there. Of a huge value the first characters are looked at, the rest is hashed and
// its characters are counted.
func TestNoValueAllocates(t *testing.T) {
	if raced {
		t.Skip("the race detector makes pools allocate; make test runs this once more without it")
	}
	e, err := Compile(slices.Concat(oddChecks(), SuiteChecks()))
	if err != nil {
		t.Fatal(err)
	}
	phrase := "a phrase of many words, more than any table of short ones holds"
	parts := []string{"Ada ", "straße ", "7", "Él/É ", "\xc3.\xa9", "\xff\x00-", "日本 ", "AB-12 ", phrase + " "}
	list := []string{"", " ", "\x00", phrase, strings.ToUpper(phrase), strings.Replace(phrase, "of", "öf", 1)}
	for _, n := range []int{1, 16, 17, 32, 33, 63, 64, 511, 512, 513, 4096, 1 << 20, 10 << 20} {
		for _, p := range parts {
			if n <= 4096 || p == "Ada " || p == "日本 " {
				list = append(list, strings.Repeat(p, 1+n/len(p))[:n])
			}
		}
	}
	tally := e.NewTally()
	for _, v := range list {
		for range 3 {
			tally.AddString(v)
		}
		if n := testing.AllocsPerRun(1, func() { tally.AddString(v) }); n != 0 {
			t.Errorf("%v allocations for %.20q of %d bytes", n, v, len(v))
		}
	}
}

// Counts may be read at any time; values that come later are in those read later, also the ones that come again.
func TestCountsGoOnAfterTheyAreRead(t *testing.T) {
	e, err := Compile([]Check{{Name: "all"}, {Name: "digits", Pattern: `[0-9]+`}, {Name: "luhn", Checksum: "luhn", Pattern: `[0-9]+`}})
	if err != nil {
		t.Fatal(err)
	}
	tally := e.NewTally()
	for round := range int64(4) {
		for range 50 {
			tally.AddString("79927398713")
			tally.AddString("12")
			tally.AddString("x")
		}
		for k, want := range []int64{150, 100, 50} {
			if got := tally.Count(k); got != want*(round+1) {
				t.Fatalf("round %d, check %d: %d, want %d", round, k, got, want*(round+1))
			}
		}
	}
}

// A column without values, and one of blanks only, has no lengths and nothing that holds.
func TestTallyOfNothing(t *testing.T) {
	e, err := Compile(SuiteChecks())
	if err != nil {
		t.Fatal(err)
	}
	for _, list := range [][]string{nil, {"", " ", "    "}} {
		tally := e.NewTally()
		for _, v := range list {
			tally.AddString(v)
		}
		shortest, longest := tally.Lengths()
		if tally.Values() != 0 || tally.Distinct() != 0 || shortest != 0 || longest != 0 {
			t.Errorf("%q: %d values, %d different, %d to %d", list, tally.Values(), tally.Distinct(), shortest, longest)
		}
		for k := range e.checks {
			if tally.Count(k) != 0 {
				t.Errorf("%q: check %d holds", list, k)
			}
		}
	}
}

func TestSharedEngineHasTheSuiteAndWhatWasAskedFor(t *testing.T) {
	mine := Check{Name: "mine", Pattern: `E[0-9]{6}`}
	first, at, err := sharedEngine([]Check{mine, shapes[0].Check, {Name: "other name", Pattern: `E[0-9]{6}`}})
	if err != nil || at[0] != at[2] || at[0] == at[1] {
		t.Fatal(at, err)
	}
	if again, _, err := sharedEngine([]Check{shapes[1].Check, mine}); err != nil || again != first {
		t.Error("another engine for the same checks", err)
	}
	if _, _, err := sharedEngine([]Check{{Name: "bad", Pattern: "("}}); err == nil {
		t.Error("a check that does not compile must be told")
	}
	for i := range 3 * maxShared {
		if i%maxShared == 0 {
			many := make([]Check, maxShared)
			for j := range many {
				many[j] = Check{MinLen: i + j + 1}
			}
			if _, _, err := sharedEngine(many); err != nil || len(shared.checks) > 2*maxShared {
				t.Fatal(len(shared.checks), err)
			}
		}
	}
}

// The fast ways of checksums decide like those they stand for.
func TestFastChecksumsDecideLikeTheOthers(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	for name, fast := range digitSums {
		slow, _ := findChecksum(name)
		for i := range 20_000 {
			b := make([]byte, 1+random.IntN(maxDigits))
			if i%2 == 0 {
				b = b[:min(len(b), 8+random.IntN(6))]
			}
			for j := range b {
				b[j] = byte('0' + random.IntN(10)*min(1, random.IntN(4)))
			}
			var d digits
			d.set(b)
			if got, want := fast(&d), slow.holds(string(b)); got != want {
				t.Fatalf("%s of %s: %v, want %v", name, b, got, want)
			}
		}
	}
}

func TestIPv6IsWhatNetipReads(t *testing.T) {
	random := rand.New(rand.NewPCG(9, 10))
	parts := []string{":", ":", "::", "1:", "ab:", "0aF9", "1.2.3.4", "255.0.0.1", "256.", "01.", "%", "g", "12345", "1:2:3:4:5:6:"}
	held := 0
	for range 200_000 {
		s := ""
		for range random.IntN(9) {
			s += parts[random.IntN(len(parts))]
		}
		a, err := netip.ParseAddr(s)
		if want := err == nil && a.Is6(); ipv6(s) != want {
			t.Fatalf("%q: %v", s, !want)
		} else if want {
			held++
		}
	}
	if held < 1000 {
		t.Errorf("only %d addresses", held)
	}
}

func TestTextOfFloats(t *testing.T) {
	zeros := regexp.MustCompile(`[.]0+$`)
	for _, v := range []string{"1.0", "1.00", "10", "100", "1.", ".0", "0.0", "1.10", " 7.0 ", "", "0", "1.0.0", "x.0\n"} {
		if got, want := Text(state.FamilyFloat, v), zeros.ReplaceAllString(strings.Trim(v, " "), ""); got != want {
			t.Errorf("%q: %q, want %q", v, got, want)
		}
	}
}

func FuzzEngine(f *testing.F) {
	checks := slices.Concat(oddChecks(), SuiteChecks())
	e, err := Compile(checks)
	if err != nil {
		f.Fatal(err)
	}
	one := mustReference(f, checks)
	for _, v := range []string{"ada@example.com", "4111 1111 1111 1111", "\xc3.\xa9", "GB82 WEST 1234 5698 7654 32", "12 Main St", "ı ſ K", strings.Repeat("ab", 300)} {
		f.Add(v)
	}
	f.Fuzz(func(t *testing.T, v string) {
		if got, want := e.Match(v, nil), one.Match(v, nil); !slices.Equal(got, want) {
			t.Errorf("%q: engine %v, one by one %v", v, got, want)
		}
	})
}
