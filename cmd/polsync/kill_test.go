package main

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/polsync/polsync/state/ledger"
)

// kills is how often a run is killed, over both warehouses.
const kills = 50

// TestKilledRunsConverge kills reconcile at moments chance picks, on its way between two sets of policies, and expects
// of the run after it that it finishes the way: nothing is left to plan, and what is ours is exactly what a run that
// nobody disturbed would have made ours.
func TestKilledRunsConverge(t *testing.T) {
	if testing.Short() {
		t.Skip("takes minutes")
	}
	k := newKilling(t)
	want := map[string]map[string][]string{} // platform -> variant -> what is ours
	took := map[string]time.Duration{}
	for _, platform := range []string{"snow", "lake"} {
		want[platform] = map[string][]string{}
		for _, variant := range []string{"first", "second"} {
			k.use(variant)
			began := time.Now()
			k.expect(exitDone, platform, "reconcile", k.flags...)
			took[platform] = time.Since(began)
			want[platform][variant] = k.ours(platform)
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	for n := range kills {
		platform := []string{"snow", "lake"}[n%2]
		variant := []string{"first", "second"}[n/2%2]
		k.use(variant)
		k.killed(platform, time.Duration(random.Int64N(int64(took[platform]))))
		k.expect(exitDone, platform, "reconcile", k.flags...)
		k.expect(exitDone, platform, "plan")
		if diff := cmp.Diff(want[platform][variant], k.ours(platform)); diff != "" {
			t.Fatalf("kill %d on %s: what is ours differs from that of an undisturbed run (-want +got):\n%s", n, platform, diff)
		}
	}
	if cut := k.cutShort(); cut < kills/10 {
		t.Errorf("only %d of %d kills hit a run at work; the test looks at too little", cut, kills)
	}
}

// killing is the stage of the test: embedded warehouses in this process, polsync in others.
type killing struct {
	t      *testing.T
	dir    string
	sample map[string]string // policy file -> content, first variant
	flags  []string
}

func newKilling(t *testing.T) *killing {
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
	k := &killing{t: t, dir: dir, sample: map[string]string{},
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

func (k *killing) command(platform, name string, args ...string) (*exec.Cmd, *bytes.Buffer) {
	c := exec.Command("polsync", append([]string{"-c", filepath.Join(k.dir, "polsync.yaml"), "--platform", platform, name}, args...)...)
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	return c, &out
}

func (k *killing) expect(code int, platform, name string, args ...string) {
	k.t.Helper()
	c, out := k.command(platform, name, args...)
	err := c.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		k.t.Fatal(err)
	}
	if got := c.ProcessState.ExitCode(); got != code {
		k.t.Fatalf("polsync %s on %s ended with %d, want %d:\n%s", name, platform, got, code, out)
	}
}

// killed starts reconcile and kills it after a while, if it still runs then.
func (k *killing) killed(platform string, after time.Duration) {
	c, _ := k.command(platform, "reconcile", k.flags...)
	if err := c.Start(); err != nil {
		k.t.Fatal(err)
	}
	timer := time.AfterFunc(after, func() {
		if err := c.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
			k.t.Error(err)
		}
	})
	defer timer.Stop()
	var exit *exec.ExitError
	if err := c.Wait(); err != nil && !errors.As(err, &exit) {
		k.t.Fatal(err)
	}
}

func (k *killing) store() ledger.Store {
	s, err := ledger.Open(context.Background(), filepath.Join(k.dir, "state", "polsync.db"), ledger.Options{ReadOnly: true})
	if err != nil {
		k.t.Fatal(err)
	}
	return s
}

// ours lists what is ours on a platform, sorted; there must be no open claim.
func (k *killing) ours(platform string) []string {
	s := k.store()
	defer s.Close()
	owned, err := s.Owned(context.Background(), platform)
	if err != nil {
		k.t.Fatal(err)
	}
	claims, err := s.Claims(context.Background(), platform)
	if err != nil || len(claims) > 0 {
		k.t.Fatalf("%d claims are open on %s, %v", len(claims), platform, err)
	}
	var all []string
	for key := range owned {
		all = append(all, key.String())
	}
	slices.Sort(all)
	return all
}

// cutShort counts the runs that never ended.
func (k *killing) cutShort() int {
	s := k.store()
	defer s.Close()
	n := 0
	for _, platform := range []string{"snow", "lake"} {
		runs, err := s.History(context.Background(), ledger.RunFilter{Platform: platform})
		if err != nil {
			k.t.Fatal(err)
		}
		for _, r := range runs {
			if r.Ended.IsZero() {
				n++
			}
		}
	}
	return n
}
