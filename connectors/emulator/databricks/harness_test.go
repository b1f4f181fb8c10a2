package databricks_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	sdk "github.com/databricks/databricks-sdk-go"
	"github.com/databricks/databricks-sdk-go/apierr"
	"github.com/databricks/databricks-sdk-go/config"
	"github.com/databricks/databricks-sdk-go/service/sql"

	emulator "github.com/polsync/polsync/connectors/emulator/databricks"
)

const (
	admin   = emulator.DefaultAdmin
	alice   = "alice@example.com"
	bob     = "bob@example.com"
	warehID = "wh1"
)

// clock is a clock that tests move by hand.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

func start() *clock { return &clock{time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)} }

// bench is a workspace behind a real listener.
type bench struct {
	t   *testing.T
	w   *emulator.Workspace
	url string
}

func newBench(t *testing.T, opt emulator.Options) *bench {
	t.Helper()
	if opt.Clock == nil {
		opt.Clock = start().now
	}
	w := emulator.New(opt)
	srv := httptest.NewServer(w)
	t.Cleanup(func() { srv.Close(); w.Close() })
	b := &bench{t, w, srv.URL}
	w.AddUser(alice, "Alice")
	w.AddUser(bob, "Bob")
	for _, who := range []string{admin, alice, bob} {
		b.must(w.AddToken(who, who))
	}
	w.AddWarehouse(warehID, "Starter")
	return b
}

func (b *bench) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

// exec runs statements as the admin, without the wire.
func (b *bench) exec(statements ...string) {
	b.t.Helper()
	for _, s := range statements {
		if err := b.w.Exec(admin, s); err != nil {
			b.t.Fatalf("%s: %v", s, err)
		}
	}
}

// client connects with a personal access token, which is the principal's name.
func (b *bench) client(principal string) *sdk.WorkspaceClient {
	b.t.Helper()
	return b.connect(&sdk.Config{Token: principal, AuthType: "pat"})
}

func (b *bench) connect(cfg *sdk.Config) *sdk.WorkspaceClient {
	b.t.Helper()
	empty := filepath.Join(b.t.TempDir(), "databrickscfg")
	b.must(os.WriteFile(empty, nil, 0o600))
	cfg.Host, cfg.ConfigFile = b.url, empty
	cfg.RetryTimeoutSeconds, cfg.RateLimitPerSecond = 1, 1000
	if cfg.HostMetadataResolver == nil {
		cfg.HostMetadataResolver = func(context.Context, string) (*config.HostMetadata, error) { return nil, nil }
	}
	c, err := sdk.NewWorkspaceClient(cfg)
	b.must(err)
	return c
}

// run executes over the wire and gives the answer, whatever its state.
func (b *bench) run(principal, statement string) *sql.StatementResponse {
	b.t.Helper()
	r, err := b.client(principal).StatementExecution.ExecuteStatement(b.t.Context(), sql.ExecuteStatementRequest{
		Statement: statement, WarehouseId: warehID, WaitTimeout: "30s"})
	b.must(err)
	return r
}

// rows executes over the wire and gives the rows; NULL reads as "".
func (b *bench) rows(principal, statement string) [][]string {
	b.t.Helper()
	r := b.run(principal, statement)
	if r.Status.State != sql.StatementStateSucceeded {
		b.t.Fatalf("%s as %s: %s", statement, principal, r.Status.Error.Message)
	}
	return r.Result.DataArray
}

// refused executes over the wire and gives the condition of the refusal.
func (b *bench) refused(principal, statement string) string {
	b.t.Helper()
	r := b.run(principal, statement)
	if r.Status.State != sql.StatementStateFailed {
		b.t.Fatalf("%s as %s: %s, want FAILED", statement, principal, r.Status.State)
	}
	return condition(r.Status.Error.Message)
}

func condition(message string) string {
	if len(message) > 0 && message[0] == '[' {
		for i, r := range message {
			if r == ']' {
				return message[1:i]
			}
		}
	}
	return message
}

// code gives the error_code and status of a REST refusal.
func code(t *testing.T, err error) (string, int) {
	t.Helper()
	var e *apierr.APIError
	if !errors.As(err, &e) {
		t.Fatalf("got %v, want an API error", err)
	}
	return e.ErrorCode, e.StatusCode
}
