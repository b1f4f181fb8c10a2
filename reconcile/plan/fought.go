package plan

import (
	"fmt"

	"github.com/polsync/polsync/state"
)

// putOff returns why a change is not made although it is due, or "": it was refused for good, or it lets somebody in and
// somebody else undid it as often as runs made it. What covers data is made again all the same.
func (d *difference) putOff(c Change) string {
	if reason, ok := d.in.Aside[c.Key]; ok {
		return "was refused before and is set aside: " + reason
	}
	if n := d.in.Fought[c.Key]; n > 0 && opens(c) {
		return fmt.Sprintf("is fought over: %d runs in succession made this change, and each time it was undone (--allow-repeats lets it be made again once)", n)
	}
	return ""
}

// opens reports whether a change can let somebody see more.
func opens(c Change) bool {
	switch c.Phase {
	case PhaseUntag, PhaseUnmask, PhasePermit:
		return true
	case PhaseTag:
		return c.Opens
	}
	return false
}

// warnFought says of what is made again that it is undone each time.
func (d *difference) warnFought() {
	if len(d.in.Fought) == 0 {
		return
	}
	for _, c := range d.changes {
		if n := d.in.Fought[c.Key]; n > 0 {
			d.notices = append(d.notices, Notice{Warning, c.Key.On, fmt.Sprintf("%s is fought over: %d runs in succession made this change, and each time it was undone; it is made again, since it protects data", c.Key, n), c.Why})
		}
	}
}

// opening marks changes of tag values by which a policy shows somebody more than it does now.
func (d *difference) opening() {
	moved := map[state.Key]state.Value{} // nil: removed
	for _, c := range d.changes {
		if c.Key.Fact == state.FactTagged {
			moved[c.Key] = c.Want
		}
	}
	for i := range d.changes {
		c := &d.changes[i]
		if c.Key.Fact != state.FactTagged {
			continue
		}
		policies := d.policiesOf(c.Key.With)
		if len(policies) == 0 {
			continue
		}
		was, covered := d.inForce(c.Key, nil)
		will, stays := d.inForce(c.Key, moved)
		for _, p := range policies {
			c.Opens = c.Opens || covered && (!stays || showsMore(p, d.in.Dialect.Fold(state.Everyone), was, will))
		}
	}
}

// inForce returns the value of a tag that a securable has, of its own or from above, once some facts have moved.
func (d *difference) inForce(k state.Key, moved map[state.Key]state.Value) (string, bool) {
	for up, ok := k.On, true; ok; up, ok = up.Parent() {
		for _, kind := range samePlace(up.Kind) {
			at := k
			at.On = up
			at.On.Kind = kind
			v, changed := moved[at]
			if !changed {
				v = d.in.Actual.Value(at)
			}
			if text, ok := v.(state.Text); ok {
				return string(text), true
			}
		}
	}
	return "", false
}

// samePlace returns the kinds of what may stand where something of a kind does: a column does not know whether it is a
// table's or a view's.
func samePlace(k state.Kind) []state.Kind {
	if k.Relation() {
		return relations
	}
	return []state.Kind{k}
}

var relations = []state.Kind{state.KindTable, state.KindView, state.KindMaterializedView, state.KindDynamicTable, state.KindExternalTable}

// policiesOf returns what masks by a tag, now or when the plan is done.
func (d *difference) policiesOf(tag state.Securable) []*state.MaskingPolicy {
	if d.byTag == nil {
		d.byTag = map[state.Securable][]*state.MaskingPolicy{}
		seen := map[*state.MaskingPolicy]bool{}
		note := func(tag state.Securable, p *state.MaskingPolicy) {
			if p != nil && tag != (state.Securable{}) && !seen[p] {
				seen[p] = true
				d.byTag[tag] = append(d.byTag[tag], p)
			}
		}
		for k, m := range d.fewThere().bindings {
			note(k.On, d.known[m.Policy])
		}
		for _, p := range d.fewWanted().policies {
			note(p.Tag, p)
		}
	}
	return d.byTag[tag]
}

// showsMore reports whether a policy shows some session more of a value tagged will than of one tagged was. The rule
// that decides for a session is the first that names one of its principals, so two principals, one for each rule, are
// enough to try every pair of rules that can meet.
func showsMore(p *state.MaskingPolicy, everyone state.Securable, was, will string) bool {
	if p.Opaque {
		return true
	}
	who := append(p.Principals(), everyone)
	for i, a := range who {
		for _, b := range who[i:] {
			session := [...]state.Securable{a, b, everyone}
			if exceeds(decided(p, will, session[:]), decided(p, was, session[:])) {
				return true
			}
		}
	}
	return false
}

// exceeds reports whether one show lets through something of a value that another does not.
func exceeds(a, b state.Show) bool {
	switch a.Word() {
	case state.ShowNothing, state.ShowFull, state.ShowConst, state.ShowConstant, state.ShowConstDate:
		return false
	}
	return b.Word() != state.ShowClear && !a.Equal(b)
}

// decided returns what a policy shows to a session. A rule with conditions counts as holding, since for some rows it
// does.
func decided(p *state.MaskingPolicy, value string, session []state.Securable) state.Show {
	for _, r := range p.Rules {
		if r.Matches(value) && len(intersect(session, r.To)) > 0 {
			return r.Show
		}
	}
	return p.Default
}
