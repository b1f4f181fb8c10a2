package plan_test

import (
	"fmt"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/polsync/polsync/state"
)

// TestValuesThatOpen changes the tag value of a masked column, or what a container above it says, and expects a change
// to count as unmasking exactly where somebody is shown more than before.
func TestValuesThatOpen(t *testing.T) {
	const policies = `apiVersion: polsync/v1
principals: {a: {mem: A}, b: {mem: B}, c: {mem: C}}
tags: [{name: pii}]
masks:
  - name: pii
    tag: pii
    rules:
      - {to: a, values: [low, mid], show: clear}
      - {to: b, values: mid, show: nothing}
      - {to: c, values: [mid, high], show: {last: 4}}
      - {to: a, values: part, show: {first: 2}}
      - {to: b, values: low, show: {const: "-"}}
tag_assignments:
  - {tag: pii, value: none, on: "mem:X.S.T.D"}
%s
`
	const warehouse = `objects:
  - {on: catalog X}
  - {on: schema X.S}
  - {on: table X.S.T}
  - {on: column X.S.T.C, type: string}
  - {on: column X.S.T.D, type: string}
  - {on: role A}
  - {on: role B}
  - {on: role C}
facts:
  - {fact: tag, on: tag PII}
%s
`
	column, table := "column X.S.T.C", "table X.S.T"
	for name, c := range map[string]struct {
		was, want map[string]string // securable -> value
		opens     bool
	}{
		"first tag":                            {nil, map[string]string{column: "low"}, false},
		"the same rules":                       {map[string]string{column: "none"}, map[string]string{column: "other"}, false},
		"clear for a":                          {map[string]string{column: "high"}, map[string]string{column: "low"}, true},
		"no longer clear for a":                {map[string]string{column: "low"}, map[string]string{column: "none"}, false},
		"a part for a instead of all":          {map[string]string{column: "low"}, map[string]string{column: "part"}, false},
		"the last four for c":                  {map[string]string{column: "low"}, map[string]string{column: "high"}, true},
		"what was hidden from all":             {map[string]string{column: "none"}, map[string]string{column: "low"}, true},
		"for who has b and c, b hides no more": {map[string]string{column: "mid"}, map[string]string{column: "high"}, true},
		"under a container, hidden from there": {map[string]string{table: "low"}, map[string]string{table: "low", column: "none"}, false},
		"under a container, shown from there":  {map[string]string{table: "none"}, map[string]string{table: "none", column: "low"}, true},
		"the last tag goes":                    {map[string]string{column: "none"}, nil, true},
		"a container hides on":                 {map[string]string{table: "none", column: "low"}, map[string]string{table: "none"}, false},
		"a container shows on":                 {map[string]string{table: "low", column: "none"}, map[string]string{table: "low"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			var assignments, facts string
			for on, value := range c.want {
				path := map[string]string{column: "X.S.T.C", table: "X.S.T"}[on]
				assignments += fmt.Sprintf("  - {tag: pii, value: %s, on: \"mem:%s\"}\n", value, path)
			}
			for on, value := range c.was {
				facts += fmt.Sprintf("  - {fact: tagged, on: %s, with: tag PII, value: %s}\n", on, value)
			}
			p := unpack(t, &txtar.Archive{Files: []txtar.File{
				{Name: "policies.yaml", Data: fmt.Appendf(nil, policies, assignments)},
				{Name: "warehouse.yaml", Data: fmt.Appendf(nil, warehouse, facts)},
				{Name: "ours.yaml", Data: []byte("objects: []\nfacts:\n" + facts)},
			}}).make(t)
			opens, tags := false, 0
			for _, change := range p.Changes() {
				if change.Key.Fact == state.FactTagged && change.Key.On.Column != "D" {
					tags++
					opens = opens || change.Opens
				}
			}
			if tags == 0 || opens != c.opens {
				t.Errorf("opens %v in %d changes of tags, want %v; notices %v", opens, tags, c.opens, p.Notices)
			}
		})
	}
}
