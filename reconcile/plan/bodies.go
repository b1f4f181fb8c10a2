package plan

import "github.com/polsync/polsync/state"

// opaque reports whether a policy is one that nobody can read the rules of.
func opaque(v state.Value) bool {
	switch p := v.(type) {
	case *state.MaskingPolicy:
		return p.Opaque
	case *state.RowPolicy:
		return p.Opaque
	case *state.ConstraintPolicy:
		return p.Opaque
	}
	return false
}

// body returns a policy's body in the platform's language.
func body(d Dialect, v state.Value) (string, error) {
	switch p := v.(type) {
	case *state.MaskingPolicy:
		if p.Opaque {
			return p.Body, nil
		}
		return d.Body(p)
	case *state.RowPolicy:
		if p.Opaque {
			return p.Body, nil
		}
		return d.RowBody(p)
	case *state.ConstraintPolicy:
		if p.Opaque {
			return p.Body, nil
		}
		return d.ConstraintBody(p)
	}
	return "", nil
}

// bodied returns a policy with its body in the platform's language.
func (d *difference) bodied(v state.Value) state.Value {
	text, err := body(d.in.Dialect, v)
	if err != nil {
		return v // the target's policy compiled, and a narrower one says less
	}
	switch p := v.(type) {
	case *state.MaskingPolicy:
		with := *p
		with.Body = text
		return &with
	case *state.RowPolicy:
		with := *p
		with.Body = text
		return &with
	case *state.ConstraintPolicy:
		with := *p
		with.Body = text
		return &with
	}
	return v
}

// same reports whether two policies decide alike.
func (d *difference) same(a, b state.Value) bool { return Same(d.in.Dialect, a, b) }

// Same reports whether two values of one fact are the same. Policies are if their rules are, or else their bodies,
// which is all that can be read of them.
func Same(d Dialect, a, b state.Value) bool {
	if state.Equal(a, b) {
		return true
	}
	var alike bool // in what a body does not say
	switch p := a.(type) {
	case *state.MaskingPolicy:
		q, ok := b.(*state.MaskingPolicy)
		alike = ok && p.Family == q.Family
	case *state.RowPolicy:
		q, ok := b.(*state.RowPolicy)
		alike = ok && p.Family == q.Family && p.Args == q.Args
	case *state.ConstraintPolicy:
		q, ok := b.(*state.ConstraintPolicy)
		alike = ok && p.Name.Kind == q.Name.Kind
	}
	if !alike {
		return false
	}
	x, err := body(d, a)
	y, err2 := body(d, b)
	return err == nil && err2 == nil && d.SameBody(x, y)
}

// knownAs returns a policy that is there with its rules where they can be known, nil for one that is not there.
func (d *difference) knownAs(policy state.Securable) state.Value {
	switch policy.Kind {
	case state.KindRowPolicy:
		return present(d.rows[policy])
	case state.KindAggregationPolicy, state.KindProjectionPolicy, state.KindJoinPolicy:
		return present(d.limits[policy])
	}
	return present(d.known[policy])
}

// recogniseRows is recognise for row policies and constraints.
func (d *difference) recogniseRows() {
	d.rows, d.limits = map[state.Securable]*state.RowPolicy{}, map[state.Securable]*state.ConstraintPolicy{}
	for k, is := range d.fewThere().definitions {
		switch p := is.(type) {
		case *state.RowPolicy:
			d.rows[k.On], _ = d.asDeclared(k, p).(*state.RowPolicy)
		case *state.ConstraintPolicy:
			d.limits[k.On], _ = d.asDeclared(k, p).(*state.ConstraintPolicy)
		}
	}
}

// asDeclared returns the rules of a policy of which only the body was read, if the body is the target's or the one
// that we last set; else the policy as it was read.
func (d *difference) asDeclared(k state.Key, is state.Value) state.Value {
	if !opaque(is) {
		return is
	}
	for _, candidate := range [...]state.Value{d.target.State.Value(k), d.in.Owned[k].Value} {
		if candidate != nil && Same(d.in.Dialect, candidate, is) {
			return candidate
		}
	}
	return is
}
