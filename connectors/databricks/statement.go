package databricks

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/databricks/databricks-sdk-go/client"

	"github.com/polsync/polsync/connectors"
	"github.com/polsync/polsync/reconcile/plan"
)

const statementsPath = "/api/2.0/sql/statements"

// answer is what the statement execution API says. The client's own struct reads NULL as an empty string, so the body
// is decoded here.
type answer struct {
	ID     string `json:"statement_id"`
	Status struct {
		State string `json:"state"`
		Error struct {
			Code    string `json:"error_code"`
			Message string `json:"message"`
		} `json:"error"`
	} `json:"status"`
	Manifest struct {
		Schema struct {
			Columns []struct {
				Name string `json:"name"`
			} `json:"columns"`
		} `json:"schema"`
		Chunks    int  `json:"total_chunk_count"`
		Truncated bool `json:"truncated"`
	} `json:"manifest"`
	Result chunk `json:"result"`
}

type chunk struct {
	Data [][]*string `json:"data_array"`
}

// rows is a whole result: column names and cells as text, NULL as nil.
type rows struct {
	columns map[string]int
	cells   [][]*string
	id      string
}

// at returns a cell by its column's name, "" for NULL and for a column that is not there.
func (r *rows) at(row int, column string) string {
	if i, ok := r.columns[column]; ok && r.cells[row][i] != nil {
		return *r.cells[row][i]
	}
	return ""
}

// query runs a statement to its end and fetches every chunk. When the context ends, the statement is cancelled on the
// server.
func (p *Platform) query(ctx context.Context, c *client.DatabricksClient, sql string) (*rows, error) {
	var a answer
	body := map[string]any{"warehouse_id": p.o.WarehouseID, "statement": sql, "wait_timeout": "30s", "on_wait_timeout": "CONTINUE", "disposition": "INLINE", "format": "JSON_ARRAY"}
	if err := p.do(ctx, c, http.MethodPost, statementsPath, nil, body, &a); err != nil {
		return nil, err
	}
	if err := p.wait(ctx, c, &a); err != nil {
		return nil, err
	}
	r := &rows{columns: map[string]int{}, cells: a.Result.Data, id: a.ID}
	for i, col := range a.Manifest.Schema.Columns {
		r.columns[col.Name] = i
	}
	if a.Manifest.Truncated {
		return nil, fmt.Errorf("the result of statement %s was cut short", a.ID)
	}
	for n := 1; n < a.Manifest.Chunks; n++ {
		var next chunk
		if err := p.do(ctx, c, http.MethodGet, fmt.Sprintf("%s/%s/result/chunks/%d", statementsPath, a.ID, n), nil, nil, &next); err != nil {
			return nil, err
		}
		r.cells = append(r.cells, next.Data...)
	}
	return r, nil
}

// wait polls until the statement has ended.
func (p *Platform) wait(ctx context.Context, c *client.DatabricksClient, a *answer) error {
	for pause := 100 * time.Millisecond; ; pause = min(2*pause, 5*time.Second) {
		switch a.Status.State {
		case "SUCCEEDED":
			return nil
		case "FAILED", "CANCELED", "CLOSED":
			return &StatementError{Code: a.Status.Error.Code, Condition: condition(a.Status.Error.Message), Message: a.Status.State + ": " + a.Status.Error.Message}
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			p.cancel(c, a.ID)
			return fmt.Errorf("%w: statement %s: %w", connectors.ErrOutcome, a.ID, ctx.Err())
		}
		if err := p.do(ctx, c, http.MethodGet, statementsPath+"/"+a.ID, nil, nil, a); err != nil {
			return err
		}
	}
}

// cancel asks the server to stop a statement; the context that ended cannot carry the request.
func (p *Platform) cancel(c *client.DatabricksClient, id string) {
	ctx, stop := context.WithTimeout(context.Background(), 5*time.Second)
	defer stop()
	if err := p.do(ctx, c, http.MethodPost, statementsPath+"/"+id+"/cancel", nil, nil, nil); err != nil {
		p.o.Logger.Warn().Err(err).Str("statement", id).Msg("could not cancel a statement")
	}
}

// Exec implements connectors.Platform.
func (p *Platform) Exec(ctx context.Context, s plan.Statement) (connectors.Outcome, error) {
	if s.Method != "" {
		return p.request(ctx, s)
	}
	r, err := p.query(ctx, p.client, s.SQL)
	if err != nil {
		return connectors.Outcome{}, fmt.Errorf("%s: %w", p.o.Name, err)
	}
	return connectors.Outcome{QueryID: r.id}, nil
}

// raw is a JSON body as it is.
type raw string

// MarshalJSON returns the text itself.
func (r raw) MarshalJSON() ([]byte, error) { return []byte(r), nil }

func (p *Platform) request(ctx context.Context, s plan.Statement) (connectors.Outcome, error) {
	var body any
	if s.Body != "" {
		body = raw(s.Body)
	}
	if err := p.do(ctx, p.client, s.Method, s.Path, nil, body, nil); err != nil {
		return connectors.Outcome{}, fmt.Errorf("%s: %w", p.o.Name, err)
	}
	return connectors.Outcome{QueryID: s.Method + " " + s.Path}, nil
}
