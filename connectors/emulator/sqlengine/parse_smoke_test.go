package sqlengine

import "testing"

func TestParseSmoke(t *testing.T) {
	for _, c := range []struct {
		d   Dialect
		sql string
	}{
		{Snowflake, `WITH s AS (SELECT "C1" FROM "DB"."S"."T" SAMPLE (1000 ROWS)) SELECT COUNT(*) AS N, COUNT_IF(REGEXP_LIKE("C1", $$\d+$$)) m FROM s WHERE x:a.b[0]::string = 'x' QUALIFY ROW_NUMBER() OVER (PARTITION BY a ORDER BY b DESC NULLS LAST) = 1`},
		{Snowflake, `SELECT f.KEY, f.VALUE::STRING v FROM s, LATERAL FLATTEN(INPUT => s.O) f ORDER BY 1 LIMIT 5 OFFSET 2`},
		{Snowflake, `SELECT * FROM TABLE(db.INFORMATION_SCHEMA.TAG_REFERENCES('a', 'table')) UNION ALL (SELECT $1, column1 FROM VALUES (1,2) AS v(a,b))`},
		{Databricks, "SELECT count_if(`email` RLIKE r'^[^@\\s]+@') AS c0 FROM `main`.`s`.`t` TABLESAMPLE (10 PERCENT) REPEATABLE (3) WHERE a = :p AND b NOT IN (SELECT 1)"},
		{Databricks, "SELECT aggregate(transform(sequence(1, 3), i -> i * 2), 0, (a, x) -> a + x) FROM t LATERAL VIEW explode(xs) e AS x GROUP BY ALL"},
	} {
		p := NewParser(c.d, c.sql)
		if _, err := p.Query(); err != nil {
			t.Errorf("%s: %v", c.sql, err)
		} else if err := p.ExpectEnd(); err != nil {
			t.Errorf("%s: %v", c.sql, err)
		}
	}
}
