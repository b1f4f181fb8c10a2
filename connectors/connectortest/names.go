package connectortest

import (
	"maps"
	"strings"
	"testing"

	"github.com/polsync/polsync/connectors"
	"github.com/polsync/polsync/state"
)

// oddTag is a tag's name as far as every platform has it.
const oddTag = "suite \"odd\" it's \\ $$ `é`"

// oddValues are values of tags.
var oddValues = []string{"it's", `a "b"`, `back\slash`, "$$", "`tick`", "line\nbreak\ttab", "dot.ted, (and) more;--/*", "漢字 é \U0001F600", "UPPER", "upper", " ", strings.Repeat("é", 256)}

// oddTurns is in how many steps the values change places; over them every value is met.
const oddTurns = 6

// oddValueOf returns the value of the n-th column in a step.
func oddValueOf(column, step int) string { return oddValues[(column+2*step)%len(oddValues)] }

// oddNames tags, masks and opens columns of odd names, with odd values, a different one each step.
func oddNames(f *Fixture) []*state.Declarations {
	var all []*decls
	for step := range oddTurns {
		b := start(f).tag(oddTag, oddValues...)
		for i, c := range f.Odd {
			b.assign(oddTag, oddValueOf(i, step), c)
		}
		valued := rule(state.Show{Kind: state.ShowHash}, f.OddReader)
		valued.Values = oddValues[2*step : 2*step+1]
		switch step % 3 {
		case 0:
			b.mask(state.MaskDeclaration{Name: "suite_odd", Tag: oddTag, Rules: []state.RuleDeclaration{valued, rule(clear, f.Readers[0])}})
		case 1:
			b.mask(directOn(f, f.Odd))
		}
		if step%2 == 0 {
			b.grant(f.OddReader, []string{"SELECT"}, selectorsOf(f.Odd)...)
			b.grant(f.Readers[0], []string{"SELECT"}, selectorsOf(f.Odd)...)
		}
		all = append(all, b)
	}
	return steps(append(all, start(f))...)
}

// directOn masks columns directly, each by the value of the first beside it, which is odd as well.
func directOn(f *Fixture, columns []state.Securable) state.MaskDeclaration {
	r := rule(clear, f.OddReader)
	r.When = []state.Condition{{Column: `"` + strings.ReplaceAll(columns[0].Column, `"`, `""`) + `"`, Op: state.OpNotIn, Values: oddValues}}
	return state.MaskDeclaration{Name: "suite_odd", On: selectors(columns[1:]), Rules: []state.RuleDeclaration{r}}
}

// selectorsOf returns the tables of columns, each once.
func selectorsOf(columns []state.Securable) []state.Selector {
	seen := map[state.Securable]bool{}
	var out []state.Selector
	for _, c := range columns {
		if t := c.Table(); !seen[t] {
			seen[t] = true
			out = append(out, selector(t))
		}
	}
	return out
}

func checkOddNames(t *testing.T, f *Fixture, after int) {
	want := map[state.Securable]string{}
	if after < oddTurns {
		for i, c := range f.Odd {
			want[c] = oddValueOf(i, after)
		}
	}
	if got := f.Tag(t, oddTag).On; !maps.Equal(got, want) {
		t.Errorf("after step %d the platform holds\n%q, want\n%q", after, got, want)
	}
	reader, ok := f.Platform.(connectors.Reader)
	if !ok {
		return
	}
	for _, c := range f.Odd {
		if _, err := reader.ReadAs(t.Context(), f.Readers[0], c, 1); (err == nil) != (after < oddTurns && after%2 == 0) {
			t.Errorf("after step %d the first reader reads %s: %v", after, c, err)
		}
	}
}

// oddRoles makes roles of odd names members of each other.
func oddRoles(f *Fixture) []*state.Declarations {
	names := []string{`Suite "b".c`, `back\slash`, "$$", "`tick`", "line\nbreak", "漢字", "lower", strings.Repeat("Ü", 255)}
	var full, back []state.RoleDeclaration
	for i, n := range names {
		role := state.RoleDeclaration{Kind: state.KindRole, Name: state.Part{Text: n, Quoted: true}, Comment: oddValues[i]}
		back = append(back, role)
		if i > 0 {
			role.Members = refs(state.Securable{Kind: state.KindRole, Name: names[i-1]})
		}
		full = append(full, role)
	}
	with := func(roles []state.RoleDeclaration) *decls {
		b := start(f)
		for _, r := range roles {
			r.Origin = b.origin()
			b.d.Roles = append(b.d.Roles, r)
		}
		return b
	}
	return steps(with(full[:1]), with(full), with(back), with(full[:4]), start(f))
}
