package databricks

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/databricks/databricks-sdk-go/apierr"
	sdkclient "github.com/databricks/databricks-sdk-go/client"
	"github.com/databricks/databricks-sdk-go/httpclient"
	"github.com/databricks/databricks-sdk-go/logger"
	"github.com/databricks/databricks-sdk-go/useragent"
	"github.com/rs/zerolog"

	"github.com/polsync/polsync/connectors"
)

// client sends requests as one identity through the SDK's client.
type client struct {
	api       *sdkclient.DatabricksClient
	warehouse string
	workspace string // id, which hosts of several workspaces need
	transport http.RoundTripper
	contact   *connectors.Contact
	product   useragentInfo
	flight    chan struct{} // holds a token for each request under way
	sent      func()        // called for each request; nil: not
	log       zerolog.Logger
	patience  time.Duration // how long a request waits for a statement on metadata
}

// counting returns the client with another that is told of each request, those for statements, their states and their parts included.
func (c *client) counting(sent func()) *client {
	counted := *c
	counted.sent = sent
	return &counted
}

type useragentInfo struct{ name, version string }

// quiet keeps the SDK from writing to the standard error what it signs in with and where; its errors come to us.
type quiet struct{}

func (quiet) Enabled(context.Context, logger.Level) bool     { return false }
func (quiet) Tracef(context.Context, string, ...interface{}) {}
func (quiet) Debugf(context.Context, string, ...interface{}) {}
func (quiet) Infof(context.Context, string, ...interface{})  {}
func (quiet) Warnf(context.Context, string, ...interface{})  {}
func (quiet) Errorf(context.Context, string, ...interface{}) {}

// hush replaces the SDK's logger, of which there is one for the whole process.
var hush = sync.OnceFunc(func() { logger.DefaultLogger = quiet{} })

func newClient(o Options, cred Credentials) (*client, error) {
	hush()
	base := o.HTTPTransport
	if base == nil {
		base = &http.Transport{Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true, MaxIdleConnsPerHost: o.Concurrency + 1,
			IdleConnTimeout: 90 * time.Second, TLSHandshakeTimeout: 30 * time.Second,
			DialContext: (&net.Dialer{Timeout: 30 * time.Second, KeepAlive: 30 * time.Second}).DialContext}
	}
	cfg, err := sdkConfig(o, cred, onceForWrites{base})
	if err != nil {
		return nil, err
	}
	api, err := sdkclient.New(cfg)
	if err != nil {
		return nil, fmt.Errorf("sign in: %w", classified(err, false))
	}
	return &client{api: api, warehouse: o.WarehouseID, workspace: o.WorkspaceID, transport: base, product: useragentInfo{"polsync", o.Version},
		flight: make(chan struct{}, o.Concurrency), log: o.Logger.With().Str("platform", o.Name).Logger(),
		patience: min(metadataWait, max(firstWait, o.RequestTimeout/2)), // a request must not be given up before
		contact:  &connectors.Contact{URL: o.Host, Transport: base, Limit: o.ContactTimeout}}, nil
}

func (c *client) close() {
	if t, ok := c.transport.(interface{ CloseIdleConnections() }); ok {
		t.CloseIdleConnections()
	}
}

// effect says what a request does, which decides whether it may be sent again when no answer came.
type effect bool

const (
	reads  effect = false
	writes effect = true
)

type effectKey struct{}

// attempts is what became of the tries of one write, which the SDK repeats when it was refused for now.
type attempts struct {
	sent    int // how often the request left
	settled int // the status that it was answered with, but for a refusal that did nothing; 0 for none
}

type attemptsKey struct{}

// counted returns a context in which the tries of one write are counted.
func counted(ctx context.Context) (context.Context, *attempts) {
	a := &attempts{}
	return context.WithValue(ctx, attemptsKey{}, a), a
}

// mayBeOurs reports whether an answer may be about what an earlier try of the same write did: that what it makes is
// there already, or what it deletes is gone.
func (a *attempts) mayBeOurs(method string, err error) bool {
	var api *apierr.APIError
	var sql *SQLError
	switch {
	case a.sent < 2:
		return false
	case errors.As(err, &sql):
		return strings.HasSuffix(sql.Condition, "ALREADY_EXISTS")
	case errors.As(err, &api):
		return alreadyThere(api) || method == http.MethodDelete && sentinel(api, true) == connectors.ErrNotFound
	}
	return false
}

// do sends one request. A body of []byte is sent as it is. The errors are those of package connectors.
func (c *client) do(ctx context.Context, does effect, method, path string, body, answer any) (requestID string, err error) {
	if err := c.contact.Make(ctx); err != nil {
		return "", err
	}
	ctx, ended := context.WithCancel(context.WithValue(ctx, effectKey{}, does))
	defer ended() // the SDK goes on watching a request that did not come as far as being sent
	tries, _ := ctx.Value(attemptsKey{}).(*attempts)
	if tries == nil {
		ctx, tries = counted(ctx)
	}
	ctx = useragent.InContext(ctx, c.product.name, c.product.version)
	opts := []httpclient.DoOption{httpclient.WithResponseHeader("X-Databricks-Request-Id", &requestID)}
	if c.workspace != "" {
		opts = append(opts, httpclient.WithRequestHeader("X-Databricks-Org-Id", c.workspace)) // only the SDK's own methods name it
	}
	if answer != nil {
		opts = append(opts, httpclient.WithResponseUnmarshal(answer))
	}
	if body != nil {
		opts = append(opts, httpclient.WithRequestData(body), httpclient.WithRequestHeader("Content-Type", "application/json"))
	}
	for try := 1; ; try++ {
		err = c.send(ctx, method, path, opts)
		if err == nil || does == writes || try == readTries || !again(err) || !pause(ctx, try) {
			break
		}
	}
	switch {
	case err == nil:
		return requestID, nil
	case does == writes && tries.mayBeOurs(method, err):
		return requestID, &connectorError{"it was sent more than once, and the last answer says that it had been done", connectors.ErrOutcome, err}
	}
	return requestID, classified(err, does == writes)
}

// send sends a request once there are not too many under way. The SDK counts out how many there may be in a second, and waits as
// long as a refusal says.
func (c *client) send(ctx context.Context, method, path string, opts []httpclient.DoOption) error {
	select {
	case c.flight <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-c.flight }()
	if c.sent != nil {
		c.sent()
	}
	c.log.Debug().Str("method", method).Str("path", path).Msg("request")
	return c.api.ApiClient().Do(ctx, method, path, opts...)
}

// readTries bounds how often a read is sent; the SDK itself repeats what was refused with 429 and 503.
const readTries = 4

// pause waits before the next try of a read, and reports whether there is to be one.
func pause(ctx context.Context, try int) bool {
	t := time.NewTimer(50 * time.Millisecond << try)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// onceForWrites keeps the SDK from sending a write again that may have been carried out: it would repeat any request
// whose error reads like a lost connection or a refusal, whatever the status. Sent again is only what never left, and
// what was refused with 429 or 503.
type onceForWrites struct{ base http.RoundTripper }

func (t onceForWrites) RoundTrip(r *http.Request) (*http.Response, error) {
	a, _ := r.Context().Value(attemptsKey{}).(*attempts)
	signingIn := !strings.HasPrefix(r.Header.Get("Authorization"), "Bearer ")
	if r.Context().Value(effectKey{}) != writes || a == nil || signingIn {
		return t.base.RoundTrip(r)
	}
	if a.settled != 0 {
		return nil, &lostAnswer{fmt.Errorf("the service answered with status %d, which leaves it open", a.settled)}
	}
	resp, err := t.base.RoundTrip(r)
	var op *net.OpError
	switch {
	case err != nil && errors.As(err, &op) && op.Op == "dial":
		return resp, err
	case err != nil:
		a.sent++
		return resp, &lostAnswer{err}
	}
	a.sent++
	if resp.StatusCode != http.StatusTooManyRequests && resp.StatusCode != http.StatusServiceUnavailable {
		a.settled = resp.StatusCode
	}
	return resp, nil
}

// lostAnswer says that a request was sent and no answer came.
type lostAnswer struct{ cause error }

func (e *lostAnswer) Error() string { return "no answer came" }
func (e *lostAnswer) Unwrap() error { return e.cause }
