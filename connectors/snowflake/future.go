package snowflake

import (
	"context"
	"strings"

	"github.com/polsync/polsync/connectors/snowflake/dialect"
	"github.com/polsync/polsync/state"
)

// futureInPlaces reports whether there are fewer databases and schemas than principals. Once true it stays so, however
// many more principals are met.
func (s *snapshot) futureInPlaces() bool {
	return s.scope.Wants(state.FactGrant) && len(s.principals) > len(s.catalogs)+len(s.schemas)
}

// futureTasks reads the future grants of each principal, or in each database and schema, whichever is fewer. All
// principals are to be known by then.
func (s *snapshot) futureTasks() []task {
	if !s.scope.Wants(state.FactGrant) {
		return nil
	}
	if s.futureInPlaces() {
		return s.futurePlaces()
	}
	var tasks []task
	for _, p := range s.principals {
		tasks = append(tasks, func(ctx context.Context) error { return s.readFutureTo(ctx, p.on) })
	}
	return tasks
}

// futurePlaces reads the future grants in each database and schema, whoever has them.
func (s *snapshot) futurePlaces() []task {
	var tasks []task
	for _, c := range s.catalogs {
		on := state.Securable{Kind: state.KindCatalog, Catalog: c}
		tasks = append(tasks, func(ctx context.Context) error { return s.readFutureIn(ctx, on, "DATABASE") })
	}
	for _, on := range s.schemas {
		tasks = append(tasks, func(ctx context.Context) error { return s.readFutureIn(ctx, on, "SCHEMA") })
	}
	return tasks
}

func (s *snapshot) readFutureTo(ctx context.Context, to state.Securable) error {
	name, err := called(to)
	if err != nil {
		return s.failed(ctx, to, err, state.FactGrant)
	}
	r, err := s.query(ctx, "list the future grants of "+to.String(), "SHOW FUTURE GRANTS TO "+name)
	if err != nil {
		return s.failed(ctx, to, err, state.FactGrant)
	}
	r.each(func(r *answer, i int) {
		if on, ok := futureIn(r.text(i, "NAME")); ok && s.scope.Covers(on) {
			s.futureRow(on, to, r, i)
		}
	})
	return nil
}

func (s *snapshot) readFutureIn(ctx context.Context, on state.Securable, word string) error {
	name, err := dialect.Quoted(on)
	if err != nil {
		return s.failed(ctx, on, err, state.FactGrant)
	}
	r, err := s.query(ctx, "list the future grants in "+on.String(), "SHOW FUTURE GRANTS IN "+word+" "+name)
	if err != nil {
		return s.failed(ctx, on, err, state.FactGrant)
	}
	r.each(func(r *answer, i int) {
		// A grantee is named raw, a database role with its database or without.
		role := state.Securable{Kind: state.KindDatabaseRole, Catalog: on.Catalog}
		if to, ok := memberOf(role, r.text(i, "GRANT_TO"), r.text(i, "GRANTEE_NAME")); ok {
			s.futureRow(on, to, r, i)
		}
	})
	return nil
}

// futureIn returns the container of a future grant, whose name is the container and a placeholder: DB.SCHEMA.<TABLE> or
// DB.<TABLE>.
func futureIn(name string) (state.Securable, bool) {
	parts := splitName(name)
	switch {
	case len(parts) < 2:
		return state.Securable{}, false
	case len(parts) > 2:
		return state.Securable{Kind: state.KindSchema, Catalog: parts[0], Schema: parts[1]}, true
	}
	return state.Securable{Kind: state.KindCatalog, Catalog: parts[0]}, true
}

func (s *snapshot) futureRow(on, to state.Securable, r *answer, i int) {
	kind := futureKinds(r.text(i, "GRANT_ON"))
	if kind == state.KindNone {
		return
	}
	s.putGrant(state.Key{Fact: state.FactGrant, On: on, With: to, Name: r.text(i, "PRIVILEGE"), Future: kind}, yes(r.text(i, "GRANT_OPTION")))
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
