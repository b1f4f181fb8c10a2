package plan

import (
	"slices"
	"strings"

	"github.com/polsync/polsync/state"
)

// standing is an attribute-based policy with its conditions made ready.
type standing struct {
	key     state.Key
	abac    state.ABAC
	when    state.TagCondition
	columns []state.TagCondition
}

func newStanding(k state.Key, a state.ABAC) standing {
	s := standing{key: k, abac: a}
	var err error
	if s.when, err = state.ParseTagCondition(a.When); err != nil {
		s.abac.Unread = err.Error()
	}
	for _, c := range a.Columns {
		cond, err := state.ParseTagCondition(c.Tags)
		if err != nil {
			s.abac.Unread = err.Error()
		}
		s.columns = append(s.columns, cond)
	}
	return s
}

// inForce is a policy where it is in force: the columns that meet each of its conditions, by alias.
type inForce struct {
	standing
	columns map[string][]state.Securable
}

// wornBy is a mask or filter as it is on something, for those in who; a nil crowd is everybody.
type wornBy struct {
	policy    state.Securable
	using     []string
	who       crowd
	key       state.Key // of the fact that puts it there
	ambiguous string    // an alias that stands for an argument and for several columns: queries fail
}

func (w wornBy) same(o wornBy) bool {
	return w.policy == o.policy && slices.Equal(w.using, o.using)
}

// attributes returns the attribute-based policies in force on a relation.
func (v *viewer) attributes(table state.Securable) []inForce {
	if len(v.abac) == 0 {
		return nil
	}
	if all, known := v.onTable[table]; known {
		return all
	}
	var all []inForce
	if relation, ok := v.Relation(table); ok && relation.Kind != state.KindView {
		for _, s := range v.abac {
			if columns, missing := v.meets(s, table); missing == "" {
				all = append(all, inForce{s, columns})
			}
		}
	}
	v.onTable[table] = all
	return all
}

// elsewhere is what meets returns for a policy that is not for a relation at all.
const elsewhere = "\x00"

// meets returns the columns of a relation that meet each condition of a policy, or the alias that none meets. A policy
// whose conditions cannot be read is taken to be in force on no column.
func (v *viewer) meets(s standing, table state.Securable) (columns map[string][]state.Securable, missing string) {
	if s.abac.Unread != "" || !s.key.On.Covers(table) || !s.when.Holds(v.tagsOf(table)) {
		return nil, elsewhere
	}
	columns = map[string][]state.Securable{}
	for i, c := range s.abac.Columns {
		for _, column := range v.columnsOf(table) {
			if s.columns[i].Holds(v.ownTags(column)) {
				columns[c.Alias] = append(columns[c.Alias], column)
			}
		}
		if len(columns[c.Alias]) == 0 {
			return nil, c.Alias
		}
	}
	return columns, ""
}

// tagsOf returns the tags of a relation, the nearest value of each, by key.
func (v *viewer) tagsOf(table state.Securable) map[string]string {
	tags := map[string]string{}
	for _, t := range v.tagsAbove(table) {
		tags[t.tag.Name] = t.value
	}
	return tags
}

func (v *viewer) ownTags(column state.Securable) map[string]string {
	tags := map[string]string{}
	for _, t := range v.tagged[column] {
		tags[t.tag.Name] = t.value
	}
	return tags
}

// columnsOf returns the columns of a relation in order.
func (v *viewer) columnsOf(table state.Securable) []state.Securable {
	if v.columns == nil {
		v.columns = map[state.Securable][]state.Securable{}
		for s := range v.Objects {
			if s.Kind == state.KindColumn {
				v.columns[s.Table()] = append(v.columns[s.Table()], s)
			}
		}
		for _, list := range v.columns {
			slices.SortFunc(list, state.Securable.Compare)
		}
	}
	return v.columns[placeOf(table)]
}

// masksOn returns the masks on a column: its own, and those of attribute-based policies.
func (v *viewer) masksOn(c state.Securable) []wornBy {
	var all []wornBy
	own := state.Key{Fact: state.FactMask, On: c}
	if m, ok := v.Value(own).(state.Mask); ok {
		all = append(all, wornBy{policy: m.Policy, using: m.Using, key: own})
	}
	for _, f := range v.attributes(c.Table()) {
		if !f.abac.Filters() && slices.Contains(f.columns[f.abac.Mask], c) {
			all = append(all, v.wornOf(f))
		}
	}
	return all
}

// filtersOn returns the row filters on a relation, likewise.
func (v *viewer) filtersOn(table state.Securable) []wornBy {
	var all []wornBy
	own := v.filterKey(table)
	if f, ok := v.Value(own).(state.Filter); ok {
		all = append(all, wornBy{policy: f.Policy, using: f.Using, key: own})
	}
	for _, f := range v.attributes(placeOf(table)) {
		if f.abac.Filters() {
			all = append(all, v.wornOf(f))
		}
	}
	return all
}

// wornOf puts columns in place of aliases.
func (v *viewer) wornOf(f inForce) wornBy {
	w := wornBy{policy: f.abac.Policy, key: f.key, who: v.audience(f.abac)}
	for _, a := range f.abac.Using {
		switch at := f.columns[a.Alias]; {
		case a.Alias == "":
			w.using = append(w.using, a.Constant)
		case len(at) == 1:
			w.using = append(w.using, at[0].Column)
		default:
			w.using, w.ambiguous = append(w.using, a.Alias), a.Alias
		}
	}
	return w
}

// audience returns on whom a policy acts, nil for everybody.
func (v *viewer) audience(a state.ABAC) crowd {
	if v.who == nil || len(a.Except) == 0 && slices.Contains(a.To, v.who.everyone) {
		return nil
	}
	c := v.who.none()
	for _, to := range a.To {
		c.join(v.having(to))
	}
	for _, not := range a.Except {
		c = c.without(v.having(not))
	}
	return c
}

// clearThrough returns to whom several masks together show a column in clear: those that each mask shows it to or does not
// act on, less those for whom two masks meet, whose queries fail.
func (v *viewer) clearThrough(c state.Securable, masks []wornBy) crowd {
	clear, acted := v.who.all(), v.who.none()
	for i, m := range masks {
		who := m.who
		if who == nil {
			who = v.who.all()
		}
		shows := v.decides(m.policy, v.valueFor(m.policy, c))
		if m.ambiguous != "" {
			shows = v.who.none()
		}
		clear = clear.without(who.without(shows))
		if !slices.ContainsFunc(masks[:i], m.same) {
			clear = clear.without(who.both(acted))
		}
		acted.join(who)
	}
	return clear
}

// valueFor returns the value, of the tag that a policy asks about, that a column has.
func (v *viewer) valueFor(policy, c state.Securable) (value string) {
	if p := v.rules(policy); p != nil {
		v.tags(c, func(t tagValue) bool {
			if t.tag == p.Tag {
				value = t.value
			}
			return t.tag != p.Tag
		})
	}
	return value
}

// onePolicy returns the policy of several masks or filters that act on somebody, and whether they are one: two that differ
// make queries fail.
func onePolicy(all []wornBy) (first wornBy, covered, fails bool) {
	for i, w := range all {
		fails = fails || w.ambiguous != "" || i > 0 && !w.same(all[0])
	}
	if len(all) > 0 {
		first = all[0]
	}
	return first, len(all) > 0, fails
}

// actsOn returns those that act on a principal.
func (v *viewer) actsOn(p state.Securable, all []wornBy) []wornBy {
	i, known := v.who.index[p]
	return slices.DeleteFunc(slices.Clone(all), func(w wornBy) bool { return w.who != nil && !(known && w.who.has(i)) })
}

// abacText says what a policy is and where it stands.
func abacText(k state.Key) string {
	return "policy " + state.QuotePart(k.Name) + " on " + strings.TrimSpace(k.On.Kind.String()+" "+k.On.Path())
}
