package classify

import "testing"

// validNumbers has, for every checksum, a text that satisfies it: published examples, none of a living person.
var validNumbers = map[string]string{
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

func TestEveryChecksumHoldsForItsExample(t *testing.T) {
	for _, name := range Checksums() {
		text, ok := validNumbers[name]
		if !ok {
			t.Errorf("%s: no example", name)
			continue
		}
		if !ChecksumHolds(name, text) {
			t.Errorf("%s does not hold for %s", name, text)
		}
		for _, wrong := range []string{"", "0", "@@@@@@@@@@@@@@@@@", "日本語日本語日本語"} {
			if ChecksumHolds(name, wrong) {
				t.Errorf("%s holds for %q", name, wrong)
			}
		}
	}
	if ChecksumHolds("no such", "4111111111111111") {
		t.Error("a checksum that does not exist holds")
	}
}

// A single wrong digit must not pass where the checksum is known to find all of them.
func TestChecksumsFindASingleWrongDigit(t *testing.T) {
	partial := map[string]bool{"bic_country": true, "ipv6": true, "phone_digits": true, "vin": true, "au_medicare": true, "au_tfn": true, "fr_nif": true}
	for _, name := range Checksums() {
		if partial[name] {
			continue
		}
		text, passed, tried := validNumbers[name], 0, 0
		for i, c := range []byte(text) {
			for d := byte('0'); d <= '9' && c >= '0' && c <= '9'; d++ {
				if d == c {
					continue
				}
				tried++
				if ChecksumHolds(name, text[:i]+string(d)+text[i+1:]) {
					passed++
				}
			}
		}
		if passed*5 > tried {
			t.Errorf("%s: %d of %d single wrong digits pass", name, passed, tried)
		}
	}
}

// The steps of a weighted checksum are what a platform says in SQL; they must decide like the checksum.
func TestWeightedStepsAreWellFormed(t *testing.T) {
	n := 0
	for _, name := range Checksums() {
		steps, ok := Weighted(name)
		if !ok {
			continue
		}
		n++
		for _, s := range steps {
			if len(s.Table) != s.Mod || s.From < 1 || s.At < 1 {
				t.Errorf("%s: step %+v", name, s)
			}
			for _, w := range s.Weights {
				if w < 0 {
					t.Errorf("%s: weight %d is negative", name, w)
				}
			}
		}
	}
	if n < 15 {
		t.Errorf("only %d weighted checksums", n)
	}
	if Pushdown("verhoeff") || !Pushdown("luhn") || !Pushdown("iban") {
		t.Error("pushdown is luhn and iban")
	}
}
