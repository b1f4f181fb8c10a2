package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
)

// layout returns the version of the file's layout: how many migrations it has had.
func layout(ctx context.Context, db interface {
	QueryRowContext(context.Context, string, ...any) *sql.Row
}) (int, error) {
	var n int
	err := db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&n)
	return n, err
}

// migrate brings the file to the layout after all steps. Each step and its version number are one transaction, so a
// kill leaves the old layout or the new one. Two processes may try at once: the second finds the step done.
func migrate(ctx context.Context, db *sql.DB, path string, steps []string) error {
	for {
		more, err := migrateOne(context.WithoutCancel(ctx), db, path, steps)
		if err != nil || !more {
			return err
		}
	}
}

func migrateOne(ctx context.Context, db *sql.DB, path string, steps []string) (more bool, err error) {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return false, err
	}
	defer func() {
		if back := tx.Rollback(); back != nil && !errors.Is(back, sql.ErrTxDone) {
			err = errors.Join(err, back)
		}
	}()
	version, err := layout(ctx, tx)
	switch {
	case err != nil:
		return false, err
	case version > len(steps):
		return false, &VersionError{path, version, len(steps)}
	case version == len(steps):
		return false, nil
	}
	if _, err := tx.ExecContext(ctx, steps[version]); err != nil {
		return false, fmt.Errorf("migrate state %s to layout %d: %w", path, version+1, err)
	}
	if _, err := tx.ExecContext(ctx, "PRAGMA user_version = "+strconv.Itoa(version+1)); err != nil {
		return false, fmt.Errorf("migrate state %s to layout %d: %w", path, version+1, err)
	}
	return true, tx.Commit()
}
