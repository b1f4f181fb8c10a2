package snowflake

import (
	"fmt"
	"strings"
)

// securables gives the objects a target stands for now.
func (s *session) securables(t grantTarget) ([]*object, error) {
	sc := s.scope()
	if t.kind == kindAccount {
		return []*object{s.a.root}, nil
	}
	if t.scope == "" {
		o, err := sc.look(t.kind, t.name)
		if err == nil && o != nil && o.kind == kindMaterialized && t.kind == kindView && sc.may.resolves(o) {
			return []*object{o}, nil // GRANT may call it a view, and does for its ownership
		}
		o, err = sc.find(t.kind, t.name)
		return []*object{o}, err
	}
	in, err := sc.find(t.in.kind, t.in.name)
	if err != nil {
		return nil, err
	}
	return objectsIn(in, t.kind), nil
}

// objectsIn gives all objects of a kind in a database or schema.
func objectsIn(in *object, k kind) []*object {
	var out []*object
	collect := func(c *object) {
		for _, o := range c.list(k.info().space) {
			if o.kind == k {
				out = append(out, o)
			}
		}
	}
	if in.kind == kindDatabase && k.info().in == kindSchema {
		for _, sch := range in.list("schema") {
			collect(sch)
		}
		return out
	}
	collect(in)
	return out
}

// principal resolves a grantee.
func (s *session) principal(g nameOfKind) (*object, error) {
	sc := s.scope()
	o, err := sc.look(g.kind, g.name)
	if err != nil {
		return nil, err
	}
	if o == nil || g.kind == kindDatabaseRole && !sc.may.resolves(o.parent) {
		return nil, errMissing(g.kind, full(g.name))
	}
	return o, nil
}

// importedPrivileges turns IMPORTED PRIVILEGES on an imported database, or that of the system, into USAGE, as which it is stored and shown.
func (s *session) importedPrivileges(spec *grantSpec) error {
	t := spec.target
	if len(spec.privileges) != 1 || spec.privileges[0] != "IMPORTED PRIVILEGES" {
		if in := s.outermost(t); in != nil && in.imported() {
			return errorf(codeDenied, "42501", "SQL access control error:\nGranting individual privileges on imported database is not allowed. Use 'GRANT IMPORTED PRIVILEGES' instead.")
		}
		return nil
	}
	db := s.a.root.child("database", t.name.Last())
	if t.kind != kindDatabase || t.scope != "" || spec.option || t.name.Last() != systemDatabase && (db == nil || !db.imported()) {
		return c42601("IMPORTED PRIVILEGES can be granted on imported databases only, without grant option.")
	}
	spec.privileges = []string{privUsage}
	return nil
}

// outermost gives the database that a target lies in, or nil.
func (s *session) outermost(t grantTarget) *object {
	name := t.name
	if t.scope != "" {
		name = t.in.name
	}
	if len(name) == 0 || t.kind.info().in == kindAccount && t.kind != kindDatabase && t.scope == "" {
		return nil
	}
	return s.a.root.child("database", name[0].Text)
}

// checkGrant refuses what cannot be granted to anybody.
func checkGrant(spec *grantSpec, to *object) error {
	t := spec.target
	for _, p := range spec.privileges {
		if p == privOwnership {
			return compilation(codeCompilation, "42601", "OWNERSHIP cannot be granted or revoked together with other privileges.")
		}
		if !t.kind.allows(p) {
			return compilation(codeCompilation, "42601", "Privilege '%s' cannot be granted on objects of type %s.", p, t.kind.keywords())
		}
	}
	if spec.privileges == nil && t.kind == kindTag {
		return compilation(codeCompilation, "42601", "ALL PRIVILEGES cannot be granted on tags.")
	}
	if t.scope != "" && (t.kind == kindTag || t.kind.isPolicy()) || t.scope == "FUTURE" && noFuture(t.kind) {
		return errorf(codeUnsupportedFeature, "0A000", "Unsupported feature 'GRANT ON %s %s'.", t.scope, t.kind.info().plural)
	}
	if to.kind == kindShare && (spec.option || t.scope == "FUTURE" || spec.privileges == nil) {
		return c42601("Privileges are granted to a share by name, on what is there, without grant option.")
	}
	if to.kind == kindUser && spec.option {
		return errorf(codeUnsupportedFeature, "0A000", "Unsupported feature 'WITH GRANT OPTION to USER'.")
	}
	return nil
}

// checkDatabaseRole: a database role takes privileges of its own database only.
func checkDatabaseRole(o, to *object, privilege string) error {
	if to.kind != kindDatabaseRole {
		return nil
	}
	if o.database() != to.parent {
		return errorf(codeDenied, "42501", "SQL access control error:\nDatabase role '%s' cannot be granted privileges on objects outside its database.", to.dotted())
	}
	if o.kind == kindDatabase && !contains([]string{"CREATE SCHEMA", "MODIFY", "MONITOR", "USAGE"}, privilege) {
		return errorf(codeDenied, "42501", "SQL access control error:\nPrivilege '%s' on a database cannot be granted to a database role.", privilege)
	}
	return nil
}

func (s *session) carryOutGrant(spec *grantSpec) (*Result, error) {
	s.commit()
	to, err := s.principal(spec.grantee)
	if err != nil {
		return nil, err
	}
	if err := s.importedPrivileges(spec); err != nil {
		return nil, err
	}
	if err := checkGrant(spec, to); err != nil {
		return nil, err
	}
	if spec.inherited {
		return s.grantInherited(spec, to)
	}
	if spec.target.scope == "FUTURE" {
		return s.futureChange(spec, to, func(f *futureGrant) error { return s.a.addFuture(f) })
	}
	list, err := s.securables(spec.target)
	if err != nil {
		return nil, err
	}
	var refused []string
	given := 0
	for _, o := range list {
		if err := spec.fits(o, to); err != nil {
			return nil, err
		}
		for _, p := range spec.expandedOn(o) {
			by, ok := s.may().grantor(p, o)
			if !ok {
				refused = append(refused, p)
				continue
			}
			if err := checkDatabaseRole(o, to, p); err != nil {
				if spec.privileges == nil {
					continue
				}
				return nil, err
			}
			s.a.addGrant(&grant{privilege: p, on: o, to: to, by: by, option: spec.option})
			given++
		}
	}
	return grantOutcome(spec, list, refused, given)
}

// expanded gives the privileges of a GRANT, ALL written out.
func (spec *grantSpec) expanded() []string {
	if spec.privileges != nil {
		return spec.privileges
	}
	return spec.target.kind.grantable()
}

// grantOutcome: what could not be granted is an error for named privileges and a remark for ALL.
func grantOutcome(spec *grantSpec, list []*object, refused []string, given int) (*Result, error) {
	switch {
	case len(refused) == 0:
		return done(), nil
	case given == 0 && len(list) > 0:
		return nil, errDenied(list[0])
	}
	text := fmt.Sprintf("Grant partially executed: privileges [%s] not granted.", strings.Join(uniq(refused), ", "))
	if spec.privileges != nil {
		return nil, errorf(codePartialGrant, "42501", "%s", text)
	}
	return status("%s", text), nil
}

func uniq(list []string) []string {
	var out []string
	for _, x := range list {
		if !contains(out, x) {
			out = append(out, x)
		}
	}
	return out
}

// futureChange applies a change to each future grant that a statement names.
func (s *session) futureChange(spec *grantSpec, to *object, change func(*futureGrant) error) (*Result, error) {
	in, err := s.scope().find(spec.target.in.kind, spec.target.in.name)
	if err != nil {
		return nil, err
	}
	r := s.may()
	if !r.manages(in) && !(in.kind == kindSchema && in.managed() && r.owns(in)) {
		return nil, errDenied(in)
	}
	for _, p := range spec.expanded() {
		if err := change(&futureGrant{privilege: p, kind: spec.target.kind, in: in, to: to, option: spec.option}); err != nil {
			return nil, err
		}
	}
	return done(), nil
}

func (s *session) carryOutRevoke(spec *grantSpec) (*Result, error) {
	s.commit()
	to, err := s.principal(spec.grantee)
	if err != nil {
		return nil, err
	}
	if spec.target.scope == "FUTURE" {
		return s.futureChange(spec, to, func(f *futureGrant) error {
			s.a.removeFuture(f.privilege, f.kind, f.in, to)
			return nil
		})
	}
	if err := s.importedPrivileges(spec); err != nil {
		return nil, err
	}
	if err := checkGrant(&grantSpec{privileges: spec.privileges, target: spec.target}, to); err != nil {
		return nil, err
	}
	if spec.inherited {
		return s.revokeInherited(spec, to)
	}
	list, err := s.securables(spec.target)
	if err != nil {
		return nil, err
	}
	for _, o := range list {
		if err := spec.keepsRead(o, to); err != nil {
			return nil, err
		}
		for _, p := range spec.expandedOn(o) {
			if err := s.may().revoke(revocation{privilege: p, on: o, to: to, optionOnly: spec.option, cascade: spec.cascade}); err != nil {
				return nil, err
			}
		}
	}
	return done(), nil
}

// addMember grants a role. GRANT ROLE PUBLIC changes nothing, since everybody has it.
func (s *session) addMember(role, grantee nameOfKind, option bool) (*Result, error) {
	s.commit()
	r, err := s.principal(role)
	if err != nil {
		return nil, err
	}
	to, err := s.principal(grantee)
	if err != nil {
		return nil, err
	}
	by, ok := s.may().grantor(privUsage, r)
	if !ok {
		return nil, errDenied(r)
	}
	if r.kind == kindDatabaseRole && to.kind == kindDatabaseRole && r.parent != to.parent {
		return nil, errorf(codeDenied, "42501", "SQL access control error:\nDatabase role '%s' cannot be granted to a role of another database.", r.dotted())
	}
	if r.name == rolePublic && r.kind == kindRole {
		return done(), nil
	}
	if to.kind != kindUser && to.name != rolePublic && s.a.closure(r)[to] {
		return nil, errorf(codeDenied+1, "42501", "SQL execution error:\nCircular grants are not allowed: role '%s' is already granted to role '%s'.", to.name, r.name)
	}
	s.a.addGrant(&grant{privilege: privUsage, on: r, to: to, by: by, option: option})
	s.a.touch(to)
	return done(), nil
}

func (s *session) removeMember(role, grantee nameOfKind) (*Result, error) {
	s.commit()
	r, err := s.principal(role)
	if err != nil {
		return nil, err
	}
	to, err := s.principal(grantee)
	if err != nil {
		return nil, err
	}
	if err := s.may().revoke(revocation{privilege: privUsage, on: r, to: to, cascade: true}); err != nil {
		return nil, err
	}
	s.a.touch(to)
	return done(), nil
}

// transfer moves ownership.
func (s *session) transfer(spec *grantSpec) (*Result, error) {
	s.commit()
	to, err := s.principal(spec.grantee)
	if err != nil {
		return nil, err
	}
	if to.kind == kindUser || to.kind == kindShare {
		return nil, c42601("Ownership cannot be granted to a %s.", to.kind.words())
	}
	if spec.target.kind == kindAccount {
		return nil, c42601("Ownership of the account cannot be granted.")
	}
	if spec.target.scope == "FUTURE" {
		if noFuture(spec.target.kind) {
			return nil, errorf(codeUnsupportedFeature, "0A000", "Unsupported feature 'GRANT ON FUTURE %s'.", spec.target.kind.info().plural)
		}
		return s.futureChange(spec, to, func(f *futureGrant) error { return s.a.addFuture(f) })
	}
	list, err := s.securables(spec.target)
	if err != nil {
		return nil, err
	}
	for _, o := range list {
		if err := s.transferOne(o, to, spec.copied); err != nil {
			return nil, err
		}
	}
	return done(), nil
}

func c42601(format string, args ...any) *Error {
	return compilation(codeCompilation, "42601", format, args...)
}

func (s *session) transferOne(o, to *object, copied string) error {
	r := s.may()
	managed := o.schema() != nil && o.schema() != o && o.schema().managed()
	switch {
	case r.global(privManageGrants):
	case managed && !r.owns(o.schema()), !managed && !r.owns(o), copied == "COPY" && !r.roles[to]:
		return errDenied(o)
	}
	if err := checkDatabaseRole(o, to, privUsage); err != nil {
		return err
	}
	if o.owner == to {
		return nil
	}
	if err := o.moved(); err != nil {
		return err
	}
	var outbound []*grant
	for _, g := range o.grants {
		if g.by != nil && g.by == o.owner {
			outbound = append(outbound, g)
		}
	}
	switch {
	case copied == "REVOKE":
		for _, g := range append([]*grant{}, o.grants...) {
			s.a.removeGrant(g)
		}
	case copied == "COPY":
		for _, g := range outbound {
			g.by = to
		}
	case len(outbound) > 0 && o.kind != kindRole && o.kind != kindDatabaseRole:
		return errDependent(outbound[0])
	}
	o.owner = to
	s.a.touch(o)
	return nil
}
