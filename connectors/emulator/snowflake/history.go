package snowflake

import (
	"fmt"
	"time"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

// past is a statement as QUERY_HISTORY shows it, and its result for RESULT_SCAN.
type past struct {
	Statement
	ended            time.Time
	session          *session
	database, schema string
	result           *Result // nil where it failed
}

// resultsKept bounds the results kept for RESULT_SCAN, and historyKept the statements kept for QUERY_HISTORY.
const (
	resultsKept = 100
	historyKept = 10000
)

// remember keeps a statement that ended. The oldest ones are forgotten.
func (a *Account) remember(p *past) {
	a.wire.Lock()
	defer a.wire.Unlock()
	a.history = append(a.history, p)
	if n := len(a.history) - resultsKept; n > 0 {
		a.history[n-1].result = nil
	}
	if n := len(a.history) - historyKept; n > 0 {
		a.history = append([]*past(nil), a.history[n:]...)
	}
}

// resultOf gives the result of one of the user's statements again, nil where it is not kept.
func (a *Account) resultOf(id string, s *session) *Result {
	a.wire.Lock()
	defer a.wire.Unlock()
	for _, p := range a.history {
		if p.ID == id && p.User == s.user.name {
			return p.result
		}
	}
	return nil
}

// historyRows gives the rows of QUERY_HISTORY for statements that ended by a time.
func (a *Account) historyRows(at time.Time) []sqlengine.Row {
	a.wire.Lock()
	defer a.wire.Unlock()
	var out []sqlengine.Row
	for _, p := range a.history {
		if !p.ended.After(at) {
			out = append(out, p.row())
		}
	}
	return out
}

func (p *past) row() sqlengine.Row {
	state, code, message := "SUCCESS", sqlengine.Value(nil), sqlengine.Value(nil)
	if p.Code != 0 {
		state, code, message = "FAIL", fmt.Sprint(p.Code), p.Error
	}
	return sqlengine.Row{p.ID, p.SQL, orNull(p.database), orNull(p.schema), p.Verb, p.session.id, p.User, p.Role, orNull(p.Warehouse), p.Tag, state, code,
		message, p.Time, p.ended, p.ended.Sub(p.Time).Milliseconds(), int64(p.Rows), "ROLE"}
}

// queryHistory is the table function of that name: the statements of the session's user.
func (c *catalog) queryHistory() (*sqlengine.Table, error) {
	var rows []sqlengine.Row
	for _, r := range c.s.a.historyRows(c.s.now) {
		if r[6] == c.s.user.name {
			rows = append(rows, r)
		}
	}
	return tableOf(usageColumns["QUERY_HISTORY"], rows), nil
}
