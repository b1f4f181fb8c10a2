// Package classifytest makes up values for tests of whatever evaluates classify's checks: texts that a pattern fits,
// texts that just miss it, and numbers that a checksum holds for. None is taken from anywhere but published examples.
package classifytest

import (
	"math/rand/v2"
	"regexp/syntax"
	"slices"
	"strings"
	"unicode/utf8"
)

// Examples has, for every checksum, a text that satisfies it: published examples, none of a living person.
var Examples = map[string]string{
	"luhn": "4111111111111111", "iban": "GB82WEST12345698765432", "luhn_npi": "1234567893", "luhn_last10": "880320-0016", "mod11_10": "33392005961",
	"de_tax_id": "86095742719", "verhoeff": "234123412346", "fr_nir": "255081416802538", "fr_nif": "3023217600053", "be_nrn": "93051822361",
	"es_nif": "12345678Z", "it_cf": "RSSMRA85T10A562S", "sg_nric": "S1234567D", "fi_hetu": "131052-308T", "mx_curp": "BOXW310820HNERXN09",
	"ie_pps": "1234567T", "cl_rut": "123456785", "de_svnr": "15070649C103", "bic_country": "DEUTDEFF", "ipv6": "2001:db8::1",
	"phone_digits": "+1 (415) 555-0132", "div11": "7103192745", "aba": "021000021", "nhs": "9434765919", "nl_bsn": "111222333", "au_tfn": "123456782",
	"au_medicare": "2123456701", "pl_pesel": "44051401359", "br_cpf": "52998224725", "pt_nif": "123456789", "ean13": "7569217076985",
	"kr_rrn": "9710139019902", "jp_my_number": "123456789018", "tr_tckn": "10000000146", "cn_ric": "11010519491231002X", "dea": "AB1234563",
	"ro_cnp": "1630615123457", "bg_egn": "7523169263", "ar_cuit": "20267565393", "no_fnr": "15108695088", "th_pin": "1234545678781",
	"hk_hkid": "A1234563", "tw_id": "A123456789", "nz_ird": "49091850", "ru_snils": "11223344595", "ua_rnokpp": "1759013776",
	"ru_inn": "500100732259", "vin": "1M8GDM9AXKP042788",
}

// Near returns texts near an example: a few characters replaced by others of their sort, and now and then one more or
// one less.
func Near(example string, n int, random *rand.Rand) []string {
	all := make([]string, n)
	for i := range all {
		b := []byte(example)
		for range random.IntN(3) {
			at := random.IntN(len(b))
			switch c := b[at]; {
			case c >= '0' && c <= '9':
				b[at] = byte('0' + random.IntN(10))
			case c >= 'A' && c <= 'Z':
				b[at] = byte('A' + random.IntN(26))
			}
		}
		switch random.IntN(20) {
		case 0:
			b = append(b, byte('0'+random.IntN(10)))
		case 1:
			b = b[1:]
		}
		all[i] = string(b)
	}
	return all
}

// Fitting returns a text that a regular expression fits, of moderate length.
func Fitting(pattern string, random *rand.Rand) (string, error) {
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	write(&b, re, random)
	return b.String(), nil
}

func write(b *strings.Builder, re *syntax.Regexp, random *rand.Rand) {
	repeat := func(low, high int) {
		if high < 0 {
			high = low + 6
		}
		for range low + random.IntN(high-low+1) {
			write(b, re.Sub[0], random)
		}
	}
	switch re.Op {
	case syntax.OpLiteral:
		for _, r := range re.Rune {
			b.WriteRune(r)
		}
	case syntax.OpCharClass:
		b.WriteRune(oneOf(re.Rune, random))
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		b.WriteByte("aZ5 -_.@é"[random.IntN(8)])
	case syntax.OpCapture, syntax.OpConcat:
		for _, sub := range re.Sub {
			write(b, sub, random)
		}
	case syntax.OpAlternate:
		write(b, re.Sub[random.IntN(len(re.Sub))], random)
	case syntax.OpStar:
		repeat(0, -1)
	case syntax.OpPlus:
		repeat(1, -1)
	case syntax.OpQuest:
		repeat(0, 1)
	case syntax.OpRepeat:
		repeat(re.Min, re.Max)
	}
}

// oneOf picks from ranges, printable characters of ASCII where there are any.
func oneOf(ranges []rune, random *rand.Rand) rune {
	var plain []rune
	for i := 0; i < len(ranges); i += 2 {
		for r := max(ranges[i], ' '); r <= min(ranges[i+1], '~'); r++ {
			plain = append(plain, r)
		}
	}
	if len(plain) > 0 {
		return plain[random.IntN(len(plain))]
	}
	i := random.IntN(len(ranges)/2) * 2
	if r := ranges[i] + random.Int32N(ranges[i+1]-ranges[i]+1); r > 0 && utf8.ValidRune(r) {
		return r
	}
	return 'é'
}

// Missing returns a text that differs from another in one place: a character changed, doubled, left out or swapped with
// its neighbour, in other case, or with a space or a separator more.
func Missing(text string, random *rand.Rand) string {
	r := []rune(text)
	if len(r) == 0 {
		return "x"
	}
	at := random.IntN(len(r))
	switch random.IntN(7) {
	case 0:
		r[at] = rune(`a9Z -_/.\'é`[random.IntN(10)])
	case 1:
		r = slices.Insert(r, at, r[at])
	case 2:
		r = slices.Delete(r, at, at+1)
	case 3:
		r[at], r[0] = r[0], r[at]
	case 4:
		return strings.ToUpper(text)
	case 5:
		return strings.ToLower(text)
	case 6:
		r = slices.Insert(r, at, ' ')
	}
	return string(r)
}
