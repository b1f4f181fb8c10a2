package plan

import (
	"slices"

	"github.com/polsync/polsync/state"
)

// keepNeeded takes back removals of definitions that something which stays still refers to.
func (d *difference) keepNeeded() {
	drops := func(c Change) bool { return c.Want == nil && needKey(c.Key) != state.Key{} }
	if !slices.ContainsFunc(d.changes, drops) {
		return
	}
	needed := d.references(d.outcome())
	d.changes = slices.DeleteFunc(d.changes, func(c Change) bool {
		if c.Want != nil {
			return false
		}
		by, ok := needed[needKey(c.Key)]
		if !ok || c.Note == "declared absent" && c.Key.Fact != state.FactAllowedValue {
			return false
		}
		d.keep(state.Fact{Key: c.Key, Value: c.Was}, "still needed by "+by.String())
		return true
	})
}

// eachTag calls do for every definition of a tag, or value of one, that a policy asks about.
func eachTag(a state.ABAC, do func(state.Key)) {
	for _, c := range a.Conditions() {
		c.Each(func(key, value string, any bool) {
			on := state.Securable{Kind: state.KindTag, Name: key}
			if do(state.Key{Fact: state.FactTag, On: on}); !any {
				do(state.Key{Fact: state.FactAllowedValue, On: on, Name: value})
			}
		})
	}
}

// outcome returns which facts the changes remove and which they set.
func (d *difference) outcome() (removed, set map[state.Key]bool) {
	removed, set = map[state.Key]bool{}, map[state.Key]bool{}
	for _, c := range d.changes {
		if c.Want == nil {
			removed[c.Key] = true
		} else {
			set[c.Key] = true
		}
	}
	return removed, set
}

// needKey is the definition a fact depends on, by which references finds it.
func needKey(k state.Key) state.Key {
	if k.Fact == state.FactTag || k.Fact.Policy() || k.Fact == state.FactRole || k.Fact == state.FactAllowedValue {
		return k
	}
	return state.Key{}
}

// references returns, for each definition, a fact that will be there after the run and needs it.
func (d *difference) references(removed, set map[state.Key]bool) map[state.Key]state.Key {
	needed := map[state.Key]state.Key{}
	need := func(what, by state.Key) {
		if old, ok := needed[what]; !ok || by.Compare(old) < 0 {
			needed[what] = by
		}
	}
	visit := func(k state.Key, v state.Value) {
		switch k.Fact {
		case state.FactTagged:
			need(state.Key{Fact: state.FactTag, On: k.With}, k)
			if text, ok := v.(state.Text); ok {
				need(state.Key{Fact: state.FactAllowedValue, On: k.With, Name: string(text)}, k)
			}
		case state.FactAllowedValue:
			need(state.Key{Fact: state.FactTag, On: k.On}, k) // a list goes with its tag, somebody else's values in it too
		case state.FactABAC:
			if a, ok := v.(state.ABAC); ok {
				need(state.PolicyKey(a.Policy), k)
				eachTag(a, func(tag state.Key) { need(tag, k) })
			}
		case state.FactMask, state.FactBinding, state.FactFilter, state.FactConstraint:
			if policy, ok := state.Attached(v); ok {
				need(state.PolicyKey(policy), k)
			}
			if k.Fact == state.FactBinding {
				need(state.Key{Fact: state.FactTag, On: k.On}, k)
			}
		case state.FactMember:
			need(state.Key{Fact: state.FactRole, On: k.On}, k)
			need(state.Key{Fact: state.FactRole, On: k.With}, k)
		case state.FactGrant:
			need(state.Key{Fact: state.FactRole, On: k.With}, k)
		case state.FactOwner:
			if by, ok := v.(state.Owner); ok {
				need(state.Key{Fact: state.FactRole, On: state.Securable(by)}, k)
			}
		}
	}
	for on, o := range d.in.Actual.Objects {
		if k := (state.Key{Fact: state.FactOwner, On: on}); o.Owner != (state.Securable{}) && !set[k] && !removed[state.Key{Fact: state.FactRole, On: on}] {
			visit(k, state.Owner(o.Owner))
		}
	}
	for k, f := range d.in.Actual.Facts {
		if !removed[k] && !set[k] {
			visit(k, f.Value)
		}
	}
	for k, f := range d.target.State.Facts {
		visit(k, f.Value)
	}
	return needed
}
