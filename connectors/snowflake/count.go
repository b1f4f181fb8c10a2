package snowflake

import (
	"context"
	"fmt"
	"strconv"

	"golang.org/x/sync/errgroup"

	"github.com/polsync/polsync/classify"
)

// Count implements connectors.Platform: one statement for each probe. A table that cannot be counted has Err in its
// answer and stops no other.
func (a *Account) Count(ctx context.Context, probes []classify.Probe) ([]classify.Counts, error) {
	out := make([]classify.Counts, len(probes))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(a.opt.Concurrency)
	for i, p := range probes {
		g.Go(func() error {
			out[i] = a.count(ctx, p)
			if fatal(ctx, out[i].Err) {
				return out[i].Err
			}
			return nil
		})
	}
	return out, g.Wait()
}

func (a *Account) count(ctx context.Context, p classify.Probe) classify.Counts {
	out := classify.Counts{Table: p.Table}
	statement, err := countStatement(p)
	if err != nil {
		out.Err = fmt.Errorf("%s: count in %s: %w", a.opt.Name, p.Table, err)
		return out
	}
	r, err := a.query(ctx, "count in "+p.Table.String(), statement)
	if err != nil {
		out.Err = err
		return out
	}
	if out.Err = takeCounts(&out, p, r); out.Err != nil {
		out.Err = fmt.Errorf("%s: count in %s: %w", a.opt.Name, p.Table, out.Err)
	}
	return out
}

// takeCounts reads the one row of a count statement.
func takeCounts(out *classify.Counts, p classify.Probe, r *answer) error {
	if len(r.rows) != 1 {
		return fmt.Errorf("%d rows came back", len(r.rows))
	}
	var err error
	number := func(column string) int64 {
		text, there := r.cell(0, column)
		if !there {
			if !r.has(column) {
				err = fmt.Errorf("the answer has no column %s", column)
			}
			return 0 // MIN and MAX of nothing
		}
		n, bad := strconv.ParseInt(text, 10, 64)
		if bad != nil {
			err = fmt.Errorf("column %s of the answer is no number", column)
		}
		return n
	}
	out.Rows = number("N")
	out.Columns = make([]classify.ColumnCounts, len(p.Columns))
	for i, c := range p.Columns {
		k := strconv.Itoa(i)
		one := classify.ColumnCounts{Column: c.Column, Values: number("V" + k), Distinct: number("D" + k), MinLen: number("A" + k), MaxLen: number("B" + k),
			Matched: make(map[string]int64, len(c.Checks))}
		for j, check := range c.Checks {
			one.Matched[check.Name] = number("M" + k + "_" + strconv.Itoa(j))
		}
		out.Columns[i] = one
	}
	return err
}
