package snowflake

import "testing"

const (
	bossProjects = "CREATE PROJECTION POLICY GOV.P.PP AS () RETURNS PROJECTION_CONSTRAINT -> CASE WHEN CURRENT_ROLE() = 'BOSS' THEN PROJECTION_CONSTRAINT(ALLOW => TRUE) " +
		"ELSE PROJECTION_CONSTRAINT(ALLOW => FALSE) END"
	bossReads = "CREATE AGGREGATION POLICY GOV.P.AP AS () RETURNS AGGREGATION_CONSTRAINT -> CASE WHEN CURRENT_ROLE() = 'BOSS' THEN NO_AGGREGATION_CONSTRAINT() " +
		"ELSE AGGREGATION_CONSTRAINT(MIN_GROUP_SIZE => 2) END"
	bossSolo = "CREATE JOIN POLICY GOV.P.JP AS () RETURNS JOIN_CONSTRAINT -> JOIN_CONSTRAINT(JOIN_REQUIRED => CURRENT_ROLE() <> 'BOSS')"
	noProj   = "CREATE PROJECTION POLICY GOV.P.NP AS () RETURNS PROJECTION_CONSTRAINT -> PROJECTION_CONSTRAINT(ALLOW => FALSE, ENFORCEMENT => 'NULLIFY')"
)

func TestProjectionPolicy(t *testing.T) {
	s, q := catalogued(t, bossProjects, noProj, "CREATE VIEW D.S.V AS SELECT ID, EMAIL FROM D.S.T")
	boss, clerk := s.reader("BOSS"), s.reader("CLERK")
	const set = "ALTER TABLE D.S.T MODIFY COLUMN EMAIL SET PROJECTION POLICY "
	q.exec(set + "GOV.P.PP")
	if got := boss.rows("SELECT EMAIL FROM D.S.V WHERE ID = 1"); got != "ann@a.example" {
		t.Error(got)
	}
	for _, sql := range []string{"SELECT * FROM D.S.T", "SELECT LOWER(EMAIL) FROM D.S.T", "SELECT EMAIL FROM D.S.V", "SELECT MIN(x) FROM (SELECT EMAIL AS x FROM D.S.T)"} {
		clerk.refused(codeProjection, sql)
	}
	if got := clerk.rows("SELECT ID FROM D.S.T WHERE EMAIL = 'ann@a.example'") + clerk.rows("SELECT COUNT(EMAIL) FROM D.S.V"); got != "12" {
		t.Errorf("it may be compared and counted: %s", got)
	}
	q.exec("CREATE SCHEMA D.W", "GRANT USAGE, CREATE TABLE, CREATE VIEW ON SCHEMA D.W TO ROLE CLERK", "GRANT INSERT, UPDATE ON TABLE D.S.T TO ROLE CLERK")
	clerk.refused(codeProjection, "CREATE TABLE D.W.COPY AS SELECT EMAIL FROM D.S.T")
	clerk.refused(codeProjection, "INSERT INTO D.S.T (ID, SSN) SELECT 9, EMAIL FROM D.S.T")
	clerk.refused(codeProjection, "UPDATE D.S.T SET SSN = EMAIL")
	clerk.exec("CREATE VIEW D.W.V AS SELECT EMAIL FROM D.S.T")
	clerk.refused(codeProjection, "SELECT * FROM D.W.V")
	q.refused(codePolicyConflict, set+"GOV.P.NP")
	q.exec(set + "GOV.P.NP FORCE")
	if got := boss.rows("SELECT EMAIL, LENGTH(EMAIL), ID FROM D.S.T WHERE EMAIL LIKE 'ann%'"); got != "∅|∅|1" {
		t.Errorf("nullified: %s", got)
	}
	q.refused(codePolicyInUse, "DROP PROJECTION POLICY GOV.P.NP")
	if got := q.rows("SELECT POLICY_KIND, REF_ENTITY_NAME, REF_COLUMN_NAME, REF_ARG_COLUMN_NAMES FROM TABLE(D.INFORMATION_SCHEMA.POLICY_REFERENCES(POLICY_NAME => 'GOV.P.NP'))"); got != "PROJECTION_POLICY|T|EMAIL|∅" {
		t.Error(got)
	}
	q.exec("ALTER TABLE D.S.T MODIFY COLUMN EMAIL UNSET PROJECTION POLICY", "DROP PROJECTION POLICY GOV.P.NP",
		"CREATE TABLE D.S.X (A VARCHAR WITH PROJECTION POLICY GOV.P.PP)", "ALTER TABLE D.S.X ADD COLUMN B VARCHAR PROJECTION POLICY GOV.P.PP")
	q.refused(codeProjection, "SELECT B FROM D.S.X")
	q.exec("CREATE ROW ACCESS POLICY GOV.P.R AS (v VARCHAR) RETURNS BOOLEAN -> TRUE")
	q.refused(codePolicyOverlap, "ALTER TABLE D.S.X ADD ROW ACCESS POLICY GOV.P.R ON (A)")
}

func TestProjectionPolicyWithAMappingTable(t *testing.T) {
	s, q := catalogued(t, "CREATE TABLE GOV.P.MAP (WHO VARCHAR, YES BOOLEAN)", "INSERT INTO GOV.P.MAP VALUES ('BOSS', TRUE), ('CLERK', FALSE)",
		`CREATE PROJECTION POLICY GOV.P.PP AS () RETURNS PROJECTION_CONSTRAINT -> CASE WHEN EXISTS (SELECT 1 FROM GOV.P.MAP WHERE WHO = CURRENT_ROLE() AND YES)
			THEN PROJECTION_CONSTRAINT(ALLOW => TRUE) WHEN FALSE THEN PROJECTION_CONSTRAINT(ALLOW => TRUE) END`)
	boss, clerk := s.reader("BOSS"), s.reader("CLERK")
	q.exec("ALTER TABLE D.S.T MODIFY COLUMN EMAIL SET PROJECTION POLICY GOV.P.PP")
	if got := boss.rows("SELECT EMAIL FROM D.S.T WHERE ID = 1"); got != "ann@a.example" {
		t.Error(got)
	}
	clerk.refused(codeProjection, "SELECT EMAIL FROM D.S.T") // the body gives NULL
	q.exec("DROP TABLE GOV.P.MAP")
	boss.refused(codeMissing, "SELECT ID FROM D.S.T")
}

func TestAggregationPolicy(t *testing.T) {
	s, q := catalogued(t, bossReads, "INSERT INTO D.S.T VALUES (3, 'c@c.example', NULL, 'DE', 1.5), (3, 'c@c.example', NULL, 'FR', 1)", "CREATE VIEW D.S.V AS SELECT * FROM D.S.T",
		"CREATE AGGREGATION POLICY GOV.P.BOTH AS () RETURNS AGGREGATION_CONSTRAINT -> AGGREGATION_CONSTRAINT(MIN_ROW_COUNT => 3, MIN_ENTITY_COUNT => 2)")
	boss, clerk := s.reader("BOSS"), s.reader("CLERK")
	q.exec("ALTER TABLE D.S.T SET AGGREGATION POLICY GOV.P.AP")
	if got := boss.rows("SELECT COUNT(*) FROM (SELECT EMAIL FROM D.S.T)"); got != "4" {
		t.Error(got)
	}
	if got := clerk.rows("SELECT COUNTRY, COUNT(*), SUM(AMOUNT) FROM D.S.V GROUP BY COUNTRY"); got != "DE|2|12.00;∅|2|8.00" {
		t.Errorf("what is too small is one group: %s", got)
	}
	if got := clerk.rows("SELECT COUNT(*) FROM D.S.T WHERE COUNTRY = 'US'"); got != "∅" {
		t.Errorf("too small altogether: %s", got)
	}
	for _, sql := range []string{"SELECT * FROM D.S.V", "SELECT MAX(EMAIL) FROM D.S.T", "SELECT DISTINCT COUNTRY FROM D.S.T", "SELECT 1 WHERE EXISTS (SELECT 1 FROM D.S.T)"} {
		clerk.refused(codeAggregation, sql)
	}
	q.exec("ALTER TABLE D.S.T SET AGGREGATION POLICY GOV.P.AP ENTITY KEY (ID) FORCE")
	if got := clerk.rows("SELECT COUNT(*) FROM D.S.T WHERE ID = 3") + clerk.rows("SELECT COUNT(*) FROM D.S.T WHERE ID <> 1"); got != "∅3" {
		t.Errorf("two rows of one entity: %s", got)
	}
	q.refused(codePolicyConflict, "ALTER TABLE D.S.T SET AGGREGATION POLICY GOV.P.BOTH")
	q.exec("ALTER TABLE D.S.T SET AGGREGATION POLICY GOV.P.BOTH ENTITY KEY (ID) FORCE")
	if got := clerk.rows("SELECT COUNT(*) FROM D.S.T WHERE ID < 3") + clerk.rows("SELECT COUNT(*) FROM D.S.T WHERE ID <> 1"); got != "∅3" {
		t.Errorf("rows and entities: %s", got)
	}
	if got := q.rows("SELECT POLICY_KIND, REF_COLUMN_NAME, REF_ARG_COLUMN_NAMES FROM TABLE(D.INFORMATION_SCHEMA.POLICY_REFERENCES(REF_ENTITY_NAME => 'D.S.T', REF_ENTITY_DOMAIN => 'TABLE'))"); got != `AGGREGATION_POLICY|∅|[ "ID" ]` {
		t.Error(got)
	}
	q.refused(codePolicyInUse, "DROP AGGREGATION POLICY GOV.P.BOTH")
	q.exec("ALTER TABLE D.S.T UNSET AGGREGATION POLICY", "DROP AGGREGATION POLICY GOV.P.BOTH", "CREATE TABLE D.S.X (A NUMBER) WITH AGGREGATION POLICY GOV.P.AP ENTITY KEY (A)",
		"CREATE ROW ACCESS POLICY GOV.P.R AS (n NUMBER) RETURNS BOOLEAN -> n > (SELECT COUNT(*) FROM D.S.X)")
	q.refused(codePolicyOverlap, "ALTER TABLE D.S.T ADD ROW ACCESS POLICY GOV.P.R ON (ID)")
}

func TestJoinPolicy(t *testing.T) {
	s, q := catalogued(t, bossSolo, "CREATE TABLE D.S.LANDS (COUNTRY VARCHAR, NAME VARCHAR)", "INSERT INTO D.S.LANDS VALUES ('DE', 'Germany')", "CREATE VIEW D.S.V AS SELECT * FROM D.S.T")
	boss, clerk := s.reader("BOSS"), s.reader("CLERK")
	q.exec("ALTER TABLE D.S.T SET JOIN POLICY GOV.P.JP ALLOWED JOIN KEYS (COUNTRY)")
	if got := boss.rows("SELECT COUNT(*) FROM D.S.T"); got != "2" {
		t.Error(got)
	}
	if got := clerk.rows("SELECT T.ID, L.NAME FROM D.S.T JOIN D.S.LANDS L ON T.COUNTRY = L.COUNTRY") + clerk.rows("SELECT V.ID FROM D.S.V JOIN D.S.LANDS L USING (COUNTRY)"); got != "1|Germany1" {
		t.Error(got)
	}
	for _, sql := range []string{"SELECT * FROM D.S.T", "SELECT COUNT(*) FROM D.S.V", "SELECT T.ID FROM D.S.T T, D.S.LANDS L WHERE T.COUNTRY = L.COUNTRY", "SELECT T.ID FROM D.S.T T JOIN D.S.V V ON T.COUNTRY = V.COUNTRY"} {
		clerk.refused(codeJoin, sql)
	}
	clerk.refused(codeJoinKey, "SELECT T.ID FROM D.S.T T JOIN D.S.LANDS L ON T.EMAIL = L.NAME")
	if got := q.rows("SELECT POLICY_KIND, REF_ENTITY_NAME, REF_ARG_COLUMN_NAMES FROM TABLE(D.INFORMATION_SCHEMA.POLICY_REFERENCES(POLICY_NAME => 'GOV.P.JP'))"); got != `JOIN_POLICY|T|[ "COUNTRY" ]` {
		t.Error(got)
	}
	q.exec("CREATE JOIN POLICY GOV.P.ANY AS () RETURNS JOIN_CONSTRAINT -> JOIN_CONSTRAINT(JOIN_REQUIRED => NULL)")
	q.refused(codePolicyConflict, "ALTER TABLE D.S.T SET JOIN POLICY GOV.P.ANY")
	q.exec("ALTER TABLE D.S.T SET JOIN POLICY GOV.P.ANY FORCE")
	boss.refused(codeJoin, "SELECT * FROM D.S.T") // NULL restricts
	q.refused(codePolicyInUse, "DROP JOIN POLICY GOV.P.ANY")
	q.exec("ALTER JOIN POLICY GOV.P.ANY SET BODY -> JOIN_CONSTRAINT(JOIN_REQUIRED => FALSE)")
	if got := clerk.rows("SELECT COUNT(*) FROM D.S.T"); got != "2" {
		t.Error(got)
	}
	q.exec("ALTER TABLE D.S.T UNSET JOIN POLICY", "DROP JOIN POLICY GOV.P.ANY", "CREATE TABLE D.S.X (A NUMBER) JOIN POLICY GOV.P.JP ALLOWED JOIN KEYS (A)")
	q.refused(codeJoin, "SELECT * FROM D.S.X")
}

// TestConstraintDefinitions covers what the three kinds have in common.
func TestConstraintDefinitions(t *testing.T) {
	s, q := catalogued(t, "CREATE FUNCTION GOV.P.F() RETURNS BOOLEAN AS 'TRUE'")
	for kind, c := range map[string]struct{ create, body, other string }{
		"PROJECTION":  {noProj, "PROJECTION_CONSTRAINT(ALLOW => FALSE, ENFORCEMENT => 'NULLIFY')", "PROJECTION_CONSTRAINT(ALLOW => TRUE)"},
		"AGGREGATION": {bossReads, "", "IFF(CURRENT_USER() = 'X', NO_AGGREGATION_CONSTRAINT(), AGGREGATION_CONSTRAINT(MIN_GROUP_SIZE => 3))"},
		"JOIN":        {bossSolo, "JOIN_CONSTRAINT(JOIN_REQUIRED => CURRENT_ROLE() <> 'BOSS')", "JOIN_CONSTRAINT(JOIN_REQUIRED => TRUE)"},
	} {
		q.exec(c.create)
		name := map[string]string{"PROJECTION": "NP", "AGGREGATION": "AP", "JOIN": "JP"}[kind]
		if got := q.rows("DESCRIBE "+kind+" POLICY GOV.P."+name, "signature", "return_type"); got != "()|"+kind+"_CONSTRAINT" {
			t.Error(got)
		}
		if got := q.rows("DESCRIBE "+kind+" POLICY GOV.P."+name, "body"); c.body != "" && got != c.body {
			t.Error(got)
		}
		if got := q.rows("SHOW "+kind+" POLICIES IN ACCOUNT", "name", "kind"); got != name+"|"+kind+"_POLICY" {
			t.Error(got)
		}
		ddl := q.rows("SELECT GET_DDL('POLICY', 'GOV.P." + name + "', TRUE)")
		q.exec("DROP "+kind+" POLICY GOV.P."+name, ddl, "ALTER "+kind+" POLICY GOV.P."+name+" SET BODY -> "+c.other, "ALTER "+kind+" POLICY GOV.P."+name+" SET COMMENT = 'c'",
			"ALTER "+kind+" POLICY GOV.P."+name+" RENAME TO GOV.P.X")
		if got := q.rows("DESCRIBE "+kind+" POLICY GOV.P.X", "body"); got != c.other {
			t.Error(got)
		}
		create := "CREATE " + kind + " POLICY GOV.P.BAD AS () RETURNS " + kind + "_CONSTRAINT -> "
		q.refused(codePolicyMismatch, create+"TRUE")
		q.refused(codePolicyMismatch, create+"'free'")
		q.refused(codePolicyMismatch, create+kind+"_CONSTRAINT(TRUE)")
		q.refused(codePolicyMismatch, create+kind+"_CONSTRAINT(OTHER => TRUE)")
		q.refused(codePolicyMismatch, "CREATE "+kind+" POLICY GOV.P.BAD AS (x NUMBER) RETURNS "+kind+"_CONSTRAINT -> "+c.other)
		if kind != "PROJECTION" {
			q.refused(codePolicyMismatch, create+"CASE WHEN EXISTS (SELECT 1 FROM D.S.T) THEN "+c.other+" END")
			q.refused(codePolicyMismatch, create+"CASE WHEN GOV.P.F() THEN "+c.other+" END")
		}
		clerk := s.reader("CLERK")
		q.exec("GRANT USAGE ON DATABASE GOV TO ROLE CLERK", "GRANT USAGE ON SCHEMA GOV.P TO ROLE CLERK")
		clerk.refused(codeDenied, create+c.other)
		clerk.refused(codeMissing, "DROP "+kind+" POLICY GOV.P.X")
		q.exec("GRANT CREATE "+kind+" POLICY ON SCHEMA GOV.P TO ROLE CLERK", "GRANT APPLY ON "+kind+" POLICY GOV.P.X TO ROLE CLERK")
		set := "ALTER TABLE D.S.T SET " + kind + " POLICY GOV.P.X"
		if kind == "PROJECTION" {
			set = "ALTER TABLE D.S.T MODIFY COLUMN EMAIL SET PROJECTION POLICY GOV.P.X"
		}
		clerk.refused(codeDenied, set)
		q.exec("GRANT APPLY " + kind + " POLICY ON ACCOUNT TO ROLE CLERK")
		clerk.exec(create+c.other, set)
		clerk.exec("DROP " + kind + " POLICY GOV.P.BAD")
		q.exec(map[bool]string{true: "ALTER TABLE D.S.T MODIFY COLUMN EMAIL UNSET PROJECTION POLICY", false: "ALTER TABLE D.S.T UNSET " + kind + " POLICY"}[kind == "PROJECTION"],
			"DROP "+kind+" POLICY GOV.P.X")
	}
}
