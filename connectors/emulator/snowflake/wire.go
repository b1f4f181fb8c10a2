package snowflake

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const serverVersion = "9.99.0"

// maxBody bounds a request: statements are limited to about 1 MB, binds may be larger.
const maxBody = 64 << 20

// server is what the wire needs besides the catalogue.
type server struct {
	wmu      sync.Mutex
	sessions map[string]*wireSession // by session token
	masters  map[string]*wireSession // by master token
	requests map[string]*query       // by request id: a repeated request is not carried out again
	queries  map[string]*query       // by query id
	recent   []*query
	keptRows int // of the results of recent
	log      []Statement
	received []Request
	closed   bool

	counter    atomic.Uint64
	sessionIDs atomic.Int64
	queryIDs   atomic.Int64
}

func newServer() server {
	return server{sessions: map[string]*wireSession{}, masters: map[string]*wireSession{}, requests: map[string]*query{}, queries: map[string]*query{}}
}

// exchange is one HTTP request with what was learnt of it.
type exchange struct {
	w     http.ResponseWriter
	r     *http.Request
	body  []byte
	rec   Request
	fault *Fault
}

// Handler gives the account as an http.Handler.
func (a *Account) Handler() http.Handler { return a }

// ServeHTTP answers the requests of Snowflake's drivers.
func (a *Account) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := readBody(r)
	if err != nil {
		http.Error(w, "bad request", http.StatusBadRequest)
		return
	}
	if a.isClosed() {
		http.Error(w, "account is closed", http.StatusServiceUnavailable)
		return
	}
	x := &exchange{w: w, r: r, body: body}
	x.rec = a.receive(x)
	x.fault = take(a.opt.Faults, x.rec)
	x.fault.before(x.rec)
	if x.fault.CutBefore {
		panic(http.ErrAbortHandler)
	}
	if !a.isStatement(r) && !sleep(r, x.fault.Latency) {
		return
	}
	if x.fault.Status != 0 {
		http.Error(w, http.StatusText(x.fault.Status), x.fault.Status)
		return
	}
	a.route(x)
}

func (a *Account) isStatement(r *http.Request) bool { return r.URL.Path == pathQuery }

// sleep waits of real time; false if the client is gone.
func sleep(r *http.Request, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-r.Context().Done():
		return false
	}
}

const (
	pathLogin     = "/session/v1/login-request"
	pathToken     = "/session/token-request"
	pathQuery     = "/queries/v1/query-request"
	pathAbort     = "/queries/v1/abort-request"
	pathHeartbeat = "/session/heartbeat"
	pathSession   = "/session"
	pathTelemetry = "/telemetry/send"
)

func (a *Account) route(x *exchange) {
	path := x.r.URL.Path
	switch path {
	case pathLogin:
		a.login(x)
	case pathToken:
		a.renew(x)
	case pathQuery:
		a.queryRequest(x)
	case pathAbort:
		a.abort(x)
	case pathHeartbeat:
		a.heartbeat(x)
	case pathSession:
		a.closeSession(x)
	case pathTelemetry:
		x.reply("Log Received", nil)
	default:
		a.routeByID(x, path)
	}
}

func (a *Account) routeByID(x *exchange, path string) {
	if id, ok := between(path, "/queries/", "/result"); ok {
		a.fetch(x, id)
		return
	}
	if id, ok := strings.CutPrefix(path, "/monitoring/queries/"); ok {
		a.monitor(x, id)
		return
	}
	if rest, ok := strings.CutPrefix(path, "/chunks/"); ok {
		a.chunk(x, rest)
		return
	}
	http.NotFound(x.w, x.r)
}

func between(s, before, behind string) (string, bool) {
	s, ok := strings.CutPrefix(s, before)
	if !ok {
		return "", false
	}
	return strings.CutSuffix(s, behind)
}

func readBody(r *http.Request) ([]byte, error) {
	var in io.Reader = http.MaxBytesReader(nil, r.Body, maxBody)
	if r.Header.Get("Content-Encoding") == "gzip" {
		z, err := gzip.NewReader(in)
		if err != nil {
			return nil, err
		}
		in = io.LimitReader(z, maxBody)
	}
	return io.ReadAll(in)
}

// envelope is the form of every answer. Code is a text of digits or null.
type envelope struct {
	Data    any     `json:"data"`
	Code    *string `json:"code"`
	Message *string `json:"message"`
	Success bool    `json:"success"`
}

// reply sends data, or the error where there is one.
func (x *exchange) reply(data any, e *Error) {
	env := envelope{Data: data, Success: e == nil}
	if e != nil {
		code := fmt.Sprintf("%06d", e.Code)
		env.Code, env.Message = &code, &e.Message
	}
	x.send(env)
}

// progress sends data with a code that is no error.
func (x *exchange) progress(data any, code string) {
	x.send(envelope{Data: data, Code: &code, Success: true})
}

func (x *exchange) send(env envelope) {
	var b bytes.Buffer
	if err := json.NewEncoder(&b).Encode(env); err != nil {
		http.Error(x.w, "internal error", http.StatusInternalServerError)
		return
	}
	x.write(b.Bytes())
}

// write sends an answer as the fault of the exchange has it.
func (x *exchange) write(b []byte) {
	if x.r.URL.Path != pathQuery && x.fault.Code == 0 { // statements are carried out on their own
		x.fault.after(x.rec)
	}
	switch {
	case x.fault.CutAfter:
		panic(http.ErrAbortHandler)
	case x.fault.Garbage:
		b = []byte("<html><body>gateway</body></html>")
	case x.fault.CutBody:
		b = b[:len(b)/2]
	}
	x.w.Header().Set("Content-Type", "application/json")
	if len(b) < 4096 || !strings.Contains(x.r.Header.Get("Accept-Encoding"), "gzip") {
		_, _ = x.w.Write(b)
		return
	}
	x.w.Header().Set("Content-Encoding", "gzip")
	z := zippers.Get().(*gzip.Writer)
	defer zippers.Put(z)
	z.Reset(x.w)
	// An answer that cannot be written has no reader any more.
	if _, err := z.Write(b); err == nil {
		_ = z.Close()
	}
}

// zippers are reused: making one costs more than a small answer.
var zippers = sync.Pool{New: func() any {
	z, err := gzip.NewWriterLevel(io.Discard, gzip.BestSpeed)
	if err != nil {
		panic(err) // the level is a constant
	}
	return z
}}

// decode reads the body of a request.
func (x *exchange) decode(into any) *Error {
	if err := json.Unmarshal(x.body, into); err != nil {
		return errorf(390400, "08001", "Bad request; operation not supported.")
	}
	return nil
}

var errNoToken = errors.New("no token")

// token reads the Authorization header.
func (x *exchange) token() (string, error) {
	t, ok := between(x.r.Header.Get("Authorization"), `Snowflake Token="`, `"`)
	if !ok {
		return "", errNoToken
	}
	return t, nil
}
