package sqlengine

// setOp compiles UNION, EXCEPT and INTERSECT. Names are those of the left side; types are the common ones.
func (c *compiler) setOp(s *SetOp, outer *scope) (*plan, error) {
	if s.All && s.Op != "UNION" && c.dialect == Snowflake {
		return nil, unsupported(s.Op+" ALL", s.Pos())
	}
	if s.ByName {
		return nil, unsupported("UNION BY NAME", s.Pos())
	}
	l, err := c.body(s.L, outer)
	if err != nil {
		return nil, err
	}
	r, err := c.body(s.R, outer)
	if err != nil {
		return nil, err
	}
	if l.width() != r.width() {
		return nil, errorf(ErrSetColumns, s.Op, s.Pos(), "%s of %d and %d columns", s.Op, l.width(), r.width())
	}
	if err := setGuards(s, l, r); err != nil {
		return nil, err
	}
	if s.Op != "UNION" {
		l, r = bare(l), bare(r)
	}
	cols := make([]column, l.width())
	for i := range cols {
		typ, ok := commonType(c.dialect, l.cols[i].Type, r.cols[i].Type)
		if !ok {
			return nil, errorf(ErrTypeMismatch, s.Op, s.Pos(), "%s of %s and %s in column %d", s.Op, l.cols[i].Type.SQL(c.dialect),
				r.cols[i].Type.SQL(c.dialect), i+1)
		}
		cols[i] = column{Column: Column{Name: l.cols[i].Name, Type: typ, Nullable: l.cols[i].Nullable || r.cols[i].Nullable}, held: l.cols[i].held | r.cols[i].held}
	}
	if l, err = c.castPlan(l, cols, s.Pos()); err != nil {
		return nil, err
	}
	if r, err = c.castPlan(r, cols, s.Pos()); err != nil {
		return nil, err
	}
	l, r = withGuards(l, r)
	return combine(s.Op, s.All, l, r), nil
}

// castPlan gives the rows of p in the types of cols, with the guards of p behind them.
func (c *compiler) castPlan(p *plan, cols []column, at Pos) (*plan, error) {
	cols = append(append([]column{}, cols...), p.cols[len(cols):]...)
	for i := range cols {
		cols[i].held, cols[i].key = cols[i].held|p.cols[i].held, p.cols[i].key
	}
	convs, some := make([]convert, len(cols)), false
	for i := range cols {
		if p.cols[i].Type.Equal(cols[i].Type) {
			continue
		}
		conv, err := c.caster(p.cols[i].Type, cols[i].Type, false, at)
		if err != nil {
			return nil, err
		}
		convs[i], some = conv, some || conv != nil
	}
	out := &plan{cols: cols, scan: p.scan}
	if !some {
		return out, nil
	}
	out.scan = func(r *run, outer *frame, yield func(Row) error) error {
		return p.scan(r, outer, func(row Row) error {
			cast := make(Row, len(row))
			for i, v := range row {
				if cast[i] = v; convs[i] == nil || v == nil {
					continue
				}
				var err error
				if cast[i], err = convs[i](v); err != nil {
					return err
				}
			}
			return yield(cast)
		})
	}
	return out, nil
}

func combine(op string, all bool, l, r *plan) *plan {
	out := &plan{cols: l.cols}
	switch {
	case op == "UNION":
		out.scan = func(x *run, outer *frame, yield func(Row) error) error {
			if err := l.scan(x, outer, yield); err != nil {
				return err
			}
			return r.scan(x, outer, yield)
		}
		if !all {
			return distinct(out)
		}
	default:
		out.scan = func(x *run, outer *frame, yield func(Row) error) error {
			return matchRows(op == "INTERSECT", all, l, r, x, outer, yield)
		}
	}
	return out
}

// matchRows yields the rows of l that are (want) or are not in r, each once; with all, as often as the multisets say.
func matchRows(want, all bool, l, r *plan, x *run, outer *frame, yield func(Row) error) error {
	counts := map[string]int{}
	var buf []byte
	err := r.scan(x, outer, func(row Row) error {
		buf = rowKey(buf[:0], row)
		counts[string(buf)]++
		return x.tick()
	})
	if err != nil {
		return err
	}
	done := map[string]bool{}
	return l.scan(x, outer, func(row Row) error {
		buf = rowKey(buf[:0], row)
		key := string(buf)
		found := counts[key] > 0
		if all && found {
			counts[key]--
		}
		if found != want || !all && done[key] {
			return x.tick()
		}
		done[key] = true
		return yield(row)
	})
}

// distinct passes the first of equal rows.
func distinct(p *plan) *plan {
	return &plan{cols: p.cols, scan: func(r *run, outer *frame, yield func(Row) error) error {
		seen := map[string]struct{}{}
		var buf []byte
		return p.scan(r, outer, func(row Row) error {
			buf = rowKey(buf[:0], row)
			if _, ok := seen[string(buf)]; ok {
				return r.tick()
			}
			seen[string(buf)] = struct{}{}
			return yield(row)
		})
	}}
}
