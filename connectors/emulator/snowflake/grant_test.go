package snowflake

import (
	"slices"
	"strings"
	"testing"

	"github.com/snowflakedb/gosnowflake"
)

// role makes a user with a role that has nothing yet, and signs it in.
func (s *served) role(name string, grants ...string) queryer {
	s.t.Helper()
	s.seed(append([]string{"CREATE ROLE " + name, "CREATE USER " + name + " PASSWORD = 'pw' DEFAULT_ROLE = " + name, "GRANT ROLE " + name + " TO USER " + name}, grants...)...)
	return queryer{s.t, s.open(name, "pw", name, func(c *gosnowflake.Config) { c.Warehouse = "WH" })}
}

func TestSelectNeedsTheWholeChain(t *testing.T) {
	s, q := catalogued(t)
	r := s.role("R")
	for _, g := range []string{"GRANT SELECT ON TABLE D.S.T TO ROLE R", "GRANT USAGE ON SCHEMA D.S TO ROLE R"} {
		r.refused(codeMissing, "SELECT ID FROM D.S.T")
		q.exec(g)
	}
	r.refused(codeMissing, "SELECT ID FROM D.S.T")
	q.exec("GRANT USAGE ON DATABASE D TO ROLE R")
	if got := r.rows("SELECT ID FROM D.S.T ORDER BY 1"); got != "1;2" {
		t.Error(got)
	}
	q.exec("REVOKE USAGE ON SCHEMA D.S FROM ROLE R")
	r.refused(codeMissing, "SELECT ID FROM D.S.T")
}

func TestWhoMayDoWhat(t *testing.T) {
	const use = "GRANT USAGE ON DATABASE D TO ROLE R;GRANT USAGE ON SCHEMA D.S TO ROLE R;GRANT USAGE ON DATABASE GOV TO ROLE R;" +
		"GRANT USAGE ON SCHEMA GOV.T TO ROLE R;GRANT USAGE ON SCHEMA GOV.P TO ROLE R;GRANT SELECT ON TABLE D.S.T TO ROLE R;"
	setup := []string{"CREATE TAG GOV.T.A", star, "CREATE ROLE OTHER"}
	for name, c := range map[string]struct{ grants, statement string }{
		"create role":          {"GRANT CREATE ROLE ON ACCOUNT TO ROLE R", "CREATE ROLE NEW"},
		"create database":      {"GRANT CREATE DATABASE ON ACCOUNT TO ROLE R", "CREATE DATABASE NEW"},
		"create schema":        {"GRANT CREATE SCHEMA ON DATABASE D TO ROLE R", "CREATE SCHEMA D.NEW"},
		"create table":         {"GRANT CREATE TABLE ON SCHEMA D.S TO ROLE R", "CREATE TABLE D.S.NEW (A NUMBER)"},
		"create tag":           {"GRANT CREATE TAG ON SCHEMA GOV.T TO ROLE R", "CREATE TAG GOV.T.NEW"},
		"create policy":        {"GRANT CREATE MASKING POLICY ON SCHEMA GOV.P TO ROLE R", "CREATE MASKING POLICY GOV.P.NEW AS (v VARCHAR) RETURNS VARCHAR -> v"},
		"create database role": {"GRANT CREATE DATABASE ROLE ON DATABASE D TO ROLE R", "CREATE DATABASE ROLE D.NEW"},
		"set tag":              {"GRANT APPLY TAG ON ACCOUNT TO ROLE R", "ALTER TABLE D.S.T MODIFY COLUMN ID SET TAG GOV.T.A = 'x'"},
		"set mask":             {"GRANT APPLY MASKING POLICY ON ACCOUNT TO ROLE R", "ALTER TABLE D.S.T MODIFY COLUMN EMAIL SET MASKING POLICY GOV.P.STAR"},
		"grant":                {"GRANT MANAGE GRANTS ON ACCOUNT TO ROLE R", "GRANT SELECT ON TABLE D.S.T TO ROLE OTHER"},
		"grant with option":    {"GRANT SELECT ON TABLE D.S.T TO ROLE R WITH GRANT OPTION", "GRANT SELECT ON TABLE D.S.T TO ROLE OTHER"},
		"grant role":           {"GRANT MANAGE GRANTS ON ACCOUNT TO ROLE R", "GRANT ROLE OTHER TO ROLE R"},
		"future grant":         {"GRANT MANAGE GRANTS ON ACCOUNT TO ROLE R", "GRANT SELECT ON FUTURE TABLES IN SCHEMA D.S TO ROLE OTHER"},
		"insert":               {"GRANT INSERT ON TABLE D.S.T TO ROLE R", "INSERT INTO D.S.T (ID) VALUES (9)"},
		"alter tag":            {"GRANT OWNERSHIP ON TAG GOV.T.A TO ROLE R", "ALTER TAG GOV.T.A SET COMMENT = 'x'"},
		"alter policy":         {"GRANT OWNERSHIP ON MASKING POLICY GOV.P.STAR TO ROLE R", "ALTER MASKING POLICY GOV.P.STAR SET BODY -> 'x'"},
		"drop table":           {"GRANT OWNERSHIP ON TABLE D.S.T TO ROLE R REVOKE CURRENT GRANTS", "DROP TABLE D.S.T"},
		"drop role":            {"GRANT OWNERSHIP ON ROLE OTHER TO ROLE R", "DROP ROLE OTHER"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, q := catalogued(t, setup...)
			r := s.role("R", strings.Split(strings.TrimSuffix(use, ";"), ";")...)
			if _, err := r.db.Exec(c.statement); err == nil {
				t.Fatalf("%s is allowed without %s", c.statement, c.grants)
			} else if !strings.Contains(err.Error(), "003001") && !strings.Contains(err.Error(), "002003") {
				t.Fatalf("%s: %v", c.statement, err)
			}
			q.exec(c.grants)
			r.exec(c.statement)
		})
	}
}

func TestGrantsShown(t *testing.T) {
	_, q := catalogued(t, "CREATE ROLE A", "CREATE ROLE B", "CREATE DATABASE ROLE D.DR", "CREATE USER U")
	q.exec("GRANT SELECT, INSERT ON TABLE D.S.T TO ROLE A", "GRANT SELECT ON TABLE D.S.T TO ROLE A", "GRANT SELECT ON TABLE D.S.T TO DATABASE ROLE D.DR",
		"GRANT USAGE ON DATABASE D TO ROLE B WITH GRANT OPTION", "GRANT ROLE A TO ROLE B", "GRANT ROLE B TO USER U", "GRANT DATABASE ROLE D.DR TO ROLE A", "GRANT ROLE PUBLIC TO ROLE A",
		"GRANT APPLY TAG ON ACCOUNT TO ROLE A")
	for query, want := range map[string]string{
		"SHOW GRANTS ON TABLE D.S.T": "INSERT|TABLE|D.S.T|ROLE|A|false|ACCOUNTADMIN;OWNERSHIP|TABLE|D.S.T|ROLE|ACCOUNTADMIN|true|ACCOUNTADMIN;" +
			"SELECT|TABLE|D.S.T|DATABASE_ROLE|D.DR|false|ACCOUNTADMIN;SELECT|TABLE|D.S.T|ROLE|A|false|ACCOUNTADMIN",
		"SHOW GRANTS TO ROLE B": "USAGE|DATABASE|D|ROLE|B|true|ACCOUNTADMIN;USAGE|ROLE|A|ROLE|B|false|ACCOUNTADMIN",
		"SHOW GRANTS TO USER U": "USAGE|ROLE|B|USER|U|false|ACCOUNTADMIN",
	} {
		if got := q.rows(query, "privilege", "granted_on", "name", "granted_to", "grantee_name", "grant_option", "granted_by"); sortedRows(got) != sortedRows(want) {
			t.Errorf("%s\ngot  %s\nwant %s", query, got, want)
		}
	}
	if got := q.rows("SHOW GRANTS OF ROLE A", "role", "granted_to", "grantee_name"); got != "A|ROLE|B" {
		t.Error(got)
	}
	if got := q.rows("SHOW GRANTS OF DATABASE ROLE D.DR", "granted_to", "grantee_name"); got != "ROLE|A" {
		t.Error(got)
	}
	if got := q.rows("SHOW GRANTS ON ACCOUNT", "privilege", "grantee_name"); !strings.Contains(got, "APPLY TAG|A") {
		t.Error(got)
	}
	if got := q.rows("SHOW GRANTS TO ROLE A", "privilege", "granted_on", "name"); !strings.Contains(got, "USAGE|DATABASE_ROLE|D.DR") || !strings.Contains(got, "APPLY TAG|ACCOUNT|EMULATOR") {
		t.Error(got)
	}
	q.exec("REVOKE SELECT, INSERT ON TABLE D.S.T FROM ROLE A", "REVOKE SELECT ON TABLE D.S.T FROM ROLE A", "REVOKE ROLE A FROM ROLE B", "REVOKE GRANT OPTION FOR USAGE ON DATABASE D FROM ROLE B")
	if got := q.rows("SHOW GRANTS TO ROLE B", "privilege", "name", "grant_option"); got != "USAGE|D|false" {
		t.Error(got)
	}
}

func sortedRows(s string) string {
	parts := strings.Split(s, ";")
	slices.Sort(parts)
	return strings.Join(parts, ";")
}

func TestFutureGrants(t *testing.T) {
	s, q := catalogued(t)
	r := s.role("R", "GRANT USAGE ON DATABASE D TO ROLE R", "GRANT USAGE ON FUTURE SCHEMAS IN DATABASE D TO ROLE R", "GRANT SELECT ON FUTURE TABLES IN DATABASE D TO ROLE R")
	q.exec("CREATE SCHEMA D.N", "CREATE TABLE D.N.T AS SELECT 1 AS X")
	if got := r.rows("SELECT X FROM D.N.T"); got != "1" {
		t.Error(got)
	}
	q.exec("CREATE ROLE OTHER", "GRANT SELECT ON FUTURE TABLES IN SCHEMA D.N TO ROLE OTHER", "CREATE TABLE D.N.U AS SELECT 1 AS X")
	r.refused(codeMissing, "SELECT X FROM D.N.U") // the schema's future grants take the database's place
	if got := q.rows("SHOW FUTURE GRANTS IN DATABASE D", "privilege", "grant_on", "name", "grant_to", "grantee_name", "grant_option"); sortedRows(got) !=
		"SELECT|TABLE|D.<TABLE>|ROLE|R|false;USAGE|SCHEMA|D.<SCHEMA>|ROLE|R|false" {
		t.Error(got)
	}
	if got := q.rows("SHOW FUTURE GRANTS TO ROLE OTHER", "privilege", "name"); got != "SELECT|D.N.<TABLE>" {
		t.Error(got)
	}
	q.exec("REVOKE SELECT ON FUTURE TABLES IN SCHEMA D.N FROM ROLE OTHER", "CREATE TABLE D.N.V AS SELECT 1 AS X")
	if got := r.rows("SELECT X FROM D.N.V"); got != "1" {
		t.Error(got)
	}
}

func TestOwnershipMoves(t *testing.T) {
	s, q := catalogued(t, "CREATE ROLE A")
	r := s.role("R", "GRANT USAGE ON DATABASE D TO ROLE R", "GRANT USAGE ON SCHEMA D.S TO ROLE R")
	q.exec("GRANT SELECT ON TABLE D.S.T TO ROLE A")
	q.refused(codeDependentGrant, "GRANT OWNERSHIP ON TABLE D.S.T TO ROLE R")
	q.exec("GRANT OWNERSHIP ON TABLE D.S.T TO ROLE R COPY CURRENT GRANTS")
	if got := r.rows("SELECT COUNT(*) FROM D.S.T"); got != "2" {
		t.Error(got)
	}
	if got := q.rows("SHOW GRANTS ON TABLE D.S.T", "privilege", "grantee_name", "granted_by"); sortedRows(got) != "OWNERSHIP|R|R;SELECT|A|R" {
		t.Error(got)
	}
	q.refused(codeMissing, "GRANT SELECT ON TABLE D.S.T TO ROLE NONE")
	q.refused(codeCompilation, "GRANT SELECT ON SCHEMA D.S TO ROLE A")
}
