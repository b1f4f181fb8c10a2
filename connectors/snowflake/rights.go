package snowflake

import (
	"context"
	"fmt"
	"slices"

	"github.com/polsync/polsync/connectors/snowflake/dialect"
	"github.com/polsync/polsync/state"
)

// rightSet is the account-level privileges that the role has, of its own and through the roles below it.
type rightSet map[string]bool

// everything is held by ACCOUNTADMIN, whatever its list of grants shows.
const everything = "*"

func (r rightSet) has(privileges ...string) bool {
	return r[everything] || slices.ContainsFunc(privileges, func(p string) bool { return r[p] })
}

// asker sends a statement that reads.
type asker func(ctx context.Context, what, statement string) (*answer, error)

// rights walks down from the session's role.
func (s *snapshot) rights(ctx context.Context, ask asker) (rightSet, error) {
	held := rightSet{}
	seen := map[string]bool{s.who.role: true}
	for front := []string{s.who.role}; len(front) > 0; {
		role := front[0]
		front = front[1:]
		if role == "" {
			continue
		}
		switch role {
		case "ACCOUNTADMIN":
			held[everything] = true
			return held, nil
		case "SECURITYADMIN":
			held["MANAGE GRANTS"] = true
		}
		below, err := s.rightsOf(ctx, ask, role, held)
		if err != nil {
			return nil, err
		}
		for _, b := range below {
			if !seen[b] {
				seen[b] = true
				front = append(front, b)
			}
		}
	}
	return held, nil
}

// rightsOf adds one role's account-level privileges to held and returns the roles granted to it.
func (s *snapshot) rightsOf(ctx context.Context, ask asker, role string, held rightSet) ([]string, error) {
	name, err := dialect.Quoted(state.Securable{Kind: state.KindRole, Name: role})
	if err != nil {
		return nil, err
	}
	r, err := ask(ctx, "look up the rights of role "+role, "SHOW GRANTS TO ROLE "+name)
	if err != nil {
		return nil, err
	}
	var below []string
	for i := range r.rows {
		switch kindWord(r.text(i, "GRANTED_ON")) {
		case state.KindAccount:
			held[r.text(i, "PRIVILEGE")] = true
		case state.KindRole:
			if r.text(i, "PRIVILEGE") == "USAGE" {
				below = append(below, r.text(i, "NAME"))
			}
		}
	}
	return below, nil
}

// listing names the rights without which Snowflake leaves rows out of a listing in silence.
type listing struct {
	facts  []state.FactKind
	rights []string // any one of them makes it complete
}

var listings = []listing{
	{[]state.FactKind{state.FactRole, state.FactMember, state.FactGrant, state.FactOwner}, []string{"MANAGE GRANTS"}},
	{[]state.FactKind{state.FactTag, state.FactAllowedValue, state.FactTagged}, []string{"APPLY TAG"}},
	{[]state.FactKind{state.FactPolicy, state.FactMask, state.FactBinding}, []string{"APPLY MASKING POLICY"}},
	{rowFacts, []string{"APPLY ROW ACCESS POLICY"}},
	{constraintFacts, []string{"APPLY AGGREGATION POLICY"}},
	{constraintFacts, []string{"APPLY PROJECTION POLICY"}},
	{constraintFacts, []string{"APPLY JOIN POLICY"}},
}

// doubt marks what was listed without the rights that make the list complete, before or after the reading.
func (s *snapshot) doubt(before, after rightSet) {
	for _, l := range listings {
		if before.has(l.rights...) && after.has(l.rights...) {
			continue
		}
		if !slices.ContainsFunc(l.facts, s.scope.Wants) {
			continue
		}
		s.unknown(account, fmt.Sprintf("role %s lacks %s on the account, so lists may leave rows out", s.who.role, l.rights[0]), l.facts...)
	}
}
