package snowflake

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

// people makes a table whose columns are of several categories, of none, and of too few values to tell.
var peopleTable = []string{`CREATE WAREHOUSE WH`, `CREATE DATABASE D`,
	`CREATE TABLE D.PUBLIC.P (EMAIL VARCHAR, SSN VARCHAR, NOTE VARCHAR, BORN DATE, BIRTH_DATE DATE, CARD VARCHAR, "plz" BINARY, MIXED VARCHAR)`,
	`INSERT INTO D.PUBLIC.P SELECT 'a@example.com', '123-45-6789', 'x 1', '1990-01-02', '1990-01-02', '4111 1111 1111 1111', NULL, 'b@example.com'`,
	`INSERT INTO D.PUBLIC.P SELECT 'b@example.org', '234-45-6789', NULL, '1991-01-02', '1991-01-02', '5500005555555559', NULL, 'none'`,
	`INSERT INTO D.PUBLIC.P SELECT NULL, '345-45-6789', 'y', '1992-01-02', '1992-01-02', '4111111111111112', NULL, 'none'`}

func TestClassifySaysWhatColumnsAre(t *testing.T) {
	a := New(Options{AccountUsageLag: -1})
	ask := func(sql string) string {
		t.Helper()
		r, err := a.Query(context.Background(), AdminUser, roleAccountAdmin, sql)
		if err != nil {
			return err.Error()
		}
		var lines []string
		for _, row := range r.Rows {
			lines = append(lines, strings.Trim(fmt.Sprint([]sqlengine.Value(row)), "[]"))
		}
		return strings.Join(lines, "\n")
	}
	if err := a.Exec(roleAccountAdmin, peopleTable...); err != nil {
		t.Fatal(err)
	}
	if got := ask(`SELECT SYSTEM$GET_CLASSIFICATION_RESULT('D.PUBLIC.P') IS NULL`); got != "true" {
		t.Errorf("there is a result before the first look: %s", got)
	}
	if err := a.Exec(roleAccountAdmin, `CALL SYSTEM$CLASSIFY('D.PUBLIC.P', {'sample_count': 100})`); err != nil {
		t.Fatal(err)
	}
	const flat = `SELECT f.KEY || ' ' || COALESCE(f.VALUE:recommendation:semantic_category::STRING, '-') || ' ' || COALESCE(f.VALUE:recommendation:confidence::STRING, '-') || ' ' || COALESCE(f.VALUE:recommendation:details[0]:semantic_category::STRING, '-') || ' ' || f.VALUE:valid_value_ratio::STRING
		FROM SNOWFLAKE.ACCOUNT_USAGE.DATA_CLASSIFICATION_LATEST l, LATERAL FLATTEN(INPUT => l.RESULT:classification_result) f ORDER BY f.KEY`
	want := "BIRTH_DATE DATE_OF_BIRTH HIGH - 1\nBORN - - - 1\nCARD PAYMENT_CARD MEDIUM - 1\nEMAIL EMAIL HIGH - 0.6667\nMIXED - - - 1\nNOTE - - - 0.6667\nSSN NATIONAL_IDENTIFIER HIGH US_SSN 1\nplz - - - 0"
	if got := ask(flat); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}

	// Tags are set only when asked for, by the owner of the schema, and not over what somebody set.
	const tags = `SELECT COLUMN_NAME || ' ' || TAG_VALUE || ' ' || APPLY_METHOD FROM SNOWFLAKE.ACCOUNT_USAGE.TAG_REFERENCES WHERE TAG_NAME = 'SEMANTIC_CATEGORY' ORDER BY 1`
	if got := ask(tags); got != "" {
		t.Errorf("tags were set: %s", got)
	}
	if err := a.Exec(roleAccountAdmin, `ALTER TABLE D.PUBLIC.P MODIFY COLUMN CARD SET TAG SNOWFLAKE.CORE.SEMANTIC_CATEGORY = 'NAME'`, `CALL SYSTEM$CLASSIFY('D.PUBLIC.P', {'auto_tag': true})`); err != nil {
		t.Fatal(err)
	}
	if got, want := ask(tags), "BIRTH_DATE DATE_OF_BIRTH CLASSIFIED\nCARD NAME MANUAL\nEMAIL EMAIL CLASSIFIED\nSSN NATIONAL_IDENTIFIER CLASSIFIED"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}

	for sql, part := range map[string]string{
		`CALL SYSTEM$CLASSIFY('D.PUBLIC.NONE', NULL)`:                 "does not exist",
		`CALL SYSTEM$CLASSIFY('D.PUBLIC.P')`:                          "expected 2",
		`CALL SYSTEM$CLASSIFY('D.PUBLIC.P', 'some_profile')`:          "Not supported by this emulator",
		`CALL SYSTEM$CLASSIFY('D.PUBLIC.P', {'sample_count': 20000})`: "sample_count",
		`CALL SYSTEM$CLASSIFY('D.PUBLIC.P', {'smaple_count': 2})`:     "smaple_count",
	} {
		if got := ask(sql); !strings.Contains(got, part) {
			t.Errorf("%s: %s", sql, got)
		}
	}

	// What was said is kept by name.
	if err := a.Exec(roleAccountAdmin, `ALTER TABLE D.PUBLIC.P RENAME TO D.PUBLIC.Q`); err != nil {
		t.Fatal(err)
	}
	if got := ask(`SELECT COUNT(*) FROM SNOWFLAKE.ACCOUNT_USAGE.DATA_CLASSIFICATION_LATEST`); got != "0" {
		t.Errorf("a renamed table has %s rows", got)
	}
}

func TestClassifyNeedsRights(t *testing.T) {
	a := New(Options{})
	if err := a.Exec(roleAccountAdmin, append(peopleTable, `CREATE ROLE R`, `GRANT ROLE R TO USER ADMIN`, `GRANT USAGE ON DATABASE D TO ROLE R`, `GRANT USAGE ON SCHEMA D.PUBLIC TO ROLE R`, `GRANT USAGE ON WAREHOUSE WH TO ROLE R`)...); err != nil {
		t.Fatal(err)
	}
	call := func() error {
		_, err := a.Query(context.Background(), AdminUser, "R", `CALL SYSTEM$CLASSIFY('D.PUBLIC.P', NULL)`)
		return err
	}
	if call() == nil {
		t.Error("a role that may not read the table classified it")
	}
	if err := a.Exec(roleAccountAdmin, `GRANT SELECT ON TABLE D.PUBLIC.P TO ROLE R`); err != nil {
		t.Fatal(err)
	}
	if err := call(); err != nil {
		t.Error(err)
	}
	if _, err := a.Query(context.Background(), AdminUser, "R", `CALL SYSTEM$CLASSIFY('D.PUBLIC.P', {'auto_tag': true})`); err == nil {
		t.Error("tags were set by one who does not own the schema")
	}
	standard := New(Options{Edition: Standard})
	if err := standard.Exec(roleAccountAdmin, append(peopleTable, `CALL SYSTEM$CLASSIFY('D.PUBLIC.P', NULL)`)...); err == nil || !strings.Contains(err.Error(), "Unsupported feature") {
		t.Errorf("an account of the standard edition classifies: %v", err)
	}
}

func TestClassificationViewLags(t *testing.T) {
	b := newUsageBench(t)
	if err := b.a.Exec(roleAccountAdmin, append(peopleTable, `CALL SYSTEM$CLASSIFY('D.PUBLIC.P', NULL)`)...); err != nil {
		t.Fatal(err)
	}
	count := func() any {
		r, err := b.a.Query(context.Background(), AdminUser, roleAccountAdmin, `SELECT COUNT(*) FROM SNOWFLAKE.ACCOUNT_USAGE.DATA_CLASSIFICATION_LATEST`)
		if err != nil {
			t.Fatal(err)
		}
		return r.Rows[0][0]
	}
	if got := count(); got != int64(0) {
		t.Errorf("%v rows at once", got)
	}
	b.now = b.now.Add(3 * time.Hour)
	if got := count(); got != int64(1) {
		t.Errorf("%v rows after the lag", got)
	}
}
