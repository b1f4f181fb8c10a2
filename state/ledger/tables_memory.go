package ledger

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"slices"
	"time"

	"github.com/polsync/polsync/state"
)

// countRepeat counts a change that was made. See Repeat for what counts as the same and as successive.
func countRepeat(ctx context.Context, tx *sql.Tx, intent *Record, c Change, now int64) error {
	key, err := name(c.Key)
	if err != nil {
		return err
	}
	digest, err := changeDigest(c)
	if err != nil {
		return err
	}
	var n, before int64 // this run, and the one before it on the platform
	if err := tx.QueryRowContext(ctx, `SELECT n, coalesce((SELECT max(n) FROM runs p WHERE p.platform = r.platform AND p.n < r.n), 0)
		FROM runs r WHERE platform = ? AND id = ?`, intent.Platform, intent.Run).Scan(&n, &before); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO repeats VALUES (?1, ?2, ?3, ?4, ?5, 1, ?6, ?6)
		ON CONFLICT (platform, key) DO UPDATE SET
			count = CASE WHEN repeats.digest <> ?3 OR repeats.n < ?7 THEN 1 WHEN repeats.n = ?5 THEN repeats.count ELSE repeats.count + 1 END,
			first = CASE WHEN repeats.digest <> ?3 OR repeats.n < ?7 THEN ?6 ELSE repeats.first END,
			digest = ?3, run = ?4, n = ?5, last = ?6`,
		intent.Platform, key, digest, intent.Run, n, now, before)
	return err
}

// Of reports whether a change would be the one that was repeated, made once more.
func (r Repeat) Of(c Change) (bool, error) {
	digest, err := changeDigest(c)
	return digest == r.Digest, err
}

func changeDigest(c Change) (string, error) {
	want, err := EncodeValue(c.Want)
	if err != nil {
		return "", err
	}
	h := sha256.New()
	field(h, want)
	field(h, []byte(c.Identity))
	return hex.EncodeToString(h.Sum(nil)), nil
}

// Repeats implements Memory.
func (s *tables) Repeats(ctx context.Context, platform string) (map[state.Key]Repeat, error) {
	what := platform + ": read repeated changes"
	rows, err := s.r.QueryContext(ctx, "SELECT key, digest, count, run, first, last FROM repeats WHERE platform = ?", platform)
	if err != nil {
		return nil, s.explain(what, err)
	}
	defer rows.Close()
	repeats := map[state.Key]Repeat{}
	for rows.Next() {
		var key string
		var r Repeat
		var first, last int64
		if err := rows.Scan(&key, &r.Digest, &r.Count, &r.Run, &first, &last); err != nil {
			return nil, s.explain(what, err)
		}
		k, err := decodeKey(key)
		if err != nil {
			return nil, s.corrupt(what, err)
		}
		r.First, r.Last = fromMicros(first), fromMicros(last)
		repeats[k] = r
	}
	return repeats, s.explain(what, rows.Err())
}

// ClearRepeats implements Memory.
func (s *tables) ClearRepeats(ctx context.Context, platform string, keys []state.Key) error {
	return s.write(ctx, platform+": clear repeated changes", func(ctx context.Context, tx *sql.Tx) error {
		if len(keys) == 0 {
			_, err := tx.ExecContext(ctx, "DELETE FROM repeats WHERE platform = ?", platform)
			return err
		}
		for _, k := range keys {
			key, err := name(k)
			if err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, "DELETE FROM repeats WHERE platform = ? AND key = ?", platform, key); err != nil {
				return err
			}
		}
		return nil
	})
}

// SetRefused implements Memory.
func (s *tables) SetRefused(ctx context.Context, platform, run string, refused []Refused) error {
	return s.write(ctx, platform+": record refused changes", func(ctx context.Context, tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, "DELETE FROM refused WHERE platform = ?", platform); err != nil {
			return err
		}
		now := s.time()
		for _, r := range refused {
			key, err := name(r.Key)
			if err != nil {
				return err
			}
			if r.At.IsZero() {
				r.At = now
			}
			if r.Run == "" {
				r.Run = run
			}
			if _, err := tx.ExecContext(ctx, `INSERT INTO refused VALUES (?, ?, ?, ?, ?)
				ON CONFLICT (platform, key) DO UPDATE SET reason = excluded.reason, run = excluded.run, at = excluded.at`,
				platform, key, r.Reason, r.Run, micros(r.At)); err != nil {
				return err
			}
		}
		return nil
	})
}

// Refused implements Memory.
func (s *tables) Refused(ctx context.Context, platform string) ([]Refused, error) {
	what := platform + ": read refused changes"
	rows, err := s.r.QueryContext(ctx, "SELECT key, reason, run, at FROM refused WHERE platform = ?", platform)
	if err != nil {
		return nil, s.explain(what, err)
	}
	defer rows.Close()
	var refused []Refused
	for rows.Next() {
		var r Refused
		var key string
		var at int64
		if err := rows.Scan(&key, &r.Reason, &r.Run, &at); err != nil {
			return nil, s.explain(what, err)
		}
		if r.Key, err = decodeKey(key); err != nil {
			return nil, s.corrupt(what, err)
		}
		r.At = fromMicros(at)
		refused = append(refused, r)
	}
	slices.SortFunc(refused, func(a, b Refused) int { return a.Key.Compare(b.Key) })
	return refused, s.explain(what, rows.Err())
}

// Pin implements Memory.
func (s *tables) Pin(ctx context.Context, platform, identity string) (string, error) {
	what := platform + ": pin its identity"
	pinned, err := readPin(ctx, s.r, platform)
	if err != nil || pinned != "" || identity == "" {
		return pinned, s.explain(what, err)
	}
	err = s.write(ctx, what, func(ctx context.Context, tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, "INSERT INTO pins VALUES (?, ?) ON CONFLICT (platform) DO NOTHING", platform, identity); err != nil {
			return err
		}
		pinned, err = readPin(ctx, tx, platform)
		return err
	})
	return pinned, err
}

func readPin(ctx context.Context, q querier, platform string) (string, error) {
	var identity string
	err := q.QueryRowContext(ctx, "SELECT identity FROM pins WHERE platform = ?", platform).Scan(&identity)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return identity, err
}

// PutLoad implements Memory.
func (s *tables) PutLoad(ctx context.Context, l Load) error {
	was, ok, err := s.LastLoad(ctx, l.Source)
	if err != nil {
		return err
	}
	if ok && was.Digest == l.Digest && was.Count == l.Count {
		return nil
	}
	return s.write(ctx, "remember the load of "+l.Source, func(ctx context.Context, tx *sql.Tx) error {
		if l.At.IsZero() {
			l.At = s.time()
		}
		if l.Content == nil {
			l.Content = []byte{}
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO loads VALUES (?, ?, ?, ?, ?) ON CONFLICT (source) DO UPDATE SET
			digest = excluded.digest, count = excluded.count, content = excluded.content, at = excluded.at`, l.Source, l.Digest, l.Count, l.Content, micros(l.At))
		return err
	})
}

// LastLoad implements Memory.
func (s *tables) LastLoad(ctx context.Context, source string) (Load, bool, error) {
	l := Load{Source: source}
	var at int64
	err := s.r.QueryRowContext(ctx, "SELECT digest, count, content, at FROM loads WHERE source = ?", source).Scan(&l.Digest, &l.Count, &l.Content, &at)
	if errors.Is(err, sql.ErrNoRows) {
		return Load{}, false, nil
	}
	if err != nil {
		return Load{}, false, s.explain("read the last load of "+source, err)
	}
	l.At = fromMicros(at)
	return l, true, nil
}

// Lately implements Memory. Of several statements for the same changes only the last one says that they are made; of one
// without an answer, reading does.
func (s *tables) Lately(ctx context.Context, platform string, since time.Time) ([]Lately, error) {
	what := platform + ": read what was changed lately"
	rows, err := s.r.QueryContext(ctx, `SELECT a.body, COALESCE(s.body, '') FROM intents i JOIN audit a ON a.seq = i.id
		LEFT JOIN audit s ON i.status = 'settled' AND s.platform = i.platform AND s.run = i.run AND s.kind = 'settle' AND s.intent = i.id
		WHERE i.platform = ? AND i.status IN ('done', 'settled') ORDER BY i.id DESC`, platform)
	if err != nil {
		return nil, s.explain(what, err)
	}
	defer rows.Close()
	var all []Lately
	for rows.Next() {
		var body, settled string
		if err := rows.Scan(&body, &settled); err != nil {
			return nil, s.explain(what, err)
		}
		var rec, verdict Record
		if err := unmarshal([]byte(body), &rec); err != nil {
			return nil, s.corrupt(what, err)
		}
		if rec.At.Before(since) {
			break
		}
		if rec.More {
			continue
		}
		if settled != "" {
			if err := unmarshal([]byte(settled), &verdict); err != nil {
				return nil, s.corrupt(what, err)
			}
		}
		for i, c := range slices.Backward(rec.Changes) {
			if settled == "" || i < len(verdict.Verdicts) && verdict.Verdicts[i] == WasDone {
				all = append(all, Lately{c.Key, c.Want, rec.At})
			}
		}
	}
	slices.Reverse(all)
	return all, s.explain(what, rows.Err())
}
