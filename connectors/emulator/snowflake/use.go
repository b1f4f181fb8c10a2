package snowflake

import (
	"context"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

func (c *cursor) use() (action, error) {
	switch c.AcceptAny("ROLE", "WAREHOUSE", "SCHEMA", "DATABASE", "SECONDARY") {
	case "ROLE":
		return c.useNamed((*session).useRole)
	case "WAREHOUSE":
		return c.useNamed((*session).useWarehouse)
	case "SCHEMA":
		return c.useNamed((*session).useSchema)
	case "SECONDARY":
		return c.useSecondary()
	}
	return c.useNamed((*session).useDatabase) // USE db, USE db.schema
}

func (c *cursor) useNamed(set func(*session, sqlengine.Name) error) (action, error) {
	name, err := c.Name()
	if err != nil {
		return nil, err
	}
	return func(context.Context) (*Result, error) {
		if err := set(c.s, name); err != nil {
			return nil, err
		}
		return used(), nil
	}, nil
}

func used() *Result {
	r := done()
	r.typeID = typeUse
	return r
}

func (c *cursor) useSecondary() (action, error) {
	if err := c.ExpectKeyword("ROLES"); err != nil {
		return nil, err
	}
	word := c.AcceptAny(secondaryAll, secondaryNone)
	if word == "" {
		return nil, errUnsupported("USE SECONDARY ROLES with a list of roles")
	}
	return func(context.Context) (*Result, error) {
		if word == secondaryAll && c.s.restrict != nil {
			return nil, errorf(codeDenied, "42501", "SQL access control error:\nSecondary roles cannot be used in a session restricted to a role.")
		}
		c.s.secondary = word
		return used(), nil
	}, nil
}

func (s *session) useRole(name sqlengine.Name) error {
	r := s.a.root.child("role", name.Last())
	if len(name) != 1 || r == nil {
		return compilation(codeParentMissing, "02000", "Object does not exist, or operation cannot be performed.")
	}
	if !s.available(r) || s.restrict != nil && r != s.restrict {
		return errorf(codeDenied, "42501", "SQL access control error:\nRequested role '%s' is not assigned to the executing user. Specify another role to activate.", r.name)
	}
	s.role = r
	return nil
}

func (s *session) useWarehouse(name sqlengine.Name) error {
	w := s.a.root.child("warehouse", name.Last())
	if len(name) != 1 || w == nil || !s.may().some(w) {
		return compilation(codeParentMissing, "02000", "Object does not exist, or operation cannot be performed.")
	}
	s.warehouse = w
	return nil
}

func (s *session) useDatabase(name sqlengine.Name) error {
	if len(name) == 2 {
		return s.useSchema(name)
	}
	db := s.a.root.child("database", name.Last())
	if len(name) != 1 || db == nil || !s.may().enters(db) {
		return compilation(codeParentMissing, "02000", "Object does not exist, or operation cannot be performed.")
	}
	s.database, s.schema = db, nil
	if public := db.child("schema", "PUBLIC"); public != nil && s.may().enters(public) {
		s.schema = public
	}
	return nil
}

func (s *session) useSchema(name sqlengine.Name) error {
	sch, err := s.scope().find(kindSchema, name)
	if err != nil {
		return err
	}
	if !s.may().enters(sch) {
		return errMissing(kindSchema, full(name))
	}
	s.database, s.schema = sch.parent, sch
	return nil
}

func (c *cursor) begin() (action, error) {
	if c.AcceptAny("TRANSACTION", "WORK") == "" && c.PeekKeyword("NAME") {
		c.Next()
		if _, err := c.Ident(); err != nil {
			return nil, err
		}
	}
	return func(context.Context) (*Result, error) {
		c.s.commit()
		c.s.tx = &transaction{rows: map[*object][]sqlengine.Row{}}
		return transactionResult(), nil
	}, nil
}

// transaction keeps what DML replaced, so that it can be rolled back.
type transaction struct {
	order []*object
	rows  map[*object][]sqlengine.Row
}

// keep notes the rows of a table before the first change to them.
func (t *transaction) keep(o *object) {
	if t == nil {
		return
	}
	if _, ok := t.rows[o]; !ok {
		t.order = append(t.order, o)
		t.rows[o] = o.rel.rows
	}
}

func (c *cursor) commitStatement() (action, error) {
	c.AcceptKeyword("WORK")
	return func(context.Context) (*Result, error) {
		c.s.commit()
		return transactionResult(), nil
	}, nil
}

func (c *cursor) rollbackStatement() (action, error) {
	c.AcceptKeyword("WORK")
	return func(context.Context) (*Result, error) {
		c.s.rollback()
		c.s.commit()
		return transactionResult(), nil
	}, nil
}

// commit ends the transaction, if one is open.
func (s *session) commit() { s.tx = nil }

func (s *session) rollback() {
	if s.tx == nil {
		return
	}
	for _, o := range s.tx.order {
		if !o.isDropped() {
			o.rel.rows = s.tx.rows[o]
			s.a.touch(o)
		}
	}
}

func transactionResult() *Result {
	r := done()
	r.typeID = typeTransaction
	return r
}
