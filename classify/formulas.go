package classify

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
)

const (
	ten     = "0123456789"
	base36s = ten + "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
)

// char is the character at a position.
func char(at int) Part { return Part{at, 1} }

// digit is the digit at a position.
func digit(at int) FormulaNumber { return Int{char(at)} }

// valued is a number for a character: two digits of values for each of the alphabet.
func valued(alphabet, values string, t FormulaText) FormulaNumber {
	return Int{Pick{values, 2, Find{alphabet, t}}}
}

// weighing adds digits times weights, from a position on.
func weighing(from int, weights ...int) Sum {
	var s Sum
	for i, w := range weights {
		if w > 0 {
			s = append(s, Times{w, digit(from + i)})
		}
	}
	return s
}

// luhnOver adds ten digits, the first, third, ... doubled and their digits added.
func luhnOver(t func(at int) FormulaText) Sum {
	var s Sum
	for i := 1; i <= 10; i++ {
		n := FormulaNumber(Int{t(i)})
		if i%2 == 1 {
			n = Int{Pick{"0246813579", 1, n}}
		}
		s = append(s, n)
	}
	return s
}

// divides says that a number is divisible by m, below 100.
func divides(n FormulaNumber, m int) Formula {
	return Same{Pick{"1" + strings.Repeat("0", m-1), 1, Mod{n, m}}, Constant("1")}
}

// twoDigits lists what two digits are for each remainder.
func twoDigits(n int, of func(r int) int) string {
	var b strings.Builder
	for r := range n {
		v := of(r)
		b.WriteByte(byte('0' + v/10))
		b.WriteByte(byte('0' + v%10))
	}
	return b.String()
}

// codes lists two digits for each character of an alphabet.
func codes(alphabet string, of func(c byte) int) string {
	return twoDigits(len(alphabet), func(i int) int { return of(alphabet[i]) })
}

// mod1110Of is ISO 7064 mod 11,10: each digit goes into a state of 1 to 10, which is picked by the one before.
func mod1110Of(digits int) Formula {
	next := twoDigits(20, func(i int) int { // of state and digit together, at most 19
		t := i % 10
		if t == 0 {
			t = 10
		}
		return 2 * t % 11
	})
	state := FormulaNumber(Whole(10))
	for i := 1; i < digits; i++ {
		state = Int{Pick{next, 2, Sum{state, digit(i)}}}
	}
	return Same{Pick{"10987654321", 1, state}, char(digits)}
}

// verhoeffOf is the Verhoeff checksum of so many digits: a place in the table of the group's products for each.
func verhoeffOf(digits int) Formula {
	product := strings.Join(verhoeffMul[:], "")
	c := FormulaNumber(Whole(0))
	for i := range digits {
		d := Int{Pick{verhoeffPerm[i%8], 1, digit(digits - i)}}
		c = Int{Pick{product, 1, Sum{Times{10, c}, d}}}
	}
	return Same{Pick{ten, 1, c}, Constant("0")}
}

// oneRepeated says that of the first ten digits exactly one occurs two or three times and none more often.
func oneRepeated() Formula {
	var repeated Sum
	for _, d := range ten {
		repeated = append(repeated, Int{Pick{"0011-------", 1, Count{string(d), 1, 10}}})
	}
	return Same{Pick{"-1---------", 1, repeated}, Constant("1")}
}

// checkedBy says that a weighted sum by a modulus picks the character at a position.
func checkedBy(table string, n FormulaNumber, at int) Formula {
	return Same{Pick{table, 1, Mod{n, len(table)}}, char(at)}
}

// less97 says that the two digits at a position are 97 less the remainder by 97.
func less97(n FormulaNumber, at int) Formula {
	return Same{Pick{twoDigits(97, func(r int) int { return 97 - r }), 2, Mod{n, 97}}, Part{at, 2}}
}

func frNIRFormula() Formula {
	return Any{
		All{Like{"[0-9]{15}"}, less97(Int{Part{1, 13}}, 14)},
		All{Like{"[0-9]{5}2A[0-9]{8}"}, less97(Int{Join{Part{1, 5}, Constant("19"), Part{8, 6}}}, 14)},
		All{Like{"[0-9]{5}2B[0-9]{8}"}, less97(Int{Join{Part{1, 5}, Constant("18"), Part{8, 6}}}, 14)},
	}
}

func itCFFormula() Formula {
	odd := codes(base36s, func(c byte) int { return cfOdd[base36(c)] })
	even := codes(base36s, func(c byte) int {
		if v := base36(c); v >= 10 {
			return v - 10
		}
		return base36(c)
	})
	var s Sum
	for i := 1; i <= 15; i++ {
		if i%2 == 1 {
			s = append(s, valued(base36s, odd, char(i)))
		} else {
			s = append(s, valued(base36s, even, char(i)))
		}
	}
	return checkedBy("ABCDEFGHIJKLMNOPQRSTUVWXYZ", s, 16)
}

func sgNRICFormula() Formula {
	with := func(prefix, table string, more int) Formula {
		return All{Like{prefix + "[0-9]{7}[A-Z]"}, checkedBy(table, append(weighing(2, 2, 7, 6, 5, 4, 3, 2), Whole(more)), 9)}
	}
	return Any{with("S", "JZIHGFEDCBA", 0), with("T", "JZIHGFEDCBA", 4), with("F", "XWUTRQPNMLK", 0), with("G", "XWUTRQPNMLK", 4), with("M", "XWUTRQPNJLK", 3)}
}

func mxCURPFormula() Formula {
	table := codes(base36s, func(c byte) int {
		if c > 'N' { // the alphabet has an eñe after N
			return base36(c) + 1
		}
		return base36(c)
	})
	var s Sum
	for i := 1; i <= 17; i++ {
		s = append(s, Times{19 - i, valued(base36s, table, char(i))})
	}
	return checkedBy(table10Complement, s, 18)
}

func iePPSFormula() Formula {
	const table = "WABCDEFGHIJKLMNOPQRSTUV"
	first := weighing(1, 8, 7, 6, 5, 4, 3, 2)
	second := codes("WABCDEFGHIJKLMNOPQRSTUVXYZ", func(c byte) int {
		if c == 'W' {
			return 0
		}
		return int(c-'A') + 1
	})
	return Any{
		All{Like{"[0-9]{7}[A-Z]"}, checkedBy(table, first, 8)},
		All{Like{"[0-9]{7}[A-Z][A-Z]"}, checkedBy(table, append(slices.Clone(first), Times{9, valued("WABCDEFGHIJKLMNOPQRSTUVXYZ", second, char(9))}), 8)},
	}
}

func clRUTFormula() Formula {
	return Any{
		All{Like{"[0-9]{7}[0-9K]"}, checkedBy("0K987654321", weighing(1, 2, 7, 6, 5, 4, 3, 2), 8)},
		All{Like{"[0-9]{8}[0-9K]"}, checkedBy("0K987654321", weighing(1, 3, 2, 7, 6, 5, 4, 3, 2), 9)},
	}
}

func deSVNRFormula() Formula {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	weights := []int{2, 1, 2, 5, 7, 1, 2, 1}
	var s Sum
	for i, w := range weights {
		s = append(s, digitSum(w, char(i+1)))
	}
	s = append(s, valued(letters, codes(letters, func(c byte) int {
		n := int(c-'A') + 1
		sum := 0
		for _, p := range []int{n / 10 * 2, n % 10} {
			sum += p/10 + p%10
		}
		return sum
	}), char(9)), digitSum(2, char(10)), digitSum(1, char(11)))
	return checkedBy(table10Same, s, 12)
}

// digitSum is the digit sum of a digit times w.
func digitSum(w int, t FormulaText) FormulaNumber {
	return valued(ten, codes(ten, func(c byte) int { p := w * int(c-'0'); return p/10 + p%10 }), t)
}

func hkHKIDFormula() Formula {
	letter := func(w, at int) FormulaNumber { return Times{w, Find{base36s, char(at)}} }
	return Any{
		All{Like{"[A-Z][0-9]{6}[0-9A]"}, checkedBy("0A987654321", append(weighing(2, 7, 6, 5, 4, 3, 2), Whole(36*9), letter(8, 1)), 8)},
		All{Like{"[A-Z]{2}[0-9]{6}[0-9A]"}, checkedBy("0A987654321", append(weighing(3, 7, 6, 5, 4, 3, 2), letter(9, 1), letter(8, 2)), 9)},
	}
}

func twIDFormula() Formula {
	letter := codes(twLetters, func(c byte) int {
		n := 10 + strings.IndexByte(twLetters, c)
		return n/10 + n%10*9
	})
	return divides(append(weighing(2, 8, 7, 6, 5, 4, 3, 2, 1, 1), valued(twLetters, letter, char(1))), 10)
}

// nzIRDFormula has two sums: the second is for numbers whose first leaves 10.
func nzIRDFormula() Formula {
	of := func(from int, first, second []int) Formula {
		at := from + len(first)
		return Any{
			checkedBy("0-987654321", weighing(from, first...), at),
			All{Same{Pick{"01000000000", 1, Mod{weighing(from, first...), 11}}, Constant("1")}, checkedBy("0-987654321", weighing(from, second...), at)},
		}
	}
	return Any{
		All{Like{"[0-9]{8}"}, of(1, []int{2, 7, 6, 5, 4, 3, 2}, []int{4, 3, 2, 5, 2, 7, 6})},
		All{Like{"[0-9]{9}"}, of(1, []int{3, 2, 7, 6, 5, 4, 3, 2}, []int{7, 4, 3, 2, 5, 2, 7, 6})},
	}
}

func vinFormula() Formula {
	table := codes(base36s, func(c byte) int {
		v := base36(c)
		if v >= 10 {
			v = int(vinValues[v-10]) - '0'
		}
		return max(v, 0)
	})
	var s Sum
	for i, w := range []int{8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2} {
		if w > 0 {
			s = append(s, Times{w, valued(base36s, table, char(i+1))})
		}
	}
	return checkedBy("0123456789X", s, 9)
}

func threeDigits(n int) string {
	var b strings.Builder
	for r := range n {
		fmt.Fprintf(&b, "%03d", r)
	}
	return b.String()
}

// formulas are the checksums that more than weighted sums of digits make up, for texts that their Check's pattern fits.
var formulas = map[string]Formula{
	"luhn_npi":    All{Like{"[0-9]{10}"}, divides(append(luhnOver(func(at int) FormulaText { return char(at) }), Whole(24)), 10)},
	"luhn_last10": divides(luhnOver(func(at int) FormulaText { return LastPart{10, at, 1} }), 10),
	"div11": Any{Like{nineDigits},
		All{Like{nineDigits + "[0-9][^0-9]*"}, divides(Int{LastPart{10, 1, 10}}, 11)}},
	"mod11_10":  All{Like{"[0-9]{11}"}, mod1110Of(11)},
	"de_tax_id": All{Like{"[0-9]{11}"}, mod1110Of(11), oneRepeated()},
	"verhoeff":  All{Like{"[0-9]{12}"}, verhoeffOf(12)},
	"fr_nir":    frNIRFormula(),
	"fr_nif":    All{Like{"[0-9]{13}"}, Same{Pick{threeDigits(511), 3, Mod{Int{Part{1, 10}}, 511}}, Part{11, 3}}},
	"be_nrn":    All{Like{"[0-9]{11}"}, Any{less97(Int{Part{1, 9}}, 10), less97(Int{Join{Constant("2"), Part{1, 9}}}, 10)}},
	"es_nif":    All{Like{"[XYZ0-9][0-9]{7}[A-Z]"}, checkedBy("TRWAGMYFPDXBNJZSQVHLCKE", Int{Join{Spelled{1, 1, "XYZ", "012"}, Part{2, 7}}}, 9)},
	"fi_hetu":   checkedBy("0123456789ABCDEFHJKLMNPRSTUVWXY", Int{Join{Part{1, 6}, Part{8, 3}}}, 11),
	"it_cf":     All{Like{"[A-Z0-9]{15}[A-Z]"}, itCFFormula()},
	"sg_nric":   sgNRICFormula(),
	"mx_curp":   All{Like{"[A-Z0-9]{17}[0-9]"}, mxCURPFormula()},
	"ie_pps":    iePPSFormula(),
	"cl_rut":    clRUTFormula(),
	"de_svnr":   All{Like{"[0-9]{8}[A-Z][0-9]{3}"}, deSVNRFormula()},
	"hk_hkid":   hkHKIDFormula(),
	"tw_id":     All{Like{"[A-Z][0-9]{9}"}, twIDFormula()},
	"nz_ird":    nzIRDFormula(),
	"ru_snils":  All{Like{"[0-9]{11}"}, Same{Pick{twoDigits(101, func(r int) int { return r % 100 }), 2, Mod{weighing(1, 9, 8, 7, 6, 5, 4, 3, 2, 1), 101}}, Part{10, 2}}},
	"vin":       All{Like{"[A-HJ-NPR-Z0-9]{17}"}, vinFormula()},
}

// nineDigits has nine digits and anything between and around them.
const nineDigits = "[^0-9]*[0-9][^0-9]*[0-9][^0-9]*[0-9][^0-9]*[0-9][^0-9]*[0-9][^0-9]*[0-9][^0-9]*[0-9][^0-9]*[0-9][^0-9]*[0-9][^0-9]*"

// FormulaOf returns a checksum as a formula: of weighted sums of digits, or of its own. It holds for the texts that a
// Check's pattern fits just where the checksum does. False: SQL cannot say it.
func FormulaOf(name string) (Formula, bool) {
	f, ok := said()[name]
	return f, ok
}

var said = sync.OnceValue(func() map[string]Formula {
	all := maps.Clone(formulas)
	for _, c := range checksums {
		var sums All
		for _, s := range c.steps {
			sums = append(sums, checkedBy(s.Table, weighing(s.From, s.Weights...), s.At))
		}
		if len(sums) > 0 {
			all[c.name] = sums
		}
	}
	return all
})
