package databricks

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// A result that is too large for one answer, which holds 25 MiB, is read in so many parts, and each of those that is
// still too large in so many again, down to a fineness at which something else must be wrong.
const (
	partsOf     = 8
	mostPartsOf = partsOf * partsOf * partsOf * partsOf
)

// bulk runs a statement whose rows have a catalog, schema and name as c, s and n, and returns the whole result. Parts
// are told apart by a hash of these three, so that each row is in exactly one of them whatever changes while they are
// read; with pages by number a row could slip from one that is yet to come into one that was read.
func (r *reader) bulk(ctx context.Context, sql string) (*table, error) {
	t, err := r.query(ctx, sql)
	if !tooLarge(err) {
		return t, err
	}
	return r.parts(ctx, sql, 1, 0)
}

// parts reads the rows whose hash leaves a rest when divided, in partsOf statements or more.
func (r *reader) parts(ctx context.Context, sql string, divisor, rest int) (*table, error) {
	finer := divisor * partsOf
	whole := &table{}
	for i := range partsOf {
		at := rest + i*divisor
		t, err := r.query(ctx, fmt.Sprintf("SELECT * FROM (%s) WHERE abs(mod(xxhash64(c, s, n), %d)) = %d", sql, finer, at))
		if tooLarge(err) && finer < mostPartsOf {
			t, err = r.parts(ctx, sql, finer, at)
		}
		if err != nil {
			return nil, err
		}
		whole.columns, whole.rows = t.columns, append(whole.rows, t.rows...)
	}
	return whole, nil
}

// tooLarge knows the failure of a statement whose result does not fit in one answer. It comes without a class of its
// own, as text.
func tooLarge(err error) bool {
	var s *SQLError
	return errors.As(err, &s) && strings.Contains(strings.ToLower(s.Message), "inline byte limit exceeded")
}
