package databricks

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

// Request is one REST request as it was received. Bodies of the token endpoint
// are left out.
type Request struct {
	Time      time.Time
	Method    string
	Path      string // as received, escaped
	Query     string
	Body      string
	SQL       string // of statement executions
	Principal string // name; "" before authentication
	Status    int    // 0: the connection was cut
	UserAgent string
}

// isStatement reports whether the request executes a statement, which is carried out on its own.
func (r *Request) isStatement() bool { return r.Path == statementsPath && r.Method == http.MethodPost }

// Statement is one SQL statement that reached execution over the wire.
type Statement struct {
	ID        string
	Time      time.Time // when it was sent
	Ended     time.Time
	SQL       string
	Warehouse string
	UserAgent string
	Principal string
	State     string // SUCCEEDED, FAILED or CANCELED
	Error     string
	Rows      int // of the result
}

// begin records a request and gives its place.
func (w *Workspace) begin(r *http.Request, body []byte) *Request {
	rec := &Request{Method: r.Method, Path: r.URL.EscapedPath(), Query: r.URL.RawQuery, Body: string(body), UserAgent: r.UserAgent()}
	if strings.HasPrefix(rec.Path, "/oidc/") {
		rec.Body = ""
	}
	if rec.isStatement() {
		var b struct {
			Statement string `json:"statement"`
		}
		if json.Unmarshal(body, &b) == nil {
			rec.SQL = b.Statement
		}
	}
	w.mu.RLock()
	defer w.mu.RUnlock()
	rec.Time = w.now()
	if p, err := w.bearer(r); err == nil {
		rec.Principal = p.name
	}
	return rec
}

func (w *Workspace) end(rec *Request, status int) {
	w.runs.Lock()
	defer w.runs.Unlock()
	rec.Status = status
	w.requests = append(w.requests, *rec)
}

// Requests gives all requests since the start or the last ResetLog, in the
// order they were answered.
func (w *Workspace) Requests() []Request {
	w.runs.Lock()
	defer w.runs.Unlock()
	return append([]Request(nil), w.requests...)
}

// Statements gives the SQL statements executed over the wire, in order.
func (w *Workspace) Statements() []Statement {
	w.runs.Lock()
	defer w.runs.Unlock()
	return append([]Statement(nil), w.executed[w.forgotten:]...)
}

// ResetLog forgets the recorded requests and statements. The system tables do not.
func (w *Workspace) ResetLog() {
	w.runs.Lock()
	defer w.runs.Unlock()
	w.requests, w.forgotten = nil, len(w.executed)
}
