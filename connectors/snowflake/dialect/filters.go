package dialect

import (
	"errors"

	"github.com/polsync/polsync/state"
)

// RowPolicy implements plan.Dialect.
func (d Dialect) RowPolicy(filter string, family state.Family, home state.Securable) state.Securable {
	s := d.Policy(filter, family+"_rows", home)
	s.Kind = state.KindRowPolicy
	return s
}

// RowArgument implements plan.Dialect.
func (Dialect) RowArgument() string { return "VAL" }

// Filterable implements plan.Dialect.
func (Dialect) Filterable(state.Kind) string { return "row filters cannot be set here by this version" }

// RowBody implements plan.Dialect.
func (Dialect) RowBody(*state.RowPolicy) (string, error) {
	return "", errors.New("row filters cannot be set here by this version")
}

// ConstraintPolicy implements plan.Dialect.
func (d Dialect) ConstraintPolicy(kind state.Kind, content string, home state.Securable) state.Securable {
	return state.Securable{Kind: kind, Catalog: home.Catalog, Schema: home.Schema, Name: d.FoldPart(state.Part{Text: "polsync_" + state.ConstraintSort(kind) + "_" + content})}
}

// ConstraintBody implements plan.Dialect.
func (Dialect) ConstraintBody(*state.ConstraintPolicy) (string, error) {
	return "", errors.New("constraints cannot be set here by this version")
}
