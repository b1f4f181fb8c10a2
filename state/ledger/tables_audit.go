package ledger

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// Head implements Audit.
func (s *tables) Head(ctx context.Context) (Head, error) {
	h, err := readHead(ctx, s.r)
	return h, s.explain("read the head of the audit log", err)
}

func readHead(ctx context.Context, q querier) (Head, error) {
	var seq int64
	var hash []byte
	err := q.QueryRowContext(ctx, "SELECT seq, hash FROM head").Scan(&seq, &hash)
	return headOf(seq, hash), err
}

// CheckHead implements Audit.
func (s *tables) CheckHead(ctx context.Context, remembered Head) error {
	if remembered == (Head{}) {
		return nil
	}
	have, err := s.Head(ctx)
	if err != nil {
		return err
	}
	if have.Seq < remembered.Seq {
		return &HistoryError{Remembered: remembered, Have: have}
	}
	var hash []byte
	err = s.r.QueryRowContext(ctx, "SELECT hash FROM audit WHERE seq = ?", remembered.Seq).Scan(&hash)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return s.explain("look for a head in the audit log", err)
	}
	if hex.EncodeToString(hash) != remembered.Hash {
		return &HistoryError{Remembered: remembered, Have: have, Forked: true}
	}
	return nil
}

// AcceptHead implements Audit.
func (s *tables) AcceptHead(ctx context.Context, lost Head, by string) error {
	return s.write(ctx, "accept the state as it is", func(ctx context.Context, tx *sql.Tx) error {
		return s.appendRecord(ctx, tx, &Record{Kind: RecordAccept, By: by, Reason: "head " + lost.String() + " is not in this log"})
	})
}

// Records implements Audit.
func (s *tables) Records(ctx context.Context, f RecordFilter) ([]Record, error) {
	const what = "read audit records"
	query, args := "SELECT body FROM audit WHERE seq > ?", []any{f.After}
	if f.Platform != "" {
		query, args = query+" AND platform = ?", append(args, f.Platform)
	}
	if f.Run != "" {
		query, args = query+" AND run = ?", append(args, f.Run)
	}
	rows, err := s.r.QueryContext(ctx, query+" ORDER BY seq LIMIT ?", append(args, atMost(f.Limit))...)
	if err != nil {
		return nil, s.explain(what, err)
	}
	defer rows.Close()
	var records []Record
	for rows.Next() {
		var body string
		if err := rows.Scan(&body); err != nil {
			return nil, s.explain(what, err)
		}
		var r Record
		if err := unmarshal([]byte(body), &r); err != nil {
			return nil, s.corrupt(what, err)
		}
		records = append(records, r)
	}
	return records, s.explain(what, rows.Err())
}

// line is a record as exported: its hash, and the bytes the hash was taken of.
type line struct {
	Hash   string          `json:"hash"`
	Record json.RawMessage `json:"record"`
}

// exportPage bounds how many rows one read takes, so that a slow writer does not keep the database busy.
const exportPage = 1000

// Export implements Audit.
func (s *tables) Export(ctx context.Context, w io.Writer, after int64) (Head, error) {
	out := bufio.NewWriter(w)
	last := Head{Seq: after}
	for {
		page, err := s.rows(ctx, last.Seq, exportPage)
		if err != nil {
			return Head{}, s.explain("export the audit log", err)
		}
		for i := range page {
			last = headOf(page[i].seq, page[i].hash)
			if _, err := fmt.Fprintf(out, "{\"hash\":%q,\"record\":%s}\n", last.Hash, page[i].body); err != nil {
				return Head{}, fmt.Errorf("export the audit log: %w", err)
			}
		}
		if len(page) < exportPage {
			break
		}
	}
	if err := out.Flush(); err != nil {
		return Head{}, fmt.Errorf("export the audit log: %w", err)
	}
	return last, nil
}

// rows reads up to limit rows of the log after a sequence number.
func (s *tables) rows(ctx context.Context, after int64, limit int) ([]row, error) {
	rows, err := s.r.QueryContext(ctx, "SELECT seq, kind, platform, run, intent, status, body, hash FROM audit WHERE seq > ? ORDER BY seq LIMIT ?", after, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	page := make([]row, 0, limit)
	for rows.Next() {
		var r row
		if err := rows.Scan(&r.seq, &r.kind, &r.platform, &r.run, &r.intent, &r.status, &r.body, &r.hash); err != nil {
			return nil, err
		}
		page = append(page, r)
	}
	return page, rows.Err()
}

// VerifyExport checks lines that Export wrote from the beginning of a log, without the store, and returns their head.
// key is the audit key, nil where the log was begun without one.
func VerifyExport(r io.Reader, key []byte) (Head, error) {
	in := bufio.NewReader(r)
	h := sealer{key}.hasher()
	var prev []byte
	var last Head
	for {
		raw, err := in.ReadBytes('\n')
		if len(bytes.TrimSpace(raw)) > 0 {
			rec, sealed, lineErr := readLine(raw, last.Seq+1)
			if lineErr != nil {
				return last, lineErr
			}
			if !bytes.Equal(link(h, prev, rec), sealed) {
				return last, &BrokenError{rec.seq, "its hash does not fit its content and the record before"}
			}
			prev, last = sealed, headOf(rec.seq, sealed)
		}
		if errors.Is(err, io.EOF) {
			return last, nil
		}
		if err != nil {
			return last, fmt.Errorf("read an exported audit log: %w", err)
		}
	}
}

func readLine(raw []byte, want int64) (*row, []byte, error) {
	var l line
	if err := unmarshal(raw, &l); err != nil {
		return nil, nil, &BrokenError{want, "its line cannot be read: " + err.Error()}
	}
	var rec Record
	if err := unmarshal(l.Record, &rec); err != nil {
		return nil, nil, &BrokenError{want, "it cannot be read: " + err.Error()}
	}
	sealed, err := hex.DecodeString(l.Hash)
	if err != nil {
		return nil, nil, &BrokenError{want, "its hash cannot be read"}
	}
	if rec.Seq != want {
		return nil, nil, &BrokenError{want, fmt.Sprintf("record %d stands in its place", rec.Seq)}
	}
	return &row{rec.Seq, rec.Kind, rec.Platform, rec.Run, rec.Intent, rec.Status, string(l.Record), nil}, sealed, nil
}
