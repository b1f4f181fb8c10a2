package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/polsync/polsync/state"
)

// spot is what two decisions cannot both be about.
type spot struct{ platform, place, classifier string }

func spotOf(d Decision) (spot, error) {
	place := "pattern " + d.Pattern
	if d.Pattern == "" {
		var err error
		if place, err = name(d.On); err != nil {
			return spot{}, err
		}
	}
	return spot{d.Platform, place, d.Classifier}, nil
}

// sound returns what is wrong with a decision.
func (d Decision) sound() error {
	placed := d.On.Kind == state.KindColumn || d.On.Kind.Relation()
	switch {
	case d.Platform == "":
		return errors.New("no platform is named")
	case d.Ruling != state.Approved && d.Ruling != state.Rejected:
		return fmt.Errorf("%q is no ruling", d.Ruling)
	case (d.Pattern != "") == placed, d.Pattern != "" && d.On != state.Securable{}:
		return errors.New("it is about a column, a table or a pattern")
	}
	return nil
}

// Decide implements Decisions.
func (s *tables) Decide(ctx context.Context, decisions []Decision) ([]Decision, error) {
	made := slices.Clone(decisions)
	err := s.write(ctx, "record decisions about findings", func(ctx context.Context, tx *sql.Tx) error {
		for i := range made {
			if err := s.decide(ctx, tx, &made[i]); err != nil {
				return fmt.Errorf("%s: %w", made[i].Place(), err)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return made, nil
}

func (s *tables) decide(ctx context.Context, tx *sql.Tx, d *Decision) error {
	if err := d.sound(); err != nil {
		return err
	}
	at, err := spotOf(*d)
	if err != nil {
		return err
	}
	d.ID = 0
	if d.At.IsZero() {
		d.At = s.time()
	}
	d.At = fromMicros(micros(d.At))
	rec := &Record{Kind: RecordDecide, At: d.At, Platform: d.Platform, By: d.By, Decision: d}
	if err := s.appendRecord(ctx, tx, rec); err != nil {
		return err
	}
	d.ID = rec.Seq
	body, err := text(*d)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO decisions VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (platform, place, classifier) DO UPDATE SET id = excluded.id, body = excluded.body`, d.ID, at.platform, at.place, at.classifier, body)
	return err
}

// Recall implements Decisions.
func (s *tables) Recall(ctx context.Context, id int64, by string) (Decision, error) {
	var d Decision
	err := s.write(ctx, fmt.Sprintf("withdraw decision %d", id), func(ctx context.Context, tx *sql.Tx) error {
		var body string
		err := tx.QueryRowContext(ctx, "SELECT body FROM decisions WHERE id = ?", id).Scan(&body)
		if errors.Is(err, sql.ErrNoRows) {
			return ErrNotFound
		}
		if err != nil {
			return err
		}
		if err := unmarshal([]byte(body), &d); err != nil {
			return s.corrupt("read a decision", err)
		}
		if err := s.appendRecord(ctx, tx, &Record{Kind: RecordRecall, Platform: d.Platform, By: by, Decision: &d}); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, "DELETE FROM decisions WHERE id = ?", id)
		return err
	})
	return d, err
}

// Decided implements Decisions.
func (s *tables) Decided(ctx context.Context, platform string) ([]Decision, error) {
	const what = "read decisions about findings"
	rows, err := s.r.QueryContext(ctx, "SELECT body FROM decisions WHERE ?1 = '' OR platform = ?1 ORDER BY id", platform)
	if err != nil {
		return nil, s.explain(what, err)
	}
	defer rows.Close()
	var all []Decision
	for rows.Next() {
		var body string
		if err := rows.Scan(&body); err != nil {
			return nil, s.explain(what, err)
		}
		var d Decision
		if err := unmarshal([]byte(body), &d); err != nil {
			return nil, s.corrupt(what, err)
		}
		all = append(all, d)
	}
	return all, s.explain(what, rows.Err())
}

// decide replays a decision or its withdrawal.
func (v *verifier) decide(r *row) error {
	var rec Record
	if err := unmarshal([]byte(r.body), &rec); err != nil || rec.Decision == nil {
		return &BrokenError{r.seq, "it cannot be read"}
	}
	at, err := spotOf(*rec.Decision)
	if err != nil {
		return &BrokenError{r.seq, "its decision has no place"}
	}
	if r.kind == RecordRecall {
		if v.decisions[at].ID != rec.Decision.ID {
			return &BrokenError{r.seq, fmt.Sprintf("it withdraws decision %d, which is not in force", rec.Decision.ID)}
		}
		delete(v.decisions, at)
		return nil
	}
	d := *rec.Decision
	d.ID = r.seq
	v.decisions[at] = d
	return nil
}

// compareDecisions finds decisions that no record accounts for, and records whose decision is gone.
func (v *verifier) compareDecisions(ctx context.Context, tx *sql.Tx) error {
	rows, err := tx.QueryContext(ctx, "SELECT id, platform, place, classifier, body FROM decisions ORDER BY id")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var at spot
		var body string
		if err := rows.Scan(&id, &at.platform, &at.place, &at.classifier, &body); err != nil {
			return err
		}
		if want, err := text(v.decisions[at]); err != nil || want != body || v.decisions[at].ID != id {
			return &BrokenError{id, fmt.Sprintf("the log does not decide about %s as it is recorded", at.place)}
		}
		delete(v.decisions, at)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for _, at := range slices.SortedFunc(maps.Keys(v.decisions), func(a, b spot) int { return strings.Compare(a.place, b.place) }) {
		return &BrokenError{v.decisions[at].ID, fmt.Sprintf("it decides about %s, and no row says so", at.place)}
	}
	return nil
}
