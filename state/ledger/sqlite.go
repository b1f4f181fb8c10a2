package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// busyWait bounds how long a write waits for another process that is writing. A transaction here takes milliseconds.
const busyWait = 15 * time.Second

// Options are what a state is opened with.
type Options struct {
	// Now is the clock, time.Now where nil.
	Now func() time.Time

	// Schema is where a database that others use too has the tables; polsync where empty.
	Schema string

	// LeasesByNow makes leases in a shared database go by Now, not by the clock of the database, which is the same for
	// all who share it.
	LeasesByNow bool

	// Key seals the audit log; it must be kept elsewhere than the file. A file begun with a key is opened for writing
	// with the same key only, one begun without, without.
	Key []byte

	// ReadOnly refuses every write, does not create the file and does not migrate it.
	ReadOnly bool
}

// SQLite is a Store in one file. Its owner alone can read it. Several processes may open it at once.
type SQLite struct{ *tables }

var _ Store = (*SQLite)(nil)

// Open opens the state at path, creating it and its folder where they are missing. A damaged file gives a
// *CorruptError and one of a newer layout a *VersionError; neither is ever written to or replaced.
func Open(ctx context.Context, path string, o Options) (*SQLite, error) {
	s := &SQLite{newTables(path, o)}
	s.integrity, s.damaged = integrityOf, fileDamaged
	if err := s.prepare(ctx); err != nil {
		return nil, err
	}
	if err := s.connect(); err != nil {
		return nil, err
	}
	if err := s.check(ctx); err != nil {
		return nil, errors.Join(s.explain("open state "+path, err), s.Close())
	}
	return s, nil
}

// prepare sees to it that path is a regular file with the right permissions that looks like a database.
func (s *SQLite) prepare(ctx context.Context) error {
	info, err := os.Lstat(s.place)
	if errors.Is(err, os.ErrNotExist) && !s.readOnly {
		if err := s.create(ctx); err != nil {
			return fmt.Errorf("create state %s: %w", s.place, err)
		}
		info, err = os.Lstat(s.place)
	}
	switch {
	case err != nil:
		return fmt.Errorf("open state: %w", err)
	case !info.Mode().IsRegular():
		return fmt.Errorf("open state %s: not a regular file; links are not followed", s.place)
	}
	if info.Mode().Perm()&0o077 != 0 && !s.readOnly {
		if err := os.Chmod(s.place, 0o600); err != nil {
			return fmt.Errorf("restrict state to its owner: %w", err)
		}
	}
	return checkHeader(s.place)
}

// create makes a new file beside the path and links it there once it is whole, so that a kill leaves either no state
// or a complete one, and two processes that start together get the same one.
func (s *SQLite) create(ctx context.Context) (err error) {
	dir := filepath.Dir(s.place)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, "."+filepath.Base(s.place)+".new-*") // 0600
	if err != nil {
		return err
	}
	tmp := f.Name()
	defer func() {
		for _, suffix := range []string{"", "-wal", "-shm", "-journal"} {
			if rmErr := os.Remove(tmp + suffix); rmErr != nil && !errors.Is(rmErr, os.ErrNotExist) {
				err = errors.Join(err, rmErr)
			}
		}
	}()
	if err := f.Close(); err != nil {
		return err
	}
	if err := s.initialise(ctx, tmp); err != nil {
		return err
	}
	if err := syncFile(tmp); err != nil {
		return err
	}
	if err := os.Link(tmp, s.place); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	return syncDir(dir)
}

// initialise writes an empty ledger of the newest layout into the file.
func (s *SQLite) initialise(ctx context.Context, path string) (err error) {
	db, err := sql.Open("sqlite", dsn(path, false))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(ctx, "PRAGMA application_id = "+strconv.Itoa(applicationID)); err != nil {
		return err
	}
	if err := migrate(ctx, db, path, migrations); err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, "INSERT INTO meta VALUES ('seal', ?)", s.seal.name())
	return err
}

// checkHeader looks at the first bytes before SQLite does, which would take an empty file for a new database.
func checkHeader(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("open state: %w", err)
	}
	defer f.Close()
	head := make([]byte, 16)
	if n, err := f.Read(head); err != nil || n < len(head) || string(head) != "SQLite format 3\x00" {
		return &CorruptError{path, errors.New("it does not begin like an SQLite database")}
	}
	return nil
}

// dsn spells the settings every connection gets. trusted_schema is off because who can write the file must not get
// functions run through its schema.
func dsn(path string, query bool) string {
	q := url.Values{}
	for _, p := range []string{
		"busy_timeout(" + strconv.FormatInt(busyWait.Milliseconds(), 10) + ")", "synchronous(FULL)", "foreign_keys(1)",
		"trusted_schema(0)", "cell_size_check(1)", "mmap_size(0)",
	} {
		q.Add("_pragma", p)
	}
	if query {
		q.Add("_pragma", "query_only(1)")
	} else {
		q.Add("_pragma", "journal_mode(WAL)")
		q.Set("_txlock", "immediate")
	}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode()
}

func (s *SQLite) connect() (err error) {
	abs, err := filepath.Abs(s.place)
	if err != nil {
		return err
	}
	if s.w, err = sql.Open("sqlite", dsn(abs, s.readOnly)); err != nil {
		return err
	}
	if s.r, err = sql.Open("sqlite", dsn(abs, true)); err != nil {
		return errors.Join(err, s.w.Close())
	}
	s.w.SetMaxOpenConns(1)
	s.r.SetMaxOpenConns(4)
	return nil
}

// check refuses what is damaged, foreign, newer, or sealed with another key, and brings an older layout up to date.
func (s *SQLite) check(ctx context.Context) error {
	var result string
	if err := s.w.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&result); err != nil {
		return err
	}
	if result != "ok" {
		return &CorruptError{s.place, errors.New(result)}
	}
	var app int
	if err := s.w.QueryRowContext(ctx, "PRAGMA application_id").Scan(&app); err != nil {
		return err
	}
	if app != applicationID {
		return fmt.Errorf("open state %s: it is another program's database", s.place)
	}
	if err := s.checkVersion(ctx); err != nil {
		return err
	}
	if s.readOnly && len(s.seal.key) == 0 {
		return nil // whoever only reads need not have the key
	}
	return s.checkSeal(ctx, s.w)
}

func (s *SQLite) checkVersion(ctx context.Context) error {
	version, err := layout(ctx, s.w)
	switch {
	case err != nil:
		return err
	case version > len(migrations) || version < 1 || version < len(migrations) && s.readOnly:
		return &VersionError{s.place, version, len(migrations)}
	case version < len(migrations):
		return migrate(ctx, s.w, s.place, migrations)
	}
	return nil
}

// Path returns the file the state is in.
func (s *SQLite) Path() string { return s.place }

// integrityOf asks SQLite to look through the whole file.
func integrityOf(ctx context.Context, tx *sql.Tx) error {
	var result string
	if err := tx.QueryRowContext(ctx, "PRAGMA integrity_check(1)").Scan(&result); err != nil {
		return err
	}
	if result != "ok" {
		return fmt.Errorf("%w: %s", ErrCorrupt, result)
	}
	return nil
}

// fileDamaged reports whether SQLite met damage.
func fileDamaged(err error) bool {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return false
	}
	code := e.Code() & 0xff
	return code == sqlite3.SQLITE_CORRUPT || code == sqlite3.SQLITE_NOTADB
}

// syncFile makes a file's content durable.
func syncFile(path string) (err error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return f.Sync()
}

// syncDir makes a folder's entries durable, which Windows does by itself and does not let programs ask for.
func syncDir(path string) (err error) {
	if runtime.GOOS == "windows" {
		return nil
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return f.Sync()
}
