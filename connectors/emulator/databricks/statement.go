package databricks

import (
	"context"
	"strconv"
	"time"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

// statement is one execution and, once it ended, its result.
type statement struct {
	id     string
	owner  string // principal id
	name   string // of the owner
	agent  string
	sent   time.Time
	req    statementRequest
	state  string
	err    *Error
	fail   *Error // what a fault makes it end with
	after  func() // called when it was executed, before it ends
	answer *statementAnswer
	rows   [][]any
	asked  time.Time // when its client last asked for it
	ctx    context.Context
	cancel context.CancelFunc
	ended  chan struct{} // closed when state is final
}

type statementRequest struct {
	Warehouse     string           `json:"warehouse_id"`
	Statement     string           `json:"statement"`
	Catalog       string           `json:"catalog"`
	Schema        string           `json:"schema"`
	WaitTimeout   string           `json:"wait_timeout"`
	OnWaitTimeout string           `json:"on_wait_timeout"`
	Disposition   string           `json:"disposition"`
	Format        string           `json:"format"`
	RowLimit      int              `json:"row_limit"`
	ByteLimit     int              `json:"byte_limit"`
	Parameters    []statementBind  `json:"parameters"`
	QueryTags     []map[string]any `json:"query_tags"`
}

type statementBind struct {
	Name  string  `json:"name"`
	Type  string  `json:"type"`
	Value *string `json:"value"`
}

// executeStatement starts a statement and waits for it as long as was asked.
func (c *call) executeStatement() (any, error) {
	var req statementRequest
	if err := c.decode(&req); err != nil {
		return nil, err
	}
	wait, err := req.check()
	if err != nil {
		return nil, err
	}
	st, err := c.submit(req)
	if err != nil {
		return nil, err
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-st.ended:
	case <-timer.C:
		if req.OnWaitTimeout == "CANCEL" {
			c.w.cancel(st)
			<-st.ended
		}
	case <-c.r.Context().Done():
	}
	c.w.runs.Lock()
	defer c.w.runs.Unlock()
	return c.w.report(st), nil
}

// check validates a request and gives how long to wait.
func (req *statementRequest) check() (time.Duration, error) {
	if req.Statement == "" || req.Warehouse == "" {
		return 0, errInvalid("statement and warehouse_id are required.")
	}
	if req.OnWaitTimeout != "" && req.OnWaitTimeout != "CONTINUE" && req.OnWaitTimeout != "CANCEL" {
		return 0, errInvalid("on_wait_timeout must be CONTINUE or CANCEL.")
	}
	if req.Disposition != "" && req.Disposition != "INLINE" {
		return 0, &Error{501, "NOT_IMPLEMENTED", UnsupportedCode, "0A000", "Only the disposition INLINE is supported by the emulator."}
	}
	if req.Format != "" && req.Format != "JSON_ARRAY" {
		return 0, errInvalid("The format of INLINE results must be JSON_ARRAY.")
	}
	if len(req.QueryTags) > 20 {
		return 0, errInvalid("At most 20 query tags are allowed.")
	}
	if req.WaitTimeout == "" {
		return 10 * time.Second, nil
	}
	d, err := time.ParseDuration(req.WaitTimeout)
	if err != nil || d != 0 && (d < 5*time.Second || d > 50*time.Second) {
		return 0, errInvalid("wait_timeout must be 0s, or between 5s and 50s.")
	}
	if d == 0 && req.OnWaitTimeout == "CANCEL" {
		return 0, errInvalid("on_wait_timeout cannot be CANCEL when wait_timeout is 0s.")
	}
	return d, nil
}

// submit puts a statement under way.
func (c *call) submit(req statementRequest) (*statement, error) {
	c.w.mu.RLock()
	h, err := c.usable(req.Warehouse)
	c.w.mu.RUnlock()
	if err != nil {
		return nil, err
	}
	c.w.runs.Lock()
	defer c.w.runs.Unlock()
	if c.w.stopped.Err() != nil {
		return nil, &Error{503, "TEMPORARILY_UNAVAILABLE", "", "", "The workspace is shutting down."}
	}
	binds, err := bindings(req.Parameters)
	if err != nil {
		return nil, err
	}
	delay := c.fault.Pending
	if h.state != "RUNNING" {
		h.state = "RUNNING"
		delay += c.w.opt.ColdStart
	}
	rec, fault := *c.rec, c.fault // the request may be answered, and its record completed, before the statement ends
	now := c.w.now()
	st := &statement{id: "01" + c.w.newID()[2:], owner: c.id.principal.id, name: c.id.name, agent: c.id.agent, sent: now, asked: now, req: req, state: "PENDING", fail: c.fault.statementError(),
		after: func() { fault.after(rec) }, ended: make(chan struct{})}
	st.ctx, st.cancel = context.WithCancel(c.w.stopped)
	c.w.expireResults()
	c.w.statements[st.id] = st
	s := &session{w: c.w, ctx: st.ctx, id: c.id, catalog: req.Catalog, schema: req.Schema, params: binds}
	c.w.running.Add(1)
	go c.w.carryOut(st, s, delay)
	return st, nil
}

// How long a result can be fetched, and how long a statement goes on that nobody asks for.
const (
	resultLifetime = time.Hour
	unaskedLimit   = 15 * time.Minute
)

// expireResults closes statements whose results are too old to be fetched or that nobody has asked for, and forgets those that were closed
// long ago.
func (w *Workspace) expireResults() {
	now := w.now()
	for id, st := range w.statements {
		switch age := now.Sub(st.sent); {
		case !st.final() && now.Sub(st.asked) > unaskedLimit:
			w.conclude(st, "CLOSED", nil)
			st.cancel()
		case st.final() && age > 2*resultLifetime:
			delete(w.statements, id)
		case st.state == "SUCCEEDED" && age > resultLifetime:
			st.state, st.answer, st.rows = "CLOSED", nil, nil
		}
	}
}

func (st *statement) final() bool {
	return st.state != "PENDING" && st.state != "RUNNING"
}

// bindings converts the parameters of a request. A missing value is NULL.
func bindings(list []statementBind) (map[string]sqlengine.Parameter, error) {
	out := map[string]sqlengine.Parameter{}
	e := &sqlengine.Session{Dialect: sqlengine.Databricks, Now: time.Unix(0, 0).UTC()}
	for _, b := range list {
		typ := sqlengine.TypeText
		if b.Type != "" {
			var err error
			p := sqlengine.NewParser(sqlengine.Databricks, b.Type)
			if typ, err = p.Type(); err != nil {
				return nil, errInvalid("Parameter type '%s' is not valid.", b.Type)
			}
		}
		if b.Value == nil {
			out[b.Name] = sqlengine.Parameter{Type: typ}
			continue
		}
		text := &sqlengine.Literal{Value: *b.Value, Type: sqlengine.TypeText}
		v, _, err := e.EvalConstant(&sqlengine.Cast{X: text, Type: typ})
		if err != nil {
			return nil, errInvalid("Parameter '%s' is not a valid %s.", b.Name, b.Type)
		}
		out[b.Name] = sqlengine.Parameter{Value: v, Type: typ}
	}
	return out, nil
}

// carryOut runs a statement after the warehouse's start. Cancelling it before keeps it from having any effect; a query is also cancelled while
// it runs, a statement that changes something is not.
func (w *Workspace) carryOut(st *statement, s *session, delay time.Duration) {
	defer w.running.Done()
	defer st.cancel()
	if delay > 0 {
		t := time.NewTimer(delay)
		defer t.Stop()
		select {
		case <-t.C:
		case <-st.ctx.Done():
		}
	}
	if !w.start(st) {
		return
	}
	if st.fail != nil {
		w.finish(st, "FAILED", st.fail)
		return
	}
	r, err := w.run(s, st.req.Statement)
	if err == nil {
		err = st.keep(r, w.opt.ChunkRows, w.opt.InlineLimit)
	}
	st.after()
	switch {
	case err != nil && st.ctx.Err() != nil:
		w.finish(st, "CANCELED", nil)
	case err != nil:
		w.finish(st, "FAILED", asError(err))
	default:
		w.finish(st, "SUCCEEDED", nil)
	}
}

// start makes a statement that was not cancelled RUNNING, and reports whether it is.
func (w *Workspace) start(st *statement) bool {
	w.runs.Lock()
	defer w.runs.Unlock()
	if st.state == "PENDING" && st.ctx.Err() != nil {
		w.conclude(st, "CANCELED", nil)
	}
	if st.state != "PENDING" {
		return false
	}
	st.state = "RUNNING"
	return true
}

// finish is conclude without the lock. A statement that was closed meanwhile stays so.
func (w *Workspace) finish(st *statement, state string, err *Error) {
	w.runs.Lock()
	defer w.runs.Unlock()
	if !st.final() {
		w.conclude(st, state, err)
	}
}

// conclude sets a final state, once. The lock is held.
func (w *Workspace) conclude(st *statement, state string, err *Error) {
	st.state, st.err = state, err
	rec := Statement{ID: st.id, Time: st.sent, Ended: w.now(), Warehouse: st.req.Warehouse, UserAgent: st.agent, SQL: st.req.Statement, Principal: st.name, State: state}
	if state == "SUCCEEDED" {
		rec.Rows = len(st.rows)
	}
	if err != nil {
		rec.Error = err.Error()
	}
	w.executed = append(w.executed, rec)
	close(st.ended)
}

// cancel ends a statement. One that has not begun to run is ended at once.
func (w *Workspace) cancel(st *statement) {
	w.runs.Lock()
	defer w.runs.Unlock()
	st.cancel()
	if st.state == "PENDING" {
		w.conclude(st, "CANCELED", nil)
	}
}

// statement finds one of the caller's. The lock is held.
func (c *call) statement() (*statement, error) {
	c.w.expireResults()
	st := c.w.statements[c.args[0]]
	if st == nil || st.owner != c.id.principal.id {
		return nil, &Error{404, "NOT_FOUND", "", "", "Statement " + c.args[0] + " does not exist."}
	}
	st.asked = c.w.now()
	return st, nil
}

func (c *call) getStatement() (any, error) {
	c.w.runs.Lock()
	defer c.w.runs.Unlock()
	st, err := c.statement()
	if err != nil {
		return nil, err
	}
	return c.w.report(st), nil
}

func (c *call) getChunk() (any, error) {
	c.w.runs.Lock()
	defer c.w.runs.Unlock()
	st, err := c.statement()
	if err != nil {
		return nil, err
	}
	n, err := strconv.Atoi(c.args[1])
	if err != nil || st.state != "SUCCEEDED" || n < 0 || n >= len(st.answer.Manifest.Chunks) {
		return nil, errInvalid("Chunk %s of statement %s does not exist.", c.args[1], st.id)
	}
	return st.chunk(n), nil
}

func (c *call) cancelStatement() (any, error) {
	c.w.runs.Lock()
	st, err := c.statement()
	c.w.runs.Unlock()
	if err == nil {
		c.w.cancel(st)
	}
	return nil, err
}
