package snowflake

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	sf "github.com/snowflakedb/gosnowflake"
)

func TestSeveralStatementsInOneRequest(t *testing.T) {
	s, q := catalogued(t)
	ctx, err := sf.WithMultiStatement(context.Background(), 3)
	if err != nil {
		t.Fatal(err)
	}
	rs, err := q.db.QueryContext(ctx, "SELECT 1; SELECT ID FROM D.S.T ORDER BY 1; SELECT 'x'")
	if err != nil {
		t.Fatal(err)
	}
	defer rs.Close()
	var got []string
	for more := true; more; more = rs.NextResultSet() {
		for rs.Next() {
			var v string
			if err := rs.Scan(&v); err != nil {
				t.Fatal(err)
			}
			got = append(got, v)
		}
	}
	if strings.Join(got, ",") != "1,1,2,x" || rs.Err() != nil {
		t.Errorf("%v, %v", got, rs.Err())
	}
	_, err = q.db.ExecContext(ctx, "CREATE ROLE M1; SELECT * FROM NOPE.NOPE.NOPE; CREATE ROLE M2")
	wantError(t, err, codeMultiStatement)
	if got := q.rows("SHOW ROLES LIKE 'M_'", "name"); got != "M1" {
		t.Errorf("what came before the failure stays, what comes behind is not done: %s", got)
	}
	_ = s
}

func TestLongStatements(t *testing.T) {
	s := serve(t, New(Options{LongPoll: 20 * time.Millisecond}))
	s.Faults().Add(Fault{SQL: regexp.MustCompile("CREATE"), Latency: 100 * time.Millisecond})
	db := s.admin()
	must(t, db, "CREATE ROLE SLOW")
	if _, err := db.ExecContext(sf.WithAsyncMode(context.Background()), "CREATE ROLE SLOWER"); err != nil {
		t.Fatal(err)
	}
	if got := rows(t, s.admin(), "SHOW ROLES LIKE 'SLOW'", "name"); got != "SLOW" {
		t.Error(got)
	}
}

func TestRowCountsAndTransactions(t *testing.T) {
	_, q := catalogued(t)
	tx, err := q.db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	for statement, want := range map[string]int64{"INSERT INTO D.S.T (ID) VALUES (7), (8), (9)": 3} {
		res, err := tx.Exec(statement)
		if err != nil {
			t.Fatal(err)
		}
		if n, err := res.RowsAffected(); err != nil || n != want {
			t.Errorf("%s: %d, %v", statement, n, err)
		}
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	if got := q.rows("SELECT COUNT(*) FROM D.S.T"); got != "2" {
		t.Errorf("%s rows after a rollback", got)
	}
	if _, err := q.db.Exec("INSERT INTO D.S.T (ID, EMAIL) VALUES (?, ?)", sf.Array(&[]int{3, 4}), sf.Array(&[]string{"c", "d"})); err != nil {
		t.Fatal(err)
	}
	if got := q.rows("SELECT EMAIL FROM D.S.T WHERE ID > 2 ORDER BY ID"); got != "c;d" {
		t.Error(got)
	}
	q.refused(codeNotNull, "INSERT INTO D.S.T (EMAIL) VALUES ('x')")
}

func TestBrokenAnswers(t *testing.T) {
	s, q := catalogued(t)
	for name, f := range map[string]Fault{"not JSON": {SQL: regexp.MustCompile("SELECT"), Times: 1, Garbage: true}, "half": {SQL: regexp.MustCompile("SELECT"), Times: 1, CutBody: true}} {
		remove := s.Faults().Add(f)
		if _, err := tryRows(q.db, "SELECT ID FROM D.S.T"); err == nil {
			t.Errorf("%s: no error", name)
		} else if own := (*sf.SnowflakeError)(nil); errors.As(err, &own) {
			t.Errorf("%s: %v has the form of an answer", name, err)
		}
		remove()
	}
	s.Faults().Add(Fault{SQL: regexp.MustCompile("SELECT"), Times: 1, Truncate: true})
	if got := q.rows("SELECT ID FROM D.S.T ORDER BY 1"); got != "1" {
		t.Errorf("truncated: %s", got)
	}
}

// TestManagedAccess: in such a schema owners of tables grant nothing, the owner of the schema does.
func TestManagedAccess(t *testing.T) {
	s, q := catalogued(t, "CREATE ROLE OTHER", "CREATE SCHEMA D.M WITH MANAGED ACCESS")
	r := s.role("R", "GRANT USAGE ON DATABASE D TO ROLE R", "GRANT USAGE, CREATE TABLE ON SCHEMA D.M TO ROLE R")
	r.exec("CREATE TABLE D.M.T (A NUMBER)")
	r.refused(codeDenied, "GRANT SELECT ON TABLE D.M.T TO ROLE OTHER")
	q.exec("GRANT SELECT ON TABLE D.M.T TO ROLE OTHER")
	if got := q.rows("SHOW SCHEMAS LIKE 'M' IN DATABASE D", "options"); got != "MANAGED ACCESS" {
		t.Error(got)
	}
}
