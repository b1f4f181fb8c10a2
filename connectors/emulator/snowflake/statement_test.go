package snowflake

import (
	"context"
	"database/sql"
	"testing"
	"time"

	"github.com/snowflakedb/gosnowflake"
)

// worked is an account with a table, and a connection to it.
func worked(t *testing.T) queryer {
	t.Helper()
	s := fresh(t)
	s.seed(`CREATE WAREHOUSE WH`, `CREATE DATABASE D`, `CREATE TABLE D.PUBLIC.T (A INT, B VARCHAR(3) NOT NULL, C NUMBER(4,1) DEFAULT 7)`)
	q := queryer{t, s.admin()}
	q.exec(`USE WAREHOUSE WH`, `USE DATABASE D`)
	return q
}

func TestChangesOfRows(t *testing.T) {
	q := worked(t)
	q.exec(`INSERT INTO T (A, B) VALUES (1, 'x'), (2, 'y'), (3, 'z')`, `INSERT INTO T (B, A) SELECT B, A + 10 FROM T WHERE A > 1`,
		`UPDATE T SET C = C + 0.5, B = UPPER(B) WHERE A >= 12`, `DELETE FROM T WHERE A = 1`)
	if got := q.rows(`SELECT * FROM T ORDER BY A`); got != "2|y|7.0;3|z|7.0;12|Y|7.5;13|Z|7.5" {
		t.Error(got)
	}
	q.refused(codeTooLong, `INSERT INTO T VALUES (1, 'long', 1)`)
	q.refused(100039, `INSERT INTO T VALUES (1, 'a', 99999)`)
	q.refused(codeNotNull, `INSERT INTO T (A) VALUES (1)`)
	q.refused(codeNotNull, `UPDATE T SET B = NULL`)
	q.refused(2057, `INSERT INTO T VALUES (1, 'a')`)
	q.exec(`CREATE TABLE COPY AS SELECT A AS K, B FROM T`, `TRUNCATE TABLE T`)
	if got := q.rows(`SELECT COUNT(*), (SELECT COUNT(*) FROM COPY) FROM T`); got != "0|4" {
		t.Error(got)
	}
}

// TestChangesSeeMasks: conditions and values of UPDATE and DELETE see what SELECT would.
func TestChangesSeeMasks(t *testing.T) {
	q := worked(t)
	q.exec(`INSERT INTO T (A, B) VALUES (1, 'x')`, `CREATE MASKING POLICY M AS (V VARCHAR) RETURNS VARCHAR -> '*'`, `ALTER TABLE T MODIFY COLUMN B SET MASKING POLICY M`)
	q.exec(`UPDATE T SET A = 2 WHERE B = 'x'`, `DELETE FROM T WHERE T.B = 'x'`)
	if got := q.rows(`SELECT A, B FROM T`); got != "1|*" {
		t.Errorf("a change found a masked value: %s", got)
	}
	q.exec(`UPDATE T SET A = A + LENGTH(B) WHERE B = '*'`)
	if got := q.rows(`SELECT A FROM T`); got != "2" {
		t.Errorf("a change saw another value than the mask's: %s", got)
	}
	q.exec(`CREATE TABLE COPY AS SELECT B FROM T`)
	if got := q.rows(`SELECT B FROM COPY`); got != "*" {
		t.Errorf("a copy has clear values: %s", got)
	}
}

func TestAsynchronousStatements(t *testing.T) {
	q := worked(t)
	rs, err := q.db.QueryContext(gosnowflake.WithAsyncMode(context.Background()), `SELECT SYSTEM$WAIT(10, 'MILLISECONDS')`)
	if err != nil {
		t.Fatal(err)
	}
	var got string
	if !rs.Next() || rs.Scan(&got) != nil || got != "waited 10 milliseconds" {
		t.Errorf("got %q, %v", got, rs.Err())
	}
	if err := rs.Close(); err != nil {
		t.Error(err)
	}
}

func TestBinds(t *testing.T) {
	q := worked(t)
	ctx := context.Background()
	at := time.Date(2024, 1, 2, 3, 4, 5, 6000, time.UTC)
	var (
		ts   time.Time
		f    float64
		b    bool
		n    int64
		none sql.NullString
	)
	err := q.db.QueryRowContext(ctx, `SELECT ?, ?, ?, ?, ?`, at, 2.5, true, int64(1)<<60, sql.NullString{}).Scan(&ts, &f, &b, &n, &none)
	if err != nil || !ts.Equal(at) || f != 2.5 || !b || n != 1<<60 || none.Valid {
		t.Errorf("got %v %v %v %v %v, %v", ts, f, b, n, none, err)
	}
	r, err := q.db.ExecContext(ctx, `INSERT INTO T (A, B) VALUES (?, ?)`, gosnowflake.Array(&[]int{7, 8}), gosnowflake.Array(&[]string{"p", "q"}))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := r.RowsAffected(); got != 2 || err != nil {
		t.Errorf("%d rows from arrays, %v", got, err)
	}
	if got := q.rows(`SELECT A, B FROM T ORDER BY A`); got != "7|p;8|q" {
		t.Error(got)
	}
}

func TestDescribeOnlyRunsNothing(t *testing.T) {
	q := worked(t)
	columns := func(sql string) []string {
		t.Helper()
		rs, err := q.db.QueryContext(gosnowflake.WithDescribeOnly(context.Background()), sql)
		if err != nil {
			t.Fatal(err)
		}
		names, err := rs.Columns()
		if closed := rs.Close(); err != nil || closed != nil {
			t.Fatal(err, closed)
		}
		return names
	}
	if got := columns(`SELECT A, B AS NAME, C FROM T`); !equalStrings(got, []string{"A", "NAME", "C"}) {
		t.Errorf("columns are %v", got)
	}
	if got := columns(`CREATE ROLE NEVER`); !equalStrings(got, []string{"status"}) {
		t.Errorf("columns are %v", got)
	}
	q.refused(codeMissing, `DROP ROLE NEVER`)
}

func TestResultsCanBeScannedAgain(t *testing.T) {
	q := worked(t)
	q.exec(`SHOW ROLES`)
	if got := q.rows(`SELECT "name" FROM TABLE(RESULT_SCAN(LAST_QUERY_ID())) WHERE "name" LIKE 'SYS%'`); got != roleSysAdmin {
		t.Error(got)
	}
	q.refused(codeNoSuchStatement, `SELECT * FROM TABLE(RESULT_SCAN('01b0'))`)
}

func TestPolicyContextSimulatesARole(t *testing.T) {
	q := worked(t)
	q.exec(`INSERT INTO T (A, B) VALUES (1, 'x')`, `CREATE ROLE SEES`, `CREATE MASKING POLICY M AS (V VARCHAR) RETURNS VARCHAR -> IFF(CURRENT_ROLE() = 'SEES', V, '*')`,
		`ALTER TABLE T MODIFY COLUMN B SET MASKING POLICY M`)
	if got := q.rows(`SELECT B FROM T`); got != "*" {
		t.Error(got)
	}
	if got := q.rows(`EXECUTE USING POLICY_CONTEXT(CURRENT_ROLE => 'SEES') AS SELECT B FROM T`); got != "x" {
		t.Error(got)
	}
}
