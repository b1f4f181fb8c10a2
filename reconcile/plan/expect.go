package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/polsync/polsync/state"
)

// Verdict is what became of one of the policy files' own tests.
type Verdict struct {
	Test     state.Expectation
	Expected string // in the words of the policy language
	Got      string // likewise; "" where it could not be told
	Why      string // where Got comes from, or why it could not be told
	Pass     bool
}

// Check holds the tests of one platform against the declarations alone, without a platform: what the declarations name
// plainly is taken to be there, columns as strings, and so is every principal. What they open, to whom, and what their
// masks show is all that is known; what somebody granted elsewhere is not. A principal is taken alone, with what it has
// through the declared memberships. Also returned are the errors that keep the declarations from being planned at all.
func Check(in Input) ([]Verdict, []Notice) {
	in.Offline, in.Owned = true, Owned{}
	in.Actual = imagined(in)
	target := Desired(in)
	r := newResolver(in)
	r.indexPrincipals()
	c := newChecker(r, target.State)
	var all []Verdict
	for _, e := range in.Declarations.Tests {
		if e.Read.Platform == in.Platform {
			all = append(all, c.verdict(e))
		}
	}
	return all, refusals(target)
}

// Unplanned returns what the declarations alone show a plan for a platform to be refused for, and what it would warn of
// whatever the platform has: rules that name nobody, masks that can be bypassed or that nobody can read.
func Unplanned(in Input) []Notice {
	in.Offline, in.Owned = true, Owned{}
	in.Actual = imagined(in)
	target := Desired(in)
	all := append(refusals(target), target.Always...)
	slices.SortStableFunc(all, compareNotices)
	return slices.CompactFunc(all, func(a, b Notice) bool { return a.Text == b.Text && a.Origin.Compare(b.Origin) == 0 })
}

// refusals returns the errors of a target.
func refusals(target *Target) []Notice {
	return slices.DeleteFunc(slices.Clone(target.Notices), func(n Notice) bool { return n.Level != Error })
}

// imagined returns what the declarations name plainly, as if it were there; of globs, the part before the wildcard.
func imagined(in Input) *state.State {
	s := state.New()
	in.Actual = s
	r := newResolver(in)
	d := in.Declarations
	for _, a := range d.Assignments {
		r.imagine(a.On)
	}
	for _, m := range d.Masks {
		r.imagine(m.On)
	}
	for _, f := range d.RowFilters {
		r.imagine(f.On)
		r.imagineLookup(f)
	}
	for _, x := range d.Constraints {
		r.imagine(x.On)
	}
	for _, g := range d.Grants {
		r.imagine(g.On)
		if g.ForEach != nil {
			r.imaginePattern(g.ForEach.Pattern)
		}
	}
	for _, o := range d.Owners {
		r.imagine(o.On)
		if o.ForEach != nil {
			r.imaginePattern(o.ForEach.Pattern)
		}
	}
	for _, role := range d.Roles {
		if role.ForEach != nil {
			r.imaginePattern(role.ForEach.Pattern)
		}
	}
	for _, t := range d.Tests {
		r.imaginePattern(t.Read)
	}
	for _, t := range d.Tags {
		if t.Schema != nil {
			p := *t.Schema
			p.Platform = in.Platform
			r.imaginePattern(p)
		}
	}
	if in.Home != (state.Securable{}) {
		s.Objects[in.Home] = state.Object{}
	}
	r.imagineSiblings()
	return s
}

func (r *resolver) imagine(on []state.Selector) {
	for _, sel := range on {
		if sel.Tag == "" && sel.Kind == state.KindNone {
			r.imaginePattern(sel.Pattern)
		}
	}
}

func (r *resolver) imaginePattern(p state.Pattern) {
	if p.Platform != r.in.Platform {
		return
	}
	front := slices.IndexFunc(p.Parts, func(part state.Part) bool { return part.Wild() || strings.Contains(part.Text, "${") })
	if front >= 0 {
		p.Parts = p.Parts[:front]
	}
	if len(p.Parts) == 0 {
		return
	}
	for at, ok := r.literal(p), true; ok; at, ok = at.Parent() {
		r.in.Actual.Objects[at] = imaginedObject(at)
	}
}

func imaginedObject(s state.Securable) state.Object {
	if s.Kind == state.KindColumn {
		return state.Object{Type: state.DataType{Family: state.FamilyString, Text: "string"}}
	}
	return state.Object{}
}

// imagineLookup gives the table that a row filter reads the columns that it reads.
func (r *resolver) imagineLookup(f state.RowFilterDeclaration) {
	if f.Lookup == nil || f.Lookup.Table.Platform != r.in.Platform {
		return
	}
	for _, name := range [...]string{f.Lookup.Principal, f.Lookup.Value} {
		column := f.Lookup.Table
		column.Parts = append(slices.Clone(column.Parts), unquote(name))
		r.imaginePattern(column)
	}
}

// imagineSiblings gives every table the columns that conditions of masks look at, and those that rows are filtered by.
func (r *resolver) imagineSiblings() {
	var names []string
	for _, f := range r.in.Declarations.RowFilters {
		if f.Column != "" && r.here(f.In) {
			names = append(names, r.in.Dialect.FoldPart(unquote(f.Column)))
		}
	}
	for _, m := range r.in.Declarations.Masks {
		names = append(names, r.siblings(m)...)
	}
	for _, s := range r.in.Actual.Securables() {
		for _, n := range names {
			if s.Kind.Relation() {
				s.Kind, s.Column = state.KindColumn, n
				r.in.Actual.Objects[s] = imaginedObject(s)
				s.Kind, s.Column = state.KindTable, ""
			}
		}
	}
}

type checker struct {
	*resolver
	v *viewer
}

func newChecker(r *resolver, target *state.State) *checker {
	alone := state.New() // makes those known to the viewer whom nothing else names
	for _, e := range r.in.Declarations.Tests {
		who, _ := r.principal(e.As)
		for _, p := range who {
			alone.Put(state.Fact{Key: state.Key{Fact: state.FactGrant, With: p, Name: "alone"}, Value: state.Option(false)})
		}
	}
	is := facts{target, nil}
	who := newPrincipals(r.in.Dialect.Fold(state.Everyone), is, facts{alone, nil})
	return &checker{r, newViewer(is, who, r.in.Dialect.TagMasks(), nil)}
}

func (c *checker) verdict(e state.Expectation) Verdict {
	v := Verdict{Test: e, Expected: c.expected(e)}
	who, mapped := c.principal(e.As)
	switch {
	case !mapped:
		v.Why = fmt.Sprintf("%s is not mapped for %s", e.As, c.in.Platform)
		return v
	}
	for _, p := range who { // every one of them must see what is expected
		got, why, pass := c.seen(e, p)
		if v.Got, v.Why, v.Pass = got, why, pass; !pass {
			if len(who) > 1 {
				v.Why = p.String() + ": " + why
			}
			break
		}
	}
	return v
}

// seen says what one principal sees.
func (c *checker) seen(e state.Expectation, p state.Securable) (got, why string, pass bool) {
	on := c.literal(e.Read)
	if e.Refuse {
		grant, may := c.opens(p, on)
		if !may {
			return "refused", "", true
		}
		return "may read it", grant.String(), false
	}
	if e.Rows != nil {
		return c.rowsSeen(e.Rows, p, on)
	}
	shows, why := c.v.shownTo(p, on)
	words := make([]string, len(shows))
	pass = len(shows) > 0
	for i, s := range shows {
		words[i] = Word(s)
		pass = pass && s.Equal(c.show(e.Sees, e.Origin))
	}
	slices.Sort(words)
	words = slices.Compact(words)
	if len(words) > 1 {
		why = strings.TrimSpace(why + "; by the conditions of its rules")
	}
	return strings.Join(words, " or "), why, pass
}

// opens returns where the grant was declared by which a principal reads a relation or column, and whether there is one.
func (c *checker) opens(p, on state.Securable) (state.Origin, bool) {
	for up, ok := on, true; ok; up, ok = up.Parent() {
		for _, to := range c.v.grantees[placeOf(up)] {
			if !c.v.having(to).has(c.v.who.index[p]) {
				continue
			}
			for _, k := range c.v.Keys() {
				if k.Fact == state.FactGrant && k.Name == "SELECT" && placeOf(k.On) == placeOf(up) && k.With == to {
					return c.v.Facts[k].Origin, true
				}
			}
		}
	}
	return state.Origin{}, false
}

// shownTo returns what a principal sees of a column: one thing, or several where it is up to the conditions of rules;
// none where it cannot be told. why says where that comes from.
func (v *viewer) shownTo(p, column state.Securable) (shows []state.Show, why string) {
	policy, value, covered, fails := v.cover(column)
	if len(v.abac) > 0 {
		policy, value, covered, fails = v.coverOf(column, v.actsOn(p, v.masksOn(column)))
	}
	switch {
	case fails:
		return nil, "two masks meet on it, and queries fail"
	case !covered:
		return []state.Show{{Kind: state.ShowClear}}, "no mask covers it"
	}
	rules := v.rules(policy)
	if rules == nil {
		return nil, "the mask could not be planned"
	}
	why = "mask at " + v.Facts[state.Key{Fact: state.FactPolicy, On: policy}].Origin.String()
	if rules.Opaque {
		return nil, why + " is SQL of its author's: nobody can tell who sees clear"
	}
	for _, r := range rules.Rules {
		named := slices.ContainsFunc(r.To, func(to state.Securable) bool { return v.active(to, rules.Primary).has(v.who.index[p]) })
		if !named || !r.Matches(value) {
			continue
		}
		if shows = append(shows, shownAs(r.Show, rules.Family)); len(r.When) == 0 {
			return shows, why
		}
	}
	return append(shows, shownAs(rules.Default, rules.Family)), why
}

// shownAs returns what a show comes to on a type.
func shownAs(s state.Show, f state.Family) state.Show {
	if !s.Fits(f) {
		return state.Show{}
	}
	return s
}

func (c *checker) expected(e state.Expectation) string {
	switch {
	case e.Rows != nil:
		return rowsText(*e.Rows)
	case e.Refuse:
		return "refused"
	}
	return Word(c.show(e.Sees, e.Origin))
}

// Word writes a show as the policy language does.
func Word(s state.Show) string {
	switch s.Word() {
	case state.ShowLast, state.ShowFirst, state.ShowLastHash:
		return fmt.Sprintf("{%s: %d}", s.Kind, s.N)
	case state.ShowConst:
		return fmt.Sprintf("{const: %q}", s.Text)
	case state.ShowSQL:
		return fmt.Sprintf("{sql: %q}", s.Text)
	case state.ShowFunction:
		return fmt.Sprintf("{function: %s}", s.Text)
	}
	return string(s.Word())
}
