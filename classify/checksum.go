package classify

import (
	"slices"
	"strings"
)

// step is one check character of a weighted checksum: the remainder by Mod of digits times Weights, from the character
// From on (counted from 1), picks the character of Table that has to stand at At. A "-" in Table is a remainder that no
// number has; no weight is negative. FormulaOf says the same for SQL.
type step struct {
	From    int
	Weights []int
	Mod     int
	At      int
	Table   string
}

// checksum is one named checksum over a Form's text.
type checksum struct {
	name  string
	doc   string
	holds func(string) bool
	steps []step // set where the checksum is only weighted sums
}

// Tables by remainder r, of modulus 10 and 11. Their names say what the check digit is.
const (
	table10Complement = "0987654321"  // (10 - r) mod 10
	table10Same       = "0123456789"  // r
	table11Same       = "0123456789-" // r, and 10 is no number
	table11Strict     = "0-987654321" // 11 - r, 11 is 0, 10 is no number
	table11Zero       = "00987654321" // 11 - r, 10 and 11 are 0
	table11Mod10      = "10987654321" // (11 - r) mod 10
	table11Low        = "01234567890" // r mod 10
	table11One        = "01234567891" // r, 10 is 1
)

func weighted(name, doc string, steps ...step) checksum {
	return checksum{name: name, doc: doc, steps: steps, holds: func(s string) bool { return stepsHold(steps, s) }}
}

// checksums is every checksum a Check can name, sorted by name.
var checksums = sorted([]checksum{
	{name: "luhn", doc: "from the right, every second digit doubled, 9 taken off above 9, sum divisible by 10", holds: luhn},
	{name: "iban", doc: "first four characters moved to the end, A=10 to Z=35, remainder 1 by 97", holds: iban},
	{name: "luhn_npi", doc: "luhn with 80840 in front", holds: luhnNPI},
	{name: "luhn_last10", doc: "luhn of the last ten digits, separators left out", holds: luhnLast10},
	{name: "mod11_10", doc: "ISO 7064 mod 11,10", holds: mod1110},
	{name: "de_tax_id", doc: "ISO 7064 mod 11,10, and of the first ten digits exactly one occurs two or three times", holds: deTaxID},
	{name: "verhoeff", doc: "dihedral group of order ten", holds: verhoeff},
	{name: "fr_nir", doc: "last two digits are 97 less the first thirteen by 97; 2A is 19, 2B is 18", holds: frNIR},
	{name: "fr_nif", doc: "last three digits are the first ten by 511", holds: frNIF},
	{name: "be_nrn", doc: "last two digits are 97 less the first nine by 97, with 2 in front for births from 2000", holds: beNRN},
	{name: "es_nif", doc: "letter by the number modulo 23; X, Y, Z in front are 0, 1, 2", holds: esNIF},
	{name: "it_cf", doc: "codice fiscale: odd positions by table, even by value, modulo 26", holds: itCF},
	{name: "sg_nric", doc: "weights 2 7 6 5 4 3 2, 4 more for T and G, 3 for M, letter by table", holds: sgNRIC},
	{name: "fi_hetu", doc: "nine digits modulo 31, character by table", holds: fiHETU},
	{name: "mx_curp", doc: "base 37 with weights 18 to 2, modulo 10", holds: mxCURP},
	{name: "ie_pps", doc: "weights 8 to 2, second letter by 9, modulo 23, letter by table", holds: iePPS},
	{name: "cl_rut", doc: "weights 2 to 7 from the right, modulo 11, 10 is K", holds: clRUT},
	{name: "de_svnr", doc: "letter as two digits, weights 2 1 2 5 7 1 2 1 2 1 2 1, digit sums, modulo 10", holds: deSVNR},
	{name: "bic_country", doc: "characters 5 and 6 are a country", holds: bicCountry},
	{name: "ipv6", doc: "eight groups, or fewer around one ::", holds: ipv6},
	{name: "phone_digits", doc: "7 to 15 digits", holds: phoneDigits},
	{name: "div11", doc: "ten digits divisible by 11, or nine digits", holds: div11},
	{name: "hk_hkid", doc: "base 36 with weights 9 to 2, a missing first letter is 36, modulo 11, 10 is A", holds: hkHKID},
	{name: "tw_id", doc: "letter as two digits, weights 1 9 8 7 6 5 4 3 2 1 1, divisible by 10", holds: twID},
	{name: "nz_ird", doc: "weights 3 2 7 6 5 4 3 2, or 7 4 3 2 5 2 7 6 where that leaves 10, modulo 11", holds: nzIRD},
	{name: "ru_snils", doc: "weights 9 to 1, modulo 101, 100 is 0", holds: ruSNILS},
	weighted("ua_rnokpp", "weights -1 5 7 9 4 6 10 5 7, modulo 11 and 10", step{1, []int{10, 5, 7, 9, 4, 6, 10, 5, 7}, 11, 10, table11Low}),
	weighted("aba", "weights 3 7 1, modulo 10", step{1, []int{3, 7, 1, 3, 7, 1, 3, 7}, 10, 9, table10Complement}),
	weighted("nhs", "weights 10 to 2, 11 less the sum by 11", step{1, []int{10, 9, 8, 7, 6, 5, 4, 3, 2}, 11, 10, table11Strict}),
	weighted("nl_bsn", "weights 9 to 2 and -1, divisible by 11", step{1, []int{9, 8, 7, 6, 5, 4, 3, 2}, 11, 9, table11Same}),
	weighted("au_tfn", "weights 1 4 3 7 5 8 6 9 10, divisible by 11", step{1, []int{1, 4, 3, 7, 5, 8, 6, 9}, 11, 9, table11Same}),
	weighted("au_medicare", "weights 1 3 7 9 1 3 7 9, modulo 10, ninth digit", step{1, []int{1, 3, 7, 9, 1, 3, 7, 9}, 10, 9, table10Same}),
	weighted("pl_pesel", "weights 1 3 7 9 1 3 7 9 1 3, modulo 10", step{1, []int{1, 3, 7, 9, 1, 3, 7, 9, 1, 3}, 10, 11, table10Complement}),
	weighted("br_cpf", "weights 10 to 2, then 11 to 2, modulo 11",
		step{1, []int{10, 9, 8, 7, 6, 5, 4, 3, 2}, 11, 10, table11Zero}, step{1, []int{11, 10, 9, 8, 7, 6, 5, 4, 3, 2}, 11, 11, table11Zero}),
	weighted("pt_nif", "weights 9 to 2, modulo 11", step{1, []int{9, 8, 7, 6, 5, 4, 3, 2}, 11, 9, table11Zero}),
	weighted("ean13", "weights 1 3, modulo 10", step{1, []int{1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3}, 10, 13, table10Complement}),
	weighted("kr_rrn", "weights 2 to 9, 2 to 5, modulo 11", step{1, []int{2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5}, 11, 13, table11Mod10}),
	weighted("jp_my_number", "weights 6 to 2, 7 to 2, modulo 11", step{1, []int{6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2}, 11, 12, table11Zero}),
	weighted("tr_tckn", "seven times the odd less the even digits, then the sum, modulo 10",
		step{1, []int{7, 9, 7, 9, 7, 9, 7, 9, 7}, 10, 10, table10Same}, step{1, []int{1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, 10, 11, table10Same}),
	weighted("cn_ric", "ISO 7064 mod 11-2", step{1, []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}, 11, 18, "10X98765432"}),
	weighted("dea", "weights 1 2 from the third character, modulo 10", step{3, []int{1, 2, 1, 2, 1, 2}, 10, 9, table10Same}),
	weighted("ro_cnp", "weights 2 7 9 1 4 6 3 5 8 2 7 9, modulo 11", step{1, []int{2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9}, 11, 13, table11One}),
	weighted("bg_egn", "weights 2 4 8 5 10 9 7 3 6, modulo 11 and 10", step{1, []int{2, 4, 8, 5, 10, 9, 7, 3, 6}, 11, 10, table11Low}),
	weighted("ar_cuit", "weights 5 4 3 2 7 6 5 4 3 2, modulo 11", step{1, []int{5, 4, 3, 2, 7, 6, 5, 4, 3, 2}, 11, 11, table11Strict}),
	weighted("no_fnr", "weights 3 7 6 1 8 9 4 5 2, then 5 4 3 2 7 6 5 4 3 2, modulo 11",
		step{1, []int{3, 7, 6, 1, 8, 9, 4, 5, 2}, 11, 10, table11Strict}, step{1, []int{5, 4, 3, 2, 7, 6, 5, 4, 3, 2}, 11, 11, table11Strict}),
	weighted("th_pin", "weights 13 to 2, modulo 11", step{1, []int{13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2}, 11, 13, table11Mod10}),
	weighted("ru_inn", "weights 7 2 4 10 3 5 9 4 6 8, then with 3 in front, modulo 11 and 10",
		step{1, []int{7, 2, 4, 10, 3, 5, 9, 4, 6, 8}, 11, 11, table11Low}, step{1, []int{3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8}, 11, 12, table11Low}),
	{name: "vin", doc: "letters as digits, weights 8 to 2, 10, 0, 9 to 2, modulo 11, ninth character", holds: vin},
})

func sorted(list []checksum) []checksum {
	slices.SortFunc(list, func(a, b checksum) int { return strings.Compare(a.name, b.name) })
	return list
}

func findChecksum(name string) (checksum, bool) {
	i, ok := slices.BinarySearchFunc(checksums, name, func(c checksum, n string) int { return strings.Compare(c.name, n) })
	if !ok {
		return checksum{}, false
	}
	return checksums[i], true
}

// Checksums lists the names a Check may use, sorted.
func Checksums() []string {
	names := make([]string, len(checksums))
	for i, c := range checksums {
		names[i] = c.name
	}
	return names
}

// Pushdown reports whether every platform computes the checksum in SQL: luhn and iban, and what FormulaOf says. The
// others are computed where values are sampled; in a Probe for a platform their pattern alone stands in, and the
// finding says so.
func Pushdown(name string) bool {
	_, ok := FormulaOf(name)
	return ok || name == "luhn" || name == "iban"
}

// ChecksumHolds reports whether the text, already in the Check's Form, satisfies the named checksum. No text satisfies
// a name that does not exist.
func ChecksumHolds(name, text string) bool {
	c, ok := findChecksum(name)
	return ok && c.holds(text)
}

func stepsHold(steps []step, s string) bool {
	for _, st := range steps {
		if !st.holds(s) {
			return false
		}
	}
	return true
}

func (st step) holds(s string) bool {
	if len(s) < st.At || len(s) < st.From-1+len(st.Weights) {
		return false
	}
	sum := 0
	for i, w := range st.Weights {
		d := s[st.From-1+i] - '0'
		if d > 9 {
			return false
		}
		sum += w * int(d)
	}
	return st.Table[sum%st.Mod] == s[st.At-1]
}
