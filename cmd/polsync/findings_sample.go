package main

import (
	"context"
	"fmt"

	"github.com/polsync/polsync/classify"
	"github.com/polsync/polsync/connectors"
	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
)

var _ connectors.Sampler = (*watched)(nil)

// Sample implements connectors.Sampler where the platform does.
func (w *watched) Sample(ctx context.Context, table state.Securable, columns []classify.Column, n int, each func([]classify.Value)) error {
	s, ok := w.Platform.(connectors.Sampler)
	if !ok {
		return fmt.Errorf("sample %s: rows of this platform cannot be read: %w", table, plan.ErrUnsupported)
	}
	return s.Sample(ctx, table, columns, n, each)
}
