package snowflake

import (
	"time"
)

// grant is a privilege somebody has on an object. Membership in a role is USAGE on it.
type grant struct {
	privilege string
	on, to    *object
	by        *object // the role recorded as grantor; nil: the system, and then it cannot be revoked
	option    bool
	created   time.Time
}

// addGrant records a grant, unless it is there already from the same grantor.
func (a *Account) addGrant(g *grant) {
	for _, have := range g.on.grants {
		if have.privilege == g.privilege && have.to == g.to && have.by == g.by {
			have.option = have.option || g.option
			a.touchGrant(have)
			return
		}
	}
	g.created = a.now()
	g.on.grants = append(g.on.grants, g)
	if g.isMembership() {
		g.to.roles = append(g.to.roles, g)
	} else {
		g.to.held = append(g.to.held, g)
	}
	a.touchGrant(g)
}

func (g *grant) isMembership() bool {
	return g.privilege == privUsage && (g.on.kind == kindRole || g.on.kind == kindDatabaseRole)
}

// removeGrant takes a grant away.
func (a *Account) removeGrant(g *grant) {
	g.on.grants = without(g.on.grants, g)
	if g.isMembership() {
		g.to.roles = without(g.to.roles, g)
	} else {
		g.to.held = without(g.to.held, g)
	}
	a.touchGrant(g)
}

// without gives a list without an item; the list itself is left alone.
func without[T comparable](list []T, item T) []T {
	var out []T
	for _, x := range list {
		if x != item {
			out = append(out, x)
		}
	}
	return out
}

// grantor tells who would be recorded for granting a privilege on an object, and whether the rights suffice.
// nil, true is a grant of MANAGE GRANTS on what the system owns, recorded for ACCOUNTADMIN.
func (r *rights) grantor(privilege string, o *object) (*object, bool) {
	manages := r.manages(o)
	sch := o.schema()
	if sch != nil && sch != o && sch.managed() {
		if r.owns(sch) || manages {
			return r.ownerOrAdmin(o), true
		}
		return nil, false
	}
	if r.owns(o) {
		return o.owner, true
	}
	for _, g := range o.grants {
		if g.privilege == privilege && g.option && r.roles[g.to] {
			return g.to, true
		}
	}
	return r.ownerOrAdmin(o), manages
}

func (r *rights) ownerOrAdmin(o *object) *object {
	if o.owner != nil {
		return o.owner
	}
	return r.a.root.child("role", roleAccountAdmin)
}

// revocation is what a REVOKE takes away.
type revocation struct {
	privilege  string
	on, to     *object
	optionOnly bool
	cascade    bool
}

// revoke carries out a revocation with the rights of the session. Nothing to take away is a success.
func (r *rights) revoke(v revocation) error {
	manages := r.manages(v.on)
	if _, ok := r.grantor(v.privilege, v.on); !ok {
		return errDenied(v.on)
	}
	var hit []*grant
	for _, g := range v.on.grants {
		if g.privilege == v.privilege && g.to == v.to && g.by != nil && (manages || r.roles[g.by]) {
			hit = append(hit, g)
		}
	}
	return r.a.removeAll(hit, v)
}

// removeAll takes grants away, with what depends on them.
func (a *Account) removeAll(hit []*grant, v revocation) error {
	if deps := a.dependents(hit, v); len(deps) > 0 {
		if !v.cascade {
			return errDependent(deps[0])
		}
		if err := a.removeAll(deps, revocation{privilege: v.privilege, on: v.on, cascade: true, to: deps[0].to}); err != nil {
			return err
		}
	}
	for _, g := range hit {
		if v.optionOnly {
			g.option = false
			a.touchGrant(g)
			continue
		}
		a.removeGrant(g)
	}
	return nil
}

// dependents gives the grants that were made with the option of grants that go, where no other option stays.
func (a *Account) dependents(hit []*grant, v revocation) []*grant {
	var out []*grant
	for _, g := range hit {
		if !g.option || a.keepsOption(g, hit) {
			continue
		}
		for _, d := range v.on.grants {
			if d.privilege == v.privilege && d.by == g.to && d.on.owner != g.to && !contains(hit, d) {
				out = append(out, d)
			}
		}
	}
	return out
}

func (a *Account) keepsOption(g *grant, hit []*grant) bool {
	for _, other := range g.on.grants {
		if other.privilege == g.privilege && other.to == g.to && other.option && !contains(hit, other) {
			return true
		}
	}
	return false
}

func contains[T comparable](list []T, item T) bool {
	for _, x := range list {
		if x == item {
			return true
		}
	}
	return false
}

// dropGrants takes away all grants on and to an object that goes.
func (a *Account) dropGrants(o *object) {
	for _, list := range [][]*grant{o.grants, o.held, o.roles} {
		for _, g := range append([]*grant{}, list...) {
			a.removeGrant(g)
		}
	}
	if !o.kind.isGrantee() {
		return
	}
	a.eachContainer(func(c *object) {
		for _, f := range append([]*futureGrant{}, c.future...) {
			if f.to == o {
				c.future = without(c.future, f)
			}
		}
	})
}

// eachContainer visits all databases and schemas, in order.
func (a *Account) eachContainer(visit func(*object)) {
	for _, db := range a.root.list("database") {
		visit(db)
		for _, s := range db.list("schema") {
			visit(s)
		}
	}
}

// eachRelation visits all tables and views, in order.
func (a *Account) eachRelation(visit func(*object)) {
	a.eachContainer(func(c *object) {
		if c.kind == kindSchema {
			for _, o := range c.list("relation") {
				visit(o)
			}
		}
	})
}

func errDependent(g *grant) *Error {
	return errorf(codeDependentGrant, "23001", "SQL execution error:\nDependent grant of privilege '%s' on securable '%s' to role '%s' exists. "+
		"It must be revoked first. More than one dependent grant may exist: use 'SHOW GRANTS' command to view them. To revoke all dependent grants "+
		"while transferring object ownership, use convenience command 'GRANT OWNERSHIP ON <target_objects> TO <target_role> REVOKE CURRENT GRANTS'.",
		g.privilege, g.on.dotted(), g.to.name)
}
