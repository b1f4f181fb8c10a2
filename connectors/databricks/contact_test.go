package databricks_test

import (
	"errors"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/polsync/polsync/connectors"
	"github.com/polsync/polsync/connectors/databricks"
	emulator "github.com/polsync/polsync/connectors/emulator/databricks"
)

// refusing refuses connections, as long as it is told to.
type refusing struct {
	asked  atomic.Int32
	refuse func(r *http.Request) bool
}

func (t *refusing) RoundTrip(r *http.Request) (*http.Response, error) {
	if t.refuse(r) {
		t.asked.Add(1)
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	}
	return http.DefaultTransport.RoundTrip(r)
}

// TestUnreachableWorkspace: a host that never answered is given up before the SDK, which would try for minutes, is asked.
func TestUnreachableWorkspace(t *testing.T) {
	for name, o := range map[string]databricks.Options{
		"token":  {Token: "hush"},
		"secret": {ClientID: "id", ClientSecret: "hush"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			way := &refusing{refuse: func(*http.Request) bool { return true }}
			o.Name, o.Host, o.WarehouseID, o.HTTPTransport = "lake", "https://lake.example", warehouse, way
			p, err := databricks.Open(t.Context(), o)
			must(t, err)
			defer p.Close()
			_, err = p.Snapshot(t.Context(), scope)
			var u *connectors.Unreachable
			if !errors.As(err, &u) || u.Address != "lake.example:443" || !errors.Is(err, connectors.ErrTransient) || strings.Contains(err.Error(), "hush") {
				t.Errorf("got %v", err)
			}
			if n := way.asked.Load(); n != 4 {
				t.Errorf("asked %d times, want 4", n)
			}
		})
	}
}

// TestRefusedLater: a workspace that answered once gets the SDK's patience.
func TestRefusedLater(t *testing.T) {
	defer http.DefaultTransport.(*http.Transport).CloseIdleConnections()
	w := newWorkspace(t, emulator.Options{})
	var left atomic.Int32
	left.Store(2)
	way := &refusing{refuse: func(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/api/") && left.Add(-1) >= 0 }}
	p := w.open(t, emulator.DefaultAdmin, func(o *databricks.Options) { o.HTTPTransport, o.RetryTimeout = way, time.Minute })
	snapshot(t, p, scope)
	if n := way.asked.Load(); n != 2 {
		t.Errorf("refused %d times", n)
	}
}

// TestWrongSecretIsAskedForOnce: the token endpoint's refusal is no failure of the network.
func TestWrongSecretIsAskedForOnce(t *testing.T) {
	w := newWorkspace(t, emulator.Options{})
	must(t, w.SetSecret(daemon, "right"))
	p := w.open(t, "", func(o *databricks.Options) { o.Token, o.ClientID, o.ClientSecret = "", daemon, "hush" })
	_, err := p.Snapshot(t.Context(), scope)
	if !errors.Is(err, connectors.ErrAuth) || errors.Is(err, connectors.ErrTransient) || strings.Contains(err.Error(), "hush") {
		t.Errorf("got %v", err)
	}
	asked := 0
	for _, r := range w.Requests() {
		if strings.HasSuffix(r.Path, "/token") {
			asked++
		}
	}
	if asked != 1 {
		t.Errorf("asked for a token %d times", asked)
	}
}
