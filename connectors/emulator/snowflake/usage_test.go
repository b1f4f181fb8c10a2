package snowflake

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

// rich has something of every kind that ACCOUNT_USAGE lists.
var rich = []string{`CREATE WAREHOUSE WH`, `CREATE DATABASE D`, `CREATE SCHEMA D.G`, `CREATE TABLE D.PUBLIC.T (A NUMBER(10,2) DEFAULT 1, B VARCHAR(9), C BINARY, E TIME)`,
	`CREATE VIEW D.PUBLIC.V AS SELECT B FROM D.PUBLIC.T`, `CREATE TAG D.G.PII ALLOWED_VALUES 'x'`, `CREATE TAG D.G.FREE`,
	`CREATE MASKING POLICY D.G.M AS (V VARCHAR) RETURNS VARCHAR -> V`, `CREATE ROW ACCESS POLICY D.G.R AS (V NUMBER) RETURNS BOOLEAN -> TRUE`,
	`ALTER TABLE D.PUBLIC.T MODIFY COLUMN B SET TAG D.G.PII = 'x'`, `ALTER DATABASE D SET TAG D.G.FREE = 'y'`, `ALTER TAG D.G.PII SET MASKING POLICY D.G.M`,
	`ALTER TABLE D.PUBLIC.T ADD ROW ACCESS POLICY D.G.R ON (A)`, `CREATE ROLE R`, `CREATE USER U`, `GRANT ROLE R TO USER U`, `GRANT SELECT ON TABLE D.PUBLIC.T TO ROLE R`,
	`CREATE PROJECTION POLICY D.G.PP AS () RETURNS PROJECTION_CONSTRAINT -> PROJECTION_CONSTRAINT(ALLOW => TRUE)`,
	`CREATE AGGREGATION POLICY D.G.AP AS () RETURNS AGGREGATION_CONSTRAINT -> NO_AGGREGATION_CONSTRAINT()`,
	`CREATE JOIN POLICY D.G.JP AS () RETURNS JOIN_CONSTRAINT -> JOIN_CONSTRAINT(JOIN_REQUIRED => FALSE)`, `CREATE DATABASE ROLE D.DR`, `CALL SYSTEM$CLASSIFY('D.PUBLIC.T', NULL)`}

func TestAccountUsageHasTheDocumentedColumns(t *testing.T) {
	a := New(Options{AccountUsageLag: -1})
	if err := a.Exec(roleAccountAdmin, rich...); err != nil {
		t.Fatal(err)
	}
	for view, spec := range usageColumns {
		want := len(strings.Split(spec, ","))
		rows := a.usageAt(view)
		if view == "QUERY_HISTORY" {
			continue // filled over the wire
		}
		if len(rows) == 0 {
			t.Errorf("%s has no rows", view)
		}
		for _, r := range rows {
			if len(r) != want {
				t.Errorf("%s has a row of %d cells for %d columns: %v", view, len(r), want, r)
			}
		}
		if _, err := a.Query(context.Background(), AdminUser, roleAccountAdmin, "SELECT * FROM SNOWFLAKE.ACCOUNT_USAGE."+view); err != nil {
			t.Errorf("%s: %v", view, err)
		}
	}
}

// usageAt gives the rows of a view as they are now.
func (a *Account) usageAt(view string) (rows []sqlengine.Row) {
	a.usage.asOf(a, view, a.now(), func(r sqlengine.Row) bool { rows = append(rows, r); return true })
	return rows
}

func TestInformationSchemaHasTheDocumentedColumns(t *testing.T) {
	a := New(Options{})
	if err := a.Exec(roleAccountAdmin, append(rich, `CREATE STAGE D.PUBLIC.S`, `CREATE SEQUENCE D.PUBLIC.Q`, `CREATE FUNCTION D.PUBLIC.F(X NUMBER) RETURNS NUMBER AS 'X'`)...); err != nil {
		t.Fatal(err)
	}
	s, err := a.innerSession(AdminUser, roleAccountAdmin)
	if err != nil {
		t.Fatal(err)
	}
	db := a.root.child("database", "D")
	for name, v := range informationViews() {
		want := len(strings.Split(v.columns, ","))
		rows := v.rows(s.catalog(), db)
		if len(rows) == 0 {
			t.Errorf("%s has no rows", name)
		}
		for _, r := range rows {
			if len(r) != want {
				t.Errorf("%s has a row of %d cells for %d columns", name, len(r), want)
			}
		}
	}
}

// usageBench is an account whose clock is moved by hand.
type usageBench struct {
	t   *testing.T
	a   *Account
	now time.Time
}

func newUsageBench(t *testing.T) *usageBench {
	b := &usageBench{t: t, now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	b.a = New(Options{Clock: func() time.Time { return b.now }})
	return b
}

func (b *usageBench) exec(statements ...string) {
	b.t.Helper()
	if err := b.a.Exec(roleAccountAdmin, statements...); err != nil {
		b.t.Fatal(err)
	}
}

// sees asserts what a query gives: cells joined by "|", rows by ";".
func (b *usageBench) sees(query, want string) {
	b.t.Helper()
	r, err := b.a.Query(context.Background(), AdminUser, roleAccountAdmin, query)
	if err != nil {
		b.t.Fatalf("%s: %v", query, err)
	}
	var lines []string
	for _, row := range r.Rows {
		var cells []string
		for _, v := range row {
			cells = append(cells, fmt.Sprint(v))
		}
		lines = append(lines, strings.Join(cells, "|"))
	}
	if got := strings.Join(lines, ";"); got != want {
		b.t.Errorf("%s\ngot  %s\nwant %s", query, got, want)
	}
}

func TestAccountUsageLagsBehindTheClock(t *testing.T) {
	const tags = `SELECT TAG_VALUE FROM SNOWFLAKE.ACCOUNT_USAGE.TAG_REFERENCES WHERE OBJECT_DELETED IS NULL AND COLUMN_NAME = 'A'`
	const body = `SELECT POLICY_BODY, DELETED IS NULL FROM SNOWFLAKE.ACCOUNT_USAGE.MASKING_POLICIES`
	b := newUsageBench(t)
	b.exec(`CREATE WAREHOUSE WH`, `CREATE DATABASE D`, `CREATE TABLE D.PUBLIC.T (A VARCHAR)`, `CREATE TAG D.PUBLIC.G`,
		`CREATE MASKING POLICY D.PUBLIC.M AS (V VARCHAR) RETURNS VARCHAR -> 'one'`, `ALTER TABLE D.PUBLIC.T MODIFY COLUMN A SET TAG D.PUBLIC.G = 'first'`)
	b.sees(tags, "")
	b.now = b.now.Add(119 * time.Minute)
	b.sees(tags, "")
	b.exec(`ALTER TABLE D.PUBLIC.T MODIFY COLUMN A SET TAG D.PUBLIC.G = 'second'`, `ALTER MASKING POLICY D.PUBLIC.M SET BODY -> 'two'`)
	b.now = b.now.Add(time.Minute)
	b.sees(tags, "first") // the present is not shown yet
	b.sees(body, "'one'|true")
	b.now = b.now.Add(2 * time.Hour)
	b.sees(tags, "second")
	b.sees(body, "'two'|true")
	b.exec(`ALTER TABLE D.PUBLIC.T MODIFY COLUMN A UNSET TAG D.PUBLIC.G`, `DROP MASKING POLICY D.PUBLIC.M`)
	b.sees(tags, "second")
	b.now = b.now.Add(2 * time.Hour)
	b.sees(tags, "")
	b.sees(body, "'two'|false")
	b.a.SetAccountUsageLag(-1)
	b.exec(`ALTER TABLE D.PUBLIC.T MODIFY COLUMN A SET TAG D.PUBLIC.G = 'third'`)
	b.sees(tags, "third")
}

func TestAccountUsageKeepsWhatWasDropped(t *testing.T) {
	b := newUsageBench(t)
	b.a.SetAccountUsageLag(-1)
	b.exec(rich...)
	b.sees(`SELECT PRIVILEGE, DELETED_ON IS NULL FROM SNOWFLAKE.ACCOUNT_USAGE.GRANTS_TO_ROLES WHERE GRANTEE_NAME = 'R'`, "SELECT|true")
	b.sees(`SELECT ROLE, GRANTEE_NAME, DELETED_ON IS NULL FROM SNOWFLAKE.ACCOUNT_USAGE.GRANTS_TO_USERS WHERE ROLE = 'R'`, "R|U|true")
	b.exec(`REVOKE SELECT ON TABLE D.PUBLIC.T FROM ROLE R`, `REVOKE ROLE R FROM USER U`)
	b.sees(`SELECT PRIVILEGE, DELETED_ON IS NULL FROM SNOWFLAKE.ACCOUNT_USAGE.GRANTS_TO_ROLES WHERE GRANTEE_NAME = 'R'`, "SELECT|false")
	b.sees(`SELECT ROLE, DELETED_ON IS NULL FROM SNOWFLAKE.ACCOUNT_USAGE.GRANTS_TO_USERS WHERE ROLE = 'R'`, "R|false")
	b.exec(`DROP TABLE D.PUBLIC.T`)
	b.sees(`SELECT TABLE_NAME, DELETED IS NULL FROM SNOWFLAKE.ACCOUNT_USAGE.TABLES WHERE TABLE_TYPE = 'BASE TABLE'`, "T|false")
	b.sees(`SELECT COLUMN_NAME, OBJECT_DELETED IS NULL FROM SNOWFLAKE.ACCOUNT_USAGE.TAG_REFERENCES WHERE DOMAIN = 'COLUMN'`, "B|false")
	b.sees(`SELECT COUNT(*) FROM SNOWFLAKE.ACCOUNT_USAGE.POLICY_REFERENCES WHERE POLICY_NAME = 'R'`, "0")
	b.exec(`UNDROP TABLE D.PUBLIC.T`)
	b.sees(`SELECT TABLE_NAME, DELETED IS NULL FROM SNOWFLAKE.ACCOUNT_USAGE.TABLES WHERE TABLE_TYPE = 'BASE TABLE'`, "T|true")
	b.exec(`ALTER TABLE D.PUBLIC.T DROP COLUMN C`, `ALTER SCHEMA D.PUBLIC RENAME TO D.MOVED`)
	b.sees(`SELECT TABLE_SCHEMA, COLUMN_NAME, DELETED IS NULL FROM SNOWFLAKE.ACCOUNT_USAGE.COLUMNS WHERE TABLE_NAME = 'T' AND COLUMN_NAME IN ('A', 'C') ORDER BY 2`,
		"MOVED|A|true;PUBLIC|C|false")
}

func TestAccountUsageNeedsAViewerRole(t *testing.T) {
	s := fresh(t)
	s.seed(`CREATE WAREHOUSE WH`, `CREATE ROLE R`, `CREATE USER U PASSWORD = 'p' DEFAULT_ROLE = R DEFAULT_WAREHOUSE = WH`, `GRANT ROLE R TO USER U`,
		`GRANT USAGE ON WAREHOUSE WH TO ROLE R`)
	u := queryer{t, s.open("U", "p", "")}
	u.refused(codeMissing, `SELECT * FROM SNOWFLAKE.ACCOUNT_USAGE.ROLES`)
	s.seed(`GRANT DATABASE ROLE SNOWFLAKE.SECURITY_VIEWER TO ROLE R`)
	u.rows(`SELECT * FROM SNOWFLAKE.ACCOUNT_USAGE.ROLES`)
	u.refused(codeMissing, `SELECT * FROM SNOWFLAKE.ACCOUNT_USAGE.TAG_REFERENCES`)
	s.seed(`REVOKE DATABASE ROLE SNOWFLAKE.SECURITY_VIEWER FROM ROLE R`, `GRANT IMPORTED PRIVILEGES ON DATABASE SNOWFLAKE TO ROLE R`)
	u.rows(`SELECT * FROM SNOWFLAKE.ACCOUNT_USAGE.TAG_REFERENCES`)
	u.refused(UnsupportedCode, `SELECT * FROM SNOWFLAKE.ACCOUNT_USAGE.METERING_HISTORY`)
}

func TestBuiltObjectsHaveAPast(t *testing.T) {
	b := newUsageBench(t)
	err := b.a.Build(24*time.Hour, func(build *Builder) error {
		if err := b.a.Exec(roleAccountAdmin, "CREATE WAREHOUSE W", "CREATE DATABASE D", "CREATE TAG D.PUBLIC.G"); err != nil {
			return err
		}
		in := build.Schema("D", "PUBLIC")
		table, err := build.NewTable(in, "T", build.Role(roleSysAdmin), []ColumnSpec{{"A", "VARCHAR(9)"}, {"B", "NUMBER(10,2)"}})
		if err != nil {
			return err
		}
		reader, err := build.NewRole("R", build.Role(roleSysAdmin))
		if err != nil {
			return err
		}
		build.TagColumn(build.Tag(in, "G"), table, 0, "first")
		build.Grant("SELECT", table, reader)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	const columns = `SELECT COLUMN_NAME, DATA_TYPE FROM SNOWFLAKE.ACCOUNT_USAGE.COLUMNS WHERE DELETED IS NULL AND TABLE_NAME = 'T' ORDER BY 1`
	const tags = `SELECT COLUMN_NAME, TAG_VALUE FROM SNOWFLAKE.ACCOUNT_USAGE.TAG_REFERENCES`
	const grants = `SELECT NAME, PRIVILEGE FROM SNOWFLAKE.ACCOUNT_USAGE.GRANTS_TO_ROLES WHERE DELETED_ON IS NULL AND GRANTEE_NAME = 'R'`
	b.sees(columns, "A|TEXT;B|NUMBER")
	b.sees(tags, "A|first")
	b.sees(grants, "T|SELECT")
	b.exec(`ALTER TABLE D.PUBLIC.T MODIFY COLUMN A SET TAG D.PUBLIC.G = 'second'`, `ALTER TABLE D.PUBLIC.T DROP COLUMN B`, `REVOKE SELECT ON TABLE D.PUBLIC.T FROM ROLE R`)
	b.sees(columns, "A|TEXT;B|NUMBER") // the past stays
	b.sees(tags, "A|first")
	b.sees(grants, "T|SELECT")
	b.now = b.now.Add(3 * time.Hour)
	b.sees(columns, "A|TEXT")
	b.sees(tags, "A|second")
	b.sees(grants, "")
	b.now = b.now.Add(-30 * time.Hour)
	b.sees(columns, "") // before it was built
}
