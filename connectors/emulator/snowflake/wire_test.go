package snowflake

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"regexp"
	"testing"
	"time"

	"github.com/snowflakedb/gosnowflake"
)

func TestLogin(t *testing.T) {
	s := fresh(t)
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	s.seed(`CREATE ROLE R`, `CREATE USER U PASSWORD = 'pw' DEFAULT_ROLE = R RSA_PUBLIC_KEY = '`+base64.StdEncoding.EncodeToString(der)+`'`, `GRANT ROLE R TO USER U`)
	if err := s.AddAccessToken("U", "T", "secret", ""); err != nil {
		t.Fatal(err)
	}
	pat := func(token string) func(*gosnowflake.Config) {
		return func(c *gosnowflake.Config) { c.Authenticator, c.Token = gosnowflake.AuthTypePat, token }
	}
	jwt := func(k *rsa.PrivateKey) func(*gosnowflake.Config) {
		return func(c *gosnowflake.Config) { c.Authenticator, c.PrivateKey = gosnowflake.AuthTypeJwt, k }
	}
	for name, edit := range map[string]func(*gosnowflake.Config){"password": func(*gosnowflake.Config) {}, "token": pat("secret"), "key pair": jwt(key)} {
		if got := rows(t, s.open("U", "pw", "", edit), "SELECT CURRENT_USER(), CURRENT_ROLE(), CURRENT_ACCOUNT()"); got != "U|R|EMULATOR" {
			t.Errorf("%s: %s", name, got)
		}
	}
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	refused(t, s.open("U", "wrong", ""), codeBadLogin, "SELECT 1")
	refused(t, s.open("U", "pw", "", pat("wrong")), codeBadPAT, "SELECT 1")
	refused(t, s.open("U", "pw", "", jwt(other)), codeBadJWT, "SELECT 1")
	refused(t, s.open("U", "pw", roleAccountAdmin), 390189, "SELECT 1")
	s.seed(`ALTER USER U SET DISABLED = TRUE`)
	refused(t, s.open("U", "pw", ""), codeNoAuth, "SELECT 1")
}

func TestTypesOnTheWire(t *testing.T) {
	s := fresh(t)
	s.seed(`CREATE WAREHOUSE WH`, `CREATE DATABASE D`)
	db := s.admin()
	must(t, db, "USE WAREHOUSE WH", "USE DATABASE D", `CREATE TABLE T (N NUMBER(10,2), F FLOAT, S VARCHAR(20), B BOOLEAN, D DATE, TS TIMESTAMP_NTZ, BI BINARY, V VARIANT)`,
		`INSERT INTO T VALUES (12.50, 1.5, 'é', TRUE, '2024-02-29', '2024-02-29 10:11:12.5', NULL, NULL), (NULL, NULL, NULL, NULL, '1969-12-31', '1969-12-31 23:59:59', NULL, NULL)`)
	got := rows(t, db, "SELECT * FROM T ORDER BY N")
	want := "12.50|1.5|é|1|2024-02-29 00:00:00 +0000 UTC|2024-02-29 10:11:12.5 +0000 UTC|∅|∅;∅|∅|∅|∅|1969-12-31 00:00:00 +0000 UTC|1969-12-31 23:59:59 +0000 UTC|∅|∅"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	var n int
	if err := db.QueryRowContext(context.Background(), "SELECT COUNT(*) FROM T WHERE S = ?", "é").Scan(&n); err != nil || n != 1 {
		t.Errorf("bound: %d, %v", n, err)
	}
}

func TestStatementErrors(t *testing.T) {
	s := fresh(t)
	db := s.admin()
	refused(t, db, codeCompilation, "SELEC 1")
	refused(t, db, UnsupportedCode, "COPY INTO T FROM @S")
	refused(t, db, codeStatementCount, "SELECT 1; SELECT 2")
	refused(t, db, codeMissing, "DROP DATABASE NOPE")
	log := s.Statements()
	if len(log) != 4 || log[3].ErrorCode != codeMissing || log[3].User != AdminUser || log[3].Role != roleAccountAdmin || log[3].SQL != "DROP DATABASE NOPE" {
		t.Errorf("log is %+v", log)
	}
}

func TestSessionState(t *testing.T) {
	s := fresh(t)
	s.seed(`CREATE WAREHOUSE WH`, `CREATE DATABASE D`, `CREATE ROLE R`, `GRANT ROLE R TO USER ADMIN`)
	db := s.admin()
	must(t, db, "USE ROLE R", "USE SECONDARY ROLES NONE", "ALTER SESSION SET QUERY_TAG = 'run 1'")
	if got := rows(t, db, "SELECT CURRENT_ROLE(), CURRENT_DATABASE()"); got != "R|∅" {
		t.Error(got)
	}
	if log := s.Statements(); log[len(log)-1].Tag != "run 1" || log[len(log)-1].Role != "R" {
		t.Errorf("log is %+v", log[len(log)-1])
	}
	must(t, db, "USE ROLE ACCOUNTADMIN", "USE DATABASE D", "USE WAREHOUSE WH")
	if got := rows(t, db, "SELECT CURRENT_DATABASE(), CURRENT_SCHEMA(), CURRENT_WAREHOUSE()"); got != "D|PUBLIC|WH" {
		t.Error(got)
	}
	refused(t, db, codeParentMissing, "USE ROLE NOBODY")
}

func TestFaultsOverTheWire(t *testing.T) {
	create := regexp.MustCompile("CREATE ROLE")
	for name, f := range map[string]Fault{
		"refused":       {SQL: create, Times: 1, Status: 503},
		"throttled":     {SQL: create, Times: 1, Status: 429},
		"cut before":    {SQL: create, Times: 1, CutBefore: true},
		"cut after":     {SQL: create, Times: 1, CutAfter: true},
		"token expired": {SQL: create, Times: 1, Code: 390112},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := fresh(t)
			db := s.admin()
			s.Faults().Add(f)
			must(t, db, "CREATE ROLE ONCE") // a second execution would say that it exists
			if got := len(s.Statements()); got != 1 {
				t.Errorf("executed %d times", got)
			}
		})
	}
}

func TestFaultsThatFail(t *testing.T) {
	s := fresh(t)
	db := s.admin()
	s.Faults().Add(Fault{SQL: regexp.MustCompile("CREATE"), Skip: 1, Times: 1, Code: 630})
	s.Faults().Add(Fault{SQL: regexp.MustCompile("DROP"), Code: codeLockWaiters})
	must(t, db, "CREATE ROLE A")
	refused(t, db, 630, "CREATE ROLE B")
	must(t, db, "CREATE ROLE B")
	refused(t, db, codeLockWaiters, "DROP ROLE B")
	s.Faults().Clear()
	s.Faults().Add(Fault{Path: pathQuery, Times: 1, Code: codeSessionGone})
	refused(t, db, codeSessionGone, "DROP ROLE B")
	s.Close()
	if _, err := s.Query(context.Background(), AdminUser, roleAccountAdmin, "SELECT 1"); err != nil {
		t.Errorf("Query works without the wire: %v", err)
	}
}

func TestSessionTokenEndsByTheClock(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	s := serve(t, New(Options{Clock: func() time.Time { return now }}))
	db := s.admin()
	must(t, db, "CREATE ROLE A")
	now = now.Add(90 * time.Minute)
	must(t, db, "CREATE ROLE B") // renewed by the driver
	now = now.Add(5 * time.Hour)
	_, err := db.Exec("CREATE ROLE C")
	var se *gosnowflake.SnowflakeError
	if !errors.As(err, &se) || se.Number != codeMasterExpired {
		t.Errorf("error is %v", err)
	}
}
