package snowflake

import (
	"testing"

	"github.com/snowflakedb/gosnowflake"
)

// reader makes a user with a role of the same name that may read D.S.T.
func (s *served) reader(name string) queryer {
	s.t.Helper()
	s.seed("CREATE ROLE IF NOT EXISTS "+name, "CREATE USER IF NOT EXISTS "+name+" PASSWORD = 'pw' DEFAULT_ROLE = "+name, "GRANT ROLE "+name+" TO USER "+name,
		"GRANT USAGE ON DATABASE D TO ROLE "+name, "GRANT USAGE ON SCHEMA D.S TO ROLE "+name, "GRANT SELECT ON ALL TABLES IN SCHEMA D.S TO ROLE "+name,
		"GRANT SELECT ON ALL VIEWS IN SCHEMA D.S TO ROLE "+name)
	return queryer{s.t, s.open(name, "pw", name, func(c *gosnowflake.Config) { c.Warehouse = "WH" })}
}

const star = "CREATE MASKING POLICY GOV.P.STAR AS (val VARCHAR) RETURNS VARCHAR -> '***'"

func TestDirectMask(t *testing.T) {
	s, q := catalogued(t)
	q.exec(`CREATE MASKING POLICY GOV.P.OWN AS (v VARCHAR) RETURNS VARCHAR -> CASE WHEN CURRENT_ROLE() = 'BOSS' THEN v ELSE SHA2(v) END`,
		`ALTER TABLE D.S.T MODIFY COLUMN EMAIL SET MASKING POLICY GOV.P.OWN`)
	boss, clerk := s.reader("BOSS"), s.reader("CLERK")
	if got := boss.rows("SELECT EMAIL FROM D.S.T WHERE ID = 1"); got != "ann@a.example" {
		t.Error(got)
	}
	if got := clerk.rows("SELECT LENGTH(EMAIL), EMAIL = SHA2('ann@a.example') FROM D.S.T WHERE ID = 1"); got != "64|1" {
		t.Error(got)
	}
	if got := clerk.rows("SELECT ID FROM D.S.T WHERE EMAIL = 'ann@a.example'"); got != "" {
		t.Errorf("the clear value is found: %s", got)
	}
	q.exec(star)
	q.refused(codePolicyConflict, "ALTER TABLE D.S.T MODIFY COLUMN EMAIL SET MASKING POLICY GOV.P.STAR")
	q.exec("ALTER TABLE D.S.T MODIFY COLUMN EMAIL SET MASKING POLICY GOV.P.STAR FORCE, COLUMN SSN SET MASKING POLICY GOV.P.STAR FORCE")
	if got := boss.rows("SELECT EMAIL, SSN FROM D.S.T WHERE ID = 2"); got != "***|***" {
		t.Error(got)
	}
	if got := q.rows("DESCRIBE TABLE D.S.T", "name", "policy name"); got != "ID|∅;EMAIL|GOV.P.STAR;SSN|GOV.P.STAR;COUNTRY|∅;AMOUNT|∅" {
		t.Error(got)
	}
	q.refused(codePolicyMismatch, "ALTER TABLE D.S.T MODIFY COLUMN AMOUNT SET MASKING POLICY GOV.P.STAR")
	q.refused(codePolicyInUse, "DROP MASKING POLICY GOV.P.STAR")
	q.exec("ALTER TABLE D.S.T MODIFY COLUMN EMAIL UNSET MASKING POLICY, COLUMN SSN UNSET MASKING POLICY", "ALTER TABLE D.S.T MODIFY COLUMN SSN UNSET MASKING POLICY",
		"DROP MASKING POLICY GOV.P.STAR")
	if got := clerk.rows("SELECT EMAIL FROM D.S.T WHERE ID = 1"); got != "ann@a.example" {
		t.Error(got)
	}
}

func TestConditionalMask(t *testing.T) {
	s, q := catalogued(t)
	clerk := s.reader("CLERK")
	q.exec(`CREATE MASKING POLICY GOV.P.BYC AS (val VARCHAR, "COUNTRY" VARCHAR) RETURNS VARCHAR -> CASE WHEN "COUNTRY" IN ('US') THEN val ELSE 'eu' END`)
	q.exec(`ALTER TABLE D.S.T MODIFY COLUMN EMAIL SET MASKING POLICY GOV.P.BYC USING (EMAIL, COUNTRY) FORCE`)
	if got := clerk.rows("SELECT EMAIL FROM D.S.T ORDER BY ID"); got != "eu;bo@b.example" {
		t.Error(got)
	}
	q.refused(codePolicyMismatch, "ALTER TABLE D.S.T MODIFY COLUMN SSN SET MASKING POLICY GOV.P.BYC USING (SSN)")
	q.refused(codePolicyMismatch, "ALTER TABLE D.S.T MODIFY COLUMN SSN SET MASKING POLICY GOV.P.BYC USING (COUNTRY, SSN)")
	q.refused(codeInvalidIdentifier, "ALTER TABLE D.S.T MODIFY COLUMN SSN SET MASKING POLICY GOV.P.BYC USING (SSN, NONE)")
	if got := q.rows("SELECT REF_COLUMN_NAME, REF_ARG_COLUMN_NAMES FROM TABLE(GOV.INFORMATION_SCHEMA.POLICY_REFERENCES(POLICY_NAME => 'GOV.P.BYC'))"); got != `EMAIL|[ "COUNTRY" ]` {
		t.Error(got)
	}
	q.exec("ALTER TABLE D.S.T MODIFY COLUMN EMAIL UNSET MASKING POLICY", "CREATE TAG GOV.T.PII", "ALTER TABLE D.S.T MODIFY COLUMN EMAIL SET TAG GOV.T.PII = 'x'",
		"ALTER TAG GOV.T.PII SET MASKING POLICY GOV.P.BYC")
	if got := clerk.rows("SELECT EMAIL FROM D.S.T ORDER BY ID"); got != "eu;bo@b.example" {
		t.Errorf("by tag, arguments by name: %s", got)
	}
	q.exec("ALTER TABLE D.S.T RENAME COLUMN COUNTRY TO LAND")
	if _, err := tryRows(clerk.db, "SELECT EMAIL FROM D.S.T"); err == nil {
		t.Error("a tag's policy without its column must refuse")
	}
}

func TestTagMaskPrecedence(t *testing.T) {
	s, q := catalogued(t)
	clerk := s.reader("CLERK")
	q.exec(star, "CREATE MASKING POLICY GOV.P.NUM AS (v NUMBER(38,10)) RETURNS NUMBER(38,10) -> 0", "CREATE MASKING POLICY GOV.P.OTHER AS (v VARCHAR) RETURNS VARCHAR -> 'other'",
		"CREATE TAG GOV.T.A", "CREATE TAG GOV.T.B", "ALTER SCHEMA D.S SET TAG GOV.T.A = 'x'", "ALTER TAG GOV.T.A SET MASKING POLICY GOV.P.STAR, MASKING POLICY GOV.P.NUM")
	if got := clerk.rows("SELECT ID, EMAIL, SSN, AMOUNT FROM D.S.T WHERE ID = 0 ORDER BY SSN LIMIT 1"); got != "0|***|***|0.00" {
		t.Errorf("by the schema's tag, each type its policy: %s", got)
	}
	if _, err := tryRows(clerk.db, "SELECT COUNTRY FROM D.S.T"); err == nil {
		t.Error("three characters in a column of two must refuse")
	}
	q.exec("ALTER TABLE D.S.T MODIFY COLUMN EMAIL SET MASKING POLICY GOV.P.OTHER")
	if got := clerk.rows("SELECT EMAIL, SSN FROM D.S.T LIMIT 1"); got != "other|***" {
		t.Errorf("direct beats tag: %s", got)
	}
	q.refused(codePolicyConflict, "ALTER TAG GOV.T.A SET MASKING POLICY GOV.P.OTHER")
	q.exec("ALTER TAG GOV.T.A SET MASKING POLICY GOV.P.OTHER FORCE", "ALTER TAG GOV.T.B SET MASKING POLICY GOV.P.STAR")
	if got := clerk.rows("SELECT SSN FROM D.S.T LIMIT 1"); got != "other" {
		t.Errorf("forced: %s", got)
	}
	const refs = "SELECT POLICY_NAME, REF_ENTITY_DOMAIN, REF_ENTITY_NAME, REF_COLUMN_NAME, TAG_NAME, POLICY_STATUS FROM TABLE(D.INFORMATION_SCHEMA.POLICY_REFERENCES("
	q.exec("ALTER TABLE D.S.T MODIFY COLUMN SSN SET TAG GOV.T.B = 'x'")
	if _, err := tryRows(clerk.db, "SELECT SSN FROM D.S.T"); err == nil {
		t.Error("two policies on one column must refuse")
	}
	if got := q.rows(refs + "REF_ENTITY_NAME => 'D.S.T', REF_ENTITY_DOMAIN => 'TABLE')) WHERE REF_COLUMN_NAME = 'SSN' ORDER BY 1"); got !=
		"OTHER|TABLE|T|SSN|A|MULTIPLE_MASKING_POLICY_ASSIGNED_TO_THE_COLUMN;STAR|TABLE|T|SSN|B|MULTIPLE_MASKING_POLICY_ASSIGNED_TO_THE_COLUMN" {
		t.Error(got)
	}
	if got := q.rows(refs + "REF_ENTITY_NAME => 'GOV.T.A', REF_ENTITY_DOMAIN => 'TAG')) ORDER BY 1"); got != "NUM|TAG|A|∅|A|ACTIVE;OTHER|TAG|A|∅|A|ACTIVE" {
		t.Error(got)
	}
	q.refused(codePolicyInUse, "DROP TAG GOV.T.A")
	q.exec("ALTER TAG GOV.T.B UNSET MASKING POLICY GOV.P.STAR")
	if got := clerk.rows("SELECT SSN FROM D.S.T LIMIT 1"); got != "other" {
		t.Error(got)
	}
}

func TestPolicyDefinitions(t *testing.T) {
	_, q := catalogued(t)
	q.exec("CREATE MASKING POLICY GOV.P.M AS (val VARCHAR, n NUMBER) RETURNS VARCHAR ->   CASE WHEN n > 1 /* keep */ THEN val\n ELSE 'x' END  COMMENT = 'it''s'")
	if got := q.rows("DESCRIBE MASKING POLICY GOV.P.M"); got != "M|(VAL VARCHAR, N NUMBER)|VARCHAR(16777216)|CASE WHEN n > 1 /* keep */ THEN val\n ELSE 'x' END" {
		t.Error(got)
	}
	if got := q.rows("SHOW MASKING POLICIES IN ACCOUNT", "name", "database_name", "schema_name", "kind", "owner", "comment"); got != "M|GOV|P|MASKING_POLICY|ACCOUNTADMIN|it's" {
		t.Error(got)
	}
	ddl := q.rows(`SELECT GET_DDL('POLICY', 'GOV.P.M', TRUE)`)
	q.exec("DROP MASKING POLICY GOV.P.M", ddl)
	if got := q.rows(`SELECT GET_DDL('POLICY', 'GOV.P.M', TRUE)`); got != ddl {
		t.Errorf("got  %s\nwant %s", got, ddl)
	}
	q.refused(codePolicyMismatch, "CREATE MASKING POLICY GOV.P.X AS (v VARCHAR) RETURNS NUMBER -> 1")
	q.refused(codePolicyMismatch, "CREATE MASKING POLICY GOV.P.X AS (v NUMBER) RETURNS NUMBER -> 'text'::VARCHAR")
	q.refused(codeInvalidIdentifier, "CREATE MASKING POLICY GOV.P.X AS (v VARCHAR) RETURNS VARCHAR -> w")
	q.refused(codeExists, "CREATE MASKING POLICY GOV.P.M AS (v VARCHAR) RETURNS VARCHAR -> v")
	q.exec("ALTER MASKING POLICY GOV.P.M SET BODY -> 'y'", "ALTER MASKING POLICY GOV.P.M SET COMMENT = 'c'")
	if got := q.rows("DESC MASKING POLICY GOV.P.M", "body"); got != "'y'" {
		t.Error(got)
	}
}

// TestViewRunsWithItsOwnersRights: the reader of a view needs nothing on the table; masks still see who asks.
func TestViewRunsWithItsOwnersRights(t *testing.T) {
	s, q := catalogued(t)
	q.exec("CREATE SCHEMA D.V", "CREATE VIEW D.V.W AS SELECT ID, EMAIL FROM D.S.T", "CREATE ROLE VIEWER", "CREATE USER VIEWER PASSWORD = 'pw' DEFAULT_ROLE = VIEWER",
		"GRANT ROLE VIEWER TO USER VIEWER", "GRANT USAGE ON DATABASE D TO ROLE VIEWER", "GRANT USAGE ON SCHEMA D.V TO ROLE VIEWER", "GRANT SELECT ON VIEW D.V.W TO ROLE VIEWER")
	viewer := queryer{t, s.open("VIEWER", "pw", "VIEWER", func(c *gosnowflake.Config) { c.Warehouse = "WH" })}
	if got := viewer.rows("SELECT EMAIL FROM D.V.W WHERE ID = 1"); got != "ann@a.example" {
		t.Error(got)
	}
	viewer.refused(codeMissing, "SELECT EMAIL FROM D.S.T")
	q.exec("CREATE MASKING POLICY GOV.P.R AS (v VARCHAR) RETURNS VARCHAR -> CURRENT_ROLE() || '/' || INVOKER_ROLE()", "ALTER TABLE D.S.T MODIFY COLUMN EMAIL SET MASKING POLICY GOV.P.R")
	if got := viewer.rows("SELECT EMAIL FROM D.V.W WHERE ID = 1"); got != "VIEWER/ACCOUNTADMIN" {
		t.Error(got)
	}
	q.exec(star, "ALTER VIEW D.V.W MODIFY COLUMN EMAIL SET MASKING POLICY GOV.P.STAR")
	if got := viewer.rows("SELECT EMAIL FROM D.V.W WHERE ID = 1"); got != "***" {
		t.Errorf("the view's mask comes on top: %s", got)
	}
}

// TestBodiesUseTheSession covers what bodies may ask of the session.
func TestBodiesUseTheSession(t *testing.T) {
	s, q := catalogued(t, "CREATE DATABASE ROLE D.DR", "CREATE ROLE BELOW")
	clerk := s.reader("CLERK")
	body := func(expr string) {
		q.exec("ALTER TABLE D.S.T MODIFY COLUMN EMAIL UNSET MASKING POLICY", "CREATE OR REPLACE MASKING POLICY GOV.P.B AS (val VARCHAR) RETURNS VARCHAR -> IFF("+expr+", 'yes', 'no')",
			"ALTER TABLE D.S.T MODIFY COLUMN EMAIL SET MASKING POLICY GOV.P.B FORCE")
	}
	for _, c := range []struct{ expr, grant, want string }{
		{"CURRENT_USER() = 'CLERK'", "", "yes"},
		{"IS_ROLE_IN_SESSION('BELOW')", "", "no"},
		{"IS_ROLE_IN_SESSION('BELOW')", "GRANT ROLE BELOW TO ROLE CLERK", "yes"},
		{"IS_ROLE_IN_SESSION('below')", "", "no"},
		{"IS_DATABASE_ROLE_IN_SESSION('D.DR')", "", "no"},
		{"IS_DATABASE_ROLE_IN_SESSION('D.DR')", "GRANT DATABASE ROLE D.DR TO ROLE CLERK", "yes"},
		{"CURRENT_ROLE() IN ('BELOW')", "", "no"},
		{"CURRENT_ACCOUNT() = 'EMULATOR'", "", "yes"},
	} {
		body(c.expr)
		if c.grant != "" {
			q.exec(c.grant)
		}
		if got := clerk.rows("SELECT EMAIL FROM D.S.T WHERE ID = 1"); got != c.want {
			t.Errorf("%s: %s", c.expr, got)
		}
	}
}
