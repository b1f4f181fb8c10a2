package plan

import (
	"slices"
	"strings"

	"github.com/polsync/polsync/state"
)

// eachGrant spells out for_each.
func (r *resolver) eachGrant(d state.GrantDeclaration) []state.GrantDeclaration {
	if d.ForEach == nil {
		return []state.GrantDeclaration{d}
	}
	var all []state.GrantDeclaration
	for _, s := range r.matches(d.ForEach, d.Origin) {
		one, v := d, templated{d.ForEach.Var, s, r.in.Dialect.FoldPart}
		one.ForEach = nil
		one.To = v.refs(d.To)
		one.On, one.Except = v.selectors(d.On, r.in.Platform), v.selectors(d.Except, r.in.Platform)
		all = append(all, one)
	}
	return all
}

func (r *resolver) eachRole(d state.RoleDeclaration) []state.RoleDeclaration {
	if d.ForEach == nil {
		return []state.RoleDeclaration{d}
	}
	var all []state.RoleDeclaration
	for _, s := range r.matches(d.ForEach, d.Origin) {
		one, v := d, templated{d.ForEach.Var, s, r.in.Dialect.FoldPart}
		one.ForEach = nil
		one.Name, one.Catalog = v.part(d.Name), v.part(d.Catalog)
		one.Members, one.Users, one.MemberOf, one.Absent = v.refs(d.Members), v.refs(d.Users), v.refs(d.MemberOf), v.refs(d.Absent)
		all = append(all, one)
	}
	return all
}

func (r *resolver) matches(t *state.Template, o state.Origin) []state.Securable {
	if t.Pattern.Platform != r.in.Platform {
		return nil
	}
	found := r.inv.find(t.Pattern, func(s state.Securable) bool {
		return s.Kind == state.KindCatalog || s.Kind == state.KindSchema || s.Kind.Relation()
	})
	if len(found) == 0 {
		r.note(Warning, state.Securable{}, o, "for_each: %s matches nothing on %s", t.Pattern.Text, r.in.Platform)
	}
	return found
}

// templated fills one match of a for_each into names.
type templated struct {
	name string
	is   state.Securable
	fold func(state.Part) string
}

func (v templated) fill(text string) string {
	last := v.is.Parts()[depth(v.is)-1]
	return strings.NewReplacer("${"+v.name+"}", last, "${"+v.name+".name}", last, "${"+v.name+".catalog}", v.is.Catalog,
		"${"+v.name+".schema}", v.is.Schema, "${"+v.name+".table}", v.is.Name).Replace(text)
}

// part fills a part of a name that stands for one thing. What comes from the platform is already in its spelling, so
// what is written around it is folded and the whole is quoted.
func (v templated) part(p state.Part) state.Part {
	if p.Quoted || !strings.Contains(p.Text, "${") {
		return state.Part{Text: v.fill(p.Text), Quoted: p.Quoted}
	}
	text := v.pieces(p.Text, func(written string) string { return v.fold(state.Part{Text: written}) }, v.fill)
	return state.Part{Text: text, Quoted: true}
}

// glob fills a part of a pattern. Wildcards that are written stay wild; what is filled in never is.
func (v templated) glob(p state.Part) state.Part {
	asWritten := func(s string) string { return s }
	around := v.pieces(p.Text, asWritten, func(string) string { return "" })
	if !(state.Part{Text: around, Quoted: p.Quoted}).Wild() {
		return v.part(p)
	}
	return state.Part{Text: v.pieces(p.Text, asWritten, func(variable string) string { return verbatim(v.fill(variable)) })}
}

// pieces puts a text together again from what two functions make of what is written and of each ${...} in it.
func (v templated) pieces(text string, written, variable func(string) string) string {
	var b strings.Builder
	for text != "" {
		before, rest, found := strings.Cut(text, "${")
		if before != "" {
			b.WriteString(written(before))
		}
		if !found {
			break
		}
		name, after, _ := strings.Cut(rest, "}")
		b.WriteString(variable("${" + name + "}"))
		text = after
	}
	return b.String()
}

func (v templated) refs(refs []state.PrincipalRef) []state.PrincipalRef {
	out := slices.Clone(refs)
	for i := range out {
		p := v.part(state.Part{Text: out[i].Name, Quoted: out[i].Quoted})
		out[i].Name, out[i].Quoted = p.Text, p.Quoted
	}
	return out
}

// selectors fills patterns; a first part that is the variable alone stands for the whole dotted name of the match.
func (v templated) selectors(sels []state.Selector, platform string) []state.Selector {
	out := slices.Clone(sels)
	for i := range out {
		p := &out[i].Pattern
		parts := make([]state.Part, 0, len(p.Parts)+2)
		for j, part := range p.Parts {
			if j == 0 && part.Text == "${"+v.name+"}" {
				for _, s := range v.is.Parts() {
					parts = append(parts, state.Part{Text: s, Quoted: true})
				}
				if p.Platform == "" {
					p.Platform = platform
				}
				continue
			}
			parts = append(parts, v.glob(part))
		}
		p.Parts = parts
	}
	return out
}
