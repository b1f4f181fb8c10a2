package snowflake

import (
	"context"
	"strings"

	"github.com/polsync/polsync/state"
)

// branches is how many table functions one statement joins by UNION ALL. Compiling grows with them; 50 keeps a
// statement under a second.
const branches = 50

// branch is one SELECT of a batch: it asks about one thing.
type branch struct {
	on  state.Securable // what is unknown when it fails
	sql string
}

// tasks cuts branches into batches, one task each.
func (s *snapshot) batches(what string, all []branch, f func(r *answer, i int), facts ...state.FactKind) []task {
	var tasks []task
	for len(all) > 0 {
		n := min(branches, len(all))
		part := all[:n:n]
		all = all[n:]
		tasks = append(tasks, func(ctx context.Context) error { return s.batch(ctx, what, part, f, facts) })
	}
	return tasks
}

// batch asks all branches in one statement. One thing that is gone or not visible fails the whole, so on an error the
// batch is halved until that one stands alone; it becomes an area.
func (s *snapshot) batch(ctx context.Context, what string, part []branch, f func(*answer, int), facts []state.FactKind) error {
	parts := make([]string, len(part))
	for i, b := range part {
		parts[i] = b.sql
	}
	r, err := s.query(ctx, what, strings.Join(parts, "\nUNION ALL "))
	switch {
	case err == nil:
		s.mu.Lock()
		defer s.mu.Unlock()
		r.each(f)
		return nil
	case fatal(ctx, err):
		return err
	case len(part) == 1:
		return s.failed(ctx, part[0].on, err, facts...)
	}
	half := len(part) / 2
	if err := s.batch(ctx, what, part[:half], f, facts); err != nil {
		return err
	}
	return s.batch(ctx, what, part[half:], f, facts)
}
