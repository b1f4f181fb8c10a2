package connectors

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// Contact makes sure that something answers at a platform's address before a vendor's client is let loose on it: those
// are patient for minutes with a host that refuses connections, whether it was there a moment ago or never. Once there
// was an answer, Contact does nothing more, and later failures get the client's whole patience. It is safe for
// concurrent use.
type Contact struct {
	URL       string            // asked for without credentials; any answer will do
	Transport http.RoundTripper // the way the client goes: proxies, certificates
	Limit     time.Duration     // for all tries together; must be set

	mu   sync.Mutex
	made bool
}

// A host that refuses at once is asked so often, which takes some two seconds, to get over a restart.
const (
	contactTries = 4
	contactPause = 300 * time.Millisecond // doubled each time
)

// Make returns nil once the host has answered, an *Unreachable where it does not, and the context's error.
func (c *Contact) Make(ctx context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.made {
		return nil
	}
	within, stop := context.WithTimeout(ctx, c.Limit)
	defer stop()
	pause := contactPause
	for try := 1; ; try++ {
		err := c.try(within)
		if err == nil {
			c.made = true
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if try == contactTries || hopeless(err) || !rest(within, pause) {
			return c.unreachable(err)
		}
		pause *= 2
	}
}

func (c *Contact) try(ctx context.Context) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.URL, nil) // HEAD is dropped by some that stand before a host
	if err != nil {
		return err
	}
	resp, err := c.Transport.RoundTrip(r) // no client: where a redirection leads does not matter
	if err != nil {
		return err
	}
	// A body that was read lets the connection be used again; whatever becomes of it, there was an answer.
	_, _ = io.CopyN(io.Discard, resp.Body, maxGreeting)
	_ = resp.Body.Close()
	return nil
}

// maxGreeting bounds what is read of the first answer, in bytes.
const maxGreeting = 64 << 10

func rest(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// hopeless knows what does not pass by itself: a certificate, a server that does not speak TLS.
func hopeless(err error) bool {
	var cert *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	return errors.As(err, &cert) || errors.As(err, &record) || errors.Is(err, http.ErrSchemeMismatch)
}

func (c *Contact) unreachable(err error) *Unreachable {
	e := &Unreachable{Address: c.address(), cause: err}
	e.Reason, e.Check = c.reason(err)
	return e
}

func (c *Contact) address() string {
	u, err := url.Parse(c.URL)
	switch {
	case err != nil:
		return "an address that is no URL" // which may hold anything
	case u.Port() == "" && u.Scheme == "https":
		return net.JoinHostPort(u.Hostname(), "443")
	}
	return u.Host
}

// reason says what happened and what to look at.
func (c *Contact) reason(err error) (reason, check string) {
	var dns *net.DNSError
	var op *net.OpError
	switch {
	case hopeless(err):
		return "no secure connection: " + err.Error(), "host, port and protocol, and which certificates this machine trusts"
	case errors.As(err, &op) && op.Op == "proxyconnect":
		return "the proxy that the environment names does not answer: " + op.Err.Error(), "HTTPS_PROXY, HTTP_PROXY and NO_PROXY"
	case errors.As(err, &dns) && dns.IsNotFound:
		return "no such host", "host (or account) in the configuration, and the name service of this machine"
	case errors.As(err, &dns):
		return "the name cannot be looked up", "the name service of this machine"
	case timedOut(err):
		return fmt.Sprintf("no answer within %s", c.Limit), "host and port, and whether a firewall or network policy lets this machine through"
	case errors.As(err, &op) && op.Op == "dial":
		return strings.TrimPrefix(op.Err.Error(), "connect: "), "host and port, and that the platform is up"
	}
	return "the connection was closed without an answer", "host, port and protocol, and that the platform is up"
}

func timedOut(err error) bool {
	var n net.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &n) && n.Timeout()
}

// Unreachable is the error of a platform at whose address nothing answers. It is ErrTransient: the next run may find
// it there.
type Unreachable struct {
	Address string // host and port
	Reason  string
	Check   string // what to look at
	cause   error
}

// Error names no credentials: none were sent.
func (e *Unreachable) Error() string {
	return fmt.Sprintf("cannot reach %s: %s (check %s)", e.Address, e.Reason, e.Check)
}

// Unwrap gives class and cause.
func (e *Unreachable) Unwrap() []error { return []error{ErrTransient, e.cause} }
