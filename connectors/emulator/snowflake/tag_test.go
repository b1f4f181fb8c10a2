package snowflake

import (
	"fmt"
	"strings"
	"testing"
)

// catalogued is an account with a warehouse, GOV.T for tags, GOV.P for policies and D.S.T with some columns; the session is ACCOUNTADMIN's.
func catalogued(t *testing.T, more ...string) (*served, queryer) {
	t.Helper()
	s := fresh(t)
	s.seed(append([]string{"CREATE WAREHOUSE WH", "GRANT USAGE ON WAREHOUSE WH TO ROLE PUBLIC", "CREATE DATABASE GOV", "CREATE SCHEMA GOV.T", "CREATE SCHEMA GOV.P",
		"CREATE DATABASE D", "CREATE SCHEMA D.S", "CREATE TABLE D.S.T (ID NUMBER(10,0) NOT NULL, EMAIL VARCHAR(100), SSN VARCHAR(20), COUNTRY VARCHAR(2), AMOUNT NUMBER(10,2))",
		"INSERT INTO D.S.T VALUES (1, 'ann@a.example', '123-45-6789', 'DE', 10.50), (2, 'bo@b.example', NULL, 'US', 7)"}, more...)...)
	q := queryer{t, s.admin()}
	q.exec("USE WAREHOUSE WH")
	return s, q
}

func TestAllowedValues(t *testing.T) {
	_, q := catalogued(t)
	set := func(v string) string { return "ALTER TABLE D.S.T MODIFY COLUMN EMAIL SET TAG GOV.T.PII = '" + v + "'" }
	list := func() string { return q.rows("SHOW TAGS IN SCHEMA GOV.T", "name", "allowed_values") }
	q.exec("CREATE TAG GOV.T.PII ALLOWED_VALUES 'email', 'ssn' COMMENT = 'what'")
	if got := list(); got != `PII|["email","ssn"]` {
		t.Error(got)
	}
	q.exec(set("email"))
	q.refused(codeTagValue, set("phone"))
	q.exec("ALTER TAG GOV.T.PII ADD ALLOWED_VALUES 'phone'", set("phone"), "ALTER TAG GOV.T.PII DROP ALLOWED_VALUES 'phone'", "ALTER TAG GOV.T.PII SET ALLOWED_VALUES 'x', 'email'")
	if got := list(); got != `PII|["x","email"]` {
		t.Error(got)
	}
	if got := q.rows("SELECT SYSTEM$GET_TAG('GOV.T.PII', 'D.S.T.EMAIL', 'COLUMN')"); got != "phone" {
		t.Errorf("a value outside the list does not stay: %s", got)
	}
	q.exec("ALTER TAG GOV.T.PII DROP ALLOWED_VALUES 'x', 'email'")
	if got := list(); got != "PII|[]" {
		t.Errorf("an emptied list: %s", got)
	}
	q.refused(codeTagValue, set("email"))
	q.exec("ALTER TAG GOV.T.PII UNSET ALLOWED_VALUES", set("anything"), "ALTER TAG GOV.T.PII SET COMMENT = 'new'", "ALTER TAG GOV.T.PII SET PROPAGATE = ON_DEPENDENCY")
	if got := q.rows("SHOW TAGS LIKE 'pi%' IN ACCOUNT", "name", "allowed_values", "comment", "propagate"); got != "PII|new|∅|ON_DEPENDENCY" {
		t.Error(got)
	}
	q.exec("ALTER TAG GOV.T.PII UNSET PROPAGATE")
	q.refused(codeExists, "CREATE TAG GOV.T.PII")
	q.exec("CREATE TAG IF NOT EXISTS GOV.T.PII", "DROP TAG GOV.T.PII", "DROP TAG IF EXISTS GOV.T.PII")
	q.refused(codeMissing, "DROP TAG GOV.T.PII")
}

func TestTagLevels(t *testing.T) {
	_, q := catalogued(t)
	q.exec("CREATE TAG GOV.T.A", "CREATE TAG GOV.T.B", "ALTER DATABASE D SET TAG GOV.T.A = 'db'", "ALTER SCHEMA D.S SET TAG GOV.T.B = 'schema'",
		`ALTER TABLE D.S.T SET TAG GOV.T.A = 'table', GOV.T.B = 'table'`,
		`ALTER TABLE "D"."S"."T" MODIFY COLUMN "EMAIL" SET TAG GOV.T.A = 'e', COLUMN "SSN" SET TAG GOV.T.A = 's'`)
	const columns = "SELECT TAG_NAME, TAG_VALUE, APPLY_METHOD, LEVEL, OBJECT_NAME, DOMAIN, COLUMN_NAME FROM TABLE(D.INFORMATION_SCHEMA."
	cases := map[string]string{
		columns + "TAG_REFERENCES('D.S.T', 'TABLE')) ORDER BY 1":                                        "A|table|MANUAL|TABLE|T|TABLE|∅;B|table|MANUAL|TABLE|T|TABLE|∅",
		columns + "TAG_REFERENCES('D.S', 'SCHEMA')) ORDER BY 1":                                         "A|db|INHERITED|DATABASE|S|SCHEMA|∅;B|schema|MANUAL|SCHEMA|S|SCHEMA|∅",
		columns + "TAG_REFERENCES('D.S.T.EMAIL', 'COLUMN')) ORDER BY 1":                                 "A|e|MANUAL|COLUMN|T|COLUMN|EMAIL;B|table|INHERITED|TABLE|T|COLUMN|EMAIL",
		"SELECT SYSTEM$GET_TAG('GOV.T.A', 'D.S.T.ID', 'COLUMN')":                                        "table",
		"SELECT SYSTEM$GET_TAG('GOV.T.A', 'D', 'DATABASE')":                                             "db",
		"SELECT SYSTEM$GET_TAG('GOV.T.B', 'D', 'DATABASE')":                                             "∅",
		"SELECT COUNT(*) FROM TABLE(D.INFORMATION_SCHEMA.TAG_REFERENCES_ALL_COLUMNS('D.S.T', 'TABLE'))": "10",
	}
	for query, want := range cases {
		if got := q.rows(query); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", query, got, want)
		}
	}
	union := columns + "TAG_REFERENCES_ALL_COLUMNS('\"D\".\"S\".\"T\"', 'TABLE')) WHERE LEVEL = 'COLUMN' UNION ALL " + columns + "TAG_REFERENCES('D.S.T', 'TABLE')) ORDER BY 2, 1"
	if got := q.rows(union); strings.Count(got, ";") != 3 {
		t.Errorf("union: %s", got)
	}
	q.exec("ALTER TABLE D.S.T MODIFY COLUMN EMAIL UNSET TAG GOV.T.A, COLUMN SSN UNSET TAG GOV.T.A", "ALTER TABLE D.S.T UNSET TAG GOV.T.A, GOV.T.B",
		"ALTER TABLE D.S.T UNSET TAG GOV.T.A")
	if got := q.rows("SELECT SYSTEM$GET_TAG('GOV.T.A', 'D.S.T.EMAIL', 'COLUMN')"); got != "db" {
		t.Error(got)
	}
	q.refused(codeMissing, "SELECT * FROM TABLE(D.INFORMATION_SCHEMA.TAG_REFERENCES('D.S.NOPE', 'TABLE'))")
}

func TestTagLimits(t *testing.T) {
	_, q := catalogued(t)
	var columns, pairs []string
	for i := range 101 {
		columns = append(columns, fmt.Sprintf("C%d NUMBER", i))
		pairs = append(pairs, fmt.Sprintf("COLUMN C%d SET TAG GOV.T.A = 'x'", i))
	}
	q.exec("CREATE TAG GOV.T.A", "CREATE TABLE D.S.WIDE ("+strings.Join(columns, ", ")+")", "ALTER TABLE D.S.WIDE MODIFY "+strings.Join(pairs[:100], ", "))
	q.refused(codeTagQuota, "ALTER TABLE D.S.WIDE MODIFY "+strings.Join(pairs, ", "))
	for i := range 51 {
		q.exec(fmt.Sprintf("CREATE TAG GOV.T.N%d", i))
		if i < 49 {
			q.exec(fmt.Sprintf("ALTER TABLE D.S.WIDE MODIFY COLUMN C0 SET TAG GOV.T.N%d = 'x'", i))
		}
	}
	q.refused(codeTagQuota, "ALTER TABLE D.S.WIDE MODIFY COLUMN C1 SET TAG GOV.T.N50 = 'x'")
	q.refused(codeTagValue, "ALTER TABLE D.S.WIDE SET TAG GOV.T.A = '"+strings.Repeat("x", 257)+"'")
	q.refused(codeMissing, "ALTER TABLE D.S.WIDE SET TAG GOV.T.NONE = 'x'")
	q.refused(codeInvalidIdentifier, "ALTER TABLE D.S.WIDE MODIFY COLUMN NONE SET TAG GOV.T.A = 'x'")
}

// TestTagStatementsAreAtomic: one bad pair, and nothing is set.
func TestTagStatementsAreAtomic(t *testing.T) {
	_, q := catalogued(t)
	q.exec("CREATE TAG GOV.T.A ALLOWED_VALUES 'x'")
	q.refused(codeTagValue, "ALTER TABLE D.S.T MODIFY COLUMN EMAIL SET TAG GOV.T.A = 'x', COLUMN SSN SET TAG GOV.T.A = 'y'")
	if got := q.rows("SELECT COUNT(*) FROM TABLE(D.INFORMATION_SCHEMA.TAG_REFERENCES_ALL_COLUMNS('D.S.T', 'TABLE'))"); got != "0" {
		t.Errorf("%s tags were set", got)
	}
}

// TestTagsOnKinds: what the documentation lists carries tags, other things refuse them; a routine is named with its types.
func TestTagsOnKinds(t *testing.T) {
	_, q := catalogued(t, "CREATE TAG GOV.T.A", "CREATE FUNCTION D.S.F(X NUMBER) RETURNS NUMBER AS 'X'", "CREATE STAGE D.S.G", "CREATE SEQUENCE D.S.Q", "CREATE ROLE R")
	q.exec("ALTER FUNCTION D.S.F(NUMBER) SET TAG GOV.T.A = 'f'", "ALTER STAGE D.S.G SET TAG GOV.T.A = 'g'", "ALTER ROLE R SET TAG GOV.T.A = 'r'", "ALTER WAREHOUSE WH SET TAG GOV.T.A = 'w'")
	for domain, object := range map[string]string{"FUNCTION": `"D"."S"."F"(NUMBER)`, "STAGE": "D.S.G", "ROLE": "R", "WAREHOUSE": "WH"} {
		if got := q.rows("SELECT TAG_VALUE, LEVEL, DOMAIN FROM TABLE(D.INFORMATION_SCHEMA.TAG_REFERENCES('" + object + "', '" + domain + "'))"); !strings.HasSuffix(got, "|"+domain+"|"+domain) {
			t.Errorf("%s: %s", object, got)
		}
	}
	q.refused(codeTagging, "ALTER SEQUENCE D.S.Q SET TAG GOV.T.A = 'q'")
	q.refused(codeMissing, "SELECT * FROM TABLE(D.INFORMATION_SCHEMA.TAG_REFERENCES('D.S.F(VARCHAR)', 'FUNCTION'))")
}
