package sqlengine

import "testing"

// Statement shapes that scans, catalogue reads and policy bodies are written in.
func TestStatementShapes(t *testing.T) {
	s, m := newSession(Snowflake)
	people(m)
	check(t, s, []engineCase{
		{`WITH s AS (SELECT OBJECT_CONSTRUCT_KEEP_NULL(*) AS O FROM people SAMPLE (1000 ROWS)), v AS (SELECT f.KEY AS COL, f.VALUE::STRING AS V FROM s, LATERAL FLATTEN(INPUT => s.O) f)
			SELECT COL, COUNT(*) AS N, COUNT(V) AS NN, APPROX_COUNT_DISTINCT(V) AS ADC, MAX(LENGTH(V)) AS MAXLEN, COUNT_IF(REGEXP_LIKE(V, $$.+@.+$$)) AS M1 FROM v GROUP BY COL ORDER BY COL`,
			"COUNTRY|4|3|2|2|0;EMAIL|4|3|3|9|3;ID|4|4|4|1|0;NAME|4|3|3|3|0"},
		{`SELECT TRANSLATE(LEFT(name, 40), 'ABCnybod', 'AAAaaaaa') s, COUNT(*) FROM people WHERE name IS NOT NULL GROUP BY s ORDER BY 2 DESC, 1`, "Aaa|3"},
		{`SELECT p.country FROM people p GROUP BY p.country ORDER BY COUNT(*) DESC, p.country LIMIT 1`, "US"},
		{`SELECT CASE WHEN country = 'US' THEN 'a' ELSE 'b' END k, COUNT(*) n FROM people GROUP BY CASE WHEN country = 'US' THEN 'a' ELSE 'b' END HAVING n = 2 ORDER BY k`, "a|2;b|2"},
		{`SELECT p.id, f.value::int FROM people p LEFT JOIN LATERAL FLATTEN(INPUT => IFF(p.id = 1, PARSE_JSON('[7]'), NULL)) f ON TRUE ORDER BY 1`, "1|7;2|~;3|~;4|~"},
		{`SELECT COUNT(*) FROM people p JOIN people q ON LOWER(p.country) = LOWER(q.country) AND p.id < q.id`, "1"},
		{`SELECT x.n FROM (SELECT COUNT(*) n FROM people UNION ALL SELECT COUNT(*) FROM orders) x ORDER BY n`, "4;4"},
		{`SELECT SUM(n) FROM (SELECT country, COUNT(*) n FROM people GROUP BY country) WHERE n > 1`, "2"},
		{`SELECT id, RANK() OVER (ORDER BY COUNT(*) DESC) FROM people GROUP BY id ORDER BY id LIMIT 1`, "1|1"},
		{`SELECT country, COUNT(*) * 100 / SUM(COUNT(*)) OVER () FROM people GROUP BY country ORDER BY country`, "DE|25.000000;US|50.000000;~|25.000000"},
	})
	check(t, s, []engineCase{
		{`SELECT ARRAY_CONTAINS('R'::VARIANT, PARSE_JSON('["R","S"]')) AND CURRENT_DATE() < '2027-01-01'`, "true"},
		{`SELECT REGEXP_REPLACE(REGEXP_REPLACE('Ab-12', '[A-Z]', 'X'), '[a-z]', 'x'), CONCAT(REPEAT('*', GREATEST(LENGTH('123456') - 4, 0)), RIGHT('123456', 4))`, "Xx-12|**3456"},
		{`SELECT SHA2(SPLIT_PART('a@b', '@', 1), 256) || '@' || SPLIT_PART('a@b', '@', 2) = 'ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb@b'`, "true"},
		{`SELECT country, SUM(COUNT(*)) OVER () FROM people GROUP BY country ORDER BY country`, "DE|4;US|4;~|4"},
		{`SELECT id FROM people WHERE country = 'US' AND id IN (SELECT MAX(id) FROM people GROUP BY country) FETCH FIRST 1 ROWS ONLY`, "3"},
	})
	d, dm := newSession(Databricks)
	people(dm)
	check(t, d, []engineCase{
		{"SELECT People.ID, COUNT(*) OVER (PARTITION BY Country) c FROM people WHERE id <= 2 ORDER BY Id", "1|1;2|1"},
		{`SELECT lower(country) country, count(*) FROM people GROUP BY 1 ORDER BY 1`, "~|1;de|1;us|2"},
		{`SELECT id FROM people WHERE country <=> NULL`, "4"},
		{`SELECT concat('***@', substring_index) FROM (SELECT split(email, '@')[1] substring_index FROM people WHERE id = 1)`, "***@a.org"},
	})
}
