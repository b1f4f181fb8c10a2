package snowflake

import (
	"context"
	"strings"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

// cursor parses one statement in a session.
type cursor struct {
	*sqlengine.Parser
	s    *session
	sort string // of the table that the kind read last was said to be
}

// action carries out a statement that was read whole. No statement has an effect unless all of it was understood.
type action func(ctx context.Context) (*Result, error)

// form is a statement by its first words.
type form struct {
	words   string
	reads   bool // it changes nothing in the catalogue
	parse   func(*cursor) (action, error)
	restart bool // parse begins at the first word again
}

// grammar lists the statements, longer beginnings before shorter ones.
func grammar() []form {
	return []form{
		{words: "SELECT", reads: true, parse: (*cursor).selection, restart: true},
		{words: "WITH", reads: true, parse: (*cursor).selection, restart: true},
		{words: "VALUES", reads: true, parse: (*cursor).selection, restart: true},
		{words: "(", reads: true, parse: (*cursor).selection, restart: true},
		{words: "SHOW", reads: true, parse: (*cursor).show},
		{words: "DESCRIBE", reads: true, parse: (*cursor).describe},
		{words: "DESC", reads: true, parse: (*cursor).describe},
		{words: "CALL SYSTEM$CLASSIFY", parse: (*cursor).classifyStatement},
		{words: "CALL", reads: true, parse: (*cursor).call},
		{words: "USE", parse: (*cursor).use},
		{words: "ALTER SESSION", parse: (*cursor).alterSession},
		{words: "CREATE", parse: (*cursor).create},
		{words: "ALTER", parse: (*cursor).alter},
		{words: "DROP", parse: (*cursor).drop},
		{words: "UNDROP", parse: (*cursor).undrop},
		{words: "COMMENT", parse: (*cursor).commentOn},
		{words: "GRANT", parse: (*cursor).grant},
		{words: "REVOKE", parse: (*cursor).revoke},
		{words: "INSERT", parse: (*cursor).insert},
		{words: "UPDATE", parse: (*cursor).update},
		{words: "MERGE INTO", parse: (*cursor).merge},
		{words: "DELETE FROM", parse: (*cursor).delete},
		{words: "TRUNCATE", parse: (*cursor).truncate},
		{words: "BEGIN", parse: (*cursor).begin},
		{words: "START TRANSACTION", parse: (*cursor).begin},
		{words: "COMMIT", parse: (*cursor).commitStatement},
		{words: "ROLLBACK", parse: (*cursor).rollbackStatement},
		{words: "EXECUTE USING POLICY_CONTEXT", reads: true, parse: (*cursor).executeUsing},
	}
}

var statements = grammar()

// parse reads a statement and gives what carries it out, and whether that changes the catalogue.
func (s *session) parse(sql string) (action, bool, error) {
	c := &cursor{Parser: sqlengine.NewParser(sqlengine.Snowflake, sql), s: s}
	c.ResolveIdentifiers(&sqlengine.Session{Now: s.now, Positional: s.binds, Named: s.named})
	for _, f := range statements {
		mark := c.Mark()
		if !c.words(f.words) {
			continue
		}
		if f.restart {
			c.Reset(mark)
		}
		do, err := f.parse(c)
		if err != nil {
			return nil, false, err
		}
		return do, !f.reads, c.ExpectEnd()
	}
	if t := c.Peek(); t.Kind == sqlengine.TokenWord && knownVerbs[strings.ToUpper(t.Text)] {
		return nil, false, errUnsupported("statement %s", strings.ToUpper(t.Text))
	}
	return nil, false, c.Errorf("expected a statement")
}

// knownVerbs begin statements of Snowflake that the emulator does not have; any other word is a syntax error.
var knownVerbs = map[string]bool{"MERGE": true, "COPY": true, "PUT": true, "GET": true, "LIST": true, "LS": true, "REMOVE": true, "RM": true, "EXPLAIN": true,
	"EXECUTE": true, "DECLARE": true, "SET": true, "UNSET": true, "DELETE": true, "START": true}

// words accepts words separated by blanks.
func (c *cursor) words(w string) bool { return c.AcceptKeyword(strings.Fields(w)...) }

// expectWords fails unless the words come next.
func (c *cursor) expectWords(w string) error { return c.ExpectKeyword(strings.Fields(w)...) }

// kind reads the words of a kind.
func (c *cursor) kind() (kind, bool) {
	c.sort = ""
	if c.words("ICEBERG TABLE") {
		c.sort = sortIceberg
		return kindTable, true
	}
	for _, k := range kinds {
		if c.words(k.kind.keywords()) {
			return k.kind, true
		}
	}
	return "", false
}

// plural reads the plural words of a kind.
func (c *cursor) plural() (kind, bool) {
	for _, k := range kinds {
		if k.plural != "" && c.words(k.plural) {
			return k.kind, true
		}
	}
	return "", false
}

func (c *cursor) ifExists() bool    { return c.words("IF EXISTS") }
func (c *cursor) ifNotExists() bool { return c.words("IF NOT EXISTS") }

// idents reads names of columns in parentheses.
func (c *cursor) idents() ([]string, error) {
	var out []string
	err := c.Parens(func() error {
		p, err := c.Ident()
		out = append(out, p.Text)
		return err
	})
	return out, err
}

// stringList reads text literals separated by commas, in parentheses or not.
func (c *cursor) stringList() ([]string, error) {
	var out []string
	item := func() error {
		v, err := c.StringLiteral()
		out = append(out, v)
		return err
	}
	if c.PeekKeyword("(") {
		return out, c.Parens(item)
	}
	err := c.CommaList(item)
	return out, err
}

// comment reads COMMENT = 'text' behind its first word.
func (c *cursor) commentValue() (string, error) {
	c.AcceptKeyword("=")
	return c.StringLiteral()
}

// boolean reads TRUE or FALSE.
func (c *cursor) boolean() (bool, error) {
	switch c.AcceptAny("TRUE", "FALSE") {
	case "TRUE":
		return true, nil
	case "FALSE":
		return false, nil
	}
	return false, c.Errorf("expected TRUE or FALSE")
}
