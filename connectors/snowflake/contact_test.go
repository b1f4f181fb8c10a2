package snowflake

import (
	"errors"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/polsync/polsync/connectors"
	emulator "github.com/polsync/polsync/connectors/emulator/snowflake"
)

type refusing struct{ asked atomic.Int32 }

func (t *refusing) RoundTrip(*http.Request) (*http.Response, error) {
	t.asked.Add(1)
	return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
}

// TestUnreachableAccount: a host that never answered is given up before the driver, which would try for long, is asked.
func TestUnreachableAccount(t *testing.T) {
	way := &refusing{}
	a, err := Open(Options{Name: "snow", Account: "ORG-ACME", User: "U", Credentials: Fixed(Credentials{Password: "hush"}), Transporter: way})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	_, err = a.Snapshot(t.Context(), crm)
	var u *connectors.Unreachable
	if !errors.As(err, &u) || u.Address != "ORG-ACME.snowflakecomputing.com:443" || !errors.Is(err, connectors.ErrTransient) {
		t.Fatalf("got %v", err)
	}
	if text := err.Error(); strings.Contains(text, "hush") || strings.Contains(text, connectors.ErrTransient.Error()) {
		t.Errorf("it reads %s", text)
	}
	if n := way.asked.Load(); n != 4 {
		t.Errorf("asked %d times, want 4", n)
	}
}

// TestSignInTries: wrong credentials are offered once; an account that answers and refuses for now gets the driver's patience.
func TestSignInTries(t *testing.T) {
	const login = "/session/v1/login-request"
	for _, c := range []struct {
		name   string
		fault  emulator.Fault
		logins int
		want   error
	}{
		{"wrong", emulator.Fault{Path: login, Code: 390100, Message: "Incorrect username or password was specified."}, 1, connectors.ErrAuth},
		{"forbidden", emulator.Fault{Path: login, Status: http.StatusForbidden}, 1, connectors.ErrAuth},
		{"busy", emulator.Fault{Path: login, Status: http.StatusServiceUnavailable, Times: 1}, 2, nil},
		{"cut", emulator.Fault{Path: login, CutBefore: true, Times: 1}, 2, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBed(t, emulator.Options{}, func(o *Options) { o.Concurrency = 1 })
			b.emu.Faults().Add(c.fault)
			_, err := b.Snapshot(t.Context(), crm)
			if !errors.Is(err, c.want) || c.want == nil && err != nil {
				t.Errorf("got %v, want %v", err, c.want)
			}
			n := 0
			for _, r := range b.emu.Requests() {
				if r.Path == login {
					n++
				}
			}
			if n != c.logins {
				t.Errorf("%d sign-ins, want %d", n, c.logins)
			}
		})
	}
}

func TestAddress(t *testing.T) {
	for want, o := range map[string]Options{
		"https://ORG-ACME.snowflakecomputing.com:443":          {Account: "ORG-ACME"},
		"https://acme.eu-central-1.snowflakecomputing.com:443": {Account: "acme.eu-central-1"},
		"https://acme.privatelink.example:8443":                {Account: "acme", Host: "acme.privatelink.example", Port: 8443},
		"http://127.0.0.1:8080":                                {Account: "E", Host: "127.0.0.1", Port: 8080, Protocol: "http"},
	} {
		if got, err := o.withDefaults().address(); err != nil || got != want {
			t.Errorf("%+v: %s, %v; want %s", o.Account, got, err, want)
		}
	}
}
