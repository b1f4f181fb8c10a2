package snowflake

import (
	"context"
	"fmt"

	"github.com/polsync/polsync/classify"
	"github.com/polsync/polsync/connectors/counting"
)

// Count implements connectors.Platform.
func (a *Account) Count(ctx context.Context, probes []classify.Probe) ([]classify.Counts, error) {
	out, err := a.count(ctx, probes)
	if fatal(ctx, err) {
		return nil, err
	}
	return counting.Answer(probes, out, err), nil
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
		return nil, private(a.opt.Name, what, err)
	}
	out, err := s.Read(len(r.rows), r.cell)
	if err != nil {
		return nil, fmt.Errorf("%s: %s: %w", a.opt.Name, what, err)
	}
	return out, nil
}
