package plan

import (
	"slices"

	"github.com/polsync/polsync/state"
)

// Question is what must be read from live sources before a plan may be relied on.
type Question struct {
	All        bool              // everything: what a change rests on cannot be named
	Relations  []state.Securable // tables and views, as KindTable: their columns and the tags on them, in order
	Columns    []state.Securable // of these, those that the facts themselves are about, in order
	Principals []state.Securable // what they hold, who is in them and what they are in, in order
}

// Empty reports whether nothing is asked.
func (q Question) Empty() bool {
	return !q.All && len(q.Relations)+len(q.Columns)+len(q.Principals) == 0
}

// Unconfirmed returns what the changes of a plan rest on that was read from sources that lag, and what the facts with
// the keys do. Once nothing is left to be asked, no change of the plan rests on a lagging row alone:
//
//	a change of a fact                   the fact
//	a tag or mask on a relation          the relation
//	a tag taken off a container, or      the relations below that carry the tag
//	  one by which a policy shows more
//	a grant                              the principal; the relations it reaches that a mask covers by their tags
//	a membership                         both; if it is new, the roles through which it reaches data, and what masks
//	                                     cover there
//	a mask on a tag, taken off or        the relations that carry the tag; all, where nothing else may need it
//	  swapped
//	a tag or allowed value that goes     all
//	ownership that polsync gives away    what it holds itself, see OwnRights
//
// Masks, bindings, policies, tags on containers and future grants are never read from sources that lag.
func Unconfirmed(s *state.State, changes []Change, keys ...state.Key) Question {
	if s.Lag == nil {
		return Question{}
	}
	q := &question{s: s, relations: map[state.Securable]bool{}, columns: map[state.Securable]bool{}, principals: map[state.Securable]bool{}}
	for _, k := range keys {
		q.own(k)
	}
	for _, c := range changes {
		q.own(c.Key)
		q.basis(c)
	}
	if q.all {
		return Question{All: true}
	}
	if s.Lag.TagsOnly {
		q.principals = nil
	}
	return Question{Relations: q.asked(q.relations), Columns: q.asked(q.columns), Principals: q.asked(q.principals)}
}

// OwnRights returns the keys by which Unconfirmed asks for what polsync itself holds: where it gives away what it owns,
// the plan rests on the rights that it is left with.
func OwnRights(in Input, changes []Change) []state.Key {
	var own map[state.Securable]bool
	gives := func(c Change) bool {
		if c.Key.Fact != state.FactOwner {
			return false
		}
		if own == nil {
			own = in.ownRoles()
		}
		was, _ := c.Was.(state.Owner)
		return own[state.Securable(was)]
	}
	if in.Actual.Lag == nil || !slices.ContainsFunc(changes, gives) {
		return nil
	}
	var keys []state.Key
	for _, p := range sortedPrincipals(own) {
		keys = append(keys, state.Key{Fact: state.FactRole, On: p})
	}
	return keys
}

type question struct {
	s          *state.State
	all        bool
	relations  map[state.Securable]bool
	columns    map[state.Securable]bool
	principals map[state.Securable]bool

	covered map[state.Securable][]state.Securable // see carriers
	masking map[state.Securable]bool              // tags that mask
	roles   map[state.Securable][]state.Securable // principal -> the roles it is in
	held    map[state.Securable][]state.Securable // principal -> what it has privileges on
}

// asked returns what is not live yet, in order. Columns are live with their relation, unless each is told by itself.
func (q *question) asked(set map[state.Securable]bool) []state.Securable {
	var all []state.Securable
	for s := range set {
		if !q.s.Lag.Live[s] && (s.Kind != state.KindColumn || q.s.Lag.TagsOnly || !q.s.Lag.Live[s.Relation()]) {
			all = append(all, s)
		}
	}
	slices.SortFunc(all, state.Securable.Compare)
	return all
}

// own asks for the fact itself.
func (q *question) own(k state.Key) {
	if on := k.On.Relation(); on != (state.Securable{}) {
		q.relations[on] = true
	}
	if k.On.Kind == state.KindColumn {
		q.columns[k.On] = true
	}
	switch k.Fact {
	case state.FactGrant:
		q.principals[k.With] = true
	case state.FactOwner:
		if owner := q.s.Objects[k.On].Owner; k.On.Kind.Unlisted() && owner != (state.Securable{}) {
			q.principals[owner] = true
		}
	case state.FactMember:
		q.principals[k.On] = true
		if k.With.Kind != state.KindUser {
			q.principals[k.With] = true
		}
	case state.FactRole:
		q.principals[k.On] = true
	}
}

// basis asks for what a change rests on besides the fact itself.
func (q *question) basis(c Change) {
	gone := c.Want == nil
	switch c.Key.Fact {
	case state.FactTagged:
		if (gone || c.Opens) && q.container(c.Key.On) {
			q.carrying(func(on, tag state.Securable) bool { return tag == c.Key.With && c.Key.On.Covers(on) })
		}
	case state.FactGrant:
		if !gone && c.Key.Future == state.KindNone {
			q.opened(c.Key.On)
		}
	case state.FactMember:
		if !gone {
			q.joined(c.Key.On)
		}
	case state.FactBinding:
		switch {
		case gone:
			q.all = true
		case c.Was != nil:
			q.carrying(func(_, tag state.Securable) bool { return tag == c.Key.On })
		}
	case state.FactTag, state.FactAllowedValue:
		q.all = q.all || gone
	}
}

func (q *question) container(s state.Securable) bool {
	return s.Kind == state.KindAccount || s.Kind == state.KindCatalog || s.Kind == state.KindSchema
}

// opened asks for what a mask covers, by tags of its own or of its columns, in a container.
func (q *question) opened(at state.Securable) {
	if !q.container(at) {
		return // the relation itself was asked for
	}
	q.carrying(func(on, tag state.Securable) bool { return q.masks(tag) && at.Covers(on) })
}

// joined asks for the roles through which a role reaches data, and for what a mask covers there.
func (q *question) joined(role state.Securable) {
	q.index()
	seen := map[state.Securable]bool{role: true}
	for front := []state.Securable{role}; len(front) > 0; {
		r := front[len(front)-1]
		front = front[:len(front)-1]
		q.principals[r] = true
		for _, on := range q.held[r] {
			switch {
			case q.container(on):
				q.opened(on)
			case on.Kind.Relation():
				q.covers(on.Relation())
			}
		}
		for _, up := range q.roles[r] {
			if !seen[up] {
				seen[up] = true
				front = append(front, up)
			}
		}
	}
}

// covers asks for a relation if a mask covers it by a tag.
func (q *question) covers(relation state.Securable) {
	if slices.ContainsFunc(q.carriers()[relation], q.masks) {
		q.relations[relation] = true
	}
}

// carrying asks for the relations that carry a tag that is wanted.
func (q *question) carrying(wanted func(on, tag state.Securable) bool) {
	for on, tags := range q.carriers() {
		if slices.ContainsFunc(tags, func(tag state.Securable) bool { return wanted(on, tag) }) {
			q.relations[on] = true
		}
	}
}

// carriers returns the relations that carry tags themselves or on their columns, with the tags.
func (q *question) carriers() map[state.Securable][]state.Securable {
	if q.covered == nil {
		q.covered = map[state.Securable][]state.Securable{}
		for k := range q.s.Facts {
			if on := k.On.Relation(); k.Fact == state.FactTagged && on != (state.Securable{}) && !slices.Contains(q.covered[on], k.With) {
				q.covered[on] = append(q.covered[on], k.With)
			}
		}
	}
	return q.covered
}

func (q *question) masks(tag state.Securable) bool {
	if q.masking == nil {
		q.masking = map[state.Securable]bool{}
		for k := range q.s.Facts {
			if k.Fact == state.FactBinding {
				q.masking[k.On] = true
			}
		}
	}
	return q.masking[tag]
}

func (q *question) index() {
	if q.roles != nil {
		return
	}
	q.roles, q.held = map[state.Securable][]state.Securable{}, map[state.Securable][]state.Securable{}
	for k := range q.s.Facts {
		switch {
		case k.Fact == state.FactMember:
			q.roles[k.With] = append(q.roles[k.With], k.On)
		case k.Fact == state.FactGrant && k.Future == state.KindNone:
			q.held[k.With] = append(q.held[k.With], k.On)
		}
	}
}
