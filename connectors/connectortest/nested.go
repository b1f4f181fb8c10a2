package connectortest

import (
	"testing"

	"github.com/polsync/polsync/connectors"
	"github.com/polsync/polsync/state"
)

// nestedTypes hides arrays, maps and records whole from all but one reader, by a direct mask and by a tag's.
func nestedTypes(f *Fixture) []*state.Declarations {
	open := func() *decls {
		return start(f).grant(f.Readers[0], []string{"SELECT"}, selectorsOf(f.Nested)...).grant(f.Readers[1], []string{"SELECT"}, selectorsOf(f.Nested)...)
	}
	direct := func(rules ...state.RuleDeclaration) *decls {
		return open().mask(state.MaskDeclaration{Name: "suite_nested", On: selectors(f.Nested), Rules: rules})
	}
	tagged := open().tag("suite_nested", "all").assign("suite_nested", "all", f.Nested...).
		mask(state.MaskDeclaration{Name: "suite_nested", Tag: "suite_nested", Rules: []state.RuleDeclaration{rule(clear, f.Readers[0])}})
	return steps(direct(), direct(rule(clear, f.Readers[0])), tagged, open(), start(f))
}

func checkNestedTypes(t *testing.T, f *Fixture, after int) {
	reader, ok := f.Platform.(connectors.Reader)
	if !ok || after == 4 {
		return
	}
	sees := [2]bool{after > 0, after == 3}
	for i, who := range f.Readers {
		for _, c := range f.Nested {
			values, err := reader.ReadAs(t.Context(), who, c, 1)
			if err != nil {
				t.Errorf("after step %d %s reads %s: %v", after, who, c, err)
			}
			if len(values) > 0 && (values[0] != nil) != sees[i] {
				t.Errorf("after step %d %s sees a value in %s: %v, want %v", after, who, c, values[0] != nil, sees[i])
			}
		}
	}
}
