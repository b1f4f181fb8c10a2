package snowflake

import (
	"strings"
	"testing"
	"time"
)

// tagOn gives value, method and level of a tag on a column, or on a table.
func (q queryer) tagOn(name string) string {
	q.t.Helper()
	domain := "TABLE"
	if strings.Count(name, ".") == 3 {
		domain = "COLUMN"
	}
	return q.rows("SELECT TAG_VALUE, APPLY_METHOD FROM TABLE(D.INFORMATION_SCHEMA.TAG_REFERENCES('" + name + "', '" + domain + "')) WHERE LEVEL = '" + domain + "' ORDER BY 1")
}

func TestTagsFollowDependencies(t *testing.T) {
	_, q := catalogued(t, "CREATE TAG GOV.T.P PROPAGATE = ON_DEPENDENCY", "CREATE TAG GOV.T.STAYS",
		"CREATE VIEW D.S.V AS SELECT LOWER(EMAIL) AS MAIL, ID, COUNTRY FROM D.S.T", "CREATE VIEW D.S.W (M, BOTH_OF, N) AS SELECT MAIL, MAIL || COUNTRY, ID FROM D.S.V WHERE COUNTRY <> ''",
		"CREATE MATERIALIZED VIEW D.S.MV AS SELECT EMAIL FROM D.S.T", "CREATE DYNAMIC TABLE D.S.DT TARGET_LAG = '1 minute' WAREHOUSE = WH AS SELECT EMAIL E FROM D.S.T")
	expect := func(want map[string]string) {
		t.Helper()
		for on, w := range want {
			if got := q.tagOn(on); got != w {
				t.Errorf("%s: %q, want %q", on, got, w)
			}
		}
	}
	set := func(on, v string) string {
		return "ALTER TABLE D.S." + on + " SET TAG GOV.T.P = '" + v + "'"
	}
	q.exec(set("T MODIFY COLUMN EMAIL", "a"), "ALTER TABLE D.S.T MODIFY COLUMN EMAIL SET TAG GOV.T.STAYS = 'x'", set("T", "whole"))
	expect(map[string]string{"D.S.V.MAIL": "a|PROPAGATED", "D.S.W.M": "a|PROPAGATED", "D.S.W.BOTH_OF": "a|PROPAGATED", "D.S.W.N": "", "D.S.V.ID": "", "D.S.MV.EMAIL": "a|PROPAGATED", "D.S.DT.E": "a|PROPAGATED",
		"D.S.V": "whole|PROPAGATED", "D.S.W": "whole|PROPAGATED"})
	q.exec(set("T MODIFY COLUMN EMAIL", "b"), set("T MODIFY COLUMN COUNTRY", "c"))
	expect(map[string]string{"D.S.V.MAIL": "b|PROPAGATED", "D.S.W.M": "b|PROPAGATED", "D.S.W.BOTH_OF": "CONFLICT|PROPAGATED", "D.S.MV.EMAIL": "b|PROPAGATED"})
	q.exec("ALTER TAG GOV.T.P SET ALLOWED_VALUES 'c', 'b', 'a', 'm', 'whole'", "ALTER TAG GOV.T.P SET PROPAGATE = ON_DEPENDENCY ON_CONFLICT = ALLOWED_VALUES_SEQUENCE")
	expect(map[string]string{"D.S.W.BOTH_OF": "CONFLICT|PROPAGATED"}) // what has been passed on stays as it is
	q.exec(set("T MODIFY COLUMN EMAIL", "a"))
	expect(map[string]string{"D.S.W.BOTH_OF": "c|PROPAGATED"})
	q.exec(set("V MODIFY COLUMN MAIL", "m"))
	expect(map[string]string{"D.S.V.MAIL": "m|MANUAL", "D.S.W.M": "m|PROPAGATED"})
	q.exec("ALTER VIEW D.S.V MODIFY COLUMN MAIL UNSET TAG GOV.T.P")
	expect(map[string]string{"D.S.V.MAIL": "a|PROPAGATED", "D.S.W.M": "a|PROPAGATED"})
	q.exec("ALTER VIEW D.S.W MODIFY COLUMN M UNSET TAG GOV.T.P")
	expect(map[string]string{"D.S.W.M": "a|PROPAGATED"}) // it comes back
	q.exec("ALTER TABLE D.S.T MODIFY COLUMN EMAIL UNSET TAG GOV.T.P")
	expect(map[string]string{"D.S.V.MAIL": "", "D.S.W.M": "", "D.S.W.BOTH_OF": "c|PROPAGATED", "D.S.MV.EMAIL": ""})
	q.exec("ALTER TAG GOV.T.P UNSET PROPAGATE", "ALTER TABLE D.S.T MODIFY COLUMN COUNTRY UNSET TAG GOV.T.P")
	expect(map[string]string{"D.S.W.BOTH_OF": "c|PROPAGATED"})
	q.exec("ALTER SCHEMA D.S SET TAG GOV.T.P = 'c'", "ALTER TAG GOV.T.P SET PROPAGATE = ON_DEPENDENCY", "CREATE VIEW D.S.X AS SELECT AMOUNT FROM D.S.T")
	expect(map[string]string{"D.S.X.AMOUNT": ""}) // what is inherited is not passed on
}

func TestTagsMoveWithData(t *testing.T) {
	_, q := catalogued(t, "CREATE TAG GOV.T.P PROPAGATE = ON_DATA_MOVEMENT ON_CONFLICT = 'mixed'", "ALTER TABLE D.S.T MODIFY COLUMN EMAIL SET TAG GOV.T.P = 'a', COLUMN COUNTRY SET TAG GOV.T.P = 'c'",
		"CREATE TABLE D.S.INTO1 (X VARCHAR, Y VARCHAR, Z NUMBER)", "CREATE TABLE D.S.MERGED (X VARCHAR, Y VARCHAR, Z NUMBER)", "CREATE TABLE D.S.UPD (X VARCHAR)", "CREATE VIEW D.S.V AS SELECT EMAIL FROM D.S.T")
	q.exec("CREATE TABLE D.S.CT AS SELECT ID, UPPER(EMAIL) U, COUNTRY || EMAIL B FROM D.S.T", "INSERT INTO D.S.INTO1 (Z, X) SELECT ID, EMAIL FROM D.S.T", "INSERT INTO D.S.UPD VALUES ('x')",
		"MERGE INTO D.S.MERGED m USING (SELECT * FROM D.S.T) s ON m.Z = s.ID WHEN MATCHED AND s.COUNTRY = 'DE' THEN DELETE WHEN MATCHED THEN UPDATE SET X = s.EMAIL WHEN NOT MATCHED THEN INSERT (Z, Y) VALUES (s.ID, s.COUNTRY)",
		"UPDATE D.S.UPD SET X = (SELECT MAX(EMAIL) FROM D.S.T)", "CREATE TABLE D.S.CLONED CLONE D.S.T")
	expect := func(on, want string) {
		t.Helper()
		if got := q.tagOn(on); got != want {
			t.Errorf("%s: %q, want %q", on, got, want)
		}
	}
	expect("D.S.CT.ID", "")
	expect("D.S.CT.U", "a|PROPAGATED")
	expect("D.S.CT.B", "mixed|PROPAGATED")
	expect("D.S.INTO1.X", "a|PROPAGATED")
	expect("D.S.INTO1.Y", "")
	expect("D.S.MERGED.X", "a|PROPAGATED")
	expect("D.S.MERGED.Y", "c|PROPAGATED")
	expect("D.S.UPD.X", "a|PROPAGATED")
	expect("D.S.V.EMAIL", "")
	expect("D.S.CLONED.EMAIL", "a|MANUAL")
	q.exec("ALTER TABLE D.S.T MODIFY COLUMN EMAIL SET TAG GOV.T.P = 'b'")
	expect("D.S.INTO1.X", "a|PROPAGATED") // it happened once
	q.exec("INSERT INTO D.S.INTO1 (X) SELECT EMAIL FROM D.S.T")
	expect("D.S.INTO1.X", "mixed|PROPAGATED")
	q.exec("ALTER TABLE D.S.INTO1 MODIFY COLUMN X UNSET TAG GOV.T.P")
	expect("D.S.INTO1.X", "")
	q.exec("ALTER TABLE D.S.INTO1 MODIFY COLUMN X SET TAG GOV.T.P = 'own'", "INSERT INTO D.S.INTO1 (X) SELECT EMAIL FROM D.S.T")
	expect("D.S.INTO1.X", "own|MANUAL")
	if got := q.rows("SELECT COUNT(*) FROM D.S.MERGED"); got != "2" {
		t.Error(got)
	}
	q.exec("UPDATE D.S.MERGED SET X = 'old'", "MERGE INTO D.S.MERGED USING D.S.T s ON MERGED.Z = s.ID WHEN MATCHED AND s.COUNTRY = 'DE' THEN DELETE WHEN MATCHED THEN UPDATE SET X = s.EMAIL, Y = NULL")
	if got := q.rows("SELECT X, Y, Z FROM D.S.MERGED"); got != "bo@b.example|∅|2" {
		t.Error(got)
	}
	q.refused(codeInvalidValue, "MERGE INTO D.S.MERGED USING (SELECT ID, EMAIL FROM D.S.T UNION ALL SELECT ID, EMAIL FROM D.S.T) s ON MERGED.Z = s.ID WHEN MATCHED THEN UPDATE SET X = s.EMAIL")
	q.exec("CREATE TAG GOV.T.M MULTI_VALUE = TRUE PROPAGATE = ON_DEPENDENCY_AND_DATA_MOVEMENT ON_CONFLICT = MERGE", "ALTER TABLE D.S.T MODIFY COLUMN SSN SET TAG GOV.T.M = 'x', COLUMN AMOUNT SET TAG GOV.T.M = 'y'",
		"CREATE DYNAMIC TABLE D.S.DT TARGET_LAG = '1 minute' WAREHOUSE = WH AS SELECT SSN || AMOUNT B FROM D.S.T")
	expect("D.S.DT.B", "x|PROPAGATED;y|PROPAGATED")
}

func TestTagsTakeTheirTime(t *testing.T) {
	now := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	s := serve(t, New(Options{Clock: func() time.Time { return now }, TagPropagationDelay: time.Minute, AccountUsageLag: -1}))
	s.seed("CREATE WAREHOUSE WH", "CREATE DATABASE D", "CREATE SCHEMA D.S", "CREATE TABLE D.S.T (A VARCHAR)", "CREATE VIEW D.S.V AS SELECT A FROM D.S.T", "CREATE TAG D.S.P PROPAGATE = ON_DEPENDENCY_AND_DATA_MOVEMENT",
		"ALTER TABLE D.S.T MODIFY COLUMN A SET TAG D.S.P = 'a'", "CREATE TABLE D.S.C AS SELECT A FROM D.S.T")
	q := queryer{t, s.admin()}
	q.exec("USE WAREHOUSE WH")
	all := func() string {
		return q.tagOn("D.S.V.A") + " " + q.tagOn("D.S.C.A") + " " + q.rows("SELECT OBJECT_NAME, APPLY_METHOD FROM SNOWFLAKE.ACCOUNT_USAGE.TAG_REFERENCES ORDER BY 1")
	}
	if got := all(); got != "  T|MANUAL" {
		t.Error(got)
	}
	now = now.Add(time.Minute)
	if got := all(); got != "a|PROPAGATED a|PROPAGATED C|PROPAGATED;T|MANUAL;V|PROPAGATED" {
		t.Error(got)
	}
	s.role("R", "GRANT USAGE ON WAREHOUSE WH TO ROLE R", "GRANT USAGE ON DATABASE D TO ROLE R", "GRANT USAGE, CREATE TAG ON SCHEMA D.S TO ROLE R").refused(codeDenied, "CREATE TAG D.S.Q PROPAGATE = ON_DEPENDENCY")
}
