package connectortest

import (
	"testing"

	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
)

// stranger carries out changes that no run of ours knows of.
func stranger(t *testing.T, f *Fixture, changes ...plan.Change) {
	t.Helper()
	for _, c := range changes {
		steps, err := f.Platform.Dialect().Compile(plan.PhasePermit, []plan.Change{c})
		if err != nil {
			t.Fatal(err)
		}
		for _, step := range steps {
			for _, s := range step.Statements {
				if _, err := f.Platform.Exec(t.Context(), s); err != nil {
					t.Fatalf("%s: %v", s.SQL, err)
				}
			}
		}
	}
}

func given(on, to state.Securable, privilege string) plan.Change {
	return plan.Change{Key: state.Key{Fact: state.FactGrant, On: on, With: to, Name: privilege}, Want: state.Option(false)}
}

func (b *decls) exclusive(privilege string, except []state.Selector, on ...state.Selector) *decls {
	b.d.Exclusives = append(b.d.Exclusives, state.ExclusiveDeclaration{Privileges: []string{privilege}, On: on, Except: except, Origin: b.origin()})
	return b
}

func (b *decls) owner(owner state.Securable, on ...state.Selector) *decls {
	b.d.Owners = append(b.d.Owners, state.OwnerDeclaration{Owner: &refs(owner)[0], On: on, Origin: b.origin()})
	return b
}

// exclusives walks what strangers grant where nobody else may hold a privilege.
func exclusives(f *Fixture) []*state.Declarations {
	a, all := f.Readers[0], below(f.Tables[0])
	one, two := selector(f.Tables[0]), selector(f.Tables[1])
	select1 := []string{"SELECT"}
	return steps(
		start(f).exclusive("SELECT", nil, all).grant(a, select1, one),
		start(f).exclusive("SELECT", nil, all).grant(a, select1, one),
		start(f).exclusive("SELECT", []state.Selector{two}, all).grant(a, select1, one),
		start(f).exclusive("SELECT", nil, all).grant(a, select1, one, two).grant(f.Readers[1], select1, two),
		start(f).grant(f.Readers[1], select1, two),
		start(f).exclusive("SELECT", nil, one, two),
		start(f))
}

func strangersGrant(t *testing.T, f *Fixture, before int) {
	b := f.Readers[1]
	switch before {
	case 0, 4:
		stranger(t, f, given(f.Tables[0], b, "SELECT"))
	case 1, 2:
		stranger(t, f, given(f.Tables[0], b, "SELECT"), given(f.Tables[1], b, "SELECT"))
	}
}

func checkExclusives(t *testing.T, f *Fixture, after int) {
	s, err := f.Platform.Snapshot(t.Context(), f.Scope)
	if err != nil {
		t.Fatal(err)
	}
	holds := func(reader, table int) bool {
		return s.Has(state.Key{Fact: state.FactGrant, On: f.Tables[table], With: f.Readers[reader], Name: "SELECT"})
	}
	got := [4]bool{holds(0, 0), holds(0, 1), holds(1, 0), holds(1, 1)}
	want := [...][4]bool{{true}, {true}, {true, false, false, true}, {true, true, false, true}, {false, false, true, true}, {}, {}}[after]
	if got != want {
		t.Errorf("after step %d the readers hold %v, not %v", after, got, want)
	}
}

// owners walks who owns tables.
func owners(f *Fixture) []*state.Declarations {
	a, b := f.Readers[0], f.Readers[1]
	one, two := selector(f.Tables[0]), selector(f.Tables[1])
	return steps(start(f).owner(a, one), start(f).owner(a, one, two), start(f).owner(b, one).owner(a, two).grant(a, []string{"SELECT"}, one),
		start(f).grant(a, []string{"SELECT"}, one), start(f).owner(a, one).owner(b, two), start(f).owner(b, one), start(f))
}

// handOver makes sure that somebody is known to own the tables.
func handOver(t *testing.T, f *Fixture, before int) {
	if before > 0 {
		return
	}
	for _, table := range f.Tables[:2] {
		stranger(t, f, plan.Change{Key: state.Key{Fact: state.FactOwner, On: table}, Want: state.Owner(f.Readers[1])})
	}
}

func checkOwners(t *testing.T, f *Fixture, after int) {
	s, err := f.Platform.Snapshot(t.Context(), f.Scope)
	if err != nil {
		t.Fatal(err)
	}
	a, b := f.Readers[0], f.Readers[1]
	want := [...][2]state.Securable{{a, b}, {a, a}, {b, a}, {b, a}, {a, b}, {b, b}, {b, b}}[after]
	if got := [2]state.Securable{s.Objects[f.Tables[0]].Owner, s.Objects[f.Tables[1]].Owner}; got != want {
		t.Errorf("after step %d the owners are %v, not %v", after, got, want)
	}
	if holds := s.Has(state.Key{Fact: state.FactGrant, On: f.Tables[0], With: a, Name: "SELECT"}); holds != (after == 2 || after == 3) {
		t.Errorf("after step %d: a grant is there: %v", after, holds)
	}
}

// managedAccess walks the schema's managed access and what is to be owned in it.
func managedAccess(f *Fixture) []*state.Declarations {
	schema := state.Securable{Kind: state.KindSchema, Catalog: f.Tables[0].Catalog, Schema: f.Tables[0].Schema}
	with := func(managed bool, future state.Securable) *decls {
		b := start(f)
		if managed {
			b.d.Owners = append(b.d.Owners, state.OwnerDeclaration{Managed: true, On: selectors([]state.Securable{schema}), Origin: b.origin()})
		}
		if future != (state.Securable{}) {
			b.owner(future, below(f.Tables[0]))
			b.d.Owners[len(b.d.Owners)-1].Future = true
		}
		return b
	}
	none, a, b := state.Securable{}, f.Readers[0], f.Readers[1]
	return steps(with(true, none), with(false, none), with(true, a), with(true, b).grant(a, []string{"SELECT"}, selector(f.Tables[0])), with(false, a), with(true, none), start(f))
}

func checkManagedAccess(t *testing.T, f *Fixture, after int) {
	s, err := f.Platform.Snapshot(t.Context(), f.Scope)
	if err != nil {
		t.Fatal(err)
	}
	schema := state.Securable{Kind: state.KindSchema, Catalog: f.Tables[0].Catalog, Schema: f.Tables[0].Schema}
	want := [...]bool{true, false, true, true, false, true, false}[after]
	if s.Objects[schema].Managed != want {
		t.Errorf("after step %d managed access is %v", after, !want)
	}
	heir := [...]state.Securable{2: f.Readers[0], 3: f.Readers[1], 4: f.Readers[0], 6: {}}[after]
	for _, r := range f.Readers {
		if s.Has(state.Key{Fact: state.FactGrant, On: schema, With: r, Name: "OWNERSHIP", Future: state.KindTable}) != (heir == r) {
			t.Errorf("after step %d %s is to own tables, or is not", after, r)
		}
	}
}

// ofKind is the selector of a securable by its kind, with its last part a glob or not.
func ofKind(s state.Securable, glob bool) state.Selector {
	sel := selector(s)
	sel.Kind = s.Kind
	if last := len(sel.Pattern.Parts) - 1; glob && last >= 0 {
		sel.Pattern.Parts[last] = state.Part{Text: "*"}
	}
	return sel
}

// privilegesOn returns every privilege of a kind, or the first one.
func privilegesOn(f *Fixture, k state.Kind, all bool) []string {
	for _, one := range []string{"SELECT", "READ", "USAGE", "MONITOR", "EXECUTE", "READ VOLUME", "READ FILES", "ACCESS", "USE CONNECTION", "EXECUTE CLEAN ROOM TASK", "CREATE CATALOG"} {
		names, err := f.Platform.Dialect().Privileges(one, k)
		switch {
		case err != nil || len(names) == 0:
		case !all:
			return names
		default:
			if _, err := f.Platform.Dialect().Privileges("ALL", k); err == nil {
				return []string{"ALL"} // of which each sort of a kind takes what it can
			}
			return names
		}
	}
	return nil
}

// otherKinds walks grants on what is no table.
func otherKinds(f *Fixture) []*state.Declarations {
	a, b := f.Readers[0], f.Readers[1]
	with := func(to state.Securable, all, glob bool, on ...state.Securable) *decls {
		d := start(f)
		for _, o := range on {
			d.d.Grants = append(d.d.Grants, state.GrantDeclaration{To: refs(to), Privileges: privilegesOn(f, o.Kind, all), On: []state.Selector{ofKind(o, glob)}, Origin: d.origin()})
		}
		return d
	}
	exclusive := with(a, false, false, f.Others...)
	for _, o := range f.Others {
		exclusive.exclusive(privilegesOn(f, o.Kind, false)[0], nil, ofKind(o, false))
	}
	return steps(with(a, false, false, f.Others[0]), with(a, false, false, f.Others...), with(a, true, false, f.Others...), exclusive, with(b, false, false, f.Others...), with(b, false, true, f.Others...), start(f))
}

func checkOtherKinds(t *testing.T, f *Fixture, after int) {
	scope := f.Scope
	for _, o := range f.Others {
		scope.Kinds = append(scope.Kinds, o.Kind)
	}
	scope.GrantsOf = func(state.Securable) bool { return true }
	s, err := f.Platform.Snapshot(t.Context(), scope)
	if err != nil {
		t.Fatal(err)
	}
	for i, o := range f.Others {
		name := privilegesOn(f, o.Kind, false)[0]
		for r, reader := range f.Readers {
			want := r == 0 && (after < 4 && after > 0 || after == 0 && i == 0) || r == 1 && (after == 4 || after == 5)
			if got := s.Has(state.Key{Fact: state.FactGrant, On: o, With: reader, Name: name}); got != want {
				t.Errorf("after step %d: %s on %s for %s: %v", after, name, o, reader, got)
			}
		}
	}
}

// kindOwners walks who owns what is no table.
func kindOwners(f *Fixture) []*state.Declarations {
	a, b := f.Readers[0], f.Readers[1]
	half := len(f.Owned) / 2
	with := func(owner state.Securable, on []state.Securable) *decls {
		d := start(f)
		for _, o := range on {
			d.owner(owner, ofKind(o, false))
		}
		return d
	}
	both := with(a, f.Owned[:half])
	both.d.Owners = append(both.d.Owners, with(b, f.Owned[half:]).d.Owners...)
	return steps(with(a, f.Owned), with(b, f.Owned), both, start(f), with(b, f.Owned[:half]), with(a, f.Owned), start(f))
}

// handOverKinds gives everything to the second reader, so that its owner is known.
func handOverKinds(t *testing.T, f *Fixture, before int) {
	if before > 0 {
		return
	}
	for _, o := range f.Owned {
		stranger(t, f, plan.Change{Key: state.Key{Fact: state.FactOwner, On: o}, Want: state.Owner(f.Readers[1])})
	}
}

func checkKindOwners(t *testing.T, f *Fixture, after int) {
	a, b := f.Readers[0], f.Readers[1]
	want := [...][2]state.Securable{{a, a}, {b, b}, {a, b}, {a, b}, {b, b}, {a, a}, {a, a}}[after]
	scope := f.Scope
	for _, o := range f.Owned {
		scope.Kinds = append(scope.Kinds, o.Kind)
	}
	s, err := f.Platform.Snapshot(t.Context(), scope)
	if err != nil {
		t.Fatal(err)
	}
	for i, o := range f.Owned {
		part := 0
		if i >= len(f.Owned)/2 {
			part = 1
		}
		if got := s.Objects[o].Owner; got != want[part] {
			t.Errorf("after step %d %s is owned by %s, not %s", after, o, got, want[part])
		}
	}
}
