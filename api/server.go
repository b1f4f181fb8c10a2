package api

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"
)

// Server is the daemon's HTTP server.
type Server struct {
	ready *Readiness
	http  *http.Server
	at    net.Listener
}

// Bounds of a request.
const (
	headerTime = 5 * time.Second
	wholeTime  = 30 * time.Second
	idleTime   = time.Minute
	headerSize = 16 << 10
)

// Listen opens an address, with TLS where a certificate is given, and serves until Close. Errors say what could not be
// opened or read.
func Listen(address, cert, key string, ready *Readiness, m *Metrics) (*Server, error) {
	s := &Server{ready: ready}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", s.health)
	mux.HandleFunc("GET /readyz", s.readiness)
	mux.Handle("GET /metrics", m.Handler())
	s.http = &http.Server{Handler: hardened(mux), ReadHeaderTimeout: headerTime, ReadTimeout: wholeTime, WriteTimeout: wholeTime, IdleTimeout: idleTime, MaxHeaderBytes: headerSize}
	at, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("open http.listen: %w", err)
	}
	if cert != "" {
		c := &certificate{cert: cert, key: key}
		if _, err := c.get(nil); err != nil {
			return nil, errors.Join(err, at.Close())
		}
		at = tls.NewListener(at, &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: c.get, NextProtos: []string{"h2", "http/1.1"}})
	}
	s.at = at
	return s, nil
}

// Address returns where it listens, with the port that was chosen for port 0.
func (s *Server) Address() string { return s.at.Addr().String() }

// Serve serves until Close; it returns nil then.
func (s *Server) Serve() error {
	if err := s.http.Serve(s.at); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// Close takes no more requests and waits for those under way until the context ends.
func (s *Server) Close(ctx context.Context) error {
	if err := s.http.Shutdown(ctx); err != nil {
		return s.http.Close()
	}
	return nil
}

// hardened sets the headers that every answer has.
func hardened(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Cache-Control", "no-store")
		h.ServeHTTP(w, r)
	})
}

// health says that the process serves. Whether platforms work is no matter of restarting it.
func (s *Server) health(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, map[string]string{"status": "ok"})
}

func (s *Server) readiness(w http.ResponseWriter, _ *http.Request) {
	ok, platforms := s.ready.Now()
	code, status := http.StatusOK, "ready"
	if !ok {
		code, status = http.StatusServiceUnavailable, "not ready"
	}
	answer(w, code, map[string]any{"status": status, "platforms": platforms})
}

func answer(w http.ResponseWriter, code int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(v) // the other side has gone away
}

// Readiness is whether the platforms have been read since the daemon began.
type Readiness struct {
	mu        sync.Mutex
	platforms []Platform
}

// Platform is how far reading one has come.
type Platform struct {
	Name   string `json:"platform"`
	Status string `json:"status"` // waiting, read or failed
}

// Expect begins anew with these platforms. Those read before need not be read again.
func (r *Readiness) Expect(names []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	was := r.platforms
	r.platforms = nil
	for _, n := range names {
		p := Platform{n, "waiting"}
		if i := slices.IndexFunc(was, func(o Platform) bool { return o.Name == n }); i >= 0 {
			p.Status = was[i].Status
		}
		r.platforms = append(r.platforms, p)
	}
}

// Read notes that a platform was read in full, or could not be.
func (r *Readiness) Read(name string, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i, p := range r.platforms {
		switch {
		case p.Name != name:
		case ok:
			r.platforms[i].Status = "read"
		case p.Status == "waiting":
			r.platforms[i].Status = "failed"
		}
	}
}

// Now reports whether none waits and at least one was read: a platform that fails does not keep the others' daemon from
// being ready.
func (r *Readiness) Now() (bool, []Platform) {
	r.mu.Lock()
	defer r.mu.Unlock()
	waits := slices.ContainsFunc(r.platforms, func(p Platform) bool { return p.Status == "waiting" })
	read := slices.ContainsFunc(r.platforms, func(p Platform) bool { return p.Status == "read" })
	return !waits && (read || len(r.platforms) == 0), append([]Platform{}, r.platforms...)
}

// certificate reads a certificate again when its file was changed, so that a renewed one counts at once.
type certificate struct {
	cert, key string
	mu        sync.Mutex
	loaded    *tls.Certificate
	at        time.Time // when it was last looked at
}

// look is how often the files are read.
const look = time.Minute

func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.loaded != nil && time.Since(c.at) < look {
		return c.loaded, nil
	}
	c.at = time.Now()
	pair, err := tls.LoadX509KeyPair(c.cert, c.key)
	switch {
	case err == nil:
		c.loaded = &pair
	case c.loaded == nil:
		return nil, fmt.Errorf("read http.tls: %w", err)
	}
	return c.loaded, nil // half-written files: the old one still serves
}
