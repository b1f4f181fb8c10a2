package sqlengine

import (
	"fmt"
	"strings"
	"testing"
)

func TestThreeValuedLogic(t *testing.T) {
	s, _ := newSession(Snowflake)
	for _, c := range []string{
		"NULL AND FALSE = FALSE", "NULL AND TRUE = NULL", "NULL OR TRUE = TRUE", "NULL OR FALSE = NULL", "NOT NULL = NULL",
		"NULL = NULL = NULL", "NULL IS NULL = TRUE", "NULL IS NOT DISTINCT FROM NULL = TRUE", "1 IS DISTINCT FROM NULL = TRUE",
		"1 IN (1, NULL) = TRUE", "2 IN (1, NULL) = NULL", "2 NOT IN (1, NULL) = NULL", "NULL IN (1) = NULL", "2 NOT IN (1) = TRUE",
		"NULL BETWEEN 1 AND 2 = NULL", "3 BETWEEN NULL AND 2 = FALSE", "3 NOT BETWEEN NULL AND 2 = TRUE", "NULL LIKE 'a' = NULL",
		"'a' LIKE NULL = NULL", "(NULL > 1) IS UNKNOWN = TRUE", "(NULL = 1) IS NOT TRUE = TRUE", "CASE NULL WHEN NULL THEN TRUE ELSE FALSE END = FALSE",
		"NULL IN (SELECT 1 WHERE FALSE) = FALSE", "1 NOT IN (SELECT NULL) = NULL", "EXISTS (SELECT NULL) = TRUE", "EQUAL_NULL(NULL, NULL) = TRUE",
		"(1, 2) IN ((1, 2), (3, 4)) = TRUE", "(1, NULL) IN ((1, 2)) = NULL", "(1, NULL) IN ((2, 2)) = FALSE",
	} {
		i := strings.LastIndex(c, " = ")
		want := map[string]string{"TRUE": "true", "FALSE": "false", "NULL": "~"}[c[i+3:]]
		if got := query(t, s, "SELECT "+c[:i]); got != want {
			t.Errorf("%s: got %s", c, got)
		}
		// The same with operands that are not constant.
		inner := strings.NewReplacer("NULL AND", "n AND", "NULL OR", "n OR").Replace(c[:i])
		if got := query(t, s, "SELECT "+inner+" FROM (SELECT NULL::boolean n)"); got != want {
			t.Errorf("%s over a column: got %s", c, got)
		}
	}
}

func TestFunctionsSnowflake(t *testing.T) {
	s, _ := newSession(Snowflake)
	check(t, s, []engineCase{
		{`SELECT SUBSTR('abcdef', 2, 3), SUBSTR('abc', -2), SUBSTR('äöü', 2), SUBSTR('abc', 5), LEFT('abc', 2), RIGHT('abc', 2)`, "bcd|bc|öü||ab|bc"},
		{`SELECT REPEAT('*', LENGTH('äbc')), LPAD('7', 3, '0'), RPAD('a', 3, 'xy'), REVERSE('añb'), INITCAP('john o''neil')`, "***|007|axy|bña|John O'Neil"},
		{`SELECT SPLIT_PART('a.b.c', '.', -1), SPLIT_PART('a', '.', 2), POSITION('b' IN 'abc'), CHARINDEX('c', 'abcabc', 4), TRIM('  x '), LTRIM('00x', '0')`, "c||2|6|x|x"},
		{`SELECT TRANSLATE('a-b c', '- ', '_'), REPLACE('aXa', 'X'), CONCAT('a', NULL), CONCAT_WS('-', 'a', 'b'), ASCII('A'), CHR(233)`, "a_bc|aa|~|a-b|65|é"},
		{`SELECT REGEXP_SUBSTR('a12b34', '[0-9]+', 1, 2), REGEXP_COUNT('a1b2', '\\d'), REGEXP_INSTR('xxab', 'a'), REGEXP_REPLACE('ab', '(a)(b)', '\\2\\1')`, "34|2|3|ba"},
		{`SELECT REGEXP_LIKE('ABC', 'abc', 'i'), REGEXP_LIKE('a\nb', 'a.b'), REGEXP_LIKE('a\nb', 'a.b', 's'), REGEXP_LIKE('', '')`, "true|false|true|true"},
		{`SELECT REGEXP_SUBSTR('id=42;', 'id=(\\d+)', 1, 1, 'e'), 'a%b' LIKE 'a^%b' ESCAPE '^', 'ab' ILIKE 'A_', 'x' LIKE ANY ('a', 'x')`, "42|true|true|true"},
		{`SELECT MD5('a'), SHA1('a'), BASE64_ENCODE('ab'), HEX_ENCODE('ab'), TO_VARCHAR(TO_BINARY('6162', 'HEX'), 'UTF-8')`,
			"0cc175b9c0f1b6a831c399e269772661|86f7e437faa5a7fce15d1ddcb9eaeaea377667b8|YWI=|6162|ab"},
		{`SELECT ROUND(2.5), ROUND(-2.5), ROUND(1.256, 2), ROUND(1234, -2), FLOOR(-1.5), CEIL(1.2), ABS(-3), MOD(-7, 3), DIV0(1, 0)`, "3|-3|1.26|1200|-2|2|3|-1|0.000000"},
		{`SELECT SQRT(9), POWER(2, 10), 1e3, 2::float / 4`, "3|1024|1000|0.5"},
		{`SELECT 99999999999999999999 + 1, 12345678901234567890 * 10, 9223372036854775807 + 1`, "100000000000000000000|123456789012345678900|9223372036854775808"},
		{`SELECT TO_NUMBER('12.5'), TO_NUMBER('12.55', 10, 1), '1.5'::number(5,2), TRUE::int, 'yes'::boolean, 1.50::varchar`, "13|12.6|1.50|1|true|1.50"},
		{`SELECT GREATEST(1, NULL), GREATEST(1, 2.5), LEAST('b', 'a'), COALESCE(NULL, NULL, 3), NULLIF(1, 1), NVL2(NULL, 1, 2), ZEROIFNULL(NULL)`, "~|2.5|a|3|~|2|0"},
		{`SELECT YEAR('2024-05-06'::date), DATE_PART(quarter, '2024-05-06'::date), EXTRACT(dow FROM '2024-05-05'::date), DATE_FROM_PARTS(2024, 2, 30)`, "2024|2|0|2024-03-01"},
		{`SELECT DATEDIFF(month, '2024-01-31', '2024-02-01'), DATEDIFF(hour, '2024-01-01 00:59', '2024-01-01 01:01'), LAST_DAY('2024-02-10'::date)`, "1|1|2024-02-29"},
		{`SELECT TO_CHAR('2024-05-06'::date, 'DD/MM/YYYY'), TO_DATE('06.05.2024', 'DD.MM.YYYY'), '2024-05-06 07:08:09'::timestamp`, "06/05/2024|2024-05-06|2024-05-06 07:08:09.000"},
		{`SELECT '2024-01-01'::date + 31, '2024-03-01'::date - '2024-02-01'::date, '2024-01-31'::date + INTERVAL '1 month'`, "2024-02-01|29|2024-02-29"},
		{`SELECT ARRAY_CONTAINS('b'::variant, PARSE_JSON('["a","b"]')), ARRAY_SIZE([1, 2]), GET([5], 0), GET_PATH(PARSE_JSON('{"a":[{"b":1}]}'), 'a[0].b')`, "true|2|5|1"},
		{`SELECT OBJECT_CONSTRUCT('b', 1, 'a', NULL), {'k': 'v'}, PARSE_JSON('null') IS NULL, IS_NULL_VALUE(PARSE_JSON('null')), PARSE_JSON('1.50')`, `{"b":1}|{"k":"v"}|false|true|1.5`},
		{`SELECT TRANSFORM([1, 2], x -> x::int * 2), REDUCE([1, 2, 3], 0, (a, x) -> a + x::int), FILTER([1, 5], x -> x > 2)`, "[2,4]|6|[5]"},
		{`SELECT COUNT(DISTINCT x), SUM(x), AVG(x), MIN(x), MEDIAN(x) FROM VALUES (1), (2), (2), (NULL) v(x)`, "2|5|1.666667|1|2"},
		{`SELECT SUM(x), COUNT(x), MAX(x), ARRAY_AGG(x) FROM (SELECT 1 x WHERE FALSE)`, "~|0|~|[]"},
		{`SELECT MAX_BY(n, v), OBJECT_AGG(n, v), BOOLOR_AGG(v > 1) FROM VALUES ('a', 1), ('b', 2) t(n, v)`, `b|{"a":1,"b":2}|true`},
		{`SELECT LAG(x) OVER (ORDER BY x), RANK() OVER (ORDER BY x), AVG(x) OVER (ORDER BY x ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM VALUES (1), (3) v(x) ORDER BY x`, "~|1|1.000000;1|2|2.000000"},
		{`SELECT * EXCLUDE (a) RENAME b AS z FROM VALUES (1, 2) v(a, b)`, "2"},
		{`SELECT x + 1 AS y, y * 2 FROM VALUES (1) v(x) WHERE y = 2`, "2|4"},
		{`SELECT COUNT(*) FROM TABLE(GENERATOR(ROWCOUNT => 7))`, "7"},
	})
}

func TestFunctionsDatabricks(t *testing.T) {
	s, _ := newSession(Databricks)
	check(t, s, []engineCase{
		{`SELECT substr('Spark', -3), left('ab', 1), trim(BOTH 'x' FROM 'xax'), ltrim('x', 'xa'), btrim('xax', 'x'), concat_ws(',', 'a', NULL, 'b')`, "ark|a|a|a|a|a,b"},
		{`SELECT regexp_replace('ab', '(a)(b)', '$2$1'), 'xaby' rlike 'a.', regexp_like('b', '^a'), regexp_extract('x', 'y', 0), 'A' ilike 'a'`, "ba|true|false||true"},
		{`SELECT greatest(1, NULL), nvl(NULL, 'x'), nullif(1, 2), isnull(NULL), CAST(1.9 AS INT), CAST('2024-1-2' AS DATE), CAST(1 AS STRING)`, "1|x|1|true|1|2024-01-02|1"},
		{`SELECT date_add(DATE'2024-01-31', 1), dateadd(MONTH, 1, DATE'2024-01-31'), datediff('2024-03-01', '2024-02-01'), date_trunc('MONTH', TIMESTAMP'2024-05-06 07:08:09')`,
			"2024-02-01|2024-02-29 00:00:00|29|2024-05-01 00:00:00"},
		{`SELECT make_date(2024, 2, 29), year(DATE'2024-01-01'), dayofweek(DATE'2024-05-05'), date_format(DATE'2024-05-06', 'dd.MM.yyyy'), trunc(DATE'2024-05-06', 'YEAR')`,
			"2024-02-29|2024|1|06.05.2024|2024-01-01"},
		{`SELECT sum(x), avg(x), count(DISTINCT x) FROM VALUES (1), (2), (2) AS v(x)`, "5|1.6666666666666667|2"},
		{`SELECT 1.5 + 1, 1.10 * 2, 10 / 4.0, 1e7, 0.1D + 0.2D`, "2.5|2.20|2.500000|1.0E7|0.30000000000000004"},
		{`SELECT map('a', 1)['a'], element_at(array(1, 2), -1), size(array()), array_contains(array(1), 1), to_json(named_struct('a', array(1)))`, `1|2|0|true|{"a":[1]}`},
		{`SELECT exists(array(1, 2), x -> x > 1), forall(array(1, 2), x -> x > 1), filter(array(1, 2), x -> x > 1), aggregate(array(1, 2), 0, (a, x) -> a + x, a -> a * 10)`, "true|false|[2]|30"},
		{`SELECT c:a.b, c:a[0] FROM (SELECT '{"a":{"b":"z"}}' c)`, "z|~"},
		{`SELECT sha2('a', 256), hex('ab'), base64(CAST('ab' AS BINARY)), CAST(unhex('6162') AS STRING), decode(2, 1, 'a', 'b')`,
			"ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb|6162|YWI=|ab|b"},
		{`SELECT s.a.b FROM (SELECT named_struct('a', named_struct('b', 5)) s)`, "5"},
		{`SELECT x, count(*) FROM VALUES ('a'), ('a'), (NULL) AS t(x) GROUP BY 1 ORDER BY x NULLS LAST`, "a|2;~|1"},
		{`SELECT * EXCEPT (a) FROM VALUES (1, 2) AS t(a, b)`, "2"},
		{`SELECT id FROM range(3)`, "0;1;2"},
	})
}

// luhnSQL and ibanSQL are the checksums that classification pushes down.
func luhnSQL(x string) string {
	var terms []string
	for i := 19; i >= 1; i-- {
		d := fmt.Sprintf("TRY_CAST(SUBSTR(LPAD(%s, 19, '0'), %d, 1) AS INT)", x, i)
		if i%2 == 0 {
			d = fmt.Sprintf("TRY_CAST(SUBSTR('0246813579', %s + 1, 1) AS INT)", d)
		}
		terms = append(terms, d)
	}
	return "MOD(" + strings.Join(terms, " + ") + ", 10) = 0"
}

func ibanSQL(x string) string {
	n := fmt.Sprintf("SUBSTR(%s, 5) || SUBSTR(%s, 1, 4)", x, x)
	for c := 'A'; c <= 'Z'; c++ {
		n = fmt.Sprintf("REPLACE(%s, '%c', '%d')", n, c, c-'A'+10)
	}
	sql := fmt.Sprintf("WITH n AS (SELECT %s n), m0 AS (SELECT n, MOD(TRY_CAST(SUBSTR(n, 1, 9) AS BIGINT), 97) m FROM n)", n)
	for i := range 10 {
		sql += fmt.Sprintf(", m%d AS (SELECT n, MOD(TRY_CAST(CAST(m AS STRING) || SUBSTR(n, %d, 7) AS BIGINT), 97) m FROM m%d)", i+1, 10+7*i, i)
	}
	return sql + " SELECT m = 1 FROM m10"
}

func TestChecksums(t *testing.T) {
	for _, d := range []Dialect{Snowflake, Databricks} {
		s, _ := newSession(d)
		check(t, s, []engineCase{
			{"SELECT " + luhnSQL("'4111111111111111'"), "true"}, {"SELECT " + luhnSQL("'4111111111111112'"), "false"},
			{ibanSQL("'DE89370400440532013000'"), "true"}, {ibanSQL("'DE89370400440532013001'"), "false"}, {ibanSQL("'GB82WEST12345698765432'"), "true"},
			{"SELECT SUBSTR('TRWAGMYFPDXBNJZSQVHLCKE', MOD(TRY_CAST('12345678' AS INT), 23) + 1, 1)", "Z"},
		})
	}
}

func TestResultTypes(t *testing.T) {
	s, m := newSession(Snowflake)
	people(m)
	for sql, want := range map[string]string{
		`id`: "NUMBER(38,0)", `'ab'`: "VARCHAR(2)", `id + 1`: "NUMBER(38,0)", `1 + 1`: "NUMBER(2,0)", `1.25 * 2`: "NUMBER(4,2)", `COUNT(*)`: "NUMBER(18,0)",
		`1 / 3`: "NUMBER(7,6)", `SUM(id)`: "NUMBER(38,0)", `CURRENT_DATE`: "DATE", `CURRENT_TIMESTAMP()`: "TIMESTAMP_LTZ(9)", `TRUE`: "BOOLEAN", `1e1`: "FLOAT",
		`PARSE_JSON('1'):a`: "VARIANT", `OBJECT_CONSTRUCT()`: "OBJECT", `'a' || 'bc'`: "VARCHAR(3)", `CASE WHEN TRUE THEN 'a' ELSE 'bcd' END`: "VARCHAR(3)",
		`NVL(NULL, 1.5)`: "NUMBER(2,1)", `'1'::number(9,2)`: "NUMBER(9,2)",
	} {
		p := NewParser(Snowflake, "SELECT "+sql+" AS x FROM people")
		q, err := p.Query()
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(sql, "(*)") || strings.Contains(sql, "SUM") || !strings.Contains(sql, "id") {
			q.Body.(*Select).From = nil
			if strings.Contains(sql, "SUM") {
				q, _ = NewParser(Snowflake, "SELECT SUM(id) x FROM people").Query()
			}
		}
		st, err := s.Prepare(t.Context(), q)
		if err != nil {
			t.Errorf("%s: %v", sql, err)
			continue
		}
		if got := st.Columns[0].Type.SQL(Snowflake); got != want || st.Columns[0].Name != "X" {
			t.Errorf("%s: %s %s, want %s", sql, st.Columns[0].Name, got, want)
		}
	}
}

func TestColumnNames(t *testing.T) {
	s, m := newSession(Snowflake)
	people(m)
	cols, _, err := s.Query(t.Context(), `SELECT id, p.name, count(*) , "x y", id + 1 FROM (SELECT p.*, 1 "x y" FROM people p) p GROUP BY ALL`)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, c := range cols {
		names = append(names, c.Name)
	}
	if got := strings.Join(names, ","); got != "ID,NAME,COUNT(*),x y,ID + 1" {
		t.Error(got)
	}
}

func TestBindsAndIdentifier(t *testing.T) {
	s, m := newSession(Snowflake)
	people(m)
	s.Positional = []Parameter{{"db.s.people", TypeText}, {int64(2), TypeNumber}}
	s.Variables = map[string]Parameter{"V": {int64(5), TypeNumber}}
	check(t, s, []engineCase{{`SELECT name, $v FROM IDENTIFIER(?) WHERE id = ?`, "Bob|5"}, {`SELECT COUNT(*) FROM IDENTIFIER('"DB".s."PEOPLE"')`, "4"},
		{`SELECT COUNT(*) FROM TABLE('people')`, "4"}})
}

func TestSampleIsSeeded(t *testing.T) {
	s, m := newSession(Snowflake)
	rows := make([]Row, 1000)
	for i := range rows {
		rows[i] = Row{int64(i)}
	}
	m.tables["N"] = &Table{Columns: []Column{{Name: "X", Type: TypeNumber}}, Rows: RowsOf(rows)}
	first := query(t, s, `SELECT x FROM n SAMPLE (50 ROWS)`)
	if again := query(t, s, `SELECT x FROM n SAMPLE (50 ROWS)`); again != first || len(strings.Split(first, ";")) != 50 {
		t.Error("the same seed must give the same sample of 50 rows")
	}
	s.Seed = 1
	if other := query(t, s, `SELECT x FROM n SAMPLE (50 ROWS)`); other == first {
		t.Error("another seed must give another sample")
	}
	n := len(strings.Split(query(t, s, `SELECT x FROM n TABLESAMPLE BERNOULLI (10)`), ";"))
	if n < 50 || n > 200 {
		t.Errorf("10 percent of 1000 rows gave %d", n)
	}
	if a, b := query(t, s, `SELECT x FROM n SAMPLE SYSTEM (5) SEED (7)`), query(t, s, `SELECT x FROM n SAMPLE BLOCK (5) REPEATABLE (7)`); a != b {
		t.Error("a seeded sample must repeat")
	}
}
