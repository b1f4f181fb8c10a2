package api

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/polsync/polsync/reconcile"
	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/reconcile/schedule"
	"github.com/polsync/polsync/state"
	"github.com/polsync/polsync/state/ledger"
)

// serve opens a server on loopback until the test ends.
func serve(t *testing.T, cert, key string) (*Server, *Readiness, *Metrics) {
	t.Helper()
	ready, m := &Readiness{}, NewMetrics("v1.2.3")
	s, err := Listen("127.0.0.1:0", cert, key, ready, m)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error)
	go func() { done <- s.Serve() }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := errors.Join(s.Close(ctx), <-done); err != nil {
			t.Error(err)
		}
	})
	return s, ready, m
}

func fetch(t *testing.T, c *http.Client, method, address string) (int, string, http.Header) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(body), res.Header
}

func TestReadiness(t *testing.T) {
	s, ready, _ := serve(t, "", "")
	expect := func(code int, want string) {
		t.Helper()
		got, body, _ := fetch(t, http.DefaultClient, "GET", "http://"+s.Address()+"/readyz")
		var a struct {
			Status    string
			Platforms []Platform
		}
		if err := json.Unmarshal([]byte(body), &a); err != nil {
			t.Fatal(err)
		}
		said := a.Status
		for _, p := range a.Platforms {
			said += " " + p.Name + "=" + p.Status
		}
		if got != code || said != want {
			t.Errorf("%d %s, want %d %s", got, said, code, want)
		}
	}
	ready.Expect([]string{"snow", "lake"})
	expect(503, "not ready snow=waiting lake=waiting")
	ready.Read("snow", false)
	expect(503, "not ready snow=failed lake=waiting")
	ready.Read("other", true)
	ready.Read("lake", false)
	expect(503, "not ready snow=failed lake=failed")
	ready.Read("lake", true)
	expect(200, "ready snow=failed lake=read")
	ready.Read("lake", false) // it was read once
	expect(200, "ready snow=failed lake=read")
	ready.Expect([]string{"lake", "new"})
	expect(503, "not ready lake=read new=waiting")
	ready.Expect(nil)
	expect(200, "ready")
}

func TestNothingElseIsServed(t *testing.T) {
	s, _, _ := serve(t, "", "")
	for _, c := range []struct {
		method, path string
		code         int
	}{{"GET", "/healthz", 200}, {"HEAD", "/healthz", 200}, {"POST", "/healthz", 405}, {"GET", "/", 404}, {"GET", "/debug/pprof/", 404}, {"GET", "/metrics/../state", 404}} {
		code, _, head := fetch(t, http.DefaultClient, c.method, "http://"+s.Address()+c.path)
		if code != c.code || head.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s %s: %d, want %d; %v", c.method, c.path, code, c.code, head)
		}
	}
}

func TestMetrics(t *testing.T) {
	m := NewMetrics("v1.2.3")
	grant := plan.Change{Key: state.Key{Fact: state.FactGrant}}
	res := &reconcile.Result{Drifted: []plan.Change{grant}, Steps: []reconcile.StepResult{{Status: reconcile.Done}, {Status: reconcile.Failed}, {Status: reconcile.Held}},
		Plan: &plan.Plan{Reads: 41, Steps: []plan.Step{{Changes: []plan.Change{grant, grant}}}, Notices: []plan.Notice{{Level: plan.Held}, {Level: plan.Warning}},
			Freshness: []state.Freshness{{Lag: "45m0s"}, {Lag: "2h0m0s"}, {}}}}
	m.Run("snow", res, nil)
	m.Run("snow", nil, &plan.GuardError{})
	m.Run("lake", nil, &ledger.HeldError{})
	at := time.Unix(1800000000, 0)
	m.Job(schedule.Event{Platform: "snow", Job: "reconcile", Took: 2 * time.Second}, ResultDone, at)
	m.Job(schedule.Event{Platform: "snow", Job: "reconcile", Took: 2 * time.Second}, ResultFailed, at.Add(time.Hour))
	m.Watch(func() []schedule.Status {
		return []schedule.Status{{Job: "reconcile", Platform: "snow", Running: true, Next: at}, {Job: "expire", Platform: "snow"},
			{Job: "reconcile", Platform: "lake", Failures: 4, Until: at}}
	})
	for _, line := range []string{
		`polsync_build_info{version="v1.2.3"} 1`,
		`polsync_read_statements_total{platform="snow"} 41`,
		`polsync_drift_total{platform="snow"} 1`,
		`polsync_differences{platform="snow"} 2`,
		`polsync_held{platform="snow"} 2`,
		`polsync_read_lag_seconds{platform="snow"} 7200`,
		`polsync_statements_total{platform="snow",status="failed"} 1`,
		`polsync_guard_refusals_total{platform="snow"} 1`,
		`polsync_lease_held_by_other{platform="lake"} 1`,
		`polsync_lease_held_by_other{platform="snow"} 0`,
		`polsync_runs_total{job="reconcile",platform="snow",result="done"} 1`,
		`polsync_last_run_timestamp_seconds{job="reconcile",platform="snow"} 1.8000036e+09`,
		`polsync_last_success_timestamp_seconds{job="reconcile",platform="snow"} 1.8e+09`,
		`polsync_run_seconds_sum{job="reconcile",platform="snow"} 4`,
		`polsync_job_running{job="reconcile",platform="snow"} 1`,
		`polsync_job_running{job="expire",platform="snow"} 0`,
		`polsync_job_next_timestamp_seconds{job="reconcile",platform="snow"} 1.8e+09`,
		`polsync_failures_in_row{platform="lake"} 4`,
		`polsync_left_alone{platform="lake"} 1`,
		`polsync_left_alone{platform="snow"} 0`,
	} {
		if text := expose(t, m); !strings.Contains(text, line+"\n") {
			t.Errorf("no line %s in\n%s", line, text)
		}
	}
}

func expose(t *testing.T, m *Metrics) string {
	t.Helper()
	s, err := Listen("127.0.0.1:0", "", "", &Readiness{}, m)
	if err != nil {
		t.Fatal(err)
	}
	go s.Serve()
	defer s.Close(t.Context())
	code, body, _ := fetch(t, http.DefaultClient, "GET", "http://"+s.Address()+"/metrics")
	if code != http.StatusOK {
		t.Fatalf("%d %s", code, body)
	}
	return body
}

// writePair writes a certificate of its own making for 127.0.0.1 with a serial number.
func writePair(t *testing.T, cert, key string, serial int64) {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(serial), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &k.PublicKey, k)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		t.Fatal(err)
	}
	for path, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: raw}} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestRenewedCertificate(t *testing.T) {
	dir := t.TempDir()
	c := &certificate{cert: filepath.Join(dir, "c.pem"), key: filepath.Join(dir, "k.pem")}
	if _, err := Listen("127.0.0.1:0", c.cert, c.key, &Readiness{}, NewMetrics("")); err == nil || !strings.Contains(err.Error(), "http.tls") {
		t.Errorf("without a certificate: %v", err)
	}
	writePair(t, c.cert, c.key, 1)
	serial := func() int64 {
		t.Helper()
		got, err := c.get(nil)
		if err != nil {
			t.Fatal(err)
		}
		return got.Leaf.SerialNumber.Int64()
	}
	if n := serial(); n != 1 {
		t.Errorf("certificate %d", n)
	}
	writePair(t, c.cert, c.key, 2)
	if n := serial(); n != 1 {
		t.Errorf("certificate %d was read again too early", n)
	}
	c.at = c.at.Add(-look)
	if n := serial(); n != 2 {
		t.Errorf("certificate %d after it was renewed", n)
	}
	if err := os.WriteFile(c.cert, nil, 0o600); err != nil { // half-way through the next renewal
		t.Fatal(err)
	}
	c.at = c.at.Add(-look)
	if n := serial(); n != 2 {
		t.Errorf("certificate %d while the file is half-written", n)
	}
	writePair(t, c.cert, c.key, 3)
	s, _, _ := serve(t, c.cert, c.key)
	insecure := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	if code, _, _ := fetch(t, insecure, "GET", "https://"+s.Address()+"/healthz"); code != http.StatusOK {
		t.Errorf("over TLS: %d", code)
	}
	old := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true, MaxVersion: tls.VersionTLS11}}}
	if _, err := old.Get("https://" + s.Address() + "/healthz"); err == nil {
		t.Error("TLS 1.1 is spoken")
	}
}

func TestAPortThatIsTaken(t *testing.T) {
	s, _, _ := serve(t, "", "")
	if _, err := Listen(s.Address(), "", "", &Readiness{}, NewMetrics("")); err == nil || !strings.Contains(err.Error(), "http.listen") {
		t.Errorf("got %v", err)
	}
}
