package declare

import (
	"slices"

	"github.com/polsync/polsync/state"
	"github.com/polsync/polsync/state/declare/document"
)

func (l *loader) mask(n document.Node) {
	m := state.MaskDeclaration{Name: n.Get("name").Text(), Tag: n.Get("tag").Text(), In: l.in(n), Origin: origin(n), SQL: sqlOf(n.Get("sql"))}
	l.once("mask "+m.Name, n.Get("name"))
	switch {
	case n.Has("tag") == n.Has("on"):
		n.Errorf("mask %s has either a tag or on", m.Name)
	case n.Has("tag"):
		l.tagOfMask(n, m)
	}
	if n.Has("rules") && n.Has("sql") {
		n.Key("sql").Errorf("mask %s has either rules or sql", m.Name)
	}
	if n.Has("default") && n.Has("sql") {
		n.Key("default").Errorf("default belongs to rules; the sql of mask %s decides alone", m.Name)
	}
	if n.Has("except") && n.Has("tag") {
		n.Key("except").Errorf("except belongs to masks on columns; a tag's mask covers what carries the tag, and `within` limits it to places")
	}
	if n.Has("within") && !n.Has("tag") {
		n.Key("within").Errorf("within belongs to masks of a tag; a mask on columns names them")
	}
	t := takes{deep: true, tags: true, parts: []int{4}, what: "masks"}
	m.On, m.Except = limited(n.Get("on"), l.selectors(n.Get("on"), t), m.In), l.selectors(n.Get("except"), takes{deep: true, tags: true, what: "masks"})
	m.Within = l.patterns(n.Get("within"), true)
	m.Types = families(n.Get("types"))
	m.Default = l.defaults(n.Get("default"))
	m.Primary = n.Get("session").Text() == "primary"
	if m.Primary {
		l.noDatabricks(n.Get("session"), m, "session: primary")
	}
	for _, r := range n.Get("rules").List() {
		m.Rules = append(m.Rules, l.rule(r, m))
	}
	l.clashes(n, m)
	l.secondMask(n, m)
	if engine := n.Get("databricks").Get("engine"); engine.Text() == "abac" {
		m.ABAC = true
		if n.Has("on") {
			engine.Errorf("engine: abac goes by tags; mask %s is on columns", m.Name)
		}
	}
	l.d.Masks = append(l.d.Masks, m)
}

func (l *loader) tagOfMask(n document.Node, m state.MaskDeclaration) {
	if t := l.knownTag(n.Get("tag"), m.Tag); t != nil && t.Governed && t.AnyValue {
		n.Get("tag").Errorf("tag %s is governed and has no values to mask by", t.Name)
	}
}

// ofDialect lists the platforms of a dialect among those a declaration speaks of.
func (l *loader) ofDialect(dialect string, in []string) []string {
	var all []string
	for _, p := range l.platformNames() {
		if l.o.Platforms[p] == dialect && (len(in) == 0 || slices.Contains(in, p)) {
			all = append(all, p)
		}
	}
	return all
}

// noDatabricks reports what Databricks cannot do on a mask that could land there.
func (l *loader) noDatabricks(at document.Node, m state.MaskDeclaration, what string) {
	for _, p := range l.ofDialect("databricks", m.In) {
		speaks := m.Tag != "" || slices.ContainsFunc(m.On, func(s state.Selector) bool { return s.Pattern.Platform == p || s.Tag != "" })
		limited := len(m.Within) > 0 && !slices.ContainsFunc(m.Within, func(w state.Pattern) bool { return w.Platform == p || w.Platform == "*" })
		if speaks && !limited {
			at.Errorf("%s cannot be done on %s, a Databricks workspace; limit mask %s with `in:`", what, p, m.Name)
		}
	}
}

func families(n document.Node) []state.Family {
	var all []state.Family
	for _, w := range n.Texts() {
		all = append(all, familiesOf(w)...)
	}
	return all
}

// familiesOf spells out `timestamp`, which stands for the three kinds of it.
func familiesOf(word string) []state.Family {
	if word == "timestamp" {
		return []state.Family{state.FamilyTimestampNTZ, state.FamilyTimestampLTZ, state.FamilyTimestampTZ}
	}
	return []state.Family{state.Family(word)}
}

func (l *loader) defaults(n document.Node) map[state.Family]state.ShowDeclaration {
	out := map[state.Family]state.ShowDeclaration{}
	if n.Given() && !n.IsMap() {
		out[state.FamilyOther] = l.show(n)
	}
	for _, p := range n.Pairs() {
		s := l.show(p.Value)
		for _, fam := range familiesOf(p.Key.Text()) {
			out[fam] = s
			if s.Kind == state.ShowConst {
				fits(p.Value.Get("const"), fam)
			}
		}
	}
	return out
}

// fits reports a constant that is not of the type.
func fits(n document.Node, fam state.Family) {
	if !state.ConstantFits(n.Text(), fam) {
		n.Errorf("the constant is not a %s", fam)
	}
}

var shownAs = map[string]state.Show{
	"none": {Kind: state.ShowClear}, "null": {Kind: state.ShowNothing}, "last4": {Kind: state.ShowLast, N: 4}, "first4": {Kind: state.ShowFirst, N: 4},
	"email": {Kind: state.ShowEmailDomain}, "last4_hash": {Kind: state.ShowLastHash, N: 4},
}

func (l *loader) show(n document.Node) state.ShowDeclaration {
	if !n.IsMap() {
		if s, ok := shownAs[n.Text()]; ok {
			return state.ShowDeclaration{Show: s}
		}
		return state.ShowDeclaration{Show: state.Show{Kind: state.ShowKind(n.Text())}}
	}
	said := 0
	var out state.ShowDeclaration
	for _, p := range n.Pairs() {
		switch key := p.Key.Text(); key {
		case "args":
			out.Args = p.Value.Texts()
			continue
		case "last", "first", "last_hash":
			out.Kind, out.N = state.ShowKind(key), p.Value.Int(0)
		case "const":
			out.Kind, out.Text = state.ShowConst, p.Value.Text()
		case "sql":
			out.Kind, out.SQL = state.ShowSQL, sqlOf(p.Value)
		case "function":
			out.Kind, out.Text, out.SQL = state.ShowFunction, p.Value.Text(), sqlOf(p.Value)
		}
		said++
	}
	if said != 1 {
		n.Errorf("show has one of last, first, last_hash, const, sql and function")
	}
	return out
}

func sqlOf(n document.Node) map[string]string {
	if !n.IsMap() {
		return nil
	}
	out := map[string]string{}
	for _, p := range n.Pairs() {
		out[p.Key.Text()] = p.Value.Text()
	}
	return out
}

func (l *loader) rule(n document.Node, m state.MaskDeclaration) state.RuleDeclaration {
	r := state.RuleDeclaration{To: l.refs(n.Get("to")), Values: n.Get("values").Texts(), Show: l.show(n.Get("show")), Priority: n.Get("priority").Int(0), Origin: origin(n)}
	if len(r.To) == 0 {
		n.Errorf("a rule names somebody under to")
	}
	if i := slices.IndexFunc(l.d.Tags, func(t state.TagDeclaration) bool { return t.Name == m.Tag }); n.Has("values") && i >= 0 && l.d.Tags[i].MultiValue {
		n.Key("values").Errorf("tag %s takes several values, and Snowflake lets no mask ask which of them a column has: every query of it would fail", m.Tag)
	}
	if n.Has("values") && m.Tag == "" {
		n.Key("values").Errorf("values are those of a tag; mask %s is on columns", m.Name)
	}
	l.allowed(n.Get("values"), m.Tag)
	for _, c := range n.Get("when").List() {
		r.When = append(r.When, l.condition(c))
	}
	if r.Show.Kind == state.ShowConst {
		for _, fam := range m.Types {
			fits(n.Get("show").Get("const"), fam)
		}
	}
	return r
}

// allowed reports values that the tag of a mask does not have.
func (l *loader) allowed(values document.Node, tag string) {
	for i := range l.d.Tags {
		t := &l.d.Tags[i]
		if t.Name != tag || t.AnyValue {
			continue
		}
		for _, v := range values.List() {
			if !slices.Contains(t.Values, v.Text()) {
				v.Errorf("tag %s does not allow the value %q; %s", tag, v.Text(), document.OneOf(v.Text(), t.Values))
			}
		}
	}
}

func (l *loader) condition(n document.Node) state.Condition {
	c := state.Condition{Column: n.Get("column").Text()}
	said := 0
	for _, op := range []state.Op{state.OpIn, state.OpNotIn, state.OpLike, state.OpGT, state.OpLT} {
		v := n.Get(string(op))
		if !v.Given() {
			continue
		}
		said++
		c.Op, c.Values = op, v.Texts()
		c.Number = len(v.List()) > 0
		for _, one := range v.List() {
			c.Number = c.Number && one.IsNumber()
		}
	}
	if said != 1 || len(c.Values) == 0 {
		n.Errorf("a condition has one of in, not_in, like, gt and lt, with a value")
	}
	return c
}

// clashes reports two rules of a mask that could not be told apart: one principal, a common value, equal priority.
func (l *loader) clashes(n document.Node, m state.MaskDeclaration) {
	nodes := n.Get("rules").List()
	for i := range m.Rules {
		for j := range m.Rules[:i] {
			a, b := m.Rules[j], m.Rules[i]
			if a.Priority == b.Priority && l.sharesPrincipal(a, b) && sharesValue(a, b) {
				nodes[i].Errorf("this rule and the one at %s name one principal and value with equal priority; give one of them a priority", a.Origin.Place())
			}
		}
	}
}

func (l *loader) sharesPrincipal(a, b state.RuleDeclaration) bool {
	return slices.ContainsFunc(a.To, func(x state.PrincipalRef) bool {
		return slices.ContainsFunc(b.To, func(y state.PrincipalRef) bool { return l.same(x, y) })
	})
}

func sharesValue(a, b state.RuleDeclaration) bool {
	return len(a.Values) == 0 || len(b.Values) == 0 || slices.ContainsFunc(a.Values, func(v string) bool { return slices.Contains(b.Values, v) })
}

func (l *loader) exception(n document.Node) {
	e := state.ExceptionDeclaration{Mask: n.Get("mask").Text(), To: l.refs(n.Get("to")), Until: l.until(n.Get("until")), Reasons: n.Get("reason").Texts(), In: l.in(n), Origin: origin(n)}
	var known []string
	for _, m := range l.d.Masks {
		known = append(known, m.Name)
	}
	if !slices.Contains(known, e.Mask) {
		l.unknown(n.Get("mask"), "no mask is called %q; %s", e.Mask, document.OneOf(e.Mask, known))
	}
	l.d.Exceptions = append(l.d.Exceptions, e)
}
