package databricks

import (
	"cmp"
	"context"

	"github.com/polsync/polsync/state"
)

// readFilters reads which relations are filtered by which function. As of column masks, the view has one shape in the
// documentation and another in practice.
func (r *reader) readFilters(ctx context.Context) error {
	if !r.scope.Wants(state.FactFilter) && !r.scope.Wants(state.FactRowPolicy) {
		return nil
	}
	t, err := r.view(ctx, "row_filters")
	if err != nil {
		return r.partly(err, state.Securable{}, "row filters", state.FactFilter)
	}
	if len(t.rows) > 0 && !t.has("filter_name") {
		r.unknown(state.Securable{}, "row filters: the view has columns that are not known", state.FactFilter)
		return nil
	}
	for i := range t.rows {
		on := r.asThere(state.Securable{Kind: state.KindTable, Catalog: lower(cmp.Or(t.text(i, "table_catalog"), t.text(i, "catalog_name"))),
			Schema: lower(cmp.Or(t.text(i, "table_schema"), t.text(i, "schema_name"))), Name: lower(t.text(i, "table_name"))})
		if !r.scope.Covers(on) || foreignCatalogs[on.Catalog] != "" {
			continue
		}
		policy, ok := policyFunction(t, i, state.KindRowPolicy, "filter")
		if !ok {
			r.unknown(on, "row filters: the function's name is not in three parts", state.FactFilter)
			continue
		}
		r.put(state.Key{Fact: state.FactFilter, On: on}, state.Filter{Policy: policy, Using: usingColumns(cmp.Or(t.text(i, "target_columns"), t.text(i, "filter_col_usage")))})
	}
	return nil
}

// rowPolicy states a function that could be a row filter: one that answers yes or no.
func (r *reader) rowPolicy(t *table, i int, f state.Securable, params []param) {
	if !r.scope.Wants(state.FactRowPolicy) || dataType(t.text(i, "data_type"), t.text(i, "full_data_type")).Family != state.FamilyBoolean {
		return
	}
	on := f
	on.Kind = state.KindRowPolicy
	p := &state.RowPolicy{Name: on, Opaque: true, Body: t.text(i, "routine_definition"), Comment: t.text(i, "comment")}
	if len(params) > 0 {
		p.Family, p.Args = params[0].family, len(params)-1
	}
	r.put(state.Key{Fact: state.FactRowPolicy, On: on}, p)
}
