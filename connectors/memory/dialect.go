package memory

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
)

// Dialect is the memory platform's. Names fold to upper case, as Snowflake's do.
type Dialect struct {
	// PerColumn makes the platform one that cannot bind policies to tags, as Databricks without attribute-based
	// policies: the planner then masks column by column.
	PerColumn bool
}

// Name implements plan.Dialect.
func (Dialect) Name() string { return "memory" }

// FoldPart implements plan.Dialect.
func (Dialect) FoldPart(p state.Part) string {
	if p.Quoted {
		return p.Text
	}
	return strings.ToUpper(p.Text)
}

// Fold implements plan.Dialect: groups are roles here.
func (Dialect) Fold(s state.Securable) state.Securable {
	if s.Kind == state.KindGroup {
		s.Kind = state.KindRole
	}
	return s
}

// Tag implements plan.Dialect: tags have only a name.
func (d Dialect) Tag(name string, _, _ state.Securable) state.Securable {
	return state.Securable{Kind: state.KindTag, Name: d.FoldPart(state.Part{Text: name})}
}

// TagDefined implements plan.Dialect.
func (Dialect) TagDefined(bool) bool { return true }

// Policy implements plan.Dialect: policies have only a name. Column by column a tag's value is part of it, and its case
// counts: what folding would make one with another stays as written.
func (d Dialect) Policy(mask string, family state.Family, _ state.Securable) state.Securable {
	part := state.Part{Text: mask + "_" + string(family), Quoted: d.PerColumn && strings.ToLower(mask) != mask}
	return state.Securable{Kind: state.KindMaskingPolicy, Name: d.FoldPart(part)}
}

var privileges = map[state.Kind][]string{
	state.KindAccount: {"CREATE ROLE"}, state.KindCatalog: {"USAGE", "CREATE SCHEMA"}, state.KindSchema: {"USAGE", "CREATE TABLE"},
	state.KindTable: {"SELECT", "INSERT", "UPDATE", "DELETE"}, state.KindView: {"SELECT"}, state.KindWarehouse: {"USAGE"},
}

// Privileges implements plan.Dialect.
func (Dialect) Privileges(written string, on state.Kind) ([]string, error) {
	known := privileges[on]
	w := strings.ReplaceAll(strings.ToUpper(written), "_", " ")
	switch {
	case w == "ALL" || w == "ALL PRIVILEGES":
		return known, nil
	case slices.Contains(known, w):
		return []string{w}, nil
	}
	return nil, fmt.Errorf("a %s has no privilege %s; it has %s", on, w, strings.Join(known, ", "))
}

// Sift implements plan.Dialect: no kind has sorts that differ here.
func (Dialect) Sift(privileges []string, _ state.Kind, _ string) ([]string, error) {
	return privileges, nil
}

// Access implements plan.Dialect.
func (Dialect) Access(level string, on state.Kind) []string {
	switch {
	case level == "read" && on.Relation():
		return []string{"SELECT"}
	case level == "write" && on == state.KindTable:
		return []string{"INSERT", "UPDATE", "DELETE"}
	}
	return nil
}

// Usage implements plan.Dialect.
func (Dialect) Usage(container state.Kind) string {
	if container == state.KindCatalog || container == state.KindSchema {
		return "USAGE"
	}
	return ""
}

// Body implements plan.Dialect: the rules themselves, as JSON.
func (Dialect) Body(p *state.MaskingPolicy) (string, error) {
	if p.Opaque {
		return p.Body, nil
	}
	body, err := json.Marshal(struct {
		Rules   []state.Rule `json:"rules"`
		Default state.Show   `json:"default"`
		Tag     string       `json:"tag,omitempty"`
		Primary bool         `json:"primary,omitempty"`
	}{p.Rules, p.Default, p.Tag.Name, p.Primary})
	if err != nil {
		return "", fmt.Errorf("write the body of %s: %w", p.Name, err)
	}
	return string(body), nil
}

// SameBody implements plan.Dialect.
func (Dialect) SameBody(a, b string) bool { return a == b }

// TagMasks implements plan.Dialect.
func (d Dialect) TagMasks() bool { return !d.PerColumn }

// FutureContainers implements plan.Dialect: a grant on a container reaches what is created in it.
func (Dialect) FutureContainers() bool { return false }

// Compile implements plan.Dialect: one statement for each change.
func (d Dialect) Compile(phase plan.Phase, changes []plan.Change) ([]plan.Step, error) {
	steps := make([]plan.Step, 0, len(changes))
	for _, c := range changes {
		line, err := statement(c)
		if err != nil {
			return nil, &plan.UnsupportedError{Change: c, Reason: err.Error()}
		}
		steps = append(steps, plan.Step{Phase: phase, Changes: []plan.Change{c},
			Statements: []plan.Statement{{SQL: line, Comment: c.Key.String(), Idempotent: true}}})
	}
	return steps, nil
}

func statement(c plan.Change) (string, error) {
	key, err := json.Marshal(c.Key)
	if err != nil {
		return "", err
	}
	if c.Want == nil {
		return "drop " + string(key), nil
	}
	value, err := state.EncodeValue(c.Want)
	if err != nil {
		return "", err
	}
	return "put " + string(key) + " = " + string(value), nil
}

// parse reads a statement back.
func parse(line string) (state.Fact, error) {
	var f state.Fact
	verb, rest, _ := strings.Cut(line, " ")
	dec := json.NewDecoder(strings.NewReader(rest))
	if err := dec.Decode(&f.Key); err != nil {
		return f, fmt.Errorf("read the key of a statement: %w", err)
	}
	tail := strings.TrimSpace(rest[dec.InputOffset():])
	switch {
	case verb == "drop" && tail == "":
		return f, nil
	case verb == "put" && strings.HasPrefix(tail, "="):
		v, err := state.DecodeValue(f.Key.Fact, []byte(strings.TrimSpace(tail[1:])))
		f.Value = v
		return f, err
	}
	return f, fmt.Errorf("a statement is `put KEY = VALUE` or `drop KEY`, not %q", verb)
}
