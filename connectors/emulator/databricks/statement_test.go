package databricks_test

import (
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/databricks/databricks-sdk-go/apierr"
	"github.com/databricks/databricks-sdk-go/service/sql"

	emulator "github.com/polsync/polsync/connectors/emulator/databricks"
)

func execute(b *bench, req sql.ExecuteStatementRequest) (*sql.StatementResponse, error) {
	b.t.Helper()
	req.WarehouseId = warehID
	return b.client(admin).StatementExecution.ExecuteStatement(b.t.Context(), req)
}

func TestResultComesInChunks(t *testing.T) {
	b := newBench(t, emulator.Options{ChunkRows: 2})
	small(b)
	b.exec("INSERT INTO main.s.t2 VALUES (1), (2), (3), (4), (5)")
	r, err := execute(b, sql.ExecuteStatementRequest{Statement: "SELECT id FROM main.s.t2 ORDER BY id"})
	b.must(err)
	if m := r.Manifest; m.TotalChunkCount != 3 || m.TotalRowCount != 5 || m.Truncated || len(m.Chunks) != 3 {
		t.Fatalf("manifest %+v", m)
	}
	got := column(r.Result.DataArray)
	link := r.Result.NextChunkInternalLink
	for i := r.Result.NextChunkIndex; link != ""; {
		c, err := b.client(admin).StatementExecution.GetStatementResultChunkNByStatementIdAndChunkIndex(t.Context(), r.StatementId, i)
		b.must(err)
		got += " " + column(c.DataArray)
		i, link = c.NextChunkIndex, c.NextChunkInternalLink
	}
	if got != "1 2 3 4 5" {
		t.Errorf("got %q", got)
	}
}

func TestLimitsTruncate(t *testing.T) {
	b := newBench(t, emulator.Options{})
	small(b)
	b.exec("INSERT INTO main.s.t2 VALUES (1), (2), (3)")
	r, err := execute(b, sql.ExecuteStatementRequest{Statement: "SELECT id FROM main.s.t2", RowLimit: 2})
	b.must(err)
	if !r.Manifest.Truncated || len(r.Result.DataArray) != 2 {
		t.Errorf("row_limit: %+v", r.Manifest)
	}
	r, err = execute(b, sql.ExecuteStatementRequest{Statement: "SELECT repeat('x', 1000) FROM main.s.t2", ByteLimit: 1500})
	b.must(err)
	if !r.Manifest.Truncated || len(r.Result.DataArray) != 1 {
		t.Errorf("byte_limit: %+v", r.Manifest)
	}
}

func TestInlineResultsHaveALimit(t *testing.T) {
	b := newBench(t, emulator.Options{})
	small(b)
	b.exec("INSERT INTO main.s.t2 VALUES (1), (2), (3)")
	if c := b.refused(admin, "SELECT repeat('x', 10000000) FROM main.s.t2"); c != "INLINE_RESULT_TOO_LARGE" {
		t.Errorf("got %s", c)
	}
}

func TestParameters(t *testing.T) {
	b := newBench(t, emulator.Options{})
	r, err := execute(b, sql.ExecuteStatementRequest{Statement: "SELECT :a, :n + 1, :none IS NULL, :d", Parameters: []sql.StatementParameterListItem{
		{Name: "a", Value: "it's"}, {Name: "n", Value: "41", Type: "INT"}, {Name: "none", Type: "STRING"}, {Name: "d", Value: "2026-01-02", Type: "DATE"}}})
	b.must(err)
	if got := strings.Join(r.Result.DataArray[0], "|"); got != "it's|42|true|2026-01-02" {
		t.Errorf("got %s", got)
	}
}

// A failing statement is HTTP 200 with the condition in its message.
func TestFailuresCarryTheirCondition(t *testing.T) {
	b := newBench(t, emulator.Options{})
	small(b)
	for statement, want := range map[string][2]string{
		"SELEC 1":                           {emulator.UnsupportedCode, "0A000"},
		"SELECT FROM WHERE":                 {"PARSE_SYNTAX_ERROR", "42601"},
		"SELECT * FROM main.s.none":         {"TABLE_OR_VIEW_NOT_FOUND", "42P01"},
		"SELECT nope FROM main.s.t1":        {"UNRESOLVED_COLUMN.WITHOUT_SUGGESTION", "42703"},
		"SELECT no_such(1)":                 {"UNRESOLVED_ROUTINE", "42883"},
		"MERGE INTO main.s.t1 USING x":      {emulator.UnsupportedCode, "0A000"},
		"OPTIMIZE main.s.t1":                {emulator.UnsupportedCode, "0A000"},
		"CREATE TABLE main.s.t1 (a INT)":    {"TABLE_OR_VIEW_ALREADY_EXISTS", "42P07"},
		"CREATE SCHEMA none.s":              {"NO_SUCH_CATALOG_EXCEPTION", "42704"},
		"DROP SCHEMA main.s":                {"SCHEMA_NOT_EMPTY", "2BP01"},
		"SELECT 1; SELECT 2":                {"PARSE_SYNTAX_ERROR", "42601"},
		"ALTER TABLE main.s.t1 ZORDER BY x": {emulator.UnsupportedCode, "0A000"},
	} {
		r := b.run(admin, statement)
		if r.Status.State != sql.StatementStateFailed {
			t.Errorf("%s: %s", statement, r.Status.State)
			continue
		}
		if got := condition(r.Status.Error.Message); got != want[0] || r.Status.SqlState != want[1] || !strings.Contains(r.Status.Error.Message, "SQLSTATE: "+want[1]) {
			t.Errorf("%s: %s (%s)", statement, r.Status.Error.Message, r.Status.SqlState)
		}
		if r.Status.Error.ErrorCode != sql.ServiceErrorCodeBadRequest {
			t.Errorf("%s: error_code %s", statement, r.Status.Error.ErrorCode)
		}
	}
}

func TestStatementWithoutResult(t *testing.T) {
	b := newBench(t, emulator.Options{})
	r := b.run(admin, "CREATE CATALOG c")
	if r.Status.State != sql.StatementStateSucceeded || r.Manifest.TotalChunkCount != 0 || r.Manifest.Schema.ColumnCount != 0 {
		t.Errorf("got %+v %+v", r.Status, r.Manifest)
	}
}

// Cancelled while its warehouse starts, a statement never runs.
func TestCancel(t *testing.T) {
	b := newBench(t, emulator.Options{ColdStart: time.Hour})
	b.w.StopWarehouse(warehID)
	api := b.client(admin).StatementExecution
	r, err := execute(b, sql.ExecuteStatementRequest{Statement: "CREATE CATALOG never", WaitTimeout: "0s"})
	b.must(err)
	if r.Status.State != sql.StatementStatePending {
		t.Fatalf("state %s, want PENDING", r.Status.State)
	}
	b.must(api.CancelExecution(t.Context(), sql.CancelExecutionRequest{StatementId: r.StatementId}))
	got, err := api.GetStatementByStatementId(t.Context(), r.StatementId)
	b.must(err)
	if got.Status.State != sql.StatementStateCanceled {
		t.Errorf("state %s, want CANCELED", got.Status.State)
	}
	if rows := b.rows(admin, "SHOW CATALOGS LIKE 'never'"); len(rows) != 0 {
		t.Error("the cancelled statement ran")
	}
	if s := b.w.Statements(); s[0].State != "CANCELED" || s[0].SQL != "CREATE CATALOG never" {
		t.Errorf("recorded %+v", s[0])
	}
}

func TestPolling(t *testing.T) {
	b := newBench(t, emulator.Options{ColdStart: 20 * time.Millisecond})
	b.w.StopWarehouse(warehID)
	r, err := execute(b, sql.ExecuteStatementRequest{Statement: "SELECT 7", WaitTimeout: "0s"})
	b.must(err)
	for r.Status.State == sql.StatementStatePending || r.Status.State == sql.StatementStateRunning {
		r, err = b.client(admin).StatementExecution.GetStatementByStatementId(t.Context(), r.StatementId)
		b.must(err)
	}
	if r.Status.State != sql.StatementStateSucceeded || r.Result.DataArray[0][0] != "7" {
		t.Errorf("got %+v", r.Status)
	}
}

func TestStatementsAreOnesOwn(t *testing.T) {
	b := newBench(t, emulator.Options{})
	r := b.run(admin, "SELECT 1")
	_, err := b.client(alice).StatementExecution.GetStatementByStatementId(t.Context(), r.StatementId)
	if !errors.Is(err, apierr.ErrNotFound) {
		t.Errorf("alice reads the admin's result: %v", err)
	}
}

func TestBadRequests(t *testing.T) {
	b := newBench(t, emulator.Options{})
	for name, req := range map[string]sql.ExecuteStatementRequest{
		"wait too short": {Statement: "SELECT 1", WaitTimeout: "3s"},
		"no statement":   {WaitTimeout: "5s"},
		"bad parameter":  {Statement: "SELECT :n", Parameters: []sql.StatementParameterListItem{{Name: "n", Value: "x", Type: "INT"}}},
	} {
		if _, err := execute(b, req); !errors.Is(err, apierr.ErrBadRequest) {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := b.client(admin).StatementExecution.ExecuteStatement(t.Context(), sql.ExecuteStatementRequest{Statement: "SELECT 1", WarehouseId: "none"})
	if !errors.Is(err, apierr.ErrNotFound) {
		t.Errorf("unknown warehouse: %v", err)
	}
}

func TestStoppedWarehouseIsStarted(t *testing.T) {
	b := newBench(t, emulator.Options{})
	b.w.StopWarehouse(warehID)
	x, err := b.client(alice).Warehouses.GetById(t.Context(), warehID)
	b.must(err)
	if x.State != sql.StateStopped {
		t.Fatalf("state %s", x.State)
	}
	b.rows(alice, "SELECT 1")
	list, err := b.client(alice).Warehouses.ListAll(t.Context(), sql.ListWarehousesRequest{})
	b.must(err)
	if len(list) != 1 || list[0].State != sql.StateRunning {
		t.Errorf("got %+v", list)
	}
}

func TestValuesOnTheWire(t *testing.T) {
	b := newBench(t, emulator.Options{})
	r := b.run(admin, "SELECT true, CAST(1.5 AS DECIMAL(10,2)), CAST(2 AS DOUBLE), DATE'2026-01-02', TIMESTAMP'2026-01-02 03:04:05', NULL, 'x'")
	if got := strings.Join(r.Result.DataArray[0], "|"); got != "true|1.50|2.0|2026-01-02|2026-01-02T03:04:05.000Z||x" {
		t.Errorf("got %s", got)
	}
}

func TestResultsExpire(t *testing.T) {
	c := start()
	b := newBench(t, emulator.Options{Clock: c.now})
	r := b.run(admin, "SELECT 1")
	c.at = c.at.Add(61 * time.Minute)
	got, err := b.client(admin).StatementExecution.GetStatementByStatementId(t.Context(), r.StatementId)
	b.must(err)
	if got.Status.State != sql.StatementStateClosed || got.Result != nil {
		t.Errorf("after an hour: %+v, %+v", got.Status, got.Result)
	}
	c.at = c.at.Add(2 * time.Hour)
	if _, err = b.client(admin).StatementExecution.GetStatementByStatementId(t.Context(), r.StatementId); !errors.Is(err, apierr.ErrNotFound) {
		t.Errorf("after three hours: %v", err)
	}
}

const forever = "SELECT count(*) FROM range(0, 1000000) a CROSS JOIN range(0, 1000000) b"

// state asks for a statement until it is no longer in a state.
func (b *bench) state(id string, while sql.StatementState) sql.StatementState {
	for {
		r, err := b.client(admin).StatementExecution.GetStatementByStatementId(b.t.Context(), id)
		b.must(err)
		if r.Status.State != while {
			return r.Status.State
		}
	}
}

// While a query runs, others are answered and changes made; it is cancelled by its id.
func TestQueriesRunSideBySide(t *testing.T) {
	b := newBench(t, emulator.Options{})
	r, err := execute(b, sql.ExecuteStatementRequest{Statement: forever, WaitTimeout: "0s"})
	b.must(err)
	if s := b.state(r.StatementId, sql.StatementStatePending); s != sql.StatementStateRunning {
		t.Fatalf("state %s, want RUNNING", s)
	}
	if rows := b.rows(admin, "SELECT 7"); rows[0][0] != "7" {
		t.Errorf("got %v", rows)
	}
	b.rows(admin, "CREATE CATALOG meanwhile")
	if rows := b.rows(admin, "SHOW CATALOGS LIKE 'meanwhile'"); len(rows) != 1 {
		t.Errorf("got %v", rows)
	}
	b.must(b.client(admin).StatementExecution.CancelExecution(t.Context(), sql.CancelExecutionRequest{StatementId: r.StatementId}))
	if s := b.state(r.StatementId, sql.StatementStateRunning); s != sql.StatementStateCanceled {
		t.Errorf("state %s, want CANCELED", s)
	}
}

// A statement that does not end in the time it is waited for is cancelled where that was asked for.
func TestWaitTimeoutCancels(t *testing.T) {
	t.Parallel()
	b := newBench(t, emulator.Options{ColdStart: time.Hour})
	b.w.StopWarehouse(warehID)
	r, err := execute(b, sql.ExecuteStatementRequest{Statement: "CREATE CATALOG never", WaitTimeout: "5s", OnWaitTimeout: sql.ExecuteStatementRequestOnWaitTimeoutCancel})
	b.must(err)
	if r.Status.State != sql.StatementStateCanceled {
		t.Errorf("state %s, want CANCELED", r.Status.State)
	}
}

// A statement that nobody asks for is closed.
func TestUnaskedStatementsAreClosed(t *testing.T) {
	var late atomic.Int64 // the query reads the clock meanwhile
	b := newBench(t, emulator.Options{Clock: func() time.Time { return start().at.Add(time.Duration(late.Load())) }})
	r, err := execute(b, sql.ExecuteStatementRequest{Statement: forever, WaitTimeout: "0s"})
	b.must(err)
	b.state(r.StatementId, sql.StatementStatePending)
	late.Store(int64(16 * time.Minute))
	if s := b.state(r.StatementId, sql.StatementStateRunning); s != sql.StatementStateClosed {
		t.Errorf("state %s, want CLOSED", s)
	}
}

// A statement that takes for ever ends when the workspace is closed.
func TestCloseEndsWhatRuns(t *testing.T) {
	w := emulator.New(emulator.Options{})
	failed := make(chan error, 1)
	go func() {
		_, err := w.Query(admin, "SELECT count(*) FROM range(0, 1000000) a CROSS JOIN range(0, 1000000) b")
		failed <- err
	}()
	w.Close()
	select {
	case err := <-failed:
		if err == nil {
			t.Error("the statement did not fail")
		}
	case <-time.After(time.Minute):
		t.Fatal("the statement runs on")
	}
}
