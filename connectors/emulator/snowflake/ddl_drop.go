package snowflake

import (
	"context"
	"time"
)

func (c *cursor) drop() (action, error) {
	k, ok := c.kind()
	if !ok {
		return nil, c.unknownKind()
	}
	t := target{kind: k, sort: c.sort, ifExists: c.ifExists()}
	var err error
	if t.name, err = c.targetName(k); err != nil {
		return nil, err
	}
	cascade := c.AcceptAny("CASCADE", "RESTRICT") != "RESTRICT"
	return func(context.Context) (*Result, error) { return c.s.dropTarget(t, cascade) }, nil
}

func (s *session) dropTarget(t target, cascade bool) (*Result, error) {
	s.commit()
	sc := s.scope()
	o, err := sc.look(t.kind, t.name)
	if err != nil {
		return nil, err
	}
	if o == nil || !sc.may.resolves(o) && !sc.may.owns(o) {
		if t.ifExists {
			return status("Drop statement executed successfully (%s already dropped).", t.name.Last()), nil
		}
		return nil, errMissing(t.kind, full(t.name))
	}
	if o.kind != t.kind || t.sort != "" && o.rel.sort != t.sort {
		return nil, wrongKind(o, t.kind)
	}
	if err := sc.may.requireOwner(o); err != nil {
		return nil, err
	}
	if err := o.lockedError(); err != nil {
		return nil, err
	}
	if !cascade && len(o.children) > 0 {
		return nil, compilation(codeCompilation, "2BP01", "Cannot drop %s '%s' because it is not empty.", o.kind.words(), o.name)
	}
	if err := s.a.droppable(o); err != nil {
		return nil, err
	}
	if o.kind == kindRole {
		s.inherit(o)
	}
	s.a.remove(o)
	return status("%s successfully dropped.", o.name), nil
}

// inherit hands what a role owns to the role that drops it.
func (s *session) inherit(role *object) {
	s.a.walk(s.a.root, func(o *object) {
		if o.owner == role {
			o.owner = s.role
			s.a.touch(o)
		}
	})
}

// walk visits an object and all that lies in it.
func (a *Account) walk(o *object, visit func(*object)) {
	visit(o)
	for _, c := range o.list("") {
		a.walk(c, visit)
	}
}

// droppable refuses to drop policies that are attached, tags that mask, and containers of such that are used outside.
func (a *Account) droppable(o *object) error {
	switch {
	case isSystem(o):
		return errDenied(o)
	case o.kind.isPolicy():
		if a.attached(o) {
			return errInUse(o)
		}
	case o.kind == kindTag:
		if len(o.tag.masks) > 0 {
			return compilation(codePolicyInUse, "23001", "Tag %s cannot be dropped/replaced as it is associated with one or more policies.", o.name)
		}
	case o.kind == kindRole && isSystemRole(o.name):
		return errDenied(o)
	case o.kind == kindDatabase || o.kind == kindSchema:
		return a.containerDroppable(o)
	}
	return nil
}

func isSystemRole(name string) bool {
	return contains([]string{roleAccountAdmin, roleSecurityAdmin, roleUserAdmin, roleSysAdmin, rolePublic}, name)
}

func (o *object) within(c *object) bool {
	for x := o; x != nil; x = x.parent {
		if x == c {
			return true
		}
	}
	return false
}

// containerDroppable: policies in it must not be attached outside, and masking tags in it must not be set outside.
func (a *Account) containerDroppable(c *object) error {
	var err error
	a.eachAttachment(func(p place) {
		if err == nil && p.policy.within(c) && !p.on.within(c) {
			code := codePolicyAssociation
			if c.kind == kindSchema {
				code++
			}
			err = errorf(code, "2BP01", "Cannot drop %s because: policy '%s' is used by '%s' outside of it.", c.kind.words(), p.policy.dotted(), p.on.dotted())
		}
	})
	return err
}

// remove takes an object and all in it out of the catalogue. What can be undropped is kept.
func (a *Account) remove(o *object) { a.removeAt(o, a.now()) }

func (a *Account) removeAt(o *object, at time.Time) {
	for _, c := range o.list("") {
		a.removeAt(c, at)
	}
	o.dropped = at
	delete(o.parent.children, childKey{o.space(), o.name})
	if o.kind == kindTag {
		a.unassign(o)
	}
	a.dropGrants(o)
	a.gone = append(a.gone, o)
	a.touch(o)
}

// unassign removes a dropped tag from everything. It remembers from what, for UNDROP.
func (a *Account) unassign(tag *object) {
	var from *object
	var column *column
	strip := func(list []*tagging) []*tagging {
		for _, t := range list {
			if t.tag == tag {
				tag.tag.lost = append(tag.tag.lost, lostTagging{from, column, t})
				list = without(list, t)
			}
		}
		return list
	}
	a.walk(a.root, func(o *object) {
		before := len(o.tags)
		from, column = o, nil
		o.tags = strip(o.tags)
		changed := len(o.tags) != before
		if o.rel != nil {
			for _, c := range o.rel.columns {
				before := len(c.tags)
				column = c
				c.tags = strip(c.tags)
				changed = changed || len(c.tags) != before
			}
		}
		if changed {
			a.touch(o)
		}
	})
}

func (c *cursor) undrop() (action, error) {
	k, ok := c.kind()
	if !ok {
		return nil, c.unknownKind()
	}
	switch k {
	case kindTable, kindDynamic, kindExternal, kindSchema, kindDatabase, kindTag:
	default:
		return nil, errUnsupported("UNDROP %s", k.keywords())
	}
	name, err := c.Name()
	if err != nil {
		return nil, err
	}
	return func(context.Context) (*Result, error) {
		c.s.commit()
		in, last, err := c.s.scope().place(k, name)
		if err != nil {
			return nil, err
		}
		return c.s.undropFrom(k, in, last)
	}, nil
}

// undropFrom brings what was dropped last under a name back, with its policies and its tags, without its grants; a container with what was
// dropped with it, a tag with its assignments.
func (s *session) undropFrom(k kind, in *object, name string) (*Result, error) {
	if in.child(k.info().space, name) != nil {
		return nil, errExists(name)
	}
	for i := len(s.a.gone) - 1; i >= 0; i-- {
		o := s.a.gone[i]
		if o.kind == k && o.name == name && o.parent == in && s.may().owns(o) {
			s.a.restore(o)
			return status("%s %s successfully restored.", k.title(), name), nil
		}
	}
	return nil, errMissing(k, name)
}

// commentOn is COMMENT [IF EXISTS] ON <kind> <name> IS '...' and COMMENT ON COLUMN.
func (c *cursor) commentOn() (action, error) {
	ifExists := c.ifExists()
	if err := c.ExpectKeyword("ON"); err != nil {
		return nil, err
	}
	if c.AcceptKeyword("COLUMN") {
		return c.commentOnColumn(ifExists)
	}
	k, ok := c.kind()
	if !ok {
		return nil, c.unknownKind()
	}
	t := target{kind: k, ifExists: ifExists, either: true}
	var err error
	if t.name, err = c.targetName(k); err != nil {
		return nil, err
	}
	if err := c.ExpectKeyword("IS"); err != nil {
		return nil, err
	}
	text, err := c.StringLiteral()
	return t.act(c, c.owned(func(o *object) error { o.comment = text; return nil }, "MODIFY")), err
}

func (c *cursor) commentOnColumn(ifExists bool) (action, error) {
	name, err := c.Name()
	if err != nil {
		return nil, err
	}
	if len(name) < 2 {
		return nil, c.Errorf("expected a table and a column")
	}
	if err := c.ExpectKeyword("IS"); err != nil {
		return nil, err
	}
	text, err := c.StringLiteral()
	t := target{kind: kindTable, name: name[:len(name)-1], ifExists: ifExists, either: true}
	return t.act(c, c.owned(func(o *object) error {
		col, _ := o.rel.column(name.Last())
		if col == nil {
			return errInvalidIdentifier(name.Last())
		}
		col.comment = text
		return nil
	})), err
}
