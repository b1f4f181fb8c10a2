package sample

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash/fnv"
	"math/big"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

// Generator makes synthetic values: believable in form, belonging to nobody. The
// same seed gives the same values.
type Generator struct{ *rand.Rand }

// NewGenerator makes one whose values the seed decides.
func NewGenerator(seed string) Generator {
	h := fnv.New64a()
	h.Write([]byte(seed))
	return Generator{rand.New(rand.NewPCG(h.Sum64(), 7))}
}

// Person gives the same person for the same number in every table.
func Person(n int) (first, last string) {
	g := NewGenerator(fmt.Sprintf("person/%d", n))
	return Pick(g, firstNames), Pick(g, lastNames)
}

var firstNames = strings.Fields(`Amara Bruno Chloe Dmitri Elena Farid Greta Hiro Ines Jonas Kavya Liam Marta Nadia Oscar Priya Quentin
	Rosa Stefan Tomas Uma Viktor Wanda Xenia Yusuf Zofia Anja Benoit Carmen Dario`)

var lastNames = strings.Fields(`Abbott Bergmann Costa Dubois Eriksen Fischer Garcia Hansen Ivanova Jansen Kowalski Lindqvist Moreau
	Novak Okafor Petrov Quinn Rossi Schneider Tanaka Ueda Vargas Weber Xu Yilmaz Zimmermann Almeida Byrne Castro Doyle`)

var cities = []string{"Lisbon", "Hamburg", "Lyon", "Austin", "Leeds", "Turin", "Krakow", "Ghent", "Boise", "Malmo"}

var countries = []string{"PT", "DE", "FR", "US", "GB", "IT", "PL", "BE", "US", "SE"}

var streets = []string{"Mill Lane", "Station Road", "Oak Avenue", "Harbour Street", "Church Hill", "Market Square", "River Walk", "Garden Row"}

// Pick gives one of a list.
func Pick[T any](g Generator, list []T) T { return list[g.IntN(len(list))] }

// Digits gives n decimal digits.
func (g Generator) Digits(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte('0' + g.IntN(10))
	}
	return string(b)
}

// FullName is first and last name of person n.
func FullName(n int) string {
	f, l := Person(n)
	return f + " " + l
}

// Email is the address of person n; it uses the domains reserved for examples.
func Email(n int) string {
	f, l := Person(n)
	return fmt.Sprintf("%s.%s%d@%s", strings.ToLower(f), strings.ToLower(l), n, []string{"example.com", "example.org", "example.net"}[n%3])
}

// Phone uses the 555-01xx numbers set aside for fiction.
func (g Generator) Phone() string {
	return fmt.Sprintf("+1 (%d%02d) 555-01%02d", 2+g.IntN(8), g.IntN(100), g.IntN(100))
}

// SSN has the form of a US social security number: area not 000, 666 or above 899,
// group and serial not zero.
func (g Generator) SSN() string {
	area := 1 + g.IntN(898)
	if area == 666 {
		area = 667
	}
	return fmt.Sprintf("%03d-%02d-%04d", area, 1+g.IntN(99), 1+g.IntN(9999))
}

// Card is a number under a test prefix with a valid Luhn check digit.
func (g Generator) Card() string {
	body := []string{"4000", "5100", "2223"}[g.IntN(3)] + g.Digits(11)
	for d := range 10 {
		if n := body + fmt.Sprint(d); luhn(n) {
			return n
		}
	}
	return body
}

func luhn(number string) bool {
	sum := 0
	for i := range number {
		d := int(number[len(number)-1-i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

// IBAN is a German or French account number with valid check digits (mod 97).
func (g Generator) IBAN() string {
	country, length := "DE", 18
	if g.IntN(2) == 1 {
		country, length = "FR", 23
	}
	account := g.Digits(length)
	return fmt.Sprintf("%s%02d%s", country, 98-mod97(account+country+"00"), account)
}

// mod97 reads letters as 10 to 35, as ISO 7064 does.
func mod97(s string) int {
	var digits strings.Builder
	for _, r := range s {
		if r >= 'A' {
			fmt.Fprint(&digits, int(r-'A')+10)
		} else {
			digits.WriteRune(r)
		}
	}
	n, _ := new(big.Int).SetString(digits.String(), 10)
	return int(new(big.Int).Mod(n, big.NewInt(97)).Int64())
}

// IP is in the blocks reserved for documentation.
func (g Generator) IP() string {
	return fmt.Sprintf("%s.%d", []string{"192.0.2", "198.51.100", "203.0.113"}[g.IntN(3)], 1+g.IntN(254))
}

// Hash is a SHA-256 in hexadecimal digits.
func (g Generator) Hash() string {
	sum := sha256.Sum256([]byte(g.Digits(20)))
	return hex.EncodeToString(sum[:])
}

// UUID has the form of a random UUID.
func (g Generator) UUID() string {
	h := g.Hash()
	return fmt.Sprintf("%s-%s-4%s-8%s-%s", h[:8], h[8:12], h[13:16], h[17:20], h[20:32])
}

// Day gives a date between two years.
func (g Generator) Day(from, to int) sqlengine.Date {
	start := time.Date(from, 1, 1, 0, 0, 0, 0, time.UTC)
	days := int(time.Date(to, 12, 31, 0, 0, 0, 0, time.UTC).Sub(start).Hours() / 24)
	return sqlengine.DateOf(start.AddDate(0, 0, g.IntN(days)))
}

// Moment gives a time in the first fifty days of 2026.
func (g Generator) Moment() time.Time {
	return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(g.IntN(50*24*3600)) * time.Second)
}

// Money gives an amount with two digits after the point.
func (g Generator) Money(from, to int) sqlengine.Decimal {
	return sqlengine.DecimalOf(int64(from*100+g.IntN((to-from)*100)), 2)
}

// Address gives street and city with its country.
func (g Generator) Address() (street, city, country string) {
	i := g.IntN(len(cities))
	return fmt.Sprintf("%d %s", 1+g.IntN(200), Pick(g, streets)), cities[i], countries[i]
}

// Text gives a remark in which personal data, of person n or anybody's, may hide.
func (g Generator) Text(n int) string {
	switch g.IntN(5) {
	case 0:
		return "Customer " + FullName(n) + " asks to be called back at " + g.Phone() + "."
	case 1:
		return "Please send the invoice to " + Email(n) + " as well."
	case 2:
		return "Parcel arrived damaged, replacement ordered under ORD-" + g.Digits(8) + "."
	case 3:
		return "Login from " + g.IP() + " was blocked; customer confirmed it was them."
	default:
		return "Asked about opening hours. No further action."
	}
}
