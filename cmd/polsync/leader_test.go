//go:build unix

package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/polsync/polsync/state/ledger"
	"github.com/polsync/polsync/state/ledger/ledgertest"
)

var (
	stateLine = regexp.MustCompile(`(?m)^state: .*$`)
	homeLine  = regexp.MustCompile(`(?m)^    home: GOV.POLICIES$`)
)

// TestOneWriterAtATime stops and kills processes in the middle of writing while others wait to take over: the state is in
// a file, and in a database.
func TestOneWriterAtATime(t *testing.T) {
	if testing.Short() {
		t.Skip("takes half a minute")
	}
	for _, in := range []string{"file", "postgres"} {
		t.Run(in, func(t *testing.T) {
			k := newKilling(t, "snow")
			if in == "postgres" {
				k.postgres = ledgertest.Postgres(t)
				t.Setenv("STATE_DATABASE", k.postgres)
				k.configure(stateLine, "state: {postgres: env:STATE_DATABASE}")
			} else {
				// Side by side a statement may be stopped at while another goroutine writes the file, which nobody else
				// can write then.
				k.configure(homeLine, "    connections: 1\n$0")
			}
			k.flags = append(k.flags[:len(k.flags)-4:len(k.flags)-4], "--lease", "2s", "--grace", "500ms")
			k.reach("first")
			want := k.reach("second").ours
			k.reach("first")
			k.use("second")
			k.stoppedWriter(want)
			k.use("first")
			k.expect(exitDone, "reconcile", k.flags...)
			k.use("second")
			k.deadLeader(want)
			k.proven()
		})
	}
}

// configure replaces a line of the configuration.
func (k *killing) configure(line *regexp.Regexp, by string) {
	k.t.Helper()
	path := filepath.Join(k.dir, "polsync.yaml")
	conf, err := os.ReadFile(path)
	if err != nil {
		k.t.Fatal(err)
	}
	text := line.ReplaceAllString(string(conf), by)
	if text == string(conf) {
		k.t.Fatalf("the sample's configuration has no line %s", line)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		k.t.Fatal(err)
	}
}

// stoppedWriter stops a run in the middle; another one takes over when its lease is over; when it goes on it may send
// nothing more.
func (k *killing) stoppedWriter(want []string) {
	k.t.Helper()
	first, out := k.command("reconcile", k.flags...)
	started, stopped := make(chan struct{}), make(chan struct{})
	disarm := k.arm(3, 1, false, func() {
		<-started
		if err := first.Process.Signal(syscall.SIGSTOP); err != nil {
			k.t.Error(err)
		}
		close(stopped)
	})
	k.start(first)
	close(started)
	<-stopped
	disarm()
	second, _ := k.command("reconcile", k.flags...)
	if err := second.Run(); second.ProcessState.ExitCode() != exitPartly {
		k.t.Errorf("a run beside one whose lease still runs: %v", err)
	}
	eventually(k.t, "another run takes over", func() bool {
		c, _ := k.command("reconcile", k.flags...)
		k.start(c)
		k.wait(c)
		return c.ProcessState.ExitCode() == exitDone
	})
	if diff := cmp.Diff(want, k.ours()); diff != "" {
		k.t.Errorf("after the take-over (-want +got):\n%s", diff)
	}
	var sent atomic.Int64
	disarm = k.arm(0, 0, false, func() { sent.Add(1) })
	if err := first.Process.Signal(syscall.SIGCONT); err != nil {
		k.t.Fatal(err)
	}
	k.wait(first)
	disarm()
	if code := first.ProcessState.ExitCode(); code != exitPartly {
		k.t.Errorf("the run that was stopped ended with %d:\n%s", code, out)
	}
	if n := sent.Load(); n > 0 {
		k.t.Errorf("the run that was stopped sent %d statements after another had taken over:\n%s", n, out)
	}
	k.expect(exitDone, "plan")
}

// deadLeader kills one of two daemons in the middle of writing; the other one finishes.
func (k *killing) deadLeader(want []string) {
	k.t.Helper()
	path := filepath.Join(k.dir, "polsync.yaml")
	conf, err := os.ReadFile(path)
	if err != nil {
		k.t.Fatal(err)
	}
	text, _, _ := strings.Cut(string(conf), "\ndaemon:")
	if err := os.WriteFile(path, []byte(text+"\ndaemon: {reconcile: \"@every 1s\"}\nguards: {removals: 1000, removal_share: 1, unmaskings: 1000, source_shrink: 1}\n"), 0o600); err != nil {
		k.t.Fatal(err)
	}
	defer func() {
		if err := os.WriteFile(path, conf, 0o600); err != nil {
			k.t.Error(err)
		}
	}()
	lease := []string{"--lease", "2s", "--grace", "500ms"}
	var leader *exec.Cmd
	started, dead := make(chan struct{}), make(chan struct{})
	defer k.arm(3, 1, false, func() {
		<-started
		k.kill(leader)
		<-dead
	})()
	leader, _ = k.command("daemon", lease...)
	k.start(leader)
	close(started)
	k.wait(leader)
	close(dead)
	died := time.Now()
	follower, out := k.command("daemon", lease...)
	k.start(follower)
	eventually(k.t, "the other daemon finishes", func() bool { return cmp.Equal(want, k.oursNow()) })
	if took := time.Since(died); took > 30*time.Second {
		k.t.Errorf("it took %s to take over:\n%s", took, out)
	}
	if err := follower.Process.Signal(syscall.SIGTERM); err != nil {
		k.t.Fatal(err)
	}
	k.wait(follower)
	if code := follower.ProcessState.ExitCode(); code != exitDone {
		k.t.Errorf("the other daemon ended with %d:\n%s", code, out)
	}
}

// oursNow lists what is ours while a run may be under way; nil where claims are open.
func (k *killing) oursNow() []string {
	s := k.store()
	defer s.Close()
	all, claims, err := k.listed(s)
	if err != nil {
		k.t.Fatal(err)
	}
	if claims > 0 {
		return nil
	}
	return all
}

// proven verifies the log.
func (k *killing) proven() {
	k.t.Helper()
	s := k.store()
	defer s.Close()
	if _, err := s.Verify(context.Background(), ledger.Head{}); err != nil {
		k.t.Error(err)
	}
}
