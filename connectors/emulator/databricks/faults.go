package databricks

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/polsync/polsync/connectors/emulator/fault"
)

// Fault is one way to misbehave, for the requests it matches. The zero value
// matches everything and does nothing.
type Fault struct {
	// What it matches; empty fields match all.
	Method    string             // exact
	Path      string             // part of the escaped path
	SQL       string             // part of the statement, in any case
	Principal string             // name, in any case
	Match     func(Request) bool // further condition

	Skip  int // matching requests to let pass first
	Times int // requests to hit after that; 0: every one

	// What it does, in this order.
	Latency    time.Duration // before anything else
	CutBefore  bool          // close the connection; nothing is executed
	Status     int           // refuse with this status
	Code       string        // error_code; "": what is usual for Status
	Message    string        // of the refusal; "": a sentence of no meaning
	Late       bool          // execute first, and then refuse with Status all the same
	RetryAfter int           // seconds, as a Retry-After header
	ExpireAuth bool          // refuse as if the token had expired
	Pending    time.Duration // a statement stays PENDING so long before it runs
	FailSQL    string        // a statement ends FAILED with this condition, without being executed
	SQLState   string        // of FailSQL; "": 40000
	CutAfter   bool          // execute, then close the connection without an answer
	Truncate   bool          // lose the second half of a list and its page token, or mark a result truncated

	// What it calls; nil: nothing. No lock is held meanwhile, and the client waits. Skip: n-1 with Times: 1 picks the n-th
	// match; a request that is sent again is another match.
	Before func(Request) // when the request has come, before all of the above
	After  func(Request) // when it was worked on, whatever came of it, before the answer or the cut; not if the fault or a cancellation kept it from running
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
	return (f.Method == "" || f.Method == r.Method) &&
		strings.Contains(r.Path, f.Path) &&
		strings.Contains(strings.ToLower(r.SQL), strings.ToLower(f.SQL)) &&
		(f.Principal == "" || strings.EqualFold(f.Principal, r.Principal)) &&
		(f.Match == nil || f.Match(r))
}

// before calls Before and waits; false if the connection is to be closed unanswered.
func (f *Fault) before(r *http.Request, rec *Request) bool {
	if f.Before != nil {
		f.Before(*rec)
	}
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

// usual gives the error code that goes with a status.
var usual = map[int]string{400: "BAD_REQUEST", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND", 409: "ABORTED",
	429: "REQUEST_LIMIT_EXCEEDED", 500: "INTERNAL_ERROR", 501: "NOT_IMPLEMENTED", 503: "TEMPORARILY_UNAVAILABLE", 504: "DEADLINE_EXCEEDED"}

func (f *Fault) refusal() *Error {
	if f.ExpireAuth {
		return errUnauthenticated("Access token expired.")
	}
	if f.Status == 0 {
		return nil
	}
	code := f.Code
	if code == "" {
		code = usual[f.Status]
	}
	message := f.Message
	if message == "" {
		message = "The service refuses this request for now."
	}
	return &Error{Status: f.Status, Code: code, Message: message}
}

// statementError is the failure a statement is to end with; nil: none.
func (f *Fault) statementError() *Error {
	if f.FailSQL == "" {
		return nil
	}
	state := f.SQLState
	if state == "" {
		state = "40000"
	}
	return errSQL(f.FailSQL, state, "The statement was made to fail.")
}

func (f *Fault) headers(h http.Header) {
	if f.RetryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(f.RetryAfter))
	}
}

// truncated shortens a list answer.
func (f *Fault) truncated(answer any) any {
	if !f.Truncate {
		return answer
	}
	switch a := answer.(type) {
	case page:
		a.items, a.next = a.items[:len(a.items)/2], ""
		return a
	case scimList:
		a.Resources, a.Count = a.Resources[:len(a.Resources)/2], len(a.Resources)/2
		return a
	case *statementAnswer:
		return a.truncated()
	}
	return answer
}

// cut closes the connection without an answer. The client sees a reset or an
// unexpected end.
func cut() {
	panic(http.ErrAbortHandler)
}
