package plan

import (
	"slices"

	"github.com/polsync/polsync/state"
)

// undeclared finds what is there without being declared: ours goes, anything else is kept and listed.
func (d *difference) undeclared(spoken func() map[state.Securable]bool) {
	for k, is := range d.in.Actual.Facts {
		if d.target.State.Has(k) || !d.wanted(k) {
			continue
		}
		if _, absent := d.target.Absent[k]; absent {
			if fixed := d.in.Actual.Fixed[k]; d.protected(k) {
				d.keep(is, "declared absent, but a right of polsync's own")
			} else if fixed != "" {
				d.keep(is, "declared absent, but "+fixed)
			}
			continue
		}
		if d.goesWithList(k) {
			continue
		}
		owned, ours := d.ownership(k)
		if o, exclusive := d.exclusive(k); exclusive && (!ours || d.stays(k, is, owned) != "") {
			d.takeExclusive(k, is, o)
			continue
		}
		if !ours {
			if tool := d.in.manages(k); tool != "" && d.mentioned(spoken(), k) {
				d.keep(is, managedBy(tool))
			} else if d.mentioned(spoken(), k) {
				d.keep(is, "not set by polsync")
			}
			continue
		}
		if reason := d.stays(k, is, owned); reason != "" {
			d.keep(is, reason)
			continue
		}
		note := "no longer declared"
		if owned.Run != "" {
			note += "; set by run " + owned.Run
		}
		if o, over := d.target.Expired[k]; over {
			note = Expired + ": " + o.String()
		}
		d.add(k, is.Value, nil, owned.Origin, note)
	}
}

// givenBack grants anew what is declared and would go along with ALL PRIVILEGES, which takes from its holder whatever
// it stands for.
func (d *difference) givenBack() {
	for _, c := range slices.Clone(d.changes) {
		if c.Key.Fact != state.FactGrant || c.Key.Name != allPrivileges || c.Want != nil {
			continue
		}
		each, err := d.in.Dialect.Privileges(allPrivileges, c.Key.On.Kind)
		if err != nil {
			continue // a kind without privileges has none to give back
		}
		for _, p := range each {
			k := c.Key
			k.Name = p
			if f, declared := d.target.State.Fact(k); declared && d.in.Actual.Has(k) {
				d.add(k, nil, f.Value, f.Origin, allPrivileges+" took it along")
				d.unchanged--
			}
		}
	}
}

// broughtAlong lists what others' tags did on what declarations speak of: polsync neither sets nor takes away what came
// by itself, and what it sets there goes before that.
func (d *difference) broughtAlong() {
	if len(d.in.Actual.Brought) == 0 {
		return
	}
	spoken := d.spokenOf()
	for k, b := range d.in.Actual.Brought {
		if d.wanted(k) && d.mentioned(spoken, k) && !d.target.State.Has(k) {
			d.keep(state.Fact{Key: k, Value: b.Value}, b.By+", not set there")
		}
	}
}

// goesWithList reports an allowed value of a tag that is to allow any: it goes with the list.
func (d *difference) goesWithList(k state.Key) bool {
	if k.Fact != state.FactAllowedValue {
		return false
	}
	want, ok := d.target.State.Value(state.Key{Fact: state.FactTag, On: k.On}).(state.Tag)
	return ok && want.AnyValue
}

// Expired begins the note of a change that ends a grant whose time is over; guards do not count those.
const Expired = "expired"

func (d *difference) keep(f state.Fact, reason string) { d.kept = append(d.kept, Kept{f, reason}) }

// ownership returns the record that makes a fact ours. What our future grant brought is ours too.
func (d *difference) ownership(k state.Key) (Ownership, bool) {
	if o, ours := d.in.Owned[k]; ours {
		return o, true
	}
	if k.Fact != state.FactGrant || k.Future != state.KindNone {
		return Ownership{}, false
	}
	for up, ok := k.On.Parent(); ok; up, ok = up.Parent() {
		future := k
		future.On, future.Future = up, k.On.Kind
		if o, ours := d.in.Owned[future]; ours {
			o.Identity = ""
			o.Value = nil
			return o, true
		}
	}
	return Ownership{}, false
}

// stays returns why a fact of ours must not be removed, or "".
func (d *difference) stays(k state.Key, is state.Fact, owned Ownership) string {
	if tool := d.in.manages(k); tool != "" {
		return managedBy(tool)
	}
	if reason := d.target.Held[k]; reason != "" {
		return "held: " + reason
	}
	if reason := d.in.Actual.Fixed[k]; reason != "" {
		return reason
	}
	if reason := d.in.Actual.UnknownReason(k); reason != "" {
		return "could not be read completely: " + reason
	}
	if reason := d.doubted(k); reason != "" {
		return "the tags that it masks by could not be read completely: " + reason
	}
	for _, a := range d.in.Actual.Unknown {
		if slices.ContainsFunc(users[k.Fact], func(f state.FactKind) bool { return len(a.Facts) == 0 || slices.Contains(a.Facts, f) }) {
			return "what still uses it could not be read completely: " + a.Reason
		}
	}
	if d.protected(k) {
		return "a right of polsync's own"
	}
	if id := d.in.Actual.Objects[k.On].Identity; owned.Identity != "" && id != "" && id != owned.Identity {
		return "re-created since polsync set it"
	}
	if k.Fact.Policy() {
		if opaque(is.Value) && d.knownAs(k.On) == is.Value {
			return "changed by somebody else since polsync set it"
		}
		return ""
	}
	if owned.Value != nil && !state.Equal(owned.Value, is.Value) && k.Fact != state.FactTag && k.Fact != state.FactRole {
		return "changed by somebody else since polsync set it"
	}
	return ""
}

// users lists by kind of definition what may use one, and would go with it.
var users = map[state.FactKind][]state.FactKind{
	state.FactRole:         {state.FactMember, state.FactGrant, state.FactOwner},
	state.FactTag:          {state.FactTagged, state.FactBinding, state.FactABAC},
	state.FactAllowedValue: {state.FactTagged, state.FactABAC},
	state.FactPolicy:       {state.FactMask, state.FactBinding, state.FactABAC},

	state.FactRowPolicy:        {state.FactFilter, state.FactABAC},
	state.FactConstraintPolicy: {state.FactConstraint},
}

// doubted returns why it cannot be known that a mask covers nothing any more, or another value: a tag somewhere, which
// could not be read, may still ask for it.
func (d *difference) doubted(k state.Key) string {
	if k.Fact != state.FactMask && k.Fact != state.FactBinding && k.Fact != state.FactFilter && k.Fact != state.FactABAC {
		return ""
	}
	for _, a := range d.in.Actual.Unknown {
		tags := len(a.Facts) == 0 || slices.Contains(a.Facts, state.FactTagged)
		if tags && (k.Fact == state.FactBinding || a.Within.Covers(k.On) || k.Fact == state.FactABAC && k.On.Covers(a.Within)) {
			return a.Reason
		}
	}
	return ""
}

// spokenOf returns the securables that declarations speak of, so that strangers' facts on them are listed and the
// rest of an account is not.
func (d *difference) spokenOf() map[state.Securable]bool {
	spoken := map[state.Securable]bool{}
	for k := range d.target.State.Facts {
		spoken[k.On] = true
		if k.Fact == state.FactTagged || k.Fact == state.FactMask {
			spoken[k.On.Table()] = true
		}
	}
	return spoken
}

func (d *difference) mentioned(spoken map[state.Securable]bool, k state.Key) bool {
	switch k.Fact {
	case state.FactPolicy, state.FactRowPolicy, state.FactConstraintPolicy, state.FactRole, state.FactTag:
		return false // others' definitions are no difference and no news
	case state.FactTagged:
		return spoken[k.With] // of a tag that is declared, wherever it is
	case state.FactABAC:
		return true // it may mask or filter anything below
	}
	return spoken[k.On]
}
