package generate

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/polsync/polsync/connectors/emulator/databricks"
)

const isf = " FROM system.information_schema."

func TestMetastoresHaveTheirSize(t *testing.T) {
	for _, size := range []Size{S, M} {
		w, err := New(size, 0, Masks{}, databricks.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer w.Close()
		const data = " <> 'information_schema'"
		for _, c := range []struct {
			query string
			want  int
		}{
			{"SELECT COUNT(*)" + isf + "catalogs WHERE catalog_name <> 'system'", size.Catalogs},
			{"SELECT COUNT(*)" + isf + "schemata WHERE catalog_name <> 'system' AND schema_name" + data, size.Schemas},
			{"SELECT COUNT(*)" + isf + "tables WHERE table_catalog <> 'system' AND table_schema" + data, size.Tables},
			{"SELECT COUNT(*)" + isf + "columns WHERE table_catalog <> 'system' AND table_schema" + data, size.Columns},
			{"SELECT COUNT(*)" + isf + "column_tags", size.Tagged},
			{"SELECT COUNT(*)" + isf + "column_masks", size.Masks},
			{"SELECT COUNT(*)" + isf + "row_filters", size.Filters},
		} {
			if got := count(t, w, c.query); got != fmt.Sprint(c.want) {
				t.Errorf("size %s: %s gives %s, want %d", size.Name, c.query, got, c.want)
			}
		}
		const direct = "_privileges WHERE coalesce(inherited_from, 'NONE') = 'NONE' AND grantee NOT IN ('account users', 'governance-admins')"
		if got := count(t, w, "SELECT COUNT(*) FROM (SELECT DISTINCT catalog_name, '', ''"+isf+"catalog"+direct+" UNION ALL SELECT DISTINCT catalog_name, schema_name, ''"+isf+"schema"+direct+
			" UNION ALL SELECT DISTINCT table_catalog, table_schema, table_name"+isf+"table"+direct+")"); got != fmt.Sprint(size.Granted()) {
			t.Errorf("size %s: %s securables have grants, want %d", size.Name, got, size.Granted())
		}
		if n := w.Groups(); n != size.Groups {
			t.Errorf("size %s: %d groups, want %d", size.Name, n, size.Groups)
		}
	}
}

func count(t *testing.T, w *databricks.Workspace, query string) string {
	t.Helper()
	r, err := w.Query(ServicePrincipal, query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return fmt.Sprint(r.Rows[0][0])
}

func TestDriftLeavesOut(t *testing.T) {
	w, err := New(S, 5, Masks{Functions: []string{"CREATE FUNCTION governance.policies.m(v STRING) RETURNS STRING RETURN NULL"}, ByValue: map[string]string{"email": "governance.policies.m"}}, databricks.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if got := count(t, w, "SELECT COUNT(*)"+isf+"column_tags"); got != fmt.Sprint(S.Tagged*95/100) {
		t.Errorf("%s columns carry the tag, want %d", got, S.Tagged*95/100)
	}
	masked, err := strconv.Atoi(count(t, w, "SELECT COUNT(*)"+isf+"column_masks WHERE mask_name = 'governance.policies.m'"))
	if err != nil || masked >= S.Tagged/3 || masked < S.Tagged/3*9/10 {
		t.Errorf("%d of %d columns are masked, %v", masked, S.Tagged/3, err)
	}
}
