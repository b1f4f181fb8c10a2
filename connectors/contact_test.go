package connectors

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// trips answers the n-th request with the n-th error, the last one again and again; nil is an answer.
type trips struct {
	errs []error
	n    int
}

func (t *trips) RoundTrip(r *http.Request) (*http.Response, error) {
	err := t.errs[min(t.n, len(t.errs)-1)]
	t.n++
	if errors.Is(err, context.DeadlineExceeded) { // a host that swallows what it is sent
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	if err != nil {
		return nil, err
	}
	return &http.Response{StatusCode: http.StatusServiceUnavailable, Body: http.NoBody}, nil
}

func dial(err error) error { return &net.OpError{Op: "dial", Net: "tcp", Err: err} }

func TestContact(t *testing.T) {
	refused := dial(syscall.ECONNREFUSED)
	for _, c := range []struct {
		name  string
		errs  []error
		tries int
		says  string // "": contact is made
	}{
		{"there", []error{nil}, 1, ""},
		{"restarting", []error{refused, refused, nil}, 3, ""},
		{"refused", []error{refused}, 4, "cannot reach lake.example:443: connection refused (check host and port"},
		{"unknown", []error{dial(&net.DNSError{Err: "no such host", Name: "lake.example", IsNotFound: true})}, 4, "no such host (check host"},
		{"no name service", []error{dial(&net.DNSError{Err: "server misbehaving", IsTemporary: true})}, 4, "looked up (check the name service"},
		{"silent", []error{context.DeadlineExceeded}, 1, "no answer within 10s (check host and port, and whether a firewall"},
		{"silent later", []error{refused, context.DeadlineExceeded}, 2, "no answer within 10s"},
		{"cut", []error{errors.New("EOF")}, 4, "closed without an answer"},
		{"certificate", []error{&tls.CertificateVerificationError{Err: errors.New("unknown authority")}}, 1, "unknown authority (check"},
		{"no TLS", []error{http.ErrSchemeMismatch}, 1, "no secure connection"},
		{"proxy", []error{&net.OpError{Op: "proxyconnect", Net: "tcp", Err: refused}}, 4, "(check HTTPS_PROXY"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				way := &trips{errs: c.errs}
				contact := &Contact{URL: "https://lake.example", Transport: way, Limit: 10 * time.Second}
				err := contact.Make(t.Context())
				if way.n != c.tries {
					t.Errorf("%d tries, want %d", way.n, c.tries)
				}
				if took := time.Since(began); took > 10*time.Second {
					t.Errorf("took %s", took)
				}
				checkContact(t, err, c.says)
				if again := contact.Make(t.Context()); c.says == "" && (again != nil || way.n != c.tries) {
					t.Errorf("a host that answered was asked again: %v, %d tries", again, way.n)
				}
			})
		})
	}
}

func checkContact(t *testing.T, err error, says string) {
	t.Helper()
	var u *Unreachable
	switch {
	case says == "" && err != nil:
		t.Errorf("no contact: %v", err)
	case says != "" && (!errors.As(err, &u) || !errors.Is(err, ErrTransient) || !strings.Contains(err.Error(), says)):
		t.Errorf("got %v, want an Unreachable that says %q", err, says)
	}
}

func TestContactEndsWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := (&Contact{URL: "http://h", Transport: &trips{errs: []error{errors.New("EOF")}}, Limit: time.Hour}).Make(ctx)
	if !errors.Is(err, context.Canceled) || errors.Is(err, ErrTransient) {
		t.Errorf("got %v", err)
	}
}

// TestContactOverTheWire asks a real listener, and one that is gone.
func TestContactOverTheWire(t *testing.T) {
	var once sync.Once
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		once.Do(func() { panic(http.ErrAbortHandler) }) // cut, then there
		if r.Method != http.MethodGet || r.Header.Get("Authorization") != "" {
			t.Errorf("%s with %v", r.Method, r.Header)
		}
		http.Redirect(w, r, "/elsewhere", http.StatusSeeOther)
	}))
	way := &http.Transport{}
	defer way.CloseIdleConnections()
	if err := (&Contact{URL: srv.URL, Transport: way, Limit: time.Minute}).Make(t.Context()); err != nil {
		t.Error(err)
	}
	srv.Close()
	err := (&Contact{URL: srv.URL, Transport: way, Limit: time.Minute}).Make(t.Context())
	checkContact(t, err, strings.TrimPrefix(srv.URL, "http://")+": connection refused")
}
