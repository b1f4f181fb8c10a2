package snowflake

import (
	"context"
	"strings"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

// grantSpec is a GRANT or REVOKE of privileges as written.
type grantSpec struct {
	privileges []string // nil: ALL
	target     grantTarget
	grantee    nameOfKind
	option     bool // WITH GRANT OPTION, or GRANT OPTION FOR
	cascade    bool
	inherited  bool
	copied     string // COPY or REVOKE, of CURRENT GRANTS
}

// nameOfKind is a name with the kind it was given with.
type nameOfKind struct {
	kind kind
	name sqlengine.Name
}

// grantTarget is what stands behind ON.
type grantTarget struct {
	scope string // "": one object; ALL or FUTURE
	nameOfKind
	in nameOfKind // of ALL and FUTURE
}

func (c *cursor) grant() (action, error) {
	if c.PeekKeyword("ROLE") || c.PeekKeyword("DATABASE", "ROLE") {
		return c.grantRole()
	}
	if c.AcceptKeyword("OWNERSHIP") && c.PeekKeyword("ON") {
		return c.grantOwnership()
	}
	spec, err := c.privilegesOn()
	if err != nil {
		return nil, err
	}
	if err := c.ExpectKeyword("TO"); err != nil {
		return nil, err
	}
	if spec.grantee, err = c.grantee(); err != nil {
		return nil, err
	}
	spec.option = c.words("WITH GRANT OPTION")
	return func(context.Context) (*Result, error) { return c.s.carryOutGrant(spec) }, nil
}

func (c *cursor) revoke() (action, error) {
	if c.PeekKeyword("ROLE") || c.PeekKeyword("DATABASE", "ROLE") {
		return c.revokeRole()
	}
	option := c.words("GRANT OPTION FOR")
	spec, err := c.privilegesOn()
	if err != nil {
		return nil, err
	}
	spec.option = option
	if err := c.ExpectKeyword("FROM"); err != nil {
		return nil, err
	}
	if spec.grantee, err = c.grantee(); err != nil {
		return nil, err
	}
	spec.cascade = c.AcceptAny("RESTRICT", "CASCADE") == "CASCADE"
	return func(context.Context) (*Result, error) { return c.s.carryOutRevoke(spec) }, nil
}

// privilegesOn reads <privileges> ON <target>.
func (c *cursor) privilegesOn() (*grantSpec, error) {
	if c.PeekKeyword("CALLER") {
		return nil, errUnsupported("GRANT CALLER")
	}
	spec := &grantSpec{inherited: c.AcceptKeyword("INHERITED")}
	if c.AcceptKeyword("ALL") {
		c.AcceptKeyword("PRIVILEGES")
	} else if err := c.CommaList(func() error { return c.privilege(spec) }); err != nil {
		return nil, err
	}
	if err := c.ExpectKeyword("ON"); err != nil {
		return nil, err
	}
	var err error
	spec.target, err = c.grantTarget()
	return spec, err
}

func (c *cursor) privilege(spec *grantSpec) error {
	var words []string
	for !c.PeekKeyword("ON") && !c.PeekKeyword(",") {
		t := c.Next()
		if t.Kind != sqlengine.TokenWord {
			return c.Errorf("expected a privilege")
		}
		words = append(words, strings.ToUpper(t.Text))
	}
	if len(words) == 0 {
		return c.Errorf("expected a privilege")
	}
	spec.privileges = append(spec.privileges, strings.Join(words, " "))
	return nil
}

func (c *cursor) grantTarget() (grantTarget, error) {
	t := grantTarget{}
	if c.AcceptKeyword("ACCOUNT") {
		t.kind = kindAccount
		return t, nil
	}
	if t.scope = c.AcceptAny("ALL", "FUTURE"); t.scope == "" {
		var err error
		t.nameOfKind, err = c.objectName()
		return t, err
	}
	k, ok := c.plural()
	if !ok {
		return t, c.Errorf("expected a kind of objects")
	}
	t.kind = k
	if err := c.ExpectKeyword("IN"); err != nil {
		return t, err
	}
	switch c.AcceptAny("DATABASE", "SCHEMA", "ACCOUNT") {
	case "ACCOUNT":
		t.in.kind = kindAccount
		return t, nil
	case "DATABASE":
		t.in.kind = kindDatabase
	case "SCHEMA":
		t.in.kind = kindSchema
	default:
		return t, c.Errorf("expected DATABASE or SCHEMA")
	}
	var err error
	t.in.name, err = c.Name()
	return t, err
}

// objectName reads a kind and a name; functions have argument types.
func (c *cursor) objectName() (nameOfKind, error) {
	k, ok := c.kind()
	if !ok {
		if t := c.Peek(); t.Kind == sqlengine.TokenWord && knownKinds[strings.ToUpper(t.Text)] {
			return nameOfKind{}, errUnsupported("objects of type %s", strings.ToUpper(t.Text))
		}
		return nameOfKind{}, c.Errorf("expected a kind of object")
	}
	name, err := c.Name()
	if err != nil || !k.isRoutine() {
		return nameOfKind{k, name}, err
	}
	if !c.PeekKeyword("(") {
		return nameOfKind{}, compilation(codeArgumentTypes, "42601", "Argument types of %s '%s' must be specified.", k.words(), full(name))
	}
	sig, err := c.signature()
	last := name[len(name)-1]
	last.Text += sig
	return nameOfKind{k, append(append(sqlengine.Name{}, name[:len(name)-1]...), last)}, err
}

// knownKinds are kinds of Snowflake that the emulator does not have.
var knownKinds = map[string]bool{"EXTERNAL": true,
	"ALERT": true, "RESOURCE": true, "COMPUTE": true, "NETWORK": true,
	"CONNECTION": true, "FAILOVER": true, "REPLICATION": true, "APPLICATION": true, "NOTEBOOK": true, "STREAMLIT": true, "MODEL": true, "HYBRID": true,
	"EVENT": true, "JOIN": true, "PRIVACY": true, "PASSWORD": true, "SESSION": true, "AUTHENTICATION": true, "DATA": true, "OR": true}

// signature reads (TYPE, ...) and gives it without lengths.
func (c *cursor) signature() (string, error) {
	var types []string
	err := c.Parens(func() error {
		t, err := c.Type()
		types = append(types, bareType(t))
		return err
	})
	return "(" + strings.Join(types, ", ") + ")", err
}

// grantee reads [ROLE] r, DATABASE ROLE db.r or USER u.
func (c *cursor) grantee() (nameOfKind, error) {
	g := nameOfKind{kind: kindRole}
	switch {
	case c.words("DATABASE ROLE"):
		g.kind = kindDatabaseRole
	case c.AcceptKeyword("SHARE"):
		g.kind = kindShare
	case c.PeekKeyword("APPLICATION"):
		return g, errUnsupported("grantees of type %s", strings.ToUpper(c.Peek().Text))
	case c.AcceptKeyword("USER"):
		g.kind = kindUser
	default:
		c.AcceptKeyword("ROLE")
	}
	var err error
	g.name, err = c.Name()
	return g, err
}

func (c *cursor) grantRole() (action, error) {
	role, grantee, err := c.membership("TO")
	if err != nil {
		return nil, err
	}
	option := c.words("WITH GRANT OPTION")
	return func(context.Context) (*Result, error) { return c.s.addMember(role, grantee, option) }, nil
}

func (c *cursor) revokeRole() (action, error) {
	role, grantee, err := c.membership("FROM")
	if err != nil {
		return nil, err
	}
	return func(context.Context) (*Result, error) { return c.s.removeMember(role, grantee) }, nil
}

func (c *cursor) membership(word string) (role, grantee nameOfKind, err error) {
	role.kind = kindRole
	if c.AcceptKeyword("DATABASE") {
		role.kind = kindDatabaseRole
	}
	c.Next() // ROLE
	if role.name, err = c.Name(); err != nil {
		return role, grantee, err
	}
	if err = c.ExpectKeyword(word); err != nil {
		return role, grantee, err
	}
	if !c.PeekKeyword("ROLE") && !c.PeekKeyword("USER") && !c.PeekKeyword("DATABASE", "ROLE") && !c.PeekKeyword("SHARE") && !c.PeekKeyword("APPLICATION") {
		return role, grantee, c.Errorf("expected ROLE or USER")
	}
	grantee, err = c.grantee()
	return role, grantee, err
}

func (c *cursor) grantOwnership() (action, error) {
	c.Next() // ON
	spec := &grantSpec{privileges: []string{privOwnership}}
	var err error
	if spec.target, err = c.grantTarget(); err != nil {
		return nil, err
	}
	if err = c.ExpectKeyword("TO"); err != nil {
		return nil, err
	}
	if spec.grantee, err = c.grantee(); err != nil {
		return nil, err
	}
	if spec.copied = c.AcceptAny("COPY", "REVOKE"); spec.copied != "" {
		if err = c.expectWords("CURRENT GRANTS"); err != nil {
			return nil, err
		}
	}
	return func(context.Context) (*Result, error) { return c.s.transfer(spec) }, nil
}
