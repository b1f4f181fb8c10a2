package snowflake

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// server is what the account keeps for its clients.
type server struct {
	counter    atomic.Uint64 // of statements
	sessionIDs atomic.Int64

	wire     sync.Mutex // guards what follows; never held while a statement runs
	tokens   map[string]*login
	masters  map[string]*login
	requests map[string]*execution
	log      []Statement
	history  []*past // in the order they ended
	closed   bool
}

// login is a session as clients hold it: by tokens that end.
type login struct {
	session       *session
	token, master string
	until         time.Time // of token
	masterUntil   time.Time
}

func newServer() server {
	return server{tokens: map[string]*login{}, masters: map[string]*login{}, requests: map[string]*execution{}}
}

// Close ends all sessions; requests are refused from then on.
func (a *Account) Close() {
	a.wire.Lock()
	defer a.wire.Unlock()
	a.closed = true
	clear(a.tokens)
	clear(a.masters)
}

// envelope is the form of every answer.
type envelope struct {
	Data    any     `json:"data"`
	Code    *string `json:"code"`
	Message *string `json:"message"`
	Success bool    `json:"success"`
}

func success(data any) envelope { return envelope{Data: data, Success: true} }

// failure makes the answer for an error; data may be nil.
func failure(e *Error, data any) envelope {
	code := fmt.Sprintf("%06d", e.Code)
	return envelope{Data: data, Code: &code, Message: &e.Message}
}

// Errors of sessions.
const (
	codeNoAuthorization = 390101
	codeUnknownToken    = 390104
	codeSessionGone     = 390111
	codeSessionExpired  = 390112
	codeMasterExpired   = 390114
	codeMasterInvalid   = 390115
	codeBadRequest      = 390400
)

func errSession(code int, text string) *Error { return errorf(code, "08001", "%s", text) }

// maxBody bounds what is read of a request.
const maxBody = 64 << 20

// ServeHTTP implements http.Handler.
func (a *Account) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := readBody(w, r)
	if err != nil {
		http.Error(w, "body cannot be read", http.StatusBadRequest)
		return
	}
	a.wire.Lock()
	closed := a.closed
	a.wire.Unlock()
	if closed {
		http.Error(w, "account is closed", http.StatusServiceUnavailable)
		return
	}
	req := &request{a: a, w: w, r: r, body: body}
	req.fault = a.opt.Faults.take(req.subject())
	if !req.fault.before(r) {
		panic(http.ErrAbortHandler)
	}
	if req.fault.Status != 0 {
		http.Error(w, "refused for now", req.fault.Status)
		return
	}
	req.route()
}

func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	var in io.Reader = http.MaxBytesReader(w, r.Body, maxBody)
	if r.Header.Get("Content-Encoding") == "gzip" {
		z, err := gzip.NewReader(in)
		if err != nil {
			return nil, err
		}
		in = io.LimitReader(z, maxBody)
	}
	return io.ReadAll(in)
}

// request is one HTTP request being answered.
type request struct {
	a     *Account
	w     http.ResponseWriter
	r     *http.Request
	body  []byte
	fault *Fault
}

// subject is what faults are matched against.
func (q *request) subject() subject {
	s := subject{path: q.r.URL.Path}
	if s.path == queryPath {
		var b queryBody
		if json.Unmarshal(q.body, &b) == nil {
			s.sql = b.SQLText
		}
		if l := q.holder(); l != nil {
			l.session.mu.Lock()
			defer l.session.mu.Unlock()
			q.a.mu.RLock()
			defer q.a.mu.RUnlock()
			s.user, s.role = l.session.user.name, l.session.roleName()
		}
	}
	return s
}

// holder gives the login whose token the request carries, or nil.
func (q *request) holder() *login {
	q.a.wire.Lock()
	defer q.a.wire.Unlock()
	return q.a.tokens[q.bearer()]
}

const (
	loginPath = "/session/v1/login-request"
	queryPath = "/queries/v1/query-request"
	abortPath = "/queries/v1/abort-request"
)

func (q *request) route() {
	switch path := q.r.URL.Path; {
	case path == loginPath:
		q.write(q.login())
	case path == "/session/token-request":
		q.write(q.renew())
	case path == queryPath:
		q.query()
	case path == abortPath:
		q.write(q.abort())
	case path == "/session/heartbeat":
		q.write(q.heartbeat())
	case path == "/session":
		q.write(q.endSession())
	case path == "/telemetry/send":
		q.write(success("Log Received"))
	case strings.HasPrefix(path, "/queries/") && strings.HasSuffix(path, "/result"):
		q.write(q.storedResult(strings.TrimSuffix(strings.TrimPrefix(path, "/queries/"), "/result")))
	default:
		q.a.opt.Log.Warn("path not known to the emulator", "method", q.r.Method, "path", path)
		http.NotFound(q.w, q.r)
	}
}

func (q *request) write(e envelope) {
	text, err := json.Marshal(e)
	if err != nil {
		http.Error(q.w, "answer cannot be encoded", http.StatusInternalServerError)
		return
	}
	if q.fault.CutAfter {
		panic(http.ErrAbortHandler)
	}
	if q.fault.Garbage {
		text = text[:len(text)/2]
	}
	q.w.Header().Set("Content-Type", "application/json")
	// The client may be gone; there is nobody to tell.
	_, _ = q.w.Write(text)
}

// bearer gives the token of Authorization: Snowflake Token="...".
func (q *request) bearer() string {
	h := strings.TrimPrefix(q.r.Header.Get("Authorization"), "Snowflake Token=")
	return strings.Trim(h, `"`)
}
