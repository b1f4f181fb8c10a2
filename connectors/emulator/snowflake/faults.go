package snowflake

import (
	"net/http"
	"regexp"
	"strings"
	"sync"
	"time"
)

// Fault is one way to misbehave, for the requests it matches. The zero value matches everything and does nothing.
type Fault struct {
	// What it matches; empty fields match all.
	Path string         // part of the path: "login-request", "query-request"
	SQL  *regexp.Regexp // of statements
	User string         // in any case
	Role string         // the session's role, in any case

	Skip  int // matching requests to let pass first
	Times int // requests to hit after that; 0: every one

	// What it does, in this order.
	Latency   time.Duration // before anything else
	CutBefore bool          // close the connection; nothing is executed
	Status    int           // refuse with this HTTP status: 503, 429, ...
	Expire    bool          // refuse as if the session token had expired; the client can renew it
	Gone      bool          // end the session for good
	Lock      bool          // a statement fails for a lock held by another, without being executed
	Code      int           // a statement fails with this error number, without being executed
	SQLState  string        // of Code; "": 57014
	CutAfter  bool          // execute, then close the connection without an answer
	Garbage   bool          // execute, then send half of the answer
}

// Faults holds the faults in force. Its methods may be called at any time.
type Faults struct {
	mu     sync.Mutex
	list   []*armed
	killed bool
}

type armed struct {
	Fault
	seen int
}

// subject is what a fault is matched against.
type subject struct{ path, sql, user, role string }

// Add puts a fault in force; the first one that matches a request is used. The function returned takes it away.
func (f *Faults) Add(fault Fault) (remove func()) {
	a := &armed{Fault: fault}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.list = append(f.list, a)
	return func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.list = without(f.list, a)
	}
}

// Clear takes all faults away and revives the account.
func (f *Faults) Clear() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.list, f.killed = nil, false
}

// Kill closes every connection from now on, until Clear.
func (f *Faults) Kill() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.killed = true
}

// take gives the fault for a request; never nil.
func (f *Faults) take(s subject) *Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.killed {
		return &Fault{CutBefore: true}
	}
	for _, a := range f.list {
		if !a.matches(s) {
			continue
		}
		a.seen++
		if a.seen > a.Skip && (a.Times == 0 || a.seen <= a.Skip+a.Times) {
			hit := a.Fault
			return &hit
		}
	}
	return &Fault{}
}

func (a *armed) matches(s subject) bool {
	return strings.Contains(s.path, a.Path) &&
		(a.SQL == nil || s.sql != "" && a.SQL.MatchString(s.sql)) &&
		(a.User == "" || strings.EqualFold(a.User, s.user)) &&
		(a.Role == "" || strings.EqualFold(a.Role, s.role))
}

// before waits; false if the connection is to be closed unanswered.
func (f *Fault) before(r *http.Request) bool {
	if f.Latency > 0 {
		t := time.NewTimer(f.Latency)
		defer t.Stop()
		select {
		case <-t.C:
		case <-r.Context().Done():
			return false
		}
	}
	return !f.CutBefore
}

// refusal is the failure a statement is to end with, without being executed; nil: none.
func (f *Fault) refusal() *Error {
	switch {
	case f.Lock:
		return errorf(codeLockWaiters, "57014", "Statement has locked table in another transaction and this lock has not yet been released. "+
			"Your statement was aborted because the number of waiters for this lock exceeds the 20 statements limit.")
	case f.Code != 0:
		state := f.SQLState
		if state == "" {
			state = "57014"
		}
		return errorf(f.Code, state, "The statement was made to fail.")
	}
	return nil
}
