package sqlengine

import (
	"context"
	"testing"
)

// peaks is a table with names, states and heights, and states an open one with their names.
func peaks() (*Session, *memory) {
	s, m := newSession(Snowflake)
	m.tables["PEAKS"] = &Table{Columns: []Column{{Name: "PEAK", Type: TypeText}, {Name: "STATE", Type: TypeText}, {Name: "M", Type: TypeNumber}},
		Rows: RowsOf([]Row{{"a", "NH", int64(6)}, {"b", "NH", int64(4)}, {"c", "NH", int64(2)}, {"d", "VT", int64(5)}, {"e", "VT", int64(3)}, {"f", "MA", int64(1)}})}
	m.tables["STATES"] = &Table{Columns: []Column{{Name: "STATE", Type: TypeText}, {Name: "LONG", Type: TypeText}},
		Rows: RowsOf([]Row{{"NH", "New Hampshire"}, {"VT", "Vermont"}, {"MA", "Massachusetts"}, {"MA", "Bay State"}, {"MA", "Old Colony"}})}
	view(m, "V", "SELECT peak AS p, state AS st, m FROM peaks")
	return s, m
}

func view(m *memory, name, sql string) {
	q, err := NewParser(Snowflake, sql).Query()
	if err != nil {
		panic(err)
	}
	s := &Session{Dialect: Snowflake, Catalog: m}
	cols, err := s.Describe(context.Background(), q)
	if err != nil {
		panic(err)
	}
	m.tables[name] = &Table{View: &View{Query: q, Catalog: m}, Columns: cols}
}

// refusals are statements with the code of the error they must give.
type refusals []struct {
	sql  string
	code ErrorCode
}

func (r refusals) check(t *testing.T, s *Session) {
	t.Helper()
	for _, c := range r {
		if _, _, err := s.Query(t.Context(), c.sql); CodeOf(err) != c.code {
			t.Errorf("%s: %v, want code %d", c.sql, err, c.code)
		}
	}
}

func TestGrouping(t *testing.T) {
	s, m := peaks()
	m.tables["PEAKS"].Grouping = &Grouping{MinRows: 3}
	check(t, s, []engineCase{
		{`SELECT state, AVG(m), COUNT(*) FROM peaks GROUP BY state`, "NH|4.000000|3;~|3.000000|3"}, // VT and MA together are large enough
		{`SELECT COUNT(*) FROM peaks`, "6"},
		{`SELECT COUNT(*) FROM peaks WHERE state = 'VT'`, "~"},
		{`SELECT state, SUM(m) FROM peaks WHERE state <> 'MA' GROUP BY state`, "NH|12;~|~"},
		{`SELECT state, COUNT(*) FROM peaks WHERE state = 'NH' GROUP BY state HAVING COUNT(*) > 2`, "NH|3"},
		{`SELECT state, COUNT(*) FROM peaks WHERE 1 = 0 GROUP BY state`, ""},
		{`SELECT COUNT(*) FROM peaks WHERE 1 = 0`, "~"},
		{`SELECT st, SUM(m) FROM v GROUP BY st`, "NH|12;~|9"},
		{`SELECT n FROM (SELECT state, COUNT(*) AS n FROM peaks GROUP BY state) ORDER BY n`, "3;3"},
		{`WITH x AS (SELECT * FROM peaks) SELECT SUM(m) FROM x`, "21"},
		{`SELECT long FROM states WHERE 6 = (SELECT COUNT(*) FROM peaks) AND state = 'VT'`, "Vermont"},
		{`SELECT s.state, COUNT(*) FROM states s JOIN peaks p ON p.state = s.state GROUP BY s.state`, "NH|3;~|5"}, // three rows of MA are one peak
		{`SELECT SUM(m) FROM (SELECT m FROM peaks LIMIT 2)`, "~"},
		{`SELECT COUNT(TRY_CAST(peak AS NUMBER)) FROM peaks`, "0"},
		{`SELECT COUNT(*) FROM (SELECT peak FROM peaks UNION ALL SELECT state FROM states)`, "11"},
		{`SELECT COUNT(*) FROM (SELECT peak FROM peaks WHERE m > 4 UNION ALL SELECT state FROM states)`, "~"},
	})
	refusals{
		{`SELECT * FROM peaks`, ErrGrouping}, {`SELECT peak FROM v`, ErrUnknownColumn}, {`SELECT p FROM v`, ErrGrouping}, {`SELECT 1 FROM peaks`, ErrGrouping},
		{`SELECT MAX(m) FROM peaks`, ErrGrouping}, {`SELECT LISTAGG(peak) FROM peaks`, ErrGrouping}, {`SELECT SUM(m * 2) FROM peaks`, ErrGrouping},
		{`SELECT SUM(m::FLOAT) FROM peaks`, ErrGrouping}, {`SELECT state::CHAR, COUNT(*) FROM peaks GROUP BY 1`, ErrGrouping}, {`SELECT DISTINCT state FROM peaks`, ErrGrouping},
		{`SELECT COUNT(*) OVER () FROM peaks`, ErrGrouping}, {`SELECT state FROM peaks UNION SELECT state FROM states`, ErrGrouping},
		{`SELECT state FROM states INTERSECT SELECT state FROM peaks`, ErrGrouping}, {`SELECT state FROM states EXCEPT SELECT state FROM peaks`, ErrGrouping},
		{`SELECT long FROM states WHERE EXISTS (SELECT 1 FROM peaks)`, ErrGrouping}, {`SELECT long FROM states WHERE state IN (SELECT state FROM peaks)`, ErrGrouping},
		{`SELECT long FROM states s WHERE 1 = (SELECT COUNT(*) FROM peaks p WHERE p.state = s.state)`, ErrGrouping},
		{`SELECT SUM((SELECT COUNT(*) FROM states s WHERE s.state = p.state)) FROM peaks p`, ErrGrouping},
		{`SELECT peak FROM peaks p JOIN states s ON s.state = p.state`, ErrGrouping}, {`SELECT peak FROM (SELECT * FROM peaks)`, ErrGrouping},
	}.check(t, s)

	m.tables["PEAKS"].Grouping = &Grouping{Entity: []int{1}, MinEntities: 2}
	check(t, s, []engineCase{{`SELECT SUM(m) FROM peaks`, "21"}, {`SELECT SUM(m) FROM peaks WHERE state = 'NH'`, "~"}, {`SELECT SUM(m) FROM peaks WHERE state <> 'NH'`, "9"}})
	m.tables["PEAKS"].Filter = &Policy{Params: []Param{{"S", TypeText}}, Args: []PolicyArg{{Column: 1}}, Body: parseExpr(t, Snowflake, `S <> 'NH'`)}
	check(t, s, []engineCase{{`SELECT SUM(m) FROM peaks`, "9"}, {`SELECT SUM(m) FROM peaks WHERE state <> 'VT'`, "~"}})
}

func TestProjection(t *testing.T) {
	s, m := peaks()
	m.tables["PEAKS"].Projections = []Projection{{Column: 0}}
	check(t, s, []engineCase{
		{`SELECT state, m FROM peaks WHERE peak = 'f'`, "MA|1"},
		{`SELECT st FROM v WHERE p = 'f'`, "MA"},
		{`SELECT COUNT(peak), COUNT(DISTINCT peak) FROM peaks`, "6|6"},
		{`SELECT m FROM peaks ORDER BY peak DESC LIMIT 1`, "1"},
		{`SELECT m FROM (SELECT * FROM peaks) WHERE peak = 'a'`, "6"},
		{`SELECT COUNT(*) FROM peaks GROUP BY peak LIMIT 1`, "1"},
		{`SELECT s.long FROM states s JOIN peaks p ON s.state = p.state AND p.peak = 'd'`, "Vermont"},
		{`SELECT * EXCLUDE peak FROM peaks WHERE m = 6`, "NH|6"},
	})
	refusals{
		{`SELECT * FROM peaks`, ErrProjection}, {`SELECT UPPER(peak) FROM peaks`, ErrProjection}, {`SELECT p FROM v`, ErrProjection}, {`SELECT $1 FROM peaks`, ErrProjection},
		{`SELECT peak FROM peaks GROUP BY peak`, ErrProjection}, {`SELECT MAX(peak) FROM peaks`, ErrProjection}, {`SELECT x FROM (SELECT peak || '' AS x FROM peaks)`, ErrProjection},
		{`WITH c AS (SELECT peak FROM peaks) SELECT * FROM c`, ErrProjection}, {`SELECT (SELECT MAX(peak) FROM peaks)`, ErrProjection},
		{`SELECT 'x' IN (SELECT peak FROM peaks)`, ErrProjection}, {`SELECT peak FROM peaks UNION SELECT state FROM states`, ErrProjection},
		{`SELECT state FROM states UNION ALL SELECT peak FROM peaks`, ErrProjection}, {`SELECT LAG(peak) OVER (ORDER BY m) FROM peaks`, ErrProjection},
		{`SELECT OBJECT_CONSTRUCT(*) FROM peaks`, ErrProjection}, {`SELECT CASE WHEN peak = 'a' THEN 1 END FROM peaks`, ErrProjection},
		{`SELECT peak AS a, a || 'x' FROM peaks`, ErrProjection}, {`SELECT LISTAGG(peak) WITHIN GROUP (ORDER BY m) FROM peaks`, ErrProjection},
		{`SELECT f.value FROM peaks, LATERAL FLATTEN(INPUT => ARRAY_CONSTRUCT(peak)) f`, ErrProjection}, {`SELECT f.value FROM peaks, LATERAL SPLIT_TO_TABLE(peak, ' ') f`, ErrProjection},
	}.check(t, s)

	m.tables["PEAKS"].Projections = []Projection{{Column: 0, Null: true}}
	check(t, s, []engineCase{{`SELECT peak, UPPER(peak), m FROM peaks WHERE peak = 'a'`, "~|~|6"}})
	m.tables["V"].Projections = []Projection{{Column: 0}}
	refusals{{`SELECT p FROM v`, ErrProjection}}.check(t, s)
}

func TestJoining(t *testing.T) {
	s, m := peaks()
	m.tables["PEAKS"].Joining = &Joining{Keys: []int{1}}
	m.tables["P2"] = &Table{Columns: m.tables["PEAKS"].Columns, Rows: m.tables["PEAKS"].Rows, Joining: &Joining{}}
	check(t, s, []engineCase{
		{`SELECT p.peak, s.long FROM peaks p JOIN states s ON s.state = p.state WHERE p.m = 5`, "d|Vermont"},
		{`SELECT p.peak, s.long FROM states s LEFT JOIN peaks p USING (state) WHERE p.m = 5`, "d|Vermont"},
		{`SELECT p.peak FROM peaks p RIGHT JOIN states s ON p.state = s.state WHERE p.m = 5`, "d"},
		{`SELECT peak FROM peaks NATURAL JOIN states WHERE m = 5`, "d"},
		{`SELECT p, long FROM v JOIN states s ON v.st = s.state WHERE m = 5`, "d|Vermont"},
		{`SELECT x.peak FROM (SELECT peak, state FROM peaks) x JOIN states s ON x.state = s.state WHERE x.peak = 'd'`, "d"},
		{`SELECT state FROM peaks INTERSECT SELECT state FROM states ORDER BY 1`, "MA;NH;VT"},
		{`SELECT state FROM states EXCEPT SELECT state FROM peaks`, ""},
		{`SELECT COUNT(*) FROM peaks p JOIN states s ON s.state = p.state`, "8"},
		{`SELECT p.peak FROM p2 p JOIN states s ON s.state = p.peak`, ""},
	})
	refusals{
		{`SELECT * FROM peaks`, ErrJoining}, {`SELECT COUNT(*) FROM peaks`, ErrJoining}, {`SELECT * FROM v`, ErrJoining}, {`SELECT DISTINCT state FROM peaks`, ErrJoining},
		{`SELECT 1 FROM peaks p, states s WHERE s.state = p.state`, ErrJoining}, {`SELECT 1 FROM peaks p CROSS JOIN states s`, ErrJoining},
		{`SELECT 1 FROM peaks p LEFT JOIN states s ON s.state = p.state`, ErrJoining}, {`SELECT 1 FROM peaks p FULL JOIN states s ON s.state = p.state`, ErrJoining},
		{`SELECT 1 FROM peaks p JOIN states s ON s.state = p.peak`, ErrJoinKey}, {`SELECT 1 FROM peaks p JOIN states s ON s.state = p.state AND s.long = p.peak`, ErrJoinKey},
		{`SELECT 1 FROM peaks p JOIN states s ON 1 = 1`, ErrJoinKey}, {`SELECT 1 FROM peaks p JOIN states s ON s.state > p.state`, ErrJoinKey},
		{`SELECT 1 FROM peaks p JOIN states s ON UPPER(s.state) = p.state`, ErrJoinKey}, {`SELECT 1 FROM peaks p JOIN p2 q ON q.state = p.state`, ErrJoining},
		{`SELECT 1 FROM peaks p JOIN peaks q ON q.state = p.state`, ErrJoining}, {`SELECT state FROM peaks UNION ALL SELECT state FROM states`, ErrJoining},
		{`SELECT state FROM peaks EXCEPT SELECT state FROM states`, ErrJoining}, {`SELECT long FROM states WHERE state IN (SELECT state FROM peaks)`, ErrJoining},
		{`SELECT p.m::VARCHAR FROM peaks p JOIN states s ON s.state = p.state`, ErrJoining}, {`SELECT 1 FROM peaks p JOIN (SELECT 'NH' AS x) s ON p.m = p.m`, ErrJoinKey},
	}.check(t, s)
}
