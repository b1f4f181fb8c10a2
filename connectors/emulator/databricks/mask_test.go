package databricks_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/databricks/databricks-sdk-go/service/sql"

	emulator "github.com/polsync/polsync/connectors/emulator/databricks"
)

// guarded is a table that alice and bob may read, with a mask function; alice is
// a reader of personal data.
func guarded(b *bench) {
	b.t.Helper()
	b.must(b.w.AddGroup("readers", alice))
	b.exec("CREATE CATALOG main", "CREATE SCHEMA main.s", "CREATE SCHEMA main.gov",
		"CREATE TABLE main.s.t (id BIGINT, email STRING, region STRING, born DATE, salary DECIMAL(10,2))",
		"INSERT INTO main.s.t VALUES (1, 'ann@example.com', 'EU', DATE'1990-04-05', 100.50), (2, 'ben@example.com', 'US', DATE'1980-01-31', 200), (3, NULL, 'EU', NULL, NULL)",
		"CREATE FUNCTION main.gov.mask(v STRING) RETURNS STRING COMMENT 'hides all' RETURN CASE WHEN is_account_group_member('readers') THEN v ELSE '***' END",
		"CREATE FUNCTION main.gov.by_region(v STRING, r STRING) RETURNS STRING RETURN CASE WHEN r = 'EU' THEN NULL ELSE v END",
		"CREATE FUNCTION main.gov.only_eu(r STRING) RETURNS BOOLEAN RETURN is_account_group_member('readers') OR r = 'EU'",
		"GRANT USE CATALOG, USE SCHEMA ON CATALOG main TO `account users`", "GRANT SELECT ON SCHEMA main.s TO `account users`")
}

func column(rows [][]string) string {
	var out []string
	for _, r := range rows {
		out = append(out, r[0])
	}
	return strings.Join(out, " ")
}

const emails = "SELECT email FROM main.s.t WHERE id < 3 ORDER BY id"

// Readers need no EXECUTE on the function, which asks about them and not about
// its owner.
func TestMaskActsOnTheQueryingPrincipal(t *testing.T) {
	b := newBench(t, emulator.Options{})
	guarded(b)
	b.exec("ALTER TABLE main.s.t ALTER COLUMN email SET MASK main.gov.mask")
	for who, want := range map[string]string{alice: "ann@example.com ben@example.com", bob: "*** ***"} {
		if got := column(b.rows(who, emails)); got != want {
			t.Errorf("%s sees %q, want %q", who, got, want)
		}
	}
	if got := column(b.rows(bob, "SELECT count(*) FROM main.s.t WHERE email LIKE 'ann%'")); got != "0" {
		t.Errorf("bob can search the clear text: %s", got)
	}
}

func TestMaskThroughAViewAsksTheSessionUser(t *testing.T) {
	b := newBench(t, emulator.Options{})
	guarded(b)
	b.exec("ALTER TABLE main.s.t ALTER COLUMN email SET MASK main.gov.mask", "CREATE SCHEMA main.v",
		"CREATE VIEW main.v.w AS SELECT id, email FROM main.s.t", "REVOKE SELECT ON SCHEMA main.s FROM `account users`", "GRANT SELECT ON SCHEMA main.v TO `account users`")
	const q = "SELECT email FROM main.v.w WHERE id = 1"
	if got := column(b.rows(alice, q)); got != "ann@example.com" {
		t.Errorf("alice sees %q", got)
	}
	if got := column(b.rows(bob, q)); got != "***" {
		t.Errorf("bob sees %q", got)
	}
	if c := b.refused(bob, emails); c != "INSUFFICIENT_PERMISSIONS" {
		t.Errorf("the table itself: %s", c)
	}
	if c := b.refused(admin, "ALTER TABLE main.v.w ALTER COLUMN email SET MASK main.gov.mask"); !strings.HasPrefix(c, "EXPECT_TABLE_NOT_VIEW") && !strings.HasPrefix(c, "UNSUPPORTED_FEATURE") {
		t.Errorf("mask on a view: %s", c)
	}
}

func TestMaskArguments(t *testing.T) {
	b := newBench(t, emulator.Options{})
	guarded(b)
	b.exec("ALTER TABLE main.s.t ALTER COLUMN email SET MASK main.gov.by_region USING COLUMNS (region)")
	if got := column(b.rows(bob, "SELECT coalesce(email, 'null') FROM main.s.t WHERE id < 3 ORDER BY id")); got != "null ben@example.com" {
		t.Errorf("got %q", got)
	}
	b.exec("ALTER TABLE main.s.t ALTER COLUMN email SET MASK main.gov.by_region USING COLUMNS ('EU')")
	if got := column(b.rows(bob, "SELECT count(email) FROM main.s.t")); got != "0" {
		t.Errorf("with a constant: %q", got)
	}
}

func TestMaskIsRefused(t *testing.T) {
	b := newBench(t, emulator.Options{})
	guarded(b)
	b.exec("CREATE FUNCTION main.gov.to_bool(v STRING) RETURNS BOOLEAN RETURN true",
		"CREATE FUNCTION main.gov.takes_array(v ARRAY<INT>) RETURNS STRING RETURN 'x'")
	for clause, want := range map[string]string{
		"email SET MASK main.gov.none":                           "ROUTINE_NOT_FOUND",
		"email SET MASK main.gov.by_region":                      "WRONG_NUM_ARGS.WITHOUT_SUGGESTION",
		"email SET MASK main.gov.mask USING COLUMNS (region)":    "WRONG_NUM_ARGS.WITHOUT_SUGGESTION",
		"email SET MASK main.gov.by_region USING COLUMNS (nope)": "UNRESOLVED_COLUMN.WITHOUT_SUGGESTION",
		"nope SET MASK main.gov.mask":                            "UNRESOLVED_COLUMN.WITHOUT_SUGGESTION",
		"born SET MASK main.gov.to_bool":                         "DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION",
		"email SET MASK main.gov.takes_array":                    "DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION",
		"email DROP MASK":                                        "INVALID_PARAMETER_VALUE.COLUMN_MASK_DOES_NOT_EXIST",
	} {
		if got := b.refused(admin, "ALTER TABLE main.s.t ALTER COLUMN "+clause); got != want {
			t.Errorf("%s: %s, want %s", clause, got, want)
		}
	}
	const set = "ALTER TABLE main.s.t ALTER COLUMN email SET MASK main.gov.mask"
	if got := b.refused(alice, set); got != "INSUFFICIENT_PERMISSIONS" {
		t.Errorf("without MANAGE: %s", got)
	}
	b.exec("GRANT MANAGE ON TABLE main.s.t TO `" + alice + "`")
	if got := b.refused(alice, set); got != "INSUFFICIENT_PERMISSIONS" {
		t.Errorf("without EXECUTE: %s", got)
	}
	b.exec("GRANT EXECUTE ON FUNCTION main.gov.mask TO `" + alice + "`")
	b.rows(alice, set)
}

// A function may be dropped while in use; queries of the table then fail for
// everybody, whatever column they read.
func TestDroppedMaskFunctionFailsClosed(t *testing.T) {
	b := newBench(t, emulator.Options{})
	guarded(b)
	b.exec("ALTER TABLE main.s.t ALTER COLUMN email SET MASK main.gov.mask", "DROP FUNCTION main.gov.mask")
	for _, q := range []string{emails, "SELECT id FROM main.s.t"} {
		if c := b.refused(alice, q); c != "INVALID_PARAMETER_VALUE.UC_DEPENDENCY_DOES_NOT_EXIST" {
			t.Errorf("%s: %s", q, c)
		}
	}
	b.exec("CREATE FUNCTION main.gov.mask(v STRING, w STRING) RETURNS STRING RETURN v")
	if c := b.refused(alice, emails); c != "WRONG_NUM_ARGS.WITHOUT_SUGGESTION" {
		t.Errorf("another signature: %s", c)
	}
	b.exec("CREATE OR REPLACE FUNCTION main.gov.mask(v STRING) RETURNS STRING RETURN 'new'")
	if got := column(b.rows(alice, emails)); got != "new new" {
		t.Errorf("after putting it back: %q", got)
	}
}

func TestMaskResultIsCastToTheColumn(t *testing.T) {
	b := newBench(t, emulator.Options{})
	guarded(b)
	b.exec("CREATE FUNCTION main.gov.zero(v DECIMAL(10,2)) RETURNS INT RETURN 0", "ALTER TABLE main.s.t ALTER COLUMN salary SET MASK main.gov.zero",
		"CREATE FUNCTION main.gov.year(v DATE) RETURNS DATE RETURN make_date(year(v), 1, 1)", "ALTER TABLE main.s.t ALTER COLUMN born SET MASK main.gov.year")
	r := b.run(bob, "SELECT salary, born FROM main.s.t WHERE id = 1")
	if got := r.Result.DataArray[0]; got[0] != "0.00" || got[1] != "1990-01-01" {
		t.Errorf("got %v", got)
	}
	if c := r.Manifest.Schema.Columns; c[0].TypeText != "DECIMAL(10,2)" || c[0].TypePrecision != 10 {
		t.Errorf("the mask changed the type: %+v", c[0])
	}
}

func TestRowFilter(t *testing.T) {
	b := newBench(t, emulator.Options{})
	guarded(b)
	b.exec("ALTER TABLE main.s.t SET ROW FILTER main.gov.only_eu ON (region)")
	const q = "SELECT id FROM main.s.t ORDER BY id"
	if got := column(b.rows(alice, q)); got != "1 2 3" {
		t.Errorf("alice sees %q", got)
	}
	if got := column(b.rows(bob, q)); got != "1 3" {
		t.Errorf("bob sees %q", got)
	}
	if c := b.refused(admin, "ALTER TABLE main.s.t DROP COLUMN region"); c != "INVALID_PARAMETER_VALUE.COLUMN_USED_BY_POLICY" {
		t.Errorf("dropping the filter's column: %s", c)
	}
	b.exec("ALTER TABLE main.s.t DROP ROW FILTER")
	if got := column(b.rows(bob, q)); got != "1 2 3" {
		t.Errorf("after the drop bob sees %q", got)
	}
}

func TestReplacedTableKeepsMasksAndFilter(t *testing.T) {
	b := newBench(t, emulator.Options{})
	guarded(b)
	b.exec("ALTER TABLE main.s.t ALTER COLUMN email SET MASK main.gov.mask", "ALTER TABLE main.s.t SET ROW FILTER main.gov.only_eu ON (region)",
		"CREATE OR REPLACE TABLE main.s.t (id BIGINT, email STRING, region STRING)", "INSERT INTO main.s.t VALUES (1, 'a@example.com', 'EU'), (2, 'b@example.com', 'US')")
	if got := b.rows(bob, "SELECT id, email FROM main.s.t"); len(got) != 1 || got[0][1] != "***" {
		t.Errorf("bob sees %v", got)
	}
}

func TestMaskIsReadBack(t *testing.T) {
	b := newBench(t, emulator.Options{})
	guarded(b)
	b.exec("ALTER TABLE main.s.t ALTER COLUMN email SET MASK main.gov.by_region USING COLUMNS (region)", "ALTER TABLE main.s.t SET ROW FILTER main.gov.only_eu ON (region)")
	x, err := b.client(admin).Tables.GetByFullName(t.Context(), "main.s.t")
	b.must(err)
	if m := x.Columns[1].Mask; m == nil || m.FunctionName != "main.gov.by_region" || !slices.Equal(m.UsingColumnNames, []string{"region"}) {
		t.Errorf("mask is %+v", m)
	}
	if f := x.RowFilter; f == nil || f.FunctionName != "main.gov.only_eu" || !slices.Equal(f.InputColumnNames, []string{"region"}) {
		t.Errorf("filter is %+v", f)
	}
	masks := b.rows(admin, "SELECT * FROM system.information_schema.column_masks")
	if len(masks) != 1 || !slices.Equal(masks[0], []string{"main", "s", "t", "email", "main.gov.by_region", "region"}) {
		t.Errorf("column_masks: %v", masks)
	}
	if doc := b.rows(admin, "DESCRIBE TABLE EXTENDED main.s.t AS JSON")[0][0]; !strings.Contains(doc, `"column_masks":[{"column_name":"email","function_name":{"catalog_name":"main","schema_name":"gov","function_name":"by_region"},"using_column_names":["region"]}]`) {
		t.Errorf("DESCRIBE: %s", doc)
	}
}

func TestWritesSeeMasksAndNeedModify(t *testing.T) {
	b := newBench(t, emulator.Options{})
	guarded(b)
	if c := b.refused(alice, "UPDATE main.s.t SET region = 'XX' WHERE id = 1"); c != "INSUFFICIENT_PERMISSIONS" {
		t.Errorf("without MODIFY: %s", c)
	}
	b.exec("UPDATE main.s.t SET region = concat(region, id), salary = 1 WHERE id > 1", "DELETE FROM main.s.t AS x WHERE x.id = 1")
	if got := b.rows(admin, "SELECT id, region, salary FROM main.s.t ORDER BY id"); len(got) != 2 || got[0][1] != "US2" || got[1][2] != "1.00" {
		t.Errorf("got %v", got)
	}
}

// A view's unqualified names are those of where it was made.
func TestViewKeepsItsScope(t *testing.T) {
	b := newBench(t, emulator.Options{})
	guarded(b)
	b.exec("CREATE SCHEMA main.default2", "CREATE TABLE main.default.near (id INT)", "CREATE VIEW main.s.w AS SELECT count(*) AS n FROM near")
	r, err := execute(b, sql.ExecuteStatementRequest{Statement: "SELECT n FROM main.s.w", Catalog: "main", Schema: "default2"})
	b.must(err)
	if r.Status.Error != nil || r.Result.DataArray[0][0] != "0" {
		t.Errorf("got %+v", r.Status)
	}
}

func TestMaskAndFilterInCreateTable(t *testing.T) {
	b := newBench(t, emulator.Options{})
	guarded(b)
	b.exec("CREATE TABLE main.s.u (email STRING MASK main.gov.by_region USING COLUMNS (region), region STRING) WITH ROW FILTER main.gov.only_eu ON (region)",
		"INSERT INTO main.s.u VALUES ('a', 'EU'), ('b', 'US')")
	if got := b.rows(bob, "SELECT email, region FROM main.s.u"); len(got) != 1 || got[0][0] != "" {
		t.Errorf("bob sees %v", got)
	}
	if c := b.refused(admin, "CREATE TABLE main.s.x (email STRING MASK main.gov.none)"); c != "ROUTINE_NOT_FOUND" {
		t.Errorf("unknown function: %s", c)
	}
	if got := b.rows(admin, "SHOW TABLES IN main.s LIKE 'x'"); len(got) != 0 {
		t.Error("the refused table exists")
	}
}

// A mask whose function reads the masked table leads back to itself.
func TestCircularMaskIsRefused(t *testing.T) {
	b := newBench(t, emulator.Options{})
	guarded(b)
	b.exec("CREATE FUNCTION main.gov.loop(v STRING) RETURNS STRING RETURN (SELECT max(email) FROM main.s.t)", "ALTER TABLE main.s.t ALTER COLUMN email SET MASK main.gov.loop")
	if c := b.refused(bob, emails); c == "" {
		t.Error("no condition")
	}
}
