package plan

import (
	"slices"
	"strings"

	"github.com/polsync/polsync/state"
)

// masks states the policies of the declared masks and where they go on: on the tag where the platform binds policies
// to tags and the mask holds wherever the tag is, else column by column.
func (r *resolver) masks() {
	seen := map[state.Securable]string{} // column -> tag mask that covers it
	r.looked = r.lookedAt()
	for _, d := range r.in.Declarations.Masks {
		if r.here(d.In) && d.Tag == "" {
			r.directMask(d)
		}
	}
	direct := map[state.Securable]bool{} // where these stand, a tag's mask does not go on
	for k := range r.target.State.Facts {
		if k.Fact == state.FactMask {
			direct[k.On] = true
		}
	}
	for _, d := range r.in.Declarations.Masks {
		if r.here(d.In) && d.Tag != "" {
			r.tagMask(d, seen, direct)
		}
	}
	r.noteStrangersTags(seen, direct)
	r.sayUnfit()
	r.sayViews()
	for k, f := range r.target.State.Facts {
		if k.Fact == state.FactMask && seen[k.On] != "" && direct[k.On] {
			r.note(Warning, k.On, f.Origin, "%s: the direct mask goes before mask %s of its tag", k.On, seen[k.On])
		}
	}
}

func (r *resolver) tagMask(d state.MaskDeclaration, seen map[state.Securable]string, direct map[state.Securable]bool) {
	info := r.tags[d.Tag]
	if info == nil {
		return
	}
	places, everywhere, any := r.within(d.Within)
	if !any {
		return
	}
	columns := r.covered(info.on)
	if !everywhere {
		columns = slices.DeleteFunc(columns, func(c carriedColumn) bool {
			return !slices.ContainsFunc(places, func(m match) bool { return m.reaches(c.on) })
		})
	}
	columns = r.ofTypes(d, columns)
	for _, c := range columns {
		if other := seen[c.on]; other != "" && other != d.Name {
			r.note(Error, c.on, d.Origin, "%s carries two masked tags: of mask %s and of mask %s", c.on, other, d.Name)
		}
		seen[c.on] = d.Name
	}
	free := slices.DeleteFunc(slices.Clone(columns), func(c carriedColumn) bool { return direct[c.on] })
	r.noteShadowed(d, free)
	r.noteViews(d, free)
	switch {
	case r.byAttributes(d.ABAC):
		r.abacMask(d, info, columns)
	case !r.in.Dialect.TagMasks():
		r.maskByValue(d, free)
	case everywhere:
		r.bind(d, info.on, columns)
	default:
		r.maskNarrow(d, info.on, free, places)
	}
}

// within returns the places a tag mask is limited to on this platform, whether that is everywhere, and whether it is
// meant for the platform at all.
func (r *resolver) within(patterns []state.Pattern) (places []match, everywhere, any bool) {
	if len(patterns) == 0 {
		return nil, true, true
	}
	for _, p := range patterns {
		if p.Platform != "*" && p.Platform != r.in.Platform {
			continue
		}
		any = true
		whole := len(p.Parts) == 0 || len(p.Parts) == 1 && p.Parts[0].Wild() && strings.Trim(p.Parts[0].Text, "*") == ""
		everywhere = everywhere || whole
		places = append(places, r.inv.compile(p))
	}
	return places, everywhere, any
}

// ofTypes keeps the columns whose types the mask covers and reports the tagged ones it leaves in clear.
func (r *resolver) ofTypes(d state.MaskDeclaration, columns []carriedColumn) []carriedColumn {
	kept := columns[:0:0]
	for _, c := range columns {
		t := r.in.Actual.Objects[c.on].Type
		if r.in.Offline && !covers(d, t.Family) {
			t = state.DataType{Family: d.Types[0], Text: string(d.Types[0])} // imagined as what the mask is for
			r.in.Actual.Objects[c.on] = state.Object{Type: t}
		}
		switch {
		case t.Family == state.FamilyOther || t.Family == state.FamilyNone:
			r.noteUnmaskable(d, c, t)
		case !covers(d, t.Family):
			r.note(Error, c.on, d.Origin, "%s carries tag %s but has the type %s, which mask %s does not cover: it would be shown in clear", c.on, d.Tag, t.Text, d.Name)
		default:
			kept = append(kept, c)
		}
	}
	return kept
}

// covers reports whether a mask is for a family: by its name, or by the word for all arrays, maps or structs.
func covers(d state.MaskDeclaration, f state.Family) bool {
	return len(d.Types) == 0 || slices.Contains(d.Types, f) || slices.Contains(d.Types, f.Word())
}

func (r *resolver) familiesOf(d state.MaskDeclaration, columns []carriedColumn) []state.Family {
	if len(d.Types) > 0 {
		return slices.DeleteFunc(state.Families(), func(f state.Family) bool { return !slices.Contains(d.Types, f) })
	}
	met := map[state.Family]bool{}
	for _, c := range columns {
		met[r.in.Actual.Objects[c.on].Type.Family] = true
	}
	return slices.DeleteFunc(state.Families(), func(f state.Family) bool { return !met[f] })
}

func (r *resolver) bind(d state.MaskDeclaration, tag state.Securable, columns []carriedColumn) {
	for _, f := range r.familiesOf(d, columns) {
		p := r.policy(d, "", f, tag, columns)
		if p == nil {
			continue
		}
		key := state.Key{Fact: state.FactBinding, On: tag, Name: string(f)}
		r.put(state.Fact{Key: key, Value: state.Mask{Policy: p.Name}, Origin: d.Origin})
	}
}

// maskNarrow masks column by column where a tag mask holds in some places only. A tag on a container would bring
// columns to come under no mask, so that is refused.
func (r *resolver) maskNarrow(d state.MaskDeclaration, tag state.Securable, columns []carriedColumn, places []match) {
	for _, t := range r.tagged[tag] {
		meets := slices.ContainsFunc(places, func(m match) bool { return m.reaches(t.on) || m.liesIn(t.on) })
		if meets && t.on.Kind != state.KindColumn {
			r.note(Error, t.on, d.Origin, "mask %s holds only within some places, and %s carries tag %s as a whole: columns added to it later would be in clear; tag the columns, or drop `within`", d.Name, t.on, d.Tag)
		}
	}
	for _, c := range columns {
		if p := r.policy(d, "", r.in.Actual.Objects[c.on].Type.Family, tag, columns); p != nil {
			r.maskColumn(c.on, p, d.Origin)
		}
	}
}

// maskByValue masks column by column where a policy cannot ask for the tag's value: one policy for each value.
func (r *resolver) maskByValue(d state.MaskDeclaration, columns []carriedColumn) {
	for _, c := range columns {
		if !maskable(r.in.Actual, c.on) {
			r.note(Warning, c.on, d.Origin, "%s: columns of views cannot carry a mask here; mask the table's", c.on)
			continue
		}
		if p := r.policy(d, c.value, r.in.Actual.Objects[c.on].Type.Family, state.Securable{}, columns); p != nil {
			r.maskColumn(c.on, p, d.Origin)
		}
	}
}

func maskable(actual *state.State, column state.Securable) bool {
	table, ok := actual.Relation(column)
	return ok && table.Kind != state.KindView
}

func (r *resolver) directMask(d state.MaskDeclaration) {
	var columns []carriedColumn
	for _, c := range r.expand(d.On, d.Except, isColumn, true) {
		columns = append(columns, carriedColumn{on: c})
	}
	columns = r.ofTypes(d, columns)
	r.noteViews(d, columns)
	for _, c := range columns {
		if !r.in.Dialect.TagMasks() && !maskable(r.in.Actual, c.on) {
			r.note(Error, c.on, d.Origin, "%s: columns of views cannot carry a mask here; mask the table's", c.on)
			continue
		}
		if p := r.policy(d, "", r.in.Actual.Objects[c.on].Type.Family, state.Securable{}, columns); p != nil {
			r.maskColumn(c.on, p, d.Origin)
		}
	}
}

func (r *resolver) maskColumn(on state.Securable, p *state.MaskingPolicy, o state.Origin) {
	mask := state.Mask{Policy: p.Name}
	if len(p.Args) > 0 {
		mask.Using = p.Args
	}
	r.put(state.Fact{Key: state.Key{Fact: state.FactMask, On: on}, Value: mask, Origin: o})
}

// policyOf is what a policy was made for: a mask, and the tag's value where policies cannot ask for it. The two are kept
// apart, since the names made of them are not: mask a with value b_c and mask a_b with value c.
type policyOf struct{ mask, value string }

// String returns the mask and the value as a reader knows them.
func (p policyOf) String() string {
	if p.value == "" {
		return p.mask
	}
	return p.mask + " for " + p.value
}

// policy states the policy of a mask for a family, once, and returns it; nil when it cannot be said. For a value the
// rules are narrowed to those that speak of it, and what it shows depends on no tag any more.
func (r *resolver) policy(d state.MaskDeclaration, value string, f state.Family, tag state.Securable, columns []carriedColumn) *state.MaskingPolicy {
	name := d.Name
	if value != "" {
		name += "_" + value
	}
	args := r.siblings(d)
	if len(args) > 0 {
		name += "_by_" + strings.Join(args, "_") // a signature cannot change: another signature is another policy
	}
	on, of := r.policyName(name, f, args, columns), policyOf{d.Name, value}
	if made, ok := r.policies[on]; ok {
		if made != of {
			r.note(Error, on, d.Origin, "masks %s and %s would both be called %s", made, of, on)
			return nil
		}
		return r.target.State.Policy(on)
	}
	r.policies[on] = of
	p := &state.MaskingPolicy{Name: on, Family: f, Tag: tag, Primary: d.Primary, Args: args, Exempt: r.in.Dialect.Name() == "snowflake"}
	if !r.argTypes(p, d, columns) || !r.fill(p, d, value, r.meant(f, value, columns)) {
		return nil
	}
	body, err := r.in.Dialect.Body(p)
	if err != nil {
		r.note(Error, on, d.Origin, "mask %s for %s: %v", d.Name, f, err)
		return nil
	}
	p.Body = body
	if is := r.in.Actual.Policy(on); is != nil {
		p.Comment = is.Comment
	}
	r.put(state.Fact{Key: state.Key{Fact: state.FactPolicy, On: on}, Value: p, Origin: d.Origin})
	return p
}

// siblings returns the columns that the mask's conditions look at, folded and sorted.
func (r *resolver) siblings(d state.MaskDeclaration) []string {
	var names []string
	for _, rule := range d.Rules {
		for _, c := range rule.When {
			names = append(names, r.in.Dialect.FoldPart(unquote(c.Column)))
		}
		if rule.Show.Kind == state.ShowFunction {
			for _, a := range rule.Show.Args {
				names = append(names, r.in.Dialect.FoldPart(unquote(a)))
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// argTypes fills in the siblings' types; every covered table must have them, of one family.
func (r *resolver) argTypes(p *state.MaskingPolicy, d state.MaskDeclaration, columns []carriedColumn) bool {
	for _, arg := range p.Args {
		var family state.Family
		for _, c := range columns {
			if r.in.Actual.Objects[c.on].Type.Family != p.Family {
				continue
			}
			sibling := c.on
			sibling.Column = arg
			object, there := r.in.Actual.Objects[sibling]
			if !there {
				r.note(Error, c.on, d.Origin, "mask %s has conditions on the column %s, which %s does not have", d.Name, arg, c.on.Table())
				return false
			}
			if family != state.FamilyNone && object.Type.Family != family {
				r.note(Error, c.on, d.Origin, "mask %s has conditions on the column %s, which is %s in %s and %s elsewhere", d.Name, arg, object.Type.Family, c.on.Table(), family)
				return false
			}
			family = object.Type.Family
		}
		p.ArgType = append(p.ArgType, family)
	}
	return true
}

// fill turns the declared rules into the policy's: exceptions first, then by priority, then as written.
func (r *resolver) fill(p *state.MaskingPolicy, d state.MaskDeclaration, value string, columns []carriedColumn) bool {
	dialect := r.in.Dialect.Name()
	if d.SQL != nil {
		p.Opaque, p.Body = true, d.SQL[dialect]
		if p.Body == "" {
			r.note(Error, p.Name, d.Origin, "mask %s has no sql for %s", d.Name, dialect)
			return false
		}
		r.noteAlways(d.Origin, "mask %s is SQL of its author's: nobody can tell who sees clear", d.Name)
		return true
	}
	for _, e := range r.in.Declarations.Exceptions {
		if e.Mask != d.Name || !r.here(e.In) {
			continue
		}
		if !r.in.Now.Before(e.Until) {
			quiet := len(r.target.Notices)
			r.target.Ended[p.Name] = append(r.target.Ended[p.Name], Ended{r.named(e.To, "", false), e.Origin})
			r.target.Notices = r.target.Notices[:quiet]
		} else {
			if to := r.named(e.To, "the exception to mask "+d.Name, false); len(to) > 0 {
				p.Rules = append(p.Rules, state.Rule{To: to, Show: state.Show{Kind: state.ShowClear}})
			}
		}
	}
	rules := slices.Clone(d.Rules)
	slices.SortStableFunc(rules, func(a, b state.RuleDeclaration) int { return b.Priority - a.Priority })
	fits := true
	for _, rd := range rules {
		if rule, ok := r.rule(rd, d, value); ok {
			p.Rules = append(p.Rules, rule)
			fits = r.fit(d.Name, rule.Show, p.Family, rd.Origin, speaksOf(rd.Values, columns)) && fits
		}
	}
	def, ok := d.Default[p.Family]
	if !ok {
		def, ok = d.Default[p.Family.Word()]
	}
	if !ok {
		def = d.Default[state.FamilyOther]
	}
	p.Default = r.show(def, d.Origin)
	r.noteBypass(d, p)
	r.digits(d.Name, d.Origin, columns)
	return r.fit(d.Name, p.Default, p.Family, d.Origin, columns) && fits
}

func (r *resolver) rule(rd state.RuleDeclaration, d state.MaskDeclaration, value string) (state.Rule, bool) {
	rule := state.Rule{To: r.named(rd.To, "mask "+d.Name, rd.Show.Word() != state.ShowClear), Values: slices.Clone(rd.Values), Show: r.show(rd.Show, rd.Origin)}
	if d.Tag != "" && !r.in.Dialect.TagMasks() {
		if !rule.Matches(value) {
			return rule, false
		}
		rule.Values = nil
	}
	slices.Sort(rule.Values)
	for _, c := range rd.When {
		c.Column = r.in.Dialect.FoldPart(unquote(c.Column))
		rule.When = append(rule.When, c)
	}
	return rule, len(rule.To) > 0
}

func (r *resolver) show(s state.ShowDeclaration, o state.Origin) state.Show {
	out := s.Show
	switch out.Kind {
	case state.ShowSQL:
		out.Text = s.SQL[r.in.Dialect.Name()]
		if out.Text == "" {
			r.note(Error, state.Securable{}, o, "no sql for %s", r.in.Dialect.Name())
		}
	case state.ShowFunction:
		if text, ok := s.SQL[r.in.Dialect.Name()]; ok {
			out.Text = text
		}
		out.Args = nil
		for _, a := range s.Args {
			out.Args = append(out.Args, r.in.Dialect.FoldPart(unquote(a)))
		}
	}
	return out
}
