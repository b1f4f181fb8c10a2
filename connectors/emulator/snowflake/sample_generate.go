package snowflake

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

// generator makes synthetic values: believable in form, belonging to nobody. The
// same seed gives the same values.
type generator struct{ *rand.Rand }

func newGenerator(seed string) generator {
	h := fnv.New64a()
	h.Write([]byte(seed))
	return generator{rand.New(rand.NewPCG(h.Sum64(), 7))}
}

// person gives the same person for the same number in every table.
func person(n int) (first, last string) {
	g := newGenerator(fmt.Sprintf("person/%d", n))
	return pick(g, firstNames), pick(g, lastNames)
}

var firstNames = strings.Fields(`Amara Bruno Chloe Dmitri Elena Farid Greta Hiro Ines Jonas Kavya Liam Marta Nadia Oscar Priya Quentin
	Rosa Stefan Tomas Uma Viktor Wanda Xenia Yusuf Zofia Anja Benoit Carmen Dario`)

var lastNames = strings.Fields(`Abbott Bergmann Costa Dubois Eriksen Fischer Garcia Hansen Ivanova Jansen Kowalski Lindqvist Moreau
	Novak Okafor Petrov Quinn Rossi Schneider Tanaka Ueda Vargas Weber Xu Yilmaz Zimmermann Almeida Byrne Castro Doyle`)

var cities = []string{"Lisbon", "Hamburg", "Lyon", "Austin", "Leeds", "Turin", "Krakow", "Ghent", "Boise", "Malmo"}

var countries = []string{"PT", "DE", "FR", "US", "GB", "IT", "PL", "BE", "US", "SE"}

var streets = []string{"Mill Lane", "Station Road", "Oak Avenue", "Harbour Street", "Church Hill", "Market Square", "River Walk", "Garden Row"}

func pick[T any](g generator, list []T) T { return list[g.IntN(len(list))] }

func (g generator) digits(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte('0' + g.IntN(10))
	}
	return string(b)
}

func fullName(n int) string {
	f, l := person(n)
	return f + " " + l
}

// email uses the domains reserved for examples.
func email(n int) string {
	f, l := person(n)
	return fmt.Sprintf("%s.%s%d@%s", strings.ToLower(f), strings.ToLower(l), n, []string{"example.com", "example.org", "example.net"}[n%3])
}

// phone uses the 555-01xx numbers set aside for fiction.
func (g generator) phone() string {
	return fmt.Sprintf("+1 (%d%02d) 555-01%02d", 2+g.IntN(8), g.IntN(100), g.IntN(100))
}

// ssn has the form of a US social security number: area not 000, 666 or above 899,
// group and serial not zero.
func (g generator) ssn() string {
	area := 1 + g.IntN(898)
	if area == 666 {
		area = 667
	}
	return fmt.Sprintf("%03d-%02d-%04d", area, 1+g.IntN(99), 1+g.IntN(9999))
}

// card is a number under a test prefix with a valid Luhn check digit.
func (g generator) card() string {
	body := []string{"4000", "5100", "2223"}[g.IntN(3)] + g.digits(11)
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

// iban is a German or French account number with valid check digits (mod 97).
func (g generator) iban() string {
	country, length := "DE", 18
	if g.IntN(2) == 1 {
		country, length = "FR", 23
	}
	account := g.digits(length)
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

// ip is in the blocks reserved for documentation.
func (g generator) ip() string {
	return fmt.Sprintf("%s.%d", []string{"192.0.2", "198.51.100", "203.0.113"}[g.IntN(3)], 1+g.IntN(254))
}

func (g generator) hash() string {
	sum := sha256.Sum256([]byte(g.digits(20)))
	return hex.EncodeToString(sum[:])
}

func (g generator) uuid() string {
	h := g.hash()
	return fmt.Sprintf("%s-%s-4%s-8%s-%s", h[:8], h[8:12], h[13:16], h[17:20], h[20:32])
}

// day gives a date between two years.
func (g generator) day(from, to int) sqlengine.Date {
	start := time.Date(from, 1, 1, 0, 0, 0, 0, time.UTC)
	days := int(time.Date(to, 12, 31, 0, 0, 0, 0, time.UTC).Sub(start).Hours() / 24)
	return sqlengine.DateOf(start.AddDate(0, 0, g.IntN(days)))
}

func (g generator) moment() time.Time {
	return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(g.IntN(50*24*3600)) * time.Second)
}

// money gives an amount with two digits after the point.
func (g generator) money(from, to int) sqlengine.Decimal {
	return sqlengine.DecimalOf(int64(from*100+g.IntN((to-from)*100)), 2)
}

// address gives street and city with its country.
func (g generator) address() (street, city, country string) {
	i := g.IntN(len(cities))
	return fmt.Sprintf("%d %s", 1+g.IntN(200), pick(g, streets)), cities[i], countries[i]
}

// text gives a remark in which personal data may hide.
func (g generator) text(n int) string {
	switch g.IntN(5) {
	case 0:
		return "Customer " + fullName(n) + " asks to be called back at " + g.phone() + "."
	case 1:
		return "Please send the invoice to " + email(n) + " as well."
	case 2:
		return "Parcel arrived damaged, replacement ordered under ORD-" + g.digits(8) + "."
	case 3:
		return "Login from " + g.ip() + " was blocked; customer confirmed it was them."
	default:
		return "Asked about opening hours. No further action."
	}
}
