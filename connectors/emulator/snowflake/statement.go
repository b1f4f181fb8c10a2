package snowflake

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

// queryBody is the body of a statement's request.
type queryBody struct {
	SQLText      string               `json:"sqlText"`
	AsyncExec    bool                 `json:"asyncExec"`
	DescribeOnly bool                 `json:"describeOnly"`
	Parameters   map[string]any       `json:"parameters"`
	Bindings     map[string]wireValue `json:"bindings"`
	BindStage    string               `json:"bindStage"`
}

// execution is one statement that was sent, by its request's id. A request that is sent again gets the first one's answer.
type execution struct {
	id     string // of the query
	cancel context.CancelFunc
	done   chan struct{}
	answer envelope // set before done is closed
}

func (x *execution) finished() bool {
	select {
	case <-x.done:
		return true
	default:
		return false
	}
}

// query answers a statement's request: it is executed once, however often it is sent.
func (q *request) query() {
	l, fail := q.current()
	if fail != nil {
		q.write(failure(fail, nil))
		return
	}
	var b queryBody
	if err := json.Unmarshal(q.body, &b); err != nil {
		q.write(failure(errSession(codeBadRequest, "The request cannot be read."), nil))
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	x, first := q.a.execution(q.r.URL.Query().Get("requestId"), cancel)
	if !first {
		<-x.done
		q.write(x.answer)
		return
	}
	func() {
		defer close(x.done)
		x.answer = failure(errorf(300002, "XX000", "Processing aborted"), nil)
		x.answer = q.execute(ctx, l.session, &b, x.id)
	}()
	q.write(x.answer)
}

// execution gives the execution of a request, and whether it is a new one. A request without an id is always new.
func (a *Account) execution(requestID string, cancel context.CancelFunc) (*execution, bool) {
	a.wire.Lock()
	defer a.wire.Unlock()
	if x := a.requests[requestID]; x != nil && requestID != "" {
		return x, false
	}
	n := a.counter.Add(1)
	x := &execution{id: fmt.Sprintf("01bb%04x-0000-0000-0000-%012x", n>>32&0xffff, n), done: make(chan struct{}), cancel: cancel}
	if requestID == "" {
		requestID = x.id
	}
	a.requests[requestID] = x
	return x, true
}

// storedResult answers for a query's id.
func (q *request) storedResult(id string) envelope {
	if _, fail := q.current(); fail != nil {
		return failure(fail, nil)
	}
	q.a.wire.Lock()
	var found *execution
	for _, x := range q.a.requests {
		if x.id == id {
			found = x
		}
	}
	q.a.wire.Unlock()
	if found == nil {
		return failure(errorf(codeNoSuchStatement, "02000", "Statement %s not found", id), nil)
	}
	<-found.done
	return found.answer
}

// execute runs a statement and records it.
func (q *request) execute(ctx context.Context, s *session, b *queryBody, id string) envelope {
	s.mu.Lock()
	defer s.mu.Unlock()
	rec := s.record(b, id)
	r, err := q.outcome(ctx, s, b)
	defer q.a.keep(rec)
	if err != nil {
		e := asError(err)
		rec.Error, rec.Code = e.Message, e.Code
		return failure(e, map[string]any{"internalError": false, "errorCode": fmt.Sprintf("%06d", e.Code), "age": 0, "sqlState": e.SQLState,
			"queryId": id, "line": e.Line, "pos": e.Pos, "type": "COMPILATION"})
	}
	rec.Rows, rec.result = len(r.Rows), r
	s.lastQuery = id
	return success(s.resultData(r, b, id))
}

func (q *request) outcome(ctx context.Context, s *session, b *queryBody) (*Result, error) {
	if e := q.fault.refusal(); e != nil {
		return nil, e
	}
	switch {
	case b.AsyncExec:
		return nil, errUnsupported("asynchronous statements")
	case b.BindStage != "":
		return nil, errUnsupported("binds by stage")
	case b.DescribeOnly:
		return nil, errUnsupported("describing a statement without executing it")
	}
	if n, ok := b.Parameters["MULTI_STATEMENT_COUNT"]; ok && fmt.Sprint(n) != "1" {
		return nil, errUnsupported("several statements in one request")
	}
	if list, err := sqlengine.Split(sqlengine.Snowflake, b.SQLText); err == nil && len(list) > 1 {
		return nil, errorf(codeStatementCount, "0A000", "Actual statement count %d did not match the desired statement count 1.", len(list))
	}
	binds, err := readBindings(b.Bindings)
	if err != nil {
		return nil, err
	}
	return s.runLocked(ctx, b.SQLText, binds)
}

// resultData gives a result as the wire carries it.
func (s *session) resultData(r *Result, b *queryBody, id string) any {
	s.a.mu.RLock()
	defer s.a.mu.RUnlock()
	types := make([]any, len(r.Columns))
	for i, c := range r.Columns {
		types[i] = rowType(c)
	}
	rows := make([][]*string, len(r.Rows))
	engine := &sqlengine.Session{Dialect: sqlengine.Snowflake, Location: s.location()}
	for i, row := range r.Rows {
		rows[i] = wireRow(engine, row, r.Columns)
	}
	return map[string]any{
		"parameters": s.wireParams(), "rowtype": types, "rowset": rows, "total": len(rows), "returned": len(rows), "queryId": id,
		"databaseProvider": nil, "finalDatabaseName": wireName(s.database), "finalSchemaName": wireName(s.schema),
		"finalWarehouseName": wireName(s.warehouse), "finalRoleName": wireName(s.role), "numberOfBinds": len(b.Bindings),
		"arrayBindSupported": false, "statementTypeId": r.typeID, "version": 1, "sendResultTime": s.a.now().UnixMilli(),
		"queryResultFormat": "json",
	}
}

// queryTag gives the tag of a statement: the request's own, or the session's.
func (s *session) queryTag(b *queryBody) string {
	if v, ok := b.Parameters["QUERY_TAG"].(string); ok {
		return v
	}
	return s.param("QUERY_TAG")
}

// verb gives the first word of a statement.
func verb(sql string) string {
	return strings.ToUpper(sqlengine.NewParser(sqlengine.Snowflake, sql).Peek().Text)
}
