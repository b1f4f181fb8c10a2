package snowflake

import (
	"slices"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

func (c *cursor) createTag(d *definition) error {
	t := &tagDef{}
	d.fill = func(o *object) error { o.tag = t; return c.s.mayPropagate(t.propagate) }
	d.change = func(o *object) error {
		masks := o.tag.masks
		o.tag, o.comment = t, d.comment
		o.tag.masks = masks
		return nil
	}
	comment, err := c.tagProperties(t)
	if comment != nil {
		d.comment = *comment
	}
	if err != nil {
		return err
	}
	return t.check()
}

// tagProperties reads the properties of a tag. The comment is nil where none is written.
func (c *cursor) tagProperties(t *tagDef) (*string, error) {
	var comment *string
	for !c.AtEnd() && !c.PeekKeyword(";") {
		if c.AcceptKeyword("COMMENT") {
			text, err := c.commentValue()
			if err != nil {
				return nil, err
			}
			comment = &text
		} else if err := c.tagProperty(t); err != nil {
			return nil, err
		}
		c.AcceptKeyword(",")
	}
	return comment, nil
}

func (c *cursor) tagProperty(t *tagDef) (err error) {
	switch {
	case c.AcceptKeyword("ALLOWED_VALUES"):
		t.listed = true
		t.allowed, err = c.stringList()
	case c.words("MULTI_VALUE ="):
		t.multi, err = c.boolean()
	case c.words("PROPAGATE ="):
		t.propagate = c.AcceptAny("ON_DEPENDENCY_AND_DATA_MOVEMENT", "ON_DEPENDENCY", "ON_DATA_MOVEMENT")
		if t.propagate == "" {
			return c.Errorf("expected when to propagate")
		}
	case c.words("ON_CONFLICT ="):
		if t.onConflict = c.AcceptAny("ALLOWED_VALUES_SEQUENCE", "MERGE"); t.onConflict == "" {
			t.onConflict, err = c.StringLiteral()
		}
	default:
		return c.Errorf("unexpected token in a tag definition")
	}
	return err
}

func (t *tagDef) check() error {
	if len(t.allowed) > maxAllowedValues {
		return compilation(codeInvalidValue, "22023", "The limit of %d allowed values is exceeded.", maxAllowedValues)
	}
	for i, v := range t.allowed {
		if contains(t.allowed[:i], v) {
			return compilation(codeInvalidValue, "22023", "Duplicate allowed value '%s'.", v)
		}
	}
	if t.onConflict == "ALLOWED_VALUES_SEQUENCE" && !t.listed || t.onConflict == "MERGE" && !t.multi {
		return compilation(codeInvalidValue, "22023", "Invalid on_conflict strategy '%s'.", t.onConflict)
	}
	return nil
}

// alterTag reads what follows ALTER TAG <name>. Masking policies need APPLY MASKING POLICY, which the change tests; all else needs ownership.
func (c *cursor) alterTag() (change func(o *object) error, err error) {
	switch {
	case c.PeekKeyword("SET", "MASKING", "POLICY"):
		return c.tagMasks()
	case c.words("UNSET MASKING POLICY"):
		names, err := c.maskNames()
		return func(o *object) error { return c.s.unsetTagMasks(o, names) }, err
	}
	if change, err = c.alterTagProperties(); err != nil {
		return nil, err
	}
	return c.owned(change), nil
}

func (c *cursor) alterTagProperties() (change func(o *object) error, err error) {
	switch {
	case c.words("ADD ALLOWED_VALUES"):
		list, err := c.stringList()
		return func(o *object) error { return o.changeAllowed(list, nil) }, err
	case c.words("DROP ALLOWED_VALUES"):
		list, err := c.stringList()
		return func(o *object) error { return o.changeAllowed(nil, list) }, err
	case c.AcceptKeyword("UNSET"):
		return c.unsetTagProperty()
	case c.AcceptKeyword("SET"):
		return c.setTagProperties()
	}
	return nil, c.Errorf("unexpected token in ALTER TAG")
}

func (o *object) changeAllowed(add, drop []string) error {
	t := *o.tag
	t.allowed = append([]string{}, t.allowed...)
	for _, v := range add {
		t.listed = true
		if !contains(t.allowed, v) {
			t.allowed = append(t.allowed, v)
		}
	}
	for _, v := range drop {
		if !contains(t.allowed, v) {
			return compilation(codeInvalidValue, "22023", "Allowed value '%s' of tag '%s' does not exist.", v, o.plain())
		}
		t.allowed = without(t.allowed, v)
	}
	if err := t.check(); err != nil {
		return err
	}
	*o.tag = t
	return nil
}

func (c *cursor) setTagProperties() (func(o *object) error, error) {
	t := &tagDef{}
	comment, err := c.tagProperties(t)
	if err != nil {
		return nil, err
	}
	return func(o *object) error {
		next := *o.tag
		if t.listed {
			next.listed, next.allowed = true, t.allowed
		}
		if t.propagate != "" {
			next.propagate, next.onConflict = t.propagate, t.onConflict
		} else if t.onConflict != "" {
			next.onConflict = t.onConflict
		}
		next.multi = next.multi || t.multi
		if err := next.check(); err != nil {
			return err
		}
		if err := c.s.mayPropagate(t.propagate); err != nil {
			return err
		}
		*o.tag = next
		if comment != nil {
			o.comment = *comment
		}
		return nil
	}, nil
}

func (c *cursor) unsetTagProperty() (func(o *object) error, error) {
	word := c.AcceptAny("ALLOWED_VALUES", "PROPAGATE", "ON_CONFLICT", "COMMENT")
	if word == "" {
		return nil, c.Errorf("unexpected token in ALTER TAG")
	}
	return func(o *object) error {
		switch word {
		case "ALLOWED_VALUES":
			o.tag.listed, o.tag.allowed = false, nil
		case "PROPAGATE":
			o.tag.propagate, o.tag.onConflict = "", ""
		case "ON_CONFLICT":
			o.tag.onConflict = ""
		case "COMMENT":
			o.comment = ""
		}
		return nil
	}, nil
}

// maskNames reads <policy> [ , MASKING POLICY <policy> ... ] behind the first MASKING POLICY.
func (c *cursor) maskNames() ([]sqlengine.Name, error) {
	var out []sqlengine.Name
	for {
		name, err := c.Name()
		if err != nil {
			return nil, err
		}
		out = append(out, name)
		if !c.words(", MASKING POLICY") {
			return out, nil
		}
	}
}

func (c *cursor) tagMasks() (func(o *object) error, error) {
	if err := c.expectWords("SET MASKING POLICY"); err != nil {
		return nil, err
	}
	names, err := c.maskNames()
	if err != nil {
		return nil, err
	}
	force := c.AcceptKeyword("FORCE")
	return func(o *object) error { return c.s.setTagMasks(o, names, force) }, nil
}

// setTagMasks attaches masking policies to a tag, one per family of types.
func (s *session) setTagMasks(tag *object, names []sqlengine.Name, force bool) error {
	if isSystem(tag) {
		return errorf(codeUnsupportedFeature, "0A000", "Unsupported feature 'masking policy on a system tag'.")
	}
	next := append([]*attachment{}, tag.tag.masks...)
	for _, n := range names {
		p, err := s.policyFor(kindMasking, n)
		if err != nil {
			return err
		}
		if !s.may().global(privApplyMasking) {
			return errDenied(p)
		}
		same := -1
		for i, have := range next {
			if family(have.policy.policy.returns) == family(p.policy.returns) {
				same = i
			}
		}
		switch {
		case same >= 0 && next[same].policy == p:
		case same >= 0 && !force:
			return compilation(codePolicyConflict, "23001", "Tag '%s' is already associated with masking policy '%s' for data type %s.",
				tag.plain(), next[same].policy.plain(), bareType(p.policy.returns))
		case same >= 0:
			next[same] = &attachment{policy: p, at: s.a.now()}
		default:
			next = append(next, &attachment{policy: p, at: s.a.now()})
		}
	}
	tag.tag.masks = next
	return nil
}

func (s *session) unsetTagMasks(tag *object, names []sqlengine.Name) error {
	next := append([]*attachment{}, tag.tag.masks...)
	for _, n := range names {
		p, err := s.policyFor(kindMasking, n)
		if err != nil {
			return err
		}
		if !s.may().global(privApplyMasking) {
			return errDenied(p)
		}
		at := slices.IndexFunc(next, func(m *attachment) bool { return m.policy == p })
		if at < 0 {
			return compilation(codePolicyConflict, "02000", "Masking policy '%s' is not associated with tag '%s'.", p.plain(), tag.plain())
		}
		next = slices.Delete(next, at, at+1)
	}
	tag.tag.masks = next
	return nil
}
