// Package report turns plans and results into text, SQL scripts and JSON. It is the only package with colour and
// wording; it decides nothing.
package report

import (
	"fmt"
	"io"

	"github.com/polsync/polsync/reconcile"
)

// Options say how a report looks.
type Options struct {
	Format  string // text, sql or json
	Colour  bool
	Verbose bool // list every kept fact
}

// Formats lists the formats.
func Formats() []string { return []string{"text", "sql", "json"} }

// Write writes the results of one run or plan over several platforms, in the order given.
func Write(w io.Writer, results []*reconcile.Result, o Options) error {
	switch o.Format {
	case "", "text":
		return writeText(w, results, o)
	case "sql":
		return writeSQL(w, results)
	case "json":
		return writeJSON(w, results)
	}
	return fmt.Errorf("write a report: no format is called %q; known: text, sql, json", o.Format)
}
