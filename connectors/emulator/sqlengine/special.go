package sqlengine

// specialForm is a function whose arguments are not plain values: lazy, names of date parts, lambdas.
type specialForm struct {
	dialects dialects
	compile  func(c *compiler, e *Call, sc *scope) (*node, error)
}

func newSpecialForms() map[string]specialForm {
	coalesce := specialForm{compile: compileCoalesce}
	conditional := specialForm{compile: compileIf}
	dateAdd, dateDiff := specialForm{compile: compileDateAdd}, specialForm{compile: compileDateDiff}
	trunc := specialForm{compile: compileDateTrunc}
	reduce := specialForm{compile: compileReduce}
	current := specialForm{compile: compileNow}
	return map[string]specialForm{
		"COALESCE": coalesce, "NVL": coalesce, "IFNULL": coalesce, "IFF": {onlySnowflake, compileIf}, "IF": only2(conditional, onlyDatabricks),
		"NVL2": {both, compileNVL2}, "NULLIF": {both, compileNullIf}, "DECODE": {both, compileDecode},
		"ZEROIFNULL": {both, compileZeroIfNull}, "NULLIFZERO": {both, compileNullIfZero},
		"GREATEST": {both, extremeForm(1)}, "LEAST": {both, extremeForm(-1)}, "EQUAL_NULL": {both, compileEqualNull},
		"ISNULL": {onlyDatabricks, isNullForm(false)}, "ISNOTNULL": {onlyDatabricks, isNullForm(true)},
		"CURRENT_TIMESTAMP": current, "LOCALTIMESTAMP": current, "GETDATE": current, "SYSDATE": {onlySnowflake, compileNow},
		"NOW": {onlyDatabricks, compileNow}, "SYSTIMESTAMP": {onlySnowflake, compileNow}, "CURRENT_DATE": {both, compileToday},
		"CURDATE": {onlyDatabricks, compileToday}, "CURRENT_TIME": {onlySnowflake, compileClock}, "LOCALTIME": {onlySnowflake, compileClock},
		"DATEADD": dateAdd, "TIMESTAMPADD": dateAdd, "TIMEADD": {onlySnowflake, compileDateAdd}, "DATE_ADD": {onlyDatabricks, compileDateAdd},
		"DATEDIFF": dateDiff, "DATE_DIFF": {onlyDatabricks, compileDateDiff}, "TIMESTAMPDIFF": dateDiff, "TIMEDIFF": {onlySnowflake, compileDateDiff},
		"DATE_TRUNC": trunc, "TRUNC": {onlyDatabricks, compileTruncDate}, "DATE_PART": {both, compileDatePart}, "DATEPART": {onlyDatabricks, compileDatePart},
		"OBJECT_CONSTRUCT":           {onlySnowflake, objectForm(false)},
		"OBJECT_CONSTRUCT_KEEP_NULL": {onlySnowflake, objectForm(true)}, "STRUCT": {onlyDatabricks, compileStruct},
		"TRANSFORM": {both, compileTransform}, "FILTER": {both, compileFilterArray}, "REDUCE": reduce, "AGGREGATE": {onlyDatabricks, compileReduce},
		"EXISTS": {onlyDatabricks, quantifier(true)}, "ANY_MATCH": {onlyDatabricks, quantifier(true)}, "FORALL": {onlyDatabricks, quantifier(false)},
	}
}

func only2(f specialForm, d dialects) specialForm {
	f.dialects = d
	return f
}

// count checks the number of positional arguments.
func (e *Call) count(low, high int) error {
	if err := plainArguments(e); err != nil {
		return err
	}
	if len(e.Args) < low || len(e.Args) > high {
		return errorf(ErrArgumentCount, upper(e.Name.Last()), e.Pos(), "%s does not take %d arguments", upper(e.Name.Last()), len(e.Args))
	}
	return nil
}

// compileCoalesce: the first that is not NULL; those behind it are not computed.
func compileCoalesce(c *compiler, e *Call, sc *scope) (*node, error) {
	if err := e.count(1, many); err != nil {
		return nil, err
	}
	args, err := c.exprs(e.Args, sc)
	if err != nil {
		return nil, err
	}
	args, typ, err := c.unify(args, upper(e.Name.Last()), e.Pos())
	if err != nil {
		return nil, err
	}
	nullable := true
	for _, a := range args {
		nullable = nullable && a.nullable
	}
	return fold(&node{typ: typ, nullable: nullable, eval: func(f *frame) (Value, error) {
		for _, a := range args {
			if v, err := a.eval(f); v != nil || err != nil {
				return v, err
			}
		}
		return nil, nil
	}}, args...), nil
}

func compileIf(c *compiler, e *Call, sc *scope) (*node, error) {
	if err := e.count(3, 3); err != nil {
		return nil, err
	}
	return c.expr(&Case{At: e.At, Whens: []When{{e.Args[0], e.Args[1]}}, Else: e.Args[2]}, sc)
}

func compileNVL2(c *compiler, e *Call, sc *scope) (*node, error) {
	if err := e.count(3, 3); err != nil {
		return nil, err
	}
	some := &Is{At: e.At, X: e.Args[0], Not: true, What: "NULL"}
	return c.expr(&Case{At: e.At, Whens: []When{{some, e.Args[1]}}, Else: e.Args[2]}, sc)
}

func compileNullIf(c *compiler, e *Call, sc *scope) (*node, error) {
	if err := e.count(2, 2); err != nil {
		return nil, err
	}
	x, err := c.once(e.Args[0], sc)
	if err != nil {
		return nil, err
	}
	same, err := c.comparison(&Binary{At: e.At, Op: "=", L: x, R: e.Args[1]}, sc)
	if err != nil {
		return nil, err
	}
	return x.wrap(fold(&node{typ: x.held.typ, nullable: true, eval: func(f *frame) (Value, error) {
		v, err := same.eval(f)
		if v == true || err != nil {
			return nil, err
		}
		return x.held.eval(f)
	}}, x.held, same), nil)
}

// compileDecode: DECODE(x, match, result, ... [, otherwise]), where NULL matches NULL. Databricks' two-argument form decodes binary.
func compileDecode(c *compiler, e *Call, sc *scope) (*node, error) {
	if len(e.Args) == 2 && c.dialect == Databricks {
		return nil, unsupported("decode(binary, charset)", e.Pos())
	}
	if err := e.count(3, many); err != nil {
		return nil, err
	}
	x, err := c.once(e.Args[0], sc)
	if err != nil {
		return nil, err
	}
	cs := &Case{At: e.At}
	rest := e.Args[1:]
	for ; len(rest) > 1; rest = rest[2:] {
		cs.Whens = append(cs.Whens, When{&IsDistinct{At: e.At, L: x, R: rest[0], Not: true}, rest[1]})
	}
	if len(rest) == 1 {
		cs.Else = rest[0]
	}
	return x.wrap(c.expr(cs, sc))
}

func zero(e *Call) Expr { return &Literal{At: e.At, Value: int64(0), Type: Number(1, 0)} }

func compileZeroIfNull(c *compiler, e *Call, sc *scope) (*node, error) {
	if err := e.count(1, 1); err != nil {
		return nil, err
	}
	return compileCoalesce(c, &Call{At: e.At, Name: e.Name, Args: []Expr{e.Args[0], zero(e)}}, sc)
}

func compileNullIfZero(c *compiler, e *Call, sc *scope) (*node, error) {
	if err := e.count(1, 1); err != nil {
		return nil, err
	}
	return compileNullIf(c, &Call{At: e.At, Name: e.Name, Args: []Expr{e.Args[0], zero(e)}}, sc)
}

// extremeForm: Snowflake's GREATEST and LEAST give NULL where any argument is, Databricks' pass over NULLs.
func extremeForm(sign int) func(*compiler, *Call, *scope) (*node, error) {
	return func(c *compiler, e *Call, sc *scope) (*node, error) {
		if err := e.count(1, many); err != nil {
			return nil, err
		}
		args, err := c.exprs(e.Args, sc)
		if err != nil {
			return nil, err
		}
		args, typ, err := c.unify(args, upper(e.Name.Last()), e.Pos())
		if err != nil {
			return nil, err
		}
		return fold(&node{typ: typ, nullable: true, eval: func(f *frame) (Value, error) {
			var best Value
			for _, a := range args {
				v, err := a.eval(f)
				if err != nil {
					return nil, err
				}
				if v == nil && c.dialect == Snowflake {
					return nil, nil
				}
				if v != nil && (best == nil || compareNullable(v, best)*sign > 0) {
					best = v
				}
			}
			return best, nil
		}}, args...), nil
	}
}

func compileEqualNull(c *compiler, e *Call, sc *scope) (*node, error) {
	if err := e.count(2, 2); err != nil {
		return nil, err
	}
	return c.isDistinct(&IsDistinct{At: e.At, L: e.Args[0], R: e.Args[1], Not: true}, sc)
}

func isNullForm(not bool) func(*compiler, *Call, *scope) (*node, error) {
	return func(c *compiler, e *Call, sc *scope) (*node, error) {
		if err := e.count(1, 1); err != nil {
			return nil, err
		}
		return c.is(&Is{At: e.At, X: e.Args[0], Not: not, What: "NULL"}, sc)
	}
}

// objectForm: OBJECT_CONSTRUCT(key, value, ...) and OBJECT_CONSTRUCT(*); without keepNull, pairs with a NULL value are left out.
func objectForm(keepNull bool) func(*compiler, *Call, *scope) (*node, error) {
	return func(c *compiler, e *Call, sc *scope) (*node, error) {
		if err := e.count(0, many); err != nil {
			return nil, err
		}
		args, err := c.objectArgs(e, sc)
		if err != nil {
			return nil, err
		}
		if len(args)%2 != 0 {
			return nil, errorf(ErrArgumentCount, "OBJECT_CONSTRUCT", e.Pos(), "OBJECT_CONSTRUCT takes keys and values in pairs")
		}
		return fold(&node{typ: TypeObject, eval: func(f *frame) (Value, error) { return constructObject(f, args, keepNull) }}, args...), nil
	}
}

// objectArgs compiles the pairs; a star stands for the columns in sight with their names.
func (c *compiler) objectArgs(e *Call, sc *scope) ([]*node, error) {
	star, ok := (*Star)(nil), false
	if len(e.Args) == 1 {
		star, ok = e.Args[0].(*Star)
	}
	if !ok {
		args, err := c.exprs(e.Args, sc)
		for i := 0; err == nil && i < len(args); i += 2 {
			args[i], err = c.coerce(args[i], 't', "OBJECT_CONSTRUCT", e.Pos())
		}
		return args, err
	}
	items, err := c.expandStar(star, sc)
	if err != nil {
		return nil, err
	}
	var args []*node
	for _, it := range items {
		n, err := c.expr(it.Expr, sc)
		if err != nil {
			return nil, err
		}
		args = append(args, constant(it.Alias.Text, TypeText), n)
	}
	return args, nil
}

func constructObject(f *frame, args []*node, keepNull bool) (Value, error) {
	out := &Map{}
	for i := 0; i < len(args); i += 2 {
		k, err := args[i].eval(f)
		if err != nil {
			return nil, err
		}
		v, err := args[i+1].eval(f)
		if err != nil {
			return nil, err
		}
		switch {
		case k == nil || v == nil && !keepNull:
		case v == nil:
			out.Set(k.(string), JSONNull{})
		default:
			out.Set(k.(string), v)
		}
	}
	return out, nil
}

// compileStruct is struct(a, b AS c...): fields are named after columns.
func compileStruct(c *compiler, e *Call, sc *scope) (*node, error) {
	if err := e.count(0, many); err != nil {
		return nil, err
	}
	var args []Expr
	for i, a := range e.Args {
		name := "col" + itoa(i+1)
		if ref, ok := a.(*ColumnRef); ok {
			name = ref.Name.Last()
		}
		args = append(args, &Literal{At: e.At, Value: name, Type: TypeText}, a)
	}
	return c.expr(&Call{At: e.At, Name: Name{{Text: "named_struct"}}, Args: args}, sc)
}
