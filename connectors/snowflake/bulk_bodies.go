package snowflake

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/polsync/polsync/connectors/snowflake/dialect"
	"github.com/polsync/polsync/state"
)

// lateBody is a policy as MASKING_POLICIES has it.
type lateBody struct {
	policy *state.MaskingPolicy
	body   string
}

// few is how many policies are described each on its own; of more, a view and their DDL take fewer statements.
const few = 3

// loadBodies reads many policies at once, in bulk only: their bodies come from a view, which may be late, and their DDL,
// which is live and holds the body, says which of them are so still. The others are missing from what is returned.
func (s *snapshot) loadBodies(ctx context.Context, policies []state.Securable) (map[state.Securable]*state.MaskingPolicy, error) {
	if !s.bulk || len(policies) <= few {
		return nil, nil
	}
	late := map[state.Securable]lateBody{}
	err := s.usage(ctx, "MASKING_POLICIES", "POLICY_CATALOG, POLICY_SCHEMA, POLICY_NAME, POLICY_SIGNATURE, POLICY_RETURN_TYPE, POLICY_BODY, CREATED", "DELETED IS NULL", func(r *answer, i int) {
		on := state.Securable{Kind: state.KindMaskingPolicy, Catalog: r.text(i, "POLICY_CATALOG"), Schema: r.text(i, "POLICY_SCHEMA"), Name: r.text(i, "POLICY_NAME")}
		s.mu.Lock()
		same := s.st.Objects[on].Identity == shownTime(r.text(i, "CREATED"))
		s.mu.Unlock()
		// Of another one under the same name, the arguments may differ too.
		if body, shown := r.cell(i, "POLICY_BODY"); shown && same {
			late[on] = lateBody{s.maskingPolicy(on, r.text(i, "POLICY_SIGNATURE"), r.text(i, "POLICY_RETURN_TYPE"), body), body}
		}
	})
	if fatal(ctx, err) {
		return nil, err
	}
	if err != nil {
		return nil, nil // each is described instead
	}
	loaded := map[state.Securable]*state.MaskingPolicy{}
	var all []branch
	for i, p := range policies {
		if _, there := late[p]; there {
			all = append(all, ddlBranch(p, i))
		}
	}
	for len(all) > 0 {
		n := min(branches, len(all))
		part := all[:n]
		all = all[n:]
		if err := s.confirmBodies(ctx, part, policies, late, loaded); err != nil {
			return nil, err
		}
	}
	return loaded, nil
}

func ddlBranch(on state.Securable, n int) branch {
	name, _ := dialect.Quoted(on)
	literal, _ := dialect.Literal(name)
	return branch{on, fmt.Sprintf("SELECT %d AS N, GET_DDL('POLICY', %s, TRUE) AS DDL", n, literal)}
}

// confirmBodies takes over the policies whose DDL has the body that the view had. One that cannot be asked fails the
// statement, and then all of it are described.
func (s *snapshot) confirmBodies(ctx context.Context, part []branch, policies []state.Securable, late map[state.Securable]lateBody, loaded map[state.Securable]*state.MaskingPolicy) error {
	parts := make([]string, len(part))
	for i, b := range part {
		parts[i] = b.sql
	}
	r, err := s.query(ctx, "read policies", strings.Join(parts, "\nUNION ALL "))
	if err != nil {
		if fatal(ctx, err) {
			return err
		}
		return nil
	}
	for i := range r.rows {
		var n int
		if _, err := fmt.Sscan(r.text(i, "N"), &n); err != nil || n < 0 || n >= len(policies) {
			continue
		}
		if l, there := late[policies[n]]; there && hasBody(r.text(i, "DDL"), l.body) {
			loaded[policies[n]] = l.policy
		}
	}
	return nil
}

// properties is what may follow the body in a policy's DDL.
var properties = regexp.MustCompile(`(?is)^(\s*(comment\s*=\s*'(?:[^'\\]|''|\\.)*'|exempt_other_policies\s*=\s*\w+))*\s*;?\s*$`)

// hasBody reports whether a policy's DDL has a body: behind an arrow, and before nothing but the policy's properties.
func hasBody(ddl, body string) bool {
	body = strings.TrimSpace(body)
	for rest := ddl; body != ""; {
		_, behind, found := strings.Cut(rest, "->")
		if !found {
			return false
		}
		if after, ok := strings.CutPrefix(strings.TrimSpace(behind), body); ok && properties.MatchString(after) {
			return true
		}
		rest = behind
	}
	return false
}
