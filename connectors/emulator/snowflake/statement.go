package snowflake

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

// keptQueries is the number of statements whose results can be fetched again, keptRows the number of rows of all these together.
const (
	keptQueries = 2000
	keptRows    = 3_000_000
)

// query is one statement that was sent over the wire.
type query struct {
	id, requestID string
	ws            *wireSession
	sql           string
	tag           string
	async         bool
	describeOnly  bool
	params        map[string]string
	binds         *bindings
	started       time.Time
	cancel        context.CancelFunc
	done          chan struct{}

	// Set before done is closed.
	ended    time.Time
	result   *Result
	err      *Error
	children []*query
	info     sessionInfo
	client   []nameValue
	indent   int // of nested data
}

type queryRequest struct {
	SQL          string                 `json:"sqlText"`
	Async        bool                   `json:"asyncExec"`
	DescribeOnly bool                   `json:"describeOnly"`
	Params       map[string]any         `json:"parameters"`
	Bindings     map[string]bindingJSON `json:"bindings"`
	BindStage    string                 `json:"bindStage"`
}

func (a *Account) queryRequest(x *exchange) {
	ws, e := a.session(x)
	if e != nil {
		x.reply(nil, e)
		return
	}
	var req queryRequest
	if e := x.decode(&req); e != nil {
		x.reply(nil, e)
		return
	}
	if c := x.fault.Code; c >= codeBadLogin && c < 391000 { // of the session: nothing was executed
		x.reply(nil, x.fault.err())
		return
	}
	q, e := a.admit(x, ws, &req)
	if e != nil {
		x.reply(nil, e)
		return
	}
	a.answer(x, q)
}

// admit starts a statement, or finds the one that the same request started before.
func (a *Account) admit(x *exchange, ws *wireSession, req *queryRequest) (*query, *Error) {
	binds, err := readBindings(req.Bindings)
	if err != nil {
		return nil, asError(err)
	}
	if req.BindStage != "" {
		return nil, errUnsupported("binds on a stage")
	}
	id := x.r.URL.Query().Get("requestId")
	a.wmu.Lock()
	defer a.wmu.Unlock()
	if q := a.requests[id]; q != nil && id != "" {
		return q, nil
	}
	q := &query{id: a.queryID(), requestID: id, ws: ws, sql: req.SQL, async: req.Async, describeOnly: req.DescribeOnly, params: map[string]string{},
		binds: binds, started: a.now(), done: make(chan struct{})}
	for n, v := range req.Params {
		q.params[strings.ToUpper(n)] = fmt.Sprint(v)
	}
	a.keep(q)
	ctx, cancel := context.WithCancel(context.Background())
	q.cancel = cancel
	go a.carryOut(ctx, q, *x.fault, x.rec)
	return q, nil
}

// queryID gives ids in the form of Snowflake's.
func (a *Account) queryID() string {
	return fmt.Sprintf("01b00000-0000-0000-0000-%012x", a.queryIDs.Add(1))
}

// keep makes a query known by its ids and forgets the oldest. The caller holds wmu.
func (a *Account) keep(q *query) {
	a.queries[q.id] = q
	if q.requestID != "" {
		a.requests[q.requestID] = q
	}
	a.recent = append(a.recent, q)
	for len(a.recent) > keptQueries || a.keptRows > keptRows {
		old := a.recent[0]
		select {
		case <-old.done:
		default:
			return // still running
		}
		if old == q {
			return
		}
		if old.result != nil {
			a.keptRows -= len(old.result.Rows)
		}
		delete(a.queries, old.id)
		delete(a.requests, old.requestID)
		a.recent = slices.Delete(a.recent, 0, 1)
	}
}

// carryOut executes a statement and records it.
func (a *Account) carryOut(ctx context.Context, q *query, fault Fault, rec Request) {
	defer q.cancel()
	defer func() {
		if p := recover(); p != nil { // one statement must not take the account with it
			a.opt.Log.Error("statement failed in the emulator", "sql", q.sql, "panic", p)
			a.finish(q, nil, errorf(codeInternal, "XX000", "Processing aborted: internal error of the emulator."))
		}
	}()
	if seconds := a.timeout(q); seconds > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Duration(seconds)*time.Second)
		defer cancel()
	}
	if err := pause(ctx, fault.Latency); err != nil {
		a.finish(q, nil, err)
		return
	}
	if fault.Code != 0 {
		a.finish(q, nil, fault.err())
		return
	}
	r, err := a.executeQuery(ctx, q)
	if r != nil && fault.Truncate {
		short := *r
		short.Rows = r.Rows[:len(r.Rows)/2]
		r = &short
	}
	if contextError(err) == nil {
		fault.after(rec)
	}
	a.finish(q, r, err)
}

func (a *Account) timeout(q *query) int {
	a.mu.RLock()
	defer a.mu.RUnlock()
	return q.ws.intParam("STATEMENT_TIMEOUT_IN_SECONDS")
}

func pause(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// contextError gives a context's error where one is the cause.
func contextError(err error) error {
	for _, target := range []error{context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, target) {
			return target
		}
	}
	return nil
}

func wireError(err error) *Error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, context.Canceled):
		return errorf(codeCanceled, "57014", "SQL execution canceled")
	case errors.Is(err, context.DeadlineExceeded):
		return errorf(codeStatementTimeout, "57014", "Statement reached its statement or warehouse timeout and was canceled.")
	}
	return asError(err)
}

// finish sets the outcome of a statement and writes it down.
func (a *Account) finish(q *query, r *Result, err error) {
	a.mu.RLock()
	q.result, q.err, q.ended = r, wireError(err), a.now()
	q.info, q.client, q.indent = q.ws.info(), q.ws.clientParameters(), q.ws.intParam("JSON_INDENT")
	if q.tag = q.params["QUERY_TAG"]; q.tag == "" {
		q.tag = q.ws.param("QUERY_TAG")
	}
	a.mu.RUnlock()
	a.record(q)
	close(q.done)
}

// executeQuery runs one statement, or several where the request allows it.
func (a *Account) executeQuery(ctx context.Context, q *query) (*Result, error) {
	list, err := sqlengine.Split(sqlengine.Snowflake, q.sql)
	if err != nil {
		return nil, err
	}
	want := a.statementCount(q)
	switch {
	case len(list) == 0:
		return nil, compilation(900, "42601", "empty SQL statement.")
	case want != 0 && len(list) != want:
		return nil, errorf(codeStatementCount, "0A000", "Actual statement count %d did not match the desired statement count %d.", len(list), want)
	case len(list) > 1:
		return a.executeAll(ctx, q, list)
	case q.describeOnly:
		return q.ws.describeStatement(ctx, q.sql, q.binds)
	}
	r, err := q.ws.runBound(ctx, q.sql, q.binds)
	if err == nil {
		q.ws.remember(q.id)
	}
	return r, err
}

func (a *Account) statementCount(q *query) int {
	text, ok := q.params["MULTI_STATEMENT_COUNT"]
	if !ok {
		a.mu.RLock()
		defer a.mu.RUnlock()
		return q.ws.intParam("MULTI_STATEMENT_COUNT")
	}
	n := 0
	if _, err := fmt.Sscan(text, &n); err != nil {
		return 1
	}
	return n
}

func (s *session) remember(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lastQuery = id
}

// executeAll runs statements one after the other. What came before a failing one stays done.
func (a *Account) executeAll(ctx context.Context, q *query, list []string) (*Result, error) {
	var ids, types []string
	for i, sql := range list {
		child := &query{id: a.queryID(), ws: q.ws, sql: sql, params: q.params, started: a.now(), done: make(chan struct{})}
		a.wmu.Lock()
		a.keep(child)
		a.wmu.Unlock()
		r, err := q.ws.runBound(ctx, sql, nil)
		a.finish(child, r, err)
		if err != nil {
			if contextError(err) != nil {
				return nil, err
			}
			e := asError(err)
			return nil, errorf(codeMultiStatement, "P0000", "JavaScript execution error: Uncaught Execution of multiple statements failed on statement \"%s\" (at line %d, position 0).\n%s", sql, i+1, e.Message)
		}
		q.ws.remember(child.id)
		q.children = append(q.children, child)
		ids, types = append(ids, child.id), append(types, fmt.Sprint(r.typeID))
	}
	r := textResult(typeMulti, "multiple statement execution")
	r.Rows = []sqlengine.Row{{"Multiple statements executed successfully."}}
	r.ids, r.types = strings.Join(ids, ","), strings.Join(types, ",")
	return r, nil
}

// describeStatement gives the columns of a statement's result without carrying it out.
func (s *session) describeStatement(ctx context.Context, sql string, binds *bindings) (*Result, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.setBinds(binds)
	sql = s.prepare(sql)
	p := sqlengine.NewParser(sqlengine.Snowflake, sql)
	if !p.PeekKeyword("SELECT") && !p.PeekKeyword("WITH") && !p.PeekKeyword("VALUES") && !p.PeekKeyword("(") {
		if _, _, err := s.parse(sql); err != nil {
			return nil, s.failed(sql, err)
		}
		return &Result{Columns: status("").Columns, typeID: typeDDL}, nil
	}
	p.ResolveIdentifiers(&sqlengine.Session{Now: s.now, Positional: s.binds, Named: s.named})
	q, err := p.Query()
	if err == nil {
		err = p.ExpectEnd()
	}
	if err != nil {
		return nil, s.failed(sql, err)
	}
	s.a.mu.RLock()
	defer s.a.mu.RUnlock()
	st, err := s.engine().Prepare(ctx, q)
	if err != nil {
		return nil, s.failed(sql, err)
	}
	return &Result{Columns: st.Columns, typeID: typeSelect}, nil
}

// runBound runs a statement once, or once per row of array binds.
func (s *session) runBound(ctx context.Context, sql string, binds *bindings) (*Result, error) {
	if binds == nil || binds.rows == nil {
		return s.run(ctx, sql, binds)
	}
	var total *Result
	for _, row := range binds.rows {
		r, err := s.run(ctx, sql, &bindings{positional: row})
		if err != nil {
			return nil, err
		}
		if total == nil {
			total = r
			continue
		}
		for i := range r.Rows[0] {
			n, ok1 := total.Rows[0][i].(int64)
			m, ok2 := r.Rows[0][i].(int64)
			if ok1 && ok2 {
				total.Rows[0][i] = n + m
			}
		}
	}
	return total, nil
}

type bindingJSON struct {
	Type   string          `json:"type"`
	Value  json.RawMessage `json:"value"`
	Format string          `json:"fmt"`
}
