package databricks

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/polsync/polsync/connectors/databricks/dialect"
	"github.com/polsync/polsync/state"
)

// readMasks reads which columns are masked by which function. The view has one shape in the documentation and another
// in practice, so its columns are taken by their names.
func (r *reader) readMasks(ctx context.Context) error {
	if !r.scope.Wants(state.FactMask) && !r.scope.Wants(state.FactPolicy) {
		return nil
	}
	t, err := r.view(ctx, "column_masks")
	if err != nil {
		return r.partly(err, state.Securable{}, "column masks", state.FactMask)
	}
	if len(t.rows) > 0 && !t.has("mask_name") {
		r.unknown(state.Securable{}, "column masks: the view has columns that are not known", state.FactMask)
		return nil
	}
	for i := range t.rows {
		on := state.Securable{Kind: state.KindColumn, Catalog: lower(cmp.Or(t.text(i, "table_catalog"), t.text(i, "catalog_name"))),
			Schema: lower(cmp.Or(t.text(i, "table_schema"), t.text(i, "schema_name"))), Name: lower(t.text(i, "table_name")), Column: lower(t.text(i, "column_name"))}
		if !r.scope.Covers(on) || foreignCatalogs[on.Catalog] != "" {
			continue
		}
		policy, ok := policyFunction(t, i, state.KindMaskingPolicy, "mask")
		if !ok {
			r.unknown(on, "column masks: the function's name is not in three parts", state.FactMask)
			continue
		}
		r.put(state.Key{Fact: state.FactMask, On: on}, state.Mask{Policy: policy, Using: usingColumns(cmp.Or(t.text(i, "using_columns"), t.text(i, "mask_col_usage")))})
	}
	return nil
}

// policyFunction reads the function that a row names, in three columns or in one.
func policyFunction(t *table, i int, kind state.Kind, prefix string) (state.Securable, bool) {
	s := state.Securable{Kind: kind, Catalog: lower(t.text(i, prefix+"_catalog")), Schema: lower(t.text(i, prefix+"_schema")), Name: lower(t.text(i, prefix+"_name"))}
	if s.Catalog != "" {
		return s, s.Schema != "" && s.Name != ""
	}
	parts := splitList(s.Name, '.')
	if len(parts) != 3 {
		return s, false
	}
	s.Catalog, s.Schema, s.Name = parts[0], parts[1], parts[2]
	return s, true
}

func usingColumns(list string) []string {
	if strings.TrimSpace(list) == "" {
		return nil
	}
	parts := splitList(list, ',')
	for i := range parts {
		parts[i] = lower(parts[i])
	}
	return parts
}

// splitList splits at a separator outside backticks and takes the backticks off.
func splitList(list string, sep byte) []string {
	var parts []string
	var part strings.Builder
	quoted := false
	for i := 0; i < len(list); i++ {
		switch c := list[i]; {
		case c == '`' && quoted && i+1 < len(list) && list[i+1] == '`':
			part.WriteByte('`')
			i++
		case c == '`':
			quoted = !quoted
		case c == sep && !quoted:
			parts = append(parts, strings.TrimSpace(part.String()))
			part.Reset()
		default:
			part.WriteByte(c)
		}
	}
	return append(parts, strings.TrimSpace(part.String()))
}

// readRoutines reads functions: those in scope as objects, and as policies those in the home schema or on a column.
func (r *reader) readRoutines(ctx context.Context) error {
	policies := r.scope.Wants(state.FactPolicy) || r.scope.Wants(state.FactRowPolicy)
	if !policies && !r.scope.Wants(state.FactGrant) {
		return nil
	}
	masks := r.maskFunctions()
	where := "(" + r.within("specific_catalog", "specific_schema", "specific_name") + ")" + masks
	t, err := r.whole(ctx, "routines", "SELECT specific_catalog AS c, specific_schema AS s, specific_name AS n, data_type, full_data_type, routine_body, routine_definition, comment, routine_owner,"+
		" CAST(created AS STRING) AS created FROM system.information_schema.routines WHERE "+where)
	if err != nil {
		return r.partly(err, state.Securable{}, "functions", state.FactPolicy, state.FactRowPolicy)
	}
	params := map[state.Securable][]param{}
	if policies {
		if params, err = r.parameters(ctx, where); err != nil {
			return r.partly(err, state.Securable{}, "functions", state.FactPolicy, state.FactRowPolicy)
		}
	}
	for i := range t.rows {
		f := state.Securable{Kind: state.KindFunction, Catalog: lower(t.text(i, "c")), Schema: lower(t.text(i, "s")), Name: lower(t.text(i, "n"))}
		o := state.Object{Owner: r.principal(t.text(i, "routine_owner")), Comment: t.text(i, "comment"), Identity: t.text(i, "created")}
		r.object(f, o)
		if policies && t.text(i, "routine_body") == "SQL" {
			r.policy(t, i, f, params[f])
			r.rowPolicy(t, i, f, params[f])
		}
	}
	return nil
}

// maskFunctions returns the further condition for functions that policies are made of but that lie outside the scope.
func (r *reader) maskFunctions() string {
	places := map[string]bool{}
	at := func(s state.Securable) {
		cond := "specific_catalog = " + dialect.Literal(s.Catalog) + " AND specific_schema = " + dialect.Literal(s.Schema)
		if s.Name != "" {
			cond += " AND specific_name = " + dialect.Literal(s.Name)
		}
		places[cond] = true
	}
	if h := r.scope.Home; h.Schema != "" {
		at(state.Securable{Catalog: lower(h.Catalog), Schema: lower(h.Schema)})
	}
	for _, f := range r.state.Facts {
		if policy, ok := state.Attached(f.Value); ok && !(policy.Catalog == r.scope.Home.Catalog && policy.Schema == r.scope.Home.Schema) {
			at(policy)
		}
	}
	var cond strings.Builder
	for _, p := range sortedKeys(places) {
		cond.WriteString(" OR " + p)
	}
	return cond.String()
}

// param is a function's parameter.
type param struct {
	at     string
	name   string
	family state.Family
}

func (r *reader) parameters(ctx context.Context, where string) (map[state.Securable][]param, error) {
	t, err := r.whole(ctx, "parameters", "SELECT specific_catalog AS c, specific_schema AS s, specific_name AS n, ordinal_position, parameter_name, data_type, full_data_type"+
		" FROM system.information_schema.parameters WHERE "+where)
	if err != nil {
		return nil, fmt.Errorf("parameters: %w", err)
	}
	all := map[state.Securable][]param{}
	for i := range t.rows {
		f := state.Securable{Kind: state.KindFunction, Catalog: lower(t.text(i, "c")), Schema: lower(t.text(i, "s")), Name: lower(t.text(i, "n"))}
		at := fmt.Sprintf("%6s", t.text(i, "ordinal_position"))
		all[f] = append(all[f], param{at, lower(t.text(i, "parameter_name")), dataType(t.text(i, "data_type"), t.text(i, "full_data_type")).Family})
	}
	for _, list := range all {
		slices.SortFunc(list, func(a, b param) int { return strings.Compare(a.at, b.at) })
	}
	return all, nil
}

// policy states a function that could be a mask: its rules are not known until the planner recognises the body.
func (r *reader) policy(t *table, i int, f state.Securable, params []param) {
	if len(params) == 0 || !r.scope.Wants(state.FactPolicy) {
		return
	}
	on := f
	on.Kind = state.KindMaskingPolicy
	p := &state.MaskingPolicy{Name: on, Family: dataType(t.text(i, "data_type"), t.text(i, "full_data_type")).Family, Opaque: true,
		Body: t.text(i, "routine_definition"), Comment: t.text(i, "comment")}
	for _, a := range params[1:] {
		p.Args, p.ArgType = append(p.Args, a.name), append(p.ArgType, a.family)
	}
	r.put(state.Key{Fact: state.FactPolicy, On: on}, p)
}
