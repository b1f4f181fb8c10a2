package ledger

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/polsync/polsync/state"
)

// PutFindings implements Findings.
func (s *tables) PutFindings(ctx context.Context, r ScanResult) error {
	looked := make(map[state.Securable]bool, len(r.Looks))
	for _, l := range r.Looks {
		looked[l.Column] = true
	}
	for _, f := range r.Findings {
		if !looked[f.Column] {
			return fmt.Errorf("%s: record findings of scan %s: %s was not looked at", r.Platform, r.Scan, f.Column)
		}
	}
	return s.write(ctx, fmt.Sprintf("%s: record findings of scan %s", r.Platform, r.Scan), func(ctx context.Context, tx *sql.Tx) error {
		now := micros(s.time())
		if _, err := tx.ExecContext(ctx, "INSERT INTO rules VALUES (?1, ?2, ?3, ?4, ?4) ON CONFLICT (platform, scan, rules) DO UPDATE SET last = ?4",
			r.Platform, r.Scan, r.Rules, now); err != nil {
			return err
		}
		if err := s.putLooks(ctx, tx, r); err != nil {
			return err
		}
		for _, f := range r.Findings {
			if err := s.putFinding(ctx, tx, r, f); err != nil {
				return err
			}
		}
		return nil
	})
}

// putLooks records what was looked at and withdraws what the scan found there before.
func (s *tables) putLooks(ctx context.Context, tx *sql.Tx, r ScanResult) error {
	for _, l := range r.Looks {
		col, err := name(l.Column)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "DELETE FROM findings WHERE platform = ? AND col = ? AND scan = ?", r.Platform, col, r.Scan); err != nil {
			return err
		}
		body, err := text(l.Explanation)
		if err != nil {
			return err
		}
		if l.At.IsZero() {
			l.At = s.time()
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO looks VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (platform, scan, col) DO UPDATE SET
			digest = excluded.digest, rules = excluded.rules, how = excluded.how, at = excluded.at, body = excluded.body`,
			r.Platform, r.Scan, col, l.Digest, cmp.Or(l.Rules, r.Rules), l.How, micros(l.At), body); err != nil {
			return err
		}
	}
	return nil
}

func (s *tables) putFinding(ctx context.Context, tx *sql.Tx, r ScanResult, f state.Finding) error {
	f.Platform, f.Scan = r.Platform, r.Scan
	f.Rules = cmp.Or(f.Rules, r.Rules)
	if f.Seen.IsZero() {
		f.Seen = s.time()
	}
	col, err := name(f.Column)
	if err != nil {
		return err
	}
	body, err := text(f)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "INSERT INTO findings VALUES (?, ?, ?, ?, ?, ?)", r.Platform, col, r.Scan, f.Classifier, f.Score, body)
	return err
}

// Findings implements Findings.
func (s *tables) Findings(ctx context.Context, f FindingFilter) ([]state.Finding, error) {
	const what = "read findings"
	rows, err := s.r.QueryContext(ctx, `SELECT body FROM findings WHERE (?1 = '' OR platform = ?1) AND (?2 = '' OR scan = ?2)
		AND (?3 = '' OR classifier = ?3) AND score >= ?4`, f.Platform, f.Scan, f.Classifier, f.MinScore)
	if err != nil {
		return nil, s.explain(what, err)
	}
	defer rows.Close()
	var found []state.Finding
	for rows.Next() {
		var body string
		if err := rows.Scan(&body); err != nil {
			return nil, s.explain(what, err)
		}
		var one state.Finding
		if err := unmarshal([]byte(body), &one); err != nil {
			return nil, s.corrupt(what, err)
		}
		if f.Within.Covers(one.Column) {
			found = append(found, one)
		}
	}
	slices.SortFunc(found, func(a, b state.Finding) int {
		return cmp.Or(strings.Compare(a.Platform, b.Platform), a.Column.Compare(b.Column), strings.Compare(a.Scan, b.Scan),
			strings.Compare(a.Classifier, b.Classifier))
	})
	return found, s.explain(what, rows.Err())
}

// ForgetFindings implements Findings.
func (s *tables) ForgetFindings(ctx context.Context, platform string, gone func(state.Securable) bool) (int, error) {
	what := platform + ": forget findings"
	scans, err := s.lookedAt(ctx, platform)
	if err != nil {
		return 0, s.explain(what, err)
	}
	for col := range scans {
		var c state.Securable
		if err := unmarshal([]byte(col), &c); err != nil {
			return 0, s.corrupt(what, err)
		}
		if !gone(c) {
			delete(scans, col)
		}
	}
	if len(scans) == 0 {
		return 0, nil
	}
	return len(scans), s.write(ctx, what, func(ctx context.Context, tx *sql.Tx) error {
		for col, of := range scans {
			if _, err := tx.ExecContext(ctx, "DELETE FROM findings WHERE platform = ? AND col = ?", platform, col); err != nil {
				return err
			}
			for _, scan := range of {
				if _, err := tx.ExecContext(ctx, "DELETE FROM looks WHERE platform = ? AND scan = ? AND col = ?", platform, scan, col); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// lookedAt returns the columns of a platform that were looked at, as they are stored, with the scans that did.
func (s *tables) lookedAt(ctx context.Context, platform string) (scans map[string][]string, err error) {
	rows, err := s.r.QueryContext(ctx, "SELECT scan, col FROM looks WHERE platform = ?", platform)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	scans = map[string][]string{}
	for rows.Next() {
		var scan, col string
		if err := rows.Scan(&scan, &col); err != nil {
			return nil, err
		}
		scans[col] = append(scans[col], scan)
	}
	return scans, rows.Err()
}

// RulesHistory implements Findings.
func (s *tables) RulesHistory(ctx context.Context, platform string) ([]RulesVersion, error) {
	what := platform + ": read the versions of rules"
	rows, err := s.r.QueryContext(ctx, "SELECT scan, rules, first, last FROM rules WHERE platform = ? ORDER BY last DESC, scan, rules", platform)
	if err != nil {
		return nil, s.explain(what, err)
	}
	defer rows.Close()
	var versions []RulesVersion
	for rows.Next() {
		var v RulesVersion
		var first, last int64
		if err := rows.Scan(&v.Scan, &v.Rules, &first, &last); err != nil {
			return nil, s.explain(what, err)
		}
		v.First, v.Last = fromMicros(first), fromMicros(last)
		versions = append(versions, v)
	}
	return versions, s.explain(what, rows.Err())
}

// PutTagValues implements Caches.
func (s *tables) PutTagValues(ctx context.Context, platform string, tag state.Securable, values []TagCount) (TagDelta, error) {
	tagName, err := name(tag)
	if err != nil {
		return TagDelta{}, fmt.Errorf("%s: cache values of %s: %w", platform, tag, err)
	}
	var delta TagDelta
	err = s.write(ctx, fmt.Sprintf("%s: cache values of %s", platform, tag), func(ctx context.Context, tx *sql.Tx) error {
		now := micros(s.time())
		if _, err := tx.ExecContext(ctx, "INSERT INTO tags VALUES (?1, ?2, ?3) ON CONFLICT (platform, tag) DO UPDATE SET refreshed = ?3", platform, tagName, now); err != nil {
			return err
		}
		gone, err := presentValues(ctx, tx, platform, tagName)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "UPDATE tag_values SET present = 0, count = 0 WHERE platform = ? AND tag = ?", platform, tagName); err != nil {
			return err
		}
		for _, v := range values {
			if !gone[v.Value] {
				delta.Added = append(delta.Added, v.Value)
			}
			delete(gone, v.Value)
			if _, err := tx.ExecContext(ctx, `INSERT INTO tag_values VALUES (?1, ?2, ?3, ?4, 1, ?5, ?5)
				ON CONFLICT (platform, tag, value) DO UPDATE SET count = ?4, present = 1, last = ?5`, platform, tagName, v.Value, v.Count, now); err != nil {
				return err
			}
		}
		for v := range gone {
			delta.Removed = append(delta.Removed, v)
		}
		return nil
	})
	if err != nil {
		return TagDelta{}, err
	}
	slices.Sort(delta.Added)
	delta.Added = slices.Compact(delta.Added)
	slices.Sort(delta.Removed)
	return delta, nil
}

func presentValues(ctx context.Context, tx *sql.Tx, platform, tag string) (present map[string]bool, err error) {
	rows, err := tx.QueryContext(ctx, "SELECT value FROM tag_values WHERE platform = ? AND tag = ? AND present = 1", platform, tag)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	present = map[string]bool{}
	for rows.Next() {
		var v string
		if err := rows.Scan(&v); err != nil {
			return nil, err
		}
		present[v] = true
	}
	return present, rows.Err()
}

// TagValues implements Caches.
func (s *tables) TagValues(ctx context.Context, platform string) ([]TagValues, error) {
	what := platform + ": read cached tag values"
	rows, err := s.r.QueryContext(ctx, `SELECT t.tag, t.refreshed, v.value, v.count, v.first, v.last FROM tags t
		LEFT JOIN tag_values v ON v.platform = t.platform AND v.tag = t.tag WHERE t.platform = ? ORDER BY t.tag, v.value`, platform)
	if err != nil {
		return nil, s.explain(what, err)
	}
	defer rows.Close()
	var all []TagValues
	var last string
	for rows.Next() {
		var tag string
		var refreshed int64
		var v sql.NullString
		var count, first, seen sql.NullInt64
		if err := rows.Scan(&tag, &refreshed, &v, &count, &first, &seen); err != nil {
			return nil, s.explain(what, err)
		}
		if len(all) == 0 || tag != last {
			one := TagValues{Refreshed: fromMicros(refreshed)}
			if err := unmarshal([]byte(tag), &one.Tag); err != nil {
				return nil, s.corrupt(what, err)
			}
			all, last = append(all, one), tag
		}
		if v.Valid {
			t := &all[len(all)-1]
			t.Values = append(t.Values, TagValue{v.String, count.Int64, fromMicros(first.Int64), fromMicros(seen.Int64)})
		}
	}
	slices.SortFunc(all, func(a, b TagValues) int { return a.Tag.Compare(b.Tag) })
	return all, s.explain(what, rows.Err())
}
