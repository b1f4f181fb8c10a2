package dialect

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/polsync/polsync/state"
)

// types names each family as a policy's argument. NUMBER alone would be NUMBER(38,0), which may cut decimals; whether
// it does is nowhere documented, so the argument has places of its own.
var types = map[state.Family]string{
	state.FamilyString: "VARCHAR", state.FamilyNumber: "NUMBER(38, 10)", state.FamilyFloat: "FLOAT", state.FamilyBoolean: "BOOLEAN", state.FamilyDate: "DATE", state.FamilyTime: "TIME",
	state.FamilyTimestampNTZ: "TIMESTAMP_NTZ", state.FamilyTimestampLTZ: "TIMESTAMP_LTZ", state.FamilyTimestampTZ: "TIMESTAMP_TZ", state.FamilyBinary: "BINARY",
	state.FamilyVariant: "VARIANT", state.FamilyObject: "OBJECT", state.FamilyArray: "ARRAY", state.FamilyGeography: "GEOGRAPHY",
}

// Type returns the SQL type of a family, "" for one that no policy can mask.
func Type(f state.Family) string { return types[f] }

// Body implements plan.Dialect: a CASE over the rules in their order.
func (Dialect) Body(p *state.MaskingPolicy) (string, error) {
	if types[p.Family] == "" {
		return "", fmt.Errorf("no masking policy can take a %s", p.Family)
	}
	for _, a := range p.Args {
		if a == value {
			return "", errors.New("a condition cannot look at a column called VAL, which is what the policy calls its value")
		}
	}
	if p.Opaque {
		return p.Body, wellFormed(p.Body)
	}
	b := new(builder)
	if err := cases(b, p); err != nil {
		return "", err
	}
	return b.done()
}

// value is the stored name of a policy's first argument, which bodies write as val.
const value = "VAL"

func cases(b *builder, p *state.MaskingPolicy) error {
	otherwise, err := show(b, p.Default, p.Family)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(p.Rules, func(r state.Rule) bool { return len(r.To) > 0 && r.Show.Word() != state.ShowNothing }) && otherwise == nothing {
		otherwise = "CAST(NULL AS " + types[p.Family] + ")" // where nothing else gives the expression a type
	}
	if !slices.ContainsFunc(p.Rules, func(r state.Rule) bool { return len(r.To) > 0 }) {
		b.raw(otherwise)
		return nil
	}
	b.raw("CASE")
	for _, r := range p.Rules {
		if len(r.To) == 0 {
			continue // names nobody
		}
		shown, err := show(b, r.Show, p.Family)
		if err != nil {
			return err
		}
		when, err := matches(b, r, p)
		if err != nil {
			return err
		}
		b.raw(" WHEN ", when, " THEN ", shown)
	}
	b.raw(" ELSE ", otherwise, " END")
	return nil
}

// matches returns the condition under which a rule decides.
func matches(b *builder, r state.Rule, p *state.MaskingPolicy) (string, error) {
	var who []string
	for _, to := range r.To {
		w, err := active(b, to, p.Primary)
		if err != nil {
			return "", err
		}
		who = append(who, w)
	}
	all := []string{strings.Join(who, " OR ")}
	if len(who) > 1 {
		all[0] = "(" + all[0] + ")"
	}
	if len(r.Values) > 0 {
		if p.Tag == (state.Securable{}) {
			return "", errors.New("a rule asks for a tag's value, and the mask has no tag")
		}
		value := "SYSTEM$GET_TAG_ON_CURRENT_COLUMN(" + b.escaped(fqn(p.Tag)) + ")"
		all = append(all, value+" IN ("+literals(b, r.Values)+")")
	}
	for _, c := range r.When {
		test, err := condition(b, c, p)
		if err != nil {
			return "", err
		}
		all = append(all, test)
	}
	return strings.Join(all, " AND "), nil
}

func literals(b *builder, values []string) string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = b.escaped(v)
	}
	return strings.Join(out, ", ")
}

// active returns the test for a principal being active in the session. Account roles count with what they inherit;
// with primary the session's own role alone does.
func active(b *builder, to state.Securable, primary bool) (string, error) {
	switch {
	case to.Kind == state.KindRole && to.Name == "PUBLIC":
		return "TRUE", nil
	case to.Kind == state.KindRole && primary:
		return "CURRENT_ROLE() = " + b.escaped(to.Name), nil
	case to.Kind == state.KindRole:
		return "IS_ROLE_IN_SESSION(" + b.escaped(to.Name) + ")", nil
	case to.Kind == state.KindDatabaseRole:
		return "IS_DATABASE_ROLE_IN_SESSION(" + b.escaped(fqn(to)) + ")", nil
	case to.Kind == state.KindUser:
		return "CURRENT_USER() = " + b.escaped(to.Name), nil
	}
	return "", fmt.Errorf("a %s cannot be named by a rule on Snowflake", to.Kind)
}

// condition returns the test of a sibling column. NULL makes every one of them false or unknown, and so no match. Nothing
// is left to the session's formats, which whoever asks can set.
func condition(b *builder, c state.Condition, p *state.MaskingPolicy) (string, error) {
	// A tag's policy binds its further arguments to columns by name, so they are called as the columns are.
	column, family := b.quote(c.Column), argType(p, c.Column)
	if err := c.Fits(family); err != nil {
		return "", err
	}
	values := make([]string, len(c.Values))
	for i, v := range c.Values {
		switch {
		case family.Dated():
			values[i] = instant(v, family)
		case c.Number:
			values[i] = "(" + b.escaped(v) + ")::NUMBER(38, 10)"
		default:
			values[i] = b.escaped(v)
		}
	}
	switch c.Op {
	case state.OpIn, state.OpNotIn:
		return column + map[state.Op]string{state.OpIn: " IN (", state.OpNotIn: " NOT IN ("}[c.Op] + strings.Join(values, ", ") + ")", nil
	case state.OpLike:
		return column + " LIKE " + values[0], nil
	case state.OpGT:
		return column + " > " + values[0], nil
	}
	return column + " < " + values[0], nil
}

// argType returns the type of a sibling column, none where it is not known.
func argType(p *state.MaskingPolicy, column string) state.Family {
	if i := slices.Index(p.Args, column); i >= 0 && i < len(p.ArgType) {
		return p.ArgType[i]
	}
	return state.FamilyNone
}
