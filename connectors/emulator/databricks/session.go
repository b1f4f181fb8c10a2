package databricks

import (
	"context"
	"strings"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

// session is what one statement runs in. It resolves names for the engine.
type session struct {
	w       *Workspace
	ctx     context.Context // ends when the statement is cancelled
	release func()          // lets go of the lock once names are resolved; nil: it is kept
	id      identity        // who asks: identity functions and policies see this one
	owner   *identity       // whose rights count inside a view or function; nil: id's
	catalog string          // current catalog, "" for main if there is one
	schema  string          // current schema, "" for default
	params  map[string]sqlengine.Parameter
}

// rights is the identity whose privileges are checked.
func (s *session) rights() identity {
	if s.owner != nil {
		return *s.owner
	}
	return s.id
}

// as gives the session inside a view or function of an owner. An owner that was
// deleted has no rights left.
func (s *session) as(owner string, in scope) *session {
	inner := *s
	inner.catalog, inner.schema = in.catalog, in.schema
	p := s.w.principal(owner)
	if p == nil {
		p = &principal{name: owner, kind: kindUser}
	}
	id := s.w.identity(p)
	inner.owner = &id
	return &inner
}

func (s *session) engine() *sqlengine.Session {
	return &sqlengine.Session{Dialect: sqlengine.Databricks, Catalog: s, Now: s.w.now(), Seed: 1, Named: s.params}
}

func (s *session) scope() scope { return scope{s.currentCatalog(), s.currentSchema()} }

func (s *session) currentCatalog() string {
	if s.catalog != "" {
		return strings.ToLower(s.catalog)
	}
	return "main"
}

func (s *session) currentSchema() string {
	if s.schema != "" {
		return strings.ToLower(s.schema)
	}
	return "default"
}

// parts completes a name as written with the current catalog and schema.
func (s *session) parts(k kind, name sqlengine.Name) []string {
	parts := name.Texts()
	for i, p := range parts {
		parts[i] = strings.ToLower(p)
	}
	switch {
	case k == kindSchema && len(parts) == 1, k != kindCatalog && k != kindSchema && len(parts) == 2:
		return append([]string{s.currentCatalog()}, parts...)
	case k != kindCatalog && k != kindSchema && len(parts) == 1:
		return append([]string{s.currentCatalog(), s.currentSchema()}, parts...)
	}
	return parts
}

// securable resolves a name as written.
func (s *session) securable(k kind, name sqlengine.Name) (*securable, error) {
	return s.w.find(k, s.parts(k, name))
}

// Table implements sqlengine.Catalog: privileges are checked, masks and row
// filters attached.
func (s *session) Table(_ context.Context, name sqlengine.Name) (*sqlengine.Table, error) {
	parts := s.parts(kindTable, name)
	if len(parts) == 3 && parts[1] == informationSchema {
		return s.informationTable(parts)
	}
	t, err := s.w.find(kindTable, parts)
	if err != nil {
		return nil, tableNotFound(parts, err)
	}
	if err := s.rights().require(privSelect, t); err != nil {
		return nil, err
	}
	if t.table.query != nil {
		return s.view(t), nil
	}
	return s.rows(t)
}

// tableNotFound: whatever part of a table's name is missing, the table is.
func tableNotFound(parts []string, err error) error {
	if e, ok := err.(*Error); ok && strings.HasSuffix(e.Code, "_DOES_NOT_EXIST") {
		return errSQL("TABLE_OR_VIEW_NOT_FOUND", "42P01",
			"The table or view %s cannot be found. Verify the spelling and correctness of the schema and catalog.", quoted(parts))
	}
	return err
}

// quoted writes a name with each part in backticks.
func quoted(parts []string) string {
	out := make([]string, len(parts))
	for i, p := range parts {
		out[i] = sqlengine.Databricks.Quote(p)
	}
	return strings.Join(out, ".")
}

func (s *session) view(t *securable) *sqlengine.Table {
	return &sqlengine.Table{Columns: columnsOf(t.table), View: &sqlengine.View{Query: t.table.query, Catalog: s.as(t.owner, t.table.scope)}}
}

func columnsOf(t *table) []sqlengine.Column {
	cols := make([]sqlengine.Column, len(t.columns))
	for i, c := range t.columns {
		cols[i] = sqlengine.Column{Name: c.name, Type: c.typ, Nullable: c.nullable}
	}
	return cols
}

func (s *session) rows(t *securable) (*sqlengine.Table, error) {
	rows := t.table.rows
	if t.table.generate != nil {
		rows = t.table.generate(s.w)
	}
	out := &sqlengine.Table{Columns: columnsOf(t.table), Rows: sqlengine.RowsOf(rows)}
	guard, err := s.guards(t)
	if err != nil {
		return nil, err
	}
	if guard.filter != nil {
		if out.Filter, err = s.policy(t, guard.filter, -1); err != nil {
			return nil, err
		}
		out.Filter.Result = sqlengine.TypeBoolean
	}
	for i, b := range guard.masks {
		if b == nil {
			continue
		}
		p, err := s.policy(t, b, i)
		if err != nil {
			return nil, err
		}
		p.Result = t.table.columns[i].typ
		out.Masks = append(out.Masks, sqlengine.Mask{Column: i, Policy: *p})
	}
	return out, nil
}

// TableFunction implements sqlengine.Catalog; there are none.
func (s *session) TableFunction(_ context.Context, name sqlengine.Name, _ []sqlengine.Argument) (*sqlengine.Table, error) {
	return nil, errSQL("UNRESOLVABLE_TABLE_VALUED_FUNCTION", "42883", "Could not resolve %s to a table-valued function.", quoted(name.Texts()))
}

// policy makes what the engine applies of a binding. masked is the position of
// the masked column, -1 for a row filter. A function that is gone, or no longer
// takes the arguments, refuses the query.
func (s *session) policy(t *securable, b *binding, masked int) (*sqlengine.Policy, error) {
	f, err := s.w.lookup(kindFunction, b.function)
	if err != nil {
		return nil, errInvalidClass("UC_DEPENDENCY_DOES_NOT_EXIST", "Function '%s', used by a column mask or row filter of '%s', does not exist.",
			b.function, t.fullName())
	}
	args, err := bindingArgs(t, b, masked)
	if err != nil {
		return nil, err
	}
	if len(args) != len(f.routine.params) {
		return nil, errSQL("WRONG_NUM_ARGS.WITHOUT_SUGGESTION", "42605", "The %s requires %d parameters but the actual number is %d.",
			quoted(strings.Split(b.function, ".")), len(f.routine.params), len(args))
	}
	body := &sqlengine.Cast{X: f.routine.body, Type: f.routine.returns}
	return &sqlengine.Policy{Params: engineParams(f.routine), Args: args, Body: body, Catalog: s.as(f.owner, f.routine.scope)}, nil
}

func bindingArgs(t *securable, b *binding, masked int) ([]sqlengine.PolicyArg, error) {
	var args []sqlengine.PolicyArg
	if masked >= 0 {
		args = append(args, sqlengine.PolicyArg{Column: masked})
	}
	for _, a := range b.args {
		if !a.isColumn() {
			args = append(args, sqlengine.PolicyArg{Column: -1, Value: a.value, Type: a.typ})
			continue
		}
		_, i := t.table.column(a.column)
		if i < 0 {
			return nil, errUnresolvedColumn(a.column)
		}
		args = append(args, sqlengine.PolicyArg{Column: i})
	}
	return args, nil
}

func engineParams(r *routine) []sqlengine.Param {
	out := make([]sqlengine.Param, len(r.params))
	for i, p := range r.params {
		out[i] = sqlengine.Param{Name: p.name, Type: p.typ}
	}
	return out
}
