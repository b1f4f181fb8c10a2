package main

import (
	"bufio"
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestDemo expects of the demonstration what it promises: every expectation holds, and nothing is left behind.
func TestDemo(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	var out, errs output
	if code := run(t.Context(), newApp(&out, &errs, os.LookupEnv, time.Now), []string{"demo"}); code != exitDone {
		t.Fatalf("demo ended with %d:\n%s\n%s", code, &out, &errs)
	}
	if left, err := os.ReadDir(os.Getenv("TMPDIR")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// TestDevServesUntilItIsStopped starts dev and the daemon as a user would, and stops both with SIGTERM.
func TestDevServesUntilItIsStopped(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "try")
	dev, said := start(t, "dev", "--dir", dir)
	awaitLine(t, said, "try: ")
	conf := filepath.Join(dir, "polsync.yaml")
	if _, err := os.Stat(filepath.Join(dir, "ready")); err != nil {
		t.Error(err)
	}
	secrets, err := os.ReadDir(filepath.Join(dir, "secrets"))
	if err != nil || len(secrets) != 2 {
		t.Fatalf("secrets: %v, %v", secrets, err)
	}
	for _, s := range secrets {
		info, err := s.Info()
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v, %v", s.Name(), info.Mode(), err)
		}
	}

	daemon, log := start(t, "-c", conf, "daemon")
	for range 4 {
		awaitLine(t, log, "job=reconcile") // of each platform, at the start and after the scan
	}
	stop(t, daemon)
	if out, err := exec.Command("polsync", "-c", conf, "plan").CombinedOutput(); err != nil {
		t.Errorf("the daemon left something to do: %v\n%s", err, out)
	}

	stop(t, dev)
	if _, err := os.Stat(filepath.Join(dir, "ready")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("ready is still there: %v", err)
	}
}

func start(t *testing.T, args ...string) (*exec.Cmd, *bufio.Scanner) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	c := exec.CommandContext(ctx, "polsync", args...)
	t.Cleanup(cancel)
	pipe, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	c.Stderr = c.Stdout
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	return c, bufio.NewScanner(pipe)
}

func awaitLine(t *testing.T, s *bufio.Scanner, what string) {
	t.Helper()
	var before strings.Builder
	for s.Scan() {
		if strings.Contains(s.Text(), what) {
			return
		}
		before.WriteString(s.Text() + "\n")
	}
	t.Fatalf("nothing said %q:\n%s", what, &before)
}

func stop(t *testing.T, c *exec.Cmd) {
	t.Helper()
	if err := c.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := c.Wait(); err != nil {
		t.Errorf("%s after SIGTERM: %v", c.Args[len(c.Args)-1], err)
	}
}
