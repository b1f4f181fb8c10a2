package snowflake

import (
	"context"
	"strings"

	"github.com/polsync/polsync/connectors/snowflake/dialect"
	"github.com/polsync/polsync/state"
)

// readPrivileges states what a principal holds on securables in scope. Ownership is told by the securables
// themselves; usage of a role is a membership.
func (s *snapshot) readPrivileges(ctx context.Context, p principal) error {
	name, err := called(p.on)
	if err != nil {
		return s.failed(ctx, p.on, err, state.FactGrant, state.FactMember)
	}
	r, err := s.shared(ctx, "list the privileges of "+p.on.String(), "SHOW GRANTS TO "+name)
	if err != nil {
		return s.failed(ctx, p.on, err, state.FactGrant, state.FactMember)
	}
	r.each(func(r *answer, i int) { s.privilegeRow(p.on, r, i) })
	return nil
}

func (s *snapshot) privilegeRow(to state.Securable, r *answer, i int) {
	name := r.text(i, "NAME")
	kind := kindWord(r.text(i, "GRANTED_ON"))
	// Rows without a name are inherited from a container; search optimization has hidden views of its own.
	if name == "" && kind != state.KindAccount || strings.Contains(name, "IDX_MV_") {
		return
	}
	if kind == state.KindRole || kind == state.KindDatabaseRole {
		if r.text(i, "PRIVILEGE") == "USAGE" {
			s.membership(s.roleCalled(kind, name), to)
		}
		return
	}
	on, ok := securable(kind, name)
	if !ok {
		return
	}
	by, shown := r.cell(i, "GRANTED_BY")
	s.privilege(on, to, r.text(i, "PRIVILEGE"), yes(r.text(i, "GRANT_OPTION")), shown && by == "")
}

// roleCalled returns the role that a list of grants names, quoted or as it is.
func (s *snapshot) roleCalled(kind state.Kind, name string) state.Securable {
	if raw := (state.Securable{Kind: state.KindRole, Name: name}); kind == state.KindRole {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.there(raw) {
			return raw
		}
	}
	on, _ := securable(kind, name)
	return on
}

// membership states that a principal is in a role, if that is a role of ours to look at: those of the system's database
// are not.
func (s *snapshot) membership(role, member state.Securable) {
	s.mu.Lock()
	known := role != state.Securable{} && s.there(role)
	s.mu.Unlock()
	if known {
		s.put(state.Key{Fact: state.FactMember, On: role, With: member}, state.Nil{})
	}
}

// privilege states that a principal holds a privilege, on what is in scope; fixed says that nobody can take it away.
func (s *snapshot) privilege(on, to state.Securable, privilege string, option, fixed bool) {
	on = s.asKnown(on)
	// What lies in no database, such as a warehouse, is in every scope.
	switch foreign := s.foreign(on); {
	case foreign && (on.Kind != state.KindCatalog || privilege != "USAGE" || fixed), !foreign && on.Catalog != "" && !s.scope.Covers(on):
		return
	case foreign:
		privilege = dialect.Imported // which Snowflake lists as USAGE
	}
	s.meet(on, to, privilege)
	if privilege == "OWNERSHIP" {
		return
	}
	k := state.Key{Fact: state.FactGrant, On: on, With: to, Name: privilege}
	s.putGrant(k, option)
	if fixed {
		s.fixed(k, "granted by Snowflake itself")
	}
}

// putGrant joins what several grantors gave: one privilege, with grant option if any of them gave it so.
func (s *snapshot) putGrant(k state.Key, option bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if was, ok := s.st.Value(k).(state.Option); ok {
		option = option || bool(was)
	}
	s.st.Put(state.Fact{Key: k, Value: state.Option(option)})
}

// asKnown gives a relation the kind that the inventory has for it: SHOW GRANTS calls several sorts of table TABLE.
func (s *snapshot) asKnown(on state.Securable) state.Securable {
	if !on.Kind.Relation() {
		return on
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if known, ok := s.st.Relation(on); ok {
		return known
	}
	return on
}

func (s *snapshot) foreign(on state.Securable) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for up, ok := on, true; ok; up, ok = up.Parent() {
		if s.st.Objects[up].Foreign != "" {
			return true
		}
	}
	return false
}

// meet adds what no listing brings, such as stages and functions: their owner has a row for each.
func (s *snapshot) meet(on, by state.Securable, privilege string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o, known := s.st.Objects[on]
	if known && o.Owner != (state.Securable{}) {
		return
	}
	if privilege == "OWNERSHIP" {
		o.Owner = by
	}
	if !known && on.Kind.Relation() {
		return // its columns were not seen; the listing of tables says what that means
	}
	s.st.Objects[on] = o
}
