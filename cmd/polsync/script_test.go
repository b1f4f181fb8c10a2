package main

import (
	"context"
	"database/sql"
	"errors"
	"flag"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "rewrite the expected files of the scripts")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"polsync": func() { os.Exit(runTested()) }})
}

// runTested is the program with a clock that scripts set.
func runTested() int {
	now := time.Now
	if text := os.Getenv("TEST_NOW"); text != "" {
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			panic(err)
		}
		now = func() time.Time { return at }
	}
	return run(context.Background(), newApp(os.Stdout, os.Stderr, os.LookupEnv, now), os.Args[1:])
}

// TestScripts runs the command line against a memory warehouse kept in a file. A script begins with the files of
// testdata/base, less those it brings itself.
func TestScripts(t *testing.T) {
	if testing.Short() {
		t.Skip("starts the program some hundred times, which takes minutes under the race detector")
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script", UpdateScripts: *update, RequireUniqueNames: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("TEST_NOW", "2026-11-25T12:00:00Z")
			env.Values["lakes"] = lakes{}
			return lay(filepath.Join("testdata", "base"), env.WorkDir)
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){"code": code, "replace": replaceText, "agestate": ageState, "lake": serveLake, "inlake": inLake},
	})
}

// lay copies files into a folder, but for those that are there.
func lay(from, to string) error {
	return filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		if entry.IsDir() {
			return os.MkdirAll(filepath.Join(to, rel), 0o755)
		}
		if _, err := os.Stat(filepath.Join(to, rel)); err == nil {
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, rel), data, 0o644)
	})
}

// code runs a command and expects an exit code: code 2 polsync plan.
func code(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: code N command...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// replaceText replaces text in a file: replace old new file.
func replaceText(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: replace old new file")
	}
	data := ts.ReadFile(args[2])
	if !strings.Contains(data, args[0]) {
		ts.Fatalf("%s has no %q", args[2], args[0])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), []byte(strings.ReplaceAll(data, args[0], args[1])), 0o644))
}

// ageState gives a state file the layout of the first version: agestate file. What later layouts added is lost.
func ageState(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: agestate file")
	}
	db, err := sql.Open("sqlite", ts.MkAbs(args[0]))
	ts.Check(err)
	_, err = db.Exec("DROP TABLE decisions; DROP TABLE looks; DROP TABLE scans; CREATE TABLE marks (x TEXT); PRAGMA user_version = 1")
	ts.Check(errors.Join(err, db.Close()))
}
