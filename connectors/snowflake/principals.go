package snowflake

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/polsync/polsync/connectors/snowflake/dialect"
	"github.com/polsync/polsync/state"
)

// principal is a role whose grants are read.
type principal struct {
	on state.Securable
	// How many users and how many roles are in it, and in how many it is, by SHOW ROLES; unsaid where that does not say.
	users, members, roles int
}

const unsaid = -1

var roleFacts = []state.FactKind{state.FactRole, state.FactMember, state.FactGrant}

func (s *snapshot) readRoles(ctx context.Context) error {
	l := show{what: "roles", facts: roleFacts}
	return s.pages(ctx, l, account, "SHOW ROLES", func(r *answer, i int) {
		on := state.Securable{Kind: state.KindRole, Name: r.text(i, "NAME")}
		s.role(principal{on, counted(r, i, "ASSIGNED_TO_USERS"), counted(r, i, "GRANTED_TO_ROLES"), counted(r, i, "GRANTED_ROLES")}, r, i, r.text(i, "CREATED_ON"))
	})
}

func (s *snapshot) readDatabaseRoles(ctx context.Context, catalog string) error {
	in := state.Securable{Kind: state.KindCatalog, Catalog: catalog}
	name, err := dialect.Quoted(in)
	if err != nil {
		return s.failed(ctx, in, err, roleFacts...)
	}
	r, err := s.query(ctx, "list the database roles of "+in.String(), "SHOW DATABASE ROLES IN DATABASE "+name)
	if err != nil {
		return s.failed(ctx, in, err, roleFacts...)
	}
	if len(r.rows) >= s.a.opt.rows {
		s.unknown(in, fmt.Sprintf("the list of database roles was cut at %d", s.a.opt.rows), roleFacts...)
	}
	r.each(func(r *answer, i int) {
		// Users count in no column, so the members are always asked for.
		s.role(principal{state.Securable{Kind: state.KindDatabaseRole, Catalog: catalog, Name: r.text(i, "NAME")}, unsaid, unsaid, unsaid}, r, i, r.text(i, "CREATED_ON"))
	})
	return nil
}

func (s *snapshot) role(p principal, r *answer, i int, identity string) {
	s.object(p.on, state.Object{Owner: owner(r, i), Comment: r.text(i, "COMMENT"), Identity: identity, Provisioned: provisioners[r.text(i, "OWNER")]})
	s.put(state.Key{Fact: state.FactRole, On: p.on}, state.Role{Comment: r.text(i, "COMMENT")})
	s.mu.Lock()
	s.principals = append(s.principals, p)
	s.mu.Unlock()
}

// provisioners are the roles that identity providers act as by SCIM, and that own the roles they make and fill;
// Snowflake's SCIM pages, checked November 2026.
var provisioners = map[string]string{"GENERIC_SCIM_PROVISIONER": "an identity provider (SCIM)", "OKTA_PROVISIONER": "Okta (SCIM)", "AAD_PROVISIONER": "Microsoft Entra ID (SCIM)"}

// counted returns a counter of SHOW ROLES.
func counted(r *answer, i int, column string) int {
	n, err := strconv.Atoi(r.text(i, column))
	if err != nil {
		return unsaid
	}
	return n
}

func (s *snapshot) readUsers(ctx context.Context) error {
	l := show{what: "users", facts: []state.FactKind{state.FactMember}}
	return s.pages(ctx, l, account, "SHOW USERS", func(r *answer, i int) {
		s.object(state.Securable{Kind: state.KindUser, Name: r.text(i, "NAME")}, state.Object{Comment: r.text(i, "COMMENT"), Identity: r.text(i, "CREATED_ON"), Owner: owner(r, i)})
	})
}

func (s *snapshot) readWarehouses(ctx context.Context) error {
	l := show{what: "warehouses", facts: []state.FactKind{state.FactGrant}}
	return s.pages(ctx, l, account, "SHOW WAREHOUSES", func(r *answer, i int) {
		s.object(state.Securable{Kind: state.KindWarehouse, Name: r.text(i, "NAME")}, state.Object{Comment: r.text(i, "COMMENT"), Identity: r.text(i, "CREATED_ON"), Owner: owner(r, i)})
	})
}

// principalTasks reads what a principal holds, and who is in it. What it holds tells the roles that it is in, so where
// that is read of all, only users are left to be asked for.
func (s *snapshot) principalTasks(p principal) []task {
	var tasks []task
	holds := s.scope.Wants(state.FactGrant)
	if holds {
		tasks = append(tasks, func(ctx context.Context) error { return s.readPrivileges(ctx, p) })
	}
	if s.scope.Wants(state.FactMember) && (p.users != 0 || !holds && p.members != 0) {
		tasks = append(tasks, func(ctx context.Context) error { return s.readMembers(ctx, p) })
	}
	return tasks
}

// called returns how GRANT and SHOW GRANTS call a principal: ROLE "R", DATABASE ROLE "D"."R".
func called(on state.Securable) (string, error) {
	name, err := dialect.Quoted(on)
	word := map[state.Kind]string{state.KindRole: "ROLE ", state.KindDatabaseRole: "DATABASE ROLE ", state.KindUser: "USER "}[on.Kind]
	return word + name, err
}

func (s *snapshot) readMembers(ctx context.Context, p principal) error {
	name, err := called(p.on)
	if err != nil {
		return s.failed(ctx, p.on, err, state.FactMember)
	}
	r, err := s.query(ctx, "list the members of "+p.on.String(), "SHOW GRANTS OF "+name)
	if err != nil {
		return s.failed(ctx, p.on, err, state.FactMember)
	}
	r.each(func(r *answer, i int) {
		if member, ok := memberOf(p.on, r.text(i, "GRANTED_TO"), r.text(i, "GRANTEE_NAME")); ok {
			s.put(state.Key{Fact: state.FactMember, On: p.on, With: member}, state.Nil{})
		}
	})
	return nil
}

// memberOf returns the member a row names. Names of roles and users are raw. A database role comes with its database
// or, on newer accounts, without; it can only be one of the same database.
func memberOf(role state.Securable, grantedTo, name string) (state.Securable, bool) {
	switch kindWord(grantedTo) {
	case state.KindRole:
		return state.Securable{Kind: state.KindRole, Name: name}, name != ""
	case state.KindUser:
		if role.Kind == state.KindDatabaseRole {
			name = strings.TrimPrefix(name, "USER$")
		}
		return state.Securable{Kind: state.KindUser, Name: name}, name != ""
	case state.KindDatabaseRole:
		if parts := splitName(name); len(parts) == 2 && parts[0] == role.Catalog {
			name = parts[1]
		}
		return state.Securable{Kind: state.KindDatabaseRole, Catalog: role.Catalog, Name: name}, name != ""
	}
	return state.Securable{}, false
}
