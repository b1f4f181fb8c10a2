package databricks

import (
	"maps"
	"slices"
)

// securable finds what {type}/{name} say.
func (c *call) securable() (*securable, error) {
	k, err := parseKind(c.args[0])
	if err != nil {
		return nil, err
	}
	return c.w.grantTarget(k, c.args[1])
}

func (c *call) getPermissions() (any, error) {
	x, err := c.securable()
	if err != nil {
		return nil, err
	}
	if n, err := c.int("max_results", 0); err != nil || n > 0 && n < 150 {
		return nil, errInvalid("max_results must be 0 or at least 150.")
	}
	rows, err := c.w.readGrants(c.id, x, c.query.Get("principal"), false)
	if err != nil {
		return nil, err
	}
	return c.paged("privilege_assignments", "max_results", 1000, assignments(rows))
}

// assignments groups rows by principal, privileges sorted.
func assignments(rows []grantRow) []any {
	var out []any
	for i := 0; i < len(rows); {
		j := i
		var privileges []string
		for ; j < len(rows) && rows[j].principal == rows[i].principal; j++ {
			privileges = append(privileges, rows[j].privilege)
		}
		out = append(out, map[string]any{"principal": rows[i].principal, "privileges": privileges})
		i = j
	}
	return out
}

func (c *call) patchPermissions() (any, error) {
	x, err := c.securable()
	if err != nil {
		return nil, err
	}
	var req struct {
		Changes []grantChange `json:"changes"`
	}
	if err := c.decode(&req); err != nil {
		return nil, err
	}
	if x.readOnly() && x.kind != kindCatalog && x.kind != kindSchema {
		return nil, errReadOnly(x)
	}
	if err := c.w.applyGrants(c.id, x, req.Changes); err != nil {
		return nil, err
	}
	return page{key: "privilege_assignments", items: assignments(c.w.rows(x, nil, func(string) bool { return true }))}, nil
}

func (c *call) effectivePermissions() (any, error) {
	x, err := c.securable()
	if err != nil {
		return nil, err
	}
	rows, err := c.w.readGrants(c.id, x, c.query.Get("principal"), true)
	if err != nil {
		return nil, err
	}
	byName := map[string][]any{}
	for _, r := range rows {
		p := map[string]string{"privilege": r.privilege}
		if r.from != nil {
			p["inherited_from_type"], p["inherited_from_name"] = string(r.from.kind), r.from.fullName()
		}
		byName[r.principal] = append(byName[r.principal], p)
	}
	var out []any
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		out = append(out, map[string]any{"principal": name, "privileges": byName[name]})
	}
	return c.paged("privilege_assignments", "max_results", 1000, out)
}
