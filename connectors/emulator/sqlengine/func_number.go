package sqlengine

import (
	"math"
	"math/big"
)

func numberFunctions() map[string]builtin {
	float := resultRule(func(c *compiler, _ []*node) Type { return c.float() })
	float1 := func(f func(float64) float64) builtin {
		return builtin{params: "f", result: float, eval: func(x *callInfo, a []Value) (Value, error) { return x.finite(f(a[0].(float64))) }}
	}
	power := builtin{params: "ff", result: float, eval: func(x *callInfo, a []Value) (Value, error) {
		return x.finite(math.Pow(a[0].(float64), a[1].(float64)))
	}}
	ceil := builtin{params: "n?i", result: roundedType, eval: rounder(1)}
	mod := builtin{params: "nn", result: opType("%"), eval: opEval("%")}
	return map[string]builtin{
		"ABS": {params: "n", result: returnsArg(0), eval: func(_ *callInfo, a []Value) (Value, error) {
			if o, _ := compareNumber(a[0], int64(0)); o < 0 {
				return negate(a[0]), nil
			}
			return a[0], nil
		}},
		"SIGN": {params: "n", result: returnsInteger, eval: func(_ *callInfo, a []Value) (Value, error) {
			o, _ := compareNumber(a[0], int64(0))
			return int64(o), nil
		}},
		"ROUND": {params: "n?i", result: roundedType, eval: rounder(0)}, "CEIL": ceil, "CEILING": ceil,
		"FLOOR": {params: "n?i", result: roundedType, eval: rounder(-1)},
		"TRUNC": {dialects: onlySnowflake, params: "n?i", result: roundedType, eval: rounder(2)},
		"MOD":   mod, "POWER": power, "POW": power, "SQRT": float1(math.Sqrt), "EXP": float1(math.Exp), "LN": float1(math.Log),
		"LOG": {params: "ff", result: float, eval: func(x *callInfo, a []Value) (Value, error) {
			return x.finite(math.Log(a[1].(float64)) / math.Log(a[0].(float64)))
		}},
		"PI":       {params: "", result: float, eval: func(*callInfo, []Value) (Value, error) { return math.Pi, nil }},
		"DIV0":     {dialects: onlySnowflake, params: "nn", result: opType("/"), eval: divideOrZero},
		"DIV0NULL": {dialects: onlySnowflake, params: "nx", nulls: true, result: returnsArg(0), eval: divideNullOrZero},
		"RANDOM": {params: "?i", result: randomType, volatile: true, eval: func(x *callInfo, _ []Value) (Value, error) {
			if x.dialect == Databricks {
				return x.run.rng.Float64(), nil
			}
			return int64(x.run.rng.Uint64()), nil
		}},
		"RAND":    {dialects: onlyDatabricks, params: "?i", result: float, volatile: true, eval: func(x *callInfo, _ []Value) (Value, error) { return x.run.rng.Float64(), nil }},
		"BITAND":  {params: "ii", result: returnsArg(0), eval: bitwise((*big.Int).And)},
		"BITOR":   {params: "ii", result: returnsArg(0), eval: bitwise((*big.Int).Or)},
		"BITXOR":  {params: "ii", result: returnsArg(0), eval: bitwise((*big.Int).Xor)},
		"UNIFORM": {dialects: onlySnowflake, params: "iix", result: returnsArg(0), volatile: true, eval: uniform},
	}
}

func randomType(c *compiler, _ []*node) Type {
	if c.dialect == Databricks {
		return TypeDouble
	}
	return Number(19, 0)
}

func (c *compiler) float() Type {
	if c.dialect == Databricks {
		return TypeDouble
	}
	return TypeFloat
}

// finite refuses the results of roots and logarithms outside their domain: Snowflake fails, Databricks gives NaN or NULL.
func (x *callInfo) finite(f float64) (Value, error) {
	if (math.IsNaN(f) || math.IsInf(f, 0)) && x.dialect == Snowflake {
		return nil, x.invalid("argument outside the domain")
	}
	return f, nil
}

func roundedType(c *compiler, args []*node) Type {
	t := args[0].typ
	if t.Kind == KindFloat || t.Scale == 0 {
		return t
	}
	places := int64(0)
	if len(args) > 1 {
		n, ok := args[1].value.(int64)
		if !ok {
			return t
		}
		places = n
	}
	scale := int(max(min(places, int64(t.Scale)), 0))
	if c.dialect == Databricks && scale == 0 && len(args) == 1 {
		return Number(max(min(t.Precision-t.Scale+1, 38), 1), 0)
	}
	return Number(min(max(t.Precision-t.Scale, 0)+scale+1, 38), scale)
}

// rounder rounds to places behind the point: mode 0 half away from zero, 1 up, -1 down, 2 towards zero.
func rounder(mode int) evalArgs {
	return func(x *callInfo, a []Value) (Value, error) {
		places, err := intArg(x, a, 1, 0)
		if err != nil {
			return nil, err
		}
		if f, ok := a[0].(float64); ok {
			return roundFloat(f, places, mode), nil
		}
		d, _ := toDecimal(a[0])
		if places >= d.Scale {
			return fittedDecimal(d, x.typ, x.at)
		}
		if places < -38 {
			return int64(0), nil
		}
		unit := pow10(d.Scale - places)
		q := roundedQuotient(d.Coef, unit, mode)
		out := Decimal{Coef: q, Scale: places}
		if places < 0 {
			out = Decimal{Coef: new(big.Int).Mul(q, pow10(-places))}
		}
		return fittedDecimal(out, x.typ, x.at)
	}
}

func roundedQuotient(n, unit *big.Int, mode int) *big.Int {
	if mode == 0 {
		return divideRounded(n, unit)
	}
	q, r := new(big.Int).QuoRem(n, unit, new(big.Int))
	if mode != 2 && r.Sign() == mode {
		q.Add(q, big.NewInt(int64(mode)))
	}
	return q
}

func roundFloat(f float64, places, mode int) float64 {
	unit := math.Pow(10, float64(places))
	scaled := f * unit
	if math.IsInf(scaled, 0) || math.IsNaN(scaled) || unit == 0 {
		return f
	}
	switch mode {
	case 1:
		return math.Ceil(scaled) / unit
	case -1:
		return math.Floor(scaled) / unit
	case 2:
		return math.Trunc(scaled) / unit
	}
	return math.Round(scaled) / unit
}

func opType(op string) resultRule {
	return func(c *compiler, args []*node) Type { return c.arithmeticType(op, args[0].typ, args[1].typ) }
}

func opEval(op string) evalArgs {
	return func(x *callInfo, a []Value) (Value, error) {
		if x.typ.Kind != KindFloat {
			return exactOps[op](a[0], a[1], x.typ, x.at)
		}
		l, _ := toFloat(a[0])
		r, _ := toFloat(a[1])
		if r == 0 {
			return nil, errorf(ErrDivisionByZero, op, x.at, "division by zero")
		}
		if op == "/" {
			return l / r, nil
		}
		return math.Mod(l, r), nil
	}
}

func divideOrZero(x *callInfo, a []Value) (Value, error) {
	if o, _ := compareNumber(a[1], int64(0)); o == 0 {
		return int64(0), nil
	}
	return opEval("/")(x, a)
}

func divideNullOrZero(x *callInfo, a []Value) (Value, error) {
	if a[0] == nil {
		return nil, nil
	}
	if a[1] == nil {
		return int64(0), nil
	}
	if o, ok := compareNumber(a[1], int64(0)); !ok {
		return nil, errorf(ErrArgumentType, x.name, x.at, "DIV0NULL takes numbers")
	} else if o == 0 {
		return int64(0), nil
	}
	return opEval("/")(x, a)
}

func bitwise(op func(z, x, y *big.Int) *big.Int) evalArgs {
	return func(x *callInfo, a []Value) (Value, error) {
		l, _ := toDecimal(a[0])
		r, _ := toDecimal(a[1])
		return fittedDecimal(Decimal{Coef: op(new(big.Int), l.Coef, r.Coef)}, TypeNumber, x.at)
	}
}

func uniform(x *callInfo, a []Value) (Value, error) {
	lo, ok := a[0].(int64)
	hi, ok2 := a[1].(int64)
	if !ok || !ok2 || hi < lo || hi-lo < 0 || hi-lo == math.MaxInt64 {
		return nil, x.invalid("bounds")
	}
	return lo + x.run.rng.Int64N(hi-lo+1), nil
}
