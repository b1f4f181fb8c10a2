package databricks

import (
	"fmt"

	"github.com/polsync/polsync/connectors/emulator/sample"
)

// Sample principals. All names, numbers and addresses of the sample are
// synthetic: generated here, in ranges set aside for examples where there are such.
const (
	SampleGovernanceID     = "3f0a6f0e-5b1c-4d57-9f0c-8a1d2c7b4e10" // application id of the policy service principal
	SampleGovernanceToken  = "dapi-sample-governance"               // its personal access token
	SampleGovernanceSecret = "sample-governance-secret"             // its OAuth client secret
	SampleWarehouse        = "0123456789abcdef"                     // id of the SQL warehouse
)

// SampleTokens gives the personal access tokens of the sample's people.
func SampleTokens() map[string]string {
	out := map[string]string{DefaultAdmin: "dapi-sample-admin"}
	for _, name := range []string{"alice", "bob", "carol", "dave", "erin", "frank"} {
		out[name+"@example.com"] = "dapi-sample-" + name
	}
	return out
}

// sampleGroups lists the groups, nested ones after their members.
var sampleGroups = []struct {
	name    string
	members []string
}{
	{"pii-readers", []string{"alice@example.com"}},
	{"support-lead", []string{"carol@example.com"}},
	{"support", []string{"bob@example.com", "support-lead"}},
	{"hr", []string{"dave@example.com"}},
	{"finance", []string{"erin@example.com"}},
	{"analysts", []string{"bob@example.com", "carol@example.com"}},
	{"contractors", []string{"frank@example.com"}},
	{"auditors", []string{"erin@example.com"}},
	{"loaders", nil},
}

// NewSample makes a workspace filled with the sample. Options.Admin must be left
// empty.
func NewSample(opt Options) (*Workspace, error) {
	w := New(opt)
	if err := w.fillSample(); err != nil {
		w.Close()
		return nil, fmt.Errorf("filling the sample workspace: %w", err)
	}
	w.ResetLog()
	return w, nil
}

func (w *Workspace) fillSample() error {
	if err := w.samplePrincipals(); err != nil {
		return err
	}
	for _, sql := range sampleContainers {
		if err := w.Exec(DefaultAdmin, sql); err != nil {
			return err
		}
	}
	for _, t := range sampleTables {
		if err := w.sampleTable(t); err != nil {
			return err
		}
	}
	for _, sql := range append(append([]string{}, sampleViews...), sampleGrants...) {
		if err := w.Exec(DefaultAdmin, sql); err != nil {
			return err
		}
	}
	if err := w.shareSample(); err != nil {
		return err
	}
	w.AddWarehouse(SampleWarehouse, "Shared")
	w.AllowTagPolicies(SampleGovernanceID)
	return nil
}

func (w *Workspace) samplePrincipals() error {
	for _, name := range []string{"Alice", "Bob", "Carol", "Dave", "Erin", "Frank"} {
		w.AddUser(lower(name)+"@example.com", name)
	}
	w.AddServicePrincipal(SampleGovernanceID, "governance-svc")
	for _, g := range sampleGroups {
		if err := w.AddGroup(g.name, g.members...); err != nil {
			return err
		}
	}
	for who, token := range SampleTokens() {
		if err := w.AddToken(who, token); err != nil {
			return err
		}
	}
	if err := w.AddToken(SampleGovernanceID, SampleGovernanceToken); err != nil {
		return err
	}
	return w.SetSecret(SampleGovernanceID, SampleGovernanceSecret)
}

// sampleTable makes a table and loads its rows, which are values already.
func (w *Workspace) sampleTable(t sampleTableDef) error {
	if err := w.Exec(DefaultAdmin, "CREATE TABLE "+t.name+" ("+t.columns+") COMMENT '"+t.comment+"'"); err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	x, err := w.lookup(kindTable, t.name)
	if err != nil {
		return err
	}
	g := sample.NewGenerator(t.name)
	for i := range t.rows {
		row := t.row(g, i+1)
		if len(row) != len(x.table.columns) {
			return fmt.Errorf("row %d of %s has %d values for %d columns", i+1, t.name, len(row), len(x.table.columns))
		}
		x.table.rows = append(x.table.rows, row)
	}
	return nil
}

// shareSample turns the catalog samples into one that another account shares: it
// can be read and not changed.
func (w *Workspace) shareSample() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	x, err := w.lookup(kindCatalog, "samples")
	if err != nil {
		return err
	}
	x.catalogType = catalogShared
	return nil
}

var sampleContainers = []string{
	"CREATE CATALOG main COMMENT 'Curated data'",
	"CREATE CATALOG raw COMMENT 'Data as it was delivered'",
	"CREATE CATALOG sandbox COMMENT 'Experiments; nothing here is governed'",
	"CREATE CATALOG samples COMMENT 'Shared by another account'",
	"CREATE SCHEMA samples.trips",
	"CREATE SCHEMA main.crm COMMENT 'Customers and how we talk to them'",
	"CREATE SCHEMA main.sales COMMENT 'Orders, invoices, payments'",
	"CREATE SCHEMA main.hr COMMENT 'Employees'",
	"CREATE SCHEMA main.governance COMMENT 'Functions of masks and filters'",
	"CREATE SCHEMA raw.web COMMENT 'Clickstream'",
	"CREATE SCHEMA raw.erp COMMENT 'Nightly exports'",
	"CREATE SCHEMA sandbox.scratch",
	"CREATE VOLUME raw.web.uploads COMMENT 'Files from the upload form'",
}

var sampleViews = []string{
	"CREATE VIEW main.crm.customer_contacts COMMENT 'Who to call' AS SELECT customer_id, full_name, email, phone FROM main.crm.customers",
	"CREATE VIEW main.sales.order_totals COMMENT 'Revenue per customer' AS SELECT customer_id, count(*) AS orders, sum(amount) AS total FROM main.sales.orders GROUP BY customer_id",
	"CREATE VIEW main.hr.directory COMMENT 'Phone book' AS SELECT employee_id, full_name, work_email, department FROM main.hr.employees",
}

// sampleGrants are what somebody granted by hand: analysts read the CRM in clear.
// The service principal has what administering policies takes, and no more: USE,
// MANAGE, APPLY TAG, and CREATE FUNCTION where its functions live. It cannot read rows.
var sampleGrants = []string{
	"GRANT USE CATALOG ON CATALOG main TO `account users`",
	"GRANT USE SCHEMA ON SCHEMA main.crm TO `analysts`",
	"GRANT SELECT ON SCHEMA main.crm TO `analysts`",
	"GRANT USE SCHEMA ON SCHEMA main.crm TO `support`",
	"GRANT SELECT ON TABLE main.crm.customers TO `support`",
	"GRANT SELECT ON TABLE main.crm.tickets TO `support`",
	"GRANT USE SCHEMA ON SCHEMA main.crm TO `pii-readers`",
	"GRANT SELECT ON SCHEMA main.crm TO `pii-readers`",
	"GRANT USE SCHEMA ON SCHEMA main.sales TO `analysts`",
	"GRANT SELECT ON SCHEMA main.sales TO `analysts`",
	"GRANT USE SCHEMA ON SCHEMA main.sales TO `finance`",
	"GRANT SELECT ON SCHEMA main.sales TO `finance`",
	"GRANT USE SCHEMA ON SCHEMA main.hr TO `hr`",
	"GRANT SELECT ON SCHEMA main.hr TO `hr`",
	"GRANT USE SCHEMA ON SCHEMA main.hr TO `finance`",
	"GRANT SELECT ON TABLE main.hr.salaries TO `finance`",
	"GRANT SELECT ON TABLE main.hr.directory TO `account users`",
	"GRANT USE SCHEMA ON SCHEMA main.hr TO `account users`",
	"GRANT BROWSE ON CATALOG main TO `auditors`",
	"GRANT USE CATALOG, USE SCHEMA, SELECT, MODIFY ON CATALOG raw TO `loaders`",
	"GRANT USE CATALOG ON CATALOG raw TO `contractors`",
	"GRANT USE SCHEMA ON SCHEMA raw.web TO `contractors`",
	"GRANT SELECT ON TABLE raw.web.events TO `contractors`",
	"GRANT USE CATALOG, USE SCHEMA, SELECT ON CATALOG samples TO `account users`",
	"GRANT ALL PRIVILEGES ON CATALOG sandbox TO `analysts`",
	"GRANT USE CATALOG, USE SCHEMA, MANAGE, APPLY TAG ON CATALOG main TO `" + SampleGovernanceID + "`",
	"GRANT USE CATALOG, USE SCHEMA, MANAGE, APPLY TAG ON CATALOG raw TO `" + SampleGovernanceID + "`",
	"GRANT CREATE FUNCTION, EXECUTE ON SCHEMA main.governance TO `" + SampleGovernanceID + "`",
}
