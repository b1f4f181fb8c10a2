package snowflake

import (
	"context"
	"slices"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

// mergeClause is one WHEN of a MERGE.
type mergeClause struct {
	matched bool
	and     sqlengine.Expr // nil: always
	remove  bool
	columns []string // that are set, or inserted
	values  []sqlengine.Expr
}

// mergeStatement is a MERGE as written.
type mergeStatement struct {
	name    sqlengine.Name
	target  *sqlengine.TableName
	source  sqlengine.TableExpr
	on      sqlengine.Expr
	clauses []*mergeClause
}

func (c *cursor) merge() (action, error) {
	m := &mergeStatement{}
	target, err := c.TableRef()
	if err != nil {
		return nil, err
	}
	var ok bool
	if m.target, ok = target.(*sqlengine.TableName); !ok {
		return nil, c.Errorf("expected a table")
	}
	m.name = m.target.Name
	if err := c.ExpectKeyword("USING"); err != nil {
		return nil, err
	}
	if m.source, err = c.TableRef(); err != nil {
		return nil, err
	}
	if err := c.ExpectKeyword("ON"); err != nil {
		return nil, err
	}
	if m.on, err = c.Expr(); err != nil {
		return nil, err
	}
	for c.AcceptKeyword("WHEN") {
		w, err := c.mergeClause()
		if err != nil {
			return nil, err
		}
		m.clauses = append(m.clauses, w)
	}
	if len(m.clauses) == 0 {
		return nil, c.Errorf("expected WHEN")
	}
	return func(ctx context.Context) (*Result, error) { return c.s.mergeInto(ctx, m) }, nil
}

func (c *cursor) mergeClause() (*mergeClause, error) {
	w := &mergeClause{matched: !c.AcceptKeyword("NOT")}
	if err := c.ExpectKeyword("MATCHED"); err != nil {
		return nil, err
	}
	var err error
	if c.AcceptKeyword("AND") {
		if w.and, err = c.Expr(); err != nil {
			return nil, err
		}
	}
	if err := c.ExpectKeyword("THEN"); err != nil {
		return nil, err
	}
	switch {
	case w.matched && c.AcceptKeyword("DELETE"):
		w.remove = true
		return w, nil
	case w.matched && c.words("UPDATE SET"):
		list, err := c.assignments()
		for _, a := range list {
			w.columns, w.values = append(w.columns, a.column), append(w.values, a.value)
		}
		return w, err
	case !w.matched && c.AcceptKeyword("INSERT"):
		if c.PeekKeyword("(") {
			if w.columns, err = c.idents(); err != nil {
				return nil, err
			}
		}
		if err := c.ExpectKeyword("VALUES"); err != nil {
			return nil, err
		}
		return w, c.Parens(func() error {
			e, err := c.Expr()
			w.values = append(w.values, e)
			return err
		})
	}
	return nil, c.Errorf("expected what to do")
}

var always = &sqlengine.Literal{Value: true, Type: sqlengine.TypeBoolean}

// mergeInto finds what the clauses reach by queries, so that policies hold as they do for SELECT. A row of the target that several rows of the
// source match is an error.
func (s *session) mergeInto(ctx context.Context, m *mergeStatement) (*Result, error) {
	o, err := s.mergeTarget(m)
	if err != nil {
		return nil, err
	}
	changed, updated, deleted, err := s.mergeMatched(ctx, m, o)
	if err != nil {
		return nil, err
	}
	inserted, err := s.mergeMissing(ctx, m, o)
	if err != nil {
		return nil, err
	}
	s.replaceRows(o, append(changed, inserted...))
	return affected(typeInsert, []string{"number of rows inserted", "number of rows updated", "number of rows deleted"}, len(inserted), updated, deleted), nil
}

// mergeTarget asks for the privileges that the clauses take.
func (s *session) mergeTarget(m *mergeStatement) (*object, error) {
	var o *object
	for _, w := range m.clauses {
		privilege := "UPDATE"
		switch {
		case w.remove:
			privilege = "DELETE"
		case !w.matched:
			privilege = "INSERT"
		}
		var err error
		if o, err = s.dmlTable(m.name, privilege); err != nil {
			return nil, err
		}
	}
	return o, nil
}

// chosen lays out a query of clauses: for each its condition, then its values.
func (m *mergeStatement) chosen(matched bool) (list []*mergeClause, items []sqlengine.Expr) {
	for _, w := range m.clauses {
		if w.matched != matched {
			continue
		}
		list = append(list, w)
		if w.and == nil {
			items = append(items, always)
		} else {
			items = append(items, w.and)
		}
		items = append(items, w.values...)
	}
	return list, items
}

// first gives the clause whose condition holds for a row, with the place of its values; nil where none does.
func first(list []*mergeClause, row sqlengine.Row) (*mergeClause, int) {
	at := 0
	for _, w := range list {
		if row[at] == true {
			return w, at + 1
		}
		at += 1 + len(w.values)
	}
	return nil, 0
}

// mergeMatched gives the rows of the target with what matched changed or gone.
func (s *session) mergeMatched(ctx context.Context, m *mergeStatement, o *object) (rows []sqlengine.Row, updated, deleted int, err error) {
	rows = slices.Clone(o.rel.rows)
	list, items := m.chosen(true)
	if len(list) == 0 {
		return rows, 0, 0, nil
	}
	number := sqlengine.Expr(&sqlengine.ColumnRef{Name: sqlengine.NameOf(rowNumber)})
	es := s.engine()
	es.Catalog = &numbered{catalog: s.catalog(), of: o}
	st, err := es.Prepare(ctx, selectOf(append([]sqlengine.Expr{number}, items...), m.joined()))
	if err != nil {
		return nil, 0, 0, err
	}
	found, err := st.Run(ctx)
	if err != nil {
		return nil, 0, 0, err
	}
	seen, gone := map[int64]bool{}, map[int]bool{}
	for _, r := range found {
		at, _ := r[0].(int64)
		w, from := first(list, r[1:])
		if w == nil {
			continue
		}
		if seen[at] {
			return nil, 0, 0, errorf(codeInvalidValue, "42P18", "Duplicate row detected during DML action")
		}
		seen[at] = true
		if w.remove {
			gone[int(at)] = true
			continue
		}
		places, err := o.rel.places(w.columns)
		if err != nil {
			return nil, 0, 0, err
		}
		if rows[at], err = s.updatedRow(o, rows[at], r[1+from:1+from+len(w.values)], st.Columns[1+from:], places); err != nil {
			return nil, 0, 0, err
		}
		updated++
	}
	for _, w := range list {
		places, err := o.rel.places(w.columns)
		if err == nil && !w.remove {
			err = s.passMoved(o, o.rel.at(places), selectOf(w.values, m.joined()))
		}
		if err != nil {
			return nil, 0, 0, err
		}
	}
	left := rows[:0]
	for i, r := range rows {
		if !gone[i] {
			left = append(left, r)
		}
	}
	return left, updated, len(gone), nil
}

func (m *mergeStatement) joined() sqlengine.TableExpr {
	return &sqlengine.Join{Kind: "INNER", L: m.target, R: m.source, On: m.on}
}

func (r *relation) places(names []string) ([]int, error) {
	out := make([]int, len(names))
	for i, n := range names {
		if _, out[i] = r.column(n); out[i] < 0 {
			return nil, errInvalidIdentifier(n)
		}
	}
	return out, nil
}

// mergeMissing gives the rows that are inserted for what no row of the target matches.
func (s *session) mergeMissing(ctx context.Context, m *mergeStatement, o *object) ([]sqlengine.Row, error) {
	list, items := m.chosen(false)
	if len(list) == 0 {
		return nil, nil
	}
	there := &sqlengine.Exists{Query: &sqlengine.Query{Body: &sqlengine.Select{Items: []sqlengine.SelectItem{{Expr: always}}, From: []sqlengine.TableExpr{m.target}, Where: m.on}}}
	q := selectOf(items, m.source)
	q.Body.(*sqlengine.Select).Where = &sqlengine.Unary{Op: "NOT", X: there}
	st, err := s.engine().Prepare(ctx, q)
	if err != nil {
		return nil, err
	}
	found, err := st.Run(ctx)
	if err != nil {
		return nil, err
	}
	var out []sqlengine.Row
	for _, r := range found {
		w, from := first(list, r)
		if w == nil {
			continue
		}
		cols, err := o.rel.pick(w.columns)
		if err != nil {
			return nil, err
		}
		if len(cols) != len(w.values) {
			return nil, compilation(2057, "21S01", "Insert value list does not match column list expecting %d but got %d", len(cols), len(w.values))
		}
		given, err := s.castRow(cols, st.Columns[from:], r[from:from+len(w.values)])
		if err != nil {
			return nil, err
		}
		row, err := s.fullRow(o, cols, given)
		if err != nil {
			return nil, err
		}
		out = append(out, row)
	}
	for _, w := range list {
		cols, err := o.rel.pick(w.columns)
		if err != nil {
			return nil, err
		}
		if err := s.passMoved(o, cols, selectOf(w.values, m.source)); err != nil {
			return nil, err
		}
	}
	return out, nil
}
