package databricks_test

import (
	"slices"
	"testing"

	emulator "github.com/polsync/polsync/connectors/emulator/databricks"
)

func TestInformationSchema(t *testing.T) {
	b := newBench(t, emulator.Options{})
	small(b)
	b.must(b.w.AddGroup("analysts", bob))
	b.exec("CREATE CATALOG other", "CREATE SCHEMA other.s", "CREATE TABLE other.s.t (a INT)",
		"ALTER TABLE main.s.t1 ALTER COLUMN email SET TAGS ('pii' = 'email')", "ALTER TABLE main.s.t1 SET TAGS ('k' = '')",
		"GRANT SELECT ON SCHEMA main.s TO `analysts`", "GRANT MODIFY ON TABLE main.s.t1 TO `"+alice+"`")
	const is = "system.information_schema."
	for query, want := range map[string][][]string{
		"SELECT table_catalog, table_name FROM " + is + "tables WHERE table_schema = 's' ORDER BY 1, 2": {
			{"main", "t1"}, {"main", "t2"}, {"main", "t3"}, {"other", "t"}},
		"SELECT table_name FROM other.information_schema.tables WHERE table_schema = 's'": {{"t"}},
		"SELECT column_name, full_data_type, data_type, is_nullable, comment FROM " + is + "columns WHERE table_name = 't1' ORDER BY ordinal_position": {
			{"id", "bigint", "LONG", "NO", "key"}, {"Email", "string", "STRING", "YES", ""}, {"price", "decimal(10,2)", "DECIMAL", "YES", ""}},
		"SELECT * FROM " + is + "column_tags":              {{"main", "s", "t1", "Email", "pii", "email"}},
		"SELECT * FROM main.information_schema.table_tags": {{"main", "s", "t1", "k", ""}},
		"SELECT grantee, privilege_type, inherited_from FROM " + is + "table_privileges WHERE table_name = 't1' ORDER BY 1": {
			{alice, "MODIFY", "NONE"}, {"analysts", "SELECT", "SCHEMA"}},
		"SELECT grantee, schema_name FROM " + is + "schema_privileges WHERE inherited_from = 'NONE' AND privilege_type = 'SELECT' AND schema_name = 's'": {{"analysts", "s"}},
	} {
		if got := b.rows(admin, query); !slices.EqualFunc(got, want, slices.Equal[[]string]) {
			t.Errorf("%s:\n got %v\nwant %v", query, got, want)
		}
	}
}

// What the caller may not see is left out, not refused.
func TestInformationSchemaHidesTheRest(t *testing.T) {
	b := newBench(t, emulator.Options{})
	small(b)
	const q = "SELECT table_name FROM system.information_schema.tables WHERE table_schema = 's'"
	if got := b.rows(alice, q); len(got) != 0 {
		t.Errorf("alice sees %v", got)
	}
	b.exec("GRANT USE CATALOG, USE SCHEMA, MANAGE ON CATALOG main TO `"+alice+"`", "GRANT SELECT ON SCHEMA main.s TO `"+bob+"`")
	if got := b.rows(alice, q); len(got) != 3 {
		t.Errorf("with MANAGE alice sees %v", got)
	}
	const grants = "SELECT DISTINCT grantee FROM system.information_schema.schema_privileges WHERE schema_name = 's'"
	if got := b.rows(alice, grants); len(got) != 1 || got[0][0] != alice {
		t.Errorf("with MANAGE alone alice sees the grants of %v, want her own", got)
	}
	if got := b.rows(alice, "SHOW GRANTS `"+bob+"` ON SCHEMA main.s"); len(got) != 1 || got[0][1] != "SELECT" {
		t.Errorf("SHOW GRANTS gives %v", got)
	}
}

func TestDocumentedShapeOfMasks(t *testing.T) {
	b := newBench(t, emulator.Options{DocumentedMasks: true})
	guarded(b)
	b.exec("ALTER TABLE main.s.t ALTER COLUMN email SET MASK main.gov.mask")
	got := b.rows(admin, "SELECT catalog_name, column_name, mask_schema, mask_name FROM system.information_schema.column_masks")
	if len(got) != 1 || !slices.Equal(got[0], []string{"main", "email", "gov", "mask"}) {
		t.Errorf("got %v", got)
	}
}

func TestRoutines(t *testing.T) {
	b := newBench(t, emulator.Options{})
	guarded(b)
	got := b.rows(admin, "SELECT routine_name, full_data_type, routine_definition, comment, routine_owner FROM main.information_schema.routines WHERE routine_name = 'mask'")
	want := []string{"mask", "string", "CASE WHEN is_account_group_member('readers') THEN v ELSE '***' END", "hides all", admin}
	if len(got) != 1 || !slices.Equal(got[0], want) {
		t.Errorf("got %v", got)
	}
	params := b.rows(admin, "SELECT parameter_name, full_data_type FROM main.information_schema.parameters WHERE specific_name = 'by_region' ORDER BY ordinal_position")
	if len(params) != 2 || params[1][0] != "r" {
		t.Errorf("parameters %v", params)
	}
}
