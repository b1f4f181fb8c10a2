package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Bounds of what one process may do to the others that share a database.
const (
	pgConnect  = 10 * time.Second
	pgLockWait = 15 * time.Second // for another process that writes; a transaction here takes milliseconds
	pgIdle     = 10 * time.Second // after which the server gives up a transaction whose process has stopped
	pgReaders  = 4
)

// pgSchema is where the tables are when nothing else is said.
const pgSchema = "polsync"

// SQLSTATEs that are acted on.
const (
	pgDataCorrupted  = "XX001"
	pgIndexCorrupted = "XX002"
	pgUndefinedTable = "42P01"
)

// Postgres is a Store in a schema of a PostgreSQL database, which processes on several machines share.
type Postgres struct{ *tables }

var _ Store = (*Postgres)(nil)

// OpenPostgres opens the state in the database that url names, making schema and tables where they are missing; a
// read-only one that is missing gives an error that is fs.ErrNotExist. The url may hold a password and is in no error.
// A transaction that was cut off while it committed returns an error though it may have happened: what it recorded is
// then settled as after a kill.
func OpenPostgres(ctx context.Context, url string, o Options) (*Postgres, error) {
	if o.Schema == "" {
		o.Schema = pgSchema
	}
	c, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, errors.New("open state: the address of the PostgreSQL database cannot be read; it looks like postgres://USER@HOST/DATABASE?sslmode=verify-full")
	}
	place := fmt.Sprintf("PostgreSQL %s/%s, schema %s", c.Host, c.Database, o.Schema)
	s := &Postgres{newTables(place, o)}
	s.lock, s.damaged, s.snapshot = lockHead, pgDamaged, sql.LevelRepeatableRead
	if !o.LeasesByNow {
		s.shared = serverTime
	}
	s.w, s.r = pgPool(c, o.Schema, o.ReadOnly), pgPool(c, o.Schema, true)
	s.w.SetMaxOpenConns(1)
	s.r.SetMaxOpenConns(pgReaders)
	if err := s.prepare(ctx, o.Schema); err != nil {
		return nil, errors.Join(s.explain("open state in "+place, err), s.Close())
	}
	return s, nil
}

// pgPool returns connections whose settings do not depend on the server's: what was committed is on disk.
func pgPool(base *pgx.ConnConfig, schema string, readOnly bool) *sql.DB {
	c := base.Copy()
	if c.ConnectTimeout == 0 {
		c.ConnectTimeout = pgConnect
	}
	c.RuntimeParams["application_name"] = "polsync"
	c.RuntimeParams["search_path"] = `"` + strings.ReplaceAll(schema, `"`, `""`) + `"`
	c.RuntimeParams["synchronous_commit"] = "on"
	c.RuntimeParams["default_transaction_isolation"] = "read committed"
	c.RuntimeParams["default_transaction_read_only"] = strconv.FormatBool(readOnly)
	c.RuntimeParams["lock_timeout"] = milliseconds(pgLockWait)
	c.RuntimeParams["idle_in_transaction_session_timeout"] = milliseconds(pgIdle)
	c.RuntimeParams["standard_conforming_strings"] = "on"
	return sql.OpenDB(&pgConnector{c})
}

func milliseconds(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }

// prepare brings the tables to the newest layout and refuses those that are newer or sealed with another key.
func (s *Postgres) prepare(ctx context.Context, schema string) error {
	if s.readOnly {
		return s.looked(ctx)
	}
	if err := s.migrate(context.WithoutCancel(ctx), schema, migrations); err != nil {
		return err
	}
	return s.checkSeal(ctx, s.w)
}

// looked checks tables that are only read.
func (s *Postgres) looked(ctx context.Context) error {
	version, err := pgLayout(ctx, s.r)
	switch {
	case err != nil:
		return err
	case version == 0:
		return notThere{s.place}
	case version != len(migrations):
		return &VersionError{s.place, version, len(migrations)}
	case len(s.seal.key) > 0:
		return s.checkSeal(ctx, s.r)
	}
	return nil
}

// pgLayout returns how many migrations the tables have had; 0 where there are none.
func pgLayout(ctx context.Context, q querier) (int, error) {
	var n int
	err := q.QueryRowContext(ctx, "SELECT version FROM layout").Scan(&n)
	if pgCode(err) == pgUndefinedTable {
		return 0, nil
	}
	return n, err
}

// migrate makes schema and tables, each step in one transaction with its number. Of processes that begin at once one
// does it, the others wait.
func (s *Postgres) migrate(ctx context.Context, schema string, steps []string) error {
	version, err := pgLayout(ctx, s.w)
	if err != nil {
		return err
	}
	for version < len(steps) {
		if version, err = s.migrateOne(ctx, schema, steps); err != nil {
			return err
		}
	}
	if version > len(steps) {
		return &VersionError{s.place, version, len(steps)}
	}
	return nil
}

func (s *Postgres) migrateOne(ctx context.Context, schema string, steps []string) (version int, err error) {
	tx, err := s.w.BeginTx(ctx, nil)
	if err != nil {
		return 0, err
	}
	defer func() {
		if back := tx.Rollback(); back != nil && !errors.Is(back, sql.ErrTxDone) {
			err = errors.Join(err, back)
		}
	}()
	begin := []string{
		fmt.Sprintf("SELECT pg_advisory_xact_lock(%d)", applicationID),
		`CREATE SCHEMA IF NOT EXISTS "` + strings.ReplaceAll(schema, `"`, `""`) + `"`,
		"CREATE TABLE IF NOT EXISTS layout (version BIGINT NOT NULL)",
	}
	for _, statement := range begin {
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			return 0, err
		}
	}
	switch err := tx.QueryRowContext(ctx, "SELECT version FROM layout").Scan(&version); {
	case errors.Is(err, sql.ErrNoRows):
		if _, err := tx.ExecContext(ctx, "INSERT INTO layout VALUES (0)"); err != nil {
			return 0, err
		}
	case err != nil:
		return 0, err
	case version >= len(steps):
		return version, tx.Commit()
	}
	for _, statement := range pgStatements(steps[version]) {
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			return 0, fmt.Errorf("migrate to layout %d: %w", version+1, err)
		}
	}
	if version == 0 {
		if _, err := tx.ExecContext(ctx, "INSERT INTO meta VALUES ('seal', ?)", s.seal.name()); err != nil {
			return 0, err
		}
	}
	if _, err := tx.ExecContext(ctx, "UPDATE layout SET version = ?", version+1); err != nil {
		return 0, err
	}
	return version + 1, tx.Commit()
}

// What of SQLite's language PostgreSQL says otherwise. Text is compared byte by byte, as there.
var (
	pgWords = strings.NewReplacer(" INTEGER PRIMARY KEY AUTOINCREMENT", " BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY",
		" STRICT, WITHOUT ROWID", "", " STRICT", "", " INTEGER", " BIGINT", " BLOB", " BYTEA", " REAL", " DOUBLE PRECISION", " TEXT", ` TEXT COLLATE "C"`, "x''", "''::bytea")
	sqliteTrigger = regexp.MustCompile(`(?m)^CREATE TRIGGER (\w+) BEFORE (\w+) ON (\w+) BEGIN SELECT RAISE\(ABORT, '([^']*)'\); END;$`)
	pgTrigger     = `CREATE FUNCTION ${1}() RETURNS trigger LANGUAGE plpgsql AS $$$$ BEGIN RAISE EXCEPTION '$4'| END $$$$;
CREATE TRIGGER $1 BEFORE $2 ON $3 FOR EACH ROW EXECUTE FUNCTION ${1}();`
)

// pgStatements returns a migration's statements as PostgreSQL takes them.
func pgStatements(step string) []string {
	var all []string
	for s := range strings.SplitSeq(sqliteTrigger.ReplaceAllString(pgWords.Replace(step), pgTrigger), ";\n") {
		if s = strings.TrimSpace(strings.ReplaceAll(s, "|", ";")); s != "" {
			all = append(all, s)
		}
	}
	return all
}

// lockHead makes a transaction the only one that writes: each ends the log that the next goes on with, and what a lease
// or a pause says must not change before it has ended.
func lockHead(ctx context.Context, tx *sql.Tx) error {
	var seq int64
	return tx.QueryRowContext(ctx, "SELECT seq FROM head WHERE id = 1 FOR UPDATE").Scan(&seq)
}

// serverTime is the database's own clock.
func serverTime(ctx context.Context, q querier) (time.Time, error) {
	var n int64
	err := q.QueryRowContext(ctx, "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint").Scan(&n)
	return fromMicros(n), err
}

func pgCode(err error) string {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

func pgDamaged(err error) bool {
	code := pgCode(err)
	return code == pgDataCorrupted || code == pgIndexCorrupted
}

// notThere says that there is no state yet.
type notThere struct{ place string }

// Error implements error.
func (e notThere) Error() string { return "open state in " + e.place + ": it is not there" }

// Is matches fs.ErrNotExist, as a missing file does.
func (e notThere) Is(target error) bool { return target == fs.ErrNotExist }
