package plan

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/polsync/polsync/state"
)

// Input is everything a platform's desired state is made from.
type Input struct {
	Platform     string
	Dialect      Dialect
	Home         state.Securable // schema for what is created; zero where none is configured
	Declarations *state.Declarations
	Actual       *state.State
	Owned        Owned
	Now          time.Time            // until compares with it
	Behind       time.Duration        // how far the clock is behind Now, which is then the last run's time
	Scope        []state.Securable    // narrows what is diffed; none means all
	Only         []state.FactKind     // narrows likewise
	Foreign      Foreign              // principals whose grants and memberships another tool manages
	Self         []state.Securable    // principals polsync acts as; their rights are never taken
	Offline      bool                 // there is no platform: principals are taken to be there, see Check
	Aside        map[state.Key]string // changes refused for good in an earlier run, with the reason
	NoJoins      string               // why nobody becomes a member for now; "" where members may be added
	ExpireOnly   bool                 // plan nothing but the end of what has expired
	EffectDelay  time.Duration        // how long attribute-based policies, and tags that they ask about, may take to be in effect once written
	Lately       []Recent             // what polsync wrote within EffectDelay, oldest first
	Fought       map[state.Key]int    // changes that as many runs in succession made and somebody undid
}

// Owned is what polsync set on a platform, by fact.
type Owned map[state.Key]Ownership

// Ownership is the record of a fact that polsync set or was told to adopt.
type Ownership struct {
	Value    state.Value
	Run      string
	Identity string // of the securable when it was set; "" where the platform has none
	Origin   state.Origin
}

// Target is what a platform should be.
type Target struct {
	State   *state.State
	Absent  map[state.Key]state.Origin // facts that must not be, whoever set them
	Expired map[state.Key]state.Origin // grants whose time is over

	Exclusive map[state.Key]state.Origin // grants, without the grantee, that only those hold who are declared to

	Ended   map[state.Securable][]Ended         // exceptions whose time is over, by policy
	Instead map[state.Securable]state.Securable // policy -> the one whose place it takes, see exempt.go
	Held    map[state.Key]string                // declared facts that wait, with the reason; they are not removed either
	Notices []Notice
	Always  []Notice // those of Notices that the declarations alone show, whatever the platform has
}

// Ended is an exception whose time is over.
type Ended struct {
	To  []state.Securable
	Why state.Origin
}

// Desired matches the declarations against what is there and merges the layers: YAML before a governance store before
// findings, fact by fact. What cannot be resolved covers more, not less: a principal that is not there is named by no
// rule and its grants are held.
func Desired(in Input) *Target {
	r := newResolver(in)
	r.indexPrincipals()
	r.roles()
	r.tagDefinitions()
	r.assignments()
	r.masks()
	r.filters()
	r.checkAttributes()
	r.constraints()
	r.grants()
	r.exclusives()
	r.owners()
	r.futures()
	r.places()
	r.leaveForeign()
	slices.SortStableFunc(r.target.Notices, func(a, b Notice) int {
		if c := a.On.Compare(b.On); c != 0 {
			return c
		}
		return strings.Compare(a.Text, b.Text)
	})
	return r.target
}

func newResolver(in Input) *resolver {
	r := &resolver{
		in:       in,
		inv:      newInventory(in.Dialect, in.Actual),
		target:   &Target{State: state.New(), Absent: map[state.Key]state.Origin{}, Held: map[state.Key]string{}, Expired: map[state.Key]state.Origin{}, Exclusive: map[state.Key]state.Origin{}, Ended: map[state.Securable][]Ended{}, Instead: map[state.Securable]state.Securable{}},
		tags:     map[string]*tagInfo{},
		policies: map[state.Securable]policyOf{},
		filterOf: map[state.Securable]string{},
		abac:     map[state.Securable]attributed{},
		abacRows: map[state.Securable]attributed{},
	}
	r.target.State.Objects = in.Actual.Objects
	return r
}

type resolver struct {
	in         Input
	inv        *inventory
	target     *Target
	tags       map[string]*tagInfo                              // by logical name
	policies   map[state.Securable]policyOf                     // policy -> what it was made for, to find collisions
	principals map[state.Securable]state.Securable              // folded and lower-cased -> as it is there
	tagged     map[state.Securable][]taggedOn                   // by tag: declared assignments, for selectors
	said       map[state.Securable]map[state.Securable]taggedOn // see valuesOf
	masked     map[state.Securable]bool                         // containers that carry a masked tag; nil until asked for
	unfits     map[string]*unfitColumns                         // what the masks' types cannot show

	abac, abacRows map[state.Securable]attributed // columns, and relations, that attribute-based policies are declared for

	filterOf  map[state.Securable]string                   // row policy -> filter it was made for, to find collisions
	looked    lookedAt                                     // columns that policies look at besides those that mask them
	ofViews   []viewColumn                                 // under a mask
	ofTables  map[[2]string]bool                           // catalog and column of what is under a mask in a table
	membersOf map[state.Securable][]state.Securable        // see holders; nil until asked for
	holding   map[state.Securable]map[state.Securable]bool // role -> everybody who has it
}

type tagInfo struct {
	decl state.TagDeclaration
	on   state.Securable
}

type taggedOn struct {
	on    state.Securable
	value string
	layer state.Layer
}

// note records something the reader must know.
func (r *resolver) note(level Level, on state.Securable, o state.Origin, format string, args ...any) {
	r.target.Notices = append(r.target.Notices, Notice{Level: level, On: on, Origin: o, Text: fmt.Sprintf(format, args...)})
}

// noteAlways records a warning that needs no platform to be seen.
func (r *resolver) noteAlways(o state.Origin, format string, args ...any) {
	r.note(Warning, state.Securable{}, o, format, args...)
	r.target.Always = append(r.target.Always, r.target.Notices[len(r.target.Notices)-1])
}

// put states a declared fact. Of two layers the stronger one stands; within one, equal statements are one and
// different ones are an error. Findings that disagree were settled before they became declarations.
func (r *resolver) put(f state.Fact) {
	if o, gone := r.target.Absent[f.Key]; gone {
		switch {
		case o.Layer > f.Origin.Layer:
			r.note(Info, f.Key.On, f.Origin, "%s: overridden by %s", f.Key, o)
			return
		case o.Layer == f.Origin.Layer:
			r.note(Error, f.Key.On, f.Origin, "%s: declared absent at %s and declared here", f.Key, o)
			return
		}
		delete(r.target.Absent, f.Key)
	}
	old, there := r.target.State.Facts[f.Key]
	switch {
	case !there:
		r.target.State.Put(f)
	case state.Equal(old.Value, f.Value):
		if f.Origin.Layer > old.Origin.Layer {
			r.target.State.Put(f)
		}
	case f.Origin.Layer > old.Origin.Layer:
		r.note(Info, f.Key.On, old.Origin, "%s: overridden by %s", f.Key, f.Origin)
		r.target.State.Put(f)
	case f.Origin.Layer < old.Origin.Layer:
		r.note(Info, f.Key.On, f.Origin, "%s: overridden by %s", f.Key, old.Origin)
	default:
		r.note(Error, f.Key.On, f.Origin, "%s: declared differently at %s", f.Key, old.Origin)
	}
}

// absent states that a fact must not be.
func (r *resolver) absent(k state.Key, o state.Origin) {
	if old, there := r.target.State.Facts[k]; there {
		if old.Origin.Layer == o.Layer {
			r.note(Error, k.On, o, "%s: declared at %s and declared absent here", k, old.Origin)
			return
		}
		if old.Origin.Layer > o.Layer {
			return
		}
		delete(r.target.State.Facts, k)
	}
	r.target.Absent[k] = o
}

func (r *resolver) here(in []string) bool { return len(in) == 0 || slices.Contains(in, r.in.Platform) }

// expand returns the objects that selectors name on this platform less those that except names. Plain names that are
// not there are held, globs without a match are a warning.
func (r *resolver) expand(on, except []state.Selector, accept func(state.Securable) bool, weak bool) []state.Securable {
	var found []state.Securable
	for _, sel := range on {
		found = append(found, r.selected(sel, accept, weak)...)
	}
	slices.SortFunc(found, state.Securable.Compare)
	return r.less(slices.Compact(found), except)
}

// less returns what is left of found without what except names. A tag takes out what carries it, whoever set it.
func (r *resolver) less(found []state.Securable, except []state.Selector) []state.Securable {
	if len(except) == 0 {
		return found
	}
	var out []match
	gone := map[state.Securable]bool{}
	for _, sel := range except {
		if sel.Tag != "" {
			for _, s := range r.selectedByTag(sel, func(state.Securable) bool { return true }, true) {
				gone[s] = true
			}
		} else if sel.Pattern.Platform == r.in.Platform {
			out = append(out, r.inv.compile(sel.Pattern))
		}
	}
	return slices.DeleteFunc(found, func(s state.Securable) bool {
		return gone[s] || slices.ContainsFunc(out, func(m match) bool { return m.reaches(s) })
	})
}

func (r *resolver) selected(sel state.Selector, accept func(state.Securable) bool, weak bool) []state.Securable {
	if sel.Tag != "" {
		return r.selectedByTag(sel, accept, weak)
	}
	if sel.Pattern.Platform != r.in.Platform {
		return nil
	}
	if sel.Kind != state.KindNone {
		return r.selectedByKind(sel)
	}
	found := r.inv.find(sel.Pattern, accept)
	if len(found) > 0 {
		return found
	}
	if sel.Pattern.Wild() {
		r.note(Warning, state.Securable{}, sel.Origin, "%s matches nothing on %s", sel.Pattern.Text, r.in.Platform)
		return nil
	}
	r.note(Held, r.literal(sel.Pattern), sel.Origin, "%s", r.missing(sel.Pattern))
	return nil
}

// literal returns the securable a plain pattern would name.
func (r *resolver) literal(p state.Pattern) state.Securable {
	var f [4]string
	for i, part := range p.Parts {
		if i < len(f) {
			f[i] = r.in.Dialect.FoldPart(part)
		}
	}
	kinds := [...]state.Kind{state.KindAccount, state.KindCatalog, state.KindSchema, state.KindTable, state.KindColumn}
	return state.Securable{Kind: kinds[min(len(p.Parts), 4)], Catalog: f[0], Schema: f[1], Name: f[2], Column: f[3]}
}

func (r *resolver) missing(p state.Pattern) string {
	s := r.literal(p)
	for _, shared := range r.inv.find(p, func(state.Securable) bool { return true }) {
		return fmt.Sprintf("%s is a %s, which this declaration cannot stand on", s.Path(), shared.Kind)
	}
	if r.inv.foreign(s) {
		return fmt.Sprintf("%s is in a system, shared or imported place, which polsync leaves alone", s.Path())
	}
	return fmt.Sprintf("%s is not there, or not visible, on %s", s.Path(), r.in.Platform)
}

func (r *resolver) selectedByKind(sel state.Selector) []state.Securable {
	if sel.Kind == state.KindAccount || sel.Kind == state.KindMetastore {
		return []state.Securable{{Kind: sel.Kind}}
	}
	m := r.inv.compile(sel.Pattern)
	var found []state.Securable
	take := func(s state.Securable) {
		if s.Kind == sel.Kind && m.covers(s) && !r.inv.foreign(s) {
			found = append(found, s)
		}
	}
	if sel.Kind.Principal() {
		for s := range r.in.Actual.Objects {
			take(s)
		}
	} else {
		for _, s := range r.inv.all {
			take(s)
		}
	}
	if len(found) == 0 {
		level := Held
		if sel.Pattern.Wild() {
			level = Warning
		}
		r.note(level, state.Securable{}, sel.Origin, "no %s %s on %s", sel.Kind, sel.Pattern.Text, r.in.Platform)
	}
	return found
}

// selectedByTag returns the objects that carry the tag or lie below what does. Unless weak, only assignments that
// files or stores declare count: neither a finding nor a stranger's tag opens access.
func (r *resolver) selectedByTag(sel state.Selector, accept func(state.Securable) bool, weak bool) []state.Securable {
	info := r.tags[sel.Tag]
	if info == nil {
		return nil
	}
	var under []match
	for _, p := range sel.Under {
		if p.Platform == r.in.Platform {
			under = append(under, r.inv.compile(p))
		}
	}
	if len(sel.Under) > 0 && len(under) == 0 {
		return nil
	}
	var found []state.Securable
	said := r.valuesOf(info.on)
	for _, t := range r.tagged[info.on] {
		if !counts(t, sel, weak) {
			continue
		}
		for _, s := range r.below(t.on, accept) {
			inside := len(under) == 0 || slices.ContainsFunc(under, func(m match) bool { return m.reaches(s) })
			if inside && nearestCounts(said, s, sel, weak) {
				found = append(found, s)
			}
		}
	}
	return found
}

// counts reports whether a tag's assignment is one that a selector asks for.
func counts(t taggedOn, sel state.Selector, weak bool) bool {
	return asks(sel, t.value) && (weak || t.layer >= state.LayerStore)
}

func asks(sel state.Selector, value string) bool {
	return len(sel.TagValues) == 0 || slices.Contains(sel.TagValues, value)
}

// nearestCounts reports whether a tag opens s: of several values on the way up the nearest holds, whoever set it. A
// value that does not open anything by itself but is asked for leaves the question to the next above. What protects or
// takes out (weak) gives way to a nearer value only where that is declared: what somebody else set, or a finding, must
// not take protection off.
func nearestCounts(said map[state.Securable]taggedOn, s state.Securable, sel state.Selector, weak bool) bool {
	for up, ok := s, true; ok; up, ok = up.Parent() {
		t, there := said[placeOf(up)]
		switch {
		case !there:
		case counts(t, sel, weak):
			return true
		case !asks(sel, t.value) && !(weak && t.layer < state.LayerStore):
			return false
		}
	}
	return false
}

// valuesOf returns the assignments of a tag by place.
func (r *resolver) valuesOf(tag state.Securable) map[state.Securable]taggedOn {
	if said, known := r.said[tag]; known {
		return said
	}
	said := make(map[state.Securable]taggedOn, len(r.tagged[tag]))
	for _, t := range r.tagged[tag] {
		said[placeOf(t.on)] = t
	}
	r.said[tag] = said
	return said
}

// below returns the accepted objects that are s or lie in it.
func (r *resolver) below(s state.Securable, accept func(state.Securable) bool) []state.Securable {
	var found []state.Securable
	if !holds(s.Kind) {
		if accept(s) && !r.inv.foreign(s) {
			found = append(found, s)
		}
		return found
	}
	front := s.Parts()
	for _, o := range r.inv.stretch(match{parts: literals(front)}) {
		if accept(o) && s.Covers(o) && !r.inv.foreign(o) {
			found = append(found, o)
		}
	}
	return found
}

// holds reports whether something of a kind may have something else in it. A stage, say, shares its path with a table.
func holds(k state.Kind) bool {
	return k == state.KindNone || k == state.KindAccount || k == state.KindMetastore || k == state.KindCatalog || k == state.KindSchema || k.Relation()
}

func literals(parts []string) []matchPart {
	out := make([]matchPart, len(parts))
	for i, p := range parts {
		out[i] = matchPart{literal: p}
	}
	return out
}

func isColumn(s state.Securable) bool { return s.Kind == state.KindColumn }
