package databricks_test

import (
	"slices"
	"testing"
	"time"

	"github.com/databricks/databricks-sdk-go/service/catalog"

	emulator "github.com/polsync/polsync/connectors/emulator/databricks"
)

func TestAuditLogAndQueryHistory(t *testing.T) {
	c := start()
	b := newBench(t, emulator.Options{Clock: c.now, SystemLag: time.Minute})
	small(b)
	_, err := b.client(admin).Grants.Update(t.Context(), catalog.UpdatePermissions{SecurableType: "table", FullName: "main.s.t1",
		Changes: []catalog.PermissionsChange{{Principal: alice, Add: []catalog.Privilege{"SELECT"}}}})
	b.must(err)
	b.rows(admin, "ALTER TABLE main.s.t1 ALTER COLUMN email SET TAGS ('pii' = 'email')")
	const audit = "SELECT action_name, user_identity.email, request_params['securable_full_name'], request_params['changes'], user_agent LIKE 'unknown%' OR user_agent LIKE '%databricks-sdk-go%' " +
		"FROM system.access.audit WHERE action_name IN ('updatePermissions', 'createEntityTagAssignment') ORDER BY event_time, action_name DESC"
	if got := b.refused(alice, audit); got != "INSUFFICIENT_PERMISSIONS" {
		t.Errorf("alice reads the audit log: %s", got)
	}
	b.exec("GRANT USE SCHEMA, SELECT ON SCHEMA system.access TO `"+alice+"`", "GRANT USE SCHEMA, SELECT ON SCHEMA system.query TO `"+alice+"`")
	if got := b.rows(alice, audit); len(got) != 0 {
		t.Errorf("before the lag: %v", got)
	}
	c.at = c.at.Add(2 * time.Minute)
	got := b.rows(alice, audit)
	want := []string{"updatePermissions", admin, "main.s.t1", `[{"principal":"alice@example.com","add":["SELECT"]}]`, "true"}
	if !slices.ContainsFunc(got, func(r []string) bool { return slices.Equal(r, want) }) {
		t.Errorf("audit: %v", got)
	}
	history := b.rows(alice, "SELECT statement_type, execution_status, compute.warehouse_id FROM system.query.history WHERE executed_by = '"+admin+"'")
	if len(history) != 1 || !slices.Equal(history[0], []string{"ALTER", "FINISHED", warehID}) {
		t.Errorf("history: %v", history)
	}
}
