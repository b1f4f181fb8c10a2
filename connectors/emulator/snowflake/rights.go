package snowflake

// Privileges that are tested by name.
const (
	privOwnership    = "OWNERSHIP"
	privUsage        = "USAGE"
	privSelect       = "SELECT"
	privManageGrants = "MANAGE GRANTS"
	privResolveAll   = "RESOLVE ALL"
	privApplyTag     = "APPLY TAG"
	privApplyMasking = "APPLY MASKING POLICY"
	privApplyRow     = "APPLY ROW ACCESS POLICY"
	privApply        = "APPLY"
	privIngest       = "INGEST TELEMETRY" // of event tables
)

// rights are what a set of active roles may do. They are good until the catalogue changes.
type rights struct {
	a       *Account
	primary *object          // the role that owns what is made
	roles   map[*object]bool // active roles with all they have been granted, and users whose own privileges count
	globals map[string]bool  // privileges on the account
}

// newRights computes the rights of active roles.
func (a *Account) newRights(primary *object, roles map[*object]bool) *rights {
	r := &rights{a: a, primary: primary, roles: roles, globals: map[string]bool{}}
	for _, g := range a.root.grants {
		if roles[g.to] {
			r.globals[g.privilege] = true
		}
	}
	return r
}

// closure gives roles with all roles granted to them, PUBLIC included.
func (a *Account) closure(start ...*object) map[*object]bool {
	set := map[*object]bool{}
	queue := append(append([]*object{}, start...), a.root.child("role", rolePublic))
	for len(queue) > 0 {
		r := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		if r == nil || set[r] {
			continue
		}
		set[r] = true
		for _, g := range r.roles {
			queue = append(queue, g.on)
		}
	}
	return set
}

// rightsOf gives the rights of one role alone, as code that runs with its owner's rights has them.
func (a *Account) rightsOf(role *object) *rights {
	if role == nil {
		return a.newRights(nil, map[*object]bool{})
	}
	return a.newRights(role, a.closure(role))
}

// owns tells whether an active role owns the object.
func (r *rights) owns(o *object) bool { return o.owner != nil && r.roles[o.owner] }

// granted tells whether an active role was granted a privilege on the object itself.
func (r *rights) granted(privilege string, o *object) bool {
	for _, g := range o.grants {
		if g.privilege == privilege && r.roles[g.to] {
			return true
		}
	}
	return r.inherits(privilege, o)
}

// holds tells whether the privilege is there by grant or by ownership.
func (r *rights) holds(privilege string, o *object) bool { return r.owns(o) || r.granted(privilege, o) }

// global tells whether a privilege on the account is there.
func (r *rights) global(privilege string) bool { return r.globals[privilege] }

// some tells whether any privilege on the object is there.
func (r *rights) some(o *object) bool { return r.someOwn(o) || r.inherits("", o) }

// someOwn is some without what containers hand on.
func (r *rights) someOwn(o *object) bool {
	if r.owns(o) {
		return true
	}
	for _, g := range o.grants {
		if r.roles[g.to] {
			return true
		}
	}
	return false
}

// enters tells whether names in a container can be resolved: one privilege on it is enough.
func (r *rights) enters(o *object) bool {
	if isSystem(o) {
		return true
	}
	for x := o; x != nil && x.kind != kindAccount; x = x.parent {
		if !r.some(x) {
			return false
		}
	}
	return true
}

// manages tells whether grants in an object may be managed: by MANAGE GRANTS on the account, or on a database or schema around it.
func (r *rights) manages(o *object) bool {
	if r.global(privManageGrants) {
		return true
	}
	for x := o; x != nil; x = x.parent {
		if (x.kind == kindDatabase || x.kind == kindSchema) && r.granted(privManageGrants, x) {
			return true
		}
	}
	return false
}

// overview tells whether SHOW hides nothing.
func (r *rights) overview() bool { return r.global(privManageGrants) || r.global(privResolveAll) }

// lists tells whether SHOW lists an object.
func (r *rights) lists(o *object) bool {
	if r.overview() {
		return true
	}
	switch {
	case o.kind == kindRole || o.kind == kindUser:
		return r.listsPrincipal(o)
	case o.kind == kindDatabaseRole:
		return r.enters(o.parent)
	case o.kind == kindDatabase && o.name == systemDatabase:
		return true
	case o.kind == kindTag:
		return r.global(privApplyTag) || r.enters(o.parent)
	case o.kind.isPolicy():
		return r.global("APPLY "+o.kind.keywords()) || r.some(o) && r.enters(o.parent)
	}
	return r.some(o) && (o.parent == nil || r.enters(o.parent))
}

// listsPrincipal: all roles can be listed by everybody; users by those who own them or may monitor them, and oneself.
func (r *rights) listsPrincipal(o *object) bool {
	if o.kind == kindRole {
		return true
	}
	return r.some(o) || r.global("MONITOR USER") || r.global("CREATE USER") || r.roles[o]
}

// resolves tells whether a statement may name an object at all; if not, it "does not exist or not authorized".
func (r *rights) resolves(o *object) bool {
	if r.overview() {
		return true
	}
	switch {
	case o.kind == kindAccount || o.kind == kindRole || o.kind == kindUser:
		return true
	case o.kind.isRelation() && r.describesAll(), o.kind != kindRole && r.global(privApplyTag):
		return true
	case o.kind == kindDatabase || o.kind == kindSchema:
		return r.enters(o)
	}
	return r.lists(o)
}

// describesAll tells whether a privilege is there that lets describe every table.
func (r *rights) describesAll() bool {
	for _, p := range []string{privApplyMasking, privApplyRow, "APPLY AGGREGATION POLICY", "APPLY PROJECTION POLICY", "APPLY JOIN POLICY", "APPLY PRIVACY POLICY"} {
		if r.global(p) {
			return true
		}
	}
	return false
}

// require fails unless one of the privileges on the object is there.
func (r *rights) require(o *object, privileges ...string) error {
	if r.owns(o) {
		return nil
	}
	for _, p := range privileges {
		if r.granted(p, o) {
			return nil
		}
	}
	return errDenied(o)
}

// requireOwner fails unless an active role owns the object.
func (r *rights) requireOwner(o *object) error {
	if r.owns(o) {
		return nil
	}
	return errDenied(o)
}

// requireCreate fails unless objects of a kind may be made in a container.
func (r *rights) requireCreate(k kind, in *object) error {
	if in.kind == kindAccount {
		if r.global(k.info().create) || k == kindMonitor && r.roles[r.a.root.child("role", roleAccountAdmin)] {
			return nil
		}
		return errDenied(in)
	}
	if isForeign(in) {
		return errDenied(in)
	}
	return r.require(in, k.info().create)
}

func isSystem(o *object) bool {
	db := o.database()
	return db != nil && db.name == systemDatabase
}
