package databricks

import (
	"context"
	"sync"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

// Result is what a statement gives. Statements without one have no columns.
type Result struct {
	Columns []sqlengine.Column
	Rows    []sqlengine.Row
}

// cursor parses one statement in a session.
type cursor struct {
	*sqlengine.Parser
	s *session
}

// action carries out a statement that was read whole. No statement has an
// effect unless all of it was understood.
type action func() (*Result, error)

// grammar lists the statements by their first words, longest first where one
// is the beginning of another.
var grammar = []struct {
	words []string
	parse func(*cursor) (action, error)
}{
	{[]string{"CREATE"}, (*cursor).create},
	{[]string{"ALTER", "GOVERNED", "TAG"}, (*cursor).alterGovernedTag},
	{[]string{"ALTER"}, (*cursor).alter},
	{[]string{"DROP", "GOVERNED", "TAG"}, (*cursor).dropGovernedTag},
	{[]string{"DROP", "POLICY"}, (*cursor).dropPolicy},
	{[]string{"DROP"}, (*cursor).drop},
	{[]string{"COMMENT", "ON"}, (*cursor).commentOn},
	{[]string{"SET", "TAG", "ON"}, (*cursor).setTagOn},
	{[]string{"UNSET", "TAG", "ON"}, (*cursor).unsetTagOn},
	{[]string{"GRANT"}, (*cursor).grant},
	{[]string{"REVOKE"}, (*cursor).revoke},
	{[]string{"SHOW"}, (*cursor).show},
	{[]string{"DESCRIBE"}, (*cursor).describe},
	{[]string{"DESC"}, (*cursor).describe},
	{[]string{"USE"}, (*cursor).use},
	{[]string{"INSERT"}, (*cursor).insert},
	{[]string{"UPDATE"}, (*cursor).update},
	{[]string{"DELETE", "FROM"}, (*cursor).delete},
	{[]string{"TRUNCATE", "TABLE"}, (*cursor).truncate},
	{[]string{"SELECT"}, (*cursor).selection},
	{[]string{"WITH"}, (*cursor).selection},
	{[]string{"VALUES"}, (*cursor).selection},
	{[]string{"("}, (*cursor).selection},
}

// run parses and carries out one statement. The error is an *Error. What only reads runs beside others; a query holds no lock
// once its names are resolved and the rows it reads are known, which no later statement changes.
func (w *Workspace) run(s *session, sql string) (*Result, error) {
	if c := sqlengine.NewParser(sqlengine.Databricks, sql); !onlyReads(c) {
		w.mu.Lock()
		defer w.mu.Unlock()
		return w.carry(s, sql)
	}
	w.mu.RLock()
	s.release = sync.OnceFunc(w.mu.RUnlock)
	defer s.release()
	return w.carry(s, sql)
}

// onlyReads tells by a statement's first word that it changes nothing.
func onlyReads(c *sqlengine.Parser) bool {
	for _, word := range [...]string{"SELECT", "WITH", "VALUES", "(", "SHOW", "DESCRIBE", "DESC", "USE"} {
		if c.PeekKeyword(word) {
			return true
		}
	}
	return false
}

// carry is run while the lock is held.
func (w *Workspace) carry(s *session, sql string) (*Result, error) {
	c := &cursor{sqlengine.NewParser(sqlengine.Databricks, sql), s}
	c.ResolveIdentifiers(s.engine())
	do, err := c.statement()
	if err == nil {
		var r *Result
		if r, err = do(); err == nil {
			return r, nil
		}
	}
	e := asError(err)
	if e.Condition == UnsupportedCode {
		w.log.Warn("statement not supported by the emulator", "sql", sql, "reason", e.Message)
	}
	return nil, e
}

func (c *cursor) statement() (action, error) {
	for _, g := range grammar {
		mark := c.Mark()
		if !c.AcceptKeyword(g.words...) {
			continue
		}
		if isQuery(g.words[0]) {
			c.Reset(mark)
		}
		do, err := g.parse(c)
		if err != nil {
			return nil, err
		}
		return do, c.ExpectEnd()
	}
	if c.Peek().Kind == sqlengine.TokenWord {
		return nil, errUnsupported("statement %s is not supported.", c.Peek().Text)
	}
	return nil, c.Errorf("expected a statement")
}

func isQuery(word string) bool {
	return word == "SELECT" || word == "WITH" || word == "VALUES" || word == "("
}

func (c *cursor) selection() (action, error) {
	q, err := c.Query()
	if err != nil {
		return nil, err
	}
	return func() (*Result, error) { return c.s.query(q) }, nil
}

// query runs a query in the session.
func (s *session) query(q *sqlengine.Query) (*Result, error) {
	st, err := s.engine().Prepare(context.Background(), q)
	if err != nil {
		return nil, err
	}
	if s.release != nil {
		s.release()
	}
	rows, err := st.Run(s.ctx)
	if err != nil {
		return nil, err
	}
	return &Result{st.Columns, rows}, nil
}

// done is the result of a statement that gives none.
func done() *Result { return &Result{} }

// affected is the result of a statement that changes rows.
func affected(n int) *Result {
	return &Result{[]sqlengine.Column{{Name: "num_affected_rows", Type: sqlengine.TypeBigInt}}, []sqlengine.Row{{int64(n)}}}
}

// texts makes a result of text columns.
func texts(columns []string, rows ...[]string) *Result {
	r := &Result{}
	for _, c := range columns {
		r.Columns = append(r.Columns, sqlengine.Column{Name: c, Type: sqlengine.TypeText, Nullable: true})
	}
	for _, row := range rows {
		out := make(sqlengine.Row, len(row))
		for i, v := range row {
			out[i] = v
		}
		r.Rows = append(r.Rows, out)
	}
	return r
}

// use checks that the place exists; the API keeps no session between statements.
func (c *cursor) use() (action, error) {
	k := kindSchema
	if c.AcceptKeyword("CATALOG") {
		k = kindCatalog
	} else if !c.AcceptKeyword("SCHEMA") {
		c.AcceptKeyword("DATABASE")
	}
	name, err := c.Name()
	if err != nil {
		return nil, err
	}
	return func() (*Result, error) {
		x, err := c.s.securable(k, name)
		if err != nil {
			return nil, err
		}
		return done(), c.s.id.show(x)
	}, nil
}

// target names a securable in a statement, with the word it was named by.
type target struct {
	kind kind
	word string // TABLE, VIEW, MATERIALIZED VIEW, STREAMING TABLE, ...
	name sqlengine.Name
}

var kindWords = []struct {
	words []string
	kind  kind
}{
	{[]string{"MATERIALIZED", "VIEW"}, kindTable},
	{[]string{"STREAMING", "TABLE"}, kindTable},
	{[]string{"TABLE"}, kindTable},
	{[]string{"VIEW"}, kindTable},
	{[]string{"CATALOG"}, kindCatalog},
	{[]string{"SCHEMA"}, kindSchema},
	{[]string{"DATABASE"}, kindSchema},
	{[]string{"VOLUME"}, kindVolume},
	{[]string{"FUNCTION"}, kindFunction},
}

// kindWord reads the kind of a securable.
func (c *cursor) kindWord() (kind, string, bool) {
	for _, k := range kindWords {
		if c.AcceptKeyword(k.words...) {
			return k.kind, joined(k.words), true
		}
	}
	return "", "", false
}

func joined(words []string) string {
	out := words[0]
	for _, w := range words[1:] {
		out += " " + w
	}
	return out
}

func (c *cursor) target() (target, error) {
	k, word, ok := c.kindWord()
	if !ok {
		return target{}, c.Errorf("expected the kind of a securable")
	}
	name, err := c.Name()
	return target{k, word, name}, err
}

// find resolves a target and checks that the word fits what it is.
func (c *cursor) find(t target) (*securable, error) {
	x, err := c.s.securable(t.kind, t.name)
	if err != nil {
		if t.kind == kindTable {
			return nil, tableNotFound(c.s.parts(kindTable, t.name), err)
		}
		return nil, err
	}
	return x, checkWord(x, t.word)
}

var wordOfType = map[string]string{typeView: "VIEW", typeMatView: "MATERIALIZED VIEW", typeStreaming: "STREAMING TABLE"}

// checkWord: ALTER VIEW wants a view, ALTER TABLE a table, and so on.
func checkWord(x *securable, word string) error {
	if x.table == nil {
		return nil
	}
	is := wordOfType[x.table.tableType]
	if is == "" {
		is = "TABLE"
	}
	if is == word {
		return nil
	}
	if word == "TABLE" {
		return errSQL("EXPECT_TABLE_NOT_VIEW.NO_ALTERNATIVE", "42809", "'%s' expects a table but %s is a view.", word, quoted([]string{x.fullName()}))
	}
	return errSQL("EXPECT_VIEW_NOT_TABLE.NO_ALTERNATIVE", "42809", "The operation expects a %s but '%s' is a %s.", word, x.fullName(), is)
}

func (c *cursor) ifExists() bool    { return c.AcceptKeyword("IF", "EXISTS") }
func (c *cursor) ifNotExists() bool { return c.AcceptKeyword("IF", "NOT", "EXISTS") }

// comment reads [COMMENT 'text'].
func (c *cursor) comment() (string, error) {
	if !c.AcceptKeyword("COMMENT") {
		return "", nil
	}
	return c.StringLiteral()
}
