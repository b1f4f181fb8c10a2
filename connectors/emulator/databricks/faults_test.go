package databricks_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/databricks/databricks-sdk-go/apierr"
	"github.com/databricks/databricks-sdk-go/service/catalog"
	"github.com/databricks/databricks-sdk-go/service/sql"
	"go.uber.org/goleak"

	emulator "github.com/polsync/polsync/connectors/emulator/databricks"
)

func faulty(t *testing.T) (*bench, *emulator.Faults) {
	f := &emulator.Faults{}
	return newBench(t, emulator.Options{Faults: f}), f
}

func exists(b *bench, name string) bool {
	b.t.Helper()
	return len(b.rows(admin, "SHOW CATALOGS LIKE '"+name+"'")) == 1
}

func TestTooManyRequestsIsRetriedByTheSDK(t *testing.T) {
	b, f := faulty(t)
	f.Add(emulator.Fault{Status: http.StatusTooManyRequests, RetryAfter: 1, Times: 1})
	if _, err := b.client(alice).CurrentUser.Me(t.Context()); err == nil {
		if n := len(b.w.Requests()); n < 2 {
			t.Errorf("%d requests, want a retry", n)
		}
	} else if !errors.Is(err, apierr.ErrTooManyRequests) {
		t.Errorf("got %v", err)
	}
	if s := b.w.Requests()[0].Status; s != http.StatusTooManyRequests {
		t.Errorf("first status %d", s)
	}
}

func TestCutBeforeAndAfterExecution(t *testing.T) {
	b, f := faulty(t)
	run := func(statement string) error {
		_, err := b.client(admin).StatementExecution.ExecuteStatement(t.Context(), sql.ExecuteStatementRequest{Statement: statement, WarehouseId: warehID})
		return err
	}
	f.Add(emulator.Fault{SQL: "catalog before", CutBefore: true})
	f.Add(emulator.Fault{SQL: "catalog after", CutAfter: true})
	if err := run("CREATE CATALOG before"); err == nil {
		t.Error("the connection was not cut before")
	}
	if err := run("CREATE CATALOG after"); err == nil {
		t.Error("the connection was not cut after")
	}
	f.Clear()
	if exists(b, "before") || !exists(b, "after") {
		t.Error("before was executed, or after was not")
	}
}

func TestNthMatchFails(t *testing.T) {
	b, f := faulty(t)
	remove := f.Add(emulator.Fault{Path: "/Me", Status: http.StatusInternalServerError, Skip: 1, Times: 1})
	w := b.client(alice)
	var got []bool
	for range 3 {
		_, err := w.CurrentUser.Me(t.Context())
		got = append(got, err == nil)
	}
	if !got[0] || got[1] || !got[2] {
		t.Errorf("succeeded: %v, want only the second to fail", got)
	}
	remove()
}

func TestExpiredToken(t *testing.T) {
	b, f := faulty(t)
	f.Add(emulator.Fault{ExpireAuth: true, Principal: alice})
	if _, err := b.client(alice).CurrentUser.Me(t.Context()); !errors.Is(err, apierr.ErrUnauthenticated) {
		t.Errorf("alice: %v", err)
	}
	if _, err := b.client(bob).CurrentUser.Me(t.Context()); err != nil {
		t.Errorf("bob: %v", err)
	}
}

func TestTruncation(t *testing.T) {
	b, f := faulty(t)
	small(b)
	b.exec("INSERT INTO main.s.t2 VALUES (1), (2), (3), (4)")
	f.Add(emulator.Fault{Truncate: true})
	list, err := b.client(admin).Tables.ListAll(t.Context(), catalog.ListTablesRequest{CatalogName: "main", SchemaName: "s"})
	b.must(err)
	if len(list) != 1 {
		t.Errorf("%d tables, want 1 of 3", len(list))
	}
	r := b.run(admin, "SELECT id FROM main.s.t2")
	if !r.Manifest.Truncated || len(r.Result.DataArray) != 2 {
		t.Errorf("manifest %+v with %d rows", r.Manifest, len(r.Result.DataArray))
	}
}

func TestKill(t *testing.T) {
	b, f := faulty(t)
	w := b.client(alice)
	f.Kill()
	if _, err := w.CurrentUser.Me(t.Context()); err == nil {
		t.Error("a killed workspace answers")
	}
	f.Clear()
	if _, err := w.CurrentUser.Me(t.Context()); err != nil {
		t.Errorf("after Clear: %v", err)
	}
}

func TestFailingAndPendingStatements(t *testing.T) {
	b, f := faulty(t)
	f.Add(emulator.Fault{SQL: "catalog conflict", FailSQL: "CONCURRENT_UPDATE", Times: 1})
	f.Add(emulator.Fault{SQL: "catalog slow", Pending: time.Hour})
	if c := b.refused(admin, "CREATE CATALOG conflict"); c != "CONCURRENT_UPDATE" {
		t.Errorf("got %s", c)
	}
	if exists(b, "conflict") {
		t.Error("the failed statement was executed")
	}
	b.rows(admin, "CREATE CATALOG conflict")
	r, err := execute(b, sql.ExecuteStatementRequest{Statement: "CREATE CATALOG slow", WaitTimeout: "0s"})
	b.must(err)
	if r.Status.State != sql.StatementStatePending {
		t.Errorf("state %s, want PENDING", r.Status.State)
	}
}

func TestCallbacksSeeTheChosenStatementBeforeAndAfter(t *testing.T) {
	b := newBench(t, emulator.Options{})
	there := func(name string) bool {
		r, err := b.w.Query(admin, "SHOW CATALOGS LIKE '"+name+"'")
		if err != nil {
			t.Error(err)
			return false
		}
		return len(r.Rows) == 1
	}
	var calls []string
	b.w.Faults().Add(emulator.Fault{SQL: "create catalog", Skip: 1, Times: 1,
		Before: func(r emulator.Request) {
			calls = append(calls, "before "+r.SQL)
			if there("b") {
				t.Error("executed before Before")
			}
		},
		After: func(r emulator.Request) {
			calls = append(calls, "after "+r.SQL)
			if !there("b") {
				t.Error("not executed before After")
			}
			if n := len(b.w.Statements()); n != 1 {
				t.Errorf("%d statements have ended, want the first alone", n)
			}
		}})
	for _, name := range []string{"a", "b", "c"} {
		b.rows(admin, "CREATE CATALOG "+name)
	}
	if want := []string{"before CREATE CATALOG b", "after CREATE CATALOG b"}; !slices.Equal(calls, want) {
		t.Errorf("called %q, want %q", calls, want)
	}
}

func TestCallbacksAndCuts(t *testing.T) {
	b := newBench(t, emulator.Options{})
	var calls []string
	note := func(what string) func(emulator.Request) {
		return func(emulator.Request) { calls = append(calls, what) }
	}
	cut := func(f emulator.Fault) {
		defer b.w.Faults().Add(f)()
		_, err := b.client(admin).StatementExecution.ExecuteStatement(t.Context(), sql.ExecuteStatementRequest{Statement: "CREATE CATALOG c", WarehouseId: warehID})
		if err == nil {
			t.Error("the connection was not cut")
		}
	}
	cut(emulator.Fault{SQL: "create", Times: 1, Before: note("before"), After: note("never"), CutBefore: true})
	cut(emulator.Fault{SQL: "create", Times: 1, After: note("after"), CutAfter: true})
	b.w.Faults().Add(emulator.Fault{Path: "/Me", Before: note("me"), After: note("was me")})
	if _, err := b.client(alice).CurrentUser.Me(t.Context()); err != nil {
		t.Error(err)
	}
	if want := []string{"before", "after", "me", "was me"}; !slices.Equal(calls, want) {
		t.Errorf("called %q, want %q", calls, want)
	}
}

// A statement that a callback waits in runs and is not cancelled any more.
func TestAfterHoldsWhatIsPolledFor(t *testing.T) {
	b := newBench(t, emulator.Options{})
	entered, release := make(chan bool), make(chan bool)
	b.w.Faults().Add(emulator.Fault{SQL: "create", After: func(emulator.Request) { close(entered); <-release }})
	api := b.client(admin).StatementExecution
	r, err := execute(b, sql.ExecuteStatementRequest{Statement: "CREATE CATALOG c", WaitTimeout: "0s"})
	b.must(err)
	<-entered
	b.must(api.CancelExecution(t.Context(), sql.CancelExecutionRequest{StatementId: r.StatementId}))
	got, err := api.GetStatementByStatementId(t.Context(), r.StatementId)
	b.must(err)
	if got.Status.State != sql.StatementStateRunning {
		t.Errorf("state %s, want RUNNING", got.Status.State)
	}
	close(release)
	for got.Status.State == sql.StatementStateRunning {
		got, err = api.GetStatementByStatementId(t.Context(), r.StatementId)
		b.must(err)
	}
	if got.Status.State != sql.StatementStateSucceeded {
		t.Errorf("ended as %s", got.Status.State)
	}
}

// Close ends what is pending, without running it.
func TestCloseLeavesNothingRunning(t *testing.T) {
	before := goleak.IgnoreCurrent()
	f := &emulator.Faults{}
	w := emulator.New(emulator.Options{Faults: f})
	f.Add(emulator.Fault{Pending: time.Hour})
	w.AddWarehouse(warehID, "Starter")
	if err := w.AddToken(admin, "token"); err != nil {
		t.Fatal(err)
	}
	req := httptest.NewRequest(http.MethodPost, "/api/2.0/sql/statements", strings.NewReader(`{"statement":"CREATE CATALOG c","warehouse_id":"wh1","wait_timeout":"0s"}`))
	req.Header.Set("Authorization", "Bearer token")
	rec := httptest.NewRecorder()
	w.ServeHTTP(rec, req)
	if !strings.Contains(rec.Body.String(), "PENDING") {
		t.Fatalf("got %s", rec.Body)
	}
	w.Close()
	if s := w.Statements(); len(s) != 1 || s[0].State != "CANCELED" {
		t.Errorf("recorded %+v", s)
	}
	goleak.VerifyNone(t, before)
}
