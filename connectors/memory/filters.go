package memory

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/polsync/polsync/state"
)

// RowPolicy implements plan.Dialect: policies have only a name.
func (d Dialect) RowPolicy(filter string, family state.Family, _ state.Securable) state.Securable {
	return state.Securable{Kind: state.KindRowPolicy, Name: d.FoldPart(state.Part{Text: filter + "_" + string(family) + "_rows"})}
}

// RowArgument implements plan.Dialect.
func (Dialect) RowArgument() string { return "VAL" }

// Filterable implements plan.Dialect: column by column, the rows of views cannot be filtered, as on Databricks.
func (d Dialect) Filterable(on state.Kind) string {
	if d.PerColumn && on == state.KindView {
		return "rows of a view cannot be filtered here"
	}
	return ""
}

// RowBody implements plan.Dialect: the rules themselves, as JSON.
func (Dialect) RowBody(p *state.RowPolicy) (string, error) {
	return written(p.Name, struct {
		Rules   []state.RowRule `json:"rules"`
		Lookup  *state.Lookup   `json:"lookup,omitempty"`
		Default bool            `json:"default,omitempty"`
	}{p.Rules, p.Lookup, p.Default})
}

// ConstraintPolicy implements plan.Dialect.
func (d Dialect) ConstraintPolicy(kind state.Kind, content string, _ state.Securable) state.Securable {
	return state.Securable{Kind: kind, Name: d.FoldPart(state.Part{Text: state.ConstraintSort(kind) + "_" + content})}
}

// ConstraintBody implements plan.Dialect.
func (Dialect) ConstraintBody(p *state.ConstraintPolicy) (string, error) {
	return written(p.Name, struct {
		MinGroup int               `json:"min_group,omitempty"`
		Allow    bool              `json:"allow,omitempty"`
		Free     bool              `json:"free,omitempty"`
		Except   []state.Securable `json:"except,omitempty"`
	}{p.MinGroup, p.Allow, p.Free, p.Except})
}

func written(name state.Securable, rules any) (string, error) {
	body, err := json.Marshal(rules)
	if err != nil {
		return "", fmt.Errorf("write the body of %s: %w", name, err)
	}
	return string(body), nil
}

// Rows returns a test that tells whether a session of one principal is shown a row of a table, by column; NULL is nil
// or left out. Whether the session may read the table at all is for Sees to say.
func (w *Warehouse) Rows(who, table state.Securable) func(row map[string]*string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	at, p, filtered := w.facts.filterOf(table)
	switch {
	case !filtered:
		return func(map[string]*string) bool { return true }
	case p == nil || p.Opaque || len(at.Using) != 1:
		return func(map[string]*string) bool { return false }
	}
	shown := w.shows(p, who)
	return func(row map[string]*string) bool { return shown(row[at.Using[0]]) }
}

// shows tells by the value that a table is filtered by whether a policy shows its rows to a principal.
func (w *Warehouse) shows(p *state.RowPolicy, who state.Securable) func(value *string) bool {
	f := w.facts
	roles := f.roles(who)
	looked, found := w.lookedUp(p.Lookup, roles)
	return func(value *string) bool {
		named := found
		for _, r := range p.Rules {
			if !slices.ContainsFunc(r.To, func(to state.Securable) bool { return roles[to] }) {
				continue
			}
			named = true
			if r.All || value != nil && slices.Contains(r.Values, *value) {
				return true
			}
		}
		return looked(value) || p.Default && !named
	}
}

// lookedUp returns which rows a lookup opens to a session, and whether it names the session at all.
func (w *Warehouse) lookedUp(l *state.Lookup, roles map[state.Securable]bool) (opens func(*string) bool, found bool) {
	if l == nil {
		return func(*string) bool { return false }, false
	}
	kind := map[state.LookupBy]state.Kind{state.ByRole: state.KindRole, state.ByGroup: state.KindRole, state.ByUser: state.KindUser}[l.By]
	columns := w.rows[l.Table]
	all, values := false, map[string]bool{}
	for i, who := range columns[l.Principal] {
		if who == nil || !roles[state.Securable{Kind: kind, Name: *who}] {
			continue
		}
		found = true
		if v := columns[l.Value][i]; v != nil {
			values[*v] = true
			all = all || l.All != nil && *v == *l.All
		}
	}
	return func(value *string) bool { return all || value != nil && values[*value] }, found
}

// filterOf returns what filters a table's rows: where that is attached, and the policy, nil for one that is not there.
func (f facts) filterOf(table state.Securable) (state.Filter, *state.RowPolicy, bool) {
	for kind := state.KindTable; kind <= state.KindExternalTable; kind++ {
		table.Kind = kind
		if at, ok := f.Value(state.Key{Fact: state.FactFilter, On: table}).(state.Filter); ok {
			return at, f.RowPolicy(at.Policy), true
		}
	}
	return state.Filter{}, nil, false
}
