package memory

import "github.com/polsync/polsync/state"

// Sees is what a principal gets to see of a column.
type Sees struct {
	Reads bool       // it may read the table at all, and the query does not fail closed
	Show  state.Show // of the value, where it reads
}

// Clear reports whether the value is shown as it is.
func (s Sees) Clear() bool { return s.Reads && s.Show.Word() == state.ShowClear }

// Sees answers what a session of one principal sees of a column, from the facts alone: grants through the roles it
// has, the mask on the column before the mask of a tag, the nearest value of a tag before those further out, and a
// failing query where two tags bring a mask. Conditions of rules hold if conditions says so.
func (w *Warehouse) Sees(who, column state.Securable, conditions bool) Sees {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.facts.sees(who, column, conditions)
}

type facts struct{ *state.State }

func (f facts) sees(who, column state.Securable, conditions bool) Sees {
	roles := f.roles(who)
	if !f.mayRead(roles, column) {
		return Sees{}
	}
	policy, value, fails := f.policyOf(column)
	switch {
	case fails:
		return Sees{}
	case policy == nil:
		return Sees{Reads: true, Show: state.Show{Kind: state.ShowClear}}
	case policy.Opaque:
		return Sees{Reads: true}
	}
	if policy.Primary {
		roles = map[state.Securable]bool{who: true, state.Everyone: true}
	}
	return Sees{Reads: true, Show: decide(policy, roles, value, conditions)}
}

func decide(p *state.MaskingPolicy, roles map[state.Securable]bool, value string, conditions bool) state.Show {
	for _, r := range p.Rules {
		named := false
		for _, to := range r.To {
			named = named || roles[to]
		}
		spoken := len(r.Values) == 0
		for _, v := range r.Values {
			spoken = spoken || v == value
		}
		if named && spoken && (len(r.When) == 0 || conditions) {
			return r.Show
		}
	}
	return p.Default
}

// roles returns the principal, everyone, and every role it has through others.
func (f facts) roles(who state.Securable) map[state.Securable]bool {
	in := map[state.Securable][]state.Securable{}
	for k := range f.Facts {
		if k.Fact == state.FactMember {
			in[k.With] = append(in[k.With], k.On)
		}
	}
	has := map[state.Securable]bool{state.Everyone: true}
	for front := []state.Securable{who}; len(front) > 0; front = front[1:] {
		if at := front[0]; !has[at] {
			has[at] = true
			front = append(front, in[at]...)
		}
	}
	return has
}

func (f facts) mayRead(roles map[state.Securable]bool, column state.Securable) bool {
	for k := range f.Facts {
		if k.Fact == state.FactGrant && k.Name == "SELECT" && k.Future == state.KindNone && roles[k.With] && k.On.Covers(column) {
			return true
		}
	}
	table, ok := f.Relation(column)
	return ok && roles[f.Objects[table].Owner]
}

// policyOf returns the policy in force on a column and the tag value it is asked about; fails where two tags bring one.
func (f facts) policyOf(column state.Securable) (policy *state.MaskingPolicy, value string, fails bool) {
	if m, ok := f.Value(state.Key{Fact: state.FactMask, On: column}).(state.Mask); ok {
		p := f.Policy(m.Policy)
		if p == nil {
			return nil, "", true
		}
		return p, f.nearest(column)[p.Tag], false
	}
	family := f.Objects[column].Type.Family
	for tag, v := range f.nearest(column) {
		m, ok := f.Value(state.Key{Fact: state.FactBinding, On: tag, Name: string(family)}).(state.Mask)
		if !ok {
			continue
		}
		if policy != nil {
			return nil, "", true
		}
		policy, value = f.Policy(m.Policy), v
		if policy == nil {
			return nil, "", true
		}
	}
	return policy, value, false
}

// nearest returns the value that each tag has on a column: its own, or that of the nearest container.
func (f facts) nearest(column state.Securable) map[state.Securable]string {
	values, depths := map[state.Securable]string{}, map[state.Securable]int{}
	for k, fact := range f.Facts {
		if k.Fact != state.FactTagged || !k.On.Covers(column) {
			continue
		}
		if d := len(k.On.Parts()); d > depths[k.With] {
			depths[k.With] = d
			values[k.With] = string(fact.Value.(state.Text))
		}
	}
	return values
}
