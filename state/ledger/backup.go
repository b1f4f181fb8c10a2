package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Backup writes a whole copy of the state to a new file that only its owner can read, while runs go on. A file that is
// there already is not overwritten.
func (s *SQLite) Backup(ctx context.Context, to string) error {
	what := fmt.Sprintf("back up state %s to %s", s.place, to)
	f, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) // VACUUM INTO fills an empty file
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	if err := s.copyInto(ctx, to); err != nil {
		return s.explain(what, errors.Join(err, os.Remove(to)))
	}
	return nil
}

// copyInto uses a connection of its own, so that intents do not wait for the copy.
func (s *SQLite) copyInto(ctx context.Context, to string) (err error) {
	abs, err := filepath.Abs(s.place)
	if err != nil {
		return err
	}
	db, err := sql.Open("sqlite", dsn(abs, false))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if _, err := db.ExecContext(ctx, "VACUUM INTO ?", to); err != nil {
		return err
	}
	if err := syncFile(to); err != nil {
		return err
	}
	return syncDir(filepath.Dir(to))
}

// CheckBackup verifies a backup as Restore would, without changing anything, and returns the head of its log.
func CheckBackup(ctx context.Context, path string, o Options) (head Head, err error) {
	o.ReadOnly = true
	s, err := Open(ctx, path, o)
	if err != nil {
		return Head{}, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	return s.Verify(ctx, Head{})
}

// Restore puts a verified copy of a backup in the place of the state at path and returns the head of its log. What was
// there is moved aside to a name ending in ".replaced", which must be free. No process may have the state open. The
// head returned is older than the one last exported, so the next run asks for it to be accepted (CheckHead).
func Restore(ctx context.Context, backup, path string, o Options) (Head, error) {
	head, err := CheckBackup(ctx, backup, o)
	if err != nil {
		return Head{}, fmt.Errorf("restore state from %s: %w", backup, err)
	}
	if err := replaceState(backup, path); err != nil {
		return Head{}, fmt.Errorf("restore state %s: %w", path, err)
	}
	return head, nil
}

// replaceState copies the backup beside the state before it moves anything, so that a full disk leaves the old state.
// The old write-ahead log moves first: applied to the new file it would damage it.
func replaceState(backup, path string) (err error) {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	from, err := os.Open(backup)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	tmp, err := os.CreateTemp(dir, "."+filepath.Base(path)+".restore-*")
	if err != nil {
		return err
	}
	defer func() {
		if rmErr := os.Remove(tmp.Name()); rmErr != nil && !errors.Is(rmErr, os.ErrNotExist) {
			err = errors.Join(err, rmErr)
		}
	}()
	_, err = io.Copy(tmp, from)
	if err = errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return err
	}
	aside := path + ".replaced"
	if _, err := os.Lstat(aside); !errors.Is(err, os.ErrNotExist) {
		return errors.Join(err, fmt.Errorf("%s is in the way", aside))
	}
	for _, suffix := range []string{"-wal", "-shm", ""} {
		if err := os.Rename(path+suffix, aside+suffix); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	if err := os.Rename(tmp.Name(), path); err != nil {
		return err
	}
	return syncDir(dir)
}
