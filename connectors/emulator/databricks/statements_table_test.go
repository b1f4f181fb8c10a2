package databricks_test

import (
	"fmt"
	"strings"
	"testing"

	emulator "github.com/polsync/polsync/connectors/emulator/databricks"
)

// Each statement is run by the admin on the sample; what it gives is its rows,
// cells parted by "|" and rows by newlines.
func TestStatementsOnTheSample(t *testing.T) {
	b := sample(t)
	for _, c := range []struct{ statement, want string }{
		{"SHOW CATALOGS", "main\nraw\nsamples\nsandbox\nsystem"},
		{"SHOW SCHEMAS IN main LIKE '*r*'", "crm\ngovernance\nhr\ninformation_schema"},
		{"SHOW TABLES IN main.hr", "hr|absences|false\nhr|directory|false\nhr|employees|false\nhr|salaries|false"},
		{"SHOW VIEWS IN main.hr", "hr|directory|false|false"},
		{"SHOW VOLUMES IN raw.web", "web|uploads"},
		{"SHOW COLUMNS IN main.hr.salaries", "employee_id\nsalary\nbonus\niban\nvalid_from"},
		{"DESCRIBE TABLE main.crm.consents", "customer_id|bigint|\nchannel|string|\ngranted|boolean|\ngranted_on|date|\ntoken|string|Opaque"},
		{"DESCRIBE SCHEMA main.hr", "Catalog Name|main\nNamespace Name|hr\nComment|Employees\nOwner|admin@example.com"},
		{"SHOW GRANTS `analysts` ON TABLE main.crm.customers", "analysts|SELECT|SCHEMA|main.crm"},
		{"SHOW GRANTS ON VIEW main.hr.directory", "account users|SELECT|TABLE|main.hr.directory\nhr|SELECT|SCHEMA|main.hr\n" +
			emulator.SampleGovernanceID + "|APPLY TAG|CATALOG|main\n" + emulator.SampleGovernanceID + "|MANAGE|CATALOG|main"},
		{"CREATE GOVERNED TAG domain DESCRIPTION 'd' VALUES ('crm', 'sales')", ""},
		{"ALTER GOVERNED TAG domain SET VALUES ('crm')", ""},
		{"SHOW GOVERNED TAGS LIKE 'dom*'", "domain|d|[\"crm\"]|2026-03-01T12:00:00.000Z|2026-03-01T12:00:00.000Z"},
		{"ALTER TABLE main.hr.directory ALTER COLUMN work_email SET TAGS ('pii' = 'email')", ""},
		{"SELECT column_name FROM system.information_schema.column_tags WHERE table_name = 'directory'", "work_email"},
		{"COMMENT ON TABLE raw.erp.shipments IS 'it\\'s'", ""},
		{"ALTER TABLE raw.erp.shipments OWNER TO `loaders`", ""},
		{"SELECT table_owner, comment FROM raw.information_schema.tables WHERE table_name = 'shipments'", "loaders|it's"},
		{"ALTER TABLE raw.erp.shipments RENAME COLUMN batch TO lot", ""},
		{"ALTER TABLE raw.erp.shipments ADD COLUMNS (extra STRING COMMENT 'new', more INT)", ""},
		{"ALTER TABLE raw.erp.shipments DROP COLUMN more", ""},
		{"GRANT SELECT ON TABLE raw.erp.shipments TO `admin@example.com`", ""},
		{"SELECT count(lot), count(extra) FROM raw.erp.shipments", "120|0"},
		{"CREATE TABLE sandbox.scratch.copy AS SELECT customer_id, email FROM main.crm.customers WHERE customer_id <= 3", ""},
		{"INSERT INTO sandbox.scratch.copy (email) SELECT 'x@example.com'", "1|1"},
		{"SELECT count(*), count(customer_id) FROM sandbox.scratch.copy", "4|3"},
		{"INSERT OVERWRITE sandbox.scratch.copy VALUES (9, 'y@example.com')", "1|1"},
		{"SELECT * FROM sandbox.scratch.copy", "9|y@example.com"},
		{"TRUNCATE TABLE sandbox.scratch.copy", ""},
		{"ALTER TABLE sandbox.scratch.copy RENAME TO sandbox.scratch.copy2", ""},
		{"DROP TABLE IF EXISTS sandbox.scratch.copy", ""},
		{"DROP TABLE sandbox.scratch.copy2", ""},
		{"SELECT count(*), count(`email`), count_if(`email` RLIKE r'^[^@\\s]+@[^@\\s]+\\.[a-z]{2,}$'), approx_count_distinct(`email`) FROM `main`.`crm`.`customers` TABLESAMPLE (50 ROWS)", "50|50|50|50"},
		{"SELECT current_user(), is_account_group_member('hr'), is_member('users')", "admin@example.com|false|true"},
		{"CREATE MATERIALIZED VIEW sandbox.scratch.mv AS SELECT count(*) AS n FROM main.hr.employees", ""},
		{"ALTER MATERIALIZED VIEW sandbox.scratch.mv SET TAGS ('k' = 'v')", ""},
		{"SELECT n FROM sandbox.scratch.mv", "60"},
		{"DROP SCHEMA sandbox.scratch CASCADE", ""},
		{"SELECT count(*) FROM sandbox.information_schema.tables WHERE table_schema = 'scratch'", "0"},
	} {
		r := b.sampleRun("dapi-sample-admin", c.statement)
		if r.Status.Error != nil {
			t.Errorf("%s: %s", c.statement, r.Status.Error.Message)
			continue
		}
		var lines []string
		for _, row := range r.Result.DataArray {
			lines = append(lines, strings.Join(row, "|"))
		}
		if got := strings.Join(lines, "\n"); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.statement, got, c.want)
		}
	}
}

func TestNestedGroups(t *testing.T) {
	b := sample(t)
	for token, want := range map[string]string{"dapi-sample-carol": "true", "dapi-sample-bob": "true", "dapi-sample-alice": "false"} {
		if got := b.sampleRows(token, "SELECT is_account_group_member('support')")[0][0]; got != want {
			t.Errorf("%s in support: %s, want %s", token, got, want)
		}
	}
}

// BenchmarkSnapshot reads what a connector reads of a large metastore.
func BenchmarkSnapshot(b *testing.B) {
	w := emulator.New(emulator.Options{Clock: start().now})
	defer w.Close()
	run := func(s string) {
		if err := w.Exec(admin, s); err != nil {
			b.Fatal(err)
		}
	}
	run("CREATE CATALOG main")
	for i := range 20 {
		run(fmt.Sprintf("CREATE SCHEMA main.s%d", i))
		for j := range 100 {
			run(fmt.Sprintf("CREATE TABLE main.s%d.t%d (a INT, b STRING, c STRING, d STRING, e STRING, f STRING, g STRING, h STRING, i STRING, j STRING)", i, j))
			run(fmt.Sprintf("ALTER TABLE main.s%d.t%d ALTER COLUMN b SET TAGS ('pii' = 'email')", i, j))
		}
	}
	run("GRANT USE CATALOG, USE SCHEMA, SELECT ON CATALOG main TO `account users`")
	for b.Loop() {
		run("SELECT table_schema, table_name, column_name, full_data_type FROM system.information_schema.columns WHERE table_catalog = 'main'")
		run("SELECT * FROM system.information_schema.column_tags")
		run("SELECT * FROM system.information_schema.table_privileges WHERE inherited_from = 'NONE'")
	}
}
