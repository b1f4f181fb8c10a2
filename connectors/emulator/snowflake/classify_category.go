package snowflake

import (
	"cmp"
	"net/mail"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

// category is one of Snowflake's semantic categories, with the emulator's own way to know it. The vendor tells the
// names, not the rules.
type category struct {
	name, detail, privacy string
	words                 []string // one of them is in the column's name; none: the values alone decide
	fits                  func(string) bool
}

type foundCategory struct {
	*category
	coverage float64
}

var (
	ssnForm   = regexp.MustCompile(`^[0-8]\d{2}-\d{2}-\d{4}$`)
	phoneForm = regexp.MustCompile(`^(\+?1[-. ]?)?(\(\d{3}\) ?|\d{3}[-. ])\d{3}[-. ]\d{4}$`)
	vinForm   = regexp.MustCompile(`^[A-HJ-NPR-Z0-9]{17}$`)
	ibanForm  = regexp.MustCompile(`^[A-Z]{2}\d{2}[A-Z0-9]{10,30}$`)
	dayForm   = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}`)
	zipForm   = regexp.MustCompile(`^\d{5}(-\d{4})?$`)
)

// categories in order of preference where several fit as well.
var categories = []*category{
	{"EMAIL", "", "IDENTIFIER", nil, isMail},
	{"NATIONAL_IDENTIFIER", "US_SSN", "IDENTIFIER", nil, ssnForm.MatchString},
	{"IMEI", "", "IDENTIFIER", []string{"IMEI"}, func(s string) bool { return len(s) == 15 && luhn(s) }},
	{"PAYMENT_CARD", "", "IDENTIFIER", nil, isCard},
	{"PHONE_NUMBER", "US_PHONE_NUMBER", "IDENTIFIER", nil, phoneForm.MatchString},
	{"IP_ADDRESS", "", "IDENTIFIER", nil, func(s string) bool { _, err := netip.ParseAddr(s); return err == nil }},
	{"URL", "", "IDENTIFIER", nil, isURL},
	{"VIN", "", "IDENTIFIER", []string{"VIN"}, vinForm.MatchString},
	{"BANK_ACCOUNT", "", "IDENTIFIER", []string{"IBAN"}, func(s string) bool { return ibanForm.MatchString(strings.ReplaceAll(s, " ", "")) }},
	{"DATE_OF_BIRTH", "", "QUASI_IDENTIFIER", []string{"BIRTH", "BIRTHDATE", "BIRTHDAY", "DOB"}, dayForm.MatchString},
	{"YEAR_OF_BIRTH", "", "QUASI_IDENTIFIER", []string{"BIRTH"}, inRange(1880, 2030)},
	{"AGE", "", "QUASI_IDENTIFIER", []string{"AGE"}, inRange(0, 125)},
	{"SALARY", "", "SENSITIVE", []string{"SALARY", "WAGE"}, inRange(0, 1e9)},
	{"LATITUDE", "", "QUASI_IDENTIFIER", []string{"LAT", "LATITUDE"}, inRange(-90, 90)},
	{"LONGITUDE", "", "QUASI_IDENTIFIER", []string{"LON", "LNG", "LONGITUDE"}, inRange(-180, 180)},
	{"POSTAL_CODE", "US_POSTAL_CODE", "QUASI_IDENTIFIER", []string{"ZIP", "POSTAL", "POSTCODE", "ZIPCODE"}, zipForm.MatchString},
	{"GENDER", "", "QUASI_IDENTIFIER", []string{"GENDER", "SEX"}, oneOf("M", "F", "MALE", "FEMALE", "NON-BINARY", "OTHER")},
	{"STREET_ADDRESS", "US_STREET_ADDRESS", "IDENTIFIER", []string{"ADDRESS", "STREET"}, func(s string) bool { return hasRune(s, unicode.IsDigit) && hasRune(s, unicode.IsLetter) }},
	{"CITY", "US_CITY", "QUASI_IDENTIFIER", []string{"CITY", "TOWN"}, isWords},
	{"COUNTRY", "", "QUASI_IDENTIFIER", []string{"COUNTRY"}, isWords},
	{"NAME", "", "IDENTIFIER", []string{"NAME", "FIRSTNAME", "LASTNAME", "SURNAME", "FULLNAME"}, isWords},
}

// classifies tells which types are looked at.
func classifies(t sqlengine.Type) bool {
	return t.Kind == sqlengine.KindText || t.IsNumeric() || t.Kind == sqlengine.KindDate || t.IsTimestamp()
}

// categoriesOf gives the categories that a column may be of: one that can be recommended first, then what less speaks for.
func categoriesOf(col *column, values []string) []foundCategory {
	if len(values) == 0 || !classifies(col.typ) {
		return nil
	}
	words := nameWords(col.name)
	var out []foundCategory
	for _, c := range categories {
		if c.words != nil && !slices.ContainsFunc(words, func(w string) bool { return slices.Contains(c.words, w) }) {
			continue
		}
		n := 0
		for _, v := range values {
			if c.fits(v) {
				n++
			}
		}
		if n > 0 {
			out = append(out, foundCategory{c, float64(n) / float64(len(values))})
		}
	}
	slices.SortStableFunc(out, func(a, b foundCategory) int { return cmp.Compare(b.coverage, a.coverage) })
	if len(out) > 0 && out[0].coverage < recommendedFrom {
		return nil
	}
	return out
}

// nameWords splits a column's name at what is no letter and where small letters end.
func nameWords(name string) []string {
	var out []string
	word, small := "", false
	for _, r := range name + "_" {
		if !unicode.IsLetter(r) || small && unicode.IsUpper(r) {
			if word != "" {
				out = append(out, strings.ToUpper(word))
			}
			word = ""
		}
		if unicode.IsLetter(r) {
			word += string(r)
		}
		small = unicode.IsLower(r)
	}
	return out
}

func isMail(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Address == s && strings.Contains(s[strings.LastIndexByte(s, '@'):], ".")
}

func isURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https")
}

func isCard(s string) bool {
	s = strings.NewReplacer(" ", "", "-", "").Replace(s)
	return len(s) >= 13 && len(s) <= 19 && luhn(s)
}

// luhn checks digits by the sum that payment cards and IMEIs end in.
func luhn(s string) bool {
	sum := 0
	for i := range len(s) {
		d := int(s[len(s)-1-i]) - '0'
		if d < 0 || d > 9 {
			return false
		}
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0 && strings.Trim(s, "0") != ""
}

func inRange(low, high float64) func(string) bool {
	return func(s string) bool {
		x, err := strconv.ParseFloat(s, 64)
		return err == nil && x >= low && x <= high
	}
}

func oneOf(words ...string) func(string) bool {
	return func(s string) bool { return slices.Contains(words, strings.ToUpper(s)) }
}

func hasRune(s string, is func(rune) bool) bool { return strings.IndexFunc(s, is) >= 0 }

func isWords(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsMark(r) && !strings.ContainsRune(" .'-’", r)
	})
}
