package databricks

import (
	"fmt"
	"time"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

// Detection is what the platform's data classification found in a column.
type Detection struct {
	Column     string   // catalog.schema.table.column
	Class      string   // a tag key such as "class.email_address", or "key: value"
	Samples    []string // values of the column, five at most
	Confidence string   // HIGH or LOW
	Frequency  float64  // share of the values, 0 to 1
}

type detection struct {
	Detection
	table  *securable
	column *column
	at     time.Time
}

// Detect puts a result into system.data_classification.results, as a scan of the platform's does. Tags are another matter, see
// ClassifyColumn.
func (w *Workspace) Detect(d Detection) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	t, err := (&call{w: w}).entity("columns", d.Column)
	if err != nil {
		return fmt.Errorf("classifying column %s: %w", d.Column, err)
	}
	w.detected = append(w.detected, detection{d, t.on, t.column, w.now()})
	return nil
}

func classificationRows(w *Workspace) []sqlengine.Row {
	var out []sqlengine.Row
	for _, d := range w.detected {
		samples := sqlengine.Array{}
		for _, s := range d.Samples[:min(len(d.Samples), 5)] {
			samples = append(samples, s)
		}
		c, s, n := at(d.table)
		out = append(out, sqlengine.Row{d.at, d.at, d.table.up(kindCatalog).id, d.table.id, c, s, n, d.column.name, typeText(d.column.typ), d.Class, samples, d.Confidence, d.Frequency})
	}
	return out
}
