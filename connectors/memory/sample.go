package memory

import (
	"context"
	"fmt"

	"github.com/polsync/polsync/classify"
	"github.com/polsync/polsync/connectors"
	"github.com/polsync/polsync/state"
)

var _ connectors.Sampler = (*Warehouse)(nil)

// Sample implements connectors.Sampler: the first rows.
func (w *Warehouse) Sample(ctx context.Context, table state.Securable, columns []classify.Column, n int, each func([]classify.Value)) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	p := classify.Probe{Table: table}
	for _, c := range columns {
		if !w.facts.there(c.Column) {
			return fmt.Errorf("memory: sample %s: %w", c.Column, connectors.ErrNotFound)
		}
		p.Columns = append(p.Columns, classify.ColumnProbe{Column: c.Column, Type: c.Type})
	}
	for i, row := range cellsOf(p, w.rows[table]) {
		if i == n {
			break
		}
		each(row)
	}
	return nil
}
