package sqlengine

import (
	"strings"
)

// dialects says which dialects have a function.
type dialects uint8

const (
	both dialects = iota
	onlySnowflake
	onlyDatabricks
)

// aggregateDef is an entry of the table of aggregates. compile casts the arguments, and sets the type and maker.
type aggregateDef struct {
	dialects dialects
	min, max int
	keepNull bool
	compile  func(c *compiler, a *aggregation, call *Call) error
}

const many = 1 << 20

// newAggregates makes the table of aggregate functions, by upper-case name.
func newAggregates() map[string]aggregateDef {
	count := aggregateDef{min: 0, max: many, compile: compileCount}
	distinct := aggregateDef{min: 1, max: many, compile: func(c *compiler, a *aggregation, call *Call) error {
		a.distinct = true
		if c.dialect == Databricks {
			a.args = a.args[:1] // the second argument is the error allowed; exact counting is within it
		}
		return compileCount(c, a, call)
	}}
	list := aggregateDef{min: 1, max: 1, compile: compileList}
	unique := aggregateDef{min: 1, max: 1, compile: func(c *compiler, a *aggregation, call *Call) error {
		a.distinct = true
		return compileList(c, a, call)
	}}
	lists := list
	lists.dialects = onlyDatabricks
	unique.dialects = onlyDatabricks
	uniqueSnow := unique
	uniqueSnow.dialects = onlySnowflake
	joined := aggregateDef{min: 1, max: 2, compile: compileJoined}
	anyValue := aggregateDef{min: 1, max: 1, keepNull: true, compile: compileFirst}
	return map[string]aggregateDef{
		"COUNT": count, "APPROX_COUNT_DISTINCT": distinct, "HLL": {onlySnowflake, 1, many, false, distinct.compile},
		"COUNT_IF": {both, 1, 1, false, compileCountIf}, "COUNTIF": {onlyDatabricks, 1, 1, false, compileCountIf},
		"SUM": {both, 1, 1, false, compileSum}, "AVG": {both, 1, 1, false, compileAvg}, "MEAN": {onlyDatabricks, 1, 1, false, compileAvg},
		"MIN": {both, 1, 1, false, extremeOf(-1)}, "MAX": {both, 1, 1, false, extremeOf(1)},
		"MIN_BY": {both, 2, 2, true, extremeBy(-1)}, "MAX_BY": {both, 2, 2, true, extremeBy(1)},
		"ANY_VALUE": anyValue, "FIRST": {onlyDatabricks, 1, 1, true, compileFirst}, "LISTAGG": joined, "STRING_AGG": joined,
		"ARRAY_AGG": list, "COLLECT_LIST": lists, "COLLECT_SET": unique, "ARRAY_UNIQUE_AGG": uniqueSnow,
		"OBJECT_AGG": {onlySnowflake, 2, 2, false, compileObjectAgg}, "MEDIAN": {both, 1, 1, false, compileMedian},
		"STDDEV": {both, 1, 1, false, varianceOf(1, true)}, "STDDEV_SAMP": {both, 1, 1, false, varianceOf(1, true)},
		"STDDEV_POP": {both, 1, 1, false, varianceOf(0, true)}, "VARIANCE": {both, 1, 1, false, varianceOf(1, false)},
		"VAR_SAMP": {both, 1, 1, false, varianceOf(1, false)}, "VAR_POP": {both, 1, 1, false, varianceOf(0, false)},
		"BOOLAND_AGG": {onlySnowflake, 1, 1, false, logicalOf(true)}, "BOOLOR_AGG": {onlySnowflake, 1, 1, false, logicalOf(false)},
		"BOOL_AND": {onlyDatabricks, 1, 1, false, logicalOf(true)}, "EVERY": {onlyDatabricks, 1, 1, false, logicalOf(true)},
		"BOOL_OR": {onlyDatabricks, 1, 1, false, logicalOf(false)}, "ANY": {onlyDatabricks, 1, 1, false, logicalOf(false)},
		"SOME": {onlyDatabricks, 1, 1, false, logicalOf(false)},
	}
}

func compileCount(c *compiler, a *aggregation, _ *Call) error {
	a.typ, a.nullable = c.bigint(), false
	a.make = func() accumulator { return new(countAcc) }
	return nil
}

type countAcc int64

func (n *countAcc) add([]Value) error      { *n++; return nil }
func (n *countAcc) result() (Value, error) { return int64(*n), nil }

func compileCountIf(c *compiler, a *aggregation, call *Call) error {
	var err error
	if a.args[0], err = c.cast(a.args[0], TypeBoolean, call.Pos()); err != nil {
		return err
	}
	a.typ, a.make = c.bigint(), func() accumulator { return new(countIfAcc) }
	return nil
}

type countIfAcc int64

func (n *countIfAcc) add(args []Value) error {
	if args[0] == true {
		*n++
	}
	return nil
}
func (n *countIfAcc) result() (Value, error) { return int64(*n), nil }

// numericArg makes the first argument a number.
func numericArg(c *compiler, a *aggregation, call *Call) error {
	var err error
	a.args[0], err = c.asNumber(a.args[0], upper(call.Name.Last()), call.Pos())
	a.nullable = true
	return err
}

func compileSum(c *compiler, a *aggregation, call *Call) error {
	if err := numericArg(c, a, call); err != nil {
		return err
	}
	in := a.args[0].typ
	switch {
	case in.Kind == KindFloat && c.dialect == Snowflake:
		a.typ = TypeFloat
	case in.Kind == KindFloat:
		a.typ = TypeDouble
	case c.dialect == Snowflake:
		a.typ = Number(38, in.Scale)
	case in.Bits > 0:
		a.typ = TypeBigInt
	default:
		a.typ = Number(min(in.Precision+10, 38), in.Scale)
	}
	typ, at := a.typ, call.Pos()
	a.make = func() accumulator { return &sumAcc{typ: typ, at: at} }
	return nil
}

// sumAcc sums exactly, in an int64 as long as that goes, or in floating point.
type sumAcc struct {
	typ   Type
	at    Pos
	some  bool
	float float64
	exact Value
}

func (s *sumAcc) add(args []Value) error {
	if s.typ.Kind == KindFloat {
		f, _ := toFloat(args[0])
		s.float += f
		s.some = true
		return nil
	}
	if !s.some {
		s.exact, s.some = args[0], true
		return nil
	}
	var err error
	s.exact, err = addExact(s.exact, args[0], s.typ, s.at)
	return err
}

func (s *sumAcc) result() (Value, error) {
	switch {
	case !s.some:
		return nil, nil
	case s.typ.Kind == KindFloat:
		return s.float, nil
	}
	d, _ := toDecimal(s.exact)
	return fittedDecimal(d, s.typ, s.at)
}

func compileAvg(c *compiler, a *aggregation, call *Call) error {
	if err := numericArg(c, a, call); err != nil {
		return err
	}
	in := a.args[0].typ
	switch {
	case in.Kind == KindFloat && c.dialect == Snowflake:
		a.typ = TypeFloat
	case c.dialect == Databricks && (in.Kind == KindFloat || in.Bits > 0):
		a.typ = TypeDouble
	case c.dialect == Databricks:
		a.typ = Number(min(in.Precision+4, 38), min(in.Scale+4, 37))
	default:
		a.typ = Number(38, max(in.Scale, min(in.Scale+6, 12)))
	}
	typ, at, sum := a.typ, call.Pos(), Number(38, in.Scale)
	if typ.Kind == KindFloat {
		sum = typ
	}
	a.make = func() accumulator { return &avgAcc{typ: typ, sum: sumAcc{typ: sum, at: at}} }
	return nil
}

type avgAcc struct {
	typ Type
	sum sumAcc
	n   int64
}

func (v *avgAcc) add(args []Value) error {
	v.n++
	return v.sum.add(args)
}

func (v *avgAcc) result() (Value, error) {
	if v.n == 0 {
		return nil, nil
	}
	if v.typ.Kind == KindFloat {
		return v.sum.float / float64(v.n), nil
	}
	total, err := v.sum.result()
	if err != nil {
		return nil, err
	}
	return divExact(total, v.n, v.typ, v.sum.at)
}

func extremeOf(sign int) func(*compiler, *aggregation, *Call) error {
	return func(c *compiler, a *aggregation, call *Call) error {
		a.typ, a.nullable = a.args[0].typ, true
		if a.typ.Kind == KindMap || a.typ.Kind == KindObject || a.typ.Kind == KindArray && c.dialect == Snowflake {
			return errorf(ErrArgumentType, upper(call.Name.Last()), call.Pos(), "%s does not take %s", call.Name, a.typ.SQL(c.dialect))
		}
		a.make = func() accumulator { return &extremeAcc{sign: sign} }
		return nil
	}
}

// extremeBy gives the first argument of the row whose second is extreme.
func extremeBy(sign int) func(*compiler, *aggregation, *Call) error {
	return func(_ *compiler, a *aggregation, _ *Call) error {
		a.typ, a.nullable = a.args[0].typ, true
		a.make = func() accumulator { return &extremeAcc{sign: sign, by: 1} }
		return nil
	}
}

type extremeAcc struct {
	sign, by   int
	best, give Value
}

func (e *extremeAcc) add(args []Value) error {
	key := args[e.by]
	if key == nil {
		return nil
	}
	if e.best == nil || compareNullable(key, e.best)*e.sign > 0 {
		e.best, e.give = key, args[0]
	}
	return nil
}
func (e *extremeAcc) result() (Value, error) { return e.give, nil }

func compileFirst(_ *compiler, a *aggregation, call *Call) error {
	a.typ, a.nullable = a.args[0].typ, true
	a.keepNull = call.Nulls != "IGNORE"
	a.make = func() accumulator { return &firstAcc{} }
	return nil
}

type firstAcc struct {
	some bool
	v    Value
}

func (f *firstAcc) add(args []Value) error {
	if !f.some {
		f.some, f.v = true, args[0]
	}
	return nil
}
func (f *firstAcc) result() (Value, error) { return f.v, nil }

func compileList(c *compiler, a *aggregation, _ *Call) error {
	a.typ = TypeArray
	if c.dialect == Databricks {
		a.typ = ArrayOf(a.args[0].typ)
	}
	a.make = func() accumulator { return &listAcc{items: Array{}} }
	return nil
}

type listAcc struct{ items Array }

func (l *listAcc) add(args []Value) error {
	l.items = append(l.items, args[0])
	return nil
}
func (l *listAcc) result() (Value, error) { return append(Array{}, l.items...), nil }

// compileJoined: LISTAGG(x [, separator]) gives text, ” for no rows on Snowflake.
func compileJoined(c *compiler, a *aggregation, call *Call) error {
	for i, n := range a.args {
		var err error
		if a.args[i], err = c.cast(n, TypeText, call.Pos()); err != nil {
			return err
		}
	}
	separator := ""
	if len(a.args) == 2 {
		s, ok := a.args[1].value.(string)
		if !ok {
			return errorf(ErrInvalidArgument, upper(call.Name.Last()), call.Pos(), "the separator must be a constant text")
		}
		separator = s
	}
	a.args = a.args[:1]
	empty := map[Dialect]Value{Snowflake: ""}[c.dialect]
	a.typ, a.nullable = TypeText, c.dialect == Databricks
	a.make = func() accumulator { return &joinedAcc{separator: separator, empty: empty} }
	return nil
}

type joinedAcc struct {
	parts     []string
	separator string
	empty     Value
}

func (j *joinedAcc) add(args []Value) error {
	j.parts = append(j.parts, args[0].(string))
	return nil
}

func (j *joinedAcc) result() (Value, error) {
	if len(j.parts) == 0 {
		return j.empty, nil
	}
	return strings.Join(j.parts, j.separator), nil
}

func compileObjectAgg(c *compiler, a *aggregation, call *Call) error {
	var err error
	if a.args[0], err = c.cast(a.args[0], TypeText, call.Pos()); err != nil {
		return err
	}
	a.typ, a.make = TypeObject, func() accumulator { return &objectAcc{m: &Map{}, at: call.Pos()} }
	return nil
}

type objectAcc struct {
	m  *Map
	at Pos
}

func (o *objectAcc) add(args []Value) error {
	if _, ok := o.m.Get(args[0].(string)); ok {
		return errorf(ErrInvalidArgument, "OBJECT_AGG", o.at, "OBJECT_AGG met a key twice")
	}
	o.m.Set(args[0].(string), args[1])
	return nil
}
func (o *objectAcc) result() (Value, error) { return o.m, nil }

func logicalOf(and bool) func(*compiler, *aggregation, *Call) error {
	return func(c *compiler, a *aggregation, call *Call) error {
		var err error
		if a.args[0], err = c.cast(a.args[0], TypeBoolean, call.Pos()); err != nil {
			return err
		}
		a.typ, a.nullable = TypeBoolean, true
		a.make = func() accumulator { return &logicalAcc{and: and} }
		return nil
	}
}

type logicalAcc struct {
	and bool
	v   Value
}

func (l *logicalAcc) add(args []Value) error {
	if l.v == nil || args[0] != l.and {
		l.v = args[0]
	}
	return nil
}
func (l *logicalAcc) result() (Value, error) { return l.v, nil }
