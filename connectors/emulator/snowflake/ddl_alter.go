package snowflake

import (
	"context"
	"strconv"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

// target is the object an ALTER or DROP names.
type target struct {
	kind     kind
	name     sqlengine.Name
	ifExists bool
	either   bool   // a table or a view, whichever the name is of
	sort     string // of the table, where the statement says it
}

// act carries a change of a target out. With IF EXISTS, a target that is not there is a success.
func (t target) act(c *cursor, change func(o *object) error) action {
	return func(context.Context) (*Result, error) {
		c.s.commit()
		sc := c.s.scope()
		var o *object
		var err error
		if t.kind == kindAccount {
			o = c.s.a.root
		} else if o, err = sc.look(t.kind, t.name); err != nil {
			return nil, err
		}
		if o == nil || !sc.may.resolves(o) && !sc.may.owns(o) {
			if t.ifExists {
				return status("Statement executed successfully."), nil
			}
			return nil, errMissing(t.kind, full(t.name))
		}
		if o.kind != t.kind && !(t.either && o.kind.isRelation()) || t.sort != "" && o.rel.sort != t.sort {
			return nil, wrongKind(o, t.kind)
		}
		if err := o.lockedError(); err != nil {
			return nil, err
		}
		if err := change(o); err != nil {
			return nil, err
		}
		c.s.a.touch(o)
		return done(), nil
	}
}

func (c *cursor) alter() (action, error) {
	if c.AcceptKeyword("ACCOUNT") {
		return c.alterAccount()
	}
	k, ok := c.kind()
	if !ok {
		return nil, c.unknownKind()
	}
	t := target{kind: k, sort: c.sort, ifExists: c.ifExists()}
	if k == kindUser && (c.PeekKeyword("ADD") || c.PeekKeyword("REMOVE") || c.PeekKeyword("SET")) {
		t.name = sqlengine.NameOf(c.s.user.name)
	} else {
		n, err := c.targetName(k)
		if err != nil {
			return nil, err
		}
		t.name = n
	}
	if k.isRelation() {
		return c.alterRelation(t)
	}
	return c.alterObject(t)
}

func (c *cursor) targetName(k kind) (sqlengine.Name, error) {
	name, err := c.Name()
	if err != nil || !k.isRoutine() {
		return name, err
	}
	sig, err := c.signature()
	name[len(name)-1].Text += sig
	return name, err
}

// alterObject handles what all kinds have, then what is particular.
func (c *cursor) alterObject(t target) (action, error) {
	switch {
	case c.words("RENAME TO"):
		return c.rename(t)
	case c.PeekKeyword("SET", "TAG"), c.PeekKeyword("UNSET", "TAG"):
		return c.alterTags(t)
	case t.kind == kindUser && (c.PeekKeyword("ADD") || c.PeekKeyword("REMOVE")):
		return c.alterUserToken(&userTarget{c, t})
	case t.kind == kindSchema && c.words("ENABLE MANAGED ACCESS"):
		return t.act(c, c.owned(func(o *object) error { o.setProp("managed", "true"); return nil })), nil
	case t.kind == kindSchema && c.words("DISABLE MANAGED ACCESS"):
		return t.act(c, c.owned(func(o *object) error { delete(o.props, "managed"); return nil })), nil
	case c.words("SET COMMENT"):
		v, err := c.commentValue()
		return t.act(c, c.owned(func(o *object) error { o.comment = v; return nil }, "MODIFY")), err
	case t.kind != kindTag && c.words("UNSET COMMENT"):
		return t.act(c, c.owned(func(o *object) error { o.comment = ""; return nil }, "MODIFY")), nil
	case t.kind == kindTag:
		change, err := c.alterTag()
		return t.act(c, change), err
	case t.kind.isPolicy():
		change, err := c.alterPolicy(t.kind)
		return t.act(c, c.owned(change)), err
	case t.kind == kindWarehouse && c.AcceptAny("SUSPEND", "RESUME") != "":
		c.words("IF SUSPENDED")
		return t.act(c, c.owned(func(*object) error { return nil }, "OPERATE")), nil
	case t.kind == kindPipe && c.words("SET PIPE_EXECUTION_PAUSED ="):
		paused, err := c.boolean()
		return t.act(c, c.owned(func(o *object) error { o.setProp(propPaused, strconv.FormatBool(paused)); return nil }, "OPERATE")), err
	case c.AcceptKeyword("SET"):
		return c.setProps(t)
	case c.AcceptKeyword("UNSET"):
		return c.unsetProps(t)
	}
	return nil, c.Errorf("unexpected token in ALTER " + t.kind.keywords())
}

// userTarget is the user of ALTER USER ... ADD PAT.
type userTarget struct {
	c *cursor
	t target
}

func (u *userTarget) find() (*object, error) { return u.c.s.scope().find(kindUser, u.t.name) }

// owned guards a change with ownership or one of the privileges.
func (c *cursor) owned(change func(o *object) error, privileges ...string) func(o *object) error {
	return func(o *object) error {
		if o.kind == kindUser && o == c.s.user && len(privileges) > 0 {
			return change(o)
		}
		if err := c.s.may().require(o, privileges...); err != nil {
			return err
		}
		return change(o)
	}
}

func (c *cursor) setProps(t target) (action, error) {
	d := &definition{kind: t.kind}
	if err := c.options(d); err != nil {
		return nil, err
	}
	return t.act(c, c.owned(func(o *object) error {
		if d.commented {
			o.comment = d.comment
		}
		if o.kind == kindUser {
			return c.s.changeUser(o, d.props)
		}
		for _, p := range d.props {
			o.setProp(p.name, p.value)
		}
		return nil
	}, "MODIFY")), nil
}

func (c *cursor) unsetProps(t target) (action, error) {
	var names []string
	err := c.CommaList(func() error {
		p, err := c.AnyIdent()
		names = append(names, p.Text)
		return err
	})
	for _, n := range names {
		if !contains(kindOptions[t.kind], n) {
			return nil, compilation(codeInvalidProperty, "22023", "invalid property '%s' for '%s'", n, t.kind.keywords())
		}
	}
	return t.act(c, c.owned(func(o *object) error {
		for _, n := range names {
			delete(o.props, n)
			switch {
			case o.user == nil:
			case n == "RSA_PUBLIC_KEY":
				o.user.keys[0] = nil
			case n == "RSA_PUBLIC_KEY_2":
				o.user.keys[1] = nil
			case n == "PASSWORD":
				o.user.password = ""
			}
		}
		return nil
	}, "MODIFY")), err
}

func (c *cursor) alterAccount() (action, error) {
	t := target{kind: kindAccount}
	if c.PeekKeyword("SET", "TAG") || c.PeekKeyword("UNSET", "TAG") {
		return c.alterTags(t)
	}
	if err := c.ExpectKeyword("SET"); err != nil {
		return nil, err
	}
	list, err := c.settings()
	if err != nil {
		return nil, err
	}
	return t.act(c, func(o *object) error {
		if !c.s.may().roles[c.s.a.root.child("role", roleAccountAdmin)] {
			return errDenied(o)
		}
		for _, x := range list {
			v, err := checkParam(x.name, x.value)
			if err != nil {
				return err
			}
			o.setProp("param:"+x.name, v)
		}
		return nil
	}), nil
}

// alterTags is SET TAG and UNSET TAG on an object as a whole.
func (c *cursor) alterTags(t target) (action, error) {
	if !taggableKind(t.kind) {
		return nil, errorf(codeTagging, "0A000", "Object tagging not supported for object type %s.", t.kind.keywords())
	}
	if c.words("UNSET TAG") {
		pairs, err := c.tagNames()
		return t.act(c, func(o *object) error { return c.s.unsetTags(o, nil, pairs) }), err
	}
	if err := c.expectWords("SET TAG"); err != nil {
		return nil, err
	}
	pairs, err := c.tagPairs()
	if err == nil && len(pairs) > maxTagPairs {
		err = errTooManyPairs()
	}
	return t.act(c, func(o *object) error {
		if err := c.s.checkTagPairs(o, nil, pairs); err != nil {
			return err
		}
		c.s.setTagPairs(o, nil, pairs)
		return nil
	}), err
}

// taggableKind tells whether the documentation lists the kind among those that carry tags.
func taggableKind(k kind) bool {
	switch k.keywords() {
	case "SEQUENCE", "FILE FORMAT", "TAG", "SECRET", "CONNECTION", "RESOURCE MONITOR", "EXTERNAL VOLUME", "MODEL":
		return false
	}
	return true
}

func errTooManyPairs() error {
	return errorf(codeTagQuota, "54000", "SQL compilation error:\nThe limit of %d tag and entity pairs in a statement is exceeded.", maxTagPairs)
}

// rename is RENAME TO, which for what lies in schemas may also move.
func (c *cursor) rename(t target) (action, error) {
	name, err := c.Name()
	if err != nil {
		return nil, err
	}
	return t.act(c, func(o *object) error { return c.s.moveTo(o, name) }), nil
}

func (s *session) moveTo(o *object, name sqlengine.Name) error {
	if err := s.may().requireOwner(o); err != nil {
		return err
	}
	sc := s.scope()
	if len(name) == 1 && o.parent.kind == kindSchema {
		sc.schema, sc.database = o.parent, o.parent.parent
	}
	if len(name) == 1 && o.parent.kind == kindDatabase {
		sc.database = o.parent
	}
	in, last, err := sc.place(o.kind, name)
	if err != nil {
		return err
	}
	if in.child(o.space(), last) != nil {
		return errExists(full(name))
	}
	if in != o.parent {
		if err := sc.may.requireCreate(o.kind, in); err != nil {
			return err
		}
	}
	delete(o.parent.children, childKey{o.space(), o.name})
	if o.rel != nil {
		o.rel.classified = nil // it is kept by name
	}
	o.parent, o.name = in, last
	in.children[childKey{o.space(), last}] = o
	s.a.touchTree(o)
	return nil
}

// touchTree notes a change of an object and of all that lies in it.
func (a *Account) touchTree(o *object) {
	a.touch(o)
	for _, c := range o.list("") {
		a.touchTree(c)
	}
}
