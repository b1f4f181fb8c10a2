package sqlengine

import (
	"encoding/binary"
	"fmt"
	"math"
	"reflect"
	"sort"
	"strings"
	"time"
)

// appendKey appends an encoding under which two values are equal exactly where SQL groups them together.
func appendKey(b []byte, v Value) []byte {
	switch x := v.(type) {
	case nil:
		return append(b, 0)
	case string:
		b = append(b, 1)
		b = binary.AppendUvarint(b, uint64(len(x)))
		return append(b, x...)
	case int64:
		return binary.BigEndian.AppendUint64(append(b, 2), uint64(x))
	case Decimal:
		return appendDecimalKey(b, x)
	case float64:
		if x == 0 {
			x = 0 // minus zero
		}
		if x == math.Trunc(x) && math.Abs(x) < 1<<53 {
			return appendKey(b, int64(x))
		}
		return binary.BigEndian.AppendUint64(append(b, 4), math.Float64bits(x))
	case bool:
		return append(b, 5, byte(boolInt(x)))
	case Date:
		return binary.BigEndian.AppendUint32(append(b, 6), uint32(x))
	case TimeOfDay:
		return binary.BigEndian.AppendUint64(append(b, 7), uint64(x))
	case time.Time:
		b = binary.BigEndian.AppendUint64(append(b, 8), uint64(x.Unix()))
		return binary.BigEndian.AppendUint32(b, uint32(x.Nanosecond()))
	case []byte:
		b = binary.AppendUvarint(append(b, 9), uint64(len(x)))
		return append(b, x...)
	case Interval:
		b = binary.BigEndian.AppendUint64(append(b, 13), uint64(x.Months))
		b = binary.BigEndian.AppendUint64(b, uint64(x.Days))
		return binary.BigEndian.AppendUint64(b, uint64(x.Span))
	case Array:
		b = binary.AppendUvarint(append(b, 10), uint64(len(x)))
		for _, e := range x {
			b = appendKey(b, e)
		}
		return b
	case *Map:
		return appendMapKey(b, x)
	case JSONNull:
		return append(b, 12)
	}
	panic(fmt.Sprintf("sqlengine: value of foreign type %T", v))
}

func appendDecimalKey(b []byte, d Decimal) []byte {
	d = d.trim()
	if d.Scale == 0 && d.Coef.IsInt64() {
		return appendKey(b, d.Coef.Int64())
	}
	s := d.String()
	b = binary.AppendUvarint(append(b, 3), uint64(len(s)))
	return append(b, s...)
}

func appendMapKey(b []byte, m *Map) []byte {
	order := make([]int, len(m.Keys))
	for i := range order {
		order[i] = i
	}
	sort.Slice(order, func(i, j int) bool { return m.Keys[order[i]] < m.Keys[order[j]] })
	b = binary.AppendUvarint(append(b, 11), uint64(len(order)))
	for _, i := range order {
		b = appendKey(appendKey(b, m.Keys[i]), m.Values[i])
	}
	return b
}

func rowKey(b []byte, row Row) []byte {
	for _, v := range row {
		b = appendKey(b, v)
	}
	return b
}

// exprKey writes an expression so that two expressions with one meaning in a scope get one text: places are left out, columns are written
// by where they were found.
func (c *compiler) exprKey(e Expr, sc *scope) string {
	var b strings.Builder
	c.writeKey(&b, reflect.ValueOf(e), sc)
	return b.String()
}

var atType = reflect.TypeFor[At]()

func (c *compiler) writeKey(b *strings.Builder, v reflect.Value, sc *scope) {
	if v.Kind() == reflect.Interface || v.Kind() == reflect.Pointer {
		if v.IsNil() {
			b.WriteString("~")
			return
		}
		if ref, ok := v.Interface().(*ColumnRef); ok {
			c.writeColumnKey(b, ref, sc)
			return
		}
		if o, ok := v.Interface().(*onceExpr); ok {
			fmt.Fprintf(b, "%p", o)
			return
		}
		if ref, ok := v.Interface().(*slotRef); ok {
			fmt.Fprintf(b, "#0.%d", ref.index)
			return
		}
		if call, ok := v.Interface().(*Call); ok {
			b.WriteString(strings.ToUpper(call.Name.String()))
		}
		c.writeKey(b, v.Elem(), sc)
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() || v.Type() == reflect.TypeFor[Decimal]() {
			fmt.Fprint(b, v.Interface())
			return
		}
		b.WriteString(v.Type().Name() + "{")
		for i := range v.NumField() {
			if v.Field(i).Type() == atType || v.Type() == callType && v.Type().Field(i).Name == "Name" {
				continue
			}
			c.writeKey(b, v.Field(i), sc)
			b.WriteByte(',')
		}
		b.WriteByte('}')
	case reflect.Slice:
		b.WriteByte('[')
		for i := range v.Len() {
			c.writeKey(b, v.Index(i), sc)
			b.WriteByte(',')
		}
		b.WriteByte(']')
	case reflect.String:
		fmt.Fprintf(b, "%q", v.String())
	default:
		fmt.Fprint(b, v.Interface())
	}
}

var callType = reflect.TypeFor[Call]()

func (c *compiler) writeColumnKey(b *strings.Builder, ref *ColumnRef, sc *scope) {
	depth := 0
	for s := sc; s != nil; s, depth = s.outer, depth+1 {
		cols := s.cols
		if s.grouped != nil {
			cols = s.grouped.cols
		}
		if i, err := c.find(cols, ref.Name, ref.Pos()); err == nil && i >= 0 {
			fmt.Fprintf(b, "#%d.%d", depth, i)
			return
		}
	}
	b.WriteString("col:" + c.dialect.key(ref.Name.String()))
}

// slotOf gives the computed slot of an expression, nil where it has none in this scope.
func (c *compiler) slotOf(e Expr, sc *scope) (*node, error) {
	if sc == nil || len(sc.slots) == 0 {
		return nil, nil
	}
	if _, ok := e.(*Literal); ok {
		return nil, nil
	}
	if s, ok := sc.slots[c.exprKey(e, sc)]; ok {
		c.held |= s.held
		return columnNode(0, s.index, s.typ, s.nullable), nil
	}
	return nil, nil
}
