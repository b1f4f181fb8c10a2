package snowflake

import "time"

// Statement is one statement that was executed over the wire, or refused.
type Statement struct {
	ID        string // of the query
	Time      time.Time
	User      string
	Role      string // the session's before the statement
	Warehouse string
	Tag       string // QUERY_TAG
	SQL       string
	Verb      string // its first word
	Rows      int    // of the result
	Code      int    // of the error, 0: it succeeded
	Error     string // text of the error
}

// record notes a statement before it runs. The caller holds the session's lock.
func (s *session) record(b *queryBody, id string) *past {
	s.a.mu.RLock()
	defer s.a.mu.RUnlock()
	return &past{Statement: Statement{ID: id, Time: s.a.now(), User: s.user.name, Role: s.roleName(), Warehouse: nameOf(live(s.warehouse)),
		Tag: s.queryTag(b), SQL: b.SQLText, Verb: verb(b.SQLText)}, session: s, database: nameOf(live(s.database)), schema: nameOf(live(s.schema))}
}

// keep records a statement that ended, for the log and for the history.
func (a *Account) keep(p *past) {
	p.ended = a.now()
	a.remember(p)
	a.wire.Lock()
	defer a.wire.Unlock()
	a.log = append(a.log, p.Statement)
}

// Statements gives the statements executed over the wire since the start or the last ResetLog, in the order they ended.
func (a *Account) Statements() []Statement {
	a.wire.Lock()
	defer a.wire.Unlock()
	return append([]Statement(nil), a.log...)
}

// ResetLog forgets the recorded statements.
func (a *Account) ResetLog() {
	a.wire.Lock()
	defer a.wire.Unlock()
	a.log = nil
}
