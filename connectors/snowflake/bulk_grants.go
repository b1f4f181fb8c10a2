package snowflake

import (
	"context"
	"maps"
	"strings"

	"github.com/polsync/polsync/connectors"
	"github.com/polsync/polsync/state"
)

// bulkGrants is what the views told of principals besides facts.
type bulkGrants struct {
	known   map[state.Securable]principal
	users   map[state.Securable]int  // role -> users that are in it
	members map[state.Securable]int  // role -> roles that are in it
	roles   map[state.Securable]int  // role -> roles that it is in
	again   map[state.Securable]bool // principals that have to be read live
}

// loadGrants takes privileges and memberships from two views, reads those roles live whose counters in SHOW ROLES say
// something else, and lays over the rest what polsync itself did lately.
func (s *snapshot) loadGrants(ctx context.Context) error {
	if !s.scope.Wants(state.FactGrant) && !s.scope.Wants(state.FactMember) {
		return nil
	}
	b := &bulkGrants{known: map[state.Securable]principal{}, users: map[state.Securable]int{}, members: map[state.Securable]int{}, roles: map[state.Securable]int{}, again: map[state.Securable]bool{}}
	for _, p := range s.principals {
		b.known[p.on] = p
	}
	if err := s.loadViews(ctx, b); err != nil {
		var live []task
		for _, p := range s.principals {
			live = append(live, s.principalTasks(p)...)
		}
		return s.usageFailed(ctx, err, live, state.FactGrant, state.FactMember)
	}
	s.compare(b)
	doubted := s.doubted()
	holders := map[state.Securable]bool{}
	for _, c := range doubted {
		if on := holder(c.Key); on.Kind.Principal() {
			holders[on] = true
		}
	}
	if len(holders) <= wellRead {
		maps.Copy(b.again, holders)
	}
	if err := s.readAgain(ctx, sortedKeys(b.again)); err != nil {
		return err
	}
	s.relay(doubted)
	return nil
}

// wellRead is of how many principals a view and our own record of what we changed lately are compared by asking the
// account. Of more, our own record is taken.
const wellRead = 100

// doubted returns what polsync changed lately, by principal, of which a view says something else: it may not show our
// change yet, or somebody has undone it.
func (s *snapshot) doubted() []connectors.Recent {
	last := map[state.Key]connectors.Recent{}
	for _, c := range s.scope.Recent {
		last[c.Key] = c
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []connectors.Recent
	for _, c := range s.scope.Recent {
		k := c.Key
		switch {
		case last[k].At != c.At || k.Fact == state.FactTagged || !s.lately(c) || !s.scope.Wants(k.Fact) || !s.st.Late(k):
		case k.On.Catalog != "" && !s.scope.Covers(k.On) || !s.there(k.On) || !s.there(k.With):
		case !state.Equal(s.st.Value(k), c.Value):
			all = append(all, c)
		}
	}
	return all
}

// holder is the principal whose reading tells a fact.
func holder(k state.Key) state.Securable {
	if k.Fact == state.FactGrant {
		return k.With
	}
	return k.On
}

// relay lays what polsync itself changed lately over what the views told, where it was not read live.
func (s *snapshot) relay(doubted []connectors.Recent) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range doubted {
		switch o, owns := c.Value.(state.Owner); {
		case !s.st.Late(c.Key):
		case owns:
			was := s.st.Objects[c.Key.On]
			was.Owner = state.Securable(o)
			s.st.Objects[c.Key.On] = was
		case c.Value == nil:
			delete(s.st.Facts, c.Key)
		default:
			s.st.Put(state.Fact{Key: c.Key, Value: c.Value})
		}
	}
}

func (s *snapshot) loadViews(ctx context.Context, b *bulkGrants) error {
	err := s.usage(ctx, "GRANTS_TO_ROLES", "PRIVILEGE, GRANTED_ON, NAME, TABLE_CATALOG, TABLE_SCHEMA, GRANTED_TO, GRANTEE_NAME, GRANT_OPTION, GRANTED_BY", "DELETED_ON IS NULL",
		func(r *answer, i int) { s.grantRow(b, r, i) })
	if err != nil || !s.scope.Wants(state.FactMember) {
		return err
	}
	return s.usage(ctx, "GRANTS_TO_USERS", "ROLE, GRANTEE_NAME", "DELETED_ON IS NULL", func(r *answer, i int) {
		role, user := state.Securable{Kind: state.KindRole, Name: r.text(i, "ROLE")}, state.Securable{Kind: state.KindUser, Name: r.text(i, "GRANTEE_NAME")}
		s.mu.Lock()
		there := s.there(role) && s.there(user)
		fresh := there && !s.st.Has(state.Key{Fact: state.FactMember, On: role, With: user})
		s.mu.Unlock()
		if fresh {
			b.users[role]++
			s.put(state.Key{Fact: state.FactMember, On: role, With: user}, state.Nil{})
		}
	})
}

// grantRow takes a row of GRANTS_TO_ROLES, which names things by parts. A database role stands without its database:
// that is where what it was granted lies.
func (s *snapshot) grantRow(b *bulkGrants, r *answer, i int) {
	kind := kindWord(r.text(i, "GRANTED_ON"))
	catalog := r.text(i, "TABLE_CATALOG")
	on := state.Securable{Kind: kind, Catalog: catalog, Schema: r.text(i, "TABLE_SCHEMA"), Name: r.text(i, "NAME")}
	switch {
	case kind == state.KindNone || strings.Contains(on.Name, "IDX_MV_"):
		return
	case kind == state.KindAccount:
		on = account
	case on.Name == "":
		return // inherited from a container, or dropped
	case kind == state.KindCatalog:
		on, catalog = state.Securable{Kind: kind, Catalog: on.Name}, on.Name
	case kind == state.KindSchema:
		on.Schema, on.Name = on.Name, ""
	case kind == state.KindDatabaseRole:
		on.Schema = ""
	case kind.Principal(), kind == state.KindWarehouse, kind == state.KindIntegration, kind == state.KindConnection:
		on.Catalog, on.Schema = "", ""
	}
	to := grantee(r.text(i, "GRANTED_TO"), catalog, r.text(i, "GRANTEE_NAME"))
	_, known := b.known[to]
	known = known || to.Kind == state.KindUser && s.scope.All
	membership := kind == state.KindRole || kind == state.KindDatabaseRole
	switch {
	case !known && !(kind == state.KindDatabaseRole && to.Kind == state.KindUser):
	case membership && r.text(i, "PRIVILEGE") == "USAGE":
		s.bulkMember(b, on, to)
	case membership:
	case kind == state.KindFunction || kind == state.KindProcedure:
		if on, ok := function(state.Securable{Kind: kind}, []string{on.Catalog, on.Schema, on.Name}); ok {
			s.privilege(on, to, r.text(i, "PRIVILEGE"), yes(r.text(i, "GRANT_OPTION")), false)
		} else {
			b.again[to] = true // which of several of the name is not said
		}
	case s.bulkThere(on):
		// What Snowflake itself gave on a database of its own is no grant of imported privileges.
		own := kind == state.KindCatalog && r.text(i, "GRANTED_BY") == "" && s.foreign(on)
		s.privilege(on, to, r.text(i, "PRIVILEGE"), yes(r.text(i, "GRANT_OPTION")), own)
	}
}

// grantee returns who a row of GRANTS_TO_ROLES is about, the zero Securable where that is no principal of ours.
func grantee(grantedTo, catalog, name string) state.Securable {
	switch strings.ReplaceAll(strings.ToUpper(grantedTo), " ", "_") {
	case "ROLE", "ACCOUNT_ROLE":
		return state.Securable{Kind: state.KindRole, Name: name}
	case "DATABASE_ROLE":
		return state.Securable{Kind: state.KindDatabaseRole, Catalog: catalog, Name: name}
	case "USER":
		return state.Securable{Kind: state.KindUser, Name: name}
	}
	return state.Securable{}
}

// bulkThere reports whether what a row is about is still there by what was listed live. What no listing has, such as
// stages, is taken to be.
func (s *snapshot) bulkThere(on state.Securable) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case on.Kind.Relation():
		_, there := s.tables[on.Relation()]
		return there
	case on.Kind == state.KindCatalog || on.Kind == state.KindSchema || on.Kind == state.KindWarehouse || on.Kind == state.KindTag:
		return s.there(on)
	}
	return true
}

func (s *snapshot) bulkMember(b *bulkGrants, role, member state.Securable) {
	if _, known := b.known[role]; !known || !s.scope.Wants(state.FactMember) {
		return
	}
	k := state.Key{Fact: state.FactMember, On: role, With: member}
	s.mu.Lock()
	seen := s.st.Has(k) || !s.there(member)
	s.mu.Unlock()
	if seen {
		return
	}
	s.put(k, state.Nil{})
	if role.Kind == state.KindRole && member.Kind == state.KindRole {
		b.members[role]++
		b.roles[member]++
	}
}

// compare finds the roles whose counters in SHOW ROLES, which are live, are not what the views tell.
func (s *snapshot) compare(b *bulkGrants) {
	if !s.scope.Wants(state.FactMember) {
		return
	}
	for _, p := range s.principals {
		differs := func(counter, told int) bool { return counter != unsaid && counter != told }
		if differs(p.users, b.users[p.on]) || differs(p.members, b.members[p.on]) || differs(p.roles, b.roles[p.on]) {
			b.again[p.on] = true
		}
	}
}

// readAgain reads some principals live, in place of what is known of them. Of one that is not there any more nothing is
// left.
func (s *snapshot) readAgain(ctx context.Context, all []state.Securable) error {
	if len(all) == 0 {
		return nil
	}
	again := map[state.Securable]bool{}
	for _, p := range all {
		again[p] = true
	}
	s.readNow(all...)
	s.forget(func(k state.Key) bool {
		return k.Fact == state.FactGrant && k.Future == state.KindNone && again[k.With] || k.Fact == state.FactMember && (again[k.On] || again[k.With])
	})
	s.disown(again)
	var tasks []task
	for _, on := range all {
		p := principal{on: on}
		s.mu.Lock()
		there := s.there(on)
		s.mu.Unlock()
		if !there {
			continue
		}
		tasks = append(tasks, func(ctx context.Context) error { return s.readPrivileges(ctx, p) })
		if on.Kind != state.KindUser && s.scope.Wants(state.FactMember) {
			tasks = append(tasks, func(ctx context.Context) error { return s.readMembers(ctx, p) })
		}
	}
	return s.run(ctx, tasks)
}

// readNow notes that principals are read live.
func (s *snapshot) readNow(all ...state.Securable) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, on := range all {
		if s.st.Lag != nil {
			s.st.Lag.Live[on] = true
		}
	}
}

// disown takes back who owns what only the privileges of its owner tell.
func (s *snapshot) disown(again map[state.Securable]bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for on, o := range s.st.Objects {
		if on.Kind.Unlisted() && again[o.Owner] {
			o.Owner = state.Securable{}
			s.st.Objects[on] = o
		}
	}
}

// forget takes facts back that are about to be read anew.
func (s *snapshot) forget(of func(state.Key) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.DeleteFunc(s.st.Facts, func(k state.Key, _ state.Fact) bool { return of(k) })
	maps.DeleteFunc(s.st.Brought, func(k state.Key, _ state.Brought) bool { return of(k) })
	maps.DeleteFunc(s.st.Fixed, func(k state.Key, _ string) bool { return of(k) })
}
