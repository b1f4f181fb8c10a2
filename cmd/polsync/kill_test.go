package main

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/polsync/polsync/connectors/emulator/databricks"
	"github.com/polsync/polsync/connectors/emulator/snowflake"
	"github.com/polsync/polsync/state/ledger"
)

// kills is how often a run is killed on each platform.
const kills = 25

// TestKilledRunsConverge kills reconcile on its way between two sets of policies, and expects of the run after it that
// it finishes the way: nothing is left to plan, and what is ours is exactly what a run that nobody disturbed would have
// made ours. It is killed while a statement is on its way that is never carried out, right after one was carried out
// and before the answer, and at moments chance picks.
func TestKilledRunsConverge(t *testing.T) {
	if testing.Short() {
		t.Skip("takes minutes")
	}
	for i, platform := range []string{"snow", "lake"} {
		t.Run(platform, func(t *testing.T) {
			t.Parallel()
			random := rand.New(rand.NewPCG(1, uint64(i)))
			k := newKilling(t, platform)
			k.reach("first") // from nothing, which both ways below are not
			var ways [2]way
			for n, variant := range []string{"second", "first"} {
				ways[n] = k.reach(variant)
			}
			cut := 0
			for n := range kills {
				w := ways[n%2]
				k.use(w.variant)
				if n%5 == 4 {
					k.killedAfter(time.Duration(random.Int64N(int64(w.took))))
				} else {
					k.killedAt(random.IntN(w.writes), n%4 < 2)
					cut++
				}
				k.expect(exitDone, "reconcile", k.flags...)
				k.expect(exitDone, "plan")
				if diff := cmp.Diff(w.ours, k.ours()); diff != "" {
					t.Fatalf("kill %d: what is ours differs from that of an undisturbed run (-want +got):\n%s", n, diff)
				}
			}
			if was := k.cutShort(); was < cut {
				t.Errorf("of %d runs that were killed while they wrote only %d never ended", cut, was)
			}
		})
	}
}

// way is what a run that nobody disturbed did on its way to a set of policies.
type way struct {
	variant string
	ours    []string
	writes  int // requests that change the platform
	took    time.Duration
}

// killing is the stage of the test: embedded warehouses in this process, polsync in others.
type killing struct {
	t        *testing.T
	platform string
	dir      string
	sample   map[string]string // policy file -> content, first variant
	flags    []string
	postgres string                                                     // address of the database that the state is in; "" for a file
	arm      func(skip, times int, cut bool, at func()) (disarm func()) // calls at for requests that change the platform
}

func newKilling(t *testing.T, platform string) *killing {
	dir := t.TempDir()
	box, err := openSandbox(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := box.Close(); err != nil {
			t.Error(err)
		}
	})
	k := &killing{t: t, platform: platform, dir: dir, sample: map[string]string{}, arm: armed(box.warehouse(platform).handler),
		flags: []string{"--allow-removals", "--allow-unmasking", "--allow-shrink", "--lease", "2s", "--grace", "50ms"}}
	for _, name := range []string{"people.yaml", "tags.yaml", "masks.yaml", "grants.yaml"} {
		data, err := os.ReadFile(filepath.Join(dir, "policies", name))
		if err != nil {
			t.Fatal(err)
		}
		k.sample[name] = string(data)
	}
	return k
}

// second turns the sample into the other set of policies: something of every kind goes, comes or changes.
var second = strings.NewReplacer(
	`value: ssn, on: ["snow:CRM_PROD.PUBLIC.CUSTOMERS.SSN", "lake:main.crm.customers.ssn"]`, `value: name, on: ["snow:CRM_PROD.PUBLIC.CUSTOMERS.NAME", "lake:main.crm.customers.full_name"]`,
	`{to: support, values: email, show: email_domain}`, `{to: support, values: email, show: {first: 3}}`,
	`[hr, finance], show: clear`, `hr, show: clear`,
	`"snow:HR.PUBLIC.ABSENCES", "lake:main.crm.consents"`, `"snow:HR.PUBLIC.PAYROLL", "lake:main.sales.regions"`,
	"CRM_STEWARD", "CRM_KEEPER")

func (k *killing) use(variant string) {
	for name, text := range k.sample {
		if variant == "second" {
			text = second.Replace(text)
		}
		if err := os.WriteFile(filepath.Join(k.dir, "policies", name), []byte(text), 0o644); err != nil {
			k.t.Fatal(err)
		}
	}
}

// changing finds the statements that change something.
var changing = regexp.MustCompile(`(?i)^\s*(CREATE|ALTER|DROP|GRANT|REVOKE|COMMENT|SET\s+TAG|UNSET\s+TAG)\b`)

// armed returns how to be called when a request comes that changes an embedded warehouse. With cut it is called before
// anything is carried out, and nothing is; without, when all is done but the answer.
func armed(h http.Handler) func(skip, times int, cut bool, at func()) func() {
	return func(skip, times int, cut bool, at func()) func() {
		switch w := h.(type) {
		case *snowflake.Account:
			f := snowflake.Fault{SQL: changing, Match: func(r snowflake.Request) bool { return !strings.HasPrefix(r.SQL, "ALTER SESSION") }, Skip: skip, Times: times, CutBefore: cut}
			if call := func(snowflake.Request) { at() }; cut {
				f.Before = call
			} else {
				f.After = call
			}
			return w.Faults().Add(f)
		case *databricks.Workspace:
			f := databricks.Fault{Match: changesWorkspace, Skip: skip, Times: times, CutBefore: cut}
			if call := func(databricks.Request) { at() }; cut {
				f.Before = call
			} else {
				f.After = call
			}
			return w.Faults().Add(f)
		}
		panic("no such warehouse")
	}
}

func changesWorkspace(r databricks.Request) bool {
	if r.SQL != "" {
		return changing.MatchString(r.SQL)
	}
	return r.Method != http.MethodGet && !strings.Contains(r.Path, "/statements") && !strings.Contains(r.Path, "/oidc/")
}

// reach brings the platform to a set of policies undisturbed.
func (k *killing) reach(variant string) way {
	k.t.Helper()
	k.use(variant)
	w := way{variant: variant}
	disarm := k.arm(0, 0, false, func() { w.writes++ }) // one writer, which waits for each answer
	began := time.Now()
	k.expect(exitDone, "reconcile", k.flags...)
	w.took = time.Since(began)
	disarm()
	w.ours = k.ours()
	return w
}

func (k *killing) command(name string, args ...string) (*exec.Cmd, *bytes.Buffer) {
	c := exec.Command("polsync", append([]string{"-c", filepath.Join(k.dir, "polsync.yaml"), "--platform", k.platform, name}, args...)...)
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	return c, &out
}

func (k *killing) expect(code int, name string, args ...string) {
	k.t.Helper()
	c, out := k.command(name, args...)
	err := c.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		k.t.Fatal(err)
	}
	if got := c.ProcessState.ExitCode(); got != code {
		k.t.Fatalf("polsync %s on %s ended with %d, want %d:\n%s", name, k.platform, got, code, out)
	}
}

// killedAfter starts reconcile and kills it after a while, if it still runs then.
func (k *killing) killedAfter(d time.Duration) {
	c, _ := k.command("reconcile", k.flags...)
	k.start(c)
	timer := time.AfterFunc(d, func() { k.kill(c) })
	defer timer.Stop()
	k.wait(c)
}

// killedAt starts reconcile and kills it at a request that changes the platform, after so many others.
func (k *killing) killedAt(others int, cut bool) {
	k.t.Helper()
	c, out := k.command("reconcile", k.flags...)
	started, dead := make(chan struct{}), make(chan struct{})
	defer k.arm(others, 1, cut, func() {
		<-started
		k.kill(c)
		<-dead // nothing is carried out or answered while it may still be alive
	})()
	k.start(c)
	close(started)
	k.wait(c)
	close(dead)
	if c.ProcessState.Exited() {
		k.t.Fatalf("a run that was to be killed after %d writes ended by itself:\n%s", others, out)
	}
}

func (k *killing) start(c *exec.Cmd) {
	if err := c.Start(); err != nil {
		k.t.Fatal(err)
	}
}

func (k *killing) kill(c *exec.Cmd) {
	if err := c.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		k.t.Error(err)
	}
}

func (k *killing) wait(c *exec.Cmd) {
	var exit *exec.ExitError
	if err := c.Wait(); err != nil && !errors.As(err, &exit) {
		k.t.Fatal(err)
	}
}

func (k *killing) store() ledger.Store {
	o := ledger.Options{ReadOnly: true}
	s, err := orNil(ledger.Open(context.Background(), filepath.Join(k.dir, "state", "polsync.db"), o))
	if k.postgres != "" {
		s, err = orNil(ledger.OpenPostgres(context.Background(), k.postgres, o))
	}
	if err != nil {
		k.t.Fatal(err)
	}
	return s
}

// ours lists what is ours, sorted; there must be no open claim.
func (k *killing) ours() []string {
	k.t.Helper()
	s := k.store()
	defer s.Close()
	all, claims, err := k.listed(s)
	if err != nil || claims > 0 {
		k.t.Fatalf("%d claims are open, %v", claims, err)
	}
	return all
}

// listed returns what is ours, sorted, and how many claims are open.
func (k *killing) listed(s ledger.Store) (all []string, claims int, err error) {
	open, err := s.Claims(context.Background(), k.platform)
	if err != nil {
		return nil, 0, err
	}
	owned, err := s.Owned(context.Background(), k.platform)
	for key := range owned {
		all = append(all, key.String())
	}
	slices.Sort(all)
	return all, len(open), err
}

// cutShort counts the runs that never ended.
func (k *killing) cutShort() int {
	s := k.store()
	defer s.Close()
	runs, err := s.History(context.Background(), ledger.RunFilter{Platform: k.platform})
	if err != nil {
		k.t.Fatal(err)
	}
	n := 0
	for _, r := range runs {
		if r.Ended.IsZero() {
			n++
		}
	}
	return n
}
