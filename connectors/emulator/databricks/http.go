package databricks

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// call is one REST request being answered.
type call struct {
	w     *Workspace
	r     *http.Request
	id    identity
	body  []byte
	args  []string // of the {...} segments of the route, unescaped
	query url.Values
	rec   *Request
	fault *Fault

	account bool // the account's API, not the workspace's
}

// route is one endpoint. Segments in braces take any value.
type route struct {
	method  string
	pattern string
	answer  func(*call) (any, error)
	flags   int
}

const (
	open  = 1 << iota // no credentials asked for
	waits             // takes the locks itself
)

type router map[int][]compiled // by number of segments

type compiled struct {
	route
	segments []string
}

func newRouter(routes []route) router {
	out := router{}
	for _, r := range routes {
		segs := strings.Split(strings.TrimPrefix(r.pattern, "/"), "/")
		out[len(segs)] = append(out[len(segs)], compiled{r, segs})
	}
	return out
}

// find matches an escaped path, so that an escaped slash stays within a name.
func (rt router) find(method, escaped string) (route, []string, bool) {
	parts := strings.Split(strings.TrimPrefix(escaped, "/"), "/")
	for _, c := range rt[len(parts)] {
		if c.method != method {
			continue
		}
		if args, ok := match(c.segments, parts); ok {
			return c.route, args, true
		}
	}
	return route{}, nil, false
}

func match(segments, parts []string) ([]string, bool) {
	var args []string
	for i, s := range segments {
		if !strings.HasPrefix(s, "{") {
			if s != parts[i] {
				return nil, false
			}
			continue
		}
		v, err := url.PathUnescape(parts[i])
		if err != nil || v == "" {
			return nil, false
		}
		args = append(args, v)
	}
	return args, true
}

// maxBody bounds what is read of a request: statement text may have 16 MiB.
const maxBody = 17 << 20

// serve answers one request: faults before, the endpoint, faults after.
func (w *Workspace) serve(rw http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(rw, r.Body, maxBody))
	if err != nil {
		write(rw, http.StatusRequestEntityTooLarge, errBody(errInvalid("request body is too large")))
		return
	}
	rec := w.begin(r, body)
	f := take(w.opt.Faults, *rec)
	if !f.before(r, rec) {
		w.end(rec, 0)
		cut()
	}
	status, answer := 0, any(nil)
	refused := f.refusal()
	if refused == nil || f.Late {
		status, answer = w.answer(r, body, rec, f)
		if !rec.isStatement() {
			f.after(*rec)
		}
	}
	if refused != nil {
		status, answer = refused.Status, errBody(refused)
		f.headers(rw.Header())
	}
	if f.CutAfter {
		w.end(rec, 0)
		cut()
	}
	w.end(rec, status)
	rw.Header().Set("X-Databricks-Org-Id", w.workspaceNumber())
	write(rw, status, f.truncated(answer))
}

// answer finds the endpoint and runs it.
func (w *Workspace) answer(r *http.Request, body []byte, rec *Request, f *Fault) (int, any) {
	rt, args, ok := w.router.find(r.Method, r.URL.EscapedPath())
	if !ok {
		w.log.Warn("route not known to the emulator", "method", r.Method, "path", r.URL.Path)
		return http.StatusNotFound, errBody(&Error{404, "ENDPOINT_NOT_FOUND", "", "", "No API found for '" + r.Method + " " + r.URL.Path + "'"})
	}
	c := &call{w: w, r: r, body: body, args: args, query: r.URL.Query(), rec: rec, fault: f}
	var err error
	switch {
	case rt.flags&waits != 0:
		w.mu.RLock()
		c.id, err = w.authenticate(r)
		w.mu.RUnlock()
	case r.Method == http.MethodGet:
		w.mu.RLock()
		defer w.mu.RUnlock()
	default:
		w.mu.Lock()
		defer w.mu.Unlock()
	}
	if rt.flags&(open|waits) == 0 {
		c.id, err = w.authenticate(r)
	}
	var out any
	if err == nil {
		out, err = rt.answer(c)
	}
	return rendered(out, err)
}

func rendered(out any, err error) (int, any) {
	if err == nil {
		return http.StatusOK, out
	}
	var oauth oauthError
	if errors.As(err, &oauth) {
		return oauth.status, map[string]string{"error": oauth.code, "error_description": oauth.description}
	}
	var scim scimError
	if errors.As(err, &scim) {
		return scim.status, scim.body()
	}
	e := asError(err)
	return e.Status, errBody(e)
}

func errBody(e *Error) any {
	return map[string]any{"error_code": e.Code, "message": e.Message, "details": []any{}}
}

func write(rw http.ResponseWriter, status int, answer any) {
	if answer == nil {
		answer = struct{}{}
	}
	text, err := json.Marshal(answer)
	if err != nil {
		status, text = http.StatusInternalServerError, []byte(`{"error_code":"INTERNAL_ERROR","message":"answer cannot be encoded"}`)
	}
	rw.Header().Set("Content-Type", "application/json")
	rw.WriteHeader(status)
	// The client may be gone; there is nobody to tell.
	_, _ = rw.Write(text)
}

// decode reads the JSON body.
func (c *call) decode(into any) error {
	if err := json.Unmarshal(c.body, into); err != nil {
		return &Error{400, "MALFORMED_REQUEST", "", "", "Could not parse request object: " + err.Error()}
	}
	return nil
}

// int reads a whole number from the query; absent if it is not there.
func (c *call) int(name string, absent int) (int, error) {
	s := c.query.Get(name)
	if s == "" {
		return absent, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 {
		return 0, errInvalid("%s must be a whole number of at least 0.", name)
	}
	return n, nil
}

func (c *call) flag(name string) bool { return c.query.Get(name) == "true" }

// page is a list answer that a fault may cut short.
type page struct {
	key   string
	items []any
	next  string
}

// MarshalJSON writes {key: [...], "next_page_token": "..."}.
func (p page) MarshalJSON() ([]byte, error) {
	m := map[string]any{}
	if len(p.items) > 0 {
		m[p.key] = p.items
	}
	if p.next != "" {
		m["next_page_token"] = p.next
	}
	return json.Marshal(m)
}

// paged cuts a list. No max_results means all at once, as documented for the
// catalog lists; zero means the server's page size, and sizes above it are cut.
func (c *call) paged(key, sizeParam string, limit int, items []any) (any, error) {
	size, err := c.int(sizeParam, -1)
	if err != nil {
		return nil, err
	}
	token := c.query.Get("page_token")
	if size < 0 && token == "" && !c.w.opt.EmptyPages {
		return page{key: key, items: items}, nil
	}
	if c.w.opt.PageSize > 0 {
		limit = c.w.opt.PageSize
	}
	if size <= 0 || size > limit {
		size = limit
	}
	start, err := c.start(token, len(items))
	if err != nil {
		return nil, err
	}
	if token == "" && c.w.opt.EmptyPages {
		return page{key: key, next: pageToken(0)}, nil
	}
	end := min(start+size, len(items))
	p := page{key: key, items: items[start:end]}
	if end < len(items) {
		p.next = pageToken(end)
	}
	return p, nil
}

// pageToken is opaque to clients.
func pageToken(at int) string { return "p" + strconv.FormatInt(int64(at), 36) }

func (c *call) start(token string, n int) (int, error) {
	if token == "" {
		return 0, nil
	}
	at, err := strconv.ParseInt(strings.TrimPrefix(token, "p"), 36, 32)
	if err != nil || !strings.HasPrefix(token, "p") || at < 0 || int(at) > n {
		return 0, errInvalid("page_token is not valid.")
	}
	return int(at), nil
}

// millis is a time as Unity Catalog objects carry it.
func millis(t time.Time) int64 { return t.UnixMilli() }
