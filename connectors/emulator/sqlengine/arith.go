package sqlengine

import (
	"math"
	"math/big"
	"math/bits"
	"time"
)

// arithmetic compiles + - * / % between two operands.
func (c *compiler) arithmetic(op string, l, r *node, at Pos) (*node, error) {
	if n, err := c.dateArithmetic(op, l, r, at); n != nil || err != nil {
		return n, err
	}
	l, err := c.asNumber(l, op, at)
	if err != nil {
		return nil, err
	}
	r, err = c.asNumber(r, op, at)
	if err != nil {
		return nil, err
	}
	typ := c.arithmeticType(op, l.typ, r.typ)
	if typ.Kind == KindFloat {
		return c.floatArithmetic(op, l, r, typ, at), nil
	}
	exact := exactOps[op]
	out := &node{typ: typ, nullable: l.nullable || r.nullable || c.dialect == Databricks}
	out.eval = func(f *frame) (Value, error) {
		a, err := l.eval(f)
		if a == nil || err != nil {
			return nil, err
		}
		b, err := r.eval(f)
		if b == nil || err != nil {
			return nil, err
		}
		return exact(a, b, typ, at)
	}
	return fold(out, l, r), nil
}

// arithmeticType gives the vendor's result type.
func (c *compiler) arithmeticType(op string, l, r Type) Type {
	if l.Kind == KindFloat || r.Kind == KindFloat {
		if c.dialect == Snowflake {
			return TypeFloat
		}
		return TypeDouble
	}
	if c.dialect == Databricks {
		return databricksArithmetic(op, l, r)
	}
	return snowflakeArithmetic(op, l, r)
}

// Snowflake, "Arithmetic operators": leading digits and scale by operation, at most 38 digits in all.
func snowflakeArithmetic(op string, l, r Type) Type {
	whole, scale := max(l.Precision-l.Scale, r.Precision-r.Scale), max(l.Scale, r.Scale)
	switch op {
	case "*":
		whole = l.Precision - l.Scale + r.Precision - r.Scale
		scale = min(l.Scale+r.Scale, max(l.Scale, r.Scale, 12))
	case "/":
		whole = l.Precision - l.Scale + r.Scale
		scale = max(l.Scale, min(l.Scale+6, 12))
	case "+", "-":
		whole++
	}
	return Number(min(max(whole+scale, 1), 38), min(scale, 37))
}

// Databricks: integers stay integers but for /, decimals follow the rules of ANSI Spark.
func databricksArithmetic(op string, l, r Type) Type {
	if op == "DIV" {
		return TypeBigInt
	}
	if l.Bits > 0 && r.Bits > 0 {
		if op == "/" {
			return TypeDouble
		}
		return intType(max(l.Bits, r.Bits))
	}
	p, s := 0, max(l.Scale, r.Scale)
	whole := max(l.Precision-l.Scale, r.Precision-r.Scale)
	switch op {
	case "+", "-":
		p = whole + s + 1
	case "*":
		p, s = l.Precision+r.Precision+1, l.Scale+r.Scale
	case "/":
		s = max(6, l.Scale+r.Precision+1)
		p = l.Precision - l.Scale + r.Scale + s
	default:
		p = min(l.Precision-l.Scale, r.Precision-r.Scale) + s
	}
	if p > 38 { // keep the whole digits, and at least six behind the point
		s = max(38-(p-s), min(s, 6))
		p = 38
	}
	return Number(max(p, 1), s)
}

type exactOp func(a, b Value, typ Type, at Pos) (Value, error)

var exactOps = map[string]exactOp{"+": addExact, "-": subExact, "*": mulExact, "/": divExact, "%": modExact, "DIV": wholeDivExact}

func addExact(a, b Value, typ Type, at Pos) (Value, error) {
	if x, y, ok := bothInt(a, b); ok && typ.Scale == 0 {
		if s := x + y; (s > x) == (y > 0) {
			return fitted(s, typ, at)
		}
	}
	x, y, scale := alignedValues(a, b)
	return fittedDecimal(Decimal{new(big.Int).Add(x, y), scale}, typ, at)
}

func subExact(a, b Value, typ Type, at Pos) (Value, error) {
	if x, y, ok := bothInt(a, b); ok && typ.Scale == 0 {
		if s := x - y; (s < x) == (y > 0) {
			return fitted(s, typ, at)
		}
	}
	x, y, scale := alignedValues(a, b)
	return fittedDecimal(Decimal{new(big.Int).Sub(x, y), scale}, typ, at)
}

func mulExact(a, b Value, typ Type, at Pos) (Value, error) {
	if x, y, ok := bothInt(a, b); ok && typ.Scale == 0 {
		hi, lo := bits.Mul64(absInt(x), absInt(y))
		if hi == 0 && lo <= math.MaxInt64 {
			return fitted(x*y, typ, at)
		}
	}
	x, _ := toDecimal(a)
	y, _ := toDecimal(b)
	return fittedDecimal(Decimal{new(big.Int).Mul(x.Coef, y.Coef), x.Scale + y.Scale}, typ, at)
}

func divExact(a, b Value, typ Type, at Pos) (Value, error) {
	x, _ := toDecimal(a)
	y, _ := toDecimal(b)
	if y.Coef.Sign() == 0 {
		return nil, errorf(ErrDivisionByZero, "/", at, "division by zero")
	}
	// x/y at the result's scale: shift the dividend so that the quotient has it.
	n, d := x.Coef, y.Coef
	if shift := typ.Scale - x.Scale + y.Scale; shift >= 0 {
		n = new(big.Int).Mul(n, pow10(shift))
	} else {
		d = new(big.Int).Mul(d, pow10(-shift))
	}
	return fittedDecimal(Decimal{divideRounded(n, d), typ.Scale}, typ, at)
}

func modExact(a, b Value, typ Type, at Pos) (Value, error) {
	if x, y, ok := bothInt(a, b); ok && y != 0 && y != -1 && typ.Scale == 0 {
		return x % y, nil
	}
	x, y, scale := alignedValues(a, b)
	if y.Sign() == 0 {
		return nil, errorf(ErrDivisionByZero, "%", at, "division by zero")
	}
	return fittedDecimal(Decimal{new(big.Int).Rem(x, y), scale}, typ, at)
}

func wholeDivExact(a, b Value, typ Type, at Pos) (Value, error) {
	x, y, _ := alignedValues(a, b)
	if y.Sign() == 0 {
		return nil, errorf(ErrDivisionByZero, "div", at, "division by zero")
	}
	return fittedDecimal(Decimal{new(big.Int).Quo(x, y), 0}, typ, at)
}

func bothInt(a, b Value) (int64, int64, bool) {
	x, ok := a.(int64)
	y, ok2 := b.(int64)
	return x, y, ok && ok2
}

func absInt(x int64) uint64 {
	if x < 0 {
		return -uint64(x)
	}
	return uint64(x)
}

func alignedValues(a, b Value) (*big.Int, *big.Int, int) {
	x, _ := toDecimal(a)
	y, _ := toDecimal(b)
	return aligned(x, y)
}

func fitted(n int64, typ Type, at Pos) (Value, error) {
	if typ.Bits > 0 && typ.Bits < 64 {
		if limit := int64(1)<<(typ.Bits-1) - 1; n > limit || n < -limit-1 {
			return nil, outOfRange(typ, at)
		}
	}
	return n, nil
}

// fittedDecimal brings a number to the scale of a type and checks that it fits.
func fittedDecimal(d Decimal, typ Type, at Pos) (Value, error) {
	if typ.Scale >= 0 {
		d = d.rescale(typ.Scale)
	}
	if typ.Bits > 0 && !fitsBits(d.Coef, typ.Bits) || d.Coef.CmpAbs(pow10(orDefault(typ.Precision, 38))) >= 0 && typ.Scale >= 0 {
		return nil, outOfRange(typ, at)
	}
	return d.value(), nil
}

func outOfRange(typ Type, at Pos) error {
	d := Snowflake
	if typ.Bits > 0 {
		d = Databricks
	}
	return errorf(ErrOutOfRange, typ.SQL(d), at, "number out of range of %s", typ.SQL(d))
}

func (c *compiler) floatArithmetic(op string, l, r *node, typ Type, at Pos) *node {
	return fold(&node{typ: typ, nullable: true, eval: func(f *frame) (Value, error) {
		a, err := l.eval(f)
		if a == nil || err != nil {
			return nil, err
		}
		b, err := r.eval(f)
		if b == nil || err != nil {
			return nil, err
		}
		x, _ := toFloat(a)
		y, _ := toFloat(b)
		switch op {
		case "+":
			return x + y, nil
		case "-":
			return x - y, nil
		case "*":
			return x * y, nil
		}
		if y == 0 {
			return nil, errorf(ErrDivisionByZero, op, at, "division by zero")
		}
		switch op {
		case "/":
			return x / y, nil
		case "DIV":
			return int64(x / y), nil
		}
		return math.Mod(x, y), nil
	}}, l, r)
}

func negate(v Value) Value {
	switch x := v.(type) {
	case int64:
		if x != math.MinInt64 {
			return -x
		}
	case float64:
		return -x
	}
	d, _ := toDecimal(v)
	return Decimal{new(big.Int).Neg(d.Coef), d.Scale}.value()
}

// dateArithmetic compiles date ± days, date ± interval, date - date; nil where no date is involved.
func (c *compiler) dateArithmetic(op string, l, r *node, at Pos) (*node, error) {
	isPoint := func(t Type) bool { return t.Kind == KindDate || t.IsTimestamp() }
	if op == "+" && isPoint(r.typ) {
		l, r = r, l
	}
	switch {
	case !isPoint(l.typ) || op != "+" && op != "-":
		return nil, nil
	case r.typ.Kind == KindInterval:
		return c.addInterval(op, l, r), nil
	case op == "-" && l.typ.Kind == KindDate && r.typ.Kind == KindDate:
		return fold(&node{typ: c.integer(), nullable: true, eval: func(f *frame) (Value, error) {
			a, err := l.eval(f)
			if a == nil || err != nil {
				return nil, err
			}
			b, err := r.eval(f)
			if b == nil || err != nil {
				return nil, err
			}
			return int64(a.(Date) - b.(Date)), nil
		}}, l, r), nil
	case l.typ.Kind == KindDate && r.typ.Kind == KindNumber:
		return c.addDays(op, l, r, at)
	}
	return nil, errorf(ErrTypeMismatch, op, at, "%s of %s and %s", op, l.typ.SQL(c.dialect), r.typ.SQL(c.dialect))
}

// integer is the type of counts and lengths: INT on Databricks, NUMBER on Snowflake.
func (c *compiler) integer() Type {
	if c.dialect == Databricks {
		return TypeInt
	}
	return TypeNumber
}

func (c *compiler) bigint() Type {
	if c.dialect == Databricks {
		return TypeBigInt
	}
	return Number(18, 0)
}

func (c *compiler) addDays(op string, l, r *node, at Pos) (*node, error) {
	days, err := c.cast(r, TypeNumber, at)
	if err != nil {
		return nil, err
	}
	sign := Date(1)
	if op == "-" {
		sign = -1
	}
	return fold(&node{typ: TypeDate, nullable: true, eval: func(f *frame) (Value, error) {
		a, err := l.eval(f)
		if a == nil || err != nil {
			return nil, err
		}
		b, err := days.eval(f)
		if b == nil || err != nil {
			return nil, err
		}
		n, ok := b.(int64)
		if !ok || n > 4e6 || n < -4e6 {
			return nil, outOfRange(TypeDate, at)
		}
		return a.(Date) + sign*Date(n), nil
	}}, l, r), nil
}

func (c *compiler) addInterval(op string, l, r *node) *node {
	typ, sign := l.typ, int64(1)
	if op == "-" {
		sign = -1
	}
	if iv, ok := r.value.(Interval); typ.Kind == KindDate && ok && iv.Span != 0 {
		typ = TypeTimestampNTZ
		if c.dialect == Databricks {
			typ = TypeTimestampLTZ
		}
	}
	return fold(&node{typ: typ, nullable: true, eval: func(f *frame) (Value, error) {
		a, err := l.eval(f)
		if a == nil || err != nil {
			return nil, err
		}
		b, err := r.eval(f)
		if b == nil || err != nil {
			return nil, err
		}
		iv := b.(Interval).scaled(sign)
		if d, ok := a.(Date); ok {
			moved := iv.addTo(d.Time())
			if typ.Kind == KindDate {
				return DateOf(moved), nil
			}
			return moved, nil
		}
		return iv.addTo(a.(time.Time)), nil
	}}, l, r)
}
