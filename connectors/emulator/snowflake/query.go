package snowflake

import (
	"context"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

func (c *cursor) selection() (action, error) {
	q, err := c.Query()
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context) (*Result, error) { return c.s.query(ctx, q) }, nil
}

// query runs a query in the session.
func (s *session) query(ctx context.Context, q *sqlengine.Query) (*Result, error) {
	es, cat := s.engine(), s.catalog()
	es.Catalog = cat
	st, err := es.Prepare(ctx, q)
	if err != nil {
		return nil, err
	}
	rows, err := st.Run(ctx)
	if err != nil {
		return nil, err
	}
	if limit := s.a.opt.InformationSchemaLimit; limit > 0 && cat.limited && len(rows) > limit {
		return nil, errorf(codeTooMuchData, "22000", "Information schema query returned too much data. Please repeat query with more selective predicates.")
	}
	return &Result{Columns: st.Columns, Rows: rows, typeID: typeSelect}, nil
}

// executeUsing simulates a role: EXECUTE USING POLICY_CONTEXT(CURRENT_ROLE => 'R') AS SELECT ... It lets see what the role sees, so it takes
// APPLY MASKING POLICY.
func (c *cursor) executeUsing() (action, error) {
	if err := c.expectWords("( CURRENT_ROLE =>"); err != nil {
		return nil, err
	}
	role, err := c.StringLiteral()
	if err != nil {
		return nil, err
	}
	if err := c.expectWords(") AS"); err != nil {
		return nil, err
	}
	q, err := c.Query()
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context) (*Result, error) {
		r := c.s.a.root.child("role", role)
		if r == nil {
			return nil, errMissing(kindRole, role)
		}
		if !c.s.may().global(privApplyMasking) {
			return nil, errDenied(c.s.a.root)
		}
		es := c.s.engine()
		cat := c.s.catalog()
		cat.as = r
		es.Catalog = cat
		st, err := es.Prepare(ctx, q)
		if err != nil {
			return nil, err
		}
		rows, err := st.Run(ctx)
		return &Result{Columns: st.Columns, Rows: rows, typeID: typeSelect}, err
	}, nil
}

// catalog resolves the names of one query, view or policy body. It implements sqlengine.Catalog.
type catalog struct {
	s       *session
	scope   *scope
	invoker *object // the role whose query reaches what is read here
	as      *object // the role that policies are told is the session's, where it is simulated

	// Of policy bodies: their kind, how deep they are in others, and what the policy is attached to.
	body  kind
	depth int
	on    *object
	col   *column

	limited bool       // a view of an information schema is read
	reads   *[]*object // notes the relations that are read, where it is set
}

func (s *session) catalog() *catalog { return &catalog{s: s, scope: s.scope(), invoker: s.role} }

// policyCatalog is the scope of a policy's body: names are looked up with the rights of the policy's owner, from where the protected table
// lies.
func (s *session) policyCatalog(p, on *object, col *column, invoker *object) *catalog {
	home := p
	if on != nil {
		home = on
	}
	return &catalog{s: s, scope: &scope{a: s.a, may: s.a.rightsOf(p.owner), database: home.database(), schema: home.schema()}, invoker: invoker, body: p.kind, on: on, col: col}
}

// Table resolves a table, a view or a view of the system.
func (c *catalog) Table(_ context.Context, name sqlengine.Name) (*sqlengine.Table, error) {
	if c.body.readsNothing() {
		return nil, errBodyReads(c.body)
	}
	if t, err := c.systemTable(name); t != nil || err != nil {
		return t, err
	}
	o, err := c.scope.look(kindTable, name)
	if err != nil {
		return nil, err
	}
	if o == nil || !o.kind.isRelation() || !c.scope.may.enters(o.parent) || !c.scope.may.some(o) {
		return nil, errMissing(kindTable, full(name))
	}
	if err := c.scope.may.require(o, privSelect); err != nil {
		return nil, err
	}
	if err := c.s.requireWarehouse(); err != nil {
		return nil, err
	}
	return c.table(o)
}

// requireWarehouse fails where no warehouse could run a query.
func (s *session) requireWarehouse() error {
	w := live(s.warehouse)
	if w == nil || !s.may().some(w) {
		return errorf(codeNoWarehouse, "57P03", "No active warehouse selected in the current session. Select an active warehouse with the 'use warehouse' command.")
	}
	return nil
}

// table gives a relation with the policies that protect it.
func (c *catalog) table(o *object) (*sqlengine.Table, error) {
	if c.reads != nil {
		*c.reads = append(*c.reads, o)
	}
	t := &sqlengine.Table{}
	for _, col := range o.rel.columns {
		t.Columns = append(t.Columns, sqlengine.Column{Name: col.name, Type: col.typ, Nullable: !col.notNull})
	}
	if o.kind == kindMaterialized {
		if err := c.s.stale(o); err != nil {
			return nil, err
		}
	}
	if o.kind.isQuery() {
		t.View = c.s.view(o)
		in := t.View.Catalog.(*catalog)
		in.as, in.depth, in.reads = c.as, c.depth, c.reads
	} else {
		t.Rows = sqlengine.RowsOf(o.rel.rows)
	}
	if err := c.restrict(o, t); err != nil {
		return nil, err
	}
	return t, c.protect(o, t)
}

// protect adds the row access policy and the masks of a relation. A column with several masks, or with one that cannot be evaluated, fails
// the queries that read it.
func (c *catalog) protect(o *object, t *sqlengine.Table) error {
	if ra := o.rel.rowAccess; ra != nil {
		if ra.policy.isDropped() {
			return compilation(codeMissing, "42S02", "Row access policy of '%s' does not exist or not authorized.", o.dotted())
		}
		for _, a := range ra.args {
			col, _ := o.rel.column(a)
			for _, m := range c.s.a.masksOn(o, col) { // one that came through a tag later
				if !m.policy.policy.exempt {
					return errOverlap(a)
				}
			}
		}
		p := c.policy(o, nil, ra)
		t.Filter = &p
	}
	for i, col := range o.rel.columns {
		masks := c.s.a.masksOn(o, col)
		if len(masks) == 0 {
			continue
		}
		m := sqlengine.Mask{Column: i}
		err := maskProblem(col, masks)
		if err == nil {
			err = c.s.a.conditionProblem(o, masks[0])
		}
		if err != nil {
			m.Policy = failing(col, err)
		} else {
			m.Policy = c.policy(o, col, masks[0].attachment)
		}
		t.Masks = append(t.Masks, m)
	}
	return nil
}

// failing is the mask of a column that cannot be read.
func failing(col *column, err error) sqlengine.Policy {
	return sqlengine.Policy{Body: &sqlengine.Call{Name: sqlengine.NameOf("MASK")}, Result: col.typ, Catalog: failingCatalog{err, col.typ}}
}

// failingCatalog has one function, which fails.
type failingCatalog struct {
	err error
	typ sqlengine.Type
}

func (f failingCatalog) Table(context.Context, sqlengine.Name) (*sqlengine.Table, error) {
	return nil, f.err
}

func (f failingCatalog) TableFunction(context.Context, sqlengine.Name, []sqlengine.Argument) (*sqlengine.Table, error) {
	return nil, f.err
}

func (f failingCatalog) Function(context.Context, sqlengine.Name, []sqlengine.Type) (*sqlengine.Function, error) {
	return &sqlengine.Function{Params: []sqlengine.Param{}, Result: f.typ,
		Eval: func(context.Context, []sqlengine.Value) (sqlengine.Value, error) { return nil, f.err }}, nil
}

func maskProblem(col *column, masks []columnMask) error {
	m := masks[0]
	switch {
	case len(masks) > 1:
		return compilation(codeManyPolicies, "23001", "Column %s is mapped to multiple masking policies by tags. Please contact your local administrator to fix the issue.", col.name)
	case m.policy.isDropped():
		return compilation(codeMissing, "23001", "Column %s already attached to a masking policy that does not exist. Please contact the policy administrator.", col.name)
	case m.status == statusNoColumn, m.status == statusWrongType:
		return compilation(codePolicyMismatch, "23001", "Masking policy '%s' on column %s cannot be evaluated: %s.", m.policy.name, col.name, m.status)
	}
	return nil
}

// conditionProblem: a mask whose condition looks at a column that another mask covers, as one that came through a tag later.
func (a *Account) conditionProblem(o *object, m columnMask) error {
	for _, name := range m.args[1:] {
		col, _ := o.rel.column(name)
		for _, other := range a.masksOn(o, col) {
			if !other.policy.policy.exempt {
				return errOverlap(name)
			}
		}
	}
	return nil
}

func (c *catalog) policy(o *object, col *column, at *attachment) sqlengine.Policy {
	def := at.policy.policy
	scope := c.s.policyCatalog(at.policy, o, col, c.invoker)
	scope.as, scope.depth, scope.reads = c.as, c.depth, c.reads
	p := sqlengine.Policy{Params: def.params, Body: def.expr, Result: def.returns, Catalog: scope}
	if col != nil {
		p.Result = col.typ // a value that is longer fails the query: behavior change 1355 of bundle 2024_04
	}
	for _, a := range at.args {
		_, i := o.rel.column(a)
		p.Args = append(p.Args, sqlengine.PolicyArg{Column: i})
	}
	return p
}
