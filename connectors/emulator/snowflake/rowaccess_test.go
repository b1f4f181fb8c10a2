package snowflake

import (
	"strings"
	"testing"
)

// regional gives D.S.T a policy by a mapping table that its readers may not see: BOSS sees all, CLERK what is mapped.
func regional(t *testing.T) (s *served, q, boss, clerk queryer) {
	s, q = catalogued(t, "CREATE TABLE GOV.P.MAP (WHO VARCHAR, COUNTRY VARCHAR)", "INSERT INTO GOV.P.MAP VALUES ('CLERK', 'DE')",
		"CREATE TABLE D.S.SALES (CUSTOMER NUMBER, TOTAL NUMBER)", "INSERT INTO D.S.SALES VALUES (1, 5), (2, 7), (2, 8)")
	q.exec(`CREATE ROW ACCESS POLICY GOV.P.BY_COUNTRY AS (c VARCHAR) RETURNS BOOLEAN ->
		CURRENT_ROLE() = 'BOSS' OR EXISTS (SELECT 1 FROM GOV.P.MAP m WHERE m.WHO = CURRENT_ROLE() AND m.COUNTRY = c)`,
		"CREATE VIEW D.S.V AS SELECT ID, COUNTRY FROM D.S.T",
		"ALTER TABLE D.S.T ADD ROW ACCESS POLICY GOV.P.BY_COUNTRY ON (COUNTRY)")
	return s, q, s.reader("BOSS"), s.reader("CLERK")
}

func TestRowAccessHoldsHoweverTheTableIsRead(t *testing.T) {
	_, q, boss, clerk := regional(t)
	for query, want := range map[string][3]string{
		"SELECT ID FROM D.S.T ORDER BY ID":                                                                        {"1;2", "1", ""},
		"SELECT COUNT(*), MAX(ID) FROM D.S.T":                                                                     {"2|2", "1|1", "0|∅"},
		"SELECT ID FROM D.S.V ORDER BY ID":                                                                        {"1;2", "1", ""},
		"SELECT SUM(s.TOTAL) FROM D.S.SALES s JOIN D.S.T t ON t.ID = s.CUSTOMER":                                  {"20", "5", "∅"},
		"SELECT s.TOTAL FROM D.S.SALES s LEFT JOIN D.S.T t ON t.ID = s.CUSTOMER WHERE t.ID IS NULL":               {"", "7;8", "5;7;8"},
		"SELECT TOTAL FROM D.S.SALES WHERE CUSTOMER IN (SELECT ID FROM D.S.T)":                                    {"5;7;8", "5", ""},
		"SELECT TOTAL FROM D.S.SALES s WHERE NOT EXISTS (SELECT 1 FROM D.S.T t WHERE t.ID = s.CUSTOMER)":          {"", "7;8", "5;7;8"},
		"SELECT (SELECT MAX(COUNTRY) FROM D.S.T)":                                                                 {"US", "DE", "∅"},
		"WITH x AS (SELECT * FROM D.S.T) SELECT COUNT(*) FROM x":                                                  {"2", "1", "0"},
		"SELECT COUNT(*) FROM (SELECT ID FROM D.S.T UNION ALL SELECT ID FROM D.S.V)":                              {"4", "2", "0"},
		"SELECT COUNT(*) FROM D.S.T SAMPLE (100)":                                                                 {"2", "1", "0"},
		"SELECT ID FROM D.S.T WHERE COUNTRY = 'US' OR 1 = 1 ORDER BY ID":                                          {"1;2", "1", ""},
		"SELECT COUNT(*) FROM D.S.T WHERE 1 / IFF(COUNTRY = 'US' AND CURRENT_ROLE() = 'CLERK', 0, 1) IS NOT NULL": {"2", "1", "0"},
	} {
		for i, who := range []queryer{boss, clerk, q} {
			if got := who.rows(query); got != want[i] {
				t.Errorf("%s, reader %d: %s, want %s", query, i, got, want[i])
			}
		}
	}
	clerk.refused(codeMissing, "SELECT 1 FROM GOV.P.MAP")
	q.exec("INSERT INTO GOV.P.MAP VALUES ('CLERK', 'US')")
	if got := clerk.rows("SELECT COUNT(*) FROM D.S.T"); got != "2" {
		t.Errorf("after a row in the mapping table: %s", got)
	}
}

func TestRowAccessOnViewsAddsToTheTables(t *testing.T) {
	s, q, boss, clerk := regional(t)
	q.exec("CREATE ROW ACCESS POLICY GOV.P.FIRST AS (n NUMBER) RETURNS BOOLEAN -> n = 1", "ALTER VIEW D.S.V ADD ROW ACCESS POLICY GOV.P.FIRST ON (ID)")
	if got := boss.rows("SELECT ID FROM D.S.V"); got != "1" {
		t.Errorf("view and table: %s", got)
	}
	if got := boss.rows("SELECT COUNT(*) FROM D.S.T"); got != "2" {
		t.Errorf("the view's policy must not reach the table: %s", got)
	}
	q.exec("CREATE ROW ACCESS POLICY GOV.P.OWN AS (c VARCHAR) RETURNS BOOLEAN -> INVOKER_ROLE() = 'ACCOUNTADMIN' AND IS_ROLE_IN_SESSION('CLERK') AND CURRENT_USER() = 'CLERK'",
		"ALTER TABLE D.S.T DROP ROW ACCESS POLICY GOV.P.BY_COUNTRY, ADD ROW ACCESS POLICY GOV.P.OWN ON (COUNTRY)")
	s.reader("CLERK")
	if got := clerk.rows("SELECT (SELECT COUNT(*) FROM D.S.V), (SELECT COUNT(*) FROM D.S.T)"); got != "1|0" {
		t.Errorf("through the view its owner invokes: %s", got)
	}
}

func TestRowAccessOfChanges(t *testing.T) {
	_, q, boss, clerk := regional(t)
	q.exec("GRANT UPDATE, DELETE, INSERT ON TABLE D.S.T TO ROLE CLERK", "CREATE SCHEMA D.W", "GRANT USAGE, CREATE TABLE ON SCHEMA D.W TO ROLE CLERK")
	clerk.exec("UPDATE D.S.T SET AMOUNT = AMOUNT + 1", "INSERT INTO D.S.T VALUES (3, 'c', 's', 'US', 0)", "CREATE TABLE D.W.COPY AS SELECT * FROM D.S.T")
	if got := boss.rows("SELECT ID, AMOUNT FROM D.S.T ORDER BY ID"); got != "1|11.50;2|7.00;3|0.00" {
		t.Errorf("only what is seen is updated, and anything inserted: %s", got)
	}
	if got := clerk.rows("SELECT ID FROM D.W.COPY"); got != "1" {
		t.Errorf("copied: %s", got)
	}
	clerk.exec("DELETE FROM D.S.T WHERE ID > 0", "DELETE FROM D.S.T")
	if got := boss.rows("SELECT ID FROM D.S.T ORDER BY ID"); got != "2;3" {
		t.Errorf("only what is seen is deleted: %s", got)
	}
}

func TestRowAccessFailsClosed(t *testing.T) {
	_, q, boss, _ := regional(t)
	q.exec("ALTER ROW ACCESS POLICY GOV.P.BY_COUNTRY SET BODY -> 1 / (LENGTH(c) - 2) > 0")
	boss.refused(codeDivision, "SELECT COUNT(*) FROM D.S.T")
	q.exec("ALTER ROW ACCESS POLICY GOV.P.BY_COUNTRY SET BODY -> NULL")
	if got := boss.rows("SELECT COUNT(*) FROM D.S.T"); got != "0" {
		t.Errorf("NULL hides: %s", got)
	}
	q.exec("ALTER ROW ACCESS POLICY GOV.P.BY_COUNTRY SET BODY -> EXISTS (SELECT 1 FROM GOV.P.MAP m WHERE m.COUNTRY = c)", "DROP TABLE GOV.P.MAP")
	boss.refused(codeMissing, "SELECT COUNT(*) FROM D.S.T")
}

func TestRowAccessDefinitions(t *testing.T) {
	_, q := catalogued(t, "CREATE TABLE GOV.P.MAP (C VARCHAR)")
	const p = "ROW ACCESS POLICY GOV.P.R AS (c VARCHAR, n NUMBER) RETURNS BOOLEAN -> "
	q.exec("CREATE "+p+"c = 'DE' /* keep */ OR n > 1 COMMENT = 'who'", "CREATE ROW ACCESS POLICY IF NOT EXISTS GOV.P.R AS (x NUMBER) RETURNS BOOLEAN -> TRUE")
	if got := q.rows("DESCRIBE ROW ACCESS POLICY GOV.P.R"); got != "R|(C VARCHAR, N NUMBER)|BOOLEAN|c = 'DE' /* keep */ OR n > 1" {
		t.Error(got)
	}
	if got := q.rows("SHOW ROW ACCESS POLICIES IN SCHEMA GOV.P", "name", "database_name", "schema_name", "kind", "owner", "comment", "owner_role_type"); got != "R|GOV|P|ROW_ACCESS_POLICY|ACCOUNTADMIN|who|ROLE" {
		t.Error(got)
	}
	ddl := q.rows("SELECT GET_DDL('POLICY', 'GOV.P.R', TRUE)")
	q.exec("DROP ROW ACCESS POLICY GOV.P.R", ddl)
	if got := q.rows("SELECT GET_DDL('POLICY', 'GOV.P.R', TRUE)"); got != ddl {
		t.Errorf("got %s, want %s", got, ddl)
	}
	q.refused(codeNotBoolean, "CREATE ROW ACCESS POLICY GOV.P.X AS (c VARCHAR) RETURNS VARCHAR -> c")
	q.refused(codePolicyMismatch, "CREATE ROW ACCESS POLICY GOV.P.X AS (c VARCHAR) RETURNS BOOLEAN -> c || 'x'")
	q.refused(codePolicyMismatch, "CREATE ROW ACCESS POLICY GOV.P.X AS () RETURNS BOOLEAN -> TRUE")
	q.refused(codeExists, "CREATE "+p+"TRUE")
	q.refused(codeExists, "CREATE MASKING POLICY GOV.P.R AS (v VARCHAR) RETURNS VARCHAR -> v")
	q.refused(codeWrongObject, "DROP MASKING POLICY GOV.P.R")
	q.refused(codeMissing, "ALTER ROW ACCESS POLICY GOV.P.NONE SET BODY -> TRUE")
	q.exec("CREATE OR REPLACE "+p+"FALSE", "CREATE OR ALTER "+p+"n = 2 COMMENT = 'z'", "ALTER ROW ACCESS POLICY GOV.P.R SET COMMENT = 'y'")
	q.refused(codePolicyMismatch, "CREATE OR ALTER ROW ACCESS POLICY GOV.P.R AS (c VARCHAR) RETURNS BOOLEAN -> TRUE")
	q.exec("ALTER TABLE D.S.T ADD ROW ACCESS POLICY GOV.P.R ON (COUNTRY, ID)", "ALTER ROW ACCESS POLICY GOV.P.R SET BODY -> n = 1", "ALTER ROW ACCESS POLICY GOV.P.R UNSET COMMENT",
		"ALTER ROW ACCESS POLICY GOV.P.R RENAME TO GOV.T.R2")
	if got := q.rows("SELECT ID FROM D.S.T") + q.rows("SHOW ROW ACCESS POLICIES IN ACCOUNT", "name", "comment"); got != "1R2|" {
		t.Error(got)
	}
	q.refused(codePolicyInUse, "DROP ROW ACCESS POLICY GOV.T.R2")
	q.refused(codePolicyInUse, strings.ReplaceAll("CREATE OR REPLACE "+p+"TRUE", "GOV.P.R", "GOV.T.R2"))
	q.exec("DROP ROW ACCESS POLICY IF EXISTS GOV.P.R", "ALTER TABLE D.S.T DROP ALL ROW ACCESS POLICIES", "DROP ROW ACCESS POLICY GOV.T.R2")
}

func TestRowAccessAttachment(t *testing.T) {
	s, q := catalogued(t, "CREATE TABLE GOV.P.MAP (C VARCHAR)", "CREATE VIEW D.S.V AS SELECT * FROM D.S.T", star,
		"CREATE ROW ACCESS POLICY GOV.P.R AS (c VARCHAR) RETURNS BOOLEAN -> c = 'DE'", "CREATE ROW ACCESS POLICY GOV.P.Q AS (c VARCHAR) RETURNS BOOLEAN -> TRUE",
		"CREATE ROW ACCESS POLICY GOV.P.L AS (c VARCHAR) RETURNS BOOLEAN -> EXISTS (SELECT 1 FROM GOV.P.MAP m WHERE m.C = c)",
		"CREATE ROW ACCESS POLICY GOV.P.SELF AS (n NUMBER) RETURNS BOOLEAN -> n = (SELECT MAX(ID) FROM D.S.T)")
	const add = "ALTER TABLE D.S.T ADD ROW ACCESS POLICY "
	q.refused(codePolicyMismatch, add+"GOV.P.R ON (ID)")
	q.refused(codePolicyMismatch, add+"GOV.P.R ON (COUNTRY, ID)")
	q.refused(codeInvalidIdentifier, add+"GOV.P.R ON (NONE)")
	q.refused(codeMissing, add+"GOV.P.NONE ON (COUNTRY)")
	q.refused(codeWrongObject, add+"GOV.P.STAR ON (COUNTRY)")
	q.refused(codePolicyOverlap, add+"GOV.P.SELF ON (ID)")
	q.refused(codePolicyConflict, "ALTER TABLE D.S.T DROP ROW ACCESS POLICY GOV.P.R")
	q.exec(add+"GOV.P.R ON (COUNTRY)", "ALTER VIEW D.S.V ADD ROW ACCESS POLICY GOV.P.R ON (COUNTRY)")
	q.refused(codePolicyConflict, add+"GOV.P.Q ON (COUNTRY)")
	q.refused(codePolicyConflict, "ALTER TABLE D.S.T DROP ROW ACCESS POLICY GOV.P.Q")
	q.refused(codePolicyMismatch, "ALTER TABLE D.S.T DROP ROW ACCESS POLICY GOV.P.R, ADD ROW ACCESS POLICY GOV.P.Q ON (ID)")
	if got := q.rows("SELECT ID FROM D.S.T"); got != "1" {
		t.Errorf("after a swap that failed: %s", got)
	}
	q.exec("ALTER TABLE D.S.T DROP ROW ACCESS POLICY GOV.P.R, ADD ROW ACCESS POLICY GOV.P.Q ON (COUNTRY)", "ALTER VIEW D.S.V DROP ROW ACCESS POLICY GOV.P.R")
	if got := q.rows("SELECT COUNT(*) FROM D.S.T"); got != "2" {
		t.Error(got)
	}
	q.refused(codePolicyOverlap, "ALTER TABLE D.S.T MODIFY COLUMN COUNTRY SET MASKING POLICY GOV.P.STAR")
	q.refused(codePolicyInUse, "ALTER TABLE D.S.T DROP COLUMN COUNTRY")
	q.exec("ALTER TABLE D.S.T MODIFY COLUMN EMAIL SET MASKING POLICY GOV.P.STAR", "ALTER TABLE D.S.T DROP ALL ROW ACCESS POLICIES", "ALTER TABLE D.S.T DROP ALL ROW ACCESS POLICIES")
	q.refused(codePolicyOverlap, add+"GOV.P.R ON (EMAIL)")
	q.exec("CREATE MASKING POLICY GOV.P.FREE AS (v VARCHAR) RETURNS VARCHAR -> 'x' EXEMPT_OTHER_POLICIES = TRUE",
		"ALTER TABLE D.S.T MODIFY COLUMN COUNTRY SET MASKING POLICY GOV.P.FREE", add+"GOV.P.R ON (COUNTRY)")
	if got := q.rows("SELECT ID, COUNTRY FROM D.S.T"); got != "1|x" {
		t.Errorf("rows are chosen by the clear value: %s", got)
	}
	q.exec("ALTER TABLE GOV.P.MAP ADD ROW ACCESS POLICY GOV.P.Q ON (C)", "CREATE TABLE D.S.U (C VARCHAR)")
	q.refused(codeUnsupportedFeature, "ALTER TABLE D.S.U ADD ROW ACCESS POLICY GOV.P.L ON (C)")
	q.exec("CREATE TABLE D.S.X (C VARCHAR) WITH ROW ACCESS POLICY GOV.P.R ON (C)", "CREATE VIEW D.S.Y (K) WITH ROW ACCESS POLICY GOV.P.R ON (K) AS SELECT COUNTRY FROM D.S.T",
		"CREATE TABLE D.S.Z CLONE D.S.X")
	const refs = "SELECT REF_ENTITY_NAME, REF_ENTITY_DOMAIN, REF_COLUMN_NAME, REF_ARG_COLUMN_NAMES, POLICY_STATUS FROM TABLE(D.INFORMATION_SCHEMA.POLICY_REFERENCES("
	if got := q.rows(refs + "POLICY_NAME => 'GOV.P.R')) ORDER BY 1"); got != `T|TABLE|∅|[ "COUNTRY" ]|ACTIVE;X|TABLE|∅|[ "C" ]|ACTIVE;Y|VIEW|∅|[ "K" ]|ACTIVE;Z|TABLE|∅|[ "C" ]|ACTIVE` {
		t.Error(got)
	}
	if got := q.rows("SELECT POLICY_NAME, POLICY_KIND FROM TABLE(D.INFORMATION_SCHEMA.POLICY_REFERENCES(REF_ENTITY_NAME => 'D.S.T', REF_ENTITY_DOMAIN => 'TABLE')) ORDER BY 1"); got !=
		"FREE|MASKING_POLICY;R|ROW_ACCESS_POLICY;STAR|MASKING_POLICY" {
		t.Error(got)
	}
	s.SetAccountUsageLag(-1)
	if got := q.rows("SELECT REF_ENTITY_NAME, REF_ARG_COLUMN_NAMES FROM SNOWFLAKE.ACCOUNT_USAGE.POLICY_REFERENCES WHERE POLICY_NAME = 'R' AND REF_ENTITY_NAME = 'X'"); got != `X|[ "C" ]` {
		t.Error(got)
	}
	q.exec("CREATE TAG GOV.T.PII", "CREATE TABLE D.S.W (C VARCHAR) WITH ROW ACCESS POLICY GOV.P.R ON (C)", "ALTER TAG GOV.T.PII SET MASKING POLICY GOV.P.STAR", "ALTER TABLE D.S.W MODIFY COLUMN C SET TAG GOV.T.PII = 'x'")
	q.refused(codePolicyOverlap, "SELECT COUNT(*) FROM D.S.W")
}

func TestRowAccessPrivileges(t *testing.T) {
	s, q := catalogued(t, "CREATE ROW ACCESS POLICY GOV.P.R AS (c VARCHAR) RETURNS BOOLEAN -> TRUE", star)
	clerk := s.reader("CLERK")
	const add, drop = "ALTER TABLE D.S.T ADD ROW ACCESS POLICY GOV.P.R ON (COUNTRY)", "ALTER TABLE D.S.T DROP ROW ACCESS POLICY GOV.P.R"
	clerk.refused(codeMissing, add)
	q.exec("GRANT USAGE ON DATABASE GOV TO ROLE CLERK", "GRANT USAGE ON SCHEMA GOV.P TO ROLE CLERK")
	clerk.refused(codeDenied, "CREATE ROW ACCESS POLICY GOV.P.X AS (c VARCHAR) RETURNS BOOLEAN -> TRUE")
	clerk.refused(codeMissing, "ALTER ROW ACCESS POLICY GOV.P.R SET BODY -> FALSE")
	q.exec("GRANT APPLY ON ROW ACCESS POLICY GOV.P.R TO ROLE CLERK")
	clerk.refused(codeDenied, add) // it is not the owner of the table
	clerk.refused(codeDenied, "ALTER ROW ACCESS POLICY GOV.P.R SET BODY -> FALSE")
	clerk.refused(codeDenied, "SELECT 1 FROM TABLE(D.INFORMATION_SCHEMA.POLICY_REFERENCES(REF_ENTITY_NAME => 'D.S.T', REF_ENTITY_DOMAIN => 'TABLE'))")
	q.exec("GRANT CREATE ROW ACCESS POLICY ON SCHEMA GOV.P TO ROLE CLERK", "GRANT APPLY ROW ACCESS POLICY ON ACCOUNT TO ROLE CLERK", "ALTER TABLE D.S.T MODIFY COLUMN EMAIL SET MASKING POLICY GOV.P.STAR")
	clerk.exec(add, "CREATE ROW ACCESS POLICY GOV.P.OWN AS (c VARCHAR) RETURNS BOOLEAN -> FALSE", "ALTER ROW ACCESS POLICY GOV.P.OWN SET BODY -> TRUE")
	const refs = "SELECT POLICY_NAME FROM TABLE(D.INFORMATION_SCHEMA.POLICY_REFERENCES(REF_ENTITY_NAME => 'D.S.T', REF_ENTITY_DOMAIN => 'TABLE')) ORDER BY 1"
	if got := clerk.rows(refs) + " " + q.rows(refs); got != "R R;STAR" {
		t.Errorf("each sees the kinds it may apply: %s", got)
	}
	clerk.exec(drop)
	q.exec("REVOKE APPLY ROW ACCESS POLICY ON ACCOUNT FROM ROLE CLERK", add, "GRANT OWNERSHIP ON TABLE D.S.T TO ROLE CLERK COPY CURRENT GRANTS")
	if got := clerk.rows(refs); got != "R" {
		t.Errorf("the owner with APPLY: %s", got)
	}
	clerk.exec(drop, add)
	q.exec("REVOKE APPLY ON ROW ACCESS POLICY GOV.P.R FROM ROLE CLERK")
	clerk.refused(codeMissing, drop) // owning the table is not enough
}
