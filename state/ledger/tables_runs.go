package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"

	"github.com/polsync/polsync/state"
)

// Owned implements Ownership.
func (s *tables) Owned(ctx context.Context, platform string) (map[state.Key]Owned, error) {
	what := platform + ": read what is owned"
	rows, err := s.r.QueryContext(ctx, "SELECT key, body FROM owned WHERE platform = ?", platform)
	if err != nil {
		return nil, s.explain(what, err)
	}
	defer rows.Close()
	owned := map[state.Key]Owned{}
	for rows.Next() {
		var key, body string
		if err := rows.Scan(&key, &body); err != nil {
			return nil, s.explain(what, err)
		}
		var o Owned
		if err := o.UnmarshalJSON([]byte(body)); err != nil {
			return nil, s.corrupt(what, err)
		}
		if canonical, err := marshal(o.Key); err != nil || string(canonical) != key {
			return nil, s.corrupt(what, errors.New("a row has another key than its content"))
		}
		owned[o.Key] = o
	}
	return owned, s.explain(what, rows.Err())
}

// Adopt implements Ownership.
func (s *tables) Adopt(ctx context.Context, platform string, facts []Owned, by string) error {
	if len(facts) == 0 {
		return nil
	}
	now := s.time()
	ours := make([]Owned, len(facts))
	for i, f := range facts {
		if f.Value == nil {
			return fmt.Errorf("%s: adopt %s: it has no value", platform, f.Key)
		}
		ours[i] = Owned{Key: f.Key, Value: f.Value, Origin: f.Origin, Identity: f.Identity, At: now, Adopted: true, By: by}
	}
	return s.write(ctx, platform+": adopt facts", func(ctx context.Context, tx *sql.Tx) error {
		return s.appendRecord(ctx, tx, &Record{Kind: RecordAdopt, At: now, Platform: platform, By: by, Ours: ours})
	})
}

// Release implements Ownership.
func (s *tables) Release(ctx context.Context, platform string, keys []state.Key, by string) error {
	return s.write(ctx, platform+": release facts", func(ctx context.Context, tx *sql.Tx) error {
		var forgot []state.Key
		for _, k := range keys {
			key, err := name(k)
			if err != nil {
				return err
			}
			var n int
			if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM owned WHERE platform = ? AND key = ?", platform, key).Scan(&n); err != nil {
				return err
			}
			if n > 0 {
				forgot = append(forgot, k)
			}
		}
		if len(forgot) == 0 {
			return nil
		}
		return s.appendRecord(ctx, tx, &Record{Kind: RecordRelease, Platform: platform, By: by, Forgot: forgot})
	})
}

// BeginRun implements Runs.
func (s *tables) BeginRun(ctx context.Context, r Run) (string, error) {
	if r.Platform == "" {
		return "", errors.New("begin a run: no platform is named")
	}
	err := s.write(ctx, r.Platform+": begin a run", func(ctx context.Context, tx *sql.Tx) error {
		if r.Started.IsZero() {
			r.Started = s.time()
		}
		if err := planUnused(ctx, tx, r); err != nil {
			return err
		}
		if r.ID == "" {
			var err error
			if r.ID, err = nextRun(ctx, tx); err != nil {
				return err
			}
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO runs (id, platform, command, who, version, base, plan, saved, planned, started)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, r.ID, r.Platform, r.Command, r.By, r.Version, r.Base, r.Plan, oneIf(r.Saved), r.Planned,
			micros(r.Started)); err != nil {
			return err
		}
		return s.appendRecord(ctx, tx, &Record{Kind: RecordRun, At: fromMicros(micros(r.Started)), Platform: r.Platform, Run: r.ID, By: r.By,
			Command: r.Command, Version: r.Version, Base: r.Base, Plan: r.Plan, Saved: r.Saved})
	})
	if err != nil {
		return "", err
	}
	return r.ID, nil
}

// nextRun returns the next number that no run has, on any platform, so that one number is one run in reports.
func nextRun(ctx context.Context, tx *sql.Tx) (string, error) {
	var n int64
	if err := tx.QueryRowContext(ctx, "SELECT coalesce(max(n), 0) FROM runs").Scan(&n); err != nil {
		return "", err
	}
	for {
		n++
		id := strconv.FormatInt(n, 10)
		var taken bool
		if err := tx.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM runs WHERE id = ?)", id).Scan(&taken); err != nil || !taken {
			return id, err
		}
	}
}

func planUnused(ctx context.Context, tx *sql.Tx, r Run) error {
	if !r.Saved {
		return nil
	}
	var run string
	err := tx.QueryRowContext(ctx, "SELECT id FROM runs WHERE platform = ? AND plan = ? AND saved = 1", r.Platform, r.Plan).Scan(&run)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil
	case err != nil:
		return err
	}
	return fmt.Errorf("%w: by run %s", ErrPlanUsed, run)
}

// EndRun implements Runs.
func (s *tables) EndRun(ctx context.Context, platform, id string, end RunEnd) error {
	return s.write(ctx, fmt.Sprintf("%s: end run %s", platform, id), func(ctx context.Context, tx *sql.Tx) error {
		var ended sql.NullInt64
		err := tx.QueryRowContext(ctx, "SELECT ended FROM runs WHERE platform = ? AND id = ?", platform, id).Scan(&ended)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return ErrNotFound
		case err != nil:
			return err
		case ended.Valid:
			return ErrEnded
		}
		if end.Ended.IsZero() {
			end.Ended = s.time()
		}
		if _, err := tx.ExecContext(ctx, `UPDATE runs SET ended = ?, done = ?, failed = ?, unknown = ?, held = ?, result = ?
			WHERE platform = ? AND id = ?`, micros(end.Ended), end.Done, end.Failed, end.Unknown, end.Held, end.Result, platform, id); err != nil {
			return err
		}
		return s.appendRecord(ctx, tx, &Record{Kind: RecordEnd, At: fromMicros(micros(end.Ended)), Platform: platform, Run: id,
			Reason: end.Result, End: &EndCounts{end.Done, end.Failed, end.Unknown, end.Held}})
	})
}

// History implements Runs.
func (s *tables) History(ctx context.Context, f RunFilter) ([]Run, error) {
	const what = "read the history of runs"
	since := int64(-1 << 63)
	if !f.Since.IsZero() {
		since = micros(f.Since)
	}
	rows, err := s.r.QueryContext(ctx, `SELECT id, platform, command, who, version, base, plan, saved, planned, started, ended,
		done, failed, unknown, held, result FROM runs
		WHERE (?1 = '' OR platform = ?1) AND (?2 = '' OR id = ?2) AND started >= ?3 ORDER BY n DESC LIMIT ?4`, f.Platform, f.ID, since, atMost(f.Limit))
	if err != nil {
		return nil, s.explain(what, err)
	}
	defer rows.Close()
	var runs []Run
	for rows.Next() {
		var r Run
		var started int64
		var ended sql.NullInt64
		if err := rows.Scan(&r.ID, &r.Platform, &r.Command, &r.By, &r.Version, &r.Base, &r.Plan, &r.Saved, &r.Planned, &started, &ended,
			&r.Done, &r.Failed, &r.Unknown, &r.Held, &r.Result); err != nil {
			return nil, s.explain(what, err)
		}
		r.Started = fromMicros(started)
		if ended.Valid {
			r.Ended = fromMicros(ended.Int64)
		}
		runs = append(runs, r)
	}
	return runs, s.explain(what, rows.Err())
}
