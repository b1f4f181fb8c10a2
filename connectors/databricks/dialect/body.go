package dialect

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/polsync/polsync/state"
)

// Value is what a policy's function calls the value it masks.
const Value = "val"

// Body implements plan.Dialect: a CASE over the rules in their order. The functions that tell who asks answer for the
// session's user also inside a policy.
func (Dialect) Body(p *state.MaskingPolicy) (string, error) {
	if err := expressible(p); err != nil {
		return "", err
	}
	if p.Opaque {
		return p.Body, wellFormed(p.Body)
	}
	b := new(builder)
	otherwise, err := show(b, p.Default, p.Family)
	if err != nil {
		return "", err
	}
	if len(p.Rules) == 0 {
		b.raw(otherwise)
		return b.done()
	}
	b.raw("CASE")
	for _, r := range p.Rules {
		when, err := matches(b, r, p)
		if err != nil {
			return "", err
		}
		shown, err := show(b, r.Show, p.Family)
		if err != nil {
			return "", err
		}
		b.raw(" WHEN ", when, " THEN ", shown)
	}
	b.raw(" ELSE ", otherwise, " END")
	return b.done()
}

func expressible(p *state.MaskingPolicy) error {
	switch {
	case typeOf(p.Family) == "":
		return fmt.Errorf("no mask function can take every %s column: its type would have to be spelled out", p.Family)
	case p.Primary:
		return errors.New("session: primary cannot be said, since sessions have no active role")
	}
	seen := map[string]bool{Value: true}
	for i, a := range p.Args {
		if seen[strings.ToLower(a)] {
			return fmt.Errorf("the column %s cannot be passed to a mask function, which calls another argument so", a)
		}
		seen[strings.ToLower(a)] = true
		if i < len(p.ArgType) && typeOf(p.ArgType[i]) == "" {
			return fmt.Errorf("the column %s is %s, which no mask function can take", a, p.ArgType[i])
		}
	}
	return nil
}

// matches returns the condition under which a rule decides.
func matches(b *builder, r state.Rule, p *state.MaskingPolicy) (string, error) {
	if len(r.Values) > 0 {
		return "", errors.New("a mask function cannot ask for the value of a tag")
	}
	who, err := audience(b, r.To)
	if err != nil {
		return "", err
	}
	all := []string{who}
	for _, c := range r.When {
		test, err := condition(b, c, p)
		if err != nil {
			return "", err
		}
		all = append(all, test)
	}
	return strings.Join(all, " AND "), nil
}

// audience returns the test for any of the principals being the one who asks.
func audience(b *builder, to []state.Securable) (string, error) {
	tests := make([]string, 0, len(to))
	for _, p := range to {
		test, err := active(b, p)
		if err != nil {
			return "", err
		}
		if test == "TRUE" {
			return test, nil
		}
		tests = append(tests, test)
	}
	switch len(tests) {
	case 0:
		return "FALSE", nil
	case 1:
		return tests[0], nil
	}
	return "(" + strings.Join(tests, " OR ") + ")", nil
}

// active returns the test for one principal. Users and service principals are compared by name without case, as the
// platform compares them.
func active(b *builder, p state.Securable) (string, error) {
	switch {
	case p.Kind == state.KindEveryone, p.Kind == state.KindGroup && strings.EqualFold(p.Name, AccountUsers):
		return "TRUE", nil
	case p.Kind == state.KindGroup || p.Kind == state.KindRole:
		return "is_account_group_member(" + b.escaped(p.Name) + ")", nil
	case p.Kind == state.KindUser || p.Kind == state.KindServicePrincipal:
		return "lower(session_user()) = " + b.escaped(strings.ToLower(p.Name)), nil
	}
	return "", fmt.Errorf("a %s cannot be named by a rule on Databricks", p.Kind)
}

// condition returns the test of a sibling column. NULL makes every one of them unknown, and so no match.
func condition(b *builder, c state.Condition, p *state.MaskingPolicy) (string, error) {
	column, family := b.quote(c.Column), argType(p, c.Column)
	if err := c.Fits(family); err != nil {
		return "", err
	}
	values := make([]string, len(c.Values))
	for i, v := range c.Values {
		values[i] = b.escaped(v)
		if dated(family) {
			values[i] = "CAST(" + values[i] + " AS " + types[family] + ")"
		} else if c.Number {
			if !number.MatchString(v) {
				return "", fmt.Errorf("%q is no number", v)
			}
			values[i] = "CAST(" + values[i] + " AS DECIMAL(38,10))"
		}
	}
	switch {
	case len(values) == 0:
		return "", fmt.Errorf("the condition on %s has no value", c.Column)
	case c.Op == state.OpIn:
		return column + " IN (" + strings.Join(values, ", ") + ")", nil
	case c.Op == state.OpNotIn:
		return column + " NOT IN (" + strings.Join(values, ", ") + ")", nil
	case c.Op == state.OpLike:
		// A backslash escapes in patterns here, and is an ordinary character in the policy language.
		return column + " LIKE " + b.escaped(strings.ReplaceAll(c.Values[0], `\`, `\\`)), nil
	case c.Op == state.OpGT:
		return column + " > " + values[0], nil
	case c.Op == state.OpLT:
		return column + " < " + values[0], nil
	}
	return "", fmt.Errorf("no condition is called %q", c.Op)
}

// argType returns the type of a sibling column, none where it is not known.
func argType(p *state.MaskingPolicy, column string) state.Family {
	if i := slices.Index(p.Args, column); i >= 0 && i < len(p.ArgType) {
		return p.ArgType[i]
	}
	return state.FamilyNone
}

var number = regexp.MustCompile(`^[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]+)?$`)
