package sqlengine

import (
	"strings"
	"time"
)

// compileNow: LTZ but for SYSDATE and LOCALTIMESTAMP on Databricks; a precision is taken and cuts the fraction.
func compileNow(c *compiler, e *Call, sc *scope) (*node, error) {
	if err := e.count(0, 1); err != nil {
		return nil, err
	}
	now, err := c.now(e.Pos())
	if err != nil {
		return nil, err
	}
	name := upper(e.Name.Last())
	switch {
	case name == "SYSDATE":
		return constant(now.UTC(), TypeTimestampNTZ), nil
	case name == "LOCALTIMESTAMP" && c.dialect == Databricks:
		return constant(inZone(now, time.UTC), TypeTimestampNTZ), nil
	}
	return constant(now, TypeTimestampLTZ), nil
}

func compileToday(c *compiler, e *Call, sc *scope) (*node, error) {
	if err := e.count(0, 0); err != nil {
		return nil, err
	}
	now, err := c.now(e.Pos())
	if err != nil {
		return nil, err
	}
	return constant(DateOf(now), TypeDate), nil
}

func compileClock(c *compiler, e *Call, sc *scope) (*node, error) {
	if err := e.count(0, 1); err != nil {
		return nil, err
	}
	now, err := c.now(e.Pos())
	if err != nil {
		return nil, err
	}
	return constant(timeOfDay(now), TypeTime), nil
}

// part gives the date part an argument names, as a word or a text.
func (c *compiler) part(e Expr) (string, error) {
	word := ""
	switch p := e.(type) {
	case *ColumnRef:
		word = p.Name.Last()
	case *Literal:
		word, _ = p.Value.(string)
	}
	part, ok := dateParts[strings.ToLower(word)]
	if !ok {
		return "", errorf(ErrInvalidArgument, "date part", e.Pos(), "%q is no date part", word)
	}
	return part, nil
}

// point compiles an argument that is a date or timestamp; text becomes a timestamp.
func (c *compiler) point(e Expr, sc *scope, name string) (*node, error) {
	n, err := c.expr(e, sc)
	if err != nil {
		return nil, err
	}
	if n.typ.Kind == KindText && c.dialect == Databricks {
		return c.cast(n, TypeTimestampLTZ, e.Pos())
	}
	return c.coerce(n, 's', name, e.Pos())
}

// compileDateAdd: DATEADD(part, n, date); Databricks' date_add and dateadd also take (date, days).
func compileDateAdd(c *compiler, e *Call, sc *scope) (*node, error) {
	if err := e.count(2, 3); err != nil {
		return nil, err
	}
	if len(e.Args) == 2 {
		return c.daysAdded(e, sc)
	}
	part, err := c.part(e.Args[0])
	if err != nil {
		return nil, err
	}
	n, err := c.expr(e.Args[1], sc)
	if err != nil {
		return nil, err
	}
	if n, err = c.cast(n, TypeNumber, e.Pos()); err != nil {
		return nil, err
	}
	x, err := c.point(e.Args[2], sc, upper(e.Name.Last()))
	if err != nil {
		return nil, err
	}
	var unit Interval
	if !unit.add(part, 1) || x.typ.Kind == KindTime {
		return nil, errorf(ErrInvalidArgument, "DATEADD", e.Pos(), "cannot add %s to %s", part, x.typ.SQL(c.dialect))
	}
	return c.addUnits(x, n, unit, e.Pos()), nil
}

func (c *compiler) daysAdded(e *Call, sc *scope) (*node, error) {
	if c.dialect == Snowflake {
		return nil, e.count(3, 3)
	}
	x, err := c.expr(e.Args[0], sc)
	if err != nil {
		return nil, err
	}
	if x, err = c.cast(x, TypeDate, e.Pos()); err != nil {
		return nil, err
	}
	n, err := c.expr(e.Args[1], sc)
	if err != nil {
		return nil, err
	}
	return c.addDays("+", x, n, e.Pos())
}

// addUnits adds n units; to a date, units below a day make a timestamp.
func (c *compiler) addUnits(x, n *node, unit Interval, at Pos) *node {
	typ := x.typ
	if typ.Kind == KindDate && (unit.Span != 0 || c.dialect == Databricks) {
		typ = timestampType(c, nil)
	}
	place := time.UTC
	if typ.Kind == KindTimestampLTZ {
		place = c.location()
	}
	return fold(&node{typ: typ, nullable: true, eval: func(f *frame) (Value, error) {
		a, err := x.eval(f)
		if a == nil || err != nil {
			return nil, err
		}
		b, err := n.eval(f)
		if b == nil || err != nil {
			return nil, err
		}
		count, ok := b.(int64)
		if !ok || count > 1<<31 || count < -1<<31 {
			return nil, outOfRange(typ, at)
		}
		if d, ok := a.(Date); ok {
			moved := unit.scaled(count).addTo(d.Time())
			if typ.Kind == KindDate {
				return DateOf(moved), nil
			}
			return inZone(moved, place), nil
		}
		return unit.scaled(count).addTo(a.(time.Time)), nil
	}}, x, n)
}

// compileDateDiff: DATEDIFF(part, from, to); Databricks' two-argument form counts days from the second to the first.
func compileDateDiff(c *compiler, e *Call, sc *scope) (*node, error) {
	if err := e.count(2, 3); err != nil {
		return nil, err
	}
	part, from, to := "day", 0, 1
	if len(e.Args) == 3 {
		var err error
		if part, err = c.part(e.Args[0]); err != nil {
			return nil, err
		}
		from, to = 1, 2
	} else if c.dialect == Snowflake {
		return nil, e.count(3, 3)
	} else {
		from, to = 1, 0
	}
	name := upper(e.Name.Last())
	l, err := c.point(e.Args[from], sc, name)
	if err != nil {
		return nil, err
	}
	r, err := c.point(e.Args[to], sc, name)
	if err != nil {
		return nil, err
	}
	x := &callInfo{compiler: c, name: name, at: e.Pos()}
	typ := c.integer()
	if c.dialect == Databricks && len(e.Args) == 3 {
		typ = TypeBigInt
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
		return x.difference(part, x.pointIn(a, l.typ), x.pointIn(b, r.typ))
	}}, l, r), nil
}

func compileDateTrunc(c *compiler, e *Call, sc *scope) (*node, error) {
	if err := e.count(2, 2); err != nil {
		return nil, err
	}
	return c.truncForm(e, e.Args[0], e.Args[1], sc)
}

// compileTruncDate is Databricks' trunc(date, part), which gives a date.
func compileTruncDate(c *compiler, e *Call, sc *scope) (*node, error) {
	if err := e.count(2, 2); err != nil {
		return nil, err
	}
	n, err := c.truncForm(e, e.Args[1], &Cast{At: e.At, X: e.Args[0], Type: TypeDate}, sc)
	if err != nil {
		return nil, err
	}
	return c.cast(n, TypeDate, e.Pos())
}

func (c *compiler) truncForm(e *Call, partArg, arg Expr, sc *scope) (*node, error) {
	part, err := c.part(partArg)
	if err != nil {
		return nil, err
	}
	n, err := c.point(arg, sc, "DATE_TRUNC")
	if err != nil {
		return nil, err
	}
	if n.typ.Kind == KindTime {
		return nil, unsupported("DATE_TRUNC of TIME", e.Pos())
	}
	if n.typ.Kind == KindDate && c.dialect == Databricks {
		if n, err = c.cast(n, TypeTimestampLTZ, e.Pos()); err != nil {
			return nil, err
		}
	}
	x := &callInfo{compiler: c, name: "DATE_TRUNC", at: e.Pos()}
	return fold(&node{typ: n.typ, nullable: true, eval: func(f *frame) (Value, error) {
		v, err := n.eval(f)
		if v == nil || err != nil {
			return nil, err
		}
		if d, ok := v.(Date); ok {
			t, err := x.truncate(part, d.Time())
			return DateOf(t), err
		}
		return x.truncate(part, c.wall(v.(time.Time), n.typ))
	}}, n), nil
}

func compileDatePart(c *compiler, e *Call, sc *scope) (*node, error) {
	if err := e.count(2, 2); err != nil {
		return nil, err
	}
	part, err := c.part(e.Args[0])
	if err != nil {
		return nil, err
	}
	n, err := c.point(e.Args[1], sc, "DATE_PART")
	if err != nil {
		return nil, err
	}
	x := &callInfo{compiler: c, name: "DATE_PART", at: e.Pos()}
	return fold(&node{typ: c.integer(), nullable: true, eval: func(f *frame) (Value, error) {
		v, err := n.eval(f)
		if v == nil || err != nil {
			return nil, err
		}
		return x.datePart(part, v, n.typ)
	}}, n), nil
}
