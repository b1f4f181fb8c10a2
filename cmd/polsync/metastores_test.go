package main

import (
	"os/exec"
	"path/filepath"
	"testing"
)

// TestGeneratedMetastoreRests holds that a generated metastore is as the policies that go with it declare, the functions of its masks included,
// and that drift is what it says. Where the functions change, generated/lake.sql is what `plan --format sql` makes.
func TestGeneratedMetastoreRests(t *testing.T) {
	for _, c := range []struct {
		drift string
		code  int
	}{{"0", exitDone}, {"1", exitDiffers}} {
		dir := filepath.Join(t.TempDir(), "try")
		dev, said := start(t, "dev", "--dir", dir, "--size", "s", "--platform", "lake", "--drift", c.drift)
		awaitLine(t, said, "try: ")
		plan := exec.Command("polsync", "-c", filepath.Join(dir, "polsync.yaml"), "plan", "--format", "sql")
		out, err := plan.Output()
		if plan.ProcessState.ExitCode() != c.code {
			t.Errorf("drift %s: the plan ends with %d, want %d: %v\n%.4000s", c.drift, plan.ProcessState.ExitCode(), c.code, err, out)
		}
		if c.code == exitDiffers {
			conf := filepath.Join(dir, "polsync.yaml")
			if out, err := exec.Command("polsync", "-c", conf, "reconcile").CombinedOutput(); err != nil {
				t.Errorf("reconcile: %v\n%.4000s", err, out)
			}
			if out, err := exec.Command("polsync", "-c", conf, "plan").CombinedOutput(); err != nil {
				t.Errorf("something is left to do: %v\n%.4000s", err, out)
			}
		}
		stop(t, dev)
	}
}
