package ledger_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/polsync/polsync/state"
	"github.com/polsync/polsync/state/ledger"
)

// childVar makes the test binary a writer to the state file it names instead of running tests.
const childVar = "POLSYNC_LEDGER_TEST_CHILD"

// child writes for ever, or until its lease is lost when it contends, and prints what it was told is durable.
func child(path, mode string) error {
	ctx := context.Background()
	if mode == "migrate" {
		return ledger.MigrateForTest(ctx, path, slowMigration)
	}
	s, err := ledger.Open(ctx, path, ledger.Options{})
	if err != nil {
		return err
	}
	holder := "pid " + strconv.Itoa(os.Getpid())
	for rounds := 0; mode == "crash" || rounds < 30/effort; rounds++ {
		ttl := time.Nanosecond // a killed holder must not keep the next one out
		if mode == "contend" {
			ttl = 20 * time.Millisecond
		}
		lease, err := s.AcquireLease(ctx, "snow", holder, ttl)
		if errors.Is(err, ledger.ErrHeld) {
			time.Sleep(time.Millisecond)
			continue
		}
		if err != nil {
			return err
		}
		if err := writeSome(ctx, s, lease.Epoch); err != nil && !(mode == "contend" && errors.Is(err, ledger.ErrFenced)) {
			return err
		}
	}
	return s.Close()
}

func writeSome(ctx context.Context, s ledger.Store, epoch int64) error {
	run, err := s.BeginRun(ctx, ledger.Run{Platform: "snow", Command: "test"})
	if err != nil {
		return err
	}
	for i := range 20 {
		status := []ledger.Status{ledger.StatusDone, ledger.StatusFailed, ledger.StatusUnknown}[i%3]
		id, err := s.Intend(ctx, epoch, intent(run, fmt.Sprintf("C%d_%s", i, run)))
		if err != nil {
			return err
		}
		fmt.Printf("intent %d\n", id)
		if i%7 == 0 {
			continue // as if the program had forgotten
		}
		if err := s.Outcome(ctx, id, epoch, ledger.Result{Status: status}); err != nil {
			return err
		}
		fmt.Printf("%s %d\n", status, id)
	}
	return nil
}

func intent(run, col string) ledger.Intent {
	key := state.Key{Fact: state.FactTagged, On: state.Securable{Kind: state.KindColumn, Catalog: "C", Schema: "S", Name: "T", Column: col},
		With: state.Securable{Kind: state.KindTag, Catalog: "GOV", Schema: "TAGS", Name: "PII"}}
	return ledger.Intent{Platform: "snow", Run: run, Step: 1, Statement: ledger.Statement{SQL: "ALTER TABLE T MODIFY COLUMN " + col},
		Changes: []ledger.Change{{Key: key, Want: state.Text("email"), Origin: state.Origin{File: "crm.yaml", Line: 3}}}}
}

// writer prepares a child.
func writer(t *testing.T, path, mode string) *exec.Cmd {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), exe)
	cmd.Env = append(os.Environ(), childVar+"="+mode+":"+path)
	cmd.Stderr = os.Stderr
	return cmd
}

// TestKilledWhileAppending kills a writer at random and looks whether what it was told is durable still stands.
func TestKilledWhileAppending(t *testing.T) {
	kills, seed := 30/effort, uint64(time.Now().UnixNano())
	if testing.Short() {
		kills = 5
	}
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 1))
	path := filepath.Join(t.TempDir(), "state.db")
	told := map[int64]ledger.Status{}
	for range kills {
		cmd := writer(t, path, "crash")
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		// The time runs from the first intent on, however long the writer took to get there.
		var timer *time.Timer
		for in := bufio.NewScanner(out); in.Scan(); {
			if timer == nil {
				timer = time.AfterFunc(time.Duration(rng.IntN(60_000))*time.Microsecond, func() { _ = cmd.Process.Kill() })
			}
			word, n, ok := strings.Cut(in.Text(), " ")
			id, err := strconv.ParseInt(n, 10, 64)
			if !ok || err != nil {
				continue // cut by the kill
			}
			if word == "intent" {
				word = string(ledger.StatusOpen)
			}
			told[id] = ledger.Status(word)
		}
		if err := cmd.Wait(); err == nil {
			t.Fatal("the writer ended by itself")
		}
		if timer != nil {
			timer.Stop()
		}
		checkTold(t, path, told)
	}
	if len(told) < kills {
		t.Fatalf("only %d intents in %d kills: nothing was tested", len(told), kills)
	}
	t.Logf("%d intents, %d kills", len(told), kills)
}

// checkTold verifies the log and that every status told is the one on record, or was followed by another.
func checkTold(t *testing.T, path string, told map[int64]ledger.Status) {
	t.Helper()
	s := open(t, path, ledger.Options{})
	defer closed(t, s)
	head, err := s.Verify(t.Context(), ledger.Head{})
	if err != nil {
		t.Fatal(err)
	}
	records, err := s.Records(t.Context(), ledger.RecordFilter{})
	if err != nil {
		t.Fatal(err)
	}
	if int64(len(records)) != head.Seq {
		t.Fatalf("%d records, head %s", len(records), head)
	}
	have := map[int64]ledger.Status{}
	for _, r := range records {
		switch r.Kind {
		case ledger.RecordIntent:
			have[r.Seq] = ledger.StatusOpen
		case ledger.RecordOutcome:
			have[r.Intent] = r.Status
		}
	}
	claims, err := s.Claims(t.Context(), "snow")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range claims {
		if have[c.ID] != c.Status {
			t.Fatalf("claim %d is %s, on record %s", c.ID, c.Status, have[c.ID])
		}
	}
	for id, status := range told {
		if have[id] != status && status != ledger.StatusOpen || have[id] == "" {
			t.Fatalf("intent %d was told to be %s, on record it is %q", id, status, have[id])
		}
	}
}

// TestProcessesContend has three processes write to one file, each with a lease that runs out under its hands. In the
// log no intent may stand behind a lease newer than its own.
func TestProcessesContend(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sub", "state.db")
	var cmds []*exec.Cmd
	for range 3 {
		cmd := writer(t, path, "contend")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		cmds = append(cmds, cmd)
	}
	for _, cmd := range cmds {
		if err := cmd.Wait(); err != nil {
			t.Fatal(err)
		}
	}
	s := open(t, path, ledger.Options{})
	defer closed(t, s)
	if _, err := s.Verify(t.Context(), ledger.Head{}); err != nil {
		t.Fatal(err)
	}
	records, err := s.Records(t.Context(), ledger.RecordFilter{})
	if err != nil {
		t.Fatal(err)
	}
	var epoch, intents int64
	holders := map[string]bool{}
	for _, r := range records {
		switch r.Kind {
		case ledger.RecordLease:
			if r.Epoch != epoch+1 {
				t.Fatalf("record %d: epoch %d follows %d", r.Seq, r.Epoch, epoch)
			}
			epoch, holders[r.By] = r.Epoch, true
		case ledger.RecordIntent:
			intents++
			if r.Epoch != epoch {
				t.Fatalf("record %d: an intent of epoch %d under epoch %d", r.Seq, r.Epoch, epoch)
			}
		}
	}
	if len(holders) < 2 || intents == 0 {
		t.Fatalf("%d holders, %d intents: nothing was contended", len(holders), intents)
	}
}

func closed(t testing.TB, s io.Closer) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}
