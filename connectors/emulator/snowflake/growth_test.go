package snowflake

import (
	"strings"
	"testing"
)

func TestInheritedGrants(t *testing.T) {
	s, q := catalogued(t)
	clerk := s.reader("CLERK")
	q.exec("REVOKE SELECT ON TABLE D.S.T FROM ROLE CLERK", "GRANT INHERITED SELECT ON ALL TABLES IN DATABASE D TO ROLE CLERK")
	if got := clerk.rows("SELECT COUNT(*) FROM D.S.T"); got != "2" {
		t.Error(got)
	}
	q.exec("CREATE TABLE D.S.LATER (A NUMBER)", "CREATE VIEW D.S.V AS SELECT 1 AS A", "REVOKE SELECT ON TABLE D.S.LATER FROM ROLE CLERK")
	if got := clerk.rows("SELECT COUNT(*) FROM D.S.LATER"); got != "0" {
		t.Errorf("a table that came later: %s", got)
	}
	clerk.refused(codeMissing, "SELECT * FROM D.S.V")
	clerk.refused(codeDenied, "DELETE FROM D.S.T")
	if got := q.rows("SHOW GRANTS LIKE '' TO ROLE CLERK", "privilege", "granted_on", "name"); !strings.Contains(got, "SELECT|TABLE|") {
		t.Errorf("the row has no name: %s", got)
	}
	if got := clerk.rows("SELECT COUNT(*) FROM D.INFORMATION_SCHEMA.TABLES WHERE TABLE_NAME = 'T'"); got != "0" {
		t.Errorf("information schemas know nothing of it: %s", got)
	}
	clerk.refused(codeDenied, "GRANT INHERITED SELECT ON ALL TABLES IN DATABASE D TO ROLE CLERK")
	q.refused(codeCompilation, "GRANT INHERITED SELECT ON TABLE D.S.T TO ROLE CLERK")
	q.refused(codeCompilation, "GRANT INHERITED SELECT ON ALL TABLES IN ACCOUNT TO ROLE CLERK WITH GRANT OPTION")
	q.exec("REVOKE INHERITED SELECT ON ALL TABLES IN DATABASE D FROM ROLE CLERK")
	clerk.refused(codeMissing, "SELECT COUNT(*) FROM D.S.T")
}

func TestManageGrantsOnAContainer(t *testing.T) {
	s, q := catalogued(t, "CREATE SCHEMA D.OTHER", "CREATE TABLE D.OTHER.T (A NUMBER)", "CREATE ROLE R")
	clerk := s.reader("CLERK")
	q.exec("GRANT MANAGE GRANTS ON SCHEMA D.S TO ROLE CLERK", "GRANT USAGE ON SCHEMA D.OTHER TO ROLE CLERK", "GRANT SELECT ON TABLE D.OTHER.T TO ROLE CLERK")
	clerk.exec("GRANT SELECT ON TABLE D.S.T TO ROLE R", "GRANT SELECT ON FUTURE TABLES IN SCHEMA D.S TO ROLE R")
	clerk.refused(codeDenied, "GRANT SELECT ON TABLE D.OTHER.T TO ROLE R")
	clerk.refused(codeDenied, "GRANT OWNERSHIP ON TABLE D.S.T TO ROLE R COPY CURRENT GRANTS")
	q.exec("REVOKE MANAGE GRANTS ON SCHEMA D.S FROM ROLE CLERK")
	if got := q.rows("SHOW GRANTS TO ROLE R", "privilege", "name"); got != "SELECT|D.S.T" {
		t.Errorf("what was given stays: %s", got)
	}
	q.exec("GRANT ALL ON SCHEMA D.S TO ROLE R")
	if got := q.rows("SHOW GRANTS TO ROLE R", "privilege"); strings.Contains(got, "MANAGE GRANTS") {
		t.Error("ALL gives MANAGE GRANTS")
	}
}

func TestTagsWithSeveralValues(t *testing.T) {
	_, q := catalogued(t, "CREATE TAG GOV.T.M ALLOWED_VALUES 'a', 'b', 'c' MULTI_VALUE = TRUE", "CREATE TAG GOV.T.ONE")
	const on, refs = "ALTER TABLE D.S.T MODIFY COLUMN EMAIL ", "SELECT TAG_VALUE FROM TABLE(D.INFORMATION_SCHEMA.TAG_REFERENCES('D.S.T.EMAIL', 'COLUMN')) ORDER BY 1"
	q.exec(on+"ADD VALUE 'a' FOR TAG GOV.T.M", on+"ADD VALUE 'b' FOR TAG GOV.T.M", on+"ADD VALUE 'b' FOR TAG GOV.T.M", on+"DROP VALUE 'c' FOR TAG GOV.T.M")
	if got := q.rows(refs); got != "a;b" {
		t.Error(got)
	}
	q.refused(codeInvalidValue, "SELECT SYSTEM$GET_TAG('GOV.T.M', 'D.S.T.EMAIL', 'COLUMN')")
	q.refused(codeTagValue, on+"ADD VALUE 'x' FOR TAG GOV.T.M")
	q.refused(codeInvalidValue, on+"ADD VALUE 'x' FOR TAG GOV.T.ONE")
	q.exec("ALTER TAG GOV.T.M SET MULTI_VALUE = FALSE", on+"ADD VALUE 'c' FOR TAG GOV.T.M", on+"DROP VALUE 'a' FOR TAG GOV.T.M")
	if got := q.rows(refs); got != "b;c" {
		t.Errorf("the switch has one way only: %s", got)
	}
	q.exec(on+"SET TAG GOV.T.M = 'a'", "ALTER TABLE D.S.T ADD VALUE 'a' FOR TAG GOV.T.M", "ALTER TABLE D.S.T ADD VALUE 'b' FOR TAG GOV.T.M")
	if got := q.rows(refs); got != "a" {
		t.Errorf("SET TAG replaces all values: %s", got)
	}
	q.exec(on + "UNSET TAG GOV.T.M")
	if got := q.rows(refs); got != "a;b" {
		t.Errorf("from the table both are inherited: %s", got)
	}
}

// TestListingsOfGrantsHaveTheirOwnNames covers rows of SHOW GRANTS that no GRANT would name so.
func TestListingsOfGrantsHaveTheirOwnNames(t *testing.T) {
	_, q := catalogued(t, "CREATE ROLE R", "CREATE HYBRID TABLE D.S.H (A NUMBER PRIMARY KEY)")
	q.exec("GRANT SELECT ON TABLE D.S.H TO ROLE R", "ALTER TABLE D.S.T ADD SEARCH OPTIMIZATION", "GRANT OWNERSHIP ON TABLE D.S.T TO ROLE R COPY CURRENT GRANTS")
	got := q.rows("SHOW GRANTS TO ROLE R", "privilege", "granted_on", "name")
	if !strings.HasPrefix(got, "SELECT|HYBRID_TABLE|D.S.H;OWNERSHIP|TABLE|D.S.T;OWNERSHIP|MATERIALIZED_VIEW|D.S.IDX_MV_") {
		t.Error(got)
	}
	q.exec("GRANT ROLE R TO ROLE ACCOUNTADMIN", "ALTER TABLE D.S.T DROP SEARCH OPTIMIZATION")
	if got := q.rows("SHOW GRANTS TO ROLE R", "name"); strings.Contains(got, "IDX_MV") {
		t.Error(got)
	}
}

func TestInformationSchemaRefusesTooMuch(t *testing.T) {
	s, q := catalogued(t)
	s.opt.InformationSchemaLimit = 3
	q.refused(codeTooMuchData, "SELECT * FROM D.INFORMATION_SCHEMA.COLUMNS")
	if got := q.rows("SELECT COLUMN_NAME FROM D.INFORMATION_SCHEMA.COLUMNS WHERE COLUMN_NAME LIKE 'E%'"); got != "EMAIL" {
		t.Error(got)
	}
}

// TestFutureGrantsOfASchemaComeFirst: one on a kind in a schema makes those of the database on that kind count nowhere in it, whoever they are to.
func TestFutureGrantsOfASchemaComeFirst(t *testing.T) {
	_, q := catalogued(t, "CREATE ROLE A", "CREATE ROLE B", "CREATE SCHEMA D.OTHER")
	q.exec("GRANT SELECT ON FUTURE TABLES IN DATABASE D TO ROLE A", "GRANT SELECT ON FUTURE VIEWS IN DATABASE D TO ROLE A", "GRANT INSERT ON FUTURE TABLES IN SCHEMA D.S TO ROLE B",
		"CREATE TABLE D.S.N (A NUMBER)", "CREATE VIEW D.S.W AS SELECT 1 AS A", "CREATE TABLE D.OTHER.N (A NUMBER)")
	if got := q.rows("SHOW GRANTS TO ROLE A", "name") + " " + q.rows("SHOW GRANTS TO ROLE B", "name"); got != "D.OTHER.N;D.S.W D.S.N" {
		t.Error(got)
	}
}

// TestMaskingTagsMoveWithTheirSchema: a table that leaves a tagged schema leaves the mask.
func TestMaskingTagsMoveWithTheirSchema(t *testing.T) {
	_, q := catalogued(t, star, "CREATE TAG GOV.T.PII", "CREATE SCHEMA D.OTHER", "ALTER TAG GOV.T.PII SET MASKING POLICY GOV.P.STAR", "ALTER SCHEMA D.S SET TAG GOV.T.PII = 'x'")
	if got := q.rows("SELECT EMAIL FROM D.S.T WHERE ID = 1"); got != "***" {
		t.Error(got)
	}
	q.exec("ALTER TABLE D.S.T RENAME TO D.OTHER.T")
	if got := q.rows("SELECT EMAIL FROM D.OTHER.T WHERE ID = 1"); got != "ann@a.example" {
		t.Error(got)
	}
}

// TestMissingTargets: IF EXISTS takes a typing error for success, without it the object is missing.
func TestMissingTargets(t *testing.T) {
	_, q := catalogued(t)
	q.exec("ALTER MASKING POLICY IF EXISTS GOV.P.NONE SET BODY -> 'x'", "DROP MASKING POLICY IF EXISTS GOV.P.NONE", "ALTER TABLE IF EXISTS D.S.NONE SET COMMENT = 'x'")
	q.refused(codeMissing, "ALTER MASKING POLICY GOV.P.NONE SET BODY -> 'x'")
	q.refused(codeMissing, "DROP MASKING POLICY GOV.P.NONE")
}

// TestTagsThatMaskNeedTheRightToMask: on a schema or database one that masks is set with APPLY MASKING POLICY only.
func TestTagsThatMaskNeedTheRightToMask(t *testing.T) {
	s, q := catalogued(t, star, "CREATE TAG GOV.T.PII", "ALTER TAG GOV.T.PII SET MASKING POLICY GOV.P.STAR", "CREATE TAG GOV.T.PLAIN")
	clerk := s.reader("CLERK")
	q.exec("GRANT APPLY TAG ON ACCOUNT TO ROLE CLERK")
	clerk.exec("ALTER TABLE D.S.T SET TAG GOV.T.PII = 'x'", "ALTER SCHEMA D.S SET TAG GOV.T.PLAIN = 'x'")
	clerk.refused(codeDenied, "ALTER SCHEMA D.S SET TAG GOV.T.PII = 'x'")
	clerk.refused(codeDenied, "ALTER DATABASE D SET TAG GOV.T.PII = 'x'")
	q.exec("GRANT APPLY MASKING POLICY ON ACCOUNT TO ROLE CLERK")
	clerk.exec("ALTER SCHEMA D.S SET TAG GOV.T.PII = 'x'")
}
