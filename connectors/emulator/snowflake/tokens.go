package snowflake

import (
	"fmt"
	"strings"
)

// session finds the session of a request, or says why there is none.
func (a *Account) session(x *exchange) (*wireSession, *Error) {
	token, err := x.token()
	if err != nil {
		return nil, errorf(codeNoAuth, "08001", "Authorization header not found in the request data.")
	}
	a.wmu.Lock()
	defer a.wmu.Unlock()
	ws := a.sessions[token]
	switch {
	case ws == nil && strings.HasPrefix(token, "session-"):
		return nil, errorf(codeSessionGone, "08001", "Session no longer exists. New login required to access the service.")
	case ws == nil:
		return nil, errorf(codeBadToken, "08001", "Session token not found or invalid. Please login again.")
	case ws.expireNow || ws.token != token || !a.opt.Clock().Before(ws.expires):
		return nil, errorf(codeSessionExpired, "08001", "Authentication token has expired. The user must authenticate again.")
	}
	return ws, nil
}

type renewResponse struct {
	Token          string `json:"sessionToken"`
	Validity       int    `json:"validityInSecondsST"`
	Master         string `json:"masterToken"`
	MasterValidity int    `json:"validityInSecondsMT"`
	SessionID      int64  `json:"sessionId"`
}

func (a *Account) renew(x *exchange) {
	token, err := x.token()
	if err != nil {
		x.reply(nil, errorf(codeMasterMissing, "08001", "Master token not found."))
		return
	}
	if x.fault.Code != 0 {
		x.reply(nil, x.fault.err())
		return
	}
	a.wmu.Lock()
	ws := a.masters[token]
	now := a.opt.Clock()
	var e *Error
	switch {
	case ws == nil:
		e = errorf(codeMasterMissing+2, "08001", "Master token is invalid.")
	case ws.masterExpiredNow || !now.Before(ws.masterExpires):
		e = errorf(codeMasterExpired, "08001", "Authentication token has expired. The user must authenticate again.")
	default:
		ws.token = fmt.Sprintf("session-%d-%d", ws.id, a.queryIDs.Add(1))
		ws.expires, ws.expireNow = now.Add(a.opt.SessionValidity), false
		ws.masterExpires = now.Add(a.opt.MasterValidity)
		a.sessions[ws.token] = ws
	}
	a.wmu.Unlock()
	if e != nil {
		x.reply(nil, e)
		return
	}
	x.reply(&renewResponse{ws.token, int(a.opt.SessionValidity.Seconds()), ws.master, int(a.opt.MasterValidity.Seconds()), ws.id}, nil)
}

func (a *Account) heartbeat(x *exchange) {
	_, e := a.session(x)
	x.reply(nil, e)
}

func (a *Account) closeSession(x *exchange) {
	ws, e := a.session(x)
	if e == nil && x.r.URL.Query().Get("delete") == "true" {
		a.forget(ws)
	}
	x.reply(nil, e)
}

// forget ends a session with all its tokens.
func (a *Account) forget(ws *wireSession) {
	a.wmu.Lock()
	defer a.wmu.Unlock()
	for t, s := range a.sessions {
		if s == ws {
			delete(a.sessions, t)
		}
	}
	delete(a.masters, ws.master)
}

// ExpireSessions makes all session tokens expire; drivers renew them with their master tokens. With masters, those expire too.
func (a *Account) ExpireSessions(masters bool) {
	a.wmu.Lock()
	defer a.wmu.Unlock()
	for _, ws := range a.sessions {
		ws.expireNow = true
		ws.masterExpiredNow = ws.masterExpiredNow || masters
	}
}

// KillSessions ends all sessions: their tokens are not known any more.
func (a *Account) KillSessions() {
	a.wmu.Lock()
	defer a.wmu.Unlock()
	clear(a.sessions)
	clear(a.masters)
}

// Sessions gives the number of open sessions.
func (a *Account) Sessions() int {
	a.wmu.Lock()
	defer a.wmu.Unlock()
	return len(a.masters)
}
