package databricks

import "github.com/polsync/polsync/connectors/emulator/sqlengine"

// create dispatches CREATE [OR REPLACE] ....
func (c *cursor) create() (action, error) {
	if c.AcceptKeyword("GOVERNED", "TAG") {
		return c.createGovernedTag()
	}
	replace := c.AcceptKeyword("OR", "REPLACE")
	switch {
	case c.AcceptKeyword("POLICY"):
		return c.createPolicy(replace)
	case c.AcceptKeyword("FUNCTION"):
		return c.createFunction(replace)
	case c.AcceptKeyword("TABLE"):
		return c.createTable(replace, typeManaged)
	case c.AcceptKeyword("EXTERNAL", "TABLE"):
		return c.createTable(replace, typeExternal)
	case c.AcceptKeyword("VIEW"):
		return c.createView(replace, typeView)
	case c.AcceptKeyword("MATERIALIZED", "VIEW"):
		return c.createView(replace, typeMatView)
	case replace:
		return nil, c.Errorf("expected what to replace")
	case c.AcceptKeyword("CATALOG"):
		return c.createContainer(kindCatalog)
	case c.AcceptKeyword("SCHEMA"), c.AcceptKeyword("DATABASE"):
		return c.createContainer(kindSchema)
	case c.AcceptKeyword("VOLUME"):
		return c.createVolume("MANAGED")
	case c.AcceptKeyword("EXTERNAL", "VOLUME"):
		return c.createVolume("EXTERNAL")
	}
	return nil, errUnsupported("CREATE %s is not supported.", c.Peek().Text)
}

// creation is what all CREATE statements have in common.
type creation struct {
	kind        kind
	name        sqlengine.Name
	privilege   string // on the parent
	replace     bool
	ifNotExists bool
	comment     string
}

func (c *cursor) creationOf(k kind, privilege string) (creation, error) {
	n := creation{kind: k, privilege: privilege, ifNotExists: c.ifNotExists()}
	var err error
	n.name, err = c.Name()
	return n, err
}

// make adds the securable, or gives the one it replaces. Both are nil where IF
// NOT EXISTS found it there.
func (c *cursor) make(n creation) (made, replaced *securable, err error) {
	parts := c.s.parts(n.kind, n.name)
	parent := c.s.w.root
	if len(parts) > 1 {
		pk := kindCatalog
		if len(parts) == 3 {
			pk = kindSchema
		}
		if parent, err = c.s.w.find(pk, parts[:len(parts)-1]); err != nil {
			return nil, nil, err
		}
	}
	if parent.readOnly() {
		return nil, nil, errReadOnly(parent)
	}
	if x := parent.child(n.kind, parts[len(parts)-1]); x != nil {
		return c.occupied(n, x)
	}
	if err := c.s.id.require(n.privilege, parent); err != nil {
		return nil, nil, err
	}
	made, err = c.s.w.add(parent, n.kind, parts[len(parts)-1], c.s.id.name)
	if err == nil {
		made.comment = n.comment
		c.s.w.audit(c.s.id, "create"+title(n.kind), "full_name_arg", made.fullName())
	}
	return made, nil, err
}

func (c *cursor) occupied(n creation, x *securable) (made, replaced *securable, err error) {
	switch {
	case n.ifNotExists:
		return nil, nil, nil
	case !n.replace:
		return nil, nil, errExists(n.kind, x.fullName())
	}
	if err := c.s.id.alters(x); err != nil {
		return nil, nil, err
	}
	return nil, x, nil
}

func (c *cursor) createContainer(k kind) (action, error) {
	privilege := "CREATE_SCHEMA"
	if k == kindCatalog {
		privilege = "CREATE_CATALOG"
	}
	n, err := c.creationOf(k, privilege)
	if err != nil {
		return nil, err
	}
	if c.AcceptKeyword("MANAGED", "LOCATION") {
		if _, err := c.StringLiteral(); err != nil {
			return nil, err
		}
	}
	if n.comment, err = c.comment(); err != nil {
		return nil, err
	}
	return func() (*Result, error) {
		made, _, err := c.make(n)
		if err != nil || made == nil || k == kindSchema {
			return done(), err
		}
		made.catalogType = catalogManaged
		c.s.w.addInformationSchema(made)
		_, err = c.s.w.add(made, kindSchema, "default", c.s.id.name)
		return done(), err
	}, nil
}

func (c *cursor) createVolume(volumeType string) (action, error) {
	n, err := c.creationOf(kindVolume, "CREATE_VOLUME")
	if err != nil {
		return nil, err
	}
	v := &volume{kind: volumeType}
	if volumeType == "EXTERNAL" {
		if err := c.ExpectKeyword("LOCATION"); err != nil {
			return nil, err
		}
		if v.location, err = c.StringLiteral(); err != nil {
			return nil, err
		}
	}
	if n.comment, err = c.comment(); err != nil {
		return nil, err
	}
	return func() (*Result, error) {
		made, _, err := c.make(n)
		if err == nil && made != nil {
			made.volume = v
		}
		return done(), err
	}, nil
}
