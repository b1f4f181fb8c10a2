package snowflake

import (
	"context"
	"strings"

	"github.com/polsync/polsync/state"
)

// readPrivileges states what a principal holds on securables in scope. Ownership is told by the securables
// themselves; usage of a role is a membership.
func (s *snapshot) readPrivileges(ctx context.Context, p principal) error {
	name, err := called(p.on)
	if err != nil {
		return s.failed(ctx, p.on, err, state.FactGrant)
	}
	r, err := s.query(ctx, "list the privileges of "+p.on.String(), "SHOW GRANTS TO "+name)
	if err != nil {
		return s.failed(ctx, p.on, err, state.FactGrant)
	}
	r.each(func(r *answer, i int) { s.privilegeRow(p.on, r, i) })
	return nil
}

func (s *snapshot) privilegeRow(to state.Securable, r *answer, i int) {
	name := r.text(i, "NAME")
	kind := kindWord(r.text(i, "GRANTED_ON"))
	// Rows without a name are inherited from a container; search optimization has hidden views of its own.
	if kind.Principal() && kind != state.KindUser || name == "" && kind != state.KindAccount || strings.Contains(name, "IDX_MV_") {
		return
	}
	on, ok := securable(kind, name)
	if !ok {
		return
	}
	on = s.asKnown(on)
	// What lies in no database, such as a warehouse, is in every scope.
	if on.Catalog != "" && !s.scope.Covers(on) || s.foreign(on) {
		return
	}
	privilege := r.text(i, "PRIVILEGE")
	s.meet(on, to, privilege)
	if privilege == "OWNERSHIP" {
		return
	}
	k := state.Key{Fact: state.FactGrant, On: on, With: to, Name: privilege}
	s.putGrant(k, yes(r.text(i, "GRANT_OPTION")))
	if by, shown := r.cell(i, "GRANTED_BY"); shown && by == "" {
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

func (s *snapshot) readFuture(ctx context.Context, p principal) error {
	name, err := called(p.on)
	if err != nil {
		return s.failed(ctx, p.on, err, state.FactGrant)
	}
	r, err := s.query(ctx, "list the future grants of "+p.on.String(), "SHOW FUTURE GRANTS TO "+name)
	if err != nil {
		return s.failed(ctx, p.on, err, state.FactGrant)
	}
	r.each(func(r *answer, i int) { s.futureRow(p.on, r, i) })
	return nil
}

// futureKinds returns the kind of a future grant. Sorts of table that are granted on as TABLE have future grants of their
// own, which polsync does not set.
func futureKinds(text string) state.Kind {
	kind := kindWord(text)
	if kind == state.KindTable && !strings.EqualFold(text, "TABLE") {
		return state.KindNone
	}
	return kind
}

// futureRow takes a row whose name is the container and a placeholder: DB.SCHEMA.<TABLE> or DB.<TABLE>.
func (s *snapshot) futureRow(to state.Securable, r *answer, i int) {
	kind := futureKinds(r.text(i, "GRANT_ON"))
	parts := splitName(r.text(i, "NAME"))
	if kind == state.KindNone || len(parts) < 2 {
		return
	}
	on := state.Securable{Kind: state.KindCatalog, Catalog: parts[0]}
	if len(parts) > 2 {
		on = state.Securable{Kind: state.KindSchema, Catalog: parts[0], Schema: parts[1]}
	}
	if !s.scope.Covers(on) {
		return
	}
	s.putGrant(state.Key{Fact: state.FactGrant, On: on, With: to, Name: r.text(i, "PRIVILEGE"), Future: kind}, yes(r.text(i, "GRANT_OPTION")))
}
