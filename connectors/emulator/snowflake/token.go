package snowflake

import (
	"context"
	"encoding/json"
)

// current gives the login of a request's session token.
func (q *request) current() (*login, *Error) {
	token := q.bearer()
	if token == "" {
		return nil, errSession(codeNoAuthorization, "Authorization header not found in the request data.")
	}
	q.a.mu.RLock()
	defer q.a.mu.RUnlock()
	q.a.wire.Lock()
	defer q.a.wire.Unlock()
	l := q.a.tokens[token]
	switch {
	case l == nil:
		return nil, errSession(codeUnknownToken, "Token is not valid.")
	case q.fault.Gone:
		q.a.forget(l)
		return nil, errSession(codeSessionGone, "Session no longer exists. New login required to access the service.")
	case l.session.user.isDisabled():
		return nil, errSession(codeSessionGone, "Session no longer exists. New login required to access the service.")
	case q.fault.Expire || !q.a.now().Before(l.until):
		return nil, errSession(codeSessionExpired, "Authentication token has expired. The user must authenticate again.")
	}
	return l, nil
}

// forget ends a login. The caller holds the wire's lock.
func (a *Account) forget(l *login) {
	delete(a.tokens, l.token)
	delete(a.masters, l.master)
}

// renew gives a new session token for a master token.
func (q *request) renew() envelope {
	q.a.wire.Lock()
	defer q.a.wire.Unlock()
	l := q.a.masters[q.bearer()]
	if l == nil {
		return failure(errSession(codeMasterInvalid, "Master token is invalid."), nil)
	}
	if q.fault.Gone || !q.a.now().Before(l.masterUntil) {
		q.a.forget(l)
		return failure(errSession(codeMasterExpired, "Authentication token has expired. The user must authenticate again."), nil)
	}
	q.a.forget(l)
	l.token, l.master = newToken(), newToken()
	l.until, l.masterUntil = q.a.now().Add(q.a.opt.SessionValidity), q.a.now().Add(q.a.opt.MasterValidity)
	q.a.tokens[l.token], q.a.masters[l.master] = l, l
	return success(map[string]any{"sessionToken": l.token, "validityInSecondsST": int(q.a.opt.SessionValidity.Seconds()),
		"masterToken": l.master, "validityInSecondsMT": int(q.a.opt.MasterValidity.Seconds()), "sessionId": l.session.id})
}

func (q *request) heartbeat() envelope {
	if _, err := q.current(); err != nil {
		return failure(err, nil)
	}
	return success(nil)
}

func (q *request) endSession() envelope {
	l, err := q.current()
	if err != nil {
		return failure(err, nil)
	}
	q.a.wire.Lock()
	q.a.forget(l)
	q.a.wire.Unlock()
	l.session.mu.Lock()
	defer l.session.mu.Unlock()
	l.session.close()
	return success(nil)
}

// close ends what the session has open. The caller holds its lock.
func (s *session) close() {
	s.a.mu.Lock()
	defer s.a.mu.Unlock()
	s.rollback()
	s.commit()
	s.a.settle()
}

// abort ends a statement that runs.
func (q *request) abort() envelope {
	var b struct {
		RequestID string `json:"requestId"`
	}
	if json.Unmarshal(q.body, &b) != nil {
		return failure(errSession(codeBadRequest, "The request cannot be read."), nil)
	}
	q.a.wire.Lock()
	defer q.a.wire.Unlock()
	if x := q.a.requests[b.RequestID]; x != nil && !x.finished() {
		x.cancel()
		return success(nil)
	}
	return failure(errorf(codeNotExecuting, "02000", "Identified SQL statement is not currently executing."), nil)
}

// contextError gives the error of a context that ended a statement, or nil.
func contextError(err error) error {
	if err == context.Canceled || err == context.DeadlineExceeded {
		return errorf(codeCanceled, "57014", "SQL execution canceled")
	}
	return nil
}
