package plan

import (
	"fmt"
	"strings"

	"github.com/polsync/polsync/state"
)

// RowSQL is how a dialect writes the parts of a row policy's body.
type RowSQL struct {
	Named  func(to []state.Securable) (string, error)               // the session is one of these
	Values func(values []string) (string, error)                    // the row's value is one of these
	Lookup func(l *state.Lookup) (names, matches string, err error) // a table names the session; and does so for the row's value
}

// RowBody joins them to a body: a row is seen if one of several conditions holds. NULL is equal to nothing, so that only
// those who see all see such rows.
func RowBody(p *state.RowPolicy, w RowSQL) (string, error) {
	var opens, names []string
	for _, r := range p.Rules {
		who, err := w.Named(r.To)
		if err != nil {
			return "", err
		}
		names = append(names, who)
		switch {
		case r.All:
			opens = append(opens, who)
		case len(r.Values) > 0:
			values, err := w.Values(r.Values)
			if err != nil {
				return "", err
			}
			opens = append(opens, "("+who+" AND "+values+")")
		}
	}
	if p.Lookup != nil {
		named, matches, err := w.Lookup(p.Lookup)
		if err != nil {
			return "", err
		}
		opens, names = append(opens, matches), append(names, named)
	}
	switch {
	case p.Default && len(names) == 0:
		opens = append(opens, "TRUE")
	case p.Default:
		opens = append(opens, "NOT ("+strings.Join(names, " OR ")+")")
	case len(opens) == 0:
		opens = append(opens, "FALSE")
	}
	return strings.Join(opens, " OR "), nil
}

// RowConstants writes the values of rows, as the column's type, by how a dialect writes a constant.
func RowConstants(values []string, f state.Family, constant func(string) (string, error)) (string, error) {
	switch f {
	case state.FamilyString, state.FamilyNumber, state.FamilyBoolean, state.FamilyDate:
	default:
		return "", fmt.Errorf("rows cannot be told apart by the values of a %s", f)
	}
	out := make([]string, len(values))
	for i, v := range values {
		text, err := constant(v)
		if err != nil {
			return "", fmt.Errorf("%q is no %s", v, f)
		}
		out[i] = text
	}
	return strings.Join(out, ", "), nil
}
