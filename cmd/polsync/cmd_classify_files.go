package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/polsync/polsync/classify"
	"github.com/polsync/polsync/classify/files"
	"github.com/polsync/polsync/reconcile/report"
	"github.com/polsync/polsync/state"
)

// filesFlags are the flags of classify that look at files instead of platforms.
type filesFlags struct {
	dir, schema string
	noNames     bool
}

// withFiles adds to the classify command the flags that have it look at files.
func (a *app) withFiles(c *cobra.Command) *cobra.Command {
	var f filesFlags
	c.Flags().StringVar(&f.dir, "files", "", "classify the CSV files of this `folder` instead of running scans; needs no configuration")
	c.Flags().StringVar(&f.schema, "schema", "", "with --files: names, types and comments of the columns, a JSON `file`")
	c.Flags().BoolVar(&f.noNames, "no-names", false, "with --files: keep names and comments from the classifiers, so that values and types decide")
	scans := c.RunE
	c.RunE = func(c *cobra.Command, args []string) error {
		if c.Flags().Changed("files") {
			if err := f.alone(c); err != nil {
				return err
			}
			return a.classifyFiles(c.Context(), f)
		}
		if f.schema != "" || f.noNames {
			return usagef("--schema and --no-names go with --files")
		}
		return scans(c, args)
	}
	c.Long = strings.TrimSuffix(c.Long, exitHelp) + `

With --files the CSV files of a folder are classified in this process, and nothing is kept. Each file is a table, its
first row the names, separated by commas, or by semicolons, tabs or bars where it has no comma. A file that cannot be
read is named, the others are classified, and the exit code is 3; so it is after an interruption.` + exitHelp
	return c
}

// alone refuses what says nothing about files. A configuration that is named is passed over.
func (f filesFlags) alone(c *cobra.Command) error {
	if f.dir == "" {
		return usagef("--files needs a folder")
	}
	for _, name := range []string{"scan", "fresh", "platform", "on", "only", "var"} {
		if c.Flags().Changed(name) {
			return usagef("--files looks at files and --%s is about platforms: one or the other", name)
		}
	}
	return nil
}

func (a *app) classifyFiles(ctx context.Context, f filesFlags) error {
	if a.flags.format == "sql" {
		return usagef("--format sql: what files hold has no SQL; it is text or json")
	}
	rules, err := classify.NewRules(classify.Suite(), nil, nil, "")
	if err != nil {
		return err
	}
	o := files.Options{HideNames: f.noNames, Seen: a.now().UTC()}
	if f.schema != "" {
		if o.Schema, err = files.ReadSchema(f.schema); err != nil {
			return err
		}
	}
	tables, err := files.Classify(ctx, f.dir, rules, o)
	if err != nil {
		return err
	}
	if err := a.listFiles(tables); err != nil {
		return err
	}
	for _, t := range tables {
		for _, doubt := range t.Doubts {
			fmt.Fprintln(a.err, "polsync: "+report.OneLine(doubt))
		}
	}
	return a.unreadFiles(tables)
}

func (a *app) listFiles(tables []files.Table) error {
	if a.flags.format == "json" {
		enc := json.NewEncoder(a.out)
		enc.SetIndent("", "  ")
		return enc.Encode(filesJSON(tables))
	}
	w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "TABLE\tCOLUMN\tCLASSIFIER\tSCORE\tMATCHED")
	for _, t := range tables {
		for _, c := range t.Columns {
			a.listFileColumn(w, t.Name, c)
		}
	}
	return w.Flush()
}

func (a *app) listFileColumn(w *tabwriter.Writer, table string, c files.Column) {
	d := c.Decision
	table, column := state.QuotePart(table), state.QuotePart(c.Name)
	switch {
	case d.Found:
		fmt.Fprintf(w, "%s\t%s\t%s\t%.2f\t%d of %d\n", table, column, d.Finding.Classifier, d.Finding.Score, d.Finding.Matched, d.Finding.Rows)
		if a.flags.verbose {
			fmt.Fprintf(w, "\t  %s\t\t\t\n", report.OneLine(strings.Join(d.Finding.Evidence, "; ")))
		}
	case a.flags.verbose:
		fmt.Fprintf(w, "%s\t%s\t-\t\t%s\n", table, column, report.OneLine(d.Passed))
	}
}

// fileFinding is a finding as JSON has it.
type fileFinding struct {
	Type  string  `json:"type"`
	Score float64 `json:"score"`
}

// filesJSON is {table: {column: finding}}, with null for a column in which nothing was found.
func filesJSON(tables []files.Table) map[string]map[string]*fileFinding {
	out := map[string]map[string]*fileFinding{}
	for _, t := range tables {
		if t.Err != nil {
			continue
		}
		columns := map[string]*fileFinding{}
		for _, c := range t.Columns {
			columns[c.Name] = nil
			if c.Decision.Found {
				columns[c.Name] = &fileFinding{Type: c.Decision.Finding.Classifier, Score: c.Decision.Finding.Score}
			}
		}
		out[t.Name] = columns
	}
	return out
}

// lineError is an error that names files, as one line.
type lineError struct{ error }

// Error returns the text fit for a terminal.
func (e lineError) Error() string { return report.OneLine(e.error.Error()) }

// Unwrap returns the error as it was.
func (e lineError) Unwrap() error { return e.error }

// unreadFiles is the error of the files that could not be read; all of them is not partly done. An interruption is, and
// says which files were not looked at.
func (a *app) unreadFiles(tables []files.Table) error {
	var errs []error
	var left []string
	for _, t := range tables {
		switch {
		case t.Err == nil:
		case errors.Is(t.Err, context.Canceled):
			left = append(left, report.OneLine(t.Path))
		default:
			errs = append(errs, lineError{t.Err})
		}
	}
	switch {
	case len(left) > 0:
		if n := len(left) - leftShown; n > 0 && !a.flags.verbose {
			left = append(left[:leftShown], fmt.Sprintf("and %d more (--verbose lists them)", n))
		}
		errs = append(errs, errors.New("interrupted; not looked at, or not to the end:\n  "+strings.Join(left, "\n  ")))
	case len(errs) == 0:
		return nil
	case len(errs) == len(tables):
		return errors.Join(errs...)
	}
	return refusal{errors.Join(errs...)}
}
