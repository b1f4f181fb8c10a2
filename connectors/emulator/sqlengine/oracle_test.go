package sqlengine

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"sort"
	"strings"
	"testing"

	_ "modernc.org/sqlite" // the oracle: an engine of others, for plain relational queries only
)

// oracle holds the same two tables in SQLite and in the engine.
type oracle struct {
	db  *sql.DB
	s   *Session
	rng *rand.Rand
}

func newOracle(t *testing.T, seed uint64) *oracle {
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { _ = db.Close() })
	s, m := newSession(Snowflake)
	o := &oracle{db: db, s: s, rng: rand.New(rand.NewPCG(seed, 1))}
	for _, name := range []string{"T", "U"} {
		if _, err := db.Exec("CREATE TABLE " + name + " (A INTEGER, B INTEGER, C TEXT)"); err != nil {
			t.Fatal(err)
		}
		var rows []Row
		for range 20 + o.rng.IntN(20) {
			row := Row{o.number(), o.number(), o.word()}
			if _, err := db.Exec("INSERT INTO "+name+" VALUES (?, ?, ?)", any(row[0]), any(row[1]), any(row[2])); err != nil {
				t.Fatal(err)
			}
			rows = append(rows, row)
		}
		m.tables[name] = &Table{Columns: []Column{{Name: "A", Type: TypeNumber, Nullable: true}, {Name: "B", Type: TypeNumber, Nullable: true},
			{Name: "C", Type: TypeText, Nullable: true}}, Rows: RowsOf(rows)}
	}
	return o
}

func (o *oracle) pick(list ...string) string { return list[o.rng.IntN(len(list))] }

func (o *oracle) number() Value {
	if o.rng.IntN(5) == 0 {
		return nil
	}
	return int64(o.rng.IntN(7))
}

func (o *oracle) word() Value {
	if o.rng.IntN(5) == 0 {
		return nil
	}
	return o.pick("a", "b", "c", "ab", "")
}

func (o *oracle) col(tables ...string) string { return o.pick(tables...) + "." + o.pick("A", "B") }

// condition writes a random condition over the tables.
func (o *oracle) condition(depth int, tables ...string) string {
	if depth > 0 && o.rng.IntN(2) == 0 {
		return fmt.Sprintf("(%s) %s (%s)", o.condition(depth-1, tables...), o.pick("AND", "OR"), o.condition(depth-1, tables...))
	}
	x := o.col(tables...)
	text := o.pick(tables...) + ".C"
	switch o.rng.IntN(10) {
	case 0:
		return "NOT (" + o.condition(0, tables...) + ")"
	case 1:
		return x + o.pick(" IS NULL", " IS NOT NULL")
	case 2:
		return fmt.Sprintf("%s %sIN (1, %s, 4)", x, o.pick("", "NOT "), o.pick("NULL", "3"))
	case 3:
		return fmt.Sprintf("%s %sIN (SELECT U2.A FROM U U2 WHERE U2.B > %d)", x, o.pick("", "NOT "), o.rng.IntN(8))
	case 4:
		return fmt.Sprintf("%sEXISTS (SELECT 1 FROM U U2 WHERE U2.A = %s AND U2.B <> 2)", o.pick("", "NOT "), x)
	case 5:
		return fmt.Sprintf("%s %sBETWEEN %d AND %s", x, o.pick("", "NOT "), o.rng.IntN(4), o.col(tables...))
	case 6:
		return fmt.Sprintf("%s %s '%s'", text, o.pick("=", "<>", "<", ">="), o.pick("a", "b", ""))
	case 7:
		return fmt.Sprintf("CASE WHEN %s > 3 THEN %s ELSE %s END = %d", x, o.col(tables...), o.col(tables...), o.rng.IntN(6))
	case 8:
		return fmt.Sprintf("%s > (SELECT MIN(U2.B) FROM U U2 WHERE U2.A = %s)", x, o.col(tables...))
	}
	return fmt.Sprintf("%s %s %s", x, o.pick("=", "<>", "<", "<=", ">"), o.pick(o.col(tables...), fmt.Sprint(o.rng.IntN(6)), o.col(tables...)+" + 1"))
}

func (o *oracle) query() string {
	switch o.rng.IntN(6) {
	case 0:
		return "SELECT T.A, T.B, T.C FROM T WHERE " + o.condition(2, "T")
	case 1:
		return fmt.Sprintf("SELECT T.A, U.B, U.C FROM T %s JOIN U ON %s WHERE %s", o.pick("INNER", "LEFT", "RIGHT", "FULL"),
			o.pick("T.A = U.A", "T.A = U.B AND T.C = U.C", "T.A = U.A AND U.B > 2", "T.A < U.A"), o.condition(1, "T", "U"))
	case 2:
		return fmt.Sprintf("SELECT T.B, COUNT(*), COUNT(T.A), SUM(T.A), MIN(T.C), MAX(T.A), COUNT(DISTINCT T.C) FROM T WHERE %s GROUP BY T.B%s",
			o.condition(1, "T"), o.pick("", " HAVING COUNT(*) > 1", " HAVING SUM(T.A) IS NOT NULL"))
	case 3:
		return fmt.Sprintf("SELECT A, C FROM T WHERE %s %s SELECT B, C FROM U WHERE %s", o.condition(1, "T"), o.pick("UNION", "UNION ALL", "EXCEPT", "INTERSECT"),
			o.condition(1, "U"))
	case 4:
		return fmt.Sprintf("WITH X AS (SELECT A, COUNT(*) N FROM T GROUP BY A) SELECT X.A, X.N, U.C, (SELECT MAX(T.B) FROM T WHERE T.A = X.A) FROM X, U WHERE X.A = U.B AND %s",
			o.condition(1, "U"))
	}
	return fmt.Sprintf("SELECT DISTINCT T.A, T.C, COALESCE(T.B, -1) Z FROM T WHERE %s ORDER BY T.A %s NULLS %s, T.C NULLS FIRST, Z LIMIT 7 OFFSET %d", o.condition(1, "T"),
		o.pick("ASC", "DESC"), o.pick("FIRST", "LAST"), o.rng.IntN(4))
}

func (o *oracle) sqlite(q string) (string, error) {
	rows, err := o.db.Query(q)
	if err != nil {
		return "", err
	}
	defer func() { _ = rows.Close() }()
	cols, err := rows.Columns()
	if err != nil {
		return "", err
	}
	var out []string
	for rows.Next() {
		cells := make([]sql.NullString, len(cols))
		ptrs := make([]any, len(cols))
		for i := range cells {
			ptrs[i] = &cells[i]
		}
		if err := rows.Scan(ptrs...); err != nil {
			return "", err
		}
		var line []string
		for _, c := range cells {
			if !c.Valid {
				c.String = "~"
			}
			line = append(line, c.String)
		}
		out = append(out, strings.Join(line, "|"))
	}
	return normal(out, q), rows.Err()
}

// normal sorts the rows of a query without ORDER BY.
func normal(rows []string, q string) string {
	if !strings.Contains(q, "ORDER BY") {
		sort.Strings(rows)
	}
	return strings.Join(rows, ";")
}

func TestAgainstSQLite(t *testing.T) {
	for seed := range uint64(8) {
		o := newOracle(t, seed)
		for range 150 {
			q := o.query()
			want, err := o.sqlite(q)
			if err != nil {
				t.Fatalf("seed %d: sqlite: %v\n%s", seed, err, q)
			}
			got := query(t, o.s, q)
			got = normal(strings.Split(got, ";"), q)
			if got != want {
				t.Fatalf("seed %d: %s\n got %s\nwant %s", seed, q, got, want)
			}
		}
	}
}
