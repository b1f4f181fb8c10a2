//go:build unix

package ledgertest

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// PostgresVar says, when it is set, that a missing PostgreSQL fails tests instead of leaving them out.
const PostgresVar = "POLSYNC_TEST_POSTGRES"

// Postgres starts a PostgreSQL of its own, reached through a socket in a folder of its own, and returns its address. It
// ends with the test. Where the machine has none the test is left out, and says so.
func Postgres(t testing.TB) (url string) {
	t.Helper()
	bin := postgresBin()
	if bin == "" {
		if os.Getenv(PostgresVar) != "" {
			t.Fatal("PostgreSQL's server programs (initdb, postgres) are not here, and " + PostgresVar + " is set")
		}
		t.Skip("PostgreSQL's server programs (initdb, postgres) are not here: left out")
	}
	dir, err := os.MkdirTemp("", "polsync-pg-") // not t.TempDir, into which another user cannot look
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	as := notRoot(t, dir)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	data := filepath.Join(dir, "data")
	initdb := exec.CommandContext(ctx, filepath.Join(bin, "initdb"), "-D", data, "-A", "trust", "-U", "polsync", "-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions")
	initdb.Dir, initdb.SysProcAttr = dir, as
	if out, err := initdb.CombinedOutput(); err != nil {
		t.Fatalf("initdb: %v\n%s", err, out)
	}
	serve(t, filepath.Join(bin, "postgres"), dir, data, as)
	return "postgres://polsync@/postgres?sslmode=disable&host=" + dir
}

// serve runs the server until the test ends. What it writes is not flushed to disk: no test cuts the machine's power.
func serve(t testing.TB, postgres, dir, data string, as *syscall.SysProcAttr) {
	t.Helper()
	var log bytes.Buffer
	server := exec.Command(postgres, "-D", data, "-k", dir, "-c", "listen_addresses=", "-c", "fsync=off", "-c", "max_connections=200", "-c", "shared_buffers=32MB")
	server.Dir, server.SysProcAttr, server.Stderr = dir, as, &log
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- server.Wait() }()
	t.Cleanup(func() {
		if err := server.Process.Signal(syscall.SIGINT); err != nil && !errors.Is(err, os.ErrProcessDone) { // fast shutdown
			t.Error(err)
		}
		select {
		case <-done:
		case <-time.After(30 * time.Second):
			t.Error("PostgreSQL does not stop; it is killed", server.Process.Kill(), <-done)
		}
	})
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if pid, err := os.ReadFile(filepath.Join(data, "postmaster.pid")); err == nil && strings.Contains(string(pid), "ready") {
			return
		}
		select {
		case err := <-done:
			done <- err
			t.Fatalf("postgres: %v\n%s", err, &log)
		default:
		}
		if time.Now().After(end) {
			t.Fatal("PostgreSQL did not start in time")
		}
	}
}

// postgresBin is the folder of the server programs, the newest of those there are; "" where there are none.
func postgresBin() string {
	dirs, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil {
		return "" // the pattern is right
	}
	slices.SortFunc(dirs, func(a, b string) int { return version(b) - version(a) })
	if path, err := exec.LookPath("initdb"); err == nil {
		dirs = append(dirs, filepath.Dir(path))
	}
	for _, d := range dirs {
		if _, err := os.Stat(filepath.Join(d, "initdb")); err != nil {
			continue
		}
		if _, err := os.Stat(filepath.Join(d, "postgres")); err == nil {
			return d
		}
	}
	return ""
}

func version(dir string) int {
	n, err := strconv.Atoi(filepath.Base(filepath.Dir(dir)))
	if err != nil {
		return 0
	}
	return n
}

// notRoot returns how to run the server, which refuses root, and gives it the folder.
func notRoot(t testing.TB, dir string) *syscall.SysProcAttr {
	t.Helper()
	if os.Geteuid() != 0 {
		return nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.ParseUint(u.Uid, 10, 32)
		if err != nil {
			t.Fatal(err)
		}
		gid, err := strconv.ParseUint(u.Gid, 10, 32)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Chown(dir, int(uid), int(gid)); err != nil {
			t.Fatal(err)
		}
		return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
	}
	t.Fatal("PostgreSQL refuses root, and this machine has neither a user postgres nor nobody")
	return nil
}
