package classify

import (
	"encoding/binary"
	"math/bits"
)

// digits is a text of digits only, as numbers 0 to 9 in the bytes of words, the first in the lowest; zeros behind it.
type digits struct {
	w [3]uint64
	n int
}

// maxDigits is the longest text digits can hold.
const maxDigits = 24

const (
	eachByte = 0x0101010101010101
	evens    = 0x00ff00ff00ff00ff
)

// set takes a text of at most maxDigits digits and nothing else.
func (d *digits) set(text []byte) {
	var buf [maxDigits]byte
	d.n = copy(buf[:], text)
	for i := range d.w {
		// '0' to '9' are 0x30 to 0x39: the low half of the byte is the number, and zeros stay zeros.
		d.w[i] = binary.LittleEndian.Uint64(buf[8*i:]) & (0x0f * eachByte)
	}
}

func (d *digits) at(i int) int { return int(d.w[i>>3] >> (i & 7 * 8) & 0xff) }

// wordNumber returns the first n digits of a word, 1 to 8, as a number.
func wordNumber(w uint64, n int) uint64 {
	w <<= 8 * uint(8-n)
	w = (w * 10) + (w >> 8) // pairs, in every other byte
	const mul1, mul2 = 100 + 1000000<<32, 1 + 10000<<32
	return ((w&0x000000ff000000ff)*mul1 + (w>>16&0x000000ff000000ff)*mul2) >> 32
}

// number returns the first n digits as a number; n is at most 16.
func (d *digits) number(n int) uint64 {
	if n <= 8 {
		return wordNumber(d.w[0], n)
	}
	low := n - 8
	ten := uint64(1)
	for range low {
		ten *= 10
	}
	return wordNumber(d.w[0], 8)*ten + wordNumber(d.w[1], low)
}

// sumBytes adds the bytes of a word, which are small.
func sumBytes(w uint64) int { return int(w * eachByte >> 56) }

// luhnSum is the sum of luhn, the digits from the right of which every second is doubled, 9 taken off above 9.
func (d *digits) luhnSum() int {
	doubled := uint64(evens) // of an even number of digits those at 0, 2, 4 ...
	if d.n&1 != 0 {
		doubled = ^doubled
	}
	var sum uint64
	for _, w := range d.w {
		twice := w & doubled * 2
		above := (twice + (0x80-10)*eachByte) >> 7 & eachByte
		sum += w&^doubled + twice - 9*above
	}
	return sumBytes(sum)
}

func (d *digits) zero() bool { return d.w[0]|d.w[1]|d.w[2] == 0 }

// digitSums has the checksums that go fast over digits; each decides like the checksum of its name.
var digitSums = withSteps(map[string]func(*digits) bool{
	"luhn": func(d *digits) bool { return !d.zero() && d.luhnSum()%10 == 0 },
	"luhn_npi": func(d *digits) bool {
		prefix := 24 // 80840 in front of an even number of digits
		if d.n&1 != 0 {
			prefix = 18
		}
		return (d.luhnSum()+prefix)%10 == 0
	},
	"mod11_10":  (*digits).mod1110,
	"de_tax_id": (*digits).deTaxID,
	"verhoeff":  (*digits).verhoeff,
	"fr_nif":    func(d *digits) bool { return d.n == 13 && d.number(10)%511 == d.number(13)%1000 },
	"be_nrn":    (*digits).beNRN,
	"div11":     func(d *digits) bool { return d.n == 9 || d.n == 10 && d.number(10)%11 == 0 },
	"ru_snils":  (*digits).ruSNILS,
	"nz_ird":    (*digits).nzIRD,
})

func withSteps(sums map[string]func(*digits) bool) map[string]func(*digits) bool {
	for _, c := range checksums {
		if c.steps != nil {
			sums[c.name] = stepSums(c.steps)
		}
	}
	return sums
}

var mod1110Next = func() (t [11][10]uint8) {
	for p := range t {
		for d := range t[p] {
			s := (p + d) % 10
			if s == 0 {
				s = 10
			}
			t[p][d] = uint8(2 * s % 11)
		}
	}
	return t
}()

func (d *digits) mod1110() bool {
	if d.n < 2 {
		return false
	}
	p := uint8(10)
	for i := range d.n - 1 {
		p = mod1110Next[p][d.at(i)]
	}
	return (11-int(p))%10 == d.at(d.n-1)
}

func (d *digits) deTaxID() bool {
	if d.n != 11 {
		return false
	}
	var counts uint64 // four bits for each digit
	for i := range 10 {
		counts += 1 << (4 * d.at(i))
	}
	const low = 0x1111111111
	one, two, more := counts&low, counts>>1&low, (counts>>2|counts>>3)&low
	return more == 0 && bits.OnesCount64(two) == 1 && (one|two) != 0 && d.mod1110()
}

// verhoeffStep is the product of the group after a digit at a place, from the right, was permuted.
var verhoeffStep = func() (t [8][10][10]uint8) {
	for place := range t {
		for c := range 10 {
			for digit := range 10 {
				t[place][c][digit] = verhoeffMul[c][verhoeffPerm[place][digit]-'0'] - '0'
			}
		}
	}
	return t
}()

func (d *digits) verhoeff() bool {
	if d.n < 2 {
		return false
	}
	c := uint8(0)
	for i := range d.n {
		c = verhoeffStep[i&7][c][d.at(d.n-1-i)]
	}
	return c == 0
}

func (d *digits) beNRN() bool {
	if d.n != 11 {
		return false
	}
	nine, key := d.number(9), d.number(11)%100
	return 97-nine%97 == key || 97-(nine+2_000_000_000)%97 == key
}

var (
	snilsWeights = newWeights(1, []int{9, 8, 7, 6, 5, 4, 3, 2, 1})
	irdWeights   = [2][2]weights{ // by length less 8, then round
		{newWeights(1, []int{2, 7, 6, 5, 4, 3, 2}), newWeights(1, []int{4, 3, 2, 5, 2, 7, 6})},
		{newWeights(1, []int{3, 2, 7, 6, 5, 4, 3, 2}), newWeights(1, []int{7, 4, 3, 2, 5, 2, 7, 6})},
	}
)

func (d *digits) ruSNILS() bool {
	return d.n == 11 && snilsWeights.sum(d)%101%100 == int(d.number(11)%100)
}

func (d *digits) nzIRD() bool {
	if d.n < 8 || d.n > 9 {
		return false
	}
	w := &irdWeights[d.n-8]
	check := (11 - w[0].sum(d)%11) % 11
	if check == 10 {
		check = (11 - w[1].sum(d)%11) % 11
	}
	return check == d.at(d.n-1)
}

// weights multiplies digits and adds the products, four digits in one multiplication.
type weights [3][2]uint64

// newWeights gives the digits from place from on, which counts from 1, the weights.
func newWeights(from int, list []int) weights {
	var w weights
	for i, x := range list {
		at := from - 1 + i
		lane := at & 7 >> 1
		w[at>>3][at&1] |= uint64(x) << (16 * (3 - lane))
	}
	return w
}

func (w *weights) sum(d *digits) int {
	var s uint64
	for i, x := range d.w {
		s += x&evens*w[i][0]>>48 + x>>8&evens*w[i][1]>>48
	}
	return int(s)
}

// digitStep is a step over digits, its remainders worked out for every sum there can be.
type digitStep struct {
	weights weights
	length  int    // digits needed
	at      int    // of the check digit
	check   []byte // by sum: the digit it asks for, or 0xff
}

func newDigitStep(s step) digitStep {
	most := 0
	for _, w := range s.Weights {
		most += 9 * w
	}
	d := digitStep{weights: newWeights(s.From, s.Weights), length: max(s.At, s.From-1+len(s.Weights)), at: s.At - 1, check: make([]byte, most+1)}
	for sum := range d.check {
		d.check[sum] = 0xff
		if c := s.Table[sum%s.Mod]; c >= '0' && c <= '9' {
			d.check[sum] = c - '0'
		}
	}
	return d
}

func (s *digitStep) holds(d *digits) bool {
	return d.n >= s.length && s.check[s.weights.sum(d)] == byte(d.at(s.at))
}

func stepSums(steps []step) func(*digits) bool {
	one := newDigitStep(steps[0])
	if len(steps) == 1 {
		return one.holds
	}
	two := newDigitStep(steps[1])
	return func(d *digits) bool { return one.holds(d) && two.holds(d) }
}
