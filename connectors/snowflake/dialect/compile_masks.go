package dialect

import (
	"errors"
	"fmt"
	"slices"

	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
)

// masked sets or takes off masks of one table's columns. FORCE swaps in one step, and does nothing where no policy was.
func masked(b *builder, changes []plan.Change) (string, error) {
	on := changes[0].Key.On
	if on.Kind != state.KindColumn {
		return "", fmt.Errorf("a %s cannot be masked", on.Kind)
	}
	if err := alter(b, changes[0]); err != nil {
		return "", err
	}
	columns(b, changes, func(c plan.Change) {
		if c.Want == nil {
			b.raw(" UNSET MASKING POLICY")
			return
		}
		m := c.Want.(state.Mask)
		b.raw(" SET MASKING POLICY ").on(m.Policy)
		if len(m.Using) > 0 {
			b.raw(" USING (").name(c.Key.On.Column)
			for _, u := range m.Using {
				b.raw(", ").name(u)
			}
			b.raw(")")
		}
		b.raw(" FORCE")
	})
	if changes[0].Want == nil {
		return fmt.Sprintf("take %s off %s", plural(len(changes), "mask"), on.Table()), nil
	}
	return fmt.Sprintf("put %s on %s", plural(len(changes), "mask"), on.Table()), nil
}

// policy creates a policy, changes what it shows, or drops it. CREATE OR REPLACE is never used, since it fails on what
// is attached; nor IF EXISTS, which would succeed on nothing.
func policy(b *builder, changes []plan.Change) (string, error) {
	c := changes[0]
	if c.Want == nil {
		b.raw("DROP MASKING POLICY ").on(c.Key.On)
		return "drop " + c.Key.On.String(), nil
	}
	want := c.Want.(*state.MaskingPolicy)
	if err := wellFormed(want.Body); err != nil {
		return "", err
	}
	if c.Was == nil {
		return "create " + c.Key.On.String(), createPolicy(b, c.Key.On, want)
	}
	was := c.Was.(*state.MaskingPolicy)
	if was.Family != want.Family || !slices.Equal(was.Args, want.Args) || len(was.ArgType) == len(want.ArgType) && !slices.Equal(was.ArgType, want.ArgType) {
		return "", errors.New("a policy's signature cannot change while it is attached; give the policy another name")
	}
	b.raw("ALTER MASKING POLICY ").on(c.Key.On).raw(" SET BODY -> ", want.Body)
	return "change who sees what through " + c.Key.On.String(), nil
}

func createPolicy(b *builder, on state.Securable, p *state.MaskingPolicy) error {
	t := types[p.Family]
	if t == "" {
		return fmt.Errorf("no masking policy can take a %s", p.Family)
	}
	if len(p.ArgType) != len(p.Args) {
		return errors.New("the types of the columns that conditions look at are not known")
	}
	b.raw("CREATE MASKING POLICY ").on(on).raw(" AS (val ", t)
	for i, a := range p.Args {
		at := types[p.ArgType[i]]
		if at == "" {
			return fmt.Errorf("conditions cannot look at %s, which is a %s", a, p.ArgType[i])
		}
		b.raw(", ").name(a).raw(" ", at)
	}
	b.raw(") RETURNS ", t, " -> ", p.Body)
	comment(b, p.Comment)
	// It lets a row access policy, or the condition of another mask, look at a column that this policy masks, and cannot
	// be said once the policy is attached.
	b.raw(" EXEMPT_OTHER_POLICIES = TRUE")
	return nil
}

// binding puts policies on a tag, or takes them off. A policy for another type of the same tag stands beside; one for
// the same type is swapped in one step by FORCE.
func binding(b *builder, changes []plan.Change) (string, error) {
	on := changes[0].Key.On
	takes := changes[0].Want == nil
	b.raw("ALTER TAG ").on(on).raw(map[bool]string{true: " UNSET ", false: " SET "}[takes])
	list(b, changes, func(c plan.Change) {
		m, ok := c.Want.(state.Mask)
		if !ok {
			m, _ = c.Was.(state.Mask)
		}
		b.raw("MASKING POLICY ").on(m.Policy)
	})
	if takes {
		return fmt.Sprintf("take %s off %s", plural(len(changes), "mask"), on), nil
	}
	b.raw(" FORCE")
	return fmt.Sprintf("put %s on %s", plural(len(changes), "mask"), on), nil
}
