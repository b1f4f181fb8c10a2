//go:build unix

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/polsync/polsync/connectors/emulator/snowflake/generate"
)

// TestAccounts measures plans of generated accounts, each served by another process with a latency for every statement.
// It runs where ACCOUNTS names sizes, such as "s m", and POLSYNC the program; make bench and make bench-accounts do so.
func TestAccounts(t *testing.T) {
	eachSize(t, generate.Sizes, func(program, name string, size generate.Size) {
		fmt.Printf("\nsize %s: %d databases, %d schemas, %d tables, %d columns, %d of them tagged, %d roles, %d users\n", name, size.Databases, size.Schemas, size.Tables, size.Columns, size.Tagged, size.Roles, size.Users)
		for _, peer := range modelled(size) {
			fmt.Printf("  modelled, not measured: %-20s %8d statements to read\n", peer.name, peer.statements)
		}
		for _, latency := range []string{"20ms", "100ms", "300ms"} {
			measure(t, program, name, latency, 0)
			measure(t, program, name, latency, 1)
		}
	})
}

// eachSize calls do with the program and each size that is to be measured.
func eachSize[S any](t *testing.T, sizes map[string]S, do func(program, name string, size S)) {
	program := os.Getenv("POLSYNC")
	if os.Getenv("ACCOUNTS") == "" || program == "" {
		t.Skip("only by make bench")
	}
	program, err := filepath.Abs(program)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range strings.Fields(os.Getenv("ACCOUNTS")) {
		size, known := sizes[name]
		if !known {
			t.Fatalf("no size is called %q", name)
		}
		do(program, name, size)
	}
}

// servedSize serves a generated warehouse in another process until the function that it returns is called.
func servedSize(t *testing.T, program string, args ...string) (dir string, stop func()) {
	dir = t.TempDir()
	dev := exec.Command(program, append([]string{"dev", "--dir", dir}, args...)...)
	if err := dev.Start(); err != nil {
		t.Fatal(err)
	}
	for range 600 {
		if _, err := os.Stat(filepath.Join(dir, "ready")); err == nil {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	return dir, func() {
		if err := errors.Join(dev.Process.Signal(syscall.SIGTERM), dev.Wait()); err != nil {
			t.Error(err)
		}
	}
}

// accountSessions are what is measured with: the default, and what the configuration that dev writes has.
var accountSessions = []int{4, 8}

// sessions sets connections in the configuration that dev wrote.
func sessions(t *testing.T, dir string, n int) {
	file := filepath.Join(dir, "polsync.yaml")
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	data = regexp.MustCompile(`connections: \d+`).ReplaceAll(data, fmt.Appendf(nil, "connections: %d", n))
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// measure plans without and with a difference, in bulk and strictly.
func measure(t *testing.T, program, size, latency string, drift int) {
	dir, stop := servedSize(t, program, "--platform", "snow", "--size", size, "--latency", latency, "--drift", fmt.Sprint(drift))
	defer stop()
	what := "1 % drift"
	if drift == 0 {
		what = "no change"
		planned(t, program, dir, "reconcile") // makes the policies, which no account has before
	}
	each, err := time.ParseDuration(latency)
	if err != nil {
		t.Fatal(err)
	}
	for _, strict := range []bool{false, true} {
		if strict && size == "l" && os.Getenv("STRICT") == "" {
			continue // twenty minutes
		}
		args, mode := []string{"plan"}, "bulk"
		if size == "s" {
			mode = "auto"
		}
		if strict {
			args, mode = append(args, "--strict"), "strict"
		}
		for _, n := range accountSessions {
			sessions(t, dir, n)
			p := planned(t, program, dir, args...)
			ideal := float64(p.reads) * each.Seconds() / float64(n)
			fmt.Printf("  %-5s %-9s %-6s %d sessions %5d read %5d to run %6.1f s, %5.2f of ideal, %5.1f s of the processor %5d MiB  %s\n",
				latency, what, mode, n, p.reads, p.statements, p.seconds, p.seconds/ideal, p.processor, p.memory>>10, p.kinds)
			if drift == 0 && p.statements > 0 {
				t.Errorf("size %s, %s: nothing changed, and %d statements would run", size, mode, p.statements)
			}
		}
	}
}

// outcome is what a run of the program said and took.
type outcome struct {
	reads, statements int
	seconds           float64
	processor         float64 // seconds of its own process
	memory            int64   // KiB at most
	kinds             string
	log               []byte
}

func planned(t *testing.T, program, dir string, args ...string) outcome {
	c := exec.Command(program, append([]string{"-c", filepath.Join(dir, "polsync.yaml"), "--format", "json", "--log-level", "debug"}, args...)...)
	var out, log bytes.Buffer
	c.Stdout, c.Stderr = &out, &log
	began := time.Now()
	err := c.Run()
	seconds := time.Since(began).Seconds()
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || exit.ExitCode() == exitCannot) {
		t.Fatalf("%v: %v: %s", args, err, log.String()[max(0, log.Len()-2000):])
	}
	var report struct {
		Platforms []struct {
			Statements, Reads int
		}
	}
	if err := json.Unmarshal(out.Bytes(), &report); err != nil || len(report.Platforms) != 1 {
		t.Fatalf("%v: no report of one platform: %v", args, err)
	}
	p := report.Platforms[0]
	o := outcome{reads: p.Reads, statements: p.Statements, seconds: seconds, kinds: kindsOf(log.String()), log: log.Bytes()}
	if r, ok := c.ProcessState.SysUsage().(*syscall.Rusage); ok {
		o.memory, o.processor = r.Maxrss, (c.ProcessState.UserTime() + c.ProcessState.SystemTime()).Seconds()
	}
	return o
}

var readOf = regexp.MustCompile(`SHOW FUTURE GRANTS|SHOW GRANTS TO|SHOW GRANTS OF|INFORMATION_SCHEMA\.(\w+)|ACCOUNT_USAGE|DESCRIBE|GET_DDL|SHOW`)

// kindsOf counts the statements of a log by what they read.
func kindsOf(log string) string {
	counts := map[string]int{}
	for line := range strings.Lines(log) {
		if _, sql, sent := strings.Cut(line, "sql"); sent && readOf.MatchString(sql) {
			counts[strings.ToLower(strings.TrimPrefix(readOf.FindString(sql), "INFORMATION_SCHEMA."))]++
		}
	}
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(counts)) {
		parts = append(parts, fmt.Sprintf("%s %d", k, counts[k]))
	}
	return strings.Join(parts, ", ")
}

type peer struct {
	name       string
	statements int
}

// modelled returns what other tools would send to read the account, by counting the statements of their code; none of
// them was run.
func modelled(s generate.Size) []peer {
	d, sch, r, u, t, p, k := s.Databases, s.Schemas, s.Roles, s.Users, s.Tables, s.Policies+1, s.Tagged
	const warehouses, tags = 1, 1
	access := (r - 6) * 7 / 10
	privileges, memberships := 3*access, 5*(r-6-access)+u
	return []peer{
		{"Permifrost", 9 + 3*d + sch + r + u + r*2*(1+2*sch/d) + r*2},
		{"SnowDDL", 23 + 2*d + 17*sch + 2*r + t + 2*u + warehouses + 2*p},
		{"Terraform provider", r + 2*privileges + memberships + 3*u + k + 2*tags + 2*p + 2*warehouses + 2*sch},
	}
}
