package classify

import "strings"

func digitsOnly(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

func luhn(s string) bool {
	return digitsOnly(s) && strings.Trim(s, "0") != "" && luhnSum(s)%10 == 0
}

// luhnNPI is luhn with 80840 in front, whose sum depends on where its digits stand from the right.
func luhnNPI(s string) bool {
	prefix := 24
	if len(s)%2 == 1 {
		prefix = 18
	}
	return (digitsOnly(s) || s == "") && (luhnSum(s)+prefix)%10 == 0
}

func luhnSum(s string) int {
	sum := 0
	for i := range len(s) {
		d := int(s[len(s)-1-i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum
}

// keepDigits drops everything but digits.
func keepDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}

// countDigits returns how many characters are digits.
func countDigits(s string) int {
	n := 0
	for i := range len(s) {
		if s[i]-'0' <= 9 {
			n++
		}
	}
	return n
}

// luhnLast10 reads from the right and passes over all that is no digit.
func luhnLast10(s string) bool {
	n, sum, any := 0, 0, false
	for i := len(s) - 1; i >= 0 && n < 10; i-- {
		d := int(s[i]) - '0'
		if d < 0 || d > 9 {
			continue
		}
		any = any || d != 0
		if n%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
		n++
	}
	return n == 10 && any && sum%10 == 0
}

// ibanCountries is the countries of the ISO 13616 registry, as a pattern. RF, which creditor references begin with and which
// satisfies the same checksum, is none.
const ibanCountries = `(AD|AE|AL|AT|AZ|BA|BE|BG|BH|BR|BY|CH|CR|CY|CZ|DE|DK|DO|EE|EG|ES|FI|FO|FR|GB|GE|GI|GL|GR|GT|HR|HU|IE|IL|IQ|IS|IT|JO|KW|KZ|LB` +
	`|LC|LI|LT|LU|LV|MC|MD|ME|MK|MR|MT|MU|NL|NO|PK|PL|PS|PT|QA|RO|RS|SA|SC|SE|SI|SK|SM|ST|SV|TL|TN|TR|UA|VA|VG|XK)`

func iban(s string) bool {
	if len(s) < 15 || len(s) > 34 {
		return false
	}
	rem := 0
	for i := range len(s) {
		at := i + 4
		if at >= len(s) {
			at -= len(s)
		}
		switch v := base36(s[at]); {
		case v < 0:
			return false
		case v < 10:
			rem = (rem*10 + v) % 97
		default:
			rem = (rem*100 + v) % 97
		}
	}
	return rem == 1
}

func mod1110(s string) bool {
	if !digitsOnly(s) || len(s) < 2 {
		return false
	}
	p := 10
	for i := range len(s) - 1 {
		t := (p + int(s[i]-'0')) % 10
		if t == 0 {
			t = 10
		}
		p = 2 * t % 11
	}
	return (11-p)%10 == int(s[len(s)-1]-'0')
}

func deTaxID(s string) bool {
	if len(s) != 11 || !mod1110(s) {
		return false
	}
	var count [10]int
	for i := range 10 {
		count[s[i]-'0']++
	}
	repeated := 0
	for _, n := range count {
		if n > 3 {
			return false
		}
		if n > 1 {
			repeated++
		}
	}
	return repeated == 1
}

var (
	verhoeffMul  = [10]string{"0123456789", "1234067895", "2340178956", "3401289567", "4012395678", "5987604321", "6598710432", "7659821043", "8765932104", "9876543210"}
	verhoeffPerm = [8]string{"0123456789", "1576283094", "5803796142", "8916043527", "9453126870", "4286573901", "2793806415", "7046913258"}
)

func verhoeff(s string) bool {
	if !digitsOnly(s) || len(s) < 2 {
		return false
	}
	c := 0
	for i := range len(s) {
		d := s[len(s)-1-i] - '0'
		c = int(verhoeffMul[c][verhoeffPerm[i%8][d]-'0'] - '0')
	}
	return c == 0
}

// remainder returns the decimal number modulo m; s has digits only.
func remainder(s string, m int) int { return remainderFrom(0, s, m) }

// remainderFrom is remainder of a number that goes on after digits which left rem.
func remainderFrom(rem int, s string, m int) int {
	for i := range len(s) {
		rem = (rem*10 + int(s[i]-'0')) % m
	}
	return rem
}

func frNIR(s string) bool {
	if len(s) != 15 {
		return false
	}
	var d [15]byte
	copy(d[:], s)
	for i := range len(d) - 1 {
		if d[i] == '2' && (d[i+1] == 'A' || d[i+1] == 'B') {
			d[i], d[i+1] = '1', '9'-(d[i+1]-'A')
		}
	}
	rem := 0
	for i, c := range d {
		if c < '0' || c > '9' {
			return false
		}
		if i < 13 {
			rem = (rem*10 + int(c-'0')) % 97
		}
	}
	return 97-rem == 10*int(d[13]-'0')+int(d[14]-'0')
}

func frNIF(s string) bool {
	return len(s) == 13 && digitsOnly(s) && remainder(s[:10], 511) == remainder(s[10:], 1000)
}

func beNRN(s string) bool {
	if len(s) != 11 || !digitsOnly(s) {
		return false
	}
	key := remainder(s[9:], 100)
	return 97-remainder(s[:9], 97) == key || 97-remainderFrom(2, s[:9], 97) == key
}

func esNIF(s string) bool {
	if len(s) != 9 {
		return false
	}
	first := int(s[0]) - '0'
	if s[0] >= 'X' && s[0] <= 'Z' {
		first = int(s[0] - 'X')
	}
	return first >= 0 && first <= 9 && digitsOnly(s[1:8]) && "TRWAGMYFPDXBNJZSQVHLCKE"[remainderFrom(first, s[1:8], 23)] == s[8]
}

// cfOdd is the value of a character at an odd position of a codice fiscale: 0 to 9, then A to Z.
var cfOdd = [36]int{1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23}

// base36 returns 0 to 9 for digits, 10 to 35 for capital letters, -1 for anything else.
func base36(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'A' && c <= 'Z':
		return int(c-'A') + 10
	}
	return -1
}

func itCF(s string) bool {
	if len(s) != 16 {
		return false
	}
	sum := 0
	for i := range 15 {
		v := base36(s[i])
		switch {
		case v < 0:
			return false
		case i%2 == 0:
			sum += cfOdd[v]
		case v >= 10:
			sum += v - 10
		default:
			sum += v
		}
	}
	return byte('A'+sum%26) == s[15]
}

func sgNRIC(s string) bool {
	if len(s) != 9 || !digitsOnly(s[1:8]) {
		return false
	}
	sum := 0
	for i, w := range [...]int{2, 7, 6, 5, 4, 3, 2} {
		sum += w * int(s[1+i]-'0')
	}
	table := ""
	switch s[0] {
	case 'S':
		table = "JZIHGFEDCBA"
	case 'T':
		table, sum = "JZIHGFEDCBA", sum+4
	case 'F':
		table = "XWUTRQPNMLK"
	case 'G':
		table, sum = "XWUTRQPNMLK", sum+4
	case 'M':
		table, sum = "XWUTRQPNJLK", sum+3
	default:
		return false
	}
	return table[sum%11] == s[8]
}

func fiHETU(s string) bool {
	if len(s) != 11 || !digitsOnly(s[:6]) || !digitsOnly(s[7:10]) {
		return false
	}
	return "0123456789ABCDEFHJKLMNPRSTUVWXY"[remainderFrom(remainder(s[:6], 31), s[7:10], 31)] == s[10]
}

func mxCURP(s string) bool {
	if len(s) != 18 {
		return false
	}
	sum := 0
	for i := range 17 {
		v := base36(s[i])
		if v < 0 {
			return false
		}
		if s[i] > 'N' { // the alphabet has an eñe after N
			v++
		}
		sum += v * (18 - i)
	}
	return (10-sum%10)%10 == base36(s[17])
}

func iePPS(s string) bool {
	if len(s) < 8 || len(s) > 9 || !digitsOnly(s[:7]) {
		return false
	}
	sum := 0
	for i := range 7 {
		sum += (8 - i) * int(s[i]-'0')
	}
	if len(s) == 9 && s[8] != 'W' {
		sum += 9 * (int(s[8]-'A') + 1)
	}
	return "WABCDEFGHIJKLMNOPQRSTUV"[sum%23] == s[7]
}

func clRUT(s string) bool {
	if len(s) < 8 || len(s) > 9 || !digitsOnly(s[:len(s)-1]) {
		return false
	}
	sum := 0
	for i := range len(s) - 1 {
		sum += (2 + i%6) * int(s[len(s)-2-i]-'0')
	}
	return "0K987654321"[sum%11] == s[len(s)-1]
}

func deSVNR(s string) bool {
	if len(s) != 12 || s[8] < 'A' || s[8] > 'Z' {
		return false
	}
	n := int(s[8]-'A') + 1
	var d [13]int
	for i := range d {
		switch {
		case i < 8:
			d[i] = int(s[i]) - '0'
		case i > 9:
			d[i] = int(s[i-1]) - '0'
		}
		if d[i] < 0 || d[i] > 9 {
			return false
		}
	}
	d[8], d[9] = n/10, n%10
	sum := 0
	for i, w := range [...]int{2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1} {
		p := w * d[i]
		sum += p/10 + p%10
	}
	return sum%10 == d[12]
}

func bicCountry(s string) bool {
	if len(s) < 6 {
		return false
	}
	code := [2]byte{s[4], s[5]}
	for i, c := range code {
		if c >= 'A' && c <= 'Z' {
			code[i] = c + 'a' - 'A'
		}
	}
	return countryCodes[string(code[:])]
}

// ipv6 reads what netip.ParseAddr reads as an IPv6 address, and allocates nothing.
func ipv6(s string) bool {
	if i := strings.IndexAny(s, ".:%"); i < 0 || s[i] != ':' {
		return false
	}
	s, zone, zoned := strings.Cut(s, "%")
	if zoned && zone == "" {
		return false
	}
	groups, gap := 0, strings.HasPrefix(s, "::")
	if gap {
		s = s[2:]
	}
	for s != "" && groups < 8 {
		n := hexDigits(s)
		if n == 0 || n > 4 {
			return false
		}
		if n < len(s) && s[n] == '.' {
			groups += 2
			return (gap && groups < 8 || !gap && groups == 8) && dotted(s)
		}
		groups++
		if s = s[n:]; s == "" {
			break
		}
		if s[0] != ':' || len(s) == 1 {
			return false
		}
		if s = s[1:]; s[0] == ':' {
			if gap {
				return false
			}
			gap, s = true, s[1:]
		}
	}
	return s == "" && gap == (groups < 8)
}

func hexDigits(s string) int {
	for i := range len(s) {
		c := s[i] | 0x20
		if s[i]-'0' > 9 && (c < 'a' || c > 'f') {
			return i
		}
	}
	return len(s)
}

// dotted reports whether the text is four numbers up to 255 without leading zeros.
func dotted(s string) bool {
	for field := range 4 {
		n, value := 0, 0
		for n < len(s) && s[n]-'0' <= 9 {
			value = value*10 + int(s[n]-'0')
			if n++; value > 255 || n > 1 && s[0] == '0' {
				return false
			}
		}
		if n == 0 {
			return false
		}
		if s = s[n:]; field == 3 {
			break
		}
		if s == "" || s[0] != '.' {
			return false
		}
		s = s[1:]
	}
	return s == ""
}

func phoneDigits(s string) bool {
	n := countDigits(s)
	return n >= 7 && n <= 15
}

func div11(s string) bool {
	n, rem := 0, 0
	for i := range len(s) {
		if d := s[i] - '0'; d <= 9 {
			n, rem = n+1, (rem*10+int(d))%11
		}
	}
	return n == 9 || n == 10 && rem == 0
}

// vinValues transliterates A to Z; I, O and Q are in no VIN.
const vinValues = "12345678-12345-7-923456789"

func vin(s string) bool {
	if len(s) != 17 {
		return false
	}
	sum := 0
	for i, w := range [...]int{8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2} {
		v := base36(s[i])
		if v >= 10 {
			v = int(vinValues[v-10]) - '0'
		}
		if v < 0 {
			return false
		}
		sum += w * v
	}
	return "0123456789X"[sum%11] == s[8]
}
