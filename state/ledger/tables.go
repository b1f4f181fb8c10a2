package ledger

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"sync/atomic"
	"time"
)

// tables is the ledger in the tables of a database, whichever it is. Its SQL is what all of them take, but for the
// placeholders, which are SQLite's.
type tables struct {
	place    string // of the state, for messages; no secret
	now      func() time.Time
	seal     sealer
	readOnly bool
	w, r     *sql.DB // what writes, and what only reads
	damage   atomic.Pointer[CorruptError]

	lock      func(context.Context, *sql.Tx) error              // makes a transaction the only one that writes; nil where it begins so
	integrity func(context.Context, *sql.Tx) error              // what the database says of its own storage; nil for nothing
	damaged   func(error) bool                                  // whether a database's error says that what is stored is damaged
	shared    func(context.Context, querier) (time.Time, error) // the clock that leases go by; nil for this process's
	snapshot  sql.IsolationLevel                                // in which several reads see one state
}

func newTables(place string, o Options) *tables {
	t := &tables{place: place, now: o.Now, seal: sealer{bytes.Clone(o.Key)}, readOnly: o.ReadOnly}
	if t.now == nil {
		t.now = time.Now
	}
	return t
}

// querier is a transaction or a pool of connections.
type querier interface {
	QueryRowContext(context.Context, string, ...any) *sql.Row
	QueryContext(context.Context, string, ...any) (*sql.Rows, error)
}

func (s *tables) checkSeal(ctx context.Context, q querier) error {
	var have string
	if err := q.QueryRowContext(ctx, "SELECT value FROM meta WHERE name = 'seal'").Scan(&have); err != nil {
		return &CorruptError{s.place, fmt.Errorf("how the audit log is sealed is not recorded: %w", err)}
	}
	if have != s.seal.name() {
		return fmt.Errorf("%w: it is sealed by %s, this is %s", ErrKey, have, s.seal.name())
	}
	return nil
}

// Close implements Store.
func (s *tables) Close() error { return errors.Join(s.r.Close(), s.w.Close()) }

func (s *tables) time() time.Time { return s.now().UTC().Truncate(time.Microsecond) }

// write runs f in one transaction that is durable when write returns nil. The transaction does not end with ctx: an
// interrupted commit would leave the caller without knowing whether it happened.
func (s *tables) write(ctx context.Context, what string, f func(context.Context, *sql.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	if s.readOnly {
		return fmt.Errorf("%s: %w", what, ErrReadOnly)
	}
	if bad := s.damage.Load(); bad != nil {
		return fmt.Errorf("%s: %w", what, bad)
	}
	ctx = context.WithoutCancel(ctx)
	tx, err := s.w.BeginTx(ctx, nil)
	if err != nil {
		return s.explain(what, err)
	}
	if s.lock != nil {
		err = s.lock(ctx, tx)
	}
	if err == nil {
		err = f(ctx, tx)
	}
	if err != nil {
		if back := tx.Rollback(); back != nil && !errors.Is(back, sql.ErrTxDone) {
			err = errors.Join(err, back)
		}
		return s.explain(what, err)
	}
	return s.explain(what, tx.Commit())
}

// explain wraps an error with what was done. Damage that the database met is remembered: from then on nothing is written.
func (s *tables) explain(what string, err error) error {
	if err == nil {
		return nil
	}
	var known *CorruptError
	if errors.As(err, &known) {
		return known
	}
	if s.damaged(err) {
		bad := &CorruptError{s.place, err}
		s.damage.CompareAndSwap(nil, bad)
		return fmt.Errorf("%s: %w", what, bad)
	}
	return fmt.Errorf("%s: %w", what, err)
}

// corrupt is what was read and cannot be true. It is remembered as damage: from then on nothing is written.
func (s *tables) corrupt(what string, err error) error {
	bad := &CorruptError{s.place, fmt.Errorf("%s: %w", what, err)}
	s.damage.CompareAndSwap(nil, bad)
	return bad
}

// micros is how times are stored.
func micros(t time.Time) int64 { return t.UnixMicro() }

func fromMicros(n int64) time.Time { return time.UnixMicro(n).UTC() }

// atMost is a limit on rows as databases take it; none where it is 0.
func atMost(limit int) int64 {
	if limit <= 0 {
		return math.MaxInt64
	}
	return int64(limit)
}

// oneIf is how a yes or no is stored.
func oneIf(b bool) int {
	if b {
		return 1
	}
	return 0
}
