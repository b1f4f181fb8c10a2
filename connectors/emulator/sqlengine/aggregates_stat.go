package sqlengine

import (
	"math"
)

func compileMedian(c *compiler, a *aggregation, call *Call) error {
	if err := numericArg(c, a, call); err != nil {
		return err
	}
	var err error
	if a.args[0], err = c.cast(a.args[0], TypeDouble, call.Pos()); err != nil {
		return err
	}
	a.typ = TypeDouble
	if c.dialect == Snowflake {
		a.typ = TypeFloat
	}
	a.make = func() accumulator { return &medianAcc{} }
	return nil
}

func varianceOf(lost int64, root bool) func(*compiler, *aggregation, *Call) error {
	return func(c *compiler, a *aggregation, call *Call) error {
		if err := compileMedian(c, a, call); err != nil {
			return err
		}
		a.make = func() accumulator { return &varianceAcc{lost: lost, root: root} }
		return nil
	}
}

// varianceAcc is Welford's running variance.
type varianceAcc struct {
	n, lost  int64
	mean, m2 float64
	root     bool
}

func (v *varianceAcc) add(args []Value) error {
	x, _ := toFloat(args[0])
	v.n++
	delta := x - v.mean
	v.mean += delta / float64(v.n)
	v.m2 += delta * (x - v.mean)
	return nil
}

func (v *varianceAcc) result() (Value, error) {
	if v.n-v.lost <= 0 {
		return nil, nil
	}
	out := v.m2 / float64(v.n-v.lost)
	if v.root {
		out = math.Sqrt(out)
	}
	return out, nil
}

type medianAcc struct{ all []Value }

func (m *medianAcc) add(args []Value) error {
	m.all = append(m.all, args[0])
	return nil
}

func (m *medianAcc) result() (Value, error) {
	n := len(m.all)
	if n == 0 {
		return nil, nil
	}
	all := sortValues(m.all)
	hi, _ := toFloat(all[n/2])
	lo, _ := toFloat(all[(n-1)/2])
	return (lo + hi) / 2, nil
}
