package plan

import (
	"encoding/binary"
	"math/bits"
	"slices"

	"github.com/polsync/polsync/state"
)

// crowd is a set of principals, a bit for each.
type crowd []uint64

func (c crowd) add(i int)      { c[i/64] |= 1 << (i % 64) }
func (c crowd) has(i int) bool { return c[i/64]&(1<<(i%64)) != 0 }

func (c crowd) join(o crowd) {
	for i, w := range o {
		c[i] |= w
	}
}

func (c crowd) both(o crowd) crowd {
	and := make(crowd, len(c))
	for i := range c {
		and[i] = c[i] & o[i]
	}
	return and
}

func (c crowd) without(o crowd) crowd {
	rest := make(crowd, len(c))
	for i := range c {
		rest[i] = c[i] &^ o[i]
	}
	return rest
}

// principals are those that two states speak of, in order.
type principals struct {
	everyone state.Securable
	list     []state.Securable
	index    map[state.Securable]int
}

// newPrincipals finds everybody that grants, memberships and masks name.
func newPrincipals(everyone state.Securable, states ...facts) *principals {
	seen := map[state.Securable]bool{}
	for _, s := range states {
		s.each(func(k state.Key, v state.Value) {
			switch k.Fact {
			case state.FactGrant:
				seen[k.With] = true
			case state.FactMember:
				seen[k.On], seen[k.With] = true, true
			case state.FactPolicy:
				if p, ok := v.(*state.MaskingPolicy); ok {
					for _, to := range p.Principals() {
						seen[to] = true
					}
				}
			case state.FactABAC:
				if a, ok := v.(state.ABAC); ok {
					for _, to := range slices.Concat(a.To, a.Except) {
						seen[to] = true
					}
				}
			case state.FactRowPolicy:
				if p, ok := v.(*state.RowPolicy); ok {
					for _, to := range p.Principals() {
						seen[to] = true
					}
				}
			}
		})
	}
	for _, s := range states {
		s.owners(func(_, owner state.Securable) { seen[owner] = true })
	}
	who := &principals{everyone: everyone, index: make(map[state.Securable]int, len(seen))}
	for p := range seen {
		who.list = append(who.list, p)
	}
	slices.SortFunc(who.list, state.Securable.Compare)
	for i, p := range who.list {
		who.index[p] = i
	}
	return who
}

func (p *principals) none() crowd { return make(crowd, (len(p.list)+63)/64) }

func (p *principals) all() crowd {
	c := p.none()
	for i := range p.list {
		c.add(i)
	}
	return c
}

// named lists the principals of a crowd in order. Equal crowds get one slice, which known keeps.
func (p *principals) named(c crowd, known map[string][]state.Securable) []state.Securable {
	key := make([]byte, 0, len(c)*8)
	for _, w := range c {
		key = binary.LittleEndian.AppendUint64(key, w)
	}
	if names, ok := known[string(key)]; ok {
		return names
	}
	var names []state.Securable
	for word, w := range c {
		for ; w != 0; w &= w - 1 {
			names = append(names, p.list[word*64+bits.TrailingZeros64(w)])
		}
	}
	known[string(key)] = names
	return names
}

// viewer answers who sees what in one state. Answers that many columns share are kept.
type viewer struct {
	facts
	who      *principals
	tagMasks bool
	known    map[state.Securable]*state.MaskingPolicy // the rules of policies of which a state has only the body
	rowRules map[state.Securable]*state.RowPolicy     // likewise
	filters  bool                                     // whether any row filter is there
	abac     []standing                               // attribute-based policies, in order

	members  map[state.Securable][]state.Securable // role -> who is in it
	grantees map[state.Securable][]state.Securable // place -> who is granted to read there
	tagged   map[state.Securable][]tagValue        // place -> tags that it carries itself and that mask

	holders map[state.Securable]crowd      // principal -> who has it
	readers map[state.Securable]crowd      // relation -> who can read it
	above   map[state.Securable][]tagValue // relation -> tags from it and what contains it, the nearest first
	shows   map[shown]crowd
	onTable map[state.Securable][]inForce         // see attributes
	columns map[state.Securable][]state.Securable // see columnsOf; nil until asked for
}

type tagValue struct {
	tag   state.Securable
	value string
}

type shown struct {
	policy state.Securable
	value  string
}

func newViewer(s facts, who *principals, tagMasks bool, known map[state.Securable]*state.MaskingPolicy) *viewer {
	v := &viewer{facts: s, who: who, tagMasks: tagMasks, known: known,
		members: map[state.Securable][]state.Securable{}, grantees: map[state.Securable][]state.Securable{}, tagged: map[state.Securable][]tagValue{},
		onTable: map[state.Securable][]inForce{}, holders: map[state.Securable]crowd{}, readers: map[state.Securable]crowd{}, above: map[state.Securable][]tagValue{}, shows: map[shown]crowd{}}
	s.each(func(k state.Key, value state.Value) {
		switch k.Fact {
		case state.FactMember:
			v.members[k.On] = append(v.members[k.On], k.With)
		case state.FactGrant:
			if k.Future == state.KindNone && k.Name == "SELECT" {
				at := placeOf(k.On)
				v.grantees[at] = append(v.grantees[at], k.With)
			}
		case state.FactTagged:
			at := placeOf(k.On)
			text, _ := value.(state.Text)
			v.tagged[at] = append(v.tagged[at], tagValue{k.With, string(text)})
		case state.FactFilter:
			v.filters = true
		case state.FactABAC:
			if a, ok := value.(state.ABAC); ok {
				v.abac, v.filters = append(v.abac, newStanding(k, a)), v.filters || a.Filters()
			}
		}
	})
	for k, b := range s.Brought {
		if s.Value(k) == nil {
			v.tagged[placeOf(k.On)] = append(v.tagged[placeOf(k.On)], tagValue{k.With, string(b.Value)})
		}
	}
	slices.SortFunc(v.abac, func(a, b standing) int { return a.key.Compare(b.key) })
	if who != nil {
		s.owners(func(on, owner state.Securable) { v.grantees[placeOf(on)] = append(v.grantees[placeOf(on)], owner) })
	}
	return v
}

// having returns everybody that has a principal: itself, its members and theirs.
func (v *viewer) having(p state.Securable) crowd {
	if c, ok := v.holders[p]; ok {
		return c
	}
	c := v.who.none()
	for front := []state.Securable{p}; len(front) > 0; {
		q := front[len(front)-1]
		front = front[:len(front)-1]
		i, known := v.who.index[q]
		switch {
		case q == v.who.everyone:
			c = v.who.all()
			front = nil
		case known && !c.has(i):
			c.add(i)
			front = append(front, v.members[q]...)
		}
	}
	v.holders[p] = c
	return c
}

// reading returns who can read a relation, or what of it is not masked.
func (v *viewer) reading(table state.Securable) crowd {
	if c, ok := v.readers[table]; ok {
		return c
	}
	c := v.who.none()
	for up, ok := table, true; ok; up, ok = up.Parent() {
		for _, to := range v.grantees[placeOf(up)] {
			c.join(v.having(to))
		}
	}
	v.readers[table] = c
	return c
}

// tags calls do for the tags in force on a column, the nearest value of each, until do returns false.
func (v *viewer) tags(c state.Securable, do func(tagValue) bool) {
	above := v.tagsAbove(c.Table())
	own := v.tagged[c]
	for _, t := range own {
		if !do(t) {
			return
		}
	}
	for _, t := range above {
		if !slices.ContainsFunc(own, func(o tagValue) bool { return o.tag == t.tag }) && !do(t) {
			return
		}
	}
}

// tagsAbove returns the tags in force on a relation, the nearest value of each.
func (v *viewer) tagsAbove(table state.Securable) []tagValue {
	above, known := v.above[table]
	if !known {
		for up, ok := table, true; ok; up, ok = up.Parent() {
			above = nearer(above, v.tagged[placeOf(up)])
		}
		v.above[table] = above
	}
	return above
}

// nearer adds to tags those of a wider place that are not among them.
func nearer(tags, wider []tagValue) []tagValue {
	had := len(tags)
	for _, t := range wider {
		if !slices.ContainsFunc(tags[:had], func(o tagValue) bool { return o.tag == t.tag }) {
			tags = append(tags, t)
		}
	}
	return tags
}

// cover returns the policy in force on a column and the tag value it is asked about. Two tags that mask make queries
// fail.
func (v *viewer) cover(c state.Securable) (policy state.Securable, value string, covered, fails bool) {
	if len(v.abac) > 0 {
		return v.coverOf(c, v.masksOn(c))
	}
	if m, ok := v.Value(state.Key{Fact: state.FactMask, On: c}).(state.Mask); ok {
		if p := v.rules(m.Policy); p != nil {
			v.tags(c, func(t tagValue) bool {
				if t.tag == p.Tag {
					value = t.value
				}
				return t.tag != p.Tag
			})
		}
		return m.Policy, value, true, false
	}
	if !v.tagMasks {
		return state.Securable{}, "", false, false
	}
	family := string(v.Objects[c].Type.Family)
	v.tags(c, func(t tagValue) bool {
		if m, ok := v.Value(state.Key{Fact: state.FactBinding, On: t.tag, Name: family}).(state.Mask); ok {
			fails = covered
			policy, value, covered = m.Policy, t.value, true
		}
		return !fails
	})
	return policy, value, covered, fails
}

// coverOf returns what several masks of a column come to for somebody on whom all of them act.
func (v *viewer) coverOf(c state.Securable, masks []wornBy) (policy state.Securable, value string, covered, fails bool) {
	w, covered, fails := onePolicy(masks)
	return w.policy, v.valueFor(w.policy, c), covered, fails
}

// rules returns a policy with its rules where they can be known.
func (v *viewer) rules(policy state.Securable) *state.MaskingPolicy {
	p, _ := v.Value(state.Key{Fact: state.FactPolicy, On: policy}).(*state.MaskingPolicy)
	if _, changes := v.moved[state.Key{Fact: state.FactPolicy, On: policy}]; p != nil && p.Opaque && !changes && v.known[policy] != nil {
		return v.known[policy]
	}
	return p
}

func (v *viewer) masked(c state.Securable) bool {
	_, _, covered, _ := v.cover(c)
	return covered
}

// clear returns who reads a column in clear.
func (v *viewer) clear(c state.Securable) crowd {
	readers := v.reading(c.Table())
	if to := v.grantees[c]; len(to) > 0 {
		readers = slices.Clone(readers)
		for _, p := range to {
			readers.join(v.having(p))
		}
	}
	if _, _, filtered := v.filter(c.Table()); filtered {
		readers = readers.both(v.seesRows(c.Table()))
	}
	if len(v.abac) > 0 {
		return readers.both(v.clearThrough(c, v.masksOn(c)))
	}
	policy, value, covered, fails := v.cover(c)
	switch {
	case fails:
		return v.who.none()
	case !covered:
		return readers
	}
	key := shown{policy, value}
	shows, known := v.shows[key]
	if !known {
		shows = v.decides(policy, value)
		v.shows[key] = shows
	}
	return readers.both(shows)
}

// decides returns to whom a policy shows a value in clear, for some rows at least.
func (v *viewer) decides(policy state.Securable, value string) crowd {
	clear := v.who.none()
	p := v.rules(policy)
	if p == nil || p.Opaque {
		return clear
	}
	open := v.who.all() // for whom no rule has decided yet
	for _, r := range p.Rules {
		if !r.Matches(value) {
			continue
		}
		named := v.who.none()
		for _, to := range r.To {
			named.join(v.active(to, p.Primary))
		}
		if r.Show.Word() == state.ShowClear {
			clear.join(named.both(open))
		}
		if len(r.When) == 0 || r.Show.Word() == state.ShowClear {
			open = open.without(named)
		}
	}
	if p.Default.Word() == state.ShowClear {
		clear.join(open)
	}
	return clear
}

// active returns for whom a policy counts a principal as active: for all that have it, or only for itself.
func (v *viewer) active(p state.Securable, primary bool) crowd {
	i, known := v.who.index[p]
	if !primary || p == v.who.everyone || !known {
		return v.having(p)
	}
	c := v.who.none()
	c.add(i)
	return c
}
