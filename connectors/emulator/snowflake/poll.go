package snowflake

import (
	"fmt"
	"time"
)

// answer sends the outcome of a statement, or word that it is still running.
func (a *Account) answer(x *exchange, q *query) {
	if q.async && x.r.URL.Path == pathQuery {
		x.progress(inProgress(q), "333334")
		return
	}
	t := time.NewTimer(a.opt.LongPoll)
	defer t.Stop()
	select {
	case <-q.done:
		a.outcome(x, q)
	case <-t.C:
		code := "333333"
		if q.async {
			code = "333334"
		}
		x.progress(inProgress(q), code)
	case <-x.r.Context().Done():
	}
}

func inProgress(q *query) map[string]any {
	return map[string]any{"getResultUrl": "/queries/" + q.id + "/result", "queryId": q.id, "progressDesc": nil, "queryAbortsAfterSecs": 300}
}

func (a *Account) outcome(x *exchange, q *query) {
	if q.err != nil {
		x.reply(map[string]any{"internalError": false, "errorCode": fmt.Sprintf("%06d", q.err.Code), "age": 0, "sqlState": q.err.SQLState, "queryId": q.id,
			"line": q.err.Line, "pos": q.err.Pos, "type": "COMPILATION"}, q.err)
		return
	}
	x.reply(a.resultData(x, q), nil)
}

// fetch answers for a statement by its id.
func (a *Account) fetch(x *exchange, id string) {
	if _, e := a.session(x); e != nil {
		x.reply(nil, e)
		return
	}
	if c := x.fault.Code; c != 0 {
		x.reply(nil, x.fault.err())
		return
	}
	q := a.query(id)
	if q == nil {
		x.reply(nil, errorf(codeNoSuchStatement, "02000", "Statement %s not found", id))
		return
	}
	a.answer(x, q)
}

func (a *Account) query(id string) *query {
	a.wmu.Lock()
	defer a.wmu.Unlock()
	return a.queries[id]
}

// resultOf gives the result of a finished statement of the same user.
func (a *Account) resultOf(id string, s *session) *Result {
	q := a.query(id)
	if q == nil || q.ws.user != s.user {
		return nil
	}
	select {
	case <-q.done:
		return q.result
	default:
		return nil
	}
}

// monitor tells the state of a statement.
func (a *Account) monitor(x *exchange, id string) {
	if _, e := a.session(x); e != nil {
		x.reply(nil, e)
		return
	}
	list := []map[string]any{}
	if q := a.query(id); q != nil {
		entry := map[string]any{"id": q.id, "status": "RUNNING", "sqlText": q.sql, "startTime": q.started.UnixMilli(), "endTime": 0, "errorCode": "", "errorMessage": ""}
		select {
		case <-q.done:
			entry["status"], entry["endTime"] = "SUCCESS", q.ended.UnixMilli()
			if q.err != nil {
				entry["status"], entry["errorCode"], entry["errorMessage"] = "FAILED_WITH_ERROR", fmt.Sprintf("%06d", q.err.Code), q.err.Message
			} else {
				entry["stats"] = map[string]any{"scanBytes": 0, "producedRows": len(q.result.Rows)}
			}
		default:
		}
		list = append(list, entry)
	}
	x.reply(map[string]any{"queries": list}, nil)
}

// abort cancels the statement that a request started.
func (a *Account) abort(x *exchange) {
	if _, e := a.session(x); e != nil {
		x.reply(nil, e)
		return
	}
	var req struct {
		RequestID string `json:"requestId"`
	}
	if e := x.decode(&req); e != nil {
		x.reply(nil, e)
		return
	}
	a.wmu.Lock()
	q := a.requests[req.RequestID]
	a.wmu.Unlock()
	if q != nil {
		select {
		case <-q.done:
		default:
			q.cancel()
			x.reply(nil, nil)
			return
		}
	}
	x.reply(nil, errorf(codeNotExecuting, "57014", "Identified SQL statement is not currently executing."))
}
