package snowflake

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/polsync/polsync/connectors"
	emulator "github.com/polsync/polsync/connectors/emulator/snowflake"
	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
)

const queryPath = "/queries/v1/query-request"

func (b *bed) roles(like string) int {
	b.t.Helper()
	r, err := b.emu.Query(b.t.Context(), emulator.AdminUser, "ACCOUNTADMIN", "SHOW ROLES LIKE '"+like+"'")
	if err != nil {
		b.t.Fatal(err)
	}
	return len(r.Rows)
}

func TestExec(t *testing.T) {
	b := newBed(t, emulator.Options{})
	out, err := b.Exec(t.Context(), plan.Statement{SQL: `CREATE ROLE "made"`})
	if err != nil || out.QueryID == "" || b.roles("made") != 1 {
		t.Fatalf("%+v, %v", out, err)
	}
	if _, err := b.Exec(t.Context(), plan.Statement{Method: "POST", Path: "/x"}); err == nil {
		t.Error("a request was executed")
	}
}

// TestExecErrors holds what each answer is classified as, and whether the statement took effect.
func TestExecErrors(t *testing.T) {
	fault := func(f emulator.Fault) func(*bed) {
		f.SQL = regexp.MustCompile(`^CREATE ROLE`)
		return func(b *bed) { b.emu.Faults().Add(f) }
	}
	const create = `CREATE ROLE MADE`
	tests := []struct {
		name   string
		before func(*bed)
		sql    string
		want   error
		made   int
	}{
		{"gone or hidden", nil, `DROP MASKING POLICY "GOV"."POLSYNC"."NO"`, connectors.ErrUnknown, 0},
		{"not allowed", func(b *bed) { b.admin("REVOKE CREATE ROLE ON ACCOUNT FROM ROLE POLSYNC") }, create, connectors.ErrDenied, 0},
		{"too many waiters for a lock", fault(emulator.Fault{Code: 625, SQLState: "57014", Message: "Statement 'x' has locked table 'T' in transaction 1"}), create, connectors.ErrTransient, 0},
		{"answer without sense", fault(emulator.Fault{Garbage: true}), create, connectors.ErrOutcome, 1},
		{"answer cut off", fault(emulator.Fault{CutBody: true}), create, connectors.ErrOutcome, 1},
		{"session gone once", fault(emulator.Fault{Code: 390111, Message: "Session no longer exists", Times: 1}), create, nil, 1},
		{"token expired once", fault(emulator.Fault{Code: 390112, Message: "Session token has expired", Times: 1}), create, nil, 1},
		{"session always gone", fault(emulator.Fault{Code: 390111, Message: "Session no longer exists"}), create, connectors.ErrTransient, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBed(t, emulator.Options{})
			if tt.before != nil {
				tt.before(b)
			}
			_, err := b.Exec(t.Context(), plan.Statement{SQL: tt.sql})
			if !errors.Is(err, tt.want) || tt.want == nil && err != nil {
				t.Errorf("the error is %v, want %v", err, tt.want)
			}
			if n := b.roles("MADE"); n != tt.made {
				t.Errorf("%d roles were made, want %d", n, tt.made)
			}
		})
	}
}

// TestExecNotSent holds that what failed before anything was sent is no unknown outcome.
func TestExecNotSent(t *testing.T) {
	b := newBed(t, emulator.Options{})
	b.emu.Faults().Add(emulator.Fault{Path: "/session/v1/login-request", Code: 390100, Message: "Incorrect username or password was specified."})
	_, err := b.Exec(t.Context(), plan.Statement{SQL: "CREATE ROLE MADE"})
	if !errors.Is(err, connectors.ErrAuth) || errors.Is(err, connectors.ErrOutcome) || strings.Contains(err.Error(), "svc-secret") {
		t.Errorf("the error is %v", err)
	}
}

// TestExecAbandoned holds that a statement whose caller gave up is one of unknown outcome.
func TestExecAbandoned(t *testing.T) {
	b := newBed(t, emulator.Options{})
	if _, err := b.Exec(t.Context(), plan.Statement{SQL: "CREATE ROLE FIRST"}); err != nil {
		t.Fatal(err)
	}
	b.emu.Faults().Add(emulator.Fault{Path: queryPath, SQL: regexp.MustCompile("MADE"), Latency: 10 * time.Second})
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	_, err := b.Exec(ctx, plan.Statement{SQL: "CREATE ROLE MADE"})
	if !errors.Is(err, connectors.ErrOutcome) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the error is %v", err)
	}
}

// TestSessions holds that each session is set up before its first statement, with limits of its own for writes.
func TestSessions(t *testing.T) {
	b := newBed(t, emulator.Options{}, func(o *Options) { o.WriteTimeout, o.Tag = 7*time.Second, `it's \ "x"` })
	if _, err := b.Exec(t.Context(), plan.Statement{SQL: "CREATE ROLE MADE"}); err != nil {
		t.Fatal(err)
	}
	log := b.emu.Statements()
	last := log[len(log)-1]
	if len(log) != 3 || !strings.Contains(log[0].SQL, "STATEMENT_TIMEOUT_IN_SECONDS = 7 ") || log[1].SQL != "USE SECONDARY ROLES NONE" || last.Tag != b.opt.Tag {
		t.Errorf("the log is %+v", log)
	}
}

func TestReadAs(t *testing.T) {
	b := newBed(t, emulator.Options{})
	b.admin(`GRANT USAGE ON DATABASE CRM TO ROLE READER_A`, `GRANT USAGE ON SCHEMA CRM.SALES TO ROLE READER_A`, `GRANT SELECT ON TABLE CRM.SALES.CUSTOMERS TO ROLE READER_A`,
		`CREATE MASKING POLICY GOV.POLSYNC.M AS (val VARCHAR) RETURNS VARCHAR -> CASE WHEN IS_ROLE_IN_SESSION('READER_A') THEN '***' ELSE NULL END`,
		`ALTER TABLE CRM.SALES.CUSTOMERS MODIFY COLUMN EMAIL SET MASKING POLICY GOV.POLSYNC.M`)
	got, err := b.ReadAs(t.Context(), readerA, column(customers, "EMAIL"), 1)
	if err != nil || len(got) != 1 || got[0] == nil || *got[0] != "***" {
		t.Errorf("the first reader sees %v, %v", got, err)
	}
	if _, err := b.ReadAs(t.Context(), readerB, column(customers, "EMAIL"), 1); err == nil {
		t.Error("the second reader reads without a grant")
	}
	if _, err := b.ReadAs(t.Context(), alice, column(customers, "EMAIL"), 1); err == nil {
		t.Error("a user was taken on")
	}
	// What ReadAs took on stays with nobody else.
	if s := b.snapshot(crm); s.Objects[customers].Type != (state.DataType{}) || len(s.Unknown) > 0 {
		t.Errorf("unknown: %v", s.Unknown)
	}
}

// TestConcurrentUse holds that snapshots may run side by side.
func TestConcurrentUse(t *testing.T) {
	b := newBed(t, emulator.Options{})
	done := make(chan error, 8)
	for range cap(done) {
		go func() {
			_, err := b.Snapshot(t.Context(), crm)
			done <- err
		}()
	}
	for range cap(done) {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}
