package sqlengine

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

// memory is a catalogue in memory: tables by their last name, in the dialect's lookup form.
type memory struct {
	dialect Dialect
	tables  map[string]*Table
	funcs   map[string]*Function
}

var errNoTable = errors.New("catalogue: no such table")

func (m *memory) Table(_ context.Context, name Name) (*Table, error) {
	if t := m.tables[m.dialect.key(name.Last())]; t != nil {
		return t, nil
	}
	return nil, fmt.Errorf("%w %s", errNoTable, name)
}

func (m *memory) TableFunction(_ context.Context, name Name, args []Argument) (*Table, error) {
	rows := make([]Row, len(args))
	for i, a := range args {
		rows[i] = Row{a.Name, a.Value}
	}
	return &Table{Columns: []Column{{Name: "NAME", Type: TypeText}, {Name: "VALUE", Type: TypeVariant}}, Rows: RowsOf(rows)}, nil
}

func (m *memory) Function(_ context.Context, name Name, _ []Type) (*Function, error) {
	return m.funcs[strings.ToUpper(name.Last())], nil
}

func newSession(d Dialect) (*Session, *memory) {
	m := &memory{dialect: d, tables: map[string]*Table{}, funcs: map[string]*Function{}}
	return &Session{Dialect: d, Catalog: m, Now: time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)}, m
}

// render writes rows as a|b;c|d, NULL as ~.
func render(s *Session, cols []Column, rows []Row) string {
	var out []string
	for _, row := range rows {
		cells := make([]string, len(row))
		for i, v := range row {
			if cells[i] = "~"; v != nil {
				cells[i] = s.Format(v, cols[i].Type)
			}
		}
		out = append(out, strings.Join(cells, "|"))
	}
	return strings.Join(out, ";")
}

func query(t *testing.T, s *Session, sql string) string {
	t.Helper()
	cols, rows, err := s.Query(context.Background(), sql)
	if err != nil {
		return "error: " + err.Error()
	}
	return render(s, cols, rows)
}

type engineCase struct{ sql, want string }

func check(t *testing.T, s *Session, cases []engineCase) {
	t.Helper()
	for _, c := range cases {
		if got := query(t, s, c.sql); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.sql, got, c.want)
		}
	}
}

func people(m *memory) {
	name := func(s string) string { return m.dialect.Fold(s) }
	m.tables[m.dialect.key(name("people"))] = &Table{
		Columns: []Column{{Name: name("id"), Type: Number(38, 0)}, {Name: name("name"), Type: TypeText, Nullable: true},
			{Name: name("email"), Type: TypeText, Nullable: true}, {Name: name("country"), Type: TypeText, Nullable: true}},
		Rows: RowsOf([]Row{
			{int64(1), "Ann", "ann@a.org", "DE"}, {int64(2), "Bob", nil, "US"}, {int64(3), "Cyd", "cyd@c.org", "US"}, {int64(4), nil, "dee@d.org", nil},
		}),
	}
	m.tables[m.dialect.key(name("orders"))] = &Table{
		Columns: []Column{{Name: name("id"), Type: Number(38, 0)}, {Name: name("person"), Type: Number(38, 0), Nullable: true},
			{Name: name("amount"), Type: Number(10, 2), Nullable: true}},
		Rows: RowsOf([]Row{
			{int64(10), int64(1), DecimalOf(1050, 2)}, {int64(11), int64(1), DecimalOf(200, 2)}, {int64(12), int64(3), nil}, {int64(13), nil, DecimalOf(5, 2)},
		}),
	}
}

func TestSelectSnowflake(t *testing.T) {
	s, m := newSession(Snowflake)
	people(m)
	check(t, s, []engineCase{
		{`SELECT 1`, "1"},
		{`SELECT id, name FROM people WHERE country = 'US' ORDER BY id DESC`, "3|Cyd;2|Bob"},
		{`SELECT * FROM people p WHERE p.email IS NULL`, "2|Bob|~|US"},
		{`SELECT country, COUNT(*) n, COUNT(email) FROM people GROUP BY country ORDER BY country`, "DE|1|1;US|2|1;~|1|1"},
		{`SELECT country c, COUNT(*) FROM people GROUP BY c HAVING COUNT(*) > 1`, "US|2"},
		{`SELECT country, COUNT(*) FROM people GROUP BY ALL ORDER BY 2 DESC, 1 NULLS FIRST`, "US|2;~|1;DE|1"},
		{`SELECT p.name, o.amount FROM people p JOIN orders o ON o.person = p.id ORDER BY o.id`, "Ann|10.50;Ann|2.00;Cyd|~"},
		{`SELECT p.name, o.id FROM people p LEFT JOIN orders o ON o.person = p.id AND o.amount > 5 ORDER BY p.id`, "Ann|10;Bob|~;Cyd|~;~|~"},
		{`SELECT p.id, o.id FROM people p FULL OUTER JOIN orders o ON o.person = p.id ORDER BY p.id, o.id`, "1|10;1|11;2|~;3|12;4|~;~|13"},
		{`SELECT p.id, o.id FROM people p RIGHT JOIN orders o ON o.person = p.id ORDER BY 2`, "1|10;1|11;3|12;~|13"},
		{`SELECT COUNT(*) FROM people, orders WHERE people.id = orders.person`, "3"},
		{`SELECT id FROM people WHERE id IN (SELECT person FROM orders) ORDER BY 1`, "1;3"},
		{`SELECT id FROM people WHERE id NOT IN (SELECT person FROM orders)`, ""},
		{`SELECT id FROM people p WHERE NOT EXISTS (SELECT 1 FROM orders o WHERE o.person = p.id) ORDER BY id`, "2;4"},
		{`SELECT id, (SELECT SUM(amount) FROM orders o WHERE o.person = p.id) s FROM people p ORDER BY id`, "1|12.50;2|~;3|~;4|~"},
		{`WITH a AS (SELECT 1 x UNION ALL SELECT 2), b(y) AS (SELECT x + 1 FROM a) SELECT x, y FROM a JOIN b ON a.x = b.y`, "2|2"},
		{`SELECT id FROM people UNION SELECT person FROM orders ORDER BY 1 LIMIT 3 OFFSET 1`, "2;3;4"},
		{`SELECT id FROM people INTERSECT SELECT person FROM orders ORDER BY 1`, "1;3"},
		{`SELECT id FROM people MINUS SELECT person FROM orders ORDER BY 1`, "2;4"},
		{`SELECT a, $2, v.b FROM VALUES (1,'x'),(2,'y') AS v(a,b) WHERE $1 > 1`, "2|y|y"},
		{`SELECT column1 FROM (VALUES (3),(1)) ORDER BY column1`, "1;3"},
		{`SELECT id, ROW_NUMBER() OVER (PARTITION BY country ORDER BY id DESC) r FROM people WHERE country = 'US' ORDER BY id`, "2|2;3|1"},
		{`SELECT id FROM people QUALIFY ROW_NUMBER() OVER (PARTITION BY country ORDER BY id) = 1 ORDER BY id`, "1;2;4"},
		{`SELECT id, SUM(id) OVER (ORDER BY id) FROM people ORDER BY id`, "1|1;2|3;3|6;4|10"},
		{`SELECT COUNT_IF(REGEXP_LIKE(email, $$.*@.\.org$$)), APPROX_COUNT_DISTINCT(country) FROM people`, "3|2"},
		{`SELECT REGEXP_LIKE('abc', 'b'), 'abc' RLIKE '.*b.*', REGEXP_REPLACE('a1b2', '[0-9]', '#')`, "false|true|a#b#"},
		{`SELECT 5 / 2, 1 / 3, 7 % 3, 1.50 + 1, 2 * 1.5`, "2.500000|0.333333|1|2.50|3.0"},
		{`SELECT f.key, f.value::string v FROM (SELECT OBJECT_CONSTRUCT_KEEP_NULL(*) o FROM people WHERE id = 2) s, LATERAL FLATTEN(INPUT => s.o) f ORDER BY f.key`, "COUNTRY|US;EMAIL|~;ID|2;NAME|Bob"},
		{`SELECT PARSE_JSON('{"a":{"b":[1,"z"]}}'):a.b[1]::string`, "z"},
		{`SELECT LISTAGG(name, ',') WITHIN GROUP (ORDER BY name DESC) FROM people`, "Cyd,Bob,Ann"},
		{`SELECT NAME, VALUE FROM TABLE(db.INFORMATION_SCHEMA.TAG_REFERENCES('a.b', X => 3))`, "|a.b;X|3"},
		{`SELECT COUNT(*) FROM people SAMPLE (2 ROWS)`, "2"},
		{`SELECT COUNT(*) FROM people SAMPLE (100)`, "4"},
		{`SELECT DATEADD(month, 1, '2024-01-31'::date), DATEDIFF(day, '2024-01-01', '2024-03-01'), DATE_TRUNC('YEAR', '2024-05-06'::date)`, "2024-02-29|60|2024-01-01"},
		{`SELECT CURRENT_TIMESTAMP(), CURRENT_DATE`, "2026-03-04 05:06:07.000 +0000|2026-03-04"},
		{`SELECT SHA2('a'), UPPER('x') || NULL, NVL(NULL, 2), IFF(1=1, 'y', 'n'), DECODE(NULL, NULL, 'n')`, "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb|~|2|y|n"},
		{`SELECT TRY_TO_NUMBER('x'), TRY_CAST('12' AS INT), '7'::int + 1, TRY_TO_DATE('2024-02-30')`, "~|12|8|~"},
		{`SELECT * FROM TABLE(FLATTEN(INPUT => PARSE_JSON('[1,2]'))) f`, "1|~|[0]|0|1|[1,2];1|~|[1]|1|2|[1,2]"},
	})
}

func TestSelectDatabricks(t *testing.T) {
	s, m := newSession(Databricks)
	people(m)
	s.Named = map[string]Parameter{"p": {Value: "US", Type: TypeText}}
	check(t, s, []engineCase{
		{"SELECT `Name` FROM main.s.PEOPLE WHERE country = :p ORDER BY name DESC", "Cyd;Bob"},
		{`SELECT count(*) n, count_if(email RLIKE r'^[^@\s]+@') c, approx_count_distinct(country) FROM people TABLESAMPLE (1000 ROWS)`, "4|3|2"},
		{`SELECT 5 / 2, 5 DIV 2, 7 % 3, "x" || 'y'`, "2.5|2|1|xy"},
		{`SELECT country FROM people ORDER BY country`, "~;DE;US;US"},
		{`SELECT aggregate(transform(sequence(1, 4), i -> i * 2), 0, (a, x) -> a + x)`, "20"},
		{`SELECT x FROM (SELECT array('a','b') xs) t LATERAL VIEW explode(xs) e AS x`, "a;b"},
		{`SELECT column_name, count(value) FROM (SELECT stack(2, 'name', name, 'email', email) AS (column_name, value) FROM people) GROUP BY column_name ORDER BY 1`, "email|3;name|3"},
		{`SELECT explode(array(1, 2)) AS v`, "1;2"},
		{`SELECT coalesce(inherited, 'NONE') = 'NONE' FROM VALUES (NULL) AS t(inherited)`, "true"},
		{`SELECT luhn_check('4111111111111111'), regexp_extract('ab12', '([0-9]+)', 1), split('a,b', ',')[1]`, "true|12|b"},
		{`SELECT p.id FROM people p LEFT ANTI JOIN orders o ON p.id = o.person ORDER BY id`, "2;4"},
		{`SELECT collect_set(country) FROM people`, "[DE, US]"},
		{`SELECT try_cast('x' AS INT), if(true, 1, 2), named_struct('a', 1).a`, "~|1|1"},
	})
}
