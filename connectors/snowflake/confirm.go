package snowflake

import (
	"context"
	"slices"

	"github.com/polsync/polsync/connectors"
	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
)

// Confirm implements connectors.Confirmer. Relations cost a statement for each fifty of them, and one for each of their
// databases; principals two each.
func (a *Account) Confirm(ctx context.Context, scope connectors.Scope, st *state.State, q plan.Question) error {
	if st.Lag == nil || q.Empty() {
		return nil
	}
	s := a.newSnapshot(scope, st)
	areas := len(st.Unknown)
	err := s.within(ctx, func() error {
		s.bulk = true
		s.restore()
		if err := s.confirmRelations(ctx, q.Relations); err != nil {
			return err
		}
		if err := s.confirmDatabaseRoles(ctx, q.Principals); err != nil {
			return err
		}
		return s.readAgain(ctx, q.Principals)
	})
	if err != nil {
		return err
	}
	if len(st.Unknown) > areas {
		sortAreas(st)
	}
	return nil
}

// restore puts back what a snapshot knows of what it read before.
func (s *snapshot) restore() {
	s.databasesKnown.open()
	s.columnsKnown.open() // those of a relation are asked for before its tags
	for on, o := range s.st.Objects {
		switch {
		case on.Kind == state.KindCatalog && o.Foreign == "" && s.scope.Covers(on):
			s.catalogs = append(s.catalogs, on.Catalog)
		case on.Kind == state.KindTag && o.Foreign == "":
			s.tags = append(s.tags, on)
		case on.Kind.Relation():
			s.tables[on.Relation()] = s.asked
		}
	}
	slices.Sort(s.catalogs)
}

// confirmRelations reads the columns of relations, given as KindTable, and their tags anew.
func (s *snapshot) confirmRelations(ctx context.Context, all []state.Securable) error {
	if len(all) == 0 {
		return nil
	}
	asked := map[state.Securable]bool{}
	kinds := map[state.Securable]state.Kind{}
	for _, on := range all {
		asked[on], s.st.Lag.Live[on] = true, true
		if known, there := s.st.Relation(on); there {
			kinds[on] = known.Kind
		}
	}
	for on := range s.st.Objects {
		if on.Kind == state.KindColumn && asked[on.Relation()] {
			delete(s.st.Objects, on)
		}
	}
	s.forget(func(k state.Key) bool { return k.Fact == state.FactTagged && asked[k.On.Relation()] })
	known := map[state.Securable]bool{}
	for on := range kinds {
		known[on] = true
	}
	if err := s.run(ctx, s.columnTasks(known)); err != nil || !s.scope.Wants(state.FactTagged) || len(s.tags) == 0 {
		return err
	}
	return s.readTagsOf(ctx, kinds)
}

// confirmDatabaseRoles lists the roles of the databases of those that are asked for anew.
func (s *snapshot) confirmDatabaseRoles(ctx context.Context, all []state.Securable) error {
	in := map[string]bool{}
	for _, on := range all {
		if on.Kind == state.KindDatabaseRole && s.reads(on.Catalog) {
			in[on.Catalog] = true
		}
	}
	if len(in) == 0 {
		return nil
	}
	for on := range s.st.Objects {
		if on.Kind == state.KindDatabaseRole && in[on.Catalog] {
			delete(s.st.Objects, on)
			delete(s.st.Facts, state.Key{Fact: state.FactRole, On: on})
		}
	}
	var tasks []task
	for _, c := range s.catalogs {
		if in[c] {
			tasks = append(tasks, func(ctx context.Context) error { return s.readDatabaseRoles(ctx, c) })
		}
	}
	return s.run(ctx, tasks)
}
