package sqlengine

import (
	"bytes"
	"cmp"
	"math"
	"strconv"
	"strings"
	"time"
)

func upper(s string) string { return strings.ToUpper(s) }
func itoa(n int) string     { return strconv.Itoa(n) }

// comparison compiles = <> < <= > >=; also for tuples, by their items.
func (c *compiler) comparison(e *Binary, sc *scope) (*node, error) {
	l, err := c.expr(e.L, sc)
	if err != nil {
		return nil, err
	}
	r, err := c.expr(e.R, sc)
	if err != nil {
		return nil, err
	}
	return c.compareNodes(e.Op, l, r, e.Pos())
}

func (c *compiler) compareNodes(op string, l, r *node, at Pos) (*node, error) {
	l, r, err := c.comparable(op, l, r, at)
	if err != nil {
		return nil, err
	}
	test := comparisons[op]
	n := &node{typ: TypeBoolean, nullable: l.nullable || r.nullable}
	if s, ok := r.value.(string); ok && r.isConst && (op == "=" || op == "<>") && l.typ.Kind == KindText {
		n.eval = equalText(l.eval, s, op == "=")
		return fold(n, l), nil
	}
	n.eval = func(f *frame) (Value, error) {
		a, err := l.eval(f)
		if a == nil || err != nil {
			return nil, err
		}
		b, err := r.eval(f)
		if b == nil || err != nil {
			return nil, err
		}
		order, ok := compare(a, b)
		if !ok {
			return op == "<>", nil
		}
		return test(order), nil
	}
	return fold(n, l, r), nil
}

func equalText(l evalFunc, s string, equal bool) evalFunc {
	return func(f *frame) (Value, error) {
		a, err := l(f)
		if a == nil || err != nil {
			return nil, err
		}
		return (a.(string) == s) == equal, nil
	}
}

var comparisons = map[string]func(int) bool{
	"=":  func(o int) bool { return o == 0 },
	"<>": func(o int) bool { return o != 0 },
	"<":  func(o int) bool { return o < 0 },
	"<=": func(o int) bool { return o <= 0 },
	">":  func(o int) bool { return o > 0 },
	">=": func(o int) bool { return o >= 0 },
}

// comparable casts two sides of a comparison to a type in which they can be compared.
func (c *compiler) comparable(op string, l, r *node, at Pos) (*node, *node, error) {
	typ, ok := comparisonType(c.dialect, l.typ, r.typ)
	if !ok {
		return nil, nil, errorf(ErrTypeMismatch, op, at, "cannot compare %s with %s", l.typ.SQL(c.dialect), r.typ.SQL(c.dialect))
	}
	l, err := c.looseCast(l, typ, at)
	if err != nil {
		return nil, nil, err
	}
	r, err = c.looseCast(r, typ, at)
	return l, r, err
}

// looseCast casts between families only: lengths and scales do not matter to a comparison.
func (c *compiler) looseCast(n *node, to Type, at Pos) (*node, error) {
	if n.typ.Kind == to.Kind || n.typ.Kind == KindNull {
		return n, nil
	}
	return c.cast(n, to, at)
}

// comparisonType gives the family two types are compared in. Text meets numbers, dates and booleans as one of them.
func comparisonType(d Dialect, a, b Type) (Type, bool) {
	if a.Kind > b.Kind {
		a, b = b, a
	}
	switch {
	case a.Kind == b.Kind:
		return a, a.Kind != KindMap
	case a.Kind == KindNull, b.Kind == KindVariant:
		return b, true
	case a.Kind == KindBoolean && (b.Kind == KindNumber || b.Kind == KindText):
		return a, true
	case a.Kind == KindNumber && b.Kind == KindFloat:
		return b, true
	case a.Kind == KindNumber && b.Kind == KindText:
		if d == Databricks && a.Bits == 0 {
			return TypeDouble, true
		}
		return exactText, true
	case a.Kind == KindFloat && b.Kind == KindText:
		return a, true
	case a.Kind == KindText && (b.Kind == KindDate || b.Kind == KindTime || b.IsTimestamp()):
		return b, true
	case a.Kind == KindText && b.Kind == KindBinary && d == Databricks:
		return b, true
	case a.Kind == KindDate && b.IsTimestamp(), a.IsTimestamp() && b.IsTimestamp():
		return b, true
	}
	return TypeNull, false
}

// exactText is the number a text is read as beside an exact number: all its digits count.
var exactText = Type{Kind: KindNumber, Precision: 38, Scale: -1}

// commonType gives the type that holds the values of both, as CASE, COALESCE and UNION need it.
func commonType(d Dialect, a, b Type) (Type, bool) {
	switch {
	case a.Equal(b), b.Kind == KindNull:
		return a, true
	case a.Kind == KindNull:
		return b, true
	case a.Kind == KindText && b.Kind == KindText, a.Kind == KindBinary && b.Kind == KindBinary:
		if a.Length == 0 || b.Length == 0 {
			a.Length = 0
		} else {
			a.Length = max(a.Length, b.Length)
		}
		return a, true
	case a.Kind == KindNumber && b.Kind == KindNumber:
		return commonNumber(a, b), true
	case a.Kind == KindFloat && b.Kind == KindFloat:
		a.Bits = max(a.Bits, b.Bits)
		return a, true
	case a.Kind == KindVariant || b.Kind == KindVariant:
		return TypeVariant, true
	case a.Kind == b.Kind && !a.isNested():
		a.Scale = max(a.Scale, b.Scale)
		return a, true
	case a.Kind == KindText && !b.isNested(), b.Kind == KindText && !a.isNested():
		return commonWithText(d, a, b)
	case a.isNested() || b.isNested():
		return commonNested(d, a, b)
	case a.Kind == KindFloat && b.Kind == KindNumber, a.Kind == KindNumber && b.Kind == KindFloat:
		if d == Snowflake {
			return TypeFloat, true
		}
		return TypeDouble, true
	}
	return comparisonType(d, a, b)
}

func commonNumber(a, b Type) Type {
	if a.Bits > 0 && b.Bits > 0 {
		return intType(max(a.Bits, b.Bits))
	}
	scale := max(a.Scale, b.Scale)
	whole := max(a.Precision-a.Scale, b.Precision-b.Scale)
	return Number(min(whole+scale, 38), scale)
}

// commonWithText decides text beside another family: Snowflake turns the text into the other, Databricks too, but into wide types.
func commonWithText(d Dialect, a, b Type) (Type, bool) {
	if a.Kind != KindText {
		a, b = b, a
	}
	if d == Databricks {
		switch {
		case b.Kind == KindNumber && b.Bits > 0:
			return TypeBigInt, true
		case b.IsNumeric():
			return TypeDouble, true
		}
		return b, true
	}
	if b.Kind == KindNumber {
		return Number(38, max(b.Scale, 5)), true
	}
	return b, true
}

func commonNested(d Dialect, a, b Type) (Type, bool) {
	if a.Kind != b.Kind {
		return TypeVariant, d == Snowflake
	}
	if a.Kind == KindArray && a.Elem != nil && b.Elem != nil {
		elem, ok := commonType(d, *a.Elem, *b.Elem)
		return ArrayOf(elem), ok
	}
	if a.Kind == KindArray {
		return TypeArray, true
	}
	return a, a.Kind == KindObject || a.Equal(b)
}

// compare orders two values that are not NULL: -1, 0, 1. False where they are of families that have no common order.
func compare(a, b Value) (int, bool) {
	switch x := a.(type) {
	case int64:
		return compareNumber(x, b)
	case string:
		if y, ok := b.(string); ok {
			return strings.Compare(x, y), true
		}
	case Decimal, float64:
		return compareNumber(a, b)
	case bool:
		if y, ok := b.(bool); ok {
			return cmp.Compare(boolInt(x), boolInt(y)), true
		}
	case Date:
		if y, ok := b.(Date); ok {
			return cmp.Compare(x, y), true
		}
	case TimeOfDay:
		if y, ok := b.(TimeOfDay); ok {
			return cmp.Compare(x, y), true
		}
	case time.Time:
		if y, ok := b.(time.Time); ok {
			return x.Compare(y), true
		}
	case []byte:
		if y, ok := b.([]byte); ok {
			return bytes.Compare(x, y), true
		}
	case Interval:
		if y, ok := b.(Interval); ok {
			return cmp.Compare(x.Months*30*86400e9+x.Days*86400e9+int64(x.Span), y.Months*30*86400e9+y.Days*86400e9+int64(y.Span)), true
		}
	case JSONNull:
		_, ok := b.(JSONNull)
		return 0, ok
	}
	return compareNested(a, b)
}

func compareNumber(a, b Value) (int, bool) {
	if x, ok := a.(int64); ok {
		if y, ok := b.(int64); ok {
			return cmp.Compare(x, y), true
		}
	}
	x, xOK := toDecimal(a)
	y, yOK := toDecimal(b)
	if xOK && yOK {
		return x.Cmp(y), true
	}
	f, fOK := toFloat(a)
	g, gOK := toFloat(b)
	if !fOK || !gOK {
		return 0, false
	}
	// NaN equals itself and is above all numbers, on both warehouses.
	switch {
	case math.IsNaN(f) && math.IsNaN(g):
		return 0, true
	case math.IsNaN(f):
		return 1, true
	case math.IsNaN(g):
		return -1, true
	}
	return cmp.Compare(f, g), true
}

func compareNested(a, b Value) (int, bool) {
	switch x := a.(type) {
	case Array:
		y, ok := b.(Array)
		if !ok {
			return 0, false
		}
		for i := 0; i < len(x) && i < len(y); i++ {
			if o := compareNullable(x[i], y[i]); o != 0 {
				return o, true
			}
		}
		return cmp.Compare(len(x), len(y)), true
	case *Map:
		y, ok := b.(*Map)
		if !ok {
			return 0, false
		}
		return bytes.Compare(appendKey(nil, x), appendKey(nil, y)), true
	}
	return 0, false
}

// compareNullable orders NULL before everything and values of different families by their family.
func compareNullable(a, b Value) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return -1
	case b == nil:
		return 1
	}
	if o, ok := compare(a, b); ok {
		return o
	}
	return bytes.Compare(appendKey(nil, a), appendKey(nil, b))
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

func toFloat(v Value) (float64, bool) {
	switch n := v.(type) {
	case float64:
		return n, true
	case int64:
		return float64(n), true
	case Decimal:
		return n.Float(), true
	}
	return 0, false
}

func (c *compiler) isDistinct(e *IsDistinct, sc *scope) (*node, error) {
	l, err := c.expr(e.L, sc)
	if err != nil {
		return nil, err
	}
	r, err := c.expr(e.R, sc)
	if err != nil {
		return nil, err
	}
	if l, r, err = c.comparable("IS DISTINCT FROM", l, r, e.Pos()); err != nil {
		return nil, err
	}
	return fold(&node{typ: TypeBoolean, eval: func(f *frame) (Value, error) {
		a, err := l.eval(f)
		if err != nil {
			return nil, err
		}
		b, err := r.eval(f)
		if err != nil {
			return nil, err
		}
		return (compareNullable(a, b) != 0) != e.Not, nil
	}}, l, r), nil
}
