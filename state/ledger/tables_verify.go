package ledger

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"
)

// verifyPage is how many rows are handed from the reader to the checker at once.
const verifyPage = 2000

// Verify implements Audit.
func (s *tables) Verify(ctx context.Context, remembered Head) (Head, error) {
	const what = "verify the audit log"
	tx, err := s.r.BeginTx(ctx, &sql.TxOptions{ReadOnly: true, Isolation: s.snapshot})
	if err != nil {
		return Head{}, s.explain(what, err)
	}
	v := &verifier{seal: s.seal, remembered: remembered, owned: map[fact]string{}, open: map[int64]Status{},
		leases: map[string]standing{}, pauses: map[string]standing{}, decisions: map[spot]Decision{}}
	if err = s.checkSeal(ctx, tx); err == nil && s.integrity != nil {
		err = s.integrity(ctx, tx)
	}
	if err == nil {
		err = v.run(ctx, tx)
	}
	if back := tx.Rollback(); back != nil && !errors.Is(back, sql.ErrTxDone) {
		err = errors.Join(err, back)
	}
	if errors.Is(err, ErrBroken) {
		s.damage.CompareAndSwap(nil, &CorruptError{s.place, err}) // nothing more is built on such a log
	}
	return v.head, s.explain(what, err)
}

// fact names a row of the table of owned facts.
type fact struct{ platform, key string }

// verifier replays a log: the chain, the life of each intent, and what became ours.
type verifier struct {
	seal       sealer
	remembered Head
	head       Head
	owned      map[fact]string  // what the records add up to: the row's body
	open       map[int64]Status // claims
	leases     map[string]standing
	pauses     map[string]standing
	decisions  map[spot]Decision
}

// standing is the record that a lease or pause in force rests on.
type standing struct {
	seq, epoch int64
	by         string
}

func (v *verifier) run(ctx context.Context, tx *sql.Tx) error {
	pages := make(chan []row, 4)
	group, gctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		defer close(pages)
		return v.chain(gctx, tx, pages)
	})
	group.Go(func() error { return v.replay(gctx, pages) })
	if err := group.Wait(); err != nil {
		return err
	}
	if v.remembered.Seq > v.head.Seq {
		return &HistoryError{Remembered: v.remembered, Have: v.head}
	}
	if err := v.compareHead(ctx, tx); err != nil {
		return err
	}
	for _, compare := range []func(context.Context, *sql.Tx) error{v.compareOwned, v.compareClaims, v.compareLeases, v.comparePauses, v.compareDecisions} {
		if err := compare(ctx, tx); err != nil {
			return err
		}
	}
	return nil
}

// chain recomputes every hash and passes the rows that replay needs.
func (v *verifier) chain(ctx context.Context, tx *sql.Tx, pages chan<- []row) error {
	rows, err := tx.QueryContext(ctx, "SELECT seq, kind, platform, run, intent, status, body, hash FROM audit ORDER BY seq")
	if err != nil {
		return err
	}
	defer rows.Close()
	h := v.seal.hasher()
	var prev []byte
	var page []row
	for rows.Next() {
		var r row
		if err := rows.Scan(&r.seq, &r.kind, &r.platform, &r.run, &r.intent, &r.status, &r.body, &r.hash); err != nil {
			return err
		}
		if err := v.link(link(h, prev, &r), &r); err != nil {
			return err
		}
		prev = r.hash
		if page = append(page, r); len(page) == verifyPage {
			if err := send(ctx, pages, page); err != nil {
				return err
			}
			page = nil
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	return send(ctx, pages, page)
}

func send(ctx context.Context, pages chan<- []row, page []row) error {
	select {
	case pages <- page:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// link compares a row's hash with the one computed for it, and its place with the one after the last.
func (v *verifier) link(want []byte, r *row) error {
	if r.seq != v.head.Seq+1 {
		return &BrokenError{v.head.Seq + 1, fmt.Sprintf("it is missing; record %d follows", r.seq)}
	}
	if !bytes.Equal(want, r.hash) {
		return &BrokenError{r.seq, "its hash does not fit its content and the record before"}
	}
	v.head = headOf(r.seq, r.hash)
	if r.seq == v.remembered.Seq && v.head.Hash != v.remembered.Hash {
		return &HistoryError{Remembered: v.remembered, Have: v.head, Forked: true}
	}
	return nil
}

// replay follows intents and ownership through the records.
func (v *verifier) replay(ctx context.Context, pages <-chan []row) error {
	for {
		select {
		case page, ok := <-pages:
			if !ok {
				return nil
			}
			for i := range page {
				if err := v.apply(&page[i]); err != nil {
					return err
				}
			}
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

func (v *verifier) apply(r *row) error {
	switch r.kind {
	case RecordIntent:
		v.open[r.seq] = StatusOpen
		return nil
	case RecordOutcome, RecordSettle:
		if err := v.closeIntent(r); err != nil {
			return err
		}
		if r.status != StatusDone && r.status != StatusSettled {
			return nil
		}
	case RecordLease, RecordPause:
		return v.stand(r)
	case RecordResume:
		delete(v.pauses, r.platform)
		return nil
	case RecordDecide, RecordRecall:
		return v.decide(r)
	case RecordAdopt, RecordRelease:
	default:
		return nil
	}
	return v.own(r)
}

func (v *verifier) closeIntent(r *row) error {
	was, ok := v.open[r.intent]
	if !ok || was == StatusUnknown && r.kind == RecordOutcome {
		return &BrokenError{r.seq, fmt.Sprintf("it closes intent %d, which is not open", r.intent)}
	}
	if r.status.Final() {
		delete(v.open, r.intent)
	} else {
		v.open[r.intent] = r.status
	}
	return nil
}

func (v *verifier) stand(r *row) error {
	var rec Record
	if err := unmarshal([]byte(r.body), &rec); err != nil {
		return &BrokenError{r.seq, "it cannot be read"}
	}
	if r.kind == RecordPause {
		v.pauses[r.platform] = standing{r.seq, 0, rec.By}
		return nil
	}
	if was := v.leases[r.platform]; rec.Epoch != was.epoch+1 {
		return &BrokenError{r.seq, fmt.Sprintf("it takes the lease of %s with epoch %d after epoch %d", r.platform, rec.Epoch, was.epoch)}
	}
	v.leases[r.platform] = standing{r.seq, rec.Epoch, rec.By}
	return nil
}

func (v *verifier) own(r *row) error {
	forgot, err := member(r.body, `,"forgot":`)
	if err != nil {
		return &BrokenError{r.seq, "it cannot be read"}
	}
	ours, err := member(r.body, `,"ours":`)
	if err != nil {
		return &BrokenError{r.seq, "it cannot be read"}
	}
	for _, key := range forgot {
		delete(v.owned, fact{r.platform, string(key)})
	}
	for _, body := range ours {
		key, err := first[json.RawMessage](strings.TrimPrefix(string(body), `{"key":`))
		if err != nil {
			return &BrokenError{r.seq, "it cannot be read"}
		}
		v.owned[fact{r.platform, string(key)}] = string(body)
	}
	return nil
}

// member reads one list of a record and skips the rest, since a log may be long. The name can be looked for as text:
// only a Record has lists of these names, and inside a string its quotes would be escaped.
func member(body, name string) ([]json.RawMessage, error) {
	_, rest, ok := strings.Cut(body, name)
	if !ok {
		return nil, nil
	}
	return first[[]json.RawMessage](rest)
}

// first reads the JSON value that s begins with.
func first[T any](s string) (v T, err error) {
	err = json.NewDecoder(strings.NewReader(s)).Decode(&v)
	return v, err
}

// compareHead finds records cut off the end by whoever forgot the head.
func (v *verifier) compareHead(ctx context.Context, tx *sql.Tx) error {
	stored, err := readHead(ctx, tx)
	if err != nil {
		return err
	}
	if stored != v.head {
		return &BrokenError{v.head.Seq + 1, fmt.Sprintf("it is missing: the log ends at %s, its head says %s", v.head, stored)}
	}
	return nil
}

// compareOwned finds ownership that no record accounts for, and records whose ownership is gone.
func (v *verifier) compareOwned(ctx context.Context, tx *sql.Tx) error {
	rows, err := tx.QueryContext(ctx, "SELECT platform, key, body, seq FROM owned ORDER BY platform, key")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var f fact
		var body string
		var seq int64
		if err := rows.Scan(&f.platform, &f.key, &body, &seq); err != nil {
			return err
		}
		if v.owned[f] != body {
			return &BrokenError{seq, fmt.Sprintf("the log does not make %s on %s ours as it is recorded", f.key, f.platform)}
		}
		delete(v.owned, f)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for _, f := range slices.SortedFunc(maps.Keys(v.owned), func(a, b fact) int {
		return bytes.Compare([]byte(a.platform+a.key), []byte(b.platform+b.key))
	}) {
		return &BrokenError{v.head.Seq, fmt.Sprintf("the log makes %s on %s ours, and no row says so", f.key, f.platform)}
	}
	return nil
}

// compareClaims finds intents whose state is not what the records say.
func (v *verifier) compareClaims(ctx context.Context, tx *sql.Tx) error {
	rows, err := tx.QueryContext(ctx, "SELECT id, status FROM intents WHERE status IN ('open', 'unknown') ORDER BY id")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var status Status
		if err := rows.Scan(&id, &status); err != nil {
			return err
		}
		if v.open[id] != status {
			return &BrokenError{id, fmt.Sprintf("its intent is recorded as %s, the log says otherwise", status)}
		}
		delete(v.open, id)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for _, id := range slices.Sorted(maps.Keys(v.open)) {
		return &BrokenError{id, "its intent is open by the log, and no row says so"}
	}
	return nil
}

// compareLeases finds epochs that no record accounts for: set back, they would let a former writer in again.
func (v *verifier) compareLeases(ctx context.Context, tx *sql.Tx) error {
	return v.compareStanding(ctx, tx, "lease", "SELECT platform, epoch, holder FROM leases ORDER BY platform", v.leases)
}

// comparePauses finds pauses that were taken away, or made, without a record.
func (v *verifier) comparePauses(ctx context.Context, tx *sql.Tx) error {
	return v.compareStanding(ctx, tx, "pause", "SELECT platform, 0, who FROM pauses ORDER BY platform", v.pauses)
}

func (v *verifier) compareStanding(ctx context.Context, tx *sql.Tx, what, query string, logged map[string]standing) error {
	rows, err := tx.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var platform string
		var now standing
		if err := rows.Scan(&platform, &now.epoch, &now.by); err != nil {
			return err
		}
		now.seq = logged[platform].seq
		if logged[platform] != now || now.seq == 0 {
			return &BrokenError{now.seq, fmt.Sprintf("the %s of %s is not the one on record", what, platform)}
		}
		delete(logged, platform)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for _, platform := range slices.Sorted(maps.Keys(logged)) {
		return &BrokenError{logged[platform].seq, fmt.Sprintf("the %s of %s is on record, and no row says so", what, platform)}
	}
	return nil
}
