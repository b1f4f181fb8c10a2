package snowflake

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"

	"github.com/polsync/polsync/classify"
	"github.com/polsync/polsync/connectors/counting"
)

// Count implements connectors.Platform: one statement for all probes. Where one of several tables refuses, which all of
// them then do, each is asked by itself, and what refuses has Err in its answer.
func (a *Account) Count(ctx context.Context, probes []classify.Probe) ([]classify.Counts, error) {
	out, err := a.count(ctx, probes)
	if err == nil || len(probes) < 2 || fatal(ctx, err) {
		return counting.Answer(probes, out, err), stops(ctx, err)
	}
	out = make([]classify.Counts, len(probes))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(a.opt.Concurrency)
	for i := range probes {
		g.Go(func() error {
			one, err := a.count(ctx, probes[i:i+1])
			out[i] = counting.Answer(probes[i:i+1], one, err)[0]
			return stops(ctx, err)
		})
	}
	return out, g.Wait()
}

// stops returns an error that ends all counting.
func stops(ctx context.Context, err error) error {
	if fatal(ctx, err) {
		return err
	}
	return nil
}

func (a *Account) count(ctx context.Context, probes []classify.Probe) ([]classify.Counts, error) {
	what := "count in " + probes[0].Table.String()
	if len(probes) > 1 {
		what += fmt.Sprintf(" and %d others", len(probes)-1)
	}
	s, err := counting.New(language, probes)
	if err != nil {
		return nil, fmt.Errorf("%s: %s: %w", a.opt.Name, what, err)
	}
	r, err := a.query(ctx, what, s.SQL)
	if err != nil {
		return nil, err
	}
	out, err := s.Read(len(r.rows), r.cell)
	if err != nil {
		return nil, fmt.Errorf("%s: %s: %w", a.opt.Name, what, err)
	}
	return out, nil
}
