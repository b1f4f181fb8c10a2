package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

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

// readRunning also reports whether the lease's holder may still be writing, by the clock that leases go by.
func (s *tables) readRunning(ctx context.Context, q querier, platform string) (Lease, bool, error) {
	l, err := readLease(ctx, q, platform)
	if err != nil || l.Epoch == 0 || l.Released {
		return l, false, err
	}
	now, err := s.leaseTime(ctx, q)
	return l, now.Before(l.Expires), err
}

// leaseTime is the clock that leases go by: one that all who share the store share, where there is one.
func (s *tables) leaseTime(ctx context.Context, q querier) (time.Time, error) {
	if s.shared == nil {
		return s.time(), nil
	}
	return s.shared(ctx, q)
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
func (s *tables) AcquireLease(ctx context.Context, platform, holder string, ttl time.Duration) (Lease, error) {
	if platform == "" || holder == "" || ttl <= 0 {
		return Lease{}, errors.New("take a lease: platform, holder and a positive duration are needed")
	}
	var got Lease
	err := s.write(ctx, platform+": take the lease", func(ctx context.Context, tx *sql.Tx) error {
		was, live, err := s.readRunning(ctx, tx, platform)
		if err != nil {
			return err
		}
		if live {
			return &HeldError{platform, was.Holder, was.Epoch, was.Expires}
		}
		now, err := s.leaseTime(ctx, tx)
		if err != nil {
			return err
		}
		got = Lease{Platform: platform, Holder: holder, Epoch: was.Epoch + 1, Expires: now.Add(ttl).Truncate(time.Microsecond),
			Prior: Prior{was.Holder, was.Expires, was.Epoch == 0 || was.Released}}
		if _, err := tx.ExecContext(ctx, `INSERT INTO leases VALUES (?, ?, ?, ?, 0) ON CONFLICT (platform) DO UPDATE SET
			holder = excluded.holder, epoch = excluded.epoch, expires = excluded.expires, released = 0`, platform, holder, got.Epoch, micros(got.Expires)); err != nil {
			return err
		}
		return s.appendRecord(ctx, tx, &Record{Kind: RecordLease, Platform: platform, Epoch: got.Epoch, By: holder})
	})
	if err != nil {
		return Lease{}, err
	}
	return got, nil
}

// RenewLease implements Leases.
func (s *tables) RenewLease(ctx context.Context, platform string, epoch int64, ttl time.Duration) error {
	return s.write(ctx, platform+": renew the lease", func(ctx context.Context, tx *sql.Tx) error {
		if err := holds(ctx, tx, platform, epoch); err != nil {
			return err
		}
		now, err := s.leaseTime(ctx, tx)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, "UPDATE leases SET expires = ? WHERE platform = ?", micros(now.Add(ttl)), platform)
		return err
	})
}

// ReleaseLease implements Leases.
func (s *tables) ReleaseLease(ctx context.Context, platform string, epoch int64) error {
	return s.write(ctx, platform+": release the lease", func(ctx context.Context, tx *sql.Tx) error {
		if err := holds(ctx, tx, platform, epoch); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "UPDATE leases SET released = 1 WHERE platform = ?", platform)
		return err
	})
}

// CurrentLease implements Leases.
func (s *tables) CurrentLease(ctx context.Context, platform string) (Lease, error) {
	l, err := readLease(ctx, s.r, platform)
	return l, s.explain(platform+": read the lease", err)
}

// Pause implements Switch.
func (s *tables) Pause(ctx context.Context, platform, by, reason string) error {
	if platform == "" {
		return errors.New("pause: no platform is named")
	}
	return s.write(ctx, "pause "+platform, func(ctx context.Context, tx *sql.Tx) error {
		now := s.time()
		res, err := tx.ExecContext(ctx, "INSERT INTO pauses VALUES (?, ?, ?, ?) ON CONFLICT (platform) DO NOTHING", platform, by, reason, micros(now))
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
func (s *tables) Resume(ctx context.Context, platform, by string) error {
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
func (s *tables) Paused(ctx context.Context, platform string) (*Pause, error) {
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
