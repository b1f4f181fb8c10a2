package snowflake

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/snowflakedb/gosnowflake"
)

// statementsOfAllSorts are cut at every token by TestBrokenStatements.
var statementsOfAllSorts = []string{
	`CREATE TAG IF NOT EXISTS GOV.T.A ALLOWED_VALUES 'a', 'b' PROPAGATE = ON_DEPENDENCY COMMENT = 'c'`,
	`ALTER TAG GOV.T.A SET MASKING POLICY GOV.P.M, MASKING POLICY GOV.P.N FORCE`,
	`ALTER TABLE D.S.T MODIFY COLUMN EMAIL SET MASKING POLICY GOV.P.M USING (EMAIL, COUNTRY) FORCE, COLUMN SSN SET TAG GOV.T.A = 'x'`,
	`CREATE OR REPLACE MASKING POLICY GOV.P.M AS (v VARCHAR, n NUMBER(38, 2)) RETURNS VARCHAR -> CASE WHEN n > 1 THEN v ELSE 'x' END COMMENT = 'c'`,
	`GRANT SELECT, INSERT ON FUTURE TABLES IN SCHEMA D.S TO DATABASE ROLE D.R WITH GRANT OPTION`,
	`GRANT OWNERSHIP ON ALL TABLES IN DATABASE D TO ROLE R COPY CURRENT GRANTS`,
	`REVOKE GRANT OPTION FOR USAGE ON DATABASE D FROM ROLE R CASCADE`,
	`CREATE TABLE D.S.X (A NUMBER(10, 2) NOT NULL DEFAULT 1 + 1 COMMENT 'c' WITH MASKING POLICY GOV.P.M USING (A) WITH TAG (GOV.T.A = 'a'), PRIMARY KEY (A)) COMMENT = 'x'`,
	`CREATE SECURE VIEW D.S.V (A COMMENT 'c') COMMENT = 'v' AS SELECT ID FROM D.S.T WHERE ID > 1`,
	`CREATE USER U PASSWORD = 'x' DEFAULT_ROLE = R DEFAULT_SECONDARY_ROLES = ('ALL') RSA_PUBLIC_KEY = 'x' TYPE = SERVICE`,
	`SHOW MASKING POLICIES LIKE 'a%' IN SCHEMA GOV.P LIMIT 10 FROM 'x'`,
	`SHOW FUTURE GRANTS IN SCHEMA D.S`,
	`INSERT INTO D.S.T (ID, EMAIL) VALUES (1, 'x'), (2, NULL)`,
	`SELECT T.ID, COUNT(*) FROM TABLE(D.INFORMATION_SCHEMA.TAG_REFERENCES('D.S.T', 'TABLE')) R JOIN D.S.T T ON T.EMAIL = R.TAG_NAME GROUP BY ALL ORDER BY 1 LIMIT 3`,
	`ALTER SESSION SET QUERY_TAG = 'x' TIMEZONE = 'UTC'`,
	`UPDATE D.S.T SET EMAIL = 'x' WHERE ID = 1`,
	`EXECUTE USING POLICY_CONTEXT(CURRENT_ROLE => 'PUBLIC') AS SELECT 1`,
}

// TestBrokenStatements: whatever a statement lacks, it ends in an answer.
func TestBrokenStatements(t *testing.T) {
	a := New(Options{})
	ctx := context.Background()
	for _, whole := range statementsOfAllSorts {
		for i := range whole {
			for _, sql := range []string{whole[:i], whole[i:], whole[:i] + ")" + whole[i:], whole[:i] + " , " + whole[i:]} {
				_, err := a.Query(ctx, AdminUser, roleAccountAdmin, sql)
				var own *Error
				if err != nil && (!errors.As(err, &own) || own.Code == 300002) {
					t.Fatalf("%s: %v", sql, err)
				}
			}
		}
	}
}

func TestBrokenRequests(t *testing.T) {
	s := fresh(t)
	for _, path := range []string{pathLogin, pathToken, pathQuery, pathAbort, pathHeartbeat, pathSession, "/queries/x/result", "/monitoring/queries/x", "/chunks/x/1", "/nowhere"} {
		for _, body := range []string{"", "{", "[]", "null", `{"data": 1}`, `{"sqlText": 7}`, strings.Repeat("x", 1000)} {
			r := httptest.NewRequest(http.MethodPost, path+"?requestId=1", strings.NewReader(body))
			r.Header.Set("Authorization", `Snowflake Token="nobody"`)
			w := httptest.NewRecorder()
			s.ServeHTTP(w, r)
			if w.Code >= 500 || strings.Contains(w.Body.String(), `"success":true`) {
				t.Errorf("%s with %q: %d %s", path, body, w.Code, w.Body)
			}
		}
	}
}

func TestCancelled(t *testing.T) {
	s := fresh(t)
	db := s.admin()
	must(t, db, "SELECT 1")
	s.Faults().Add(Fault{Path: pathQuery, Times: 1, Latency: time.Hour})
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if _, err := db.ExecContext(ctx, "CREATE ROLE LATE"); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("error is %v", err)
	}
	must(t, db, "CREATE ROLE LATE") // it was not created
	if log := s.Statements(); log[1].ErrorCode != codeCanceled {
		t.Errorf("log is %+v", log[1])
	}
}

func TestLockedTable(t *testing.T) {
	s, q := catalogued(t, "CREATE TAG GOV.T.A")
	if err := s.LockTable("D.S.T"); err != nil {
		t.Fatal(err)
	}
	q.refused(codeLockWaiters, "ALTER TABLE D.S.T MODIFY COLUMN EMAIL SET TAG GOV.T.A = 'x'")
	q.exec("SELECT * FROM D.S.T")
	if err := s.UnlockTable("D.S.T"); err != nil {
		t.Fatal(err)
	}
	q.exec("ALTER TABLE D.S.T MODIFY COLUMN EMAIL SET TAG GOV.T.A = 'x'")
}

// TestLargeResult comes in chunks.
func TestLargeResult(t *testing.T) {
	s := serve(t, New(Options{InlineRows: 100}))
	s.seed("CREATE WAREHOUSE WH", "CREATE DATABASE D")
	db := queryer{t, s.admin()}
	db.exec("USE WAREHOUSE WH")
	if got := db.rows("SELECT ROW_NUMBER() OVER (ORDER BY 1) - 1 AS N FROM TABLE(GENERATOR(ROWCOUNT => 1234)) ORDER BY N"); strings.Count(got, ";") != 1233 || !strings.HasSuffix(got, ";1233") {
		t.Errorf("%d rows", strings.Count(got, ";")+1)
	}
}

// TestConcurrentSessions lets sessions read masked data while others change policies and grants; with -race it shows unguarded state.
func TestConcurrentSessions(t *testing.T) {
	s := sampled(t)
	g := s.governance()
	g.exec("CREATE TAG GOV.TAGS.PII", "CREATE MASKING POLICY GOV.POLICIES.M AS (v VARCHAR) RETURNS VARCHAR -> CASE WHEN IS_ROLE_IN_SESSION('PII_READER') THEN v ELSE '***' END",
		"ALTER TAG GOV.TAGS.PII SET MASKING POLICY GOV.POLICIES.M", "ALTER TABLE CRM_PROD.PUBLIC.CUSTOMERS MODIFY COLUMN EMAIL SET TAG GOV.TAGS.PII = 'email'")
	var readers, writers sync.WaitGroup
	stop := make(chan struct{})
	for i := range 3 {
		writers.Go(func() {
			db := s.open(SampleGovernanceUser, "", SampleGovernanceRole, func(c *gosnowflake.Config) {
				c.Authenticator, c.Token, c.Warehouse = gosnowflake.AuthTypePat, SampleGovernanceToken, SampleWarehouse
			})
			for k := 0; ; k++ {
				select {
				case <-stop:
					return
				default:
				}
				for _, sql := range []string{fmt.Sprintf("ALTER TABLE CRM_PROD.PUBLIC.CUSTOMERS MODIFY COLUMN PHONE SET TAG GOV.TAGS.PII = 'p%d'", k),
					fmt.Sprintf("CREATE ROLE T%d_%d", i, k), fmt.Sprintf("GRANT SELECT ON TABLE CRM_PROD.PUBLIC.ORDERS TO ROLE T%d_%d", i, k), "SHOW GRANTS TO ROLE ANALYST"} {
					if _, err := db.Exec(sql); err != nil {
						t.Errorf("%s: %v", sql, err)
						return
					}
				}
			}
		})
	}
	for range 3 {
		readers.Go(func() {
			bob := s.as("BOB")
			for range 40 {
				if got, err := tryRows(bob.db, "SELECT DISTINCT EMAIL FROM CRM_PROD.PUBLIC.CUSTOMERS"); err != nil || got != "***" {
					t.Errorf("BOB sees %s, %v", got, err)
					return
				}
			}
		})
	}
	readers.Wait()
	close(stop)
	writers.Wait()
}
