package snowflake

import (
	"slices"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

// columnChange is one entry of MODIFY COLUMN, carried out in two steps so that a statement does all or nothing.
type columnChange struct {
	column string
	verb   columnVerb
	pairs  []tagPair
	policy *policyRef
	force  bool
	text   string // comment or default
	typ    sqlengine.Type
}

type columnVerb int

const (
	setTagVerb columnVerb = iota
	unsetTagVerb
	setMaskVerb
	unsetMaskVerb
	setProjectionVerb
	unsetProjectionVerb
	commentVerb
	dropNotNullVerb
	setNotNullVerb
	dropDefaultVerb
	setTypeVerb
	addValueVerb
	dropValueVerb
)

// alterRelation reads what follows ALTER TABLE or ALTER VIEW and a name.
func (c *cursor) alterRelation(t target) (action, error) {
	if t.kind == kindDynamic || t.kind == kindMaterialized || t.kind == kindExternal {
		return c.alterDerived(t)
	}
	return c.alterGoverned(t)
}

// alterGoverned reads what tables, views and dynamic tables have in common, and what tables and views have besides.
func (c *cursor) alterGoverned(t target) (action, error) {
	switch {
	case c.PeekKeyword("MODIFY"), c.PeekKeyword("ALTER"):
		return c.modifyColumns(t)
	case c.PeekKeyword("SET", "TAG"), c.PeekKeyword("UNSET", "TAG"):
		t.either = true
		return c.alterTags(t)
	case c.words("ADD ROW ACCESS POLICY"):
		ref, err := c.policyRef("ON")
		return c.onRelation(t, func(o *object) error { return c.s.addRowAccess(o, ref) }), err
	case c.words("DROP ALL ROW ACCESS POLICIES"):
		return c.onRelation(t, func(o *object) error { return c.s.dropRowAccess(o, nil) }), nil
	case c.words("DROP ROW ACCESS POLICY"):
		return c.dropRowAccess(t)
	case c.words("SET AGGREGATION POLICY"):
		return c.setWholePolicy(t, kindAggregation, "ENTITY KEY")
	case c.words("UNSET AGGREGATION POLICY"):
		return c.onRelation(t, func(o *object) error { return c.s.unsetWhole(kindAggregation, o) }), nil
	case c.words("SET JOIN POLICY"):
		return c.setWholePolicy(t, kindJoin, "ALLOWED JOIN KEYS")
	case c.words("UNSET JOIN POLICY"):
		return c.onRelation(t, func(o *object) error { return c.s.unsetWhole(kindJoin, o) }), nil
	case c.words("RENAME COLUMN"):
		return c.renameColumn(t)
	case t.kind == kindTable && c.words("ADD SEARCH OPTIMIZATION"):
		return t.act(c, c.owned(func(o *object) error { o.setProp(searched, "true"); return nil })), nil
	case t.kind == kindTable && c.words("DROP SEARCH OPTIMIZATION"):
		return t.act(c, c.owned(func(o *object) error { delete(o.props, searched); return nil })), nil
	case t.kind == kindTable && (c.PeekKeyword("ADD", "VALUE") || c.PeekKeyword("DROP", "VALUE")):
		ch := columnChange{}
		err := c.tagValue(&ch)
		return c.onRelation(t, func(o *object) error { return c.s.changeTagValue(o, nil, &ch) }), err
	case t.kind == kindTable && c.AcceptKeyword("ADD"):
		return c.addColumns(t)
	case t.kind == kindTable && c.AcceptKeyword("DROP"):
		return c.dropColumns(t)
	case t.kind == kindTable && c.words("SWAP WITH"):
		return nil, errUnsupported("SWAP WITH")
	case t.kind == kindView && c.words("SET SECURE"):
		return t.act(c, c.owned(func(o *object) error { o.rel.secure = true; return nil })), nil
	case t.kind == kindView && c.words("UNSET SECURE"):
		return t.act(c, c.owned(func(o *object) error { o.rel.secure = false; return nil })), nil
	}
	return c.alterObject(t)
}

// setWholePolicy reads SET AGGREGATION POLICY and SET JOIN POLICY.
func (c *cursor) setWholePolicy(t target, k kind, columns string) (action, error) {
	ref, err := c.policyRef(columns)
	if err != nil {
		return nil, err
	}
	force := c.AcceptKeyword("FORCE")
	return c.onRelation(t, func(o *object) error { return c.s.setWhole(k, o, ref, force) }), nil
}

// onRelation carries a change of a table or view out, all or nothing. For governance, ALTER TABLE may name a view and the other way about.
func (c *cursor) onRelation(t target, change func(o *object) error) action {
	t.either = true
	return t.act(c, func(o *object) error { return atomically(o, change) })
}

// atomically undoes a change of a relation that fails halfway.
func atomically(o *object, change func(o *object) error) error {
	rel := *o.rel
	rel.columns = slices.Clone(rel.columns)
	columns := make([]column, len(rel.columns))
	for i, c := range rel.columns {
		columns[i] = *c
	}
	err := change(o)
	if err != nil {
		for i, c := range rel.columns {
			*c = columns[i]
		}
		*o.rel = rel
	}
	return err
}

// dropRowAccess reads DROP ROW ACCESS POLICY p [ , ADD ROW ACCESS POLICY q ON (...) ], which swaps in one step.
func (c *cursor) dropRowAccess(t target) (action, error) {
	name, err := c.Name()
	if err != nil {
		return nil, err
	}
	var ref *policyRef
	if c.words(", ADD ROW ACCESS POLICY") {
		if ref, err = c.policyRef("ON"); err != nil {
			return nil, err
		}
	}
	return c.onRelation(t, func(o *object) error {
		if err := c.s.dropRowAccess(o, name); err != nil || ref == nil {
			return err
		}
		return c.s.addRowAccess(o, ref)
	}), nil
}

func (c *cursor) modifyColumns(t target) (action, error) {
	c.Next()
	var list []columnChange
	parens := c.AcceptKeyword("(")
	err := c.CommaList(func() error {
		c.AcceptAny("MODIFY", "ALTER")
		c.AcceptKeyword("COLUMN")
		name, err := c.Ident()
		if err != nil {
			return err
		}
		ch := columnChange{column: name.Text}
		err = c.columnChange(&ch)
		list = append(list, ch)
		return err
	})
	if err == nil && parens {
		err = c.ExpectKeyword(")")
	}
	if err != nil {
		return nil, err
	}
	if countPairs(list) > maxTagPairs {
		return nil, errTooManyPairs()
	}
	return c.onRelation(t, func(o *object) error { return c.s.changeColumns(o, list) }), nil
}

func countPairs(list []columnChange) int {
	n := 0
	for _, ch := range list {
		if ch.verb == setTagVerb {
			n += len(ch.pairs)
		}
	}
	return n
}

func (c *cursor) columnChange(ch *columnChange) (err error) {
	switch {
	case c.words("SET TAG"):
		ch.pairs, err = c.tagPairs()
	case c.PeekKeyword("ADD", "VALUE"), c.PeekKeyword("DROP", "VALUE"):
		err = c.tagValue(ch)
	case c.words("UNSET TAG"):
		ch.verb = unsetTagVerb
		ch.pairs, err = c.tagNames()
	case c.words("SET MASKING POLICY"):
		ch.verb = setMaskVerb
		ch.policy, err = c.policyRef("USING")
		ch.force = c.AcceptKeyword("FORCE")
	case c.words("UNSET MASKING POLICY"):
		ch.verb = unsetMaskVerb
	case c.words("SET PROJECTION POLICY"):
		ch.verb = setProjectionVerb
		ch.policy, err = c.policyRef("USING")
		ch.force = c.AcceptKeyword("FORCE")
	case c.words("UNSET PROJECTION POLICY"):
		ch.verb = unsetProjectionVerb
	case c.AcceptKeyword("COMMENT"):
		ch.verb = commentVerb
		ch.text, err = c.commentValue()
	case c.words("UNSET COMMENT"):
		ch.verb = commentVerb
	case c.words("DROP NOT NULL"):
		ch.verb = dropNotNullVerb
	case c.words("SET NOT NULL"), c.words("NOT NULL"):
		ch.verb = setNotNullVerb
	case c.words("DROP DEFAULT"):
		ch.verb = dropDefaultVerb
	case c.words("SET DATA TYPE"), c.words("TYPE"):
		ch.verb = setTypeVerb
		ch.typ, err = c.Type()
	default:
		return c.Errorf("unexpected token in MODIFY COLUMN")
	}
	return err
}

func (s *session) changeColumns(o *object, list []columnChange) error {
	for i := range list {
		col, _ := o.rel.column(list[i].column)
		if col == nil {
			return errInvalidIdentifier(list[i].column)
		}
		if err := s.changeColumn(o, col, &list[i]); err != nil {
			return err
		}
	}
	return nil
}

func (s *session) changeColumn(o *object, col *column, ch *columnChange) error {
	switch ch.verb {
	case setTagVerb:
		if err := s.checkTagPairs(o, col, ch.pairs); err != nil {
			return err
		}
		s.setTagPairs(o, col, ch.pairs)
		return nil
	case unsetTagVerb:
		return s.unsetTags(o, col, ch.pairs)
	case addValueVerb, dropValueVerb:
		return s.changeTagValue(o, col, ch)
	case setMaskVerb:
		return s.setMask(o, col, ch.policy, ch.force)
	case unsetMaskVerb:
		return s.unsetMask(o, col)
	case setProjectionVerb:
		return s.setProjection(o, col, ch.policy, ch.force)
	case unsetProjectionVerb:
		return s.unsetProjection(o, col)
	}
	if err := s.may().requireOwner(o); err != nil {
		return err
	}
	switch ch.verb {
	case commentVerb:
		col.comment = ch.text
	case dropNotNullVerb:
		col.notNull = false
	case setNotNullVerb:
		return o.rel.forbidNull(col)
	case dropDefaultVerb:
		col.def = ""
	case setTypeVerb:
		return o.rel.widen(col, ch.typ)
	}
	return nil
}

func (r *relation) forbidNull(col *column) error {
	_, at := r.column(col.name)
	for _, row := range r.rows {
		if row[at] == nil {
			return errNull(col)
		}
	}
	col.notNull = true
	return nil
}

func errNull(col *column) *Error {
	return errorf(codeNotNull, "22000", "NULL result in a non-nullable column '%s'", col.name)
}

// widen changes the size of a type; the kind cannot change.
func (r *relation) widen(col *column, t sqlengine.Type) error {
	if t.Kind != col.typ.Kind || textLength(t) < textLength(col.typ) || t.Precision < col.typ.Precision || t.Scale != col.typ.Scale {
		return errorf(codeUnsupportedFeature, "0A000", "SQL compilation error: cannot change column %s from type %s to %s",
			col.name, col.typ.SQL(sqlengine.Snowflake), t.SQL(sqlengine.Snowflake))
	}
	col.typ = t
	return nil
}
