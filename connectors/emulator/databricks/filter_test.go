package databricks_test

import (
	"strings"
	"testing"

	emulator "github.com/polsync/polsync/connectors/emulator/databricks"
)

// TestFilterHoldsHoweverTheTableIsRead: a filter that looks a region up in a table its readers may not see, for the user who asks.
func TestFilterHoldsHoweverTheTableIsRead(t *testing.T) {
	b := newBench(t, emulator.Options{})
	guarded(b)
	b.exec("CREATE TABLE main.gov.map (who STRING, region STRING)", "INSERT INTO main.gov.map VALUES ('"+bob+"', 'US')",
		"CREATE FUNCTION main.gov.mapped(r STRING) RETURNS BOOLEAN RETURN is_account_group_member('readers') OR EXISTS (SELECT 1 FROM main.gov.map m WHERE m.who = current_user() AND m.region = r)",
		"CREATE SCHEMA main.v", "CREATE VIEW main.v.w AS SELECT id, region FROM main.s.t", "GRANT SELECT ON SCHEMA main.v TO `account users`",
		"CREATE TABLE main.s.sales (customer BIGINT, total INT)", "INSERT INTO main.s.sales VALUES (1, 5), (2, 7)",
		"ALTER TABLE main.s.t SET ROW FILTER main.gov.mapped ON (region)")
	for q, want := range map[string][3]string{
		"SELECT id FROM main.s.t ORDER BY id":                                                        {"1 2 3", "2", ""},
		"SELECT count(*) FROM main.s.t":                                                              {"3", "1", "0"},
		"SELECT id FROM main.v.w ORDER BY id":                                                        {"1 2 3", "2", ""},
		"SELECT total FROM main.s.sales s JOIN main.s.t t ON t.id = s.customer ORDER BY 1":           {"5 7", "7", ""},
		"SELECT total FROM main.s.sales WHERE customer NOT IN (SELECT id FROM main.s.t) ORDER BY 1":  {"", "5", "5 7"},
		"SELECT (SELECT coalesce(max(region), 'none') FROM main.s.t)":                                {"US", "US", "none"},
		"WITH x AS (SELECT * FROM main.s.t UNION ALL SELECT * FROM main.s.t) SELECT count(*) FROM x": {"6", "2", "0"},
	} {
		for i, who := range []string{alice, bob, admin} {
			if got := column(b.rows(who, q)); got != want[i] {
				t.Errorf("%s, for %s: %q, want %q", q, who, got, want[i])
			}
		}
	}
	if c := b.refused(bob, "SELECT 1 FROM main.gov.map"); c != "INSUFFICIENT_PERMISSIONS" {
		t.Errorf("the mapping table: %s", c)
	}
	b.exec("GRANT MODIFY ON TABLE main.s.t TO `" + bob + "`")
	b.rows(bob, "UPDATE main.s.t SET salary = 1")
	b.rows(bob, "DELETE FROM main.s.t WHERE id < 3")
	if got := column(b.rows(alice, "SELECT concat(id, '/', coalesce(salary, 0)) FROM main.s.t ORDER BY 1")); got != "1/100.50 3/0.00" {
		t.Errorf("bob changed what he does not see: %s", got)
	}
}

func TestFilterFailsClosed(t *testing.T) {
	b := newBench(t, emulator.Options{})
	guarded(b)
	const q = "SELECT count(*) FROM main.s.t"
	b.exec("ALTER TABLE main.s.t SET ROW FILTER main.gov.only_eu ON (region)", "CREATE OR REPLACE FUNCTION main.gov.only_eu(r STRING) RETURNS BOOLEAN RETURN NULL")
	if got := column(b.rows(alice, q)); got != "0" {
		t.Errorf("NULL must hide: %s", got)
	}
	b.exec("CREATE OR REPLACE FUNCTION main.gov.only_eu(r STRING) RETURNS BOOLEAN RETURN 1 / (length(r) - 2) > 0")
	if c := b.refused(alice, q); c != "DIVIDE_BY_ZERO" {
		t.Errorf("a function that fails: %q", c)
	}
	b.exec("CREATE OR REPLACE FUNCTION main.gov.only_eu(r STRING, s STRING) RETURNS BOOLEAN RETURN true")
	if c := b.refused(alice, q); c != "WRONG_NUM_ARGS.WITHOUT_SUGGESTION" {
		t.Errorf("another signature: %q", c)
	}
	b.exec("DROP FUNCTION main.gov.only_eu")
	if c := b.refused(admin, q); c != "INVALID_PARAMETER_VALUE.UC_DEPENDENCY_DOES_NOT_EXIST" {
		t.Errorf("a function that is gone: %q", c)
	}
	b.exec("ALTER TABLE main.s.t DROP ROW FILTER")
	if got := column(b.rows(alice, q)); got != "3" {
		t.Error(got)
	}
}

func TestFilterIsRefused(t *testing.T) {
	b := newBench(t, emulator.Options{})
	guarded(b)
	b.exec("CREATE VIEW main.s.w AS SELECT region FROM main.s.t", "CREATE FUNCTION main.gov.none() RETURNS BOOLEAN RETURN true")
	for clause, want := range map[string]string{
		"t SET ROW FILTER main.gov.nothing ON (region)":        "ROUTINE_NOT_FOUND",
		"t SET ROW FILTER main.gov.only_eu ON (region, email)": "WRONG_NUM_ARGS.WITHOUT_SUGGESTION",
		"t SET ROW FILTER main.gov.only_eu ON (nope)":          "UNRESOLVED_COLUMN.WITHOUT_SUGGESTION",
		"t SET ROW FILTER main.gov.mask ON (email)":            "DATATYPE_MISMATCH.FILTER_NOT_BOOLEAN",
		"t DROP ROW FILTER":                                    "INVALID_PARAMETER_VALUE.ROW_FILTER_DOES_NOT_EXIST",
	} {
		if got := b.refused(admin, "ALTER TABLE main.s."+clause); got != want {
			t.Errorf("%s: %s, want %s", clause, got, want)
		}
	}
	for _, view := range []string{"ALTER TABLE main.s.w SET ROW FILTER main.gov.only_eu ON (region)", "ALTER VIEW main.s.w SET ROW FILTER main.gov.only_eu ON (region)"} {
		if c := b.refused(admin, view); c == "" || !strings.Contains(c, "VIEW") && !strings.HasPrefix(c, "PARSE_SYNTAX_ERROR") {
			t.Errorf("%s: %s", view, c)
		}
	}
	const set = "ALTER TABLE main.s.t SET ROW FILTER main.gov.only_eu ON (region)"
	if got := b.refused(alice, set); got != "INSUFFICIENT_PERMISSIONS" {
		t.Errorf("without MANAGE: %s", got)
	}
	b.exec("GRANT MANAGE ON TABLE main.s.t TO `" + alice + "`")
	if got := b.refused(alice, set); got != "INSUFFICIENT_PERMISSIONS" {
		t.Errorf("without EXECUTE: %s", got)
	}
	b.exec("GRANT EXECUTE ON FUNCTION main.gov.only_eu TO `" + alice + "`")
	b.rows(alice, set)
	b.exec("ALTER TABLE main.s.t SET ROW FILTER main.gov.none ON ()") // a second one replaces the first
	if got := b.rows(admin, "SELECT table_name, filter_name, coalesce(target_columns, '-') FROM system.information_schema.row_filters"); len(got) != 1 || got[0][1] != "main.gov.none" {
		t.Errorf("row_filters: %v", got)
	}
	x, err := b.client(admin).Tables.GetByFullName(t.Context(), "main.s.t")
	b.must(err)
	if f := x.RowFilter; f == nil || f.FunctionName != "main.gov.none" || len(f.InputColumnNames) != 0 {
		t.Errorf("row_filter: %+v", f)
	}
}
