package snowflake

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

// Request is one HTTP request as it was received. Bodies are not kept: they hold passwords and tokens.
type Request struct {
	Time      time.Time
	Method    string
	Path      string
	RequestID string
	SQL       string // of statements
	User      string // of the session, "" before login
}

// Statement is one SQL statement that was carried out, or refused, over the wire. Its values are not kept.
type Statement struct {
	ID        string
	RequestID string
	SessionID int64
	User      string
	Role      string
	Warehouse string
	Database  string
	Schema    string
	Tag       string // QUERY_TAG
	SQL       string
	Type      string // first word
	Started   time.Time
	Ended     time.Time
	Rows      int
	ErrorCode int // 0: success
	Error     string
}

// receive records a request.
func (a *Account) receive(x *exchange) Request {
	rec := Request{Time: a.opt.Clock(), Method: x.r.Method, Path: x.r.URL.Path, RequestID: x.r.URL.Query().Get("requestId")}
	if x.r.URL.Path == pathQuery {
		var body struct {
			SQL string `json:"sqlText"`
		}
		if json.Unmarshal(x.body, &body) == nil {
			rec.SQL = body.SQL
		}
	}
	token, err := x.token()
	a.wmu.Lock()
	defer a.wmu.Unlock()
	if err == nil {
		if ws := a.sessions[token]; ws != nil {
			rec.User = ws.login
		}
	}
	a.received = append(a.received, rec)
	return rec
}

// record writes a finished statement down.
func (a *Account) record(q *query) {
	text := func(p *string) string {
		if p == nil {
			return ""
		}
		return *p
	}
	st := Statement{ID: q.id, RequestID: q.requestID, SessionID: q.ws.id, User: q.ws.login, Role: text(q.info.Role), Warehouse: text(q.info.Warehouse),
		Database: text(q.info.Database), Schema: text(q.info.Schema), Tag: q.tag, SQL: q.sql, Type: firstWord(q.sql), Started: q.started, Ended: q.ended}
	if q.result != nil {
		st.Rows = len(q.result.Rows)
	}
	if q.err != nil {
		st.ErrorCode, st.Error = q.err.Code, q.err.Message
	}
	a.wmu.Lock()
	defer a.wmu.Unlock()
	a.log = append(a.log, st)
	a.keptRows += st.Rows
}

func firstWord(sql string) string {
	t := sqlengine.NewParser(sqlengine.Snowflake, sql).Peek()
	return strings.ToUpper(t.Text)
}

// Statements gives the statements since the start or the last ResetLog, in the order in which they ended.
func (a *Account) Statements() []Statement {
	a.wmu.Lock()
	defer a.wmu.Unlock()
	return append([]Statement(nil), a.log...)
}

// Requests gives the HTTP requests since the start or the last ResetLog, in the order in which they came.
func (a *Account) Requests() []Request {
	a.wmu.Lock()
	defer a.wmu.Unlock()
	return append([]Request(nil), a.received...)
}

// ResetLog forgets recorded requests and statements, QUERY_HISTORY included.
func (a *Account) ResetLog() {
	a.wmu.Lock()
	defer a.wmu.Unlock()
	a.log, a.received = nil, nil
}

// historyRows gives QUERY_HISTORY up to a time.
func (a *Account) historyRows(until time.Time) []sqlengine.Row {
	var out []sqlengine.Row
	for _, st := range a.Statements() {
		if st.Ended.After(until) {
			continue
		}
		state, code, message := "SUCCESS", sqlengine.Value(nil), sqlengine.Value(nil)
		if st.ErrorCode != 0 {
			state, code, message = "FAIL", fmt.Sprintf("%06d", st.ErrorCode), st.Error
		}
		out = append(out, sqlengine.Row{st.ID, st.SQL, orNull(st.Database), orNull(st.Schema), st.Type, st.SessionID, st.User, st.Role, orNull(st.Warehouse), st.Tag,
			state, code, message, st.Started, st.Ended, st.Ended.Sub(st.Started).Milliseconds(), int64(st.Rows), "ROLE"})
	}
	return out
}

// queryHistory is the live form of QUERY_HISTORY: the session's user's own statements.
func (c *catalog) queryHistory() (*sqlengine.Table, error) {
	var own []sqlengine.Row
	for _, row := range c.s.a.historyRows(c.s.now.Add(time.Hour)) {
		if row[6] == c.s.user.name {
			own = append(own, row)
		}
	}
	return tableOf(usageColumns["QUERY_HISTORY"], own), nil
}
