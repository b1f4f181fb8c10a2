package snowflake

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/http/httptest"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/snowflakedb/gosnowflake"
)

func TestMain(m *testing.M) {
	if err := os.Setenv("SNOWFLAKE_DISABLE_PLATFORM_DETECTION", "true"); err != nil {
		panic(err)
	}
	gosnowflake.GetLogger().SetOutput(io.Discard)
	os.Exit(m.Run())
}

// served is an account behind a listener.
type served struct {
	*Account
	t    *testing.T
	host string
	port int
}

func serve(t *testing.T, a *Account) *served {
	t.Helper()
	srv := httptest.NewServer(a)
	t.Cleanup(srv.Close)
	u, err := url.Parse(srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	port, err := strconv.Atoi(u.Port())
	if err != nil {
		t.Fatal(err)
	}
	return &served{a, t, u.Hostname(), port}
}

func fresh(t *testing.T) *served { return serve(t, New(Options{})) }

// open connects with the unmodified driver; edit may change the settings.
func (s *served) open(user, password, role string, edit ...func(*gosnowflake.Config)) *sql.DB {
	cfg := gosnowflake.Config{Account: "EMULATOR", User: user, Password: password, Role: role, Protocol: "http", Host: s.host, Port: s.port,
		//lint:ignore SA1019 the pinned driver has no other switch
		DisableTelemetry:  true,
		DisableOCSPChecks: true}
	for _, e := range edit {
		e(&cfg)
	}
	db := sql.OpenDB(gosnowflake.NewConnector(gosnowflake.SnowflakeDriver{}, cfg))
	db.SetMaxOpenConns(1)
	s.t.Cleanup(func() { _ = db.Close() })
	return db
}

func (s *served) admin() *sql.DB { return s.open(AdminUser, AdminPassword, roleAccountAdmin) }

// seed runs statements as ACCOUNTADMIN without the wire.
func (s *served) seed(statements ...string) {
	s.t.Helper()
	if err := s.Exec(roleAccountAdmin, statements...); err != nil {
		s.t.Fatal(err)
	}
}

func must(t *testing.T, db *sql.DB, statements ...string) {
	t.Helper()
	for _, q := range statements {
		if _, err := db.ExecContext(context.Background(), q); err != nil {
			t.Fatalf("%s: %v", q, err)
		}
	}
}

// rows gives a result as text: columns with "|", rows with ";", NULL as "∅".
func rows(t *testing.T, db *sql.DB, query string, columns ...string) string {
	t.Helper()
	out, err := tryRows(db, query, columns...)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return out
}

func tryRows(db *sql.DB, query string, columns ...string) (string, error) {
	rs, err := db.QueryContext(context.Background(), query)
	if err != nil {
		return "", err
	}
	defer rs.Close()
	names, err := rs.Columns()
	if err != nil {
		return "", err
	}
	var lines []string
	for rs.Next() {
		cells := make([]any, len(names))
		for i := range cells {
			cells[i] = new(any)
		}
		if err := rs.Scan(cells...); err != nil {
			return "", err
		}
		var line []string
		for i, n := range names {
			if len(columns) == 0 || contains(columns, n) {
				line = append(line, cellText(*cells[i].(*any)))
			}
		}
		lines = append(lines, strings.Join(line, "|"))
	}
	return strings.Join(lines, ";"), rs.Err()
}

func cellText(v any) string {
	if v == nil {
		return "∅"
	}
	return fmt.Sprint(v)
}

// wantError asserts that an error is Snowflake's with a number.
func wantError(t *testing.T, err error, number int) {
	t.Helper()
	var se *gosnowflake.SnowflakeError
	if !errors.As(err, &se) {
		t.Fatalf("error is %v, want number %d", err, number)
	}
	if se.Number != number || se.SQLState == "" {
		t.Fatalf("error is %d (%s) %s, want number %d", se.Number, se.SQLState, se.Message, number)
	}
}

func refused(t *testing.T, db *sql.DB, number int, statement string) {
	t.Helper()
	_, err := db.ExecContext(context.Background(), statement)
	if err == nil {
		t.Fatalf("%s: no error, want %d", statement, number)
	}
	wantError(t, err, number)
}

// queryer is a connection whose failures fail the test.
type queryer struct {
	t  *testing.T
	db *sql.DB
}

func (q queryer) exec(statements ...string) { q.t.Helper(); must(q.t, q.db, statements...) }

func (q queryer) rows(query string, columns ...string) string {
	q.t.Helper()
	return rows(q.t, q.db, query, columns...)
}

func (q queryer) refused(number int, statement string) {
	q.t.Helper()
	refused(q.t, q.db, number, statement)
}
