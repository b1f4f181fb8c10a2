package plan

import (
	"fmt"
	"slices"
	"time"

	"github.com/polsync/polsync/state"
)

// Recent is a fact as a statement of polsync's own left it lately.
type Recent struct {
	Key   state.Key
	Value state.Value // nil: it is gone
	At    time.Time
}

// unsettled is what was written, or is in this plan, and may not have taken effect on the platform yet.
type unsettled struct {
	cover    uncovered // policies and tags that come
	policies uncovered // of these the policies
	all      uncovered // policies and tags that come, and tags that go and leave what carried them to what holds it
	from     map[state.Key]time.Time
	now      map[state.Key]bool // written in this plan
	waits    map[state.Key]bool // of these, what may wait for others
	retired  bool               // a policy was taken off or made another: queries may still ask for what it named
}

// holdUnsettled takes back what lets somebody in, and what takes cover off, where an attribute-based policy, or a tag that
// one asks about, may not be in effect yet: the platform takes minutes, and no answer of it tells when.
//
//	grants, ownership               wait for policies and tags there
//	memberships                     wait for those that their roles reach
//	policies that come to show more wait for tags and policies where they mask by attributes
//	masks and filters that go       wait for policies and tags there
//	policies for other columns      wait for tags there
//	tags that go                    wait for policies and tags there
//	other values of tags            wait for policies there
//	functions, governed tags        are not dropped before policies that named them are gone for so long
//
// What waits is held until a later run.
func (d *difference) holdUnsettled() {
	if d.in.EffectDelay <= 0 {
		return
	}
	tags := d.abacTags()
	u := d.unsettled(tags)
	if len(u.all.at) == 0 && !u.retired {
		return
	}
	var reached map[state.Securable]state.Key
	d.changes = slices.DeleteFunc(d.changes, func(c Change) bool {
		if c.Key.Fact == state.FactMember && c.Phase == PhasePermit && reached == nil {
			reached = d.reach(u.all)
		}
		by, waits := d.waitsFor(c, u, tags, reached)
		switch {
		case waits && by == state.Key{}:
			d.keep(state.Fact{Key: c.Key, Value: c.Was}, fmt.Sprintf("policies that named it go, and may be in effect for another %s", d.in.EffectDelay))
		case waits:
			d.notices = append(d.notices, Notice{Held, c.Key.On, u.text(c.Key, by), c.Why})
		}
		return waits
	})
}

// text says what waits, and from when on it goes.
func (u *unsettled) text(k, by state.Key) string {
	written := "was written lately"
	if u.now[by] {
		written = "is written now"
	}
	return fmt.Sprintf("%s waits for %s, which %s: it goes with a run from %s on", k, by, written, u.from[by].UTC().Truncate(time.Second).Add(time.Second).Format(time.RFC3339))
}

// waitsFor returns what a change has to wait for; the zero Key for policies that are gone.
func (d *difference) waitsFor(c Change, u *unsettled, tags map[state.Securable]bool, reached map[state.Securable]state.Key) (by state.Key, waits bool) {
	switch {
	case c.Phase == PhasePermit && c.Key.Fact == state.FactMember:
		by, waits = reached[c.Key.On]
	case c.Phase == PhasePermit && c.Key.Fact.Policy():
		if !c.Back {
			by, waits = d.wornUnsettled(c.Key.On, u)
		}
	case c.Phase == PhasePermit && c.Key.Fact != state.FactManaged, c.Phase == PhaseUnmask:
		by, waits = u.all.meets(c.Key.On)
	case c.Phase == PhaseUntag && tags[c.Key.With]:
		by, waits = u.cover.meets(c.Key.On)
	case c.Phase == PhaseTag && tags[c.Key.With] && (c.Was != nil || d.inherits(c.Key)):
		by, waits = u.policies.meets(c.Key.On)
	case c.Phase == PhaseMask && c.Key.Fact == state.FactABAC && movesReach(c):
		by, waits = u.before(c.Key)
	case c.Phase == PhaseDrop && u.retired:
		waits = c.Key.Fact.Policy() || c.Key.Fact == state.FactTag || c.Key.Fact == state.FactAllowedValue
	}
	return by, waits
}

// before returns the first of what a policy that comes to be in force elsewhere has to wait for: what was written lately,
// and of this plan what waits for no policy itself.
func (u *unsettled) before(policy state.Key) (first state.Key, found bool) {
	for k := range u.from {
		at, on := placeOf(k.On), placeOf(policy.On)
		later := k == policy || u.now[k] && u.waits[k]
		if !later && (at.Covers(on) || on.Covers(at)) && (!found || k.Compare(first) < 0) {
			first, found = k, true
		}
	}
	return first, found
}

// movesReach reports whether a policy is replaced by one that is in force elsewhere.
func movesReach(c Change) bool {
	was, ok := c.Was.(state.ABAC)
	want, ok2 := c.Want.(state.ABAC)
	return ok && ok2 && (!was.SameReach(want) || !slices.Equal(was.To, want.To) || !slices.Equal(was.Except, want.Except))
}

// wornUnsettled returns what is unsettled where a policy masks or filters by attributes, or will.
func (d *difference) wornUnsettled(policy state.Securable, u *unsettled) (first state.Key, found bool) {
	for _, s := range [...]*few{d.fewThere(), d.fewWanted()} {
		for k, a := range s.abac {
			if a.Policy != policy {
				continue
			}
			if by, waits := u.all.meets(k.On); waits && (!found || by.Compare(first) < 0) {
				first, found = by, true
			}
		}
	}
	return first, found
}

// abacTags returns the tags that attribute-based policies ask about, those that are there and those that are declared.
func (d *difference) abacTags() map[state.Securable]bool {
	if d.attributes == nil {
		d.attributes = map[state.Securable]bool{}
		for _, s := range [...]*few{d.fewThere(), d.fewWanted()} {
			for _, a := range s.abac {
				eachTag(a, func(k state.Key) { d.attributes[k.On] = true })
			}
		}
	}
	return d.attributes
}

// unsettled finds it among what was written lately and the changes.
func (d *difference) unsettled(tags map[state.Securable]bool) *unsettled {
	u := &unsettled{cover: newUncovered(), policies: newUncovered(), all: newUncovered(), from: map[state.Key]time.Time{}, now: map[state.Key]bool{}, waits: map[state.Key]bool{}}
	note := func(k state.Key, v state.Value, at time.Time, now bool) {
		from := at.Add(d.in.EffectDelay)
		if !from.After(d.in.Now) || k.Fact != state.FactABAC && (k.Fact != state.FactTagged || !tags[k.With]) {
			return
		}
		u.retired = u.retired || v == nil && k.Fact == state.FactABAC
		if v == nil && (k.Fact == state.FactABAC || !d.inherits(k)) {
			return
		}
		if old, there := u.from[k]; !there || from.After(old) {
			u.from[k], u.now[k] = from, now
		}
		if u.all.add(k.On, k); v == nil {
			return
		}
		if u.cover.add(k.On, k); k.Fact == state.FactABAC {
			u.policies.add(k.On, k)
		}
	}
	for _, recent := range d.in.Lately {
		note(recent.Key, recent.Value, recent.At, false)
	}
	for _, c := range d.changes {
		note(c.Key, c.Want, d.in.Now, true)
		u.waits[c.Key] = c.Was != nil || c.Phase == PhaseTag && d.inherits(c.Key)
		u.retired = u.retired || c.Key.Fact == state.FactABAC && c.Was != nil
	}
	return u
}

func newUncovered() uncovered {
	return uncovered{map[state.Securable]state.Key{}, map[state.Securable]state.Key{}}
}
