package ledger_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/polsync/polsync/state/ledger"
)

func TestRefusedFiles(t *testing.T) {
	dir := t.TempDir()
	good := filepath.Join(dir, "good.db")
	story(t, good, ledger.Options{})
	whole, err := os.ReadFile(good)
	check(t, err)
	newer := bytes.Clone(whole)
	newer[63] = 99 // user_version
	foreign := bytes.Clone(whole)
	foreign[70] ^= 0xff // application_id
	for _, c := range []struct {
		name string
		data []byte
		want error
		says string
	}{
		{"empty", nil, ledger.ErrCorrupt, "damaged"},
		{"text", []byte("apiVersion: polsync/v1\nthis is no database at all"), ledger.ErrCorrupt, "damaged"},
		{"cut", whole[:len(whole)/2], ledger.ErrCorrupt, "damaged"},
		{"newer", newer, ledger.ErrVersion, "layout 99, this program knows up to 3"},
		{"foreign", foreign, nil, "another program's"},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(dir, c.name)
			check(t, os.WriteFile(path, c.data, 0o600))
			for _, o := range []ledger.Options{{}, {ReadOnly: true}} {
				_, err := ledger.Open(t.Context(), path, o)
				if err == nil || c.want != nil && !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.says) {
					t.Fatalf("got %v, want %v", err, c.want)
				}
			}
			if now, err := os.ReadFile(path); err != nil || !bytes.Equal(now, c.data) {
				t.Fatalf("the file was changed: %v", err)
			}
		})
	}
}

// TestSettings pins what no kill of a process can show: only a power cut tells FULL from NORMAL.
func TestSettings(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "state.db"), ledger.Options{})
	defer closed(t, s)
	w, r, err := s.Settings(t.Context(), "journal_mode", "synchronous", "foreign_keys", "trusted_schema", "mmap_size", "busy_timeout", "query_only")
	check(t, err)
	want := map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "trusted_schema": "0", "mmap_size": "0",
		"busy_timeout": "15000", "query_only": "0"}
	if d := cmp.Diff(want, w); d != "" {
		t.Error(d)
	}
	want["query_only"] = "1"
	if d := cmp.Diff(want, r); d != "" {
		t.Error(d)
	}
}

func TestLinkIsNotFollowed(t *testing.T) {
	dir := t.TempDir()
	check(t, os.Symlink(filepath.Join(dir, "elsewhere.db"), filepath.Join(dir, "state.db")))
	if _, err := ledger.Open(t.Context(), filepath.Join(dir, "state.db"), ledger.Options{}); err == nil {
		t.Fatal("a link was followed")
	}
	if _, err := os.Stat(filepath.Join(dir, "elsewhere.db")); !errors.Is(err, os.ErrNotExist) {
		t.Fatal("the link's target was made")
	}
}

func TestReadOnly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	if _, err := ledger.Open(t.Context(), path, ledger.Options{ReadOnly: true}); !errors.Is(err, os.ErrNotExist) {
		t.Fatalf("got %v, want a missing file", err)
	}
	story(t, path, ledger.Options{Key: []byte("k")})
	s := open(t, path, ledger.Options{ReadOnly: true})
	defer closed(t, s)
	if err := s.Pause(t.Context(), "lake", "ann", ""); !errors.Is(err, ledger.ErrReadOnly) {
		t.Fatalf("got %v, want a refusal", err)
	}
	if owned, err := s.Owned(t.Context(), "snow"); err != nil || len(owned) != 5 {
		t.Fatalf("%d owned, %v", len(owned), err)
	}
	if _, err := s.Verify(t.Context(), ledger.Head{}); !errors.Is(err, ledger.ErrKey) {
		t.Fatalf("verified without the key: %v", err)
	}
}

func TestKeyMustFit(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []struct{ with, then string }{{"", "k"}, {"k", ""}, {"k", "other"}} {
		path := filepath.Join(dir, "from_"+c.with+"_to_"+c.then)
		story(t, path, ledger.Options{Key: []byte(c.with)})
		if _, err := ledger.Open(t.Context(), path, ledger.Options{Key: []byte(c.then)}); !errors.Is(err, ledger.ErrKey) {
			t.Errorf("begun with %q, opened with %q: %v", c.with, c.then, err)
		}
	}
}

// slowMigration takes long enough to be killed in.
const slowMigration = `CREATE TABLE extra (n INTEGER PRIMARY KEY, x BLOB) STRICT;
	WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 20000) INSERT INTO extra SELECT n, randomblob(200) FROM c;
	ALTER TABLE pauses ADD COLUMN extra TEXT;`

func TestKilledWhileMigrating(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "state.db")
	story(t, path, ledger.Options{})
	want := dump(t, path)
	killed := 0
	for delay := time.Duration(0); killed < 12 && delay < 2*time.Second; delay += 8 * time.Millisecond {
		cmd := writer(t, path, "migrate")
		check(t, cmd.Start())
		timer := time.AfterFunc(delay, func() { _ = cmd.Process.Kill() })
		err := cmd.Wait()
		timer.Stop()
		if err == nil {
			break // it was quicker than the kill
		}
		if exit := new(exec.ExitError); !errors.As(err, &exit) || exit.ExitCode() != -1 {
			t.Fatal(err)
		}
		killed++
		if s, err := ledger.Open(t.Context(), path, ledger.Options{}); err == nil {
			closed(t, s)
			if got := dump(t, path); got != want {
				t.Fatal("the old layout has other content")
			}
		} else if !errors.Is(err, ledger.ErrVersion) {
			t.Fatalf("neither the old layout nor the new one: %v", err)
		}
	}
	if killed == 0 {
		t.Fatal("no migration was killed")
	}
	check(t, ledger.MigrateForTest(t.Context(), path, slowMigration))
	var v *ledger.VersionError
	if _, err := ledger.Open(t.Context(), path, ledger.Options{}); !errors.As(err, &v) || v.File != ledger.Layouts+1 || v.Program != ledger.Layouts {
		t.Fatalf("got %v, want both versions", err)
	}
	if err := ledger.MigrateForTest(t.Context(), path); !errors.Is(err, ledger.ErrVersion) {
		t.Fatalf("migrated backwards: %v", err)
	}
}

// TestOlderLayouts opens files of every earlier layout: what they hold is still there, and what is new can be used.
func TestOlderLayouts(t *testing.T) {
	const found = `INSERT INTO findings VALUES ('snow', '"column C.S.T.A"', 'crm', 'email', 0.9,
		'{"platform":"snow","column":"column C.S.T.A","scan":"crm","classifier":"email","score":0.9,"rows":1,"matched":1,"rules":"v1","seen":"2026-01-01T00:00:00Z"}')`
	for layout := 1; layout < ledger.Layouts; layout++ {
		path := filepath.Join(t.TempDir(), "state.db")
		check(t, ledger.MakeOld(t.Context(), path, layout, found))
		if _, err := ledger.Open(t.Context(), path, ledger.Options{ReadOnly: true}); !errors.Is(err, ledger.ErrVersion) {
			t.Errorf("layout %d, only to be read: %v", layout, err)
		}
		s := open(t, path, ledger.Options{})
		got, err := s.Findings(t.Context(), ledger.FindingFilter{Scan: "crm"})
		if err != nil || len(got) != 1 || got[0].Classifier != "email" {
			t.Errorf("layout %d: %+v, %v", layout, got, err)
		}
		_, err = s.BeginScan(t.Context(), "snow", "crm", "v1", time.Time{})
		check(t, err)
		_, err = s.Decide(t.Context(), []ledger.Decision{{Platform: "snow", Ruling: "rejected", On: got[0].Column}})
		check(t, err)
		_, err = s.Verify(t.Context(), ledger.Head{})
		check(t, err)
		closed(t, s)
	}
}

func TestFailedMigrationLeavesTheOldLayout(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	story(t, path, ledger.Options{})
	want := dump(t, path)
	if err := ledger.MigrateForTest(t.Context(), path, `DELETE FROM owned; DROP TABLE nothing`); err == nil {
		t.Fatal("a broken migration succeeded")
	}
	if got := dump(t, path); got != want {
		t.Fatal("half a migration was kept")
	}
}

func TestFullDisk(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "state.db"), ledger.Options{})
	defer closed(t, s)
	ctx := t.Context()
	lease, err := s.AcquireLease(ctx, "snow", "test", time.Hour)
	check(t, err)
	run, err := s.BeginRun(ctx, ledger.Run{Platform: "snow"})
	check(t, err)
	check(t, s.LimitPages(ctx, 60))
	stored := 0
	for ; stored < 10_000; stored++ {
		if _, err = s.Intend(ctx, lease.Epoch, intent(run, strings.Repeat("C", 500))); err != nil {
			break
		}
	}
	if err == nil {
		t.Fatal("the disk was never full")
	}
	if errors.Is(err, ledger.ErrCorrupt) {
		t.Fatalf("a full disk is no damage: %v", err)
	}
	claims, err := s.Claims(ctx, "snow")
	check(t, err)
	if len(claims) != stored {
		t.Fatalf("%d claims, %d were acknowledged", len(claims), stored)
	}
	_, err = s.Verify(ctx, ledger.Head{})
	check(t, err)
	check(t, s.LimitPages(ctx, 0))
	_, err = s.Intend(ctx, lease.Epoch, intent(run, "C"))
	check(t, err)
}

func TestBackupAndRestore(t *testing.T) {
	dir := t.TempDir()
	path, backup := filepath.Join(dir, "state.db"), filepath.Join(dir, "backup.db")
	o := ledger.Options{Key: []byte("k")}
	story(t, path, o)
	s := open(t, path, o)
	taken, err := s.Head(t.Context())
	check(t, err)
	check(t, s.Backup(t.Context(), backup))
	if err := s.Backup(t.Context(), backup); !errors.Is(err, os.ErrExist) {
		t.Fatalf("a backup was overwritten: %v", err)
	}
	want := dump(t, path)
	check(t, s.Resume(t.Context(), "snow", "ann"))
	later, err := s.Head(t.Context())
	check(t, err)
	closed(t, s)

	before, err := os.ReadFile(backup)
	check(t, err)
	head, err := ledger.Restore(t.Context(), backup, path, o)
	check(t, err)
	if head != taken {
		t.Fatalf("restored to %s, want %s", head, taken)
	}
	if after, err := os.ReadFile(backup); err != nil || !bytes.Equal(before, after) {
		t.Fatalf("the backup was changed: %v", err)
	}
	if got := dump(t, path); got != want {
		t.Fatal("another state was restored than was backed up")
	}
	s = open(t, path, o)
	defer closed(t, s)
	if err := s.CheckHead(t.Context(), later); !errors.Is(err, ledger.ErrHistory) {
		t.Fatalf("an older state went unnoticed: %v", err)
	}
	if _, err := ledger.Restore(t.Context(), backup, path, o); err == nil {
		t.Fatal("the state moved aside was overwritten")
	}
}

func TestDamagedBackupIsNotRestored(t *testing.T) {
	dir := t.TempDir()
	path, backup := filepath.Join(dir, "state.db"), filepath.Join(dir, "backup.db")
	story(t, path, ledger.Options{})
	story(t, backup, ledger.Options{})
	tamper(t, backup, `UPDATE audit SET body = replace(body, 'email', 'phone') WHERE seq = 5`)
	want := dump(t, path)
	if _, err := ledger.Restore(t.Context(), backup, path, ledger.Options{}); !errors.Is(err, ledger.ErrBroken) {
		t.Fatalf("got %v, want a refusal", err)
	}
	if got := dump(t, path); got != want {
		t.Fatal("the state was touched")
	}
}
