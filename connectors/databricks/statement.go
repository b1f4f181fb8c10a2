package databricks

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"github.com/polsync/polsync/connectors"
)

const statementsPath = "/api/2.0/sql/statements"

// How long the first request waits for the statement to end; the service takes 5 to 50 s. It is short, because a statement can be cancelled
// only once its id is known. Reading metadata waits longer, since each question whether it has ended is a request: when nobody wants
// it any more it is left to end by itself, which takes seconds and changes nothing.
const (
	firstWait    = 5 * time.Second
	metadataWait = 30 * time.Second
)

// statementAnswer is the service's answer about a statement. Cells are pointers so that NULL is not an empty string.
type statementAnswer struct {
	ID     string `json:"statement_id"`
	Status struct {
		State string `json:"state"`
		Error struct {
			Code     string `json:"error_code"`
			Message  string `json:"message"`
			SQLState string `json:"sql_state"`
		} `json:"error"`
		SQLState string `json:"sql_state"`
	} `json:"status"`
	Manifest struct {
		Schema struct {
			Columns []struct {
				Name     string `json:"name"`
				Position int    `json:"position"`
			} `json:"columns"`
		} `json:"schema"`
		Chunks    int  `json:"total_chunk_count"`
		Rows      int  `json:"total_row_count"`
		Truncated bool `json:"truncated"`
	} `json:"manifest"`
	Result chunk `json:"result"`
}

type chunk struct {
	Rows [][]*string `json:"data_array"`
}

func (a *statementAnswer) running() bool {
	return a.Status.State == "PENDING" || a.Status.State == "RUNNING"
}

// table is the result of a query. Columns are found by name.
type table struct {
	columns map[string]int
	rows    [][]*string
}

// text returns a cell, "" for NULL and for a column that is not there.
func (t *table) text(row int, column string) string {
	if s := t.cell(row, column); s != nil {
		return *s
	}
	return ""
}

func (t *table) cell(row int, column string) *string {
	at, ok := t.columns[column]
	if !ok || at >= len(t.rows[row]) {
		return nil
	}
	return t.rows[row][at]
}

func (t *table) has(column string) bool { _, ok := t.columns[column]; return ok }

// errCut says that a result came back incomplete.
var errCut = errors.New("the result was cut off")

// run executes one statement and returns its whole result and its id. When the context ends, the statement is cancelled
// on the server; what it did until then is asked for.
func (c *client) run(ctx context.Context, does effect, sql string) (*table, string, error) {
	// The first request is not cut off with the context: without the id the statement could not be cancelled.
	first, stop := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer stop()
	return c.statement(ctx, first, does, firstWait, sql)
}

// read executes a statement on metadata and returns its whole result.
func (c *client) read(ctx context.Context, sql string) (*table, error) {
	t, _, err := c.statement(ctx, ctx, reads, c.patience, sql)
	return t, err
}

// statement executes a statement whose first request has a context of its own.
func (c *client) statement(ctx, first context.Context, does effect, wait time.Duration, sql string) (*table, string, error) {
	if c.warehouse == "" {
		return nil, "", errors.New("no SQL warehouse is configured")
	}
	if err := ctx.Err(); err != nil {
		return nil, "", err
	}
	request := struct {
		Statement   string `json:"statement"`
		Warehouse   string `json:"warehouse_id"`
		Wait        string `json:"wait_timeout"`
		OnWait      string `json:"on_wait_timeout"`
		Disposition string `json:"disposition"`
		Format      string `json:"format"`
	}{sql, c.warehouse, strconv.Itoa(int(wait.Seconds())) + "s", "CONTINUE", "INLINE", "JSON_ARRAY"}
	c.log.Debug().Str("sql", sql).Msg("statement")
	var a statementAnswer
	first, tries := counted(first)
	_, err := c.do(first, does, "POST", statementsPath, request, &a)
	if err != nil {
		return nil, "", err
	}
	if err := c.follow(ctx, &a); err != nil {
		return nil, a.ID, err
	}
	if a.Status.State != "SUCCEEDED" {
		err := ended(&a)
		if does == writes && tries.mayBeOurs("POST", err) {
			err = &connectorError{"it was sent more than once, and the last answer says that it had been done", connectors.ErrOutcome, err}
		}
		return nil, a.ID, err
	}
	t, err := c.fetch(ctx, &a)
	return t, a.ID, err
}

// ended returns the error of a statement that did not succeed.
func ended(a *statementAnswer) error {
	e := a.Status.Error
	if a.Status.State == "FAILED" {
		state := e.SQLState
		if state == "" {
			state = a.Status.SQLState
		}
		return newSQLError(e.Code, e.Message, state)
	}
	return fmt.Errorf("the statement ended as %s: %w", a.Status.State, connectors.ErrTransient)
}

// follow polls until the statement has ended.
func (c *client) follow(ctx context.Context, a *statementAnswer) error {
	for wait := 500 * time.Millisecond; a.running(); wait = min(2*wait, 5*time.Second) {
		if !sleep(ctx, wait) {
			return c.cancel(ctx, a)
		}
		if err := c.poll(ctx, a); err != nil && ctx.Err() == nil {
			return &connectorError{"the statement was sent and its state cannot be read", connectors.ErrOutcome, err}
		}
	}
	return nil
}

func (c *client) poll(ctx context.Context, a *statementAnswer) error {
	var next statementAnswer
	if _, err := c.do(ctx, reads, "GET", statementsPath+"/"+url.PathEscape(a.ID), nil, &next); err != nil {
		return err
	}
	next.ID = a.ID
	*a = next
	return nil
}

// cancel ends a statement on the server and finds out how it ended.
func (c *client) cancel(ctx context.Context, a *statementAnswer) error {
	cause := ctx.Err()
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), 8*time.Second)
	defer stop()
	if _, err := c.do(ctx, writes, "POST", statementsPath+"/"+url.PathEscape(a.ID)+"/cancel", nil, nil); err != nil {
		return &connectorError{"the statement ran out of time and could not be cancelled", connectors.ErrOutcome, err}
	}
	for wait := 20 * time.Millisecond; a.running(); wait *= 2 {
		if err := c.poll(ctx, a); err != nil {
			return &connectorError{"the statement was cancelled and its state cannot be read", connectors.ErrOutcome, err}
		}
		if a.running() && !sleep(ctx, wait) {
			return &connectorError{"the statement was cancelled and still runs", connectors.ErrOutcome, cause}
		}
	}
	if a.Status.State == "CANCELED" || a.Status.State == "CLOSED" {
		return fmt.Errorf("the statement was cancelled: %w", cause)
	}
	return nil
}

func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}

// fetch collects all chunks of a result and refuses one that is not whole.
func (c *client) fetch(ctx context.Context, a *statementAnswer) (*table, error) {
	t := &table{columns: map[string]int{}, rows: a.Result.Rows}
	for i, col := range a.Manifest.Schema.Columns {
		t.columns[col.Name] = max(i, col.Position)
	}
	for n := 1; n < a.Manifest.Chunks; n++ {
		var next chunk
		path := statementsPath + "/" + url.PathEscape(a.ID) + "/result/chunks/" + strconv.Itoa(n)
		if _, err := c.do(ctx, reads, "GET", path, nil, &next); err != nil {
			return nil, fmt.Errorf("read part %d of %d of the result: %w", n+1, a.Manifest.Chunks, err)
		}
		t.rows = append(t.rows, next.Rows...)
	}
	if a.Manifest.Truncated || len(t.rows) < a.Manifest.Rows {
		return nil, fmt.Errorf("%d of %d rows: %w", len(t.rows), a.Manifest.Rows, errCut)
	}
	return t, nil
}
