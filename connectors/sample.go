package connectors

import (
	"context"

	"github.com/polsync/polsync/classify"
	"github.com/polsync/polsync/state"
)

// Sampler is implemented by platforms that can hand over rows, for scans that ask for it with values: sample.
type Sampler interface {
	// Sample reads up to n rows, n at least 1, of some columns of a table with one statement, and calls each with every
	// row: the columns' cells in their order, as text in the form that Count looks at. A row is valid until each
	// returns. Neither rows nor cells are kept, logged or part of an error.
	Sample(ctx context.Context, table state.Securable, columns []classify.Column, n int, each func(row []classify.Value)) error
}

// MaxSampledText is the number of characters of a cell that Sample hands over at most. Checks look at fewer; only the
// longest length of a column's values is cut to it.
const MaxSampledText = 1024
