package ledger

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/polsync/polsync/state"
)

// appendRecord numbers, seals and stores a record and carries its effect on ownership into the table of owned facts.
// It is the one way to write to the log.
func (s *tables) appendRecord(ctx context.Context, tx *sql.Tx, rec *Record) error {
	var prev []byte
	if err := tx.QueryRowContext(ctx, "SELECT seq, hash FROM head").Scan(&rec.Seq, &prev); err != nil {
		return err
	}
	rec.Seq++
	if rec.At.IsZero() {
		rec.At = s.time()
	}
	r, err := rowOf(rec)
	if err != nil {
		return err
	}
	r.hash = link(s.seal.hasher(), prev, &r)
	if _, err := tx.ExecContext(ctx, "INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		r.seq, r.kind, r.platform, r.run, r.intent, r.status, r.body, r.hash); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, "UPDATE head SET seq = ?, hash = ?", r.seq, r.hash); err != nil {
		return err
	}
	return project(ctx, tx, rec)
}

// project applies a record's effect on ownership. Verify replays the same effect from the log.
func project(ctx context.Context, tx *sql.Tx, rec *Record) error {
	for _, k := range rec.Forgot {
		key, err := name(k)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "DELETE FROM owned WHERE platform = ? AND key = ?", rec.Platform, key); err != nil {
			return err
		}
	}
	for _, o := range rec.Ours {
		key, err := name(o.Key)
		if err != nil {
			return err
		}
		body, err := text(o)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "INSERT INTO owned VALUES (?, ?, ?, ?) ON CONFLICT (platform, key) DO UPDATE SET body = excluded.body, seq = excluded.seq", rec.Platform, key, body, rec.Seq); err != nil {
			return err
		}
	}
	return nil
}

// Intend implements Journal.
func (s *tables) Intend(ctx context.Context, epoch int64, in Intent) (int64, error) {
	if err := in.validate(); err != nil {
		return 0, err
	}
	var id int64
	err := s.write(ctx, fmt.Sprintf("%s: record the intent of step %d", in.Platform, in.Step), func(ctx context.Context, tx *sql.Tx) error {
		if err := holds(ctx, tx, in.Platform, epoch); err != nil {
			return err
		}
		if err := notPaused(ctx, tx, in.Platform); err != nil {
			return err
		}
		rec := in.record(epoch)
		err := tx.QueryRowContext(ctx, "SELECT who, command, version, plan FROM runs WHERE platform = ? AND id = ? AND ended IS NULL",
			in.Platform, in.Run).Scan(&rec.By, &rec.Command, &rec.Version, &rec.Plan)
		if errors.Is(err, sql.ErrNoRows) {
			return fmt.Errorf("run %s under way: %w", in.Run, ErrNotFound)
		}
		if err != nil {
			return err
		}
		if err := s.appendRecord(ctx, tx, rec); err != nil {
			return err
		}
		id = rec.Seq
		_, err = tx.ExecContext(ctx, "INSERT INTO intents (id, platform, run, epoch, status) VALUES (?, ?, ?, ?, 'open')",
			id, in.Platform, in.Run, epoch)
		return err
	})
	if err != nil {
		return 0, err
	}
	return id, nil
}

func (in *Intent) validate() error {
	if in.Platform == "" || in.Statement == (Statement{}) {
		return errors.New("record an intent: it names no platform or no statement")
	}
	for _, c := range in.Changes {
		if c.Was == nil && c.Want == nil {
			return fmt.Errorf("record an intent: change of %s has neither a value before nor one after", c.Key)
		}
	}
	return nil
}

func (in *Intent) record(epoch int64) *Record {
	return &Record{Kind: RecordIntent, Platform: in.Platform, Run: in.Run, Step: in.Step, Epoch: epoch,
		Statement: &in.Statement, Digest: in.Statement.Digest(), Changes: in.Changes, More: in.More}
}

// openIntent reads an intent that may still be closed.
func openIntent(ctx context.Context, tx *sql.Tx, id int64) (*Record, Status, error) {
	var status Status
	var body string
	err := tx.QueryRowContext(ctx, "SELECT i.status, a.body FROM intents i JOIN audit a ON a.seq = i.id WHERE i.id = ?", id).Scan(&status, &body)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, "", ErrNotFound
	case err != nil:
		return nil, "", err
	case status.Final():
		return nil, status, fmt.Errorf("%w: %s", ErrSettled, status)
	}
	rec := new(Record)
	return rec, status, unmarshal([]byte(body), rec)
}

// Outcome implements Journal.
func (s *tables) Outcome(ctx context.Context, id, epoch int64, r Result) error {
	if r.Status != StatusDone && r.Status != StatusFailed && r.Status != StatusUnknown {
		return fmt.Errorf("record the outcome of intent %d: %q is no outcome", id, r.Status)
	}
	var fenced error
	err := s.write(ctx, fmt.Sprintf("record the outcome of intent %d", id), func(ctx context.Context, tx *sql.Tx) error {
		intent, status, err := openIntent(ctx, tx, id)
		switch {
		case err != nil:
			return err
		case status == StatusUnknown:
			return fmt.Errorf("%w: %s, which is settled by reading", ErrSettled, status)
		}
		rec := &Record{Kind: RecordOutcome, Platform: intent.Platform, Run: intent.Run, Step: intent.Step, Epoch: epoch, Intent: id,
			Status: r.Status, QueryID: r.QueryID, Error: r.Error, ElapsedMS: r.Elapsed.Milliseconds(), Tries: r.Tries}
		if fenced = owner(ctx, tx, intent, epoch); fenced != nil {
			if !errors.Is(fenced, ErrFenced) {
				return fenced
			}
			rec.Kind = RecordLate
			return s.appendRecord(ctx, tx, rec)
		}
		if r.Status == StatusDone {
			return s.close(ctx, tx, intent, rec, allDone(len(intent.Changes)))
		}
		return s.close(ctx, tx, intent, rec, nil)
	})
	if err == nil && fenced != nil {
		return fmt.Errorf("record the outcome of intent %d: %w", id, fenced)
	}
	return err
}

// owner checks that the epoch is the intent's own and still holds the lease.
func owner(ctx context.Context, tx *sql.Tx, intent *Record, epoch int64) error {
	if intent.Epoch != epoch {
		return &FencedError{intent.Platform, epoch, intent.Epoch}
	}
	return holds(ctx, tx, intent.Platform, epoch)
}

// close stores the record that closes an intent, with what it means for ownership, and counts the changes made.
func (s *tables) close(ctx context.Context, tx *sql.Tx, intent, rec *Record, verdicts []Verdict) error {
	rec.At = s.time()
	rec.Ours, rec.Forgot = effect(intent, verdicts, rec)
	if err := s.appendRecord(ctx, tx, rec); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, "UPDATE intents SET status = ?, query = ? WHERE id = ?", rec.Status, rec.QueryID, intent.Seq); err != nil {
		return err
	}
	for i, v := range verdicts {
		if v == WasDone {
			if err := countRepeat(ctx, tx, intent, intent.Changes[i], micros(rec.At)); err != nil {
				return err
			}
		}
	}
	return nil
}

func allDone(n int) []Verdict {
	verdicts := make([]Verdict, n)
	for i := range verdicts {
		verdicts[i] = WasDone
	}
	return verdicts
}

// effect is the table of doc.go: what the verdicts on an intent's changes mean for ownership.
func effect(intent *Record, verdicts []Verdict, by *Record) (ours []Owned, forgot []state.Key) {
	for i, v := range verdicts {
		c := intent.Changes[i]
		switch {
		case v == WasDone && c.Want != nil:
			ours = append(ours, Owned{Key: c.Key, Value: c.Want, Origin: c.Origin, Run: intent.Run, At: by.At, Identity: c.Identity})
		case c.Want == nil && (v == WasDone && !intent.More || v == Differs):
			forgot = append(forgot, c.Key)
		}
	}
	return ours, forgot
}

// Claims implements Journal.
func (s *tables) Claims(ctx context.Context, platform string) ([]Claim, error) {
	what := platform + ": list open claims"
	lease, live, err := s.readRunning(ctx, s.r, platform)
	if err != nil {
		return nil, s.explain(what, err)
	}
	rows, err := s.r.QueryContext(ctx, `SELECT i.id, i.status, i.query, a.body FROM intents i JOIN audit a ON a.seq = i.id
		WHERE i.platform = ? AND i.status IN ('open', 'unknown') ORDER BY i.id`, platform)
	if err != nil {
		return nil, s.explain(what, err)
	}
	defer rows.Close()
	var claims []Claim
	for rows.Next() {
		var c Claim
		var body string
		if err := rows.Scan(&c.ID, &c.Status, &c.QueryID, &body); err != nil {
			return nil, s.explain(what, err)
		}
		var rec Record
		if err := unmarshal([]byte(body), &rec); err != nil {
			return nil, s.corrupt(what, err)
		}
		c.Epoch, c.At = rec.Epoch, rec.At
		c.Intent = Intent{rec.Platform, rec.Run, rec.Step, rec.Changes, *rec.Statement, rec.More}
		c.Live = live && lease.Epoch == c.Epoch
		claims = append(claims, c)
	}
	return claims, s.explain(what, rows.Err())
}

// Settle implements Journal.
func (s *tables) Settle(ctx context.Context, id, epoch int64, verdicts []Verdict) error {
	return s.write(ctx, fmt.Sprintf("settle claim %d", id), func(ctx context.Context, tx *sql.Tx) error {
		intent, _, err := openIntent(ctx, tx, id)
		if err != nil {
			return err
		}
		if len(verdicts) != len(intent.Changes) {
			return fmt.Errorf("%d verdicts for %d changes", len(verdicts), len(intent.Changes))
		}
		for _, v := range verdicts {
			if v != WasDone && v != WasNotDone && v != Differs {
				return fmt.Errorf("%q is no verdict", v)
			}
		}
		if err := s.maySettle(ctx, tx, intent, epoch); err != nil {
			return err
		}
		rec := &Record{Kind: RecordSettle, Platform: intent.Platform, Run: intent.Run, Step: intent.Step, Epoch: epoch, Intent: id,
			Status: StatusSettled, Verdicts: verdicts}
		return s.close(ctx, tx, intent, rec, verdicts)
	})
}

// maySettle refuses to close a claim under the hands of the writer that made it.
func (s *tables) maySettle(ctx context.Context, tx *sql.Tx, intent *Record, epoch int64) error {
	if epoch != 0 {
		return holds(ctx, tx, intent.Platform, epoch)
	}
	lease, live, err := s.readRunning(ctx, tx, intent.Platform)
	if err != nil {
		return err
	}
	if lease.Epoch == intent.Epoch && live {
		return fmt.Errorf("%w: %s, epoch %d", ErrLive, lease.Holder, lease.Epoch)
	}
	return nil
}

func headOf(seq int64, hash []byte) Head {
	if seq == 0 {
		return Head{}
	}
	return Head{Seq: seq, Hash: hex.EncodeToString(hash)}
}
