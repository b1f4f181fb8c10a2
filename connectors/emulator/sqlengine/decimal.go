package sqlengine

import (
	"errors"
	"math"
	"math/big"
	"strconv"
	"strings"
)

// Decimal is an exact number: Coef × 10^-Scale. Scale is at least 0. Coef is never changed after the Decimal is made.
type Decimal struct {
	Coef  *big.Int
	Scale int
}

// DecimalOf makes a Decimal of a small coefficient.
func DecimalOf(coef int64, scale int) Decimal { return Decimal{Coef: big.NewInt(coef), Scale: scale} }

var errNotNumber = errors.New("not a number")

// ParseDecimal reads an exact number: sign, digits, point, exponent; blanks around it are allowed.
func ParseDecimal(s string) (Decimal, error) {
	s = strings.TrimSpace(s)
	mantissa, exponent := s, 0
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		e, err := strconv.Atoi(s[i+1:])
		if err != nil || e > 400 || e < -400 {
			return Decimal{}, errNotNumber
		}
		mantissa, exponent = s[:i], e
	}
	whole, frac, _ := strings.Cut(mantissa, ".")
	digits := strings.TrimPrefix(strings.TrimPrefix(whole, "-"), "+")
	if digits+frac == "" || strings.Trim(digits+frac, "0123456789") != "" || len(whole)-len(digits) > 1 {
		return Decimal{}, errNotNumber
	}
	coef, ok := new(big.Int).SetString(digits+frac, 10)
	if !ok {
		return Decimal{}, errNotNumber
	}
	if strings.HasPrefix(whole, "-") {
		coef.Neg(coef)
	}
	d := Decimal{Coef: coef, Scale: len(frac) - exponent}
	if d.Scale < 0 {
		return d.rescale(0), nil
	}
	return d, nil
}

var powers = func() []*big.Int {
	out := make([]*big.Int, 80)
	for i := range out {
		out[i] = new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(i)), nil)
	}
	return out
}()

func pow10(n int) *big.Int {
	if n < len(powers) {
		return powers[n]
	}
	return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil)
}

// rescale gives the number with another scale, rounded half away from zero.
func (d Decimal) rescale(scale int) Decimal {
	switch {
	case scale == d.Scale:
		return d
	case scale > d.Scale:
		return Decimal{Coef: new(big.Int).Mul(d.Coef, pow10(scale-d.Scale)), Scale: scale}
	}
	return Decimal{Coef: divideRounded(d.Coef, pow10(d.Scale-scale)), Scale: scale}
}

// divideRounded divides, rounding half away from zero.
func divideRounded(n, by *big.Int) *big.Int {
	q, r := new(big.Int).QuoRem(n, by, new(big.Int))
	if r.Abs(r).Lsh(r, 1).CmpAbs(by) >= 0 {
		q.Add(q, big.NewInt(int64(n.Sign()*by.Sign())))
	}
	return q
}

// truncate gives the number with a smaller scale, cut off.
func (d Decimal) truncate(scale int) Decimal {
	if scale >= d.Scale {
		return d
	}
	return Decimal{Coef: new(big.Int).Quo(d.Coef, pow10(d.Scale-scale)), Scale: scale}
}

// aligned gives both coefficients at the larger scale.
func aligned(a, b Decimal) (x, y *big.Int, scale int) {
	scale = max(a.Scale, b.Scale)
	return a.rescale(scale).Coef, b.rescale(scale).Coef, scale
}

// Cmp compares two numbers: -1, 0, 1.
func (d Decimal) Cmp(o Decimal) int {
	x, y, _ := aligned(d, o)
	return x.Cmp(y)
}

// digits counts the digits left of the point.
func (d Decimal) digits() int {
	n := new(big.Int).Quo(d.Coef, pow10(d.Scale))
	if n.Sign() == 0 {
		return 0
	}
	return len(n.Abs(n).String())
}

// Float gives the nearest float64.
func (d Decimal) Float() float64 {
	f, err := strconv.ParseFloat(d.String(), 64)
	if err != nil {
		return math.NaN()
	}
	return f
}

// String writes the number with exactly Scale digits behind the point.
func (d Decimal) String() string {
	s := d.Coef.String()
	if d.Scale == 0 {
		return s
	}
	sign := ""
	if s[0] == '-' {
		sign, s = "-", s[1:]
	}
	if len(s) <= d.Scale {
		s = strings.Repeat("0", d.Scale-len(s)+1) + s
	}
	return sign + s[:len(s)-d.Scale] + "." + s[len(s)-d.Scale:]
}

// value gives the canonical Value of the number: int64 where it is whole by its scale and fits.
func (d Decimal) value() Value {
	if d.Scale == 0 && d.Coef.IsInt64() {
		return d.Coef.Int64()
	}
	return d
}

// trim drops trailing zeros behind the point.
func (d Decimal) trim() Decimal {
	for d.Scale > 0 {
		q, r := new(big.Int).QuoRem(d.Coef, powers[1], new(big.Int))
		if r.Sign() != 0 {
			break
		}
		d = Decimal{Coef: q, Scale: d.Scale - 1}
	}
	return d
}

// toDecimal gives an exact number as Decimal; false for other values.
func toDecimal(v Value) (Decimal, bool) {
	switch n := v.(type) {
	case int64:
		return DecimalOf(n, 0), true
	case Decimal:
		return n, true
	}
	return Decimal{}, false
}

// numberLiteral gives value and type of an unsigned number as written.
func numberLiteral(d Dialect, text string, negative bool) (Value, Type, error) {
	suffix := ""
	if d == Databricks {
		body := strings.TrimRight(text, "lLsSyYdDfFbB")
		text, suffix = body, strings.ToUpper(text[len(body):])
	}
	if negative {
		text = "-" + text
	}
	if suffix == "D" || suffix == "F" || suffix == "" && strings.ContainsAny(text, "eE") {
		f, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return nil, TypeNull, errors.New("number out of range")
		}
		if d == Snowflake {
			return f, TypeFloat, nil
		}
		return f, Type{Kind: KindFloat, Bits: map[string]int{"F": 32}[suffix] | map[string]int{"D": 64, "": 64}[suffix]}, nil
	}
	dec, err := ParseDecimal(text)
	if err != nil {
		return nil, TypeNull, err
	}
	typ := Number(min(max(dec.digits()+dec.Scale, 1), 38), dec.Scale)
	if dec.digits()+dec.Scale > 38 {
		return nil, TypeNull, errors.New("number has more than 38 digits")
	}
	if d == Databricks {
		return databricksNumber(dec, typ, suffix)
	}
	return dec.value(), typ, nil
}

func databricksNumber(dec Decimal, typ Type, suffix string) (Value, Type, error) {
	if suffix == "BD" || dec.Scale > 0 {
		return dec.value(), typ, nil
	}
	bits := map[string]int{"Y": 8, "S": 16, "L": 64}[suffix]
	if bits == 0 {
		switch {
		case fitsBits(dec.Coef, 32):
			return dec.value(), TypeInt, nil
		case fitsBits(dec.Coef, 64):
			return dec.value(), TypeBigInt, nil
		}
		return dec.value(), typ, nil
	}
	if !fitsBits(dec.Coef, bits) {
		return nil, TypeNull, errors.New("number out of range")
	}
	return dec.value(), intType(bits), nil
}

func intType(bits int) Type {
	return Type{Kind: KindNumber, Precision: map[int]int{8: 3, 16: 5, 32: 10, 64: 19}[bits], Bits: bits}
}

func fitsBits(n *big.Int, bits int) bool {
	if !n.IsInt64() {
		return false
	}
	v := n.Int64()
	limit := int64(1)<<(bits-1) - 1
	return v <= limit && v >= -limit-1
}
