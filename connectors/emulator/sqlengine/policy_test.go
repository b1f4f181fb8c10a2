package sqlengine

import (
	"context"
	"errors"
	"testing"
)

func parseExpr(t *testing.T, d Dialect, text string) Expr {
	t.Helper()
	p := NewParser(d, text)
	e, err := p.Expr()
	if err == nil {
		err = p.ExpectEnd()
	}
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func masked(t *testing.T) (*Session, *memory) {
	s, m := newSession(Snowflake)
	people(m)
	body := `CASE WHEN COUNTRY = 'DE' THEN VAL WHEN REGEXP_LIKE(VAL, '.*@.*') THEN REGEXP_REPLACE(VAL, '^.*@', '***@') ELSE '***' END`
	m.tables["PEOPLE"].Masks = []Mask{{Column: 2, Policy: Policy{
		Params: []Param{{"VAL", TypeText}, {"COUNTRY", TypeText}}, Args: []PolicyArg{{Column: 2}, {Column: 3}},
		Body: parseExpr(t, Snowflake, body), Result: TypeText,
	}}, {Column: 3, Policy: Policy{Params: []Param{{"VAL", TypeText}}, Args: []PolicyArg{{Column: 3}}, Body: parseExpr(t, Snowflake, `'XX'`)}}}
	return s, m
}

func TestMaskReplacesTheColumnEverywhere(t *testing.T) {
	s, m := masked(t)
	m.tables["MAILS"] = &Table{Columns: []Column{{Name: "EMAIL", Type: TypeText}}, Rows: RowsOf([]Row{{"cyd@c.org"}, {"***@c.org"}, {"ann@a.org"}})}
	check(t, s, []engineCase{
		{`SELECT id, email FROM people ORDER BY id`, "1|ann@a.org;2|***;3|***@c.org;4|***@d.org"}, // the mask saw the raw country
		{`SELECT id FROM people WHERE email = 'cyd@c.org'`, ""},
		{`SELECT id FROM people WHERE email = '***@c.org'`, "3"},
		{`SELECT p.id, m.email FROM people p JOIN mails m ON p.email = m.email ORDER BY 1`, "1|ann@a.org;3|***@c.org"},
		{`SELECT p.id FROM people p JOIN mails m USING (email) ORDER BY 1`, "1;3"},
		{`SELECT email, COUNT(*) FROM people GROUP BY email ORDER BY email`, "***|1;***@c.org|1;***@d.org|1;ann@a.org|1"},
		{`SELECT MAX(email), COUNT(DISTINCT country) FROM people`, "ann@a.org|1"},
		{`SELECT id FROM people ORDER BY email, id`, "2;3;4;1"},
		{`SELECT COUNT_IF(email LIKE 'cyd%') FROM people`, "0"},
		{`WITH x AS (SELECT * FROM people) SELECT email FROM x WHERE id = 3`, "***@c.org"},
		{`SELECT (SELECT email FROM people WHERE id = 3)`, "***@c.org"},
		{`SELECT OBJECT_CONSTRUCT(*):EMAIL::string FROM people WHERE id = 3`, "***@c.org"},
		{`SELECT m.email FROM mails m WHERE EXISTS (SELECT 1 FROM people p WHERE p.email = m.email) ORDER BY 1`, "***@c.org;ann@a.org"},
		{`SELECT id, ROW_NUMBER() OVER (ORDER BY email) FROM people ORDER BY id`, "1|4;2|1;3|2;4|3"},
	})
}

func TestFilterComesBeforeMasks(t *testing.T) {
	s, m := masked(t)
	m.tables["PEOPLE"].Filter = &Policy{Params: []Param{{"C", TypeText}}, Args: []PolicyArg{{Column: 3}}, Body: parseExpr(t, Snowflake, `C = 'US'`)}
	check(t, s, []engineCase{
		{`SELECT id, country FROM people ORDER BY id`, "2|XX;3|XX"}, // by the raw country; NULL hides
		{`SELECT COUNT(*) FROM people`, "2"},
		{`SELECT id FROM people WHERE country = 'US'`, ""},
		{`SELECT o.id, p.id FROM orders o LEFT JOIN people p ON p.id = o.person ORDER BY 1`, "10|~;11|~;12|3;13|~"},
	})
}

func TestUnusedMaskIsNotEvaluated(t *testing.T) {
	s, m := newSession(Snowflake)
	people(m)
	calls := 0
	m.funcs["TICK"] = &Function{Result: TypeText, Eval: func(context.Context, []Value) (Value, error) { calls++; return "m", nil }}
	m.tables["PEOPLE"].Masks = []Mask{{Column: 2, Policy: Policy{Params: []Param{{"V", TypeText}}, Args: []PolicyArg{{Column: 2}}, Body: parseExpr(t, Snowflake, `TICK()`)}}}
	check(t, s, []engineCase{{`SELECT COUNT(*), MAX(name) FROM people WHERE id > 1`, "3|Cyd"}})
	if calls != 0 {
		t.Errorf("mask of an unused column was called %d times", calls)
	}
	check(t, s, []engineCase{{`SELECT DISTINCT email FROM people`, "m"}})
	if calls != 4 {
		t.Errorf("mask was called %d times for 4 rows", calls)
	}
}

func TestPolicyScopeAndErrors(t *testing.T) {
	s, m := newSession(Snowflake)
	people(m)
	owner := &memory{dialect: Snowflake, tables: map[string]*Table{"MAP": {
		Columns: []Column{{Name: "REGION", Type: TypeText}}, Rows: RowsOf([]Row{{"DE"}})}}, funcs: map[string]*Function{}}
	boom := errors.New("002043: not authorized")
	owner.funcs["BOOM"] = &Function{Result: TypeText, Eval: func(context.Context, []Value) (Value, error) { return nil, boom }}
	m.tables["PEOPLE"].Filter = &Policy{Params: []Param{{"R", TypeText}}, Args: []PolicyArg{{Column: 3}},
		Body: parseExpr(t, Snowflake, `EXISTS (SELECT 1 FROM map WHERE region = R)`), Catalog: owner}
	check(t, s, []engineCase{{`SELECT id FROM people`, "1"}, {`SELECT 1 FROM map`, "error: catalogue: no such table MAP"}})

	m.tables["PEOPLE"].Filter = nil
	m.tables["PEOPLE"].Masks = []Mask{{Column: 1, Policy: Policy{Params: []Param{{"V", TypeText}}, Args: []PolicyArg{{Column: 1}}, Body: parseExpr(t, Snowflake, `BOOM()`), Catalog: owner}}}
	if _, _, err := s.Query(t.Context(), `SELECT name FROM people`); err != boom {
		t.Errorf("errors of a catalogue pass unchanged, not %v", err)
	}
}

func TestViews(t *testing.T) {
	s, m := masked(t)
	q, err := NewParser(Snowflake, `SELECT id, email, country FROM people WHERE email LIKE '%@%'`).Query()
	if err != nil {
		t.Fatal(err)
	}
	owner := &memory{dialect: Snowflake, tables: map[string]*Table{"PEOPLE": m.tables["PEOPLE"]}}
	m.tables["V"] = &Table{View: &View{Query: q, Catalog: owner},
		Columns: []Column{{Name: "K", Type: TypeNumber}, {Name: "MAIL", Type: TypeText}, {Name: "C", Type: TypeText}},
		Masks:   []Mask{{Column: 1, Policy: Policy{Params: []Param{{"V", TypeText}}, Args: []PolicyArg{{Column: 1}}, Body: parseExpr(t, Snowflake, `'<' || V || '>'`)}}}}
	delete(m.tables, "PEOPLE")
	check(t, s, []engineCase{
		{`SELECT k, mail FROM v ORDER BY k`, "1|<ann@a.org>;3|<***@c.org>;4|<***@d.org>"},
		{`SELECT k FROM v WHERE mail = '<***@c.org>'`, "3"},
		{`SELECT id FROM v`, "error: unknown column ID"},
	})
	loop, _ := NewParser(Snowflake, `SELECT * FROM v`).Query()
	m.tables["V"] = &Table{View: &View{Query: loop}}
	if _, _, err := s.Query(t.Context(), `SELECT * FROM v`); CodeOf(err) != ErrTooDeep {
		t.Errorf("a view of itself: %v", err)
	}
}

func TestSQLFunctions(t *testing.T) {
	s, m := newSession(Databricks)
	people(m)
	m.funcs["MASK_EMAIL"] = &Function{Params: []Param{{"v", TypeText}, {"keep", TypeInt}}, Result: TypeText,
		Body: parseExpr(t, Databricks, `CASE WHEN is_account_group_member('pii') THEN v ELSE concat(left(v, keep), '***') END`)}
	m.funcs["IS_ACCOUNT_GROUP_MEMBER"] = &Function{Params: []Param{{"g", TypeText}}, Result: TypeBoolean, Stable: true,
		Eval: func(_ context.Context, a []Value) (Value, error) { return a[0] == "admin", nil }}
	m.funcs["CURRENT_USER"] = &Function{Params: []Param{}, Result: TypeText, Stable: true, Eval: func(context.Context, []Value) (Value, error) { return "u@x", nil }}
	check(t, s, []engineCase{
		{`SELECT main.gov.mask_email(email, 2) FROM people WHERE id = 1`, "an***"},
		{`SELECT current_user(), current_user, is_account_group_member('admin')`, "u@x|u@x|true"},
		{`SELECT mask_email(email) FROM people`, "error: mask_email takes 2 arguments, not 1"},
		{`SELECT nosuch(1)`, "error: unknown function nosuch"},
	})
}
