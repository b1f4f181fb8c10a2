package plan

import (
	"maps"
	"slices"

	"github.com/polsync/polsync/state"
)

// futureIn is a kind of object in a schema.
type futureIn struct {
	schema state.Securable
	kind   state.Kind
}

// futures carries future grants of a database into those of its schemas that have future grants of their own on the
// kind: there Snowflake passes by the database's, for every role. What that does to grants of others is said.
func (r *resolver) futures() {
	if !r.in.Dialect.FutureContainers() {
		return
	}
	own := r.ownFutures()
	if len(own) == 0 {
		return
	}
	r.warnPassedBy(own)
	var wide []state.Key
	for k := range r.target.State.Facts {
		if ofDatabase(k) {
			wide = append(wide, k)
		}
	}
	slices.SortFunc(wide, state.Key.Compare)
	for _, k := range wide {
		for _, in := range own {
			if in.kind == k.Future && in.schema.Catalog == k.On.Catalog {
				r.carryInto(in.schema, r.target.State.Facts[k])
			}
		}
	}
}

func ofDatabase(k state.Key) bool {
	return k.Fact == state.FactGrant && k.Future != state.KindNone && k.Future != state.KindSchema && k.On.Kind == state.KindCatalog
}

// ownFutures returns where schemas have, or will have, future grants of their own.
func (r *resolver) ownFutures() []futureIn {
	seen := map[futureIn]bool{}
	note := func(k state.Key) {
		if k.Fact == state.FactGrant && k.Future != state.KindNone && k.On.Kind == state.KindSchema {
			seen[futureIn{k.On, k.Future}] = true
		}
	}
	for k := range r.in.Actual.Facts {
		if _, goes := r.target.Absent[k]; !goes {
			note(k)
		}
	}
	for k := range r.target.State.Facts {
		note(k)
	}
	return slices.SortedFunc(maps.Keys(seen), func(a, b futureIn) int {
		if c := a.schema.Compare(b.schema); c != 0 {
			return c
		}
		return int(a.kind) - int(b.kind)
	})
}

// carryInto states a database's future grant for one schema too. There is one owner to be for each kind, so future
// ownership is not carried where the schema has its own.
func (r *resolver) carryInto(schema state.Securable, f state.Fact) {
	k := f.Key
	k.On = schema
	if _, said := r.target.Absent[k]; said || r.target.State.Has(k) {
		return
	}
	if k.Name == ownership {
		r.note(Warning, schema, f.Origin, "%s has future grants of its own on %ss, so what is created there is not owned as declared for %s", schema, k.Future, f.Key.On)
		return
	}
	f.Key = k
	r.put(f)
	r.note(Info, schema, f.Origin, "%s is granted for %s itself, too: it has future grants of its own on %ss, and there those of %s are passed by", k.Name, schema, k.Future, schema.Catalog)
}

// warnPassedBy says which grants of others end to reach a schema because it gets future grants of its own.
func (r *resolver) warnPassedBy(own []futureIn) {
	had := map[futureIn]bool{}
	var others []state.Key
	for k := range r.in.Actual.Facts {
		if k.Fact == state.FactGrant && k.Future != state.KindNone && k.On.Kind == state.KindSchema {
			had[futureIn{k.On, k.Future}] = true
		}
		if ofDatabase(k) && !r.target.State.Has(k) {
			others = append(others, k)
		}
	}
	slices.SortFunc(others, state.Key.Compare)
	for _, in := range own {
		if had[in] {
			continue
		}
		for _, k := range others {
			if k.Future == in.kind && k.On.Catalog == in.schema.Catalog {
				r.note(Warning, in.schema, r.firstOf(in), "%s passes by %s from now on: a schema with future grants of its own on %ss has no others", k, in.schema, in.kind)
			}
		}
	}
}

// firstOf returns where the first future grant of a schema on a kind is declared.
func (r *resolver) firstOf(in futureIn) state.Origin {
	var first state.Origin
	found := false
	for k, f := range r.target.State.Facts {
		if k.Fact == state.FactGrant && k.On == in.schema && k.Future == in.kind && (!found || f.Origin.Compare(first) < 0) {
			first, found = f.Origin, true
		}
	}
	return first
}
