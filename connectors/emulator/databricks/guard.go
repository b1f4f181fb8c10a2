package databricks

// guards is what protects one table for one identity: at most one filter, and
// one mask per column (nil: none), by position.
type guards struct {
	filter *binding
	masks  []*binding
}

// guards combines the table's own masks and filter with the policies in force.
func (s *session) guards(t *securable) (guards, error) {
	g := guards{filter: t.table.filter}
	for _, c := range t.table.columns {
		g.masks = append(g.masks, c.mask)
	}
	return g, s.applyPolicies(t, &g)
}
