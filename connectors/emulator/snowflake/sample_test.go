package snowflake

import (
	"context"
	"strings"
	"testing"

	"github.com/snowflakedb/gosnowflake"
)

func sampled(t *testing.T) *served {
	t.Helper()
	a, err := NewSample(Options{})
	if err != nil {
		t.Fatal(err)
	}
	return serve(t, a)
}

// as signs a person of the sample in.
func (s *served) as(user string) queryer {
	db := s.open(user, SamplePasswords()[user], "", func(c *gosnowflake.Config) { c.Warehouse = SampleWarehouse })
	return queryer{s.t, db}
}

// governance signs the sample's service user in by its token.
func (s *served) governance() queryer {
	db := s.open(SampleGovernanceUser, "", SampleGovernanceRole, func(c *gosnowflake.Config) {
		c.Authenticator, c.Token, c.Warehouse = gosnowflake.AuthTypePat, SampleGovernanceToken, SampleWarehouse
	})
	return queryer{s.t, db}
}

func TestSampleIsTheSameEveryTime(t *testing.T) {
	a, b := sampled(t), sampled(t)
	for _, table := range sampleTables {
		query := "SELECT COUNT(*), HASH_AGG(*) FROM " + table.database + "." + table.schema + "." + table.name
		if table.name == "EVENTS" {
			query = "SELECT COUNT(*), MIN(EVENT_ID) FROM RAW.WEB.EVENTS"
		}
		query = strings.Replace(query, "HASH_AGG(*)", "1", 1)
		x, err := a.Query(context.Background(), SampleGovernanceUser, SampleGovernanceRole, query)
		if err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		y, err := b.Query(context.Background(), SampleGovernanceUser, SampleGovernanceRole, query)
		if err != nil || x.Rows[0][0] != y.Rows[0][0] || x.Rows[0][1] != y.Rows[0][1] || x.Rows[0][0] == int64(0) {
			t.Errorf("%s: %v and %v, %v", query, x.Rows, y.Rows, err)
		}
	}
	if len(sampleTables) < 14 {
		t.Errorf("%d tables", len(sampleTables))
	}
}

func TestSampleToday(t *testing.T) {
	s := sampled(t)
	for _, user := range []string{"ALICE", "BOB", "CAROL"} {
		if got := s.as(user).rows("SELECT EMAIL FROM CRM_PROD.PUBLIC.CUSTOMERS ORDER BY ID LIMIT 1"); !strings.Contains(got, "@example.") {
			t.Errorf("%s sees %s", user, got)
		}
	}
	s.as("FRANK").refused(codeMissing, "SELECT * FROM CRM_PROD.PUBLIC.CUSTOMERS")
	g := s.governance()
	if got := g.rows("SELECT CURRENT_ROLE(), CURRENT_WAREHOUSE()"); got != "GOVERNANCE_ADMIN|WH" {
		t.Error(got)
	}
	if got := g.rows("SELECT COUNT(*) FROM HR.PUBLIC.EMPLOYEES"); got != "60" {
		t.Error(got)
	}
	if got := g.rows("SELECT COUNT(*) FROM SNOWFLAKE.ACCOUNT_USAGE.TABLES WHERE TABLE_CATALOG = 'CRM_PROD' AND DELETED IS NULL"); got != "9" {
		t.Errorf("account usage shows %s tables", got)
	}
	g.refused(codeDenied, "CREATE DATABASE X")
	g.refused(codeDenied, "DROP TABLE CRM_PROD.PUBLIC.CUSTOMERS")
}

// TestTagPolicyFromEndToEnd walks the way of a policy sync: tag, policy by tag, who sees what, and back.
func TestTagPolicyFromEndToEnd(t *testing.T) {
	s := sampled(t)
	g := s.governance()
	const first = "SELECT EMAIL, SSN FROM CRM_PROD.PUBLIC.CUSTOMERS WHERE SSN IS NOT NULL ORDER BY ID LIMIT 1"
	clear := s.as("BOB").rows(first)
	g.exec(`CREATE TAG "GOV"."TAGS"."PII" ALLOWED_VALUES 'email', 'ssn' COMMENT = 'Personal data'`,
		`CREATE MASKING POLICY "GOV"."POLICIES"."PII_STRING" AS (val VARCHAR) RETURNS VARCHAR -> CASE WHEN IS_ROLE_IN_SESSION('PII_READER') THEN val
 WHEN IS_ROLE_IN_SESSION('SUPPORT') AND SYSTEM$GET_TAG_ON_CURRENT_COLUMN('"GOV"."TAGS"."PII"') IN ('email') THEN REGEXP_REPLACE(val, '^[^@]*', '***') ELSE NULL END`,
		`ALTER TABLE "CRM_PROD"."PUBLIC"."CUSTOMERS" MODIFY COLUMN "EMAIL" SET TAG "GOV"."TAGS"."PII" = 'email', COLUMN "SSN" SET TAG "GOV"."TAGS"."PII" = 'ssn'`)
	if got := s.as("BOB").rows(first); got != clear {
		t.Errorf("a tag alone masks: %s", got)
	}
	g.exec(`ALTER TAG "GOV"."TAGS"."PII" SET MASKING POLICY "GOV"."POLICIES"."PII_STRING" FORCE`)
	want := map[string]string{"ALICE": clear, "CAROL": "***@" + strings.SplitN(strings.SplitN(clear, "|", 2)[0], "@", 2)[1] + "|∅", "GRACE": ""}
	const byID = "SELECT EMAIL, SSN FROM CRM_PROD.PUBLIC.CUSTOMERS WHERE ID = 3"
	clear3, err := s.Query(context.Background(), "ALICE", "PII_READER", byID)
	if err != nil {
		t.Fatal(err)
	}
	mail := clear3.Rows[0][0].(string)
	masked := "***" + mail[strings.Index(mail, "@"):]
	if got := s.as("ALICE").rows(first); got != want["ALICE"] {
		t.Errorf("ALICE sees %s", got)
	}
	if got := s.as("CAROL").rows(byID); got != masked+"|∅" {
		t.Errorf("CAROL sees %s", got)
	}
	if got := s.as("GRACE").rows(byID); got != masked+"|∅" {
		t.Errorf("GRACE, above SUPPORT, sees %s", got)
	}
	if got := s.as("BOB").rows(byID); got != "∅|∅" {
		t.Errorf("BOB sees %s", got)
	}
	if got := s.as("BOB").rows("SELECT COUNT(*) FROM CRM_PROD.PUBLIC.CUSTOMERS WHERE EMAIL LIKE '%@%'"); got != "0" {
		t.Errorf("BOB filters by clear values: %s", got)
	}
	if got := s.as("BOB").rows("SELECT EMAIL FROM CRM_PROD.PUBLIC.CUSTOMER_CONTACTS WHERE ID = 3"); got != "∅" {
		t.Errorf("BOB sees %s through a view", got)
	}
	g.refused(codePolicyInUse, `DROP MASKING POLICY "GOV"."POLICIES"."PII_STRING"`)
	g.refused(codePolicyInUse, `DROP TAG "GOV"."TAGS"."PII"`)
	g.refused(codePolicyInUse, `CREATE OR REPLACE MASKING POLICY "GOV"."POLICIES"."PII_STRING" AS (val VARCHAR) RETURNS VARCHAR -> val`)
	g.refused(codeTagValue, `ALTER TABLE CRM_PROD.PUBLIC.CUSTOMERS MODIFY COLUMN PHONE SET TAG GOV.TAGS.PII = 'phone'`)
	g.exec(`ALTER MASKING POLICY "GOV"."POLICIES"."PII_STRING" SET BODY -> 'x'`)
	if got := s.as("ALICE").rows(byID); got != "x|x" {
		t.Errorf("ALICE sees %s", got)
	}
	g.exec(`ALTER TAG "GOV"."TAGS"."PII" UNSET MASKING POLICY "GOV"."POLICIES"."PII_STRING"`, `DROP MASKING POLICY GOV.POLICIES.PII_STRING`, `DROP TAG GOV.TAGS.PII`)
	if got := s.as("BOB").rows(first); got != clear {
		t.Errorf("BOB sees %s at the end", got)
	}
}
