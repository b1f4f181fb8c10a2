package sqlengine

import (
	"strings"
	"testing"
)

func TestErrorCodes(t *testing.T) {
	for _, c := range []struct {
		d    Dialect
		sql  string
		code ErrorCode
		name string
	}{
		{Snowflake, `SELECT nosuch FROM people`, ErrUnknownColumn, "NOSUCH"},
		{Snowflake, `SELECT p.nosuch FROM people p`, ErrUnknownColumn, "P.NOSUCH"},
		{Snowflake, `SELECT people.id FROM people p`, ErrUnknownColumn, "PEOPLE.ID"},
		{Snowflake, `SELECT "id" FROM people`, ErrUnknownColumn, "id"},
		{Snowflake, `SELECT id FROM people JOIN orders ON 1 = 1`, ErrAmbiguousColumn, "ID"},
		{Snowflake, `SELECT x.* FROM people`, ErrUnknownAlias, "X"},
		{Snowflake, `SELECT nosuch(1)`, ErrUnknownFunction, "NOSUCH"},
		{Snowflake, `SELECT UPPER()`, ErrArgumentCount, "UPPER"},
		{Snowflake, `SELECT UPPER('a', 'b')`, ErrArgumentCount, "UPPER"},
		{Snowflake, `SELECT UPPER(PARSE_JSON('[]')::array)`, ErrArgumentType, "UPPER"},
		{Snowflake, `SELECT 1 FROM people WHERE id = CURRENT_DATE`, ErrTypeMismatch, "="},
		{Snowflake, `SELECT 1 / 0`, ErrDivisionByZero, "/"},
		{Snowflake, `SELECT 'x'::number`, ErrBadCast, "NUMBER(38,0)"},
		{Snowflake, `SELECT 'abc'::varchar(2)`, ErrTooLong, "VARCHAR(2)"},
		{Snowflake, `SELECT 1234::number(3,0)`, ErrOutOfRange, "NUMBER(3,0)"},
		{Snowflake, `SELECT name, COUNT(*) FROM people`, ErrNotGrouped, "NAME"},
		{Snowflake, `SELECT * FROM people GROUP BY id`, ErrNotGrouped, "NAME"},
		{Snowflake, `SELECT id FROM people WHERE COUNT(*) > 1`, ErrAggregateMisuse, "COUNT"},
		{Snowflake, `SELECT SUM(COUNT(*)) FROM people`, ErrAggregateMisuse, "COUNT"},
		{Snowflake, `SELECT id FROM people WHERE ROW_NUMBER() OVER (ORDER BY id) = 1`, ErrAggregateMisuse, "ROW_NUMBER"},
		{Snowflake, `SELECT (SELECT id FROM people)`, ErrSubqueryRows, "subquery"},
		{Snowflake, `SELECT (SELECT 1, 2)`, ErrSubqueryColumns, "subquery"},
		{Snowflake, `SELECT 1 UNION SELECT 1, 2`, ErrSetColumns, "UNION"},
		{Snowflake, `SELECT 1 FROM people p, people p`, ErrDuplicateAlias, "P"},
		{Snowflake, `SELECT id FROM people ORDER BY 2`, ErrBadOrdinal, "ORDER BY"},
		{Snowflake, `SELECT ?`, ErrUnknownParameter, "1"},
		{Databricks, `SELECT :x`, ErrUnknownParameter, "x"},
		{Snowflake, `SELECT 'a' RLIKE '(?=a)'`, ErrBadRegex, "regex"},
		{Snowflake, `SELECT 'a' RLIKE 'a*?'`, ErrBadRegex, "regex"},
		{Snowflake, `SELECT 'a' RLIKE '(?i)a'`, ErrBadRegex, "regex"},
		{Snowflake, `SELECT 'a' RLIKE '\\p{L}'`, ErrBadRegex, "regex"},
		{Databricks, `SELECT 'a' RLIKE '(?=a)'`, ErrUnsupportedRegex, "regex"},
		{Databricks, `SELECT 'a' RLIKE r'(a)\1'`, ErrUnsupportedRegex, "regex"},
		{Databricks, `SELECT 'a' RLIKE 'a++'`, ErrUnsupportedRegex, "regex"},
		{Databricks, `SELECT 'a' RLIKE '['`, ErrBadRegex, "regex"},
		{Snowflake, `SELECT 1 FROM people AT (OFFSET => -60)`, ErrUnsupported, "AT (time travel)"},
		{Snowflake, `SELECT id FROM people GROUP BY ROLLUP (id)`, ErrUnsupported, "GROUP BY ROLLUP"},
		{Databricks, `SELECT CAST('x' AS INT)`, ErrBadCast, "int"},
		{Databricks, `SELECT 1 % 0`, ErrDivisionByZero, "%"},
		{Databricks, `SELECT CAST(300 AS TINYINT)`, ErrOutOfRange, "tinyint"},
		{Databricks, `SELECT 2147483647 + 1`, ErrOutOfRange, "int"},
		{Databricks, `SELECT array(1)[3]`, ErrInvalidArgument, "[]"},
	} {
		s, m := newSession(c.d)
		people(m)
		_, _, err := s.Query(t.Context(), c.sql)
		if CodeOf(err) != c.code {
			t.Errorf("%s: code %d, want %d (%v)", c.sql, CodeOf(err), c.code, err)
			continue
		}
		if e := err.(*Error); e.Name != c.name {
			t.Errorf("%s: name %q, want %q", c.sql, e.Name, c.name)
		}
	}
}

func TestErrorsHoldNoValues(t *testing.T) {
	s, m := newSession(Snowflake)
	people(m)
	for _, sql := range []string{`SELECT name::number FROM people`, `SELECT name::varchar(1) FROM people`, `SELECT TO_DATE(email) FROM people`,
		`SELECT PARSE_JSON(email) FROM people`} {
		_, _, err := s.Query(t.Context(), sql)
		if err == nil {
			t.Errorf("%s: no error", sql)
			continue
		}
		for _, secret := range []string{"Ann", "ann@a.org"} {
			if msg := err.Error(); strings.Contains(msg, secret) {
				t.Errorf("%s: error tells a value: %s", sql, msg)
			}
		}
	}
}

// Short texts that stand for very long ones must end quickly, with an answer or an error.
func TestShortTextsOfLargeMeaning(t *testing.T) {
	s, m := newSession(Snowflake)
	people(m)
	between := "id" + strings.Repeat(" BETWEEN 0 AND 9", 60)
	if got := query(t, s, "SELECT COUNT(*) FROM people WHERE "+between); got != "4" && !strings.HasPrefix(got, "error") {
		t.Error(got)
	}
	aliases := "id AS a0"
	for i := range 40 {
		aliases += strings.NewReplacer("$1", itoa(i), "$2", itoa(i+1)).Replace(", a$1 + a$1 AS a$2")
	}
	_, _, err := s.Query(t.Context(), "SELECT "+aliases+" FROM people")
	if CodeOf(err) != ErrTooDeep {
		t.Errorf("doubling aliases: %v", err)
	}
	if got := query(t, s, "SELECT "+strings.Repeat("NULLIF(", 60)+"id"+strings.Repeat(", 0)", 60)+" FROM people WHERE id = 1"); got != "1" {
		t.Error(got)
	}
}
