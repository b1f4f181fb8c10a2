package databricks

import (
	"encoding/json"
	"slices"
	"sort"
	"strings"
	"time"
)

// grantSet holds the direct grants of one securable, by principal in lower case.
// past keeps superseded states for reads that lag behind writes.
type grantSet struct {
	now  map[string]map[string]bool
	past []grantState
}

// grantState is what was granted until a moment.
type grantState struct {
	until time.Time
	held  map[string]map[string]bool
}

// grantChange adds and removes privileges of one principal.
type grantChange struct {
	Principal string   `json:"principal"`
	Add       []string `json:"add,omitempty"`
	Remove    []string `json:"remove,omitempty"`
}

// applyGrants carries out a set of changes on one securable, all or none.
func (w *Workspace) applyGrants(id identity, s *securable, changes []grantChange) error {
	if err := id.manages(s); err != nil {
		return err
	}
	clean := make([]grantChange, 0, len(changes))
	for _, c := range changes {
		n, err := w.checkChange(s, c)
		if err != nil {
			return err
		}
		clean = append(clean, n)
	}
	next := copyGrants(s.grants.now)
	for _, c := range clean {
		change(next, c)
	}
	if w.opt.GrantLag > 0 {
		seen := w.now().Add(-w.opt.GrantLag)
		s.grants.past = slices.DeleteFunc(s.grants.past, func(p grantState) bool { return !p.until.After(seen) })
		s.grants.past = append(s.grants.past, grantState{w.now(), s.grants.now})
	}
	s.grants.now = next
	w.auditGrants(id, s, clean)
	return nil
}

// auditGrants records the changes as the audit log has them, as JSON.
func (w *Workspace) auditGrants(id identity, s *securable, changes []grantChange) {
	text, err := json.Marshal(changes)
	if err != nil {
		w.log.Warn("audit entry without its changes", "error", err)
	}
	w.audit(id, "updatePermissions", "securable_type", string(s.kind), "securable_full_name", s.fullName(), "changes", string(text))
}

func (w *Workspace) checkChange(s *securable, c grantChange) (grantChange, error) {
	who, err := w.grantable(c.Principal)
	if err != nil {
		// A grant to somebody since deleted can still be taken away by name.
		if _, held := s.grants.now[strings.ToLower(c.Principal)]; !held || len(c.Add) > 0 {
			return c, err
		}
		who = c.Principal
	}
	out := grantChange{Principal: strings.ToLower(who)}
	adding := map[string]bool{}
	for _, p := range c.Add {
		p = underscored(p)
		if err := checkPrivilege(p, s); err != nil {
			return c, err
		}
		adding[p] = true
		out.Add = append(out.Add, p)
	}
	for _, p := range c.Remove {
		p = underscored(p)
		if adding[p] {
			return c, errInvalid("Duplicate privileges to add and delete for principal %s.", c.Principal)
		}
		if err := checkPrivilege(p, s); err != nil {
			return c, err
		}
		out.Remove = append(out.Remove, p)
	}
	return out, nil
}

// change edits held. Removing ALL PRIVILEGES removes all it stands for.
func change(held map[string]map[string]bool, c grantChange) {
	mine := held[c.Principal]
	if mine == nil {
		mine = map[string]bool{}
		held[c.Principal] = mine
	}
	for _, p := range c.Remove {
		delete(mine, p)
		if p == privAll {
			for q := range mine {
				if implied(q) {
					delete(mine, q)
				}
			}
		}
	}
	for _, p := range c.Add {
		mine[p] = true
	}
	if len(mine) == 0 {
		delete(held, c.Principal)
	}
}

func copyGrants(from map[string]map[string]bool) map[string]map[string]bool {
	to := make(map[string]map[string]bool, len(from))
	for who, privs := range from {
		mine := make(map[string]bool, len(privs))
		for p := range privs {
			mine[p] = true
		}
		to[who] = mine
	}
	return to
}

// grantRow is one privilege of one principal, with the ancestor it comes from
// where it is inherited.
type grantRow struct {
	principal string
	privilege string
	from      *securable // nil: direct
}

// shown gives the grants a read sees now: those of GrantLag ago.
func (w *Workspace) shown(s *securable) map[string]map[string]bool {
	seen := w.now().Add(-w.opt.GrantLag)
	for _, p := range s.grants.past {
		if p.until.After(seen) {
			return p.held
		}
	}
	return s.grants.now
}

// direct lists the grants on s itself, by principal and privilege.
func (w *Workspace) direct(s *securable) []grantRow {
	return w.rows(s, nil, func(string) bool { return true })
}

// effective lists the direct grants and those inherited from catalog and schema.
// BROWSE stays at its catalog.
func (w *Workspace) effective(s *securable) []grantRow {
	out := w.direct(s)
	for _, a := range s.path()[1:] {
		if a.kind == kindMetastore {
			break
		}
		out = append(out, w.rows(a, a, func(p string) bool { return p != privBrowse && applies(p, s) })...)
	}
	return out
}

func (w *Workspace) rows(s, from *securable, take func(string) bool) []grantRow {
	var out []grantRow
	for who, privs := range w.shown(s) {
		for p := range privs {
			if take(p) {
				out = append(out, grantRow{w.spelling(who), p, from})
			}
		}
	}
	sort.Slice(out, func(i, j int) bool {
		if out[i].principal != out[j].principal {
			return out[i].principal < out[j].principal
		}
		return out[i].privilege < out[j].privilege
	})
	return out
}

// spelling gives a grantee's own case; empty for a principal since deleted.
func (w *Workspace) spelling(lower string) string {
	if lower == accountUsers {
		return accountUsers
	}
	if p := w.principal(lower); p != nil {
		return p.name
	}
	return ""
}
