package snowflake

import (
	"strings"
	"testing"
)

// derivedKinds makes one of each sort of relation besides plain tables and views.
var derivedKinds = []string{
	"CREATE MATERIALIZED VIEW D.S.MV AS SELECT ID, EMAIL FROM D.S.T",
	"CREATE DYNAMIC TABLE D.S.DT TARGET_LAG = '1 minute' WAREHOUSE = WH AS SELECT ID, EMAIL FROM D.S.T",
	"CREATE STAGE D.S.OUTSIDE URL = 's3://bucket/'",
	"CREATE EXTERNAL TABLE D.S.EXT (MAIL VARCHAR AS (VALUE:c1::VARCHAR)) LOCATION = @D.S.OUTSIDE/in/ FILE_FORMAT = (TYPE = PARQUET) AUTO_REFRESH = FALSE COMMENT = 'files'",
	"CREATE EVENT TABLE D.S.EV",
	"CREATE ICEBERG TABLE D.S.ICE (ID NUMBER, EMAIL VARCHAR) EXTERNAL_VOLUME = 'V' CATALOG = 'SNOWFLAKE' BASE_LOCATION = 'ice'",
	"CREATE TRANSIENT TABLE D.S.TR (A NUMBER)", "CREATE TEMPORARY TABLE D.S.TMP (A NUMBER)",
}

func TestSortsOfRelations(t *testing.T) {
	_, q := catalogued(t, derivedKinds...)
	if got := q.rows("SELECT TABLE_NAME, TABLE_TYPE, IS_DYNAMIC, IS_ICEBERG FROM D.INFORMATION_SCHEMA.TABLES WHERE TABLE_NAME <> 'T' AND TABLE_SCHEMA = 'S' ORDER BY 1"); got !=
		"DT|BASE TABLE|YES|NO;EV|EVENT TABLE|NO|NO;EXT|EXTERNAL TABLE|NO|NO;ICE|BASE TABLE|NO|YES;MV|MATERIALIZED VIEW|NO|NO;TMP|LOCAL TEMPORARY|NO|NO;TR|BASE TABLE|NO|NO" {
		t.Error(got)
	}
	for sql, want := range map[string]string{
		"SHOW MATERIALIZED VIEWS IN SCHEMA D.S": "MV", "SHOW DYNAMIC TABLES IN SCHEMA D.S": "DT", "SHOW EXTERNAL TABLES IN ACCOUNT": "EXT", "SHOW EVENT TABLES IN DATABASE D": "EV",
		"SHOW ICEBERG TABLES IN SCHEMA D.S": "ICE", "SHOW VIEWS IN SCHEMA D.S": "MV", "SHOW TABLES IN SCHEMA D.S": "DT;EV;EXT;ICE;T;TMP;TR",
	} {
		if got := q.rows(sql, "name"); got != want {
			t.Errorf("%s: %s", sql, got)
		}
	}
	if got := q.rows("SHOW TABLES LIKE 'E%' IN SCHEMA D.S", "name", "is_external", "is_event"); got != "EV|N|Y;EXT|Y|N" {
		t.Error(got)
	}
	if got := q.rows("SHOW COLUMNS IN TABLE D.S.EXT", "column_name", "kind"); got != "VALUE|COLUMN;MAIL|VIRTUAL_COLUMN" {
		t.Error(got)
	}
	q.exec("INSERT INTO D.S.T VALUES (3, 'cy', NULL, NULL, 1)", "INSERT INTO D.S.ICE VALUES (1, 'x')")
	if got := q.rows("SELECT (SELECT COUNT(*) FROM D.S.MV) M, (SELECT COUNT(*) FROM D.S.DT) D, (SELECT COUNT(*) FROM D.S.EXT) E"); got != "3|2|0" {
		t.Errorf("a dynamic table is as it was when it was refreshed: %s", got)
	}
	q.exec("ALTER DYNAMIC TABLE D.S.DT REFRESH")
	if got := q.rows("SELECT COUNT(*) FROM D.S.DT"); got != "3" {
		t.Error(got)
	}
	for _, sql := range []string{"DROP VIEW D.S.MV", "DROP TABLE D.S.DT", "ALTER ICEBERG TABLE D.S.T SET TAG X = 'y'", "DROP ICEBERG TABLE D.S.T"} {
		q.refused(codeWrongObject, sql)
	}
	q.refused(codeUnsupportedFeature, "INSERT INTO D.S.EV (RECORD_TYPE) SELECT 'x'")
	q.refused(codeWrongObject, "INSERT INTO D.S.DT SELECT 1, 'x'")
	q.exec("DROP DYNAMIC TABLE D.S.DT", "UNDROP DYNAMIC TABLE D.S.DT", "DROP MATERIALIZED VIEW D.S.MV", "ALTER ICEBERG TABLE D.S.ICE RENAME TO D.S.ICE2")
}

func TestGrantsOnSortsOfRelations(t *testing.T) {
	_, q := catalogued(t, append(derivedKinds, "CREATE STAGE D.S.INSIDE", "CREATE ROLE R")...)
	for on, want := range map[string]string{
		"TABLE D.S.EV": "APPLYBUDGET,DELETE,INGEST TELEMETRY,REFERENCES,SELECT,TRUNCATE", "ICEBERG TABLE D.S.ICE": "APPLYBUDGET,DELETE,INSERT,REFERENCES,SELECT,TRUNCATE,UPDATE",
		"DYNAMIC TABLE D.S.DT": "MONITOR,OPERATE,SELECT", "EXTERNAL TABLE D.S.EXT": "REFERENCES,SELECT", "MATERIALIZED VIEW D.S.MV": "APPLYBUDGET,REFERENCES,SELECT",
		"STAGE D.S.INSIDE": "READ,WRITE", "STAGE D.S.OUTSIDE": "USAGE",
	} {
		q.exec("GRANT ALL ON " + on + " TO ROLE R")
		if got := strings.ReplaceAll(q.rows("SHOW GRANTS TO ROLE R", "privilege"), ";", ","); got != want {
			t.Errorf("ALL on %s: %s", on, got)
		}
		q.exec("REVOKE ALL ON " + on + " FROM ROLE R")
	}
	q.exec("GRANT SELECT ON TABLE D.S.ICE TO ROLE R", "GRANT SELECT ON VIEW D.S.MV TO ROLE R", "GRANT OWNERSHIP ON VIEW D.S.MV TO ROLE R COPY CURRENT GRANTS",
		"GRANT SELECT ON FUTURE MATERIALIZED VIEWS IN SCHEMA D.S TO ROLE R")
	if got := q.rows("SHOW GRANTS TO ROLE R", "privilege", "granted_on", "name"); got != "OWNERSHIP|MATERIALIZED_VIEW|D.S.MV;SELECT|MATERIALIZED_VIEW|D.S.MV;SELECT|ICEBERG_TABLE|D.S.ICE" {
		t.Error(got)
	}
	for _, sql := range []string{"GRANT INSERT ON TABLE D.S.EV TO ROLE R", "GRANT EVOLVE SCHEMA ON TABLE D.S.ICE TO ROLE R", "GRANT USAGE ON STAGE D.S.INSIDE TO ROLE R", "GRANT READ ON STAGE D.S.OUTSIDE TO ROLE R",
		"GRANT WRITE ON STAGE D.S.INSIDE TO ROLE R"} {
		q.refused(codeCompilation, sql)
	}
	q.exec("GRANT READ, WRITE ON STAGE D.S.INSIDE TO ROLE R")
	q.refused(codeCompilation, "REVOKE READ ON STAGE D.S.INSIDE FROM ROLE R")
	q.refused(codeWrongObject, "GRANT SELECT ON TABLE D.S.DT TO ROLE R")
	q.exec("GRANT READ, WRITE, USAGE ON FUTURE STAGES IN SCHEMA D.S TO ROLE R", "CREATE STAGE D.S.NEXT", "CREATE STAGE D.S.FAR URL = 's3://x/'")
	if got := q.rows("SHOW GRANTS ON STAGE D.S.NEXT", "privilege"); got != "OWNERSHIP;READ;WRITE" {
		t.Error(got)
	}
	if got := q.rows("SHOW GRANTS ON STAGE D.S.FAR", "privilege"); got != "OWNERSHIP;USAGE" {
		t.Error(got)
	}
}

func TestPoliciesOnSortsOfRelations(t *testing.T) {
	_, q := catalogued(t, append(derivedKinds, star, "CREATE TAG GOV.T.PII", "CREATE MASKING POLICY GOV.P.V AS (v VARIANT) RETURNS VARIANT -> NULL",
		"CREATE ROW ACCESS POLICY GOV.P.RV AS (v VARIANT) RETURNS BOOLEAN -> FALSE", "CREATE ROW ACCESS POLICY GOV.P.RN AS (v NUMBER) RETURNS BOOLEAN -> FALSE", "CREATE ROW ACCESS POLICY GOV.P.RT AS (v VARCHAR) RETURNS BOOLEAN -> FALSE")...)
	set := " MODIFY COLUMN EMAIL SET MASKING POLICY GOV.P.STAR"
	q.exec("ALTER DYNAMIC TABLE D.S.DT"+set, "ALTER ICEBERG TABLE D.S.ICE"+set, "ALTER VIEW D.S.MV"+set, "ALTER TABLE D.S.EXT MODIFY COLUMN VALUE SET MASKING POLICY GOV.P.V",
		"ALTER TABLE D.S.EV MODIFY COLUMN RECORD_TYPE SET MASKING POLICY GOV.P.STAR", "ALTER DYNAMIC TABLE D.S.DT MODIFY COLUMN ID SET TAG GOV.T.PII = 'x'", "ALTER EXTERNAL TABLE D.S.EXT SET TAG GOV.T.PII = 'x'")
	if got := q.rows("SELECT DISTINCT EMAIL FROM D.S.DT UNION SELECT DISTINCT EMAIL FROM D.S.MV"); got != "***" {
		t.Error(got)
	}
	if got := q.rows("SELECT REF_ENTITY_NAME, REF_ENTITY_DOMAIN FROM TABLE(D.INFORMATION_SCHEMA.POLICY_REFERENCES(POLICY_NAME => 'GOV.P.STAR')) ORDER BY 1"); got !=
		"DT|DYNAMIC_TABLE;EV|EVENT_TABLE;ICE|ICEBERG_TABLE;MV|MATERIALIZED_VIEW" {
		t.Error(got)
	}
	q.refused(codePolicyMismatch, "ALTER TABLE D.S.EXT MODIFY COLUMN MAIL SET MASKING POLICY GOV.P.STAR")
	q.refused(codePolicyOverlap, "ALTER TABLE D.S.T"+set)
	q.refused(codePolicyOverlap, "ALTER VIEW D.S.MV ADD ROW ACCESS POLICY GOV.P.RT ON (EMAIL)")
	q.refused(codePolicyOverlap, "ALTER TABLE D.S.T ADD ROW ACCESS POLICY GOV.P.RT ON (EMAIL)")
	q.refused(codePolicyMismatch, "ALTER TABLE D.S.EXT ADD ROW ACCESS POLICY GOV.P.RT ON (MAIL)")
	q.refused(codeCompilation, "ALTER MATERIALIZED VIEW D.S.MV"+set+" FORCE")
	q.refused(codeCompilation, "ALTER EXTERNAL TABLE D.S.EXT MODIFY COLUMN VALUE UNSET MASKING POLICY")
	q.exec("ALTER DYNAMIC TABLE D.S.DT ADD ROW ACCESS POLICY GOV.P.RN ON (ID)", "ALTER TABLE D.S.T MODIFY COLUMN EMAIL SET TAG GOV.T.PII = 'x'", "ALTER TAG GOV.T.PII SET MASKING POLICY GOV.P.STAR")
	q.refused(codeMissing, "SELECT EMAIL FROM D.S.MV")
	q.refused(codeUnsupportedFeature, "CREATE MATERIALIZED VIEW D.S.MV2 AS SELECT EMAIL FROM D.S.T")
}

func TestClonesOfContainers(t *testing.T) {
	s, q := catalogued(t, star, "CREATE TAG D.S.PII", "CREATE TAG GOV.T.OUT", "CREATE MASKING POLICY D.S.M AS (v VARCHAR) RETURNS VARCHAR -> '***'", "CREATE DATABASE ROLE D.DR", "CREATE ROLE R", "CREATE STAGE D.S.INSIDE",
		"CREATE VIEW D.S.V AS SELECT EMAIL FROM T",
		"ALTER TABLE D.S.T MODIFY COLUMN EMAIL SET MASKING POLICY D.S.M, COLUMN SSN SET MASKING POLICY GOV.P.STAR", "ALTER TABLE D.S.T MODIFY COLUMN EMAIL SET TAG D.S.PII = 'x', GOV.T.OUT = 'y'",
		"GRANT SELECT ON TABLE D.S.T TO ROLE R", "GRANT SELECT ON TABLE D.S.T TO DATABASE ROLE D.DR", "GRANT USAGE ON SCHEMA D.S TO ROLE R", "GRANT USAGE ON DATABASE D TO ROLE R",
		"GRANT DATABASE ROLE D.DR TO ROLE R", "GRANT SELECT ON FUTURE TABLES IN SCHEMA D.S TO ROLE R", "ALTER SCHEMA D.S SET TAG GOV.T.OUT = 'z'")
	s.seed("CREATE DATABASE C CLONE D", "CREATE SCHEMA D.S2 CLONE D.S")
	if got := q.rows("SHOW GRANTS TO ROLE R", "privilege", "name"); got != "USAGE|D;USAGE|D.DR;USAGE|C.S;USAGE|D.S;SELECT|C.S.T;SELECT|D.S.T;SELECT|D.S2.T" {
		t.Errorf("a container's own grants stay behind: %s", got)
	}
	if got := q.rows("SHOW GRANTS TO DATABASE ROLE C.DR", "privilege", "name"); got != "SELECT|C.S.T" {
		t.Error(got)
	}
	if got := q.rows("SHOW FUTURE GRANTS IN SCHEMA C.S", "privilege", "grantee_name"); got != "SELECT|R" {
		t.Error(got)
	}
	refs := "SELECT TAG_DATABASE, TAG_NAME, LEVEL FROM TABLE(C.INFORMATION_SCHEMA.TAG_REFERENCES('C.S.T.EMAIL', 'COLUMN')) ORDER BY 1, 2"
	if got := q.rows(refs); got != "C|PII|COLUMN;GOV|OUT|COLUMN" {
		t.Error(got)
	}
	policies := "SELECT POLICY_DB, POLICY_SCHEMA, REF_COLUMN_NAME FROM TABLE(D.INFORMATION_SCHEMA.POLICY_REFERENCES(REF_ENTITY_NAME => '%', REF_ENTITY_DOMAIN => 'TABLE')) ORDER BY 3"
	if got := q.rows(strings.Replace(policies, "%", "C.S.T", 1)); got != "C|S|EMAIL;GOV|P|SSN" {
		t.Errorf("what lies in the source too is the clone's own: %s", got)
	}
	if got := q.rows(strings.Replace(policies, "%", "D.S2.T", 1)); got != "D|S2|EMAIL;GOV|P|SSN" {
		t.Error(got)
	}
	if got := q.rows("SHOW STAGES IN DATABASE C", "name"); got != "" {
		t.Errorf("files do not come along: %s", got)
	}
	q.exec("DELETE FROM C.S.T")
	if got := q.rows("SELECT COUNT(*) FROM D.S.T"); got != "2" {
		t.Error(got)
	}
	q.exec("DROP DATABASE C", "UNDROP DATABASE C", "DROP TAG GOV.T.OUT")
	if got := q.rows(refs); got != "C|PII|COLUMN" {
		t.Error(got)
	}
	q.exec("UNDROP TAG GOV.T.OUT")
	if got := q.rows(refs); got != "C|PII|COLUMN;GOV|OUT|COLUMN" {
		t.Errorf("a tag that is brought back has its assignments: %s", got)
	}
	q.exec("DROP SCHEMA D.S2", "UNDROP SCHEMA D.S2", "SELECT * FROM D.S2.T")
}

func TestImportedDatabases(t *testing.T) {
	s, q := catalogued(t, "CREATE DATABASE SHARED", "CREATE TABLE SHARED.PUBLIC.A (X NUMBER)", "CREATE TABLE SHARED.PUBLIC.B (X NUMBER)", "CREATE DATABASE ROLE SHARED.B_READER",
		"GRANT USAGE ON SCHEMA SHARED.PUBLIC TO DATABASE ROLE SHARED.B_READER", "GRANT SELECT ON TABLE SHARED.PUBLIC.B TO DATABASE ROLE SHARED.B_READER")
	if err := s.Offer("PROVIDER", "SALES", "SHARED"); err != nil {
		t.Fatal(err)
	}
	if got := q.rows("SHOW SHARES", "kind", "owner_account", "name", "database_name"); got != "INBOUND|PROVIDER|SALES|" {
		t.Error(got)
	}
	q.refused(codeMissing, "CREATE DATABASE IMP FROM SHARE PROVIDER.OTHER")
	q.exec("CREATE DATABASE IMP FROM SHARE PROVIDER.SALES")
	if got := q.rows("SHOW DATABASES LIKE 'IMP'", "kind", "origin"); got != "PROVIDER.SALES|IMPORTED DATABASE" {
		t.Error(got)
	}
	r := s.role("R")
	r.refused(codeMissing, "SELECT * FROM IMP.PUBLIC.A")
	q.refused(codeDenied, "GRANT USAGE ON DATABASE IMP TO ROLE R")
	q.refused(codeDenied, "GRANT SELECT ON TABLE IMP.PUBLIC.A TO ROLE R")
	q.refused(codeCompilation, "GRANT IMPORTED PRIVILEGES ON DATABASE D TO ROLE R")
	q.refused(codeCompilation, "GRANT IMPORTED PRIVILEGES ON DATABASE IMP TO ROLE R WITH GRANT OPTION")
	q.exec("GRANT IMPORTED PRIVILEGES ON DATABASE IMP TO ROLE R")
	if got := q.rows("SHOW GRANTS TO ROLE R", "privilege", "granted_on", "name"); !strings.Contains(got, "USAGE|DATABASE|IMP") {
		t.Errorf("it is shown as USAGE: %s", got)
	}
	r.exec("SELECT * FROM IMP.PUBLIC.A")
	r.refused(codeMissing, "SELECT * FROM IMP.PUBLIC.B")
	r.refused(codeDenied, "INSERT INTO IMP.PUBLIC.A SELECT 1")
	q.refused(codeDenied, "CREATE SCHEMA IMP.MINE")
	q.exec("CREATE TAG GOV.T.X")
	q.refused(codeDenied, "ALTER TABLE IMP.PUBLIC.A SET TAG GOV.T.X = 'y'")
	q.exec("GRANT DATABASE ROLE IMP.B_READER TO ROLE R")
	r.exec("SELECT * FROM IMP.PUBLIC.B")
	q.exec("REVOKE IMPORTED PRIVILEGES ON DATABASE IMP FROM ROLE R", "DROP DATABASE IMP")
}
