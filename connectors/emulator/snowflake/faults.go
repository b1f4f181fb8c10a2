package snowflake

import (
	"regexp"
	"strings"
	"time"

	"github.com/polsync/polsync/connectors/emulator/fault"
	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

// Fault is one way to misbehave, for the requests it matches. The zero value matches every request and does nothing.
type Fault struct {
	// What it matches; empty fields match all.
	Path  string             // beginning of the path: /queries/v1/query-request, /session/v1/login-request, ...
	SQL   *regexp.Regexp     // of the statement
	User  string             // name of the session's user
	Match func(Request) bool // further condition

	Skip  int // matching requests to let pass first
	Times int // requests to hit after that; 0: every one

	// What it does.
	Latency   time.Duration // of real time; of a statement while it counts as running, so that it can be cancelled
	CutBefore bool          // close the connection; nothing is executed
	Status    int           // answer with this HTTP status; nothing is executed
	Code      int           // fail with this error of Snowflake's; nothing is executed. 390112 makes a driver renew its token
	SQLState  string        // that goes with Code
	Message   string        // that goes with Code
	CutAfter  bool          // execute, then close the connection without an answer
	Garbage   bool          // execute, then answer with what is not JSON
	CutBody   bool          // execute, then answer with the first half
	Truncate  bool          // lose the second half of the rows

	// What it calls; nil: nothing. No lock is held meanwhile, and the client waits. Skip: n-1 with Times: 1 picks the n-th
	// match; a request that is sent again is another match, though it is not carried out again.
	Before func(Request) // when the request has come, before all of the above
	After  func(Request) // when it was worked on, whatever came of it, before the answer or the cut; not if the fault or a cancellation kept it from running
}

// before calls Before.
func (f *Fault) before(r Request) {
	if f.Before != nil {
		f.Before(r)
	}
}

// after calls After.
func (f *Fault) after(r Request) {
	if f.After != nil {
		f.After(r)
	}
}

// Faults holds the faults in force. Its methods may be called at any time.
type Faults = fault.Set[Fault, Request]

// take gives the fault for a request; never nil.
func take(f *Faults, r Request) *Fault {
	met, killed := f.Take(r)
	if killed {
		return &Fault{CutBefore: true}
	}
	return &met
}

// Span implements fault.Fault.
func (f Fault) Span() (skip, times int) { return f.Skip, f.Times }

// Matches implements fault.Fault.
func (f Fault) Matches(r Request) bool {
	return strings.HasPrefix(r.Path, f.Path) && (f.SQL == nil || r.SQL != "" && f.SQL.MatchString(r.SQL)) &&
		(f.User == "" || f.User == r.User) && (f.Match == nil || f.Match(r))
}

// err is the error that the fault answers with.
func (f *Fault) err() *Error {
	state, message := f.SQLState, f.Message
	if state == "" {
		state = map[int]string{codeLockWaiters: "57014", codeCanceled: "57014", codeStatementTimeout: "57014"}[f.Code]
	}
	if state == "" {
		state = "08001"
	}
	if message == "" {
		message = "Injected failure."
	}
	return errorf(f.Code, state, "%s", message)
}

// LockTable lets every change of a table fail with error 000625, as when others hold and wait for its lock. name is qualified.
func (a *Account) LockTable(name string) error { return a.setLock(name, "20 statements") }

// UnlockTable ends LockTable.
func (a *Account) UnlockTable(name string) error { return a.setLock(name, "") }

func (a *Account) setLock(name, holder string) error {
	s, err := a.innerSession(AdminUser, roleAccountAdmin)
	if err != nil {
		return err
	}
	parsed, err := sqlengine.ParseName(sqlengine.Snowflake, name)
	if err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	o, err := s.scope().relation(parsed)
	if err != nil {
		return err
	}
	o.rel.locked = holder
	return nil
}

// lockedError is what a change of a locked table gives.
func (o *object) lockedError() error {
	if o.rel == nil || o.rel.locked == "" {
		return nil
	}
	return errorf(codeLockWaiters, "57014", "Statement has locked table '%s' in another transaction and this lock has not yet been released. "+
		"Your statement was aborted because the number of waiters for this lock exceeds the 20 statements limit.", o.name)
}
