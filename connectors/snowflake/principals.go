package snowflake

import (
	"context"
	"fmt"
	"strings"

	"github.com/polsync/polsync/connectors/snowflake/dialect"
	"github.com/polsync/polsync/state"
)

// principal is a role whose grants are read.
type principal struct {
	on      state.Securable
	members bool // somebody is in it, or it is not said
}

var roleFacts = []state.FactKind{state.FactRole, state.FactMember, state.FactGrant}

func (s *snapshot) readRoles(ctx context.Context) error {
	l := show{what: "roles", facts: roleFacts}
	return s.pages(ctx, l, account, "SHOW ROLES", func(r *answer, i int) {
		on := state.Securable{Kind: state.KindRole, Name: r.text(i, "NAME")}
		s.role(on, r, i, counted(r, i, "ASSIGNED_TO_USERS") || counted(r, i, "GRANTED_TO_ROLES"))
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
		s.role(state.Securable{Kind: state.KindDatabaseRole, Catalog: catalog, Name: r.text(i, "NAME")}, r, i, true)
	})
	return nil
}

func (s *snapshot) role(on state.Securable, r *answer, i int, members bool) {
	s.object(on, state.Object{Owner: owner(r, i), Comment: r.text(i, "COMMENT"), Identity: r.text(i, "CREATED_ON"), Provisioned: provisioners[r.text(i, "OWNER")]})
	s.put(state.Key{Fact: state.FactRole, On: on}, state.Role{Comment: r.text(i, "COMMENT")})
	s.mu.Lock()
	s.principals = append(s.principals, principal{on, members})
	s.mu.Unlock()
}

// provisioners are the roles that identity providers act as by SCIM, and that own the roles they make and fill;
// Snowflake's SCIM pages, checked November 2026.
var provisioners = map[string]string{"GENERIC_SCIM_PROVISIONER": "an identity provider (SCIM)", "OKTA_PROVISIONER": "Okta (SCIM)", "AAD_PROVISIONER": "Microsoft Entra ID (SCIM)"}

// counted reports whether a counter of SHOW ROLES is above zero, or is not shown.
func counted(r *answer, i int, column string) bool {
	n, shown := r.cell(i, column)
	return !shown || n != "0"
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

func (s *snapshot) principalTasks(p principal) []task {
	var tasks []task
	if s.scope.Wants(state.FactGrant) {
		tasks = append(tasks, func(ctx context.Context) error { return s.readPrivileges(ctx, p) },
			func(ctx context.Context) error { return s.readFuture(ctx, p) })
	}
	if s.scope.Wants(state.FactMember) && p.members {
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
