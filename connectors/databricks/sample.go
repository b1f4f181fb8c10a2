package databricks

import (
	"context"
	"strconv"
	"strings"

	"github.com/polsync/polsync/classify"
	"github.com/polsync/polsync/connectors"
	"github.com/polsync/polsync/connectors/databricks/dialect"
	"github.com/polsync/polsync/state"
)

var _ connectors.Sampler = (*Platform)(nil)

// Sample implements connectors.Sampler with the rows that Count would look at: the first that come, in the same text.
// The service gives 25 MiB at most; what is longer fails for the table.
func (p *Platform) Sample(ctx context.Context, table state.Securable, columns []classify.Column, n int, each func([]classify.Value)) error {
	t, _, err := p.client.run(ctx, reads, sampleSQL(table, columns, n))
	if err != nil {
		return p.wrap("sample "+table.String(), private(err)) // messages may quote values
	}
	row := make([]classify.Value, len(columns))
	for i := range t.rows {
		for j := range columns {
			cell := t.cell(i, "x"+strconv.Itoa(j))
			row[j] = classify.Value{Null: cell == nil}
			if cell != nil {
				row[j].Text = *cell
			}
		}
		t.rows[i] = nil
		each(row)
	}
	return nil
}

// sampleSQL returns the statement that reads rows: their values as trimmed text, NULL for blank, cut.
func sampleSQL(table state.Securable, columns []classify.Column, n int) string {
	var texts, cells []string
	for i, c := range columns {
		k := strconv.Itoa(i)
		texts = append(texts, "nullif(trim("+text(dialect.QuoteName(c.Column.Column), c.Type)+"), '') AS t"+k)
		cells = append(cells, "left(t"+k+", "+strconv.Itoa(connectors.MaxSampledText)+") AS x"+k)
	}
	return "SELECT " + strings.Join(cells, ", ") + " FROM (SELECT " + strings.Join(texts, ", ") + " FROM " + dialect.QualifiedName(table.Parts()...) + " LIMIT " + strconv.Itoa(n) + ")"
}
