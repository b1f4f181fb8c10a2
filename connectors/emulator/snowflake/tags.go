package snowflake

import (
	"strings"
	"unicode/utf8"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

// Limits of tags (object tagging introduction).
const (
	maxTagsPerObject = 50
	maxTagPairs      = 100
	maxTagValue      = 256
	maxAllowedValues = 5000
)

// tagPair is a tag with the value to set; an UNSET has no value.
type tagPair struct {
	name  sqlengine.Name
	value string
}

// tagPairs reads <tag> = '<value>' [ , ... ]. It stops before a comma that a column follows.
func (c *cursor) tagPairs() ([]tagPair, error) {
	var out []tagPair
	for {
		p, err := c.tagPair()
		if err != nil {
			return nil, err
		}
		out = append(out, p)
		mark := c.Mark()
		if !c.AcceptKeyword(",") {
			return out, nil
		}
		if !c.startsTagPair() {
			c.Reset(mark)
			return out, nil
		}
	}
}

// startsTagPair tells a further pair from the name of the next column.
func (c *cursor) startsTagPair() bool {
	mark := c.Mark()
	defer c.Reset(mark)
	if c.PeekKeyword("COLUMN") {
		return false
	}
	_, err := c.Name()
	return err == nil && c.PeekKeyword("=")
}

func (c *cursor) tagPair() (tagPair, error) {
	name, err := c.Name()
	if err != nil {
		return tagPair{}, err
	}
	if err := c.ExpectKeyword("="); err != nil {
		return tagPair{}, err
	}
	v, err := c.StringLiteral()
	return tagPair{name, v}, err
}

func (c *cursor) tagPairsInParens() ([]tagPair, error) {
	var out []tagPair
	err := c.Parens(func() error {
		p, err := c.tagPair()
		out = append(out, p)
		return err
	})
	return out, err
}

// tagNames reads the tags of an UNSET, up to a comma that a column follows.
func (c *cursor) tagNames() ([]tagPair, error) {
	var out []tagPair
	for {
		name, err := c.Name()
		if err != nil {
			return nil, err
		}
		out = append(out, tagPair{name: name})
		mark := c.Mark()
		if !c.AcceptKeyword(",") {
			return out, nil
		}
		if c.startsColumnAction() {
			c.Reset(mark)
			return out, nil
		}
	}
}

// startsColumnAction tells whether the next column of a MODIFY list comes.
func (c *cursor) startsColumnAction() bool {
	mark := c.Mark()
	defer c.Reset(mark)
	if c.AcceptAny("COLUMN", "MODIFY", "ALTER") != "" {
		return true
	}
	if _, err := c.Ident(); err != nil {
		return false
	}
	return c.PeekKeyword("UNSET") || c.PeekKeyword("SET") || c.PeekKeyword("ADD", "VALUE") || c.PeekKeyword("DROP", "VALUE")
}

// checkTagPairs checks that the session may set the tags, and their values. The object need not be in its place yet.
func (s *session) checkTagPairs(o *object, col *column, pairs []tagPair) error {
	for _, p := range pairs {
		t, err := s.scope().find(kindTag, p.name)
		if err != nil {
			return err
		}
		if err := s.mayTag(t, o, col); err != nil {
			return err
		}
		if err := checkTagValue(t, p.value); err != nil {
			return err
		}
	}
	return s.checkTagQuota(o, col, pairs)
}

func checkTagValue(t *object, value string) error {
	if utf8.RuneCountInString(value) > maxTagValue {
		return errorf(codeTagValue, "22023", "SQL compilation error:\nTag value for tag '%s' is longer than %d characters.", t.plain(), maxTagValue)
	}
	if t.tag.listed && !contains(t.tag.allowed, value) {
		return errorf(codeTagValue, "22023", "SQL compilation error:\nTag value '%s' is not allowed for tag '%s'. Allowed values are: [%s].",
			value, t.plain(), strings.Join(t.tag.allowed, ", "))
	}
	return nil
}

// checkTagQuota: 50 tags on an object, and 50 different ones on all columns of a table.
func (s *session) checkTagQuota(o *object, col *column, pairs []tagPair) error {
	seen := map[*object]bool{}
	if col == nil {
		for _, t := range o.tags {
			seen[t.tag] = true
		}
	} else {
		for _, c := range o.rel.columns {
			for _, t := range c.tags {
				seen[t.tag] = true
			}
		}
	}
	for _, p := range pairs {
		if t, err := s.scope().look(kindTag, p.name); err == nil && t != nil {
			seen[t] = true
		}
	}
	if len(seen) > maxTagsPerObject {
		return errorf(codeTagQuota, "54000", "SQL compilation error:\nThe limit of %d tags on '%s' is exceeded.", maxTagsPerObject, o.dotted())
	}
	return nil
}

// mayTag: APPLY TAG on the account, or APPLY on the tag and ownership of the object. A tag that masks needs APPLY MASKING POLICY when
// it is set on a schema or database.
func (s *session) mayTag(t, o *object, col *column) error {
	r := s.may()
	if isForeign(o) && o.kind != kindTag {
		return errDenied(o)
	}
	switch {
	case r.global(privApplyTag):
	case r.holds(privApply, t) && (r.owns(o) || o.kind == kindAccount && r.global(privManageGrants)):
	case r.owns(o) || r.holds(privApply, t):
		if r.owns(o) {
			return errDenied(t)
		}
		return errDenied(o)
	default:
		return errDenied(o)
	}
	if len(t.tag.masks) > 0 && (o.kind == kindDatabase || o.kind == kindSchema || o.kind == kindAccount) && !r.global(privApplyMasking) {
		return errDenied(t.tag.masks[0].policy)
	}
	return nil
}

// setTagPairs sets tags that checkTagPairs found good.
func (s *session) setTagPairs(o *object, col *column, pairs []tagPair) {
	for _, p := range pairs {
		t, err := s.scope().look(kindTag, p.name)
		if err != nil || t == nil {
			continue
		}
		list := &o.tags
		if col != nil {
			list = &col.tags
		}
		setTag(list, &tagging{tag: t, value: p.value, method: "MANUAL", at: s.a.now()})
	}
	if len(pairs) > 0 {
		s.a.touchTagged(o)
	}
}

// touchTagged notes that tags of an object changed.
func (a *Account) touchTagged(o *object) {
	before := o.altered
	a.touch(o)
	if a.opt.TagsKeepLastDDL {
		o.altered = before
	}
}

// setTag gives a tag its one value, in the place of all that it had.
func setTag(list *[]*tagging, t *tagging) {
	var out []*tagging
	placed := false
	for _, have := range *list {
		switch {
		case have.tag != t.tag:
			out = append(out, have)
		case !placed:
			out, placed = append(out, t), true
		}
	}
	if !placed {
		out = append(out, t)
	}
	*list = out
}

// tagValue reads ADD VALUE '<v>' FOR TAG <tag> and DROP VALUE '<v>' FOR TAG <tag>.
func (c *cursor) tagValue(ch *columnChange) error {
	ch.verb = addValueVerb
	if c.AcceptAny("ADD", "DROP") == "DROP" {
		ch.verb = dropValueVerb
	}
	c.Next() // VALUE
	v, err := c.StringLiteral()
	if err != nil {
		return err
	}
	if err := c.expectWords("FOR TAG"); err != nil {
		return err
	}
	name, err := c.Name()
	ch.pairs = []tagPair{{name, v}}
	return err
}

// maxTagValues is how many values a tag may have on one object.
const maxTagValues = 10

// changeTagValue adds or drops one value of a tag that may have several. What is there already, or is not, is a success.
func (s *session) changeTagValue(o *object, col *column, ch *columnChange) error {
	t, err := s.scope().find(kindTag, ch.pairs[0].name)
	if err != nil {
		return err
	}
	if err := s.mayTag(t, o, col); err != nil {
		return err
	}
	if !t.tag.multi {
		return compilation(codeInvalidValue, "22023", "Tag '%s' does not allow multiple values.", t.plain())
	}
	list := &o.tags
	if col != nil {
		list = &col.tags
	}
	value, n := ch.pairs[0].value, 0
	for _, have := range *list {
		if have.tag != t {
			continue
		}
		n++
		if have.value != value {
			continue
		}
		if ch.verb == dropValueVerb {
			*list = without(*list, have)
			s.a.touchTagged(o)
		}
		return nil
	}
	if ch.verb == dropValueVerb {
		return nil
	}
	if n == maxTagValues {
		return errorf(codeTagQuota, "54000", "SQL compilation error:\nThe limit of %d values of tag '%s' is exceeded.", maxTagValues, t.plain())
	}
	if err := s.checkTagPairs(o, col, ch.pairs); err != nil {
		return err
	}
	*list = append(append([]*tagging{}, *list...), &tagging{tag: t, value: value, method: "MANUAL", at: s.a.now()})
	s.a.touchTagged(o)
	return nil
}

// unsetTags removes tags; one that is not set is no error.
func (s *session) unsetTags(o *object, col *column, pairs []tagPair) error {
	var tags []*object
	for _, p := range pairs {
		t, err := s.scope().find(kindTag, p.name)
		if err != nil {
			return err
		}
		if err := s.mayTag(t, o, col); err != nil {
			return err
		}
		tags = append(tags, t)
	}
	list := &o.tags
	if col != nil {
		list = &col.tags
	}
	for _, t := range tags {
		for _, have := range *list {
			if have.tag == t {
				*list = without(*list, have)
			}
		}
	}
	s.a.touchTagged(o)
	return nil
}

// effective is a tag in force on something, with where it was set.
type effective struct {
	*tagging
	level kind
}

// tagsOn gives the tags in force on an object or column: its own first, then those of what contains it.
func (a *Account) tagsOn(o *object, col *column) []effective {
	var out []effective
	seen := map[*object]bool{}
	take := func(list []*tagging, level kind) {
		for _, t := range list {
			if !seen[t.tag] {
				out = append(out, effective{t, level})
			}
		}
		for _, t := range list {
			seen[t.tag] = true
		}
	}
	if col != nil {
		take(col.tags, "COLUMN")
	}
	for x := o; x != nil; x = x.parent {
		level := x.kind
		if level.isRelation() {
			level = kindTable
		}
		take(x.tags, level)
	}
	return out
}
