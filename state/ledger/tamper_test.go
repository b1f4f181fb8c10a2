package ledger_test

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/polsync/polsync/state"
	"github.com/polsync/polsync/state/ledger"
)

// story writes a log with every kind of ownership change and closes the file.
func story(t testing.TB, path string, o ledger.Options) {
	t.Helper()
	s := open(t, path, o)
	defer closed(t, s)
	ctx := t.Context()
	lease, err := s.AcquireLease(ctx, "snow", "test", time.Hour)
	check(t, err)
	for range 2 {
		check(t, writeStory(t, s, lease.Epoch))
	}
	key := intent("", "ADOPTED").Changes[0].Key
	check(t, s.Adopt(ctx, "snow", []ledger.Owned{{Key: key, Value: state.Text("x")}}, "ann"))
	check(t, s.Pause(ctx, "snow", "ann", "why"))
}

func writeStory(t testing.TB, s ledger.Store, epoch int64) error {
	ctx := t.Context()
	run, err := s.BeginRun(ctx, ledger.Run{Platform: "snow"})
	if err != nil {
		return err
	}
	for i, status := range []ledger.Status{ledger.StatusDone, ledger.StatusFailed, ledger.StatusUnknown, ledger.StatusDone} {
		id, err := s.Intend(ctx, epoch, intent(run, fmt.Sprintf("C%d_%s", i, run)))
		if err != nil {
			return err
		}
		if err := s.Outcome(ctx, id, epoch, ledger.Result{Status: status, QueryID: "q"}); err != nil {
			return err
		}
	}
	_, err = s.Intend(ctx, epoch, intent(run, "OPEN"+run))
	return err
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// tamper changes a file behind the ledger's back.
func tamper(t *testing.T, path string, statements ...string) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path)
	check(t, err)
	defer closed(t, db)
	for _, s := range append([]string{"DROP TRIGGER audit_no_update", "DROP TRIGGER audit_no_delete"}, statements...) {
		if _, err := db.ExecContext(t.Context(), s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

// TestTampering expects Verify to name the record that does not fit; the story has 23 records.
func TestTampering(t *testing.T) {
	const forge = `INSERT INTO audit SELECT %d, kind, platform, run, intent, status, body, hash FROM audit WHERE seq = 3`
	for _, c := range []struct {
		name string
		seq  int64
		sql  []string
	}{
		{"body changed", 5, []string{`UPDATE audit SET body = replace(body, 'email', 'phone') WHERE seq = 5`}},
		{"space added", 7, []string{`UPDATE audit SET body = body || ' ' WHERE seq = 7`}},
		{"outcome turned", 6, []string{`UPDATE audit SET status = 'done' WHERE seq = 6`}},
		{"run changed", 6, []string{`UPDATE audit SET run = '9' WHERE seq = 6`}},
		{"platform changed", 6, []string{`UPDATE audit SET platform = 'lake' WHERE seq = 6`}},
		{"kind changed", 6, []string{`UPDATE audit SET kind = 'late' WHERE seq = 6`}},
		{"hash changed", 9, []string{`UPDATE audit SET hash = randomblob(32) WHERE seq = 9`}},
		{"first deleted", 1, []string{`DELETE FROM audit WHERE seq = 1`}},
		{"one deleted", 10, []string{`PRAGMA foreign_keys = 0`, `DELETE FROM audit WHERE seq = 10`}},
		{"one deleted, rest moved up", 10, []string{`PRAGMA foreign_keys = 0`, `DELETE FROM audit WHERE seq = 10`,
			`UPDATE audit SET seq = -seq WHERE seq > 10`, `UPDATE audit SET seq = -seq - 1 WHERE seq < 0`}},
		{"two swapped", 4, []string{`PRAGMA foreign_keys = 0`, `UPDATE audit SET seq = -4 WHERE seq = 4`, `UPDATE audit SET seq = 4 WHERE seq = 6`,
			`UPDATE audit SET seq = 6 WHERE seq = -4`}},
		{"one inserted at the end", 24, []string{fmt.Sprintf(forge, 24)}},
		{"end cut off", 23, []string{`DELETE FROM audit WHERE seq = 23`}},
		{"end cut off with its head", 23, []string{`DELETE FROM audit WHERE seq = 23`, `UPDATE head SET seq = 22, hash = x'00'`}},
		{"ownership forged", 3, []string{`INSERT INTO owned SELECT platform, replace(key, 'C0_1', 'FOREIGN'), replace(body, 'C0_1', 'FOREIGN'), 3 FROM owned WHERE key LIKE '%C0_1%' LIMIT 1`}},
		{"ownership altered", 0, []string{`UPDATE owned SET body = replace(body, '"email"', '"phone"') WHERE key LIKE '%C0_1%'`}},
		{"ownership dropped", 0, []string{`DELETE FROM owned WHERE key LIKE '%C0_1%'`}},
		{"epoch set back", 1, []string{`UPDATE leases SET epoch = 0`}},
		{"lease forged", 0, []string{`INSERT INTO leases VALUES ('lake', 'me', 1, 0, 0)`}},
		{"pause lifted", 23, []string{`DELETE FROM pauses`}},
		{"pause forged", 0, []string{`INSERT INTO pauses VALUES ('lake', 'me', '', 0)`}},
		{"claim hidden", 0, []string{`UPDATE intents SET status = 'failed' WHERE status = 'open'`}},
		{"claim raised", 0, []string{`UPDATE intents SET status = 'open' WHERE status = 'done'`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "state.db")
			story(t, path, ledger.Options{})
			s := open(t, path, ledger.Options{})
			head, err := s.Verify(t.Context(), ledger.Head{})
			check(t, err)
			if head.Seq != 23 {
				t.Fatalf("the story has %d records", head.Seq)
			}
			closed(t, s)
			tamper(t, path, c.sql...)
			s = open(t, path, ledger.Options{})
			defer closed(t, s)
			_, err = s.Verify(t.Context(), ledger.Head{})
			var broken *ledger.BrokenError
			if !errors.As(err, &broken) || c.seq != 0 && broken.Seq != c.seq {
				t.Fatalf("got %v, want record %d broken", err, c.seq)
			}
		})
	}
}

// TestTamperingWithDecisions expects Verify to find a decision that nobody made, changed or withdrew by the log.
func TestTamperingWithDecisions(t *testing.T) {
	col := state.Securable{Kind: state.KindColumn, Catalog: "C", Schema: "S", Name: "T", Column: "EMAIL"}
	for _, c := range []struct{ name, sql string }{
		{"ruling turned", `UPDATE decisions SET body = replace(body, 'rejected', 'approved')`},
		{"moved", `UPDATE decisions SET place = replace(place, 'EMAIL', 'PHONE')`},
		{"dropped", `DELETE FROM decisions`},
		{"forged", `INSERT INTO decisions SELECT 1, platform, place, 'email', body FROM decisions`},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "state.db")
			story(t, path, ledger.Options{})
			s := open(t, path, ledger.Options{})
			_, err := s.Decide(t.Context(), []ledger.Decision{{Platform: "snow", Ruling: state.Rejected, On: col, By: "ann"}})
			check(t, err)
			_, err = s.Verify(t.Context(), ledger.Head{})
			check(t, err)
			closed(t, s)
			tamper(t, path, c.sql)
			s = open(t, path, ledger.Options{})
			defer closed(t, s)
			if _, err := s.Verify(t.Context(), ledger.Head{}); !errors.Is(err, ledger.ErrBroken) {
				t.Fatalf("got %v, want a broken log", err)
			}
		})
	}
}

// TestCutWithRewrittenHead is the one attack that needs the exported head to be found, and is found with it.
func TestCutWithRewrittenHead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	story(t, path, ledger.Options{})
	s := open(t, path, ledger.Options{})
	head, err := s.Head(t.Context())
	check(t, err)
	closed(t, s)
	tamper(t, path, `DELETE FROM audit WHERE seq = (SELECT seq FROM head)`, `UPDATE head SET (seq, hash) = (SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1)`,
		`DELETE FROM pauses`)
	s = open(t, path, ledger.Options{})
	defer closed(t, s)
	if _, err := s.Verify(t.Context(), ledger.Head{}); err != nil {
		t.Fatalf("without the head there is nothing to see: %v", err)
	}
	if _, err := s.Verify(t.Context(), head); !errors.Is(err, ledger.ErrHistory) {
		t.Fatalf("got %v, want a history that is too short", err)
	}
}

// TestForger changes a record and seals it, or the whole log, anew. Without a key a whole log sealed anew is only found
// by the exported head.
func TestForger(t *testing.T) {
	for _, c := range []struct {
		name      string
		key, with string
		to        int64
		broken    int64 // 0: found by the head alone
	}{
		{"one record", "", "", 5, 6},
		{"the whole log", "", "", 23, 0},
		{"the whole log, with another key", "key", "guess", 23, 5},
		{"the whole log, without the key", "key", "", 23, 5},
	} {
		t.Run(c.name, func(t *testing.T) {
			path, o := filepath.Join(t.TempDir(), "state.db"), ledger.Options{Key: []byte(c.key)}
			story(t, path, o)
			tamper(t, path, `UPDATE audit SET body = replace(body, 'crm.yaml', 'erp.yaml') WHERE seq = 5`)
			s := open(t, path, o)
			defer closed(t, s)
			head, err := s.Head(t.Context())
			check(t, err)
			check(t, s.Reseal(t.Context(), 5, c.to, []byte(c.with)))
			_, err = s.Verify(t.Context(), ledger.Head{})
			var broken *ledger.BrokenError
			if c.broken != 0 && (!errors.As(err, &broken) || broken.Seq != c.broken) {
				t.Fatalf("got %v, want record %d broken", err, c.broken)
			}
			if c.broken != 0 {
				if err := s.Pause(t.Context(), "lake", "ann", ""); !errors.Is(err, ledger.ErrCorrupt) {
					t.Fatalf("written to after damage was found: %v", err)
				}
				return
			}
			check(t, err)
			if _, err := s.Verify(t.Context(), head); !errors.Is(err, ledger.ErrHistory) {
				t.Fatalf("got %v, want another history", err)
			}
		})
	}
}

// TestEveryByteOfARecord changes each byte of a record in turn.
func TestEveryByteOfARecord(t *testing.T) {
	var out bytes.Buffer
	path := filepath.Join(t.TempDir(), "state.db")
	story(t, path, ledger.Options{})
	s := open(t, path, ledger.Options{})
	defer closed(t, s)
	head, err := s.Export(t.Context(), &out, 0)
	check(t, err)
	whole := out.Bytes()
	if got, err := ledger.VerifyExport(bytes.NewReader(whole), nil); err != nil || got != head {
		t.Fatalf("got %v, %v, want %v", got, err, head)
	}
	if _, err := ledger.VerifyExport(bytes.NewReader(whole), []byte("a key")); !errors.Is(err, ledger.ErrBroken) {
		t.Fatalf("another key: %v", err)
	}
	lines := bytes.SplitAfter(whole, []byte("\n"))
	before := len(bytes.Join(lines[:4], nil))
	for i := range lines[4][:len(lines[4])-1] {
		changed := bytes.Clone(whole)
		changed[before+i] ^= 1
		var broken *ledger.BrokenError
		if _, err := ledger.VerifyExport(bytes.NewReader(changed), nil); !errors.As(err, &broken) || broken.Seq != 5 {
			t.Fatalf("byte %d of record 5 changed to %q: %v", i, changed[before+i], err)
		}
	}
	for _, c := range [][][]byte{slices.Delete(slices.Clone(lines), 2, 3), append([][]byte{lines[1], lines[0]}, lines[2:]...), slices.Insert(slices.Clone(lines), 3, lines[3])} {
		if _, err := ledger.VerifyExport(bytes.NewReader(bytes.Join(c, nil)), nil); !errors.Is(err, ledger.ErrBroken) {
			t.Fatalf("lines moved: %v", err)
		}
	}
}

// TestDamagedFile changes bytes anywhere in the file. Each damage is refused, found by Verify, or harmless; none makes
// the ledger panic or hand out other facts than it was given.
func TestDamagedFile(t *testing.T) {
	rounds := 420 / effort
	if testing.Short() {
		rounds = 60
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "state.db")
	story(t, path, ledger.Options{})
	whole, err := os.ReadFile(path)
	check(t, err)
	want := dump(t, path)
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 2))
	counts := map[string]int{}
	for i := range rounds {
		damaged := damage(rng, whole)
		copied := filepath.Join(dir, fmt.Sprintf("copy%d.db", i))
		check(t, os.WriteFile(copied, damaged, 0o600))
		counts[outcome(t, copied, damaged, want)]++
	}
	t.Log(counts)
	if counts["refused"] == 0 || counts["found"] == 0 {
		t.Fatalf("%v: nothing was tested", counts)
	}
}

func damage(rng *rand.Rand, whole []byte) []byte {
	d := bytes.Clone(whole)
	switch rng.IntN(4) {
	case 0:
		return d[:rng.IntN(len(d))]
	case 1:
		at := rng.IntN(len(d))
		for i := at; i < min(at+rng.IntN(300)+1, len(d)); i++ {
			d[i] = byte(rng.Uint32())
		}
	default:
		d[rng.IntN(len(d))] ^= 1 << rng.IntN(8)
	}
	return d
}

func outcome(t *testing.T, path string, damaged []byte, want string) string {
	t.Helper()
	s, err := ledger.Open(t.Context(), path, ledger.Options{ReadOnly: true})
	if err != nil {
		if now, readErr := os.ReadFile(path); readErr != nil || !bytes.Equal(now, damaged) {
			t.Fatalf("a refused file was written to (%v): %v", readErr, err)
		}
		return "refused"
	}
	_, err = s.Verify(t.Context(), ledger.Head{})
	if err == nil { // a table's own description may be damaged, which only its reader meets
		_, err = s.Claims(t.Context(), "snow")
	}
	closed(t, s)
	if err != nil {
		return "found"
	}
	if got := dump(t, path); got != want {
		t.Fatalf("damage went unnoticed:\n%s", cmp.Diff(want, got))
	}
	return "harmless"
}

// dump lists records, ownership and claims.
func dump(t *testing.T, path string) string {
	t.Helper()
	s := open(t, path, ledger.Options{ReadOnly: true})
	defer closed(t, s)
	var b strings.Builder
	_, err := s.Export(t.Context(), &b, 0)
	check(t, err)
	owned, err := s.Owned(t.Context(), "snow")
	check(t, err)
	var lines []string
	for _, o := range owned {
		lines = append(lines, fmt.Sprintf("%v", o))
	}
	slices.Sort(lines)
	claims, err := s.Claims(t.Context(), "snow")
	check(t, err)
	for _, c := range claims {
		c.Live = false
		lines = append(lines, fmt.Sprintf("%+v", c))
	}
	return b.String() + strings.Join(lines, "\n")
}
