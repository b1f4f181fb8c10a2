package databricks

import (
	"strings"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

func (c *cursor) grant() (action, error)  { return c.grantOrRevoke("TO") }
func (c *cursor) revoke() (action, error) { return c.grantOrRevoke("FROM") }

// grantOrRevoke reads privileges ON [kind] name TO|FROM principal.
func (c *cursor) grantOrRevoke(toward string) (action, error) {
	privileges, err := c.privileges()
	if err != nil {
		return nil, err
	}
	if err := c.ExpectKeyword("ON"); err != nil {
		return nil, err
	}
	find, err := c.grantTarget()
	if err != nil {
		return nil, err
	}
	if err := c.ExpectKeyword(toward); err != nil {
		return nil, err
	}
	who, err := c.principalName()
	if err != nil {
		return nil, err
	}
	change := grantChange{Principal: who}
	if toward == "TO" {
		change.Add = privileges
	} else {
		change.Remove = privileges
	}
	return func() (*Result, error) {
		x, err := find()
		if err != nil {
			return nil, err
		}
		return done(), c.s.w.applyGrants(c.s.id, x, []grantChange{change})
	}, nil
}

// privileges reads a list of privileges of one or more words each.
func (c *cursor) privileges() ([]string, error) {
	var out []string
	err := c.CommaList(func() error {
		var words []string
		for c.Peek().Kind == sqlengine.TokenWord && !c.PeekKeyword("ON") {
			words = append(words, c.Next().Text)
		}
		if len(words) == 0 {
			return c.Errorf("expected a privilege")
		}
		out = append(out, underscored(strings.Join(words, " ")))
		return nil
	})
	return out, err
}

// grantTarget reads [kind] name; METASTORE has no name, a bare name is a table.
func (c *cursor) grantTarget() (func() (*securable, error), error) {
	if c.AcceptKeyword("METASTORE") {
		return func() (*securable, error) { return c.s.w.root, nil }, nil
	}
	if k, ok := c.singleWord(); ok {
		name, err := c.Name()
		return func() (*securable, error) { return c.s.w.find(k, name.Texts()) }, err
	}
	k, _, ok := c.kindWord()
	if !ok {
		k = kindTable
	}
	name, err := c.Name()
	return func() (*securable, error) {
		x, err := c.s.securable(k, name)
		switch {
		case err != nil && k == kindTable:
			err = tableNotFound(c.s.parts(k, name), err)
		case err != nil && k == kindFunction:
			if m, e := c.s.w.find(kindModel, c.s.parts(k, name)); e == nil {
				return m, nil
			}
		}
		return x, err
	}, err
}

// principalName reads `name`, or an unquoted name with dots and hyphens as far
// as identifiers allow them. "account users" must be quoted.
func (c *cursor) principalName() (string, error) {
	id, err := c.AnyIdent()
	return id.Text, err
}

// showGrants reads SHOW GRANTS [principal] ON target.
func (c *cursor) showGrants() (action, error) {
	who := ""
	if !c.PeekKeyword("ON") {
		c.AcceptKeyword("TO")
		var err error
		if who, err = c.principalName(); err != nil {
			return nil, err
		}
	}
	if err := c.ExpectKeyword("ON"); err != nil {
		return nil, err
	}
	find, err := c.grantTarget()
	if err != nil {
		return nil, err
	}
	return func() (*Result, error) {
		x, err := find()
		if err != nil {
			return nil, err
		}
		rows, err := c.s.w.readGrants(c.s.id, x, who, true)
		if err != nil {
			return nil, err
		}
		var out [][]string
		for _, r := range rows {
			on := x
			if r.from != nil {
				on = r.from
			}
			out = append(out, []string{r.principal, spaced(r.privilege), string(on.kind), on.fullName()})
		}
		return texts([]string{"Principal", "ActionType", "ObjectType", "ObjectKey"}, out...), nil
	}, nil
}

// readGrants lists grants as the caller may: all of them with MANAGE or
// ownership, else those of the caller's own.
func (w *Workspace) readGrants(id identity, x *securable, who string, inherited bool) ([]grantRow, error) {
	all := id.manages(x) == nil
	if !all {
		if err := id.show(x); err != nil {
			return nil, err
		}
	}
	rows := w.direct(x)
	if inherited {
		rows = w.effective(x)
	}
	var out []grantRow
	for _, r := range rows {
		if (who == "" || strings.EqualFold(who, r.principal)) && (all || id.is(r.principal)) {
			out = append(out, r)
		}
	}
	return out, nil
}
