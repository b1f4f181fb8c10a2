package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"

	"github.com/polsync/polsync/state"
)

// Layouts is how many layouts this program knows.
var Layouts = len(migrations)

// MigrateForTest brings a file to the layout after all steps, the project's own followed by more.
func MigrateForTest(ctx context.Context, path string, more ...string) (err error) {
	db, err := sql.Open("sqlite", dsn(path, false))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return migrate(ctx, db, path, append(append([]string(nil), migrations...), more...))
}

// MakeOld makes a state file of an older layout, sealed without a key.
func MakeOld(ctx context.Context, path string, layout int, statements ...string) (err error) {
	db, err := sql.Open("sqlite", dsn(path, false))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if _, err := db.ExecContext(ctx, "PRAGMA application_id = "+strconv.Itoa(applicationID)); err != nil {
		return err
	}
	if err := migrate(ctx, db, path, migrations[:layout]); err != nil {
		return err
	}
	for _, s := range append(statements, "INSERT INTO meta VALUES ('seal', 'sha256')") {
		if _, err := db.ExecContext(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// LimitPages makes the file as good as full at n pages; 0 lifts the limit.
func (s *SQLite) LimitPages(ctx context.Context, n int) error {
	if n == 0 {
		n = 1 << 30
	}
	_, err := s.w.ExecContext(ctx, "PRAGMA max_page_count = "+strconv.Itoa(n))
	return err
}

// Fill appends pairs of intents and outcomes in one transaction, for tests of size.
func (s *SQLite) Fill(ctx context.Context, pairs int) error {
	return s.write(ctx, "fill", func(ctx context.Context, tx *sql.Tx) error {
		for i := range pairs {
			key := state.Key{Fact: state.FactTagged, On: state.Securable{Kind: state.KindColumn, Catalog: "CRM", Schema: "PUBLIC",
				Name: "CUSTOMERS", Column: fmt.Sprintf("C%d", i%10_000)}, With: state.Securable{Kind: state.KindTag, Name: "PII"}}
			in := Intent{Platform: "snow", Run: "1", Changes: []Change{{Key: key, Want: state.Text("email"), Origin: state.Origin{File: "policies/crm.yaml", Line: 3}}},
				Statement: Statement{SQL: `ALTER TABLE "CRM"."PUBLIC"."CUSTOMERS" MODIFY COLUMN "EMAIL" SET TAG "GOV"."TAGS"."PII" = 'email'`}}
			rec := in.record(1)
			if err := s.appendRecord(ctx, tx, rec); err != nil {
				return err
			}
			out := &Record{Kind: RecordOutcome, Platform: "snow", Run: "1", Intent: rec.Seq, Status: StatusDone, QueryID: "01b2c3d4-0000-1111-0000-000000000001"}
			out.At = s.time()
			out.Ours, _ = effect(rec, allDone(1), out)
			if err := s.appendRecord(ctx, tx, out); err != nil {
				return err
			}
		}
		return nil
	})
}

// Settings returns SQLite's settings on the connection that writes and on one that reads.
func (s *SQLite) Settings(ctx context.Context, names ...string) (w, r map[string]string, err error) {
	w, r = map[string]string{}, map[string]string{}
	for _, name := range names {
		var onW, onR string
		err = errors.Join(err, s.w.QueryRowContext(ctx, "PRAGMA "+name).Scan(&onW), s.r.QueryRowContext(ctx, "PRAGMA "+name).Scan(&onR))
		w[name], r[name] = onW, onR
	}
	return w, r, err
}

// Reseal recomputes the hashes of records under a key, from one to another, as a forger would; the head follows.
func (s *SQLite) Reseal(ctx context.Context, from, to int64, key []byte) error {
	rows, err := s.rows(ctx, 0, 1<<20)
	if err != nil {
		return err
	}
	var prev []byte
	for i := range rows {
		r := &rows[i]
		if r.seq >= from && r.seq <= to {
			r.hash = link(sealer{key}.hasher(), prev, r)
			if _, err := s.w.ExecContext(ctx, "UPDATE audit SET hash = ? WHERE seq = ?", r.hash, r.seq); err != nil {
				return err
			}
		}
		prev = r.hash
	}
	_, err = s.w.ExecContext(ctx, "UPDATE head SET hash = ?", prev)
	return err
}

// SettingForTest reads a setting of the connection that writes.
func (s *Postgres) SettingForTest(ctx context.Context, name string, to *string) error {
	return s.w.QueryRowContext(ctx, "SHOW "+name).Scan(to)
}
