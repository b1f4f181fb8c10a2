package snowflake

import (
	"context"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

// policyFor resolves a policy that a statement attaches or detaches.
func (s *session) policyFor(k kind, name sqlengine.Name) (*object, error) {
	sc := s.scope()
	o, err := sc.look(k, name)
	if err != nil {
		return nil, err
	}
	visible := o != nil && (sc.may.lists(o) || sc.may.global("APPLY "+k.keywords()))
	if !visible {
		in, last, err := sc.place(k, name)
		if err != nil {
			return nil, err
		}
		return nil, errMissing(k, in.plain()+"."+last)
	}
	if o.kind != k {
		return nil, wrongKind(o, k)
	}
	return o, nil
}

// mayApply: APPLY <KIND> POLICY on the account, or APPLY on the policy and ownership of the table or view.
func (s *session) mayApply(p, o *object) error {
	r := s.may()
	if isForeign(o) {
		return errDenied(o)
	}
	if r.global("APPLY " + p.kind.keywords()) {
		return nil
	}
	if !r.holds(privApply, p) {
		return errDenied(p)
	}
	return r.requireOwner(o)
}

// setMask attaches a masking policy to a column.
func (s *session) setMask(o *object, col *column, ref *policyRef, force bool) error {
	p, err := s.policyFor(kindMasking, ref.name)
	if err != nil {
		return err
	}
	if err := s.mayApply(p, o); err != nil {
		return err
	}
	if col.expression != "" {
		return compilation(codePolicyMismatch, "42601", "Masking policy cannot be attached to a VIRTUAL_COLUMN column.")
	}
	if s.a.materialized(o) {
		return compilation(codePolicyOverlap, "23001", "One or more materialized views exist on the table. number of mvs=1, table name=%s.", o.name)
	}
	args, err := maskArgs(o, col, p, ref.args)
	if err != nil {
		return err
	}
	if have := col.mask; have != nil {
		if have.policy == p && equalStrings(have.args, args) {
			return nil
		}
		if !force {
			return compilation(codePolicyConflict, "23001", "Specified column already attached to another masking policy. "+
				"A column cannot be attached to multiple masking policies. Please drop the current association in order to attach a new masking policy.")
		}
	}
	if err := checkOverlap(o, col, p, args); err != nil {
		return err
	}
	if err := s.checkLookups(p, o, col); err != nil {
		return err
	}
	col.mask = &attachment{policy: p, args: args, at: s.a.now()}
	s.a.touch(o, p)
	return nil
}

// maskArgs checks the columns a policy is given, the masked one first.
func maskArgs(o *object, col *column, p *object, using []string) ([]string, error) {
	args := using
	if args == nil {
		args = []string{col.name}
	}
	if len(args) != len(p.policy.params) {
		return nil, compilation(codePolicyMismatch, "42601", "Masking policy '%s' takes %d arguments, not %d.", p.plain(), len(p.policy.params), len(args))
	}
	if args[0] != col.name {
		return nil, compilation(codePolicyMismatch, "42601", "The first column of USING must be the masked column '%s'.", col.name)
	}
	return args, checkArgTypes(o, p, args)
}

func checkArgTypes(o *object, p *object, args []string) error {
	for i, a := range args {
		c, _ := o.rel.column(a)
		if c == nil {
			return errInvalidIdentifier(a)
		}
		if want := p.policy.params[i].Type; family(c.typ) != family(want) {
			return compilation(codePolicyMismatch, "42601", "COLUMN data type %s does not match with %s data type %s.",
				c.typ.SQL(sqlengine.Snowflake), p.kind.words(), catalogType(want))
		}
	}
	return nil
}

// checkOverlap: a column is in the signature of a masking policy or of a row access policy, not both, and a masked column is no condition
// of another mask; EXEMPT_OTHER_POLICIES of the policy that masks the column lifts both.
func checkOverlap(o *object, col *column, p *object, args []string) error {
	for _, a := range args[1:] {
		if c, _ := o.rel.column(a); c != nil && c.projection != nil {
			return errOverlap(a)
		}
	}
	if ra := o.rel.rowAccess; ra != nil && !p.policy.exempt {
		for _, a := range args {
			if contains(ra.args, a) {
				return errOverlap(a)
			}
		}
	}
	for _, c := range o.rel.columns {
		if c == col || c.mask == nil {
			continue
		}
		if contains(c.mask.args[1:], col.name) && !p.policy.exempt || contains(args[1:], c.name) && !c.mask.policy.policy.exempt {
			return errOverlap(c.name)
		}
	}
	return nil
}

func errOverlap(column string) *Error {
	return compilation(codePolicyOverlap, "23001", "Column '%s' is already used in another policy of the table and cannot be used in this one.", column)
}

func (s *session) unsetMask(o *object, col *column) error {
	if col.mask == nil {
		return nil
	}
	p := col.mask.policy
	if err := s.mayApply(p, o); err != nil {
		return errorf(codeDenied, "42501", "SQL access control error:\nInsufficient privileges to operate on ALTER TABLE UNSET MASKING POLICY '%s'.", p.name)
	}
	col.mask = nil
	s.a.touch(o, p)
	return nil
}

func (s *session) setProjection(o *object, col *column, ref *policyRef, force bool) error {
	p, err := s.policyFor(kindProjection, ref.name)
	if err != nil {
		return err
	}
	if err := s.mayApply(p, o); err != nil {
		return err
	}
	if col.projection != nil && col.projection.policy != p && !force {
		return compilation(codePolicyConflict, "23001", "Specified column already attached to another projection policy.")
	}
	if err := s.checkProjected(o, col); err != nil {
		return err
	}
	if err := s.checkLookups(p, o, col); err != nil {
		return err
	}
	col.projection = &attachment{policy: p, args: []string{col.name}, at: s.a.now()}
	s.a.touch(o, p)
	return nil
}

// checkProjected: a column that a row access policy or the condition of a mask reads gets no projection policy.
func (s *session) checkProjected(o *object, col *column) error {
	if ra := o.rel.rowAccess; ra != nil && contains(ra.args, col.name) {
		return errOverlap(col.name)
	}
	for _, c := range o.rel.columns {
		if c.mask != nil && contains(c.mask.args[1:], col.name) {
			return errOverlap(col.name)
		}
	}
	return nil
}

func (s *session) unsetProjection(o *object, col *column) error {
	if col.projection == nil {
		return nil
	}
	if err := s.mayApply(col.projection.policy, o); err != nil {
		return err
	}
	s.a.touch(o, col.projection.policy)
	col.projection = nil
	return nil
}

// addRowAccess attaches a row access policy to a table or view that has none.
func (s *session) addRowAccess(o *object, ref *policyRef) error {
	p, err := s.policyFor(kindRowAccess, ref.name)
	if err != nil {
		return err
	}
	if err := s.mayApply(p, o); err != nil {
		return err
	}
	if o.rel.rowAccess != nil {
		return compilation(codePolicyConflict, "23001", "Object %s already has a ROW_ACCESS_POLICY. Only one ROW_ACCESS_POLICY is allowed at a time.", o.dotted())
	}
	if len(ref.args) != len(p.policy.params) {
		return compilation(codePolicyMismatch, "42601", "Row access policy '%s' takes %d columns, not %d.", p.plain(), len(p.policy.params), len(ref.args))
	}
	if err := checkArgTypes(o, p, ref.args); err != nil {
		return err
	}
	switch {
	case o.kind == kindMaterialized:
		return compilation(codePolicyOverlap, "0A000", "Row access policy cannot be attached to a Materialized view.")
	case o.kind == kindExternal && !equalStrings(ref.args, []string{"VALUE"}):
		return compilation(codePolicyMismatch, "0A000", "Row access policy of an external table takes its column VALUE.")
	case s.a.materialized(o):
		return compilation(codePolicyOverlap, "23001", "One or more materialized views exist on the table. number of mvs=1, table name=%s.", o.name)
	}
	if err := s.rowAccessColumns(o, ref.args); err != nil {
		return err
	}
	if err := s.checkLookups(p, o, nil); err != nil {
		return err
	}
	o.rel.rowAccess = &attachment{policy: p, args: ref.args, at: s.a.now()}
	s.a.touch(o, p)
	return nil
}

// rowAccessColumns: a column that is in the signature of a mask, or that must not be returned, is given to no row access policy.
func (s *session) rowAccessColumns(o *object, args []string) error {
	for _, c := range o.rel.columns {
		if c.projection != nil && contains(args, c.name) {
			return errOverlap(c.name)
		}
		if m := c.mask; m != nil && !m.policy.policy.exempt {
			for _, a := range m.args {
				if contains(args, a) {
					return errOverlap(a)
				}
			}
		}
	}
	return nil
}

// checkLookups refuses to attach a policy whose body reads what is itself protected, or the table that it is to protect.
func (s *session) checkLookups(p, o *object, col *column) error {
	var reads []*object
	in := s.policyCatalog(p, o, col, s.role)
	in.reads = &reads
	es := s.engine()
	es.Catalog = in
	if _, err := es.PrepareExpr(context.Background(), p.policy.expr, p.policy.params); err != nil {
		return err
	}
	for _, r := range reads {
		switch {
		case r == o, r.rel.aggregate != nil, r.rel.join != nil:
			return errLookup(p, r)
		case p.kind == kindMasking:
		case r.rel.rowAccess != nil:
			return errorf(codeUnsupportedFeature, "0A000", "SQL compilation error:\nUnsupported feature 'CREATE ON OBJECTS ENFORCED BY ROW ACCESS POLICY'.")
		case s.masked(r):
			return errLookup(p, r)
		}
	}
	return nil
}

func (s *session) masked(o *object) bool {
	for _, c := range o.rel.columns {
		if len(s.a.masksOn(o, c)) > 0 {
			return true
		}
	}
	return false
}

func errLookup(p, o *object) *Error {
	return compilation(codePolicyOverlap, "23001", "Policy '%s' cannot be attached: its body references the protected object '%s'.", p.plain(), o.dotted())
}

// dropRowAccess detaches the row access policy; nil means whichever is attached.
func (s *session) dropRowAccess(o *object, name sqlengine.Name) error {
	have := o.rel.rowAccess
	if name != nil {
		p, err := s.policyFor(kindRowAccess, name)
		if err != nil {
			return err
		}
		if have == nil || have.policy != p {
			return compilation(codePolicyConflict, "02000", "Row access policy '%s' is not attached to '%s'.", p.plain(), o.dotted())
		}
	}
	if have == nil {
		return nil
	}
	if err := s.mayApply(have.policy, o); err != nil {
		return err
	}
	o.rel.rowAccess = nil
	s.a.touch(o, have.policy)
	return nil
}

// whole gives the place of the policy of a kind that holds for a table or view as a whole.
func (r *relation) whole(k kind) **attachment {
	if k == kindJoin {
		return &r.join
	}
	return &r.aggregate
}

// setWhole attaches an aggregation or join policy. The columns are its entity key, or the allowed join keys.
func (s *session) setWhole(k kind, o *object, ref *policyRef, force bool) error {
	p, err := s.policyFor(k, ref.name)
	if err != nil {
		return err
	}
	if err := s.mayApply(p, o); err != nil {
		return err
	}
	for _, a := range ref.args {
		if c, _ := o.rel.column(a); c == nil {
			return errInvalidIdentifier(a)
		}
	}
	at := o.rel.whole(k)
	if *at != nil && !force && ((*at).policy != p || !equalStrings((*at).args, ref.args)) {
		return compilation(codePolicyConflict, "23001", "Object %s already has a %s. Only one %s is allowed at a time.", o.dotted(), k, k)
	}
	*at = &attachment{policy: p, args: ref.args, at: s.a.now()}
	s.a.touch(o, p)
	return nil
}

func (s *session) unsetWhole(k kind, o *object) error {
	at := o.rel.whole(k)
	if *at == nil {
		return nil
	}
	p := (*at).policy
	if err := s.mayApply(p, o); err != nil {
		return err
	}
	*at = nil
	s.a.touch(o, p)
	return nil
}

func equalStrings(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// attached tells whether a policy is attached anywhere: to a column, a table, a tag.
func (a *Account) attached(p *object) bool {
	found := false
	a.eachAttachment(func(at place) { found = found || at.policy == p })
	return found
}

// place is where a policy is attached: a column, a table or view, or a tag.
type place struct {
	*attachment
	on  *object
	col *column
}

// eachAttachment visits all attachments, in order.
func (a *Account) eachAttachment(visit func(place)) {
	a.eachRelation(func(o *object) { o.eachAttachment(visit) })
	a.eachTag(func(t *object) {
		for _, m := range t.tag.masks {
			visit(place{m, t, nil})
		}
	})
}

func (o *object) eachAttachment(visit func(place)) {
	for _, at := range []*attachment{o.rel.rowAccess, o.rel.aggregate, o.rel.join} {
		if at != nil {
			visit(place{at, o, nil})
		}
	}
	for _, c := range o.rel.columns {
		if c.mask != nil {
			visit(place{c.mask, o, c})
		}
		if c.projection != nil {
			visit(place{c.projection, o, c})
		}
	}
}

// eachTag visits all tags, in order.
func (a *Account) eachTag(visit func(*object)) {
	a.eachContainer(func(c *object) {
		if c.kind == kindSchema {
			for _, t := range c.list("tag") {
				visit(t)
			}
		}
	})
}

// Status of a policy on a column, as POLICY_STATUS says it.
const (
	statusActive    = "ACTIVE"
	statusMultiple  = "MULTIPLE_MASKING_POLICY_ASSIGNED_TO_THE_COLUMN"
	statusNoColumn  = "COLUMN_IS_MISSING_FOR_SECONDARY_ARG"
	statusWrongType = "COLUMN_DATATYPE_MISMATCH_FOR_SECONDARY_ARG"
)

// columnMask is a masking policy in force on a column.
type columnMask struct {
	*attachment
	tag    *object // the tag it comes through, nil where it is attached to the column itself
	status string
}

// masksOn gives the masking policies in force on a column: the one attached to it, or else those its tags bring. More than one is an
// error of whoever reads the column.
func (a *Account) masksOn(o *object, col *column) []columnMask {
	if col.mask != nil {
		return []columnMask{{col.mask, nil, statusActive}}
	}
	var out []columnMask
	for _, t := range a.tagsOn(o, col) {
		for _, m := range t.tag.tag.masks {
			if family(m.policy.policy.returns) == family(col.typ) {
				out = append(out, tagMask(o, col, m.policy, t.tag))
			}
		}
	}
	if len(out) > 1 {
		for i := range out {
			out[i].status = statusMultiple
		}
	}
	return out
}

// tagMask binds a tag's policy to a column: the further arguments are columns of the same names.
func tagMask(o *object, col *column, p, tag *object) columnMask {
	m := columnMask{&attachment{policy: p, args: []string{col.name}}, tag, statusActive}
	for _, param := range p.policy.params[1:] {
		m.args = append(m.args, param.Name)
		c, _ := o.rel.column(param.Name)
		switch {
		case c == nil:
			m.status = statusNoColumn
		case family(c.typ) != family(param.Type) && m.status == statusActive:
			m.status = statusWrongType
		}
	}
	return m
}
