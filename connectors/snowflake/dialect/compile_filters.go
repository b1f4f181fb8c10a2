package dialect

import (
	"errors"
	"fmt"
	"strings"

	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
)

// rowPolicy creates a row access policy, changes which rows it shows, or drops it.
func rowPolicy(b *builder, changes []plan.Change) (string, error) {
	c := changes[0]
	if c.Want == nil {
		b.raw("DROP ROW ACCESS POLICY ").on(c.Key.On)
		return "drop " + c.Key.On.String(), nil
	}
	want := c.Want.(*state.RowPolicy)
	if err := wellFormed(want.Body); err != nil {
		return "", err
	}
	if c.Was != nil {
		if was := c.Was.(*state.RowPolicy); was.Family != want.Family || was.Args != want.Args {
			return "", errors.New("a policy's signature cannot change while it is attached; give the policy another name")
		}
		b.raw("ALTER ROW ACCESS POLICY ").on(c.Key.On).raw(" SET BODY -> ", want.Body)
		return "change who sees which rows through " + c.Key.On.String(), nil
	}
	t := types[want.Family]
	if t == "" {
		return "", fmt.Errorf("no row access policy can take a %s", want.Family)
	}
	b.raw("CREATE ROW ACCESS POLICY ").on(c.Key.On).raw(" AS (val ", t, ") RETURNS BOOLEAN -> ", want.Body)
	comment(b, want.Comment)
	return "create " + c.Key.On.String(), nil
}

// filtered puts a row access policy on a relation, takes it off, or puts another in its place in one step.
func filtered(b *builder, changes []plan.Change) (string, error) {
	c := changes[0]
	if err := alter(b, c); err != nil {
		return "", err
	}
	was, there := c.Was.(state.Filter)
	want, wanted := c.Want.(state.Filter)
	if there {
		b.raw(" DROP ROW ACCESS POLICY ").on(was.Policy)
	}
	if there && wanted {
		b.raw(",")
	}
	if wanted {
		if len(want.Using) == 0 {
			return "", errors.New("a row access policy is attached by at least one column")
		}
		b.raw(" ADD ROW ACCESS POLICY ").on(want.Policy).raw(" ON (")
		list(b, want.Using, func(column string) { b.name(column) })
		b.raw(")")
		return "filter the rows of " + c.Key.On.String(), nil
	}
	return "filter the rows of " + c.Key.On.String() + " no more", nil
}

// constraintWords are the words of each kind of constraint: of its policy, and of what the policy returns.
var constraintWords = map[state.Kind][2]string{
	state.KindAggregationPolicy: {"AGGREGATION POLICY", "AGGREGATION_CONSTRAINT"},
	state.KindProjectionPolicy:  {"PROJECTION POLICY", "PROJECTION_CONSTRAINT"},
	state.KindJoinPolicy:        {"JOIN POLICY", "JOIN_CONSTRAINT"},
}

// constraintPolicy creates an aggregation, projection or join policy, changes what it constrains, or drops it.
func constraintPolicy(b *builder, changes []plan.Change) (string, error) {
	c := changes[0]
	words := constraintWords[c.Key.On.Kind]
	if words[0] == "" {
		return "", fmt.Errorf("a %s is no constraint", c.Key.On.Kind)
	}
	if c.Want == nil {
		b.raw("DROP ", words[0], " ").on(c.Key.On)
		return "drop " + c.Key.On.String(), nil
	}
	want := c.Want.(*state.ConstraintPolicy)
	if err := wellFormed(want.Body); err != nil {
		return "", err
	}
	if c.Was != nil {
		b.raw("ALTER ", words[0], " ").on(c.Key.On).raw(" SET BODY -> ", want.Body)
		return "change what " + c.Key.On.String() + " constrains", nil
	}
	b.raw("CREATE ", words[0], " ").on(c.Key.On).raw(" AS () RETURNS ", words[1], " -> ", want.Body)
	comment(b, want.Comment)
	return "create " + c.Key.On.String(), nil
}

// constrained puts such a policy on a relation or column, or takes it off. FORCE puts it in the place of another, and does nothing where none was.
func constrained(b *builder, changes []plan.Change) (string, error) {
	c := changes[0]
	if err := alter(b, c); err != nil {
		return "", err
	}
	attached, _ := state.Attached(c.Want)
	if c.Want == nil {
		attached, _ = state.Attached(c.Was)
	}
	words := constraintWords[attached.Kind]
	onColumn := attached.Kind == state.KindProjectionPolicy
	switch {
	case words[0] == "":
		return "", fmt.Errorf("a %s is no constraint", attached.Kind)
	case onColumn != (c.Key.On.Kind == state.KindColumn):
		return "", fmt.Errorf("a %s cannot stand on a %s", strings.ToLower(words[0]), c.Key.On.Kind)
	case onColumn:
		b.raw(" MODIFY COLUMN ").name(c.Key.On.Column)
	}
	if c.Want == nil {
		b.raw(" UNSET ", words[0])
		return fmt.Sprintf("take the %s off %s", strings.ToLower(words[0]), c.Key.On), nil
	}
	b.raw(" SET ", words[0], " ").on(attached).raw(" FORCE")
	return fmt.Sprintf("put a %s on %s", strings.ToLower(words[0]), c.Key.On), nil
}
