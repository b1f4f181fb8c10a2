package sqlengine

import (
	"fmt"
	"sort"
	"strings"
)

// builtin is an entry of the table of scalar functions.
type builtin struct {
	dialects dialects
	// params has a letter per parameter, to which the argument is cast: t text, n number, i whole number, f float, b boolean, d date,
	// s timestamp, y text or binary, x any. Those behind '?' may be left out; '*' repeats the letter before it.
	params   string
	result   resultRule
	nulls    bool // computed for NULL arguments too; else any NULL gives NULL
	volatile bool // not folded
	eval     func(x *callInfo, a []Value) (Value, error)
}

type resultRule func(c *compiler, args []*node) Type

// callInfo is what an implementation may want to know of its call.
type callInfo struct {
	*compiler
	name  string
	at    Pos
	types []Type
	typ   Type
	run   *run
}

func (x *callInfo) invalid(format string, args ...any) error {
	return errorf(ErrInvalidArgument, x.name, x.at, "%s: %s", strings.ToLower(x.name), fmt.Sprintf(format, args...))
}

func returns(t Type) resultRule { return func(*compiler, []*node) Type { return t } }

func returnsInteger(c *compiler, _ []*node) Type { return c.integer() }

func returnsArg(i int) resultRule { return func(_ *compiler, args []*node) Type { return args[i].typ } }

// call compiles a function call: special forms, built-ins, then the catalogue's.
func (c *compiler) call(e *Call, sc *scope) (*node, error) {
	name := upper(e.Name.Last())
	if len(e.Name) == 1 && !e.Name[0].Quoted {
		if e.Over != nil {
			return nil, errorf(ErrAggregateMisuse, name, e.Pos(), "window function %s is not allowed here", name)
		}
		if c.isAggregate(e) {
			return nil, errorf(ErrAggregateMisuse, name, e.Pos(), "aggregate function %s is not allowed here", name)
		}
		if f, ok := specialTable()[name]; ok && c.speaks(f.dialects) {
			return f.compile(c, e, sc)
		}
		if f, ok := builtinTable()[name]; ok && c.speaks(f.dialects) {
			return c.builtinCall(name, f, e, sc)
		}
	}
	return c.catalogCall(e, sc)
}

// plainArguments refuses what only aggregates and window functions take.
func plainArguments(e *Call) error {
	name := upper(e.Name.Last())
	switch {
	case e.Distinct, e.Filter != nil, len(e.OrderBy) > 0, e.Nulls != "":
		return errorf(ErrAggregateMisuse, name, e.Pos(), "%s is no aggregate function", name)
	case len(e.Named) > 0:
		return unsupported("named argument of "+name, e.Pos())
	}
	return nil
}

func (c *compiler) builtinCall(name string, f builtin, e *Call, sc *scope) (*node, error) {
	if err := plainArguments(e); err != nil {
		return nil, err
	}
	args, err := c.exprs(e.Args, sc)
	if err != nil {
		return nil, err
	}
	return c.applyBuiltin(name, f, args, e.Pos())
}

func (c *compiler) applyBuiltin(name string, f builtin, args []*node, at Pos) (*node, error) {
	codes, err := paramCodes(name, f.params, len(args), at)
	if err != nil {
		return nil, err
	}
	x := &callInfo{compiler: c, name: name, at: at}
	for i := range args {
		if args[i], err = c.coerce(args[i], codes[i], name, at); err != nil {
			return nil, err
		}
		x.types = append(x.types, args[i].typ)
	}
	x.typ = f.result(c, args)
	n := &node{typ: x.typ, nullable: f.nulls || c.dialect == Databricks || anyNullable(args) || x.typ.isNested(), eval: evalBuiltin(f, x, args)}
	if f.volatile {
		return n, nil
	}
	return fold(n, args...), nil
}

func evalBuiltin(f builtin, x *callInfo, args []*node) evalFunc {
	buf := make([]Value, len(args))
	return func(fr *frame) (Value, error) {
		for i, n := range args {
			v, err := n.eval(fr)
			if err != nil {
				return nil, err
			}
			if v == nil && !f.nulls {
				return nil, nil
			}
			buf[i] = v
		}
		x.run = fr.run
		return f.eval(x, buf)
	}
}

// paramCodes spreads the parameter letters over n arguments.
func paramCodes(name, params string, n int, at Pos) ([]byte, error) {
	required, optional, _ := strings.Cut(params, "?")
	repeat := strings.HasSuffix(params, "*")
	letters := strings.TrimSuffix(required+optional, "*")
	low := len(strings.TrimSuffix(required, "*"))
	if repeat && optional == "" && low > 0 {
		low-- // the repeated one may be missing
	}
	if n < low || n > len(letters) && !repeat {
		return nil, errorf(ErrArgumentCount, name, at, "%s does not take %d arguments", name, n)
	}
	out := make([]byte, n)
	for i := range out {
		out[i] = letters[min(i, len(letters)-1)]
	}
	return out, nil
}

// coerce casts an argument as an implicit cast would, and refuses what has none.
func (c *compiler) coerce(n *node, code byte, name string, at Pos) (*node, error) {
	k := n.typ.Kind
	target := TypeNull
	switch code {
	case 'x':
		return n, nil
	case 't':
		if k == KindText || k == KindNull {
			return n, nil
		}
		if k != KindVariant && n.typ.isNested() || k == KindBinary && c.dialect == Snowflake {
			break
		}
		target = TypeText
	case 'y':
		if k == KindText || k == KindBinary || k == KindNull {
			return n, nil
		}
		target = TypeText
	case 'n':
		return c.asNumber(n, name, at)
	case 'i':
		target = TypeNumber
	case 'f':
		target = TypeFloat
		if c.dialect == Databricks {
			target = TypeDouble
		}
	case 'b':
		target = TypeBoolean
	case 'd':
		target = TypeDate
	case 's':
		if n.typ.IsTimestamp() || k == KindDate || k == KindTime {
			return n, nil
		}
		target = TypeTimestampNTZ
	}
	if target.Kind == KindNull || k == target.Kind && code != 'i' || k == KindNull {
		if target.Kind != KindNull || k == KindNull {
			return n, nil
		}
		return nil, errorf(ErrArgumentType, name, at, "%s does not take %s", name, n.typ.SQL(c.dialect))
	}
	out, err := c.cast(n, target, at)
	if CodeOf(err) == ErrTypeMismatch {
		return nil, errorf(ErrArgumentType, name, at, "%s does not take %s", name, n.typ.SQL(c.dialect))
	}
	return out, err
}

// catalogCall compiles a call of a function of the session's catalogue.
func (c *compiler) catalogCall(e *Call, sc *scope) (*node, error) {
	unknown := errorf(ErrUnknownFunction, e.Name.String(), e.Pos(), "unknown function %s", e.Name)
	if c.catalog == nil {
		return nil, unknown
	}
	if err := plainArguments(e); err != nil {
		return nil, err
	}
	args, err := c.exprs(e.Args, sc)
	if err != nil {
		return nil, err
	}
	types := make([]Type, len(args))
	for i, a := range args {
		types[i] = a.typ
	}
	fn, err := c.catalog.Function(c.ctx, e.Name, types)
	if err != nil {
		return nil, err
	}
	if fn == nil {
		if e.Bare {
			return nil, errorf(ErrUnknownColumn, e.Name.String(), e.Pos(), "unknown column %s", e.Name)
		}
		return nil, unknown
	}
	return c.applyFunction(fn, e, args)
}

func (c *compiler) applyFunction(fn *Function, e *Call, args []*node) (*node, error) {
	if fn.Params != nil && len(fn.Params) != len(args) {
		return nil, errorf(ErrArgumentCount, e.Name.String(), e.Pos(), "%s takes %d arguments, not %d", e.Name, len(fn.Params), len(args))
	}
	for i := range fn.Params {
		var err error
		if args[i], err = c.cast(args[i], fn.Params[i].Type, e.Pos()); err != nil {
			return nil, err
		}
	}
	if fn.Body != nil {
		return c.inlined(fn, e, args)
	}
	n := &node{typ: fn.Result, nullable: true, eval: func(f *frame) (Value, error) {
		row := make(Row, len(args))
		for i, a := range args {
			v, err := a.eval(f)
			if err != nil {
				return nil, err
			}
			row[i] = v
		}
		return fn.Eval(f.ctx(c), row)
	}}
	if fn.Stable {
		return fold(n, args...), nil
	}
	return n, nil
}

// inlined compiles the body of a SQL function in the scope of its owner.
func (c *compiler) inlined(fn *Function, e *Call, args []*node) (*node, error) {
	body, err := c.child(fn.Catalog, e.Name.String(), e.Pos())
	if err != nil {
		return nil, err
	}
	value, err := body.expr(fn.Body, paramScope(fn.Params))
	if err != nil {
		return nil, err
	}
	if fn.Result.Kind != KindNull {
		if value, err = c.cast(value, fn.Result, e.Pos()); err != nil {
			return nil, err
		}
	}
	return applied(value, args), nil
}

// FunctionNames lists the built-in functions of a dialect, aggregates included, in order.
func FunctionNames(d Dialect) []string {
	c := &compiler{dialect: d}
	var out []string
	for name, f := range builtinTable() {
		if c.speaks(f.dialects) {
			out = append(out, name)
		}
	}
	for name, f := range aggregateTable() {
		if c.speaks(f.dialects) {
			out = append(out, name)
		}
	}
	for name, f := range specialTable() {
		if c.speaks(f.dialects) {
			out = append(out, name)
		}
	}
	sort.Strings(out)
	return out
}

// sortValues gives the values in order, NULL first.
func sortValues(in []Value) []Value {
	out := append([]Value{}, in...)
	sort.SliceStable(out, func(i, j int) bool { return compareNullable(out[i], out[j]) < 0 })
	return out
}
