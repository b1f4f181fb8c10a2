package snowflake

import (
	"strings"
	"testing"
)

// TestApplyOnOneTagOrPolicy: APPLY on it and ownership of the table, both are needed.
func TestApplyOnOneTagOrPolicy(t *testing.T) {
	for name, c := range map[string]struct{ apply, statement string }{
		"tag":    {"GRANT APPLY ON TAG GOV.T.A TO ROLE R", "ALTER TABLE D.S.T MODIFY COLUMN EMAIL SET TAG GOV.T.A = 'x'"},
		"policy": {"GRANT APPLY ON MASKING POLICY GOV.P.STAR TO ROLE R", "ALTER TABLE D.S.T MODIFY COLUMN EMAIL SET MASKING POLICY GOV.P.STAR"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, q := catalogued(t, star, "CREATE TAG GOV.T.A")
			r := s.role("R", "GRANT USAGE ON DATABASE D TO ROLE R", "GRANT USAGE ON SCHEMA D.S TO ROLE R", "GRANT USAGE ON DATABASE GOV TO ROLE R", "GRANT USAGE ON SCHEMA GOV.T TO ROLE R",
				"GRANT USAGE ON SCHEMA GOV.P TO ROLE R", "GRANT SELECT ON TABLE D.S.T TO ROLE R")
			deny := func(with string) {
				t.Helper()
				if _, err := r.db.Exec(c.statement); err == nil || !strings.Contains(err.Error(), "003001") && !strings.Contains(err.Error(), "002003") {
					t.Errorf("with %s: %v", with, err)
				}
			}
			deny("neither")
			q.exec(c.apply)
			deny("APPLY alone")
			q.exec("GRANT OWNERSHIP ON TABLE D.S.T TO ROLE R REVOKE CURRENT GRANTS")
			r.exec(c.statement)
			q.exec(strings.NewReplacer("GRANT", "REVOKE", " TO ", " FROM ").Replace(c.apply))
			deny("ownership alone")
		})
	}
}

// TestOwnersDoNotTakeMasksOff: neither the table's owner nor the tag's may do so without APPLY MASKING POLICY.
func TestOwnersDoNotTakeMasksOff(t *testing.T) {
	s, q := catalogued(t, star, "CREATE TAG GOV.T.A", "ALTER TABLE D.S.T MODIFY COLUMN EMAIL SET MASKING POLICY GOV.P.STAR", "ALTER SCHEMA D.S SET TAG GOV.T.A = 'x'",
		"ALTER TAG GOV.T.A SET MASKING POLICY GOV.P.STAR")
	r := s.role("R", "GRANT USAGE ON DATABASE D TO ROLE R", "GRANT USAGE ON SCHEMA D.S TO ROLE R", "GRANT USAGE ON DATABASE GOV TO ROLE R", "GRANT USAGE ON SCHEMA GOV.T TO ROLE R",
		"GRANT USAGE ON SCHEMA GOV.P TO ROLE R", "GRANT OWNERSHIP ON TABLE D.S.T TO ROLE R", "GRANT OWNERSHIP ON TAG GOV.T.A TO ROLE R", "GRANT OWNERSHIP ON SCHEMA D.S TO ROLE R REVOKE CURRENT GRANTS")
	for _, statement := range []string{
		"ALTER TABLE D.S.T MODIFY COLUMN EMAIL UNSET MASKING POLICY",
		"ALTER TAG GOV.T.A UNSET MASKING POLICY GOV.P.STAR",
		"ALTER SCHEMA D.S UNSET TAG GOV.T.A",
		"DROP TAG GOV.T.A",
	} {
		if _, err := r.db.Exec(statement); err == nil {
			t.Errorf("%s succeeds", statement)
		}
	}
	if got := r.rows("SELECT DISTINCT EMAIL, SSN FROM D.S.T"); got != "***|***" {
		t.Errorf("the owner sees %s", got)
	}
	q.exec("GRANT APPLY MASKING POLICY ON ACCOUNT TO ROLE R")
	r.exec("ALTER TABLE D.S.T MODIFY COLUMN EMAIL UNSET MASKING POLICY", "ALTER TAG GOV.T.A UNSET MASKING POLICY GOV.P.STAR", "ALTER SCHEMA D.S UNSET TAG GOV.T.A", "DROP TAG GOV.T.A")
}

// TestUsersWithoutARole sign in as PUBLIC and see nothing.
func TestUsersWithoutARole(t *testing.T) {
	s, _ := catalogued(t, "CREATE USER NOBODY PASSWORD = 'pw'")
	nobody := queryer{t, s.open("NOBODY", "pw", "")}
	if got := nobody.rows("SELECT CURRENT_ROLE()"); got != rolePublic {
		t.Error(got)
	}
	if got := nobody.rows("SHOW DATABASES", "name"); got != systemDatabase {
		t.Error(got)
	}
	nobody.refused(codeMissing, "USE SCHEMA D.S")
	nobody.refused(codeParentMissing, "USE DATABASE D")
	nobody.refused(codeDenied, "CREATE ROLE X")
	nobody.refused(codeDenied, "USE ROLE ACCOUNTADMIN")
	nobody.refused(codeDenied, "GRANT ROLE ACCOUNTADMIN TO USER NOBODY")
	nobody.refused(codeDenied, "ALTER USER ADMIN SET PASSWORD = 'x'")
}
