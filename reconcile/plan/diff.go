package plan

import (
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/polsync/polsync/state"
)

// difference is what separates a platform from its target.
type difference struct {
	in        Input
	target    *Target
	known     map[state.Securable]*state.MaskingPolicy    // masking policies that are there, with their rules where recognised
	rows      map[state.Securable]*state.RowPolicy        // likewise
	limits    map[state.Securable]*state.ConstraintPolicy // likewise
	changes   []Change
	kept      []Kept
	notices   []Notice
	unchanged int
	crossings map[state.Securable]bool // see crossing

	isFew, targetFew *few        // see few
	differing        []state.Key // see unmet
	compared         bool
	unjoined         []Change       // memberships that are fought over
	shifts           map[shift]bool // see showsMore
	held             *uncovered     // see heldCover
	rowCover         *uncovered     // see declaresRows

	own map[state.Securable]bool // see actsWith, onlyThrough

	attributes  map[state.Securable]bool                   // see abacTags
	definitions map[state.Key]bool                         // see defined
	byTag       map[state.Securable][]*state.MaskingPolicy // see policiesOf
}

// Diff compares what is there with the target. Only what is ours, or declared absent, is removed; what could not be
// read, or is another securable under the old name, never is.
//
//	declared  there  ours     result
//	yes       no     -        create
//	yes       same   -        unchanged
//	yes       other  -        replace
//	absent    yes    -        remove, whoever set it
//	no        yes    yes      remove, if nothing else needs it and it is still as we set it
//	no        yes    no       kept, with the reason
func Diff(in Input, t *Target) ([]Change, []Kept, []Notice, int) {
	d := &difference{in: in, target: t}
	d.recognise()
	if in.ExpireOnly {
		return d.expiry(), nil, nil, 0
	}
	spoken := sync.OnceValue(d.spokenOf) // large, and needed only where something is there that is not ours
	d.declared()
	d.undeclared(spoken)
	d.givenBack()
	d.broughtAlong()
	d.lastManaged()
	d.reachedFromAbove()
	d.opening()
	d.leaveFought()
	d.policies()
	d.keepNeeded()
	d.holdUncertain()
	d.holdUnjoined()
	d.holdUnsettled()
	d.holdJoins()
	d.holdBack()
	d.warnFought()
	d.heirs()
	d.warnMoved()
	d.warnOrphans(spoken)
	d.lists()
	slices.SortFunc(d.changes, Change.Compare)
	slices.SortFunc(d.kept, func(a, b Kept) int { return a.Fact.Key.Compare(b.Fact.Key) })
	return d.changes, d.kept, d.notices, d.unchanged
}

// holdJoins takes out new memberships where a run is not to make any.
func (d *difference) holdJoins() {
	if d.in.NoJoins == "" {
		return
	}
	d.changes = slices.DeleteFunc(d.changes, func(c Change) bool {
		joins := c.Key.Fact == state.FactMember && c.Want != nil
		if joins {
			d.notices = append(d.notices, Notice{Held, c.Key.On, c.Key.String() + " waits: " + d.in.NoJoins, c.Why})
		}
		return joins
	})
}

// holdBack takes out what was refused before, what would open data whose cover is therefore missing, and the removal
// of what is therefore still needed.
func (d *difference) holdBack() {
	d.lacking()
	d.setAside()
	d.holdWidening()
	d.holdUncovered()
	d.keepNeeded()
}

// wanted reports whether a fact lies in what the run was narrowed to.
func (d *difference) wanted(k state.Key) bool {
	if d.in.Actual.LeftTo(k) != "" {
		return false
	}
	if len(d.in.Only) == 0 && len(d.in.Scope) == 0 {
		return true
	}
	return d.inside(k) || d.defined()[k] && !d.in.Actual.Has(k)
}

func (d *difference) inside(k state.Key) bool {
	if len(d.in.Only) > 0 && !slices.Contains(d.in.Only, k.Fact) {
		return false
	}
	return len(d.in.Scope) == 0 || slices.ContainsFunc(d.in.Scope, func(s state.Securable) bool { return s.Covers(k.On) })
}

// defined returns the declared definitions that facts inside the narrowed part refer to. They live outside it, and are
// made where they are missing; what is there is not touched from a narrower view.
func (d *difference) defined() map[state.Key]bool {
	if d.definitions != nil {
		return d.definitions
	}
	d.definitions = map[state.Key]bool{}
	for k, f := range d.target.State.Facts {
		if !d.inside(k) {
			continue
		}
		switch v := f.Value.(type) {
		case state.Text:
			d.definitions[state.Key{Fact: state.FactTag, On: k.With}] = true
			d.definitions[state.Key{Fact: state.FactAllowedValue, On: k.With, Name: string(v)}] = true
		case state.Mask:
			d.definitions[state.PolicyKey(v.Policy)] = true
		case state.Filter:
			d.definitions[state.PolicyKey(v.Policy)] = true
		case state.ABAC:
			d.definitions[state.PolicyKey(v.Policy)] = true
			eachTag(v, func(k state.Key) { d.definitions[k] = true })
		case state.Option:
			d.definitions[state.Key{Fact: state.FactRole, On: k.With}] = true
		}
	}
	return d.definitions
}

// recognise gives the policies that are there their rules: a body that is the target's has the target's rules, one
// that is as we last set it has those we set. The rules of any other cannot be known.
func (d *difference) recognise() {
	d.known = map[state.Securable]*state.MaskingPolicy{}
	for k, is := range d.fewThere().policies {
		d.known[k.On] = d.recognised(k, is)
	}
	d.recogniseRows()
}

func (d *difference) recognised(k state.Key, is *state.MaskingPolicy) *state.MaskingPolicy {
	if !is.Opaque {
		return is
	}
	candidates := []state.Value{d.target.State.Value(k), d.in.Owned[k].Value}
	for _, c := range candidates {
		p, ok := c.(*state.MaskingPolicy)
		if !ok || p == nil || p.Family != is.Family || len(p.Args) != len(is.Args) {
			continue
		}
		body := p.Body
		if !p.Opaque {
			made, err := d.in.Dialect.Body(p)
			if err != nil {
				continue
			}
			body = made
		}
		if d.in.Dialect.SameBody(body, is.Body) {
			return p
		}
	}
	return is
}

func (d *difference) add(k state.Key, was, want state.Value, why state.Origin, note string) {
	c := Change{Key: k, Was: was, Want: want, Why: why, Note: note}
	if k.On.Kind == state.KindColumn {
		relation, _ := d.in.Actual.Relation(k.On)
		c.Table, c.Sort = relation.Kind, d.in.Actual.Objects[relation].Sort
	} else if k.On.Kind.Relation() {
		c.Sort = d.in.Actual.Objects[k.On].Sort
	}
	place(&c)
	d.changes = append(d.changes, c)
}

// declared finds what must be created or replaced, and what must be absent.
func (d *difference) declared() {
	for k, f := range d.target.State.Facts {
		if k.Fact.Policy() {
			continue
		}
		is, there := d.in.Actual.Fact(k)
		if !there || !state.Equal(is.Value, f.Value) {
			d.differing = append(d.differing, k)
		}
		switch {
		case !d.wanted(k):
		case !there:
			d.add(k, nil, f.Value, f.Origin, d.openSince(k))
		case state.Equal(is.Value, f.Value):
			d.unchanged++
		case k.Fact == state.FactTagged && d.in.Actual.Fixed[k] != "":
			d.notices = append(d.notices, Notice{Held, k.On, fmt.Sprintf("%s stays as it is: %s", k, d.in.Actual.Fixed[k]), f.Origin})
		case d.doubted(k) != "":
			d.notices = append(d.notices, Notice{Held, k.On, fmt.Sprintf("%s stays as it is: the tags that it masks by could not be read completely: %s", k, d.doubted(k)), f.Origin})
		default:
			d.add(k, is.Value, f.Value, f.Origin, d.replaces(k, f.Origin))
		}
	}
	d.compared = true
	for k, o := range d.target.Absent {
		if is, there := d.in.Actual.Facts[k]; there && d.wanted(k) && !d.protected(k) && d.in.Actual.Fixed[k] == "" && !d.comesWithAll(k, o) {
			d.add(k, is.Value, nil, o, "declared absent")
		}
	}
}

// unmet returns the declared facts but policies that are not there as declared, within what the run was narrowed to
// or not.
func (d *difference) unmet() []state.Key {
	if !d.compared {
		d.compared = true
		for k, f := range d.target.State.Facts {
			if is, there := d.in.Actual.Fact(k); !k.Fact.Policy() && (!there || !state.Equal(is.Value, f.Value)) {
				d.differing = append(d.differing, k)
			}
		}
	}
	return d.differing
}

// few holds the facts of a state of which any platform has few, so that a million others are not passed over for each
// question about them.
type few struct {
	definitions map[state.Key]state.Value // of policies, of whatever sort
	policies    map[state.Key]*state.MaskingPolicy
	bindings    map[state.Key]state.Mask
	abac        map[state.Key]state.ABAC
	values      []state.Key // allowed ones
}

func fewOf(s *state.State) *few {
	f := &few{definitions: map[state.Key]state.Value{}, policies: map[state.Key]*state.MaskingPolicy{}, bindings: map[state.Key]state.Mask{}, abac: map[state.Key]state.ABAC{}}
	for k, fact := range s.Facts {
		if k.Fact.Policy() && fact.Value != nil {
			f.definitions[k] = fact.Value
		}
		switch k.Fact {
		case state.FactPolicy:
			if p, ok := fact.Value.(*state.MaskingPolicy); ok {
				f.policies[k] = p
			}
		case state.FactBinding:
			if m, ok := fact.Value.(state.Mask); ok {
				f.bindings[k] = m
			}
		case state.FactABAC:
			if a, ok := fact.Value.(state.ABAC); ok {
				f.abac[k] = a
			}
		case state.FactAllowedValue:
			f.values = append(f.values, k)
		}
	}
	return f
}

// fewThere returns the few facts of what is there.
func (d *difference) fewThere() *few {
	if d.isFew == nil {
		d.isFew = fewOf(d.in.Actual)
	}
	return d.isFew
}

// fewWanted returns the few facts of the target.
func (d *difference) fewWanted() *few {
	if d.targetFew == nil {
		d.targetFew = fewOf(d.target.State)
	}
	return d.targetFew
}

// openSince says of cover that we had put on and that is gone that it was lost through somebody else.
func (d *difference) openSince(k state.Key) string {
	_, ours := d.in.Owned[k]
	if ours && (k.Fact.Attaches() || k.Fact == state.FactTagged) {
		return "was set by us and is gone"
	}
	return ""
}

// protected reports rights that no plan takes: polsync's own, what a group or role of its gives it alone that it manages
// by, and the groups it is in. Nobody chooses among groups as among roles: what they have, all of their members have.
func (d *difference) protected(k state.Key) bool {
	switch k.Fact {
	case state.FactGrant:
		return slices.Contains(d.in.Self, k.With) || slices.Contains(managing, k.Name) && d.onlyThrough(k)
	case state.FactMember:
		return slices.Contains(d.in.Self, k.With) || d.actsWith(k.With)
	case state.FactRole:
		return d.actsWith(k.On)
	}
	return false
}

// actsWith reports whether polsync is in a group, directly or through others.
func (d *difference) actsWith(group state.Securable) bool {
	if group.Kind != state.KindGroup {
		return false
	}
	if d.own == nil {
		d.own = d.in.ownRoles()
	}
	return d.own[group]
}

// managing are the privileges by which polsync may grant, mask and tag.
var managing = []string{"MANAGE", "MANAGE GRANTS", "APPLY TAG", "APPLY MASKING POLICY", "APPLY ROW ACCESS POLICY"}

// onlyThrough reports whether polsync has a privilege by what it is in, and not itself.
func (d *difference) onlyThrough(k state.Key) bool {
	if d.own == nil {
		d.own = d.in.ownRoles()
	}
	if !d.own[k.With] || k.With == d.in.Dialect.Fold(state.Everyone) {
		return false
	}
	for up, ok := k.On, true; ok; up, ok = up.Parent() {
		if slices.Contains(d.in.Self, d.in.Actual.Objects[up].Owner) {
			return false
		}
		for _, self := range d.in.Self {
			if d.in.Actual.Has(state.Key{Fact: state.FactGrant, On: up, With: self, Name: k.Name}) {
				return false
			}
		}
	}
	return true
}

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

// holdUncertain takes back what lets somebody in where it is not known what covers the data.
func (d *difference) holdUncertain() {
	d.changes = slices.DeleteFunc(d.changes, func(c Change) bool {
		if c.Phase != PhasePermit || c.Key.Fact.Policy() || c.Key.Fact == state.FactManaged {
			return false
		}
		reason := d.uncertain(c.Key)
		if reason == "" {
			return false
		}
		d.notices = append(d.notices, Notice{Held, c.Key.On, fmt.Sprintf("%s waits: %s", c.Key, reason), c.Why})
		return true
	})
}

// coverFacts are what protects data. What filters rows or constrains queries comes last, see rowFacts.
var coverFacts = [...]state.FactKind{state.FactPolicy, state.FactMask, state.FactBinding, state.FactTagged,
	state.FactRowPolicy, state.FactFilter, state.FactConstraintPolicy, state.FactConstraint, state.FactABAC}

// rowFacts are the cover that only adds to what masks do: where none is declared it does not matter which is there.
var rowFacts = coverFacts[4:]

func (d *difference) uncertain(k state.Key) string {
	for _, a := range d.in.Actual.Unknown {
		for _, f := range coverFacts {
			cover := len(a.Facts) == 0 || slices.Contains(a.Facts, f)
			if cover && slices.Contains(rowFacts, f) && !d.declaresRows(k) {
				continue
			}
			if cover && (k.Fact == state.FactMember || a.Within.Covers(k.On) || k.On.Covers(a.Within)) {
				return "what covers it could not be read completely: " + a.Reason
			}
		}
	}
	if k.Fact != state.FactGrant && k.Fact != state.FactOwner {
		return ""
	}
	if held, ok := d.heldCover().meets(k.On); ok {
		return held.String() + " is held: " + d.target.Held[held]
	}
	return ""
}

// heldCover returns the declared cover that is held, by place.
func (d *difference) heldCover() uncovered {
	if d.held == nil {
		d.held = &uncovered{map[state.Securable]state.Key{}, map[state.Securable]state.Key{}}
		for k := range d.target.Held {
			if slices.Contains(coverFacts[:], k.Fact) {
				d.held.add(k.On, k)
			}
		}
	}
	return *d.held
}

// lists fills in, for each change of an allowed value, the whole list that results, for platforms that replace it.
func (d *difference) lists() {
	removed, _ := d.outcome()
	values := map[state.Securable]map[string]bool{}
	touched := func(on state.Securable) map[string]bool {
		if values[on] == nil {
			values[on] = map[string]bool{}
		}
		return values[on]
	}
	for _, k := range d.fewThere().values {
		touched(k.On)[k.Name] = true
	}
	for _, c := range d.changes {
		if c.Key.Fact == state.FactAllowedValue && c.Want != nil {
			touched(c.Key.On)[c.Key.Name] = true
		}
	}
	after := map[state.Securable][]string{}
	for on, set := range values {
		after[on] = slices.Sorted(maps.Keys(set))
	}
	final := map[state.Securable][]string{}
	for on, all := range after {
		final[on] = slices.DeleteFunc(slices.Clone(all), func(v string) bool { return removed[state.Key{Fact: state.FactAllowedValue, On: on, Name: v}] })
	}
	for i := range d.changes {
		c := &d.changes[i]
		switch {
		case c.Key.Fact == state.FactAllowedValue && c.Want == nil:
			c.List = final[c.Key.On]
		case c.Key.Fact == state.FactAllowedValue || c.Key.Fact == state.FactTag:
			c.List = after[c.Key.On]
		}
	}
}

// lacking sets aside what the platform has no such thing for.
func (d *difference) lacking() {
	if len(d.in.Actual.Lacks) == 0 {
		return
	}
	set := maps.Clone(d.in.Aside)
	if set == nil {
		set = map[state.Key]string{}
	}
	for _, c := range d.changes {
		if reason := d.in.Actual.Lacks[c.Key.Fact]; reason != "" && c.Want != nil {
			set[c.Key] = reason
		}
	}
	d.in.Aside = set
}

// setAside takes out the changes that were refused for good before, with every later change of what they concern.
func (d *difference) setAside() {
	if len(d.in.Aside) == 0 {
		return
	}
	off := aside{at: map[state.Securable]Change{}, above: map[state.Securable]Change{}, with: map[state.Securable]Change{}}
	for _, c := range d.changes {
		if _, refused := d.in.Aside[c.Key]; refused {
			off.add(c)
		}
	}
	d.changes = slices.DeleteFunc(d.changes, func(c Change) bool {
		if reason := d.in.Actual.Lacks[c.Key.Fact]; reason != "" && c.Want != nil {
			d.notices = append(d.notices, Notice{Held, c.Key.On, fmt.Sprintf("%s cannot be carried out: %s", c.Key, reason), c.Why})
			return true
		}
		if reason, refused := d.in.Aside[c.Key]; refused {
			d.notices = append(d.notices, Notice{Held, c.Key.On, fmt.Sprintf("%s was refused before and is set aside: %s", c.Key, reason), c.Why})
			return true
		}
		if k, ok := off.concerns(c); ok {
			d.notices = append(d.notices, Notice{Held, c.Key.On, fmt.Sprintf("%s waits for %s, which was refused before", c.Key, k), c.Why})
			return true
		}
		return false
	})
}
