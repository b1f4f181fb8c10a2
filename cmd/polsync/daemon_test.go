package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/polsync/polsync/reconcile"
	"github.com/polsync/polsync/reconcile/notify"
	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
	"github.com/polsync/polsync/state/declare/config"
)

// post is a webhook that keeps what it is told.
type post struct {
	mu   sync.Mutex
	told []notify.Event
}

func (p *post) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var e notify.Event
	if err := json.NewDecoder(r.Body).Decode(&e); err != nil || r.Header.Get("X-Polsync-Signature") == "" {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.told = append(p.told, e)
}

// told lays the base files into a folder and starts a webhook, whose address and key are in HOOK and HOOK_KEY.
func told(t *testing.T) (dir string, hook *post) {
	t.Helper()
	dir, hook = t.TempDir(), &post{}
	if err := lay(filepath.Join("testdata", "base"), dir); err != nil {
		t.Fatal(err)
	}
	receiver := httptest.NewServer(hook)
	t.Cleanup(receiver.Close)
	t.Setenv("HOOK", receiver.URL+"/SECRET")
	t.Setenv("HOOK_KEY", "KEY-THAT-SIGNS")
	return dir, hook
}

// await waits until it was told an event of a kind from a job.
func (p *post) await(t *testing.T, kind notify.Kind, job string, over bool) notify.Event {
	t.Helper()
	var found notify.Event
	eventually(t, fmt.Sprintf("told %s of %s", kind, job), func() bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		for _, e := range p.told {
			if e.Kind == kind && e.Job == job && e.Over == over {
				found = e
				return true
			}
		}
		return false
	})
	return found
}

// eventually waits for something that another process brings about.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never: %s", what)
		}
	}
}

// tail reads a daemon's log in the background and remembers it.
type tail struct {
	mu   sync.Mutex
	text strings.Builder
}

func follow(s *bufio.Scanner) *tail {
	l := &tail{}
	go func() {
		for s.Scan() {
			l.mu.Lock()
			l.text.WriteString(s.Text() + "\n")
			l.mu.Unlock()
		}
	}()
	return l
}

func (l *tail) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

var serves = regexp.MustCompile(`address=(127\.0\.0\.1:\d+)`)

// address is where the daemon served last.
func (l *tail) address() string {
	all := serves.FindAllStringSubmatch(l.String(), -1)
	if len(all) == 0 {
		return ""
	}
	return all[len(all)-1][1]
}

func get(t *testing.T, address, path string) (int, string) {
	t.Helper()
	res, err := http.Get("http://" + address + path)
	if err != nil {
		return 0, ""
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Error(err)
	}
	return res.StatusCode, string(body)
}

func putFile(t *testing.T, dir, name, text string) {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path+".new", []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
}

// TestDaemon runs the daemon as a service would: it becomes ready, ends what is over without a schedule of its own for
// it, tells of failures and when they are over, and keeps a configuration that works.
func TestDaemon(t *testing.T) {
	dir, hook := told(t)
	conf := `platforms: {mem: {memory: {file: warehouse.yaml}}}
policies: policies/*.yaml
daemon: {reconcile: "@hourly", expire: "@every 1s"}
http: {listen: "127.0.0.1:0"}
notify: [{name: ops, webhook: env:HOOK, format: json, keys: env:HOOK_KEY}]
`
	putFile(t, dir, "polsync.yaml", conf)
	policies, err := os.ReadFile(filepath.Join(dir, "policies", "crm.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	until := time.Now().Add(4 * time.Second).UTC().Format(time.RFC3339Nano)
	putFile(t, dir, "policies/crm.yaml", strings.Replace(string(policies), `on: "mem:CRM.PUBLIC.CUSTOMERS"}`, `on: "mem:CRM.PUBLIC.CUSTOMERS", until: `+until+`}`, 1))

	daemon, out := start(t, "-c", filepath.Join(dir, "polsync.yaml"), "daemon")
	log := follow(out)
	eventually(t, "ready", func() bool { code, _ := get(t, log.address(), "/readyz"); return code == http.StatusOK })
	if code, body := get(t, log.address(), "/healthz"); code != http.StatusOK || !strings.Contains(body, "ok") {
		t.Errorf("healthz: %d %s", code, body)
	}
	made := hook.await(t, notify.Change, "reconcile", false)
	if made.Head == nil || made.Run == "" || made.ID == "" {
		t.Errorf("%+v", made)
	}
	ended := hook.await(t, notify.Change, "expire", false)
	if !strings.Contains(strings.Join(ended.Lines, "\n"), "- grant CRM.PUBLIC.CUSTOMERS") {
		t.Errorf("expire told %q", ended.Lines)
	}
	_, figures := get(t, log.address(), "/metrics")
	for _, want := range []string{`polsync_runs_total{job="reconcile",platform="mem",result="done"} 1`, `polsync_statements_total{platform="mem",status="done"} `,
		`polsync_job_running{job="reconcile",platform="mem"} 0`, `polsync_left_alone{platform="mem"} 0`, `polsync_last_success_timestamp_seconds{job="expire",platform="mem"} `, `polsync_build_info{version=`} {
		if !strings.Contains(figures, want) {
			t.Errorf("/metrics lacks %s", want)
		}
	}

	// A port that is taken: the old configuration stays in force, and the jobs run again.
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	putFile(t, dir, "polsync.yaml", strings.Replace(conf, "127.0.0.1:0", taken.Addr().String(), 1))
	hup(t, daemon.Process.Pid)
	eventually(t, "the old configuration in force", func() bool {
		code, _ := get(t, log.address(), "/readyz")
		return strings.Contains(log.String(), "the old one stays in force") && code == http.StatusOK
	})

	// The platform fails, and works again.
	warehouse, err := os.ReadFile(filepath.Join(dir, "warehouse.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	putFile(t, dir, "polsync.yaml", conf)
	putFile(t, dir, "warehouse.yaml", "objects: [")
	hup(t, daemon.Process.Pid)
	failed := hook.await(t, notify.Failure, "reconcile", false)
	if !strings.Contains(strings.Join(failed.Lines, ""), "warehouse.yaml") {
		t.Errorf("the failure is %q", failed.Lines)
	}
	putFile(t, dir, "warehouse.yaml", string(warehouse))
	hup(t, daemon.Process.Pid)
	hook.await(t, notify.Change, "reconcile", false)
	eventually(t, "works again", func() bool {
		_, figures := get(t, log.address(), "/metrics")
		return strings.Contains(figures, `polsync_failures_in_row{platform="mem"} 0`) && strings.Contains(figures, `polsync_runs_total{job="reconcile",platform="mem",result="failed"}`)
	})

	stop(t, daemon)
	for _, secret := range []string{"SECRET", "KEY-THAT-SIGNS"} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("the log shows %s", secret)
		}
	}
}

// TestReconcileTells: one run from cron tells webhooks too, and ends only when they know.
func TestReconcileTells(t *testing.T) {
	dir, hook := told(t)
	putFile(t, dir, "polsync.yaml", `platforms: {mem: {memory: {file: warehouse.yaml}}}
policies: policies/*.yaml
notify: [{name: ops, webhook: env:HOOK, format: json, keys: env:HOOK_KEY, on: [change, failure, guard]}]
guards: {removals: 0}
`)
	reconcile := func(want int) {
		t.Helper()
		var out, errs output
		if code := run(t.Context(), newApp(&out, &errs, os.LookupEnv, time.Now), []string{"-c", filepath.Join(dir, "polsync.yaml"), "reconcile"}); code != want {
			t.Errorf("exit code %d, want %d: %s", code, want, &errs)
		}
	}
	reconcile(exitDone)
	policy, err := os.ReadFile(filepath.Join(dir, "policies", "crm.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	putFile(t, dir, "policies/crm.yaml", strings.Split(string(policy), "grants:")[0]) // the grant is to go, which a guard forbids
	reconcile(exitPartly)
	putFile(t, dir, "policies/crm.yaml", "apiVersion: polsync/v1\ntagz: []\n")
	reconcile(exitCannot)
	var got []string
	for _, e := range hook.told {
		got = append(got, fmt.Sprintf("%s %s over=%t", e.Platform, e.Kind, e.Over))
	}
	if want := "mem change over=false, mem guard over=false, mem failure over=false"; strings.Join(got, ", ") != want {
		t.Errorf("told %s, want %s", strings.Join(got, ", "), want)
	}
}

func hup(t *testing.T, pid int) {
	t.Helper()
	if err := syscall.Kill(pid, syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
}

// TestExpiryAsksOnlyWhenSomethingEnds: the job runs every minute; a platform is asked only when there is something to do.
func TestExpiryAsksOnlyWhenSomethingEnds(t *testing.T) {
	g := &generation{daemon: &daemon{ended: map[string][]string{}}}
	p := config.Platform{Name: "mem"}
	noon := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	grant := func(line int, until time.Time) state.GrantDeclaration {
		return state.GrantDeclaration{Until: until, Origin: state.Origin{Layer: state.LayerYAML, File: "p.yaml", Line: line}}
	}
	d := &state.Declarations{Grants: []state.GrantDeclaration{grant(1, time.Time{}), grant(2, noon), grant(3, noon.Add(time.Hour))},
		Exceptions: []state.ExceptionDeclaration{{Until: noon.Add(2 * time.Hour), Origin: state.Origin{File: "p.yaml", Line: 9}}}}
	if g.over(p, d, noon.Add(-time.Second)) {
		t.Error("nothing has ended yet")
	}
	if !g.over(p, d, noon) {
		t.Error("a grant ends at noon")
	}
	g.seen(p, d, noon, fmt.Errorf("the platform does not answer"))
	if !g.over(p, d, noon) {
		t.Error("a run that failed has ended nothing")
	}
	g.seen(p, d, noon, nil)
	if g.over(p, d, noon.Add(59*time.Minute)) {
		t.Error("it was seen to")
	}
	if !g.over(p, d, noon.Add(time.Hour)) || !g.over(config.Platform{Name: "other"}, d, noon) {
		t.Error("another grant ends at one; and another platform was not seen to")
	}
	g.seen(p, d, noon.Add(time.Hour), nil)
	if !g.over(p, d, noon.Add(2*time.Hour)) {
		t.Error("an exception ends at two")
	}
}

// TestOnlyLeft: that a scan found more during a run is no failure of the run; everything else stays one.
func TestOnlyLeft(t *testing.T) {
	more := &plan.Plan{Steps: []plan.Step{{}}}
	held := &plan.Plan{Steps: []plan.Step{{}}, Notices: []plan.Notice{{Level: plan.Held}}}
	for name, c := range map[string]struct {
		res  *reconcile.Result
		err  error
		want bool
	}{
		"more is found":        {&reconcile.Result{Plan: more, Left: more}, &reconcile.PartialError{Done: 1}, true},
		"a statement failed":   {&reconcile.Result{Plan: more, Left: more}, &reconcile.PartialError{Failed: 1}, false},
		"something was held":   {&reconcile.Result{Plan: held, Left: more}, &reconcile.PartialError{}, false},
		"and is held now":      {&reconcile.Result{Plan: more, Left: held}, &reconcile.PartialError{}, false},
		"nothing is left":      {&reconcile.Result{Plan: more, Left: &plan.Plan{}}, &reconcile.PartialError{}, false},
		"the platform is gone": {nil, fmt.Errorf("no answer"), false},
	} {
		if got := onlyLeft(c.res, c.err); got != c.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}
