package snowflake

import (
	"strconv"
	"time"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

// inheritedGrant is a privilege on all objects of a kind in a container, those to come too: GRANT INHERITED. No object has a grant for it.
type inheritedGrant struct {
	privilege string
	kind      kind
	to, by    *object
	created   time.Time
}

// inherits tells whether a privilege comes from a container; "" asks for any.
func (r *rights) inherits(privilege string, o *object) bool {
	if o.imported() && r.reads(privilege, o) {
		return true
	}
	if !r.a.inherited {
		return false
	}
	for x := o.parent; x != nil; x = x.parent {
		for _, g := range x.handed {
			if g.kind == o.kind && (privilege == "" || g.privilege == privilege) && r.roles[g.to] {
				return true
			}
		}
	}
	return false
}

// grantInherited is GRANT INHERITED <privileges> ON ALL <plural> IN <container>.
func (s *session) grantInherited(spec *grantSpec, to *object) (*Result, error) {
	in, err := s.handingOn(spec)
	if err != nil {
		return nil, err
	}
	for _, p := range spec.expanded() {
		if s.handed(in, spec.target.kind, p, to) == nil {
			in.handed = append(in.handed, &inheritedGrant{p, spec.target.kind, to, s.role, s.a.now()})
		}
	}
	s.a.inherited = true
	s.a.touch(in)
	return done(), nil
}

func (s *session) revokeInherited(spec *grantSpec, to *object) (*Result, error) {
	in, err := s.handingOn(spec)
	if err != nil {
		return nil, err
	}
	for _, p := range spec.expanded() {
		if g := s.handed(in, spec.target.kind, p, to); g != nil {
			in.handed = without(in.handed, g)
		}
	}
	s.a.touch(in)
	return done(), nil
}

// handingOn gives the container of an inherited grant. It takes MANAGE GRANTS.
func (s *session) handingOn(spec *grantSpec) (*object, error) {
	if spec.target.scope != "ALL" || spec.option {
		return nil, c42601("INHERITED privileges are granted ON ALL objects of a kind in a container, without grant option.")
	}
	in := s.a.root
	if spec.target.in.kind != kindAccount {
		var err error
		if in, err = s.scope().find(spec.target.in.kind, spec.target.in.name); err != nil {
			return nil, err
		}
	}
	if !s.may().manages(in) {
		return nil, errDenied(in)
	}
	return in, nil
}

func (s *session) handed(in *object, k kind, privilege string, to *object) *inheritedGrant {
	for _, g := range in.handed {
		if g.kind == k && g.privilege == privilege && g.to == to {
			return g
		}
	}
	return nil
}

// inheritedRows lists what a role has by inheritance: in the place of an object's name there is none.
func (a *Account) inheritedRows(to *object) []sqlengine.Row {
	var rows []sqlengine.Row
	visit := func(in *object) {
		for _, g := range in.handed {
			if g.to == to {
				rows = append(rows, sqlengine.Row{g.created.Truncate(1e6), g.privilege, string(g.kind), "", string(to.kind), granteeName(to), strconv.FormatBool(false), nameOf(g.by)})
			}
		}
	}
	visit(a.root)
	a.eachContainer(visit)
	return rows
}
