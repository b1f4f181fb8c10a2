package snowflake

import "testing"

// otherKinds makes one of each kind that is kept and granted on without being run.
var otherKinds = []string{
	"CREATE PROCEDURE D.S.P(A NUMBER, B VARCHAR(5)) RETURNS VARCHAR LANGUAGE SQL EXECUTE AS OWNER AS 'BEGIN RETURN 1; END'",
	"CREATE STREAM D.S.ST ON TABLE D.S.T COMMENT = 'changes'",
	"CREATE TASK D.S.TA WAREHOUSE = WH SCHEDULE = '60 MINUTE' AS INSERT INTO D.S.T SELECT 1",
	"CREATE PIPE D.S.PI AUTO_INGEST = TRUE AS COPY INTO D.S.T FROM @D.S.STG",
	"CREATE SECRET D.S.SE TYPE = GENERIC_STRING SECRET_STRING = 'x'",
	"CREATE STORAGE INTEGRATION INT_A TYPE = EXTERNAL_STAGE ENABLED = TRUE STORAGE_PROVIDER = 'S3' STORAGE_ALLOWED_LOCATIONS = ('s3://a/', 's3://b/')",
	"CREATE RESOURCE MONITOR RM WITH CREDIT_QUOTA = 10",
	"CREATE NETWORK POLICY NP ALLOWED_IP_LIST = ('10.0.0.0/8')",
	"CREATE SHARE SH COMMENT = 'out'",
}

func TestOtherKinds(t *testing.T) {
	s, q := catalogued(t)
	s.seed(otherKinds...)
	s.seed("CREATE ROLE R", "GRANT USAGE ON PROCEDURE D.S.P(NUMBER, VARCHAR) TO ROLE R", "GRANT SELECT ON STREAM D.S.ST TO ROLE R", "GRANT OPERATE, MONITOR ON TASK D.S.TA TO ROLE R",
		"GRANT MONITOR ON PIPE D.S.PI TO ROLE R", "GRANT READ ON SECRET D.S.SE TO ROLE R", "GRANT USAGE ON INTEGRATION INT_A TO ROLE R", "GRANT MONITOR ON RESOURCE MONITOR RM TO ROLE R",
		"GRANT USAGE ON FUTURE PROCEDURES IN SCHEMA D.S TO ROLE R", "GRANT USAGE ON DATABASE D TO SHARE SH", "GRANT SELECT ON TABLE D.S.T TO SHARE SH")
	want := `USAGE|INTEGRATION|INT_A;MONITOR|PIPE|D.S.PI;USAGE|PROCEDURE|D.S."P(NUMBER, VARCHAR):VARCHAR";MONITOR|RESOURCE_MONITOR|RM;READ|SECRET|D.S.SE;SELECT|STREAM|D.S.ST;MONITOR|TASK|D.S.TA;OPERATE|TASK|D.S.TA`
	if got := q.rows("SHOW GRANTS TO ROLE R", "privilege", "granted_on", "name"); got != want {
		t.Error(got)
	}
	for listing, name := range map[string]string{"USER PROCEDURES IN ACCOUNT": "P", "STREAMS IN SCHEMA D.S": "ST", "TASKS IN DATABASE D": "TA", "PIPES IN ACCOUNT": "PI", "SECRETS IN ACCOUNT": "SE",
		"INTEGRATIONS": "INT_A", "RESOURCE MONITORS": "RM", "NETWORK POLICIES": "NP", "SHARES": "SH"} {
		if got := q.rows("SHOW "+listing, "name"); got != name {
			t.Errorf("SHOW %s: %s", listing, got)
		}
	}
	if got := q.rows("SHOW GRANTS TO SHARE SH", "privilege", "name", "grantee_name"); got != "USAGE|D|EMULATOR.SH;SELECT|D.S.T|EMULATOR.SH" {
		t.Error(got)
	}
	q.exec("REVOKE SELECT ON TABLE D.S.T FROM SHARE SH")
	if got := q.rows("SHOW GRANTS TO SHARE SH", "privilege"); got != "USAGE" {
		t.Error(got)
	}
}

// TestPipesArePausedBeforeTheyMove: a running pipe keeps its owner.
func TestPipesArePausedBeforeTheyMove(t *testing.T) {
	s, q := catalogued(t)
	s.seed(append(otherKinds, "CREATE ROLE R")...)
	q.refused(codeCompilation, "GRANT OWNERSHIP ON PIPE D.S.PI TO ROLE R COPY CURRENT GRANTS")
	q.exec("ALTER PIPE D.S.PI SET PIPE_EXECUTION_PAUSED = TRUE")
	q.exec("GRANT OWNERSHIP ON PIPE D.S.PI TO ROLE R COPY CURRENT GRANTS")
	if got := q.rows("SHOW PIPES IN ACCOUNT", "owner"); got != "R" {
		t.Error(got)
	}
}

// TestOtherKindsAreNotRun: what is only kept is refused where it would have to run.
func TestOtherKindsAreNotRun(t *testing.T) {
	s, _ := catalogued(t)
	s.seed(otherKinds...)
	for _, sql := range []string{"CALL D.S.P(1, 'a')", "SELECT * FROM D.S.ST", "ALTER TASK D.S.TA RESUME", "CREATE PROCEDURE D.S.X() RETURNS VARCHAR LANGUAGE PYTHON AS 'x'",
		"CREATE STREAM D.S.X ON STAGE D.S.STG", "GRANT OWNERSHIP ON TABLE D.S.T TO SHARE SH", "GRANT SELECT ON FUTURE TABLES IN SCHEMA D.S TO SHARE SH"} {
		if err := s.Exec(roleAccountAdmin, sql); err == nil {
			t.Errorf("%s is carried out", sql)
		}
	}
}
