package snowflake

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/polsync/polsync/connectors/snowflake/dialect"
	"github.com/polsync/polsync/state"
)

// sort is one kind of policy besides masking policies: what it is called, and which facts it makes.
type sort struct {
	kind   state.Kind
	plural string // as SHOW has it
	word   string // as DESCRIBE has it
	facts  []state.FactKind
}

var (
	rowFacts        = []state.FactKind{state.FactRowPolicy, state.FactFilter}
	constraintFacts = []state.FactKind{state.FactConstraintPolicy, state.FactConstraint}

	sorts = []sort{
		{state.KindRowPolicy, "ROW ACCESS POLICIES", "ROW ACCESS POLICY", rowFacts},
		{state.KindAggregationPolicy, "AGGREGATION POLICIES", "AGGREGATION POLICY", constraintFacts},
		{state.KindProjectionPolicy, "PROJECTION POLICIES", "PROJECTION POLICY", constraintFacts},
		{state.KindJoinPolicy, "JOIN POLICIES", "JOIN POLICY", constraintFacts},
	}
)

// unsupported is the number of "Unsupported feature": an account without a kind of policy has none of it.
const unsupported = 2

// filterTasks reads row access policies and constraints, a task for each kind that is asked for.
func (s *snapshot) filterTasks() []task {
	var tasks []task
	for _, k := range sorts {
		if slices.ContainsFunc(k.facts, s.scope.Wants) {
			tasks = append(tasks, func(ctx context.Context) error { return s.readSort(ctx, k) })
		}
	}
	return tasks
}

// readSort lists the policies of a kind, then asks where each is attached, and reads those that matter.
func (s *snapshot) readSort(ctx context.Context, k sort) error {
	comments, err := s.listSort(ctx, k)
	if err != nil {
		return err
	}
	if err := s.columnsKnown.wait(ctx); err != nil {
		return err
	}
	var asked []branch
	for _, p := range sortedKeys(comments) {
		b := referenceBranch(p, "POLICY_NAME => ", "")
		b.on = account // where a policy is attached that does not say so, nobody knows
		asked = append(asked, b)
	}
	matter := map[state.Securable]bool{}
	take := func(r *answer, i int) { s.attachSort(r, i, k, matter) }
	for _, t := range s.batches("read where "+strings.ToLower(k.plural)+" are attached", asked, take, k.facts...) {
		if err := t(ctx); err != nil {
			return err
		}
	}
	for _, p := range sortedKeys(comments) {
		if !matter[p] && (p.Catalog != s.scope.Home.Catalog || p.Schema != s.scope.Home.Schema) {
			continue
		}
		if err := s.describeSort(ctx, k, p, comments[p]); err != nil {
			return err
		}
	}
	return nil
}

// listSort returns the policies of a kind with their comments.
func (s *snapshot) listSort(ctx context.Context, k sort) (map[state.Securable]string, error) {
	comments := map[state.Securable]string{}
	take := func(r *answer, i int) {
		on := state.Securable{Kind: k.kind, Catalog: r.text(i, "DATABASE_NAME"), Schema: r.text(i, "SCHEMA_NAME"), Name: r.text(i, "NAME")}
		s.object(on, state.Object{Owner: owner(r, i), Comment: r.text(i, "COMMENT"), Identity: r.text(i, "CREATED_ON")})
		comments[on] = r.text(i, "COMMENT")
	}
	l := show{what: strings.ToLower(k.plural), kind: k.plural, paged: true, facts: k.facts}
	r, err := s.query(ctx, "list "+l.what, "SHOW "+k.plural+" IN ACCOUNT")
	switch {
	case number(err) == unsupported:
		// Join policies alone may be missing where the others are not, and no constraint is then held for them.
		if k.kind == state.KindRowPolicy || k.kind == state.KindAggregationPolicy {
			s.lacks(l, err)
		}
		return nil, nil
	case err == nil && len(r.rows) < s.a.opt.rows:
		r.each(take)
		return comments, nil
	}
	return comments, s.each(ctx, l, take) // place by place, where the whole is cut or refused
}

// attachSort states where a policy sits. It runs while the snapshot is locked.
func (s *snapshot) attachSort(r *answer, i int, k sort, matter map[state.Securable]bool) {
	policy := state.Securable{Kind: k.kind, Catalog: r.text(i, "POLICY_DB"), Schema: r.text(i, "POLICY_SCHEMA"), Name: r.text(i, "POLICY_NAME")}
	place := state.Securable{Kind: state.KindTable, Catalog: r.text(i, "REF_DATABASE_NAME"), Schema: r.text(i, "REF_SCHEMA_NAME"), Name: r.text(i, "REF_ENTITY_NAME")}
	if relation, there := s.st.Relation(place); there {
		place = relation
	}
	if !s.scope.Covers(place) {
		return
	}
	matter[policy] = true
	key, value := state.Key{Fact: state.FactFilter, On: place}, state.Filter{Policy: policy}
	switch k.kind {
	case state.KindRowPolicy:
		columns, known := passed(r.text(i, "REF_ARG_COLUMN_NAMES"), func(name string) bool { _, there := s.st.Objects[column(place, name)]; return there })
		if !known {
			s.st.Unknown = append(s.st.Unknown, state.Area{Facts: k.facts, Within: place, Reason: "which columns its row access policy is attached by could not be told"})
			return
		}
		value.Using = columns
	case state.KindProjectionPolicy:
		key.On = column(place, r.text(i, "REF_COLUMN_NAME"))
		key.Fact, key.Name = state.FactConstraint, state.ConstraintSort(k.kind)
	default:
		key.Fact, key.Name = state.FactConstraint, state.ConstraintSort(k.kind)
	}
	if s.scope.Wants(key.Fact) {
		s.st.Put(state.Fact{Key: key, Value: value})
	}
}

// passed reads the list of columns that a policy is attached by, such as [ "REGION" ]. How a name with quotes or
// backslashes stands in it is not documented; such a list is read as it is where a column is called so.
func passed(text string, there func(name string) bool) ([]string, bool) {
	names, ok := argumentColumns(text, "")
	if ok && !slices.ContainsFunc(names, func(n string) bool { return !there(n) }) {
		return names, true
	}
	raw := strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(text), "["), "]"))
	if raw = strings.TrimSuffix(strings.TrimPrefix(raw, `"`), `"`); there(raw) {
		return []string{raw}, true
	}
	return names, ok
}

// column returns a column of a relation.
func column(relation state.Securable, name string) state.Securable {
	relation.Kind, relation.Column = state.KindColumn, name
	return relation
}

func (s *snapshot) describeSort(ctx context.Context, k sort, on state.Securable, comment string) error {
	name, err := dialect.Quoted(on)
	if err != nil {
		return s.failed(ctx, on, err, k.facts...)
	}
	r, err := s.query(ctx, "read "+on.String(), "DESCRIBE "+k.word+" "+name)
	if err != nil {
		return s.failed(ctx, on, err, k.facts...)
	}
	body, shown := "", false
	if len(r.rows) == 1 {
		body, shown = r.cell(0, "BODY")
	}
	if !shown {
		return s.failed(ctx, on, fmt.Errorf("read %s: its body is not shown to role %s", on, s.who.role), k.facts...)
	}
	body = strings.TrimSpace(body)
	if k.kind != state.KindRowPolicy {
		s.put(state.Key{Fact: state.FactConstraintPolicy, On: on}, &state.ConstraintPolicy{Name: on, Opaque: true, Body: body, Comment: comment})
		return nil
	}
	p := &state.RowPolicy{Name: on, Opaque: true, Body: body, Comment: comment}
	signature := strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(r.text(0, "SIGNATURE")), "("), ")")
	for i, a := range splitArguments(signature) {
		if i == 0 {
			p.Family = family(a.typ)
		} else {
			p.Args++
		}
	}
	s.put(state.Key{Fact: state.FactRowPolicy, On: on}, p)
	return nil
}
