//go:build unix

package ledger_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/polsync/polsync/state"
	"github.com/polsync/polsync/state/ledger"
)

func TestFilePermissions(t *testing.T) {
	old := syscall.Umask(0)
	defer syscall.Umask(old)
	dir := filepath.Join(t.TempDir(), "a", "b")
	path := filepath.Join(dir, "sta te#1?%41.db")
	s := open(t, path, ledger.Options{})
	check(t, s.Adopt(t.Context(), "snow", []ledger.Owned{{Key: intent("", "C").Changes[0].Key, Value: state.Text("x")}}, "ann"))
	backup := filepath.Join(dir, "backup.db")
	check(t, s.Backup(t.Context(), backup))
	perms := map[string]fs.FileMode{dir: 0o700, path: 0o600, path + "-wal": 0o600, path + "-shm": 0o600, backup: 0o600}
	for p, want := range perms {
		info, err := os.Stat(p)
		check(t, err)
		if info.Mode().Perm() != want {
			t.Errorf("%s has %o, want %o", p, info.Mode().Perm(), want)
		}
	}
	closed(t, s)
	entries, err := os.ReadDir(dir)
	check(t, err)
	if len(entries) != 2 {
		t.Errorf("left behind: %v", entries)
	}
	check(t, os.Chmod(path, 0o644))
	closed(t, open(t, path, ledger.Options{}))
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("others can still read the state: %v %v", info.Mode(), err)
	}
}
