package snowflake

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// TestMasksFollowTheirColumns: names are not what a mask hangs on.
func TestMasksFollowTheirColumns(t *testing.T) {
	s, q := catalogued(t, star, "CREATE TAG GOV.T.PII", "CREATE MASKING POLICY GOV.P.C AS (val VARCHAR, c VARCHAR) RETURNS VARCHAR -> IFF(c = 'US', val, 'm')",
		"ALTER TABLE D.S.T MODIFY COLUMN EMAIL SET MASKING POLICY GOV.P.C USING (EMAIL, COUNTRY)", "ALTER TABLE D.S.T MODIFY COLUMN SSN SET TAG GOV.T.PII = 'x'",
		"ALTER TAG GOV.T.PII SET MASKING POLICY GOV.P.STAR")
	r := s.reader("R")
	q.exec("ALTER TABLE D.S.T RENAME COLUMN COUNTRY TO LAND", "ALTER TABLE D.S.T RENAME COLUMN EMAIL TO MAIL", "ALTER TABLE D.S.T RENAME COLUMN SSN TO NO", "ALTER TABLE D.S.T RENAME TO D.S.U",
		"ALTER TAG GOV.T.PII RENAME TO GOV.T.PERSONAL", "ALTER MASKING POLICY GOV.P.STAR RENAME TO GOV.P.STARS")
	if got := r.rows("SELECT MAIL, NO FROM D.S.U ORDER BY ID"); got != "m|***;bo@b.example|***" {
		t.Error(got)
	}
	q.refused(codePolicyInUse, "ALTER TABLE D.S.U DROP COLUMN LAND")
	q.refused(codePolicyAssociation, "DROP DATABASE GOV")
	q.refused(codePolicyAssociation+1, "DROP SCHEMA GOV.P")
	s.seed("GRANT CREATE TABLE ON SCHEMA D.S TO ROLE R", "GRANT ROLE R TO ROLE SYSADMIN")
	r.exec("CREATE TABLE D.S.COPY AS SELECT * FROM D.S.U")
	if got := q.rows("SELECT MAIL, NO FROM D.S.COPY ORDER BY ID"); got != "m|***;bo@b.example|***" {
		t.Errorf("a copy holds what its maker sees: %s", got)
	}
}

func TestViewsAsTables(t *testing.T) {
	_, q := catalogued(t, star, "CREATE TAG GOV.T.A", "CREATE VIEW D.S.V AS SELECT ID, EMAIL FROM D.S.T")
	q.exec("ALTER TABLE D.S.V SET TAG GOV.T.A = 'v'", "ALTER TABLE D.S.V MODIFY COLUMN EMAIL SET TAG GOV.T.A = 'c'", "ALTER TABLE D.S.V MODIFY COLUMN EMAIL SET MASKING POLICY GOV.P.STAR FORCE")
	if got := q.rows("SELECT DISTINCT EMAIL FROM D.S.V"); got != "***" {
		t.Error(got)
	}
	if got := q.rows("SELECT TAG_VALUE FROM TABLE(D.INFORMATION_SCHEMA.TAG_REFERENCES('D.S.V', 'TABLE'))"); got != "v" {
		t.Error(got)
	}
	if got := q.rows("SELECT REF_ENTITY_DOMAIN FROM TABLE(D.INFORMATION_SCHEMA.POLICY_REFERENCES(REF_ENTITY_NAME => 'D.S.V', REF_ENTITY_DOMAIN => 'VIEW'))"); got != "VIEW" {
		t.Error(got)
	}
}

func TestSecondaryRoles(t *testing.T) {
	s, q := catalogued(t, "CREATE ROLE EXTRA", "GRANT USAGE ON DATABASE D TO ROLE EXTRA", "GRANT USAGE ON SCHEMA D.S TO ROLE EXTRA", "GRANT SELECT ON TABLE D.S.T TO ROLE EXTRA")
	r := s.role("R", "GRANT ROLE EXTRA TO USER R")
	r.exec("USE SECONDARY ROLES NONE")
	r.refused(codeMissing, "SELECT ID FROM D.S.T")
	r.exec("USE SECONDARY ROLES ALL", "SELECT ID FROM D.S.T")
	q.exec("CREATE MASKING POLICY GOV.P.S AS (v VARCHAR) RETURNS VARCHAR -> CURRENT_ROLE() || IFF(IS_ROLE_IN_SESSION('EXTRA'), '+EXTRA', '')",
		"ALTER TABLE D.S.T MODIFY COLUMN EMAIL SET MASKING POLICY GOV.P.S")
	if got := r.rows("SELECT DISTINCT EMAIL FROM D.S.T"); got != "R+EXTRA" {
		t.Error(got)
	}
	r.exec("USE ROLE EXTRA", "USE SECONDARY ROLES NONE")
	if got := r.rows("SELECT DISTINCT EMAIL FROM D.S.T"); got != "EXTRA+EXTRA" {
		t.Error(got)
	}
}

// TestDatabaseRoles: privileges of their own database only, active through the account roles they are granted to.
func TestDatabaseRoles(t *testing.T) {
	s, q := catalogued(t, "CREATE DATABASE ROLE D.DR COMMENT = 'x'")
	r := s.role("R")
	q.exec("GRANT USAGE ON DATABASE D TO DATABASE ROLE D.DR", "GRANT USAGE ON SCHEMA D.S TO DATABASE ROLE D.DR", "GRANT SELECT ON TABLE D.S.T TO DATABASE ROLE D.DR")
	q.refused(codeDenied, "GRANT USAGE ON DATABASE GOV TO DATABASE ROLE D.DR")
	r.refused(codeMissing, "SELECT ID FROM D.S.T")
	q.exec("GRANT DATABASE ROLE D.DR TO ROLE R", "ALTER DATABASE ROLE D.DR SET COMMENT = 'y'")
	if got := r.rows("SELECT COUNT(*) FROM D.S.T"); got != "2" {
		t.Error(got)
	}
	if got := q.rows("SHOW DATABASE ROLES IN DATABASE D", "name", "granted_to_roles", "comment"); got != "DR|1|y" {
		t.Error(got)
	}
	q.exec("REVOKE DATABASE ROLE D.DR FROM ROLE R")
	r.refused(codeMissing, "SELECT ID FROM D.S.T")
}

// TestCloseEndsRunningStatements asks without a driver, so that all goroutines are the account's.
func TestCloseEndsRunningStatements(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	a := New(Options{LongPoll: time.Millisecond})
	post := func(path, token string, body any) map[string]any {
		text, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(string(text)))
		r.Header.Set("Authorization", `Snowflake Token="`+token+`"`)
		w := httptest.NewRecorder()
		a.ServeHTTP(w, r)
		var out map[string]any
		if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil && w.Code < 500 {
			t.Fatal(err)
		}
		return out
	}
	in := post(pathLogin, "", map[string]any{"data": map[string]any{"LOGIN_NAME": AdminUser, "PASSWORD": AdminPassword}})
	token := in["data"].(map[string]any)["token"].(string)
	a.Faults().Add(Fault{Path: pathQuery, Latency: time.Hour})
	if out := post(pathQuery+"?requestId=1", token, map[string]any{"sqlText": "CREATE ROLE LATE"}); out["code"] != "333333" {
		t.Fatalf("answer is %v", out)
	}
	a.Close()
	if out := post(pathLogin, "", map[string]any{}); out != nil {
		t.Errorf("a closed account answers %v", out)
	}
	if log := a.Statements(); len(log) != 1 || log[0].ErrorCode != codeCanceled {
		t.Errorf("log is %+v", log)
	}
}
