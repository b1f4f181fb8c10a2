package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/polsync/polsync/state"
)

// Looks implements Findings.
func (s *tables) Looks(ctx context.Context, platform, scan string) (map[state.Securable]Look, error) {
	what := fmt.Sprintf("%s: read what scan %s looked at", platform, scan)
	rows, err := s.r.QueryContext(ctx, "SELECT col, digest, rules, how, at FROM looks WHERE platform = ? AND scan = ?", platform, scan)
	if err != nil {
		return nil, s.explain(what, err)
	}
	defer rows.Close()
	looks := map[state.Securable]Look{}
	for rows.Next() {
		var l Look
		var col string
		var at int64
		if err := rows.Scan(&col, &l.Digest, &l.Rules, &l.How, &at); err != nil {
			return nil, s.explain(what, err)
		}
		if err := unmarshal([]byte(col), &l.Column); err != nil {
			return nil, s.corrupt(what, err)
		}
		l.At = fromMicros(at)
		looks[l.Column] = l
	}
	return looks, s.explain(what, rows.Err())
}

// Explained implements Findings.
func (s *tables) Explained(ctx context.Context, platform string, column state.Securable) ([]Explained, error) {
	what := fmt.Sprintf("%s: read how %s was judged", platform, column)
	col, err := name(column)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	rows, err := s.r.QueryContext(ctx, "SELECT scan, digest, rules, how, at, body FROM looks WHERE platform = ? AND col = ? ORDER BY scan", platform, col)
	if err != nil {
		return nil, s.explain(what, err)
	}
	defer rows.Close()
	var all []Explained
	for rows.Next() {
		e := Explained{Look: Look{Column: column}}
		var at int64
		var body string
		if err := rows.Scan(&e.Scan, &e.Digest, &e.Rules, &e.How, &at, &body); err != nil {
			return nil, s.explain(what, err)
		}
		if err := unmarshal([]byte(body), &e.Explanation); err != nil {
			return nil, s.corrupt(what, err)
		}
		e.At = fromMicros(at)
		all = append(all, e)
	}
	return all, s.explain(what, rows.Err())
}

// BeginScan implements Findings.
func (s *tables) BeginScan(ctx context.Context, platform, scan, rules string, since time.Time) (ScanRun, error) {
	run := ScanRun{Platform: platform, Scan: scan, Rules: rules, Started: s.time()}
	err := s.write(ctx, fmt.Sprintf("%s: begin scan %s", platform, scan), func(ctx context.Context, tx *sql.Tx) error {
		var body string
		err := tx.QueryRowContext(ctx, "SELECT body FROM scans WHERE platform = ? AND scan = ?", platform, scan).Scan(&body)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return putScan(ctx, tx, run)
		case err != nil:
			return err
		}
		var last ScanRun
		if err := unmarshal([]byte(body), &last); err != nil {
			return s.corrupt("read the last run of scan "+scan, err)
		}
		if last.Unfinished() && last.Rules == rules && !last.Started.Before(since) {
			run = last
			run.Resumed = true
			return nil
		}
		return putScan(ctx, tx, run)
	})
	return run, err
}

func putScan(ctx context.Context, tx *sql.Tx, r ScanRun) error {
	body, err := text(r)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "INSERT INTO scans VALUES (?, ?, ?) ON CONFLICT (platform, scan) DO UPDATE SET body = excluded.body", r.Platform, r.Scan, body)
	return err
}

// PutScan implements Findings.
func (s *tables) PutScan(ctx context.Context, r ScanRun) error {
	return s.write(ctx, fmt.Sprintf("%s: record how far scan %s has come", r.Platform, r.Scan), func(ctx context.Context, tx *sql.Tx) error {
		var n int
		if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM scans WHERE platform = ? AND scan = ?", r.Platform, r.Scan).Scan(&n); err != nil {
			return err
		}
		if n == 0 {
			return ErrNotFound
		}
		if !r.Ended.IsZero() {
			r.Ended = fromMicros(micros(r.Ended))
		}
		return putScan(ctx, tx, r)
	})
}

// ScanRuns implements Findings.
func (s *tables) ScanRuns(ctx context.Context, platform string) ([]ScanRun, error) {
	what := platform + ": read the runs of scans"
	rows, err := s.r.QueryContext(ctx, "SELECT body FROM scans WHERE platform = ? ORDER BY scan", platform)
	if err != nil {
		return nil, s.explain(what, err)
	}
	defer rows.Close()
	var all []ScanRun
	for rows.Next() {
		var body string
		if err := rows.Scan(&body); err != nil {
			return nil, s.explain(what, err)
		}
		var r ScanRun
		if err := unmarshal([]byte(body), &r); err != nil {
			return nil, s.corrupt(what, err)
		}
		all = append(all, r)
	}
	return all, s.explain(what, rows.Err())
}
