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
