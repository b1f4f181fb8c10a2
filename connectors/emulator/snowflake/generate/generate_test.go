package generate

import (
	"context"
	"fmt"
	"testing"

	"github.com/polsync/polsync/connectors/emulator/snowflake"
)

func TestAccountsHaveTheirSize(t *testing.T) {
	for _, size := range []Size{S, M} {
		a, err := New(size, 0, snowflake.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer a.Close()
		for _, c := range []struct {
			query string
			want  int
		}{
			{"SELECT COUNT(*) FROM SNOWFLAKE.ACCOUNT_USAGE.DATABASES WHERE DELETED IS NULL AND DATABASE_NAME <> 'SNOWFLAKE'", size.Databases},
			{"SELECT COUNT(*) FROM SNOWFLAKE.ACCOUNT_USAGE.SCHEMATA WHERE DELETED IS NULL AND CATALOG_NAME <> 'SNOWFLAKE'", size.Schemas},
			{"SELECT COUNT(*) FROM SNOWFLAKE.ACCOUNT_USAGE.TABLES WHERE DELETED IS NULL", size.Tables},
			{"SELECT COUNT(*) FROM SNOWFLAKE.ACCOUNT_USAGE.COLUMNS WHERE DELETED IS NULL", size.Columns},
			{"SELECT COUNT(*) FROM SNOWFLAKE.ACCOUNT_USAGE.TAG_REFERENCES WHERE DOMAIN = 'COLUMN'", size.Tagged},
			{"SELECT COUNT(*) FROM SNOWFLAKE.ACCOUNT_USAGE.ROLES WHERE DELETED_ON IS NULL AND ROLE_TYPE = 'ROLE'", size.Roles},
			{"SELECT COUNT(*) FROM SNOWFLAKE.ACCOUNT_USAGE.USERS WHERE NAME LIKE 'USER_%'", size.Users},
			{"SELECT COUNT(*) FROM SNOWFLAKE.ACCOUNT_USAGE.POLICY_REFERENCES", size.Policies},
		} {
			r, err := a.Query(context.Background(), snowflake.AdminUser, "ACCOUNTADMIN", c.query)
			if err != nil {
				t.Fatal(err)
			}
			if got := fmt.Sprint(r.Rows[0][0]); got != fmt.Sprint(c.want) {
				t.Errorf("size %s: %s gives %s, want %d", size.Name, c.query, got, c.want)
			}
		}
	}
}

func TestDriftLeavesOut(t *testing.T) {
	a, err := New(S, 5, snowflake.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	r, err := a.Query(context.Background(), snowflake.AdminUser, "ACCOUNTADMIN", "SELECT COUNT(*) FROM SNOWFLAKE.ACCOUNT_USAGE.TAG_REFERENCES")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprint(r.Rows[0][0]), fmt.Sprint(S.Tagged*95/100); got != want {
		t.Errorf("%s columns carry the tag, want %s", got, want)
	}
}
