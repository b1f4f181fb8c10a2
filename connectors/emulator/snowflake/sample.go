package snowflake

import (
	"fmt"
	"time"

	"github.com/polsync/polsync/connectors/emulator/sample"
)

// Users, secrets and the warehouse of the sample. All names, numbers and addresses of the sample are synthetic: generated here, in ranges set
// aside for examples where there are such.
const (
	SampleGovernanceUser     = "GOVERNANCE_SVC" // its default role is SampleGovernanceRole
	SampleGovernancePassword = "sample-governance"
	SampleGovernanceToken    = "pat-sample-governance" // a programmatic access token of SampleGovernanceUser
	SampleGovernanceRole     = "GOVERNANCE_ADMIN"
	SampleWarehouse          = "WH"
)

// sampleAge is how old everything in the sample is, so that the account's usage views show it at once.
const sampleAge = 30 * 24 * time.Hour

// SamplePasswords gives the passwords of the sample's people by user.
func SamplePasswords() map[string]string {
	out := map[string]string{AdminUser: AdminPassword}
	for _, p := range samplePeople {
		out[p.name] = "sample-" + p.name
	}
	return out
}

// samplePeople lists the users with their roles, the default first.
var samplePeople = []struct {
	name  string
	roles []string
}{
	{"ALICE", []string{"PII_READER"}},
	{"BOB", []string{"ANALYST"}},
	{"CAROL", []string{"SUPPORT"}},
	{"DAVE", []string{"HR"}},
	{"ERIN", []string{"FINANCE", "AUDITOR"}},
	{"FRANK", []string{"CONTRACTOR"}},
	{"GRACE", []string{"SUPPORT_LEAD"}},
}

var sampleRoles = []string{"ANALYST", "PII_READER", "SUPPORT", "SUPPORT_LEAD", "HR", "FINANCE", "LOADER", "TRANSFORMER", "CONTRACTOR", "AUDITOR",
	"SALES_OPS", SampleGovernanceRole}

// NewSample makes an account filled with the sample: databases CRM_PROD, HR, SALES and RAW with tables, views and grants made by hand, and
// GOV, whose schemas TAGS and POLICIES are empty and belong to SampleGovernanceRole.
func NewSample(opt Options) (*Account, error) {
	a := New(opt)
	if err := a.Backdate(sampleAge, a.fillSample); err != nil {
		a.Close()
		return nil, fmt.Errorf("filling the sample account: %w", err)
	}
	return a, nil
}

func (a *Account) fillSample() error {
	if err := a.Exec(roleAccountAdmin, samplePrincipals()...); err != nil {
		return err
	}
	if err := a.AddAccessToken(SampleGovernanceUser, "SAMPLE", SampleGovernanceToken, SampleGovernanceRole); err != nil {
		return err
	}
	if err := a.Exec(roleSysAdmin, sampleContainers...); err != nil {
		return err
	}
	for _, t := range sampleTables {
		if err := a.fillSampleTable(t); err != nil {
			return fmt.Errorf("table %s: %w", t.name, err)
		}
	}
	if err := a.Exec(roleSysAdmin, sampleViews...); err != nil {
		return err
	}
	return a.Exec(roleAccountAdmin, sampleGrants()...)
}

func samplePrincipals() []string {
	out := []string{"CREATE WAREHOUSE " + SampleWarehouse + " COMMENT = 'Shared'", "GRANT USAGE ON WAREHOUSE " + SampleWarehouse + " TO ROLE PUBLIC"}
	for _, r := range sampleRoles {
		out = append(out, "CREATE ROLE "+r, "GRANT ROLE "+r+" TO ROLE SYSADMIN")
	}
	out = append(out, "GRANT ROLE SUPPORT TO ROLE SUPPORT_LEAD",
		"CREATE USER "+SampleGovernanceUser+" PASSWORD = '"+SampleGovernancePassword+"' DEFAULT_ROLE = "+SampleGovernanceRole+
			" DEFAULT_WAREHOUSE = "+SampleWarehouse+" TYPE = LEGACY_SERVICE COMMENT = 'Applies policies'",
		"GRANT ROLE "+SampleGovernanceRole+" TO USER "+SampleGovernanceUser)
	for _, p := range samplePeople {
		out = append(out, "CREATE USER "+p.name+" PASSWORD = 'sample-"+p.name+"' DEFAULT_ROLE = "+p.roles[0]+" DEFAULT_WAREHOUSE = "+SampleWarehouse)
		for _, r := range p.roles {
			out = append(out, "GRANT ROLE "+r+" TO USER "+p.name)
		}
	}
	return out
}

// fillSampleTable makes a table and loads its rows, which are values already.
func (a *Account) fillSampleTable(t sampleTable) error {
	name := t.database + "." + t.schema + "." + t.name
	if err := a.Exec(roleSysAdmin, "CREATE TABLE "+name+" ("+t.columns+") COMMENT = '"+t.comment+"'"); err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	o := a.root.child("database", t.database).child("schema", t.schema).child("relation", t.name)
	g := sample.NewGenerator(name)
	for i := range t.rows {
		row := t.row(g, i+1)
		if len(row) != len(o.rel.columns) {
			return fmt.Errorf("row %d has %d values for %d columns", i+1, len(row), len(o.rel.columns))
		}
		o.rel.rows = append(o.rel.rows, row)
	}
	a.touch(o)
	a.settle()
	return nil
}

var sampleContainers = []string{
	"CREATE DATABASE CRM_PROD COMMENT = 'Customers and how we talk to them'",
	"CREATE DATABASE HR COMMENT = 'Employees'",
	"CREATE DATABASE SALES COMMENT = 'Leads and targets'",
	"CREATE DATABASE RAW COMMENT = 'Data as it was delivered'",
	"CREATE SCHEMA RAW.WEB COMMENT = 'Clickstream'",
	"CREATE SCHEMA RAW.ERP COMMENT = 'Nightly exports'",
	"CREATE DATABASE GOV COMMENT = 'Tags and policies'",
	"CREATE SCHEMA GOV.TAGS",
	"CREATE SCHEMA GOV.POLICIES",
}

var sampleViews = []string{
	"CREATE VIEW CRM_PROD.PUBLIC.CUSTOMER_CONTACTS COMMENT = 'Who to call' AS SELECT ID, NAME, EMAIL, PHONE FROM CRM_PROD.PUBLIC.CUSTOMERS",
	"CREATE VIEW CRM_PROD.PUBLIC.ORDER_TOTALS COMMENT = 'Revenue per customer' AS SELECT CUSTOMER_ID, COUNT(*) AS ORDERS, SUM(AMOUNT) AS TOTAL " +
		"FROM CRM_PROD.PUBLIC.ORDERS GROUP BY CUSTOMER_ID",
	"CREATE SECURE VIEW HR.PUBLIC.DIRECTORY COMMENT = 'Phone book' AS SELECT EMPLOYEE_ID, FULL_NAME, WORK_EMAIL, DEPARTMENT FROM HR.PUBLIC.EMPLOYEES",
}

// reading gives the grants for reading everything in a schema.
func reading(role, database, schema string) []string {
	return []string{"GRANT USAGE ON DATABASE " + database + " TO ROLE " + role, "GRANT USAGE ON SCHEMA " + database + "." + schema + " TO ROLE " + role,
		"GRANT SELECT ON ALL TABLES IN SCHEMA " + database + "." + schema + " TO ROLE " + role,
		"GRANT SELECT ON ALL VIEWS IN SCHEMA " + database + "." + schema + " TO ROLE " + role}
}

// sampleGrants are what somebody granted by hand: analysts read customers in clear. The governance role has what administering policies and
// scanning takes, and no more.
func sampleGrants() []string {
	var out []string
	for _, r := range []struct{ role, database, schema string }{
		{"ANALYST", "CRM_PROD", "PUBLIC"}, {"PII_READER", "CRM_PROD", "PUBLIC"}, {"SUPPORT", "CRM_PROD", "PUBLIC"}, {"AUDITOR", "CRM_PROD", "PUBLIC"},
		{"HR", "HR", "PUBLIC"}, {"ANALYST", "SALES", "PUBLIC"}, {"SALES_OPS", "SALES", "PUBLIC"}, {"FINANCE", "SALES", "PUBLIC"},
		{"TRANSFORMER", "RAW", "WEB"}, {"TRANSFORMER", "RAW", "ERP"},
		{SampleGovernanceRole, "CRM_PROD", "PUBLIC"}, {SampleGovernanceRole, "HR", "PUBLIC"}, {SampleGovernanceRole, "SALES", "PUBLIC"},
		{SampleGovernanceRole, "RAW", "WEB"}, {SampleGovernanceRole, "RAW", "ERP"},
	} {
		out = append(out, reading(r.role, r.database, r.schema)...)
	}
	return append(out,
		"GRANT USAGE ON DATABASE CRM_PROD TO ROLE FINANCE", "GRANT USAGE ON SCHEMA CRM_PROD.PUBLIC TO ROLE FINANCE",
		"GRANT SELECT ON TABLE CRM_PROD.PUBLIC.PAYMENTS TO ROLE FINANCE",
		"GRANT USAGE ON DATABASE RAW TO ROLE CONTRACTOR", "GRANT USAGE ON SCHEMA RAW.WEB TO ROLE CONTRACTOR", "GRANT SELECT ON TABLE RAW.WEB.EVENTS TO ROLE CONTRACTOR",
		"GRANT USAGE ON DATABASE RAW TO ROLE LOADER", "GRANT USAGE ON SCHEMA RAW.WEB TO ROLE LOADER", "GRANT INSERT ON ALL TABLES IN SCHEMA RAW.WEB TO ROLE LOADER",
		"GRANT SELECT ON FUTURE TABLES IN SCHEMA CRM_PROD.PUBLIC TO ROLE ANALYST",
		"GRANT MANAGE GRANTS, APPLY TAG, APPLY MASKING POLICY, APPLY ROW ACCESS POLICY, CREATE ROLE ON ACCOUNT TO ROLE "+SampleGovernanceRole,
		"GRANT APPLY AGGREGATION POLICY, APPLY PROJECTION POLICY, APPLY JOIN POLICY ON ACCOUNT TO ROLE "+SampleGovernanceRole,
		"GRANT DATABASE ROLE SNOWFLAKE.OBJECT_VIEWER TO ROLE "+SampleGovernanceRole, "GRANT DATABASE ROLE SNOWFLAKE.GOVERNANCE_VIEWER TO ROLE "+SampleGovernanceRole,
		"GRANT DATABASE ROLE SNOWFLAKE.SECURITY_VIEWER TO ROLE "+SampleGovernanceRole,
		"GRANT USAGE ON DATABASE GOV TO ROLE "+SampleGovernanceRole,
		"GRANT CREATE DATABASE ROLE ON DATABASE CRM_PROD TO ROLE "+SampleGovernanceRole,
		"GRANT OWNERSHIP ON SCHEMA GOV.TAGS TO ROLE "+SampleGovernanceRole, "GRANT OWNERSHIP ON SCHEMA GOV.POLICIES TO ROLE "+SampleGovernanceRole,
		"GRANT CREATE TAG ON SCHEMA GOV.TAGS TO ROLE "+SampleGovernanceRole, "GRANT CREATE MASKING POLICY, CREATE ROW ACCESS POLICY ON SCHEMA GOV.POLICIES TO ROLE "+SampleGovernanceRole)
}
