package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// querier is a transaction or a pool of connections.
type querier interface {
	QueryRowContext(context.Context, string, ...any) *sql.Row
	QueryContext(context.Context, string, ...any) (*sql.Rows, error)
}

// readLease returns the platform's lease, with epoch 0 where there never was one.
func readLease(ctx context.Context, q querier, platform string) (Lease, error) {
	l := Lease{Platform: platform}
	var expires int64
	err := q.QueryRowContext(ctx, "SELECT holder, epoch, expires, released FROM leases WHERE platform = ?", platform).
		Scan(&l.Holder, &l.Epoch, &expires, &l.Released)
	if errors.Is(err, sql.ErrNoRows) {
		return Lease{}, nil
	}
	l.Expires = fromMicros(expires)
	return l, err
}

// running reports whether the lease's holder may still be writing, by this process's clock.
func (s *SQLite) running(l Lease) bool {
	return l.Epoch > 0 && !l.Released && s.time().Before(l.Expires)
}

// holds returns a *FencedError unless the epoch is that of a lease not given up. The clock is not asked: a lease that
// ran out and was not taken by anybody still keeps others away, since taking it raises the epoch.
func holds(ctx context.Context, tx *sql.Tx, platform string, epoch int64) error {
	l, err := readLease(ctx, tx, platform)
	if err != nil {
		return err
	}
	if l.Epoch != epoch || l.Released || epoch == 0 {
		return &FencedError{platform, epoch, l.Epoch}
	}
	return nil
}

// AcquireLease implements Leases.
func (s *SQLite) AcquireLease(ctx context.Context, platform, holder string, ttl time.Duration) (Lease, error) {
	if platform == "" || holder == "" || ttl <= 0 {
		return Lease{}, errors.New("take a lease: platform, holder and a positive duration are needed")
	}
	var got Lease
	err := s.write(ctx, platform+": take the lease", func(ctx context.Context, tx *sql.Tx) error {
		was, err := readLease(ctx, tx, platform)
		if err != nil {
			return err
		}
		if s.running(was) {
			return &HeldError{platform, was.Holder, was.Epoch, was.Expires}
		}
		now := s.time()
		got = Lease{Platform: platform, Holder: holder, Epoch: was.Epoch + 1, Expires: now.Add(ttl).Truncate(time.Microsecond),
			Prior: Prior{was.Holder, was.Expires, was.Epoch == 0 || was.Released}}
		if _, err := tx.ExecContext(ctx, "INSERT OR REPLACE INTO leases VALUES (?, ?, ?, ?, 0)",
			platform, holder, got.Epoch, micros(got.Expires)); err != nil {
			return err
		}
		return s.appendRecord(ctx, tx, &Record{Kind: RecordLease, At: now, Platform: platform, Epoch: got.Epoch, By: holder})
	})
	if err != nil {
		return Lease{}, err
	}
	return got, nil
}

// RenewLease implements Leases.
func (s *SQLite) RenewLease(ctx context.Context, platform string, epoch int64, ttl time.Duration) error {
	return s.write(ctx, platform+": renew the lease", func(ctx context.Context, tx *sql.Tx) error {
		if err := holds(ctx, tx, platform, epoch); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "UPDATE leases SET expires = ? WHERE platform = ?", micros(s.time().Add(ttl)), platform)
		return err
	})
}

// ReleaseLease implements Leases.
func (s *SQLite) ReleaseLease(ctx context.Context, platform string, epoch int64) error {
	return s.write(ctx, platform+": release the lease", func(ctx context.Context, tx *sql.Tx) error {
		if err := holds(ctx, tx, platform, epoch); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "UPDATE leases SET released = 1 WHERE platform = ?", platform)
		return err
	})
}

// CurrentLease implements Leases.
func (s *SQLite) CurrentLease(ctx context.Context, platform string) (Lease, error) {
	l, err := readLease(ctx, s.r, platform)
	return l, s.explain(platform+": read the lease", err)
}

// Pause implements Switch.
func (s *SQLite) Pause(ctx context.Context, platform, by, reason string) error {
	if platform == "" {
		return errors.New("pause: no platform is named")
	}
	return s.write(ctx, "pause "+platform, func(ctx context.Context, tx *sql.Tx) error {
		now := s.time()
		res, err := tx.ExecContext(ctx, "INSERT OR IGNORE INTO pauses VALUES (?, ?, ?, ?)", platform, by, reason, micros(now))
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return err
		}
		return s.appendRecord(ctx, tx, &Record{Kind: RecordPause, At: now, Platform: platform, By: by, Reason: reason})
	})
}

// Resume implements Switch.
func (s *SQLite) Resume(ctx context.Context, platform, by string) error {
	return s.write(ctx, "resume "+platform, func(ctx context.Context, tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, "DELETE FROM pauses WHERE platform = ?", platform)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return err
		}
		return s.appendRecord(ctx, tx, &Record{Kind: RecordResume, Platform: platform, By: by})
	})
}

// Paused implements Switch.
func (s *SQLite) Paused(ctx context.Context, platform string) (*Pause, error) {
	p, err := readPause(ctx, s.r, platform)
	if err != nil {
		return nil, s.explain(fmt.Sprintf("%s: read the pause switch", platform), err)
	}
	return p, nil
}

func readPause(ctx context.Context, q querier, platform string) (*Pause, error) {
	p := Pause{Platform: platform}
	var since int64
	err := q.QueryRowContext(ctx, "SELECT who, reason, since FROM pauses WHERE platform = ?", platform).Scan(&p.By, &p.Reason, &since)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	p.Since = fromMicros(since)
	return &p, nil
}

func notPaused(ctx context.Context, tx *sql.Tx, platform string) error {
	p, err := readPause(ctx, tx, platform)
	if err != nil {
		return err
	}
	if p != nil {
		return &PausedError{*p}
	}
	return nil
}
