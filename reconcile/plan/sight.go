package plan

import (
	"slices"

	"github.com/polsync/polsync/state"
)

// Sight is who will read a sensitive column in clear, or partly, that does not now, and the other way round. A column
// is sensitive when a mask covers it before or after. Principals are roles, groups and users that the plan or the
// masks speak of, with what they have through others.
type Sight struct {
	Column state.Securable   `json:"column"`
	Gains  []state.Securable `json:"gains,omitempty"`
	Loses  []state.Securable `json:"loses,omitempty"`
}

// Sights compares who sees what before a plan and after it. A rule with conditions counts as showing what it shows,
// since for some rows it does. Opaque masks show nobody anything that could be told.
func Sights(in Input, target *Target, changes []Change) []Sight {
	if len(changes) == 0 {
		return nil
	}
	d := &difference{in: in, target: target}
	d.recognise()
	after := applied(in.Actual, changes)
	before := newViewer(in.Actual, in.Dialect, d.known)
	then := newViewer(after, in.Dialect, d.known)
	who := principalsOf(in.Actual, after)
	var all []Sight
	for _, c := range touched(in.Actual, changes) {
		if !before.masked(c) && !then.masked(c) {
			continue
		}
		s := Sight{Column: c}
		for _, p := range who {
			was, will := before.clear(p, c), then.clear(p, c)
			switch {
			case will && !was:
				s.Gains = append(s.Gains, p)
			case was && !will:
				s.Loses = append(s.Loses, p)
			}
		}
		if len(s.Gains)+len(s.Loses) > 0 {
			all = append(all, s)
		}
	}
	return all
}

// Masked returns a function that reports whether a column is masked in a state, by a policy of its own or of a tag.
func Masked(s *state.State) func(column state.Securable) bool {
	v := &viewer{State: s, tagMasks: true, tagged: tagsByPlace(s)}
	return v.masked
}

// tagsByPlace returns the tags that each place carries itself.
func tagsByPlace(s *state.State) map[state.Securable]map[state.Securable]string {
	tagged := map[state.Securable]map[state.Securable]string{}
	for k, f := range s.Facts {
		if k.Fact != state.FactTagged {
			continue
		}
		at := placeOf(k.On)
		if tagged[at] == nil {
			tagged[at] = map[state.Securable]string{}
		}
		text, _ := f.Value.(state.Text)
		tagged[at][k.With] = string(text)
	}
	return tagged
}

// applied returns the state that a plan leads to. Policies come as their last change leaves them.
func applied(actual *state.State, changes []Change) *state.State {
	after := &state.State{Objects: actual.Objects, Facts: make(map[state.Key]state.Fact, len(actual.Facts)+len(changes))}
	for k, f := range actual.Facts {
		after.Facts[k] = f
	}
	for _, c := range changes {
		if c.Want == nil {
			delete(after.Facts, c.Key)
		} else {
			after.Put(state.Fact{Key: c.Key, Value: c.Want, Origin: c.Why})
		}
	}
	return after
}

// touched returns the columns whose cover or readers a plan changes, in order.
func touched(actual *state.State, changes []Change) []state.Securable {
	places := map[state.Securable]bool{}
	tags, policies, everything := map[state.Securable]bool{}, map[state.Securable]bool{}, false
	for _, c := range changes {
		switch c.Key.Fact {
		case state.FactMask, state.FactTagged, state.FactGrant:
			places[placeOf(c.Key.On)] = true
		case state.FactBinding:
			tags[c.Key.On] = true
		case state.FactPolicy:
			policies[c.Key.On] = true
		case state.FactMember:
			everything = true
		}
	}
	for k, f := range actual.Facts {
		m, ok := f.Value.(state.Mask)
		switch {
		case k.Fact == state.FactTagged && tags[k.With], ok && policies[m.Policy] && k.Fact == state.FactMask:
			places[placeOf(k.On)] = true
		case ok && policies[m.Policy] && k.Fact == state.FactBinding:
			tags[k.On] = true
		}
	}
	for k := range actual.Facts {
		if k.Fact == state.FactTagged && tags[k.With] {
			places[placeOf(k.On)] = true
		}
	}
	var columns []state.Securable
	for s := range actual.Objects {
		if s.Kind != state.KindColumn {
			continue
		}
		for up, ok := s, true; ok; up, ok = up.Parent() {
			if everything || places[placeOf(up)] {
				columns = append(columns, s)
				break
			}
		}
	}
	slices.SortFunc(columns, state.Securable.Compare)
	return columns
}

// principalsOf returns everybody that grants, memberships and masks name, in order.
func principalsOf(states ...*state.State) []state.Securable {
	seen := map[state.Securable]bool{}
	for _, s := range states {
		for k, f := range s.Facts {
			switch k.Fact {
			case state.FactGrant:
				seen[k.With] = true
			case state.FactMember:
				seen[k.On], seen[k.With] = true, true
			case state.FactPolicy:
				if p, ok := f.Value.(*state.MaskingPolicy); ok {
					for _, to := range p.Principals() {
						seen[to] = true
					}
				}
			}
		}
	}
	all := make([]state.Securable, 0, len(seen))
	for p := range seen {
		all = append(all, p)
	}
	slices.SortFunc(all, state.Securable.Compare)
	return all
}

// viewer answers who sees what in one state. Answers that many columns share are kept.
type viewer struct {
	*state.State
	everyone state.Securable
	tagMasks bool
	above    map[state.Securable][]state.Securable          // member -> roles
	readers  map[state.Securable]map[state.Securable]bool   // place -> grantees that read there
	tagged   map[state.Securable]map[state.Securable]string // place -> tag -> value
	has      map[state.Securable]map[state.Securable]bool   // principal -> itself and all it has
	shows    map[showKey]bool
	known    map[state.Securable]*state.MaskingPolicy // the rules of policies of which a state has only the body
}

type showKey struct {
	policy state.Securable
	value  string
	who    state.Securable
}

func newViewer(s *state.State, d Dialect, known map[state.Securable]*state.MaskingPolicy) *viewer {
	v := &viewer{State: s, everyone: d.Fold(state.Everyone), tagMasks: d.TagMasks(), above: map[state.Securable][]state.Securable{}, readers: map[state.Securable]map[state.Securable]bool{},
		tagged: tagsByPlace(s), has: map[state.Securable]map[state.Securable]bool{}, shows: map[showKey]bool{}, known: known}
	for k := range s.Facts {
		switch k.Fact {
		case state.FactMember:
			v.above[k.With] = append(v.above[k.With], k.On)
		case state.FactGrant:
			if k.Future == state.KindNone && k.Name == "SELECT" {
				at := placeOf(k.On)
				if v.readers[at] == nil {
					v.readers[at] = map[state.Securable]bool{}
				}
				v.readers[at][k.With] = true
			}
		}
	}
	return v
}

// all returns a principal with every role it has, and everyone.
func (v *viewer) all(p state.Securable) map[state.Securable]bool {
	if has, ok := v.has[p]; ok {
		return has
	}
	has := map[state.Securable]bool{v.everyone: true}
	for front := []state.Securable{p}; len(front) > 0; front = front[1:] {
		if !has[front[0]] || front[0] == p {
			has[front[0]] = true
			for _, up := range v.above[front[0]] {
				if !has[up] {
					front = append(front, up)
				}
			}
		}
	}
	v.has[p] = has
	return has
}

// cover returns the policy in force on a column and the tag value it is asked about. Two tags that mask make queries
// fail.
func (v *viewer) cover(c state.Securable) (policy state.Securable, value string, covered, fails bool) {
	if m, ok := v.Value(state.Key{Fact: state.FactMask, On: c}).(state.Mask); ok {
		if p := v.rules(m.Policy); p != nil {
			value = v.nearest(c)[p.Tag]
		}
		return m.Policy, value, true, false
	}
	if !v.tagMasks {
		return state.Securable{}, "", false, false
	}
	family := string(v.Objects[c].Type.Family)
	for tag, val := range v.nearest(c) {
		m, ok := v.Value(state.Key{Fact: state.FactBinding, On: tag, Name: family}).(state.Mask)
		if !ok {
			continue
		}
		if covered {
			return m.Policy, val, true, true
		}
		policy, value, covered = m.Policy, val, true
	}
	return policy, value, covered, false
}

// rules returns a policy with its rules where they can be known.
func (v *viewer) rules(policy state.Securable) *state.MaskingPolicy {
	p := v.Policy(policy)
	if p != nil && p.Opaque && v.known[policy] != nil {
		return v.known[policy]
	}
	return p
}

func (v *viewer) nearest(c state.Securable) map[state.Securable]string {
	values := map[state.Securable]string{}
	for up, ok := c, true; ok; up, ok = up.Parent() {
		for tag, val := range v.tagged[placeOf(up)] {
			if _, nearer := values[tag]; !nearer {
				values[tag] = val
			}
		}
	}
	return values
}

func (v *viewer) masked(c state.Securable) bool {
	_, _, covered, _ := v.cover(c)
	return covered
}

// clear reports whether a principal reads a column in clear.
func (v *viewer) clear(p, c state.Securable) bool {
	has := v.all(p)
	reads := false
	for up, ok := c, true; ok && !reads; up, ok = up.Parent() {
		for to := range v.readers[placeOf(up)] {
			reads = reads || has[to]
		}
	}
	if !reads {
		return false
	}
	policy, value, covered, fails := v.cover(c)
	if fails || !covered {
		return !fails
	}
	key := showKey{policy, value, p}
	shown, known := v.shows[key]
	if !known {
		shown = v.decides(policy, value, p)
		v.shows[key] = shown
	}
	return shown
}

// decides reports whether a policy shows a value in clear to a principal, for some rows at least.
func (v *viewer) decides(policy state.Securable, value string, who state.Securable) bool {
	p := v.rules(policy)
	if p == nil || p.Opaque {
		return false
	}
	has := v.all(who)
	if p.Primary {
		has = map[state.Securable]bool{who: true, v.everyone: true}
	}
	for _, r := range p.Rules {
		named := slices.ContainsFunc(r.To, func(to state.Securable) bool { return has[to] })
		if !named || !r.Matches(value) {
			continue
		}
		if r.Show.Word() == state.ShowClear {
			return true
		}
		if len(r.When) == 0 {
			return false
		}
	}
	return p.Default.Word() == state.ShowClear
}
